"""Applying a receipt to a receivable, and undoing it (核销、反核销).

An application says that so much of a receipt, a credit note or a payable settles so much of a
receivable. Where less was paid than is settled, each difference stands beside the amount with its
reason: each has an account and a tax effect of its own, and all of it is one fact, so that undoing
it is one as well. It is never edited: a ``Reversal`` mirrors it, and both stay in the ledger.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, CodeIfAny, Line, Number
from revenue.amount import NotNegative, Positive
from revenue.receivable import Receivable
from revenue.retention import Retention

DifferenceReason = Literal[
    "discount",
    "short_pay",
    "bank_fee",
    "rounding",
    "withholding_tax",
    "deduction",
    "dispute",
    "retention",
]
"""Why less was paid than is settled: a discount for paying early (现金折扣), less than is worth
asking for (尾差), the bank's fee (手续费), rounding (舍入), tax that the customer withheld
(代扣税), a deduction that is charged off (扣款), a part that the customer disputes (争议) or holds
back (质保金)."""

RESIDUAL: tuple[DifferenceReason, ...] = ("dispute", "retention")
"""Reasons that leave something open: the difference goes on as an item of its own."""

TAXABLE: tuple[DifferenceReason, ...] = ("discount", "short_pay", "deduction")
"""Reasons that lower what was sold, and with it the tax."""

Means = Literal["receipt", "credit_note", "payable"]
"""What settles a receivable."""


class Difference(Frozen):
    """``amount`` of a receivable that is settled without money, and why.

    ``tax`` is the output VAT inside it that is corrected. A dispute or a retention goes on as an
    item with the number ``residual``, due on ``due_on``. ``booked`` is its value in the book
    currency where it is not that of the receivable.

    >>> from cpq.kernel.money import Money
    >>> Difference(reason="discount", amount=Money("11.90", "EUR"), tax=Money("1.90", "EUR")).net
    Money('10.00', 'EUR')
    """

    reason: DifferenceReason
    amount: Positive
    tax: NotNegative | None = None
    residual: CodeIfAny = ""
    due_on: date | None = None
    note: Line = ""
    booked: NotNegative | None = None

    @property
    def net(self) -> Money:
        """The amount before the tax inside it."""
        return self.amount if self.tax is None else self.amount - self.tax

    def opened(self, origin: Receivable, *, on: date) -> Receivable | Retention | None:
        """The item as which it goes on: what is disputed, or held back; ``None`` for the others."""
        if self.due_on is None:
            return None
        if self.reason == "retention":
            return Retention(
                number=self.residual,
                customer=origin.customer,
                receivable=origin.number,
                contract=origin.contract,
                on=on,
                due_on=self.due_on,
                amount=self.amount,
                booked=self.booked,
            )
        return Receivable(
            number=self.residual,
            customer=origin.customer,
            source=origin.number,
            contract=origin.contract,
            on=on,
            due_on=self.due_on,
            amount=self.amount,
            origin="dispute",
            booked=self.booked,
        )

    @model_validator(mode="after")
    def _holds_together(self) -> "Difference":
        if self.tax is not None:
            if self.reason not in TAXABLE:
                raise ValueError(f"a {self.reason} corrects no tax; leave tax out")
            if self.tax.code != self.amount.code or self.tax > self.amount:
                raise ValueError(f"the tax {self.tax} is no part of the amount {self.amount}")
        goes_on = self.reason in RESIDUAL
        if goes_on and (not self.residual or self.due_on is None):
            raise ValueError(f"a {self.reason} stays open: give it a number (residual) and due_on")
        if not goes_on and (self.residual or self.due_on):
            raise ValueError(f"a {self.reason} leaves nothing open; leave residual and due_on out")
        return self


class Application(Frozen):
    """``amount`` of a receipt settles that much of a receivable, and with it its ``differences``.

    ``receipt`` is the number of what pays: a receipt, or a credit note or payable by ``means``.
    ``paid`` is what it takes of the receipt where that is in another currency. ``agreement`` names
    what allows to net a payable, or to pay for another customer. ``proof`` says why the two belong
    together, ``by`` who said so. ``books`` are the book values taken from what pays and from the
    receivable, where they are kept in another currency.

    >>> from cpq.kernel.money import Money
    >>> Application(number="A-1", receipt="R-1", receivable="AR-1", amount=Money("300", "CNY"),
    ...             on=date(2026, 12, 2)).amount
    Money('300.00', 'CNY')
    """

    kind: Literal["application"] = "application"
    number: Number
    receipt: Number
    receivable: Number
    amount: Positive
    on: date
    means: Means = added("receipt")
    differences: tuple[Difference, ...] = added(())
    paid: Positive | None = added(None)
    agreement: Line = added("")
    proof: Line = added("")
    by: Line = added("")
    books: tuple[NotNegative, ...] = added(())

    @property
    def settled(self) -> Money:
        """What it takes of the receivable: the amount and every difference."""
        if not self.differences:
            return self.amount
        differences = money_total((each.amount for each in self.differences), self.amount.code)
        return self.amount + differences

    @property
    def taken(self) -> Money:
        """What it takes of the receipt, in the receipt's currency."""
        return self.amount if self.paid is None else self.paid

    @model_validator(mode="after")
    def _holds_together(self) -> "Application":
        if any(each.amount.code != self.amount.code for each in self.differences):
            raise ValueError(f"differences are in {self.amount.code}, as the amount is")
        if self.paid is not None and self.paid.code == self.amount.code:
            raise ValueError("paid is given only where the receipt is in another currency")
        if self.means == "payable" and not self.agreement:
            raise ValueError("netting a payable needs an agreement with the customer; name it")
        return self


