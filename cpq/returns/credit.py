"""What a return gives back, as a value (退货贷项): lines, deductions with their reasons, totals.

A credit is a fact. What was returned of a sale before is the sum of its earlier credits, and the
next one is what is due now less what they hold; so their sum is right whatever their order.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, total
from cpq.kernel.text import Code, Line, LocalText, Text

DeductionReason = Literal["claw_back", "gift", "rebill", "honoured"]
"""Why something is deducted: a discount no longer earned, a gift that stays, what stays priced
anew; ``honoured`` gives back of that what a promotion with ``keep`` gave."""


class AllocationBack(Frozen):
    """What comes back of one allocation: ``amount`` of the discount is given no longer.

    ``line`` is the line of the allocation; the parts of a bundle share the allocations of its
    head. Negative where a later return makes up for a claw-back.

    >>> AllocationBack(line="1", promotion="AUTUMN", tax_code="VAT13", funder="ACME",
    ...                amount="6.00", currency="CNY").money
    Money('6.00', 'CNY')
    """

    line: Line
    promotion: Code
    tax_code: Code
    funder: Code
    coupon: Line = ""
    amount: Exact
    currency: CurrencyCode

    @property
    def money(self) -> Money:
        """The amount as money."""
        return Money(self.amount, self.currency)


class ReturnedLine(Frozen):
    """What comes back of one line, and what was paid for it: ``gross`` = ``net`` + ``tax``.

    ``quantity`` is in ``unit``; a part of a bundle that comes back with its head has a row of its
    own, which bears its share of the price. ``gift`` is the promotion that gave the goods away.

    >>> ReturnedLine(line="1", product="M8", quantity=2, unit="pc", tax_code="VAT13",
    ...              net="180.00", tax="23.40", gross="203.40").gross
    Decimal('203.40')
    """

    line: Line
    product: Code
    name: LocalText = LocalText()
    quantity: Exact
    unit: Code
    tax_code: Code
    net: Exact
    tax: Exact
    gross: Exact
    gift: Code | None = None
    allocations: tuple[AllocationBack, ...] = ()


class Deduction(Frozen):
    """What is deducted from the refund on a line that stays, or given back again (below 0).

    ``promotion`` is the one that is concerned; a line that is rebilled has none. ``allocations``
    say whose discount it was.

    >>> Deduction(line="1", reason="claw_back", promotion="AUTUMN", tax_code="VAT13", net="5.00",
    ...           tax="0.65", gross="5.65", text="no longer earned").gross
    Decimal('5.65')
    """

    line: Line
    reason: DeductionReason
    promotion: Code | None = None
    tax_code: Code
    net: Exact
    tax: Exact
    gross: Exact
    text: LocalText
    allocations: tuple[AllocationBack, ...] = ()


class ReturnCredit(Frozen):
    """One return of goods: what is credited for them, what is deducted, what is paid out.

    ``sale`` is the content hash of the pricing that was sold, ``returned`` what came back now, in
    the units of the lines. ``net``, ``tax`` and ``gross`` are lines less deductions; they may be
    below 0. ``refund`` is what the customer gets: ``gross`` less what earlier credits left owed,
    and never below 0. What could not be deducted is ``owed``: carried to the next return of the
    sale, or, where the policy says that the customer pays, a ``charge`` now. ``complete``: nothing
    of the sale is left with the customer. ``counters`` are what the caps get back, by counter key.

    >>> credit = ReturnCredit(sale="5f2b", currency="CNY", returned=(("1", "2"),), lines=(
    ...     ReturnedLine(line="1", product="M8", quantity=2, unit="pc", tax_code="VAT13",
    ...                  net="180.00", tax="23.40", gross="203.40"),),
    ...     refund="203.40 CNY", charge="0.00 CNY", owed="0.00 CNY")
    >>> credit.gross, credit.deducted
    (Money('203.40', 'CNY'), Money('0', 'CNY'))
    """

    sale: Line
    currency: CurrencyCode
    returned: tuple[tuple[Line, Exact], ...]
    lines: tuple[ReturnedLine, ...]
    deductions: tuple[Deduction, ...] = ()
    refund: Money
    charge: Money
    owed: Money
    complete: bool = False
    counters: tuple[tuple[Text, Exact], ...] = ()

    def _less_deductions(self, column: Literal["net", "tax", "gross"]) -> Money:
        credited = total(getattr(line, column) for line in self.lines)
        deducted = total(getattr(row, column) for row in self.deductions)
        return Money(credited, self.currency) - Money(deducted, self.currency)

    @cached_property
    def net(self) -> Money:
        """What is credited before tax, less deductions."""
        return self._less_deductions("net")

    @cached_property
    def tax(self) -> Money:
        """The tax on it."""
        return self._less_deductions("tax")

    @cached_property
    def gross(self) -> Money:
        """What is credited with tax, less deductions."""
        return self._less_deductions("gross")

    @property
    def deducted(self) -> Money:
        """Σ deductions with tax."""
        return Money(total(row.gross for row in self.deductions), self.currency)

    @cached_property
    def allocations(self) -> tuple[AllocationBack, ...]:
        """What comes back of each allocation: with the goods, and by deductions."""
        rows: Iterable[ReturnedLine | Deduction] = (*self.lines, *self.deductions)
        return tuple(each for row in rows for each in row.allocations)


def given_back(credit: ReturnCredit) -> dict[str, Exact]:
    """What a return gives back to the counters of caps, by key: for ``BudgetLedger.give_back``.

    Amounts are in the counter's currency: the discount that is given no longer; units are those it
    was given on; orders and uses come back with the whole order only. Never below 0, and all
    returns of a sale together never give back more than it took.
    """
    return dict(credit.counters)
