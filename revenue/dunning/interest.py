"""Interest for paying late (逾期利息): simple, on what was open each day, rounded once.

A day bears interest on what was open when it began, so the day of the payment still counts and a
debt that is paid ``n`` days after its due date bears ``n`` days. Money counts from the day on which
it reached the bank, not from the day on which somebody applied it (CJEU C-306/06, Telecom): the
customer is not charged for our own delay. The interest of two spells that follow each other is,
before it is rounded, that of the whole spell.

    ==========  ==============================  =====================================
    day count   days of a spell                 year
    ==========  ==============================  =====================================
    act/365     as in the calendar              365, in leap years too (Fixed)
    act/360     as in the calendar              360
    30/360      months of 30 days, the 31st     360 (30E/360, ISDA 2006 4.16(g))
                counts as the 30th
    ==========  ==============================  =====================================

Rates are a table by day, because the statutory ones change: nine points above the base rate of each
half-year (§ 288 BGB), eight above the ECB's (Directive 2011/7/EU), the LPR and 30 to 50 % of it
(最高人民法院买卖合同司法解释 第十八条). The tables are the user's; none is built in.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, currency_places, rounded_fraction
from revenue.amount import Positive

DayCount = Literal["act/365", "act/360", "30/360"]
"""How the days of a spell and of a year are counted."""

_DAY = timedelta(days=1)


class RateFrom(Frozen):
    """``percent`` a year from the day ``on``, inclusive, until the next rate of the table.

    >>> RateFrom(percent="2.27", on=date(2025, 1, 1)).percent
    Decimal('2.27')
    """

    percent: Exact
    on: date = date.min


class LateInterest(Frozen):
    """What late payment costs: ``rates`` × ``factor`` + ``margin``, in percent a year.

    It runs from the due date, or from the day of the first reminder. Receipts count from the day
    they came in (``receipt``) or were applied (``application``). Less than the ``minimums``, one
    for each currency at most, is not charged, and not lost: it is asked for once it is more.

    >>> lpr = LateInterest(rates=[{"percent": "3.00", "on": "2025-05-20"}], factor="1.5")
    >>> lpr.percent_on(date(2026, 1, 1))
    Fraction(9, 2)
    """

    rates: tuple[RateFrom, ...] = Field(min_length=1)
    factor: Exact = Field(default=Decimal(1), gt=0)
    margin: Exact = Field(default=Decimal(0), ge=0)
    day_count: DayCount = "act/365"
    runs_from: Literal["due_date", "first_reminder"] = "due_date"
    paid_on: Literal["receipt", "application"] = "receipt"
    minimums: tuple[Positive, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> "LateInterest":
        for first, second in pairwise(self.rates):
            if first.on >= second.on:
                raise ValueError(
                    f"rates are given by day, the first day first, each day once; found "
                    f"{second.on} after {first.on}"
                )
        for rate in self.rates:
            if self._percent(rate) < 0:
                raise ValueError(f"the rate from {rate.on} comes to less than 0 %")
        codes = [each.code for each in self.minimums]
        if len(set(codes)) < len(codes):
            raise ValueError("give one minimum for each currency")
        return self

    def percent_on(self, day: date) -> Fraction:
        """Percent a year on a day. Raises ``Refused`` (``interest.no_rate``)."""
        place = bisect_right(self.rates, day, key=lambda rate: rate.on)
        if not place:
            raise Refused(
                "interest.no_rate",
                f"the table of rates begins on {self.rates[0].on}, and interest for {day} is asked "
                "for; add the rate that held then",
                day=day,
                begins=self.rates[0].on,
            )
        return self._percent(self.rates[place - 1])

    def minimum_in(self, currency: str) -> Money:
        """What is charged at least, in a currency; 0 where no minimum is given."""
        given = [each for each in self.minimums if each.code == currency]
        return given[0] if given else Money.zero(currency)

    def _percent(self, rate: RateFrom) -> Fraction:
        return Fraction(rate.percent) * Fraction(self.factor) + Fraction(self.margin)


class OpenFrom(NamedTuple):
    """``open`` is what is open at the end of the day ``on`` and of all days to the next one."""

    on: date
    open: Money


def year_part(day_count: DayCount, since: date, until: date) -> Fraction:
    """The part of a year from the end of one day to the end of another.

    >>> year_part("act/365", date(2026, 1, 31), date(2026, 2, 28))
    Fraction(28, 365)
    >>> year_part("30/360", date(2026, 1, 31), date(2026, 3, 31))
    Fraction(1, 6)
    """
    if day_count == "30/360":
        return Fraction(_thirties(until) - _thirties(since), 360)
    return Fraction((until - since).days, 365 if day_count == "act/365" else 360)


def _thirties(day: date) -> int:
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def accrued_interest(
    path: Sequence[OpenFrom], terms: LateInterest, *, since: date, until: date
) -> Fraction:
    """The interest of a debt from the end of ``since`` to the end of ``until``, not rounded.

    ``path`` is by day. In units of the currency. Raises ``Refused`` (``interest.no_rate``).

    >>> due, paid = date(2026, 12, 1), date(2026, 12, 11)
    >>> path = [OpenFrom(due, Money("1000", "CNY")), OpenFrom(paid, Money("0", "CNY"))]
    >>> accrued_interest(path, LateInterest(rates=[{"percent": "3.65"}]), since=due,
    ...                  until=date(2026, 12, 31))
    Fraction(1, 1)
    """
    interest = Fraction(0)
    for here, after in zip(path, (*(each.on for each in path[1:]), until), strict=False):
        start, end = max(here.on, since), min(after, until)
        if start < end and here.open.amount:
            interest += Fraction(here.open.amount) * _percent_years(terms, start, end) / 100
    return interest


def _percent_years(terms: LateInterest, start: date, end: date) -> Fraction:
    """Σ percent × part of a year over the spells in which one rate holds.

    The rate of a day holds from the end of the day before.
    """
    changes = [rate.on - _DAY for rate in terms.rates if rate.on > date.min]
    days = [start, *(day for day in changes if start < day < end), end]
    return sum(
        (
            terms.percent_on(first + _DAY) * year_part(terms.day_count, first, second)
            for first, second in pairwise(days)
        ),
        Fraction(0),
    )


def rounded_interest(interest: Fraction, currency: str) -> Money:
    """Interest as it is charged: rounded half up, once, to the currency's grid.

    >>> rounded_interest(Fraction(100 * 10 * 15, 100 * 365), "EUR")
    Money('0.41', 'EUR')
    """
    return Money(rounded_fraction(interest, currency_places(currency)), currency)
