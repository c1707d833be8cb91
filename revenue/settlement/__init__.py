"""Settling many documents with one another (核销单): who pays what, and what needs no money.

The ledger records one application at a time; here a person's instruction, a rule or a proof becomes
the facts that carry it out. Every kind of 核销 that Chinese suites name is one of these:

    ======================  ==========================  ==========================================
    kind                    in Chinese                  how
    ======================  ==========================  ==========================================
    receipt, receivable     收款核销                     ``settle`` with receipts
    advance, receivable     预收冲应收                   ``settle`` with receipts that are advances
    directed advance        定向抵扣                     an advance with a contract
    payable, receivable     应收冲应付                   ``settle`` with payables and an agreement
    change of debtor        应收转应收、应收款并账         a ``DebtorChange``
    change of payer         认领、预收款并账              ``identify``
    documents offset        单据对冲、红蓝对冲            ``settle`` with credit notes
    bad debt                坏账核销                     a ``WriteOff``: never an application
    undone                  反核销                       ``ledger.unapply``; ``bounce``
    ======================  ==========================  ==========================================

None of these changes a ledger: each gives the next one, and ``preview`` shows beforehand what it
would be.
"""

from revenue.settlement.bounce import bounce
from revenue.settlement.by_rule import ApplicationRule, apply_by_rule
from revenue.settlement.difference import early_discount, make_difference, tax_inside
from revenue.settlement.identify import identify
from revenue.settlement.instruction import Instruction, Source
from revenue.settlement.revalue import revalue
from revenue.settlement.settle import settle
from revenue.settlement.tolerance import settle_within

__all__ = [
    "ApplicationRule",
    "Instruction",
    "Source",
    "apply_by_rule",
    "bounce",
    "early_discount",
    "identify",
    "make_difference",
    "revalue",
    "settle",
    "settle_within",
    "tax_inside",
]
