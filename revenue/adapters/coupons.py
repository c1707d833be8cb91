"""Coupons in a database (优惠券存储): issued in bulk, found as typed, blocked by rows of their own.

A coupon is a row that is added and never changed; that it was blocked is a row of its own. Those of
one code are counted, and whoever issues another takes the next place, which the database gives
once: two who issue the same code at the same time meet there, and the second looks again at what
the first one wrote.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from cpq.adapters.sql import savepoint
from cpq.coupon import Coupon, CouponBatch, CouponBlock, CouponRegister, coupon_key
from cpq.coupon.register import as_of, chosen, refuse_blocked, refuse_taken, refuse_unknown
from cpq.kernel.period import Moment
from cpq.kernel.text import printable
from revenue.adapters.rows import Rows, body_of, document

_CHUNK = 500
ISSUED = (
    "SELECT code_key, place, format, body, sha256 FROM {p}coupon "
    "WHERE tenant = :tenant AND code_key = :key ORDER BY place"
)
"""The coupons of one code."""

_BLOCKS = (
    "SELECT code_key, place, format, body, sha256 FROM {p}coupon_block "
    "WHERE tenant = :tenant AND code_key = :key"
)
_OF_BATCH = (
    "SELECT c.code_key, c.place, c.format, c.body, c.sha256, b.place AS blocked "
    "FROM {p}coupon c LEFT JOIN {p}coupon_block b "
    "ON b.tenant = c.tenant AND b.code_key = c.code_key AND b.place = c.place "
    "WHERE c.tenant = :tenant AND c.batch = :batch"
)
_BATCHES = (
    "SELECT c.batch, c.promotion, COUNT(*) AS issued, "
    "SUM(CASE WHEN c.state = 'blocked' OR b.place IS NOT NULL THEN 1 ELSE 0 END) AS blocked "
    "FROM {p}coupon c LEFT JOIN {p}coupon_block b "
    "ON b.tenant = c.tenant AND b.code_key = c.code_key AND b.place = c.place "
    "WHERE c.tenant = :tenant GROUP BY c.batch, c.promotion ORDER BY c.batch, c.promotion"
)
_AMONG = {
    "postgresql": (
        "SELECT code_key, sha256 FROM {p}coupon WHERE tenant = :tenant AND code_key = ANY(:keys)"
    ),
    "sqlite": (
        "SELECT code_key, sha256 FROM json_each(:keys) AS wanted CROSS JOIN {p}coupon "
        "WHERE tenant = :tenant AND code_key = wanted.value"
    ),
}
_PAGE = (
    "SELECT * FROM {p}TABLE WHERE tenant = :tenant AND (code_key, place) > (:key, :place) "
    "ORDER BY code_key, place LIMIT 500"
)


class StoredCoupons:
    """The coupons of one tenant in somebody's transaction: ``Coupons`` on a database."""

    def __init__(self, rows: Callable[[], Rows]) -> None:
        self._rows = rows

    def issue(self, coupons: Iterable[Coupon]) -> None:
        """Keep coupons, all or none; one that is there already changes nothing.

        Raises ``Conflict`` (``coupon.code_taken``) where a code is another's while both are valid,
        ``Invalid`` (``store.only_reads``) in a view.
        """
        new = CouponRegister().issued(coupons).coupons
        rows = self._rows()
        with savepoint(rows.connection):
            # In one order for all, so that two who issue the same codes do not wait in a circle.
            left = sorted(new, key=lambda coupon: (coupon.key, coupon.owner))
            for start in range(0, len(left), _CHUNK):
                _issue(rows, left[start : start + _CHUNK])

    def find(self, code: str, *, at: Moment, zone: str = "UTC") -> Coupon:
        """The coupon of a code as typed: the one valid ``at``, else the next, else the last.

        Blocked where it was blocked on that day or before; ``zone`` is that of days of coupons
        that name none. Raises ``NotFound`` (``coupon.unknown``), ``Unreadable``
        (``store.corrupt_document``).
        """
        coupon, _, block = _found(self._rows(), code, at=at, zone=zone)
        return as_of(coupon, block, at=at, zone=zone)

    def block(self, code: str, *, on: date, reason: str, zone: str = "UTC") -> Coupon:
        """Block the coupon that ``find`` gives on a day, from that day on, and give it blocked.

        Once: to say the same again changes nothing. Raises ``NotFound`` (``coupon.unknown``),
        ``Conflict`` (``coupon.blocked_already``), ``Invalid`` (``store.only_reads``) in a view.
        """
        rows = self._rows()
        with savepoint(rows.connection):
            coupon, place, _ = _found(rows, code, at=on, zone=zone)
            block = CouponBlock(coupon=coupon.owner, on=on, reason=reason)
            if not rows.insert(
                "coupon_block", unless_there=True, **block_row(block, coupon.key, place)
            ):
                before = _blocks(rows, coupon.key)[place]
                refuse_blocked(coupon, before, block)
        return coupon.with_(state="blocked")

    def batch(self, name: str) -> tuple[Coupon, ...]:
        """The coupons of a batch by code; blocked where they ever were.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        found = [
            coupon if row.blocked is None else coupon.with_(state="blocked")
            for row in (self._rows().all(_OF_BATCH, batch=name) if _storable(name) else ())
            for coupon in (coupon_of(row),)
        ]
        return tuple(sorted(found, key=lambda coupon: (coupon.key, coupon.owner)))

    def batches(self) -> tuple[CouponBatch, ...]:
        """Every batch by name and promotion, with how many it has."""
        return tuple(
            CouponBatch(
                batch=row.batch,
                promotion=row.promotion,
                issued=row.issued,
                blocked=int(row.blocked),
            )
            for row in self._rows().all(_BATCHES)
        )


def coupon_row(coupon: Coupon, place: int) -> dict[str, Any]:
    """The row of a coupon, the ``place``-th of its code."""
    return {
        "code_key": coupon.key,
        "place": place,
        "code": coupon.code,
        "promotion": coupon.promotion,
        "batch": coupon.batch,
        "customer": coupon.customer,
        "state": coupon.state,
        **body_of(coupon),
    }


def block_row(block: CouponBlock, key: str, place: int) -> dict[str, Any]:
    """The row that blocks a coupon, the ``place``-th of its code."""
    return {"code_key": key, "place": place, "on_day": block.on.isoformat(), **body_of(block)}


def coupon_of(row: Row[Any]) -> Coupon:
    """The coupon that a row holds, its hash checked. Raises ``Unreadable``
    (``store.corrupt_document``).
    """
    return document(Coupon, row, place=place_of("coupon", row))


def block_of(row: Row[Any]) -> CouponBlock:
    """The block that a row holds, its hash checked. Raises ``Unreadable``
    (``store.corrupt_document``).
    """
    return document(CouponBlock, row, place=place_of("coupon_block", row))


def place_of(table: str, row: Row[Any]) -> str:
    """How a row is named where it is wrong."""
    return f"{table} {row.code_key} {row.place}"


def every_row(rows: Rows, table: str) -> Iterator[Row[Any]]:
    """The rows of ``coupon`` or ``coupon_block`` of the tenant by key, some hundred at a time."""
    after: dict[str, Any] = {"key": "", "place": 0}
    while page := rows.all(_PAGE.replace("TABLE", table), **after):
        yield from page
        after = {"key": page[-1].code_key, "place": page[-1].place}


def _issue(rows: Rows, coupons: Sequence[Coupon]) -> None:
    """Keep coupons: each at the next place of its code, until all are there."""
    left = [(coupon, 1) for coupon in coupons]
    while left:
        values = [coupon_row(coupon, place) for coupon, place in left]
        rows.insert_all("coupon", values)
        kept = _hashes(rows, [coupon.key for coupon, _ in left])
        missing = [
            coupon
            for (coupon, _), value in zip(left, values, strict=True)
            if value["sha256"] not in kept[coupon.key]
        ]
        left = []
        for coupon in missing:
            others = [coupon_of(row) for row in rows.all(ISSUED, key=coupon.key)]
            refuse_taken(coupon, others)
            left.append((coupon, len(others) + 1))


def _hashes(rows: Rows, keys: Sequence[str]) -> dict[str, set[str]]:
    """The hashes of the coupons with these keys, by key; each key is one search."""
    dialect = rows.connection.dialect.name
    listed = json.dumps(keys) if dialect == "sqlite" else list(keys)
    kept: dict[str, set[str]] = defaultdict(set)
    for row in rows.all(_AMONG[dialect], keys=listed):
        kept[row.code_key].add(row.sha256)
    return kept


def _found(
    rows: Rows, code: str, *, at: Moment, zone: str
) -> tuple[Coupon, int, CouponBlock | None]:
    """The coupon of a code as issued, its place among those of the code, and its block."""
    key = coupon_key(code)
    places = {
        coupon.owner: (coupon, row.place)
        for row in (rows.all(ISSUED, key=key) if key else ())
        for coupon in (coupon_of(row),)
    }
    found = chosen([coupon for coupon, _ in places.values()], at=at, zone=zone)
    if found is None:
        refuse_unknown(code)
    place = places[found.owner][1]
    return found, place, _blocks(rows, key).get(place)


def _blocks(rows: Rows, key: str) -> dict[int, CouponBlock]:
    return {row.place: block_of(row) for row in rows.all(_BLOCKS, key=key)}


def _storable(text: str) -> bool:
    """Whether a database takes the text; what it does not take it does not hold."""
    try:
        return printable(text) == text
    except ValueError:
        return False
