"""What became of each receivable of the past: how far it aged and what of it was lost.

The course of a receivable is read from the facts up to a day and no further, so that a rate as of
a past day holds nothing that was unknown on it. It enters a bucket with what is open at the end of
the last day before, and what it lost after that is what was written off, less what was recovered
since and less what was reversed.

What a dispute or another debtor takes over counts as settled where it was and begins anew where it
went, from its own due day; a loss of it is counted there, once.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cpq.kernel.text import number_key
from revenue.ledger import ReceivablesLedger
from revenue.ledger.balance import Balance
from revenue.ledger.effect import names_opened
from revenue.receivable import Receivable
from revenue.writeoff import WriteOff

_DAY = timedelta(days=1)


class Course(NamedTuple):
    """One receivable as of a day; amounts in minor units of its currency.

    ``gates`` are the days after which it is in each bucket, ``entered`` is what was open when it
    got there (only for gates before or on the day), ``losses`` are write-offs by day, net of what
    was recovered, ``left`` is what is still open.
    """

    receivable: Receivable
    segment: str
    gates: tuple[date, ...]
    entered: tuple[int, ...]
    losses: tuple[tuple[date, int], ...]
    left: int

    def lost_between(self, after: date, until: date) -> int:
        """What was written off after a day and up to and on another, never recovered since."""
        return sum(amount for on, amount in self.losses if after < on <= until)


def courses(
    ledger: ReceivablesLedger,
    *,
    as_of: date,
    currency: str,
    buckets: Sequence[int],
    segments: Mapping[str, str] | None = None,
) -> Iterator[Course]:
    """The course of every receivable in a currency that began on or before a day, as recorded."""
    by_customer = {number_key(name): segment for name, segment in (segments or {}).items()}
    losses = _losses(ledger, as_of)
    for balance in _receivables(ledger):
        receivable = balance.document
        assert isinstance(receivable, Receivable)
        if receivable.amount.code != currency or receivable.on > as_of:
            continue
        gates = _gates(receivable, buckets)
        entered = (balance.left_on(gate).minor for gate in gates[1:] if gate <= as_of)
        yield Course(
            receivable=receivable,
            segment=by_customer.get(number_key(receivable.customer), ""),
            gates=gates,
            entered=(receivable.amount.minor, *entered),
            losses=tuple(losses.get(number_key(receivable.number), ())),
            left=balance.left_on(as_of).minor,
        )


def _receivables(ledger: ReceivablesLedger) -> Iterator[Balance]:
    """Every receivable there ever was, also those that a dispute or another debtor opened."""
    for fact in ledger.facts:
        for kind, number in names_opened(fact):
            if kind == "receivable":
                yield ledger.balance("receivable", number)


def _gates(receivable: Receivable, buckets: Sequence[int]) -> tuple[date, ...]:
    """The eve of the receivable, then the last day of each bucket but the last."""
    due = receivable.due_on
    return receivable.on - _DAY, *(due + timedelta(days=edge) for edge in buckets)


def _losses(ledger: ReceivablesLedger, as_of: date) -> dict[str, list[tuple[date, int]]]:
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for fact in ledger.facts_until(as_of):
        if isinstance(fact, WriteOff):
            net = ledger.recoverable_amount(fact.number, as_of=as_of).minor
            found[number_key(fact.receivable)].append((fact.on, net))
    return found
