"""Documents and settlements for the tests of cash application: a debt of 300, a receipt of 350."""

from datetime import date

from cpq.kernel.money import Money, money_total
from revenue import ReceivablesLedger, verify
from revenue.application import Adjustment, Application, DebtorChange, Difference
from revenue.chart import STANDARD_CHART
from revenue.credit_note import CreditNote, Payable
from revenue.journal import journal
from revenue.ledger.effect import names_opened
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.retention import RetentionRelease
from revenue.writeoff import Recovery, WriteOff

DAY = date(2026, 12, 1)
BEFORE = date(2026, 11, 30)
LATER = date(2026, 12, 15)
DUE = date(2026, 12, 31)


def cny(amount):
    return amount if isinstance(amount, Money) else Money(amount, "CNY")


def usd(amount):
    return Money(amount, "USD")


def owed(number="AR-1", amount="300.00", **fields):
    said = {"customer": "C-1", "on": DAY, "due_on": DUE, "amount": cny(amount)}
    return Receivable(number=number, **{**said, **fields})


def paid(number="R-1", amount="350.00", **fields):
    return Receipt(number=number, **{"customer": "C-1", "on": DAY, "amount": cny(amount), **fields})


def credited(number="CN-1", amount="100.00", **fields):
    said = {"customer": "C-1", "on": DAY, "amount": cny(amount), "reason": "goods came back"}
    return CreditNote(number=number, **{**said, **fields})


def payable(number="PI-1", amount="100.00", **fields):
    said = {"customer": "C-1", "on": DAY, "due_on": DUE, "amount": cny(amount)}
    return Payable(number=number, **{**said, **fields})


def short(amount, reason="short_pay", **fields):
    return Difference(reason=reason, amount=amount, **fields)


def disputed(amount, number="AR-1/D"):
    return short(amount, "dispute", residual=number, due_on=DUE)


def held_back(amount, number="AR-1/R"):
    return short(amount, "retention", residual=number, due_on=date(2027, 12, 31))


def applying(amount, number="A-1", **fields):
    said = {"receipt": "R-1", "receivable": "AR-1", "on": LATER, "amount": amount}
    return Application(number=number, **{**said, **fields})


def adjusting(difference, number="AD-1", **fields):
    said = {"document": "AR-1", "on": LATER, "reason": "agreed", "by": "Wang"}
    return Adjustment(number=number, **{**said, "difference": difference, **fields})


def handing_on(amount, number="DC-1", **fields):
    said = {"receivable": "AR-1", "customer": "C-2", "on": LATER, "due_on": DUE, "by": "Wang"}
    return DebtorChange(number=number, **{**said, "reason": "merged", "amount": amount, **fields})


def identifying(amount, number="ID-1", **fields):
    said = {"receipt": "R-1", "customer": "C-2", "on": LATER, "by": "Li", "amount": amount}
    return Identification(number=number, **{**said, **fields})


def refunding(amount, number="RF-1", **fields):
    said = {"source": "R-1", "on": LATER, "reason": "paid twice", "by": "Wang", "amount": amount}
    return Refund(number=number, **{**said, **fields})


def releasing(amount, number="RR-1", **fields):
    said = {"retention": "AR-1/R", "on": LATER, "due_on": DUE, "by": "Li", "amount": amount}
    return RetentionRelease(number=number, **{**said, **fields})


def losing(amount, number="W-1", **fields):
    said = {"receivable": "AR-1", "on": LATER, "reason": "insolvent", "approved_by": "Wang"}
    return WriteOff(number=number, **{**said, "amount": amount, **fields})


def recovering(amount, number="V-1", **fields):
    said = {"write_off": "W-1", "receipt": "R-1", "on": LATER, "amount": amount}
    return Recovery(number=number, **{**said, **fields})


def at_home(*facts):
    """AR-1 of 300.00 and R-1 of 350.00, both of C-1 in CNY, and then these facts."""
    return ReceivablesLedger().record(owed(), paid(), *facts)


def abroad(*facts, debt="2100.00", cash="2485.00", advance=False):
    """AR-1 of 300.00 USD and R-1 of 350.00 USD with these values in CNY, and then the facts."""
    return (
        ReceivablesLedger()
        .record(
            owed(amount=usd("300.00"), booked=cny(debt)),
            paid(amount=usd("350.00"), booked=cny(cash), advance=advance),
        )
        .settle(*facts)
    )


def lefts(ledger):
    """What is left, and what it is worth, of every document that holds something."""
    found = {}
    for fact in ledger.facts:
        for kind, number in names_opened(fact):
            left = ledger.left(kind, number)
            if left.amount:
                found[kind, number] = (str(left), str(ledger.book_value(kind, number)))
    return found


def shown(ledger, part):
    """What an account is worth in the books, a debit above 0; whatever the ledger verifies."""
    assert verify(ledger) == ()
    account = getattr(STANDARD_CHART, part)
    lines = (line for entry in journal(ledger.facts) for line in entry.lines)
    values = (line.value for line in lines if line.account == account)
    return str(money_total(values, "CNY").amount)
