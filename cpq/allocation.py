"""One sharing rule for every discount (分摊): who gets how much of it, kept for good.

A discount on several lines is reckoned once, rounded once and shared by largest remainder; each
share is stored per line × promotion × tax code × funder. Whoever later bills, credits or refunds
reads these rows and never reckons a percentage again, so partial returns add up to the whole.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Exact, Money, difference, split_within
from cpq.kernel.text import Code, Line, LocalText


class Allocation(Frozen):
    """A share of one promotion that one line bears: ``amount`` lowers the line's net.

    ``name`` is the promotion's, as it is printed; ``funder`` is who bears the cost of the share,
    ``own`` being the seller. ``coupon`` is the key of the coupon that opened the promotion. Where
    several pay, there is a row for each; the rows of a line add up to its discount.

    >>> row = Allocation(line="1", promotion="AUTUMN", tax_code="VAT13", amount="30.00",
    ...                  currency="CNY")
    >>> row.money
    Money('30.00', 'CNY')
    """

    line: Line
    promotion: Code
    name: LocalText = LocalText()
    tax_code: Code
    funder: Code = "own"
    amount: Exact
    currency: CurrencyCode
    coupon: Line = added("")

    @property
    def money(self) -> Money:
        """The share as money."""
        return Money(self.amount, self.currency)


class Ungranted(Frozen):
    """What a promotion asked for and could not give: a cap or a floor kept it back.

    >>> Ungranted(promotion="AUTUMN", asked="10.00", granted="5.00", reason="floored").missing
    Decimal('5.00')
    """

    promotion: Code
    asked: Exact
    granted: Exact
    reason: Code

    @property
    def missing(self) -> Decimal:
        """What was not given, in the currency of the document."""
        return difference(self.asked, self.granted)


class Shared(Frozen):
    """What sharing an amount gave: a share per line, and what no line had room for."""

    shares: tuple[Money, ...]
    unallocated: Money


def allocate(
    amount: Money,
    *,
    weights: Sequence[Decimal | int],
    rooms: Sequence[Money] | None = None,
) -> Shared:
    """Share ``amount`` ≥ 0 by weight on minor units; no share exceeds its room.

    Without ``rooms`` each share may grow as it must. Lines of weight zero get nothing; what
    could not be placed is returned, not lost. Raises ``Invalid`` (``allocation.negative``,
    ``weights.invalid``).

    >>> allocate(Money("15.00", "CNY"), weights=[20, 30, 100]).shares
    (Money('2.00', 'CNY'), Money('3.00', 'CNY'), Money('10.00', 'CNY'))
    >>> allocate(Money("100.00", "CNY"), weights=[1, 1],
    ...          rooms=[Money("10.00", "CNY"), Money("20.00", "CNY")]).unallocated
    Money('70.00', 'CNY')
    """
    if amount.amount < 0:
        raise Invalid(
            "allocation.negative",
            f"only an amount of 0 or more is shared; found {amount}",
        )
    if rooms is None:
        return Shared(shares=amount.split(weights), unallocated=Money.zero(amount.code))
    parts, left = split_within(amount.minor, weights, [room.minor for room in rooms])
    return Shared(
        shares=tuple(Money.from_minor(part, amount.code) for part in parts),
        unallocated=Money.from_minor(left, amount.code),
    )


def refundable(
    amount: Money,
    *,
    returned: Decimal,
    quantity: Decimal,
    already: Decimal = Decimal(0),
) -> Money:
    """What of a line's net goes back when ``returned`` of its ``quantity`` come back.

    Cumulative: with ``already`` units returned before, all partial returns add up to the line's
    net exactly, in any order and any number of steps.

    >>> [refundable(Money("100.00", "CNY"), returned=Decimal(1), quantity=Decimal(3),
    ...             already=Decimal(n)).amount for n in range(3)]
    [Decimal('33.33'), Decimal('33.34'), Decimal('33.33')]
    """
    whole, start = Fraction(quantity), Fraction(already)
    end = start + Fraction(returned)
    if whole <= 0 or not 0 <= start <= end <= whole:
        raise Invalid(
            "return.exceeds_quantity",
            f"{returned} returned after {already} of {quantity}: more than was sold",
        )
    return amount.share(end / whole) - amount.share(start / whole)
