"""The worked cases of ``cpq_cases.json``, each through the public words of ``cpq``.

One adapter per family: ``book`` asks price books, ``split`` shares whole units, ``promoted`` takes
promotions off lines and returns some of them, ``promoted_each`` does so once per set of policies.
Figures are compared exactly; a figure that a case expects and its adapter does not reckon fails.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cpq import (
    AmountOff,
    Catalogue,
    Category,
    Money,
    PercentOff,
    Period,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    PricedLine,
    Pricing,
    Product,
    PromotionPolicy,
    RoundingPolicy,
    Tier,
    entry,
    item,
    price,
    refundable,
)
from cpq.kernel.money import money_total, rounded_fraction, split
from cpq.kernel.quantity import STANDARD_UNITS, Unit

Case = dict[str, Any]
FILE = Path(__file__).with_name("cpq_cases.json")
CASES: list[Case] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
DAY = date(2026, 1, 1)
PRODUCTS = (
    Product(code="P", name="P"),
    Product(code="PARENT-PRODUCT", name="in the parent category", category="PARENT"),
    Product(code="CHILD-PRODUCT", name="in the child category", category="CHILD"),
    Product(code="FAMILY", name="family"),
    Product(code="VARIANT", name="variant", variant_of="FAMILY"),
    Product(code="PRODUCT-KG", name="by weight", unit="kg"),
    Product(code="VARIANT-KG", name="variant by weight", unit="kg", variant_of="PRODUCT-KG"),
)
CATEGORIES = (Category(code="PARENT"), Category(code="CHILD", parent="PARENT"))


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def row_of(told: Case) -> PriceBookEntry:
    fields = dict(told)
    period = Period(start=fields.pop("from", None), end=fields.pop("to", None))
    lower = fields.pop("lower", None)
    said = {
        name: fields.pop(name) for name in ("price", "percent_off", "amount_off") if name in fields
    }
    kind = "percent_off" if "percent_tiers" in fields else "price"
    steps = fields.pop("tiers", None) or fields.pop("percent_tiers", None) or []
    tiers = tuple(Tier.model_validate({"lower": start, kind: value}) for start, value in steps)
    if said:
        tiers = (Tier.model_validate({"lower": lower or 0, **said}),)
    return entry(period=period, tiers=tiers, **fields)


def book_of(told: Case) -> PriceBook:
    version = PriceBookVersion(entries=tuple(row_of(row) for row in told["rows"]))
    fields = {name: value for name, value in told.items() if name != "rows"}
    return PriceBook(currency="CNY", versions=(version,), **fields)


def percent_below(line: PricedLine) -> Decimal:
    off = Fraction(line.list_price) - Fraction(line.unit_price)
    return rounded_fraction(off * 100 / Fraction(line.list_price), 2)


def winner(line: PricedLine) -> tuple[str, str]:
    """The book and the entry that made the price."""
    book, said = [step.rule for step in line.steps if step.applied][-1].split(": ", 1)
    return book, said.split(" -")[0]


def asked(given: Case) -> list[PricedLine]:
    books = tuple(book_of(told) for told in given["books"])
    trade = Catalogue(
        products=PRODUCTS,
        categories=CATEGORIES,
        books=books,
        units=STANDARD_UNITS.with_units([Unit(code="box", numerator=5)]),
        default_book=books[-1].code,
    )
    policy = RoundingPolicy(unit_places=given.get("unit_places", 4))
    lines = []
    for ask in given["asked"]:
        at = ask.get("at", DAY.isoformat())
        on = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
        wanted = item(ask.get("product", "P"), ask.get("quantity", "1"), unit=ask.get("unit"))
        pricing = price([wanted], catalogue=trade, on=on, book=ask.get("book"), policy=policy)
        lines += pricing.lines
    return lines


def by_book(given: Case) -> Case:
    lines = asked(given)
    kilo = {"kg": Decimal(1), "g": Decimal(1000)}
    return {
        "unit_price": [line.unit_price for line in lines],
        "unit_price_per_kg": [line.unit_price * kilo.get(line.unit, Decimal(0)) for line in lines],
        "amount": [line.amount for line in lines],
        "percent": [percent_below(line) for line in lines],
        # a document shows a discount only where the price lies below the list
        "discount_shown_percent": [max(Decimal(0), percent_below(line)) for line in lines],
        "applied": [winner(line)[0] for line in lines],
        "entry": [winner(line)[1] for line in lines],
    }


def by_split(given: Case) -> Case:
    how = given.get("weightless", "refuse")
    return {"shares": list(split(given["whole"], given["weights"], weightless=how))}


def policy_of(told: Case, place: int) -> PromotionPolicy:
    benefit = (
        PercentOff(percent=told["percent"])
        if "percent" in told
        else AmountOff(amount=cny(told["amount"]))
    )
    return PromotionPolicy(
        code=f"PROMOTION-{place}",
        benefit=benefit,
        spread=told.get("spread", "order"),
        products=tuple(told.get("products", ())),
        amount_from=cny(told["amount_from"]) if "amount_from" in told else None,
    )


def lines_of(prices: list[str], quantities: list[str], told: list[Case]) -> tuple[Pricing, Pricing]:
    codes = [f"L{place}" for place in range(1, len(prices) + 1)]
    rows = tuple(entry(code, price=each) for code, each in zip(codes, prices, strict=True))
    trade = Catalogue(
        products=tuple(Product(code=code, name=code) for code in codes),
        books=(
            book_of({"code": "LIST", "rows": []}).with_(versions=(PriceBookVersion(entries=rows),)),
        ),
        promotions=tuple(policy_of(policy, place) for place, policy in enumerate(told)),
        default_book="LIST",
    )
    items = [item(code, each) for code, each in zip(codes, quantities, strict=True)]
    with_all = price(items, catalogue=trade, on=DAY)
    return with_all, price(items, catalogue=trade, on=DAY, promotions=False)


def by_promotion(given: Case) -> Case:
    quantities = given.get("quantities", ["1"] * len(given["prices"]))
    pricing, without = lines_of(given["prices"], quantities, given["promotions"])
    refund = money_total(
        (
            refundable(
                cny(str(pricing.line(number).net)),
                returned=Decimal(returned),
                quantity=pricing.line(number).quantity,
            )
            for number, returned in given.get("returned", {}).items()
        ),
        "CNY",
    )
    bought = Fraction(pricing.lines[0].quantity)
    return {
        "discount": [line.discount for line in pricing.lines],
        "discount_total": pricing.discount.amount,
        "net": [line.net for line in pricing.lines],
        "net_without": [line.net for line in without.lines],
        "refund": refund.amount,
        "left": (pricing.net - refund).amount,
        "shares_per_unit": [Fraction(row.amount) / bought for row in pricing.allocations],
        "net_per_unit": Fraction(pricing.lines[0].net) / bought,
    }


def by_promotion_each(given: Case) -> Case:
    sets = given["each"]
    prices = given.get("each_prices", [given.get("prices")] * len(sets))
    discounts = []
    for told, each in zip(sets, prices, strict=True):
        pricing, _ = lines_of(each, ["1"] * len(each), told)
        discounts.append([line.discount for line in pricing.lines])
    return {"discount": discounts}


FAMILIES: dict[str, Callable[[Case], Case]] = {
    "book": by_book,
    "split": by_split,
    "promoted": by_promotion,
    "promoted_each": by_promotion_each,
}


def numbers(value: Any) -> Any:
    """Figures compare as exact fractions however they are written; words stay words."""
    if isinstance(value, list):
        return [numbers(each) for each in value]
    try:
        return Fraction(value)
    except ValueError:
        return value


def _ids(cases: Iterable[Case]) -> list[str]:
    return [case["id"] for case in cases]


@pytest.mark.parametrize("case", CASES, ids=_ids(CASES))
def test_the_case_comes_out_to_the_figure(case: Case) -> None:
    if "reason" in case:
        pytest.skip(f"{case['id']}: {case['reason']}")
    found = FAMILIES[case["family"]](case["given"])
    assert case["expected"]
    assert {name: numbers(found[name]) for name in case["expected"]} == {
        name: numbers(value) for name, value in case["expected"].items()
    }


def test_each_case_is_listed_once_and_is_reproduced_or_says_why_not() -> None:
    assert len(set(_ids(CASES))) == len(CASES)
    for case in CASES:
        assert ("reason" in case) != ("expected" in case), case["id"]
        assert case["source"]
        assert case["told"]


def test_every_group_of_this_issue_is_here() -> None:
    groups = {case["group"] for case in CASES}
    assert groups == {"price_book", "tier_volume", "allocation", "rounding"}
