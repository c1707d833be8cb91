"""What a quantity costs under tiers: the worked cases of other systems, and what is refused.

Figures of the cases TV-*, TG-* and BL-* stand as their sources state them.
"""

import pickle
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from cpq.kernel.errors import DomainError, Invalid, Refused
from cpq.kernel.money import Rounding, rounded_fraction, total
from cpq.pricebook.bounds import Bound, adjacent, from_to, up_to, widths
from cpq.pricebook.charge import Charge, Rung, Slice, TierMode
from cpq.pricebook.cliff import Cliff, cheaper, cliffs

F = Fraction
STRIPE = up_to([(5, "7"), (10, "6.5"), ("inf", "6")])
LAGO_FLAT = from_to([(0, 10, ("10", "2")), (11, 20, ("5", "3")), (21, None, ("5", "3"))])
LAGO_VOLUME = from_to([(0, 100, ("2", "10")), (101, 200, ("1", "0")), (201, None, ("0.5", "50"))])
SEATS = ((1, "100"), (11, "90"), (26, "80"))
KILL_BILL = ((100, 10, "1"), (1000, 100, "1"), (1000, 100, "0.5"))


def rated(bounds: Sequence[Bound[str]]) -> tuple[Rung, ...]:
    return tuple(Rung(lower, above, F(rate)) for lower, above, rate in bounds)


def with_fees(bounds: Sequence[Bound[tuple[str, str]]]) -> tuple[Rung, ...]:
    return tuple(Rung(lower, above, F(rate), F(flat)) for lower, above, (rate, flat) in bounds)


def starting(*rows: tuple[object, str]) -> tuple[Rung, ...]:
    return tuple(Rung(F(lower), rate=F(rate)) for lower, rate in rows)  # type: ignore[call-overload]


def blocks(rows: Sequence[tuple[int, int, str]]) -> tuple[Rung, ...]:
    bounds = widths([(size * most, (size, rate)) for size, most, rate in rows])
    return tuple(Rung(lower, above, F(rate), size=F(size)) for lower, above, (size, rate) in bounds)


def told(values: Iterable[object], *names: str) -> list[list[object]]:
    return [[getattr(value, name) for name in names] for value in values]


def amounts(charge: Charge, *quantities: object) -> list[Fraction]:
    return [charge.amount(F(quantity)) for quantity in quantities]  # type: ignore[call-overload]


