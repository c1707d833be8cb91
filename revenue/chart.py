"""The chart of accounts that the journal posts to (会计科目表).

The codes and names are those of the Chinese accounting standards where they give one: 1002, 1122,
1231, 2202, 2221, 6001, 6301, 6401, 6601, 6603, 6702, 6711. They give no code to contract assets and
contract liabilities, to cash that is not applied or not identified yet, to promotion costs that
others bear (under 1221 and 6001) nor to rebates (under 2241 and 6001); those here are ours, and so
are the parts of an account. A host replaces any account by its own with
``STANDARD_CHART.with_(bank=Account(code="100201", name="…"))``.
"""

from pydantic import model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText


class Account(Frozen):
    """An account of the general ledger: its code and its name.

    >>> Account(code="1002", name={"en": "Bank deposits", "zh": "银行存款"}).name.in_("zh")
    '银行存款'
    """

    code: Code
    name: LocalText


def _account(code: str, en: str, zh: str) -> Account:
    return Account(code=code, name=LocalText(en=en, zh=zh))


class ChartOfAccounts(Frozen):
    """One account for each part that the posting rules play; two parts may share one.

    ``billed_elsewhere`` takes the other side of receivables whose invoice the ledger does not
    hold, so that the account of receivables always shows what is open. ``promotions_funded`` takes
    what others than the seller pay of a discount, ``claim_clearing`` the other side of what its own
    cost centres bear; ``rebate_clearing`` shows rebates settled that no receipt credits yet.

    >>> STANDARD_CHART.with_(bank=Account(code="100201", name="Bank of Somewhere")).bank.code
    '100201'
    """

    bank: Account = _account("1002", "Bank deposits", "银行存款")
    receivable: Account = _account("1122", "Accounts receivable", "应收账款")
    disputed: Account = _account("112201", "Accounts receivable: disputed", "应收账款—争议")
    unbilled: Account = _account("112202", "Accounts receivable: not billed yet", "应收账款—未开票")
    allowance: Account = _account("1231", "Allowance for bad debts", "坏账准备")
    claim_receivable: Account = _account(
        "122101", "Other receivables: promotion costs due from funders", "其他应收款—应收促销费用"
    )
    claim_internal: Account = _account(
        "122102", "Other receivables: promotion costs of cost centres", "其他应收款—内部促销费用"
    )
    contract_asset: Account = _account("1473", "Contract assets", "合同资产")
    retention: Account = _account(
        "147301", "Contract assets: retention held back by customers", "合同资产—质保金"
    )
    payable: Account = _account("2202", "Accounts payable", "应付账款")
    contract_liability: Account = _account("2204", "Contract liabilities", "合同负债")
    advances: Account = _account(
        "220401", "Contract liabilities: advances received", "合同负债—预收款"
    )
    output_vat: Account = _account(
        "222101", "Taxes payable: output VAT", "应交税费—应交增值税（销项税额）"
    )
    withholding_tax: Account = _account(
        "222102", "Taxes payable: tax withheld by customers", "应交税费—客户代扣税费"
    )
    pending_vat: Account = _account(
        "222109", "Taxes payable: output VAT to be billed", "应交税费—待转销项税额"
    )
    unapplied_cash: Account = _account(
        "224101", "Other payables: unapplied cash", "其他应付款—待核销款"
    )
    billed_elsewhere: Account = _account(
        "224102", "Clearing: receivables billed elsewhere", "外部开票应收结转"
    )
    claim_clearing: Account = _account(
        "224103", "Clearing: promotion costs of cost centres", "内部促销费用结转"
    )
    rebate_liability: Account = _account(
        "224104", "Other payables: rebates due to customers", "其他应付款—应付客户返利"
    )
    rebate_clearing: Account = _account("224105", "Clearing: rebates settled", "客户返利结转")
    customer_credit: Account = _account(
        "224106", "Other payables: credit notes to customers", "其他应付款—客户贷项"
    )
    unidentified: Account = _account(
        "224107", "Other payables: receipts of unknown payers", "其他应付款—待认领款"
    )
    opening: Account = _account("224108", "Clearing: opening balances", "期初余额结转")
    revenue: Account = _account("6001", "Revenue from main operations", "主营业务收入")
    promotions_funded: Account = _account(
        "600101", "Revenue: promotions borne by funders", "主营业务收入—促销费用补偿"
    )
    rebates: Account = _account("600102", "Revenue: rebates to customers", "主营业务收入—销售返利")
    sales_discount: Account = _account(
        "600103", "Revenue: settlement discounts", "主营业务收入—现金折扣"
    )
    other_income: Account = _account(
        "630101", "Non-operating income: reminders' fees", "营业外收入—催款费用"
    )
    payment_gain: Account = _account(
        "630102", "Non-operating income: payment differences", "营业外收入—收款尾差"
    )
    cost_of_sales: Account = _account("6401", "Cost of main operations", "主营业务成本")
    deductions: Account = _account(
        "660101", "Selling expenses: customers' deductions", "销售费用—客户扣款"
    )
    bank_fees: Account = _account("660301", "Finance costs: bank fees", "财务费用—手续费")
    exchange: Account = _account(
        "660302", "Finance costs: exchange differences", "财务费用—汇兑损益"
    )
    exchange_unrealised: Account = _account(
        "660303", "Finance costs: unrealised exchange differences", "财务费用—未实现汇兑损益"
    )
    late_interest: Account = _account(
        "660304", "Finance costs: interest on late payments", "财务费用—逾期利息收入"
    )
    payment_loss: Account = _account(
        "671101", "Non-operating expenses: payment differences", "营业外支出—收款尾差"
    )
    credit_loss: Account = _account("6702", "Credit impairment losses", "信用减值损失")

    @model_validator(mode="after")
    def _one_name_per_code(self) -> "ChartOfAccounts":
        names: dict[str, Account] = {}
        for _, account in self:
            if names.setdefault(account.code, account) != account:
                raise ValueError(f"account {account.code!r} has two names; give it one")
        return self


STANDARD_CHART = ChartOfAccounts()
"""The chart that holds unless the host gives its own."""
