"""Balances as rows: what a fact opened and moved, read and written (余额与变动).

Which documents a fact opens and what it takes from them is said by the rules of the ledger alone.
They put it into a draft; here the draft notes what each document was before, so the rows are what
the rules did, whatever kind of fact it was.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

from sqlalchemy import Row

from cpq.kernel.errors import Conflict
from cpq.kernel.layers import Layers
from cpq.kernel.money import Money
from revenue.adapters.facts import OF_FACT
from revenue.adapters.rows import Rows
from revenue.adapters.shapes import Values, balance_row, movement_row
from revenue.ledger.balance import Balance, Document, Key, Move
from revenue.ledger.effect import DocumentKind
from revenue.ledger.fact import Fact

KINDS: frozenset[str] = frozenset(get_args(DocumentKind))

BALANCES = (
    f"SELECT {OF_FACT}, b.kind AS own_kind, b.number AS own_number, b.customer, "  # noqa: S608
    "b.currency, b.left_minor, b.last_day, b.book_currency, b.book_left_minor, b.revalued_minor "
    "FROM (PAIRS) v JOIN {p}balance b ON b.tenant = :tenant "
    "AND b.kind = v.column1 AND b.number_key = v.column2 "
    "JOIN {p}fact f ON f.tenant = b.tenant AND f.seq = b.seq"
)
_MOVES = (
    "SELECT m.kind, m.number_key, m.on_day, SUM(m.amount_minor) AS amount, "
    "SUM(m.book_minor) AS book FROM (PAIRS) v JOIN {p}movement m ON m.tenant = :tenant "
    "AND m.kind = v.column1 AND m.number_key = v.column2 "
    "GROUP BY m.kind, m.number_key, m.on_day ORDER BY m.kind, m.number_key, m.on_day"
)
# Fits only where enough is left; the latest day stays the latest.
_MOVE = (
    "UPDATE {p}balance SET left_minor = left_minor + :amount, "
    "book_left_minor = book_left_minor + :book, revalued_minor = :revalued, "
    "last_day = CASE WHEN last_day < :last_day THEN :last_day ELSE last_day END "
    "WHERE tenant = :tenant AND kind = :kind AND number_key = :key AND currency = :currency "
    "AND left_minor + :amount BETWEEN 0 AND amount_minor"
)
_FITS = (
    "SELECT 1 FROM {p}balance WHERE tenant = :tenant AND kind = :kind AND number_key = :key "
    "AND last_day >= :last_day AND left_minor = :left"
)
_EXCESS = {
    "receivable": "exceeds_open",
    "receipt": "exceeds_receipt",
    "credit_note": "exceeds_credit_note",
    "payable": "exceeds_payable",
    "retention": "exceeds_retention",
    "write_off": "exceeds_write_off",
}


class Noting(Layers[Key, Balance]):
    """Documents that note what each was before a fact moved it."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[Key, Balance | None] = {}

    def put(self, key: Key, value: Balance) -> None:
        """Set a balance, as a rule does that opens or moves it."""
        self._before.setdefault(key, self.get(key))
        super().put(key, value)

    def know(self, key: Key, value: Balance) -> None:
        """Set a balance as it is stored."""
        super().put(key, value)

    def noted(self, fact: Fact) -> tuple["Change", ...]:
        """What ``fact`` did, which was recorded last, by kind and number; noted anew from here."""
        before, self._before = self._before, {}
        return tuple(
            Change(fact, key, before[key], after)
            for key in sorted(before)
            if key[0] in KINDS and (after := self.get(key)) is not None
        )


class Change(NamedTuple):
    """A document that a fact opened (``before`` is ``None``) or moved."""

    fact: Fact
    key: Key
    before: Balance | None
    after: Balance

    @property
    def amount(self) -> Money:
        """What the fact gave to the document, below zero what it took."""
        return self.after.left if self.before is None else self.after.left - self.before.left

    @property
    def book(self) -> Money | None:
        """The same in the book currency, of a document that bears a value there."""
        after = self.after.book
        if after is None or self.before is None or self.before.book is None:
            return after
        return after - self.before.book

    def movement(self, seq: int) -> Values:
        """Its row among the movements."""
        kind, number = self.key
        return {**movement_row(kind, number, self.amount, self.book, self.fact.on), "seq": seq}


