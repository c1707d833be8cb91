"""The documents of revenue: what cannot be confirmed, demanded, printed or sent as data."""

import sys
from datetime import date
from pathlib import Path

import pytest

from cpq.adapters.layout import Layout
from cpq.customer import Customer, Party
from cpq.kernel.money import Money
from revenue import Contract, Invoice, bill
from revenue.adapters import open_store
from revenue.adapters.dunning_view import dunning_view
from revenue.adapters.einvoice import ElectronicInvoice, factur_x
from revenue.adapters.order_view import order_view
from revenue.adapters.print_cli import print_invoice, print_statement
from revenue.dunning_notice import DunningNotice, dunning_notice
from revenue.ledger import OpenItem
from revenue.receivable import Receivable
from revenue.testing.deal import example_contract, example_order, example_quote
from tests.errors.registry import reproduces

DAY = date(2027, 3, 1)
SELLER = Party(name="Beichen Laser")
IN_EUROPE = ElectronicInvoice(seller_country="DE", buyer_country="FR")


def owed(number: str, due: date, *, customer: str = "C-0042", currency: str = "CNY") -> OpenItem:
    """A debt of 100 that nobody paid."""
    debt = Receivable(
        number=number,
        customer=customer,
        on=date(2026, 12, 1),
        due_on=due,
        amount=Money("100", currency),
    )
    return OpenItem(receivable=debt, open=debt.amount)


def notice(*items: OpenItem) -> DunningNotice:
    """A reminder of the items that are overdue."""
    return dunning_notice(items, on=DAY, level=1, pay_by=DAY)


def signed(*, currency: str = "CNY", tax_id: str = "") -> tuple[Invoice, Contract]:
    """The first invoice of a contract."""
    contract = example_contract(example_quote(currency=currency))
    contract = contract.with_(seller=SELLER.with_(tax_id=tax_id))
    return bill(contract, event="signing", on=contract.signed_on, number="INV-1")[0], contract


@reproduces(
    "dunning.nothing_overdue",
    en="Nothing of what a reminder is to be made of is overdue on its day.",
    zh="在该日没有逾期款项，无法催款。",
    do="Write to those who are late; ask for the open items as of the same day.",
    names=("2027-03-01", "overdue"),
)
def a_reminder_of_what_is_not_due() -> None:
    notice(owed("AR-1", date(2027, 3, 1)))


@reproduces(
    "dunning.several_customers",
    en="A reminder is made of items of more than one customer.",
    zh="一份催款函只能针对一个客户。",
    do="Write one notice to each.",
    names=("c-0042", "c-0077"),
)
def a_reminder_to_two_customers() -> None:
    late = date(2027, 1, 1)
    notice(owed("AR-1", late), owed("AR-2", late, customer="C-0077"))


@reproduces(
    "dunning.several_currencies",
    en="Items are overdue in more than one currency, and a reminder has one total.",
    zh="逾期款项涉及多个币种，而催款函只有一个合计。",
    do="Give `currency`, and write one notice for each.",
    names=("CNY", "EUR", "currency="),
)
def a_reminder_in_two_currencies() -> None:
    late = date(2027, 1, 1)
    notice(owed("AR-1", late), owed("AR-2", late, currency="EUR"))


@reproduces(
    "document.other_contract",
    en="A document is to be printed with the contract of another one.",
    zh="单据与所给合同不符。",
    do="Give the contract that the document names.",
    names=("HT-9", "HT-2026-017"),
)
def an_order_with_another_contract() -> None:
    contract = example_contract(example_quote())
    order_view(example_order(contract).with_(contract="HT-9"), contract, Layout())


@reproduces(
    "document.not_whole",
    en="An order is not of all that its contract prices, so it has no price of its own.",
    zh="订单不是合同的全部内容，没有对应价格。",
    do="Confirm an order of everything in the contract.",
    names=("line 1", "2", "3"),
)
def an_order_of_a_part() -> None:
    contract = example_contract(example_quote())
    sold = example_order(contract)
    first = sold.lines[0].with_(quantity="2")
    order_view(sold.with_(lines=(first, *sold.lines[1:])), contract, Layout())


@reproduces(
    "document.other_customer",
    en="A reminder is to be sent to a customer that it does not speak of.",
    zh="催款函与所给客户不符。",
    do="Give the customer of the notice.",
    names=("C-0042", "C-0077"),
)
def a_reminder_to_somebody_else() -> None:
    late = notice(owed("AR-1", date(2027, 1, 1)))
    other = Customer(code="C-0077", party=Party(name="Yongjiang"))
    dunning_view(late, Layout(), customer=other, seller=SELLER)


@reproduces(
    "document.no_parties",
    en="No stored contract says what the customer and the seller are called.",
    zh="没有合同可提供客户与销售方信息。",
    do="Name a catalogue folder with `--catalogue`.",
    names=("'C-0042'", "--catalogue"),
)
def a_statement_to_a_stranger(folder: Path) -> None:
    url = f"sqlite:///{folder / 'deals.db'}"
    with open_store(url):
        pass
    print_statement("C-0042", store=url, out=folder / "out")


@reproduces(
    "invoice.unknown",
    en="No invoice of that number is stored.",
    zh="没有该编号的账单。",
    do="Correct the number.",
    names="'INV-77'",
)
def an_invoice_that_nobody_wrote(folder: Path) -> None:
    url = f"sqlite:///{folder / 'deals.db'}"
    with open_store(url):
        pass
    print_invoice("INV-77", store=url, out=folder / "out")


@reproduces(
    "einvoice.no_library",
    en="The library that writes electronic invoices is not installed.",
    zh="缺少电子发票所需的库。",
    do="Install it: `pip install 'cpq-revenue[einvoice]'`.",
    names="pip install 'cpq-revenue[einvoice]'",
)
def an_electronic_invoice_without_library(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, "drafthorse.models.document", None)
    factur_x(*signed(tax_id="DE123456789"), IN_EUROPE)


@reproduces(
    "einvoice.no_tax_id",
    en="An electronic invoice must bear the tax id of the seller, which is not known.",
    zh="电子发票须有销售方税号。",
    do="Give the seller's `tax_id`.",
    names=("HT-2026-017", "tax_id"),
)
def an_electronic_invoice_of_a_stranger() -> None:
    factur_x(*signed(), IN_EUROPE)


@reproduces(
    "einvoice.off_grid",
    en="The currency has more decimals than an electronic invoice can say.",
    zh="该币种小数位数超过电子发票的两位。",
    do="Print the invoice without data.",
    names=("KWD", "3 decimals"),
)
def an_electronic_invoice_in_dinars() -> None:
    factur_x(*signed(currency="KWD", tax_id="DE123456789"), IN_EUROPE)
