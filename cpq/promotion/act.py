"""How the promotions of an order act together (促销叠加与互斥): exclusive ones, groups, modes.

Exclusive policies are asked first: the first of them, by priority and code, that gives anything is
alone; one that is exclusive on its lines is alone on those. Then the groups act by rank, each on
what those before have left, and inside a group its mode says who acts. Nothing here depends on the
order in which rules were loaded or coupons were typed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code
from cpq.promotion.best import Combined, best_of
from cpq.promotion.grant import Grant, applied, entered, granted, kept_away, reduced
from cpq.promotion.group import PromotionGroup
from cpq.promotion.judge import Missed
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.sale import Running, Sale, opened


class Candidate(NamedTuple):
    """A policy in force that is for some lines of the order."""

    policy: PromotionPolicy
    group: PromotionGroup
    places: Sequence[int]


class Combination(Frozen):
    """What a search for the best combination found, beside the order of priority (最优组合).

    ``granted`` and ``greedy_granted`` are what each gives off, in the currency of the document;
    ``proven`` is whether no permitted combination is better, else the search met its limit and the
    better of the two stands; ``tried`` is how many promotions were tried out.

    >>> Combination(group="SEASON", aim="customer", chosen=("A", "B"), granted="30.00",
    ...             greedy=("C",), greedy_granted="25.00", proven=True, tried=7).proven
    True
    """

    group: Code
    aim: Code
    chosen: tuple[Code, ...]
    granted: Exact
    greedy: tuple[Code, ...]
    greedy_granted: Exact
    proven: bool
    tried: int


class Outcome(NamedTuple):
    """What became of every candidate, in the order in which they were asked."""

    grants: Sequence[Grant]
    combinations: tuple[Combination, ...] = ()


def acted(sale: Sale, candidates: Sequence[Candidate]) -> Outcome:
    """What the promotions of an order give together."""
    exclusive = [each for each in candidates if each.policy.exclusive == "order"]
    others = [each for each in candidates if each.policy.exclusive != "order"]
    refused: list[Grant] = []
    together: Outcome | None = None
    for each in exclusive:
        running = opened(sale.targets)
        grant = granted(each.policy, sale, running, each.places)
        if grant.acts and each.policy.if_better:
            together = together or _by_groups(sale, others)
            given = sum(other.total for other in together.grants)
            if grant.total < given:
                lost = Missed("others_give_more", _shown(sale, given), _shown(sale, grant.total))
                refused.append(Grant(each.policy, each.places, missed=lost))
                continue
        if grant.acts:
            return Outcome(_alone(grant, refused, candidates))
        refused.append(grant)
    together = together or _by_groups(sale, others)
    return Outcome([*refused, *together.grants], together.combinations)


def _alone(
    grant: Grant, refused: Sequence[Grant], candidates: Sequence[Candidate]
) -> Sequence[Grant]:
    asked = {each.policy.code for each in (*refused, grant)}
    away = Missed("excluded_by", "", grant.policy.code)
    return [
        *refused,
        grant,
        *(
            Grant(each.policy, each.places, missed=away)
            for each in candidates
            if each.policy.code not in asked
        ),
    ]


def _by_groups(sale: Sale, candidates: Sequence[Candidate]) -> Outcome:
    running = opened(sale.targets)
    # what is exclusive on its lines speaks first on them, whatever group it is in
    alone = [each for each in candidates if each.policy.exclusive == "line"]
    grants = _stacked(sale, running, alone)
    combinations: list[Combination] = []
    groups: dict[str, list[Candidate]] = {}
    for each in candidates:
        if each.policy.exclusive != "line":
            groups.setdefault(each.group.code, []).append(each)
    ranked = sorted(groups.values(), key=lambda group: (group[0].group.rank, group[0].group.code))
    for members in ranked:
        before, group = len(running.acted), members[0].group
        if group.mode == "best_combination":
            pairs = [(each.policy, each.places) for each in members]
            found = best_of(sale, running, pairs, group)
            grants += found.grants
            running = found.running
            combinations.append(_told(sale, group, found))
        else:
            grants += _MODES[group.mode](sale, running, members)
        running.later = running.later or len(running.acted) > before
    return Outcome(grants, tuple(combinations))


def _told(sale: Sale, group: PromotionGroup, found: Combined) -> Combination:
    return Combination(
        group=group.code,
        aim=group.aim,
        chosen=found.chosen,
        granted=sale.shown(found.total),
        greedy=found.greedy,
        greedy_granted=sale.shown(found.greedy_total),
        proven=found.proven,
        tried=found.tried,
    )


def asked_of(sale: Sale, running: Running, candidate: Candidate) -> Grant:
    """What a candidate gives on what is left, where it goes together with those that acted."""
    away = kept_away(candidate.policy, running)
    if away is not None:
        missed = Missed("not_combinable", "", away)
        return Grant(candidate.policy, candidate.places, missed=missed)
    return granted(candidate.policy, sale, running, candidate.places)


def _stacked(sale: Sale, running: Running, members: Sequence[Candidate]) -> list[Grant]:
    grants = []
    for each in members:
        grant = asked_of(sale, running, each)
        if grant.acts:
            applied(grant, running)
        grants.append(grant)
    return grants


def _added_up(sale: Sale, running: Running, members: Sequence[Candidate]) -> list[Grant]:
    """Each on what the group began with, none below what is left."""
    opening = running.copy()
    grants = []
    for each in members:
        opening.acted, opening.barred = running.acted, running.barred
        opening.locked, opening.used = running.locked, running.used
        grant = asked_of(sale, opening, each)
        shares = {}
        for place, share in grant.shares.items():
            room = max(running.left[place] - sale.targets[place].least, 0)
            if room:
                shares[place] = min(share, room)
        if shares != grant.shares:
            grant = reduced(grant, sale, shares)
        grant = grant._replace(left={place: running.left[place] for place in grant.lowers})
        if grant.acts:
            applied(grant, running)
            for place in grant.used:
                opening.held[place] = opening.held.get(place, 0) + grant.worth[place]
        grants.append(grant)
    return grants


def _first(sale: Sale, running: Running, members: Sequence[Candidate]) -> list[Grant]:
    grants: list[Grant] = []
    won: str | None = None
    for each in members:
        if won is not None:
            lost = Missed("lost_to", "", won)
            grants.append(Grant(each.policy, each.places, missed=lost))
            continue
        grant = asked_of(sale, running, each)
        if grant.acts:
            applied(grant, running)
            won = each.policy.code
        grants.append(grant)
    return grants


def _best_per_order(sale: Sale, running: Running, members: Sequence[Candidate]) -> list[Grant]:
    grants = [asked_of(sale, running, each) for each in members]
    best = max(grants, key=lambda grant: grant.total)  # of equal ones the first
    if not best.acts:
        return grants
    applied(best, running)
    code = best.policy.code
    given = _shown(sale, best.total)
    return [
        grant
        if grant is best or not grant.acts
        else Grant(
            grant.policy,
            grant.places,
            missed=Missed("lost_to", f"more than {given}", f"{_shown(sale, grant.total)} ({code})"),
        )
        for grant in grants
    ]


def _best_per_line(sale: Sale, running: Running, members: Sequence[Candidate]) -> list[Grant]:
    """On each line the grant that gives most there; gifts stay with whoever gives them."""
    grants = [asked_of(sale, running, each) for each in members]
    winner = _winners(grants)
    while (lone := _at_odds(grants, {*winner.values()}, running)) is not None:
        rank, away = lone
        apart = Missed("not_combinable", "", away)
        grants[rank] = Grant(grants[rank].policy, grants[rank].places, missed=apart)
        winner = _winners(grants)
    found = []
    for rank, grant in enumerate(grants):
        lost = {
            place: Missed("lost_to", "", grants[winner[place]].policy.code)
            for place in grant.shares
            if winner[place] != rank
        }
        stands = grant
        if lost:
            kept = {place: share for place, share in grant.shares.items() if place not in lost}
            stands = reduced(grant, sale, kept)._replace(refused={**grant.refused, **lost})
        if stands.acts:
            applied(stands, running)
        found.append(stands)
    return found


def _winners(grants: Sequence[Grant]) -> dict[int, int]:
    """For each line which grant gives most there; of equal ones the first."""
    winner: dict[int, int] = {}
    for rank, grant in enumerate(grants):
        for place, share in grant.shares.items():
            if place not in winner or share > grants[winner[place]].shares[place]:
                winner[place] = rank
    return winner


def _at_odds(
    grants: Sequence[Grant], winning: Collection[int], running: Running
) -> tuple[int, str] | None:
    """The first that would act and does not go with one before it that acts, and with which."""
    running = running.copy()
    for rank, grant in enumerate(grants):
        if rank in winning or grant.gifts:
            away = kept_away(grant.policy, running)
            if away is not None:
                return rank, away
            entered(grant.policy, running)
    return None


def _shown(sale: Sale, minor: int) -> str:
    return str(sale.shown(minor))


_MODES: Mapping[str, Callable[[Sale, Running, Sequence[Candidate]], list[Grant]]] = {
    "stack": _stacked,
    "additive": _added_up,
    "first": _first,
    "best_per_order": _best_per_order,
    "best_per_line": _best_per_line,
}
