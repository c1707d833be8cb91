"""The solver against models with known answers: exact domains after each choice, and costs."""

import hashlib
import json
from collections.abc import Iterable

import pytest

from cpq.solver.solver import Impossible, Solver
from tests.laws.models import bill, expected, feature_model

SMALL = ("berkeleydb", "eshop", "printer", "pc_richmond", "busybox", "finsrv")


def _digest(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()[:12]


def _of_domains(masks: Iterable[int]) -> str:
    return _digest(json.dumps(list(masks)).encode())


def _of_states(masks: Iterable[int]) -> str:
    """Of 1 only true, -1 only false, 0 both: one byte each."""
    return _digest(bytes({1: 0xFF, 2: 1, 3: 0}[mask] for mask in masks))


@pytest.mark.parametrize("components", [10, 100, 1000])
def test_a_bill_of_materials_shows_the_known_domains(components: int) -> None:
    known = expected("bom")[str(components)]
    solver = Solver(bill(components)[0])
    seen = [_of_domains(solver.domains())]
    for variable, value in known["choices"]:
        solver.choose(variable, value)
        seen.append(_of_domains(solver.domains()))
    assert seen == known["domain_md5_first12"]
    assert sum(mask.bit_count() for mask in solver.domains()) == known["valid_values_after_choices"]
    assert solver.problem.holds(solver.solution())
    for variable, value in known["conflict_probes"]:
        with pytest.raises(Impossible):
            solver.choose(variable, value)


@pytest.mark.parametrize("components", [10, 100])
def test_a_bill_of_materials_goes_all_the_way_back(components: int) -> None:
    known = expected("bom")[str(components)]
    solver = Solver(bill(components)[0])
    digests = known["domain_md5_first12"]
    for variable, value in known["choices"]:
        solver.choose(variable, value)
    for (variable, _), digest in zip(known["choices"][::-1], digests[-2::-1], strict=True):
        solver.retract(variable)
        assert _of_domains(solver.domains()) == digest


@pytest.mark.parametrize("name", SMALL)
def test_a_feature_model_shows_the_known_states(name: str) -> None:
    known = expected("fm")[name]
    solver = Solver(feature_model(name))
    masks = solver.domains()
    assert (masks.count(2), masks.count(1)) == (known["core"], known["dead"])
    seen = [_of_states(masks)]
    for literal in known["choices"]:
        solver.choose(abs(literal) - 1, int(literal > 0))
        seen.append(_of_states(solver.domains()))
    assert seen == known["state_md5_first12"]
    for literal in known["conflict_probes"]:
        with pytest.raises(Impossible):
            solver.choose(abs(literal) - 1, int(literal > 0))


@pytest.mark.parametrize("name", SMALL[:-1])
def test_a_feature_model_shows_the_same_in_the_other_order(name: str) -> None:
    known = expected("fm")[name]
    solver = Solver(feature_model(name))
    for literal in known["choices"][::-1]:
        solver.choose(abs(literal) - 1, int(literal > 0))
    assert _of_states(solver.domains()) == known["state_md5_first12"][-1]
    for literal in known["choices"]:
        solver.retract(abs(literal) - 1)
    assert _of_states(solver.domains()) == known["state_md5_first12"][0]
