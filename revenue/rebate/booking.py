"""From what was reckoned to the facts of the ledger (返利入账).

The ledger knows nothing of tiers and rows: it is handed what an event comes to, and what is
settled or taken back. These functions make the facts of it, as ``bill`` makes those of an invoice.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from cpq.kernel.money import Money
from revenue.rebate.fact import (
    CREDITING,
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateMeans,
    RebateSettlement,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable


class EarnedByEvent(Protocol):
    """What one event added to, or took from, a customer's rebate."""

    @property
    def agreement(self) -> str:
        """The agreement."""

    @property
    def customer(self) -> str:
        """Whose rebate it is."""

    @property
    def document(self) -> str:
        """The sale, or the return."""

    @property
    def line(self) -> str:
        """Its line."""

    @property
    def on(self) -> date:
        """Its day."""

    @property
    def amount(self) -> Money:
        """How much; below 0 where it is taken back."""


class MovedRebate(Protocol):
    """A settlement, a claw-back or a carry that was allowed."""

    @property
    def number(self) -> str:
        """Its document number."""

    @property
    def agreement(self) -> str:
        """The agreement."""

    @property
    def customer(self) -> str:
        """Whose rebate it is."""

    @property
    def on(self) -> date:
        """Its day."""

    @property
    def amount(self) -> Money:
        """How much, before tax."""

    @property
    def into(self) -> str:
        """The agreement that a debt is carried into; else ``""``."""


def accrue(earned: Iterable[EarnedByEvent], *, number: str) -> tuple[RebateAccrual, ...]:
    """The accruals of events: a single one takes ``number``, several take number/1, number/2 ….

    Events that come to nothing make none.
    """
    every = [each for each in earned if each.amount.amount]
    return tuple(
        RebateAccrual(
            number=number if len(every) == 1 else f"{number}/{place}",
            agreement=each.agreement,
            customer=each.customer,
            document=each.document,
            line=each.line,
            on=each.on,
            amount=each.amount,
        )
        for place, each in enumerate(every, start=1)
    )


def settle_rebate(
    settled: MovedRebate,
    *,
    means: RebateMeans,
    reference: str = "",
    tax: Money | None = None,
) -> tuple[RebateSettlement | Receipt, ...]:
    """A settlement, and for a credit note or an offset the receipt that holds the credit.

    The receipt has the settlement's number, and is applied to receivables like money.
    Raises ``Invalid`` (``rebate.tax``).

    >>> from cpq.rebate import RebateMovement
    >>> due = RebateMovement(kind="rebate_settlement", number="RS-1", agreement="RB-1",
    ...     customer="C-1", on="2026-12-31", amount=Money("100", "CNY"))
    >>> [fact.kind for fact in settle_rebate(due, means="credit_note")]
    ['rebate_settlement', 'receipt']
    """
    settlement = RebateSettlement(
        number=settled.number,
        agreement=settled.agreement,
        customer=settled.customer,
        means=means,
        reference=reference,
        on=settled.on,
        amount=settled.amount,
        tax=tax,
    )
    if means not in CREDITING:
        return (settlement,)
    credit = Receipt(
        number=settled.number,
        customer=settled.customer,
        on=settled.on,
        amount=settlement.gross,
        reference=reference,
        rebate=settled.agreement,
    )
    return settlement, credit


def recoup_rebate(
    owed: MovedRebate, *, due_on: date | None = None, tax: Money | None = None
) -> tuple[RebateClawBack | Receivable | RebateCarry, ...]:
    """A claw-back and its receivable, due on a day (its own unless said); or a carry, where what is
    owed goes ``into`` another agreement. Raises ``Invalid`` (``rebate.tax``).
    """
    if owed.into:
        carry = RebateCarry(
            number=owed.number,
            agreement=owed.agreement,
            into=owed.into,
            customer=owed.customer,
            on=owed.on,
            amount=owed.amount,
        )
        return (carry,)
    claw_back = RebateClawBack(
        number=owed.number,
        agreement=owed.agreement,
        customer=owed.customer,
        on=owed.on,
        amount=owed.amount,
        tax=tax,
    )
    debt = Receivable(
        number=owed.number,
        customer=owed.customer,
        source=owed.number,
        contract=owed.agreement,
        on=owed.on,
        due_on=due_on or owed.on,
        amount=claw_back.gross,
    )
    return claw_back, debt
