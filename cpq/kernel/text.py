"""Text that comes from people: codes, document numbers, names in two languages.

One validator decides what text may be stored and printed, because databases and PDF engines
disagree: SQLite keeps a NUL that PostgreSQL refuses, a lone surrogate crashes both, a bidi
override turns an amount round on paper. Names are Chinese (中文名称) and English alike.

A code or number is held to more than a name is, because people compare it by eye and programs by
``number_key``: nothing in it is invisible, it is no path, and it neither begins nor ends with a
white space that no keyboard types. Plain white space around it is left out.
"""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from cpq.kernel.model import Frozen

_BASIC = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff"
)
_SUSPECT = re.compile(f"[{_BASIC}\U0001fffe-\U0010ffff]")
_UNPRINTABLE = re.compile(
    f"[{_BASIC}{''.join(chr(plane * 0x10000 - last) for plane in range(2, 18) for last in (2, 1))}]"
)
"""Beyond the first plane only the noncharacters; to look for them takes time, so ``_SUSPECT`` asks
first whether there is anything from there at all."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_CODE_MAX, _LINE_MAX, _TEXT_MAX = 64, 200, 2000
_MARKS_MAX = 8
"""Marks on one letter: twice what Unicode calls suspicious, so that Tibetan and pointed Hebrew
pass; what is piled higher runs over the lines of a document."""

_MARKS = re.compile(rf"[^\w\s!-~]{{{_MARKS_MAX + 1},}}")
_TYPED_SPACE = " \t\r\n\u3000"
_PATH = re.compile(r"(?:^|[/\\])\.{1,2}(?:[/\\]|$)")


def printable(value: str) -> str:
    r"""Return ``value`` in NFC with line ends unified, or raise ``ValueError``.

    Refused: control characters other than tab and newline, bidi overrides, lone surrogates,
    noncharacters, more than eight marks on one letter.

    >>> printable("螺栓\r\nM8")
    '螺栓\nM8'
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    found = _SUSPECT.search(text) and _UNPRINTABLE.search(text)
    if found:
        raise ValueError(
            f"text holds the character U+{ord(found[0]):04X} at position {found.start()}, "
            "which cannot be stored or printed; remove it"
        )
    text = unicodedata.normalize("NFC", text)
    for run in _MARKS.finditer(text):
        _refuse_pile(run)
    return text


def _refuse_pile(run: "re.Match[str]") -> None:
    """Refuse letters that carry more marks than any script piles up."""
    piled = 0
    for place, letter in enumerate(run[0], start=run.start()):
        piled = piled + 1 if unicodedata.category(letter).startswith("M") else 0
        if piled > _MARKS_MAX:
            raise ValueError(
                f"text piles more than {_MARKS_MAX} marks on the letter before position "
                f"{place - piled + 1}, and cannot be printed on its line; remove them"
            )


def number_key(number: str) -> str:
    """The form in which two document numbers or codes are the same one.

    >>> number_key("ｑ-2026－0001") == number_key("Q-2026-0001")
    True
    """
    return unicodedata.normalize("NFKC", number).casefold().strip()


def legible(text: str) -> str:
    r"""``text`` as one line of a message: what cannot be printed is escaped, the too long cut.

    >>> legible("H-12\x00")
    'H-12\\u0000'
    """
    shown = _MARKS.sub(_escaped, _UNPRINTABLE.sub(_escaped, text)).replace("\n", " ")
    return shown if len(shown) <= _TEXT_MAX else f"{shown[: _TEXT_MAX - 2]} …"


def _escaped(found: "re.Match[str]") -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in found[0])


def _within(value: str, limit: int) -> str:
    text = printable(value)
    if len(text) > limit:
        raise ValueError(f"text has {len(text)} characters in normal form; at most {limit} fit")
    return text


def _line(value: str) -> str:
    text = _within(value, _LINE_MAX)
    if any(mark in text for mark in "\n\t\u2028\u2029"):
        raise ValueError("a code, a number or a line is one line without tabs")
    return text


def _code(value: str) -> str:
    if value.isascii() and value.isprintable() and " " not in value[:1] + value[-1:]:
        text = _short(value)
    else:
        text = _short(_line(_short(value.strip(_TYPED_SPACE))))
        _refuse_hidden(text)
    if "." in text and _PATH.search(text):
        raise ValueError("a code or number is no path: it has no part '.' or '..'; remove that")
    return text


def _short(text: str) -> str:
    if not text:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    if len(text) > _CODE_MAX:
        raise PydanticKnownError("string_too_long", {"max_length": _CODE_MAX})
    return text


def _refuse_hidden(text: str) -> None:
    """Refuse what nobody can see in a code, or at its ends."""
    found = _INVISIBLE.search(text)
    if found:
        raise ValueError(
            f"a code or number holds the invisible character U+{ord(found[0]):04X} at position "
            f"{found.start()}; remove it"
        )
    if text != text.strip():
        end = text[0] if text[0].isspace() else text[-1]
        raise ValueError(
            f"a code or number begins or ends with the white space U+{ord(end):04X}; remove it"
        )


def _text(value: str) -> str:
    return _within(value, _TEXT_MAX)


Code = Annotated[
    str,
    AfterValidator(_code),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _CODE_MAX}),
]
"""The key of a thing: a product code, a price book, an account. 1 to 64 characters, one line,
nothing invisible; plain white space around it is left out."""


def _code_if_any(value: str) -> str:
    return _code(value) if value else value


CodeIfAny = Annotated[
    str,
    AfterValidator(_code_if_any),
    WithJsonSchema({"type": "string", "maxLength": _CODE_MAX}),
]
"""A code, or nothing where the thing is not known yet."""

Number = Code
"""A document number as people see it; numbers come from the host, the library never invents one."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=_LINE_MAX), AfterValidator(_line)
]
"""One line of free text, at most 200 characters."""

Text = Annotated[str, StringConstraints(max_length=_TEXT_MAX), AfterValidator(_text)]
"""Free text of several lines, at most 2,000 characters."""


class LocalText(Frozen):
    """The same words in English and in Chinese; one of the two may be missing.

    >>> name = LocalText(en="Laser cutter", zh="激光切割机")
    >>> name.in_("zh_CN"), name.in_("en"), LocalText(zh="螺栓").in_("en")
    ('激光切割机', 'Laser cutter', '螺栓')
    >>> str(LocalText.model_validate("Bolt"))
    'Bolt'
    """

    en: Text = ""
    zh: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_plain_text(cls, value: Any) -> Any:
        return {"en": value} if isinstance(value, str) else value

    def in_(self, locale: str) -> str:
        """The words for ``locale`` (any tag that starts with ``zh`` is Chinese), else the other."""
        return (self.zh or self.en) if locale.startswith("zh") else (self.en or self.zh)

    def __str__(self) -> str:
        return self.en or self.zh
