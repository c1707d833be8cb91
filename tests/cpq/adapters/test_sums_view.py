"""The sums of a document foot, whatever its prices are: net, with tax, both, taxed per unit."""

from decimal import Decimal

import pytest

from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.adapters.view import QuoteView
from cpq.kernel.errors import Refused
from cpq.kernel.money import RoundingPolicy
from cpq.quote import Quote
from cpq.waterfall import PricedLine
from tests.cpq.adapters.document_quotes import priced, pricing, quoted
from tests.cpq.adapters.full_quotes import GROUPED, full_quote


def view(quote: Quote, locale: str = "en") -> QuoteView:
    return quote_view(quote, locale=locale, root=template_root(), brand=PLAIN)


def rows(shown: QuoteView) -> list[tuple[str, str, str]]:
    return [(row.kind, f"{row.label.text} {row.about}".strip(), row.figure) for row in shown.totals]


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


def footed(shown: QuoteView) -> Decimal:
    """What the summands come to; every subtotal and the total is checked on the way."""
    running = Decimal(0)
    ended = False
    for row in shown.totals:
        if row.kind == "summand":
            assert not ended
            running += number(row.figure)
        elif row.kind != "memo":
            running = running or number(row.figure)  # a total with no rows above it
            assert number(row.figure) == running
            ended = row.kind == "total"
    assert ended
    return running


def with_tax(line: str, gross: str, net: str, tax: str, percent: str = "13") -> PricedLine:
    made = priced(line, "Shop part", "1", gross, tax=percent)
    return made.with_(basis="gross", net=net, tax=tax, gross=gross)


@pytest.mark.parametrize("basis", ["net", "gross"])
@pytest.mark.parametrize("policy", [RoundingPolicy(), GROUPED])
def test_the_totals_foot_with_the_tax_lines(basis: str, policy: RoundingPolicy) -> None:
    quote = full_quote(basis, policy=policy)  # type: ignore[arg-type]
    shown = view(quote)
    assert footed(shown) == quote.gross.amount
    assert sum(number(tax.tax) for tax in shown.taxes) == quote.tax.amount
    assert sum(number(tax.net) for tax in shown.taxes if tax.net) == quote.net.amount


def test_prices_with_tax_end_in_the_total_first() -> None:
    assert rows(view(full_quote("gross"))) == [
        ("summand", "Sum of the lines incl. tax", "371,973.80"),
        ("summand", "Year-end campaign", "−9,000.00"),
        ("total", "Total CNY", "CN¥362,973.80"),
        ("memo", "of which tax 13%", "40,016.10"),
        ("memo", "of which tax 6%", "851.91"),
        ("memo", "of which tax per unit", "91.20"),
        ("memo", "of which net before tax", "322,014.59"),
    ]


def test_columns_say_that_prices_include_tax() -> None:
    assert view(full_quote("gross")).columns.gross
    assert not view(full_quote()).columns.gross


def test_prices_with_tax_show_what_the_list_was() -> None:
    line = with_tax("1", "113.00", "100.00", "13.00").with_(list_price="120", list_amount="120")
    shown = view(quoted(pricing=pricing((line,))))
    assert [label for _, label, _ in rows(shown)][:3] == [
        "At list prices incl. tax",
        "Price discounts",
        "Total CNY",
    ]
    assert footed(shown) == Decimal("113.00")


def test_one_price_with_tax_is_the_total() -> None:
    shown = view(quoted(pricing=pricing((with_tax("1", "113.00", "100.00", "13.00"),))), "zh_CN")
    assert rows(shown) == [
        ("total", "合计 CNY", "¥113.00"),
        ("memo", "其中税额 13%", "13.00"),
        ("memo", "其中未税金额", "100.00"),
    ]


def test_both_kinds_of_prices_meet_in_the_net() -> None:
    lines = (
        priced("1", "Part", "1", "200.00", discount="20.00"),
        with_tax("2", "113.00", "100.00", "13.00"),
    )
    shown = view(quoted(pricing=pricing(lines)))
    assert rows(shown) == [
        ("summand", "Lines before tax", "200.00"),
        ("summand", "Lines including tax", "113.00"),
        ("summand", "Promotion AUTUMN", "−20.00"),
        ("summand", "Tax in the lines including tax", "−13.00"),
        ("subtotal", "Net before tax", "280.00"),
        ("summand", "Tax 13%", "36.40"),
        ("total", "Total CNY", "CN¥316.40"),
    ]
    assert footed(shown) == Decimal("316.40")


def test_one_code_at_two_percentages_is_two_rows() -> None:
    lines = (
        priced("1", "Before", "1", "100.00", tax="13"),
        priced("2", "After", "1", "50.00", tax="9").with_(tax_code="VAT13"),
        priced("3", "Book", "1", "10.00", tax="9"),
    )
    shown = view(quoted(pricing=pricing(lines)))
    assert [(tax.percent, tax.net, tax.tax) for tax in shown.taxes] == [
        ("13%", "100.00", "13.00"),
        ("9%", "60.00", "5.40"),
    ]
    assert footed(shown) == Decimal("178.40")


def test_tax_per_unit_has_a_row_without_a_base() -> None:
    last = view(full_quote(), "zh_CN").taxes[-1]
    assert last.kind is not None
    assert (last.kind.text, last.net, last.tax) == ("从量", "", "91.20")
    assert all(tax.kind is None for tax in view(full_quote()).taxes[:-1])


def test_options_are_in_no_sum() -> None:
    option = priced("2", "Extra", "1", "50.00", tax="6").with_(optional=True)
    quote = quoted(pricing=pricing((priced("1", "Part", "1", "100.00"), option)))
    shown = view(quote)
    assert [tax.percent for tax in shown.taxes] == ["13%"]
    assert footed(shown) == Decimal("113.00")
    assert [line.number for line in shown.lines] == ["1"]
    assert [line.number for line in shown.options] == ["2"]


def test_an_option_below_list_shows_no_discount_in_the_sum() -> None:
    option = priced("2", "Extra", "1", "50.00", listed="80.00").with_(optional=True)
    shown = view(quoted(pricing=pricing((priced("1", "Part", "1", "100.00"), option))))
    assert rows(shown)[0] == ("summand", "Net before tax", "100.00")
    assert shown.columns.discount


def test_a_quote_of_options_alone_comes_to_nothing() -> None:
    option = priced("1", "Extra", "1", "50.00").with_(optional=True)
    shown = view(quoted(pricing=pricing((option,))))
    assert (shown.lines, len(shown.options), shown.total) == ((), 1, "CN¥0.00")


def test_taxes_that_do_not_make_the_gross_are_refused() -> None:
    broken = with_tax("1", "113.00", "100.00", "12.00")
    with pytest.raises(Refused) as refusal:
        view(quoted(pricing=pricing((broken,))))
    assert refusal.value.code == "document.does_not_add_up"
