"""Whether a customer gets credit for one more thing, and why not (信用检查).

The exposure with what is asked is held against the limit, its parts against theirs; beside the sum
count what is overdue, how far dunning has come, and the status that a person set. What comes out
is a value: *allowed*, *approval* (a person may let it through, and says why), or *refused* (nobody
may before what stands against it is changed), with every finding at once and what would free it.

    ======  ==================  ======================================================
    status  name                effect
    ======  ==================  ======================================================
    O       ok                  everything is checked
    W       watch               the same, with a note on every decision
    H       hold                a person lets each order and each shipment through
    S       stop                nothing is ordered and nothing leaves; nobody overrides it
    X       no check            nothing is checked
    I       one open invoice    a person is asked while one receivable is open
    ======  ==================  ======================================================
"""

from datetime import date
from decimal import Decimal
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Finding, Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, rounded_fraction
from cpq.kernel.text import Code, Line
from revenue.amount import NotNegative
from revenue.credit.exposure import Exposure
from revenue.credit.hold import Stage
from revenue.credit.judge import Asked, Remedy, judged
from revenue.credit.policy import STANDARD_POLICY, CreditPolicy
from revenue.credit_limit import CreditLimit, CreditStatusCode
from revenue.hold import CreditHold

Verdict = Literal["allowed", "approval", "refused"]
_PERCENT_PLACES: Final = 2


class Override(Frozen):
    """Who lets a thing through that needs an approval, and why.

    >>> Override(by="Wang", reason="guarantee of the parent received").by
    'Wang'
    """

    by: Line = Field(min_length=1)
    reason: Line = Field(min_length=1)


class CreditDecision(Frozen):
    """What came out of a check: amounts in book currency at the end of a day.

    ``exposure`` is what counted before, ``asking`` what was asked, ``limit`` the limit (0 where
    none is set, ``None`` where nothing was checked), ``exceeded_by`` how far both together are
    above it.
    """

    customer: Code
    as_of: date
    at: Stage
    verdict: Verdict
    status: CreditStatusCode
    exposure: Money
    asking: Money
    limit: NotNegative | None
    exceeded_by: NotNegative
    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...]

    @model_validator(mode="after")
    def _excess_follows(self) -> Self:
        left, zero = self.remaining, Money.zero(self.exposure.code)
        above = zero if left is None else max(-left, zero)
        if above != self.exceeded_by:
            raise ValueError(f"exceeded_by is {above}; found {self.exceeded_by}")
        return self

    @property
    def is_allowed(self) -> bool:
        """Whether it goes through with nobody asked."""
        return self.verdict == "allowed"

    @property
    def remaining(self) -> Money | None:
        """What is left of the limit after what was asked, below 0 where it is exceeded; ``None``
        where nothing was checked.
        """
        return None if self.limit is None else self.limit - self.exposure - self.asking

    @property
    def remaining_percent(self) -> Decimal | None:
        """``remaining`` in percent of the limit, half up to two decimals; ``None`` without one."""
        left = self.remaining
        if left is None or self.limit is None or not self.limit.amount:
            return None
        return rounded_fraction(left.ratio_to(self.limit) * 100, _PERCENT_PLACES)

    def require(self, override: Override | None = None) -> None:
        """Raise ``Refused`` unless it is allowed, or needs an approval and a person gave it.

        The codes are ``credit.refused`` and ``credit.needs_approval``; the findings go with it.
        """
        if self.verdict == "allowed" or (self.verdict == "approval" and override is not None):
            return
        said = "; ".join(str(each.message) for each in self.findings if each.severity != "note")
        head = f"customer {self.customer} gets no credit for {self.asking} at the {self.at}: {said}"
        if self.verdict == "refused":
            raise Refused(
                "credit.refused",
                f"{head}; change what stands against it first",
                findings=self.findings,
                customer=self.customer,
            )
        raise Refused(
            "credit.needs_approval",
            f"{head}; let a person override it, who says why",
            findings=self.findings,
            customer=self.customer,
            exceeded_by=self.exceeded_by,
        )


def check_credit(
    exposure: Exposure,
    limit: CreditLimit | None,
    *,
    asking: Money | Exposure,
    at: Stage = "order",
    status: CreditStatusCode = "O",
    policy: CreditPolicy = STANDARD_POLICY,
    unpaid_advance: Money | None = None,
    holds: tuple[CreditHold, ...] = (),
) -> CreditDecision:
    """Whether a customer may have ``asking`` more, all in the currency of the exposure.

    An amount that is asked counts as undelivered at the order and as unbilled at the shipment; in
    its place may stand the exposure that it would come to. ``limit`` is ``None`` where none is set:
    then there is no credit. ``unpaid_advance`` is what is missing of what must be paid before goods
    leave, ``holds`` stand against it whatever the amounts. Raises ``Invalid``:
    ``credit.other_currency``, ``credit.negative``.

    >>> from revenue.credit.exposure import exposure_of
    >>> day = date(2026, 11, 22)
    >>> owed = exposure_of("C-1", {"not_due": Money("600", "CNY"),
    ...     "undelivered": Money("250", "CNY")}, as_of=day, currency="CNY")
    >>> limit = CreditLimit(number="CL-1", customer="C-1", amount="1000 CNY", on=day, by="Wang")
    >>> found = check_credit(owed, limit, asking=Money("200", "CNY"))
    >>> found.verdict, found.exceeded_by
    ('approval', Money('50.00', 'CNY'))
    """
    _refuse_foreign(exposure, limit, asking, unpaid_advance)
    if isinstance(asking, Money):
        asking = exposure.plus("undelivered" if at == "order" else "unbilled", asking)
    asked = Asked(asking, limit, status, policy, unpaid_advance, holds, at)
    found = judged(asked)
    before = exposure.counted(() if limit is None else limit.parts)
    unchecked = status == "X"
    severities = {each.finding.severity for each in found}
    return CreditDecision(
        customer=exposure.customer,
        as_of=exposure.as_of,
        at=at,
        verdict="refused"
        if "error" in severities
        else "approval"
        if "approval" in severities
        else "allowed",
        status=status,
        exposure=before,
        asking=asked.sum - before,
        limit=None if unchecked else asked.most,
        exceeded_by=Money.zero(exposure.currency) if unchecked else asked.excess,
        findings=tuple(each.finding for each in found),
        remedies=tuple(each.remedy for each in found if each.remedy is not None),
    )


def _refuse_foreign(
    exposure: Exposure,
    limit: CreditLimit | None,
    asking: Money | Exposure,
    unpaid_advance: Money | None,
) -> None:
    codes = {
        "asking": asking.code if isinstance(asking, Money) else asking.currency,
        "the limit": exposure.currency if limit is None else limit.amount.code,
        "unpaid_advance": exposure.currency if unpaid_advance is None else unpaid_advance.code,
    }
    foreign = {what: code for what, code in codes.items() if code != exposure.currency}
    if foreign:
        listed = ", ".join(f"{what} in {code}" for what, code in foreign.items())
        raise Invalid(
            "credit.other_currency",
            f"the exposure of customer {exposure.customer} is in {exposure.currency}, {listed}; "
            "give all of it in the book currency",
            currency=exposure.currency,
        )
    if isinstance(asking, Money) and asking.amount < 0:
        raise Invalid(
            "credit.negative",
            f"what is asked is 0 or more; found {asking}",
            asking=asking,
        )
