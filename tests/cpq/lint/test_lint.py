"""What the linter says and what it leaves alone, case by case."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from cpq.adapters import read_catalogue
from cpq.agreement import PriceAgreement
from cpq.assignment import BookAssignment
from cpq.catalogue import Catalogue
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.kernel.quantity import Unit
from cpq.lint import LintFinding, lint
from cpq.margin import Floor
from cpq.plan import STANDARD_PLAN, PlanStep, PricingPlan
from cpq.pricebook import PriceBookVersion, entry
from cpq.product import Category, Product
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy
from cpq.rate import ExchangeRate, RateTable
from tests.cpq.lint.clean import CLEAN, YEAR_2025, YEAR_2026, book, buyer, cny, tier
from tests.cpq.lint.corpus import DEFECTS

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
BOLT, NUT = Product(code="BOLT", name="Bolt"), Product(code="NUT", name="Nut")


def trade(*books: object, **said: object) -> Catalogue:
    """Bolts and nuts priced by some books, of which the last is everybody's."""
    fields = {"products": (BOLT, NUT), "books": books, "default_book": books[-1].code, **said}  # type: ignore[attr-defined]
    return Catalogue.model_validate(fields)


def codes(catalogue: Catalogue, **asked: object) -> list[str]:
    return [found.code for found in lint(catalogue, **asked)]  # type: ignore[arg-type]


@cache
def seeded(name: str) -> Catalogue:
    return next(defect.catalogue for defect in DEFECTS if defect.name == name)


# --- what is said -----------------------------------------------------------------------------


def test_a_cliff_is_told_with_both_totals_and_a_way_out() -> None:
    (found,) = lint(seeded("25 seats cost more than 26"))
    assert found == LintFinding(
        code="lint.cliff",
        place="books/LIST/SEAT from 26",
        severity="note",
        message={
            "en": "LIST, SEAT from 26: 25 pc of SEAT cost 2,250.00 CNY, 26 pc cost 2,080.00 CNY, "
            "so more costs less; price the slices (mode graduated), or take no less than 86.54 "
            "CNY for one from 26 on",
            "zh": "LIST，SEAT，满 26 起：SEAT 25 件共 2,250.00 CNY，26 件仅 2,080.00 CNY，"
            "买得多反而便宜；请改用分段累进，或自 26 起单价不低于 86.54 CNY",
        },
        rules=("LIST: SEAT from 26", "LIST: SEAT"),
        products=("SEAT",),
    )


def test_the_price_that_a_cliff_proposes_makes_none() -> None:
    catalogue = CLEAN["provider"]()
    proposed = book("LIST", entry("SEAT", price="90.00", tiers=(tier(26, price="86.54"),)))
    seats = catalogue.with_(
        products=tuple(each for each in catalogue.products if each.code == "SEAT"),
        books=(proposed,),
        customers=(),
    )
    assert lint(seats) == ()


def test_a_broken_floor_names_the_rules_and_the_figures() -> None:
    (found,) = lint(seeded("two promotions that break a floor together"))
    assert found.severity == "error"
    assert found.rules == ("EARN", "LIST: BOLT-RED", "SPRING", "BASKET", "LOYAL")
    assert "17 pc of BOLT-RED cost 122.70 CNY" in str(found.message)
    assert "below the floor EARN of 127.50 CNY" in str(found.message)


def test_what_refuses_a_request_is_an_error() -> None:
    severities = {found.code: found.severity for each in DEFECTS for found in lint(each.catalogue)}
    errors = {code for code, severity in severities.items() if severity == "error"}
    assert errors >= {
        *("lint.entries_tie", "lint.agreements_tie", "lint.assignments_tie", "lint.attributes_tie"),
        *("lint.shares_tie", "lint.unpriced", "lint.price_gap", "lint.no_base", "lint.no_rate"),
        "product.unknown",
    }
    assert {"lint.cliff", "lint.tier_idle", "lint.shadowed", "lint.no_customer"}.isdisjoint(errors)
    assert set(severities.values()) == {"error", "note"}


def test_the_laser_list_has_two_cliffs() -> None:
    assert [(each.code, each.place) for each in lint(read_catalogue(LASER))] == [
        ("lint.cliff", "books/LIST-2026/2026-01-01/NOZZLE-15 from 200"),
        ("lint.cliff", "books/LIST-2026/2026-01-01/NOZZLE-15 from 50"),
    ]


def test_names_that_are_not_there_are_told_alone() -> None:
    row = entry("BOLT", price="9.00", tiers=(tier(100, price="1.00"),))
    broken = trade(book("LIST", row, entry("GONE", price=1)))
    assert codes(broken) == ["product.unknown"]


