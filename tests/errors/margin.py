"""Floors that are not kept, or that cannot be reckoned."""

from datetime import UTC, datetime
from decimal import Decimal

from cpq.margin import Floor, FloorFinding, FloorLookup, GuardedLine, floors_of, judged
from tests.errors.registry import reproduces
from tests.errors.shop import cny, usd

AT = datetime(2026, 12, 1, tzinfo=UTC)


def sold_at_44(floor: Floor) -> tuple[FloorFinding, ...]:
    """A bolt at a list price of 50 that is sold for 44 under one floor."""
    line = GuardedLine("1", "BOLT", Decimal(1), "pc", Decimal("50.00"), Decimal("50.00"))
    found = floors_of(line, FloorLookup([floor]), at=AT, currency="CNY")
    return judged([found], [Decimal("44.00")], currency="CNY")


@reproduces(
    "floor.below",
    en="A unit, line, bundle or quote is sold below a floor; the severity is that of its policy.",
    zh="未税净额低于底价；严重程度由底价策略决定。",
    do="Raise the price or leave the line out; where the floor allows it, get the approval.",
    names=("line 1", "LOW", "44.00 CNY", "45.00 CNY"),
)
def a_bolt_below_its_floor() -> tuple[FloorFinding, ...]:
    return sold_at_44(Floor(code="LOW", price=cny("45.00"), policy="approve"))


@reproduces(
    "floor.cost_unknown",
    en="A floor by margin or cost-plus holds for a line whose cost nobody knows.",
    zh="底价按成本计算，但该行成本未知。",
    do="Give the product a price in the cost book. An unknown cost never passes.",
    names=("line 1", "EARN", "cost"),
)
def a_bolt_of_unknown_cost() -> tuple[FloorFinding, ...]:
    return sold_at_44(Floor(code="EARN", margin=Decimal(20)))


@reproduces(
    "floor.rate_unknown",
    en="A floor is in another currency, and there is no exchange rate to that of the document.",
    zh="底价币种与单据不同且没有可用汇率。",
    do="State a rate for the pair and day, or give the floor in the currency of the document.",
    names=("line 1", "LOW", "exchange rate"),
)
def a_floor_without_a_rate() -> tuple[FloorFinding, ...]:
    return sold_at_44(Floor(code="LOW", price=usd("7.00")))


@reproduces(
    "floor.unit_incompatible",
    en="A floor is per a unit that the unit of the line does not convert to.",
    zh="底价的计量单位与该行单位无法换算。",
    do="Give the floor per a unit of the same dimension, or narrow it to products sold in it.",
    names=("line 1", "LOW", "unit"),
)
def a_floor_per_kilogram() -> tuple[FloorFinding, ...]:
    return sold_at_44(Floor(code="LOW", price=cny("5.00"), unit="kg"))
