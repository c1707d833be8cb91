"""When two codes are the same one (券码归一): what a customer typed against what was printed.

People type a code in small letters, in full-width letters of a Chinese keyboard, in groups parted
by blanks or by whatever dash their word processor made of a hyphen; a code pasted from a chat
brings invisible signs along. None of that makes another code. Everything else does: a full stop,
an underscore, an accent, a Cyrillic letter that looks Latin.
"""

import re
import unicodedata

from cpq.kernel.text import printable

KEY_MAX = 64
"""The longest key: as many characters as a printed code may have."""

_TYPED_MAX = 400
_DASHES = (
    r"\-\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    r"\u301c\u3030\u30a0"
)
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_LEFT_OUT = re.compile(rf"[\s{_DASHES}{_INVISIBLE}]+")
_PARTS = str.maketrans("", "", " -")


def coupon_key(code: str) -> str:
    """The form in which two codes are the same one; it is its own key.

    NFKC, case-folded; blanks of any width, hyphens, dashes, minus signs and invisible signs are
    left out. Empty for what is no code: a text of nothing else, one with control characters or
    halves of characters, one of more than 400 characters.

    >>> coupon_key("Autumn-26 7K4P") == coupon_key(" ＡＵＴＵＭＮ26－7k4p ")
    True
    >>> coupon_key("7K–4P"), coupon_key("7K.4P")
    ('7k4p', '7k.4p')
    """
    if len(code) > _TYPED_MAX:
        return ""
    if code.isascii() and code.isprintable():
        return code.translate(_PARTS).lower()
    # To fold or to leave out may bring forth what must be folded or left out in turn.
    key, folded = code, _folded(code)
    while folded != key:
        key, folded = folded, _folded(folded)
    try:
        return printable(key)
    except ValueError:
        return ""


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", _LEFT_OUT.sub("", folded))
