"""Are the coupons sound: each row, and those of one code beside one another (优惠券核对)."""

from collections.abc import Iterator

from cpq.coupon import Coupon
from cpq.coupon.register import refuse_taken
from cpq.kernel.errors import Conflict, Finding, Unreadable
from revenue.adapters import doubts as found
from revenue.adapters.coupons import (
    ISSUED,
    block_of,
    block_row,
    coupon_of,
    coupon_row,
    every_row,
    place_of,
)
from revenue.adapters.rows import Rows

_SEVERAL = (
    "SELECT DISTINCT code_key FROM {p}coupon WHERE tenant = :tenant AND place > 1 ORDER BY code_key"
)
_COUPON = (
    "SELECT code_key, place, format, body, sha256 FROM {p}coupon "
    "WHERE tenant = :tenant AND code_key = :key AND place = :place"
)


def verify_coupons(rows: Rows) -> Iterator[Finding]:
    """Every finding about the coupons of a tenant; none in a sound store."""
    for row in every_row(rows, "coupon"):
        place = place_of("coupon", row)
        try:
            coupon = coupon_of(row)
        except Unreadable as error:
            yield found.corrupt(place, error)
            continue
        yield from found.columns(row, coupon_row(coupon, row.place), place)
    for several in rows.all(_SEVERAL):
        yield from _beside(rows, several.code_key)
    yield from _blocks(rows)


def _beside(rows: Rows, key: str) -> Iterator[Finding]:
    """A place of a code that is empty, and two of its coupons that are valid at the same time."""
    before: list[Coupon] = []
    for place, row in enumerate(rows.all(ISSUED, key=key), start=1):
        if row.place != place:
            yield found.gap(f"coupon {key} {place}")
            return
        try:
            coupon = coupon_of(row)
            refuse_taken(coupon, before)
            before.append(coupon)
        except Unreadable:
            continue  # said of the row itself
        except Conflict as error:
            yield found.broken_rule(place_of("coupon", row), error)


def _blocks(rows: Rows) -> Iterator[Finding]:
    for row in every_row(rows, "coupon_block"):
        place = place_of("coupon_block", row)
        try:
            block = block_of(row)
        except Unreadable as error:
            yield found.corrupt(place, error)
            continue
        yield from found.columns(row, block_row(block, row.code_key, row.place), place)
        blocked = rows.first(_COUPON, key=row.code_key, place=row.place)
        if blocked is None:
            yield found.orphan(place)
            continue
        try:
            if coupon_of(blocked).owner != block.coupon:
                yield found.differs(place, "place")
        except Unreadable:
            continue
