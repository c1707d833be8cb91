"""Formulas for prices, and what is put on a cost."""

from decimal import Decimal
from fractions import Fraction

from cpq.kernel.expression import Expression
from cpq.pricebook.rails import on_margin, on_markup
from tests.errors.registry import reproduces

CONTEXT: dict[str, Fraction | Decimal | int] = {"base": 100, "cost": Decimal("80.50")}


@reproduces(
    "formula.syntax",
    en="A text is no formula: something is missing, left over or in the wrong place.",
    zh="公式写法不完整或有误。",
    do="Go to the character that is named; count the parentheses.",
    names=("'max(base * 1.2, cost + 5'", "character 4", "never closed"),
)
def a_parenthesis_that_is_never_closed() -> None:
    Expression.of("max(base * 1.2, cost + 5")


@reproduces(
    "formula.not_allowed",
    en="A formula has something that formulas do not know.",
    zh="公式中含有不允许的符号、函数或写法。",
    do="Write it with the operators and functions that the message lists.",
    names=("rule 'R-7'", "character 6", "'**'", "abs, ceil, floor, max, min, round"),
)
def a_power_in_a_formula() -> None:
    Expression.of("base ** 2", rule="R-7")


@reproduces(
    "formula.too_large",
    en="A formula, or a figure in it, is too long, too deep or too large.",
    zh="公式过长、嵌套过深，或其中的数值过大。",
    do="Make two rules of it; check the figures and their units.",
    names=("at most 1000 characters", "found 1207"),
)
def a_formula_without_end() -> None:
    Expression.of("base" + " + 1" * 300 + "   ")


@reproduces(
    "formula.unknown_name",
    en="A formula names something that is not known where it is used.",
    zh="公式中的名称在此处未定义。",
    do="Use one of the names that the message lists, or give the product that attribute.",
    names=("rule 'R-7'", "character 1", "'长度'", "base, cost"),
)
def a_length_that_the_product_has_not() -> None:
    Expression(text="长度 * 3").value(CONTEXT, rule="R-7")


@reproduces(
    "formula.not_a_number",
    en="A formula needs an exact number, and finds text, a float or a condition.",
    zh="公式此处需要精确数值。",
    do="Write plain digits such as 1200 or 0.25; give attributes as decimals.",
    names=("character 8", "'1e3'", "1200 or 0.25"),
)
def a_number_with_an_exponent() -> None:
    Expression.of("base + 1e3")


@reproduces(
    "formula.not_a_condition",
    en="A formula needs a condition after `if`, `and`, `or` or `not`, and finds a number.",
    zh="公式此处需要条件，不能是数值。",
    do="Compare the number with another: `cost > 0`.",
    names=("character 9", "'cost'", "x > 0"),
)
def a_number_as_a_condition() -> None:
    Expression.of("base if cost else 0")


@reproduces(
    "formula.wrong_arguments",
    en="A function of a formula has too many arguments, too few, or one of the wrong kind.",
    zh="公式中函数的参数个数或类型不正确。",
    do="Write the function as the message shows it.",
    names=("character 1", "max(base)", "1 argument", "max(x, y, …)"),
)
def the_largest_of_one_number() -> None:
    Expression.of("max(base)")


@reproduces(
    "formula.division_by_zero",
    en="A formula divides by something that is 0 for these figures.",
    zh="公式计算时除数为零。",
    do="Guard it: `x / y if y > 0 else 0`.",
    names=("rule 'R-7'", "character 9", "'base - 100' is 0"),
)
def a_division_by_nothing() -> None:
    Expression(text="cost / (base - 100)").value(CONTEXT, rule="R-7")


@reproduces(
    "formula.not_positive",
    en="`ceil` or `floor` is to round to a multiple that is 0 or less.",
    zh="取整的倍数必须大于零。",
    do="Give a multiple above 0.",
    names=("character 12", "'base - 100' is 0"),
)
def a_multiple_of_nothing() -> None:
    Expression(text="ceil(cost, base - 100)").value(CONTEXT)


@reproduces(
    "price.margin_too_high",
    en="A margin is 100 percent of the price or more.",
    zh="毛利率必须小于 100%。",
    do="Give a margin below 100; a percentage of the cost is a markup.",
    names=("found 100", "markup"),
)
def a_margin_that_no_price_has() -> None:
    on_margin(Fraction(80), Decimal(100))


@reproduces(
    "price.markup_too_low",
    en="A markup takes more than the whole cost away.",
    zh="加价率不能低于 -100%。",
    do="Give a markup from -100 on.",
    names="-120",
)
def a_markup_below_the_cost() -> None:
    on_markup(Fraction(80), Decimal(-120))
