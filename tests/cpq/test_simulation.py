"""Past quotes under a draft: what changed, by which rules, and what has no price any more."""

import json
from collections.abc import Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.approval import ApprovalLevel, ApprovalMatrix, ApprovalRule, when
from cpq.assignment import BookAssignment
from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.manual import ManualPrice
from cpq.margin import Floor
from cpq.plan import STANDARD_PLAN
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.pricing import item, price
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.quote import Quote, draft_quote, published
from cpq.rate import ExchangeRate, RateTable
from cpq.simulation import (
    LineChange,
    QuoteChange,
    Simulation,
    compare,
    priced_under,
    repriced,
    simulate,
)
from cpq.tax import TableTaxes, TaxRate, TaxTable
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, book, catalogue

LASER = Path(__file__).resolve().parents[2] / "examples" / "laser"
STORED = Path(__file__).with_name("stored")
BUYERS = (
    Customer(code="C-1", party=Party(name="Hengtai"), groups=("VIP",)),
    Customer(code="C-2", party=Party(name="Yongjiang")),
)
SELLER = Party(name="Us")
OLD = catalogue().with_(customers=BUYERS)


def listed(bolt: str = "10", **others: str) -> PriceBook:
    """The list of the trade with a bolt at another price, or other goods."""
    prices = {"BOLT": bolt, "NUT": "0.30", "FILM": "7.77", "WIRE": "12.50", **others}
    return book(*(entry(code, price=each) for code, each in prices.items() if each))


def drafted(*books: PriceBook, **fields: Any) -> Catalogue:
    return OLD.with_(
        **({"books": books, "default_book": books[-1].code} if books else {}), **fields
    )


def priced(*goods: tuple[str, int], under: Catalogue = OLD, **asked: Any) -> Pricing:
    things = [item(code, quantity) for code, quantity in goods]
    return price(things, catalogue=under, **{"on": DAY, "customer": "C-1", **asked})


def quoted(pricing: Pricing, number: str = "Q-1", *, under: Catalogue = OLD) -> Quote:
    return draft_quote(
        pricing,
        number=number,
        customer=under.customer(pricing.customer or "C-1"),
        seller=SELLER,
        issued_on=DAY,
        valid_until=date(2026, 12, 21),
    )


def only(simulation: Simulation) -> QuoteChange:
    (change,) = simulation.changes
    return change


def line(change: QuoteChange, number: str) -> LineChange:
    return next(each for each in change.lines if each.number == number)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


# --- what changed ------------------------------------------------------------------------------


def test_a_dearer_bolt_changes_its_line_and_the_total() -> None:
    past = quoted(priced(("BOLT", 10), ("NUT", 100)))
    found = only(simulate([past], draft=drafted(listed("11.50"))))
    assert (found.reference, found.customer, found.book) == ("Q-1", "C-1", "LIST")
    assert (found.before, found.after, found.change) == (cny("130.00"), cny("145.00"), cny("15.00"))
    assert found.percent == Decimal("11.54")
    bolt = line(found, "1")
    assert bolt.before is not None
    assert bolt.after is not None
    assert (bolt.before.unit_price, bolt.after.unit_price) == (Decimal(10), Decimal("11.5"))
    assert (bolt.change, bolt.percent, bolt.category) == (Decimal(15), Decimal("15.00"), "metal")
    assert [each.number for each in found.changed_lines()] == ["1"]


def test_the_same_catalogue_changes_nothing() -> None:
    past = [quoted(priced(("BOLT", 10)), "Q-1"), priced(("NUT", 3), ("FILM", 2))]
    found = simulate(past, draft=OLD)
    assert [change.change for change in found.changes] == [cny("0.00"), cny("0.00")]
    assert [change.reference for change in found.changes] == ["Q-1", "#2"]
    assert not found.rules
    assert not found.judged_anew
    assert not [each for change in found.changes for each in change.changed_lines()]


