"""Pricing plans: the standard one, what cannot be followed, which is in force when."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Invalid, Refused
from cpq.kernel.period import Period, zone
from cpq.plan import (
    POINTS,
    STANDARD_PLAN,
    UNIT_POINTS,
    PlanStep,
    PricePoint,
    PricingPlan,
    plan_at,
    refuse_two_list_setters,
    refuse_two_published,
)

ASKED = STANDARD_PLAN.step("promotion").reads
OF_BOOKS: tuple[PricePoint, ...] = ("tier", "book", "list")


def _plan(*more: PlanStep, without: str = "", **changes: Mapping[str, object]) -> PricingPlan:
    steps = [
        step.with_(**changes.get(step.code, {}))
        for step in STANDARD_PLAN.steps
        if step.code != without
    ]
    return PricingPlan(code="OWN", steps=(*steps, *more))


def _formula(code: str, rank: int, formula: str = "1", **fields: object) -> PlanStep:
    given = {"reads": OF_BOOKS, "writes": ("special",), **fields}
    return PlanStep.model_validate(
        {"code": code, "rank": rank, "kind": "formula", "formula": formula, **given}
    )


def _refusal(make: Callable[[], object]) -> DomainError:
    """The one refusal inside pydantic's error."""
    with pytest.raises(ValidationError) as refusal:
        make()
    (problem,) = refusal.value.errors()
    cause = problem["ctx"]["error"]
    assert isinstance(cause, Invalid)
    return cause


def test_the_standard_plan_prices_a_unit_first() -> None:
    units, documents = STANDARD_PLAN.unit_steps, STANDARD_PLAN.document_steps
    assert [step.code for step in units] == [
        *("cost", "list", "book", "attribute", "contracted", "manual")
    ]
    assert [step.code for step in documents] == [
        *("share_of_prices", "promotion", "floor", "net", "share_of_net", "tax", "gross")
    ]
    assert units + documents == STANDARD_PLAN.steps


def test_every_point_is_written_by_the_standard_plan() -> None:
    written = {point for step in STANDARD_PLAN.steps for point in step.writes}
    assert written == set(POINTS)
    assert POINTS[: len(UNIT_POINTS)] == UNIT_POINTS
    assert UNIT_POINTS[-1] == "manual"


def test_steps_are_kept_in_the_order_of_rank() -> None:
    turned = STANDARD_PLAN.with_(steps=STANDARD_PLAN.steps[::-1])
    assert turned == STANDARD_PLAN
    assert turned.content_hash() == STANDARD_PLAN.content_hash()


def test_a_plan_is_read_back_from_its_json() -> None:
    plan = _plan(
        _formula("cable", 55, "max(list, 2) * length", products=("CABLE",)),
        manual={"reads": ("special", *STANDARD_PLAN.step("manual").reads)},
    )
    assert PricingPlan.model_validate_json(plan.canonical()) == plan


def test_the_base_is_the_first_point_that_is_there() -> None:
    step = STANDARD_PLAN.step("manual")
    assert step.base({"list", "book", "attribute"}) == "attribute"
    assert step.base({"list": 1, "tier": 2}) == "tier"
    assert step.base({"cost"}) is None
    assert STANDARD_PLAN.step("list").base({"cost"}) is None


