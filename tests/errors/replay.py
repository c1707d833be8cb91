"""Reckoning a version again, pricing it anew, and telling a true copy of its PDF."""

import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText

from cpq import STANDARD_PLAN, Pricing, Quote, item, price
from cpq.adapters import pdf_reading
from cpq.adapters.pdf_reading import read_pdf
from cpq.adapters.replay_cli import verifying
from cpq.adapters.verify_pdf import PdfVerdict, verify_pdf
from cpq.kernel.errors import Finding
from cpq.quote import draft_quote, published, send
from cpq.replay import PrintedDocument, replay, reprice
from cpq.tax import TaxableLine, TaxedLine, TaxFacts
from revenue.adapters import open_store
from revenue.testing.deal import example_printed
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, LATE, goods, quote, untouched


class _Free:
    """A host's engine: nothing is owed."""

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Sequence[TaxedLine]:
        return [
            TaxedLine(
                line=each.line,
                tax_code="FREE",
                tax_percent=0,
                net=each.amount,
                tax=Decimal(0),
                gross=each.amount,
            )
            for each in lines
        ]


def _bolts(**asked: object) -> Pricing:
    return price([item("BOLT", 1)], catalogue=goods(), on=DAY, **asked)  # type: ignore[arg-type]


def _offer() -> Quote:
    return quote()


@reproduces(
    "replay.other_catalogue",
    en="A pricing is to be replayed under another catalogue than it was made against.",
    zh="重算时的产品目录与原计价时的不一致。",
    do="Give the snapshot whose hash the pricing names, or ask `reprice()` or `priced_under()`.",
    names=("snapshot", "reprice()"),
)
def a_replay_under_a_draft() -> None:
    pricing = _bolts()
    with untouched(pricing):
        replay(pricing, goods(seller="Us"))


@reproduces(
    "replay.other_plan",
    en="A pricing is to be replayed under another pricing plan, or another version of it.",
    zh="重算时的计价方案与原计价时的不一致。",
    do="Leave `plan=` out, or give the plan that the pricing names.",
    names=("OWN 2", "STANDARD 1"),
)
def a_replay_by_another_plan() -> None:
    replay(_bolts(), goods(), plan=STANDARD_PLAN.with_(code="OWN", version=2))


@reproduces(
    "replay.never_taxed",
    en="The host's tax engine never said what is owed on a line as it comes out now.",
    zh="主系统的计税引擎未曾对该行现在的金额给出税额。",
    do="Give the engine with `taxes=`.",
    names=("line 1", "taxes="),
)
def a_replay_of_other_items() -> tuple[Finding, ...]:
    pricing = _bolts(taxes=_Free())
    return replay(pricing.with_(items=(item("BOLT", 2),)), goods()).findings


@reproduces(
    "replay.needs_taxes",
    en="A version that the host's tax engine taxed is to be priced anew without that engine.",
    zh="重新报价时缺少主系统的计税引擎。",
    do="Give the engine with `taxes=`.",
    names="taxes=",
)
def a_repricing_without_the_engine() -> None:
    reprice(_bolts(taxes=_Free()), goods(), at=LATE)


@reproduces(
    "replay.differs",
    en="A replay gives another figure, or says something else, than the version has.",
    zh="复算结果与该版本不一致。",
    do="Nobody but `price` makes a pricing: find out who changed it. The finding names the place.",
    names=("net of line 1", "was"),
)
def a_version_with_a_changed_figure() -> tuple[Finding, ...]:
    pricing = _bolts()
    line = pricing.lines[0].with_(net=Decimal("0.01"))
    return replay(pricing.with_(lines=(line,)), goods()).findings


def _without_price() -> Quote:
    trade = goods()
    buyer = _offer().customer
    known = trade.with_(customers=(buyer,))
    pricing = price([item("BOLT", 1)], catalogue=known, on=DAY, customer=buyer.code)
    draft = draft_quote(
        pricing,
        number="Q-7",
        customer=buyer,
        seller=_offer().seller,
        issued_on=DAY,
        valid_until=DAY,
    )
    return send(draft)


@reproduces(
    "replay.unpriceable",
    en="A new version is to be made of a request that has no price any more.",
    zh="该请求已无法定价，不能生成新版本。",
    do="Mend the catalogue, or price what is left of the request; the findings name the lines.",
    names=("Q-7", "has no price on"),
)
def a_version_of_goods_that_are_gone() -> None:
    sent = _without_price()
    found = reprice(sent, goods().with_(customers=()), at=LATE)
    with untouched(sent):
        found.revised(issued_on=LATE, valid_until=LATE)


@reproduces(
    "replay.not_a_quote",
    en="A next version is to be made of a pricing that never was a quote.",
    zh="计价结果不是报价单，没有下一版本。",
    do="Make a quote of it with `draft_quote()`.",
    names="draft_quote()",
)
def a_version_of_a_bare_pricing() -> None:
    reprice(_bolts(), goods(), at=LATE).revised(issued_on=LATE, valid_until=LATE)


# --- PDFs --------------------------------------------------------------------------------------


