"""A quote as a PDF, or as one HTML file where no PDF can be made (报价单文件); any plate likewise.

The same quote gives the same bytes on the same versions of the libraries. A file appears whole or
not at all, see ``whole_file``.
"""

import base64
import hashlib
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.layout import Layout
from cpq.adapters.plate import LOGO, Plate
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.render_job import Effort
from cpq.adapters.templates import filled
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import DomainError
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.quote import Quote


def write_pdf(
    quote: Quote,
    path: str | Path,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
    attach: bool = True,
    annex: bool = False,
) -> Path:
    """Write the quote as a PDF to ``path`` and return the path.

    ``locale`` is ``zh_CN``, ``en`` (``en_GB`` …) or ``bilingual``; ``templates`` a folder whose
    files replace shipped ones; ``units`` the host's own units; ``attach`` embeds ``quote.json``,
    the quote as ``published``: without its price trace. ``annex`` adds that trace, with costs and
    margins, on pages that are marked as internal: such a file is not for the customer. Other ways
    to lay it out: ``print_pdf(quote_plate(quote, layout), path)``.

    Raises ``Unavailable``: ``pdf.no_pango`` with the line that installs it (``write_html`` works
    without), ``pdf.no_weasyprint``, ``pdf.no_fonts``, ``file.not_written``; ``Refused``:
    ``file.not_plain``, ``document.missing_glyph``, ``document.asset_blocked``,
    ``document.text_overflows``, ``document.page_nearly_empty``, ``document.signature_alone``,
    ``document.link_forbidden``, ``document.too_long``, ``document.does_not_add_up``,
    ``document.limit_exceeded``, ``template.no_annex``; ``NotFound``: ``document.unknown_locale``.
    """
    layout = Layout(
        locale=locale,
        brand=brand,
        templates=templates,
        units=units,
        attach=attach,
        annex=annex,
    )
    return print_pdf(quote_plate(quote, layout), path)


def print_pdf(plate: Plate, path: str | Path) -> Path:
    """Print any document's plate as a PDF to ``path`` and return the path.

    Raises what ``write_pdf`` raises.
    """
    with Renderer() as renderer:
        return write_whole(Path(path), renderer.pdf(plate))


def render_html(
    quote: Quote,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
    annex: bool = False,
) -> str:
    """The quote as one HTML text that needs no other file: the same template, for any browser.

    ``annex`` as in ``write_pdf``. Raises what filling the template raises, see there.
    """
    layout = Layout(locale=locale, brand=brand, templates=templates, units=units, annex=annex)
    return html_of(quote_plate(quote, layout))


def write_html(
    quote: Quote,
    path: str | Path,
    *,
    locale: str = "zh_CN",
    brand: Brand = PLAIN,
    templates: Path | None = None,
    units: UnitTable = STANDARD_UNITS,
    annex: bool = False,
) -> Path:
    """Write ``render_html`` to ``path`` and return the path.

    Raises ``Unavailable`` (``file.not_written``), ``Refused`` (``file.not_plain``) and what
    ``render_html`` raises.
    """
    html = render_html(
        quote, locale=locale, brand=brand, templates=templates, units=units, annex=annex
    )
    return write_whole(Path(path), html.encode())


def html_of(plate: Plate) -> str:
    """A plate as one HTML text that needs no other file, its logo being part of it.

    Our own templates are filled here; those of others in a process that can be ended.
    """
    if plate.templates is None:
        html = filled(dict(plate.given), template=plate.template, required=plate.required)
    else:
        with Renderer() as renderer:
            html = renderer.html(plate)
    if plate.brand.logo is None:
        return html
    logo = base64.b64encode(plate.brand.logo).decode()
    return html.replace(f'src="{LOGO}"', f'src="data:image/png;base64,{logo}"')


_PLAIN_LAYOUT = Layout()
_NO_EFFORT = Effort()
_AHEAD = 2
"""How many jobs wait for each process, so that none is idle."""


class Job(Protocol):
    """Something to be printed to ``path``; its plate is made when its turn comes."""

    @property
    def path(self) -> Path:
        """Where the PDF goes."""
        ...

    def plate(self) -> Plate:
        """The plate. What it raises is the job's refusal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfJob:
    """A quote to be written to ``path`` in the given layout."""

    quote: Quote
    path: Path
    layout: Layout = _PLAIN_LAYOUT

    def plate(self) -> Plate:
        """The plate of the quote."""
        return quote_plate(self.quote, self.layout)


J = TypeVar("J", bound=Job)


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfResult(Generic[J]):
    """What became of a job: the file at ``path``, or the ``refusal`` and no file.

    Of a file, its ``pages``, the ``sha256`` and ``size`` of its bytes, what made it, what it took.
    """

    job: J
    refusal: DomainError | None = None
    pages: int = 0
    sha256: str = ""
    size: int = 0
    engine: str = ""
    effort: Effort = _NO_EFFORT

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return self.job.path


def render_each(jobs: Iterable[J], *, workers: int = 2) -> Generator[PdfResult[J], None, None]:
    """Print jobs with ``workers`` processes and tell of each as it is done; none stops the rest.

    Jobs are taken from ``jobs`` as there is room for them, so a thousand need no more memory than
    ten. The results come in the order of being done.
    """
    idle: SimpleQueue[Renderer] = SimpleQueue()
    renderers = [Renderer() for _ in range(max(1, workers))]
    for renderer in renderers:
        idle.put(renderer)
    running: set[Future[PdfResult[J]]] = set()
    with ThreadPoolExecutor(len(renderers)) as threads:
        try:
            for job in jobs:
                running.add(threads.submit(_one, job, idle))
                if len(running) > _AHEAD * len(renderers):
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            # twice: a thread may be about to start its process again
            for awaited in (False, True):
                threads.shutdown(wait=awaited, cancel_futures=True)
                for renderer in renderers:
                    renderer.close()


def render_many(
    jobs: Iterable[J],
    *,
    workers: int = 2,
    on_done: Callable[[PdfResult[J]], None] = lambda _: None,
) -> tuple[PdfResult[J], ...]:
    """Print many jobs with ``workers`` processes; one bad document never stops the rest.

    ``on_done`` is called in the caller's thread as each is done, in the order of being done; the
    results come back in the order of the jobs.
    """
    listed = list(jobs)
    places = {id(job): place for place, job in enumerate(listed)}
    results: dict[int, PdfResult[J]] = {}
    for result in render_each(listed, workers=min(workers, len(listed))):
        results[places[id(result.job)]] = result
        on_done(result)
    return tuple(results[place] for place in range(len(listed)))


def _one(job: J, idle: "SimpleQueue[Renderer]") -> PdfResult[J]:
    renderer = idle.get()
    try:
        made = renderer.impression(job.plate())
        write_whole(job.path, made.content)
    except DomainError as error:
        return PdfResult(job=job, refusal=error)
    finally:
        idle.put(renderer)
    return PdfResult(
        job=job,
        pages=made.pages,
        sha256=hashlib.sha256(made.content).hexdigest(),
        size=len(made.content),
        engine=made.engine,
        effort=made.effort,
    )
