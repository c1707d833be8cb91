"""From a quote to what its template prints: every figure, day and word in the language asked for.

The amount of a row is quantity × unit price; what promotions take off stands in the totals, which
read from top to bottom as an addition: list prices, price discounts, sum of the lines, promotions,
net, tax by rate, total (价税合计). Rows that would say nothing are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from cpq.adapters.brand import Brand
from cpq.adapters.columns import columns
from cpq.adapters.figures import Figures
from cpq.adapters.numerals import capital_amount
from cpq.adapters.view import (
    BrandView,
    ClauseView,
    LineView,
    PartyView,
    QuoteView,
    TaxView,
    TotalView,
)
from cpq.adapters.words import Language, Phrase, language, wording, words
from cpq.customer import Party
from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.money import Money, difference, plain, rounded_fraction, total
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.kernel.text import LocalText
from cpq.quote import PaymentTerm, Quote
from cpq.waterfall import PricedLine, Pricing

_LINES_MAX = 2000
_LONG = 600
_DEEPEST = 4
_BAND_TERMS_MAX = 4
_BAND_TEXT_MAX = 80
_NOTHING = Decimal(0)


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
    spoken = language(locale)
    hand = _Hand(
        spoken=spoken,
        figures=Figures(language=spoken, currency=quote.currency),
        dictionary={**words(root / "words.toml"), **words(root / "words.toml", "payment_term")},
        units=units,
    )
    lines = tuple(_lines(quote.pricing, hand))
    given = _conditions(quote, hand)
    return QuoteView(
        lang=spoken.tag,
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
        total=hand.figures.money(quote.gross),
        payment=given.payment,
        delivery=given.delivery,
        columns=columns(lines, total=hand.figures.money(quote.gross)),
        lines=lines,
        taxes=tuple(_tax_rows(quote.pricing, hand)),
        totals=tuple(_totals(quote, hand)),
        in_words=_in_words(quote.gross, spoken),
        clauses=given.clauses,
        accepted=_accepted(quote, hand),
        words=wording(root / "words.toml", spoken),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """How one document is written: language, figures, dictionary, units."""

    spoken: Language
    figures: Figures
    dictionary: Mapping[str, LocalText]
    units: UnitTable

    def say(self, key: str, **facts: str) -> Phrase:
        return self.spoken.phrase(self.dictionary[key], **facts)

    def given(self, text: LocalText) -> Phrase | None:
        return self.spoken.phrase(text) if text.en or text.zh else None

    def unit(self, code: str) -> Phrase:
        try:
            name = self.units.unit(code).name
        except NotFound:
            name = LocalText()
        return self.given(name) or Phrase(code, self.spoken.tag)


def _page(hand: _Hand) -> tuple[str, str, str]:
    before, _, rest = hand.say("page").text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return before, between, after


def _title(quote: Quote, hand: _Hand) -> str:
    subject = hand.given(quote.title)
    head = f"{hand.say('quotation').text} {quote.reference}"
    return f"{head} · {subject.text}" if subject else head


def _party(party: Party, hand: _Hand) -> PartyView:
    return PartyView(
        name=hand.spoken.phrase(party.name),
        address=hand.given(party.address),
        tax_id=party.tax_id,
        contact=hand.given(party.contact),
        reach=tuple(text for text in (party.phone, party.email) if text),
        bank=hand.given(party.bank),
    )


def _seller(quote: Quote, hand: _Hand) -> PartyView:
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


def _payment(term: PaymentTerm, hand: _Hand) -> Phrase:
    key = f"{'after' if term.days else 'on'}_{term.event}"
    return hand.say(key, percent=hand.figures.percent(term.percent), days=str(term.days))


def _accepted(quote: Quote, hand: _Hand) -> Phrase | None:
    if quote.acceptance is None:
        return None
    return hand.say("accepted", on=hand.figures.day(quote.acceptance.on), by=quote.acceptance.by)


class _Conditions(NamedTuple):
    """Payment and delivery as the band at the top has room for them, and the clauses."""

    payment: tuple[Phrase, ...]
    delivery: Phrase | None
    clauses: tuple[ClauseView, ...]


def _conditions(quote: Quote, hand: _Hand) -> _Conditions:
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


def _lines(pricing: Pricing, hand: _Hand) -> Iterator[LineView]:
    parents = {line.number.rpartition(".")[0] for line in pricing.lines}
    write = hand.figures.amount
    for line in pricing.lines:
        priced = not line.included
        listed = priced and line.list_price > line.unit_price
        detail = tuple(hand.spoken.phrase(text) for text in line.detail)
        said = (hand.spoken.phrase(line.name), *detail)
        yield LineView(
            number=line.number,
            level=min(line.level, _DEEPEST),
            has_parts=line.number in parents,
            is_long=sum(len(phrase.text + phrase.other) for phrase in said) > _LONG,
            name=said[0],
            code=line.product,
            detail=detail,
            quantity=hand.figures.number(line.quantity),
            unit=hand.unit(line.unit),
            included=line.included,
            list_price=write(line.list_price) if listed else "",
            discount=hand.figures.percent(_discount(line)) if listed else "",
            unit_price=write(line.unit_price) if priced else "",
            tax=hand.figures.percent(line.tax_percent) if priced else "",
            amount=write(line.amount) if priced else "",
        )


def _discount(line: PricedLine) -> Decimal:
    """What the unit price lies below the list price, in percent with one decimal."""
    off = Fraction(difference(line.list_price, line.unit_price))
    return rounded_fraction(off * 100 / Fraction(line.list_price), 1)


def _taxes(pricing: Pricing) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Rate, net and tax by rate: tax codes of the same rate are one row."""
    rows: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for tax in pricing.taxes:
        net, due = rows.get(tax.percent, (_NOTHING, _NOTHING))
        rows[tax.percent] = total((net, tax.net.amount)), total((due, tax.tax.amount))
    return [(percent, net, due) for percent, (net, due) in rows.items()]


