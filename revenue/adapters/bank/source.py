"""The file that is read: its bytes, its text, and how what is wrong in it is said.

A file is read once and whole, up to a limit, so that nobody changes it meanwhile and nothing of it
is taken before all of it is understood. Every refusal names file, line and field, what was found
there and what to do.

Text is decoded strictly and never with replacement characters: what ``encoding`` says; else what a
byte order mark says; else UTF-8 where all of it is UTF-8. Chinese exports are often GB18030 without
saying so; the CSV reader takes that where the column titles prove it. Nothing else is tried.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.kernel.errors import DomainError, Finding, Refused, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText, legible

FILE_MAX = 64 * 1024 * 1024
LINE_MAX = 100_000
_FOUND_MAX = 80
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "ascii"),
        *("gb18030", "gbk", "gb2312", "big5", "big5hkscs", "shift_jis", "euc_kr"),
        *("iso-8859-1", "iso-8859-2", "iso-8859-15", "cp1250", "cp1252", "cp850", "cp852"),
    )
)
_ENDS = re.compile("\r\n|\r|\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FRAME = "\x01\x03\x1a"
"""Marks of transmission and the end-of-file mark of old systems, at the ends of a line only."""

Value = TypeVar("Value", bound=Frozen)


Detail = dict[str, str]
"""A ``BankDetail`` that is not checked yet; it is with the line or the statement it belongs to."""


def detail(name: str, text: str) -> Detail:
    """What the file says under ``name``.

    >>> detail("?34", "901")
    {'name': '?34', 'text': '901'}
    """
    return {"name": name, "text": text}


class TextLine(NamedTuple):
    """A line of a file by its number from 1, without its end."""

    number: int
    text: str


class Source:
    """A file by its name and bytes, and the refusals that it gives rise to."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    def refused(
        self,
        code: str,
        message: str,
        *,
        line: int = 0,
        field: str = "",
        found: object = None,
        zh: str = "",
    ) -> Unreadable:
        """The refusal to raise: ``message`` says the rule and what to do."""
        place = ":".join(part for part in (self.name, str(line or ""), field) if part)
        shown = "" if found is None else f"; found {cut(found)}"
        facts: dict[str, Any] = {"file": self.name, "line": line, "field": field}
        if found is not None:
            facts["found"] = cut(found)
        if zh:
            facts["message_zh"] = f"{place}：{zh}"
        text = legible(f"{place}: {message}{shown}")
        told = Finding(
            code=code, place=legible(place), message=LocalText(en=legible(message + shown), zh=zh)
        )
        return Unreadable(code, text, findings=(told,), **facts)

    def unbalanced(self, message: str, *, line: int, zh: str) -> Refused:
        """The refusal of a statement that does not add up."""
        return Refused(
            "statement.unbalanced",
            legible(f"{self.name}:{line}: {message}"),
            file=self.name,
            line=line,
            message_zh=f"{self.name}:{line}：{zh}",
        )

    def value(self, kind: type[Value], fields: dict[str, Any], *, line: int) -> Value:
        """A value of ``kind``, or a refusal that names the first field that is wrong.

        Raises ``Unreadable`` (``bank_line.unreadable``) with a finding per field.
        """
        try:
            return kind.model_validate(fields)
        except ValidationError as error:
            place = f"{self.name}:{line}"
            findings = tuple(problems(error, otherwise="bank_line.unreadable", place=place))
        except DomainError as error:
            raise self.refused("bank_line.unreadable", error.message, line=line) from None
        raise Unreadable(
            "bank_line.unreadable",
            legible(f"{findings[0].place}: {findings[0].message}"),
            findings=findings,
            file=self.name,
            line=line,
        )

    def text(self, encoding: str | None = None) -> str:
        """All of it as text, by the rule above; without a byte order mark.

        Raises ``Unreadable`` (``bank_file.encoding``).
        """
        name = encoding or next(
            (name for mark, name in _MARKS if self.data.startswith(mark)), "utf-8"
        )
        self._refuse_unknown(name)
        try:
            return self.data.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = len(_ENDS.findall(self.data[: error.start].decode("latin-1"))) + 1
            raise self.refused(
                "bank_file.encoding",
                f"byte {error.start} is not {name}; name the encoding that the bank writes, such "
                'as encoding="gb18030" or encoding="cp1252", or save the file as UTF-8',
                line=line,
                found=self.data[error.start : error.start + 4],
                zh=f"第 {error.start} 个字节不是 {name} 编码；请指定 encoding（如 gb18030）",
            ) from None
        except UnicodeError:
            raise self.refused(
                "bank_file.encoding",
                f"the file is not {name}; name the encoding that the bank writes",
                zh=f"文件不是 {name} 编码；请指定 encoding（如 gb18030）",
            ) from None

    def _refuse_unknown(self, name: str) -> None:
        try:
            known = codecs.lookup(name).name in _ENCODINGS
        except (LookupError, ValueError):
            known = False
        if not known:
            raise self.refused(
                "bank_file.encoding",
                f"an encoding is one of {', '.join(sorted(_ENCODINGS))}",
                field="encoding",
                found=name,
                zh="不支持此编码",
            )

    def lines(self, text: str) -> Iterator[TextLine]:
        """The lines of ``text`` by number; none too long, none with control characters."""
        for number, line in enumerate(_ENDS.split(text), start=1):
            kept = line.strip(_FRAME)
            if len(kept) > LINE_MAX:
                raise self.refused(
                    "bank_file.line_too_long",
                    f"a line has at most {LINE_MAX:,} characters; found {len(kept):,}: check that "
                    "the file has line ends and is complete",
                    line=number,
                    found=kept[:_FOUND_MAX],
                    zh=f"一行最多 {LINE_MAX:,} 个字符；请检查文件是否完整",
                )
            control = _CONTROL.search(kept)
            if control:
                raise self.refused(
                    "bank_line.unreadable",
                    f"the line holds the control character U+{ord(control[0]):04X} at position "
                    f"{control.start() + 1}; export the file again, as text",
                    line=number,
                    found=kept,
                    zh=f"含有控制字符 U+{ord(control[0]):04X}；请重新导出文本文件",
                )
            yield TextLine(number, kept)


def cut(found: object) -> str:
    """What was found, quoted, escaped and cut to 80 characters.

    >>> cut("1,2,3"), len(cut("9" * 1000))
    ("'1,2,3'", 80)
    """
    text = legible(repr(found[: _FOUND_MAX * 2] if isinstance(found, str | bytes) else found))
    return text if len(text) <= _FOUND_MAX else f"{text[: _FOUND_MAX - 2]} …"


def opened(path: str | Path) -> Source:
    """The file of that path, read whole.

    Raises ``Unreadable`` (``bank_file.missing``, ``bank_file.too_large``, ``bank_file.empty``).
    """
    file = Path(path)
    source = Source(file.name, b"")
    try:
        with file.open("rb") as stream:
            source.data = stream.read(FILE_MAX + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path"
        raise source.refused(
            "bank_file.missing",
            f"the file cannot be read: {why}; give the path of a statement file",
            zh="无法读取文件；请给出对账单文件的路径",
        ) from None
    if len(source.data) > FILE_MAX:
        raise source.refused(
            "bank_file.too_large",
            f"a statement file has at most {FILE_MAX // 1024 // 1024} MB; ask the bank for shorter "
            "periods, or split the file by statement",
            zh=f"文件超过 {FILE_MAX // 1024 // 1024} MB；请按期间拆分导出",
        )
    if not source.data.strip():
        raise source.refused(
            "bank_file.empty", "the file is empty; export it again", zh="文件为空；请重新导出"
        )
    return source
