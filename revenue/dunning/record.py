"""From a proposal to facts (催款登记): reminders, the fee, interest.

The facts of a letter are a ``Reminder`` for each level in it, and a ``Receivable`` for the fee and
for the interest of each debt: what is charged is owed, ages and is applied to like anything else.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from cpq.kernel.errors import Conflict, Invalid, Refused
from cpq.kernel.money import Money
from revenue.ageing.history import ReceivableHistory
from revenue.dunning.past import DunningPast, interest_number
from revenue.dunning.policy import DunningStep
from revenue.dunning.proposal import DunningLine, DunningProposal
from revenue.ledger import Fact, ReceivablesLedger
from revenue.receivable import Receivable, ReceivableOrigin
from revenue.reminder import Reminder

Valuing = Callable[[Money], Money]
"""What an amount is worth in the book currency; itself where it is in it."""


def dun(
    ledger: ReceivablesLedger,
    proposal: DunningProposal,
    *,
    number: str,
    booked: Valuing | None = None,
) -> tuple[Fact, ...]:
    """The facts of a proposal, to be recorded: reminders, the fee, interest.

    ``number`` is that of the letter. A single reminder takes it itself, those of several levels
    take number/1, number/2 …; the fee takes number/fee, interest the reminder's number and its
    place. ``booked`` gives the value in the book currency of what is charged in another one. Raises
    ``Refused`` (``dunning.nothing_to_send``), ``Conflict`` (``dunning.out_of_date``)
    where the ledger has moved on since the run: paid, blocked, or reminded of already.

    >>> from revenue.dunning.policy import DunningPolicy
    >>> from revenue.dunning.run import dunning_run
    >>> due = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(Receivable(
    ...     number="AR-1", customer="C-1", on=due, due_on=due, amount=Money("100", "EUR")))
    >>> policy = DunningPolicy(code="P", interest={"rates": [{"percent": "10"}]}, steps=[
    ...     {"days": 5, "tone": 1, "fees": [Money("10", "EUR")], "interest": True}])
    >>> (proposal,) = dunning_run(ledger, policy, on=date(2026, 12, 16))
    >>> facts = dun(ledger, proposal, number="DN-1")
    >>> [(fact.kind, fact.number) for fact in facts]
    [('reminder', 'DN-1'), ('receivable', 'DN-1/interest-1'), ('receivable', 'DN-1/fee')]
    >>> dunning_run(ledger.record(*facts), policy, on=date(2026, 12, 16))[0].lines
    ()
    """
    return dun_each(ledger, (proposal,), numbers=(number,), booked=booked)


def dun_each(
    ledger: ReceivablesLedger,
    proposals: Sequence[DunningProposal],
    *,
    numbers: Sequence[str],
    booked: Valuing | None = None,
) -> tuple[Fact, ...]:
    """The facts of several proposals, a number for each, as ``dun`` makes them for one.

    The ledger is read once, not once for each letter. Raises what ``dun`` raises, and ``Invalid``
    (``dunning.numbers_mismatch``) where there are not as many numbers as proposals.

    >>> dun_each(ReceivablesLedger(), (), numbers=())
    ()
    """
    if len(proposals) != len(numbers):
        raise Invalid(
            "dunning.numbers_mismatch",
            f"{len(proposals)} proposals need as many numbers; found {len(numbers)}",
        )
    pasts: dict[date, DunningPast] = {}
    facts: list[Fact] = []
    for proposal, number in zip(proposals, numbers, strict=True):
        past = pasts.get(proposal.on)
        if past is None:
            past = pasts[proposal.on] = DunningPast(ReceivableHistory(ledger, proposal.on))
        refuse_nothing(proposal)
        _refuse_outdated(past, proposal)
        facts += (_booked(fact, booked) for fact in _facts(proposal, number))
    return tuple(facts)


def _booked(fact: Fact, booked: Valuing | None) -> Fact:
    """The fact, a charge in a foreign currency with its value in that of the books."""
    if booked is None or not isinstance(fact, Receivable):
        return fact
    value = booked(fact.amount)
    return fact if value.code == fact.amount.code else fact.with_(booked=value)


def _facts(proposal: DunningProposal, number: str) -> Iterator[Fact]:
    last = None
    for reminder, lines in _reminders(proposal, number):
        yield reminder
        yield from _interest(proposal, reminder, lines)
        last = reminder
    if last is not None and proposal.fee.amount:
        yield _charge(proposal, f"{number}/fee", last, proposal.fee, "dunning_fee")


def refuse_nothing(proposal: DunningProposal) -> DunningStep:
    """The step of a proposal that has lines. Raises ``Refused`` (``dunning.nothing_to_send``)."""
    if proposal.step is None:
        raise Refused(
            "dunning.nothing_to_send",
            f"nothing is to be dunned of customer {proposal.customer} in {proposal.currency} on "
            f"{proposal.on}; the proposal says why of each item (held)",
            customer=proposal.customer,
        )
    return proposal.step


def _refuse_outdated(past: DunningPast, proposal: DunningProposal) -> None:
    """Refuse a proposal that the ledger has overtaken: paid, blocked, or reminded of already."""
    for line in proposal.lines:
        number = line.receivable.number
        left = past.history.ledger.open_amount(number, as_of=proposal.on)
        level = past.latest_level_of(number)
        block = past.block_of(line.receivable)
        if left != line.open or level != line.level - 1 or block is not None:
            now = f"{left} is and level {level}{'' if block is None else ', and it is blocked'}"
            raise Conflict(
                "dunning.out_of_date",
                f"the proposal for {proposal.customer} was made when {line.open} of {number} was "
                f"open and level {line.level - 1} processed; now {now}: make a new run",
                customer=proposal.customer,
                receivable=number,
            )


def _reminders(
    proposal: DunningProposal, number: str
) -> list[tuple[Reminder, tuple[DunningLine, ...]]]:
    """A reminder for each level among the lines, the lowest first, with its lines."""
    levels = sorted({line.level for line in proposal.lines})
    found = []
    for place, level in enumerate(levels, start=1):
        lines = tuple(line for line in proposal.lines if line.level == level)
        reminder = Reminder(
            number=number if len(levels) == 1 else f"{number}/{place}",
            customer=proposal.customer,
            level=level,
            on=proposal.on,
            receivables=tuple(line.receivable.number for line in lines),
            pay_by=proposal.pay_by,
        )
        found.append((reminder, lines))
    return found


def _interest(
    proposal: DunningProposal, reminder: Reminder, lines: tuple[DunningLine, ...]
) -> Iterator[Receivable]:
    for place, line in enumerate(lines, start=1):
        if line.interest.amount:
            yield _charge(
                proposal,
                interest_number(reminder, place),
                reminder,
                line.interest,
                "interest",
                contract=line.receivable.contract,
            )


def _charge(
    proposal: DunningProposal,
    number: str,
    reminder: Reminder,
    amount: Money,
    origin: ReceivableOrigin,
    *,
    contract: str = "",
) -> Receivable:
    """What is charged as a debt of its own, due on the day by which the letter is to be paid."""
    percent = None if proposal.tax_percent is None else Fraction(proposal.tax_percent)
    return Receivable(
        number=number,
        customer=proposal.customer,
        source=reminder.number,
        contract=contract,
        on=proposal.on,
        due_on=proposal.pay_by,
        amount=amount,
        origin=origin,
        tax=None if percent is None else amount.share(percent / (100 + percent)),
    )
