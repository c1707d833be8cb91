"""What a configurable product is made of (多级销售 BOM): parts, groups to pick from, rules.

A BOM belongs to a product; a component may have a BOM of its own, to any depth, so a two-level
machine is a BOM whose components have BOMs. A group offers options of which between ``minimum``
and ``maximum`` are picked. Rules speak of picks by path: ``head=HEAD-12KW`` is an option of the
top level, ``chiller.pump=PUMP-2`` one of the component ``chiller``'s group.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, product, total
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.text import Code, Line, LocalText
from cpq.product import Attribute

Sold = Literal["included", "priced"]
"""Whether a part's price is held by its parent (included) or the part is priced on its own."""


class Component(Frozen):
    """A part: so many of a product per parent; ``key`` names its place in paths.

    ``sold`` says whether its price is included in the parent's; the period is in days, inclusive.

    >>> Component(product="CHILLER", quantity=1).key
    'CHILLER'
    """

    product: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    unit: Code | None = None
    sold: Sold = "included"
    place: Code | None = None
    period: Period = ALWAYS

    @property
    def key(self) -> str:
        """The name of its place: ``place`` where given, else the product's code."""
        return self.place or self.product


class OptionGroup(Frozen):
    """Options of which ``minimum`` to ``maximum`` are picked (选配分组); ``preset`` are picked
    where nobody chose.

    >>> OptionGroup(code="head", options=({"product": "H-6"}, {"product": "H-12"})).maximum
    1
    """

    code: Code
    name: LocalText = LocalText()
    options: tuple[Component, ...] = Field(min_length=1)
    minimum: int = Field(default=1, ge=0)
    maximum: int = Field(default=1, ge=1)
    preset: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _can_be_satisfied(self) -> "OptionGroup":
        keys = [option.key for option in self.options]
        if len(set(keys)) != len(keys):
            raise ValueError(f"group {self.code!r} offers the same option twice: {keys}")
        if self.minimum > self.maximum or self.minimum > len(keys):
            raise ValueError(
                f"group {self.code!r} asks for at least {self.minimum} and at most "
                f"{self.maximum} of {len(keys)} options"
            )
        unknown = [code for code in self.preset if code not in keys]
        if unknown or len(self.preset) > self.maximum:
            raise ValueError(f"group {self.code!r} has an impossible preset {self.preset}")
        return self


class Pick(Frozen):
    """A choice that a rule speaks of: the option or attribute value ``value`` at ``path``.

    >>> str(Pick.read("chiller.pump=PUMP-2"))
    'chiller.pump=PUMP-2'
    """

    path: Line
    value: Code

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        path, equals, code = value.partition("=")
        if not (path.strip() and equals and code.strip()):
            raise ValueError(
                f"a pick is written path=value, such as head=HEAD-12KW; found {value!r}"
            )
        return {"path": path.strip(), "value": code.strip()}

    @classmethod
    def read(cls, text: str) -> "Pick":
        """A pick from its text, ``path=value``."""
        return cls.model_validate(text)

    def __str__(self) -> str:
        return f"{self.path}={self.value}"


class Requires(Frozen):
    """If ``when`` is picked, at least one of ``needs`` must be (依赖)."""

    code: Code
    when: Pick
    needs: tuple[Pick, ...] = Field(min_length=1)
    message: LocalText = LocalText()


class Excludes(Frozen):
    """The picks of ``together`` must not all be picked at once (互斥)."""

    code: Code
    together: tuple[Pick, ...] = Field(min_length=2)
    message: LocalText = LocalText()


