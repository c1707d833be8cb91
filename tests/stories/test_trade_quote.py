"""A wholesale trade prices a dealer's order, a web shop's, an export, and refuses one.

The catalogue is the folder ``examples/trade``, where every kind of rule stands once. The figures
here were reckoned by hand from its files; each comment says how. One USD is 7.10 CNY, one EUR 7.80.
"""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from cpq import Catalogue, Decision, Money, Pricing, Quote, approve, send
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.kernel.errors import Refused
from cpq.quote import approval_needs

TRADE = Path(__file__).resolve().parents[2] / "examples" / "trade"


def drafted(file: str, catalogue: Catalogue) -> Quote:
    return quote_for(read_request(TRADE / file), catalogue)


def net(pricing: Pricing, line: str) -> str:
    return str(pricing.line(line).net)


Portion = tuple[Decimal, Decimal, Decimal]


def slices(pricing: Pricing, line: str) -> list[Portion]:
    """Quantity, unit price and amount of each tier that a line's amount comes from."""
    breakdown = pricing.line(line).breakdown
    return [(each.quantity, each.unit_price, each.amount) for each in breakdown]


def tier(quantity: str, price: str, amount: str) -> Portion:
    return Decimal(quantity), Decimal(price), Decimal(amount)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(TRADE)


@pytest.fixture(scope="module")
def dealer(catalogue: Catalogue) -> Quote:
    return drafted("request.json", catalogue)


@pytest.fixture(scope="module")
def pricing(dealer: Quote) -> Pricing:
    return dealer.pricing


# --- the dealer's order -------------------------------------------------------------------------


def test_the_framework_holds_for_what_is_left_of_it(pricing: Pricing) -> None:
    # 2000 - 1500 - 200 = 300 m are left at 15.80; 100 m at book: 17.40 (from 100) × 0.96 = 16.704,
    # red + 8 % = 18.04032, up to the next 0.05 = 18.05
    line = pricing.line("1")
    assert slices(pricing, "1") == [
        tier("300", "15.8000", "4740.00"),
        tier("100", "18.0500", "1805.00"),
    ]
    assert line.net == Decimal("6545.00")
    assert line.list_amount == Decimal("6960.00")
    assert line.at("contracted") == Decimal("15.80")
    assert [each.taken for each in pricing.drawn] == [Decimal(300)]


def test_the_winter_campaign_is_promoted_down_to_the_floor(pricing: Pricing) -> None:
    # 24.00 × 0.96 = 23.04, up to 23.05, campaign 20.80 × 60 m = 1248.00; 10 % off would be 124.80;
    # it costs 2.60 × 7.10 = 18.46 a metre: 1107.60 / 0.92 = 1203.913… is what must stay
    assert net(pricing, "2") == "1203.92"
    assert str(pricing.line("2").discount) == "44.08"
    assert pricing.line("2").floor == Decimal("1203.92")
    assert pricing.discount == Money("44.08", "CNY")


def test_a_call_off_is_priced_at_the_tier_of_the_whole(pricing: Pricing) -> None:
    # 6000 lie above 5000: 0.35 × 0.94 × 0.97 = 0.31913, rounded to 0.3191; × 800
    assert net(pricing, "3") == "255.28"


def test_bolts_are_graduated_with_a_fee_for_picking(pricing: Pricing) -> None:
    # × 0.94 × 0.97 = 0.9118: 0.65, 0.58 and 0.52 become 0.5927, 0.5288, 0.4741; the fee 13.677
    # 296.35 + 793.20 + 284.46 + 13.677 = 1387.687
    assert slices(pricing, "4") == [
        tier("500", "0.5927", "310.03"),
        tier("1500", "0.5288", "793.20"),
        tier("600", "0.4741", "284.46"),
    ]
    assert net(pricing, "4") == "1387.69"


def test_boxes_bought_before_reach_the_next_price(pricing: Pricing) -> None:
    # 300 before were 6 boxes at 46 × 0.9118 = 41.9428; with these 520 are 11 boxes at 38.2956:
    # 421.2516 - 251.6568 = 169.5948
    assert slices(pricing, "5") == [
        tier("520", "38.2956", "421.25"),
        tier("-300", "41.9428", "-251.66"),
    ]
    assert net(pricing, "5") == "169.59"


