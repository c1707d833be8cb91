"""The model linter (选配模型体检): what a model says that nobody can have meant.

A model may be sound in every word and still allow nothing, offer options that no configuration has,
or ask where only one answer is left. Each such finding is proved by the solver, from the rules
alone, and names its place; those that the rules cause together name the rules.
"""

from collections.abc import Collection, Iterator, Sequence

from cpq.bom import BOM, Structure
from cpq.bom.layout import layout
from cpq.bom.misfits import dead_rules
from cpq.bom.soundness import unsound
from cpq.configuration.compile import compiled
from cpq.configuration.compiled import NOTHING, Compiled, is_several
from cpq.configuration.reason import Reason
from cpq.kernel.errors import Finding, Severity
from cpq.kernel.model import added
from cpq.kernel.text import Line, LocalText, legible
from cpq.solver.explain import explain, minimal_conflict
from cpq.solver.oracle import Oracle, Undecided
from cpq.solver.problem import Problem
from cpq.solver.solver import PATIENCE, Solver, Unsatisfiable

_SHOWN_MAX, _RULE_MAX = 10, 200
_EXPLAINED_EACH, _EXPLAINED_MAX = 3, 100


class ModelFinding(Finding):
    """What is wrong or odd about a model: ``rules`` make it together, where rules do; ``values``
    are those that it is about.

    A rule is named by its place and its code: ``chiller/R1`` is rule R1 of the component
    ``chiller``, ``R1`` one of the product itself.

    >>> ModelFinding(code="bom.never_possible", place="head", message="never", rules=("R",)).rules
    ('R',)
    """

    rules: tuple[Line, ...] = added(())
    values: tuple[Line, ...] = added(())


