"""What can be sold: products, their categories and attributes (产品、分类、属性).

A product is a frozen fact of the host's own catalogue, known by its code. A *category* is a node
in a tree, and a rule on a node covers what lies below it. A *variant* belongs to the product it
varies, so that a price for the family holds until the variant has its own.
"""

from collections.abc import Mapping

from pydantic import Field

from cpq.kernel.model import Frozen, added
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import Code, LocalText


class Category(Frozen):
    """A node of the product tree; ``parent`` is the code of the node above.

    >>> Category(code="laser", parent="machines").parent
    'machines'
    """

    code: Code
    name: LocalText = LocalText()
    parent: Code | None = None


class Product(Frozen):
    """A thing that is sold or built in.

    ``unit`` is the unit it is counted in, ``tax_code`` a row of the tax table, ``variant_of`` the
    product it is a variant of, ``sellable`` when it may be sold (days inclusive). ``freight``: it
    is what transport costs, which promotions on goods leave alone.

    >>> Product(code="M8", name="Bolt M8", unit="pc").name.in_("en")
    'Bolt M8'
    """

    code: Code
    name: LocalText
    unit: Code = "pc"
    category: Code | None = None
    variant_of: Code | None = None
    tax_code: Code = "NONE"
    sellable: Period = ALWAYS
    description: LocalText = LocalText()
    freight: bool = added(False)


def lineage(
    product: Product, products: Mapping[str, Product], categories: Mapping[str, Category]
) -> tuple[str, ...]:
    """The codes of a product's category and of all above it, nearest first; then the same of the
    product that it is a variant of. A rule on any of them covers the product.

    >>> metal = Category(code="metal", parent="parts")
    >>> lineage(Product(code="M8", name="Bolt", category="metal"), {}, {"metal": metal})
    ('metal', 'parts')
    """
    codes: list[str] = []
    family = products.get(product.variant_of) if product.variant_of else None
    for start in (product.category, family.category if family else None):
        code = start
        while code is not None and code not in codes:
            codes.append(code)
            category = categories.get(code)
            code = category.parent if category else None
    return tuple(codes)


class AttributeValue(Frozen):
    """One value that an attribute can take: ``red`` is 红色."""

    code: Code
    name: LocalText = LocalText()


class Attribute(Frozen):
    """Something to choose that is not a part: colour, voltage (属性). The first value is preset.

    >>> Attribute(code="colour", values=({"code": "red"}, {"code": "blue"})).values[0].code
    'red'
    """

    code: Code
    name: LocalText = LocalText()
    values: tuple[AttributeValue, ...] = Field(min_length=1)
