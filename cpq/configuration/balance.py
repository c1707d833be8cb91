"""Resources of an assembly as sums (资源汇总): how many of each part there are, level by level.

How many of a part are in an assembly is a product of quantities down the path to it. As long as one
variable decides it, it weighs in the sum by itself; where two do, such as a quantity and a pick
below it, a helper variable stands for their product.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from cpq.bom import Structure
from cpq.bom.layout import Layout, Place
from cpq.configuration.draft import Draft
from cpq.configuration.reason import Reason
from cpq.kernel.errors import Refused
from cpq.kernel.money import exact

_PAIRS_MAX: Final = 100_000
_NONE = Fraction(0)


class Figure(NamedTuple):
    """A number that a variable decides: one for each of its values; or a fixed one."""

    variable: int | None
    numbers: tuple[Fraction, ...]


_ONCE = Figure(None, (Fraction(1),))


class Balances:
    """The balances of a structure; ``presence`` and ``quantity`` give the variables of places."""

    def __init__(
        self,
        whole: Structure,
        laid: Layout,
        draft: Draft,
        presence: Callable[[Place], tuple[int, int] | None],
        quantity: Callable[[Place], tuple[int, tuple[str, ...]] | None],
    ) -> None:
        self._whole = whole
        self._places = laid.places
        self._draft = draft
        self._presence = presence
        self._quantity = quantity
        self._below: list[list[int]] = [[] for _ in laid.places]
        self._products: dict[tuple[Figure, Figure], Figure] = {}
        self._speaking: dict[tuple[str, str], bool] = {}
        for number, place in enumerate(laid.places):
            if place.above >= 0:
                self._below[place.above].append(number)

    def write(self) -> None:
        """One sum for each resource that a place balances; raises as ``Draft`` does."""
        if not any(bom.balances for bom in self._whole.boms):
            return
        for number, place in enumerate(self._places):
            bom = self._whole.bom(place.product)
            for code in dict.fromkeys(bom.balances) if bom else ():
                self._balance(number, code)

    def _balance(self, number: int, code: str) -> None:
        weights: dict[int, list[Fraction]] = {}
        constant = _NONE
        for amount, figure in self._amounts(number, code):
            if figure.variable is None:
                constant += amount * figure.numbers[0]
                continue
            row = weights.setdefault(figure.variable, [_NONE] * len(figure.numbers))
            for value, each in enumerate(figure.numbers):
                if each:
                    row[value] += amount * each
        resource = self._whole.resource(code)
        reason = Reason("rule", code, self._places[number].path, resource)
        self._draft.weigh(weights, low=-constant, high=None, name=code, reason=reason)

    def _amounts(self, number: int, code: str) -> Iterator[tuple[Fraction, Figure]]:
        """What each place in an assembly supplies of a resource, and how many of it there are."""
        waiting = [(number, self._there(self._places[number]))]
        while waiting:
            at, figure = waiting.pop()
            product = self._places[at].product
            amount = self._whole.amounts(product).get(code)
            if amount:
                yield Fraction(amount), figure
            for below in reversed(self._below[at]):
                place = self._places[below]
                bom = self._whole.bom(place.product)
                if self._supplies(place.product, code) and not (bom and code in bom.balances):
                    waiting.append((below, self._times(figure, self._own(at, below))))

    def _supplies(self, product: str, code: str) -> bool:
        """Whether a product, or anything below it, says something of a resource."""
        known = self._speaking.get((product, code))
        if known is None:
            bom = self._whole.bom(product)
            parts = bom.parts() if bom else ()
            known = self._speaking[product, code] = code in self._whole.amounts(product) or any(
                self._supplies(part.product, code) for part in parts
            )
        return known

    def _there(self, place: Place) -> Figure:
        """One where a place is there."""
        own = self._presence(place)
        return _ONCE if own is None else self._weighed(own, Fraction(1))

    def _weighed(self, literal: tuple[int, int], amount: Fraction) -> Figure:
        variable, mask = literal
        values = range(self._draft.sizes[variable])
        return Figure(variable, tuple(amount if mask >> value & 1 else _NONE for value in values))

    def _own(self, above: int, number: int) -> Figure:
        """How many of a place there are in each of the place above, in its product's own unit."""
        place = self._places[number]
        part = place.component
        assert part is not None
        if place.separate:
            count = Fraction(self._whole.own_count(part, exact(1)))
        else:
            chosen = self._quantity(place)
            if chosen is not None:
                variable, codes = chosen
                counts = (Fraction(self._whole.own_count(part, exact(code))) for code in codes)
                return Figure(variable, tuple(counts))
            count = Fraction(self._whole.own_count(part, part.quantity))
        own = self._presence(place)
        if own is None or own == self._presence(self._places[above]):
            return Figure(None, (count,))
        return self._weighed(own, count)

    def _times(self, first: Figure, second: Figure) -> Figure:
        """The product of two figures, of which the second is 0 wherever the first is."""
        if first == _ONCE:
            return second
        if second == _ONCE:
            return first
        if first.variable is None:
            return Figure(second.variable, tuple(first.numbers[0] * n for n in second.numbers))
        if second.variable is None:
            return Figure(first.variable, tuple(second.numbers[0] * n for n in first.numbers))
        if first.variable == second.variable:
            pairs = zip(first.numbers, second.numbers, strict=True)
            return Figure(first.variable, tuple(one * other for one, other in pairs))
        positive = {number for number in first.numbers if number}
        if len(positive) == 1:
            count = positive.pop()
            return Figure(second.variable, tuple(count * number for number in second.numbers))
        return self._helper(first, second)

    def _helper(self, first: Figure, second: Figure) -> Figure:
        found = self._products.get((first, second))
        if found is not None:
            return found
        if len(first.numbers) * len(second.numbers) > _PAIRS_MAX:
            raise Refused(
                "bom.too_large",
                f"two quantities with {len(first.numbers)} and {len(second.numbers)} values are "
                f"multiplied for a balance; at most {_PAIRS_MAX} pairs fit, so widen their steps",
            )
        results: Mapping[Fraction, int] = {
            each: number
            for number, each in enumerate(
                sorted({one * other for one in first.numbers for other in second.numbers})
            )
        }
        assert first.variable is not None
        assert second.variable is not None
        helper = self._draft.variable(len(results))
        rows = [
            ((a,), (b,), (results[one * other],))
            for a, one in enumerate(first.numbers)
            for b, other in enumerate(second.numbers)
        ]
        reason = Reason("structure", "", "", self._whole.resource("quantity"))
        self._draft.allow(
            (first.variable, second.variable, helper), rows, name="quantity", reason=reason
        )
        made = self._products[first, second] = Figure(helper, tuple(results))
        return made
