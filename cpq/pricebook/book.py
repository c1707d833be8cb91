"""Price books as they are written (价目表、版本、明细、阶梯): book → dated version → entry → tier.

A *book* is in one currency. Its *versions* follow each other in time and never overlap. An
*entry* prices a product, a category or everything, in one unit or in the product's own; its
*tiers* start at a quantity and hold until the next one starts, so gaps and overlaps cannot be
written. A *derived* book says what it changes on its base book; what it does not mention costs
what it costs there. Attribute prices and percent-of-total prices stand in the version too.
"""

from bisect import bisect_right
from collections import Counter
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.expression import Expression
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, plain
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, LocalText
from cpq.pricebook.attribute import AttributePrice
from cpq.pricebook.charge import TierMode
from cpq.pricebook.rails import PriceEnding, Rails
from cpq.pricebook.share import PercentOfTotal
from cpq.tax import TaxBasis

Scope = tuple[str | None, str | None]
"""What an entry prices: a product, a category, or (both ``None``) everything."""

Resolution = Literal["most_specific", "first_match", "best_for_customer"]
"""How one of several matching entries is chosen.

``most_specific``: product before the product it varies, before the nearest category, before
everything; then an entry for the asked unit; then the lower ``rank``; then the higher tier
reached. Two entries that tie with different prices are an error that names both.
``first_match``: the lowest ``rank`` wins, and among equals the entry written first.
``best_for_customer``: the lowest price wins, and among equals the more specific entry.
"""

QuantityBasis = Literal["line", "product", "family", "group", "contract", "period"]
"""Whose quantity reaches a tier, in the product's own unit unless the entry names one.

``line``: the line's own; ``product``: all lines of the product; ``family``: of the product and its
variants; ``group``: all lines that the entry covers (mix and match); ``contract``, ``period``: the
product's lines and what was bought before under the contract or in the period, which the request
says.
"""


class Tier(Frozen):
    """From ``lower`` units on (``above``: only beyond it), this price holds (阶梯价).

    Exactly one of: ``price``, which the entry's ``mode`` reads; ``percent_off`` or ``amount_off``
    per unit against the base book (negative is a surcharge); ``markup``, percent on the cost;
    ``margin``, percent of the price; ``formula`` over ``base``, ``list``, ``cost`` and numeric
    attributes. ``flat`` is a fee for entering the tier, ``size`` makes the price one for each
    started block of so many, ``overage`` is the rate beyond ``lower`` in the mode of that name.

    >>> Tier(lower="11", percent_off="42").percent_off
    Decimal('42')
    """

    lower: Exact = Field(default=Decimal(0), ge=0)
    above: bool = False
    price: Exact | None = Field(default=None, ge=0)
    percent_off: Exact | None = Field(default=None, le=100)
    amount_off: Exact | None = None
    markup: Exact | None = Field(default=None, ge=-100)
    margin: Exact | None = Field(default=None, lt=100)
    formula: Expression | None = None
    flat: Exact = Field(default=Decimal(0), ge=0)
    size: Exact | None = Field(default=None, gt=0)
    overage: Exact | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Tier":
        given = (*self.discounts, *self.on_cost, self.price, self.formula)
        if sum(value is not None for value in given) != 1:
            raise ValueError(
                "a tier gives exactly one of price, percent_off, amount_off, markup, margin and "
                "formula"
            )
        return self

    @property
    def discounts(self) -> tuple[Decimal | None, Decimal | None]:
        """What the tier takes off a base book: the percentage or the amount, if one of them."""
        return self.percent_off, self.amount_off

    @property
    def on_cost(self) -> tuple[Decimal | None, Decimal | None]:
        """What the tier puts on the cost: markup or margin, if one of them."""
        return self.markup, self.margin

    @property
    def plain(self) -> bool:
        """Whether the tier is a price per unit and nothing else."""
        return self.size is None and self.overage is None and not self.flat

    def __str__(self) -> str:
        if self.price is not None:
            return plain(self.price)
        if self.percent_off is not None:
            return f"-{plain(self.percent_off)}%".replace("--", "+")
        if self.amount_off is not None:
            return f"-{plain(self.amount_off)}".replace("--", "+")
        if self.markup is not None:
            return f"cost +{plain(self.markup)}%".replace("+-", "-")
        return f"margin {plain(self.margin)}%" if self.margin is not None else f"= {self.formula}"


