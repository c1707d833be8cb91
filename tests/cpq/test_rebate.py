"""Rebates by hand: what each sale earns, what comes back, what is settled and what is foretold.

Unless said otherwise C-1 earns 10 % of what it buys in 2026, and 20 % from the 15th piece on.
"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import Money
from cpq.margin import pocket_margin
from cpq.margin.line import Sold
from cpq.rebate import (
    RebateAccount,
    RebateMovement,
    RebateSale,
    RebateTier,
    accruals,
    accrued_in,
    assigned,
    covers,
    forecast,
    rebate_statement,
    recouped,
    settlement,
)
from cpq.rebate.cents import Share, borne
from tests.cpq.rebates import FIRST, LAST, amount, back, cny, day, rebate, rows_after, sold, told

PER_PIECE = (
    RebateTier(amount_per_unit="0.50"),
    RebateTier(lower=100, amount_per_unit="0.80"),
)


# --- the worked cases -------------------------------------------------------------------------


def test_crossing_a_tier_rates_everything_anew() -> None:
    """RB-02: 13 pieces for 10.00 earn 1.00; three more for 10.00 make it 20 % of 20.00."""
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 13, 10)])
    assert amount(rows) == "1.00"
    more = assigned(agreement, rows, sold("INV-2", 3, 10))
    assert told(more) == [
        ("INV-2", "assign", "15", "10.00", "20", "2.00"),
        ("INV-1", "re_rate", "15", "10.00", "10", "1.00"),
    ]
    assert amount(rows + more) == "4.00"


def test_what_exceeds_a_bound_is_rated_by_the_next_tier() -> None:
    """RB-03: of the 14th to the 16th piece one earns 10 % of 10/3 and two 20 % of 20/3."""
    agreement = rebate(mode="incremental")
    rows = rows_after(agreement, [sold("INV-1", 13, 10)])
    more = assigned(agreement, rows, sold("INV-2", 3, 10))
    assert [(str(row.quantity), str(row.rate), str(row.amount)) for row in more] == [
        ("1", "10", "0.33"),
        ("2", "20", "1.33"),
    ]


def test_invoicing_anew_rates_only_the_difference() -> None:
    """RB-06: at 20 % the rebate stands at 100; a line of 10.00 becomes one of 20.00."""
    agreement = rebate(tiers=(RebateTier(percent=20),))
    rows = rows_after(agreement, [sold("INV-1", 50, 490), sold("INV-2", 1, 10)])
    assert amount(rows) == "100.00"
    more = assigned(agreement, rows, sold("INV-2", 1, 20))
    assert told(more) == [("INV-2", "adjust", "0", "10.00", "20", "2.00")]
    assert amount(rows + more) == "102.00"
    assert amount(row for row in rows + more if row.document == "INV-2") == "4.00"


# --- returns and invoices made anew -----------------------------------------------------------


def test_a_return_that_loses_the_tier_claws_the_difference_back() -> None:
    """16 pieces for 160 earn 32; with 4 back 12 pieces for 120 earn 12: 8 go at 20 %, 12 more."""
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 13, 130), sold("INV-2", 3, 30)])
    assert amount(rows) == "32.00"
    more = assigned(agreement, rows, back("CN-1", "INV-1", 4, 40))
    assert told(more) == [
        ("INV-1", "reverse", "15", "-40.00", "20", "-8.00"),
        ("INV-1", "re_rate", "0", "90.00", "-10", "-9.00"),
        ("INV-2", "re_rate", "0", "30.00", "-10", "-3.00"),
    ]
    assert amount(rows + more) == "12.00"


def test_a_return_above_the_bound_only_reverses() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 20, 200)])
    more = assigned(agreement, rows, back("CN-1", "INV-1", 5, 50))
    assert told(more) == [("INV-1", "reverse", "15", "-50.00", "20", "-10.00")]


def test_an_incremental_return_takes_back_the_highest_tier_of_its_line_first() -> None:
    """Buying 17 for 170 and returning 1 is buying 16: 14 at 10 %, 2 at 20 %."""
    agreement = rebate(mode="incremental")
    rows = rows_after(agreement, [sold("INV-1", 17, 170)])
    rows += assigned(agreement, rows, back("CN-1", "INV-1", 1, 10))
    assert amount(rows) == amount(rows_after(agreement, [sold("INV-1", 16, 160)])) == "18.00"


def test_with_refilled_gaps_later_sales_keep_their_rates() -> None:
    """INV-1 had 14 pieces at 10 %, INV-2 has 6 at 20 %; then six more go where INV-1 was."""
    agreement = rebate(mode="incremental")
    rows = rows_after(agreement, [sold("INV-1", 14, 140), sold("INV-2", 6, 60)])
    rows += assigned(agreement, rows, back("CN-1", "INV-1", 14, 140))
    assert amount(rows) == "12.00"
    more = assigned(agreement, rows, sold("INV-3", 6, 60))
    assert told(more) == [("INV-3", "assign", "0", "60.00", "10", "6.00")]


def test_with_closed_gaps_later_sales_move_down() -> None:
    agreement = rebate(mode="incremental", gaps="closed")
    rows = rows_after(agreement, [sold("INV-1", 14, 140), sold("INV-2", 6, 60)])
    more = assigned(agreement, rows, back("CN-1", "INV-1", 14, 140))
    assert told(more) == [
        ("INV-1", "reverse", "0", "-140.00", "10", "-14.00"),
        ("INV-2", "re_rate", "0", "60.00", "10", "6.00"),
        ("INV-2", "re_rate", "15", "-60.00", "20", "-12.00"),
    ]
    assert amount(rows + more) == "6.00"


def test_an_invoice_that_grows_pushes_later_ones_up_where_gaps_are_closed() -> None:
    """INV-1 grows from 10 to 14 pieces, so the five of INV-2 all exceed the bound."""
    agreement = rebate(mode="incremental", gaps="closed")
    rows = rows_after(agreement, [sold("INV-1", 10, 100), sold("INV-2", 5, 50)])
    assert amount(rows) == "16.00"
    rows += assigned(agreement, rows, sold("INV-1", 14, 140))
    assert amount(rows) == "24.00"


def test_a_credit_for_the_price_alone_moves_no_tier() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 15, 150)])
    more = assigned(agreement, rows, back("CN-1", "INV-1", 0, 20))
    assert told(more) == [("INV-1", "reverse", "15", "-20.00", "20", "-4.00")]


def test_a_return_may_come_after_the_period() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 10, 100)])
    late = back("CN-1", "INV-1", 10, 100, on=date(2027, 2, 1))
    (row,) = assigned(agreement, rows, late)
    assert (row.on, str(row.amount)) == (date(2027, 2, 1), "-10.00")


def test_a_return_of_what_was_sold_before_the_period_earns_and_costs_nothing() -> None:
    before = back("CN-1", "INV-0", 1, 10, sold_on=date(2025, 12, 31))
    assert assigned(rebate(), (), before) == ()


def test_a_return_of_a_sale_that_nobody_assigned_is_refused() -> None:
    with pytest.raises(NotFound, match="CN-1 line 1 returns INV-0 line 1"):
        assigned(rebate(), (), back("CN-1", "INV-0", 1, 10))


def test_a_corrected_credit_note_gives_some_back() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 10, 100), back("CN-1", "INV-1", 6, 60)])
    more = assigned(agreement, rows, back("CN-1", "INV-1", 4, 40))
    assert told(more) == [("INV-1", "reverse", "0", "20.00", "10", "2.00")]


@pytest.mark.parametrize(("units", "net"), [(11, 100), (10, "100.01")])
def test_more_than_was_sold_does_not_come_back(units: int, net: object) -> None:
    rows = rows_after(rebate(), [sold("INV-1", 10, 100)])
    with pytest.raises(Refused, match="no more comes back than was sold"):
        assigned(rebate(), rows, back("CN-1", "INV-1", units, net))


def test_an_invoice_does_not_shrink_below_what_came_back() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 10, 100), back("CN-1", "INV-1", 6, 60)])
    with pytest.raises(Refused, match="no more comes back than was sold"):
        assigned(agreement, rows, sold("INV-1", 5, 60))


def test_a_document_names_one_event() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 10, 100), sold("INV-2", 10, 100)])
    rows += assigned(agreement, rows, back("CN-1", "INV-1", 1, 10))
    with pytest.raises(Conflict, match="CN-1 line 1 was assigned to another line"):
        assigned(agreement, rows, back("CN-1", "INV-2", 1, 10))
    with pytest.raises(Conflict, match="INV-2 line 1 was assigned to another line"):
        assigned(agreement, rows, back("INV-2", "INV-1", 1, 10))
    with pytest.raises(Conflict, match="CN-1 line 1 was assigned to another line"):
        assigned(agreement, rows, sold("CN-1", 1, 10))


def test_a_line_does_not_change_its_customer_or_product() -> None:
    agreement = rebate(customers=("C-1", "C-2"))
    rows = rows_after(agreement, [sold("INV-1", 10, 100)])
    for fields in ({"customer": "C-2"}, {"product": "M10"}):
        with pytest.raises(Conflict, match="INV-1 line 1 is M8 of customer C-1"):
            assigned(agreement, rows, sold("INV-1", 10, 100, **fields))


# --- what counts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (date(2025, 12, 31), False),
        (FIRST, True),
        (LAST, True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_period_holds_on_both_its_days(on: date, counts: bool) -> None:
    assert covers(rebate(zone="Asia/Shanghai"), sold("INV-1", 1, 10, on=on)) is counts


def test_a_period_of_instants_ends_on_the_day_of_its_zone() -> None:
    end = datetime.fromisoformat("2026-12-31T20:00:00+00:00")
    assert rebate(period={"end": end}, zone="Asia/Shanghai").ends_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"product": "M8"}, True),
        ({"product": "M8-RED", "family": "M8"}, True),
        ({"product": "NUT", "categories": ("nuts", "parts")}, True),
        ({"product": "FILM", "categories": ("foil",)}, False),
    ],
)
def test_products_their_variants_and_categories_count(
    fields: dict[str, object], counts: bool
) -> None:
    agreement = rebate(products=("M8",), categories=("parts",))
    assert covers(agreement, sold("INV-1", 1, 10, **fields)) is counts


def test_customers_of_a_group_climb_each_alone() -> None:
    agreement = rebate(customers=(), groups=("dealer",))
    first = sold("INV-1", 14, 140, customer="D-1", groups=("dealer",))
    second = sold("INV-2", 14, 140, customer="D-2", groups=("east", "dealer"))
    other = sold("INV-3", 14, 140, customer="X-1", groups=("east",))
    rows = rows_after(agreement, [first, second, other])
    assert [(row.customer, str(row.rate)) for row in rows] == [("D-1", "10"), ("D-2", "10")]


def test_customers_of_a_pool_climb_together_and_each_earns_its_own() -> None:
    agreement = rebate(customers=("C-1", "C-2"), pooled=True)
    rows = rows_after(agreement, [sold("INV-1", 14, 140), sold("INV-2", 1, 10, customer="C-2")])
    assert told(rows)[1:] == [
        ("INV-2", "assign", "15", "10.00", "20", "2.00"),
        ("INV-1", "re_rate", "15", "140.00", "10", "14.00"),
    ]
    earned = {
        customer: str(RebateAccount(agreement, rows, customer=customer).balance())
        for customer in ("C-1", "C-2")
    }
    assert earned == {"C-1": "28.00 CNY", "C-2": "2.00 CNY"}


def test_only_what_is_paid_counts_where_the_base_is_paid() -> None:
    """Invoiced 300, paid in three parts of 100; the pieces climb the tier at once."""
    agreement = rebate(base="net_paid")
    rows = assigned(agreement, (), sold("INV-1", 15, 300, paid=cny(0)))
    assert told(rows) == [("INV-1", "assign", "15", "0.00", "20", "0.00")]
    for part, expected in ((100, "20.00"), (200, "40.00"), (300, "60.00")):
        rows += assigned(agreement, rows, sold("INV-1", 15, 300, paid=cny(part)))
        assert amount(rows) == expected
    assert str(sum(row.quantity for row in rows)) == "15"


def test_paid_amounts_climb_where_amounts_do() -> None:
    tiers = (RebateTier(percent=1), RebateTier(lower=200, percent=2))
    agreement = rebate(base="net_paid", measure="amount", tiers=tiers)
    rows = assigned(agreement, (), sold("INV-1", 15, 300, paid=cny("199.99")))
    assert amount(rows) == "2.00"
    rows += assigned(agreement, rows, sold("INV-1", 15, 300, paid=cny(200)))
    assert amount(rows) == "4.00"


def test_a_sale_says_what_is_paid_where_that_counts() -> None:
    with pytest.raises(Refused, match="does not say what is paid"):
        assigned(rebate(base="net_paid"), (), sold("INV-1", 15, 300))


@pytest.mark.parametrize(("mode", "expected"), [("retroactive", "88.00"), ("incremental", "58.30")])
def test_units_earn_an_amount_each(mode: str, expected: str) -> None:
    """110 pieces: all at 0.80; or 99 at 0.50 and 11 at 0.80."""
    agreement = rebate(mode=mode, base="units", tiers=PER_PIECE)
    assert amount(rows_after(agreement, [sold("INV-1", 60, 1), sold("INV-2", 50, 1)])) == expected


def test_units_may_be_rated_by_what_was_spent() -> None:
    """For 150 of 300 the 30 pieces lie below 150, half of them: 15 × 0.50 + 15 × 0.80."""
    tiers = (RebateTier(amount_per_unit="0.50"), RebateTier(lower=150, amount_per_unit="0.80"))
    agreement = rebate(mode="incremental", base="units", measure="amount", tiers=tiers)
    assert amount(rows_after(agreement, [sold("INV-1", 30, 300)])) == "19.50"


def test_kilograms_reach_a_tier_by_the_gram() -> None:
    agreement = rebate(unit="kg", step="0.001", mode="incremental")
    below = assigned(agreement, (), sold("INV-1", "14.999", "149.99", unit="kg"))
    assert [str(row.rate) for row in below] == ["10"]
    at = assigned(agreement, (), sold("INV-1", "15", "150.00", unit="kg"))
    assert [(str(row.quantity), str(row.rate)) for row in at] == [("14.999", "10"), ("0.001", "20")]


def test_below_the_first_tier_nothing_is_earned_and_everything_is_kept() -> None:
    agreement = rebate(tiers=(RebateTier(lower=15, percent=20),))
    rows = assigned(agreement, (), sold("INV-1", 14, 140))
    assert told(rows) == [("INV-1", "assign", "0", "140.00", "0", "0.00")]
    rows += assigned(agreement, rows, sold("INV-2", 1, 10))
    assert amount(rows) == "30.00"


def test_a_line_without_pieces_earns_only_where_one_tier_holds_for_all() -> None:
    """Freight of 50 without a quantity has no place among the pieces of tiers."""
    freight = sold("INV-1", 0, 50)
    assert amount(rows_after(rebate(), [freight])) == "5.00"
    (row,) = rows_after(rebate(mode="incremental"), [freight])
    assert (row.net, row.base, str(row.amount)) == (Decimal(50), Decimal(0), "0.00")


def test_currencies_and_units_are_not_mixed() -> None:
    dollars = sold("INV-1", 1, 10).with_(net=Money("10.00", "USD"))
    with pytest.raises(Refused, match="is in USD, rebate agreement 'RB-1' in CNY"):
        assigned(rebate(), (), dollars)
    boxes = sold("INV-1", 1, 10, unit="box")
    with pytest.raises(Refused, match="counted in 'box'"):
        assigned(rebate(), (), boxes)
    spent = rebate(measure="amount")
    assert amount(assigned(spent, (), boxes)) == "1.00"


@pytest.mark.parametrize(
    ("currency", "net", "expected"), [("JPY", "1005", "101"), ("KWD", "1.005", "0.101")]
)
def test_amounts_have_the_decimals_of_their_currency(
    currency: str, net: str, expected: str
) -> None:
    agreement = rebate(currency=currency, tiers=(RebateTier(percent=10),))
    sale = sold("INV-1", 1, 10).with_(net=Money(net, currency))
    assert amount(assigned(agreement, (), sale)) == expected


# --- rounding ---------------------------------------------------------------------------------


def test_many_small_lines_add_up_to_what_they_are_together() -> None:
    """Each of 100 lines earns 0.004; rounded each by itself all would earn nothing."""
    agreement = rebate(tiers=(RebateTier(percent=1),))
    sales = [sold(f"INV-{place}", 1, "0.40") for place in range(100)]
    assert amount(rows_after(agreement, sales)) == "0.40"


def test_a_line_that_goes_takes_all_it_has_and_another_bears_the_cent() -> None:
    """Two lines of half a cent: the first has one cent, the second none, together one. When the
    first goes, half a cent is left, which is one cent, and now the second line's.
    """
    agreement = rebate(tiers=(RebateTier(percent=1),))
    rows = rows_after(agreement, [sold("INV-1", 1, "0.50"), sold("INV-2", 1, "0.50")])
    assert [str(row.amount) for row in rows] == ["0.01", "0.00"]
    more = assigned(agreement, rows, back("CN-1", "INV-1", 1, "0.50"))
    assert told(more) == [
        ("INV-1", "reverse", "0", "-0.50", "1", "-0.01"),
        ("INV-2", "rounding", "0", "0", "1", "0.01"),
    ]


def test_the_spare_unit_goes_to_who_is_furthest_from_its_share() -> None:
    touched = {"a": Fraction(1, 10), "b": Fraction(4, 10), "c": Fraction(3, 10)}
    assert borne(touched, whole=1, others=dict) == {"a": 0, "b": 1, "c": 0}
    others = {"d": Share(Fraction(6, 10), 0), "e": Share(Fraction(9, 10), 0)}
    assert borne({}, whole=1, others=lambda: others) == {"e": 1}


def test_parts_of_a_line_add_up_to_the_line() -> None:
    """Seven pieces for 10.00 over two tiers: 4/7 and 3/7 of the net, to the cent."""
    agreement = rebate(
        mode="incremental", tiers=(RebateTier(percent=10), RebateTier(lower=5, percent=20))
    )
    rows = rows_after(agreement, [sold("INV-1", 7, "10.00")])
    assert [(str(row.quantity), str(row.net)) for row in rows] == [("4", "5.71"), ("3", "4.29")]


# --- rows as they are kept --------------------------------------------------------------------


def test_rows_are_numbered_and_found_in_any_order() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 13, 10), sold("INV-2", 3, 10)])
    assert [row.key for row in rows] == ["RB-1#1", "RB-1#2", "RB-1#3"]
    mixed = (*reversed(rows), rows[0])
    assert assigned(agreement, mixed, sold("INV-3", 1, 10)) == assigned(
        agreement, rows, sold("INV-3", 1, 10)
    )


def test_rows_of_other_agreements_are_passed_over() -> None:
    other = rows_after(rebate(code="RB-0"), [sold("INV-1", 20, 200)])
    rows = assigned(rebate(), other, sold("INV-1", 13, 130))
    assert amount(rows) == "13.00"


def test_a_missing_row_is_noticed() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 10), sold("INV-2", 3, 10)])
    with pytest.raises(Conflict, match="row RB-1#2 is missing"):
        assigned(rebate(), (rows[0], rows[2]), sold("INV-3", 1, 10))


def test_two_who_assign_at_the_same_time_are_noticed() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 13, 10)])
    mine = assigned(agreement, rows, sold("INV-2", 1, 10))
    theirs = assigned(agreement, rows, sold("INV-3", 1, 10))
    with pytest.raises(Conflict, match="two different rows are RB-1#2"):
        assigned(agreement, rows + mine + theirs, sold("INV-4", 1, 10))


@pytest.mark.parametrize(
    "tiers",
    [
        (RebateTier(percent=12), RebateTier(lower=15, percent=20)),
        (RebateTier(lower=1, percent=10),),
    ],
)
def test_terms_that_changed_are_noticed(tiers: tuple[RebateTier, ...]) -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 10)])
    with pytest.raises(Conflict, match="new terms are a new agreement"):
        assigned(rebate(tiers=tiers), rows, sold("INV-2", 1, 10))


def test_rows_stay_what_they_are_as_text() -> None:
    for row in rows_after(rebate(), [sold("INV-1", 13, 10), sold("INV-2", 3, 10)]):
        assert type(row).model_validate_json(row.canonical()) == row
    agreement = rebate(mode="incremental", gaps="closed")
    assert type(agreement).model_validate_json(agreement.canonical()) == agreement


def test_a_sale_of_nothing_is_known_from_then_on() -> None:
    agreement, nothing = rebate(mode="incremental"), sold("INV-1", 0, 0)
    (row,) = rows_after(agreement, [nothing])
    assert (row.kind, row.tier, str(row.amount)) == ("assign", Decimal(0), "0.00")
    assert assigned(agreement, (row,), nothing) == ()


def test_a_number_is_the_same_however_it_is_typed() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 10, 100)])
    assert assigned(agreement, rows, sold("inv－1", 10, 100)) == ()
    assert amount(assigned(agreement, rows, back("CN-1", "ｉｎｖ-1", 10, 100))) == "-10.00"


# --- settling ---------------------------------------------------------------------------------


def settled(rows, amount_=None, *, on=LAST, number="RS-1", before=(), **fields):
    return settlement(
        rebate(**fields), rows, before, customer="C-1", number=number, on=on, amount=amount_
    )


def test_a_settlement_takes_what_is_accrued_and_not_a_cent_more() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    assert settled(rows).amount == cny("13.00")
    assert settled(rows, cny("13.00")).amount == cny("13.00")
    with pytest.raises(Refused, match=r"settles 13\.01 CNY .* only 13\.00 CNY"):
        settled(rows, cny("13.01"))


def test_what_is_reversed_later_is_not_there_to_be_settled_earlier() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    rows += assigned(rebate(), rows, back("CN-1", "INV-1", 3, 30, on=date(2027, 1, 5)))
    assert settled(rows).amount == cny("10.00")


def test_a_settlement_waits_for_the_last_day_of_the_period() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    with pytest.raises(Refused, match="settled from 2026-12-31 on"):
        settled(rows, on=date(2026, 12, 30))
    assert settled(rows, on=date(2026, 6, 30), interim=True).amount == cny("13.00")
    assert settled(rows, on=date(2026, 6, 30), period={}).amount == cny("13.00")


def test_a_settlement_that_is_asked_for_again_is_the_same() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    once = settled(rows)
    assert settled(rows, before=[once]) == once
    assert settled(rows, cny("13.00"), before=[once, once]) == once
    with pytest.raises(Conflict, match="number RS-1 is taken by a settlement of 13"):
        settled(rows, cny("5.00"), before=[once])
    with pytest.raises(Refused, match="nothing of rebate agreement 'RB-1' is due"):
        settled(rows, number="RS-2", before=[once])


def test_two_settlements_of_one_number_are_noticed() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    one, other = settled(rows, cny("1.00")), settled(rows, cny("2.00"))
    with pytest.raises(Conflict, match="number RS-1 is taken"):
        RebateAccount(rebate(), rows, [one, other], customer="C-1")


def test_a_reversed_settlement_may_be_settled_again() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    once = settled(rows)
    bounced = once.with_(kind="rebate_reversal", number="X-1", on=date(2027, 1, 4))
    again = settled(rows, number="RS-2", on=date(2027, 1, 5), before=[once, bounced])
    assert again.amount == cny("13.00")
    with pytest.raises(Refused, match="nothing of rebate agreement"):
        settled(rows, number="RS-2", on=LAST, before=[once, bounced])


def overpaid(**fields):
    """13.00 is settled; then three pieces come back, and 3.00 of it is not earned."""
    agreement = rebate(**fields)
    rows = rows_after(agreement, [sold("INV-1", 13, 130)])
    paid = settlement(agreement, rows, customer="C-1", number="RS-1", on=LAST)
    rows += assigned(agreement, rows, back("CN-1", "INV-1", 3, 30, on=date(2027, 1, 5)))
    return agreement, rows, [paid]


def test_what_was_settled_too_much_becomes_a_receivable() -> None:
    agreement, rows, paid = overpaid()
    terms = {"customer": "C-1", "number": "RC-1"}
    with pytest.raises(Refused, match="owes nothing"):
        recouped(agreement, rows, paid, on=date(2027, 1, 4), **terms)
    owed = recouped(agreement, rows, paid, on=date(2027, 1, 5), **terms)
    assert (owed.kind, owed.amount) == ("rebate_claw_back", cny("3.00"))
    assert recouped(agreement, rows, [*paid, owed], on=date(2027, 1, 5), **terms) == owed
    account = RebateAccount(agreement, rows, [*paid, owed], customer="C-1")
    assert account.balance() == cny("0.00")


def test_what_was_settled_too_much_is_carried_where_that_is_agreed() -> None:
    agreement, rows, paid = overpaid(claw_back="carry")
    terms = {"customer": "C-1", "number": "RC-1", "on": date(2027, 1, 31)}
    following = rebate(code="RB-2", period={"start": "2027-01-01", "end": "2027-12-31"})
    for wrong in (None, agreement):
        with pytest.raises(Refused, match="give it as into"):
            recouped(agreement, rows, paid, into=wrong, **terms)
    with pytest.raises(Refused, match="carry into one in the same currency"):
        recouped(agreement, rows, paid, into=following.with_(currency="USD"), **terms)
    owed = recouped(agreement, rows, paid, into=following, **terms)
    more = assigned(following, (), sold("INV-9", 10, 100, on=date(2027, 3, 1)))
    ahead = rebate_statement(following, more, [owed], customer="C-1")
    assert (ahead.carried, ahead.accrued, ahead.closing) == (
        cny("-3.00"),
        cny("10.00"),
        cny("7.00"),
    )
    assert rebate_statement(agreement, rows, [*paid, owed], customer="C-1").closing == cny("0.00")


def test_a_movement_is_of_something_and_says_where_it_is_carried() -> None:
    fields = {"number": "RS-1", "agreement": "RB-1", "customer": "C-1", "on": LAST}
    for wrong in (
        {"kind": "rebate_settlement", "amount": cny(0)},
        {"kind": "rebate_settlement", "amount": cny(1), "into": "RB-2"},
        {"kind": "rebate_carry", "amount": cny(1)},
    ):
        with pytest.raises(ValidationError, match="movement RS-1 is of more than 0"):
            RebateMovement.model_validate({**fields, **wrong})


def test_events_are_booked_as_what_they_come_to() -> None:
    agreement = rebate(customers=("C-1", "C-2"), pooled=True)
    rows = rows_after(
        agreement,
        [
            sold("INV-1", 14, 140),
            sold("INV-2", 1, 10, customer="C-2", on=day(70)),
            sold("INV-3", 1, 0),
        ],
    )
    assert [(each.document, each.customer, str(each.amount)) for each in accruals(rows)] == [
        ("INV-1", "C-1", "14.00 CNY"),
        ("INV-2", "C-2", "2.00 CNY"),
        ("INV-2", "C-1", "14.00 CNY"),
    ]


# --- statements and forecasts -----------------------------------------------------------------


def test_a_statement_runs_from_opening_to_closing() -> None:
    agreement, rows, paid = overpaid()
    found = rebate_statement(agreement, rows, paid, customer="C-1", since=LAST)
    assert found.opening == cny("13.00")
    assert [(row.kind, row.document, str(row.amount), str(row.balance)) for row in found.rows] == [
        ("settled", "RS-1", "-13.00 CNY", "0.00 CNY"),
        ("reversed", "CN-1", "-3.00 CNY", "-3.00 CNY"),
    ]
    assert (found.accrued, found.settled, found.reversed) == (cny(0), cny(13), cny(3))
    assert found.closing == cny("-3.00")


def test_a_statement_of_a_past_day_knows_nothing_of_later_ones() -> None:
    agreement = rebate()
    rows = rows_after(agreement, [sold("INV-1", 13, 130), sold("INV-2", 3, 30, on=day(200))])
    past = rebate_statement(agreement, rows, customer="C-1", as_of=day(199))
    assert (past.closing, past.measured, past.tier) == (cny("13.00"), Decimal(13), Decimal(0))
    assert [(str(share.base), str(share.rate)) for share in past.shares] == [("130.00", "10")]
    assert past.next is not None
    assert past.next.missing == 2
    now = rebate_statement(agreement, rows, customer="C-1", as_of=day(200))
    assert (now.closing, now.tier, now.next) == (cny("32.00"), Decimal(15), None)
    assert [(str(share.base), str(share.amount)) for share in now.shares] == [
        ("160.00", "32.00 CNY")
    ]


def test_an_incremental_statement_has_a_share_for_each_tier() -> None:
    agreement = rebate(mode="incremental")
    rows = rows_after(agreement, [sold("INV-1", 13, 10), sold("INV-2", 3, 10)])
    found = rebate_statement(agreement, rows, customer="C-1")
    assert [
        (str(share.tier), str(share.quantity), str(share.base), str(share.amount))
        for share in found.shares
    ] == [("0", "14", "13.33", "1.33 CNY"), ("15", "2", "6.67", "1.33 CNY")]


def test_who_bought_nothing_has_a_statement_of_nothing() -> None:
    found = rebate_statement(rebate(), (), customer="C-1")
    assert (found.opening, found.closing, found.rows, found.shares) == (cny(0), cny(0), (), ())


def test_the_next_tier_says_what_it_needs_and_what_it_would_bring() -> None:
    """13 pieces for 130 earn 13; two more at 10 make 20 % of 150, which is 17 more."""
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    (step,) = forecast(rebate(), rows, customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(2), cny("17.00"))
    assert str(step) == "2 pc more reach the tier from 15 (20%) and bring 17.00 CNY"
    assert step.words.zh == "再购 2 pc 达到 15 起的档位（20%），可增加返利 17.00 CNY"


def test_a_forecast_takes_the_price_that_it_is_given() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    found = forecast(rebate(), rows, customer="C-1", price=cny("100.00")).next
    assert found is not None
    assert found.brings == cny("53.00")
    with pytest.raises(Invalid, match="different currencies"):
        forecast(rebate(), rows, customer="C-1", price=Money("1.00", "USD"))


def test_a_forecast_without_a_price_says_only_what_is_missing() -> None:
    (step,) = forecast(rebate(), (), customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(15), None)
    assert str(step) == "15 pc more reach the tier from 15 (20%)"
    units = rebate(base="units", measure="amount", tiers=PER_PIECE)
    (step,) = forecast(units, (), customer="C-1").steps
    assert str(step) == "100 CNY more reach the tier from 100 (0.80 CNY/pc)"


def test_a_forecast_of_units_and_of_amounts_needs_no_price() -> None:
    pieces = rebate(base="units", tiers=PER_PIECE)
    rows = rows_after(pieces, [sold("INV-1", 40, 1)])
    (step,) = forecast(pieces, rows, customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(60), cny("60.00"))
    spent = rebate(measure="amount", tiers=(RebateTier(lower=100, percent=5),))
    (step,) = forecast(spent, (), customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(100), cny("5.00"))


def test_a_forecast_for_one_of_a_pool_is_of_its_own_rebate() -> None:
    """13 pieces of both; two more of C-1 at 10 lift its 100 and those 20 to 20 %."""
    agreement = rebate(customers=("C-1", "C-2"), pooled=True)
    rows = rows_after(agreement, [sold("INV-1", 10, 100), sold("INV-2", 3, 30, customer="C-2")])
    (step,) = forecast(agreement, rows, customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(2), cny("14.00"))


def test_what_cost_nothing_foretells_no_price() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 13, 0)])
    (step,) = forecast(rebate(), rows, customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(2), None)


def test_units_are_foretold_by_what_they_cost() -> None:
    """30 pieces for 60; the 40 that are missing to 100 buy 20: 50 at 0.80 are 25 more."""
    agreement = rebate(base="units", measure="amount", tiers=PER_PIECE)
    rows = rows_after(agreement, [sold("INV-1", 30, 60)])
    (step,) = forecast(agreement, rows, customer="C-1").steps
    assert (step.missing, step.brings) == (Decimal(40), cny("25.00"))


def test_a_day_on_which_more_had_come_back_than_was_sold_stands_on_the_lowest_tier() -> None:
    """Ten are invoiced in March and 20 in July, with a return of 15 that is dated in April."""
    agreement = rebate()
    rows = rows_after(
        agreement,
        [
            sold("INV-1", 10, 100),
            sold("INV-1", 20, 200, on=day(200)),
            back("CN-1", "INV-1", 15, 150, on=day(100)),
        ],
    )
    found = rebate_statement(agreement, rows, customer="C-1", as_of=day(150))
    assert (found.measured, found.tier) == (Decimal(-5), Decimal(0))


def test_at_the_top_there_is_no_next_tier() -> None:
    rows = rows_after(rebate(), [sold("INV-1", 15, 150)])
    found = forecast(rebate(), rows, customer="C-1")
    assert (found.tier, found.steps, found.next) == (Decimal(15), (), None)


def test_the_rebate_that_a_quote_would_accrue_lowers_its_pocket_margin() -> None:
    """Three pieces at 10 cost 24; they earn 6.00 and lift what was bought before by 13.00."""
    rows = rows_after(rebate(), [sold("INV-1", 13, 130)])
    quoted = assigned(rebate(), rows, sold("Q-1", 3, 30))
    accrual = accrued_in(quoted, "CNY")
    margin = pocket_margin([Sold("1", Decimal(30), Decimal(24))], currency="CNY", accrual=accrual)
    assert (accrual, margin.net) == (cny("19.00"), cny("11.00"))


# --- what cannot be agreed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"customers": ()}, "is with nobody"),
        ({"tiers": (RebateTier(lower=5, percent=1), RebateTier(lower=5, percent=2))}, "5, 5"),
        ({"tiers": PER_PIECE}, "the base is 'net_invoiced'"),
        ({"base": "units"}, "the base is 'units'"),
        ({"gaps": "closed"}, "gaps are for incremental mode"),
        ({"zone": "Mars"}, "not an IANA time zone"),
    ],
)
def test_an_agreement_that_contradicts_itself_is_refused(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises((ValidationError, NotFound), match=message):
        rebate(**fields)


@pytest.mark.parametrize("fields", [{}, {"percent": 1, "amount_per_unit": 1}])
def test_a_tier_has_one_rate(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="percent or amount_per_unit, one of the two"):
        RebateTier.model_validate({"lower": 5, **fields})


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": -1},
        {"net": cny(-1)},
        {"paid": cny(-1)},
        {"returned": {"document": "INV-0", "line": "1", "on": FIRST}},
    ],
)
def test_a_sale_is_not_negative_and_a_return_not_positive(wrong: dict[str, object]) -> None:
    fields = {**dict(sold("INV-1", 1, 10)), **wrong}
    with pytest.raises(ValidationError, match="a return names the line it takes back"):
        RebateSale.model_validate(fields)


def test_no_more_is_paid_of_a_line_than_it_comes_to() -> None:
    with pytest.raises(ValidationError, match="what is paid ahead does not count"):
        sold("INV-1", 1, 10, paid=cny("10.01"))
