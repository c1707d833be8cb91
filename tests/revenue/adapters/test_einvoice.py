"""The invoice as data: the amounts of our invoice, in the form that EN 16931 asks for."""

import sys
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from cpq.customer import Party
from cpq.kernel.errors import Refused, Unavailable
from cpq.quote import payment_terms
from revenue import Contract, Invoice, bill
from revenue.adapters.einvoice import ElectronicInvoice, factur_x
from tests.revenue.deals import CUSTOMER, SELLER, SIGNED, contract_of

pytest.importorskip("drafthorse")

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
TERMS = ElectronicInvoice(seller_country="DE", buyer_country="FR", iban="DE02120300000000202051")
AT_ONCE = payment_terms(("100%", "signing", 14))


def known(contract: Contract) -> Contract:
    """The contract with tax ids of the European Union."""
    buyer = CUSTOMER.with_(party=CUSTOMER.party.with_(tax_id="FR12345678901"))
    return contract.with_(seller=SELLER.with_(tax_id="DE123456789"), customer=buyer)


def signed(contract: Contract) -> Invoice:
    return bill(contract, event="signing", on=SIGNED, number="INV-1")[0]


def tree(xml: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(xml)


def texts(root: ElementTree.Element, *path: str) -> list[str]:
    found = root.findall(".//" + "/".join(f"{RAM}{step}" for step in path))
    return [element.text or "" for element in found]


def test_the_data_pass_the_schema_of_en_16931() -> None:
    from drafthorse.utils import validate_xml  # type: ignore[import-untyped]

    contract = known(contract_of())
    xml = factur_x(signed(contract), contract, TERMS)
    assert validate_xml(xml, "FACTUR-X_EN16931")
    assert texts(tree(xml), "GuidelineSpecifiedDocumentContextParameter", "ID") == [
        "urn:cen.eu:en16931:2017"
    ]


def test_every_amount_is_that_of_the_invoice() -> None:
    contract = known(contract_of())
    invoice = signed(contract)
    root = tree(factur_x(invoice, contract, TERMS))
    sums = "SpecifiedTradeSettlementHeaderMonetarySummation"
    assert texts(root, sums, "GrandTotalAmount") == [str(invoice.gross.amount)]
    assert texts(root, sums, "DuePayableAmount") == [str(invoice.gross.amount)]
    assert texts(root, sums, "TaxTotalAmount") == [str(invoice.tax.amount)]
    lines = texts(root, "SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount")
    assert lines == [str(line.net.amount) for line in invoice.lines]
    taxes = texts(root, "ApplicableHeaderTradeSettlement", "ApplicableTradeTax", "CalculatedAmount")
    assert sum(map(Decimal, taxes)) == invoice.tax.amount


def test_price_times_quantity_is_the_net_of_a_line() -> None:
    contract = known(contract_of(("1", "100.00", "13", "3"), payment=AT_ONCE))
    root = tree(factur_x(signed(contract), contract, TERMS))
    assert texts(root, "BilledQuantity") == texts(root, "BasisQuantity") == ["3"]
    assert texts(root, "NetPriceProductTradePrice", "ChargeAmount") == ["100.00"]
    quantity = root.find(f".//{RAM}BilledQuantity")
    assert quantity is not None
    assert quantity.get("unitCode") == "H87"


def test_a_part_of_a_line_is_billed_as_one() -> None:
    contract = known(contract_of())
    root = tree(factur_x(signed(contract), contract, TERMS))
    assert texts(root, "BilledQuantity") == ["1", "1"]
    assert texts(root, "SpecifiedTradeProduct", "Description")[0] == (
        "20340.00 CNY of 67800.00 CNY for 3 pc"
    )


def test_tax_ids_of_the_union_are_told_from_others() -> None:
    contract = known(contract_of())
    root = tree(factur_x(signed(contract), contract, TERMS))
    schemes = [each.get("schemeID") for each in root.iter(f"{RAM}ID") if each.get("schemeID")]
    assert schemes == ["VA", "VA"]
    chinese = contract.with_(seller=SELLER.with_(tax_id="91320594MA1XBCL88K"))
    root = tree(factur_x(signed(chinese), chinese, TERMS))
    schemes = [each.get("schemeID") for each in root.iter(f"{RAM}ID") if each.get("schemeID")]
    assert schemes == ["FC", "VA"]


def test_lines_without_tax_say_why() -> None:
    contract = known(contract_of(("1", "100.00", "0", "1"), payment=AT_ONCE))
    export = TERMS.with_(zero_rate="G", reason="Export outside the EU")
    root = tree(factur_x(signed(contract), contract, export))
    assert texts(root, "CategoryCode") == ["G", "G"]
    assert texts(root, "ExemptionReason") == ["Export outside the EU"]
    with pytest.raises(ValidationError, match="needs a reason"):
        TERMS.with_(zero_rate="E")


def test_the_same_invoice_gives_the_same_bytes() -> None:
    contract = known(contract_of())
    assert factur_x(signed(contract), contract, TERMS) == factur_x(
        signed(contract), contract, TERMS
    )


def test_a_seller_without_tax_id_sends_no_data() -> None:
    contract = known(contract_of()).with_(seller=Party(name="Seller"))
    with pytest.raises(Refused) as refusal:
        factur_x(signed(contract), contract, TERMS)
    assert refusal.value.code == "einvoice.no_tax_id"


def test_a_missing_library_names_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "drafthorse.models.document", None)
    contract = known(contract_of())
    with pytest.raises(Unavailable, match=r"cpq-revenue\[einvoice\]") as refusal:
        factur_x(signed(contract), contract, TERMS)
    assert refusal.value.code == "einvoice.no_library"
