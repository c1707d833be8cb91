"""What facts would change before they are recorded (核销预览): balances and entries, side by side.

A preview is made by recording into the next ledger and comparing; so it can neither show what would
be refused nor hide what would happen. Nothing is changed: a ledger is a value.
"""

from collections.abc import Iterator
from datetime import date

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.application import Reversal
from revenue.chart import STANDARD_CHART, ChartOfAccounts
from revenue.entry import JournalEntry
from revenue.ledger import Fact, ReceivablesLedger, Settlement, Taking
from revenue.ledger.effect import DocumentKind, names_opened, taken
from revenue.posting import Poster
from revenue.receivable import Receivable


class BalanceChange(Frozen):
    """What is left of a document before and after; ``before`` is ``None`` where it begins now."""

    kind: Code
    number: Number
    customer: Line
    due_on: date | None
    before: Money | None
    after: Money


class Preview(Frozen):
    """What recording ``facts`` changes: every balance that moves, and the journal entries.

    The facts bear the book values that they would be recorded with.
    """

    facts: tuple[Fact, ...]
    changes: tuple[BalanceChange, ...]
    entries: tuple[JournalEntry, ...]


def preview(
    ledger: ReceivablesLedger, *facts: Fact, chart: ChartOfAccounts = STANDARD_CHART
) -> Preview:
    """What ``ledger.settle(*facts)`` would change. Raises what that raises.

    >>> from revenue.application import Application
    >>> from revenue.receipt import Receipt
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("300.00", "CNY")),
    ...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("350.00", "CNY")))
    >>> seen = preview(ledger, Application(number="A-1", receipt="R-1", receivable="AR-1", on=day,
    ...                                    amount=Money("300", "CNY")))
    >>> [(each.number, str(each.before), str(each.after)) for each in seen.changes]
    [('R-1', '350.00 CNY', '50.00 CNY'), ('AR-1', '300.00 CNY', '0.00 CNY')]
    >>> [line.account.code for line in seen.entries[0].lines]
    ['224101', '1122']
    """
    after = ledger.settle(*facts)
    made = after.facts[len(ledger.facts) :]
    return Preview(
        facts=made,
        changes=tuple(_changes(ledger, after, made)),
        entries=tuple(_entries(ledger, made, chart)),
    )


def _entries(
    ledger: ReceivablesLedger, made: tuple[Fact, ...], chart: ChartOfAccounts
) -> Iterator[JournalEntry]:
    """The entries of the new facts; of those before only what they can need is posted again."""
    undone = {number_key(fact.reverses) for fact in made if isinstance(fact, Reversal)}
    poster = Poster(chart)
    for fact in ledger.facts:
        if isinstance(fact, Settlement):
            needed = bool(names_opened(fact)) or number_key(fact.number) in undone
        else:
            needed = not isinstance(fact, Reversal)
        if needed:
            poster.learn(fact)
    for fact in made:
        entry = poster.post(fact)
        if entry is not None:
            yield entry


def _changes(
    before: ReceivablesLedger, after: ReceivablesLedger, facts: tuple[Fact, ...]
) -> Iterator[BalanceChange]:
    begun: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    for fact in facts:
        begun.update((kind, number_key(number)) for kind, number in names_opened(fact))
        for kind, number in _touched(after, fact):
            key = kind, number_key(number)
            if key in seen:
                continue
            seen.add(key)
            balance = after.balance(kind, number)
            earlier = None if key in begun else before.left(kind, number)
            if earlier != balance.left:
                document = balance.document
                yield BalanceChange(
                    kind=kind,
                    number=document.number,
                    customer=balance.customer,
                    due_on=document.due_on if isinstance(document, Receivable) else None,
                    before=earlier,
                    after=balance.left,
                )


def _touched(ledger: ReceivablesLedger, fact: Fact) -> Iterator[tuple[DocumentKind, str]]:
    if isinstance(fact, Reversal):
        undone = ledger.settlement(fact.reverses)
        if isinstance(undone, Taking):
            yield from _touched(ledger, undone)
    elif isinstance(fact, Taking):
        yield from ((part.kind, part.number) for part in taken(fact))
    yield from names_opened(fact)
