"""Features of which there may be several, written out as so many features.

``A cardinality [1..3]`` becomes a group of one to three below ``A``: the instances ``A[1]``,
``A[2]`` and ``A[3]``, each with a copy of what stands below ``A``, so that they may differ. What a
constraint says of something below ``A`` it says of each instance; ``A`` itself and its attributes
stay what they were. An instance needs the one before it: a product with two has the first two.
"""

from collections.abc import Iterator

from cpq.adapters.feature_models.model import LeftOut
from cpq.adapters.feature_models.uvl_formula import Call, Formula, Name, Operation, Written
from cpq.adapters.feature_models.uvl_tree import Feature, Group

INSTANCES_MAX = 12
"""The most instances of one feature that are written out."""

FEATURES_MAX = 20_000
"""The most features that instances may add to a model."""


class Instances:
    """The features with instances, and where what stood below them is now.

    >>> wheel = Feature("Wheel", 2, cardinality=(1, 2))
    >>> instances = Instances(wheel)
    >>> [feature.name for feature in wheel.below()]
    ['Wheel', 'Wheel[1]', 'Wheel[2]']
    """

    def __init__(self, root: Feature) -> None:
        self.left_out: list[LeftOut] = []
        self.next: list[tuple[str, str]] = []
        self._roots: dict[str, tuple[str, str]] = {}
        self._counts: dict[str, int] = {}
        self._added = 0
        for feature in root.below():
            if feature.cardinality not in (None, (1, 1)):
                self._expand(feature)

    def _expand(self, feature: Feature) -> None:
        low, high = feature.cardinality or (1, 1)
        below = sum(1 for _ in feature.below())
        if high is None or high > INSTANCES_MAX or self._added + below * high > FEATURES_MAX:
            most = "*" if high is None else high
            why = f"[{low}..{most}]; up to {INSTANCES_MAX} instances are written out"
            self.left_out.append(LeftOut("cardinality", feature.name, feature.line, why))
            return
        self._added += below * high
        feature.cardinality = None
        self._counts[feature.name] = high
        group = Group("cardinality", feature.line, low, high)
        for number in range(1, high + 1):
            instance = self._instance(feature, number)
            group.features.append(instance)
            if number > 1:
                self.next.append((group.features[-2].name, instance.name))
        for gone in feature.below():
            if gone is not feature:
                self._roots[gone.name] = feature.name, gone.short or gone.name
        feature.groups = [group] if high else []

    def _instance(self, feature: Feature, number: int) -> Feature:
        name = f"{feature.name}[{number}]"
        return Feature(name, feature.line, groups=_copied(feature, name))

    def each(self, written: Written) -> Iterator[tuple[tuple[str, ...], Formula]]:
        """The formula for every combination of the instances that it speaks of the inside of.

        With it come the instances: where one of them is not there, it says nothing.
        """
        waiting: list[tuple[tuple[str, ...], Formula]] = [((), written.formula)]
        while waiting:
            conditions, formula = waiting.pop()
            inside = next((name for name in _names(formula) if self._place(name)), None)
            place = self._place(inside) if inside else None
            if place is None:
                yield conditions, formula
                continue
            root = place[0]
            for number in range(self._counts[root], 0, -1):
                instance = f"{root}[{number}]"
                waiting.append(((*conditions, instance), self._moved(formula, root, instance)))

    def _place(self, name: Name) -> tuple[str, str, tuple[str, ...]] | None:
        """The root that a name is below of, its short name there, and what follows."""
        for end in range(len(name.parts), 0, -1):
            found = self._roots.get(".".join(name.parts[:end]))
            if found:
                return (*found, name.parts[end:])
        return None

    def _moved(self, formula: Formula, root: str, instance: str) -> Formula:
        match formula:
            case Name():
                place = self._place(formula)
                if place and place[0] == root:
                    return Name((f"{instance}.{place[1]}", *place[2]))
                return formula
            case Call(function, arguments):
                moved = (self._moved(name, root, instance) for name in arguments)
                return Call(function, tuple(name for name in moved if isinstance(name, Name)))
            case Operation(sign, parts):
                return Operation(sign, tuple(self._moved(part, root, instance) for part in parts))
        return formula


def _copied(feature: Feature, instance: str) -> list[Group]:
    return [
        Group(
            group.sort,
            group.line,
            group.low,
            group.high,
            [
                Feature(
                    f"{instance}.{child.short or child.name}",
                    child.line,
                    child.type,
                    child.cardinality,
                    child.attributes,
                    groups=_copied(child, instance),
                    short=child.short or child.name,
                )
                for child in group.features
            ],
        )
        for group in feature.groups
    ]


def _names(formula: Formula) -> Iterator[Name]:
    waiting = [formula]
    while waiting:
        match waiting.pop():
            case Name() as name:
                yield name
            case Call(_, arguments):
                waiting.extend(reversed(arguments))
            case Operation(_, parts):
                waiting.extend(reversed(parts))
