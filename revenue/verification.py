"""Does a ledger hold together? The invariants, reckoned again from the bare facts (核对).

The ledger refuses what breaks a rule, but a ledger may come from a store that somebody edited.
``verify`` takes nothing over from the ledger's own balances: it adds the facts up in another way,
says what is broken as findings with the counterexample, and compares both results at the end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText, number_key
from revenue.application import Application, Reversal
from revenue.chart import STANDARD_CHART
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.claim.accounts import held_on
from revenue.journal import JournalEntry, journal, trial_balance
from revenue.ledger import Fact, ReceivablesLedger, Settlement
from revenue.ledger.rebates import REBATE, rebate_key
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
from revenue.writeoff import Recovery, WriteOff

_CONTROLS = (
    STANDARD_CHART.receivable,
    STANDARD_CHART.unapplied_cash,
    STANDARD_CHART.claim_receivable,
    STANDARD_CHART.claim_internal,
    STANDARD_CHART.rebate_liability,
)
_Amounts = dict[tuple[str, str], list[tuple[date, Money]]]


def verify(ledger: ReceivablesLedger) -> tuple[Finding, ...]:
    """What is broken in a ledger, with the counterexample; nothing where all is well.

    Codes: ``ledger.overdrawn`` (more taken from a document than it has, on some day),
    ``ledger.reversed_twice``, ``ledger.nothing_reversed``, ``ledger.not_replayable`` (a rule
    refuses the facts), ``ledger.balance_differs``, ``ledger.not_balanced`` (trial balance),
    ``ledger.control_differs`` (the general ledger's receivables, unapplied cash, claims or rebates
    are not the ledger's), ``ledger.position_both`` (a contract with an asset and a liability).

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
    for fact in facts:
        match fact:
            case Receivable() | Receipt() | Claim():
                effects[fact.kind, number_key(fact.number)].append((fact.on, fact.amount))
            case ClaimReversal():
                effects["claim", number_key(fact.claim)].append((fact.on, -fact.amount))
            case Application() | WriteOff() | Recovery() | ClaimSettlement() | RebateSettlement():
                settlements[number_key(fact.number)] = fact
                for key, amount in _of_settlement(fact):
                    effects[key].append((fact.on, amount))
            case RebateAccrual() | RebateClawBack() | RebateCarry():
                for key, amount in _of_rebate(fact):
                    effects[key].append((fact.on, amount))
            case Reversal():
                undone = settlements.get(number_key(fact.reverses))
                for key, amount in () if undone is None else _of_settlement(undone):
                    effects[key].append((fact.on, -amount))
            case _:
                pass
    return effects


def _of_settlement(fact: Settlement) -> Iterator[tuple[tuple[str, str], Money]]:
    match fact:
        case Application():
            yield ("receivable", number_key(fact.receivable)), -fact.amount
            yield ("receipt", number_key(fact.receipt)), -fact.amount
        case WriteOff():
            yield ("receivable", number_key(fact.receivable)), -fact.amount
            yield ("write_off", number_key(fact.number)), fact.amount
        case Recovery():
            yield ("write_off", number_key(fact.write_off)), -fact.amount
            yield ("receipt", number_key(fact.receipt)), -fact.amount
        case ClaimSettlement():
            yield ("claim", number_key(fact.claim)), -fact.amount
        case RebateSettlement():
            yield from _of_rebate(fact)


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

    ask = {
        "receivable": ledger.open_amount,
        "receipt": ledger.free_amount,
        "write_off": ledger.recoverable_amount,
        "claim": ledger.owed_amount,
        REBATE: rebate,
    }
    for (kind, number), effects in _effects(ledger.facts).items():
        for day, expected in _by_day(effects, effects[0][1].code):
            found = ask[kind](number, as_of=day)
            if found != expected:
                yield _finding(
                    "ledger.balance_differs",
                    f"{kind}/{number}",
                    f"the ledger says {found} on {day}, its facts add up to {expected}",
                    f"{day} 台账余额 {found},按事实重算为 {expected}",
                )


def _broken_journal(
    ledger: ReceivablesLedger, entries: tuple[JournalEntry, ...]
) -> Iterator[Finding]:
    rows = trial_balance(entries)
    for currency in sorted({row.balance.code for row in rows}):
        zero = Money.zero(currency)
        rest = sum((row.balance for row in rows if row.balance.code == currency), zero)
        if rest.amount:
            yield _finding(
                "ledger.not_balanced",
                currency,
                f"the trial balance in {currency} does not add up to zero but to {rest}",
                f"{currency} 试算不平衡，差额 {rest}",
            )
    yield from _controls(ledger, entries)
    yield from _positions(entries)


def _controls(ledger: ReceivablesLedger, entries: Iterable[JournalEntry]) -> Iterator[Finding]:
    booked = _sums(
        ((line.account.code, number_key(line.customer)), line.signed)
        for entry in entries
        for line in entry.lines
        if line.account in _CONTROLS
    )
    held = _sums(_held(ledger))
    for key in sorted({*booked, *held}):
        zero = Money.zero(key[-1])
        in_journal, in_ledger = booked.get(key, zero), held.get(key, zero)
        if in_journal != in_ledger:
            account, customer, _ = key
            yield _finding(
                "ledger.control_differs",
                f"{account}/{customer}",
                f"account {account} shows {in_journal} for {customer}, the ledger {in_ledger}",
                f"科目 {account} 客户 {customer}:总账 {in_journal},台账 {in_ledger}",
            )


def _held(ledger: ReceivablesLedger) -> Iterator[tuple[tuple[str, str], Money]]:
    """What the control accounts should show: open is a debit balance, free a credit balance."""
    rebates: set[tuple[str, str]] = set()
    for fact in ledger.facts:
        if isinstance(fact, RebateFact):
            found = {rebate_key(each, fact.customer) for each, _ in rebate_effects(fact)}
            for _, name in found - rebates:
                agreement, customer = name.split("\t")
                key = STANDARD_CHART.rebate_liability.code, customer
                yield key, -ledger.rebate_amount(agreement, customer)
            rebates |= found
        elif isinstance(fact, Receivable):
            key = STANDARD_CHART.receivable.code, number_key(fact.customer)
            yield key, ledger.open_amount(fact.number)
        elif isinstance(fact, Receipt):
            key = STANDARD_CHART.unapplied_cash.code, number_key(fact.customer)
            yield key, -ledger.free_amount(fact.number)
        elif isinstance(fact, Claim):
            key = held_on(STANDARD_CHART, fact).code, number_key(fact.funder)
            yield key, ledger.owed_amount(fact.number)


def _sums(rows: Iterable[tuple[tuple[str, str], Money]]) -> dict[tuple[str, str, str], Money]:
    sums: dict[tuple[str, str, str], Money] = {}
    for (first, second), amount in rows:
        key = first, second, amount.code
        sums[key] = sums.get(key, Money.zero(amount.code)) + amount
    return sums


def _positions(entries: Iterable[JournalEntry]) -> Iterator[Finding]:
    asset, liability = STANDARD_CHART.contract_asset.code, STANDARD_CHART.contract_liability.code
    sums = _sums(
        ((line.account.code, number_key(line.contract)), line.signed)
        for entry in entries
        for line in entry.lines
        if line.account.code in (asset, liability)
    )
    for account, contract, currency in sorted(sums):
        zero = Money.zero(currency)
        owed = sums.get((liability, contract, currency), zero)
        if account == asset and sums[account, contract, currency].amount and owed.amount:
            yield _finding(
                "ledger.position_both",
                contract,
                f"contract {contract} has a contract asset and a contract liability of {-owed}",
                f"合同 {contract} 同时有合同资产和合同负债 {-owed}",
            )
