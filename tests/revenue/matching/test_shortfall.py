"""Why less was paid: each reason to the cent, and its cent more and less."""

from datetime import date
from typing import Any

import pytest

from cpq.kernel.money import Money
from revenue.ledger import OpenItem
from revenue.matching import (
    BankFee,
    Explanation,
    MatchPolicy,
    ToleranceGroup,
    infer_shortfall,
    match,
)
from revenue.receivable import EarlyDiscount
from tests.revenue.matching.owed import DAY, eur, owed, paid

TWO = (EarlyDiscount(percent="2", until=DAY),)
FULL = MatchPolicy(
    fees=(BankFee(least=eur("15.00"), name="SWIFT OUR"),),
    withholding_percents=("10",),
    rounding_max="0.99",
    employee=ToleranceGroup(amount="5.00", percent="1"),
    customer=ToleranceGroup(amount="3.00", percent="none"),
)


def inferred(
    item: OpenItem, paid: str, *, on: date = DAY, policy: MatchPolicy = FULL, **more: Any
) -> list[tuple[tuple[str, str], ...]]:
    found = infer_shortfall(item, eur(paid), on=on, policy=policy, **more)
    return [_said(each) for each in found]


def _said(each: Explanation) -> tuple[tuple[str, str], ...]:
    return tuple((part.reason, str(part.amount.amount)) for part in each.differences)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ("1213.04", [(("discount", "24.76"),)]),
        ("1222.80", [(("bank_fee", "15.00"),)]),
        ("1198.04", [(("discount", "24.76"), ("bank_fee", "15.00"))]),
        ("1200.67", [(("retention", "37.13"),)]),
        ("1175.91", [(("retention", "61.89"),)]),
        ("1114.02", [(("withholding_tax", "123.78"),)]),
        ("1237.00", [(("rounding", "0.80"),)]),
        ("1235.30", [(("short_pay", "2.50"),)]),
        ("1234.80", [(("short_pay", "3.00"),)]),
        ("1234.79", []),
        ("1213.03", []),
        ("1213.05", []),
        ("1222.79", []),
        ("1237.80", []),
        ("1300.00", []),
    ],
)
def test_a_reason_is_inferred_where_it_fits_to_the_cent(
    paid: str, expected: list[tuple[tuple[str, str], ...]]
) -> None:
    assert inferred(owed("AR-1", "1237.80", discounts=TWO), paid) == expected


def test_two_reasons_of_the_same_amount_are_two_explanations() -> None:
    three = (EarlyDiscount(percent="3", until=DAY),)
    found = inferred(owed("AR-1", "1000.00", discounts=three), "970.00")
    assert found == [(("discount", "30.00"),), (("retention", "30.00"),)]


def test_a_discount_lowers_the_tax_unless_it_is_of_the_net_amount() -> None:
    item = owed("AR-1", "1190.00", tax=eur("190.00"), discounts=TWO)
    (gross,) = infer_shortfall(item, eur("1166.20"), on=DAY)
    (net,) = infer_shortfall(item, eur("1170.00"), on=DAY)
    assert gross.differences[0].tax == eur("3.80")
    assert net.differences[0].amount == eur("20.00")
    assert net.differences[0].tax == eur("0.00")


def test_grace_days_lengthen_the_discount_and_one_more_does_not() -> None:
    grace = MatchPolicy(grace_days=5)
    item = owed("AR-1", "2000.00", discounts=(EarlyDiscount(percent="10", until=DAY),))
    in_grace = infer_shortfall(item, eur("1800.00"), on=date(2026, 12, 6), policy=grace)
    too_late = infer_shortfall(item, eur("1800.00"), on=date(2026, 12, 7), policy=grace)
    assert in_grace[0].earned
    assert not too_late[0].earned


def test_the_first_day_that_is_not_over_decides_the_discount() -> None:
    tiers = (
        EarlyDiscount(percent="3", until=date(2026, 11, 30)),
        EarlyDiscount(percent="1", until=date(2026, 12, 10)),
    )
    item = owed("AR-1", "1007.00", discounts=tiers)
    assert inferred(item, "996.93", policy=MatchPolicy(retention_percents=())) == [
        (("discount", "10.07"),)
    ]
    assert inferred(item, "976.79", policy=MatchPolicy(retention_percents=())) == []


def test_the_discount_is_given_once_per_invoice() -> None:
    rest = owed("AR-1", "1000.00", open_="500.00", discounts=TWO)
    assert inferred(rest, "490.00", policy=MatchPolicy(retention_percents=())) == []


def test_one_line_of_the_invoice_may_be_disputed() -> None:
    lines = (eur("700.00"), eur("333.10"), eur("204.70"))
    assert inferred(owed("AR-1", "1237.80"), "904.70", lines=lines) == [(("dispute", "333.10"),)]
    twice = (eur("700.00"), eur("268.90"), eur("268.90"))
    assert inferred(owed("AR-1", "1237.80"), "968.90", lines=twice) == []


def test_a_range_of_fees_is_a_reason_and_not_an_exact_one() -> None:
    policy = MatchPolicy(fees=(BankFee(least=eur("5"), most=eur("30")),))
    item = owed("AR-1", "1237.80")
    (found,) = infer_shortfall(item, eur("1225.30"), on=DAY, policy=policy)
    assert (found.differences[0].reason, found.exact) == ("bank_fee", False)
    assert infer_shortfall(item, eur("1207.79"), on=DAY, policy=policy) == ()
    assert infer_shortfall(item, eur("1232.81"), on=DAY, policy=policy) == ()


def test_withholding_of_the_net_amount_is_known_where_the_tax_is() -> None:
    item = owed("AR-1", "1130.00", tax=eur("130.00"))
    assert inferred(item, "1030.00") == [(("withholding_tax", "100.00"),)]
    assert inferred(item, "1017.00") == [(("withholding_tax", "113.00"),)]


def test_blank_tolerance_is_zero_and_none_is_no_limit() -> None:
    whole = eur("1000.00")
    assert not MatchPolicy().tolerates(eur("0.01"), of=whole)
    blank = MatchPolicy(
        employee=ToleranceGroup(amount="5"), customer=ToleranceGroup(amount="5", percent="none")
    )
    assert not blank.tolerates(eur("0.01"), of=whole)
    free = ToleranceGroup(amount="none", percent="none")
    assert MatchPolicy(employee=free, customer=free).tolerates(eur("999.99"), of=whole)
    own = MatchPolicy(employee=free, customers=(("C-9", free),))
    assert own.tolerates(eur("9"), of=whole, customer="C-9")
    assert not own.tolerates(eur("9"), of=whole, customer="C-1")


@pytest.mark.parametrize("limit", ["-1", "unlimited", 0.5])
def test_a_limit_is_a_number_or_none(limit: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        ToleranceGroup.model_validate({"amount": limit})


def test_a_fee_goes_up_and_stays_in_one_currency() -> None:
    with pytest.raises(ValueError, match="from the least to the most"):
        BankFee(least=eur("5"), most=eur("4"))
    with pytest.raises(ValueError, match="from the least to the most"):
        BankFee(least=eur("5"), most=Money("6", "USD"))
    assert not BankFee(least=eur("5")).fits(Money("5", "USD"))


def test_who_says_that_it_is_a_part_leaves_nothing_to_explain():
    item = owed("AR-1", "2050.00", source="INV-2026-000938")
    rules = MatchPolicy(withholding_percents=("10",))
    for text, posts in (("付INV-2026-000938款", True), ("付INV-2026-000938款 部分货款", False)):
        found = match(paid("1845.00", text), [item], policy=rules)
        assert (found.posts is not None) is posts
