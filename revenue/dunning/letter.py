"""The letter of a proposal, and of what was recorded (催款函): a notice for the press to print.

A letter can be printed again from the facts, so that it is not lost when the printer jams after the
reminders were recorded.
"""

from collections.abc import Sequence
from datetime import date

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.ageing.history import CHARGES
from revenue.dunning.policy import DunningPolicy
from revenue.dunning.proposal import DunningProposal
from revenue.dunning.record import refuse_nothing
from revenue.dunning_notice import DunningItem, DunningNotice
from revenue.ledger import ReceivablesLedger
from revenue.ledger.open_item import days_overdue
from revenue.receivable import Receivable
from revenue.reminder import Reminder


def proposal_notice(proposal: DunningProposal, *, number: str = "") -> DunningNotice:
    """The letter of a proposal: its lines, earlier charges that are overdue, interest and fee.

    ``number`` is that given to ``dun``. Raises ``Refused`` (``dunning.nothing_to_send``).
    """
    step = refuse_nothing(proposal)
    owed = [(line.receivable, line.open) for line in proposal.lines]
    owed += [(line.receivable, line.open) for line in proposal.charges]
    return DunningNotice(
        number=number,
        customer=proposal.customer,
        level=step.tone,
        on=proposal.on,
        pay_by=proposal.pay_by,
        currency=proposal.currency,
        items=tuple(_item(debt, left, proposal.on) for debt, left in owed),
        interest=proposal.interest,
        fee=proposal.fee,
        place=proposal.level,
        levels=proposal.levels,
    )


def recorded_notice(
    ledger: ReceivablesLedger, policy: DunningPolicy, *, number: str
) -> DunningNotice:
    """The letter of that number as it was recorded, with what was open at the end of its day.

    Its tone is that which the policy gives to its level, the last one where it has fewer. Raises
    ``NotFound`` (``reminder.unknown``), ``Refused`` (``dunning.nothing_overdue``) where, as is
    known now, nothing was open on that day.
    """
    reminders = _reminders(ledger, number)
    last = reminders[-1]
    level = max(each.level for each in reminders)
    named = {number_key(each) for reminder in reminders for each in reminder.receivables}
    currency = ledger.receivable(last.receivables[0]).amount.code
    items = [
        item
        for item in ledger.open_items(last.customer, as_of=last.on)
        if item.open.code == currency and item.receivable.due_on < last.on
    ]
    owed = [item for item in items if number_key(item.receivable.number) in named]
    if not owed:
        raise Refused(
            "dunning.nothing_overdue",
            f"nothing that letter {number} asked for was open on {last.on}, as is known now; there "
            "is nothing to print",
            number=number,
            on=last.on,
        )
    if level == _highest_level(ledger, last, currency):
        owed += [item for item in items if item.receivable.origin in CHARGES and item not in owed]
    interest, fee = _charged(ledger, reminders, currency)
    return DunningNotice(
        number=number,
        customer=last.customer,
        level=policy.steps[min(level, len(policy.steps)) - 1].tone,
        on=last.on,
        pay_by=last.pay_by,
        currency=currency,
        items=tuple(_item(item.receivable, item.open, last.on) for item in owed),
        interest=interest,
        fee=fee,
        place=level,
        levels=max(level, len(policy.steps)),
    )


def _reminders(ledger: ReceivablesLedger, number: str) -> list[Reminder]:
    """The reminders of a letter: the one of its number, or number/1, number/2 …."""
    found = {number_key(fact.number): fact for fact in ledger.facts if isinstance(fact, Reminder)}
    single = found.get(number_key(number))
    if single is not None:
        return [single]
    several: list[Reminder] = []
    while (part := found.get(number_key(f"{number}/{len(several) + 1}"))) is not None:
        several.append(part)
    if not several:
        raise NotFound(
            "reminder.unknown",
            f"the ledger holds no reminder {number!r}; correct the number",
            number=number,
        )
    return several


def _highest_level(ledger: ReceivablesLedger, sent: Reminder, currency: str) -> int:
    """The highest level of the letters to that customer on that day, in one currency.

    Of several letters it is this one that lists earlier charges.
    """
    key = number_key(sent.customer)
    return max(
        fact.level
        for fact in ledger.facts
        if isinstance(fact, Reminder)
        and fact.on == sent.on
        and number_key(fact.customer) == key
        and ledger.receivable(fact.receivables[0]).amount.code == currency
    )


def _charged(
    ledger: ReceivablesLedger, reminders: Sequence[Reminder], currency: str
) -> tuple[Money, Money]:
    """The interest and the fee that the reminders charged."""
    own = {number_key(each.number) for each in reminders}
    made = [
        fact
        for fact in ledger.facts
        if isinstance(fact, Receivable)
        and fact.origin in CHARGES
        and number_key(fact.source) in own
    ]
    return (
        money_total((each.amount for each in made if each.origin == "interest"), currency),
        money_total((each.amount for each in made if each.origin != "interest"), currency),
    )


def _item(debt: Receivable, left: Money, on: date) -> DunningItem:
    return DunningItem(
        number=debt.number,
        contract=debt.contract,
        on=debt.on,
        due_on=debt.due_on,
        days_overdue=days_overdue(debt.due_on, on),
        amount=debt.amount,
        open=left,
    )
