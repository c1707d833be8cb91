"""Text that comes from people: codes, document numbers, names in two languages.

One validator decides what text may be stored and printed, because databases and PDF engines
disagree: SQLite keeps a NUL that PostgreSQL refuses, a lone surrogate crashes both, a bidi
override turns an amount round on paper. Names are Chinese (中文名称) and English alike.
"""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, model_validator

from cpq.kernel.model import Frozen

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e01ff]"
)
_CODE_MAX, _LINE_MAX, _TEXT_MAX = 64, 200, 2000


def printable(value: str) -> str:
    r"""Return ``value`` in NFC with line ends unified, or raise ``ValueError``.

    Refused: control characters other than tab and newline, bidi overrides, lone surrogates.

    >>> printable("螺栓\r\nM8")
    '螺栓\nM8'
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    found = _UNPRINTABLE.search(text)
    if found:
        raise ValueError(
            f"text holds the character U+{ord(found[0]):04X} at position {found.start()}, "
            "which cannot be stored or printed; remove it"
        )
    return unicodedata.normalize("NFC", text)


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
    shown = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).replace("\n", " ")
    return shown if len(shown) <= _TEXT_MAX else f"{shown[: _TEXT_MAX - 2]} …"


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
    text = _within(_line(value), _CODE_MAX)
    found = None if text.isascii() else _INVISIBLE.search(text)
    if found:
        raise ValueError(
            f"a code or number holds the invisible character U+{ord(found[0]):04X} at position "
            f"{found.start()}; remove it"
        )
    return text


def _text(value: str) -> str:
    return _within(value, _TEXT_MAX)


Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_CODE_MAX),
    AfterValidator(_code),
]
"""The key of a thing: a product code, a price book, an account. 1 to 64 characters, one line."""

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
