"""What is wrong with bills of materials together (BOM 整体检查): circles, and rules about nothing.

All of it is told at once: where products contain each other, the circle is told and looked through
as if it were cut, so that what their rules say wrong is told too. Some of a BOM may be ``unread``,
because its file is wrong there; what leads to that is not held against the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cpq.bom.component import Component
from cpq.bom.model import BOM
from cpq.bom.resource import Resource, Supply
from cpq.bom.soundness import NOTHING_UNREAD, RESERVED, Unread, is_unread, unsound
from cpq.bom.structure import Structure, dead_picks, structure
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.text import LocalText, legible

_ELSEWHERE = "…"


def misfits(
    boms: Mapping[str, BOM],
    *,
    supplies: Iterable[Supply] = (),
    resources: Iterable[Resource] = (),
    unread: Unread = NOTHING_UNREAD,
) -> Iterator[Finding]:
    """Everything that is wrong with BOMs by product, each as the top of all below it.

    Finds ``bom.cycle``, ``bom.too_deep``, ``bom.too_large``, ``bom.dead_rule`` and what
    ``unsound`` finds; places are ``boms/<product>/<rule>``.

    >>> boms = {"A": BOM(product="A", components=({"product": "B"},)),
    ...         "B": BOM(product="B", components=({"product": "A"},),
    ...                  if_then=({"code": "R", "when": "hat=x", "then": "hat!=x"},))}
    >>> [(found.code, found.place) for found in misfits(boms)]
    [('bom.cycle', 'boms/A'), ('bom.unknown_path', 'boms/B/R')]
    """
    cut = without_circles(boms)
    for circle in cut.circles:
        yield _circle(circle)
    hidden = {**unread}
    for code, places in cut.places.items():
        hidden[code] = hidden.get(code, frozenset()) | places
    given, named = tuple(supplies), tuple(resources)
    for bom in cut.boms.values():
        place = f"boms/{bom.product}"
        try:
            whole = structure(bom.product, cut.boms, supplies=given, resources=named)
            yield from _of_bom(whole, bom, hidden)
        except DomainError as error:
            yield _of_error(error, place)


def _of_bom(whole: Structure, bom: BOM, unread: Unread) -> Iterator[Finding]:
    """What is wrong with one BOM of a structure."""
    place = f"boms/{bom.product}"
    if _speaks(bom):
        for each in unsound(whole, unread=unread):
            if each.place == place or each.place.startswith(f"{place}/"):
                yield each
    yield from dead_rules(whole, bom, unread=unread)


def dead_rules(whole: Structure, bom: BOM, *, unread: Unread = NOTHING_UNREAD) -> Iterator[Finding]:
    """The rules of a BOM that require or exclude what nobody can pick: ``bom.dead_rule``.

    >>> bom = BOM(product="A", excludes=({"code": "R", "together": ("a=1", "b=2")},))
    >>> [str(found) for found in dead_rules(structure("A", {"A": bom}), bom)][0]
    'boms/A/R: rule R speaks of a=1, which nobody can pick; correct the path [bom.dead_rule]'
    """
    for rule, pick in dead_picks(whole, bom):
        lapsed = is_unread(whole, bom.product, f"{pick.path}.{pick.value}", whole.gone)
        if not lapsed and not is_unread(whole, bom.product, pick.path, unread):
            yield Finding(
                code="bom.dead_rule",
                place=legible(f"boms/{bom.product}/{rule}"),
                message=LocalText(
                    en=legible(
                        f"rule {rule} speaks of {pick}, which nobody can pick; correct the path"
                    ),
                    zh=legible(f"规则 {rule} 所指的 {pick} 无法选择，请更正路径"),
                ),
            )


def _speaks(bom: BOM) -> bool:
    """Whether there is anything in a BOM that its words can get wrong."""
    names = (*(each.code for each in bom.attributes), *(group.code for group in bom.groups))
    return bom.has_rules or RESERVED in names or any("." in part.key for part in bom.components)


class Cut(NamedTuple):
    """BOMs in which no product contains itself; the ``circles`` there were, each from a product
    back to it; and by product the ``places`` at which a circle was cut.
    """

    boms: Mapping[str, BOM]
    circles: tuple[tuple[str, ...], ...]
    places: Unread


def without_circles(boms: Mapping[str, BOM]) -> Cut:
    """The BOMs with every circle cut where it closes: the part there is one without a BOM.

    >>> boms = {"A": BOM(product="A", components=({"product": "B"},)),
    ...         "B": BOM(product="B", components=({"product": "A"},))}
    >>> without_circles(boms).circles, without_circles(boms).places
    ((('A', 'B', 'A'),), {'B': frozenset({'A'})})
    """
    circles: list[tuple[str, ...]] = []
    closing: dict[str, set[str]] = {}
    done: set[str] = set()
    for start in boms:
        for circle in _circles_from(start, boms, done):
            circles.append(circle)
            closing.setdefault(circle[-2], set()).add(circle[-1])
    places = {
        code: frozenset(place for place, part in boms[code].placed() if part.product in products)
        for code, products in closing.items()
    }
    return Cut(
        {c: _cut(bom, closing[c]) if c in closing else bom for c, bom in boms.items()},
        tuple(circles),
        places,
    )


def _circles_from(start: str, boms: Mapping[str, BOM], done: set[str]) -> Iterator[tuple[str, ...]]:
    """Every way back to a product on the way down from ``start``; ``done`` are left aside."""
    if start in done:
        return
    way: dict[str, Iterator[str]] = {start: _below(boms[start])}
    while way:
        at = next(reversed(way))
        below = next(way[at], None)
        if below is None:
            done.add(at)
            del way[at]
        elif below in way:
            path = list(way)
            yield (*path[path.index(below) :], below)
        elif below in boms and below not in done:
            way[below] = _below(boms[below])


def _below(bom: BOM) -> Iterator[str]:
    return iter(dict.fromkeys(part.product for part in bom.parts()))


def _cut(bom: BOM, products: set[str]) -> BOM:
    def cut(part: Component) -> Component:
        if part.product not in products:
            return part
        return part.with_(product=_ELSEWHERE, place=part.key)

    return bom.with_(
        components=tuple(cut(part) for part in bom.components),
        groups=tuple(
            group.with_(options=tuple(cut(option) for option in group.options))
            for group in bom.groups
        ),
    )


def _circle(path: tuple[str, ...]) -> Finding:
    way = " > ".join(path)
    return Finding(
        code="bom.cycle",
        place=legible(f"boms/{path[0]}"),
        message=LocalText(
            en=legible(f"product {path[0]!r} contains itself: {way}; remove one of these parts"),
            zh=legible(f"产品 {path[0]} 包含自身：{way}；请移除其中一个子件"),
        ),
    )


def _of_error(error: DomainError, place: str) -> Finding:
    return Finding(code=error.code, place=legible(place), message=error.text)
