"""The interest of a receivable in the ledger (逾期利息计提): what was open of it, day by day."""

from datetime import date
from fractions import Fraction

from cpq.kernel.money import Money, money_total
from revenue.ageing.history import ReceivableHistory
from revenue.dunning.interest import LateInterest, OpenFrom, accrued_interest
from revenue.dunning.past import DunningPast
from revenue.receivable import Receivable


def accrued_on(past: DunningPast, terms: LateInterest, debt: Receivable) -> Fraction:
    """The interest of a receivable up to the day of the history, charged or not, not rounded.

    In units of its currency. Raises ``Refused`` (``interest.no_rate``).
    """
    until = past.history.as_of
    since = debt.due_on if terms.runs_from == "due_date" else past.first_on(debt.number)
    if since is None or since >= until:
        return Fraction(0)
    path = open_path(past.history, debt.number, since=since, paid_on=terms.paid_on)
    return accrued_interest(path, terms, since=since, until=until)


def open_path(
    history: ReceivableHistory, receivable: str, *, since: date, paid_on: str = "receipt"
) -> tuple[OpenFrom, ...]:
    """What was open of a receivable at the end of ``since`` and of each day on which it moved.

    With ``paid_on="receipt"`` money counts from the day on which it came in, also where it was
    applied later. Raises ``NotFound`` (``receivable.unknown``).
    """
    early = [
        each
        for each in history.payments_of(receivable)
        if paid_on == "receipt" and each.paid_on < each.on
    ]
    days = {since, *history.days_of(receivable), *(each.paid_on for each in early)}
    path = []
    for day in sorted(day for day in days if since <= day <= history.as_of):
        left = history.ledger.open_amount(receivable, as_of=day)
        paid = money_total(
            (each.amount for each in early if each.paid_on <= day < each.on), left.code
        )
        path.append(OpenFrom(day, max(left - paid, Money.zero(left.code))))
    return tuple(path)
