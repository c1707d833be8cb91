"""The check character of a code (校验码): a slip of the finger is told from a code nobody issued.

ISO/IEC 7064, MOD 37-2: each character of 0-9 and A-Z weighs a power of 2, and with the check
character the sum leaves 1 modulo 37. The modulus is prime, so to mistype any one character moves
the sum; 2 is a primitive root of it, so the weights of any 36 places differ and to swap any two
characters that differ moves it too, neighbours or not. The standard's 37th sign, ``*``, is never
printed: a code that would need it is not made.
"""

from cpq.coupon.key import coupon_key

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The signs that a code with a check character is made of; each weighs its place here."""

MODULUS = 37
_RADIX = 2
_WEIGHTS = {sign: weight for weight, sign in enumerate(SIGNS)} | {
    sign.lower(): weight for weight, sign in enumerate(SIGNS)
}


def running(text: str, so_far: int = 0) -> int:
    """The sum of signs of ``SIGNS`` in either case, going on from that of what stands before."""
    total = so_far
    for sign in text:
        total = (total + _WEIGHTS[sign]) * _RADIX % MODULUS
    return total


def closing(total: int) -> str:
    """The sign that closes a code with this running sum; empty where it would be ``*``."""
    weight = (1 - total) % MODULUS
    return SIGNS[weight] if weight < len(SIGNS) else ""


def check_character(code: str) -> str:
    """The sign that closes ``code``: hyphens, blanks and capitals make no difference.

    Empty where no sign can close it: it holds something else than 0-9 and A-Z, or the sign would
    be ``*``.

    >>> check_character("G123-4896-54321")
    'Y'
    """
    key = coupon_key(code)
    return closing(running(key)) if key and all(sign in _WEIGHTS for sign in key) else ""


def check_fits(code: str) -> bool:
    """Whether the last character of a code, as somebody typed it, is the one that closes it.

    >>> check_fits("g123 4896 54321y"), check_fits("G123-4896-54312Y")
    (True, False)
    """
    key = coupon_key(code)
    if len(key) < 2 or not all(sign in _WEIGHTS for sign in key):
        return False
    return closing(running(key[:-1])).lower() == key[-1]
