"""The lines of a document: notes below them, options apart, bundles priced part by part."""

from decimal import Decimal

import pytest

from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.lines_view import line_views
from cpq.adapters.templates import template_root
from cpq.adapters.view import LineView
from cpq.kernel.money import RoundingPolicy
from cpq.kernel.quantity import STANDARD_UNITS
from cpq.pricebook import Slice
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing
from tests.cpq.adapters.document_quotes import both, priced, pricing
from tests.cpq.adapters.full_quotes import full_pricing


def hand(locale: str = "en") -> Hand:
    return hand_for(locale, currency="CNY", root=template_root(), units=STANDARD_UNITS)


def shown(found: Pricing, locale: str = "en") -> dict[str, LineView]:
    views = line_views(found, hand(locale))
    return {view.number: view for view in (*views.counted, *views.options)}


def notes(found: Pricing, number: str, locale: str = "en") -> list[str]:
    return [note.text for note in shown(found, locale)[number].notes]


def sliced(*parts: dict[str, object], line: PricedLine) -> Pricing:
    """A pricing of one line that these tiers made."""
    fields = {"lower": "0", "flat": "0"}
    made = tuple(Slice.model_validate({**fields, **part}) for part in parts)
    return pricing((line.with_(breakdown=made),))


def tiered(quantity: str, amount: str, unit_price: str, unit: str = "pc") -> PricedLine:
    line = priced("1", "Cable", quantity, "1.00", unit=unit)
    return line.with_(amount=amount, list_amount=amount, net=amount, unit_price=unit_price)


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        ("3", "first 10 m × 10.00 + 5 m × 5.00", "前 10 米 × 10.00 + 5 米 × 5.00"),
        ("4", "13 lots of 1,000 pc × 96.00", "13 份（每份 1,000 件） × 96.00"),
        ("5", "10 pc for 500.00 + 4 pc × 45.00", "10 件共 500.00 + 4 件 × 45.00"),
        ("6", "tax per unit 91.20", "从量税 91.20"),
        ("7", "first 40 pc × 286.00 + 25 pc × 318.50", "前 40 件 × 286.00 + 25 件 × 318.50"),
        ("10", "4.5% of lines 1.1, 1.2, 2", "按第 1.1、1.2、2 行的 4.5% 计价"),
        ("1", "sum of its parts 277,423.00", "分项合计 277,423.00"),
        ("9", "10,176.00 incl. tax", "含税 10,176.00"),
        ("11", "339,870.10 with all parts, incl. tax", "含全部分项及税 339,870.10"),
    ],
)
def test_a_note_says_what_an_amount_is_made_of(number: str, en: str, zh: str) -> None:
    found = full_pricing()
    assert notes(found, number) == [en]
    assert notes(found, number, "zh_CN") == [zh]
    bilingual = shown(found, "bilingual")[number].notes[0]
    assert (bilingual.text, bilingual.other) == (en, zh)


def test_ordinary_lines_have_no_note() -> None:
    found = full_pricing()
    for number in ("1.1", "2", "2.1", "8", "11.1"):
        assert notes(found, number) == []


def test_options_stand_apart_from_what_counts() -> None:
    views = line_views(full_pricing(), hand())
    assert [view.number for view in views.options] == ["9", "11", "11.1", "11.2"]
    assert not {"9", "11"} & {view.number for view in views.counted}
    assert [view.has_parts for view in views.options] == [False, True, False, False]


def test_a_bundle_of_priced_parts_costs_nothing_itself() -> None:
    head = shown(full_pricing())["1"]
    assert head.by_parts
    assert (head.unit_price, head.amount, head.tax, head.list_price) == ("", "", "", "")
    gift = priced("1", "Gift", "1", "0.00")
    part = priced("1.1", "Manual", "1")
    free = shown(pricing((gift, part)))["1"]
    assert not free.by_parts
    assert free.amount == "0.00"


def test_an_average_is_called_an_average() -> None:
    found = shown(full_pricing())
    averages = [number for number, view in found.items() if view.is_average]
    assert averages == ["3", "4", "5", "7"]
    assert found["3"].unit_price == "8.3333"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (({"quantity": "20", "unit_price": "4", "flat": "20", "amount": "100"},),
         "20 pc × 4.00 + 20.00 fixed"),
        (({"quantity": "5", "unit_price": "0", "amount": "0"},
          {"quantity": "15", "unit_price": "20", "size": "4", "amount": "80"}),
         "first 5 pc free of charge + 4 lots of 4 pc × 20.00"),
        (({"quantity": "3", "unit_price": "33.3333", "amount": "100"},), "3 pc × 33.3333"),
        (({"quantity": "3", "unit_price": "33.3", "amount": "100"},), "3 pc for 100.00"),
        (({"quantity": "2", "unit_price": "30", "lower": "5", "amount": "60"},
          {"quantity": "1", "unit_price": "40", "lower": "7", "amount": "40"}),
         "2 pc × 30.00 + 1 pc × 40.00"),
    ],
)  # fmt: skip
def test_a_sum_is_printed_only_where_it_holds(
    parts: tuple[dict[str, object], ...], text: str
) -> None:
    found = sliced(*parts, line=tiered("20", "100.00", "5"))
    assert notes(found, "1") == [text]


