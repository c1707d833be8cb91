"""Codes in bulk (批量生成券码): distinct, hard to guess, hard to mistype.

Chance comes from outside, as bytes: the domain draws nothing itself, so the same bytes make the
same codes. Bytes that would make some signs likelier than others are passed over. A code is a
prefix that everybody may know, signs that nobody can know, and a check character over all of it.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import shake_256
from itertools import count as count_up
from typing import NamedTuple

from cpq.cap import Cap
from cpq.coupon.check import MODULUS, SIGNS, closing, running
from cpq.coupon.key import KEY_MAX, coupon_key
from cpq.coupon.model import ONCE, Coupon
from cpq.kernel.errors import Invalid
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import legible

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capitals without those that are read as one another: 0 and O; 1, I and L."""

COUNT_MAX = 1_000_000
"""How many codes are made at once at most."""

GUESSES = 1000
"""A code of a batch is hit by one guess in so many at the least, or the batch is not made."""

_LOOK_ALIKES = ("0O", "1IL")
_ASKED_MAX = 1 << 20
_SIZES = range(8, len(SIGNS) + 1)

Entropy = bytes | Callable[[int], bytes]
"""Random bytes, or what gives as many as it is asked for: ``os.urandom``."""


def seeded(seed: str) -> Callable[[int], bytes]:
    """Bytes that follow from a seed: the same codes again, for tests and examples.

    Whoever knows the seed knows the codes; coupons that are worth something want ``os.urandom``.

    >>> first, = coupons(1, promotion="AUTUMN", entropy=seeded("2026"))
    >>> first == coupons(1, promotion="AUTUMN", entropy=seeded("2026"))[0]
    True
    """
    calls = count_up()
    return lambda size: shake_256(f"{next(calls)}/{seed}".encode()).digest(size)


class _Form(NamedTuple):
    """What the codes of one batch look like: as many drawn signs, of an alphabet, in groups."""

    prefix: str
    drawn: int
    alphabet: str
    group: int

    def printed(self, body: str) -> str:
        """A code as it is printed: the prefix, then the signs in groups, parted by hyphens."""
        size = self.group or len(body)
        groups = (body[start : start + size] for start in range(0, len(body), size))
        return "-".join((self.prefix, *groups) if self.prefix else groups)


def coupons(
    count: int,
    *,
    promotion: str,
    entropy: Entropy,
    length: int = 8,
    prefix: str = "",
    alphabet: str = ALPHABET,
    group: int = 4,
    taken: Iterable[str] = (),
    period: Period = ALWAYS,
    zone: str | None = None,
    customer: str | None = None,
    batch: str = "",
    caps: tuple[Cap, ...] = ONCE,
    returns_on_cancel: bool = True,
) -> tuple[Coupon, ...]:
    """``count`` coupons for a promotion, all alike but for their codes.

    ``length`` counts the signs after the prefix, the check character being the last; ``group``
    of them stand together (0: all). No code is one of ``taken``, however it is written. The same
    bytes make the same codes. Raises ``Invalid``: ``coupon.bad_form`` for a count, a length, a
    prefix or an alphabet that cannot be, ``coupon.guessable`` where more than one guess in 1,000
    would hit, ``coupon.entropy_spent`` where the bytes do not suffice or repeat themselves.

    >>> first, second = coupons(2, promotion="AUTUMN", prefix="A26", entropy=bytes(range(40)))
    >>> first.code, second.code
    ('A26-2345-678W', 'A26-9ABC-DEFU')
    """
    form = _checked(count, length, prefix, alphabet, group)
    seen = {coupon_key(code) for code in taken}
    codes = tuple(_codes(form, count, entropy, seen))
    # All are alike but for the code, so one is validated for all.
    one = Coupon(
        code=codes[0],
        promotion=promotion,
        period=period,
        zone=zone,
        customer=customer,
        batch=batch,
        caps=caps,
        returns_on_cancel=returns_on_cancel,
    )
    fields = {name: getattr(one, name) for name in Coupon.model_fields}
    return tuple(Coupon.built({**fields, "code": code}) for code in codes)