def test_products_without_a_price_are_told_by_category() -> None:
    many = tuple(Product(code=f"R-{place}", name="Rivet", category="rivets") for place in range(7))
    rivets = trade(
        book("LIST", entry("BOLT", price=1), entry("NUT", price=1)),
        products=(BOLT, NUT, *many),
        categories=(Category(code="rivets"),),
    )
    (found,) = lint(rivets)
    assert found.products == tuple(f"R-{place}" for place in range(7))
    assert str(found.message).startswith(
        "7 products of category rivets (R-0, R-1, R-2, R-3, R-4, …) are sold and never have a price"
    )


def test_what_was_over_before_the_day_is_left_aside() -> None:
    old = PriceBookVersion(
        period=YEAR_2025, entries=(entry(price=9, tiers=(tier(100, price=1),)), entry(price=8))
    )
    new = PriceBookVersion(
        period=Period(start="2026-02-01"), entries=(entry(price=9, tiers=(tier(100, price=1),)),)
    )
    shop = trade(
        book("LIST", versions=(old, new)),
        promotions=(
            PromotionPolicy(
                code="OLD",
                period=YEAR_2025,
                customer_groups=("gone",),
                benefit=PercentOff(percent=1),
            ),
        ),
        customers=(buyer("C-1"),),
    )
    assert sorted(codes(shop)) == [
        *("lint.cliff", "lint.entries_tie", "lint.no_customer", "lint.version_gap")
    ]
    assert sorted(codes(shop, on=date(2025, 12, 31))) == sorted(codes(shop))
    assert codes(shop, on=date(2026, 1, 1)) == ["lint.cliff"]


def test_a_day_begins_in_the_zone_of_the_catalogue() -> None:
    over = PromotionPolicy(
        code="OLD",
        period=Period(end="2026-03-31"),
        zone="America/New_York",
        customer_groups=("gone",),
        benefit=PercentOff(percent=1),
    )
    shop = trade(
        book("LIST", entry(price=1)),
        promotions=(over,),
        customers=(buyer("C-1"),),
        zone="Asia/Shanghai",
    )
    assert codes(shop, on=date(2026, 4, 1)) == ["lint.no_customer"]
    assert codes(shop, on=date(2026, 4, 2)) == []


def test_a_cliff_of_the_base_book_is_told_there_only() -> None:
    row = entry("BOLT", price="10.00", tiers=(tier(100, price="5.00"),))
    shop = trade(
        book("LIST", row, entry("NUT", price=1)),
        book("VIP", entry(percent_off=10), base="LIST"),
        book("GOLD", entry("BOLT", percent_off=3, tiers=(tier(2, percent_off=4),)), base="VIP"),
    )
    assert [each.place for each in lint(shop)] == ["books/LIST/BOLT from 100"]


def test_steps_of_a_unit_decide_what_a_cliff_is() -> None:
    rows = (tier(0, price="10.00"), tier(10, price="9.50"))
    assert codes(trade(book("LIST", entry(tiers=rows)))) == []
    by_mass = tuple(each.with_(unit="kg") for each in (BOLT, NUT))
    (found,) = lint(trade(book("LIST", entry(tiers=rows)), products=by_mass))
    assert "9.999 kg of BOLT cost 99.99 CNY, 10 kg cost 95.00 CNY" in str(found.message)


def test_bounds_are_held_against_every_unit_that_converts() -> None:
    shop = trade(book("LIST", entry(price="1.00", tiers=(tier("1.5", price="0.90"),))))
    assert codes(shop) == ["lint.tier_off_grid"]
    halves = shop.with_(
        units=shop.units.with_units([Unit(code="half", numerator=1, denominator=2)])
    )
    assert codes(halves) == []


# --- what is left alone -----------------------------------------------------------------------


def test_a_general_rule_may_wait_behind_special_ones() -> None:
    rows = (entry("BOLT", price=1), entry("NUT", price=2), entry(price=9))
    assert codes(trade(book("LIST", *rows))) == []
    ranked = [row.with_(rank=place) for place, row in enumerate(rows)]
    assert codes(trade(book("LIST", *ranked, resolution="first_match"))) == []


def test_a_dated_price_of_a_lower_rank_takes_over() -> None:
    summer = Period(start="2026-06-01", end="2026-08-31")
    rows = (entry(price=10, rank=1), entry(price=8, period=summer))
    assert codes(trade(book("LIST", *rows))) == []


