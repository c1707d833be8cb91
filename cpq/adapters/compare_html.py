"""A comparison as a document (版本比较表): one HTML file that needs no other, or a PDF of it.

It goes through the same press as every document: a template in a sandbox that sees text only. What
a customer does not see, rules and findings, marks it as internal; compare the versions as
``published`` and there is none of it.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.compare_chart import FOOT, HEIGHT, WIDTH, Bar, bars_of
from cpq.adapters.compare_lines import line_view, signed_amount
from cpq.adapters.compare_view import (
    BridgeView,
    ChangeView,
    ChartView,
    ComparedFindingView,
    ComparedRuleView,
    ComparedTermView,
    ComparisonView,
    VersionView,
)
from cpq.adapters.figures import Figures
from cpq.adapters.hand import Hand
from cpq.adapters.pdf import html_of
from cpq.adapters.plate import Plate
from cpq.adapters.templates import template_root
from cpq.adapters.view import BrandView
from cpq.adapters.whole_file import write_whole
from cpq.adapters.words import Phrase, language, wording, words
from cpq.comparison import Comparison, FieldChange, RuleDifference, Version
from cpq.comparison.currency import rate_text
from cpq.comparison.model import DRIVERS
from cpq.comparison.words import (
    FATE_WORDS,
    FIELD_WORDS,
    given_text,
    reason_text,
)
from cpq.kernel.errors import Finding
from cpq.kernel.money import Money
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.kernel.text import LocalText
from cpq.waterfall.text import POINTS

_TABLE = "comparison"
_LINES_SHOWN = 12


def comparison_plate(
    comparison: Comparison,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
) -> Plate:
    """A comparison ready to be printed, in Chinese, English or both side by side.

    ``templates`` is a folder whose files replace shipped ones. Raises ``NotFound``
    (``document.unknown_locale``).
    """
    hand = comparison_hand(locale, currency=comparison.currency, units=units)
    view = _view(comparison, hand)
    return Plate(
        reference=f"comparison {view.before.reference} → {view.after.reference}",
        template="comparison.html",
        given=(
            ("comparison", view),
            ("words", wording(_words_file(), hand.spoken, _TABLE)),
            ("brand", BrandView(accent=brand.accent, logo="")),
        ),
        created=_day(comparison.after.on),
        rows=len(comparison.lines) + len(comparison.rules) + len(comparison.changes),
        brand=brand,
        templates=templates,
    )


def comparison_hand(locale: str, *, currency: str, units: UnitTable = STANDARD_UNITS) -> Hand:
    """The hand that a comparison is written with, on paper and in a terminal.

    Raises ``NotFound`` (``document.unknown_locale``).

    >>> comparison_hand("zh_CN", currency="CNY").say("difference").text
    '差额'
    """
    spoken = language(locale)
    return Hand(
        spoken=spoken,
        figures=Figures(language=spoken, currency=currency),
        dictionary={**words(_words_file()), **words(_words_file(), _TABLE)},
        units=units,
    )


def _words_file() -> Path:
    return template_root() / "words.toml"


def comparison_html(
    comparison: Comparison,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
) -> str:
    """A comparison as one HTML text that needs no other file, in Chinese, English or both.

    ``locale`` is ``zh_CN``, ``en`` (``en_GB`` …) or ``bilingual``. Raises ``NotFound``
    (``document.unknown_locale``) and what filling a template raises.
    """
    return html_of(
        comparison_plate(comparison, locale=locale, brand=brand, templates=templates, units=units)
    )


def write_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
) -> Path:
    """Write ``comparison_html`` to ``path``, whole or not at all, and return the path.

    Raises ``Unavailable`` (``file.not_written``), ``Refused`` (``file.not_plain``) and what
    ``comparison_html`` raises.
    """
    html = comparison_html(comparison, locale=locale, brand=brand, templates=templates, units=units)
    return write_whole(Path(path), html.encode())


def _view(comparison: Comparison, hand: Hand) -> ComparisonView:
    before = _version(comparison.before, "before", comparison, hand)
    after = _version(comparison.after, "after", comparison, hand)
    drivers = tuple(each.driver for each in comparison.effects if each.net.amount)
    heading = hand.say("heading")
    return ComparisonView(
        lang=hand.spoken.tag,
        title=f"{heading.text} {before.reference} → {after.reference}",
        created=_day(comparison.after.on).isoformat(),
        page=hand.page(),
        customer=comparison.after.customer or "",
        currency=comparison.currency,
        is_internal=bool(comparison.rules or comparison.appeared or comparison.vanished),
        is_same=comparison.is_empty,
        before=before,
        after=after,
        change=_change(comparison, hand),
        remarks=tuple(_remarks(comparison, hand)),
        chart=_chart(comparison, before, after, hand),
        bridge=_bridge(comparison, before, after, hand),
        amounts_in=hand.say("amounts_in", currency=comparison.currency),
        drivers=tuple(hand.say(f"driver_{driver}") for driver in drivers),
        lines=tuple(line_view(line, drivers, hand) for line in comparison.lines),
        totals=tuple(
            signed_amount(hand.figures, comparison.effect(driver).net.amount) for driver in drivers
        ),
        unchanged=_unchanged(comparison.unchanged, hand),
        rules=tuple(_rule(rule, hand) for rule in comparison.rules),
        terms=tuple(_term(change, hand) for change in comparison.changes),
        findings=(
            *(_finding(each, "appeared", hand) for each in comparison.appeared),
            *(_finding(each, "vanished", hand) for each in comparison.vanished),
        ),
    )


def _version(version: Version, side: str, comparison: Comparison, hand: Hand) -> VersionView:
    net, gross = (
        (comparison.net_before, comparison.gross_before)
        if side == "before"
        else (comparison.net_after, comparison.gross_after)
    )
    label = hand.say(side)
    return VersionView(
        label=label,
        reference=version.reference or label.text,
        net=hand.figures.money(net),
        gross=hand.figures.money(gross),
    )


def _change(comparison: Comparison, hand: Hand) -> ChangeView:
    def percent(value: Decimal | None) -> str:
        return "" if value is None else f"{_sign(value)}{hand.figures.percent(value, places=2)}"

    return ChangeView(
        net=_signed_money(comparison.change, hand),
        net_figure=signed_amount(hand.figures, comparison.change.amount),
        gross=_signed_money(comparison.change_gross, hand),
        percent_net=percent(comparison.percent),
        percent_gross=percent(comparison.percent_gross),
    )


def _remarks(comparison: Comparison, hand: Hand) -> list[Phrase]:
    found = []
    if comparison.rate is not None:
        found.append(hand.say("told_at", rate=rate_text(comparison.rate)))
    if comparison.before.traced != comparison.after.traced:
        found.append(hand.say("untraced"))
    return found


def _chart(
    comparison: Comparison, before: VersionView, after: VersionView, hand: Hand
) -> ChartView:
    write = hand.figures.amount
    first, last = comparison.gross_before.amount, comparison.gross_after.amount
    bars = [Bar(before.label, first, write(first), is_total=True)]
    for each in comparison.effects:
        if each.gross.amount:
            label = hand.say(f"driver_{each.driver}")
            figure = signed_amount(hand.figures, each.gross.amount)
            bars.append(Bar(label, each.gross.amount, figure, is_total=False))
    bars.append(Bar(after.label, last, write(last), is_total=True))
    drawn, is_cut = bars_of(bars)
    title = hand.say("chart", before=before.reference, after=after.reference)
    said = ", ".join(f"{bar.label.text} {bar.figure}" for bar in bars)
    return ChartView(
        title=f"{title.text}: {said}",
        is_cut=is_cut,
        width=WIDTH,
        height=HEIGHT,
        foot=FOOT,
        bars=drawn,
    )


def _bridge(
    comparison: Comparison, before: VersionView, after: VersionView, hand: Hand
) -> tuple[BridgeView, ...]:
    write = hand.figures.amount

    def total(label: Phrase, net: Money, gross: Money) -> BridgeView:
        tax = write((gross - net).amount)
        return BridgeView(
            kind="total", label=label, net=write(net.amount), tax=tax, gross=write(gross.amount)
        )

    rows = tuple(
        BridgeView(
            kind="driver",
            label=hand.say(f"driver_{each.driver}"),
            net=signed_amount(hand.figures, each.net.amount),
            tax=signed_amount(hand.figures, each.tax.amount),
            gross=signed_amount(hand.figures, each.gross.amount),
        )
        for driver in DRIVERS
        for each in comparison.effects
        if each.driver == driver
    )
    return (
        total(before.label, comparison.net_before, comparison.gross_before),
        *rows,
        total(after.label, comparison.net_after, comparison.gross_after),
    )


def _unchanged(count: int, hand: Hand) -> Phrase | None:
    if not count:
        return None
    return hand.say("unchanged_one") if count == 1 else hand.say("unchanged", count=str(count))


def _rule(rule: RuleDifference, hand: Hand) -> ComparedRuleView:
    spoken = hand.spoken
    why = []
    for told in (given_text, reason_text):
        text = LocalText(en=told(rule, "en"), zh=told(rule, "zh"))
        if text.en:
            why.append(spoken.phrase(text))
    more = len(rule.lines) - _LINES_SHOWN
    return ComparedRuleView(
        kind=rule.fate,
        fate=spoken.phrase(FATE_WORDS[rule.fate]),
        point=spoken.phrase(POINTS[rule.point]),
        title=_once(spoken.phrase(LocalText(en=rule.title("en"), zh=rule.title("zh")))),
        lines=", ".join(rule.lines[:_LINES_SHOWN]) + (f" … (+{more})" if more > 0 else ""),
        why=tuple(why),
    )


def _once(phrase: Phrase) -> Phrase:
    """Words that differ by their colon alone, ``LIST：M8`` and ``LIST: M8``, once."""
    if phrase.other.replace("：", ": ") == phrase.text:
        return Phrase(phrase.text, phrase.lang)
    return phrase


def _term(change: FieldChange, hand: Hand) -> ComparedTermView:
    return ComparedTermView(
        label=hand.spoken.phrase(FIELD_WORDS[change.field]),
        place=change.place,
        before=hand.given(change.before),
        after=hand.given(change.after),
    )


def _finding(finding: Finding, kind: str, hand: Hand) -> ComparedFindingView:
    return ComparedFindingView(
        kind=kind,
        state=hand.say(kind),
        place=finding.place,
        message=hand.spoken.phrase(finding.message),
        code=finding.code,
    )


def _signed_money(money: Money, hand: Hand) -> str:
    return f"{_sign(money.amount)}{hand.figures.money(money)}"


def _sign(value: Decimal) -> str:
    return "+" if value > 0 else ""


def _day(on: date | datetime) -> date:
    return on.date() if isinstance(on, datetime) else on
