"""Which accounts rebates move (返利的科目).

    =============  ==================================  ======================================
    fact           debit                               credit
    =============  ==================================  ======================================
    accrual        revenue: rebates (below 0: the      rebates due to customers
                   other way round)
    credit note,   rebates due; output VAT             clearing of rebates
    offset
    cash           rebates due                         bank
    goods          rebates due                         revenue
    claw-back      clearing of rebates                 rebates due; output VAT
    carry          –                                   –
    its receipt    clearing of rebates                 unapplied cash
    its            receivable                          clearing of rebates
    receivable
    =============  ==================================  ======================================

So the clearing account shows what was settled and is not credited to the customer yet. Goods are
revenue when they are handed over: the customer paid for them with what it had bought before.
"""

from cpq.kernel.money import Money
from revenue.chart import Account, ChartOfAccounts
from revenue.rebate.fact import (
    CREDITING,
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
)

Rows = tuple[tuple[Account, Money], ...]
"""Signed amounts by account, debits above 0."""


def rebate_rows(chart: ChartOfAccounts, fact: RebateFact) -> Rows:
    """The rows of a rebate fact; none for a carry, which moves no account.

    >>> from datetime import date
    >>> from revenue.chart import STANDARD_CHART
    >>> accrual = RebateAccrual(number="RA-1", agreement="RB-1", customer="C-1",
    ...                         on=date(2026, 3, 2), amount=Money("1", "CNY"))
    >>> [account.code for account, _ in rebate_rows(STANDARD_CHART, accrual)]
    ['600102', '224104']
    """
    match fact:
        case RebateAccrual():
            return (chart.rebates, fact.amount), (chart.rebate_liability, -fact.amount)
        case RebateSettlement():
            tax = fact.gross - fact.amount
            return (
                (chart.rebate_liability, fact.amount),
                (chart.output_vat, tax),
                (_against(chart, fact), -fact.gross),
            )
        case RebateClawBack():
            return (
                (chart.rebate_clearing, fact.gross),
                (chart.rebate_liability, -fact.amount),
                (chart.output_vat, fact.amount - fact.gross),
            )
        case RebateCarry():
            return ()


def _against(chart: ChartOfAccounts, fact: RebateSettlement) -> Account:
    if fact.means in CREDITING:
        return chart.rebate_clearing
    return chart.bank if fact.means == "cash" else chart.revenue
