"""The steps of the document phase (整单步骤): shares of other lines, promotions, floors, bundles.

Each looks at whole columns of the sheet. The plan says in which order they come; this module says
what each does.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.errors import Finding
from cpq.kernel.money import EXACT, Money, rounded, rounded_fraction, split
from cpq.kernel.text import LocalText
from cpq.margin import GuardedLine, LineFloors, floors_of, judged, with_parts
from cpq.plan import UNIT_POINTS, PlanStep, StepKind
from cpq.pricebook import Charge, PercentOfTotal, shown
from cpq.pricebook.share import NothingCovered, Share, ShareLine, share_of
from cpq.pricing.amounts import listed
from cpq.pricing.draft import Draft
from cpq.pricing.promote import promote
from cpq.pricing.sheet import Sheet
from cpq.pricing.term import part_seen
from cpq.trace import Effect, Step

_BASIS_MAX = 190
Shares = dict[int, PercentOfTotal]
"""The lines that are priced as a percentage of others, by their place."""


def follow_document(sheet: Sheet, shares: Shares, *, promotions: bool) -> None:
    """The document steps of the plan, in its order, up to the net."""
    steps: dict[StepKind, Callable[[PlanStep], None]] = {
        "share": lambda step: _share(sheet, shares, step),
        "promotion": lambda _: _promote(sheet, wanted=promotions),
        "floor": lambda _: _judge(sheet),
    }
    plan = sheet.scene.plan
    if any(step.kind == "floor" for step in plan.document_steps):
        _guard(sheet, shares)
    for step in plan.document_steps:
        work = steps.get(step.kind)
        if work is not None:
            work(step)
    _allocate(sheet)


def _share(sheet: Sheet, shares: Shares, step: PlanStep) -> None:
    """Price the lines that are a share of prices, or in a later step of results, of others."""
    of_results = any(point not in UNIT_POINTS for point in step.reads)
    for place, rule in shares.items():
        if rule.of_results == of_results:
            every = range(len(sheet.drafts))
            lines = [_share_line(sheet, shares, each, place) for each in every]
            found = share_of(rule, lines, scale=_scale(sheet, place))
            if isinstance(found, NothingCovered):
                sheet.findings.append(_nothing_covered(sheet, place, found))
            else:
                _put_share(sheet, place, rule, found, final=of_results)


def _share_line(sheet: Sheet, shares: Shares, place: int, priced: int) -> ShareLine:
    """A line as the share that prices the line ``priced`` sees it."""
    draft, rule = sheet.drafts[place], shares[priced]
    product, manner = draft.shelved.product, draft.manner
    return ShareLine(
        number=draft.number,
        product=product.code,
        amount=_amount_at(sheet, place, rule) * _part_seen(draft, sheet.drafts[priced]),
        family=product.variant_of,
        categories=draft.shelved.categories,
        derived=place in shares,
        optional=manner.optional,
        included=manner.included,
        quantity=draft.quantity,
    )


def _part_seen(seen: Draft, by: Draft) -> Fraction:
    """How much of a line counts: what falls to one period of the line that is a share of it."""
    own = seen.shelved.product.billing
    return part_seen(own, seen.times, by=by.shelved.product.billing)


def _amount_at(sheet: Sheet, place: int, rule: PercentOfTotal) -> Fraction:
    """The amount of a line at the point that the share is of, else at the last one before it."""
    if rule.of_results:
        return Fraction(sheet.nets[place])
    if rule.of == "list":
        return Fraction(listed(sheet, place))
    points = sheet.prices[place].points
    reached = UNIT_POINTS[1 : UNIT_POINTS.index(rule.of) + 1]
    for point in reversed(reached):
        figure: Decimal | None = getattr(points, point)
        if figure is not None:
            exact = Fraction(figure) * Fraction(sheet.drafts[place].extent)
            return Fraction(rounded_fraction(exact, sheet.places, sheet.policy.mode))
    return Fraction(sheet.amounts[place])


def _scale(sheet: Sheet, place: int) -> Fraction:
    """What one of the book's currency is in the document's."""
    book = sheet.catalogue.prices.book(sheet.prices[place].book or "")
    if book.currency == sheet.scene.currency:
        return Fraction(1)
    rates = sheet.catalogue.rates
    return rates.used(book.currency, sheet.scene.currency, on=sheet.scene.day).rate


def _nothing_covered(sheet: Sheet, place: int, found: NothingCovered) -> Finding:
    number = sheet.drafts[place].number
    return Finding(
        code="price.nothing_covered",
        place=f"lines/{number}",
        message=LocalText(
            en=f"{found.product!r} costs a share of other lines (rule {found.rule}), and none of "
            "them counts; add a line that it covers, or leave it out",
            zh=f"{found.product!r} 按其他行的比例计价（规则 {found.rule}），但没有可计入的行",
        ),
    )


def _put_share(
    sheet: Sheet, place: int, rule: PercentOfTotal, found: Share, *, final: bool
) -> None:
    policy, draft = sheet.policy, sheet.drafts[place]
    unit = rounded_fraction(found.value, policy.unit_places, policy.mode)
    amount = rounded(EXACT.multiply(draft.extent, unit), sheet.places, policy.mode)
    price = sheet.prices[place]
    points = price.points.with_(special=shown(found.value))
    row = Step(
        point="special",
        rule=rule.code,
        name=LocalText(
            en=f"{rule.name.in_('en') or rule.code}: {rule}",
            zh=f"{rule.name.in_('zh') or rule.code}：{rule}",
        ),
        applied=True,
        reason=found.bound or "applied",
        after=shown(found.value),
        effect=Effect(kind="set", value=found.value),
        basis=_lines_of(found.counted),
    )
    sheet.prices[place] = price._replace(
        list_price=unit,
        unit_price=unit,
        exact=found.value,
        listed=found.value,
        points=points,
        steps=(*price.steps, row),
    )
    sheet.amounts[place] = amount
    if final:
        nets = list(sheet.nets)
        nets[place] = amount
        sheet.nets = nets


def _lines_of(numbers: Sequence[str]) -> str:
    """The lines that counted, as many as a row of the trace holds."""
    told = f"lines {', '.join(numbers)}"
    return told if len(told) <= _BASIS_MAX else f"{told[:_BASIS_MAX].rpartition(',')[0]}, …"


def _guard(sheet: Sheet, shares: Shares) -> None:
    """The floors of every line, before promotions act.

    A line that is a share of results comes after them and is held against none.
    """
    floors = sheet.catalogue.guarding
    if not floors:
        return
    groups = sheet.customer.groups if sheet.customer else ()
    after = {place for place, rule in shares.items() if rule.of_results}
    lines = with_parts(
        [_guarded(sheet, place, after=place in after) for place in range(len(sheet.drafts))]
    )
    for place, line in enumerate(lines):
        sheet.floors[place] = floors_of(
            line,
            floors,
            at=sheet.at,
            currency=sheet.scene.currency,
            groups=groups,
            units=sheet.catalogue.units,
            convert=_converter(sheet),
            places=sheet.places,
        )


def _guarded(sheet: Sheet, place: int, *, after: bool) -> GuardedLine:
    draft, price = sheet.drafts[place], sheet.prices[place]
    product, manner = draft.shelved.product, draft.manner
    factor, fixed = Fraction(1), Fraction(0)
    if price.basis == "gross" and price.position is not None:
        rate = price.position.rate
        factor = 1 + Fraction(rate.percent) / 100
        if rate.per_unit:
            units = sheet.catalogue.units.factor(draft.unit, product.unit)
            fixed = Fraction(rate.per_unit_in(sheet.scene.currency)) * units
    low = min((each.unit_price for each in sheet.breakdowns.get(place, ())), default=None)
    return GuardedLine(
        number=draft.number,
        product=product.code,
        quantity=draft.extent,
        unit=draft.unit,
        list_price=_list_price(sheet, place),
        amount=sheet.amounts[place],
        unit_cost=sheet.cost(place),
        last_price=_last_price(sheet, place),
        lowest=low,
        own_unit=product.unit,
        categories=draft.shelved.categories,
        family=product.variant_of,
        manual=price.points.manual is not None,
        optional=manner.optional or after,
        included=manner.included,
        rolled_up=manner.rolled_up,
        tax_factor=factor,
        tax_fixed=fixed,
    )


def _last_price(sheet: Sheet, place: int) -> Fraction | None:
    """What the customer last paid per unit of the line, before tax, where the request says."""
    draft = sheet.drafts[place]
    product = draft.shelved.product
    paid = sheet.last_prices.get(product.code)
    if paid is None:
        return None
    return Fraction(paid) * sheet.catalogue.units.factor(draft.unit, product.unit)


def _list_price(sheet: Sheet, place: int) -> Decimal | Fraction:
    """The list price of one unit, exact where it is an average over tiers."""
    price, quantity = sheet.prices[place], sheet.drafts[place].extent
    if isinstance(price.listed, Charge) and quantity:
        return Fraction(listed(sheet, place)) / Fraction(quantity)
    return price.list_price


def _converter(sheet: Sheet) -> Callable[[Money, str], Fraction]:
    rates, day = sheet.catalogue.rates, sheet.scene.day

    def convert(amount: Money, currency: str) -> Fraction:
        return rates.used(amount.code, currency, on=day).amount(amount)

    return convert


def _promote(sheet: Sheet, *, wanted: bool) -> None:
    sheet.nets = sheet.amounts
    promote(sheet, wanted=wanted)


def _judge(sheet: Sheet) -> None:
    """What of the floors was not kept, as findings."""
    if not sheet.floors:
        return
    held = [sheet.floors[place] for place in sorted(sheet.floors)]
    nets = [_before_tax(sheet, place, floors) for place, floors in enumerate(held)]
    sheet.findings += judged(held, nets, currency=sheet.scene.currency)


def _before_tax(sheet: Sheet, place: int, floors: LineFloors) -> Decimal:
    net, line = sheet.nets[place], floors.line
    if line.tax_factor == 1 and not line.tax_fixed:
        return net
    return rounded_fraction(line.before_tax(net, line.quantity), sheet.places)


def _allocate(sheet: Sheet) -> None:
    """Share the price of allocated bundles over their parts, by what each costs alone."""
    below: dict[str, list[int]] = {}
    for place, draft in enumerate(sheet.drafts):
        below.setdefault(draft.number.rpartition(".")[0], []).append(place)
    for place, draft in enumerate(sheet.drafts):
        if draft.manner.allocated:
            parts = below.get(draft.number, [])
            weights = [_alone(sheet, other) for other in parts]
            if not any(weights):
                sheet.findings.append(_no_weights(draft.number))
                continue
            # a bundle in an allocated bundle has a share of that one's price to pass on
            paid = sheet.allocated.get(place, sheet.nets[place])
            minor = int(paid.scaleb(sheet.places, context=EXACT))
            for other, share in zip(parts, split(minor, weights), strict=True):
                sheet.allocated[other] = Decimal(share).scaleb(-sheet.places, context=EXACT)


def _alone(sheet: Sheet, place: int) -> Fraction:
    return abs(Fraction(sheet.drafts[place].extent)) * (sheet.prices[place].alone or 0)


def _no_weights(number: str) -> Finding:
    return Finding(
        code="bundle.no_standalone_price",
        place=f"lines/{number}",
        severity="note",
        message=LocalText(
            en=f"the price of line {number} cannot be shared over its parts: none of them has a "
            "price of its own; add them to the price book",
            zh=f"第 {number} 行的价格无法分摊到子件：子件均无单独售价，请在价目表中补充",
        ),
    )
