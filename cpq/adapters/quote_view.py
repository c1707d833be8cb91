"""From a quote to what its template prints: every figure, day and word in the language asked for.

The lines are told in ``lines_view``, the sums in ``sums_view``, the way from the list price in
``steps_view``; here is what stands around them: who, to whom, until when, on which terms. What
would say nothing is left out.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cpq.adapters.brand import Brand
from cpq.adapters.columns import Paper, columns
from cpq.adapters.figures import zone_name
from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.offer_view import Discounts, OfferViews, Style, offer_views
from cpq.adapters.party_view import party_view, seller_view
from cpq.adapters.payment_view import instalment_views, term_phrase
from cpq.adapters.sums_view import tax_views, total_label
from cpq.adapters.view import BrandView, ClauseView, ColumnsView, InstalmentView, QuoteView
from cpq.adapters.words import Phrase, wording
from cpq.kernel.errors import Refused
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.quote import Quote
from cpq.quote.ending import state_at

_LINES_MAX = 2000
_LONG = 600
_BAND_TERMS_MAX = 4
_BAND_TEXT_MAX = 80
_NO_ZONE = "UTC"
_MARKS = {
    **dict.fromkeys(("draft", "in_approval", "approved"), "draft"),
    **{state: state for state in ("superseded", "withdrawn", "expired")},
}
"""What is printed across a quote in a state that does not bind; one that was sent bears nothing."""


def quote_view(
    quote: Quote,
    *,
    locale: str,
    root: Path,
    brand: Brand,
    logo: str = "",
    units: UnitTable = STANDARD_UNITS,
    style: Style = "detailed",
    discounts: Discounts = "shown",
    cover: bool = False,
    page: Paper | None = None,
    at: datetime | None = None,
) -> QuoteView:
    """The view of a quote in ``zh_CN``, ``en`` (``en_GB`` …) or ``bilingual``.

    ``root`` is the folder with ``words.toml``, ``logo`` the address of the logo in the document,
    ``units`` the host's own units. A ``summary`` folds discounts into prices, as ``discounts`` does
    for every line; ``cover`` puts a page before it; ``page`` is the paper, else the brand's. A
    quote that has expired ``at`` an instant is marked so.

    Raises ``NotFound`` (``document.unknown_locale``) and ``Refused``: ``document.too_long`` beyond
    2,000 lines, ``document.does_not_add_up`` where the totals of the pricing contradict its lines.
    """
    _refuse_if_too_long(quote)
    hand = hand_for(locale, currency=quote.currency, root=root, units=units)
    given = _conditions(quote, hand)
    offer = offer_views(quote, hand, style=style, discounts=discounts)
    total = hand.figures.money(quote.gross)
    paper: Paper = page or brand.page
    return QuoteView(
        lang=hand.spoken.tag,
        number=quote.reference,
        title=_title(quote, hand),
        author=hand.spoken.phrase(quote.seller.name).text,
        description=_description(quote, hand, total),
        keywords=_keywords(quote, hand),
        heading=hand.say("quotation"),
        subject=hand.given(quote.title),
        created=quote.issued_on.isoformat(),
        issued_on=hand.figures.day(quote.issued_on),
        valid_until=hand.figures.day(quote.valid_until),
        currency=quote.currency,
        cover=cover,
        paper=paper,
        page=hand.page(),
        watermark=_mark(quote, hand, at),
        customer=party_view(quote.customer.party, hand),
        seller=seller_view(quote.seller, quote.salesperson, hand),
        salesperson=party_view(quote.salesperson, hand) if quote.salesperson else None,
        total_label=total_label(quote, hand, plain="total_with_tax", stated="total_with_terms"),
        total=total,
        payment=given.payment,
        delivery=given.delivery,
        columns=_columns(offer, total, brand, paper),
        sections=offer.sections,
        options=offer.lines.options,
        steps=offer.steps,
        taxes=tax_views(quote.agreed, hand),
        totals=offer.totals,
        in_words=hand.in_capitals(quote.gross),
        instalments=given.instalments,
        alternatives=offer.alternatives,
        clauses=given.clauses,
        validity=_validity(quote, hand),
        accepted=_accepted(quote, hand),
        words=wording(root / "words.toml", hand.spoken),
        brand=_brand(brand, logo),
    )


def _refuse_if_too_long(quote: Quote) -> None:
    count = sum(len(pricing.lines) for pricing in quote.pricings)
    if count > _LINES_MAX:
        raise Refused(
            "document.too_long",
            f"quote {quote.reference} has {count} lines; one document holds {_LINES_MAX}: "
            "split the quote",
            number=quote.number,
        )


def _title(quote: Quote, hand: Hand) -> str:
    subject = hand.given(quote.title)
    head = f"{hand.say('quotation').text} {quote.reference}"
    return f"{head} · {subject.text}" if subject else head


def _description(quote: Quote, hand: Hand, total: str) -> str:
    """One sentence that says what the file is, for its metadata."""
    return hand.say(
        "described",
        heading=hand.say("quotation").text,
        number=quote.reference,
        customer=hand.spoken.phrase(quote.customer.party.name).text,
        total=total,
        on=hand.figures.day(quote.valid_until),
    ).text


def _keywords(quote: Quote, hand: Hand) -> str:
    names = (hand.word("quotation", "en"), hand.word("quotation", "zh"))
    return ", ".join((*names, quote.reference, quote.currency))


def _mark(quote: Quote, hand: Hand, at: datetime | None) -> Phrase | None:
    """What is printed across each page of a quote that does not bind."""
    key = _MARKS.get(quote.state if at is None else state_at(quote, at=at))
    return None if key is None else hand.say(key)


def _columns(offer: OfferViews, total: str, brand: Brand, paper: Paper) -> ColumnsView:
    """The columns for all lines there are, the alternatives' too, so that all tables are alike."""
    return columns(
        offer.all_lines,
        total=total,
        sums=offer.subtotals,
        gross=offer.basis == "gross",
        hidden=brand.hide,
        paper=paper,
    )


