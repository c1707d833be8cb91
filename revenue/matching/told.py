"""What a text names of each customer: whole tokens first, then what is nearly one (附言解读).

A whole token stands for what it names whoever paid. Last digits, a slip of the keyboard and a token
that a bank cut off mean something only among the items of a customer who may have paid.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from revenue.matching.book import Book, Item
from revenue.matching.learned import Learned
from revenue.matching.meant import Named
from revenue.matching.month import month_of
from revenue.matching.naming import OWN_WORDS, Hit, Reading
from revenue.matching.payment import Payment
from revenue.matching.who import Who

_CUSTOMERS_MAX = 5
_NAMED_MAX = 200
_ENDS_MAX, _SLIPS_MAX, _CUT_MAX = 4, 3, 12
_SLIP_LENGTH_MIN, _CUT_LENGTH_MIN = 4, 3
_COMPARED_MAX = 300
"""Of a customer with more items than these no slips are looked for: too many would be near."""

Books = Mapping[tuple[str, str], Book]


class Token(NamedTuple):
    """A token that is a name, and every open item that it stands for, of any customer.

    ``settled`` names are known, and nothing of what they stood for is open any more; ``loosely``
    named is what only a contract's number stands for.
    """

    text: str
    items: tuple[Item, ...]
    strong: bool
    checked: bool
    settled: bool = False
    loosely: bool = False


def tokens_of(
    reading: Reading, items: Mapping[str, Item], learned: Learned, *, code: str, length_min: int
) -> list[Token]:
    """The tokens of a text that are names, with their open items in a currency."""
    hits: dict[str, list[Hit]] = {}
    for hit in reading.hits:
        hits.setdefault(hit.token, []).append(hit)
    found: list[Token] = []
    for text, own in hits.items():
        numbers = {number for hit in own for number in hit.name.items}
        named = [items[number] for number in sorted(numbers)[:_NAMED_MAX]]
        kept = tuple(item for item in named if item.origin.amount.code == code)
        short = text.isdecimal() and len(text) < length_min
        part = all(hit.strength == "part" for hit in own)
        strong = any(hit.strength == "listed" for hit in own) or not (short or part)
        checked = any(hit.strength == "checked" for hit in own)
        loosely = all(hit.name.kind == "contract" for hit in own)
        found.append(Token(text, kept, strong, checked, not numbers, loosely))
    for loose in reading.loose:
        meant = learned.aliased(loose.text)
        if meant in items:
            found.append(Token(loose.text, (items[meant],), True, False))
    return found


def told(
    payment: Payment,
    who: Who,
    *,
    tokens: list[Token],
    reading: Reading,
    books: Books,
    equal: Iterable[Item],
) -> dict[str, list[Named]]:
    """What is named, by customer, the one who paid first.

    ``equal`` are the items of just this amount, of any customer, where they are few.
    """
    code = payment.amount.code
    customers = [who.customer] if who.customer else []
    customers += [item.customer for token in tokens for item in token.items]
    if not who.certain:
        ends = [loose.digits for loose in reading.loose if not loose.of_others]
        customers += [
            item.customer
            for item in equal
            if any(item in books[item.customer, code].ending_in(end) for end in ends)
        ]
    found: dict[str, list[Named]] = {}
    own = books.get((who.customer, code))
    others = [token for token in tokens if own is None or not _is_own(token, own)]
    for customer in list(dict.fromkeys(customers))[:_CUSTOMERS_MAX]:
        book = books.get((customer, code))
        found[customer] = _of_customer(
            payment,
            customer,
            book,
            tokens if customer == who.customer else others,
            reading,
            paid=customer == who.customer,
        )
    return found


def _is_own(token: Token, book: Book) -> bool:
    """Whether a token names something of the payer's own: then it names nothing of others."""
    if any(item.number in book.items for item in token.items):
        return True
    digits = _ending(token.text)
    return _is_bare(token.text, digits) and 0 < len(book.ending_in(digits)) <= _ENDS_MAX


def _of_customer(
    payment: Payment,
    customer: str,
    book: Book | None,
    tokens: list[Token],
    reading: Reading,
    *,
    paid: bool,
) -> list[Named]:
    found = []
    for token in tokens:
        own = tuple(sorted(item for item in token.items if item.customer == customer))
        if own or book is None:
            found.append(_named(token, own))
            continue
        found.append(_named(token, ()))
        if paid and not token.settled:
            found += _nearly(book, token.text, _ending(token.text))
    if book is None:
        return found
    for loose in reading.loose:
        if not loose.of_others:
            found += _nearly(book, loose.text, loose.digits, last=loose.last)
    for misspelt in reading.misspelt:
        found += _nearly(book, misspelt, "")
    month = month_of(payment.text, payment.on) if paid else None
    return found + (_of_month(book, *month) if month else [])


def _named(token: Token, items: tuple[Item, ...]) -> Named:
    return Named(
        token.text,
        items,
        token.strong,
        token.checked,
        settled=token.settled,
        loosely=token.loosely,
    )


def _ending(text: str) -> str:
    """The digits that a token ends with."""
    return text[len(text.rstrip("0123456789")) :]


def _nearly(book: Book, text: str, digits: str, *, last: bool = False) -> list[Named]:
    """A token as last digits, as a slip of the keyboard, or as a name that was cut off."""
    if digits and _is_bare(text, digits):
        ends = book.ending_in(digits)
        if 0 < len(ends) <= _ENDS_MAX:
            return [Named(digits, tuple(ends), strong=False)]
    if len(book.items) > _COMPARED_MAX:
        return []
    if len(text) >= _SLIP_LENGTH_MIN:
        slips = book.nearly(text)
        if 0 < len(slips) <= _SLIPS_MAX:
            return [Named(text, tuple(slips), strong=False, slip=True)]
    if last and len(text) >= _CUT_LENGTH_MIN:
        cut = book.beginning(text)
        if 0 < len(cut) <= _CUT_MAX:
            return [Named(text, tuple(cut), strong=False, slip=True)]
    return []


def _is_bare(text: str, digits: str) -> bool:
    """Whether nothing but a word for a number stands before the digits of a token."""
    before = text.removesuffix(digits)
    return before.isdecimal() or not before or before.rstrip("0123456789") in OWN_WORDS


def _of_month(book: Book, first: date, last: date) -> list[Named]:
    items = tuple(item for item in book.ordered if first <= item.origin.on <= last)
    if not items:
        return []
    return [Named(f"{first:%Y-%m}", items, strong=True, entire=True)]
