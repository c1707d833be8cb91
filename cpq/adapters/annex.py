"""The internal annex of a quote: how its prices came about, for whoever checks them (内部附件).

It names books, rules, costs and people, so it never is in what a customer gets unless somebody asks
for it by name. A figure that does not follow from the rows above it is told there: each line is
reckoned again from its own rows.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from cpq.adapters.annex_deal import deal_facts
from cpq.adapters.annex_sums import margin_views, sum_views
from cpq.adapters.annex_trace import rule_view, trace_views
from cpq.adapters.annex_view import AnnexView, FactView, FindingView, ManualView, RateView
from cpq.adapters.hand import Hand, Spoken, hand_for
from cpq.adapters.sums_view import total_views
from cpq.adapters.words import Phrase, wording
from cpq.kernel.errors import Finding, Refused
from cpq.kernel.money import RoundingPolicy, plain, rounded_fraction
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.quote import Quote
from cpq.rate import UsedRate
from cpq.waterfall import Pricing
from cpq.waterfall.replay import replay

_RATE_PLACES = 10
_ROWS_MAX = 8000
_ROWS_OF_A_LINE = 5
"""What a line has besides the rows of its trace: head, amount, tax, sums, margin."""
_RANK = {"error": 0, "approval": 1, "note": 2}


def annex_view(
    quote: Quote, *, locale: str, root: Path, units: UnitTable = STANDARD_UNITS
) -> AnnexView:
    """The annex of a quote in ``zh_CN``, ``en`` (``en_GB`` …) or ``bilingual``.

    ``root`` is the folder with ``words.toml``. Raises ``NotFound`` (``document.unknown_locale``)
    and ``Refused``: ``document.too_long`` beyond 8,000 rows, ``document.does_not_add_up``.
    """
    _refuse_if_too_long(quote)
    hand = hand_for(locale, currency=quote.currency, root=root, units=units)
    pricing = quote.agreed
    return AnnexView(
        title=_title(hand),
        facts=tuple(_facts(quote, hand)),
        findings=_findings(pricing.findings, hand),
        rates=tuple(_rate(used, hand) for used in pricing.rates),
        manual=tuple(
            ManualView(
                number=number,
                price=str(given).replace("-", "\N{MINUS SIGN}"),
                by=given.by,
                reason=given.reason,
            )
            for number, given in pricing.manual
        ),
        lines=trace_views(pricing, hand),
        refused=tuple(rule_view(step, hand) for step in pricing.refused),
        sums=sum_views(pricing, hand),
        margins=margin_views(pricing, hand),
        totals=total_views(quote, hand),
        words=wording(root / "words.toml", hand.spoken, table="annex"),
    )


def annex_rows(pricing: Pricing) -> int:
    """How many rows the annex of a pricing has, about."""
    traced = sum(len(line.steps) + len(line.breakdown) for line in pricing.lines)
    return traced + _ROWS_OF_A_LINE * len(pricing.lines)


def _refuse_if_too_long(quote: Quote) -> None:
    rows = annex_rows(quote.pricing)
    if rows > _ROWS_MAX:
        raise Refused(
            "document.too_long",
            f"the annex of quote {quote.reference} has {rows} rows; one document holds "
            f"{_ROWS_MAX}: split the quote, or read the trace as text with explain()",
            number=quote.number,
        )


def _title(hand: Hand) -> Phrase:
    """What the pages are, in the document's language first and in the other one beside it."""
    en = f"{hand.word('internal', 'en')} · {hand.word('price_trace', 'en')}"
    zh = f"{hand.word('internal', 'zh')} · {hand.word('price_trace', 'zh')}"
    if hand.spoken.first == "zh":
        return Phrase(zh, "zh-CN", en, "en")
    return Phrase(en, "en", zh, "zh-CN")


def _facts(quote: Quote, hand: Hand) -> Iterator[FactView]:
    """What the prices rest on, in the order in which somebody would ask."""
    pricing = quote.agreed

    def fact(key: str, *values: Phrase | str) -> FactView:
        phrases = (
            Phrase(value, hand.spoken.tag) if isinstance(value, str) else value for value in values
        )
        return FactView(label=hand.say(key), values=tuple(phrases))

    yield fact("priced_for", ", ".join((quote.customer.code, *quote.customer.groups)))
    yield fact("priced_on", _moment(pricing, hand))
    yield fact("price_book", pricing.book)
    yield fact("pricing_plan", pricing.plan or "—")
    yield fact("rounding", hand.told(lambda tongue: _rounding(pricing, hand, tongue)))
    if not pricing.promoted:
        yield fact("promotions", hand.say("promotions_left_out"))
    if pricing.purchased is not None:
        yield fact("purchased", *_purchased(pricing, hand))
    if pricing.drawn:
        yield fact("drawn", *_drawn(pricing, hand))
    for key, phrases in deal_facts(pricing, hand):
        yield fact(key, *phrases)
    if quote.approvals:
        yield fact("approvals", *_approvals(quote, hand))
    yield fact("catalogue_hash", pricing.catalogue)
    yield fact("quote_hash", quote.content_hash())
    yield fact("reckoned_again", *_reckoned(pricing, hand))


