"""A reconciliation in the terminal (对账终端): what was posted, suggested, unknown."""

import typer
from rich.table import Table

from cpq.adapters.terminal import show
from revenue.adapters.reconcile_text import (
    amount_text,
    candidate_text,
    payer_text,
    reasons_text,
    said_text,
)
from revenue.reconcile import STATUS_WORDS, STATUSES, ReconciledLine, Reconciliation

_HEADS = {
    "en": ("lines", "amount", "status", "Choose: revenue confirm RECEIPT --candidate N --by NAME"),
    "zh": ("笔数", "金额", "状态", "确认：revenue confirm 收款单 --candidate N --by 姓名"),
}
_SHOWN = 3


def print_reconciliation(run: Reconciliation, locale: str) -> None:
    """Totals by status, then every line that was posted or that waits for somebody."""
    heads = _HEADS["zh" if locale.startswith("zh") else "en"]
    table = Table(heads[2], box=None, header_style="bold")
    for head in heads[:2]:
        table.add_column(head, justify="right")
    for total in run.totals:
        table.add_row(
            STATUS_WORDS[total.status].in_(locale),
            str(total.count),
            amount_text(total.amount, locale),
        )
    show(table)
    for status in STATUSES:
        rows = run.of(status)
        if rows and status not in ("settled", "other"):
            typer.echo(f"\n{STATUS_WORDS[status].in_(locale)}")
            for row in rows:
                _print_row(row, locale)
    if run.of("suggested"):
        typer.echo(f"\n{heads[3]}")


def _print_row(row: ReconciledLine, locale: str) -> None:
    on = row.line.booked_on if row.line else row.receipt.on if row.receipt else ""
    number = "" if row.receipt is None else row.receipt.number
    parts = [f"{on}", number, amount_text(row.amount, locale), payer_text(row)]
    typer.echo("  ".join(part for part in parts if part))
    said = said_text(row)
    if said:
        typer.echo(f"    “{said}”")
    candidates = () if row.match is None else row.match.candidates
    shown = candidates[:1] if row.status == "posted" else candidates[:_SHOWN]
    for place, candidate in enumerate(shown, start=1):
        mark = "→" if row.status == "posted" else f"{place}"
        typer.echo(f"    {mark} {candidate_text(candidate, locale)}")
    for reason in reasons_text(row, locale):
        typer.echo(f"      {reason}")
