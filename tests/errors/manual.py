"""The error manual, ``docs/errors.md``, as the registry of reproducers makes it."""

import inspect
import textwrap
from collections.abc import Iterator
from string import Template

from cpq.adapters import terminal
from cpq.kernel import errors
from tests.errors.registry import ROOT, Reproducer, outcome, reproducers

PAGE = ROOT / "docs" / "errors.md"

NOUNS = {
    "number": ("Numbers", "数值与编号"),
    "money": ("Money", "金额"),
    "currency": ("Currencies", "币种"),
    "formula": ("Formulas", "公式"),
    "rate": ("Exchange rates", "汇率"),
    "weights": ("Shares", "分摊权重"),
    "unit": ("Units", "计量单位"),
    "instant": ("Instants", "时刻"),
    "zone": ("Time zones", "时区"),
    "product": ("Products", "产品"),
    "category": ("Categories", "分类"),
    "customer": ("Customers", "客户"),
    "tax": ("Tax rates", "税率"),
    "tax_code": ("Tax codes", "税码"),
    "quantity": ("Quantities", "数量"),
    "bom": ("Bills of materials", "BOM"),
    "guidance": ("Guided selling", "选配导购"),
    "configuration": ("Configurations", "选配"),
    "condition": ("Conditions", "选配条件"),
    "feature_model": ("Feature models", "特征模型"),
    "solver": ("Solvers", "求解器"),
    "price_book": ("Price books", "价目表"),
    "tier": ("Tiers", "阶梯"),
    "attribute_price": ("Attribute prices", "属性价"),
    "attribute": ("Attribute values", "属性值"),
    "percent_of_total": ("Percent of total", "按总额比例计价"),
    "agreement": ("Price agreements", "客户协议价"),
    "commitment": ("Commitments", "承诺量"),
    "drawdown": ("Drawing on commitments", "承诺量核减"),
    "availability": ("Availability", "可售范围"),
    "plan": ("Pricing plans", "计价方案"),
    "manual": ("Manual prices", "手工价"),
    "bundle": ("Bundles", "捆绑"),
    "rule": ("Rules of a trace", "计价规则"),
    "floor": ("Floors", "底价"),
    "approval": ("Approvals", "审批"),
    "price": ("Prices", "价格"),
    "pricing": ("Pricing", "计价"),
    "item": ("Items", "行项目"),
    "promotion": ("Promotions", "促销"),
    "cap": ("Caps", "促销限额"),
    "budget": ("Budgets of promotions", "促销预算"),
    "coupon": ("Coupons", "优惠券"),
    "funding": ("Funding", "费用分摊"),
    "rebate": ("Rebates", "返利"),
    "allocation": ("Allocations", "分摊"),
    "return": ("Returns", "退货"),
    "quote": ("Quotes", "报价单"),
    "series": ("Number series", "编号规则"),
    "signature": ("Signatures", "电子签名"),
    "comparison": ("Comparing versions", "版本比较"),
    "replay": ("Replays", "复算"),
    "deal_price": ("Deal prices", "历史成交价"),
    "history": ("Prices against history", "历史价格对照"),
    "price_log": ("Price logs", "价格变动记录"),
    "simulation": ("Simulation", "模拟"),
    "lint": ("What the linter finds", "价目表体检"),
    "request": ("Quote requests", "报价请求"),
    "catalogue": ("Catalogue folders", "产品目录文件夹"),
    "folder": ("Folders", "文件夹"),
    "file": ("Files", "文件"),
    "row": ("Rows of files", "文件行"),
    "document": ("Documents", "单据"),
    "template": ("Templates", "模板"),
    "words": ("Words of documents", "单据用语"),
    "brand": ("Brand", "品牌"),
    "numeral": ("Capital numerals", "大写金额"),
    "pdf": ("What PDFs need", "PDF 环境"),
    "printed": ("Records of documents", "单据存证"),
    "verify": ("What `verify_pdf` finds", "PDF 核验"),
    "einvoice": ("Electronic invoices", "电子发票"),
    "contract": ("Contracts", "合同"),
    "order": ("Orders", "订单"),
    "delivery": ("Deliveries", "发货"),
    "acceptance": ("Acceptance", "验收"),
    "invoice": ("Invoices", "发票"),
    "receivable": ("Receivables", "应收"),
    "receipt": ("Receipts", "收款"),
    "credit_note": ("Credit notes", "贷项通知单"),
    "payable": ("Payables to be netted", "应付"),
    "application": ("Cash application", "收款核销"),
    "adjustment": ("Adjustments", "差额调整"),
    "debtor_change": ("Changes of debtor", "应收转应收"),
    "identification": ("Identified receipts", "认领"),
    "refund": ("Refunds", "退款"),
    "retention": ("Retentions", "质保金"),
    "retention_release": ("Released retentions", "质保金释放"),
    "settlement": ("Settling by instruction", "核销单"),
    "reversal": ("Reversals", "反核销"),
    "exchange": ("Values in the books", "本位币折算"),
    "revaluation": ("Revaluations", "期末调汇"),
    "period": ("Closed periods", "会计期间"),
    "period_close": ("Closing a period", "结账"),
    "period_reopening": ("Opening a period again", "反结账"),
    "bank_file": ("Bank files", "银行文件"),
    "column_map": ("Column maps of bank files", "列对照表"),
    "statement": ("Bank statements", "银行对账单"),
    "bank_line": ("Lines of bank statements", "银行流水"),
    "matching": ("Matching", "自动匹配"),
    "learned": ("What matching learned", "付款人学习"),
    "reconcile": ("The reconciliation workbench", "对账工作台"),
    "collections": ("Collections and days sales outstanding", "回款与周转天数"),
    "provision": ("Expected credit losses", "预期信用损失"),
    "provision_file": ("Files of loss rates and write-off rules", "减值参数文件"),
    "allowance": ("Allowance for bad debts", "坏账准备"),
    "tax_relief": ("Tax relief on bad debts", "坏账退税"),
    "write_off_rule": ("Rules of write-offs", "坏账核销规则"),
    "write_off_authority": ("Who may approve write-offs", "坏账核销权限"),
    "write_off_proposal": ("Proposed write-offs", "核销申请"),
    "write_off_decision": ("Decisions on write-offs", "核销审批"),
    "write_off": ("Bad-debt write-offs", "坏账核销"),
    "recovery": ("Recoveries", "坏账收回"),
    "credit": ("Credit control", "信用控制"),
    "exposure": ("Credit exposure", "信用占用"),
    "prepayment": ("Prepayment shares", "预付比例"),
    "credit_hold": ("Credit holds", "信用冻结"),
    "hold_release": ("Released holds", "信用放行"),
    "risk": ("Risk scorecards", "风险评分"),
    "risk_record": ("Risk records", "风险记录"),
    "risk_record_withdrawal": ("Withdrawn risk records", "风险记录撤销"),
    "social_credit_code": ("Unified social credit codes", "统一社会信用代码"),
    "claim": ("Claims on funders", "费用核销申请"),
    "claim_reversal": ("Claims given back", "费用冲回"),
    "claim_settlement": ("Settled claims", "费用结算"),
    "dunning": ("Dunning", "催款"),
    "dunning_file": ("Dunning policies", "催款政策文件"),
    "dunning_block": ("Dunning blocks", "催款冻结"),
    "reminder": ("Reminders", "催款函"),
    "interest": ("Late-payment interest", "逾期利息"),
    "ageing": ("Ageing", "账龄"),
    "fact": ("Facts", "业务事实"),
    "journal": ("Journal", "记账凭证"),
    "journal_export": ("Journal exports", "凭证导出"),
    "ledger": ("What `verify(ledger)` finds", "台账核对"),
    "record": ("Recording", "登记"),
    "command": ("Commands", "命令"),
    "store": ("Stores", "存储"),
    "input": ("Command lines", "命令行"),
}
"""The sections of the manual, in the order in which a deal meets them."""

