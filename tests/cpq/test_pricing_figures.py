"""What the worked cases ran into: tax regimes, tiers at list, rows that say what was found."""

from decimal import Decimal
from typing import Any

import pytest

from cpq import PricedLine, Pricing
from tests.cases.asking import Told, pricings

REGIME: Told = {
    "tax_basis": "gross",
    "taxes": {"T15": "15", "T6": "6"},
    "lines": [{"price": "115", "quantity": "10", "tax": "T15"}],
    "regimes": [{"code": "ABROAD", "mappings": [{"code": "T15", "becomes": "T6", "basis": "net"}]}],
    "customers": {"C": {"tax_regime": "ABROAD"}},
}
TIERED: Told = {
    "code": "LIST",
    "rows": [
        {
            "product": "P",
            "mode": "graduated",
            "tiers": [{"price": "10"}, {"lower": "11", "price": "8"}],
        }
    ],
}


def one(**given: Any) -> Pricing:
    (pricing,) = pricings(given)
    return pricing


def line(**given: Any) -> PricedLine:
    (found,) = one(**given).lines
    return found


@pytest.mark.parametrize(
    ("manual", "price"),
    [({"price": "90"}, 90), ({"percent_off": "10"}, 90), ({"amount_off": "10"}, 90)],
)
def test_a_price_by_hand_is_on_the_basis_of_the_document(manual: Told, price: int) -> None:
    found = line(**REGIME, asked=[{"customer": "C", "manual": {"1": manual}}])
    assert (found.list_price, found.unit_price, found.net) == (100, price, 10 * price)


def test_what_is_beyond_a_commitment_is_rebased_as_well() -> None:
    agreed = {"product": "L1", "percent_off_book": "10"}
    agreed["commitment"] = {"committed": "4", "over": "book"}
    agreements = [{"code": "A", "customer": "C", "lines": [agreed]}]
    found = line(**REGIME, agreements=agreements, asked=[{"customer": "C"}])
    assert [part.amount for part in found.breakdown] == [360, 600]


def test_a_document_of_prices_with_and_without_tax_foots() -> None:
    pricing = one(
        tax_basis="gross",
        taxes={"T0": "0", "T15": "15", "T10": "10"},
        lines=[{"price": "100", "tax": "T0"}, {"price": "110", "tax": "T10"}],
        regimes=[
            {"code": "ON-TOP", "mappings": [{"code": "T0", "becomes": "T15", "basis": "net"}]}
        ],
        customers={"C": {"tax_regime": "ON-TOP"}},
        promotions=[{"amount": "21"}],
        asked=[{"customer": "C"}],
    )
    assert pricing.explain().splitlines()[-7:] == [
        "  210.00 CNY  list",
        "+   0.00 CNY  prices",
        "-  21.00 CNY  promotions",
        "+  13.50 CNY  tax on top",
        "= 202.50 CNY  to pay",
        "-  22.50 CNY  tax in it",
        "= 180.00 CNY  net",
    ]


def test_tiers_have_a_list_price_per_unit() -> None:
    found = line(books=[TIERED], asked=[{"quantity": "12"}])
    assert found.list_price == found.unit_price == Decimal("9.6667")
    assert found.list_amount == found.amount == 116


def test_a_floor_of_the_list_holds_for_tiers_too() -> None:
    floor = {"product": "P", "percent_of_list": "90", "policy": "clip"}
    found = line(
        books=[TIERED], floors=[floor], promotions=[{"percent": "50"}], asked=[{"quantity": "12"}]
    )
    assert found.net == Decimal("104.40")


def test_tiers_at_list_show_no_difference_to_the_list() -> None:
    fine = {"code": "LIST", "rows": [{"mode": "graduated", "tiers": [{"price": "0.12345"}]}]}
    found = line(books=[fine], asked=[{"quantity": "10000"}])
    assert found.list_amount == found.amount == 1235


def test_a_row_out_of_its_period_names_no_other_day() -> None:
    ended = {"period": {"end": "2025-06-30"}, "percent_off": "50"}
    red = {"match": {"colour": "red"}, "period": {"end": "2025-06-30"}, "add": "5"}
    pricing = one(
        books=[
            {"code": "LIST", "rows": [{"price": "100"}], "attributes": [{"code": "RED", **red}]},
            {"code": "VIP", "base": "LIST", "rows": [ended]},
        ],
        asked=[{"at": "2026-11-21", "attributes": {"colour": "red"}}],
    )
    rows = [step for step in pricing.lines[0].steps if step.reason == "outside_period"]
    assert [(step.needed, step.actual) for step in rows] == [("… to 2025-06-30", "")] * 2


def test_what_was_counted_is_told_without_idle_zeros() -> None:
    tiers = [{"percent_off": "10"}, {"lower": "15", "percent_off": "20"}]
    counted = {"code": "VIP", "base": "LIST", "rows": [{"tiers": tiers, "counts": "period"}]}
    pricing = one(
        books=[{"code": "LIST", "rows": [{"price": "100"}]}, counted],
        asked=[{"quantity": "3", "purchased": {"period": {"P": "7"}}}],
    )
    (missed,) = pricing.why_not("VIP")
    assert (missed.needed, missed.actual, missed.missing) == ("15", "10", 5)


def test_a_conversion_on_the_way_to_a_book_is_a_row_of_that_book() -> None:
    pricing = one(
        currency="USD",
        rates=[["USD", "CNY", "10"]],
        books=[
            {"code": "LIST", "rows": [{"price": "100"}]},
            {"code": "CHINA", "base": "LIST", "currency": "CNY", "rows": [{"percent_off": "10"}]},
        ],
        asked=[{"currency": "USD"}],
    )
    assert [(step.point, step.rule) for step in pricing.lines[0].steps] == [
        ("list", "LIST: everything"),
        ("book", "USD/CNY"),
        ("book", "CHINA: everything"),
        ("book", "CNY/USD"),
    ]
    assert pricing.lines[0].unit_price == 90


def test_the_best_for_the_customer_depends_on_the_quantity() -> None:
    rows = [
        {"product": "P", "price": "10"},
        {"product": "P", "mode": "graduated", "tiers": [{"price": "1", "flat": "50"}]},
    ]
    best = {"code": "LIST", "resolution": "best_for_customer", "rows": rows}
    found = pricings({"books": [best], "asked": [{"quantity": "2"}, {"quantity": "20"}]})
    assert [pricing.net.amount for pricing in found] == [20, 70]


def test_what_is_prorated_counts_in_full_with_other_lines() -> None:
    tiers = [{"price": "10"}, {"lower": "100", "price": "5"}]
    book = {"code": "LIST", "rows": [{"product": "P", "counts": "product", "tiers": tiers}]}
    found = line(books=[book], asked=[{"quantity": "60", "full_quantity": "120"}])
    assert found.amount == 300


@pytest.mark.parametrize(("over", "net"), [("warn", "104.40"), ("book", "112.13")])
def test_a_percentage_off_tiers_may_stand_on_a_commitment(over: str, net: str) -> None:
    agreed = {"product": "P", "percent_off_book": "10"}
    agreed["commitment"] = {"committed": "4", "over": over}
    found = line(
        books=[TIERED],
        customers={"C": {}},
        agreements=[{"code": "A", "customer": "C", "lines": [agreed]}],
        asked=[{"quantity": "12", "customer": "C"}],
    )
    assert found.net == Decimal(net)