def test_totals_are_by_customer_product_and_category() -> None:
    past = [
        priced(("BOLT", 10), ("FILM", 1)),
        priced(("BOLT", 20), customer="C-2"),
        priced(("NUT", 10), customer="C-2"),
    ]
    found = simulate(past, draft=drafted(listed("9", NUT="0.40")))
    rows = [(each.key, each.quotes, each.lines, each.change) for each in found.by("customer")]
    assert rows == [("C-2", 2, 2, cny("-19.00")), ("C-1", 1, 2, cny("-10.00"))]
    products = {each.key: each.change for each in found.by("product")}
    assert products == {"BOLT": cny("-30.00"), "NUT": cny("1.00"), "FILM": cny("0.00")}
    assert {each.key: each.lines for each in found.by("category")} == {"metal": 3, "": 1}
    assert [(each.key, each.change) for each in found.by("book")] == [("LIST", cny("-29.00"))]
    assert [each.change for each in found.totals] == [cny("-29.00")]


def test_currencies_are_never_added_up() -> None:
    dollars = book(entry("BOLT", price="2"), code="USD", currency="USD")
    trade = drafted(dollars, listed())
    past = [priced(("BOLT", 1), under=trade), priced(("BOLT", 1), under=trade, book="USD")]
    dearer = drafted(book(entry("BOLT", price="3"), code="USD", currency="USD"), listed("11"))
    totals = simulate(past, draft=dearer, current=trade).totals
    assert [str(each.change) for each in totals] == ["1.00 CNY", "1.00 USD"]


def test_a_change_of_nothing_has_no_percentage() -> None:
    past = priced(("BOLT", 1), manual={"1": ManualPrice(price=0)}, promotions=False)
    found = only(simulate([past], draft=drafted(listed("12"))))
    assert (found.change, found.percent) == (cny("0.00"), None)


def test_a_return_that_brings_more_back_is_a_fall() -> None:
    found = only(simulate([priced(("BOLT", -10))], draft=drafted(listed("12"))))
    assert (found.change, found.percent) == (cny("-20.00"), Decimal("-20.00"))


def test_a_manual_price_stands_under_the_draft() -> None:
    given = {"1": ManualPrice(price="9.50", by="Li Wei", reason="fair")}
    found = only(simulate([priced(("BOLT", 10), manual=given)], draft=drafted(listed("20"))))
    assert found.change == cny("0.00")
    assert [rule.rule for rule in line(found, "1").rules] == ["LIST: BOLT"]


def test_optional_lines_are_listed_and_count_for_nothing() -> None:
    things = [item("BOLT", 1), item("FILM", 1, optional=True)]
    past = price(things, catalogue=OLD, on=DAY)
    found = only(simulate([past], draft=drafted(listed(FILM="9"))))
    film = line(found, "2")
    assert film.before is not None
    assert film.after is not None
    assert (film.before.net, film.after.net, film.change) == (Decimal("7.77"), Decimal(9), 0)
    assert found.change == cny("0.00")
    assert [each.key for each in simulate([past], draft=OLD).by("product")] == ["BOLT"]


def test_a_bundle_is_priced_by_the_parts_it_was_sold_with() -> None:
    trade = read_catalogue(LASER)
    past = quote_for(read_request(LASER / "request.json"), trade)
    dearer = trade.canonical().replace('"486000.00"', '"496000.00"')
    found = only(simulate([past], draft=Catalogue.model_validate_json(dearer), current=trade))
    assert [each.number for each in found.lines] == [each.number for each in past.pricing.lines]
    assert [each.number for each in found.changed_lines()] == ["1", "1.3", "1.4"]
    assert found.change == cny("18400.00")
    assert [rule.rule for rule in line(found, "1").rules] == ["LIST-2026: LASER-3000"]


# --- which rules -------------------------------------------------------------------------------

TENTH = PromotionPolicy(code="TENTH", name="Tenth off", benefit=PercentOff(percent=10))


def rules(before: Catalogue, after: Catalogue, quantity: int = 10) -> list[tuple[str, str]]:
    past = price([item("BOLT", quantity)], catalogue=before, on=DAY)
    return [(each.fate, each.rule) for each in simulate([past], draft=after).rules]


def test_a_promotion_that_ends_is_lost_and_a_new_one_gained() -> None:
    other = TENTH.with_(code="FIFTH", benefit=PercentOff(percent=20))
    before, after = drafted(promotions=(TENTH,)), drafted(promotions=(other,))
    assert sorted(rules(before, after)) == [("gained", "FIFTH"), ("lost", "TENTH")]


