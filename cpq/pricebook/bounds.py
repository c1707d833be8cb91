"""Tier tables of other systems, brought into the one form that this library has (阶梯区间).

Everybody writes tiers in another way: "from 1 to 10, from 11 to 20", "up to 10", "0.1 to 1",
"ten blocks of 100". Here a tier is known by where it starts alone: at quantities from ``lower``
on, or ``above`` it where the bound itself still belongs to the tier before; so gaps and overlaps
cannot be said. A table that comes with one is refused, with a finding for each that names its two
rows. The end of the last row is let go: beyond the last tier the last one applies.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Generic, Literal, NamedTuple, TypeVar

from cpq.kernel.errors import Finding, refuse_if
from cpq.kernel.money import difference, exact, plain, total
from cpq.kernel.text import LocalText

Given = TypeVar("Given")
"""What a row says beside its bounds: a price, a percentage, a whole record."""

Plain = Decimal | int | str
"""An exact number as people hand it in; a float is refused (``number.not_exact``)."""

End = Plain | None
"""The upper end of a row; ``None`` or ``"inf"`` where it has none."""


class Bound(NamedTuple, Generic[Given]):
    """Where a tier starts: at quantities ≥ ``lower``, or > ``lower`` where ``above``; and its row.

    ``row`` is what was given beside the bounds, as it came.
    """

    lower: Fraction
    above: bool
    row: Given


class _Row(NamedTuple):
    place: int
    start: Decimal
    end: Decimal | None


_Pair = Callable[[_Row, _Row], Iterator[Finding]]


def from_to(
    rows: Iterable[tuple[Plain, End, Given]], *, step: Plain = 1
) -> tuple[Bound[Given], ...]:
    """Bounds of rows "from 1 to 10, from 11 to 20": both ends inclusive, one ``step`` apart.

    ``step`` is the least step of the unit: a list in steps of 1 leaves 10.5 kg without a tier, so
    it is refused for a unit with decimals. Raises ``Refused`` (``tier.invalid``) with findings
    ``tier.none``, ``tier.gap``, ``tier.overlap``, ``tier.step``, ``tier.backwards``,
    ``tier.out_of_range``.

    >>> [(int(each.lower), each.above) for each in from_to([(1, 10, "9.00"), (11, None, "8.00")])]
    [(1, False), (10, True)]
    """
    told = tuple(rows)
    read = [_row(place, start, end) for place, (start, end, _) in enumerate(told, start=1)]
    grid = exact(step)
    findings = [*_rows_alone(read, inclusive=True), *_off_grid(read, grid)]
    findings += _neighbours(read, lambda first, second: _one_step_apart(first, second, grid))
    return _bounds(read, [row for *_, row in told], findings, above=True)


def up_to(rows: Iterable[tuple[End, Given]]) -> tuple[Bound[Given], ...]:
    """Bounds of rows "up to 5, up to 10, beyond": each end belongs to its own row (Stripe).

    Raises ``Refused`` (``tier.invalid``) with findings ``tier.none``, ``tier.overlap``,
    ``tier.backwards``.

    >>> up_to([(5, "7.00"), ("inf", "6.50")])[1]
    Bound(lower=Fraction(5, 1), above=True, row='6.50')
    """
    told = tuple(rows)
    read: list[_Row] = []
    for place, (end, _) in enumerate(told, start=1):
        start = read[-1].end if read else None
        read.append(_row(place, start or 0, end))
    findings = [*_rows_alone(read), *_neighbours(read, _touching)]
    return _bounds(read, [row for _, row in told], findings, above=True)


def adjacent(
    rows: Iterable[tuple[Plain, End, Given]], *, shared: Literal["before", "after"] = "before"
) -> tuple[Bound[Given], ...]:
    """Bounds of rows "0 to 0.1, 0.1 to 1" that share their ends, for any unit.

    The shared quantity belongs to the row ``before`` it (upper end inclusive: Lago, Kill Bill) or
    to the row ``after`` (upper end exclusive: block prices of Salesforce). Raises ``Refused``
    (``tier.invalid``) with findings ``tier.none``, ``tier.gap``, ``tier.overlap``,
    ``tier.backwards``, ``tier.out_of_range``.

    >>> adjacent([(1, 11, "1.00"), (11, 51, "3.00")], shared="after")[1]
    Bound(lower=Fraction(11, 1), above=False, row='3.00')
    """
    told = tuple(rows)
    read = [_row(place, start, end) for place, (start, end, _) in enumerate(told, start=1)]
    findings = [*_rows_alone(read), *_neighbours(read, _touching)]
    return _bounds(read, [row for *_, row in told], findings, above=shared == "before")


def widths(rows: Iterable[tuple[End, Given]]) -> tuple[Bound[Given], ...]:
    """Bounds of rows that say how many units each tier holds (Kill Bill: block size × blocks).

    Raises ``Refused`` (``tier.invalid``) with findings ``tier.none``, ``tier.overlap``,
    ``tier.backwards``.

    >>> [int(bound.lower) for bound in widths([(10, "1.50"), (100, "1.00"), (1000, "0.50")])]
    [0, 10, 110]
    """
    ends: list[tuple[End, Given]] = []
    reached = Decimal(0)
    for width, row in rows:
        held = _end(width)
        reached = reached if held is None else total((reached, held))
        ends.append((None if held is None else reached, row))
    return up_to(ends)


def _end(value: End) -> Decimal | None:
    unbounded = value is None or (isinstance(value, str) and value.strip().lower() == "inf")
    return None if unbounded else exact(value)


def _row(place: int, start: Plain, end: End) -> _Row:
    return _Row(place, exact(start), _end(end))


def _bounds(
    read: Sequence[_Row], given: Sequence[Given], findings: Iterable[Finding], *, above: bool
) -> tuple[Bound[Given], ...]:
    """The rows as bounds, or all their findings at once."""
    refuse_if(findings, code="tier.invalid", subject="tiers")
    first = Bound(Fraction(read[0].start), False, given[0])
    later = (
        Bound(Fraction(row.start if before.end is None or not above else before.end), above, held)
        for (before, row), held in zip(pairwise(read), given[1:], strict=True)
    )
    return (first, *later)


def _rows_alone(read: Sequence[_Row], *, inclusive: bool = False) -> Iterator[Finding]:
    """What is wrong with rows by themselves; ``inclusive`` ones may start where they end."""
    if not read:
        yield Finding(
            code="tier.none",
            place="tiers",
            message=LocalText(en="there is no tier; give one row at least", zh="没有任何档位。"),
        )
    for row in read:
        if row.start < 0:
            yield Finding(
                code="tier.out_of_range",
                place=_place(row),
                message=LocalText(
                    en=f"row {row.place} starts at {plain(row.start)}; tiers start at 0 or above, "
                    "a return reaches the tier of what is returned",
                    zh=f"第 {row.place} 档起于 {plain(row.start)}，档位应从 0 或以上开始。",
                ),
            )
        if row.end is not None and (
            row.end < row.start or (row.end == row.start and not inclusive)
        ):
            yield Finding(
                code="tier.backwards",
                place=_place(row),
                message=LocalText(
                    en=f"row {row.place} starts at {plain(row.start)} and ends at "
                    f"{plain(row.end)}, so no quantity lies in it; correct its end or take it out",
                    zh=f"第 {row.place} 档起于 {plain(row.start)}、止于 {plain(row.end)}，"
                    "不含任何数量。",
                ),
            )


def _off_grid(read: Sequence[_Row], step: Decimal) -> Iterator[Finding]:
    """Bounds that are no quantity of the unit; a step that is none."""
    if step <= 0:
        yield Finding(
            code="tier.step",
            place="step",
            message=LocalText(
                en=f"the step of the unit is {plain(step)}; give a step above 0",
                zh=f"单位的最小步长为 {plain(step)}，应大于零。",
            ),
        )
        return
    for row in read:
        for number in (row.start, row.end):
            if number is not None and (Fraction(number) / Fraction(step)).denominator != 1:
                yield Finding(
                    code="tier.step",
                    place=_place(row),
                    message=LocalText(
                        en=f"row {row.place} has the bound {plain(number)}, and the unit goes in "
                        f"steps of {plain(step)}; write a bound that can be ordered",
                        zh=f"第 {row.place} 档的界限 {plain(number)} 不是最小步长 {plain(step)} "
                        "的倍数。",
                    ),
                )


def _neighbours(read: Sequence[_Row], check: _Pair) -> Iterator[Finding]:
    for first, second in pairwise(read):
        if first.end is None:
            yield _overlap(first, second)
        else:
            yield from check(first, second)


def _touching(first: _Row, second: _Row) -> Iterator[Finding]:
    """Each row starts where the one before ends."""
    assert first.end is not None
    if second.start < first.end:
        yield _overlap(first, second)
    elif second.start > first.end:
        yield _gap(first, second)


def _one_step_apart(first: _Row, second: _Row, step: Decimal) -> Iterator[Finding]:
    """Each row starts one step after the one before ends."""
    assert first.end is not None
    apart = difference(second.start, first.end)
    if apart <= 0:
        yield _overlap(first, second)
    elif apart == 1 and step < 1:
        yield Finding(
            code="tier.step",
            place=_place(second),
            message=LocalText(
                en=f"row {first.place} ends at {plain(first.end)} and row {second.place} starts at "
                f"{plain(second.start)}, but the unit goes in steps of {plain(step)}, so what lies "
                'between has no tier; write the rows as "up to", or let them share the bound',
                zh=f"第 {first.place} 档止于 {plain(first.end)}，第 {second.place} 档起于 "
                f"{plain(second.start)}，但该单位最小步长为 {plain(step)}，中间数量没有档位。",
            ),
        )
    elif apart > step:
        yield _gap(first, second)


def _gap(first: _Row, second: _Row) -> Finding:
    end, start = plain(first.end or Decimal(0)), plain(second.start)
    return Finding(
        code="tier.gap",
        place=_place(second),
        message=LocalText(
            en=f"row {first.place} ends at {end} and row {second.place} starts at {start}; what "
            "lies between has no tier; move one of the two",
            zh=f"第 {first.place} 档止于 {end}，第 {second.place} 档起于 {start}，中间有空档。",
        ),
    )


def _overlap(first: _Row, second: _Row) -> Finding:
    end = "nowhere" if first.end is None else f"at {plain(first.end)}"
    chinese = "没有上限" if first.end is None else f"止于 {plain(first.end)}"
    start = plain(second.start)
    return Finding(
        code="tier.overlap",
        place=_place(second),
        message=LocalText(
            en=f"row {first.place} ends {end} and row {second.place} starts at {start}, so "
            "quantities lie in both; sort the rows and let each start after the one before",
            zh=f"第 {first.place} 档{chinese}，第 {second.place} 档起于 {start}，两档重叠。",
        ),
    )


def _place(row: _Row) -> str:
    return f"tiers/{row.place}"
