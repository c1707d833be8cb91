"""The posting rules (凭证模板): which accounts each kind of fact moves.

    ==================  ==================================  =====================================
    fact                debit                               credit
    ==================  ==================================  =====================================
    invoice             receivable (gross)                  contract asset up to its balance, the
                                                            rest contract liability; output VAT
    delivery            contract liability up to its        revenue
                        balance, the rest contract asset
    receivable          receivable                          billed elsewhere, opening balances, or
                                                            other income by its origin
    – of a contract,    receivable, not billed              as an invoice; its tax waits as output
      not billed yet                                        VAT to be billed
    – that an invoice   output VAT to be billed; what is    output VAT; the position for what is
      covers then       billed beyond it: receivable        billed beyond it
    receipt             bank                                unapplied cash, advances, or receipts
                                                            of unknown payers
    identification      receipts of unknown payers          unapplied cash or advances
    credit note         revenue as far as recognised, the   customer credit
                        rest contract liability; output
                        VAT
    payable             billed elsewhere                    payable
    application         unapplied cash, advances, customer  receivable
                        credit or payable; an account for
                        each difference, and output VAT
                        for its tax
    adjustment          as a difference                     receivable
    debtor change       receivable of the new debtor        receivable of the old one
    refund              what it is of                       bank
    retention release   receivable                          retention
    revaluation         receivable                          unrealised exchange differences
    allowance charge    credit loss                         allowance (a release: reversed)
    write-off           allowance; output VAT as relieved   receivable
    recovery            receivable; unapplied cash          allowance, output VAT; receivable
    claim               see ``revenue.claim.accounts``, for its reversal and settlement too
    rebate              see ``revenue.rebate.accounts``, for its receipts and receivables too
    reversal            what the reversed entry credited    what it debited
    ==================  ==================================  =====================================

Where output VAT is inside an advance, it waits on an account of its own as long as that part of the
advance is left: what an entry debits or credits advances with is the net, and beside it the tax.

What stands in another currency than the books bears its value there, and where the values of a
settlement do not add up to zero the rest is an exchange difference (汇兑损益).

The position of a contract is what was delivered less what was billed, both before tax. Above zero
it is a contract asset, below zero a contract liability, and never both. What it is worth in the
books says ``revenue.posting.position``.
"""

from revenue.posting.poster import Poster
from revenue.posting.rules import RULES, PostingRule

__all__ = ["RULES", "Poster", "PostingRule"]
