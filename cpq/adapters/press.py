"""From a filled template to the bytes of a PDF, by WeasyPrint, in the printing process (印制).

A fetcher that knows no network and no file, fonts of our own, one profile for all (PDF/A-3a and
PDF/UA-1 in one file), dates from the document: the same plate gives the same bytes. What WeasyPrint
only warns of is a refusal here, because nobody reads warnings on a document that has been sent: a
character without a glyph, an asset that was not given, text beyond its column, a page that is
almost empty.
"""

import io
import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

from cpq.adapters.fonts import font_files
from cpq.adapters.install import install_line
from cpq.adapters.markup import foreign
from cpq.adapters.plate import LOGO
from cpq.adapters.proof import badly_broken, beyond_its_place, strange_links
from cpq.adapters.render_job import Effort, Impression, RenderJob
from cpq.adapters.templates import filled, template_root
from cpq.adapters.xmp import described
from cpq.kernel.errors import Finding, Refused, Unavailable
from cpq.kernel.text import LocalText, legible

_SPACINGS = ("", "tight", "wide", "tighter", "wider")
"""How a document may be spaced, the template's own way first; the first with which no page is
almost empty is taken."""

_VARIANT = "pdf/a-3a"
_ARCHIVED = "html { image-rendering: crisp-edges !important }"
"""PDF/A has no pictures that a viewer smooths as it likes."""
_GLYPH = re.compile(r"unsupported by fonts: .*\(U\+([0-9A-F]{4,6})\)")
_TOLD_MAX = 5
_NOT_GIVEN = "assets that were not given"
_HTML_MAX = 50_000_000
"""Characters of a filled template: twice those of 20,000 lines."""


def html_text(job: RenderJob) -> str:
    """The filled template of a job.

    Raises what ``filled`` raises, and ``Refused``: ``document.limit_exceeded`` for a text beyond
    any document's, the codes of ``foreign`` for what a template that is not ours may not hold.
    """
    html = filled(
        job.given,
        template=job.template,
        folder=job.templates,
        required=job.required,
    )
    if len(html) > _HTML_MAX:
        raise Refused(
            "document.limit_exceeded",
            f"template {job.template!r} makes {len(html):,} characters; a document has at most "
            f"{_HTML_MAX:,}: shorten it",
        )
    if job.templates is not None:
        from tinyhtml5 import parse  # type: ignore[import-untyped]

        _stop_for(list(foreign(parse(html))), "what no document may have")
    return html


def printed(job: RenderJob) -> Impression:
    """The PDF of a job.

    Raises ``Refused``: ``document.missing_glyph``, ``document.asset_blocked``,
    ``document.text_overflows``, ``document.link_forbidden``, ``document.page_nearly_empty``,
    ``document.signature_alone``, ``document.logo_broken``; ``Unavailable``: ``pdf.no_pango``,
    ``pdf.no_weasyprint``, ``pdf.no_fonts``; and what filling the template raises.
    """
    library = weasyprint()
    assets = {} if job.logo is None else {LOGO: _redrawn(job.logo)}
    clock = [time.process_time()]
    html = html_text(job)
    clock.append(time.process_time())
    with _Warnings() as warnings:
        layouts = 0
        for spacing in _SPACINGS:
            layouts += 1
            document = _laid_out(html, assets, spacing)
            broken = badly_broken(document)
            if not broken or document.fetcher.blocked:
                break
        clock.append(time.process_time())
        content = _written(document, job)
    _stop_for(_blocked(document.fetcher.blocked), _NOT_GIVEN)
    _stop_for(_missing(warnings.messages), "characters without a glyph")
    _stop_for(beyond_its_place(document), "text beyond its place")
    _stop_for(strange_links(document), "links that it may not have")
    _stop_for(broken, "pages that cannot be sent")
    clock.append(time.process_time())
    filling, layout, writing = (int((end - start) * 1000) for start, end in pairwise(clock))
    effort = Effort(template=filling, layout=layout, writing=writing, layouts=layouts)
    return Impression(
        content=content, pages=len(document.pages), engine=engine_of(library), effort=effort
    )


def weasyprint() -> Any:
    """The library, loaded on the first call.

    Raises ``Unavailable`` with the line that installs what is missing.
    """
    font_files()
    try:
        import weasyprint as library
        import weasyprint.text.fonts
    except ModuleNotFoundError as error:
        raise Unavailable(
            "pdf.no_weasyprint",
            f"the Python package {error.name!r} is missing; run: pip install 'weasyprint>=70,<71'",
        ) from None
    except OSError:
        raise Unavailable(
            "pdf.no_pango",
            f"Pango, which lays out the text of a PDF, is not installed; run: {install_line()}",
            install=install_line(),
        ) from None
    return library