Step = tuple[int, Fact, tuple[Change, ...]]
"""A fact with its sequence number, and what it did."""


def opened_by(steps: Sequence[Step]) -> dict[Key, int]:
    """The documents that the facts opened, and the sequence number of the one that did."""
    return {
        change.key: seq for seq, _, changes in steps for change in changes if change.before is None
    }


def movements(steps: Sequence[Step]) -> Iterator[Values]:
    """The rows of what the facts took and gave back."""
    for seq, _, changes in steps:
        yield from (change.movement(seq) for change in changes if change.before is not None)


def stored_balance(row: Row[Any], document: Document) -> Balance:
    """What is left of a document as it is stored, without what moved it."""
    book = row.book_currency
    code = document.amount.code
    return Balance(
        document,
        row.customer,
        Money.from_minor(row.left_minor, code),
        date.fromisoformat(row.last_day),
        (),
        None if book is None else Money.from_minor(row.book_left_minor, book),
        None if row.revalued_minor is None else Money.from_minor(row.revalued_minor, code),
    )


def read_moves(rows: Rows, documents: Noting, keys: Sequence[Key]) -> None:
    """Give balances every day on which the stored facts moved them, before those of their own."""
    stored: dict[Key, list[Move]] = {key: [] for key in keys}
    for row in rows.some(_MOVES, keys):
        key = row.kind, row.number_key
        balance = _now(documents, key)
        amount = Money.from_minor(int(row.amount), balance.left.code)
        value = None
        if balance.book is not None and row.book is not None:
            value = Money.from_minor(int(row.book), balance.book.code)
        stored[key].append(Move(date.fromisoformat(row.on_day), amount, value))
    for key, moves in stored.items():
        balance = _now(documents, key)
        whole = balance._replace(moves=tuple(moves))
        for move in balance.moves:
            whole = whole.moved(move)
        documents.know(key, balance._replace(moves=whole.moves))


def write_balances(rows: Rows, steps: Sequence[Step], documents: Noting) -> None:
    """Write what the facts opened and moved; documents in one order, so that nobody waits in a
    ring. Raises ``Conflict`` (``application.exceeds_open`` and the like) where somebody was first.
    """
    opened = opened_by(steps)
    rows.append(
        "balance",
        [balance_row(_now(documents, key), key[0], seq) for key, seq in sorted(opened.items())],
    )
    rows.append("movement", list(movements(steps)))
    moved: dict[Key, list[Change]] = {}
    for _, _, changes in steps:
        for change in changes:
            if change.key not in opened:
                moved.setdefault(change.key, []).append(change)
    updates = [_update(moved[key]) for key in sorted(moved)]
    if rows.change_each(_MOVE, updates) != len(updates):
        _refuse_overtaken(rows, [moved[key] for key in sorted(moved)])


def _now(documents: Noting, key: Key) -> Balance:
    found = documents.get(key)
    assert found is not None, "it was opened in this draft"
    return found


def _update(changes: Sequence[Change]) -> Values:
    last = changes[-1].after
    total = _total(changes)
    books = [change.book for change in changes]
    return {
        "kind": changes[0].key[0],
        "key": changes[0].key[1],
        "currency": total.code,
        "amount": total.minor,
        "book": sum(book.minor for book in books if book is not None),
        "revalued": None if last.revalued is None else last.revalued.minor,
        "last_day": last.last_on.isoformat(),
    }


def _total(changes: Sequence[Change]) -> Money:
    first = changes[0].before
    assert first is not None, "what was opened by these facts is written whole"
    return changes[-1].after.left - first.left


def _refuse_overtaken(rows: Rows, moved: Sequence[Sequence[Change]]) -> None:
    for changes in moved:
        fact, (kind, number), after = changes[0].fact, changes[0].key, changes[-1].after
        left, last = after.left.minor, after.last_on.isoformat()
        if rows.first(_FITS, kind=kind, key=number, left=left, last_day=last) is None:
            asked = abs(_total(changes))
            raise Conflict(
                f"{fact.kind}.{_EXCESS[kind]}",
                f"{fact.kind} {fact.number}: {asked} no longer fits what is left of "
                f"{kind.replace('_', '-')} {after.document.number}; somebody else was first: read "
                "it again",
                number=fact.number,
                asked=asked,
            )
    raise Conflict("store.overtaken", "somebody else recorded facts meanwhile; try again")
