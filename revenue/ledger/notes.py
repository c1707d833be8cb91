"""The rules of what moves no money: periods, decisions, holds, reminders (非金额事实)."""

from datetime import date
from typing import assert_never

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.text import number_key
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.hold import CreditHold, HoldRelease
from revenue.ledger.balance import Balances
from revenue.ledger.fact import Fact, Note
from revenue.ledger.losses import record_decision
from revenue.ledger.series import about, noun, refuse_before
from revenue.ledger.taking import document, meet
from revenue.period import PeriodClose, PeriodReopening
from revenue.reminder import DunningBlock, Reminder
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from revenue.writeoff import WriteOffDecision, WriteOffProposal


def refuse_closed(draft: Balances, fact: Fact) -> None:
    """Refuse what is dated into a closed period (``period.closed``)."""
    through = draft.closed.get("")
    if through is None or through == date.min or isinstance(fact, PeriodReopening):
        return
    if fact.on <= through:
        raise Refused(
            "period.closed",
            f"{noun(fact.kind)} {fact.number} is dated {fact.on}, and the books are closed through "
            f"{through}; date it into the open period",
            number=fact.number,
            on=fact.on,
            closed_through=through,
        )


def keep_about(draft: Balances, fact: Fact) -> None:
    """File a fact under what it is about."""
    of = about(fact)
    if of is not None:
        key = fact.kind, number_key(of)
        draft.about.put(key, (*(draft.about.get(key) or ()), fact))


def record_note(draft: Balances, fact: Note) -> None:
    """Check a note against what it is about."""
    match fact:
        case PeriodClose():
            _record_close(draft, fact)
        case PeriodReopening():
            _record_reopening(draft, fact)
        case WriteOffProposal():
            balance = document(draft, "receivable", fact.receivable)
            meet(fact.kind, fact.amount, balance, balance)
            refuse_before(fact, balance.document.on, f"receivable {balance.document.number}")
        case WriteOffDecision():
            record_decision(draft, fact)
        case HoldRelease():
            _record_release(draft, fact)
        case Reminder() | DunningBlock():
            _refuse_other_customer(draft, fact)
        case RiskRecordWithdrawal():
            _record_withdrawal(draft, fact)
        case CreditHold() | CreditLimit() | CreditStatus() | RiskRecord():
            pass
        case _:
            assert_never(fact)


# --- periods --------------------------------------------------------------------------------------


def closed_through(closes: tuple[Fact, ...], reopened: tuple[Fact, ...]) -> date | None:
    """The latest day of the closes that stand: those that no reopening names."""
    taken_back = {number_key(each.period) for each in reopened if isinstance(each, PeriodReopening)}
    standing = [
        each.through
        for each in closes
        if isinstance(each, PeriodClose) and number_key(each.number) not in taken_back
    ]
    return max(standing, default=None)


def _record_close(draft: Balances, fact: PeriodClose) -> None:
    through = draft.closed.get("")
    through = None if through == date.min else through
    if fact.on < fact.through or (through is not None and fact.through <= through):
        raise Refused(
            "period_close.bad_day",
            f"period {fact.number} is closed on {fact.on} through {fact.through}"
            f"{'' if through is None else f', and the books are closed through {through} already'}"
            "; close on its last day or later, and one period after the other",
            number=fact.number,
        )
    draft.closed.put("", fact.through)
    closes = draft.about.get(("period_close", "")) or ()
    draft.about.put(("period_close", ""), (*closes, fact))


def _record_reopening(draft: Balances, fact: PeriodReopening) -> None:
    closes = draft.about.get(("period_close", "")) or ()
    every = draft.about.get(("period_reopening", "")) or ()
    last = max(
        (each for each in closes if isinstance(each, PeriodClose) and not _among(every, each)),
        key=lambda each: each.through,
        default=None,
    )
    if last is None or number_key(last.number) != number_key(fact.period) or last.hard:
        raise Refused(
            "period_reopening.not_open_to_it",
            f"period {fact.period} cannot be opened again: "
            + (
                "no period is closed"
                if last is None
                else f"the last that is closed is {last.number}, {'hard' if last.hard else 'soft'}"
            )
            + "; open the last one that is closed, where it is not closed for good",
            number=fact.number,
        )
    refuse_before(fact, last.on, f"the close of period {last.number}")
    draft.about.put(("period_reopening", ""), (*every, fact))
    through = closed_through(closes, (*every, fact))
    draft.closed.put("", date.min if through is None else through)


def _among(reopened: tuple[Fact, ...], close: PeriodClose) -> bool:
    return any(
        isinstance(each, PeriodReopening) and number_key(each.period) == number_key(close.number)
        for each in reopened
    )


# --- holds and reminders --------------------------------------------------------------------------


def _record_release(draft: Balances, fact: HoldRelease) -> None:
    _end_once(draft, fact, "credit_hold", fact.hold)


def _record_withdrawal(draft: Balances, fact: RiskRecordWithdrawal) -> None:
    _end_once(draft, fact, "risk_record", fact.record)


def _end_once(draft: Balances, fact: Fact, kind: str, number: str) -> None:
    """A note that ends another: that is recorded, began before, and nothing ended it yet."""
    begun = draft.facts.get((kind, number_key(number)))
    if begun is None:
        raise NotFound(
            f"{kind}.unknown",
            f"the ledger holds no {noun(kind)} {number!r}; record it first or correct the number",
            number=number,
        )
    refuse_before(fact, begun.on, f"{noun(kind)} {begun.number}")
    ended = draft.about.get((fact.kind, number_key(number)))
    if ended:
        raise Conflict(
            f"{fact.kind}.ended_already",
            f"{noun(kind)} {begun.number} was ended already, by {ended[0].number}; leave "
            f"{noun(fact.kind)} {fact.number} out",
            number=fact.number,
            ended_by=ended[0].number,
        )


def _refuse_other_customer(draft: Balances, fact: Reminder | DunningBlock) -> None:
    if isinstance(fact, Reminder):
        numbers = fact.receivables
    else:
        numbers = (fact.receivable,) if fact.receivable else ()
    for number in numbers:
        balance = document(draft, "receivable", number)
        if number_key(balance.customer) != number_key(fact.customer):
            raise Refused(
                f"{fact.kind}.other_customer",
                f"receivable {balance.document.number} is of customer {balance.customer}, the "
                f"{noun(fact.kind)} is for {fact.customer}; leave it out",
                number=fact.number,
                customers=(balance.customer, fact.customer),
            )
