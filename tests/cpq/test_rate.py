"""Exchange rates: which one is found, what it makes of an amount, what a document keeps of it."""

import copy
import pickle
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Invalid, NotFound
from cpq.kernel.money import Money, Rounding
from cpq.rate import ExchangeRate, RateTable, UsedRate

DAY = date(2026, 11, 21)


def rate(pair: str, number: str, on: str = "2026-11-01", **fields: Any) -> ExchangeRate:
    base, quote = pair.split("/")
    return ExchangeRate(base=base, quote=quote, rate=number, on=on, **fields)


def table(*rates: ExchangeRate, pivot: str | None = None) -> RateTable:
    return RateTable(rates=rates, pivot=pivot)


def on_days(rates: RateTable, days: Iterable[str], pair: str = "USD/CNY") -> list[str]:
    """The rate on each day, ``-`` where none is known."""
    base, quote = pair.split("/")
    found = []
    for day in days:
        try:
            used = rates.used(base, quote, on=date.fromisoformat(day))
        except NotFound:
            found.append("-")
        else:
            found.append(str(used.rate))
    return found


# --- which rate is found ------------------------------------------------------------------------


def test_the_latest_rate_on_or_before_the_day_is_found() -> None:
    rates = table(rate("USD/CNY", "7", "2026-11-10"), rate("USD/CNY", "8", "2026-11-20"))
    days = ["2026-11-09", "2026-11-10", "2026-11-19", "2026-11-20", "2030-01-01"]
    assert on_days(rates, days) == ["-", "7", "7", "8", "8"]
    assert rates.used("USD", "CNY", on=DAY).on == date(2026, 11, 20)


def test_a_rate_that_ends_lets_the_one_before_hold_again() -> None:
    rates = table(
        rate("USD/CNY", "5", "2026-01-01", until="2026-12-31"),
        rate("USD/CNY", "6", "2026-03-01", until="2026-03-31"),
        rate("USD/CNY", "7", "2026-03-10", until="2026-03-20"),
        rate("USD/CNY", "8", "2026-03-25", until="2026-04-05"),
    )
    days = ["2025-12-31", "2026-01-01", "2026-03-09", "2026-03-10", "2026-03-20", "2026-03-21"]
    assert on_days(rates, days) == ["-", "5", "6", "7", "7", "6"]
    later = ["2026-03-25", "2026-04-05", "2026-04-06", "2026-12-31", "2027-01-01"]
    assert on_days(rates, later) == ["8", "8", "5", "5", "-"]


def test_a_rate_without_end_covers_all_that_came_before() -> None:
    rates = table(
        rate("USD/CNY", "5", "2026-01-01", until="2026-12-31"),
        rate("USD/CNY", "6", "2026-02-01"),
        rate("USD/CNY", "7", "2026-03-01", until="2026-03-31"),
        rate("USD/CNY", "9", "2026-06-01", until=date.max),
    )
    days = ["2026-01-31", "2026-02-01", "2026-03-31", "2026-04-01", "2026-06-01", "9999-12-31"]
    assert on_days(rates, days) == ["5", "6", "7", "6", "9", "9"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [rate("USD/CNY", str(day), f"2026-11-{day:02}") for day in range(1, 29)]
    days = [f"2026-11-{day:02}" for day in range(1, 31)]
    forward, backward = table(*rows), table(*reversed(rows))
    assert (
        on_days(forward, days) == on_days(backward, days) == [*map(str, range(1, 29)), "28", "28"]
    )


def test_what_was_stated_beats_inverse_beats_cross() -> None:
    cross = (rate("USD/EUR", "0.5"), rate("EUR/CNY", "16"))
    inverse = rate("CNY/USD", "0.125")
    stated = rate("USD/CNY", "7", "2026-01-01")
    assert on_days(table(*cross, pivot="EUR"), [str(DAY)]) == ["8"]
    assert on_days(table(*cross, rate("CNY/USD", "0.1"), pivot="EUR"), [str(DAY)]) == ["10"]
    assert on_days(table(*cross, inverse, stated, pivot="EUR"), [str(DAY)]) == ["7"]


def test_an_inverse_is_exact() -> None:
    rates = table(rate("USD/CNY", "7.2"))
    used = rates.used("CNY", "USD", on=DAY)
    assert used.rate == Fraction(5, 36)
    assert used.via == rates.rates
    assert used.pivot is None


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        (("USD/CNY", "7.2"), ("EUR/CNY", "8.1"), "8/9"),
        (("CNY/USD", "0.125"), ("EUR/CNY", "10"), "4/5"),
        (("USD/CNY", "7"), ("CNY/EUR", "0.125"), "7/8"),
        (("CNY/USD", "0.2"), ("CNY/EUR", "0.1"), "1/2"),
    ],
)
def test_a_cross_rate_goes_over_the_pivot_in_any_direction(
    first: tuple[str, str], second: tuple[str, str], result: str
) -> None:
    rates = table(rate(*first, "2026-11-05"), rate(*second, "2026-11-02"), pivot="CNY")
    used = rates.used("USD", "EUR", on=DAY)
    assert used.rate == Fraction(result)
    assert used.pivot == "CNY"
    assert used.on == date(2026, 11, 2)
    assert used.via == rates.rates
    assert used.rate * rates.used("EUR", "USD", on=DAY).rate == 1


