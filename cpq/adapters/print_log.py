"""What the files of a folder were made of (打印台账), so that a batch goes on where it stopped.

One line of JSON per file, added when the file is complete: the record that ``verify_pdf`` takes. A
run that is killed at any moment leaves whole files, whole lines, and at most a last line that is
cut off and counts for nothing. Nothing is taken for done because a file of that name is there: the
quote, the layout and what prints must be those of the record, and the bytes must be its bytes.
"""

import hashlib
import os
import stat
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cpq.adapters.layout import Layout
from cpq.adapters.pdf import PdfJob, PdfResult
from cpq.adapters.printed import engine_here, print_record
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Unavailable
from cpq.kernel.model import Frozen
from cpq.quote import Quote
from cpq.replay import PrintedDocument

LOG_NAME = ".cpq-render.jsonl"
"""The log's name in the folder; not ``.json``, so that no ``*.json`` takes it for a quote."""

_NEW = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_NEW |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class PrintEntry(Frozen):
    """A line of the log: the file's name, its pages, and the record of what it was made of."""

    file: str
    pages: int
    record: PrintedDocument


class PrintLog:
    """The log of one folder; lines of files made anew take the place of older ones."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG_NAME
        self._entries: dict[str, PrintEntry] = {}

    def read(self) -> None:
        """Read what earlier runs noted, and write the log anew where it holds more than that.

        A line that cannot be read counts for nothing: its file is made again.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            try:
                entry = PrintEntry.model_validate_json(line)
            except ValidationError:
                continue
            self._entries[entry.file] = entry
        if len(lines) != len(self._entries):
            whole = "".join(f"{each.canonical()}\n" for each in self._entries.values())
            write_whole(self._path, whole.encode())

    def kept(self, quote: Quote, path: Path, layout: Layout) -> PrintEntry | None:
        """The entry of a file that is the true copy of this quote in this layout, made as it would
        be made now; ``None`` where it has to be made.
        """
        entry = self._entries.get(path.name)
        if entry is None or self._engine is None:
            return None
        noted = entry.record
        now = print_record(
            quote, sha256=noted.sha256, size=noted.size, layout=layout, engine=self._engine
        )
        return entry if now == noted and _hash_of(path) == noted.sha256 else None

    def note(self, job: PdfJob, result: PdfResult[Any]) -> None:
        """Add the line of a job's file that was made.

        Raises ``Unavailable`` (``file.not_written``).
        """
        record = print_record(
            job.quote,
            sha256=result.sha256,
            size=result.size,
            layout=job.layout,
            engine=result.engine,
        )
        entry = PrintEntry(file=job.path.name, pages=result.pages, record=record)
        self._entries[entry.file] = entry
        try:
            with os.fdopen(os.open(self._path, _NEW, 0o666), "ab") as stream:
                # a line that was cut off must not swallow this one
                stream.write(b"\n" * self._is_cut_off() + f"{entry.canonical()}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise Unavailable(
                "file.not_written", f"{self._path} cannot be written: {error.strerror}"
            ) from None

    @cached_property
    def _engine(self) -> str | None:
        """What this machine makes PDFs with; ``None`` where it makes none."""
        try:
            return engine_here()
        except Unavailable:
            return None

    def _is_cut_off(self) -> bool:
        with self._path.open("rb") as stream:
            if not stream.seek(0, os.SEEK_END):
                return False
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) != b"\n"


def _hash_of(path: Path) -> str | None:
    """The hash of a plain file's bytes; ``None`` where there is none."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
