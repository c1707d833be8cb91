"""The words and tables of the commands about credit (信用命令用语)."""

from collections.abc import Iterable, Sequence

import typer
from rich.table import Table

from cpq.adapters.terminal import show
from cpq.adapters.words import language
from cpq.kernel.errors import Finding
from cpq.kernel.money import plain
from revenue.adapters.asked import amount_in
from revenue.credit import PART_NAMES, CreditDecision, Exposure
from revenue.credit_limit import CreditLimit, CreditStatusCode
from revenue.hold import CreditHold
from revenue.risk import CreditTerms, RiskAssessment

_WORDS = {
    "en": {
        "advance": "{percent} % in advance, of which {deposit} % deposit; {days} days to pay",
        "allowed": "released",
        "amount": "Amount",
        "approval": "held: a person may let it through",
        "as_of": "as of",
        "exposure": "exposure",
        "formula": "limit by the grade",
        "free": "would be free with",
        "grade": "grade {grade} ({points} of 100 points, scorecard {card})",
        "held": "{number}: {what} held at the {at} since {day}: {reason}",
        "limit": "limit {number}",
        "no_holds": "no hold stands",
        "no_limit": "no limit is set: no credit",
        "overdue": "{count} overdue, the oldest for {days} days",
        "part": "Part",
        "refused": "held: nobody may let it through",
        "remaining": "remaining",
        "segment": "provision segment {segment}",
        "shipments": "nothing leaves before the advance is there",
        "status": "status {status}",
        "whole": "customer",
    },
    "zh": {
        "advance": "预付 {percent}%（其中定金 {deposit}%），账期 {days} 天",
        "allowed": "已放行",
        "amount": "金额",
        "approval": "已冻结：可人工放行",
        "as_of": "截至",
        "exposure": "敞口合计",
        "formula": "按等级测算的额度",
        "free": "解除条件",
        "grade": "等级 {grade}（{points} 分，满分 100，评分卡 {card}）",
        "held": "{number}：{what} 自 {day} 起在 {at} 环节冻结：{reason}",
        "limit": "额度 {number}",
        "no_holds": "无冻结",
        "no_limit": "未设额度：不予赊销",
        "overdue": "逾期 {count} 笔，最长 {days} 天",
        "part": "项目",
        "refused": "已冻结：不可人工放行",
        "remaining": "剩余",
        "segment": "减值组合 {segment}",
        "shipments": "预付款到账前不发货",
        "status": "状态 {status}",
        "whole": "客户",
    },
}


def words_of_credit(locale: str) -> dict[str, str]:
    """The words of a locale's language. Raises ``NotFound`` (``document.unknown_locale``)."""
    return _WORDS[language(locale).first]


def print_exposure(
    exposure: Exposure, limit: CreditLimit | None, status: CreditStatusCode, locale: str
) -> None:
    """The parts of an exposure, their sum, the limit and what is left of it, and the status."""
    words, tag = words_of_credit(locale), language(locale).first
    left_out = {each.part for each in limit.parts if not each.included} if limit else set()
    typer.echo(f"{exposure.customer} · {words['as_of']} {exposure.as_of} · {exposure.currency}")
    table = Table(words["part"], box=None, header_style="bold")
    table.add_column(words["amount"], justify="right")
    for each in exposure.amounts:
        if each.amount.amount:
            name = PART_NAMES[each.part].in_(tag)
            shown = amount_in(each.amount, locale)
            table.add_row(name, f"({shown})" if each.part in left_out else shown)
    counted = exposure.counted(limit.parts if limit else ())
    table.add_row(words["exposure"], amount_in(counted, locale), style="bold")
    if limit is not None:
        table.add_row(words["limit"].format(number=limit.number), amount_in(limit.amount, locale))
        table.add_row(words["remaining"], amount_in(limit.amount - counted, locale), style="bold")
    show(table)
    if limit is None:
        typer.echo(words["no_limit"])
    typer.echo(words["status"].format(status=status))
    if exposure.overdue:
        count, days = len(exposure.overdue), exposure.overdue[0].days
        typer.echo(words["overdue"].format(count=count, days=days))


def print_grade(assessment: RiskAssessment, terms: CreditTerms, locale: str) -> None:
    """The grade with its reasons, what would lift it, and what it means."""
    words, tag = words_of_credit(locale), language(locale).first
    points = plain(assessment.points)
    typer.echo(
        words["grade"].format(grade=assessment.grade, points=points, card=assessment.scorecard)
    )
    for reason in assessment.reasons:
        typer.echo(f"  - {reason.text.in_(tag)}")
    for lift in assessment.lifts:
        typer.echo(f"  + {lift.text.in_(tag)}")
    typer.echo(f"{words['formula']}: {amount_in(terms.limit, locale)} {terms.limit.code}")
    typer.echo(
        words["advance"].format(
            percent=plain(terms.prepaid_percent),
            deposit=plain(terms.deposit_percent),
            days=terms.days,
        )
    )
    if terms.ship_hold:
        typer.echo(words["shipments"])
    typer.echo(words["segment"].format(segment=terms.segment))


def print_holds(holds: Sequence[CreditHold], locale: str) -> None:
    """The holds that stand, a line each."""
    words = words_of_credit(locale)
    for hold in holds:
        typer.echo(
            words["held"].format(
                number=hold.number,
                what=hold.order or words["whole"],
                at=hold.at,
                day=hold.on,
                reason="; ".join(hold.reasons),
            )
        )
    if not holds:
        typer.echo(words["no_holds"])


def print_decision(decision: CreditDecision, locale: str) -> None:
    """What came of a check, why, and what would free it."""
    words, tag = words_of_credit(locale), language(locale).first
    typer.echo(words[decision.verdict])
    _print_findings(decision.findings, tag)
    for remedy in decision.remedies:
        typer.echo(f"  {words['free']}: {remedy.text.in_(tag)}")


def _print_findings(findings: Iterable[Finding], tag: str) -> None:
    for each in findings:
        typer.echo(f"  {each.message.in_(tag)} [{each.code}]")
