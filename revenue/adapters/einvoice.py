"""The invoice as XML that machines book: EN 16931 as Factur-X and ZUGFeRD write it (电子发票).

Every amount is that of our invoice, to the cent; nothing is reckoned again. A line that bills all
of its contract line has the quantity and, as price, its net for that quantity: exact, where a price
per unit would have to be rounded. A line that bills a part has the quantity 1. The library that
knows the format is an extra: ``pip install 'cpq-revenue[einvoice]'``.
"""

from importlib import import_module
from typing import Any, Literal

from pydantic import Field, model_validator

from cpq.customer import Party
from cpq.kernel.errors import Refused, Unavailable
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, currency_places, plain
from cpq.kernel.text import Line
from revenue.adapters.print_sums import Share, by_rate, refuse_other_contract
from revenue.contract import Contract, ContractLine
from revenue.invoice import Invoice, InvoiceLine

_GUIDELINE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
_PLACES_MOST = 2
_ONE = "C62"
_UNITS = {
    "pc": "H87",
    "EA": "EA",
    "set": "SET",
    "dozen": "DZN",
    "kg": "KGM",
    "g": "GRM",
    "t": "TNE",
    "m": "MTR",
    "mm": "MMT",
    "l": "LTR",
    "h": "HUR",
    "day": "DAY",
    "month": "MON",
    "year": "ANN",
}
"""Our units in UN/ECE Recommendation 20; what is not among them is billed as one of a kind."""

ZeroRate = Literal["Z", "E", "AE", "K", "G"]
"""Why no tax is charged (UNCL 5305): zero rate, exempt, reverse charge, within the EU, export."""


class ElectronicInvoice(Frozen):
    """What the XML of an invoice needs beyond our documents: countries, account, why no tax.

    Countries are ISO 3166 codes of two letters. ``reason`` says why lines of 0 % bear no tax, and
    is needed unless they are zero rated.

    >>> ElectronicInvoice(seller_country="DE", buyer_country="FR").zero_rate
    'Z'
    """

    seller_country: str = Field(pattern=r"^[A-Z]{2}$")
    buyer_country: str = Field(pattern=r"^[A-Z]{2}$")
    iban: str = Field(default="", pattern=r"^([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})?$")
    zero_rate: ZeroRate = "Z"
    reason: Line = ""

    @model_validator(mode="after")
    def _says_why(self) -> "ElectronicInvoice":
        if self.zero_rate != "Z" and not self.reason:
            raise ValueError(f"zero_rate {self.zero_rate} needs a reason; say why no tax is due")
        return self


def factur_x(invoice: Invoice, contract: Contract, terms: ElectronicInvoice) -> bytes:
    """The invoice as XML of the profile EN 16931, checked against its schema.

    The same invoice gives the same bytes. Raises ``Unavailable`` (``einvoice.no_library``),
    ``Refused``: ``einvoice.no_tax_id`` of the seller, ``einvoice.off_grid`` for a currency with
    more than two decimals, ``document.other_contract``; ``NotFound`` (``contract.unknown_line``).
    """
    refuse_other_contract(f"invoice {invoice.number}", invoice.contract, contract)
    _refuse_what_cannot_be_said(invoice, contract)
    models = _library()
    document: Any = models.document.Document()
    document.context.guideline_parameter.id = _GUIDELINE
    document.header.id = invoice.number
    document.header.type_code = "380"
    document.header.issue_date_time = invoice.on
    trade = document.trade
    _party(trade.agreement.seller, contract.seller, terms.seller_country, models)
    _party(trade.agreement.buyer, contract.customer.party, terms.buyer_country, models)
    trade.agreement.contract.issuer_assigned_id = contract.number
    if invoice.delivery:
        trade.delivery.despatch_advice.issuer_assigned_id = invoice.delivery
    for line in invoice.lines:
        trade.items.add(_item(line, contract.line(line.line), terms, models))
    _settle(trade.settlement, invoice, terms, models)
    xml: bytes = document.serialize(schema=_SCHEMA)
    return xml


class _Models:
    """The modules of the library that are used."""

    def __init__(self) -> None:
        self.document = import_module("drafthorse.models.document")
        self.accounting = import_module("drafthorse.models.accounting")
        self.party = import_module("drafthorse.models.party")
        self.payment = import_module("drafthorse.models.payment")
        self.lines = import_module("drafthorse.models.tradelines")