def engine_of(library: Any) -> str:
    """What a PDF was made with; the same bytes come from the same versions."""
    from weasyprint.text.ffi import pango

    number = int(pango.pango_version())
    return (
        f"WeasyPrint {library.__version__}, "
        f"Pango {number // 10000}.{number // 100 % 100}.{number % 100}"
    )


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """One configuration of fonts for all documents of this process: faster, and less memory."""
    return weasyprint().text.fonts.FontConfiguration()


def _laid_out(html: str, assets: Mapping[str, bytes], spacing: str) -> Any:
    fetcher = _closed_fetcher(assets)
    try:
        document = (
            weasyprint()
            .HTML(string=html, url_fetcher=fetcher, base_url="asset:")
            .render(font_config=_fonts(), pdf_variant=_VARIANT, stylesheets=_spaced(spacing))
        )
    except Exception:
        # some assets end the layout where they are not given, and that is the better reason
        _stop_for(_blocked(fetcher.blocked), _NOT_GIVEN)
        raise
    document.fetcher = fetcher
    return document


@lru_cache(maxsize=8)
def _spaced(spacing: str) -> list[Any]:
    """The style sheets that are laid over the template's own, as WeasyPrint takes them."""
    text = _ARCHIVED
    if spacing:
        text += (template_root() / "spacing" / f"{spacing}.css").read_text(encoding="utf-8")
    return [weasyprint().CSS(string=text, font_config=_fonts())]


def _written(document: Any, job: RenderJob) -> bytes:
    day = datetime(job.created.year, job.created.month, job.created.day, tzinfo=UTC)
    attachments = [
        weasyprint().Attachment(
            string=each.content,
            name=each.name,
            description=each.description,
            created=day,
            modified=day,
            relationship=each.relationship,
        )
        for each in job.attachments
    ]
    described(document.metadata, hybrid=job.hybrid)
    content: bytes = document.write_pdf(pdf_variant=_VARIANT, attachments=attachments)
    return content


def _closed_fetcher(assets: Mapping[str, bytes]) -> Any:
    """A fetcher that serves the named assets, and remembers whatever else was asked for."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class ClosedFetcher(URLFetcher):  # type: ignore[misc]
        blocked: list[str]

        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002, its name is given
            if url in assets:
                return URLFetcherResponse(url, assets[url], {"Content-Type": "image/png"})
            self.blocked.append(url)
            raise ValueError("only assets of the document itself are read")

    fetcher = ClosedFetcher(allow_redirects=False)
    fetcher.blocked = []
    return fetcher


def _redrawn(logo: bytes) -> bytes:
    """The picture of a PNG and nothing else that may be in the file.

    Raises ``Refused`` (``document.logo_broken``).
    """
    from PIL import Image

    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(logo), formats=("PNG",)) as picture:
            picture.convert("RGBA").save(out, format="PNG")
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused("document.logo_broken", f"the logo is not a whole PNG: {error}") from None
    return out.getvalue()


class _Warnings(logging.Handler):
    """Collects what WeasyPrint warns of while it works."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> Self:
        logging.getLogger("weasyprint").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)


def _stop_for(findings: list[Finding], what: str) -> None:
    """Refuse with all findings at once, under the code that they have in common."""
    if findings:
        listed = "; ".join(str(finding.message) for finding in findings[:_TOLD_MAX])
        more = f"; and {len(findings) - _TOLD_MAX} more" if len(findings) > _TOLD_MAX else ""
        raise Refused(
            findings[0].code, f"the document has {what}: {listed}{more}", findings=findings
        )


def _blocked(urls: list[str]) -> list[Finding]:
    return [
        Finding(
            code="document.asset_blocked",
            message=LocalText(
                en=f"{legible(url[:200])!r} was not read: a template uses its own assets only",
                zh=f"未读取 {legible(url[:200])!r}：模板只能使用自带的资源",
            ),
        )
        for url in dict.fromkeys(urls)
    ]


def _missing(messages: list[str]) -> list[Finding]:
    points = [int(found[1], 16) for text in messages if (found := _GLYPH.search(text))]
    return [
        Finding(
            code="document.missing_glyph",
            message=LocalText(
                en=f"no font has the character {chr(point)!r} (U+{point:04X}); replace it",
                zh=f"字体缺少字符 {chr(point)!r}（U+{point:04X}），请替换",
            ),
        )
        for point in dict.fromkeys(points)
    ]
