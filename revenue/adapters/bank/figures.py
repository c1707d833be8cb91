"""Amounts and days as banks write them, read strictly.

Where a figure could mean two things it means none: two decimal separators, groups of other than
three digits, more decimals than the currency has, a day that is none. Full-width digits are
refused here; a column map may ask for them to be read as plain ones.
"""

import re
from datetime import date
from typing import NamedTuple

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money, currency_places
from revenue.adapters.bank.source import Source

_AMOUNT_MAX = 40
_SWIFT = re.compile(r"[0-9]{1,15},[0-9]{0,15}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_SIX = re.compile(r"[0-9]{6}", re.ASCII)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T.*|Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
_FAR = 80
"""Two-digit years from 80 on are of the last century."""


class Field(NamedTuple):
    """A field that is read: where it stands, what it is called, what it holds."""

    source: Source
    line: int
    name: str
    text: str

    def wrong(self, rule: str, zh: str) -> Exception:
        """The refusal of what stands there."""
        return self.source.refused(
            "bank_line.unreadable", rule, line=self.line, field=self.name, found=self.text, zh=zh
        )


def money(field: Field, number: str, currency: str) -> Money:
    """``number`` in ``currency``, on its grid with all of its decimals.

    Raises ``Unreadable`` (``bank_line.unreadable``) for more decimals than the currency has.
    """
    try:
        return Money.from_minor(Money(number, currency).minor, currency)
    except DomainError:
        places = currency_places(currency)
        raise field.wrong(
            f"an amount of {currency} has at most {places} decimals and is below 1E18; check the "
            "currency of the account and the field",
            f"{currency} 金额最多 {places} 位小数",
        ) from None


def known_currency(field: Field) -> str:
    """The ISO 4217 code that the field holds.

    Raises ``Unreadable`` (``bank_line.unreadable``).
    """
    try:
        return Money.zero(field.text).code
    except DomainError:
        raise field.wrong(
            "a currency is an ISO 4217 code in capitals, such as CNY", "币种应为 ISO 4217 代码"
        ) from None


def swift_amount(field: Field, currency: str) -> Money:
    """An amount with a decimal comma, which is never left out: ``1507,`` or ``79,7``."""
    if not _SWIFT.fullmatch(field.text):
        raise field.wrong(
            "an amount is up to 15 plain digits with one decimal comma, such as 1507,5; export "
            "the statement again",
            "金额应为数字加一个小数逗号",
        )
    return money(field, field.text.replace(",", ".").rstrip("."), currency)


def decimal_amount(field: Field, currency: str) -> Money:
    """An amount with a decimal point, or whole: ``100.00``; no sign, no exponent."""
    if not _DECIMAL.fullmatch(field.text):
        raise field.wrong(
            "an amount is plain digits with at most one decimal point, such as 1507.50; export "
            "the statement again",
            "金额应为数字，最多一个小数点",
        )
    return money(field, field.text, currency)


def minor_amount(field: Field, currency: str) -> Money:
    """An amount in minor units without any separator: ``150750`` is 1507.50 in CNY."""
    if not _WHOLE.fullmatch(field.text):
        raise field.wrong(
            "an amount is a whole number of minor units, such as 150750; export the file again",
            "金额应为最小货币单位的整数",
        )
    return Money.from_minor(int(field.text), currency)


class Separators(NamedTuple):
    """Which mark stands before the decimals, and which between groups of three digits."""

    decimal: str
    group: str

    @property
    def pattern(self) -> "re.Pattern[str]":
        """What a figure looks like: plain, or in groups of three throughout."""
        decimal, group = re.escape(self.decimal), re.escape(self.group)
        whole = rf"(?:[0-9]{{1,18}}|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)"
        return re.compile(rf"{whole}(?:{decimal}[0-9]{{1,17}})?", re.ASCII)


_CURRENCY_SIGNS = re.compile(r"^(?:CNY|RMB|人民币|[¥￥$€£])\s*|\s*元$")


def written_amount(field: Field, currency: str, separators: Separators) -> Money:
    """An amount as spreadsheets show it: a sign before it, groups of three, a currency sign.

    A Unicode minus is a minus. Parentheses, a sign at the end and exponents are refused.
    """
    text = field.text.replace("−", "-").strip()
    sign, rest = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    rest = _CURRENCY_SIGNS.sub("", rest.strip()).strip()
    if not sign and rest[:1] in ("+", "-"):
        sign, rest = rest[0], rest[1:]
    if len(text) > _AMOUNT_MAX or not separators.pattern.fullmatch(rest):
        groups = f"groups of three parted by {separators.group!r}"
        raise field.wrong(
            f"an amount is digits, or {groups}, with at most one {separators.decimal!r} before "
            "the decimals and a sign in front; correct the cell, or say decimal and full_width in "
            "the column map",
            "金额应为数字（可用千分位），最多一个小数点，符号在前",
        )
    number = rest.replace(separators.group, "").replace(separators.decimal, ".")
    amount = money(field, number, currency)
    return -amount if sign == "-" else amount


def day_of(field: Field, year: int, month: int, day: int) -> date:
    """The day of year, month and day; a refusal where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        raise field.wrong(
            "there is no such day; ask the bank for a correct file", "日期不存在"
        ) from None


def six_digit_day(field: Field) -> date:
    """``yymmdd``; years from 80 on are 1980 to 1999."""
    if not _SIX.fullmatch(field.text):
        raise field.wrong("a day is six digits yymmdd, such as 261120", "日期应为 yymmdd")
    year, month, day = (int(field.text[at : at + 2]) for at in (0, 2, 4))
    return day_of(field, year + (1900 if year >= _FAR else 2000), month, day)


def nearest_day(field: Field, near: date) -> date:
    """``mmdd`` in the year that lies nearest to ``near``: 0102 after 31 December is next year's."""
    month, day = int(field.text[:2]), int(field.text[2:])
    found = []
    for year in (near.year, near.year - 1, near.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise field.wrong("there is no such day mmdd in any year near by", "日期不存在")
    return min(found, key=lambda each: abs((each - near).days))


def iso_day(field: Field) -> date:
    """The day of ``2026-11-20`` or ``2026-11-20T09:00:00+08:00``: as written, in its own zone."""
    found = _ISO.fullmatch(field.text)
    if not found:
        raise field.wrong("a day is written 2026-11-20", "日期应写作 2026-11-20")
    return day_of(field, int(found[1]), int(found[2]), int(found[3]))


_YMD = (
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})"
    r"|\.([0-9]{1,2})\.([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_DAY_FIRST = r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})"
_TIME = r"(?:[ T]?\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?|[ T]?[0-9]{6})?"
_ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
_DAYS = {order: re.compile((_YMD if order == "ymd" else _DAY_FIRST) + _TIME) for order in _ORDERS}


def written_day(field: Field, order: str) -> date:
    """A day as spreadsheets show it, with or without a time, which is not read.

    ``order`` is ``ymd`` (20261120, 2026-11-20, 2026/1/2, 2026年1月2日), ``dmy`` or ``mdy``: which
    of day and month comes first is never guessed.
    """
    found = _DAYS[order].fullmatch(field.text.strip())
    if not found:
        raise field.wrong(
            f"a day is written in the order {order}, such as 2026-11-20 or 20261120 for ymd; "
            "correct the cell, or say dates in the column map",
            "日期无法识别，应如 2026-11-20 或 20261120",
        )
    parts = [int(each) for each in found.groups() if each]
    year, month, day = (parts[place] for place in _ORDERS[order])
    return day_of(field, year, month, day)
