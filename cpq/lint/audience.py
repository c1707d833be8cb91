"""Rules that are for nobody (无对象的规则).

A promotion for a customer group that nobody is in, a book for a region where nobody buys, a product
that every scope keeps from everybody. They may wait for somebody, so they are notes. A catalogue
without customers says nothing of whom its rules are for.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from cpq.availability import Buyer, SalesScope
from cpq.customer import Customer
from cpq.kernel.period import Period, zone
from cpq.lint.finding import LintFinding, listed, remark
from cpq.lint.ground import Ground
from cpq.lint.met import all_of
from cpq.lint.spans import Span, common
from cpq.promotion import Buyer as BuyerCondition
from cpq.promotion import PromotionPolicy


class _Addressed(NamedTuple):
    """A rule, for whom it is, and whether that is anybody."""

    place: str
    rule: str
    whom: tuple[str, str]
    anybody: bool
    period: Period
    zone: str | None


def audience(ground: Ground) -> Iterator[LintFinding]:
    """Rules that no customer is meant by (``lint.no_customer``), products that are kept from
    everybody (``lint.sold_to_nobody``).
    """
    unsold = list(_sold_to_nobody(ground))
    yield from unsold
    kept = {code for finding in unsold for code in finding.products}
    for each in _addressed(ground, kept) if ground.catalogue.customers else ():
        home = zone(each.zone or ground.catalogue.zone)
        if not each.anybody and ground.span(each.period, home) is not None:
            en, zh = each.whom
            yield remark(
                "lint.no_customer",
                each.place,
                en=f"no customer is meant by {each.rule}, which is for {en}; correct the name, or "
                "take it out",
                zh=f"没有客户适用 {each.rule}（面向{zh}）；请更正或删除",
                rules=(each.rule,),
            )


def _addressed(ground: Ground, kept: set[str]) -> Iterator[_Addressed]:
    catalogue = ground.catalogue
    for policy in catalogue.promotions:
        buyers = _buyers_of(policy)
        known = any(_fits(buyers, customer) for customer in catalogue.customers)
        place, whom = f"promotions/{policy.code}", _whom(buyers)
        yield _Addressed(place, policy.code, whom, known, policy.period, policy.zone)
    for floor in catalogue.floors:
        whom = _group(floor.customer_groups)
        known = not floor.customer_groups or not ground.groups.isdisjoint(floor.customer_groups)
        place = f"floors/{floor.code}"
        yield _Addressed(place, floor.code, whom, known, floor.period, floor.zone)
    for pact in catalogue.agreements:
        group = pact.customer_group
        whom, place = _group([group or ""]), f"agreements/{pact.code}"
        meant = [
            each.code
            for each in catalogue.customers
            if each.code == pact.customer or group in each.groups
        ]
        campaign = group is None and pact.customer is None
        known = campaign or pact.covers_children or not {*meant} <= {*pact.excluded}
        whom = whom if group else (f"customer {pact.customer}", f"客户 {pact.customer}")
        yield _Addressed(place, pact.code, whom, known, pact.period, pact.zone)
    names = _names(catalogue.customers)
    for row in sorted(catalogue.assignments, key=lambda each: each.canonical()):
        level, who = row.target
        whom, name = (f"{level} {who}", f" {who}"), f"{level} {who}: {row.book}"
        place = f"assignments/{level} {who}/{row.book}"
        yield _Addressed(place, name, whom, row.target in names, row.period, row.zone)
    for scope in catalogue.scopes:
        reach = ground.reach_of(scope.products, scope.categories)
        known = all(code in kept for code in reach) or any(
            _meets(scope, customer) for customer in catalogue.customers
        )
        whom = (scope.whom.en, scope.whom.zh)
        place = f"scopes/{scope.code}"
        yield _Addressed(place, scope.code, whom, known, scope.period, scope.zone)


def _buyers_of(policy: PromotionPolicy) -> list[BuyerCondition]:
    """What a buyer must be for a promotion, all of it."""
    own = BuyerCondition(
        customers=policy.customers,
        groups=policy.customer_groups,
        regions=policy.regions,
        channels=policy.channels,
    )
    return [own, *(each for each in all_of(policy.conditions) if isinstance(each, BuyerCondition))]


def _fits(buyers: Iterable[BuyerCondition], customer: Customer) -> bool:
    """Whether a customer is all that is asked for."""
    return all(
        not wanted or not {*wanted}.isdisjoint(has)
        for each in buyers
        for wanted, has in (
            (each.customers, (customer.code,)),
            (each.groups, customer.groups),
            (each.regions, (customer.region,)),
            (each.channels, (customer.channel,)),
        )
    )


def _whom(buyers: Iterable[BuyerCondition]) -> tuple[str, str]:
    named = [
        (en, zh, listed(wanted))
        for each in buyers
        for en, zh, wanted in (
            ("customer", "客户", each.customers),
            ("customer group", "客户组", each.groups),
            ("region", "地区", each.regions),
            ("channel", "渠道", each.channels),
        )
        if wanted
    ]
    joined = ", ".join(f"{en} {who}" for en, _, who in named)
    return joined, "，".join(f"{zh} {who}" for _, zh, who in named)


def _group(groups: Sequence[str]) -> tuple[str, str]:
    return f"customer group {listed(groups)}", f"客户组 {listed(groups)}"


def _names(customers: Iterable[Customer]) -> set[tuple[str, str]]:
    """Everything that an assignment can name to mean a customer."""
    found: set[tuple[str, str]] = set()
    for each in customers:
        found.update([("customer", each.code), ("channel", each.channel), ("region", each.region)])
        found.update(("group", group) for group in each.groups)
    return found


def _meets(scope: SalesScope, customer: Customer) -> bool:
    """Whether a scope is about a customer, through whichever book."""
    return scope.matches(_buyer(customer, scope.books[0] if scope.books else ""))


def _buyer(customer: Customer | None, book: str) -> Buyer:
    if customer is None:
        return Buyer(book=book)
    return Buyer(customer.code, customer.groups, customer.region, customer.channel, book)


def _sold_to_nobody(ground: Ground) -> Iterator[LintFinding]:
    """Products that no customer may buy, whatever the book, told together by their scopes."""
    speaking: dict[str, list[SalesScope]] = {}
    for scope in sorted(ground.catalogue.scopes, key=lambda each: each.code):
        for product in ground.reach_of(scope.products, scope.categories):
            speaking.setdefault(product, []).append(scope)
    answers: dict[object, bool] = {}
    found: dict[tuple[str, ...], list[str]] = {}
    for product, scopes in sorted(speaking.items()):
        sold = ground.sold(product)
        if sold is not None and product not in ground.kinds.parts_only:
            codes = tuple(scope.code for scope in scopes)
            key = (codes, sold)
            if key not in answers:
                answers[key] = _is_kept(ground, scopes, sold)
            if answers[key]:
                found.setdefault(codes, []).append(product)
    for codes, products in sorted(found.items()):
        yield _kept_from_all(codes, products)


def _is_kept(ground: Ground, scopes: Sequence[SalesScope], sold: Span) -> bool:
    """Whether nobody may buy what these scopes speak of, at any instant of its sale."""
    spans = [(scope, ground.span(scope.period, _home(ground, scope))) for scope in scopes]
    held = [(scope, span) for scope, whole in spans if whole and (span := common(whole, sold))]
    starts = sorted({sold[0], *(bound for _, span in held for bound in span)} - {sold[1]})
    return all(
        _is_kept_at(ground, [scope for scope, span in held if span[0] <= at < span[1]])
        for at in starts
    )


def _home(ground: Ground, scope: SalesScope) -> tzinfo:
    return zone(scope.zone or ground.catalogue.zone)


def _is_kept_at(ground: Ground, scopes: Sequence[SalesScope]) -> bool:
    allowing = [scope for scope in scopes if scope.allow]
    denying = [scope for scope in scopes if not scope.allow]
    if any(scope.whom.en == "everybody" for scope in denying):
        return True
    if not ground.catalogue.customers:
        return False
    books = sorted({"", *ground.catalogue.currencies} if any(s.books for s in scopes) else {""})
    for customer in (None, *ground.catalogue.customers):
        for book in books:
            buyer = _buyer(customer, book)
            allowed = not allowing or any(scope.matches(buyer) for scope in allowing)
            if allowed and not any(scope.matches(buyer) for scope in denying):
                return False
    return True


def _kept_from_all(codes: Sequence[str], products: Sequence[str]) -> LintFinding:
    names, scopes = listed(products), ", ".join(codes)
    return remark(
        "lint.sold_to_nobody",
        f"products/{products[0]}",
        en=f"no customer may buy {names}: the scopes {scopes} keep it from everybody; correct whom "
        "they match, or end the sale",
        zh=f"没有客户可以购买 {names}：可售范围 {scopes} 排除了所有客户；请更正范围或停止销售",
        rules=tuple(codes),
        products=tuple(products),
    )
