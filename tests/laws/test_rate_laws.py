"""Laws of rates and rails: there and back is where it was; a price on the rails stays there."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.kernel.errors import NotFound
from cpq.kernel.money import Money, currency_places
from cpq.pricebook.rails import PriceEnding, Rails, on_margin, on_markup
from cpq.rate import ExchangeRate, RateTable, UsedRate
from tests.laws.strategies import CURRENCIES, amounts, moneys, tried

FIRST = date(2026, 1, 1)

# --- rates ------------------------------------------------------------------------------------

days = st.integers(0, 40).map(lambda day: FIRST + timedelta(days=day))
numbers = st.decimals("0.0001", "9999", places=4)


@st.composite
def stated(draw: st.DrawFn) -> ExchangeRate:
    base, quote = draw(st.permutations(CURRENCIES))[:2]
    on = draw(days)
    length = draw(st.none() | st.integers(0, 15))
    return ExchangeRate(
        base=base,
        quote=quote,
        rate=draw(numbers),
        on=on,
        until=None if length is None else on + timedelta(days=length),
    )


tables = st.builds(
    lambda rates, pivot: RateTable(rates=tuple(rates), pivot=pivot),
    st.lists(stated(), max_size=14, unique_by=lambda rate: (rate.base, rate.quote, rate.on)),
    st.none() | st.sampled_from(CURRENCIES),
)
pairs = st.permutations(CURRENCIES).map(lambda codes: tuple(codes[:2]))


def used(table: RateTable, base: str, quote: str, on: date, **given_: Any) -> UsedRate | None:
    try:
        return table.used(base, quote, on=on, **given_)
    except NotFound:
        return None


def searched(table: RateTable, base: str, quote: str, on: date, age: int | None) -> Any:
    """The rate of a pair by looking at every row: the latest that holds, else the inverse."""
    for one, other in ((base, quote), (quote, base)):
        holding = [
            rate
            for rate in table.rates
            if (rate.base, rate.quote) == (one, other)
            and rate.on <= on
            and (rate.until is None or on <= rate.until)
        ]
        if holding:
            latest = max(holding, key=lambda rate: rate.on)
            if age is None or latest.until is not None or (on - latest.on).days <= age:
                number = Fraction(latest.rate)
                return (number if one == base else 1 / number), latest.on
    return None


@tried(4)
@given(tables, pairs, st.none() | st.integers(0, 20))
def test_look_up_finds_what_a_search_of_every_row_finds(
    table: RateTable, pair: tuple[str, str], age: int | None
) -> None:
    base, quote = pair
    for on in (FIRST + timedelta(days=day) for day in range(-1, 60)):
        expected = searched(table, base, quote, on, age)
        if expected is None and table.pivot is not None and table.pivot not in pair:
            first = searched(table, base, table.pivot, on, age)
            second = searched(table, table.pivot, quote, on, age)
            if first and second:
                expected = first[0] * second[0], min(first[1], second[1])
        found = used(table, base, quote, on, max_age_days=age)
        assert (found and (found.rate, found.on)) == expected


@tried(4)
@given(tables, pairs, days)
def test_a_rate_there_and_back_is_one(table: RateTable, pair: tuple[str, str], on: date) -> None:
    there, back = used(table, *pair, on), used(table, *pair[::-1], on)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        two_way = {(rate.base, rate.quote) for rate in table.rates}
        if not any((quote, base) in two_way for base, quote in two_way):
            assert there.rate * back.rate == 1
            assert there.on == back.on


@tried(4)
@given(moneys, numbers, st.sampled_from(CURRENCIES))
def test_converting_there_and_back_is_off_by_the_rounding_only(
    money: Money, number: Decimal, to: str
) -> None:
    assume(money.code != to)
    assume(abs(money.amount) * number < 10**17)
    table = RateTable(rates=(ExchangeRate(base=money.code, quote=to, rate=number, on=FIRST),))
    there = table.convert(money, to=to, on=FIRST)
    back = table.used(to, money.code, on=FIRST).amount(there)
    step = Fraction(1, 10 ** currency_places(to))
    assert abs(back - Fraction(money.amount)) <= step / 2 / Fraction(number)
    assert there.amount * money.amount >= 0


@given(tables, pairs, days)
def test_a_used_rate_can_be_reckoned_again(
    table: RateTable, pair: tuple[str, str], on: date
) -> None:
    found = used(table, *pair, on)
    if found is not None:
        assert UsedRate.model_validate_json(found.canonical()) == found
        alone = RateTable(rates=found.via, pivot=found.pivot)
        assert alone.used(*pair, on=on) == found


@given(tables, pairs, days, st.randoms(use_true_random=False))
def test_the_order_of_rates_does_not_matter(
    table: RateTable, pair: tuple[str, str], on: date, random: Any
) -> None:
    rows = list(table.rates)
    random.shuffle(rows)
    assert used(table.with_(rates=tuple(rows)), *pair, on) == used(table, *pair, on)


# --- rails and endings ----------------------------------------------------------------------------

prices = st.builds(Fraction, st.integers(0, 10**7), st.sampled_from([1, 3, 7, 100, 1200]))
scales = st.sampled_from([Fraction(1), Fraction(12), Fraction(1, 3), Fraction(1, 1000)])
endings = st.builds(
    lambda multiple, part, mode: PriceEnding(multiple=multiple, ending=multiple * part, mode=mode),
    amounts("0.05", "100", 2),
    st.decimals(0, "0.99", places=2),
    st.sampled_from(["up", "down", "nearest"]),
)
optional = st.none() | amounts("-500", "500", 2)


@st.composite
def rails(draw: st.DrawFn) -> Rails:
    over = sorted(draw(st.lists(amounts("-500", "500", 2), min_size=2, max_size=2)))
    fixed = sorted(draw(st.lists(amounts("0", "1000", 2), min_size=2, max_size=2)))
    names = ("min_over_base", "max_over_base", "lowest", "highest")
    kept = draw(st.sets(st.sampled_from(names), min_size=1))
    given_ = dict(zip(names, (*over, *fixed), strict=True))
    return Rails.model_validate({name: given_[name] for name in kept})


@tried(4)
@given(endings, prices, scales)
def test_an_ending_is_reached_once_and_kept(
    ending: PriceEnding, price: Fraction, scale: Fraction
) -> None:
    found = ending.applied(price, scale=scale)
    multiple, end = Fraction(ending.multiple) * scale, Fraction(ending.ending) * scale
    assert ending.applied(found, scale=scale) == found
    assert price == found == 0 or ((found - end) / multiple).denominator == 1
    assert (found > 0) == (price > 0)
    lowest = end or multiple
    if price >= lowest:
        assert abs(found - price) < multiple
        assert ending.mode != "up" or found >= price
        assert ending.mode != "down" or found <= price
        assert ending.mode != "nearest" or 2 * abs(found - price) <= multiple


@tried(4)
@given(endings, prices, prices, scales)
def test_an_ending_keeps_the_order_of_prices(
    ending: PriceEnding, one: Fraction, other: Fraction, scale: Fraction
) -> None:
    low, high = sorted((one, other))
    assert ending.applied(low, scale=scale) <= ending.applied(high, scale=scale)


@tried(4)
@given(endings, prices, scales)
def test_an_ending_scales_with_its_unit(
    ending: PriceEnding, price: Fraction, scale: Fraction
) -> None:
    assert ending.applied(price * scale, scale=scale) == ending.applied(price) * scale


@tried(4)
@given(rails(), prices, prices, scales)
def test_a_price_on_the_rails_stays_there(
    held: Rails, price: Fraction, base: Fraction, scale: Fraction
) -> None:
    found = held.applied(price, base=base, scale=scale)
    low, high = held.bounds(base=base, scale=scale)
    assert held.applied(found, base=base, scale=scale) == found
    assert low is None or found >= low >= 0
    assert high is None or found <= high
    assert found == price or found in (low, high)
    assert found == held.applied(price / scale, base=base / scale) * scale


@tried(4)
@given(rails(), prices, prices, prices)
def test_rails_keep_the_order_of_prices(
    held: Rails, one: Fraction, other: Fraction, base: Fraction
) -> None:
    low, high = sorted((one, other))
    assert held.applied(low, base=base) <= held.applied(high, base=base)


@tried(4)
@given(prices, st.decimals("-100", "99.99", places=2))
def test_a_margin_is_what_is_left_of_the_price(cost: Fraction, percent: Decimal) -> None:
    price = on_margin(cost, percent)
    assert price - cost == price * Fraction(percent) / 100
    assert on_markup(cost, percent) - cost == cost * Fraction(percent) / 100
    if cost:
        markup = (price - cost) / cost * 100
        assert on_markup(cost, markup) == price
