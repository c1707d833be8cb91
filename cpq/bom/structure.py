"""The structure that BOMs make together (BOM 展开): resolved as of a day, exploded to totals.

A BOM speaks of products; the structure of a product holds every BOM that lies below it, once, with
children before parents. So a part that is used in many places is looked at once, and exploding
takes as long as the structure is large, not as long as it has paths.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import cached_property

from cpq.bom.component import Component, OptionGroup
from cpq.bom.model import BOM
from cpq.bom.resource import Resource, Supply
from cpq.bom.rule import Pick
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, product, total
from cpq.kernel.period import ALWAYS, Moment
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.kernel.text import Code, Line

_LEVELS_MAX = 150


class Structure(Frozen):
    """A product's BOM as of a day with every BOM below it: all that configuring needs.

    ``units`` holds the unit of each product that occurs, as (code, unit); ``table`` converts.
    ``supplies`` says what the products supply and draw, ``resources`` what that is called.
    ``lapsed`` is what does not hold on the day: a part at a place of a product's BOM, or a group
    without any. A rule may still speak of it, and finds nothing there.
    """

    product: Code
    boms: tuple[BOM, ...]
    units: tuple[tuple[Code, Code], ...] = ()
    table: UnitTable = STANDARD_UNITS
    resources: tuple[Resource, ...] = added(())
    supplies: tuple[Supply, ...] = added(())
    lapsed: tuple[tuple[Code, Line, Component | None], ...] = added(())

    @cached_property
    def gone(self) -> Mapping[str, frozenset[str]]:
        """By product the places of its BOM that do not hold on the day."""
        found: dict[str, set[str]] = {}
        for product_code, place, _ in self.lapsed:
            found.setdefault(product_code, set()).add(place)
        return {code: frozenset(places) for code, places in found.items()}

    @cached_property
    def _boms(self) -> dict[str, BOM]:
        return {bom.product: bom for bom in self.boms}

    @cached_property
    def _units(self) -> dict[str, str]:
        return dict(self.units)

    def bom(self, product: str) -> BOM | None:
        """The BOM of a product that occurs here; ``None`` where it is bought or made as one."""
        return self._boms.get(product)

    def unit(self, component: Component) -> str:
        """The unit a component is counted in: its own, else its product's, else ``pc``."""
        return component.unit or self._units.get(component.product, "pc")

    @cached_property
    def _varied(self) -> frozenset[str]:
        """The products of which two instances may differ: something below is to be chosen."""
        varied: set[str] = set()
        for bom in self.boms:
            if (
                bom.groups
                or bom.attributes
                or any(part.quantity_to or part.product in varied for part in bom.components)
            ):
                varied.add(bom.product)
        return frozenset(varied)

    def separate(self, component: Component) -> bool:
        """Whether its instances are places of their own: it is distinct, and they may differ."""
        return component.distinct and component.product in self._varied

    @cached_property
    def has_separate(self) -> bool:
        """Whether any component in it has instances that are configured one by one."""
        return any(self.separate(part) for bom in self.boms for part in bom.parts())

    @cached_property
    def _amounts(self) -> dict[str, dict[str, Decimal]]:
        amounts: dict[str, dict[str, Decimal]] = {}
        rows = [*self.supplies, *(row for bom in self.boms for row in bom.supplies)]
        for row in rows:
            amounts.setdefault(row.product, {}).setdefault(row.resource, row.amount)
        return amounts

    def amounts(self, product: str) -> Mapping[str, Decimal]:
        """What one of a product's own unit supplies (draws: negative), by resource."""
        return self._amounts.get(product, {})

    def resource(self, code: str) -> Resource:
        """A resource by its code; one without a name where none is described."""
        found = {each.code: each for each in self.resources}.get(code)
        return found or Resource(code=code)

    def own_count(self, component: Component, amount: Decimal) -> Decimal:
        """An amount of a component in its product's own unit, which its BOM is written for.

        Raises ``Invalid`` (``unit.incompatible``), ``NotFound`` (``unit.unknown``).
        """
        own = self._units.get(component.product)
        if component.unit is None or own is None or component.unit == own:
            return amount
        return self.table.convert(amount, component.unit, own)


class PartTotal(Frozen):
    """How much of a part a whole contains, over all places and levels.

    ``level`` is the deepest at which the part occurs; 1 is right below the root.
    """

    product: Code
    quantity: Exact
    unit: Code
    level: int


