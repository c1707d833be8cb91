"""Past quotes with coupons, limits and free goods, priced again under a draft."""

from pathlib import Path
from typing import Any

import pytest

from cpq import Catalogue, Pricing, Quote
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.cap import CapUsage
from cpq.deal import DealFacts
from cpq.kernel.money import Money
from cpq.promotion import PromotionPolicy
from cpq.simulation import QuoteChange, priced_under, repriced, simulate

TRADE = Path(__file__).resolve().parents[2] / "examples" / "trade"
REQUEST = read_request(TRADE / "request-store.json")
TENTS = "TENT-15/1/customer=SHANYE/2026-11/units"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(TRADE)


@pytest.fixture(scope="module")
def quote(catalogue: Catalogue) -> Quote:
    return quote_for(REQUEST, catalogue)


def drafted(catalogue: Catalogue, code: str, **changes: Any) -> Catalogue:
    """The catalogue with one promotion otherwise."""
    return catalogue.with_(
        promotions=tuple(
            policy.with_(**changes) if policy.code == code else policy
            for policy in catalogue.promotions
        )
    )


def without(catalogue: Catalogue, code: str) -> Catalogue:
    kept: tuple[PromotionPolicy, ...] = tuple(
        policy for policy in catalogue.promotions if policy.code != code
    )
    return catalogue.with_(promotions=kept)


def changed(quote: Quote, draft: Catalogue, current: Catalogue) -> QuoteChange:
    (change,) = simulate([quote], draft=draft, current=current).changes
    return change


def fates(change: QuoteChange, number: str) -> list[tuple[str, str]]:
    (line,) = (each for each in change.lines if each.number == number)
    return [(rule.fate, rule.rule) for rule in line.rules]


def test_a_replay_knows_the_coupons_and_what_was_used(catalogue: Catalogue, quote: Quote) -> None:
    assert repriced(quote.pricing, catalogue=catalogue) == quote.pricing
    used = REQUEST.with_(used=((TENTS, "7"),), orders_placed=0)
    pricing = quote_for(used, catalogue).pricing
    assert pricing.deal is not None
    assert pricing.deal.usage == CapUsage(rows=((TENTS, "7"),))
    # 3 of 10 tents are left: 3 × 400 × 15 %
    assert str(pricing.line("1").steps[3].after) == "4620.00"
    assert repriced(pricing, catalogue=catalogue) == pricing


def test_the_same_catalogue_changes_nothing(catalogue: Catalogue, quote: Quote) -> None:
    change = changed(quote, catalogue, catalogue)
    assert change.change == Money("0.00", "CNY")
    assert list(change.changed_lines()) == []


def test_a_coupon_that_opens_nothing_any_more_is_lost(catalogue: Catalogue, quote: Quote) -> None:
    # 3 % of 9184.00 less is 275.52 more to pay
    change = changed(quote, without(catalogue, "WELCOME"), catalogue)
    assert change.change == Money("275.52", "CNY")
    assert ("lost", "WELCOME") in fates(change, "1")


def test_a_limit_of_the_draft_counts_what_was_used_then(catalogue: Catalogue) -> None:
    pricing = quote_for(REQUEST.with_(used=((TENTS, "7"),)), catalogue).pricing
    (cap,) = next(each for each in catalogue.promotions if each.code == "TENT-15").caps
    wider = drafted(catalogue, "TENT-15", caps=(cap.with_(units=15),))
    after = priced_under(pricing, draft=wider, current=catalogue)
    # 8 instead of 3 tents: 5 × 60.00 more off, before the offers on the order
    assert _of(pricing, "TENT-15") == "180.00"
    assert _of(after, "TENT-15") == "480.00"


def test_goods_that_are_free_no_more_leave_the_quote(catalogue: Catalogue, quote: Quote) -> None:
    change = changed(quote, without(catalogue, "TENT-LAMP"), catalogue)
    (lamps,) = (each for each in change.lines if each.product == "LAMP")
    assert (lamps.before is not None, lamps.after) == (True, None)
    assert change.change == Money("0.00", "CNY")
    assert fates(change, "2") == [("lost", "TENT-LAMP")]
    # two lamps cost 2 × 49.70
    assert change.cost_before is not None
    assert change.cost_after is not None
    assert change.cost_before - change.cost_after == Money("99.40", "CNY")


def test_a_draft_that_gives_more_goods_lists_them(catalogue: Catalogue, quote: Quote) -> None:
    every = {"kind": "free_goods", "product": "LAMP", "every": 1}
    change = changed(quote, drafted(catalogue, "TENT-LAMP", benefit=every), catalogue)
    (lamps,) = (each for each in change.lines if each.product == "LAMP")
    assert lamps.before is not None
    assert lamps.after is not None
    assert (lamps.before.quantity, lamps.after.quantity) == (2, 5)
    assert ("altered", "TENT-LAMP") in fates(change, "2")


def test_another_combination_is_told_by_its_rules(catalogue: Catalogue, quote: Quote) -> None:
    steps = {
        "kind": "ladder",
        "currency": "CNY",
        "steps": [{"least": 5000, "amount": "900.00 CNY"}],
    }
    change = changed(quote, drafted(catalogue, "STEPS", benefit=steps), catalogue)
    assert {*fates(change, "1")} >= {("lost", "EVERY-1000"), ("gained", "STEPS")}
    # 900.00 instead of 240.00, and 3 % of 8524.00 instead of 9184.00: 660.00 − 19.80
    assert change.change == Money("-640.20", "CNY")


def test_what_was_told_of_the_sale_is_kept(quote: Quote) -> None:
    assert isinstance(quote.pricing.deal, DealFacts)
    again = Quote.model_validate_json(quote.canonical())
    assert again.pricing.deal == quote.pricing.deal


def _of(pricing: Pricing, promotion: str) -> str:
    rows = [row.amount for row in pricing.allocations if row.promotion == promotion]
    return str(sum(rows))
