"""Floors that never speak (被覆盖的底价), because a higher one of their kind always does.

Of several floors with one policy the highest counts. One of the same kind that is higher, for all
that a floor is for, for the same customers and as long, leaves nothing for it to say.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.money import Money, plain
from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, remark
from cpq.lint.ground import Ground, Scope
from cpq.lint.spans import Span, common
from cpq.margin import Floor

_Held = tuple[Floor, Span]


def guarded(ground: Ground) -> Iterator[LintFinding]:
    """Floors below another one that always holds with them (``lint.floor_shadowed``)."""
    by_scope: dict[Scope, list[_Held]] = {}
    for floor in sorted(ground.catalogue.floors, key=lambda each: each.code):
        span = ground.span(floor.period, zone(floor.zone or ground.catalogue.zone))
        if span is not None:
            by_scope.setdefault((floor.product, floor.category), []).append((floor, span))
    for scope, held in by_scope.items():
        above = [each for wider in ground.above(scope) for each in by_scope.get(wider, ())]
        for own in held if ground.reach(scope) else ():
            louder = (other for other in above if _speaks_for(ground, other, own))
            other = next(louder, None)
            if other is not None:
                yield _shadowed(own[0], other[0])


def _speaks_for(ground: Ground, other: _Held, own: _Held) -> bool:
    """Whether a floor leaves nothing for another one to say."""
    (louder, _), (floor, _) = other, own
    same = ("source", "policy", "level", "unit", "approval", "kind")
    if louder is floor or any(getattr(louder, name) != getattr(floor, name) for name in same):
        return False
    mine, theirs = _figure(floor), _figure(louder)
    if mine[1] != theirs[1] or theirs[0] < mine[0] or not _covers(ground, other, own):
        return False
    return theirs > mine or louder.code < floor.code or not _covers(ground, own, other)


def _covers(ground: Ground, one: _Held, other: _Held) -> bool:
    """Whether a floor holds whenever another one does, for all that and all whom it is for."""
    (floor, span), (theirs, whole) = one, other
    groups = {*floor.customer_groups}
    everybody = not groups or (bool(theirs.customer_groups) and groups >= {*theirs.customer_groups})
    wider = (floor.product, floor.category) in ground.above((theirs.product, theirs.category))
    return wider and everybody and common(span, whole) == whole


def _amount(floor: Floor) -> Money | None:
    return floor.cost_plus if floor.price is None else floor.price


def _percent(floor: Floor) -> Decimal:
    given = (floor.margin, floor.percent_of_list, floor.last_price)
    return next(percent for percent in given if percent is not None)


def _figure(floor: Floor) -> tuple[Fraction, str]:
    """What a floor says, and in which currency."""
    amount = _amount(floor)
    if amount is not None:
        return Fraction(amount.amount), amount.code
    return Fraction(_percent(floor)), ""


def _said(floor: Floor) -> str:
    amount = _amount(floor)
    if amount is not None:
        return str(amount)
    return f"{plain(_percent(floor))}%"


def _shadowed(floor: Floor, other: Floor) -> LintFinding:
    return remark(
        "lint.floor_shadowed",
        f"floors/{floor.code}",
        en=f"the floor {floor.code} ({_said(floor)}) never speaks: {other.code} ({_said(other)}) "
        "holds whenever it does, is no lower and has the same consequence; take one out, or give "
        "them different policies",
        zh=f"底价 {floor.code}（{_said(floor)}）永远不起作用：{other.code}（{_said(other)}）"
        "同时有效、不低于它且后果相同；请删除其一或设置不同策略",
        rules=(floor.code, other.code),
    )
