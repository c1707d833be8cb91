"""What a clerk would try next, none of it proven: sets that are easily seen, a rest, a part (建议).

Where not all sets can be searched some are looked at all the same: neighbours in the order of due
dates, what was billed on one day, pairs and triples. Then a payer who rounded up, and the oldest
items until the money is used up.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from revenue.matching.book import Item
from revenue.matching.draft import SCORES, Case, Draft, filled, in_full, listed
from revenue.matching.exact import Tried
from revenue.matching.subset import grid
from revenue.matching.words import because

_SETS_MAX = 3
_TRIPLES_WITHIN, _SEEN_WITHIN = 100, 1_000
_ROUNDED_MIN, _ROUNDED_REST_MAX = 10_000, 100_000
"""Minor units: of what a payer rounds up to, and of what is left over then."""


def suggested(case: Case, tried: Tried) -> Iterator[Draft]:
    """Suggestions, the likely ones with the higher score."""
    stop = because("only_suggested")
    if not tried.complete:
        for rank, items in enumerate(_seen(case, tried.items)):
            reason = because("sum_agrees", count=len(items), amount=case.money(case.amount))
            score = SCORES["tolerance"] - 20 - 10 * rank - 5 * len(items)
            yield Draft("suggestion", in_full(items), score, (reason,), stop=stop)
    for rank, items in enumerate(_rounded_up(case, tried.items)):
        rest = case.amount - sum(item.open for item in items)
        reason = because("over", amount=case.money(rest))
        score = SCORES["suggestion"] + 90 - 10 * rank
        yield Draft("suggestion", in_full(items), score, (reason,), rest=rest, stop=stop)
    yield _until_used_up(case, tried.items)


def _seen(case: Case, ordered: Sequence[Item]) -> list[tuple[Item, ...]]:
    """Sets that come to the amount and are easily seen, a few of them."""
    if len(ordered) > _SEEN_WITHIN:
        return []
    found = [*_runs(case, ordered), *_of_one_day(case, ordered)]
    if len(found) < _SETS_MAX and len(ordered) <= _TRIPLES_WITHIN:
        found += _triples(case, ordered)
    unique = {tuple(item.number for item in items): items for items in found}
    return [*unique.values()][:_SETS_MAX]


def _runs(case: Case, ordered: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Neighbours by due date, two and more."""
    start = total = 0
    for end, item in enumerate(ordered, start=1):
        total += item.open
        while total > case.amount:
            total -= ordered[start].open
            start += 1
        if total == case.amount and end - start > 1:
            yield tuple(ordered[start:end])


def _of_one_day(case: Case, ordered: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Everything that began on one day."""
    days: dict[date, list[Item]] = {}
    for item in ordered:
        days.setdefault(item.origin.on, []).append(item)
    for items in days.values():
        if len(items) > 1 and sum(item.open for item in items) == case.amount:
            yield tuple(items)


def _triples(case: Case, ordered: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Three items, the third looked up by its amount."""
    met = 0
    for place, first in enumerate(ordered):
        for second in ordered[place + 1 :]:
            rest = case.amount - first.open - second.open
            for third in case.book.of_amount(rest) if rest in case.book.amounts else ():
                if second < third:
                    yield first, second, third
                    met += 1
                    if met == _SETS_MAX:
                        return


def _rounded_up(case: Case, ordered: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """One item, or the oldest ones, where a round payment leaves little over."""
    if grid(case.amount) < _ROUNDED_MIN:
        return
    least = case.amount - min(_ROUNDED_REST_MAX, case.amount // 2)
    total = 0
    for count, item in enumerate(ordered, start=1):
        total += item.open
        if least < total < case.amount:
            yield tuple(ordered[:count])
        if total >= case.amount:
            break
    alone = (item for item in ordered[1:] if least < item.open < case.amount)
    yield from ((item,) for item in islice(alone, 2))


def _until_used_up(case: Case, ordered: Sequence[Item]) -> Draft:
    total = sum(item.open for item in ordered)
    picks = filled(ordered, case.amount)
    rest = max(0, case.amount - total)
    if rest:
        reason = because("over", amount=case.money(rest))
    else:
        last = picks[-1]
        left = case.money(last.item.open - last.paid)
        reason = because("part", name=listed([last.item]), amount=left)
    score, stop = SCORES["suggestion"] + 80, because("only_suggested")
    return Draft("suggestion", picks, score, (reason,), rest=rest, stop=stop)
