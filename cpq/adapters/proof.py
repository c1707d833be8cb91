"""The proof before a document is let out (校样): what is wrong with its pages, found in the boxes.

Text beyond its cell or its page, a page that is almost empty, a signature that stands alone: such a
document would be a disgrace, and nobody looks at every page of a batch. Texts are measured where
they were laid out, so nothing is guessed.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText, legible

_TOLERANCE = 0.5
_LETTERS_MAX = 10_000
"""In one line; Pango counts in 32 bits, and a line of a million letters has no width at all."""
_FILLED_LEAST = 0.25
_SIGNATURES = "signatures"
_EXEMPT = {"cover", "annex"}
"""Ids of what may leave a page as empty as it is: a cover, and the annex that nobody is sent."""
_SCHEMES = ("https:", "mailto:", "tel:")


class _Extent(NamedTuple):
    """What a page's own text covers: from the top of the first line to the end of the last."""

    top: float
    bottom: float


def beyond_its_place(document: Any) -> list[Finding]:
    """Texts that reach beyond their table cell or beyond the page."""
    found = []
    for number, page in enumerate(document.pages, start=1):
        texts = _beyond(page._page_box, 0, page.width, page.height)  # noqa: SLF001, the only way in
        found += [
            Finding(
                code="document.text_overflows",
                place=f"page {number}",
                message=LocalText(
                    en=f"{legible(text[:60])!r} on page {number} does not fit; shorten it",
                    zh=f"第 {number} 页的 {legible(text[:60])!r} 放不下，请缩短",
                ),
            )
            for text in texts
        ]
    return found


def _beyond(box: Any, left: float, right: float, bottom: float) -> Iterator[str]:
    if _is_watermark(box):
        return
    if type(box).__name__ == "TableCellBox":
        left = box.position_x
        right = box.position_x + box.margin_width()
    text = getattr(box, "text", None)
    if text and text.strip():
        start, end = box.position_x, box.position_x + box.width
        low = box.position_y + box.height
        if (
            start < left - _TOLERANCE
            or end > right + _TOLERANCE
            or box.position_y < -_TOLERANCE
            or low > bottom + _TOLERANCE
            or len(text) > _LETTERS_MAX
        ):
            yield text
    for child in getattr(box, "children", ()):
        yield from _beyond(child, left, right, bottom)


def strange_links(document: Any) -> list[Finding]:
    """Links that lead anywhere but to the web, to a mailbox, a telephone or into the document."""
    links = (link for page in document.pages for link in page.links)
    targets = (target for kind, target, _, _ in links if kind == "external")
    return [
        Finding(
            code="document.link_forbidden",
            message=LocalText(
                en=f"a link leads to {target[:80]!r}; a link begins with {', '.join(_SCHEMES)}",
                zh=f"链接 {target[:80]!r} 不允许；链接须以 {'、'.join(_SCHEMES)} 开头",
            ),
        )
        for target in dict.fromkeys(targets)
        if not target.lower().startswith(_SCHEMES)
    ]


def badly_broken(document: Any) -> list[Finding]:
    """Pages that are almost empty, and a signature that stands alone on its page.

    A document of one page may be as short as it is.
    """
    pages = document.pages
    if len(pages) < 2:
        return []
    found = []
    for number, page in enumerate(pages, start=1):
        body = page._page_box.children[0]  # noqa: SLF001, the only way in
        if any(_named(box) in _EXEMPT for box in _boxes(body)):
            continue
        frame = page._page_box  # noqa: SLF001
        extent = _extent(body)
        top, height = frame.content_box_y(), frame.height
        filled = (extent.bottom - top) / height if extent else 0
        if filled < _FILLED_LEAST:
            found.append(_nearly_empty(number, filled))
        if extent and _signed_alone(body, extent):
            found.append(_alone(number))
    return found


def _boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


def _is_watermark(box: Any) -> bool:
    """Whether a box lies behind the text and over the edges, as it should."""
    return box.element is not None and "watermark" in (box.element.get("class") or "")


def _named(box: Any) -> str:
    """The id of the element that a box is of."""
    return "" if box.element is None else box.element.get("id") or ""


def _extent(body: Any) -> _Extent | None:
    """From the first to the last text of a page; text out of the flow is not counted."""
    spans = [(box.position_y, box.position_y + box.height) for box in _texts(body)]
    if not spans:
        return None
    return _Extent(min(top for top, _ in spans), max(bottom for _, bottom in spans))


def _texts(box: Any) -> Iterator[Any]:
    if _is_watermark(box):
        return
    text = getattr(box, "text", None)
    if text and text.strip():
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def _signed_alone(body: Any, extent: _Extent) -> bool:
    """Whether the place to sign is the first thing on its page."""
    signed = next((box for box in _boxes(body) if _named(box) == _SIGNATURES), None)
    if signed is None:
        return False
    own = _extent(signed)
    return own is not None and own.top <= extent.top + _TOLERANCE


def _nearly_empty(number: int, filled: float) -> Finding:
    share = int(filled * 100)
    return Finding(
        code="document.page_nearly_empty",
        place=f"page {number}",
        message=LocalText(
            en=f"page {number} is filled to {share} %; a page has at least a quarter of text: add "
            "or shorten a clause, or change the spacing of the template",
            zh=f"第 {number} 页仅占 {share}%，应至少占四分之一；请增删条款或调整模板间距",
        ),
    )


def _alone(number: int) -> Finding:
    return Finding(
        code="document.signature_alone",
        place=f"page {number}",
        message=LocalText(
            en=f"the place to sign stands alone on page {number}; keep a clause with it",
            zh=f"第 {number} 页只有签署栏，请与条款放在同一页",
        ),
    )
