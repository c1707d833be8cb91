"""Books in which everything happens once: every kind of fact that settles or is settled (样例账).

One customer pays in dollars while the books are in yuan; receivables are disputed, held back,
revalued, netted, moved to another customer, written off and recovered; money of nobody becomes
somebody's; periods are closed and opened again.
"""

from datetime import date

from cpq.kernel.money import Money
from revenue.application import Adjustment, Application, DebtorChange, Difference, Reversal
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import Revaluation
from revenue.hold import CreditHold, HoldRelease
from revenue.ledger import Fact
from revenue.period import PeriodClose, PeriodReopening
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.reminder import DunningBlock, Reminder
from revenue.retention import RetentionRelease
from revenue.writeoff import (
    AllowanceCharge,
    Recovery,
    WriteOff,
    WriteOffDecision,
    WriteOffProposal,
)

_START = date(2026, 12, 1)


def _day(place: int) -> date:
    return _START.replace(day=place)


def _cny(amount: str) -> Money:
    return Money(amount, "CNY")


def _usd(amount: str) -> Money:
    return Money(amount, "USD")


def example_books() -> tuple[Fact, ...]:
    """The facts, in an order in which a ledger takes them; values in the books are not on them yet.

    >>> from revenue.ledger import ReceivablesLedger
    >>> ledger = ReceivablesLedger().settle(*example_books())
    >>> len({fact.kind for fact in ledger.facts}) > 20, ledger.open_amount("AR-1")
    (True, Money('0.00', 'CNY'))
    """
    return (*_paid_in_part(), *_settled(), *_abroad(), *_lost(), *_noted())


def _owed(number: str, amount: Money, due: int = 10, **more: object) -> Receivable:
    return Receivable.model_validate(
        {"number": number, "customer": "C-1", "on": _START, "due_on": _day(due), "amount": amount}
        | more
    )


def _paid(number: str, amount: Money, **more: object) -> Receipt:
    return Receipt.model_validate(
        {"number": number, "customer": "C-1", "on": _day(2), "amount": amount} | more
    )


def _paid_in_part() -> tuple[Fact, ...]:
    """Discount, fee, dispute and retention; money of nobody becomes somebody's."""
    discount = Difference(reason="discount", amount=_cny("11.30"), tax=_cny("1.30"))
    fee = Difference(reason="bank_fee", amount=_cny("5.00"))
    disputed = Difference(
        reason="dispute", amount=_cny("100.00"), residual="AR-1/D", due_on=_day(20)
    )
    held = Difference(
        reason="retention", amount=_cny("30.00"), residual="AR-2/R", due_on=date(2027, 12, 1)
    )
    return (
        _owed("AR-1", _cny("1000.00")),
        _owed("AR-2", _cny("600.00"), due=5),
        _owed("AR-3", _cny("400.00"), due=20, origin="opening"),
        _paid("R-1", _cny("1200.00")),
        _paid("R-2", _cny("90.00"), customer=""),
        Application(
            number="A-1", receipt="R-1", receivable="AR-1", on=_day(3), amount=_cny("883.70"),
            differences=(discount, fee, disputed), proof="reference", by="matching",
        ),
        Application(
            number="A-2", receipt="R-1", receivable="AR-2", on=_day(4), amount=_cny("170.00"),
            differences=(held,),
        ),
        Identification(
            number="ID-1", receipt="R-2", customer="C-1", amount=_cny("80.00"), on=_day(4), by="Li"
        ),
        Application(
            number="A-3", receipt="ID-1", receivable="AR-1/D", on=_day(5), amount=_cny("60.00")
        ),
        Reversal(number="X-1", reverses="A-3", on=_day(5), reason="still disputed"),
    )  # fmt: skip


