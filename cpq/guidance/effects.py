"""What a choice costs, before it is made (选配价格影响): guided selling with the real prices.

While a machine is being configured its price is that of the nearest whole machine: what nobody
chose stays preset wherever it can. What another value would cost is the difference of two such
machines, priced by the catalogue with everything that counts: books, tiers, attribute prices,
promotions. So a value that forces others bears their price as well, and that is what the customer
would pay.
"""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Configurator, Selection
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, rounded_fraction
from cpq.kernel.period import Moment
from cpq.pricing import price
from cpq.waterfall import Pricing

_PLACES = 1


class PriceEffect(NamedTuple):
    """A value that may be chosen, and what the whole costs then, without tax.

    ``change`` is the difference to what it costs now, ``percent`` the same in percent of that, to
    one decimal (``None`` where it costs nothing now); both are ``None`` where it has no price yet.
    ``configuration`` is the machine with it.
    """

    code: str
    net: Money
    change: Money | None
    percent: Decimal | None
    configuration: Configuration


def running_price(
    machine: Configurator,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    quantity: object = 1,
    periods: int | None = None,
) -> Pricing:
    """The price of what is configured so far, with presets wherever nothing else was chosen.

    What recurs is sold for so many ``periods``. Raises what ``price`` and ``configure`` do.
    """
    return _Asked(catalogue, on, customer, quantity, periods).priced(machine).pricing


def price_effects(
    machine: Configurator,
    path: str,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    quantity: object = 1,
    periods: int | None = None,
) -> tuple[PriceEffect, ...]:
    """What each value that is possible at a path would make of the price.

    What was chosen at the path itself does not stand in the way of its other values. The choices
    stay as they are. A value of which it is not known whether it is possible, or whose machine has
    no price, is left out. Raises ``NotFound`` (``configuration.unknown_choice``), and what
    ``price`` raises besides refusals.

    >>> from datetime import date
    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.product import Product
    >>> head = {"code": "head", "preset": ("H6",), "options": (
    ...     {"product": "H6", "sold": "priced"}, {"product": "H12", "sold": "priced"})}
    >>> prices = (entry("M", price="1000"), entry("H6", price="100"), entry("H12", price="210"))
    >>> catalogue = Catalogue(
    ...     products=tuple(Product(code=code, name=code) for code in ("M", "H6", "H12")),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=prices),)),),
    ...     default_book="LIST")
    >>> machine = Configurator(compiled(structure("M", {"M": BOM(product="M", groups=(head,))})))
    >>> for effect in price_effects(machine, "head", catalogue=catalogue, on=date(2026, 11, 22)):
    ...     print(effect.code, effect.change, effect.percent)
    H6 0.00 CNY 0.0
    H12 110.00 CNY 10.0
    """
    machine.domain(path)  # refuses a path that is none
    asked = _Asked(catalogue, on, customer, quantity, periods)
    try:
        now = asked.priced(machine).net
    except Refused:
        now = None
    before = machine.choices
    alone = len(machine.model.variables_at(path)) == 1
    mine = {choice.value: choice for choice in before if choice.path == path and choice.picked}
    try:
        machine.restore(each for each in before if not (alone and each.path == path))
        found = {
            code: _with(machine, mine.get(code) or Selection(path=path, value=code), asked)
            for code in machine.domain(path).possible
        }
    finally:
        machine.restore(before)
    return tuple(_effect(code, each, now) for code, each in found.items() if each is not None)


class _Asked(NamedTuple):
    """For whom and when machines are priced."""

    catalogue: Catalogue
    on: Moment
    customer: str | None
    quantity: object
    periods: int | None

    def priced(self, machine: Configurator) -> "_Priced":
        found = machine.complete(quantity=self.quantity).configuration
        made = found.with_(periods=self.periods)
        return _Priced(
            made, price([made], catalogue=self.catalogue, on=self.on, customer=self.customer)
        )


class _Priced(NamedTuple):
    """A machine, and what it costs."""

    made: Configuration
    pricing: Pricing

    @property
    def net(self) -> Money:
        return self.pricing.net


def _with(machine: Configurator, choice: Selection, asked: _Asked) -> _Priced | None:
    """The machine with one choice more, if it has a price; the choices are then as before."""
    before = machine.choices
    try:
        if choice not in before:
            machine.decide(choice)
        return asked.priced(machine)
    except Refused:
        return None
    finally:
        machine.restore(before)


def _effect(code: str, priced: _Priced, now: Money | None) -> PriceEffect:
    if now is None or now.currency != priced.net.currency:
        return PriceEffect(code, priced.net, None, None, priced.made)
    change = priced.net - now
    return PriceEffect(code, priced.net, change, _percent(change, now), priced.made)


def _percent(change: Money, now: Money) -> Decimal | None:
    if not now.amount:
        return None
    return rounded_fraction(Fraction(change.amount) * 100 / Fraction(now.amount), _PLACES)
