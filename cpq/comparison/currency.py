"""Two versions in one currency (折算): the old amounts told in the new one's, and at its rates.

What the version before came to is told in the currency of the version after at a rate that the
caller gives. Where the prices behind both come from a list in a third currency, or in one of the
two, each version keeps the rate that it used. The old prices at the rate of the new version less
the old prices as they are told is the currency effect; it is zero where no rate was used.
"""

from decimal import Decimal
from fractions import Fraction

from cpq.comparison.bridge import Told, spread
from cpq.kernel.errors import Invalid
from cpq.kernel.money import currency_places, places_of, plain, rounded_fraction
from cpq.plan import UNIT_POINTS
from cpq.rate import UsedRate
from cpq.waterfall import PricedLine, Pricing

_ONE = Fraction(1)
_SHOWN_PLACES = 6


class Exchange:
    """How the amounts of the version before are told in the currency of the version after.

    Raises ``Invalid`` (``comparison.no_rate``) where the two are in different currencies and
    ``rate`` is not one between them. It may be stated either way round.
    """

    def __init__(self, before: Pricing, after: Pricing, rate: UsedRate | None) -> None:
        self.currency = after.currency
        self.converts = before.currency != after.currency
        self.at = _rate(before, after, rate)
        self.places = _places(before, after)
        self._before, self._after = before, after
        self.told = self._told()

    def price(self, amount: Decimal) -> Decimal:
        """A price of the version before, with at most six decimals."""
        return rounded_fraction(Fraction(amount) * self.at, _SHOWN_PLACES)

    def amount(self, amount: Decimal) -> Decimal:
        """An amount of the version before by itself, on the grid of the comparison."""
        return rounded_fraction(Fraction(amount) * self.at, self.places)

    def of(self, line: PricedLine, other: PricedLine) -> Told:
        """What a line of the version before is told as, with the factor that restates it."""
        net, gross = self.told[line.number]
        return Told(net, gross, factor=self._factor(line, other), at=self.at)

    def _told(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Net and gross of every line; those in the totals add up to the totals, rounded once."""
        lines = self._before.lines
        if not self.converts:
            return {line.number: (line.net, line.gross) for line in lines}
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for group in (self._before.counted, tuple(line for line in lines if line.optional)):
            nets = spread([Fraction(line.net) * self.at for line in group], places=self.places)
            grosses = spread([Fraction(line.gross) * self.at for line in group], places=self.places)
            rows = zip(group, nets, grosses, strict=True)
            found.update((line.number, (net, gross)) for line, net, gross in rows)
        return found

    def _factor(self, line: PricedLine, other: PricedLine) -> Fraction:
        """What makes an old amount one at the rates that the version after used."""
        was, now = used_by(line, self._before), used_by(other, self._after)
        if was is not None:
            current = _ONE if was.base == self.currency else _rate_of(self._after, was.base)
            return self.at if current is None else current / was.rate
        if now is not None and now.base == self._before.currency:
            return now.rate
        return self.at


def used_by(line: PricedLine, pricing: Pricing) -> UsedRate | None:
    """The exchange rate that a line's price was converted at; ``None`` where it was not.

    It is read off the trace: a price that was set after the conversion does not rest on it.
    """
    known = {f"{used.base}/{used.quote}": used for used in pricing.rates}
    found: UsedRate | None = None
    for step in line.steps:
        if not step.applied or step.point not in UNIT_POINTS or step.point == "cost":
            continue
        used = known.get(step.rule)
        if used is not None and used.quote == pricing.currency:
            found = found or used
        elif step.effect is not None and step.effect.kind == "set":
            found = None
    return found


def _rate_of(pricing: Pricing, base: str) -> Fraction | None:
    """The rate from a currency that a pricing used."""
    for used in pricing.rates:
        if (used.base, used.quote) == (base, pricing.currency):
            return used.rate
    return None


def _rate(before: Pricing, after: Pricing, rate: UsedRate | None) -> Fraction:
    was, now = before.currency, after.currency
    if was == now:
        return _ONE
    if rate is not None:
        if (rate.base, rate.quote) == (was, now):
            return rate.rate
        if (rate.base, rate.quote) == (now, was):
            return 1 / rate.rate
    found = "none was given" if rate is None else f"found 1 {rate.base} in {rate.quote}"
    raise Invalid(
        "comparison.no_rate",
        f"the version before is in {was}, the one after in {now}; telling both in {now} needs a "
        f"rate between the two: {found}; give rate=rates.used({was!r}, {now!r}, on=…)",
        before=was,
        after=now,
    )


def _places(before: Pricing, after: Pricing) -> int:
    """The decimals of the finest amount there is, at least those of the currency."""
    least = currency_places(after.currency)
    sides = (before, after) if before.currency == after.currency else (after,)
    amounts = (amount for side in sides for line in side.lines for amount in (line.net, line.gross))
    return max((least, *map(places_of, amounts)))


def rate_text(rate: UsedRate) -> str:
    """A rate for people: ``1 USD = 7.2 CNY``, at most ten decimals.

    >>> from cpq.rate import ExchangeRate
    >>> stated = ExchangeRate(base="USD", quote="CNY", rate="7.20", on="2026-11-20")
    >>> rate_text(UsedRate(base="USD", quote="CNY", rate="7.2", on="2026-11-20", via=(stated,)))
    '1 USD = 7.2 CNY'
    """
    figure = plain(rounded_fraction(rate.rate, 10))
    return f"1 {rate.base} = {figure.rstrip('0').rstrip('.')} {rate.quote}"
