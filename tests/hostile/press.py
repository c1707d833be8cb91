"""What the tests of hostile documents share: a process that prints, a secret, a server, a scan."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from cpq.adapters.plate import Plate
from tests.hostile.inputs import Entry

SECRET = "TOPSECRET-42"
ALL = os.environ.get("CPQ_HOSTILE") == "all"
ENDED = ("document.limit_exceeded", "document.page_nearly_empty", "document.text_overflows")
"""What may become of an input that one machine prints in time and another one does not."""


def wanted(parameters: list[Any]) -> list[Any]:
    """The entries that are run here: the slow ones only where CPQ_HOSTILE says so."""
    return [each for each in parameters if ALL or not each.values[0].get("slow")]


@dataclass(frozen=True, slots=True)
class Words:
    """What a template of a stranger is given."""

    number: str = "<b>Q-1</b>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bait:
    """What a hostile document is after: a file, and a server that notes who asks it."""

    folder: Path
    port: int
    hits: list[str]

    def written(self, entry: Entry, text: str) -> str:
        """The input with the addresses of the bait in it."""
        for name, value in (
            ("{file}", (self.folder / "secret.txt").as_uri()),
            ("{folder}", self.folder.as_uri()),
            ("{net}", f"http://127.0.0.1:{self.port}"),
            ("{port}", str(self.port)),
        ):
            text = text.replace(name, value)
        return text

    def plate(self, source: str, *, template: str = "note.html") -> Plate:
        """The plate of a document whose template is the source."""
        own = self.folder / "templates"
        own.mkdir(exist_ok=True)
        (own / "note.html").write_text(source, encoding="utf-8")
        return Plate(
            reference="note 1",
            template=template,
            given=(("quote", Words()),),
            created=date(2026, 11, 21),
            templates=own,
        )


@contextmanager
def laid_out(folder: Path) -> Iterator[Bait]:
    """The bait in a folder, its server running."""
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    hits: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            where = {"/to-file": (folder / "secret.txt").as_uri(), "/to-itself": "/to-itself"}
            self.send_response(302)
            self.send_header("Location", where.get(self.path, "/secret"))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Bait(folder=folder, port=server.server_address[1], hits=hits)
        finally:
            server.shutdown()
            thread.join()


def in_page(markup: str) -> str:
    """The markup in the body of a small document; its braces are none of Jinja's."""
    return (
        '<!DOCTYPE html><html lang="en"><head><title>Note</title>'
        '<meta name="author" content="A"></head><body><h1>Note</h1>'
        f"{{% raw %}}{markup}{{% endraw %}}</body></html>"
    )


_ACTS = {"/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "/GoToR", "/SubmitForm", "/XFA"}


def strange(pdf: bytes, *, attached: frozenset[str] = frozenset()) -> list[str]:
    """What a PDF of ours may not have: actions, local addresses, files that were not asked for."""
    reader = PdfReader(BytesIO(pdf))
    found = [f"file {name}" for name in reader.attachments if name not in attached]
    return found + list(_in(reader.trailer, set()))


def _in(value: Any, seen: set[tuple[int, int]]) -> Iterator[str]:
    if isinstance(value, IndirectObject):
        place = (value.idnum, value.generation)
        if place not in seen:
            seen.add(place)
            yield from _in(value.get_object(), seen)
    elif isinstance(value, ArrayObject):
        for each in value:
            yield from _in(each, seen)
    elif isinstance(value, DictionaryObject):
        for name in value:
            each = value.raw_get(name)
            if name in _ACTS or (name == "/S" and each in _ACTS):
                yield f"{name} {each}"
            if name == "/URI" and urlsplit(str(each)).scheme not in ("https", "mailto", "tel"):
                yield f"link {each}"
            yield from _in(each, seen)
        if isinstance(value, StreamObject):
            content = value.get_data()
            yield from (word for word in (SECRET, "file://", "/etc/") if word.encode() in content)


def assert_harmless(pdf: bytes, bait: Bait) -> None:
    """Nothing strange in the PDF, the secret not in its text, nobody asked."""
    assert strange(pdf) == []
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert SECRET not in text
    assert bait.hits == []


posix = pytest.mark.skipif(os.name == "nt", reason="a process has no such limits there")
