"""From a filled template to the bytes of a PDF, by WeasyPrint, inside the renderer (印制).

A fetcher that knows no network and no file, fonts of our own, one profile for all (PDF/A-3a,
tagged, the quote's JSON embedded), dates from the quote: the same quote gives the same bytes. What
WeasyPrint only warns of is a refusal here, because nobody reads warnings on a document that has
been sent: a character without a glyph, an asset that was not given, text beyond its column.
"""

import io
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, Self

from cpq.adapters.annex import annex_view
from cpq.adapters.fonts import font_files
from cpq.adapters.install import install_line
from cpq.adapters.quote_view import quote_view
from cpq.adapters.render_job import RenderJob
from cpq.adapters.templates import filled, template_root
from cpq.kernel.errors import Finding, Refused, Unavailable
from cpq.kernel.text import LocalText
from cpq.quote import published

LOGO = "asset:logo"
"""The address that a template finds the logo at."""

_GLYPH = re.compile(r"unsupported by fonts: .*\(U\+([0-9A-F]{4,6})\)")
_TOLERANCE = 0.5
_TOLD_MAX = 5


def pdf_bytes(job: RenderJob) -> bytes:
    """The PDF of a job.

    Raises ``Refused``: ``document.missing_glyph``, ``document.asset_blocked``,
    ``document.text_overflows``; ``Unavailable``: ``pdf.no_pango``, ``pdf.no_weasyprint``,
    ``pdf.no_fonts``; and what filling the template raises.
    """
    layout = job.layout
    view = quote_view(
        job.quote,
        locale=layout.locale,
        root=template_root(),
        brand=layout.brand,
        logo=LOGO,
        units=layout.units,
    )
    annex = None
    if layout.annex:
        annex = annex_view(
            job.quote, locale=layout.locale, root=template_root(), units=layout.units
        )
    html = filled(view, annex=annex, folder=layout.templates)
    assets = {} if layout.brand.logo is None else {LOGO: _redrawn(layout.brand.logo)}
    return _printed(html, assets, _attachments(job))


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


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """One configuration of fonts for all documents of this process: faster, and less memory."""
    return weasyprint().text.fonts.FontConfiguration()


def _printed(html: str, assets: Mapping[str, bytes], attachments: list[Any]) -> bytes:
    library = weasyprint()
    fetcher = _closed_fetcher(assets)
    with _Warnings() as warnings:
        document = library.HTML(string=html, url_fetcher=fetcher).render(
            font_config=_fonts(), pdf_variant="pdf/a-3a"
        )
        content: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a", attachments=attachments, attachment_relationships=None
        )
    _refuse(_blocked(fetcher.blocked), "document.asset_blocked", "assets that were not given")
    _refuse(_missing(warnings.messages), "document.missing_glyph", "characters without a glyph")
    _refuse(_overflowing(document), "document.text_overflows", "text beyond its place")
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

    fetcher = ClosedFetcher()
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


def _attachments(job: RenderJob) -> list[Any]:
    if not job.layout.attach:
        return []
    day = datetime.combine(job.quote.issued_on, time(), tzinfo=UTC)
    return [
        weasyprint().Attachment(
            string=published(job.quote).canonical(),
            name="quote.json",
            description=f"{job.quote.reference} as data",
            created=day,
            modified=day,
            relationship="Data",
        )
    ]


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


def _refuse(findings: list[Finding], code: str, what: str) -> None:
    if findings:
        listed = "; ".join(str(finding.message) for finding in findings[:_TOLD_MAX])
        more = f"; and {len(findings) - _TOLD_MAX} more" if len(findings) > _TOLD_MAX else ""
        raise Refused(code, f"the document has {what}: {listed}{more}", findings=findings)


def _blocked(urls: list[str]) -> list[Finding]:
    return [
        Finding(
            code="document.asset_blocked",
            message=LocalText(
                en=f"{url[:200]!r} was not read: a template uses its own assets only",
                zh=f"未读取 {url[:200]!r}：模板只能使用自带的资源",
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


def _overflowing(document: Any) -> list[Finding]:
    found = []
    for number, page in enumerate(document.pages, start=1):
        found += [
            Finding(
                code="document.text_overflows",
                place=f"page {number}",
                message=LocalText(
                    en=f"{text[:60]!r} on page {number} does not fit its place; shorten it",
                    zh=f"第 {number} 页的 {text[:60]!r} 放不下，请缩短",
                ),
            )
            for text in _beyond(page._page_box, 0, page.width)  # noqa: SLF001, the only way in
        ]
    return found


def _beyond(box: Any, left: float, right: float) -> Iterator[str]:
    """Texts that reach beyond the page or beyond the table cell they are in."""
    if box.element is not None and "watermark" in (box.element.get("class") or ""):
        return
    if type(box).__name__ == "TableCellBox":
        left = box.position_x
        right = box.position_x + box.margin_width()
    text = getattr(box, "text", None)
    if text and text.strip():
        end = box.position_x + box.width
        if box.position_x < left - _TOLERANCE or end > right + _TOLERANCE:
            yield text
    for child in getattr(box, "children", ()):
        yield from _beyond(child, left, right)
