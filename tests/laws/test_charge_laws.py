"""Laws of tiers: slices add up, units commute, more never costs less but over a cliff."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cpq.kernel.money import Rounding, rounded_fraction, total
from cpq.pricebook.bounds import adjacent, from_to, up_to
from cpq.pricebook.charge import Charge, Rung, TierMode
from cpq.pricebook.cliff import Cliff, cheaper, cliffs
from tests.laws.strategies import tried

MODES: tuple[TierMode, ...] = (
    "volume",
    "graduated",
    "block",
    "package",
    "stairstep",
    "overage",
)
RATES = st.builds(Fraction, st.integers(0, 40), st.sampled_from([1, 3, 10]))
FACTORS = st.builds(Fraction, st.integers(1, 12), st.integers(1, 12))
SIZES = st.builds(Fraction, st.integers(1, 9), st.sampled_from([1, 2]))
QUANTITIES = st.builds(Fraction, st.integers(-400, 400), st.sampled_from([1, 3, 7, 10]))


@st.composite
def charges(draw: st.DrawFn, modes: tuple[TierMode, ...] = MODES, *, whole: bool = False) -> Charge:
    """One to four tiers of any mode; bounds in whole units, or between them too."""
    mode = draw(st.sampled_from(modes))
    scale = 1 if whole else draw(st.sampled_from([1, 2, 10]))
    bound = st.tuples(st.integers(0, 20 * scale), st.booleans())
    bounds = sorted(draw(st.lists(bound, min_size=1, max_size=4, unique=True)))
    sized = mode in ("block", "package") or (mode == "graduated" and draw(st.booleans()))
    return Charge(
        mode,
        tuple(
            Rung(
                Fraction(lower, scale),
                above,
                rate=draw(RATES),
                flat=draw(st.just(Fraction(0)) | RATES),
                size=draw(SIZES) if sized else None,
                overage=draw(st.none() | RATES) if mode == "overage" else None,
            )
            for lower, above in bounds
        ),
        free=draw(RATES) if mode == "package" else Fraction(0),
        charge_flat_at_zero=draw(st.booleans()),
        step=Fraction(1) if whole else draw(st.sampled_from([Fraction(1), Fraction(1, 10)])),
    )


def asked(charge: Charge, quantity: Fraction) -> Fraction | None:
    return None if charge.reached(quantity) is None else charge.amount(quantity)


@tried(4)
@given(charges(), QUANTITIES)
def test_slices_add_up_to_what_is_charged(charge: Charge, quantity: Fraction) -> None:
    if charge.reached(quantity) is None:
        return
    portions = charge.slices(quantity)
    assert sum(portion.amount for portion in portions) == charge.amount(quantity)
    assert sum(portion.quantity for portion in portions) == quantity
    for portion in portions:
        blocks = abs(portion.quantity) / (portion.size or 1)
        counted = blocks if portion.size is None else -(-blocks // 1)
        assert abs(portion.amount) == portion.rate * counted + abs(portion.flat)


@tried(4)
@given(charges(), QUANTITIES, st.integers(0, 4), st.sampled_from(list(Rounding)))
def test_printed_slices_add_up_to_the_rounded_amount(
    charge: Charge, quantity: Fraction, places: int, mode: Rounding
) -> None:
    if charge.reached(quantity) is None:
        return
    shown = charge.slices_shown(quantity, places=places, unit_places=4, mode=mode)
    whole = rounded_fraction(charge.amount(quantity), places, mode)
    assert total(each.amount for each in shown) == whole
    for each, portion in zip(shown, charge.slices(quantity), strict=True):
        # less than a unit from its share of the rounded whole, which is as near to the exact one
        assert abs(Fraction(each.amount) - portion.amount) < Fraction(2, 10**places)
        assert each == type(each).model_validate(each.model_dump())


@given(charges(), QUANTITIES)
def test_a_return_is_the_mirror_of_a_purchase(charge: Charge, quantity: Fraction) -> None:
    assert charge.reached(-quantity) == charge.reached(quantity)
    bought = asked(charge, quantity)
    returned = asked(charge, -quantity)
    if quantity and bought is not None:
        assert returned == -bought


@tried(4)
@given(charges(("graduated",)), QUANTITIES, QUANTITIES)
def test_graduated_totals_never_fall(charge: Charge, first: Fraction, second: Fraction) -> None:
    less, more = (asked(charge, size) for size in sorted((abs(first), abs(second))))
    if less is not None:
        assert more is not None
        assert less <= more


@given(charges(("volume",)), QUANTITIES)
def test_a_volume_total_is_the_rate_reached(charge: Charge, quantity: Fraction) -> None:
    place = charge.reached(quantity)
    if place is not None and quantity:
        rung = charge.rungs[place]
        fee = rung.flat if quantity > 0 else -rung.flat
        assert (charge.amount(quantity) - fee) / quantity == rung.rate


@tried(2)
@given(charges(), FACTORS, FACTORS, QUANTITIES)
def test_units_and_percentages_commute(
    charge: Charge, unit: Fraction, factor: Fraction, quantity: Fraction
) -> None:
    assert charge.scaled(factor).per(unit) == charge.per(unit).scaled(factor)
    assert charge.per(unit).per(1 / unit) == charge
    amount = asked(charge, quantity * unit)
    assert asked(charge.per(unit), quantity) == amount
    if amount is not None:
        assert charge.scaled(factor).amount(quantity * unit) == amount * factor


@tried(2)
@given(charges(("volume", "graduated", "block", "package")), FACTORS, QUANTITIES, QUANTITIES)
def test_a_shift_commutes_with_the_unit(
    charge: Charge, unit: Fraction, quantity: Fraction, by: Fraction
) -> None:
    assert charge.shifted(by).per(unit) == charge.per(unit).shifted(by * unit)
    plain = charge.mode != "package" and all(rung.size is None for rung in charge.rungs)
    if plain and by >= 0 and charge.reached(quantity) is not None:
        assert charge.shifted(by).amount(quantity) == charge.amount(quantity) + by * quantity


@tried(2)
@given(charges(), QUANTITIES, st.integers(0, 10))
def test_the_full_quantity_charged_in_full_is_itself(
    charge: Charge, quantity: Fraction, tenths: int
) -> None:
    if charge.reached(quantity) is None:
        return
    assert charge.slices(quantity, full=quantity) == charge.slices(quantity)
    part = charge.slices(quantity * tenths / 10, full=quantity)
    assert sum(portion.quantity for portion in part) == quantity * tenths / 10
    assert abs(sum((portion.amount for portion in part), Fraction(0))) <= abs(
        charge.amount(quantity)
    )


@tried(6)
@given(charges(whole=True), st.sampled_from([Fraction(1), Fraction(2), Fraction(3)]))
def test_cliffs_are_all_that_trying_finds(charge: Charge, step: Fraction) -> None:
    steps = [step * place for place in range(80)]
    tried_out = []
    for quantity, larger in pairwise(steps):
        before, after = asked(charge, quantity), asked(charge, larger)
        if before is not None and after is not None and after < before:
            tried_out.append(Cliff(quantity, before, larger, after, before - after))
    assert list(cliffs(charge, step=step)) == tried_out
    limit = steps[len(steps) // 8]
    within = [cliff for cliff in tried_out if cliff.larger <= limit]
    assert list(cliffs(charge, step=step, upto=limit)) == within


@tried(6)
@given(charges(whole=True), st.integers(0, 24), st.sampled_from([Fraction(1), Fraction(5, 2)]))
def test_cheaper_is_the_first_that_trying_finds(charge: Charge, size: int, step: Fraction) -> None:
    quantity = Fraction(size)
    own = asked(charge, quantity)
    larger = [step * place for place in range(200) if step * place > quantity]
    tried_out = None
    if own is not None:
        tried_out = next((more for more in larger if charge.amount(more) < own), None)
    hint = cheaper(charge, quantity, step=step)
    assert (hint.larger if hint else None) == tried_out
    if hint:
        assert (hint.total, hint.larger_total) == (own, charge.amount(hint.larger))
        assert hint.saved == hint.total - hint.larger_total > 0


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True),
    st.integers(0, 50),
    st.lists(RATES, min_size=6, max_size=6),
)
def test_one_table_in_three_wordings_charges_the_same(
    ends: list[int], size: int, rates: list[Fraction]
) -> None:
    tops: list[int | None] = [*sorted(ends), None]
    lows = [0, *(top + 1 for top in sorted(ends))]
    shared = [0, *sorted(ends)]
    tables = (
        from_to(list(zip(lows, tops, rates, strict=False))),
        up_to(list(zip(tops, rates, strict=False))),
        adjacent(list(zip(shared, tops, rates, strict=False))),
    )
    native = [Rung(Fraction(low), rate=rate) for low, rate in zip(lows, rates, strict=False)]
    for mode in MODES[:2]:
        told = {
            Charge(mode, tuple(Rung(low, above, rate) for low, above, rate in table)).amount(
                Fraction(size)
            )
            for table in tables
        }
        assert told == {Charge(mode, tuple(native)).amount(Fraction(size))}


@given(charges(), QUANTITIES, st.integers(0, 6))
def test_rounding_rates_moves_each_by_half_a_step(
    charge: Charge, quantity: Fraction, places: int
) -> None:
    half = Fraction(1, 2 * 10**places)
    for rung, before in zip(charge.on_grid(places).rungs, charge.rungs, strict=True):
        assert abs(rung.rate - before.rate) <= half
        assert rung._replace(rate=before.rate, overage=before.overage) == before
        assert Decimal(rung.rate.denominator) <= 10**places
