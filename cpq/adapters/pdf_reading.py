"""What stands in a PDF that somebody gave us (PDF 读取): read in a process of its own.

A PDF from outside may be a bomb, so it is never parsed here: ``pdf_reader`` does that, with pypdf,
bounded in processor time, memory and wall time, and says what it found as a few lines of JSON.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Literal, TypeVar

from cpq.adapters.render import start
from cpq.kernel.errors import Refused, Unavailable, Unreadable
from cpq.kernel.model import Frozen

BYTES_MAX = 64 * 1024 * 1024
"""The largest PDF that is looked at: 64 MB."""

CPU_SECONDS = 30
"""How long reading one may take, in seconds of processor time."""

_WALL_SECONDS = 90
_HEAD = 1024


class PdfReading(Frozen):
    """What a PDF says of itself: what made it, its pages, its language, and the quote in it.

    ``data`` is the text of the embedded ``quote.json``, ``None`` without one; ``signatures`` counts
    the signatures that it bears, whoever made them.
    """

    producer: str = ""
    pages: int = 0
    language: str = ""
    data: str | None = None
    signatures: int = 0


PdfChangeKind = Literal["pages", "drawn", "text", "annotation", "signature", "catalogue", "files"]
"""What of a PDF is another one: its number of pages, what is drawn or written on a page, what lies
on a page, what is signed, what it does when it is opened, the files in it."""


class PdfChange(Frozen):
    """One thing that one PDF has otherwise than another; ``page`` counts from 1, 0 for none."""

    kind: PdfChangeKind
    page: int = 0
    before: str = ""
    after: str = ""


class PdfChanges(Frozen):
    """Everything that one PDF has otherwise than another, as far as it was looked at."""

    changes: tuple[PdfChange, ...] = ()


Answer = TypeVar("Answer", bound=Frozen)


def read_pdf(content: bytes, *, place: str) -> PdfReading:
    """What stands in the PDF; ``place`` is what messages call it.

    Raises ``Unreadable`` (``pdf.unreadable``); ``Refused``: ``pdf.too_large`` over 64 MB,
    ``pdf.limit_exceeded`` where reading takes too much time or memory; ``Unavailable``
    (``pdf.no_pypdf``).
    """
    refuse_unlike_pdf(content, place=place)
    return PdfReading.model_validate(_answered("read", [content], place=place))


def pdf_changes(before: bytes, after: bytes, *, place: str) -> tuple[PdfChange, ...]:
    """What of ``after`` is otherwise than in ``before``, at most 50 things. Raises as ``read_pdf``.

    Objects are compared as they are stored, so what is only stored elsewhere is no change.
    """
    refuse_unlike_pdf(after, place=place)
    found = _answered("compare", [before, after], place=place)
    return PdfChanges.model_validate(found).changes


def refuse_unlike_pdf(content: bytes, *, place: str) -> None:
    """Refuse what cannot be a PDF, or is too large to be looked at.

    >>> refuse_unlike_pdf(b"%PDF-1.7 ...", place="Q-1.pdf")
    """
    if len(content) > BYTES_MAX:
        raise Refused(
            "pdf.too_large",
            f"{place} has {len(content):,} bytes; at most {BYTES_MAX:,} are looked at",
            size=len(content),
        )
    if b"%PDF-" not in content[:_HEAD]:
        raise Unreadable("pdf.unreadable", f"{place} is no PDF: it does not begin as one")


def _answered(wanted: str, contents: list[bytes], *, place: str) -> Any:
    """What the reading process says, as JSON; a refusal where it says that it cannot."""
    head = json.dumps({"wanted": wanted, "sizes": [len(each) for each in contents]}).encode()
    with tempfile.TemporaryDirectory(prefix="cpq-", ignore_cleanup_errors=True) as folder:
        process = start("cpq.adapters.pdf_reader", Path(folder))
        try:
            said, _ = process.communicate(b"\n".join((head, b"".join(contents))), _WALL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            said = b""
    try:
        answer = json.loads(said, parse_float=str)
    except ValueError:
        answer = {"limit": "it took too much time or memory"}
    if "missing" in answer:
        raise Unavailable(
            "pdf.no_pypdf",
            f"the Python package {answer['missing']!r} is missing; run: pip install pypdf",
        )
    if "unreadable" in answer:
        raise Unreadable("pdf.unreadable", f"{place} cannot be read: {answer['unreadable']}")
    if "limit" in answer:
        raise Refused(
            "pdf.limit_exceeded",
            f"reading {place} was ended: {answer['limit']}; no quote of ours is like that",
        )
    return answer["found"]
