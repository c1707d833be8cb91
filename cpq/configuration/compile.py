"""The compiler (模型编译器): a structure becomes variables and constraints, each with its reason.

Rules hold wherever their product is, so each is guarded by the place that it stands at, and by the
instances that its paths go through: where these are not there, it asks for nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cpq.bom import BOM, CompatibilityTable, Excludes, IfThen, Pick, Requires, Structure, SumRule
from cpq.bom.condition import Condition, Is
from cpq.bom.layout import Bound, Gate, Layout, Place, Slot, bound, layout
from cpq.bom.soundness import refuse_unsound
from cpq.bom.table import ANY
from cpq.configuration.balance import Balances
from cpq.configuration.compiled import (
    NOTHING,
    Compiled,
    Level,
    Variable,
    is_several,
    literal,
    opened,
)
from cpq.configuration.draft import All, Any, Draft, Formula, Literal, formula_of
from cpq.configuration.judge import paths_of
from cpq.configuration.reason import Filtered, Reason

_NONE = Fraction(0)
_NEVER = Any(())


class Guard(NamedTuple):
    """The values of a variable with which a rule is asked; ``place`` is there exactly then."""

    literal: Literal
    place: str


def compiled(whole: Structure, *, without: Iterable[Filtered] = ()) -> Compiled:
    """The problem of a structure; ``without`` are values that are not available to who asks.

    Its solutions are the choices that ``check`` accepts, each once. Raises ``Refused``:
    ``bom.unsound`` with all findings where a rule speaks of what is not there; ``bom.too_large``.

    >>> from cpq.bom import structure
    >>> bom = BOM(product="M", attributes=({"code": "colour", "values": ({"code": "red"},
    ...     {"code": "blue"})},), if_then=({"code": "R", "when": "colour=red",
    ...     "then": "colour=blue"},))
    >>> machine = compiled(structure("M", {"M": bom}))
    >>> machine.problem.constraints[0].literals, machine.reasons[0].code
    (((0, 2),), 'R')
    """
    laid = layout(whole)
    refuse_unsound(whole, laid)
    compiler = _Compiler(whole, laid)
    compiler.variables()
    for each in without:
        compiler.without(each)
    for place in laid.places:
        bom = whole.bom(place.product)
        if bom is not None:
            compiler.rules(bom, place)
    compiler.balances()
    return compiler.finished()


class _Compiler:
    def __init__(self, whole: Structure, laid: Layout) -> None:
        self.whole = whole
        self.layout = laid
        self.draft = Draft()
        self.made: list[Variable] = []
        self.known: dict[tuple[str, str], int] = {}
        self.gates: dict[str, Gate | None] = {place.path: place.gate for place in laid.places}

    def finished(self) -> Compiled:
        helpers = (
            Variable("", tuple(str(value) for value in range(size)), None)
            for size in self.draft.sizes[len(self.made) :]
        )
        return Compiled(
            self.whole,
            self.layout,
            self.draft.finished(),
            variables=(*self.made, *helpers),
            reasons=self.draft.reasons,
            levels=tuple(self._levels()),
        )

    def _levels(self) -> Iterator[Level]:
        for place in self.layout.places:
            part = place.component
            if part is None or self.whole.bom(place.product) is None:
                continue
            if place.separate:
                if place.separate == 1:
                    yield Level(place.path.removesuffix("[1]"), "instance", "distinct")
            else:
                yield Level(place.path, "type", "alike" if part.distinct else "single")

    # what is chosen -----------------------------------------------------------------------------

    def variables(self) -> None:
        """A variable for each slot, or for each option of those with several picks."""
        for slot in self.layout.slots:
            if is_several(slot):
                for code in slot.codes:
                    self._variable(Variable(slot.path, (NOTHING, code), slot, code))
            else:
                self._variable(Variable(slot.path, _codes(slot), slot))
        for slot in self.layout.slots:
            self._bind(slot, Reason("structure", "", slot.path, slot))

    def _variable(self, variable: Variable) -> None:
        self.known[variable.path, variable.option] = self.draft.variable(len(variable.codes))
        self.made.append(variable)

    def _bind(self, slot: Slot, reason: Reason) -> None:
        """A slot has something exactly where its owner is there, and as many as it should."""
        own = opened(slot.gate, self.layout, self.known, self.made) if slot.gate else None
        if is_several(slot):
            self._count(slot, own, reason)
            return
        number = self.known[slot.path, ""]
        codes = self.made[number].codes
        there = (number, (1 << len(codes)) - 2)
        if own is None or codes[0] not in (NOTHING, "0"):
            return
        absent = self.draft.inverse(own)
        if slot.minimum and not (slot.kind == "quantity" and slot.codes[0] == "0"):
            self.draft.require(Any((absent, there)), name=slot.path, reason=reason)
        self.draft.require(Any((own, (number, 0b1))), name=slot.path, reason=reason)

    def _count(self, slot: Slot, own: Literal | None, reason: Reason) -> None:
        picks = [self.known[slot.path, code] for code in slot.codes]
        if own is not None:
            for number in picks:
                self.draft.require(Any((own, (number, 0b01))), name=slot.path, reason=reason)
        weights = {number: (_NONE, Fraction(1)) for number in picks}
        least, most = Fraction(slot.minimum), Fraction(slot.maximum)
        low = least if slot.minimum else None
        high = most if slot.maximum < len(slot.codes) else None
        self._between(weights, (low, high), own, slot.path, reason)

    def without(self, filtered: Filtered) -> None:
        """A value is not available; one that nobody offers is not missed."""
        found = self._literal(filtered.path, filtered.value)
        if found is not None:
            reason = Reason("scope", filtered.finding.code, filtered.path, filtered.finding)
            self.draft.require(self.draft.inverse(found), name=filtered.path, reason=reason)

    def _literal(self, path: str, code: str) -> Literal | None:
        slot = self.layout.by_path.get(path)
        return None if slot is None else literal(slot, code, self.known, self.made)

    # rules --------------------------------------------------------------------------------------

    def rules(self, bom: BOM, place: Place) -> None:
        """The rules of a product at a place."""
        for rule in bom.rules:
            reason = Reason("rule", rule.code, place.path, rule)
            if isinstance(rule, SumRule):
                self._sum(rule, place, reason)
                continue
            for each in bound(paths_of(rule), place.prefix, self.layout.instanced):
                guards = self._guards(place, each)
                if isinstance(rule, CompatibilityTable):
                    self._table(rule, each, guards, reason)
                    continue
                absent = tuple(self.draft.inverse(guard.literal) for guard in guards)
                formula = Any((*absent, self._formula(rule, each)))
                self.draft.require(formula, name=rule.code, reason=reason)

    def _guards(self, place: Place, at: Bound) -> list[Guard]:
        """What must be there for a rule to be asked: its instances, else its own place."""
        found: dict[Literal, Guard] = {}
        for path in at.instances or (place.path,):
            gate = self.gates.get(path)
            if gate is not None:
                own = opened(gate, self.layout, self.known, self.made)
                found.setdefault(own, Guard(own, path))
        if at.instances and place.gate is not None and not found:
            own = opened(place.gate, self.layout, self.known, self.made)
            found[own] = Guard(own, place.path)
        return list(found.values())

    def _formula(self, rule: Requires | Excludes | IfThen, at: Bound) -> Formula:
        def picked(pick: Pick) -> Formula:
            path = at.paths[pick.path]
            if path not in self.layout.by_path and pick.value == "0" == _nothing(path):
                return All(())
            return self._literal(path, pick.value) or _NEVER

        match rule:
            case Requires():
                needed = tuple(picked(pick) for pick in rule.needs)
                return Any((self.draft.inverse(picked(rule.when)), *needed))
            case Excludes():
                return Any(tuple(self.draft.inverse(picked(pick)) for pick in rule.together))
            case IfThen():
                when = self._condition(rule.when, at)
                return Any((self.draft.inverse(when), self._condition(rule.then, at)))

    def _condition(self, condition: Condition, at: Bound) -> Formula:
        def compared(comparison: Is) -> Formula:
            slot = self.layout.by_path.get(at.paths[comparison.path])
            if slot is None:
                nothing = _nothing(comparison.path)
                met = comparison.met_by((nothing,) if nothing else ())
                return All(()) if met else _NEVER
            if is_several(slot):
                wanted = [self.known[slot.path, code] for code in slot.codes]
                picks = tuple(
                    (number, 0b10)
                    for number, code in zip(wanted, slot.codes, strict=True)
                    if code in comparison.values
                )
                some = Any(picks)
                return some if comparison.sign == "=" else self.draft.inverse(some)
            number = self.known[slot.path, ""]
            mask = 0
            for place, code in enumerate(self.made[number].codes):
                if comparison.met_by((code,) if code else ()):
                    mask |= 1 << place
            return number, mask

        return formula_of(condition.node, compared, self.draft)

    def _table(
        self, table: CompatibilityTable, at: Bound, guards: Sequence[Guard], reason: Reason
    ) -> None:
        found = [self.layout.by_path.get(at.paths[path]) for path in table.columns]
        slots = [slot for slot in found if slot is not None]
        scope = [self.known[slot.path, ""] for slot in slots]
        rows = [
            [
                self._cell(self.known[slot.path, ""], cell)
                for slot, cell in zip(found, row, strict=True)
                if slot is not None
            ]
            for row in table.rows
            if _fits_nothing(table, row, found)
        ]
        if not slots:
            unless = tuple(self.draft.inverse(guard.literal) for guard in guards)
            held = All(()) if rows else _NEVER
            self.draft.require(Any((*unless, held)), name=table.code, reason=reason)
            return
        if self._vanishes(slots, guards):
            nothing = [(0,) for _ in scope]
            self.draft.allow(scope, [*rows, nothing], name=table.code, reason=reason)
            return
        more = [guard for guard in guards if guard.literal[0] not in scope]
        whole = [*scope, *(guard.literal[0] for guard in more)]
        there = {guard.literal[0]: _values(guard.literal[1]) for guard in guards}
        size = self.draft.sizes
        asked = [[*row, *(there[guard.literal[0]] for guard in more)] for row in rows]
        for guard in guards:
            number, mask = guard.literal
            absent = _values((1 << size[number]) - 1 & ~mask)
            asked.append(
                [
                    absent
                    if each == number
                    else (0,)
                    if place < len(slots) and slots[place].path.startswith(f"{guard.place}.")
                    else range(size[each])
                    for place, each in enumerate(whole)
                ]
            )
        self.draft.allow(whole, asked, name=table.code, reason=reason)

    def _vanishes(self, slots: Sequence[Slot], guards: Sequence[Guard]) -> bool:
        """Whether all columns have nothing exactly where the rule is not asked."""
        if len(guards) != 1:
            return False
        below = f"{guards[0].place}."
        own = self.gates[guards[0].place]
        certain = any(
            slot.gate == own and slot.minimum and slot.codes[0] != "0" and slot.kind != "quantity"
            for slot in slots
        )
        return certain and all(slot.path.startswith(below) for slot in slots)

    def _cell(self, number: int, cell: str) -> Sequence[int]:
        codes = self.made[number].codes
        if cell == ANY:
            return range(len(codes))
        return (codes.index(cell),) if cell in codes else ()

    def _sum(self, rule: SumRule, place: Place, reason: Reason) -> None:
        weights: dict[int, list[Fraction]] = {}
        for term in rule.terms:
            for at in bound((term.path,), place.prefix, self.layout.instanced):
                slot = self.layout.by_path.get(at.paths[term.path])
                if slot is None:
                    continue
                several = slot.codes if is_several(slot) else ("",)
                for option in several:
                    number = self.known[slot.path, option]
                    codes = self.made[number].codes
                    row = weights.setdefault(number, [_NONE] * len(codes))
                    for value, code in enumerate(codes):
                        row[value] += Fraction(term.weight((code,) if code else ()))
        own = opened(place.gate, self.layout, self.known, self.made) if place.gate else None
        low, high = rule.at_least, rule.at_most
        bounds = (None if low is None else Fraction(low), None if high is None else Fraction(high))
        self._between(weights, bounds, own, rule.code, reason)

    def _between(
        self,
        weights: Mapping[int, Sequence[Fraction]],
        bounds: tuple[Fraction | None, Fraction | None],
        own: Literal | None,
        name: str,
        reason: Reason,
    ) -> None:
        """A sum within bounds wherever its owner is there: where that is not, it is 0 and fits."""
        low, high = bounds
        if own is not None and low is not None and low > 0:
            whole = self._with_absent(weights, own, low)
            self.draft.weigh(whole, low=low, high=None, name=name, reason=reason)
            low = None
        if own is not None and high is not None and high < 0:
            whole = self._with_absent(weights, own, high)
            self.draft.weigh(whole, low=None, high=high, name=name, reason=reason)
            high = None
        if low is not None or high is not None:
            self.draft.weigh(weights, low=low, high=high, name=name, reason=reason)

    def _with_absent(
        self, weights: Mapping[int, Sequence[Fraction]], own: Literal, amount: Fraction
    ) -> dict[int, Sequence[Fraction]]:
        """The weights, with so much more where the owner is not there."""
        number, mask = own
        before = weights.get(number) or [_NONE] * self.draft.sizes[number]
        filled = [each if mask >> value & 1 else each + amount for value, each in enumerate(before)]
        return {**weights, number: filled}

    def balances(self) -> None:
        """The resources that assemblies balance."""
        made = Balances(self.whole, self.layout, self.draft, self._presence, self._quantity)
        made.write()

    def _presence(self, place: Place) -> Literal | None:
        return opened(place.gate, self.layout, self.known, self.made) if place.gate else None

    def _quantity(self, place: Place) -> tuple[int, tuple[str, ...]] | None:
        """The variable of how many of a place there are, and its codes; ``None`` where fixed."""
        number = self.known.get((f"{place.path}.quantity", ""))
        if number is None or self.made[number].slot is None:
            return None
        slot = self.made[number].slot
        assert slot is not None
        return (number, self.made[number].codes) if slot.kind == "quantity" else None


def _codes(slot: Slot) -> tuple[str, ...]:
    """The codes of a variable: nothing first where a slot can have nothing."""
    if slot.kind == "quantity":
        zero = slot.gate is not None and slot.codes[0] != "0"
        return ("0", *slot.codes) if zero else slot.codes
    nothing = slot.gate is not None or slot.minimum == 0
    return (NOTHING, *slot.codes) if nothing else slot.codes


def _nothing(path: str) -> str:
    """What a path has on a day on which nothing at it holds: no pick, and none of a component."""
    return "0" if path.endswith(".quantity") else NOTHING


def _fits_nothing(
    table: CompatibilityTable, row: Sequence[str], found: Sequence[Slot | None]
) -> bool:
    """Whether a row allows that the columns without a slot have nothing."""
    cells = zip(table.columns, row, found, strict=True)
    return all(slot is not None or cell in (ANY, _nothing(path)) for path, cell, slot in cells)


def _values(mask: int) -> tuple[int, ...]:
    return tuple(value for value in range(mask.bit_length()) if mask >> value & 1)
