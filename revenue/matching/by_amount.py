"""The steps that know only the amount, in the order of the policy (按金额匹配)."""

from collections.abc import Sequence

from revenue.matching.differing import differing, with_difference
from revenue.matching.draft import Case, Draft
from revenue.matching.exact import exactly, oldest_first, tried_exactly
from revenue.matching.meant import Named
from revenue.matching.suggested import suggested


def by_amount(case: Case, named: Sequence[Named]) -> tuple[list[Draft], int]:
    """Every way in which the amount alone may be explained, and how many nodes were searched."""
    steps = case.policy.steps
    if not case.book.items:
        return [], 0
    tried = tried_exactly(case)
    allowed = differing(case, tried.items)
    found: list[Draft] = []
    if "single" in steps or "unique" in steps:
        sizes = [len(items) for items, _ in allowed]
        found += exactly(case, named, tried, with_difference=sizes)
        found = [draft for draft in found if _is_asked(draft, steps)]
    if "prefix" in steps:
        found += oldest_first(case, tried.items)
    if "tolerance" in steps:
        found += with_difference(case, named, tried, allowed)
    if "suggestion" in steps:
        found += suggested(case, tried)
    return found, tried.nodes


def _is_asked(draft: Draft, steps: Sequence[str]) -> bool:
    return ("single" if len(draft.picks) == 1 else "unique") in steps or "unique" in steps
