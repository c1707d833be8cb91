"""The compiler: what becomes a variable, which level it chose, what is too large, what is kept."""

from fractions import Fraction

import pytest

from cpq.bom import BOM, Component, Structure, structure
from cpq.bom.condition import Condition, Is
from cpq.configuration import check
from cpq.configuration.compile import compiled
from cpq.configuration.compiled import NOTHING, Level
from cpq.configuration.draft import Draft, Formula, formula_of
from cpq.configuration.offered import not_offered
from cpq.configuration.reason import Reason
from cpq.kernel.errors import Finding, Refused
from cpq.solver.count import count
from tests.laws.configurators import every_choice, flat, solutions

RULE = Reason("rule", "R", "", Finding(code="bom.unsound", message="a rule"))


def _whole(*boms: BOM) -> Structure:
    return structure(boms[0].product, {bom.product: bom for bom in boms})


def test_one_pick_is_one_variable_and_several_are_one_each() -> None:
    options = ({"product": "X"}, {"product": "Y"})
    bom = BOM(
        product="M",
        groups=(
            {"code": "one", "options": options},
            {"code": "maybe", "options": options, "minimum": 0},
            {"code": "some", "options": options, "minimum": 1, "maximum": 2},
        ),
        attributes=({"code": "n", "range": {"low": 1, "high": 3}},),
        components=({"product": "FAN", "quantity": 0, "quantity_to": 2},),
    )
    model = compiled(_whole(bom))
    assert [(v.path, v.codes) for v in model.variables] == [
        ("n", ("1", "2", "3")),
        ("one", ("X", "Y")),
        ("maybe", ("", "X", "Y")),
        ("some", ("", "X")),
        ("some", ("", "Y")),
        ("FAN.quantity", ("0", "1", "2")),
    ]
    assert model.literal("maybe", NOTHING) == (2, 0b001)
    assert model.literal("some", "Y") == (4, 0b10)
    assert model.literal("some", NOTHING) is None
    assert model.literal("other", "X") is None
    assert model.variables_at("some") == (3, 4)
    assert model.variables_at("other") == ()
    assert count(model.problem) == 3 * 2 * 3 * 3 * 3


def test_the_compiler_says_which_level_it_chose() -> None:
    press = BOM(product="PRESS", attributes=({"code": "a", "values": ({"code": "x"},)},))
    frame = BOM(product="FRAME", components=({"product": "BEAM", "quantity": 4},))
    line = BOM(
        product="LINE",
        components=(
            {"product": "PRESS", "place": "p", "quantity": 2, "distinct": True},
            {"product": "PRESS", "place": "q", "quantity": 2},
            {"product": "FRAME", "quantity": 2, "distinct": True},
        ),
    )
    assert compiled(_whole(line, press, frame)).levels == (
        Level("p", "instance", "distinct"),
        Level("q", "type", "single"),
        Level("FRAME", "type", "alike"),
    )


def test_a_value_that_is_not_available_keeps_its_reason() -> None:
    group = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    whole = _whole(BOM(product="M", groups=(group,)))
    denied = Finding(code="availability.denied", message={"en": "not for export", "zh": "不出口"})
    without = not_offered(whole, {"H12": denied}.get)
    model = compiled(whole, without=without)
    assert [model.chosen(values) for values in solutions(model.problem)] == [{"head": ("H6",)}]
    (reason,) = model.reasons
    assert (reason.kind, reason.code, reason.place) == ("scope", "availability.denied", "head")
    assert reason.message.zh == "不出口"
    unknown = tuple(each._replace(value="H99") for each in without)
    assert count(compiled(whole, without=unknown).problem) == 2


def test_an_unsound_model_is_refused_with_all_findings() -> None:
    bom = BOM(
        product="M",
        attributes=({"code": "a", "values": ({"code": "x"},)},),
        if_then=({"code": "R", "when": "a=y", "then": "b=1"},),
        sums=({"code": "S", "terms": ({"path": "a", "each": 1},), "at_most": 1},),
    )
    with pytest.raises(Refused) as refusal:
        compiled(_whole(bom))
    assert refusal.value.code == "bom.unsound"
    assert [(f.code, f.place) for f in refusal.value.findings] == [
        ("bom.unknown_path", "boms/M/R"),
        ("bom.unknown_value", "boms/M/R"),
        ("bom.not_a_number", "boms/M/S"),
    ]


