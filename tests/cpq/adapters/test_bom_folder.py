"""Bills of materials in a folder: the new fields in TOML, tables from CSV, resources by product."""

from decimal import Decimal
from pathlib import Path

import pytest

from cpq.adapters import read_catalogue
from cpq.configuration import check, configure
from cpq.configuration.compile import compiled
from cpq.solver.count import count
from tests.cpq.adapters.test_catalogue_folder import places, write

PRODUCTS = "code,name_en\nM8,Bolt\nM10,Bolt\nRACK,Rack\nCARD,Card\nPSU,Supply\nCABLE,Cable\n"
RACK = """
product = "RACK"
balances = ["power"]
components = [
    { product = "PSU", quantity = 1, quantity_to = 2 },
    { product = "CABLE", quantity_formula = "2 * slots.CARD.quantity + 1" },
]

[[attributes]]
code = "height"
range = { low = 1.5, high = 3, step = 0.5, unit = "m" }
default = "2"

[[groups]]
code = "slots"
minimum = 0
options = [{ product = "CARD", quantity_to = 9 }]

[[if_then]]
code = "TALL"
when = "slots.CARD.quantity>=5"
then = "height>=2"
message = { en = "many cards need a tall rack", zh = "板卡多时需要高机柜" }

[[tables]]
code = "SUPPLIES"
columns = ["height", "PSU.quantity"]
rows_file = "supplies.csv"

[[sums]]
code = "WEIGHT"
at_most = 20
terms = [
    { path = "slots.CARD.quantity", each = 1.5 },
    { path = "height", weights = { "3" = 6 } },
]
"""
TABLE = "PSU.quantity,height\n1,1.5\n*,2\n2,2.5\n2,3\n"
RESOURCES = "product,resource,amount\nPSU,power,100\nCARD,power,-22.5\n"
SETTINGS = (
    'default_book = "LIST"\n\n[[resources]]\ncode = "power"\nunit = "W"\n'
    'name = { en = "power", zh = "功率" }\n'
)


def folder(tmp_path: Path, **changes: str) -> Path:
    """A small catalogue with a rack; ``rack``, ``table`` and ``resources`` stand in for parts."""
    write(
        tmp_path,
        products_csv=PRODUCTS,
        catalogue_toml=changes.get("settings", SETTINGS),
        resources_csv=changes.get("resources", RESOURCES),
    )
    (tmp_path / "boms").mkdir()
    (tmp_path / "boms" / "RACK.toml").write_text(changes.get("rack", RACK), encoding="utf-8")
    if changes.get("table", TABLE):
        path = tmp_path / "boms" / "supplies.csv"
        path.write_text(changes.get("table", TABLE), encoding="utf-8")
    return tmp_path


def test_a_rack_is_read_with_everything_that_it_says(tmp_path: Path) -> None:
    catalogue = read_catalogue(folder(tmp_path))
    assert type(catalogue).model_validate_json(catalogue.canonical()) == catalogue
    whole = catalogue.bom("RACK")
    made = configure(whole, choose={"slots": "CARD", "slots.CARD.quantity": "3"})
    assert {part.key: str(part.quantity) for part in made.parts} == {
        "PSU": "1",
        "CABLE": "7",
        "CARD": "3",
    }
    assert made.attributes[0][1].en == "2 m"
    short = {"slots": "CARD", "slots.CARD.quantity": "5", "height": "1.5", "PSU.quantity": "2"}
    found = {each.code: each.message for each in check(whole, short)}
    assert set(found) == {"configuration.not_met", "configuration.not_in_table"}
    assert found["configuration.not_met"].zh.startswith("板卡多时需要高机柜：")
    (lacking,) = check(whole, {"slots": "CARD", "slots.CARD.quantity": "5"})
    assert lacking.message.zh == "功率：需要 112.5 W，提供 100 W，缺 12.5 W"


