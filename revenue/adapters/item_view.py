"""Receivables that are open, as a table prints them (未清项): its rows, and its columns.

A statement lists all that is open, a reminder what of it is overdue; ``item_table`` in
``paper-macros.html`` prints both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cpq.adapters.hand import Hand
from cpq.kernel.money import Money
from revenue.adapters.print_view import TableView, column, table_view
from revenue.dunning_notice import DunningItem
from revenue.receivable import Receivable

_ROOM = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItemView:
    """A receivable that is open; ``overdue`` is empty while it is not due."""

    number: str
    contract: str
    on: str
    due_on: str
    overdue: str
    amount: str
    left: str


def open_item_view(
    debt: Receivable | DunningItem, hand: Hand, *, days: int, left: Money
) -> OpenItemView:
    """The row of a debt that is ``days`` overdue and of which so much is left."""
    return OpenItemView(
        number=debt.number,
        contract=debt.contract,
        on=debt.on.isoformat(),
        due_on=debt.due_on.isoformat(),
        overdue=str(days or ""),
        amount=hand.figures.amount(debt.amount.amount),
        left=hand.figures.amount(left.amount),
    )


def items_table(
    items: Sequence[OpenItemView], hand: Hand, *, closing: Money, total: str = ""
) -> TableView:
    """The columns of such rows and of the sum that closes them; ``total`` as for ``table_view``."""
    left = (hand.figures.amount(closing.amount), *(item.left for item in items))
    return table_view(
        None,
        column(hand, "of_day", (item.on for item in items), 22),
        column(hand, "due", (item.due_on for item in items), 22),
        column(hand, "overdue_days", (item.overdue for item in items), 20),
        column(hand, "amount_of", (item.amount for item in items)),
        column(hand, "amount_open", left),
        room=_ROOM,
        total=total,
    )
