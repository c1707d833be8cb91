"""What becomes of a discount when goods come back (退货优惠处理): kept, clawed back, or rebilled.

A promotion that took 10 % off from 300 on was earned by six pieces; when five of them come back,
the one that stays would never have got it. Whether that matters is agreed with the promotion, not
decided at the counter.
"""

from collections.abc import Iterable
from functools import cached_property

from pydantic import model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code
from cpq.promotion.policy import OnReturn, PromotionPolicy


class ReturnPolicy(Frozen):
    """What becomes of what promotions gave on goods that stay; ``promotions`` say it by code.

    ``keep``: it stays, though its condition no longer holds. ``claw_back``: what the promotion
    would not have given for the goods that stay is deducted from the refund, and a gift that is not
    returned is charged at its value. ``rebill``: where a promotion of that kind gave anything, or
    where it is what ``on_return`` says, all that stays is priced anew as of the day of the sale;
    what promotions with ``keep`` gave beyond that is honoured all the same.

    Deductions never exceed the refund unless ``customer_pays`` the difference.
    Raises ``Invalid`` (``return.policy_twice``) where a promotion is named twice.

    >>> policy = ReturnPolicy(on_return="keep", promotions=(("AUTUMN", "claw_back"),))
    >>> policy.of("AUTUMN"), policy.of("SPRING")
    ('claw_back', 'keep')
    """

    on_return: OnReturn = "keep"
    promotions: tuple[tuple[Code, OnReturn], ...] = ()
    customer_pays: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ReturnPolicy":
        if len(self._by_code) < len(self.promotions):
            codes = [code for code, _ in self.promotions]
            twice = sorted({code for code in codes if codes.count(code) > 1})
            raise Invalid(
                "return.policy_twice",
                f"promotions has {', '.join(twice)} twice; a promotion has one policy for returns",
                promotions=tuple(twice),
            )
        return self

    @cached_property
    def _by_code(self) -> dict[str, OnReturn]:
        return dict(self.promotions)

    def of(self, promotion: str) -> OnReturn:
        """What becomes of the discount of a promotion."""
        return self._by_code.get(promotion, self.on_return)


KEEP = ReturnPolicy()
"""What was given stays given."""


def return_policy(
    promotions: Iterable[PromotionPolicy], *, customer_pays: bool = False
) -> ReturnPolicy:
    """The policy that promotions themselves name (``on_return``); others are kept.

    >>> from cpq.promotion import PercentOff
    >>> autumn = PromotionPolicy(code="AUTUMN", benefit=PercentOff(percent=10), on_return="rebill")
    >>> return_policy([autumn]).of("AUTUMN")
    'rebill'
    """
    named = {each.code: each.on_return for each in promotions if each.on_return != "keep"}
    return ReturnPolicy(promotions=tuple(sorted(named.items())), customer_pays=customer_pays)
