"""Exchange rates (汇率): stated rates with a day and a kind, and what one amount is in another.

A rate is found for a pair, a kind and a day: the latest on or before the day. What was stated for
the pair beats the inverse of what was stated for the opposite pair, and both beat a cross rate
(套算汇率) over the table's named pivot; each is an exact fraction, so an inverse is never rounded.
An amount is rounded once, after it was converted as a whole: converting unit prices and multiplying
gives other cents. What was used is a value of its own, and from what stands in it the rate can be
reckoned again when the table has long moved on.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    Money,
    Rounding,
    currency,
    currency_places,
    plain,
    rounded_fraction,
)
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Code, Line

_DAY = timedelta(days=1)
_PAIRS_SHOWN = 6

Key = tuple[str, str, str]
"""Base currency, quote currency, kind."""


class ExchangeRate(Frozen):
    """One ``base`` is ``rate`` of ``quote``, as ``source`` stated it for the day ``on``.

    It holds until a later one is stated; with ``until`` (inclusive) at most through that day, as a
    monthly average or the rate of a contract does. ``kind`` keeps spot, average and contract rates
    apart.

    >>> rate = ExchangeRate(base="USD", quote="EUR", rate="0.9737", on="2026-11-20", source="ECB")
    >>> str(rate)
    '1 USD = 0.9737 EUR (spot, 2026-11-20, ECB)'
    """

    base: CurrencyCode
    quote: CurrencyCode
    rate: Exact = Field(gt=0)
    on: date
    until: date | None = None
    kind: Code = "spot"
    source: Line = ""

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if self.base == self.quote:
            raise ValueError(f"a rate is between two currencies; found {self.base} twice")
        if self.until is not None and self.until < self.on:
            raise ValueError(f"the rate ends ({self.until}) before it starts ({self.on})")
        return self

    def __str__(self) -> str:
        days = f"{self.on} to {self.until}" if self.until else f"{self.on}"
        said = ", ".join(word for word in (self.kind, days, self.source) if word)
        return f"1 {self.base} = {plain(self.rate)} {self.quote} ({said})"


class UsedRate(Frozen):
    """The rate that was used, as a document keeps it: one ``base`` is ``rate`` of ``quote``.

    ``via`` holds the stated rates that make it, in order: one, taken as it stands or inverted, or
    two that meet in the pivot; none between equal currencies. ``on`` is the day of the older one.

    >>> stated = ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-11-20")
    >>> UsedRate(base="CNY", quote="USD", rate="5/36", on="2026-11-20", via=(stated,)).rate
    Fraction(5, 36)
    """

    base: CurrencyCode
    quote: CurrencyCode
    rate: Ratio = Field(gt=0)
    on: date
    kind: Code = "spot"
    via: tuple[ExchangeRate, ...] = Field(default=(), max_length=2)

    @model_validator(mode="after")
    def _is_of_the_kind_and_day_that_was_stated(self) -> Self:
        if any(leg.kind != self.kind for leg in self.via):
            raise ValueError(f"every rate in via is of the kind {self.kind!r}")
        if self.via and self.on != min(leg.on for leg in self.via):
            raise ValueError(f"the day is that of the oldest rate in via; found {self.on}")
        return self

    @model_validator(mode="after")
    def _follows_from_what_was_stated(self) -> Self:
        rate, reached = _chained(self.base, self.via)
        if reached != self.quote or rate != self.rate:
            raise ValueError(
                f"the stated rates make 1 {self.base} {rate} {reached}; found {self.rate} "
                f"{self.quote}"
            )
        return self

    @property
    def pivot(self) -> str | None:
        """The currency in which two stated rates meet; ``None`` where one was enough."""
        return _chained(self.base, self.via[:1])[1] if len(self.via) > 1 else None

    def amount(self, money: Money) -> Fraction:
        """``money`` in ``quote``, exactly. Raises ``Invalid`` (``money.currency_mismatch``)."""
        if money.code != self.base:
            raise Invalid(
                "money.currency_mismatch",
                f"{money} is not in {self.base}; this rate turns {self.base} into {self.quote}",
            )
        return Fraction(money.amount) * self.rate

    def converted(self, money: Money, *, mode: Rounding = Rounding.HALF_UP) -> Money:
        """``money`` in ``quote``, rounded once, to the minor units of ``quote``; half up.

        >>> stated = ExchangeRate(base="USD", quote="EUR", rate="0.9737", on="2026-11-20")
        >>> rate = UsedRate(base="USD", quote="EUR", rate="0.9737", on="2026-11-20", via=(stated,))
        >>> rate.converted(Money("14.00", "USD"))
        Money('13.63', 'EUR')
        """
        exactly = self.amount(money)
        return Money(rounded_fraction(exactly, currency_places(self.quote), mode), self.quote)


class RateTable(Frozen):
    """Stated rates, and the ``pivot`` over which cross rates are reckoned (``None``: none are).

    Refused inside pydantic's ``ValidationError`` (``rate.ambiguous``), where one pair has two rates
    of one kind that start on the same day.

    >>> table = RateTable(pivot="CNY", rates=(
    ...     ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-11-20"),
    ...     ExchangeRate(base="EUR", quote="CNY", rate="8.1", on="2026-11-20")))
    >>> table.convert(Money("100.00", "EUR"), to="USD", on=date(2026, 11, 21))
    Money('112.50', 'USD')
    """

    rates: tuple[ExchangeRate, ...] = ()
    pivot: CurrencyCode | None = None

    @model_validator(mode="after")
    def _one_rate_at_a_time(self) -> Self:
        seen: dict[tuple[Key, date], ExchangeRate] = {}
        for rate in self.rates:
            other = seen.setdefault((_key(rate), rate.on), rate)
            if (other.rate, other.until) != (rate.rate, rate.until):
                raise Invalid(
                    "rate.ambiguous",
                    f"two rates for the same pair, kind and day: {other} and {rate}; keep one, or "
                    "give one of them a kind of its own",
                )
        return self

    @cached_property
    def _compiled(self) -> dict[Key, "_Stated"]:
        rows: dict[Key, list[ExchangeRate]] = {}
        for rate in self.rates:
            rows.setdefault(_key(rate), []).append(rate)
        return {key: _Stated(stated) for key, stated in rows.items()}

    def used(
        self,
        base: str,
        quote: str,
        *,
        on: date,
        kind: str = "spot",
        max_age_days: int | None = None,
    ) -> UsedRate:
        """The rate from ``base`` to ``quote`` on a business day: stated, inverse, or cross.

        A rate without ``until`` that is older than ``max_age_days`` does not count. Raises
        ``NotFound`` (``rate.unknown``, ``currency.unknown``), and ``Invalid`` (``rate.not_a_day``)
        for an instant.

        >>> stated = ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-11-20")
        >>> RateTable(rates=(stated,)).used("CNY", "USD", on=date(2026, 11, 21)).rate
        Fraction(5, 36)
        """
        if isinstance(on, datetime):
            raise Invalid(
                "rate.not_a_day",
                f"a rate is of a business day; found the instant {on}: give the day that it is "
                "where the document is written",
            )
        currency(base), currency(quote)
        if base == quote:
            return UsedRate(base=base, quote=quote, rate=Fraction(1), on=on, kind=kind)
        for path in self._paths(base, quote):
            found = [self._leg(*leg, kind, on, max_age_days) for leg in path]
            via = tuple(leg for leg in found if leg is not None)
            if len(via) == len(path):
                rate, _ = _chained(base, via)
                oldest = min(leg.on for leg in via)
                return UsedRate(base=base, quote=quote, rate=rate, on=oldest, kind=kind, via=via)
        raise self._unknown(base, quote, on, kind, max_age_days)

    def convert(
        self,
        money: Money,
        *,
        to: str,
        on: date,
        kind: str = "spot",
        max_age_days: int | None = None,
        mode: Rounding = Rounding.HALF_UP,
    ) -> Money:
        """``money`` in the currency ``to``, rounded once, to its minor units; half up.

        Convert totals, not unit prices. Refusals as ``used``.

        >>> table = RateTable(rates=(
        ...     ExchangeRate(base="USD", quote="EUR", rate="0.9737", on="2026-11-20"),))
        >>> day = date(2026, 11, 21)
        >>> table.convert(Money("7.00", "USD"), to="EUR", on=day) * 2
        Money('13.64', 'EUR')
        >>> table.convert(Money("7.00", "USD") * 2, to="EUR", on=day)
        Money('13.63', 'EUR')
        """
        rate = self.used(money.code, to, on=on, kind=kind, max_age_days=max_age_days)
        return rate.converted(money, mode=mode)

    def _paths(self, base: str, quote: str) -> Iterator[tuple[tuple[str, str], ...]]:
        yield ((base, quote),)
        if self.pivot is not None and self.pivot not in (base, quote):
            yield ((base, self.pivot), (self.pivot, quote))

    def _leg(
        self, base: str, quote: str, kind: str, on: date, max_age_days: int | None
    ) -> ExchangeRate | None:
        """The stated rate of a pair, else that of the opposite pair."""
        for key in ((base, quote, kind), (quote, base, kind)):
            stated = self._compiled.get(key)
            found = stated.on(on) if stated else None
            if found and not _is_stale(found, on, max_age_days):
                return found
        return None

    def _unknown(
        self, base: str, quote: str, on: date, kind: str, max_age_days: int | None
    ) -> NotFound:
        pair = {base, quote}
        known = [
            f"{key[0]}/{key[1]} {key[2]} {stated.span}"
            for key, stated in sorted(self._compiled.items())
            if pair & set(key[:2])
        ]
        listed = ", ".join(known[:_PAIRS_SHOWN]) + ("…" if len(known) > _PAIRS_SHOWN else "")
        age = "" if max_age_days is None else f" that is at most {max_age_days} days old"
        pivot = f"the pivot is {self.pivot}" if self.pivot else "no pivot is named"
        return NotFound(
            "rate.unknown",
            f"no {kind} rate from {base} to {quote} on {on}{age}; {pivot}; known of the two are: "
            f"{listed or 'none'}; state a rate for the pair, or name another kind or day",
            base=base,
            quote=quote,
            on=on,
            kind=kind,
        )


class _Stated:
    """The rates of one pair and kind as spans of days, for bisecting: the latest stated wins."""

    def __init__(self, rates: Sequence[ExchangeRate]) -> None:
        first_said: dict[date, ExchangeRate] = {}
        for rate in rates:
            first_said.setdefault(rate.on, rate)
        ordered = sorted(first_said.values(), key=attrgetter("on"))
        self._starts: list[date] = []
        self._rates: list[ExchangeRate | None] = []
        open_rates: list[ExchangeRate] = []
        for rate in ordered:
            self._end(open_rates, before=rate.on)
            self._starts.append(rate.on)
            self._rates.append(rate)
            open_rates.append(rate)
        self._end(open_rates, before=date.max)
        first, last = ordered[0].on, ordered[-1].on
        self.span = f"of {first}" if first == last else f"of {first} to {last}"

    def _end(self, open_rates: list[ExchangeRate], *, before: date) -> None:
        """Let rates end; where one does, the one stated before it holds again, or none."""
        while open_rates and (until := open_rates[-1].until) is not None and until < before:
            while open_rates and (last := open_rates[-1].until) is not None and last <= until:
                open_rates.pop()
            self._starts.append(until + _DAY)
            self._rates.append(open_rates[-1] if open_rates else None)

    def on(self, day: date) -> ExchangeRate | None:
        """The rate that holds on a day."""
        place = bisect_right(self._starts, day)
        return self._rates[place - 1] if place else None


def _key(rate: ExchangeRate) -> Key:
    return rate.base, rate.quote, rate.kind


def _is_stale(rate: ExchangeRate, on: date, max_age_days: int | None) -> bool:
    return max_age_days is not None and rate.until is None and (on - rate.on).days > max_age_days


def _chained(base: str, via: Sequence[ExchangeRate]) -> tuple[Fraction, str]:
    """What one ``base`` becomes along stated rates, each taken in the direction that fits."""
    rate, reached = Fraction(1), base
    for leg in via:
        if leg.base == reached:
            rate, reached = rate * Fraction(leg.rate), leg.quote
        elif leg.quote == reached:
            rate, reached = rate / Fraction(leg.rate), leg.base
        else:
            raise ValueError(f"{leg} does not follow on {reached}")
    return rate, reached
