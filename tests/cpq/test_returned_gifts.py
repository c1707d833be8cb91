"""Returns of what earned a gift, and of the gift: it comes back too, or it is charged."""

from typing import Any

import pytest

from cpq.returns import KEEP, Reprice, ReturnPolicy, repricing, take_back
from cpq.waterfall import Pricing
from tests.cpq.takings import cny, sold, trade

CLAW_BACK = ReturnPolicy(on_return="claw_back")

GIFT: dict[str, Any] = {
    "benefit": {"kind": "free_goods", "product": "L2", "every": 3},
    "products": ("L1",),
}


def gifts(bought: int = 6, **promotion: Any) -> tuple[Pricing, Reprice]:
    """Cups at 30.00, a case worth 12.00 free for every three; line 2 are the cases."""
    catalogue = trade((30, "VAT13"), (12, "VAT6"), **{**GIFT, **promotion})
    pricing = sold(catalogue, bought)
    assert [line.free_by for line in pricing.lines] == [None, "P"]
    return pricing, repricing(pricing, catalogue=catalogue)


def test_a_gift_that_is_kept_and_no_longer_earned_is_charged_at_its_value() -> None:
    pricing, again = gifts()
    credit = take_back(pricing, {"1": 3}, policy=CLAW_BACK, reprice=again)
    (row,) = credit.deductions
    assert (row.line, row.reason, str(row.net), str(row.tax)) == ("2", "gift", "12.00", "0.72")
    assert row.text.en == (
        "P: the gift on line 2 (L2) stays and is no longer earned; 12.72 CNY charged"
    )
    assert row.text.zh == "P：第 2 行赠品（L2）未退回且不再满足条件，按价值收取 12.72 CNY"
    assert credit.refund == cny("101.70") - cny("12.72")


def test_a_gift_that_comes_back_too_is_not_charged() -> None:
    pricing, again = gifts()
    credit = take_back(pricing, {"1": 3, "2": 1}, policy=CLAW_BACK, reprice=again)
    assert credit.deductions == ()
    assert credit.refund == cny("101.70")
    found = [(line.gift, str(line.gross)) for line in credit.lines]
    assert found == [(None, "101.70"), ("P", "0.00")]
    assert [(row.line, str(row.amount)) for row in credit.allocations] == [("2", "12.00")]


def test_a_gift_that_comes_back_later_is_no_longer_charged() -> None:
    pricing, again = gifts()
    first = take_back(pricing, {"1": 3}, policy=CLAW_BACK, reprice=again)
    second = take_back(pricing, {"2": 1}, before=[first], policy=CLAW_BACK, reprice=again)
    assert second.refund == cny("12.72")
    assert second.deductions[0].text.zh.endswith("此前收取的 12.72 CNY 予以退还")


@pytest.mark.parametrize(("policy", "refund"), [(KEEP, "203.40"), (CLAW_BACK, "177.96")])
def test_all_that_was_bought_comes_back_and_the_gifts_stay(
    policy: ReturnPolicy, refund: str
) -> None:
    # nothing stays that could be priced anew: what is kept is given, or charged as it is worth
    pricing, _ = gifts()
    credit = take_back(pricing, {"1": 6}, policy=policy)
    assert credit.refund == cny(refund)
    assert not credit.complete


def test_rebilled_goods_charge_the_gift_as_well() -> None:
    pricing, again = gifts()
    policy = ReturnPolicy(promotions=(("P", "rebill"),))
    credit = take_back(pricing, {"1": 3}, policy=policy, reprice=again)
    assert [(row.reason, str(row.gross)) for row in credit.deductions] == [("gift", "12.72")]


def test_a_gift_at_a_price_comes_back_at_that_price() -> None:
    """FG-04: a free item may carry a rate; what it was worth beyond that was the discount."""
    benefit = {"kind": "free_goods", "product": "L2", "every": 5, "price": cny("10.00")}
    pricing, _ = gifts(bought=5, benefit=benefit)
    assert take_back(pricing, {"2": 1}).refund == cny("10.60")
    credit = take_back(pricing, {"1": 5}, policy=CLAW_BACK)
    assert [str(row.net) for row in credit.deductions] == ["2.00"]


def test_of_two_gifts_that_stay_one_is_still_earned() -> None:
    # three were given and one comes back; the four cups that stay earn one
    pricing, again = gifts(bought=9)
    credit = take_back(pricing, {"1": 5, "2": 1}, policy=CLAW_BACK, reprice=again)
    assert [str(row.net) for row in credit.deductions] == ["12.00"]


def test_a_set_that_is_broken_was_never_bought() -> None:
    """FG-06, FG-09: two and two of 250 are 500; three get nothing, so they would cost 750."""
    catalogue = trade(250, benefit={"kind": "buy_get", "buy": 2, "get": 2})
    pricing = sold(catalogue, 4)
    assert pricing.net == cny("500.00")
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 1}, policy=CLAW_BACK, reprice=again)
    assert (credit.refund, credit.owed) == (cny("0.00"), cny("250.00"))
    rest = take_back(pricing, {"1": 3}, before=[credit], policy=CLAW_BACK)
    assert rest.refund == cny("500.00")


def test_freight_that_is_no_longer_free_is_charged() -> None:
    catalogue = trade(100, 12, benefit={"kind": "free_shipping"}, amount_from=cny("300"))
    goods, freight = catalogue.products
    catalogue = catalogue.with_(products=(goods, freight.with_(freight=True)))
    pricing = sold(catalogue, 3, 1)
    assert pricing.net == cny("300.00")
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 1}, policy=CLAW_BACK, reprice=again)
    assert [(row.line, row.reason, str(row.net)) for row in credit.deductions] == [
        ("2", "claw_back", "12.00")
    ]
    assert credit.refund == cny("88.00")