def test_a_promotion_with_another_percentage_is_altered() -> None:
    more = TENTH.with_(benefit=PercentOff(percent=12))
    assert rules(drafted(promotions=(TENTH,)), drafted(promotions=(more,))) == [
        ("altered", "TENTH")
    ]


def test_a_promotion_on_a_higher_amount_is_the_same_rule() -> None:
    before = drafted(promotions=(TENTH,))
    assert rules(before, before.with_(books=(listed("20"),))) == [("altered", "LIST: BOLT")]


def test_a_tier_that_starts_elsewhere_is_another_rule() -> None:
    def tiered(lower: int) -> Catalogue:
        tiers = (Tier(price=10), Tier(lower=lower, price=9))
        return drafted(book(entry("BOLT", tiers=tiers)))

    assert sorted(rules(tiered(10), tiered(20))) == [
        ("gained", "LIST: BOLT"),
        ("lost", "LIST: BOLT from 10"),
    ]


def test_a_graduated_tier_with_another_price_is_altered() -> None:
    def graduated(last: str) -> Catalogue:
        tiers = (Tier(price=10), Tier(lower=5, price=last))
        row = PriceBookEntry(product="BOLT", tiers=tiers, mode="graduated")
        return drafted(book(row))

    past = price([item("BOLT", 10)], catalogue=graduated("9"), on=DAY)
    found = only(simulate([past], draft=graduated("8")))
    assert found.change == cny("-6.00")
    assert {each.fate for each in line(found, "1").rules} == {"altered"}


def test_a_rule_names_the_figures_that_it_left() -> None:
    found = only(simulate([priced(("BOLT", 1))], draft=drafted(listed("11"))))
    (rule,) = line(found, "1").rules
    assert (rule.point, rule.before, rule.after) == ("list", Decimal(10), Decimal(11))
    assert str(rule.name) == "LIST: BOLT"


def test_a_percentage_off_a_graduated_price_is_the_same_rule() -> None:
    def graduated(last: str) -> Catalogue:
        tiers = (Tier(price=10), Tier(lower=5, price=last))
        row = PriceBookEntry(product="BOLT", tiers=tiers, mode="graduated")
        return drafted(book(row), VIP)

    past = price([item("BOLT", 10)], catalogue=graduated("9"), on=DAY)
    found = only(simulate([past], draft=graduated("8")))
    assert {each.point for each in line(found, "1").rules} == {"list"}


def test_a_price_that_ends_in_the_same_net_is_a_change() -> None:
    gift = drafted(promotions=(TENTH.with_(benefit=PercentOff(percent=100)),))
    past = price([item("BOLT", 1)], catalogue=gift, on=DAY, trace=False)
    found = only(simulate([past], draft=gift.with_(books=(listed("11"),))))
    assert [(each.number, each.change) for each in found.changed_lines()] == [("1", 0)]


def test_without_the_trace_no_rules_are_compared() -> None:
    past = price([item("BOLT", 1)], catalogue=OLD, on=DAY, trace=False)
    found = only(simulate([past], draft=drafted(listed("11"))))
    assert (found.traced, found.change) == (False, cny("1.00"))
    assert line(found, "1").rules == ()


def test_a_quote_of_release_0_1_has_no_rules_to_compare() -> None:
    kept = json.loads((STORED / "laser-0.1.json").read_text(encoding="utf-8"), parse_float=str)
    past = Quote.model_validate_json(json.dumps(kept["quote"]["value"]))
    found = only(simulate([past], draft=read_catalogue(LASER)))
    assert (found.traced, found.change) == (False, cny("0.00"))
    assert list(found.changed_lines()) == []


# --- what cannot be priced any more ------------------------------------------------------------


def test_a_line_without_a_price_keeps_its_quote_on_the_list() -> None:
    past = [quoted(priced(("BOLT", 1), ("FILM", 2))), quoted(priced(("BOLT", 1)), "Q-2")]
    found = simulate(past, draft=drafted(listed("11", FILM="")))
    (gone,) = found.unpriced
    assert (gone.reference, gone.before, gone.after, gone.change) == (
        "Q-1",
        cny("25.54"),
        None,
        None,
    )
    assert [each.code for each in gone.refusals] == ["price.none"]
    assert [each.code for each in line(gone, "2").findings] == ["price.none"]
    assert line(gone, "1").findings == ()
    (total,) = found.totals
    assert (total.before, total.after, total.left_out) == (cny("10.00"), cny("11.00"), cny("25.54"))
    assert (total.quotes, total.lines) == (1, 1)


