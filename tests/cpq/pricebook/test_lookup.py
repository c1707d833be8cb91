"""Which price holds, and what is said where none does."""

from datetime import UTC, datetime

import pytest

from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Invalid, NotFound, Refused
from cpq.kernel.period import Period
from cpq.pricebook import NoPrice, PriceBook, PriceBookVersion, Tier, entry
from cpq.pricing import unit_price
from cpq.pricing.found import UnitPrice
from tests.cpq.trade import book, catalogue

AT = datetime(2026, 11, 21, tzinfo=UTC)


def _find(
    trade: Catalogue,
    product: str = "BOLT",
    quantity: object = 1,
    *,
    unit: str = "pc",
    name: str | None = None,
    at: datetime = AT,
) -> UnitPrice | NoPrice:
    return unit_price(
        trade, product, quantity=str(quantity), unit=unit, book=name or trade.books[-1].code, at=at
    )


def _price(trade: Catalogue, product: str = "BOLT", quantity: object = 1, **asked: str) -> str:
    found = _find(trade, product, quantity, **asked)  # type: ignore[arg-type]
    assert isinstance(found, UnitPrice)
    return str(found.unit_price)


def test_the_most_specific_entry_wins_in_any_order() -> None:
    rows = (entry(price=4), entry(category="parts", price=3), entry(category="metal", price=2))
    for entries in (rows, rows[::-1]):
        trade = catalogue(book(*entries))
        assert [_price(trade, code) for code in ("BOLT", "NUT", "FILM")] == [
            "2.0000",
            "2.0000",
            "4.0000",
        ]
    assert _price(catalogue(book(*rows, entry("BOLT", price=1)))) == "1.0000"


def test_an_entry_for_the_asked_unit_wins_in_that_unit_only() -> None:
    trade = catalogue(book(entry("BOLT", price=10), entry("BOLT", unit="box", price=45)))
    assert _price(trade, unit="box") == "45.0000"
    assert _price(trade, unit="dozen") == "120.0000"
    assert _price(trade) == "10.0000"


def test_tiers_count_in_the_unit_of_the_product() -> None:
    tiers = (Tier(price=10), Tier(lower=10, price=9))
    trade = catalogue(book(entry("BOLT", tiers=tiers)))
    assert [_price(trade, quantity=q) for q in (9, 10, -10)] == ["10.0000", "9.0000", "9.0000"]
    assert [_price(trade, quantity=q, unit="box") for q in (1, 2)] == ["50.0000", "45.0000"]


def test_two_entries_that_tie_with_two_prices_are_refused() -> None:
    trade = catalogue(book(entry("BOLT", price=10), entry("BOLT", price=11)))
    with pytest.raises(Refused, match="two prices for BOLT: 10 and 11") as refusal:
        _find(trade)
    assert refusal.value.code == "price_book.ambiguous"


def test_two_entries_that_tie_with_one_price_agree() -> None:
    assert _price(catalogue(book(entry("BOLT", price="10"), entry("BOLT", price="10.0")))) == (
        "10.0000"
    )


def test_a_rank_or_a_period_breaks_a_tie() -> None:
    ranked = catalogue(book(entry("BOLT", price=10, rank=2), entry("BOLT", price=11, rank=1)))
    assert _price(ranked) == "11.0000"
    past = Period(end="2025-12-31")
    dated = catalogue(book(entry("BOLT", price=10, period=past), entry("BOLT", price=11)))
    assert _price(dated) == "11.0000"


def test_first_match_goes_by_rank_then_by_place() -> None:
    rows = (entry(price=4), entry("BOLT", price=1), entry(category="metal", price=2, rank=-1))
    trade = catalogue(book(*rows, resolution="first_match"))
    assert [_price(trade, code) for code in ("BOLT", "FILM")] == ["2.0000", "4.0000"]


def test_what_no_entry_speaks_of_has_no_price() -> None:
    trade = catalogue(book(entry("BOLT", price=1)), book(code="VIP", base="LIST"))
    assert _find(trade, "FILM") == NoPrice("FILM", "pc", ("VIP", "LIST"))
    assert _find(trade, "FILM") is not None


