"""What a template is given: a quote as formatted text and nothing else (视图).

Records without methods, so that a template, which may be a stranger's, can only print. No cost, no
margin, no trace is in them, so none can leak. The totals are checked to add up before they are
handed out: a document whose sum is wrong is not printed.
"""

from dataclasses import dataclass

from cpq.adapters.words import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandView:
    """The accent colour, the address of the logo and the font; empty where there is none."""

    accent: str
    logo: str
    font: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """Text, and the address that it opens: ``https:``, ``mailto:``, ``tel:`` or none."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A company or a person; ``reach`` is telephone and mail, as far as they are known."""

    name: Phrase
    address: Phrase | None
    tax_id: str
    contact: Phrase | None
    reach: tuple[LinkView, ...]
    bank: Phrase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A row of the lines: ``level`` 0 to 4 is its depth, ``has_parts`` says that parts follow.

    ``by_parts``: the lines below it hold its price; ``is_average``: its unit price is that of no
    unit, the tiers in ``notes`` are; ``basis`` is said where prices with and without tax meet;
    ``per`` is the period that the unit price of a service is for.
    """

    number: str
    level: int
    has_parts: bool
    is_long: bool
    name: Phrase
    code: str
    detail: tuple[Phrase, ...]
    quantity: str
    unit: Phrase
    included: bool
    by_parts: bool
    is_average: bool
    basis: Phrase | None
    list_price: str
    discount: str
    unit_price: str
    per: Phrase | None
    tax: str
    amount: str
    notes: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The lines that are paid alike: once, or per period over one term.

    ``subtotal`` is said where there are several sections; its label states the term.
    """

    heading: Phrase
    lines: tuple[LineView, ...]
    subtotal_label: Phrase | None
    subtotal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsView:
    """Which columns are shown, and the width of each column in mm as its figures need it.

    ``gross``: all prices in them include tax.
    """

    gross: bool
    code: bool
    discount: bool
    unit: bool
    tax: bool
    tight: bool
    landscape: bool
    number_width: str
    code_width: str
    quantity_width: str
    list_width: str
    discount_width: str
    unit_width: str
    tax_width: str
    amount_width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A row of the way from the list price: its ``start``, what is ``off`` it, or its ``end``.

    ``share`` is the percentage of the start; ``left`` and ``width`` place its bar, in percent.
    ``about`` follows the label in either language.
    """

    kind: str
    label: Phrase
    about: Phrase | None
    share: str
    left: str
    width: str
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxView:
    """A row of the tax table: rate, what it is reckoned on, the tax.

    ``kind`` stands in for the rate where tax is owed per unit; such a row has no ``net``.
    """

    kind: Phrase | None
    percent: str
    net: str
    tax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """A row of the sum: a ``summand``, a ``subtotal`` of those above it, or the ``total``.

    A ``memo`` below the total says what part of it is tax, where prices include it.

    ``about`` follows the label in either language: a rate, a currency, the code of a promotion
    that has no name.
    """

    label: Phrase
    about: str
    figure: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentView:
    """A row of the payment plan: its share of the total with tax, and when it falls due."""

    number: int
    percent: str
    event: Phrase
    days: Phrase
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeView:
    """An alternative beside this offer: what differs, its total, and how far that lies off.

    ``over`` are the terms that what recurs in its total is for.

    ``own``: it is the offer itself, which the others are held against.
    """

    own: bool
    code: str
    title: Phrase
    heading: Phrase
    differs: tuple[Phrase, ...]
    total: str
    over: Phrase | None
    against: str
    sections: tuple[SectionView, ...]
    totals: tuple[TotalView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseView:
    """A numbered clause; ``is_long`` ones may break across pages."""

    number: int
    title: Phrase | None
    text: Phrase
    is_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """A quote, ready to print. Empty text and ``None`` stand for what is not there.

    ``page`` is what stands before, between and after the page's number and the number of pages,
    ``paper`` its size as CSS names it. ``sections`` are the lines that count, by how they are paid;
    ``options`` are offered beside the totals. ``steps`` lead from the
    list price to the price and are empty where they say no more than the totals do.
    """

    lang: str
    number: str
    title: str
    author: str
    description: str
    keywords: str
    heading: Phrase
    subject: Phrase | None
    created: str
    issued_on: str
    valid_until: str
    currency: str
    cover: bool
    paper: str
    page: tuple[str, str, str]
    watermark: Phrase | None
    customer: PartyView
    seller: PartyView
    salesperson: PartyView | None
    total_label: Phrase
    total: str
    payment: tuple[Phrase, ...]
    delivery: Phrase | None
    columns: ColumnsView
    sections: tuple[SectionView, ...]
    options: tuple[LineView, ...]
    steps: tuple[StepView, ...]
    taxes: tuple[TaxView, ...]
    totals: tuple[TotalView, ...]
    in_words: str
    instalments: tuple[InstalmentView, ...]
    alternatives: tuple[AlternativeView, ...]
    clauses: tuple[ClauseView, ...]
    validity: Phrase
    accepted: Phrase | None
    words: object
    brand: BrandView

    @property
    def lines(self) -> tuple[LineView, ...]:
        """All lines that count, section by section; a template goes through the sections."""
        return tuple(line for section in self.sections for line in section.lines)
