"""For how long what recurs is sold (服务期): so many billing periods, asked for and never guessed.

The price of a service is for one unit and one period. What a line costs is therefore known only
with the number of its periods: a service without one is refused, and so is one on goods that are
charged once.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from cpq.kernel.errors import Refused
from cpq.product import BillingPeriod, Product

_MONTHS: Final[dict[BillingPeriod, int]] = {"month": 1, "quarter": 3, "year": 12}
_ZH: Final[dict[BillingPeriod, str]] = {"month": "月", "quarter": "季", "year": "年"}


def periods_asked(product: Product, periods: int | None) -> int | None:
    """The periods that a product is sold for; ``None`` for one that is charged once.

    Raises ``Refused``: ``pricing.no_periods`` where it recurs and nobody said for how long,
    ``pricing.not_recurring`` where it does not and somebody did.

    >>> periods_asked(Product(code="CARE", name="Care", billing="month"), 36)
    36
    """
    code, billing = product.code, product.billing
    if billing is not None and periods is None:
        raise Refused(
            "pricing.no_periods",
            f"the price of {code!r} is for one {billing}, and nobody said for how many; give "
            "periods, as in 36",
            message_zh=f"{code} 按{_ZH[billing]}计费，但未说明期数；请给出 periods，例如 36",
            product=code,
        )
    if billing is None and periods is not None:
        raise Refused(
            "pricing.not_recurring",
            f"{code!r} is charged once, and {periods} periods are asked for; leave periods out, or "
            "give the product a billing period",
            message_zh=f"{code} 为一次性收费，却要求 {periods} 期；请去掉 periods，"
            "或为产品设置计费周期",
            product=code,
        )
    return periods


def refuse_mixed(products: Iterable[Product]) -> None:
    """Refuse one number of periods for products of which these last a month and those a year.

    Raises ``Refused`` (``pricing.mixed_billing``).

    >>> refuse_mixed([Product(code="CARE", name="Care", billing="month")])
    """
    first: Product | None = None
    for product in products:
        first = first or product
        if product.billing != first.billing:
            raise Refused(
                "pricing.mixed_billing",
                f"{first.code!r} recurs by the {first.billing} and {product.code!r} by the "
                f"{product.billing}, and one configuration has one number of periods; sell one of "
                "them as an item of its own",
                message_zh=f"{first.code} 与 {product.code} 的计费周期不同，而一个选配结果只有一个"
                "期数；请将其中之一单独列为一行",
                product=product.code,
            )


def part_seen(seen: BillingPeriod | None, times: int, *, by: BillingPeriod | None) -> Fraction:
    """How much of an amount a price for one period ``by`` counts: what falls to such a period.

    Of what is charged once all of it, and all of everything where the price is due only once.

    >>> part_seen("month", 36, by="year")
    Fraction(1, 3)
    """
    if seen is None or by is None:
        return Fraction(1)
    return Fraction(_MONTHS[by], _MONTHS[seen] * times)
