"""What a quantity costs under a table of tiers, exactly (阶梯计价).

A price per unit is one number; a table of tiers is a function of the quantity. It is held here as
*rungs* over lower bounds, so that gaps and overlaps cannot be said, and reckoned in fractions, so
that the caller rounds once, at the place that its policy names. Six modes (计价方式) are in use:

* ``volume`` 全量阶梯: every unit at the rate of the tier that the quantity reaches, plus its flat
  fee (固定费). The only mode whose total may fall where the quantity grows: see ``cliffs``.
* ``graduated`` 分段累进: each slice at the rate of its own tier; the flat fee of every tier up to
  the one reached. Where a rung has a ``size``, the rate is per started block of its slice.
* ``block`` 按块计价: every unit at the tier reached, in started blocks of its ``size``: a block
  that is begun is paid whole.
* ``package`` 按包计价: the same, after ``free`` units (免费额度) that cost nothing.
* ``stairstep`` 档位一口价: ``rate`` is the price of the step itself, however many units it holds.
* ``overage`` 超量计费: the price of the step, and ``overage`` for each unit beyond its lower bound.

Beyond the last tier the last one applies; below the first there is no price, which is never 0: ask
``reached`` first. A return costs minus what the same quantity costs.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Literal, NamedTuple, Self

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Rounding, rounded_fraction, split
from cpq.pricebook.soundness import refuse_unsound, shown_quantity, told

TierMode = Literal["volume", "graduated", "block", "package", "stairstep", "overage"]
"""How the rungs of a table make a price; each mode is described at the top of this module."""

_ZERO = Fraction(0)
_BY_STEP = frozenset[TierMode]({"stairstep", "overage"})


class Rung(NamedTuple):
    """One tier: where it starts and what it costs.

    ``above``: it holds quantities > ``lower`` ("up to" wording); else ≥ ``lower``. ``rate`` is per
    unit, per block of ``size`` units, or the price of the step; ``overage`` is per unit.
    """

    lower: Fraction = _ZERO
    above: bool = False
    rate: Fraction = _ZERO
    flat: Fraction = _ZERO
    size: Fraction | None = None
    overage: Fraction | None = None

    def __str__(self) -> str:
        return f"{'over' if self.above else 'from'} {told(self.lower)}"


class Portion(NamedTuple):
    """The exact share of one tier in a charge: ``rate × units or started blocks + flat``."""

    rung: int
    lower: Fraction
    above: bool
    quantity: Fraction
    rate: Fraction
    size: Fraction | None
    flat: Fraction
    amount: Fraction


class Pool(NamedTuple):
    """The quantity that lines share: ``after`` them all, of which ``before`` was bought earlier."""

    after: Fraction
    before: Fraction = _ZERO


class Slice(Frozen):
    """The share of one tier in a charge as it is printed (分段明细).

    ``amount`` is ``unit_price × quantity + flat``, or where there is a ``size`` ``unit_price ×
    started blocks + flat``; the amounts of one charge add up to the amount of the line.
    """

    lower: Exact
    above: bool = False
    quantity: Exact
    unit_price: Exact
    size: Exact | None = None
    flat: Exact
    amount: Exact


@dataclass(frozen=True, slots=True)
class Charge:
    """A table of tiers that can be asked what a quantity costs; counts in one unit.

    ``free`` units come before the first package. ``charge_flat_at_zero``: flat fees and the prices
    of steps are due at quantity 0 too. ``step`` is the least step of the unit: the units before
    "from 11" are the 10 that are counted in steps of 1, and those over 10 already belong to it.
    Raises ``Invalid``: ``tier.none``, ``tier.not_rising``, ``tier.out_of_range`` (below zero, or a
    size or step of zero), ``tier.size_missing``, ``tier.not_of_mode`` (a field that the mode would
    pass over).

    >>> rungs = (Rung(rate=Fraction(10)), Rung(Fraction(11), rate=Fraction(5)))
    >>> [int(Charge(mode, rungs).amount(Fraction(12))) for mode in ("volume", "graduated")]
    [60, 110]
    """

    mode: TierMode
    rungs: tuple[Rung, ...]
    free: Fraction = _ZERO
    charge_flat_at_zero: bool = False
    step: Fraction = Fraction(1)
    pool: Pool | None = None
    _cuts: tuple[Fraction, ...] = field(init=False, repr=False, compare=False)
    _marks: tuple[tuple[Fraction, bool], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        refuse_unsound(self)
        cuts = _cuts(self.rungs, self.step)
        marks = [(rung.lower, rung.above) for rung in self.rungs]
        if self.mode == "graduated":
            # between "up to 10" and "from 11" the slice of 11 has begun, or a total would fall
            marks[1:] = [max(marks[0], (cut, True)) for cut in cuts[1:]]
        object.__setattr__(self, "_cuts", cuts)
        object.__setattr__(self, "_marks", tuple(marks))

    def reached(self, quantity: Fraction) -> int | None:
        """The place of the tier that ``quantity`` (without its sign) reaches; ``None`` below all.

        >>> Charge("volume", (Rung(Fraction(5)), Rung(Fraction(10)))).reached(Fraction(-10))
        1
        """
        place = bisect_right(self._marks, (abs(quantity), False)) - 1
        return place if place >= 0 else None

    def amount(self, quantity: Fraction, *, full: Fraction | None = None) -> Fraction:
        """What ``quantity`` costs, exactly. Raises ``Refused`` (``tier.not_reached``).

        ``full`` is the quantity that chooses the tiers where only part of it is charged (按比例):
        units are prorated, slice by slice; flat fees and prices of steps are not.
        """
        return sum((portion.amount for portion in self.slices(quantity, full=full)), _ZERO)

    def pooled(self, pool: Pool) -> Self:
        """The charge for lines that share one quantity, which reaches the tiers for all of them."""
        return replace(self, pool=pool)

    def slices(self, quantity: Fraction, *, full: Fraction | None = None) -> tuple[Portion, ...]:
        """The share of each tier: quantities add up to ``quantity`` and amounts to ``amount()``.

        A return has negative quantities and amounts. Raises ``Refused`` (``tier.not_reached``).

        >>> rungs = (Rung(rate=Fraction(10)), Rung(Fraction(11), rate=Fraction(5)))
        >>> [int(each.amount) for each in Charge("graduated", rungs).slices(Fraction(12))]
        [100, 10]
        """
        if self.pool is not None:
            return self._share_of_pool(quantity, self.pool)
        return self._alone(quantity, quantity if full is None else full)

    def _share_of_pool(self, quantity: Fraction, pool: Pool) -> tuple[Portion, ...]:
        """What a line bears of the pool: of what it costs after, less what it cost before."""
        if self.mode == "volume":
            return self._alone(quantity, pool.after)
        if pool.after == pool.before:
            # nothing is added: a line of nothing bears nothing of what was bought before
            return self._alone(quantity, pool.after) if quantity or not pool.after else ()
        whole = self._alone(pool.after, pool.after)
        taken = {portion.rung: portion for portion in self._before(pool)}
        share = quantity / (pool.after - pool.before)
        parts = [
            portion._replace(
                quantity=(portion.quantity - gone.quantity) * share,
                flat=(portion.flat - gone.flat) * share,
                amount=(portion.amount - gone.amount) * share,
            )
            for portion in whole
            for gone in (taken.pop(portion.rung, _nothing_of(portion)),)
        ]
        parts += [
            gone._replace(
                quantity=-gone.quantity * share,
                flat=-gone.flat * share,
                amount=-gone.amount * share,
            )
            for gone in taken.values()
        ]
        return tuple(part for part in parts if part.quantity or part.amount)

    def _before(self, pool: Pool) -> tuple[Portion, ...]:
        reached = pool.before and self.reached(pool.before) is not None
        return self._alone(pool.before, pool.before) if reached else ()

    def _alone(self, quantity: Fraction, full: Fraction) -> tuple[Portion, ...]:
        asked, whole = abs(quantity), abs(full)
        reached = self.reached(whole)
        if reached is None:
            raise Refused(
                "tier.not_reached",
                f"a quantity of {told(whole)} has no price: the first tier starts "
                f"{self.rungs[0]}; ask for more, or add a tier below",
                quantity=whole,
            )
        if self.mode == "graduated":
            parts = self._graduated(reached, asked, whole)
        elif self.mode in _BY_STEP:
            parts = self._stepped(reached, asked, whole)
        else:
            parts = self._at_one_tier(reached, asked)
        due = bool(whole) or self.charge_flat_at_zero
        portions = tuple(_portion(part, self.rungs[part[0]], due=due) for part in parts)
        return portions if quantity >= 0 else tuple(_returned(portion) for portion in portions)

    def slices_shown(
        self,
        quantity: Fraction,
        *,
        places: int,
        unit_places: int,
        mode: Rounding = Rounding.HALF_UP,
        full: Fraction | None = None,
        total: Fraction | None = None,
    ) -> tuple[Slice, ...]:
        """The slices as printed: amounts to ``places``, unit prices to ``unit_places``.

        The amounts add up to ``total`` (the amount already on the line; the exact one unless
        given) rounded once by ``mode``; the largest remainders take the spare units.

        >>> rungs = (Rung(rate=Fraction(1, 3)), Rung(Fraction(11), rate=Fraction(1, 6)))
        >>> shown = Charge("graduated", rungs).slices_shown(Fraction(12), places=2, unit_places=4)
        >>> [(str(each.unit_price), str(each.amount)) for each in shown]
        [('0.3333', '3.34'), ('0.1667', '0.33')]
        """
        portions = self.slices(quantity, full=full)
        if not portions:
            return ()
        if total is None:
            total = sum((portion.amount for portion in portions), _ZERO)
        minor = int(rounded_fraction(total * 10**places, 0, mode))
        amounts = _shared(minor, [portion.amount * 10**places for portion in portions], mode)
        return tuple(
            Slice.built(
                {
                    "lower": shown_quantity(portion.lower),
                    "above": portion.above,
                    "quantity": shown_quantity(portion.quantity),
                    "unit_price": rounded_fraction(portion.rate, unit_places, mode),
                    "size": None if portion.size is None else shown_quantity(portion.size),
                    "flat": rounded_fraction(portion.flat, places, mode),
                    "amount": rounded_fraction(Fraction(amount, 10**places), places),
                }
            )
            for portion, amount in zip(portions, amounts, strict=True)
        )

    def scaled(self, factor: Fraction) -> Self:
        """The charge with every price times ``factor``: 9/10 for ten percent off.

        Raises ``Invalid`` (``tier.out_of_range``) for a factor that makes prices negative.
        """
        return self._repriced(lambda price: price * factor, fees=True)

    def shifted(self, per_unit: Fraction) -> Self:
        """The charge with ``per_unit`` added to the price of a unit; no price falls below zero.

        Where a rung is priced by blocks, that is ``per_unit × size`` on the block: who pays for a
        block that is begun pays for its colour too. Free units stay free. Raises ``Invalid``
        (``tier.not_per_unit``) where the price is that of a step.
        """
        if self.mode in _BY_STEP and per_unit:
            raise Invalid(
                "tier.not_per_unit",
                f"{told(per_unit)} per unit cannot be added to tiers of mode {self.mode!r}, whose "
                "price is that of a step and not of a unit; price it as a line of its own",
                mode=self.mode,
            )
        rungs = tuple(
            rung._replace(rate=max(_ZERO, rung.rate + per_unit * (rung.size or 1)))
            for rung in self.rungs
        )
        return replace(self, rungs=rungs)

    def per(self, factor: Fraction) -> Self:
        """The same charge counted in another unit, of which one is ``factor`` of this one's.

        Bounds, sizes, free units and the step are divided, prices per unit multiplied; prices of
        blocks and steps and flat fees stay. So ``per(f).amount(q) == amount(q × f)``.
        """
        by_step = self.mode in _BY_STEP
        rungs = tuple(
            rung._replace(
                lower=rung.lower / factor,
                rate=rung.rate if by_step or rung.size else rung.rate * factor,
                size=None if rung.size is None else rung.size / factor,
                overage=None if rung.overage is None else rung.overage * factor,
            )
            for rung in self.rungs
        )
        pool = self.pool and Pool(self.pool.after / factor, self.pool.before / factor)
        return replace(
            self, rungs=rungs, free=self.free / factor, step=self.step / factor, pool=pool
        )

    def on_grid(self, unit_places: int, mode: Rounding = Rounding.HALF_UP) -> Self:
        """The charge with its rates rounded, for a policy that extends the printed unit price.

        Flat fees stay exact: they are amounts, rounded with the amount of the line.
        """
        return self._repriced(
            lambda price: Fraction(rounded_fraction(price, unit_places, mode)), fees=False
        )

    def starts(self, *, step: Fraction | None = None) -> tuple[Fraction, ...]:
        """The least quantity on the grid of ``step``, else of its own, that reaches each tier.

        >>> Charge("volume", (Rung(), Rung(Fraction(10), above=True))).starts()
        (Fraction(0, 1), Fraction(11, 1))
        """
        grid = self.step if step is None else step
        return tuple(
            grid * (floor(value / grid) + 1 if beyond else ceil(value / grid))
            for value, beyond in self._marks
        )

    def _repriced(self, change: Callable[[Fraction], Fraction], *, fees: bool) -> Self:
        rungs = tuple(
            rung._replace(
                rate=change(rung.rate),
                flat=change(rung.flat) if fees else rung.flat,
                overage=None if rung.overage is None else change(rung.overage),
            )
            for rung in self.rungs
        )
        return replace(self, rungs=rungs)

    def _at_one_tier(self, reached: int, asked: Fraction) -> "list[_Part]":
        rung, free = self.rungs[reached], min(asked, self.free)
        paid = (reached, asked - free, rung.rate, rung.size, rung.flat)
        if not free:
            return [paid]
        given = (reached, free, _ZERO, None, _ZERO)
        return [given, paid] if asked > free or rung.flat else [given]

    def _graduated(self, reached: int, asked: Fraction, whole: Fraction) -> "list[_Part]":
        widths = [end - start for start, end in pairwise((*self._cuts[: reached + 1], whole))]
        if asked != whole:
            widths = [width * asked / whole for width in widths] if whole else [asked]
        return [
            (place, width, rung.rate, rung.size, rung.flat)
            for place, (width, rung) in enumerate(zip(widths, self.rungs, strict=False))
        ]

    def _stepped(self, reached: int, asked: Fraction, whole: Fraction) -> "list[_Part]":
        rung = self.rungs[reached]
        step = rung.rate + rung.flat
        if rung.overage is None or whole <= rung.lower:
            return [(reached, asked, _ZERO, None, step)]
        beyond = (whole - rung.lower) * asked / whole
        return [
            (reached, asked - beyond, _ZERO, None, step),
            (reached, beyond, rung.overage, None, _ZERO),
        ]


_Part = tuple[int, Fraction, Fraction, Fraction | None, Fraction]
"""The tier's place, the units that fall to it, and their rate, size and flat fee."""


