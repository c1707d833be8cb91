"""A batch reads late, holds little, stops for nothing and knows what is done."""

import json
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from cpq.adapters import pdf, print_log
from cpq.adapters.batch import Batch, BatchRow
from cpq.adapters.brand import Brand
from cpq.adapters.brand_font import BrandFont
from cpq.adapters.layout import Layout
from cpq.adapters.plate import Plate
from cpq.adapters.print_log import LOG_NAME
from cpq.adapters.render_job import Effort, Impression
from cpq.adapters.templates import template_root
from cpq.kernel.errors import DomainError, NotFound, Refused, Unavailable
from cpq.quote import Quote
from tests.cpq.adapters.document_quotes import quoted

pytestmark = pytest.mark.slow

ENGINE = "Ink 1.0, Paper 2.0"


class Press:
    """Stands for the printing process: prints a number and counts how often it was asked."""

    asked: ClassVar[list[str]] = []
    missing = ""
    engine = ENGINE

    def impression(self, plate: Plate) -> Impression:
        Press.asked.append(plate.reference)
        if Press.missing:
            raise Unavailable(Press.missing, "there is no ink; run: buy ink")
        return Impression(
            content=f"%PDF {plate.reference}".encode(),
            pages=3,
            engine=Press.engine,
            effort=Effort(template=10, layout=200, writing=30),
        )

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def press(monkeypatch: pytest.MonkeyPatch) -> type[Press]:
    monkeypatch.setattr(pdf, "Renderer", Press)
    monkeypatch.setattr(print_log, "engine_here", lambda: Press.engine)
    monkeypatch.setattr(Press, "asked", [])
    monkeypatch.setattr(Press, "missing", "")
    monkeypatch.setattr(Press, "engine", ENGINE)
    return Press


def numbered(path: Path) -> Quote:
    """A quote whose number is the file's name."""
    return quoted(number=path.name)


def printed(
    folder: Path,
    *names: str,
    read: Callable[[Path], Quote] = numbered,
    layout: Layout = Layout(locale="en"),  # noqa: B008, a value
    resume: bool = False,
) -> dict[str, BatchRow]:
    rows: list[BatchRow] = []
    batch = Batch(out=folder, layout=layout, read=read, workers=2, resume=resume)
    batch.render(map(Path, names), on_done=rows.append)
    assert len(rows) == len(names)
    return {row.source.name: row for row in rows}


def outcomes(rows: dict[str, BatchRow]) -> dict[str, str]:
    return {name: row.outcome for name, row in sorted(rows.items())}


def resumed(folder: Path, *names: str, layout: Layout | None = None) -> dict[str, str]:
    return outcomes(printed(folder, *names, layout=layout or Layout(locale="en"), resume=True))


def test_a_row_tells_what_was_printed(tmp_path: Path) -> None:
    row = printed(tmp_path, "Q-1")["Q-1"]
    assert (row.outcome, row.number, row.pages, row.milliseconds) == ("written", "Q-1", 3, 240)
    assert row.target == tmp_path / "Q-1.pdf"
    assert row.total == quoted().gross
    assert row.target.read_bytes() == b"%PDF quote Q-1"


def test_quotes_are_read_late_and_forgotten(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Quote] = weakref.WeakSet()
    most = 0

    def read(path: Path) -> Quote:
        nonlocal most
        quote = numbered(path)
        alive.add(quote)
        most = max(most, len(alive))
        return quote

    rows = printed(tmp_path, *(f"Q-{n}" for n in range(60)), read=read)
    assert set(outcomes(rows).values()) == {"written"}
    assert most <= 20, "a third of them, and no more the more there are"
    assert not alive


def test_whatever_is_wrong_with_one_the_rest_go_on(tmp_path: Path) -> None:
    def read(path: Path) -> Quote:
        if path.name == "bug":
            raise ZeroDivisionError("of nothing")
        if path.name == "gone":
            raise NotFound("file.missing", "gone is not there")
        if path.name == "odd":
            odd = numbered(path)
            return odd.model_copy(update={"seller": None})
        return numbered(path)

    rows = printed(tmp_path, "bug", "gone", "odd", "Q-1", read=read)
    assert outcomes(rows) == {
        "Q-1": "written",
        "bug": "refused",
        "gone": "refused",
        "odd": "refused",
    }
    assert code(rows["bug"]) == code(rows["odd"]) == "document.render_failed"
    assert "ZeroDivisionError: of nothing" in str(rows["bug"].refusal)


