"""The price that a person gives a line (手工价): what, by whom and why, as a value of its own.

A manual price is never changed silently: a floor that it breaks is a finding, and promotions leave
it alone unless it says otherwise.
"""

from decimal import Decimal
from fractions import Fraction

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, plain
from cpq.kernel.text import Line


class ManualPrice(Frozen):
    """Exactly one of: ``price`` per unit; ``percent_off``, ``amount_off`` per unit of what it was.

    In the currency and on the tax basis of the document. ``promotable`` lets promotions still act.

    >>> ManualPrice(percent_off="5", reason="trade fair", by="Li Wei").of(Fraction(200))
    Fraction(190, 1)
    """

    price: Exact | None = Field(default=None, ge=0)
    percent_off: Exact | None = Field(default=None, le=100)
    amount_off: Exact | None = None
    reason: Line = ""
    by: Line = ""
    promotable: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ManualPrice":
        given = (self.price, self.percent_off, self.amount_off)
        if sum(value is not None for value in given) != 1:
            raise ValueError(
                "a manual price gives exactly one of price, percent_off and amount_off"
            )
        return self

    def of(self, before: Fraction) -> Fraction:
        """The price per unit that it makes of the one before, exactly, never below zero."""
        if self.price is not None:
            return Fraction(self.price)
        if self.percent_off is not None:
            return before * (100 - Fraction(self.percent_off)) / 100
        return max(Fraction(0), before - Fraction(self.amount_off or Decimal(0)))

    def __str__(self) -> str:
        if self.price is not None:
            return plain(self.price)
        if self.percent_off is not None:
            return f"-{plain(self.percent_off)}%".replace("--", "+")
        return f"-{plain(self.amount_off or Decimal(0))}".replace("--", "+")
