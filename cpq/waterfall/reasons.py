"""Why a rule did not act, in words (未采用原因): the reason, and what it needed and found.

A row of the trace holds codes and facts for programs. Here they become words for people: each
reason in both languages, and its facts with what they are: wanted, found, left, or in the way.
"""

import re
from typing import Literal, NamedTuple

from cpq.trace import Step

_WORDS: dict[str, tuple[str, str]] = {
    "less_specific": ("less specific", "有更具体的规则"),
    "outranked": ("outranked", "有序号更靠前的条目"),
    "dearer": ("dearer", "有更低的价格"),
    "superseded": ("superseded", "有属性更具体的规则"),
    "quantity_below": ("quantity below", "数量不足"),
    "quantity_above": ("quantity above", "数量超出"),
    "amount_below": ("amount below", "金额不足"),
    "amount_above": ("amount above", "金额超出"),
    "outside_period": ("outside period", "不在有效期"),
    "other_customer": ("other customer", "客户不符"),
    "other_currency": ("other currency", "币种不符"),
    "other_unit": ("other unit", "单位不符"),
    "other_product": ("other product", "产品不符"),
    "attribute_differs": ("attribute differs", "属性值不符"),
    "attribute_missing": ("attribute missing", "缺少属性值"),
    "not_lower": ("not lower", "并不更低"),
    "not_promotable": ("not promotable", "该价格不参加促销"),
    "not_covered": ("for no line of the order", "订单中没有适用的产品"),
    "nothing_left": ("nothing left", "已无可减金额"),
    "floored": ("floored", "减至底价"),
    "capped": ("its limit does not suffice", "限额不足"),
    "at_floor": ("at floor", "已到底价"),
    "no_price": ("no price", "没有可依据的价格"),
    "cascaded": ("cascaded", "随上级产品的协议"),
    "floor": ("floor", "不低于下限"),
    "ceiling": ("ceiling", "不高于上限"),
    "counted": ("counts towards it", "计入条件"),
    "free_goods": ("free goods", "赠品"),
    "gift_unpriced": ("free goods without a price", "赠品没有价格"),
    "no_coupon": ("no coupon was entered", "未使用优惠券"),
    "cap_exhausted": ("its limit is used up", "限额已用完"),
    "excluded_by": ("excluded by", "已被排除"),
    "not_combinable": ("cannot be combined with", "不可同时使用"),
    "lost_to": ("gave way to", "让位于"),
    "not_in_best": ("not in the best combination", "不在最优组合中"),
    "others_give_more": ("the others together give more", "其他促销合计优惠更多"),
    "already_discounted": ("lowered by another promotion already", "已享受其他促销"),
    "not_cheapest": ("not the cheapest line", "不是单价最低的一行"),
    "not_dearest": ("not the dearest line", "不是单价最高的一行"),
    "mixed_units": ("units that cannot be added up", "计量单位无法合计"),
    "order_number": ("not for this order of the customer", "不适用于该客户的本次订单"),
    "excluded_condition": ("a condition holds that must not", "符合排除条件"),
}
_CONDITIONS: dict[str, tuple[str, str]] = {
    "quantity": ("the quantity", "数量条件"),
    "amount": ("the amount", "金额条件"),
    "buyer": ("the customer", "客户条件"),
    "order number": ("the order number", "订单次序条件"),
    "every": ("all of its conditions", "全部条件"),
    "either": ("one of its conditions", "其中一项条件"),
    "unless": ("its exception", "例外条件"),
}
_SAID = {"none": "无", "freight": "运费", "one unit": "同一单位", "any line": "任意产品"}
_AFTER_OTHERS = "what earlier promotions left"
_BY_OTHERS = frozenset(("excluded_by", "not_combinable", "lost_to"))
_WINNER = re.compile(r"(?P<amount>\S+) \((?P<code>.+)\)")
_MORE_THAN = "more than "
_EVERY = "every "

FactKind = Literal["needs", "found", "left", "named"]
"""What a fact is: what was wanted, what was there, what was left of a limit, a name alone."""


class Fact(NamedTuple):
    """A fact of a row in words: what kind of fact, and its text."""

    kind: FactKind
    text: str


def reason_text(reason: str, locale: str) -> str:
    """A reason code in words.

    >>> reason_text("lost_to", "en"), reason_text("lost_to", "zh_CN")
    ('gave way to', '让位于')
    """
    en, zh = _WORDS.get(reason, (reason.replace("_", " "), reason))
    return zh if locale.startswith("zh") else en


def facts_of(reason: str, needed: str, actual: str, locale: str) -> tuple[Fact, ...]:
    """What a row needed and what it found, in words.

    >>> facts_of("cap_exhausted", "3", "0", "en")
    (Fact(kind='needs', text='3'), Fact(kind='left', text='0'))
    >>> facts_of("excluded_by", "", "LAMP-100", "en")
    (Fact(kind='named', text='LAMP-100'),)
    """
    chinese = locale.startswith("zh")
    if reason == "no_coupon":
        return ()
    if reason in _BY_OTHERS:
        return _of_winner(needed, actual, chinese=chinese)
    if reason == "counted":
        return (Fact("named", actual),) if actual else ()
    if reason in ("cap_exhausted", "capped"):
        return _given(Fact("needs", needed), Fact("left", actual))
    if reason == "not_in_best":
        return _given(Fact("named", f"{actual} ({needed})" if actual and needed else actual))
    if reason == "excluded_condition":
        kind = needed.removeprefix("not ")
        words = _CONDITIONS.get(kind, (kind, kind))
        return (Fact("named", words[chinese]),)
    if reason == "order_number" and chinese:
        every = needed.startswith(_EVERY)
        wanted = f"每第 {needed.removeprefix(_EVERY)} 单" if every else f"第 {needed} 单"
        return Fact("needs", wanted), Fact("found", f"第 {actual} 单")
    said = _SAID if chinese else {}
    wanted, found = said.get(needed, needed), said.get(actual, actual)
    return _given(Fact("needs", wanted), Fact("found", found))


def is_part(step: Step) -> bool:
    """Whether a row says how much of what was asked a cap or a floor let through."""
    known = step.applied or step.after is not None
    return known and step.reason in ("capped", "floored") and bool(step.needed)


def after_others(basis: str) -> bool:
    """Whether a row looked at what the promotions before it had left."""
    return basis == _AFTER_OTHERS


def winner_of(needed: str, actual: str) -> tuple[str, str]:
    """To which promotion one gave way, and more than what it would have to give (or nothing)."""
    found = _WINNER.fullmatch(actual)
    return (found["code"] if found else actual), needed.removeprefix(_MORE_THAN)


def _of_winner(needed: str, actual: str, *, chinese: bool) -> tuple[Fact, ...]:
    code, amount = winner_of(needed, actual)
    named = Fact("named", code)
    found = _WINNER.fullmatch(actual)
    if found is None:
        return (named,)
    more = f"超过 {amount}" if chinese else f"{_MORE_THAN}{amount}"
    return named, Fact("needs", more), Fact("found", found["amount"])


def _given(*told: Fact) -> tuple[Fact, ...]:
    return tuple(fact for fact in told if fact.text)
