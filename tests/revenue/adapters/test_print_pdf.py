"""The documents of revenue on paper: every template filled and printed, in each language."""

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from cpq.adapters.brand import Brand
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import html_of
from cpq.adapters.plate import Plate
from cpq.adapters.render import Renderer
from cpq.kernel.text import LocalText
from revenue import ReceivablesLedger, bill
from revenue.adapters.einvoice import ElectronicInvoice
from revenue.adapters.print_plate import (
    dunning_plate,
    invoice_plate,
    order_plate,
    statement_plate,
)
from revenue.dunning_notice import dunning_notice
from tests.revenue.deals import CUSTOMER, SELLER, SIGNED, cash, cny, contract_of, debt, order_of

pytestmark = pytest.mark.slow

LOCALES = ("zh_CN", "en", "bilingual")
AS_OF = date(2027, 1, 15)


def plates(layout: Layout, *, draft: bool = False) -> dict[str, Plate]:
    """One of each document."""
    contract = contract_of()
    invoice, owed = bill(contract, event="signing", on=SIGNED, number="INV-1")
    ledger = ReceivablesLedger().record(invoice, owed, debt("AR-9", "70.00"), cash("R-1", "20.00"))
    notice = dunning_notice(
        ledger.open_items("C-1", as_of=AS_OF), on=AS_OF, level=3, pay_by=AS_OF, fee=cny("5.00")
    )
    return {
        "order": order_plate(
            order_of(contract),
            contract,
            layout,
            delivery=LocalText(en="DAP Changzhou", zh="DAP 常州"),
            reply_days=5,
            draft=draft,
        ),
        "statement": statement_plate(
            ledger, layout, customer=CUSTOMER, seller=SELLER, as_of=AS_OF, draft=draft
        ),
        "dunning": dunning_plate(notice, layout, customer=CUSTOMER, seller=SELLER, draft=draft),
        "invoice": invoice_plate(invoice, contract, layout, draft=draft),
    }


@pytest.fixture(scope="module")
def press() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_document_is_printed_in_every_language(press: Renderer, locale: str) -> None:
    for name, plate in plates(Layout(locale=locale)).items():
        shown = "".join(pages(press.pdf(plate)))
        assert ("Hengtai" in shown) == (locale != "zh_CN"), name
        assert ("恒泰" in shown) == (locale != "en"), name
        assert "DRAFT" not in shown, name


def test_a_draft_is_marked_on_every_page(press: Renderer) -> None:
    for name, plate in plates(Layout(locale="en"), draft=True).items():
        assert all("DRAFT" in page for page in pages(press.pdf(plate))), name


def test_the_same_document_gives_the_same_bytes(press: Renderer) -> None:
    first, second = (plates(Layout(locale="en"))["statement"] for _ in range(2))
    assert press.pdf(first) == press.pdf(second)


def test_what_a_document_was_made_of_is_embedded_unless_unwanted() -> None:
    for name, plate in plates(Layout(locale="en")).items():
        (data,) = plate.attachments
        assert data.name == f"{name}.json"
        assert b'"customer":"C-1"' in data.content
    for plate in plates(Layout(locale="en", attach=False)).values():
        assert plate.attachments == ()


def test_headings_and_table_heads_are_told_apart_for_readers() -> None:
    for name, plate in plates(Layout(locale="bilingual")).items():
        html = html_of(plate)
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert set(levels) <= {1, 2}, name
        assert "<th scope=" in html, name
        assert re.search(r"<th(?! scope)[ >]", html) is None, name


def test_the_slip_can_be_answered_both_ways() -> None:
    html = html_of(plates(Layout(locale="zh_CN"))["statement"])
    assert "数据无误" in html
    assert "数据不符" in html
    assert html.count('class="tick"') == 2