def test_samples_of_a_package_are_free(pricing: Pricing) -> None:
    # 1030 - 50 = 980 are 5 bags of 200 begun, at 24.00 × 0.94 = 22.56
    assert net(pricing, "6") == "112.80"
    assert slices(pricing, "6")[0] == tier("50", "0", "0")


def test_a_kit_is_shared_over_its_parts(pricing: Pricing) -> None:
    # 680 - 6 % = 639.20, by hand - 5 % = 607.24; × 3 = 1821.72. Alone the parts would cost
    # 3 × 313.00 = 939, 18 m × 15.80 = 284.40 and 72 × 0.42 × 0.94 × 0.97 = 27.572832
    assert net(pricing, "7") == "1821.72"
    shares = [pricing.line(part).allocated for part in ("7.1", "7.2", "7.3")]
    assert [str(share) for share in shares] == ["1367.41", "414.16", "40.15"]


def test_a_part_with_tiers_bears_its_share(catalogue: Catalogue) -> None:
    # 72 bolts M8 alone: (72 × 0.65 + 15) × 0.9118 = 56.34924, beside 939 and 284.40
    (kit,) = catalogue.boms
    bolts = tuple(
        part.with_(product="BOLT-M8") if part.product == "BOLT-M6" else part
        for part in kit.components
    )
    changed = catalogue.with_(boms=(kit.with_(components=bolts),))
    lines = drafted("request.json", changed).pricing
    shares = [lines.line(part).allocated for part in ("7.1", "7.2", "7.3")]
    assert [str(share) for share in shares] == ["1336.67", "404.84", "80.21"]


def test_a_frame_is_priced_on_its_cost(pricing: Pricing) -> None:
    # 32 × 7.10 = 227.20 / 0.75 = 302.93, to the nearest 5 = 305, packing 8 = 313, at most 318
    line = pricing.line("8")
    assert line.optional
    assert str(line.unit_price) == "313.0000"
    assert line.net == Decimal("626.00")


def test_freight_has_steps_and_design_an_overage(pricing: Pricing) -> None:
    # 185 kg lie above 50 and not above 200; 7.5 h are 5 h for 800 and 2.5 h at 140
    assert net(pricing, "9") == "150.00"
    assert net(pricing, "10") == "1150.00"


def test_the_insurance_is_a_share_of_the_goods(pricing: Pricing) -> None:
    # 0.8 % of 6545.00 + 1203.92 + 255.28 + 1387.69 + 169.59 + 112.80 + 1821.72 = 11496.00
    assert net(pricing, "11") == "91.97"


def test_the_dealers_totals_foot(pricing: Pricing) -> None:
    assert pricing.net == Money("12887.97", "CNY")
    # 13 %: 850.85 + 156.51 + 33.19 + 180.40 + 22.05 + 14.66 + 236.82 = 1494.48; 9 %: 13.50;
    # 6 %: 69.00 + 5.52
    assert [str(group.tax.amount) for group in pricing.taxes] == ["1494.48", "13.50", "74.52"]
    assert pricing.gross == Money("14470.47", "CNY")
    assert pricing.plan == "TRADE 1"


# --- why, why not, what if ------------------------------------------------------------------------


def test_a_price_says_why(pricing: Pricing) -> None:
    points = [reason.point for reason in pricing.why("2")]
    assert points == ["cost", "cost", "list", "book", "special", "contracted", "promotion"]
    assert pricing.why("2")[-2].text.zh.endswith("不高于 20.80 → 20.80")


def test_a_rule_says_why_it_did_not_act(pricing: Pricing) -> None:
    (refused,) = pricing.why_not("CLOTH-NOV", "1")
    assert refused.reason == "not_promotable"
    (red,) = pricing.why_not("LIST-2026: RED", "2")
    assert (red.reason, red.needed) == ("attribute_missing", "colour=red")


def test_a_rule_says_what_would_make_it_act(pricing: Pricing) -> None:
    # cloth counts together: 400 + 60 of 1000
    rules = pricing.what_would_trigger("DEALER-2026: category cloth from 1000")
    assert [(rule.line, str(rule.more), rule.unit) for rule in rules] == [
        ("1", "540", "m"),
        ("2", "540", "m"),
    ]
    (own,) = pricing.what_would_trigger("LIST-2026: CANVAS-600 from 500")
    assert own.text.zh == "再加 100 m"


