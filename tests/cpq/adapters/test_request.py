"""A quote request becomes a quote, or says all that is wrong with it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cpq import Catalogue, Purchased
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.request import AskedProduct, QuoteRequest
from cpq.kernel.errors import DomainError, NotFound, Refused, Unreadable

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
CATALOGUE = read_catalogue(LASER)
ASKED = json.loads((LASER / "request.json").read_text(encoding="utf-8"))


def request(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({**ASKED, **changes}), encoding="utf-8")
    return path


def test_the_laser_request_becomes_a_quote() -> None:
    quote = quote_for(read_request(LASER / "request.json"), CATALOGUE)
    assert (quote.number, quote.state) == ("Q-2026-0001", "draft")
    assert str(quote.gross) == "1281733.36 CNY"
    assert [str(term.percent) for term in quote.payment] == ["30", "60", "10"]


def test_a_toml_request_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_text(
        'number = "Q-1"\ncustomer = "C-0077"\nissued_on = 2026-11-21\nvalid_until = 2026-12-21\n'
        '[[items]]\nproduct = "NOZZLE-15"\nquantity = 10\n',
        encoding="utf-8",
    )
    quote = quote_for(read_request(path), CATALOGUE)
    assert str(quote.net) == "465.00 CNY"
    assert quote.pricing.book == "LIST-2026"


def test_decimals_in_json_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    text = json.dumps({**ASKED, "items": [{"product": "TRAINING-D", "quantity": 0}]})
    path.write_text(text.replace('"quantity": 0', '"quantity": 0.10'), encoding="utf-8")
    assert str(read_request(path).items[0].quantity) == "0.10"


def test_a_wrong_field_is_named(tmp_path: Path) -> None:
    path = request(tmp_path, valid_until="soon", items=[])
    with pytest.raises(Unreadable) as refusal:
        read_request(path)
    assert {finding.place for finding in refusal.value.findings} == {"valid_until", "items"}


def test_wrong_choices_name_item_and_path(tmp_path: Path) -> None:
    items = [
        {"configure": "LASER-3000", "choose": {"head": "HEAD-12KW"}},
        {"configure": "LASER-3000", "choose": {"head": "HEAD-9KW"}},
    ]
    with pytest.raises(Refused) as refusal:
        quote_for(read_request(request(tmp_path, items=items)), CATALOGUE)
    assert [(finding.place, finding.code) for finding in refusal.value.findings] == [
        ("items/1/head", "configuration.required"),
        ("items/2/head", "configuration.unknown_value"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer": "C-9"}, "customer.unknown"),
        ({"book": "LIST-1999"}, "price_book.unknown"),
        ({"items": [{"product": "M8", "quantity": 1}]}, "pricing.invalid"),
        ({"items": [{"configure": "NOZZLE-15"}]}, "bom.unknown"),
        ({"issued_on": "2027-01-01", "valid_until": "2027-02-01"}, "pricing.invalid"),
    ],
)
def test_what_the_catalogue_lacks_is_refused(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        quote_for(read_request(request(tmp_path, **changes)), CATALOGUE)
    assert refusal.value.code == code


def test_a_request_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"file\.unreadable"):
        read_request(path)
    with pytest.raises(Unreadable, match=r"file\.missing"):
        read_request(tmp_path / "other.json")


@pytest.mark.parametrize("picked", [5, None, {"a": 1}])
def test_a_choice_that_is_no_code_is_named(tmp_path: Path, picked: object) -> None:
    items = [{"configure": "LASER-3000", "choose": {"head": picked}}]
    with pytest.raises(Unreadable) as refusal:
        read_request(request(tmp_path, items=items))
    assert refusal.value.findings[0].place == "items.1.choose"


# --- what a request may say besides ---------------------------------------------------------------

TRADE = LASER.parent / "trade"
DEALER = json.loads((TRADE / "request.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trade() -> Catalogue:
    return read_catalogue(TRADE)


def asked(tmp_path: Path, **changes: Any) -> QuoteRequest:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({**DEALER, **changes}), encoding="utf-8")
    return read_request(path)


def test_attributes_and_options_reach_the_pricing(tmp_path: Path, trade: Catalogue) -> None:
    items = [
        {"product": "PANEL", "attributes": {"width": 1.2, "length": 2, "colour": "navy"}},
        {"product": "FRAME-3", "optional": True},
        {"configure": "KIT-AWNING", "optional": True},
        {"product": "BOLT-M6", "quantity": 10, "full_quantity": 1000},
    ]
    request = asked(tmp_path, items=items, manual={}, purchased=None)
    first = request.items[0]
    assert isinstance(first, AskedProduct)
    assert first.item.attributes == (("colour", "navy"), ("length", "2"), ("width", "1.2"))
    pricing = quote_for(request, trade).pricing
    assert [line.optional for line in pricing.lines] == [False, True, *[True] * 4, False]
    assert pricing.line("4").at("list") == Decimal("0.38")


def test_a_manual_price_names_its_line_and_maker(tmp_path: Path, trade: Catalogue) -> None:
    manual = {"7": {"price": "600.00", "reason": "sample", "by": "Li Wei", "promotable": True}}
    pricing = quote_for(asked(tmp_path, manual=manual), trade).pricing
    assert pricing.line("7").at("manual") == 600
    assert pricing.manual[0][1].by == "Li Wei"
    with pytest.raises(NotFound, match=r"manual\.unknown_line"):
        quote_for(asked(tmp_path, manual={"12": {"price": "1"}}), trade)


def test_what_was_bought_before_reaches_the_tier(tmp_path: Path, trade: Catalogue) -> None:
    before = quote_for(asked(tmp_path), trade).pricing
    alone = quote_for(asked(tmp_path, purchased=None), trade).pricing
    assert before.purchased == Purchased(
        period=(("BOLT-M10", "300"),), last_prices=(("EYELET-12", "0.12"),)
    )
    assert (before.line("5").net, alone.line("5").net) == (Decimal("169.59"), Decimal("209.71"))


def test_promotions_may_be_left_out(tmp_path: Path, trade: Catalogue) -> None:
    pricing = quote_for(asked(tmp_path, promotions=False), trade).pricing
    assert pricing.discount.amount == 0
    assert not pricing.promoted


def test_a_currency_converts_at_the_rate_of_the_day(tmp_path: Path, trade: Catalogue) -> None:
    items = [{"product": "FRAME-3"}]
    request = asked(tmp_path, items=items, manual={}, customer="MUELLER", currency="USD")
    assert str(quote_for(request, trade).net) == "50.70 USD"
    with pytest.raises(NotFound, match=r"rate\.unknown"):
        quote_for(asked(tmp_path, items=items, manual={}, currency="GBP"), trade)


def test_a_rounding_policy_is_named(tmp_path: Path, trade: Catalogue) -> None:
    rounding = {"name": "exact", "contractual": False, "tax": "group", "mode": "ROUND_HALF_EVEN"}
    pricing = quote_for(asked(tmp_path, rounding=rounding), trade).pricing
    assert pricing.policy.name == "exact"
    # 0.31913 × 800, with the exact price; the rounded one makes 255.28
    assert pricing.line("3").net == Decimal("255.30")


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"manual": {"1.2": {"percent_off": "x"}}}, "manual.1.2.percent_off", "number.not_exact"),
        ({"manual": {"2": {}}}, "manual.2", "request.field"),
        ({"manual": ["x"]}, "manual.1", "request.field"),
        ({"purchased": {"period": {"M8": "1,5"}}}, "purchased.period.M8", "number.not_exact"),
        ({"purchased": {"year": {}}}, "purchased.year", "request.field"),
        ({"currency": "RMB"}, "currency", "currency.unknown"),
        ({"promotions": "perhaps"}, "promotions", "request.field"),
        ({"rounding": {"tax": "page"}}, "rounding.tax", "request.field"),
        (
            {"items": [{"product": "M8", "attributes": {"colour": True}}]},
            "items.1.attributes.colour",
            "request.field",
        ),
        (
            {"items": [{"product": "M8", "full_quantity": 0}]},
            "items.1.full_quantity",
            "request.field",
        ),
        ({"items": [{"product": ""}]}, "items.1.product", "request.field"),
    ],
)
def test_each_wrong_field_is_named_as_it_is_written(
    tmp_path: Path, changes: dict[str, Any], place: str, code: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        asked(tmp_path, **changes)
    assert [(each.place, each.code) for each in refusal.value.findings] == [(place, code)]