HEAD = Template("""\
# Errors 错误手册

<!-- Written by `python -m tests.errors`; change the reproducers in tests/errors, not this page. -->

Whatever this library refuses, it refuses whole: nothing is half-written, and a value that went in
comes out as it was. Every refusal has a code, `noun.reason`, that stays when its message changes.
Each code stands below with the message that its reproducer in [`tests/errors`](../tests/errors)
gets; a test runs them all, and fails where a code of the source has none.

## Catching

```python
>>> from datetime import date
>>> from cpq import DomainError, Money
>>> from revenue import Receipt, Receivable, ReceivablesLedger
>>> day = date(2026, 12, 1)
>>> ledger = ReceivablesLedger().record(
...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day, amount=Money("300", "CNY")),
...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("350", "CNY")))
>>> try:
...     ledger.apply("R-1", to={"AR-1": Money("300.01", "CNY")}, number="A-1", on=day)
... except DomainError as error:
...     print(error.code, error.facts["available"], error.findings, sep=" | ")
application.exceeds_open | 300.00 CNY | ()

```

`code` is for programs, `message` for people, `facts` hold the figures of the case by name. Where
several things can be wrong at once, `findings` hold all of them: each has a `code`, a `place`, a
`message` in English and, mostly, in Chinese, and a `severity`: `error`, `approval` or `note`.
`check()` and `verify()` return findings instead of raising.

The six classes tell what to do about it:

```text
$tree
```

A field of the wrong shape is pydantic's own `ValidationError`. Where a field or a value as a whole
breaks a rule that has a code, the refusal is in there as the cause:

```python
>>> from pydantic import ValidationError
>>> from cpq import Cap
>>> try:
...     Cap(amount=Money("-1.00", "CNY"))
... except ValidationError as error:
...     print(error.errors()[0]["ctx"]["error"].code)
cap.negative

```

## Exit codes

`cpq` and `revenue` print a refusal as one line that ends in its code, with a line below it for each
finding, and no stack trace.

$exits

""")


