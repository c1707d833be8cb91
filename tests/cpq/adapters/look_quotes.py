"""Quotes for the look of documents: services that recur, alternatives, many nested lines."""

from decimal import Decimal
from typing import Any

from cpq.kernel.money import Money, product, rounded
from cpq.quote import Quote
from cpq.quote.alternative import Alternative
from cpq.waterfall import PricedLine
from tests.cpq.adapters.document_quotes import MACHINES, both, priced, pricing, quoted

TERMS = (
    {
        "title": both("Warranty", "质保"),
        "text": both(
            "24 months from acceptance; consumables are excluded.",
            "自验收之日起质保 24 个月，易损件除外。",
        ),
    },
    {
        "title": both("Installation", "安装调试"),
        "text": both(
            "Installation and commissioning are included; the customer provides foundation, "
            "power and compressed air.",
            "含安装调试；地基、电源和压缩空气由客户提供。",
        ),
    },
    {
        "title": both("Retention of title", "所有权保留"),
        "text": both(
            "The goods remain the property of the seller until they are paid in full.",
            "货款付清前，货物所有权归卖方所有。",
        ),
    },
)


def service(
    number: str,
    name: dict[str, str],
    quantity: str,
    price: str,
    *,
    periods: int = 36,
    billing: str = "month",
    **fields: Any,
) -> PricedLine:
    """A service at a price per unit and period, its amounts being those of the whole term."""
    line = priced(number, name, quantity, price, tax="6", **fields)
    amount = product(line.amount, Decimal(periods))
    tax = rounded(product(amount, Decimal("0.06")), 2)
    gross = (Money(amount, "CNY") + Money(tax, "CNY")).amount
    return line.with_(
        billing=billing,
        periods=periods,
        list_amount=amount,
        amount=amount,
        net=amount,
        tax=tax,
        gross=gross,
    )


SERVICES = (
    service("6", both("Line monitoring", "产线监控"), "12", "86.00", code="CLOUD-M"),
    service("7", both("Premium support 24×7", "7×24 高级支持"), "2", "1450.00", code="SUP-P"),
)
WITHOUT_BRAKE = tuple(line for line in MACHINES if not line.number.startswith("2"))


def recurring(**changes: Any) -> Quote:
    """The machines, and two services for 36 months."""
    fields = {"pricing": pricing((*MACHINES, *SERVICES)), "terms": TERMS, **changes}
    return quoted(**fields)


def with_alternatives(**changes: Any) -> Quote:
    """The machines; beside them the same without the brake, and with the services."""
    others = (
        ("B", both("Without the press brake", "不含折弯机"), WITHOUT_BRAKE),
        ("C", both("With monitoring and support", "含监控与支持"), (*MACHINES, *SERVICES)),
    )
    beside = tuple(
        Alternative(code=code, title=title, pricing=pricing(lines)) for code, title, lines in others
    )
    return quoted(**{"alternatives": beside, "terms": TERMS, **changes})


def nested(count: int, **changes: Any) -> Quote:
    """So many lines: modules with parts, and parts of parts; every third module is discounted."""
    lines: list[PricedLine] = []
    head = 0
    while len(lines) < count:
        head += 1
        lines.append(
            priced(
                str(head),
                both(f"Conveyor module CM-{head}", f"输送模块 CM-{head}"),
                "2",
                f"{head * 37 + 1250}.00",
                listed=f"{head * 37 + 1300}.00",
                unit="set",
                code=f"CM-{head:04d}",
                discount="0" if head % 3 else "25.00",
            )
        )
        lines += [
            priced(f"{head}.1", both("Drive unit", "驱动单元"), "4", code="DU-1"),
            priced(f"{head}.1.1", both("Gear set", "齿轮组"), "8", code="GEAR"),
            priced(f"{head}.2", both("Control box", "控制箱"), "2", "688.50", code="CB-2"),
            priced(f"{head}.3", both("Side rail", "侧板"), "4", code="RAIL"),
        ]
    fields = {"pricing": pricing(tuple(lines[:count])), "terms": TERMS, **changes}
    return quoted(**fields)
