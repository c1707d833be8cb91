"""Price books from four tables: the books, their prices, attribute prices and shares of totals.

``from`` and ``to`` name the version of the book that a row stands in. In ``prices.csv`` rows that
price the same thing are the tiers of one entry, in the order they are written, and what holds for
the entry is said in one of its rows. An attribute price or a share without ``from`` and ``to``
stands in every version of its book.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from cpq.adapters.catalogue_folder.tables import NAMES, period_of
from cpq.adapters.rows import Reading, Row, given, grouped
from cpq.kernel.model import Frozen
from cpq.kernel.period import Period
from cpq.pricebook import (
    AttributePrice,
    PercentOfTotal,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    Tier,
)

_BOOK_PLAIN = ("code", "currency", "base", "resolution", "zone", "tax_basis")
_BOOK = (*_BOOK_PLAIN, *NAMES)
_VERSION = ("book", "from", "to")
_VALID = ("valid_from", "valid_to")
_KEY = ("product", "category", "unit", "rank", *_VALID)
_TIER = (
    *("lower", "above", "price", "percent_off", "amount_off", "markup", "margin", "formula"),
    *("flat", "size", "overage"),
)
_OF_ENTRY = ("mode", "counts", "free", "charge_flat_at_zero", "surcharge")
_ENDING = {"ending_multiple": "multiple", "ending": "ending", "ending_mode": "mode"}
_RAILS = ("min_over_base", "max_over_base", "lowest", "highest")
_FINISH = (*_OF_ENTRY, *_ENDING, *_RAILS)
_PRICE = (*_VERSION, *_KEY, *_TIER, *_FINISH)
_RULE_PLAIN = (
    *("code", "product", "category", "unit", "rank", "price", "add", "percent", "formula"),
    *("minimum", "replaces", "on"),
)
_RULE = (*_VERSION, *_RULE_PLAIN, *NAMES, "match", *_VALID)
_SHARE_PLAIN = (
    *("code", "product", "percent", "of", "aggregate", "exempt", "fee", "free_lines"),
    *("floor", "ceiling"),
)
_SHARE_LISTED = ("products", "categories", "excludes_products", "excludes_categories")
_SHARE = (*_VERSION, *_SHARE_PLAIN, *NAMES, *_SHARE_LISTED, *_VALID)
_IN_COLUMNS = {
    "period": "valid_from/valid_to",
    "period.start": "valid_from",
    "period.end": "valid_to",
    **{f"ending.{field}": column for column, field in _ENDING.items()},
    "ending": "ending_multiple",
    **{f"rails.{column}": column for column in _RAILS},
    "rails": "lowest/highest",
    "formula.text": "formula",
}
_DAYS = {"": "from/to", "start": "from", "end": "to"}
_NO_DAYS = (None, None)
Value = TypeVar("Value", bound=Frozen)


class _Tables(NamedTuple):
    """The rows of one book, by the table they stand in."""

    prices: list[Row]
    attributes: list[Row]
    shares: list[Row]

    def dated(self) -> dict[tuple[str | None, ...], Row]:
        """The versions that the rows name, each with the first of them."""
        rules = grouped((*self.attributes, *self.shares), ("from", "to"))
        everywhere = rules.pop(_NO_DAYS, None)
        named = grouped(self.prices, ("from", "to"))
        for key, own in rules.items():
            named.setdefault(key, own)
        if everywhere and not named:
            named[_NO_DAYS] = everywhere
        return {key: own[0] for key, own in named.items()}


def read_books(reading: Reading) -> Iterator[PriceBook]:
    """The price books with their versions, in the order of ``price_books.csv``."""
    heads = list(
        reading.rows("price_books.csv", columns=_BOOK, needs=("code", "currency"), optional=False)
    )
    sound = len(reading.findings)
    tables = _Tables(
        list(reading.rows("prices.csv", columns=_PRICE, needs=("book",), optional=False)),
        list(reading.rows("attribute_prices.csv", columns=_RULE, needs=("book", "code"))),
        list(reading.rows("percent_of_total.csv", columns=_SHARE, needs=("book", "code"))),
    )
    unread = len(reading.findings) > sound
    _refuse_unknown_books(reading, {head.get("code") for head in heads}, tables)
    by_book = [grouped(rows, ("book",)) for rows in tables]
    seen: dict[str, str] = {}
    for head in heads:
        code = head.get("code") or ""
        if reading.refuse_twice(seen, code, place=head.place("code")):
            continue
        own = _Tables(*(rows.get((code,), []) for rows in by_book))
        sound = len(reading.findings)
        versions = tuple(_versions(reading, code, own))
        if len(reading.findings) > sound or (unread and not versions):
            continue  # its prices are at fault, and that has been said
        if not versions:
            reading.find(
                "row.unreadable",
                head.place("code"),
                f"price book {code!r} has no row in prices.csv; add its prices, or take it out",
            )
            continue
        fields = {
            **head.filled(*_BOOK_PLAIN),
            **given(name=head.local_text("name")),
            "versions": versions,
        }
        book = reading.of_row(PriceBook, fields, head)
        if book is not None:
            reading.came(f"books/{code}", head)
            yield book


def _refuse_unknown_books(reading: Reading, known: set[str | None], tables: _Tables) -> None:
    for row in (*tables.prices, *tables.attributes, *tables.shares):
        if row.get("book") not in known:
            reading.find(
                "price_book.unknown",
                row.place("book"),
                f"price book {row.get('book')!r} is not in price_books.csv; add it there, or "
                "correct the code",
            )


def _versions(reading: Reading, book: str, tables: _Tables) -> Iterator[PriceBookVersion]:
    """Rows with the same ``from`` and ``to`` are one version."""
    entries = grouped(tables.prices, ("from", "to"))
    rules = _by_days(tables.attributes, _attribute_prices(reading, book, tables.attributes))
    shares = _by_days(tables.shares, _shares(reading, book, tables.shares))
    for key, row in tables.dated().items():
        period = reading.of_row(Period, period_of(row), row, columns=_DAYS)
        fields = {
            "period": period,
            "entries": tuple(_entries(reading, book, entries.get(key, []))),
            "attributes": _standing(rules, key),
            "shares": _standing(shares, key),
        }
        version = reading.of_row(PriceBookVersion, fields, row) if period else None
        if version is not None:
            yield version


def _by_days(
    rows: Iterable[Row], values: Iterable[Value | None]
) -> list[tuple[tuple[str | None, str | None], Value]]:
    return [
        ((row.get("from"), row.get("to")), value)
        for row, value in zip(rows, values, strict=True)
        if value is not None
    ]


def _standing(
    rules: Sequence[tuple[tuple[str | None, str | None], Value]], key: tuple[str | None, ...]
) -> tuple[Value, ...]:
    """The rules of a version: its own, and those that stand in every version."""
    return tuple(value for days, value in rules if days in (key, _NO_DAYS))


def _entries(reading: Reading, book: str, rows: Iterable[Row]) -> Iterator[PriceBookEntry]:
    """Rows of a version that price the same thing are the tiers of one entry."""
    for key, own in grouped(rows, _KEY).items():
        sound = len(reading.findings)
        tiers = [reading.of_row(Tier, row.filled(*_TIER), row, columns=_IN_COLUMNS) for row in own]
        about = " ".join(part for part in (*key[:2], *key[2:]) if part) or "everything"
        head = reading.together(own, _FINISH, about=f"the entry for {about}")
        if len(reading.findings) > sound:
            continue
        fields = {
            **own[0].filled("product", "category", "unit", "rank"),
            **head.filled(*_OF_ENTRY),
            **given(
                period=period_of(own[0], *_VALID),
                ending={
                    field: text for column, field in _ENDING.items() if (text := head.get(column))
                },
                rails=head.filled(*_RAILS),
            ),
            "tiers": tiers,
        }
        found = reading.of_row(PriceBookEntry, fields, head, columns=_IN_COLUMNS)
        if found is not None:
            reading.came(f"books/{book}/{found}", own[0])
            yield found


def _attribute_prices(
    reading: Reading, book: str, rows: Iterable[Row]
) -> Iterator[AttributePrice | None]:
    seen: dict[str, str] = {}
    for row in rows:
        fields = {
            **row.filled(*_RULE_PLAIN),
            **given(name=row.local_text("name"), period=period_of(row, *_VALID)),
        }
        match = _matched(reading, row)
        if _is_twice(reading, seen, row) or match is None:
            yield None
            continue
        rule = reading.of_row(AttributePrice, {**fields, "match": match}, row, columns=_IN_COLUMNS)
        if rule is not None:
            reading.came(f"books/{book}/attributes/{rule.code}", row)
        yield rule


def _is_twice(reading: Reading, seen: dict[str, str], row: Row) -> bool:
    """Whether a code stands in one version already, which is a finding."""
    version = f"{row.get('from')}/{row.get('to')}"
    return reading.refuse_twice(
        seen, row.get("code") or "", place=row.place("code"), within=version
    )


def _matched(reading: Reading, row: Row) -> tuple[tuple[str, str], ...] | None:
    """The cell ``match``: ``colour=red; size=L``."""
    pairs = [part.partition("=") for part in row.several("match")]
    if any(not (name.strip() and value.strip()) for name, _, value in pairs):
        reading.find(
            "row.unreadable",
            row.place("match"),
            "what must match is written attribute=value, several separated by ';', such as "
            f"colour=red; size=L; found {row.get('match')!r}",
        )
        return None
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _shares(reading: Reading, book: str, rows: Iterable[Row]) -> Iterator[PercentOfTotal | None]:
    seen: dict[str, str] = {}
    for row in rows:
        if _is_twice(reading, seen, row):
            yield None
            continue
        listed: dict[str, Any] = {column: row.several(column) for column in _SHARE_LISTED}
        fields = {
            **row.filled(*_SHARE_PLAIN),
            **given(name=row.local_text("name"), period=period_of(row, *_VALID), **listed),
        }
        rule = reading.of_row(PercentOfTotal, fields, row, columns=_IN_COLUMNS)
        if rule is not None:
            reading.came(f"books/{book}/shares/{rule.code}", row)
        yield rule
