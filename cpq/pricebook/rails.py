"""Cost-plus and what a price is held to (成本加成、毛利率、尾数、价格护栏).

*Markup* is a percentage of the cost, *margin* one of the price: 25 % markup is 20 % margin. An
*ending* brings a price onto a grid such as 0.99, 1.99, 2.99; *rails* keep it between bounds. All
figures are exact fractions per unit of the line. The absolute amounts of a rule are per the rule's
own unit, so each function takes a ``scale``: how many of the rule's unit one of the line's is.

An entry of a price book applies them in this order: the base, converted into the book's currency;
discount, markup, margin or formula; the ending; the surcharge; the rails, last.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, plain

EndingMode = Literal["nearest", "up", "down"]
"""Which price of the grid is taken: the nearest (halfway: the higher), the next up, the next down.
"""

_ONE = Fraction(1)


def on_markup(cost: Fraction, markup: Decimal | Fraction) -> Fraction:
    """The price at ``markup`` percent on the cost: ``cost × (1 + markup / 100)``, not rounded.

    Raises ``Invalid`` (``price.markup_too_low``) below −100, where the price would be negative.

    >>> on_markup(Fraction(80), Decimal(25))
    Fraction(100, 1)
    """
    if markup < -100:
        raise Invalid(
            "price.markup_too_low",
            f"a markup is a percentage of the cost, from -100 on; found {_shown(markup)}",
        )
    return cost * (100 + Fraction(markup)) / 100


def on_margin(cost: Fraction, margin: Decimal | Fraction) -> Fraction:
    """The price of which ``margin`` percent is left after the cost: ``cost / (1 − margin / 100)``.

    Not rounded. Raises ``Invalid`` (``price.margin_too_high``) from 100 on: no price earns that.

    >>> on_margin(Fraction(80), Decimal(20))
    Fraction(100, 1)
    """
    if margin >= 100:
        raise Invalid(
            "price.margin_too_high",
            f"a margin is a percentage of the price, below 100; found {_shown(margin)}; a "
            "percentage of the cost is a markup",
        )
    return cost * 100 / (100 - Fraction(margin))


def _shown(percent: Decimal | Fraction) -> str:
    return plain(percent) if isinstance(percent, Decimal) else str(percent)


class PriceEnding(Frozen):
    """Prices that end alike (尾数定价): a multiple of ``multiple`` plus ``ending``.

    ``multiple=1, ending=0.99`` allows 0.99, 1.99, 2.99 …; ``multiple=50`` allows 50, 100, 150 …
    Both are per the rule's unit and in the book's currency, with 0 ≤ ``ending`` < ``multiple``.

    >>> ending = PriceEnding(multiple=1, ending="0.99", mode="up")
    >>> ending.applied(Fraction("12.30")), ending.applied(Fraction("12.99"))
    (Fraction(1299, 100), Fraction(1299, 100))
    """

    multiple: Exact = Field(gt=0)
    ending: Exact = Field(default=Decimal(0), ge=0)
    mode: EndingMode = "nearest"

    @model_validator(mode="after")
    def _ends_within_the_multiple(self) -> Self:
        if self.ending >= self.multiple:
            raise ValueError(
                f"the ending {plain(self.ending)} lies below the multiple; found the multiple "
                f"{plain(self.multiple)}: for prices such as 4.99 write multiple 1, ending 0.99"
            )
        return self

    def applied(self, price: Fraction, *, scale: Fraction = _ONE) -> Fraction:
        """The price of the grid for ``price``, both per unit of the line.

        0 stays 0, a price above 0 never becomes 0 (it takes the lowest of the grid instead), and
        a credit is the price with the other sign.

        >>> PriceEnding(multiple=10, mode="down").applied(Fraction(4))
        Fraction(10, 1)
        >>> dozen = Fraction(12)
        >>> PriceEnding(multiple=1, ending="0.99").applied(Fraction(148), scale=dozen)
        Fraction(3597, 25)
        """
        if price < 0:
            return -self.applied(-price, scale=scale)
        if price == 0:
            return price
        multiple, ending = Fraction(self.multiple) * scale, Fraction(self.ending) * scale
        steps = (price - ending) / multiple
        whole = steps.numerator // steps.denominator
        rest = steps - whole
        if (self.mode == "up" and rest > 0) or (self.mode == "nearest" and 2 * rest >= 1):
            whole += 1
        lowest = 0 if ending else 1
        return max(whole, lowest) * multiple + ending

    def __str__(self) -> str:
        ending = f" + {plain(self.ending)}" if self.ending else ""
        return f"{self.mode} to a multiple of {plain(self.multiple)}{ending}"


class Rails(Frozen):
    """Bounds that a price is kept between (价格护栏), in the book's currency per the rule's unit.

    ``min_over_base`` and ``max_over_base`` are amounts over the base price (negative: below it),
    ``lowest`` and ``highest`` are prices. Where the two kinds contradict each other, ``lowest`` and
    ``highest`` win.

    >>> rails = Rails(min_over_base=10, max_over_base=100)
    >>> rails.applied(Fraction(10000), base=Fraction(10000))
    Fraction(10010, 1)
    """

    min_over_base: Exact | None = None
    max_over_base: Exact | None = None
    lowest: Exact | None = Field(default=None, ge=0)
    highest: Exact | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        pairs = (("min_over_base", "max_over_base"), ("lowest", "highest"))
        if all(getattr(self, name) is None for pair in pairs for name in pair):
            raise ValueError(
                "rails give at least one of min_over_base, max_over_base, lowest and highest"
            )
        for low, high in pairs:
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(
                    f"no price fits: {low} {plain(least)} is more than {high} {plain(most)}"
                )
        return self

    def applied(self, price: Fraction, *, base: Fraction, scale: Fraction = _ONE) -> Fraction:
        """``price`` kept between the bounds; price and base are per unit of the line.

        >>> Rails(lowest="99.50").applied(Fraction(80), base=Fraction(100))
        Fraction(199, 2)
        """
        low, high = self.bounds(base=base, scale=scale)
        return _between(price, low, high)

    def bounds(
        self, *, base: Fraction, scale: Fraction = _ONE
    ) -> tuple[Fraction | None, Fraction | None]:
        """The lowest and the highest price per unit of the line; ``None`` where there is none.

        >>> Rails(max_over_base=90, lowest=50).bounds(base=Fraction(10))
        (Fraction(50, 1), Fraction(100, 1))
        """
        lowest, highest = _scaled(self.lowest, scale), _scaled(self.highest, scale)
        above, below = _scaled(self.min_over_base, scale), _scaled(self.max_over_base, scale)
        return (
            lowest if above is None else _between(_beside(base, above), lowest, highest),
            highest if below is None else _between(_beside(base, below), lowest, highest),
        )

    def __str__(self) -> str:
        over = (("at least base", self.min_over_base), ("at most base", self.max_over_base))
        fixed = (("at least", self.lowest), ("at most", self.highest))
        bounds = [f"{words} {amount:+f}" for words, amount in over if amount is not None]
        bounds += [f"{words} {plain(amount)}" for words, amount in fixed if amount is not None]
        return ", ".join(bounds)


def _scaled(amount: Decimal | None, scale: Fraction) -> Fraction | None:
    return None if amount is None else Fraction(amount) * scale


def _beside(base: Fraction, amount: Fraction) -> Fraction:
    """The price that is ``amount`` over the base; never below 0 where the base is not."""
    return max(base + amount, min(base, Fraction(0)))


def _between(price: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    """``price``, at least ``low`` and at most ``high``."""
    if low is not None and price < low:
        return low
    return high if high is not None and price > high else price