def _library() -> _Models:
    try:
        return _Models()
    except ModuleNotFoundError as error:
        raise Unavailable(
            "einvoice.no_library",
            f"the Python package {str(error.name).partition('.')[0]!r} is missing; run: "
            "pip install 'cpq-revenue[einvoice]'",
        ) from None


def _refuse_what_cannot_be_said(invoice: Invoice, contract: Contract) -> None:
    if not contract.seller.tax_id:
        raise Refused(
            "einvoice.no_tax_id",
            f"the seller of contract {contract.number} has no tax id, which an electronic invoice "
            "must bear; give the seller's tax_id",
            contract=contract.number,
        )
    if currency_places(invoice.currency) > _PLACES_MOST:
        raise Refused(
            "einvoice.off_grid",
            f"invoice {invoice.number} is in {invoice.currency}, which has "
            f"{currency_places(invoice.currency)} decimals; EN 16931 has two: print it without XML",
            number=invoice.number,
        )


def _party(node: Any, party: Party, country: str, models: _Models) -> None:
    node.name = str(party.name)
    node.address.line_one = str(party.address)
    node.address.country_id = country
    if party.email:
        node.electronic_address.uri_ID = ("EM", party.email)
    if not party.tax_id:
        return
    scheme = "VA" if party.tax_id[:2].isalpha() and party.tax_id[:2].isascii() else "FC"
    if scheme == "VA" or "Seller" in type(node).__name__:
        node.tax_registrations.add(models.party.TaxRegistration(id=(scheme, party.tax_id)))
    else:
        node.legal_organization.id = ("", party.tax_id)


def _category(share: InvoiceLine | Share, terms: ElectronicInvoice) -> str:
    percent = share.percent if isinstance(share, Share) else share.tax_percent
    return "S" if percent else terms.zero_rate


def _item(line: InvoiceLine, sold: ContractLine, terms: ElectronicInvoice, models: _Models) -> Any:
    item = models.lines.LineItem()
    item.document.line_id = line.line
    item.product.seller_assigned_id = ("", sold.product)
    item.product.name = str(sold.name)
    quantity, unit = "1", _ONE
    if sold.unit in _UNITS and line.gross == sold.gross:
        quantity, unit = plain(sold.quantity), _UNITS[sold.unit]
    else:
        item.product.description = (
            f"{line.gross} of {sold.gross} for {plain(sold.quantity)} {sold.unit}"
        )
    item.agreement.net.amount = line.net.amount
    item.agreement.net.basis_quantity = (quantity, unit)
    item.delivery.billed_quantity = (quantity, unit)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(line, terms)
    item.settlement.trade_tax.rate_applicable_percent = plain(line.tax_percent)
    item.settlement.monetary_summation.total_amount = line.net.amount
    return item


def _settle(node: Any, invoice: Invoice, terms: ElectronicInvoice, models: _Models) -> None:
    node.currency_code = invoice.currency
    node.payment_reference = invoice.number
    if terms.iban:
        means = models.payment.PaymentMeans(type_code="30")
        means.payee_account.iban = terms.iban
        node.payment_means.add(means)
    for share in by_rate(Share(line.tax_percent, line.net, line.tax) for line in invoice.lines):
        node.trade_tax.add(_tax(share, terms, models))
    due = models.payment.PaymentTerms()
    due.due = invoice.due_on
    node.terms.add(due)
    _sums(node.monetary_summation, invoice)


def _tax(share: Share, terms: ElectronicInvoice, models: _Models) -> Any:
    tax = models.accounting.ApplicableTradeTax()
    tax.type_code = "VAT"
    tax.calculated_amount = share.tax.amount
    tax.basis_amount = share.net.amount
    tax.category_code = _category(share, terms)
    tax.rate_applicable_percent = plain(share.percent)
    if not share.percent and terms.reason:
        tax.exemption_reason = terms.reason
    return tax


def _sums(node: Any, invoice: Invoice) -> None:
    zero = Money.zero(invoice.currency).amount
    node.line_total = invoice.net.amount
    node.charge_total = zero
    node.allowance_total = zero
    node.tax_basis_total = invoice.net.amount
    node.tax_total = (invoice.tax.amount, invoice.currency)
    node.grand_total = invoice.gross.amount
    node.due_amount = invoice.gross.amount
