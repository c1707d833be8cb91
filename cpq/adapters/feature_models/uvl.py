"""Feature models in UVL (通用可变性语言), the Universal Variability Language.

The tree becomes clauses (a feature needs the one above it) and sums (how many of a group), the
constraints become clauses, comparisons of numbers over attributes become sums. What the problem
cannot say is left out by name: imported models, the values of ``Integer``, ``Real`` and ``String``
features (that such a feature is selected is said), more instances of a feature than can be written
out, and each constraint that speaks of any of them or is not linear. A constraint among the
attributes of a feature holds as those below do, whether its feature is selected or not.
"""

from itertools import islice
from pathlib import Path

from cpq.adapters.feature_models.cnf import (
    Condition,
    Conditions,
    TooHeavy,
    all_of,
    any_of,
    negated,
    same,
)
from cpq.adapters.feature_models.model import Attribute, FeatureModel, LeftOut
from cpq.adapters.feature_models.reading import read_text
from cpq.adapters.feature_models.uvl_formula import COMPARISONS, Formula, Name, Operation, Written
from cpq.adapters.feature_models.uvl_instances import Instances
from cpq.adapters.feature_models.uvl_lines import SyntaxFault
from cpq.adapters.feature_models.uvl_names import Inexpressible, Names, Unknown
from cpq.adapters.feature_models.uvl_numbers import NotANumber, Numbers
from cpq.adapters.feature_models.uvl_tree import Feature, Group, Tree, tree_of
from cpq.kernel.errors import Unreadable
from cpq.solver.problem import Problem

COPIES_MAX = 1_000
"""The most copies of one constraint that instances of features ask for."""


def read_uvl(path: str | Path) -> FeatureModel:
    r"""The feature model of a UVL file, ``.gz`` or not; a constraint is named by its text.

    Raises ``Unreadable``, which names file and line: ``feature_model.syntax``,
    ``duplicate_name``, ``unknown_name``, and what ``read_text`` raises.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "bike.uvl"
    ...     _ = file.write_text("features\n  Bike\n    optional\n      Bell\n      Lamp\n"
    ...                         "constraints\n  Bell => Lamp\n")
    ...     model = read_uvl(file)
    >>> model.names, model.problem.constraints[-1].name
    (('Bike', 'Bell', 'Lamp'), 'Bell => Lamp')
    """
    path = Path(path)
    source = read_text(path)
    try:
        return _Reading(path, tree_of(source)).model()
    except SyntaxFault as fault:
        raise Unreadable(
            "feature_model.syntax", f"{path}:{fault.line}: {fault.what}; correct the line"
        ) from None


