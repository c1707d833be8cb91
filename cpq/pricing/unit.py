"""What one unit of a line costs (单价), by the plan, and kept while it cannot change.

The unit steps of the plan are followed for one question: a product in a unit, with attributes, for
a customer, at an instant, in a quantity. What they answer is constant between the bounds of
periods and tiers, so ``UnitPrices`` follows them once per interval of time and quantity and keeps
the answer: pricing ten thousand lines costs ten thousand look-ups in small tables. Where something
else than the line's own quantity counts, there is no interval, and the steps are followed anew.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil

from cpq.agreement import Agreed
from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import (
    COMMERCIAL,
    EXACT,
    RoundingPolicy,
    exact,
    places_of,
    quantum,
    rounded_fraction,
)
from cpq.manual import ManualPrice
from cpq.plan import UNIT_POINTS
from cpq.pricebook import BEGINNING, Asked, Measure, NoPrice, PercentOfTotal, shown
from cpq.pricing.draft import Draft
from cpq.pricing.follow import Following
from cpq.pricing.found import Cliff, UnitPrice
from cpq.pricing.plain import Plain
from cpq.pricing.scene import Scene, scene_of
from cpq.waterfall import UnitPoints

_NO_MEASURES: Mapping[Measure, Fraction] = {}
_KEPT_MAX = 256
_NOTHING = Decimal(0)
_NONE = Fraction(0)
Attributes = tuple[tuple[str, str], ...]


class _Table:
    """The answers for one product, unit and set of attributes: a cell per interval."""

    __slots__ = ("asked", "cells", "measures", "outlooks", "sizes", "times")

    def __init__(
        self,
        asked: Asked,
        times: Sequence[datetime],
        sizes: Sequence[Decimal],
        measures: frozenset[Measure],
    ) -> None:
        self.asked = asked
        self.times = times
        self.sizes = sizes
        self.measures = measures
        self.cells: dict[tuple[int, int], UnitPrice | NoPrice] = {}
        self.outlooks: dict[int, list[Decimal | None]] = {}


class UnitPrices:
    """The unit prices of one scene: books, customer, currency, plan and rounding policy."""

    def __init__(self, catalogue: Catalogue, scene: Scene) -> None:
        self.catalogue = catalogue
        self.scene = scene
        self._following = Following(catalogue, scene)
        self._tables: dict[tuple[str, str, Attributes], _Table] = {}
        self._books = tuple(catalogue.prices.book(choice.book) for choice in scene.books)
        self.has_shares = any(
            version.shares
            for book in self._books
            for link in catalogue.prices.chain(book.code)
            for version in link.versions
        )
        self._shares_of_results = {
            any(point not in UNIT_POINTS for point in step.reads)
            for step in scene.plan.document_steps
            if step.kind == "share"
        }
        self.rates = self._following.rates
        self.plain = Plain(self)

    @cached_property
    def ordinary(self) -> bool:
        """Whether nothing of the scene looks at more than one line, or at more than its price."""
        policy, catalogue = self.scene.policy, self.catalogue
        looked = self.has_shares or catalogue.cost_book or catalogue.floors or catalogue.scopes
        return policy.contractual and policy.tax == "line" and not looked

    def find(
        self,
        draft: Draft,
        *,
        at: datetime,
        measures: Mapping[Measure, Fraction] = _NO_MEASURES,
        manual: ManualPrice | None = None,
        above: Agreed | None = None,
    ) -> UnitPrice | NoPrice:
        """What one unit of a line costs at an instant.

        The quantity's sign does not matter: a return reaches the tier of what is returned.
        ``measures`` are the other quantities that tiers may count, in the product's own unit.
        Raises what the steps of the plan raise.
        """
        table = self.table_of(draft)
        full = draft.manner.full_quantity
        size = (draft.quantity if full is None else full).copy_abs()
        if table.measures or manual is not None or above is not None:
            asked = table.asked._replace(at=at, quantity=Fraction(size), measures=measures)
            return self._following.price(asked, manual=manual, above=above)
        cell = (bisect_right(table.times, at) - 1, bisect_right(table.sizes, size) - 1)
        answer = table.cells.get(cell)
        if answer is None:
            try:
                answer = table.cells[cell] = self._answer(table, *cell)
            except DomainError:
                # asked as it was asked, so that the refusal speaks of this day and quantity
                self._following.price(table.asked._replace(at=at, quantity=Fraction(size)))
                raise
        return answer

    def held(self, draft: Draft, *, at: datetime, weighed: bool) -> UnitPrice:
        """The price of a line that another one holds: nothing, but it has a cost and a tax code.

        ``weighed``: with the price that it would have alone, for sharing its parent's.
        """
        asked = self.table_of(draft).asked._replace(
            at=at, quantity=Fraction(draft.quantity.copy_abs())
        )
        cost = self._following.cost_of(asked) if self.catalogue.cost_book else None
        position = self._following.position_of(asked)
        free = UnitPrice(
            _NOTHING,
            _NOTHING,
            (),
            UnitPoints(cost=shown(cost)),
            _NONE,
            cost=cost,
            basis=position.basis or self._books[0].tax_basis,
            book=self._books[0].code,
            position=position,
        )
        if weighed:
            alone = self.find(draft, at=at)
            if not isinstance(alone, NoPrice):
                return free._replace(alone=_each(alone, Fraction(draft.quantity.copy_abs())))
        return free

    def share(self, draft: Draft, *, at: datetime) -> PercentOfTotal | None:
        """The share of other lines that prices a line, where one does and the plan has its step."""
        if not self.has_shares:
            return None
        rule = self.catalogue.prices.share(self._books[0], draft.shelved.product, at)
        return rule if rule is not None and rule.of_results in self._shares_of_results else None

    def withheld(self, draft: Draft, *, at: datetime) -> Finding | None:
        """Why the product is not sold to this customer, where it is not (可售范围)."""
        product = draft.shelved.product
        found = self.catalogue.availability.why_not(
            product.code,
            categories=draft.shelved.categories,
            family=product.variant_of,
            customer=self.scene.customer,
            book=self._books[0].code,
            at=at,
        )
        return None if found is None else found.finding(f"lines/{draft.number}")

    def measures_of(self, draft: Draft) -> frozenset[Measure]:
        """What else than its own quantity the tiers of a line count; mostly nothing."""
        return self.table_of(draft).measures

    def table_of(self, draft: Draft) -> _Table:
        """The table that answers for a line."""
        key = (draft.shelved.product.code, draft.unit, draft.manner.attributes)
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = self._compiled(draft)
        return table

    def _compiled(self, draft: Draft) -> _Table:
        product, units = draft.shelved.product, self.catalogue.units
        asked = Asked(
            product,
            draft.unit,
            units.factor(draft.unit, product.unit),
            BEGINNING,
            Fraction(quantum(units.unit(draft.unit).places)),
            Fraction(draft.shelved.step),
            attributes=dict(draft.manner.attributes),
        )
        bounds = self._following.bounds(asked)
        measures = frozenset(bounds.measures)
        return _Table(asked, sorted(bounds.times), sorted(bounds.sizes), measures)

    def _answer(self, table: _Table, time: int, place: int) -> UnitPrice | NoPrice:
        """The answer for an interval of time and quantity, and where more costs less."""
        asked = table.asked._replace(at=table.times[time])
        answer = self._following.price(asked._replace(quantity=Fraction(table.sizes[place])))
        if isinstance(answer, NoPrice) or place + 1 == len(table.sizes):
            return answer
        outlook = table.outlooks.get(time)
        if outlook is None:
            outlook = table.outlooks[time] = [self._each_at(asked, size) for size in table.sizes]
        overtaken = _cliff(answer, outlook, table, place)
        return answer if overtaken is None else answer._replace(cliff=overtaken)

    def _each_at(self, asked: Asked, size: Decimal) -> Decimal | None:
        """What one unit costs in another quantity; ``None`` where no price per unit says."""
        try:
            answer = self._following.price(asked._replace(quantity=Fraction(size), traced=False))
        except DomainError:
            return None  # that quantity cannot be bought, which this one need not know
        if isinstance(answer, NoPrice) or answer.charge is not None:
            return None
        return answer.unit_price


def _each(found: UnitPrice, quantity: Fraction) -> Fraction:
    """The exact price of one of so many units, also where tiers make a price of the whole."""
    if found.charge is not None and quantity:
        return found.charge.amount(quantity) / quantity
    return found.exact or Fraction(found.unit_price)


def _cliff(
    answer: UnitPrice, outlook: Sequence[Decimal | None], table: _Table, place: int
) -> Cliff | None:
    """The larger quantities that cost less than some quantity in this interval, the least first."""
    if answer.charge is not None or not answer.unit_price:
        return None
    limit = EXACT.multiply(table.sizes[place + 1], answer.unit_price)
    cliffs: list[Cliff] = []
    for later in range(place + 1, len(outlook)):
        each, start = outlook[later], table.sizes[later]
        if each is None:
            continue
        steps = ceil(Fraction(start) / table.asked.step)
        larger = rounded_fraction(steps * table.asked.step, places_of(start)).normalize(EXACT)
        if later + 1 < len(outlook) and larger >= table.sizes[later + 1]:
            continue  # no quantity that can be ordered lies in this interval
        least = EXACT.multiply(larger, each)
        if least < limit:
            limit = least
            cliffs.append(Cliff(Fraction(least) / Fraction(answer.unit_price), larger, least))
    nearest: Cliff | None = None
    for cliff in reversed(cliffs):
        nearest = cliff._replace(further=nearest)
    return nearest


def unit_prices(catalogue: Catalogue, scene: Scene) -> UnitPrices:
    """The unit prices of a scene, kept with the snapshot from one document to the next.

    Two customers whom the same agreements and the same tax regime reach share them.
    """
    buyer = scene.customer
    agreed = catalogue.contracts.for_customer(buyer, currency=scene.currency)
    regime = buyer.tax_regime if buyer else None
    who = buyer if catalogue.availability else None
    day = scene.day if catalogue.rates.rates else None
    key = (scene.books, scene.currency, scene.policy, scene.plan, agreed.key, regime, who, day)
    kept = catalogue.memory
    page = kept.get(key)
    if page is None:
        if len(kept) >= _KEPT_MAX:
            kept.clear()
        page = kept[key] = UnitPrices(catalogue, scene)
    assert isinstance(page, UnitPrices)
    return page


def unit_price(
    catalogue: Catalogue,
    product: str,
    *,
    at: datetime,
    quantity: object = 1,
    unit: str | None = None,
    book: str | None = None,
    customer: str | None = None,
    policy: RoundingPolicy = COMMERCIAL,
) -> UnitPrice | NoPrice:
    """What one unit of a product costs at an instant, before anything that looks at a document.

    ``quantity`` counts ``unit``, else the product's own; the price is per that unit, in the book's
    currency, on its tax basis, rounded by ``policy``. ``at`` is an aware instant. A missing price
    is an answer (``NoPrice``); who may buy the product is not asked. Raises ``NotFound`` for an
    unknown product, unit, customer or book, and what the rules that act raise.

    >>> from datetime import UTC
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, Tier, entry
    >>> from cpq.product import Product
    >>> catalogue = Catalogue(
    ...     products=(Product(code="M8", name="Bolt"),),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(entries=(
    ...         entry("M8", tiers=(Tier(price="0.35"), Tier(lower=1000, price="0.30"))),)),)),),
    ...     default_book="LIST",
    ... )
    >>> noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> unit_price(catalogue, "M8", quantity=1000, at=noon).unit_price
    Decimal('0.3000')
    """
    buyer = None if customer is None else catalogue.customer(customer)
    plan = catalogue.plan_at(at)
    scene = scene_of(catalogue, buyer, at=at, plan=plan, policy=policy, book=book)
    shelved, size = catalogue.shelved(product), exact(quantity)
    draft = Draft("1", shelved, size, unit or shelved.product.unit, size)
    return unit_prices(catalogue, scene).find(draft, at=at)
