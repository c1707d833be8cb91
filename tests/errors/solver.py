"""What a machine may lack to decide hard questions of configuration."""

import sys

import pytest

from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.solver.problem import problem
from tests.errors.registry import reproduces


@reproduces(
    "solver.clingo_missing",
    en="clingo, the optional engine behind the solver's own search, is not installed.",
    zh="未安装可选求解器 clingo。",
    do="Run the line that the message gives, or go on without it: hard values stay unproved.",
    names=("clingo", "pip install"),
)
def a_machine_without_clingo(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, "clingo", None)
    ClingoOracle(problem([2]))
