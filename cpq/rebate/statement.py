"""The statement of a rebate (返利对账单): from an opening balance to a closing one, event by event.

What was accrued and what was reversed are sums over events, as they are booked: an event that adds
to the rebate accrues, one that takes from it reverses. Beside them stand the tiers with what was
bought on each, the tier reached, and what the next one needs.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, money_total, total
from cpq.kernel.text import Code, Line, Number
from cpq.rebate.account import Moved, RebateAccount, accruals, effect
from cpq.rebate.agreement import RebateAgreement
from cpq.rebate.assignment import RebateAssignment
from cpq.rebate.forecast import RebateStep, forecast

_OneOf = Literal["accrued", "reversed", "settled", "clawed_back", "carried"]
_BY_KIND: dict[str, _OneOf] = {
    "rebate_settlement": "settled",
    "rebate_reversal": "settled",
    "rebate_claw_back": "clawed_back",
    "rebate_carry": "carried",
}


class RebateShare(Frozen):
    """What of a rebate stands on one tier, ``from tier`` on: what was bought there, the base of
    it, its rate, and the sum of its rows.
    """

    tier: Exact
    quantity: Exact
    net: Exact
    base: Exact
    rate: Exact
    amount: Money


class RebateStatementRow(Frozen):
    """One event: ``amount`` raises (positive) or lowers what is owed to the customer, ``balance``
    is what is owed after it.
    """

    on: date
    kind: Literal["accrued", "reversed", "settled", "clawed_back", "carried"]
    document: Number
    line: Line = ""
    amount: Money
    balance: Money


class RebateStatement(Frozen):
    """The rebate of one customer from ``since`` (``None``: the first day) to ``as_of``, both
    inclusive (``None``: the last).

    ``opening`` + ``accrued`` − ``reversed`` − ``settled`` + ``clawed_back`` + ``carried`` is
    ``closing``; below 0 the customer owes. ``measured`` is how far the customer has climbed, with
    its pool, to the tier from ``tier`` on.
    """

    agreement: Code
    customer: Code
    since: date | None
    as_of: date | None
    opening: Money
    accrued: Money
    reversed: Money
    settled: Money
    clawed_back: Money
    carried: Money
    closing: Money
    measured: Exact
    tier: Exact
    shares: tuple[RebateShare, ...]
    next: RebateStep | None
    rows: tuple[RebateStatementRow, ...]


class _Change(NamedTuple):
    on: date
    kind: _OneOf
    document: str
    line: str
    amount: Money


def rebate_statement(
    agreement: RebateAgreement,
    assignments: Iterable[RebateAssignment],
    movements: Iterable[Moved] = (),
    *,
    customer: str,
    since: date | None = None,
    as_of: date | None = None,
) -> RebateStatement:
    """The statement of a customer under an agreement; raises what ``RebateAccount`` raises.

    >>> from cpq.rebate.agreement import RebateTier
    >>> from cpq.rebate.assigning import assigned
    >>> from cpq.rebate.sale import RebateSale
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)))
    >>> rows = assigned(agreement, (), RebateSale(document="INV-1", line="1", customer="C-1",
    ...     product="M8", quantity=13, net=Money("130.00", "CNY"), on="2026-03-02"))
    >>> found = rebate_statement(agreement, rows, customer="C-1", as_of=date(2026, 3, 31))
    >>> found.closing, str(found.next.missing)
    (Money('13.00', 'CNY'), '2')
    """
    account = RebateAccount(agreement, assignments, movements, customer=customer)
    zero = balance = opening = Money.zero(agreement.currency)
    sums: dict[_OneOf, Money] = {}
    rows = []
    for change in sorted(_changes(account), key=lambda change: change.on):
        if as_of is not None and change.on > as_of:
            break
        balance += change.amount
        if since is not None and change.on < since:
            opening = balance
            continue
        sums[change.kind] = sums.get(change.kind, zero) + change.amount
        rows.append(RebateStatementRow(**change._asdict(), balance=balance))
    ahead = forecast(agreement, account.every, customer=customer, as_of=as_of)
    return RebateStatement(
        agreement=agreement.code,
        customer=customer,
        since=since,
        as_of=as_of,
        opening=opening,
        accrued=sums.get("accrued", zero),
        reversed=-sums.get("reversed", zero),
        settled=-sums.get("settled", zero),
        clawed_back=sums.get("clawed_back", zero),
        carried=sums.get("carried", zero),
        closing=balance,
        measured=ahead.measured,
        tier=ahead.tier,
        shares=_shares(account, ahead.tier, as_of=as_of),
        next=ahead.next,
        rows=tuple(rows),
    )


def _changes(account: RebateAccount) -> Iterable[_Change]:
    for event in accruals(account.rows):
        kind: _OneOf = "accrued" if event.amount.amount > 0 else "reversed"
        yield _Change(event.on, kind, event.document, event.line, event.amount)
    for each in account.movements:
        amount = effect(each, account.agreement.code)
        yield _Change(each.on, _BY_KIND[each.kind], each.number, "", amount)


def _shares(
    account: RebateAccount, reached: Exact, *, as_of: date | None
) -> tuple[RebateShare, ...]:
    """The rows by tier; retroactively all of them stand on the tier that is reached."""
    agreement = account.agreement
    rows = [row for row in account.rows if as_of is None or row.on <= as_of]
    if agreement.mode == "retroactive":
        shares = [_share(agreement, reached, rows)] if rows else []
    else:
        tiers = sorted({row.tier for row in rows})
        shares = [_share(agreement, tier, [r for r in rows if r.tier == tier]) for tier in tiers]
    return tuple(share for share in shares if share.base or share.amount.amount)


def _share(agreement: RebateAgreement, tier: Exact, rows: list[RebateAssignment]) -> RebateShare:
    quantity, net = total(row.quantity for row in rows), total(row.net for row in rows)
    return RebateShare(
        tier=tier,
        quantity=quantity,
        net=net,
        base=quantity if agreement.base == "units" else net,
        rate=agreement.tier_at(tier).rate,
        amount=money_total((row.money for row in rows), agreement.currency),
    )
