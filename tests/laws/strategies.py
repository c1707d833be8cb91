"""What the laws are tried on: amounts, weights, small books, small trades, small machines."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from cpq.bom import BOM, Component, Excludes, OptionGroup, Pick, Requires
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.kernel.money import Money
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.product import Category, Product
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy

CURRENCIES = ("CNY", "USD", "JPY", "KWD")
TAXES = ("VAT13", "VAT9", "VAT6")
CODES = ("A", "B", "C", "D")
DAY = date(2026, 11, 21)


def tried(times: int) -> Callable[[Any], Any]:
    """``times`` as many examples as the profile says: for laws that are quick to try."""
    return settings(max_examples=settings().max_examples * times)


@cache
def amounts(low: str = "0", high: str = "100000", places: int = 2) -> st.SearchStrategy[Decimal]:
    """Decimals on a grid, both ends included."""
    return st.decimals(min_value=Decimal(low), max_value=Decimal(high), places=places)


cents = amounts("0.01", "0.20")
"""Amounts so small that spare cents and ties decide."""

fractions = st.builds(
    Fraction, st.integers(-(10**15), 10**15), st.integers(1, 10**6) | st.sampled_from([2, 8, 200])
)
moneys = st.builds(Money.from_minor, st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
weights = st.one_of(
    st.integers(0, 10**6),
    amounts(),
    st.builds(Fraction, st.integers(0, 1000), st.integers(1, 1000)),
)


@st.composite
def weight_lists(draw: st.DrawFn) -> list[int | Decimal | Fraction]:
    """One to eight weights of which one at least is not zero."""
    return draw(st.lists(weights, min_size=1, max_size=8).filter(any))


@st.composite
def tiers(draw: st.DrawFn, *, derived: bool = False) -> tuple[Tier, ...]:
    """One to three tiers that start at rising quantities, with decimals among the bounds."""
    lowers = draw(st.lists(amounts("0", "30", 1), min_size=1, max_size=3, unique=True))
    kinds = ["price", "percent_off", "amount_off"] if derived else ["price"]
    rows = []
    for lower in sorted(lowers):
        kind = draw(st.sampled_from(kinds))
        rows.append(Tier.model_validate({"lower": lower, kind: draw(amounts("0", "100", 2))}))
    return tuple(rows)


PRODUCTS = (
    Product(code="A", name="A", category="sub", tax_code="VAT13"),
    Product(code="B", name="B", category="top", tax_code="VAT9", variant_of="A"),
    Product(code="C", name="C", tax_code="VAT6"),
    Product(code="D", name="D", category="sub", tax_code="NONE"),
)
CATEGORIES = (Category(code="top"), Category(code="sub", parent="top"))
_SCOPES: tuple[dict[str, str], ...] = (
    {},
    {"category": "top"},
    {"category": "sub"},
    *({"product": code} for code in CODES),
)


@st.composite
def entries(draw: st.DrawFn, *, derived: bool = False) -> tuple[PriceBookEntry, ...]:
    """Entries of one version, never two alike, so that nothing is ambiguous."""
    scopes = draw(st.lists(st.sampled_from(range(len(_SCOPES))), max_size=5, unique=True))
    units = [draw(st.sampled_from([None, None, "box", "third", "trio"])) for _ in scopes]
    return tuple(
        entry(**_SCOPES[scope], unit=unit, tiers=draw(tiers(derived=derived)))
        for scope, unit in zip(scopes, units, strict=True)
    )


@st.composite
def books(draw: st.DrawFn) -> tuple[PriceBook, ...]:
    """A list with up to three dated versions, and a book derived from it with one."""
    days = sorted(draw(st.lists(st.integers(1, 28), max_size=2, unique=True)))
    bounds = [None, *(date(2026, 6, day) for day in days), None]
    versions = []
    for start, following in pairwise(bounds):
        end = None if following is None else date.fromordinal(following.toordinal() - 1)
        period = {"start": start, "end": end}
        versions.append(PriceBookVersion(period=period, entries=draw(entries())))
    zone = draw(st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]))
    root = PriceBook(code="LIST", currency="CNY", zone=zone, versions=tuple(versions))
    own = PriceBookVersion(entries=draw(entries(derived=True)))
    resolution = draw(st.sampled_from(["most_specific", "first_match"]))
    return root, PriceBook(
        code="VIP", currency="CNY", base="LIST", resolution=resolution, versions=(own,)
    )


@st.composite
def promotions(draw: st.DrawFn, code: str = "P") -> PromotionPolicy:
    """A policy in yuan or in percent, with and without cap, target and conditions."""
    benefit = draw(
        st.builds(PercentOff, percent=amounts("0.01", "100"))
        | st.builds(
            lambda off: AmountOff(amount=Money(off, "CNY")), amounts("0.01", "3000") | cents
        )
    )
    cap = st.builds(
        lambda most, over: Cap(amount=Money(most, "CNY"), over=over),
        amounts("0", "500"),
        st.sampled_from(["clip", "reject"]),
    )
    return PromotionPolicy(
        code=code,
        benefit=benefit,
        priority=draw(st.integers(0, 2)),
        caps=draw(st.just(()) | st.tuples(cap)),
        products=tuple(draw(st.lists(st.sampled_from(CODES), max_size=2, unique=True))),
        basis=draw(st.sampled_from(["line", "order"])),
        spread=draw(st.sampled_from(["order", "per_line"])),
        quantity_from=draw(st.none() | st.integers(1, 20)),
        amount_from=draw(st.none() | amounts("0", "500").map(lambda low: Money(low, "CNY"))),
    )


@st.composite
def policies(draw: st.DrawFn) -> tuple[PromotionPolicy, ...]:
    """Up to three policies that act one after the other."""
    return tuple(draw(promotions(f"P{place}")) for place in range(draw(st.integers(0, 3))))


@st.composite
def trades(draw: st.DrawFn) -> Catalogue:
    """Four products at random prices, and up to three promotion policies."""
    prices = draw(st.sampled_from([amounts("0.01", "999", 4), cents]))
    rows = tuple(entry(code, price=draw(prices)) for code in CODES)
    listed = PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(entries=rows),))
    return Catalogue(
        products=PRODUCTS,
        categories=CATEGORIES,
        books=(listed,),
        promotions=draw(policies()),
        default_book="LIST",
    )


requests = st.lists(
    st.builds(Item, product=st.sampled_from(CODES), quantity=st.just(1) | st.integers(1, 40)),
    min_size=1,
    max_size=6,
)


@st.composite
def part_lists(draw: st.DrawFn) -> dict[str, BOM]:
    """Bills of materials over P0…P6 in which a part always has a higher number than its whole."""
    boms = {}
    for level in range(5):
        parts = draw(st.lists(st.integers(level + 1, 6), max_size=3, unique=True))
        components = tuple(
            Component(product=f"P{part}", quantity=draw(amounts("0.1", "9", 1))) for part in parts
        )
        if components or level == 0:
            boms[f"P{level}"] = BOM(product=f"P{level}", components=components)
    return boms


@st.composite
def machines(draw: st.DrawFn) -> BOM:
    """A machine with three groups of two or three options and up to four rules."""
    groups = []
    for group in "xyz":
        count = draw(st.integers(2, 3))
        minimum = draw(st.integers(0, 1))
        options = tuple(Component(product=f"{group}{place}") for place in range(count))
        maximum = draw(st.integers(max(1, minimum), count))
        groups.append(OptionGroup(code=group, options=options, minimum=minimum, maximum=maximum))
    picks = [Pick(path=group.code, value=part.key) for group in groups for part in group.options]
    several = st.lists(st.sampled_from(picks), min_size=2, max_size=3, unique=True)
    requires = tuple(
        Requires(code=f"r{place}", when=chosen[0], needs=tuple(chosen[1:]))
        for place, chosen in enumerate(draw(st.lists(several, max_size=2)))
    )
    excludes = tuple(
        Excludes(code=f"e{place}", together=tuple(chosen))
        for place, chosen in enumerate(draw(st.lists(several, max_size=2)))
    )
    return BOM(product="M", groups=tuple(groups), requires=requires, excludes=excludes)
