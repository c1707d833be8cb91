"""Hostile markup: no file is read, no server asked, no program kept, no bomb goes off."""

import re
from importlib.metadata import version
from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from cpq.adapters.pdf import html_of
from cpq.adapters.render import Renderer
from cpq.kernel.errors import DomainError
from tests.errors.registry import ROOT
from tests.hostile.inputs import Entry, entries, given
from tests.hostile.press import ENDED, Bait, assert_harmless, in_page, strange, wanted

pytestmark = pytest.mark.slow

CALM = in_page("<p>x</p>")


@pytest.mark.parametrize("entry", wanted(entries("markup")))
def test_markup_of_a_stranger_prints_or_is_refused(
    entry: Entry, bait: Bait, printers: tuple[Renderer, Renderer]
) -> None:
    printer = printers[entry["code"] in ("any", "document.limit_exceeded")]
    plate = bait.plate(in_page(bait.written(entry, given(entry))))
    code = None
    try:
        pdf = printer.pdf(plate)
    except DomainError as refusal:
        code = refusal.code
    else:
        assert_harmless(pdf, bait)
    assert code == entry["code"] or (entry["code"] == "any" and code in (None, *ENDED))
    assert bait.hits == []


@pytest.mark.parametrize(
    "entry",
    [
        each
        for code in ("document.asset_blocked", "template.forbidden", "document.link_forbidden")
        for each in entries("markup", code=code)
    ],
)
def test_what_is_not_printed_is_not_handed_out_as_html(
    entry: Entry, bait: Bait, printers: tuple[Renderer, Renderer]
) -> None:
    with pytest.raises(DomainError) as refusal:
        printers[0].html(bait.plate(in_page(bait.written(entry, given(entry)))))
    assert refusal.value.code == entry["code"]
    assert bait.hits == []


def test_after_a_bomb_the_next_document_is_printed(bait: Bait) -> None:
    (bomb,) = (each.values[0] for each in entries("markup", id="R023"))
    with Renderer(cpu_seconds=1) as renderer:
        with pytest.raises(DomainError) as refusal:
            renderer.pdf(bait.plate(in_page(given(bomb))))
        assert refusal.value.code == "document.limit_exceeded"
        renderer._cpu_seconds = 30
        before = renderer.pdf(bait.plate(CALM))
    with Renderer() as another:
        assert another.pdf(bait.plate(CALM)) == before


def test_a_scan_finds_what_a_pdf_may_not_have() -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )
    writer.add_attachment("x.txt", b"x")
    stream = BytesIO()
    writer.write(stream)
    found = strange(stream.getvalue())
    assert "file x.txt" in found
    assert any("JavaScript" in each for each in found)
    assert "file x.txt" not in strange(stream.getvalue(), attached=frozenset(["x.txt"]))


def test_html_for_a_browser_is_filled_where_it_can_be_ended(bait: Bait) -> None:
    assert "<p>x</p>" in html_of(bait.plate(CALM))
    with pytest.raises(DomainError) as refusal:
        html_of(bait.plate(in_page("<script>alert(1)</script>")))
    assert refusal.value.code == "template.forbidden"


@pytest.mark.parametrize(("library", "least"), [("weasyprint", (70, 0)), ("jinja2", (3, 1, 6))])
def test_the_libraries_are_those_whose_holes_are_closed(
    library: str, least: tuple[int, ...]
) -> None:
    """R021 and others: what older versions let through, no code of ours can hold back."""
    found = tuple(int(part) for part in re.findall(r"\d+", version(library))[:3])
    assert found >= least
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8").lower()
    assert f'"{library}>={".".join(map(str, least)).removesuffix(".0")}' in pyproject
