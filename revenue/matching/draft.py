"""A way to settle that is being judged: whole minor units, before it is written as a candidate."""

from collections.abc import Iterable
from typing import NamedTuple

from cpq.kernel.money import Money
from revenue.matching.book import Book, Item
from revenue.matching.candidate import Candidate, Reason, Share
from revenue.matching.naming import Reading
from revenue.matching.payment import Payment
from revenue.matching.policy import MatchPolicy, Proof
from revenue.matching.shortfall import Lines, Part, shortfalls
from revenue.matching.words import because

SCORES: dict[Proof, int] = {
    "reference": 900,
    "unique": 800,
    "single": 700,
    "prefix": 600,
    "tolerance": 500,
    "suggestion": 100,
}
"""Where each proof begins; what else is known moves a candidate within its class."""


class Pick(NamedTuple):
    """``paid`` of an item in minor units; with ``parts`` of what is missing, at its place there."""

    item: Item
    paid: int
    parts: tuple[Part, ...] = ()
    place: int = 0


class Draft(NamedTuple):
    """A way to settle; ``stop`` says why it is not proven, where it is not.

    ``firm`` is one that whole tokens name and whose sum is exact.
    """

    proof: Proof
    picks: tuple[Pick, ...]
    score: int
    reasons: tuple[Reason, ...]
    rest: int = 0
    rivals: int = 0
    stop: Reason | None = None
    firm: bool = False

    @property
    def key(self) -> tuple[tuple[str, int], ...]:
        """What it pays, to tell two drafts apart."""
        return tuple(sorted((pick.item.number, pick.paid) for pick in self.picks))

    def candidate(self, code: str) -> Candidate:
        """The candidate of it, in a currency."""
        return Candidate(
            proof=self.proof,
            shares=tuple(
                Share(
                    receivable=pick.item.number,
                    customer=pick.item.customer,
                    amount=Money.from_minor(pick.paid, code),
                    differences=shortfalls(pick.parts, pick.place, code),
                )
                for pick in self.picks
            ),
            rest_on_account=Money.from_minor(self.rest, code),
            score=self.score,
            reasons=self.reasons,
        )


class Case(NamedTuple):
    """One payment before one customer's open items.

    ``trust`` says how well it is known who paid: 2 confirmed, 1 by a like name, 0 not at all.
    ``word`` is the reason where a word of the text speaks of an advance or of a part.
    """

    payment: Payment
    amount: int
    code: str
    policy: MatchPolicy
    book: Book
    reading: Reading
    trust: int
    habits: frozenset[str]
    lines: Lines
    word: Reason | None = None

    @property
    def certain(self) -> bool:
        """Whether it is confirmed who paid."""
        return self.trust == 2

    def too_likely(self, expected: int, *, times: int = 1) -> bool:
        """Whether so many fits by chance, in millionths, are more than the policy bears.

        ``times`` is how many times as much is borne where something else speaks for a fit; where
        only a like name says who paid, it is a twentieth.
        """
        borne = self.policy.chance_max * times * 1_000_000
        return expected > (borne if self.trust == 2 else borne / 20)

    def by_chance(self, expected: int) -> Reason:
        """The reason that so many sets, in millionths, are expected to fit."""
        whole, rest = divmod(expected, 1_000_000)
        said = f"{whole}.{rest // 100:04d}" if whole < 1_000 else "1,000+"
        count, amount = len(self.book.items), self.money(self.amount)
        return because("chance", count=count, expected=said, amount=amount)

    def money(self, minor: int) -> Money:
        """Minor units as money of the payment."""
        return Money.from_minor(minor, self.code)


def in_full(items: Iterable[Item]) -> tuple[Pick, ...]:
    """Picks that pay all that is open, the oldest due first."""
    return tuple(Pick(item, item.open) for item in sorted(items))


def with_parts(items: Iterable[Item], parts: tuple[Part, ...]) -> tuple[Pick, ...]:
    """Picks that pay what is open less what the parts explain; what nobody granted stays open."""
    granted = tuple(part for part in parts if part.earned)
    return tuple(
        Pick(item, item.open - sum(part.amounts[place] for part in parts), granted, place)
        for place, item in enumerate(items)
    )


def listed(items: Iterable[Item]) -> str:
    """The numbers of items as people know them, five at most."""
    names = [item.origin.source or item.number for item in sorted(items)]
    more = f" +{len(names) - 5}" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def filled(items: Iterable[Item], amount: int) -> tuple[Pick, ...]:
    """Picks that use the amount up on the oldest items, the last one in part."""
    picks: list[Pick] = []
    for item in sorted(items):
        paid = min(item.open, amount)
        if not paid:
            break
        picks.append(Pick(item, paid))
        amount -= paid
    return tuple(picks)
