"""What a template sees of a quote."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.hand import hand_for
from cpq.adapters.quote_view import quote_view
from cpq.adapters.sums_view import total_views
from cpq.adapters.templates import template_root
from cpq.adapters.view import QuoteView
from cpq.kernel.errors import Refused
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.quote import Quote, accept, payment_terms, withdraw
from tests.cpq.adapters.document_quotes import (
    MACHINES,
    both,
    priced,
    pricing,
    quoted,
    spare_parts,
)
from tests.cpq.adapters.look_quotes import nested


def view(quote: Quote, locale: str = "en", *, brand: Brand = PLAIN, **look: Any) -> QuoteView:
    return quote_view(quote, locale=locale, root=template_root(), brand=brand, **look)


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


def test_one_promotion_and_list_prices_explain_the_net_as_rows_or_as_steps() -> None:
    shown = view(quoted())
    assert [row.label.text for row in shown.totals] == ["Net before tax", "Tax", "Tax", "Total"]
    assert [step.label.text for step in shown.steps] == [
        "List price",
        "Line discounts",
        "Promotion",
        "Your price before tax",
    ]
    hand = hand_for("en", currency="CNY", root=template_root(), units=STANDARD_UNITS)
    labels = [(row.label.text, row.about) for row in total_views(quoted(), hand)]
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
    assert titles == ["Delivery", "Warranty", ""]
    assert len(shown.instalments) == 5
    nothing = view(quoted(payment=many, pricing=pricing((priced("1", "Gift", "1", "0.00"),))))
    first = nothing.clauses[0].title
    assert first is not None
    assert first.text == "Payment"


def test_a_salesperson_stands_in_for_the_contact() -> None:
    seller = quoted().seller.with_(contact="Front desk", email="li@northwind.example")
    shown = view(quoted(seller=seller))
    assert shown.seller.contact is None
    assert [link.text for link in shown.seller.reach] == ["+86 21 5555 0199"]
    assert shown.salesperson is not None
    assert [link.href for link in shown.salesperson.reach] == ["mailto:li@northwind.example"]
    alone = view(quoted(seller=seller, salesperson=None)).seller
    assert alone.contact is not None
    assert alone.contact.text == "Front desk"


def test_an_acceptance_is_told() -> None:
    accepted = accept(quoted(), on=quoted().issued_on, by="PO 4711")
    told = view(accepted).accepted
    assert told is not None
    assert told.text == "Accepted on November 21, 2026 by PO 4711"


@pytest.mark.parametrize(
    ("changes", "at", "word"),
    [
        ({"state": "draft"}, None, "DRAFT"),
        ({"state": "in_approval"}, None, "DRAFT"),
        ({"state": "superseded"}, None, "SUPERSEDED"),
        ({}, None, None),
        ({}, "2026-12-21T15:59:59+00:00", None),
        ({}, "2026-12-21T16:00:00+00:00", "EXPIRED"),
        ({"state": "draft"}, "2027-01-01T00:00:00+00:00", "DRAFT"),
    ],
)
def test_only_what_does_not_bind_is_watermarked(
    changes: dict[str, str], at: str | None, word: str | None
) -> None:
    quote = quoted(zone="Asia/Shanghai", **changes)
    instant = None if at is None else datetime.fromisoformat(at)
    mark = view(quote, at=instant).watermark
    assert (mark and mark.text) == word


def test_a_withdrawn_quote_is_marked_in_both_languages() -> None:
    gone = withdraw(quoted(), on=quoted().issued_on, reason="a wrong price")
    mark = view(gone, "bilingual").watermark
    assert mark is not None
    assert (mark.text, mark.other) == ("WITHDRAWN", "已撤回")


def test_the_last_day_names_its_zone_where_there_is_one() -> None:
    assert view(quoted()).validity.text == (
        "This offer can be accepted until the end of December 21, 2026."
    )
    assert view(quoted(zone="Asia/Shanghai")).validity.text == (
        "This offer can be accepted until the end of December 21, 2026 (China Time)."
    )
    assert view(quoted(zone="Asia/Shanghai"), "zh_CN").validity.text == (
        "本报价在 2026年12月21日（中国时间）当日结束前可接受。"
    )


def test_columns_that_a_brand_hides_are_not_shown() -> None:
    hide = Brand(hide=("code", "discount", "tax", "unit_price"))
    shown = quote_view(quoted(), locale="en", root=template_root(), brand=hide).columns
    assert [shown.code, shown.discount, shown.tax, shown.unit] == [False] * 4
    assert (shown.unit_width, shown.list_width, shown.tax_width) == ("0.0mm", "0.0mm", "0.0mm")
    plain = view(quoted()).columns
    assert (plain.discount, plain.tax, plain.unit) == (True, True, True)


def test_paper_comes_from_the_layout_else_from_the_brand() -> None:
    letter = Brand(page="letter")
    assert view(quoted()).paper == "A4"
    assert view(quoted(), brand=letter).paper == "letter"
    assert view(quoted(), brand=letter, page="A4").paper == "A4"


def test_the_file_says_what_it_is() -> None:
    shown = view(quoted())
    assert shown.description == (
        "Quotation Q-2026-0001 for Hengtai Machinery Co., Ltd.: CN¥1,205,032.71, "
        "valid until December 21, 2026"
    )
    assert shown.keywords == "Quotation, 报价单, Q-2026-0001, CNY"
    assert not shown.cover
    assert view(quoted(), cover=True).cover


def test_codes_have_a_column_where_short_names_leave_it_room() -> None:
    short = nested(10)
    shown = view(short, "zh_CN").columns
    assert (shown.code, shown.discount) == (True, True)
    assert not view(short, "bilingual").columns.code
    wordy = short.pricing.lines[0].with_(number="9", name=both("Module " * 6, "输送模块" * 6))
    long = nested(10, pricing=pricing((*short.pricing.lines, wordy)))
    assert not view(long, "zh_CN").columns.code
