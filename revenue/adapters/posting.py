"""Journal entries as rows, written with the fact that makes them (记账凭证入库).

The posting rules are those of ``revenue.journal``; here their entries become a document with its
hash, and typed lines that reports can sum. Lines go first, and the entry posts them: the database
refuses an entry whose lines do not balance, and a line for an entry that is posted.
"""

from collections.abc import Iterable, Sequence

from revenue.adapters.rows import Rows, document, key_of
from revenue.adapters.shapes import Values, entry_row, line_row
from revenue.chart import ChartOfAccounts
from revenue.journal import JournalEntry
from revenue.ledger import Fact
from revenue.posting import Poster

ENTRIES = (
    "SELECT seq, place, number_key, number, on_day, rule, rule_version, format, body, sha256 "
    "FROM {p}journal_entry WHERE tenant = :tenant ORDER BY seq, place"
)


def post(
    rows: Rows,
    facts: Sequence[Fact],
    *,
    first: int,
    before: Iterable[Fact],
    chart: ChartOfAccounts,
) -> None:
    """Write the entries of new facts, of which the first has the sequence number ``first``.

    ``before`` are the recorded facts that theirs depend on, in order.
    """
    poster = Poster(chart)
    for fact in before:
        poster.learn(fact)
    lines: list[Values] = []
    entries: list[Values] = []
    for seq, fact in enumerate(facts, start=first):
        entry = poster.post(fact)
        if entry is not None:
            key = key_of(entry.number)
            lines += [line_row(line, key, place) for place, line in enumerate(entry.lines, start=1)]
            entries.append(entry_row(entry, seq))
    rows.append("journal_line", lines)
    rows.append("journal_entry", entries)


def posted(rows: Rows) -> tuple[JournalEntry, ...]:
    """Every entry, in the order of the facts, its hash checked."""
    return tuple(
        document(JournalEntry, row, place=f"journal entry {row.number}")
        for row in rows.all(ENTRIES)
    )
