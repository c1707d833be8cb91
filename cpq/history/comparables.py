"""Which deals are like this one (可比成交): the question that a look-up of prices asks.

What counts as alike is said, not guessed: the product or its family, the customer or the segment,
how much was bought, when, and how it ended. The same question gives the same deals from memory and
from a database.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Self

from pydantic import Field, model_validator

from cpq.history.deal import DealPrice, DealStatus, LinePrice
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, exact
from cpq.kernel.period import Period
from cpq.kernel.ratio import Ratio, ratio
from cpq.kernel.text import Code, Line


class QuantityBand(Frozen):
    """How much a comparable deal sold, in base units, both ends included; ``None`` is open.

    >>> QuantityBand.around(10, factor=2)
    QuantityBand(low=Fraction(5, 1), high=Fraction(20, 1))
    """

    low: Ratio | None = None
    high: Ratio | None = None

    @model_validator(mode="after")
    def _low_before_high(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the band begins at {self.low}, after its end {self.high}")
        return self

    @classmethod
    def around(cls, quantity: object, *, factor: object) -> Self:
        """From ``quantity / factor`` to ``quantity × factor``; a factor of 2 is half to double.

        Raises ``Invalid`` (``deal_price.bad_band``) for a factor below 1, or no quantity.
        """
        middle, times = ratio(quantity), ratio(factor)
        if times < 1 or middle <= 0:
            raise Invalid(
                "deal_price.bad_band",
                f"a band lies around a quantity above 0, by a factor of 1 or more; found "
                f"{quantity} and {factor}",
            )
        return cls(low=middle / times, high=middle * times)

    def holds(self, quantity: Fraction) -> bool:
        """Whether a quantity of base units lies in the band."""
        return (self.low is None or quantity >= self.low) and (
            self.high is None or quantity <= self.high
        )


class Comparables(Frozen):
    """The deals to compare with: of a ``product``, or of a whole ``family`` of variants.

    Deals count in their base ``unit``, and prices come in ``currency``. The window is ``period``
    (days, inclusive) or the ``days`` days that end with ``on``; nothing after ``on`` is looked at,
    so the same question gives the same answer later. ``customers`` and ``group`` narrow to some
    customers or a segment, ``sold_in`` to a unit of sale. ``similarity`` is how many percent of
    ``attributes`` a deal must share. One-off prices count only with ``one_off``. Fewer than ``k``
    deals are ``Insufficient``. At most ``evidence`` rows are shown, newest first; prices are
    rounded to ``places`` decimals, half up, once.

    >>> Comparables(product="M8", unit="pc", currency="CNY", on=date(2026, 3, 31), days=31).window
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
    """

    product: Code | None = None
    family: Code | None = None
    unit: Code
    currency: CurrencyCode
    on: date
    days: int = Field(default=365, ge=1, le=36_600)
    period: Period | None = None
    customers: tuple[Code, ...] = ()
    group: Code | None = None
    region: Line = ""
    channel: Line = ""
    band: QuantityBand = QuantityBand()
    sold_in: Code | None = None
    attributes: tuple[tuple[Code, Line], ...] = ()
    similarity: Exact = Field(default=exact(100), gt=0, le=100)
    statuses: tuple[DealStatus, ...] = Field(default=("won",), min_length=1)
    one_off: bool = False
    k: int = Field(default=5, ge=1)
    evidence: int = Field(default=20, ge=0, le=1000)
    places: int = Field(default=6, ge=0, le=12)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.product is None) == (self.family is None):
            raise ValueError("name either a product or a family")
        bounds = (self.period.start, self.period.end) if self.period else ()
        if any(isinstance(bound, datetime) for bound in bounds):
            raise ValueError("deals have days: give a period of days, not of instants")
        return self

    @classmethod
    def like(cls, line: LinePrice, *, on: date, **narrower: Any) -> Self:
        """The deals like a line that is being priced: its product, unit and currency.

        >>> line = LinePrice(line="1", product="M8", quantity=2, unit="pc", base_quantity=2,
        ...                  base_unit="pc", currency="CNY", net="7.00")
        >>> Comparables.like(line, on=date(2026, 3, 31), k=3).unit
        'pc'
        """
        asked = {"product": line.product, "unit": line.base_unit, "currency": line.currency}
        if narrower.get("family") is not None:
            del asked["product"]
        return cls(**{**asked, "on": on, **narrower})

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day that count; none where the first is after the last."""
        if self.period is None:
            back = min(timedelta(days=self.days - 1), self.on - date.min)
            return self.on - back, self.on
        first, last = self.period.start or date.min, self.period.end or self.on
        return first, min(last, self.on)

    @property
    def shared_at_least(self) -> int:
        """How many of ``attributes`` a deal must share, rounded up."""
        share = Fraction(self.similarity) * len(self.attributes) / 100
        return -(-share.numerator // share.denominator)

    def covers(self, deal: DealPrice) -> bool:
        """Whether a deal is one of those asked for; its currency is not looked at."""
        first, last = self.window
        wanted = (
            (self.product, deal.product),
            (self.family, deal.family or deal.product),
            (self.sold_in, deal.unit),
            (self.region or None, deal.region),
            (self.channel or None, deal.channel),
        )
        return (
            deal.base_unit == self.unit
            and first <= deal.on <= last
            and deal.status in self.statuses
            and all(asked is None or asked == found for asked, found in wanted)
            and (self.one_off or not deal.one_off)
            and (not self.customers or deal.customer in self.customers)
            and (self.group is None or self.group in deal.groups)
            and self.band.holds(deal.base_quantity)
            and _shared(self.attributes, deal.attributes) >= self.shared_at_least
        )


def _shared(asked: Iterable[tuple[str, str]], found: tuple[tuple[str, str], ...]) -> int:
    return sum(pair in found for pair in asked)
