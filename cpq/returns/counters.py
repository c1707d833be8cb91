"""What the caps get back when goods come back (限额回冲): of each counter that the sale took from.

A counter of money gets back the part of what was taken that the discount given no longer is of all
that was given on it; a counter of units the part by units; orders and uses come back with the
whole order only, because a customer who keeps one piece has used the promotion. What a cancelled
order would not give back, a return does not either.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.cap import CapTake, Counter
from cpq.coupon import coupon_key
from cpq.kernel.money import currency_places, difference, rounded_fraction, total
from cpq.returns.sold import ShareKey, Shares, Sold

_COUNT_PLACES = 9
_NOTHING = Decimal(0)


def counters_back(
    sold: Sold, given_up: Shares, *, complete: bool, before: Mapping[str, Decimal]
) -> Iterator[tuple[str, Decimal]]:
    """What each counter gets back now, by key: what is due in all less what it got ``before``.

    ``given_up`` is how much of each allocation is given no longer. What was once given back is not
    taken again where a later return would make it less.
    """
    takes: dict[str, list[CapTake]] = {}
    for take in sold.pricing.taken:
        if take.returns:
            takes.setdefault(take.counter.key, []).append(take)
    given = _given(sold)
    for key, same in sorted(takes.items()):
        counter, amount = same[0].counter, total(take.amount for take in same)
        due = amount if complete else _due(counter, amount, given, given_up, sold)
        now = difference(due, before.get(key, _NOTHING))
        if now > 0:
            yield key, now


def _given(sold: Sold) -> Shares:
    """All that was given, by allocation."""
    given: Shares = {}
    for bears in sold.bears.values():
        for key, amount in bears.shares.items():
            given[key] = total((given.get(key, _NOTHING), amount))
    return given


def _due(counter: Counter, amount: Decimal, given: Shares, given_up: Shares, sold: Sold) -> Decimal:
    if counter.measure in ("orders", "uses"):
        return _NOTHING
    keys = [key for key in given if _counts(counter, key, sold)]
    if counter.measure == "amount":
        part = _part(keys, given, given_up)
        currency = counter.currency or sold.pricing.currency
        return rounded_fraction(Fraction(amount) * part, currency_places(currency))
    part = _units(keys, given, given_up, sold)
    return rounded_fraction(Fraction(amount) * part, _COUNT_PLACES)


def _part(keys: Sequence[ShareKey], given: Shares, given_up: Shares) -> Fraction:
    """What part of some allocations is given no longer, from 0 to 1."""
    whole = total(given[key] for key in keys)
    if not whole:
        return Fraction(0)
    gone = total(given_up.get(key, _NOTHING) for key in keys)
    return min(max(Fraction(gone) / Fraction(whole), Fraction(0)), Fraction(1))


def _units(keys: Sequence[ShareKey], given: Shares, given_up: Shares, sold: Sold) -> Fraction:
    """The same by units: each line weighs as much as its quantity."""
    by_line: dict[str, list[ShareKey]] = {}
    for key in keys:
        by_line.setdefault(key.line, []).append(key)
    weights = {line: Fraction(sold.lines[line].quantity) for line in by_line}
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return Fraction(0)
    parts = (weights[line] * _part(own, given, given_up) for line, own in by_line.items())
    return sum(parts, Fraction(0)) / whole


def _counts(counter: Counter, key: ShareKey, sold: Sold) -> bool:
    """Whether a counter ran on an allocation."""
    if not _owns(counter.owner, key):
        return False
    products = [value for name, value in counter.scope if name == "product"]
    return not products or sold.lines[key.line].product in products


def _owns(owner: str, key: ShareKey) -> bool:
    if owner in (key.promotion, f"{key.promotion}/{key.funder}"):
        return True
    return bool(key.coupon) and owner.split(" ")[:2] == ["coupon", coupon_key(key.coupon)]
