"""Bills of materials: what cannot be written, circles, and totals over the levels."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq.bom import BOM, Component, OptionGroup, Pick, explode, structure
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.period import Period
from cpq.product import Attribute


def _bom(product: str, **parts: str) -> BOM:
    components = tuple(Component(product=part, quantity=count) for part, count in parts.items())
    return BOM(product=product, components=components)


def _boms(*rows: BOM) -> dict[str, BOM]:
    return {row.product: row for row in rows}


def test_totals_run_over_all_levels_and_places() -> None:
    boms = _boms(_bom("A", B="2", C="1"), _bom("B", C="3", D="0.5"), _bom("C", D="4"))
    totals = [
        (part.product, str(part.quantity), part.level)
        for part in explode(structure("A", boms), Decimal(10))
    ]
    # C: 10 + 20 × 3 = 70; D: 20 × 0.5 + 70 × 4 = 290
    assert totals == [("B", "20", 1), ("C", "70", 2), ("D", "290.0", 3)]


def test_a_part_counted_in_two_units_has_two_totals() -> None:
    boms = _boms(
        BOM(
            product="A",
            components=(
                Component(product="W", quantity=2, unit="m"),
                Component(product="W", quantity=300, unit="mm", place="short"),
            ),
        )
    )
    rows = explode(structure("A", boms, units={"W": "kg"}))
    assert [(row.unit, row.quantity) for row in rows] == [("m", 2), ("mm", 300)]


@pytest.mark.parametrize(
    ("boms", "path"),
    [
        (_boms(_bom("A", A="1")), ("A", "A")),
        (_boms(_bom("A", B="1"), _bom("B", A="1")), ("A", "B", "A")),
        (
            _boms(_bom("A", B="1"), _bom("B", C="1"), _bom("C", D="1"), _bom("D", B="1")),
            ("A", "B", "C", "D", "B"),
        ),
    ],
    ids=["itself", "its part", "deep below"],
)
def test_a_circle_is_refused_with_its_whole_path(
    boms: dict[str, BOM], path: tuple[str, ...]
) -> None:
    with pytest.raises(Refused, match=" > ".join(path)) as refusal:
        structure("A", boms)
    assert (refusal.value.code, refusal.value.facts["path"]) == ("bom.cycle", path)


def test_an_option_that_contains_its_whole_is_a_circle() -> None:
    group = OptionGroup(code="g", options=(Component(product="A"),))
    with pytest.raises(Refused) as refusal:
        structure("A", _boms(BOM(product="A", groups=(group,))))
    assert refusal.value.code == "bom.cycle"


def test_a_product_used_twice_is_no_circle() -> None:
    boms = _boms(_bom("A", B="1", C="1"), _bom("B", D="1"), _bom("C", D="1"))
    assert {bom.product for bom in structure("A", boms).boms} == {"A", "B", "C"}


def test_a_product_without_a_bill_is_refused() -> None:
    with pytest.raises(NotFound) as refusal:
        structure("GONE", {})
    assert refusal.value.code == "bom.unknown"


def test_a_bill_of_150_levels_is_read() -> None:
    boms = _boms(*(_bom(f"P{level}", **{f"P{level + 1}": "1"}) for level in range(150)))
    assert len(explode(structure("P0", boms))) == 150


def test_parts_hold_through_the_last_day_of_their_period() -> None:
    old = Component(product="OLD", period={"end": "2026-06-30"})
    new = Component(product="NEW", period={"start": "2026-07-01"})
    group = OptionGroup(code="g", options=(old, new), preset=("OLD",))
    boms = _boms(BOM(product="A", components=(old, new), groups=(group,)))
    for day, part, preset in ((30, "OLD", ("OLD",)), (31, "NEW", ())):
        on = date(2026, 6, 30) if day == 30 else date(2026, 7, 1)
        found = structure("A", boms, on=on).bom("A")
        assert found is not None
        assert [each.product for each in found.components] == [part]
        assert [each.product for each in found.groups[0].options] == [part]
        assert found.groups[0].preset == preset


@pytest.mark.parametrize(
    "fields",
    [
        {"options": ()},
        {"options": ({"product": "X"}, {"product": "X"})},
        {"options": ({"product": "X"},), "minimum": 2, "maximum": 3},
        {"options": ({"product": "X"},), "minimum": 1, "maximum": 0},
        {"options": ({"product": "X"},), "preset": ("Y",)},
        {"options": ({"product": "X"}, {"product": "Y"}), "preset": ("X", "Y")},
    ],
    ids=["empty", "twice", "too few", "upside down", "preset unknown", "preset too many"],
)
def test_a_group_that_nobody_can_satisfy_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OptionGroup.model_validate({"code": "g", **fields})


def test_one_name_stands_for_one_thing() -> None:
    with pytest.raises(ValidationError, match="two things: X"):
        BOM(
            product="A",
            components=(Component(product="X"),),
            groups=(OptionGroup(code="X", options=(Component(product="Y"),)),),
        )


@pytest.mark.parametrize("quantity", ["0", "-1", 1.5])
def test_a_part_is_counted_above_zero(quantity: object) -> None:
    with pytest.raises(ValidationError):
        Component.model_validate({"product": "X", "quantity": quantity})


def test_an_attribute_offers_at_least_one_value() -> None:
    with pytest.raises(ValidationError):
        Attribute(code="colour", values=())


@pytest.mark.parametrize("text", ["head", "=X", "head=", " = "])
def test_a_pick_is_written_path_equals_value(text: str) -> None:
    with pytest.raises(ValueError, match="path=value"):
        Pick.read(text)
    assert str(Pick.read(" a.b = X ")) == "a.b=X"


def test_a_part_counted_in_boxes_needs_parts_for_each_piece() -> None:
    boms = {
        "A": BOM(product="A", components=(Component(product="B", quantity=1, unit="dozen"),)),
        "B": BOM(product="B", components=(Component(product="C", quantity=2),)),
    }
    units = {"A": "pc", "B": "pc", "C": "pc"}
    whole = structure("A", boms, units=units)
    assert [(part.product, part.quantity, part.unit) for part in explode(whole)] == [
        ("B", 1, "dozen"),
        ("C", 24, "pc"),
    ]


def test_a_group_without_enough_options_left_is_refused() -> None:
    old = Component(product="H", period=Period(end="2025-12-31"))
    boms = {"A": BOM(product="A", groups=(OptionGroup(code="head", options=(old,)),))}
    with pytest.raises(Refused) as refusal:
        structure("A", boms, on=date(2026, 1, 1))
    assert refusal.value.code == "bom.group_lapsed"


def test_exploding_takes_no_longer_for_many_paths() -> None:
    boms = {
        f"P{n}": BOM(
            product=f"P{n}",
            components=(
                Component(product=f"P{n + 1}", place="left"),
                Component(product=f"P{n + 1}", place="right"),
            ),
        )
        for n in range(40)
    }
    totals = {part.product: (part.quantity, part.level) for part in explode(structure("P0", boms))}
    assert totals == {f"P{n}": (2**n, n) for n in range(1, 41)}
