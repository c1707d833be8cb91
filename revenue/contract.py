"""The contract and its payment plan (合同、回款计划、期次): what an accepted quote binds both to.

A contract keeps the lines that carry a price, by the numbers they had in what was accepted of the
quote, its alternative and its options, and names the version of the quote and the hash of what the
customer accepted. The plan cuts the total into
instalments, each due some days after an event; their amounts are split by largest remainder, so
they add up to the total. Order, delivery and invoice all read these lines and never the quote.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from cpq.customer import Customer, Party
from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, money_total, plain, total
from cpq.kernel.text import Code, Line, LocalText, Number
from cpq.quote import PaymentEvent, PaymentTerm, Quote
from cpq.quote import payment_terms as payment_plan
from cpq.waterfall import PricedLine
from revenue.amount import NotNegative

__all__ = [
    "Contract",
    "ContractLine",
    "Instalment",
    "PaymentPlan",
    "payment_plan",
    "sign",
]

PaymentPlan = tuple[PaymentTerm, ...]
"""Shares of the total and when they fall due, as ``payment_plan`` makes it."""


class ContractLine(Frozen):
    """What one line of the quote became: ``line`` is its number there, amounts are of the line.

    >>> ContractLine(line="1", product="L-1", name="Laser", quantity="2", unit="pc",
    ...              net=Money("100", "CNY"), tax_code="VAT13", tax_percent="13",
    ...              tax=Money("13", "CNY")).gross
    Money('113.00', 'CNY')
    """

    line: Line
    product: Code
    name: LocalText
    quantity: Exact = Field(gt=0)
    unit: Code
    net: NotNegative
    tax_code: Code
    tax_percent: Exact = Field(ge=0)
    tax: NotNegative

    @property
    def gross(self) -> Money:
        """Net and tax."""
        return self.net + self.tax


class Instalment(Frozen):
    """One part of the payment plan: ``amount`` (with tax) falls due ``days`` after ``event``.

    >>> Instalment(index=1, event="signing", days=7, percent="30", amount=Money("30", "CNY")).days
    7
    """

    index: int = Field(ge=1)
    event: PaymentEvent
    days: int = Field(default=0, ge=0, le=3660)
    percent: Exact = Field(gt=0, le=100)
    amount: NotNegative


class Contract(Frozen):
    """A signed contract: lines, instalments that add up to their gross, and where it came from."""

    kind: Literal["contract"] = "contract"
    number: Number
    version: int = Field(default=1, ge=1)
    quote: Number
    quote_version: int = Field(ge=1)
    quote_hash: str
    customer: Customer
    seller: Party
    currency: CurrencyCode
    signed_on: date
    lines: tuple[ContractLine, ...] = Field(min_length=1)
    instalments: tuple[Instalment, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "Contract":
        amounts = [amount for line in self.lines for amount in (line.net, line.tax)]
        amounts += [instalment.amount for instalment in self.instalments]
        foreign = {amount.code for amount in amounts} - {self.currency}
        if foreign:
            raise ValueError(f"the contract is in {self.currency} but holds {sorted(foreign)}")
        if len({line.line for line in self.lines}) < len(self.lines):
            raise ValueError("two lines of the contract have the same number; keep one")
        if [each.index for each in self.instalments] != [*range(1, len(self.instalments) + 1)]:
            raise ValueError("instalments are numbered 1, 2, 3 … in the order of the plan")
        planned = money_total((each.amount for each in self.instalments), self.currency)
        if planned != self.gross:
            raise ValueError(f"the instalments add up to {planned}, the lines to {self.gross}")
        return self

    @property
    def net(self) -> Money:
        """The price before tax."""
        return money_total((line.net for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        """The tax on the price."""
        return money_total((line.tax for line in self.lines), self.currency)

    @property
    def gross(self) -> Money:
        """What the customer pays in all."""
        return money_total((line.gross for line in self.lines), self.currency)

    @cached_property
    def _by_line(self) -> dict[str, ContractLine]:
        return {line.line: line for line in self.lines}

    def line(self, number: str) -> ContractLine:
        """The line of that number. Raises ``NotFound`` (``contract.unknown_line``)."""
        found = self._by_line.get(number)
        if found is None:
            known = ", ".join(self._by_line)
            raise NotFound(
                "contract.unknown_line",
                f"contract {self.number} has no line {number!r}; its lines are {known}",
                contract=self.number,
                line=number,
            )
        return found


def sign(
    quote: Quote, *, number: str, on: date, plan: Iterable[PaymentTerm] | None = None
) -> Contract:
    """The contract that an accepted quote becomes when it is signed on a day.

    ``plan`` is the payment plan, by default that of the quote. Amounts stay in the currency of the
    quote; instalments are split by largest remainder. Raises ``Refused``:
    ``contract.quote_not_accepted``, ``contract.quote_altered`` (the quote is not what was
    accepted), ``contract.too_early`` (before the acceptance), ``contract.no_plan``,
    ``contract.plan_incomplete`` (not 100 %), ``contract.off_grid``, ``contract.negative_line``
    (amount or quantity), ``contract.nothing_to_pay``. Lines of quantity and amount 0 are left out,
    and so are alternatives and options that were not accepted.
    """
    accepted_hash = _accepted_hash(quote, on)
    terms = _complete(quote.payment if plan is None else tuple(plan), quote)
    lines = _contract_lines(quote)
    gross = money_total((line.gross for line in lines), quote.currency)
    if not gross.amount:
        raise Refused(
            "contract.nothing_to_pay",
            f"quote {quote.reference} comes to {gross}; a contract needs something to pay",
            quote=quote.number,
        )
    amounts = gross.split([term.percent for term in terms])
    return Contract(
        number=number,
        quote=quote.number,
        quote_version=quote.version,
        quote_hash=accepted_hash,
        customer=quote.customer,
        seller=quote.seller,
        currency=quote.currency,
        signed_on=on,
        lines=lines,
        instalments=tuple(
            Instalment(
                index=index,
                event=term.event,
                days=term.days,
                percent=term.percent,
                amount=amount,
            )
            for index, (term, amount) in enumerate(zip(terms, amounts, strict=True), start=1)
        ),
    )


def _accepted_hash(quote: Quote, on: date) -> str:
    acceptance = quote.acceptance
    if acceptance is None:
        raise Refused(
            "contract.quote_not_accepted",
            f"quote {quote.reference} is {quote.state}; accept() it before signing",
            quote=quote.number,
            state=quote.state,
        )
    if quote.as_sent.content_hash() != acceptance.quote_hash:
        raise Refused(
            "contract.quote_altered",
            f"quote {quote.reference} is not what {acceptance.by} accepted on {acceptance.on}: "
            "its content has another hash; sign the quote that was accepted",
            quote=quote.number,
            accepted=acceptance.quote_hash,
        )
    if on < acceptance.on:
        raise Refused(
            "contract.too_early",
            f"on {on} quote {quote.reference} was not accepted yet (that was {acceptance.on}); "
            "sign on that day or later",
            quote=quote.number,
            accepted_on=acceptance.on,
        )
    return acceptance.quote_hash


def _complete(terms: PaymentPlan, quote: Quote) -> PaymentPlan:
    if not terms:
        raise Refused(
            "contract.no_plan",
            f"quote {quote.reference} has no payment terms; give plan=payment_plan(…)",
            quote=quote.number,
        )
    share = total(term.percent for term in terms)
    if share != 100:
        raise Refused(
            "contract.plan_incomplete",
            f"the payment plan adds up to {plain(share)} %, not 100 %; change its shares",
            percent=share,
        )
    return terms


def _contract_lines(quote: Quote) -> tuple[ContractLine, ...]:
    return tuple(
        ContractLine(
            line=line.number,
            product=line.product,
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            net=_bindable(Money(line.net, line.currency), "net", quote, line.number),
            tax_code=line.tax_code,
            tax_percent=line.tax_percent,
            tax=_bindable(Money(line.tax, line.currency), "tax", quote, line.number),
        )
        for line in quote.agreed.counted
        if not line.included and _binds(line, quote)
    )


def _binds(line: PricedLine, quote: Quote) -> bool:
    """Whether a line promises anything; nothing of something for nothing does not."""
    if line.quantity > 0:
        return True
    if line.quantity == line.net == line.tax == 0:
        return False
    raise Refused(
        "contract.negative_line",
        f"line {line.number} of quote {quote.reference} has the quantity {plain(line.quantity)}; "
        "a contract line promises more than 0: what comes back is another document",
        quote=quote.number,
        line=line.number,
    )


def _bindable(amount: Money, what: str, quote: Quote, line: str) -> Money:
    found = f"line {line} of quote {quote.reference} has the {what} {amount}"
    if amount.amount < 0:
        raise Refused(
            "contract.negative_line",
            f"{found}; a contract line is 0 or more: give the discount on the lines it lowers",
            quote=quote.number,
            line=line,
        )
    try:
        return Money.from_minor(amount.minor, amount.code)
    except Invalid:
        raise Refused(
            "contract.off_grid",
            f"{found}, more decimals than {amount.code} has; price it with a policy that rounds "
            "amounts to the currency",
            quote=quote.number,
            line=line,
        ) from None
