"""A feature model that was read (特征模型): what can be solved, and the names of the file.

A feature model says which features go together in one product. Reading turns it into a
``Problem``, in which a feature is a variable of two values: 0 is left out, 1 is selected. What the
problem cannot say is not lost in silence: ``left_out`` names it, with its line. What is left out
is a condition, so the problem allows every product of the file, and more where something is listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from cpq.kernel.errors import NotFound
from cpq.solver.problem import Problem

Kind = Literal["import", "type", "cardinality", "constraint"]


class LeftOut(NamedTuple):
    """Something of the file that the problem does not say: what, on which line, and why.

    ``name`` is the module of an import, the feature of a type or a cardinality, and the text of a
    constraint.

    >>> str(LeftOut("type", "Scoops", 7, "Integer"))
    'line 7: type Scoops (Integer)'
    """

    kind: Kind
    name: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.kind} {self.name} ({self.why})"


class Attribute(NamedTuple):
    """An attribute of a feature, its value as it is written; of a group of them, ``outer.inner``.

    >>> Attribute("Salami", "Kcal", "462").value
    '462'
    """

    feature: str
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class FeatureModel:
    """A problem and the names of its variables; made by ``read_dimacs`` and ``read_uvl``.

    ``names`` has one name per variable, and an empty one for a variable that only helps to say a
    condition: it is no feature, and the features decide its value. ``constraints`` are those of
    the file, among them those that are left out; ``duplicates`` and ``tautologies`` are clauses of
    a DIMACS file that the problem need not say again.

    >>> from cpq.solver.problem import problem
    >>> model = FeatureModel(problem=problem([2, 2]), names=("Frame", "Bell"), constraints=0)
    >>> model.features, model.variable("Bell"), model.selected((1, 0))
    (2, 1, ('Frame',))
    """

    problem: Problem
    names: tuple[str, ...]
    constraints: int
    left_out: tuple[LeftOut, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    duplicates: int = 0
    tautologies: int = 0

    @cached_property
    def features(self) -> int:
        """How many variables are features; helpers are not."""
        return sum(name != "" for name in self.names)

    @cached_property
    def _variables(self) -> dict[str, int]:
        return {name: variable for variable, name in enumerate(self.names) if name}

    def variable(self, name: str) -> int:
        """The variable of a feature.

        Raises ``NotFound``: ``feature_model.unknown_feature``.
        """
        try:
            return self._variables[name]
        except KeyError:
            raise NotFound(
                "feature_model.unknown_feature",
                f"no feature is called {name!r} in this model of {self.features}; "
                "write the name as the file does, without quotation marks",
                feature=name,
            ) from None

    def selected(self, values: Sequence[int]) -> tuple[str, ...]:
        """The names of the features that are selected in a value for each variable."""
        return tuple(name for name, value in zip(self.names, values, strict=True) if name and value)

    def left(self, kind: Kind) -> tuple[str, ...]:
        """The names of what is left out of one kind, in the order of the file."""
        return tuple(each.name for each in self.left_out if each.kind == kind)
