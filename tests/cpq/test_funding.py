"""Who bears the cost of a promotion: plans, layers, caps, budgets, and exact shares per line."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq import Cap
from cpq.cap import CapUsage, Facts
from cpq.funding import (
    OWN,
    FunderPart,
    FunderShare,
    FundingLayer,
    FundingPlan,
    Parts,
    budget_left,
    budget_takes,
    funded,
    funder_totals,
)
from cpq.funding.rounding import controlled
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money, total


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def _plan(*shares: tuple[str, str], **more: object) -> FundingPlan:
    return FundingPlan.model_validate(
        {"shares": [{"funder": funder, "percent": part} for funder, part in shares], **more}
    )


def _funded(plan: FundingPlan, *amounts: str, **left: str) -> list[dict[str, str]]:
    rows = funded(
        plan,
        [Decimal(amount) for amount in amounts],
        currency="CNY",
        places=2,
        left={funder: Decimal(amount) for funder, amount in left.items()},
    )
    return [{funder: str(amount) for funder, amount in row} for row in rows]


LAYERED = FundingPlan(
    layers=(
        FundingLayer(funder="BRAND", up_to=cny("1000.00")),
        FundingLayer(
            up_to=cny("500.00"),
            parts=(FunderPart(funder="BRAND", percent=50), FunderPart(funder="DIST", percent=50)),
        ),
        FundingLayer(funder="own"),
    ),
    shares=(
        FunderShare(funder="BRAND"),
        FunderShare(funder="DIST", kind="distributor"),
    ),
)


# --- plans ------------------------------------------------------------------------------------


def test_a_plain_text_is_the_one_funder_of_all() -> None:
    plan = FundingPlan.model_validate("VENDOR")
    assert plan.shares == (FunderShare(funder="VENDOR", kind="brand", percent="100"),)
    assert plan.sole == "VENDOR"


def test_the_seller_bears_what_nobody_else_does() -> None:
    assert FundingPlan.model_validate("own") == OWN
    assert (OWN.sole, OWN.kind_of("own"), OWN.share_of("own").kind) == ("own", "own", "own")


def test_a_plan_reads_back_as_it_was_written() -> None:
    for plan in (OWN, LAYERED, _plan(("A", "60"), ("own", "40"))):
        assert FundingPlan.model_validate_json(plan.canonical()) == plan


def test_a_funder_keeps_the_kind_that_the_plan_gives_it() -> None:
    assert LAYERED.kind_of("DIST") == "distributor"
    assert LAYERED.kind_of("BRAND") == "brand"
    assert LAYERED.kind_of("own") == "own"


def test_funders_stand_in_the_order_of_the_plan_with_the_bearer_last() -> None:
    capped = FundingPlan(shares=(FunderShare(funder="A", percent=100, cap=cny("5.00")),))
    assert LAYERED.funders == ("BRAND", "DIST", "own")
    assert capped.funders == ("A", "own")
    assert capped.sole is None
    assert FundingPlan(layers=(FundingLayer(funder="A", up_to=cny("9")),)).funders == ("A", "own")
    assert FundingPlan(layers=(FundingLayer(funder="A"),)).sole == "A"


def test_a_plan_names_every_amount_it_holds() -> None:
    plan = FundingPlan(
        shares=(
            FunderShare(
                funder="A",
                percent=100,
                cap=cny("5.00"),
                budget=Cap(amount=cny("90.00"), window="year"),
            ),
        )
    )
    assert list(plan.moneys()) == [cny("5.00"), cny("90.00")]
    assert list(LAYERED.moneys()) == [cny("1000.00"), cny("500.00")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"shares": [{"funder": "A", "percent": "60"}]}, "funding.percent"),
        ({"shares": [{"funder": "A", "percent": "99.999"}]}, "funding.percent"),
        ({"shares": [{"funder": "A"}]}, "funding.percent"),
        ({}, "funding.percent"),
        ({"layers": [{"parts": [{"funder": "A", "percent": "50"}]}]}, "funding.percent"),
        (
            {
                "layers": [
                    {"parts": [{"funder": "A", "percent": 50}, {"funder": "A", "percent": 50}]}
                ]
            },
            "funding.percent",
        ),
        (
            {"shares": [{"funder": "A", "percent": "50"}, {"funder": "A", "percent": "50"}]},
            "funding.repeated",
        ),
        ({"layers": [{"up_to": "5.00 CNY"}]}, "funding.layers"),
        (
            {"layers": [{"funder": "A", "parts": [{"funder": "A", "percent": 100}]}]},
            "funding.layers",
        ),
        (
            {"shares": [{"funder": "A", "percent": 100}], "layers": [{"funder": "A"}]},
            "funding.layers",
        ),
        ({"layers": [{"funder": "A"}, {"funder": "own"}]}, "funding.layers"),
        ({"layers": [{"funder": "A"}], "shares": [{"funder": "B"}]}, "funding.layers"),
        (
            {
                "shares": [{"funder": "A", "percent": 100, "cap": "5.00 CNY"}],
                "bearer": "A",
            },
            "funding.bearer",
        ),
        (
            {
                "shares": [{"funder": "A", "cap": "5.00 CNY"}],
                "layers": [{"funder": "A", "up_to": "9.00 USD"}],
            },
            "funding.currency",
        ),
        ({"shares": [{"funder": "A", "percent": 100, "kind": "own"}]}, "funding.own"),
        ({"shares": [{"funder": "own", "percent": 100, "kind": "brand"}]}, "funding.own"),
        ({"shares": [{"funder": "A", "percent": 100, "cap": "-1.00 CNY"}]}, "funding.negative"),
        ({"layers": [{"funder": "A", "up_to": "0.00 CNY"}]}, "funding.negative"),
    ],
)
def test_a_plan_that_cannot_mean_anything_is_refused(fields: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FundingPlan.model_validate(fields)
    assert [getattr(each["ctx"]["error"], "code", None) for each in refused.value.errors()] == [
        code
    ]


@pytest.mark.parametrize(
    "budget",
    [
        Cap(amount=cny("5.00")),  # of one order: that is what cap is for
        Cap(orders=5, window="month"),
        Cap(amount=cny("5.00"), window="month", over="warn"),
        Cap(amount=cny("5.00"), window="month", over="reject"),
        Cap(amount=cny("5.00"), window="month", scope=("product",)),
        Cap(amount=cny("5.00"), window="month", overshoot_last=True),
    ],
)
def test_a_budget_is_an_amount_over_a_time(budget: Cap) -> None:
    with pytest.raises(ValidationError, match=r"funding\.budget"):
        FunderShare(funder="A", percent=100, budget=budget)


# --- shares -----------------------------------------------------------------------------------


def test_one_funder_pays_each_line_in_full() -> None:
    assert _funded(FundingPlan.model_validate("VENDOR"), "10.01", "0", "0.02") == [
        {"VENDOR": "10.01"},
        {},
        {"VENDOR": "0.02"},
    ]


def test_percentages_add_up_by_line_and_by_funder() -> None:
    rows = _funded(_plan(("A", "50"), ("B", "30"), ("own", "20")), "0.01", "0.01", "0.01", "9.98")
    assert [sum(Decimal(part) for part in row.values()) for row in rows] == [
        Decimal(each) for each in ("0.01", "0.01", "0.01", "9.98")
    ]
    sums = {
        funder: sum(Decimal(row.get(funder, "0")) for row in rows) for funder in ("A", "B", "own")
    }
    assert sums == {"A": Decimal("5.01"), "B": Decimal("3.00"), "own": Decimal("2.00")}


def test_a_third_of_a_cent_goes_to_the_first_funder_of_the_plan() -> None:
    thirds = _plan(("A", "33.4"), ("B", "33.3"), ("own", "33.3"))
    assert _funded(thirds, "0.01") == [{"A": "0.01"}]
    halves = _plan(("A", "50"), ("own", "50"))
    assert _funded(halves, "0.01", "0.01") == [{"A": "0.01"}, {"own": "0.01"}]


@pytest.mark.parametrize(
    ("whole", "paid"),
    [
        ("999.99", {"BRAND": "999.99"}),
        ("1000.00", {"BRAND": "1000.00"}),
        ("1000.01", {"BRAND": "1000.01"}),
        ("1000.02", {"BRAND": "1000.01", "DIST": "0.01"}),
        ("1500.00", {"BRAND": "1250.00", "DIST": "250.00"}),
        ("1600.00", {"BRAND": "1250.00", "DIST": "250.00", "own": "100.00"}),
    ],
)
def test_layers_fill_one_after_the_other(whole: str, paid: dict[str, str]) -> None:
    assert _funded(LAYERED, whole) == [paid]
    totals = funder_totals(LAYERED, Decimal(whole), currency="CNY", places=2)
    assert {funder: str(amount) for funder, amount in totals} == paid


def test_layers_hold_for_the_document_and_not_for_each_line() -> None:
    assert (
        _funded(LAYERED, "800.00", "800.00")
        == [
            {"BRAND": "625.00", "DIST": "125.00", "own": "50.00"},
        ]
        * 2
    )


def test_what_exceeds_the_last_layer_falls_to_the_bearer() -> None:
    plan = FundingPlan(layers=(FundingLayer(funder="A", up_to=cny("10.00")),), bearer="DEALER")
    assert _funded(plan, "12.00") == [{"A": "10.00", "DEALER": "2.00"}]


def test_what_exceeds_a_cap_falls_to_the_bearer_alone() -> None:
    plan = FundingPlan(
        shares=(
            FunderShare(funder="A", percent=60, cap=cny("30.00")),
            FunderShare(funder="B", percent=30),
            FunderShare(funder="own", percent=10),
        )
    )
    assert _funded(plan, "50.00") == [{"A": "30.00", "B": "15.00", "own": "5.00"}]
    assert _funded(plan, "100.00") == [{"A": "30.00", "B": "30.00", "own": "40.00"}]


def test_a_cap_of_nothing_leaves_a_funder_out() -> None:
    plan = FundingPlan(shares=(FunderShare(funder="A", percent=100, cap=cny("0.00")),))
    assert _funded(plan, "7.00") == [{"own": "7.00"}]


def test_a_budget_bounds_what_a_funder_pays() -> None:
    plan = FundingPlan(
        shares=(
            FunderShare(funder="A", percent=100, budget=Cap(amount=cny("90.00"), window="year")),
        )
    )
    assert _funded(plan, "60.00", "40.00", A="50.00") == [
        {"A": "30.00", "own": "30.00"},
        {"A": "20.00", "own": "20.00"},
    ]
    assert _funded(plan, "60.00", A="60.00") == [{"A": "60.00"}]
    assert _funded(plan, "60.01", A="60.00") == [{"A": "60.00", "own": "0.01"}]
    assert _funded(plan, "60.00") == [{"A": "60.00"}]


def test_nothing_to_share_is_shared_by_nobody() -> None:
    assert _funded(LAYERED) == []
    assert _funded(LAYERED, "0.00", "0") == [{}, {}]


def test_amounts_follow_the_places_they_are_given() -> None:
    plan = FundingPlan(shares=(FunderShare(funder="A", percent=100, cap=Money("10", "JPY")),))
    rows = funded(plan, [Decimal(7), Decimal(7)], currency="JPY", places=0)
    assert rows == ((("A", Decimal(5)), ("own", Decimal(2))),) * 2
    coarse = FundingPlan(shares=(FunderShare(funder="A", percent=100, cap=cny("10.99")),))
    assert funded(coarse, [Decimal(12)], currency="CNY", places=0) == (
        (("A", Decimal(10)), ("own", Decimal(2))),
    )


@pytest.mark.parametrize("amount", ["-0.01", "0.001"])
def test_an_amount_below_nothing_or_off_the_grid_is_refused(amount: str) -> None:
    for plan in (OWN, LAYERED):
        with pytest.raises(Invalid) as refused:
            _funded(plan, amount)
        assert refused.value.code == "funding.amount"


def test_a_plan_in_another_currency_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        funded(LAYERED, [Decimal(1)], currency="USD", places=2)
    assert refused.value.code == "funding.currency"


def test_equal_lines_share_alike_wherever_they_stand() -> None:
    plan = _plan(("A", "50"), ("B", "30"), ("own", "20"))
    forth = _funded(plan, "7.77", "1.11", "3.33")
    back = _funded(plan, "3.33", "1.11", "7.77")
    assert forth == back[::-1]


# --- the table --------------------------------------------------------------------------------


def test_a_column_that_is_one_unit_off_is_mended_by_a_chain_of_units() -> None:
    rows, columns = [1, 2, 6, 9], [8, 2, 2, 3, 3]
    table = controlled(rows, columns)
    assert [sum(row) for row in table] == rows
    assert [sum(column) for column in zip(*table, strict=True)] == columns
    for row, parts in zip(rows, table, strict=True):
        for column, part in zip(columns, parts, strict=True):
            assert abs(part * 18 - row * column) < 18


def test_a_table_of_nothing_is_zeros() -> None:
    assert controlled([0, 0], [0, 0, 0]) == [(0, 0, 0), (0, 0, 0)]
    assert controlled([5, 0], [5]) == [(5,), (0,)]


# --- budgets ----------------------------------------------------------------------------------

BUDGETED = FundingPlan(
    shares=(
        FunderShare(
            funder="A",
            percent=60,
            budget=Cap(amount=cny("100.00"), window="month", scope=("region",)),
        ),
        FunderShare(funder="own", percent=40),
    )
)
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_funders_budget_runs_on_a_counter_of_its_own() -> None:
    facts = Facts({"region": "EAST"}, AT, "Asia/Shanghai")
    paid: tuple[Parts, ...] = funded(
        BUDGETED,
        [Decimal("50.00"), Decimal("30.00")],
        currency="CNY",
        places=2,
        left=budget_left(BUDGETED, promotion="AUTUMN", facts=facts, usage=CapUsage()),
    )
    (take,) = budget_takes(BUDGETED, paid, promotion="AUTUMN", facts=facts)
    assert (take.counter.owner, take.counter.window) == ("AUTUMN/A", "2026-11")
    assert (take.amount, take.limit, take.hard) == (Decimal("48.00"), Decimal("100.00"), True)
    usage = CapUsage(rows=((take.counter.key, "148.00"),))
    assert budget_left(BUDGETED, promotion="AUTUMN", facts=facts, usage=usage) == {"A": Decimal(0)}
    other = budget_left(BUDGETED, promotion="WINTER", facts=facts, usage=usage)
    assert other == {"A": Decimal("100.00")}


def test_a_funder_who_pays_nothing_takes_nothing_of_its_budget() -> None:
    facts = Facts({"region": "EAST"}, AT, "UTC")
    assert budget_takes(BUDGETED, [(("own", Decimal(5)),)], promotion="P", facts=facts) == ()


def test_a_budget_per_region_does_not_hold_where_there_is_none() -> None:
    facts = Facts({}, AT, "UTC")
    assert budget_left(BUDGETED, promotion="P", facts=facts, usage=CapUsage()) == {}
    assert total(
        amount
        for row in funded(BUDGETED, [Decimal("1000.00")], currency="CNY", places=2)
        for funder, amount in row
        if funder == "A"
    ) == Decimal("600.00")
