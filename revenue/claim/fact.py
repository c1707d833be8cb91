"""Claims on those who bear a promotion's cost, as facts (费用核销申请、冲回、结算).

A claim says what one funder owes for one promotion on one document, line by line. A return mirrors
the part of it that came back; a settlement takes away what the funder paid, credited or offset.
None is ever edited. How a claim is booked is said by its ``treatment``, a policy with a name:

    ============  ========================  =====================================================
    treatment     against                   why
    ============  ========================  =====================================================
    ``revenue``   revenue                   the funder pays part of the price for goods that the
                                            customer got: consideration may be paid by any party
                                            (IFRS 15.47 and BC187; ASC 705-20-25 excepts sales
                                            incentives that a manufacturer offers to customers)
    ``cost``      cost of sales             a supplier gives back part of what its goods cost
                                            (IAS 2.11; ASC 705-20-25-1)
    ``internal``  an internal clearing      a cost centre is the seller itself: the discount stays
                  account                   contra-revenue, and only the inner debt is booked
    ============  ========================  =====================================================
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative, NotZero, Positive

OWN_FUNDER = "own"
"""The seller among the funders: what it bears is no claim on anybody."""

ClaimedKind = Literal["brand", "distributor", "channel", "cost_centre"]
"""What a funder is on whom there are claims."""

ClaimTreatment = Literal["revenue", "cost", "internal"]
"""How claims are booked; see the table above."""

SettlementMeans = Literal["credit_note", "offset", "cash"]
"""How a funder settles: its credit note, an offset against what it is owed, money."""


class FunderTerms(Frozen):
    """What a funder is and how its claims are booked: by default ``revenue``, and ``internal``
    for a cost centre, for which nothing else is possible.

    >>> FunderTerms(funder="ACME").treatment, FunderTerms(funder="KA", kind="cost_centre").treatment
    ('revenue', 'internal')
    """

    funder: Code
    kind: ClaimedKind = "brand"
    treatment: ClaimTreatment = "revenue"

    @model_validator(mode="before")
    @classmethod
    def _internal_for_a_cost_centre(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("kind") == "cost_centre":
            return {"treatment": "internal", **value}
        return value

    @model_validator(mode="after")
    def _fits(self) -> "FunderTerms":
        _refuse_unfit(self.funder, self.kind, self.treatment)
        return self


class ClaimLine(Frozen):
    """What of one line and tax code is claimed or reversed; ``before`` is what was, earlier.

    >>> ClaimLine(line="1", tax_code="VAT13", amount=Money("10", "CNY")).before
    Money('0.00', 'CNY')
    """

    line: Line
    tax_code: Code
    amount: Positive
    before: NotNegative

    @model_validator(mode="before")
    @classmethod
    def _nothing_before(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("amount"), Money):
            return {"before": Money.zero(value["amount"].code), **value}
        return value


class Claim(Frozen):
    """What ``funder`` owes for its share of a promotion on a document of a contract.

    ``document`` is the invoice or delivery that it arose with; amounts are before tax, as the
    allocations are. ``before`` of each line is what earlier claims of the contract, the funder and
    the promotion claimed of it.

    >>> claim = Claim(number="CL-1", funder="ACME", promotion="AUTUMN", contract="HT-1",
    ...     document="INV-1", on=date(2026, 12, 1), lines=(
    ...         ClaimLine(line="1", tax_code="VAT13", amount=Money("30", "CNY")),))
    >>> claim.amount, claim.treatment
    (Money('30.00', 'CNY'), 'revenue')
    """

    kind: Literal["claim"] = "claim"
    number: Number
    funder: Code
    funder_kind: ClaimedKind = "brand"
    treatment: ClaimTreatment = "revenue"
    promotion: Code
    contract: Number
    document: Number
    on: date
    lines: tuple[ClaimLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "Claim":
        _refuse_unfit(self.funder, self.funder_kind, self.treatment)
        _refuse_mixed(self.lines)
        return self

    @property
    def amount(self) -> Money:
        """What is claimed in all."""
        return _sum(self.lines)


class ClaimReversal(Frozen):
    """The part of a claim that a return takes back: a mirror of as much of its lines (冲回).

    ``before`` of each line is what was reversed of that line of the claim earlier. Where the funder
    has paid already, it is owed what was reversed.
    """

    kind: Literal["claim_reversal"] = "claim_reversal"
    number: Number
    claim: Number
    funder: Code
    contract: Number
    document: Number
    on: date
    lines: tuple[ClaimLine, ...] = Field(min_length=1)
    reason: Line = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "ClaimReversal":
        _refuse_mixed(self.lines)
        return self

    @property
    def amount(self) -> Money:
        """What is reversed in all."""
        return _sum(self.lines)


class ClaimSettlement(Frozen):
    """``amount`` of a claim is settled; below 0 where the funder gets back what it overpaid.

    ``reference`` is the funder's credit note, the payment of the bank, the offset document.

    >>> ClaimSettlement(number="S-1", claim="CL-1", funder="ACME", contract="HT-1",
    ...                 means="credit_note", reference="GS-77", on=date(2027, 1, 5),
    ...                 amount=Money("30", "CNY")).amount
    Money('30.00', 'CNY')
    """

    kind: Literal["claim_settlement"] = "claim_settlement"
    number: Number
    claim: Number
    funder: Code
    contract: Number
    means: SettlementMeans
    reference: Line = ""
    amount: NotZero
    on: date


def _refuse_unfit(funder: str, kind: ClaimedKind, treatment: ClaimTreatment) -> None:
    if funder == OWN_FUNDER:
        raise Invalid("claim.own", "what the seller bears itself is no claim; leave 'own' out")
    if (kind == "cost_centre") != (treatment == "internal"):
        raise Invalid(
            "claim.treatment",
            f"claims on a cost centre are internal, and no others are; found {treatment!r} for "
            f"{funder!r}, a {kind}",
        )


def _refuse_mixed(lines: Iterable[ClaimLine]) -> None:
    every = tuple(lines)
    currencies = {amount.code for line in every for amount in (line.amount, line.before)}
    if len(currencies) > 1:
        raise ValueError(f"a claim is in one currency; found {sorted(currencies)}")
    if len({(line.line, line.tax_code) for line in every}) < len(every):
        raise ValueError("a line and tax code stands on a claim once; add its amounts up")


def _sum(lines: tuple[ClaimLine, ...]) -> Money:
    return money_total((line.amount for line in lines), lines[0].amount.code)
