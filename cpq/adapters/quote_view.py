"""From a quote to what its template prints: every figure, day and word in the language asked for.

The lines are told in ``lines_view``, the sums in ``sums_view``; here is what stands around them:
who, to whom, until when, on which terms. What would say nothing is left out.
"""

from pathlib import Path
from typing import NamedTuple

from cpq.adapters.brand import Brand
from cpq.adapters.columns import columns
from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.lines_view import line_views
from cpq.adapters.numerals import capital_amount
from cpq.adapters.sums_view import tax_views, total_views
from cpq.adapters.view import BrandView, ClauseView, PartyView, QuoteView
from cpq.adapters.words import Language, Phrase, wording
from cpq.customer import Party
from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.kernel.text import LocalText
from cpq.quote import PaymentTerm, Quote

_LINES_MAX = 2000
_LONG = 600
_BAND_TERMS_MAX = 4
_BAND_TEXT_MAX = 80


def quote_view(
    quote: Quote,
    *,
    locale: str,
    root: Path,
    brand: Brand,
    logo: str = "",
    units: UnitTable = STANDARD_UNITS,
) -> QuoteView:
    """The view of a quote in ``zh_CN``, ``en`` (``en_GB`` …) or ``bilingual``.

    ``root`` is the folder with ``words.toml``, ``logo`` the address of the logo in the document,
    ``units`` the host's own units. Raises ``NotFound`` (``document.unknown_locale``) and
    ``Refused``: ``document.too_long`` beyond 2,000 lines, ``document.does_not_add_up`` where the
    totals of the pricing contradict its lines.
    """
    _refuse_if_too_long(quote)
    hand = hand_for(locale, currency=quote.currency, root=root, units=units)
    lines = line_views(quote.pricing, hand)
    given = _conditions(quote, hand)
    total = hand.figures.money(quote.gross)
    return QuoteView(
        lang=hand.spoken.tag,
        number=quote.reference,
        title=_title(quote, hand),
        author=hand.spoken.phrase(quote.seller.name).text,
        heading=hand.say("quotation"),
        subject=hand.given(quote.title),
        created=quote.issued_on.isoformat(),
        issued_on=hand.figures.day(quote.issued_on),
        valid_until=hand.figures.day(quote.valid_until),
        currency=quote.currency,
        page=_page(hand),
        watermark=hand.say(quote.state) if quote.state in ("draft", "superseded") else None,
        customer=_party(quote.customer.party, hand),
        seller=_seller(quote, hand),
        salesperson=_party(quote.salesperson, hand) if quote.salesperson else None,
        total=total,
        payment=given.payment,
        delivery=given.delivery,
        columns=columns(
            (*lines.counted, *lines.options), total=total, gross=lines.basis == "gross"
        ),
        lines=lines.counted,
        options=lines.options,
        taxes=tax_views(quote.pricing, hand),
        totals=total_views(quote, hand),
        in_words=_in_words(quote.gross, hand.spoken),
        clauses=given.clauses,
        accepted=_accepted(quote, hand),
        words=wording(root / "words.toml", hand.spoken),
        brand=BrandView(accent=brand.accent.lower(), logo=logo if brand.logo else ""),
    )


def _refuse_if_too_long(quote: Quote) -> None:
    count = len(quote.pricing.lines)
    if count > _LINES_MAX:
        raise Refused(
            "document.too_long",
            f"quote {quote.reference} has {count} lines; one document holds {_LINES_MAX}: "
            "split the quote",
            number=quote.number,
        )


def _page(hand: Hand) -> tuple[str, str, str]:
    before, _, rest = hand.say("page").text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return before, between, after


def _title(quote: Quote, hand: Hand) -> str:
    subject = hand.given(quote.title)
    head = f"{hand.say('quotation').text} {quote.reference}"
    return f"{head} · {subject.text}" if subject else head


def _party(party: Party, hand: Hand) -> PartyView:
    return PartyView(
        name=hand.spoken.phrase(party.name),
        address=hand.given(party.address),
        tax_id=party.tax_id,
        contact=hand.given(party.contact),
        reach=tuple(text for text in (party.phone, party.email) if text),
        bank=hand.given(party.bank),
    )


def _seller(quote: Quote, hand: Hand) -> PartyView:
    """The seller; a salesperson of the quote stands in for the seller's usual contact."""
    person, seller = quote.salesperson, quote.seller
    if person is None:
        return _party(seller, hand)
    said = (person.phone, person.email)
    return _party(
        seller.with_(
            contact=LocalText(),
            phone="" if seller.phone in said else seller.phone,
            email="" if seller.email in said else seller.email,
        ),
        hand,
    )


def _payment(term: PaymentTerm, hand: Hand) -> Phrase:
    key = f"{'after' if term.days else 'on'}_{term.event}"
    return hand.say(key, percent=hand.figures.percent(term.percent), days=str(term.days))


def _accepted(quote: Quote, hand: Hand) -> Phrase | None:
    if quote.acceptance is None:
        return None
    return hand.say("accepted", on=hand.figures.day(quote.acceptance.on), by=quote.acceptance.by)


class _Conditions(NamedTuple):
    """Payment and delivery as the band at the top has room for them, and the clauses."""

    payment: tuple[Phrase, ...]
    delivery: Phrase | None
    clauses: tuple[ClauseView, ...]


def _conditions(quote: Quote, hand: Hand) -> _Conditions:
    """What has no room in the band becomes the first clauses."""
    payment = tuple(_payment(term, hand) for term in quote.payment)
    delivery = hand.given(quote.delivery)
    rows: list[tuple[Phrase | None, Phrase]] = []
    if len(payment) > _BAND_TERMS_MAX:
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
    return _Conditions(payment, delivery, clauses)


def _in_words(gross: Money, spoken: Language) -> str:
    """大写金额, in documents with Chinese in them, for amounts that can be written so."""
    if gross.code != "CNY" or (spoken.first != "zh" and not spoken.second):
        return ""
    try:
        return f"人民币{capital_amount(gross)}"
    except Invalid:
        return ""
