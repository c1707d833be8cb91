"""What a template is given: a quote as formatted text and nothing else (视图).

Records without methods, so that a template, which may be a stranger's, can only print. No cost, no
margin, no trace is in them, so none can leak. The totals are checked to add up before they are
handed out: a document whose sum is wrong is not printed.
"""

from dataclasses import dataclass

from cpq.adapters.words import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandView:
    """The accent colour and the address of the logo (empty: none)."""

    accent: str
    logo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A company or a person; ``reach`` is telephone and mail, as far as they are known."""

    name: Phrase
    address: Phrase | None
    tax_id: str
    contact: Phrase | None
    reach: tuple[str, ...]
    bank: Phrase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A row of the lines: ``level`` 0 to 4 is its depth, ``has_parts`` says that parts follow.

    ``by_parts``: the lines below it hold its price; ``is_average``: its unit price is that of no
    unit, the tiers in ``notes`` are; ``basis`` is said where prices with and without tax meet.
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
    tax: str
    amount: str
    notes: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsView:
    """Which columns are shown, and the width of each column in mm as its figures need it.

    ``gross``: all prices in them include tax.
    """

    gross: bool
    code: bool
    discount: bool
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
class ClauseView:
    """A numbered clause; ``is_long`` ones may break across pages."""

    number: int
    title: Phrase | None
    text: Phrase
    is_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """A quote, ready to print. Empty text and ``None`` stand for what is not there.

    ``page`` is what stands before, between and after the page's number and the number of pages;
    ``options`` are lines that are offered beside the totals.
    """

    lang: str
    number: str
    title: str
    author: str
    heading: Phrase
    subject: Phrase | None
    created: str
    issued_on: str
    valid_until: str
    currency: str
    page: tuple[str, str, str]
    watermark: Phrase | None
    customer: PartyView
    seller: PartyView
    salesperson: PartyView | None
    total: str
    payment: tuple[Phrase, ...]
    delivery: Phrase | None
    columns: ColumnsView
    lines: tuple[LineView, ...]
    options: tuple[LineView, ...]
    taxes: tuple[TaxView, ...]
    totals: tuple[TotalView, ...]
    in_words: str
    clauses: tuple[ClauseView, ...]
    accepted: Phrase | None
    words: object
    brand: BrandView
