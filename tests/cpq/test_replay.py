"""A version priced again from what it keeps: the same bytes, or by name what is not the same."""

import inspect
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cpq import pricing as pricing_module
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.assignment import BookAssignment
from cpq.cap import Cap, CapUsage
from cpq.catalogue import Catalogue
from cpq.coupon import Coupon
from cpq.customer import Customer, Party
from cpq.deal import DealFacts
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money
from cpq.manual import ManualPrice
from cpq.plan import STANDARD_PLAN
from cpq.pricebook import entry
from cpq.pricing import item, price
from cpq.pricing.again import priced_under, repriced
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.purchased import Purchased
from cpq.quote import Alternative, Quote, accept, draft_quote, published, send
from cpq.rate import ExchangeRate, RateTable
from cpq.replay import (
    Difference,
    KeptTaxes,
    PrintedDocument,
    Replayed,
    Repricing,
    differences,
    replay,
    reprice,
)
from cpq.tax import TaxableLine, TaxedLine, TaxFacts
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, book, catalogue

LASER = Path(__file__).resolve().parents[2] / "examples" / "laser"
BUYER = Customer(code="C-1", party=Party(name="Hengtai"), groups=("VIP",))
SELLER = Party(name="Us")
LATER = date(2027, 1, 15)
TENTH = PromotionPolicy(
    code="TENTH",
    benefit=PercentOff(percent=10),
    caps=(Cap(code="1", amount="5.00 CNY", window="lifetime"),),
)
WITH_CODE = PromotionPolicy(code="CODE", benefit=PercentOff(percent=5), needs_coupon=True)


def world(bolt: str = "10", *, vip: str = "8") -> Catalogue:
    """Two books of which the buyer's group has one, rates, a capped promotion, a coupon's."""
    listed = book(
        entry("BOLT", price=bolt),
        entry("NUT", price="0.30"),
        entry("FILM", price="7.77"),
        entry("WIRE", price="12.50"),
    )
    own = book(entry("BOLT", price=vip), code="VIP", base="LIST")
    dollars = book(entry("BOLT", price="1.50"), code="USD", currency="USD")
    return catalogue(listed, promotions=(TENTH, WITH_CODE)).with_(
        books=(listed, own, dollars),
        default_book="LIST",
        customers=(BUYER,),
        assignments=(BookAssignment(book="VIP", customer_group="VIP"),),
        rates=RateTable(
            rates=(ExchangeRate(base="USD", quote="CNY", rate="7.1234", on="2026-01-01"),)
        ),
    )


WORLD = world()


class OneYuan:
    """A host's engine: one yuan on each line."""

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Sequence[TaxedLine]:
        return [
            TaxedLine(
                line=line.line,
                tax_code="ODD",
                tax_percent=0,
                net=line.amount,
                tax=Decimal("1.00"),
                gross=line.amount + 1,
                fixed=Decimal("1.00"),
            )
            for line in lines
        ]


def priced(*goods: tuple[str, int], under: Catalogue = WORLD, **asked: Any) -> Pricing:
    things = [item(code, quantity) for code, quantity in goods]
    return price(things, catalogue=under, **{"on": DAY, "customer": "C-1", **asked})


def quoted(pricing: Pricing, **fields: Any) -> Quote:
    return draft_quote(
        pricing,
        number="Q-1",
        customer=BUYER,
        seller=SELLER,
        issued_on=DAY,
        valid_until=date(2026, 12, 21),
        **fields,
    )


# --- every input is kept -----------------------------------------------------------------------

INPUTS: dict[str, dict[str, Any]] = {
    "plainly": {},
    "customer": {"customer": None},
    "book": {"book": "LIST"},
    "the book that would have been chosen": {"book": "VIP"},
    "currency": {"currency": "USD"},
    "the currency that the book has": {"currency": "CNY"},
    "book and currency": {"book": "LIST", "currency": "USD"},
    "an instant": {"on": datetime(2026, 11, 21, 9, tzinfo=UTC)},
    "an instant abroad": {"on": datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("Asia/Shanghai"))},
    "promotions": {"promotions": False},
    "manual": {"manual": {"1": ManualPrice(percent_off="3", reason="fair", by="Li Wei")}},
    "purchased": {"purchased": Purchased(period=(("BOLT", Decimal(5)),))},
    "deal": {
        "deal": DealFacts(
            coupons=(Coupon(code="C-1", promotion="CODE"),),
            usage=CapUsage(rows=(("TENTH/1/amount", Decimal("4.00")),)),
            salesperson="Li Wei",
            contract="HT-1",
            orders_placed=3,
        )
    },
    "policy": {"policy": pricing_module.COMMERCIAL.with_(name="four", unit_places=4)},
    "plan": {"plan": STANDARD_PLAN.with_(code="OWN", version=7)},
    "taxes": {"taxes": OneYuan()},
    "trace": {"trace": False},
}


