"""What a bill of materials can say beyond picks: numbers, quantities, tables, sums, resources."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq.bom import (
    BOM,
    CompatibilityTable,
    Component,
    OptionGroup,
    Structure,
    SumRule,
    Term,
    dead_picks,
    explode,
    structure,
)
from cpq.bom.soundness import unsound
from cpq.configuration import check, configure
from cpq.kernel.errors import Refused
from cpq.product import Attribute, NumberRange


def _whole(**fields: object) -> Structure:
    return structure("M", {"M": BOM(product="M", **fields)})


def test_a_range_has_its_numbers_as_codes() -> None:
    assert NumberRange(low="9.5", high="11", step="0.5").codes == ("9.5", "10", "10.5", "11")
    assert NumberRange(low="-1", high="1.5", step="1").codes == ("-1", "0", "1")
    assert len(NumberRange(low=1, high=20_000).codes) == 20_000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"low": 1, "high": 20_001}, "20001 numbers"),
        ({"low": 2, "high": 1}, "low is at most high"),
        ({"low": 1, "high": 2, "step": 0}, "greater than 0"),
    ],
)
def test_a_range_that_is_none_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        NumberRange.model_validate(fields)
    with pytest.raises(ValidationError, match=words):
        Attribute(code="a", range=fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, r"has no value to choose; .* \[bom.no_value\]"),
        ({"values": ({"code": "x"},), "range": {"low": 1, "high": 2}}, "either values or a range"),
    ],
    ids=["neither", "both"],
)
def test_an_attribute_has_values_or_a_range(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Attribute(code="a", **fields)


def test_a_default_is_one_of_the_values() -> None:
    assert Attribute(code="a", range={"low": 1, "high": 3}, default="2").preset == "2"
    with pytest.raises(ValidationError, match="none of its values"):
        Attribute(code="a", range={"low": 1, "high": 3}, default="2.0")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quantity": 0}, "quantity 0"),
        ({"quantity": 3, "quantity_to": 2}, "low is at most high"),
        ({"quantity_to": 3, "quantity_formula": "1"}, "either chosen or derived"),
        ({"distinct": True, "quantity": "1.5"}, "whole number"),
        ({"distinct": True, "quantity_to": 1001}, "at most 1000"),
        ({"distinct": True, "quantity_formula": "2"}, "not derived"),
    ],
)
def test_a_component_that_cannot_be_counted_is_refused(
    fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        Component(product="X", **fields)


def test_an_option_is_there_at_least_once() -> None:
    option = Component(product="X", quantity=0, quantity_to=2)
    with pytest.raises(ValidationError, match="with the quantity 0"):
        OptionGroup(code="g", options=(option,))


def test_what_does_not_use_the_new_fields_is_written_as_before() -> None:
    bom = BOM(product="M", components=({"product": "X"},))
    assert set(bom.model_dump()) == {
        *("product", "rollup", "components", "groups", "attributes", "requires", "excludes"),
    }
    assert set(bom.components[0].model_dump()) == {
        *("product", "quantity", "unit", "sold", "cascade", "place", "period"),
    }
    attribute = Attribute(code="a", values=({"code": "x"},))
    assert set(attribute.model_dump()) == {"code", "name", "values"}
    assert set(structure("M", {"M": bom}).model_dump()) == {"product", "boms", "units", "table"}


def test_a_bill_of_materials_has_a_schema() -> None:
    schema = BOM.model_json_schema()
    defined = schema["$defs"]
    assert defined["Condition"]["type"] == "string"
    assert defined["QuantityFormula"]["type"] == "string"
    assert set(defined["IfThen"]["required"]) == {"code", "when", "then"}
    assert "rows" in defined["CompatibilityTable"]["properties"]


def test_quantities_are_chosen_within_their_range() -> None:
    fans = Component(product="FAN", quantity=2, quantity_to=6, quantity_step=2)
    whole = _whole(components=(fans,))
    assert [str(part.total) for part in configure(whole, quantity=3).parts] == ["6"]
    made = configure(whole, choose={"FAN.quantity": "4"}, quantity=3)
    assert [(str(part.quantity), str(part.total)) for part in made.parts] == [("4", "12")]
    assert [choice.origin for choice in made.choices] == ["user"]
    (found,) = check(whole, {"FAN.quantity": "3"})
    assert (found.code, found.place) == ("configuration.unknown_value", "FAN.quantity")
    assert explode(whole) == ()


def test_a_quantity_of_zero_leaves_the_part_out() -> None:
    bag = BOM(product="BAG", attributes=({"code": "c", "values": ({"code": "x"},)},))
    part = Component(product="BAG", quantity=0, quantity_to=2)
    whole = structure("M", {"M": BOM(product="M", components=(part,)), "BAG": bag})
    assert configure(whole).parts == ()
    assert [f.code for f in check(whole, {"BAG.c": "x"})] == ["configuration.unknown_path"]
    assert check(whole, {"BAG.c": "x", "BAG.quantity": "1"}) == ()


def test_a_derived_quantity_follows_the_choices() -> None:
    parts = (
        Component(product="MODULE", place="modules", quantity=1, quantity_to=9),
        Component(product="CABLE", place="cables", quantity_formula="2 * modules.quantity + 1"),
        Component(product="TIE", quantity_formula="ceil(cables.quantity * length, 1)"),
    )
    whole = _whole(
        components=parts,
        attributes=({"code": "length", "range": {"low": "0.5", "high": "2", "step": "0.5"}},),
    )
    assert unsound(whole) == ()
    made = configure(whole, choose={"modules.quantity": "3", "length": "1.5"}, quantity=2)
    assert [(part.key, str(part.quantity), str(part.total)) for part in made.parts] == [
        ("modules", "3", "6"),
        ("cables", "7", "14"),
        ("TIE", "11", "22"),
    ]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("fans.quantity / 3", "few decimals"),
        ("fans.quantity - 9", "not negative"),
        ("1 / (fans.quantity - 1)", "division by zero|divided by 0|zero"),
        ("X.quantity + 1", "derives from itself"),
    ],
)
def test_a_quantity_that_cannot_be_derived_is_found(formula: str, words: str) -> None:
    parts = (
        Component(product="FAN", place="fans", quantity=1, quantity_to=3),
        Component(product="X", quantity_formula=formula),
    )
    (found,) = check(_whole(components=parts), {})
    assert (found.code, found.place) == ("configuration.underivable", "X")
    assert any(word in found.message.en for word in words.split("|")), found.message.en


def test_distinct_instances_are_configured_one_by_one() -> None:
    press = BOM(
        product="PRESS",
        groups=(
            {"code": "head", "options": ({"product": "H6"}, {"product": "H12", "sold": "priced"})},
        ),
    )
    line = BOM(
        product="M",
        components=(Component(product="PRESS", place="press", quantity=2, distinct=True),),
    )
    whole = structure("M", {"M": line, "PRESS": press})
    made = configure(whole, choose={"press[1].head": "H6", "press[2].head": "H12"}, quantity=3)
    assert [(number, part.key, str(part.total)) for number, part in made.numbered()] == [
        ("1", "press[1]", "3"),
        ("1.1", "H6", "3"),
        ("2", "press[2]", "3"),
        ("2.1", "H12", "3"),
    ]


def test_instances_that_cannot_differ_stay_one_part() -> None:
    part = Component(product="BOLT", quantity=4, distinct=True)
    (made,) = configure(_whole(components=(part,))).parts
    assert (made.key, str(made.quantity)) == ("BOLT", "4")


def test_the_cells_of_a_table_are_codes_anything_or_nothing() -> None:
    lens = OptionGroup(code="lens", minimum=0, options=({"product": "F1"}, {"product": "F2"}))
    power = Attribute(code="power", range={"low": 1, "high": 3})
    table = CompatibilityTable(
        code="T", columns=("power", "lens"), rows=((1, ""), (Decimal("2.0"), "F1"), (3, "*"))
    )
    whole = _whole(groups=(lens,), attributes=(power,), tables=(table,))
    allowed = {
        (watt, pick)
        for watt in ("1", "2", "3")
        for pick in ((), ("F1",), ("F2",))
        if check(whole, {"power": watt, "lens": pick}) == ()
    }
    assert allowed == {("1", ()), ("2", ("F1",)), ("3", ()), ("3", ("F1",)), ("3", ("F2",))}
    (found,) = check(whole, {"power": "1", "lens": "F2"})
    assert found.code == "configuration.not_in_table"
    assert "power=1, lens=F2" in found.message.en


@pytest.mark.parametrize(
    ("columns", "rows", "words"),
    [
        (("a", "b"), (("1",), ("1", "2"), ()), "row 1 has 1, row 3 has 0"),
        (("a", "a"), (("1", "2"),), "column 'a' twice"),
    ],
)
def test_a_table_with_rows_of_another_width_is_refused(
    columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        CompatibilityTable(code="T", columns=columns, rows=rows)


def test_a_term_weighs_by_value_or_by_number() -> None:
    for fields in ({}, {"weights": {"x": 1}, "each": 1}, {"weights": (("x", 1), ("x", 2))}):
        with pytest.raises(ValidationError, match="either weights"):
            Term(path="a", **fields)
    with pytest.raises(ValidationError, match="has no bound"):
        SumRule(code="S", terms=({"path": "a", "each": 1},))


def test_a_sum_is_held_to_its_bounds_exactly() -> None:
    fans = Component(product="FAN", quantity=0, quantity_to=10)
    rule = SumRule(
        code="S",
        terms=({"path": "FAN.quantity", "each": "0.1"},),
        at_least="0.3",
        at_most="0.7",
        message={"en": "noise", "zh": "噪声"},
    )
    whole = _whole(components=(fans,), sums=(rule,))
    fits = [n for n in range(11) if check(whole, {"FAN.quantity": str(n)}) == ()]
    assert fits == [3, 4, 5, 6, 7]
    (found,) = check(whole, {"FAN.quantity": "8"})
    assert found.message.en == "noise: the sum is 0.8, at most 0.7 is allowed (rule S)"
    assert found.message.zh == "噪声：合计为 0.8，最多为 0.7（规则 S）"


def _powered(**quantities: str) -> tuple[Structure, dict[str, str]]:
    cabinet = BOM(
        product="CABINET",
        components=(
            {"product": "PSU", "quantity": 1, "quantity_to": 2},
            {"product": "DRIVE", "quantity": 0, "quantity_to": 9},
        ),
        balances=("power",),
    )
    machine = BOM(
        product="M",
        components=(
            {"product": "CABINET", "quantity": 2},
            {"product": "LAMP", "quantity": 0, "quantity_to": 9},
            {"product": "MAINS", "quantity": 1},
        ),
        balances=("power",),
        supplies=(
            {"product": "PSU", "resource": "power", "amount": "100"},
            {"product": "DRIVE", "resource": "power", "amount": "-30"},
            {"product": "LAMP", "resource": "power", "amount": "-12.5"},
            {"product": "MAINS", "resource": "power", "amount": "100"},
        ),
    )
    whole = structure(
        "M",
        {"M": machine, "CABINET": cabinet},
        resources=({"code": "power", "name": {"en": "power", "zh": "功率"}, "unit": "W"},),
    )
    return whole, quantities


def test_an_assembly_that_balances_itself_is_left_out_of_the_one_above() -> None:
    whole, _ = _powered()
    fits = {
        (drives, lamps)
        for drives in range(10)
        for lamps in range(10)
        if check(whole, {"CABINET.DRIVE.quantity": str(drives), "LAMP.quantity": str(lamps)}) == ()
    }
    assert fits == {(drives, lamps) for drives in range(4) for lamps in range(9)}


def test_what_is_missing_of_a_resource_is_said_with_its_figures() -> None:
    whole, _ = _powered()
    found = check(whole, {"CABINET.DRIVE.quantity": "4", "LAMP.quantity": "9"})
    assert [(each.code, each.place) for each in found] == [
        ("configuration.out_of_balance", "CABINET"),
        ("configuration.out_of_balance", ""),
    ]
    assert found[0].message.en == "power: 120 W is drawn and 100 W supplied; 20 W is missing"
    assert found[1].message.zh == "功率：需要 112.5 W，提供 100 W，缺 12.5 W"


def test_picks_of_quantities_and_instances_are_alive() -> None:
    bag = BOM(product="BAG", attributes=({"code": "c", "values": ({"code": "x"},)},))
    part = Component(product="BAG", place="bag", quantity=0, quantity_to=2, distinct=True)
    rule = {"code": "R", "together": ("bag.quantity=1", "bag[2].c=x", "bag.c=x", "bag.quantity=3")}
    bom = BOM(product="M", components=(part,), excludes=(rule,))
    whole = structure("M", {"M": bom, "BAG": bag})
    assert [str(pick) for _, pick in dead_picks(whole, bom)] == ["bag.quantity=3"]


def test_a_structure_without_end_is_refused() -> None:
    boms = {
        f"P{n}": BOM(
            product=f"P{n}",
            components=(
                {"product": f"P{n + 1}", "place": "a"},
                {"product": f"P{n + 1}", "place": "b"},
                {"product": f"P{n + 1}", "place": "c", "quantity": 0, "quantity_to": 2},
            ),
        )
        for n in range(14)
    }
    whole = structure("P0", boms)
    with pytest.raises(Refused) as refusal:
        unsound(whole)
    assert refusal.value.code == "bom.too_large"
