"""What a configurable product is made of (多级销售 BOM): parts, groups to pick from, rules.

A BOM belongs to a product; a component may have a BOM of its own, to any depth, so a two-level
machine is a BOM whose components have BOMs. A group offers options of which between ``minimum``
and ``maximum`` are picked. Rules speak of picks by path: ``head=HEAD-12KW`` is an option of the
top level, ``chiller.pump=PUMP-2`` one of the component ``chiller``'s group, ``fans.quantity`` how
many fans there are.
"""

from collections.abc import Iterator

from pydantic import model_validator

from cpq.bom.component import Component, OptionGroup, Rollup, Sold
from cpq.bom.resource import Supply
from cpq.bom.rule import Excludes, IfThen, Requires, SumRule
from cpq.bom.table import CompatibilityTable
from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code
from cpq.product import Attribute

Rule = Requires | Excludes | IfThen | CompatibilityTable | SumRule
"""What a bill of materials can say about choices."""


_SOLD: dict[Rollup, Sold] = {
    "parent": "included",
    "allocated": "included",
    "components": "priced",
    "sum": "priced",
}


class BOM(Frozen):
    """The bill of materials of one product: fixed parts, groups, attributes and rules.

    ``rollup`` says how its price comes from its own and its parts'. Quantities are per one of the
    product's own unit. ``balances`` names the resources of which, in this product and all below it
    that does not balance them itself, at least as much is supplied as drawn; ``supplies`` says what
    products supply and draw.

    >>> desk = BOM(product="DESK", components=({"product": "TOP"}, {"product": "LEG",
    ...            "quantity": 4, "sold": "priced"}))
    >>> [(part.key, part.sold) for part in desk.parts()]
    [('TOP', 'included'), ('LEG', 'priced')]
    """

    product: Code
    rollup: Rollup = "as_sold"
    components: tuple[Component, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    requires: tuple[Requires, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    if_then: tuple[IfThen, ...] = added(())
    tables: tuple[CompatibilityTable, ...] = added(())
    sums: tuple[SumRule, ...] = added(())
    supplies: tuple[Supply, ...] = added(())
    balances: tuple[Code, ...] = added(())

    @model_validator(mode="after")
    def _names_are_unique(self) -> "BOM":
        names = [component.key for component in self.components]
        names += [group.code for group in self.groups]
        names += [attribute.code for attribute in self.attributes]
        dotted = [
            name
            for name in (*(g.code for g in self.groups), *(a.code for a in self.attributes))
            if "." in name
        ]
        if dotted:
            raise ValueError(
                f"the BOM of {self.product!r} names {', '.join(dotted)}; groups and attributes "
                "have no dot in their code, because dots part the steps of a path"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"the BOM of {self.product!r} uses a name for two things: {', '.join(twice)}; "
                "give one of them another place or code"
            )
        return self

    def sold(self, part: Component) -> Sold:
        """Whether a part of it is priced by itself: as the roll-up says, else the part.

        >>> part = Component(product="LEG", sold="priced")
        >>> BOM(product="DESK").sold(part), BOM(product="DESK", rollup="parent").sold(part)
        ('priced', 'included')
        """
        return _SOLD.get(self.rollup, part.sold)

    def parts(self) -> Iterator[Component]:
        """Every component that the BOM may contain: fixed parts, then all options."""
        yield from self.components
        for group in self.groups:
            yield from group.options

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All its rules, kind by kind."""
        return (*self.requires, *self.excludes, *self.if_then, *self.tables, *self.sums)

    @property
    def has_rules(self) -> bool:
        """Whether it says more than what is required and excluded, so that it must be checked."""
        derived = any(part.quantity_formula for part in self.parts())
        return bool(self.if_then or self.tables or self.sums or self.balances or derived)

    def placed(self) -> Iterator[tuple[str, Component]]:
        """Every component that the BOM may contain, with the path of its place.

        >>> bom = BOM(product="A", groups=({"code": "g", "options": ({"product": "X"},)},))
        >>> [path for path, _ in bom.placed()]
        ['g.X']
        """
        yield from ((part.key, part) for part in self.components)
        for group in self.groups:
            yield from ((f"{group.code}.{option.key}", option) for option in group.options)