def test_a_rank_is_dead_where_others_share_its_time() -> None:
    rows = (
        entry(price=9, period=Period(end="2026-06-30")),
        entry(price=10, period=Period(start="2026-07-01")),
        entry(price=8, rank=1),
    )
    assert codes(trade(book("LIST", *rows))) == ["lint.shadowed"]
    assert codes(trade(book("LIST", *rows[::2]))) == []


def test_products_come_and_years_end() -> None:
    old = PriceBookVersion(period=YEAR_2025, entries=(entry("BOLT", price=1),))
    new = PriceBookVersion(
        period=YEAR_2026, entries=(entry("BOLT", price=1), entry("NUT", price=1))
    )
    assert codes(trade(book("LIST", versions=(old, new)))) == []
    assert codes(
        trade(book("LIST", versions=(new.with_(period=YEAR_2025), old.with_(period=YEAR_2026))))
    ) == ["lint.price_gap"]


def test_prices_that_all_end_together_leave_no_gap() -> None:
    rows = [entry(each, price=1, period=YEAR_2025) for each in ("BOLT", "NUT")]
    assert codes(trade(book("LIST", *rows))) == []
    longer = [rows[0], rows[1].with_(period=Period(start="2025-01-01", end="2026-06-30"))]
    assert codes(trade(book("LIST", *longer))) == ["lint.price_gap"]


def test_a_sale_that_ends_needs_no_further_price() -> None:
    old = PriceBookVersion(
        period=YEAR_2025, entries=(entry("BOLT", price=1), entry("NUT", price=1))
    )
    new = PriceBookVersion(period=YEAR_2026, entries=(entry("BOLT", price=1),))
    ended = NUT.with_(sellable=Period(end="2025-12-31"))
    assert codes(trade(book("LIST", versions=(old, new)), products=(BOLT, ended))) == []


def test_a_product_priced_in_a_book_of_somebody_is_priced() -> None:
    export = book("EXPORT", entry("NUT", price=1), currency="USD")
    shop = trade(export, book("LIST", entry("BOLT", price=1)))
    assert codes(shop) == ["lint.unpriced"]
    assert codes(shop.with_(customers=(buyer("INC", price_book="EXPORT"),))) == []


def test_a_markup_for_all_spares_what_has_a_price() -> None:
    shop = trade(
        book("COST", entry("BOLT", price=1)),
        book("LIST", entry(markup=30), entry("NUT", price=5)),
        cost_book="COST",
    )
    assert codes(shop) == []
    (found,) = lint(shop.with_(books=(shop.books[0], book("LIST", entry(markup=30)))))
    assert (found.code, found.products) == ("lint.no_cost", ("NUT",))


def test_one_customer_may_have_books_in_two_currencies() -> None:
    shop = trade(
        book("USD", entry(price=1), currency="USD"),
        book("LIST", entry(price=7)),
        customers=(buyer("C-1", "vip"),),
        assignments=(
            BookAssignment(book="USD", customer_group="vip"),
            BookAssignment(book="LIST", customer_group="vip"),
        ),
    )
    assert codes(shop) == []


def test_a_catalogue_without_customers_says_nothing_of_groups() -> None:
    policy = PromotionPolicy(code="P", customer_groups=("vip",), benefit=PercentOff(percent=1))
    shop = trade(book("LIST", entry(price=1)), promotions=(policy,))
    assert codes(shop) == []
    assert codes(shop.with_(customers=(buyer("C-1"),))) == ["lint.no_customer"]


def _floored(policy: str, *promotions: PromotionPolicy) -> Catalogue:
    floor = Floor(code="LOW", price=cny("9.00"), policy=policy)  # type: ignore[arg-type]
    return trade(book("LIST", entry(price=10)), floors=(floor,), promotions=promotions)


def test_a_floor_that_clips_makes_promotions_safe() -> None:
    deep = PromotionPolicy(code="DEEP", benefit=PercentOff(percent=50))
    assert codes(_floored("block", deep)) == ["lint.below_floor"]
    assert codes(_floored("approve", deep)) == ["lint.below_floor"]
    assert codes(_floored("clip", deep)) == []
    assert codes(_floored("warn", deep)) == []


