"""The invoice as its template prints it (账单): what of a contract is billed, and when to pay.

In China the tax invoice (发票) comes out of the tax system and nowhere else, so in Chinese this is
called 账单 and says that it is none. Names and quantities are those of the contract, amounts those
of the invoice.
"""

from dataclasses import dataclass

from cpq.adapters.hand import Hand, Spoken
from cpq.adapters.layout import Layout
from cpq.adapters.view import TaxView, TotalView
from cpq.adapters.words import Phrase
from revenue.adapters.print_sums import Share, addition, refuse_other_contract, tax_rows
from revenue.adapters.print_view import (
    TableView,
    Written,
    column,
    paper_view,
    print_hand,
    refuse_if_too_long,
    table_view,
)
from revenue.contract import Contract, ContractLine
from revenue.invoice import Invoice, InvoiceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineView:
    """A row of the lines; ``of_whole`` says what it is a part of."""

    number: str
    name: Phrase
    code: str
    of_whole: Phrase
    percent: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceView:
    """An invoice, ready to print; empty text and ``None`` for what is not there."""

    billed: Phrase
    currency: str
    total: str
    in_words: str
    pay_by: str
    bank: Phrase | None
    lines: tuple[InvoiceLineView, ...]
    table: TableView
    taxes: tuple[TaxView, ...]
    totals: tuple[TotalView, ...]
    notes: tuple[Phrase, ...]


def invoice_view(
    invoice: Invoice,
    contract: Contract,
    layout: Layout,
    *,
    has_xml: bool = False,
    draft: bool = False,
) -> Written[InvoiceView]:
    """The invoice with what its contract knows of the lines; ``has_xml``: data are embedded.

    Raises ``Refused``: ``document.other_contract``, ``document.too_long``,
    ``document.does_not_add_up``; ``NotFound`` (``contract.unknown_line``).
    """
    named = f"invoice {invoice.number}"
    refuse_other_contract(named, invoice.contract, contract)
    refuse_if_too_long(len(invoice.lines), named, "bill it in parts")
    hand = print_hand(layout, currency=invoice.currency, table="invoice")
    day = hand.figures.day
    paper = paper_view(
        hand,
        layout,
        number=invoice.number,
        strip=(
            ("date", day(invoice.on)),
            ("due", day(invoice.due_on)),
            ("contract", contract.number),
            ("customer_code", invoice.customer),
        ),
        customer=contract.customer.party,
        seller=contract.seller,
        on=invoice.on,
        draft=draft,
        has_band=True,
    )
    lines = tuple(_line(line, contract.line(line.line), hand) for line in invoice.lines)
    shares = [Share(line.tax_percent, line.net, line.tax) for line in invoice.lines]
    view = InvoiceView(
        billed=_billed(invoice, hand),
        currency=invoice.currency,
        total=hand.figures.money(invoice.gross),
        in_words=hand.in_capitals(invoice.gross),
        pay_by=day(invoice.due_on),
        bank=hand.given(contract.seller.bank),
        lines=lines,
        table=_table(lines, hand, total=hand.figures.money(invoice.gross)),
        taxes=tax_rows(shares, hand),
        totals=addition(shares, net=invoice.net, gross=invoice.gross, hand=hand, what=named),
        notes=_notes(invoice, hand, has_xml=has_xml),
    )
    return Written(paper, view, hand)


def _billed(invoice: Invoice, hand: Hand) -> Phrase:
    facts = {"index": str(invoice.instalment), "contract": invoice.contract}
    if invoice.delivery is None:
        return hand.say("billed", **facts)
    return hand.say("billed_delivery", delivery=invoice.delivery, **facts)


def _line(line: InvoiceLine, sold: ContractLine, hand: Hand) -> InvoiceLineView:
    write = hand.figures.amount
    return InvoiceLineView(
        number=line.line,
        name=hand.spoken.phrase(sold.name),
        code=sold.product,
        of_whole=_of_whole(line, sold, hand),
        percent=hand.figures.percent(line.tax_percent),
        net=write(line.net.amount),
        tax=write(line.tax.amount),
        gross=write(line.gross.amount),
    )


def _of_whole(line: InvoiceLine, sold: ContractLine, hand: Hand) -> Phrase:
    """The quantity and, where it is not billed at once, what all of it comes to."""
    if line.gross == sold.gross:
        return hand.told(lambda tongue: hand.counted(sold.quantity, sold.unit, tongue))
    write = hand.figures.amount
    before = line.gross_before.amount

    def told(tongue: Spoken) -> str:
        facts = {
            "whole": write(sold.gross.amount),
            "counted": hand.counted(sold.quantity, sold.unit, tongue),
        }
        if not before:
            return hand.word("of_whole", tongue, **facts)
        return hand.word("of_whole_before", tongue, before=write(before), **facts)

    return hand.told(told)


def _table(lines: tuple[InvoiceLineView, ...], hand: Hand, *, total: str) -> TableView:
    return table_view(
        column(hand, "line", (line.number for line in lines), 9),
        None,
        column(hand, "net_amount", (line.net for line in lines), 22),
        column(hand, "tax_rate", (line.percent for line in lines), 10),
        column(hand, "tax_of_line", (line.tax for line in lines), 20),
        column(hand, "gross_amount", (line.gross for line in lines), 24),
        total=total,
    )


def _notes(invoice: Invoice, hand: Hand, *, has_xml: bool) -> tuple[Phrase, ...]:
    notes = [hand.say("quote_reference", reference=invoice.number)]
    if has_xml:
        notes.append(hand.say("hybrid"))
    if hand.spoken.first == "zh" or hand.spoken.second:
        notes.append(hand.say("not_a_fapiao"))
    return tuple(notes)