def test_without_a_named_pivot_nothing_is_crossed() -> None:
    rows = (rate("USD/CNY", "7.2"), rate("EUR/CNY", "8.1"))
    for rates in (table(*rows), table(*rows, pivot="GBP"), table(*rows, pivot="USD")):
        with pytest.raises(NotFound):
            rates.used("USD", "EUR", on=DAY)


def test_kinds_are_kept_apart() -> None:
    rates = table(
        rate("USD/CNY", "7"),
        rate("USD/CNY", "6", kind="contract"),
        rate("EUR/CNY", "8", kind="average"),
        pivot="CNY",
    )
    assert rates.used("USD", "CNY", on=DAY, kind="contract").rate == 6
    assert rates.used("USD", "CNY", on=DAY).rate == 7
    with pytest.raises(NotFound):
        rates.used("USD", "EUR", on=DAY)


def test_a_rate_that_is_too_old_does_not_count() -> None:
    rates = table(rate("USD/CNY", "7", "2026-11-11"), rate("CNY/USD", "0.125", "2026-11-20"))
    assert rates.used("USD", "CNY", on=DAY, max_age_days=10).rate == 7
    assert rates.used("USD", "CNY", on=DAY, max_age_days=9).rate == 8
    with pytest.raises(NotFound, match="at most 0 days old"):
        rates.used("USD", "CNY", on=DAY, max_age_days=0)


def test_a_rate_with_an_end_is_never_too_old() -> None:
    rates = table(rate("USD/CNY", "7", "2026-01-01", until="2026-12-31"))
    assert rates.used("USD", "CNY", on=DAY, max_age_days=0).rate == 7


def test_a_cross_rate_is_as_old_as_its_older_half() -> None:
    rates = table(
        rate("USD/CNY", "7", "2026-11-20"), rate("EUR/CNY", "8", "2026-11-01"), pivot="CNY"
    )
    assert rates.used("USD", "EUR", on=DAY, max_age_days=20).rate == Fraction(7, 8)
    with pytest.raises(NotFound):
        rates.used("USD", "EUR", on=DAY, max_age_days=19)


def test_a_currency_is_one_of_itself() -> None:
    used = RateTable().used("CNY", "CNY", on=DAY, kind="average")
    assert (used.rate, used.via, used.on, used.kind) == (Fraction(1), (), DAY, "average")


def test_every_day_of_many_rates_is_found() -> None:
    first = date(2000, 1, 1)
    rows = [
        rate("USD/CNY", f"{7 + place}", str(first + timedelta(days=2 * place)))
        for place in range(2000)
    ]
    rates = table(*rows)
    for place in (0, 1, 777, 1999):
        for day in (2 * place, 2 * place + 1):
            assert rates.used("USD", "CNY", on=first + timedelta(days=day)).rate == 7 + place


# --- what is refused ----------------------------------------------------------------------------


def test_a_rate_that_is_not_known_is_refused_with_what_is() -> None:
    rates = table(
        rate("USD/CNY", "7", "2026-11-11"),
        rate("USD/CNY", "7.1", "2026-11-12"),
        rate("GBP/JPY", "200"),
        pivot="CNY",
    )
    with pytest.raises(NotFound) as refusal:
        rates.used("USD", "EUR", on=DAY, kind="average")
    assert refusal.value.code == "rate.unknown"
    for words in ("average", "from USD to EUR", "2026-11-21", "the pivot is CNY"):
        assert words in refusal.value.message
    assert "USD/CNY spot of 2026-11-11 to 2026-11-12" in refusal.value.message
    assert "GBP" not in refusal.value.message
    assert refusal.value.facts["quote"] == "EUR"


