"""The waterfall foots, speaks two languages, and is what validation would have made of it."""

from datetime import date
from pathlib import Path

import pytest

from cpq import Pricing, published
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.kernel.model import Frozen
from cpq.kernel.money import money_total

LASER = Path(__file__).resolve().parents[2] / "examples" / "laser"
QUOTE = quote_for(read_request(LASER / "request.json"), read_catalogue(LASER))
PRICING = QUOTE.pricing


def fields(value: Frozen) -> dict[str, object]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def test_what_is_built_equals_what_is_validated() -> None:
    lines = tuple(type(line).model_validate(fields(line)) for line in PRICING.lines)
    again = Pricing.model_validate({**fields(PRICING), "lines": lines})
    assert again == PRICING
    assert again.canonical() == PRICING.canonical()
    assert hash(again) == hash(PRICING)
    assert Pricing.model_validate_json(PRICING.canonical()) == PRICING
    assert PRICING.with_(on=date(2026, 11, 22)).lines == PRICING.lines


def test_every_column_adds_up_to_its_total() -> None:
    assert PRICING.amount - PRICING.discount == PRICING.net
    assert PRICING.net + PRICING.tax == PRICING.gross
    assert money_total((tax.tax for tax in PRICING.taxes), "CNY") == PRICING.tax
    assert money_total((tax.net for tax in PRICING.taxes), "CNY") == PRICING.net
    assert money_total((share.money for share in PRICING.allocations), "CNY") == PRICING.discount


def test_included_parts_cost_nothing_by_themselves() -> None:
    part = PRICING.line("1.1")
    assert part.included
    assert (part.net, part.tax, part.gross) == (0, 0, 0)
    assert part.level == 1


def test_the_explanation_names_every_rule_and_foots() -> None:
    text = PRICING.explain()
    assert "HENGTAI-2026: category machines from 2 -8% → 447120.00" in text
    assert "Year-end campaign: 3% off" in text
    assert "asked 34231.50, granted within the cap 30000.00" in text
    assert text.splitlines()[-6:] == [
        "  1256662.00 CNY  list",
        "-   91790.00 CNY  prices",
        "-   30000.00 CNY  promotions",
        "= 1134872.00 CNY  net",
        "+  146861.36 CNY  tax",
        "= 1281733.36 CNY  to pay",
    ]


def test_the_explanation_speaks_chinese() -> None:
    text = PRICING.explain("zh_CN")
    assert "1.1 焊接床身与交换工作台 × 2 pc: 已含" in text
    assert "应减 34231.50, 限额内实减 30000.00" in text
    assert text.splitlines()[-1] == "= 1281733.36 CNY  价税合计"


def test_an_unknown_line_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        PRICING.line("9")


def test_what_is_published_keeps_figures_and_drops_reasons() -> None:
    shown = published(QUOTE)
    assert (shown.net, shown.tax, shown.gross) == (QUOTE.net, QUOTE.tax, QUOTE.gross)
    text = shown.canonical()
    assert "YEAREND-2026" not in text
    assert "key-account" not in text
    assert '"steps":[]' in text
    assert [line.net for line in shown.pricing.lines] == [line.net for line in PRICING.lines]
