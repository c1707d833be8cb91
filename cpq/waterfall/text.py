"""The trace in words, English and Chinese (计价说明): rows, and a whole pricing."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from cpq.kernel.money import Money, plain
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.trace import Step
from cpq.waterfall.line import PricedLine

if TYPE_CHECKING:
    from cpq.waterfall import Pricing

POINTS: dict[PricePoint, LocalText] = {
    "cost": LocalText(en="cost", zh="成本"),
    "list": LocalText(en="list", zh="目录价"),
    "book": LocalText(en="book", zh="价目表"),
    "tier": LocalText(en="tier", zh="阶梯价"),
    "attribute": LocalText(en="attribute", zh="属性价"),
    "contracted": LocalText(en="contracted", zh="协议价"),
    "special": LocalText(en="special", zh="特殊价"),
    "manual": LocalText(en="manual", zh="手工价"),
    "promotion": LocalText(en="promotion", zh="促销"),
    "floor": LocalText(en="floor", zh="底价"),
    "net": LocalText(en="net", zh="未税"),
    "tax": LocalText(en="tax", zh="税"),
    "gross": LocalText(en="gross", zh="含税"),
}
"""How people call the price points."""

_REASONS_ZH = {
    "less_specific": "有更具体的规则",
    "outranked": "有序号更靠前的条目",
    "dearer": "有更低的价格",
    "superseded": "有属性更具体的规则",
    "quantity_below": "数量不足",
    "quantity_above": "数量超出",
    "amount_below": "金额不足",
    "outside_period": "不在有效期",
    "other_customer": "客户不符",
    "other_currency": "币种不符",
    "other_unit": "单位不符",
    "other_product": "产品不符",
    "attribute_differs": "属性值不符",
    "attribute_missing": "缺少属性值",
    "not_lower": "并不更低",
    "not_promotable": "该价格不参加促销",
    "nothing_left": "已无可减金额",
    "floored": "减至底价",
    "capped": "受限额限制",
    "at_floor": "已到底价",
    "no_price": "没有可依据的价格",
    "cascaded": "随上级产品的协议",
    "floor": "不低于下限",
    "ceiling": "不高于上限",
}


def explained(pricing: "Pricing", locale: str) -> Iterator[str]:
    """The lines of the waterfall as text, with totals that foot."""
    for line in pricing.lines:
        yield from _line(line, locale)
    for step in pricing.refused:
        yield f"· {row_text(step, locale)}"
    for finding in pricing.findings:
        yield f"! {finding.place}: {finding.message.in_(locale)}"
    yield from _footing(pricing, locale)


def _line(line: PricedLine, locale: str) -> Iterator[str]:
    chinese = locale.startswith("zh")
    indent = "  " * line.level
    head = f"{indent}{line.number} {line.name.in_(locale)} × {plain(line.quantity)} {line.unit}"
    if line.included:
        yield f"{head}: {'已含' if chinese else 'included'}"
        return
    paid = line.gross if line.basis == "gross" else line.net
    aside = (" （可选，不计入合计）" if chinese else " (optional)") if line.optional else ""
    yield f"{head} = {plain(paid)} {line.currency}{aside}"
    for step in line.steps:
        mark = "✓" if step.applied else "·"
        yield f"{indent}    {mark} {row_text(step, locale, line)}"
    for each in line.breakdown:
        yield f"{indent}      {_slice(line, each, chinese=chinese)}"


def _slice(line: PricedLine, each: object, *, chinese: bool) -> str:
    from cpq.pricebook.charge import Slice

    assert isinstance(each, Slice)
    flat = f" + {plain(each.flat)}" if each.flat else ""
    size = f" / {plain(each.size)}" if each.size else ""
    start = f"{'起于' if chinese else 'from'} {plain(each.lower)}"
    counted = f"{plain(each.quantity)} {line.unit} × {plain(each.unit_price)}{size}{flat}"
    return f"{start}: {counted} = {plain(each.amount)}"


def row_text(step: Step, locale: str = "en", line: PricedLine | None = None) -> str:
    """One row of the trace: the point, the rule, what it made of the price or why it did not act.

    Where the row does not say what was found because that is the quantity of its line, ``line``
    does.

    >>> row_text(Step(point="book", rule="VIP: M8 from 10", applied=False,
    ...               reason="quantity_below", needed="10", actual="8"), "zh")
    '价目表 VIP: M8 from 10 (数量不足: 需 10, 实 8)'
    """
    point = POINTS[step.point].in_(locale)
    head = f"{point:<9}" if not locale.startswith("zh") else f"{point}"
    change = "" if step.after is None else f" → {short(step.after)}"
    why = "" if step.reason == "applied" else f" ({_why(step, locale, line)})"
    return f"{head} {step.title(locale)}{change}{why}"


def _why(step: Step, locale: str, line: PricedLine | None) -> str:
    chinese = locale.startswith("zh")
    if step.reason in ("capped", "floored") and step.needed:
        limit = {"capped": ("cap", "限额"), "floored": ("floor", "底价")}[step.reason]
        asked, granted = (
            ("应减", f"{limit[1]}内实减")
            if chinese
            else ("asked", f"granted within the {limit[0]}")
        )
        return f"{asked} {step.needed}, {granted} {step.actual}"
    wanted, found = ("需", "实") if chinese else ("needs", "found")
    actual = found_of(step, line)
    facts = f": {wanted} {step.needed}" if step.needed else ""
    facts += f", {found} {actual}" if actual else ""
    return f"{reason_text(step.reason, locale)}{facts}"


def found_of(step: Step, line: PricedLine | None) -> str:
    """What a row found: what it says itself, else the quantity of its line."""
    if step.actual or line is None or step.reason != "quantity_below" or step.basis:
        return step.actual
    return plain(line.quantity.copy_abs())


def reason_text(reason: str, locale: str) -> str:
    """A reason code in words."""
    if locale.startswith("zh"):
        return _REASONS_ZH.get(reason, reason)
    return reason.replace("_", " ")


def short(number: Decimal) -> str:
    """A price without idle zeros, but with at least two decimals.

    >>> short(Decimal("0.350000")), short(Decimal("92"))
    ('0.35', '92')
    """
    whole, _, decimals = plain(number).partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept:0<2}" if decimals else whole


_TOTALS_EN = ("list", "prices", "promotions", "net", "tax", "to pay")
_TOTALS_ZH = ("目录价合计", "价格调整", "促销优惠", "未税合计", "税额", "价税合计")
_GROSS_EN = ("list", "prices", "promotions", "to pay", "tax in it", "net")
_GROSS_ZH = ("目录价合计", "价格调整", "促销优惠", "价税合计", "其中税额", "未税合计")
_MIXED_EN = ("list", "prices", "promotions", "tax on top", "to pay", "tax in it", "net")
_MIXED_ZH = ("目录价合计", "价格调整", "促销优惠", "价外税额", "价税合计", "其中税额", "未税合计")


def _footing(pricing: "Pricing", locale: str) -> Iterator[str]:
    adjusted = pricing.amount - pricing.list_total
    bases = {line.basis for line in pricing.counted}
    gross = "gross" in bases
    ends: tuple[tuple[str, Money], ...] = (
        (("=", pricing.gross), ("-", pricing.tax), ("=", pricing.net))
        if gross
        else (("=", pricing.net), ("+", pricing.tax), ("=", pricing.gross))
    )
    if len(bases) > 1:
        # some prices have their tax in them and some do not: what is on top comes first
        ends = (("+", pricing.gross - (pricing.amount - pricing.discount)), *ends)
    rows: tuple[tuple[str, Money], ...] = (
        (" ", pricing.list_total),
        ("-" if adjusted.amount < 0 else "+", abs(adjusted)),
        ("-", pricing.discount),
        *ends,
    )
    width = max(len(plain(money.amount)) for _, money in rows)
    chinese = locale.startswith("zh")
    names: tuple[str, ...]
    if len(bases) > 1:
        names = _MIXED_ZH if chinese else _MIXED_EN
    elif gross:
        names = _GROSS_ZH if chinese else _GROSS_EN
    else:
        names = _TOTALS_ZH if chinese else _TOTALS_EN
    for name, (sign, money) in zip(names, rows, strict=True):
        yield f"{sign} {plain(money.amount):>{width}} {pricing.currency}  {name}"
