"""Configuration: what is still possible after each choice, against engines that also know exactly.

``python -m benchmarks configuration [SECONDS [LARGEST]]``. Generated machines of 10, 100, 1,000 and
10,000 components; 31 choices each, one after the other, as a customer would make them; after each
the possible values of every variable are read. An engine stops after SECONDS of its own on a size
(default 20) and does not try the next. CPU milliseconds; engines that answered agree on every
domain, or the run fails. clingo comes with ``cpq-revenue[solver]``, PySAT (``python-sat``) and
CP-SAT (``ortools``) are measured where somebody installed them.

Then, with our solver: compiling and its memory, explanations of values that the choices excluded,
the cheapest completion, and two harder kinds of machine: a budget 3 % above the cheapest solution,
and twice as many rules across the tree; each alone, and with clingo where the search gives up.
"""

import random
from collections.abc import Sequence
from statistics import median

from benchmarks._engines import Choice, Run, choices_for, installed
from benchmarks._machines import machine
from benchmarks._ours import compiling, completed, explained, harder, percentile
from cpq.solver.problem import Problem

SIZES = (10, 100, 1_000, 10_000)
CHOICES, SEEDS, SECONDS, SEED = 31, 3, 20.0, 7
_HARD_SIZES = (100, 1_000)


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure all engines that are installed; the figures are ours, medians over the sequences."""
    limit = float(arguments[0]) if arguments else SECONDS
    largest = int(arguments[1]) if len(arguments) > 1 else SIZES[-1]
    found: dict[str, dict[str, float]] = {"median_ms": {}, "p99_ms": {}}
    more: dict[str, object] = {}
    print(f"{'engine':12}{'components':>11}{'ready s':>9}{'median ms':>11}{'p99 ms':>9}  choices")
    stopped: set[str] = set()
    for size in (each for each in SIZES if each <= largest):
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
            middle, tail = median(times), percentile(times, 99)
            if name == "witnesses":
                ours = runs
                found["median_ms"][str(size)] = round(middle, 3)
                found["p99_ms"][str(size)] = round(tail, 2)
            else:
                _agree(name, ours, runs)
                more |= {f"{name}_median_ms_{size}": round(middle, 3)}
                if len(times) < len(sequences[0]):
                    stopped.add(name)
            print(
                f"{name:12}{size:>11,}{median(one.ready for one in runs):>9.3f}"
                f"{middle:>11.3f}{tail:>9.2f}  {len(times)}"
            )
        more |= compiling(size, seed=SEED)
        more |= explained(size, made, sequences[0]) | completed(size, made)
    for size in (each for each in _HARD_SIZES if each <= largest):
        more |= harder(size, seed=SEED, choices=CHOICES, limit=limit)
    return {**found, **more}


def _runs(
    name: str, kind: type, problem: Problem, sequences: list[list[Choice]], *, limit: float
) -> list[Run]:
    few = sequences if name == "witnesses" else sequences[:1]
    return [Run(kind, problem, choices).go(limit=limit) for choices in few]


def _agree(name: str, ours: list[Run], theirs: list[Run]) -> None:
    for place, domains in enumerate(theirs[0].found):
        if ours[0].found[place] != domains:
            raise AssertionError(f"{name} finds other domains after choice {place + 1}")
