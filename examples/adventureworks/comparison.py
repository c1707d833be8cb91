"""A configured bike beside the bike itself (选配结果核对): the same parts, the same prices.

The bike is chosen by colour and size alone. Its parts are compared with the explosion of its own
bill of materials, its prices with those of its own product number, for a consumer and for resellers
at each share of the list price. Offers are left aside: they name product numbers.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product as pairs
from typing import NamedTuple

from books import CONSUMER, RESELLER, RESELLER_TIERS, SOURCE_MONEY
from configurable import COLOUR, SIZE
from variants import BikeModel, Variant, colours, sizes

from cpq.bom import PartTotal, explode
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Configurator, Item, compiled, parts_total
from cpq.kernel.errors import DomainError
from cpq.kernel.money import plain
from cpq.pricing import price
from cpq.waterfall import PricedLine

ORDERS = (
    (CONSUMER.code, "1"),
    *((RESELLER.code, plain(tier.lower)) for tier in RESELLER_TIERS),
)
"""Who buys how many: a consumer one bike, resellers as many as each share takes."""


class Outcome(NamedTuple):
    """A model on a day: its bikes that are equal, how many configurations it has, how many colours
    and sizes are refused together, and what is not as it should be.
    """

    equal: tuple[Variant, ...]
    configurations: int | None
    refused: int
    differences: tuple[str, ...]


def compare(model: BikeModel, catalogue: Catalogue, *, on: date) -> Outcome:
    """Every bike of a model that is sold on a day, configured, beside what it is.

    ``catalogue`` has the model as a configurable product. Raises as ``compiled`` does.
    """
    machine = Configurator(compiled(catalogue.bom(model.name, on=on)))
    sold = model.sold_on(on)
    count, equal, differences = machine.count(), [], []
    if count != len(sold):
        differences.append(f"configurations: expected {len(sold)}, found {count}")
    judged = list(_judged(machine, sold))
    differences += [fault for fault in judged if fault]
    for variant in sold:
        faults = list(_faults(machine, variant, catalogue, on))
        equal += [variant] * (not faults)
        differences += [f"{variant.product} {fault}" for fault in faults]
    return Outcome(tuple(equal), count, judged.count(""), tuple(differences))


def line_of(
    thing: Configuration | Item, catalogue: Catalogue, *, customer: str, on: date
) -> PricedLine:
    """The priced line of a bike itself, without offers."""
    pricing = price(
        [thing],
        catalogue=catalogue,
        on=on,
        customer=customer,
        policy=SOURCE_MONEY,
        promotions=False,
    )
    return pricing.lines[0]


def _judged(machine: Configurator, sold: Sequence[Variant]) -> Iterator[str]:
    """For each colour and size that are not sold together what is wrong, empty where nothing is."""
    known = {(variant.colour, variant.size) for variant in sold}
    for colour, size in pairs(colours(sold), sizes(sold)):
        if (colour, size) not in known:
            machine.choose(COLOUR, colour)
            if size in machine.domain(SIZE).possible:
                yield f"{colour}, {size}: expected to be impossible, found possible"
            else:
                why = machine.explain(SIZE, size)
                told = why.minimal and why.choices and why.reasons
                yield "" if told else f"{colour}, {size}: expected a reason, found none"
            machine.unchoose(COLOUR)


def _faults(
    machine: Configurator, variant: Variant, catalogue: Catalogue, on: date
) -> Iterator[str]:
    """What of a configured bike is otherwise than of the bike itself."""
    try:
        machine.choose(COLOUR, variant.colour)
        machine.choose(SIZE, variant.size)
        whole = catalogue.bom(variant.product, on=on)
        yield from _parts_differ(explode(whole), parts_total(machine.complete().configuration))
        for customer, quantity in ORDERS:
            made = machine.complete(quantity=quantity).configuration
            bought = Item(product=variant.product, quantity=made.quantity)
            expected, found = (
                line_of(thing, catalogue, customer=customer, on=on).unit_price
                for thing in (bought, made)
            )
            if expected != found:
                yield (
                    f"unit price of {quantity} for {customer}: expected {plain(expected)}, "
                    f"found {plain(found)}"
                )
    except DomainError as error:
        yield f"expected a bike, found {error}"
    for path in {choice.path for choice in machine.choices}:
        machine.unchoose(path)


def _parts_differ(expected: Sequence[PartTotal], found: Sequence[PartTotal]) -> Iterator[str]:
    wanted, made = (
        {(part.product, part.unit): part for part in each} for each in (expected, found)
    )
    for key in sorted(wanted.keys() | made.keys()):
        if wanted.get(key) != made.get(key):
            yield (
                f"component {key[0]}: expected {_counted(wanted.get(key))}, "
                f"found {_counted(made.get(key))}"
            )


def _counted(part: PartTotal | None) -> str:
    if part is None:
        return "none"
    return f"{plain(part.quantity)} {part.unit} down to level {part.level}"
