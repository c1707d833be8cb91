"""How others match, each as short as its rule: four baselines for the matcher to be held against.

They are written from what was read in the source of the named systems, not taken from it; each gets
what the matcher gets, the customers' names and accounts with everything that was confirmed since.

- *Oldest prefix*, as Odoo's reconciliation models do it: the items that share most groups of four
  digits or more with the text, else all of the payer's; an exact single item, at its early discount
  first, else the oldest until the money is used up. Posts only what was found by the text.
- *Oldest prefix, always*: the same, posting whatever it finds.
- *Drop the latest*, as Tryton reconciles a party: all open items without the latest, without the
  two latest, until the sum is the amount. Posts only an equal sum.
- *First substring*, as Invoice Ninja looks for a number: the first open invoice whose number stands
  anywhere in the text. Posts it.
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from benchmarks._desk import Answer, Clearing, Contestant, money
from revenue.ledger import OpenItem
from revenue.matching import Learned, Payment

_DIGITS = re.compile(r"\d{4,}")
_SUGGESTIONS = 3
_COMMON = 500
"""Digits that more open items share than this, a year say, find nobody who is not known."""


class Baseline:
    """What the baselines share: open items by number and by customer, and who a payer is."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.items: dict[str, OpenItem] = {}
        self.known = Learned()
        self._by_customer: dict[str, list[OpenItem]] = {}

    def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
        """Begin a day with what is open."""
        self.known = known
        self.items = {item.receivable.number: item for item in items}
        self.left = {number: item.open.minor for number, item in self.items.items()}
        self._by_customer = {}
        for item in items:
            self._by_customer.setdefault(item.receivable.customer, []).append(item)
        for own in self._by_customer.values():
            own.sort(key=_due)
        self.prepare(items)

    def prepare(self, items: Sequence[OpenItem]) -> None:
        """Index what else is needed."""

    def owed_by(self, payment: Payment) -> list[OpenItem]:
        """What the payer owes, by due date; nothing where nobody knows who paid."""
        customer = self.known.banked(payment.payer_account) if payment.payer_account else ""
        customer = customer or self.known.named(payment.payer)
        return self.open_among(self._by_customer.get(customer, ()))

    def open_among(self, items: Iterable[OpenItem]) -> list[OpenItem]:
        """Those that are not settled yet."""
        return [item for item in items if self.left[item.receivable.number]]

    def left_of(self, item: OpenItem) -> int:
        """What is left of an item, in cents."""
        return self.left[item.receivable.number]

    def answered(self, found: Clearing | None, *others: Clearing, posts: bool = True) -> Answer:
        """The answer; what is posted is taken from what is open."""
        if found is None:
            return Answer(None, others[:_SUGGESTIONS])
        if posts:
            for number, amount in found.cleared:
                self.left[number] -= amount
        others = (found, *(other for other in others if other != found))
        return Answer(found if posts else None, others[:_SUGGESTIONS])


