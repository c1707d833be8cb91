"""Why a price is what it is, why a rule did not act, and what would make it (计价追溯问答).

The answers are read off the trace: every rule that was looked at left its row. ``why`` gives the
rows that made a line's price; ``why_not`` those of a rule that was refused, with what was missing;
``triggers`` turns what was missing into what would have to happen: two more units, 120.00 more on
the order, a day within the period.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, difference, plain
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.trace import Effect, Step
from cpq.waterfall.line import PricedLine
from cpq.waterfall.reasons import reason_text, winner_of
from cpq.waterfall.text import found_of, row_text
from cpq.waterfall.window import window_end

if TYPE_CHECKING:
    from cpq.waterfall import Pricing


class Why(Frozen):
    """A rule that made the price of a line: what it did, and the same in words.

    ``before`` and ``after`` are per unit up to the point ``manual``, amounts of the line after it,
    in the currency of the pricing, at most six decimals shown; ``effect`` is exact.

    >>> str(Why(line="1", point="list", rule="LIST: M8", text="list LIST: M8 → 0.35"))
    'list LIST: M8 → 0.35'
    """

    line: str
    point: PricePoint
    rule: str
    effect: Effect | None = None
    before: Exact | None = None
    after: Exact | None = None
    text: LocalText

    def __str__(self) -> str:
        return str(self.text)


class WhyNot(Frozen):
    """A rule that did not act on a line (``line`` empty: on the order): what it needed and found.

    ``missing`` is needed − found, without its sign, where both are numbers: in the unit that was
    counted, or in the currency of the pricing.

    >>> WhyNot(line="1", rule="BIG", reason="amount_below", needed="12000.00", actual="9700.00",
    ...        missing="2300.00", text="promotion Big order: 1% off").missing
    Decimal('2300.00')
    """

    line: str
    rule: str
    reason: str
    needed: str = ""
    actual: str = ""
    missing: Exact | None = None
    text: LocalText

    def __str__(self) -> str:
        return str(self.text)


TriggerKind = Literal[
    "quantity", "amount", "day", "customer", "attribute", "unit", "coupon", "order_number",
    "product", "promotion", "other",
]  # fmt: skip
"""What would have to change."""


class Trigger(Frozen):
    """What would make a rule act: so much more of something, or something else instead.

    ``more`` counts ``unit``: a unit of measure for a quantity, a currency for an amount.

    >>> str(Trigger(line="1", rule="DEALER: M8 from 10", kind="quantity", more=2, unit="pc",
    ...             needed="10", text="2 more pc"))
    '2 more pc'
    """

    line: str
    rule: str
    kind: TriggerKind
    more: Exact | None = None
    unit: str = ""
    needed: str = ""
    text: LocalText

    def __str__(self) -> str:
        return str(self.text)


_BOUNDS: dict[str, tuple[TriggerKind, str, str]] = {
    "quantity_below": ("quantity", "{more} more {unit}", "再加 {more} {unit}"),
    "quantity_above": ("quantity", "{more} fewer {unit}", "减少 {more} {unit}"),
    "amount_below": ("amount", "{more} {unit} more", "再加 {more} {unit}"),
    "amount_above": ("amount", "{more} {unit} less", "减少 {more} {unit}"),
}
"""Reasons whose facts are two figures, and what of their difference would have to change."""

_GIVING_WAY = frozenset(("excluded_by", "not_combinable", "lost_to"))
_CHANGES: dict[str, tuple[TriggerKind, str, str]] = {
    "outside_period": ("day", "a day within {needed}", "日期须在 {needed} 之内"),
    "other_customer": ("customer", "a customer of {needed}", "客户须属于 {needed}"),
    "attribute_differs": ("attribute", "choose {needed}", "须选择 {needed}"),
    "attribute_missing": ("attribute", "choose {needed}", "须选择 {needed}"),
    "other_unit": ("unit", "ask in {needed}", "须按 {needed} 计量"),
    "no_coupon": ("coupon", "enter a coupon for {rule}", "输入促销 {rule} 的优惠券"),
    "not_covered": ("product", "a line of {needed}", "订单须有 {needed}"),
    "gift_unpriced": ("product", "a price for {needed}", "须有 {needed} 的价格"),
    "excluded_by": ("promotion", "an order without {needed}", "不与 {needed} 同单"),
    "not_combinable": ("promotion", "an order without {needed}", "不与 {needed} 同单"),
    "lost_to": ("promotion", "an order without {needed}", "不与 {needed} 同单"),
    "not_in_best": (
        "promotion",
        "a combination with it that gives more than {needed}",
        "含该促销的组合优惠须高于 {needed}",
    ),
    "others_give_more": ("promotion", "more than {needed} by itself", "单独优惠须高于 {needed}"),
    "already_discounted": (
        "promotion",
        "a line that no promotion before it lowers",
        "须为未享受其他促销的行",
    ),
}
"""What would have to be otherwise for a reason to be none."""


def why(pricing: "Pricing", line: str) -> tuple[Why, ...]:
    """The rules that made a line's price, in the order they acted. Raises ``KeyError``."""
    priced = pricing.line(line)
    return tuple(
        Why(
            line=line,
            point=step.point,
            rule=step.rule,
            effect=step.effect,
            before=step.before,
            after=step.after,
            text=_both(step, priced),
        )
        for step in priced.steps
        if step.applied
    )


