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
from cpq.configuration import Configuration, Configurator
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, rounded_fraction
from cpq.kernel.period import Moment
from cpq.pricing import price
from cpq.waterfall import Pricing

_PLACES = 1


class PriceEffect(NamedTuple):
    """A value that may be chosen, and what the whole costs then, without tax.

    ``change`` is the difference to what it costs now, ``percent`` the same in percent of that, to
    one decimal (``None`` where it costs nothing now); ``configuration`` is the machine with it.
    """

    code: str
    net: Money
    change: Money
    percent: Decimal | None
    configuration: Configuration


def running_price(
    machine: Configurator,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    quantity: object = 1,
) -> Pricing:
    """The price of what is configured so far, with presets wherever nothing else was chosen.

    Raises what ``price`` and ``configure`` do.
    """
    return _Asked(catalogue, on, customer, quantity).priced(machine).pricing


def price_effects(
    machine: Configurator,
    path: str,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    quantity: object = 1,
) -> tuple[PriceEffect, ...]:
    """What each value that is possible at a path would make of the price.

    What was chosen at the path itself does not stand in the way of its other values. The choices
    stay as they are. A value of which it is not known whether it is possible, or whose
    machine has no price, is left out. Raises ``NotFound`` (``configuration.unknown_choice``), and
    what ``running_price`` does.

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
    asked = _Asked(catalogue, on, customer, quantity)
    now, aside = asked.priced(machine).net, _aside(machine, path)
    found = ((code, _with(aside, path, code, asked)) for code in aside.domain(path).possible)
    return tuple(
        PriceEffect(code, each.net, each.net - now, _percent(each.net - now, now), each.made)
        for code, each in found
        if each is not None
    )


class _Asked(NamedTuple):
    """For whom and when machines are priced."""

    catalogue: Catalogue
    on: Moment
    customer: str | None
    quantity: object

    def priced(self, machine: Configurator) -> "_Priced":
        made = machine.complete(quantity=self.quantity).configuration
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


def _aside(machine: Configurator, path: str) -> Configurator:
    """The same choices over the same model, but for a single one at ``path``, to try others on."""
    other = Configurator(machine.model)
    alone = len(machine.model.variables_at(path)) == 1
    for choice in machine.choices:
        if not choice.picked:
            other.rule_out(choice.path, choice.value)
        elif not (alone and choice.path == path):
            other.choose(choice.path, choice.value)
    return other


def _with(aside: Configurator, path: str, code: str, asked: _Asked) -> _Priced | None:
    """The machine with one value chosen, if it has a price; the choices are then as before."""
    if any((choice.path, choice.value) == (path, code) for choice in aside.choices):
        return asked.priced(aside)
    try:
        aside.choose(path, code)
    except Refused:
        return None
    try:
        return asked.priced(aside)
    except Refused:
        return None
    finally:
        aside.unchoose(path, code)


def _percent(change: Money, now: Money) -> Decimal | None:
    if not now.amount:
        return None
    return rounded_fraction(Fraction(change.amount) * 100 / Fraction(now.amount), _PLACES)
