"""Currencies by ISO 4217, with their minor units, and where amounts in them are rounded."""

from functools import lru_cache
from typing import Annotated, Literal

import moneyed
from moneyed.classes import CurrencyDoesNotExist
from pydantic import Field, PlainValidator, WithJsonSchema

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen, added
from cpq.kernel.money.number import Rounding


@lru_cache(maxsize=512)
def currency(code: str) -> moneyed.Currency:
    """The ISO 4217 currency of ``code``.

    Raises ``NotFound`` (``currency.unknown``).

    >>> currency("JPY").sub_unit, currency("KWD").sub_unit
    (1, 1000)
    """
    try:
        return moneyed.get_currency(code)
    except CurrencyDoesNotExist:
        raise NotFound(
            "currency.unknown",
            f"{code!r} is not an ISO 4217 currency code; write it in capitals, such as 'CNY'",
            currency=code,
        ) from None


@lru_cache(maxsize=512)
def currency_places(code: str) -> int:
    """How many decimals amounts of a currency have: 2 for CNY, 0 for JPY, 3 for KWD."""
    return len(str(currency(code).sub_unit)) - 1


def _currency_code(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a currency is its ISO 4217 code, such as 'CNY'")
    try:
        return currency(value).code
    except NotFound as error:
        raise Invalid(error.code, error.message) from None


CurrencyCode = Annotated[
    str,
    PlainValidator(_currency_code),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"}),
]
"""A model field for an ISO 4217 code that exists."""


class RoundingPolicy(Frozen):
    """Where figures are rounded, once, and how: named, and printed on what it decided.

    ``unit_places`` decimals for a unit price; ``amount_places`` for extended amounts, ``None``
    meaning the currency's own. Where the unit price is ``contractual``, it is rounded and then
    extended; where it is not, the exact one is extended and only the amount is rounded. ``tax`` is
    rounded on each ``line``, or once per tax code of the document (``group``) and shared.

    >>> RoundingPolicy().places_for("JPY"), RoundingPolicy(amount_places=4).places_for("USD")
    (0, 4)
    """

    name: str = "commercial"
    unit_places: int = Field(default=4, ge=0, le=18)
    amount_places: int | None = Field(default=None, ge=0, le=18)
    mode: Rounding = Rounding.HALF_UP
    contractual: bool = added(True)
    tax: Literal["line", "group"] = added("line")

    def places_for(self, code: str) -> int:
        """Decimals of an extended amount in the currency ``code``."""
        return currency_places(code) if self.amount_places is None else self.amount_places


COMMERCIAL = RoundingPolicy()
"""Unit prices with four decimals, amounts on the currency's grid, half up."""
