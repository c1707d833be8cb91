"""Laws of comparing two versions: effects add up, nothing comes of nothing, order is nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.catalogue import Catalogue
from cpq.comparison import DRIVERS, Comparison, LineSide, compare
from cpq.comparison.bridge import spread
from cpq.comparison.matching import paired
from cpq.configuration import Item
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import (
    COMMERCIAL,
    RoundingPolicy,
    money_total,
    places_of,
    quantum,
    total,
)
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import price
from cpq.quote import draft_quote
from cpq.rate import ExchangeRate, RateTable
from cpq.tax import CHINA_VAT, TaxRate, TaxTable
from cpq.waterfall import PricedLine, Pricing
from tests.laws import sales, worlds
from tests.laws.strategies import CODES, DAY, PRODUCTS, amounts, cents, requests, trades, tried

prices = st.lists(amounts("0.01", "999", 4) | cents, min_size=4, max_size=4)
SPRING = DAY.replace(year=2027)


def listed(every: Iterable[Decimal], *, currency: str = "CNY", **more: object) -> Catalogue:
    """Four products at these prices, without tiers or promotions."""
    rows = tuple(entry(code, price=each) for code, each in zip(CODES, every, strict=True))
    book = PriceBook.model_validate(
        {
            "code": "LIST",
            "currency": currency,
            "versions": (PriceBookVersion(entries=rows),),
            **more,
        }
    )
    return Catalogue(products=PRODUCTS, books=(book,), default_book="LIST")


def in_world(
    items: Sequence[Item], world: Catalogue, policy: RoundingPolicy = COMMERCIAL
) -> Pricing:
    """The pricing, unless the world refuses the request: what is refused is tried elsewhere."""
    try:
        return price(items, catalogue=world, on=DAY, customer=worlds.BUYER, policy=policy)
    except Refused:
        assume(False)
        raise


def adds_up(found: Comparison) -> None:
    """Every sum of a comparison, down and across, before tax and with it, to the last cent."""
    for side, change in (("net", found.change), ("gross", found.change_gross)):
        effects = money_total((getattr(each, side) for each in found.effects), found.currency)
        assert effects == change
    for line in found.lines:
        assert total(each.net.amount for each in line.effects) == line.change
        assert total(each.gross.amount for each in line.effects) == line.change_gross
        assert all(each.net.amount or each.gross.amount for each in line.effects)
    assert total(line.change for line in found.lines) == found.change.amount
    assert total(line.change_gross for line in found.lines) == found.change_gross.amount
    for driver in DRIVERS:
        rows = [line.effect(driver).net for line in found.lines]
        assert money_total(rows, found.currency) == found.effect(driver).net


def blocks(pricing: Pricing) -> list[tuple[PricedLine, ...]]:
    """The lines of a pricing, each with all that hangs below it."""
    found: dict[str, list[PricedLine]] = {}
    for line in pricing.lines:
        found.setdefault(line.number.partition(".")[0], []).append(line)
    return [tuple(lines) for lines in found.values()]


def in_order(pricing: Pricing, order: Sequence[int]) -> Pricing:
    """The same lines in another order, numbered anew; figures and shares as they were."""
    every = blocks(pricing)
    lines = []
    for number, place in enumerate(order, start=1):
        for line in every[place]:
            _, dot, rest = line.number.partition(".")
            lines.append(line.with_(number=f"{number}{dot}{rest}"))
    return pricing.with_(lines=tuple(lines))


@tried(2)
@given(
    worlds.requests(),
    worlds.requests(),
    worlds.worlds(),
    worlds.worlds(),
    worlds.policies,
    worlds.policies,
)
def test_effects_add_up_from_any_version_to_any_other(
    items: list[Item],
    others: list[Item],
    world: Catalogue,
    draft: Catalogue,
    policy: RoundingPolicy,
    rounding: RoundingPolicy,
) -> None:
    first, second = in_world(items, world, policy), in_world(others, draft, rounding)
    found = compare(first, second)
    adds_up(found)
    assert (found.net_before, found.net_after) == (first.net, second.net)
    assert (found.gross_before, found.gross_after) == (first.gross, second.gross)
    assert Comparison.model_validate_json(found.canonical()) == found


@given(worlds.requests(), worlds.worlds(), worlds.worlds())
def test_effects_add_up_where_only_the_catalogue_changed(
    items: list[Item], world: Catalogue, draft: Catalogue
) -> None:
    found = compare(in_world(items, world), in_world(items, draft))
    adds_up(found)
    for locale in ("en", "zh_CN"):
        said = found.explain(locale)
        for rule in found.rules:
            assert rule.text(locale) in said


@given(sales.sales(), st.data())
def test_effects_add_up_with_bundles_gifts_and_funders(
    first: sales.Sale, data: st.DataObject
) -> None:
    second = data.draw(sales.sales().filter(lambda sale: bool(sale.pricing.lines)))
    adds_up(compare(first.pricing, second.pricing))


@given(worlds.requests(), worlds.worlds(), worlds.policies)
def test_a_version_does_not_differ_from_itself(
    items: list[Item], world: Catalogue, policy: RoundingPolicy
) -> None:
    pricing = in_world(items, world, policy)
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=Customer(code=worlds.BUYER, party=Party(name="Buyer")),
        seller=Party(name="Us"),
        issued_on=DAY,
        valid_until=DAY,
    )
    for found in (compare(pricing, pricing), compare(quote, quote)):
        assert found.is_empty
        assert not found.effects
        assert found.unchanged == len(pricing.lines)
        assert not found.change.amount


@given(worlds.requests(), worlds.requests(), worlds.worlds(), worlds.worlds())
def test_the_way_back_is_the_same_with_the_other_sign(
    items: list[Item], others: list[Item], world: Catalogue, draft: Catalogue
) -> None:
    first, second = in_world(items, world), in_world(others, draft)
    there, back = compare(first, second), compare(second, first)
    assert there.change == -back.change
    assert there.change_gross == -back.change_gross
    assert there.effect("mix").net == -back.effect("mix").net
    if all(line.basis == "net" for line in (*first.lines, *second.lines)):
        assert there.effect("promotion").net == -back.effect("promotion").net
    pairs = {(one and one.number, other and other.number) for one, other in _sides(there)}
    assert {(one and one.number, other and other.number) for other, one in _sides(back)} == pairs


def _sides(found: Comparison) -> list[tuple[LineSide | None, LineSide | None]]:
    return [(line.before, line.after) for line in found.lines]


@given(worlds.requests(), worlds.requests(), worlds.worlds(), st.data())
def test_the_order_of_lines_changes_nothing(
    items: list[Item], others: list[Item], world: Catalogue, data: st.DataObject
) -> None:
    first, second = in_world(items, world), in_world(others, world)
    moved = [
        in_order(each, data.draw(st.permutations(range(len(blocks(each))))))
        for each in (first, second)
    ]
    found, again = compare(first, second), compare(*moved)
    assert again.effects == found.effects
    assert again.unchanged == found.unchanged
    assert Counter((line.product, line.effects) for line in again.lines) == Counter(
        (line.product, line.effects) for line in found.lines
    )
    assert compare(first, moved[0]).is_empty


@given(worlds.requests(), worlds.requests(), worlds.worlds())
def test_every_line_is_told_once(items: list[Item], others: list[Item], world: Catalogue) -> None:
    first, second = in_world(items, world), in_world(others, world)
    pairs = paired(first.lines, second.lines)
    assert Counter(one.number for one, _ in pairs if one) == Counter(
        line.number for line in first.lines
    )
    assert [other.number for _, other in pairs if other] == [line.number for line in second.lines]
    for one, other in pairs:
        if one and other:
            assert (one.product, one.unit) == (other.product, other.unit)
    assert len(pairs) >= max(len(first.lines), len(second.lines))


@tried(3)
@given(prices, st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=4, max_size=4))
def test_another_quantity_without_tiers_is_a_quantity_effect_alone(
    every: list[Decimal], counts: list[tuple[int, int]]
) -> None:
    """At one price per unit, of whatever decimals, no cent of rounding becomes a price or a tax."""
    first, second = (
        price(
            [
                Item(product=code, quantity=count[side])
                for code, count in zip(CODES, counts, strict=True)
            ],
            catalogue=listed(every),
            on=DAY,
        )
        for side in (0, 1)
    )
    found = compare(first, second)
    adds_up(found)
    assert {each.driver for each in found.effects} <= {"quantity"}


@tried(3)
@given(prices, prices, requests)
def test_another_price_is_a_price_effect_alone(
    every: list[Decimal], others: list[Decimal], items: list[Item]
) -> None:
    """Two lines of one product are told apart by their quantities, so that they stay paired."""
    first, second = (price(items, catalogue=listed(each), on=DAY) for each in (every, others))
    found = compare(first, second)
    adds_up(found)
    assert {each.driver for each in found.effects} <= {"price"}


@given(prices, requests, amounts("0", "30", 1), st.sampled_from(["net", "gross"]))
def test_another_tax_rate_is_a_tax_effect_alone(
    every: list[Decimal], items: list[Item], percent: Decimal, basis: str
) -> None:
    taxes = TaxTable(
        rates=tuple(
            TaxRate(code=rate.code, percent=percent) if rate.code == "VAT13" else rate
            for rate in CHINA_VAT.rates
        )
    )
    trade = listed(every, tax_basis=basis)
    first = price(items, catalogue=trade, on=DAY)
    second = price(items, catalogue=trade.with_(taxes=taxes), on=DAY)
    found = compare(first, second)
    adds_up(found)
    assert {each.driver for each in found.effects} <= {"tax"}
    kept = found.change if basis == "net" else found.change_gross
    assert not kept.amount


@given(trades(), requests, requests, amounts("0.01", "20", 4))
def test_a_rate_tells_the_old_total_rounded_once(
    trade: Catalogue, items: list[Item], others: list[Item], stated: Decimal
) -> None:
    """The lines of the version before share its converted total; the effects are the rest."""
    abroad = trade.with_(books=(trade.books[0].with_(currency="USD"),), promotions=())
    first = price(items, catalogue=abroad, on=DAY)
    second = price(others, catalogue=trade, on=DAY)
    table = RateTable(rates=(ExchangeRate(base="USD", quote="CNY", rate=stated, on=DAY),))
    found = compare(first, second, rate=table.used("USD", "CNY", on=DAY))
    adds_up(found)
    told = table.convert(first.net, to="CNY", on=DAY)
    assert found.net_before == told
    assert not found.effect("currency").net.amount
    inverse = table.used("CNY", "USD", on=DAY)
    assert compare(first, second, rate=inverse).effects == found.effects


@given(prices, requests, amounts("1", "20", 4), amounts("1", "20", 4))
def test_another_rate_behind_the_same_list_is_a_currency_effect_alone(
    every: list[Decimal], items: list[Item], old: Decimal, new: Decimal
) -> None:
    """A dollar list sold in yuan: what the rate did is the effect, but for cents of rounding."""
    rates = (
        ExchangeRate(base="USD", quote="CNY", rate=old, on=DAY),
        ExchangeRate(base="USD", quote="CNY", rate=new, on=SPRING),
    )
    trade = listed(every, currency="USD").with_(rates=RateTable(rates=rates))
    first, second = (price(items, catalogue=trade, currency="CNY", on=day) for day in (DAY, SPRING))
    found = compare(first, second)
    adds_up(found)
    exactly = Fraction(first.net.amount) * (Fraction(new) / Fraction(old) - 1)
    missed = Fraction(found.effect("currency").net.amount) - exactly
    assert abs(missed) <= Fraction(len(first.lines), 100)
    assert {each.driver for each in found.effects} <= {"currency", "price"}


@given(st.lists(st.fractions(-1000, 1000, max_denominator=997), min_size=1, max_size=8))
def test_parts_are_rounded_once_and_by_less_than_a_step(parts: list[Fraction]) -> None:
    made = spread(parts, places=2)
    step = quantum(2)
    whole = sum(parts, Fraction(0))
    assert abs(Fraction(total(made)) - whole) <= Fraction(step) / 2
    for part, one in zip(parts, made, strict=True):
        assert abs(Fraction(one) - part) < Fraction(step) or Fraction(one) == part
        assert places_of(one) <= 2
        assert part or not one
