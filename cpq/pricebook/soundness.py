"""What a table of tiers must be to mean something (阶梯合法性): refused where it is made."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from cpq.kernel.errors import Invalid
from cpq.kernel.money import plain, rounded_fraction

if TYPE_CHECKING:
    from cpq.pricebook.charge import Charge

_ZERO = Fraction(0)
_SHOWN_PLACES = 9
_IN_BLOCKS = frozenset({"block", "package"})


def refuse_unsound(charge: "Charge") -> None:
    """Refuse a charge that means nothing: no tiers, tiers that fall, idle fields."""
    if not charge.rungs:
        raise Invalid("tier.none", "a charge needs one tier at least; give the first one a price")
    for first, second in pairwise(charge.rungs):
        if (first.lower, first.above) >= (second.lower, second.above):
            raise Invalid(
                "tier.not_rising",
                f"tiers start at rising quantities; found one {first} before one {second}; "
                "sort them, and keep one of two that start together",
            )
    _refuse_below(charge.step <= 0, "the step of the unit", charge.step)
    _refuse_below(charge.free < 0, "the free quantity", charge.free)
    if charge.free and charge.mode != "package":
        raise _no_place(charge.mode, "free units")
    for rung in charge.rungs:
        prices = (rung.lower, rung.rate, rung.flat, rung.overage or _ZERO)
        lowest = min(prices)
        _refuse_below(lowest < 0, f"a bound, price or fee of the tier {rung}", lowest)
        if rung.size is not None:
            _refuse_below(rung.size <= 0, f"the size of the tier {rung}", rung.size)
            if charge.mode not in _IN_BLOCKS and charge.mode != "graduated":
                raise _no_place(charge.mode, f"a size, which the tier {rung} has")
        elif charge.mode in _IN_BLOCKS:
            raise Invalid(
                "tier.size_missing",
                f"mode {charge.mode!r} prices started blocks; say how large one is {rung}",
                mode=charge.mode,
            )
        if rung.overage is not None and charge.mode != "overage":
            raise _no_place(charge.mode, f"an overage, which the tier {rung} has")


def _refuse_below(below: bool, name: str, number: Fraction) -> None:  # noqa: FBT001
    if below:
        raise Invalid(
            "tier.out_of_range",
            f"{name} is {told(number)}; bounds, prices, fees and free units are 0 or more, sizes "
            "and steps above 0",
        )


def _no_place(mode: str, name: str) -> Invalid:
    return Invalid(
        "tier.not_of_mode",
        f"tiers of mode {mode!r} have no place for {name}; take it out, or name the mode that "
        "prices by it",
        mode=mode,
    )


def shown_quantity(value: Fraction) -> Decimal:
    """A quantity with as few decimals as it needs, at most nine."""
    places = 0
    while places < _SHOWN_PLACES and (value * 10**places).denominator != 1:
        places += 1
    return rounded_fraction(value, places)


def told(value: Fraction) -> str:
    """A quantity in a message."""
    return plain(shown_quantity(value))
