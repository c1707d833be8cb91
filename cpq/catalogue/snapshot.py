"""A snapshot of everything that prices depend on (产品目录快照), compiled once, asked many times.

The snapshot is a value with a content hash: a pricing names the hash of what it was priced
against, so the same snapshot, request and day give the same figures for ever. Building it checks
that what it names exists; what is wrong is reported at once.
"""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeVar

from pydantic import model_validator

from cpq.agreement import AgreementLookup, PriceAgreement
from cpq.approval import ApprovalMatrix
from cpq.assignment import AssignmentLookup, BookAssignment
from cpq.availability import SalesScope, ScopeLookup
from cpq.bom import BOM, Resource, Structure, Supply, structure
from cpq.catalogue.check import findings
from cpq.customer import Customer, Party
from cpq.kernel.errors import Finding, NotFound
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import quantum
from cpq.kernel.period import ALWAYS, Moment, zone
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.kernel.text import Code, Line
from cpq.margin import Floor, FloorLookup
from cpq.plan import STANDARD_PLAN, PricingPlan, plan_at
from cpq.pricebook import PriceBook, PriceLookup
from cpq.product import Category, Product, lineage
from cpq.promotion import PromotionGroup, PromotionLookup, PromotionPolicy
from cpq.promotion.group import UNGROUPED
from cpq.rate import RateTable
from cpq.tax import CHINA_VAT, TableTaxes, TaxRegime, TaxTable


class Shelved(NamedTuple):
    """A product as lines of it need it: the least step of its unit, its categories from the nearest
    up, and from when until when it is sold (half-open instants).
    """

    product: Product
    step: Decimal
    categories: tuple[str, ...]
    sold_from: datetime
    sold_until: datetime
    must_configure: bool


Zoned = TypeVar(
    "Zoned", PriceBook, PromotionPolicy, PriceAgreement, SalesScope, BookAssignment, Floor
)


def _in_zone(rule: Zoned, zone: str) -> Zoned:
    """The rule with the catalogue's zone where it names none of its own."""
    return rule if rule.zone is not None else rule.with_(zone=zone)


