"""Balances after each line, which prove a statement line by line (逐笔余额).

Exports list movements forward or backward in time. Which of the two is told by the days, and where
all are of one day by the balances themselves. Then each balance is the one before it and the line's
amount; a sign that is read the wrong way round, a row left out or doubled breaks the chain.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from revenue.bank.line import BankLine


def in_time(lines: Sequence[BankLine]) -> tuple[BankLine, ...]:
    """The booked lines in the order in which they moved the balance.

    >>> in_time(())
    ()
    """
    booked = tuple(line for line in lines if line.status == "booked")
    backward = booked[::-1]
    if not booked:
        return ()
    if booked[0].booked_on != booked[-1].booked_on:
        return booked if booked[0].booked_on < booked[-1].booked_on else backward
    return booked if _count(booked) <= _count(backward) else backward


def broken_balance(lines: Sequence[BankLine]) -> BankLine | None:
    """The first line in time whose balance does not follow from the one before it, if any.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> first, second = (BankLine(account="1", position=n, booked_on=date(2026, 11, n),
    ...                           amount=Money(amount, "CNY"), balance=Money(balance, "CNY"))
    ...                  for n, amount, balance in ((1, "5.00", "15.00"), (2, "-3.00", "18.00")))
    >>> broken_balance([first, second]) == second
    True
    """
    return next(_broken(in_time(lines)), None)


def _count(lines: Sequence[BankLine]) -> int:
    return sum(1 for _ in _broken(lines))


def _broken(lines: Sequence[BankLine]) -> Iterator[BankLine]:
    for before, after in pairwise(lines):
        if before.balance is None or after.balance is None:
            continue
        if before.balance + after.amount != after.balance:
            yield after
