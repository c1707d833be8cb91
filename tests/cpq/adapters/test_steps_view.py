"""From the list price to the price: the steps foot, the shares foot, the bars stand in line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.adapters.view import StepView
from cpq.kernel.errors import Refused
from cpq.quote import Quote
from tests.cpq.adapters.document_quotes import both, priced, pricing, quoted
from tests.cpq.adapters.full_quotes import full_quote


def steps(quote: Quote, locale: str = "en") -> tuple[StepView, ...]:
    return quote_view(quote, locale=locale, root=template_root(), brand=PLAIN).steps


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


def footed(rows: tuple[StepView, ...], field: str) -> bool:
    *above, last = [number(getattr(row, field)) for row in rows]
    return sum(above) == last


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(100, 900_000), st.integers(1, 900)),
        min_size=1,
        max_size=6,
    )
)
def test_figures_and_shares_foot_and_bars_touch(rows: list[tuple[int, int, int]]) -> None:
    lines = tuple(
        priced(
            str(place),
            "Part",
            str(quantity),
            f"{cents}.00",
            listed=f"{cents + more}.00",
            discount=f"{quantity}.00",
        )
        for place, (quantity, cents, more) in enumerate(rows, start=1)
    )
    shown = steps(quoted(pricing=pricing(lines)))
    assert [row.kind for row in shown] == ["start", "off", "off", "end"]
    assert footed(shown, "figure")
    assert footed(shown, "share")
    edge = Decimal(100)
    for row in shown[1:-1]:
        edge -= number(row.width)
        assert number(row.left) == edge
    assert number(shown[-1].width) == edge


def test_one_step_is_left_to_the_rows_of_the_totals() -> None:
    listed = priced("1", "Part", "1", "90.00", listed="100.00")
    assert steps(quoted(pricing=pricing((listed,)))) == ()
    promoted = priced("1", "Part", "1", "90.00", discount="5.00")
    assert steps(quoted(pricing=pricing((promoted,)))) == ()
    both_ways = priced("1", "Part", "1", "90.00", listed="100.00", discount="5.00")
    assert len(steps(quoted(pricing=pricing((both_ways,))))) == 4


def test_a_promotion_names_its_cap() -> None:
    line = priced("1", "Part", "1", "90.00", listed="100.00", discount="5.00")
    kept = {"promotion": "AUTUMN", "asked": "9.00", "granted": "5.00", "reason": "capped"}
    capped = pricing((line,)).with_(ungranted=(kept,))
    told = steps(quoted(pricing=capped), "bilingual")[2].about
    assert told is not None
    assert (told.text, told.other) == ("cap reached", "已达限额")
    take = {
        "counter": {"owner": "AUTUMN", "cap": "1", "measure": "amount", "currency": "CNY"},
        "amount": "5.00",
        "limit": "5.00",
    }
    known = steps(quoted(pricing=capped.with_(taken=(take,))))[2].about
    assert known is not None
    assert known.text == "cap 5.00"
    free = steps(quoted(pricing=pricing((line,))))[2].about
    assert free is not None
    assert free.text == "AUTUMN"


def test_prices_of_both_kinds_have_no_steps() -> None:
    net = priced("1", "Part", "1", "90.00", listed="100.00", discount="5.00")
    gross = priced("2", "Shop part", "1", "113.00").with_(
        basis="gross", net="100.00", tax="13.00", gross="113.00"
    )
    assert steps(quoted(pricing=pricing((net, gross)))) == ()


def test_steps_with_tax_end_in_the_total() -> None:
    line = priced("1", "Part", "1", "113.00", listed="120.00", discount="11.30").with_(
        basis="gross", net="90.00", tax="11.70", gross="101.70"
    )
    shown = steps(quoted(pricing=pricing((line,))))
    assert shown[-1].label.text == "Your price incl. tax"
    assert shown[-1].figure == "101.70"


@pytest.mark.parametrize("locale", ["en", "zh_CN", "bilingual"])
def test_a_price_above_list_is_no_way_from_it(locale: str) -> None:
    dear = priced("1", both("Part", "零件"), "1", "120.00", listed="100.00", discount="5.00")
    assert steps(quoted(pricing=pricing((dear,))), locale) == ()
    assert steps(full_quote(), locale) == ()


def test_promotions_that_the_lines_do_not_bear_are_refused() -> None:
    line = priced("1", "Part", "1", "90.00", listed="100.00", discount="5.00")
    broken = pricing((line,))
    wrong = broken.allocations[0].with_(amount="4.00")
    with pytest.raises(Refused) as refusal:
        steps(quoted(pricing=broken.with_(allocations=(wrong,))))
    assert refusal.value.code == "document.does_not_add_up"
