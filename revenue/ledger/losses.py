"""The rules of giving debts up and getting them back (坏账规则): four eyes, tax, one currency."""

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.ledger.balance import Balance, Balances
from revenue.ledger.series import refuse_before
from revenue.ledger.taking import document, named
from revenue.receivable import Receivable
from revenue.writeoff import Recovery, WriteOff, WriteOffDecision, WriteOffProposal


def check_write_off(draft: Balances, fact: WriteOff) -> None:
    """Refuse a write-off that its proposal does not allow, or with more relief than tax."""
    refuse_unapproved(draft, fact)
    debt = document(draft, "receivable", fact.receivable).document
    if (
        fact.tax_relief is not None
        and isinstance(debt, Receivable)
        and debt.tax is not None
        and fact.tax_relief.code == debt.tax.code
        and fact.tax_relief > debt.tax
    ):
        raise Refused(
            "write_off.exceeds_tax",
            f"write-off {fact.number} is relieved of {fact.tax_relief} of tax, and receivable "
            f"{debt.number} bears {debt.tax}; relieve the tax inside the amount",
            number=fact.number,
            asked=fact.tax_relief,
            available=debt.tax,
        )


def check_recovery(draft: Balances, fact: Recovery) -> None:
    """Refuse a recovery in another currency of the books than the loss, or that does not say what
    of the tax office's relief is owed again, or says more than that.
    """
    debt = document(draft, "write_off", fact.write_off).document
    assert isinstance(debt, WriteOff), "a balance of that kind is of a write-off"
    paid = document(draft, "receipt", fact.receipt)
    _refuse_other_books(fact, debt, paid)
    relief = Money.zero(debt.amount.code) if debt.tax_relief is None else debt.tax_relief
    if relief.amount and fact.tax is None:
        raise Refused(
            "recovery.relief_forgotten",
            f"write-off {debt.number} was relieved of {relief} of tax, and recovery "
            f"{fact.number} does not say how much of that is owed again; give tax, as "
            "recover_write_off(...) reckons it",
            number=fact.number,
            write_off=debt.number,
        )
    given = _given_back(draft, fact, relief.code)
    if fact.tax is not None and fact.tax.code == relief.code and given + fact.tax > relief:
        raise Refused(
            "recovery.exceeds_relief",
            f"write-off {debt.number} was relieved of {relief} of tax, {given} of it is given back "
            f"and recovery {fact.number} gives back {fact.tax}; give back the rest at most",
            number=fact.number,
            asked=fact.tax,
            available=relief - given,
        )


def _refuse_other_books(fact: Recovery, debt: WriteOff, paid: Balance) -> None:
    lost = debt.books[0].code if debt.books else debt.amount.code
    came = paid.left.code if paid.book is None else paid.book.code
    if paid.left.code == debt.amount.code and lost != came:
        raise Refused(
            "recovery.not_booked",
            f"write-off {debt.number} is a loss in {lost}, {named(paid)} bears a value in {came}; "
            "record the receipt with booked, its value in the currency of the books, where the "
            "debt had one",
            number=fact.number,
            currencies=(lost, came),
        )


def _given_back(draft: Balances, fact: Recovery, currency: str) -> Money:
    earlier = draft.about.get(("recovery", number_key(fact.write_off))) or ()
    return money_total(
        (
            each.tax
            for each in earlier
            if isinstance(each, Recovery)
            and each.tax is not None
            and draft.reversals.get(number_key(each.number)) is None
        ),
        currency,
    )


def record_decision(draft: Balances, fact: WriteOffDecision) -> None:
    """Check a decision on a write-off against what was proposed."""
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
