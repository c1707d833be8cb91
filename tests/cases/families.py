"""How the worked cases of pricing are answered: one adapter per family, all by public words.

``priced`` asks for prices, ``returned`` takes some of what was sold back, ``split`` shares whole
units, ``margin`` asks what a deal earns, ``lowest`` and ``lowest_rule`` for the lowest price before
a reduction, ``history`` for what was paid before. ``turns`` sells one after the other on one
budget, ``race`` all at once, ``confirm`` lets an offer be accepted later, ``rebate`` hands in what
was sold, ``life`` follows a quote through its states.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cpq import Money, Pricing, refundable
from cpq.history import (
    Comparables,
    DealPrice,
    LowestPriceRule,
    MemoryDealPrices,
    PriceChange,
    lowest_in,
)
from cpq.kernel.money import money_total, rounded_fraction, split
from cpq.margin import margin_of
from tests.cases.asking import Told, pricings
from tests.cases.earned import by_rebate
from tests.cases.figures import figures
from tests.cases.lifecycle import by_life
from tests.cases.turns import by_confirmation, by_race, by_turns

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


def by_lowest(given: Told, _: Sequence[str]) -> Figures:
    return {"lowest": lowest_in([PriceChange(at=at, price=price) for at, price in given["log"]])}


def by_lowest_rule(given: Told, _: Sequence[str]) -> Figures:
    rule = LowestPriceRule.model_validate({n: v for n, v in given.items() if n != "asked"})
    days = [rule.days_for(ask.pop("product"), **ask) for ask in map(dict, given["asked"])]
    return {"days": ["none" if each is None else each for each in days]}


def by_history(given: Told, _: Sequence[str]) -> Figures:
    """What was paid before, and the newest price put on a line by hand."""
    common = {"product": "P", "line": "1", "unit": "pc", "base_unit": "pc", "currency": "CNY"}
    history = MemoryDealPrices()
    for told in given["deals"]:
        own = {"base_quantity": told["quantity"], "list_price": given["list_price"]}
        history.record([DealPrice.model_validate({**common, **own, **told})])
    queries = [
        Comparables(product="P", unit="pc", currency="CNY", on=date(2026, 3, 31), **ask)
        for ask in given["asked"]
    ]
    found = [history.hits(query) for query in queries]
    newest = str(rounded_fraction(found[0][0].price, 4))
    (taken,) = pricings(
        {
            "books": [{"code": "LIST", "rows": [{"price": given["list_price"]}]}],
            "asked": [{"manual": {"1": {"price": newest}}}],
        }
    )
    return {
        "quotes": [[deal.quote for deal in deals] for deals in found],
        "rows": [
            [deal.quote, deal.on.isoformat(), deal.quantity, deal.price, 100 * (1 - deal.ratio)]
            for deal in found[0]
            if deal.ratio is not None
        ],
        "limit": queries[0].evidence,
        "taken_over": [line.unit_price for line in taken.lines],
    }


FAMILIES: dict[str, Callable[[Told, Sequence[str]], Figures]] = {
    "priced": by_price,
    "returned": by_return,
    "split": by_split,
    "margin": by_margin,
    "lowest": by_lowest,
    "lowest_rule": by_lowest_rule,
    "history": by_history,
    "turns": by_turns,
    "race": by_race,
    "confirm": by_confirmation,
    "rebate": by_rebate,
    "life": by_life,
}
