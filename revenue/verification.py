"""Does a ledger hold together? The invariants, reckoned again from the bare facts (核对).

The ledger refuses what breaks a rule, but a ledger may come from a store that somebody edited.
``verify`` takes nothing over from the ledger's own balances: it adds the facts up in another way,
says what is broken as findings with the counterexample, and compares both results at the end.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial

from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText, number_key
from revenue.application import Reversal
from revenue.chart import STANDARD_CHART
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.claim.accounts import held_on
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import Revaluation
from revenue.invoice import Invoice
from revenue.journal import JournalEntry, journal
from revenue.ledger import Fact, ReceivablesLedger, Settlement
from revenue.ledger.balance import Balance, Document
from revenue.ledger.effect import DocumentKind, names_opened, opened, taken
from revenue.ledger.rebates import REBATE, rebate_key
from revenue.posting.position import broken_positions
from revenue.posting.row import account_of, negative
from revenue.rebate.fact import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
    rebate_effects,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.reminder import Reminder
from revenue.retention import Retention

_CONTROLS = (
    STANDARD_CHART.receivable,
    STANDARD_CHART.disputed,
    STANDARD_CHART.unbilled,
    STANDARD_CHART.retention,
    STANDARD_CHART.unapplied_cash,
    STANDARD_CHART.advances,
    STANDARD_CHART.unidentified,
    STANDARD_CHART.customer_credit,
    STANDARD_CHART.claim_receivable,
    STANDARD_CHART.claim_internal,
    STANDARD_CHART.rebate_liability,
    STANDARD_CHART.pending_vat,
)
_Valued = Receivable | Receipt | CreditNote | Retention
"""What stands on an account of its own kind: accounts payable show what others book there, too."""

_OWED_BY_US = ("receipt", "credit_note")
_Amounts = dict[tuple[str, str], list[tuple[date, Money]]]


def verify(ledger: ReceivablesLedger) -> tuple[Finding, ...]:
    """What is broken in a ledger, with the counterexample; nothing where all is well.

    Codes: ``ledger.overdrawn`` (more taken from a document than it has, on some day),
    ``ledger.reversed_twice``, ``ledger.nothing_reversed``, ``ledger.not_replayable`` (a rule
    refuses the facts), ``ledger.balance_differs``, ``ledger.not_balanced`` (trial balance),
    ``ledger.control_differs`` (what an account of documents shows is not what is left of them),
    ``ledger.value_differs`` (the same in the currency of the books), ``ledger.value_left`` (what
    is settled is worth something yet, or what is open less than nothing), ``ledger.position_both``
    (a contract with an asset and a liability), ``ledger.position_value`` (a position of nothing
    that is worth something, or one that is worth less than nothing), ``ledger.level_skipped`` (a
    reminder of a level before the one below it).

    >>> verify(ReceivablesLedger())
    ()
    """
    found = [*_broken_reversals(ledger.facts), *_overdrawn(ledger.facts)]
    try:
        replayed = ReceivablesLedger().record(*ledger.facts)
        entries = journal(replayed.facts)
    except DomainError as error:
        found.append(
            _finding(
                "ledger.not_replayable",
                error.code,
                f"recording the facts again is refused: {error.message}",
                f"重新登记这些事实被拒绝：{error.message}",
            )
        )
        return tuple(found)
    found += _different_balances(replayed)
    found += _broken_journal(replayed, entries)
    return tuple(found)


def _finding(code: str, place: str, en: str, zh: str) -> Finding:
    return Finding(code=code, place=place, message=LocalText(en=en, zh=zh))


def _effects(facts: Iterable[Fact]) -> _Amounts:
    """By document: what began it and what was taken or given back, each with its day."""
    effects: _Amounts = defaultdict(list)
    settlements: dict[str, Settlement] = {}
    origins: dict[tuple[str, str], Document] = {}
    for fact in facts:
        match fact:
            case Receivable() | Receipt() | CreditNote() | Payable():
                origins[fact.kind, number_key(fact.number)] = fact
                effects[fact.kind, number_key(fact.number)].append((fact.on, fact.amount))
            case Claim():
                effects[fact.kind, number_key(fact.number)].append((fact.on, fact.amount))
            case ClaimReversal():
                effects["claim", number_key(fact.claim)].append((fact.on, -fact.amount))
            case RebateAccrual() | RebateClawBack() | RebateCarry():
                for key, amount in _of_rebate(fact):
                    effects[key].append((fact.on, amount))
            case Reversal():
                undone = settlements.get(number_key(fact.reverses))
                for key, amount in () if undone is None else _of_settlement(undone, origins):
                    effects[key].append((fact.on, -amount))
            case _ if isinstance(fact, Settlement):
                settlements[number_key(fact.number)] = fact
                for key, amount in _of_settlement(fact, origins):
                    effects[key].append((fact.on, amount))
            case _:
                pass
    return effects


def _of_settlement(
    fact: Settlement, origins: dict[tuple[str, str], Document]
) -> Iterator[tuple[tuple[str, str], Money]]:
    match fact:
        case ClaimSettlement():
            yield ("claim", number_key(fact.claim)), -fact.amount
        case RebateSettlement():
            yield from _of_rebate(fact)
        case Revaluation():
            pass
        case _:
            parts = taken(fact)
            for part in parts:
                yield part.key, -part.amount
            for item in opened(fact, [origins.get(part.key) for part in parts]):
                key = item.kind, number_key(item.number)
                origins[key] = item
                yield key, item.amount


def _of_rebate(fact: RebateFact) -> Iterator[tuple[tuple[str, str], Money]]:
    for agreement, amount in rebate_effects(fact):
        yield rebate_key(agreement, fact.customer), amount


def _broken_reversals(facts: Iterable[Fact]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    settled: set[str] = set()
    for fact in facts:
        if isinstance(fact, Settlement):
            settled.add(number_key(fact.number))
        if not isinstance(fact, Reversal):
            continue
        key = number_key(fact.reverses)
        if key in seen:
            yield _finding(
                "ledger.reversed_twice",
                fact.reverses,
                f"{fact.reverses} is reversed by {seen[key]} and again by {fact.number}",
                f"{fact.reverses} 被 {seen[key]} 冲销后又被 {fact.number} 冲销",
            )
        if key not in settled:
            yield _finding(
                "ledger.nothing_reversed",
                fact.number,
                f"reversal {fact.number} reverses {fact.reverses}, which is not recorded before it",
                f"冲销 {fact.number} 所冲销的 {fact.reverses} 此前没有登记",
            )
        seen[key] = fact.number


def _by_day(effects: Iterable[tuple[date, Money]], currency: str) -> Iterator[tuple[date, Money]]:
    """The running sum at the end of each day on which something happened."""
    moved: dict[date, Money] = {}
    for on, amount in effects:
        moved[on] = moved.get(on, Money.zero(currency)) + amount
    running = Money.zero(currency)
    for day in sorted(moved):
        running = running + moved[day]
        yield day, running


def _overdrawn(facts: Iterable[Fact]) -> Iterator[Finding]:
    for (kind, number), effects in _effects(facts).items():
        currencies = {amount.code for _, amount in effects}
        # what a funder paid may come back, and so may what a rebate was settled on: below 0
        if len(currencies) > 1 or kind in ("claim", REBATE):
            continue
        for day, left in _by_day(effects, currencies.pop()):
            if left.amount < 0:
                yield _finding(
                    "ledger.overdrawn",
                    f"{kind}/{number}",
                    f"on {day} more is taken of {kind} {number} than it has: {left} is left",
                    f"{day} {kind} {number} 被超额使用：余额 {left}",
                )
                break


def _different_balances(ledger: ReceivablesLedger) -> Iterator[Finding]:
    def rebate(key: str, *, as_of: date | None = None) -> Money:
        agreement, customer = key.split("\t")
        return ledger.rebate_amount(agreement, customer, as_of=as_of)

    ask: dict[str, Callable[..., Money]] = {
        "receivable": ledger.open_amount,
        "receipt": ledger.free_amount,
        "write_off": ledger.recoverable_amount,
        "claim": ledger.owed_amount,
        REBATE: rebate,
        **{kind: partial(ledger.left, kind) for kind in ("credit_note", "payable", "retention")},
    }
    for (kind, number), effects in _effects(ledger.facts).items():
        for day, expected in _by_day(effects, effects[0][1].code):
            found = ask[kind](number, as_of=day)
            if found != expected:
                yield _finding(
                    "ledger.balance_differs",
                    f"{kind}/{number}",
                    f"the ledger says {found} on {day}, its facts add up to {expected}",
                    f"{day} 台账余额 {found}，按事实重算为 {expected}",
                )


def _broken_journal(
    ledger: ReceivablesLedger, entries: tuple[JournalEntry, ...]
) -> Iterator[Finding]:
    values = _sums((("", ""), line.value) for entry in entries for line in entry.lines)
    for (_, _, currency), rest in sorted(values.items()):
        if rest.amount:
            yield _finding(
                "ledger.not_balanced",
                currency,
                f"the trial balance in {currency} does not add up to zero but to {rest}",
                f"{currency} 试算不平衡，差额 {rest}",
            )
    yield from _controls(ledger, entries)
    yield from _values(ledger, entries)
    yield from broken_positions(entries)
    yield from _skipped_levels(ledger.facts)


def _controls(ledger: ReceivablesLedger, entries: Iterable[JournalEntry]) -> Iterator[Finding]:
    booked = _sums(
        ((line.account.code, number_key(line.customer)), line.signed)
        for entry in entries
        for line in entry.lines
        if line.account in _CONTROLS and not line.book_only
    )
    yield from _differing("ledger.control_differs", booked, _sums(_held(ledger)))


def _values(ledger: ReceivablesLedger, entries: Iterable[JournalEntry]) -> Iterator[Finding]:
    """What the accounts of documents are worth in the books, and what settled ones still are."""
    booked = _sums(
        ((line.account.code, number_key(line.customer)), line.value)
        for entry in entries
        for line in entry.lines
        if line.account in _CONTROLS and (line.book_only or line.booked is not None)
    )
    held: list[tuple[tuple[str, str], Money]] = []
    for kind, balance in _documents(ledger):
        if balance.book is None or not isinstance(balance.document, _Valued):
            continue
        account = account_of(STANDARD_CHART, balance.document)
        sign = -1 if kind in _OWED_BY_US else 1
        if balance.book.code != balance.left.code:
            held.append(((account.code, number_key(balance.customer)), balance.book * sign))
        if balance.book.amount < 0 or (balance.book.amount and not balance.left.amount):
            yield _finding(
                "ledger.value_left",
                f"{kind}/{balance.document.number}",
                f"{balance.left} is left of {kind} {balance.document.number}, and it is worth "
                f"{balance.book} in the books",
                f"{kind} {balance.document.number} 余额 {balance.left}，账面价值 {balance.book}",
            )
    for fact in ledger.facts:
        if isinstance(fact, Receivable | Invoice):
            held += [(key, -value) for key, _, value in _waiting(fact) if value is not None]
    yield from _differing("ledger.value_differs", booked, _sums(held))


def _differing(
    code: str, booked: dict[tuple[str, str, str], Money], held: dict[tuple[str, str, str], Money]
) -> Iterator[Finding]:
    for key in sorted({*booked, *held}):
        zero = Money.zero(key[-1])
        in_journal, in_ledger = booked.get(key, zero), held.get(key, zero)
        if in_journal != in_ledger:
            account, customer, _ = key
            yield _finding(
                code,
                f"{account}/{customer}",
                f"account {account} shows {in_journal} for {customer}, the ledger {in_ledger}",
                f"科目 {account} 客户 {customer}：总账 {in_journal}，台账 {in_ledger}",
            )


def _documents(ledger: ReceivablesLedger) -> Iterator[tuple[DocumentKind, Balance]]:
    for fact in ledger.facts:
        for kind, number in names_opened(fact):
            yield kind, ledger.balance(kind, number)


def _held(ledger: ReceivablesLedger) -> Iterator[tuple[tuple[str, str], Money]]:
    """What the control accounts should show: open is a debit balance, free a credit balance."""
    for kind, balance in _documents(ledger):
        if isinstance(balance.document, _Valued):
            account = account_of(STANDARD_CHART, balance.document)
            sign = -1 if kind in _OWED_BY_US else 1
            customer, left = number_key(balance.customer), balance.left
            if balance.book is not None and balance.book.code == left.code:
                yield (STANDARD_CHART.pending_vat.code, customer), balance.book - left
                left = balance.book
            yield (account.code, customer), left * sign
    rebates: set[tuple[str, str]] = set()
    for fact in ledger.facts:
        if isinstance(fact, RebateFact):
            found = {rebate_key(each, fact.customer) for each, _ in rebate_effects(fact)}
            for _, name in found - rebates:
                agreement, customer = name.split("\t")
                key = STANDARD_CHART.rebate_liability.code, customer
                yield key, -ledger.rebate_amount(agreement, customer)
            rebates |= found
        elif isinstance(fact, Receivable | Invoice):
            yield from ((key, -tax) for key, tax, _ in _waiting(fact))
        elif isinstance(fact, Claim):
            key = held_on(STANDARD_CHART, fact).code, number_key(fact.funder)
            yield key, ledger.owed_amount(fact.number)


def _waiting(
    fact: Receivable | Invoice,
) -> Iterator[tuple[tuple[str, str], Money, Money | None]]:
    """The tax that waits for its bill and its value: from the debt to the bill that covers it."""
    key = STANDARD_CHART.pending_vat.code, number_key(fact.customer)
    if isinstance(fact, Invoice):
        for each in fact.covers:
            if each.tax is not None:
                yield key, -each.tax, negative(each.booked_tax)
    elif fact.to_bill and fact.tax is not None:
        yield key, fact.tax, fact.booked_tax


def _skipped_levels(facts: Iterable[Fact]) -> Iterator[Finding]:
    reached: dict[str, int] = {}
    for fact in facts:
        for number in fact.receivables if isinstance(fact, Reminder) else ():
            assert isinstance(fact, Reminder)
            key = number_key(number)
            if fact.level > reached.get(key, 0) + 1:
                yield _finding(
                    "ledger.level_skipped",
                    f"reminder/{fact.number}",
                    f"reminder {fact.number} is of level {fact.level}, and receivable {number} "
                    f"had reached level {reached.get(key, 0)}",
                    f"催款 {fact.number} 为第 {fact.level} 级，应收 {number} 此前仅到第 "
                    f"{reached.get(key, 0)} 级",
                )
            reached[key] = max(fact.level, reached.get(key, 0))


def _sums(rows: Iterable[tuple[tuple[str, str], Money]]) -> dict[tuple[str, str, str], Money]:
    sums: dict[tuple[str, str, str], Money] = {}
    for (first, second), amount in rows:
        key = first, second, amount.code
        sums[key] = sums.get(key, Money.zero(amount.code)) + amount
    return sums
