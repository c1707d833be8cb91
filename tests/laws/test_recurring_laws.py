"""Laws of what recurs: the term multiplies, in worlds where every kind of rule may act at once."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from cpq import (
    Catalogue,
    DealPrice,
    Item,
    ManualPrice,
    PriceBook,
    PriceBookVersion,
    Pricing,
    Product,
    RoundingPolicy,
    entry,
    price,
)
from cpq.history import line_prices
from cpq.kernel.errors import Refused
from cpq.kernel.money import quantum, rounded_fraction, total
from cpq.simulation import repriced
from cpq.waterfall.replay import replay
from tests.laws.strategies import DAY, amounts
from tests.laws.worlds import BUYER, manual_prices, policies, requests, worlds

BILLING = st.sampled_from(["month", "quarter", "year"])
PERIODS = st.integers(1, 60)


def _priced(items: list[Item], world: Catalogue, **asked: object) -> Pricing:
    """The pricing, unless the world refuses the request: what is refused is tried elsewhere."""
    try:
        return price(items, catalogue=world, on=DAY, **{"customer": BUYER, **asked})  # type: ignore[arg-type]
    except Refused:
        assume(False)
        raise


def _recurring(world: Catalogue, codes: set[str], billing: str) -> Catalogue:
    """The world in which these products are services by the period."""
    products = (
        each.with_(billing=billing) if each.code in codes else each for each in world.products
    )
    return world.with_(products=tuple(products))


@st.composite
def services(draw: st.DrawFn) -> tuple[list[Item], Catalogue]:
    """A request of which some products recur, each line for a term of its own."""
    items, world, billing = draw(requests()), draw(worlds()), draw(BILLING)
    codes = set(draw(st.lists(st.sampled_from([each.product for each in items]), min_size=1)))
    sold = [each.with_(periods=draw(PERIODS)) if each.product in codes else each for each in items]
    return sold, _recurring(world, codes, billing)


@given(requests(), worlds(), policies, manual_prices, BILLING)
def test_one_period_costs_what_is_charged_once(
    items: list[Item],
    world: Catalogue,
    policy: RoundingPolicy,
    manual: dict[str, ManualPrice],
    billing: str,
) -> None:
    codes = {each.product for each in items}
    assume("SHIP" not in codes)
    once = _priced(items, world, policy=policy, manual=manual)
    every = [each.with_(periods=1) for each in items]
    recurs = _priced(every, _recurring(world, codes, billing), policy=policy, manual=manual)
    plainly = tuple(line.with_(billing=None, periods=None) for line in recurs.lines)
    assert plainly == once.lines
    same = ("allocations", "refused", "findings", "taken", "drawn", "ungranted", "combinations")
    for name in same:
        assert getattr(recurs, name) == getattr(once, name), name


@given(services(), policies, manual_prices)
def test_the_trace_of_a_term_replays_to_the_net(
    asked: tuple[list[Item], Catalogue], policy: RoundingPolicy, manual: dict[str, ManualPrice]
) -> None:
    items, world = asked
    pricing = _priced(items, world, policy=policy, manual=manual)
    for line in pricing.lines:
        paid = line.gross if line.basis == "gross" else line.net
        assert replay(line, policy) == paid, pricing.explain()
        if line.breakdown:
            assert total(part.amount for part in line.breakdown) == line.amount


@given(services(), policies)
def test_what_is_charged_once_and_what_recurs_is_the_net(
    asked: tuple[list[Item], Catalogue], policy: RoundingPolicy
) -> None:
    items, world = asked
    pricing = _priced(items, world, policy=policy)
    for name in ("net", "tax", "gross"):
        terms = total(getattr(each, name).amount for each in pricing.recurring)
        once = (line for line in pricing.counted if line.billing is None)
        whole = total((terms, *(getattr(line, name) for line in once)))
        assert getattr(pricing, name).amount == whole
    for each in pricing.recurring:
        assert sum(count for count, _ in each.due) == each.periods
        assert sum((count * due for count, due in each.due), each.net * 0) == each.net
        figures = [due.amount for _, due in each.due]
        grid = quantum(policy.places_for(pricing.currency))
        assert len(figures) <= 2
        assert max(figures) - min(figures) <= grid
    assert Pricing.model_validate_json(pricing.canonical()) == pricing


@given(services(), st.randoms(use_true_random=False))
def test_permuting_lines_of_several_terms_changes_no_total(
    asked: tuple[list[Item], Catalogue], random: object
) -> None:
    items, world = asked
    shuffled = items.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = _priced(items, world), _priced(shuffled, world)
    for name in ("list_total", "amount", "discount", "net", "tax", "gross"):
        assert getattr(first, name) == getattr(second, name), name


@given(services())
def test_pricing_again_keeps_the_periods(asked: tuple[list[Item], Catalogue]) -> None:
    items, world = asked
    pricing = _priced(items, world)
    assert repriced(pricing, catalogue=world).canonical() == pricing.canonical()
    kept = [line.periods for line in pricing.lines if line.free_by is None]
    assert kept == [each.periods for each in items]


def _care(each: Decimal) -> Catalogue:
    book = PriceBook.model_validate(
        {
            "code": "LIST",
            "currency": "CNY",
            "versions": (PriceBookVersion(entries=(entry("CARE", price=each),)),),
        }
    )
    care = Product(code="CARE", name="Care", billing="month")
    return Catalogue(products=(care,), books=(book,), default_book="LIST")


@given(amounts("0", "9999", 4), st.integers(1, 5000), PERIODS, policies)
def test_a_term_costs_exactly_what_the_arithmetic_says(
    each: Decimal, quantity: int, periods: int, policy: RoundingPolicy
) -> None:
    world = _care(each)
    asked = [Item(product="CARE", quantity=quantity, periods=periods)]
    line = price(asked, catalogue=world, on=DAY, policy=policy).lines[0]
    shown = rounded_fraction(Fraction(each), policy.unit_places, policy.mode)
    exact = Fraction(shown) if policy.contractual else Fraction(each)
    places = policy.places_for("CNY")
    assert line.unit_price == shown
    assert line.amount == rounded_fraction(exact * quantity * periods, places, policy.mode)
    assert line.list_amount == line.amount
    longer = [Item(product="CARE", quantity=quantity, periods=2 * periods)]
    twice = price(longer, catalogue=world, on=DAY, policy=policy).lines[0]
    assert twice.amount == rounded_fraction(2 * exact * quantity * periods, places, policy.mode)


@given(amounts("1", "9999", 2), st.integers(1, 500), PERIODS, PERIODS)
def test_history_knows_the_price_of_a_period_whatever_the_term(
    each: Decimal, quantity: int, short: int, long: int
) -> None:
    found = set()
    for periods in (short, long):
        asked = [Item(product="CARE", quantity=quantity, periods=periods)]
        (line,) = line_prices(price(asked, catalogue=_care(each), on=DAY))
        kept = {name: getattr(line, name) for name in type(line).model_fields}
        deal = DealPrice(**kept, quote="Q-1", status="won", on=date(2026, 11, 21), customer="C-1")
        found.add((deal.price, deal.ratio))
    assert found == {(Fraction(each), Fraction(1))}