# --- what people must know, and agree to ----------------------------------------------------------


def test_findings_are_said_in_order_of_place(pricing: Pricing) -> None:
    # 0.12 × 95 % × 1030 = 117.42; the goods and services cost 9587.85 / 0.74 = 12956.55
    found = [(each.place, each.severity) for each in pricing.findings]
    assert found == [
        ("agreements/FW-2026-08", "note"),
        ("lines/6", "note"),
        ("quote", "approval"),
    ]
    assert "117.42" in pricing.findings[1].message.en
    assert "12956.55" in pricing.findings[2].message.en


def test_the_quote_needs_four_approvals(dealer: Quote, catalogue: Catalogue) -> None:
    matrix = catalogue.approvals
    needs = approval_needs(dealer, matrix)
    assert [(need.rule, need.level.code) for need in needs] == [
        ("DEEP", "manager"),
        ("LONG-CREDIT", "manager"),
        ("LONG-CREDIT", "finance"),
        ("DEAL-26", "director"),
    ]
    with pytest.raises(Refused, match=r"quote\.needs_approval"):
        send(dealer, matrix=matrix)
    quote = dealer
    for need in needs:
        role = need.level.roles[0]
        decision = Decision(need=need, by="somebody", role=role, at="2026-11-21T15:00:00+08:00")
        quote = approve(quote, decision, matrix=matrix)
    assert send(quote, matrix=matrix).state == "sent"


# --- the others ---------------------------------------------------------------------------------


def test_the_web_shop_shows_prices_with_tax(catalogue: Catalogue) -> None:
    # 227.20 + 80 % = 408.96, nearest that ends in 9: 409; 13.845 × 2.2 = 30.459, up to 30.50;
    # tax is 13/113 of the whole, once
    pricing = drafted("request-web.json", catalogue).pricing
    assert [str(line.gross) for line in pricing.lines] == ["409.00", "381.25", "97.50"]
    assert pricing.gross == Money("887.75", "CNY")
    assert pricing.tax == Money("102.13", "CNY")
    assert pricing.policy.name == "web shop"


def test_an_export_is_in_euros_and_bears_no_tax(catalogue: Catalogue) -> None:
    # 600 m of one family: (16.20 + 2.40) / 7.8 = 2.38, up to 2.40; 16.20 / 7.8 = 2.08, up to 2.10;
    # 2.5 × 1.2 × 21.50 × 1.08 / 7.8 = 8.93, up to 8.95; 680 / 7.8 = 87.1795; 0.8 % of 2624.80
    pricing = drafted("request-export.json", catalogue).pricing
    priced = [str(line.net) for line in pricing.lines if not line.included]
    assert priced == ["1080.00", "315.00", "358.00", "871.80", "21.00"]
    assert pricing.gross == pricing.net == Money("2645.80", "EUR")
    assert {line.tax_code for line in pricing.lines} == {"VAT0"}
    assert {(rate.base, rate.quote) for rate in pricing.rates} >= {("CNY", "EUR"), ("USD", "EUR")}


def test_what_is_not_sold_there_is_refused_with_its_reason(catalogue: Catalogue) -> None:
    with pytest.raises(Refused) as refusal:
        drafted("request-refused.json", catalogue)
    found = {(each.place, each.code) for each in refusal.value.findings}
    assert found == {
        ("lines/1", "availability.denied"),
        ("lines/2", "availability.not_offered"),
    }
    assert "反倾销税" in refusal.value.findings[0].message.zh


def test_the_program_tells_the_same_story(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, TRADE / "quote.py"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(TRADE.parents[1]), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    for words in (
        "= 14470.47 CNY  价税合计",
        "应减 124.80, 底价内实减 44.08",
        "再加 540 m",
        "7.1 3 米铝合金遮阳架: 1367.41 CNY",
        "Q-2026-0301: sent, 14470.47 CNY",
        "Q-2026-0302: 785.62 CNY + 102.13 CNY = 887.75 CNY",
        "Q-2026-0303: 2645.80 EUR + 0.00 EUR = 2645.80 EUR",
        "availability.denied",
    ):
        assert words in done.stdout
