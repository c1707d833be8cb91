"""What attribute prices make of a price: which rules match, which of them act, and how much."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from fractions import Fraction
from typing import Literal, NamedTuple

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.money import exact, plain, rounded_fraction
from cpq.kernel.period import Moment, instant
from cpq.kernel.text import LocalText
from cpq.pricebook.attribute.rule import AttributeEffect, AttributePrice, cut, listed

Competition = Literal["most_specific", "first_match", "best_for_customer"]
"""Which of competing rules acts.

``most_specific``: product before its family before the nearest category before everything; then
more attributes; then a rule for the asked unit; then the lower rank. A tie of rules that say
different things is an error that names both. ``first_match``: the lowest rank, and among equals
the rule written first. ``best_for_customer``: the one that makes the price lowest.
"""

_SHOWN_PLACES = 6
_NO_NUMBERS: Mapping[str, Fraction] = {}


class Adjustment(NamedTuple):
    """What one rule does to the running price: ``set`` it, ``add`` to it, or so many percent."""

    kind: AttributeEffect
    value: Fraction


class AttributeRow(NamedTuple):
    """A rule that speaks of the product: applied, or why not (``reason``, ``needed``, ``actual``).

    ``before`` and ``after`` are prices per asked unit. ``effect``, done to ``before``, gives
    ``after``: the second percentage on one base is therefore the amount that it came to;
    ``stated`` is what the rule says.
    """

    rule: str
    name: LocalText
    stated: str
    applied: bool
    reason: str
    needed: str = ""
    actual: str = ""
    effect: Adjustment | None = None
    before: Fraction | None = None
    after: Fraction | None = None


class Adjusted(NamedTuple):
    """The price after the rules, the rows, and what they do in all, whatever the price.

    ``effects`` are in order, and the percentages on one base are one effect, so that they can be
    done to what is no price per unit, such as a graduated charge.
    """

    value: Fraction | None
    rows: tuple[AttributeRow, ...]
    effects: tuple[Adjustment, ...]


class _Asked(NamedTuple):
    product: str
    unit: str
    factor: Fraction
    scale: Fraction
    attributes: Mapping[str, str]
    at: Moment
    home: tzinfo
    numbers: Mapping[str, Fraction]
    base: Fraction | None


class _Judged(NamedTuple):
    rule: AttributePrice
    place: int
    distance: int


def adjusted(
    rules: Iterable[AttributePrice],
    base: Fraction | None,
    *,
    product: str,
    unit: str,
    attributes: Mapping[str, str],
    at: Moment,
    home: tzinfo = UTC,
    family: str | None = None,
    categories: Sequence[str] = (),
    factor: Fraction = Fraction(1),
    scale: Fraction = Fraction(1),
    resolution: Competition = "most_specific",
    context: Mapping[str, Fraction] = _NO_NUMBERS,
) -> Adjusted:
    """What the rules make of ``base``, a price per asked unit; of ``None``, only a replacement.

    ``factor`` of the product's own unit is one of the asked unit; ``scale`` converts the rules'
    currency into that of ``base``. ``attributes`` are the line's values by attribute code;
    ``context`` holds further numbers for formulas and is looked at first. Days are days in
    ``home``.

    Raises ``Refused``: ``attribute_price.ambiguous``, ``attribute_price.below_zero``; ``NotFound``
    (``attribute.missing``), ``Invalid`` (``attribute.not_a_number``), and what formulas raise.

    >>> from datetime import date
    >>> rules = (AttributePrice(code="RED", match={"colour": "red"}, percent="10"),)
    >>> adjusted(rules, Fraction(100), product="M8", unit="pc", attributes={"colour": "red"},
    ...          at=date(2026, 11, 21)).value
    Fraction(110, 1)
    """
    asked = _Asked(product, unit, factor, scale, attributes, at, home, context, base)
    matching: list[_Judged] = []
    refused: list[AttributeRow] = []
    for place, rule in enumerate(rules):
        distance = rule.distance(product=product, family=family, categories=categories)
        if distance is None:
            continue
        why = _refusal(rule, asked)
        if why is None:
            matching.append(_Judged(rule, place, distance))
        else:
            refused.append(_row(rule, why))
    winners, losers = _competed(matching, asked, resolution)
    refused += losers
    refused.sort(key=lambda row: (row.rule, row.reason, row.needed, row.actual, row.stated))
    applied, effects, value = _applied(winners, asked)
    return Adjusted(value, (*applied, *refused), effects)


def _refusal(rule: AttributePrice, asked: _Asked) -> tuple[str, str, str] | None:
    """Reason, needed and actual of a rule that does not match; ``None`` where it does."""
    if not rule.period.contains(asked.at, asked.home):
        day = instant(asked.at, asked.home).astimezone(asked.home).date().isoformat()
        return ("outside_period", str(rule.period), day)
    if rule.unit is not None and rule.unit != asked.unit:
        return ("other_unit", rule.unit, asked.unit)
    unmet = [pair for pair in rule.match if asked.attributes.get(pair[0]) != pair[1]]
    if not unmet:
        return None
    found = [(name, asked.attributes[name]) for name, _ in unmet if name in asked.attributes]
    return (
        "attribute_differs" if found else "attribute_missing",
        listed(unmet),
        listed(found),
    )


def _competed(
    matching: Iterable[_Judged], asked: _Asked, resolution: Competition
) -> tuple[list[AttributePrice], list[AttributeRow]]:
    """The rules that act, and rows for those that a rule which acts has superseded."""

    def strength(judged: _Judged) -> tuple[object, ...]:
        if resolution == "first_match":
            return (judged.rule.rank, judged.place)
        cheapest = _amount(judged.rule, asked) if resolution == "best_for_customer" else 0
        return (cheapest, *_specificity(judged), judged.rule.code, judged.rule.stated)

    winners: list[_Judged] = []
    losers: list[AttributeRow] = []
    for judged in sorted(matching, key=strength):
        stronger = next((each for each in winners if _compete(each.rule, judged.rule)), None)
        if stronger is None:
            winners.append(judged)
            continue
        if resolution == "most_specific" and _specificity(stronger) == _specificity(judged):
            _refuse_if_different(stronger.rule, judged.rule, asked)
        losers.append(_row(judged.rule, ("superseded", "", stronger.rule.code)))
    return [judged.rule for judged in winners], losers


def _specificity(judged: _Judged) -> tuple[int, int, bool, int]:
    rule = judged.rule
    return (judged.distance, -len(rule.match), rule.unit is None, rule.rank)


def _compete(one: AttributePrice, other: AttributePrice) -> bool:
    if one.subject != other.subject:
        return False
    first, second = set(one.match), set(other.match)
    return one.effect == "set" or first <= second or second <= first


def _refuse_if_different(one: AttributePrice, other: AttributePrice, asked: _Asked) -> None:
    if _said(one) == _said(other):
        return
    raise Refused(
        "attribute_price.ambiguous",
        f"attribute prices {one.code!r} ({cut(str(one), 100)}) and {other.code!r} "
        f"({cut(str(other), 100)}) both fit {asked.product!r} and say different things; let one "
        "match more attributes, or give it the lower rank",
        product=asked.product,
        rules=(one.code, other.code),
    )


def _said(rule: AttributePrice) -> tuple[object, ...]:
    return (rule.price, rule.add, rule.percent, rule.on, rule.formula, rule.minimum)


def _amount(rule: AttributePrice, asked: _Asked) -> Fraction:
    """What the rule adds or sets per asked unit, in the currency of the base; or its percentage."""
    if rule.percent is not None:
        return Fraction(rule.percent)
    per = (Fraction(1) if rule.unit else asked.factor) * asked.scale
    if rule.formula is None:
        number = rule.price if rule.price is not None else rule.add
        assert number is not None
        return Fraction(number) * per
    names = dict(asked.numbers)
    if asked.base is not None:
        names.setdefault("base", asked.base / per)
    for name in sorted(rule.formula.names - names.keys()):
        names[name] = _number(rule, name, asked)
    value = rule.formula.value(names, rule=rule.code)
    if rule.minimum is not None:
        value = max(value, Fraction(rule.minimum))
    return value * per


def _number(rule: AttributePrice, name: str, asked: _Asked) -> Fraction:
    text = asked.attributes.get(name)
    if text is None:
        raise NotFound(
            "attribute.missing",
            f"attribute price {rule.code!r} of {asked.product!r} is worked out from {name!r}, "
            "which the line does not have; give it a value",
            rule=rule.code,
            attribute=name,
        )
    try:
        return Fraction(exact(text))
    except Invalid:
        raise Invalid(
            "attribute.not_a_number",
            f"attribute price {rule.code!r} of {asked.product!r} is worked out from {name!r}, "
            f"which is {text!r}; give it a number such as '2.5'",
            rule=rule.code,
            attribute=name,
        ) from None


def _applied(
    winners: Iterable[AttributePrice], asked: _Asked
) -> tuple[list[AttributeRow], tuple[Adjustment, ...], Fraction | None]:
    """One row per rule that acts, in the order in which they act; the effects; the price."""
    rows: list[AttributeRow] = []
    effects: list[Adjustment] = []
    running = common = asked.base
    for rule in sorted(winners, key=lambda rule: (_turn(rule), rule.rank, rule.code)):
        effect = Adjustment(rule.effect, _amount(rule, asked))
        before = running
        if rule.effect != "percent":
            running = common = _done(effect, running)
            effects.append(effect)
        elif rule.on == "running" or not (effects and effects[-1].kind == "percent"):
            running = _done(effect, running)
            effects.append(effect)
        else:
            effects[-1] = Adjustment("percent", effects[-1].value + effect.value)
            if before is not None and common is not None:
                effect = Adjustment("add", common * effect.value / 100)
                running = before + effect.value
        rows.append(_row(rule, ("applied", "", ""), effect=effect, before=before, after=running))
    if asked.base is not None and running is not None and running < 0 <= asked.base:
        _refuse_below_zero(rows, asked, running)
    return rows, tuple(effects), running


def _turn(rule: AttributePrice) -> int:
    order = ("set", "add", "percent")
    return len(order) if rule.on == "running" else order.index(rule.effect)


def _done(effect: Adjustment, running: Fraction | None) -> Fraction | None:
    if effect.kind == "set":
        return effect.value
    if running is None:
        return None
    return (
        running * (100 + effect.value) / 100 if effect.kind == "percent" else running + effect.value
    )


def _refuse_below_zero(rows: Sequence[AttributeRow], asked: _Asked, value: Fraction) -> None:
    assert asked.base is not None
    first, last = _shown(asked.base), _shown(value)
    lowering = [row for row in rows if row.effect is not None and row.effect.value < 0]
    listed = ", ".join(f"{row.rule!r} ({row.stated})" for row in lowering)
    raise Refused(
        "attribute_price.below_zero",
        f"attribute prices {cut(listed, 240)} make {last} per {asked.unit} out of {first} for "
        f"{asked.product!r}; take off less, or write the price as a replacement",
        product=asked.product,
        rules=tuple(row.rule for row in lowering),
    )


def _shown(price: Fraction) -> str:
    return plain(rounded_fraction(price, _SHOWN_PLACES)).rstrip("0").rstrip(".")


def _row(
    rule: AttributePrice,
    why: tuple[str, str, str],
    *,
    effect: Adjustment | None = None,
    before: Fraction | None = None,
    after: Fraction | None = None,
) -> AttributeRow:
    reason, needed, actual = why
    return AttributeRow(
        rule=rule.code,
        name=rule.name,
        stated=cut(rule.stated),
        applied=reason == "applied",
        reason=reason,
        needed=needed,
        actual=actual,
        effect=effect,
        before=before,
        after=after,
    )
