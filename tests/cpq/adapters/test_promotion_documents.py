"""Promotions on paper: free goods among the lines, and in the annex who paid and what was taken."""

from pathlib import Path
from typing import Any

import pytest

from cpq import Catalogue, Quote
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.annex import annex_view
from cpq.adapters.annex_trace import rule_view
from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.lines_view import line_views
from cpq.adapters.sums_view import total_views
from cpq.adapters.templates import template_root
from cpq.kernel.quantity import STANDARD_UNITS
from cpq.quote import published
from cpq.trace import Step

TRADE = Path(__file__).resolve().parents[3] / "examples" / "trade"
REQUEST = read_request(TRADE / "request-store.json")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(TRADE)


@pytest.fixture(scope="module")
def quote(catalogue: Catalogue) -> Quote:
    return quote_for(REQUEST, catalogue)


def hand(locale: str) -> Hand:
    return hand_for(locale, currency="CNY", root=template_root(), units=STANDARD_UNITS)


def notes(quote: Quote, number: str, locale: str) -> list[str]:
    views = line_views(quote.pricing, hand(locale)).counted
    return [note.text for view in views if view.number == number for note in view.notes]


def facts(quote: Quote, locale: str) -> dict[str, list[str]]:
    shown = annex_view(quote, locale=locale, root=template_root())
    return {fact.label.text: [value.text for value in fact.values] for fact in shown.facts}


def gift(catalogue: Catalogue, **benefit: Any) -> Catalogue:
    """The catalogue with other free goods."""
    return catalogue.with_(
        promotions=tuple(
            policy.with_(benefit={**policy.benefit.model_dump(), **benefit})
            if policy.code == "TENT-LAMP"
            else policy
            for policy in catalogue.promotions
        )
    )


def test_free_goods_are_called_free_and_by_whom(quote: Quote) -> None:
    assert notes(quote, "7", "en") == ["free goods: A lamp with two tents"]
    assert notes(quote, "7", "zh_CN") == ["赠品：买帐篷送露营灯"]
    assert notes(quote, "1", "en") == []


def test_goods_at_a_reduced_price_say_what_is_paid(catalogue: Catalogue) -> None:
    # two lamps at 30.00 instead of 90.00
    quote = quote_for(REQUEST, gift(catalogue, price="30.00 CNY"))
    assert notes(quote, "7", "en") == ["A lamp with two tents: 60.00 to pay"]
    assert notes(quote, "7", "zh_CN") == ["买帐篷送露营灯：实付 60.00"]


def test_what_a_customer_gets_still_says_what_is_free(quote: Quote) -> None:
    assert notes(published(quote), "7", "en") == ["free goods: TENT-LAMP"]


def test_each_promotion_is_a_row_of_the_sum_whoever_pays(quote: Quote) -> None:
    rows = {row.label.text: row.figure for row in total_views(quote, hand("en"))}
    assert rows["A lamp with two tents"] == "−180.00"
    assert rows["Welcome coupon"] == "−275.52"
    assert rows["Sum of the lines"] == "10,642.00"
    assert rows["Net before tax"] == "8,958.48"


def test_the_annex_says_what_promotions_did(quote: Quote) -> None:
    shown = facts(quote, "en")
    assert shown["Coupons"] == ["coupon W26-RQ7J-VTFY is applied"]
    assert shown["Best combination"] == [
        "ORDER: best EVERY-1000 + WELCOME 515.52 CNY; by priority STEPS + WELCOME 476.72 CNY"
    ]
    assert shown["Taken of limits"][:2] == [
        "TENT-15/1/customer=SHANYE/2026-11/units: 10 of 10",
        "EVERY-1000/budget/2026-Q4/amount CNY: 240.00 of 20,000.00",
    ]
    assert shown["Asked for and not given"] == ["TENT-15: asked 720.00, given 600.00"]
    assert shown["Who bears the promotions"] == [
        "LUMEN: 100.00",
        "MARKETING: 200.00",
        "ourselves: 1,383.52",
    ]
    assert shown["Reckoned again"] == [
        "7 of 7 lines: their rows give their price again, to the cent"
    ]


def test_the_annex_says_what_promotions_were_told(catalogue: Catalogue) -> None:
    told = REQUEST.with_(sold_by="R-7", contract="HT-9", orders_placed=3)
    shown = facts(quote_for(told, catalogue), "zh_CN")
    assert (shown["销售"], shown["合同"], shown["此前订单数"]) == (["R-7"], ["HT-9"], ["3"])
    assert shown["优惠券"] == [
        "优惠券 W26-RQ7J-VTFY 未生效：不适用于该客户的本次订单: 需 第 1 单, 实 第 4 单"
    ]
    assert shown["促销费用承担"] == ["LUMEN：100.00", "本公司：1,308.00"]


def test_without_promotions_the_annex_says_nothing_of_them(catalogue: Catalogue) -> None:
    plain = REQUEST.with_(promotions=False, coupons=(), coupon_file=None)
    shown = facts(quote_for(plain, catalogue), "en")
    assert {"Coupons", "Best combination", "Taken of limits", "Sold by"}.isdisjoint(shown)


def test_revenue_shared_with_free_goods_is_no_share_of_a_parent(quote: Quote) -> None:
    shown = annex_view(quote, locale="en", root=template_root())
    settled = {line.number: [each.text for each in line.settled] for line in shown.lines}
    assert "revenue shared with free goods 3,241.02" in settled["2"]
    assert "revenue shared with free goods 162.05" in settled["7"]


def test_a_row_says_that_it_looked_at_what_others_left() -> None:
    step = Step(
        point="promotion",
        rule="P",
        applied=False,
        reason="amount_below",
        needed="3000.00",
        actual="2500.00",
        basis="what earlier promotions left",
    )
    told = [rule_view(step, hand(locale)).note for locale in ("en", "zh_CN")]
    assert [note.text for note in told if note] == [
        "on what the promotions before it left",
        "以此前促销优惠后的金额计",
    ]
    whole = step.with_(reason="quantity_below", basis="order pc")
    note = rule_view(whole, hand("zh_CN")).note
    assert note is not None
    assert note.text == "计数口径：整单 (pc)"
