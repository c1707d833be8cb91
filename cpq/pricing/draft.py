"""The lines of what is asked for, before they have a price.

An item is one line. A configuration is a line for the product and one for each part below it,
numbered ``2``, ``2.1``, ``2.1.1``. Quantities are on the grid of their unit. What is wrong with an
item is a finding, and the next one is looked at all the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.catalogue import Catalogue, Shelved
from cpq.configuration import Configuration, Item
from cpq.kernel.errors import DomainError, Finding, Invalid, Refused
from cpq.kernel.money import places_of, plain, quantum, rounded, rounded_fraction
from cpq.kernel.period import zone
from cpq.kernel.text import LocalText, legible
from cpq.product import Product

_OWN_PLACES = 9


class Draft(NamedTuple):
    """A line before it has a price; ``own_quantity`` is in the product's own unit."""

    number: str
    product: Product
    quantity: Decimal
    unit: str
    own_quantity: Decimal
    included: bool
    detail: tuple[LocalText, ...]
    categories: tuple[str, ...]


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
    return Finding(code=error.code, place=place, message=LocalText(en=legible(error.message)))


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
    return _draft(number, shelved, catalogue, quantity=thing.quantity, unit=thing.unit)


def _configured(
    number: str, whole: Configuration, catalogue: Catalogue, at: datetime
) -> list[Draft]:
    head = catalogue.shelved(whole.product)
    if not head.sold_from <= at < head.sold_until:
        raise _unsold(head, catalogue, at)
    drafts = [
        _draft(
            number,
            head,
            catalogue,
            quantity=whole.quantity,
            unit=whole.unit,
            attributes=whole.attributes,
        )
    ]
    for below, part in whole.numbered():
        shelved = catalogue.shelved(part.product)
        included = part.sold == "included"
        if not included and not shelved.sold_from <= at < shelved.sold_until:
            raise _unsold(shelved, catalogue, at)
        drafts.append(
            _draft(
                f"{number}.{below}",
                shelved,
                catalogue,
                quantity=part.total,
                unit=part.unit,
                included=included,
                attributes=part.attributes,
            )
        )
    return drafts


def _draft(
    number: str,
    shelved: Shelved,
    catalogue: Catalogue,
    *,
    quantity: Decimal,
    unit: str | None,
    included: bool = False,
    attributes: Sequence[tuple[LocalText, LocalText]] = (),
) -> Draft:
    product, step = shelved.product, shelved.step
    counted = unit or product.unit
    if counted != product.unit:
        step = quantum(catalogue.units.unit(counted).places)
    size = quantity
    if not quantity.same_quantum(step) and places_of(quantity) > places_of(step):
        places = places_of(step)
        size = rounded(quantity, places)
        if not size and quantity:
            raise Refused(
                "quantity.too_small",
                f"{plain(quantity)} {counted} of {product.code!r} is 0 at the {places} decimals "
                f"that {counted} has; ask for at least {plain(step)}",
                product=product.code,
            )
    own = size
    if counted != product.unit:
        factor = catalogue.units.factor(counted, product.unit)
        own = rounded_fraction(Fraction(size) * factor, _OWN_PLACES)
    detail = tuple(_detail(*pair) for pair in attributes) if attributes else ()
    return Draft(number, product, size, counted, own, included, detail, shelved.categories)


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