def test_a_block_of_a_template_can_be_overridden(tmp_path: Path) -> None:
    own = '{% extends "cpq/statement.html" %}{% block slip %}<p>{{ statement.until }}</p>'
    own += "{% endblock %}"
    (tmp_path / "statement.html").write_text(own, encoding="utf-8")
    html = html_of(plates(Layout(locale="en", templates=tmp_path))["statement"])
    assert "<p>January 15, 2027</p>" in html
    assert 'class="tick"' not in html


def test_the_brand_colours_every_document() -> None:
    layout = Layout(locale="en", brand=Brand(accent="#7a1f3d", page="letter"))
    for name, plate in plates(layout).items():
        html = html_of(plate)
        assert "--accent: #7a1f3d" in html, name
        assert "@page { size: letter }" in html, name


def test_amounts_beyond_any_trade_turn_the_page_and_fit(press: Renderer) -> None:
    contract = contract_of(("1", "987654321987654.32", "13", "3"), ("2", "5.00", "6", "1.375"))
    invoice, owed = bill(contract, event="signing", on=SIGNED, number="9" * 64)
    ledger = ReceivablesLedger().record(invoice, owed)
    layout = Layout(locale="bilingual")
    for plate in (
        order_plate(order_of(contract), contract, layout),
        invoice_plate(invoice, contract, layout),
        statement_plate(ledger, layout, customer=CUSTOMER, seller=SELLER, as_of=AS_OF),
    ):
        page = PdfReader(io.BytesIO(press.pdf(plate))).pages[0]
        assert page.mediabox.width > page.mediabox.height, plate.reference


def test_a_long_statement_repeats_its_heads_and_has_no_empty_page(press: Renderer) -> None:
    debts = [debt(f"AR-{place}", f"{place}.00") for place in range(1, 101)]
    ledger = ReceivablesLedger().record(*debts)
    plate = statement_plate(
        ledger, Layout(locale="en"), customer=CUSTOMER, seller=SELLER, as_of=AS_OF
    )
    shown = pages(press.pdf(plate))
    assert len(shown) > 4
    assert all("Balance CNY" in page or "Open CNY" in page for page in shown[1:-1])
    assert all(f"Page {place} of {len(shown)}" in page for place, page in enumerate(shown, 1))


def test_a_statement_of_two_currencies_adds_up_neither(press: Renderer) -> None:
    ledger = ReceivablesLedger().record(debt("AR-1", "70.00"), debt("AR-2", "9.00", currency="EUR"))
    plate = statement_plate(
        ledger, Layout(locale="en"), customer=CUSTOMER, seller=SELLER, as_of=AS_OF
    )
    shown = "".join(pages(press.pdf(plate)))
    assert "Movements CNY" in shown
    assert "Movements EUR" in shown
    assert "79.00" not in shown


def test_what_people_typed_stays_text() -> None:
    contract = contract_of()
    mean = contract.with_(seller=SELLER.with_(name=LocalText(en="<script>alert(1)</script>")))
    html = html_of(order_plate(order_of(mean), mean, Layout(locale="en")))
    assert "<script>" not in html


def test_an_invoice_carries_itself_as_data(press: Renderer) -> None:
    pytest.importorskip("drafthorse")
    contract = contract_of().with_(seller=SELLER.with_(tax_id="91320594MA1XBCL88K"))
    invoice, _ = bill(contract, event="signing", on=SIGNED, number="INV-1")
    plate = invoice_plate(
        invoice,
        contract,
        Layout(locale="en"),
        electronic=ElectronicInvoice(seller_country="CN", buyer_country="CN"),
    )
    reader = PdfReader(io.BytesIO(press.pdf(plate)))
    assert reader.attachments["factur-x.xml"] == [plate.attachments[0].content]
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"ConformanceLevel>EN 16931<", xmp)
    assert re.search(r"DocumentFileName>factur-x.xml<", xmp)
    embedded = reader.trailer["/Root"]["/AF"][0].get_object()
    assert embedded["/AFRelationship"] == "/Alternative"
