"""The model linter: each thing that nobody can have meant is said once, at its place, in words."""

import pytest

from cpq.bom import BOM, Structure, structure
from cpq.bom.soundness import unsound
from cpq.configuration.lint import ModelFinding, lint_model

COLOUR = {"code": "colour", "values": ({"code": "grey"}, {"code": "red"})}
HEAD = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
EXTRAS = {
    "code": "extras",
    "minimum": 0,
    "maximum": 2,
    "options": ({"product": "LOADER"}, {"product": "FILTER"}),
}
LENGTH = {"code": "length", "range": {"low": 1, "high": 5}}
FANS = {"product": "FAN", "quantity": 0, "quantity_to": 4}


def _whole(*more: BOM, **fields: object) -> Structure:
    given = {"attributes": (COLOUR, LENGTH), "groups": (HEAD, EXTRAS), "components": (FANS,)}
    bom = BOM(product="M", **{**given, **fields})
    return structure("M", {each.product: each for each in (bom, *more)})


def _rule(kind: str, **fields: object) -> dict[str, object]:
    return {kind: ({"code": "R", **fields},)}


def _said(whole: Structure) -> list[tuple[str, str]]:
    return [(found.code, found.place) for found in lint_model(whole)]


def test_a_model_in_order_has_no_findings() -> None:
    assert lint_model(_whole()) == ()


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (_rule("if_then", when="hat=x", then="head=H6"), "bom.unknown_path"),
        (_rule("if_then", when="head=H9", then="head=H6"), "bom.unknown_value"),
        (_rule("if_then", when="head>3", then="head=H6"), "bom.not_a_number"),
        (_rule("if_then", when="colour>3", then="head=H6"), "bom.not_a_number"),
        (_rule("if_then", when="length=9", then="head=H6"), "bom.unknown_value"),
        (_rule("tables", columns=("head", "hat"), rows=(("H6", "x"),)), "bom.unknown_path"),
        (_rule("tables", columns=("head",), rows=(("H9",),)), "bom.unknown_value"),
        (_rule("tables", columns=("head",), rows=()), "bom.empty_table"),
        (_rule("tables", columns=("extras",), rows=(("LOADER",),)), "bom.not_single"),
        (_rule("sums", terms=({"path": "head", "each": 1},), at_most=1), "bom.not_a_number"),
        (_rule("sums", terms=({"path": "hat", "each": 1},), at_most=1), "bom.unknown_path"),
        (
            _rule("sums", terms=({"path": "head", "weights": {"H9": 1}},), at_most=1),
            "bom.unknown_value",
        ),
        (
            _rule("sums", terms=({"path": "FAN.quantity", "weights": {"0": 1}},), at_most=1),
            "bom.unknown_value",
        ),
        (_rule("sums", terms=({"path": "length", "each": 1},), at_least=6), "bom.sum_never"),
        (_rule("sums", terms=({"path": "length", "each": 1},), at_most="0.5"), "bom.sum_never"),
        (
            _rule("sums", terms=({"path": "length", "each": 1},), at_least=3, at_most=2),
            "bom.sum_never",
        ),
    ],
)
def test_a_rule_that_can_mean_nothing_is_an_error(rule: dict[str, object], code: str) -> None:
    (found,) = lint_model(_whole(**rule))
    assert (found.code, found.place, found.severity) == (code, "boms/M/R", "error")
    assert found.message.en
    assert found.message.zh
    assert unsound(_whole(**rule)) == (found,)


def test_a_sum_that_is_just_reached_is_sound() -> None:
    terms = ({"path": "length", "each": 1}, {"path": "extras", "weights": {"LOADER": 2}})
    assert unsound(_whole(**_rule("sums", terms=terms, at_least=7))) == ()
    assert [f.code for f in unsound(_whole(**_rule("sums", terms=terms, at_least="7.1")))] == [
        "bom.sum_never"
    ]


def test_picks_of_nothing_are_named_and_the_rest_is_still_looked_at() -> None:
    dead = {"code": "D", "when": "hat=x", "needs": ("head=H6",)}
    never = {"code": "N", "together": ("head=H6", "head=H6")}
    assert _said(_whole(requires=(dead,), excludes=(never,))) == [
        ("bom.dead_rule", "boms/M/D"),
        ("bom.always_forced", "head"),
        ("bom.never_possible", "head"),
    ]


def test_derived_quantities_in_a_circle_or_of_nothing_are_errors() -> None:
    parts = (
        {"product": "A", "quantity_formula": "B.quantity + 1"},
        {"product": "B", "quantity_formula": "A.quantity + 1"},
        {"product": "C", "quantity_formula": "2 * hat"},
        {"product": "D", "quantity_formula": "2 * head"},
    )
    assert _said(_whole(components=parts)) == [
        ("bom.derived_cycle", "boms/M"),
        ("bom.unknown_path", "boms/M/C"),
        ("bom.not_a_number", "boms/M/D"),
    ]


def test_what_a_derived_part_draws_cannot_be_balanced() -> None:
    parts = (FANS, {"product": "A", "quantity_formula": "FAN.quantity + 1"})
    supplies = ({"product": "A", "resource": "power", "amount": -1},)
    assert _said(_whole(components=parts, supplies=supplies, balances=("power",))) == [
        ("bom.derived_supply", "boms/M/A"),
    ]


