"""Do the commands fit what they recorded (命令核对): their fingerprints and their results."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import Finding
from revenue.adapters.doubts import differs
from revenue.adapters.imported import OP, ImportedLine, line_fingerprint
from revenue.adapters.recording import Recorded, fingerprint
from revenue.adapters.rows import Rows
from revenue.ledger import Fact
from revenue.receipt import Receipt

_COMMANDS = (
    "SELECT op, key, fingerprint, result FROM {p}command WHERE tenant = :tenant ORDER BY op, key"
)
_LOOKED_AT_ELSEWHERE = ("budget",)


def verify_commands(rows: Rows, facts: Iterable[tuple[int, Fact]]) -> Iterator[Finding]:
    """Every command that does not fit the facts."""
    known = dict(facts)
    for row in rows.all(_COMMANDS):
        place = f"command {row.op} {row.key}"
        if row.op == OP:
            yield from _imported(row, known, place)
        elif row.op not in _LOOKED_AT_ELSEWHERE:
            yield from _recorded(row, known, place)


def _recorded(row: Row[Any], known: Mapping[int, Fact], place: str) -> Iterator[Finding]:
    try:
        result = Recorded.model_validate_json(row.result)
        own = [known[seq] for seq in range(result.first, result.last + 1)]
    except (ValueError, KeyError):
        yield differs(place, "result")
        return
    if row.op != "record" or row.fingerprint != fingerprint(row.key, own):
        yield differs(place, "fingerprint")


def _imported(row: Row[Any], known: Mapping[int, Fact], place: str) -> Iterator[Finding]:
    try:
        line = ImportedLine.model_validate_json(row.result)
    except ValueError:
        yield differs(place, "result")
        return
    receipt = known.get(line.seq)
    if line.seq and not (isinstance(receipt, Receipt) and receipt.bank == row.key):
        yield differs(place, "result")
    if row.fingerprint != line_fingerprint(row.key, line.content):
        yield differs(place, "fingerprint")
