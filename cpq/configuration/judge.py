"""Whether the rules hold of what was chosen (规则校验): each violation is a finding with its place.

This asks the rules themselves about a whole choice and never a solver, so it is the second opinion
on every solution that a solver finds.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from cpq.bom import CompatibilityTable, Excludes, IfThen, Pick, Requires, SumRule
from cpq.bom.layout import Bound, bound
from cpq.bom.model import Rule
from cpq.bom.resource import Resource
from cpq.configuration.facts import Facts
from cpq.kernel.errors import Finding
from cpq.kernel.money import plain, rounded_fraction, total
from cpq.kernel.text import LocalText, legible
from cpq.product import number_code


def remark(code: str, place: str, en: str, zh: str, *, said: LocalText | None = None) -> Finding:
    """A finding whose words begin with what the rule itself says, if it says anything."""
    own = said if said is not None else LocalText()
    message = LocalText(
        en=legible(f"{own.en}: {en}" if own.en else en),
        zh=legible(f"{own.zh}：{zh}" if own.zh else zh),
    )
    return Finding(code=code, place=legible(place), message=message)


def judge(rule: Rule, prefix: str, facts: Facts) -> Iterator[Finding]:
    """What is wrong by a rule whose paths begin with ``prefix``.

    >>> facts = Facts()
    >>> facts.picked.update(colour=("red",), head=("H-6",))
    >>> rule = IfThen(code="I1", when="colour=red", then="head=H-12")
    >>> [str(found) for found in judge(rule, "", facts)]
    ['head: colour=red needs head=H-12 (rule I1) [configuration.not_met]']
    """
    if isinstance(rule, SumRule):
        yield from _sum(rule, prefix, facts)
        return
    for each in bound(paths_of(rule), prefix, facts.instanced):
        if not facts.instances.issuperset(each.instances):
            continue
        match rule:
            case Requires():
                yield from _requires(rule, each, facts)
            case Excludes():
                yield from _excludes(rule, each, facts)
            case IfThen():
                yield from _if_then(rule, each, facts)
            case CompatibilityTable():
                yield from _table(rule, each, facts)


def paths_of(rule: Requires | Excludes | IfThen | CompatibilityTable) -> tuple[str, ...]:
    """The paths that a rule speaks of, as written."""
    match rule:
        case Requires():
            return tuple(pick.path for pick in (rule.when, *rule.needs))
        case Excludes():
            return tuple(pick.path for pick in rule.together)
        case IfThen():
            return (*rule.when.paths, *rule.then.paths)
        case CompatibilityTable():
            return rule.columns


def _requires(rule: Requires, at: Bound, facts: Facts) -> Iterator[Finding]:
    def holds(pick: Pick) -> bool:
        return pick.value in facts.lookup(at.paths[pick.path])

    if holds(rule.when) and not any(holds(pick) for pick in rule.needs):
        needs = " or ".join(str(pick) for pick in rule.needs)
        yield remark(
            "configuration.required",
            at.paths[rule.when.path],
            f"{rule.when} needs {needs} (rule {rule.code})",
            f"{rule.when} 需要 {needs.replace(' or ', ' 或 ')}（规则 {rule.code}）",
            said=rule.message,
        )


def _excludes(rule: Excludes, at: Bound, facts: Facts) -> Iterator[Finding]:
    if all(pick.value in facts.lookup(at.paths[pick.path]) for pick in rule.together):
        names = " + ".join(str(pick) for pick in rule.together)
        yield remark(
            "configuration.excluded",
            at.paths[rule.together[-1].path],
            f"{names} do not go together (rule {rule.code})",
            f"{names} 不能同时选择（规则 {rule.code}）",
            said=rule.message,
        )


def _if_then(rule: IfThen, at: Bound, facts: Facts) -> Iterator[Finding]:
    def lookup(path: str) -> tuple[str, ...]:
        return facts.lookup(at.paths[path])

    if rule.when.holds(lookup) and not rule.then.holds(lookup):
        yield remark(
            "configuration.not_met",
            at.paths[rule.then.paths[0]],
            f"{rule.when} needs {rule.then} (rule {rule.code})",
            f"{rule.when} 时须满足 {rule.then}（规则 {rule.code}）",
            said=rule.message,
        )


def _table(rule: CompatibilityTable, at: Bound, facts: Facts) -> Iterator[Finding]:
    found = tuple("; ".join(facts.lookup(at.paths[path])) for path in rule.columns)
    if not rule.allows(found):
        pairs = zip(rule.columns, found, strict=True)
        words = ", ".join(f"{path}={value or 'none'}" for path, value in pairs)
        yield remark(
            "configuration.not_in_table",
            at.paths[rule.columns[-1]],
            f"{words} is no row of the table {rule.code}",
            f"兼容表 {rule.code} 中没有这一组合：{words.replace('=none', '=无')}",
            said=rule.message,
        )


def _sum(rule: SumRule, prefix: str, facts: Facts) -> Iterator[Finding]:
    found = total(
        term.weight(facts.lookup(at.paths[term.path]))
        for term in rule.terms
        for at in bound((term.path,), prefix, facts.instanced)
    )
    below = rule.at_least is not None and found < rule.at_least
    if not below and (rule.at_most is None or found <= rule.at_most):
        return
    limit = rule.at_least if below else rule.at_most
    assert limit is not None
    yield remark(
        "configuration.sum_missed",
        f"{prefix}{rule.terms[0].path}",
        f"the sum is {_figure(found)}, {'at least' if below else 'at most'} {plain(limit)} is "
        f"allowed (rule {rule.code})",
        f"合计为 {_figure(found)}，{'至少应为' if below else '最多为'} {plain(limit)}"
        f"（规则 {rule.code}）",
        said=rule.message,
    )


def out_of_balance(resource: Resource, place: str, left: Fraction, drawn: Fraction) -> Finding:
    """What is said where more of a resource is drawn than supplied: ``left`` is negative."""
    unit = f" {resource.unit}" if resource.unit else ""
    name = resource.name
    en, zh = (name.en or resource.code), (name.zh or resource.code)
    amounts = (drawn, -left, drawn + left)
    draws, lacks, has = (_figure(rounded_fraction(each, 6)) for each in amounts)
    return remark(
        "configuration.out_of_balance",
        place,
        f"{en}: {draws}{unit} is drawn and {has}{unit} supplied; {lacks}{unit} is missing",
        f"{zh}：需要 {draws}{unit}，提供 {has}{unit}，缺 {lacks}{unit}",
    )


def _figure(number: Decimal) -> str:
    return number_code(number)
