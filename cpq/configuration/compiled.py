"""A structure as a problem that can be solved (模型编译): variables by path, rules as constraints.

Everything that can occur has its variable. One that is not always there has the value *nothing*,
its first, exactly when its owner is not there; a group of which nothing is picked has it too. A
group with several picks has a variable for each option. Derived quantities stay outside: they
follow from a solution.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from cpq.bom import Component, OptionGroup, Structure
from cpq.bom.layout import Gate, Layout, Slot
from cpq.configuration.configure import configure
from cpq.configuration.model import Chosen, Configuration
from cpq.configuration.reason import Reason
from cpq.kernel.money import exact
from cpq.product import Attribute
from cpq.solver.problem import Problem, Values

NOTHING = ""
"""The code of what is not picked, or not there at all."""

Costs = tuple[tuple[int, ...], ...]
"""What each value of each variable costs."""


class Variable(NamedTuple):
    """A variable of the problem: what is chosen at ``path``, coded by ``codes``.

    ``option``: whether this option of a group with several picks is among them. A variable without
    a slot helps the others and is nobody's to choose.
    """

    path: str
    codes: tuple[str, ...]
    slot: Slot | None
    option: str = ""


class Level(NamedTuple):
    """How the instances of a component are looked at: all at once (``type``), or one by one.

    ``why``: ``single`` (they were not said to be distinct), ``alike`` (they cannot differ),
    ``distinct``.
    """

    place: str
    kind: Literal["type", "instance"]
    why: Literal["single", "alike", "distinct"]


class Compiled:
    """A structure with its problem; ``reasons`` has the reason of each constraint, by index.

    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> group = OptionGroup(code="head", options=({"product": "H6"}, {"product": "H12"}))
    >>> machine = compiled(structure("M", {"M": BOM(product="M", groups=(group,))}))
    >>> machine.problem.sizes, machine.literal("head", "H12"), machine.chosen((1,))
    ((2,), (0, 2), {'head': ('H12',)})
    """

    def __init__(
        self,
        whole: Structure,
        laid: Layout,
        problem: Problem,
        *,
        variables: Sequence[Variable],
        reasons: Sequence[Reason],
        levels: Sequence[Level],
    ) -> None:
        self.structure = whole
        self.layout = laid
        self.problem = problem
        self.variables = tuple(variables)
        self.reasons = tuple(reasons)
        self.levels = tuple(levels)

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        return numbers(self.variables)

    def variables_at(self, path: str) -> tuple[int, ...]:
        """The variables of what is chosen at a path: one, or one for each option; none: no path."""
        slot = self.layout.by_path.get(path)
        if slot is None:
            return ()
        if is_several(slot):
            return tuple(self._numbers[path, code] for code in slot.codes)
        return (self._numbers[path, ""],)

    def literal(self, path: str, code: str) -> tuple[int, int] | None:
        """The variable and the values that mean that ``code`` is chosen at ``path``.

        ``NOTHING`` is asked where at most one is picked. ``None`` where nothing like that can be.
        """
        slot = self.layout.by_path.get(path)
        return None if slot is None else literal(slot, code, self._numbers, self.variables)

    def chosen(self, values: Values) -> dict[str, tuple[str, ...]]:
        """What a solution chooses at each path that is there, as ``configure`` takes it."""
        return {
            slot.path: self._codes(slot, values)
            for slot in self.layout.slots
            if slot.gate is None or self.is_there(slot.gate, values)
        }

    def opening(self, gate: Gate) -> tuple[int, int]:
        """The variable and the values that open a gate."""
        return opened(gate, self.layout, self._numbers, self.variables)

    def is_there(self, gate: Gate, values: Values) -> bool:
        """Whether a solution opens a gate."""
        variable, mask = self.opening(gate)
        return bool(mask >> values[variable] & 1)

    def configuration(self, values: Values, *, quantity: object = 1) -> Configuration:
        """The configuration of a solution; raises as ``configure`` does where it is none."""
        return configure(self.structure, choose=self.chosen(values), quantity=quantity)

    def preferences(self) -> Costs:
        """What each value costs by the model's own preferences: the lower the better.

        An option costs its ``preference`` where it is picked, a quantity as many times.
        """
        return tuple(tuple(_preferences(variable)) for variable in self.variables)

    def changes(self, chosen: Callable[[str], Chosen | None] | None = None) -> Costs:
        """What each value costs where everything different from ``chosen`` costs 1.

        ``chosen`` gives the code or codes that a path had, ``None`` where it had none to speak of;
        without it, differing from the presets costs.
        """
        return tuple(tuple(_changes(variable, chosen)) for variable in self.variables)

    def slights(self) -> Costs:
        """What decides between completions with equally many changes: a preset of a part that may
        be absent is rather kept, and of a group with several picks no more are taken than must be.
        """
        return tuple(tuple(_slights(variable)) for variable in self.variables)

    def presets(self, path: str) -> tuple[str, ...]:
        """The codes that are preset at a path; of a group with none, any that it must have."""
        slot = self.layout.by_path.get(path)
        return () if slot is None else _preset(slot)

    def _codes(self, slot: Slot, values: Values) -> tuple[str, ...]:
        if is_several(slot):
            return tuple(c for c in slot.codes if values[self._numbers[slot.path, c]])
        number = self._numbers[slot.path, ""]
        code = self.variables[number].codes[values[number]]
        return (code,) if code != NOTHING else ()


def is_several(slot: Slot) -> bool:
    """Whether more than one may be chosen at once, so that each option has its own variable."""
    return slot.kind == "group" and slot.maximum > 1


def numbers(variables: Sequence[Variable]) -> dict[tuple[str, str], int]:
    """The number of each variable by its path and, for one of several picks, its option."""
    return {
        (variable.path, variable.option): number
        for number, variable in enumerate(variables)
        if variable.slot is not None
    }


def literal(
    slot: Slot, code: str, known: Mapping[tuple[str, str], int], variables: Sequence[Variable]
) -> tuple[int, int] | None:
    """The variable and the values that mean that ``code`` is chosen at a slot, if any do."""
    if is_several(slot):
        number = known.get((slot.path, code)) if code else None
        return None if number is None else (number, 0b10)
    number = known[slot.path, ""]
    codes = variables[number].codes
    return (number, 1 << codes.index(code)) if code in codes else None


def opened(
    gate: Gate,
    laid: Layout,
    known: Mapping[tuple[str, str], int],
    variables: Sequence[Variable],
) -> tuple[int, int]:
    """The variable and the values that open a gate."""
    slot = laid.by_path[gate.path]
    if gate.code:
        found = literal(slot, gate.code, known, variables)
        assert found is not None
        return found
    number = known[gate.path, ""]
    enough = (exact(code) >= gate.least for code in variables[number].codes)
    return number, sum(1 << place for place, is_enough in enumerate(enough) if is_enough)


def _changes(variable: Variable, chosen: Callable[[str], Chosen | None] | None) -> Iterator[int]:
    if variable.slot is None:
        yield from (0 for _ in variable.codes)
        return
    found = _preset(variable.slot) if chosen is None else chosen(variable.path)
    if found is None:
        yield from (0 for _ in variable.codes)
        return
    had = (found,) if isinstance(found, str) else tuple(found)
    # what is absent because its owner is counts nothing: the owner has been counted
    absent = variable.slot.gate is not None
    if variable.option:
        lost = variable.option in had and not absent and not _is_open(variable.slot, chosen)
        yield from (int(lost), int(variable.option not in had))
        return
    wanted = had or (NOTHING,)
    for code in variable.codes:
        yield int(code not in wanted and not (absent and code in (NOTHING, "0")))


def _is_open(slot: Slot, chosen: Callable[[str], Chosen | None] | None) -> bool:
    """Whether a group must be picked from and nobody said what."""
    source = slot.source
    return chosen is None and isinstance(source, OptionGroup) and not source.preset


def _slights(variable: Variable) -> Iterator[int]:
    if variable.slot is None or not variable.option:
        yield from (0 for _ in variable.codes)
    elif _is_open(variable.slot, None):
        yield from (0, 1)
    else:
        kept = variable.slot.gate is not None and variable.option in _preset(variable.slot)
        yield from (int(kept), 0)


def _preset(slot: Slot) -> tuple[str, ...]:
    """What is preset at a slot; of a group that must be picked from and has no preset, anything."""
    match slot.source:
        case OptionGroup():
            return slot.source.preset or (slot.codes if slot.minimum else ())
        case Attribute():
            return (slot.source.preset,)
    return slot.codes[:1]


def _preferences(variable: Variable) -> Iterator[int]:
    source = variable.slot.source if variable.slot else None
    match source:
        case OptionGroup():
            costs = {option.key: option.preference for option in source.options}
        case Attribute():
            costs = {value.code: value.preference for value in source.values}
        case Component():
            costs = {c: int(source.preference * exact(c)) for c in variable.codes}
        case _:
            costs = {}
    yield from (costs.get(code, 0) for code in variable.codes)
