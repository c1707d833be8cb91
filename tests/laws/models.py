"""Models with known answers that lie beside the checkout, or where ``CPQ_MODELS`` says."""

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cpq.solver.problem import Clause, Problem, Sum, Table, problem

ROOT = Path(__file__).resolve().parents[2]
MODELS = (
    Path(os.environ["CPQ_MODELS"])
    if "CPQ_MODELS" in os.environ
    else ROOT.parent / "shared" / "models"
)


def _text(name: str) -> str:
    path = MODELS / name
    if path.is_file():
        return path.read_text(encoding="utf-8")
    if path.with_name(path.name + ".gz").is_file():
        return gzip.decompress(path.with_name(path.name + ".gz").read_bytes()).decode()
    pytest.skip(f"{path} is not there; CPQ_MODELS names the folder of the models")


@cache
def expected(family: str) -> Any:
    """The known answers of a family of models: ``bom`` or ``fm``."""
    return json.loads(_text(f"{family}_expected.json"))


@cache
def feature_model(name: str, *, folder: str = "fm_small") -> Problem:
    """A feature model from DIMACS: variable n is number n - 1, and its value 1 is true."""
    lines = [line.split() for line in _text(f"{folder}/{name}.dimacs").splitlines()]
    count = next(int(line[2]) for line in lines if line[:1] == ["p"])
    clauses = [
        Clause("", tuple((abs(each) - 1, 2 if each > 0 else 1) for each in map(int, line[:-1])))
        for line in lines
        if line and line[0] not in ("c", "p")
    ]
    return problem([2] * count, clauses)


@cache
def bill(components: int) -> tuple[Problem, tuple[tuple[int, ...], ...]]:
    """A generated bill of materials as a problem, and what each value of it costs."""
    made = json.loads(_text(f"bom/bom_{components}.json"))
    tables = [
        Table(f"{one} and {other}", (one, other), tuple(map(tuple, rows)))
        for one, other, rows in made["tables"]
    ]
    sums = [
        Sum(name, tuple((each, tuple(weights)) for each, weights in terms), high=high)
        for name, terms, high in made["sums"]
    ]
    return problem(made["sizes"], [*tables, *sums]), tuple(map(tuple, made["price"]))
