"""What counts for a rebate (计返销售): a line of an invoice as it now stands, or what came back.

A sale is a statement, not an increment: handed in again unchanged it changes nothing, and handed
in with another amount, because it was invoiced anew or paid a little more, only the difference is
rated. A return is negative and names the line that it takes back, so that it is reversed where it
was assigned.
"""

from datetime import date

from pydantic import model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, plain
from cpq.kernel.text import Code, Line, Number


class SoldLine(Frozen):
    """A line that was sold, by its document, and the day that it counted on.

    >>> SoldLine(document="INV-1", line="1", on="2026-03-02").line
    '1'
    """

    document: Number
    line: Line
    on: date


class RebateSale(Frozen):
    """A line of ``document``: ``quantity`` of a product for ``net`` before tax, on a day.

    ``groups`` are those of the customer, ``family`` is what the product is a variant of and
    ``categories`` are all it lies in (``lineage``). ``paid`` is what of ``net`` is paid by now,
    for agreements on net paid. With ``returned`` it is a return: quantity and amounts of 0 or
    less. Raises ``Invalid``: ``rebate.sign``, ``rebate.paid``, ``money.currency_mismatch``.

    >>> sale = RebateSale(document="INV-1", line="1", customer="C-1", product="M8", quantity=13,
    ...                   net=Money("10.00", "CNY"), on="2026-03-02")
    >>> sale.currency
    'CNY'
    """

    document: Number
    line: Line
    customer: Code
    groups: tuple[Code, ...] = ()
    product: Code
    family: Code | None = None
    categories: tuple[Code, ...] = ()
    quantity: Exact
    unit: Code = "pc"
    net: Money
    paid: Money | None = None
    on: date
    returned: SoldLine | None = None

    @model_validator(mode="after")
    def _signs_agree(self) -> "RebateSale":
        paid = Money.zero(self.currency) if self.paid is None else self.paid
        figures = (self.quantity, self.net.amount, paid.amount)
        wrong = max(figures) > 0 if self.returned is not None else min(figures) < 0
        if wrong:
            kind = "return are 0 or less" if self.returned is not None else "sale are 0 or more"
            raise Invalid(
                "rebate.sign",
                f"{self.document} line {self.line}: quantity and amounts of a {kind}; found "
                f"{plain(self.quantity)} for {self.net}; a return names the line it takes back",
                document=self.document,
            )
        if abs(paid) > abs(self.net):
            raise Invalid(
                "rebate.paid",
                f"{self.document} line {self.line}: {paid} is paid of {self.net}; what is paid "
                "ahead does not count for the line",
                document=self.document,
            )
        return self

    @property
    def currency(self) -> str:
        """The ISO 4217 code of its amounts."""
        return self.net.code
