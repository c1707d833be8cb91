"""The position of a contract (合同资产、合同负债): what is delivered less what is billed, net.

Above zero it is a contract asset, below zero a contract liability, and never both. Of a contract in
a foreign currency it is kept in that currency and in the books. What a fact uses up of the position
takes its share of the book value, rounded half up, and the last takes the rest; what it adds comes
at the fact's own value. So a position of zero is worth zero.

The policy, and where it comes from:

- A contract liability is no money item: it will be settled by goods. It keeps the value of its day,
  and the revenue that it becomes has that value, without a difference (IFRIC 22.8; IAS 21.16;
  企业会计准则第14号应用指南, 外币预收).
- A contract asset is a money item: a right to a fixed number of units of currency, only conditional
  yet (IAS 21.16; the condition is no matter of how many units, IFRS 15.107). Revenue has the value
  of the day of delivery; a bill of another day makes a receivable at that day's rate, and the
  difference is an exchange difference of that day (汇兑损益). It is realised when it is billed;
  no fact revalues a contract asset at a period's end.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cpq.kernel.errors import Finding
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import LocalText, number_key
from revenue.chart import STANDARD_CHART, ChartOfAccounts
from revenue.entry import JournalEntry
from revenue.invoice import Invoice
from revenue.ledger.balance import added_up
from revenue.posting.row import Row


class Position(NamedTuple):
    """``amount`` is above zero for a contract asset, below for a liability; ``book`` its value in
    the books, on the same side, of a contract that is valued there.
    """

    amount: Money
    book: Money | None = None

    def moved(self, amount: Money, value: Money | None) -> "Position":
        """The position after ``amount`` was delivered (above zero) or billed (below), which is
        worth ``value`` on that day.

        >>> usd, cny = (lambda text: Money(text, "USD")), (lambda text: Money(text, "CNY"))
        >>> advance = Position(usd("0")).moved(usd("-30"), cny("-213"))
        >>> advance.moved(usd("10"), cny("72"))
        Position(amount=Money('-20', 'USD'), book=Money('-142.00', 'CNY'))
        >>> advance.moved(usd("50"), cny("360"))
        Position(amount=Money('20', 'USD'), book=Money('144.00', 'CNY'))
        """
        after = self.amount + amount
        if value is None:
            return Position(after)
        zero = Money.zero(amount.code)
        book = Money.zero(value.code) if self.book is None else self.book
        if (self.amount > zero) == (amount > zero) or not self.amount.amount:
            return Position(after, book + value)
        if abs(amount) < abs(self.amount):
            return Position(after, book + book.share(amount.ratio_to(self.amount)))
        return Position(
            after, value.share(after.ratio_to(amount)) if after.amount else zero_of(value)
        )


def zero_of(amount: Money) -> Money:
    """Nothing, in the currency of ``amount``."""
    return Money.zero(amount.code)


def position_rows(chart: ChartOfAccounts, before: Position, after: Position) -> tuple[Row, Row]:
    """How the asset and the liability of a contract change with its position."""
    zero = zero_of(after.amount)
    asset = max(after.amount, zero) - max(before.amount, zero)
    liability = min(after.amount, zero) - min(before.amount, zero)
    if after.book is None:
        return Row(chart.contract_asset, asset), Row(chart.contract_liability, liability)
    nothing = zero_of(after.book)
    earlier = nothing if before.book is None else before.book
    return (
        Row(chart.contract_asset, asset, max(after.book, nothing) - max(earlier, nothing)),
        Row(chart.contract_liability, liability, min(after.book, nothing) - min(earlier, nothing)),
    )


class BilledNow(NamedTuple):
    """What an invoice owes anew, gross, and what it moves of the position, net."""

    gross: Money
    net: Money
    booked: Money | None
    booked_net: Money | None


def billed_now(invoice: Invoice) -> BilledNow:
    """What an invoice bills beyond what was owed before it, each at the invoice's own values.

    What was owed before moved the position at its net then. Where rounding shared the tax in
    another way since, the net here is a cent or so, on either side.
    """
    covered = invoice.covered
    taxes = money_total((each.tax for each in invoice.covers if each.tax), invoice.currency)
    gross, net = invoice.gross - covered, invoice.net - (covered - taxes)
    value = invoice.booked_net
    if value is not None and invoice.covers:
        value = value.share(net.ratio_to(invoice.net)) if invoice.net.amount else zero_of(value)
    return BilledNow(gross, net, invoice.booked_part(gross, before=covered), value)


def broken_positions(entries: Iterable[JournalEntry]) -> Iterator[Finding]:
    """Contracts with an asset and a liability at once, and those whose position is worth what it
    cannot be: something where nothing is left, or less than nothing. By contract and account.

    >>> list(broken_positions([]))
    []
    """
    asset, liability = STANDARD_CHART.contract_asset.code, STANDARD_CHART.contract_liability.code
    found: dict[tuple[str, str], Position] = {}
    for line in (line for entry in entries for line in entry.lines):
        if line.account.code in (asset, liability):
            key = number_key(line.contract), line.account.code
            before = found.get(key) or Position(zero_of(line.signed))
            book = added_up(before.book, line.booked)
            found[key] = Position(before.amount + line.signed, book)
    for (contract, account), (amount, book) in sorted(found.items()):
        owed = found.get((contract, liability), Position(zero_of(amount))).amount
        if account == asset and amount.amount and owed.amount:
            yield _finding(
                "ledger.position_both",
                contract,
                f"contract {contract} has a contract asset and a contract liability of {-owed}",
                f"合同 {contract} 同时有合同资产和合同负债 {-owed}",
            )
        if book is not None and book.amount and book.amount * amount.amount <= 0:
            yield _finding(
                "ledger.position_value",
                contract,
                f"contract {contract} has {amount} on account {account}, and it is worth {book} "
                "in the books",
                f"合同 {contract} 在科目 {account} 的余额为 {amount}，账面价值却为 {book}",
            )


def _finding(code: str, place: str, en: str, zh: str) -> Finding:
    return Finding(code=code, place=place, message=LocalText(en=en, zh=zh))
