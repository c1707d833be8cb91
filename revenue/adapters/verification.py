"""Is the store sound: hashes, chain, balances, journal, orphans (核对).

Everything is computed again from the bodies of documents and facts, and compared with what stands
in the rows, column by column; whatever differs is a finding that names its row. What the chain of
hashes alone cannot show is that its end was cut off with every trace, or written anew from some
fact on; a ``Seal`` that was noted somewhere else does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import DomainError, Finding, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import number_key
from cpq.quote import GivenNumber, Quote
from revenue.adapters.balances import Noting, Step, movements, opened_by
from revenue.adapters.command_check import verify_commands
from revenue.adapters.doubts import (
    broken_rule,
    chain_broken,
    columns,
    corrupt,
    differs,
    gap,
    orphan,
)
from revenue.adapters.facts import FACTS, fact_of
from revenue.adapters.history import deal_of, every_price, place_of
from revenue.adapters.recording import closed_text, reversal_row
from revenue.adapters.rows import Rows, document, sha256
from revenue.adapters.shapes import (
    Values,
    balance_row,
    contract_row,
    deal_price_row,
    entry_row,
    fact_row,
    line_row,
    number_row,
    order_row,
    quote_row,
)
from revenue.application import Reversal
from revenue.chart import ChartOfAccounts
from revenue.contract import Contract
from revenue.journal import JournalEntry, journal
from revenue.ledger import Fact, rules
from revenue.ledger.balance import Balances
from revenue.ledger.series import series_key
from revenue.order import SalesOrder

_ALL = "SELECT * FROM {p}TABLE WHERE tenant = :tenant ORDER BY KEY"
# Held until the transaction ends: nobody records meanwhile. A transaction that only reads sees
# one state of the database anyway.
_HOLD = "SELECT last_seq FROM {p}head WHERE tenant = :tenant FOR SHARE"
_READ_ONLY = "SELECT current_setting('transaction_read_only')"
_HEAD = "SELECT last_seq, chain, closed_through FROM {p}head WHERE tenant = :tenant"
_CHAIN = "SELECT chain FROM {p}fact WHERE tenant = :tenant AND seq = :seq"

_TYPED = {
    "balance": ("kind", "number_key"),
    "movement": ("kind", "number_key", "seq"),
    "reversal": ("reverses_seq",),
}
"""The tables that the facts say everything about, and the keys of their rows."""

Expected = dict[str, dict[tuple[Any, ...], Values]]
"""Table → key of a row → what must stand in it."""


class Seal(Frozen):
    """Where the facts of a tenant ended: to be noted outside the database, and held against it
    later. ``chain`` depends on every fact up to ``seq``.
    """

    seq: int
    chain: str


def seal(rows: Rows) -> Seal:
    """The seal of all facts so far."""
    head = rows.first(_HEAD)
    if head is None:
        return Seal(seq=0, chain=sha256(rows.tenant))
    return Seal(seq=head.last_seq, chain=head.chain)


def verify(rows: Rows, *, chart: ChartOfAccounts, seal: Seal | None = None) -> tuple[Finding, ...]:
    """Every finding about the rows of a tenant; none in a sound store."""
    _hold(rows)
    findings = [*_documents(rows)]
    facts, doubts = _facts(rows)
    doubts += _unsealed(rows, seal)
    documents = Noting()
    balances = Balances(documents=documents)
    steps, broken = _replayed(balances, documents, facts)
    doubts += broken
    findings += doubts
    if not doubts:
        findings += _closed(rows, balances)
    expected = _expected_typed(steps, documents)
    for table, key in _TYPED.items():
        findings += _compared(rows, table, key, expected[table])
    if not doubts:
        # Entries of facts that are themselves in doubt would only say so again.
        findings += _journal(rows, facts, chart)
    return (*findings, *verify_commands(rows, facts))


def _hold(rows: Rows) -> None:
    if others_write(rows):
        rows.first(_HOLD)


def others_write(rows: Rows) -> bool:
    """Whether what is read next may be of a later moment than what was read before."""
    if rows.connection.dialect.name != "postgresql":
        return False
    setting = rows.first(_READ_ONLY)
    return setting is not None and setting[0] == "off"


def _all(rows: Rows, table: str, *key: str) -> Iterable[Row[Any]]:
    return rows.all(_ALL.replace("TABLE", table).replace("KEY", ", ".join(key)))


def _documents(rows: Rows) -> Iterator[Finding]:
    yield from _each(
        _all(rows, "quote", "number_key", "version", "revision"),
        Quote,
        lambda row: f"quote {row.number_key} version {row.version} revision {row.revision}",
        lambda quote, row: quote_row(quote, row.revision),
    )
    yield from _revisions(_all(rows, "quote", "number_key", "version", "revision"))
    yield from _each(
        _all(rows, "contract", "number_key", "version"),
        Contract,
        lambda row: f"contract {row.number_key} version {row.version}",
        lambda contract, _: contract_row(contract),
    )
    contracts = {
        (row.number_key, row.version) for row in _all(rows, "contract", "number_key", "version")
    }
    orders = _all(rows, "sales_order", "number_key")
    yield from _each(
        orders,
        SalesOrder,
        lambda row: f"order {row.number_key}",
        lambda order, row: order_row(order, row.contract_version),
    )
    yield from _deal_prices(rows)
    yield from _numbers(rows)
    for row in orders:
        if (row.contract_key, row.contract_version) not in contracts:
            yield orphan(f"order {row.number_key}")


def _deal_prices(rows: Rows) -> Iterator[Finding]:
    for row in every_price(rows):
        try:
            deal = deal_of(row)
        except Unreadable as error:
            yield corrupt(place_of(row), error)
            continue
        yield from columns(row, deal_price_row(deal), place_of(row))


def _numbers(rows: Rows) -> Iterator[Finding]:
    last: dict[tuple[str, str], int] = {}
    for row in _all(rows, "given_number", "series_key", "period", "place"):
        count = row.series_key, row.period
        place = f"given_number {row.series_key} {row.period} {row.place}"
        try:
            given = document(GivenNumber, row, place=place)
        except Unreadable as error:
            yield corrupt(place, error)
        else:
            yield from columns(row, number_row(given), place)
            last.setdefault(count, given.series.first - 1)
        if row.place != last.get(count, row.place - 1) + 1:
            yield gap(f"given_number {row.series_key} {row.period} {row.place - 1}")
        last[count] = row.place


def _revisions(found: Iterable[Row[Any]]) -> Iterator[Finding]:
    last: dict[tuple[str, int], int] = {}
    for row in found:
        key = row.number_key, row.version
        if row.revision != last.get(key, 0) + 1:
            yield gap(f"quote {row.number_key} version {row.version} revision {row.revision - 1}")
        last[key] = row.revision


def _each(
    found: Iterable[Row[Any]],
    kind: type[Any],
    place: Callable[[Row[Any]], str],
    shape: Callable[[Any, Row[Any]], Values],
) -> Iterator[Finding]:
    for row in found:
        try:
            content: Frozen = document(kind, row, place=place(row))
        except Unreadable as error:
            yield corrupt(place(row), error)
            continue
        yield from columns(row, shape(content, row), place(row))


def _facts(rows: Rows) -> tuple[list[tuple[int, Fact]], list[Finding]]:
    """The readable facts with their sequence numbers, and what is wrong with the others."""
    facts: list[tuple[int, Fact]] = []
    findings: list[Finding] = []
    chain, last = sha256(rows.tenant), 0
    for row in rows.all(FACTS.replace("SELECT ", "SELECT contract_key, order_key, about_key, ", 1)):
        place = f"fact {row.seq}"
        if row.seq != last + 1:
            findings.append(gap(f"fact {last + 1}"))
        chain, last = sha256(chain, row.sha256), row.seq
        if row.chain != chain:
            findings.append(chain_broken(place))
            chain = row.chain
        try:
            fact = fact_of(row)
        except Unreadable as error:
            findings.append(corrupt(place, error))
            continue
        findings += columns(row, fact_row(fact, row.seq), place)
        facts.append((row.seq, fact))
    head = rows.first(_HEAD)
    if head is None:
        findings += [gap("head")] if facts else []
    else:
        findings += [gap(f"fact {last + 1}")] if head.last_seq != last else []
        findings += [chain_broken("head")] if head.chain != chain else []
    return facts, findings


def _unsealed(rows: Rows, seal: Seal | None) -> Iterator[Finding]:
    if seal is None or not seal.seq:
        return
    row = rows.first(_CHAIN, seq=seal.seq)
    if row is None:
        yield gap(f"fact {seal.seq}")
    elif row.chain != seal.chain:
        yield chain_broken(f"fact {seal.seq}")


def _replayed(
    balances: Balances, documents: Noting, facts: Iterable[tuple[int, Fact]]
) -> tuple[list[Step], list[Finding]]:
    """What each fact did, and which of them break a rule."""
    steps: list[Step] = []
    broken: list[Finding] = []
    for seq, fact in facts:
        try:
            rules.record(balances, fact)
        except DomainError as error:
            broken.append(broken_rule(f"fact {seq}", error))
        steps.append((seq, fact, documents.noted(fact)))
    return steps, broken


def _closed(rows: Rows, balances: Balances) -> Iterator[Finding]:
    head = rows.first(_HEAD)
    if head is not None and head.closed_through != closed_text(balances.closed.get("")):
        yield differs("head", "closed_through")


def _expected_typed(steps: Sequence[Step], documents: Noting) -> Expected:
    expected: Expected = {table: {} for table in _TYPED}
    for key, seq in opened_by(steps).items():
        balance = documents.get(key)
        assert balance is not None, "it was opened in this replay"
        expected["balance"][key] = balance_row(balance, key[0], seq)
    for values in movements(steps):
        place = tuple(values[column] for column in _TYPED["movement"])
        expected["movement"][place] = values
    settled: dict[str, int] = {}
    for seq, fact, _ in steps:
        if series_key(fact.kind, fact.number)[0] == "settlement":
            settled[number_key(fact.number)] = seq
        if isinstance(fact, Reversal):
            reverses = settled.get(number_key(fact.reverses), 0)
            expected["reversal"][reverses,] = reversal_row(fact, seq, reverses)
    return expected


def _compared(
    rows: Rows, table: str, key: tuple[str, ...], expected: dict[tuple[Any, ...], Values]
) -> Iterator[Finding]:
    missing = dict(expected)
    for row in _all(rows, table, *key):
        name = tuple(getattr(row, column) for column in key)
        place = f"{table} {' '.join(str(part) for part in name)}"
        values = missing.pop(name, None)
        if values is None:
            yield orphan(place)
        else:
            yield from columns(row, values, place)
    for name in missing:
        yield gap(f"{table} {' '.join(str(part) for part in name)}")


def _journal(
    rows: Rows, facts: Iterable[tuple[int, Fact]], chart: ChartOfAccounts
) -> Iterator[Finding]:
    sequence: dict[tuple[str, str], int] = {(f.kind, f.number): seq for seq, f in facts}
    entries: dict[tuple[Any, ...], Values] = {}
    lines: dict[tuple[Any, ...], Values] = {}
    for entry in journal((fact for _, fact in facts), chart=chart):
        values = entry_row(entry, sequence[entry.fact_kind, entry.fact])
        entries[values["number_key"],] = values
        for place, line in enumerate(entry.lines, start=1):
            lines[values["number_key"], place] = line_row(line, values["number_key"], place)
    yield from _each(
        _all(rows, "journal_entry", "number_key"),
        JournalEntry,
        lambda row: f"journal_entry {row.number_key}",
        lambda entry, row: entry_row(entry, row.seq),
    )
    yield from _compared(rows, "journal_entry", ("number_key",), entries)
    yield from _compared(rows, "journal_line", ("entry_key", "place"), lines)
