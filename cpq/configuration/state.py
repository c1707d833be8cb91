"""Configuring step by step (交互选配): choose in any order, see what is still possible and why.

A choice is a fact with its author and origin; what follows from the choices is worked out anew and
never stored. After every choice the values offered at each path are exactly those of which a whole
configuration exists.
"""

from collections.abc import Callable, Iterable, Sequence

from cpq.bom.layout import Gate, Slot
from cpq.configuration.compiled import NOTHING, Compiled, Costs, is_several
from cpq.configuration.model import Chosen, Configuration, Origin
from cpq.configuration.naming import literal_of, slot_at
from cpq.configuration.selection import (
    Completed,
    Domain,
    Explanation,
    Offer,
    Selection,
    Standing,
)
from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.solver import optimum
from cpq.solver.count import count
from cpq.solver.explain import corrections, explain
from cpq.solver.optimum import Joint
from cpq.solver.oracle import CostOracle, Oracle, Undecided
from cpq.solver.solver import PATIENCE, Impossible, Solver, Unsatisfiable

_CHANGE = 1_000_000
"""How many slights one change outweighs."""


class Configurator:
    """The choices of one line, over a compiled structure.

    ``oracle`` is a complete engine for what the solver gives up after ``patience`` tries. Raises
    ``Refused``: ``configuration.no_solution`` where the model allows nothing at all,
    ``configuration.undecided`` where that was not found out in time.

    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> head = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    >>> colour = {"code": "colour", "values": ({"code": "grey"}, {"code": "red"})}
    >>> rule = {"code": "R", "when": "colour=red", "then": "head=H12"}
    >>> bom = BOM(product="M", groups=(head,), attributes=(colour,), if_then=(rule,))
    >>> machine = Configurator(compiled(structure("M", {"M": bom})))
    >>> machine.choose("head", "H6", author="Li Wei")
    >>> machine.domain("colour").offers
    (Offer(code='grey', standing='implied'), Offer(code='red', standing='impossible'))
    >>> machine.explain("colour", "red").message.en
    'colour=red is impossible with head=H6: colour=red needs head=H12 (rule R)'
    """

    def __init__(
        self, model: Compiled, *, patience: int = PATIENCE, oracle: Oracle | None = None
    ) -> None:
        self.model = model
        self._costs_oracle = oracle if isinstance(oracle, CostOracle) else None
        self._made: dict[int, Selection] = {}
        try:
            self._solver = Solver(model.problem, patience=patience, oracle=oracle)
        except Unsatisfiable:
            raise Refused(
                "configuration.no_solution",
                f"the rules of {model.structure.product!r} exclude each other, so that nothing can "
                "be configured; the linter of the model names them",
                product=model.structure.product,
            ) from None
        except Undecided:
            raise Refused(
                "configuration.undecided",
                f"whether {model.structure.product!r} can be configured at all was not found out "
                "in time; give the solver an oracle or more patience",
                product=model.structure.product,
            ) from None

    @property
    def choices(self) -> tuple[Selection, ...]:
        """The choices made, in their order."""
        return tuple(self._made[variable] for variable, _ in self._solver.choices)

    # choosing ---------------------------------------------------------------------------------

    def restore(self, choices: Iterable[Selection]) -> None:
        """Make these choices, in their order, and no others: those kept since an earlier session.

        What is chosen already and stays costs nothing. Raises as ``choose`` does; all choices are
        then as they were.
        """
        order = [(variable, self._made[variable]) for variable, _ in self._solver.choices]
        wanted = tuple(choices)
        kept = 0
        for choice, (_, made) in zip(wanted, order, strict=False):
            if choice != made:
                break
            kept += 1
        try:
            for variable, _ in reversed(order[kept:]):
                self._solver.retract(variable)
                del self._made[variable]
            for choice in wanted[kept:]:
                self.decide(choice)
        except Exception:
            self._restore(order)
            raise

    def decide(self, choice: Selection) -> None:
        """Make a choice that is a fact already. Raises as ``choose`` and ``rule_out`` do."""
        make = self.choose if choice.picked else self.rule_out
        make(choice.path, choice.value, origin=choice.origin, author=choice.author)

    def choose(
        self, path: str, code: str = NOTHING, *, origin: Origin = "user", author: str = ""
    ) -> None:
        """Pick a value at a path; where one is picked already and only one may be, instead of it.

        Raises ``NotFound`` (``configuration.unknown_choice``) for a path or value that is none,
        ``Refused`` (``configuration.conflict``) with the choices and rules that exclude it;
        nothing has changed then. ``configuration.undecided`` where neither was found out in time.
        """
        self._decide(Selection(path=path, value=code, origin=origin, author=author))

    def rule_out(self, path: str, code: str, *, origin: Origin = "user", author: str = "") -> None:
        """Decide that an option of a group with several picks is not among them.

        Raises as ``choose`` does, and ``Invalid`` (``configuration.not_several``) elsewhere.
        """
        slot = slot_at(self.model, path)
        if not is_several(slot):
            raise Invalid(
                "configuration.not_several",
                f"one value is picked at {path}, so {code!r} is ruled out by choosing another",
                path=path,
            )
        self._decide(Selection(path=path, value=code, picked=False, origin=origin, author=author))

    def unchoose(self, path: str, code: str | None = None) -> None:
        """Take the choice at a path back (of several picks: that of ``code``, else all of them).

        Everything is then as if it had never been made. Raises ``NotFound``
        (``configuration.not_chosen``).
        """
        found = [
            variable
            for variable, choice in self._made.items()
            if choice.path == path and code in (None, choice.value)
        ]
        if not found:
            raise NotFound(
                "configuration.not_chosen",
                f"nothing was chosen at {path}; choices are "
                f"{', '.join(map(str, self.choices)) or 'none'}",
                path=path,
            )
        for variable in found:
            self._solver.retract(variable)
            del self._made[variable]

    def _decide(self, choice: Selection) -> None:
        variable, value = literal_of(self.model, choice)
        order = [(each, self._made[each]) for each, _ in self._solver.choices]
        if variable in self._made:
            self._solver.retract(variable)
        try:
            self._solver.choose(variable, value)
        except (Impossible, Undecided) as error:
            refusal = self._refusal(choice, variable, value, decided=isinstance(error, Impossible))
            self._restore(order)
            raise refusal from None
        self._made[variable] = choice

    def _restore(self, order: Sequence[tuple[int, Selection]]) -> None:
        """These choices and no others, in this order."""
        if [(each, self._made.get(each)) for each, _ in self._solver.choices] == list(order):
            return
        for variable, _ in tuple(self._solver.choices):
            self._solver.retract(variable)
        self._made = dict(order)
        for variable, choice in order:
            self._solver.choose(variable, literal_of(self.model, choice)[1])

    def _refusal(self, choice: Selection, variable: int, value: int, *, decided: bool) -> Refused:
        if not decided:
            return Refused(
                "configuration.undecided",
                f"whether {choice} is possible was not found out in time; make other choices "
                "first, or give the solver an oracle or more patience",
                path=choice.path,
            )
        found = self._explained(choice, variable, value)
        return Refused(
            "configuration.conflict",
            f"{found.message.en}; take one of these choices back",
            path=choice.path,
            value=choice.value,
            choices=tuple(map(str, found.choices)),
            rules=tuple(reason.code for reason in found.reasons if reason.code),
            message_zh=found.message.zh,
        )

    # what is possible -------------------------------------------------------------------------

    def domains(self) -> tuple[Domain, ...]:
        """How every value of every path stands now."""
        return tuple(self._domain(slot) for slot in self.model.layout.slots)

    def domain(self, path: str) -> Domain:
        """How every value of a path stands now. Raises ``NotFound``."""
        return self._domain(slot_at(self.model, path))

    def _domain(self, slot: Slot) -> Domain:
        there = self._is_there(slot.gate)
        if is_several(slot):
            numbers = self.model.variables_at(slot.path)
            offers = [
                Offer(code, self._standing(number, 1))
                for number, code in zip(numbers, slot.codes, strict=True)
            ]
            return Domain(slot.path, tuple(offers), there)
        (number,) = self.model.variables_at(slot.path)
        codes = self.model.variables[number].codes
        shown = [
            Offer(code, self._standing(number, value))
            for value, code in enumerate(codes)
            if code in slot.codes or (code == NOTHING and slot.minimum == 0)
        ]
        return Domain(slot.path, tuple(shown), there)

    def _standing(self, variable: int, value: int) -> Standing:
        mask = self._solver.domain(variable)
        bit = 1 << value
        if not mask & bit:
            return "impossible"
        if self._solver.unproved(variable) & bit:
            return "unproved"
        if mask != bit:
            return "possible"
        return "chosen" if variable in self._made else "implied"

    def _is_there(self, gate: Gate | None) -> bool | None:
        if gate is None:
            return True
        variable, mask = self.model.opening(gate)
        left = self._solver.domain(variable)
        if not left & mask:
            return False
        return None if left & ~mask else True

    # why --------------------------------------------------------------------------------------

    def explain(self, path: str, code: str = NOTHING) -> Explanation:
        """The choices and rules that exclude a value, each of them needed.

        Raises ``Invalid`` (``configuration.possible``) where nothing does, ``NotFound``.
        """
        choice = Selection(path=path, value=code)
        variable, value = literal_of(self.model, choice)
        if self._solver.domain(variable) >> value & 1:
            raise Invalid(
                "configuration.possible",
                f"{choice} is possible, so nothing excludes it; choose it",
                path=path,
            )
        return self._explained(choice, variable, value)

    def implied_by(self, path: str, code: str = NOTHING) -> tuple[Selection, ...]:
        """The choices because of which a value is the only one left, none of them to spare.

        None where the model alone leaves no other. Raises ``Invalid`` (``configuration.possible``)
        where others are left.
        """
        variable, value = literal_of(self.model, Selection(path=path, value=code))
        if self._solver.domain(variable) != 1 << value:
            raise Invalid(
                "configuration.possible",
                f"{path} may have other values than {code or 'none'}; it is not implied",
                path=path,
            )
        others = [each for each in range(self.model.problem.sizes[variable]) if each != value]
        needed = dict.fromkeys(
            pair for other in others for pair in explain(self._solver, variable, other).choices
        )
        for pair in tuple(needed):
            rest = [each for each in needed if each != pair]
            trial = self._solver.trial
            if all(trial.possible(((variable, o), *rest)) is False for o in others):
                del needed[pair]
        return self._selections(tuple(needed))

    def corrections(
        self, path: str, code: str = NOTHING, *, most: int = 5
    ) -> tuple[tuple[Selection, ...], ...]:
        """The smallest sets of choices to take back for a value, each enough; at most ``most``.

        None where no choice is to blame: then the rules alone exclude it.
        """
        variable, value = literal_of(self.model, Selection(path=path, value=code))
        found = corrections(self._solver, variable, value, most=most)
        return tuple(self._selections(each.choices) for each in found)

    def correct(
        self,
        path: str,
        code: str,
        give_up: Iterable[Selection],
        *,
        origin: Origin = "user",
        author: str = "",
    ) -> None:
        """Take choices back and choose a value: one of the ``corrections``, applied at once.

        Raises as ``choose`` does; all choices are then as they were.
        """
        order = [(variable, self._made[variable]) for variable, _ in self._solver.choices]
        given_up = tuple(give_up)
        for variable, choice in order:
            if choice in given_up:
                self._solver.retract(variable)
                del self._made[variable]
        try:
            self.choose(path, code, origin=origin, author=author)
        except Refused:
            self._restore(order)
            raise

    def _explained(self, choice: Selection, variable: int, value: int) -> Explanation:
        found = explain(self._solver, variable, value)
        reasons = dict.fromkeys(self.model.reasons[index] for index in found.rules)
        return Explanation(
            choice.path,
            choice.value,
            self._selections(found.choices),
            tuple(reasons),
            minimal=found.minimal,
            picked=choice.picked,
        )

    def _selections(self, pairs: Sequence[tuple[int, int]]) -> tuple[Selection, ...]:
        return tuple(self._made[variable] for variable, _ in pairs)

    # whole configurations -----------------------------------------------------------------------

    @property
    def masks(self) -> tuple[int, ...]:
        """The values of each variable of the model that are not impossible: value 0 is bit 0."""
        return self._solver.domains()

    def complete(
        self,
        costs: Costs | None = None,
        *,
        joint: Sequence[Joint] = (),
        quantity: object = 1,
    ) -> Completed:
        """The cheapest configuration that agrees with the choices; deterministic.

        ``costs`` are those of each value of each variable, such as ``model.preferences()`` or
        ``changes()``, in whole units, ``joint`` those of several at once; none: the preset stays
        wherever it can. An oracle that knows costs is asked where the own search proves too little.
        """
        unit = 1
        if costs is None:
            unit = _CHANGE
            costs = tuple(
                tuple(unit * change + slight for change, slight in zip(*rows, strict=True))
                for rows in zip(self.changes(), self.model.slights(), strict=True)
            )
        found = optimum.complete(self._solver, costs, joint=joint, oracle=self._costs_oracle)
        made = self.model.configuration(found.values, quantity=quantity)
        return Completed(self._told(made), found.cost // unit, found.bound // unit, found.proven)

    def changes(self, chosen: Callable[[str], Chosen | None] | None = None) -> Costs:
        """What each value costs where everything different from ``chosen`` costs 1.

        ``chosen`` gives what a path had; none: the presets. For the fewest changes.
        """
        return self.model.changes(chosen)

    def count(self) -> int | None:
        """How many configurations agree with the choices; ``None`` where that takes too long."""
        return count(self.model.problem, self._solver.domains())

    def _told(self, made: Configuration) -> Configuration:
        """The configuration with who made each choice; what nobody chose came by itself."""
        facts = {(each.path, each.value): each for each in self.choices if each.picked}
        choices = []
        for choice in made.choices:
            fact = facts.get((choice.path, choice.value))
            origin: Origin = fact.origin if fact else self._came(choice.path, choice.value)
            author = fact.author if fact else ""
            choices.append(choice.with_(origin=origin, author=author))
        return made.with_(choices=tuple(choices))

    def _came(self, path: str, code: str) -> Origin:
        """Where a value came from that nobody chose: the rules left no other, or it was preset."""
        found = self.model.literal(path, code)
        assert found is not None
        forced = self._solver.domain(found[0]) == found[1]
        return "rule" if forced or code not in self.model.presets(path) else "preset"
