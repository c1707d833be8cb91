"""From the signed contract to the last recovered cent (合同到回款).

The words below are all that most programs need. Documents (``sign``, ``order``, ``deliver``,
``accept_delivery``, ``bill``) are made by functions on values; what happened is recorded in a
``ReceivablesLedger``, whose balances are folds over its facts; ``journal`` turns the same facts
into entries that balance, and ``verify`` says whether all of it holds together.
"""

from revenue.application import Application, Reversal
from revenue.claim import (
    Claim,
    ClaimReversal,
    ClaimSettlement,
    FunderStatement,
    FunderTerms,
    claim_reversals,
    claims,
    funder_statement,
)
from revenue.contract import Contract, ContractLine, Instalment, PaymentPlan, payment_plan, sign
from revenue.dunning_notice import DunningItem, DunningNotice, dunning_notice
from revenue.fulfilment import Acceptance, Delivery, accept_delivery, deliver
from revenue.invoice import Invoice, bill
from revenue.journal import (
    Account,
    ChartOfAccounts,
    JournalEntry,
    JournalLine,
    TrialBalanceRow,
    journal,
    trial_balance,
)
from revenue.ledger import (
    Ageing,
    CustomerStatement,
    Fact,
    OpenItem,
    ReceivablesLedger,
    apply_oldest,
    read_fact,
)
from revenue.order import SalesOrder, order
from revenue.rebate import (
    RebateAccrual,
    RebateClawBack,
    RebateSettlement,
    accrue,
    rebate_moves,
    recoup_rebate,
    settle_rebate,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.verification import verify
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff

__all__ = [
    "Acceptance",
    "Account",
    "Ageing",
    "AllowanceCharge",
    "Application",
    "ChartOfAccounts",
    "Claim",
    "ClaimReversal",
    "ClaimSettlement",
    "Contract",
    "ContractLine",
    "CustomerStatement",
    "Delivery",
    "DunningItem",
    "DunningNotice",
    "Fact",
    "FunderStatement",
    "FunderTerms",
    "Instalment",
    "Invoice",
    "JournalEntry",
    "JournalLine",
    "OpenItem",
    "PaymentPlan",
    "RebateAccrual",
    "RebateClawBack",
    "RebateSettlement",
    "Receipt",
    "Receivable",
    "ReceivablesLedger",
    "Recovery",
    "Reversal",
    "SalesOrder",
    "TrialBalanceRow",
    "WriteOff",
    "accept_delivery",
    "accrue",
    "apply_oldest",
    "bill",
    "claim_reversals",
    "claims",
    "deliver",
    "dunning_notice",
    "funder_statement",
    "journal",
    "order",
    "payment_plan",
    "read_fact",
    "rebate_moves",
    "recoup_rebate",
    "settle_rebate",
    "sign",
    "trial_balance",
    "verify",
]
