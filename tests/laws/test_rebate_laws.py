"""Laws of rebates: the rows are always the rebate from scratch, whatever came in which order.

The first is a game of sixty steps, played by ``tests.cpq.rebate_game`` against an oracle.
"""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpq.kernel.errors import Refused
from cpq.rebate import RebateTier, assigned, forecast, settlement
from tests.cpq.rebate_game import RebateGame, agreements
from tests.cpq.rebates import amount, back, cny, day, rebate, rows_after, sold

TestRebateGame = RebateGame.TestCase
TestRebateGame.settings = settings(
    stateful_step_count=60, max_examples=settings.default.max_examples // 2
)

LINES = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 3000)), min_size=1, max_size=6
)  # units, cents


def sales(lines, *, paid=True):
    return [
        sold(f"INV-{place}", units, Decimal(cents) / 100, paid=cny(Decimal(cents) / 100))
        for place, (units, cents) in enumerate(lines)
    ]


def reached(agreement):
    """The bounds of the tiers above the lowest."""
    return [tier.lower for tier in agreement.ladder[1:]]


@given(agreements(), LINES, st.randoms())
def test_retroactively_the_order_of_sales_does_not_matter(agreement, lines, chance):
    agreement = agreement.with_(mode="retroactive", gaps="refilled")
    made = sales(lines)
    mixed = list(made)
    chance.shuffle(mixed)
    assert amount(rows_after(agreement, made)) == amount(rows_after(agreement, mixed))


@given(agreements(), LINES, st.randoms())
def test_incrementally_the_order_does_not_matter_where_what_climbs_is_rated(
    agreement, lines, chance
):
    same = (agreement.measure == "quantity") == (agreement.base == "units")
    assume(same)
    agreement = agreement.with_(mode="incremental")
    made = sales(lines)
    mixed = list(made)
    chance.shuffle(mixed)
    assert amount(rows_after(agreement, made)) == amount(rows_after(agreement, mixed))


def test_incrementally_the_order_matters_where_prices_differ():
    agreement = rebate(mode="incremental")
    dear, cheap = sold("INV-1", 14, "1400.00"), sold("INV-2", 14, "14.00")
    assert amount(rows_after(agreement, [dear, cheap])) == "142.80"
    assert amount(rows_after(agreement, [cheap, dear])) == "281.40"


@given(agreements(), LINES, st.data())
def test_a_full_return_is_the_sum_of_partial_returns(agreement, lines, data):
    rows = rows_after(agreement, sales(lines))
    place = data.draw(st.integers(0, len(lines) - 1))
    units, cents = lines[place]
    whole = back(
        "CN-W", f"INV-{place}", units, Decimal(cents) / 100, paid=-cny(cents) * Decimal("0.01")
    )
    at_once = assigned(agreement, rows, whole)
    in_parts, count = rows, 0
    while units or cents:
        part = data.draw(st.integers(0, units))
        money = data.draw(st.integers(0, cents)) if part < units else cents
        count += 1
        if not part and not money:
            part, money = units, cents
        net = Decimal(money) / 100
        in_parts += assigned(
            agreement, in_parts, back(f"CN-{count}", f"INV-{place}", part, net, paid=-cny(net))
        )
        units, cents = units - part, cents - money
    assert amount(rows + at_once) == amount(in_parts)
    assert amount(row for row in in_parts if row.document == f"INV-{place}") in ("0", "0.00")


@given(agreements(), LINES)
def test_returning_everything_leaves_nothing(agreement, lines):
    rows = rows_after(agreement, sales(lines))
    for place, (units, cents) in enumerate(lines):
        net = Decimal(cents) / 100
        rows += assigned(
            agreement, rows, back(f"CN-{place}", f"INV-{place}", units, net, paid=-cny(net))
        )
    assert Decimal(amount(rows)) == 0


@given(agreements(), LINES)
def test_what_is_assigned_is_not_assigned_again(agreement, lines):
    made = sales(lines)
    rows = rows_after(agreement, made)
    assert assigned(agreement, rows, *made) == ()
    assert assigned(agreement, tuple(reversed(rows)) + rows, *made) == ()


@given(agreements(), LINES)
def test_more_sales_never_earn_less(agreement, lines):
    earned = Decimal(0)
    rows = ()
    for sale in sales(lines):
        rows += assigned(agreement, rows, sale)
        assert Decimal(amount(rows)) >= earned
        earned = Decimal(amount(rows))


@given(agreements(), LINES)
def test_never_more_is_settled_than_is_accrued(agreement, lines):
    rows = rows_after(agreement, sales(lines))
    terms = {"customer": "C-1", "on": day(365)}
    due = cny(amount(rows))
    if due.amount:
        made = settlement(agreement, rows, number="RS-1", amount=due, **terms)
        with pytest.raises(Refused, match="settle at most that"):
            settlement(agreement, rows, [made], number="RS-2", amount=cny("0.01"), **terms)
    with pytest.raises(Refused, match="settle at most that"):
        settlement(agreement, rows, number="RS-1", amount=due + cny("0.01"), **terms)


@given(agreements(), st.integers(0, 1))
def test_a_tier_starts_exactly_at_its_bound(agreement, place):
    """At the bound the tier holds; one step below, a unit or a cent, the one before does."""
    bound = reached(agreement)[place]
    step = Decimal(1) if agreement.measure == "quantity" else Decimal("0.01")
    for short, tier in ((Decimal(0), bound), (step, None)):
        measured = bound - short
        net = measured if agreement.measure == "amount" else Decimal("100.00")
        units = measured if agreement.measure == "quantity" else Decimal(7)
        rows = assigned(agreement, (), sold("INV-1", units, net, paid=cny(net))) if units else ()
        stands = forecast(agreement, rows, customer="C-1").tier
        assert (stands == bound) == (tier is not None)


@pytest.mark.parametrize(
    ("mode", "quantity", "expected"),
    [
        ("retroactive", 14, "14.00"),
        ("retroactive", 15, "30.00"),
        ("incremental", 14, "14.00"),
        ("incremental", 15, "16.00"),
    ],
)
def test_fourteen_pieces_stay_below_and_the_fifteenth_starts_the_tier(mode, quantity, expected):
    agreement = rebate(mode=mode)
    assert amount(rows_after(agreement, [sold("INV-1", quantity, quantity * 10)])) == expected


@pytest.mark.parametrize(
    ("mode", "net", "expected"),
    [
        ("retroactive", "9999.99", "100.00"),
        ("retroactive", "10000.00", "200.00"),
        ("incremental", "10000.00", "100.00"),
        ("incremental", "10000.50", "100.01"),
    ],
)
def test_an_amount_reaches_its_tier_to_the_cent(mode, net, expected):
    tiers = (RebateTier(percent=1), RebateTier(lower=10000, percent=2))
    agreement = rebate(mode=mode, measure="amount", tiers=tiers)
    assert amount(rows_after(agreement, [sold("INV-1", 1, net)])) == expected
