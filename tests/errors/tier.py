"""Tiers: tables that cannot be read, and charges that make no sense."""

from fractions import Fraction

from cpq.pricebook.bounds import adjacent, from_to, up_to
from cpq.pricebook.charge import Charge, Rung, TierMode
from tests.errors.registry import reproduces


def _charge(mode: TierMode, *rungs: Rung, free: int = 0) -> Charge:
    return Charge(mode, rungs, free=Fraction(free))


@reproduces(
    "tier.none",
    en="There is no tier at all.",
    zh="没有任何档位。",
    do="Give one tier at least; one that starts at 0 holds for every quantity.",
    names="one tier",
)
def a_charge_without_tiers() -> None:
    _charge("volume")


@reproduces(
    "tier.not_rising",
    en="A tier starts no later than the one before it.",
    zh="档位起点没有递增。",
    do="Sort the tiers by where they start, and keep one of two that start together.",
    names=("from 10.5", "over 5"),
)
def tiers_that_fall() -> None:
    _charge("volume", Rung(Fraction(21, 2)), Rung(Fraction(5), above=True))


@reproduces(
    "tier.out_of_range",
    en="A bound, price, fee or free quantity is below 0, or a size or step is not above it.",
    zh="档位起点、价格、固定费或免费额度为负，或每块数量、步长不大于零。",
    do="Correct the figure; a discount is written as one, not as a negative price.",
    names=("from 0", "-1"),
)
def a_negative_price() -> None:
    _charge("volume", Rung(rate=Fraction(-1)))


@reproduces(
    "tier.size_missing",
    en="The mode prices by started blocks, and a tier does not say how large its block is.",
    zh="按块或按包计价的档位缺少每块数量。",
    do="Give every tier a size: how many units its price is for.",
    names=("'block'", "from 0"),
)
def a_block_without_size() -> None:
    _charge("block", Rung(rate=Fraction(1)))


@reproduces(
    "tier.not_of_mode",
    en="The tiers have a field that their mode would pass over.",
    zh="档位含有该计价方式不使用的字段。",
    do="Take the field out, or name the mode that prices by it.",
    names=("'volume'", "free units"),
)
def free_units_without_packages() -> None:
    _charge("volume", Rung(rate=Fraction(1)), free=10)


@reproduces(
    "tier.not_per_unit",
    en="An amount per unit is added to a price that is not per unit but for a whole step.",
    zh="一口价档位不能按单位加减价。",
    do="Price the addition as a line of its own, or use another mode.",
    names=("5 per unit", "'stairstep'"),
)
def a_colour_on_a_step() -> None:
    _charge("stairstep", Rung(rate=Fraction(100))).shifted(Fraction(5))


@reproduces(
    "tier.not_reached",
    en="The quantity lies below the first tier, where there is no price.",
    zh="数量低于第一档起点，没有价格。",
    do="Ask for more, or add a tier that starts lower. A missing price is never 0.",
    names=("quantity of 3", "from 5"),
)
def fewer_than_the_first_tier_takes() -> None:
    _charge("volume", Rung(Fraction(5), rate=Fraction(1))).amount(Fraction(3))


@reproduces(
    "tier.invalid",
    en="A table of tiers cannot be read; `findings` has one entry for each thing wrong with it.",
    zh="阶梯表无法读取；每个问题各有一条 finding。",
    do="Go through the findings; each names its rows.",
    names=("tiers/2", "tiers/3"),
)
def a_table_with_two_faults() -> None:
    from_to([(1, 10, "A"), (12, 20, "B"), (20, None, "C")])


@reproduces(
    "tier.gap",
    en="Quantities between two rows of a table have no tier.",
    zh="阶梯表两档之间有空档。",
    do="Move the end of the first row or the start of the second.",
    names=("tiers/2", "row 1 ends at 1", "row 2 starts at 1.5"),
)
def a_table_with_a_gap() -> None:
    adjacent([("0.5", 1, "A"), ("1.5", None, "B")])


@reproduces(
    "tier.overlap",
    en="Quantities lie in two rows of a table.",
    zh="阶梯表两档重叠。",
    do="Sort the rows, and let each start after the one before it ends.",
    names=("tiers/2", "row 1 ends at 11", "row 2 starts at 11"),
)
def a_table_with_an_overlap() -> None:
    from_to([(1, 11, "A"), (11, None, "B")])


@reproduces(
    "tier.step",
    en="A table is written in steps that are not those of the unit.",
    zh="阶梯表的步长与单位的最小步长不符。",
    do='Write the rows as "up to", let them share their bounds, or use the unit\'s own steps.',
    names=("tiers/2", "row 1 ends at 10", "row 2 starts at 11", "0.001"),
)
def whole_numbers_for_kilograms() -> None:
    from_to([(0, 10, "A"), (11, None, "B")], step="0.001")


@reproduces(
    "tier.backwards",
    en="A row of a table ends before it starts, so it holds no quantity.",
    zh="档位的止点小于起点。",
    do="Correct the end of the row, or take the row out.",
    names=("tiers/2", "row 2 starts at 10", "ends at 5"),
)
def a_table_that_falls() -> None:
    up_to([(10, "A"), (5, "B"), (None, "C")])
