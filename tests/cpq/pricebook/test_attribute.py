"""Attribute prices: what matches, which of several acts, the order, units and currencies."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.period import Period, zone
from cpq.pricebook.attribute import Adjusted, Adjustment, AttributePrice, AttributeRow, adjusted

DAY = date(2026, 11, 21)
RED = {"colour": "red"}
RED_L = {"colour": "red", "size": "L"}


def _rule(code: str, match: Mapping[str, str] = RED, **fields: Any) -> AttributePrice:
    return AttributePrice.model_validate({"code": code, "match": match, **fields})


def _made(
    *rules: AttributePrice, base: object = 100, attributes: Mapping[str, str] = RED, **fields: Any
) -> Adjusted:
    given = {"product": "BOLT", "unit": "pc", "at": DAY, **fields}
    number = None if base is None else Fraction(str(base))
    return adjusted(rules, number, attributes=attributes, **given)


def _price(*rules: AttributePrice, **fields: Any) -> Fraction | None:
    return _made(*rules, **fields).value


def _row(made: Adjusted, code: str) -> AttributeRow:
    (row,) = (row for row in made.rows if row.rule == code)
    return row


# --- worked cases -------------------------------------------------------------------------------


@pytest.mark.parametrize(("chosen", "price"), [("A", 80), ("B", 75), ("C", 100)])
def test_case_at_01_an_extra_per_value(chosen: str, price: int) -> None:
    rules = [
        _rule(code, {"finish": code}, add=add) for code, add in (("A", 5), ("B", 0), ("C", 25))
    ]
    assert _price(*rules, base=75, attributes={"finish": chosen}) == price


def test_case_at_02_red_costs_ten_percent_more() -> None:
    assert _price(_rule("RED", percent="10")) == 110


AT_03 = (
    _rule("P110", {"packing": "box", "origin": "CN"}, price=110),
    _rule("P120", {"packing": "box"}, price=120),
    _rule("P130", {"origin": "CN"}, price=130),
    _rule("P170", {}, price=170),
)


@pytest.mark.parametrize(
    ("attributes", "price"),
    [
        ({"packing": "box", "origin": "CN"}, 110),
        ({"packing": "box", "origin": "AT"}, 120),
        ({"packing": "bag", "origin": "CN"}, 130),
        ({"packing": "bag", "origin": "AT"}, 170),
        ({}, 170),
    ],
    ids=str,
)
def test_case_at_03_the_first_row_that_matches(attributes: dict[str, str], price: int) -> None:
    assert _price(*AT_03, attributes=attributes, resolution="first_match") == price


def test_case_at_03_follows_the_order_not_the_price() -> None:
    both = {"packing": "box", "origin": "CN"}
    turned = (AT_03[1], AT_03[0], *AT_03[2:])
    assert _price(*turned, attributes=both, resolution="first_match") == 120
    ranked = (AT_03[0], AT_03[1].with_(rank=-1), *AT_03[2:])
    assert _price(*ranked, attributes=both, resolution="first_match") == 120
    fallback_first = (AT_03[3], *AT_03[:3])
    assert _price(*fallback_first, attributes=both, resolution="first_match") == 170


def test_case_um_02_an_amount_scales_with_the_unit() -> None:
    made = _made(_rule("LESS", add="-0.5"), base=12, unit="dozen", factor=Fraction(12))
    assert made.value == 6
    assert made.effects == (Adjustment("add", Fraction(-6)),)


# --- the order ----------------------------------------------------------------------------------


def test_replacement_then_amounts_then_percentages() -> None:
    rules = (
        _rule("PERCENT", percent=10),
        _rule("ADD", add=5),
        _rule("PRICE", price=80),
        _rule("WEIGHT", {}, formula="weight * 2"),
    )
    made = _made(*rules, attributes={**RED, "weight": "7.5"})
    assert made.value == 110
    assert [row.rule for row in made.rows] == ["PRICE", "ADD", "WEIGHT", "PERCENT"]
    assert [row.after for row in made.rows] == [80, 85, 100, 110]
    assert made.effects == (
        Adjustment("set", Fraction(80)),
        Adjustment("add", Fraction(5)),
        Adjustment("add", Fraction(15)),
        Adjustment("percent", Fraction(10)),
    )


def test_percentages_add_up_and_do_not_compound() -> None:
    red, large = _rule("RED", percent=10), _rule("LARGE", {"size": "L"}, percent=10)
    made = _made(red, large, attributes={**RED, "size": "L"})
    assert made.value == 120
    assert made.effects == (Adjustment("percent", Fraction(20)),)


def test_a_running_percentage_compounds() -> None:
    red = _rule("RED", percent=10)
    large = _rule("LARGE", {"size": "L"}, percent=10, on="running")
    steel = _rule("STEEL", {"metal": "steel"}, percent=-50, on="running", rank=-1)
    made = _made(large, steel, red, attributes={**RED, "size": "L", "metal": "steel"})
    assert made.value == Fraction("60.5")
    assert [row.rule for row in made.rows] == ["RED", "STEEL", "LARGE"]
    assert [effect.value for effect in made.effects] == [10, -50, 10]


def test_each_row_turns_before_into_after() -> None:
    """So the rows of the trace, done one after the other, give the price again."""
    rules = [
        _rule("SET", {}, price=90),
        _rule("ADD", add=7),
        _rule("P1", percent=10),
        _rule("P2", {"size": "L"}, percent=-3),
        _rule("P3", {"metal": "steel"}, percent=4, on="running"),
    ]
    made = _made(*rules, attributes={**RED, "size": "L", "metal": "steel"})
    running = Fraction(100)
    for row in made.rows:
        assert row.before == running
        assert row.effect is not None
        running = _done(row.effect, running)
        assert row.after == running
    assert made.value == running == Fraction(97) * Fraction("1.07") * Fraction("1.04")


def _done(effect: Adjustment, running: Fraction) -> Fraction:
    if effect.kind == "percent":
        return running * (100 + effect.value) / 100
    return effect.value if effect.kind == "set" else running + effect.value


def test_effects_need_no_base() -> None:
    rules = (
        _rule("ADD", add=5),
        _rule("WEIGHT", {}, formula="weight * 2"),
        _rule("RED", percent=10),
        _rule("LARGE", {"size": "L"}, percent=-3),
    )
    made = _made(*rules, base=None, attributes={**RED_L, "weight": "3"})
    assert made.value is None
    assert made.effects == (
        Adjustment("add", Fraction(5)),
        Adjustment("add", Fraction(6)),
        Adjustment("percent", Fraction(7)),
    )
    assert [(row.applied, row.before, row.after) for row in made.rows] == [(True, None, None)] * 4


def test_a_replacement_needs_no_base() -> None:
    """Where an attribute row is the only price there is."""
    made = _made(_rule("SET", {}, price=170), _rule("RED", percent=10), base=None)
    assert made.value == 187
    assert [row.before for row in made.rows] == [None, 170]
    assert [row.after for row in made.rows] == [170, 187]


def test_no_rule_leaves_the_price_alone() -> None:
    assert _made() == Adjusted(Fraction(100), (), ())


# --- what matches -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({"match": {"colour": "blue"}}, ("attribute_differs", "colour=blue", "colour=red")),
        ({"match": {"size": "L"}}, ("attribute_missing", "size=L", "")),
        (
            {"match": {"size": "L", "colour": "blue"}},
            ("attribute_differs", "colour=blue, size=L", "colour=red"),
        ),
        ({"match": {"size": "L", "colour": "red"}}, ("attribute_missing", "size=L", "")),
        ({"unit": "dozen"}, ("other_unit", "dozen", "pc")),
        (
            {"period": {"end": "2026-11-20"}},
            ("outside_period", "… to 2026-11-20", "2026-11-21"),
        ),
    ],
    ids=str,
)
def test_a_rule_that_does_not_match_says_why(
    fields: dict[str, Any], row: tuple[str, str, str]
) -> None:
    made = _made(_rule("ODD", **{"add": 5, **fields}))
    assert made.value == 100
    (found,) = made.rows
    assert (found.reason, found.needed, found.actual) == row
    assert not found.applied
    assert (found.effect, found.before, found.after) == (None, None, None)


def test_a_rule_of_another_product_has_no_row() -> None:
    rules = (_rule("NUT", product="NUT", add=5), _rule("WOOD", category="wood", add=5))
    assert _made(*rules, categories=("metal",)).rows == ()


def test_a_rule_reaches_families_and_categories() -> None:
    rules = {
        "BOLT-M8": _rule("A", product="BOLT-M8", add=1),
        "BOLT": _rule("B", product="BOLT", add=1),
        "metal": _rule("C", category="metal", add=1),
        "parts": _rule("D", category="parts", add=1),
        "": _rule("E", add=1),
    }
    distances = [
        rule.distance(product="BOLT-M8", family="BOLT", categories=("metal", "parts"))
        for rule in rules.values()
    ]
    assert distances == sorted(distances, key=lambda found: -1 if found is None else found)
    assert distances[:4] == [0, 1, 2, 3]
    assert rules["BOLT"].distance(product="NUT") is None


def test_days_of_a_rule_are_days_in_the_zone_of_the_book() -> None:
    rule = _rule("SALE", percent=-10, period=Period(start="2026-11-22"))
    at = datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert _price(rule, at=at) == 100
    assert _price(rule, at=at, home=zone("Asia/Shanghai")) == 90
    row = _row(_made(rule, at=datetime(2026, 11, 21, 15, tzinfo=UTC)), "SALE")
    assert row.actual == "2026-11-21"


# --- rules that compete -------------------------------------------------------------------------


def test_a_rule_for_more_attributes_supersedes() -> None:
    made = _made(_rule("RED", add=5), _rule("RED-L", RED_L, add=9), attributes=RED_L)
    assert made.value == 109
    row = _row(made, "RED")
    assert (row.applied, row.reason, row.actual) == (False, "superseded", "RED-L")


def test_rules_for_other_attributes_add_up() -> None:
    rules = (_rule("RED", add=5), _rule("LARGE", {"size": "L"}, add=9))
    assert _price(*rules, attributes=RED_L) == 114


def test_rules_of_other_kinds_do_not_compete() -> None:
    rules = (_rule("RED", add=5), _rule("RED-L", RED_L, percent=10))
    assert _price(*rules, attributes=RED_L) == Fraction("115.5")


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ({"product": "BOLT-M8"}, {"product": "BOLT"}),
        ({"product": "BOLT"}, {"category": "metal"}),
        ({"category": "metal"}, {"category": "parts"}),
        ({"category": "parts"}, {}),
        ({"product": "BOLT-M8"}, {}),
    ],
    ids=str,
)
def test_the_nearer_scope_wins_over_more_attributes(
    nearer: dict[str, Any], farther: dict[str, Any]
) -> None:
    rules = (_rule("NEAR", add=5, **nearer), _rule("FAR", RED_L, add=9, **farther))
    asked: dict[str, Any] = {
        "product": "BOLT-M8",
        "family": "BOLT",
        "categories": ("metal", "parts"),
    }
    for order in permutations(rules):
        assert _price(*order, attributes=RED_L, **asked) == 105


def test_only_a_rule_that_acts_supersedes() -> None:
    """FAR competes with MIDDLE, which does not act because NEAR does."""
    near = _rule("NEAR", {"colour": "red"}, add=1, product="BOLT")
    middle = _rule("MIDDLE", RED_L, add=2, category="metal")
    far = _rule("FAR", {"size": "L"}, add=4)
    made = _made(far, middle, near, attributes=RED_L, categories=("metal",))
    assert made.value == 105
    assert _row(made, "MIDDLE").actual == "NEAR"


def test_a_rule_for_the_asked_unit_wins() -> None:
    rules = (_rule("EACH", add=1), _rule("DOZEN", unit="dozen", add=10))
    assert _price(*rules, unit="dozen", factor=Fraction(12)) == 110
    assert _price(*rules, unit="pc") == 101


def test_the_lower_rank_settles_a_tie() -> None:
    rules = (_rule("LATE", add=9, rank=1), _rule("EARLY", add=5))
    for order in permutations(rules):
        assert _price(*order) == 105


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"add": 5}, {"add": 6}),
        ({"percent": 5}, {"percent": 6}),
        ({"percent": 5}, {"percent": 5, "on": "running"}),
        ({"price": 5}, {"price": 6}),
        ({"price": 5}, {"formula": "5", "replaces": True}),
        ({"formula": "5"}, {"formula": "5", "minimum": 6}),
    ],
    ids=str,
)
def test_a_tie_of_different_rules_names_both(one: dict[str, Any], other: dict[str, Any]) -> None:
    for first, second in (("A", "B"), ("B", "A")):
        with pytest.raises(Refused, match=r"attribute_price\.ambiguous") as refusal:
            _made(_rule(first, **one), _rule(second, **other))
        assert refusal.value.facts["rules"] == ("A", "B")
        assert "'BOLT'" in refusal.value.message


def test_a_tie_of_rules_that_agree_acts_once() -> None:
    made = _made(_rule("A", add="5"), _rule("B", add="5.00"))
    assert made.value == 105
    assert _row(made, "B").reason == "superseded"


def test_a_tie_below_the_winner_does_not_matter() -> None:
    rules = (_rule("A", add=5), _rule("B", add=6), _rule("BEST", product="BOLT", add=7))
    assert _price(*rules) == 107


@pytest.mark.parametrize("resolution", ["first_match", "best_for_customer"])
def test_other_resolutions_know_no_tie(resolution: str) -> None:
    assert _price(_rule("A", add=5), _rule("B", add=6), resolution=resolution) == 105


def test_the_first_match_of_amounts_follows_rank_and_order() -> None:
    rules = (_rule("RED", add=5), _rule("RED-L", RED_L, add=9))
    asked: dict[str, Any] = {"attributes": RED_L, "resolution": "first_match"}
    assert _price(*rules, **asked) == 105
    assert _price(*rules[::-1], **asked) == 109
    assert _price(rules[0], rules[1].with_(rank=-1), **asked) == 109


def test_the_best_for_the_customer_is_the_cheapest() -> None:
    rules = (
        _rule("NEAR", product="BOLT", price=90),
        _rule("FAR", {}, formula="base - 15", replaces=True),
        _rule("RED", add=5),
        _rule("RED-L", RED_L, add=4),
    )
    made = _made(*rules, attributes=RED_L, resolution="best_for_customer")
    assert made.value == 89
    assert _row(made, "NEAR").actual == "FAR"


# --- replacements -------------------------------------------------------------------------------


def test_the_replacement_for_more_attributes_wins() -> None:
    rules = (_rule("ANY", {}, price=70), _rule("RED", price=80), _rule("RED-L", RED_L, price=90))
    for order in permutations(rules):
        assert _price(*order, attributes=RED_L) == 90
        assert _price(*order) == 80
        assert _price(*order, attributes={}) == 70


def test_replacements_for_other_attributes_tie() -> None:
    rules = (_rule("RED", price=80), _rule("LARGE", {"size": "L"}, price=90))
    with pytest.raises(Refused, match=r"'LARGE'.*'RED'"):
        _made(*rules, attributes=RED_L)
    agreed = (rules[0], rules[1].with_(price=80))
    assert _price(*agreed, attributes=RED_L) == 80


# --- formulas -----------------------------------------------------------------------------------

LENGTH = _rule("LENGTH", {}, formula="length * 12.5", minimum=20)


@pytest.mark.parametrize(("length", "price"), [("3", "137.5"), ("0.1", 120), ("-1", 120)])
def test_a_formula_adds_at_least_its_minimum(length: str, price: object) -> None:
    assert _price(LENGTH, attributes={"length": length}) == Fraction(str(price))


def test_a_minimum_of_zero_bounds_a_formula() -> None:
    rule = _rule("BENDS", {}, formula="bends - 3", minimum=0)
    assert _price(rule, attributes={"bends": "1"}) == 100


def test_a_formula_may_be_the_price() -> None:
    rule = LENGTH.with_(replaces=True)
    made = _made(rule, attributes={"length": "3"})
    assert made.value == Fraction("37.5")
    assert made.rows[0].stated == "= length * 12.5, at least 20"


def test_formulas_of_other_attributes_add_up() -> None:
    width = _rule("WIDTH", {}, formula="width * 2")
    assert _price(LENGTH, width, attributes={"length": "4", "width": "5"}) == 160


def test_a_formula_for_more_attributes_supersedes() -> None:
    steel = _rule("STEEL", {"metal": "steel"}, formula="length * 15")
    made = _made(LENGTH, steel, attributes={"length": "4", "metal": "steel"})
    assert made.value == 160
    assert _row(made, "LENGTH").actual == "STEEL"


def test_a_formula_does_not_compete_with_an_amount() -> None:
    assert _price(LENGTH, _rule("RED", add=5), attributes={**RED, "length": "4"}) == 155


def test_a_formula_knows_its_base_in_its_own_unit() -> None:
    """A dozen of 120 is 10 apiece: a tenth of that is 1, so 12 more per dozen."""
    rule = _rule("TENTH", formula="base / 10")
    made = _made(rule, base=120, unit="dozen", factor=Fraction(12))
    assert made.value == 132
    converted = _made(rule, base=120, scale=Fraction(7))
    assert converted.value == 132


def test_the_context_is_looked_at_before_attributes() -> None:
    rule = _rule("RATE", formula="rate * steps")
    made = _made(rule, attributes={**RED, "rate": "9", "steps": "2"}, context={"rate": Fraction(3)})
    assert made.value == 106


def test_a_formula_without_its_attribute_is_refused() -> None:
    with pytest.raises(NotFound, match=r"attribute\.missing") as refusal:
        _made(LENGTH)
    assert refusal.value.facts == {"rule": "LENGTH", "attribute": "length"}


@pytest.mark.parametrize("text", ["long", "", "1e3", "12,5", "NaN", "3 m"])
def test_a_formula_of_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"attribute\.not_a_number") as refusal:
        _made(LENGTH, attributes={"length": text})
    assert refusal.value.facts == {"rule": "LENGTH", "attribute": "length"}


def test_a_formula_that_does_not_match_needs_nothing() -> None:
    assert _price(_rule("BLUE", {"colour": "blue"}, formula="length")) == 100


def test_a_refusal_of_a_formula_names_the_rule() -> None:
    rule = _rule("PER", {}, formula="1 / length")
    with pytest.raises(Invalid, match=r"PER.*division_by_zero"):
        _made(rule, attributes={"length": "0"})


# --- units, currencies, zero --------------------------------------------------------------------


def test_amounts_are_converted_and_percentages_are_not() -> None:
    rules = (_rule("ADD", add=5), _rule("PERCENT", percent=10))
    assert _price(*rules, scale=Fraction(1, 7)) == (100 + Fraction(5, 7)) * Fraction(11, 10)


def test_amounts_of_a_unit_do_not_scale() -> None:
    rules = (_rule("BOX", {}, unit="box", price=40), _rule("ADD", unit="box", add=2))
    assert _price(*rules, unit="box", factor=Fraction(5), scale=Fraction(2)) == 84


def test_a_price_below_zero_is_refused() -> None:
    rules = (_rule("LESS", add=-90), _rule("LARGE", {"size": "L"}, add=-20), _rule("P", percent=5))
    assert _price(*rules[:1]) == 10
    with pytest.raises(Refused, match=r"attribute_price\.below_zero") as refusal:
        _made(*rules, attributes=RED_L)
    assert refusal.value.facts["rules"] == ("LARGE", "LESS")
    assert "-10.5" in refusal.value.message


def test_a_price_of_zero_stands() -> None:
    assert _price(_rule("FREE", price=0)) == 0
    assert _price(_rule("ALL", percent=-100)) == 0
    assert _price(_rule("RED", percent=10), base=0) == 0


# --- as written ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"add": 5, "percent": 5},
        {"price": 5, "formula": "5"},
        {"price": -1},
        {"percent": "-100.01"},
        {"add": 5, "minimum": 1},
        {"add": 5, "replaces": True},
        {"add": 5, "on": "running"},
        {"add": 5, "match": {}},
        {"percent": 5, "match": {}},
        {"add": 5, "product": "A", "category": "B"},
        {"add": 5, "match": (("colour", "red"), ("colour", "blue"))},
        {"formula": "length **"},
        {"add": 1.5},
    ],
    ids=str,
)
def test_a_rule_that_means_nothing_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _rule("ODD", **fields)


def test_a_match_has_no_order() -> None:
    one = _rule("A", {"size": "L", "colour": "red"}, add=5)
    other = _rule("A", {"colour": "red", "size": "L"}, add=5)
    assert one == other
    assert one.canonical() == other.canonical()


@pytest.mark.parametrize(
    "fields",
    [{"price": "88.00"}, {"add": "-5"}, {"percent": "7"}, {"formula": "长度 * 2"}],
    ids=str,
)
def test_a_rule_is_read_back_from_its_json(fields: dict[str, Any]) -> None:
    rule = _rule("A", **fields)
    assert AttributePrice.model_validate_json(rule.canonical()) == rule


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"price": "88.00"}, "= 88.00"),
        ({"add": "5"}, "+5"),
        ({"add": "-0.5"}, "-0.5"),
        ({"add": "0"}, "+0"),
        ({"percent": "10"}, "+10%"),
        ({"percent": "-2.5"}, "-2.5%"),
        ({"percent": "0"}, "+0%"),
        ({"formula": "length * 2"}, "+length * 2"),
    ],
    ids=str,
)
def test_a_rule_says_what_it_does(fields: dict[str, Any], said: str) -> None:
    assert _rule("A", **fields).stated == said
    assert str(_rule("A", **fields)) == f"colour=red: {said}"
    assert str(_rule("A", {}, price=3)) == "any: = 3"


def test_rows_fit_a_line_of_the_trace() -> None:
    match = {f"attribute-{place}": "x" * 60 for place in range(9)}
    rule = _rule("LONG", match, formula=" + ".join(["length"] * 40))
    row = _row(_made(rule, attributes=dict.fromkeys(match, "y" * 60)), "LONG")
    assert max(len(text) for text in (row.needed, row.actual, row.stated)) <= 200
