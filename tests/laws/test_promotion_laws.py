"""Laws of promotions: what is given is shared, bounded, and does not depend on any order."""

from decimal import Decimal
from itertools import chain, combinations, permutations
from random import Random

from hypothesis import assume, event, given
from hypothesis import strategies as st

from cpq import (
    BuyGet,
    Cap,
    Catalogue,
    DealFacts,
    FreeGoods,
    Item,
    LinesQuantity,
    Money,
    PercentOff,
    PriceBook,
    PriceBookVersion,
    Pricing,
    Product,
    PromotionGroup,
    PromotionPolicy,
    entry,
    item,
    price,
)
from cpq.cap import CapUsage
from cpq.kernel.errors import Refused
from cpq.kernel.money import total
from tests.laws.campaigns import campaign, deals
from tests.laws.strategies import DAY, amounts
from tests.laws.worlds import BUYER, SOLD, requests, worlds


def _priced(items: list[Item], world: Catalogue, deal: DealFacts | None = None) -> Pricing:
    try:
        return price(items, catalogue=world, on=DAY, customer=BUYER, deal=deal)
    except Refused:
        assume(False)
        raise


def _given_by(pricing: Pricing, code: str) -> Decimal:
    return total(row.amount for row in pricing.allocations if row.promotion == code)


@given(requests(), worlds(), deals())
def test_shares_are_the_discount_of_every_line_and_funder(
    items: list[Item], world: Catalogue, deal: DealFacts | None
) -> None:
    pricing = _priced(items, world, deal)
    for line in pricing.lines:
        rows = [row for row in pricing.allocations if row.line == line.number]
        assert total(row.amount for row in rows) == line.discount
        assert all(row.amount > 0 for row in rows)
        keys = [(row.promotion, row.funder) for row in rows]
        assert len(set(keys)) == len(keys)
    event(f"{len({row.promotion for row in pricing.allocations})} promotions gave something")


@given(requests(), worlds(), deals())
def test_no_line_goes_under_zero_or_under_its_floor(
    items: list[Item], world: Catalogue, deal: DealFacts | None
) -> None:
    for line in _priced(items, world, deal).lines:
        left = line.amount - line.discount
        if line.amount >= 0:
            assert left >= 0
        else:
            assert not line.discount
        if line.discount and line.floor is not None and line.free_by is None:
            assert left >= line.floor
        if line.discount and line.amount > 0:
            assert line.net >= 0


@given(requests(), worlds(), deals(), st.randoms(use_true_random=False))
def test_neither_rules_nor_codes_depend_on_the_order_of_entry(
    items: list[Item], world: Catalogue, deal: DealFacts | None, random: Random
) -> None:
    rules, ranks = list(world.promotions), list(world.promotion_groups)
    random.shuffle(rules)
    random.shuffle(ranks)
    other = world.with_(promotions=tuple(rules), promotion_groups=tuple(ranks))
    typed = deal
    if deal is not None:
        codes = list(deal.coupons)
        random.shuffle(codes)
        typed = deal.with_(coupons=tuple(codes))
    first, second = _priced(items, world, deal), _priced(items, other, typed)
    assert first.lines == second.lines
    assert first.allocations == second.allocations
    assert (first.taken, first.coupons) == (second.taken, second.coupons)


_COUNTED = st.sampled_from(
    [
        Cap(amount=Money("900.00", "CNY"), window="lifetime"),
        Cap(amount=Money("900.00", "CNY"), window="lifetime", tax="gross", over="reject"),
        Cap(amount=Money("900.00", "CNY"), window="month", scope=("product",)),
        Cap(units=60, window="month", scope=("customer",)),
        Cap(units=60, window="year", over="reject"),
        Cap(uses=4, window="quarter", over="clip"),
        Cap(orders=2, window="week"),
    ]
)


