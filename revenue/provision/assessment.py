"""What is known of single debtors: an assessment, a cover (单项计提、信用保险).

A debtor who is insolvent is not an average one: an individual assessment takes all that it owes
out of the matrix. A cover takes off what somebody else pays, as credit insurance, a guarantee or a
pledge that belongs to the terms of the debt does (IFRS 9 B5.5.55).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, Rounding, money_total
from cpq.kernel.text import Code, Line
from revenue.amount import Positive
from revenue.provision.rate import LossRate


class IndividualAssessment(Frozen):
    """All that a customer owes is lost at ``rate``, whatever its age, and why.

    >>> IndividualAssessment(customer="C-7", rate="100%", reason="insolvent").rate
    Fraction(1, 1)
    """

    customer: Code
    rate: LossRate
    reason: Line = Field(min_length=1)


class CreditCover(Frozen):
    """Somebody pays ``quota`` of what a customer owes up to ``limit``, through the day ``until``.

    >>> CreditCover(customer="C-1", limit=Money("50000", "CNY"), quota="90%",
    ...             source="policy 77").quota
    Fraction(9, 10)
    """

    customer: Code
    limit: Positive
    quota: LossRate = Fraction(1)
    until: date | None = None
    source: Line = Field(min_length=1)


def covered_amounts(
    amounts: Sequence[Money], covers: Iterable[CreditCover], *, as_of: date
) -> tuple[Money, ...]:
    """How much of each amount is covered on a day: the covers of one customer, in the order given.

    A cover pays its quota of what is owed up to its limit, rounded down, and not what another one
    pays already. It is spread over the amounts in proportion, so that it favours no age.

    >>> owed = (Money("30000", "CNY"), Money("90000", "CNY"))
    >>> cover = CreditCover(customer="C-1", limit=Money("50000", "CNY"), quota="90%", source="77")
    >>> covered_amounts(owed, [cover], as_of=date(2026, 12, 31))
    (Money('11250.00', 'CNY'), Money('33750.00', 'CNY'))
    """
    currency = amounts[0].code
    zero = Money.zero(currency)
    owed = [max(amount, zero) for amount in amounts]
    exposed = money_total(owed, currency)
    covered = zero
    for cover in covers:
        if cover.limit.code == currency and (cover.until is None or as_of <= cover.until):
            paid = min(cover.limit, exposed).share(cover.quota, Rounding.DOWN)
            covered = min(covered + paid, exposed)
    if not covered.amount:
        return tuple(zero for _ in amounts)
    return covered.split([amount.minor for amount in owed])