def test_the_message_stays_short_where_much_is_known() -> None:
    codes = ("EUR", "GBP", "JPY", "CHF", "SEK", "NOK", "DKK", "AUD", "NZD", "CAD")
    rates = table(*(rate(f"{code}/CNY", "7") for code in codes))
    with pytest.raises(NotFound) as refusal:
        rates.used("CNY", "USD", on=DAY, max_age_days=30)
    assert len(refusal.value.message) < 500
    assert refusal.value.message.count("spot of") == 6


def test_nothing_known_is_said() -> None:
    with pytest.raises(NotFound, match="no pivot is named; known of the two are: none"):
        RateTable().used("USD", "CNY", on=DAY)


def test_two_rates_for_one_day_are_refused() -> None:
    for other in (
        rate("USD/CNY", "7.1"),
        rate("USD/CNY", "7", until="2026-12-31"),
    ):
        with pytest.raises(ValidationError) as refusal:
            table(rate("USD/CNY", "7", source="CFETS"), other)
        cause = refusal.value.errors()[0]["ctx"]["error"]
        assert isinstance(cause, DomainError)
        assert cause.code == "rate.ambiguous"
        assert "CFETS" in cause.message


def test_the_same_rate_said_twice_is_one_rate() -> None:
    rates = table(
        rate("USD/CNY", "7", source="CFETS", until="2026-12-31"),
        rate("USD/CNY", "7.00", source="ERP", until="2026-12-31"),
    )
    assert rates.used("USD", "CNY", on=DAY).via[0].source == "CFETS"
    assert on_days(rates, ["2026-12-31", "2027-01-01"]) == ["7", "-"]


def test_an_instant_is_no_day() -> None:
    rates = table(rate("USD/CNY", "7"))
    with pytest.raises(Invalid) as refusal:
        rates.used("USD", "CNY", on=datetime(2026, 11, 21, tzinfo=UTC))
    assert refusal.value.code == "rate.not_a_day"


def test_a_currency_that_does_not_exist_is_named() -> None:
    for base, quote in (("usd", "CNY"), ("CNY", "RMB"), ("RMB", "RMB")):
        with pytest.raises(NotFound) as refusal:
            RateTable().used(base, quote, on=DAY)
        assert refusal.value.code == "currency.unknown"


@pytest.mark.parametrize(
    "fields",
    [
        {"rate": 0},
        {"rate": -7},
        {"rate": 7.1},
        {"quote": "USD"},
        {"quote": "RMB"},
        {"until": "2026-10-31"},
        {"kind": ""},
        {"on": "2026-02-30"},
    ],
    ids=str,
)
def test_a_rate_that_means_nothing_is_malformed(fields: dict[str, Any]) -> None:
    good = {"base": "USD", "quote": "CNY", "rate": "7", "on": "2026-11-01"}
    with pytest.raises(ValidationError):
        ExchangeRate.model_validate({**good, **fields})


def test_a_rate_reads_as_people_say_it() -> None:
    stated = rate("USD/CNY", "7.20", "2026-10-01", until="2026-10-31", kind="average")
    assert str(stated) == "1 USD = 7.20 CNY (average, 2026-10-01 to 2026-10-31)"


# --- what an amount becomes ---------------------------------------------------------------------


def test_a_total_is_converted_once() -> None:
    """RO-03: 7.00 USD at 0.9737, one and two pieces.

    | converted | 1 piece | 2 pieces |
    |---|---|---|
    | the total, once | 6.82 | **13.63** |
    | the unit price, then × 2 | 6.82 | 13.64 |
    """
    rates = table(rate("USD/EUR", "0.9737"))
    unit = Money("7.00", "USD")
    assert rates.convert(unit, to="EUR", on=DAY) == Money("6.82", "EUR")
    assert rates.convert(unit * 2, to="EUR", on=DAY) == Money("13.63", "EUR")


