"""A quote request: the one file that a rep writes, and the quote that comes of it.

JSON (or TOML) with the number that the host gave, the customer, the days and what is asked::

    {
      "number": "Q-2026-0001", "customer": "C-0042",
      "issued_on": "2026-11-21", "valid_until": "2026-12-21",
      "items": [
        {"configure": "LASER-3000", "quantity": 2, "choose": {"head": "HEAD-12KW"}},
        {"product": "NOZZLE-15", "quantity": 120}
      ],
      "payment": [{"percent": "30", "event": "signing", "days": 7}, ...]
    }
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, ValidationError, field_validator

from cpq.adapters.problems import problems
from cpq.adapters.rows import read_json, read_toml
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, configure
from cpq.customer import Party
from cpq.kernel.errors import Finding, Refused, Unreadable, refuse_if
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, LocalText, Number
from cpq.pricing import price
from cpq.quote import Clause, PaymentTerm, Quote, draft_quote


class ConfiguredItem(Frozen):
    """A product to configure: ``choose`` maps a path to the code or codes picked there."""

    configure: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    choose: tuple[tuple[str, tuple[Code, ...]], ...] = ()

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


class AskedProduct(Frozen):
    """So many of a product as it stands; in its own unit unless said."""

    product: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    unit: Code | None = None


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
    the whole of ``valid_until``. ``book`` overrides the customer's price book.
    """

    number: Number
    customer: Code
    issued_on: date
    valid_until: date
    items: tuple[AskedItem, ...] = Field(min_length=1)
    book: Code | None = None
    title: LocalText = LocalText()
    delivery: LocalText = LocalText()
    payment: tuple[PaymentTerm, ...] = ()
    terms: tuple[Clause, ...] = ()
    salesperson: Party | None = None


def read_request(path: str | Path) -> QuoteRequest:
    """The request in a JSON or TOML file.

    Raises ``Unreadable`` (``file.missing``, ``file.unreadable``, ``request.unreadable`` with one
    finding per field that is wrong).
    """
    file = Path(path)
    fields = read_toml(file) if file.suffix == ".toml" else read_json(file)
    try:
        return QuoteRequest.model_validate(fields)
    except ValidationError as error:
        raise _unreadable(file, error) from None


def _unreadable(about: object, error: ValidationError) -> Unreadable:
    findings = tuple(problems(error, otherwise="request.field"))
    listed = "; ".join(str(finding) for finding in findings[:3])
    return Unreadable("request.unreadable", f"{about}: {listed}", findings=findings)


def quote_for(request: QuoteRequest, catalogue: Catalogue) -> Quote:
    """The draft quote that a request asks for.

    Raises ``Unreadable`` (``request.unreadable``) where its fields do not go together, such as
    payment terms that are not 100 %; ``Refused``: ``request.no_seller`` where the catalogue names
    no seller, ``configuration.invalid`` and ``pricing.invalid`` with all findings; ``NotFound``
    for an unknown customer or book.
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
    )
    try:
        return draft_quote(
            pricing,
            number=request.number,
            customer=catalogue.customer(request.customer),
            seller=catalogue.seller,
            issued_on=request.issued_on,
            valid_until=request.valid_until,
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
            items.append(Item(product=asked.product, quantity=asked.quantity, unit=asked.unit))
            continue
        try:
            bom = catalogue.bom(asked.configure, on=request.issued_on)
            items.append(configure(bom, choose=dict(asked.choose), quantity=asked.quantity))
        except Refused as refusal:
            findings += [
                finding.with_(place=f"items/{place}/{finding.place}")
                for finding in refusal.findings
            ]
            if not refusal.findings:
                raise
    refuse_if(findings, code="configuration.invalid", subject=f"request {request.number}")
    return items
