"""Bank statements into the books: each line once, however often and by whom it is imported (导入).

A line is known by its place (account, statement, position) and by what it says there. Each booked
line leaves a command of its own, so the same statement again records nothing, whether it comes next
year or at the same moment from another process; another content at a known place is refused. The
tenant's head row is taken first: of two who import at once the second finds the lines of the first.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from cpq.kernel.model import Frozen, canonical_json
from cpq.kernel.money import Money
from cpq.kernel.text import Line
from cpq.quote import NumberSeries
from revenue.adapters import numbers, recording
from revenue.adapters.rows import Rows, readable, sha256
from revenue.adapters.shapes import Values
from revenue.bank import BankLine, BankStatement, place_key, receipt_of, unseen
from revenue.bank.line import content_of
from revenue.chart import ChartOfAccounts
from revenue.receipt import Receipt

OP = "bank_line"
"""The name of the commands of bank lines; their key is the place of the line."""

_AT_ONCE = 100
_CLOSED = "SELECT closed_through FROM {p}head WHERE tenant = :tenant"
_KNOWN = (
    "SELECT key, result FROM {p}command WHERE tenant = :tenant "  # noqa: S608
    f"AND op = '{OP}' AND key IN ({', '.join(f':k{place}' for place in range(_AT_ONCE))})"
)

Numbers = NumberSeries | Callable[[BankLine], str]
"""Where the numbers of receipts come from: a series of the store, or the host."""


class ImportedLine(Frozen):
    """What a command of a bank line left: what the line said, and the fact it became, if any."""

    content: Line
    seq: int = 0


class ImportedStatement(Frozen):
    """What an import did: the ``receipts`` that it recorded, the lines that it saw for the first
    time and that are no receipts (``others``: money out, returns, charges), and how many lines were
    ``known`` before. Lines that are not booked are left out.
    """

    receipts: tuple[Receipt, ...]
    others: tuple[BankLine, ...]
    known: int


def import_statement(
    rows: Rows,
    statement: BankStatement,
    *,
    number: Numbers,
    customer: Callable[[BankLine], str],
    value_of: Callable[[BankLine], Money | None],
    chart: ChartOfAccounts,
) -> ImportedStatement:
    """Record the receipts of the lines that are new, inside a savepoint."""
    recording.hold_head(rows)
    booked = [line for line in statement.lines if line.status == "booked"]
    new = unseen(booked, seen=_known(rows, [place_key(line) for line in booked]))
    lines = [line for line in new if line.is_receipt]
    first_open = _first_open(rows)
    receipts = [
        receipt_of(line, number=_number(rows, number, line), customer=customer(line)).with_(
            on=max(line.booked_on, first_open), booked=value_of(line)
        )
        for line in lines
    ]
    first = 1
    if receipts:
        first = recording.record(rows, receipts, key=None, chart=chart).first
    sequence = {place_key(line): first + place for place, line in enumerate(lines)}
    rows.append("command", [_command(line, sequence.get(place_key(line), 0)) for line in new])
    return ImportedStatement(
        receipts=tuple(receipts),
        others=tuple(line for line in new if not line.is_receipt),
        known=len(booked) - len(new),
    )


def _first_open(rows: Rows) -> date:
    """The first day that is not closed: what comes late is dated into it."""
    head = rows.first(_CLOSED)
    through = None if head is None else head.closed_through
    return date.min if through is None else date.fromisoformat(through) + timedelta(days=1)


def _number(rows: Rows, source: Numbers, line: BankLine) -> str:
    if isinstance(source, NumberSeries):
        return numbers.give(rows, source, on=line.booked_on)
    return source(line)


def _known(rows: Rows, places: Sequence[str]) -> Iterator[str]:
    """The content keys of those lines that were imported before."""
    for start in range(0, len(places), _AT_ONCE):
        some = [readable(place) for place in places[start : start + _AT_ONCE]]
        some += [some[0]] * (_AT_ONCE - len(some))
        found = rows.all(_KNOWN, **{f"k{place}": key for place, key in enumerate(some)})
        for row in found:
            yield f"{row.key}/{ImportedLine.model_validate_json(row.result).content}"


def _command(line: BankLine, seq: int) -> Values:
    key, content = readable(place_key(line)), content_of(line)
    return {
        "op": OP,
        "key": key,
        "fingerprint": line_fingerprint(key, content),
        "result": ImportedLine(content=content, seq=seq).canonical(),
    }


def line_fingerprint(place: str, content: str) -> str:
    """What a command of a bank line was, as a hash."""
    return sha256(canonical_json([place, content]))
