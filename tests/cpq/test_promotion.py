"""Promotion policies: who gets what, shared to the cent, and why not where not."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq.cap import Cap
from cpq.configuration import Item
from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.pricebook import entry
from cpq.pricing import item, price
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy, ordered
from cpq.trace import Step
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, book, catalogue


def _off(amount: str, **fields: object) -> PromotionPolicy:
    benefit = AmountOff(amount=Money(amount, "CNY"))
    return PromotionPolicy.model_validate({"code": "OFF", "benefit": benefit, **fields})


def _percent(percent: str, **fields: object) -> PromotionPolicy:
    benefit = PercentOff(percent=percent)
    return PromotionPolicy.model_validate({"code": "PERCENT", "benefit": benefit, **fields})


def _cap(amount: str, over: str = "clip") -> Cap:
    return Cap.model_validate({"amount": Money(amount, "CNY"), "over": over})


def _priced(*policies: PromotionPolicy, items: tuple[Item, ...] = (), on: date = DAY) -> Pricing:
    """10 bolts at 10.00 and 10 films at 7.77, unless other items are given."""
    wanted = items or (item("BOLT", 10), item("FILM", 10))
    return price(wanted, catalogue=catalogue(promotions=policies), on=on)


def _shares(pricing: Pricing) -> list[str]:
    return [str(line.discount) for line in pricing.lines]


def _refusal(pricing: Pricing) -> tuple[str, str, str]:
    steps: list[Step] = [*pricing.refused, *(s for line in pricing.lines for s in line.steps)]
    step = next(step for step in steps if step.point == "promotion" and not step.applied)
    return step.reason, step.needed, step.actual


def test_a_percentage_is_reckoned_on_the_total_and_shared() -> None:
    # 3.3 % of 177.70 is 5.8641; 100.00 bears 3.2977…, 77.70 bears 2.5622…
    pricing = _priced(_percent("3.3"))
    assert (_shares(pricing), str(pricing.discount)) == (["3.30", "2.56"], "5.86 CNY")


def test_an_amount_off_is_never_more_than_the_lines_cost() -> None:
    pricing = _priced(_off("1000"))
    assert (_shares(pricing), str(pricing.net)) == (["100.00", "77.70"], "0.00 CNY")


@pytest.mark.parametrize("spread", ["order", "per_line"])
def test_an_amount_off_is_that_amount_under_either_spread(spread: str) -> None:
    assert str(_priced(_off("10.00", spread=spread)).discount) == "10.00 CNY"


def test_a_cap_clips_and_the_shares_add_up_to_it() -> None:
    assert _shares(_priced(_percent("50", caps=(_cap("10.00"),)))) == ["5.63", "4.37"]
    assert _shares(_priced(_percent("50", caps=(_cap("88.85"),)))) == ["50.00", "38.85"]
    assert _shares(_priced(_percent("50", spread="per_line", caps=(_cap("0.01"),)))) == [
        "0.01",
        "0.00",
    ]


def test_a_cap_that_rejects_gives_nothing_beyond_it() -> None:
    assert _shares(_priced(_percent("50", caps=(_cap("88.84", "reject"),)))) == ["0.00", "0.00"]
    assert _shares(_priced(_percent("50", caps=(_cap("88.85", "reject"),)))) == ["50.00", "38.85"]


def test_spare_cents_do_not_follow_the_order_of_lines() -> None:
    # one fen off two lines of 0.04: given to the 13 % line the tax is 0.00, to the 6 % line 0.01
    rows = (entry("BOLT", price="0.04"), entry("FILM", price="0.04"))
    trade = catalogue(book(*rows), promotions=(_off("0.01"),))
    items = [item("BOLT"), item("FILM")]
    first, second = (price(each, catalogue=trade, on=DAY) for each in (items, items[::-1]))
    assert (first.tax, first.gross) == (second.tax, second.gross)
    assert _shares(first) == _shares(second)[::-1] == ["0.01", "0.00"]


def test_policies_act_by_priority_then_by_code() -> None:
    late, early = _off("50", priority=-1), _percent("50", priority=1)
    assert [policy.code for policy in ordered([late, early])] == ["PERCENT", "OFF"]
    # 177.70 − 88.85 = 88.85, then − 50.00
    assert str(_priced(late, early).net) == "38.85 CNY"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"quantity_from": "21"}, ("quantity_below", "21", "20")),
        ({"quantity_to": "19"}, ("quantity_above", "19", "20")),
        ({"amount_from": Money("177.71", "CNY")}, ("amount_below", "177.71", "177.70")),
        ({"customer_groups": ("key",)}, ("other_customer", "key", "none")),
        (
            {"period": Period(end="2026-11-20")},
            ("outside_period", "… to 2026-11-20", "2026-11-21"),
        ),
    ],
)
def test_a_refused_policy_says_what_it_needed_and_found(
    fields: dict[str, object], refusal: tuple[str, str, str]
) -> None:
    pricing = _priced(_percent("5", **fields))
    assert (_refusal(pricing), str(pricing.discount)) == (refusal, "0.00 CNY")


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity_from": "20"},
        {"quantity_to": "20"},
        {"amount_from": Money("177.70", "CNY")},
        {"period": Period(start="2026-11-21", end="2026-11-21")},
    ],
)
def test_conditions_hold_at_their_bounds(fields: dict[str, object]) -> None:
    assert str(_priced(_percent("10", **fields)).discount) == "17.77 CNY"


def test_the_day_in_a_trace_is_the_day_of_the_zone() -> None:
    lapsed = _percent("5", period=Period(end="2026-11-20"), zone="Asia/Shanghai")
    trade = catalogue(promotions=(lapsed,)).with_(zone="Asia/Shanghai")
    pricing = price([item("BOLT")], catalogue=trade, on=DAY)
    assert _refusal(pricing) == ("outside_period", "… to 2026-11-20", "2026-11-21")


def test_many_customer_groups_still_make_a_trace() -> None:
    groups = tuple(f"group-{place:020d}" for place in range(40))
    reason, needed, _ = _refusal(_priced(_percent("5", customer_groups=groups)))
    assert (reason, len(needed)) == ("other_customer", 200)


def test_a_condition_per_line_looks_at_each_line_alone() -> None:
    both = (item("BOLT", 4), item("FILM", 6))
    by_line = _percent("10", basis="line", quantity_from="5")
    assert _shares(_priced(by_line, items=both)) == ["0.00", "4.66"]


def test_a_policy_is_for_its_products_and_categories() -> None:
    assert _shares(_priced(_percent("10", products=("FILM",)))) == ["0.00", "7.77"]
    assert _shares(_priced(_percent("10", categories=("parts",)))) == ["10.00", "0.00"]
    both = _percent("10", products=("FILM",), categories=("parts",))
    assert _shares(_priced(both)) == ["10.00", "7.77"]


def test_a_policy_in_another_currency_does_not_act() -> None:
    dollars = PromotionPolicy(code="USD", benefit=AmountOff(amount=Money("5", "USD")))
    assert _refusal(_priced(dollars)) == ("other_currency", "USD", "CNY")


def test_a_return_lowers_what_the_rest_is_discounted_by() -> None:
    pricing = _priced(_percent("10"), items=(item("BOLT", -2), item("FILM", 10)))
    assert (_shares(pricing), str(pricing.net)) == (["0.00", "5.77"], "51.93 CNY")


def test_an_exchange_pays_nobody() -> None:
    exchange = (item("BOLT", 10), item("BOLT", -10))
    for policy in (_percent("10"), _percent("10", spread="per_line")):
        assert str(_priced(policy, items=exchange).net) == "0.00 CNY"
    off = PromotionPolicy(code="OFF", benefit=AmountOff(amount=Money("50", "CNY")))
    pricing = _priced(off, items=(item("BOLT", 10), item("BOLT", -9)))
    assert (str(pricing.discount), str(pricing.net)) == ("10.00 CNY", "0.00 CNY")


def test_an_amount_that_cannot_be_paid_is_no_promotion() -> None:
    with pytest.raises(ValidationError, match="more decimals than CNY has"):
        PromotionPolicy(code="OFF", benefit=AmountOff(amount=Money("10.005", "CNY")))
    with pytest.raises(ValidationError, match="more decimals than JPY has"):
        _percent("5", caps=(Cap(amount=Money("5.5", "JPY")),))


def test_a_policy_for_a_product_covers_its_variants() -> None:
    policy = _percent("10", products=("BOLT",))
    assert policy.covers("BOLT-R", (), family="BOLT")
    assert not policy.covers("NUT-R", (), family="NUT")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: AmountOff(amount=Money("0", "CNY")), "promotion.not_positive"),
        (lambda: AmountOff(amount=Money("-1", "CNY")), "promotion.not_positive"),
        (lambda: _cap("-0.01"), "cap.negative"),
    ],
)
def test_a_discount_that_would_be_a_surcharge_is_refused(make: object, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make()  # type: ignore[operator]
    cause = refusal.value.errors()[0]["ctx"]["error"]
    assert isinstance(cause, DomainError)
    assert cause.code == code


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity_from": "5", "quantity_to": "4"},
        {"amount_from": Money("1", "CNY"), "cap": Cap(amount=Money("1", "USD"))},
        {"quantity_from": 1.5},
    ],
    ids=["nothing is both", "two currencies", "a float"],
)
def test_a_policy_that_cannot_be_met_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _percent("5", **fields)


@pytest.mark.parametrize("percent", ["0", "100.01", "-5"])
def test_a_percentage_lies_above_0_and_up_to_100(percent: str) -> None:
    with pytest.raises(ValidationError):
        PercentOff(percent=percent)


def test_a_promotion_capped_in_another_currency_does_not_act() -> None:
    pricing = _priced(_percent("50", caps=(Cap(amount=Money("5.00", "USD")),)))
    assert not pricing.discount.amount
    assert [(row.reason, row.needed) for row in pricing.refused] == [("other_currency", "USD")]


def test_each_share_is_kept_with_its_funder_and_tax_code() -> None:
    pricing = _priced(_percent("10", funding="VENDOR"))
    rows = [(row.line, row.tax_code, row.funder, row.amount) for row in pricing.allocations]
    assert rows == [
        ("1", "VAT13", "VENDOR", Decimal("10.00")),
        ("2", "VAT6", "VENDOR", Decimal("7.77")),
    ]
