"""Which receivables should be proposed for writing off (拟核销清单).

A rule says when a debt is given up: overdue for long enough, the debtor marked by a fact that
somebody else established (insolvent, deregistered), small enough to cost more than it brings. The
answer is a list of values; nothing is proposed by itself.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, LocalText, number_key
from revenue.amount import Positive
from revenue.ledger import OpenItem, ReceivablesLedger
from revenue.provision.months import months_later
from revenue.provision.workflow import PENDING, proposed_write_offs


class WriteOffRule(Frozen):
    """A reason, and when it holds: everything that is given must be true of a receivable.

    ``months_overdue``: more than so many months after the due day; ``marked``: the debtor bears
    one of these marks; ``amount_max``: at most this is open, in this currency.
    Raises ``Invalid`` in pydantic's error (``write_off_rule.no_condition``).

    >>> WriteOffRule(reason="insolvent", marked=("insolvent",)).marked
    ('insolvent',)
    """

    reason: Line = Field(min_length=1)
    months_overdue: int | None = Field(default=None, ge=0, le=1200)
    marked: tuple[Code, ...] = ()
    amount_max: tuple[Positive, ...] = ()
    source: Line = ""

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.months_overdue is None and not self.marked and not self.amount_max:
            raise Invalid(
                "write_off_rule.no_condition",
                f"the rule for {self.reason!r} says not when it holds; give months_overdue, "
                "marked or amount_max",
                message_zh=f"核销规则 {self.reason!r} 没有条件；"
                "请给出 months_overdue、marked 或 amount_max",
            )
        return self


class WriteOffPolicy(Frozen):
    """Rules in order: the first one that holds gives the reason."""

    rules: tuple[WriteOffRule, ...] = Field(min_length=1)


CN_TAX_LOSS = WriteOffPolicy(
    rules=(
        WriteOffRule(
            reason="overdue for more than three years",
            months_overdue=36,
            source="国家税务总局公告 2011 年第 25 号第二十三条",
        ),
        WriteOffRule(
            reason="small and overdue for more than a year",
            months_overdue=12,
            amount_max=(Money("50000", "CNY"),),
            source="国家税务总局公告 2011 年第 25 号第二十四条",
        ),
    )
)
"""When a bad debt counts as a loss for Chinese income tax, once it is written off in the books."""


class WriteOffCandidate(Frozen):
    """A receivable that a rule would give up, and why; ``rejected`` names an earlier proposal of
    it that was rejected.
    """

    receivable: Code
    customer: Code
    open: Money
    days_overdue: int
    reason: Line
    why: LocalText
    rejected: Line = ""


def propose_write_offs(
    ledger: ReceivablesLedger,
    policy: WriteOffPolicy,
    *,
    as_of: date,
    marks: Mapping[str, Collection[str]] | None = None,
) -> tuple[WriteOffCandidate, ...]:
    """What a policy would give up of what is open on a day, earliest due first.

    ``marks`` maps a customer to what is established about it (``insolvent``, ``deregistered``).
    Receivables with a proposal that waits are left out.

    >>> from revenue.receivable import Receivable
    >>> debt = Receivable(number="AR-1", customer="C-1", on=date(2023, 1, 1),
    ...                   due_on=date(2023, 1, 31), amount=Money("80000", "CNY"))
    >>> ledger = ReceivablesLedger().record(debt)
    >>> [len(propose_write_offs(ledger, CN_TAX_LOSS, as_of=day))
    ...  for day in (date(2026, 1, 31), date(2026, 2, 1))]
    [0, 1]
    """
    marked = {
        number_key(customer): {number_key(each) for each in found}
        for customer, found in (marks or {}).items()
    }
    waiting, rejected = set(), {}
    for each in proposed_write_offs(ledger, as_of=as_of):
        key = number_key(each.proposal.receivable)
        if each.state in PENDING:
            waiting.add(key)
        if each.state == "rejected":
            rejected[key] = each.proposal.number
    return tuple(
        _candidate(item, rule, marked, as_of, rejected)
        for item in ledger.open_items(as_of=as_of)
        if number_key(item.receivable.number) not in waiting
        for rule in _first(policy, item, marked, as_of)
    )


_Marks = Mapping[str, Collection[str]]


def _first(
    policy: WriteOffPolicy, item: OpenItem, marked: _Marks, as_of: date
) -> Iterator[WriteOffRule]:
    found = next((rule for rule in policy.rules if _holds(rule, item, marked, as_of)), None)
    return iter(() if found is None else (found,))


def _holds(rule: WriteOffRule, item: OpenItem, marked: _Marks, as_of: date) -> bool:
    due = item.receivable.due_on
    late = rule.months_overdue is None or as_of > months_later(due, rule.months_overdue)
    own = marked.get(number_key(item.receivable.customer), ())
    known = not rule.marked or any(number_key(mark) in own for mark in rule.marked)
    small = not rule.amount_max or any(
        each.code == item.open.code and item.open <= each for each in rule.amount_max
    )
    return late and known and small


def _candidate(
    item: OpenItem, rule: WriteOffRule, marked: _Marks, as_of: date, rejected: Mapping[str, str]
) -> WriteOffCandidate:
    receivable = item.receivable
    days = item.days_overdue or 0
    own = sorted(marked.get(number_key(receivable.customer), ()))
    said = f"; {receivable.customer}: {', '.join(own)}" if own else ""
    said_zh = f"；{receivable.customer}：{'、'.join(own)}" if own else ""
    source = f" ({rule.source})" if rule.source else ""
    source_zh = f"（{rule.source}）" if rule.source else ""
    return WriteOffCandidate(
        receivable=receivable.number,
        customer=receivable.customer,
        open=item.open,
        days_overdue=days,
        reason=rule.reason,
        why=LocalText(
            en=f"{item.open} open, {days} days overdue on {as_of}{said}: {rule.reason}{source}",
            zh=f"截至 {as_of} 未清 {item.open}，逾期 {days} 天{said_zh}：{rule.reason}{source_zh}",
        ),
        rejected=rejected.get(number_key(receivable.number), ""),
    )
