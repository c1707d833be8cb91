"""What the commands of dunning print (催收命令输出): proposals with reasons, how somebody pays."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import typer
from rich.table import Table

from cpq.adapters.figures import Figures
from cpq.adapters.terminal import show
from cpq.adapters.words import language
from cpq.kernel.money import plain, rounded_fraction
from cpq.kernel.text import LocalText
from revenue.adapters.asked import amount_in
from revenue.ageing import PaymentBehaviour
from revenue.dunning import DunningLine, DunningProposal, HeldLine, ReminderStatus

_WORDS = {
    "as_of": LocalText(en="as of", zh="截至"),
    "nothing": LocalText(en="nothing is overdue", zh="没有逾期款项"),
    "customer": LocalText(en="Customer", zh="客户"),
    "receivable": LocalText(en="Receivable", zh="应收单"),
    "due": LocalText(en="Due", zh="到期日"),
    "days": LocalText(en="Days", zh="逾期天数"),
    "open": LocalText(en="Open", zh="未清"),
    "interest": LocalText(en="Interest", zh="利息"),
    "level": LocalText(en="Level", zh="级别"),
    "why": LocalText(en="Why not", zh="不催原因"),
    "fee": LocalText(en="fee", zh="费用"),
    "total": LocalText(en="to pay by {day}", zh="于 {day} 前应付"),
    "recorded": LocalText(en="{count} recorded", zh="已登记 {count} 份"),
    "number": LocalText(en="Number", zh="编号"),
    "on": LocalText(en="Day", zh="日期"),
    "state": LocalText(en="State", zh="状态"),
    "resolved": LocalText(en="resolved", zh="已结清"),
    "unresolved": LocalText(en="unresolved", zh="未结清"),
    "currency": LocalText(en="Currency", zh="币种"),
    "payments": LocalText(en="Payments", zh="付款笔数"),
    "late": LocalText(en="Late", zh="其中逾期"),
    "late_share": LocalText(en="Late by amount", zh="逾期金额占比"),
    "days_to_pay": LocalText(en="Days to pay", zh="平均付款天数"),
    "days_late": LocalText(en="Days late", zh="平均逾期天数"),
    "most": LocalText(en="Most", zh="最长逾期"),
    "overdue": LocalText(en="Overdue now", zh="当前逾期"),
    "no_payments": LocalText(en="no payments and nothing overdue", zh="没有付款，也没有逾期"),
}


def said(key: str, locale: str, **facts: str) -> str:
    """The words of a key in the language of a locale, with ``{fact}`` filled in."""
    return _WORDS[key].in_(language(locale).first).format(**facts)


def _table(keys: Sequence[str], locale: str, *, right: Iterable[str] = ()) -> Table:
    table = Table(box=None, header_style="bold")
    aside = set(right)
    for key in keys:
        table.add_column(
            said(key, locale), justify="right" if key in aside else "left", no_wrap=key != "why"
        )
    return table


def print_run(
    found: Sequence[DunningProposal], numbers: Sequence[str], locale: str, day: date
) -> None:
    """A row for each overdue item with its level, or why it is not dunned; a sum for each letter.

    ``numbers`` are those of the letters, in the order of the proposals that have lines.
    """
    nothing = "" if found else f": {said('nothing', locale)}"
    typer.echo(f"{said('as_of', locale)} {day}{nothing}")
    if not found:
        return
    figures = {"days", "open", "interest"}
    keys = ("customer", "receivable", "due", "days", "open", "interest", "level", "why")
    table = _table(keys, locale, right=figures)
    given = iter(numbers)
    for proposal in found:
        for line in proposal.lines:
            charged = amount_in(line.interest, locale) if line.interest.amount else ""
            table.add_row(*_cells(line, locale), charged, f"{line.level}/{proposal.levels}", "")
        for held in (*proposal.charges, *proposal.held):
            level = f"{held.level}/{proposal.levels}"
            table.add_row(*_cells(held, locale), "", level, held.why.in_(language(locale).first))
        if proposal.lines:
            table.add_row(*_sum(proposal, next(given), locale), style="bold")
    show(table)


def _cells(line: DunningLine | HeldLine, locale: str) -> tuple[str, ...]:
    debt = line.receivable
    return (
        debt.customer,
        debt.number,
        str(debt.due_on),
        str(line.days_overdue),
        f"{amount_in(line.open, locale)} {line.open.code}",
    )


def _sum(proposal: DunningProposal, number: str, locale: str) -> tuple[str, ...]:
    fee = ""
    if proposal.fee.amount:
        fee = f"{said('fee', locale)} {amount_in(proposal.fee, locale)}"
    total = f"{amount_in(proposal.total, locale)} {proposal.currency}"
    due = said("total", locale, day=str(proposal.pay_by))
    interest = amount_in(proposal.interest, locale) if proposal.interest.amount else ""
    return (number, due, "", "", total, interest, "", fee)


def print_behaviour(found: PaymentBehaviour, locale: str) -> None:
    """A row for each currency: payments, late ones, averages, what is overdue now."""
    typer.echo(f"{found.customer}: {found.since} – {found.as_of}")
    if not found.currencies:
        typer.echo(said("no_payments", locale))
        return
    keys = ("currency", "payments", "late", "late_share", "days_to_pay", "days_late", "most")
    table = _table((*keys, "overdue"), locale, right=(*keys[1:], "overdue"))
    for each in found.currencies:
        figures = Figures(language=language(locale), currency=each.currency)
        table.add_row(
            each.currency,
            str(each.payments),
            str(each.late_payments),
            figures.percent(rounded_fraction(each.late_share * 100, 1), places=1),
            _days(each.days_to_pay),
            _days(each.days_late),
            str(max(each.days_late_max, each.overdue_days)),
            figures.amount(each.overdue.amount),
        )
    show(table)


def _days(days: Fraction | None) -> str:
    return "–" if days is None else plain(rounded_fraction(days, 1))


def print_status(found: Sequence[ReminderStatus], locale: str, day: date) -> None:
    """A row for each reminder, with what is open of what it named and whether it is resolved."""
    typer.echo(f"{said('as_of', locale)} {day}")
    table = _table(("number", "customer", "level", "on", "open", "state"), locale, right={"open"})
    for each in found:
        sent = each.reminder
        table.add_row(
            sent.number,
            sent.customer,
            str(sent.level),
            str(sent.on),
            f"{amount_in(each.open, locale)} {each.open.code}",
            said(each.state, locale),
        )
    show(table)
