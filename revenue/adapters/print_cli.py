"""Commands that print documents of a store (单据打印): order, statement, reminder, invoice.

``revenue print order SO-1 -o out`` writes ``out/SO-1.pdf``. Who buys and who sells is what the
newest contract of the customer says; where there is none, or other words are wanted, a catalogue
folder says it. Exit codes are those of ``cpq.adapters.terminal``.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cpq.adapters.brand import PLAIN, read_brand
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.file_name import file_name
from cpq.adapters.layout import Layout
from cpq.adapters.options import PaperLocale
from cpq.adapters.pdf import html_of, print_pdf
from cpq.adapters.plate import Plate
from cpq.adapters.render_cli import BrandFile, Templates, made_folder
from cpq.adapters.whole_file import write_whole
from cpq.customer import Customer, Party
from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.text import LocalText, number_key
from revenue.adapters.asked import (
    AsOf,
    Day,
    Since,
    StoreUrl,
    Tenant,
    day_of,
    existing,
    first_day,
    money_of,
)
from revenue.adapters.einvoice import ElectronicInvoice
from revenue.adapters.print_plate import (
    dunning_plate,
    invoice_plate,
    order_plate,
    statement_plate,
)
from revenue.adapters.store import Deals
from revenue.dunning_notice import DunningLevel, dunning_notice
from revenue.invoice import Invoice

_DAYS_TO_PAY = 14

printing = typer.Typer(
    help="Print documents of the store · 打印订单确认、对账单、催款函、账单.",
    no_args_is_help=True,
)

Out = Annotated[Path, typer.Option("--out", "-o", help="The folder that the file goes to.")]
Catalogue = Annotated[
    Path | None,
    typer.Option(
        "--catalogue", help="A folder that names the customer and the seller.", show_default=False
    ),
]
Draft = Annotated[bool, typer.Option("--draft", help="Marked as a draft.")]
AsHtml = Annotated[bool, typer.Option("--html", help="One HTML file instead of a PDF.")]
Code = Annotated[str, typer.Argument(help="The customer's code.", show_default=False)]


@printing.command("order")
def print_order(
    number: Annotated[str, typer.Argument(help="The order's number.", show_default=False)],
    *,
    store: StoreUrl,
    delivery: Annotated[str, typer.Option(help="The terms of delivery, as printed.")] = "",
    reply_days: Annotated[
        int | None,
        typer.Option("--reply-days", help="Taken as correct after so many days.", min=1),
    ] = None,
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    brand: BrandFile = None,
    templates: Templates = None,
    draft: Draft = False,
    html: AsHtml = False,
    tenant: Tenant = "default",
) -> None:
    """Confirm an order at the prices of its contract (订单确认书)."""
    with existing(store, tenant) as opened, opened.view() as deals:
        order = deals.order(number)
        contract = deals.contract(order.contract)
    plate = order_plate(
        order,
        contract,
        _layout(locale, brand, templates),
        delivery=_text(delivery),
        reply_days=reply_days,
        draft=draft,
    )
    write_paper(plate, order.number, out, html=html)


@printing.command("statement")
def print_statement(
    customer: Code,
    *,
    store: StoreUrl,
    since: Since = "",
    as_of: AsOf = "",
    catalogue: Catalogue = None,
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    brand: BrandFile = None,
    templates: Templates = None,
    draft: Draft = False,
    html: AsHtml = False,
    tenant: Tenant = "default",
) -> None:
    """Print a customer's statement of account, with a slip to confirm it (客户对账单)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        ledger = deals.ledger()
        buyer, seller = parties_of(deals, customer, catalogue)
    plate = statement_plate(
        ledger,
        _layout(locale, brand, templates),
        customer=buyer,
        seller=seller,
        as_of=day,
        since=first_day(since),
        draft=draft,
    )
    write_paper(plate, f"statement-{buyer.code}-{day}", out, html=html)


