"""Finding the agreed price of a product for a customer (协议价匹配), and saying why it is that one.

Of the agreements that reach the customer one line wins: the one nearest to the customer (the
customer's own, then its nearest parent's, a group's, a campaign), then nearest to the product (the
product, the one it varies, the nearest category, a product above it that cascades, everything),
then one for the asked unit, then the agreement that started last, then the higher quantity
reached. Two that still tie and say different things are an error that names both.

A row of the trace stands for each line that could have been meant for the customer: agreements
with other customers leave none, because whose they are is nobody's business. ``why_not`` answers
for any agreement.

What is answered changes only at the bounds of periods and at the quantities that lines start at,
so each answer is found once per interval and kept.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.agreement.judging import EVERYTHING, FAMILY, Asked, Reached, Spoken, candidates, nearness
from cpq.agreement.model import PriceAgreement
from cpq.agreement.outcome import Agreed, Candidates, lost_row
from cpq.customer import Customer, ancestors
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Rounding, quantum, rounded_fraction
from cpq.kernel.quantity import UnitTable
from cpq.product import Category, Product, lineage
from cpq.trace import Step

_QUANTITY_PLACES = 9
_KEPT_MAX = 4096
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NOTHING = Candidates(None, ())


class Bounds(NamedTuple):
    """Where an answer may change: instants, and quantities of the asked unit, both ascending."""

    times: tuple[datetime, ...]
    sizes: tuple[Decimal, ...]


class AgreedBook(NamedTuple):
    """The price book of an agreement."""

    book: str
    agreement: str


class AgreementLookup:
    """The agreements of a catalogue, ready to be asked; their order does not matter.

    ``customers`` are those by whom parents are found, all mappings are by code.
    """

    def __init__(
        self,
        agreements: Iterable[PriceAgreement],
        products: Mapping[str, Product],
        categories: Mapping[str, Category],
        customers: Mapping[str, Customer],
        units: UnitTable,
    ) -> None:
        self._agreements = {each.code: each for each in sorted(agreements, key=_code)}
        self._products = products
        self._categories = categories
        self._customers = customers
        self._units = units
        self._by_customer: dict[str, list[PriceAgreement]] = {}
        self._by_group: dict[str, list[PriceAgreement]] = {}
        self._of_groups: dict[str, list[PriceAgreement]] = {}
        self._campaigns: list[PriceAgreement] = []
        for agreement in self._agreements.values():
            self._index(agreement)
        self._names_books = any(each.price_book for each in self._agreements.values())
        self._reaches: dict[tuple[object, ...], tuple[Reached, ...]] = {}
        self._asked: dict[tuple[object, ...], CustomerAgreements] = {}
        self._shared: dict[tuple[object, ...], CustomerAgreements] = {}

    def _index(self, agreement: PriceAgreement) -> None:
        if agreement.customer:
            self._by_customer.setdefault(agreement.customer, []).append(agreement)
        elif agreement.customer_group:
            self._by_group.setdefault(agreement.customer_group, []).append(agreement)
            for product in dict.fromkeys(line.product for line in agreement.lines if line.product):
                self._of_groups.setdefault(product, []).append(agreement)
        else:
            self._campaigns.append(agreement)

    @property
    def has_groups(self) -> bool:
        """Whether an agreement with a customer group names a product."""
        return bool(self._of_groups)

    def for_customer(self, customer: Customer | None, *, currency: str) -> "CustomerAgreements":
        """The agreements of a customer for orders in a currency; ``None`` has campaigns only."""
        asked = (_facts(customer), currency)
        found = self._asked.get(asked)
        if found is None:
            if len(self._asked) >= _KEPT_MAX:
                self._asked.clear()
                self._shared.clear()
            reach = self._reach(customer)
            groups = customer.groups if customer and self.has_groups else ()
            key = (tuple((each.agreement.code, *each[1:]) for each in reach), groups, currency)
            new = CustomerAgreements(self, reach, key, groups, currency)
            found = self._asked[asked] = self._shared.setdefault(key, new)
        return found

    def book_for(
        self, customer: Customer | None, *, at: datetime, currency: str | None = None
    ) -> AgreedBook | None:
        """The price book of the nearest agreement in force that names one, the latest start first.

        Raises ``Refused`` (``price_book.tie``) where two that tie name different books.
        """
        if not self._names_books:
            return None
        named = [
            each
            for each in self._reach(customer)
            if each.missed is None
            and each.agreement.price_book
            and (currency is None or each.agreement.currency in (None, currency))
            and each.agreement.period.contains(at, each.agreement.home)
        ]
        if not named:
            return None
        best = min(map(nearness, named))
        first, *others = [each.agreement for each in named if nearness(each) == best]
        for other in others:
            if other.price_book != first.price_book:
                raise Refused(
                    "price_book.tie",
                    f"agreements {first.code!r} and {other.code!r} name the price books "
                    f"{first.price_book!r} and {other.price_book!r} for the same customers; take "
                    "one off, or let one start later",
                )
        assert first.price_book is not None
        return AgreedBook(first.price_book, first.code)

    def why_not(
        self,
        agreement: str,
        customer: Customer | None,
        *,
        currency: str,
        product: str,
        unit: str,
        quantity: Decimal,
        at: datetime,
    ) -> tuple[Step, ...]:
        """A row for each line of one agreement that does not price a product, whoever it is with.

        Raises ``NotFound`` (``agreement.unknown``) and what ``candidates`` raises.
        """
        found = self._agreements.get(agreement)
        if found is None:
            raise NotFound("agreement.unknown", f"agreement {agreement!r} is not in the catalogue")
        own = self.for_customer(customer, currency=currency)
        winner, lost = own.candidates(product, unit=unit, quantity=quantity, at=at)
        wanted = [step for step in lost if step.named(agreement)]
        if wanted or (winner is not None and winner.agreement is found):
            return tuple(wanted)
        distances = self.names(product)
        actual = "" if customer is None else customer.code
        rows = []
        for line in found.lines:
            if distances.get((line.product, line.category)) is None:
                reason, asked, needed = "other_product", product, line.scope.en
            else:
                asked, needed = actual, found.customer or found.customer_group or ""
                reason = "other_customer"
            rows.append(lost_row(found, line, reason=reason, needed=needed, actual=asked))
        return tuple(rows)

    def _reach(self, customer: Customer | None) -> tuple[Reached, ...]:
        key = _facts(customer)
        found = self._reaches.get(key)
        if found is None:
            if len(self._reaches) >= _KEPT_MAX:
                self._reaches.clear()
            every = sorted(self._reaching(customer), key=lambda each: each.agreement.code)
            found = self._reaches[key] = tuple(every)
        return found

    def _reaching(self, customer: Customer | None) -> Iterator[Reached]:
        code = "" if customer is None else customer.code
        near: list[Reached] = [Reached(each, (3, 0)) for each in self._campaigns]
        if customer is not None:
            near += (Reached(each, (0, 0)) for each in self._by_customer.get(code, ()))
            for depth, parent in enumerate(ancestors(customer, self._customers)):
                for theirs in self._by_customer.get(parent, ()):
                    missed = None if theirs.covers_children else ("other_customer", parent, code)
                    near.append(Reached(theirs, (1, depth), missed))
            for group in dict.fromkeys(customer.groups):
                near += (Reached(each, (2, 0)) for each in self._by_group.get(group, ()))
        for reached in near:
            if code and code in reached.agreement.excluded:
                yield reached._replace(missed=("other_customer", f"not {code}", code))
            else:
                yield reached

    def product(self, code: str) -> Product:
        """The product of that code. Raises ``NotFound`` (``product.unknown``)."""
        found = self._products.get(code)
        if found is None:
            raise NotFound(
                "product.unknown", f"product {code!r} is not in the catalogue; correct or add it"
            )
        return found

    def factor(self, product: str, unit: str) -> Fraction:
        """How many of the product's own unit one ``unit`` is.

        Raises ``NotFound`` (``unit.unknown``), ``Invalid`` (``unit.incompatible``).
        """
        return self._units.factor(unit, self.product(product).unit)

    def step(self, unit: str) -> Fraction:
        """The least quantity of a unit. Raises ``NotFound`` (``unit.unknown``)."""
        return Fraction(quantum(self._units.unit(unit).places))

    def names(self, product: str) -> dict[tuple[str | None, str | None], int]:
        """What a line may name to speak of a product, each with its distance; 0 is the product."""
        thing = self.product(product)
        names: dict[tuple[str | None, str | None], int] = {(product, None): 0}
        if thing.variant_of:
            names[(thing.variant_of, None)] = FAMILY
        for depth, category in enumerate(lineage(thing, self._products, self._categories)):
            names[(None, category)] = FAMILY + 1 + depth
        names[(None, None)] = EVERYTHING
        return names

    def of_other_groups(self, product: str, groups: tuple[str, ...]) -> Iterator[Reached]:
        """The agreements that name a product and are for groups that the customer is not in."""
        for agreement in self._of_groups.get(product, ()):
            group = agreement.customer_group
            if group and group not in groups:
                yield Reached(agreement, missed=("other_customer", group, ", ".join(groups)))


class CustomerAgreements:
    """The agreements of one customer, in one currency; false where there is nothing to say.

    Customers whom the same agreements reach in the same way share one, and its ``key``.
    """

    def __init__(
        self,
        lookup: AgreementLookup,
        reach: tuple[Reached, ...],
        key: tuple[object, ...],
        groups: tuple[str, ...],
        currency: str,
    ) -> None:
        self.key = key
        self._lookup = lookup
        self._reach = reach
        self._groups = groups
        self._currency = currency
        self._tables: dict[tuple[object, ...], _Table] = {}

    def __bool__(self) -> bool:
        return bool(self._reach) or self._lookup.has_groups

    def candidates(
        self,
        product: str,
        *,
        unit: str,
        quantity: Decimal,
        at: datetime,
        above: Agreed | None = None,
    ) -> Candidates:
        """Who wins a product bought at an instant, ``quantity`` in ``unit``, and why nobody else.

        The quantity's sign does not matter. ``above`` is what won the product that it is a
        component of; see ``carried``. Raises ``Refused`` (``agreement.ambiguous``), ``NotFound``
        (``product.unknown``, ``unit.unknown``), ``Invalid`` (``unit.incompatible``).
        """
        table = self._table(product, unit, above)
        if not table.spoken and table.asked.above is None:
            return _NOTHING
        cell = (
            bisect_right(table.bounds.times, at) - 1,
            bisect_right(table.bounds.sizes, quantity.copy_abs()) - 1,
        )
        answer = table.cells.get(cell)
        if answer is None:
            first, least = table.bounds.times[cell[0]], table.bounds.sizes[cell[1]]
            asked = table.asked._replace(at=first, quantity=least)
            answer = table.cells[cell] = candidates(table.spoken, asked)
        return answer

    def bounds(self, product: str, *, unit: str, above: Agreed | None = None) -> Bounds:
        """Between which instants and quantities ``candidates`` always answers the same."""
        return self._table(product, unit, above).bounds

    def _table(self, product: str, unit: str, above: Agreed | None) -> "_Table":
        cascading = above if above is not None and above.carries else None
        line = () if cascading is None else (cascading.agreement.code, cascading.line)
        key = (product, unit, line)
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = self._compiled(product, unit, cascading)
        return table

    def _compiled(self, product: str, unit: str, above: Agreed | None) -> "_Table":
        factor = self._lookup.factor(product, unit)
        spoken = sorted(self._speaking(product), key=_place)
        times = {_BEGINNING}
        sizes = {Decimal(0)}
        for reached, line, _ in spoken:
            times.update(reached.agreement.period.bounds(reached.agreement.home))
            lower = Fraction(line.lower) / (1 if line.unit else factor)
            sizes.add(rounded_fraction(lower, _QUANTITY_PLACES, Rounding.CEILING))
        bounds = Bounds(tuple(sorted(times)), tuple(sorted(sizes)))
        step = self._lookup.step(unit)
        asked = Asked(product, unit, factor, self._currency, above, step=step)
        return _Table(asked, tuple(spoken), bounds)

    def _speaking(self, product: str) -> Iterator[Spoken]:
        names = self._lookup.names(product)
        for reached in self._reach:
            for scope, distance in names.items():
                if reached.missed is None or distance <= FAMILY:
                    for line in reached.agreement.by_scope.get(scope, ()):
                        yield Spoken(reached, line, distance)
        for (code, _), distance in names.items():
            if code is not None:
                for reached in self._lookup.of_other_groups(code, self._groups):
                    for line in reached.agreement.by_scope.get((code, None), ()):
                        yield Spoken(reached, line, distance)


class _Table:
    """The answers for one product and unit: one cell per interval of time and quantity."""

    def __init__(self, asked: Asked, spoken: tuple[Spoken, ...], bounds: Bounds) -> None:
        self.asked = asked
        self.spoken = spoken
        self.bounds = bounds
        self.cells: dict[tuple[int, int], Candidates] = {}


def _place(spoken: Spoken) -> tuple[str, str, Decimal]:
    return spoken.reached.agreement.code, spoken.line.scope.en, spoken.line.lower


def _facts(customer: Customer | None) -> tuple[object, ...]:
    """What of a customer decides which agreements reach it."""
    return () if customer is None else (customer.code, customer.parent, customer.groups)


def _code(agreement: PriceAgreement) -> str:
    return agreement.code
