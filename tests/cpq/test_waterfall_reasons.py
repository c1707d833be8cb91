"""Why a promotion did not act, and what would make it: in words, in both languages."""

import re
from datetime import date
from pathlib import Path

import pytest

from cpq import Pricing, item, price
from cpq.cap import CapUsage
from cpq.coupon import Coupon, CouponOutcome
from cpq.deal import DealFacts
from cpq.kernel.money import Money
from cpq.promotion import Combination
from cpq.trace import Step
from cpq.waterfall import Trigger
from cpq.waterfall.reasons import Fact, facts_of, reason_text
from cpq.waterfall.text import combination_text, coupon_text, row_text
from cpq.waterfall.window import window_end
from tests.cpq.trade import DAY, catalogue

SOURCE = Path(__file__).resolve().parents[2] / "cpq"
PRICING = price([item("BOLT", 10)], catalogue=catalogue(), on=DAY)


def refused(reason: str, needed: str = "", actual: str = "", basis: str = "") -> Step:
    return Step(
        point="promotion",
        rule="P",
        applied=False,
        reason=reason,
        needed=needed,
        actual=actual,
        basis=basis,
    )


def trigger(step: Step, **changes: object) -> Trigger:
    pricing: Pricing = PRICING.with_(refused=(step,), **changes)
    (found,) = pricing.what_would_trigger("P")
    return found


def test_every_reason_that_promotions_give_has_words() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("promotion", "pricing")
        for path in sorted((SOURCE / folder).glob("*.py"))
    )
    given = set(re.findall(r'Missed\(\s*"([a-z_]+)"', text))
    given |= set(re.findall(r'refusal\([^,()]+, "([a-z_]+)"', text))
    given |= {"not_cheapest", "not_dearest", "counted", "free_goods"}
    assert len(given) > 20
    for reason in given:
        assert reason_text(reason, "zh") != reason, reason
        assert reason_text(reason, "zh") != reason_text(reason, "en")


@pytest.mark.parametrize(
    ("step", "en", "zh"),
    [
        (refused("no_coupon", "a coupon", "none"), "no coupon was entered", "未使用优惠券"),
        (
            refused("cap_exhausted", "12", "0"),
            "its limit is used up: needs 12, left 0",
            "限额已用完: 需 12, 剩 0",
        ),
        (
            refused("capped", "500.00", "300.00"),
            "its limit does not suffice: needs 500.00, left 300.00",
            "限额不足: 需 500.00, 剩 300.00",
        ),
        (refused("excluded_by", "", "LAMP"), "excluded by: LAMP", "已被排除: LAMP"),
        (
            refused("not_combinable", "", "LAMP"),
            "cannot be combined with: LAMP",
            "不可同时使用: LAMP",
        ),
        (refused("lost_to", "", "A"), "gave way to: A", "让位于: A"),
        (
            refused("lost_to", "more than 30.00", "20.00 (A)"),
            "gave way to: A, needs more than 30.00, found 20.00",
            "让位于: A, 需 超过 30.00, 实 20.00",
        ),
        (
            refused("not_in_best", "30.00", "A, B"),
            "not in the best combination: A, B (30.00)",
            "不在最优组合中: A, B (30.00)",
        ),
        (
            refused("others_give_more", "30.00", "20.00"),
            "the others together give more: needs 30.00, found 20.00",
            "其他促销合计优惠更多: 需 30.00, 实 20.00",
        ),
        (
            refused("already_discounted"),
            "lowered by another promotion already",
            "已享受其他促销",
        ),
        (refused("not_cheapest"), "not the cheapest line", "不是单价最低的一行"),
        (refused("not_dearest"), "not the dearest line", "不是单价最高的一行"),
        (
            refused("mixed_units", "one unit", "kg, pc"),
            "units that cannot be added up: needs one unit, found kg, pc",
            "计量单位无法合计: 需 同一单位, 实 kg, pc",
        ),
        (
            refused("amount_above", "100.00", "120.00"),
            "amount above: needs 100.00, found 120.00",
            "金额超出: 需 100.00, 实 120.00",
        ),
        (
            refused("order_number", "every 3", "2"),
            "not for this order of the customer: needs every 3, found 2",
            "不适用于该客户的本次订单: 需 每第 3 单, 实 第 2 单",
        ),
        (
            refused("excluded_condition", "not order number"),
            "a condition holds that must not: the order number",
            "符合排除条件: 订单次序条件",
        ),
        (
            refused("gift_unpriced", "LAMP"),
            "free goods without a price: needs LAMP",
            "赠品没有价格: 需 LAMP",
        ),
        (
            refused("not_covered", "any line"),
            "for no line of the order: needs any line",
            "订单中没有适用的产品: 需 任意产品",
        ),
        (
            refused("nothing_left", "freight", "none"),
            "nothing left: needs freight, found none",
            "已无可减金额: 需 运费, 实 无",
        ),
    ],
)
def test_a_reason_is_told_with_its_facts(step: Step, en: str, zh: str) -> None:
    assert row_text(step, "en") == f"promotion P ({en})"
    assert row_text(step, "zh") == f"促销 P ({zh})"


def test_a_row_that_counts_says_what_for() -> None:
    step = refused("counted", actual="2 LAMP").with_(applied=True)
    assert row_text(step, "zh") == "促销 P (计入条件: 2 LAMP)"
    assert facts_of("counted", "", "", "en") == ()
    assert facts_of("counted", "", "2 LAMP", "en") == (Fact("named", "2 LAMP"),)


