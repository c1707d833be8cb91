"""The invoice (发票): what of a contract is billed, and with it the receivable.

An event of the payment plan bills an instalment, a delivery bills its share of one. That share
depends on what was delivered before and not on what was billed before, so deliveries may be
billed in any order, or not at all where a share rounds to nothing, and still add up. The billed
gross is shared over the contract's lines by what is still unbilled of each, so no line is ever
billed beyond its amount, and the last invoice takes exactly what is left:

    ===========  =====================================================  =====================
    figure       reckoned from                                          rounded
    ===========  =====================================================  =====================
    instalment   without a delivery what is left of it; with one its    half up, both shares
                 amount × net delivered up to and with this delivery
                 / net of the contract, less the same before it
    gross        the billed amount by unbilled gross of each line       largest remainder
    tax          unbilled tax × billed gross / unbilled gross           half up
    net          gross − tax                                            –
    value        net and tax of each line × rate                        half up, then summed
    ===========  =====================================================  =====================

The value is that in the currency of the books, of a contract in another one. Converting line by
line and adding up is not the same as converting the sum (spec 1.4: 40.43, not 40.44).

An invoice may cover what the customer owed before it was billed: see ``revenue.unbilled``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, money_total
from cpq.kernel.text import Code, Line, Number, number_key
from cpq.quote import PaymentEvent
from revenue.amount import NotNegative, Positive
from revenue.contract import Contract, ContractLine, Instalment
from revenue.exchange import book_value, refuse_half_valued
from revenue.fulfilment import Delivery
from revenue.receivable import Receivable


class InvoiceLine(Frozen):
    """What of one contract line is billed; ``gross_before`` is what earlier invoices billed of it.

    ``booked`` and ``booked_tax`` are the values of net and tax in the book currency where the
    contract is in another one.

    >>> InvoiceLine(line="1", net=Money("30", "CNY"), tax=Money("3.90", "CNY"),
    ...             tax_code="VAT13", tax_percent="13", gross_before=Money("0", "CNY")).gross
    Money('33.90', 'CNY')
    """

    line: Line
    net: NotNegative
    tax: NotNegative
    tax_code: Code
    tax_percent: Exact = Field(ge=0)
    gross_before: NotNegative
    booked: NotNegative | None = added(None)
    booked_tax: NotNegative | None = added(None)

    @property
    def gross(self) -> Money:
        """Net and tax."""
        return self.net + self.tax


class Cover(Frozen):
    """A receivable that was owed before this invoice billed it: all of its amount, the tax inside
    it, and what both are worth in the book currency where the contract is in another one.
    """

    receivable: Number
    amount: Positive
    tax: NotNegative | None = None
    booked: NotNegative | None = added(None)
    booked_tax: NotNegative | None = added(None)

    @classmethod
    def of(cls, debt: Receivable) -> "Cover":
        """As the receivable says it."""
        return cls(
            receivable=debt.number,
            amount=debt.amount,
            tax=debt.tax,
            booked=debt.booked,
            booked_tax=debt.booked_tax,
        )


class Invoice(Frozen):
    """A bill for (part of) an instalment, due on a day.

    ``delivery`` is the delivery that it bills, ``None`` where it bills what an event left of the
    instalment. ``covers`` are the receivables of what it bills that was owed before.
    """

    kind: Literal["invoice"] = "invoice"
    number: Number
    contract: Number
    instalment: int = Field(ge=1)
    delivery: Number | None = None
    customer: Code
    on: date
    due_on: date
    lines: tuple[InvoiceLine, ...] = Field(min_length=1)
    covers: tuple[Cover, ...] = added(())

    @model_validator(mode="after")
    def _holds_together(self) -> "Invoice":
        if self.due_on < self.on:
            raise ValueError(f"due_on {self.due_on} lies before on {self.on}")
        if len({line.gross.code for line in self.lines}) > 1:
            raise ValueError("the lines of an invoice are in one currency")
        refuse_half_valued(
            [amount for line in self.lines for amount in (line.net, line.tax)],
            [value for line in self.lines for value in (line.booked, line.booked_tax)],
        )
        if self.covers and self.covered > self.gross:
            raise ValueError(f"it covers {self.covered}, more than the {self.gross} that it bills")
        return self

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount."""
        return self.lines[0].net.code

    @property
    def net(self) -> Money:
        """The billed amount before tax."""
        return money_total((line.net for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        """The tax on it."""
        return money_total((line.tax for line in self.lines), self.currency)

    @property
    def gross(self) -> Money:
        """What the customer owes for it."""
        return money_total((line.gross for line in self.lines), self.currency)

    @property
    def covered(self) -> Money:
        """What of the gross was owed before."""
        return money_total((each.amount for each in self.covers), self.currency)

    @property
    def booked_net(self) -> Money | None:
        """What the net is worth in the book currency, line by line; ``None`` if not valued."""
        return _sum(line.booked for line in self.lines)

    @property
    def booked_tax(self) -> Money | None:
        """What the tax is worth in the book currency, line by line; ``None`` if not valued."""
        return _sum(line.booked_tax for line in self.lines)

    @property
    def booked(self) -> Money | None:
        """What the gross is worth in the book currency; ``None`` if not valued."""
        return _sum((self.booked_net, self.booked_tax))

    def booked_part(self, amount: Money, *, before: Money | None = None) -> Money | None:
        """The value of ``amount`` of the gross, of which ``before`` is owed by other receivables.

        It is the difference of two cumulative shares, each rounded half up, so however an invoice
        is parted into receivables, their values add up to its own. ``None`` if not valued.

        >>> line = InvoiceLine(line="1", net=Money("2", "USD"), tax=Money("1", "USD"),
        ...                    tax_code="T", tax_percent="50", gross_before=Money("0", "USD"),
        ...                    booked=Money("14.01", "CNY"), booked_tax=Money("7", "CNY"))
        >>> day = date(2026, 12, 1)
        >>> invoice = Invoice(number="INV-1", contract="HT-1", instalment=1, customer="C-1",
        ...                   on=day, due_on=day, lines=(line,))
        >>> part = Money("1.5", "USD")
        >>> invoice.booked_part(part), invoice.booked_part(part, before=part)
        (Money('10.51', 'CNY'), Money('10.50', 'CNY'))
        """
        value, gross = self.booked, self.gross
        if value is None:
            return None
        earlier = Money.zero(self.currency) if before is None else before
        return value.share((earlier + amount).ratio_to(gross)) - value.share(
            earlier.ratio_to(gross)
        )


def _sum(values: Iterable[Money | None]) -> Money | None:
    given = [value for value in values if value is not None]
    return money_total(given, given[0].code) if given else None


def bill(
    contract: Contract,
    *,
    event: PaymentEvent,
    on: date,
    number: str,
    delivery: Delivery | None = None,
    before: Iterable[Invoice] = (),
    instalment: int | None = None,
    receivable: str | None = None,
    rate: Decimal | int | str | None = None,
    books: str = "",
) -> tuple[Invoice, Receivable]:
    """The invoice for what an event makes billable, and its receivable (numbered as the invoice
    unless ``receivable`` says otherwise).

    ``before`` are the earlier invoices of the contract. Without a ``delivery`` all that is left of
    the instalment is billed, with one its share. An event of several instalments needs
    ``instalment`` to say which. ``rate`` is what one unit of the contract's currency is worth that
    day in ``books``, the currency of the books; a contract in that currency bears no values.
    Raises ``Invalid`` (``exchange.half_given``, ``exchange.bad_rate``) and ``Refused``:
    ``invoice.no_instalment``,
    ``invoice.several_instalments``, ``invoice.already_billed``, ``invoice.delivery_billed``,
    ``invoice.other_contract``, ``invoice.nothing_to_bill``, ``invoice.too_early``,
    ``invoice.due_too_late`` (after the last day of the calendar).
    """
    _refuse_foreign_delivery(contract, delivery, on)
    earlier = [each for each in before if number_key(each.contract) == number_key(contract.number)]
    part = _instalment(contract, event, instalment)
    amount = _billable(contract, part, delivery, earlier)
    invoice = Invoice(
        number=number,
        contract=contract.number,
        instalment=part.index,
        delivery=None if delivery is None else delivery.number,
        customer=contract.customer.code,
        on=on,
        due_on=_due_on(number, part, on),
        lines=tuple(
            line.with_(
                booked=book_value(line.net, rate=rate, books=books),
                booked_tax=book_value(line.tax, rate=rate, books=books),
            )
            for line in _shared(contract, amount, earlier)
        ),
    )
    debt = Receivable(
        number=receivable or number,
        customer=invoice.customer,
        source=number,
        contract=contract.number,
        on=on,
        due_on=invoice.due_on,
        amount=amount,
        booked=invoice.booked,
    )
    return invoice, debt


def _due_on(number: str, part: Instalment, on: date) -> date:
    if part.days > (date.max - on).days:
        raise Refused(
            "invoice.due_too_late",
            f"invoice {number} of {on} falls due {part.days} days later, after the last day of the "
            f"calendar ({date.max}); date it earlier",
            number=number,
            on=on,
        )
    return on + timedelta(days=part.days)


def _refuse_foreign_delivery(contract: Contract, delivery: Delivery | None, on: date) -> None:
    earliest = contract.signed_on
    if delivery is not None:
        earliest = delivery.on
        if number_key(delivery.contract) != number_key(contract.number):
            raise Refused(
                "invoice.other_contract",
                f"delivery {delivery.number} is of contract {delivery.contract}, "
                f"not {contract.number}",
                delivery=delivery.number,
                contract=contract.number,
            )
    if on < earliest:
        raise Refused(
            "invoice.too_early",
            f"on {on} nothing of contract {contract.number} can be billed for an event of "
            f"{earliest}",
            on=on,
            earliest=earliest,
        )


def _instalment(contract: Contract, event: PaymentEvent, index: int | None) -> Instalment:
    found = [
        each for each in contract.instalments if each.event == event and index in (None, each.index)
    ]
    if len(found) > 1:
        listed = ", ".join(str(each.index) for each in found)
        raise Refused(
            "invoice.several_instalments",
            f"contract {contract.number} has instalments {listed} for the event {event}, each "
            "due on its own day; bill them one by one with instalment=…",
            contract=contract.number,
            event=event,
            instalments=tuple(each.index for each in found),
        )
    if not found:
        plan = ", ".join(f"{each.index} {each.event}" for each in contract.instalments)
        raise Refused(
            "invoice.no_instalment",
            f"contract {contract.number} has no instalment"
            f"{'' if index is None else f' {index}'} for the event {event}; its plan is {plan}",
            contract=contract.number,
            event=event,
        )
    return found[0]


def _billable(
    contract: Contract, part: Instalment, delivery: Delivery | None, earlier: Sequence[Invoice]
) -> Money:
    """What is billed now of the instalment ``part``."""
    own = [each for each in earlier if each.instalment == part.index]
    left = part.amount - money_total((each.gross for each in own), contract.currency)
    named = f"instalment {part.index} of contract {contract.number}"
    if part.amount.amount and not left.amount:
        listed = ", ".join(each.number for each in own)
        raise Refused(
            "invoice.already_billed",
            f"{named} ({part.amount}) is billed by {listed}; there is nothing left of it",
            contract=contract.number,
            instalment=part.index,
        )
    amount = left if delivery is None else _share(contract, part, left, delivery, own)
    if amount.amount <= 0:
        raise Refused(
            "invoice.nothing_to_bill",
            f"{named} leaves {amount} to bill for this {part.event}; bill it with a later one",
            contract=contract.number,
            instalment=part.index,
        )
    return amount


def _share(
    contract: Contract, part: Instalment, left: Money, delivery: Delivery, own: Sequence[Invoice]
) -> Money:
    key = number_key(delivery.number)
    for each in own:
        if each.delivery is not None and number_key(each.delivery) == key:
            raise Refused(
                "invoice.delivery_billed",
                f"delivery {delivery.number} is billed by invoice {each.number} already",
                delivery=delivery.number,
                invoice=each.number,
            )
    if not contract.net.amount:
        return left
    before = part.amount.share(delivery.net_before.ratio_to(contract.net))
    after = part.amount.share((delivery.net_before + delivery.net).ratio_to(contract.net))
    return min(left, after - before)


def _shared(
    contract: Contract, amount: Money, earlier: Sequence[Invoice]
) -> tuple[InvoiceLine, ...]:
    """The billed gross over the lines by what is unbilled of each; lines that get none drop out."""
    billed: dict[str, tuple[Money, Money]] = {}
    zero = Money.zero(contract.currency)
    for invoice in earlier:
        for line in invoice.lines:
            gross, tax = billed.get(line.line, (zero, zero))
            billed[line.line] = gross + line.gross, tax + line.tax
    before = [billed.get(line.line, (zero, zero)) for line in contract.lines]
    rooms = [
        (line.gross - gross).minor for line, (gross, _) in zip(contract.lines, before, strict=True)
    ]
    return tuple(
        _invoice_line(line, gross, gross_before=gross_before, tax_before=tax_before)
        for line, gross, (gross_before, tax_before) in zip(
            contract.lines, amount.split(rooms), before, strict=True
        )
        if gross.amount
    )


def _invoice_line(
    line: ContractLine, gross: Money, *, gross_before: Money, tax_before: Money
) -> InvoiceLine:
    part = gross.ratio_to(line.gross - gross_before)
    tax = (line.tax - tax_before).share(part)
    return InvoiceLine(
        line=line.line,
        net=gross - tax,
        tax=tax,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
        gross_before=gross_before,
    )
