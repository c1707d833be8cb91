"""Completions that aim at nothing known."""

from datetime import date

from cpq.bom import BOM, structure
from cpq.catalogue import Catalogue
from cpq.configuration import Configurator, compiled
from cpq.guidance import complete_by
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.product import Product
from tests.errors.registry import reproduces

_DAY = date(2026, 11, 22)
_HEAD = {"code": "head", "options": ({"product": "H-6", "sold": "priced"},)}


def _completed(aim: str) -> None:
    prices = PriceBookVersion(entries=(entry("M", price="10"), entry("H-6", price="5")))
    costs = PriceBookVersion(entries=(entry("M", price="7"),))
    catalogue = Catalogue(
        products=tuple(Product(code=code, name=code) for code in ("M", "H-6")),
        books=(
            PriceBook(code="LIST", currency="CNY", versions=(prices,)),
            PriceBook(code="COST", currency="CNY", versions=(costs,)),
        ),
        default_book="LIST",
        cost_book="COST",
    )
    machine = Configurator(compiled(structure("M", {"M": BOM(product="M", groups=(_HEAD,))})))
    complete_by(machine, aim, catalogue=catalogue, on=_DAY)  # type: ignore[arg-type]


@reproduces(
    "guidance.unknown_aim",
    en="A completion was asked for by something that is neither price, cost nor margin.",
    zh="补全目标不是价格、成本或毛利。",
    do="Aim at `price`, `cost` or `margin`.",
    names=("price, cost, margin", "'colour'"),
)
def a_completion_by_colour() -> None:
    _completed("colour")


@reproduces(
    "guidance.cost_unknown",
    en="The best by cost or margin was asked for, and what something costs us is not known.",
    zh="按成本或毛利补全时，某产品的成本未知。",
    do="Give the cost book its price, or aim at the price.",
    names=("H-6", "cost book"),
)
def a_completion_without_a_cost() -> None:
    _completed("cost")
