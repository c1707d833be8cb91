"""Numbers, money, currencies, units, instants, zones."""

from datetime import date
from decimal import Decimal

from cpq import Money, Period
from cpq.kernel.period import zone
from cpq.kernel.quantity import STANDARD_UNITS
from tests.errors.registry import reproduces
from tests.errors.shop import cny, usd


@reproduces(
    "number.not_exact",
    en="A number is given as a float, a bool or text that is not plain digits.",
    zh="数值不是精确数：给的是浮点数、布尔值或非数字文本。",
    do="Give a `Decimal`, an `int` or text such as `'19.99'`.",
    names="float '19.99'",
)
def a_float_as_money() -> None:
    Money(19.99, "CNY")


@reproduces(
    "number.out_of_range",
    en="A number, or the amount of a line, is too large, too small, too long, or not finite.",
    zh="数值超出范围：过大、过小、位数过多或不是有限数。",
    do="Check the figure and its unit.",
    names="1000000000000000000",
)
def a_number_too_large() -> None:
    Money("1000000000000000000", "CNY")


@reproduces(
    "money.off_grid",
    en="An amount with more decimals than its currency has is to be split, booked or billed.",
    zh="金额的小数位多于币种的最小单位，不能拆分、记账或开票。",
    do="Round it once, with `rounded()`, at the place that a document names.",
    names="10.005 CNY",
)
def half_a_fen() -> None:
    amount = cny("10.005")
    amount.split(3)


@reproduces(
    "money.not_money",
    en="Money is added to, or compared with, something that is not money.",
    zh="金额只能与金额相加或比较。",
    do="Give the other side a currency: `Money(1, 'CNY')`.",
    names=("10.00 CNY", "int"),
)
def money_and_a_number() -> object:
    return cny("10.00") + 1


@reproduces(
    "money.currency_mismatch",
    en="Two amounts in different currencies meet.",
    zh="两个金额的币种不同。",
    do="Convert one of them at a rate that a document states.",
    names=("10.00 CNY", "1.50 USD"),
)
def two_currencies() -> object:
    return cny("10.00") + usd("1.50")


@reproduces(
    "money.not_number",
    en="Money is multiplied by money.",
    zh="金额不能乘以金额。",
    do="Multiply by a number; for a share of an amount use `share()`.",
    names=("10.00 CNY", "2.00 CNY"),
)
def money_times_money() -> object:
    return cny("10.00") * cny("2.00")


@reproduces(
    "money.divided",
    en="Money is divided or rounded by an operator, so that cents would be lost.",
    zh="金额不做除法，也不用内置取整，以免丢分。",
    do="Use `split()` for parts that add up, `share()`, `ratio_to()` or `rounded()`.",
    names="split()",
)
def a_third_of_money() -> object:
    return cny("100.00") / 3


@reproduces(
    "currency.unknown",
    en="No currency of ISO 4217 has this code.",
    zh="币种代码不存在（应为 ISO 4217 代码）。",
    do="Write the three capital letters, `'CNY'` for renminbi.",
    names="'RMB'",
)
def an_unknown_currency() -> None:
    Money("10.00", "RMB")


@reproduces(
    "weights.invalid",
    en="Weights to share by are missing, negative, floats, or all zero.",
    zh="分摊权重缺失、为负、为浮点数或全为零。",
    do="Give weights of 0 or more of which one is above 0.",
    names="zero",
)
def nothing_to_share_by() -> None:
    cny("100.00").split([0, 0])


@reproduces(
    "unit.unknown",
    en="The unit table has no unit of this code.",
    zh="计量单位不存在。",
    do="Use one that the message lists, or add the unit to the catalogue.",
    names=("'lb'", "known are"),
)
def an_unknown_unit() -> None:
    STANDARD_UNITS.convert(Decimal(1), "kg", "lb")


@reproduces(
    "unit.incompatible",
    en="Two units measure different things.",
    zh="两个单位的量纲不同，不能换算。",
    do="Price or order in a unit of the product's own dimension.",
    names=("'kg'", "mass", "'pc'", "count"),
)
def kilograms_as_pieces() -> None:
    STANDARD_UNITS.convert(Decimal(1), "kg", "pc")


@reproduces(
    "instant.naive",
    en="An instant names no time zone.",
    zh="时刻没有时区。",
    do="Write the offset, or give a day where a day is meant.",
    names="2026-11-21 09:00:00",
)
def an_instant_without_zone() -> None:
    Period(start="2026-11-21T09:00:00")


@reproduces(
    "instant.out_of_range",
    en="A day or instant lies outside the years 1 to 9999 in UTC.",
    zh="时刻超出公元 1 年至 9999 年（UTC）。",
    do="Leave a period open (`None`) instead of naming the first or last day there is.",
    names="0001-01-01",
)
def before_the_first_year() -> None:
    Period().contains(date.min, zone("Asia/Shanghai"))


@reproduces(
    "zone.unknown",
    en="No IANA time zone has this name.",
    zh="时区名称不存在（应为 IANA 时区）。",
    do="Write a name such as `Asia/Shanghai`.",
    names="'China'",
)
def an_unknown_zone() -> None:
    zone("China")
