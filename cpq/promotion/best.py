"""The best permitted combination of a group's promotions (最优组合): found, and proved to be best.

Promotions of a group act in one fixed order, so a combination is a choice of who acts. A branch and
bound walks these choices: whoever comes next acts or does not, and a branch is left as soon as
even the most that the rest could still give is not more than the best that was found. The most that
a policy can give is what it gives where nothing was taken before it, if it gives the less the less
is left; of others it is all that their lines cost. Where the walk meets its limit, the better of
the best that was found and of the order of priority stands, and says so.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from cpq.coupon import Coupon
from cpq.funding import OWN_FUNDER, budget_left, funder_totals
from cpq.kernel.money import EXACT
from cpq.promotion.benefit import AmountOff, BundlePrice, BuyGet, FreeGoods, Ladder
from cpq.promotion.condition import LinesAmount, LinesQuantity, Unless
from cpq.promotion.grant import Grant, applied, granted, kept_away
from cpq.promotion.group import PromotionGroup
from cpq.promotion.judge import Missed
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.sale import Running, Sale

_BOUNDLESS = 10**18
_MEMBERS_MAX = 250

Member = tuple[PromotionPolicy, Sequence[int]]
"""A policy of the group and the lines that it is for."""


class Combined(NamedTuple):
    """What the group gives, what is left after it, and how that compares to the order of priority.

    Totals are in minor units.
    """

    grants: Sequence[Grant]
    running: Running
    chosen: tuple[str, ...]
    total: int
    greedy: tuple[str, ...]
    greedy_total: int
    proven: bool
    tried: int


class _Found(NamedTuple):
    """A combination: how good it is (the more the better), who acts, and what that leaves."""

    worth: int
    grants: Sequence[Grant]
    running: Running


def best_of(
    sale: Sale, running: Running, members: Sequence[Member], group: PromotionGroup
) -> Combined:
    """The combination of a group's members that is best for whom the group says."""
    search = _Search(sale, members, group)
    greedy = search.greedy(running)
    search.best = greedy if search.complete(greedy) else None
    if len(members) > _MEMBERS_MAX:
        search.proven = False  # a walk through so many does not come to its end
    else:
        search.bound(running)
        search.walk(0, running, [], 0)
    best = search.best or greedy
    chosen = {grant.policy.code for grant in best.grants}
    grants = [
        grant if grant.policy.code in chosen else _left_out(sale, grant, best)
        for grant in search.asked(running, best)
    ]
    return Combined(
        grants,
        best.running,
        tuple(grant.policy.code for grant in best.grants),
        sum(grant.total for grant in best.grants),
        tuple(grant.policy.code for grant in greedy.grants),
        sum(grant.total for grant in greedy.grants),
        search.proven,
        search.tried,
    )


def _left_out(sale: Sale, grant: Grant, best: _Found) -> Grant:
    """A member that the best combination does without."""
    if not grant.acts:
        return grant
    codes = ", ".join(each.policy.code for each in best.grants)
    shown = str(sale.shown(sum(each.total for each in best.grants)))
    return Grant(grant.policy, grant.places, missed=Missed("not_in_best", shown, codes))