def why_not(pricing: "Pricing", rule: str, line: str | None = None) -> tuple[WhyNot, ...]:
    """Why a rule did not act: on a line, or on any and on the order as a whole."""
    found = []
    for priced, step in _refused(pricing, rule, line):
        actual = found_of(step, priced)
        found.append(
            WhyNot(
                line=priced.number if priced else "",
                rule=step.rule,
                reason=step.reason,
                needed=step.needed,
                actual=actual,
                missing=_missing(step, actual),
                text=_both(step, priced),
            )
        )
    return tuple(found)


def triggers(pricing: "Pricing", rule: str) -> tuple[Trigger, ...]:
    """What would have to change for a rule to act, the least change first.

    Raises ``NotFound`` (``rule.unknown``) where the trace has no row of that rule at all.
    """
    refused = list(_refused(pricing, rule, None))
    if not refused and not any(step.named(rule) for _, step in _rows(pricing)):
        raise NotFound(
            "rule.unknown",
            f"no rule {rule!r} was looked at in this pricing; ask with a rule that its trace names",
            rule=rule,
        )
    found = [_trigger(pricing, priced, step) for priced, step in refused]
    return tuple(sorted(found, key=lambda each: (each.more is None, each.more or Decimal(0))))


def _rows(pricing: "Pricing") -> Iterator[tuple[PricedLine | None, Step]]:
    yield from ((None, step) for step in pricing.refused)
    yield from ((line, step) for line in pricing.lines for step in line.steps)


def _refused(
    pricing: "Pricing", rule: str, line: str | None
) -> Iterator[tuple[PricedLine | None, Step]]:
    if line is not None:
        pricing.line(line)  # an unknown line is an error, not an empty answer
    for priced, step in _rows(pricing):
        here = line is None or priced is None or priced.number == line
        if here and step.named(rule) and not step.applied:
            yield priced, step


def _both(step: Step, line: PricedLine | None) -> LocalText:
    return LocalText(
        en=" ".join(row_text(step, "en", line).split()),
        zh=" ".join(row_text(step, "zh", line).split()),
    )


def _missing(step: Step, actual: str) -> Decimal | None:
    if step.reason not in _BOUNDS:
        return None
    try:
        return abs(difference(Decimal(step.needed), Decimal(actual)))
    except InvalidOperation:
        return None


def _trigger(pricing: "Pricing", line: PricedLine | None, step: Step) -> Trigger:
    actual = found_of(step, line)
    more = _missing(step, actual)
    number = line.number if line else ""
    unit = step.basis.partition(" ")[2] or (line.unit if line else "")
    kind, words = _words(pricing, step, more, unit=unit)
    return Trigger(
        line=number,
        rule=step.rule,
        kind=kind,
        more=more,
        unit=pricing.currency if kind == "amount" else unit if kind == "quantity" else "",
        needed=step.needed,
        text=words,
    )


def _words(
    pricing: "Pricing", step: Step, more: Decimal | None, *, unit: str
) -> tuple[TriggerKind, LocalText]:
    if more is not None:
        kind, en, zh = _BOUNDS[step.reason]
        figures = {
            "more": plain(more),
            "unit": pricing.currency if kind == "amount" else unit,
        }
        said = (text.format(**figures).rstrip() for text in (en, zh))
        return kind, LocalText(**dict(zip(("en", "zh"), said, strict=True)))
    if step.reason == "cap_exhausted":
        return _after_the_window(pricing, step)
    if step.reason == "order_number":
        return "order_number", _order_number(step.needed)
    facts = {"needed": step.needed, "rule": step.rule}
    if step.reason in _GIVING_WAY:
        facts["needed"] = winner_of(step.needed, step.actual)[0]
    change = _CHANGES.get(step.reason)
    if change is None:
        en, zh = reason_text(step.reason, "en"), reason_text(step.reason, "zh")
        return "other", LocalText(en=f"not while: {en}", zh=f"受限于：{zh}")
    kind, en, zh = change
    return kind, LocalText(en=en.format(**facts), zh=zh.format(**facts))


def _order_number(needed: str) -> LocalText:
    """The customer's first order, or every third one."""
    nth = needed.removeprefix("every ")
    if nth != needed:
        return LocalText(
            en=f"every order of the customer that is a multiple of {nth}", zh=f"该客户每第 {nth} 单"
        )
    return LocalText(en=f"order number {nth} of the customer", zh=f"该客户的第 {nth} 单")


def _after_the_window(pricing: "Pricing", step: Step) -> tuple[TriggerKind, LocalText]:
    """When a window of its limits ends, as far as what is used of counters says in which it is."""
    deal = pricing.deal
    rows = deal.usage.rows if deal is not None else ()
    coupons = deal.coupons if deal is not None else ()
    owners = {step.rule, *(each.owner for each in coupons if each.promotion == step.rule)}
    ends = {end for key, _ in rows if (end := window_end(key, owners)) is not None}
    if not ends:
        return "other", LocalText(
            en="a higher limit, or less of it used", zh="提高限额，或释放已用额度"
        )
    listed = ", ".join(sorted(day.isoformat() for day in ends))
    return "day", LocalText(
        en=f"when the window of its limit ends: from {listed} on",
        zh=f"限额周期结束后：自 {listed} 起",
    )
