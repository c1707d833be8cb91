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
    ===========  =====================================================  =====================
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, money_total
from cpq.kernel.text import Code, Line, Number, number_key
from cpq.quote import PaymentEvent
from revenue.amount import NotNegative
from revenue.contract import Contract, ContractLine, Instalment
from revenue.fulfilment import Delivery
from revenue.receivable import Receivable


class InvoiceLine(Frozen):
    """What of one contract line is billed; ``gross_before`` is what earlier invoices billed of it.

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

    @property
    def gross(self) -> Money:
        """Net and tax."""
        return self.net + self.tax


class Invoice(Frozen):
    """A bill for (part of) an instalment, due on a day.

    ``delivery`` is the delivery that it bills, ``None`` where it bills what an event left of the
    instalment.
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

    @model_validator(mode="after")
    def _holds_together(self) -> "Invoice":
        if self.due_on < self.on:
            raise ValueError(f"due_on {self.due_on} lies before on {self.on}")
        if len({line.gross.code for line in self.lines}) > 1:
            raise ValueError("the lines of an invoice are in one currency")
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
) -> tuple[Invoice, Receivable]:
    """The invoice for what an event makes billable, and its receivable (numbered as the invoice
    unless ``receivable`` says otherwise).

    ``before`` are the earlier invoices of the contract. Without a ``delivery`` all that is left of
    the instalment is billed, with one its share. An event of several instalments needs
    ``instalment`` to say which. Raises ``Refused``: ``invoice.no_instalment``,
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
        lines=_shared(contract, amount, earlier),
    )
    debt = Receivable(
        number=receivable or number,
        customer=invoice.customer,
        source=number,
        contract=contract.number,
        on=on,
        due_on=invoice.due_on,
        amount=amount,
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
