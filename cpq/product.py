"""What can be sold: products, their categories and attributes (产品、分类、属性).

A product is a frozen fact of the host's own catalogue, known by its code. A *category* is a node
in a tree, and a rule on a node covers what lies below it. A *variant* belongs to the product it
varies, so that a price for the family holds until the variant has its own.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, plain, product, total
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import Code, LocalText

NUMBERS_MAX: Final = 20_000
"""How many numbers a range may have: beyond that its values can be neither shown nor solved."""

BillingPeriod = Literal["month", "quarter", "year"]
"""How long one period of service is: what a price that recurs is for (计费周期)."""

Periods = Annotated[int, Field(ge=1, le=1200)]
"""For how many billing periods a service is sold."""


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
    is what transport costs, which promotions on goods leave alone. ``billing``: it is a service
    whose price is for one unit and one such period, over and over; ``None`` is charged once.

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
    billing: BillingPeriod | None = added(None)


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
    """One value that an attribute can take: ``red`` is 红色.

    ``preference`` is what taking it costs where the most preferred completion is asked for: the
    lower the better.
    """

    code: Code
    name: LocalText = LocalText()
    preference: int = added(0)


class NumberRange(Frozen):
    """Numbers on a grid: ``low``, and so on in steps, as long as they are not above ``high``.

    At most 20,000 numbers; each is coded by its plain digits. ``unit`` is what they count.

    >>> NumberRange(low="10", high="11", step="0.5", unit="m").codes
    ('10', '10.5', '11')
    """

    low: Exact
    high: Exact
    step: Exact = Field(default=Decimal(1), gt=0)
    unit: Code | None = None

    @model_validator(mode="after")
    def _is_short_enough(self) -> "NumberRange":
        if self.low > self.high:
            raise Invalid(
                "bom.no_value",
                f"the range from {plain(self.low)} to {plain(self.high)} has no number; "
                "low is at most high",
                message_zh=f"范围 {plain(self.low)} 至 {plain(self.high)} 内没有数字；"
                "low 不得大于 high",
            )
        if self._last >= NUMBERS_MAX:
            raise ValueError(
                f"the range from {plain(self.low)} to {plain(self.high)} in steps of "
                f"{plain(self.step)} has {self._last + 1} numbers; at most {NUMBERS_MAX} fit, so "
                "widen the step"
            )
        return self

    @property
    def _last(self) -> int:
        return (Fraction(self.high) - Fraction(self.low)) // Fraction(self.step)

    @cached_property
    def numbers(self) -> tuple[Decimal, ...]:
        """The numbers, lowest first."""
        steps = (product(self.step, Decimal(each)) for each in range(self._last + 1))
        return tuple(total((self.low, more)) for more in steps)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the numbers, lowest first."""
        return tuple(number_code(number) for number in self.numbers)


def number_code(number: Decimal) -> str:
    """The code of a number: plain digits, no zeros behind the last decimal.

    >>> number_code(Decimal("12.50")), number_code(Decimal("1E+3"))
    ('12.5', '1000')
    """
    digits = plain(number)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


class Attribute(Frozen):
    """Something to choose that is not a part: colour, voltage, length (属性).

    It has ``values``, or numbers in a ``range``. ``default`` is preset, else the first value.
    Raises ``Invalid`` (``bom.no_value``) where it has none.

    >>> Attribute(code="colour", values=({"code": "red"}, {"code": "blue"})).codes
    ('red', 'blue')
    >>> Attribute(code="length", range={"low": 2, "high": 4}, default="3").preset
    '3'
    """

    code: Code
    name: LocalText = LocalText()
    values: tuple[AttributeValue, ...] = ()
    range: NumberRange | None = added(None)
    default: Code | None = added(None)

    @model_validator(mode="after")
    def _offers_something(self) -> "Attribute":
        if not self.values and self.range is None:
            raise Invalid(
                "bom.no_value",
                f"attribute {self.code!r} has no value to choose; give it values, or a range of "
                "numbers",
                message_zh=f"属性 {self.code} 没有任何可选值；请给出 values 或 range",
            )
        if self.values and self.range is not None:
            raise ValueError(
                f"attribute {self.code!r} has either values or a range of numbers; give one of them"
            )
        if self.default is not None and self.default not in self.codes:
            raise ValueError(
                f"attribute {self.code!r} has the default {self.default!r}, which is none of its "
                f"values; they are {', '.join(self.codes[:20])}"
            )
        return self

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all its values, each once, in the order written."""
        if self.range is not None:
            return self.range.codes
        return tuple(dict.fromkeys(value.code for value in self.values))

    @property
    def preset(self) -> str:
        """The value it has where nobody chose."""
        return self.default or self.codes[0]

    def words(self, code: str) -> LocalText:
        """How a value is printed: its name, or its code, with the unit of a range.

        >>> str(Attribute(code="length", range={"low": 2, "high": 4, "unit": "m"}).words("3"))
        '3 m'
        """
        if self.range is not None:
            return LocalText(en=f"{code} {self.range.unit}" if self.range.unit else code)
        name = {value.code: value.name for value in self.values}[code]
        return name if str(name) else LocalText(en=code)
