"""Laws of the linter: the order of rules does not matter, and what it says holds when priced.

Each claim is held against pricing itself: a cliff is a pair of totals that ``unit_price`` gives, a
tie is a line that is refused, a broken floor is a finding of the priced document.
"""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, RoundingPolicy
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.lint import lint
from cpq.lint.ground import Ground
from cpq.lint.schedule import Schedule
from cpq.lint.spans import BEGINNING, EVER, Span, common, merged, minus, within
from cpq.margin import Floor
from cpq.pricebook import NoPrice, PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.pricing import item, price, unit_price
from cpq.promotion import PromotionPolicy
from tests.cpq.lint.clean import CLEAN
from tests.cpq.lint.corpus import DEFECTS, Defect
from tests.laws.strategies import (
    CATEGORIES,
    CODES,
    DAY,
    PRODUCTS,
    amounts,
    books,
    entries,
    promotions,
    tried,
)
from tests.laws.worlds import worlds

_SHUFFLED = (
    *("products", "categories", "books", "promotions", "customers", "agreements"),
    *("assignments", "scopes", "floors", "boms", "promotion_groups"),
)
_INSIDE = ("versions", "entries", "attributes", "shares", "lines")
_EXACT = RoundingPolicy(name="exact", unit_places=9, amount_places=16, contractual=False)
_UNITS = STANDARD_UNITS.with_units(
    [
        Unit(code="box", numerator=5),
        Unit(code="trio", numerator=3),
        Unit(code="third", numerator=1, denominator=3),
    ]
)
_COUNTED = (
    ("pc", Fraction(1)),
    ("box", Fraction(5)),
    ("trio", Fraction(3)),
    ("third", Fraction(1, 3)),
)
_NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def _shuffled(value: Frozen, random: Random) -> Frozen:
    """The same rules in another order, at every level."""
    changes = {}
    for name in (*_SHUFFLED, *_INSIDE):
        rows = getattr(value, name, None)
        if isinstance(rows, tuple) and name in type(value).model_fields:
            mixed = [_shuffled(row, random) if isinstance(row, Frozen) else row for row in rows]
            random.shuffle(mixed)
            changes[name] = tuple(mixed)
    return value.with_(**changes) if changes else value


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "-"))
def test_shuffling_rules_changes_no_finding(defect: Defect) -> None:
    catalogue = defect.catalogue
    expected = lint(catalogue)
    for seed in range(3):
        assert lint(_shuffled(catalogue, Random(seed))) == expected  # type: ignore[arg-type]


@given(st.sampled_from(sorted(CLEAN)), st.randoms(use_true_random=False))
def test_shuffling_a_clean_catalogue_leaves_it_clean(name: str, random: Random) -> None:
    assert lint(_shuffled(CLEAN[name](), random)) == ()  # type: ignore[arg-type]


@given(st.sampled_from(sorted(CLEAN)), st.lists(st.sampled_from(DEFECTS), min_size=2, max_size=3))
def test_linting_never_raises_and_repeats_itself(name: str, defects: list[Defect]) -> None:
    catalogue = CLEAN[name]()
    for defect in defects:
        if defect.base == name:
            try:
                catalogue = defect.change(catalogue)
            except ValueError:
                continue  # two defects that cannot stand in one catalogue
    assert lint(catalogue) == lint(catalogue)


@given(worlds(), st.randoms(use_true_random=False))
def test_any_world_is_linted_whatever_the_order_of_its_rules(
    world: Catalogue, random: Random
) -> None:
    assert lint(_shuffled(world, random)) == lint(world)  # type: ignore[arg-type]


def _trade(*listed: PriceBook, **said: object) -> Catalogue:
    fields = {
        "products": PRODUCTS,
        "categories": CATEGORIES,
        "books": listed,
        "default_book": listed[-1].code,
        "units": _UNITS,
        **said,
    }
    return Catalogue.model_validate(fields)


@tried(2)
@given(books(), st.sampled_from(CODES))
def test_schedules_hold_the_prices_that_pricing_finds(
    pair: tuple[PriceBook, PriceBook], asked: str
) -> None:
    trade = _trade(*pair)
    schedule = Schedule(Ground(trade, start=BEGINNING))
    for code in ("LIST", "VIP"):
        pieces = schedule.pieces(asked, code, _NOON)
        ends = [piece.start for piece in pieces[1:]]
        for piece, end in zip(pieces, [*ends, pieces[-1].start + 5], strict=True):
            for quantity in {piece.start, end - 1} if end - 1 > piece.start else {piece.start}:
                found = unit_price(
                    trade, asked, at=_NOON, quantity=Decimal(int(quantity)), book=code
                )
                value = None if isinstance(found, NoPrice) else found.exact
                assert piece.answer.value == value


@st.composite
def _steps(draw: st.DrawFn) -> tuple[Tier, ...]:
    """Two to four tiers of a price or a percentage off, in any direction."""
    kind = draw(st.sampled_from(["price", "percent_off", "amount_off"]))
    lowers = sorted(draw(st.sets(st.integers(1, 14), min_size=1, max_size=3)))
    figures = draw(st.lists(amounts("0", "20", 1), min_size=len(lowers), max_size=len(lowers)))
    rows = [Tier.model_validate({"lower": 0, kind: draw(amounts("0", "20", 1))})]
    rows += (
        Tier.model_validate({"lower": lower, kind: figure})
        for lower, figure in zip(lowers, figures, strict=True)
    )
    return tuple(rows)


