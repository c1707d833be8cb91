"""What else has changed (条款变化): attributes of lines, parties, days, payment, clauses."""

from collections.abc import Iterator, Sequence

from cpq.comparison.model import Field, FieldChange
from cpq.customer import Party
from cpq.kernel.money import plain
from cpq.kernel.text import LocalText
from cpq.quote import Clause, PaymentTerm, Quote
from cpq.waterfall import PricedLine, Pricing

_NOTHING = LocalText()
_HASH_SHOWN = 12
_TEXT_MAX = 2000
_EVENTS: dict[str, tuple[str, str, str]] = {
    "signing": ("on signing", "of signing", "签订"),
    "delivery": ("on delivery", "of delivery", "交货"),
    "acceptance": ("on acceptance", "of acceptance", "验收"),
}
_OPTIONAL = (LocalText(en="yes", zh="计入"), LocalText(en="no, an option", zh="不计入，可选"))
_INCLUDED = (
    LocalText(en="by itself", zh="单独计价"),
    LocalText(en="in the line above", zh="含于上级"),
)
_BASES = {
    "net": LocalText(en="before tax", zh="未税"),
    "gross": LocalText(en="including tax", zh="含税"),
}


def line_changes(
    before: PricedLine, after: PricedLine, *, books: tuple[str, str]
) -> Iterator[FieldChange]:
    """What is not a figure of a line and has changed; ``books`` are those of the two versions."""
    yield from _changed("name", before.name, after.name)
    yield from _details(before.detail, after.detail)
    yield from _changed("optional", _OPTIONAL[before.optional], _OPTIONAL[after.optional])
    yield from _changed("included", _INCLUDED[before.included], _INCLUDED[after.included])
    yield from _changed("tax_basis", _BASES[before.basis], _BASES[after.basis])
    yield from _changed("tax_rate", _tax(before), _tax(after))
    own, other = before.book or books[0], after.book or books[1]
    if (own, other) != books:
        yield from _changed("price_book", LocalText(en=own), LocalText(en=other))


def version_changes(before: Quote | Pricing, after: Quote | Pricing) -> tuple[FieldChange, ...]:
    """What has changed of two versions as a whole: of quotes their terms, of both what they were
    priced by.
    """
    was, now = (side.agreed if isinstance(side, Quote) else side for side in (before, after))
    found: list[FieldChange] = []
    if isinstance(before, Quote) and isinstance(after, Quote):
        found += _terms(before, after)
    else:
        found += _changed("customer", _said(was.customer), _said(now.customer))
    found += _changed("currency", _said(was.currency), _said(now.currency))
    found += _changed("priced_on", _said(was.on), _said(now.on))
    found += _changed("price_book", _said(was.book), _said(now.book))
    found += _changed("plan", _said(was.plan), _said(now.plan))
    if was.catalogue != now.catalogue:
        found += _changed(
            "catalogue", *(_said(each.catalogue[:_HASH_SHOWN]) for each in (was, now))
        )
    return tuple(found)


def payment_text(terms: Sequence[PaymentTerm]) -> LocalText:
    """Payment terms as one line.

    >>> from cpq.quote import payment_terms
    >>> text = payment_text(payment_terms(("30%", "signing", 7), ("70%", "delivery", 0)))
    >>> text.en, text.zh
    ('30% within 7 days of signing; 70% on delivery', '签订后 7 日内付 30%；交货时付 70%')
    """
    en, zh = [], []
    for term in terms:
        share = f"{plain(term.percent)}%"
        at, after, chinese = _EVENTS[term.event]
        en.append(f"{share} within {term.days} days {after}" if term.days else f"{share} {at}")
        zh.append(
            f"{chinese}后 {term.days} 日内付 {share}" if term.days else f"{chinese}时付 {share}"
        )
    return LocalText(en="; ".join(en), zh="；".join(zh))


def _terms(before: Quote, after: Quote) -> Iterator[FieldChange]:
    yield from _changed("customer", _party(before.customer.party), _party(after.customer.party))
    yield from _changed("seller", _party(before.seller), _party(after.seller))
    yield from _changed("salesperson", _party(before.salesperson), _party(after.salesperson))
    yield from _changed("title", before.title, after.title)
    yield from _changed("issued_on", _said(before.issued_on), _said(after.issued_on))
    yield from _changed("valid_until", _valid(before), _valid(after))
    yield from _changed("payment", payment_text(before.payment), payment_text(after.payment))
    yield from _changed("delivery", before.delivery, after.delivery)
    yield from _clauses(before.terms, after.terms)


def _changed(
    field: Field, before: LocalText, after: LocalText, *, place: str = ""
) -> Iterator[FieldChange]:
    if before != after:
        yield FieldChange(field=field, place=place, before=before, after=after)


def _details(before: Sequence[LocalText], after: Sequence[LocalText]) -> Iterator[FieldChange]:
    """The attributes of a line that differ, paired by what they are called."""
    was = [text for text in before if text not in after]
    now = [text for text in after if text not in before]
    for text in was:
        like = next((each for each in now if _called(each) == _called(text)), _NOTHING)
        if like is not _NOTHING:
            now.remove(like)
        yield from _changed("detail", text, like)
    for text in now:
        yield from _changed("detail", _NOTHING, text)


def _called(detail: LocalText) -> str:
    """The attribute's own name: what stands before the colon."""
    return (detail.en or detail.zh).replace("：", ":").partition(":")[0]


def _clauses(before: Sequence[Clause], after: Sequence[Clause]) -> Iterator[FieldChange]:
    """The clauses that differ: paired by their titles, else by their places."""
    was = {place: clause for place, clause in enumerate(before, 1) if clause not in after}
    now = {place: clause for place, clause in enumerate(after, 1) if clause not in before}
    for place, clause in was.items():
        titled = [at for at, each in now.items() if _titled(each) == _titled(clause) != ("", "")]
        at = (
            titled[0]
            if titled
            else place
            if place in now and not _titled_in(now[place], was)
            else 0
        )
        other = now.pop(at, None)
        numbered = str(at if other is not None else place)
        yield from _changed("clause", _clause(clause), _clause(other), place=numbered)
    for place, clause in now.items():
        yield from _changed("clause", _NOTHING, _clause(clause), place=str(place))


def _titled(clause: Clause) -> tuple[str, str]:
    return clause.title.en, clause.title.zh


def _titled_in(clause: Clause, others: dict[int, Clause]) -> bool:
    """Whether another clause bears the same title, so that this one is not free."""
    title = _titled(clause)
    return title != ("", "") and any(_titled(each) == title for each in others.values())


def _clause(clause: Clause | None) -> LocalText:
    if clause is None:
        return _NOTHING
    title, text = clause.title, clause.text
    en = f"{title.en}: {text.en}" if title.en and text.en else title.en or text.en
    zh = f"{title.zh}：{text.zh}" if title.zh and text.zh else title.zh or text.zh
    return LocalText(en=en[:_TEXT_MAX], zh=zh[:_TEXT_MAX])


def _valid(quote: Quote) -> LocalText:
    zone = "" if quote.zone == "UTC" else f" ({quote.zone})"
    return LocalText(en=f"{quote.valid_until}{zone}")


def _party(party: Party | None) -> LocalText:
    return _NOTHING if party is None else party.name


def _tax(line: PricedLine) -> LocalText:
    return LocalText(en=f"{plain(line.tax_percent)}% ({line.tax_code})")


def _said(value: object) -> LocalText:
    return LocalText(en="" if value is None else str(value))
