"""Is the store sound: hashes, chain, balances, journal, orphans (核对).

Everything is computed again from the bodies of documents and facts, and compared with what stands
in the rows, column by column; whatever differs is a finding that names its row. What the chain of
hashes alone cannot show is that its end was cut off with every trace, or written anew from some
fact on; a ``Seal`` that was noted somewhere else does.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import DomainError, Finding, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText, number_key
from cpq.quote import GivenNumber, Quote
from revenue.adapters.excerpt import FACTS, fact_of
from revenue.adapters.history import deal_of, every_price, place_of
from revenue.adapters.recording import Recorded, fingerprint
from revenue.adapters.rows import Rows, document, sha256
from revenue.adapters.shapes import (
    LEFT,
    Values,
    contract_row,
    deal_price_row,
    entry_row,
    fact_row,
    line_row,
    number_row,
    order_row,
    quote_row,
    typed_row,
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
_HEAD = "SELECT last_seq, chain FROM {p}head WHERE tenant = :tenant"
_CHAIN = "SELECT chain FROM {p}fact WHERE tenant = :tenant AND seq = :seq"
_COMMANDS = (
    "SELECT op, key, fingerprint, result FROM {p}command WHERE tenant = :tenant ORDER BY op, key"
)

_LOOKED_AT_ELSEWHERE = ("budget",)
_TYPED = ("receivable", "receipt", "application", "write_off", "recovery", "reversal")

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
    balances = Balances()
    doubts += _replayed(balances, facts)
    findings += doubts
    expected = _expected_typed(facts, balances)
    for table in _TYPED:
        key = ("reverses_seq",) if table == "reversal" else ("number_key",)
        findings += _compared(rows, table, key, expected[table])
    if not doubts:
        # Entries of facts that are themselves in doubt would only say so again.
        findings += _journal(rows, facts, chart)
    return (*findings, *_commands(rows, facts))


def _hold(rows: Rows) -> None:
    if others_write(rows):
        rows.first(_HOLD)


def others_write(rows: Rows) -> bool:
    """Whether what is read next may be of a later moment than what was read before."""
    if rows.connection.dialect.name != "postgresql":
        return False
    setting = rows.first(_READ_ONLY)
    return setting is not None and setting[0] == "off"


def _finding(reason: str, place: str, en: str, zh: str) -> Finding:
    return Finding(code=f"store.{reason}", place=place, message=LocalText(en=en, zh=zh))


def differs(place: str, column: str) -> Finding:
    """A column that was changed."""
    return _finding(
        "altered_row",
        place,
        f"the column {column} does not hold what the document says",
        f"{column} 列与单据内容不符",
    )


def _all(rows: Rows, table: str, *key: str) -> Iterable[Row[Any]]:
    return rows.all(_ALL.replace("TABLE", table).replace("KEY", ", ".join(key)))


def columns(row: Row[Any], expected: Values, place: str) -> Iterator[Finding]:
    """A finding for each column that does not hold what it must."""
    found = row._asdict()
    for column, value in expected.items():
        if found[column] != value:
            yield differs(place, column)


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


def orphan(place: str) -> Finding:
    """A row that nothing explains."""
    return _finding(
        "orphan_row", place, "the row belongs to nothing that is stored", "该行没有对应的单据"
    )


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


def corrupt(place: str, error: DomainError) -> Finding:
    """A row whose content cannot be what was written."""
    return _finding("corrupt_document", place, error.message, "内容与其哈希值不符，或无法读取")


def _facts(rows: Rows) -> tuple[list[tuple[int, Fact]], list[Finding]]:
    """The readable facts with their sequence numbers, and what is wrong with the others."""
    facts: list[tuple[int, Fact]] = []
    findings: list[Finding] = []
    chain, last = sha256(rows.tenant), 0
    for row in rows.all(FACTS.replace("SELECT ", "SELECT contract_key, order_key, ", 1)):
        place = f"fact {row.seq}"
        if row.seq != last + 1:
            findings.append(gap(f"fact {last + 1}"))
        chain, last = sha256(chain, row.sha256), row.seq
        if row.chain != chain:
            findings.append(_chain_broken(place))
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
        findings += [_chain_broken("head")] if head.chain != chain else []
    return facts, findings


def _unsealed(rows: Rows, seal: Seal | None) -> Iterator[Finding]:
    if seal is None or not seal.seq:
        return
    row = rows.first(_CHAIN, seq=seal.seq)
    if row is None:
        yield gap(f"fact {seal.seq}")
    elif row.chain != seal.chain:
        yield _chain_broken(f"fact {seal.seq}")


def gap(place: str) -> Finding:
    """A row that must be there and is not."""
    return _finding("missing_row", place, "a row is missing", "缺少一行")


def _chain_broken(place: str) -> Finding:
    return _finding(
        "chain_broken",
        place,
        "the chain of hashes breaks here: a fact was changed, removed or put in",
        "哈希链在此断开：有记录被修改、删除或插入",
    )


def _replayed(balances: Balances, facts: Iterable[tuple[int, Fact]]) -> Iterator[Finding]:
    for seq, fact in facts:
        try:
            rules.record(balances, fact)
        except DomainError as error:
            yield broken_rule(f"fact {seq}", error)


def broken_rule(place: str, error: DomainError) -> Finding:
    """A fact that does not follow from those before it."""
    return _finding("broken_rule", place, str(error), f"违反台账规则 [{error.code}]")


def _expected_typed(facts: Iterable[tuple[int, Fact]], balances: Balances) -> Expected:
    expected: Expected = {table: {} for table in _TYPED}
    settled: dict[str, int] = {}
    for seq, fact in facts:
        if series_key(fact.kind, fact.number)[0] == "settlement":
            settled[number_key(fact.number)] = seq
        values = typed_row(fact, seq)
        if values is None:
            continue
        if isinstance(fact, Reversal):
            values["reverses_seq"] = settled.get(number_key(fact.reverses), 0)
            expected["reversal"][values["reverses_seq"],] = values
            continue
        if fact.kind in LEFT:
            balance = balances.documents.get((fact.kind, number_key(fact.number)))
            if balance is not None:
                values[LEFT[fact.kind]] = balance.left.minor
        expected[fact.kind][values["number_key"],] = values
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


def _commands(rows: Rows, facts: Iterable[tuple[int, Fact]]) -> Iterator[Finding]:
    known = dict(facts)
    for row in rows.all(_COMMANDS):
        if row.op in _LOOKED_AT_ELSEWHERE:
            continue
        place = f"command {row.op} {row.key}"
        try:
            result = Recorded.model_validate_json(row.result)
            own = [known[seq] for seq in range(result.first, result.last + 1)]
        except (ValueError, KeyError):
            yield differs(place, "result")
            continue
        if row.op != "record" or row.fingerprint != fingerprint(row.key, own):
            yield differs(place, "fingerprint")
