"""How the worked cases of pricing are answered: one adapter per family, all by public words.

``priced`` asks for prices, ``returned`` takes some of what was sold back, ``split`` shares whole
units, ``margin`` asks what a deal earns.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from cpq import Money, Pricing, refundable
from cpq.kernel.money import money_total, split
from cpq.margin import margin_of
from tests.cases.asking import Told, pricings
from tests.cases.figures import figures

Figures = dict[str, Any]


def by_price(given: Told, wanted: Sequence[str]) -> Figures:
    return figures(pricings(given), wanted)


def by_return(given: Told, _: Sequence[str]) -> Figures:
    """What goes back for what comes back: its share of the net that was paid.

    Where a case prices what is kept as well, the seller who claws back refunds so much less.
    """
    sold, *kept = pricings(given)
    refund = _refund(sold, given["returned"])
    left = sold.net - refund
    short = [each.net - left for each in kept]
    return {
        "refund": refund.amount,
        "left": left.amount,
        "clawed_back": [each.amount for each in short],
        "refund_clawed_back": [(refund - each).amount for each in short],
    }


def _refund(sold: Pricing, returned: dict[str, str]) -> Money:
    parts = (
        refundable(
            Money(sold.line(number).net, sold.currency),
            returned=Decimal(quantity),
            quantity=sold.line(number).quantity,
        )
        for number, quantity in returned.items()
    )
    return money_total(parts, sold.currency)


def by_split(given: Told, _: Sequence[str]) -> Figures:
    how = given.get("weightless", "refuse")
    return {"shares": list(split(given["whole"], given["weights"], weightless=how))}


def by_margin(given: Told, _: Sequence[str]) -> Figures:
    margin = margin_of(Money(given["net"], "CNY"), Money(given["cost"], "CNY"))
    assert margin.amount is not None
    return {"margin": margin.amount.amount, "percent": margin.percent, "shown": str(margin)}


FAMILIES: dict[str, Callable[[Told, Sequence[str]], Figures]] = {
    "priced": by_price,
    "returned": by_return,
    "split": by_split,
    "margin": by_margin,
}
