"""A quote as a PDF, or as one HTML file where no PDF can be made (报价单文件).

The same quote gives the same bytes on the same versions of the libraries. A file appears whole or
not at all: it is written beside its place and moved there.
"""

import base64
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from cpq.adapters.annex import annex_view
from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.quote_view import quote_view
from cpq.adapters.render import Renderer
from cpq.adapters.render_job import Layout
from cpq.adapters.templates import filled, template_root
from cpq.kernel.errors import DomainError, Unavailable
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
    margins, on pages that are marked as internal: such a file is not for the customer.

    Raises ``Unavailable``: ``pdf.no_pango`` with the line that installs it (``write_html`` works
    without), ``pdf.no_weasyprint``, ``pdf.no_fonts``, ``file.not_written``; ``Refused``:
    ``document.missing_glyph``, ``document.asset_blocked``, ``document.text_overflows``,
    ``document.too_long``, ``document.does_not_add_up``, ``document.limit_exceeded``,
    ``template.no_annex``; ``NotFound``: ``document.unknown_locale``.
    """
    layout = Layout(
        locale=locale,
        brand=brand,
        templates=templates,
        units=units,
        attach=attach,
        annex=annex,
    )
    with Renderer() as renderer:
        return _written(Path(path), renderer.pdf(quote, layout))


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
    logo = "" if brand.logo is None else base64.b64encode(brand.logo).decode()
    root = template_root()
    view = quote_view(
        quote,
        locale=locale,
        root=root,
        brand=brand,
        logo=f"data:image/png;base64,{logo}",
        units=units,
    )
    trace = annex_view(quote, locale=locale, root=root, units=units) if annex else None
    return filled(view, annex=trace, folder=templates)


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

    Raises ``Unavailable`` (``file.not_written``) and what ``render_html`` raises.
    """
    html = render_html(
        quote, locale=locale, brand=brand, templates=templates, units=units, annex=annex
    )
    return _written(Path(path), html.encode())


_PLAIN_LAYOUT = Layout()


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfJob:
    """A quote to be written to ``path`` in the given layout."""

    quote: Quote
    path: Path
    layout: Layout = _PLAIN_LAYOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfResult:
    """What became of a job: the file at ``path``, or the ``refusal`` and no file."""

    job: PdfJob
    refusal: DomainError | None = None

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return self.job.path


def render_many(
    jobs: Iterable[PdfJob],
    *,
    workers: int = 2,
    on_done: Callable[[PdfResult], None] = lambda _: None,
) -> tuple[PdfResult, ...]:
    """Write many quotes with ``workers`` processes; one bad quote never stops the rest.

    ``on_done`` is called in the caller's thread as each is done, in the order of being done; the
    results come back in the order of the jobs.
    """
    listed = list(jobs)
    idle: SimpleQueue[Renderer] = SimpleQueue()
    renderers = [Renderer() for _ in range(max(1, min(workers, len(listed))))]
    for renderer in renderers:
        idle.put(renderer)
    results: dict[int, PdfResult] = {}
    with ThreadPoolExecutor(len(renderers)) as threads:
        try:
            futures = {threads.submit(_one, job, idle): place for place, job in enumerate(listed)}
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                on_done(future.result())
        finally:
            threads.shutdown(cancel_futures=True)
            for renderer in renderers:
                renderer.close()
    return tuple(results[place] for place in range(len(listed)))


def _one(job: PdfJob, idle: "SimpleQueue[Renderer]") -> PdfResult:
    renderer = idle.get()
    try:
        _written(job.path, renderer.pdf(job.quote, job.layout))
    except DomainError as error:
        return PdfResult(job=job, refusal=error)
    finally:
        idle.put(renderer)
    return PdfResult(job=job)


def _written(path: Path, content: bytes) -> Path:
    """The file, whole: what stood there before stays until the new content is complete."""
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(draft).chmod(_usual_mode())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            "file.not_written",
            f"{path} cannot be written: {error.strerror or error}; choose another place",
            path=str(path),
        ) from None
    return path


def _usual_mode() -> int:
    """The mode of a new file: mkstemp's is for the owner only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
