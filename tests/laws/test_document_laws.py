"""Laws of documents: whatever was priced can be printed, and what is printed foots."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cpq import Catalogue, Item, ManualPrice, RoundingPolicy, draft_quote, price
from cpq.adapters.annex import annex_view
from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.kernel.errors import Refused
from cpq.purchased import Purchased
from cpq.quote import Quote
from tests.laws.worlds import BUYER, manual_prices, policies, purchases, requests, worlds

DAY = date(2026, 11, 21)


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


@st.composite
def quotes(draw: st.DrawFn) -> Quote | None:
    """A draft of anything that a world can price; ``None`` where it prices nothing."""
    catalogue: Catalogue = draw(worlds())
    items: list[Item] = draw(requests())
    manual: dict[str, ManualPrice] = draw(manual_prices)
    policy: RoundingPolicy = draw(policies)
    purchased: Purchased | None = draw(purchases)
    try:
        pricing = price(
            items,
            catalogue=catalogue,
            customer=BUYER,
            on=DAY,
            manual=manual,
            policy=policy,
            purchased=purchased,
        )
    except Refused:
        return None
    return draft_quote(
        pricing,
        number="Q-1",
        customer=catalogue.customer(BUYER),
        seller={"name": "Seller"},
        issued_on=DAY,
        valid_until=DAY,
    )


@given(quotes(), st.sampled_from(["en", "zh_CN", "bilingual"]))
def test_whatever_is_priced_prints_as_an_addition(quote: Quote | None, locale: str) -> None:
    if quote is None:
        return
    shown = quote_view(quote, locale=locale, root=template_root(), brand=PLAIN)
    running, rows = Decimal(0), 0
    for row in shown.totals:
        if row.kind == "summand":
            running, rows = running + number(row.figure), rows + 1
        elif row.kind == "subtotal" and rows:
            assert number(row.figure) == running
        elif row.kind == "subtotal":
            running = number(row.figure)
    assert running in (quote.gross.amount, Decimal(0))
    assert sum(number(tax.tax) for tax in shown.taxes) == quote.tax.amount
    assert sum(number(tax.net) for tax in shown.taxes if tax.net) == quote.net.amount
    printed = [line.number for line in (*shown.lines, *shown.options)]
    assert sorted(printed) == sorted(line.number for line in quote.pricing.lines)


@given(quotes())
def test_whatever_is_priced_is_reckoned_again_in_the_annex(quote: Quote | None) -> None:
    if quote is None:
        return
    shown = annex_view(quote, locale="en", root=template_root())
    assert not [
        value.text for fact in shown.facts for value in fact.values if "its rows give" in value.text
    ]
    (total,) = [row for row in shown.sums if row.kind == "total"]
    for column in ("list_amount", "amount", "discount", "net", "tax", "gross"):
        added = sum(number(getattr(row, column)) for row in shown.sums if row.kind == "line")
        assert added == number(getattr(total, column))