@pytest.mark.parametrize("asked", INPUTS.values(), ids=list(INPUTS))
def test_a_version_replays_whatever_was_asked(asked: dict[str, Any]) -> None:
    version = priced(("BOLT", 7), ("NUT", 3), **asked)
    if version.customer is not None:
        quote = quoted(version)
        stored = Quote.model_validate_json(quote.canonical())
        assert replay(stored, WORLD).same
    found = replay(Pricing.model_validate_json(version.canonical()), WORLD)
    assert found.same
    assert found.pricing == version
    assert found.findings == ()
    assert "same figures" in found.explain("en")
    assert "复算一致" in found.explain("zh")


def test_every_argument_of_price_is_tried_here() -> None:
    """Whoever gives ``price`` another argument says here how a replay gives it again."""
    arguments = set(inspect.signature(price).parameters) - {"items", "catalogue", "on"}
    assert arguments <= INPUTS.keys()


def test_the_usage_of_then_is_replayed_and_not_that_of_today() -> None:
    first = priced(("BOLT", 7))
    key = first.taken[0].counter.key
    left = DealFacts(usage=CapUsage(rows=((key, Decimal("4.00")),)))
    second = priced(("BOLT", 7), deal=left)
    assert (first.discount, second.discount) == (Money("5.00", "CNY"), Money("1.00", "CNY"))
    assert replay(second, WORLD).pricing == second
    assert reprice(second, WORLD, at=DAY, deal=DealFacts()).change == first.gross - second.gross


def test_what_was_asked_is_known_from_what_was_found() -> None:
    named, chosen = priced(("BOLT", 1), book="VIP"), priced(("BOLT", 1))
    assert (named.asked_book, named.book, chosen.asked_book, chosen.book) == (
        "VIP",
        "VIP",
        None,
        "VIP",
    )
    moved = WORLD.with_(assignments=())
    assert priced_under(named, draft=moved).book == "VIP"
    assert priced_under(chosen, draft=moved, current=WORLD).book == "LIST"


def test_a_pricing_of_an_earlier_release_replays_as_it_was_kept() -> None:
    for asked in INPUTS.values():
        made = priced(("BOLT", 7), **asked)
        before = made.with_(
            asked_book=None, asked_currency=None, own_plan=None, taxed_by_host=False
        )
        given = {name: asked[name] for name in ("plan", "taxes") if name in asked}
        found = replay(before, WORLD, **given)
        assert found.same, asked
        assert found.pricing == before


# --- what is not the same ----------------------------------------------------------------------


def test_another_snapshot_is_refused_by_both_hashes() -> None:
    version, other = priced(("BOLT", 7)), world("11")
    with pytest.raises(Refused, match=version.catalogue[:12]) as refusal:
        replay(version, other)
    assert refusal.value.code == "replay.other_catalogue"
    assert other.hash[:12] in refusal.value.message
    assert "reprice()" in refusal.value.message
    assert refusal.value.facts == {"catalogue": version.catalogue, "found": other.hash}


def test_a_changed_cent_is_told_with_its_line_and_point() -> None:
    version = priced(("BOLT", 7), ("NUT", 3))
    line = version.lines[1]
    wrong = line.with_(net=line.net + Decimal("0.01"))
    found = replay(quoted(version.with_(lines=(version.lines[0], wrong))), WORLD)
    assert (found.same, found.same_figures) == (False, False)
    assert found.differs == (
        Difference(line="2", point="net", kind="figure", before="0.83", after="0.82"),
    )
    (finding,) = found.findings
    assert (finding.code, finding.place, finding.severity) == (
        "replay.differs",
        "lines/2",
        "error",
    )
    assert finding.message.in_("zh") == "第 2 行的未税原为 0.83，现为 0.82"
    assert found.explain().splitlines() == [
        "Q-1 does not give the same figures: 1 differences",
        "✗ net of line 2 was 0.83 and is 0.82",
    ]


def test_words_that_differ_are_notes() -> None:
    version = priced(("BOLT", 7))
    step = version.lines[0].steps[0].with_(reason="otherwise")
    line = version.lines[0].with_(steps=(step, *version.lines[0].steps[1:]))
    found = replay(version.with_(lines=(line,)), WORLD)
    assert (found.same, found.same_figures) == (False, True)
    assert [each.severity for each in found.findings] == ["note"]
    assert [each.point for each in found.differs] == ["steps"]
    assert "same figures, said otherwise" in found.explain()


def test_a_line_too_many_is_told() -> None:
    version = priced(("BOLT", 7), ("NUT", 3))
    found = replay(version.with_(lines=version.lines[:1]), WORLD)
    (told,) = found.differs
    assert (told.line, told.point, told.before, told.after) == ("2", "line", "-", "NUT")


