"""Services to test with: seats by the month, care by the year, and what is charged once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from cpq import (
    Catalogue,
    Configuration,
    Item,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    Pricing,
    Product,
    PromotionPolicy,
    entry,
    price,
)
from cpq.kernel.errors import Finding, Refused
from cpq.waterfall.replay import replay

DAY = date(2026, 11, 22)
PRODUCTS = (
    Product(code="SEAT", name={"en": "Seat", "zh": "席位"}, billing="month", tax_code="VAT6"),
    Product(code="CARE", name={"en": "Care", "zh": "维保"}, billing="year", tax_code="VAT6"),
    Product(code="LINE", name="Line", billing="month", tax_code="VAT6"),
    Product(code="BOX", name="Box", tax_code="VAT13"),
    Product(code="SETUP", name="Set-up", tax_code="VAT6"),
)
SEAT = entry("SEAT", price="50")


def shop(*entries: PriceBookEntry, costs: Sequence[PriceBookEntry] = (), **more: Any) -> Catalogue:
    """A seller of services and of the box they run in."""
    shares = more.pop("shares", ())
    version = PriceBookVersion(entries=entries, shares=shares)
    books = [PriceBook(code="LIST", currency="CNY", versions=(version,), **more.pop("book", {}))]
    if costs:
        versions = (PriceBookVersion(entries=tuple(costs)),)
        books.append(PriceBook(code="COST", currency="CNY", versions=versions))
        more["cost_book"] = "COST"
    return Catalogue(
        **{"products": PRODUCTS, "books": tuple(books), "default_book": "LIST", **more}
    )


def priced(items: Sequence[Item | Configuration], catalogue: Catalogue, **asked: Any) -> Pricing:
    """The pricing, of which every trace replays to what is paid."""
    found = price(items, catalogue=catalogue, on=DAY, **asked)
    for line in found.lines:
        paid = line.gross if line.basis == "gross" else line.net
        assert replay(line, found.policy) == paid
    return found


def findings(items: Sequence[Item | Configuration], catalogue: Catalogue) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as refusal:
        price(items, catalogue=catalogue, on=DAY)
    assert refusal.value.code == "pricing.invalid"
    return refusal.value.findings


def off(benefit: object, **more: Any) -> dict[str, Any]:
    """The promotions of a shop that has this one."""
    return {
        "promotions": (PromotionPolicy.model_validate({"code": "P", "benefit": benefit, **more}),)
    }
