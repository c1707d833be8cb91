"""A coupon (优惠券): a code in somebody's hands that opens a promotion to whoever types it.

The code is apart from the promotion: a promotion has one code that is on every poster, or a hundred
thousand that are good for one order each. What a code is worth is written in the promotion; the
code itself says for whom it is, on which days, and how often it may be used, by caps of its own. No
class is called a voucher, which is an entry (凭证) to an accountant.
"""

from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from cpq.cap import Cap
from cpq.coupon.key import KEY_MAX, coupon_key
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.period import zone as zone_of
from cpq.kernel.text import Code, Line, legible

CouponState = Literal["issued", "blocked"]
"""A blocked coupon is no longer taken: lost, printed twice, given out by mistake."""

ONCE = (Cap(code="once", orders=1, window="lifetime"),)
"""The caps of a coupon that is good for one order, ever."""


class Coupon(Frozen):
    """A code for a promotion, as printed.

    ``period`` is in days, the last one inclusive, in ``zone``, else the catalogue's; ``customer``
    is the only one who may use it (none: whoever has it); ``batch`` names what it was made with.
    ``caps`` are its own, beside those of the promotion, and run on counters of ``owner``; no caps
    means as often as the promotion allows. ``returns_on_cancel``: a cancelled order gives its use
    back. Raises ``Invalid``: ``coupon.unreadable_code`` for a code of nothing but blanks and
    hyphens or of a key beyond 64 characters, ``coupon.cap_twice`` for two caps of one code.

    >>> coupon = Coupon(code="AUTUMN-7K4P", promotion="AUTUMN")
    >>> coupon.key, str(coupon.caps[0])
    ('autumn7k4p', '1 order per lifetime')
    """

    code: Code
    promotion: Code
    period: Period = ALWAYS
    zone: Line | None = None
    customer: Code | None = None
    batch: Line = ""
    state: CouponState = "issued"
    caps: tuple[Cap, ...] = ONCE
    returns_on_cancel: bool = True

    @model_validator(mode="after")
    def _can_be_typed(self) -> "Coupon":
        if not 0 < len(self.key) <= KEY_MAX:
            raise Invalid(
                "coupon.unreadable_code",
                f"the coupon code {legible(self.code)!r} is {len(self.key)} characters long "
                f"without blanks and hyphens; 1 to {KEY_MAX} make a code",
                code_as_printed=self.code,
            )
        codes = [cap.code for cap in self.caps]
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None:
            raise Invalid(
                "coupon.cap_twice",
                f"coupon {legible(self.code)!r} has two caps {twice!r}, which would run on one "
                "counter; give each cap a code of its own",
            )
        zone_of(self.zone or "UTC")
        return self

    @cached_property
    def key(self) -> str:
        """The form in which codes are compared; see ``coupon_key``."""
        return coupon_key(self.code)

    @cached_property
    def owner(self) -> str:
        """Whose the counters of its own caps are, and no other coupon's.

        The same code may be given out again once it has run out, so the start of its period is
        part of it.

        >>> Coupon(code="POSTER", promotion="A", period={"start": "2026-11-01"}).owner
        'coupon poster 2026-11-01'
        """
        start = self.period.start
        return f"coupon {self.key}" if start is None else f"coupon {self.key} {start.isoformat()}"

    def home(self, zone: str) -> tzinfo:
        """The time zone of its days; ``zone`` where it names none."""
        return zone_of(self.zone or zone)

    def holds(self, at: Moment, *, zone: str) -> bool:
        """Whether a day (in its own zone) or an instant lies in its period."""
        return self.period is ALWAYS or self.period.contains(at, self.home(zone))

    def day(self, at: Moment, *, zone: str) -> date:
        """The business day of ``at`` where the coupon is at home."""
        return at.astimezone(self.home(zone)).date() if isinstance(at, datetime) else at
