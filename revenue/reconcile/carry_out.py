"""Turning a candidate into facts (生成核销): who it is from, what it settles, what is left open."""

from collections.abc import Mapping
from datetime import date, timedelta

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.application import RESIDUAL, Application, Difference
from revenue.ledger import Fact, ReceivablesLedger
from revenue.matching import Candidate, Share, Shortfall
from revenue.receipt import Identification


def settlement_of(
    ledger: ReceivablesLedger,
    receipt: str,
    candidate: Candidate,
    *,
    on: date,
    by: str,
    retention_days: int = 365,
) -> tuple[Fact, ...]:
    """The facts that carry a candidate out: first whose the receipt is, then what it settles.

    Numbered after the receipt: R/ID and R/1, R/2 …, or the next that are free where a posting was
    reversed before. A retention is due ``retention_days`` after its receivable, a dispute when that
    was. ``by`` is who confirmed, or the proof for what posts itself. Raises ``NotFound`` for what
    the ledger does not hold.

    >>> from cpq.kernel.money import Money
    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("80", "CNY")),
    ...     Receipt(number="R-9", customer="", on=day, amount=Money("80", "CNY"), payer="ACME"))
    >>> found = Candidate(proof="unique", score=0, rest_on_account=Money("0", "CNY"), shares=(
    ...     Share(receivable="AR-1", customer="C-1", amount=Money("80", "CNY")),))
    >>> facts = settlement_of(ledger, "R-9", found, on=day, by="unique")
    >>> [(fact.kind, fact.number) for fact in facts]
    [('identification', 'R-9/ID'), ('application', 'R-9/1')]
    """
    origin = ledger.receipt(receipt)
    parts = _by_customer(candidate)
    facts: list[Fact] = []
    paying: dict[str, str] = {}
    for place, (customer, amount) in enumerate(parts.items(), start=1):
        if number_key(customer) == number_key(origin.customer):
            paying[customer] = origin.number
            continue
        rest = candidate.rest_on_account if len(parts) == 1 else amount - amount
        number = _free(ledger, f"{receipt}/ID" if len(parts) == 1 else f"{receipt}/ID{place}")
        paying[customer] = number
        facts.append(
            Identification(
                number=number,
                receipt=receipt,
                customer=customer,
                amount=amount + rest,
                on=on,
                by=by,
            )
        )
    for place, share in enumerate(candidate.shares, start=1):
        number = _free(ledger, f"{receipt}/{place}")
        facts.append(
            Application(
                number=number,
                receipt=paying[share.customer],
                receivable=share.receivable,
                amount=share.amount,
                on=on,
                differences=_differences(ledger, share, number, days=retention_days),
                proof=candidate.proof,
                by=by,
            )
        )
    return tuple(facts)


def _by_customer(candidate: Candidate) -> Mapping[str, Money]:
    parts: dict[str, Money] = {}
    for share in candidate.shares:
        zero = Money.zero(share.amount.code)
        parts[share.customer] = parts.get(share.customer, zero) + share.amount
    return parts


def _free(ledger: ReceivablesLedger, number: str) -> str:
    """The number, or the next that no settlement bears."""
    tried, count = number, 1
    while ledger.has_settlement(tried):
        count += 1
        tried = f"{number}-{count}"
    return tried


def _differences(
    ledger: ReceivablesLedger, share: Share, number: str, *, days: int
) -> tuple[Difference, ...]:
    due_on = ledger.receivable(share.receivable).due_on
    return tuple(
        _difference(each, f"{number}/{place}", due_on=due_on, days=days)
        for place, each in enumerate(share.differences, start=1)
    )


def _difference(short: Shortfall, number: str, *, due_on: date, days: int) -> Difference:
    if short.reason not in RESIDUAL:
        return short.difference()
    later = due_on + timedelta(days=days) if short.reason == "retention" else due_on
    return short.difference(residual=number, due_on=later)


def refuse_other_sum(receipt: str, candidate: Candidate, free: Money) -> None:
    """Refuse to carry out what takes more than is free (``reconcile.exceeds_free``)."""
    asked = money_total((share.amount for share in candidate.shares), free.code)
    if asked > free:
        raise Refused(
            "reconcile.exceeds_free",
            f"the candidate takes {asked} of receipt {receipt}, of which {free} is free; match it "
            "again and choose anew",
            receipt=receipt,
        )