def test_promotions_that_never_meet_break_no_floor() -> None:
    spring = PromotionPolicy(
        code="SPRING", period=Period(end="2026-05-31"), benefit=PercentOff(percent=8)
    )
    autumn = PromotionPolicy(
        code="AUTUMN", period=Period(start="2026-09-01"), benefit=PercentOff(percent=8)
    )
    assert codes(_floored("block", spring, autumn)) == []
    few = spring.with_(code="FEW", period=Period(), quantity_to=9)
    many = autumn.with_(code="MANY", period=Period(), quantity_from=10)
    assert codes(_floored("block", few, many)) == []
    vip = few.with_(code="VIP", quantity_to=None, customer_groups=("vip",))
    web = vip.with_(code="WEB", customer_groups=("web",))
    apart = _floored("block", vip, web).with_(customers=(buyer("A", "vip"), buyer("B", "web")))
    assert codes(apart) == []
    both = apart.with_(customers=(*apart.customers, buyer("C", "vip", "web")))
    assert codes(both) == ["lint.below_floor"]


def test_of_rules_that_break_a_floor_the_fewest_are_named() -> None:
    deep = PromotionPolicy(code="DEEP", benefit=PercentOff(percent=50), quantity_from=5)
    mild = PromotionPolicy(code="MILD", benefit=PercentOff(percent=1))
    (found,) = lint(_floored("block", deep, mild.with_(quantity_from=8)))
    assert found.rules == ("LOW", "LIST: everything", "DEEP")
    (found,) = lint(_floored("block", deep, mild))
    assert found.rules == ("LOW", "LIST: everything", "DEEP", "MILD")


def test_an_amount_off_bites_on_the_least_order_it_is_for() -> None:
    off = PromotionPolicy(code="OFF", benefit=AmountOff(amount=cny(15)))
    (found,) = lint(_floored("block", off.with_(amount_from=cny(100))))
    assert "10 pc of BOLT cost 85.00 CNY, below the floor LOW of 90.00 CNY" in str(found.message)
    assert codes(_floored("block", off.with_(amount_from=cny(150)))) == []


def test_floors_hold_prices_in_other_currencies_too() -> None:
    rates = RateTable(
        rates=(ExchangeRate(base="USD", quote="CNY", rate="7", on="2026-01-01"),), pivot="CNY"
    )
    floor = Floor(code="LOW", price=Money("1.40", "USD"))
    shop = trade(book("LIST", entry(price="9.81")), floors=(floor,), rates=rates)
    assert codes(shop) == []
    assert codes(shop.with_(books=(book("LIST", entry(price="9.79")),))) == ["lint.below_floor"]


@pytest.mark.parametrize("basis", ["net", "gross"])
def test_floors_are_before_tax_whatever_the_prices_are(basis: str) -> None:
    taxed = tuple(each.with_(tax_code="VAT13") for each in (BOLT, NUT))
    shop = trade(
        book("LIST", entry(price="113.00"), tax_basis=basis),
        products=taxed,
        floors=(Floor(code="LOW", price=cny("100.01")),),
    )
    assert codes(shop) == (["lint.below_floor"] if basis == "gross" else [])


def test_what_is_free_by_its_price_is_meant_to_be() -> None:
    shop = trade(
        book("COST", entry(price=1)),
        book(
            "LIST",
            entry("NUT", price=0),
            entry("BOLT", mode="package", free=10, tiers=(tier(0, price=40, size=10),)),
        ),
        cost_book="COST",
    )
    assert codes(shop) == []
    cheap = shop.with_(
        books=(shop.books[0], book("LIST", entry("NUT", price="0.50"), entry(price=2)))
    )
    assert codes(cheap) == ["lint.below_cost"]


def test_gifts_are_no_defect_and_amounts_that_leave_nothing_are() -> None:
    gift = PromotionPolicy(code="GIFT", products=("NUT",), benefit=PercentOff(percent=100))
    shop = trade(book("LIST", entry(price=10)), promotions=(gift,))
    assert codes(shop) == []
    off = gift.with_(benefit=AmountOff(amount=cny(10)))
    assert codes(shop.with_(promotions=(off,))) == ["lint.price_zero"]
    assert codes(shop.with_(promotions=(off.with_(quantity_from=2),))) == []


# --- agreements, plans, words -------------------------------------------------------------------


def _agreement(code: str, **said: object) -> PriceAgreement:
    line = {"product": "BOLT", "price": 8}
    fields = {"code": code, "currency": "CNY", "customer": "C-1", "lines": (line,), **said}
    return PriceAgreement.model_validate(fields)


