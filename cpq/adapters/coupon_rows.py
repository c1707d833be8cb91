"""Coupons as rows of a CSV file (优惠券清单): for the printer, and back in again.

A printer wants codes and days; who keeps coupons wants all of them back as they were. So a column
that says nothing in any row is left out, and what is written reads back as the very coupons. What
is wrong with a file is said at once, each with its line and column.
"""

import csv
import io
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from cpq.adapters.rows import Reading, Row
from cpq.cap import Cap
from cpq.coupon import ONCE, Coupon
from cpq.coupon.register import refuse_taken
from cpq.kernel.errors import Conflict, DomainError, Unavailable
from cpq.kernel.model import canonical_json
from cpq.kernel.money import plain

ANY = "any"
"""For how many orders a coupon is good that has no limit of its own."""

COLUMNS = (
    *("code", "promotion", "valid_from", "valid_until", "zone", "customer", "batch", "state"),
    *("orders", "caps", "returns_on_cancel"),
)
"""The columns of a file of coupons; the first two are needed.

``orders`` is for how many orders a coupon is good: 1 where it is empty, ``any`` for no limit of its
own. ``caps`` says it in full instead, as JSON.
"""

_FIELDS = {"period.start": "valid_from", "period.end": "valid_until", "period": "valid_until"}
_YES = {"yes": True, "no": False}


def read_coupons(path: str | Path) -> tuple[Coupon, ...]:
    """The coupons in a CSV file, in its order.

    Raises ``Unreadable``: ``folder.missing``, or ``coupon.unreadable`` with a finding for all
    that is wrong: a cell (``row.unreadable``, or the code of the rule), a code that another row has
    while both are valid (``coupon.code_taken``).
    """
    file = Path(path)
    reading = Reading(file.parent)
    rows = reading.rows(file.name, columns=COLUMNS, needs=("code", "promotion"), optional=False)
    taken: dict[str, list[tuple[Coupon, Row]]] = {}
    coupons = []
    for row in rows:
        coupon = _coupon(reading, row)
        if coupon is not None:
            coupons.append(coupon)
            _note_taken(reading, taken.setdefault(coupon.key, []), coupon, row)
    reading.finish("coupon.unreadable")
    return tuple(coupons)


def csv_text(coupons: Iterable[Coupon]) -> str:
    r"""The coupons as CSV with a header, lines ended by CR LF as spreadsheets want.

    Columns that are empty in every row are left out, but for code and promotion.

    >>> csv_text([Coupon(code="AUTUMN-7K4P", promotion="AUTUMN")])
    'code,promotion\r\nAUTUMN-7K4P,AUTUMN\r\n'
    """
    rows = [_row(coupon) for coupon in coupons]
    filled = {column for row in rows for column, cell in row.items() if cell}
    columns = [name for name in COLUMNS if name in filled or name in COLUMNS[:2]]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_coupons(path: str | Path, coupons: Iterable[Coupon]) -> None:
    """Write coupons into a new CSV file, for a spreadsheet too (UTF-8 with a mark).

    A file that is there stays: codes that were printed would be lost with it. Raises
    ``Unavailable`` (``file.not_written``).
    """
    try:
        with Path(path).open("x", encoding="utf-8-sig", newline="") as file:
            file.write(csv_text(coupons))
    except FileExistsError:
        raise Unavailable(
            "file.not_written",
            f"{path} is there already, and its codes would be lost; name another file",
        ) from None
    except OSError as error:
        raise Unavailable(
            "file.not_written", f"{path} cannot be written: {error.strerror}"
        ) from None


def _coupon(reading: Reading, row: Row) -> Coupon | None:
    before = len(reading.findings)
    fields: dict[str, Any] = row.filled("code", "promotion", "zone", "customer", "batch", "state")
    period = row.filled("valid_from", "valid_until")
    if period:
        names = {"valid_from": "start", "valid_until": "end"}
        fields["period"] = {names[column]: text for column, text in period.items()}
    caps = _caps(reading, row)
    if caps is not None:
        fields["caps"] = caps
    given = row.get("returns_on_cancel")
    if given is not None:
        if given in _YES:
            fields["returns_on_cancel"] = _YES[given]
        else:
            place = row.place("returns_on_cancel")
            reading.find("row.unreadable", place, f"yes or no is wanted here; found {given!r}")
    try:
        coupon = reading.of_row(Coupon, fields, row, columns=_FIELDS)
    except DomainError as error:
        reading.find(error.code, row.place(), error.message)
        return None
    return coupon if len(reading.findings) == before else None


def _caps(reading: Reading, row: Row) -> Any:
    """The caps of a row as fields of ``Cap``; ``None`` where it says nothing of them."""
    orders, caps = row.get("orders"), row.get("caps")
    if orders is not None and caps is not None:
        reading.find(
            "row.unreadable", row.place("caps"), "orders and caps say the same; fill in one of them"
        )
        return None
    if orders == ANY:
        return ()
    if orders is not None:
        if orders.isascii() and orders.isdigit() and int(orders) > 0:
            return (ONCE[0].with_(orders=Decimal(orders)),)
        reading.find(
            "row.unreadable",
            row.place("orders"),
            f"a number of orders, 1 or more, or {ANY!r} is wanted here; found {orders!r}",
        )
    if caps is not None:
        try:
            return json.loads(caps, parse_float=Decimal)
        except (ValueError, RecursionError):
            reading.find("row.unreadable", row.place("caps"), f"not JSON; found {caps[:60]!r}")
    return None


def _note_taken(
    reading: Reading, others: list[tuple[Coupon, Row]], coupon: Coupon, row: Row
) -> None:
    """Note a code that an earlier row has while both are valid."""
    for other, first in others:
        try:
            refuse_taken(coupon, [other])
        except Conflict as error:
            reading.find(error.code, row.place("code"), f"{error.message} (line {first.line})")
    others.append((coupon, row))


def _row(coupon: Coupon) -> dict[str, str]:
    period = coupon.period
    return {
        "code": coupon.code,
        "promotion": coupon.promotion,
        "valid_from": "" if period.start is None else period.start.isoformat(),
        "valid_until": "" if period.end is None else period.end.isoformat(),
        "zone": coupon.zone or "",
        "customer": coupon.customer or "",
        "batch": coupon.batch,
        "state": "" if coupon.state == "issued" else coupon.state,
        "orders": _orders(coupon.caps),
        "caps": _written(coupon.caps),
        "returns_on_cancel": "" if coupon.returns_on_cancel else "no",
    }


def _orders(caps: tuple[Cap, ...]) -> str:
    if not caps:
        return ANY
    (cap, *more) = caps
    simple = not more and cap.orders is not None and cap == ONCE[0].with_(orders=cap.orders)
    return plain(cap.orders) if simple and caps != ONCE and cap.orders is not None else ""


def _written(caps: tuple[Cap, ...]) -> str:
    if caps == ONCE or _orders(caps):
        return ""
    return canonical_json([cap.model_dump(mode="json") for cap in caps])
