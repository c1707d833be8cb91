"""A desk that matches receipts day by day, and what its answers are worth against the truth.

In the morning a contestant gets what is truly open and what is known of the payers; during the day
it answers for one receipt after the other, and what it posts is gone from what it holds open, right
or wrong. In the evening a person sets everything right: what was posted wrongly is taken back, what
was not posted is recorded as it truly was. Where the desk learns, that person's decisions are known
the next morning.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from time import process_time
from typing import Literal, NamedTuple, Protocol

from benchmarks._debtors import CURRENCY, DISCOUNT_PERCENT, Debt
from benchmarks._deductions import Truth
from benchmarks._receipts import Book, Receipt
from cpq.kernel.money import Money
from revenue.ledger import OpenItem
from revenue.matching import Confirmation, Learned, Payment, learn
from revenue.receivable import EarlyDiscount, Receivable


class Clearing(NamedTuple):
    """What an answer settles, in cents, as ``Truth`` has it; ``why`` is said by the contestant."""

    cleared: tuple[tuple[str, int], ...]
    given_up: int = 0
    reasons: tuple[str, ...] = ()
    why: str = ""


class Answer(NamedTuple):
    """What is posted without asking anybody, and what is suggested, best first."""

    posted: Clearing | None = None
    suggested: tuple[Clearing, ...] = ()
    stopped: str = ""


class Contestant(Protocol):
    """Whoever answers: a baseline or the matcher."""

    def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
        """Begin a day with what is open."""

    def answer(self, payment: Payment) -> Answer:
        """Say what a payment settles; what is posted is not open any more."""


class Judged(NamedTuple):
    """A receipt, what was answered, and what that is worth."""

    receipt: Receipt
    answer: Answer

    @property
    def posts(self) -> bool:
        """Something was posted without asking anybody."""
        return self.answer.posted is not None

    @property
    def silent(self) -> bool:
        """Nothing was posted and nothing suggested."""
        return not self.posts and not self.answer.suggested

    @property
    def posted_right(self) -> bool:
        """Posted, and exactly what is true."""
        return self.answer.posted is not None and right(self.answer.posted, self.receipt.truth)

    @property
    def posted_wrong(self) -> bool:
        """Posted, and anything else than what is true."""
        return self.answer.posted is not None and not right(
            self.answer.posted, self.receipt.truth
        )  # fmt: skip

    def hit(self, among: int) -> bool:
        """Whether the truth is among the first suggestions; what is posted is the first of all."""
        first = () if self.answer.posted is None else (self.answer.posted,)
        found = (*first, *(each for each in self.answer.suggested if each not in first))
        return any(right(each, self.receipt.truth) for each in found[:among])


class Worked(NamedTuple):
    """Every judged receipt, and the processor's seconds: answering, and on all the mornings."""

    judged: tuple[Judged, ...]
    seconds: float
    mornings: float
    days: int


def right(found: Clearing, truth: Truth) -> bool:
    """Whether the same receivables are settled by the same amounts, and no cent more is given up.

    The reason that is given for a difference is judged apart.
    """
    return found.cleared == truth.cleared and found.given_up == truth.given_up


def money(cents: int) -> Money:
    """Cents as an amount."""
    return Money.from_minor(cents, CURRENCY)


def receivable(debt: Debt) -> Receivable:
    """The receivable of a debt."""
    until = debt.discount_until
    offered = (
        () if until is None else (EarlyDiscount(percent=Decimal(DISCOUNT_PERCENT), until=until),)
    )
    return Receivable(
        number=debt.number,
        customer=debt.customer,
        source=debt.source,
        contract=debt.contract,
        on=debt.on,
        due_on=debt.due_on,
        amount=money(debt.cents),
        discounts=offered,
    )


def payment(receipt: Receipt) -> Payment:
    """A receipt as the bank tells of it: nobody has said yet who paid."""
    return Payment(
        number=receipt.number,
        on=receipt.on,
        amount=money(receipt.cents),
        payer=receipt.payer,
        payer_account=receipt.payer_account,
        text=receipt.text,
        references=receipt.references,
    )


def on_file(book: Book) -> Learned:
    """What the seller knows on the first morning: the customers' names, and some accounts."""
    return learn(
        Learned(),
        *(Confirmation(customer=each.code, payer=each.name) for each in book.customers),
        *(
            Confirmation(customer=each.code, payer_account=each.payer.account)
            for each in book.customers
            if each.payer.on_file
        ),
    )


class Desk:
    """What is truly open in a book, day by day."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._coming = [(debt.on, receivable(debt)) for debt in book.debts]
        self._items: dict[str, OpenItem] = {}
        self._place = 0

    def morning(self, on: date) -> list[OpenItem]:
        """What is open on a day, in order of issue."""
        while self._place < len(self._coming) and self._coming[self._place][0] <= on:
            owed = self._coming[self._place][1]
            self._items[owed.number] = OpenItem(receivable=owed, open=owed.amount)
            self._place += 1
        return list(self._items.values())

    def evening(self, receipts: Iterable[Receipt]) -> None:
        """Record what the receipts of a day truly settled."""
        for receipt in receipts:
            for number, amount in (*receipt.truth.cleared, *receipt.truth.apart):
                item = self._items[number]
                left = item.open.minor - amount
                if left:
                    self._items[number] = OpenItem(receivable=item.receivable, open=money(left))
                else:
                    del self._items[number]

    def confirmed(self, receipts: Iterable[Receipt]) -> list[Confirmation]:
        """What a person confirms in the evening of payments that settled something: whose they
        were, and a habit where one was seen. To be asked before the evening's records.
        """
        first: dict[str, list[OpenItem]] = {}
        for item in self._items.values():
            first.setdefault(item.receivable.customer, []).append(item)
        for own in first.values():
            own.sort(key=lambda item: (item.receivable.due_on, item.receivable.number))
        return [
            Confirmation(
                customer=receipt.customer,
                payer=receipt.payer,
                payer_account=receipt.payer_account,
                habit=_habit(receipt, first.get(receipt.customer, [])),
            )
            for receipt in receipts
            if receipt.truth.cleared
        ]


def _habit(
    receipt: Receipt, owed: Sequence[OpenItem]
) -> Literal["", "oldest_first", "deducts_discount"]:
    """What the truth of a payment tells of its payer, who owed so much that morning."""
    if "discount" in receipt.truth.reasons:
        return "deducts_discount"
    numbers = [item.receivable.number for item in owed[: len(receipt.truth.cleared)]]
    return "oldest_first" if sorted(numbers) == [n for n, _ in receipt.truth.cleared] else ""


def work(book: Book, contestant: Contestant, *, learns: bool = True) -> Worked:
    """Every receipt of a book, in order of date, answered by a contestant and judged."""
    desk, known = Desk(book), on_file(book)
    judged: list[Judged] = []
    days = 0
    answering = mornings = 0.0
    for on, of_day in groupby(book.receipts, key=lambda receipt: receipt.on):
        receipts = list(of_day)
        items, payments = desk.morning(on), [payment(receipt) for receipt in receipts]
        start = process_time()
        contestant.open_up(items, known)
        opened = process_time()
        answers = [contestant.answer(each) for each in payments]
        answering, mornings = answering + process_time() - opened, mornings + opened - start
        judged += map(Judged, receipts, answers)
        days += 1
        if learns:
            known = learn(known, *desk.confirmed(receipts))
        desk.evening(receipts)
    return Worked(tuple(judged), answering, mornings, days)
