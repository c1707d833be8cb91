"""Price books as they are written: what cannot be written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError
from cpq.kernel.period import Period
from cpq.pricebook import PriceBook, PriceBookVersion, Tier, entry


def _versions(*periods: Period) -> tuple[PriceBookVersion, ...]:
    return tuple(PriceBookVersion(period=period, entries=()) for period in periods)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Period(), Period()),
        (Period(end="2026-06-30"), Period(start="2026-06-30")),
        (
            Period(start="2026-01-01", end="2026-12-31"),
            Period(start="2026-03-01", end="2026-03-01"),
        ),
        (Period(end="2026-12-31"), Period(end="2027-01-01T00:00:00Z")),
    ],
    ids=["always twice", "one shared day", "one inside the other", "same end written twice"],
)
def test_overlapping_versions_are_refused_in_either_order(first: Period, second: Period) -> None:
    for periods in ((first, second), (second, first)):
        with pytest.raises(ValidationError) as refusal:
            PriceBook(code="LIST", currency="CNY", versions=_versions(*periods))
        cause = refusal.value.errors()[0]["ctx"]["error"]
        assert isinstance(cause, DomainError)
        assert cause.code == "price_book.versions_overlap"


def test_versions_that_touch_do_not_overlap() -> None:
    versions = _versions(Period(start="2026-07-01"), Period(end="2026-06-30"))
    assert len(PriceBook(code="LIST", currency="CNY", versions=versions).versions) == 2


def test_a_tier_says_exactly_one_thing() -> None:
    for fields in ({}, {"price": "1", "percent_off": "1"}, {"percent_off": "1", "amount_off": "1"}):
        with pytest.raises(ValidationError, match="exactly one"):
            Tier.model_validate(fields)


@pytest.mark.parametrize(
    "fields",
    [{"price": "-1"}, {"percent_off": "100.01"}, {"price": 1.5}, {"price": "1", "lower": "-1"}],
    ids=str,
)
def test_a_tier_that_makes_no_price_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Tier.model_validate(fields)


def test_tiers_start_at_rising_quantities() -> None:
    for lowers in (("10", "10"), ("10", "5")):
        tiers = tuple(Tier(lower=lower, price="1") for lower in lowers)
        with pytest.raises(ValidationError, match="rising"):
            entry("BOLT", tiers=tiers)


def test_a_quantity_reaches_the_last_tier_at_or_below_it() -> None:
    row = entry("BOLT", tiers=(Tier(lower="5", price="3"), Tier(lower="10", price="2")))
    sizes = [Fraction(499, 100), Fraction(5), Fraction(999, 100), Fraction(10), Fraction(1000)]
    reached = [row.reached(size) for size in sizes]
    assert [tier and tier.price for tier in reached] == [None, 3, 3, 2, 2]


def test_a_surcharge_reads_as_one() -> None:
    tiers = (Tier(percent_off="-10"), Tier(amount_off="2.50"), Tier(price="0.35"))
    assert [str(tier) for tier in tiers] == ["+10%", "-2.50", "0.35"]


def test_a_book_without_a_base_needs_prices() -> None:
    version = PriceBookVersion(entries=(entry("BOLT", percent_off=5),))
    with pytest.raises(ValidationError, match="needs prices"):
        PriceBook(code="LIST", currency="CNY", versions=(version,))
    assert PriceBook(code="VIP", currency="CNY", base="LIST", versions=(version,)).base == "LIST"


def test_an_entry_is_for_a_product_or_a_category() -> None:
    with pytest.raises(ValidationError, match="not both"):
        entry("BOLT", category="metal", price=1)
    assert [str(row) for row in (entry(price=1), entry(category="metal", unit="box", price=1))] == [
        "everything",
        "category metal per box",
    ]


def test_an_unknown_currency_or_zone_is_refused() -> None:
    for fields in ({"currency": "RMB"}, {"currency": "CNY", "zone": "Mars/Olympus"}):
        with pytest.raises((ValidationError, DomainError)):
            PriceBook.model_validate({"code": "LIST", "versions": _versions(Period()), **fields})


def test_a_price_of_zero_is_a_price() -> None:
    assert entry("BOLT", price=0).tiers[0].price == Decimal(0)