def test_a_product_that_is_gone_is_named_with_its_line() -> None:
    draft = drafted(
        listed("10", FILM=""),
        products=tuple(each for each in OLD.products if each.code != "FILM"),
    )
    found = simulate([priced(("BOLT", 1), ("FILM", 2))], draft=draft, current=OLD)
    film = line(only(found), "2")
    assert [each.code for each in film.findings] == ["product.unknown"]
    assert (film.category, str(film.name)) == (None, "Film")
    assert {each.key: each.left_out for each in found.by("product")} == {
        "BOLT": cny("10.00"),
        "FILM": cny("15.54"),
    }


def test_a_product_that_is_gone_keeps_its_category() -> None:
    kept = tuple(each for each in OLD.products if each.code != "NUT")
    draft = drafted(listed(NUT=""), products=kept)
    past = priced(("NUT", 1))
    assert line(only(simulate([past], draft=draft, current=OLD)), "1").category == "metal"
    assert line(only(simulate([past], draft=draft)), "1").category is None


def test_a_customer_that_is_gone_is_a_finding_of_the_quote() -> None:
    found = only(simulate([quoted(priced(("BOLT", 1)))], draft=drafted(customers=())))
    assert [each.code for each in found.refusals] == ["customer.unknown"]
    assert (found.asked, found.spared, found.appeared, found.vanished) == ((), (), (), ())


# --- on which day, from which book -------------------------------------------------------------


def test_a_new_day_is_priced_by_the_version_of_that_day() -> None:
    versions = (
        PriceBookVersion(period=Period(end="2026-12-31"), entries=(entry("BOLT", price=10),)),
        PriceBookVersion(period=Period(start="2027-01-01"), entries=(entry("BOLT", price=12),)),
    )
    draft = drafted(PriceBook(code="LIST", currency="CNY", versions=versions))
    past = priced(("BOLT", 1))
    assert only(simulate([past], draft=draft)).change == cny("0.00")
    later = simulate([past], draft=draft, on=date(2027, 1, 1))
    assert (only(later).change, later.on) == (cny("2.00"), date(2027, 1, 1))
    noon = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert only(simulate([past], draft=draft, on=noon)).change == cny("2.00")


VIP = book(entry(percent_off=10), code="VIP", base="LIST")
GOLD = book(entry(percent_off=20), code="GOLD", base="LIST")


def assigned(name: str) -> Catalogue:
    row = BookAssignment(book=name, customer_group="VIP")
    return OLD.with_(books=(listed(), VIP, GOLD), default_book="LIST", assignments=(row,))


def test_a_draft_that_assigns_another_book_is_followed() -> None:
    past = priced(("BOLT", 10), under=assigned("VIP"))
    assert past.book == "VIP"
    found = only(simulate([past], draft=assigned("GOLD"), current=assigned("VIP")))
    assert (found.book, found.change) == ("VIP", cny("-10.00"))
    assert [each.book for each in (line(found, "1").after,) if each] == ["GOLD"]


def test_a_request_that_named_its_book_keeps_it() -> None:
    past = priced(("BOLT", 10), under=assigned("VIP"), book="LIST")
    found = only(simulate([past], draft=assigned("GOLD"), current=assigned("VIP")))
    assert found.change == cny("0.00")


def test_without_the_former_catalogue_the_book_is_kept() -> None:
    past = priced(("BOLT", 10), under=assigned("VIP"))
    assert only(simulate([past], draft=assigned("GOLD"))).change == cny("0.00")
    without = OLD.with_(books=(listed(),), default_book="LIST")
    assert only(simulate([past], draft=without)).change == cny("10.00")


def test_one_book_may_be_asked_for_all() -> None:
    past = [priced(("BOLT", 10)), priced(("BOLT", 1), customer="C-2")]
    found = simulate(past, draft=assigned("VIP"), book="GOLD")
    assert [each.change for each in found.changes] == [cny("-20.00"), cny("-2.00")]
    assert found.book == "GOLD"


