"""A plate is text and nothing else, and any document can be one."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from cpq.adapters.pdf import html_of, print_pdf
from cpq.adapters.plate import Attachment, Plate, plain, read_records
from cpq.adapters.render_job import job_line, read_job


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a document of ours."""

    name: str
    figure: str


@dataclass(frozen=True, slots=True)
class Note:
    """A document of ours."""

    title: str
    rows: tuple[Row, ...]
    last: Row | None = None


NOTE = Note("Delivery note 装箱单", (Row("Bolt", "200"), Row("Nut <b>", "−1")))
TEMPLATE = """<!DOCTYPE html><html lang="en"><head><title>{{ note.title }}</title>
<style>html { font-family: "CPQ Sans", "CPQ Sans SC" }</style></head>
<body><h1>{{ note.title }}</h1>
{% for row in note.rows %}<p>{{ row.name }}: {{ row.figure }}</p>{% endfor %}
{% if note.last %}{{ note.last.name }}{% endif %}</body></html>"""


def plate(folder: Path, **changes: object) -> Plate:
    """The note as a plate whose template lies in a folder."""
    (folder / "note.html").write_text(TEMPLATE, encoding="utf-8")
    fields = {
        "reference": "note 1",
        "template": "note.html",
        "given": (("note", NOTE),),
        "created": date(2026, 11, 21),
        "templates": folder,
    }
    return Plate(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_document_of_the_hosts_own_is_printed(tmp_path: Path) -> None:
    data = Attachment(name="note.xml", content=b"<note/>", description="as XML")
    path = print_pdf(plate(tmp_path, attachments=(data,)), tmp_path / "note.pdf")
    reader = PdfReader(path)
    assert "Bolt: 200" in reader.pages[0].extract_text()
    assert "Nut <b>: −1" in reader.pages[0].extract_text()
    assert reader.attachments == {"note.xml": [b"<note/>"]}
    assert reader.metadata is not None
    assert reader.metadata.title == NOTE.title


def test_its_html_is_the_same_whoever_fills_it(tmp_path: Path) -> None:
    html = html_of(plate(tmp_path))
    assert "<p>Nut &lt;b&gt;: −1</p>" in html


def test_what_crosses_to_the_press_comes_out_as_it_went_in(tmp_path: Path) -> None:
    sent = plate(tmp_path, required=(("Bolt", "template.no_bolt"),))
    job = read_job(job_line(sent, wanted="pdf", cpu_seconds=7))
    assert (job.wanted, job.template, job.created, job.cpu_seconds) == (
        "pdf",
        "note.html",
        date(2026, 11, 21),
        7,
    )
    assert job.required == sent.required
    note = job.given["note"]
    assert note.title == NOTE.title
    assert [(row.name, row.figure) for row in note.rows] == [("Bolt", "200"), ("Nut <b>", "−1")]
    assert note.last is None


def test_a_record_shows_its_names_and_cannot_be_changed() -> None:
    record = read_records(json.dumps(plain(NOTE)))
    with pytest.raises(AttributeError):
        record.title = "another"
    with pytest.raises(AttributeError):
        _ = record.price
    assert isinstance(record.rows, tuple)
    public = [name for name in dir(record) if not name.startswith("_")]
    assert public == ["last", "rows", "title"]


@pytest.mark.parametrize("value", [Decimal(1), 1.5, object(), [1], {"a": 1}, date(2026, 1, 1)])
def test_a_template_is_given_text_and_nothing_else(value: object) -> None:
    with pytest.raises(AssertionError):
        plain((value,))
