"""What is offered: sections by how lines are paid, prices folded or not, alternatives beside it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.adapters.view import QuoteView
from cpq.quote import Quote, accept
from tests.cpq.adapters.document_quotes import MACHINES, both, priced, pricing, quoted
from tests.cpq.adapters.full_quotes import full_quote
from tests.cpq.adapters.look_quotes import SERVICES, recurring, service, with_alternatives


def view(quote: Quote, locale: str = "en", **look: Any) -> QuoteView:
    return quote_view(quote, locale=locale, root=template_root(), brand=PLAIN, **look)


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


def summed(texts: list[str]) -> Decimal:
    return sum((number(text) for text in texts if text), Decimal(0))


def test_what_recurs_is_a_section_whose_subtotal_names_its_term() -> None:
    once, monthly = view(recurring()).sections
    assert (once.heading.text, monthly.heading.text) == ("One-time charges", "Recurring charges")
    assert monthly.subtotal_label is not None
    assert monthly.subtotal_label.text == "Subtotal, 36-month term"
    assert number(monthly.subtotal) == summed([line.amount for line in monthly.lines])
    assert number(once.subtotal) == summed([line.amount for line in once.lines])
    chinese = view(recurring(), "zh_CN").sections[1].subtotal_label
    assert chinese is not None
    assert chinese.text == "36 个月小计"


def test_a_price_per_period_says_which_period_and_how_many() -> None:
    line = view(recurring(), "bilingual").sections[1].lines[0]
    assert line.per is not None
    assert (line.per.text, line.per.other) == ("/ month", "/ 月")
    assert [(note.text, note.other) for note in line.notes] == [("36 months", "共 36 个月")]
    assert (line.unit_price, line.amount) == ("86.00", "37,152.00")


def test_without_services_there_is_one_section_without_a_subtotal() -> None:
    (only,) = view(quoted()).sections
    assert (only.heading.text, only.subtotal_label, only.subtotal) == ("Items and prices", None, "")


def test_the_total_of_what_recurs_states_its_term() -> None:
    shown = view(recurring())
    assert shown.total_label.text == "Total including tax, 36-month term"
    labels = [row.label.text for row in shown.totals]
    assert labels == [
        "One-time charges",
        "Recurring charges, 36-month term",
        "Promotion",
        "Net before tax",
        "Tax",
        "Tax",
        "Total, 36-month term",
    ]
    assert view(quoted()).total_label.text == "Total including tax"


def test_each_term_is_a_section_of_its_own() -> None:
    lines = (
        *MACHINES,
        *SERVICES,
        service("8", both("Backup", "备份"), "1", "99.00", periods=3, billing="year"),
    )
    shown = view(quoted(pricing=pricing(lines)))
    labels = [section.subtotal_label.text for section in shown.sections if section.subtotal_label]
    assert labels == ["Subtotal, one-time", "Subtotal, 36-month term", "Subtotal, 3-year term"]
    assert shown.totals[-1].label.text == "Total, 36-month term / 3-year term"


def test_a_service_inside_a_machine_stands_with_the_services() -> None:
    inside = service("1.3", both("Remote care", "远程维护"), "2", "40.00")
    part = priced("1.3.1", both("Licence", "许可"), "2")
    shown = view(quoted(pricing=pricing((*MACHINES[:4], inside, part, *MACHINES[4:]))))
    monthly = shown.sections[1]
    assert [(line.number, line.level) for line in monthly.lines] == [("1.3", 0), ("1.3.1", 1)]


@pytest.mark.parametrize("style", ["detailed", "summary"])
def test_folded_prices_add_up_to_the_net(style: str) -> None:
    shown = view(quoted(), style=style, discounts="folded")
    assert summed([line.amount for line in shown.lines]) == quoted().net.amount
    assert not any(line.discount or line.list_price for line in shown.lines)
    assert not shown.columns.discount
    assert shown.steps == ()
    assert [row.label.text for row in shown.totals] == ["Net before tax", "Tax", "Tax", "Total"]
    assert shown.totals[-1].figure == view(quoted()).totals[-1].figure


def test_a_folded_unit_price_that_does_not_come_out_is_an_average() -> None:
    even = priced("1", "Pump", "4", "100.00", discount="20.00")
    odd = priced("2", "Valve", "3", "100.00", discount="20.00")
    shown = view(quoted(pricing=pricing((even, odd))), discounts="folded").lines
    assert [(line.unit_price, line.is_average) for line in shown] == [
        ("95.00", False),
        ("93.3333", True),
    ]


def test_a_summary_shows_the_top_with_all_that_is_below() -> None:
    shown = view(quoted(), style="summary").lines
    assert [line.number for line in shown] == ["1", "2", "3", "4", "5"]
    first = shown[0]
    assert number(first.amount) == Decimal("815300.00")  # 796,000 − 18,000 + 37,300
    assert (first.unit_price, first.tax, first.has_parts) == ("407,650.00", "13%", False)


def test_a_summary_of_two_tax_rates_names_neither() -> None:
    lines = (
        priced("1", "Machine", "1", "100.00"),
        priced("1.1", "Training", "1", "50.00", tax="6"),
        priced("2", "Part", "1", "10.00"),
    )
    shown = view(quoted(pricing=pricing(lines)), style="summary").lines
    assert [(line.amount, line.tax) for line in shown] == [("150.00", ""), ("10.00", "13%")]


def test_a_summary_keeps_what_recurs_apart_from_its_machine() -> None:
    inside = service("1.3", both("Remote care", "远程维护"), "2", "40.00")
    quote = quoted(pricing=pricing((*MACHINES[:4], inside, *MACHINES[4:])))
    once, monthly = view(quote, style="summary").sections
    assert [line.number for line in monthly.lines] == ["1.3"]
    assert "1.3" not in [line.number for line in once.lines]
    total = number(once.subtotal) + number(monthly.subtotal)
    assert total == quote.net.amount


@pytest.mark.parametrize("basis", ["net", "gross"])
@pytest.mark.parametrize("style", ["detailed", "summary"])
def test_whatever_is_folded_still_comes_to_the_same(basis: str, style: str) -> None:
    quote = full_quote(basis)  # type: ignore[arg-type]
    shown = view(quote, style=style, discounts="folded")
    due = quote.gross if basis == "gross" else quote.net
    assert summed([line.amount for line in shown.lines]) == due.amount
    option = {line.number: line for line in shown.options}
    assert set(option) >= {"9", "11"}
    if style == "summary":
        assert set(option) == {"9", "11"}


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 9_999_99), st.integers(0, 99)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["detailed", "summary"]),
)
def test_folding_loses_no_cent(rows: list[tuple[int, int, int]], style: str) -> None:
    lines = []
    for place, (quantity, cents, percent) in enumerate(rows, start=1):
        head = (place + 1) // 2
        name = f"{head}" if place % 2 else f"{head}.1"
        price = f"{cents // 100}.{cents % 100:02d}"
        off = f"{quantity * cents * percent // 10000}.00"
        lines.append(priced(name, "Part", str(quantity), price, discount=off))
    quote = quoted(pricing=pricing(tuple(lines)))
    shown = view(quote, style=style, discounts="folded").lines
    assert summed([line.amount for line in shown]) == quote.net.amount
    for line in shown:
        product = number(line.unit_price) * number(line.quantity)
        assert line.is_average or product == number(line.amount)


def test_alternatives_are_held_against_the_offer() -> None:
    quote = with_alternatives()
    ours, less, more = view(quote).alternatives
    assert (ours.own, ours.against, ours.total) == (True, "", view(quote).total)
    assert [what.text for what in less.differs] == ["without Press brake BEND-160"]
    assert [what.text for what in more.differs] == [
        "with Line monitoring, Premium support 24×7",
    ]
    assert (ours.over, less.over) == (None, None)
    assert more.over is not None
    assert more.over.text == "36-month term"
    for told, other in zip((less, more), quote.alternatives, strict=True):
        assert number(told.against) == (other.pricing.gross - quote.gross).amount
        assert number(told.totals[-1].figure) == other.pricing.gross.amount


def test_an_alternative_that_sells_more_of_the_same_says_so() -> None:
    dearer = tuple(
        priced("4", both("Gas hose", "气管"), "50", "58.40", unit="m")
        if line.number == "4"
        else line
        for line in MACHINES
    )
    quote = with_alternatives()
    other = quote.alternatives[0].with_(pricing=pricing(dearer))
    told = view(quote.with_(alternatives=(other,)), "zh_CN").alternatives[1]
    assert [what.text for what in told.differs] == ["数量或价格不同：气管"]
    assert told.against == "+824.90"


def test_an_accepted_quote_is_the_alternative_that_was_chosen() -> None:
    quote = with_alternatives()
    accepted = accept(quote, on=quote.issued_on, by="Zhao", alternative="B")
    shown = view(accepted)
    assert shown.alternatives == ()
    assert "2" not in [line.number for line in shown.lines]
    assert number(shown.total) == quote.alternatives[0].pricing.gross.amount