def test_a_quote_stays_in_its_currency() -> None:
    rates = RateTable(rates=(ExchangeRate(base="USD", quote="CNY", rate=7, on=DAY),), pivot="USD")
    trade = drafted(listed("14"), rates=rates)
    past = priced(("BOLT", 1), under=trade, currency="USD")
    assert past.net == Money("2.00", "USD")
    weaker = rates.with_(rates=(ExchangeRate(base="USD", quote="CNY", rate=8, on=DAY),))
    found = only(simulate([past], draft=trade.with_(rates=weaker), current=trade))
    assert (found.before, found.after) == (Money("2.00", "USD"), Money("1.75", "USD"))
    without = only(simulate([past], draft=drafted(listed("14"))))
    assert [each.code for each in without.refusals] == ["rate.unknown"]


def test_an_assignment_for_orders_in_a_currency_is_asked_alike() -> None:
    row = BookAssignment(book="VIP", customer_group="VIP", currency="USD")
    trade = assigned("VIP").with_(assignments=(row,))
    past = priced(("BOLT", 10), under=trade)
    assert (past.book, past.currency) == ("VIP", "CNY")
    assert only(simulate([past], draft=trade)).change == cny("0.00")


def test_a_line_from_another_book_is_counted_there() -> None:
    bolts = book(entry("BOLT", price=9), code="BOLTS")
    row = BookAssignment(book="BOLTS", customer_group="VIP")
    trade = OLD.with_(books=(listed(), bolts), default_book="LIST", assignments=(row,))
    past = priced(("BOLT", 1), ("FILM", 1), under=trade)
    rows = {each.key: each.before for each in simulate([past], draft=trade).by("book")}
    assert rows == {"BOLTS": cny("9.00"), "LIST": cny("7.77")}


# --- margins, floors, approvals ----------------------------------------------------------------


def costed(cost: str, *books: PriceBook, **fields: Any) -> Catalogue:
    own = book(entry("BOLT", price=cost), code="COST")
    return drafted(own, *(books or (listed(),)), cost_book="COST", **fields)


def test_margins_stand_before_and_after() -> None:
    past = priced(("BOLT", 10), under=costed("6"))
    found = simulate([past], draft=costed("7", listed("14")))
    change, (total,) = only(found), found.totals
    assert (str(change.margin_before), str(change.margin_after)) == ("40.00 %", "50.00 %")
    assert (total.margin_before, total.margin_after) == (change.margin_before, change.margin_after)


def test_a_margin_is_unknown_where_one_cost_is() -> None:
    past = priced(("BOLT", 10), ("NUT", 1), under=costed("6"))
    found = simulate([past], draft=costed("7"))
    assert str(only(found).margin_before) == str(only(found).margin_after) == "n/a"
    margins = {each.key: str(each.margin_after) for each in found.by("product")}
    assert margins == {"BOLT": "30.00 %", "NUT": "n/a"}


def test_the_cost_of_an_option_counts_for_nothing() -> None:
    trade = costed("6")
    past = price([item("BOLT", 1), item("BOLT", 2, optional=True)], catalogue=trade, on=DAY)
    found = simulate([past], draft=costed("7"))
    option = line(only(found), "2")
    assert [each.cost for each in (option.before, option.after) if each] == [12, 14]
    assert (only(found).cost_before, only(found).cost_after) == (cny("6.00"), cny("7.00"))
    assert [each.cost_after for each in found.totals] == [cny("7.00")]


def floored(amount: str, policy: str = "approve", **fields: Any) -> Catalogue:
    floor = Floor.model_validate(
        {"code": "LOW", "product": "BOLT", "price": f"{amount} CNY", "policy": policy}
    )
    return drafted(floors=(floor,), **fields)


def test_a_floor_that_is_broken_now_appears() -> None:
    past = quoted(priced(("BOLT", 1)))
    found = simulate([past], draft=floored("11"))
    (change,) = found.judged_anew
    assert [(each.code, each.place) for each in change.appeared] == [("floor.below", "lines/1")]
    assert [(each.asking, each.rule) for each in change.asked] == [("floor", "LOW")]
    assert change.vanished == change.spared == ()


