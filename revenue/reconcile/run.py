"""A morning's run (自动对账): receive, undo what bounced, match, post what is proved.

What is posted without a person is only what the matcher proves; every other line comes back with
its candidates, and receipts that waited from earlier days are matched again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.bank import (
    BankLine,
    BankStatement,
    content_key,
    place_key,
    receipt_of,
    returned,
)
from revenue.ledger import Fact, ReceivablesLedger
from revenue.matching import STRICT, Learned, Match, Matcher, MatchPolicy, payment_of
from revenue.receipt import Receipt, Refund
from revenue.reconcile.carry_out import settlement_of
from revenue.reconcile.learned import learned_from
from revenue.reconcile.model import ReconciledLine, Reconciliation
from revenue.settlement import bounce

NumberOf = Callable[[BankLine], str]
"""How the host numbers the receipt of a line."""

ValueOf = Callable[[BankLine], Money | None]
"""What a line is worth in the books, where they are kept in another currency."""


def reconcile(
    ledger: ReceivablesLedger,
    statements: Iterable[BankStatement] = (),
    *,
    on: date,
    number: NumberOf | None = None,
    policy: MatchPolicy = STRICT,
    learned: Learned | None = None,
    waiting: bool = True,
    value_of: ValueOf = lambda _: None,
) -> Reconciliation:
    """What the statements and the receipts that wait come to on a day; nothing is recorded yet.

    Lines whose receipts the ledger holds are known by their place on the statement and are not
    received again; the others are received under the host's ``number``, and told as no receipts
    without one. A line is dated its booking day, or the first day that is not closed;
    ``value_of`` gives its value in the books where they are kept in another currency. ``learned``
    is what the ledger's history teaches unless given; with ``waiting`` receipts from before are
    matched as well. What a rule of the ledger refuses to post is suggested. Raises what the ledger
    raises for receipts it cannot take.

    >>> from cpq.kernel.money import Money
    >>> from revenue.receivable import Receivable
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", source="INV-2026-0001", on=date(2026, 11, 1),
    ...                due_on=date(2026, 12, 1), amount=Money("300", "EUR")))
    >>> line = BankLine(account="517852257", statement="1", position=1, text="INV-2026-0001",
    ...                 booked_on=date(2026, 11, 20), amount=Money("300.00", "EUR"))
    >>> statement = BankStatement(format="mt940", account="517852257", currency="EUR", number="1",
    ...                           name="1", lines=(line,))
    >>> run = reconcile(ledger, [statement], on=date(2026, 11, 21),
    ...                 number=lambda line: f"RC-{line.position}")
    >>> [(each.status, each.settlements) for each in run.lines]
    [('posted', ('RC-1/ID', 'RC-1/1'))]
    >>> ledger.record(*run.facts).open_amount("AR-1")
    Money('0.00', 'EUR')
    """
    said = [line for statement in statements for line in statement.lines]
    lines = list({content_key(line): line for line in said}.values())  # exports overlap
    morning = _Morning(ledger, on=on)
    held = _by_place(ledger)
    rows: list[ReconciledLine] = []
    fresh: list[tuple[BankLine | None, Receipt]] = []
    for line in lines:
        known = held.get(place_key(line))
        if known is None and line.is_receipt and number is not None:
            receipt = receipt_of(line, number=number(line)).with_(booked=value_of(line))
            known = morning.received(receipt)
        if known is not None:
            fresh.append((line, known))
    rows += _bounced(morning, lines, value_of)
    if waiting:
        own = {number_key(receipt.number) for _, receipt in fresh}
        fresh += [(None, each) for each in _waiting(ledger) if number_key(each.number) not in own]
    received = {place_key(line) for line, _ in fresh if line is not None}
    rows += _matched(morning, fresh, policy, learned)
    rows += [
        ReconciledLine(status="other", line=line)
        for line in lines
        if not _is_bounced(line) and place_key(line) not in received
    ]
    return Reconciliation(
        on=on, lines=tuple(_in_order(rows, lines)), facts=morning.ledger.facts[len(ledger.facts) :]
    )


class _Morning:
    """The ledger as it grows during a run."""

    def __init__(self, ledger: ReceivablesLedger, *, on: date) -> None:
        self.ledger = ledger
        self.on = on
        through = ledger.closed_through
        self.first_open = None if through is None else through + timedelta(days=1)

    def received(self, receipt: Receipt) -> Receipt:
        if self.first_open is not None and receipt.on < self.first_open:
            receipt = receipt.with_(on=self.first_open)
        self.ledger = self.ledger.record(receipt)
        return receipt

    def settle(self, *facts: Fact) -> tuple[str, ...]:
        before = len(self.ledger.facts)
        self.ledger = self.ledger.settle(*facts)
        return tuple(fact.number for fact in self.ledger.facts[before:])


def _by_place(ledger: ReceivablesLedger) -> dict[str, Receipt]:
    return {fact.bank: fact for fact in ledger.facts if isinstance(fact, Receipt) and fact.bank}


def _waiting(ledger: ReceivablesLedger) -> list[Receipt]:
    """Receipts of which something is free, but for advances, which wait for their contract."""
    documents = (credit.document for credit in ledger.credits())
    return [
        each
        for each in documents
        if isinstance(each, Receipt) and not each.advance and not each.rebate
    ]


def _is_bounced(line: BankLine) -> bool:
    return line.is_return and line.status == "booked" and line.amount.amount < 0


def _back(value: Money | None) -> Money | None:
    return None if value is None else abs(value)


def _bounced(
    morning: _Morning, lines: Sequence[BankLine], value_of: ValueOf
) -> list[ReconciledLine]:
    """Bounced payments: undone where the bank's own reference proves which, else told.

    The refund bears the place of its line, so that the same line never undoes another payment.
    """
    refunds = [
        fact
        for fact in morning.ledger.facts
        if isinstance(fact, Refund) and morning.ledger.stands(fact)
    ]
    undone = {fact.reference: fact for fact in refunds if fact.cause == "bounced"}
    done = [
        ReconciledLine(status="returned", line=line, settlements=(undone[place_key(line)].number,))
        for line in lines
        if _is_bounced(line) and place_key(line) in undone
    ]
    paid_back = {number_key(fact.source) for fact in refunds}
    standing = [
        fact
        for fact in morning.ledger.facts
        if isinstance(fact, Receipt) and number_key(fact.number) not in paid_back
    ]
    new = [line for line in lines if place_key(line) not in undone]
    for found in returned(new, standing):
        row = ReconciledLine(status="to_return", line=found.line, returned=found)
        if found.proof == "reference" and found.receipt:
            number = f"{found.receipt}/RET"
            before = len(morning.ledger.facts)
            try:
                morning.ledger = bounce(
                    morning.ledger,
                    found.receipt,
                    number=number,
                    on=max(morning.on, found.line.booked_on),
                    reason=found.line.text[:100].replace("\n", " ") or "returned by the bank",
                    by="bank",
                    reference=place_key(found.line),
                    booked=_back(value_of(found.line)),
                )
            except DomainError:
                done.append(row)
                continue
            made = tuple(fact.number for fact in morning.ledger.facts[before:])
            row = row.with_(status="returned", settlements=made)
        done.append(row)
    return done


def _matched(
    morning: _Morning,
    fresh: Sequence[tuple[BankLine | None, Receipt]],
    policy: MatchPolicy,
    learned: Learned | None,
) -> list[ReconciledLine]:
    known = learned_from(morning.ledger) if learned is None else learned
    items = [item for item in morning.ledger.open_items() if item.receivable.on <= morning.on]
    matcher = Matcher(items, policy=policy, learned=known)
    rows = []
    for line, receipt in sorted(fresh, key=lambda each: each[1].on):
        free = morning.ledger.free_amount(receipt.number)
        if not free.amount:
            rows.append(ReconciledLine(status="settled", line=line, receipt=receipt, free=free))
            continue
        payment = payment_of(receipt).with_(amount=free)
        if line is not None:
            words = tuple(
                dict.fromkeys(each for each in (line.end_to_end, *line.references) if each)
            )
            payment = payment.with_(text=line.text[:2000], references=words)
        match = matcher.match(payment)
        settlements: tuple[str, ...] = ()
        if match.posts is not None and (line is None or line.payments <= 1):
            settlements = _posted(morning, matcher, receipt, match)
        status = "posted" if settlements else "suggested" if match.candidates else "unknown"
        rows.append(
            ReconciledLine.model_validate(
                {
                    "status": status,
                    "line": line,
                    "receipt": receipt,
                    "free": morning.ledger.free_amount(receipt.number),
                    "match": match,
                    "settlements": settlements,
                }
            )
        )
    return rows


def _posted(morning: _Morning, matcher: Matcher, receipt: Receipt, match: Match) -> tuple[str, ...]:
    """What was posted; nothing where a rule of the ledger refuses it, which then waits for a person
    and holds up no other line.
    """
    candidate = match.posts
    assert candidate is not None, "it posts itself"
    facts = settlement_of(
        morning.ledger,
        receipt.number,
        candidate,
        on=max(morning.on, receipt.on),
        by=f"proof: {candidate.proof}",
    )
    try:
        made = morning.settle(*facts)
    except DomainError:
        return ()
    matcher.settled(candidate)
    return made


def _in_order(rows: Sequence[ReconciledLine], lines: Sequence[BankLine]) -> list[ReconciledLine]:
    """As the statements have them, then what waited."""
    places = {place_key(line): place for place, line in enumerate(lines)}
    return sorted(
        rows,
        key=lambda row: len(places) if row.line is None else places[place_key(row.line)],
    )