def _pdf(data: str | None) -> bytes:
    """A PDF with an empty page and a quote in it, as small as can be."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if data is not None:
        writer.add_attachment("quote.json", data.encode())
    writer.write(out)
    return out.getvalue()


def _verdict(
    folder: Path, content: bytes, version: Quote, record: PrintedDocument | None = None
) -> PdfVerdict:
    file = folder / "Q.pdf"
    file.write_bytes(content)
    return verify_pdf(file, version, record=record)


@reproduces(
    "verify.changed",
    en="A page of a PDF shows what the true copy does not, or the file does more than it.",
    zh="PDF 页面或文件内容与真实副本不一致。",
    do="Do not rely on the file; print the version again. The finding says what differs.",
    names="page 1",
)
def a_pdf_with_a_note_on_it(folder: Path) -> tuple[Finding, ...]:
    sent = send(quote())
    content = _pdf(published(sent).canonical())
    writer, out = PdfWriter(io.BytesIO(content), incremental=True), io.BytesIO()
    writer.add_annotation(0, FreeText(text="1.00", rect=(10, 10, 90, 90)))
    writer.write(out)
    record = example_printed(sent, content=content)
    return _verdict(folder, out.getvalue(), sent, record).findings


@reproduces(
    "verify.data_differs",
    en="The quote that is embedded in a PDF says something else than the version.",
    zh="PDF 内嵌的报价数据与该版本不一致。",
    do="Do not rely on the file; print the version again. The finding names the field.",
    names="title",
)
def a_pdf_with_another_title(folder: Path) -> tuple[Finding, ...]:
    sent = send(quote())
    other = sent.with_(title="Another")
    return _verdict(folder, _pdf(published(other).canonical()), sent).findings


@reproduces(
    "verify.draft",
    en="A true copy was printed while the version was a draft.",
    zh="真实副本，但打印时为草稿。",
    do="Nothing; it is no offer. Send the version, and print that.",
    names="draft",
)
def a_pdf_of_a_draft(folder: Path) -> tuple[Finding, ...]:
    draft = quote()
    content = _pdf(None)
    record = example_printed(draft, content=content)
    return _verdict(folder, content, draft, record).findings


@reproduces(
    "verify.other_record",
    en="A PDF is to be verified by the record of another version.",
    zh="存证属于其他版本。",
    do="Give the record of the version, `deals.printed(number, version=…)`.",
    names="Q-2026-0001 / 2",
)
def a_record_of_the_next_version(folder: Path) -> None:
    sent = send(quote())
    _verdict(folder, _pdf(None), sent, example_printed(sent).with_(version=2))


@reproduces(
    "pdf.unreadable",
    en="A file is no PDF, or one that cannot be read.",
    zh="文件不是 PDF，或无法读取。",
    do="Ask for the file again.",
    names="Q.pdf",
)
def a_pdf_that_is_cut_off(folder: Path) -> None:
    _verdict(folder, b"%PDF-1.7\n", send(quote()))


@reproduces(
    "pdf.too_large",
    en="A PDF has more than 64 MB: no quote of ours has.",
    zh="PDF 文件过大。",
    do="Nothing; it is not looked at.",
    names="bytes",
)
def a_pdf_that_is_too_large(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pdf_reading, "BYTES_MAX", 10)
    read_pdf(b"%PDF-1.7\n and more", place="Q.pdf")


@reproduces(
    "pdf.limit_exceeded",
    en="Reading a PDF takes too much time or memory: it is a bomb, or damaged.",
    zh="读取 PDF 超出时间或内存限制。",
    do="Nothing; no quote of ours is like that.",
    names="Q.pdf",
)
def a_pdf_that_takes_too_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pdf_reading, "_WALL_SECONDS", 0.01)
    read_pdf(_pdf(None), place="Q.pdf")


@reproduces(
    "pdf.no_pypdf",
    en="The Python package that reads PDFs is not installed.",
    zh="缺少读取 PDF 的 Python 包。",
    do="Run the line that the message gives.",
    names=("pypdf", "pip install"),
)
def a_machine_without_pypdf(patch: pytest.MonkeyPatch, folder: Path) -> None:
    content = _pdf(None)
    broken = "raise ModuleNotFoundError('gone', name='pypdf')"
    (folder / "pypdf.py").write_text(broken, encoding="utf-8")
    patch.syspath_prepend(str(folder))
    read_pdf(content, place="Q.pdf")


# --- records -----------------------------------------------------------------------------------


@reproduces(
    "printed.not_stored",
    en="The record of a PDF is to be kept and the quote that it was made of is not stored.",
    zh="存证对应的报价单版本尚未保存。",
    do="`save()` the quote in the state in which it was printed, then `keep()` the record.",
    names=("Q-2026-0001", "save()"),
)
def a_record_of_a_quote_that_is_not_stored() -> None:
    with open_store("sqlite://") as store, untouched(store), store.unit() as deals:
        deals.keep(example_printed(quote()))


def _record_file(folder: Path, old: str, new: str) -> None:
    offer = folder / "Q.json"
    offer.write_text(quote().canonical(), encoding="utf-8")
    text = example_printed(quote()).canonical()
    assert old in text
    file = folder / "record.json"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    verifying(folder / "Q.pdf", offer, record=file)


@reproduces(
    "printed.unreadable",
    en="A file holds a record that cannot be read; each field at fault is named.",
    zh="存证文件无法读取；每个有误的字段各有一条 finding。",
    do="Write the file as the library does: `record.canonical()`.",
    names=("record.json", "kind"),
)
def a_record_of_another_kind(folder: Path) -> None:
    _record_file(folder, '"kind":"pdf"', '"kind":"docx"')


@reproduces(
    "printed.field",
    en="A field of a record is missing, unknown or no value of its kind.",
    zh="存证文件中的字段有误。",
    do="Correct the field that the finding names.",
    names="sha256",
)
def a_record_with_a_short_hash(folder: Path) -> None:
    _record_file(folder, '"sha256":"', '"sha256":"x')