def code(row: BatchRow) -> str:
    assert row.refusal is not None
    return row.refusal.code


def test_versions_of_one_quote_have_a_file_each(tmp_path: Path) -> None:
    rows = printed(tmp_path, "1", "2", read=lambda path: quoted(version=int(path.name)))
    assert rows["1"].target == tmp_path / "Q-2026-0001.pdf"
    assert rows["2"].target == tmp_path / "Q-2026-0001-v2.pdf"


def test_two_quotes_of_one_number_are_refused(tmp_path: Path) -> None:
    numbers = {"a": "q", "b": "Q"}
    rows = printed(tmp_path, "a", "b", read=lambda path: quoted(number=numbers[path.name]))
    assert outcomes(rows) == {"a": "written", "b": "refused"}
    assert code(rows["b"]) == "request.number_twice"


def test_resuming_prints_only_what_is_missing(tmp_path: Path) -> None:
    printed(tmp_path, "Q-1", "Q-2")
    Press.asked.clear()
    found = resumed(tmp_path, "Q-1", "Q-2", "Q-3")
    assert found == {"Q-1": "kept", "Q-2": "kept", "Q-3": "written"}
    assert Press.asked == ["quote Q-3"]
    assert printed(tmp_path, "Q-2", resume=True)["Q-2"].pages == 3


def test_without_resuming_all_is_printed_again(tmp_path: Path) -> None:
    printed(tmp_path, "Q-1")
    assert outcomes(printed(tmp_path, "Q-1")) == {"Q-1": "written"}


def changed(folder: Path) -> None:
    (folder / "Q-1.pdf").write_bytes(b"%PDF quote Q-2")


def removed(folder: Path) -> None:
    (folder / "Q-1.pdf").unlink()


def linked(folder: Path) -> None:
    copy = (folder / "Q-1.pdf").rename(folder / "elsewhere.pdf")
    (folder / "Q-1.pdf").symlink_to(copy)


def forged(folder: Path) -> None:
    """A log that somebody wrote for the file of another quote."""
    log = folder / LOG_NAME
    entry = json.loads(log.read_text())
    entry["record"]["quote_hash"] = "f" * 64
    log.write_text(json.dumps(entry) + "\n")


def lost(folder: Path) -> None:
    (folder / LOG_NAME).unlink()


def garbled(folder: Path) -> None:
    (folder / LOG_NAME).write_bytes(b"\xff\x00{}\n[1]\n{")


def upgraded(_: Path) -> None:
    Press.engine = "Ink 1.0, Paper 2.1"


@pytest.mark.parametrize("what", [changed, removed, forged, lost, garbled, upgraded])
def test_what_is_no_true_copy_is_printed_again(
    tmp_path: Path, what: Callable[[Path], None]
) -> None:
    printed(tmp_path, "Q-1")
    what(tmp_path)
    assert resumed(tmp_path, "Q-1") == {"Q-1": "written"}
    assert (tmp_path / "Q-1.pdf").read_bytes() == b"%PDF quote Q-1"
    assert resumed(tmp_path, "Q-1") == {"Q-1": "kept"}


def test_a_link_is_no_copy(tmp_path: Path) -> None:
    printed(tmp_path, "Q-1")
    linked(tmp_path)
    row = printed(tmp_path, "Q-1", resume=True)["Q-1"]
    assert code(row) == "file.not_plain"


def test_another_quote_or_layout_is_printed_again(tmp_path: Path) -> None:
    printed(tmp_path, "Q-1")
    other = Layout(locale="en", brand=Brand(accent="#8a1538"))
    assert resumed(tmp_path, "Q-1", layout=other) == {"Q-1": "written"}
    assert resumed(tmp_path, "Q-1", layout=other) == {"Q-1": "kept"}
    rows = printed(
        tmp_path,
        "Q-1",
        read=lambda path: quoted(number=path.name, delivery="by air"),
        layout=other,
        resume=True,
    )
    assert outcomes(rows) == {"Q-1": "written"}


