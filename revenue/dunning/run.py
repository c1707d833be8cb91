"""The dunning run (催款运行): which level is due for which overdue item at the end of a day.

What is blocked, disputed or paid does not escalate, and no level is skipped (see ``stand``). A run
decides nothing by itself: it returns proposals, ``dun`` makes the facts of one, and once they are
recorded a second run on that day proposes nothing more. A letter is about one level, unless the
policy says otherwise: a final demand must not say of a debt that is new that it was dunned before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from cpq.kernel.money import Money, money_total
from cpq.kernel.text import LocalText, number_key
from revenue.ageing.history import CHARGES, ReceivableHistory
from revenue.dunning.accrual import accrued_on
from revenue.dunning.interest import rounded_interest
from revenue.dunning.past import DunningPast
from revenue.dunning.policy import DunningPolicy, groups_of, policy_for
from revenue.dunning.proposal import (
    DunningLine,
    DunningProposal,
    HeldLine,
    HeldReason,
)
from revenue.dunning.stand import Stand, stand_of
from revenue.ledger import OpenItem, ReceivablesLedger
from revenue.ledger.open_item import days_overdue
from revenue.receivable import Receivable

_NO_GROUPS: Mapping[str, Sequence[str]] = {}


def dunning_run(
    ledger: ReceivablesLedger,
    policy: DunningPolicy | Sequence[DunningPolicy],
    *,
    on: date,
    customer: str | None = None,
    groups: Mapping[str, Sequence[str]] = _NO_GROUPS,
) -> tuple[DunningProposal, ...]:
    """A proposal for each letter, and for each customer and currency with something overdue.

    ``policy`` is one for all, or several of which ``policy_for`` chooses by ``groups``, customers'
    codes to their groups. Proposals come by customer and currency, lines earliest due first. Raises
    ``NotFound`` (``dunning.no_policy``), ``Refused`` (``interest.no_rate``).

    >>> due = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(Receivable(
    ...     number="AR-1", customer="C-1", on=due, due_on=due, amount=Money("100", "EUR")))
    >>> policy = DunningPolicy(code="P", interest={"rates": [{"percent": "10"}]}, steps=[
    ...     {"days": 5, "tone": 1, "fees": [Money("10", "EUR")], "interest": True}])
    >>> dunning_run(ledger, policy, on=date(2026, 12, 5))[0].held[0].why.en
    'level 1 of 1 is reached on 2026-12-06'
    >>> dunning_run(ledger, policy, on=date(2026, 12, 16))[0].total
    Money('110.41', 'EUR')
    """
    policies = (policy,) if isinstance(policy, DunningPolicy) else tuple(policy)
    history = ReceivableHistory(ledger, on)
    past = DunningPast(history)
    overdue: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for item in ledger.open_items(customer, as_of=on):
        if item.receivable.due_on < on:
            overdue[number_key(item.receivable.customer), item.open.code].append(item)
    paid = _on_account(ledger, on) if overdue else {}
    return tuple(
        proposal
        for code, currency in sorted(overdue)
        for proposal in _Desk(
            past,
            policy_for(policies, code, groups=groups_of(groups, code)),
            on_account=paid.get((code, currency), Money.zero(currency)),
        ).proposals(overdue[code, currency])
    )


def _on_account(ledger: ReceivablesLedger, on: date) -> dict[tuple[str, str], Money]:
    """What is on account at the end of a day, by the key of a customer and currency."""
    sums: dict[tuple[str, str], Money] = {}
    for credit in ledger.credits(as_of=on):
        code = credit.free.code
        key = number_key(credit.document.customer), code
        sums[key] = sums.get(key, Money.zero(code)) + credit.free
    return sums


class _Desk:
    """One customer's overdue items in one currency, under its policy."""

    def __init__(self, past: DunningPast, policy: DunningPolicy, *, on_account: Money) -> None:
        self.past, self.policy, self.on_account = past, policy, on_account
        self.on = past.history.as_of
        self.currency = on_account.code

    def proposals(self, items: Sequence[OpenItem]) -> Iterator[DunningProposal]:
        """A proposal for each letter, the lowest level first; what is held stands in the first."""
        lines: list[DunningLine] = []
        held: list[HeldLine] = []
        for item in items:
            stand = stand_of(self.past, self.policy, item.receivable, on=self.on)
            if stand.held is None:
                lines.append(self._line(item, stand.level + 1))
            else:
                held.append(self._held(item, stand, stand.held, stand.why))
        reason = self._all_held(lines)
        if reason is not None:
            held += [self._kept(line, *reason) for line in lines]
            lines = []
        charges = [line for line in held if line.reason == "charge"]
        held = [line for line in held if line.reason != "charge"]
        letters = self._letters(lines)
        for place, letter in enumerate(letters):
            is_first, is_last = place == 0, place == len(letters) - 1
            yield self._proposal(
                items[0].receivable.customer,
                self._without_small_interest(letter),
                charges=charges if is_last else (),
                held=held if is_first else (),
            )

    def _letters(self, lines: list[DunningLine]) -> list[list[DunningLine]]:
        """The lines by level, each in a letter of its own; or all of them in one."""
        if self.policy.letters == "per_customer" or not lines:
            return [lines]
        levels = sorted({line.level for line in lines})
        return [[line for line in lines if line.level == level] for level in levels]

    def _proposal(
        self,
        customer: str,
        lines: Sequence[DunningLine],
        *,
        charges: Sequence[HeldLine],
        held: Sequence[HeldLine],
    ) -> DunningProposal:
        step = self.policy.step(max(line.level for line in lines)) if lines else None
        days = timedelta(days=step.pay_within if step else 0)
        return DunningProposal(
            customer=customer,
            currency=self.currency,
            policy=self.policy.code,
            on=self.on,
            levels=len(self.policy.steps),
            step=step,
            pay_by=min(self.on, date.max - days) + days,
            lines=tuple(lines),
            charges=tuple(charges),
            held=tuple(held),
            fee=step.fee_in(self.currency) if step else Money.zero(self.currency),
            on_account=self.on_account,
            tax_percent=self.policy.tax_percent,
            locale=self.policy.locale,
        )

    def _all_held(self, lines: Sequence[DunningLine]) -> tuple[HeldReason, LocalText] | None:
        """Why nothing at all is sent, though single items are due."""
        due = money_total((line.open for line in lines), self.currency)
        if lines and self.on_account >= due:
            return "on_account", LocalText(
                en=f"{self.on_account} is on account and not applied yet",
                zh=f"客户有未核销的预收款 {self.on_account}",
            )
        least = self.policy.minimum_in(self.currency)
        if lines and due < least:
            return "below_minimum", LocalText(
                en=f"{due} in all is less than {least}", zh=f"合计 {due}，低于起催金额 {least}"
            )
        return None

    def _held(self, item: OpenItem, stand: Stand, reason: HeldReason, why: LocalText) -> HeldLine:
        return HeldLine(
            receivable=item.receivable,
            open=item.open,
            days_overdue=days_overdue(item.receivable.due_on, self.on),
            level=stand.level,
            reason=reason,
            why=why,
            next_on=stand.next_on,
        )

    def _kept(self, line: DunningLine, reason: HeldReason, why: LocalText) -> HeldLine:
        return HeldLine(
            receivable=line.receivable,
            open=line.open,
            days_overdue=line.days_overdue,
            level=line.level - 1,
            reason=reason,
            why=why,
        )

    def _line(self, item: OpenItem, level: int) -> DunningLine:
        debt = item.receivable
        charged = self.past.interest_charged(debt)
        return DunningLine(
            receivable=debt,
            open=item.open,
            days_overdue=days_overdue(debt.due_on, self.on),
            level=level,
            interest=self._interest(debt, level, charged),
            charged=charged,
        )

    def _interest(self, debt: Receivable, level: int, charged: Money) -> Money:
        """What accrued until today and was not charged yet, where the level charges interest."""
        terms, step = self.policy.interest, self.policy.step(level)
        nothing = Money.zero(self.currency)
        if terms is None or step is None or not step.interest or debt.origin in CHARGES:
            return nothing
        accrued = accrued_on(self.past, terms, debt)
        return max(rounded_interest(accrued, self.currency) - charged, nothing)

    def _without_small_interest(self, lines: Sequence[DunningLine]) -> list[DunningLine]:
        """The lines, without interest where all of it is less than the minimum."""
        terms = self.policy.interest
        interest = money_total((line.interest for line in lines), self.currency)
        if terms is None or interest >= terms.minimum_in(self.currency):
            return list(lines)
        return [line.with_(interest=Money.zero(self.currency)) for line in lines]
