"""What may stand on the bill of a configurable product (选配清单), and what each line depends on.

A line is a product at a place. How many of it there are follows from the option that it belongs to,
from the quantities above it and from its formula; what one of it costs, from the attributes that
prices speak of. So the amount of a line is a function of few variables, and is known before
anything is configured.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from cpq.bom import Component, Rollup
from cpq.bom.layout import Place, instance
from cpq.catalogue import Catalogue
from cpq.configuration import Compiled, Configuration, Part
from cpq.configuration.compiled import is_several
from cpq.configuration.facts import countable
from cpq.kernel.errors import Invalid
from cpq.kernel.money import exact, product
from cpq.plan import STANDARD_PLAN
from cpq.product import Product

_ONE = Decimal(1)
_NOTHING = Decimal(0)
_QUANTITY = ".quantity"

Values = Mapping[int, int]
"""The values of some variables."""


class BillLine(NamedTuple):
    """A line that there may be: the product at a place, and the variables that its amount follows.

    ``held``: other lines hold its price, so that it only has a cost; ``counts``: it reaches the
    tiers of what is counted with it.
    """

    place: int
    product: str
    unit: str
    held: bool
    counts: bool
    scope: tuple[int, ...]
    attributes: tuple[str, ...]


class Bill:
    """The lines that ``quantity`` of a compiled product may have, priced by ``catalogue``; what
    recurs for so many ``periods``.
    """

    def __init__(
        self, model: Compiled, *, catalogue: Catalogue, quantity: Decimal, periods: int | None
    ) -> None:
        self.model = model
        self.quantity = quantity
        self.periods = periods
        self._places = model.layout.places
        self._by_path = {place.path: place for place in self._places}
        self._naming = _Naming(catalogue)
        self._above: dict[int, frozenset[int]] = {}
        self.lines = tuple(self._line(number) for number in range(len(self._places)))

    def probe(self, line: BillLine, values: Values) -> Configuration | None:
        """The line alone, as something that can be priced: the last of its lines. ``None`` where it
        is not there.

        Raises ``Invalid`` where its quantity cannot be derived from the values.
        """
        amount = self._amount(line.place, values)
        if amount <= 0:
            return None
        prefix = self._places[line.place].prefix
        chosen = ((code, self._code(f"{prefix}{code}", values)) for code in line.attributes)
        own = tuple((code, value) for code, value in chosen if value)
        if line.counts:
            rollup: Rollup = "components" if line.held else "as_sold"
            return self._alone(line.product, amount, line.unit, rollup=rollup, values=own)
        # what is built in is not sold by itself, and so is not asked whether it may be
        built_in = Part(
            key=line.product,
            product=line.product,
            quantity=amount,
            total=amount,
            unit=line.unit,
            sold="included",
            values=own,
        )
        head = self.lines[0]
        return self._alone(
            head.product, self.quantity, head.unit, rollup="components", parts=(built_in,)
        )

    def _alone(
        self,
        code: str,
        amount: Decimal,
        unit: str,
        *,
        rollup: Rollup,
        values: tuple[tuple[str, str], ...] = (),
        parts: tuple[Part, ...] = (),
    ) -> Configuration:
        return Configuration(
            product=code,
            quantity=amount,
            unit=unit,
            choices=(),
            parts=parts,
            values=values,
            rollup=rollup,
            periods=self.periods,
        )

    def _line(self, number: int) -> BillLine:
        place, whole = self._places[number], self.model.structure
        bom = whole.bom(place.product)
        codes = tuple(each.code for each in bom.attributes) if bom else ()
        included = self._is_included(place)
        relevant = tuple(code for code in codes if code in self._naming.of(place.product))
        chosen = (self._variable(f"{place.prefix}{code}") for code in relevant)
        return BillLine(
            number,
            place.product,
            whole.unit(place.component or Component(product=place.product)),
            included or (bom is not None and bom.rollup == "components"),
            not included,
            tuple(sorted(self._counting(number).union(chosen))),
            relevant,
        )

    def _is_included(self, place: Place) -> bool:
        """Whether the price of the place above includes it."""
        if place.component is None:
            return False
        above = self.model.structure.bom(self._places[place.above].product)
        assert above is not None
        return above.sold(place.component) == "included"

    # how many there are ------------------------------------------------------------------------

    def _counting(self, number: int) -> frozenset[int]:
        """The variables that say how many of a place there are in all."""
        return self._gates(number) | self._multiplied(number)

    def _gates(self, number: int) -> frozenset[int]:
        """The variables that say whether a place is there: none says what another one implies."""
        place = self._places[number]
        if place.gate is not None:
            return frozenset((self.model.opening(place.gate)[0],))
        return frozenset() if place.component is None else self._gates(place.above)

    def _multiplied(self, number: int) -> frozenset[int]:
        """The variables of the quantities down the path to a place."""
        found = self._above.get(number)
        if found is None:
            place = self._places[number]
            above = frozenset() if place.component is None else self._multiplied(place.above)
            found = self._above[number] = above.union(self._deciding(place))
        return found

    def _deciding(self, place: Place) -> Iterable[int]:
        """The variables that say how many there are in each of the place above."""
        part = place.component
        if part is None or place.separate:
            return ()
        if part.span is not None:
            return (self._variable(f"{place.path}{_QUANTITY}"),)
        if part.quantity_formula is None:
            return ()
        prefix = self._places[place.above].prefix
        return {
            number
            for path in part.quantity_formula.paths
            for number in self._naming_number(f"{prefix}{path}")
        }

    def _naming_number(self, path: str) -> Iterator[int]:
        """The variables behind a path in a formula."""
        slot = self.model.layout.by_path.get(path)
        if slot is not None and not is_several(slot):
            yield self._variable(path)
            return
        place = self._counted(path)
        if place is not None:
            if place.gate is not None:
                yield self.model.opening(place.gate)[0]
            yield from self._deciding(place)

    def _counted(self, path: str) -> Place | None:
        """The place whose fixed or derived quantity a path means: of instances, the first."""
        if not path.endswith(_QUANTITY):
            return None
        base = path.removesuffix(_QUANTITY)
        return self._by_path.get(base) or self._by_path.get(instance(base, 1))

    def _amount(self, number: int, values: Values) -> Decimal:
        """How many of a place there are in all, in its component's unit; 0 where it is not there.

        Raises ``Invalid`` (``configuration.underivable``).
        """
        place = self._places[number]
        if place.component is None:
            return self.quantity
        each = self._each(place, values)
        return product(self._own_amount(place.above, values), each) if each > 0 else _NOTHING

    def _own_amount(self, number: int, values: Values) -> Decimal:
        part = self._places[number].component
        amount = self._amount(number, values)
        return amount if part is None else self.model.structure.own_count(part, amount)

    def _each(self, place: Place, values: Values) -> Decimal:
        part = place.component
        assert part is not None
        if place.gate is not None:
            variable, mask = self.model.opening(place.gate)
            # a gate that is not among the values is open where the place below it is there
            if variable in values and not mask >> values[variable] & 1:
                return _NOTHING
        if place.separate:
            return _ONE
        if part.span is not None:
            return exact(self._code(f"{place.path}{_QUANTITY}", values) or 0)
        if part.quantity_formula is None:
            return part.quantity
        prefix = self._places[place.above].prefix
        formula = part.quantity_formula
        numbers = {path: self._number(f"{prefix}{path}", values) for path in formula.paths}
        return countable(formula.value(numbers), formula=str(formula), numbers=numbers)

    def _number(self, path: str, values: Values) -> Decimal:
        slot = self.model.layout.by_path.get(path)
        if slot is not None and not is_several(slot):
            try:
                return exact(self._code(path, values) or 0)
            except Invalid:
                return _NOTHING
        place = self._counted(path)
        if place is None or place.component is None:
            return _NOTHING
        each = self._each(place, values)
        return place.component.quantity if each and place.separate else each

    def _variable(self, path: str) -> int:
        (number,) = self.model.variables_at(path)
        return number

    def _code(self, path: str, values: Values) -> str:
        number = self._variable(path)
        return self.model.variables[number].codes[values[number]]


class _Naming:
    """The attributes that any price of a product may look at, by the product's code."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        plans = catalogue.plans or (STANDARD_PLAN,)
        steps = (step for plan in plans for step in plan.unit_steps)
        self._anywhere = frozenset(
            name for step in steps if step.formula is not None for name in step.formula.names
        )
        self._known: dict[str, frozenset[str]] = {}

    def of(self, code: str) -> frozenset[str]:
        found = self._known.get(code)
        if found is None:
            thing = self._catalogue.products_by_code.get(code)
            named = () if thing is None else self._named(thing)
            found = self._known[code] = self._anywhere.union(named)
        return found

    def _named(self, thing: Product) -> Iterator[str]:
        catalogue = self._catalogue
        mine = (None, *catalogue.lineage(thing))
        for book in catalogue.books:
            for version in book.versions:
                for rule in version.attributes:
                    if rule.category in mine and rule.product in (
                        None,
                        thing.code,
                        thing.variant_of,
                    ):
                        yield from (attribute for attribute, _ in rule.match)
                        yield from rule.formula.names if rule.formula else ()
                for row, _ in catalogue.prices.covering(version, thing):
                    for tier in row.tiers:
                        yield from tier.formula.names if tier.formula else ()
