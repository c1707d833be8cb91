"""Figures and days as print wants them: in the reader's locale, and never rounded (数字格式).

Whatever is printed is the value itself with separators in it. Babel knows the locales, but it
counts with the decimal context of the calling thread; here it gets one that loses no digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, get_timezone_name
from babel.numbers import format_currency, format_decimal

from cpq.adapters.words import Language
from cpq.kernel.money import Money, currency_places

_MINUS = "\N{MINUS SIGN}"
_PLACES_MAX = 18


@lru_cache(maxsize=64)
def _known(locale: str) -> Locale:
    """The locale of a name: Babel would look it up among a thousand for every figure."""
    return Locale.parse(locale)


def _written(write: Callable[..., str], *values: object, locale: str) -> str:
    with localcontext(Context(prec=120)):
        text = write(*values, locale=_known(locale), decimal_quantization=False)
    return text.replace("-", _MINUS)


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes the figures of a document in one currency and one language.

    >>> from cpq.adapters.words import language
    >>> figures = Figures(language=language("en"), currency="CNY")
    >>> figures.amount(Decimal("-1234.5")), figures.amount(Decimal("6.6667"))
    ('−1,234.50', '6.6667')
    """

    language: Language
    currency: str

    def _decimal(self, value: Decimal, least: int) -> str:
        pattern = "#,##0." + "0" * least + "#" * (_PLACES_MAX - least)
        # trailing zeros beyond the currency's decimals say nothing; minus zero even less
        number = value or Decimal(0)
        return _written(format_decimal, number, pattern, locale=self.language.babel)

    def amount(self, value: Decimal) -> str:
        """An amount or a unit price: the decimals of the currency, and those it has beyond them."""
        return self._decimal(value, currency_places(self.currency))

    def number(self, value: Decimal) -> str:
        """A quantity: as many decimals as it needs, ``2.50`` being written 2.5."""
        return self._decimal(value, 0)

    def percent(self, value: Decimal, *, places: int = 0) -> str:
        """A percentage, with at least so many decimals: 13 is written 13%."""
        return f"{self._decimal(value, places)}%"

    def money(self, value: Money) -> str:
        """An amount with the symbol of its currency, for totals.

        >>> from cpq.adapters.words import language
        >>> Figures(language=language("zh"), currency="CNY").money(Money("12", "CNY"))
        '¥12.00'
        """
        return _written(format_currency, value.amount, value.code, locale=self.language.babel)

    def day(self, on: date) -> str:
        """A day in words of the language; in a bilingual document as 2026-11-21.

        >>> from cpq.adapters.words import language
        >>> Figures(language=language("en_GB"), currency="EUR").day(date(2026, 11, 5))
        '5 November 2026'
        """
        if self.language.second:
            return on.isoformat()
        return format_date(on, "long", locale=_known(self.language.babel))


def zone_name(zone: str, tongue: Literal["en", "zh"]) -> str:
    """What people call the time of an IANA zone.

    >>> zone_name("Asia/Shanghai", "en"), zone_name("Asia/Shanghai", "zh")
    ('China Time', '中国时间')
    """
    return get_timezone_name(zone, locale="zh_CN" if tongue == "zh" else "en")
