"""What came in, as the bank tells it: an amount, a payer and some words (来款).

A payment is what a receipt is before anybody said whose it is and what it settles. Everything that
the bank printed is kept as it stands; what it means is found out by the matcher.
"""

from datetime import date

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number, Text
from revenue.amount import Positive
from revenue.receipt import Receipt


class Payment(Frozen):
    """``amount`` that came in on a day; ``customer`` is empty while nobody knows who paid.

    ``text`` is the remittance text of the bank (附言、摘要); ``references`` came in fields of their
    own, such as a creditor reference of ISO 11649.

    >>> from cpq.kernel.money import Money
    >>> Payment(number="R-1", on=date(2026, 12, 1), amount=Money("300", "CNY"),
    ...         payer="Orion Tools Ltd", text="INV-0012").customer
    ''
    """

    number: Number
    on: date
    amount: Positive
    customer: Line = ""
    payer: Line = ""
    payer_account: Line = ""
    text: Text = ""
    references: tuple[Line, ...] = ()


def payment_of(receipt: Receipt) -> Payment:
    """The payment that a receipt records: its reference becomes the text.

    >>> from cpq.kernel.money import Money
    >>> payment_of(Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                    amount=Money("300", "CNY"), reference="INV-0012")).text
    'INV-0012'
    """
    return Payment(
        number=receipt.number,
        on=receipt.on,
        amount=receipt.amount,
        customer=receipt.customer,
        payer=receipt.payer,
        payer_account=receipt.payer_account,
        text=receipt.reference,
    )
