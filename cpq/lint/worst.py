"""The cases in which a price is lowest (最低价情形): which promotions meet on which quantity.

A promotion bites most on the least quantity that it asks for, so only quantities are looked at at
which a tier, a window or a minimum amount begins; and only instants at which something begins, and
customers that differ in a group that a rule asks for. Amounts are exact, as if nothing were
rounded, so that what is said of a floor is never a matter of a cent.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import NamedTuple

from cpq.kernel.errors import DomainError
from cpq.kernel.period import zone
from cpq.lint.beside import Against, Beside, Spot
from cpq.lint.ground import Ground
from cpq.lint.policies import Held, is_simple, within_caps
from cpq.lint.schedule import Piece, Schedule, Won
from cpq.lint.spans import Span, common
from cpq.lint.winning import total
from cpq.pricebook import PriceBook
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy


class Situation(NamedTuple):
    """A line before promotions: its ``amount`` in the currency of the book, what the price is held
    against, the simple policies that may act in their order, and the entries that made the price.

    Where others may act too, there are no ``policies``: what is left then is more than the
    catalogue alone can tell. ``unjudged`` are simple ones that may give something nobody reckons
    here.
    """

    spot: Spot
    amount: Fraction
    against: Against
    policies: tuple[PromotionPolicy, ...]
    won: tuple[Won, ...]
    unjudged: tuple[str, ...] = ()


class Left(NamedTuple):
    """What promotions leave of an amount, which took of it, and from which a floor kept it all."""

    net: Fraction
    taken: tuple[PromotionPolicy, ...]
    held_back: tuple[PromotionPolicy, ...]


def left(case: Situation) -> Left:
    """What the promotions of a case leave, one after the other."""
    if not case.policies:
        return Left(case.amount, (), ())
    running, least = case.amount, case.against.least(case.spot.quantity)
    taken: list[PromotionPolicy] = []
    held_back: list[PromotionPolicy] = []
    for policy in case.policies:
        if not _is_met(policy, case.spot.quantity * case.spot.factor, case.amount):
            continue
        asked = _asked(policy, running)
        share = min(within_caps(policy, asked), max(running - least, Fraction(0)))
        if share:
            taken.append(policy)
            running -= share
        elif asked and least and running <= least:
            held_back.append(policy)
    return Left(running, tuple(taken), tuple(held_back))


def _is_met(policy: PromotionPolicy, quantity: Fraction, amount: Fraction) -> bool:
    low, high, least = policy.quantity_from, policy.quantity_to, policy.amount_from
    return (
        (low is None or quantity >= low)
        and (high is None or quantity <= high)
        and (least is None or amount >= Fraction(least.amount))
    )


def _asked(policy: PromotionPolicy, running: Fraction) -> Fraction:
    benefit = policy.benefit
    if isinstance(benefit, PercentOff):
        return running * Fraction(benefit.percent) / 100
    assert isinstance(benefit, AmountOff), "simple policies take a percentage or an amount off"
    return min(Fraction(benefit.amount.amount), running)


def _holding(
    policies: Iterable[tuple[PromotionPolicy, Span]], spot: Spot
) -> Iterator[PromotionPolicy]:
    """The policies that may act at a spot, as far as its groups and its currency say."""
    for policy, span in policies:
        groups = policy.customer_groups
        known = not groups or not set(groups).isdisjoint(spot.groups)
        paid = policy.currency in (None, spot.book.currency)
        if known and paid and span[0] <= spot.at < span[1]:
            yield policy


class Worst:
    """The cases of a catalogue's products, one product after the other."""

    def __init__(self, ground: Ground, schedule: Schedule, policies: Sequence[Held]) -> None:
        self.ground = ground
        self.schedule = schedule
        self._beside = Beside(schedule)
        catalogue = ground.catalogue
        self._policies: dict[str, list[tuple[PromotionPolicy, Span]]] = {}
        self._others: dict[str, list[tuple[PromotionPolicy, Span]]] = {}
        self.held = policies
        for each in policies:
            known = self._policies if is_simple(each.policy) else self._others
            for product in sorted(each.reach):
                known.setdefault(product, []).append((each.policy, each.span))
        self._floored: dict[str, list[Span]] = {}
        for floor in catalogue.floors:
            span = ground.span(floor.period, zone(floor.zone or catalogue.zone))
            if span is not None:
                for product in ground.reach((floor.product, floor.category)):
                    self._floored.setdefault(product, []).append(span)

    @cached_property
    def products(self) -> list[str]:
        """The products of which something can be said: those with a floor or a cost, or with
        promotions that may leave nothing.
        """
        return [product for product in sorted(self.ground.products) if self._is_bounded(product)]

    def _is_bounded(self, product: str) -> bool:
        spared = (self.ground.kinds.parts_only, self.ground.kinds.priced_otherwise)
        if any(product in each for each in spared) or product not in self.books:
            return False
        policies = [policy for policy, _ in self.policies(product)]
        amounts = any(not isinstance(policy.benefit, PercentOff) for policy in policies)
        costed = bool(self.ground.cost_chain)
        return product in self._floored or costed or amounts or len(policies) > 1

    def policies(self, product: str) -> Sequence[tuple[PromotionPolicy, Span]]:
        """The simple promotions for a product, in their order, and when they hold."""
        return self._policies.get(product, ())

    @cached_property
    def books(self) -> dict[str, list[PriceBook]]:
        """The books that say something of a product, by product."""
        found: dict[str, list[PriceBook]] = {}
        for book in self.ground.books:
            versions = self.ground.versions(book)
            scopes = {scope for version, _ in versions for scope in version.by_scope}
            for product in {product for scope in scopes for product in self.ground.reach(scope)}:
                found.setdefault(product, []).append(book)
        return found

    def cases(self, product: str) -> Iterator[Situation]:
        """Every case of a product in which its price may be lowest, in the books that name it."""
        unit = self.ground.products[product].unit
        for book in self.books.get(product, ()):
            for at in self.instants(product, book):
                for groups in self.ground.classes(book.code):
                    yield from self.cases_at(Spot(product, unit, Fraction(1), book, at, groups))

    def instants(self, product: str, book: PriceBook) -> list[datetime]:
        """When something begins that bears on the price, as long as the product is sold."""
        sold = self.ground.sold(product)
        if sold is None:
            return []
        policies = (*self.policies(product), *self._others.get(product, ()))
        spans = [*self._floored.get(product, ()), *(span for _, span in policies)]
        begun = {max(span[0], sold[0]) for span in spans if common(span, sold)}
        return sorted({*self.schedule.moments_in(product, book.code, sold), *begun})

    def cases_at(self, spot: Spot, *, sizes: Iterable[Fraction] = ()) -> Iterator[Situation]:
        """The cases at a spot: each quantity from which on something else holds, and ``sizes``."""
        simple = tuple(_holding(self.policies(spot.product), spot))
        others = tuple(_holding(self._others.get(spot.product, ()), spot))
        policies = simple if all(policy.needs_coupon for policy in others) else ()
        unjudged = tuple(policy.code for policy in simple) if others else ()
        pieces = self.schedule.pieces(spot.product, spot.book.code, spot.at, unit=spot.unit)
        ends = [*(piece.start for piece in pieces[1:]), None]
        for piece, end in zip(pieces, ends, strict=True):
            for size in self._quantities(spot, piece, end, policies, sizes):
                value = piece.answer.value
                assert value is not None, "a piece without a price has no quantities"
                asked = spot._replace(quantity=size)
                try:
                    against = self._beside.of(asked)
                except DomainError:
                    continue
                amount = total(value, size)
                yield Situation(asked, amount, against, policies, piece.answer.won, unjudged)

    def _quantities(
        self,
        spot: Spot,
        piece: Piece,
        end: Fraction | None,
        policies: Iterable[PromotionPolicy],
        sizes: Iterable[Fraction],
    ) -> list[Fraction]:
        """Where within a piece a condition begins to be met, in the unit that is asked."""
        if piece.answer.value is None:
            return []
        step = self.ground.step(spot.unit)
        first = piece.start
        if first < 1 and (end is None or end > 1):
            first = Fraction(1)  # nobody orders a gram to get at a discount
        found = {first, *(ceil(size / step) * step for size in sizes)}
        for policy in policies:
            bounds = []
            if policy.quantity_from is not None:
                bounds.append(Fraction(policy.quantity_from) / spot.factor)
            if policy.amount_from is not None and (amount := total(piece.answer.value, first)):
                bounds.append(Fraction(policy.amount_from.amount) * first / amount)
            found.update(ceil(bound / step) * step for bound in bounds)
        return sorted(size for size in found if size >= first and (end is None or size < end))
