"""Other engines that are asked for the same domains, each in the way that suits it.

An engine says which values are possible after each choice. It is timed while it does, and stopped
when its time is up. What is not installed is left out.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from time import process_time
from typing import Any, Protocol

from benchmarks._clingo import Clingo
from benchmarks._glucose import Glucose
from cpq.solver.network import values_of
from cpq.solver.oracle import Oracle
from cpq.solver.problem import Problem, Sum, Table
from cpq.solver.solver import Solver

Choice = tuple[int, int]


class Engine(Protocol):
    """Domains after each choice."""

    def choose(self, variable: int, value: int) -> None:
        """Add a choice."""

    def domains(self) -> tuple[int, ...]:
        """The possible values of every variable, as masks."""


class Ours:
    """The solver of this library."""

    def __init__(self, problem: Problem) -> None:
        self.solver = Solver(problem)

    def choose(self, variable: int, value: int) -> None:
        self.solver.choose(variable, value)

    def domains(self) -> tuple[int, ...]:
        return self.solver.domains()


class CpSat:
    """CP-SAT: a literal for each value; solved until no unseen value can be had any more."""

    def __init__(self, problem: Problem) -> None:
        from ortools.sat.python import cp_model

        self._module: Any = cp_model
        self._problem = problem
        self._chosen: list[Choice] = []

    def choose(self, variable: int, value: int) -> None:
        self._chosen.append((variable, value))

    def domains(self) -> tuple[int, ...]:
        model: Any = self._module.CpModel()
        literals = [[model.new_bool_var("") for _ in range(size)] for size in self._problem.sizes]
        for mine in literals:
            model.add_exactly_one(mine)
        for rule in self._problem.constraints:
            if isinstance(rule, Table):
                self._table(model, literals, rule)
            elif isinstance(rule, Sum):
                terms = [
                    weight * literals[variable][value]
                    for variable, weights in rule.terms
                    for value, weight in enumerate(weights)
                ]
                model.add(sum(terms) <= rule.high)
        for variable, value in self._chosen:
            model.add(literals[variable][value] == 1)
        solver: Any = self._module.CpSolver()
        solver.parameters.num_workers = 1
        masks = [0] * len(literals)
        while True:
            status = solver.solve(model)
            if status not in (self._module.OPTIMAL, self._module.FEASIBLE):
                return tuple(masks)
            for variable, mine in enumerate(literals):
                masks[variable] |= sum(
                    1 << value for value, literal in enumerate(mine) if solver.value(literal)
                )
            model.add_bool_or(
                literal
                for variable, mine in enumerate(literals)
                for value, literal in enumerate(mine)
                if not masks[variable] >> value & 1
            )

    @staticmethod
    def _table(model: Any, literals: list[list[Any]], rule: Table) -> None:
        one, other = rule.scope
        partners: dict[int, list[Any]] = {value: [] for value in range(len(literals[one]))}
        back: dict[int, list[Any]] = {value: [] for value in range(len(literals[other]))}
        for x, y in rule.rows:
            partners[x].append(literals[other][y])
            back[y].append(literals[one][x])
        for x, allowed in partners.items():
            model.add_bool_or([*allowed, literals[one][x].negated()])
        for y, allowed in back.items():
            model.add_bool_or([*allowed, literals[other][y].negated()])


ENGINES: dict[str, tuple[str, type[Any]]] = {
    "witnesses": ("cpq", Ours),
    "clingo": ("clingo", Clingo),
    "glucose4": ("pysat", Glucose),
    "CP-SAT": ("ortools", CpSat),
}


def installed() -> dict[str, type[Any]]:
    """The engines that are here, ours first."""
    return {name: kind for name, (package, kind) in ENGINES.items() if find_spec(package)}


class Run:
    """What an engine took: seconds to get ready, and per choice; the domains it found."""

    def __init__(self, kind: type[Any], problem: Problem, choices: Sequence[Choice]) -> None:
        self.kind = kind
        self.problem = problem
        self.choices = choices
        self.ready = 0.0
        self.seconds: list[float] = []
        self.found: list[tuple[int, ...]] = []

    def go(self, *, limit: float) -> "Run":
        """Answer choice after choice, until ``limit`` seconds are used up."""
        begun = process_time()
        engine: Engine = self.kind(self.problem)
        self.ready = process_time() - begun
        for variable, value in self.choices:
            start = process_time()
            engine.choose(variable, value)
            domains = engine.domains()
            self.seconds.append(process_time() - start)
            self.found.append(domains)
            if process_time() - begun > limit:
                break
        return self


def choices_for(
    problem: Problem, count: int, *, pick: Any, oracle: Oracle | None = None
) -> list[Choice]:
    """Choices that a customer could make one after the other: open variables, possible values."""
    solver = Solver(problem, oracle=oracle)
    order = list(range(len(problem.sizes)))
    pick.shuffle(order)
    made: list[Choice] = []
    for variable in order:
        values = values_of(solver.domain(variable) & ~solver.unproved(variable))
        if len(values) > 1:
            made.append((variable, pick.choice(values)))
            solver.choose(*made[-1])
        if len(made) == count:
            break
    return made