def test_one_tier_at_one_price_needs_no_note() -> None:
    found = sliced(
        {"quantity": "20", "unit_price": "5", "amount": "100"}, line=tiered("20", "100.00", "5")
    )
    assert notes(found, "1") == []
    assert not shown(found)["1"].is_average


def test_a_return_is_counted_back() -> None:
    line = tiered("-15", "-125.00", "8.3333")
    found = sliced(
        {"quantity": "-10", "unit_price": "10", "amount": "-100"},
        {"quantity": "-5", "unit_price": "5", "lower": "10", "amount": "-25"},
        line=line,
    )
    assert notes(found, "1") == ["−(first 10 pc × 10.00 + 5 pc × 5.00)"]


def share(basis: str, name: str = "CARE: 10% of net", price: str = "5.00") -> list[str]:
    """The note of a line that is a share of two lines of 50.00, or of many."""
    step = Step(
        point="special", rule="CARE", name=both(name, name), applied=True, reason="applied",
        after=price, basis=basis,
    )  # fmt: skip
    lines = [priced(str(number), "Part", "1", "50.00") for number in range(1, 60)]
    care = priced("60", "Care", "1", price).with_(steps=(step,))
    return notes(pricing((*lines, care)), "60")


@pytest.mark.parametrize(
    ("basis", "price", "note"),
    [
        ("lines 7", "5.00", "10% of line 7"),
        ("lines 1, 2", "10.00", "10% of lines 1, 2"),
        ("lines 1, 2", "200.00", "reckoned on lines 1, 2"),
        (f"lines {', '.join(map(str, range(1, 13)))}", "60.00",
         "10% of lines 1, 2, 3, 4, 5, 6, 7, 8 and others"),
        (f"lines {', '.join(map(str, range(1, 90)))}"[:200], "5.00",
         "reckoned on lines 1, 2, 3, 4, 5, 6, 7, 8 and others"),
    ],
)  # fmt: skip
def test_a_percentage_is_named_where_it_gives_the_price(basis: str, price: str, note: str) -> None:
    assert share(basis, price=price) == [note]


def test_a_share_without_a_percentage_names_its_lines() -> None:
    assert share("lines 1, 2", name="CARE", price="10.00") == ["reckoned on lines 1, 2"]


def test_prices_with_and_without_tax_are_told_apart() -> None:
    net = priced("1", "Part", "1", "100.00")
    gross = priced("2", "Shop part", "1", "113.00").with_(
        basis="gross", net="100.00", tax="13.00", gross="113.00"
    )
    part = priced("2.1", "Screw", "4")
    views = line_views(pricing((net, gross, part)), hand())
    said = [view.basis.text if view.basis else "" for view in views.counted]
    assert (views.basis, said) == ("mixed", ["before tax", "incl. tax", ""])
    alone = line_views(pricing((gross.with_(number="1"),)), hand())
    assert (alone.basis, alone.counted[0].basis) == ("gross", None)


def test_a_zero_priced_line_has_no_say_about_the_basis() -> None:
    head = priced("1", "Bundle", "1", "0.00").with_(basis="gross")
    part = priced("1.1", "Part", "1", "100.00")
    assert line_views(pricing((head, part)), hand()).basis == "net"


def test_no_note_holds_a_figure_that_the_customer_may_not_know() -> None:
    found = full_pricing()
    views = line_views(found, hand())
    printed = str((views.counted, views.options))
    secret = [line.cost for line in found.lines if line.cost and line.cost != Decimal(0)]
    secret += [line.floor for line in found.lines if line.floor]
    assert secret
    for figure in secret:
        assert hand().figures.amount(figure) not in printed
    assert "COST" not in printed
    assert "trade fair" not in printed


def test_without_a_trace_only_the_share_is_not_explained() -> None:
    bare = full_pricing(trace=False)
    assert notes(bare, "10") == []
    assert notes(bare, "3") == ["first 10 m × 10.00 + 5 m × 5.00"]
    assert RoundingPolicy() == bare.policy