class _Reading:
    """One file while its tree becomes a problem."""

    def __init__(self, path: Path, tree: Tree) -> None:
        if tree.root is None:
            raise Unreadable(
                "feature_model.empty", f"{path} has no section 'features'; write the model again"
            )
        self._path = path
        self._root = tree.root
        self._written = (
            *(each for feature in tree.root.below() for each in feature.constraints),
            *tree.constraints,
        )
        self._left_out = [
            LeftOut("import", each.name, each.line, "imported models are not read")
            for each in tree.imports
        ]
        self._left_out += [
            LeftOut("type", feature.name, feature.line, f"its value of type {feature.type}")
            for feature in tree.root.below()
            if feature.type != "Boolean"
        ]
        self._unique()
        self._instances = Instances(tree.root)
        self._unique()
        self._left_out += self._instances.left_out
        self._names = Names(tree.root, tree.imports)
        self._conditions = Conditions(len(self._names.features))
        self._numbers = Numbers(self._names, self._conditions)

    def _unique(self) -> None:
        lines: dict[str, int] = {}
        for feature in self._root.below():
            if feature.name in lines:
                raise Unreadable(
                    "feature_model.duplicate_name",
                    f"{self._path}:{feature.line}: a feature {feature.name!r} stands on line "
                    f"{lines[feature.name]} already; name each once",
                )
            lines[feature.name] = feature.line

    def model(self) -> FeatureModel:
        self._tree()
        for written in self._written:
            self._constraint(written)
        features = tuple(self._names.features)
        variables = self._conditions.variables
        return FeatureModel(
            problem=Problem((2,) * variables, tuple(self._conditions.constraints)),
            names=features + ("",) * (variables - len(features)),
            constraints=len(self._written),
            left_out=tuple(sorted(self._left_out, key=lambda each: each.line)),
            attributes=tuple(
                Attribute(feature.name, name, value.text)
                for feature in self._names.features.values()
                for name, value in feature.attributes.items()
            ),
        )

    def _tree(self) -> None:
        root = self._root.name
        self._conditions.require(self._is(root), name=root)
        for feature in self._names.features.values():
            for group in feature.groups:
                for child in group.features:
                    self._implies(child.name, feature.name)
                # Of none of its instances, nothing below has to be there.
                if not (feature.cardinality and feature.cardinality[0] == 0):
                    self._group(feature, group)
        for former, latter in self._instances.next:
            self._implies(latter, former)

    def _group(self, feature: Feature, group: Group) -> None:
        count = len(group.features)
        low, high = {
            "mandatory": (count, None),
            "optional": (0, None),
            "or": (1, None),
            "alternative": (1, 1),
        }.get(group.sort, (group.low, group.high))
        bound = count if high is None else min(high, count)
        name = f"{feature.name}: {group.sort}"
        if group.sort == "cardinality":
            name = f"{feature.name}: [{low}..{'*' if high is None else high}]"
        parent = self._is(feature.name)
        children = [self._is(child.name) for child in group.features]
        if low > count:
            self._conditions.require(negated(parent), name=name)
        elif low == count:
            for child in group.features:
                self._implies(feature.name, child.name)
        elif low == 1 and bound > 1:
            self._conditions.require(any_of((negated(parent), *children)), name=name)
        elif low:
            self._bound(feature, group, name, (low, low if low == bound else None))
        if bound < count and not low == bound > 0:
            self._bound(feature, group, name, (None, bound))

    def _bound(
        self, feature: Feature, group: Group, name: str, ends: tuple[int | None, int | None]
    ) -> None:
        """How many of the group: with a least number, only where the feature is there."""
        low, high = ends
        weights = {self._names.variable(child.name): 1 for child in group.features}
        if low is not None:
            weights[self._names.variable(feature.name)] = -low
            low, high = 0, None if high is None else 0
        self._conditions.bound(weights, name=name, low=low, high=high)

    def _implies(self, one: str, other: str) -> None:
        condition = any_of((negated(self._is(one)), self._is(other)))
        self._conditions.require(condition, name=f"{one} => {other}")

    def _is(self, feature: str) -> Condition:
        return self._names.variable(feature) + 1

    def _constraint(self, written: Written) -> None:
        """All of a constraint, or none of it and its name."""
        mark = self._conditions.mark()
        try:
            copies = list(islice(self._instances.each(written), COPIES_MAX + 1))
            if len(copies) > COPIES_MAX:
                raise Inexpressible(f"more than {COPIES_MAX} combinations of instances")
            for instances, formula in copies:
                self._require(instances, formula, written.text)
        except (Inexpressible, TooHeavy) as reason:
            self._conditions.undo(mark)
            why = str(reason) or "its weights are too large"
            self._left_out.append(LeftOut("constraint", written.text, written.line, why))
        except NotANumber:
            raise SyntaxFault(
                written.line, f"{written.text!r} mixes conditions and numbers"
            ) from None
        except Unknown as unknown:
            raise Unreadable(
                "feature_model.unknown_name",
                f"{self._path}:{written.line}: nothing is called {str(unknown)!r} in "
                f"{written.text[:200]!r}; write it as in the tree",
            ) from None

    def _require(self, instances: tuple[str, ...], formula: Formula, name: str) -> None:
        if instances:
            absent = (negated(self._is(each)) for each in instances)
            condition = any_of((*absent, self._condition(formula, name)))
            self._conditions.require(condition, name=name)
            return
        match formula:
            case Operation("&", parts):
                for part in parts:
                    self._require((), part, name)
            case Operation(sign) if sign in COMPARISONS:
                self._numbers.require(formula, name=name)
            case _:
                self._conditions.require(self._condition(formula, name), name=name)

    def _condition(self, formula: Formula, name: str) -> Condition:
        match formula:
            case Name():
                feature, attribute = self._names.meant(formula)
                if attribute:
                    raise Inexpressible(f"the attribute {attribute} as a condition")
                return self._is(feature.name)
            case Operation("!", (part,)):
                return negated(self._condition(part, name))
            case Operation("&", parts):
                return all_of([self._condition(part, name) for part in parts])
            case Operation("|", parts):
                return any_of([self._condition(part, name) for part in parts])
            case Operation("=>", (one, other)):
                return any_of((negated(self._condition(one, name)), self._condition(other, name)))
            case Operation("<=>", (one, other)):
                return same(self._condition(one, name), self._condition(other, name))
            case Operation(sign) if sign in COMPARISONS:
                return self._numbers.condition(formula, name=name)
        raise NotANumber
