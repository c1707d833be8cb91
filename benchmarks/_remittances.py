"""What a payer writes beside its money, and what becomes of it on the way to the statement.

A text names the invoices in full, in a short form (leading zeros and prefixes lost), by their last
digits, as a range, by contract, by month or not at all. Clerks mistype and transpose digits, banks
cut texts off and break them at 35 columns in the middle of a number, and most texts hold other
numbers as well: the payer's own order, a date.
"""

import random
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from benchmarks._debtors import Debt

COLUMNS = 35
"""Where a line of a SWIFT message ends."""

_HOME = (
    "支付发票{refs}货款", "货款 发票号{refs}", "{refs}", "发票号码：{refs}", "付{refs}款",
    "采购款/{refs}", "货款{refs}", "支付货款（{refs}）", "付{refs}货款 订单{po}",
    "转账 {refs} {day}",
)  # fmt: skip
_ABROAD = (
    "INVOICE {refs}", "{refs}", "PAYMENT OF INV {refs}", "INV.NO.{refs} PO {po}", "/INV/{refs}",
    "OUR REF {po} YOUR INV {refs}", "RE: {refs}", "{day} INVOICES {refs}", "PMT {refs} THANK YOU",
    "/RFB/{po} {refs}",
)  # fmt: skip
_SILENT_HOME = ("货款", "往来款", "付款", "材料款", "网银转账", "", "订单{po}货款", "采购款 {day}")
_SILENT_ABROAD = ("PAYMENT", "SUPPLIER PAYMENT", "TRANSFER", "", "PO {po}", "GOODS {day}")
_ADVANCE_HOME = ("预付款", "预付货款 订单{po}", "定金", "预付30%")
_ADVANCE_ABROAD = ("PREPAYMENT PO {po}", "DOWN PAYMENT", "DEPOSIT ORDER {po}")
_OTHER = (
    "REFUND {po}",
    "利息",
    "退税",
    "投标保证金",
    "INVOICE {po}",
    "保险理赔 {po}",
    "TAX",
    "房租",
)
_MONTHS = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER",
    "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_DEDUCTED = {
    "fee": ("扣手续费", "LESS BANK CHARGES"), "discount": ("扣2%现金折扣", "LESS 2% DISCOUNT"),
    "late discount": ("扣2%现金折扣", "LESS 2% DISCOUNT"),
    "retention": ("扣质保金", "LESS RETENTION"),
    "withholding": ("代扣税", "WHT 10% DEDUCTED"), "line disputed": ("有争议", "PART DISPUTED"),
    "part": ("部分货款", "PART PAYMENT"),
}  # fmt: skip
_DIGITS = re.compile(r"\d")


class Said(NamedTuple):
    """The text on the statement, the references in fields of their own, and how it was told."""

    text: str
    references: tuple[str, ...] = ()
    told: str = "not at all"


def silent(dice: random.Random, *, home: bool) -> Said:
    """A text that names no invoice."""
    return Said(_filled(dice, dice.choice(_SILENT_HOME if home else _SILENT_ABROAD)))


def in_advance(dice: random.Random, *, home: bool) -> Said:
    """A text that says that money came before the goods."""
    return Said(_filled(dice, dice.choice(_ADVANCE_HOME if home else _ADVANCE_ABROAD)))


def of_a_stranger(dice: random.Random) -> Said:
    """A text of money that no customer sent."""
    return Said(_filled(dice, dice.choice(_OTHER)))


def of_a_month(month: date, *, home: bool) -> Said:
    """A text that names the month whose invoices are paid.

    >>> of_a_month(date(2026, 2, 1), home=True).text
    '付2026年2月货款'
    """
    if home:
        return Said(f"付{month.year}年{month.month}月货款", told="month")
    return Said(f"{_MONTHS[month.month - 1]} {month.year} STATEMENT", told="month")


def deduction(dice: random.Random, words: Said, differs: str, *, home: bool) -> Said:
    """The text with what was deducted, which one payer in three says."""
    if differs not in _DEDUCTED or dice.random() > 0.35:
        return words
    return words._replace(text=f"{words.text} {_DEDUCTED[differs][not home]}".strip())


def said(
    dice: random.Random,
    debts: Sequence[Debt],
    *,
    home: bool,
    told: str,
    misleads: Callable[[str], bool],
    another: str,
    contract: str,
) -> Said:
    """A text about the invoices of ``debts``, in the way ``told``; all are of ``contract`` if any.

    ``misleads`` says whether a number names other debts that the amount would fit: the payer's
    word counts, so such a slip would be another truth, and the number is told in full instead.
    """
    sources = list(dict.fromkeys(debt.source for debt in debts))
    names, how = _names(dice, sources, told, misleads=misleads, another=another, contract=contract)
    text = _filled(dice, dice.choice(_HOME if home else _ABROAD), _joined(dice, names, home=home))
    if how == "wrapped" and len(text) > COLUMNS:
        text = " ".join(text[at : at + COLUMNS] for at in range(0, len(text), COLUMNS))
    elif how == "wrapped":
        how = "in full"
    if how == "cut":
        at = text.rfind(names[-1]) + max(1, len(names[-1]) - dice.randint(1, 5))
        text = text[:at]
    fielded = how == "in full" and dice.random() < (0.7 if sources[0].startswith("RF") else 0.1)
    if fielded:
        return Said("" if dice.random() < 0.5 else text, tuple(sources), how)
    return Said(text, told=how)


