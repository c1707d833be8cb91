"""What a type checker must see in the public API; checked by ``mypy --strict``, never run."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from sqlalchemy.orm import Session

from cpq import (
    Allocation,
    Catalogue,
    Configuration,
    Customer,
    Item,
    Money,
    PricedLine,
    Pricing,
    Quote,
    accept,
    configure,
    draft_quote,
    item,
    price,
    send,
)
from cpq.adapters import read_catalogue, write_pdf
from revenue import (
    Contract,
    JournalEntry,
    OpenItem,
    ReceivablesLedger,
    SalesOrder,
    journal,
    order,
    sign,
)
from revenue.adapters import Deals, Store, open_store


def money(one: Money, other: Money) -> None:
    assert_type(one + other, Money)
    assert_type(one - other, Money)
    assert_type(one * 3, Money)
    assert_type(-one, Money)
    assert_type(one < other, bool)
    assert_type(one.amount, Decimal)
    assert_type(one.minor, int)
    assert_type(one.split(3), tuple[Money, ...])
    assert_type(one.rounded(), Money)
    Money("1.00")  # type: ignore[call-arg]


def quoting(folder: Path) -> None:
    catalogue = read_catalogue(folder)
    assert_type(catalogue, Catalogue)
    assert_type(catalogue.customer("C-1"), Customer)
    assert_type(item("M8", 3), Item)
    machine = configure(catalogue.bom("LASER-3000"), choose={"head": "H-6"}, quantity=2)
    assert_type(machine, Configuration)
    pricing = price([machine, item("M8")], catalogue=catalogue, on=date(2026, 11, 21))
    assert_type(pricing, Pricing)
    assert_type(pricing.net, Money)
    assert_type(pricing.lines, tuple[PricedLine, ...])
    assert_type(pricing.allocations, tuple[Allocation, ...])
    assert_type(pricing.explain("zh_CN"), str)
    price([machine], catalogue, date(2026, 11, 21))  # type: ignore[call-arg]


def selling(pricing: Pricing, catalogue: Catalogue) -> None:
    seller = catalogue.seller
    assert seller is not None
    quote = send(
        draft_quote(
            pricing,
            number="Q-1",
            customer=catalogue.customer("C-1"),
            seller=seller,
            issued_on=date(2026, 11, 21),
            valid_until=date(2026, 12, 21),
        )
    )
    assert_type(quote, Quote)
    assert_type(write_pdf(quote, "Q-1.pdf", locale="en"), Path)
    contract = sign(
        accept(quote, on=date(2026, 11, 22), by="PO 1"), number="HT-1", on=date(2026, 11, 23)
    )
    assert_type(contract, Contract)
    assert_type(order(contract, number="SO-1", on=date(2026, 11, 23)), SalesOrder)


def collecting(ledger: ReceivablesLedger) -> None:
    assert_type(ledger.open_items("C-1"), tuple[OpenItem, ...])
    assert_type(ledger.open_amount("AR-1", as_of=date(2026, 11, 21)), Money)
    assert_type(
        ledger.apply("RC-1", to=["AR-1"], number="AP-1", on=date(2026, 11, 21)), ReceivablesLedger
    )
    assert_type(journal(ledger.facts), tuple[JournalEntry, ...])


def keeping(session: Session) -> None:
    with open_store("sqlite:///deals.db") as store:
        assert_type(store, Store)
        with store.unit() as deals:
            assert_type(deals, Deals)
    assert_type(Deals(session, tenant="acme").ledger(), ReceivablesLedger)