def test_own_templates_that_changed_are_printed_again(tmp_path: Path) -> None:
    own, out = tmp_path / "own", tmp_path / "out"
    own.mkdir()
    out.mkdir()
    (own / "quote.html").write_text("one")
    layout = Layout(locale="en", templates=own)
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "written"}
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "kept"}
    (own / "quote.html").write_text("two")
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "written"}


def test_an_own_font_that_changed_is_printed_again(tmp_path: Path) -> None:
    own, out = tmp_path / "own", tmp_path / "out"
    own.mkdir()
    out.mkdir()
    font = template_root() / "fonts" / "CPQSans-Regular.ttf"
    copy = own / "Own-Regular.ttf"
    copy.write_bytes(font.read_bytes())
    brand = Brand(font=BrandFont(family="CPQ Sans", folder=own))
    layout = Layout(locale="en", brand=brand)
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "written"}
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "kept"}
    copy.write_bytes(font.read_bytes() + b"\0")
    assert resumed(out, "Q-1", layout=layout) == {"Q-1": "written"}


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path: Path) -> None:
    names = ("Q-1", "Q-2", "Q-3")
    printed(tmp_path, *names)
    log = tmp_path / LOG_NAME
    whole = log.read_bytes()
    last = whole.rstrip(b"\n").rpartition(b"\n")[2]
    name = json.loads(last)["file"].removesuffix(".pdf")
    for cut in (1, len(last) // 2, len(last)):
        log.write_bytes(whole[:-cut])
        expected = {each: "written" if each == name and cut > 1 else "kept" for each in names}
        assert resumed(tmp_path, *names) == expected
        assert resumed(tmp_path, *names) == dict.fromkeys(names, "kept")


def test_the_log_holds_a_line_per_file(tmp_path: Path) -> None:
    for _ in range(3):
        printed(tmp_path, "Q-1", "Q-2")
    printed(tmp_path, "Q-1")
    lines = (tmp_path / LOG_NAME).read_text().splitlines()
    assert sorted(json.loads(line)["file"] for line in lines[:2]) == ["Q-1.pdf", "Q-2.pdf"]
    assert len(lines) == 3


@pytest.fixture
def no_ink(press: type[Press]) -> Iterator[None]:
    press.missing = "pdf.no_pango"
    yield
    press.missing = ""


@pytest.mark.usefixtures("no_ink")
def test_where_no_pdf_can_be_made_there_is_html(tmp_path: Path) -> None:
    row = printed(tmp_path, "Q-1")["Q-1"]
    assert (row.outcome, code(row)) == ("html", "pdf.no_pango")
    assert row.target == tmp_path / "Q-1.html"
    assert "Hengtai Machinery" in row.target.read_text(encoding="utf-8")
    assert not (tmp_path / "Q-1.pdf").exists()


@pytest.mark.usefixtures("no_ink")
def test_resuming_where_no_pdf_can_be_made_gives_html(
    tmp_path: Path, press: type[Press], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def unable() -> str:
        asked.append("engine")
        raise Unavailable("pdf.probe_failed", "it does not say")

    press.missing = ""
    printed(tmp_path, "Q-1", "Q-2")
    press.missing = "pdf.no_pango"
    monkeypatch.setattr(print_log, "engine_here", unable)
    assert resumed(tmp_path, "Q-1", "Q-2") == {"Q-1": "html", "Q-2": "html"}
    assert asked == ["engine"]


def test_a_document_that_is_refused_is_no_html_either(tmp_path: Path, press: type[Press]) -> None:
    press.missing = "document.too_long"
    row = printed(tmp_path, "Q-1")["Q-1"]
    assert (row.outcome, code(row)) == ("refused", "document.too_long")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_keeps_no_log_is_told(tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).mkdir()
    with pytest.raises(DomainError) as refusal:
        printed(tmp_path, "Q-1")
    assert isinstance(refusal.value, Refused | Unavailable)
