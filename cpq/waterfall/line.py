"""One line of a pricing with its price points side by side (计价行), and the totals by tax code."""

from decimal import Decimal

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Exact, Money
from cpq.kernel.text import Code, Line, LocalText
from cpq.plan import UNIT_POINTS, PricePoint
from cpq.pricebook.charge import Slice
from cpq.product import BillingPeriod
from cpq.tax import TaxBasis
from cpq.trace import Step


class UnitPoints(Frozen):
    """The price points of one unit, none overwritten by the next; at most six decimals are shown.

    ``list`` is the root of the book's chain, ``book`` the book at its first tier, ``tier`` at the
    tier that is reached; a point that no rule speaks of is ``None``, and so is one that depends on
    the quantity: the line's ``breakdown`` has it.

    >>> UnitPoints(list="100", book="92").canonical()
    '{"book":"92","list":"100"}'
    """

    cost: Exact | None = added(None)
    list: Exact | None = added(None)
    book: Exact | None = added(None)
    tier: Exact | None = added(None)
    attribute: Exact | None = added(None)
    contracted: Exact | None = added(None)
    special: Exact | None = added(None)
    manual: Exact | None = added(None)


class PricedLine(Frozen):
    """One line with its price points. Amounts are in ``currency``; prices are per ``unit``.

    ``list_amount`` and ``amount`` are quantity × ``list_price`` and × ``unit_price``, rounded by
    the policy; what recurs has prices per unit and ``billing`` period, and amounts, cost and floor
    that are × its ``periods``. ``discount`` is the sum of the line's allocations. On the ``basis``
    ``net``, prices are before tax and ``net`` = ``amount`` − ``discount``; on ``gross`` they
    include it and ``gross`` = ``amount`` − ``discount``. Always ``gross`` = ``net`` + ``tax``, of
    which ``tax_fixed`` is tax per unit.

    An ``included`` line is a part whose price its parent holds: its amounts are zero, and
    ``allocated`` is its share of that price where the bundle is allocated. An ``optional`` line is
    offered beside the totals. ``cost`` is what the line costs us, ``None`` where that is not known;
    ``floor`` the lowest amount that promotions may leave; ``breakdown`` the amount by tier where
    one unit does not cost as much as the next. ``free_by`` is the promotion that added the line as
    goods that are free: its ``amount`` is what they are worth. ``number`` is ``1.2``: the second
    part of line 1.

    >>> line = PricedLine(number="1.2", product="M8", name="Bolt", quantity=200, unit="pc",
    ...                   currency="CNY", list_price="0.35", unit_price="0.30",
    ...                   list_amount="70.00", amount="60.00", discount="3.00", net="57.00",
    ...                   tax_code="VAT13", tax_percent=13, tax="7.41", gross="64.41")
    >>> line.level, line.at("promotion")
    (1, Decimal('57.00'))
    """

    number: Line
    product: Code
    name: LocalText
    detail: tuple[LocalText, ...] = ()
    quantity: Exact
    unit: Code
    included: bool = False
    currency: CurrencyCode
    list_price: Exact
    unit_price: Exact
    list_amount: Exact
    amount: Exact
    discount: Exact
    net: Exact
    tax_code: Code
    tax_percent: Exact
    tax: Exact
    gross: Exact
    steps: tuple[Step, ...] = ()
    basis: TaxBasis = added("net")
    optional: bool = added(False)
    book: Code | None = added(None)
    cost: Exact | None = added(None)
    floor: Exact | None = added(None)
    allocated: Exact | None = added(None)
    tax_fixed: Exact = added(Decimal(0))
    points: UnitPoints | None = added(None)
    breakdown: tuple[Slice, ...] = added(())
    free_by: Code | None = added(None)
    billing: BillingPeriod | None = added(None)
    periods: int | None = added(None)

    @property
    def level(self) -> int:
        """How deep the line lies in its bundle: 0 for a line of its own."""
        return self.number.count(".")

    def at(self, point: PricePoint) -> Decimal | None:
        """The figure at a price point: per unit up to ``manual``, an amount of the line after it.

        ``None`` where no rule speaks of the point.
        """
        if point in UNIT_POINTS:
            return getattr(self.points, point, None)
        paid = self.gross if self.basis == "gross" else self.net
        amounts = {"promotion": paid, "floor": self.floor, "net": self.net, "tax": self.tax}
        return amounts.get(point, self.gross)


class TaxTotal(Frozen):
    """The net and the tax of all lines with one tax code."""

    code: Code
    percent: Exact
    net: Money
    tax: Money