class BOM(Frozen):
    """The bill of materials of one product: fixed parts, groups, attributes and rules."""

    product: Code
    components: tuple[Component, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    requires: tuple[Requires, ...] = ()
    excludes: tuple[Excludes, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "BOM":
        names = [component.key for component in self.components]
        names += [group.code for group in self.groups]
        names += [attribute.code for attribute in self.attributes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"the BOM of {self.product!r} uses a name for two things: {', '.join(twice)}; "
                "give one of them another place or code"
            )
        return self

    def parts(self) -> Iterator[Component]:
        """Every component that the BOM may contain: fixed parts, then all options."""
        yield from self.components
        for group in self.groups:
            yield from group.options


class Structure(Frozen):
    """A product's BOM as of a day with every BOM below it: all that configuring needs.

    ``units`` holds the unit of each product that occurs, as (code, unit).
    """

    product: Code
    boms: tuple[BOM, ...]
    units: tuple[tuple[Code, Code], ...] = ()

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


class PartTotal(Frozen):
    """How much of a part a whole contains, over all places and levels."""

    product: Code
    quantity: Exact
    unit: Code
    level: int
    """The deepest level at which the part occurs; 1 is right below the root."""


def structure(
    product: str,
    boms: Mapping[str, BOM],
    *,
    on: Moment | None = None,
    units: Mapping[str, str] | None = None,
) -> Structure:
    """The BOM of ``product`` and all below it, with the components that hold on a day.

    Raises ``NotFound`` (``bom.unknown``) where the product has none and ``Refused``
    (``bom.cycle``) where a product contains itself, naming the whole path.

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
    _collect(product, boms, on, above=(), found=found)
    named = {
        code for bom in found.values() for code in (bom.product, *(p.product for p in bom.parts()))
    }
    known = units or {}
    return Structure(
        product=product,
        boms=tuple(found.values()),
        units=tuple((code, known[code]) for code in sorted(named) if code in known),
    )


def _collect(
    product: str,
    boms: Mapping[str, BOM],
    on: Moment | None,
    *,
    above: tuple[str, ...],
    found: dict[str, BOM],
) -> None:
    path = (*above, product)
    if product in above:
        raise Refused(
            "bom.cycle",
            f"product {product!r} contains itself: {' > '.join(path)}; remove one of these parts",
            path=path,
        )
    if product in found or product not in boms:
        return
    bom = boms[product] if on is None else _effective(boms[product], on)
    for part in bom.parts():
        _collect(part.product, boms, on, above=path, found=found)
    found[product] = bom


def _effective(bom: BOM, on: Moment) -> BOM:
    if all(part.period is ALWAYS for part in bom.parts()):
        return bom
    groups = []
    for group in bom.groups:
        options = tuple(option for option in group.options if option.period.contains(on))
        keys = {option.key for option in options}
        preset = tuple(code for code in group.preset if code in keys)
        if options:
            groups.append(group.with_(options=options, preset=preset))
    components = tuple(part for part in bom.components if part.period.contains(on))
    return bom.with_(components=components, groups=tuple(groups))


def explode(whole: Structure, quantity: Decimal = Decimal(1)) -> tuple[PartTotal, ...]:
    """The totals of all fixed components in ``quantity`` of the product, sub-assemblies included.

    Options are not fixed and do not count: explode a ``Configuration`` for those. Sorted by
    product code; a part counted in two units has a row for each.

    >>> boms = {"A": BOM(product="A", components=(Component(product="B", quantity=2),)),
    ...         "B": BOM(product="B", components=(Component(product="C", quantity=3),))}
    >>> [(part.product, str(part.quantity)) for part in explode(structure("A", boms), Decimal(10))]
    [('B', '20'), ('C', '60')]
    """
    totals: dict[tuple[str, str], tuple[Decimal, int]] = {}

    def add(product_code: str, count: Decimal, level: int) -> None:
        bom = whole.bom(product_code)
        for part in bom.components if bom else ():
            amount = product(count, part.quantity)
            key = (part.product, whole.unit(part))
            before, deepest = totals.get(key, (Decimal(0), 0))
            totals[key] = (total((before, amount)), max(deepest, level))
            add(part.product, amount, level + 1)

    add(whole.product, quantity, 1)
    return tuple(
        PartTotal(product=code, unit=unit, quantity=amount, level=level)
        for (code, unit), (amount, level) in sorted(totals.items())
    )
