"""A true copy told from a changed one, whatever was done to the file; bombs cost their limits."""

import io
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from cpq.adapters import pdf_reading, write_pdf
from cpq.adapters.brand import Brand
from cpq.adapters.layout import Layout
from cpq.adapters.pdf_reading import pdf_changes, read_pdf
from cpq.adapters.printed import engine_here, engine_parts, folder_hash, layout_hash, printed
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.verify_pdf import PdfVerdict, verify_pdf
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused, Unreadable
from cpq.pricing import item, price
from cpq.quote import Quote, accept, draft_quote, lose, published, revise, send
from cpq.replay import PrintedDocument
from tests.cpq.trade import DAY, catalogue

pytestmark = pytest.mark.slow

LAYOUT = Layout(locale="en")
ROOT = Path(__file__).resolve().parents[3]
Change = Callable[[Any], object]


def quoted(bolts: int = 700) -> Quote:
    buyer = Customer(code="C-1", party=Party(name="Hengtai"))
    trade = catalogue().with_(customers=(buyer,))
    goods = [item("BOLT", bolts), item("NUT", 3), item("FILM", 9)]
    pricing = price(goods, catalogue=trade, on=DAY, customer="C-1")
    seller = Party(name="Us", address="1 Road, Suzhou")
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=buyer,
        seller=seller,
        issued_on=DAY,
        valid_until=date(2026, 12, 21),
    )
    return send(quote)


VERSION = quoted()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as made:
        yield made


@pytest.fixture(scope="module")
def content(renderer: Renderer) -> bytes:
    """The true bytes of the version."""
    return renderer.pdf(quote_plate(VERSION, LAYOUT))


@pytest.fixture(scope="module")
def record(content: bytes) -> PrintedDocument:
    return printed(VERSION, content, layout=LAYOUT)


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[..., PdfVerdict]:
    def verdict(content: bytes, version: Quote = VERSION, **given: Any) -> PdfVerdict:
        file = tmp_path / "given.pdf"
        file.write_bytes(content)
        return verify_pdf(file, version, **given)

    return verdict


def outcome(verdict: Callable[..., PdfVerdict], content: bytes, **given: Any) -> str:
    """The state of a verdict, or the code of the refusal."""
    try:
        return verdict(content, **given).state
    except (Unreadable, Refused) as error:
        return error.code if len(error.message) < 600 else "too much is said"


def updated(content: bytes, change: Change) -> bytes:
    """The file with an update appended, as a program that signs appends one."""
    writer = PdfWriter(io.BytesIO(content), incremental=True)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(content)
    return out.getvalue()


