"""Entries that no posting rule would think of: hostile words, several currencies, odd codes."""

from datetime import date
from typing import Any

import hypothesis.strategies as st

from cpq.kernel.money import Money
from cpq.kernel.text import LocalText, printable
from revenue.chart import Account
from revenue.entry import JournalEntry, JournalLine

BOOK = "CNY"
FOREIGN = ("USD", "JPY", "KWD")
SIGNS = "aZ9 '\"\\;,|()[]{}:=+-@#%*!~<>&/._应收—（）￥＝＋é\u3000"
"""What means something to a spreadsheet, to CSV, to beancount or to hledger."""

DAYS = st.dates(min_value=date(2025, 12, 1), max_value=date(2027, 1, 31))


def _printable(text: str) -> bool:
    try:
        return printable(text) == text
    except ValueError:
        return False


ANY = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"))
lines_of_text = st.text(st.sampled_from(SIGNS) | ANY, max_size=12).filter(_printable).map(str.strip)
texts = st.text(st.sampled_from(SIGNS + "\n\t") | ANY, max_size=12).filter(_printable)
named = st.builds(LocalText, en=texts, zh=texts)


def _code(first: str, rest: str) -> str:
    return f"{first}{rest}".strip(" \u3000") or first


codes = st.builds(
    _code, st.sampled_from("1246"), st.text(st.sampled_from("0129 .-/_A应(,;'\""), max_size=6)
).filter(lambda code: "/." not in code and "./" not in code and ".." not in code)
accounts = st.builds(
    Account,
    code=codes.map(lambda code: code if code[0] != "6" else f"60{code[1:]}"),
    name=named,
)
minors = st.integers(-(10**9), 10**9).filter(bool)


@st.composite
def _lines(draw: st.DrawFn) -> tuple[JournalLine, ...]:
    """Lines whose values add up to zero in the books, foreign ones among them."""
    found = [draw(_line(currency=draw(st.sampled_from((BOOK, *FOREIGN))))) for _ in range(2)]
    rest = sum(line.value.minor for line in found)
    if rest:
        found.append(draw(_line(minor=-rest)))
    return tuple(found)


@st.composite
def _line(draw: st.DrawFn, *, currency: str = BOOK, minor: int | None = None) -> JournalLine:
    amount = Money.from_minor(draw(minors) if minor is None else minor, currency)
    fields: dict[str, Any] = {}
    if currency != BOOK:
        worth = Money.from_minor(draw(st.integers(0, 10**9)), BOOK)
        fields["booked"] = worth if amount.amount > 0 else -worth
    elif draw(st.booleans()):
        fields["book_only"] = True
    return JournalLine(
        account=draw(accounts),
        debit=amount if amount.amount > 0 else None,
        credit=-amount if amount.amount < 0 else None,
        customer=draw(lines_of_text),
        contract=draw(lines_of_text),
        **fields,
    )


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[JournalLine, ...]:
    """Two pairs, each in a currency of its own that the books know nothing of."""
    found = []
    for currency in draw(st.lists(st.sampled_from(FOREIGN), min_size=1, max_size=2)):
        amount = Money.from_minor(draw(st.integers(1, 10**9)), currency)
        found.append(JournalLine(account=draw(accounts), debit=amount))
        found.append(JournalLine(account=draw(accounts), credit=amount))
    return tuple(found)


def entries(lines: st.SearchStrategy[tuple[JournalLine, ...]]) -> st.SearchStrategy[JournalEntry]:
    return st.builds(
        JournalEntry,
        number=lines_of_text,
        on=DAYS,
        fact_kind=st.sampled_from(["receipt", "application", "kind;of,fact"]),
        fact=codes,
        rule=codes,
        rule_version=st.integers(1, 99),
        lines=lines,
        memo=named,
    )


booked_entries = entries(_lines())
"""Entries that are worth something in yuan, line by line."""

any_entries = booked_entries | entries(_pairs())
books = st.lists(any_entries, max_size=8)
booked_books = st.lists(booked_entries, max_size=8)
