"""Matching payments: items handed in twice, taken twice, and lessons that nobody taught."""

from datetime import date

from cpq.kernel.money import Money
from revenue.ledger import OpenItem
from revenue.matching import Confirmation, Learned, Matcher, Share, unlearn
from revenue.receivable import Receivable
from tests.errors.registry import reproduces

_DAY = date(2026, 12, 1)


def _matcher() -> tuple[Matcher, OpenItem]:
    amount = Money("300", "CNY")
    owed = Receivable(number="AR-1", customer="C-1", on=_DAY, due_on=_DAY, amount=amount)
    item = OpenItem(receivable=owed, open=amount)
    return Matcher([item]), item


def _share(amount: str, number: str = "AR-1") -> Share:
    return Share(receivable=number, customer="C-1", amount=Money(amount, "CNY"))


@reproduces(
    "matching.item_twice",
    en="A receivable is among the open items of a matcher twice.",
    zh="同一应收单在未清项中出现两次。",
    do="Hand each open item in once, with what is open of it.",
    names="AR-1",
)
def _handed_in_twice() -> None:
    matcher, item = _matcher()
    matcher.opened(item)


@reproduces(
    "matching.item_unknown",
    en="What was settled is not among the open items of the matcher.",
    zh="要核销的应收单不在未清项中。",
    do="Take only what is open; make a new matcher after the day.",
    names="AR-2",
)
def _taken_without_being_open() -> None:
    matcher, _ = _matcher()
    matcher.without([_share("1", "AR-2")])


@reproduces(
    "matching.exceeds_open",
    en="More was to be taken of an item than is open.",
    zh="核销金额超过未清金额。",
    do="Take at most what is open.",
    names="AR-1",
)
def _taken_too_much() -> None:
    matcher, _ = _matcher()
    matcher.without([_share("299"), _share("2")])


@reproduces(
    "learned.never_confirmed",
    en="A lesson is to be unlearned that nobody taught.",
    zh="要撤销的学习内容从未被确认过。",
    do="Unlearn only what was confirmed, as often as it was confirmed.",
    names=("C-1", "never confirmed"),
)
def _unlearned_without_being_learned() -> None:
    unlearn(Learned(), Confirmation(customer="C-1", payer="Orion Tools Ltd"))