def _formula(text: str, draft: Draft) -> Formula:
    names: dict[str, int] = {}

    def literal(comparison: Is) -> Formula:
        if comparison.path not in names:
            names[comparison.path] = draft.variable(2)
        mask = 0b10 if (comparison.values == ("1",)) is (comparison.sign == "=") else 0b01
        return names[comparison.path], mask

    return formula_of(Condition.of(text).node, literal, draft)


@pytest.mark.parametrize(
    "text",
    [
        " or ".join(f"(a{n}=1 and b{n}=1)" for n in range(6)),
        "not (" + " and ".join(f"(a{n}=1 or b{n}=0)" for n in range(6)) + ")",
        " or ".join(f"(a{n}=1 and (b{n}=1 or c{n}=1 and a0=0))" for n in range(4)),
    ],
)
def test_a_large_condition_has_helpers_and_no_other_solutions(text: str) -> None:
    draft = Draft()
    draft.require(_formula(text, draft), name="R", reason=RULE)
    paths = Condition.of(text).paths
    assert len(draft.sizes) > len(paths), "helpers were needed"
    assert len(draft.constraints) < 100
    condition = Condition.of(text)
    expected = sum(
        condition.holds(lambda path, n=n: (str(n >> paths.index(path) & 1),))
        for n in range(2 ** len(paths))
    )
    assert count(draft.finished()) == expected
    assert len(draft.reasons) == len(draft.constraints)


def test_equal_parts_share_a_helper_and_unequal_ones_do_not() -> None:
    draft = Draft()
    both = "(a=1 and b=1 and c=1)"
    either = "(a=1 or b=1 or c=1)"
    many = " or ".join(f"(d{n}=1 and e{n}=1)" for n in range(5))
    text = f"({both} or {many}) and (not {either} or {many})"
    draft.require(_formula(text, draft), name="R", reason=RULE)
    condition = Condition.of(text)
    paths = condition.paths
    expected = sum(
        condition.holds(lambda path, n=n: (str(n >> paths.index(path) & 1),))
        for n in range(2 ** len(paths))
    )
    assert count(draft.finished()) == expected


def test_figures_too_far_apart_are_refused() -> None:
    draft = Draft()
    number = draft.variable(2)
    weights = {number: (Fraction(1, 10**9), Fraction(10**9))}
    with pytest.raises(Refused) as refusal:
        draft.weigh(weights, low=Fraction(0), high=None, name="S", reason=RULE)
    assert refusal.value.code == "bom.too_large"


def test_a_table_that_grows_without_bound_is_refused() -> None:
    attributes = tuple({"code": c, "range": {"low": 1, "high": 100}} for c in "abc")
    table = {"code": "T", "columns": ("a", "b", "c"), "rows": (("*", "*", "*"),)}
    with pytest.raises(Refused) as refusal:
        compiled(_whole(BOM(product="M", attributes=attributes, tables=(table,))))
    assert refusal.value.code == "bom.too_large"


def test_preferences_and_changes_are_costs_by_value() -> None:
    options = ({"product": "X", "preference": 3}, {"product": "Y"})
    values = ({"code": "grey"}, {"code": "red", "preference": 5})
    bom = BOM(
        product="M",
        groups=({"code": "g", "options": options, "preset": ("Y",)},),
        attributes=({"code": "a", "values": values, "default": "red"},),
        components=(Component(product="FAN", quantity=1, quantity_to=3, preference=2),),
    )
    model = compiled(_whole(bom))
    assert model.preferences() == ((0, 5), (3, 0), (2, 4, 6))
    assert model.changes() == ((1, 0), (1, 0), (0, 1, 1))
    before = {"a": "grey", "g": ("X",)}
    assert model.changes(before.get) == ((0, 1), (0, 1), (0, 0, 0))


