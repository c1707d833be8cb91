"""The rule of price books, written plainly (取价规则): from what is asked to its price, and why.

Walk from the root of a book's chain up to the book itself. In each book judge every entry that
speaks of the product, let one win, and let it make a price out of what the books below said. What
comes out is a price per unit, exact, or a ``Charge`` where the price depends on the quantity
within a tier; and one row of the trace for each entry and each tier that was looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import EXACT, exact, plain, rounded_fraction
from cpq.pricebook.book import PriceBook, PriceBookEntry, PriceBookVersion, Tier
from cpq.pricebook.charge import Charge, Pool, Rung
from cpq.pricebook.rails import on_margin, on_markup
from cpq.pricebook.rows import basis_of, finish_row, lost_row, won_row
from cpq.product import Product
from cpq.trace import Step

Value = Fraction | Charge
"""A price per unit, or what depends on the quantity."""

Measure = tuple[str, str]
"""What is counted: the basis, and the category where it is a group; ``line`` is the line alone."""

_SHOWN_PLACES = 6
_QUANTITY_PLACES = 9
_NO_MEASURES: Mapping[Measure, Fraction] = {}
_NO_ATTRIBUTES: Mapping[str, str] = {}


class Asked(NamedTuple):
    """What is asked: ``factor`` of the product's own unit is one of the asked unit.

    ``quantity`` ≥ 0 counts the asked unit, ``measures`` the product's own; ``step`` is the least
    quantity of the asked unit, ``own_step`` that of the product's own. ``attributes`` are the
    line's values by attribute code. Without ``traced`` only the figures matter, and books leave no
    rows.
    """

    product: Product
    unit: str
    factor: Fraction
    at: datetime
    step: Fraction = Fraction(1)
    own_step: Fraction = Fraction(1)
    quantity: Fraction = Fraction(0)
    measures: Mapping[Measure, Fraction] = _NO_MEASURES
    attributes: Mapping[str, str] = _NO_ATTRIBUTES
    traced: bool = True


class Grounds(NamedTuple):
    """What a book's tiers may stand on: the price below it, the list price and the cost."""

    below: Value | None = None
    listed: Value | None = None
    cost: Fraction | None = None


class Worked(NamedTuple):
    """What a book made of it: the price, the price at its first tier, and the rows."""

    value: Value | None
    first: Value | None
    rows: tuple[Step, ...]


class Candidate(NamedTuple):
    """An entry that speaks of the product, how far it is from it, and the tier that is reached.

    ``refused`` says why it cannot win: reason, needed, actual.
    """

    entry: PriceBookEntry
    distance: int
    tier: Tier | None
    refused: tuple[str, str, str] | None


Covering = Callable[[PriceBookVersion, Product], Iterator[tuple[PriceBookEntry, int]]]


def worked(book: PriceBook, asked: Asked, grounds: Grounds, *, covering: Covering) -> Worked:
    """The price in one book on the price below it; what it does not mention costs what it did.

    Raises ``Refused``: ``price_book.ambiguous``, ``price_book.no_cost``, ``price_book.tiers_meet``.
    """
    candidates = list(_candidates(book, asked, covering))
    priced = [
        (candidate, made(candidate.entry, candidate.tier, asked, grounds, book=book.code))
        for candidate in _winners(book, candidates)
        if candidate.tier is not None
    ]
    winner, value = _chosen(priced, asked)
    rows: list[Step] = []
    for candidate in candidates if asked.traced else ():
        if candidate is winner:
            assert candidate.tier is not None
            rows += _won(book, candidate, grounds, value, asked)
        else:
            why, basis = _lost(book, candidate), basis_of(candidate.entry, asked)
            rows.append(lost_row(book, candidate.entry, candidate.tier, why, basis))
    if winner is None:
        return Worked(grounds.below, grounds.below, tuple(rows))
    first = made(winner.entry, winner.entry.tiers[0], asked, grounds, book=book.code)
    return Worked(value, first, tuple(rows))


def counted(row: PriceBookEntry, asked: Asked) -> Fraction:
    """The quantity that the entry compares with its tiers, in the unit that its bounds are in."""
    if row.counts == "line":
        return asked.quantity if row.unit else asked.quantity * asked.factor
    own = asked.measures.get(measure_of(row), asked.quantity * asked.factor)
    return own / asked.factor if row.unit else own


def measure_of(row: PriceBookEntry) -> Measure:
    """What the entry counts; a group that is one product is that product."""
    if row.counts == "group":
        return ("product", "") if row.product else ("group", row.category or "")
    return (row.counts, "")


def _candidates(book: PriceBook, asked: Asked, covering: Covering) -> Iterator[Candidate]:
    for version in book.versions:
        if version.period.contains(asked.at, book.home):
            for row, distance in covering(version, asked.product):
                yield _judged(row, distance, asked, book)