def page() -> str:
    """The manual."""
    grouped: dict[str, list[Reproducer]] = {noun: [] for noun in NOUNS}
    for reproducer in reproducers().values():
        grouped[reproducer.noun].append(reproducer)
    contents = " · ".join(f"[{NOUNS[noun][0]}](#{_anchor(noun)})" for noun in grouped)
    head = HEAD.substitute(tree=_tree(), exits=_exits())
    sections = (_section(noun, found) for noun, found in grouped.items() if found)
    return f"{head}## The codes\n\n{contents}\n\n" + "\n".join(sections)


def _tree() -> str:
    """The tree of refusals as ``cpq.kernel.errors`` draws it."""
    drawn = inspect.getdoc(errors) or ""
    tree = drawn.partition("::\n")[2].partition("\nEach carries")[0]
    return textwrap.dedent(tree).strip()


def _exits() -> str:
    """The exit codes as ``cpq.adapters.terminal`` lists them."""
    rows = (inspect.getdoc(terminal) or "").split("\n")
    meanings = [row.split(maxsplit=1) for row in rows if row[:1].isdigit()]
    return "\n".join(["| exit code | |", "|---|---|", *(f"| {n} | {why} |" for n, why in meanings)])


def _anchor(noun: str) -> str:
    """The anchor that GitHub gives to a section's heading."""
    words = _heading(noun).lower()
    kept = "".join(letter for letter in words if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def _heading(noun: str) -> str:
    english, chinese = NOUNS[noun]
    return f"{english} {chinese}"


def _section(noun: str, found: list[Reproducer]) -> str:
    return "\n".join([f"### {_heading(noun)}\n", *(row for each in found for row in _entry(each))])


def _entry(reproducer: Reproducer) -> Iterator[str]:
    known = outcome(reproducer.code)
    yield f"#### `{reproducer.code}`\n"
    yield f"{known.kind[0].upper()}{known.kind[1:]}. {reproducer.en} {reproducer.zh}\n"
    yield f"→ {reproducer.do}\n"
    yield f"```text\n{known.message}\n```\n"
