"""The day's reconciliation as one HTML file that needs no other (对账日报), charts and all.

The template sees text only, as every template does. The charts are drawn by us and put where the
template leaves a mark that no text of a bank could be: what is escaped holds no comment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.templates import filled
from cpq.adapters.words import language
from cpq.kernel.text import LocalText
from revenue.adapters.receivables_chart import ageing_chart, collections_chart, dso_chart
from revenue.adapters.reconcile_text import (
    amount_text,
    candidate_text,
    payer_text,
    reasons_text,
    said_text,
)
from revenue.ageing import ageing_report, collections, dso_series
from revenue.ledger import ReceivablesLedger
from revenue.reconcile import (
    STATUS_WORDS,
    STATUSES,
    ReconciledLine,
    Reconciliation,
    Status,
)

_MONTHS = 12
_WORDS = {
    "status": LocalText(en="Status", zh="状态"),
    "lines": LocalText(en="Lines", zh="笔数"),
    "amount": LocalText(en="Amount", zh="金额"),
    "day": LocalText(en="Day", zh="日期"),
    "receipt": LocalText(en="Receipt", zh="收款单"),
    "payer": LocalText(en="Payer", zh="付款方"),
    "said": LocalText(en="Remittance text", zh="摘要"),
}
_HEADING = LocalText(en="Reconciliation", zh="对账日报")
_COLUMN: dict[Status, LocalText] = {
    "posted": LocalText(en="Settles, and the proof", zh="核销及依据"),
    "suggested": LocalText(en="Candidates, and why not posted", zh="候选及未核销原因"),
}
_OTHERWISE = LocalText(en="Why", zh="原因")
_FOOTER = LocalText(
    en="Posted without a person: only what a reference or a unique sum proves.",
    zh="自动核销仅限凭据吻合或唯一组合；其余须人工确认。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """A status with its count and sum."""

    status: str
    name: str
    count: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A line of the bank, and what became of it."""

    on: str
    receipt: str
    amount: str
    payer: str
    said: str
    candidates: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The lines of one status."""

    status: str
    name: str
    column: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What the template sees."""

    lang: str
    title: str
    heading: str
    on: str
    totals: tuple[TotalView, ...]
    sections: tuple[SectionView, ...]
    charts: tuple[str, ...]
    footer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsView:
    """Headings."""

    status: str
    lines: str
    amount: str
    day: str
    receipt: str
    payer: str
    said: str


def report_html(
    run: Reconciliation,
    ledger: ReceivablesLedger,
    *,
    locale: str = "en",
    brand: Brand = PLAIN,
) -> str:
    """The report of a run; ``ledger`` is what it led to, for the charts of ageing, collections and
    days sales outstanding of the twelve months to the day, in every currency that occurs.

    Raises ``NotFound`` (``document.unknown_locale``).
    """
    spoken = language(locale)
    charts = dict(_charts(run, ledger, locale=locale, accent=brand.accent))
    heading = _HEADING.in_(locale)
    view = ReportView(
        lang=spoken.first,
        title=f"{heading} {run.on}",
        heading=heading,
        on=run.on.isoformat(),
        totals=tuple(
            TotalView(
                status=total.status,
                name=STATUS_WORDS[total.status].in_(locale),
                count=str(total.count),
                amount=amount_text(total.amount, locale),
            )
            for total in run.totals
        ),
        sections=tuple(_sections(run, locale)),
        charts=tuple(charts),
        footer=_FOOTER.in_(locale),
    )
    words = WordsView(**{name: text.in_(locale) for name, text in _WORDS.items()})
    html = filled({"report": view, "words": words}, template="reconcile.html")
    for key, svg in charts.items():
        html = html.replace(f"<!--chart:{key}-->", svg)
    return html


def _sections(run: Reconciliation, locale: str) -> Iterator[SectionView]:
    for status in STATUSES:
        rows = run.of(status)
        if rows:
            yield SectionView(
                status=status,
                name=STATUS_WORDS[status].in_(locale),
                column=_COLUMN.get(status, _OTHERWISE).in_(locale),
                rows=tuple(_row(row, locale) for row in rows),
            )


def _row(row: ReconciledLine, locale: str) -> RowView:
    candidates = () if row.match is None else row.match.candidates
    shown = candidates[:1] if row.status == "posted" else candidates
    on = row.line.booked_on if row.line else row.receipt.on if row.receipt else None
    return RowView(
        on="" if on is None else on.isoformat(),
        receipt="" if row.receipt is None else row.receipt.number,
        amount=amount_text(row.amount, locale),
        payer=payer_text(row),
        said=said_text(row),
        candidates=tuple(candidate_text(each, locale) for each in shown),
        reasons=tuple(reasons_text(row, locale)),
    )


def _charts(
    run: Reconciliation, ledger: ReceivablesLedger, *, locale: str, accent: str
) -> Iterator[tuple[str, str]]:
    report = ageing_report(ledger, as_of=run.on)
    since = _months_before(run.on, _MONTHS - 1)
    codes = {item.open.code for item in ledger.open_items(as_of=run.on)}
    for code in sorted(codes | {row.amount.code for row in run.lines}):
        key = f"ageing-{code}"
        yield key, ageing_chart(report, currency=code, locale=locale, accent=accent, key=key)
        found = collections(ledger, currency=code, since=since, until=run.on)
        key = f"collections-{code}"
        yield key, collections_chart(found, currency=code, locale=locale, accent=accent, key=key)
        points = dso_series(ledger, currency=code, since=since, until=run.on)
        key = f"dso-{code}"
        yield key, dso_chart(points, currency=code, locale=locale, accent=accent, key=key)


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