class Adjustment(Frozen):
    """A difference without a payment: settles part of a receivable, or keeps part of a receipt.

    What is kept of a receipt is a ``rounding`` or ``short_pay``, with the sign turned: income.

    >>> from cpq.kernel.money import Money
    >>> Adjustment(number="AD-1", document="AR-1", on=date(2026, 12, 3), by="Wang", reason="agreed",
    ...            difference=Difference(reason="short_pay", amount=Money("1", "CNY"))).document
    'AR-1'
    """

    kind: Literal["adjustment"] = "adjustment"
    number: Number
    document: Number
    document_kind: Literal["receivable", "receipt"] = "receivable"
    difference: Difference
    on: date
    reason: Line = Field(min_length=1)
    by: Line = Field(min_length=1)
    books: tuple[NotNegative, ...] = added(())

    @property
    def amount(self) -> Money:
        """What it takes of the document."""
        return self.difference.amount

    @model_validator(mode="after")
    def _holds_together(self) -> "Adjustment":
        if self.document_kind == "receipt" and (
            self.difference.reason not in ("rounding", "short_pay") or self.difference.tax
        ):
            raise ValueError("what is kept of a receipt is a rounding or a short_pay without tax")
        return self


class DebtorChange(Frozen):
    """``amount`` of a receivable is owed by another customer from now on (应收转应收、并账).

    It goes on as a receivable of this number, due on ``due_on``.

    >>> from cpq.kernel.money import Money
    >>> DebtorChange(number="DC-1", receivable="AR-1", customer="C-2", amount=Money("80", "CNY"),
    ...              on=date(2026, 12, 3), due_on=date(2026, 12, 31), reason="merged",
    ...              by="Wang").customer
    'C-2'
    """

    kind: Literal["debtor_change"] = "debtor_change"
    number: Number
    receivable: Number
    customer: Code
    amount: Positive
    on: date
    due_on: date
    reason: Line = Field(min_length=1)
    by: Line = Field(min_length=1)
    books: tuple[NotNegative, ...] = added(())

    def opened(self, origin: Receivable) -> Receivable:
        """The receivable that it opens: the same debt of another customer."""
        return Receivable(
            number=self.number,
            customer=self.customer,
            source=origin.number,
            contract=origin.contract,
            on=self.on,
            due_on=self.due_on,
            amount=self.amount,
            origin="transfer",
            booked=self.books[0] if self.books else None,
        )


class Reversal(Frozen):
    """Undoes what the fact with the number ``reverses`` moved, from a day on.

    What can be reversed settles something or hands it on: ``revenue.ledger.Settlement`` lists the
    kinds. These share one series of numbers.

    >>> Reversal(number="X-1", reverses="A-1", on=date(2026, 12, 3), reason="wrong invoice").reason
    'wrong invoice'
    """

    kind: Literal["reversal"] = "reversal"
    number: Number
    reverses: Number
    on: date
    reason: Line = Field(min_length=1)
