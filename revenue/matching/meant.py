"""What a text may mean of one customer's items: what it says, and what it only hints at (所指单据).

A whole token that stands for one item means it. One that stands for several, such as an invoice
with instalments, means some of them. Last digits and slips of the keyboard are hints.
"""

from collections.abc import Sequence
from typing import NamedTuple

from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import Case
from revenue.matching.token import one_typo_apart
from revenue.matching.words import because

MILLION = 1_000_000
NAMED_BEARS = 50
"""How many times the chance of a mere amount is borne where the items are named besides."""

SLIP_BEARS = 5
"""The same where the names are misspelt: what was written may be an item that is settled."""


class Named(NamedTuple):
    """Items of one customer that one token names; ``strong`` if the token is a whole one.

    ``entire`` names a set that is meant as a whole or not at all, such as a month; ``slip`` is a
    token that one slip of the keyboard, or a bank that cut the text off, makes of their names;
    ``settled`` one that stands for nothing open any more; ``loosely`` one of a contract, which
    does not say which of its items.
    """

    token: str
    items: tuple[Item, ...]
    strong: bool
    checked: bool = False
    entire: bool = False
    slip: bool = False
    settled: bool = False
    loosely: bool = False


class Meant(NamedTuple):
    """What a text names of one customer: items meant, sets of which something is meant, hints."""

    forced: tuple[Item, ...]
    groups: tuple[tuple[Item, ...], ...]
    weak: tuple[Item, ...]
    reasons: tuple[Reason, ...]
    named: tuple[Named, ...]

    @property
    def pool(self) -> tuple[Item, ...]:
        """What may be meant beside the items that are."""
        forced = {item.number for item in self.forced}
        rest = {item.number: item for group in (*self.groups, self.weak) for item in group}
        return tuple(sorted(item for number, item in rest.items() if number not in forced))


def meant(named: Sequence[Named]) -> Meant:
    """Sort what is named: one item is meant, of several something is, a weak name is a hint."""
    strong = [each for each in named if each.strong and each.items]
    forced = {each.items[0].number: each.items[0] for each in strong if len(each.items) == 1}
    groups: dict[tuple[str, ...], tuple[Item, ...]] = {}
    for each in strong:
        if len(each.items) > 1 and not any(item.number in forced for item in each.items):
            groups[tuple(item.number for item in each.items)] = each.items
    weak = {item.number: item for each in named if not each.strong for item in each.items}
    kept = tuple(sorted(item for number, item in weak.items() if number not in forced))
    reasons = []
    if strong:
        names = ", ".join(dict.fromkeys(each.token for each in strong))
        reasons.append(because("named", names=names[:200]))
    return Meant(tuple(sorted(forced.values())), tuple(groups.values()), kept, tuple(reasons),
                 tuple(named))  # fmt: skip


def choices(said: Meant) -> list[tuple[tuple[Item, ...], bool]]:
    """What may be meant, each with whether every name of it is strong."""
    whole = {item.number: item for group in said.groups for item in group}
    every = (*said.forced, *whole.values())
    found = [(every, True)] if every else []
    if len(said.groups) == 1:
        group = sorted(said.groups[0])
        found += [((*said.forced, *group[:count]), True) for count in range(1, len(group))]
        found += [((*said.forced, item), True) for item in group[1:]]
    elif said.groups:
        found.append(((*said.forced, *(min(group) for group in said.groups)), True))
    if said.weak:
        found.append(((*every, *(item for item in said.weak if item not in every)), False))
    unique = {tuple(sorted(item.number for item in items)): (items, how) for items, how in found}
    return [(tuple(sorted(items)), how) for items, how in unique.values() if items]


def all_told(case: Case, said: Meant) -> bool:
    """Whether every number in the text is understood: nothing was cut off, mistyped or lost."""
    understood = {each.token for each in said.named if each.items}
    return (
        case.word is None
        and not case.reading.misspelt
        and all(each.items for each in said.named)
        and all(each.of_others or each.digits in understood for each in case.reading.loose)
    )


def misspelt(case: Case, items: Sequence[Item]) -> Reason | None:
    """A creditor reference with wrong check digits names nothing: it stops what it is not."""
    for token in case.reading.misspelt:
        if not any(one_typo_apart(token, name) for item in items for name in item.spelt):
            return because("reference_wrong", token=token)
    return None


def slipped(said: Meant) -> bool:
    """Whether something is only named by a slip of the keyboard."""
    return any(each.slip and each.items for each in said.named)


def sums(case: Case, items: Sequence[Item]) -> Reason:
    """The reason that items come to the amount."""
    return because("sum_agrees", count=len(items), amount=case.money(case.amount))
