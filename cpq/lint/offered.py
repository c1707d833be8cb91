"""Benefits that cannot be had, or not as they were meant (优惠方式检查).

A ladder on which more buys less off, an amount above what it is off, a set that needs more units
than the promotion lets in, free goods that nobody can price, free shipping where nothing is
freight: each is told from the policy and the products alone.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from cpq.cap import Cap
from cpq.kernel.money import plain
from cpq.kernel.period import zone
from cpq.kernel.text import LocalText
from cpq.lint.finding import LintFinding, count, money, remark
from cpq.lint.ground import Ground
from cpq.lint.policies import Held, holds_always, meant, reach_of
from cpq.lint.schedule import Schedule
from cpq.lint.spans import common
from cpq.lint.terms import cap_words, selector_words
from cpq.pricebook import Charge
from cpq.promotion import (
    BuyGet,
    EveryOff,
    FreeGoods,
    FreeShipping,
    Ladder,
    LadderStep,
    LinesQuantity,
    PromotionPolicy,
)
from cpq.promotion.names import selectors_of


def offered(ground: Ground, schedule: Schedule, policies: Sequence[Held]) -> Iterator[LintFinding]:
    """What is wrong with benefits: ``lint.ladder_falls``, ``lint.every_exceeds``,
    ``lint.set_beyond_max``, ``lint.gift_unpriced``, ``lint.no_freight``, ``lint.covers_nothing``.
    """
    for each in policies:
        benefit = each.policy.benefit
        if isinstance(benefit, Ladder):
            yield from _falling(each, benefit)
        if isinstance(benefit, EveryOff):
            yield from _exceeding(ground, schedule, each, benefit)
        if isinstance(benefit, FreeGoods):
            yield from _unpriced(ground, schedule, each, benefit)
        if isinstance(benefit, FreeShipping) and not ground.freight:
            yield _without_freight(each)
        yield from _beyond(ground, each)
        yield from _selecting_nothing(ground, each)
    yield from _excepting_all(ground)


# --- ladders and amounts --------------------------------------------------------------------------


def _falling(each: Held, ladder: Ladder) -> Iterator[LintFinding]:
    for lower, higher in pairwise(ladder.steps):
        least = _off(lower, higher.least, ladder), _off(higher, higher.least, ladder)
        if None in least or not (least[0] or 0) > (least[1] or 0):
            continue
        code, reached = each.policy.code, plain(higher.least)
        unit = f" {ladder.currency}" if ladder.currency else ""
        before, after = _words(lower), _words(higher)
        yield remark(
            "lint.ladder_falls",
            each.place,
            en=f"promotion {code} gives {before} off below {reached}{unit} and {after} off from "
            f"there on, so more buys less off; correct the step from {reached}",
            zh=f"促销 {code} 在未满 {reached}{unit} 时减 {before}，满后只减 {after}，"
            f"买得多反而减得少；请更正满 {reached} 的档位",
            rules=(code,),
        )
        return


def _off(step: LadderStep, at: object, ladder: Ladder) -> Fraction | None:
    """What a step gives, in what both of two steps can be compared in; ``None``: in nothing."""
    if step.amount is not None:
        return Fraction(step.amount.amount)
    assert step.percent is not None, "a step gives a percent or an amount"
    rate = Fraction(step.percent) / 100
    mixed = len({each.amount is None for each in ladder.steps}) > 1
    if not mixed:
        return rate
    return rate * Fraction(str(at)) if ladder.of == "amount" else None


def _words(step: LadderStep) -> str:
    return f"{plain(step.percent)}%" if step.percent is not None else str(step.amount)


def _exceeding(
    ground: Ground, schedule: Schedule, each: Held, benefit: EveryOff
) -> Iterator[LintFinding]:
    """More off than what it is off: than the amount itself, or than so many units ever cost."""
    off, code = benefit.amount, each.policy.code
    if benefit.every is not None:
        worth: Fraction | None = Fraction(benefit.every.amount)
        every = zh = str(benefit.every)
        than = LocalText(en="which is more than that", zh="减额超过满额")
    else:
        size = Fraction(benefit.every_quantity or 0)
        price = _dearest(ground, schedule, each, off.code)
        worth = None if price is None else price * size
        every, zh = f"{count(size)} units", f"{count(size)} 件"
        cost = f"{money(worth or Fraction(0), off.code)} {off.code}"
        than = LocalText(en=f"and these cost {cost} at most", zh=f"而其价格最多为 {cost}")
    if worth is None or Fraction(off.amount) <= worth:
        return
    yield remark(
        "lint.every_exceeds",
        each.place,
        en=f"promotion {code} takes {off} off for every {every}, {than.en}, so it leaves nothing "
        "to pay; take off less",
        zh=f"促销 {code} 每满 {zh} 减 {off}，{than.zh}，相当于白送；请减少减额",
        rules=(code,),
    )


def _dearest(ground: Ground, schedule: Schedule, each: Held, currency: str) -> Fraction | None:
    """The highest price of a unit of what a policy is for; ``None``: nobody can say."""
    found: list[Fraction] = []
    units = {ground.products[product].unit for product in each.wide}
    if each.policy.unit is not None or len(units) > 1 or each.wide & ground.kinds.adjusted:
        return None
    books = [book.code for book in ground.books if book.currency == currency]
    if len(books) < len(ground.books):
        return None
    for product in each.wide:
        for book in books:
            for at in schedule.moments_in(product, book, each.span):
                for piece in schedule.pieces(product, book, at):
                    if piece.answer.refused or isinstance(piece.answer.value, Charge):
                        return None
                    if piece.answer.value is not None:
                        found.append(piece.answer.value)
    return max(found, default=None)


# --- units ----------------------------------------------------------------------------------------


def _beyond(ground: Ground, each: Held) -> Iterator[LintFinding]:
    """A benefit that begins with more units than the policy lets in, or gives more at once than a
    cap on units does.
    """
    policy = each.policy
    needed, most = _begins_with(policy), _most_units(ground, each)
    code, what = policy.code, policy.benefit.words
    if needed is not None and most is not None and needed > most:
        yield remark(
            "lint.set_beyond_max",
            each.place,
            en=f"promotion {code} ({what.en}) begins with {count(needed)} units and holds for "
            f"{count(most)} at most, so it never gives anything; raise the bound, or ask for less",
            zh=f"促销 {code}（{what.zh}）至少需要 {count(needed)} 件，但仅限 {count(most)} 件以内，"
            "永远不会优惠；请提高上限或降低要求",
            rules=(code,),
        )
        return
    given = _gives_at_once(policy)
    cap = next((cap for cap in policy.caps if _is_less(cap, given, policy)), None)
    if cap is not None and given is not None:
        yield remark(
            "lint.set_beyond_max",
            each.place,
            en=f"promotion {code} ({what.en}) gives {count(given)} units at once and is capped at "
            f"{cap}, so it never gives anything; raise the cap, or give less",
            zh=f"促销 {code}（{what.zh}）每次赠送 {count(given)} 件，而限额为{cap_words(cap).zh}，"
            "永远不会优惠；请提高限额或减少赠送",
            rules=(code,),
        )


def _begins_with(policy: PromotionPolicy) -> Fraction | None:
    """The least units of its lines with which a benefit gives anything."""
    benefit = policy.benefit
    if isinstance(benefit, BuyGet):
        given = 0 if benefit.reward == "other" else benefit.get
        return Fraction(benefit.buy) + Fraction(given)
    if isinstance(benefit, FreeGoods) and benefit.every is not None:
        return Fraction(benefit.every)
    if isinstance(benefit, EveryOff) and benefit.every_quantity is not None:
        return Fraction(benefit.every_quantity)
    if isinstance(benefit, Ladder) and benefit.of == "quantity":
        return Fraction(benefit.steps[0].least)
    return None


def _most_units(ground: Ground, each: Held) -> Fraction | None:
    """The most units of its lines that a policy lets in, where they are all counted alike."""
    policy = each.policy
    units = {ground.products[product].unit for product in each.wide}
    if policy.basis != "order" or policy.unit is not None or len(units) > 1:
        return None
    bounds = [policy.quantity_to]
    bounds += (
        leaf.most
        for leaf in policy.conditions
        if isinstance(leaf, LinesQuantity) and leaf.of is None and leaf.unit is None
    )
    return min((Fraction(bound) for bound in bounds if bound is not None), default=None)


def _gives_at_once(policy: PromotionPolicy) -> Fraction | None:
    """How many units a benefit gives at the least."""
    benefit = policy.benefit
    if isinstance(benefit, BuyGet):
        return Fraction(benefit.get)
    return Fraction(benefit.quantity) if isinstance(benefit, FreeGoods) else None


def _is_less(cap: Cap, given: Fraction | None, policy: PromotionPolicy) -> bool:
    """Whether a cap on units is above nothing and below what a benefit gives at once."""
    if given is None or cap.units is None or cap.window == "line":
        return False
    apart = "product" in cap.scope and isinstance(policy.benefit, BuyGet)
    return not apart and 0 < cap.units < given and holds_always(cap, policy)


# --- free goods, freight, what is meant -----------------------------------------------------------


def _unpriced(
    ground: Ground, schedule: Schedule, each: Held, benefit: FreeGoods
) -> Iterator[LintFinding]:
    """Free goods that are never sold while the promotion holds, or that no book has a price for."""
    gift = benefit.product
    if gift is None or gift not in ground.products:
        return
    sold = ground.sold(gift)
    if sold is None or common(sold, each.span) is None:
        yield _not_given(each, gift, "is not sold in its days", "在促销期内停售")
    elif not _may_have_a_price(ground, schedule, gift):
        yield _not_given(each, gift, "has no price in any book", "没有价格")


def _may_have_a_price(ground: Ground, schedule: Schedule, product: str) -> bool:
    kinds, catalogue = ground.kinds, ground.catalogue
    if product in kinds.priced_otherwise or product in kinds.made_of_parts:
        return True
    for agreement in catalogue.agreements:
        if any(product in ground.reach((line.product, line.category)) for line in agreement.lines):
            return True
    chains = (catalogue.prices.chain(book.code) for book in ground.books)
    return any(
        schedule.covered(product, [link.code for link in chain], root=True) for chain in chains
    )


def _not_given(each: Held, gift: str, en: str, zh: str) -> LintFinding:
    code = each.policy.code
    return remark(
        "lint.gift_unpriced",
        each.place,
        en=f"promotion {code} gives {gift}, which {en}, so nobody can say what it is worth and it "
        "is never given; add a price, or give something else",
        zh=f"促销 {code} 的赠品 {gift} {zh}，无法计价，永远不会赠送；请补充价格或更换赠品",
        rules=(code,),
        products=(gift,),
    )


def _without_freight(each: Held) -> LintFinding:
    code = each.policy.code
    return remark(
        "lint.no_freight",
        each.place,
        en=f"promotion {code} takes off freight, and no product is freight; mark what transport "
        "costs as freight, or take the promotion out",
        zh=f"促销 {code} 减免运费，但没有产品标记为运费；请标记运费产品或删除该促销",
        rules=(code,),
    )


def _excepting_all(ground: Ground) -> Iterator[LintFinding]:
    """Policies that are for some product but for their exceptions."""
    for policy in ground.catalogue.promotions:
        home = zone(policy.zone or ground.catalogue.zone)
        named = ground.reach_of(policy.products, policy.categories)
        if named and not reach_of(ground, policy) and ground.span(policy.period, home):
            yield remark(
                "lint.covers_nothing",
                f"promotions/{policy.code}",
                en=f"promotion {policy.code} is for {policy.target}, and that leaves no product; "
                "correct what it excepts, or take it out",
                zh=f"促销 {policy.code} 适用于 {selector_words(policy.target).zh}，"
                "排除后没有产品；请更正排除项或删除",
                rules=(policy.code,),
            )


def _selecting_nothing(ground: Ground, each: Held) -> Iterator[LintFinding]:
    for field, selector in selectors_of(each.policy):
        if meant(ground, selector):
            continue
        code = each.policy.code
        where = {"benefit": ("benefit", "优惠内容")}.get(field, ("conditions", "条件"))
        yield remark(
            "lint.covers_nothing",
            each.place,
            en=f"promotion {code} means {selector} in its {where[0]}, which holds no product; "
            "correct the codes, or take it out",
            zh=f"促销 {code} 的{where[1]}指向 {selector_words(selector).zh}，其中没有产品；"
            "请更正编码或删除",
            rules=(code,),
        )
        return