def _tax_rows(pricing: Pricing, hand: _Hand) -> Iterator[TaxView]:
    for percent, net, tax in _taxes(pricing):
        yield TaxView(
            percent=hand.figures.percent(percent),
            net=hand.figures.amount(net),
            tax=hand.figures.amount(tax),
        )


def _totals(quote: Quote, hand: _Hand) -> Iterator[TotalView]:
    """The addition, top down; each subtotal is the sum of all summands above it."""
    running = _NOTHING

    def summand(key: str, value: Decimal, about: str = "") -> TotalView:
        nonlocal running
        running = total((running, value))
        return _total(key, about, hand.figures.amount(value), "summand")

    def subtotal(key: str, value: Decimal) -> TotalView:
        _refuse_unless_equal(quote, running, value)
        return _total(key, "", hand.figures.amount(value), "subtotal")

    def _total(key: str, about: str, figure: str, kind: str) -> TotalView:
        return TotalView(label=hand.say(key), about=about, figure=figure, kind=kind)

    pricing = quote.pricing
    promotions = _promotions(pricing)
    if _shows_list(pricing):
        off = difference(pricing.amount.amount, pricing.list_total.amount)
        yield summand("at_list_prices", pricing.list_total.amount)
        yield summand("price_discounts", off)
        if promotions:
            yield subtotal("before_promotions", pricing.amount.amount)
    elif promotions:
        yield summand("before_promotions", pricing.amount.amount)
    else:
        running = pricing.amount.amount
    for name, code, amount in promotions:
        running = total((running, amount.copy_negate()))
        figure = hand.figures.amount(amount.copy_negate())
        yield TotalView(
            label=hand.given(name) or hand.say("promotion"),
            about="" if hand.given(name) else code,
            figure=figure,
            kind="summand",
        )
    yield subtotal("net", pricing.net.amount)
    for percent, _, due in _taxes(pricing):
        yield summand("tax", due, hand.figures.percent(percent))
    _refuse_unless_equal(quote, running, quote.gross.amount)
    yield _total("total", quote.currency, hand.figures.money(quote.gross), "total")


def _shows_list(pricing: Pricing) -> bool:
    """Whether list prices explain the price: some line is below its list price, none above."""
    pairs = [(line.list_price, line.unit_price) for line in pricing.lines]
    return any(listed > asked for listed, asked in pairs) and not any(
        listed < asked for listed, asked in pairs
    )


def _promotions(pricing: Pricing) -> list[tuple[LocalText, str, Decimal]]:
    """What each promotion takes off the order, in the order they acted: name, code, amount."""
    shares: dict[str, tuple[LocalText, str, Decimal]] = {}
    for share in pricing.allocations:
        _, _, before = shares.get(share.promotion, (share.name, "", _NOTHING))
        shares[share.promotion] = (share.name, share.promotion, total((before, share.amount)))
    return list(shares.values())


def _refuse_unless_equal(quote: Quote, found: Decimal, stated: Decimal) -> None:
    if found != stated:
        raise Refused(
            "document.does_not_add_up",
            f"quote {quote.reference}: the rows above add up to {plain(found)}, the pricing says "
            f"{plain(stated)}; price the quote again",
            number=quote.number,
        )


def _in_words(gross: Money, spoken: Language) -> str:
    """大写金额, in documents with Chinese in them, for amounts that can be written so."""
    if gross.code != "CNY" or (spoken.first != "zh" and not spoken.second):
        return ""
    try:
        return f"人民币{capital_amount(gross)}"
    except Invalid:
        return ""
