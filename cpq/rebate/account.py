"""What is owed of a rebate, and what was done about it (返利余额、兑付、追回、结转).

Rows accrue, movements settle. What is due on a day is the rows up to it less what was settled;
and because rows may still be dated into the past, no more can be settled on a day than is also
left on every later one. Where more was settled than is earned in the end, the customer owes the
difference: it becomes a receivable or is carried to the agreement that follows.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from typing import Literal, NamedTuple, Protocol

from pydantic import model_validator

from cpq.kernel.errors import Conflict, Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, Line, Number, number_key
from cpq.rebate.agreement import RebateAgreement
from cpq.rebate.assignment import RebateAssignment, rows_of

MovementKind = Literal["rebate_settlement", "rebate_reversal", "rebate_claw_back", "rebate_carry"]
"""What a movement is; a reversal undoes a settlement that did not go through."""


class Moved(Protocol):
    """What settles, claws back or carries a rebate; the facts of a ledger are such, too."""

    @property
    def kind(self) -> str:
        """One of ``MovementKind``."""

    @property
    def number(self) -> str:
        """The document number."""

    @property
    def agreement(self) -> str:
        """The agreement that it moves."""

    @property
    def customer(self) -> str:
        """Whose rebate it is."""

    @property
    def on(self) -> date:
        """The day from which it holds."""

    @property
    def amount(self) -> Money:
        """How much, more than 0."""

    @property
    def into(self) -> str:
        """The agreement that a carried debt goes to; ``""`` where nothing is carried."""


class RebateMovement(Frozen):
    """A settlement (兑付), its reversal (退回), a claw-back (追回) or a carry (结转) of one
    customer's rebate.

    A settlement lowers what we owe and its reversal raises it again. A claw-back is paid by the
    customer, and a carry moves what the customer owes ``into`` another agreement: both raise a
    balance that had fallen below 0.
    Raises ``Invalid`` (``rebate.movement``).

    >>> RebateMovement(kind="rebate_settlement", number="RS-1", agreement="RB-1", customer="C-1",
    ...                on="2026-12-31", amount=Money("102.00", "CNY")).amount
    Money('102.00', 'CNY')
    """

    kind: MovementKind
    number: Number
    agreement: Code
    customer: Code
    on: date
    amount: Money
    into: Line = ""

    @model_validator(mode="after")
    def _moves_something(self) -> "RebateMovement":
        if self.amount.amount <= 0 or bool(self.into) != (self.kind == "rebate_carry"):
            raise Invalid(
                "rebate.movement",
                f"movement {self.number} is of more than 0, and a carry, and only that, says into "
                f"which agreement; found {self.amount} and {self.into!r}",
                number=self.number,
            )
        return self


class Accrued(NamedTuple):
    """What one event added to (below 0: took from) what is owed to a customer."""

    agreement: str
    customer: str
    document: str
    line: str
    on: date
    amount: Money


def accruals(rows: Iterable[RebateAssignment]) -> tuple[Accrued, ...]:
    """The rows by event and customer, in their order: what is to be booked when it happens.

    Events that come to nothing are left out.
    """
    sums: dict[tuple[str, str, str, str, date], Money] = {}
    for row in rows:
        key = row.agreement, row.customer, row.by_document, row.by_line, row.on
        sums[key] = sums.get(key, Money.zero(row.currency)) + row.money
    return tuple(Accrued(*key, amount) for key, amount in sums.items() if amount.amount)


def effect(movement: Moved, agreement: str) -> Money:
    """By how much a movement changes what is owed under an agreement.

    >>> carry = RebateMovement(kind="rebate_carry", number="RC-1", agreement="RB-1", into="RB-2",
    ...     customer="C-1", on="2027-01-31", amount=Money("30.00", "CNY"))
    >>> effect(carry, "RB-1"), effect(carry, "RB-2")
    (Money('30.00', 'CNY'), Money('-30.00', 'CNY'))
    """
    if movement.agreement == agreement:
        return -movement.amount if movement.kind == "rebate_settlement" else movement.amount
    return -movement.amount if movement.into == agreement else movement.amount * 0


class RebateAccount:
    """What is owed to one customer under one agreement, by day; ``movements`` of others are passed
    over. Raises what ``rows_of`` raises, and ``Conflict`` (``rebate.number_taken``) where two
    movements have one number.
    """

    def __init__(
        self,
        agreement: RebateAgreement,
        assignments: Iterable[RebateAssignment],
        movements: Iterable[Moved] = (),
        *,
        customer: str,
    ) -> None:
        self.agreement = agreement
        self.customer = customer
        self.every = rows_of(agreement, assignments)
        self.rows = tuple(row for row in self.every if row.customer == customer)
        self.movements = _own(movements, agreement.code, customer)
        zero = Money.zero(agreement.currency)
        days: dict[date, Money] = defaultdict(lambda: zero)
        for row in self.rows:
            days[row.on] += row.money
        for each in self.movements:
            days[each.on] += effect(each, agreement.code)
        ordered = sorted(days)
        self._days = tuple(zip(ordered, accumulate(days[each] for each in ordered), strict=True))

    def balance(self, *, as_of: date | None = None) -> Money:
        """What is owed at the end of a day (``None``: after everything); below 0 the customer owes.

        >>> from cpq.rebate.agreement import RebateTier
        >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY",
        ...                             tiers=(RebateTier(percent=10),))
        >>> RebateAccount(agreement, (), customer="C-1").balance()
        Money('0.00', 'CNY')
        """
        left = Money.zero(self.agreement.currency)
        for day, balance in self._days:
            if as_of is not None and day > as_of:
                break
            left = balance
        return left

    def span_from(self, on: date) -> tuple[Money, Money]:
        """The least and the most that is owed at the end of a day or of any later one."""
        balances = [self.balance(as_of=on), *(left for day, left in self._days if day > on)]
        return min(balances), max(balances)

    def earlier(self, kind: MovementKind, number: str) -> Moved | None:
        """The movement of a kind that has a number already; each kind has its own numbers."""
        key = kind, number_key(number)
        return next((each for each in self.movements if _key(each) == key), None)


def _own(movements: Iterable[Moved], agreement: str, customer: str) -> tuple[Moved, ...]:
    own: dict[tuple[str, str], Moved] = {}
    for each in movements:
        if each.customer != customer or agreement not in (each.agreement, each.into):
            continue
        known = own.setdefault(_key(each), each)
        if (known.on, known.amount) != (each.on, each.amount):
            raise _taken(each.number, known)
    return tuple(own.values())


def _key(movement: Moved) -> tuple[str, str]:
    return movement.kind, number_key(movement.number)


def _taken(number: str, holder: Moved) -> Conflict:
    return Conflict(
        "rebate.number_taken",
        f"number {number} is taken by a {holder.kind.removeprefix('rebate_').replace('_', '-')} of "
        f"{holder.amount} on {holder.on}; give this one a number of its own",
        number=number,
    )


def settlement(
    agreement: RebateAgreement,
    assignments: Iterable[RebateAssignment],
    movements: Iterable[Moved] = (),
    *,
    customer: str,
    number: str,
    on: date,
    amount: Money | None = None,
) -> RebateMovement:
    """Settle ``amount`` of what is accrued for a customer, by default all of it.

    Asked again under the same number it gives the same settlement. Raises ``Refused``
    (``rebate.too_early`` before the last day of the period, ``rebate.exceeds_accrued``,
    ``rebate.nothing_due``), ``Conflict`` (``rebate.number_taken``).

    >>> from cpq.rebate.agreement import RebateTier
    >>> from cpq.rebate.assigning import assigned
    >>> from cpq.rebate.sale import RebateSale
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY",
    ...     period={"end": "2026-12-31"}, tiers=(RebateTier(percent=10),))
    >>> rows = assigned(agreement, (), RebateSale(document="INV-1", line="1", customer="C-1",
    ...     product="M8", quantity=13, net=Money("10.00", "CNY"), on="2026-03-02"))
    >>> settlement(agreement, rows, customer="C-1", number="RS-1", on=date(2026, 12, 31)).amount
    Money('1.00', 'CNY')
    """
    account = RebateAccount(agreement, assignments, movements, customer=customer)
    earlier = account.earlier("rebate_settlement", number)
    if earlier is not None:
        return _again(earlier, on, amount)
    ends_on = agreement.ends_on
    if ends_on is not None and on < ends_on and not agreement.interim:
        raise Refused(
            "rebate.too_early",
            f"rebate agreement {agreement.code!r} is settled from {ends_on} on, the last day of "
            f"its period; {number} is dated {on}",
            number=number,
            earliest=ends_on,
        )
    least, _ = account.span_from(on)
    if amount is None and least.amount <= 0:
        raise Refused(
            "rebate.nothing_due",
            f"nothing of rebate agreement {agreement.code!r} is due to {customer} from {on} on: "
            f"{least} is accrued and not settled",
            agreement=agreement.code,
        )
    asked = least if amount is None else amount
    if asked > least:
        raise Refused(
            "rebate.exceeds_accrued",
            f"{number} settles {asked} of rebate agreement {agreement.code!r}, but only "
            f"{max(least, least * 0)} is accrued and not settled from {on} on; settle at most that",
            number=number,
            asked=asked,
            available=least,
        )
    return _movement("rebate_settlement", account, number, on, asked)


def recouped(
    agreement: RebateAgreement,
    assignments: Iterable[RebateAssignment],
    movements: Iterable[Moved] = (),
    *,
    customer: str,
    number: str,
    on: date,
    into: RebateAgreement | None = None,
) -> RebateMovement:
    """What a customer owes because more was settled than is earned: clawed back as a receivable,
    or carried ``into`` the agreement that follows, as the agreement says.

    Raises ``Refused`` (``rebate.nothing_owed``, ``rebate.no_successor``,
    ``rebate.currency_mismatch``), ``Conflict`` (``rebate.number_taken``).
    """
    account = RebateAccount(agreement, assignments, movements, customer=customer)
    kind: MovementKind = "rebate_carry" if agreement.claw_back == "carry" else "rebate_claw_back"
    earlier = account.earlier(kind, number)
    if earlier is not None:
        return _again(earlier, on, None)
    _, most = account.span_from(on)
    if most.amount >= 0:
        raise Refused(
            "rebate.nothing_owed",
            f"{customer} owes nothing under rebate agreement {agreement.code!r} from {on} on: the "
            f"balance is {most}",
            agreement=agreement.code,
        )
    if kind == "rebate_claw_back":
        return _movement(kind, account, number, on, -most)
    if into is None or into.code == agreement.code:
        raise Refused(
            "rebate.no_successor",
            f"rebate agreement {agreement.code!r} carries what {customer} owes to the agreement "
            "that follows; give it as into",
            agreement=agreement.code,
        )
    if into.currency != agreement.currency:
        raise Refused(
            "rebate.currency_mismatch",
            f"rebate agreement {into.code!r} is in {into.currency}, {agreement.code!r} in "
            f"{agreement.currency}; carry into one in the same currency, or claw back",
            agreement=into.code,
        )
    return _movement(kind, account, number, on, -most, into=into.code)


def _movement(
    kind: MovementKind,
    account: RebateAccount,
    number: str,
    on: date,
    amount: Money,
    *,
    into: str = "",
) -> RebateMovement:
    return RebateMovement(
        kind=kind,
        number=number,
        agreement=account.agreement.code,
        customer=account.customer,
        on=on,
        amount=amount,
        into=into,
    )


def _again(earlier: Moved, on: date, amount: Money | None) -> RebateMovement:
    if (earlier.on, earlier.amount) != (on, amount or earlier.amount):
        raise _taken(earlier.number, earlier)
    return RebateMovement.model_validate(
        {name: getattr(earlier, name) for name in RebateMovement.model_fields}
    )


def accrued_in(rows: Iterable[RebateAssignment], currency: str) -> Money:
    """What rows come to together: the rebate that a quote would accrue, for its pocket margin.

    >>> accrued_in((), "CNY")
    Money('0.00', 'CNY')
    """
    return money_total((row.money for row in rows), currency)
