"""The rows in which a rebate is earned (返利分配明细): appended, never edited.

Each row says what one line earns by one event, at which tier and rate. A sale that crosses a tier
of a retroactive agreement adds a row to every earlier line at the difference of the rates; a
return adds rows that take back at the rates at which it was given. So what a customer has earned
is on every day the sum of the rows up to it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.errors import Conflict
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money
from cpq.kernel.text import Code, Line, Number
from cpq.rebate.agreement import RebateAgreement

RowKind = Literal["assign", "adjust", "reverse", "re_rate", "rounding"]
"""What a row is: a sale, its line invoiced anew, a return, a line that another tier holds for now,
or a minor unit moved between lines so that the sum stays what the agreement says.
"""


class RebateAssignment(Frozen):
    """What one line earns by one event: ``rate`` of ``base`` is ``amount``, rounded.

    ``quantity`` and ``net`` are what enters (below 0: leaves) the ``tier``, named by its lower
    bound; a line that is only re-rated moves none, and its ``base`` is what it is re-rated on.
    ``rate`` is in percent, or per unit where the base is units; with ``re_rate`` it is the
    difference. ``by_document`` and ``by_line`` are the event. ``place`` counts the rows of an
    agreement from 1: two who append at the same time take the same place, and the store of the
    host refuses one of them.

    >>> row = RebateAssignment(agreement="RB-1", place=1, customer="C-1", document="INV-1",
    ...     line="1", product="M8", kind="assign", tier=0, quantity=13, net="10.00",
    ...     base="10.00", rate=10, amount="1.00", currency="CNY", on="2026-03-02",
    ...     by_document="INV-1", by_line="1")
    >>> row.key, row.money
    ('RB-1#1', Money('1.00', 'CNY'))
    """

    agreement: Code
    place: int = Field(ge=1)
    customer: Code
    document: Number
    line: Line
    product: Code
    kind: RowKind
    tier: Exact
    quantity: Exact
    net: Exact
    base: Exact
    rate: Exact
    amount: Exact
    currency: CurrencyCode
    on: date
    by_document: Number
    by_line: Line

    @property
    def key(self) -> str:
        """What makes it this row: the agreement and its place in it."""
        return f"{self.agreement}#{self.place}"

    @property
    def money(self) -> Money:
        """The amount as money; below 0 where something is taken back."""
        return Money(self.amount, self.currency)


def rows_of(
    agreement: RebateAgreement,
    assignments: Iterable[RebateAssignment],
    *,
    as_of: date | None = None,
) -> tuple[RebateAssignment, ...]:
    """The rows of one agreement by place, each once, however they come; those of others are left.

    With ``as_of`` those that are dated up to and on that day. Raises ``Conflict``:
    ``rebate.rows_differ`` where two rows have one place, ``rebate.rows_missing`` where a place is
    empty, ``rebate.terms_changed`` where a row has a tier or rate that the agreement does not have.
    """
    found: dict[int, RebateAssignment] = {}
    for row in assignments:
        if row.agreement == agreement.code and found.setdefault(row.place, row) != row:
            raise Conflict(
                "rebate.rows_differ",
                f"two different rows are {row.key}: {found[row.place].by_document} and "
                f"{row.by_document} were assigned at the same time; assign the later one again",
                key=row.key,
            )
    rates = {tier.lower: tier.rate for tier in agreement.ladder}
    for place, row in enumerate((found[each] for each in sorted(found)), start=1):
        if row.place != place:
            raise Conflict(
                "rebate.rows_missing",
                f"row {agreement.code}#{place} is missing; give every row of the agreement",
                agreement=agreement.code,
                missing=place,
            )
        known = rates.get(row.tier)
        if known is None or (row.kind != "re_rate" and row.rate != known):
            raise Conflict(
                "rebate.terms_changed",
                f"row {row.key} was assigned at {row.rate} from {row.tier} on, which agreement "
                f"{agreement.code!r} does not say any more; new terms are a new agreement",
                key=row.key,
            )
    every = (found[place] for place in sorted(found))
    return tuple(row for row in every if as_of is None or row.on <= as_of)
