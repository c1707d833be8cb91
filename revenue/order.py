"""The sales order (销售订单): what of a contract is to be delivered."""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, Line, Number
from revenue.contract import Contract


class OrderLine(Frozen):
    """A quantity of a product to deliver; ``line`` is the number of the contract line.

    >>> OrderLine(line="1", product="L-1", quantity="2", unit="pc").quantity
    Decimal('2')
    """

    line: Line
    product: Code
    quantity: Exact = Field(gt=0)
    unit: Code


class SalesOrder(Frozen):
    """The order of one contract: its lines, without prices, which the contract keeps."""

    kind: Literal["order"] = "order"
    number: Number
    contract: Number
    customer: Code
    on: date
    lines: tuple[OrderLine, ...] = Field(min_length=1)

    def line(self, number: str) -> OrderLine:
        """The line of that number. Raises ``NotFound`` (``order.unknown_line``)."""
        for line in self.lines:
            if line.line == number:
                return line
        known = ", ".join(line.line for line in self.lines)
        raise NotFound(
            "order.unknown_line",
            f"order {self.number} has no line {number!r}; its lines are {known}",
            order=self.number,
            line=number,
        )


def order(contract: Contract, *, number: str, on: date) -> SalesOrder:
    """The order of everything in the contract.

    Raises ``Refused`` (``order.too_early``) for a day before the contract was signed.
    """
    if on < contract.signed_on:
        raise Refused(
            "order.too_early",
            f"order {number} is dated {on}, before contract {contract.number} was signed "
            f"({contract.signed_on}); date it that day or later",
            contract=contract.number,
            signed_on=contract.signed_on,
        )
    return SalesOrder(
        number=number,
        contract=contract.number,
        customer=contract.customer.code,
        on=on,
        lines=tuple(
            OrderLine(line=line.line, product=line.product, quantity=line.quantity, unit=line.unit)
            for line in contract.lines
        ),
    )