def _names(
    dice: random.Random,
    sources: list[str],
    told: str,
    *,
    misleads: Callable[[str], bool],
    another: str,
    contract: str,
) -> tuple[list[str], str]:
    """What stands for the invoices, and how that is told in truth."""
    if told == "contract" and contract:
        return [contract], told
    spanned = told == "range" or (told == "in full" and dice.random() < 0.3)
    if spanned and (span := _range(sources)):
        return [span], "range"
    at = dice.randrange(len(sources))
    changed = {
        "short form": lambda: [_short(dice, each) for each in sources],
        "last digits": lambda: [_last_digits(each) for each in sources],
        "typo": lambda: _with(sources, at, _typo(dice, sources[at])),
        "transposed": lambda: _with(sources, at, _transposed(dice, sources[at])),
        "another's": lambda: _with(sources, at, another or sources[at]),
    }.get(told, lambda: sources)()
    if changed == sources:
        return sources, told if told in {"cut", "wrapped"} else "in full"
    if told in {"typo", "transposed", "another's"} and misleads(changed[at]):
        return sources, "in full"
    return changed, told


def _with(sources: list[str], at: int, name: str) -> list[str]:
    return [*sources[:at], name, *sources[at + 1 :]]


def _short(dice: random.Random, source: str) -> str:
    """A number without what a clerk thinks nobody needs.

    >>> _short(random.Random(1), "INV-2026-000417")
    '000417'
    """
    if source.startswith("RF"):
        return source[4:]
    if source.startswith("INV-"):
        count = source[9:]
        return dice.choice((count.lstrip("0"), count, f"INV{count.lstrip('0')}", source[4:]))
    if source.startswith("RE-"):
        return dice.choice((source[8:], source[3:], source.replace("-", "")))
    return source[-8:] if len(source) == 20 else source.lstrip("0")


def _last_digits(source: str) -> str:
    return source[-4:] if len(source) > 4 else source


def _range(sources: Sequence[str]) -> str:
    """The first and the last of numbers that follow each other; empty for others.

    >>> _range(["INV-2026-000417", "INV-2026-000418"]), _range(["7", "9"])
    ('INV-2026-000417-418', '')
    """
    if len(sources) < 2 or sources[0].startswith("RF"):
        return ""
    heads = {source[: len(source) - _tail(source)] for source in sources}
    counts = sorted(int(source[-_tail(source) :]) for source in sources)
    follows = counts == list(range(counts[0], counts[0] + len(counts)))
    if len(heads) > 1 or not follows:
        return ""
    first, last = min(sources), max(sources)
    return f"{first}-{last[-3:]}" if _tail(last) > 3 else f"{first}-{last}"


def _tail(source: str) -> int:
    """How many digits a number ends with."""
    return len(source) - len(source.rstrip("0123456789"))


def _typo(dice: random.Random, source: str) -> str:
    """One of the last four digits is another one."""
    at = dice.choice([found.start() for found in _DIGITS.finditer(source)][-4:])
    other = dice.choice([digit for digit in "0123456789" if digit != source[at]])
    return source[:at] + other + source[at + 1 :]


def _transposed(dice: random.Random, source: str) -> str:
    """Two neighbours among the last five digits change places; the same where all are alike."""
    digits = [found.start() for found in _DIGITS.finditer(source)][-5:]
    pairs = [at for at in digits[:-1] if at + 1 in digits and source[at] != source[at + 1]]
    if not pairs:
        return source
    at = dice.choice(pairs)
    return source[:at] + source[at + 1] + source[at] + source[at + 2 :]


def _joined(dice: random.Random, names: Sequence[str], *, home: bool) -> str:
    marks = (
        ("、", "，", ",", " ", "/", "；") if home else (", ", " ", "/", " + ", " AND ", ",", "; ")
    )
    return dice.choice(marks).join(names)


def _filled(dice: random.Random, form: str, refs: str = "") -> str:
    """A form with its references, an order number of the payer's and a day."""
    order = dice.choice((f"{dice.randint(300, 99_999)}", f"45000{dice.randint(10_000, 99_999)}"))
    day = dice.choice(("2026-03-02", "20260302", "02.03.2026", "3月2日"))
    return form.format(refs=refs, po=order, day=day)
