"""Quotes to print: two configured machines with nested parts, spare parts, a service."""

from datetime import date
from decimal import Decimal
from typing import Any

from cpq.allocation import Allocation
from cpq.configuration import Item
from cpq.kernel.money import RoundingPolicy, currency_places, product, rounded
from cpq.quote import Quote, payment_terms
from cpq.waterfall import PricedLine, Pricing


def both(en: str, zh: str) -> dict[str, str]:
    """Words in both languages."""
    return {"en": en, "zh": zh}


def priced(
    number: str,
    name: dict[str, str] | str,
    quantity: str,
    price: str | None = None,
    *,
    listed: str | None = None,
    discount: str = "0",
    tax: str = "13",
    currency: str = "CNY",
    unit: str = "pc",
    code: str = "",
    detail: tuple[dict[str, str], ...] = (),
) -> PricedLine:
    """A line that adds up; without a price, a part that its parent's price includes."""
    places = currency_places(currency)
    asked = Decimal(price or "0")
    book = Decimal(listed) if listed else asked
    amount = rounded(product(Decimal(quantity), asked), places)
    net = amount - Decimal(discount)
    due = rounded(product(net, Decimal(tax), Decimal("0.01")), places)
    return PricedLine(
        number=number,
        product=code or f"P-{number}",
        name=name,
        detail=detail,
        quantity=quantity,
        unit=unit,
        included=price is None,
        currency=currency,
        list_price=book,
        unit_price=asked,
        list_amount=rounded(product(Decimal(quantity), book), places),
        amount=amount,
        discount=discount,
        net=net,
        tax_code=f"VAT{tax}",
        tax_percent=tax,
        tax=due,
        gross=net + due,
    )


MACHINES = (
    priced(
        "1",
        both("Laser cutter LASER-3000", "激光切割机 LASER-3000"),
        "2",
        "398000.00",
        listed="428000.00",
        discount="18000.00",
        unit="set",
        detail=(both("Colour: Graphite", "颜色：石墨灰"),),
    ),
    priced("1.1", both("Cutting head 12 kW", "12 kW 切割头"), "2"),
    priced("1.1.1", both("Focusing lens", "聚焦镜"), "4"),
    priced("1.2", both("Water chiller", "冷水机"), "2", "18650.00"),
    priced(
        "2",
        both("Press brake BEND-160", "折弯机 BEND-160"),
        "1",
        "236500.00",
        listed="251000.00",
        discount="12000.00",
        unit="set",
    ),
    priced("2.1", both("Controller E21", "E21 数控系统"), "1"),
    priced("3", both("Nozzles", "喷嘴"), "240", "26.6667", listed="31.25", code="NOZ-D3"),
    priced("4", both("Gas hose", "气管"), "37.5", "58.40", unit="m"),
    priced("5", both("Training", "培训"), "6", "3200.00", tax="6", unit="day"),
)


def pricing(lines: tuple[PricedLine, ...] = MACHINES, currency: str = "CNY") -> Pricing:
    """A pricing of these lines; what they say of discounts is a promotion ``AUTUMN``."""
    return Pricing(
        customer="C-0042",
        book="VIP",
        currency=currency,
        on=date(2026, 11, 21),
        policy=RoundingPolicy(),
        catalogue="0" * 64,
        items=(Item(product="LASER-3000", quantity="2"),),
        lines=lines,
        allocations=tuple(
            Allocation(
                line=line.number,
                promotion="AUTUMN",
                tax_code=line.tax_code,
                amount=line.discount,
                currency=currency,
            )
            for line in lines
            if line.discount
        ),
    )


def spare_parts(count: int) -> tuple[PricedLine, ...]:
    """So many plain lines."""
    return tuple(
        priced(str(n), both(f"Spare part {n}", f"{n} 号备件"), str(n), f"{n * 7 + 3}.50")
        for n in range(1, count + 1)
    )


def quoted(**changes: Any) -> Quote:
    """A quote with everything on it, or with some fields changed."""
    fields: dict[str, Any] = {
        "number": "Q-2026-0001",
        "state": "sent",
        "title": both("Cutting line, phase 2", "切割产线（二期）"),
        "customer": {
            "code": "C-0042",
            "party": {
                "name": both("Hengtai Machinery Co., Ltd.", "恒泰机械有限公司"),
                "address": both("1288 Xinghu Street\nSuzhou", "苏州市星湖街 1288 号"),
                "tax_id": "91320594MA1XXXX00K",
                "contact": both("Zhao Mingyu", "赵明宇"),
            },
        },
        "seller": {
            "name": both("Northwind Automation Ltd.", "北风自动化有限公司"),
            "tax_id": "91310115MA1K0000XX",
            "phone": "+86 21 5555 0199",
            "bank": both("ICBC 1001 2345", "工商银行 1001 2345"),
        },
        "pricing": pricing(),
        "issued_on": date(2026, 11, 21),
        "valid_until": date(2026, 12, 21),
        "payment": payment_terms(("30%", "signing", 7), ("70%", "delivery", 0)),
        "delivery": both("DAP Suzhou", "苏州到厂"),
        "salesperson": {"name": both("Li Wenjing", "李文静"), "email": "li@northwind.example"},
        "terms": (
            {"title": both("Warranty", "质保"), "text": both("24 months.", "24 个月。")},
            {"text": both("Consumables are excluded.", "易损件除外。")},
        ),
    }
    return Quote.model_validate({**fields, **changes})


def for_customer(name: dict[str, str] | str, **changes: Any) -> Quote:
    """A quote for a customer of that name."""
    return quoted(customer={"code": "C-0042", "party": {"name": name}}, **changes)
