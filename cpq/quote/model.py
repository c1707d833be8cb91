"""What an offer is (报价单): a version with its pricing, its words, and what became of it."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.approval import Decision
from cpq.customer import Customer, Party
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, plain, total
from cpq.kernel.text import Line, LocalText, Number
from cpq.waterfall import Pricing

QuoteState = Literal["draft", "sent", "accepted", "superseded", "lost"]
PaymentEvent = Literal["signing", "delivery", "acceptance"]
"""What makes an instalment fall due: the signing, a delivery, the customer's acceptance (验收)."""


class PaymentTerm(Frozen):
    """``percent`` of the total falls due ``days`` after an event (付款条件).

    >>> PaymentTerm(percent="30", event="signing", days=7).days
    7
    """

    percent: Exact = Field(gt=0, le=100)
    event: PaymentEvent
    days: int = Field(default=0, ge=0, le=3660)


class Clause(Frozen):
    """A numbered clause of the terms: a title and its words, in both languages.

    >>> Clause(title={"en": "Warranty", "zh": "质保"}, text="24 months").title.in_("zh")
    '质保'
    """

    title: LocalText = LocalText()
    text: LocalText


class QuoteAcceptance(Frozen):
    """Who accepted, on which day, and the hash of exactly what was accepted."""

    on: date
    by: Line
    quote_hash: str


class QuoteLoss(Frozen):
    """On which day the customer turned the offer down and why; the hash of exactly that offer."""

    on: date
    reason: Line = Field(min_length=1)
    quote_hash: str


class Quote(Frozen):
    """An offer: one version, with the pricing and the words it was made of.

    ``approvals`` are the decisions made on this version and on those before it.
    """

    number: Number
    version: int = Field(default=1, ge=1)
    state: QuoteState = "draft"
    title: LocalText = LocalText()
    customer: Customer
    seller: Party
    pricing: Pricing
    issued_on: date
    valid_until: date
    payment: tuple[PaymentTerm, ...] = ()
    delivery: LocalText = LocalText()
    terms: tuple[Clause, ...] = ()
    salesperson: Party | None = None
    acceptance: QuoteAcceptance | None = None
    loss: QuoteLoss | None = added(None)
    approvals: tuple[Decision, ...] = added(())

    @model_validator(mode="after")
    def _holds_together(self) -> "Quote":
        if self.valid_until < self.issued_on:
            raise ValueError(
                f"valid_until {self.valid_until} lies before issued_on {self.issued_on}"
            )
        if self.customer.code != self.pricing.customer:
            raise ValueError(
                f"the quote is for {self.customer.code!r} but was priced for "
                f"{self.pricing.customer!r}; price it for this customer"
            )
        share = total(term.percent for term in self.payment)
        if self.payment and share != 100:
            raise ValueError(f"the payment terms add up to {plain(share)} %, not 100 %")
        if (self.state == "accepted") != (self.acceptance is not None):
            raise ValueError("an accepted quote, and only that, has an acceptance")
        if (self.state == "lost") != (self.loss is not None):
            raise ValueError("a lost quote, and only that, has a loss")
        return self

    @property
    def reference(self) -> str:
        """Number and version as people write them: ``Q-2026-0001 / 2`` is version 2."""
        return self.number if self.version == 1 else f"{self.number} / {self.version}"

    @property
    def currency(self) -> str:
        """The ISO 4217 code that every amount of the quote is in."""
        return self.pricing.currency

    @property
    def net(self) -> Money:
        """The total before tax."""
        return self.pricing.net

    @property
    def tax(self) -> Money:
        """The tax on the total."""
        return self.pricing.tax

    @property
    def gross(self) -> Money:
        """The total to pay."""
        return self.pricing.gross


def payment_terms(*terms: tuple[str, PaymentEvent, int]) -> tuple[PaymentTerm, ...]:
    """Payment terms from (share, event, days): ``("30%", "signing", 7)``.

    >>> terms = payment_terms(("30%", "signing", 7), ("70 %", "delivery", 30))
    >>> [str(term.percent) for term in terms]
    ['30', '70']
    """
    return tuple(
        PaymentTerm(percent=share.replace("%", "").strip(), event=event, days=days)
        for share, event, days in terms
    )
