"""The plates of revenue's documents (单据印版): confirmation, statement, reminder, invoice.

Each function takes a document's own values and the layout, and gives the plate that the press
takes: ``print_pdf(order_plate(order, contract), "SO-1.pdf")``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from cpq.adapters.layout import Layout
from cpq.adapters.plate import Attachment, HybridInvoice, Plate
from cpq.customer import Customer, Party
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText
from revenue.adapters.dunning_view import dunning_view
from revenue.adapters.einvoice import ElectronicInvoice, factur_x
from revenue.adapters.invoice_view import invoice_view
from revenue.adapters.order_view import order_view
from revenue.adapters.print_view import TableView, Written, brand_view, widest, wordings
from revenue.adapters.statement_view import statement_view
from revenue.contract import Contract
from revenue.dunning_notice import DunningNotice
from revenue.invoice import Invoice
from revenue.ledger import ReceivablesLedger
from revenue.order import SalesOrder

_PLAIN_LAYOUT = Layout()


def order_plate(
    order: SalesOrder,
    contract: Contract,
    layout: Layout = _PLAIN_LAYOUT,
    *,
    delivery: LocalText | None = None,
    reply_days: int | None = None,
    draft: bool = False,
) -> Plate:
    """The confirmation of an order (订单确认书) at the prices of its contract.

    See ``order_view`` for ``delivery`` and ``reply_days``, and for what it raises; a ``draft`` is
    marked as one.
    """
    written = order_view(
        order, contract, layout, delivery=delivery, reply_days=reply_days, draft=draft
    )
    return _plate(
        "order",
        written,
        layout,
        reference=f"order {order.number}",
        value=order,
        created=order.on,
        table=written.view.table,
        rows=len(order.lines),
    )


def statement_plate(
    ledger: ReceivablesLedger,
    layout: Layout = _PLAIN_LAYOUT,
    *,
    customer: Customer,
    seller: Party,
    as_of: date,
    since: date | None = None,
    number: str = "",
    buckets: Sequence[int] = (0, 30, 60, 90),
    draft: bool = False,
) -> Plate:
    """A customer's statement of account (客户对账单) from a day to a day, both inclusive.

    ``customer`` gives the code in the ledger and the party on paper. See ``statement_view`` for
    what it raises, and ``ReceivablesLedger.ageing`` for ``buckets``.
    """
    statement = ledger.statement(customer.code, since=since, as_of=as_of)
    items = ledger.open_items(customer.code, as_of=as_of)
    written = statement_view(
        statement,
        items,
        ledger.on_account(customer.code, as_of=as_of),
        layout,
        as_of=as_of,
        customer=customer,
        seller=seller,
        number=number,
        buckets=buckets,
        draft=draft,
    )
    return _plate(
        "statement",
        written,
        layout,
        reference=f"statement of {customer.code}",
        value=statement,
        created=as_of,
        table=widest(
            each
            for account in written.view.accounts
            for each in (account.table, account.items_table)
        ),
        rows=len(statement.rows) + len(items),
    )


def dunning_plate(
    notice: DunningNotice,
    layout: Layout = _PLAIN_LAYOUT,
    *,
    customer: Customer,
    seller: Party,
    draft: bool = False,
) -> Plate:
    """The letter of a dunning notice (催款函). See ``dunning_view`` for what it raises."""
    written = dunning_view(notice, layout, customer=customer, seller=seller, draft=draft)
    return _plate(
        "dunning",
        written,
        layout,
        reference=f"reminder {notice.number or notice.customer}",
        value=notice,
        created=notice.on,
        table=written.view.table,
        rows=len(notice.items),
    )


def invoice_plate(
    invoice: Invoice,
    contract: Contract,
    layout: Layout = _PLAIN_LAYOUT,
    *,
    electronic: ElectronicInvoice | None = None,
    draft: bool = False,
) -> Plate:
    """An invoice (账单), with itself as ``factur-x.xml`` inside where it is ``electronic``.

    See ``invoice_view`` and ``factur_x`` for what it raises.
    """
    xml = None if electronic is None else factur_x(invoice, contract, electronic)
    written = invoice_view(invoice, contract, layout, has_xml=xml is not None, draft=draft)
    plate = _plate(
        "invoice",
        written,
        layout,
        reference=f"invoice {invoice.number}",
        value=invoice,
        created=invoice.on,
        table=written.view.table,
        rows=len(invoice.lines),
    )
    if xml is None:
        return plate
    hybrid = HybridInvoice(level="EN 16931")
    embedded = Attachment(
        name=hybrid.file,
        content=xml,
        description=f"invoice {invoice.number} as data (Factur-X, EN 16931)",
        relationship="Alternative",
    )
    return replace(plate, attachments=(embedded, *plate.attachments), hybrid=hybrid)


def _plate(
    name: str,
    written: Written[object],
    layout: Layout,
    *,
    reference: str,
    value: Frozen,
    created: date,
    table: TableView,
    rows: int,
) -> Plate:
    """A plate of the template and the words of that name, its view under that name too.

    Unless the layout says otherwise, the value that it was made of is embedded as JSON.
    """
    data = Attachment(
        name=f"{name}.json",
        content=value.canonical().encode(),
        description=f"{reference} as data",
    )
    return Plate(
        reference=reference,
        template=f"{name}.html",
        given=(
            ("paper", written.paper),
            (name, written.view),
            ("table", table),
            ("words", wordings(written.hand, name)),
            ("brand", brand_view(layout)),
        ),
        created=created,
        rows=rows,
        brand=layout.brand,
        templates=layout.templates,
        attachments=(data,) if layout.attach else (),
    )
