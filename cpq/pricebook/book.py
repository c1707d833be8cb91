"""Price books as they are written (价目表、版本、明细、阶梯): book → dated version → entry → tier.

A *book* is in one currency. Its *versions* follow each other in time and never overlap. An
*entry* prices a product, a category or everything, in one unit or in the product's own; its
*tiers* start at a quantity and hold until the next one starts, so gaps and overlaps cannot be
written. A *derived* book says what it changes on its base book; what it does not mention costs
what it costs there.
"""

from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, plain
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, LocalText

Scope = tuple[str | None, str | None]
"""What an entry prices: a product, a category, or (both ``None``) everything."""

Resolution = Literal["most_specific", "first_match"]
"""How one of several matching entries is chosen.

``most_specific``: product before the product it varies, before the nearest category, before
everything; then an entry for the asked unit; then the higher tier reached. Two entries that tie
with different prices are an error that names both. ``first_match``: the lowest ``rank`` wins, and
among equals the entry written first.
"""


class Tier(Frozen):
    """From ``lower`` units on (inclusive), every unit costs this (阶梯价, volume mode).

    Exactly one of: ``price`` per unit; ``percent_off`` or ``amount_off`` per unit against the
    base book (negative is a surcharge).

    >>> Tier(lower="11", percent_off="42").percent_off
    Decimal('42')
    """

    lower: Exact = Field(default=Decimal(0), ge=0)
    price: Exact | None = Field(default=None, ge=0)
    percent_off: Exact | None = Field(default=None, le=100)
    amount_off: Exact | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Tier":
        given = [self.price, self.percent_off, self.amount_off]
        if sum(value is not None for value in given) != 1:
            raise ValueError("a tier gives exactly one of price, percent_off and amount_off")
        return self

    def __str__(self) -> str:
        if self.price is not None:
            return plain(self.price)
        if self.percent_off is not None:
            return f"-{plain(self.percent_off)}%".replace("--", "+")
        return f"-{plain(self.amount_off or Decimal(0))}".replace("--", "+")


class PriceBookEntry(Frozen):
    """What one product, one category or (neither given) everything costs.

    With ``unit``, prices and tier bounds are per and in that unit, and the entry holds for lines
    in that unit only; without, per and in the product's own unit.
    """

    product: Code | None = None
    category: Code | None = None
    unit: Code | None = None
    tiers: tuple[Tier, ...] = Field(min_length=1)
    rank: int = 0
    period: Period = ALWAYS

    @model_validator(mode="after")
    def _can_be_read(self) -> "PriceBookEntry":
        if self.product and self.category:
            raise ValueError(f"an entry is for product {self.product!r} or a category, not both")
        lowers = [tier.lower for tier in self.tiers]
        if any(first >= second for first, second in pairwise(lowers)):
            listed = ", ".join(plain(lower) for lower in lowers)
            raise ValueError(f"tiers start at rising quantities; found {listed} for {self}")
        return self

    def reached(self, quantity: Fraction) -> Tier | None:
        """The tier that ``quantity`` reaches; ``None`` below the first."""
        best = None
        for tier in self.tiers:
            if Fraction(tier.lower) > quantity:
                break
            best = tier
        return best

    def __str__(self) -> str:
        scope = self.product or (f"category {self.category}" if self.category else "everything")
        return f"{scope} per {self.unit}" if self.unit else scope


class PriceBookVersion(Frozen):
    """The entries of a book while its period holds."""

    period: Period = ALWAYS
    entries: tuple[PriceBookEntry, ...]

    @cached_property
    def by_scope(self) -> dict[Scope, tuple[tuple[int, PriceBookEntry], ...]]:
        """The entries with their place in the version, by the product or category they price."""
        scopes: dict[Scope, list[tuple[int, PriceBookEntry]]] = {}
        for place, row in enumerate(self.entries):
            scopes.setdefault((row.product, row.category), []).append((place, row))
        return {scope: tuple(rows) for scope, rows in scopes.items()}


class PriceBook(Frozen):
    """A price book: one currency, versions that do not overlap, an optional base book.

    Days in periods are days in ``zone``, else in the catalogue's. Prices are per unit, before tax.

    >>> book = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> str(book.versions[0].entries[0])
    'M8'
    """

    code: Code
    name: LocalText = LocalText()
    currency: CurrencyCode
    base: Code | None = None
    resolution: Resolution = "most_specific"
    zone: str | None = None
    versions: tuple[PriceBookVersion, ...] = Field(min_length=1)

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @model_validator(mode="after")
    def _versions_follow_each_other(self) -> "PriceBook":
        home = self.home
        spans = sorted(
            ((version.period.bounds(home), version.period) for version in self.versions),
            key=itemgetter(0),
        )
        for (earlier, period), (later, other) in pairwise(spans):
            if later[0] < earlier[1]:
                raise Invalid(
                    "price_book.versions_overlap",
                    f"price book {self.code!r} has two versions at the same time: {period} and "
                    f"{other}; end the first before the second starts",
                )
        if self.base is None:
            for version in self.versions:
                for row in version.entries:
                    if any(tier.price is None for tier in row.tiers):
                        raise ValueError(
                            f"price book {self.code!r} has no base book, so {row} needs prices, "
                            "not discounts"
                        )
        return self


def entry(
    product: str | None = None,
    *,
    category: str | None = None,
    unit: str | None = None,
    price: object = None,
    percent_off: object = None,
    amount_off: object = None,
    tiers: tuple[Tier, ...] = (),
    rank: int = 0,
    period: Period = ALWAYS,
) -> PriceBookEntry:
    """An entry as people say it: one price or discount for all quantities, or tiers.

    >>> entry("M8", price="0.35").tiers[0].price
    Decimal('0.35')
    >>> entry(category="bolts", percent_off=5).category
    'bolts'
    """
    one = {"price": price, "percent_off": percent_off, "amount_off": amount_off}
    given = {name: value for name, value in one.items() if value is not None}
    rows = (Tier.model_validate(given), *tiers) if given else tiers
    return PriceBookEntry(
        product=product,
        category=category,
        unit=unit,
        tiers=rows,
        rank=rank,
        period=period,
    )
