"""Many quotes from files to PDFs (批量出单): one after another read, side by side printed.

A file is read when its turn comes and forgotten when its PDF is there, so a thousand need no more
memory than ten. What is wrong with one is told and never stops the rest. Where this machine cannot
make PDFs at all, each quote becomes one HTML file, and the lack is told.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from cpq.adapters.file_name import file_name
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import PdfJob, PdfResult, html_of, render_each
from cpq.adapters.plate import Plate
from cpq.adapters.print_log import PrintLog
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Conflict, DomainError, Refused, Unavailable
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText, number_key
from cpq.quote import Quote

_NOBODY = LocalText()
_T = TypeVar("_T")

Outcome = Literal["written", "kept", "html", "refused"]
"""A PDF was written, was there already, an HTML file was written in its place, or nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """What became of one file, and of which quote; the quote itself is not held.

    ``target`` is the file that was written or kept; ``milliseconds`` are processor time. With
    ``html`` the ``refusal`` says why it is no PDF.
    """

    source: Path
    outcome: Outcome
    number: str = ""
    customer: LocalText = _NOBODY
    total: Money | None = None
    target: Path | None = None
    pages: int = 0
    milliseconds: int = 0
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileJob(PdfJob):
    source: Path

    def plate(self) -> Plate:
        """The plate of the quote, or a refusal."""
        # not super(): a dataclass with slots is another class than the one that is written here
        return _or_refused(lambda: PdfJob.plate(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How files are printed: into the folder ``out``, in a layout, by so many processes.

    ``read`` makes a quote of a file. With ``resume`` a file is left as it is where it is a true
    copy of its quote in this layout, made by what would make it now; see ``print_log``.
    """

    out: Path
    layout: Layout
    read: Callable[[Path], Quote]
    workers: int = 2
    resume: bool = False

    def render(self, files: Iterable[Path], *, on_done: Callable[[BatchRow], object]) -> None:
        """Print the files; ``on_done`` is called in this thread, in the order of being done.

        What is wrong with a file is told by its row. Raises ``Unavailable``
        (``file.not_written``), ``Refused`` (``file.not_plain``) where the folder cannot keep its
        log.
        """
        log = PrintLog(self.out)
        log.read()
        results = render_each(self._jobs(files, log, on_done), workers=self.workers)
        with closing(results):
            for result in results:
                on_done(self._printed(result, log))

    def _jobs(
        self, files: Iterable[Path], log: PrintLog, on_done: Callable[[BatchRow], object]
    ) -> Iterator[_FileJob]:
        """What there is to print; files that need no printing go straight to ``on_done``."""
        taken: dict[str, Path] = {}
        for source in files:
            try:
                quote = _or_refused(partial(self.read, source))
                target = self.out / self._name(quote, ".pdf")
                refuse_twice(source, target, taken)
                entry = log.kept(quote, target, self.layout) if self.resume else None
            except DomainError as error:
                on_done(BatchRow(source=source, outcome="refused", refusal=error))
                continue
            job = _FileJob(quote=quote, path=target, layout=self.layout, source=source)
            if entry is None:
                yield job
            else:
                on_done(_row(job, "kept", target=target, pages=entry.pages))

    def _name(self, quote: Quote, suffix: str) -> str:
        """The file of a quote; later versions are told apart: ``Q-1.pdf``, ``Q-1-v2.pdf``."""
        named = quote.number if quote.version == 1 else f"{quote.number}-v{quote.version}"
        return file_name(named, suffix=suffix, internal=self.layout.annex)

    def _printed(self, result: PdfResult[_FileJob], log: PrintLog) -> BatchRow:
        job, refusal = result.job, result.refusal
        if refusal is None:
            log.note(job, result)
            effort = result.effort
            return _row(
                job,
                "written",
                target=job.path,
                pages=result.pages,
                milliseconds=effort.template + effort.layout + effort.writing,
            )
        if _lacks_engine(refusal):
            try:
                target = self.out / self._name(job.quote, ".html")
                write_whole(target, html_of(job.plate()).encode())
                return _row(job, "html", target=target, refusal=refusal)
            except DomainError as error:
                refusal = error
        return _row(job, "refused", refusal=refusal)


def refuse_twice(source: Path, target: Path, taken: dict[str, Path]) -> None:
    """Refuse a second file for one PDF, and remember which file it is for.

    Many file systems know no upper and lower case. Raises ``Conflict`` (``request.number_twice``).
    """
    other = taken.setdefault(number_key(str(target)), source)
    if other != source:
        raise Conflict(
            "request.number_twice",
            f"{source} and {other} would both be written to {target}; number them apart",
        )


def _or_refused(work: Callable[[], _T]) -> _T:
    """What the work gives; whatever else it raises is a refusal too, so that the rest go on."""
    try:
        return work()
    except DomainError:
        raise
    except Exception as error:
        raise Refused(
            "document.render_failed",
            f"the document could not be made: {type(error).__name__}: {error}",
        ) from error


def _lacks_engine(refusal: DomainError) -> bool:
    """Whether this machine can make no PDF at all, whatever the document."""
    return isinstance(refusal, Unavailable) and refusal.code.startswith("pdf.")


def _row(
    job: _FileJob,
    outcome: Outcome,
    *,
    target: Path | None = None,
    pages: int = 0,
    milliseconds: int = 0,
    refusal: DomainError | None = None,
) -> BatchRow:
    return BatchRow(
        source=job.source,
        outcome=outcome,
        number=job.quote.reference,
        customer=job.quote.customer.party.name,
        total=job.quote.gross,
        target=target,
        pages=pages,
        milliseconds=milliseconds,
        refusal=refusal,
    )
