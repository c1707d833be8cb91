"""Published feature models, where they are: their sizes, and what every product has or lacks.

``CPQ_MODELS`` names the folder; without it the one beside the checkout is taken, and where there
is none these tests are skipped.
"""

import pytest

from cpq.adapters.feature_models import FeatureModel, read_dimacs
from cpq.solver.count import count
from cpq.solver.problem import problem
from cpq.solver.solver import Solver
from tests.laws.models import MODELS, expected

pytestmark = pytest.mark.slow

SMALL = ("berkeleydb", "busybox", "eshop", "finsrv", "pc_richmond", "printer")
LARGE = ("agri", "automotive01", "automotive02_1", "erp", "linux2633")
COUNTED = ("berkeleydb", "eshop", "finsrv", "pc_richmond")


def published(name: str) -> FeatureModel:
    for path in (MODELS / "fm_small" / f"{name}.dimacs", MODELS / "fm_large" / f"{name}.dimacs.gz"):
        if path.is_file():
            return read_dimacs(path)
    pytest.skip(f"{name} is not below {MODELS}; CPQ_MODELS names the folder of the models")


@pytest.mark.parametrize("name", [*SMALL, *LARGE])
def test_variables_and_clauses_are_as_many_as_published(name: str) -> None:
    model, known = published(name), expected("fm")[name]
    asked = model.problem
    assert (model.features, model.constraints) == (known["variables"], known["clauses"])
    assert len(asked.constraints) == known["clauses"] - model.duplicates - model.tautologies
    assert model.left_out == ()
    assert len({model.variable(feature) for feature in model.names}) == known["variables"]
    assert problem(asked.sizes, asked.constraints) == asked


@pytest.mark.parametrize("name", SMALL)
def test_core_and_dead_features_are_as_many_as_published(name: str) -> None:
    model, known = published(name), expected("fm")[name]
    domains = Solver(model.problem).domains()
    assert (domains.count(0b10), domains.count(0b01)) == (known["core"], known["dead"])


@pytest.mark.parametrize("name", COUNTED)
def test_products_are_as_many_as_published(name: str) -> None:
    assert count(published(name).problem) == int(expected("fm")[name]["exact_count"])
