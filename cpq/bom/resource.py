"""Resources (资源约束): what some parts supply and others draw, such as power or slots."""

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, LocalText


class Resource(Frozen):
    """Something that parts supply and draw, counted in ``unit``.

    >>> Resource(code="power", name=LocalText(en="power", zh="功率"), unit="W").unit
    'W'
    """

    code: Code
    name: LocalText = LocalText()
    unit: Code | None = None


class Supply(Frozen):
    """What one of a product's own unit supplies of a resource, or draws where it is negative.

    >>> Supply(product="PSU-500", resource="power", amount="500").amount
    Decimal('500')
    """

    product: Code
    resource: Code
    amount: Exact
