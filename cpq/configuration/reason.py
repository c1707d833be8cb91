"""Why something is impossible (原因): the rule, the structure or the scope behind a constraint."""

from typing import Literal, NamedTuple

from cpq.bom import CompatibilityTable, Excludes, IfThen, Requires, SumRule
from cpq.bom.layout import Gate, Slot
from cpq.bom.model import Rule
from cpq.bom.resource import Resource
from cpq.kernel.errors import Finding
from cpq.kernel.money import plain
from cpq.kernel.text import LocalText, legible

Source = Rule | Resource | Slot | Finding


class Filtered(NamedTuple):
    """A value that is not offered here, and the finding that says why."""

    path: str
    value: str
    finding: Finding


class Reason(NamedTuple):
    """What a constraint stands for: a ``rule`` by its code, the ``structure`` itself, or that a
    value is not available (``scope``). ``place`` is where it holds.
    """

    kind: Literal["rule", "structure", "scope"]
    code: str
    place: str
    source: Source

    @property
    def message(self) -> LocalText:
        """What it says, in both languages; a rule's own message comes first."""
        match self.source:
            case Slot():
                return _of_slot(self.source)
            case Finding():
                return self.source.message
            case Resource():
                name = self.source.name
                en, zh = name.en or self.source.code, name.zh or self.source.code
                return LocalText(
                    en=f"at least as much {en} is supplied as drawn", zh=f"{zh}的提供量不小于需求量"
                )
            case _:
                own, (en, zh) = self.source.message, _of_rule(self.source)
                return LocalText(
                    en=legible(f"{own.en}: {en}" if own.en else en),
                    zh=legible(f"{own.zh}：{zh}" if own.zh else zh),
                )


def _of_rule(rule: Rule) -> tuple[str, str]:
    code = rule.code
    match rule:
        case Requires():
            needs = [str(pick) for pick in rule.needs]
            return (
                f"{rule.when} needs {' or '.join(needs)} (rule {code})",
                f"{rule.when} 需要 {' 或 '.join(needs)}（规则 {code}）",
            )
        case Excludes():
            names = " + ".join(str(pick) for pick in rule.together)
            return f"not {names} (rule {code})", f"{names} 不能同时选择（规则 {code}）"
        case IfThen():
            return (
                f"{rule.when} needs {rule.then} (rule {code})",
                f"{rule.when} 时须满足 {rule.then}（规则 {code}）",
            )
        case CompatibilityTable():
            columns = ", ".join(rule.columns)
            return (
                f"{columns} together are a row of the table {code}",
                f"{columns} 的组合须在兼容表 {code} 中",
            )
        case SumRule():
            paths = ", ".join(term.path for term in rule.terms)
            bounds = [
                (f"at least {plain(rule.at_least)}", f"至少为 {plain(rule.at_least)}")
                if rule.at_least is not None
                else None,
                (f"at most {plain(rule.at_most)}", f"最多为 {plain(rule.at_most)}")
                if rule.at_most is not None
                else None,
            ]
            said = [each for each in bounds if each]
            return (
                f"the sum over {paths} is {' and '.join(en for en, _ in said)} (rule {code})",
                f"{paths} 的合计{'、'.join(zh for _, zh in said)}（规则 {code}）",
            )


def _of_slot(slot: Slot) -> LocalText:
    span = (
        str(slot.minimum) if slot.minimum == slot.maximum else f"{slot.minimum} to {slot.maximum}"
    )
    zh_span = span.replace(" to ", " 至 ")
    if slot.gate is None:
        return LocalText(
            en=legible(f"{span} of {slot.path} are chosen"),
            zh=legible(f"{slot.path} 应选 {zh_span} 项"),
        )
    gate = gate_words(slot.gate)
    return LocalText(
        en=legible(f"{slot.path} is chosen, {span}, exactly where {gate}"),
        zh=legible(f"仅当 {gate} 时选择 {slot.path}，应选 {zh_span} 项"),
    )


def gate_words(gate: Gate) -> str:
    """A gate as a condition.

    >>> gate_words(Gate("head", "H-12")), gate_words(Gate("bag.quantity"))
    ('head=H-12', 'bag.quantity>=1')
    """
    return f"{gate.path}={gate.code}" if gate.code else f"{gate.path}>={plain(gate.least)}"
