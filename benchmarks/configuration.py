"""Configuration: what is still possible after each choice, against engines that also know exactly.

``python -m benchmarks configuration [SECONDS]``. Generated machines of 10, 100, 1,000 and 10,000
components; 31 choices each, one after the other, as a customer would make them; after each the
possible values of every variable are read. An engine stops after SECONDS of its own on a size
(default 20) and does not try the next. CPU milliseconds; engines that answered agree on every
domain, or the run fails.

Then, with our solver alone: explanations of values that the choices excluded, the cheapest
completion, and two harder kinds of machine: a budget 3 % above the cheapest known solution, and
four times as many rules across the tree.
"""

import random
import tracemalloc
from collections.abc import Sequence
from statistics import median
from time import process_time

from benchmarks._engines import Choice, Run, choices_for, installed
from benchmarks._machines import Machine, machine
from cpq.solver.explain import explain
from cpq.solver.network import values_of
from cpq.solver.optimum import complete
from cpq.solver.problem import Problem, Sum
from cpq.solver.solver import Solver

SIZES = (10, 100, 1_000, 10_000)
CHOICES, SEEDS, SECONDS, SEED = 31, 3, 20.0, 7
_HARD_SIZES = (100, 1_000)


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure all engines that are installed; the figures are ours, medians over the sequences."""
    limit = float(arguments[0]) if arguments else SECONDS
    found: dict[str, dict[str, float]] = {"median_ms": {}, "p99_ms": {}}
    more: dict[str, object] = {}
    print(f"{'engine':12}{'components':>11}{'ready s':>9}{'median ms':>11}{'p99 ms':>9}  choices")
    stopped: set[str] = set()
    for size in SIZES:
        made = machine(size, seed=SEED)
        sequences = [
            choices_for(made.problem, CHOICES, pick=random.Random(seed)) for seed in range(SEEDS)
        ]
        for name, kind in installed().items():
            if name in stopped:
                print(f"{name:12}{size:>11,}  not run: its time was up on the size before")
                continue
            runs = _runs(name, kind, made.problem, sequences, limit=limit)
            times = sorted(1000 * each for one in runs for each in one.seconds)
            if name == "witnesses":
                ours = runs
                found["median_ms"][str(size)] = round(median(times), 3)
                found["p99_ms"][str(size)] = round(_percentile(times, 99), 2)
            else:
                _agree(name, ours, runs)
                if len(times) < len(sequences[0]):
                    stopped.add(name)
            print(
                f"{name:12}{size:>11,}{median(one.ready for one in runs):>9.3f}"
                f"{median(times):>11.3f}{_percentile(times, 99):>9.2f}  {len(times)}"
            )
        more |= _explained(size, made, sequences[0]) | _completed(size, made)
    for size in _HARD_SIZES:
        more |= _harder(size)
    more["compiled_mb_10000"] = _memory()
    return {**found, **more}


def _runs(
    name: str, kind: type, problem: Problem, sequences: list[list[Choice]], *, limit: float
) -> list[Run]:
    few = sequences if name == "witnesses" else sequences[:1]
    return [Run(kind, problem, choices).go(limit=limit) for choices in few]


def _percentile(times: Sequence[float], percent: int) -> float:
    return times[min(len(times) - 1, len(times) * percent // 100)]


def _agree(name: str, ours: list[Run], theirs: list[Run]) -> None:
    for place, domains in enumerate(theirs[0].found):
        if ours[0].found[place] != domains:
            raise AssertionError(f"{name} finds other domains after choice {place + 1}")


def _explained(size: int, made: Machine, choices: list[Choice]) -> dict[str, object]:
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
    random.Random(SEED).shuffle(gone)
    if not gone:
        print(f"{'':12}nothing was excluded by the choices")
        return {}
    times = []
    for variable, value in gone[:30]:
        start = process_time()
        explain(solver, variable, value)
        times.append(1000 * (process_time() - start))
    print(
        f"{'':12}explained {len(times)}: median {median(times):.2f} ms, worst {max(times):.2f} ms"
    )
    return {
        f"explained_median_ms_{size}": round(median(times), 2),
        f"explained_worst_ms_{size}": round(max(times), 2),
    }


def _completed(size: int, made: Machine) -> dict[str, object]:
    solver = Solver(made.problem)
    start = process_time()
    found = complete(solver, made.prices)
    seconds = process_time() - start
    gap = 100 * (found.cost - found.bound) / found.cost
    print(
        f"{'':12}cheapest completion: {found.cost:,}, "
        f"{'proven' if found.proven else f'gap {gap:.1f} %'}, {seconds:.2f} s"
    )
    return {
        f"completion_s_{size}": round(seconds, 2),
        f"completion_gap_percent_{size}": round(gap, 2),
    }


def _harder(size: int) -> dict[str, object]:
    found: dict[str, object] = {}
    plain = machine(size, seed=SEED)
    cheapest = complete(Solver(plain.problem), plain.prices).cost
    tight = [
        rule._replace(high=int(cheapest * 1.03))
        if isinstance(rule, Sum) and rule.name == "budget"
        else rule
        for rule in plain.problem.constraints
    ]
    crossing = machine(size, seed=SEED, crossing=0.4).problem
    for name, problem in (
        ("budget", Problem(plain.problem.sizes, tuple(tight))),
        ("crossing", crossing),
    ):
        start = process_time()
        solver = Solver(problem)
        ready = process_time() - start
        choices = choices_for(problem, CHOICES, pick=random.Random(SEED))
        values = sum(mask.bit_count() for mask in solver.domains())
        unproved = sum(solver.unproved(v).bit_count() for v in range(len(problem.sizes)))
        one = Run(installed()["witnesses"], problem, choices).go(limit=SECONDS)
        times = sorted(1000 * each for each in one.seconds)
        print(
            f"harder: {name}, {size:,} components: ready {ready:.2f} s, median "
            f"{median(times):.2f} ms, p99 {_percentile(times, 99):.2f} ms, unproved at the "
            f"start {unproved} of {values} values"
        )
        found |= {
            f"{name}_ready_s_{size}": round(ready, 2),
            f"{name}_median_ms_{size}": round(median(times), 2),
            f"{name}_p99_ms_{size}": round(_percentile(times, 99), 2),
            f"{name}_unproved_percent_{size}": round(100 * unproved / values, 2),
        }
    return found


def _memory() -> float:
    made = machine(SIZES[-1], seed=SEED)
    tracemalloc.start()
    solver = Solver(made.problem)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del solver
    return round(taken / 2**20, 1)