class PriceBookEntry(Frozen):
    """What one product, one category or (neither given) everything costs.

    With ``unit``, prices and tier bounds are per and in that unit, and the entry holds for lines
    in that unit only; without, per and in the product's own unit. ``mode`` says how the tiers make
    a price, ``counts`` whose quantity reaches them, ``free`` how many units of a package cost
    nothing. On the price so found act, in this order, ``ending``, ``surcharge`` (per unit) and
    ``rails``. Figures are in the book's currency and on its tax basis; days are inclusive.

    >>> row = PriceBookEntry(product="M8", tiers=(Tier(price="0.35"), Tier(lower=10, price="0.3")))
    >>> str(row.reached(Fraction(12)))
    '0.3'
    """

    product: Code | None = None
    category: Code | None = None
    unit: Code | None = None
    tiers: tuple[Tier, ...] = Field(min_length=1)
    rank: int = 0
    period: Period = ALWAYS
    mode: TierMode = "volume"
    counts: QuantityBasis = "line"
    free: Exact = Field(default=Decimal(0), ge=0)
    charge_flat_at_zero: bool = False
    surcharge: Exact | None = None
    ending: PriceEnding | None = None
    rails: Rails | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> "PriceBookEntry":
        if self.product and self.category:
            raise ValueError(f"an entry is for product {self.product!r} or a category, not both")
        starts = [(tier.lower, tier.above) for tier in self.tiers]
        if any(first >= second for first, second in pairwise(starts)):
            listed = ", ".join(plain(lower) for lower, _ in starts)
            raise ValueError(f"tiers start at rising quantities; found {listed} for {self}")
        self._mode_is_told()
        return self

    def _mode_is_told(self) -> None:
        needs = {"block": "size", "package": "size"}.get(self.mode)
        if needs and any(tier.size is None for tier in self.tiers):
            raise ValueError(f"mode {self.mode} needs a size on every tier of {self}")
        if not needs and self.mode != "graduated" and any(tier.size for tier in self.tiers):
            raise ValueError(
                f"{self} has a size, which mode {self.mode} does not read; use mode block"
            )
        if self.mode == "overage" and all(tier.overage is None for tier in self.tiers):
            raise ValueError(f"mode overage needs the rate of the overage on a tier of {self}")
        if self.mode != "overage" and any(tier.overage is not None for tier in self.tiers):
            raise ValueError(f"{self} has an overage, which mode {self.mode} does not read")
        if self.mode != "package" and self.free:
            raise ValueError(f"{self} has free units, which mode {self.mode} does not read")
        finish = (self.surcharge, self.ending, self.rails)
        if not self.plain and any(part is not None for part in finish):
            raise ValueError(
                f"{self} has a surcharge, an ending or rails; those are for one price per unit: "
                "mode volume without flat fees and blocks"
            )

    @cached_property
    def plain(self) -> bool:
        """Whether the entry makes one price per unit, whatever the quantity within a tier."""
        return self.mode == "volume" and all(tier.plain for tier in self.tiers)

    def reached(self, quantity: Fraction) -> Tier | None:
        """The tier that ``quantity`` reaches; ``None`` below the first."""
        place = bisect_right(self._starts, (quantity, False))
        return self.tiers[place - 1] if place else None

    @cached_property
    def _starts(self) -> tuple[tuple[Fraction, bool], ...]:
        return tuple((Fraction(tier.lower), tier.above) for tier in self.tiers)

    @property
    def scope(self) -> LocalText:
        """What the entry prices, in words."""
        if self.product:
            en = zh = self.product
        elif self.category:
            en, zh = f"category {self.category}", f"类别 {self.category}"
        else:
            en, zh = "everything", "全部产品"
        if self.unit:
            en, zh = f"{en} per {self.unit}", f"{zh}，每 {self.unit}"
        return LocalText(en=en, zh=zh)

    def __str__(self) -> str:
        return str(self.scope)


class PriceBookVersion(Frozen):
    """The entries of a book while its period holds, with its attribute prices and its shares.

    ``attributes`` adjust what the entries say, ``shares`` are lines priced as a percentage of
    others. Days of the period are inclusive, in the book's zone.

    >>> year = PriceBookVersion(period={"start": "2026-01-01", "end": "2026-12-31"},
    ...                         entries=(entry("M8", price="0.35"), entry(price="1.00")))
    >>> [str(row) for row in year.entries]
    ['M8', 'everything']
    """

    period: Period = ALWAYS
    entries: tuple[PriceBookEntry, ...]
    attributes: tuple[AttributePrice, ...] = ()
    shares: tuple[PercentOfTotal, ...] = ()

    @model_validator(mode="after")
    def _rules_have_names_of_their_own(self) -> "PriceBookVersion":
        for kind, codes in (
            ("attribute price", [rule.code for rule in self.attributes]),
            ("share", [rule.code for rule in self.shares]),
        ):
            twice = sorted(code for code, times in Counter(codes).items() if times > 1)
            if twice:
                raise ValueError(f"the version has two {kind}s {', '.join(twice)}; rename one")
        return self

    @cached_property
    def by_scope(self) -> dict[Scope, tuple[tuple[int, PriceBookEntry], ...]]:
        """The entries with their place in the version, by the product or category they price."""
        scopes: dict[Scope, list[tuple[int, PriceBookEntry]]] = {}
        for place, row in enumerate(self.entries):
            scopes.setdefault((row.product, row.category), []).append((place, row))
        return {scope: tuple(rows) for scope, rows in scopes.items()}


class PriceBook(Frozen):
    """A price book: one currency, versions that do not overlap, an optional base book.

    Days in periods are days in ``zone``, else in the catalogue's. Prices are per unit, before tax
    unless ``tax_basis`` is ``gross``.

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
    tax_basis: TaxBasis = "net"
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
                    if any(value is not None for tier in row.tiers for value in tier.discounts):
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
    markup: object = None,
    margin: object = None,
    formula: str | None = None,
    tiers: tuple[Tier, ...] = (),
    rank: int = 0,
    period: Period = ALWAYS,
    mode: TierMode = "volume",
    counts: QuantityBasis = "line",
    **finish: Any,
) -> PriceBookEntry:
    """An entry as people say it: one price or discount for all quantities, or tiers.

    ``finish`` holds the other fields of an entry: ``free``, ``surcharge``, ``ending``, ``rails``,
    ``charge_flat_at_zero``.

    >>> entry("M8", price="0.35").tiers[0].price
    Decimal('0.35')
    >>> entry(category="bolts", percent_off=5).category
    'bolts'
    """
    told = {
        "price": price,
        "percent_off": percent_off,
        "amount_off": amount_off,
        "markup": markup,
        "margin": margin,
        "formula": formula,
    }
    given = {name: value for name, value in told.items() if value is not None}
    return PriceBookEntry(
        product=product,
        category=category,
        unit=unit,
        tiers=(Tier.model_validate(given), *tiers) if given else tiers,
        rank=rank,
        period=period,
        mode=mode,
        counts=counts,
        **finish,
    )