def _settled() -> tuple[Fact, ...]:
    """Credit notes, netting, differences without money, a merger, refunds, a retention's end."""
    return (
        CreditNote(
            number="CN-1", customer="C-1", on=_day(5), amount=_cny("56.50"), tax=_cny("6.50"),
            reason="goods came back",
        ),
        Payable(
            number="PI-1", customer="C-1", on=_START, due_on=_day(9), amount=_cny("200.00")
        ),
        Application(
            number="A-4", receipt="CN-1", means="credit_note", receivable="AR-2", on=_day(6),
            amount=_cny("50.00"),
        ),
        Application(
            number="A-5", receipt="PI-1", means="payable", receivable="AR-2", on=_day(6),
            amount=_cny("200.00"), agreement="netting 7",
        ),
        Adjustment(
            number="AD-1", document="AR-2", on=_day(7), by="Wang", reason="agreed",
            difference=Difference(reason="short_pay", amount=_cny("0.50")),
        ),
        Adjustment(
            number="AD-2", document="R-1", document_kind="receipt", on=_day(7), by="Wang",
            reason="too small to pay back",
            difference=Difference(reason="rounding", amount=_cny("0.30")),
        ),
        DebtorChange(
            number="DC-1", receivable="AR-3", customer="C-2", amount=_cny("150.00"), on=_day(8),
            due_on=_day(28), reason="merged", by="Wang",
        ),
        Refund(
            number="RF-1", source="R-1", amount=_cny("20.00"), on=_day(9), reason="paid twice",
            by="Wang",
        ),
        Refund(
            number="RF-2", source="R-2", amount=_cny("10.00"), on=_day(9), cause="bounced",
            reason="wrong account", by="bank",
        ),
        RetentionRelease(
            number="RR-1", retention="AR-2/R", amount=_cny("30.00"), on=_day(10),
            due_on=_day(31), by="Li",
        ),
    )  # fmt: skip


def _abroad() -> tuple[Fact, ...]:
    """Dollars in books of yuan: an advance, a partial payment, a revaluation and back."""
    return (
        _owed("AR-U1", _usd("1000.00"), booked=_cny("7000.00")),
        _owed("AR-U2", _usd("333.33"), booked=_cny("2340.01")),
        _paid("R-U1", _usd("700.00"), booked=_cny("4970.00")),
        _paid("R-U2", _usd("100.00"), booked=_cny("690.00"), advance=True),
        Application(
            number="A-U1", receipt="R-U1", receivable="AR-U1", on=_day(11), amount=_usd("333.33"),
            differences=(Difference(reason="bank_fee", amount=_usd("6.67")),),
        ),
        Application(
            number="A-U2", receipt="R-U2", receivable="AR-U1", on=_day(12), amount=_usd("100.00")
        ),
        Revaluation(
            number="RV-1", receivable="AR-U1", on=_day(15), open=_usd("560.00"), rate="7.20",
            difference=_cny("112.00"),
        ),
        Revaluation(
            number="RV-2", receivable="AR-U2", on=_day(15), open=_usd("333.33"), rate="7.20",
            difference=_cny("59.97"), reversed_on=_day(16),
        ),
        Reversal(number="X-2", reverses="RV-2", on=_day(16), reason="next day"),
        Application(
            number="A-U3", receipt="R-U1", receivable="AR-U2", on=_day(17), amount=_usd("333.33")
        ),
    )  # fmt: skip


def _lost() -> tuple[Fact, ...]:
    """A write-off that was proposed and approved, and part of it recovered."""
    return (
        _owed("AR-9", _cny("113.00")),
        WriteOffProposal(
            number="WP-1", receivable="AR-9", amount=_cny("113.00"), on=_day(18),
            reason="insolvent", evidence=("court notice 77",), by="Li",
        ),
        WriteOffDecision(number="WD-1", proposal="WP-1", approved=True, on=_day(19), by="Wang"),
        WriteOff(
            number="W-1", receivable="AR-9", amount=_cny("113.00"), on=_day(20),
            reason="insolvent", approved_by="Wang", proposal="WP-1", tax_relief=_cny("13.00"),
        ),
        AllowanceCharge(number="P-1", on=_day(20), amount=_cny("100.00"), reason="year end"),
        _paid("R-9", _cny("50.00")),
        Recovery(
            number="V-1", write_off="W-1", receipt="R-9", amount=_cny("40.00"), on=_day(21),
            tax=_cny("4.60"),
        ),
    )  # fmt: skip


def _noted() -> tuple[Fact, ...]:
    """Reminders, a hold that is let go, a period that is closed, opened and closed again."""
    return (
        Reminder(
            number="DN-1", customer="C-1", level=1, on=_day(22), receivables=("AR-2", "AR-3"),
            pay_by=_day(29),
        ),
        DunningBlock(
            number="DB-1", customer="C-1", receivable="AR-1/D", on=_day(22), reason="disputed",
            by="Li",
        ),
        CreditHold(
            number="H-1", customer="C-1", order="SO-1", at="order", on=_day(22), reasons=("late",)
        ),
        HoldRelease(number="HR-1", hold="H-1", on=_day(23), reason="guarantee", by="Wang"),
        PeriodClose(number="W-49", through=_day(7), on=_day(23), by="Wang"),
        PeriodClose(number="W-50", through=_day(14), on=_day(23), by="Wang"),
        PeriodReopening(
            number="W-50/1", period="W-50", on=_day(24), by="Wang", reason="an invoice late"
        ),
        _owed("AR-4", _cny("77.00"), on=_day(9)),
    )  # fmt: skip
