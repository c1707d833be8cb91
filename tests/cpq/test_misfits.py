"""What is wrong with bills of materials together, as values: all of it at once."""

import pytest
from pydantic import ValidationError

from cpq.bom import BOM, structure
from cpq.bom.misfits import misfits, without_circles
from cpq.catalogue import Catalogue
from cpq.kernel.errors import Refused
from cpq.product import Product

SIZE = {"code": "size", "range": {"low": 1, "high": 5}}
HEAD = {"code": "head", "options": ({"product": "X"}, {"product": "Y"})}


def part(product: str, **more: object) -> dict[str, object]:
    return {"product": product, **more}


def by_product(*boms: BOM) -> dict[str, BOM]:
    return {bom.product: bom for bom in boms}


HOSTILE = by_product(
    BOM(
        product="M",
        components=(part("S"), part("A", quantity_formula="A.quantity + 1")),
        attributes=(SIZE,),
        groups=(HEAD,),
        if_then=(
            {"code": "PATH", "when": "hat=x", "then": "size>2"},
            {"code": "VALUE", "when": "head=Z", "then": "size>2"},
            {"code": "NUMBER", "when": "head>3", "then": "size>2"},
            {"code": "BELOW", "when": "S.ok=Z", "then": "S.T.M.size=2"},
        ),
        requires=({"code": "DEAD", "when": "head=X", "needs": ("cap=1",)},),
        tables=({"code": "EMPTY", "columns": ("head",), "rows": ()},),
        sums=({"code": "NEVER", "terms": ({"path": "size", "each": 1},), "at_least": 6},),
    ),
    BOM(
        product="S",
        components=(part("T"),),
        groups=({"code": "ok", "options": (part("Z"),)},),
        if_then=({"code": "DEEP", "when": "shoe=1", "then": "ok=Z"},),
    ),
    BOM(product="T", components=(part("M"),), groups=({"code": "in", "options": (part("S"),)},)),
)
FOUND = [
    ("bom.cycle", "boms/M"),
    ("bom.cycle", "boms/S"),
    ("bom.dead_rule", "boms/M/DEAD"),
    ("bom.derived_cycle", "boms/M"),
    ("bom.empty_table", "boms/M/EMPTY"),
    ("bom.not_a_number", "boms/M/NUMBER"),
    ("bom.sum_never", "boms/M/NEVER"),
    ("bom.unknown_path", "boms/M/PATH"),
    ("bom.unknown_path", "boms/S/DEEP"),
    ("bom.unknown_value", "boms/M/VALUE"),
]


def test_everything_wrong_is_told_at_once_in_two_languages() -> None:
    found = list(misfits(HOSTILE))
    assert sorted((each.code, each.place) for each in found) == FOUND
    for each in found:
        assert each.message.en
        assert each.message.zh
        assert each.message.en != each.message.zh
        assert each.severity == "error"


def test_a_catalogue_says_the_same() -> None:
    names = ("M", "S", "T", "A", "X", "Y", "Z")
    catalogue = Catalogue(
        products=tuple(Product(code=code, name=code) for code in names),
        boms=tuple(HOSTILE.values()),
    )
    assert sorted((each.code, each.place) for each in catalogue.check()) == FOUND


def test_every_circle_is_told_once_however_many_lead_into_it() -> None:
    boms = by_product(
        *(BOM(product=f"TOP-{n}", components=(part("A"),)) for n in range(3)),
        BOM(product="A", components=(part("B"), part("C"))),
        BOM(product="B", components=(part("A"),)),
        BOM(product="C", components=(part("C"),)),
    )
    cut = without_circles(boms)
    assert cut.circles == (("A", "B", "A"), ("C", "C"))
    assert [(each.place, each.message.en) for each in misfits(boms)] == [
        ("boms/A", "product 'A' contains itself: A > B > A; remove one of these parts"),
        ("boms/C", "product 'C' contains itself: C > C; remove one of these parts"),
    ]
    for code in boms:
        assert structure(code, cut.boms).bom(code) is not None
        with pytest.raises(Refused):
            structure(code, boms)


def test_boms_without_circles_stay_as_they_are() -> None:
    boms = by_product(
        BOM(product="A", components=(part("B"), part("B", place="b"))), BOM(product="B")
    )
    assert without_circles(boms) == (boms, (), {})
    assert list(misfits(boms)) == []


def test_a_chain_of_any_length_is_looked_through() -> None:
    chain = [BOM(product=f"P{n}", components=(part(f"P{n + 1}"),)) for n in range(2000)]
    boms = by_product(*chain, BOM(product="P2000", components=(part("P1990"),)))
    assert [each.code for each in misfits(boms) if each.code != "bom.too_deep"] == ["bom.cycle"]
    deep = [each for each in misfits(boms) if each.code == "bom.too_deep"]
    assert "150 levels" in deep[0].message.en
    assert "150 层" in deep[0].message.zh


def test_a_model_with_too_many_places_is_a_finding_and_no_crash() -> None:
    rule = {"code": "R", "when": "size>1", "then": "size>1"}
    boms = by_product(
        BOM(product="M", components=(part("N", quantity=1000, distinct=True),), if_then=(rule,)),
        BOM(product="N", components=(part("O", quantity=1000, distinct=True),), attributes=(SIZE,)),
        BOM(product="O", attributes=(SIZE,)),
    )
    (found,) = misfits(boms)
    assert (found.code, found.place) == ("bom.too_large", "boms/M")
    assert "200000" in found.message.zh


def test_what_cannot_be_a_value_is_refused_with_all_of_it_named() -> None:
    with pytest.raises(ValidationError) as refused:
        BOM.model_validate(
            {
                "product": "M",
                "attributes": ({"code": "colour"}, {"code": "l", "range": {"low": 2, "high": 1}}),
                "groups": ({**HEAD, "minimum": 2}, {"code": "bed", "options": ()}),
                "tables": ({"code": "T", "columns": ("a", "b"), "rows": (("1",),)},),
            }
        )
    codes = [str(each["msg"]).rpartition("[")[2].rstrip("]") for each in refused.value.errors()]
    assert codes == [
        *("bom.group_bounds", "bom.no_value", "bom.no_value", "bom.no_value", "bom.table_width")
    ]


def test_a_group_with_just_enough_options_is_one() -> None:
    assert BOM(product="M", groups=({**HEAD, "minimum": 2, "maximum": 2},)).groups[0].minimum == 2