def refusal(make: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as raised:
        make()
    return raised.value


def test_tv_02_every_unit_is_at_the_tier_reached() -> None:
    charge = Charge("volume", rated(STRIPE))
    assert amounts(charge, 1, 5, 6, 20, 25) == [7, 35, 39, 120, 150]


def test_tv_03_a_lower_bound_belongs_to_its_tier() -> None:
    charge = Charge("volume", starting((1, "5"), (10, "4.5"), (100, "4")))
    unit_prices = [charge.amount(F(quantity)) / quantity for quantity in (8, 10, 15, 100, 150)]
    assert unit_prices == [5, F("4.5"), F("4.5"), 4, 4]


def test_tv_01_more_units_may_cost_less() -> None:
    charge = Charge("volume", with_fees(LAGO_VOLUME))
    assert amounts(charge, 100, 101) == [210, 101]
    assert cheaper(charge, F(100)) == Cliff(F(100), F(210), F(101), F(101), F(109))


def test_tv_08_the_full_quantity_chooses_the_tier() -> None:
    charge = Charge("volume", with_fees(LAGO_VOLUME))
    assert charge.amount(F("198.6"), full=F(300)) == F("149.3")
    assert charge.amount(F("-198.6"), full=F(-300)) == F("-149.3")
    assert charge.amount(F(0), full=F(300)) == 50


def test_tv_04_the_26th_seat_lowers_the_bill() -> None:
    charge = Charge("volume", starting(*SEATS))
    assert amounts(charge, 25, 26) == [2250, 2080]
    assert told(cliffs(charge), "quantity", "saved") == [[10, 10], [25, 170]]
    assert cheaper(charge, F(25)) == Cliff(F(25), F(2250), F(26), F(2080), F(170))
    assert cheaper(charge, F(23)) is None


def test_tg_01_each_slice_is_at_its_own_tier() -> None:
    charge = Charge("graduated", rated(STRIPE))
    assert amounts(charge, 5, 6, 10, 20, 25) == [35, F("41.5"), F("67.5"), F("127.5"), F("157.5")]


def test_tg_02_a_flat_fee_is_due_once_its_tier_is_entered() -> None:
    lago = Charge("graduated", with_fees(LAGO_FLAT), charge_flat_at_zero=True)
    assert amounts(lago, 0, 1, 10, 11, 12, 21) == [2, 12, 102, 110, 115, 163]
    ours = Charge("graduated", with_fees(LAGO_FLAT))
    assert amounts(ours, 0, 1, 10, 11, 12, 21) == [0, 12, 102, 110, 115, 163]


def test_tg_03_decimal_tiers_share_their_bounds() -> None:
    bounds = adjacent([(0, "0.1", "10"), ("0.1", 1, "5"), (1, None, "2")])
    charge = Charge("graduated", rated(bounds), step=F("0.001"))
    assert amounts(charge, "0.05", "0.5") == [F("0.5"), 3]


def test_tg_05_from_n_on_a_grid_leaves_n_less_one_before_it() -> None:
    charge = Charge("graduated", starting(*SEATS))
    assert amounts(charge, 26) == [2430]
    assert told(charge.slices(F(26)), "quantity", "rate") == [[10, 100], [15, 90], [1, 80]]


def test_tg_06_a_slab_has_an_effective_percentage() -> None:
    slabs = starting((1, "90"), (10, "80"), (20, "70"))
    listed = F(3000)
    assert 100 - Charge("volume", slabs).amount(F(30)) * 100 / listed == 30
    slab = 100 - Charge("graduated", slabs).amount(F(30)) * 100 / listed
    assert rounded_fraction(slab, 2) == Decimal("20.67")
    assert [each.quantity for each in Charge("graduated", slabs).slices(F(30))] == [9, 10, 11]


def test_bl_01_a_step_has_one_price() -> None:
    bounds = adjacent([(1, 11, "1"), (11, 51, "3")], shared="after")
    charge = Charge("stairstep", rated(bounds))
    assert amounts(charge, 7, 10, 11, 51) == [1, 1, 3, 3]
    assert charge.reached(F(0)) is None


def test_bl_02_overage_comes_on_top_of_the_step() -> None:
    rungs = (Rung(F(1), rate=F(1)), Rung(F(11), rate=F(3), overage=F("0.10")))
    charge = Charge("overage", rungs)
    assert amounts(charge, 7, 11, 60) == [1, 3, F("7.9")]
    assert told(charge.slices(F(60)), "quantity", "rate", "flat", "amount") == [
        [11, 0, 3, 3],
        [49, F("0.1"), 0, F("4.9")],
    ]


def test_bl_03_started_packages_after_free_units() -> None:
    rungs = (Rung(rate=F(100), size=F(10)),)
    charges = [Charge("package", rungs, free=F(free)) for free in (0, 10, 200)]
    assert [charge.amount(F(121)) for charge in charges] == [1300, 1200, 0]
    assert told(charges[1].slices(F(121)), "quantity", "amount") == [[10, 0], [111, 1200]]
    assert told(charges[2].slices(F(121)), "quantity", "amount") == [[121, 0]]


def test_bl_04_all_tiers_or_the_top_tier_alone() -> None:
    rungs = blocks([(1, 10, "1.5"), (1, 100, "1.0"), (1, 1000, "0.5")])
    assert Charge("graduated", rungs).amount(F(111)) == F("115.5")
    assert Charge("block", rungs).amount(F(111)) == F("55.5")


def test_bl_05_started_blocks_within_each_slice() -> None:
    charge = Charge("graduated", blocks(KILL_BILL[:2]))
    assert amounts(charge, 5325) == [15]
    assert told(charge.slices(F(5325)), "quantity", "amount") == [[1000, 10], [4325, 5]]


def test_bl_06_the_last_tier_holds_beyond_its_end() -> None:
    charge = Charge("block", blocks(KILL_BILL))
    assert amounts(charge, 1000, 101000, 101001, 300000) == [10, 101, 51, 150]


def test_bl_07_charges_in_several_units_add_up() -> None:
    minutes = Charge("block", (Rung(rate=F("0.5"), size=F(1000)),))
    megabytes = Charge("block", (Rung(rate=F("0.3"), size=F(512)),))
    assert minutes.amount(F(1000)) + megabytes.amount(F(30720)) == F("18.5")


def test_bl_08_the_first_unit_may_cost_otherwise() -> None:
    charge = Charge("graduated", rated(up_to([(1, "1.13"), (None, "2.11")])))
    assert amounts(charge, 1, 2, 10) == [F("1.13"), F("3.24"), F("20.12")]


def test_a_return_costs_minus_what_was_bought() -> None:
    charge = Charge("graduated", with_fees(LAGO_FLAT))
    assert amounts(charge, -12, 12) == [-115, 115]
    assert told(charge.slices(F(-12)), "quantity", "flat", "amount") == [
        [-10, -2, -102],
        [-2, -3, -13],
    ]


def test_below_the_first_tier_there_is_no_price() -> None:
    charge = Charge("volume", starting((5, "1")))
    assert [charge.reached(F(quantity)) for quantity in (4, -4, 5, -5)] == [None, None, 0, 0]
    for make in (lambda: charge.amount(F(4)), lambda: charge.slices(F(-4))):
        error = refusal(make)
        assert isinstance(error, Refused)
        assert (error.code, error.facts["quantity"]) == ("tier.not_reached", 4)


def test_a_first_slice_holds_the_units_below_its_bound() -> None:
    charge = Charge("graduated", starting((5, "10"), (11, "9")))
    assert amounts(charge, 5, 12) == [50, 118]


@pytest.mark.parametrize("policy", [False, True])
@pytest.mark.parametrize("mode", ["volume", "graduated", "stairstep", "overage", "block"])
def test_nothing_bought_owes_fees_by_policy(mode: TierMode, policy: bool) -> None:
    size = F(1) if mode == "block" else None
    charge = Charge(mode, (Rung(flat=F(3), size=size),), charge_flat_at_zero=policy)
    assert charge.amount(F(0)) == (3 if policy else 0)
    assert charge.amount(F(1)) == 3


def test_a_package_owes_its_flat_fee_within_free_units() -> None:
    charge = Charge("package", (Rung(rate=F(9), flat=F(2), size=F(10)),), free=F(50))
    assert amounts(charge, 0, 20, 51) == [0, 2, 11]


def test_between_two_steps_the_next_slice_has_begun() -> None:
    rungs = starting((0, "10"), (11, "5"))
    assert amounts(Charge("graduated", rungs), "10.5", 11) == [F("102.5"), 105]
    assert amounts(Charge("graduated", rungs, step=F("0.1")), "10.5", 11) == [105, F("109.5")]


def test_a_bound_between_two_steps_cuts_at_the_step_before() -> None:
    charge = Charge("graduated", starting((0, "10"), ("10.5", "5")))
    assert list(charge.starts()) == [0, 11]
    assert amounts(charge, 10, 11) == [100, 105]


def test_mixed_wordings_of_one_bound_never_take_units_back() -> None:
    rungs = (Rung(rate=F(3)), Rung(F("9.5"), above=True, rate=F(2)), Rung(F(10), rate=F(1)))
    charge = Charge("graduated", rungs)
    assert [each.quantity for each in charge.slices(F(11))] == [F("9.5"), 0, F("1.5")]


def test_prorating_keeps_fees_and_shares_slices() -> None:
    graduated = Charge("graduated", with_fees(LAGO_FLAT))
    assert graduated.amount(F(6), full=F(12)) == 50 + 2 + 5 + 3
    assert [each.quantity for each in graduated.slices(F(6), full=F(12))] == [5, 1]
    step = Charge("overage", (Rung(F(10), rate=F(30), overage=F(2)),))
    assert step.amount(F(10), full=F(20)) == 30 + 5 * 2
    assert Charge("stairstep", starting((0, "1"), (11, "3"))).amount(F(1), full=F(12)) == 3


def test_a_full_quantity_of_zero_has_no_proportion() -> None:
    charge = Charge("graduated", starting((0, "10"), (11, "5")))
    assert charge.amount(F(3), full=F(0)) == 30


def test_a_scaled_charge_scales_every_price() -> None:
    charge = Charge("overage", (Rung(rate=F(10), flat=F(2), overage=F(1)),))
    assert charge.scaled(F(9, 10)).rungs == (Rung(rate=F(9), flat=F("1.8"), overage=F("0.9")),)


def test_a_price_per_unit_is_added_by_the_unit() -> None:
    assert Charge("volume", starting((0, "10"))).shifted(F("0.5")).rungs[0].rate == F("10.5")
    block = Charge("block", (Rung(rate=F(100), size=F(10)),)).shifted(F(5))
    assert amounts(block, 13) == [300]


def test_a_price_shifted_below_zero_is_zero() -> None:
    charge = Charge("volume", starting((0, "10"), (11, "5"))).shifted(F(-7))
    assert [rung.rate for rung in charge.rungs] == [3, 0]


@pytest.mark.parametrize("mode", ["stairstep", "overage"])
def test_nothing_per_unit_is_added_to_a_step(mode: TierMode) -> None:
    charge = Charge(mode, starting((0, "10")))
    assert refusal(lambda: charge.shifted(F(1))).code == "tier.not_per_unit"
    assert charge.shifted(F(0)) == charge


def test_a_charge_is_counted_in_another_unit() -> None:
    rungs = (Rung(rate=F(100), size=F(10)), Rung(F(60), rate=F(90), flat=F(5), size=F(12)))
    dozens = Charge("package", rungs, free=F(6)).per(F(12))
    assert dozens.rungs[1] == Rung(F(5), rate=F(90), flat=F(5), size=F(1))
    assert (dozens.free, dozens.step) == (F(1, 2), F(1, 12))
    per_unit = Charge("overage", (Rung(F(12), rate=F(100), overage=F(3)),)).per(F(12))
    assert per_unit.rungs == (Rung(F(1), rate=F(100), overage=F(36)),)
    assert Charge("volume", starting((12, "3"))).per(F(12)).rungs == starting((1, "36"))


def test_rates_may_be_rounded_before_they_are_extended() -> None:
    thirds = (Rung(rate=F(1, 3), flat=F(1, 3)), Rung(F(10), rate=F(1, 6)))
    charge = Charge("volume", thirds).on_grid(4)
    assert charge.rungs == (Rung(rate=F("0.3333"), flat=F(1, 3)), Rung(F(10), rate=F("0.1667")))
    step = Charge("overage", (Rung(overage=F(1, 6)),)).on_grid(2, Rounding.DOWN)
    assert step.rungs[0].overage == F("0.16")


def test_the_printed_slices_add_up_to_the_line() -> None:
    rungs = starting((0, "0.333"), (2, "0.333"), (3, "0.334"))
    shown = Charge("graduated", rungs).slices_shown(F(3), places=2, unit_places=2)
    assert [each.amount for each in shown] == [Decimal("0.33"), Decimal("0.33"), Decimal("0.34")]
    line = F("1.02")
    given = Charge("graduated", rungs).slices_shown(F(3), places=2, unit_places=3, total=line)
    assert total(each.amount for each in given) == Decimal("1.02")
    assert [str(each.unit_price) for each in given] == ["0.333", "0.333", "0.334"]


def test_a_printed_slice_is_what_validation_would_make() -> None:
    charge = Charge("package", (Rung(rate=F(1, 3), flat=F(1), size=F(5, 3)),), free=F("0.5"))
    for shown in charge.slices_shown(F(7, 3), places=2, unit_places=4):
        assert Slice.model_validate(shown.model_dump()) == shown
    assert shown.model_dump(mode="json") == {
        "lower": "0",
        "above": False,
        "quantity": "1.833333333",
        "unit_price": "0.3333",
        "size": "1.666666667",
        "flat": "1.00",
        "amount": "1.67",
    }


def test_printed_slices_of_nothing_are_zero() -> None:
    charge = Charge("graduated", with_fees(LAGO_FLAT))
    (shown,) = charge.slices_shown(F(0), places=2, unit_places=4)
    assert told([shown], "quantity", "flat", "amount") == [[0, 0, 0]]


def test_a_printed_return_is_rounded_like_the_purchase() -> None:
    charge = Charge("graduated", starting((0, "0.333"), (2, "0.3345")))
    bought = charge.slices_shown(F(3), places=2, unit_places=4)
    returned = charge.slices_shown(F(-3), places=2, unit_places=4)
    assert [each.amount for each in returned] == [-each.amount for each in bought]


def test_starts_lie_on_the_grid_that_is_asked() -> None:
    rungs = (Rung(), Rung(F(10), above=True), Rung(F(25)))
    assert list(Charge("volume", rungs).starts()) == [0, 11, 25]
    assert list(Charge("volume", rungs).starts(step=F(4))) == [0, 12, 28]


def test_cliffs_stop_where_nobody_buys_more() -> None:
    charge = Charge("volume", starting(*SEATS))
    assert [each.larger for each in cliffs(charge, upto=F(25))] == [11]
    assert [each.larger for each in cliffs(charge, upto=F(26))] == [11, 26]


def test_a_hint_is_given_in_quantities_that_can_be_bought() -> None:
    dozens = Charge("volume", starting(*SEATS)).per(F(12))
    assert cheaper(dozens, F(2)) == Cliff(F(2), F(2160), F(13, 6), F(2080), F(80))
    assert cheaper(dozens, F(2), step=F(1)) is None
    steep = Charge("volume", starting((1, "100"), (26, "10"))).per(F(12))
    assert cheaper(steep, F(2), step=F(1)) == Cliff(F(2), F(2400), F(3), F(360), F(2040))
    assert [each.quantity for each in cliffs(steep, step=F(1))] == [2]


def test_no_hint_without_a_price_or_for_a_return() -> None:
    charge = Charge("volume", starting((5, "100"), (26, "10")))
    assert [cheaper(charge, F(quantity)) for quantity in (4, -25, 26, 100)] == [None] * 4


def test_a_fee_at_zero_may_be_a_cliff() -> None:
    rungs = (Rung(flat=F(10)), Rung(F(1), rate=F(3)))
    fee = Charge("volume", rungs, charge_flat_at_zero=True)
    assert cliffs(fee) == (Cliff(F(0), F(10), F(1), F(3), F(7)),)
    assert cliffs(Charge("volume", rungs)) == ()


def test_graduated_tiers_have_no_cliffs() -> None:
    assert cliffs(Charge("graduated", starting(*SEATS))) == ()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Charge("volume", ()), "tier.none"),
        (lambda: Charge("volume", starting((1, "1"), (1, "2"))), "tier.not_rising"),
        (lambda: Charge("volume", starting((2, "1"), (1, "2"))), "tier.not_rising"),
        (lambda: Charge("volume", (Rung(above=True), Rung())), "tier.not_rising"),
        (lambda: Charge("volume", starting((-1, "1"))), "tier.out_of_range"),
        (lambda: Charge("volume", starting((0, "-1"))), "tier.out_of_range"),
        (lambda: Charge("volume", (Rung(flat=F(-1)),)), "tier.out_of_range"),
        (lambda: Charge("overage", (Rung(overage=F(-1)),)), "tier.out_of_range"),
        (lambda: Charge("block", (Rung(size=F(0)),)), "tier.out_of_range"),
        (lambda: Charge("package", (Rung(size=F(1)),), free=F(-1)), "tier.out_of_range"),
        (lambda: Charge("volume", (Rung(),), step=F(0)), "tier.out_of_range"),
        (lambda: Charge("volume", (Rung(rate=F(1)),)).scaled(F(-1)), "tier.out_of_range"),
        (lambda: Charge("block", (Rung(),)), "tier.size_missing"),
        (lambda: Charge("package", (Rung(size=F(1)), Rung(F(1)))), "tier.size_missing"),
        (lambda: Charge("volume", (Rung(size=F(1)),)), "tier.not_of_mode"),
        (lambda: Charge("stairstep", (Rung(size=F(1)),)), "tier.not_of_mode"),
        (lambda: Charge("volume", (Rung(overage=F(0)),)), "tier.not_of_mode"),
        (lambda: Charge("block", (Rung(size=F(1)),), free=F(1)), "tier.not_of_mode"),
    ],
)
def test_a_charge_that_makes_no_sense_is_refused(make: Callable[[], object], code: str) -> None:
    error = refusal(make)
    assert isinstance(error, Invalid)
    assert error.code == code


def test_two_wordings_of_one_bound_may_follow_each_other() -> None:
    rungs = (Rung(F(10), rate=F(5)), Rung(F(10), above=True, rate=F(4)))
    assert amounts(Charge("volume", rungs), 10, 11) == [50, 44]


def test_charges_are_values() -> None:
    first, second = (Charge("volume", starting(*SEATS)) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)).amount(F(26)) == 2080