def _version_book(code: str, *rows: PriceBookEntry, base: str | None = None) -> PriceBook:
    versions = (PriceBookVersion(entries=rows),)
    return PriceBook(code=code, currency="CNY", base=base, versions=versions)


@tried(2)
@given(_steps(), _steps())
def test_a_cliff_is_told_where_one_more_costs_less(
    lower: tuple[Tier, ...], upper: tuple[Tier, ...]
) -> None:
    listed = tuple(
        tier if tier.price is not None else Tier(lower=tier.lower, price=20) for tier in lower
    )
    trade = _trade(
        _version_book("LIST", entry("A", tiers=listed), entry(price=1)),
        _version_book("VIP", entry("A", tiers=upper), base="LIST"),
    )
    told = [each for each in lint(trade) if each.code == "lint.cliff" and "A" in each.products]
    for code in ("LIST", "VIP"):
        totals = [_total(trade, quantity, code) for quantity in range(1, 20)]
        falls = any(less < most for most, less in pairwise(totals))
        mine = [each for each in told if each.place.startswith(f"books/{code}/")]
        inherited = code == "VIP" and any(each.place.startswith("books/LIST/") for each in told)
        assert falls == bool(mine) or (inherited and (falls or not mine))


def _total(trade: Catalogue, quantity: int, book: str) -> Fraction:
    found = unit_price(trade, "A", at=_NOON, quantity=quantity, book=book)
    assert not isinstance(found, NoPrice)
    assert found.exact is not None
    return found.exact * quantity


@given(entries(), entries())
def test_a_tie_is_told_where_pricing_refuses(
    one: tuple[PriceBookEntry, ...], other: tuple[PriceBookEntry, ...]
) -> None:
    trade = _trade(_version_book("LIST", *one, *other))
    ties = [each for each in lint(trade) if each.code == "lint.entries_tie"]
    told = any(each.severity == "error" for each in ties)
    questions = product(CODES, _COUNTED, _starts((*one, *other)))
    refused = any(
        _is_ambiguous(trade, code, unit, max(1, ceil(lower if named else lower / factor)))
        for code, (unit, factor), (lower, named) in questions
    )
    assert told == refused


def _starts(rows: tuple[PriceBookEntry, ...]) -> list[tuple[Fraction, bool]]:
    """Where tiers start, and whether in a unit of the entry's own."""
    return [(Fraction(tier.lower), row.unit is not None) for row in rows for tier in row.tiers]


def _is_ambiguous(trade: Catalogue, code: str, unit: str, quantity: int) -> bool:
    try:
        unit_price(trade, code, at=_NOON, quantity=quantity, unit=unit)
    except DomainError as error:
        return error.code == "price_book.ambiguous"
    return False


@tried(2)
@given(
    amounts("1", "60", 2),
    st.lists(promotions("P"), max_size=3),
    amounts("0", "50", 2),
    st.sampled_from(["block", "approve", "clip"]),
)
def test_a_floor_is_told_broken_where_a_priced_line_breaks_it(
    listed: Decimal, policies: list[PromotionPolicy], least: Decimal, policy: str
) -> None:
    named = tuple(each.with_(code=f"P{place}") for place, each in enumerate(policies))
    floor = Floor.model_validate(
        {"code": "LOW", "price": Money(least, "CNY"), "policy": policy, "product": "C"}
    )
    trade = _trade(_version_book("LIST", entry(price=listed)), promotions=named, floors=(floor,))
    told = any(each.code == "lint.below_floor" for each in lint(trade))
    sizes = {*range(1, 22), *_thresholds(named, listed)}
    assert told == any(_breaks(trade, size) for size in sizes)


def _thresholds(policies: tuple[PromotionPolicy, ...], listed: Decimal) -> set[int]:
    least = (policy.amount_from.amount for policy in policies if policy.amount_from is not None)
    return {max(1, ceil(Fraction(amount) / Fraction(listed))) for amount in least}


def _breaks(trade: Catalogue, quantity: int) -> bool:
    document = price([item("C", quantity)], catalogue=trade, on=DAY, policy=_EXACT)
    return any(each.code == "floor.below" for each in document.findings)


_spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20)).map(
        lambda pair: (
            datetime.fromordinal(736000 + pair[0]).replace(tzinfo=UTC),
            datetime.fromordinal(736000 + pair[0] + pair[1]).replace(tzinfo=UTC),
        )
    ),
    max_size=6,
)


@given(_spans, _spans)
def test_what_is_cut_and_what_is_left_make_the_whole(one: list[Span], other: list[Span]) -> None:
    left, cut = minus(one, other), within(one, other)
    assert merged([*left, *cut]) == merged(one)
    assert all(common(first, second) is None for first in left for second in cut)
    assert minus(one, [EVER]) == []
    assert minus(one, []) == merged(one)
