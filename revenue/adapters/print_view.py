"""What all documents of revenue show, and the hand that they are written in (单据视图).

Order confirmation, statement, reminder and invoice look like the quote: they share its macros, its
style sheet and its words, and add their own words from ``words-revenue.toml``. Here is what stands
on each of them; what only one of them says is in the view of that one. As in a quote's view there
is formatted text and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, make_dataclass, replace
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from cpq.adapters.columns import _ems as ems
from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.layout import Layout
from cpq.adapters.party_view import party_view
from cpq.adapters.plate import LOGO
from cpq.adapters.templates import template_root
from cpq.adapters.view import BrandView, PartyView
from cpq.adapters.words import Phrase, words
from cpq.customer import Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText

ROWS_MAX = 2000
_PADDING = 3.6
_PORTRAIT = 174
_TOTAL_MOST = 21
_FIGURE_EM = 3.1
_TIGHT_EM = 2.45
_HEADING_EM = 2.65
_SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripView:
    """A row of the strip beside the heading: ``Date  21 November 2026``."""

    label: Phrase
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """What is on every document; ``page`` as in ``QuoteView``, ``whose`` names the customer."""

    lang: str
    size: str
    title: str
    author: str
    created: str
    heading: Phrase
    number: str
    whose: str
    strip: tuple[StripView, ...]
    page: tuple[str, str, str]
    watermark: Phrase | None
    customer: PartyView
    seller: PartyView


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """How the columns of a table are laid out: their widths, ``auto`` for the one that takes the
    rest; smaller figures where they are ``tight``, the page turned where that is not enough.
    """

    widths: tuple[str, ...]
    tight: bool
    landscape: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is to stand in a column of figures: its ``heading``, the ``texts``, its ``least`` mm."""

    heading: Phrase
    texts: tuple[str, ...]
    least: float = 18


V_co = TypeVar("V_co", covariant=True)


class Written(NamedTuple, Generic[V_co]):
    """A document as its template prints it: what is on all, its own ``view``, who wrote it."""

    paper: PaperView
    view: V_co
    hand: Hand


def print_hand(layout: Layout, *, currency: str, table: str) -> Hand:
    """The hand for a document of revenue: the words of quotes, those of all documents, its own.

    Raises ``NotFound`` (``document.unknown_locale``) and ``Unreadable`` (``words.unreadable``).
    """
    root = template_root()
    hand = hand_for(layout.locale, currency=currency, root=root, units=layout.units)
    own = {
        **words(root / "words-revenue.toml", _SHARED),
        **words(root / "words-revenue.toml", table),
    }
    return replace(hand, dictionary={**hand.dictionary, **own})


def wordings(hand: Hand, table: str) -> object:
    """The words that a template may print: those of quotes, of all documents, of its own table.

    Words with a fact to fill in are told by the view instead and are not among them.
    """
    root = template_root()
    tables = {
        **words(root / "words.toml", "quote"),
        **words(root / "words-revenue.toml", _SHARED),
        **words(root / "words-revenue.toml", table),
    }
    phrases = {
        key: hand.spoken.phrase(text)
        for key, text in tables.items()
        if "{" not in f"{text.en}{text.zh}"
    }
    kind = make_dataclass("Wording", phrases, frozen=True, slots=True)
    made: object = kind(**phrases)
    return made


def brand_view(layout: Layout, logo: str = LOGO) -> BrandView:
    """The accent colour, the address of the logo and the font, as far as the brand has them."""
    has_logo = layout.brand.logo is not None
    font = layout.brand.font
    return BrandView(
        accent=layout.brand.accent.lower(),
        logo=logo if has_logo else "",
        font=font.family if font else "",
    )


def paper_view(
    hand: Hand,
    layout: Layout,
    *,
    number: str,
    strip: Iterable[tuple[str, str]],
    customer: Party,
    seller: Party,
    on: date,
    draft: bool,
    has_band: bool = False,
    heading: str = "heading",
) -> PaperView:
    """What is on every document, its ``heading`` the key of a word.

    ``strip`` are keys of words with their text, below the number; empty ones are left out. The
    customer's bank is not printed, nor is the seller's where the band at the top says where to pay
    (``has_band``).
    """
    head = hand.say(heading)
    whose = hand.spoken.phrase(customer.name).text
    rows = (("number", number), *strip)
    return PaperView(
        lang=hand.spoken.tag,
        size=layout.page or layout.brand.page,
        title=" ".join(filter(None, (head.text, number))) + f" · {whose}",
        author=hand.spoken.phrase(seller.name).text,
        created=on.isoformat(),
        heading=head,
        number=number,
        whose=whose,
        strip=tuple(StripView(label=hand.say(key), text=text) for key, text in rows if text),
        page=hand.page(),
        watermark=hand.say("draft_mark") if draft else None,
        customer=party_view(customer.with_(bank=LocalText()), hand),
        seller=party_view(seller.with_(bank=LocalText()) if has_band else seller, hand),
    )


def column(hand: Hand, key: str, texts: Iterable[str], least: float = 24) -> Column:
    """A column of these texts below the word of that key, ``least`` mm wide."""
    return Column(heading=hand.say(key), texts=tuple(texts), least=least)


def table_view(*columns: Column | None, room: float = 50, total: str = "") -> TableView:
    """The widths of columns as their widest figures need; ``None`` is the one that takes the rest,
    which keeps ``room`` mm, if need be on a page that is turned. So it is for a ``total`` that two
    columns side by side cannot hold.

    >>> amount = Column(heading=Phrase("Amount", "en"), texts=("1,234,567,890.00",))
    >>> table_view(None, amount).widths
    ('auto', '32.0mm')
    """
    wide = _in_mm(columns, _FIGURE_EM)
    if sum(wide) + room <= _PORTRAIT:
        found, tight = wide, False
    else:
        found, tight = _in_mm(columns, _TIGHT_EM), True
    return TableView(
        widths=tuple(
            "auto" if column is None else f"{width:.1f}mm"
            for column, width in zip(columns, found, strict=True)
        ),
        tight=tight,
        landscape=sum(found) + room > _PORTRAIT or len(total) > _TOTAL_MOST,
    )


def widest(tables: Iterable[TableView]) -> TableView:
    """Of several tables the one that decides how the page lies: a document has one page size.

    >>> flat = TableView(widths=(), tight=True, landscape=True)
    >>> widest([TableView(widths=(), tight=False, landscape=False), flat]) is flat
    True
    """
    return max(tables, key=lambda table: table.landscape)


def _in_mm(columns: Iterable[Column | None], em: float) -> list[float]:
    return [0 if column is None else _needed(column, em) for column in columns]


def _needed(column: Column, em: float) -> float:
    heading = column.heading
    words_of_heading = (*heading.text.split(), *heading.other.split())
    figures = max(map(ems, column.texts), default=0) * em
    return max(figures, max(map(ems, words_of_heading)) * _HEADING_EM, column.least - _PADDING) + (
        _PADDING
    )


def refuse_if_too_long(rows: int, what: str, remedy: str) -> None:
    """Raise ``Refused`` (``document.too_long``) for more rows than one document holds."""
    if rows > ROWS_MAX:
        raise Refused(
            "document.too_long",
            f"{what} has {rows} rows; one document holds {ROWS_MAX}: {remedy}",
            rows=rows,
        )


def refuse_unless_equal(found: Money, stated: Money, what: str) -> None:
    """Raise ``Refused`` (``document.does_not_add_up``) where a printed sum is not its total."""
    if found != stated:
        raise Refused(
            "document.does_not_add_up",
            f"{what}: the rows add up to {found}, it says {stated}; make it again from its facts",
        )
