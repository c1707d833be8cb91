"""Price books: versions, derivation, looking a price up."""

from cpq import Period, PriceBook, PriceBookVersion, entry, item, price
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, book, goods


@reproduces(
    "price_book.versions_overlap",
    en="Two versions of a price book hold at the same time.",
    zh="价目表的两个版本有效期重叠。",
    do="End the earlier version on the day before the later one starts; both days are inclusive.",
    names=("'LIST'", "2026-01-01 to 2026-07-01", "2026-07-01 to 2026-12-31"),
)
def two_versions_at_once() -> None:
    PriceBook(
        code="LIST",
        currency="CNY",
        versions=(
            PriceBookVersion(period=Period(start="2026-01-01", end="2026-07-01"), entries=()),
            PriceBookVersion(period=Period(start="2026-07-01", end="2026-12-31"), entries=()),
        ),
    )


@reproduces(
    "price_book.unknown",
    en="No price book of the catalogue has this code.",
    zh="价目表不存在。",
    do="Use one that the message lists, or add the book.",
    names=("'VIP'", "LIST"),
)
def an_unknown_book() -> None:
    price([item("BOLT", 1)], catalogue=goods(), on=DAY, book="VIP")


@reproduces(
    "price_book.none",
    en="Neither the request nor the customer nor the catalogue names a price book.",
    zh="没有指定价目表，客户和目录也没有默认价目表。",
    do="Give `book=`, the customer a `price_book`, or the catalogue a `default_book`.",
    names="book=",
)
def no_book_at_all() -> None:
    price([item("BOLT", 1)], catalogue=goods().with_(default_book=None), on=DAY)


@reproduces(
    "price_book.cycle",
    en="A price book derives from itself.",
    zh="价目表循环派生。",
    do="Take `base` off one of the books on the path.",
    names="A > B > A",
)
def books_in_a_circle() -> None:
    catalogue = goods(book(code="A", base="B"), book(code="B", base="A"))
    price([item("BOLT", 1)], catalogue=catalogue, on=DAY)


@reproduces(
    "price_book.too_deep",
    en="A price book derives from more than 16 books, one after the other.",
    zh="价目表派生层级超过 16 层。",
    do="Let the book derive from one nearer to the root.",
    names=("'B0'", "16"),
)
def twenty_books_deep() -> None:
    chain = [book(code=f"B{place}", base=f"B{place + 1}") for place in range(20)]
    price([item("BOLT", 1)], catalogue=goods(*chain, book(code="B20")), on=DAY)


@reproduces(
    "price_book.other_currency",
    en="A price book and its base are in different currencies.",
    zh="价目表与其基础价目表币种不同。",
    do="Give the book a base in its own currency.",
    names=("'VIP'", "USD", "'LIST'", "CNY"),
)
def a_base_in_another_currency() -> None:
    catalogue = goods(book(code="VIP", currency="USD", base="LIST"), book())
    price([item("BOLT", 1)], catalogue=catalogue, on=DAY)


@reproduces(
    "price_book.ambiguous",
    en="Two entries fit a line equally well and say different prices.",
    zh="两条价目表明细同样匹配但价格不同。",
    do="Remove one, or give one of them a period or a lower `rank`.",
    names=("'LIST'", "BOLT", "0.35", "0.40"),
)
def two_prices_for_one_bolt() -> None:
    catalogue = goods(book(entry("BOLT", price="0.35"), entry("BOLT", price="0.40")))
    price([item("BOLT", 1)], catalogue=catalogue, on=DAY)