def test_list_and_cost_may_be_in_different_currencies() -> None:
    """CP-08: 100 USD list and 10 EUR cost at 2 USD for a EUR, quoted in EUR and in USD."""
    rates = table(rate("EUR/USD", "2"))
    listed, cost = Money("100.00", "USD"), Money("10.00", "EUR")
    found = [
        [rates.convert(each, to=to, on=DAY).amount for each in (listed, cost)]
        for to in ("EUR", "USD")
    ]
    assert found == [[50, 10], [100, 20]]


def test_a_converted_base_is_discounted_exactly() -> None:
    """CU-02: 100 at 2, less 10 %, by the piece and by the pack of ten."""
    base = table(rate("USD/CNY", "2")).used("USD", "CNY", on=DAY).amount(Money("100", "USD"))
    assert [base * 90 / 100 * size for size in (1, 10)] == [180, 1800]


@pytest.mark.parametrize(
    ("amount", "to", "result"),
    [
        ("1.00 USD", "JPY", "155"),
        ("0.01 USD", "JPY", "2"),
        ("10.00 USD", "KWD", "3.067"),
        ("-7.00 USD", "CNY", "-50.43"),
        ("123.456789 USD", "CNY", "889.49"),
    ],
)
def test_minor_units_are_those_of_the_target(amount: str, to: str, result: str) -> None:
    rates = table(rate("USD/JPY", "154.99"), rate("USD/KWD", "0.30668"), rate("USD/CNY", "7.2049"))
    number, code = amount.split(" ")
    assert rates.convert(Money(number, code), to=to, on=DAY) == Money(result, to)


def test_ties_go_as_the_caller_says() -> None:
    rates = table(rate("USD/CNY", "0.5"))
    cent = Money("0.01", "USD")
    assert rates.convert(cent, to="CNY", on=DAY) == Money("0.01", "CNY")
    assert rates.convert(cent, to="CNY", on=DAY, mode=Rounding.HALF_EVEN) == Money("0.00", "CNY")


def test_money_in_another_currency_is_not_converted() -> None:
    used = table(rate("USD/CNY", "7")).used("USD", "CNY", on=DAY)
    with pytest.raises(Invalid) as refusal:
        used.converted(Money("1.00", "EUR"))
    assert refusal.value.code == "money.currency_mismatch"


# --- what a document keeps ------------------------------------------------------------------------


def test_a_used_rate_comes_back_from_json() -> None:
    rates = table(rate("USD/CNY", "7.2"), rate("EUR/CNY", "8.1"), pivot="CNY")
    used = rates.used("EUR", "USD", on=DAY)
    twin = UsedRate.model_validate_json(used.canonical())
    assert twin == used
    assert '"rate":"9/8"' in used.canonical()


@pytest.mark.parametrize(
    "fields",
    [
        {"rate": "7.21"},
        {"base": "EUR"},
        {"quote": "EUR"},
        {"kind": "average"},
        {"on": "2026-11-02"},
        {"via": ()},
        {"rate": 7.2},
        {"rate": "0"},
    ],
    ids=str,
)
def test_a_used_rate_follows_from_what_was_stated(fields: dict[str, Any]) -> None:
    used = table(rate("USD/CNY", "7.2")).used("USD", "CNY", on=DAY)
    with pytest.raises(ValidationError):
        used.with_(**fields)


def test_at_most_two_stated_rates_make_one() -> None:
    rows = (rate("USD/CNY", "7"), rate("CNY/USD", "0.125"), rate("USD/CNY", "8"))
    with pytest.raises(ValidationError):
        UsedRate(base="USD", quote="CNY", rate=7, on="2026-11-01", via=rows)


def test_a_table_that_was_asked_is_still_a_value() -> None:
    rows = (rate("USD/CNY", "7.2"), rate("EUR/CNY", "8.1", kind="average"))
    asked, fresh = table(*rows, pivot="CNY"), table(*rows, pivot="CNY")
    asked.used("USD", "CNY", on=DAY)
    assert asked == fresh
    assert hash(asked) == hash(fresh)
    assert asked.content_hash() == fresh.content_hash()
    for twin in (pickle.loads(pickle.dumps(asked)), copy.deepcopy(asked)):
        assert twin.used("USD", "CNY", on=DAY) == asked.used("USD", "CNY", on=DAY)
    assert Decimal("7.2") == asked.rates[0].rate
