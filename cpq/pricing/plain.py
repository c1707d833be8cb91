"""The quick way for ordinary documents (普通行快速计价): lines that need only their own price.

Most documents are items at one price per unit, net of tax, with no promotion, floor, bundle or
agreed quantity about. Of such a line everything but what follows from its quantity is the same
every time, so it is made once per interval of time and quantity and then filled in. As soon as
anything on a document is out of the ordinary, or wrong, the whole document goes the general way,
which says what there is to say; a law holds that both ways give the same bytes.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cpq.catalogue import Shelved
from cpq.configuration import Configuration, Item
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import EXACT, rounded
from cpq.pricebook import NoPrice
from cpq.pricing.draft import Draft
from cpq.pricing.found import Cliff, UnitPrice
from cpq.waterfall import PricedLine

if TYPE_CHECKING:
    from cpq.pricing.unit import UnitPrices

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_LARGEST_EXPONENT = 15


class _Mould(NamedTuple):
    """A line of one product within one interval, before it has a quantity."""

    unit_price: Decimal
    list_price: Decimal | None
    tax_factor: Decimal
    cliff: Cliff | None
    fields: dict[str, Any]


class _Row:
    """The moulds of one product in one unit: a cell per interval of time and quantity."""

    __slots__ = ("cells", "shelved", "sizes", "times", "unit")

    def __init__(self, page: "UnitPrices", shelved: Shelved, unit: str) -> None:
        table = page.table_of(Draft("1", shelved, _NOTHING, unit, _NOTHING))
        self.shelved = shelved
        self.unit = unit
        self.times = table.times
        self.sizes = table.sizes
        self.cells: dict[tuple[int, int], _Mould | None] = {}


class Plain:
    """The rows of one scene, as far as they were asked for; ``None`` is out of the ordinary."""

    def __init__(self, page: "UnitPrices") -> None:
        self._page = page
        self._rows: dict[tuple[str, str | None], _Row | None] = {}

    def lines(
        self, items: Sequence[Item | Configuration], *, at: datetime, traced: bool
    ) -> tuple[tuple[PricedLine, ...], tuple[Finding, ...]] | None:
        """The lines of a document of ordinary items, and hints; ``None`` where it is not one."""
        rows, scene = self._rows, self._page.scene
        places, mode = scene.policy.places_for(scene.currency), scene.policy.mode
        built = PricedLine.built
        found: list[PricedLine] = []
        findings: list[Finding] = []
        for number, thing in enumerate(items, start=1):
            if not isinstance(thing, Item) or thing.attributes or thing.optional:
                return None
            key, quantity = (thing.product, thing.unit), thing.quantity
            row = rows[key] if key in rows else self._row(*key)
            if row is None or thing.full_quantity is not None or thing.periods is not None:
                return None
            shelved = row.shelved
            if not shelved.sold_from <= at < shelved.sold_until:
                return None
            if not quantity.same_quantum(shelved.step):
                return None
            cell = (
                bisect_right(row.times, at) - 1,
                bisect_right(row.sizes, quantity.copy_abs()) - 1,
            )
            mould = row.cells[cell] if cell in row.cells else self._mould(row, cell, quantity, at)
            if mould is None:
                return None
            amount = rounded(EXACT.multiply(quantity, mould.unit_price), places, mode)
            if amount.adjusted() > _LARGEST_EXPONENT:
                return None
            tax = rounded(EXACT.multiply(amount, mould.tax_factor), places, mode)
            fields = mould.fields.copy()
            fields["number"] = str(number)
            fields["quantity"] = quantity
            fields["amount"] = fields["list_amount"] = fields["net"] = amount
            if mould.list_price is not None:
                fields["list_amount"] = rounded(
                    EXACT.multiply(quantity, mould.list_price), places, mode
                )
            fields["tax"] = tax
            fields["gross"] = EXACT.add(amount, tax)
            if not traced:
                fields["steps"] = ()
            found.append(built(fields))
            cliff = None if mould.cliff is None else mould.cliff.beyond(quantity)
            if cliff is not None:
                hint = cliff.finding(
                    str(number), asked=quantity, unit=row.unit, amount=amount, scene=scene
                )
                findings.append(hint)
        return (tuple(found), tuple(findings)) if found else None

    def _row(self, product: str, unit: str | None) -> _Row | None:
        """The row of a product in its own unit, sold as it stands, whose lines count alone."""
        row = None
        try:
            shelved = self._page.catalogue.shelved(product)
            own = shelved.product.unit
            once = shelved.product.billing is None
            if once and not shelved.must_configure and unit in (None, own):
                made = _Row(self._page, shelved, own)
                draft = Draft("1", shelved, _NOTHING, own, _NOTHING)
                row = made if not self._page.measures_of(draft) else None
        except DomainError:
            row = None
        self._rows[(product, unit)] = row
        return row

    def _mould(
        self, row: _Row, cell: tuple[int, int], quantity: Decimal, at: datetime
    ) -> _Mould | None:
        draft = Draft("1", row.shelved, quantity, row.unit, quantity)
        try:
            price = self._page.find(draft, at=at)
        except DomainError:
            return None
        mould = None if isinstance(price, NoPrice) else self._made(row, price)
        row.cells[cell] = mould
        return mould

    def _made(self, row: _Row, price: UnitPrice) -> _Mould | None:
        position, product = price.position, row.shelved.product
        drawn = price.agreed is not None and price.agreed.commitment is not None
        if price.charge is not None or price.basis != "net" or drawn or position is None:
            return None
        rate, scene = position.rate, self._page.scene
        if rate.per_unit or not isinstance(price.listed, Fraction | None):
            return None
        unlike = price.listed is not None and price.list_price != price.unit_price
        return _Mould(
            unit_price=price.unit_price,
            list_price=price.list_price if unlike else None,
            tax_factor=EXACT.multiply(rate.percent, _CENT),
            cliff=price.cliff,
            fields={
                "number": "",
                "product": product.code,
                "name": product.name,
                "detail": (),
                "quantity": _NOTHING,
                "unit": row.unit,
                "included": False,
                "currency": scene.currency,
                "list_price": price.list_price,
                "unit_price": price.unit_price,
                "list_amount": _NOTHING,
                "amount": _NOTHING,
                "discount": rounded(_NOTHING, scene.policy.places_for(scene.currency)),
                "net": _NOTHING,
                "tax_code": rate.code,
                "tax_percent": rate.percent,
                "tax": _NOTHING,
                "gross": _NOTHING,
                "steps": price.steps,
                "basis": "net",
                "optional": False,
                "book": None if price.book == scene.books[0].book else price.book,
                "cost": None,
                "floor": None,
                "allocated": None,
                "tax_fixed": _NOTHING,
                "points": price.points,
                "breakdown": (),
                "free_by": None,
                "billing": None,
                "periods": None,
            },
        )