@printing.command("reminder")
def print_reminder(
    customer: Code,
    *,
    store: StoreUrl,
    level: Annotated[int, typer.Option(help="1 friendly, 2 firm, 3 final.", min=1, max=3)] = 1,
    on: Day = "",
    pay_by: Annotated[
        str, typer.Option("--pay-by", help="The last day to pay; in 14 days unless said.")
    ] = "",
    interest: Annotated[str, typer.Option(help="Interest asked for, as 12.50 CNY.")] = "",
    fee: Annotated[str, typer.Option(help="Fee asked for, as 5.00 CNY.")] = "",
    currency: Annotated[str, typer.Option(help="What is overdue in this currency only.")] = "",
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the letter.")] = "",
    catalogue: Catalogue = None,
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    brand: BrandFile = None,
    templates: Templates = None,
    draft: Draft = False,
    html: AsHtml = False,
    tenant: Tenant = "default",
) -> None:
    """Ask a customer for what is overdue (催款函)."""
    day = day_of(on)
    with existing(store, tenant) as opened, opened.view() as deals:
        items = deals.ledger().open_items(customer, as_of=day)
        buyer, seller = parties_of(deals, customer, catalogue)
    notice = dunning_notice(
        items,
        on=day,
        level=_level(level),
        pay_by=day_of(pay_by) if pay_by else day + timedelta(days=_DAYS_TO_PAY),
        number=number,
        currency=currency or None,
        interest=money_of(interest) if interest else None,
        fee=money_of(fee) if fee else None,
    )
    plate = dunning_plate(
        notice, _layout(locale, brand, templates), customer=buyer, seller=seller, draft=draft
    )
    write_paper(plate, number or f"reminder-{buyer.code}-{day}-{level}", out, html=html)


@printing.command("invoice")
def print_invoice(
    number: Annotated[str, typer.Argument(help="The invoice's number.", show_default=False)],
    *,
    store: StoreUrl,
    countries: Annotated[
        str,
        typer.Option(
            help="Seller and buyer as DE,FR: embeds the invoice as data (Factur-X, EN 16931)."
        ),
    ] = "",
    iban: Annotated[str, typer.Option(help="The account to pay to, in those data.")] = "",
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    brand: BrandFile = None,
    templates: Templates = None,
    draft: Draft = False,
    html: AsHtml = False,
    tenant: Tenant = "default",
) -> None:
    """Print an invoice (账单); in China the tax invoice comes out of the tax system."""
    with existing(store, tenant) as opened, opened.view() as deals:
        invoice = _invoice(deals, number)
        contract = deals.contract(invoice.contract)
    plate = invoice_plate(
        invoice,
        contract,
        _layout(locale, brand, templates),
        electronic=_electronic(countries, iban) if countries else None,
        draft=draft,
    )
    write_paper(plate, invoice.number, out, html=html)


def _layout(locale: str, brand: Path | None, templates: Path | None) -> Layout:
    return Layout(
        locale=locale, brand=PLAIN if brand is None else read_brand(brand), templates=templates
    )


def _text(text: str) -> LocalText | None:
    """Words of one language, whichever it is."""
    if not text:
        return None
    return LocalText(en=text) if text.isascii() else LocalText(zh=text)


def _level(level: int) -> DunningLevel:
    levels: dict[int, DunningLevel] = {1: 1, 2: 2, 3: 3}
    return levels[level]


def parties_of(deals: Deals, code: str, catalogue: Path | None) -> tuple[Customer, Party]:
    """The customer and who sells to it: of the catalogue, else of the newest contract.

    Raises ``NotFound`` (``document.no_parties``).
    """
    if catalogue is not None:
        books = read_catalogue(catalogue)
        if books.seller is not None:
            return books.customer(code), books.seller
    contracts = deals.contracts(customer=code)
    if not contracts:
        raise NotFound(
            "document.no_parties",
            f"no contract of customer {code!r} is stored, which would say who buys and who sells; "
            "name a catalogue folder that does with --catalogue",
            customer=code,
        )
    newest = max(contracts, key=lambda heading: (heading.on, heading.number))
    contract = deals.contract(newest.number)
    return contract.customer, contract.seller


def _invoice(deals: Deals, number: str) -> Invoice:
    key = number_key(number)
    for fact in deals.facts():
        if isinstance(fact, Invoice) and number_key(fact.number) == key:
            return fact
    raise NotFound(
        "invoice.unknown", f"no invoice {number!r} is stored for this tenant", number=number
    )


def _electronic(countries: str, iban: str) -> ElectronicInvoice:
    seller, _, buyer = countries.partition(",")
    try:
        return ElectronicInvoice(
            seller_country=seller.strip(), buyer_country=buyer.strip(), iban=iban
        )
    except ValidationError:
        raise Invalid(
            "input.invalid",
            f"--countries {countries!r} with --iban {iban!r}: write seller and buyer as DE,FR, and "
            "an IBAN without spaces",
        ) from None


def write_paper(plate: Plate, name: str, out: Path, *, html: bool) -> None:
    """The file, named by its document, and its path on the terminal."""
    path = made_folder(out) / file_name(name, suffix=".html" if html else ".pdf")
    written = write_whole(path, html_of(plate).encode()) if html else print_pdf(plate, path)
    typer.echo(str(written))
