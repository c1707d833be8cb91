"""What a template sees of a quote."""

from dataclasses import fields, is_dataclass
from decimal import Decimal

import pytest

from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.adapters.view import QuoteView
from cpq.kernel.errors import Refused
from cpq.kernel.quantity import UnitTable
from cpq.quote import Quote, accept, payment_terms
from tests.cpq.adapters.document_quotes import (
    MACHINES,
    both,
    priced,
    pricing,
    quoted,
    spare_parts,
)


def view(quote: Quote, locale: str = "en") -> QuoteView:
    return quote_view(quote, locale=locale, root=template_root(), brand=PLAIN)


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


def test_the_totals_read_as_an_addition() -> None:
    running = Decimal(0)
    shown = view(quoted())
    for row in shown.totals:
        if row.kind == "summand":
            running += number(row.figure)
        else:
            assert number(row.figure) == running
    assert running == quoted().gross.amount
    assert [row.kind for row in shown.totals][-1] == "total"


def test_promotions_and_list_prices_explain_the_net() -> None:
    labels = [(row.label.text, row.about) for row in view(quoted()).totals]
    assert labels == [
        ("At list prices", ""),
        ("Price discounts", ""),
        ("Sum of the lines", ""),
        ("Promotion", "AUTUMN"),
        ("Net before tax", ""),
        ("Tax", "13%"),
        ("Tax", "6%"),
        ("Total", "CNY"),
    ]


def test_columns_that_would_be_empty_vanish() -> None:
    shown = view(quoted(pricing=pricing(spare_parts(3))))
    assert not shown.columns.discount
    assert not shown.columns.tax
    assert [row.label.text for row in shown.totals] == ["Net before tax", "Tax", "Total"]
    assert view(quoted()).columns.discount
    assert view(quoted()).columns.tax


def test_a_price_above_list_shows_no_list_price() -> None:
    lines = (priced("1", "Bolt", "1", "12.00", listed="10.00"), MACHINES[6].with_(number="2"))
    shown = view(quoted(pricing=pricing(lines)))
    assert [line.list_price for line in shown.lines] == ["", "31.25"]
    assert shown.totals[0].label.text == "Net before tax"


def test_included_parts_have_no_price_of_their_own() -> None:
    shown = view(quoted())
    part = next(line for line in shown.lines if line.included)
    assert (part.unit_price, part.amount, part.tax) == ("", "", "")
    assert (part.number, part.level, part.has_parts) == ("1.1", 1, True)


def _records(value: object) -> list[object]:
    if isinstance(value, tuple):
        return [found for part in value for found in _records(part)]
    if is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
        return [value, *(found for part in parts for found in _records(part))]
    return []


def test_a_view_holds_text_and_no_methods() -> None:
    for record in _records(view(quoted(), "bilingual")):
        assert not [
            name
            for name in dir(record)
            if not name.startswith("_") and callable(getattr(record, name))
        ]
        for field in fields(record):  # type: ignore[arg-type]
            value = getattr(record, field.name)
            assert (
                isinstance(value, str | bool | int | tuple) or value is None or is_dataclass(value)
            )


def test_capitals_stand_in_chinese_documents_only() -> None:
    assert view(quoted(), "zh_CN").in_words.startswith("人民币壹佰")
    assert view(quoted(), "bilingual").in_words
    assert view(quoted(), "en").in_words == ""
    lines = (priced("1", "Part", "1", "10.00", currency="EUR"),)
    assert view(quoted(pricing=pricing(lines, "EUR")), "zh_CN").in_words == ""
    credit = (priced("1", "Return", "-1", "10.00"),)
    assert view(quoted(pricing=pricing(credit)), "zh_CN").in_words == ""


def test_a_pricing_that_does_not_add_up_is_refused() -> None:
    broken = pricing().with_(allocations=pricing().allocations[:1])
    with pytest.raises(Refused) as refusal:
        view(quoted(pricing=broken))
    assert refusal.value.code == "document.does_not_add_up"


def test_more_lines_than_a_document_holds_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        view(quoted(pricing=pricing(spare_parts(1) * 2001)))
    assert refusal.value.code == "document.too_long"


def test_units_are_named_in_the_language() -> None:
    unknown = priced("1", "Cable", "3", "2.00", unit="drum")
    shown = view(quoted(pricing=pricing((unknown, MACHINES[8]))), "zh_CN")
    assert [line.unit.text for line in shown.lines] == ["drum", "天"]
    own = UnitTable(units=({"code": "drum", "name": both("drum", "盘")},))
    named = quote_view(
        quoted(pricing=pricing((unknown,))),
        locale="zh_CN",
        root=template_root(),
        brand=PLAIN,
        units=own,
    )
    assert named.lines[0].unit.text == "盘"


def test_terms_too_long_for_the_top_become_clauses() -> None:
    many = payment_terms(*[("20%", "delivery", days) for days in (0, 30, 60, 90, 120)])
    shown = view(quoted(payment=many, delivery="by sea, " * 20))
    assert shown.payment == ()
    assert shown.delivery is None
    titles = [clause.title.text if clause.title else "" for clause in shown.clauses]
    assert titles == ["Payment", "Delivery", "Warranty", ""]


def test_a_salesperson_stands_in_for_the_contact() -> None:
    seller = quoted().seller.with_(contact="Front desk", email="li@northwind.example")
    shown = view(quoted(seller=seller))
    assert shown.seller.contact is None
    assert shown.seller.reach == ("+86 21 5555 0199",)
    assert shown.salesperson is not None
    assert shown.salesperson.reach == ("li@northwind.example",)
    alone = view(quoted(seller=seller, salesperson=None)).seller
    assert alone.contact is not None
    assert alone.contact.text == "Front desk"


def test_an_acceptance_is_told() -> None:
    accepted = accept(quoted(), on=quoted().issued_on, by="PO 4711")
    told = view(accepted).accepted
    assert told is not None
    assert told.text == "Accepted on November 21, 2026 by PO 4711"


@pytest.mark.parametrize(("state", "word"), [("draft", "DRAFT"), ("superseded", "SUPERSEDED")])
def test_only_what_does_not_bind_is_watermarked(state: str, word: str) -> None:
    mark = view(quoted(state=state)).watermark
    assert mark is not None
    assert mark.text == word
    assert view(quoted()).watermark is None