def test_an_older_agreement_is_dead_once_a_younger_covers_it() -> None:
    old = _agreement("OLD", period=YEAR_2025.with_(end="2026-12-31"))
    new = _agreement("NEW", period=YEAR_2026, lines=({"product": "BOLT", "price": 7},))
    shop = trade(book("LIST", entry(price=10)), customers=(buyer("C-1"),), agreements=(old, new))
    assert codes(shop) == []
    (found,) = lint(shop, on=date(2026, 1, 1))
    assert (found.code, found.place) == ("lint.agreed_shadowed", "agreements/OLD/BOLT")
    assert "NEW (BOLT at 7) started later and holds as long" in str(found.message)


def test_agreements_in_two_currencies_do_not_tie() -> None:
    rates = RateTable(
        rates=(ExchangeRate(base="USD", quote="CNY", rate="7", on="2026-01-01"),), pivot="CNY"
    )
    agreements = (
        _agreement("HOME"),
        _agreement("ABROAD", currency="USD", lines=({"product": "BOLT", "price": 1},)),
    )
    shop = trade(
        book("LIST", entry(price=10)),
        customers=(buyer("C-1"),),
        agreements=agreements,
        rates=rates,
    )
    assert codes(shop) == []
    same = shop.with_(agreements=(agreements[0], agreements[1].with_(currency="CNY")))
    assert codes(same) == ["lint.agreements_tie"]


def test_groups_that_share_no_customer_do_not_tie() -> None:
    east = _agreement("EAST", customer=None, customer_group="east")
    west = _agreement(
        "WEST", customer=None, customer_group="west", lines=({"product": "BOLT", "price": 7},)
    )
    shop = trade(
        book("LIST", entry(price=10)),
        customers=(buyer("E", "east"), buyer("W", "west")),
        agreements=(east, west),
    )
    assert codes(shop) == []
    both = shop.with_(customers=(*shop.customers, buyer("B", "east", "west")))
    assert codes(both) == ["lint.agreements_tie"]


def test_a_plan_that_prices_by_formula_needs_no_entries() -> None:
    formula = PlanStep(
        code="made",
        rank=65,
        kind="formula",
        reads=("cost",),
        writes=("special",),
        products=("BOLT",),
        formula="cost * 2",
    )
    plan = PricingPlan(code="MADE", steps=(formula, *STANDARD_PLAN.steps))
    shop = trade(
        book("COST", entry(price=3)), book("LIST", entry("NUT", price=9)), cost_book="COST"
    )
    assert codes(shop) == ["lint.unpriced"]
    assert codes(shop.with_(plans=(plan,))) == []


def test_floors_of_one_height_are_told_once() -> None:
    floors = tuple(Floor(code=code, margin=10) for code in ("A", "B"))
    shop = trade(
        book("COST", entry(price=3)), book("LIST", entry(price=9)), cost_book="COST", floors=floors
    )
    (found,) = lint(shop)
    assert (found.code, found.place) == ("lint.floor_shadowed", "floors/B")
    others = (floors[0], floors[1].with_(policy="warn"))
    assert codes(shop.with_(floors=others)) == []
    grouped = (floors[0].with_(customer_groups=("vip",)), floors[1])
    assert codes(shop.with_(floors=grouped)) == ["lint.floor_shadowed"]
    assert codes(shop.with_(floors=(grouped[0].with_(margin=12), floors[1]))) == []


def test_days_and_instants_are_told_as_they_are_written() -> None:
    one = entry(price=1, period=Period(end="2026-03-31"))
    other = entry(price=2, period=Period(start="2026-03-01T09:00:00+00:00"))
    (found,) = lint(trade(book("LIST", one, other)))
    assert "from 2026-03-01T09:00+00:00 to 2026-03-31" in str(found.message)
    assert "until 2026-03-31" in str(lint(trade(book("LIST", one, entry(price=2))))[0].message)
    open_end = (entry(price=1), entry(price=2, period=Period(start="2026-03-01")))
    assert "from 2026-03-01 on" in str(lint(trade(book("LIST", *open_end)))[0].message)


def test_a_rate_of_another_day_does_not_matter() -> None:
    rates = RateTable(
        rates=(ExchangeRate(base="USD", quote="CNY", rate="7", on="2026-01-01"),), pivot="CNY"
    )
    shop = trade(
        book("LIST", entry(price=7)),
        book("EXPORT", entry("BOLT", amount_off="0.99"), base="LIST", currency="USD"),
        rates=rates,
    )
    assert codes(shop) == []
    free = shop.with_(
        books=(
            shop.books[0],
            book("EXPORT", entry("BOLT", amount_off=1), base="LIST", currency="USD"),
        )
    )
    (found,) = lint(free)
    assert "takes 1.00 USD off: BOLT costs 7.00 CNY in LIST and nothing here" in str(found.message)
