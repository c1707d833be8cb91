"""Figures in print are the values themselves."""

from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.figures import Figures
from cpq.adapters.words import language
from cpq.kernel.money import Money


def _figures(currency: str = "CNY", locale: str = "en") -> Figures:
    return Figures(language=language(locale), currency=currency)


@pytest.mark.parametrize(
    ("currency", "value", "text"),
    [
        ("CNY", "1234.5", "1,234.50"),
        ("CNY", "-1234.50", "−1,234.50"),
        ("CNY", "-0.00", "0.00"),
        ("CNY", "26.6667", "26.6667"),
        ("CNY", "26.670000", "26.67"),
        ("JPY", "12000", "12,000"),
        ("KWD", "1.5", "1.500"),
        ("CNY", "123456789012345678.00", "123,456,789,012,345,678.00"),
    ],
)
def test_amounts_have_their_currency_decimals(currency: str, value: str, text: str) -> None:
    assert _figures(currency).amount(Decimal(value)) == text


@given(st.decimals(-(10**17), 10**17, places=4, allow_nan=False))
def test_printed_amounts_lose_no_digit(value: Decimal) -> None:
    with localcontext() as context:
        context.prec, context.rounding = 6, ROUND_DOWN
        text = _figures().amount(value)
    assert Decimal(text.replace(",", "").replace("−", "-")) == value


def test_quantities_drop_zeros_that_say_nothing() -> None:
    figures = _figures()
    assert [figures.number(Decimal(text)) for text in ("2.50", "10.00", "1200")] == [
        "2.5",
        "10",
        "1,200",
    ]


@pytest.mark.parametrize(
    ("locale", "text"), [("zh_CN", "¥1,234.50"), ("en", "CN¥1,234.50"), ("bilingual", "¥1,234.50")]
)
def test_totals_bear_an_unmistakable_symbol(locale: str, text: str) -> None:
    assert _figures(locale=locale).money(Money("1234.5", "CNY")) == text


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh_CN", "2026年11月5日"),
        ("en", "November 5, 2026"),
        ("en_GB", "5 November 2026"),
        ("bilingual", "2026-11-05"),
    ],
)
def test_days_are_written_as_the_reader_does(locale: str, text: str) -> None:
    assert _figures(locale=locale).day(date(2026, 11, 5)) == text
