"""Laws of the whole waterfall, in worlds where every kind of rule may act at once."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq import (
    STANDARD_PLAN,
    Catalogue,
    Item,
    ManualPrice,
    PriceBookEntry,
    Pricing,
    RoundingPolicy,
    price,
)
from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.money import total
from cpq.pricing.unit import UnitPrices
from cpq.purchased import Purchased
from cpq.waterfall.replay import replay
from tests.laws.strategies import DAY
from tests.laws.worlds import (
    BUYER,
    manual_prices,
    policies,
    purchases,
    requests,
    worlds,
)


def _priced(items: list[Item], world: Catalogue, **asked: object) -> Pricing:
    """The pricing, unless the world refuses the request: what is refused is tried elsewhere."""
    try:
        return price(items, catalogue=world, on=DAY, **{"customer": BUYER, **asked})  # type: ignore[arg-type]
    except Refused:
        assume(False)
        raise


def _figures(pricing: Pricing) -> tuple[object, ...]:
    return (
        *(pricing.list_total, pricing.amount, pricing.discount),
        *(pricing.net, pricing.tax, pricing.gross, pricing.margin.cost),
    )


@given(requests(), worlds(), policies, purchases, manual_prices)
def test_the_trace_replays_to_the_net(
    items: list[Item],
    world: Catalogue,
    policy: RoundingPolicy,
    purchased: Purchased | None,
    manual: dict[str, ManualPrice],
) -> None:
    pricing = _priced(items, world, policy=policy, purchased=purchased, manual=manual)
    for line in pricing.lines:
        paid = line.gross if line.basis == "gross" else line.net
        assert replay(line, policy) == paid, pricing.explain()


@given(requests(), worlds(), policies, purchases)
def test_lines_add_up_to_the_header(
    items: list[Item], world: Catalogue, policy: RoundingPolicy, purchased: Purchased | None
) -> None:
    pricing = _priced(items, world, policy=policy, purchased=purchased)
    for line in pricing.lines:
        assert line.net + line.tax == line.gross
        paid = line.gross if line.basis == "gross" else line.net
        assert line.amount - line.discount == paid
        shares = [row.amount for row in pricing.allocations if row.line == line.number]
        assert total(shares) == line.discount
        if line.breakdown:
            assert total(part.amount for part in line.breakdown) == line.amount
    counted = [line for line in pricing.lines if not line.optional]
    for name in ("net", "tax", "gross", "amount", "discount", "list_amount"):
        header = pricing.list_total if name == "list_amount" else getattr(pricing, name)
        assert header.amount == total(getattr(line, name) for line in counted)
    assert total(row.tax.amount for row in pricing.taxes) == pricing.tax.amount


@given(requests(), worlds(), policies, purchases, st.randoms(use_true_random=False))
def test_permuting_lines_changes_no_total(
    items: list[Item],
    world: Catalogue,
    policy: RoundingPolicy,
    purchased: Purchased | None,
    random: object,
) -> None:
    shuffled = items.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = _priced(items, world, policy=policy, purchased=purchased)
    second = _priced(shuffled, world, policy=policy, purchased=purchased)
    assert _figures(first) == _figures(second)


@given(requests(), worlds(), policies)
def test_without_a_trace_every_figure_is_the_same(
    items: list[Item], world: Catalogue, policy: RoundingPolicy
) -> None:
    traced = _priced(items, world, policy=policy)
    bare = _priced(items, world, policy=policy, trace=False)
    assert all(line.steps == () for line in bare.lines)
    lines = tuple(line.with_(steps=()) for line in traced.lines)
    assert traced.with_(lines=lines, refused=()) == bare


@given(requests(), worlds(), policies, manual_prices)
def test_what_is_built_equals_what_is_validated(
    items: list[Item], world: Catalogue, policy: RoundingPolicy, manual: dict[str, ManualPrice]
) -> None:
    pricing = _priced(items, world, policy=policy, manual=manual)
    again = Pricing.model_validate_json(pricing.canonical())
    assert again == pricing
    assert again.content_hash() == pricing.content_hash()


@given(requests(), worlds(), requests())
def test_what_was_priced_before_changes_nothing(
    items: list[Item], world: Catalogue, others: list[Item]
) -> None:
    expected = _priced(items, Catalogue.model_validate_json(world.canonical()))
    _priced(others, world)
    assert _priced(items, world).canonical() == expected.canonical()


@given(requests(), worlds())
def test_the_standard_plan_is_the_plan_of_who_names_none(
    items: list[Item], world: Catalogue
) -> None:
    assert _priced(items, world, plan=STANDARD_PLAN) == _priced(items, world)


@given(requests(), worlds(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(
    items: list[Item], world: Catalogue, random: object
) -> None:
    books = []
    for book in world.books:
        rows = list(book.versions[0].entries)
        random.shuffle(rows)  # type: ignore[attr-defined]
        version = book.versions[0].with_(entries=tuple(rows))
        books.append(book.with_(versions=(version,)))
    shuffled = world.with_(books=tuple(books), floors=world.floors[::-1])
    assert _figures(_priced(items, world)) == _figures(_priced(items, shuffled))


@given(requests(), worlds())
def test_a_rule_that_does_not_match_changes_the_trace_only(
    items: list[Item], world: Catalogue
) -> None:
    idle = PriceBookEntry(product="A", unit="dozen", tiers=({"price": "0.01"},))
    books = tuple(
        book.with_(versions=(book.versions[0].with_(entries=(idle, *book.versions[0].entries)),))
        for book in world.books
    )
    more = _priced(items, world.with_(books=books))
    assert _figures(more) == _figures(_priced(items, world))


@given(requests(), worlds(), st.sampled_from(["USD", "EUR"]))
def test_in_another_currency_lines_add_up_and_replay_too(
    items: list[Item], world: Catalogue, currency: str
) -> None:
    assume(not any(each.product == "D" for each in items))  # its tax per unit is in yuan
    pricing = _priced(items, world, currency=currency)
    assert pricing.currency == currency
    assert {rate.quote for rate in pricing.rates} >= {currency}
    for line in pricing.lines:
        paid = line.gross if line.basis == "gross" else line.net
        assert replay(line, pricing.policy) == paid, pricing.explain()


_SCALED = ("price", "flat", "overage", "amount_off")


@given(requests(), worlds(), st.integers(1, 3))
def test_scaling_the_exponent_of_the_currency_scales_the_result(
    items: list[Item], world: Catalogue, places: int
) -> None:
    """Prices in hundredths with so many decimals fewer: the same figures, shifted."""
    bare = world.with_(promotions=(), floors=(), agreements=(), taxes=world.taxes, cost_book=None)
    assume(not any(each.product == "D" for each in items))  # its tax per unit is in yuan
    fine = RoundingPolicy(unit_places=6, amount_places=4)
    coarse = RoundingPolicy(unit_places=6 - places, amount_places=4 - places)
    try:
        listed = _priced(items, bare, policy=fine, book="LIST")
        scaled = _priced(items, _times(bare, 10**places), policy=coarse, book="LIST")
    except ValueError:
        pytest.skip("a formula names what is not scaled")
    for name in ("net", "tax", "gross"):
        small, large = getattr(listed, name).amount, getattr(scaled, name).amount
        assert Fraction(large) == Fraction(small) * 10**places


def _times(world: Catalogue, factor: int) -> Catalogue:
    """The world with every amount of the list times ``factor``."""
    book = world.books[0]
    rows = []
    for row in book.versions[0].entries:
        tiers = []
        for tier in row.tiers:
            said = {
                name: getattr(tier, name) * factor
                for name in _SCALED
                if getattr(tier, name) is not None
            }
            tiers.append(tier.with_(**said))
        rows.append(row.with_(tiers=tuple(tiers)))
    version = book.versions[0].with_(entries=tuple(rows))
    return world.with_(books=(book.with_(versions=(version,)), *world.books[1:]))


def test_the_worlds_are_not_all_refused() -> None:
    """Most requests of these worlds can be priced: laws that are never tried hold nothing."""
    seen = {"priced": 0, "refused": 0}

    @given(requests(), worlds())
    def look(items: list[Item], world: Catalogue) -> None:
        try:
            price(items, catalogue=world, on=DAY, customer=BUYER)
            seen["priced"] += 1
        except Refused:
            seen["refused"] += 1

    look()
    assert seen["priced"] > 2 * seen["refused"], seen


@given(requests(), worlds(), st.booleans())
def test_the_quick_way_gives_the_bytes_of_the_general_way(
    items: list[Item], world: Catalogue, traced: bool
) -> None:
    """Ordinary documents are priced by themselves in ``cpq.pricing.plain``."""
    plain = [each for each in items if each.product != "CARE"]
    versions = tuple(
        book.with_(versions=(book.versions[0].with_(shares=()),)) for book in world.books
    )
    world = world.with_(books=versions, cost_book=None, floors=(), promotions=())
    try:
        quick = price(plain, catalogue=world, on=DAY, customer=BUYER, trace=traced)
    except DomainError as error:
        quick = error
    fresh = Catalogue.model_validate_json(world.canonical())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitPrices, "ordinary", property(lambda _: False))
        try:
            general = price(plain, catalogue=fresh, on=DAY, customer=BUYER, trace=traced)
        except DomainError as error:
            general = error
    if isinstance(quick, DomainError) or isinstance(general, DomainError):
        assert str(quick) == str(general)
    else:
        assert quick.canonical() == general.canonical()
        assert quick == general
