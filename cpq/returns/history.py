"""What came back of a sale before (历次退货): the sum of its earlier credits, in any order."""

from collections.abc import Iterable
from decimal import Decimal

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total, total
from cpq.returns.credit import Deduction, ReturnCredit, ReturnedLine
from cpq.returns.sold import NOTHING, DeductionKey, Deductions, Figures, ShareKey, sums
from cpq.waterfall import Pricing

_NOT_YET = (Decimal(0), NOTHING)


class Returned:
    """Quantities, money, deductions and counters of all earlier credits, and what they left owed.

    Raises ``Refused`` (``return.other_sale``) for a credit of another sale.
    """

    def __init__(self, pricing: Pricing, credits_: Iterable[ReturnCredit]) -> None:
        earlier = tuple(credits_)
        self.sale = pricing.content_hash()
        self.quantities: dict[str, Decimal] = {}
        self.counters: dict[str, Decimal] = {}
        self.deductions: Deductions = {}
        self._lines: dict[str, tuple[Decimal, Figures]] = {}
        for credit in earlier:
            self._refuse_other(credit)
            self.quantities = sums(self.quantities, dict(credit.returned))
            self.counters = sums(self.counters, dict(credit.counters))
            for line in credit.lines:
                quantity, figures = self.line(line.line)
                quantity = total((quantity, line.quantity))
                self._lines[line.line] = (quantity, _with(figures, line))
            for row in credit.deductions:
                key = DeductionKey(row.line, row.reason, row.promotion or "")
                self.deductions[key] = _with(self.deductions.get(key, NOTHING), row)
        paid_out = (each.refund - each.charge - each.gross for each in earlier)
        self.owed: Money = money_total(paid_out, pricing.currency)

    def line(self, number: str) -> tuple[Decimal, Figures]:
        """How much of a line came back, and the money that it brought."""
        return self._lines.get(number, _NOT_YET)

    def _refuse_other(self, credit: ReturnCredit) -> None:
        if credit.sale != self.sale:
            raise Refused(
                "return.other_sale",
                f"a return of the sale {credit.sale[:12]}… is given among those of "
                f"{self.sale[:12]}…; give the earlier returns of this sale only",
                sale=self.sale,
                found=credit.sale,
            )


def _with(figures: Figures, row: ReturnedLine | Deduction) -> Figures:
    shares = {
        ShareKey(each.line, each.promotion, each.tax_code, each.funder, each.coupon): each.amount
        for each in row.allocations
    }
    return figures.plus(Figures(row.net, row.tax, row.gross, shares))
