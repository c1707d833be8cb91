"""Extreme but legal quotes through the real template: they print and add up, or are refused."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from cpq.adapters.brand import Brand
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import render_html
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.kernel.errors import DomainError
from cpq.kernel.text import LocalText
from cpq.quote import Quote
from tests.cpq.adapters.document_quotes import (
    both,
    for_customer,
    priced,
    pricing,
    quoted,
    spare_parts,
)
from tests.cpq.adapters.test_brand import png
from tests.hostile.press import strange

pytestmark = pytest.mark.slow

ENGLISH = Layout(locale="en")
ATTACHED = frozenset(["quote.json"])


@pytest.fixture(scope="module")
def printer() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


def _with(*lines: Any, currency: str = "CNY", **changes: Any) -> Quote:
    return quoted(pricing=pricing(lines, currency), **changes)


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


WORD = "W" * 2000
PRINTS = {
    "Q01 a large amount": _with(priced("1", "Dear", "1", "9999999999.99", tax="0")),
    "Q02 a word of 2,000 letters": _with(priced("1", both(WORD, "长" * 2000), "1", "1.00")),
    "Q03 ten attributes of 2,000 letters": _with(
        priced("1", "Long", "1", "1.00", detail=tuple(both("a b " * 500, "") for _ in range(10)))
    ),
    "Q07 nothing of it": _with(priced("1", "Nothing", "0", "5.00")),
    "Q07 a return": _with(priced("1", "Return", "-2", "10.00"), priced("2", "New", "3", "10.00")),
    "Q07 a thousandth of a millionth": _with(priced("1", "Dust", "0.000000001", "5.00")),
    "Q07 a discount of all": _with(priced("1", "Gift", "2", "5.00", discount="10.00")),
    "Q07 a surcharge": _with(priced("1", "Rush", "2", "5.00", discount="-3.00")),
    "Q07 no minor unit": _with(priced("1", "Kit", "3", "1200", currency="JPY"), currency="JPY"),
    "Q07 three decimals": _with(priced("1", "Kit", "3", "1.234", currency="KWD"), currency="KWD"),
    "Q07 no tax": _with(priced("1", "Book", "1", "5.00", tax="0")),
    "Q07 no terms, no payment, no title": _with(
        priced("1", "Book", "1", "5.00"), terms=(), payment=(), title="", delivery=""
    ),
    "Q09 line breaks and tabs": for_customer(both("a\nb\tc", "一\n二")),
    "Q09 what a spreadsheet takes for a formula": for_customer("=cmd|'/C calc'!A0"),
    "Q10 what looks like a template": for_customer("{{ 7*7 }} {% if %} ${7*7} %s {0.__class__}"),
    "H102 what a PDF is written in": quoted(
        title=") /OpenAction << /S /JavaScript /JS (app.alert(1)) >> ("
    ),
    "H103 a comment and an entity": for_customer("<!-- --> ]]> &lt; &#x41; </style><script>"),
    "U022 odd names": for_customer('O\'Brien & Co <北京> 100% "Smith" Ñandú -Minus'),
    "T032 an address that is a program": for_customer("javascript:alert(1)"),
}
"""Quotes that must print, each by what it tries."""


@pytest.mark.parametrize("name", PRINTS)
def test_an_extreme_quote_prints_what_it_says(name: str, printer: Renderer) -> None:
    quote = PRINTS[name]
    pdf = printer.pdf(quote_plate(quote, ENGLISH))
    assert strange(pdf, attached=ATTACHED) == []
    shown = "".join(_text(pdf).split())
    for said in (quote.customer.party.name.en, quote.title.en):
        assert "".join(said.split()) in shown
    for figure in (quote.net, quote.gross):
        assert f"{abs(figure.amount):,}" in shown
    for line in quote.pricing.lines:
        said = "".join(line.name.en.split())
        assert said in shown or shown.count("W") >= len(said) == len(WORD)


def test_an_amount_is_printed_whole_or_not_at_all(printer: Renderer) -> None:
    """Q01: the largest amount of the model fits its column, or the document is refused."""
    for price in ("99999999999.99", "999999999999999.99"):
        quote = _with(priced("1", "Dear", "1", price, tax="0"))
        plate = quote_plate(quote, ENGLISH)
        try:
            shown = _text(printer.pdf(plate))
        except DomainError:
            with pytest.raises(DomainError, match="does not fit"):
                printer.pdf(plate)
        else:
            assert f"{quote.gross.amount:,}" in shown


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("Ali علي", "U+0639"),
        ("שלום Ltd.", "U+05E9"),
        ("Party \U0001f389", "U+1F389"),
        ("\U0002a6b2 Ltd.", "U+2A6B2"),
        ("Ltd. \ue000", "U+E000"),
    ],
)
def test_a_character_without_a_glyph_is_named(name: str, point: str, printer: Renderer) -> None:
    """Q08, H100, H101: never a box instead of a letter."""
    with pytest.raises(DomainError) as refusal:
        printer.pdf(quote_plate(for_customer(name), ENGLISH))
    assert refusal.value.code == "document.missing_glyph"
    assert point in refusal.value.message


@pytest.mark.parametrize("value", ["9" * 60, "1E+30", "1E-30", "NaN", "-Infinity", "0x10", 1.5])
@pytest.mark.parametrize("field", ["quantity", "unit_price", "amount", "net", "tax", "gross"])
def test_a_figure_beyond_all_bounds_is_in_no_line(field: str, value: object) -> None:
    """Q01, Q07: bounded in the model, so no document ever has it."""
    (line,) = spare_parts(1)
    with pytest.raises(ValidationError) as refusal:
        line.with_(**{field: value})
    assert {wrong["loc"] for wrong in refusal.value.errors()} == {(field,)}


@pytest.mark.parametrize("text", ["x" * 100_000, "长" * 2001, "x" * 2_000_000])
def test_a_text_beyond_2000_letters_is_no_name(text: str) -> None:
    """Q02, R029."""
    for field in ("en", "zh"):
        with pytest.raises(ValidationError, match="2000"):
            LocalText.model_validate({field: text})


def test_more_lines_than_a_document_holds_are_refused() -> None:
    """Q05: refused before anything is laid out."""
    (line,) = spare_parts(1)
    for count in (20_001, 50_000):
        lines = tuple(line.model_copy(update={"number": str(n)}) for n in range(1, count + 1))
        long = quoted().pricing.model_copy(update={"lines": lines})
        with pytest.raises(DomainError) as refusal:
            quote_plate(quoted().model_copy(update={"pricing": long}), ENGLISH)
        assert refusal.value.code == "document.too_long"


def test_every_free_text_stands_by_itself() -> None:
    """Q08: what is written from right to left turns nothing beside it round."""
    for name in ("علي", "שלום"):
        html = render_html(for_customer(name), locale="en")
        assert f"<bdi>{name}</bdi>" in html


def test_two_customers_of_one_code_never_see_each_other(printer: Renderer) -> None:
    """Q11: one process, one code of a customer, one number; each has what is his."""
    own = Layout(locale="en", brand=Brand(accent="#8a1538", logo=png()))
    first, second = for_customer("Alpha Works Ltd."), for_customer("Omega Mills Ltd.")
    assert first.customer.code == second.customer.code
    assert first.number == second.number
    with Renderer() as fresh:
        alone = fresh.pdf(quote_plate(second, ENGLISH))
    printed = printer.pdf(quote_plate(first, own))
    again = printer.pdf(quote_plate(second, ENGLISH))
    assert again == alone
    assert "Alpha" in _text(printed)
    assert PdfReader(BytesIO(printed)).pages[0].images
    assert "Alpha" not in _text(again)
    assert not PdfReader(BytesIO(again)).pages[0].images
    assert b"Alpha" not in PdfReader(BytesIO(again)).attachments["quote.json"][0]


def test_a_logo_that_is_not_there_is_told(printer: Renderer, tmp_path: Any) -> None:
    """R022: never a document that silently lacks its logo."""
    source = '{% extends "cpq/quote.html" %}{% block parties %}<img alt="x" src="asset:logo">'
    (tmp_path / "quote.html").write_text(f"{source}{{% endblock %}}")
    with pytest.raises(DomainError) as refusal:
        printer.pdf(quote_plate(quoted(), Layout(locale="en", templates=tmp_path)))
    assert refusal.value.code == "document.asset_blocked"
    half = Layout(locale="en", brand=Brand(logo=png()[:40]))
    with pytest.raises(DomainError) as refusal:
        printer.pdf(quote_plate(quoted(), half))
    assert refusal.value.code == "document.logo_broken"
