"""The annex in print: marked on every page, never in the customer's file, never in its data."""

import re
from functools import lru_cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from cpq.adapters.figures import Figures
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import PdfJob, PdfResult, render_html, render_many, write_html
from cpq.adapters.words import language
from cpq.quote import published
from tests.cpq.adapters.document_quotes import priced, pricing, quoted
from tests.cpq.adapters.full_quotes import full_quote

pytestmark = pytest.mark.slow

Cases = dict[str, PdfResult]
MARK = "内部资料 Internal"
WIDE = priced("1", "W" * 300, "99999", "9999999999.9999", listed="99999999999.9999")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    folder = tmp_path_factory.mktemp("annex")
    full, sold = full_quote(), full_quote("gross")
    cases = {
        "offer": (full, Layout(locale="zh_CN")),
        "zh": (full, Layout(locale="zh_CN", annex=True)),
        "zh again": (full, Layout(locale="zh_CN", annex=True)),
        "gross": (sold, Layout(locale="en", annex=True)),
        "both": (full, Layout(locale="bilingual", annex=True)),
        "wide": (quoted(pricing=pricing((WIDE,))), Layout(locale="bilingual", annex=True)),
    }
    jobs = [
        PdfJob(quote=quote, path=folder / f"{name}.pdf", layout=layout)
        for name, (quote, layout) in cases.items()
    ]
    return dict(zip(cases, render_many(jobs), strict=True))


@lru_cache
def _pages(path: Path) -> tuple[str, ...]:
    return tuple(page.extract_text() for page in PdfReader(path).pages)


def pages(result: PdfResult) -> tuple[str, ...]:
    assert result.refusal is None, result.refusal
    return _pages(result.path)


def test_the_offer_itself_is_the_same_with_and_without(printed: Cases) -> None:
    offer, annexed = pages(printed["offer"]), pages(printed["zh"])

    def unnumbered(text: str) -> str:
        return re.sub(r"第 \d+ 页，共 \d+ 页", "", text)

    assert [unnumbered(text) for text in annexed[: len(offer)]] == [
        unnumbered(text) for text in offer
    ]
    assert len(annexed) > len(offer)


@pytest.mark.parametrize("name", ["zh", "gross", "both", "wide"])
def test_every_page_of_the_annex_is_marked(printed: Cases, name: str) -> None:
    found = pages(printed[name])
    marked = [MARK in text for text in found]
    first = marked.index(True)
    assert 0 < first < len(found)
    assert all(marked[first:])
    number = printed[name].job.quote.number
    assert all(number in text for text in found)


def test_nothing_internal_is_in_what_the_customer_gets(printed: Cases) -> None:
    text = "\n".join(pages(printed["offer"]))
    for word in ("内部资料", "计价追溯", "成本", "毛利", "底价", "COST", "GLOVE-MIN", "trade fair"):
        assert word not in text
    write = Figures(language=language("zh"), currency="CNY").amount
    found = printed["offer"].job.quote.pricing
    for line in found.lines:
        if line.cost:
            assert write(line.cost) not in text


def test_the_embedded_data_stay_the_published_ones(printed: Cases) -> None:
    for name in ("zh", "gross"):
        quote = printed[name].job.quote
        files = PdfReader(printed[name].path).attachments
        assert files == {"quote.json": [published(quote).canonical().encode()]}


def test_the_same_annex_gives_the_same_bytes(printed: Cases) -> None:
    assert printed["zh"].path.read_bytes() == printed["zh again"].path.read_bytes()


def test_every_amount_of_the_trace_is_in_print(printed: Cases) -> None:
    text = "\n".join(pages(printed["zh"]))
    write = Figures(language=language("zh"), currency="CNY").amount
    for line in printed["zh"].job.quote.pricing.lines:
        if line.cost:
            assert write(line.cost) in text
        for part in line.breakdown:
            assert write(part.amount) in text
        for step in line.steps:
            if step.after is not None:
                assert write(step.after) in text


def test_the_head_of_the_trace_repeats_over_its_rows(printed: Cases) -> None:
    for text in pages(printed["zh"]):
        if "行金额" in text:
            assert "采用或未采用的原因" in text


def test_offer_is_upright_and_annex_lies_on_its_side(printed: Cases) -> None:
    reader = PdfReader(printed["zh"].path)
    sides = [page.mediabox.width > page.mediabox.height for page in reader.pages]
    assert sides == sorted(sides)
    assert sides[0] is not sides[-1]


def test_the_annex_is_tagged_and_bookmarked(printed: Cases) -> None:
    reader = PdfReader(printed["zh"].path)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    titles = str(reader.outline)
    assert "内部资料 · 计价追溯" in titles
    assert "由行到合计" in titles


def test_html_has_the_annex_where_it_is_asked_for(tmp_path: Path) -> None:
    path = write_html(full_quote(), tmp_path / "Q.html", locale="zh_CN", annex=True)
    html = path.read_text(encoding="utf-8")
    assert "内部资料 · 计价追溯" in html
    assert "内部资料" not in render_html(full_quote(), locale="zh_CN")
