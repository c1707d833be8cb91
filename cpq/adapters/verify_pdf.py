"""A true copy told from a changed one (PDF 核验): whether a file is what was made of a version.

Three things can prove a copy: the hash that was noted when the file was made, the very bytes made
anew from the version, and, of a file that was signed since, that what was made is its beginning.
The quote that is embedded proves only what the file says of itself: whoever paints over a figure
leaves that alone. So where neither a record nor the engine of then is at hand, no verdict is given.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from cpq.adapters.layout import Layout
from cpq.adapters.pdf_reading import (
    BYTES_MAX,
    PdfChange,
    PdfReading,
    pdf_changes,
    read_pdf,
    refuse_unlike_pdf,
)
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.verify_content import content_of
from cpq.adapters.verify_words import change_found, said
from cpq.kernel.errors import Finding, Refused, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText
from cpq.quote import Quote
from cpq.replay import PrintedDocument

PdfState = Literal["true_copy", "changed", "other_version", "not_ours", "cannot_tell"]
"""What a file is: the true copy, one that was changed, a copy of another version or quote, no
quote of ours at all, or one that nothing at hand can prove."""

Evidence = Literal["record", "rendering", "content", "nothing"]
"""What the verdict rests on: the record of then, the bytes made anew, the quote in the file."""

_ENGINE = "WeasyPrint"
_INNOCENT = frozenset(("signature",))
_DRAWN = frozenset(("signature", "drawn"))
"""What other fonts or another release of the templates make of the same words."""


class PdfVerdict(Frozen):
    """Whether a file is a true copy of a version, and what of it is not.

    ``appended`` is how many bytes follow the true copy: what a signature adds, or another update
    that draws nothing; ``signatures`` counts those in the file, without judging whose they are.
    ``printed_as`` is the state in which the version was printed. ``sha256`` and ``size`` are those
    of the file.
    """

    state: PdfState
    by: Evidence
    message: LocalText
    findings: tuple[Finding, ...] = ()
    printed_as: str = ""
    appended: int = 0
    signatures: int = 0
    producer: str = ""
    sha256: str
    size: int

    @property
    def is_true(self) -> bool:
        """Whether it is a true copy, be it with something appended."""
        return self.state == "true_copy"


class _Case(NamedTuple):
    """A file, and the version that it should be of."""

    name: str
    content: bytes
    version: Quote
    record: PrintedDocument | None
    layouts: tuple[Layout, ...]

    def verdict(self, state: PdfState, by: Evidence, word: str, **facts: object) -> PdfVerdict:
        """A verdict in words; ``facts`` are fields of the verdict, the others are of the words."""
        fields = {key: facts[key] for key in PdfVerdict.model_fields if key in facts}
        return PdfVerdict.model_validate(
            {
                "state": state,
                "by": by,
                "message": said(word, quote=self.version.reference, by=by, **facts),
                "sha256": hashlib.sha256(self.content).hexdigest(),
                "size": len(self.content),
                **fields,
            }
        )


class _Original(NamedTuple):
    """The true bytes, which the file begins with, and what shows that they are."""

    size: int
    by: Evidence
    printed_as: str


def verify_pdf(
    path: str | Path,
    version: Quote,
    *,
    record: PrintedDocument | None = None,
    layout: Layout | Sequence[Layout] = (),
) -> PdfVerdict:
    """Whether the PDF at ``path`` is a true copy of the version.

    ``record`` is what was noted when it was made (``printed``); ``layout`` the layouts that it may
    have been made in: in each of them the version is made anew, on this machine, and compared. With
    neither, only what the file says of itself can be looked at. Nothing is written, and a file that
    is a bomb costs its own limits and no more.

    Raises ``Unreadable``: ``file.missing``, ``file.unreadable``, ``pdf.unreadable``; ``Refused``:
    ``pdf.too_large`` (over 64 MB), ``pdf.limit_exceeded``, ``verify.other_record`` where the record
    is of another version; ``Unavailable`` (``pdf.no_pypdf``); and what making the PDF raises.
    """
    layouts = (layout,) if isinstance(layout, Layout) else tuple(layout)
    if record is not None and not record.is_of(version):
        raise _other_record(record, version)
    case = _Case(Path(path).name, _bytes_of(Path(path)), version, record, layouts)
    refuse_unlike_pdf(case.content, place=case.name)
    original = _recorded(case)
    if original is not None and original.size == len(case.content):
        return _true(case, original)
    reading = read_pdf(case.content, place=case.name)
    if original is not None:
        return _continued(case, original, reading)
    return _without_record(case, reading)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except FileNotFoundError:
        raise Unreadable("file.missing", f"{path} does not exist; correct its name") from None
    except OSError as error:
        raise Unreadable("file.unreadable", f"{path}: {error.strerror or error}") from None


def _other_record(record: PrintedDocument, version: Quote) -> Refused:
    return Refused(
        "verify.other_record",
        f"the record is of {record.reference}, not of {version.reference} as it stands; give the "
        "record of that version",
        found=record.reference,
    )


def _recorded(case: _Case) -> _Original | None:
    """Where the file begins with the bytes of the record, those.

    The record is of a state of the version, or of one that was printed alike: what people decided
    on a version is not printed. Raises ``Refused`` (``verify.other_record``).
    """
    record = case.record
    if record is None or record.size > len(case.content):
        return None
    if hashlib.sha256(case.content[: record.size]).hexdigest() != record.sha256:
        return None
    lives = tuple(_lives(case.version))
    stand = next((each for each in lives if each.content_hash() == record.quote_hash), None)
    if stand is None:
        reading = read_pdf(case.content[: record.size], place=case.name)
        stand = content_of(reading.data, lives).quote
    if stand is None:
        raise _other_record(record, case.version)
    return _Original(record.size, "record", stand.state)


def _lives(version: Quote) -> Iterator[Quote]:
    """The version as it may have been printed: as it stands, as it was sent, as a draft."""
    yield version
    sent = version.as_sent
    for each in (sent, sent.with_(state="draft")):
        if each != version:
            yield each


def _true(case: _Case, original: _Original) -> PdfVerdict:
    notes: tuple[Finding, ...] = ()
    if original.printed_as == "draft":
        notes = (
            Finding(code="verify.draft", message=said("draft"), place="state", severity="note"),
        )
    return case.verdict(
        "true_copy", original.by, "true", printed_as=original.printed_as, findings=notes
    )


def _continued(case: _Case, original: _Original, reading: PdfReading) -> PdfVerdict:
    """The verdict on a file that begins as a true copy: by what the rest of it does."""
    before = case.content[: original.size]
    changes = pdf_changes(before, case.content, place=case.name)
    facts = {
        "printed_as": original.printed_as,
        "appended": len(case.content) - original.size,
        "signatures": reading.signatures,
        "producer": reading.producer,
        "findings": tuple(change_found(each) for each in changes),
    }
    if any(each.kind not in _INNOCENT for each in changes):
        return case.verdict("changed", original.by, "overlaid", **facts)
    word = "signed" if reading.signatures else "appended"
    return case.verdict("true_copy", original.by, word, **facts)


def _without_record(case: _Case, reading: PdfReading) -> PdfVerdict:
    """The verdict on a file that no record proves: by what is in it, and by making it anew."""
    found = content_of(reading.data, tuple(_lives(case.version)))
    facts = {"signatures": reading.signatures, "producer": reading.producer}
    if found.quote is None and reading.data is not None:
        return case.verdict(
            found.state, "content", found.word, **facts, findings=found.findings, found=found.about
        )
    plain = reading.data is None
    layouts = tuple(each for each in case.layouts if each.attach != plain)
    if plain and not layouts and case.record is None:
        return case.verdict("not_ours", "nothing", "no_data", **facts)
    lives = tuple(_lives(case.version)) if found.quote is None else (found.quote,)
    return _by_rendering(case, reading, lives, layouts)


class _Made(NamedTuple):
    """A version made anew in one layout."""

    content: bytes
    engine: str
    printed_as: str


def _by_rendering(
    case: _Case, reading: PdfReading, lives: Sequence[Quote], layouts: Sequence[Layout]
) -> PdfVerdict:
    tried: list[_Made] = []
    with Renderer() as renderer:
        for stand in lives:
            for layout in layouts:
                made = renderer.impression(quote_plate(stand, layout))
                if case.content.startswith(made.content):
                    original = _Original(len(made.content), "rendering", stand.state)
                    if original.size == len(case.content):
                        return _true(case, original)
                    return _continued(case, original, reading)
                tried.append(_Made(made.content, made.engine, stand.state))
    return _unproven(case, reading, tried)


def _unproven(case: _Case, reading: PdfReading, tried: Sequence[_Made]) -> PdfVerdict:
    """The verdict on a file that says what the version says and has other bytes."""
    facts = {"signatures": reading.signatures, "producer": reading.producer}
    changes = _nearest(case, tried)
    findings = tuple(change_found(each) for each in changes or ())
    if case.record is not None:
        word = "resaved" if changes == () else "other_bytes"
        return case.verdict("changed", "record", word, **facts, findings=findings)
    if not tried:
        return case.verdict("cannot_tell", "content", "no_layout", **facts)
    engine = tried[0].engine
    if reading.producer.startswith(_ENGINE) and reading.producer not in engine:
        return case.verdict(
            "cannot_tell", "content", "other_engine", **facts, findings=findings, engine=engine
        )
    if changes and all(each.kind in _DRAWN for each in changes):
        return case.verdict(
            "cannot_tell", "rendering", "drawn", **facts, findings=findings, engine=engine
        )
    word = "resaved" if changes == () else "redrawn"
    return case.verdict("changed", "rendering", word, **facts, findings=findings, engine=engine)


def _nearest(case: _Case, tried: Sequence[_Made]) -> tuple[PdfChange, ...] | None:
    """What differs from that which was made anew and differs least; ``None`` without any."""
    every = [pdf_changes(made.content, case.content, place=case.name) for made in tried]
    return min(every, key=lambda found: (_pages_apart(found), len(found)), default=None)


def _pages_apart(found: Sequence[PdfChange]) -> int:
    return sum(each.kind == "pages" for each in found)
