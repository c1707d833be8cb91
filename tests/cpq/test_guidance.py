"""What a value would cost: the whole machine with it, less the whole machine now."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cpq import Catalogue
from cpq.adapters import read_catalogue
from cpq.configuration import configure
from cpq.configuration.compile import compiled
from cpq.configuration.state import Configurator
from cpq.guidance import price_effects, running_price
from cpq.kernel.errors import NotFound
from cpq.pricing import price

LASER = Path(__file__).resolve().parents[2] / "examples" / "laser"
DAY = date(2026, 11, 21)
BUYER = "C-0042"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(LASER)


@pytest.fixture
def machine(catalogue: Catalogue) -> Configurator:
    return Configurator(compiled(catalogue.bom("LASER-3000", on=DAY)))


def net(catalogue: Catalogue, **choose: object) -> object:
    made = configure(catalogue.bom("LASER-3000", on=DAY), choose=choose)  # type: ignore[arg-type]
    return price([made], catalogue=catalogue, on=DAY, customer=BUYER).net


def test_the_running_price_is_that_of_the_whole_machine(
    catalogue: Catalogue, machine: Configurator
) -> None:
    machine.choose("head", "HEAD-12KW")
    running = running_price(machine, catalogue=catalogue, on=DAY, customer=BUYER)
    # the 12 kW head needs water, so its chiller is paid as well
    assert running.net == net(catalogue, head="HEAD-12KW", cooling="CHILLER-W")


def test_a_value_bears_what_it_forces(catalogue: Catalogue, machine: Configurator) -> None:
    machine.choose("head", "HEAD-6KW")
    effects = price_effects(machine, "head", catalogue=catalogue, on=DAY, customer=BUYER)
    by_code = {effect.code: effect for effect in effects}
    small = net(catalogue, head="HEAD-6KW")
    big = net(catalogue, head="HEAD-12KW", cooling="CHILLER-W")
    assert (by_code["HEAD-6KW"].net, by_code["HEAD-12KW"].net) == (small, big)
    assert by_code["HEAD-6KW"].change.amount == 0
    assert by_code["HEAD-12KW"].change == big - small  # type: ignore[operator]


def test_percentages_are_of_what_it_costs_now(catalogue: Catalogue, machine: Configurator) -> None:
    machine.choose("head", "HEAD-6KW")
    now = running_price(machine, catalogue=catalogue, on=DAY, customer=BUYER).net
    for effect in price_effects(machine, "extras", catalogue=catalogue, on=DAY, customer=BUYER):
        exact = effect.change.amount * 100 / now.amount
        assert effect.percent is not None
        assert abs(effect.percent - exact) <= Decimal("0.05")
        assert effect.net == now + effect.change


def test_asking_changes_no_choice(catalogue: Catalogue, machine: Configurator) -> None:
    machine.choose("head", "HEAD-12KW", author="Li Wei")
    machine.choose("colour", "red")
    before = machine.choices
    domains = machine.domains()
    for path in ("head", "cooling", "colour", "extras"):
        price_effects(machine, path, catalogue=catalogue, on=DAY, customer=BUYER)
    assert machine.choices == before
    assert machine.domains() == domains


def test_what_is_impossible_has_no_price(catalogue: Catalogue, machine: Configurator) -> None:
    machine.choose("colour", "red")
    effects = price_effects(machine, "extras", catalogue=catalogue, on=DAY, customer=BUYER)
    assert [effect.code for effect in effects] == ["FILTER-10"]


def test_a_path_that_there_is_not_is_refused(catalogue: Catalogue, machine: Configurator) -> None:
    with pytest.raises(NotFound, match="nothing is chosen at 'wheels'"):
        price_effects(machine, "wheels", catalogue=catalogue, on=DAY)
