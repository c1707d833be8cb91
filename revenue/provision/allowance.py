"""The movement of the allowance for bad debts, and the charge that brings it to what it must be.

    opening + charged − released − written off + recovered ± exchange = closing   (坏账准备变动表)

A write-off takes from the allowance what the tax office does not give back: its amount less the
relief; a recovery gives back its amount less the tax owed again. A reversal counts in the column
of what it reverses, with the other sign.

Where receivables bear a value in the book currency the allowance is kept in that, and what a new
rate does to it is part of the charge. Where it is kept in a foreign currency and told in another,
each movement is told at the rate of its day, the ends at the rates of theirs, and what does not fit
is the exchange difference.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Finding, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, currency_places, money_total, rounded_fraction
from cpq.kernel.text import LocalText, number_key
from revenue.application import Reversal
from revenue.exchange import in_books
from revenue.ledger import Fact, ReceivablesLedger
from revenue.ledger.allowance import borne
from revenue.provision.loss import ExpectedLoss
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff

RateOn = Callable[[date], Decimal | Fraction]
"""The book amount of one unit of a foreign currency at the end of a day."""


class AllowanceMovement(Frozen):
    """How the allowance moved from ``since`` (``None``: from the first fact) to ``as_of``, both
    inclusive. ``written_off`` and ``released`` lower it; reversals are in their columns.
    """

    currency: CurrencyCode
    since: date | None
    as_of: date
    opening: Money
    charged: Money
    released: Money
    written_off: Money
    recovered: Money
    exchange: Money
    closing: Money
    findings: tuple[Finding, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether opening and movements add up to the closing balance."""
        moved = self.charged - self.released - self.written_off + self.recovered + self.exchange
        return self.opening + moved == self.closing


class _Move(NamedTuple):
    on: date
    column: str
    amount: Money


def allowance_movement(
    ledger: ReceivablesLedger,
    *,
    currency: str,
    as_of: date,
    since: date | None = None,
    book: str | None = None,
    rate: RateOn | None = None,
) -> AllowanceMovement:
    """The movement of the allowance in one currency, told in it or, at ``rate``, in ``book``.

    Amounts are converted one by one, half up. Raises ``Refused`` (``allowance.rate_missing``)
    where ``book`` is another currency and no rate is given.

    >>> ledger = ReceivablesLedger().record(
    ...     AllowanceCharge(number="P-1", on=date(2025, 12, 31), amount=Money("5000", "CNY"),
    ...                     reason="year end"),
    ...     AllowanceCharge(number="P-2", on=date(2026, 12, 31), amount=Money("-500", "CNY"),
    ...                     reason="year end"))
    >>> found = allowance_movement(ledger, currency="CNY", since=date(2026, 1, 1),
    ...                            as_of=date(2026, 12, 31))
    >>> found.opening, found.released, found.closing
    (Money('5000.00', 'CNY'), Money('500.00', 'CNY'), Money('4500.00', 'CNY'))
    """
    eve = None if since is None else since - timedelta(days=1)
    told = _told_in(currency, book, rate)
    zero = Money.zero(currency)
    opening = zero if eve is None else ledger.allowance(currency, as_of=eve)
    first = told(zero, as_of) if eve is None else told(opening, eve)
    closing = told(ledger.allowance(currency, as_of=as_of), as_of)
    columns = dict.fromkeys(_COLUMNS, closing - closing)
    for move in _moves(ledger, currency, as_of):
        if since is None or move.on >= since:
            columns[move.column] = columns[move.column] + told(move.amount, move.on)
    moved = money_total(columns.values(), closing.code)
    return AllowanceMovement(
        currency=closing.code,
        since=since,
        as_of=as_of,
        opening=first,
        charged=columns["charged"],
        released=-columns["released"],
        written_off=-columns["written_off"],
        recovered=columns["recovered"],
        exchange=closing - first - moved if closing.code != currency else closing - closing,
        closing=closing,
        findings=tuple(f for f in check_allowance(ledger, as_of=as_of) if f.place == currency),
    )


_COLUMNS = ("charged", "released", "written_off", "recovered")


def _moves(ledger: ReceivablesLedger, currency: str, as_of: date) -> Iterator[_Move]:
    """What moved the allowance up to and on a day, as recorded; below 0 what lowered it."""
    settled: dict[str, _Move] = {}
    for fact in ledger.facts_until(as_of):
        move: _Move | None
        if isinstance(fact, Reversal):
            undone = settled.get(number_key(fact.reverses))
            move = None if undone is None else _Move(fact.on, undone.column, -undone.amount)
        else:
            move = _move(fact)
            if move is not None and not isinstance(fact, AllowanceCharge):
                settled[number_key(fact.number)] = move
        if move is not None and move.amount.code == currency:
            yield move


def _move(fact: Fact) -> _Move | None:
    match fact:
        case AllowanceCharge():
            column = "charged" if fact.amount.amount > 0 else "released"
            return _Move(fact.on, column, fact.amount)
        case WriteOff():
            lost = borne(fact.amount, fact.tax_relief, fact.books)
            return _Move(fact.on, "written_off", -lost)
        case Recovery():
            return _Move(fact.on, "recovered", borne(fact.amount, fact.tax, fact.books))
        case _:
            return None


