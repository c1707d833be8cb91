"""Floors (底价): below what a thing is not sold, why, and what happens where somebody tries.

A floor is one figure from one source: a price, the cost and so much on it, a margin, a part of the
list price or of what this customer paid last. Several floors hold side by side: the highest
counts, each with its own policy. ``clip`` stops promotions at the floor and lets the rest of a
discount go to other lines; what a person or a price book set is never changed behind anybody's
back, it is reported. A floor that cannot be reckoned, because a cost, a rate or a unit is missing,
is reported too: what nobody knows is not fine.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, Line, LocalText

FloorPolicy = Literal["block", "approve", "clip", "warn"]
"""What happens below: nothing is sold, somebody must agree, promotions stop there, a note."""

FloorLevel = Literal["unit", "line", "bundle", "quote"]
"""What is held against it: each unit, the line, a line and all below it, the lines together."""

FloorKind = Literal["own", "regulation", "agreement"]
"""Why a price is a floor: the seller's own decision, the law (法规), an agreement (协议)."""

_KEPT_MAX = 4096

FloorSource = Literal["price", "cost_plus", "margin", "percent_of_list", "last_price"]

_SOURCES: tuple[FloorSource, ...] = (
    *("price", "cost_plus", "margin", "percent_of_list", "last_price"),
)


class Floor(Frozen):
    """A floor for a product, a category or (neither named) everything, before tax.

    Exactly one source: ``price`` per ``unit`` (none named: the product's own), ``cost_plus`` an
    amount on the cost of a ``unit``, ``margin`` in percent of the net, ``percent_of_list``, or
    ``last_price``, the percent of what the customer last paid; a customer who never bought has no
    such floor. It holds while ``period`` does (days inclusive, in ``zone``), for customers in one
    of ``customer_groups`` (none named: all). ``approval`` names the level of approval it asks for.

    At the level ``quote`` the lines in scope are held against the sum of their floors; at
    ``bundle`` a line in scope with all below it, cost and list price being those of the bundle.

    >>> Floor(code="LOW", product="M8", price=Money("45.00", "CNY"), policy="clip").source
    'price'
    >>> Floor(code="EARN", margin="20", level="quote", policy="approve").level
    'quote'
    """

    code: Code
    name: LocalText = LocalText()
    product: Code | None = None
    category: Code | None = None
    customer_groups: tuple[Code, ...] = ()
    period: Period = ALWAYS
    zone: Line | None = None
    kind: FloorKind = "own"
    price: Money | None = None
    cost_plus: Money | None = None
    unit: Code | None = None
    margin: Exact | None = Field(default=None, lt=100)
    percent_of_list: Exact | None = Field(default=None, gt=0)
    last_price: Exact | None = Field(default=None, gt=0)
    policy: FloorPolicy = "block"
    level: FloorLevel = "line"
    approval: Code | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Floor":
        given = [source for source in _SOURCES if getattr(self, source) is not None]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"floor {self.code!r} needs one of {', '.join(_SOURCES)}; has {found}")
        if self.product is not None and self.category is not None:
            raise ValueError(f"floor {self.code!r} is for a product or a category, not for both")
        amount = self.cost_plus if self.price is None else self.price
        if amount is not None and amount.amount < 0:
            raise ValueError(f"floor {self.code!r} is {amount}; it must be 0 or more")
        if self.unit is not None and amount is None:
            raise ValueError(f"floor {self.code!r} names a unit, but only price and cost_plus have")
        if self.kind != "own" and self.price is None:
            raise ValueError(f"floor {self.code!r} is by {self.kind}: it must give a price")
        if self.policy == "clip" and self.level not in ("unit", "line"):
            raise ValueError(
                f"floor {self.code!r} clips at the level {self.level}; promotions are clipped at "
                "a unit or a line"
            )
        if self.approval is not None and self.policy not in ("approve", "clip"):
            raise ValueError(f"floor {self.code!r} names an approval, but its policy asks for none")
        zone(self.zone or "UTC")
        return self

    @property
    def source(self) -> FloorSource:
        """Which figure the floor is reckoned from."""
        return next(source for source in _SOURCES if getattr(self, source) is not None)

    @cached_property
    def scale(self) -> Fraction:
        """What cost, list price or last price is multiplied by; 1 where the floor is an amount."""
        if self.margin is not None:
            return 100 / (100 - Fraction(self.margin))
        percent = self.percent_of_list if self.last_price is None else self.last_price
        return Fraction(1) if percent is None else Fraction(percent) / 100

    @property
    def needs_cost(self) -> bool:
        """Whether it cannot be reckoned without knowing what the thing costs."""
        return self.margin is not None or self.cost_plus is not None


class FloorLookup:
    """The floors of a catalogue, ready to be asked which of them a line is held against.

    What holds changes only at the bounds of periods, so an answer is kept per interval.
    """

    def __init__(self, floors: Sequence[Floor] = ()) -> None:
        rows = [_Row(floor) for floor in sorted(floors, key=lambda floor: floor.code)]
        self._by_product: dict[str | None, list[_Row]] = {}
        self._by_category: dict[str, list[_Row]] = {}
        self._general: list[_Row] = []
        for row in rows:
            if row.floor.product is not None:
                self._by_product.setdefault(row.floor.product, []).append(row)
            elif row.floor.category is not None:
                self._by_category.setdefault(row.floor.category, []).append(row)
            else:
                self._general.append(row)
        self._times = sorted({bound for row in rows for bound in (row.start, row.end)})
        self._kept: dict[tuple[object, ...], tuple[Floor, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._times)

    def covering(
        self,
        product: str,
        categories: Sequence[str] = (),
        *,
        at: datetime,
        family: str | None = None,
        groups: Sequence[str] = (),
    ) -> tuple[Floor, ...]:
        """The floors for a product of that family and those categories, for a customer in
        ``groups``, at an instant: those of the product first, each kind in the order of codes.

        >>> from datetime import UTC
        >>> floors = FloorLookup([Floor(code="A", category="bolts", margin=20), Floor(code="B",
        ...                       product="M8", percent_of_list=70), Floor(code="C", margin=5)])
        >>> at = datetime(2026, 11, 21, tzinfo=UTC)
        >>> [floor.code for floor in floors.covering("M8", ("bolts", "parts"), at=at)]
        ['B', 'A', 'C']
        """
        interval = bisect_right(self._times, at)
        key = (interval, product, family, tuple(categories), tuple(groups))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            rows = [
                *(row for code in dict.fromkeys((product, family)) for row in self._of(code)),
                *(row for code in categories for row in self._by_category.get(code, ())),
                *self._general,
            ]
            held = tuple(row.floor for row in rows if row.holds(at, groups))
            found = self._kept[key] = held
        return found

    def _of(self, product: str | None) -> Sequence["_Row"]:
        return self._by_product.get(product, ())


class _Row:
    """A floor with the instants it holds between, reckoned once."""

    __slots__ = ("end", "floor", "groups", "start")

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.start, self.end = floor.period.bounds(zone(floor.zone or "UTC"))
        self.groups = frozenset(floor.customer_groups)

    def holds(self, at: datetime, groups: Sequence[str]) -> bool:
        if not self.start <= at < self.end:
            return False
        return not self.groups or not self.groups.isdisjoint(groups)
