"""The lines of what is asked for, before they have a price.

An item is one line. A configuration is a line for the product and one for each part below it,
numbered ``2``, ``2.1``, ``2.1.1``. Quantities are on the grid of their unit. What is wrong with an
item is a finding, and the next one is looked at all the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.catalogue import Catalogue, Shelved
from cpq.configuration import Configuration, Item, Part
from cpq.kernel.errors import DomainError, Finding, Invalid, Refused
from cpq.kernel.money import EXACT, places_of, plain, quantum, rounded, rounded_fraction
from cpq.kernel.period import zone
from cpq.kernel.text import LocalText
from cpq.pricing.term import periods_asked, refuse_mixed

_OWN_PLACES = 9


class Manner(NamedTuple):
    """What is out of the ordinary about a line: a part, an option, one with attributes.

    ``included``: its parent's price holds it; ``rolled_up``: its parts' prices hold it;
    ``allocated``: its price is shared over its parts; ``parents`` are the lines above it from the
    nearest up, of which promotions cascade down as far as ``cascades`` goes. ``periods`` is for how
    many billing periods what recurs is sold.
    """

    included: bool = False
    rolled_up: bool = False
    allocated: bool = False
    optional: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    detail: tuple[LocalText, ...] = ()
    cascades: tuple[Shelved, ...] = ()
    full_quantity: Decimal | None = None
    has_parts: bool = False
    periods: int | None = None


PLAIN = Manner()
"""A line like most: an item as it stands."""


class Draft(NamedTuple):
    """A line before it has a price; ``own_quantity`` is in the product's own unit."""

    number: str
    shelved: Shelved
    quantity: Decimal
    unit: str
    own_quantity: Decimal
    manner: Manner = PLAIN

    @property
    def times(self) -> int:
        """How often its price per unit is due: once a period where it recurs."""
        return self.manner.periods or 1

    @property
    def extent(self) -> Decimal:
        """How many times the price of one unit it costs: its quantity in each of its periods."""
        periods = self.manner.periods
        return self.quantity if periods is None else EXACT.multiply(self.quantity, periods)

    @property
    def own_extent(self) -> Decimal:
        """``extent`` in the product's own unit."""
        periods = self.manner.periods
        return self.own_quantity if periods is None else EXACT.multiply(self.own_quantity, periods)

    @property
    def counts(self) -> bool:
        """Whether the line takes part in totals, promotions and the quantities of tiers."""
        return not (self.manner.included or self.manner.optional)


def drafted(
    items: Iterable[Item | Configuration], catalogue: Catalogue, *, at: datetime
) -> tuple[list[Draft], list[Finding]]:
    """The lines of all items, and what is wrong with the items that gave none.

    Raises ``Invalid`` (``pricing.empty``) where nothing is asked for.
    """
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for place, thing in enumerate(items, start=1):
        try:
            if isinstance(thing, Item):
                drafts.append(_item(str(place), thing, catalogue, at))
            else:
                drafts += _configured(str(place), thing, catalogue, at)
        except DomainError as error:
            findings.append(finding_of(f"items/{place}", error))
    if not drafts and not findings:
        raise Invalid("pricing.empty", "there is nothing to price: give at least one item")
    return drafts, findings


def finding_of(place: str, error: DomainError) -> Finding:
    """A refusal of one line as a finding among those of the others."""
    return Finding(code=error.code, place=place, message=error.text)


def _item(number: str, thing: Item, catalogue: Catalogue, at: datetime) -> Draft:
    shelved = catalogue.shelved(thing.product)
    if not shelved.sold_from <= at < shelved.sold_until:
        raise _unsold(shelved, catalogue, at)
    if shelved.must_configure:
        raise Refused(
            "item.not_configured",
            f"product {thing.product!r} has options that must be chosen; configure() it and price "
            "the configuration",
            product=thing.product,
        )
    manner, periods = PLAIN, periods_asked(shelved.product, thing.periods)
    if thing.attributes or thing.optional or thing.full_quantity is not None or periods:
        manner = Manner(
            optional=thing.optional,
            attributes=thing.attributes,
            detail=tuple(LocalText(en=f"{code}: {value}") for code, value in thing.attributes),
            full_quantity=thing.full_quantity,
            periods=periods,
        )
    return _draft(
        number, shelved, catalogue, quantity=thing.quantity, unit=thing.unit, manner=manner
    )


