"""What an offer is (报价单): a version with its pricing, its words, and what became of it.

A version may hold alternatives beside the pricing that it recommends. Whatever state it is in, it
knows itself as it was sent: approvals, acceptance, loss and withdrawal all name the hash of that.
"""

from datetime import date, datetime
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from cpq.approval import Decision
from cpq.cap import CapTake
from cpq.customer import Customer, Party
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, plain, total
from cpq.kernel.period import Period
from cpq.kernel.period import zone as time_zone
from cpq.kernel.text import Line, LocalText, Number
from cpq.quote.acceptance import QuoteAcceptance, QuoteLoss, QuoteWithdrawal
from cpq.quote.alternative import Alternative, largest_takes, options_of, with_options
from cpq.quote.ports import Sha256
from cpq.quote.state import QuoteState
from cpq.waterfall import Pricing

_ENDINGS = {
    "accepted": ("acceptance", "an acceptance"),
    "lost": ("loss", "a loss"),
    "withdrawn": ("withdrawal", "a withdrawal"),
    "approved": ("cleared", "the hash that was cleared"),
}
"""What each of these states has, and no other."""


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


class Quote(Frozen):
    """An offer: one version, with the pricing and the words it was made of.

    ``valid_until`` is its last day, inclusive, in ``zone``. ``pricing`` is what is recommended,
    ``alternatives`` stand beside it. ``approvals`` are the decisions made on this version and on
    those before it; ``cleared`` is the hash of the offer that they let go out.
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
    zone: Line = added("UTC")
    alternatives: tuple[Alternative, ...] = added(())
    cleared: Sha256 | None = added(None)
    withdrawal: QuoteWithdrawal | None = added(None)

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
        for state, (field, what) in _ENDINGS.items():
            if (self.state == state) != (getattr(self, field) is not None):
                article = "an" if state.startswith("a") else "a"
                raise ValueError(f"{article} {state} quote, and only that, has {what}")
        time_zone(self.zone)
        return self

    @model_validator(mode="after")
    def _alternatives_fit(self) -> "Quote":
        codes = [each.code for each in self.alternatives]
        if len(set(codes)) < len(codes):
            raise ValueError(f"two alternatives have the same code; found {', '.join(codes)}")
        for each in self.alternatives:
            found = each.pricing.customer, each.pricing.currency
            if found != (self.customer.code, self.currency):
                raise ValueError(
                    f"alternative {each.code} is for {found[0]!r} in {found[1]}, the quote for "
                    f"{self.customer.code!r} in {self.currency}; price it for the same"
                )
        return self

    @model_validator(mode="after")
    def _what_was_accepted_was_offered(self) -> "Quote":
        acceptance = self.acceptance
        if acceptance is None:
            return self
        if acceptance.alternative is not None and self.alternative(acceptance.alternative) is None:
            raise ValueError(
                f"the acceptance is of alternative {acceptance.alternative}, which is not there"
            )
        if acceptance.options:
            known = {line.number for line in options_of(self._chosen)}
            unknown = [number for number in acceptance.options if number not in known]
            if unknown or len(set(acceptance.options)) < len(acceptance.options):
                raise ValueError(
                    f"the acceptance takes the options {', '.join(acceptance.options)}; each is "
                    f"named once, and they are among {', '.join(sorted(known)) or 'none'}"
                )
        return self

    def alternative(self, code: str) -> Alternative | None:
        """The alternative of that code, if there is one."""
        return next((each for each in self.alternatives if each.code == code), None)

    @property
    def _chosen(self) -> Pricing:
        code = None if self.acceptance is None else self.acceptance.alternative
        chosen = None if code is None else self.alternative(code)
        return self.pricing if chosen is None else chosen.pricing

    @cached_property
    def agreed(self) -> Pricing:
        """The pricing that was accepted: the chosen alternative, with the options that were taken
        among its lines. Until then what is recommended.
        """
        options = () if self.acceptance is None else self.acceptance.options
        return with_options(self._chosen, options)

    @property
    def pricings(self) -> tuple[Pricing, ...]:
        """Every pricing of the offer, the recommended one first."""
        return self.pricing, *(each.pricing for each in self.alternatives)

    @property
    def taken(self) -> tuple[CapTake, ...]:
        """What the offer takes of the counters of caps: once accepted what was chosen does, before
        that of each counter the largest that one of the alternatives takes.
        """
        return self._chosen.taken if self.acceptance is not None else largest_takes(self.pricings)

    @property
    def reference(self) -> str:
        """Number and version as people write them: ``Q-2026-0001 / 2`` is version 2."""
        return self.number if self.version == 1 else f"{self.number} / {self.version}"

    @property
    def expires_at(self) -> datetime:
        """The instant, in UTC, from which it holds no longer: the end of its last day, in
        ``zone``.
        """
        return Period(end=self.valid_until).bounds(time_zone(self.zone))[1]

    @property
    def as_sent(self) -> "Quote":
        """The version as its customer has it, or would have it, whatever became of it since."""
        ended: dict[str, None] = dict.fromkeys(field for field, _ in _ENDINGS.values())
        return self.with_(state="sent", **ended)

    @property
    def currency(self) -> str:
        """The ISO 4217 code that every amount of the quote is in."""
        return self.pricing.currency

    @property
    def net(self) -> Money:
        """The total before tax, of what was agreed."""
        return self.agreed.net

    @property
    def tax(self) -> Money:
        """The tax on the total."""
        return self.agreed.tax

    @property
    def gross(self) -> Money:
        """The total to pay."""
        return self.agreed.gross


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
