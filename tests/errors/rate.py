"""Exchange rates and converting with them."""

from datetime import UTC, date, datetime

from cpq.rate import ExchangeRate, RateTable
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, untouched, usd


def stated(number: str, source: str = "CFETS") -> ExchangeRate:
    """What a dollar was on 2026-11-20."""
    return ExchangeRate(base="USD", quote="CNY", rate=number, on=date(2026, 11, 20), source=source)


@reproduces(
    "rate.unknown",
    en="No rate is known for two currencies on the day: stated, inverse, or over the pivot.",
    zh="该日期没有两种货币之间的汇率（直接、反向或套算）。",
    do="State a rate for the pair, name a pivot, or ask for another kind or day.",
    names=("spot rate from USD to EUR", "2026-12-01", "no pivot", "USD/CNY spot of 2026-11-20"),
)
def a_pair_without_a_rate() -> None:
    rates = RateTable(rates=(stated("7.2"),))
    with untouched(rates):
        rates.convert(usd("100.00"), to="EUR", on=DAY)


@reproduces(
    "rate.ambiguous",
    en="One pair of currencies has two rates of one kind that start on the same day.",
    zh="同一货币对、同一类型在同一天有两个不同的汇率。",
    do="Keep one of them, or give one a kind of its own.",
    names=("7.2", "CFETS", "7.3", "ERP"),
)
def two_rates_on_one_day() -> None:
    RateTable(rates=(stated("7.2"), stated("7.3", source="ERP")))


@reproduces(
    "rate.not_a_day",
    en="A rate is asked for at an instant instead of on a business day.",
    zh="查询汇率需要业务日期，不能是时刻。",
    do="Give the day that it is where the document is written.",
    names="2026-12-01 09:00:00+00:00",
)
def a_rate_at_an_instant() -> None:
    RateTable(rates=(stated("7.2"),)).used("USD", "CNY", on=datetime(2026, 12, 1, 9, tzinfo=UTC))