def test_a_request_that_has_no_price_is_told_and_not_raised() -> None:
    version = priced(("BOLT", 7))
    found = replay(version.with_(items=(item("GHOST", 1),)), WORLD)
    assert found.pricing is None
    assert (found.same, found.same_figures) == (False, False)
    assert [each.code for each in found.findings] == ["product.unknown"]
    assert "cannot be priced again: 1 found" in found.explain()
    assert "无法复算" in found.explain("zh")


def test_what_a_customer_sees_cannot_be_replayed() -> None:
    found = replay(published(quoted(priced(("BOLT", 7)))), WORLD)
    assert not found.same
    assert found.differs


def test_alternatives_are_replayed_each() -> None:
    best = priced(("BOLT", 7))
    other = priced(("BOLT", 7), ("NUT", 100))
    wrong = other.with_(lines=(other.lines[0], other.lines[1].with_(tax=Decimal("9.99"))))
    right = quoted(best, alternatives=[Alternative(code="B", pricing=other)])
    assert replay(right, WORLD).same
    found = replay(quoted(best, alternatives=[Alternative(code="B", pricing=wrong)]), WORLD)
    assert found.differs == ()
    assert (found.same, found.same_figures) == (False, False)
    assert [each.place for each in found.findings] == ["alternatives/B/lines/2"]


def test_a_replay_is_a_value_that_can_be_stored() -> None:
    found = replay(quoted(priced(("BOLT", 7))), WORLD)
    assert Replayed.model_validate_json(found.canonical()) == found


def test_another_plan_is_refused() -> None:
    with pytest.raises(Refused, match="OWN 7") as refusal:
        replay(priced(("BOLT", 7)), WORLD, plan=STANDARD_PLAN.with_(code="OWN", version=7))
    assert refusal.value.code == "replay.other_plan"


def test_taxes_of_an_engine_are_never_guessed() -> None:
    version = priced(("BOLT", 7), taxes=OneYuan())
    assert version.taxed_by_host
    more = version.with_(items=(item("BOLT", 8),))
    with pytest.raises(Refused, match="taxes=") as refusal:
        repriced(more, catalogue=WORLD)
    assert refusal.value.code == "replay.never_taxed"
    found = replay(more, WORLD)
    assert [each.code for each in found.refusals] == ["replay.never_taxed"]
    assert replay(more, WORLD, taxes=OneYuan()).pricing is not None
    engine = KeptTaxes(version)
    asked = TaxableLine(line="9", tax_code="VAT13", quantity=1, amount="1.00")
    with pytest.raises(Refused, match="line 9 is new"):
        engine.tax([asked], facts=TaxFacts(currency="CNY", on=DAY))


# --- today -------------------------------------------------------------------------------------


def test_a_lapsed_offer_becomes_a_new_version_with_its_reasons() -> None:
    sent = send(quoted(priced(("BOLT", 7), ("NUT", 3))))
    found = reprice(sent, world("11", vip="9"), at=LATER)
    assert found.after is not None
    assert found.change == found.after.gross - sent.gross
    assert found.change.amount > 0
    following = found.revised(issued_on=LATER, valid_until=date(2027, 2, 15))
    assert (following.version, following.state, following.pricing) == (2, "draft", found.after)
    assert following.reference == "Q-1 / 2"
    text = found.explain("en")
    assert text.startswith(f"Q-1: {sent.gross} (2026-11-21) would be {found.after.gross}")
    assert "Bolt" in text
    assert "原价" in found.explain("zh")
    assert replay(following, world("11", vip="9")).same


def test_the_same_request_in_the_same_world_changes_nothing() -> None:
    sent = send(quoted(priced(("BOLT", 7))))
    found = reprice(sent, WORLD, at=DAY)
    assert found.after == sent.pricing
    assert found.change == Money("0.00", "CNY")
    assert "the same total" in found.explain()
    assert "总价不变" in found.explain("zh")


def test_lines_without_a_price_are_told_and_make_no_version() -> None:
    sent = send(quoted(priced(("BOLT", 7), ("NUT", 3))))
    gone = WORLD.with_(
        products=WORLD.products[:1] + WORLD.products[2:],
        books=(book(entry("BOLT", price="9")),),
        assignments=(),
    )
    found = reprice(sent, gone, at=LATER)
    assert (found.after, found.change, found.comparison) == (None, None, None)
    assert [(each.code, each.place) for each in found.refusals] == [("product.unknown", "items/2")]
    assert found.findings == found.refusals
    assert "has no price on 2027-01-15: 1 found" in found.explain()
    assert "无法定价" in found.explain("zh")
    with pytest.raises(Refused, match="NUT") as refusal:
        found.revised(issued_on=LATER, valid_until=LATER)
    assert refusal.value.code == "replay.unpriceable"
    assert refusal.value.findings == found.refusals


