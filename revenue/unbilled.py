"""What is owed before it is billed (应收账款—未开票), and the invoice that bills it.

Goods of a month are often billed together at its end, yet control and the right to the money passed
with each delivery. ``owe`` makes such a debt: it takes the position of its contract as an invoice
does, and its tax waits as 待转销项税额. ``cover`` makes the invoice that bills it later: the tax
becomes output VAT, and only what goes beyond the debt is owed anew. The debt itself stays as it is,
on its account and with its due date, until it is settled.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from cpq.kernel.errors import Refused
from cpq.kernel.money import money_total
from cpq.quote import PaymentEvent
from revenue.contract import Contract
from revenue.fulfilment import Delivery
from revenue.invoice import Cover, Invoice, bill
from revenue.receivable import Receivable


def owe(
    contract: Contract,
    *,
    event: PaymentEvent,
    on: date,
    number: str,
    delivery: Delivery | None = None,
    before: Iterable[Invoice] = (),
    instalment: int | None = None,
    rate: Decimal | int | str | None = None,
    books: str = "",
) -> Receivable:
    """What the customer owes by an event that nobody billed yet, as ``bill`` would bill it.

    Its origin says so (未开票). An invoice that is made later covers it. Raises as ``bill`` does.

    >>> from revenue.testing import example_contract, example_quote
    >>> debt = owe(example_contract(example_quote()), event="signing", on=date(2026, 12, 1),
    ...            number="AR-U")
    >>> debt.origin, debt.amount, debt.tax
    ('instalment', Money('1306.40', 'CNY'), Money('150.29', 'CNY'))
    """
    invoice, debt = bill(
        contract,
        event=event,
        on=on,
        number=number,
        delivery=delivery,
        before=before,
        instalment=instalment,
        rate=rate,
        books=books,
    )
    origin = "instalment" if delivery is None else "delivery"
    return debt.with_(source="", origin=origin, tax=invoice.tax)


def cover(
    billed: tuple[Invoice, Receivable], debts: Sequence[Receivable]
) -> tuple[Invoice] | tuple[Invoice, Receivable]:
    """What ``bill`` made, where ``debts`` were owed before: they are billed, and owed only once.

    The receivable is what the invoice bills beyond them, and left out where there is nothing.
    Raises ``Refused`` (``invoice.covers_too_much``).

    >>> from revenue.testing import example_contract, example_quote
    >>> contract, day = example_contract(example_quote()), date(2026, 12, 1)
    >>> debt = owe(contract, event="signing", on=day, number="AR-U")
    >>> facts = cover(bill(contract, event="signing", on=day, number="INV-1"), [debt])
    >>> [fact.number for fact in facts], facts[0].covered
    (['INV-1'], Money('1306.40', 'CNY'))
    """
    invoice, debt = billed
    owed = money_total((each.amount for each in debts), invoice.currency)
    if owed > invoice.gross:
        raise Refused(
            "invoice.covers_too_much",
            f"invoice {invoice.number} bills {invoice.gross}, the receivables that it is to cover "
            f"come to {owed}; bill more, or leave some to a later invoice",
            number=invoice.number,
            asked=owed,
            available=invoice.gross,
        )
    covering = invoice.with_(covers=tuple(Cover.of(each) for each in debts))
    rest = invoice.gross - owed
    if not rest.amount:
        return (covering,)
    value = covering.booked_part(rest, before=owed)
    return covering, debt.with_(amount=rest, booked=value)
