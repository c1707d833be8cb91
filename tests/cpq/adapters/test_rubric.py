"""The example quotes keep the rubric, and each check of it is seen to find what it is for."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import html_of
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.request import quote_for, read_request
from cpq.kernel.errors import Refused
from cpq.quote import Quote
from tests.cpq.adapters import rubric
from tests.cpq.adapters.document_quotes import for_customer
from tests.cpq.adapters.look_quotes import nested, recurring, with_alternatives
from tests.cpq.adapters.rubric import Printed

pytestmark = pytest.mark.slow

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"


def laser() -> Quote:
    """The quote of the first example."""
    return quote_for(read_request(LASER / "request.json"), read_catalogue(LASER))


def _examples() -> dict[str, tuple[Quote, Layout]]:
    sent = laser().with_(state="sent")
    return {
        "bilingual": (sent, Layout(locale="bilingual")),
        "cover": (sent, Layout(locale="en", cover=True, page="letter")),
        "draft": (laser(), Layout(locale="zh_CN")),
        "folded": (sent, Layout(locale="zh_CN", discounts="folded")),
        "summary": (recurring(state="draft"), Layout(locale="en", style="summary")),
        "recurring": (recurring(), Layout(locale="bilingual")),
        "alternatives": (with_alternatives(), Layout(locale="zh_CN")),
        "nested": (nested(40), Layout(locale="bilingual")),
    }


NAMES = tuple(_examples())


def _printed(quote: Quote, layout: Layout, renderer: Renderer) -> Printed:
    plate = quote_plate(quote, layout)
    folded = layout.discounts == "folded" or layout.style == "summary"
    return Printed(quote, html_of(plate), renderer.pdf(plate), folded)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as found:
        yield found


@pytest.fixture(scope="module")
def printed(renderer: Renderer) -> dict[str, Printed]:
    return {
        name: _printed(quote, layout, renderer) for name, (quote, layout) in _examples().items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_keep_the_rubric(printed: dict[str, Printed], name: str) -> None:
    assert rubric.faults(printed[name]) == []


def _html(old: str, new: str, times: int = -1) -> Callable[[Printed], Printed]:
    def spoilt(printed: Printed) -> Printed:
        found = printed.html.replace(old, new, times)
        assert found != printed.html, old
        return replace(printed, html=found)

    return spoilt


def _text(old: str, new: str, *, page: int) -> Callable[[Printed], Printed]:
    """The same document, another text read from one of its pages."""

    def spoilt(printed: Printed) -> Printed:
        pages = list(printed.pages)
        pages[page] = re.sub(old, new, pages[page], flags=re.DOTALL)
        assert tuple(pages) != printed.pages, old
        made = replace(printed)
        made.__dict__["pages"] = tuple(pages)
        return made

    return spoilt


SPOILT = {
    "a summand is another": (
        rubric.addition, "bilingual",
        _html(">576.00</td></tr><tr", ">577.00</td></tr><tr"),
    ),
    "the total at the top is another": (
        rubric.addition, "bilingual",
        _html('class="grand">¥1,281', 'class="grand">¥1,282'),
    ),
    "a figure in print is another": (
        rubric.figures, "bilingual",
        _text("447,120.00", "447,120.01", page=0),
    ),
    "a type is too small": (
        rubric.sizes, "bilingual",
        _html("font-size: 7.5pt", "font-size: 6.5pt", 1),
    ),
    "a sixth size": (
        rubric.sizes, "bilingual",
        _html("h3 { font-size: 9pt", "h3 { font-size: 10pt"),
    ),
    "a hyphen for a minus": (rubric.typography, "recurring", _html("−30,000.00", "-30,000.00")),
    "figures on the left": (
        rubric.typography, "bilingual",
        _html("text-align: right; font-variant", "font-variant"),
    ),
    "a summand with a symbol": (
        rubric.typography, "bilingual",
        _html('figure">1,134,872.00', 'figure">¥1,134,872.00'),
    ),
    "an amount of three decimals": (
        rubric.typography, "bilingual",
        _html('amount">894,240.00', 'amount">894,240.000'),
    ),
    "grey that cannot be read": (
        rubric.colours, "bilingual",
        _html("--muted: #5b6675", "--muted: #9aa4b1"),
    ),
    "upright lines": (
        rubric.colours, "bilingual",
        _html(".plain td {", ".plain td { border-left: 1pt solid;"),
    ),
    "a page without its head": (rubric.breaks, "nested", _text(r"No\..*?Amount", "", page=1)),
    "a row alone": (rubric.breaks, "nested", _text(r"\n3\.1 .*", "", page=1)),
    "a bundle last": (rubric.breaks, "nested", _text(r"(\n\d+ Conveyor[^\n]*)\n.*", r"\1", page=1)),
    "no clause above the signature": (
        rubric.clauses, "bilingual",
        _text(r"^.*(?=Acceptance)", "", page=-1),
    ),
    "an empty page": (rubric.clauses, "bilingual", _text(r".*", "Page 1", page=0)),
    "a page without its number": (rubric.named, "bilingual", _text("Page 1 of", "Page", page=0)),
    "a page without the customer": (
        rubric.named, "bilingual",
        _text("Jiangsu Hengtai", "", page=1),
    ),
    "an empty column": (
        rubric.vanished, "bilingual",
        _html('<td class="no">', '<td class="no"></td><td class="x">'),
    ),
    "a step of another share": (rubric.waterfall, "bilingual", _html("90.3%", "90.4%")),
    "a total without its term": (rubric.terms, "summary", _html("36-month term", "")),
    "a list price without its term": (
        rubric.terms, "recurring",
        _html('<span class="about"><span lang="en">36-month term</span> '
              '<span class="other" lang="zh-CN">36 个月</span></span>', ""),
    ),
    "a sent quote with a mark": (
        rubric.watermark, "bilingual",
        _html("<body>", '<body><div class="watermark">DRAFT</div>'),
    ),
    "a draft without a mark": (rubric.watermark, "draft", _html('class="watermark"', 'class="x"')),
    "a mark before the text": (rubric.watermark, "draft", _html("z-index: -1", "z-index: 1")),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_each_check_finds_a_spoilt_document(printed: dict[str, Printed], name: str) -> None:
    check, example, spoil = SPOILT[name]
    assert list(check(printed[example])) == []
    assert list(check(spoil(printed[example])))


def _rewritten(printed: Printed, *, drop: str = "", width: float = 0) -> Printed:
    """The PDF without an entry of its catalogue, or with pages of another width."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed.content)))
    if drop:
        del writer.root_object[drop]  # type: ignore[arg-type]
    for page in writer.pages:
        if width:
            page.mediabox.upper_right = (width, page.mediabox.height)
        if not drop:
            for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
                descriptor = font.get_object()["/DescendantFonts"][0].get_object()
                descriptor["/FontDescriptor"].get_object().pop("/FontFile2", None)
    out = io.BytesIO()
    writer.write(out)
    return replace(printed, content=out.getvalue())


