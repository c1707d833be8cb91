"""The words of the documents in two languages, and the languages a document can be in (用语).

The words are data, ``templates/words.toml``, so that whoever restyles a document can reword it.
A document is in one language, or bilingual: English first and Chinese beside it, smaller.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel import Locale, UnknownLocaleError

from cpq.kernel.errors import NotFound, Unreadable
from cpq.kernel.text import LocalText

_LANG = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words for print: in the document's first language and, in a bilingual one, the second.

    ``lang`` and ``other_lang`` are the tags of the languages the words really are in; ``other``
    is empty where there is nothing more to say.
    """

    text: str
    lang: str
    other: str = ""
    other_lang: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """In what a document is written: words in ``first`` (and ``second``), figures by ``babel``.

    >>> language("zh_CN").phrase(LocalText(en="Bolt", zh="螺栓")).text
    '螺栓'
    >>> language("bilingual").phrase(LocalText(en="Bolt", zh="螺栓")).other
    '螺栓'
    """

    first: Literal["en", "zh"]
    second: Literal["zh"] | None
    babel: str

    @property
    def tag(self) -> str:
        """The BCP 47 tag of the document: ``zh-CN``, ``en``, ``en-GB``."""
        return "en" if self.second else self.babel.replace("_", "-")

    def phrase(self, words: LocalText, **facts: str) -> Phrase:
        """The words in this language, with ``{fact}`` filled in where ``facts`` are given.

        Words that exist in one language only are printed in that one.
        """
        own, other = getattr(words, self.first), words.zh if self.second else ""
        lang = self.first
        if not own:
            own, lang, other = str(words) or words.zh, "en" if words.en else "zh", ""
        if facts:
            own, other = own.format(**facts), other.format(**facts)
        same = other == own
        return Phrase(own, _LANG[lang], "" if same else other, "" if same else "zh-CN")


def language(locale: str) -> Language:
    """The language of ``zh_CN``, ``en``, any other ``en_*``, or ``bilingual``.

    Raises ``NotFound`` (``document.unknown_locale``).

    >>> language("en-GB").babel, language("bilingual").second
    ('en_GB', 'zh')
    """
    if locale == "bilingual":
        return Language("en", "zh", "zh_CN")
    name = locale.replace("-", "_")
    try:
        known = Locale.parse(name)
    except (ValueError, UnknownLocaleError, TypeError):
        known = None
    if known is not None and known.language == "zh" and known.script in (None, "Hans"):
        return Language("zh", None, "zh_CN")
    if known is not None and known.language == "en":
        return Language("en", None, str(known))
    raise NotFound(
        "document.unknown_locale",
        f"documents are written in zh_CN, en (or en_GB and the like) or bilingual, not {locale!r}",
        locale=locale,
    )


@lru_cache(maxsize=8)
def words(path: Path, table: str = "quote") -> Mapping[str, LocalText]:
    """A table of words from a file such as ``templates/words.toml``.

    Raises ``Unreadable`` (``words.unreadable``).
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))[table]
        return MappingProxyType({key: LocalText(**row) for key, row in rows.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(
            "words.unreadable",
            f"{path}: no readable table {table!r} with en and zh for each key "
            f"({type(error).__name__}: {error})",
        ) from None


@lru_cache(maxsize=32)
def wording(path: Path, spoken: Language, table: str = "quote") -> object:
    """The words of a table as a frozen object without methods, one ``Phrase`` per key."""
    phrases = {key: spoken.phrase(text) for key, text in words(path, table).items()}
    kind = make_dataclass("Wording", phrases, frozen=True, slots=True)
    made: object = kind(**phrases)
    return made