def _configured(
    number: str, whole: Configuration, catalogue: Catalogue, at: datetime
) -> Iterator[Draft]:
    head = catalogue.shelved(whole.product)
    if not head.sold_from <= at < head.sold_until:
        raise _unsold(head, catalogue, at)
    manner = _manner(whole, included=False, optional=whole.optional, cascades=())
    lines = [
        _draft(number, head, catalogue, quantity=whole.quantity, unit=whole.unit, manner=manner)
    ]
    lines += _parts(number, whole, catalogue, at, above=lines[0])
    return iter(_over(lines, whole.periods))


def _over(lines: list[Draft], periods: int | None) -> list[Draft]:
    """The lines of a configuration, those that recur for as many periods as it is asked for."""
    recurring = [line.shelved.product for line in lines if line.shelved.product.billing]
    if not recurring:
        return lines  # a service that could be chosen was not
    refuse_mixed(recurring)
    return [
        line
        if line.shelved.product.billing is None
        else line._replace(
            manner=line.manner._replace(periods=periods_asked(line.shelved.product, periods))
        )
        for line in lines
    ]


def _parts(
    number: str, whole: Configuration | Part, catalogue: Catalogue, at: datetime, *, above: Draft
) -> Iterator[Draft]:
    for place, part in enumerate(whole.parts, start=1):
        shelved = catalogue.shelved(part.product)
        included = part.sold == "included"
        if not included and not shelved.sold_from <= at < shelved.sold_until:
            raise _unsold(shelved, catalogue, at)
        cascades = (above.shelved, *above.manner.cascades) if part.cascade else ()
        manner = _manner(part, included=included, optional=above.manner.optional, cascades=cascades)
        below = f"{number}.{place}"
        line = _draft(below, shelved, catalogue, quantity=part.total, unit=part.unit, manner=manner)
        yield line
        yield from _parts(below, part, catalogue, at, above=line)


def _manner(
    thing: Configuration | Part,
    *,
    included: bool,
    optional: bool,
    cascades: tuple[Shelved, ...],
) -> Manner:
    return Manner(
        included=included,
        rolled_up=thing.rollup == "components",
        allocated=thing.rollup == "allocated",
        optional=optional,
        attributes=thing.values,
        detail=tuple(_detail(*pair) for pair in thing.attributes),
        cascades=cascades,
        has_parts=bool(thing.parts),
    )


def _draft(
    number: str,
    shelved: Shelved,
    catalogue: Catalogue,
    *,
    quantity: Decimal,
    unit: str | None,
    manner: Manner,
) -> Draft:
    own, step = shelved.product.unit, shelved.step
    counted = unit or own
    if counted != own:
        step = quantum(catalogue.units.unit(counted).places)
    size = quantity
    if not quantity.same_quantum(step) and places_of(quantity) > places_of(step):
        places = places_of(step)
        size = rounded(quantity, places)
        if not size and quantity:
            raise Refused(
                "quantity.too_small",
                f"{plain(quantity)} {counted} of {shelved.product.code!r} is 0 at the {places} "
                f"decimals that {counted} has; ask for at least {plain(step)}",
                product=shelved.product.code,
            )
    in_own = size
    if counted != own:
        factor = catalogue.units.factor(counted, own)
        in_own = rounded_fraction(Fraction(size) * factor, _OWN_PLACES).normalize(EXACT)
    return Draft(number, shelved, size, counted, in_own, manner)


def _detail(name: LocalText, value: LocalText) -> LocalText:
    return LocalText(
        en=f"{name.in_('en')}: {value.in_('en')}",
        zh=f"{name.in_('zh')}：{value.in_('zh')}",
    )


def _unsold(shelved: Shelved, catalogue: Catalogue, at: datetime) -> Refused:
    product = shelved.product
    return Refused(
        "product.not_sellable",
        f"product {product.code!r} is sold from {product.sellable}, not on "
        f"{at.astimezone(zone(catalogue.zone)).date()}; offer another one",
        product=product.code,
    )
