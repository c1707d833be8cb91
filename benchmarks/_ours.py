"""What only our solver is asked: how long a model takes to compile, explanations, completions.

And two harder kinds of machine: a budget 3 % above the cheapest that there is, and twice as many
rules across the tree. There the solver may leave values unproved; how many, and what becomes of
them where clingo is asked instead, is what is measured.
"""

import json
import random
import sys
import tracemalloc
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import process_time

from benchmarks._engines import Choice, choices_for
from benchmarks._fresh import python
from benchmarks._machines import Machine, machine
from benchmarks._products import product_model
from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.configuration.compile import compiled
from cpq.solver.explain import explain
from cpq.solver.network import values_of
from cpq.solver.optimum import complete
from cpq.solver.oracle import CostOracle, Oracle, Undecided
from cpq.solver.problem import Problem, Sum, Values
from cpq.solver.solver import Impossible, Solver

EXPLAINED = 30
TIGHT, CROSSING = 1.03, 0.2
Figures = dict[str, object]


def percentile(times: Sequence[float], percent: int) -> float:
    """Of sorted times, the one that so many percent of them stay below."""
    return times[min(len(times) - 1, len(times) * percent // 100)]


# --- compiling ----------------------------------------------------------------------------------


def compiling(size: int, *, seed: int) -> Figures:
    """Seconds to compile the machine and its product model, and the memory that the solver takes.

    In a fresh process, so that nothing is there before it; the resident set grows in it by what
    the problem and the solver take, ``tracemalloc`` sees what of it is Python's.
    """
    measured = json.loads(python("-m", "benchmarks._ours", str(size), str(seed)))
    print(
        f"{'':12}compiled: solver {measured['solver_s']:.3f} s, product model "
        f"{measured['product_s']:.3f} s; memory {measured['resident_mb']:.1f} MB resident, "
        f"{measured['traced_mb']:.1f} MB traced"
    )
    return {f"compiled_{name}_{size}": value for name, value in measured.items()}


def _compiled(size: int, *, seed: int) -> Figures:
    made = machine(size, seed=seed)
    before = _resident()
    start = process_time()
    solver = Solver(Problem(*made.problem))
    seconds = process_time() - start
    resident = _resident() - before
    del solver
    whole = product_model(made)
    start = process_time()
    of_product = compiled(whole)
    ready = Solver(of_product.problem)
    product_seconds = process_time() - start
    del of_product, ready
    tracemalloc.start()
    kept = Solver(made.problem)
    traced, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return {
        "solver_s": round(seconds, 3),
        "product_s": round(product_seconds, 3),
        "resident_mb": round(resident, 1),
        "traced_mb": round(traced / 2**20, 1),
    }


def _resident() -> float:
    """What of this process is in memory, in MB; where that is not said, the most that ever was."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


# --- explaining and completing ------------------------------------------------------------------


def explained(size: int, made: Machine, choices: list[Choice]) -> Figures:
    """Why not: for values that the choices excluded."""
    solver = Solver(made.problem)
    for choice in choices:
        solver.choose(*choice)
    chosen = dict(solver.choices)
    gone = [
        (variable, value)
        for variable in range(len(made.problem.sizes))
        for value in values_of(solver.root[variable] & ~solver.domain(variable))
        if variable not in chosen
    ]
    random.Random(size).shuffle(gone)
    if not gone:
        print(f"{'':12}nothing was excluded by the choices")
        return {}
    times, members = [], []
    for variable, value in gone[:EXPLAINED]:
        start = process_time()
        found = explain(solver, variable, value)
        times.append(1000 * (process_time() - start))
        members.append(len(found.choices) + len(found.rules))
    print(
        f"{'':12}explained {len(times)}: median {median(times):.2f} ms, worst {max(times):.2f} ms, "
        f"by {median(members):.0f} choices and rules (median)"
    )
    return {
        f"explained_median_ms_{size}": round(median(times), 2),
        f"explained_worst_ms_{size}": round(max(times), 2),
    }


def completed(size: int, made: Machine) -> Figures:
    """The cheapest completion, alone and with clingo behind it."""
    solver = Solver(made.problem)
    found = _completed(f"_{size}", "", solver, made, None)
    if has_clingo():
        oracle = ClingoOracle(made.problem, seconds=60)
        found |= _completed(f"_clingo_{size}", ", clingo asked", solver, made, oracle)
    return found


def _completed(
    key: str, how: str, solver: Solver, made: Machine, oracle: CostOracle | None
) -> Figures:
    start = process_time()
    found = complete(solver, made.prices, oracle=oracle)
    seconds = process_time() - start
    gap = 100 * found.gap / found.cost
    print(
        f"{'':12}cheapest completion{how}: {found.cost:,}, "
        f"{'proven' if found.proven else f'gap {gap:.1f} %'}, {seconds:.2f} s"
    )
    return {
        f"completion_s{key}": round(seconds, 2),
        f"completion_gap_percent{key}": round(gap, 2),
        f"completion_proven{key}": found.proven,
    }


def has_clingo() -> bool:
    """Whether clingo is installed."""
    return find_spec("clingo") is not None


# --- harder machines ----------------------------------------------------------------------------


def harder(size: int, *, seed: int, choices: int, limit: float) -> Figures:
    """A tight budget, and more rules across the tree; each alone and with clingo behind it.

    The choices are the same for both. A choice that has begun is waited for, however long.
    """
    found: Figures = {}
    plain = machine(size, seed=seed)
    for name, problem in (
        ("budget", _tight(plain)),
        ("crossing", machine(size, seed=seed, crossing=CROSSING).problem),
    ):
        behind = ClingoOracle(problem, seconds=1) if has_clingo() else None
        asked = choices_for(problem, choices, pick=random.Random(seed), oracle=behind)
        found |= _Hard(name, size, problem, None).go(asked, limit=limit)
        if has_clingo():
            oracle = Counted(ClingoOracle(problem, seconds=1))
            found |= _Hard(f"{name}_clingo", size, problem, oracle).go(asked, limit=limit)
    return found


def _tight(plain: Machine) -> Problem:
    oracle = ClingoOracle(plain.problem, seconds=60) if has_clingo() else None
    cheapest = complete(Solver(plain.problem), plain.prices, oracle=oracle).cost
    rules = tuple(
        rule._replace(high=int(cheapest * TIGHT))
        if isinstance(rule, Sum) and rule.name == "budget"
        else rule
        for rule in plain.problem.constraints
    )
    return Problem(plain.problem.sizes, rules)


class Counted:
    """An oracle that counts what it was asked and could not say."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self.asked = self.undecided = 0
        self.seconds = 0.0

    def solve(self, domains: Sequence[int]) -> Values | None:
        """What the oracle says."""
        self.asked += 1
        start = process_time()
        try:
            return self._oracle.solve(domains)
        except Undecided:
            self.undecided += 1
            raise
        finally:
            self.seconds += process_time() - start


class _Hard:
    """One kind of machine, step by step, with what was left unproved of all that was shown."""

    def __init__(self, name: str, size: int, problem: Problem, oracle: Counted | None) -> None:
        self.name, self.size, self.problem, self.oracle = name, size, problem, oracle
        self.shown = self.unproved = self.refused = 0

    def go(self, choices: list[Choice], *, limit: float) -> Figures:
        """Make the choices, until ``limit`` seconds are used up."""
        begun = process_time()
        solver = Solver(self.problem, oracle=self.oracle)
        ready = process_time() - begun
        at_start = self._look(solver)
        times: list[float] = []
        for choice in choices:
            if process_time() - begun > limit:
                break
            start = process_time()
            try:
                solver.choose(*choice)
                solver.domains()
            except (Impossible, Undecided):
                self.refused += 1
            times.append(1000 * (process_time() - start))
            self._look(solver)
        return self._told(ready, at_start, sorted(times))

    def _look(self, solver: Solver) -> float:
        shown = sum(mask.bit_count() for mask in solver.domains())
        unproved = sum(solver.unproved(v).bit_count() for v in range(len(self.problem.sizes)))
        self.shown += shown
        self.unproved += unproved
        return 100 * unproved / shown

    def _told(self, ready: float, at_start: float, times: list[float]) -> Figures:
        name, size, share = self.name, self.size, 100 * self.unproved / self.shown
        middle, tail = (median(times), percentile(times, 99)) if times else (0.0, 0.0)
        asked = self.oracle
        print(
            f"harder: {name}, {size:,} components: ready {ready:.2f} s, {len(times)} choices "
            f"({self.refused} refused), median {middle:.2f} ms, p99 {tail:.2f} ms, unproved "
            f"{at_start:.2f} % at the start, {share:.2f} % in all"
            + (
                f"; asked {asked.asked} times ({100 * asked.asked / self.shown:.3f} % of the "
                f"values), {asked.seconds:.2f} s, {asked.undecided} without an answer"
                if asked
                else ""
            )
        )
        found: Figures = {
            "ready_s": round(ready, 2),
            "median_ms": round(middle, 2),
            "p99_ms": round(tail, 2),
            "choices": len(times),
            "unproved_start_percent": round(at_start, 2),
            "unproved_percent": round(share, 3),
        }
        if asked:
            found |= {
                "asked": asked.asked,
                "asked_percent": round(100 * asked.asked / self.shown, 3),
                "asked_s": round(asked.seconds, 2),
                "undecided": asked.undecided,
            }
        return {f"{name}_{what}_{size}": value for what, value in found.items()}


if __name__ == "__main__":
    print(json.dumps(_compiled(int(sys.argv[1]), seed=int(sys.argv[2]))))
