"""Receipts with their truth: what payers pay, what the bank makes of it, what it truly settles.

``book(Market())`` is the standard book: 10,000 receipts against 50,000 open items. Three things are
drawn for each receipt, one from the other as little as may be: which debts are paid, how the text
tells of them, and by how much the money differs from them. ``docs/matching-benchmark.md`` has the
shares. Truth is what a person who knows everything would record, by three rules:

- The payer's word counts. A number that is mistyped never names other debts that would fit.
- Without a word the debt that falls due first is meant, of several that are alike in amount, and
  no debt of another company of the group comes to the same.
- Only what this seller grants is given up: the discount in time, the bank's fee, cents dropped,
  tax withheld. Anything else that is missing stays open, as part payment, dispute or retention.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from benchmarks._debtors import FIRST_DAY, Customer, Debt, Market, Payer, customers, debts, drawn
from benchmarks._deductions import Asked, Truth, differing, possible, settled
from benchmarks._remittances import (
    Said,
    deduction,
    in_advance,
    of_a_month,
    of_a_stranger,
    said,
    silent,
)

_TEXT_MAX = 140
_SILENT = {"tells": 0.06, "sometimes": 0.5, "never": 0.97}


class Receipt(NamedTuple):
    """A line of a bank statement, its truth, and what was drawn for it."""

    number: str
    on: date
    cents: int
    payer: str
    payer_account: str
    text: str
    references: tuple[str, ...]
    truth: Truth
    customer: str
    paid: str
    told: str
    differs: str


class Book(NamedTuple):
    """Customers, every debt of the market in order of issue, receipts in order of date."""

    market: Market
    customers: tuple[Customer, ...]
    debts: tuple[Debt, ...]
    receipts: tuple[Receipt, ...]


def business_days(count: int) -> tuple[date, ...]:
    """Days from the first of the receipts on, without Saturdays and Sundays."""
    days = (FIRST_DAY + timedelta(days=place) for place in range(count * 2 + 2))
    return tuple(day for day in days if day.weekday() < 5)[:count]


def book(market: Market) -> Book:
    """The book of a market, the same in any process."""
    dice = random.Random(market.seed)
    days = business_days(market.days)
    owing = customers(market, dice)
    owed = debts(market, dice, owing, days)
    paying = _Paying(market, dice, owing, owed)
    for place in range(market.receipts):
        paying.pay(days[place * len(days) // market.receipts], f"B-{place:06d}")
    return Book(market, owing, tuple(owed), tuple(paying.receipts))


class _Paying:
    """The payers of a market at work: which of them pays what, until every receipt is drawn."""

    def __init__(
        self, market: Market, dice: random.Random, owing: Sequence[Customer], owed: Sequence[Debt]
    ) -> None:
        self.market, self.dice, self.owing = market, dice, owing
        self.weights = list(accumulate(customer.size**0.75 for customer in owing))
        self.owed: dict[str, list[Debt]] = {customer.code: [] for customer in owing}
        for debt in owed:
            self.owed[debt.customer].append(debt)
        for own in self.owed.values():
            own.sort(key=lambda debt: (debt.due_on, debt.number))
        self.left = {debt.number: debt.cents for debt in owed}
        self.source = {debt.number: debt.source for debt in owed}
        self.closed: dict[str, date] = {}
        self.debts = owed
        self.by_source: dict[str, list[Debt]] = {}
        for debt in owed:
            self.by_source.setdefault(debt.source, []).append(debt)
        members: dict[int, list[Customer]] = {}
        for customer in owing:
            if customer.group:
                members.setdefault(customer.group, []).append(customer)
        self.groups = {group: own for group, own in members.items() if len(own) > 1}
        self.receipts: list[Receipt] = []

    def pay(self, on: date, number: str) -> None:
        """One receipt more; what cannot be paid as it was drawn is drawn again."""
        receipt = None
        while receipt is None:
            paid = drawn(self.dice, self.market.paid)
            receipt = self._paid(paid, on)
        self.receipts.append(receipt._replace(number=number))
        for receivable, cents in (*receipt.truth.cleared, *receipt.truth.apart):
            self.left[receivable] -= cents
            if not self.left[receivable]:
                self.closed[receivable] = on

    def _paid(self, paid: str, on: date) -> Receipt | None:
        if paid == "a stranger's":
            return self._stranger(on)
        if paid == "same payment again":
            return self._again(on)
        (customer,) = self.dice.choices(self.owing, cum_weights=self.weights)
        if paid == "group company's":
            if not self.groups:
                return None
            customer = self.dice.choice(self.dice.choice(tuple(self.groups.values())))
        if paid == "prepayment":
            return self._prepayment(customer, on)
        if paid == "paid twice":
            return self._twice(customer, on)
        if paid == "round sum":
            return self._round_sum(customer, on)
        return self._settling(customer, paid, on)

    def open_of(self, customer: Customer, on: date) -> list[Debt]:
        """What a customer owes on a day, by due date."""
        return [
            debt for debt in self.owed[customer.code] if self.left[debt.number] and debt.on <= on
        ]

    def _settling(self, customer: Customer, paid: str, on: date) -> Receipt | None:
        """A payment of certain debts: which, how told, with what difference."""
        chosen = self._chosen(paid, self.open_of(customer, on), on)
        if not chosen:
            return None
        quiet = paid != "a month" and self.dice.random() < _SILENT[customer.habit]
        wanted = differing(self.dice, self.market, self._asked(customer, chosen, on))
        if quiet:
            ready = self.open_of(customer, on)
            short = wanted in {"part", "unexplained"}
            chosen = ready[:1] if short else self._due_first(chosen, ready)
            wanted = possible(wanted, self._asked(customer, chosen, on))
        cents, truth, differs = settled(self.dice, self._asked(customer, chosen, on), wanted)
        quiet = quiet and not self._fits_another(customer, cents, on)
        words = self._words(customer, chosen, paid, quiet=quiet)
        words = deduction(self.dice, words, differs, home=customer.home)
        payer = self._payer(customer, paid)
        return self._receipt(on, cents, payer, words, truth)._replace(
            customer=customer.code, paid=paid, differs=differs
        )

    def _asked(self, customer: Customer, chosen: Sequence[Debt], on: date) -> Asked:
        left = tuple(self.left[debt.number] for debt in chosen)
        return Asked(customer, tuple(chosen), left, on)

    def _fits_another(self, customer: Customer, cents: int, on: date) -> bool:
        """Whether some debt of another company of the group comes to the same."""
        return any(
            self.left[debt.number] == cents
            for other in self.groups.get(customer.group, ())
            if other.code != customer.code
            for debt in self.open_of(other, on)
        )

    def _payer(self, customer: Customer, paid: str) -> Payer:
        if paid != "group company's":
            return customer.payer
        others = [each for each in self.groups[customer.group] if each.code != customer.code]
        return self.dice.choice(others).payer

    def _receipt(
        self, on: date, cents: int, payer: Payer, words: Said, truth: Truth
    ) -> Receipt:  # fmt: skip
        shown = payer.account if self.dice.random() < self.market.account_shown else ""
        told = "cut" if len(words.text) > _TEXT_MAX else words.told
        text = words.text[:_TEXT_MAX]
        return Receipt(
            "", on, cents, payer.name, shown, text, words.references, truth, "", "", told, "exact"
        )

    def _chosen(self, paid: str, ready: list[Debt], on: date) -> list[Debt]:
        """The debts that are paid; none where there are too few for what was drawn."""
        dice = self.dice
        if not ready:
            return []
        early = [debt for debt in ready if debt.discount_until and debt.discount_until >= on]
        due = [debt for debt in ready if debt.due_on <= on + timedelta(days=5)] or ready[:3]
        pool = early if early and dice.random() < 0.6 else due
        if paid in {"one invoice", "group company's"}:
            many = paid == "group company's" and dice.random() < 0.4
            found = dice.sample(pool, min(len(pool), dice.randint(2, 4))) if many else [
                pool[0] if dice.random() < 0.6 else dice.choice(pool)
            ]  # fmt: skip
        elif paid == "several":
            found = self._several(pool)
        elif paid == "oldest first":
            found = ready[: dice.randint(1, 5)]
        elif paid == "arbitrary":
            found = dice.sample(ready, min(len(ready), dice.randint(2, 5)))
        elif paid == "a month":
            found = [debt for debt in ready if debt.on.replace(day=1) == due[0].on.replace(day=1)]
            found = found if len(found) <= 12 else []
        else:
            found = [debt for debt in ready if debt.due_on <= on][:15]
        least = 2 if paid in {"several", "arbitrary", "a month", "all due"} else 1
        return self._first_instalments(found, ready) if len(found) >= least else []

    def _several(self, pool: list[Debt]) -> list[Debt]:
        """Some of what is due: often what was billed on one day."""
        dice = self.dice
        if dice.random() < 0.3:
            on = dice.choice(pool).on
            batch = [debt for debt in pool if debt.on == on]
            if len(batch) > 1:
                return batch[:6]
        count = 2 + min(6, int(dice.expovariate(0.6)))
        return dice.sample(pool, min(len(pool), count))

    @staticmethod
    def _first_instalments(found: list[Debt], ready: list[Debt]) -> list[Debt]:
        """Of the instalments of one invoice the first are paid first."""
        wanted: dict[str, int] = {}
        for debt in found:
            wanted[debt.source] = wanted.get(debt.source, 0) + 1
        taken: list[Debt] = []
        for debt in ready:
            if wanted.get(debt.source, 0):
                wanted[debt.source] -= 1
                taken.append(debt)
        return taken

    def _due_first(self, chosen: list[Debt], ready: list[Debt]) -> list[Debt]:
        """Of debts alike in amount, those that fall due first."""
        wanted: dict[int, int] = {}
        for debt in chosen:
            cents = self.left[debt.number]
            wanted[cents] = wanted.get(cents, 0) + 1
        taken: list[Debt] = []
        for debt in ready:
            cents = self.left[debt.number]
            if wanted.get(cents, 0):
                wanted[cents] -= 1
                taken.append(debt)
        return taken

    def _words(
        self, customer: Customer, chosen: Sequence[Debt], paid: str, *, quiet: bool
    ) -> Said:  # fmt: skip
        """The text: by the payer's habit, misleading only where that is another's number."""
        home = customer.home
        if paid == "a month":
            return of_a_month(chosen[0].on, home=home)
        if quiet:
            return silent(self.dice, home=home)
        amounts = {self.left[debt.number] for debt in chosen}
        own = self.owed[customer.code]
        others = own if self.dice.random() < 0.8 else self.debts
        named = {debt.source for debt in chosen}
        strange = self.dice.choice(others).source
        return said(
            self.dice,
            chosen,
            home=home,
            told=drawn(self.dice, self.market.told),
            another="" if strange in named else strange,
            contract=self._contract(chosen),
            misleads=lambda name: any(
                self.left[debt.number] in amounts for debt in self.by_source.get(name, ())
            ),
        )

    def _contract(self, chosen: Sequence[Debt]) -> str:
        """The contract of all of them, if its name leaves no doubt which of it are meant."""
        contract = chosen[0].contract
        amounts = {self.left[debt.number] for debt in chosen}
        doubtful = any(
            debt.contract != contract
            if debt in chosen
            else debt.contract == contract and self.left[debt.number] in amounts
            for debt in self.owed[chosen[0].customer]
        )
        return "" if doubtful else contract

    def _round_sum(self, customer: Customer, on: date) -> Receipt | None:
        """Money on account: it settles what falls due first, the last of it in part."""
        ready = self.open_of(customer, on)
        thousands = sum(self.left[debt.number] for debt in ready) // 10_000_00
        if thousands < 2:
            return None
        cents = left = self.dice.randint(1, min(20, thousands - 1)) * 10_000_00
        cleared = []
        for debt in ready:
            share = min(left, self.left[debt.number])
            left -= share
            if share:
                cleared.append((debt.number, share))
        words = silent(self.dice, home=customer.home)
        made = self._receipt(on, cents, customer.payer, words, Truth(tuple(sorted(cleared))))
        return made._replace(customer=customer.code, paid="round sum", differs="part")

    def _prepayment(self, customer: Customer, on: date) -> Receipt:
        """Money for goods that are not billed yet; never just what some debt comes to."""
        amounts = {self.left[debt.number] for debt in self.open_of(customer, on)}
        cents = self.dice.randint(20, 900) * 100_00
        while cents in amounts:
            cents += 100_00
        words = in_advance(self.dice, home=customer.home)
        made = self._receipt(on, cents, customer.payer, words, Truth())
        return made._replace(customer=customer.code, paid="prepayment")

    def _twice(self, customer: Customer, on: date) -> Receipt | None:
        """An invoice settled on a day before is paid again; told wherever another would fit."""
        before = [
            debt
            for debt in self.owed[customer.code]
            if self.closed.get(debt.number, on) < on and self._all_paid(debt.source)
        ]
        if not before:
            return None
        debt = self.dice.choice(before)
        amounts = {self.left[each.number] for each in self.open_of(customer, on)}
        quiet = debt.cents not in amounts and self.dice.random() < _SILENT[customer.habit]
        words = self._words(customer, [debt], "paid twice", quiet=quiet)
        if debt.cents in amounts and words.told != "in full":
            return None
        made = self._receipt(on, debt.cents, customer.payer, words, Truth())
        return made._replace(customer=customer.code, paid="paid twice")

    def _again(self, on: date) -> Receipt | None:
        """The bank's line of one of the last days comes once more, under a number of its own."""
        recent = [
            receipt
            for receipt in self.receipts[-self.market.receipts // self.market.days * 3 :]
            if receipt.on < on
            and receipt.told == "in full"
            and receipt.differs == "exact"
            and receipt.paid in {"one invoice", "several", "oldest first"}
            and all(self._all_paid(source) for source in self._sources(receipt))
        ]
        if not recent:
            return None
        first = self.dice.choice(recent)
        return first._replace(on=on, truth=Truth(), paid="same payment again")

    def _sources(self, receipt: Receipt) -> set[str]:
        return {self.source[number] for number, _ in receipt.truth.cleared}

    def _all_paid(self, source: str) -> bool:
        """No instalment of an invoice is open, which a second payment could be taken for."""
        return not any(self.left[debt.number] for debt in self.by_source[source])

    def _stranger(self, on: date) -> Receipt:
        dice = self.dice
        name = dice.choice(("国家税务局", "中国人寿保险", "ACME REFUNDS", "市财政局", "Lessor Ltd"))
        payer = Payer(name, f"9{dice.randint(10**15, 10**16 - 1)}", on_file=False)
        cents = dice.randint(10_00, 50_000_00)
        made = self._receipt(on, cents, payer, of_a_stranger(dice), Truth())
        return made._replace(paid="a stranger's")