def lint_model(
    whole: Structure, *, patience: int = PATIENCE, oracle: Oracle | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong or odd about a model, all at once, by place.

    First what the words of its rules say (``unsound``, ``dead_rules``); then, from the rules that
    mean something, ``bom.contradiction`` with those that leave nothing, ``bom.never_possible``,
    ``bom.always_forced`` and ``bom.unreachable``. What was not found out in time is not said.

    >>> from cpq.bom import BOM, structure
    >>> head = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    >>> air = {"code": "air", "values": ({"code": "yes"},)}
    >>> rule = {"code": "R", "together": ("head=H6", "air=yes")}
    >>> bom = BOM(product="M", groups=(head,), attributes=(air,), excludes=(rule,))
    >>> [found.code for found in lint_model(structure("M", {"M": bom}))]
    ['bom.always_forced', 'bom.never_possible']
    """
    laid = layout(whole)
    dead = (each for bom in whole.boms for each in dead_rules(whole, bom))
    written = [*unsound(whole, laid), *dead]
    solvable = _without_wrong(whole, written)
    if solvable is None:
        return _in_order(written)
    model = compiled(solvable)
    try:
        solver = Solver(model.problem, patience=patience, oracle=oracle)
    except Unsatisfiable:
        return _in_order([*written, _contradiction(model, patience, oracle)])
    except Undecided:
        return _in_order(written)
    return _in_order([*written, *_unreachable(model, solver), *_values(model, solver)])


class _Guilty:
    """Names the rules that exclude values; of many values only some are looked into."""

    def __init__(self, model: Compiled, solver: Solver) -> None:
        self._model = model
        self._solver = solver
        self._left = _EXPLAINED_MAX

    def of(self, path: str, codes: Sequence[str]) -> tuple[str, ...]:
        """The rules that together exclude the first few of these codes at a path."""
        found: dict[str, None] = {}
        for code in codes[:_EXPLAINED_EACH]:
            wanted = self._model.literal(path, code)
            if wanted is None or not self._left:
                continue
            self._left -= 1
            variable, mask = wanted
            value = mask.bit_length() - 1
            for index in explain(self._solver, variable, value).rules:
                reason = self._model.reasons[index]
                if reason.kind == "rule":
                    found[_named(reason)] = None
        return tuple(found)


def _named(reason: Reason) -> str:
    return f"{reason.place}/{reason.code}".strip("/")


def _without_wrong(whole: Structure, written: Sequence[Finding]) -> Structure | None:
    """The structure without the rules that mean nothing; ``None`` where more than rules is wrong.

    Fewer rules allow more, so what is impossible with the rest is impossible with all of them.
    """
    wrong = {
        each.place for each in written if each.severity == "error" and each.code != "bom.dead_rule"
    }
    boms = tuple(_without(bom, wrong) for bom in whole.boms)
    solvable = whole if boms == whole.boms else whole.with_(boms=boms)
    left = unsound(solvable) if wrong else ()
    return None if any(each.severity == "error" for each in left) else solvable


def _without(bom: BOM, wrong: Collection[str]) -> BOM:
    kinds = ("requires", "excludes", "if_then", "tables", "sums")
    kept = {
        kind: tuple(
            rule
            for rule in getattr(bom, kind)
            if legible(f"boms/{bom.product}/{rule.code}") not in wrong
        )
        for kind in kinds
    }
    return bom.with_(**{kind: rules for kind, rules in kept.items() if rules != getattr(bom, kind)})


def _contradiction(model: Compiled, patience: int, oracle: Oracle | None) -> Finding:
    """The fewest rules that together leave no configuration."""
    constraints = model.problem.constraints
    by_rule: dict[Reason, list[int]] = {}
    for index, reason in enumerate(model.reasons):
        by_rule.setdefault(reason, []).append(index)
    rules = [reason for reason in by_rule if reason.kind != "structure"]
    given = [index for reason, places in by_rule.items() if reason not in rules for index in places]

    def excluded(some: Sequence[Reason]) -> bool:
        kept = sorted([*given, *(index for reason in some for index in by_rule[reason])])
        part = Problem(model.problem.sizes, tuple(constraints[index] for index in kept))
        try:
            Solver(part, patience=patience, oracle=oracle)
        except Unsatisfiable:
            return True
        except Undecided:
            return False
        return False

    guilty = minimal_conflict(rules, excluded) or rules
    codes = [_named(each) for each in guilty]
    named = ", ".join(codes[:_SHOWN_MAX])
    said = [each.message for each in guilty[:_SHOWN_MAX]]
    return _finding(
        "bom.contradiction",
        f"boms/{model.structure.product}",
        f"the rules {named} exclude each other, so nothing can be configured: "
        + "; ".join(each.in_("en") for each in said),
        f"规则 {named} 互相矛盾，无法选配：" + "；".join(each.in_("zh") for each in said),
        severity="error",
        rules=codes,
    )


def _unreachable(model: Compiled, solver: Solver) -> Iterator[Finding]:
    """Places that are in no configuration though they are no option: options are told as values."""
    told: list[str] = []
    for place in model.layout.places:
        gate = place.gate
        if gate is None or gate.code or any(place.path.startswith(f"{each}.") for each in told):
            continue
        variable, mask = model.opening(gate)
        if not solver.domain(variable) & mask and not _is_below_nothing(model, solver, gate.path):
            told.append(place.path)
            yield _finding(
                "bom.unreachable",
                place.path,
                "it is in no configuration; remove it, or loosen the rules on it",
                "任何配置中都不会出现该子件；请删除，或放宽相关规则",
            )


def _is_below_nothing(model: Compiled, solver: Solver, path: str) -> bool:
    """Whether the owner of a slot is itself in no configuration."""
    gate = model.layout.by_path[path].gate
    if gate is None:
        return False
    variable, mask = model.opening(gate)
    return not solver.domain(variable) & mask


def _values(model: Compiled, solver: Solver) -> Iterator[Finding]:
    """Values that no configuration has, and questions with one answer."""
    guilty = _Guilty(model, solver)
    for slot in model.layout.slots:
        if _is_below_nothing(model, solver, slot.path):
            continue
        left: list[str] = []
        certain = True
        for code in slot.codes:
            found = model.literal(slot.path, code)
            if found is not None and solver.domain(found[0]) & found[1]:
                left.append(code)
                certain = certain and not solver.unproved(found[0]) & found[1]
        dead = [code for code in slot.codes if code not in left]
        rules = guilty.of(slot.path, dead)
        if dead:
            yield _never(slot.path, dead, rules)
        if is_several(slot):
            yield from _always_among(model, solver, slot.path, left, slot.minimum)
        elif (
            certain
            and len(left) == 1
            and (len(slot.codes) > 1 or _is_forced(model, solver, slot.path))
        ):
            yield _always(slot.path, left[0], rules)


def _is_forced(model: Compiled, solver: Solver, path: str) -> bool:
    """Whether nothing was to be had where a group with one option could have gone without."""
    slot = model.layout.by_path[path]
    nothing = model.literal(path, NOTHING)
    if slot.minimum or slot.gate is not None or nothing is None:
        return False
    return not solver.domain(nothing[0]) & nothing[1]


def _never(path: str, dead: Sequence[str], rules: Sequence[str]) -> Finding:
    more = ", …" if len(dead) > _SHOWN_MAX else ""
    listed = ", ".join(dead[:_SHOWN_MAX]) + more
    verb = "is" if len(dead) == 1 else "are"
    return _finding(
        "bom.never_possible",
        path,
        f"{listed} {verb} never possible{_because(rules)}; remove it, or loosen the rules on it",
        f"{listed} 永远不可选{_because_zh(rules)}；请删除，或放宽相关规则",
        rules=rules,
        values=dead,
    )


def _because(rules: Sequence[str]) -> str:
    return f" because of {', '.join(rules[:_SHOWN_MAX])}" if rules else ""


def _because_zh(rules: Sequence[str]) -> str:
    return f"（规则 {'、'.join(rules[:_SHOWN_MAX])}）" if rules else ""


def _always(path: str, code: str, rules: Sequence[str]) -> Finding:
    return _finding(
        "bom.always_forced",
        path,
        f"only {code} is ever possible{_because(rules)}, so there is nothing to choose; make it "
        "fixed",
        f"只有 {code} 可选{_because_zh(rules)}，实际上没有选择余地；请改为固定项",
        rules=rules,
        values=(code,),
    )


def _always_among(
    model: Compiled, solver: Solver, path: str, left: Sequence[str], minimum: int
) -> Iterator[Finding]:
    """Options that are in every configuration, where the group itself does not need them all."""
    slot = model.layout.by_path[path]
    if slot.gate is not None or minimum >= len(slot.codes):
        return
    for code in left:
        found = model.literal(path, code)
        if found is not None and solver.domain(found[0]) == found[1]:
            yield _finding(
                "bom.always_forced",
                path,
                f"{code} is in every configuration; make it a fixed component",
                f"{code} 在所有配置中都必选；请改为固定子件",
                values=(code,),
            )


def _finding(
    code: str,
    place: str,
    en: str,
    zh: str,
    *,
    severity: Severity = "note",
    rules: Sequence[str] = (),
    values: Sequence[str] = (),
) -> ModelFinding:
    return ModelFinding(
        code=code,
        place=legible(place),
        message=LocalText(en=legible(en), zh=legible(zh)),
        severity=severity,
        rules=tuple(legible(each)[:_RULE_MAX] for each in rules),
        values=tuple(values),
    )


def _in_order(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda each: (each.place, each.code, each.message.en)))
