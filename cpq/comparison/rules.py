"""Which rules act otherwise than they did, and why (规则变化): read off the traces of both.

Line by line the rows that were applied are compared as a simulation compares them; a rule that acts
alike on several lines is told once. Why a rule does not act in the one version is what its trace
says: the row that was refused there, on the line or for the order as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cpq.comparison.acting import rule_changes
from cpq.comparison.change import RuleChange, RuleFate
from cpq.comparison.model import RuleDifference
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import LocalText
from cpq.plan import UNIT_POINTS, PricePoint
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing
from cpq.waterfall.text import short, why_text

Pair = tuple[PricedLine | None, PricedLine | None]
_GONE = LocalText(en="not looked at any more", zh="已不再参与计价")
_NEW = LocalText(en="not looked at", zh="未参与计价")
_OTHER_LINES = LocalText(en="its line is gone", zh="所在行已删除")
_NEW_LINES = LocalText(en="its line is new", zh="所在行为新增")
_OF_LINES = (_NEW_LINES, _OTHER_LINES)
_NOTHING = LocalText()


class _Told(NamedTuple):
    """What is told once for all lines on which it is the same."""

    fate: RuleFate
    point: PricePoint
    rule: str
    name_before: LocalText
    name_after: LocalText
    reason: LocalText


def rule_differences(
    pairs: Sequence[Pair], *, before: Pricing, after: Pricing
) -> tuple[RuleDifference, ...]:
    """The rules that act otherwise, in the order of the lines and of the rows of their traces."""
    found: dict[_Told, list[str]] = {}
    for was, now in pairs:
        line = now or was
        assert line is not None, "a pair has one line at least"
        for told in _of_pair(was, now, before, after):
            found.setdefault(told, []).append(line.number)
    return tuple(
        RuleDifference(
            fate=told.fate,
            point=told.point,
            rule=told.rule,
            name_before=told.name_before,
            name_after=told.name_after,
            lines=tuple(lines),
            gave_before=_given(told, before),
            gave_after=_given(told, after),
            reason=told.reason,
        )
        for told, lines in _joined(found).items()
    )


def _joined(found: dict[_Told, list[str]]) -> dict[_Told, list[str]]:
    """A promotion that acts on old lines and new ones is told once, with the reason of the old."""
    kept = {told: lines for told, lines in found.items() if told.reason not in _OF_LINES}
    for told, lines in found.items():
        if told.reason in _OF_LINES:
            same = (each for each in kept if each[:-1] == told[:-1])
            kept.setdefault(next(same, told), []).extend(lines)
    return kept


def _of_pair(
    was: PricedLine | None, now: PricedLine | None, before: Pricing, after: Pricing
) -> Iterator[_Told]:
    if was is None or now is None:
        yield from _of_one(was, now, before, after)
        return
    changes = tuple(rule_changes(was, now))
    gained = {each.point: each.name for each in reversed(changes) if each.fate == "gained"}
    for change in changes:
        old = _acting(was, change.point, change.rule)
        new = _acting(now, change.point, change.rule)
        if old is None:
            reason = _why_not(change.point, change.rule, was, before) or _NEW
        elif new is None:
            reason = _why_not(change.point, change.rule, now, after) or _after(change, gained)
        else:
            reason = _otherwise(old, new, was, now)
        yield _Told(
            change.fate,
            change.point,
            change.rule,
            _NOTHING if old is None else old.name,
            _NOTHING if new is None else new.name,
            reason,
        )


def _after(change: RuleChange, gained: Mapping[PricePoint, LocalText]) -> LocalText:
    """What took the place of a rule that nobody looked at any more."""
    other = gained.get(change.point)
    if other is None or change.point not in UNIT_POINTS:
        return _GONE
    return LocalText(en=f"replaced by {other.in_('en')}", zh=f"改用 {other.in_('zh')}")


def _otherwise(old: Step, new: Step, was: PricedLine, now: PricedLine) -> LocalText:
    """How a rule acts otherwise where its name does not say so: held by a cap, or by figures."""
    if old.name != new.name:
        return _NOTHING
    if (old.reason, new.reason) != ("applied", "applied"):
        return _how(new, now)
    if old.after is None or new.after is None:
        return _NOTHING
    figures = short(old.after), short(new.after)
    first = f" {was.currency}" if was.currency != now.currency else ""
    return LocalText(en=f"{figures[0]}{first} → {figures[1]} {now.currency}")


def _of_one(
    was: PricedLine | None, now: PricedLine | None, before: Pricing, after: Pricing
) -> Iterator[_Told]:
    """Promotions of a line that came or went which act nowhere in the other version."""
    line = now or was
    assert line is not None, "a pair has one line at least"
    other = before if was is None else after
    elsewhere = {step.rule for each in other.lines for step in _promotions(each)}
    for step in _promotions(line):
        if step.rule in elsewhere:
            continue
        why = _why_not(step.point, step.rule, None, other)
        if was is None:
            yield _Told("gained", step.point, step.rule, _NOTHING, step.name, why or _NEW_LINES)
        else:
            yield _Told("lost", step.point, step.rule, step.name, _NOTHING, why or _OTHER_LINES)


def _promotions(line: PricedLine) -> Iterator[Step]:
    return (step for step in line.steps if step.applied and step.point == "promotion")


def _acting(line: PricedLine, point: PricePoint, rule: str) -> Step | None:
    """The last row with which a rule acted on a line."""
    rows = [s for s in line.steps if s.applied and (s.point, s.rule) == (point, rule)]
    return rows[-1] if rows else None


def _why_not(
    point: PricePoint, rule: str, line: PricedLine | None, pricing: Pricing
) -> LocalText | None:
    """What the trace says of a rule that did not act: on the line, else for the order."""
    own: Iterable[Step] = () if line is None else line.steps
    for step in (*own, *pricing.refused):
        if not step.applied and (step.point, step.rule) == (point, rule):
            return _how(step, line)
    return None


def _how(step: Step, line: PricedLine | None) -> LocalText:
    """The reason of a row in both languages; nothing where it simply acted."""
    if step.reason == "applied":
        return _NOTHING
    return LocalText(en=why_text(step, "en", line), zh=why_text(step, "zh", line))


def _given(told: _Told, pricing: Pricing) -> Money | None:
    """What a promotion takes off the order in all; ``None`` where it is none or takes nothing."""
    if told.point != "promotion":
        return None
    shares = [row.money for row in pricing.allocations if row.promotion == told.rule]
    return money_total(shares, pricing.currency) if shares else None