def _judged(row: PriceBookEntry, distance: int, asked: Asked, book: PriceBook) -> Candidate:
    if not row.period.contains(asked.at, book.home):
        # which day it is, the document says: an answer is kept for all days that are alike
        return Candidate(row, distance, None, ("outside_period", str(row.period), ""))
    if row.unit is not None and row.unit != asked.unit:
        return Candidate(row, distance, None, ("other_unit", row.unit, asked.unit))
    size = counted(row, asked)
    tier = row.reached(size)
    if tier is None:
        return Candidate(row, distance, None, _below(row, row.tiers[0], size, asked))
    return Candidate(row, distance, tier, None)


def _below(row: PriceBookEntry, tier: Tier, size: Fraction, asked: Asked) -> tuple[str, str, str]:
    """A tier that is not reached; what was found is on the line where only that is counted."""
    found = ""
    if row.counts != "line":
        found = plain(rounded_fraction(size, _SHOWN_PLACES).normalize(EXACT))
    return ("quantity_below", plain(_least(row, tier, asked)), found)


def _least(row: PriceBookEntry, tier: Tier, asked: Asked) -> Decimal:
    """The least quantity that can be ordered and reaches a tier: a line's own in the asked unit,
    what is counted together in the unit that the bounds are in.
    """
    alone = row.counts == "line"
    step = asked.step if row.unit or alone else asked.own_step
    bound = Fraction(tier.lower)
    if alone and not row.unit:
        bound /= asked.factor
    least = step * (floor(bound / step) + 1 if tier.above else ceil(bound / step))
    if least == Fraction(tier.lower):
        return tier.lower
    return rounded_fraction(least, _QUANTITY_PLACES).normalize(EXACT)


