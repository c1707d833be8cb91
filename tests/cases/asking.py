"""A worked case of pricing as our words tell it, made a catalogue and priced.

``given`` says what the trade is, in the fields of the models themselves: products, units, books,
rates, taxes, agreements, floors, promotions. ``asked`` are the requests, ``each`` what differs from
one telling to the next. Nothing is reckoned here; only the public words of ``cpq`` are used.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from cpq import (
    Catalogue,
    Category,
    Customer,
    Item,
    Money,
    Period,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    Pricing,
    Product,
    PromotionPolicy,
    RoundingPolicy,
    TaxRate,
    TaxTable,
    Tier,
    entry,
    item,
    price,
)
from cpq.agreement import AgreedPrice, PriceAgreement
from cpq.deal import DealFacts
from cpq.kernel.quantity import STANDARD_UNITS, Unit, UnitTable
from cpq.manual import ManualPrice
from cpq.margin import Floor
from cpq.purchased import Purchased
from cpq.rate import ExchangeRate, RateTable

Told = Mapping[str, Any]
"""What a case says, as it stands in the file."""

DAY = "2026-01-01"
_NO_TAX = TaxRate(code="NONE", percent=0)


def pricings(given: Told) -> list[Pricing]:
    """Every request of a case, priced, in the order in which they are told."""
    if "each" in given:
        common = {name: value for name, value in given.items() if name != "each"}
        return [found for own in given["each"] for found in pricings({**common, **own})]
    trade = catalogue_of(given)
    return [priced(trade, ask, given) for ask in given.get("asked", [{}])]


def priced(trade: Catalogue, ask: Told, given: Told) -> Pricing:
    """One request of a case, against its catalogue."""
    at = ask.get("at", DAY)
    deal = ask.get("deal", given.get("deal"))
    policy = RoundingPolicy.model_validate(given.get("policy", {}))
    manual = {
        number: ManualPrice.model_validate(each) for number, each in ask.get("manual", {}).items()
    }
    return price(
        items_of(ask, given),
        catalogue=trade,
        on=datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at),
        customer=ask.get("customer"),
        book=ask.get("book"),
        currency=ask.get("currency"),
        promotions=ask.get("promotions", True),
        manual=manual,
        purchased=_purchased(ask["purchased"]) if "purchased" in ask else None,
        deal=None if deal is None else DealFacts.model_validate(deal),
        policy=policy,
    )


def day_of(ask: Told) -> date:
    """The business day of a request."""
    return date.fromisoformat(ask.get("at", DAY))


def items_of(ask: Told, given: Told) -> list[Item]:
    """The items of a request: those it names, else the lines of the case, else itself as one."""
    if "items" in ask:
        return [_item(each) for each in ask["items"]]
    if "lines" in given:
        return [
            item(code, each.get("quantity", "1"), unit=each.get("unit"))
            for code, each in _lines(given)
        ]
    return [_item(ask)]


def _item(told: Told) -> Item:
    return item(
        told.get("product", "P"),
        told.get("quantity", "1"),
        unit=told.get("unit"),
        attributes=told.get("attributes", {}),
        full_quantity=told.get("full_quantity"),
    )


def _purchased(told: Told) -> Purchased:
    return Purchased.model_validate({name: tuple(rows.items()) for name, rows in told.items()})


def _lines(given: Told) -> Iterator[tuple[str, Told]]:
    """The lines of a case that prices its goods line by line, as products L1, L2 …"""
    for place, told in enumerate(given["lines"], start=1):
        yield f"L{place}", {"price": told} if isinstance(told, str) else told


def catalogue_of(given: Told) -> Catalogue:
    """The snapshot that a case is priced against; its last book is the default one."""
    currency = given.get("currency", "CNY")
    books = [_book(told, currency) for told in given.get("books", ())]
    products = [_product(code, told) for code, told in given.get("products", {"P": {}}).items()]
    if "lines" in given:
        rows = tuple(entry(code, price=told["price"]) for code, told in _lines(given))
        basis = given.get("tax_basis", "net")
        version = PriceBookVersion(entries=rows)
        books.append(
            PriceBook(code="LIST", currency=currency, tax_basis=basis, versions=(version,))
        )
        products += [
            Product(
                code=code,
                name=code,
                tax_code=told.get("tax", "NONE"),
                freight=told.get("freight", False),
            )
            for code, told in _lines(given)
        ]
    return Catalogue(
        products=tuple(products),
        categories=tuple(
            Category(code=code, parent=parent)
            for code, parent in given.get("categories", {}).items()
        ),
        customers=tuple(
            Customer.model_validate({"code": code, "party": {"name": code}, **told})
            for code, told in given.get("customers", {}).items()
        ),
        books=tuple(books),
        default_book=given.get("default_book", books[-1].code),
        cost_book=given.get("cost_book"),
        promotions=tuple(promotions_of(given.get("promotions", ()), currency)),
        promotion_groups=tuple(given.get("groups", ())),
        agreements=tuple(_agreement(told, currency) for told in given.get("agreements", ())),
        floors=tuple(_floors(given.get("floors", ()), currency)),
        rates=RateTable(
            rates=tuple(
                ExchangeRate(base=base, quote=quote, rate=rate, on=DAY)
                for base, quote, rate in given.get("rates", ())
            )
        ),
        taxes=_taxes(given.get("taxes", {}), currency),
        regimes=tuple(given.get("regimes", ())),
        units=_units(given.get("units", {})),
    )


def _product(code: str, told: Told) -> Product:
    return Product.model_validate({"code": code, "name": code, **told})


def _book(told: Told, currency: str) -> PriceBook:
    version = {
        "entries": tuple(_row(row) for row in told["rows"]),
        "attributes": tuple(
            {"code": f"A{place}", **rule}
            for place, rule in enumerate(told.get("attributes", ()), start=1)
        ),
        "shares": tuple(told.get("shares", ())),
    }
    fields = {name: value for name, value in told.items() if name not in ("rows", *version)}
    return PriceBook.model_validate({"currency": currency, **fields, "versions": (version,)})


def _row(told: Told) -> PriceBookEntry:
    """An entry; ``price`` and its like are those of its one tier, ``tiers`` are several."""
    fields = dict(told)
    if "period" in fields:
        fields["period"] = Period.model_validate(fields["period"])
    tiers = tuple(Tier.model_validate(tier) for tier in fields.pop("tiers", ()))
    return entry(fields.pop("product", None), tiers=tiers, **fields)


def promotions_of(rows: Iterable[Told], currency: str) -> Iterator[PromotionPolicy]:
    """Promotion policies; ``percent`` or ``amount`` is what each takes off, or ``benefit`` is."""
    for place, told in enumerate(rows, start=1):
        fields = dict(told)
        if "percent" in fields:
            fields["benefit"] = {"kind": "percent_off", "percent": fields.pop("percent")}
        elif "amount" in fields:
            amount = Money(fields.pop("amount"), fields.pop("currency", currency))
            fields["benefit"] = {"kind": "amount_off", "amount": amount}
        if "amount_from" in fields:
            fields["amount_from"] = Money(fields["amount_from"], currency)
        yield PromotionPolicy.model_validate({"code": f"PROMOTION-{place}", **fields})


def _agreement(told: Told, currency: str) -> PriceAgreement:
    lines = tuple(AgreedPrice.model_validate(line) for line in told["lines"])
    return PriceAgreement.model_validate({"currency": currency, **told, "lines": lines})


def _floors(rows: Iterable[Told], currency: str) -> Iterator[Floor]:
    for place, told in enumerate(rows, start=1):
        fields = dict(told)
        if "price" in fields:
            fields["price"] = Money(fields["price"], currency)
        yield Floor.model_validate({"code": f"FLOOR-{place}", **fields})


def _taxes(rows: Mapping[str, str | Told], currency: str) -> TaxTable:
    """Tax codes; each is a percentage, or says what it is owed per unit as well."""
    rates = [_NO_TAX]
    for code, told in rows.items():
        fields: Told = {"percent": told} if isinstance(told, str) else told
        rates.append(TaxRate.model_validate({"code": code, "currency": currency, **fields}))
    return TaxTable(rates=tuple(rates))


def _units(sizes: Mapping[str, int]) -> UnitTable:
    """The standard units, and those that hold so many pieces."""
    more = [Unit(code=code, numerator=pieces) for code, pieces in sizes.items()]
    return STANDARD_UNITS.with_units(more)