class _Search:
    """One walk through the choices; ``tried`` counts what it cost."""

    def __init__(self, sale: Sale, members: Sequence[Member], group: PromotionGroup) -> None:
        self.sale = sale
        self.members = members
        self.margin = group.aim == "margin"
        self.limit = group.limit
        self.tried = 0
        self.proven = True
        self.best: _Found | None = None
        self._most: list[int] = []

    def greedy(self, running: Running) -> _Found:
        """Everybody in turn, as far as they go together."""
        running = running.copy()
        grants: list[Grant] = []
        for policy, places in self.members:
            if kept_away(policy, running) is None:
                grant = granted(policy, self.sale, running, places)
                if grant.acts:
                    applied(grant, running)
                    grants.append(grant)
        return _Found(self.worth(grants), grants, running)

    def worth(self, grants: Sequence[Grant]) -> int:
        """What is to be made as large as can be."""
        if self.margin:
            return -sum(_own(self.sale, grant) for grant in grants)
        return sum(grant.total for grant in grants)

    def walk(self, place: int, running: Running, grants: list[Grant], worth: int) -> None:
        """Every combination of the members from ``place`` on that may be better than the best."""
        if self.best is not None and not self._may_win(place, worth):
            return
        if place == len(self.members):
            found = _Found(worth, list(grants), running)
            if self.complete(found):
                self.best = found
            return
        if self.tried >= self.limit:
            self.proven = False
            return
        policy, places = self.members[place]
        if kept_away(policy, running) is None:
            self.tried += 1
            grant = granted(policy, self.sale, running, places)
            if grant.acts:
                after = running.copy()
                applied(grant, after)
                grants.append(grant)
                self.walk(place + 1, after, grants, worth + self.worth([grant]))
                grants.pop()
        self.walk(place + 1, running, grants, worth)

    def _may_win(self, place: int, worth: int) -> bool:
        assert self.best is not None, "asked only where there is one to beat"
        if self.margin:
            return worth > self.best.worth  # whatever acts after this only costs more
        return worth + sum(self._most[place:]) > self.best.worth

    def bound(self, opening: Running) -> None:
        """Find the most that each member can give, whoever acts before it."""
        if not self.margin:
            self._most = [self._at_most(member, opening) for member in self.members]

    def _at_most(self, member: Member, opening: Running) -> int:
        policy, places = member
        grant = granted(policy, self.sale, opening, places)
        if _gives_less_on_less(policy, self.sale.coupons.get(policy.code, ())):
            return grant.total
        if isinstance(policy.benefit, FreeGoods):
            return _BOUNDLESS
        return sum(max(left, 0) for left in opening.left)

    def complete(self, found: _Found) -> bool:
        """Whether nobody who would give something could still be added.

        For the customer every combination counts; what costs us least would else be nothing.
        """
        if not self.margin:
            return True
        acting = {grant.policy.code for grant in found.grants}
        for policy, places in self.members:
            if policy.code not in acting and kept_away(policy, found.running) is None:
                self.tried += 1
                if granted(policy, self.sale, found.running, places).acts:
                    return False
        return True

    def asked(self, running: Running, best: _Found) -> list[Grant]:
        """What became of every member: its grant, or what it would have given alone."""
        by_code = {grant.policy.code: grant for grant in best.grants}
        return [
            by_code.get(policy.code) or granted(policy, self.sale, running, places)
            for policy, places in self.members
        ]


def _own(sale: Sale, grant: Grant) -> int:
    """What of a grant we bear ourselves, as it is shared between the funders."""
    plan, code = grant.policy.funding, grant.policy.code
    if plan.sole is not None:
        return grant.total if plan.sole == OWN_FUNDER else 0
    left = budget_left(plan, promotion=code, facts=sale.facts, usage=sale.deal.usage)
    whole = sale.shown(grant.total)
    paid = funder_totals(plan, whole, currency=sale.currency, places=sale.places, left=left)
    own = dict(paid).get(OWN_FUNDER, Decimal(0))
    return int(own.scaleb(sale.places, context=EXACT))


def _gives_less_on_less(policy: PromotionPolicy, coupons: Sequence[Coupon]) -> bool:
    """Whether the less is left of the lines, the less a policy gives that coupons may open.

    Not so of sets, which take dearer units where the cheap ones are used up, and of an amount on a
    tax basis, which is worth more on the lines that are taxed less.
    """
    benefit = policy.benefit
    caps = [*policy.caps, *(cap for coupon in coupons for cap in coupon.caps)]
    sides = [cap.tax for cap in caps]
    if isinstance(benefit, AmountOff):
        sides.append(benefit.tax)
    if isinstance(benefit, BuyGet | BundlePrice) or any(side is not None for side in sides):
        return False
    if isinstance(benefit, Ladder) and not _rises(benefit):
        return False
    bounded = policy.quantity_to is not None or any(
        isinstance(leaf, LinesAmount | LinesQuantity) and leaf.most is not None
        for leaf in policy.leaves
    )
    turned = any(_holds_unless(each) for each in policy.conditions)
    rejects = any(cap.behaviour == "reject" for cap in caps)
    return not (bounded or turned or rejects or policy.picks != "all" or policy.exclusive == "line")


def _rises(ladder: Ladder) -> bool:
    """Whether no step of a ladder gives less than a lower one does."""
    percents = [step.percent for step in ladder.steps if step.percent is not None]
    amounts = [step.amount.amount for step in ladder.steps if step.amount is not None]
    return not (percents and amounts) and (percents + amounts) == sorted(percents + amounts)


def _holds_unless(condition: object) -> bool:
    if isinstance(condition, Unless):
        return True
    inner = getattr(condition, "of", ())
    return isinstance(inner, tuple) and any(_holds_unless(each) for each in inner)
