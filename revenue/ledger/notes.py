"""The rules of what moves no money: periods, decisions, holds, reminders (非金额事实)."""

from datetime import date
from typing import assert_never

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.text import number_key
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.hold import CreditHold, HoldRelease
from revenue.ledger.balance import Balances
from revenue.ledger.fact import Fact, Note
from revenue.ledger.series import about, noun, refuse_before
from revenue.ledger.taking import document
from revenue.period import PeriodClose, PeriodReopening
from revenue.reminder import DunningBlock, Reminder
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from revenue.writeoff import Recovery, WriteOff, WriteOffDecision, WriteOffProposal


def refuse_closed(draft: Balances, fact: Fact) -> None:
    """Refuse what is dated into a closed period (``period.closed``)."""
    through = draft.closed.get("")
    if through is not None and fact.on <= through and not isinstance(fact, PeriodReopening):
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
            refuse_before(fact, balance.document.on, f"receivable {balance.document.number}")
        case WriteOffDecision():
            _record_decision(draft, fact)
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


# --- decisions ------------------------------------------------------------------------------------


def _record_decision(draft: Balances, fact: WriteOffDecision) -> None:
    proposal = _proposal(draft, fact.proposal)
    refuse_before(fact, proposal.on, f"write-off proposal {proposal.number}")
    decided = draft.about.get(("write_off_decision", number_key(fact.proposal)))
    if decided:
        raise Conflict(
            "write_off_decision.decided",
            f"write-off proposal {proposal.number} was decided on by {decided[0].number}; "
            "propose anew where that was wrong",
            number=fact.number,
            decision=decided[0].number,
        )
    if number_key(fact.by) == number_key(proposal.by):
        raise Refused(
            "write_off_decision.own_proposal",
            f"{fact.by} proposed write-off {proposal.number} and cannot decide on it; another "
            "person does",
            number=fact.number,
        )


def _proposal(draft: Balances, number: str) -> WriteOffProposal:
    found = draft.facts.get(("write_off_proposal", number_key(number)))
    if not isinstance(found, WriteOffProposal):
        raise NotFound(
            "write_off_proposal.unknown",
            f"the ledger holds no write-off proposal {number!r}; record it first or correct the "
            "number",
            number=number,
        )
    return found


def refuse_unapproved(draft: Balances, fact: WriteOff) -> None:
    """Refuse a write-off that names a proposal which does not allow it."""
    if not fact.proposal:
        return
    proposal = _proposal(draft, fact.proposal)
    key = number_key(fact.proposal)
    decided = draft.about.get(("write_off_decision", key)) or ()
    approved = [each for each in decided if isinstance(each, WriteOffDecision) and each.approved]
    used = [
        each
        for each in draft.about.get(("write_off", key)) or ()
        if draft.reversals.get(number_key(each.number)) is None
    ]
    why = None
    if not approved:
        why = "it is not approved"
    elif used:
        why = f"write-off {used[0].number} used it"
    elif number_key(proposal.receivable) != number_key(fact.receivable):
        why = f"it is for receivable {proposal.receivable}"
    elif proposal.amount.code != fact.amount.code or fact.amount > proposal.amount:
        why = f"it is for {proposal.amount}"
    elif number_key(approved[0].by) != number_key(fact.approved_by):
        why = f"{approved[0].by} approved it, not {fact.approved_by}"
    elif fact.on < approved[0].on:
        why = f"it was approved on {approved[0].on}, and the write-off is dated {fact.on}"
    if why:
        raise Refused(
            "write_off.not_approved",
            f"write-off {fact.number} of {fact.amount} of receivable {fact.receivable} goes back "
            f"to proposal {proposal.number}: {why}; propose and approve it first",
            number=fact.number,
            proposal=proposal.number,
        )


def refuse_forgotten_relief(draft: Balances, fact: Recovery) -> None:
    """Refuse a recovery that does not say what of the tax office's relief is owed again."""
    debt = document(draft, "write_off", fact.write_off).document
    if isinstance(debt, WriteOff) and debt.tax_relief and fact.tax is None:
        raise Refused(
            "recovery.relief_forgotten",
            f"write-off {debt.number} was relieved of {debt.tax_relief} of tax, and recovery "
            f"{fact.number} does not say how much of that is owed again; give tax, as "
            "recover_write_off(...) reckons it",
            number=fact.number,
            write_off=debt.number,
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
            f"{noun(kind)} {begun.number} was ended already, by {ended[0].number}",
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
