"""The record of a file that was made of a quote (单据存证): hashes of what went in and came out.

The same version, layout, engine, fonts and templates give the same bytes; so that is what is noted.
Folders that a layout names, such as templates of one's own, count with the content of their files
and not with the place where they lie.
"""

import hashlib
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cpq.adapters.fonts import font_files
from cpq.adapters.layout import Layout
from cpq.adapters.render import said_by
from cpq.adapters.templates import template_root
from cpq.kernel.errors import Unavailable
from cpq.kernel.model import canonical_json
from cpq.quote import Quote
from cpq.replay import DocumentKind, PrintedDocument

_OURS = "cpq-revenue"
_PLAIN_LAYOUT = Layout()


def printed(
    quote: Quote,
    content: bytes,
    *,
    layout: Layout = _PLAIN_LAYOUT,
    kind: DocumentKind = "pdf",
    engine: str | None = None,
) -> PrintedDocument:
    """The record of ``content``, the bytes of a file that was made of the quote in that layout.

    ``engine`` is what the renderer said it was made with (``Impression.engine``), else what is
    installed on this machine is asked. Raises ``Unavailable``: ``pdf.no_pango``,
    ``pdf.no_weasyprint``, ``pdf.no_fonts``.
    """
    return print_record(
        quote,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        layout=layout,
        kind=kind,
        engine=engine,
    )


def print_record(
    quote: Quote,
    *,
    sha256: str,
    size: int,
    layout: Layout = _PLAIN_LAYOUT,
    kind: DocumentKind = "pdf",
    engine: str | None = None,
) -> PrintedDocument:
    """As ``printed``, of bytes of which the hash and the size are known. Raises the same."""
    made_by = [(_OURS, _version())]
    if kind == "pdf":
        made_by += engine_parts(engine_here() if engine is None else engine)
        made_by.append(("fonts", fonts_hash()))
    made_by.append(("templates", folder_hash(template_root(), without=(".ttf", ".pyc"))))
    return PrintedDocument(
        number=quote.number,
        version=quote.version,
        quote_hash=quote.content_hash(),
        trace_hash=quote.pricing.content_hash(),
        catalogue=quote.pricing.catalogue,
        kind=kind,
        locale=layout.locale,
        layout=layout_hash(layout),
        sha256=sha256,
        size=size,
        made_by=tuple(made_by),
    )


def engine_parts(engine: str) -> list[tuple[str, str]]:
    """What a PDF was made with, part by part.

    >>> engine_parts("WeasyPrint 70.0, Pango 1.50.12")
    [('WeasyPrint', '70.0'), ('Pango', '1.50.12')]
    """
    parts = (part.strip().rpartition(" ") for part in engine.split(",") if part.strip())
    return [(name or said, said) for name, _, said in parts]


def layout_hash(layout: Layout) -> str:
    """The hash of a layout: all that it says, and the files in the folders that it names.

    >>> layout_hash(Layout(locale="en")) == layout_hash(Layout(locale="zh_CN"))
    False
    """
    said = canonical_json(_told(layout.model_dump(mode="python")))
    return hashlib.sha256(said.encode()).hexdigest()


def _told(value: Any) -> Any:
    if isinstance(value, Path):
        return folder_hash(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, dict):
        return {str(name): _told(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(str(each) for each in value)
    return value if value is None or isinstance(value, str | int) else str(value)


def folder_hash(folder: Path, *, without: tuple[str, ...] = (".pyc",)) -> str:
    """The hash of all files in a folder and those below it: their names and their content.

    ``without`` are the endings of those that do not count.
    """
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix()):
        if path.is_file() and path.suffix not in without:
            name = path.relative_to(folder).as_posix()
            told.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()


@lru_cache(maxsize=1)
def fonts_hash() -> str:
    """The hash of the fonts that are shipped. Raises ``Unavailable`` (``pdf.no_fonts``)."""
    told = hashlib.sha256()
    for path in font_files():
        told.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()


@lru_cache(maxsize=1)
def engine_here() -> str:
    """What this machine makes PDFs with, asked in a process of its own: ``WeasyPrint 70.0, …``.

    Raises ``Unavailable``: ``pdf.no_fonts``, ``pdf.probe_failed``.
    """
    said, _ = said_by("cpq.adapters.printed")
    engine = said.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
    if not engine:
        raise Unavailable(
            "pdf.probe_failed",
            "this machine does not say what it makes PDFs with; `cpq doctor` tells what it lacks",
        )
    return engine


def _version() -> str:
    try:
        return version(_OURS)
    except PackageNotFoundError:
        return "source"


if __name__ == "__main__":
    from cpq.adapters.press import engine_of, weasyprint

    sys.stdout.write(f"{engine_of(weasyprint())}\n")