def test_amounts_given_twice_and_balances_of_nothing_are_named() -> None:
    supplies = (
        {"product": "FAN", "resource": "power", "amount": -1},
        {"product": "FAN", "resource": "power", "amount": -2},
    )
    assert _said(_whole(supplies=supplies)) == [("bom.supply_twice", "boms/M")]
    assert _said(_whole(balances=("weight",))) == [("bom.idle_balance", "boms/M/weight")]


def test_names_that_clash_are_errors() -> None:
    named = {"code": "quantity", "values": ({"code": "x"},)}
    assert ("bom.reserved_name", "boms/M") in _said(_whole(attributes=(named, COLOUR)))
    below = BOM(product="S", groups=({"code": "q", "options": ({"product": "X"},)},))
    outer = BOM(product="T", components=({"product": "S", "place": "b"},))
    clash = ({"product": "S", "place": "a.b"}, {"product": "T", "place": "a"})
    assert ("bom.ambiguous_path", "boms/M") in _said(_whole(below, outer, components=clash))


def test_two_rules_with_one_code_are_a_note() -> None:
    rule = {"code": "R", "when": "head=H6", "then": "colour=red"}
    (found,) = lint_model(_whole(if_then=(rule, {**rule, "then": "length<5"})))
    assert (found.code, found.severity) == ("bom.rule_twice", "note")


def test_rules_that_exclude_each_other_are_named_and_no_others() -> None:
    rules = (
        {"code": "A", "when": "head=H6|H12", "then": "colour=red"},
        {"code": "B", "when": "length>=1", "then": "colour=grey", "message": {"zh": "只有灰色"}},
        {"code": "C", "when": "extras=LOADER", "then": "length>=3"},
    )
    (found,) = lint_model(_whole(if_then=rules))
    assert (found.code, found.severity) == ("bom.contradiction", "error")
    assert "the rules A, B exclude each other" in found.message.en
    assert "规则 A, B 互相矛盾" in found.message.zh
    assert "只有灰色" in found.message.zh


def test_a_dead_option_a_forced_one_and_an_unreachable_part_are_named() -> None:
    rules = (
        {"code": "A", "when": "head=H12", "then": "colour=red"},
        {"code": "B", "when": "length>=1", "then": "colour=grey and extras=FILTER"},
        {"code": "C", "when": "length>=1", "then": "FAN.quantity=0"},
    )
    fan = BOM(product="FAN", attributes=({"code": "size", "values": ({"code": "x"},)},))
    found = lint_model(_whole(fan, if_then=rules))
    assert [(each.code, each.place) for each in found] == [
        ("bom.unreachable", "FAN"),
        ("bom.always_forced", "FAN.quantity"),
        ("bom.never_possible", "FAN.quantity"),
        ("bom.always_forced", "colour"),
        ("bom.never_possible", "colour"),
        ("bom.always_forced", "extras"),
        ("bom.always_forced", "head"),
        ("bom.never_possible", "head"),
    ]
    assert all(each.message.en and each.message.zh and each.severity == "note" for each in found)


def test_everything_wrong_in_the_words_comes_at_once() -> None:
    found = lint_model(
        _whole(
            if_then=({"code": "I", "when": "hat=1", "then": "cap=2"},),
            tables=({"code": "T", "columns": ("extras", "shoe"), "rows": ()},),
            sums=({"code": "S", "terms": ({"path": "length", "each": 1},), "at_least": 9},),
        )
    )
    assert [(each.code, each.place) for each in found] == [
        ("bom.unknown_path", "boms/M/I"),
        ("bom.unknown_path", "boms/M/I"),
        ("bom.sum_never", "boms/M/S"),
        ("bom.empty_table", "boms/M/T"),
        ("bom.not_single", "boms/M/T"),
        ("bom.unknown_path", "boms/M/T"),
    ]


def test_rules_without_meaning_do_not_hide_what_the_others_exclude() -> None:
    lost = {"code": "LOST", "when": "hat=x", "then": "head=H6"}
    only = {"code": "ONLY", "when": "length>=1", "then": "head=H6"}
    found = lint_model(_whole(if_then=(lost, only)))
    assert [(each.code, each.place) for each in found] == [
        ("bom.unknown_path", "boms/M/LOST"),
        ("bom.always_forced", "head"),
        ("bom.never_possible", "head"),
    ]


def test_more_wrong_than_rules_is_told_alone() -> None:
    only = {"code": "ONLY", "when": "length>=1", "then": "head=H6"}
    circle = ({"product": "A", "quantity_formula": "A.quantity + 1"},)
    found = _said(_whole(components=circle, if_then=(only,)))
    assert found == [("bom.derived_cycle", "boms/M")]


def test_what_is_never_possible_names_the_rules_that_it_takes() -> None:
    rules = (
        {"code": "A", "when": "head=H12", "then": "colour=red"},
        {"code": "B", "when": "length>=1", "then": "colour=grey"},
        {"code": "C", "when": "extras=LOADER", "then": "length>=2"},
    )
    found = [each for each in lint_model(_whole(if_then=rules)) if each.place == "head"]
    assert [(type(each), each.rules) for each in found if isinstance(each, ModelFinding)] == [
        (ModelFinding, ("A", "B")),
        (ModelFinding, ("A", "B")),
    ]
    assert "H12 is never possible because of A, B;" in found[1].message.en
    assert "H12 永远不可选（规则 A、B）" in found[1].message.zh
    assert (found[1].values, found[0].values) == (("H12",), ("H6",))
