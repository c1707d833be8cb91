"""Which accounts claims move (费用核销的科目): by the claim's treatment and the means of settling.

    =============  ==================================  ======================================
    claim          debit                               credit
    =============  ==================================  ======================================
    ``revenue``    claims on funders                   revenue: promotions borne by funders
    ``cost``       claims on funders                   cost of sales
    ``internal``   claims on cost centres              internal clearing of promotion costs
    reversal       what the claim credited             what it debited
    cash           bank                                claims on funders
    credit note,   accounts payable                    claims on funders
    offset
    internal       internal clearing                   claims on cost centres
    =============  ==================================  ======================================

What the seller bears itself is booked nowhere else: revenue is net of the whole discount already.
"""

from cpq.kernel.money import Money
from revenue.chart import Account, ChartOfAccounts
from revenue.claim.fact import Claim, ClaimSettlement

Rows = tuple[tuple[Account, Money], ...]
"""Signed amounts by account, debits above 0."""


def claimed_rows(chart: ChartOfAccounts, claim: Claim, amount: Money) -> Rows:
    """The rows of a claim of ``amount``, those of a reversal for an amount below 0.

    >>> from datetime import date
    >>> from revenue.chart import STANDARD_CHART
    >>> from revenue.claim.fact import ClaimLine
    >>> claim = Claim(number="CL-1", funder="ACME", promotion="AUTUMN", contract="HT-1",
    ...     document="INV-1", on=date(2026, 12, 1), lines=(
    ...         ClaimLine(line="1", tax_code="VAT13", amount=Money("30", "CNY")),))
    >>> [account.code for account, _ in claimed_rows(STANDARD_CHART, claim, claim.amount)]
    ['122101', '600101']
    """
    against = {
        "revenue": chart.promotions_funded,
        "cost": chart.cost_of_sales,
        "internal": chart.claim_clearing,
    }
    return (held_on(chart, claim), amount), (against[claim.treatment], -amount)


def settled_rows(chart: ChartOfAccounts, claim: Claim, settlement: ClaimSettlement) -> Rows:
    """The rows of a settlement of a claim."""
    against = chart.bank if settlement.means == "cash" else chart.payable
    if claim.treatment == "internal":
        against = chart.claim_clearing
    return (against, settlement.amount), (held_on(chart, claim), -settlement.amount)


def held_on(chart: ChartOfAccounts, claim: Claim) -> Account:
    """The account that shows what the funder of a claim owes."""
    return chart.claim_internal if claim.treatment == "internal" else chart.claim_receivable
