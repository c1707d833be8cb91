"""By how much money differs from the debts it is paid for, and what it settles all the same."""

import random
from datetime import date
from typing import NamedTuple

from benchmarks._debtors import (
    DISCOUNT_PERCENT,
    WITHHOLDING_PERCENT,
    Customer,
    Debt,
    Market,
    drawn,
)

FEES = (5_00, 10_00, 15_00, 25_00, 50_00)
"""What banks deduct, in cents."""

_RETAINED, _DISCOUNTED, _LATE = 0.6, 0.75, 0.12
"""How often payers deduct what the terms give occasion for; the last in spite of them."""


class Truth(NamedTuple):
    """What a receipt settles, in cents.

    ``cleared`` is what of each receivable is no longer owed: money and what is given up together.
    ``given_up`` is how much of all that is no money, ``reasons`` why, or why something is missing
    that stays owed: ``apart`` holds what of a receivable is kept as a dispute or a retention.
    """

    cleared: tuple[tuple[str, int], ...] = ()
    given_up: int = 0
    reasons: tuple[str, ...] = ()
    apart: tuple[tuple[str, int], ...] = ()


class Asked(NamedTuple):
    """Debts of a customer that are paid on a day; ``left`` is what of each is open, in cents."""

    customer: Customer
    debts: tuple[Debt, ...]
    left: tuple[int, ...]
    on: date

    @property
    def total(self) -> int:
        """All that is open of them."""
        return sum(self.left)

    @property
    def untouched(self) -> bool:
        """Nothing of them was paid before."""
        return all(debt.cents == left for debt, left in zip(self.debts, self.left, strict=True))

    def in_time(self, debt: Debt) -> bool:
        """The debt's discount may still be taken."""
        return debt.discount_until is not None and debt.discount_until >= self.on

    def whole(self) -> tuple[tuple[str, int], ...]:
        """Each debt with all that is open of it."""
        return self.less(dict.fromkeys(self.debts, 0))

    def less(self, kept: dict[Debt, int]) -> tuple[tuple[str, int], ...]:
        """Each debt with what is open of it, less what is kept."""
        pairs = zip(self.debts, self.left, strict=True)
        return tuple(sorted((debt.number, left - kept[debt]) for debt, left in pairs))


def differing(dice: random.Random, market: Market, asked: Asked) -> str:
    """How the money differs: by the terms where they give occasion, else as drawn."""
    terms = asked.customer.terms
    if terms == "retention" and asked.untouched and dice.random() < _RETAINED:
        return "retention"
    if terms == "2/10 net 30" and asked.untouched:
        if any(map(asked.in_time, asked.debts)):
            return "discount" if dice.random() < _DISCOUNTED else "exact"
        if dice.random() < _LATE:
            return "late discount"
    return possible(drawn(dice, market.differs), asked)


def possible(differs: str, asked: Asked) -> str:
    """The difference if these debts can have it, else none."""
    single = len(asked.debts) == 1
    in_time = any(map(asked.in_time, asked.debts))
    can = {
        "fee": asked.total > 20 * max(FEES),
        "cents dropped": asked.total % 1_00 > 0,
        "part": single and asked.total > 20 * max(FEES),
        "unexplained": single,
        "withholding": not asked.customer.home,
        "line disputed": single and len(asked.debts[0].lines) > 1 and asked.untouched,
        "discount": in_time and asked.untouched,
        "late discount": not in_time and asked.untouched,
        "retention": asked.untouched,
    }
    return differs if can.get(differs, True) else "exact"


def settled(dice: random.Random, asked: Asked, differs: str) -> tuple[int, Truth, str]:
    """The money that is paid, what it truly settles, and how it differs after all."""
    total, whole = asked.total, asked.whole()
    if differs == "fee":
        fee = dice.choice(FEES)
        return total - fee, Truth(whole, fee, ("bank_fee",)), differs
    if differs == "cents dropped":
        return total - total % 1_00, Truth(whole, total % 1_00, ("rounding",)), differs
    if differs == "over":
        step = dice.choice((100_00, 1_000_00))
        return total + step - total % step, Truth(whole), differs
    if differs in {"part", "unexplained"}:
        percent = dice.choice((30, 50, 70) if differs == "part" else (95, 97, 98, 99))
        cents = total * percent // 1_00_00 * 1_00
        # What is short by just a fee has the fee deducted, for all that anybody can know.
        if total - cents in FEES or not cents:
            return total, Truth(whole), "exact"
        return cents, Truth(((asked.debts[0].number, cents),)), differs
    if differs == "line disputed":
        line = dice.choice(asked.debts[0].lines)
        kept = {asked.debts[0]: line}
        apart = ((asked.debts[0].number, line),)
        return total - line, Truth(asked.less(kept), 0, ("dispute",), apart), differs
    return _percentage(asked, differs)


def _percentage(asked: Asked, differs: str) -> tuple[int, Truth, str]:
    """A share of each debt is not paid: retained, taken as a discount, withheld as tax."""
    percent = {
        "retention": asked.customer.retention_percent, "discount": DISCOUNT_PERCENT,
        "late discount": DISCOUNT_PERCENT, "withholding": WITHHOLDING_PERCENT,
    }.get(differs, 0)  # fmt: skip
    kept = {
        debt: 0 if differs == "discount" and not asked.in_time(debt) else _part(left, percent)
        for debt, left in zip(asked.debts, asked.left, strict=True)
    }
    cents = asked.total - sum(kept.values())
    if differs == "retention":
        apart = tuple(sorted((debt.number, part) for debt, part in kept.items()))
        return cents, Truth(asked.less(kept), 0, ("retention",), apart), differs
    if differs == "late discount":
        return cents, Truth(asked.less(kept)), differs
    reasons = {"discount": ("discount",), "withholding": ("withholding_tax",)}.get(differs, ())
    return cents, Truth(asked.whole(), sum(kept.values()), reasons), differs


def _part(cents: int, percent: int) -> int:
    """A percentage of an amount, to the cent, half up."""
    return (cents * percent * 2 + 100) // 200