def test_a_floor_that_is_kept_now_vanishes() -> None:
    past = quoted(priced(("BOLT", 1), under=floored("11")))
    (change,) = simulate([past], draft=floored("10"), current=floored("11")).judged_anew
    assert [each.code for each in change.vanished] == ["floor.below"]
    assert [each.rule for each in change.spared] == ["LOW"]
    same = simulate([past], draft=floored("12"), current=floored("11"))
    assert not same.judged_anew


def test_a_floor_that_another_line_breaks_now_is_told_apart() -> None:
    floor = Floor(code="LOW", price=cny("5.00"), policy="warn")
    past = priced(("BOLT", 1), ("FILM", 1), under=drafted(listed("4"), floors=(floor,)))
    (change,) = simulate([past], draft=drafted(listed(FILM="4"), floors=(floor,))).judged_anew
    assert [each.place for each in change.appeared] == ["lines/2"]
    assert [each.place for each in change.vanished] == ["lines/1"]


def test_who_must_agree_is_asked_of_the_customer_as_drafted() -> None:
    level = ApprovalLevel(code="director", roles=("director",))
    condition = when("customer_group", "in", ("RISKY",))
    rule = ApprovalRule(code="RISK", condition=condition, levels=(level,))
    risky = BUYERS[0].with_(groups=("RISKY",))
    draft = drafted(approvals=ApprovalMatrix(rules=(rule,)), customers=(risky,))
    past = quoted(priced(("BOLT", 1)))
    assert [each.rule for each in only(simulate([past], draft=draft)).asked] == ["RISK"]


def test_an_approval_of_the_matrix_appears_with_the_discount() -> None:
    level = ApprovalLevel(code="director", roles=("director",))
    rule = ApprovalRule(code="DEEP", condition=when("discount_percent", ">", 5), levels=(level,))
    matrix = ApprovalMatrix(rules=(rule,))
    past = quoted(priced(("BOLT", 1)))
    draft = drafted(promotions=(TENTH,), approvals=matrix)
    assert [each.rule for each in only(simulate([past], draft=draft)).asked] == ["DEEP"]
    deep = quoted(priced(("BOLT", 1), under=draft))
    (change,) = simulate([deep], draft=OLD, current=draft).judged_anew
    assert [each.rule for each in change.spared] == ["DEEP"]


# --- a replay ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"book": "LIST"},
        {"book": "GOLD"},
        {"currency": "CNY"},
        {"customer": None},
        {"customer": "C-2", "promotions": False},
        {"trace": False},
        {"manual": {"1": ManualPrice(percent_off=5)}},
        {"on": datetime(2026, 11, 21, 9, tzinfo=UTC)},
    ],
    ids=lambda asked: ", ".join(asked) or "plainly",
)
def test_a_replay_gives_the_very_pricing(asked: dict[str, Any]) -> None:
    trade = assigned("VIP").with_(promotions=(TENTH,))
    past = priced(("BOLT", 7), ("NUT", 3), under=trade, **asked)
    stored = Pricing.model_validate_json(past.canonical())
    again = repriced(stored, catalogue=trade)
    assert again == past
    assert again.canonical() == past.canonical()


def test_a_replay_needs_the_very_snapshot() -> None:
    with pytest.raises(Refused, match="priced_under") as refusal:
        repriced(priced(("BOLT", 1)), catalogue=drafted(listed("11")))
    assert refusal.value.code == "replay.other_catalogue"


def test_a_replay_follows_the_plan_that_was_given() -> None:
    own = STANDARD_PLAN.with_(code="OWN", version=2)
    past = price([item("BOLT", 1)], catalogue=OLD, on=DAY, plan=own)
    assert repriced(past, catalogue=OLD) == past
    with pytest.raises(Refused, match="OWN 2") as refusal:
        repriced(past, catalogue=OLD, plan=STANDARD_PLAN)
    assert refusal.value.code == "replay.other_plan"
    before = past.with_(own_plan=None)  # as release 0.1 kept it
    with pytest.raises(Refused, match="OWN 2"):
        repriced(before, catalogue=OLD)
    assert repriced(before, catalogue=OLD, plan=own) == before


