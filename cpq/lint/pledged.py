"""Agreed prices below a floor or below the cost (协议价低于底价).

An agreement sets a price that no floor corrects afterwards; promotions come on top where it allows
them. Only lines that win are judged: the rule of agreements itself says so for a customer of each
kind.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cpq.agreement import AgreedPrice
from cpq.customer import Customer
from cpq.kernel.errors import DomainError
from cpq.kernel.money import rounded_fraction
from cpq.lint.beside import Spot
from cpq.lint.broken import Broken, Rule, judged, least, once
from cpq.lint.finding import LintFinding
from cpq.lint.ground import Ground
from cpq.lint.pacts import Pact, Pacts, applied, scope_of
from cpq.lint.places import agreed_place, agreed_rule
from cpq.lint.spans import common
from cpq.lint.worst import Situation, Worst, left


def pledged(ground: Ground, worst: Worst, pacts: Pacts) -> Iterator[LintFinding]:
    """Agreed prices that are too low: ``lint.below_floor``, ``lint.below_cost``."""
    bounded = frozenset(worst.products)
    told: set[object] = set()
    for pact in pacts.every:
        for line in pact.agreement.lines:
            for product in ground.reach(scope_of(line)):
                if product in bounded:
                    broken = [*_of_product(ground, worst, pacts, (pact, line), product)]
                    yield from once(least(broken), told)


def _of_product(
    ground: Ground, worst: Worst, pacts: Pacts, own: tuple[Pact, AgreedPrice], product: str
) -> Iterator[Broken]:
    pact, line = own
    sold = ground.sold(product)
    unit = line.unit or ground.products[product].unit
    span = None if sold is None else common(sold, pact.span)
    if span is None or not ground.is_sold_in(product, unit):
        return
    factor = ground.factor(unit, ground.products[product].unit)
    for code in pacts.books(pact):
        book = ground.catalogue.prices.book(code)
        if pact.agreement.currency not in (None, book.currency):
            continue
        for at in worst.instants(product, book):
            for customer in _buyers(pacts, pact) if span[0] <= at < span[1] else ():
                groups = customer.groups if customer else ()
                spot = Spot(product, unit, factor, book, at, groups)
                yield from _at(ground, worst, own, spot, customer)


def _buyers(pacts: Pacts, pact: Pact) -> Sequence[Customer | None]:
    """A customer of each kind that an agreement is for; ``None`` for a campaign."""
    if pact.target[0] == "campaign":
        return (None,)
    kinds: dict[object, Customer] = {}
    for customer in pacts.customers(pact):
        kinds.setdefault(customer.groups, customer)
    return tuple(kinds.values())


def _at(
    ground: Ground,
    worst: Worst,
    own: tuple[Pact, AgreedPrice],
    spot: Spot,
    customer: Customer | None,
) -> Iterator[Broken]:
    pact, line = own
    for case in worst.cases_at(spot, sizes=[Fraction(line.lower)]):
        price = applied(
            pact,
            line,
            book=case.amount / case.spot.quantity,
            listed=case.against.listed,
            scale=1 if line.unit else case.spot.factor,
        )
        if price is None or case.spot.quantity < line.lower:
            continue
        policies = case.policies if pact.agreement.promotable else ()
        agreed = case._replace(amount=price * case.spot.quantity, policies=policies)
        rule = Rule(agreed_rule(pact.agreement, line), agreed_place(pact.agreement, line))
        after = left(agreed)
        rules = (rule, *(Rule(each.code, f"promotions/{each.code}") for each in after.taken))
        broken = list(judged(agreed, after, (rule,), rules))
        broken = [each for each in broken if not _is_broken_anyway(each, case)]
        if broken and _wins(ground, own, case.spot, customer):
            yield from broken


def _is_broken_anyway(broken: Broken, case: Situation) -> bool:
    """Whether the price of the book lies below the same floor, which is told of the book."""
    each = case.amount / case.spot.quantity / case.against.tax_factor
    bound = case.against.cost if broken.floor is None else broken.floor.unit_price
    return bound is not None and each < bound


def _wins(
    ground: Ground, own: tuple[Pact, AgreedPrice], spot: Spot, customer: Customer | None
) -> bool:
    terms = ground.catalogue.contracts.for_customer(customer, currency=spot.book.currency)
    try:
        found = terms.candidates(
            spot.product, unit=spot.unit, quantity=rounded_fraction(spot.quantity, 9), at=spot.at
        )
    except DomainError:
        return False
    winner = found.winner
    return winner is not None and (winner.agreement.code, winner.line) == (
        own[0].agreement.code,
        own[1],
    )
