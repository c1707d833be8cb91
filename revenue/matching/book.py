"""What one customer has open in one currency, as the matcher keeps it (客户未清项).

Amounts are whole minor units here; the currency is that of the book. Items are found by number, by
amount, by the last digits of their names and by due date, each without looking at the others.
"""

from bisect import bisect_left, insort
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from revenue.ledger import OpenItem
from revenue.matching.naming import Name, NameKind
from revenue.matching.token import one_typo_apart, texts_of
from revenue.receivable import Receivable

_TAIL_MIN, _TAIL_MAX = 3, 16


def names_of(receivable: Receivable) -> tuple[tuple[NameKind, str], ...]:
    """The names under which a receivable is known: its number, its invoice, its contract."""
    said: list[tuple[NameKind, str]] = [("number", receivable.number)]
    if receivable.source and receivable.source != receivable.number:
        said.append(("source", receivable.source))
    if receivable.contract:
        said.append(("contract", receivable.contract))
    return tuple(said)


class Item:
    """An open item: what is open of it in minor units, and by which names it is known."""

    __slots__ = ("_spelt", "number", "open", "order", "origin", "said", "whole")

    def __init__(self, source: OpenItem) -> None:
        self.origin = source.receivable
        self.number = self.origin.number
        self.open = source.open.minor
        self.whole = source.open == self.origin.amount
        self.said = names_of(self.origin)
        self._spelt: tuple[str, ...] | None = None
        self.order = (self.origin.due_on, self.origin.on, self.number)

    @property
    def customer(self) -> str:
        """Whose item it is."""
        return self.origin.customer

    @property
    def due_on(self) -> date:
        """When it falls due."""
        return self.origin.due_on

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are cited: its invoice's, else its own.

        The number that the seller's system gave an item is read as it is written, or not at all.
        """
        return (self.origin.source or self.number,)

    @property
    def spelt(self) -> tuple[str, ...]:
        """These names as a misspelt token is compared with them."""
        if self._spelt is None:
            self._spelt = tuple("".join(texts_of(text)) for text in self.names)
        return self._spelt

    def __lt__(self, other: "Item") -> bool:
        return self.order < other.order


class Book:
    """The open items of a customer in a currency, the oldest due first.

    ``percent_max`` is the highest settlement discount that any of them ever had.
    """

    def __init__(self, customer: str, currency: str) -> None:
        self.customer, self.currency = customer, currency
        self.items: dict[str, Item] = {}
        self._ordered: list[Item] = []
        self._sorted = True
        self.percent_max = Decimal(0)
        self._amounts: dict[int, dict[str, Item]] = {}
        self._tails: dict[str, dict[str, Item]] | None = None
        self._series: set[tuple[str, int]] | None = None

    def add(self, item: Item) -> None:
        """One item more."""
        if item.origin.discounts:
            highest = max(each.percent for each in item.origin.discounts)
            self.percent_max = max(self.percent_max, highest)
        self.items[item.number] = item
        self._amounts.setdefault(item.open, {})[item.number] = item
        if self._tails is None and self._series is None:
            self._ordered.append(item)
            self._sorted = False
        else:
            insort(self._ordered, item)
            self._tails = self._series = None

    def change(self, item: Item, left: int) -> None:
        """What is open of an item becomes less; at 0 it leaves."""
        equal = self._amounts[item.open]
        del equal[item.number]
        if not equal:
            del self._amounts[item.open]
        item.open, item.whole = left, False
        if left:
            self._amounts.setdefault(left, {})[item.number] = item
            return
        ordered = self.ordered
        del ordered[bisect_left(ordered, item)]
        del self.items[item.number]

    @property
    def ordered(self) -> list[Item]:
        """Every item, by due date, day and number."""
        if not self._sorted:
            self._ordered.sort()
            self._sorted = True
        return self._ordered

    def of_amount(self, amount: int) -> list[Item]:
        """The items of which just this is open, the oldest due first."""
        return sorted(self._amounts.get(amount, {}).values())

    @property
    def amounts(self) -> Collection[int]:
        """Every amount that is open, once."""
        return self._amounts.keys()

    def ending_in(self, digits: str) -> list[Item]:
        """The items of which a name ends in these digits; at least three of them."""
        if self._tails is None:
            self._tails = {}
            for item in self.items.values():
                for tail in _tails(item):
                    self._tails.setdefault(tail, {})[item.number] = item
        found = self._tails.get(digits.lstrip("0") if len(digits) < _TAIL_MIN else digits, {})
        return sorted(item for item in found.values() if item.number in self.items)

    def nearly(self, token: str) -> list[Item]:
        """The items of which one slip of the keyboard makes a name what was written."""
        return [
            item for item in self.ordered if any(one_typo_apart(token, name) for name in item.spelt)
        ]

    def beginning(self, token: str) -> list[Item]:
        """The items of which a name begins as the token does and goes on."""
        return [
            item
            for item in self.ordered
            if any(name.startswith(token) and name != token for name in item.spelt)
        ]

    def is_of_series(self, token: str) -> bool:
        """Whether a token is written as the customer's numbers are: same letters, same length."""
        if self._series is None:
            self._series = {_shape(text) for item in self.items.values() for text in item.names}
        return _shape(token) in self._series


def _shape(text: str) -> tuple[str, int]:
    atoms = texts_of(text)
    letters = "".join(atom for atom in atoms if not atom.isdecimal())
    return letters, sum(len(atom) for atom in atoms) - len(letters)


def _tails(item: Item) -> set[str]:
    found: set[str] = set()
    for text in item.names:
        name = Name(text, "number")
        digits = name.digits
        found |= {digits[-size:] for size in range(_TAIL_MIN, min(len(digits), _TAIL_MAX) + 1)}
        if name.atoms and name.atoms[-1].isdecimal():
            found.add(name.atoms[-1].lstrip("0"))
    return {tail for tail in found if len(tail) >= 2}
