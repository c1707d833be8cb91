"""A line, its figures and its rules on two sides (行与规则变动): what comparisons share.

Amounts are those of the whole line before tax unless they say otherwise; a side that is not there
is ``None``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, difference, rounded_fraction
from cpq.kernel.text import Code, Line, LocalText
from cpq.plan import PricePoint

_PERCENT_PLACES = 2
_NOTHING = Decimal(0)

RuleFate = Literal["lost", "gained", "altered"]
"""A rule acted before and not now, acts now and did not before, or does something else."""


def change_percent(before: Decimal, after: Decimal) -> Decimal | None:
    """The change in percent of the size of ``before``, two decimals, half up; of 0 there is none.

    >>> change_percent(Decimal(80), Decimal(84)), change_percent(Decimal(0), Decimal(5))
    (Decimal('5.00'), None)
    """
    if not before:
        return None
    part = Fraction(difference(after, before)) / Fraction(before.copy_abs())
    return rounded_fraction(part * 100, _PERCENT_PLACES)


class LineFigures(Frozen):
    """A line on one side of the comparison: prices per unit, amounts of the whole line before tax.

    ``cost`` holds the cost of the parts that the line includes; ``None`` where one is not known.
    """

    quantity: Exact
    unit_price: Exact
    net: Exact
    cost: Exact | None
    book: Code
    included: bool = False
    optional: bool = False

    @property
    def counts(self) -> bool:
        """Whether the line is in the totals of its quote."""
        return not (self.included or self.optional)


class RuleChange(Frozen):
    """A rule that makes a line's price otherwise than it did.

    ``before`` and ``after`` are the figures that it left: per unit up to the point ``manual``,
    amounts of the line beyond; ``None`` where it did not act.
    """

    fate: RuleFate
    point: PricePoint
    rule: Line
    name: LocalText = LocalText()
    before: Exact | None = None
    after: Exact | None = None


class LineChange(Frozen):
    """A line before and after, in ``currency``; ``None`` on the side where there is no such line.

    ``findings`` say why it cannot be priced any more.

    >>> figures = LineFigures(quantity=2, unit_price="50", net="100.00", cost=None, book="LIST")
    >>> line = LineChange(number="1", product="M8", name="Bolt", unit="pc", currency="CNY",
    ...                   before=figures, after=figures.with_(unit_price="54", net="108.00"))
    >>> line.change, line.percent
    (Decimal('8.00'), Decimal('8.00'))
    """

    number: Line
    product: Code
    name: LocalText
    unit: Code
    currency: CurrencyCode
    category: Code | None = None
    before: LineFigures | None
    after: LineFigures | None
    rules: tuple[RuleChange, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def net_before(self) -> Decimal:
        """What the line was worth in the total of its quote."""
        return self.before.net if self.before is not None and self.before.counts else _NOTHING

    @property
    def net_after(self) -> Decimal:
        """What it is worth now."""
        return self.after.net if self.after is not None and self.after.counts else _NOTHING

    @property
    def change(self) -> Decimal:
        """``net_after`` − ``net_before``."""
        return difference(self.net_after, self.net_before)

    @property
    def percent(self) -> Decimal | None:
        """The change in percent, two decimals."""
        return change_percent(self.net_before, self.net_after)