def test_an_unknown_step_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        STANDARD_PLAN.step("rebate")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "floor", "writes": ("net",)}, "plan.wrong_point"),
        ({"kind": "list", "writes": ("list", "book")}, "plan.wrong_point"),
        ({"kind": "attribute", "writes": ("attribute",), "reads": ("net",)}, "unit_reads_amount"),
        ({"kind": "manual", "writes": ("manual",), "uses": ("floor",)}, "unit_reads_amount"),
        ({"kind": "share", "writes": ("special",), "reads": ("net",)}, "unit_reads_amount"),
        ({"kind": "formula", "writes": ("special",), "reads": ("list",)}, "formula_misplaced"),
        ({"kind": "list", "writes": ("list",), "formula": "2"}, "formula_misplaced"),
        (
            {
                "kind": "formula",
                "writes": ("special",),
                "formula": "cost + list",
                "reads": ["list"],
            },
            "undeclared_point",
        ),
    ],
    ids=str,
)
def test_a_step_that_cannot_be_done_is_refused(fields: dict[str, object], code: str) -> None:
    refusal = _refusal(lambda: PlanStep.model_validate({"code": "odd", "rank": 1, **fields}))
    assert refusal.code.endswith(code)
    assert "'odd'" in refusal.message


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "book", "writes": ("book", "book")},
        {"kind": "book", "writes": ("book",), "reads": ("list",), "uses": ("list",)},
        {"kind": "book", "writes": ("book",), "combines": True},
        {"kind": "list", "writes": ("list",), "combines": True},
        {"kind": "list", "writes": ()},
        {"kind": "rebate", "writes": ("net",)},
        {"kind": "list", "writes": ("special price",)},
    ],
    ids=str,
)
def test_a_malformed_step_is_a_validation_error(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PlanStep.model_validate({"code": "odd", "rank": 1, **fields})


def test_a_formula_may_name_what_is_no_point() -> None:
    assert _formula("cable", 1, "list * length + base").formula is not None


def test_a_formula_uses_points_beside_its_base() -> None:
    step = _formula("cost plus", 1, "max(base, cost * 1.2)", uses=("cost",))
    assert step.base({"cost", "list"}) == "list"


def test_equal_ranks_are_refused_with_both_steps() -> None:
    refusal = _refusal(lambda: _plan(manual={"rank": 50}))
    assert refusal.code == "plan.equal_rank"
    assert "'contracted'" in refusal.message
    assert "'manual'" in refusal.message


def test_equal_codes_are_refused_by_name() -> None:
    refusal = _refusal(lambda: _plan(STANDARD_PLAN.step("manual").with_(rank=61)))
    assert refusal.code == "plan.equal_code"


def test_a_point_must_be_written_before_it_is_read() -> None:
    refusal = _refusal(lambda: _plan(book={"rank": 5}))
    assert refusal.code == "plan.unwritten_point"
    assert "'book' reads list" in refusal.message


def test_a_floor_cannot_use_a_cost_that_nobody_finds() -> None:
    assert _refusal(lambda: _plan(without="cost")).code == "plan.unwritten_point"


def test_unit_steps_come_before_document_steps() -> None:
    refusal = _refusal(lambda: _plan(_formula("late", 85)))
    assert refusal.code == "plan.unit_after_amount"
    assert "'late'" in refusal.message
    assert "'promotion'" in refusal.message


def test_a_plan_without_gross_has_no_result() -> None:
    refusal = _refusal(lambda: _plan(without="gross"))
    assert refusal.code == "plan.no_result"
    assert "has no gross;" in refusal.message


def test_a_plan_without_tax_has_no_result() -> None:
    refusal = _refusal(lambda: _plan(without="tax", gross={"uses": ()}))
    assert refusal.code == "plan.no_result"
    assert "has no tax;" in refusal.message


def test_a_net_of_typed_prices_only_is_refused() -> None:
    refusal = _refusal(lambda: _plan(promotion={"reads": ("manual",)}))
    assert refusal.code == "plan.no_result"


# --- results that are thrown away --------------------------------------------------------------


def _lost(make: Callable[[], object]) -> str:
    refusal = _refusal(make)
    assert refusal.code == "plan.result_lost"
    return refusal.message


@pytest.mark.parametrize("point", [point for point in ASKED if point != "list"])
def test_a_point_that_promotions_pass_by_is_lost(point: str) -> None:
    """Each price per unit is the last there is on some line, so promotions read all of them."""
    reads = tuple(each for each in ASKED if each != point)
    message = _lost(lambda: _plan(promotion={"reads": reads}))
    assert f"as {point} never reaches the gross" in message
    assert "'promotion' starts again from" in message


def test_an_earlier_point_preferred_loses_the_later() -> None:
    reads = ("book", *(point for point in ASKED if point != "book"))
    message = _lost(lambda: _plan(promotion={"reads": reads}))
    assert "'promotion' starts again from book" in message


def test_a_floor_that_the_net_passes_by_is_lost() -> None:
    message = _lost(lambda: _plan(net={"reads": ("promotion", "floor")}))
    assert "'floor'" in message
    assert "'net' starts again from promotion" in message


def test_a_formula_for_all_that_skips_attributes_loses_them() -> None:
    manual = {"reads": ("special", *STANDARD_PLAN.step("manual").reads)}
    message = _lost(lambda: _plan(_formula("skip", 55), manual=manual))
    assert "'attribute'" in message
    assert "'skip' starts again from" in message


def test_a_formula_for_some_may_skip_attributes() -> None:
    """What it replaces stands for all other products: it was replaced on purpose."""
    manual = {"reads": ("special", *STANDARD_PLAN.step("manual").reads)}
    plan = _plan(_formula("cable", 55, products=("CABLE",)), manual=manual)
    assert plan.step("cable").covers("CABLE")


@pytest.mark.parametrize(
    ("first", "second", "is_lost"),
    [
        (("A",), ("A", "B"), True),
        (("A", "B"), ("A",), False),
        (("A",), ("B",), False),
        (("A",), (), True),
    ],
    ids=str,
)
def test_a_formula_written_over_for_all_it_is_for_is_lost(
    first: tuple[str, ...], second: tuple[str, ...], *, is_lost: bool
) -> None:
    reads = ("contracted", "attribute", *OF_BOOKS)

    def made() -> PricingPlan:
        return _plan(
            _formula("one", 54, products=first, reads=reads),
            _formula("two", 55, products=second, reads=reads),
            manual={"reads": ("special", *reads)},
        )

    if is_lost:
        assert "'two' writes special again from" in _lost(made)
    else:
        assert made().step("two").products == second


def test_a_formula_may_build_on_one_before_it() -> None:
    reads = ("contracted", "attribute", *OF_BOOKS)
    plan = _plan(
        _formula("one", 54, reads=reads),
        _formula("two", 55, "special * 2", reads=("special", *reads)),
        manual={"reads": ("special", *reads)},
    )
    assert plan.step("two").base({"special", "list"}) == "special"


def test_a_share_after_the_tax_is_lost_to_it() -> None:
    assert "has written the tax before" in _lost(lambda: _plan(share_of_net={"rank": 125}))
    assert "has written the gross before" in _lost(lambda: _plan(share_of_net={"rank": 135}))


def test_a_share_of_prices_after_promotions_is_lost() -> None:
    promotion = {"reads": tuple(point for point in ASKED if point != "special")}
    message = _lost(lambda: _plan(share_of_prices={"rank": 85}, promotion=promotion))
    assert "'share_of_prices'" in message


def test_a_gross_that_forgets_the_tax_loses_it() -> None:
    message = _lost(lambda: _plan(gross={"uses": ()}))
    assert "'gross' starts again from net" in message


def test_a_net_out_of_nothing_loses_all() -> None:
    assert "'net' starts again from nothing" in _lost(lambda: _plan(net={"reads": ()}))


def test_a_cost_that_nobody_reads_is_no_loss() -> None:
    plan = _plan(floor={"uses": ("list",)})
    assert all("cost" not in (*step.reads, *step.uses) for step in plan.steps)


# --- who sets the list price -------------------------------------------------------------------


def _listing(code: str, rank: int, **fields: object) -> PlanStep:
    given = {"kind": "list", "writes": ("list",), **fields}
    return PlanStep.model_validate({"code": code, "rank": rank, **given})


def test_two_setters_of_all_list_prices_are_refused() -> None:
    refusal = _refusal(lambda: _plan(_listing("blocks", 25)))
    assert refusal.code == "plan.two_list_setters"
    assert "every product" in refusal.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"products": ("A",)}),
        ({"products": ("A", "B")}, {"products": ("B", "C")}),
        ({"categories": ("metal",)}, {"categories": ("metal",)}),
    ],
    ids=str,
)
def test_two_setters_that_overlap_are_refused(
    first: dict[str, object], second: dict[str, object]
) -> None:
    refusal = _refusal(lambda: _plan(_listing("blocks", 25, **second), list=first))
    assert refusal.code == "plan.two_list_setters"
    assert "'list' and 'blocks'" in refusal.message


