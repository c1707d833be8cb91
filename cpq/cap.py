"""What limits a promotion (促销限额): the most that one order may take from it.

A cap protects the margin of the one who funds the promotion. This one is per order and in the
order's currency, before tax; what goes beyond is clipped or refuses the promotion as a whole.
"""

from typing import Literal

from pydantic import field_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money


class Cap(Frozen):
    """At most ``amount`` of discount per order, on the tax basis of its prices.

    ``over`` says what happens beyond: ``clip`` grants the amount, ``reject`` grants nothing.

    >>> Cap(amount=Money("500.00", "CNY")).granted(Money("640.00", "CNY"))
    Money('500.00', 'CNY')
    """

    amount: Money
    over: Literal["clip", "reject"] = "clip"

    @field_validator("amount")
    @classmethod
    def _not_negative(cls, amount: Money) -> Money:
        if amount.amount < 0:
            raise Invalid("cap.negative", f"a cap is 0 or more; found {amount}")
        return amount

    def granted(self, asked: Money) -> Money:
        """What of ``asked`` may be given. Raises ``Invalid`` for a cap in another currency."""
        if asked.code != self.amount.code:
            raise Invalid(
                "cap.currency_mismatch",
                f"the cap is {self.amount} and the order in {asked.code}; cap it in {asked.code}",
            )
        if asked <= self.amount:
            return asked
        return self.amount if self.over == "clip" else Money.zero(asked.code)