@given(requests(), worlds(), campaign("P9", SOLD), _COUNTED, st.integers(0, 9), st.integers(0, 9))
def test_more_budget_never_lowers_a_grant(
    items: list[Item], world: Catalogue, rule: PromotionPolicy, cap: Cap, low: int, more: int
) -> None:
    """The first to act, with less and with more left of what its cap counts."""
    alone = rule.with_(
        priority=9,
        group=None,
        needs_coupon=False,
        not_with=(),
        exclusive="no",
        caps=(cap,),
    )
    trade = world.with_(promotions=(alone,), promotion_groups=())
    offered = _priced(items, trade)
    given_with = []
    for left in (low, low + more):
        part = Decimal(left) / 16
        rows = tuple(
            (take.counter.key, max(take.limit - take.amount * part, Decimal(0)))
            for take in offered.taken
        )
        pricing = _priced(items, trade, DealFacts(usage=CapUsage(rows=rows)))
        given_with.append(_given_by(pricing, alone.code))
    assert given_with[0] <= given_with[1]
    event("kept back" if given_with[0] < given_with[1] else "the same")


@given(requests(), worlds(), deals(), st.integers(0, 8))
def test_no_hard_counter_is_taken_beyond_what_is_left(
    items: list[Item], world: Catalogue, deal: DealFacts | None, left: int
) -> None:
    offered = _priced(items, world, deal)
    event("counters" if offered.taken else "no counters")
    rows = tuple(
        (take.counter.key, max(take.limit - Decimal(left), Decimal(0))) for take in offered.taken
    )
    usage = CapUsage(rows=rows)
    again = _priced(items, world, (deal or DealFacts()).with_(usage=usage))
    for take in again.taken:
        if take.hard:
            assert usage.used(take.counter) + take.amount <= take.limit
    counters = [take.counter.key for take in again.taken]
    assert len(set(counters)) == len(counters)


@given(requests(), worlds(), deals())
def test_free_goods_are_worth_what_their_promotion_takes_off(
    items: list[Item], world: Catalogue, deal: DealFacts | None
) -> None:
    pricing = _priced(items, world, deal)
    free = [line for line in pricing.lines if line.free_by is not None]
    for line in free:
        givers = {row.promotion for row in pricing.allocations if row.line == line.number}
        assert givers <= {line.free_by}
    shared = [line for line in pricing.lines if line.allocated is not None]
    if free and shared:
        paid = total(line.amount - line.discount for line in shared)
        assert total(line.allocated or Decimal(0) for line in shared) == paid
    event("free goods" if free else "none free")


@given(st.integers(1, 40), st.integers(1, 6), st.integers(1, 6), st.integers(1, 50))
def test_units_that_are_free_never_count_as_bought(
    bought: int, every: int, given_each: int, least: int
) -> None:
    """Not for the promotion that gives them, nor for another one's condition, nor for tiers."""
    free = PromotionPolicy(
        code="FREE", priority=1, benefit=FreeGoods(every=every, quantity=given_each)
    )
    off = PromotionPolicy(
        code="OFF", benefit=PercentOff(percent=10), conditions=(LinesQuantity(least=least),)
    )
    pricing = price([item("A", bought)], catalogue=_shop(free, off), on=DAY)
    gifts = total(line.quantity for line in pricing.lines if line.free_by)
    assert gifts == bought // every * given_each
    assert bool(_given_by(pricing, "OFF")) == (bought >= least)
    assert pricing.lines[0].amount == bought * 7


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4), st.integers(1, 4), st.integers(1, 4))
def test_no_unit_both_triggers_and_receives(sizes: list[int], buy: int, get: int) -> None:
    """Every whole set takes as many units as it buys and gives, and no unit is in two sets."""
    rule = PromotionPolicy(code="SET", benefit=BuyGet(buy=buy, get=get, reward="cheapest"))
    items = [item("ABCD"[place], size) for place, size in enumerate(sizes)]
    pricing = price(items, catalogue=_shop(rule), on=DAY)
    units = sorted(
        chain.from_iterable(
            [Decimal(unit)] * size for unit, size in zip((7, 3, 11, 5), sizes, strict=False)
        )
    )
    sets = sum(sizes) // (buy + get)
    assert pricing.discount.amount == total(units[: sets * get])


