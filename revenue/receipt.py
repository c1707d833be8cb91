"""The receipt: money that came in from a customer (收款单、回款), and whose it is (认领).

Never goods that arrived: those are a ``Delivery``. What of a receipt is not applied yet is on
account (预收); it stays the customer's until it is applied or paid back. A receipt whose payer
nobody knows bears no customer (待认领款); an ``Identification`` says later whose it is, or whose
part of it is. An advance is paid for what is yet to be delivered, and keeps the exchange rate of
its day (IFRIC 22); with a contract it pays that contract's receivables only (定向抵扣).

Where output VAT is inside an advance, only the rest of it is a contract liability; the tax waits to
be billed (待转销项税额). Such an advance is worth its net in the books, and what is taken of it
takes its share of that, as of documents in a foreign currency: so nothing is left of the tax when
nothing is left of the advance, and undoing gives both back as they were.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code, CodeIfAny, Line, Number
from revenue.amount import NotNegative, Positive

RefundCause = Literal["refund", "bounced"]
"""Why money goes back: the seller pays it back (退款), or the bank took it back (退票)."""


class Receipt(Frozen):
    """``amount`` that a customer paid; ``payer`` and ``reference`` as the bank shows them.

    ``customer`` is empty while nobody knows who paid. ``bank`` is the place on the statement,
    ``booked`` the value in the book currency where the money is in another one. With ``rebate`` no
    money came in: it holds what was settled of the rebate under that agreement by credit note or
    offset, and has the number of the settlement. ``tax`` is the output VAT inside an advance in
    the currency of the books.

    >>> from cpq.kernel.money import Money
    >>> Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...         amount=Money("300", "CNY"), reference="INV-1").reference
    'INV-1'
    """

    kind: Literal["receipt"] = "receipt"
    number: Number
    customer: CodeIfAny
    on: date
    amount: Positive
    payer: Line = ""
    reference: Line = ""
    rebate: Line = added("")
    payer_account: Line = added("")
    bank: Line = added("")
    advance: bool = added(False)
    contract: Line = added("")
    booked: NotNegative | None = added(None)
    tax: NotNegative | None = added(None)

    @model_validator(mode="after")
    def _holds_together(self) -> "Receipt":
        if self.advance and not self.customer:
            raise ValueError("an advance is a known customer's; identify the payer first")
        if self.tax is not None:
            if not self.advance or self.booked is not None:
                raise ValueError("tax is inside an advance, and in the currency of the books")
            if self.tax.code != self.amount.code or self.tax > self.amount:
                raise ValueError(f"the tax {self.tax} is no part of the amount {self.amount}")
        if self.booked is not None and self.booked.code == self.amount.code:
            raise ValueError(
                f"booked {self.booked} is in the currency of the amount; give it only where the "
                "books are kept in another one"
            )
        return self


class Identification(Frozen):
    """``amount`` of a receipt is a customer's (认领); it goes on as a receipt of this number.

    The receipt was nobody's, or another customer's by mistake; of a payment for several customers
    each gets a part. ``tax`` is the output VAT inside the advance that it is found to be; of what
    was an advance already, the tax inside goes on where none is given.

    >>> from cpq.kernel.money import Money
    >>> Identification(number="ID-1", receipt="R-9", customer="C-1", amount=Money("80", "CNY"),
    ...                on=date(2026, 12, 3), by="Li").customer
    'C-1'
    """

    kind: Literal["identification"] = "identification"
    number: Number
    receipt: Number
    customer: Code
    amount: Positive
    on: date
    by: Line = Field(min_length=1)
    reason: Line = ""
    advance: bool = False
    contract: Line = ""
    books: tuple[NotNegative, ...] = added(())
    tax: NotNegative | None = added(None)

    @model_validator(mode="after")
    def _holds_together(self) -> "Identification":
        if self.tax is not None and (
            not self.advance or self.tax.code != self.amount.code or self.tax > self.amount
        ):
            raise ValueError(f"the tax {self.tax} is no part of an advance of {self.amount}")
        return self

    def opened(self, origin: Receipt) -> Receipt:
        """The receipt that it opens: this part of ``origin``, and this customer's."""
        taken = self.books[0] if self.books else None
        tax, booked = self.tax, taken
        if taken is not None and taken.code == self.amount.code:
            booked = None
            if tax is None and self.advance:
                tax = self.amount - taken
        return Receipt(
            number=self.number,
            customer=self.customer,
            on=self.on,
            amount=self.amount,
            payer=origin.payer,
            reference=origin.reference,
            payer_account=origin.payer_account,
            bank=origin.bank,
            advance=self.advance,
            contract=self.contract,
            booked=booked,
            tax=tax,
        )


class Refund(Frozen):
    """``amount`` of a receipt or a credit note goes back to the customer, or the bank took it.

    ``booked`` is what left the bank, in the book currency where the money is in another one.

    >>> from cpq.kernel.money import Money
    >>> Refund(number="RF-1", source="R-1", amount=Money("20", "CNY"), on=date(2026, 12, 9),
    ...        reason="paid twice", by="Wang").cause
    'refund'
    """

    kind: Literal["refund"] = "refund"
    number: Number
    source: Number
    means: Literal["receipt", "credit_note"] = "receipt"
    amount: Positive
    on: date
    cause: RefundCause = "refund"
    reason: Line = Field(min_length=1)
    reference: Line = ""
    by: Line = Field(min_length=1)
    booked: NotNegative | None = None
    books: tuple[NotNegative, ...] = added(())