def test_setters_that_say_they_combine_may_overlap() -> None:
    plan = _plan(_listing("blocks", 25, reads=("list",), combines=True))
    assert plan.step("blocks").combines


def test_setters_of_different_products_stand_together() -> None:
    plan = _plan(_listing("blocks", 25, products=("B",)), list={"products": ("A",)})
    refuse_two_list_setters(plan, product="A")
    refuse_two_list_setters(plan, product="B", categories=("metal",))


def test_a_product_and_its_category_are_found_to_clash() -> None:
    plan = _plan(_listing("blocks", 25, categories=("metal",)), list={"products": ("BOLT",)})
    refuse_two_list_setters(plan, product="NUT", categories=("metal",))
    for named in ({"product": "BOLT"}, {"product": "BOLT-M8", "family": "BOLT"}):
        with pytest.raises(Invalid, match="two_list_setters") as refusal:
            refuse_two_list_setters(plan, categories=("parts", "metal"), **named)
        assert named["product"] in refusal.value.message


def test_a_step_covers_products_families_and_categories() -> None:
    step = _listing("blocks", 25, products=("BOLT",), categories=("metal",))
    assert step.covers("BOLT")
    assert step.covers("BOLT-M8", family="BOLT")
    assert step.covers("NUT", categories=("parts", "metal"))
    assert not step.covers("NUT", family="FIXINGS", categories=("parts",))
    assert _listing("all", 1).covers("NUT")


