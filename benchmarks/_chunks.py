"""A quote longer than one document may be, in chunks that are put together: what that costs.

Only the benchmark does this. Chunks are documents of at most so many lines, cut before a line at
the top; the first has what stands before the lines, the last what stands after them. Page numbers
go on: they are laid over the pages when the number of all is known. The tags of the parts are lost
with it, so the whole is no PDF/A-3a nor PDF/UA-1, as each part is.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import NamedTuple
from unittest.mock import patch

from pypdf import PdfReader, PdfWriter

from benchmarks._press import Process
from cpq.adapters.layout import Layout
from cpq.adapters.plate import Plate
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.view import LineView, QuoteView
from cpq.quote import Quote

_BEFORE = ("cover", "title", "parties", "band")
_AFTER = ("steps", "totals", "options", "alternatives", "plan", "terms", "signatures")
_NO_NUMBERS = "{{ super() }} .pages { visibility: hidden }"


class Whole(NamedTuple):
    """The merged document, and the seconds of processor time that merging took."""

    content: bytes
    seconds: float


def chunk_plates(quote: Quote, layout: Layout, *, size: int, folder: Path) -> list[Plate]:
    """The plates of the chunks; ``folder`` is for their template."""
    folder.joinpath("quote.html").write_text(_template(), encoding="utf-8")
    own = layout.with_(templates=folder, attach=False)
    with patch("cpq.adapters.quote_view._LINES_MAX", len(quote.pricing.lines)):
        whole = quote_plate(quote, own)
    view = dict(whole.given)["quote"]
    assert isinstance(view, QuoteView)
    (section,) = view.sections
    parts = list(_cut(section.lines, size))
    return [
        replace(
            whole,
            rows=len(lines),
            given=(
                *((name, each) for name, each in whole.given if name != "quote"),
                ("quote", replace(view, sections=(replace(section, lines=lines),))),
                ("first", place == 0),
                ("last", place == len(parts) - 1),
            ),
        )
        for place, lines in enumerate(parts)
    ]


def _cut(lines: tuple[LineView, ...], size: int) -> list[tuple[LineView, ...]]:
    """Parts of at most so many lines; each begins with a line at the top."""
    parts, begun = [], 0
    while len(lines) - begun > size:
        end = next(
            place for place in range(begun + size, begun, -1) if "." not in lines[place].number
        )
        parts.append(lines[begun:end])
        begun = end
    return [*parts, lines[begun:]]


def _template() -> str:
    blocks = [("first", name) for name in _BEFORE] + [("last", name) for name in _AFTER]
    told = "".join(
        f"{{% block {name} %}}{{% if {when} %}}{{{{ super() }}}}{{% endif %}}{{% endblock %}}"
        for when, name in blocks
    )
    return f'{{% extends "cpq/quote.html" %}}{{% block style %}}{_NO_NUMBERS}{{% endblock %}}{told}'


def put_together(parts: Sequence[bytes]) -> Whole:
    """The parts as one document, with page numbers that go on."""
    begun = process_time()
    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part))
    count = len(writer.pages)
    spent = process_time() - begun
    with Process() as process:
        made = process.printed("plain", _numbers(count).encode())
        numbered = Path(made["content"]).read_bytes()
    begun = process_time()
    numbers = PdfReader(io.BytesIO(numbered))
    for page, number in zip(writer.pages, numbers.pages, strict=True):
        page.merge_page(number)
        page.compress_content_streams()
    written = io.BytesIO()
    writer.write(written)
    return Whole(written.getvalue(), spent + made["seconds"] + process_time() - begun)


def _numbers(count: int) -> str:
    """A document of so many empty pages that bear their numbers."""
    pages = "<p>" * count
    return (
        "<!doctype html><style>@page { size: A4; margin: 15mm; @bottom-right { font: 7pt 'CPQ "
        'Sans\'; content: counter(page) " / " counter(pages) } } p { break-after: page; margin: 0 }'
        f"</style>{pages}"
    )
