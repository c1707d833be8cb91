import pytest

from revenue import ReceivablesLedger, Reversal, bill, verify
from revenue.chart import STANDARD_CHART
from revenue.entry import JournalEntry
from revenue.verification import _broken_journal, _different_balances
from tests.revenue.deals import (
    APPLICATION,
    CHARGE,
    RECOVERY,
    SIGNED,
    WRITE_OFF,
    cash,
    cny,
    contract_of,
    day,
    debt,
    ledger_of,
)

UNDO = Reversal(number="X-1", reverses="A-1", on=day(5), reason="wrong")


def tampered(*facts):
    """A ledger as somebody may have edited it in a store: nothing was checked."""
    return ReceivablesLedger.model_construct(facts=facts)


def codes(ledger):
    return [finding.code for finding in verify(ledger)]


def test_a_ledger_that_was_recorded_holds_together():
    ledger = ledger_of(
        *bill(contract_of(), event="signing", on=SIGNED, number="INV-1"),
        debt("AR-1", "10"),
        cash("R-1", "10"),
        APPLICATION,
        CHARGE,
        WRITE_OFF.with_(on=day(2)),
        RECOVERY.with_(on=day(3)),
        UNDO,
    )
    assert verify(ledger) == ()


def test_an_amount_raised_afterwards_is_found():
    ledger = tampered(debt("AR-1", "10"), cash("R-1", "99"), APPLICATION.with_(amount=cny("10.01")))
    assert codes(ledger) == ["ledger.overdrawn", "ledger.not_replayable"]
    assert verify(ledger)[0].place == "receivable/ar-1"
    assert verify(ledger)[1].place == "application.exceeds_open"


def test_a_second_reversal_is_found():
    facts = debt("AR-1", "10"), cash("R-1", "10"), APPLICATION, UNDO, UNDO.with_(number="X-2")
    assert codes(tampered(*facts))[0] == "ledger.reversed_twice"


def test_a_reversal_of_nothing_is_found():
    assert codes(tampered(debt("AR-1", "10"), UNDO))[0] == "ledger.nothing_reversed"


def test_a_receipt_moved_to_another_currency_is_found():
    facts = debt("AR-1", "10"), cash("R-1", "10", currency="USD"), APPLICATION
    assert codes(tampered(*facts)) == ["ledger.not_replayable"]


def test_an_invoice_whose_receivable_is_missing_is_found():
    invoice, _ = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    (finding,) = verify(ledger_of(invoice))
    assert (finding.code, finding.place) == ("ledger.control_differs", "1122/c-1")
    assert "21930.00 CNY" in finding.message.en


def test_findings_are_said_in_both_languages():
    invoice, _ = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    (finding,) = verify(ledger_of(invoice))
    assert finding.message.in_("zh").startswith("科目 1122")


class _Forgetful(ReceivablesLedger):
    """A ledger whose balances forget every application."""

    def open_amount(self, receivable, *, as_of=None):
        return self.receivable(receivable).amount


def test_a_wrong_balance_is_found():
    facts = debt("AR-1", "10"), cash("R-1", "10"), APPLICATION
    (finding,) = _different_balances(_Forgetful(facts=facts))
    assert (finding.code, finding.place) == ("ledger.balance_differs", "receivable/ar-1")


def lopsided(**lines):
    """An entry nobody checked: signed amounts by part of the chart."""
    from revenue import JournalLine

    return JournalEntry.model_construct(
        number="E-1",
        on=day(1),
        lines=tuple(
            JournalLine(
                account=getattr(STANDARD_CHART, part),
                **{"debit" if amount.amount > 0 else "credit": abs(amount)},
                contract="HT-1",
            )
            for part, amount in lines.items()
        ),
    )


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"bank": cny("1")}, "ledger.not_balanced"),
        (
            {"contract_asset": cny("1"), "contract_liability": cny("-1")},
            "ledger.position_both",
        ),
    ],
)
def test_a_journal_that_does_not_hold_is_found(lines, code):
    found = _broken_journal(ReceivablesLedger(), (lopsided(**lines),))
    assert [finding.code for finding in found] == [code]