def test_below_the_first_tier_the_base_book_speaks() -> None:
    vip = book(entry("BOLT", tiers=(Tier(lower=10, percent_off=20),)), code="VIP", base="LIST")
    trade = catalogue(book(entry("BOLT", price=10)), vip)
    assert [_price(trade, quantity=q) for q in (9, 10)] == ["10.0000", "8.0000"]
    found = _find(trade, quantity=9)
    assert isinstance(found, UnitPrice)
    refused = next(step for step in found.steps if not step.applied)
    assert (refused.reason, refused.needed) == ("quantity_below", "10")


def test_an_amount_off_never_makes_a_price_negative() -> None:
    off = book(entry("BOLT", amount_off=15), code="VIP", base="LIST")
    assert _price(catalogue(book(entry("BOLT", price=10)), off)) == "0.0000"


def test_derived_books_round_only_at_the_end() -> None:
    books = [book(entry("BOLT", price="9.99"))]
    for depth in range(3):
        books.append(book(entry(percent_off=10), code=f"B{depth}", base=books[-1].code))
    # 9.99 × 0.9³ = 7.28271; rounded at each book it would be 7.2828
    assert _price(catalogue(*books)) == "7.2827"


def test_a_book_that_derives_from_itself_is_refused() -> None:
    trade = catalogue(book(code="A", base="B"), book(code="B", base="A"))
    with pytest.raises(Refused, match="A > B > A") as refusal:
        _find(trade)
    assert refusal.value.code == "price_book.cycle"


def test_a_chain_of_books_that_is_too_long_is_refused() -> None:
    derived = (book(code=f"B{depth}", base=f"B{depth - 1}") for depth in range(1, 17))
    books = [book(entry("BOLT", price=1), code="B0"), *derived]
    assert _price(catalogue(*books[:16])) == "1.0000"
    with pytest.raises(Refused) as refusal:
        _find(catalogue(*books))
    assert refusal.value.code == "price_book.too_deep"


@pytest.mark.parametrize(
    ("books", "kind", "code"),
    [
        ((book(code="A", base="GONE"),), NotFound, "price_book.unknown"),
        (
            (book(code="USD", currency="USD"), book(code="A", base="USD")),
            Refused,
            "price_book.other_currency",
        ),
    ],
    ids=["base missing", "base in another currency"],
)
def test_a_base_that_does_not_fit_is_refused(
    books: tuple[PriceBook, ...], kind: type[DomainError], code: str
) -> None:
    with pytest.raises(kind) as refusal:
        _find(catalogue(*books))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"product": "GONE"}, "product.unknown"),
        ({"unit": "furlong"}, "unit.unknown"),
        ({"unit": "kg"}, "unit.incompatible"),
        ({"name": "GONE"}, "price_book.unknown"),
    ],
)
def test_an_unknown_name_is_refused_with_its_code(asked: dict[str, str], code: str) -> None:
    with pytest.raises((NotFound, Invalid)) as refusal:
        _find(catalogue(), **asked)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_each_version_holds_to_the_last_moment_of_its_period() -> None:
    versions = (
        PriceBookVersion(period=Period(end="2026-06-30"), entries=(entry("BOLT", price=1),)),
        PriceBookVersion(period=Period(start="2026-07-01"), entries=(entry("BOLT", price=2),)),
    )
    dated = PriceBook(code="LIST", currency="CNY", zone="Asia/Shanghai", versions=versions)
    trade = catalogue(dated)
    edge = datetime(2026, 6, 30, 16, tzinfo=UTC)
    before = datetime(2026, 6, 30, 15, 59, 59, 999999, tzinfo=UTC)
    found = [_find(trade, at=at) for at in (before, edge)]
    assert [row.unit_price for row in found if isinstance(row, UnitPrice)] == [1, 2]


def test_the_list_price_is_that_of_the_root_book() -> None:
    trade = catalogue(
        book(entry("BOLT", price=100)),
        book(entry(percent_off=10), code="TRADE", base="LIST"),
        book(entry(percent_off=10), code="VIP", base="TRADE"),
    )
    found = _find(trade)
    assert isinstance(found, UnitPrice)
    assert (found.list_price, found.unit_price) == (100, 81)
    assert [(step.point, step.after) for step in found.steps] == [
        ("list", 100),
        ("book", 90),
        ("book", 81),
    ]