def resaved(content: bytes, change: Change = lambda _: None) -> bytes:
    """The file written anew by another program."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sign(writer: Any) -> None:
    value = {NameObject("/Type"): NameObject("/Sig"), NameObject("/Contents"): TextStringObject("")}
    signature = writer._add_object(DictionaryObject(value))
    page = writer.pages[0]
    field = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Sig"),
                NameObject("/T"): TextStringObject("Signature1"),
                NameObject("/V"): signature,
                NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
                NameObject("/P"): page.indirect_reference,
            }
        )
    )
    page[NameObject("/Annots")] = ArrayObject([*(page.get("/Annots") or ()), field])
    form = {NameObject("/Fields"): ArrayObject([field]), NameObject("/SigFlags"): NumberObject(3)}
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(form)


def paint(writer: Any) -> None:
    page = writer.pages[0]
    stream = DecodedStreamObject()
    stream.set_data(page.get_contents().get_data() + b"\n1 1 1 rg 100 100 300 300 re f")
    page[NameObject("/Contents")] = writer._add_object(stream)


def lay_text(writer: Any) -> None:
    writer.add_annotation(0, FreeText(text="1.00", rect=(50, 550, 200, 650)))


def run_script(writer: Any) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


# --- true copies -------------------------------------------------------------------------------


def test_the_bytes_on_record_are_a_true_copy(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    found = verdict(content, record=record)
    assert (found.state, found.by, found.is_true) == ("true_copy", "record", True)
    assert (found.appended, found.findings, found.printed_as) == (0, (), "sent")
    assert found.message.in_("en") == "Q-1: a true copy: its hash is the one on record"
    assert found.message.in_("zh") == "Q-1：真实副本（哈希值与存证一致）"
    assert (found.sha256, found.size) == (record.sha256, len(content))


def test_the_bytes_made_anew_are_a_true_copy(
    content: bytes, verdict: Callable[..., PdfVerdict]
) -> None:
    found = verdict(content, layout=[Layout(locale="zh_CN"), LAYOUT])
    assert (found.state, found.by) == ("true_copy", "rendering")


def test_without_record_and_layout_nothing_is_proved(
    content: bytes, verdict: Callable[..., PdfVerdict]
) -> None:
    found = verdict(content)
    assert (found.state, found.by, found.is_true) == ("cannot_tell", "content", False)
    assert "give its record" in str(found.message)


def test_a_version_that_was_accepted_or_lost_since_is_the_same_copy(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    for ended in (
        accept(VERSION, on=DAY, by="PO-1"),
        lose(VERSION, on=DAY, reason="too dear"),
    ):
        assert verdict(content, ended, record=record).is_true
        assert verdict(content, ended, layout=LAYOUT).is_true


def test_a_draft_is_a_true_copy_that_says_so(
    renderer: Renderer, verdict: Callable[..., PdfVerdict]
) -> None:
    draft = VERSION.with_(state="draft")
    made = renderer.pdf(quote_plate(draft, LAYOUT))
    for given in ({"layout": LAYOUT}, {"record": printed(draft, made, layout=LAYOUT)}):
        found = verdict(made, **given)
        assert (found.state, found.printed_as) == ("true_copy", "draft")
        assert [(each.code, each.severity) for each in found.findings] == [("verify.draft", "note")]


def test_a_signature_that_was_appended_leaves_it_true(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    signed = updated(content, sign)
    for given in ({"record": record}, {"layout": LAYOUT}):
        found = verdict(signed, **given)
        assert (found.state, found.signatures) == ("true_copy", 1)
        assert found.appended == len(signed) - len(content)
        assert [each.severity for each in found.findings] == ["note"]
        assert "1 signature(s) appended" in found.message.en
        assert "签名" in found.message.zh


def test_bytes_that_draw_nothing_leave_it_true(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    found = verdict(content + b"\n% nothing\n", record=record)
    assert (found.state, found.appended, found.signatures) == ("true_copy", 11, 0)


def test_a_print_without_its_data_is_proved_by_its_bytes(
    renderer: Renderer, verdict: Callable[..., PdfVerdict]
) -> None:
    bare = LAYOUT.with_(attach=False)
    made = renderer.pdf(quote_plate(VERSION, bare))
    assert verdict(made).state == "not_ours"
    assert verdict(made, layout=bare).is_true
    assert verdict(made, record=printed(VERSION, made, layout=bare)).is_true


# --- changed ones ------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [paint, lay_text, run_script])
def test_an_update_that_shows_something_is_a_change(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict], change: Change
) -> None:
    found = verdict(updated(content, change), record=record)
    assert (found.state, found.is_true) == ("changed", False)
    assert [each.code for each in found.findings][:1] == ["verify.changed"]
    assert found.appended > 0


def test_another_figure_on_a_page_is_named(
    renderer: Renderer, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    """Whoever paints over a figure leaves the quote in the file alone."""
    plate = quote_plate(quoted(100), LAYOUT)
    forged = renderer.pdf(replace(plate, attachments=quote_plate(VERSION, LAYOUT).attachments))
    found = verdict(forged, layout=LAYOUT)
    assert (found.state, found.by) == ("changed", "rendering")
    text = "\n".join(str(each.message) for each in found.findings)
    assert "'1,000.00' in place of '7,000.00'" in text
    assert {each.place for each in found.findings} == {"pages/1"}
    assert verdict(forged, record=record).state == "changed"
    assert verdict(forged).state == "cannot_tell"


def test_another_figure_in_the_embedded_quote_is_named(
    renderer: Renderer, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    plate = quote_plate(VERSION, LAYOUT)
    data = plate.attachments[0]
    forged = data.content.replace(b'"net":"7000.00"', b'"net":"1000.00"', 1)
    assert forged != data.content
    made = renderer.pdf(replace(plate, attachments=(replace(data, content=forged),)))
    for given in ({}, {"layout": LAYOUT}, {"record": record}):
        found = verdict(made, **given)
        assert (found.state, found.by) == ("changed", "content")
        (finding,) = found.findings
        assert (finding.code, finding.place) == ("verify.data_differs", "lines/1")
        assert str(finding.message) == "net of line 1 was 7000.00 and is 1000.00"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"{", "changed"),
        (b"\xff\xfe", "changed"),
        (b"[" * 100_000, "changed"),
        (b"[]", "not_ours"),
        (b'{"number": "Q-1"}', "not_ours"),
        (b'{"number": "Q-2", "version": 1, "pricing": {}}', "other_version"),
        (b'{"number": "Q-1", "version": 7, "pricing": {}}', "other_version"),
        (b'{"number": "Q-1", "version": 1, "pricing": NaN}', "changed"),
        (b'{"number": "Q-1", "version": 1, "pricing": {"lines": [1, {"number": []}]}}', "changed"),
    ],
)
def test_whatever_is_embedded_has_a_verdict(
    content: bytes, verdict: Callable[..., PdfVerdict], data: bytes, state: str
) -> None:
    def put(writer: Any) -> None:
        for each in writer.attachment_list:
            each.content = data

    assert verdict(resaved(content, put)).state == state


def test_a_file_that_was_saved_anew_is_told_so(
    content: bytes, verdict: Callable[..., PdfVerdict]
) -> None:
    found = verdict(resaved(content), layout=LAYOUT)
    assert (found.state, found.findings) == ("changed", ())
    assert "saved it anew; every page still draws the same" in found.message.en


def test_paint_alone_is_never_a_true_copy(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    painted = resaved(content, paint)
    found = verdict(painted, layout=LAYOUT)
    assert (found.state, [each.place for each in found.findings]) == ("cannot_tell", ["pages/1"])
    assert verdict(painted, record=record).state == "changed"


def test_a_file_of_another_engine_is_not_judged(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    def older(writer: Any) -> None:
        paint(writer)
        writer.add_metadata({"/Producer": "WeasyPrint 52.5"})

    old = resaved(content, older)
    found = verdict(old, layout=LAYOUT)
    assert (found.state, found.producer) == ("cannot_tell", "WeasyPrint 52.5")
    assert "WeasyPrint 52.5 made it" in found.message.en
    assert verdict(old, record=printed(VERSION, old, layout=LAYOUT)).is_true
    assert verdict(old, record=record).state == "changed"


def test_a_flipped_byte_is_never_a_true_copy(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    for place in range(20, len(content), len(content) // 3):
        flipped = bytearray(content)
        flipped[place] ^= 1
        found = outcome(verdict, bytes(flipped), record=record)
        assert found.startswith("pdf.") or found in {"changed", "not_ours"}


# --- others ------------------------------------------------------------------------------------


def test_the_copy_of_another_version_or_quote_is_named(
    content: bytes, verdict: Callable[..., PdfVerdict]
) -> None:
    following = revise(VERSION, VERSION.pricing, issued_on=DAY, valid_until=DAY)
    found = verdict(content, following)
    assert (found.state, str(found.message)) == (
        "other_version",
        "not Q-1 / 2: it is version 1 of that quote",
    )
    other = verdict(content, VERSION.with_(number="Q-9"))
    assert (other.state, other.message.zh) == ("other_version", "不是 Q-9，而是报价单 Q-1")


def test_a_pdf_of_somebody_else_is_not_ours(verdict: Callable[..., PdfVerdict]) -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    assert verdict(out.getvalue()).state == "not_ours"
    assert verdict(out.getvalue(), layout=LAYOUT).state == "not_ours"


def test_the_record_of_another_version_is_refused(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    other_words = VERSION.with_(title="Another title")
    for version, given in ((VERSION, record.with_(version=3)), (other_words, record)):
        with pytest.raises(Refused, match="not of Q-1") as refusal:
            verdict(content, version, record=given)
        assert refusal.value.code == "verify.other_record"


def test_a_record_of_an_earlier_state_is_one_of_the_version(
    content: bytes, record: PrintedDocument, verdict: Callable[..., PdfVerdict]
) -> None:
    """What was decided on the version meanwhile is not printed."""
    before = record.with_(quote_hash="0" * 64)
    found = verdict(content, record=before)
    assert (found.state, found.by, found.printed_as) == ("true_copy", "record", "sent")


# --- what no reader should open ----------------------------------------------------------------


def stream_of(data: bytes) -> bytes:
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(data), data)


def pdf_of(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, from number 1 on, with a table of where they are."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root %d 0 R>>\n" % (len(places) + 1, root)
    return bytes(out + b"startxref\n%d\n%%%%EOF" % start)


_EMBEDS = (
    b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(quote.json) 3 0 R]>>>>>>",
    b"<</Type/Pages/Kids[]/Count 0>>",
    b"<</Type/Filespec/F(quote.json)/UF(quote.json)/EF<</F 4 0 R>>>>",
)
BOMB = zlib.compress(zlib.compress(b"\0" * 900_000_000, 9), 9)
HOSTILE = {
    "a bomb": pdf_of(*_EMBEDS, stream_of(zlib.compress(b" " * 400_000_000, 9))),
    "a bomb in a bomb": pdf_of(
        *_EMBEDS,
        b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(BOMB), BOMB),
    ),
    "pages in a circle": pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 9>>"
    ),
    "names in a circle": pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 3 0 R>>>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Kids[3 0 R]>>",
    ),
    "nested too deeply": pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/Lang " + b"[" * 200_000 + b"]" * 200_000 + b">>",
        b"<</Type/Pages/Kids[]/Count 0>>",
    ),
    "a length of its own": pdf_of(
        *_EMBEDS, b"<</Length 4 0 R/Filter/FlateDecode>>stream\nx\nendstream"
    ),
    "no root": b"%PDF-1.7\ntrailer<<>>\nstartxref\n0\n%%EOF",
    "nothing": b"%PDF-1.7\n",
    "a cross-reference to itself": (
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Root 1 0 R/Prev 9>>\n"
        b"startxref\n9\n%%EOF"
    ),
    "random": b"%PDF-" + bytes(range(256)) * 999,
    "encrypted": pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", _EMBEDS[1]).replace(
        b"/Root", b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -1>>/Root"
    ),
}


@pytest.mark.parametrize("file", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_file_is_refused_or_not_ours(
    file: bytes, verdict: Callable[..., PdfVerdict]
) -> None:
    found = outcome(verdict, file)
    assert found in {"pdf.unreadable", "pdf.limit_exceeded", "not_ours", "changed"}


def test_a_reader_that_hangs_is_ended(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reading, "_WALL_SECONDS", 0.05)
    with pytest.raises(Refused, match="too much time") as refusal:
        read_pdf(content, place="Q-1.pdf")
    assert refusal.value.code == "pdf.limit_exceeded"


def test_what_is_no_pdf_is_refused(
    tmp_path: Path, verdict: Callable[..., PdfVerdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreadable, match="is no PDF"):
        verdict(b"hello")
    with pytest.raises(Unreadable, match="does not exist") as missing:
        verify_pdf(tmp_path / "none.pdf", VERSION)
    assert missing.value.code == "file.missing"
    with pytest.raises(Unreadable) as folder:
        verify_pdf(tmp_path, VERSION)
    assert folder.value.code == "file.unreadable"
    monkeypatch.setattr(pdf_reading, "BYTES_MAX", 10)
    with pytest.raises(Refused) as large:
        verdict(b"%PDF-1.7 and more")
    assert large.value.code == "pdf.too_large"


def test_more_pages_are_a_change(content: bytes) -> None:
    def more(writer: Any) -> None:
        writer.add_blank_page(200, 200)

    changes = pdf_changes(content, resaved(content, more), place="Q-1.pdf")
    assert [(each.kind, each.before, each.after) for each in changes] == [("pages", "1", "2")]


# --- records -----------------------------------------------------------------------------------


def test_a_record_says_what_made_it(content: bytes, record: PrintedDocument) -> None:
    assert record.is_of(VERSION)
    assert (record.quote_hash, record.trace_hash) == (
        VERSION.content_hash(),
        VERSION.pricing.content_hash(),
    )
    names = [name for name, _ in record.made_by]
    assert names == ["cpq-revenue", "WeasyPrint", "Pango", "fonts", "templates"]
    assert engine_here() == ", ".join(
        f"{name} {record.made_with(name)}" for name in ("WeasyPrint", "Pango")
    )
    assert printed(VERSION, content, layout=LAYOUT, engine=engine_here()) == record
    html = printed(VERSION, b"<html>", layout=LAYOUT, kind="html")
    assert [name for name, _ in html.made_by] == ["cpq-revenue", "templates"]
    assert engine_parts("") == []


def test_the_hash_of_a_layout_is_of_its_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "quote.html").write_text("<html>", encoding="utf-8")
    assert folder_hash(one) == folder_hash(other)
    hashes = {layout_hash(Layout(templates=folder)) for folder in (one, other)}
    assert len(hashes) == 1
    (other / "sub" / "quote.html").write_text("<html >", encoding="utf-8")
    hashes |= {layout_hash(Layout(templates=other)), layout_hash(Layout())}
    hashes |= {layout_hash(Layout(brand=Brand(accent="#112233"))), layout_hash(LAYOUT)}
    assert len(hashes) == 5


# --- the same bytes everywhere -----------------------------------------------------------------

SCRIPT = """
import hashlib, sys
from pathlib import Path
from cpq.adapters import write_pdf
from cpq.quote import Quote
quote = Quote.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
print(hashlib.sha256(write_pdf(quote, "Q.pdf", locale="en").read_bytes()).hexdigest())
"""


def test_a_version_makes_the_same_bytes_twice(tmp_path: Path, content: bytes) -> None:
    assert write_pdf(VERSION, tmp_path / "Q.pdf", locale="en").read_bytes() == content


@pytest.mark.parametrize(("seed", "clock"), [("1", "Asia/Shanghai"), ("77", "America/New_York")])
def test_a_version_makes_the_same_bytes_in_any_process(
    tmp_path: Path, record: PrintedDocument, seed: str, clock: str
) -> None:
    """Whatever the seed of hashes, the clock's zone, the folder and the language of the machine."""
    stored = tmp_path / "Q.json"
    stored.write_text(VERSION.canonical(), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": clock,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(stored)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == record.sha256


def test_the_embedded_quote_is_the_published_one(content: bytes) -> None:
    assert read_pdf(content, place="Q-1.pdf").data == published(VERSION).canonical()