def _portion(part: _Part, rung: Rung, *, due: bool) -> Portion:
    place, quantity, rate, size, fee = part
    flat = fee if due else _ZERO
    amount = rate * (quantity if size is None else ceil(quantity / size)) + flat
    return Portion(place, rung.lower, rung.above, quantity, rate, size, flat, amount)


def _shared(minor: int, amounts: Sequence[Fraction], mode: Rounding) -> Sequence[int]:
    """Whole minor units that add up to ``minor``, by what is charged and what is taken back."""
    charged = [max(amount, _ZERO) for amount in amounts]
    back = [max(-amount, _ZERO) for amount in amounts]
    if not (any(charged) and any(back)):
        return split(minor, [abs(amount) for amount in amounts], weightless="evenly")
    taken = int(rounded_fraction(sum(back, _ZERO), 0, mode))
    pairs = zip(split(minor + taken, charged), split(taken, back), strict=True)
    return [due - returned for due, returned in pairs]


def _returned(sold: Portion) -> Portion:
    return sold._replace(quantity=-sold.quantity, flat=-sold.flat, amount=-sold.amount)


def _cuts(rungs: tuple[Rung, ...], step: Fraction) -> tuple[Fraction, ...]:
    """How many units lie before each tier; none before the first, which prices from the start."""
    cuts = [_ZERO]
    for rung in rungs[1:]:
        before = rung.lower if rung.above else step * (ceil(rung.lower / step) - 1)
        cuts.append(max(cuts[-1], before))
    return tuple(cuts)


def _nothing_of(portion: Portion) -> Portion:
    return portion._replace(quantity=_ZERO, flat=_ZERO, amount=_ZERO)