def _checked(count: int, length: int, prefix: str, alphabet: str, group: int) -> _Form:
    """What the codes look like, where such codes can be."""
    start, signs = prefix.strip(" -").upper(), alphabet.upper()
    if not 1 <= count <= COUNT_MAX:
        raise _bad(f"1 to {COUNT_MAX} codes are made at once; found {count}")
    if any(sign not in SIGNS for sign in coupon_key(start).upper()) or not prefix.isascii():
        raise _bad(
            f"a prefix is letters A to Z, digits, blanks and hyphens; found {legible(prefix)!r}"
        )
    if len(set(signs)) < len(signs) or set(signs) - set(SIGNS) or len(signs) not in _SIZES:
        raise _bad(
            f"an alphabet is {_SIZES[0]} to {_SIZES[-1]} different characters of 0-9 and A-Z; "
            f"found {legible(alphabet)!r}"
        )
    for alike in _LOOK_ALIKES:
        found = " and ".join(sign for sign in alike if sign in signs)
        if len(found) > 1:
            raise _bad(f"{found} are read as one another; keep one of them in the alphabet")
    form = _Form(start, length - 1, signs, group)
    if length < 2 or group < 0 or len(form.printed("X" * min(length, KEY_MAX + 1))) > KEY_MAX:
        raise _bad(
            f"a code is at most {KEY_MAX} characters long, hyphens included, with 2 or more after "
            f"its prefix; found a length of {length} after {legible(prefix)!r}"
        )
    _refuse_guessable(form, count)
    return form


def _bad(why: str) -> Invalid:
    return Invalid("coupon.bad_form", why)


def _refuse_guessable(form: _Form, count: int) -> None:
    size = len(form.alphabet)
    # Whoever guesses knows how codes are closed too. A few that would close with a sign that is not
    # in the alphabet are never made.
    if size**form.drawn * size < count * GUESSES * MODULUS:
        drawn = form.drawn
        while size**drawn * size < count * GUESSES * MODULUS:
            drawn += 1
        raise Invalid(
            "coupon.guessable",
            f"{count} codes of length {form.drawn + 1} are too easy to guess; more than one guess "
            f"in {GUESSES} would hit: make them {drawn + 1} long",
            length=drawn + 1,
        )


def _codes(form: _Form, count: int, entropy: Entropy, seen: set[str]) -> Iterator[str]:
    """Distinct codes as printed, none of them ``seen``."""
    start = coupon_key(form.prefix)
    before = running(start)
    left = count
    for drawn in _draws(form, count, entropy):
        sign = closing(running(drawn, before))
        if sign not in form.alphabet or not sign:
            continue
        key = f"{start}{drawn}{sign}".lower()
        if key not in seen:
            seen.add(key)
            yield form.printed(drawn + sign)
            left -= 1
            if not left:
                return


def _draws(form: _Form, count: int, entropy: Entropy) -> Iterator[str]:
    """Signs drawn evenly, as many as a code needs at a time, until the entropy is spent."""
    size = len(form.alphabet)
    even = 256 // size * size
    signs = bytes(ord(form.alphabet[value % size]) for value in range(256))
    uneven = bytes(range(even, 256))
    rest = ""
    for some in _bytes(form, count, entropy):
        text = rest + some.translate(signs, uneven).decode("ascii")
        whole = len(text) - len(text) % form.drawn
        rest = text[whole:]
        for place in range(0, whole, form.drawn):
            yield text[place : place + form.drawn]
    raise Invalid(
        "coupon.entropy_spent",
        f"the entropy is spent before {count} different codes were made; give more random bytes, "
        "such as os.urandom, or a greater length",
    )


def _bytes(form: _Form, count: int, entropy: Entropy) -> Iterator[bytes]:
    """The bytes there are; of what gives bytes without end, a multiple of what should do."""
    if isinstance(entropy, bytes):
        yield entropy
        return
    wanted = count * form.drawn * 2 * MODULUS // len(form.alphabet) + _SIZES[-1]
    asked = 0
    while asked < wanted * GUESSES:
        size = min(wanted, _ASKED_MAX)
        some = entropy(size)
        if not some:
            return
        asked += size
        yield some
