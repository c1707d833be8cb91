"""What a settlement takes from which document, and which it opens (影响).

One table for the rules, the postings and the stores, so that none of them has its own idea of it:

    =================  ===========================  ===========================================
    fact               takes from                   opens
    =================  ===========================  ===========================================
    application        what pays, and receivable    a disputed receivable, a retention
    adjustment         receivable or receipt        a disputed receivable, a retention
    debtor change      receivable                   the receivable of the other customer
    identification     receipt                      the receipt of the customer found
    refund             receipt or credit note       –
    retention release  retention                    a receivable
    write-off          receivable                   what is recoverable of it
    recovery           receipt, and write-off       –
    revaluation        value of a receivable        –
    =================  ===========================  ===========================================
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, assert_never

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Difference
from revenue.credit_note import CreditNote, Payable
from revenue.ledger.balance import Document, Key
from revenue.ledger.fact import Taking
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.retention import Retention, RetentionRelease
from revenue.writeoff import Recovery, WriteOff

DocumentKind = Literal["receivable", "receipt", "credit_note", "payable", "retention", "write_off"]
"""Kinds of documents that settlements take from."""


class Taken(NamedTuple):
    """``amount`` of a document, more than zero."""

    kind: DocumentKind
    number: str
    amount: Money

    @property
    def key(self) -> Key:
        """Where the document's balance is."""
        return self.kind, number_key(self.number)


def taken(fact: Taking) -> tuple[Taken, ...]:
    """What a settlement takes, in the order of its ``books``.

    >>> from datetime import date
    >>> fact = Application(number="A-1", receipt="R-1", receivable="AR-1", on=date(2026, 12, 2),
    ...                    amount=Money("300", "CNY"))
    >>> [(part.kind, part.number) for part in taken(fact)]
    [('receipt', 'R-1'), ('receivable', 'AR-1')]
    """
    match fact:
        case Application():
            return (
                Taken(fact.means, fact.receipt, fact.taken),
                Taken("receivable", fact.receivable, fact.settled),
            )
        case Adjustment():
            return (Taken(fact.document_kind, fact.document, fact.amount),)
        case DebtorChange() | WriteOff():
            return (Taken("receivable", fact.receivable, fact.amount),)
        case Identification():
            return (Taken("receipt", fact.receipt, fact.amount),)
        case Refund():
            return (Taken(fact.means, fact.source, fact.amount),)
        case RetentionRelease():
            return (Taken("retention", fact.retention, fact.amount),)
        case Recovery():
            return (
                Taken("receipt", fact.receipt, fact.amount),
                Taken("write_off", fact.write_off, fact.amount),
            )
        case _:
            assert_never(fact)


def opened(fact: Taking, origins: Sequence[object]) -> tuple[Document, ...]:
    """The documents that a settlement opens; ``origins`` are those that it takes from, in order.

    >>> from datetime import date
    >>> found = Identification(number="ID-1", receipt="R-9", customer="C-1", on=date(2026, 12, 3),
    ...                        amount=Money("80", "CNY"), by="Li")
    >>> nobodys = Receipt(number="R-9", customer="", on=date(2026, 12, 1),
    ...                   amount=Money("80", "CNY"))
    >>> [(each.kind, each.number, each.customer) for each in opened(found, [nobodys])]
    [('receipt', 'ID-1', 'C-1')]
    """
    origin = origins[-1]
    match fact:
        case WriteOff():
            return (fact,)
        case Identification() if isinstance(origin, Receipt):
            return (fact.opened(origin),)
        case DebtorChange() if isinstance(origin, Receivable):
            return (fact.opened(origin),)
        case RetentionRelease() if isinstance(origin, Retention):
            return (fact.opened(origin),)
        case Application() | Adjustment() if isinstance(origin, Receivable):
            items = (each.opened(origin, on=fact.on) for each in differences(fact))
            return tuple(item for item in items if item is not None)
        case _:
            return ()


def differences(fact: Taking) -> tuple[Difference, ...]:
    """What a settlement settles without money."""
    match fact:
        case Application():
            return fact.differences
        case Adjustment():
            return (fact.difference,)
        case _:
            return ()


def names_opened(fact: object) -> tuple[tuple[DocumentKind, str], ...]:
    """Kind and number of every document that begins with a fact, itself among them.

    >>> from datetime import date
    >>> names_opened(RetentionRelease(number="RR-1", retention="AR-1/R", on=date(2027, 12, 1),
    ...     due_on=date(2027, 12, 31), amount=Money("565", "CNY"), by="Li"))
    (('receivable', 'RR-1'),)
    """
    match fact:
        case Receivable() | Receipt() | CreditNote() | Payable() | WriteOff():
            return ((fact.kind, fact.number),)
        case DebtorChange() | RetentionRelease():
            return (("receivable", fact.number),)
        case Identification():
            return (("receipt", fact.number),)
        case Application() | Adjustment():
            return tuple(
                ("retention" if each.reason == "retention" else "receivable", each.residual)
                for each in differences(fact)
                if each.residual
            )
        case _:
            return ()
