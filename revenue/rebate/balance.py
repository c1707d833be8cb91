"""What is owed of rebates (应付返利余额): by agreement and customer, and how it came about."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, number_key
from revenue.rebate.fact import RebateAccrual, RebateCarry, RebateClawBack, RebateSettlement
from revenue.rebate.statement import RebateReversal, rebate_moves

_Column = Literal["accrued", "reversed", "settled", "clawed_back", "carried"]


class RebateBalance(Frozen):
    """The rebate of one customer under one agreement, before tax, as of a day.

    ``accrued`` − ``reversed`` − ``settled`` + ``clawed_back`` + ``carried`` is ``balance``, what is
    owed to the customer; below 0 the customer owes. ``settled`` is without settlements that were
    reversed, ``carried`` below 0 under the agreement that a debt was carried into.
    """

    agreement: Code
    customer: Code
    accrued: Money
    reversed: Money
    settled: Money
    clawed_back: Money
    carried: Money
    balance: Money


class _Change(NamedTuple):
    on: date
    agreement: str
    customer: str
    column: _Column
    amount: Money


def rebate_balances(
    facts: Iterable[object], *, as_of: date | None = None
) -> tuple[RebateBalance, ...]:
    """Every rebate among the facts of a ledger at the end of a day (``None``: the last), by
    agreement and customer; facts of other kinds are passed over.

    >>> accrued = RebateAccrual(number="RA-1", agreement="RB-1", customer="C-1",
    ...     on=date(2026, 3, 2), amount=Money("100", "CNY"))
    >>> settled = RebateSettlement(number="RS-1", agreement="RB-1", customer="C-1", means="cash",
    ...     on=date(2026, 12, 31), amount=Money("80", "CNY"))
    >>> for day in (date(2026, 12, 30), date(2026, 12, 31)):
    ...     print(*(each.balance for each in rebate_balances([accrued, settled], as_of=day)))
    100.00 CNY
    20.00 CNY
    """
    found: dict[tuple[str, str], list[_Change]] = {}
    for change in _changes(tuple(facts)):
        if as_of is None or change.on <= as_of:
            key = number_key(change.agreement), number_key(change.customer)
            found.setdefault(key, []).append(change)
    return tuple(_balance(found[key]) for key in sorted(found))


def _balance(changes: list[_Change]) -> RebateBalance:
    currency = changes[0].amount.code

    def of(*columns: _Column) -> Money:
        return money_total((each.amount for each in changes if each.column in columns), currency)

    return RebateBalance(
        agreement=changes[0].agreement,
        customer=changes[0].customer,
        accrued=of("accrued"),
        reversed=-of("reversed"),
        settled=-of("settled"),
        clawed_back=of("clawed_back"),
        carried=of("carried"),
        balance=money_total((each.amount for each in changes), currency),
    )


def _changes(facts: tuple[object, ...]) -> Iterator[_Change]:
    """What the facts change in what is owed, signed: accruals first, then all else, in order."""
    for fact in facts:
        if isinstance(fact, RebateAccrual):
            column: _Column = "accrued" if fact.amount.amount > 0 else "reversed"
            yield _Change(fact.on, fact.agreement, fact.customer, column, fact.amount)
    for move in rebate_moves(facts):
        own = move.on, move.agreement, move.customer
        match move:
            case RebateSettlement():
                yield _Change(*own, "settled", -move.amount)
            case RebateReversal():
                yield _Change(*own, "settled", move.amount)
            case RebateClawBack():
                yield _Change(*own, "clawed_back", move.amount)
            case RebateCarry():
                yield _Change(*own, "carried", move.amount)
                yield _Change(move.on, move.into, move.customer, "carried", -move.amount)