class Catalogue(Frozen):
    """Products, BOMs, price books, promotions, customers, taxes and units, as of a snapshot.

    ``default_book`` prices customers who have no book of their own, ``assignments`` say who has
    which; ``cost_book`` is a price book whose prices are what a unit costs us. ``agreements`` are
    prices agreed with customers, ``scopes`` who may buy what, ``floors`` what a price must not
    fall below, ``approvals`` who must say yes to what, ``rates`` exchange rates, ``regimes`` what a
    customer's tax position changes, ``promotion_groups`` how promotions act together, ``plans`` the
    published pricing plans (none: the standard one), ``supplies`` what products supply and draw of
    the ``resources``. ``zone`` is where a business day begins, for
    books and promotions that name no zone of their own too.

    >>> from cpq.pricebook import PriceBookVersion, entry
    >>> catalogue = Catalogue(
    ...     products=(Product(code="M8", name="Bolt"),),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=(entry("M8", price="0.35"),)),)),),
    ...     default_book="LIST",
    ... )
    >>> catalogue.product("M8").unit
    'pc'
    """

    products: tuple[Product, ...] = ()
    categories: tuple[Category, ...] = ()
    boms: tuple[BOM, ...] = ()
    books: tuple[PriceBook, ...] = ()
    promotions: tuple[PromotionPolicy, ...] = ()
    customers: tuple[Customer, ...] = ()
    taxes: TaxTable = CHINA_VAT
    units: UnitTable = STANDARD_UNITS
    agreements: tuple[PriceAgreement, ...] = ()
    assignments: tuple[BookAssignment, ...] = ()
    scopes: tuple[SalesScope, ...] = ()
    floors: tuple[Floor, ...] = ()
    approvals: ApprovalMatrix = ApprovalMatrix()
    plans: tuple[PricingPlan, ...] = ()
    rates: RateTable = RateTable()
    regimes: tuple[TaxRegime, ...] = ()
    cost_book: Code | None = None
    default_book: Code | None = None
    promotion_groups: tuple[PromotionGroup, ...] = added(())
    resources: tuple[Resource, ...] = added(())
    supplies: tuple[Supply, ...] = added(())
    seller: Party | None = None
    zone: Line = "UTC"

    @model_validator(mode="after")
    def _keys_are_unique(self) -> "Catalogue":
        for field in (
            *("products", "categories", "books", "promotions", "customers"),
            *("agreements", "scopes", "floors", "regimes", "promotion_groups", "resources"),
        ):
            seen: set[str] = set()
            for row in getattr(self, field):
                if row.code in seen:
                    raise ValueError(f"{field} has {row.code!r} twice; a code names one thing")
                seen.add(row.code)
        if any(group.code == UNGROUPED.code for group in self.promotion_groups):
            raise ValueError(
                f"promotion_groups has {UNGROUPED.code!r}, which is what policies without a group "
                "are in; choose another code"
            )
        assembled = [bom.product for bom in self.boms]
        twice = {code for code, times in Counter(assembled).items() if times > 1}
        if twice:
            raise ValueError(f"boms has two bills of materials for {', '.join(sorted(twice))}")
        return self

    @cached_property
    def hash(self) -> str:
        """The content hash of the snapshot; pricings carry it."""
        return self.content_hash()

    @cached_property
    def products_by_code(self) -> dict[str, Product]:
        """Products by code."""
        return {product.code: product for product in self.products}

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def _customers(self) -> dict[str, Customer]:
        return {customer.code: customer for customer in self.customers}

    @cached_property
    def boms_by_product(self) -> dict[str, BOM]:
        """BOMs by the product they belong to."""
        return {bom.product: bom for bom in self.boms}

    @cached_property
    def prices(self) -> PriceLookup:
        """The price books, compiled for look-up."""
        books = (_in_zone(book, self.zone) for book in self.books)
        converts = bool(self.rates.rates)
        return PriceLookup(books, self.products_by_code, self._categories, converts=converts)

    @cached_property
    def contracts(self) -> AgreementLookup:
        """The price agreements, compiled for look-up."""
        return AgreementLookup(
            (_in_zone(each, self.zone) for each in self.agreements),
            self.products_by_code,
            self._categories,
            self._customers,
            self.units,
        )

    @cached_property
    def availability(self) -> ScopeLookup:
        """Who may buy what, compiled for look-up."""
        return ScopeLookup(_in_zone(each, self.zone) for each in self.scopes)

    @cached_property
    def taxing(self) -> TableTaxes:
        """The tax table and the regimes, as the built-in engine."""
        return TableTaxes(table=self.taxes, regimes=self.regimes, zone=self.zone)

    @cached_property
    def tax_bounds(self) -> frozenset[datetime]:
        """The instants at which a tax rate may change."""
        home = zone(self.zone)
        dated = (rate.period for rate in self.taxes.rates if rate.period is not ALWAYS)
        return frozenset(bound for period in dated for bound in period.bounds(home))

    @cached_property
    def choosing(self) -> AssignmentLookup:
        """Which book is whose, compiled for look-up."""
        return AssignmentLookup(_in_zone(each, self.zone) for each in self.assignments)

    @cached_property
    def currencies(self) -> dict[str, str]:
        """The currencies of the price books by code."""
        return {book.code: book.currency for book in self.books}

    @cached_property
    def guarding(self) -> FloorLookup:
        """The floors, compiled for look-up."""
        return FloorLookup(tuple(_in_zone(each, self.zone) for each in self.floors))

    def plan_at(self, at: datetime) -> PricingPlan:
        """The pricing plan in force at an instant. Raises ``Refused`` (``plan.two_published``)."""
        return plan_at(self.plans, at=at, zone=zone(self.zone)) if self.plans else STANDARD_PLAN

    @cached_property
    def memory(self) -> dict[tuple[object, ...], object]:
        """What pricing keeps of this snapshot from one document to the next; never part of it."""
        return {}

    @cached_property
    def policies(self) -> PromotionLookup:
        """The promotion policies, compiled for look-up."""
        policies = tuple(_in_zone(policy, self.zone) for policy in self.promotions)
        return PromotionLookup(policies, self.promotion_groups)

    def product(self, code: str) -> Product:
        """The product of that code. Raises ``NotFound`` (``product.unknown``)."""
        found = self.products_by_code.get(code)
        if found is None:
            raise NotFound(
                "product.unknown",
                f"product {code!r} is not in the catalogue; correct the code or add it",
                product=code,
            )
        return found

    def customer(self, code: str) -> Customer:
        """The customer of that code. Raises ``NotFound`` (``customer.unknown``)."""
        found = self._customers.get(code)
        if found is None:
            raise NotFound(
                "customer.unknown",
                f"customer {code!r} is not in the catalogue; correct the code or add it",
                customer=code,
            )
        return found

    def bom(self, product: str, *, on: Moment | None = None) -> Structure:
        """The BOM of a product with all below it, with the parts that hold on a day.

        Raises ``NotFound`` (``bom.unknown``), ``Refused`` (``bom.cycle``, ``bom.too_deep``,
        ``bom.group_lapsed``).
        """
        units = self._units_of_products
        return structure(
            product,
            self.boms_by_product,
            on=on,
            zone=zone(self.zone),
            units=units,
            table=self.units,
            resources=self.resources,
            supplies=self.supplies,
        )

    def shelved(self, code: str) -> Shelved:
        """A product with what every line of it needs, worked out once.

        Raises ``NotFound``: ``product.unknown``, ``unit.unknown``.
        """
        found = self._shelf.get(code)
        if found is None:
            product = self.product(code)
            first, last = product.sellable.bounds(zone(self.zone))
            step = quantum(self.units.unit(product.unit).places)
            found = Shelved(
                product, step, self.lineage(product), first, last, self._has_choice(code)
            )
            self._shelf[code] = found
        return found

    def _has_choice(self, code: str) -> bool:
        bom = self.boms_by_product.get(code)
        groups = bom.groups if bom else ()
        return any(len(group.preset) < group.minimum for group in groups)

    @cached_property
    def _units_of_products(self) -> dict[str, str]:
        return {code: thing.unit for code, thing in self.products_by_code.items()}

    @cached_property
    def _shelf(self) -> dict[str, Shelved]:
        return {}

    def lineage(self, product: Product) -> tuple[str, ...]:
        """The categories that a product lies in, from its own up; see ``cpq.product.lineage``."""
        return lineage(product, self.products_by_code, self._categories)

    def check(self) -> tuple[Finding, ...]:
        """What is wrong with the snapshot as a whole; see ``cpq.catalogue.check``."""
        return tuple(findings(self))
