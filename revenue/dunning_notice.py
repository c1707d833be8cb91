"""The dunning notice (催款函): what a customer is asked to pay, in a tone that gets firmer (催收).

A notice is made of open items that are overdue on a day, in one currency. Its level is 1 (a
friendly reminder), 2 (firm) or 3 (the last one before the law); which level is due, and what a late
payment costs, is decided elsewhere: here both are taken as given, and the sum is made of them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.amount import NotNegative, Positive
from revenue.ledger.open_item import OpenItem, days_overdue

DunningLevel = Literal[1, 2, 3]
"""Friendly, firm, final."""


class DunningItem(Frozen):
    """A receivable of ``amount`` that is overdue, and how much of it is still ``open``.

    >>> DunningItem(number="AR-1", on=date(2026, 11, 1), due_on=date(2026, 12, 1), days_overdue=9,
    ...             amount=Money("300", "CNY"), open=Money("120", "CNY")).open
    Money('120.00', 'CNY')
    """

    number: Number
    contract: Line = ""
    on: date
    due_on: date
    days_overdue: int = Field(ge=1)
    amount: Positive
    open: Positive


class DunningNotice(Frozen):
    """A demand for payment of ``items``, with ``interest`` and ``fee``, by the day ``pay_by``.

    All amounts are in one currency. ``number`` is the host's, empty where letters have none.
    ``level`` is the tone of the letter; a policy may have more or fewer ``levels`` than there are
    tones, and then the letter is the one in that ``place`` among them, 0 where nobody said.
    """

    kind: Literal["dunning_notice"] = "dunning_notice"
    number: Line = ""
    customer: Code
    level: DunningLevel
    on: date
    pay_by: date
    currency: CurrencyCode
    items: tuple[DunningItem, ...] = Field(min_length=1)
    interest: NotNegative
    fee: NotNegative
    place: int = added(0)
    levels: int = added(0)

    @model_validator(mode="after")
    def _holds_together(self) -> "DunningNotice":
        if not 0 <= self.place <= self.levels:
            raise ValueError(f"the letter is in place {self.place} of {self.levels} levels")
        amounts = [amount for item in self.items for amount in (item.amount, item.open)]
        foreign = {each.code for each in (*amounts, self.interest, self.fee)} - {self.currency}
        if foreign:
            raise ValueError(f"the notice is in {self.currency} but holds {sorted(foreign)}")
        if self.pay_by < self.on:
            raise ValueError(f"pay_by {self.pay_by} lies before on {self.on}")
        for item in self.items:
            if item.open > item.amount:
                raise ValueError(f"{item.number} has {item.open} open of {item.amount}")
            if item.days_overdue != days_overdue(item.due_on, self.on):
                raise ValueError(
                    f"{item.number}, due on {item.due_on}, is not {item.days_overdue} days "
                    f"overdue on {self.on}"
                )
        return self

    @property
    def overdue(self) -> Money:
        """Σ of what is open of the items."""
        return money_total((item.open for item in self.items), self.currency)

    @property
    def total(self) -> Money:
        """What is asked for: overdue, interest and fee."""
        return self.overdue + self.interest + self.fee


def dunning_notice(
    items: Iterable[OpenItem],
    *,
    on: date,
    level: DunningLevel,
    pay_by: date,
    number: str = "",
    currency: str | None = None,
    interest: Money | None = None,
    fee: Money | None = None,
) -> DunningNotice:
    """The notice for those of a customer's open items that are overdue on a day.

    ``items`` are those of ``ReceivablesLedger.open_items(customer, as_of=on)``; what is not due yet
    is left out. ``interest`` and ``fee`` are nothing unless given. Raises ``Refused``:
    ``dunning.nothing_overdue``, ``dunning.several_customers``, ``dunning.several_currencies``
    (give ``currency``).

    >>> from revenue.receivable import Receivable
    >>> owed = Receivable(number="AR-1", customer="C-1", on=date(2026, 11, 1),
    ...                   due_on=date(2026, 12, 1), amount=Money("300", "CNY"))
    >>> notice = dunning_notice([OpenItem(receivable=owed, open=owed.amount)],
    ...     on=date(2026, 12, 10), level=1, pay_by=date(2026, 12, 20), fee=Money("5", "CNY"))
    >>> notice.items[0].days_overdue, notice.total
    (9, Money('305.00', 'CNY'))
    """
    late = [
        item for item in items if item.receivable.due_on < on and currency in (None, item.open.code)
    ]
    if not late:
        raise Refused(
            "dunning.nothing_overdue",
            f"nothing{f' in {currency}' if currency else ''} is overdue on {on}; write to those "
            "who are late",
            on=on,
        )
    _refuse_several(late)
    code = late[0].open.code
    return DunningNotice(
        number=number,
        customer=late[0].receivable.customer,
        level=level,
        on=on,
        pay_by=pay_by,
        currency=code,
        items=tuple(_item(item, on) for item in late),
        interest=interest or Money.zero(code),
        fee=fee or Money.zero(code),
    )


def _refuse_several(late: list[OpenItem]) -> None:
    customers = sorted({number_key(item.receivable.customer) for item in late})
    if len(customers) > 1:
        raise Refused(
            "dunning.several_customers",
            f"the items belong to {', '.join(customers)}; write one notice to each",
            customers=tuple(customers),
        )
    codes = sorted({item.open.code for item in late})
    if len(codes) > 1:
        raise Refused(
            "dunning.several_currencies",
            f"items are overdue in {', '.join(codes)}; write one notice for each with currency=…",
            currencies=tuple(codes),
        )


def _item(item: OpenItem, on: date) -> DunningItem:
    debt = item.receivable
    return DunningItem(
        number=debt.number,
        contract=debt.contract,
        on=debt.on,
        due_on=debt.due_on,
        days_overdue=days_overdue(debt.due_on, on),
        amount=debt.amount,
        open=item.open,
    )
