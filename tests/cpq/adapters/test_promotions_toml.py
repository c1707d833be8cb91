"""Promotions and their groups are written in TOML with everything that they can say."""

from decimal import Decimal
from pathlib import Path

import pytest

from cpq.adapters import read_catalogue
from cpq.kernel.errors import Unreadable
from cpq.kernel.model import Frozen
from cpq.promotion import (
    AmountOff,
    BundlePrice,
    BuyGet,
    EveryOff,
    FixedPrice,
    FreeGoods,
    FreeShipping,
    Ladder,
    PercentOff,
    PromotionGroup,
    PromotionPolicy,
)
from tests.cpq.adapters.test_catalogue_folder import write

WHOLE = """
[[group]]
code = "SEASON"
name = { en = "Season", zh = "季节" }
rank = 10
mode = "best_combination"
aim = "margin"
limit = 50

[[promotion]]
code = "ALL"
name = { en = "All", zh = "全部" }
period = { start = 2026-11-01, end = 2026-11-30 }
zone = "Asia/Shanghai"
priority = 7
customer_groups = ["vip"]
products = ["M8", "M10"]
categories = ["bolts"]
basis = "line"
quantity_from = 10
quantity_to = "99.5"
amount_from = "100.00 CNY"
spread = "per_line"
except_products = ["M10"]
except_categories = ["rare"]
customers = ["C-1"]
regions = ["CN-ZJ"]
channels = ["web"]
unit = "pc"
tax = "gross"
sees = "original"
group = "SEASON"
exclusive = "order"
if_better = true
not_with = ["OTHER"]
needs_coupon = true
picks = "cheapest"
undiscounted = true
weights = "manual"
manual_weights = { M8 = 2, M10 = "0.5" }
on_return = "claw_back"
returns_on_cancel = false
benefit = { kind = "percent_off", percent = 5 }
caps = [
    { amount = "500.00 CNY", over = "reject", scope = ["customer", "region"], window = "month" },
    { code = "2", units = 3, window = "rolling", days = 30, zone = "Asia/Tokyo" },
]
conditions = [
    { kind = "either", of = [
        { kind = "order_number", nth = 3, every = true },
        { kind = "unless", of = { kind = "buyer", channels = ["kiosk"] } },
    ] },
    { kind = "quantity", least = 5, of = { products = ["M8"] }, unit = "pc" },
    { kind = "amount", most = "900.00 CNY", tax = "net", sees = "running" },
]

[promotion.funding]
shares = [{ funder = "ACME", budget = { amount = "900.00 CNY", window = "year" } }]
layers = [{ up_to = "50.00 CNY", funder = "ACME" }, { funder = "own" }]
"""
OFF = 'benefit = { kind = "percent_off", percent = 5 }\n'
GOODS = {
    "products_csv": "code,name_en,category\nM8,Bolt,bolts\nM10,Bolt,bolts\n",
    "categories_csv": "code\nbolts\nrare\n",
    "customers_csv": "code,name_en,groups\nC-1,Hengtai,vip\n",
}


def read(folder: Path, toml: str) -> tuple[tuple[PromotionPolicy, ...], tuple[PromotionGroup, ...]]:
    catalogue = read_catalogue(write(folder, promotions_toml=toml, **GOODS))
    return catalogue.promotions, catalogue.promotion_groups


def unsaid(value: Frozen) -> set[str]:
    """The fields that are as if nothing had been said."""
    fields = type(value).model_fields
    return {name for name, field in fields.items() if getattr(value, name) == field.get_default()}


def test_every_field_can_be_said(tmp_path: Path) -> None:
    ((policy,), (group,)) = read(tmp_path, WHOLE)
    assert unsaid(policy) == unsaid(group) == set()
    assert policy.manual_weights == (("M8", Decimal(2)), ("M10", Decimal("0.5")))
    assert [str(cap) for cap in policy.caps] == [
        "500.00 CNY per customer and region and month",
        "3 units per 30 days",
    ]
    assert [leaf.kind for leaf in policy.leaves] == ["order_number", "buyer", "quantity", "amount"]
    assert policy.funding.funders == ("ACME", "own")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{ kind = "percent_off", percent = "2.5" }', PercentOff),
        ('{ kind = "amount_off", amount = "5.00 CNY", per = "unit", tax = "gross" }', AmountOff),
        ('{ kind = "fixed_price", price = "0.30 CNY" }', FixedPrice),
        ('{ kind = "buy_get", buy = 2, get = 1, percent = 50, times = 3 }', BuyGet),
        ('{ kind = "buy_get", buy = 2, reward = "other", of = { products = ["M8"] } }', BuyGet),
        ('{ kind = "free_goods", product = "M8", every_amount = "100.00 CNY" }', FreeGoods),
        (
            '{ kind = "bundle_price", price = "9.90 CNY", items = [{ of = { products = ["M8"] }}]}',
            BundlePrice,
        ),
        ('{ kind = "ladder", of = "quantity", steps = [{ least = 2, percent = 5 }] }', Ladder),
        ('{ kind = "every_off", every_quantity = 10, amount = "1.00 CNY" }', EveryOff),
        ('{ kind = "free_shipping", up_to = "20.00 CNY" }', FreeShipping),
    ],
)
def test_each_benefit_is_told_by_its_kind(tmp_path: Path, text: str, kind: type[Frozen]) -> None:
    ((policy,), _) = read(tmp_path, f'[[promotion]]\ncode = "P"\nbenefit = {text}\n')
    assert type(policy.benefit) is kind
    assert PromotionPolicy.model_validate_json(policy.canonical()) == policy


def test_a_funder_may_be_a_name_alone(tmp_path: Path) -> None:
    ((policy,), _) = read(tmp_path, f'[[promotion]]\ncode = "P"\nfunding = "ACME"\n{OFF}')
    assert policy.funding.sole == "ACME"


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        (
            'benefit = { kind = "percent", percent = 5 }',
            "1:benefit",
            "kind is one of 'percent_off'",
        ),
        ("benefit = { percent = 5 }", "1:benefit", "say which it is: kind is missing"),
        ('benefit = "5%"', "1:benefit", "a table of fields is wanted here; found '5%'"),
        (
            f'{OFF}not_with = "A"',
            "1:not_with",
            "a list is wanted here; found 'A'",
        ),
        (
            f'{OFF}conditions = [{{ kind = "unless", of = {{ kind = "buyer", region = ["x"] }} }}]',
            "1:conditions.1.of.region",
            "this field is not known here",
        ),
        (
            f"{OFF}caps = [{{ units = 3, uses = 1 }}]",
            "1:caps.1",
            "a cap limits one of",
        ),
        (
            f'{OFF}manual_weights = {{ M8 = "x" }}',
            "1:manual_weights.1.2",
            "found str 'x'",
        ),
    ],
)
def test_what_is_wrong_is_said_of_its_field(
    tmp_path: Path, said: str, place: str, words: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(tmp_path, f'[[promotion]]\ncode = "P"\n{said}\n')
    (found,) = refusal.value.findings
    assert found.place == f"promotions.toml:{place}"
    assert words in found.message.en


def test_one_code_for_two_groups_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(tmp_path, '[[group]]\ncode = "G"\n[[group]]\ncode = "G"\n')
    (found,) = refusal.value.findings
    assert found.place == "promotions.toml:group.2"
    assert "stands in promotions.toml:group.1 already" in found.message.en