@pytest.mark.parametrize(
    ("step", "kind", "en", "zh"),
    [
        (refused("no_coupon"), "coupon", "enter a coupon for P", "输入促销 P 的优惠券"),
        (
            refused("amount_above", "100.00", "120.00"),
            "amount",
            "20.00 CNY less",
            "减少 20.00 CNY",
        ),
        (
            refused("quantity_above", "5", "7", "order pc"),
            "quantity",
            "2 fewer pc",
            "减少 2 pc",
        ),
        (
            refused("order_number", "1", "4"),
            "order_number",
            "order number 1 of the customer",
            "该客户的第 1 单",
        ),
        (
            refused("order_number", "every 3", "4"),
            "order_number",
            "every order of the customer that is a multiple of 3",
            "该客户每第 3 单",
        ),
        (refused("not_covered", "LAMP"), "product", "a line of LAMP", "订单须有 LAMP"),
        (refused("gift_unpriced", "LAMP"), "product", "a price for LAMP", "须有 LAMP 的价格"),
        (
            refused("excluded_by", "", "A"),
            "promotion",
            "an order without A",
            "不与 A 同单",
        ),
        (
            refused("lost_to", "more than 30.00", "20.00 (A)"),
            "promotion",
            "an order without A",
            "不与 A 同单",
        ),
        (
            refused("not_in_best", "30.00", "A, B"),
            "promotion",
            "a combination with it that gives more than 30.00",
            "含该促销的组合优惠须高于 30.00",
        ),
        (
            refused("already_discounted"),
            "promotion",
            "a line that no promotion before it lowers",
            "须为未享受其他促销的行",
        ),
        (
            refused("cap_exhausted", "1", "0"),
            "other",
            "a higher limit, or less of it used",
            "提高限额，或释放已用额度",
        ),
        (
            refused("mixed_units", "one unit", "kg, pc"),
            "other",
            "not while: units that cannot be added up",
            "受限于：计量单位无法合计",
        ),
    ],
)
def test_what_would_trigger_it_is_told(step: Step, kind: str, en: str, zh: str) -> None:
    found = trigger(step)
    assert (found.kind, found.text.en, found.text.zh) == (kind, en, zh)


def test_a_limit_is_free_again_when_its_window_ends() -> None:
    coupon = Coupon(code="W-1", promotion="P", period={"start": "2026-11-01"})
    used = (
        ("P/1/customer=C-1/2026-11/orders", "5"),
        ("P/2/2026-Q4/units", "9"),
        ("OTHER/1/2026-11-21/orders", "9"),
        (f"{coupon.owner}/once/lifetime/orders", "1"),
    )
    deal = DealFacts(coupons=(coupon,), usage=CapUsage(rows=used))
    found = trigger(refused("cap_exhausted", "1", "0"), deal=deal)
    assert found.kind == "day"
    assert found.text.en == "when the window of its limit ends: from 2026-12-01, 2027-01-01 on"
    assert found.text.zh == "限额周期结束后：自 2026-12-01, 2027-01-01 起"


@pytest.mark.parametrize(
    ("window", "end"),
    [
        ("2026-11-30", date(2026, 12, 1)),
        ("2026-12-31", date(2027, 1, 1)),
        ("2026-W53", date(2027, 1, 4)),
        ("2026-11", date(2026, 12, 1)),
        ("2026-12", date(2027, 1, 1)),
        ("2026-Q1", date(2026, 4, 1)),
        ("2026-Q4", date(2027, 1, 1)),
        ("2026", date(2027, 1, 1)),
        ("lifetime", None),
        ("contract", None),
        ("30 days", None),
    ],
)
def test_windows_end_on_the_day_after_their_last(window: str, end: date | None) -> None:
    assert window_end(f"A%2FB/1/region=CN/{window}/amount CNY", {"A/B"}) == end
    assert window_end(f"A%2FB/1/region=CN/{window}/amount CNY", {"A"}) is None


def test_a_coupon_is_told_in_the_words_of_its_promotion() -> None:
    outcome = CouponOutcome(coupon="W-1", promotion="W", reason="mixed_units", needed="one unit")
    assert coupon_text(outcome) == (
        "coupon W-1 does not apply: units that cannot be added up: needs one unit"
    )
    assert coupon_text(outcome, "zh") == "优惠券 W-1 未生效：计量单位无法合计: 需 同一单位"
    short = outcome.with_(
        reason="amount_below", needed="100.00 CNY", actual="65.00 CNY", missing=Money(35, "CNY")
    )
    assert coupon_text(short, "zh") == short.message.zh


def test_a_search_that_stopped_says_so() -> None:
    found = Combination(
        group="G",
        aim="margin",
        chosen=(),
        granted=0,
        greedy=("A",),
        greedy_granted="5.00",
        proven=False,
        tried=20,
    )
    assert combination_text(found, "CNY") == (
        "G: best — 0 CNY; by priority A 5.00 CNY (stopped after 20 tries, not proved)"
    )
    assert combination_text(found, "CNY", "zh").endswith("（试算 20 次后停止，未证明最优）")


def test_the_whole_pricing_tells_of_coupons_and_combinations() -> None:
    outcome = CouponOutcome(coupon="W-1", promotion="W", reason="applied")
    told = PRICING.with_(coupons=(outcome,)).explain("zh_CN").splitlines()
    assert "✓ 优惠券 W-1 已使用" in told
    blocked = outcome.with_(reason="blocked")
    assert "· coupon W-1 is blocked" in PRICING.with_(coupons=(blocked,)).explain().splitlines()
