"""Whether a policy's conditions hold (促销条件判定), and what is missing where they do not."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from cpq.kernel.money import plain, rounded_fraction
from cpq.promotion.benefit import TaxSide
from cpq.promotion.condition import (
    Buyer,
    Condition,
    Either,
    Every,
    LinesAmount,
    LinesQuantity,
    OrderNumber,
    Sees,
    Unless,
)
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.sale import Running, Sale
from cpq.promotion.selector import Selector

_AFTER = "what earlier promotions left"
_QUANTITY_PLACES = 9


class Missed(NamedTuple):
    """Why something does not hold: reason, what it needed, what it found, what it looked at.

    ``asked`` are the minor units that a cap refuses as a whole.
    """

    reason: str
    needed: str = ""
    actual: str = ""
    basis: str = ""
    asked: int = 0


class Looked(NamedTuple):
    """What a condition looks at: the policy, the order, what is left, the lines it is for."""

    policy: PromotionPolicy
    sale: Sale
    running: Running
    places: Sequence[int]

    def of(self, selector: Selector | None) -> Sequence[int]:
        """The lines that a condition means; by default those that the policy is for."""
        return self.places if selector is None else self.sale.meaning(selector)

    def may_lower(self, place: int) -> bool:
        """Whether the policy may lower a line, be it one that it is for or one that it gives."""
        if place in self.running.locked:
            return False
        untouched = self.running.left[place] == self.sale.targets[place].amount
        return untouched or not self.policy.undiscounted


def missed(looked: Looked) -> Missed | None:
    """``None`` where all conditions of the policy hold on these lines, else what is missing."""
    policy = looked.policy
    if policy.quantity_from is not None or policy.quantity_to is not None:
        found = _quantity(
            looked, policy.quantity_from, policy.quantity_to, looked.places, policy.unit
        )
        if found is not None:
            return found
    if policy.amount_from is not None:
        found = _amount(
            looked,
            (sale_minor(looked, policy.amount_from.amount), None),
            looked.places,
            (policy.tax, policy.sees),
        )
        if found is not None:
            return found
    for condition in policy.conditions:
        found = _missed(condition, looked)
        if found is not None:
            return found
    return None


def amount_seen(
    looked: Looked, places: Iterable[int], tax: TaxSide | None, sees: Sees | None
) -> Fraction:
    """What lines come to, in minor units, on the basis that a condition sees."""
    sale, running = looked.sale, looked.running
    if sees is None:
        sees = "running" if running.later else "original"
    whole = 0
    exact = Fraction(0)
    for place in places:
        target = sale.targets[place]
        amount = running.left[place] if sees == "running" else target.amount
        if tax is None:
            whole += amount
        else:
            exact += amount * (target.gross if tax == "gross" else target.net)
    return whole + exact


def quantity_seen(looked: Looked, places: Iterable[int], unit: str | None) -> Fraction | Missed:
    """How many units lines are: in ``unit``, or in the one unit that they have.

    Lines of several units of one dimension count in its base unit; those of several dimensions
    only where a unit is named.
    """
    sale, table = looked.sale, looked.sale.units
    counts = [(looked.running.bought(sale, place), sale.targets[place].unit) for place in places]
    if unit is None:
        units = {each for _, each in counts}
        if len(units) <= 1:
            return sum((count for count, _ in counts), Fraction(0))
        if len({table.unit(each).dimension for each in units}) > 1:
            return Missed("mixed_units", "one unit", ", ".join(sorted(units)))
        return sum((count * table.unit(each).factor for count, each in counts), Fraction(0))
    counted = table.unit(unit).dimension
    return sum(
        (
            count * table.factor(each, unit)
            for count, each in counts
            if table.unit(each).dimension == counted
        ),
        Fraction(0),
    )


def sale_minor(looked: Looked, amount: Decimal) -> Fraction:
    """An amount of the currency in minor units of the document, exact."""
    return Fraction(amount) * Fraction(10**looked.sale.places)


def _missed(condition: Condition, looked: Looked) -> Missed | None:
    return _JUDGES[type(condition)](condition, looked)


def _lines_quantity(condition: LinesQuantity, looked: Looked) -> Missed | None:
    places = looked.of(condition.of)
    return _quantity(looked, condition.least, condition.most, places, condition.unit)


def _quantity(
    looked: Looked,
    least: Decimal | None,
    most: Decimal | None,
    places: Sequence[int],
    unit: str | None,
) -> Missed | None:
    if len(places) == 1 and unit is None and places[0] not in looked.running.given:
        found: Fraction | Decimal | Missed = looked.sale.targets[places[0]].quantity
    else:
        found = quantity_seen(looked, places, unit)
    if isinstance(found, Missed):
        return found
    if least is not None and found < least:
        needed = looked.policy.least if least is looked.policy.quantity_from else plain(least)
        return Missed("quantity_below", needed, count(found), unit or "")
    if most is not None and found > most:
        return Missed("quantity_above", plain(most), count(found), unit or "")
    return None


def count(found: Fraction | Decimal) -> str:
    """A quantity as a trace writes it: at most nine decimals."""
    if isinstance(found, Decimal):
        return plain(found)
    places = next((n for n in range(_QUANTITY_PLACES) if not 10**n % found.denominator), 9)
    return plain(rounded_fraction(found, places))


def _lines_amount(condition: LinesAmount, looked: Looked) -> Missed | None:
    least, most = (
        None if each is None else sale_minor(looked, each.amount)
        for each in (condition.least, condition.most)
    )
    sees = condition.sees or looked.policy.sees
    return _amount(looked, (least, most), looked.of(condition.of), (condition.tax, sees))


def _amount(
    looked: Looked,
    bounds: tuple[Fraction | None, Fraction | None],
    places: Sequence[int],
    seen: tuple[TaxSide | None, Sees | None],
) -> Missed | None:
    found = amount_seen(looked, places, *seen)
    least, most = bounds
    sale = looked.sale
    after = seen[1] == "running" or (seen[1] is None and looked.running.later)
    basis = _AFTER if after else ""

    def said(value: Fraction) -> str:
        return plain(sale.shown(sale.whole(value)))

    if least is not None and found < least:
        return Missed("amount_below", said(least), said(found), basis)
    if most is not None and found > most:
        return Missed("amount_above", said(most), said(found), basis)
    return None


def _buyer(condition: Buyer, looked: Looked) -> Missed | None:
    customer = looked.sale.customer
    found = (
        (condition.customers, (customer.code,) if customer else ()),
        (condition.groups, customer.groups if customer else ()),
        (condition.regions, (customer.region,) if customer and customer.region else ()),
        (condition.channels, (customer.channel,) if customer and customer.channel else ()),
    )
    for wanted, has in found:
        if wanted and not set(wanted).intersection(has):
            return Missed("other_customer", ", ".join(wanted), ", ".join(has) or "none")
    return None


def _order_number(condition: OrderNumber, looked: Looked) -> Missed | None:
    number = looked.sale.deal.orders_placed + 1
    fits = number % condition.nth == 0 if condition.every else number == condition.nth
    if fits:
        return None
    needed = f"every {condition.nth}" if condition.every else str(condition.nth)
    return Missed("order_number", needed, str(number))


def _every(condition: Every, looked: Looked) -> Missed | None:
    found = (_missed(each, looked) for each in condition.of)
    return next((each for each in found if each is not None), None)


def _either(condition: Either, looked: Looked) -> Missed | None:
    found = [_missed(each, looked) for each in condition.of]
    return None if None in found else found[0]


def _unless(condition: Unless, looked: Looked) -> Missed | None:
    if _missed(condition.of, looked) is not None:
        return None
    return Missed("excluded_condition", f"not {condition.of.kind.replace('_', ' ')}")


_JUDGES: dict[type, Callable[[Any, Looked], Missed | None]] = {
    LinesQuantity: _lines_quantity,
    LinesAmount: _lines_amount,
    Buyer: _buyer,
    OrderNumber: _order_number,
    Every: _every,
    Either: _either,
    Unless: _unless,
}
