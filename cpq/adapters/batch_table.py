"""What became of a batch, for people and for programs (批量结果): a row per file, and the sums."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from rich.table import Table

from cpq.adapters.batch import BatchRow
from cpq.adapters.figures import Figures
from cpq.adapters.terminal import headline
from cpq.adapters.trace_table import plain_table
from cpq.adapters.words import Language
from cpq.kernel.model import canonical_json
from cpq.kernel.text import legible

_ROWS_MAX = 40
"""Of more files than these only the ones that went wrong are listed."""

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "file": "File",
        "quote": "Quote",
        "customer": "Customer",
        "total": "Total",
        "pages": "Pages",
        "seconds": "Seconds",
        "result": "Result",
        "was_there": "was there",
        "no_pdf": "no PDF",
        "written": "{count} written",
        "kept": "{count} kept",
        "html": "{count} as HTML",
        "refused": "{count} refused",
        "sum": "{pages} pages, {seconds} s of processor time",
    },
    "zh": {
        "file": "文件",
        "quote": "报价单",
        "customer": "客户",
        "total": "合计",
        "pages": "页数",
        "seconds": "秒",
        "result": "结果",
        "was_there": "已存在",
        "no_pdf": "无 PDF",
        "written": "写入 {count} 份",
        "kept": "保留 {count} 份",
        "html": "HTML {count} 份",
        "refused": "失败 {count} 份",
        "sum": "共 {pages} 页，处理器用时 {seconds} 秒",
    },
}


def batch_table(rows: Sequence[BatchRow], *, spoken: Language) -> Table:
    """A row per file; of very many files, a row for each that is no PDF now."""
    words = _WORDS[spoken.first]
    table = plain_table(*(words[name] for name in ("file", "quote", "customer")))
    for name in ("total", "pages", "seconds"):
        table.add_column(words[name], justify="right", no_wrap=True)
    table.add_column(words["result"])
    for row in rows:
        if len(rows) <= _ROWS_MAX or row.refusal is not None:
            table.add_row(
                legible(str(row.source)),
                row.number,
                row.customer.in_(spoken.first),
                _total(row, spoken),
                str(row.pages or ""),
                _seconds(row.milliseconds) if row.milliseconds else "",
                _result(row, words),
            )
    return table


def failures(rows: Sequence[BatchRow]) -> list[str]:
    """A line for each file that became nothing: which, and why."""
    return [
        legible(f"{row.source}: {headline(row.refusal).removeprefix(f'{row.source}: ')}")
        for row in rows
        if row.refusal is not None and row.outcome == "refused"
    ]


def summed_up(rows: Sequence[BatchRow], *, spoken: Language) -> str:
    """How many were written, kept and refused, in words; then pages and seconds."""
    words = _WORDS[spoken.first]
    found = Counter(row.outcome for row in rows)
    parts = [
        words[outcome].format(count=found[outcome])
        for outcome in ("written", "kept", "html", "refused")
        if found[outcome] or outcome in {"written", "refused"}
    ]
    sums = words["sum"].format(
        pages=sum(row.pages for row in rows),
        seconds=_seconds(sum(row.milliseconds for row in rows)),
    )
    comma, colon = ("，", "：") if spoken.first == "zh" else (", ", ": ")
    return f"{comma.join(parts)}{colon}{sums}"


def counts(rows: Sequence[BatchRow]) -> str:
    """How many PDFs there are now and how many not: ``2 written, 1 refused``."""
    found = Counter(row.outcome for row in rows)
    html = f", {found['html']} as HTML" if found["html"] else ""
    return f"{found['written'] + found['kept']} written{html}, {found['refused']} refused"


def batch_json(rows: Sequence[BatchRow]) -> str:
    """Everything about a batch as one JSON document; amounts are text, times milliseconds."""
    found = Counter(row.outcome for row in rows)
    return canonical_json(
        {
            "documents": [_told(row) for row in rows],
            **{name: found[name] for name in ("written", "kept", "html", "refused")},
        }
    )


def _told(row: BatchRow) -> dict[str, object]:
    fields: dict[str, object] = {
        "file": str(row.source),
        "outcome": row.outcome,
        "number": row.number or None,
        "customer": row.customer.model_dump(mode="json") if row.number else None,
        "total": None if row.total is None else str(row.total.amount),
        "currency": None if row.total is None else row.total.code,
        "path": None if row.target is None else str(row.target),
        "pages": row.pages,
        "milliseconds": row.milliseconds,
    }
    if row.refusal is not None:
        fields["code"], fields["message"] = row.refusal.code, row.refusal.message
        fields["findings"] = [each.model_dump(mode="json") for each in row.refusal.findings]
    return fields


def _total(row: BatchRow, spoken: Language) -> str:
    if row.total is None:
        return ""
    figures = Figures(language=spoken, currency=row.total.code)
    return f"{figures.amount(row.total.amount)} {row.total.code}"


def _seconds(milliseconds: int) -> str:
    return f"{Decimal(milliseconds).scaleb(-3):.1f}"


def _result(row: BatchRow, words: dict[str, str]) -> str:
    if row.refusal is None:
        there = f" ({words['was_there']})" if row.outcome == "kept" else ""
        return f"{_path(row.target)}{there}"
    if row.outcome == "html":
        return f"{_path(row.target)}; {words['no_pdf']} [{row.refusal.code}]"
    return f"✗ [{row.refusal.code}]"


def _path(target: Path | None) -> str:
    return "" if target is None else legible(str(target))