# --- which plan is in force ---------------------------------------------------------------------

SUMMER = STANDARD_PLAN.with_(code="SUMMER", period=Period(start="2026-06-01", end="2026-08-31"))
AUTUMN = STANDARD_PLAN.with_(code="AUTUMN", version=3, period=Period(start="2026-09-01"))


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 5, 31), "STANDARD"),
        (date(2026, 6, 1), "SUMMER"),
        (date(2026, 8, 31), "SUMMER"),
        (date(2026, 9, 1), "AUTUMN"),
        (date(2030, 1, 1), "AUTUMN"),
    ],
)
def test_the_plan_in_force_is_that_of_the_day(day: date, code: str) -> None:
    assert plan_at([AUTUMN, SUMMER], at=day).code == code


def test_days_of_a_plan_are_days_in_the_zone() -> None:
    at = datetime(2026, 8, 31, 17, tzinfo=UTC)
    assert plan_at([SUMMER, AUTUMN], at=at).code == "SUMMER"
    assert plan_at([SUMMER, AUTUMN], at=at, zone=zone("Asia/Shanghai")).code == "AUTUMN"


@pytest.mark.parametrize("turned", [False, True])
def test_two_published_plans_are_refused(*, turned: bool) -> None:
    longer = SUMMER.with_(period=Period(start="2026-06-01", end="2026-09-01"))
    plans = (AUTUMN, longer) if turned else (longer, AUTUMN)
    with pytest.raises(Refused, match="two_published") as refusal:
        plan_at(plans, at=date(2020, 1, 1))
    assert "SUMMER version 1" in refusal.value.message
    assert "AUTUMN version 3" in refusal.value.message


def test_whether_plans_overlap_is_judged_in_the_zone() -> None:
    """The last day of SUMMER ends at 16:00 UTC in Shanghai, eight hours before it does in UTC."""
    later = AUTUMN.with_(period=Period(start="2026-08-31T16:00:00+00:00"))
    refuse_two_published([SUMMER, later], zone=zone("Asia/Shanghai"))
    with pytest.raises(Refused, match="two_published"):
        refuse_two_published([SUMMER, later])


def test_plans_that_follow_each_other_are_published() -> None:
    refuse_two_published(())
    refuse_two_published([AUTUMN, SUMMER])
