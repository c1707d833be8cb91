"""What a house allows the matcher to do: steps, limits, tolerances, known fees (核销规则).

Nothing here guesses. A tolerance that is left blank is zero, because in a widely used system a
blank percentage silently forbade everything while people read it as "no limit"; no limit is written
``"none"``. What is short may be charged off only within the employee's and the customer's group,
and in each of them the lower of amount and percentage binds.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money
from cpq.kernel.text import Line
from revenue.amount import NotNegative
from revenue.application import DifferenceReason

Proof = Literal["reference", "single", "unique", "prefix", "tolerance", "suggestion"]
"""Why a candidate is one, the strongest first."""

Step = Literal["reference", "single", "unique", "prefix", "tolerance", "suggestion"]
"""The steps of the pipeline, by the proof that each can give."""

STEPS: tuple[Step, ...] = ("reference", "single", "unique", "prefix", "tolerance", "suggestion")
"""Every step, in the order in which they are tried."""

NO_LIMIT: Literal["none"] = "none"
"""How "no limit" is written in a tolerance."""

Limit = Exact | Literal["none"]
"""A limit of a tolerance: a number, or ``"none"`` for no limit."""

ADVANCE_WORDS = (
    *("预付", "定金", "订金", "押金", "保证金", "预存"),
    *("prepay", "advance", "deposit", "down payment", "downpayment", "anzahlung", "vorauskasse"),
)
"""Words that say that no open item is meant."""

PART_WORDS = (
    *("部分", "分期", "尾款", "首付"),
    *("part payment", "partial", "instalment", "installment", "teilzahlung", "on account"),
)
"""Words that say that an item is not paid in full."""


class ToleranceGroup(Frozen):
    """How much may be charged off by itself: an amount in the document's currency and a percentage.

    Both bind, the lower one first; what is left blank is zero, ``"none"`` is no limit.

    >>> group = ToleranceGroup(amount="2.00", percent="none")
    >>> group.allows(Money("1.99", "EUR"), of=Money("100", "EUR"))
    True
    >>> ToleranceGroup(amount="2.00").allows(Money("1.99", "EUR"), of=Money("100", "EUR"))
    False
    """

    amount: Limit = Decimal(0)
    percent: Limit = Decimal(0)

    def allows(self, short: Money, *, of: Money) -> bool:
        """Whether ``short`` of an item of ``of`` is within both limits; at one is within."""
        within_amount = self.amount == NO_LIMIT or short.amount <= self.amount
        if self.percent == NO_LIMIT:
            return within_amount
        return within_amount and short <= of.share(Fraction(self.percent) / 100)

    @model_validator(mode="after")
    def _not_negative(self) -> "ToleranceGroup":
        for name in ("amount", "percent"):
            limit = getattr(self, name)
            if limit != NO_LIMIT and limit < 0:
                raise ValueError(f"{name} is 0 or more, or 'none' for no limit; found {limit}")
        return self


class BankFee(Frozen):
    """A fee that banks on the way are known to deduct: ``least`` to ``most``, or one fixed amount.

    >>> BankFee(least=Money("15", "EUR")).fits(Money("15", "EUR"))
    True
    """

    least: NotNegative
    most: NotNegative | None = None
    name: Line = ""

    def fits(self, short: Money) -> bool:
        """Whether ``short`` is such a fee."""
        if short.code != self.least.code:
            return False
        return self.least <= short <= (self.least if self.most is None else self.most)

    @model_validator(mode="after")
    def _ascending(self) -> "BankFee":
        most = self.least if self.most is None else self.most
        if most.code != self.least.code or most < self.least:
            raise ValueError(f"a fee goes from the least to the most; found {self.least}, {most}")
        return self


class MatchPolicy(Frozen):
    """The rules of a house for matching.

    ``auto`` are the proofs that post by themselves. ``node_limit`` bounds the search for sets: past
    it nothing is called unique. ``set_size_max`` is how many items one payment may settle by amount
    alone. ``chance_max`` is how many sets may be expected to fit by mere chance, at most, for a fit
    to prove anything. ``ADVANCE_WORDS`` in the text say that no open item is meant.

    >>> MatchPolicy(auto=("reference",)).chance_max
    Decimal('0.002')
    """

    steps: tuple[Step, ...] = STEPS
    auto: tuple[Literal["reference", "unique"], ...] = ("reference", "unique")
    node_limit: int = Field(default=100_000, gt=0)
    set_size_max: int = Field(default=12, gt=0)
    chance_max: Exact = Decimal("0.002")
    rivals_max: int = Field(default=10, gt=0)
    employee: ToleranceGroup = ToleranceGroup()
    customer: ToleranceGroup = ToleranceGroup()
    customers: tuple[tuple[Line, ToleranceGroup], ...] = ()
    grace_days: int = Field(default=0, ge=0)
    fees: tuple[BankFee, ...] = ()
    rounding_max: Exact = Field(default=Decimal(0), ge=0)
    retention_percents: tuple[Exact, ...] = (Decimal(3), Decimal(5))
    withholding_percents: tuple[Exact, ...] = ()
    third_party: bool = False
    alike: Literal["stop", "oldest"] = "stop"
    unique_reasons: tuple[DifferenceReason, ...] = (
        "discount",
        "bank_fee",
        "retention",
        "withholding_tax",
    )
    partial: bool = False
    auto_reasons: tuple[DifferenceReason, ...] = (
        "discount",
        "short_pay",
        "bank_fee",
        "rounding",
        "withholding_tax",
        "deduction",
        "dispute",
        "retention",
    )
    overpaid: Literal["never", "rounded", "post"] = "rounded"
    typo_guard: bool = False
    reference_length_min: int = Field(default=4, gt=0)
    advance_words: tuple[Line, ...] = ADVANCE_WORDS
    part_words: tuple[Line, ...] = PART_WORDS
    check_digits: tuple[Literal["rf", "luhn", "mod11"], ...] = ("rf",)
    suggestions_max: int = Field(default=5, gt=0)

    def tolerance_of(self, customer: str) -> ToleranceGroup:
        """The customer's tolerance group, else that of all customers."""
        return next((group for code, group in self.customers if code == customer), self.customer)

    def tolerates(self, short: Money, *, of: Money, customer: str = "") -> bool:
        """Whether so much may be missing: both groups must allow it, at amount and percentage.

        >>> keys = MatchPolicy(employee=ToleranceGroup(amount="2.00", percent="none"),
        ...                    customer=ToleranceGroup(amount="3.00", percent="none"))
        >>> whole = Money("1000", "EUR")
        >>> [keys.tolerates(Money(short, "EUR"), of=whole) for short in ("1.99", "2.00", "2.50")]
        [True, True, False]
        """
        groups = (self.employee, self.tolerance_of(customer))
        return all(group.allows(short, of=of) for group in groups)


STRICT = MatchPolicy()
"""The policy of a house that has not said anything: no tolerance, no fee, terms to the day."""