def test_the_rows_of_a_table_stand_in_any_order_of_columns(tmp_path: Path) -> None:
    catalogue = read_catalogue(folder(tmp_path))
    (table,) = catalogue.boms[0].tables
    assert table.rows == (("1.5", "1"), ("2", "*"), ("2.5", "2"), ("3", "2"))
    fits = {
        (height, supplies)
        for height in ("1.5", "2", "2.5", "3")
        for supplies in ("1", "2")
        if check(catalogue.bom("RACK"), {"height": height, "PSU.quantity": supplies}) == ()
    }
    assert fits == {("1.5", "1"), ("2", "1"), ("2", "2"), ("2.5", "2"), ("3", "2")}


def test_a_rack_compiles_to_as_many_configurations_as_check_accepts(tmp_path: Path) -> None:
    whole = read_catalogue(folder(tmp_path)).bom("RACK")
    accepted = 0
    for height in ("1.5", "2", "2.5", "3"):
        for supplies in ("1", "2"):
            chosen = {"height": height, "PSU.quantity": supplies}
            accepted += check(whole, chosen) == ()
            for cards in range(1, 10):
                more = {"slots": "CARD", "slots.CARD.quantity": str(cards)}
                accepted += check(whole, {**chosen, **more}) == ()
    assert count(compiled(whole).problem) == accepted


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"table": ""}, [("boms/supplies.csv", "file.missing")]),
        ({"table": "PSU.quantity,width\n1,2\n"}, [("boms/supplies.csv:1", "file.columns")]),
        (
            {"table": "PSU.quantity,height\n3,2\n"},
            [("boms/RACK.toml:SUPPLIES", "bom.unknown_value")],
        ),
        (
            {"rack": RACK.replace('rows_file = "supplies.csv"', 'rows_file = "../x.csv"')},
            [("boms/RACK.toml:tables.1.rows_file", "file.columns")],
        ),
        (
            {"rack": RACK.replace("rows_file", "rows = []\nrows_file")},
            [("boms/RACK.toml:tables.1", "file.columns")],
        ),
        (
            {"rack": RACK.replace('columns = ["height", "PSU.quantity"]\n', "")},
            [("boms/RACK.toml:tables.1.columns", "file.columns")],
        ),
        (
            {"rack": RACK.replace('then = "height>=2"', 'then = "height=>2"')},
            [("boms/RACK.toml:if_then.1.then.text", "condition.syntax")],
        ),
        (
            {"rack": RACK.replace("2 * slots", "2 ** slots")},
            [("boms/RACK.toml:components.2.quantity_formula.text", "formula.not_allowed")],
        ),
        (
            {"resources": RESOURCES + "PSU,power,90\n"},
            [("resources.csv:4:resource", "row.unreadable")],
        ),
        (
            {"resources": RESOURCES + "FAN,power,-1\n"},
            [("resources.csv:4:product", "product.unknown")],
        ),
        (
            {"resources": RESOURCES + "CABLE,power,-1\n"},
            [("boms/RACK.toml:CABLE", "bom.derived_supply")],
        ),
        (
            {"settings": SETTINGS.replace("unit", "units")},
            [("catalogue.toml:resources.1:units", "row.unreadable")],
        ),
    ],
)
def test_what_is_wrong_with_a_bom_is_said_where_it_stands(
    tmp_path: Path, changes: dict[str, str], found: list[tuple[str, str]]
) -> None:
    assert places(folder(tmp_path, **changes)) == found


def test_what_an_awning_bears_is_balanced() -> None:
    catalogue = read_catalogue("examples/trade")
    assert {row.resource: str(row.amount) for row in catalogue.supplies if row.amount > 0} == {
        "load": "12"
    }
    whole = catalogue.bom("KIT-AWNING")
    assert check(whole, {}) == ()
    heavy = tuple(
        row.with_(amount=Decimal(-2)) if row.product == "CANVAS-600" else row
        for row in catalogue.supplies
    )
    (found,) = check(whole.with_(supplies=heavy), {})
    assert found.message.en == "load: 12.48 kg is drawn and 12 kg supplied; 0.48 kg is missing"
