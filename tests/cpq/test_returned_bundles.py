"""Returns of bundles, of their parts, and of what is taxed otherwise than by a percentage."""

import pytest

from cpq.configuration import Configuration, Item, configure
from cpq.kernel.errors import Invalid
from cpq.kernel.money import RoundingPolicy
from cpq.pricing import item, price
from cpq.returns import Kept, ReturnPolicy, everything_left, repricing, take_back
from cpq.waterfall import Pricing
from tests.cpq.takings import KIT, cny, kits, percent, sold, trade
from tests.cpq.trade import DAY

CLAW_BACK = ReturnPolicy(on_return="claw_back")
REBILL = ReturnPolicy(on_return="rebill")


def test_the_parts_of_an_allocated_bundle_bear_its_price() -> None:
    funders = ({"funder": "own", "percent": 50}, {"funder": "ACME", "percent": 50})
    _, pricing = kits(benefit=percent(10), funding={"shares": funders})
    whole = take_back(pricing, {"1": 2})
    # 180.00 by 40.00 to 10.00, and the 20.00 off in the same way
    assert [(line.line, str(line.quantity), str(line.net)) for line in whole.lines] == [
        ("1", "2", "0.00"),
        ("1.1", "4", "144.00"),
        ("1.2", "2", "36.00"),
    ]
    assert whole.refund == pricing.gross == cny("203.40")
    assert [(row.line, row.funder, str(row.amount)) for row in whole.allocations] == [
        *(("1", "ACME", "8.00"), ("1", "own", "8.00")),
        *(("1", "ACME", "2.00"), ("1", "own", "2.00")),
    ]


def test_a_part_may_come_back_alone_and_the_rest_with_its_head() -> None:
    _, pricing = kits()
    first = take_back(pricing, {"1.1": 3})
    assert (first.refund, first.lines[0].product) == (cny("135.60"), "L1")
    second = take_back(pricing, {"1": 2}, before=[first])
    came = [(line.line, str(line.quantity)) for line in second.lines]
    assert came == [("1", "2"), ("1.1", "1"), ("1.2", "2")]
    assert first.refund + second.refund == pricing.gross
    assert second.complete


def test_a_part_that_comes_back_makes_a_rebilled_bundle_no_cheaper() -> None:
    # it brings its share of the price, and what stays of the bundle has its own
    catalogue, pricing = kits()
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1.1": 1, "1": 1}, policy=REBILL, reprice=again)
    assert credit.deductions == ()
    assert credit.refund == take_back(pricing, {"1.1": 1, "1": 1}).refund


def test_a_part_with_a_price_of_its_own_is_left_out_of_what_is_priced_anew() -> None:
    bom = KIT.with_(rollup="components")
    catalogue = trade(10, 4, 0, boms=(bom,), benefit=percent(50), amount_from=cny("24"))
    things = [configure(catalogue.bom("L3")), item("L2", 5)]
    pricing = price(things, catalogue=catalogue, on=DAY)
    assert [str(line.net) for line in pricing.lines] == ["0", "10.00", "2.00", "10.00"]
    seen: list[Kept] = []

    def reprice(kept: Kept) -> Pricing:
        seen.append(kept)
        return repricing(pricing, catalogue=catalogue)(kept)

    credit = take_back(pricing, {"1.1": 2, "2": 1}, policy=CLAW_BACK, reprice=reprice)
    assert seen[0].lines == (("1", "1"), ("1.1", "1.2"), ("2", "2"))
    kept, loose = seen[0].items
    assert isinstance(kept, Configuration)
    assert [(part.product, str(part.total)) for part in kept.parts] == [("L2", "1")]
    assert isinstance(loose, Item)
    assert str(loose.quantity) == "4"
    assert {row.line: str(row.net) for row in credit.deductions} == {"1.2": "2.00", "2": "8.00"}


def test_a_part_comes_back_once_whether_alone_or_with_its_head() -> None:
    _, pricing = kits()
    before = [take_back(pricing, {"1": 2})]
    with pytest.raises(Invalid, match=r"line 1\.1: 4 pc sold, 4 returned, 1 come back"):
        take_back(pricing, {"1.1": 1}, before=before)
    with pytest.raises(Invalid, match="2 returned, 3 come back; return at most 2"):
        take_back(pricing, {"1": 1, "1.1": 3})


def test_a_tax_per_unit_comes_back_with_its_units() -> None:
    pricing = sold(trade((10, "BOTTLE"), benefit=percent(50)), 4)
    assert pricing.tax == cny("4.60")  # 13 % of 20.00, and 0.50 each
    assert take_back(pricing, {"1": 1}).tax == cny("1.15")


def test_the_tax_of_a_group_comes_back_as_the_lines_bore_it() -> None:
    catalogue = trade(*(("0.04", "VAT13"),) * 3)
    pricing = sold(catalogue, 1, 1, 1, policy=RoundingPolicy(tax="group"))
    taxes = [str(take_back(pricing, {line: 1}).tax.amount) for line in ("1", "2", "3")]
    assert taxes == ["0.01", "0.01", "0.00"]
    assert take_back(pricing, everything_left(pricing)).tax == pricing.tax


def test_what_a_part_owes_per_unit_comes_back_with_it() -> None:
    # the kit is 100.00 by 20.00 to 5.00; a nut is owed 0.50 on, wherever it is sold
    catalogue = trade((10, "VAT13"), (5, "BOTTLE"), (100, "VAT13"), boms=(KIT,))
    pricing = price([configure(catalogue.bom("L3"))], catalogue=catalogue, on=DAY)
    assert pricing.tax == cny("13.50")
    first = take_back(pricing, {"1.2": 1})
    assert (first.net, first.tax) == (cny("20.00"), cny("3.10"))
    rest = take_back(pricing, {"1": 1}, before=[first])
    assert first.refund + rest.refund == pricing.gross


def test_no_step_brings_less_than_nothing_before_tax() -> None:
    # 0.06 with 0.01 tax in it: at 49 of 100 the gross is 0.03 by itself, the tax not yet 0.01
    pricing = sold(trade(("0.0006", "VAT13"), basis="gross"), 100)
    first = take_back(pricing, {"1": 49})
    second = take_back(pricing, {"1": 1}, before=[first])
    figures = [
        [str(row.net), str(row.tax), str(row.gross)] for row in (*first.lines, *second.lines)
    ]
    assert figures == [["0.02", "0.01", "0.03"], ["0.00", "0.00", "0.00"]]