def test_text_beyond_the_page_is_found(printed: dict[str, Printed]) -> None:
    assert list(rubric.inside(_rewritten(printed["bilingual"], width=300)))


def test_a_font_that_is_not_embedded_is_found(printed: dict[str, Printed]) -> None:
    assert list(rubric.fonts(_rewritten(printed["bilingual"])))


@pytest.mark.parametrize("entry", ["/Metadata", "/StructTreeRoot", "/Lang", "/OutputIntents"])
def test_a_file_that_lost_what_archives_need_is_found(
    printed: dict[str, Printed], entry: str
) -> None:
    assert list(rubric.archival(_rewritten(printed["bilingual"], drop=entry)))


def test_the_same_quote_is_printed_in_the_same_bytes(
    printed: dict[str, Printed], renderer: Renderer
) -> None:
    quote, layout = _examples()["cover"]
    assert renderer.pdf(quote_plate(quote, layout)) == printed["cover"].content
    other = quote.with_(title="Another")
    assert renderer.pdf(quote_plate(other, layout)) != printed["cover"].content


OWN = '{% extends "cpq/quote.html" %}{% block style %}{{ super() }} RULE{% endblock %}'
BROKEN = {
    "the head of the lines comes once": (
        ".lines thead { display: table-row-group }",
        rubric.breaks,
    ),
    "pages without head and foot": (
        "@page { @top-left { content: none } @bottom-left { content: none } }",
        rubric.named,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_template_that_breaks_the_rubric_is_found(
    tmp_path: Path, renderer: Renderer, name: str
) -> None:
    rule, check = BROKEN[name]
    (tmp_path / "quote.html").write_text(OWN.replace("RULE", rule), encoding="utf-8")
    quote, layout = _examples()["nested"]
    spoilt = _printed(quote, layout.with_(templates=tmp_path), renderer)
    assert list(check(spoilt))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (".signatures { break-before: page !important }", "document.signature_alone"),
        (".lines td { font-size: 20pt }", "document.text_overflows"),
    ],
)
def test_what_would_be_a_disgrace_is_not_printed(
    tmp_path: Path, renderer: Renderer, rule: str, code: str
) -> None:
    (tmp_path / "quote.html").write_text(OWN.replace("RULE", rule), encoding="utf-8")
    quote, layout = _examples()["bilingual"]
    with pytest.raises(Refused) as refusal:
        renderer.pdf(quote_plate(quote, layout.with_(templates=tmp_path)))
    assert refusal.value.code == code


def test_a_letter_without_a_glyph_is_not_printed(renderer: Renderer) -> None:
    with pytest.raises(Refused) as refusal:
        renderer.pdf(quote_plate(for_customer("علي"), Layout(locale="en")))
    assert refusal.value.code == "document.missing_glyph"