def structure(
    product: str,
    boms: Mapping[str, BOM],
    *,
    on: Moment | None = None,
    zone: tzinfo = UTC,
    units: Mapping[str, str] | None = None,
    table: UnitTable = STANDARD_UNITS,
    resources: Iterable[Resource] = (),
    supplies: Iterable[Supply] = (),
) -> Structure:
    """The BOM of ``product`` and all below it, with the components that hold on a day in ``zone``.

    Raises ``NotFound`` (``bom.unknown``) where the product has none and ``Refused``: ``bom.cycle``
    where a product contains itself, naming the whole path; ``bom.too_deep`` beyond 150 levels;
    ``bom.group_lapsed`` where a group has fewer options left on that day than must be picked.

    >>> boms = {"A": BOM(product="A", components=(Component(product="B", quantity=2),))}
    >>> structure("A", boms).bom("A").components[0].quantity
    Decimal('2')
    """
    if product not in boms:
        raise NotFound(
            "bom.unknown",
            f"product {product!r} has no bill of materials; ask for it as a plain item",
            product=product,
        )
    found: dict[str, BOM] = {}
    dated = boms if on is None else _Effective(boms, on, zone)
    _collect(product, dated, above=(), found=found)
    lapsed = () if on is None else _lapsed(boms, found, on, zone)
    named = {
        code for bom in found.values() for code in (bom.product, *(p.product for p in bom.parts()))
    }
    known = units or {}
    return Structure(
        product=product,
        boms=tuple(found.values()),
        units=tuple((code, known[code]) for code in sorted(named) if code in known),
        table=table,
        resources=tuple(resources),
        supplies=tuple(row for row in supplies if row.product in named or row.product == product),
        lapsed=tuple(lapsed),
    )


def _lapsed(
    boms: Mapping[str, BOM], kept: Mapping[str, BOM], on: Moment, zone: tzinfo
) -> Iterator[tuple[str, str, Component | None]]:
    """The components and options of some BOMs that do not hold on a day; a group without any."""
    for code, bom in kept.items():
        whole = boms[code]
        if bom is whole:
            continue
        for place, part in whole.placed():
            if not part.period.contains(on, zone):
                yield code, place, part
        left = {group.code for group in bom.groups}
        for group in whole.groups:
            if group.code not in left:
                yield code, group.code, None


def _collect(
    product: str, boms: Mapping[str, BOM], *, above: tuple[str, ...], found: dict[str, BOM]
) -> None:
    path = (*above, product)
    if product in above:
        raise Refused(
            "bom.cycle",
            f"product {product!r} contains itself: {' > '.join(path)}; remove one of these parts",
            path=path,
            message_zh=f"产品 {product} 包含自身：{' > '.join(path)}；请移除其中一个子件",
        )
    if product in found or product not in boms:
        return
    if len(path) > _LEVELS_MAX:
        raise Refused(
            "bom.too_deep",
            f"the BOM of {path[0]!r} has more than {_LEVELS_MAX} levels, down to {product!r}; "
            "join some of them",
            product=path[0],
            message_zh=f"{path[0]} 的 BOM 超过 {_LEVELS_MAX} 层（至 {product}），请合并部分层级",
        )
    bom = boms[product]
    for part in bom.parts():
        _collect(part.product, boms, above=path, found=found)
    found[product] = bom


class _Effective(Mapping[str, BOM]):
    """BOMs with the components and options that hold on a day."""

    def __init__(self, boms: Mapping[str, BOM], on: Moment, zone: tzinfo) -> None:
        self._boms = boms
        self._on = on
        self._zone = zone

    def __iter__(self) -> Iterator[str]:
        return iter(self._boms)

    def __len__(self) -> int:
        return len(self._boms)

    def __contains__(self, product: object) -> bool:
        return product in self._boms

    def __getitem__(self, product: str) -> BOM:
        bom = self._boms[product]
        if all(part.period is ALWAYS for part in bom.parts()):
            return bom
        groups = (self._group(bom, group) for group in bom.groups)
        return bom.with_(
            components=tuple(part for part in bom.components if self._holds(part)),
            groups=tuple(group for group in groups if group is not None),
        )

    def _holds(self, part: Component) -> bool:
        return part.period is ALWAYS or part.period.contains(self._on, self._zone)

    def _group(self, bom: BOM, group: OptionGroup) -> OptionGroup | None:
        options = tuple(option for option in group.options if self._holds(option))
        if len(options) < group.minimum:
            raise Refused(
                "bom.group_lapsed",
                f"group {group.code!r} of {bom.product!r} needs {group.minimum} picks and has "
                f"{len(options)} options left on {self._on}; extend their periods",
                message_zh=f"{bom.product} 的分组 {group.code} 应选 {group.minimum} 项，"
                f"{self._on} 仅剩 {len(options)} 个选项；请延长其有效期",
                product=bom.product,
                group=group.code,
            )
        keys = {option.key for option in options}
        preset = tuple(code for code in group.preset if code in keys)
        return group.with_(options=options, preset=preset) if options else None