def _shop(*promotions: PromotionPolicy, groups: tuple[PromotionGroup, ...] = ()) -> Catalogue:
    """Four products at 7, 3, 11 and 5 yuan."""
    prices = {"A": 7, "B": 3, "C": 11, "D": 5}
    book = PriceBook(
        code="LIST",
        currency="CNY",
        versions=(
            PriceBookVersion(
                entries=tuple(entry(code, price=each) for code, each in prices.items())
            ),
        ),
    )
    return Catalogue(
        products=tuple(Product(code=code, name=code) for code in prices),
        books=(book,),
        default_book="LIST",
        promotions=promotions,
        promotion_groups=groups,
    )


_LEVELS = st.fixed_dictionaries(
    {
        "percent": amounts("1", "60", 1),
        "priority": st.integers(0, 2),
        "products": st.sampled_from([(), ("A",), ("B", "C")]),
        "least": st.none() | st.integers(0, 120),
        "not_with": st.sampled_from([("X0",), ("X1",), ("X0", "X2"), ("X1", "X2"), ("X3",), ()]),
        "reject": st.sampled_from([None, None, None, 5, 20, 60]),
    }
)


def _rule(place: int, drawn: dict[str, object]) -> PromotionPolicy:
    least, most = drawn["least"], drawn["reject"]
    return PromotionPolicy(
        code=f"X{place}",
        group="G",
        priority=drawn["priority"],
        products=drawn["products"],
        not_with=drawn["not_with"],
        benefit=PercentOff(percent=drawn["percent"]),
        amount_from=None if least is None else Money(least, "CNY"),
        sees="running",
        caps=() if most is None else (Cap(amount=Money(most, "CNY"), over="reject"),),
    )


@given(
    st.lists(_LEVELS, min_size=1, max_size=4), st.lists(st.integers(1, 9), min_size=3, max_size=3)
)
def test_the_best_combination_is_no_worse_than_any_permitted_one(
    drawn: list[dict[str, object]], sizes: list[int]
) -> None:
    """Against every subset by brute force, each priced as a stack of its own."""
    rules = [_rule(place, each) for place, each in enumerate(drawn)]
    items = [item("ABC"[place], size) for place, size in enumerate(sizes)]
    best = PromotionGroup(code="G", mode="best_combination")
    found = price(items, catalogue=_shop(*rules, groups=(best,)), on=DAY)
    (told,) = found.combinations
    assert told.proven
    stack = PromotionGroup(code="G", mode="stack")
    every = chain.from_iterable(combinations(rules, size) for size in range(len(rules) + 1))
    worth = [
        price(items, catalogue=_shop(*some, groups=(stack,)), on=DAY).discount.amount
        for some in every
    ]
    assert found.discount.amount == max(worth)
    assert told.granted == found.discount.amount
    greedy = price(items, catalogue=_shop(*rules, groups=(stack,)), on=DAY)
    assert told.greedy_granted == greedy.discount.amount
    assert told.granted >= told.greedy_granted
    event("better than greedy" if told.granted > told.greedy_granted else "greedy is best")


@given(st.lists(_LEVELS, min_size=3, max_size=5), st.integers(1, 3))
def test_a_search_that_meets_its_limit_is_no_worse_than_the_order_of_priority(
    drawn: list[dict[str, object]], limit: int
) -> None:
    rules = [_rule(place, each) for place, each in enumerate(drawn)]
    items = [item("A", 3), item("B", 5), item("C", 2)]
    group = PromotionGroup(code="G", mode="best_combination", limit=limit)
    (told,) = price(items, catalogue=_shop(*rules, groups=(group,)), on=DAY).combinations
    assert told.granted >= told.greedy_granted
    free = group.with_(limit=100_000)
    (whole,) = price(items, catalogue=_shop(*rules, groups=(free,)), on=DAY).combinations
    assert whole.proven
    if told.proven:
        assert told.granted == whole.granted


@given(st.lists(_LEVELS, min_size=2, max_size=3))
def test_priority_and_code_alone_decide_who_acts_first(drawn: list[dict[str, object]]) -> None:
    rules = [_rule(place, each) for place, each in enumerate(drawn)]
    items = [item("A", 3), item("B", 5), item("C", 2)]
    seen = {
        price(items, catalogue=_shop(*some), on=DAY).canonical().partition('"catalogue"')[0]
        for some in permutations(rules)
    }
    assert len(seen) == 1