def _moment(pricing: Pricing, hand: Hand) -> str:
    if isinstance(pricing.on, datetime):
        return pricing.on.isoformat(sep=" ")
    return hand.figures.day(pricing.on)


def _rounding(pricing: Pricing, hand: Hand, tongue: Spoken) -> str:
    policy: RoundingPolicy = pricing.policy
    parts = (
        hand.word(
            "rounded_first" if policy.contractual else "rounded_last",
            tongue,
            places=str(policy.unit_places),
        ),
        hand.word("rounded_amounts", tongue, places=str(policy.places_for(pricing.currency))),
        hand.word(f"mode_{policy.mode.name.lower()}", tongue),
        hand.word(f"tax_by_{policy.tax}", tongue),
    )
    return f"{policy.name}{'：' if tongue == 'zh' else ': '}" + (
        "；" if tongue == "zh" else "; "
    ).join(parts)


def _purchased(pricing: Pricing, hand: Hand) -> Iterator[Phrase]:
    bought = pricing.purchased
    assert bought is not None
    groups = (
        ("bought_contract", bought.contract),
        ("bought_period", bought.period),
        ("bought_prices", bought.last_prices),
    )
    for key, rows in groups:
        if rows:
            listed = ", ".join(f"{code} {plain(figure)}" for code, figure in rows)
            yield hand.say(key, listed=listed)


def _drawn(pricing: Pricing, hand: Hand) -> Iterator[Phrase]:
    for taken in pricing.drawn:
        yield hand.say(
            "drawn_row",
            line=taken.line,
            agreement=f"{taken.agreement} / {taken.commitment}",
            taken=hand.figures.number(taken.taken),
        )


def _approvals(quote: Quote, hand: Hand) -> Iterator[Phrase]:
    for each in quote.approvals:
        yield hand.say(
            f"decided_{each.verdict}",
            rule=f"{each.need.rule} ({each.need.level.code})",
            by=f"{each.by} ({each.role})",
            at=each.at.isoformat(sep=" ", timespec="minutes"),
            comment=f": {each.comment}" if each.comment else "",
        )


def _reckoned(pricing: Pricing, hand: Hand) -> Iterator[Phrase]:
    """Whether the rows of each line give its price again, and where they do not."""
    traced = [line for line in pricing.lines if line.steps and not line.included]
    if not traced:
        yield hand.say("no_trace")
        return
    wrong = 0
    for line in traced:
        paid = line.gross if line.basis == "gross" else line.net
        found = replay(line, pricing.policy)
        if found != paid:
            wrong += 1
            yield hand.say(
                "not_reckoned",
                line=line.number,
                found=hand.figures.amount(found),
                paid=hand.figures.amount(paid),
            )
    yield hand.say("reckoned", count=str(len(traced) - wrong), all=str(len(traced)))


def _findings(findings: Iterable[Finding], hand: Hand) -> tuple[FindingView, ...]:
    ordered = sorted(findings, key=lambda found: _RANK[found.severity])
    return tuple(
        FindingView(
            place=_place(found.place, hand),
            kind=found.severity,
            severity=hand.say(f"severity_{found.severity}"),
            code=found.code,
            message=hand.given(found.message) or Phrase(found.code, hand.spoken.tag),
        )
        for found in ordered
    )


def _place(place: str, hand: Hand) -> str:
    """Where a finding lies: the number of its line, else what the finding says."""
    if place == "quote":
        return hand.say("whole_quote").text
    return place.removeprefix("lines/")


def _rate(used: UsedRate, hand: Hand) -> RateView:
    shown = rounded_fraction(used.rate, _RATE_PLACES)
    equals = "=" if used.rate == shown else "≈"
    return RateView(
        rate=f"1 {used.base} {equals} {hand.figures.number(shown)} {used.quote}",
        on=hand.figures.day(used.on),
        kind=used.kind,
        source=tuple(str(leg) for leg in used.via),
    )
