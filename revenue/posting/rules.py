"""The posting rules by name, and the words that their entries are booked under (凭证模板)."""

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText


class PostingRule(Frozen):
    """Which rule made an entry, in which version, and the words it is booked under (凭证模板).

    >>> RULES["receipt.received"].words(customer="C-1", number="R-1").zh
    '收到 C-1 款 R-1'
    """

    code: Code
    version: int = Field(default=1, ge=1)
    memo: LocalText

    def words(self, **facts: str) -> LocalText:
        """The memo of one entry."""
        return LocalText(en=self.memo.en.format(**facts), zh=self.memo.zh.format(**facts))


_WORDS = (
    ("invoice.billed", "Invoice {number}", "开具发票 {number}"),
    ("delivery.revenue", "Delivery {number}: revenue", "发货 {number} 确认收入"),
    ("receivable.elsewhere", "Receivable {number}", "应收 {number}（外部开票）"),
    ("receivable.opening", "Receivable {number}: opening balance", "应收 {number} 期初余额"),
    ("receivable.unbilled", "Receivable {number}, not billed yet", "应收 {number}（未开票）"),
    ("receivable.dunning_fee", "Reminder fee {number}", "催款费用 {number}"),
    ("receivable.interest", "Interest for late payment {number}", "逾期利息 {number}"),
    ("receipt.received", "Receipt {number} from {customer}", "收到 {customer} 款 {number}"),
    ("receipt.unidentified", "Receipt {number}, payer unknown", "收到待认领款 {number}"),
    ("receipt.advance", "Advance {number} from {customer}", "预收 {customer} 款 {number}"),
    (
        "identification.identified",
        "Receipt {receipt} is {customer}'s",
        "认领 {receipt}：{customer}",
    ),
    ("credit_note.issued", "Credit note {number}: {reason}", "开具红字发票 {number}：{reason}"),
    ("payable.elsewhere", "Payable {number} to {customer}", "应付 {customer} {number}"),
    ("application.applied", "Receipt {receipt} pays {receivable}", "{receipt} 核销 {receivable}"),
    (
        "application.credited",
        "Credit note {receipt} settles {receivable}",
        "{receipt} 对冲 {receivable}",
    ),
    (
        "application.netted",
        "Payable {receipt} netted against {receivable}",
        "{receipt} 应付冲应收 {receivable}",
    ),
    ("adjustment.settled", "{document} adjusted: {reason}", "调整 {document}：{reason}"),
    ("adjustment.kept", "Rest of {document} kept: {reason}", "{document} 余款转收入：{reason}"),
    (
        "debtor_change.moved",
        "{receivable} is owed by {customer} now",
        "{receivable} 转由 {customer} 承担",
    ),
    ("refund.paid", "Paid back of {source}: {reason}", "退款 {source}：{reason}"),
    ("refund.bounced", "{source} bounced: {reason}", "{source} 被银行退回：{reason}"),
    ("retention_release.due", "Retention {retention} is due", "质保金 {retention} 到期"),
    (
        "revaluation.revalued",
        "{receivable} revalued",
        "{receivable} 期末调汇",
    ),
    ("allowance.charged", "Allowance for bad debts {number}", "计提坏账准备 {number}"),
    ("allowance.released", "Allowance released {number}", "转回坏账准备 {number}"),
    ("write_off.written_off", "Bad debt {receivable} written off", "核销坏账 {receivable}"),
    ("recovery.recovered", "Bad debt {write_off} recovered", "收回已核销坏账 {write_off}"),
    ("claim.revenue", "Claim {number} on {funder}", "向 {funder} 申请促销费用 {number}"),
    ("claim.cost", "Claim {number} on {funder}", "向 {funder} 申请费用冲减成本 {number}"),
    ("claim.internal", "Claim {number} on {funder}", "{funder} 承担促销费用 {number}"),
    (
        "claim_reversal.mirrored",
        "Claim {claim} reversed: {reason}",
        "冲回费用申请 {claim}：{reason}",
    ),
    ("claim_settlement.settled", "{funder} settles {claim}", "{funder} 结算费用 {claim}"),
    (
        "rebate_accrual.accrued",
        "Rebate {agreement}: {document}",
        "计提返利 {agreement}：{document}",
    ),
    ("rebate_settlement.settled", "Rebate {agreement} settled", "兑付返利 {agreement}"),
    ("rebate_claw_back.owed", "Rebate {agreement} clawed back", "追回返利 {agreement}"),
    ("receipt.rebate", "Rebate {rebate} credited", "返利 {rebate} 记入客户贷方"),
    ("receivable.rebate", "Rebate {source} owed", "应收追回返利 {source}"),
    ("reversal.mirrored", "Reversal of {reverses}: {reason}", "冲销 {reverses}：{reason}"),
)

RULES = {code: PostingRule(code=code, memo=LocalText(en=en, zh=zh)) for code, en, zh in _WORDS}
"""The posting rules by code; a change of a rule is a new version of it."""
