"""The internal annex: every rule with what it did or why not, and sums that foot."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from cpq.adapters import annex as annex_module
from cpq.adapters.annex import annex_rows, annex_view
from cpq.adapters.annex_trace import effect_text, result_text, rule_view
from cpq.adapters.annex_view import AnnexView, RuleView, TraceView
from cpq.adapters.hand import Hand, hand_for
from cpq.adapters.templates import template_root
from cpq.approval import ApprovalLevel, ApprovalNeed, Decision
from cpq.kernel.errors import Refused
from cpq.kernel.money import RoundingPolicy
from cpq.kernel.quantity import STANDARD_UNITS
from cpq.quote import Quote
from cpq.rate import ExchangeRate, UsedRate
from cpq.trace import Effect, Step
from cpq.waterfall import Pricing
from tests.cpq.adapters.document_quotes import priced, pricing, quoted
from tests.cpq.adapters.full_quotes import full_pricing, full_quote


def view(quote: Quote | None = None, locale: str = "en") -> AnnexView:
    return annex_view(quote or full_quote(), locale=locale, root=template_root())


def hand(locale: str = "en") -> Hand:
    return hand_for(locale, currency="CNY", root=template_root(), units=STANDARD_UNITS)


def line(shown: AnnexView, number: str) -> TraceView:
    return next(line for line in shown.lines if line.number == number)


def told(rows: tuple[RuleView, ...]) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (
            row.point.text,
            row.rule.text,
            row.effect,
            row.before,
            row.after,
            row.result.text if row.result else "",
        )
        for row in rows
    ]


def facts(shown: AnnexView) -> dict[str, list[str]]:
    return {fact.label.text: [value.text for value in fact.values] for fact in shown.facts}


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))


def test_a_line_is_told_from_its_cost_to_its_margin() -> None:
    traced = line(view(), "1.1")
    assert told(traced.rows) == [
        ("cost", "COST: PUMP", "= 3,350.00", "", "3,350.00", "✓"),
        ("cost", "1 USD = 7.1234 CNY (spot, 2026-11-20)", "× 7.1234", "3,350.00", "23,863.39", "✓"),
        ("list", "LIST-2026: PUMP", "= 38,600.00", "", "38,600.00", "✓"),
        ("book", "KEY-2026: category machines from 4 -8%", "−8%", "38,600.00", "35,512.00", "✓"),
        ("amount", "4 pc × 35,512.00", "", "", "142,048.00", ""),
        (
            "promotion",
            "Year-end campaign: 3% off",
            "−6,625.10",
            "142,048.00",
            "135,422.90",
            "✓ asked 9,850.29, granted 9,000.00 within the cap",
        ),
    ]
    assert traced.paid == "135,422.90"
    assert [part.text for part in traced.settled] == [
        "net 135,422.90 + tax 13% (VAT13) 17,604.98 = 153,027.88 with tax",
        "cost 95,453.56, margin 39,969.34 (29.51%)",
    ]


def test_the_same_in_chinese() -> None:
    traced = line(view(locale="zh_CN"), "1.1")
    assert told(traced.rows)[3:] == [
        ("价目表", "KEY-2026：类别 machines，满 4 起 -8%", "−8%", "38,600.00", "35,512.00", "✓"),
        ("行金额", "4 件 × 35,512.00", "", "", "142,048.00", ""),
        (
            "促销",
            "年终促销：减 3%",
            "−6,625.10",
            "142,048.00",
            "135,422.90",
            "✓ 应减 9,850.29，限额内实减 9,000.00",
        ),
    ]
    assert [part.text for part in traced.settled] == [
        "未税 135,422.90 + 税额 13%（VAT13）17,604.98 = 含税 153,027.88",
        "成本 95,453.56，毛利 39,969.34（29.51%）",
    ]


def test_a_rule_that_did_not_act_says_what_it_needed() -> None:
    rows = told(line(view(), "1.2").rows)
    assert ("book", "KEY-2026: category machines from 4 -8%", "", "", "",
            "quantity below: needs 4, found 1") in rows  # fmt: skip
    assert ("floor", "promotions leave at least", "≥ 138,000.00", "", "", "") in rows
    assert rows[-1][-1] == "at floor"
    chinese = told(line(view(locale="zh_CN"), "1.2").rows)
    assert chinese[-1][-1] == "已到底价"
    assert [row[-1] for row in told(view(locale="zh_CN").refused)] == [
        "客户不符：需 dealer，实 key-account"
    ]


def test_each_tier_has_a_row_and_they_add_up() -> None:
    rows = line(view(), "3").rows
    slices = [row for row in rows if row.kind == "slice"]
    assert [row.rule.text for row in slices] == ["from 0: 10 m × 10.00", "above 10: 5 m × 5.00"]
    amount = next(row for row in rows if row.kind == "amount")
    assert sum(number(row.after) for row in slices) == number(amount.after) == Decimal(125)


def test_shares_and_counted_quantities_are_named() -> None:
    special = line(view(), "10").rows[0]
    assert special.note is not None
    assert special.note.text == "reckoned on lines 1, 1.1, 1.2, 2"
    pooled = Step(
        point="book", rule="VIP: M8 from 50", applied=False, reason="quantity_below", needed="50",
        actual="20", basis="product kg",
    )  # fmt: skip
    made = rule_view(pooled, hand("zh_CN"))
    assert made.note is not None
    assert made.note.text == "计数口径：同一产品 (kg)"
    foreign = rule_view(pooled.with_(basis="moon"), hand()).note
    assert foreign is not None
    assert foreign.text == "counted: moon"


def test_lines_that_are_not_counted_say_so() -> None:
    shown = view()
    states = {found.number: found.state.text for found in shown.lines if found.state}
    assert states == {
        "1": "priced part by part",
        "2.1": "included in the line above",
        "2.2": "included in the line above",
        "9": "option, in no total",
        "11": "option, in no total",
        "11.1": "option, in no total",
        "11.2": "included in the line above",
    }
    assert [part.text for part in line(shown, "2.1").settled] == [
        "share of the price above 25,444.33",
        "cost 20,087.99",
    ]
    assert [part.text for part in line(shown, "9").settled][-1] == "cost 4,487.74"


def test_a_floor_of_the_whole_quote_and_people_are_named() -> None:
    shown = view(locale="zh_CN")
    assert [(found.place, found.severity.text) for found in shown.findings] == [
        ("1.2", "须审批"),
        ("整单", "须审批"),
        ("agreements/FW-2026", "提示"),
    ]
    assert [found.kind for found in shown.findings] == ["approval", "approval", "note"]
    (given,) = shown.manual
    assert (given.number, given.price, given.by, given.reason) == (
        "8",
        "−5%",
        "Li Wenjing",
        "trade fair sample",
    )


def test_what_the_prices_rest_on_is_named() -> None:
    quote = full_quote()
    found = facts(view(quote))
    assert found["Customer and groups"] == ["C-0042, key-account"]
    assert found["Priced as of"] == ["November 21, 2026"]
    assert found["Price book"] == ["KEY-2026"]
    assert found["Pricing plan, version"] == [quote.pricing.plan]
    assert found["Hash of the catalogue"] == [quote.pricing.catalogue]
    assert found["Hash of the quote"] == [quote.content_hash()]
    assert found["Bought before"] == ["in the period: OIL 120"]
    assert found["Taken of commitments"] == ["line 7: 40 of FW-2026 / 1"]
    assert "; ".join(found["Rounding"]) == (
        "commercial: unit prices to 4 decimals, then extended; amounts to 2; half up; "
        "tax line by line"
    )
    (rate,) = view(quote).rates
    assert (rate.rate, rate.on, rate.kind) == ("1 USD = 7.1234 CNY", "November 20, 2026", "spot")
    assert rate.source == ("1 USD = 7.1234 CNY (spot, 2026-11-20, PBOC)",)


def test_a_rate_that_is_no_decimal_is_not_passed_off_as_one() -> None:
    stated = ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-11-20")
    used = UsedRate(base="CNY", quote="USD", rate=Fraction(5, 36), on="2026-11-20", via=(stated,))
    shown = view(full_quote().with_(pricing=full_pricing().with_(rates=(used,))))
    assert shown.rates[0].rate == "1 CNY ≈ 0.1388888889 USD"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (RoundingPolicy(tax="group"), "税额按税码汇总后舍入"),
        (RoundingPolicy(contractual=False), "单价不舍入直接乘数量，显示 4 位小数"),
        (RoundingPolicy(mode="ROUND_HALF_EVEN"), "四舍六入五成双"),
        (RoundingPolicy(mode="ROUND_CEILING"), "向上取整"),
    ],
)
def test_the_rounding_is_told_in_words(policy: RoundingPolicy, said: str) -> None:
    quote = full_quote(policy=policy)
    assert said in facts(view(quote, "zh_CN"))["舍入规则"][0]


def test_promotions_that_nobody_asked_for_are_told() -> None:
    assert facts(view(full_quote(promotions=False)))["Promotions"] == ["left out on request"]
    assert "Promotions" not in facts(view())


def test_who_agreed_is_told() -> None:
    level = ApprovalLevel(code="director", roles=("sales-director",))
    need = ApprovalNeed(rule="EARN-40", level=level, facts="")
    said = Decision(
        need=need, by="wang", role="sales-director", at=datetime(2026, 11, 21, 9, tzinfo=UTC),
        comment="agreed",
    )  # fmt: skip
    no = said.with_(verdict="reject", comment="")
    shown = facts(view(full_quote().with_(approvals=(said, no))))
    assert shown["Approvals"] == [
        "EARN-40 (director): approved by wang (sales-director), 2026-11-21 09:00+00:00: agreed",
        "EARN-40 (director): rejected by wang (sales-director), 2026-11-21 09:00+00:00",
    ]


def test_every_line_is_reckoned_again() -> None:
    assert facts(view())["Reckoned again"] == [
        "13 of 13 lines: their rows give their price again, to the cent"
    ]
    found = full_pricing()
    lines = tuple(
        each.with_(net="1.00", gross="1.13") if each.number == "6" else each for each in found.lines
    )
    assert "line 6: its rows give 2,790.00, its price is 1.00" in facts_of_reckoning(
        found.with_(lines=lines)
    )
    assert facts_of_reckoning(full_pricing(trace=False)) == ["priced without a trace"]


def facts_of_reckoning(found: Pricing) -> list[str]:
    return [phrase.text for phrase in annex_module._reckoned(found, hand())]


@pytest.mark.parametrize("basis", ["net", "gross"])
def test_every_column_of_the_lines_adds_up_to_its_total(basis: str) -> None:
    shown = view(full_quote(basis))  # type: ignore[arg-type]
    columns = ("list_amount", "amount", "discount", "net", "tax", "gross")
    counted = [row for row in shown.sums if row.kind == "line"]
    (total,) = [row for row in shown.sums if row.kind == "total"]
    for column in columns:
        added = sum(number(getattr(row, column)) for row in counted)
        assert added == number(getattr(total, column)), column
    assert [row.number for row in shown.sums if row.kind == "option"] == ["9", "11", "11.1"]


def test_margins_add_up_and_the_unknown_is_not_zero() -> None:
    shown = view()
    lines, total = shown.margins[:-1], shown.margins[-1]
    assert sum(number(row.margin) for row in lines) == number(total.margin)
    assert (total.kind, total.percent) == ("total", "32.42%")
    found = full_pricing()
    blind = tuple(each.with_(cost=None) if each.number == "6" else each for each in found.lines)
    unknown = view(full_quote().with_(pricing=found.with_(lines=blind)), "zh_CN")
    row = next(row for row in unknown.margins if row.number == "6")
    assert (row.cost.text, row.margin, row.percent) == ("未知", "", "")
    assert unknown.margins[-1].cost.text == "未知"


def test_without_any_cost_there_is_no_margin() -> None:
    assert view(quoted()).margins == ()


def test_prices_with_tax_are_settled_from_the_gross() -> None:
    settled = line(view(full_quote("gross")), "6").settled
    assert [part.text for part in settled[:2]] == [
        "with tax 2,790.00 − tax 13% (OIL) 401.68 = net 2,388.32",
        "of the tax 91.20 per unit",
    ]


def test_an_exact_price_is_not_passed_off_as_the_printed_one() -> None:
    made = priced("1", "Kit", "3", "33.33").with_(amount="100", list_amount="100", net="100")
    shown = view(quoted(pricing=pricing((made.with_(tax="13", gross="113"),))))
    assert [row.rule.text for row in shown.lines[0].rows] == ["3 pc × ≈ 33.33"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("set", "92", "= 92.00"),
        ("percent", "-8", "−8%"),
        ("percent", "6.5", "+6.5%"),
        ("add", "-23510.98", "−23,510.98"),
        ("add", "12", "+12.00"),
        ("times", "7.1234", "× 7.1234"),
        ("times", "5/36", "× ≈ 0.1388888889"),
        ("set", "25/3", "= ≈ 8.333333"),
        ("at_least", "5", "≥ 5.00"),
        ("at_most", "5", "≤ 5.00"),
    ],
)
def test_effects_are_written_as_people_write_them(kind: str, value: str, text: str) -> None:
    assert effect_text(Effect.model_validate({"kind": kind, "value": value}), hand()) == text


@pytest.mark.parametrize(
    ("fields", "en", "zh"),
    [
        ({"applied": True, "reason": "cascaded"}, "✓ cascaded", "✓ 随上级产品的协议"),
        ({"reason": "amount_below", "needed": "500000", "actual": "12.5"},
         "amount below: needs 500,000.00, found 12.50", "金额不足：需 500,000.00，实 12.50"),
        ({"reason": "outside_period", "needed": "2026-12-01 …"},
         "outside period: needs 2026-12-01 …", "不在有效期：需 2026-12-01 …"),
        ({"reason": "outranked"}, "outranked", "有序号更靠前的条目"),
        ({"applied": True, "reason": "floored", "needed": "9", "actual": "4"},
         "✓ asked 9.00, granted 4.00 above the floor", "✓ 应减 9.00，底价内实减 4.00"),
        ({"reason": "capped", "needed": "9.00", "actual": "0.00", "after": "100"},
         "asked 9.00, granted 0.00 within the cap", "应减 9.00，限额内实减 0.00"),
        ({"reason": "capped", "needed": "1200.00", "actual": "500.00"},
         "its limit does not suffice: needs 1,200.00, left 500.00",
         "限额不足：需 1,200.00，剩 500.00"),
        ({"reason": "cap_exhausted", "needed": "12", "actual": "0"},
         "its limit is used up: needs 12, left 0", "限额已用完：需 12，剩 0"),
        ({"applied": True, "reason": "counted", "actual": "2 LAMP"},
         "✓ counts towards it: 2 LAMP", "✓ 计入条件：2 LAMP"),
        ({"applied": True, "reason": "free_goods"}, "✓ free goods", "✓ 赠品"),
        ({"reason": "lost_to", "needed": "more than 30.00", "actual": "1200.00 (SPRING)"},
         "gave way to: SPRING, needs more than 30.00, found 1,200.00",
         "让位于：SPRING，需 超过 30.00，实 1,200.00"),
    ],
)  # fmt: skip
def test_results_are_told_in_both_languages(fields: dict[str, object], en: str, zh: str) -> None:
    step = Step.model_validate(
        {"point": "promotion", "rule": "P", "applied": False, "reason": "", **fields}
    )
    assert result_text(step, hand(), "en") == en
    assert result_text(step, hand(), "zh") == zh


def test_a_rule_without_a_name_goes_by_its_code() -> None:
    step = Step(point="list", rule="LIST: M8", applied=True, reason="applied", after="1")
    assert rule_view(step, hand()).rule.text == "LIST: M8"


def test_words_that_differ_by_punctuation_are_said_once() -> None:
    rows = line(view(locale="bilingual"), "1.1").rows
    assert (rows[0].rule.text, rows[0].rule.other) == ("COST: PUMP", "")
    assert rows[3].rule.other == "KEY-2026：类别 machines，满 4 起 -8%"


@pytest.mark.parametrize(
    ("locale", "first", "other"),
    [
        ("zh_CN", "内部资料 · 计价追溯", "Internal · price trace"),
        ("en", "Internal · price trace", "内部资料 · 计价追溯"),
        ("bilingual", "Internal · price trace", "内部资料 · 计价追溯"),
    ],
)
def test_the_title_is_in_both_languages_always(locale: str, first: str, other: str) -> None:
    title = view(locale=locale).title
    assert (title.text, title.other) == (first, other)


def test_an_annex_that_no_document_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    quote = full_quote()
    monkeypatch.setattr(annex_module, "_ROWS_MAX", annex_rows(quote.pricing) - 1)
    with pytest.raises(Refused) as refusal:
        view(quote)
    assert refusal.value.code == "document.too_long"
    monkeypatch.setattr(annex_module, "_ROWS_MAX", annex_rows(quote.pricing))
    assert view(quote).lines


def _records(value: object) -> list[object]:
    if isinstance(value, tuple):
        return [found for part in value for found in _records(part)]
    if is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
        return [value, *(found for part in parts for found in _records(part))]
    return []


def test_the_annex_holds_text_and_no_methods() -> None:
    for record in _records(view(locale="bilingual")):
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
