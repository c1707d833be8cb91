"""What a price is held against (对照价格): list price, cost and floors of a unit, before tax.

All per unit that is asked, in the currency of the book, exact. Floors are reckoned by the rule of
floors itself (``cpq.margin``).
"""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.money import Money
from cpq.lint.schedule import Schedule
from cpq.lint.winning import total
from cpq.margin import Convert, FloorPrice, GuardedLine, floor_prices
from cpq.pricebook import PriceBook, Value

_ONE = Decimal(1)
Groups = tuple[str, ...]


class Spot(NamedTuple):
    """A question: so many of a product in a unit, in a book at an instant, for customers in groups.

    ``factor`` of the product's own unit is one of ``unit``.
    """

    product: str
    unit: str
    factor: Fraction
    book: PriceBook
    at: datetime
    groups: Groups
    quantity: Fraction = Fraction(1)


class Against(NamedTuple):
    """What a price per unit is held against; ``None`` where nobody knows.

    ``listed`` is as the book's prices are, with or without tax; ``tax_factor`` is what a price of
    the book is of the price before tax.
    """

    listed: Fraction | None
    cost: Fraction | None
    floors: tuple[FloorPrice, ...]
    tax_factor: Fraction

    def least(self, quantity: Fraction) -> Fraction:
        """What floors that clip keep of the amount of a quantity."""
        clips = (
            found.unit_price
            for found in self.floors
            if found.floor.policy == "clip" and found.unit_price is not None
        )
        return max(clips, default=Fraction(0)) * quantity * self.tax_factor


class Beside:
    """Lists, costs and floors of a catalogue, ready to be asked."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.ground = schedule.ground
        self._floors = self.ground.catalogue.guarding

    def of(self, spot: Spot) -> Against:
        """What a price is held against. Raises what floors, rates and tax tables raise."""
        factor, listed = self._tax_factor(spot), self._listed(spot)
        cost = self._cost(spot)
        return Against(listed, cost, self._floor_prices(spot, listed, cost, factor), factor)

    def _tax_factor(self, spot: Spot) -> Fraction:
        if spot.book.tax_basis == "net":
            return Fraction(1)
        thing = self.ground.products[spot.product]
        taxing = self.ground.catalogue.taxing
        return 1 + Fraction(taxing.position(thing.tax_code, on=spot.at).rate.percent) / 100

    def _listed(self, spot: Spot) -> Fraction | None:
        root = self.ground.catalogue.prices.chain(spot.book.code)[-1]
        pieces = self.schedule.pieces(spot.product, root.code, spot.at, unit=spot.unit)
        reached = [piece.answer.value for piece in pieces if piece.start <= spot.quantity]
        if not reached or reached[-1] is None:
            return None
        own = self.schedule.converted(reached[-1], root.currency, spot.book.currency, spot.at)
        return _each(own, spot.quantity)

    def _cost(self, spot: Spot) -> Fraction | None:
        costs = self.ground.cost_chain
        if not costs:
            return None
        found = self.schedule.cost(spot.product, spot.at, spot.quantity, spot.unit).value
        currency = self.ground.catalogue.prices.book(costs[0]).currency
        own = self.schedule.converted(found, currency, spot.book.currency, spot.at)
        return _each(own, spot.quantity)

    def _floor_prices(
        self, spot: Spot, listed: Fraction | None, cost: Fraction | None, tax_factor: Fraction
    ) -> tuple[FloorPrice, ...]:
        if not self._floors:
            return ()
        thing = self.ground.products[spot.product]
        line = GuardedLine(
            number="1",
            product=spot.product,
            quantity=_ONE,
            unit=spot.unit,
            list_price=listed if listed is not None else Fraction(0),
            amount=_ONE,
            unit_cost=cost,
            own_unit=thing.unit,
            categories=self.ground.lineage(spot.product),
            family=thing.variant_of,
            tax_factor=tax_factor,
        )
        found = floor_prices(
            line,
            self._floors,
            at=spot.at,
            currency=spot.book.currency,
            groups=spot.groups,
            units=self.ground.catalogue.units,
            convert=self._converter(spot.at),
        )
        level = ("unit", "line")
        return tuple(each for each in found if each.floor.level in level)

    def _converter(self, at: datetime) -> Convert:
        def convert(amount: Money, currency: str) -> Fraction:
            own = self.schedule.converted(Fraction(amount.amount), amount.code, currency, at)
            assert isinstance(own, Fraction)
            return own

        return convert


def _each(value: Value | None, quantity: Fraction) -> Fraction | None:
    """A price per unit, as it is or as it comes out for a quantity."""
    if value is None or isinstance(value, Fraction):
        return value
    return total(value, quantity) / quantity
