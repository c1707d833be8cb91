"""Provision and write-off: what will not come in, and what is given up (坏账准备与核销).

rates        a ``ProvisionMatrix`` that somebody writes, or ``observe_losses`` reads from the
             user's own history; ``back_test`` says whether it would have been right
loss         ``expected_loss`` of what is open on a day
allowance    ``charge_to`` brings it to that loss, ``allowance_movement`` tells how it moved
write-off    ``propose_write_offs`` → ``propose_write_off`` → ``decide_write_off`` →
             ``post_write_off`` → ``recover_write_off``, each a fact for the ledger
tax          a ``TaxRelief`` where a law gives output VAT back
"""

from revenue.provision.allowance import (
    AllowanceMovement,
    allowance_currencies,
    allowance_movement,
    charge_to,
    check_allowance,
)
from revenue.provision.assessment import CreditCover, IndividualAssessment
from revenue.provision.authority import (
    ApproverRole,
    EvidenceRule,
    WriteOffAuthority,
    check_proposal,
)
from revenue.provision.backtest import BackTest, BackTestRow, back_test
from revenue.provision.candidates import (
    CN_TAX_LOSS,
    WriteOffCandidate,
    WriteOffPolicy,
    WriteOffRule,
    propose_write_offs,
)
from revenue.provision.history import HistoryPolicy, LossHistory, ObservedRate, observe_losses
from revenue.provision.loss import ExpectedLoss, LossLine, expected_loss
from revenue.provision.matrix import Overlay, ProvisionMatrix, SegmentRates, provision_matrix
from revenue.provision.rate import LossRate, loss_rate, percent
from revenue.provision.relief import (
    TAX_RELIEFS,
    TaxRelief,
    recover_write_off,
    relief_on,
    relief_owed_again,
    tax_relief,
)
from revenue.provision.vintage import VintageRow, vintages
from revenue.provision.workflow import (
    ProposalState,
    ProposedWriteOff,
    decide_write_off,
    post_write_off,
    propose_write_off,
    proposed_write_off,
    proposed_write_offs,
)

__all__ = [
    "CN_TAX_LOSS",
    "TAX_RELIEFS",
    "AllowanceMovement",
    "ApproverRole",
    "BackTest",
    "BackTestRow",
    "CreditCover",
    "EvidenceRule",
    "ExpectedLoss",
    "HistoryPolicy",
    "IndividualAssessment",
    "LossHistory",
    "LossLine",
    "LossRate",
    "ObservedRate",
    "Overlay",
    "ProposalState",
    "ProposedWriteOff",
    "ProvisionMatrix",
    "SegmentRates",
    "TaxRelief",
    "VintageRow",
    "WriteOffAuthority",
    "WriteOffCandidate",
    "WriteOffPolicy",
    "WriteOffRule",
    "allowance_currencies",
    "allowance_movement",
    "back_test",
    "charge_to",
    "check_allowance",
    "check_proposal",
    "decide_write_off",
    "expected_loss",
    "loss_rate",
    "observe_losses",
    "percent",
    "post_write_off",
    "propose_write_off",
    "propose_write_offs",
    "proposed_write_off",
    "proposed_write_offs",
    "provision_matrix",
    "recover_write_off",
    "relief_on",
    "relief_owed_again",
    "tax_relief",
    "vintages",
]
