"""The PDF of a quote: what is on it, that it is the same again, and what it refuses."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from cpq.adapters.brand import Brand
from cpq.adapters.figures import Figures
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import (
    PdfJob,
    PdfResult,
    render_html,
    render_many,
    write_html,
    write_pdf,
)
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.words import language
from cpq.kernel.errors import Refused, Unavailable
from cpq.quote import Quote, published
from tests.cpq.adapters.document_quotes import (
    both,
    for_customer,
    priced,
    pricing,
    quoted,
    spare_parts,
)
from tests.cpq.adapters.test_brand import png

pytestmark = pytest.mark.slow

HOSTILE = "{{ 7*7 }} <script>alert(1)</script> &lt; ${x} %s"
WORD = "W" * 2000
EXTREME = (
    priced("1", both(WORD, "长" * 2000), "1", "1.00", code="C" * 64, detail=(both(WORD, WORD),)),
    priced("2", "Dear", "99999", "9999999999.9999", listed="99999999999.9999", unit="set"),
    priced("3", "Deep", "1"),
    priced("3.1.1.1.1.1.1.1", "Deepest", "0.000000001", "1.0000", tax="19.25"),
    priced("4", "Return", "-2", "10.00"),
    priced("5", "Nothing", "0", "0.00", tax="0"),
)
TEMPLATES = {
    "blocked": '{% extends "cpq/quote.html" %}{% block parties %}'
    '<img src="file:///etc/hostname"><a rel=attachment href="http://127.0.0.1/x">x</a>'
    "{% endblock %}",
    "narrow": '{% extends "cpq/quote.html" %}{% block style %}{{ super() }}'
    ".lines td { font-size: 20pt }{% endblock %}",
    "loop": '{% extends "cpq/quote.html" %}{% block parties %}'
    + "<div style='display: flex'>" * 18
    + "x"
    + "{% endblock %}",
}

Cases = dict[str, PdfResult]


def _cases() -> dict[str, tuple[Quote, Layout]]:
    sent, draft = quoted(), quoted(state="draft")
    own = Layout(brand=Brand(accent="#8a1538", logo=png()))
    return {
        "zh": (sent, Layout()),
        "zh again": (sent, Layout()),
        "en": (sent, Layout(locale="en_GB", attach=False)),
        "both": (draft, Layout(locale="bilingual")),
        "long": (quoted(pricing=pricing(spare_parts(300))), Layout(locale="en")),
        "hostile": (for_customer(HOSTILE, title=HOSTILE, delivery=HOSTILE), Layout(locale="en")),
        "extreme": (
            quoted(pricing=pricing(EXTREME), terms=({"text": WORD},)),
            Layout(locale="bilingual"),
        ),
        "zh only": (for_customer({"zh": "恒泰䶮有限公司"}), Layout(locale="en")),
        "en only": (for_customer("Hengtai Ltd."), Layout(locale="bilingual")),
        "glyph": (for_customer("Ali علي"), Layout(locale="en")),
        "logo": (sent, own),
        "yen": (
            quoted(pricing=pricing((priced("1", "Kit", "3", "1200", currency="JPY"),), "JPY")),
            Layout(locale="en"),
        ),
        "french": (sent, Layout(locale="fr")),
    }


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    folder = tmp_path_factory.mktemp("pdf")
    cases = _cases()
    jobs = [
        PdfJob(quote=quote, path=folder / f"{name}.pdf", layout=layout)
        for name, (quote, layout) in cases.items()
    ]
    done: list[PdfResult] = []
    results = render_many(jobs, workers=2, on_done=done.append)
    assert {id(result) for result in done} == {id(result) for result in results}
    return dict(zip(cases, results, strict=True))


@lru_cache
def _pages_of(path: Path) -> tuple[str, ...]:
    return tuple(page.extract_text() for page in PdfReader(path).pages)


def _pages(result: PdfResult) -> tuple[str, ...]:
    assert result.refusal is None, result.refusal
    return _pages_of(result.path)


def _text(result: PdfResult) -> str:
    return "\n".join(_pages(result))


def _code(result: PdfResult) -> str:
    assert result.refusal is not None
    assert not result.path.exists()
    return result.refusal.code


def test_the_same_quote_gives_the_same_bytes(printed: Cases) -> None:
    assert printed["zh"].path.read_bytes() == printed["zh again"].path.read_bytes()


@pytest.mark.parametrize(("name", "locale"), [("zh", "zh_CN"), ("en", "en_GB"), ("long", "en")])
def test_every_figure_in_print_is_the_domains(printed: Cases, name: str, locale: str) -> None:
    text, quote = _text(printed[name]), printed[name].job.quote
    write = Figures(language=language(locale), currency=quote.currency)
    for line in quote.pricing.lines:
        if not line.included:
            assert write.amount(line.amount) in text
            assert write.amount(line.unit_price) in text
    for tax in quote.pricing.taxes:
        assert write.amount(tax.net.amount) in text
        assert write.amount(tax.tax.amount) in text
    assert text.count(write.money(quote.gross)) == 2
    assert write.amount(quote.net.amount) in text


def test_the_published_quote_is_attached(printed: Cases) -> None:
    quote = printed["zh"].job.quote
    files = PdfReader(printed["zh"].path).attachments
    assert files == {"quote.json": [published(quote).canonical().encode()]}
    read = Quote.model_validate_json(files["quote.json"][0])
    assert read == published(quote)
    assert (read.net, read.tax, read.gross) == (quote.net, quote.tax, quote.gross)
    assert PdfReader(printed["en"].path).attachments == {}


def test_only_our_fonts_are_embedded(printed: Cases) -> None:
    for name in ("zh", "en", "both", "extreme"):
        for page in PdfReader(printed[name].path).pages:
            fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
            for font in (font.get_object() for font in fonts):
                assert re.fullmatch(
                    r"/[A-Z]{6}\+CPQ-Sans(-SC)?(-Bold|-Semi-Bold)?", font["/BaseFont"]
                )
                descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                assert "/FontFile2" in descriptor.get_object()


def test_metadata_come_from_the_quote(printed: Cases) -> None:
    reader = PdfReader(printed["zh"].path)
    assert reader.metadata is not None
    assert reader.metadata.title == "报价单 Q-2026-0001 · 切割产线（二期）"
    assert reader.metadata.author == "北风自动化有限公司"
    assert reader.metadata["/CreationDate"] == "D:20261121"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    xmp = root["/Metadata"].get_data().decode()
    assert 'part="3"' in xmp
    assert 'conformance="A"' in xmp


def test_a_page_of_a_quote_is_a4(printed: Cases) -> None:
    for page in PdfReader(printed["both"].path).pages:
        assert [float(side) for side in page.mediabox[2:]] == pytest.approx(
            [595.28, 841.89], abs=0.1
        )


def test_each_page_names_quote_customer_and_page(printed: Cases) -> None:
    pages = _pages(printed["long"])
    assert len(pages) > 5
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Q-2026-0001" in text
        assert "Hengtai Machinery Co., Ltd." in text


def test_the_table_head_repeats_over_its_rows(printed: Cases) -> None:
    for text in _pages(printed["long"]):
        rows = re.findall(r"^\d+ Spare part \d+", text, flags=re.MULTILINE)
        assert ("Unit price" in text) == bool(rows)
        assert len(rows) != 1


def test_signatures_stand_below_a_clause(printed: Cases) -> None:
    for name in ("zh", "en", "both", "long", "extreme"):
        above = re.split("Acceptance|签署确认", _pages(printed[name])[-1])[0]
        assert re.search(r"24 months|24 个月|WWWW|excluded|易损件", above)


def test_hostile_text_is_printed_as_it_is(printed: Cases) -> None:
    text = _text(printed["hostile"]).replace("\n", " ")
    assert text.count(HOSTILE) >= 3


def test_extreme_text_stays_on_the_page(printed: Cases) -> None:
    text = _text(printed["extreme"]).replace("\n", "")
    assert text.count("W") >= 2000 * 3
    assert text.count("长") >= 2000
    for page in PdfReader(printed["extreme"].path).pages:
        places: list[float] = []
        page.extract_text(visitor_text=_collector(places))
        assert min(places) >= 0
        assert max(places) < float(page.mediabox.width)


def _collector(places: list[float]) -> Callable[..., None]:
    def visit(text: str, _cm: object, matrix: list[float], _font: object, _size: float) -> None:
        if text.strip():
            places.append(matrix[4] * 0.75)

    return visit


def test_drafts_are_marked_and_sent_quotes_are_not(printed: Cases) -> None:
    assert {"DRAFT", "草稿"} <= set(_text(printed["both"]).split())
    assert "草稿" not in _text(printed["zh"])


def test_a_customer_named_in_one_language_is_named(printed: Cases) -> None:
    assert "恒泰䶮有限公司" in _text(printed["zh only"])
    assert _text(printed["en only"]).count("Hengtai Ltd.") >= 2


def test_a_currency_without_minor_unit_prints_whole(printed: Cases) -> None:
    text = _text(printed["yen"])
    assert "3,600" in text
    assert "3,600.0" not in text


def test_a_logo_is_drawn(printed: Cases) -> None:
    assert PdfReader(printed["logo"].path).pages[0].images
    assert not PdfReader(printed["zh"].path).pages[0].images


def test_one_bad_quote_never_stops_the_rest(printed: Cases) -> None:
    refused = {name: _code(result) for name, result in printed.items() if result.refusal}
    assert refused == {"glyph": "document.missing_glyph", "french": "document.unknown_locale"}


def test_a_missing_glyph_is_named(printed: Cases) -> None:
    refusal = printed["glyph"].refusal
    assert refusal is not None
    assert "U+0639" in refusal.message
    assert len(refusal.findings) == 3


def _own(tmp_path: Path, source: str) -> Layout:
    (tmp_path / "quote.html").write_text(source, encoding="utf-8")
    return Layout(templates=tmp_path)


def test_an_asset_that_was_not_given_is_refused(tmp_path: Path) -> None:
    with Renderer() as renderer, pytest.raises(Refused) as refusal:
        renderer.pdf(quote_plate(quoted(), _own(tmp_path, TEMPLATES["blocked"])))
    assert refusal.value.code == "document.asset_blocked"
    assert {"file:///etc/hostname", "http://127.0.0.1/x"} <= set(
        re.findall(r"'([^']+)' was not read", refusal.value.message)
    )


def test_a_layout_bomb_is_ended_and_work_goes_on(tmp_path: Path) -> None:
    with Renderer(cpu_seconds=4) as renderer:
        with pytest.raises(Refused) as refusal:
            renderer.pdf(quote_plate(quoted(), _own(tmp_path, TEMPLATES["loop"])))
        assert refusal.value.code == "document.limit_exceeded"
        assert renderer.pdf(quote_plate(quoted())).startswith(b"%PDF-1.7")


def test_a_figure_wider_than_its_place_is_refused(tmp_path: Path) -> None:
    own = _own(tmp_path, TEMPLATES["narrow"])
    with Renderer() as renderer, pytest.raises(Refused) as refusal:
        renderer.pdf(quote_plate(quoted(), own))
    assert refusal.value.code == "document.text_overflows"
    assert "398,000.00" in refusal.value.message


def test_a_failed_file_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "Q.pdf"
    path.write_bytes(b"old")
    with pytest.raises(Refused):
        write_pdf(for_customer("علي"), path, locale="en")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert write_pdf(quoted(), path) == path
    assert path.read_bytes().startswith(b"%PDF")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        write_html(quoted(), tmp_path / "none" / "Q.html")
    assert refusal.value.code == "file.not_written"


def test_without_pango_the_install_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "weasyprint"
    fake.mkdir()
    (fake / "__init__.py").write_text("print('a page of advice')\nraise OSError('libgobject')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Unavailable) as refusal:
        write_pdf(quoted(), tmp_path / "Q.pdf")
    assert refusal.value.code == "pdf.no_pango"
    assert "libpango-1.0-0" in refusal.value.message
    assert capfd.readouterr() == ("", "")


def test_html_needs_no_other_file(tmp_path: Path) -> None:
    path = write_html(quoted(), tmp_path / "Q.html", brand=Brand(logo=png()), locale="en")
    html = path.read_text(encoding="utf-8")
    addresses = re.findall(r"(?:src|href)=\"([^\"]*)\"|url\(([^)]*)\)", html)
    files = {first for first, _ in addresses if not first.startswith(("mailto:", "tel:"))}
    assert {first[:22] for first in files} == {"data:image/png;base64,"}
    assert "CN¥" in html
    assert render_html(quoted(), locale="en", brand=Brand(logo=png())) == html
