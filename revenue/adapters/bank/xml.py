"""XML read so that nothing in it can act and nothing of it is lost (XML 安全读取).

A document type is refused whatever it says, so that there are no entities. What is read as a value
is one text: an element with a comment, an instruction or another element in the midst of its text
is refused, because a parser would give the part before it and call it the amount.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from revenue.adapters.bank.libraries import library
from revenue.adapters.bank.source import Source

_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "us-ascii", "ascii", "gb18030", "gbk", "gb2312", "big5", "iso-8859-1"}
    | {"iso-8859-2", "iso-8859-15", "windows-1250", "windows-1252"}
)


class Leaf(NamedTuple):
    """A value with the way to it, such as ``Refs/EndToEndId`` or ``Amt/@Ccy``, and its line."""

    path: str
    text: str
    line: int


class Node:
    """An element, known by its name without the namespace."""

    __slots__ = ("_elements", "element", "name", "source")

    def __init__(self, source: Source, element: Any) -> None:
        self.source = source
        self.element = element
        self.name = _local(element.tag)
        self._elements: tuple[Node, ...] | None = None

    @property
    def line(self) -> int:
        """The line where it begins."""
        return int(self.element.sourceline or 0)

    def children(self, name: str = "") -> "list[Node]":
        """Its child elements, or those of that name."""
        if self._elements is None:
            found = (each for each in self.element if isinstance(each.tag, str))
            self._elements = tuple(Node(self.source, each) for each in found)
        return [each for each in self._elements if not name or each.name == name]

    def first(self, *paths: str) -> "Node | None":
        """The first element at the first of the paths that leads to one: ``Acct/Id/IBAN``."""
        return next((node for path in paths for node in self.along(path)), None)

    def along(self, path: str) -> "Iterator[Node]":
        """All elements at the path, in the order of the file."""
        step, _, rest = path.partition("/")
        for child in self.children(step):
            if rest:
                yield from child.along(rest)
            else:
                yield child

    def every(self, path: str) -> "list[Node]":
        """All elements at the path."""
        return list(self.along(path))

    def text(self, *paths: str) -> str:
        """The value of the first element at the paths, or its own; empty where there is none.

        Raises ``Unreadable`` (``bank_file.malformed``) where it is no single text.
        """
        node = self.first(*paths) if paths else self
        return "" if node is None else node.value()

    def attribute(self, name: str) -> str:
        """The attribute of that name, empty where there is none."""
        return str(self.element.get(name, ""))

    def leaves(self, way: str = "") -> Iterator[Leaf]:
        """Every value in it, with its attributes, in the order of the file."""
        for name, text in self.element.attrib.items():
            yield Leaf(f"{way}/@{_local(name)}".lstrip("/"), str(text), self.line)
        children = self.children()
        if not children:
            if value := self.value():
                yield Leaf(way, value, self.line)
            return
        for child in children:
            yield from child.leaves(f"{way}/{child.name}".lstrip("/"))

    def value(self) -> str:
        """Its one text, without the white space around it.

        Raises ``Unreadable`` (``bank_file.malformed``) where anything else stands in it.
        """
        if len(self.element):
            raise self.source.refused(
                "bank_file.malformed",
                "a value is wanted here, and elements stand in its place; ask the bank for the "
                "file as it was sent",
                line=self.line,
                field=self.name,
                found=" ".join(child.name for child in self.children()),
                zh="此处应为值，而不是元素",
            )
        return str(self.element.text or "").strip()


def read_xml(source: Source, encoding: str | None = None) -> Node:
    """The root of an XML file.

    Raises ``Unreadable`` (``bank_file.unsafe``, ``bank_file.malformed``, ``bank_file.encoding``).
    """
    etree = library("lxml.etree")
    _refuse_type(source)
    try:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            encoding=encoding,
        )
        root = etree.fromstring(source.data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 0
        raise source.refused(
            "bank_file.malformed",
            f"not well-formed XML: {str(error).partition(', line ')[0]}; the file is cut off or "
            "damaged: export it again",
            line=line,
            zh="XML 格式有误或文件不完整；请重新导出",
        ) from None
    found = root.getroottree().docinfo
    if found.internalDTD is not None or found.doctype:
        raise _unsafe(source)
    declared = str(found.encoding or "utf-8").lower()
    if declared not in _ENCODINGS and encoding is None:
        raise source.refused(
            "bank_file.encoding",
            f"an XML file is in one of {', '.join(sorted(_ENCODINGS))}",
            line=1,
            field="encoding",
            found=declared,
            zh="不支持此 XML 编码",
        )
    _refuse_mixed(source, root)
    return Node(source, root)


def _refuse_mixed(source: Source, root: Any) -> None:
    """Refuse text beside a comment, an instruction or an element: part of it would be lost."""
    for element in root.iter():
        if not isinstance(element.tag, str) or not len(element):
            continue
        around = [element.text, *(each.tail for each in element)]
        if any(text and text.strip() for text in around):
            raise source.refused(
                "bank_file.malformed",
                "a value is one text; a comment, an instruction or an element stands in it, which "
                "would cut it: ask the bank for the file as it was sent",
                line=element.sourceline,
                field=_local(element.tag),
                found=" ".join(text.strip() for text in element.itertext() if text.strip()),
                zh="值中夹有注释、指令或其他元素，不能读取",
            )


def _refuse_type(source: Source) -> None:
    """Refuse a document type before anything is parsed; in UTF-16 the parser tells."""
    if b"<!DOCTYPE" in source.data or b"<!ENTITY" in source.data:
        raise _unsafe(source)


def _unsafe(source: Source) -> Exception:
    before, mark, _ = source.data.partition(b"<!DOCTYPE")
    return source.refused(
        "bank_file.unsafe",
        "the file has a document type (DOCTYPE), which no bank statement has and which can read "
        "other files or fill the memory; do not import it, ask the bank for the original",
        line=before.count(b"\n") + 1 if mark else 1,
        field="DOCTYPE",
        zh="文件含 DOCTYPE 声明，存在安全风险，拒绝导入",
    )


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def namespace_of(node: Node) -> str:
    """The namespace of an element, empty where it has none."""
    return str(node.element.tag).rpartition("}")[0].lstrip("{")