def explode(whole: Structure, quantity: Decimal = Decimal(1)) -> tuple[PartTotal, ...]:
    """The totals of all fixed components in ``quantity`` of the product, sub-assemblies included.

    Options and quantities to choose or derive are not fixed and do not count: explode a
    ``Configuration`` for those. Sorted by product code; a part counted in two units has a row for
    each. Raises ``Invalid`` (``unit.incompatible``) where a part with a BOM is counted in a unit of
    another dimension.

    >>> boms = {"A": BOM(product="A", components=(Component(product="B", quantity=2),)),
    ...         "B": BOM(product="B", components=(Component(product="C", quantity=3),))}
    >>> [(part.product, str(part.quantity)) for part in explode(structure("A", boms), Decimal(10))]
    [('B', '20'), ('C', '60')]
    """
    counts = {whole.product: quantity}
    levels = {whole.product: 0}
    totals: dict[tuple[str, str], Decimal] = {}
    for bom in reversed(whole.boms):
        if bom.product not in counts:
            continue
        for part in (each for each in bom.components if each.fixed):
            amount = product(counts[bom.product], part.quantity)
            key = (part.product, whole.unit(part))
            totals[key] = total((totals.get(key, Decimal(0)), amount))
            levels[part.product] = max(levels.get(part.product, 0), levels[bom.product] + 1)
            if whole.bom(part.product) is not None:
                own = whole.own_count(part, amount)
                counts[part.product] = total((counts.get(part.product, Decimal(0)), own))
    return tuple(
        PartTotal(product=code, unit=unit, quantity=amount, level=levels[code])
        for (code, unit), amount in sorted(totals.items())
    )


def dead_picks(whole: Structure, bom: BOM) -> Iterator[tuple[str, Pick]]:
    """The picks in a BOM's rules that nobody can make: no such path, or no such value there.

    >>> from cpq.bom.model import Excludes
    >>> bom = BOM(product="A", excludes=(Excludes(code="R", together=("a=1", "b=2")),))
    >>> [(rule, str(pick)) for rule, pick in dead_picks(structure("A", {"A": bom}), bom)]
    [('R', 'a=1'), ('R', 'b=2')]
    """
    picks = [(rule.code, pick) for rule in bom.requires for pick in (rule.when, *rule.needs)]
    picks += [(rule.code, pick) for rule in bom.excludes for pick in rule.together]
    for code, pick in picks:
        if pick.value not in _offered(whole, bom, pick.path):
            yield code, pick


def _offered(whole: Structure, bom: BOM, path: str) -> frozenset[str]:
    for group in bom.groups:
        if path == group.code:
            return frozenset(option.key for option in group.options)
    for attribute in bom.attributes:
        if path == attribute.code:
            return frozenset(attribute.codes)
    for place, part in bom.placed():
        if path == f"{place}.quantity" and part.span is not None:
            return frozenset(part.span.codes)
        below = whole.bom(part.product)
        rest = below_place(path, place, distinct=whole.separate(part))
        if below is not None and rest:
            found = _offered(whole, below, rest)
            if found:
                return found
    return frozenset()


def below_place(path: str, place: str, *, distinct: bool = True) -> str:
    """What a path says below a place, or below one of its instances; empty: it leads elsewhere.

    >>> below_place("press[2].head", "press"), below_place("head", "press")
    ('head', '')
    """
    if path.startswith(f"{place}."):
        return path[len(place) + 1 :]
    if distinct and path.startswith(f"{place}["):
        number, _, rest = path[len(place) + 1 :].partition("].")
        return rest if number.isdecimal() else ""
    return ""