def test_two_quantities_on_one_path_are_multiplied() -> None:
    rack = BOM(product="RACK", components=({"product": "CARD", "quantity": 0, "quantity_to": 4},))
    bom = BOM(
        product="M",
        components=(
            {"product": "RACK", "quantity": 1, "quantity_to": 3},
            {"product": "PSU", "quantity": 1},
        ),
        balances=("power",),
        supplies=(
            {"product": "PSU", "resource": "power", "amount": 7},
            {"product": "CARD", "resource": "power", "amount": -1},
            {"product": "RACK", "resource": "power", "amount": "-0.5"},
        ),
    )
    model = compiled(_whole(bom, rack))
    found = {
        tuple(
            int(model.chosen(values)[path][0]) for path in ("RACK.quantity", "RACK.CARD.quantity")
        )
        for values in solutions(model.problem)
    }
    assert found == {(r, c) for r in range(1, 4) for c in range(5) if r * c + r / 2 <= 7}


def test_an_assembly_that_balances_itself_neither_gives_nor_takes() -> None:
    unit = BOM(
        product="UNIT",
        components=({"product": "CELL", "quantity": 0, "quantity_to": 3},),
        balances=("power",),
    )
    bom = BOM(
        product="M",
        components=(
            {"product": "UNIT", "quantity": 2},
            {"product": "LAMP", "quantity": 0, "quantity_to": 3},
        ),
        balances=("power",),
        supplies=(
            {"product": "UNIT", "resource": "power", "amount": 5},
            {"product": "CELL", "resource": "power", "amount": -2},
            {"product": "M", "resource": "power", "amount": 1},
            {"product": "LAMP", "resource": "power", "amount": -1},
        ),
    )
    whole = _whole(bom, unit)
    model = compiled(whole)
    found = {
        (chosen["UNIT.CELL.quantity"], chosen["LAMP.quantity"])
        for chosen in map(model.chosen, solutions(model.problem))
    }
    assert found == {((cells,), (lamps,)) for cells in "012" for lamps in "01"}
    assert {(("0",), ("2",)), (("3",), ("0",))}.isdisjoint(found)
    over = {"LAMP.quantity": "2"}
    assert [each.code for each in check(whole, over)] == ["configuration.out_of_balance"]


@pytest.mark.parametrize("distinct", [False, True])
def test_a_table_asks_nothing_of_what_is_not_there(distinct: bool) -> None:
    strap = {"code": "strap", "minimum": 0, "options": ({"product": "L"}, {"product": "S"})}
    bag = BOM(
        product="BAG",
        groups=(strap,),
        attributes=({"code": "size", "values": ({"code": "1"}, {"code": "2"})},),
        tables=({"code": "OWN", "columns": ("strap",), "rows": (("L",), ("",))},),
    )
    part = {"product": "BAG", "place": "bag", "quantity": 0, "quantity_to": 2, "distinct": distinct}
    bike = BOM(
        product="BIKE",
        components=(part,),
        attributes=({"code": "p", "values": ({"code": "1"}, {"code": "2"})},),
        tables=({"code": "T", "columns": ("p", "bag.strap"), "rows": (("1", "*"), ("2", "L"))},),
        sums=({"code": "S", "terms": ({"path": "bag.size", "each": 1},), "at_most": 3},),
    )
    whole = _whole(bike, bag)
    model = compiled(whole)
    found = [model.chosen(values) for values in solutions(model.problem)]
    trees = [flat(whole, tree) for tree in every_choice(whole, "BIKE")]
    allowed = [chosen for chosen in trees if check(whole, chosen) == ()]
    assert sorted(map(str, map(_sorted, found))) == sorted(map(str, map(_sorted, allowed)))
    none = {"p": ("2",), "bag.quantity": ("0",)}
    assert (none in found) is distinct, "a part that may be left out is there or nothing"


def _sorted(chosen: dict[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(chosen.items())
