"""What is owed of rebates and by funders, all at once: the same figures as the ledger's own."""

from datetime import date

import pytest

from cpq import Money
from revenue import (
    Claim,
    ClaimSettlement,
    Fact,
    RebateAccrual,
    RebateSettlement,
    Receivable,
    ReceivablesLedger,
    Reversal,
    funder_statement,
)
from revenue.claim import ClaimLine, funder_statements
from revenue.rebate import RebateCarry, RebateClawBack, rebate_balances


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def day(number: int) -> date:
    return date(2026, 12, number)


def accrual(number: str, on: int, amount: str, *, customer: str = "C-1") -> RebateAccrual:
    return RebateAccrual(
        number=number, agreement="RB-1", customer=customer, on=day(on), amount=yuan(amount)
    )


def settled(number: str, on: int, amount: str) -> RebateSettlement:
    return RebateSettlement(
        number=number,
        agreement="RB-1",
        customer="C-1",
        means="cash",
        on=day(on),
        amount=yuan(amount),
    )


REBATES: tuple[Fact, ...] = (
    accrual("RA-1", 1, "100"),
    accrual("RA-2", 1, "5", customer="C-2"),
    settled("RS-1", 3, "90"),
    Reversal(number="RX-1", reverses="RS-1", on=day(5), reason="the bank sent it back"),
    settled("RS-2", 6, "100"),
    accrual("RA-3", 8, "-70"),
    RebateClawBack(number="RC-1", agreement="RB-1", customer="C-1", on=day(10), amount=yuan("30")),
    Receivable(
        number="RC-1",
        customer="C-1",
        source="RC-1",
        contract="RB-1",
        on=day(10),
        due_on=day(10),
        amount=yuan("30"),
    ),
    RebateCarry(
        number="RC-2",
        agreement="RB-1",
        into="RB-2",
        customer="C-1",
        on=day(12),
        amount=yuan("40"),
    ),
)


@pytest.mark.parametrize("as_of", [*range(1, 14), None])
def test_each_balance_is_that_of_the_ledger(as_of: int | None) -> None:
    ledger = ReceivablesLedger().record(*REBATES)
    on = None if as_of is None else day(as_of)
    found = rebate_balances(ledger.facts, as_of=on)
    assert found
    for each in found:
        assert each.balance == ledger.rebate_amount(each.agreement, each.customer, as_of=on)
        parts = each.accrued - each.reversed - each.settled + each.clawed_back + each.carried
        assert parts == each.balance


def test_every_column_says_how_the_balance_came_about() -> None:
    first, other, carried = rebate_balances(REBATES)
    assert (first.agreement, first.customer, first.balance) == ("RB-1", "C-1", yuan("0"))
    assert [first.accrued, first.reversed, first.settled, first.clawed_back, first.carried] == [
        yuan(amount) for amount in ("100", "70", "100", "30", "40")
    ]
    assert (other.customer, other.balance) == ("C-2", yuan("5"))
    assert (carried.agreement, carried.carried) == ("RB-2", yuan("-40"))


def test_nothing_is_owed_before_anything_was_accrued() -> None:
    assert rebate_balances(REBATES, as_of=date(2026, 11, 30)) == ()


def claim(number: str, funder: str, on: int) -> Claim:
    return Claim(
        number=number,
        funder=funder,
        promotion="AUTUMN",
        contract="HT-1",
        document=f"INV-{number}",
        on=day(on),
        lines=(ClaimLine(line=number, tax_code="VAT13", amount=yuan("30")),),
    )


CLAIMS = (
    claim("CL-1", "LUMEN", 1),
    claim("CL-2", "ACME", 2),
    ClaimSettlement(
        number="CS-1",
        claim="CL-1",
        funder="LUMEN",
        contract="HT-1",
        means="cash",
        on=day(5),
        amount=yuan("20"),
    ),
    Reversal(number="CX-1", reverses="CS-1", on=day(7), reason="the bank sent it back"),
    claim("CL-3", "LUMEN", 9),
)


@pytest.mark.parametrize("until", range(1, 11))
def test_each_statement_is_that_of_its_funder(until: int) -> None:
    ledger = ReceivablesLedger().record(*CLAIMS)
    every = funder_statements(ledger.facts, since=day(3), until=day(until))
    assert [each.funder for each in every] == (["LUMEN"] if until < 2 else ["ACME", "LUMEN"])
    for each in every:
        own = funder_statement(ledger.facts, each.funder, since=day(3), until=day(until))
        assert each == own
