"""The bank statement: what the bank says of one account between two balances (银行对账单).

A statement proves itself: opening balance plus what came in less what went out is the closing
balance. Where that does not hold a line is missing, doubled or has the wrong sign, and nobody can
say which; so it is told with its difference and never evened out.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Finding, Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.text import Line, LocalText
from revenue.bank.line import BankDetail, BankLine, Name, content_of
from revenue.bank.running import broken_balance

BankFormat = Literal["mt940", "camt.053", "bai2", "csv"]


class BankStatement(Frozen):
    """The lines of an account between ``opening`` and ``closing``, which a file may leave out.

    ``opening_on`` and ``closing_on`` are the days of the balances. ``number`` is what the bank
    numbers the statement with; ``name`` is what its lines are known by in keys, unique for the
    account, and empty where the format gives none. ``reference`` is the bank's for the message,
    ``file_line`` the line of the file in which the closing balance stands.
    Raises ``Invalid`` (``statement.position_twice``, ``statement.other_account``) within pydantic's
    error.

    >>> statement = BankStatement(
    ...     format="mt940", account="517852257", currency="EUR", number="19321/1", name="19321/1",
    ...     opening=Money("10.00", "EUR"), closing=Money("30.00", "EUR"),
    ...     lines=(BankLine(account="517852257", statement="19321/1", position=1,
    ...                     booked_on=date(2026, 11, 20), amount=Money("19.00", "EUR")),))
    >>> statement.difference()
    Money('1.00', 'EUR')
    >>> [finding.code for finding in statement.check()]
    ['statement.unbalanced']
    """

    format: BankFormat
    account: Name = Field(min_length=1)
    bank: Line = ""
    currency: CurrencyCode
    number: Line = ""
    name: Name = ""
    reference: Line = ""
    opening: Money | None = None
    closing: Money | None = None
    opening_on: date | None = None
    closing_on: date | None = None
    lines: tuple[BankLine, ...] = ()
    details: tuple[BankDetail, ...] = ()
    file_line: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _lines_are_its_own(self) -> "BankStatement":
        seen: set[int] = set()
        for line in self.lines:
            if line.position in seen:
                raise Invalid(
                    "statement.position_twice",
                    f"statement {self.number or self.account}: position {line.position} stands for "
                    "two lines; number the lines 1, 2, 3 in the order of the file",
                )
            seen.add(line.position)
            if (line.account, line.statement) != (self.account, self.name):
                raise Invalid(
                    "statement.other_account",
                    f"line {line.position} is of account {line.account}, statement "
                    f"{line.statement!r}; this statement is of account {self.account}, "
                    f"{self.name!r}: keep lines with their own statement",
                )
        moneys = [line.amount for line in self.lines]
        money_total(
            [*moneys, *(each for each in (self.opening, self.closing) if each)], self.currency
        )
        return self

    def difference(self) -> Money | None:
        """Closing less opening less the booked lines; zero where it adds up, ``None`` if unknown.

        >>> BankStatement(format="csv", account="6222", currency="CNY").difference() is None
        True
        """
        if self.opening is None or self.closing is None:
            return None
        booked = (line.amount for line in self.lines if line.status == "booked")
        return self.closing - self.opening - money_total(booked, self.currency)

    def check(self) -> tuple[Finding, ...]:
        """A finding where the lines do not lead from the opening to the closing balance.

        An error with code ``statement.unbalanced`` that names the difference; nothing where it
        adds up or where one of the balances is not given. Where lines state the balance after
        them, each has to follow from the one before.
        """
        rest = self.difference()
        if rest is None or not rest.amount:
            broken = broken_balance(self.lines)
            return () if broken is None else (_broken_at(broken),)
        moved = money_total(
            (line.amount for line in self.lines if line.status == "booked"), self.currency
        )
        label = self.number or self.name or str(self.closing_on or "")
        return (
            Finding(
                code="statement.unbalanced",
                place=f"{self.account}/{label}",
                message=LocalText(
                    en=f"opening {self.opening} and lines of {moved} make "
                    f"{(self.closing or rest) - rest}, not the closing balance {self.closing}: "
                    f"{rest} is missing; ask the bank for the statement again",
                    zh=f"期初余额 {self.opening} 加本期发生额 {moved} 不等于期末余额 "
                    f"{self.closing}，相差 {rest}；请向银行重新获取对账单",
                ),
            ),
        )


def _broken_at(line: BankLine) -> Finding:
    return Finding(
        code="statement.unbalanced",
        place=f"{line.account}/{line.position}",
        message=LocalText(
            en=f"the balance {line.balance} after {line.amount} does not follow from the balance "
            "before; a row is missing or doubled, or its sign is read the wrong way round",
            zh=f"本笔 {line.amount} 之后的余额 {line.balance} 与上一笔余额不衔接，"
            "可能缺行、重复或借贷方向颠倒",
        ),
    )


def gaps(statements: Iterable[BankStatement]) -> tuple[Finding, ...]:
    """Where the next statement of an account does not begin with the balance the last ended with.

    Notes with code ``statement.gap``, in the order given: a statement between two is missing, or
    they are out of order.

    >>> first, third = (BankStatement(format="mt940", account="1", currency="EUR", number=n,
    ...                               opening=Money(a, "EUR"), closing=Money(b, "EUR"))
    ...                 for n, a, b in (("1", "0", "5"), ("3", "7", "9")))
    >>> [finding.code for finding in gaps([first, third])]
    ['statement.gap']
    """
    last: dict[tuple[str, str], BankStatement] = {}
    found = []
    for statement in statements:
        key = (statement.account, statement.currency)
        before = last.get(key)
        if before is not None and _parted(before, statement):
            found.append(_gap(before, statement))
        last[key] = statement
    return tuple(found)


def _parted(before: BankStatement, after: BankStatement) -> bool:
    if before.closing is None or after.opening is None:
        return False
    return before.closing != after.opening


def _gap(before: BankStatement, after: BankStatement) -> Finding:
    return Finding(
        code="statement.gap",
        severity="note",
        place=f"{after.account}/{after.number}",
        message=LocalText(
            en=f"statement {after.number!r} begins with {after.opening}, but statement "
            f"{before.number!r} before it ended with {before.closing}; one between is missing",
            zh=f"对账单 {after.number!r} 的期初余额 {after.opening} 与上一份 {before.number!r} "
            f"的期末余额 {before.closing} 不符，中间可能缺少对账单",
        ),
    )


def renumbered(lines: Sequence[BankLine]) -> tuple[BankLine, ...]:
    """The lines with ``position`` 1, 2, 3 and ``repeat`` counted among lines of equal content.

    >>> line = BankLine(account="1", position=9, booked_on=date(2026, 11, 20),
    ...                 amount=Money("1", "CNY"))
    >>> [(each.position, each.repeat) for each in renumbered([line, line])]
    [(1, 1), (2, 2)]
    """
    seen: dict[str, int] = {}
    found = []
    for position, line in enumerate(lines, start=1):
        key = content_of(line)
        seen[key] = seen.get(key, 0) + 1
        stands = (line.position, line.repeat) == (position, seen[key])
        found.append(line if stands else line.with_(position=position, repeat=seen[key]))
    return tuple(found)
