"""Returns: what the customer gets back, what is deducted from it, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from cpq.configuration import configure
from cpq.coupon import Coupon
from cpq.deal import DealFacts
from cpq.kernel.errors import DomainError
from cpq.kernel.money import RoundingPolicy
from cpq.manual import ManualPrice
from cpq.pricebook import PriceBook, PriceBookVersion, Tier, entry
from cpq.pricing import item, price
from cpq.promotion import PromotionPolicy
from cpq.returns import (
    KEEP,
    Kept,
    ReturnCredit,
    ReturnPolicy,
    everything_left,
    repricing,
    return_policy,
    take_back,
)
from cpq.waterfall import Pricing
from tests.cpq.takings import KIT, cny, off, percent, sold, trade
from tests.cpq.trade import DAY

CLAW_BACK = ReturnPolicy(on_return="claw_back")
REBILL = ReturnPolicy(on_return="rebill")


def refused(*args: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as error:
        take_back(*args, **named)
    return error.value.code, error.value.message


# --- the worked cases ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "quantities", "promotion", "returned", "refund"),
    [
        pytest.param((50,) * 4, (1,) * 4, off("100"), {"1": 1, "2": 1}, "50.00", id="AL-23"),
        pytest.param((100,), (3,), percent(10), {"1": 2}, "180.00", id="AL-24"),
        pytest.param((150, 60), (1, 1), off("42"), {"1": 1}, "120.00", id="AL-25"),
        pytest.param((50, 50), (1, 1), percent(10), {"1": 1}, "45.00", id="AL-28"),
        pytest.param((6, 4), (1, 1), percent(10), {"1": 1}, "5.40", id="AL-29"),
        pytest.param((100,) * 3, (1,) * 3, off("10"), {"2": 1}, "96.67", id="AL-20"),
    ],
)
def test_what_comes_back_brings_its_own_share_of_the_discount(
    prices: tuple[int, ...],
    quantities: tuple[int, ...],
    promotion: dict[str, object],
    returned: dict[str, int],
    refund: str,
) -> None:
    pricing = sold(trade(*prices, benefit=promotion), *quantities)
    assert take_back(pricing, returned).refund == cny(refund)


def test_a_discount_on_prices_with_tax_comes_back_by_gross() -> None:
    """AL-26: 500 off two lines of 500, one with 20 % in it: 250 each, whatever tax is inside."""
    catalogue = trade((500, "T20"), 500, basis="gross", benefit=off("500"))
    credit = take_back(sold(catalogue, 1, 1), {"1": 1})
    (line,) = credit.lines
    assert (str(line.gross), str(line.net), str(line.tax)) == ("250.00", "208.33", "41.67")
    assert credit.refund == cny("250.00")


TENTH: dict[str, Any] = {"benefit": percent(10), "amount_from": cny("300")}
"""AL-27: six at 50, ten percent from 300 on."""


@pytest.mark.parametrize(
    ("policy", "refund", "deducted"),
    [(KEEP, "225.00", "0.00"), (CLAW_BACK, "220.00", "5.00"), (REBILL, "220.00", "5.00")],
)
def test_a_broken_threshold_is_kept_clawed_back_or_rebilled(
    policy: ReturnPolicy, refund: str, deducted: str
) -> None:
    """AL-27: 270 was paid; the one that stays cost 45 in the six and costs 50 alone."""
    catalogue = trade(50, **TENTH)
    pricing = sold(catalogue, 6)
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=policy, reprice=again)
    assert pricing.net == cny("270.00")
    assert (credit.refund, credit.deducted) == (cny(refund), cny(deducted))
    last = take_back(pricing, {"1": 1}, before=[credit], policy=policy)
    assert credit.refund + last.refund == pricing.gross
    assert last.complete


def test_a_claw_back_says_why_in_both_languages() -> None:
    catalogue = trade((50, "VAT13"), name={"en": "Autumn", "zh": "金秋"}, **TENTH)
    pricing = sold(catalogue, 6)
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=CLAW_BACK, reprice=again)
    (row,) = credit.deductions
    assert (row.line, row.reason, row.promotion, row.tax_code) == ("1", "claw_back", "P", "VAT13")
    assert (str(row.net), str(row.tax), str(row.gross)) == ("5.00", "0.65", "5.65")
    assert row.text.en == "Autumn: what stays of line 1 (L1) no longer earns it; 5.65 CNY deducted"
    assert row.text.zh == "金秋：第 1 行（L1）留下的部分不再满足条件，扣回 5.65 CNY"
    last = take_back(pricing, {"1": 1}, before=[credit], policy=CLAW_BACK)
    (undone,) = last.deductions
    assert undone.gross == -row.gross
    assert undone.text.en == "Autumn: 5.65 CNY that was deducted on line 1 (L1) is given back"
    assert undone.text.zh == "金秋：第 1 行（L1）此前扣回的 5.65 CNY 予以退还"


def test_a_whole_return_reverses_the_promotion() -> None:
    """FG-13: 470 + 47 = 517 after ten percent on three of four products; all of it comes back."""
    catalogue = trade(
        *((amount, "T10") for amount in (20, 25, 100, 100)),
        benefit=percent(10),
        products=("L1", "L2", "L4"),
        quantity_from=10,
    )
    pricing = sold(catalogue, 5, 4, 2, 1)
    assert (pricing.net, pricing.tax, pricing.gross) == (cny("470.00"), cny("47.00"), cny("517.00"))
    credit = take_back(pricing, everything_left(pricing))
    assert (credit.net, credit.tax, credit.gross) == (pricing.net, pricing.tax, pricing.gross)
    assert credit.refund == cny("517.00")
    assert [str(row.amount) for row in credit.allocations] == ["10.00", "10.00", "10.00"]
    assert credit.complete
    assert everything_left(pricing, before=[credit]) == {}


def test_three_steps_give_what_one_does() -> None:
    pricing = sold(trade((10, "VAT13"), benefit=off("0.05")), 3)
    credits_: list[ReturnCredit] = []
    for _ in range(3):
        credits_.append(take_back(pricing, {"1": 1}, before=credits_))
    lines = [credit.lines[0] for credit in credits_]
    assert [str(line.net) for line in lines] == ["9.98", "9.99", "9.98"]
    assert [str(line.tax) for line in lines] == ["1.30", "1.29", "1.30"]
    shares = [str(row.amount) for line in lines for row in line.allocations]
    assert shares == ["0.02", "0.01", "0.02"]
    whole = take_back(pricing, {"1": 3})
    assert whole.refund == pricing.gross == sum((each.refund for each in credits_), cny("0"))


# --- what cannot be deducted --------------------------------------------------------------------

HALF: dict[str, Any] = {"benefit": percent(50), "quantity_from": 10}


def test_what_the_refund_cannot_bear_is_owed_and_deducted_next_time() -> None:
    # 50.00 was paid for ten; 5.00 come back and 45.00 were given on the nine that stay
    catalogue = trade(10, **HALF)
    pricing = sold(catalogue, 10)
    again = repricing(pricing, catalogue=catalogue)
    first = take_back(pricing, {"1": 1}, policy=CLAW_BACK, reprice=again)
    assert (first.refund, first.owed, first.charge) == (cny("0.00"), cny("40.00"), cny("0.00"))
    assert (first.gross, first.deducted) == (cny("-40.00"), cny("45.00"))
    second = take_back(pricing, {"1": 4}, before=[first], policy=CLAW_BACK, reprice=again)
    assert (second.gross, second.refund, second.owed) == (cny("40.00"), cny("0.00"), cny("0.00"))
    third = take_back(pricing, {"1": 5}, before=[second, first], policy=CLAW_BACK)
    assert third.refund == pricing.gross


def test_the_customer_pays_the_difference_where_the_policy_says_so() -> None:
    catalogue = trade(10, **HALF)
    pricing = sold(catalogue, 10)
    again = repricing(pricing, catalogue=catalogue)
    pays = CLAW_BACK.with_(customer_pays=True)
    first = take_back(pricing, {"1": 1}, policy=pays, reprice=again)
    assert (first.refund, first.owed, first.charge) == (cny("0.00"), cny("0.00"), cny("40.00"))
    last = take_back(pricing, {"1": 9}, before=[first], policy=pays)
    assert last.refund - first.charge == pricing.gross


# --- policies -----------------------------------------------------------------------------------


def test_rebilled_goods_cost_what_their_tier_says() -> None:
    tiers = (Tier(price="10"), Tier(lower=10, price="8"))
    version = PriceBookVersion(entries=(entry("L1", tiers=tiers),))
    book = PriceBook(code="LIST", currency="CNY", versions=(version,))
    catalogue = trade(1).with_(books=(book,))
    pricing = sold(catalogue, 10)
    assert take_back(pricing, {"1": 6}, policy=CLAW_BACK).refund == cny("48.00")
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 6}, policy=REBILL, reprice=again)
    assert credit.refund == cny("80.00") - cny("40.00")
    assert credit.deductions[0].text.en == (
        "what stays of line 1 (L1) is priced anew as of 2026-11-21; 8.00 CNY deducted"
    )
    assert credit.deductions[0].text.zh == (
        "第 1 行（L1）留下的部分按 2026-11-21 重新计价，扣减 8.00 CNY"
    )


def test_a_promotion_that_keeps_its_word_is_honoured_on_a_rebilled_sale() -> None:
    catalogue = trade(50, **TENTH)
    pricing = sold(catalogue, 6)
    policy = ReturnPolicy(on_return="rebill", promotions=(("P", "keep"),))
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=policy, reprice=again)
    found = {row.reason: str(row.gross) for row in credit.deductions}
    assert found == {"rebill": "5.00", "honoured": "-5.00"}
    assert credit.refund == cny("225.00")
    words = {row.reason: row.text.zh for row in credit.deductions}
    assert words["honoured"] == "P：第 1 行（L1）留下的部分保留优惠，退还 5.00 CNY"


def test_each_promotion_has_its_own_policy() -> None:
    base = trade(50, **TENTH)
    more = PromotionPolicy.model_validate(
        {"code": "Q", "benefit": off("60"), "quantity_from": 4, "on_return": "claw_back"}
    )
    catalogue = base.with_(promotions=(*base.promotions, more))
    pricing = sold(catalogue, 6)
    policy = return_policy(catalogue.promotions)
    assert policy == ReturnPolicy(promotions=(("Q", "claw_back"),))
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=policy, reprice=again)
    assert [(row.promotion, str(row.net)) for row in credit.deductions] == [("Q", "10.00")]


def test_a_discount_that_what_stays_would_get_again_is_not_clawed_back() -> None:
    # 100 off four of 50: the two that stay had 50 of it and would get all 100
    catalogue = trade(50, 50, 50, 50, benefit=off("100"))
    pricing = sold(catalogue, 1, 1, 1, 1)
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 1, "2": 1}, policy=CLAW_BACK, reprice=again)
    assert (credit.deductions, credit.refund) == ((), cny("50.00"))


def test_cents_of_rounding_are_no_claw_back() -> None:
    # half of 0.33 three times is 0.50 together: 0.17, 0.17, 0.16; half of two alone is 0.33
    catalogue = trade("0.33", "0.33", "0.33", benefit=percent(50))
    pricing = sold(catalogue, 1, 1, 1)
    assert str(pricing.discount) == "0.50 CNY"
    again = repricing(pricing, catalogue=catalogue)
    for line in ("1", "2", "3"):
        assert take_back(pricing, {line: 1}, policy=CLAW_BACK, reprice=again).deductions == ()


def test_a_manual_price_stays_with_its_line_when_others_move_up() -> None:
    catalogue = trade(50, 50, **HALF)
    manual = {"2": ManualPrice(price="40", promotable=True)}
    pricing = sold(catalogue, 4, 6, manual=manual)
    seen: list[Kept] = []

    def reprice(kept: Kept) -> Pricing:
        seen.append(kept)
        return repricing(pricing, catalogue=catalogue)(kept)

    credit = take_back(pricing, {"1": 4}, policy=REBILL, reprice=reprice)
    assert seen[0].lines == (("1", "2"),)
    assert [number for number, _ in seen[0].manual] == ["1"]
    # 220.00 was paid; the six cost 240.00 without the half
    assert (pricing.net, credit.refund, credit.owed) == (cny("220.00"), cny("0.00"), cny("20.00"))


def test_coupons_of_the_sale_open_their_promotion_again() -> None:
    catalogue = trade(50, benefit=percent(10), needs_coupon=True)
    deal = DealFacts(coupons=(Coupon(code="POSTER", promotion="P"),))
    pricing = sold(catalogue, 6, deal=deal)
    assert pricing.net == cny("270.00")
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=CLAW_BACK, reprice=again)
    assert (credit.deductions, credit.refund) == ((), cny("225.00"))
    assert {row.coupon for row in credit.allocations} == {"poster"}


# --- refusals -----------------------------------------------------------------------------------


def test_more_than_was_sold_cannot_come_back() -> None:
    pricing = sold(trade(50), 3)
    before = [take_back(pricing, {"1": 2})]
    assert refused(pricing, {"1": 2}, before=before) == (
        "return.exceeds_quantity",
        "line 1: 3 pc sold, 2 returned, 2 come back; return at most 1",
    )


@pytest.mark.parametrize(
    ("returned", "code"),
    [
        ({}, "return.empty"),
        ({"9": 1}, "return.unknown_line"),
        ({"1": 0}, "return.quantity_not_positive"),
        ({"1": -1}, "return.quantity_not_positive"),
        ({"2": 1}, "return.not_sold"),
        ({"3": 1}, "return.not_sold"),
        ({"4.1": 1}, "return.part_included"),
    ],
)
def test_what_cannot_come_back_is_refused(returned: dict[str, int], code: str) -> None:
    catalogue = trade(10, 4, 100, boms=(KIT.with_(rollup="parent"),))
    optional, swapped = item("L1", 1, optional=True), item("L2", -1)
    things = [item("L1", 3), optional, swapped, configure(catalogue.bom("L3"))]
    pricing = price(things, catalogue=catalogue, on=DAY)
    assert refused(pricing, returned)[0] == code


def test_a_credit_of_another_sale_is_refused() -> None:
    catalogue = trade(50)
    other = take_back(sold(catalogue, 4), {"1": 1})
    assert refused(sold(catalogue, 5), {"1": 1}, before=[other])[0] == "return.other_sale"


def test_a_claw_back_needs_to_know_what_the_rest_costs() -> None:
    code, message = refused(sold(trade(50, **TENTH), 6), {"1": 5}, policy=CLAW_BACK)
    assert code == "return.no_repricing"
    assert "reprice=" in message


def test_nothing_is_priced_anew_where_no_promotion_gave_anything() -> None:
    pricing = sold(trade(50), 6)
    assert take_back(pricing, {"1": 5}, policy=CLAW_BACK).refund == cny("250.00")


@pytest.mark.parametrize("wrong", ["items", "currency", "policy"])
def test_an_answer_to_another_question_is_refused(wrong: str) -> None:
    catalogue = trade(50, **TENTH)
    pricing = sold(catalogue, 6)
    others: dict[str, object] = {
        "items": pricing.items,
        "currency": "USD",
        "policy": RoundingPolicy(unit_places=2),
    }

    def reprice(kept: Kept) -> Pricing:
        return repricing(pricing, catalogue=catalogue)(kept).with_(**{wrong: others[wrong]})

    found = refused(pricing, {"1": 5}, policy=CLAW_BACK, reprice=reprice)
    assert found[0] == "return.repriced_otherwise"


def test_another_snapshot_is_refused() -> None:
    pricing = sold(trade(50, **TENTH), 6)
    again = repricing(pricing, catalogue=trade(60, **TENTH))
    found = refused(pricing, {"1": 5}, policy=REBILL, reprice=again)
    assert found[0] == "replay.other_catalogue"


def test_a_published_pricing_cannot_say_what_was_given() -> None:
    pricing = sold(trade(50, **TENTH), 6).with_(allocations=())
    code, message = refused(pricing, {"1": 5})
    assert code == "return.no_allocations"
    assert message.startswith("line 1: the allocations add up to 0 and the discount is 30.00")


def test_a_promotion_has_one_policy() -> None:
    with pytest.raises(ValidationError) as error:
        ReturnPolicy(promotions=(("P", "keep"), ("P", "rebill")))
    assert "promotions has P twice" in str(error.value)
