"""The words of a comparison (比较用语): drivers, fields, what became of rules, in two languages."""

from cpq.comparison.change import RuleFate
from cpq.comparison.model import Driver, Field, FieldChange, RuleDifference
from cpq.kernel.text import LocalText
from cpq.waterfall.text import POINTS

DRIVER_WORDS: dict[Driver, LocalText] = {
    "quantity": LocalText(en="quantity", zh="数量"),
    "price": LocalText(en="price", zh="价格"),
    "promotion": LocalText(en="promotion", zh="促销"),
    "tax": LocalText(en="tax", zh="税"),
    "currency": LocalText(en="currency", zh="汇率"),
    "mix": LocalText(en="added, removed", zh="增减行"),
}
"""How people call the drivers."""

FIELD_WORDS: dict[Field, LocalText] = {
    "name": LocalText(en="Name", zh="名称"),
    "detail": LocalText(en="Detail", zh="配置说明"),
    "optional": LocalText(en="In the totals", zh="计入合计"),
    "included": LocalText(en="Priced", zh="计价方式"),
    "tax_rate": LocalText(en="Tax rate", zh="税率"),
    "tax_basis": LocalText(en="Prices", zh="价格口径"),
    "price_book": LocalText(en="Price book", zh="价目表"),
    "customer": LocalText(en="Customer", zh="客户"),
    "seller": LocalText(en="Supplier", zh="供应商"),
    "salesperson": LocalText(en="Contact", zh="联系人"),
    "title": LocalText(en="Title", zh="标题"),
    "issued_on": LocalText(en="Date", zh="报价日期"),
    "valid_until": LocalText(en="Valid until", zh="有效期至"),
    "priced_on": LocalText(en="Priced as of", zh="计价时点"),
    "currency": LocalText(en="Currency", zh="币种"),
    "payment": LocalText(en="Payment", zh="付款方式"),
    "delivery": LocalText(en="Delivery", zh="交货"),
    "clause": LocalText(en="Clause", zh="条款"),
    "plan": LocalText(en="Pricing plan", zh="计价方案"),
    "catalogue": LocalText(en="Catalogue", zh="产品目录"),
}
"""How people call the fields."""

FATE_WORDS: dict[RuleFate, LocalText] = {
    "gained": LocalText(en="acts now", zh="新生效"),
    "lost": LocalText(en="acts no more", zh="不再生效"),
    "altered": LocalText(en="acts otherwise", zh="有变化"),
}
"""What became of a rule."""

_NONE = "\N{EN DASH}"
_WHEN: dict[RuleFate, LocalText] = {
    "gained": LocalText(en="before: ", zh="此前："),
    "lost": LocalText(en="now: ", zh="现在："),
    "altered": LocalText(),
}


def field_text(change: FieldChange, locale: str = "en") -> str:
    """A change of a field as one line.

    >>> field_text(FieldChange(field="clause", place="2", before="12 months", after=""), "zh")
    '条款 2：12 months → –'
    """
    chinese = locale.startswith("zh")
    name = FIELD_WORDS[change.field].in_(locale)
    place = f" {change.place}" if change.place else ""
    was, now = (
        side.in_(locale).replace("\n", " ") or _NONE for side in (change.before, change.after)
    )
    return f"{name}{place}{'：' if chinese else ': '}{was} → {now}"


def rule_text(rule: RuleDifference, locale: str = "en") -> str:
    """What became of a rule, on which lines and why, as one line.

    >>> print(rule_text(RuleDifference(fate="lost", point="promotion", rule="SPRING",
    ...     name_before="Spring weeks: 5% off", lines=("1",), reason="outside period")))
    promotion Spring weeks: 5% off: acts no more on line 1; now: outside period
    """
    chinese = locale.startswith("zh")
    point, fate = POINTS[rule.point].in_(locale), FATE_WORDS[rule.fate].in_(locale)
    where, given, why = (
        lines_text(rule.lines, locale),
        given_text(rule, locale),
        reason_text(rule, locale),
    )
    if chinese:
        told = "；".join(part for part in (f"{where}{fate}", given, why) if part)
        return f"{point} {rule.title(locale)}：{told}"
    on = f" on {where}" if where else ""
    told = "; ".join(part for part in (f"{fate}{on}", given, why) if part)
    return f"{point} {rule.title(locale)}: {told}"


def reason_text(rule: RuleDifference, locale: str = "en") -> str:
    """Why a rule did not act before, or does not now; how one acts otherwise.

    >>> reason_text(RuleDifference(fate="gained", point="promotion", rule="BIG",
    ...                            reason={"en": "amount below", "zh": "金额不足"}), "zh")
    '此前：金额不足'
    """
    why = rule.reason.in_(locale)
    when = _WHEN[rule.fate].in_(locale)
    return f"{when}{why}" if why else ""


def given_text(rule: RuleDifference, locale: str = "en") -> str:
    """What a promotion takes off the order, before and after; nothing for another rule.

    >>> from cpq.kernel.money import Money
    >>> given_text(RuleDifference(fate="gained", point="promotion", rule="BIG",
    ...                           gave_after=Money("133.07", "CNY")))
    'takes 133.07 CNY off'
    """
    sides = [str(money) for money in (rule.gave_before, rule.gave_after) if money is not None]
    if not sides:
        return ""
    said = " → ".join(dict.fromkeys(sides))
    return f"优惠 {said}" if locale.startswith("zh") else f"takes {said} off"


def lines_text(numbers: tuple[str, ...], locale: str = "en", *, most: int = 6) -> str:
    """Numbers of lines in words, at most so many of them: ``lines 1, 2``; ``第 1、2 行``.

    >>> lines_text(("1", "2"), "zh"), lines_text(("1", "2", "3"), most=2)
    ('第 1、2 行', 'lines 1, 2 and 1 more')
    """
    if not numbers:
        return ""
    more = len(numbers) - most
    if locale.startswith("zh"):
        listed = "、".join(numbers[:most])
        return f"第 {listed} {'等 ' + str(len(numbers)) + ' ' if more > 0 else ''}行"
    listed = ", ".join(numbers[:most]) + (f" and {more} more" if more > 0 else "")
    return f"line{'s' if len(numbers) > 1 else ''} {listed}"
