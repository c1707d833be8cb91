"""From the signed contract to the last recovered cent (合同到回款).

The words below are all that most programs need. Documents (``sign``, ``order``, ``deliver``,
``accept_delivery``, ``bill``) are made by functions on values; what happened is recorded in a
``ReceivablesLedger``, whose balances are folds over its facts; ``journal`` turns the same facts
into entries that balance, and ``verify`` says whether all of it holds together.
"""

from revenue.application import (
    Adjustment,
    Application,
    DebtorChange,
    Difference,
    Reversal,
)
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
from revenue.credit_note import CreditNote, Payable
from revenue.dunning_notice import DunningItem, DunningNotice, dunning_notice
from revenue.exchange import Revaluation
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
    Credit,
    CustomerStatement,
    Fact,
    OpenItem,
    ReceivablesLedger,
    apply_oldest,
    read_fact,
)
from revenue.matching import Matcher, MatchPolicy, match
from revenue.order import SalesOrder, order
from revenue.period import PeriodClose, PeriodReopening
from revenue.preview import Preview, preview
from revenue.rebate import (
    RebateAccrual,
    RebateClawBack,
    RebateSettlement,
    accrue,
    rebate_moves,
    recoup_rebate,
    settle_rebate,
)
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import EarlyDiscount, Receivable
from revenue.reconcile import Reconciliation, assign, confirm, reconcile, take_back
from revenue.retention import RetentionRelease
from revenue.settlement import (
    ApplicationRule,
    Instruction,
    Source,
    apply_by_rule,
    bounce,
    early_discount,
    identify,
    make_difference,
    revalue,
    settle,
    settle_within,
)
from revenue.unbilled import cover, owe
from revenue.verification import verify
from revenue.writeoff import (
    AllowanceCharge,
    Recovery,
    WriteOff,
    WriteOffDecision,
    WriteOffProposal,
)

__all__ = [
    "Acceptance",
    "Account",
    "Adjustment",
    "Ageing",
    "AllowanceCharge",
    "Application",
    "ApplicationRule",
    "ChartOfAccounts",
    "Claim",
    "ClaimReversal",
    "ClaimSettlement",
    "Contract",
    "ContractLine",
    "Credit",
    "CreditNote",
    "CustomerStatement",
    "DebtorChange",
    "Delivery",
    "Difference",
    "DunningItem",
    "DunningNotice",
    "EarlyDiscount",
    "Fact",
    "FunderStatement",
    "FunderTerms",
    "Identification",
    "Instalment",
    "Instruction",
    "Invoice",
    "JournalEntry",
    "JournalLine",
    "MatchPolicy",
    "Matcher",
    "OpenItem",
    "Payable",
    "PaymentPlan",
    "PeriodClose",
    "PeriodReopening",
    "Preview",
    "RebateAccrual",
    "RebateClawBack",
    "RebateSettlement",
    "Receipt",
    "Receivable",
    "ReceivablesLedger",
    "Reconciliation",
    "Recovery",
    "Refund",
    "RetentionRelease",
    "Revaluation",
    "Reversal",
    "SalesOrder",
    "Source",
    "TrialBalanceRow",
    "WriteOff",
    "WriteOffDecision",
    "WriteOffProposal",
    "accept_delivery",
    "accrue",
    "apply_by_rule",
    "apply_oldest",
    "assign",
    "bill",
    "bounce",
    "claim_reversals",
    "claims",
    "confirm",
    "cover",
    "deliver",
    "dunning_notice",
    "early_discount",
    "funder_statement",
    "identify",
    "journal",
    "make_difference",
    "match",
    "order",
    "owe",
    "payment_plan",
    "preview",
    "read_fact",
    "rebate_moves",
    "reconcile",
    "recoup_rebate",
    "revalue",
    "settle",
    "settle_rebate",
    "settle_within",
    "sign",
    "take_back",
    "trial_balance",
    "verify",
]
