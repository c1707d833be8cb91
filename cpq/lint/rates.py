"""Books in another currency than their base (跨币种价目表) for which no exchange rate is stated."""

from collections.abc import Iterator
from datetime import date

from cpq.kernel.errors import DomainError
from cpq.lint.finding import LintFinding, remark
from cpq.lint.ground import Ground


def rates(ground: Ground) -> Iterator[LintFinding]:
    """Derived books that cannot be converted (``lint.no_rate``)."""
    for book in ground.every_book:
        if book.base is None:
            continue
        base = ground.catalogue.prices.book(book.base)
        if not _is_stated(ground, base.currency, book.currency):
            yield remark(
                "lint.no_rate",
                f"books/{book.code}",
                severity="error",
                en=f"{book.code} is in {book.currency} and derives from {base.code} in "
                f"{base.currency}, and no exchange rate is stated between the two; state one, or "
                "one to the pivot",
                zh=f"{book.code} 为 {book.currency}，其基础 {base.code} 为 {base.currency}，"
                "但没有两者之间的汇率；请补充汇率",
                rules=(book.code, base.code),
            )


def _is_stated(ground: Ground, currency: str, to: str) -> bool:
    rates = ground.catalogue.rates
    days = sorted({rate.on for rate in rates.rates}) if currency != to else []
    return currency == to or any(_converts(ground, currency, to, day) for day in reversed(days))


def _converts(ground: Ground, currency: str, to: str, day: date) -> bool:
    try:
        ground.catalogue.rates.used(currency, to, on=day)
    except DomainError:
        return False
    return True
