"""What was agreed on a rebate (返利协议): with whom, on what, from which volume on, how much.

A rebate is a price reduction that is paid back later, because of what was bought over a period. Two
modes are in use. *Retroactive* (追溯): the tier that is reached holds for everything bought in the
period, so crossing one raises what earlier sales earn. *Incremental* (增量): each tier holds only
for what lies in it. A lower bound belongs to its tier: tier 15 starts with the 15th unit, and with
14 units the tier below holds.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    currency_places,
    difference,
    plain,
)
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, LocalText

RebateMode = Literal["retroactive", "incremental"]
"""Whether the tier reached holds for all that was bought, or only for what exceeds its bound."""

RebateMeasure = Literal["quantity", "amount"]
"""What climbs the tiers: units, or the money that counts (invoiced or paid)."""

RebateBase = Literal["net_invoiced", "net_paid", "units"]
"""What the rate is of: net amounts invoiced, net amounts paid, or units."""

Payout = Literal["credit_note", "offset", "cash", "goods"]
"""How a rebate is settled: 贷项通知单, 冲抵应收, 现金, 货返."""

_NOTHING = Decimal(0)
_PERCENT_MAX = 100


class RebateTier(Frozen):
    """From ``lower`` on (inclusive): a percentage of the base, or an amount per unit.

    ``lower`` is in the measure of the agreement, ``amount_per_unit`` in its currency.

    >>> RebateTier(lower=15, percent=20).rate
    Decimal('20')
    """

    lower: Exact = Field(default=_NOTHING, ge=0)
    percent: Exact | None = Field(default=None, ge=0, le=_PERCENT_MAX)
    amount_per_unit: Exact | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_rate(self) -> "RebateTier":
        if (self.percent is None) == (self.amount_per_unit is None):
            raise Invalid(
                "rebate.one_rate",
                f"the tier from {plain(self.lower)} needs percent or amount_per_unit, one of the "
                "two",
            )
        return self

    @property
    def rate(self) -> Decimal:
        """The figure: a percentage or an amount per unit."""
        rate = self.percent if self.percent is not None else self.amount_per_unit
        assert rate is not None
        return rate


class RebateAgreement(Frozen):
    """A rebate in ``currency`` for ``customers`` and customers of ``groups``, on ``products`` and
    products of ``categories`` (both empty: on everything), for sales in ``period`` (days inclusive,
    in ``zone``).

    Each customer climbs the tiers alone, or all together where it is ``pooled``. ``unit`` is what
    quantities are counted in and ``step`` its least step: the units below "from 15" are the 14 that
    are counted in steps of 1. In incremental mode ``gaps`` says what a return leaves to later
    sales: with "refilled" they keep the rates at which they were assigned and the next sale fills
    the tiers that came free; with "closed" they move down at once. Once more was settled than is
    still due, ``claw_back`` makes the difference a receivable or carries it to the next agreement.
    It is settled from the last day of the period on, with ``interim`` at any time.
    Raises ``Invalid``: ``rebate.nobody``, ``rebate.tiers``, ``rebate.base``, ``rebate.gaps``.

    >>> agreement = RebateAgreement(code="RB-2026", customers=("C-1",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)))
    >>> [str(agreement.tier_at(Decimal(units)).rate) for units in (14, 15)]
    ['10', '20']
    """

    code: Code
    name: LocalText = LocalText()
    customers: tuple[Code, ...] = ()
    groups: tuple[Code, ...] = ()
    pooled: bool = False
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    period: Period = ALWAYS
    zone: str | None = None
    currency: CurrencyCode
    unit: Code = "pc"
    step: Exact = Field(default=Decimal(1), gt=0)
    tiers: tuple[RebateTier, ...] = Field(min_length=1)
    measure: RebateMeasure = "quantity"
    mode: RebateMode = "retroactive"
    gaps: Literal["refilled", "closed"] = "refilled"
    base: RebateBase = "net_invoiced"
    payout: Payout = "credit_note"
    claw_back: Literal["receivable", "carry"] = "receivable"
    interim: bool = False

    @model_validator(mode="after")
    def _can_be_kept(self) -> "RebateAgreement":
        zone(self.zone or "UTC")
        if not self.customers and not self.groups:
            raise Invalid(
                "rebate.nobody",
                f"rebate agreement {self.code!r} is with nobody; name customers or groups",
            )
        if any(first.lower >= second.lower for first, second in pairwise(self.tiers)):
            bounds = ", ".join(plain(tier.lower) for tier in self.tiers)
            raise Invalid(
                "rebate.tiers",
                f"rebate agreement {self.code!r}: each tier starts above the one before; found "
                f"{bounds}",
            )
        per_unit = self.base == "units"
        if any((tier.amount_per_unit is not None) != per_unit for tier in self.tiers):
            raise Invalid(
                "rebate.base",
                f"rebate agreement {self.code!r}: tiers on base 'units' have amount_per_unit, "
                f"tiers on an amount have percent; the base is {self.base!r}",
            )
        if self.gaps != "refilled" and self.mode != "incremental":
            raise Invalid(
                "rebate.gaps",
                f"rebate agreement {self.code!r} is retroactive: a return re-rates everything; "
                "gaps are for incremental mode",
            )
        return self

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where it names none."""
        return zone(self.zone or "UTC")

    @property
    def ends_on(self) -> date | None:
        """The last day of the period; ``None`` where it is open."""
        end = self.period.end
        return end.astimezone(self.home).date() if isinstance(end, datetime) else end

    @property
    def counts_units(self) -> bool:
        """Whether quantities decide anything, so that they must be in its unit."""
        return self.measure == "quantity" or self.base == "units"

    @cached_property
    def places(self) -> int:
        """Decimals of its amounts: those of the currency."""
        return currency_places(self.currency)

    @cached_property
    def ladder(self) -> tuple[RebateTier, ...]:
        """Its tiers from 0 on: where the first starts later, one that pays nothing before it."""
        first = self.tiers[0]
        if not first.lower:
            return self.tiers
        nothing = first.with_(
            lower=_NOTHING,
            percent=None if first.percent is None else _NOTHING,
            amount_per_unit=None if first.amount_per_unit is None else _NOTHING,
        )
        return (nothing, *self.tiers)

    @cached_property
    def starts(self) -> tuple[Fraction, ...]:
        """How much lies below each tier of the ladder: 14 units below "from 15", and exactly
        10,000 below "from 10,000" where amounts are measured.
        """
        if self.measure == "amount":
            return tuple(Fraction(tier.lower) for tier in self.ladder)
        step = Fraction(self.step)
        below = (step * (ceil(Fraction(tier.lower) / step) - 1) for tier in self.ladder)
        return tuple(max(start, Fraction(0)) for start in below)

    def place_at(self, measured: Decimal | Fraction) -> int:
        """The place on the ladder of the tier that so much reaches."""
        return max(bisect_right(self._bounds, Fraction(measured)) - 1, 0)

    def tier_at(self, measured: Decimal | Fraction) -> RebateTier:
        """The tier that so much reaches, lower bounds inclusive."""
        return self.ladder[self.place_at(measured)]

    @cached_property
    def _bounds(self) -> tuple[Fraction, ...]:
        return tuple(Fraction(tier.lower) for tier in self.ladder)

    def minor(self, rate: Decimal, base: Fraction) -> Fraction:
        """What ``rate`` of ``base`` comes to in minor units, exactly."""
        scale = Fraction(10**self.places, 1 if self.base == "units" else _PERCENT_MAX)
        return Fraction(rate) * base * scale

    def is_with(self, customer: str, groups: Iterable[str]) -> bool:
        """Whether a customer, who is in these groups, buys under it."""
        return customer in self.customers or any(group in self.groups for group in groups)

    def is_on(self, product: str, *, family: str | None, categories: Iterable[str]) -> bool:
        """Whether a product, a variant of ``family`` that lies in ``categories``, counts."""
        if not self.products and not self.categories:
            return True
        named = product in self.products or (family is not None and family in self.products)
        return named or any(category in self.categories for category in categories)

    def pool_of(self, customer: str) -> str:
        """Whose purchases climb the tiers with this customer's; ``""`` stands for all."""
        return "" if self.pooled else customer

    def missing(self, lower: Decimal, measured: Decimal) -> Decimal:
        """How much more reaches a bound; 0 where it is reached."""
        return max(difference(lower, measured), _NOTHING)
