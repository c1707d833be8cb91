"""A quote request: the one file that a rep writes, and the quote that comes of it (报价请求).

JSON (or TOML) with the number that the host gave, the customer, the days and what is asked::

    {
      "number": "Q-2026-0001", "customer": "C-0042", "currency": "EUR",
      "issued_on": "2026-11-21", "valid_until": "2026-12-21",
      "items": [
        {"configure": "LASER-3000", "quantity": 2, "choose": {"head": "HEAD-12KW"}},
        {"product": "NOZZLE-15", "quantity": 120},
        {"product": "CARE", "quantity": 2, "periods": 36},
        {"product": "PANEL", "attributes": {"length": "2.5", "colour": "red"}, "optional": true}
      ],
      "manual": {"2": {"percent_off": "5", "reason": "trade fair", "by": "Li Wei"}},
      "purchased": {"period": {"NOZZLE-15": "300"}},
      "coupons": ["AUTUMN-7K4P"], "coupon_file": "coupons.csv", "orders_placed": 3,
      "payment": [{"percent": "30", "event": "signing", "days": 7}, ...]
    }
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, field_validator

from cpq.adapters.asked_deal import FindsCoupons, Tell, deal_of
from cpq.adapters.problems import problems
from cpq.adapters.rows import read_json, read_toml
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, configure
from cpq.customer import Party
from cpq.kernel.errors import Finding, Refused, Unreadable, refuse_if
from cpq.kernel.model import Frozen
from cpq.kernel.money import COMMERCIAL, CurrencyCode, Exact, RoundingPolicy
from cpq.kernel.text import Code, Line, LocalText, Number, legible
from cpq.manual import ManualPrice
from cpq.pricing import price
from cpq.product import Periods
from cpq.purchased import Purchased
from cpq.quote import Clause, PaymentTerm, Quote, draft_quote

_TABLES = {"attributes", "choose", "contract", "last_prices", "manual", "period", "used"}
"""Fields that are tables in a request and pairs in its value."""


class ConfiguredItem(Frozen):
    """A product to configure: ``choose`` maps a path to the code or codes picked there.

    ``periods`` is for how many billing periods all of it that recurs is sold.
    """

    configure: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    choose: tuple[tuple[str, tuple[Code, ...]], ...] = ()
    optional: bool = False
    periods: Periods | None = None

    @field_validator("choose", mode="before")
    @classmethod
    def _from_table(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return tuple((path, _picks(path, picks)) for path, picks in value.items())
        return value


def _picks(path: str, picks: Any) -> tuple[str, ...]:
    if isinstance(picks, str):
        return (picks,)
    if not isinstance(picks, list | tuple):
        raise ValueError(f"a code or a list of codes is chosen at {path!r}; found {picks!r}")
    return tuple(picks)


def _pairs(value: Any) -> Any:
    """A table as pairs, in the order it was written."""
    return tuple(value.items()) if isinstance(value, Mapping) else value


def _values(value: Any) -> Any:
    """Values of attributes as pairs; a number is its digits."""
    tables = isinstance(value, Mapping)
    return tuple((code, _digits(found)) for code, found in value.items()) if tables else value


def _digits(value: Any) -> Any:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return str(value) if number else value


def _bought(value: Any) -> Any:
    """Quantities and prices by product: under the contract, in the period, last paid."""
    tables = isinstance(value, Mapping)
    return {name: _pairs(found) for name, found in value.items()} if tables else value


class AskedProduct(Frozen):
    """So many of a product as it stands, in its own unit unless said; other fields as ``Item``."""

    product: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    unit: Code | None = None
    attributes: Annotated[tuple[tuple[Code, Line], ...], BeforeValidator(_values)] = ()
    full_quantity: Exact | None = Field(default=None, gt=0)
    optional: bool = False
    periods: Periods | None = None

    @property
    def item(self) -> Item:
        """What is asked, as pricing takes it."""
        return Item(
            product=self.product,
            quantity=self.quantity,
            unit=self.unit,
            attributes=tuple(sorted(self.attributes)),
            full_quantity=self.full_quantity,
            optional=self.optional,
            periods=self.periods,
        )


def _kind_of_item(value: Any) -> str:
    configured = "configure" in value if isinstance(value, Mapping) else hasattr(value, "configure")
    return "configure" if configured else "product"


AskedItem = Annotated[
    Annotated[AskedProduct, Tag("product")] | Annotated[ConfiguredItem, Tag("configure")],
    Discriminator(_kind_of_item),
]


class QuoteRequest(Frozen):
    """What a rep asks for; everything else comes from the catalogue.

    Days are in the catalogue's zone; the quote is priced as of ``issued_on`` and valid through
    the whole of ``valid_until``. ``book`` overrides the customer's price book, ``currency`` that of
    the book. ``manual`` are prices by line number, ``purchased`` is what was bought before,
    ``promotions`` says whether there are any, and ``rounding`` where figures are rounded.

    ``coupons`` are codes as somebody typed them, looked up in ``coupon_file``, a CSV file beside
    the request, or wherever the host keeps them. ``sold_by`` and ``contract`` are what caps may
    count for, ``orders_placed`` how many orders the customer placed before, ``used`` what of the
    counters of caps is used.
    """

    number: Number
    customer: Code
    issued_on: date
    valid_until: date
    items: tuple[AskedItem, ...] = Field(min_length=1)
    book: Code | None = None
    currency: CurrencyCode | None = None
    manual: Annotated[tuple[tuple[Line, ManualPrice], ...], BeforeValidator(_pairs)] = ()
    purchased: Annotated[Purchased | None, BeforeValidator(_bought)] = None
    promotions: bool = True
    coupons: tuple[Line, ...] = ()
    coupon_file: str | None = None
    sold_by: Line = ""
    contract: Line = ""
    orders_placed: int = Field(default=0, ge=0)
    used: Annotated[tuple[tuple[Line, Exact], ...], BeforeValidator(_pairs)] = ()
    rounding: RoundingPolicy = COMMERCIAL
    title: LocalText = LocalText()
    delivery: LocalText = LocalText()
    payment: tuple[PaymentTerm, ...] = ()
    terms: tuple[Clause, ...] = ()
    salesperson: Party | None = None


def read_request(path: str | Path) -> QuoteRequest:
    """The request in a JSON or TOML file; its ``coupon_file`` is sought beside it.

    Raises ``Unreadable`` (``file.missing``, ``file.unreadable``, ``request.unreadable`` with one
    finding per field that is wrong).
    """
    file = Path(path)
    fields = read_toml(file) if file.suffix == ".toml" else read_json(file)
    try:
        request = QuoteRequest.model_validate(fields)
    except ValidationError as error:
        raise _unreadable(file, error, fields) from None
    if request.coupon_file is None:
        return request
    return request.with_(coupon_file=str(file.parent / request.coupon_file))


def _unreadable(about: object, error: ValidationError, fields: object = None) -> Unreadable:
    findings = tuple(
        found.with_(place=legible(_in_file(found.place, fields)))
        for found in problems(error, otherwise="request.field")
    )
    listed = "; ".join(str(finding) for finding in findings[:3])
    return Unreadable("request.unreadable", f"{about}: {listed}", findings=findings)


def _in_file(place: str, fields: object) -> str:
    """A place in the request as it is written: an entry of a table is named by its key."""
    written: list[str] = []
    steps = iter(place.split("."))
    for step in steps:
        here = step
        if isinstance(fields, Mapping):
            if written and written[-1] in _TABLES and step.isdecimal():
                here = list(fields)[int(step) - 1]
                next(steps, None)
            fields = fields.get(here)
        elif isinstance(fields, list) and step.isdecimal() and int(step) <= len(fields):
            fields = fields[int(step) - 1]
        written.append(here)
    return ".".join(written)


def quote_for(
    request: QuoteRequest,
    catalogue: Catalogue,
    *,
    coupons: FindsCoupons | None = None,
    on_unknown: Tell | None = None,
) -> Quote:
    """The draft quote that a request asks for.

    ``coupons`` knows the coupons of the codes that it names; a code that nobody issued is told to
    ``on_unknown`` and priced without, or else refused.

    Raises ``Unreadable`` (``request.unreadable``) where its fields do not go together, such as
    payment terms that are not 100 %; ``Refused``: ``request.no_seller`` where the catalogue names
    no seller, ``configuration.invalid`` and ``pricing.invalid`` with all findings; ``NotFound``
    for an unknown customer, book, exchange rate, line that a manual price is for, or coupon; what
    ``deal_of`` raises.
    """
    if catalogue.seller is None:
        raise Refused(
            "request.no_seller", "the catalogue names no seller; add [seller] to catalogue.toml"
        )
    pricing = price(
        _items(request, catalogue),
        catalogue=catalogue,
        customer=request.customer,
        on=request.issued_on,
        book=request.book,
        currency=request.currency,
        promotions=request.promotions,
        manual=dict(request.manual),
        purchased=request.purchased,
        deal=deal_of(request, zone=catalogue.zone, coupons=coupons, on_unknown=on_unknown),
        policy=request.rounding,
    )
    try:
        return draft_quote(
            pricing,
            number=request.number,
            customer=catalogue.customer(request.customer),
            seller=catalogue.seller,
            issued_on=request.issued_on,
            valid_until=request.valid_until,
            zone=catalogue.zone,
            title=request.title,
            delivery=request.delivery,
            payment=request.payment,
            terms=request.terms,
            salesperson=request.salesperson,
        )
    except ValidationError as error:
        raise _unreadable(f"request {request.number}", error) from None


def _items(request: QuoteRequest, catalogue: Catalogue) -> list[Item | Configuration]:
    items: list[Item | Configuration] = []
    findings: list[Finding] = []
    for place, asked in enumerate(request.items, start=1):
        if isinstance(asked, AskedProduct):
            items.append(asked.item)
            continue
        try:
            bom = catalogue.bom(asked.configure, on=request.issued_on)
            made = configure(bom, choose=dict(asked.choose), quantity=asked.quantity)
            items.append(made.with_(optional=asked.optional, periods=asked.periods))
        except Refused as refusal:
            findings += [
                finding.with_(place=f"items/{place}/{finding.place}")
                for finding in refusal.findings
            ]
            if not refusal.findings:
                raise
    refuse_if(findings, code="configuration.invalid", subject=f"request {request.number}")
    return items
