"""Laws of simulation: a replay is identical, sums agree however they are grouped, order is kept."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, RoundingPolicy, money_total, total
from cpq.manual import ManualPrice
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import price
from cpq.purchased import Purchased
from cpq.quote import Quote, draft_quote
from cpq.simulation import Grouping, Simulation, repriced, simulate
from cpq.waterfall import Pricing
from tests.laws import worlds
from tests.laws.strategies import CODES, DAY, amounts, requests, trades, tried

CUSTOMERS = tuple(Customer(code=code, party=Party(name=code)) for code in ("C-1", "C-2"))
GROUPINGS: tuple[Grouping, ...] = ("customer", "product", "category", "book", "quote")
prices = st.lists(st.none() | amounts("0.01", "999", 2), min_size=4, max_size=4)
asked = st.fixed_dictionaries(
    {
        "book": st.sampled_from([None, "LIST", "OTHER"]),
        "customer": st.sampled_from([None, "C-1", "C-2"]),
        "promotions": st.booleans(),
        "trace": st.booleans(),
        "manual": st.sampled_from([{}, {"1": ManualPrice(percent_off="7.5")}]),
    }
)


@st.composite
def catalogues(draw: st.DrawFn, *, whole: bool = True) -> Catalogue:
    """A trade with two customers, a second book with its own prices, and costs for some."""
    trade = draw(trades())
    rows = tuple(entry(code, price=draw(amounts("0.01", "999", 2))) for code in CODES)
    if not whole:
        rows = tuple(row for row in rows if draw(st.booleans()) or row.product == "A")
    own = tuple(
        entry(code, price=each)
        for code, each in zip(CODES, draw(prices), strict=True)
        if each is not None
    )
    books = tuple(
        PriceBook(code=code, currency=currency, versions=(PriceBookVersion(entries=every),))
        for code, currency, every in (("OTHER", "USD", rows), ("COST", "CNY", own))
    )
    listed = trade.books if whole else ()
    if not whole:
        kept = tuple(row for row in trade.books[0].versions[0].entries if draw(st.booleans()))
        listed = (trade.books[0].with_(versions=(PriceBookVersion(entries=kept),)),)
    return trade.with_(
        books=(*listed, *books), customers=CUSTOMERS, cost_book=draw(st.none() | st.just("COST"))
    )


def _priced(items: list[Item], trade: Catalogue, terms: dict[str, object]) -> Pricing:
    # costs are in yuan and there are no rates, so that nothing can be priced in dollars then
    book = "LIST" if trade.cost_book and terms["book"] == "OTHER" else terms["book"]
    return price(items, catalogue=trade, on=DAY, **{**terms, "book": book})  # type: ignore[arg-type]


def _quote(pricing: Pricing, number: int) -> Quote | Pricing:
    if pricing.customer is None:
        return pricing
    return draft_quote(
        pricing,
        number=f"Q-{number}",
        customer=next(each for each in CUSTOMERS if each.code == pricing.customer),
        seller=Party(name="Us"),
        issued_on=DAY,
        valid_until=DAY,
    )


@st.composite
def pasts(draw: st.DrawFn, trade: Catalogue) -> list[Quote | Pricing]:
    """One to five quotes and pricings of a trade."""
    every = draw(st.lists(st.tuples(requests, asked), min_size=1, max_size=5))
    return [
        _quote(_priced(items, trade, terms), place)
        for place, (items, terms) in enumerate(every, start=1)
    ]


@tried(2)
@given(catalogues(), requests, asked)
def test_a_replay_under_the_same_snapshot_is_identical(
    trade: Catalogue, items: list[Item], terms: dict[str, object]
) -> None:
    past = _priced(items, trade, terms)
    stored = Pricing.model_validate_json(past.canonical())
    again = repriced(stored, catalogue=Catalogue.model_validate_json(trade.canonical()))
    assert again == past
    assert again.canonical() == past.canonical()


@tried(2)
@given(
    worlds.requests(),
    worlds.worlds(),
    worlds.policies,
    worlds.purchases,
    worlds.manual_prices,
    st.booleans(),
)
def test_a_replay_is_identical_in_any_world(
    items: list[Item],
    world: Catalogue,
    policy: RoundingPolicy,
    purchased: Purchased | None,
    manual: dict[str, ManualPrice],
    promotions: bool,
) -> None:
    past = _in_world(
        items, world, policy=policy, purchased=purchased, manual=manual, promotions=promotions
    )
    stored = Pricing.model_validate_json(past.canonical())
    again = repriced(stored, catalogue=Catalogue.model_validate_json(world.canonical()))
    assert again.canonical() == past.canonical()
    assert again == past
    change = simulate([stored], draft=world).changes[0]
    assert (change.after, list(change.changed_lines())) == (change.before, [])
    assert not change.judged_anew


@given(worlds.requests(), worlds.worlds(), worlds.worlds(), worlds.policies)
def test_sums_agree_from_one_world_to_another(
    items: list[Item], world: Catalogue, draft: Catalogue, policy: RoundingPolicy
) -> None:
    past = _in_world(items, world, policy=policy)
    quote = draft_quote(
        past,
        number="Q-1",
        customer=world.customer(past.customer or ""),
        seller=Party(name="Us"),
        issued_on=DAY,
        valid_until=DAY,
    )
    found = simulate([quote, past], draft=draft, current=world)
    _lines_make_their_quotes(found)
    assert found.changes[0].lines == found.changes[1].lines
    for grouping in GROUPINGS:
        for whole in found.totals:
            rows = [row for row in found.by(grouping) if row.currency == whole.currency]
            moved = money_total((row.change for row in rows), whole.currency)
            assert moved == whole.change
    with ThreadPoolExecutor(2) as executor:
        again = simulate([quote, past], draft=draft, current=world, executor=executor)
    assert again == found
    assert Simulation.model_validate_json(found.canonical()) == found


def _in_world(items: list[Item], world: Catalogue, **asked: object) -> Pricing:
    """The pricing, unless the world refuses the request: what is refused is tried elsewhere."""
    try:
        return price(items, catalogue=world, on=DAY, customer=worlds.BUYER, **asked)  # type: ignore[arg-type]
    except Refused:
        assume(False)
        raise


@given(catalogues(), st.data())
def test_the_same_snapshot_changes_nothing(trade: Catalogue, data: st.DataObject) -> None:
    past = data.draw(pasts(trade))
    for current in (None, trade):
        found = simulate(past, draft=trade, current=current)
        for change in found.changes:
            assert change.after == change.before
            assert list(change.changed_lines()) == []
            assert not change.judged_anew
        assert not found.rules


@tried(2)
@given(catalogues(), catalogues(whole=False), st.data())
def test_sums_agree_however_they_are_grouped(
    trade: Catalogue, draft: Catalogue, data: st.DataObject
) -> None:
    past = data.draw(pasts(trade))
    found = simulate(past, draft=draft)
    _lines_make_their_quotes(found)
    for whole in found.totals:
        every = [change for change in found.changes if change.currency == whole.currency]
        left = money_total((each.before for each in every if each.after is None), whole.currency)
        stood = money_total((each.before for each in every), whole.currency)
        assert whole.left_out == left
        assert whole.before + whole.left_out == stood
        for grouping in GROUPINGS:
            rows = [row for row in found.by(grouping) if row.currency == whole.currency]
            for name in ("before", "after", "left_out", "change"):
                summed = money_total((getattr(row, name) for row in rows), whole.currency)
                assert summed == getattr(whole, name)
            assert sum(row.lines for row in rows) == whole.lines
            known = [row.cost_after for row in rows if row.cost_after is not None]
            if len(known) == len(rows):
                assert money_total(known, whole.currency) == whole.cost_after
            else:
                assert whole.cost_after is None


def _lines_make_their_quotes(found: Simulation) -> None:
    for change in found.changes:
        assert total(line.net_before for line in change.lines) == change.before.amount
        if change.after is None:
            assert change.refusals
            assert all(line.after is None for line in change.lines)
        else:
            assert total(line.net_after for line in change.lines) == change.after.amount
            moved = total(line.change for line in change.lines)
            assert Money(moved, change.currency) == change.change


@given(catalogues(), catalogues(whole=False), st.data(), st.randoms(use_true_random=False))
def test_neither_order_nor_executor_changes_a_figure(
    trade: Catalogue, draft: Catalogue, data: st.DataObject, random: object
) -> None:
    past = data.draw(pasts(trade))
    found = simulate(past, draft=draft, current=trade)
    with ThreadPoolExecutor(2) as executor:
        assert simulate(past, draft=draft, current=trade, executor=executor) == found
    shuffled = past.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = simulate(shuffled, draft=draft, current=trade)
    assert other.totals == found.totals
    assert other.by("product") == found.by("product")
    assert other.rules == found.rules
    assert Simulation.model_validate_json(found.canonical()) == found


@given(catalogues(), amounts("1.01", "1.50", 2), st.data())
def test_dearer_lists_never_make_a_list_price_fall(
    trade: Catalogue, factor: Decimal, data: st.DataObject
) -> None:
    """Without promotions, every line of a book that is dearer throughout costs at least as much."""
    past = [
        _priced(items, trade, {**terms, "promotions": False})
        for items, terms in data.draw(st.lists(st.tuples(requests, asked), min_size=1, max_size=3))
    ]
    dearer = trade.with_(books=tuple(_dearer(book, factor) for book in trade.books))
    for change in simulate(past, draft=dearer).changes:
        assert all(line.change >= 0 for line in change.lines)


def _dearer(book: PriceBook, factor: Decimal) -> PriceBook:
    rows = tuple(
        entry(row.product, price=(row.tiers[0].price or Decimal(0)) * factor)
        for row in book.versions[0].entries
    )
    return book.with_(versions=(PriceBookVersion(entries=rows),))