class OldestPrefix(Baseline):
    """An exact single item, else the oldest until the money is used up."""

    def __init__(self, *, always: bool) -> None:
        super().__init__()
        self.always = always
        self._by_digits: dict[str, list[OpenItem]] = {}
        self._digits: dict[str, set[str]] = {}

    def prepare(self, items: Sequence[OpenItem]) -> None:
        """Index the groups of digits of every number."""
        self._by_digits, self._digits = {}, {}
        for item in items:
            owed = item.receivable
            self._digits[owed.number] = set(_DIGITS.findall(f"{owed.number} {owed.source}"))
            for digits in sorted(self._digits[owed.number]):
                self._by_digits.setdefault(digits, []).append(item)

    def answer(self, payment: Payment) -> Answer:
        """Match by text, else by the payer; post what the text found, or always."""
        own, amount = self.owed_by(payment), payment.amount.minor
        told = self._told(payment, own)
        among = sorted(told or own, key=_due)
        if not among:
            return Answer()
        found, exact = self._exact(payment, among, amount), self._prefix(among, amount)
        best = found or exact
        return self.answered(best, exact, posts=bool(told) or self.always)

    def _told(self, payment: Payment, own: Sequence[OpenItem]) -> list[OpenItem]:
        """The items with most groups of digits in common with the text, of the payer if known."""
        told = set(_DIGITS.findall(" ".join((payment.text, *payment.references))))
        rare = [digits for digits in told if len(self._by_digits.get(digits, ())) <= _COMMON]
        found = (
            own
            or {
                item.receivable.number: item
                for digits in rare
                for item in self._by_digits.get(digits, ())
            }.values()
        )
        hits = {
            item.receivable.number: len(told & self._digits[item.receivable.number])
            for item in found
        }
        most = max(hits.values(), default=0)
        return self.open_among(self.items[number] for number in hits if 0 < most == hits[number])

    def _exact(
        self, payment: Payment, among: Sequence[OpenItem], amount: int
    ) -> Clearing | None:  # fmt: skip
        for item in among:
            left = self.left_of(item)
            for early in item.receivable.discounts:
                off = money(left).share(Fraction(early.percent) / 100).minor
                if payment.on <= early.until and left - off == amount:
                    return Clearing(((item.receivable.number, left),), off, ("discount",))
        return next(
            (Clearing(((item.receivable.number, amount),)) for item in among
             if self.left_of(item) == amount),
            None,
        )  # fmt: skip

    def _prefix(self, among: Sequence[OpenItem], amount: int) -> Clearing:
        cleared = []
        for item in among:
            share = min(amount, self.left_of(item))
            amount -= share
            if share:
                cleared.append((item.receivable.number, share))
        return Clearing(tuple(sorted(cleared)))


class DropLatest(Baseline):
    """All that a payer owes without the latest, until the sum is the amount."""

    def answer(self, payment: Payment) -> Answer:
        """Post an equal sum."""
        own, amount = self.owed_by(payment), payment.amount.minor
        total = sum(self.left_of(item) for item in own)
        while own and total > amount:
            total -= self.left_of(own.pop())
        fits = bool(own) and total == amount
        return self.answered(self._all(own)) if fits else Answer()

    def _all(self, own: Sequence[OpenItem]) -> Clearing:
        return Clearing(tuple(sorted((item.receivable.number, self.left_of(item)) for item in own)))


class FirstSubstring(Baseline):
    """The first open invoice whose number stands anywhere in the text."""

    def prepare(self, items: Sequence[OpenItem]) -> None:
        """Index the numbers: looking each part of a text up finds what trying each number does."""
        self._by_source: dict[str, list[tuple[int, OpenItem]]] = {}
        for place, item in enumerate(items):
            self._by_source.setdefault(item.receivable.source, []).append((place, item))
        self._lengths = sorted({len(source) for source in self._by_source if source})

    def answer(self, payment: Payment) -> Answer:
        """Post the first invoice, as far as the money goes; suggest the next two."""
        found = sorted(
            {
                place: item
                for text in (payment.text, *payment.references)
                for place, item in self._within(text)
                if self.left_of(item)
            }.items()
        )  # fmt: skip
        amount = payment.amount.minor
        named = [
            Clearing(((item.receivable.number, min(amount, self.left_of(item))),))
            for _, item in found[:_SUGGESTIONS]
        ]
        return self.answered(named[0], *named[1:]) if named else Answer()

    def _within(self, text: str) -> Iterable[tuple[int, OpenItem]]:
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                yield from self._by_source.get(text[at : at + length], ())


def baselines() -> dict[str, Contestant]:
    """The baselines by name."""
    return {
        "oldest_prefix": OldestPrefix(always=False),
        "oldest_prefix_always": OldestPrefix(always=True),
        "drop_latest": DropLatest(),
        "first_substring": FirstSubstring(),
    }


def _due(item: OpenItem) -> tuple[object, ...]:
    return item.receivable.due_on, item.receivable.number
