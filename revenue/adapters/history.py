"""Deal prices in a database (历史成交价存储): kept with their quote, found by index.

A look-up reads a few columns of the deals that match, out of an index that holds them all, and
whole rows only of those that are shown. The database finds; prices are reckoned by
``cpq.history``, exactly, the same as in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import Row

from cpq.adapters.sql import savepoint
from cpq.history import (
    Comparables,
    DealPrice,
    Insufficient,
    PriceIndex,
    PriceStatistics,
    RateAt,
    deal_prices,
)
from cpq.history.figures import assessed
from cpq.history.footing import Key, Pair, Sale, undecided
from cpq.history.prices import refuse_anonymous, taken
from cpq.kernel.errors import Invalid, Unreadable
from cpq.quote import Quote
from cpq.quote.state import UNSENT
from revenue.adapters.rows import Rows, key_of, readable, sha256
from revenue.adapters.shapes import deal_price_row, marked, sortable, unmarked

_CHUNK = 200
_HASHES = "quote_key, version, line, status, sha256"
_SALES = (
    "SELECT on_day, quote_key, version, line, status, currency, net, base_quantity, list_price "
    "FROM {p}deal_price WHERE tenant = :tenant"
)
# Of the newest only what the index holds; asked for whole rows, SQLite would read every one.
LAST = (
    "SELECT quote_key, version, line, status FROM {p}deal_price WHERE tenant = :tenant "
    "AND customer = :customer AND product = :product AND status = 'won' "
    "AND (:unit = '' OR base_unit = :unit) AND on_day <= :until "
    "ORDER BY on_day DESC, quote_key DESC, version DESC, line DESC LIMIT 1"
)
"""The newest deal that a customer won of a product."""

_PAGE = (
    "SELECT * FROM {p}deal_price WHERE tenant = :tenant "
    "AND (quote_key, version, line, status) > (:quote_key, :version, :line, :status) "
    "ORDER BY quote_key, version, line, status LIMIT 500"
)
_RECORDED = (
    "SELECT 1 FROM {p}deal_price WHERE tenant = :tenant AND quote_key = :key "
    "AND version = :version AND status = :status LIMIT 1"
)
_FINAL = ("accepted", "lost")


class StoredDealPrices:
    """The deal prices of one tenant in somebody's transaction: ``DealPrices`` on a database."""

    def __init__(self, rows: Callable[[], Rows]) -> None:
        self._rows = rows

    def record(self, prices: Iterable[DealPrice]) -> None:
        """Keep prices; one that is there already changes nothing.

        All of them, or nothing. Raises ``Conflict`` (``deal_price.taken``), ``Invalid``:
        ``deal_price.anonymous``, ``number.too_long``, ``document.bad_version``,
        ``store.only_reads`` in a view.
        """
        rows = self._rows()
        with savepoint(rows.connection):
            record_prices(rows, prices)

    def hits(self, query: Comparables) -> tuple[DealPrice, ...]:
        """The deals that the query covers, in any currency, newest first.

        At most ``query.evidence``. Raises ``Unreadable`` (``store.corrupt_document``).
        """
        rows = self._rows()
        newest = sorted(undecided(_sales(rows, query), query), reverse=True)
        return tuple(_read(rows, [sale.key for sale in newest[: query.evidence]]))

    def comparables(
        self, query: Comparables, *, rate: RateAt | None = None, index: PriceIndex | None = None
    ) -> PriceStatistics | Insufficient:
        """The figures of the deals that the query covers; see ``cpq.history.statistics``.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        rows = self._rows()
        found = _sales(rows, query, currency=query.currency if rate is None else None)
        return assessed(found, query, rate=rate, index=index, read=lambda keys: _read(rows, keys))

    def last(
        self, product: str, *, customer: str, unit: str | None = None, on: date | None = None
    ) -> DealPrice | None:
        """The newest deal that a customer won of a product; up to a day, inclusive, where given.

        ``unit`` is the base unit that it must be in. Raises ``Unreadable``
        (``store.corrupt_document``), ``Invalid`` (``number.unreadable``).
        """
        rows = self._rows()
        row = rows.first(
            LAST,
            product=readable(product),
            customer=readable(customer),
            unit=readable(unit or ""),
            until=(on or date.max).isoformat(),
        )
        return None if row is None else _read(rows, [_key(row)])[0]


def record_prices(rows: Rows, prices: Iterable[DealPrice]) -> None:
    """Keep prices, inside a savepoint: written where they are not there, else compared."""
    left = iter(prices)
    while chunk := list(islice(left, _CHUNK)):
        for price in chunk:
            refuse_anonymous(price)
        values = [deal_price_row(price) for price in chunk]
        rows.insert_all("deal_price", values)
        kept = {_key(row): row.sha256 for row in _found(rows, _HASHES, _keys(values))}
        for price, key, value in zip(chunk, _keys(values), values, strict=True):
            if kept.get(key) != value["sha256"]:
                raise taken(price)


def record_outcome(rows: Rows, quote: Quote, prices: Iterable[DealPrice] | None) -> None:
    """Keep the prices of a quote version whose newest state was just saved.

    Those that are given, or those that an accepted or lost quote leaves by itself, unless some
    of it are there.
    """
    if prices is not None:
        given = tuple(prices)
        _refuse_others(quote, given)
        record_prices(rows, given)
    elif quote.state in _FINAL:
        own = deal_prices(quote)
        key = key_of(quote.number)
        if own and not rows.first(_RECORDED, key=key, version=quote.version, status=own[0].status):
            record_prices(rows, own)


def _refuse_others(quote: Quote, prices: Sequence[DealPrice]) -> None:
    own = () if quote.state in UNSENT else deal_prices(quote)
    facts = {(deal.quote, deal.version, deal.status, deal.on, deal.customer) for deal in own}
    lines = {deal.line for deal in own}
    for price in prices:
        fact = price.quote, price.version, price.status, price.on, price.customer
        if fact not in facts or price.line not in lines:
            raise Invalid(
                "deal_price.other_quote",
                f"the price of quote {price.quote} version {price.version} line {price.line} "
                f"({price.status} on {price.on}) is none of quote {quote.reference}, which is "
                f"{quote.state}; make them with deal_prices(quote)",
                number=quote.number,
            )


def plan_of(rows: Rows, query: Comparables, *, converted: bool = False) -> tuple[str, ...]:
    """How the database finds the deals of a query, step by step in its own words.

    ``converted`` is the look-up with a rate, which reads every currency.
    """
    where, bound = _where(query, None if converted else query.currency)
    sqlite = rows.connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    return tuple(str(row[-1]) for row in rows.all(f"{explain} {_SALES} AND {where}", **bound))


def every_price(rows: Rows) -> Iterator[Row[Any]]:
    """The rows of all deal prices of the tenant by key, some hundred at a time."""
    after: dict[str, Any] = {"quote_key": "", "version": 0, "line": "", "status": ""}
    while page := rows.all(_PAGE, **after):
        yield from page
        after = {name: getattr(page[-1], name) for name in after}


def deal_of(row: Row[Any]) -> DealPrice:
    """The deal price that a row holds, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``), which names the row.
    """
    try:
        deal = DealPrice(
            quote=row.quote,
            version=row.version,
            line=row.line,
            status=row.status,
            on=row.on_day,
            product=row.product,
            family=None if row.family == row.product else row.family,
            attributes=tuple(tuple(pair.split("\n")) for pair in unmarked(row.attributes)),
            quantity=row.quantity,
            unit=row.unit,
            base_quantity=row.base_quantity,
            base_unit=row.base_unit,
            currency=row.currency,
            net=row.net,
            list_price=row.list_price,
            customer=row.customer,
            groups=unmarked(row.group_codes),
            region=row.region,
            channel=row.channel,
            owner=row.owner,
            one_off=row.one_off,
        )
    except ValidationError as error:
        raise _corrupt(row, f"cannot be read ({error.error_count()} errors)") from error
    if sha256(deal.canonical()) != row.sha256:
        raise _corrupt(row, "does not have the hash that was stored with it")
    return deal


def place_of(row: Row[Any]) -> str:
    """How a row is named where it is wrong."""
    return f"deal_price {row.quote_key} version {row.version} line {row.line} {row.status}"


def _corrupt(row: Row[Any], why: str) -> Unreadable:
    return Unreadable(
        "store.corrupt_document",
        f"{place_of(row)}: its content {why}; restore the row from a backup, and run verify()",
        place=place_of(row),
    )


def _keys(values: Iterable[Mapping[str, Any]]) -> list[Key]:
    return [(row["quote_key"], row["version"], row["line"], row["status"]) for row in values]


def _key(row: Row[Any]) -> Key:
    return row.quote_key, row.version, row.line, row.status


def _found(rows: Rows, columns: str, keys: Sequence[Key]) -> list[Row[Any]]:
    """The columns of the rows with these keys, in any order."""
    found: list[Row[Any]] = []
    for start in range(0, len(keys), _CHUNK):
        bound: dict[str, Any] = {}
        wanted = []
        for at, key in enumerate(keys[start : start + _CHUNK]):
            bound.update(zip((f"{name}{at}" for name in "qvls"), key, strict=True))
            wanted.append(f"(:q{at}, :v{at}, :l{at}, :s{at})")
        # A join, each key one search: asked whether a row's key is in a list, SQLite would read
        # every row. The columns are named in this module, values are bound.
        found += rows.all(
            f"SELECT {columns} FROM (VALUES {', '.join(wanted)}) AS wanted "  # noqa: S608
            f"CROSS JOIN {{p}}deal_price AS d WHERE d.tenant = :tenant "
            "AND d.quote_key = wanted.column1 AND d.version = wanted.column2 "
            "AND d.line = wanted.column3 AND d.status = wanted.column4",
            **bound,
        )
    return found


def _read(rows: Rows, keys: Sequence[Key]) -> list[DealPrice]:
    found = {_key(row): row for row in _found(rows, "d.*", keys)}
    return [deal_of(found[key]) for key in keys]


def _sales(rows: Rows, query: Comparables, *, currency: str | None = None) -> list[Sale]:
    """What the figures need of the deals that the query covers."""
    where, bound = _where(query, currency)
    found = cast("Sequence[tuple[Any, ...]]", rows.all(f"{_SALES} AND {where}", **bound))
    ratios = _Ratios()
    try:
        return [
            Sale(
                on,
                quote,
                version,
                line,
                status,
                paid,
                Decimal(net),
                ratios[quantity],
                ratios[listed] if listed else None,
            )
            for on, quote, version, line, status, paid, net, quantity, listed in found
        ]
    except (ArithmeticError, ValueError) as error:
        raise Unreadable(
            "store.corrupt_document",
            f"a deal price of {query.product or query.family} holds a figure that is none; run "
            "verify(), which names the row",
        ) from error


class _Ratios(dict[str, Pair]):
    """Fractions by their text; quantities and list prices are the same few again and again."""

    def __missing__(self, text: str) -> Pair:
        above, _, below = text.partition("/")
        self[text] = ratio = int(above), int(below or 1)
        return ratio


def _where(query: Comparables, currency: str | None) -> tuple[str, dict[str, Any]]:
    """The condition that ``Comparables.covers`` is, for the database to look up."""
    first, last = query.window
    terms = ["base_unit = :unit", "on_day BETWEEN :first AND :last"]
    bound: dict[str, Any] = {
        "unit": query.unit,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }

    def equals(column: str, value: str | None) -> None:
        if value:
            terms.append(f"{column} = :{column}")
            bound[column] = value

    def among(column: str, values: Sequence[str]) -> None:
        names = [f"{column}{place}" for place in range(len(values))]
        terms.append(f"{column} IN ({', '.join(f':{name}' for name in names)})")
        bound.update(zip(names, values, strict=True))

    equals("product", query.product)
    equals("family", query.family)
    equals("currency", currency)
    equals("region", query.region)
    equals("channel", query.channel)
    among("status", query.statuses)
    if query.sold_in is not None:
        terms.append("unit = :sold_in")
        bound["sold_in"] = query.sold_in
    if query.customers:
        among("customer", query.customers)
    if not query.one_off:
        terms.append("one_off = 0")
    if query.band.low is not None:
        terms.append("quantity_key >= :low")
        bound["low"] = sortable(query.band.low)
    if query.band.high is not None:
        terms.append("quantity_key <= :high")
        bound["high"] = sortable(query.band.high)
    if query.group is not None:
        # Not LIKE, which takes capitals for small letters on one of the databases.
        terms.append("replace(group_codes, :member, '') <> group_codes")
        bound["member"] = marked([query.group])
    if query.attributes:
        shared = []
        for place, pair in enumerate(query.attributes):
            shared.append(
                f"CASE WHEN replace(attributes, :a{place}, '') <> attributes THEN 1 ELSE 0 END"
            )
            bound[f"a{place}"] = marked(["\n".join(pair)])
        terms.append(f"({' + '.join(shared)}) >= :shared")
        bound["shared"] = query.shared_at_least
    return " AND ".join(terms), bound