def test_a_replay_owes_the_taxes_that_were_said() -> None:
    free = TableTaxes(table=TaxTable(rates=(TaxRate(code="VAT13", percent=0),)))
    past = price([item("BOLT", 1)], catalogue=OLD, on=DAY, taxes=free)
    assert repriced(past, catalogue=OLD) == past
    assert repriced(past, catalogue=OLD, taxes=free) == past
    before = past.with_(taxed_by_host=False)  # as release 0.1 kept it
    assert repriced(before, catalogue=OLD, taxes=free) == before
    assert repriced(before, catalogue=OLD).tax == cny("1.30")


def test_what_a_customer_sees_is_not_what_a_replay_gives() -> None:
    quote = quoted(priced(("BOLT", 1)))
    assert repriced(published(quote).pricing, catalogue=OLD) != quote.pricing


def test_one_pricing_can_be_asked_alone() -> None:
    after = priced_under(priced(("BOLT", 3)), draft=drafted(listed("11")))
    assert after.net == cny("33.00")


def test_lines_on_one_side_only_are_listed_too() -> None:
    changes = compare(priced(("BOLT", 1), ("NUT", 1)), priced(("BOLT", 1), ("FILM", 1)))
    assert [(each.number, each.product, each.change) for each in changes] == [
        ("1", "BOLT", Decimal(0)),
        ("2", "NUT", Decimal("-0.30")),
        ("2", "FILM", Decimal("7.77")),
    ]


# --- many at once ------------------------------------------------------------------------------


def many() -> Iterator[Quote | Pricing | str]:
    for place in range(1, 240):
        past = priced(("BOLT", place), ("FILM" if place % 50 == 0 else "NUT", 1))
        quote = quoted(past, f"Q-{place}")
        yield past if place % 3 == 0 else quote if place % 3 == 1 else quote.canonical()


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_changes_nothing_but_the_time(pool: type[Executor]) -> None:
    draft, heard = drafted(listed("11", FILM=""), promotions=(TENTH,)), []
    alone = simulate(many(), draft=draft, current=OLD)
    with pool(2) as executor:  # type: ignore[call-arg]
        shared = simulate(many(), draft=draft, current=OLD, executor=executor, on_done=heard.append)
    assert shared == alone
    assert shared.canonical() == alone.canonical()
    assert heard == [100, 200, 239]
    assert [each.place for each in shared.changes] == list(range(1, 240))


def test_many_shares_come_back_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpq.simulation._SHARE", 7)
    monkeypatch.setattr("cpq.simulation._AHEAD", 2)
    with ThreadPoolExecutor(2) as executor:
        shared = simulate(many(), draft=OLD, executor=executor)
    assert [each.place for each in shared.changes] == list(range(1, 240))
    assert shared == simulate(many(), draft=OLD)


class _Broken(Executor):
    """The first piece of work fails, the others are never begun."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_exception(BrokenExecutor("a worker died"))
        return self.futures[-1]


def test_a_failure_calls_off_what_has_not_begun() -> None:
    broken = _Broken()
    with pytest.raises(BrokenExecutor):
        simulate(many(), draft=OLD, executor=broken)
    assert [future.cancelled() for future in broken.futures] == [False, True, True]


def test_one_quote_at_a_time_is_told_of() -> None:
    heard: list[int] = []
    simulate(list(many())[:3], draft=OLD, on_done=heard.append)
    assert heard == [1, 2, 3]


def test_a_text_that_is_no_quote_is_malformed() -> None:
    with pytest.raises(ValidationError):
        simulate(['{"number": "Q-1"}'], draft=OLD)
    with ThreadPoolExecutor(1) as executor, pytest.raises(ValidationError):
        simulate(['{"number": "Q-1"}'], draft=OLD, executor=executor)


def test_what_is_found_is_stored_whole() -> None:
    past = [quoted(priced(("BOLT", 1), ("FILM", 1))), quoted(priced(("BOLT", 1)))]
    found = simulate(past, draft=floored("11").with_(books=(listed("10", FILM=""),)))
    assert Simulation.model_validate_json(found.canonical()) == found
    assert Simulation.model_validate_json(found.canonical()).canonical() == found.canonical()
