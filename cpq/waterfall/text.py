"""The trace in words, English and Chinese (计价说明): rows, and a whole pricing."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from cpq.coupon import REASONS, CouponOutcome
from cpq.kernel.money import Money, plain
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.promotion import Combination
from cpq.trace import Step
from cpq.waterfall.line import PricedLine
from cpq.waterfall.reasons import facts_of, is_part, reason_text
from cpq.waterfall.recurring import Recurring, each_text, times_text

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

_FACTS: dict[str, tuple[str, str]] = {
    "needs": ("needs ", "需 "),
    "found": ("found ", "实 "),
    "left": ("left ", "剩 "),
    "named": ("", ""),
}


def explained(pricing: "Pricing", locale: str) -> Iterator[str]:
    """The lines of the waterfall as text, with totals that foot."""
    for line in pricing.lines:
        yield from _line(line, locale)
    for step in pricing.refused:
        yield f"· {row_text(step, locale)}"
    for found in pricing.combinations:
        yield f"  {combination_text(found, pricing.currency, locale)}"
    for coupon in pricing.coupons:
        yield f"{'✓' if coupon.applied else '·'} {coupon_text(coupon, locale)}"
    for finding in pricing.findings:
        yield f"! {finding.place}: {finding.message.in_(locale)}"
    yield from _footing(pricing, locale)
    if pricing.recurring:
        yield _terms(pricing, locale)


def _line(line: PricedLine, locale: str) -> Iterator[str]:
    chinese = locale.startswith("zh")
    indent = "  " * line.level
    head = f"{indent}{line.number} {line.name.in_(locale)} × {plain(line.quantity)} {line.unit}"
    head += times_text(line, locale)
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
        yield f"{indent}      {_slice(line, each, locale)}"


def _slice(line: PricedLine, each: object, locale: str) -> str:
    from cpq.pricebook.charge import Slice

    assert isinstance(each, Slice)
    flat = f" + {plain(each.flat)}" if each.flat else ""
    size = f" / {plain(each.size)}" if each.size else ""
    start = f"{'起于' if locale.startswith('zh') else 'from'} {plain(each.lower)}"
    counted = f"{plain(each.quantity)} {line.unit} × {plain(each.unit_price)}{size}{flat}"
    times = times_text(line, locale)
    if times and flat:
        counted = f"({counted})"
    return f"{start}: {counted}{times} = {plain(each.amount)}"


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
    why = "" if step.reason == "applied" else f" ({why_text(step, locale, line)})"
    return f"{head} {step.title(locale)}{change}{why}"


def why_text(step: Step, locale: str = "en", line: PricedLine | None = None) -> str:
    """Why a row did not act, or how it acted in part, with what it needed and what it found.

    >>> why_text(Step(point="book", rule="VIP: M8 from 10", applied=False,
    ...               reason="quantity_below", needed="10", actual="8"))
    'quantity below: needs 10, found 8'
    """
    chinese = locale.startswith("zh")
    if is_part(step):
        limit = {"capped": ("cap", "限额"), "floored": ("floor", "底价")}[step.reason]
        asked, granted = (
            ("应减", f"{limit[1]}内实减")
            if chinese
            else ("asked", f"granted within the {limit[0]}")
        )
        return f"{asked} {step.needed}, {granted} {step.actual}"
    return _told(step.reason, step.needed, found_of(step, line), locale)


def _told(reason: str, needed: str, actual: str, locale: str) -> str:
    """A reason with its facts."""
    chinese = locale.startswith("zh")
    found = facts_of(reason, needed, actual, locale)
    listed = ", ".join(f"{_FACTS[fact.kind][chinese]}{fact.text}" for fact in found)
    words = reason_text(reason, locale)
    return f"{words}: {listed}" if listed else words


def found_of(step: Step, line: PricedLine | None) -> str:
    """What a row found: what it says itself, else the quantity of its line."""
    if step.actual or line is None or step.reason != "quantity_below" or step.basis:
        return step.actual
    return plain(line.quantity.copy_abs())


def combination_text(found: Combination, currency: str, locale: str = "en") -> str:
    """What a search for the best combination found, and what the order of priority would give.

    >>> combination_text(Combination(group="SEASON", aim="customer", chosen=("A", "B"),
    ...     granted="30.00", greedy=("C",), greedy_granted="25.00", proven=True, tried=7), "CNY")
    'SEASON: best A + B 30.00 CNY; by priority C 25.00 CNY'
    """
    best, greedy = (
        f"{' + '.join(codes) or '—'} {plain(granted)} {currency}"
        for codes, granted in (
            (found.chosen, found.granted),
            (found.greedy, found.greedy_granted),
        )
    )
    if locale.startswith("zh"):
        proof = "" if found.proven else f"（试算 {found.tried} 次后停止，未证明最优）"
        return f"{found.group}：最优组合 {best}；按优先级 {greedy}{proof}"
    proof = "" if found.proven else f" (stopped after {found.tried} tries, not proved)"
    return f"{found.group}: best {best}; by priority {greedy}{proof}"


def coupon_text(outcome: CouponOutcome, locale: str = "en") -> str:
    """What became of a coupon, in words, with what is missing.

    >>> coupon_text(CouponOutcome(coupon="W-1", promotion="W", reason="order_number",
    ...                           needed="1", actual="2"), "zh")
    '优惠券 W-1 未生效：不适用于该客户的本次订单: 需 第 1 单, 实 第 2 单'
    """
    if outcome.reason in REASONS:
        return outcome.message.in_(locale)
    chinese = locale.startswith("zh")
    why = _told(outcome.reason, outcome.needed, outcome.actual, locale)
    if chinese:
        return f"优惠券 {outcome.coupon} 未生效：{why}"
    return f"coupon {outcome.coupon} does not apply: {why}"


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


def _terms(pricing: "Pricing", locale: str) -> str:
    """What of the net is charged once and what over which term, so that no sum stands without."""
    chinese = locale.startswith("zh")
    parts = [_recurring(each, locale) for each in pricing.recurring]
    if any(line.billing is None for line in pricing.counted):
        once = plain(pricing.one_time.amount)
        parts.insert(0, f"一次性 {once}" if chinese else f"{once} once")
    listed = ("；" if chinese else "; ").join(parts)
    return f"未税合计包括：{listed}" if chinese else f"of the net: {listed}"


def _recurring(found: Recurring, locale: str) -> str:
    chinese = locale.startswith("zh")
    each = each_text(found.billing, locale)
    due = [f"{plain(money.amount)}{each}" for _, money in found.due]
    if len(due) > 1:
        due = [f"{count} × {text}" for (count, _), text in zip(found.due, due, strict=True)]
    listed, term = " + ".join(due), found.term(locale)
    net = plain(found.net.amount)
    return f"{term} {net}（{listed}）" if chinese else f"{net} over {term} ({listed})"