def _brand(brand: Brand, logo: str) -> BrandView:
    return BrandView(
        accent=brand.accent.lower(),
        logo=logo if brand.logo else "",
        font=brand.font.family if brand.font else "",
    )


def _validity(quote: Quote, hand: Hand) -> Phrase:
    """Until when the offer can be accepted, and in which zone, where one is named."""
    on = hand.figures.day(quote.valid_until)
    if quote.zone == _NO_ZONE:
        return hand.say("open_until", on=on)
    return hand.told(
        lambda tongue: hand.word("open_until_in", tongue, on=on, zone=zone_name(quote.zone, tongue))
    )


def _accepted(quote: Quote, hand: Hand) -> Phrase | None:
    if quote.acceptance is None:
        return None
    return hand.say("accepted", on=hand.figures.day(quote.acceptance.on), by=quote.acceptance.by)


class _Conditions(NamedTuple):
    """Payment and delivery as the band at the top has room for them, the plan, and the clauses."""

    payment: tuple[Phrase, ...]
    delivery: Phrase | None
    instalments: tuple[InstalmentView, ...]
    clauses: tuple[ClauseView, ...]


def _conditions(quote: Quote, hand: Hand) -> _Conditions:
    """What has no room in the band and is in no plan becomes the first clauses."""
    payment = tuple(term_phrase(term, hand) for term in quote.payment)
    instalments = instalment_views(quote.gross, quote.payment, hand)
    delivery = hand.given(quote.delivery)
    rows: list[tuple[Phrase | None, Phrase]] = []
    if len(payment) > _BAND_TERMS_MAX:
        if not instalments:
            text = "; ".join(term.text for term in payment)
            other = "；".join(term.other for term in payment if term.other)
            rows.append((hand.say("payment"), Phrase(text, payment[0].lang, other, "zh-CN")))
        payment = ()
    if delivery and len(delivery.text + delivery.other) > _BAND_TEXT_MAX:
        rows.append((hand.say("delivery"), delivery))
        delivery = None
    rows += [(hand.given(term.title), hand.spoken.phrase(term.text)) for term in quote.terms]
    clauses = tuple(
        ClauseView(
            number=number,
            title=title,
            text=text,
            is_long=len(text.text) + len(text.other) > _LONG,
        )
        for number, (title, text) in enumerate(rows, start=1)
    )
    return _Conditions(payment, delivery, instalments, clauses)
