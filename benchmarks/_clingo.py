"""clingo, asked in its own language (ASP): what is possible, what stands together, how many.

It is written from the constraints alone and shares nothing with ``cpq.adapters``, so that it can
contradict both the solver and the adapter. Brave consequences (what is true in some answer) are
what the solver shows as domains. A search that starts afresh after each answer and takes every
value that it meets, seen or not, shows the values of a thousand components in some twenty answers;
one that keeps its signs, as clingo does unless told, needs thousands.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cpq.solver.problem import Clause, Problem, Sum, Table

Choice = tuple[int, int]

_PROGRAM = """
    1 { val(V,X) : dom(V,X) } 1 :- var(V).
    :- on(C), clause(C), not val(V,X) : literal(C,V,X).
    ok(T) :- row(T,R), val(V,X) : cell(T,R,V,X).
    :- on(T), table(T), not ok(T).
    :- on(S), high(S,H), #sum { W,V : val(V,X), weight(S,V,X,W) } > H.
    :- on(S), low(S,L), #sum { W,V : val(V,X), weight(S,V,X,W) } < L.
    #show val/2.
"""
_ALWAYS, _SOMETIMES = "on(R) :- rule(R).", "{ on(R) } :- rule(R)."
_FRESH = ("--restart-on-model", "--sign-def=pos", "--sign-fix")


class Clingo:
    """One ground program; choices are assumptions, so that nothing is written twice.

    With ``optional`` a rule holds only where it is asked for.
    """

    def __init__(self, problem: Problem, *, optional: bool = False) -> None:
        import clingo

        self._clingo: Any = clingo
        self._problem = problem
        self._optional = optional
        self._control: Any = clingo.Control(["--warn=none", *_FRESH])
        rules = _SOMETIMES if optional else _ALWAYS
        self._control.add("base", [], "\n".join([_PROGRAM, rules, *_facts(problem)]))
        self._control.ground([("base", [])])
        self._chosen: list[Choice] = []

    def choose(self, variable: int, value: int) -> None:
        """Add a choice."""
        self._chosen.append((variable, value))

    def retract(self, variable: int) -> None:
        """Take a choice back."""
        self._chosen = [choice for choice in self._chosen if choice[0] != variable]

    def domains(self) -> tuple[int, ...]:
        """The values of each variable that some solution with the choices has, as masks."""
        masks = [0] * len(self._problem.sizes)
        with self._search("brave", 0, self._chosen, None) as search:
            for _ in search:
                pass
            found = search.last()
            for symbol in found.symbols(shown=True) if found else ():
                variable, value = (argument.number for argument in symbol.arguments)
                masks[variable] |= 1 << value
        return tuple(masks)

    def stands(self, choices: Iterable[Choice], rules: Iterable[int] | None = None) -> bool:
        """Whether the choices go together under some of the rules; all, unless said."""
        with self._search("auto", 1, choices, rules) as search:
            return bool(search.get().satisfiable)

    def count(self, choices: Iterable[Choice], *, most: int) -> int:
        """How many solutions have all the choices; it stops at ``most``."""
        with self._search("record", most, choices, None) as search:
            return sum(1 for _ in search)

    def _search(
        self, mode: str, models: int, choices: Iterable[Choice], rules: Iterable[int] | None
    ) -> Any:
        number, function = self._clingo.Number, self._clingo.Function
        solve = self._control.configuration.solve
        solve.enum_mode, solve.models = mode, models
        assumed = [(function("val", [number(v), number(x)]), True) for v, x in choices]
        if self._optional:
            every = range(len(self._problem.constraints))
            kept = set(every if rules is None else rules)
            assumed += [(function("on", [number(rule)]), rule in kept) for rule in every]
        return self._control.solve(assumptions=assumed, yield_=True)


def _facts(problem: Problem) -> Iterator[str]:
    for variable, size in enumerate(problem.sizes):
        yield f"var({variable}). dom({variable},0..{size - 1})."
    for number, rule in enumerate(problem.constraints):
        yield f"rule({number})."
        match rule:
            case Clause():
                yield f"clause({number})."
                yield from (
                    f"literal({number},{variable},{value})."
                    for variable, mask in rule.literals
                    for value in range(mask.bit_length())
                    if mask >> value & 1
                )
            case Table():
                yield f"table({number})."
                yield from _rows(number, rule)
            case Sum():
                yield "" if rule.high is None else f"high({number},{rule.high})."
                yield "" if rule.low is None else f"low({number},{rule.low})."
                yield from _weights(number, rule.terms)


def _rows(number: int, table: Table) -> Iterator[str]:
    for place, row in enumerate(table.rows):
        yield f"row({number},{place})."
        for variable, value in zip(table.scope, row, strict=True):
            yield f"cell({number},{place},{variable},{value})."


def _weights(number: int, terms: Sequence[tuple[int, Sequence[int]]]) -> Iterator[str]:
    for variable, weights in terms:
        for value, weight in enumerate(weights):
            yield f"weight({number},{variable},{value},{weight})."
