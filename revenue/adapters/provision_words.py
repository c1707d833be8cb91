"""What the commands about provisions and write-offs share: words, tables, groups (命令用语)."""

from collections.abc import Iterable

import typer
from rich.table import Table

from cpq.adapters.words import language
from cpq.kernel.errors import Finding

_WORDS = {
    "en": {
        "all": "all customers",
        "amount": "Amount",
        "as_of": "as of",
        "bucket": "Days overdue",
        "charged": "Charged",
        "closing": "Closing",
        "count": "Receivables",
        "covered": "Covered",
        "currency": "Currency",
        "customer": "Customer",
        "days": "Days overdue",
        "entered": "Entered",
        "exchange": "Exchange",
        "gross": "Open",
        "held": "allowance {held}, required {wanted}, to charge {due}",
        "loss": "Loss",
        "lost": "Lost",
        "nothing": "nothing is open",
        "number": "Number",
        "opening": "Opening",
        "pooled": "Pooled",
        "rate": "Rate",
        "raw": "Observed",
        "reason": "Reason",
        "receivable": "Receivable",
        "recorded": "{number}: {amount} charged to the allowance",
        "recovered": "Recovered",
        "released": "Released",
        "segment": "Segment",
        "state": "State",
        "total": "Total",
        "written_off": "Written off",
    },
    "zh": {
        "all": "全部客户",
        "amount": "金额",
        "as_of": "截至",
        "bucket": "逾期天数",
        "charged": "计提",
        "closing": "期末余额",
        "count": "应收笔数",
        "covered": "保险覆盖",
        "currency": "币种",
        "customer": "客户",
        "days": "逾期天数",
        "entered": "进入金额",
        "exchange": "汇兑差额",
        "gross": "未清金额",
        "held": "已提准备 {held}，应有准备 {wanted}，应计提 {due}",
        "loss": "预期损失",
        "lost": "损失",
        "nothing": "没有未清项",
        "number": "编号",
        "opening": "期初余额",
        "pooled": "合并区间",
        "rate": "损失率",
        "raw": "观察值",
        "reason": "原因",
        "receivable": "应收",
        "recorded": "{number}：计提坏账准备 {amount}",
        "recovered": "收回",
        "released": "转回",
        "segment": "分组",
        "state": "状态",
        "total": "合计",
        "written_off": "核销",
    },
}


def words_of_provision(locale: str) -> dict[str, str]:
    """The words of a locale's language. Raises ``NotFound`` (``document.unknown_locale``)."""
    return _WORDS[language(locale).first]


def table_of(words: dict[str, str], texts: list[str], figures: list[str]) -> Table:
    """A table with heads for texts and, to the right, for figures."""
    table = Table(*(words[name] for name in texts), box=None, header_style="bold")
    for name in figures:
        table.add_column(words[name], justify="right")
    return table


def print_findings(findings: Iterable[Finding], locale: str) -> None:
    """A line for each finding: its place, its words in the language, its code."""
    tag = language(locale).first
    for each in findings:
        typer.echo(f"{each.place}: {each.message.in_(tag)} [{each.code}]")