def _winners(book: PriceBook, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that may win: one, or all that match where the best is for the customer."""
    matching = [candidate for candidate in candidates if candidate.tier is not None]
    if not matching:
        return []
    if book.resolution == "first_match":
        return [min(matching, key=lambda candidate: candidate.entry.rank)]
    ranked = sorted(matching, key=_specificity)
    if book.resolution == "best_for_customer":
        return ranked
    best, *others = ranked
    for other in others:
        if _specificity(other) == _specificity(best) and not _same(other, best):
            raise Refused(
                "price_book.ambiguous",
                f"price book {book.code!r} has two prices for {best.entry}: {best.tier} and "
                f"{other.tier}; remove one, or give one of them a period or a lower rank",
                book=book.code,
                entry=str(best.entry),
            )
    return [best]


def _specificity(candidate: Candidate) -> tuple[int, bool, int, Decimal]:
    lower = candidate.tier.lower if candidate.tier else Decimal(0)
    entry = candidate.entry
    return (candidate.distance, entry.unit is None, entry.rank, lower.copy_negate())


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether two entries that tie make the same price."""
    first, second = one.entry, other.entry
    if first.plain and second.plain and one.tier is not None and other.tier is not None:
        finish = (first.surcharge, first.ending, first.rails)
        return one.tier.with_(lower=0, above=False) == other.tier.with_(
            lower=0, above=False
        ) and finish == (second.surcharge, second.ending, second.rails)
    return first == second


def _chosen(
    priced: Sequence[tuple[Candidate, Value | None]], asked: Asked
) -> tuple[Candidate | None, Value | None]:
    """The cheapest of those that may win; the first, which is the most specific, among equals."""
    best: tuple[Candidate | None, Value | None] = (None, None)
    for candidate, value in priced:
        if value is not None and (best[1] is None or _cheaper(value, best[1], asked)):
            best = (candidate, value)
    return best if best[0] is not None or not priced else (priced[0][0], None)


def _cheaper(one: Value, other: Value, asked: Asked) -> bool:
    return _total(one, asked) < _total(other, asked)


def _total(value: Value, asked: Asked) -> Fraction:
    quantity = asked.quantity or Fraction(1)
    return value * quantity if isinstance(value, Fraction) else value.amount(quantity)


def _lost(book: PriceBook, candidate: Candidate) -> tuple[str, str, str]:
    if candidate.refused:
        return candidate.refused
    reasons = {"first_match": "outranked", "best_for_customer": "dearer"}
    return (reasons.get(book.resolution, "less_specific"), "", "")


def made(
    row: PriceBookEntry, tier: Tier, asked: Asked, grounds: Grounds, *, book: str
) -> Value | None:
    """What an entry costs at a tier, per asked unit; ``None`` with nothing to stand on."""
    scale = Fraction(1) if row.unit else asked.factor
    if row.plain:
        rate = _rate(tier, row, asked, grounds, scale=scale, book=book)
        if not isinstance(rate, Fraction):
            return rate
        base = grounds.cost if any(value is not None for value in tier.on_cost) else grounds.below
        return _finished(row, rate, scale, base=base)
    rungs = []
    for each in row.tiers:
        rate = _rate(each, row, asked, grounds, scale=scale, book=book)
        if rate is None:
            return None
        if isinstance(rate, Charge):
            raise Refused(
                "price_book.tiers_meet",
                f"price book {book!r}: {row} makes {row.mode} tiers out of a price that has tiers "
                "of its own below it; write prices there, or a percentage for all quantities",
                book=book,
            )
        size = None if each.size is None else Fraction(each.size)
        overage = None if each.overage is None else Fraction(each.overage)
        own = rate / scale
        rungs.append(
            Rung(Fraction(each.lower), each.above, own, Fraction(each.flat), size, overage)
        )
    charge = Charge(
        mode=row.mode,
        rungs=tuple(rungs),
        free=Fraction(row.free),
        charge_flat_at_zero=row.charge_flat_at_zero,
        step=asked.step if row.unit else asked.own_step,
        pool=_pool(row, asked),
    )
    return charge if scale == 1 else charge.per(scale)


def _pool(row: PriceBookEntry, asked: Asked) -> Pool | None:
    """What lines share that are counted together, in the unit that the bounds are in."""
    if row.counts == "line" or measure_of(row) not in asked.measures:
        return None
    after = counted(row, asked)
    before = asked.measures.get((f"{row.counts}_before", ""), Fraction(0))
    return Pool(after, before / asked.factor if row.unit else before)


def _rate(
    tier: Tier,
    row: PriceBookEntry,
    asked: Asked,
    grounds: Grounds,
    *,
    scale: Fraction,
    book: str,
) -> Value | None:
    if tier.price is not None:
        return Fraction(tier.price) * scale
    if tier.percent_off is not None or tier.amount_off is not None:
        return _discounted(tier, grounds.below, scale)
    if tier.formula is not None:
        return _by_formula(tier, row, asked, grounds, scale=scale, book=book)
    if grounds.cost is None:
        raise Refused(
            "price_book.no_cost",
            f"price book {book!r}: {row} is {tier}, and the cost of {asked.product.code!r} is not "
            "known; add it to the cost book",
            book=book,
            product=asked.product.code,
        )
    if tier.markup is not None:
        return on_markup(grounds.cost, Fraction(tier.markup))
    assert tier.margin is not None
    return on_margin(grounds.cost, Fraction(tier.margin))


def _discounted(tier: Tier, below: Value | None, scale: Fraction) -> Value | None:
    if below is None:
        return None
    if tier.percent_off is not None:
        kept = (100 - Fraction(tier.percent_off)) / 100
        return below * kept if isinstance(below, Fraction) else below.scaled(kept)
    off = Fraction(tier.amount_off or 0) * scale
    return max(Fraction(0), below - off) if isinstance(below, Fraction) else below.shifted(-off)


def _by_formula(
    tier: Tier,
    row: PriceBookEntry,
    asked: Asked,
    grounds: Grounds,
    *,
    scale: Fraction,
    book: str,
) -> Fraction:
    assert tier.formula is not None
    names = {"base": grounds.below, "list": grounds.listed, "cost": grounds.cost}
    context = {name: value / scale for name, value in names.items() if isinstance(value, Fraction)}
    context.update(numbers_of(asked.attributes))
    rule = f"{book}: {row}"
    return max(Fraction(0), tier.formula.value(context, rule=rule)) * scale


def numbers_of(attributes: Mapping[str, str]) -> dict[str, Fraction]:
    """The attributes whose values are decimal numbers, for formulas."""
    found = {}
    for code, value in attributes.items():
        try:
            found[code] = Fraction(exact(value))
        except Invalid:
            continue
    return found


def _finished(
    row: PriceBookEntry, rate: Fraction, scale: Fraction, *, base: Value | None
) -> Fraction:
    price = rate
    if row.ending is not None:
        price = row.ending.applied(price, scale=scale)
    if row.surcharge is not None:
        price = max(Fraction(0), price + Fraction(row.surcharge) * scale)
    if row.rails is not None:
        price = row.rails.applied(
            price, base=base if isinstance(base, Fraction) else rate, scale=scale
        )
    return price


def _won(
    book: PriceBook,
    winner: Candidate,
    grounds: Grounds,
    value: Value | None,
    asked: Asked,
) -> Iterator[Step]:
    entry, tier = winner.entry, winner.tier
    assert tier is not None
    scale = Fraction(1) if entry.unit else asked.factor
    rate = (
        value
        if not entry.plain
        else _rate(tier, entry, asked, grounds, scale=scale, book=book.code)
    )
    yield won_row(book, entry, tier, below=grounds.below, value=rate, scale=scale)
    if isinstance(rate, Fraction) and isinstance(value, Fraction) and value != rate:
        yield finish_row(book, entry, tier, before=rate, after=value)
    size, basis = counted(entry, asked), basis_of(entry, asked)
    for higher in entry.tiers[entry.tiers.index(tier) + 1 :]:
        yield lost_row(book, entry, higher, _below(entry, higher, size, asked), basis)