def _told_in(
    currency: str, book: str | None, rate: RateOn | None
) -> Callable[[Money, date], Money]:
    if book is None or book == currency:
        return lambda amount, _: amount
    if rate is None:
        raise _rate_missing(currency, book)
    places = currency_places(book)

    def told(amount: Money, on: date) -> Money:
        exact = Fraction(amount.amount) * Fraction(rate(on))
        return Money(rounded_fraction(exact, places), book)

    return told


def check_allowance(ledger: ReceivablesLedger, *, as_of: date | None = None) -> tuple[Finding, ...]:
    """Where the allowance exceeds what is open, or is used up beyond what was charged.

    Findings ``allowance.exceeds_gross`` (an error) and ``allowance.below_zero`` (a note), one per
    currency, which is their place. What bears a value in the book currency is open with that.

    >>> check_allowance(ReceivablesLedger().record(
    ...     AllowanceCharge(number="P", on=date(2026, 1, 1), amount=Money("1", "CNY"), reason="-")
    ... ))[0].code
    'allowance.exceeds_gross'
    """
    gross: dict[str, Money] = {}
    for item in ledger.open_items(as_of=as_of):
        value = item.open if item.booked is None else item.booked
        gross[value.code] = gross.get(value.code, Money.zero(value.code)) + value
    findings = []
    for currency in allowance_currencies(ledger, as_of=as_of):
        held, owed = ledger.allowance(currency, as_of=as_of), gross.get(currency)
        owed = Money.zero(currency) if owed is None else owed
        if held > owed:
            findings.append(
                Finding(
                    code="allowance.exceeds_gross",
                    place=currency,
                    message=LocalText(
                        en=f"the allowance is {held}, but only {owed} is open; release the rest",
                        zh=f"坏账准备 {held} 超过应收余额 {owed}；请转回多计部分",
                    ),
                )
            )
        elif held.amount < 0:
            findings.append(
                Finding(
                    code="allowance.below_zero",
                    place=currency,
                    severity="note",
                    message=LocalText(
                        en=f"{-held} more was written off than the allowance held; charge it",
                        zh=f"核销金额超过坏账准备 {-held}（借方余额）；请补提",
                    ),
                )
            )
    return tuple(findings)


def allowance_currencies(
    ledger: ReceivablesLedger, *, as_of: date | None = None
) -> tuple[str, ...]:
    """The currencies in which the allowance was ever moved, up to and on a day."""
    moved = (_move(fact) for fact in ledger.facts_until(as_of))
    return tuple(sorted({move.amount.code for move in moved if move is not None}))


def charge_to(
    ledger: ReceivablesLedger,
    required: ExpectedLoss | Money,
    *,
    number: str,
    on: date,
    reason: str,
    book: str | None = None,
    rates: Mapping[str, object] | None = None,
) -> tuple[AllowanceCharge, ...]:
    """The charges (below 0: releases) that bring the allowance to what is required; none if it is.

    Of an expected loss, every currency in which something is expected or held gets its charge:
    one takes ``number`` itself, several take number/CNY, number/EUR …; amounts are required less
    held at the end of ``on``. With ``book``, losses in other currencies are converted line by line
    at ``rates`` (units of the book currency for one of theirs) and the allowance is kept in that.
    Raises ``Refused``: ``allowance.other_day`` where the expected loss is of another day than
    ``on``, as what happened between would be charged twice; ``allowance.rate_missing``.

    >>> ledger = ReceivablesLedger().record(AllowanceCharge(
    ...     number="P-1", on=date(2025, 12, 31), amount=Money("1530", "CNY"), reason="2025"))
    >>> charge_to(ledger, Money("4970", "CNY"), number="P-2", on=date(2026, 12, 31),
    ...           reason="2026")[0].amount
    Money('3440.00', 'CNY')
    """
    if isinstance(required, Money):
        wanted = {required.code: required}
    else:
        _refuse_other_day(required, number, on)
        wanted = {
            code: Money.zero(code)
            for code in sorted({*allowance_currencies(ledger, as_of=on), *required.currencies})
        }
        for line in required.lines:
            loss = _booked(line.loss, book, rates or {})
            wanted[loss.code] = wanted.get(loss.code, Money.zero(loss.code)) + loss
    missing = {code: each - ledger.allowance(code, as_of=on) for code, each in wanted.items()}
    due = {code: each for code, each in missing.items() if each.amount}
    return tuple(
        AllowanceCharge(
            number=number if len(due) == 1 else f"{number}/{code}",
            on=on,
            amount=amount,
            reason=reason,
        )
        for code, amount in due.items()
    )


def _refuse_other_day(required: ExpectedLoss, number: str, on: date) -> None:
    if required.as_of != on:
        raise Refused(
            "allowance.other_day",
            f"the expected loss is of {required.as_of}, the charge {number} of {on}; date it that "
            "day, or reckon the expected loss of the day of the charge",
            message_zh=f"预期信用损失的日期为 {required.as_of}，计提 {number} 的日期为 {on}；"
            "两者应为同一天",
            number=number,
        )


def _booked(loss: Money, book: str | None, rates: Mapping[str, object]) -> Money:
    if book is None or loss.code == book:
        return loss
    if loss.code not in rates:
        raise _rate_missing(loss.code, book)
    return in_books(loss, rate=rates[loss.code], currency=book)


def _rate_missing(currency: str, book: str) -> Refused:
    return Refused(
        "allowance.rate_missing",
        f"the allowance in {currency} is asked for in {book}; give the rate of {currency}",
        message_zh=f"以 {book} 计量 {currency} 坏账准备需要汇率；请给出 {currency} 的汇率",
        currency=currency,
        book=book,
    )
