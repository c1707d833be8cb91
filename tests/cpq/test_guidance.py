"""What a value would cost: the whole machine with it, less the whole machine now."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cpq import Catalogue
from cpq.adapters import read_catalogue
from cpq.availability import SalesScope
from cpq.bom import BOM
from cpq.configuration import configure
from cpq.configuration.compile import compiled
from cpq.configuration.state import Configurator
from cpq.guidance import configurator, price_effects, running_price
from cpq.kernel.errors import NotFound, Refused
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import price
from cpq.product import Product

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


HEAD = {
    "code": "head",
    "options": ({"product": "H6", "sold": "priced"}, {"product": "H12", "sold": "priced"}),
}
FAN = {"product": "FAN", "quantity": 0, "quantity_to": 2, "sold": "priced"}
LENS = {"product": "LENS", "sold": "priced"}


def _shop(*denied: str, prices: tuple[str, ...] = ("M", "H6", "H12", "FAN", "LENS")) -> Catalogue:
    entries = tuple(entry(code, price="10") for code in prices)
    listed = PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(entries=entries),))
    return Catalogue(
        products=tuple(Product(code=code, name=code) for code in ("M", "H6", "H12", "FAN", "LENS")),
        boms=(
            BOM(product="M", groups=(HEAD,), components=(FAN,)),
            BOM(product="H12", components=(LENS,)),
        ),
        books=(listed,),
        default_book="LIST",
        scopes=tuple(
            SalesScope(code=f"NO-{code}", allow=False, products=(code,)) for code in denied
        ),
    )


def _possible(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    machine = configurator("M", catalogue=catalogue, on=DAY)
    return {domain.path: domain.possible for domain in machine.domains()}


@pytest.mark.parametrize(
    ("denied", "head", "fans"),
    [
        ((), ("H6", "H12"), ("0", "1", "2")),
        (("H12",), ("H6",), ("0", "1", "2")),
        (("LENS",), ("H6",), ("0", "1", "2")),
        (("FAN",), ("H6", "H12"), ("0",)),
        (("FAN", "H6"), ("H12",), ("0",)),
    ],
)
def test_what_is_withheld_is_not_offered(
    denied: tuple[str, ...], head: tuple[str, ...], fans: tuple[str, ...]
) -> None:
    catalogue = _shop(*denied)
    assert _possible(catalogue) == {"head": head, "FAN.quantity": fans}
    machine = configurator("M", catalogue=catalogue, on=DAY)
    assert running_price(machine, catalogue=catalogue, on=DAY).net.amount > 0


@pytest.mark.parametrize("denied", [("M",), ("H6", "H12"), ("H6", "LENS")])
def test_what_withholds_everything_is_named_in_both_languages(denied: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=f"NO-{denied[0]}") as refusal:
        configurator("M", catalogue=_shop(*denied), on=DAY)
    assert refusal.value.code == "configuration.no_solution"
    assert f"NO-{denied[-1]}" in str(refusal.value.facts["message_zh"])


def test_values_are_priced_also_where_the_machine_is_not_yet() -> None:
    catalogue = _shop(prices=("M", "H12", "FAN", "LENS"))
    machine = configurator("M", catalogue=catalogue, on=DAY)
    machine.choose("FAN.quantity", "0")
    machine.choose("head", "H6", author="Li Wei")
    (effect,) = price_effects(machine, "head", catalogue=catalogue, on=DAY)
    assert (effect.code, effect.net.amount, effect.change) == ("H12", 30, None)
    assert machine.choices[-1].author == "Li Wei"


def test_who_chose_what_stays_known() -> None:
    catalogue = _shop()
    machine = configurator("M", catalogue=catalogue, on=DAY)
    machine.choose("head", "H12", author="Li Wei")
    effects = price_effects(machine, "FAN.quantity", catalogue=catalogue, on=DAY)
    for effect in effects:
        made = {choice.path: choice.author for choice in effect.configuration.choices}
        assert made["head"] == "Li Wei"
