"""A history of deals to look prices up in: some products sell a lot, most of them a little.

The n-th product sells in proportion to n ** −0.7, so that of 1,000 products the first has about
one deal in 26. Three deals in five are won, four in five are in CNY; they are spread over five
years. The same seed gives the same deals in any process.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

from cpq.history import DealPrice

TODAY = date(2026, 11, 21)
DAYS = 5 * 365
PRODUCTS, FAMILIES, CUSTOMERS = 1_000, 200, 5_000
_GROUPS = ("key-account", "reseller", "public", "small")
_REGIONS = ("East", "North", "South", "West")
_CURRENCIES = ("CNY", "USD", "EUR")


class Ware(NamedTuple):
    """A product and the family it is a variant of; ``list_price`` in CNY per piece."""

    code: str
    family: str
    list_price: Decimal


def wares() -> tuple[Ware, ...]:
    """The products, best seller first."""
    dice = random.Random(1)
    return tuple(
        Ware(
            f"P-{place:04d}",
            f"F-{dice.randrange(FAMILIES):03d}",
            Decimal(dice.randint(500, 2_000_000)).scaleb(-2),
        )
        for place in range(PRODUCTS)
    )


def rate(source: str, target: str, on: date, /) -> Fraction | None:
    """What a currency was worth on a day: made up, another one every month."""
    worth = {"CNY": 100, "USD": 700 + on.month, "EUR": 780 + on.month}
    return Fraction(worth[source], worth[target])


def deals(count: int, *, seed: int = 2681) -> Iterator[DealPrice]:
    """``count`` deals, ten lines to a quote, in the order in which the quotes were made."""
    dice = random.Random(seed)
    sold = wares()
    weights = list(accumulate((place + 1) ** -0.7 for place in range(PRODUCTS)))
    for place in range(count):
        quote, line = divmod(place, 10)
        if not line:
            head = _head(dice, quote, count // 10 + 1)
        (ware,) = dice.choices(sold, cum_weights=weights)
        # Every field is what a validated deal holds; a test holds the two equal.
        yield DealPrice.built(
            {**_line(dice, ware, head["currency"]), **head, "line": f"{line + 1}"}
        )


def _head(dice: random.Random, quote: int, quotes: int) -> dict[str, Any]:
    customer = dice.randrange(CUSTOMERS)
    return {
        "quote": f"Q-{quote:07d}",
        "version": 1,
        "status": "won" if dice.random() < 0.6 else "lost",
        "on": TODAY - timedelta(days=DAYS - 1 - quote * DAYS // quotes),
        "customer": f"C-{customer:05d}",
        "groups": (_GROUPS[customer % len(_GROUPS)],),
        "region": _REGIONS[customer % 7 % len(_REGIONS)],
        "channel": "",
        "owner": f"R-{customer % 50}",
        "currency": dice.choices(_CURRENCIES, weights=(80, 15, 5))[0],
    }


def _line(dice: random.Random, ware: Ware, currency: str) -> dict[str, Any]:
    quantity = Decimal(int(1 + dice.expovariate(0.1)))
    paid = Decimal(dice.randint(6_000, 10_000)).scaleb(-4)
    listed = ware.list_price if currency == "CNY" else ware.list_price / 8
    return {
        "product": ware.code,
        "family": ware.family,
        "attributes": (("colour", dice.choice(("red", "blue"))),),
        "quantity": quantity,
        "unit": "pc",
        "base_quantity": Fraction(quantity),
        "base_unit": "pc",
        "net": (listed * quantity * paid).quantize(Decimal("0.01")),
        "list_price": Fraction(listed),
        "one_off": dice.random() < 0.03,
    }
