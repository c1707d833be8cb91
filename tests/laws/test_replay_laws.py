"""Laws of replay: whatever was priced is priced again to the byte, and a changed cent is named."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import assume, event, given
from hypothesis import strategies as st

from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.deal import DealFacts
from cpq.kernel.errors import Refused
from cpq.kernel.money import RoundingPolicy, rounded
from cpq.kernel.period import Moment
from cpq.manual import ManualPrice
from cpq.plan import STANDARD_PLAN
from cpq.pricing import price
from cpq.purchased import Purchased
from cpq.replay import differences, replay, reprice
from cpq.tax import TableTaxes, TaxableLine, TaxedLine, TaxFacts
from cpq.waterfall import Pricing
from tests.laws import worlds
from tests.laws.campaigns import deals, used_up
from tests.laws.sales import Sale, sales
from tests.laws.strategies import DAY, amounts, requests, trades, tried

OWN_PLAN = STANDARD_PLAN.with_(code="OWN", version=3)
FIGURES = ("unit_price", "list_amount", "amount", "discount", "net", "tax", "gross", "quantity")
moments: st.SearchStrategy[Moment] = st.sampled_from(
    [
        DAY,
        date(2026, 6, 15),
        datetime(2026, 11, 21, 15, 30, tzinfo=UTC),
        datetime(2026, 11, 21, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    ]
)


class OddTaxes:
    """An engine of the host's: one yuan on each line, whatever it is."""

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Sequence[TaxedLine]:
        one = rounded(Decimal(1), facts.grid)
        return [
            TaxedLine(
                line=line.line,
                tax_code="ODD",
                tax_percent=0,
                net=line.amount if line.basis == "net" else line.amount - one,
                tax=one,
                gross=line.amount if line.basis == "gross" else line.amount + one,
                fixed=one,
            )
            for line in lines
        ]


asked = st.fixed_dictionaries(
    {
        "on": moments,
        "book": st.sampled_from([None, "LIST"]),
        "currency": st.sampled_from([None, "CNY"]),
        "promotions": st.booleans(),
        "trace": st.booleans(),
        "manual": st.sampled_from([{}, {"1": ManualPrice(percent_off="7.5", by="Li Wei")}]),
        "purchased": st.sampled_from([None, Purchased(contract=(("A", Decimal(3)),))]),
        "plan": st.sampled_from([None, OWN_PLAN]),
        "taxes": st.sampled_from([None, OddTaxes(), TableTaxes()]),
        "policy": st.sampled_from([RoundingPolicy(), RoundingPolicy(tax="group", unit_places=4)]),
    }
)


def replays(pricing: Pricing, catalogue: Catalogue) -> None:
    """Out of storage and by a catalogue out of storage: the same bytes."""
    stored = Pricing.model_validate_json(pricing.canonical())
    assert stored.content_hash() == pricing.content_hash()
    found = replay(stored, Catalogue.model_validate_json(catalogue.canonical()))
    assert found.same, found.explain()
    assert found.pricing is not None
    assert found.pricing.canonical() == pricing.canonical()
    assert found.findings == ()


@tried(2)
@given(trades(), requests, asked)
def test_any_request_replays_to_the_same_bytes(
    trade: Catalogue, items: list[Item], terms: dict[str, object]
) -> None:
    replays(price(items, catalogue=trade, **terms), trade)  # type: ignore[arg-type]


def _in_world(items: list[Item], world: Catalogue, **terms: object) -> Pricing:
    """The pricing, unless the world refuses the request: what is refused is tried elsewhere."""
    try:
        return price(items, catalogue=world, customer=worlds.BUYER, **terms)  # type: ignore[arg-type]
    except Refused:
        assume(False)
        raise


@tried(2)
@given(
    worlds.requests(),
    worlds.worlds(),
    worlds.policies,
    worlds.purchases,
    worlds.manual_prices,
    deals(),
    moments,
)
def test_any_world_replays_to_the_same_bytes(
    items: list[Item],
    world: Catalogue,
    policy: RoundingPolicy,
    purchased: Purchased | None,
    manual: dict[str, ManualPrice],
    deal: DealFacts | None,
    on: Moment,
) -> None:
    terms = {"policy": policy, "purchased": purchased, "manual": manual, "deal": deal, "on": on}
    replays(_in_world(items, world, **terms), world)


@given(worlds.requests(), worlds.worlds(), st.sampled_from(["0.5", "1", "2"]))
def test_limits_used_up_to_then_are_replayed_as_they_were(
    items: list[Item], world: Catalogue, part: str
) -> None:
    first = _in_world(items, world, on=DAY)
    used = DealFacts(usage=used_up(first.taken, Decimal(part)))
    second = _in_world(items, world, on=DAY, deal=used)
    event("caps hold" if second.net != first.net else "caps do not hold")
    replays(second, world)


@given(sales())
def test_bundles_gifts_and_coupons_replay_to_the_same_bytes(sale: Sale) -> None:
    replays(sale.pricing, sale.catalogue)


@given(trades(), requests, asked, st.integers(0, 5), st.sampled_from(FIGURES), amounts("0.01", "9"))
def test_a_changed_figure_is_named_with_its_line(
    trade: Catalogue,
    items: list[Item],
    terms: dict[str, object],
    place: int,
    figure: str,
    more: Decimal,
) -> None:
    pricing = price(items, catalogue=trade, **{**terms, "taxes": None})  # type: ignore[arg-type]
    place %= len(pricing.lines)
    line = pricing.lines[place]
    wrong = line.with_(**{figure: getattr(line, figure) + more})
    lines = (*pricing.lines[:place], wrong, *pricing.lines[place + 1 :])
    found = replay(pricing.with_(lines=lines), trade)
    assert not found.same
    assert not found.same_figures
    (told,) = found.differs
    assert (told.line, told.point, told.kind) == (line.number, figure, "figure")
    assert Decimal(told.before) == getattr(wrong, figure)
    assert Decimal(told.after) == getattr(line, figure)


@given(sales(), sales())
def test_values_differ_where_their_hashes_do(one: Sale, other: Sale) -> None:
    apart = differences(one.pricing, other.pricing)
    assert bool(apart) == (one.pricing.content_hash() != other.pricing.content_hash())
    assert differences(one.pricing, one.pricing) == ()


@given(worlds.requests(), worlds.worlds(), worlds.policies, worlds.manual_prices)
def test_the_same_catalogue_on_the_same_day_changes_nothing(
    items: list[Item], world: Catalogue, policy: RoundingPolicy, manual: dict[str, ManualPrice]
) -> None:
    past = _in_world(items, world, policy=policy, manual=manual, on=DAY)
    found = reprice(past, world, at=DAY)
    assert found.change is not None
    assert found.change.amount == 0
    assert found.after is not None
    assert found.after.net == past.net
    assert found.comparison is not None
    assert found.comparison.effects == ()


@given(worlds.requests(), worlds.worlds(), worlds.worlds(), moments)
def test_what_would_differ_is_what_the_comparison_explains(
    items: list[Item], world: Catalogue, other: Catalogue, on: Moment
) -> None:
    past = _in_world(items, world, on=DAY)
    found = reprice(past, other, at=on)
    assert (found.after is None) == bool(found.refusals)
    if found.after is None or found.comparison is None or found.change is None:
        event("has no price any more")
        return
    assert found.comparison.gross_after - found.comparison.gross_before == found.change
    assert found.explain("en")
    assert found.explain("zh")
