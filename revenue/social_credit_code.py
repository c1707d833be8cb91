"""The unified social credit code of a Chinese company (统一社会信用代码, GB 32100-2015).

Eighteen characters that name one legal person for life, the last of them a check character. Names
of companies repeat and change, so what a court or a register says of a company is matched by this
code and never by its name alone. A code that fails its own check is a typing error, and is refused
before anything rests on it.
"""

from typing import Annotated

from pydantic import AfterValidator

from cpq.kernel.errors import Invalid

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Base 31: no I, O, S, V, Z, which are taken for digits or for each other."""

_LENGTH = 18
_REGION = slice(2, 8)
_WEIGHTS = tuple(3**place % 31 for place in range(_LENGTH - 1))


def check_character(first: str) -> str:
    """The last character for the first seventeen, all of them from the alphabet of the standard.

    >>> check_character("91440300192203821")
    '6'
    """
    values = (_ALPHABET.index(letter) for letter in first)
    weighed = sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=True))
    return _ALPHABET[-weighed % 31]


def social_credit_code(text: str) -> str:
    """The code as the register writes it: upper case, without spaces and hyphens.

    Raises ``Invalid`` (``social_credit_code.invalid``) that says what is wrong: the length, a
    character, the region (six digits), or the check character.

    >>> social_credit_code("914403001922038216")
    '914403001922038216'
    """
    code = text.upper().replace(" ", "").replace("-", "")
    strange = sorted({letter for letter in code if letter not in _ALPHABET})
    if len(code) != _LENGTH:
        wrong = f"it has {len(code)} characters"
    elif strange:
        wrong = f"{', '.join(strange)} does not occur in such codes (nor do I, O, S, V, Z)"
    elif not code[_REGION].isdecimal():
        wrong = f"its region {code[_REGION]!r} is not six digits"
    elif check_character(code[:-1]) != code[-1]:
        wrong = f"its check character {code[-1]!r} does not belong to the first seventeen"
    else:
        return code
    raise Invalid(
        "social_credit_code.invalid",
        f"{text[:40]!r} is not a unified social credit code of 18 characters: {wrong}; copy it "
        "from the business licence",
        text=text,
    )


def _checked(text: str) -> str:
    return social_credit_code(text) if text else ""


SocialCreditCode = Annotated[str, AfterValidator(_checked)]
"""A model field for a code that passes its check, or ``""`` where there is none."""