def test_alternatives_go_into_the_new_version_too() -> None:
    other = Alternative(code="B", pricing=priced(("NUT", 100)))
    sent = send(quoted(priced(("BOLT", 7)), alternatives=[other]))
    found = reprice(sent, world("11"), at=LATER)
    following = found.revised(issued_on=LATER, valid_until=LATER)
    assert [each.code for each in following.alternatives] == ["B"]
    assert following.alternatives[0].pricing.on == LATER
    without = world("11").with_(
        books=(book(entry("BOLT", price="9")),), assignments=(), default_book="LIST"
    )
    left = reprice(sent, without, at=LATER)
    assert left.after is not None
    assert {each.place.split("/")[0] for each in left.refusals} == {"alternatives"}
    with pytest.raises(Refused, match="has no price"):
        left.revised(issued_on=LATER, valid_until=LATER)


def test_an_accepted_quote_is_not_revised() -> None:
    accepted = accept(send(quoted(priced(("BOLT", 7)))), on=DAY, by="PO-1")
    found = reprice(accepted, WORLD, at=LATER)
    with pytest.raises(Refused, match="amend its contract"):
        found.revised(issued_on=LATER, valid_until=LATER)


def test_a_pricing_has_no_next_version() -> None:
    found = reprice(priced(("BOLT", 7)), WORLD, at=LATER)
    with pytest.raises(Refused, match="draft_quote") as refusal:
        found.revised(issued_on=LATER, valid_until=LATER)
    assert refusal.value.code == "replay.not_a_quote"


def test_repricing_asks_for_the_engine_of_then() -> None:
    version = priced(("BOLT", 7), taxes=OneYuan())
    with pytest.raises(Refused, match="taxes=") as refusal:
        reprice(version, WORLD, at=LATER)
    assert refusal.value.code == "replay.needs_taxes"
    assert reprice(version, WORLD, at=LATER, taxes=OneYuan()).change == Money("0.00", "CNY")


def test_a_customer_who_is_gone_is_a_finding() -> None:
    found = reprice(quoted(priced(("BOLT", 7))), WORLD.with_(customers=()), at=LATER)
    assert [each.code for each in found.refusals] == ["customer.unknown"]


def test_a_repricing_is_a_value_that_can_be_stored() -> None:
    found = reprice(quoted(priced(("BOLT", 7))), world("11"), at=LATER)
    assert Repricing.model_validate_json(found.canonical()).after == found.after


# --- differences and records -------------------------------------------------------------------


def test_long_values_are_cut_and_hostile_ones_made_legible() -> None:
    quote = quoted(priced(("BOLT", 7)))
    (told,) = differences(quote, quote.with_(title={"en": "x" * 900}))
    assert told.point == "title.en"
    assert len(told.after) == 120
    assert (told.before, told.kind) == ("-", "word")


def test_a_record_names_what_it_is_of() -> None:
    quote = send(quoted(priced(("BOLT", 7))))
    record = PrintedDocument(
        number=quote.number,
        version=1,
        quote_hash=quote.content_hash(),
        trace_hash=quote.pricing.content_hash(),
        catalogue=quote.pricing.catalogue,
        kind="pdf",
        locale="en",
        layout="0" * 64,
        sha256="1" * 64,
        size=10,
        made_by=(("WeasyPrint", "70.0"),),
    )
    assert record.is_of(quote)
    assert record.is_of(accept(quote, on=DAY, by="PO-1"))
    assert not record.is_of(quoted(priced(("BOLT", 8))))
    assert not record.with_(version=2).is_of(quote)
    assert record.with_(version=2).reference == "Q-1 / 2"
    assert (record.made_with("WeasyPrint"), record.made_with("Pango")) == ("70.0", "")


# --- everywhere the same -----------------------------------------------------------------------

SCRIPT = """
import sys
from pathlib import Path
from cpq.adapters import read_catalogue
from cpq.quote import Quote
from cpq.replay import replay
quote = Quote.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
found = replay(quote, read_catalogue(sys.argv[2]))
assert found.same, found.explain()
print(found.pricing.content_hash())
"""


@pytest.mark.parametrize(("seed", "clock"), [("1", "Asia/Shanghai"), ("77", "America/New_York")])
def test_a_replay_is_the_same_in_any_process(tmp_path: Path, seed: str, clock: str) -> None:
    quote = quote_for(read_request(LASER / "request.json"), read_catalogue(LASER))
    stored = tmp_path / "Q.json"
    stored.write_text(quote.canonical(), encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": clock, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(stored), str(LASER)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == quote.pricing.content_hash()


def test_an_unknown_book_is_refused_by_its_name() -> None:
    version = priced(("BOLT", 7), book="VIP").with_(asked_book="GONE")
    with pytest.raises(NotFound, match="GONE"):
        repriced(version, catalogue=WORLD)
