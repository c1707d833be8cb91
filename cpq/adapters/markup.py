"""What a filled template may not hold (版面安全): programs, and addresses that are not its own.

The press reads no file and asks no network, and it refuses what it was asked for in vain. Some
things it never asks for: a script, a frame, a film. On paper they would be silently missing; in the
HTML file, which a customer opens in a browser, they would work. So the parsed document is looked
through before it is printed or handed out: its only addresses are its own, and a link leads to the
web, to a mailbox or to a telephone.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText, legible

_ACTIVE = frozenset(("script", "iframe", "frame", "frameset", "portal", "animate", "set"))
_ADDRESSES = frozenset(
    (
        *("src", "srcset", "data", "poster", "background", "action", "formaction", "imagesrcset"),
        *("ping", "codebase", "classid", "archive", "manifest", "href"),
    )
)
_OWN = ("asset:", "#")
_LINKS = ("https:", "mailto:", "tel:", "#")
_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f]")


def foreign(root: Element) -> tuple[Finding, ...]:
    """What a parsed document may not hold; ``root`` is what an HTML parser made of it.

    ``template.forbidden`` is a program or a frame, ``document.asset_blocked`` an address that is
    not the document's own, ``document.link_forbidden`` a link that leads elsewhere than to the web,
    a mailbox or a telephone.

    >>> from tinyhtml5 import parse
    >>> [found.code for found in foreign(parse('<p onclick="x"><a href="javascript:x">y</a>'))]
    ['template.forbidden', 'document.link_forbidden']
    """
    return tuple(finding for element in root.iter() for finding in _of(element))


def _of(element: Element) -> Iterator[Finding]:
    tag = _local(str(element.tag))  # that of a comment is a function
    refreshes = tag == "meta" and "http-equiv" in element.attrib
    if tag in _ACTIVE or refreshes:
        yield _program(f"<{tag}>")
    if tag == "style":
        yield from _of_style("".join(element.itertext()))
    for name, value in element.attrib.items():
        kind, text = _local(name), _SPACE.sub("", value)
        if kind.startswith("on") or kind == "srcdoc":
            yield _program(f"{kind}= of <{tag}>")
        elif kind == "href" and tag in ("a", "area") and "attachment" not in element.get("rel", ""):
            yield from _of_link(text)
        elif kind in _ADDRESSES and text and not text.lower().startswith(_OWN):
            yield _address(text)
        elif kind == "style" or "(" in value:
            yield from _of_style(value)


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _of_link(text: str) -> Iterator[Finding]:
    if text and not text.lower().startswith(_LINKS):
        yield _link(text)


def _of_style(text: str) -> Iterator[Finding]:
    """The addresses in a style sheet or a ``style`` attribute, read as a browser reads them."""
    import tinycss2  # type: ignore[import-untyped]

    if not re.search(r"\\|url|import|src|image", text, re.IGNORECASE):
        return
    for token in _tokens(tinycss2.parse_component_value_list(text)):
        if token.type == "at-keyword" and token.lower_value == "import":
            yield _address("@import")
        elif token.type == "url" and not token.value.strip().lower().startswith(_OWN):
            yield _address(token.value.strip())
        elif token.type == "function" and token.lower_name in ("url", "src", "image-set", "image"):
            yield from (
                _address(inner.value)
                for inner in token.arguments
                if inner.type == "string" and not inner.value.strip().lower().startswith(_OWN)
            )


def _tokens(tokens: Iterable[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        inner = getattr(token, "content", None) or getattr(token, "arguments", None)
        yield from _tokens(inner or ())


def _program(what: str) -> Finding:
    return Finding(
        code="template.forbidden",
        message=LocalText(
            en=f"the document has {what}: a program or a frame, which no document of ours has; "
            "take it out of the template",
            zh=f"单据中含有 {what}：不允许脚本或内嵌页面，请从模板中删除",
        ),
    )


def _address(found: str) -> Finding:
    return Finding(
        code="document.asset_blocked",
        message=LocalText(
            en=f"{legible(found[:80])!r} was not read: a template uses its own assets only",
            zh=f"未读取 {legible(found[:80])!r}：模板只能使用自带的资源",
        ),
    )


def _link(found: str) -> Finding:
    return Finding(
        code="document.link_forbidden",
        message=LocalText(
            en=f"a link leads to {legible(found[:80])!r}; it may begin with https:, mailto:, tel:",
            zh=f"链接指向 {legible(found[:80])!r}；链接只能以 https:、mailto: 或 tel: 开头",
        ),
    )
