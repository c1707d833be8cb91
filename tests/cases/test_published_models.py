"""Published configuration models, restated as BOMs: as many configurations as their sources say."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from cpq.bom import BOM, structure
from cpq.bom.soundness import unsound
from cpq.configuration import check, configure
from cpq.configuration.compile import compiled
from cpq.configuration.compiled import Compiled
from cpq.solver.count import count
from tests.laws.configurators import solutions

MODELS = Path(__file__).parent / "models"
KIDS_DOMAINS = {
    ("color", "Yellow"): {
        "color": {"Yellow"},
        "wheelSupport": {"False"},
        "frontWheel": {"18", "20"},
        "rearWheel": {"18", "20"},
    },
    ("wheelSupport", "True"): {
        "color": {"Blue", "Green", "Red"},
        "wheelSupport": {"True"},
        "frontWheel": {"14", "16"},
        "rearWheel": {"14", "16"},
    },
}
"""What is left after a choice, from the published file."""


def model(name: str) -> Compiled:
    """The compiled model of a file: one BOM, or a list of them with the machine first."""
    fields = tomllib.loads((MODELS / f"{name}.toml").read_text("utf-8"), parse_float=Decimal)
    boms = [BOM.model_validate(each) for each in fields.get("bom", [fields])]
    whole = structure(boms[0].product, {bom.product: bom for bom in boms})
    assert unsound(whole) == ()
    return compiled(whole)


def narrowed(of: Compiled, chosen: Mapping[str, str]) -> list[int]:
    """The masks of a problem in which these choices are made."""
    masks = [(1 << size) - 1 for size in of.problem.sizes]
    for path, code in chosen.items():
        found = of.literal(path, code)
        assert found is not None
        masks[found[0]] &= found[1]
    return masks


@pytest.mark.parametrize(
    ("name", "configurations"),
    [("kids_bike", 14), ("city_bike", 3340), ("travel_bike", 823_894_285)],
)
def test_a_published_model_has_its_published_count(name: str, configurations: int) -> None:
    assert count(model(name).problem) == configurations


def test_the_city_bike_has_2260_configurations_where_bags_have_no_order() -> None:
    bike = model("city_bike")
    found = set()
    for values in solutions(bike.problem):
        chosen = bike.chosen(values)
        bags = sorted(
            (chosen[f"carrier.bag[{n}].capacity"], chosen[f"carrier.bag[{n}].material"])
            for n in (1, 2)
            if f"carrier.bag[{n}].capacity" in chosen
        )
        rest = {path: codes for path, codes in chosen.items() if ".bag" not in path}
        found.add((tuple(sorted(rest.items())), tuple(bags)))
    assert len(found) == 2260


@pytest.mark.parametrize(
    ("choice", "left"), KIDS_DOMAINS.items(), ids=("=".join(each) for each in KIDS_DOMAINS)
)
def test_the_kids_bike_leaves_what_is_published(
    choice: tuple[str, str], left: Mapping[str, set[str]]
) -> None:
    bike = model("kids_bike")
    found: dict[str, set[str]] = {path: set() for path in left}
    for values in solutions(bike.problem):
        chosen = bike.chosen(values)
        if choice[1] in chosen[choice[0]]:
            for path, codes in chosen.items():
                found[path].update(codes)
    assert found == left


def test_a_yellow_kids_bike_has_no_support_wheels() -> None:
    bike = model("kids_bike")
    for alone in ({"color": "Yellow"}, {"wheelSupport": "True"}):
        assert count(bike.problem, narrowed(bike, alone))
    both = {"color": "Yellow", "wheelSupport": "True"}
    assert count(bike.problem, narrowed(bike, both)) == 0


@pytest.mark.parametrize(
    ("volume", "weight", "configurations"),
    [("200", "4", 4988), ("160", "10", 265_920), ("200", "3", 0)],
)
def test_the_travel_bike_carries_what_is_published(
    volume: str, weight: str, configurations: int
) -> None:
    bike = model("travel_bike")
    asked = {"requestedVolume": volume, "maxWeight": weight}
    assert count(bike.problem, narrowed(bike, asked)) == configurations


def test_a_city_bike_is_configured_with_two_bags_at_places_of_their_own() -> None:
    whole = model("city_bike").structure
    bags = {
        "carrier.bag.quantity": "2",
        "carrier.bag[1].material": "Leather",
        "carrier.bag[2].material": "Polyester",
        "carrier.bag[2].capacity": "100",
    }
    small = check(whole, bags)
    assert [(each.code, each.place) for each in small] == [
        ("configuration.not_met", "rearWheel"),
    ]
    made = configure(whole, choose={**bags, "frontWheel": "28", "rearWheel": "28"})
    assert [(number, part.key) for number, part in made.numbered()] == [
        ("1", "carrier"),
        ("1.1", "bag[1]"),
        ("1.2", "bag[2]"),
    ]
