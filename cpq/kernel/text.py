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
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)


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


def _code(value: str) -> str:
    text = printable(value)
    if "\n" in text or "\t" in text:
        raise ValueError("a code or number is one line without tabs")
    return text


Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(_code),
]
"""The key of a thing: a product code, a price book, an account. 1 to 64 characters, one line."""

Number = Code
"""A document number as people see it; numbers come from the host, the library never invents one."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_code)
]
"""One line of free text, at most 200 characters."""

Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(printable)]
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
