"""The worked cases that concern matching, with the system that each was read in.

Not reproduced here, because matching does not decide them: ``app-odoo-fifo``,
``app-odoo-plan-nested``, ``app-metas-many-many``, ``app-erpnext-jv`` and ``app-metas-full`` (which
amounts are applied and posted once somebody has decided), ``app-tryton-overpay-writeoff`` and
``app-erpnext-38333`` (a write-off that a person chooses), ``app-metas-ar-ap`` (netting needs an
agreement; the matcher proposes receivables only), ``epd-odoo-mixed`` (tax of an invoice).
"""

from datetime import date
from typing import Any

import pytest

from cpq.kernel.money import Money
from revenue.matching import BankFee, MatchPolicy, ToleranceGroup, infer_shortfall, match
from revenue.receivable import EarlyDiscount
from tests.revenue.matching.owed import eur, owed, paid


def _dues(*amounts: str) -> list[Any]:
    return [
        owed(f"AR-{place}", amount, due_on=date(2026, 11, place))
        for place, amount in enumerate(amounts, start=1)
    ]


def test_app_odoo_exact_beats_fifo() -> None:
    """OCA account_reconcile_model_oca test_no_amount_check_exact_match: 300 of 100, 200, 300."""
    found = match(paid("300"), _dues("100", "200", "300"))
    assert found.candidates[0].receivables == ("AR-3",)
    assert found.posts is None
    assert found.rivals == 1


def test_app_odoo_same_reference() -> None:
    """OCA test_payment_similar_communications: two items with the reference a1b2c3, one without."""
    book = [
        owed("AR-1", "500", source="a1b2c3"),
        owed("AR-2", "500", source="a1b2c3"),
        owed("AR-3", "500", source="d1e2f3"),
    ]
    found = match(paid("1000", "a1b2c3"), book)
    assert found.posts is not None
    assert found.posts.receivables == ("AR-1", "AR-2")


@pytest.mark.parametrize(("percent", "short"), [("0", None), ("0.5", None), ("1.0", "10")])
def test_tol_odoo_under(percent: str, short: str | None) -> None:
    """OCA tolerance tests: 990 of 1000 with 0 %, 0.5 % and 1 %."""
    group = ToleranceGroup(amount="none", percent=percent)
    policy = MatchPolicy(employee=group, customer=group)
    found = match(paid("990", "AR-1"), _dues("1000"), policy=policy)
    short_pays = [
        part.amount
        for candidate in found.candidates
        for share in candidate.shares
        for part in share.differences
    ]
    assert short_pays == ([eur(short)] if short else [])


def test_tol_odoo_over() -> None:
    """OCA tolerance tests: 1010 for 1000 matches, and 10 are left on account."""
    found = match(paid("1010", "AR-1"), _dues("1000"))
    assert found.candidates[0].receivables == ("AR-1",)
    assert found.candidates[0].rest_on_account == eur("10")


def test_tol_sap_two_keys() -> None:
    """SAP 'Managing Payment Differences', KBA 3539821: both groups must allow it."""
    policy = MatchPolicy(
        employee=ToleranceGroup(amount="2.00", percent="none"),
        customer=ToleranceGroup(amount="3.00", percent="none"),
    )
    whole = eur("1000")
    assert policy.tolerates(eur("1.99"), of=whole)
    assert not policy.tolerates(eur("2.50"), of=whole)


def test_app_tryton_rule() -> None:
    """trytond_account_receivable_rule: 80 by due date over 50, 20 and 30 leaves 20 of the last."""
    book = [
        owed("acc1", "50", due_on=date(2026, 11, 2)),
        owed("acc2", "20", due_on=date(2026, 11, 3)),
        owed("acc2-end", "30", due_on=date(2026, 11, 30)),
    ]
    found = match(paid("80"), book)
    oldest = [[str(share.amount.amount) for share in each.shares] for each in found.candidates]
    assert ["50.00", "20.00", "10.00"] in oldest


def test_app_tryton_overflow() -> None:
    """trytond_account_receivable_rule: 100 for 50; what is more stays on account."""
    found = match(paid("100"), _dues("50"))
    assert found.candidates[0].shares[0].amount == eur("50")
    assert found.candidates[0].rest_on_account == eur("50")


def test_app_metas_discount_119() -> None:
    """metasfresh: 107.10 for 119 with 19 % VAT is a discount of 11.90 that corrects 1.90 of tax."""
    terms = (EarlyDiscount(percent="10", until=date(2026, 12, 1)),)
    item = owed("AR-1", "119", tax=eur("19"), discounts=terms)
    (found,) = infer_shortfall(item, eur("107.10"), on=date(2026, 12, 1))
    assert found.differences[0].amount == eur("11.90")
    assert found.differences[0].tax == eur("1.90")


def test_app_metas_mixed() -> None:
    """metasfresh: 106 for 119 with a discount of 3 (0.48 of it tax) and a bank fee of 10."""
    percent = "2.5210084033613445378"
    terms = (EarlyDiscount(percent=percent, until=date(2026, 12, 1)),)
    item = owed("AR-1", "119", tax=eur("19"), discounts=terms)
    policy = MatchPolicy(fees=(BankFee(least=eur("10")),))
    (found,) = infer_shortfall(item, eur("106"), on=date(2026, 12, 1), policy=policy)
    assert [(part.reason, part.amount) for part in found.differences] == [
        ("discount", eur("3")),
        ("bank_fee", eur("10")),
    ]
    assert found.differences[0].tax == eur("0.48")


def test_app_oracle_discount_grace() -> None:
    """Oracle AutoCash: 10 % until the 11th; 1,800 on the 14th, five days of grace, pays 2,000."""
    terms = (EarlyDiscount(percent="10", until=date(2003, 1, 11)),)
    book = [owed("AR-1", "2000", on=date(2003, 1, 1), due_on=date(2003, 1, 31), discounts=terms)]
    payment = paid("1800", "AR-1", on=date(2003, 1, 14))
    found = match(payment, book, policy=MatchPolicy(grace_days=5))
    assert found.candidates[0].shares[0].settled == eur("2000")
    late = match(payment, book, policy=MatchPolicy(grace_days=2))
    assert all(each.shares[0].settled == eur("1800") for each in late.candidates)


def test_vat_of_a_discount_of_100_in_595() -> None:
    """Journal entry 18 of the semantics: of a discount of 100 in 595 gross, 15.97 are VAT."""
    terms = (EarlyDiscount(percent="16.8067226890756302521", until=date(2026, 12, 1)),)
    item = owed("AR-1", "595", tax=Money("95", "EUR"), discounts=terms)
    (found,) = infer_shortfall(item, eur("495"), on=date(2026, 12, 1))
    assert found.differences[0].tax == eur("15.97")
