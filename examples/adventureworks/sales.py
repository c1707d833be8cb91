"""AdventureWorks' sales orders as they were: what was asked for, and what it cost.

What was asked for (product, quantity, customer, day) is the input of a replay. The price, the
discount, the special offer and the subtotal are what must come out; they are never put in.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from books import CONSUMER, RESELLER, offer_code
from rows import Row, read_rows

from cpq.configuration import Item

_NO_DISCOUNT = "1"
_CUSTOMERS = {"t": CONSUMER.code, "f": RESELLER.code}


class SoldLine(NamedTuple):
    """A line as it was sold; ``unit_price`` in US dollars, ``discount`` a share of it (0.02)."""

    number: str
    item: Item
    unit_price: Decimal
    discount: Decimal
    offers: tuple[str, ...]


class Sale(NamedTuple):
    """An order as it was; ``subtotal`` in US dollars, before tax and freight."""

    number: str
    on: date
    customer: str
    lines: tuple[SoldLine, ...]
    subtotal: Decimal


def read_sales(folder: Path, codes: Mapping[str, str]) -> tuple[Sale, ...]:
    """The orders in the order of the file. Raises ``Unreadable`` with file, line and column."""
    columns = ("salesorderid", "orderdate", "onlineorderflag", "subtotal")
    headers: dict[str, Row] = {}
    for row in read_rows(folder, "SalesOrderHeader.csv", columns):
        if row.text("salesorderid") in headers:
            raise row.unreadable("salesorderid", "the order stands in the file twice")
        headers[row.text("salesorderid")] = row
    lines = _lines(folder, headers, codes)
    return tuple(
        Sale(
            number=number,
            on=row.day("orderdate"),
            customer=row.one_of("onlineorderflag", _CUSTOMERS, what="flag (t or f)"),
            lines=tuple(lines[number]),
            subtotal=row.number("subtotal"),
        )
        for number, row in headers.items()
    )


def _lines(
    folder: Path, headers: Mapping[str, Row], codes: Mapping[str, str]
) -> Mapping[str, list[SoldLine]]:
    columns = (
        *("salesorderid", "salesorderdetailid", "productid", "orderqty"),
        *("unitprice", "unitpricediscount", "specialofferid"),
    )
    found: defaultdict[str, list[SoldLine]] = defaultdict(list)
    for row in read_rows(folder, "SalesOrderDetail.csv", columns):
        header = row.one_of("salesorderid", headers, what="order")
        found[header.text("salesorderid")].append(_line(row, codes))
    return found


def _line(row: Row, codes: Mapping[str, str]) -> SoldLine:
    offer = row.text("specialofferid")
    return SoldLine(
        number=row.text("salesorderdetailid"),
        item=row.make(
            Item,
            product=row.one_of("productid", codes, what="product"),
            quantity=row.number("orderqty"),
        ),
        unit_price=row.number("unitprice"),
        discount=row.number("unitpricediscount"),
        offers=() if offer == _NO_DISCOUNT else (offer_code(offer),),
    )
