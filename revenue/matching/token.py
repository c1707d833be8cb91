"""Words and numbers in a remittance text, as whole tokens (附言中的单号).

A number is compared atom by atom: runs of letters and runs of digits. What separates them does not
count, because a bank prints ``INV-2026-0012`` as ``INV 2026 0012`` or breaks its line inside it;
what is *glued* to them does, because ``INV-0012`` is not in ``INV-00123`` nor in ``XINV-0012``.
That is why the first substring is never taken for a reference. Chinese characters separate atoms as
blanks do: 发票0012号.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_ATOM = re.compile(r"[0-9]+|[^\W\d_\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_MONEY = re.compile(r"(?<![\w-])\d{1,3}(?:[,.' ]\d{3})*[.,]\d{2}(?![\w-])")
_DAY = re.compile(
    r"(?<![\w-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))(?![\w-])"
    r"|(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}日)?"
    r"|(?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? ?"
    r"(?:19|20)\d{2}(?!\d)"
)
_JOINS = re.compile(r"[\s\-_./:#*]{0,3}")
_LOOKS_LIKE = str.maketrans("oilszbg", "0115286")
_RF_LENGTH_MAX = 25


class Atom(NamedTuple):
    """A run of letters or of digits; ``gap`` is what stands between it and the one before."""

    text: str
    gap: str
    start: int

    @property
    def is_digits(self) -> bool:
        """Whether it is a number."""
        return self.text.isdecimal()


def folded(text: str) -> str:
    """A text in the form in which it is read: width and case do not count.

    >>> folded("ＩＮＶ－００１２")
    'inv-0012'
    """
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def atoms_of(text: str) -> tuple[Atom, ...]:
    """The atoms of a folded text.

    >>> [atom.text for atom in atoms_of("发票inv-2026/0012号")]
    ['inv', '2026', '0012']
    """
    found: list[Atom] = []
    end = 0
    for run in _ATOM.finditer(text):
        found.append(Atom(run[0], text[end : run.start()], run.start()))
        end = run.end()
    return tuple(found)


def texts_of(text: str) -> tuple[str, ...]:
    """The texts of the atoms of a number, folded.

    >>> texts_of("INV-2026-0012")
    ('inv', '2026', '0012')
    """
    return tuple(_ATOM.findall(folded(text)))


def without_amounts(text: str) -> str:
    """A folded text in which amounts and days of the calendar are blanked: they name nothing.

    >>> without_amounts("inv 12, 1.234,50 of 2026-11-03")
    'inv 12,          of           '
    """
    blanked = _DAY.sub(lambda run: " " * len(run[0]), text)
    return _MONEY.sub(lambda run: " " * len(run[0]), blanked)


def joined(texts: Sequence[str]) -> str:
    """Atoms as one key: ``inv20260012``."""
    return "".join(texts)


def stripped(texts: Sequence[str]) -> str:
    """Atoms as one key without leading zeros: ``inv202612``."""
    return "".join(text.lstrip("0") if text.isdecimal() else text for text in texts)


def joins(gap: str) -> bool:
    """Whether two atoms with this between them may be one number.

    >>> joins("-"), joins(", "), joins(" / ")
    (True, False, True)
    """
    return _JOINS.fullmatch(gap) is not None


def is_creditor_reference(text: str) -> bool:
    """Whether a text is a creditor reference of ISO 11649 with right check digits.

    The check digits find every wrong digit and every two that changed places.

    >>> is_creditor_reference("RF18 5390 0754 7034"), is_creditor_reference("RF18539007547043")
    (True, False)
    """
    plain = "".join(text.split()).casefold()
    shaped = plain.isascii() and plain.isalnum() and plain[2:4].isdecimal()
    if not shaped or plain[:2] != "rf" or not 4 < len(plain) <= _RF_LENGTH_MAX:
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def ends_in_check_digit(digits: str, scheme: str) -> bool:
    """Whether the last digit checks the others, by ``luhn`` (mod 10) or ``mod11``.

    >>> ends_in_check_digit("79927398713", "luhn"), ends_in_check_digit("79927398710", "luhn")
    (True, False)
    >>> ends_in_check_digit("12345678903", "luhn"), ends_in_check_digit("1234567892", "mod11")
    (True, True)
    """
    if len(digits) < 2 or not digits.isdecimal():
        return False
    body = [int(digit) for digit in reversed(digits[:-1])]
    if scheme == "luhn":
        doubled = (2 * n if place % 2 == 0 else n for place, n in enumerate(body))
        return (sum(n - 9 if n > 9 else n for n in doubled) + int(digits[-1])) % 10 == 0
    weighted = sum(n * (2 + place % 6) for place, n in enumerate(body))
    return (11 - weighted % 11) % 11 == int(digits[-1])


def lookalike(text: str) -> str:
    """A token as it is once letters that look like digits are read as digits.

    >>> lookalike("inv-oo12") == lookalike("inv-0012")
    True
    """
    return text.translate(_LOOKS_LIKE)


def one_typo_apart(first: str, second: str) -> bool:
    """Whether one slip of the keyboard makes one of the other: a sign wrong, missing, too many, or
    two that changed places.

    >>> one_typo_apart("inv0012", "inv0021"), one_typo_apart("inv0012", "inv0012")
    (True, False)
    """
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    left, right = first[start:], second[start:]
    if len(left) == len(right):
        swapped = len(left) > 1 and left[1::-1] == right[:2] and left[2:] == right[2:]
        return left[1:] == right[1:] or swapped
    return left[1:] == right if len(left) > len(right) else left == right[1:]
