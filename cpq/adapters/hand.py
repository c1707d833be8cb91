"""The hand that one document is written in (写法): language, figures, dictionary, units.

Every part of a document is written with the same hand, so that an amount, a unit or a word looks
the same in the offer, in its options and in the annex.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from cpq.adapters.figures import Figures
from cpq.adapters.numerals import capital_amount
from cpq.adapters.words import Language, Phrase, language, words
from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.money import Money
from cpq.kernel.quantity import UnitTable
from cpq.kernel.text import LocalText

Spoken = Literal["en", "zh"]
"""A language that words are in."""

_TABLES = ("quote", "payment_term", "line", "annex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How one document is written."""

    spoken: Language
    figures: Figures
    dictionary: Mapping[str, LocalText]
    units: UnitTable

    def say(self, key: str, **facts: str) -> Phrase:
        """The words of the dictionary, with ``{fact}`` filled in where facts are given."""
        return self.spoken.phrase(self.dictionary[key], **facts)

    def word(self, key: str, tongue: Spoken, **facts: str) -> str:
        """The same in one language, to be put into a longer sentence."""
        text = self.dictionary[key].in_(tongue)
        return text.format(**facts) if facts else text

    def told(self, write: Callable[[Spoken], str]) -> Phrase:
        """What ``write`` makes in the document's first language and, where there is one, second."""
        own = Phrase(write(self.spoken.first), "zh-CN" if self.spoken.first == "zh" else "en")
        other = write("zh") if self.spoken.second else ""
        return own if other in ("", own.text) else Phrase(own.text, own.lang, other, "zh-CN")

    def given(self, text: LocalText) -> Phrase | None:
        """Words that came from people; ``None`` where there are none."""
        return self.spoken.phrase(text) if text.en or text.zh else None

    def unit(self, code: str) -> Phrase:
        """What a unit is called; its code where it has no name."""
        return self.given(self._unit(code)) or Phrase(code, self.spoken.tag)

    def counted(self, quantity: Decimal, unit: str, tongue: Spoken) -> str:
        """So many of a unit in one language: ``10 件``."""
        return f"{self.figures.number(quantity)} {self._unit(unit).in_(tongue) or unit}"

    def page(self) -> tuple[str, str, str]:
        """What stands before, between and after the page's number and the number of pages."""
        before, _, rest = self.say("page").text.partition("{page}")
        between, _, after = rest.partition("{pages}")
        return before, between, after

    def in_capitals(self, amount: Money) -> str:
        """大写金额 in documents with Chinese in them; empty for what cannot be written so."""
        if amount.code != "CNY" or (self.spoken.first != "zh" and not self.spoken.second):
            return ""
        try:
            return f"人民币{capital_amount(amount)}"
        except Invalid:
            return ""

    def _unit(self, code: str) -> LocalText:
        try:
            return self.units.unit(code).name
        except NotFound:
            return LocalText()


def hand_for(locale: str, *, currency: str, root: Path, units: UnitTable) -> Hand:
    """The hand for documents in a locale and a currency; ``root`` is the folder of ``words.toml``.

    Raises ``NotFound`` (``document.unknown_locale``) and ``Unreadable`` (``words.unreadable``).
    """
    spoken = language(locale)
    dictionary: dict[str, LocalText] = {}
    for table in _TABLES:
        dictionary.update(words(root / "words.toml", table))
    return Hand(
        spoken=spoken,
        figures=Figures(language=spoken, currency=currency),
        dictionary=dictionary,
        units=units,
    )
