"""The price of a line as a fact (成交价): what one base unit came to when a deal was won or lost.

A deal price holds what was agreed, not what follows from it: the net of the line after every
allocation, how much was sold, the list price of that day. Price per unit and share of the list are
worked out from these, exactly, so that no stored figure can disagree with another.
"""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from cpq.catalogue import Catalogue
from cpq.configuration import Configuration
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Code, Line, Number
from cpq.quote import Quote, QuoteState
from cpq.waterfall import PricedLine, Pricing

DealStatus = Literal["won", "lost", "quoted"]
"""What became of the offer: accepted (赢单), turned down (丢单), or made and open or overtaken."""

_FATES: dict[QuoteState, DealStatus] = {
    "accepted": "won",
    "lost": "lost",
    "sent": "quoted",
    "superseded": "quoted",
    "withdrawn": "quoted",
}
_UNSENT = {"draft": "a draft", "in_approval": "in approval", "approved": "not sent yet"}


class LinePrice(Frozen):
    """What a line costs per base unit, and what the list said; amounts in ``currency``, before tax.

    ``net`` is the amount of the line after all allocations, for ``quantity`` of ``unit``, which is
    ``base_quantity`` of ``base_unit``, the product's own; of what recurs it is × the periods, so
    that a price is for one unit and period. ``list_price`` is the list price of one base unit on
    that day, before tax; ``None`` where there was none. ``family`` is the product that this one is
    a variant of.

    >>> line = LinePrice(line="1", product="M8", quantity=2, unit="box", base_quantity=10,
    ...                  base_unit="pc", currency="CNY", net="33.30", list_price="3.70")
    >>> line.price, line.ratio
    (Fraction(333, 100), Fraction(9, 10))
    """

    line: Line
    product: Code
    family: Code | None = None
    attributes: tuple[tuple[Code, Line], ...] = ()
    quantity: Exact = Field(gt=0)
    unit: Code
    base_quantity: Ratio = Field(gt=0)
    base_unit: Code
    currency: CurrencyCode
    net: Exact = Field(gt=0)
    list_price: Ratio | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _no_variant_of_itself(self) -> Self:
        if self.family == self.product:
            raise ValueError(f"{self.product!r} cannot be a variant of itself; give no family")
        return self

    @property
    def price(self) -> Fraction:
        """The net of one base unit, exactly."""
        return Fraction(self.net) / self.base_quantity

    @property
    def ratio(self) -> Fraction | None:
        """The price as a part of the list price of its day: 9/10 is 10 % off."""
        return None if self.list_price is None else self.price / self.list_price


class DealPrice(LinePrice):
    """A line's price in a deal: whose, in which quote, on which day, and what became of it.

    ``on`` is the day of the acceptance or the loss, for an open offer the day it was issued.
    ``groups``, ``region`` and ``channel`` are the customer's on that day, ``owner`` is the rep who
    made the deal, by the host's code; a ``one_off`` price is no precedent. ``quote`` and
    ``customer`` are ``None`` only where they are not shown; see ``visible``.
    """

    quote: Number | None
    version: int = Field(default=1, ge=1)
    status: DealStatus
    on: date
    customer: Code | None
    groups: tuple[Code, ...] = ()
    region: Line = ""
    channel: Line = ""
    owner: Code | None = None
    one_off: bool = False


def line_prices(pricing: Pricing, *, catalogue: Catalogue | None = None) -> tuple[LinePrice, ...]:
    """What each line of a pricing comes to per base unit.

    Left out are lines that say nothing about a price: parts that their parent's price includes,
    options beside the totals, free lines, returns and credits. The catalogue knows each product's
    own unit and family; without it the line's unit is the base unit, and there is no family.

    Raises ``NotFound`` (``product.unknown``, ``unit.unknown``), ``Invalid``
    (``unit.incompatible``) where the catalogue does not fit the lines.
    """
    attributes = dict(_attributes(pricing))
    return tuple(
        _line_price(line, attributes.get(line.number, ()), catalogue)
        for line in pricing.lines
        if not line.included and not line.optional and line.quantity > 0 and line.net > 0
    )


def deal_prices(
    quote: Quote,
    *,
    catalogue: Catalogue | None = None,
    region: str = "",
    channel: str = "",
    owner: str | None = None,
    one_off: Collection[str] = (),
) -> tuple[DealPrice, ...]:
    """The prices that a quote leaves to history: won where accepted, lost where lost, else quoted.

    Lines and units are those of ``line_prices``, with the alternative and the options that were
    accepted, else with what was recommended. ``region`` and ``channel`` are the customer's unless
    given; ``one_off`` are the numbers of lines whose price is no precedent. Raises ``Refused``
    (``deal_price.draft``) for one that was not sent, which nobody was offered; ``NotFound``
    (``deal_price.unknown_line``) and what ``line_prices`` raises.
    """
    status = _FATES.get(quote.state)
    if status is None:
        raise Refused(
            "deal_price.draft",
            f"quote {quote.reference} is {_UNSENT[quote.state]}, and a price that nobody was "
            "offered is no deal price; send() it",
            number=quote.number,
        )
    known = {line.number for line in quote.agreed.lines}
    for number in one_off:
        if number not in known:
            raise NotFound(
                "deal_price.unknown_line",
                f"one_off names line {number!r}, which quote {quote.reference} does not have",
                number=quote.number,
                line=number,
            )
    deal = {
        "quote": quote.number,
        "version": quote.version,
        "status": status,
        "on": _day(quote),
        "customer": quote.customer.code,
        "groups": quote.customer.groups,
        "region": region or quote.customer.region,
        "channel": channel or quote.customer.channel,
        "owner": owner,
    }
    return tuple(
        DealPrice(**_fields(price), **deal, one_off=price.line in one_off)
        for price in line_prices(quote.agreed, catalogue=catalogue)
    )


def _fields(price: LinePrice) -> dict[str, Any]:
    return {name: getattr(price, name) for name in LinePrice.model_fields}


def _day(quote: Quote) -> date:
    if quote.acceptance is not None:
        return quote.acceptance.on
    return quote.issued_on if quote.loss is None else quote.loss.on


def _attributes(pricing: Pricing) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The attributes of the lines by number: those of items, of configurations and their parts."""
    for place, thing in enumerate(pricing.items, start=1):
        if isinstance(thing, Configuration):
            yield str(place), thing.values
            yield from ((f"{place}.{below}", part.values) for below, part in thing.numbered())
        else:
            yield str(place), thing.attributes


def _line_price(
    line: PricedLine, attributes: tuple[tuple[str, str], ...], catalogue: Catalogue | None
) -> LinePrice:
    unit, family, factor = line.unit, None, Fraction(1)
    if catalogue is not None:
        product = catalogue.product(line.product)
        unit, family = product.unit, product.variant_of
        factor = catalogue.units.factor(line.unit, unit)
    return LinePrice(
        line=line.number,
        product=line.product,
        family=family,
        attributes=attributes,
        quantity=line.quantity,
        unit=line.unit,
        base_quantity=Fraction(line.quantity) * factor * (line.periods or 1),
        base_unit=unit,
        currency=line.currency,
        net=line.net,
        list_price=_listed(line) / factor if line.list_price > 0 else None,
    )


def _listed(line: PricedLine) -> Fraction:
    """The list price of one unit before tax; a price that includes tax is cut as the line is."""
    listed = Fraction(line.list_price)
    if line.basis == "gross" and line.gross > Decimal(0):
        return listed * Fraction(line.net) / Fraction(line.gross)
    return listed
