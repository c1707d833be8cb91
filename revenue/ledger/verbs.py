"""The facts that the verbs of the ledger make (核销、坏账核销、收回), before they are recorded."""

from collections.abc import Mapping, Sequence
from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue.application import Application
from revenue.ledger.balance import Balances
from revenue.ledger.spread import Share, applications, oldest_first, spread
from revenue.ledger.taking import document, meet
from revenue.writeoff import Recovery, WriteOff


def applied(
    balances: Balances,
    receipt: str,
    *,
    to: Mapping[str, Money] | Sequence[str] | str,
    number: str,
    on: date,
) -> tuple[Application, ...]:
    """The applications of a receipt, in the amounts given or in order as far as it goes."""
    if isinstance(to, str):
        to = (to,)
    if isinstance(to, Mapping):
        shares = tuple(Share(receipt, target, amount) for target, amount in to.items())
    else:
        source = document(balances, "receipt", receipt)
        targets = [document(balances, "receivable", target) for target in to]
        for target in targets:
            meet("application", source.left, source, target)
        shares = spread([(source, targets)], on=on)
    if not shares:
        raise Refused(
            "application.nothing_to_apply",
            f"receipt {receipt} has nothing free, or nothing is open of {', '.join(to)}",
            receipt=receipt,
            receivables=tuple(to),
        )
    return applications(shares, number=number, on=on)


def applied_oldest(
    balances: Balances, receipts: Sequence[str], *, number: str, on: date
) -> tuple[Application, ...]:
    """The applications of receipts to what their customers owe, earliest due first."""
    sources = [document(balances, "receipt", receipt) for receipt in receipts]
    shares = spread([(source, oldest_first(balances, source, on=on)) for source in sources], on=on)
    return applications(shares, number=number, on=on)


def written_off(
    balances: Balances,
    receivable: str,
    *,
    number: str,
    on: date,
    reason: str,
    approved_by: str,
    amount: Money | None,
) -> WriteOff:
    """The write-off of an amount of a receivable, or of all that is open."""
    if not approved_by.strip():
        raise Refused(
            "write_off.not_approved",
            f"write-off {number} names nobody who approved it; give approved_by",
            number=number,
        )
    available = document(balances, "receivable", receivable).available_from(on)
    if amount is None and not available.amount:
        raise Refused(
            "write_off.nothing_open",
            f"nothing of receivable {receivable} is open from {on} on",
            receivable=receivable,
        )
    return WriteOff(
        number=number,
        receivable=receivable,
        amount=available if amount is None else amount,
        on=on,
        reason=reason,
        approved_by=approved_by,
    )


def recovered(
    balances: Balances,
    write_off: str,
    *,
    receipt: str,
    number: str,
    on: date,
    amount: Money | None,
) -> Recovery:
    """The recovery of an amount of a write-off, or of as much as both sides have."""
    debt, paid = document(balances, "write_off", write_off), document(balances, "receipt", receipt)
    if amount is None:
        meet("recovery", debt.left, debt, paid)
        amount = min(debt.available_from(on), paid.available_from(on))
        if not amount.amount:
            raise Refused(
                "recovery.nothing_to_recover",
                f"write-off {write_off} is recovered, or receipt {receipt} has nothing free",
                write_off=write_off,
                receipt=receipt,
            )
    return Recovery(number=number, write_off=write_off, receipt=receipt, amount=amount, on=on)
