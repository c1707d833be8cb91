"""Where more costs less, and where more costs more per unit (价格倒挂、越买越贵).

A cliff may stand in one entry, arise between two, or in no book by itself: a fixed amount off a
list price that has tiers makes one. What the base book has already is told there, and once.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from cpq.kernel.money import Rounding, currency_places, rounded_fraction
from cpq.lint.curves import Below, Case, cases
from cpq.lint.finding import LintFinding, count, money, remark
from cpq.lint.ground import Ground
from cpq.lint.places import entry_name, entry_place, rule_of
from cpq.lint.schedule import Schedule, Won
from cpq.lint.winning import said, total
from cpq.pricebook import Charge, Value
from cpq.pricebook.cliff import Cliff
from cpq.pricebook.cliff import cliffs as cliffs_of

_PER_UNIT = ("volume", "graduated", "block", "package")


def cliffs(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Quantities that cost more than larger ones (``lint.cliff``), tiers that are dearer per unit
    than the ones before (``lint.dearer_tier``), tiers that rails and endings level
    (``lint.tier_idle``).
    """
    for book in ground.books:
        told: set[tuple[str, str]] = set()
        for case, base in cases(ground, schedule, book):
            for found in (*_falling(case, base), *_rising(case, base), *_level(case)):
                if (found.code, found.place) not in told:
                    told.add((found.code, found.place))
                    yield found


def _falling(case: Case, base: Below | None) -> Iterator[LintFinding]:
    found = list(_cliffs_of(case))
    known = {each.larger for each in _cliffs_of(base())} if found and base else set()
    for each in found:
        won = case.winner(each.larger)
        if won is not None and each.larger not in known:
            yield _cliff(case, each, won)


def _cliffs_of(case: Case) -> Iterator[Cliff]:
    """Every cliff of a schedule: between two prices or charges, and within a charge."""
    seen: list[Charge] = []
    before: Value | None = None
    for place, piece in enumerate(case.pieces):
        value = piece.answer.value
        assert value is not None, "a case has the pieces with a price only"
        if isinstance(value, Charge) and value not in seen:
            seen.append(value)
            yield from _within(case, place, value)
        if before is not None and before != value:
            quantity = piece.start - case.step
            most, less = total(before, quantity), total(value, piece.start)
            if less < most:
                yield Cliff(quantity, most, piece.start, less, most - less)
        before = value


def _within(case: Case, place: int, charge: Charge) -> Iterator[Cliff]:
    """The cliffs of a charge, as far as its piece and those like it go."""
    others = (later.start for later in case.pieces[place:] if later.answer.value != charge)
    end = next(others, None)
    for each in cliffs_of(charge, step=case.step):
        if each.larger > case.pieces[place].start and (end is None or each.larger < end):
            yield each


def _cliff(case: Case, each: Cliff, won: Won) -> LintFinding:
    currency, unit = case.book.currency, case.unit
    name, less, more = entry_name(won.entry, won.tier), count(each.quantity), count(each.larger)
    most = f"{money(each.total, currency)} {currency}"
    low = f"{money(each.larger_total, currency)} {currency}"
    least = rounded_fraction(each.total / each.larger, currency_places(currency), Rounding.CEILING)
    figure = f"{least:,f} {currency}"
    return remark(
        "lint.cliff",
        entry_place(case.book, won.version, won.entry, won.tier),
        en=f"{case.book.code}, {name.en}: {less} {unit.en} of {case.product} cost {most}, {more} "
        f"{unit.en} cost {low}, so more costs less; price the slices (mode graduated), or take no "
        f"less than {figure} for one from {more} on",
        zh=f"{case.book.code}，{name.zh}：{case.product} {less} {unit.zh}共 {most}，{more} "
        f"{unit.zh}仅 {low}，买得多反而便宜；请改用分段累进，或自 {more} 起单价不低于 {figure}",
        rules=case.rules(each.larger, each.quantity),
        products=(case.product,),
    )


def _rising(case: Case, base: Below | None) -> Iterator[LintFinding]:
    found = list(_steps_up(case))
    known = {start for start, _, _ in _steps_up(base())} if found and base else set()
    for start, low, high in found:
        won = case.winner(start)
        if won is not None and start not in known:
            yield _dearer(case, won, start, low, high)


def _steps_up(case: Case) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Where a unit costs more than one step before: the start, the price before and from there."""
    seen: list[Charge] = []
    for place, piece in enumerate(case.pieces):
        value = piece.answer.value
        before = case.pieces[place - 1].answer.value if place else None
        if isinstance(value, Fraction) and isinstance(before, Fraction) and value > before:
            yield piece.start, before, value
        if isinstance(value, Charge) and value not in seen:
            seen.append(value)
            yield from _rungs_up(value)


def _rungs_up(charge: Charge) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """The same within a charge, for the modes whose rate is that of a unit or of a block."""
    if charge.mode not in _PER_UNIT:
        return
    starts = charge.starts()
    rates = [rung.rate / (rung.size or 1) for rung in charge.rungs]
    for start, before, rate in zip(starts[1:], rates, rates[1:], strict=False):
        if rate > before:
            yield start, before, rate


def _dearer(case: Case, won: Won, start: Fraction, before: Fraction, rate: Fraction) -> LintFinding:
    currency, name = case.book.currency, entry_name(won.entry, won.tier)
    low, high = f"{money(before, currency)} {currency}", f"{money(rate, currency)} {currency}"
    size = count(start)
    return remark(
        "lint.dearer_tier",
        entry_place(case.book, won.version, won.entry, won.tier),
        en=f"{case.book.code}, {name.en}: from {size} {case.unit.en} on one of {case.product} "
        f"costs {high}, below that {low}, so the price goes up with the quantity; correct one "
        "of the two",
        zh=f"{case.book.code}，{name.zh}：{case.product} 自 {size} {case.unit.zh}起单价 {high}，"
        f"此前为 {low}，买得越多越贵；请更正其中之一",
        rules=case.rules(start, start - case.step),
        products=(case.product,),
    )


def _level(case: Case) -> Iterator[LintFinding]:
    """Tiers of an entry for one product that say something else and come to the same price."""
    for before, after in pairwise(case.pieces):
        won, earlier = case.winner(after.start), case.winner(before.start)
        if won is None or earlier is None or won.entry is not earlier.entry:
            continue
        held = won.entry.rails is not None or won.entry.ending is not None
        same = before.answer.value == after.answer.value and said(won.tier) != said(earlier.tier)
        if held and same and won.entry.product is not None and won.tier is not earlier.tier:
            yield _levelled(case, won, after.answer.value)


def _levelled(case: Case, won: Won, value: Value | None) -> LintFinding:
    currency, name = case.book.currency, entry_name(won.entry, won.tier)
    price = "" if not isinstance(value, Fraction) else f" {money(value, currency)} {currency}"
    return remark(
        "lint.tier_idle",
        entry_place(case.book, won.version, won.entry, won.tier),
        en=f"the tier {name.en} of {case.book.code} ({won.tier}) comes to the price before it,"
        f"{price}, because its ending or its rails hold both there; change them, or take the tier "
        "out",
        zh=f"{case.book.code} 的档位 {name.zh}（{won.tier}）因尾数或护栏与前一档同价{price}；"
        "请调整尾数、护栏或删除该档",
        rules=(rule_of(case.book, won.entry, won.tier),),
        products=(case.product,),
    )
