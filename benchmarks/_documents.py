"""Quotes to print: priced by the books of ``_deals``, in two languages, of so many lines.

One line in eight is a service by the day in another tax; one in four has tiers of its own, so its
discount is shown. Names have both languages: the second line of each row is part of what a document
costs.
"""

import html
from datetime import date, timedelta
from functools import cache

from benchmarks._deals import DAY, Ware, catalogue, quotes, wares
from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.text import LocalText
from cpq.pricing import price
from cpq.quote import Clause, Quote, draft_quote, payment_terms, send

_WARES = 400
_SELLER = Party(
    name=LocalText(en="Northwind Automation Ltd.", zh="北风自动化有限公司"),
    address=LocalText(en="12 Harbour Road\nShanghai", zh="上海市港口路 12 号"),
    tax_id="91310115MA1K0000XX",
    bank=LocalText(en="ICBC 1001 2345", zh="工商银行 1001 2345"),
)
_CUSTOMER = Customer(
    code="C-0042",
    party=Party(
        name=LocalText(en="Hengtai Machinery Co., Ltd.", zh="恒泰机械有限公司"),
        address=LocalText(en="1288 Xinghu Street\nSuzhou", zh="苏州市星湖街 1288 号"),
        tax_id="91320594MA1XXXX00K",
    ),
)
_TERMS = tuple(
    Clause(title=LocalText(en=en, zh=zh), text=LocalText(en=about, zh=about_zh))
    for en, zh, about, about_zh in (
        ("Warranty", "质保", "24 months from acceptance.", "自验收之日起 24 个月。"),
        ("Delivery", "交货", "Eight weeks from the first payment.", "首付款到账后八周。"),
        ("Training", "培训", "Two days at the customer's site.", "在客户现场培训两天。"),
    )
)


@cache
def _shop() -> tuple[tuple[Ware, ...], Catalogue]:
    found = wares(_WARES)
    return found, catalogue(found).with_(customers=(_CUSTOMER,))


def quote(lines: int, *, number: int = 1) -> Quote:
    """A quote of so many lines, sent; another number has other lines."""
    found, books = _shop()
    (asked,) = quotes(found, lines=lines, size=lines, seed=number)
    pricing = price([line.item for line in asked], catalogue=books, customer=_CUSTOMER.code, on=DAY)
    named = tuple(
        line.with_(name=LocalText(en=f"Bearing unit {line.product}", zh=f"轴承单元 {line.product}"))
        for line in pricing.lines
    )
    drafted = draft_quote(
        pricing.with_(lines=named),
        number=f"Q-2026-{number:04}",
        customer=_CUSTOMER,
        seller=_SELLER,
        issued_on=DAY,
        valid_until=_month_later(DAY),
        delivery=LocalText(en="DAP Suzhou", zh="苏州到厂"),
        payment=payment_terms(("30%", "signing", 7), ("70%", "delivery", 0)),
        terms=_TERMS,
    )
    return send(drafted)


def _month_later(day: date) -> date:
    return day + timedelta(days=30)


def plain_table(found: Quote) -> str:
    """The same rows and columns in the quickest way that WeasyPrint knows: one family, one fixed
    table, one language, one line each, no head nor foot, no tags.
    """
    rows = "".join(
        f"<tr><td>{line.number}<td>{html.escape(line.name.en)}<td>{line.quantity} {line.unit}"
        f"<td>{line.list_price}<td>{line.discount}<td>{line.unit_price}<td>{line.tax_percent}%"
        f"<td>{line.net}"
        for line in found.pricing.lines
    )
    return (
        "<!doctype html><meta charset=utf-8><title>Rows</title><style>"
        "@page { size: A4; margin: 15mm } body { font: 8.5pt 'CPQ Sans' }"
        "table { table-layout: fixed; width: 100%; border-collapse: collapse }"
        "</style><table><col style='width: 7%'><col style='width: 30%'><col><col><col><col><col>"
        f"<col>{rows}</table>"
    )
