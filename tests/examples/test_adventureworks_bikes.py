"""AdventureWorks' bikes as configurable products: a made-up folder, and the published one.

The made-up model ``City`` is sold in red 44 and 48 and in black 44, for 100.00, 100.00 and 120.10:
black costs 1.201 times as much. From 2012 on black is not sold, and red 48 costs 115.00 where red
44 costs 110.00. Black alone has a bell. Until March 2011 the bill of materials of red 48 had a
wheel too many.
"""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from cpq.bom import Structure
from cpq.configuration import Configurator, compiled, lint_model, parts_total
from cpq.kernel.errors import Unreadable
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import LocalText

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "adventureworks"
PUBLISHED = (
    Path(os.environ["CPQ_DATA"])
    if "CPQ_DATA" in os.environ
    else ROOT.parent / "shared" / "data" / "adventureworks"
)
MODULES = (
    *("rows", "materials", "books", "recount", "variants", "shares", "configurable"),
    *("comparison", "command", "bikes"),
)
SPRING, NEXT_YEAR, EARLY = date(2011, 5, 1), date(2012, 1, 1), date(2011, 3, 31)

FILES = {
    "ProductCategory.csv": "category_id,name\n1,Bikes\n2,Parts\n",
    "ProductSubcategory.csv": (
        "subcategory_id,category_id,name\n1,1,Road Bikes\n2,2,Road Frames\n3,2,Wheels\n"
    ),
    "Product.csv": (
        "product_id,name,product_number,subcategory_id,color,size,model_id,sell_start,sell_end\n"
        '10,"City Red, 44",CI-R44,1,Red,44,7,2011-05-01,\n'
        '11,"City Red, 48",CI-R48,1,Red,48,7,2011-05-01,\n'
        '12,"City Black, 44",CI-B44,1,Black,44,7,2011-05-01,2011-12-31\n'
        '50,"Tandem-W Silver, 9",TA-S9,1,Silver,9,8,2011-07-01,2011-12-31\n'
        "20,Red frame 44,FR-R44,2,Red,44,70,2011-01-01,\n"
        "21,Red frame 48,FR-R48,2,Red,48,70,2011-01-01,\n"
        "22,Black frame 44,FR-B44,2,Black,44,70,2011-01-01,\n"
        "30,Wheel,WH-1,3,,,,2011-01-01,\n"
        "31,Spoke,SP-1,,,,,2011-01-01,\n"
        "40,Bell,BE.1,,,,,2011-01-01,\n"
        "41,Red paint,PA-R,,Red,,,2011-01-01,\n"
        "42,Black paint,PA-B,,Black,,,2011-01-01,\n"
    ),
    "ProductListPriceHistory.csv": (
        "product_id,start,end,list_price\n"
        "10,2011-05-01,2011-12-31,100.00\n10,2012-01-01,,110.00\n"
        "11,2011-05-01,2011-12-31,100.00\n11,2012-01-01,,115.00\n"
        "12,2011-05-01,2011-12-31,120.10\n50,2011-07-01,2011-12-31,999.9999\n"
    ),
    "SpecialOffer.csv": (
        "special_offer_id,description,discount_pct,category,start,end,min_qty,max_qty\n"
        "1,No Discount,0,No Discount,2011-01-01,2014-12-31,0,\n"
    ),
    "SpecialOfferProduct.csv": "special_offer_id,product_id\n1,10\n",
    "BillOfMaterials.csv": (
        "bill_of_materials_id,assembly_id,component_id,start,end,unit,bom_level,per_assembly_qty\n"
        "1,,10,2011-01-01,,EA,0,1.00\n2,,11,2011-01-01,,EA,0,1.00\n"
        "3,,12,2011-01-01,,EA,0,1.00\n4,,50,2011-01-01,,EA,0,1.00\n"
        "10,10,20,2011-01-01,,EA,1,1.00\n11,10,30,2011-01-02,,EA,1,2.00\n"
        "12,11,21,2011-01-01,,EA,1,1.00\n13,11,30,2011-01-01,2011-03-31,EA,1,3.00\n"
        "14,11,30,2011-04-01,2014-12-31,EA,1,2.00\n"
        "15,12,22,2011-01-01,,EA,1,1.00\n16,12,30,2011-02-01,,EA,1,2.00\n"
        "17,12,40,2011-01-01,,EA,1,1.00\n"
        "18,50,30,2011-01-01,,EA,1,2.00\n19,50,40,2011-01-01,,EA,1,2.00\n"
        "20,20,41,2011-01-01,,OZ,2,8.00\n21,21,41,2011-01-01,,OZ,2,9.50\n"
        "22,22,42,2011-01-01,,OZ,2,8.00\n"
        "23,30,31,2011-01-01,2011-06-30,EA,2,30.00\n24,30,31,2011-07-01,,EA,2,36.00\n"
    ),
}


class Bikes:
    """The models of a folder, and the catalogue that they make on a day."""

    def __init__(self, example: dict[str, ModuleType], folder: Path) -> None:
        self.example = example
        self.books = example["books"].read_books(folder)
        self.models = example["variants"].read_models(folder, self.books)

    def catalogue(self, on: date):
        return self.example["configurable"].with_models(self.books.catalogue, self.models, on=on)

    def whole(self, name: str, on: date) -> Structure:
        return self.catalogue(on).bom(name, on=on)

    def price(self, name: str, on: date, *, customer: str = "CONSUMER", quantity=1, **look: str):
        catalogue = self.catalogue(on)
        machine = Configurator(compiled(catalogue.bom(name, on=on)))
        for path, value in look.items():
            machine.choose(path, value)
        made = machine.complete(quantity=quantity).configuration
        line = self.example["comparison"].line_of(made, catalogue, customer=customer, on=on)
        return line.unit_price


@pytest.fixture
def bikes(example: dict[str, ModuleType], folder: Path) -> Bikes:
    return Bikes(example, folder)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    content = (folder / file).read_text(encoding="utf-8")
    assert content.count(old) == 1, (file, old)
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE / "bikes.py", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )


def parts(whole: Structure, **look: str) -> dict[str, str]:
    machine = Configurator(compiled(whole))
    for path, value in look.items():
        machine.choose(path, value)
    made = machine.complete().configuration
    return {
        part.product: f"{part.quantity.normalize():f} {part.unit}" for part in parts_total(made)
    }


# models -------------------------------------------------------------------------------------------


def test_a_model_has_the_colours_and_sizes_of_its_variants(example, bikes):
    city, tandem = bikes.models
    assert (city.name, city.category, tandem.name) == ("City", "Road Bikes", "Tandem-W")
    assert [each.product for each in city.sold_on(SPRING)] == ["CI-R44", "CI-R48", "CI-B44"]
    assert [each.product for each in city.sold_on(NEXT_YEAR)] == ["CI-R44", "CI-R48"]
    assert example["variants"].days_of(city, bikes.books) == (SPRING, NEXT_YEAR)
    assert example["variants"].days_of(tandem, bikes.books) == (date(2011, 7, 1),)


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ('"City Red, 48"', '"City Red 48"', 3, "name"),
        ('"City Red, 48"', '"Town Red, 48"', 3, "model_id"),
        ('Red, 48",CI-R48,1,Red,48,7', 'Red, 44",CI-R48,1,Red,44,7', 3, "size"),
        ("CI-R48,1,Red,48", "CI-R48,1,,48", 3, "color"),
        ("CI-R48,1,Red,48,7", "CI-R48,1,Red,48,", 3, "model_id"),
    ],
)
def test_a_bike_that_does_not_say_its_look_is_named(example, folder, old, new, line, column):
    edit(folder, "Product.csv", old, new)
    with pytest.raises(Unreadable) as refused:
        Bikes(example, folder)
    assert (refused.value.facts["line"], refused.value.facts["column"]) == (line, column)
    done = run(folder)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


# what a model is made of --------------------------------------------------------------------------


def test_a_model_is_a_sound_bom_of_what_its_variants_share(bikes):
    whole = bikes.whole("City", SPRING)
    bom = whole.bom("City")
    assert [(each.code, each.name.zh, each.codes) for each in bom.attributes] == [
        ("colour", "颜色", ("Black", "Red")),
        ("size", "尺寸", ("44", "48")),
    ]
    assert bom.attributes[0].words("Red") == LocalText(en="Red", zh="红色")
    assert [(part.key, part.quantity) for part in bom.components] == [("WH-1", Decimal("2.00"))]
    assert [(group.code, group.minimum) for group in bom.groups] == [
        ("road-frames", 1),
        ("be-1", 0),
    ]
    assert [(table.code, len(table.rows)) for table in bom.tables] == [
        *(("SOLD", 3), ("ROAD-FRAMES", 3), ("BE-1", 3)),
    ]
    assert lint_model(whole) == ()
    assert bikes.catalogue(SPRING).check() == ()


def test_a_part_holds_on_the_days_that_its_rows_have_in_common(bikes):
    bom = bikes.whole("City", SPRING).bom("City")
    assert bom.components[0].period == Period(start=date(2011, 4, 1), end=date(2014, 12, 31))
    frame = bom.groups[0].options[0]
    assert frame.period == Period(start=date(2011, 1, 1))


def test_colour_and_size_decide_what_is_built_in(bikes):
    whole = bikes.whole("City", SPRING)
    assert parts(whole, colour="Red", size="48") == {
        "FR-R48": "1 EA",
        "PA-R": "9.5 OZ",
        "WH-1": "2 EA",
        "SP-1": "60 EA",
    }
    black = {"FR-B44": "1 EA", "PA-B": "8 OZ", "BE.1": "1 EA", "WH-1": "2 EA", "SP-1": "60 EA"}
    assert parts(whole, colour="Black") == black
    assert parts(whole, **{"road-frames": "FR-B44"}) == black


def test_the_rows_in_force_on_the_day_are_those_of_its_bom(example, bikes):
    always = [
        model._replace(variants=tuple(each._replace(sold=ALWAYS) for each in model.variants))
        for model in bikes.models
    ]
    catalogue = example["configurable"].with_models(bikes.books.catalogue, always, on=EARLY)
    whole = catalogue.bom("City", on=EARLY)
    wheels = next(group for group in whole.bom("City").groups if group.code == "wheels")
    assert [option.key for option in wheels.options] == ["2x WH-1", "3x WH-1"]
    assert parts(whole, colour="Red", size="48")["SP-1"] == "90 EA"
    assert parts(whole, colour="Red", size="44")["SP-1"] == "60 EA"
    summer = bikes.whole("City", date(2011, 7, 1))
    assert parts(summer, colour="Red", size="48")["SP-1"] == "72 EA"


def test_two_of_a_category_in_one_variant_are_two_groups(example, folder):
    row = "17,12,40,2011-01-01,,EA,1,1.00\n"
    edit(folder, "BillOfMaterials.csv", row, row + "25,12,20,2011-01-01,,EA,1,1.00\n")
    whole = Bikes(example, folder).whole("City", SPRING)
    codes = [group.code for group in whole.bom("City").groups]
    assert codes == ["fr-r44", "fr-r48", "fr-b44", "be-1"]
    assert parts(whole, colour="Black")["FR-R44"] == "1 EA"
    assert Configurator(compiled(whole)).count() == 3


def test_a_part_that_stands_twice_in_a_variant_is_one_line(example, folder):
    row = "17,12,40,2011-01-01,,EA,1,1.00\n"
    edit(folder, "BillOfMaterials.csv", row, row + "25,12,30,2011-01-01,,EA,1,1.00\n")
    whole = Bikes(example, folder).whole("City", SPRING)
    assert parts(whole, colour="Black")["WH-1"] == "3 EA"
    assert parts(whole, colour="Red", size="48")["WH-1"] == "2 EA"


def test_what_is_not_sold_is_impossible_with_the_reason(bikes):
    machine = Configurator(compiled(bikes.whole("City", SPRING)))
    assert machine.count() == 3
    machine.choose("colour", "Black")
    assert machine.domain("size").possible == ("44",)
    why = machine.explain("size", "48")
    assert [str(choice) for choice in why.choices] == ["colour=Black"]
    assert [reason.code for reason in why.reasons] == ["SOLD"]
    assert "not every colour is sold in every size" in why.message.en
    assert "并非每种颜色都有所有尺寸" in why.message.zh


# what it costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "look", "expected"),
    [
        (SPRING, {"colour": "Red", "size": "44"}, "100.00"),
        (SPRING, {"colour": "Red", "size": "48"}, "100.00"),
        (SPRING, {"colour": "Black", "size": "44"}, "120.10"),
        (NEXT_YEAR, {"colour": "Red", "size": "44"}, "110.00"),
        (NEXT_YEAR, {"colour": "Red", "size": "48"}, "115.00"),
    ],
)
def test_a_configured_bike_costs_the_list_price_of_its_variant(bikes, on, look, expected):
    assert bikes.price("City", on, **look) == Decimal(expected)


def test_a_reseller_pays_a_share_of_what_the_colour_costs_too(bikes):
    # 40 %, 42 % and 50 % off 120.10
    for quantity, expected in ((10, "72.06"), (11, "69.658"), (25, "60.05")):
        found = bikes.price("City", SPRING, customer="RESELLER", quantity=quantity, colour="Black")
        assert found == Decimal(expected)


def rules(bikes: Bikes, on: date) -> list[tuple[dict[str, str], str, date | None]]:
    found = bikes.catalogue(on).books[0].versions[0].attributes
    return [(dict(rule.match), str(rule.formula), rule.period.end) for rule in found]


def test_the_colour_or_the_size_decides_a_price_alone_where_it_does(bikes):
    assert [(match, end) for match, _, end in rules(bikes, SPRING)] == [
        ({"colour": "Black"}, date(2011, 12, 31)),
        ({"size": "48"}, None),
    ]


def test_colour_and_size_decide_it_together_where_neither_does_alone(example, folder):
    edit(folder, "ProductListPriceHistory.csv", "12,2011-05-01,2011-12-31,120.10",
         "12,2011-05-01,,115.00")  # fmt: skip
    edit(folder, "Product.csv", "2011-05-01,2011-12-31\n50", "2011-05-01,\n50")
    bikes = Bikes(example, folder)
    assert [match for match, _, end in rules(bikes, NEXT_YEAR) if end is None] == [
        {"colour": "Red", "size": "48"},
        {"colour": "Black", "size": "44"},
    ]
    assert bikes.price("City", NEXT_YEAR, colour="Black") == Decimal("115.00")
    assert bikes.price("City", NEXT_YEAR, colour="Red", size="44") == Decimal("110.00")


# the program --------------------------------------------------------------------------------------


def test_a_folder_whose_bikes_are_equal_ends_with_the_counts(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "City 2011-05-01: sold 3, configurations 3, equal 3, impossible pairs 1",
        "City 2012-01-01: sold 2, configurations 2, equal 2",
        "Tandem-W 2011-07-01: sold 1, configurations 1, equal 1",
        "models 2 bikes 4/4 equal",
    ]


def test_a_bike_without_a_price_is_printed_and_does_not_pass(folder):
    edit(folder, "ProductListPriceHistory.csv", "50,2011-07-01,2011-12-31,999.9999\n", "")
    done = run(folder)
    assert done.returncode == 1
    assert "Tandem-W 2011-07-01: TA-S9 expected a bike, found" in done.stdout
    assert done.stdout.splitlines()[-1] == "models 2 bikes 3/4 equal"


def tampered(bikes: Bikes, **changes: object):
    """The comparison of the model City against a catalogue in which its BOM was changed."""
    catalogue = bikes.catalogue(SPRING)
    boms = [bom.with_(**changes) if bom.product == "City" else bom for bom in catalogue.boms]
    catalogue = catalogue.with_(boms=tuple(boms))
    return bikes.example["comparison"].compare(bikes.models[0], catalogue, on=SPRING)


def test_parts_that_differ_are_told_part_by_part(bikes):
    found = tampered(bikes, components=({"product": "WH-1", "quantity": 1},))
    assert found.equal == ()
    assert found.configurations == 3
    assert found.differences[:2] == (
        (
            "CI-R44 component SP-1: expected 60.0000 EA down to level 2, "
            "found 30.00 EA down to level 2"
        ),
        "CI-R44 component WH-1: expected 2.00 EA down to level 1, found 1 EA down to level 1",
    )


def test_an_option_for_another_size_is_a_difference_of_that_bike_alone(bikes):
    tables = bikes.catalogue(SPRING).boms_by_product["City"].tables
    rows = (("Red", "44", "FR-R48"), ("Red", "48", "FR-R48"), ("Black", "44", "FR-B44"))
    found = tampered(bikes, tables=(tables[0], tables[1].with_(rows=rows), tables[2]))
    assert [each.product for each in found.equal] == ["CI-R48", "CI-B44"]
    assert [text.split(":")[0] for text in found.differences] == [
        *("CI-R44 component FR-R44", "CI-R44 component FR-R48", "CI-R44 component PA-R"),
    ]


def test_pairs_that_are_not_sold_and_yet_possible_are_told(bikes):
    found = tampered(bikes, tables=())
    assert found.refused == 0
    assert found.differences[:2] == (
        "configurations: expected 3, found 24",
        "Black, 48: expected to be impossible, found possible",
    )


def test_a_price_that_differs_is_told(bikes):
    catalogue = bikes.catalogue(SPRING)
    versions = (catalogue.books[0].versions[0].with_(attributes=()),)
    books = (catalogue.books[0].with_(versions=versions), *catalogue.books[1:])
    compare = bikes.example["comparison"].compare
    found = compare(bikes.models[0], catalogue.with_(books=books), on=SPRING)
    assert [each.product for each in found.equal] == ["CI-R44", "CI-R48"]
    assert found.differences[:2] == (
        "CI-B44 unit price of 1 for CONSUMER: expected 120.1000, found 100.0000",
        "CI-B44 unit price of 1 for RESELLER: expected 72.0600, found 60.0000",
    )


def test_a_model_is_told_from_its_colour_to_its_price(folder):
    done = run(folder, "City")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "City on 2012-01-01: 2 of 3 bikes are sold",
        "colour 颜色: Red 红色",
        "size 尺寸: 44, 48",
        "in Red there is size 44, 48",
        "so road-frames=FR-R48, because of size=48",
        "4 lines of parts:",
        "    2 EA WH-1  Wheel",
        "        72 EA SP-1  Spoke",
        "    1 EA FR-R48  Red frame 48",
        "        9.5 OZ PA-R  Red paint",
        "CONSUMER pays 115 USD: LIST: City; City 48 2012-01-01 = base * 115.00 / 110.00",
        (
            "RESELLER pays 69 USD: LIST: City; RESELLER: everything -40%; "
            "City 48 2012-01-01 = base * 115.00 / 110.00"
        ),
    ]


def test_what_is_not_left_is_told_with_the_reason_in_both_languages(folder):
    edit(folder, "ProductListPriceHistory.csv", "12,2011-05-01,2011-12-31", "12,2011-05-01,")
    edit(folder, "Product.csv", "2011-05-01,2011-12-31\n50", "2011-05-01,\n50")
    lines = run(folder, "City").stdout.splitlines()
    assert lines[3:7] == [
        "in Black there is size 44",
        (
            "    size=48 is impossible with colour=Black: not every colour is sold in every size: "
            "colour, size together are a row of the table SOLD"
        ),
        (
            "    size=48 与 colour=Black 不能成立：并非每种颜色都有所有尺寸："
            "colour, size 的组合须在兼容表 SOLD 中"
        ),
        "so road-frames=FR-B44, because of colour=Black",
    ]


@pytest.mark.parametrize(
    "arguments", [(), ("no such folder",), ("--help",), ("one", "two", "three")]
)
def test_a_missing_folder_is_one_line_and_exit_code_2(tmp_path, arguments):
    done = run(*(tmp_path / name if " " in name else name for name in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_model_that_is_none_is_refused_with_those_there_are(folder):
    done = run(folder, "Town")
    assert (done.returncode, done.stdout) == (2, "")
    assert "models are City, Tandem-W" in done.stderr


def test_a_folder_without_finished_goods_is_refused(folder):
    content = (folder / "BillOfMaterials.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in content if ",," not in line.partition(",2011")[0]]
    assert len(kept) == len(content) - 4
    (folder / "BillOfMaterials.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    done = run(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no row marks a finished good" in done.stderr


# the published data -------------------------------------------------------------------------------

published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason=f"there is no {PUBLISHED} (or set CPQ_DATA)"
)


@published
@pytest.mark.parametrize("day", ["2010-06-19", "2011-08-31"])
def test_published_bikes_have_the_parts_of_a_plain_recount_on_any_day(example, day):
    """97 bikes by colour and size, whether they were sold yet or not, beside the rows themselves.

    In June 2010 the bills of materials were still being entered: variants of one model have other
    quantities than others, and lack parts.
    """
    bikes, on = Bikes(example, PUBLISHED), date.fromisoformat(day)
    ids = {code: key for key, code in bikes.books.codes.items()}
    plain = example["recount"].recount_boms(PUBLISHED, day)
    always = [
        model._replace(variants=tuple(each._replace(sold=ALWAYS) for each in model.variants))
        for model in bikes.models
    ]
    catalogue = example["configurable"].with_models(bikes.books.catalogue, always, on=on)
    compared = 0
    for model in always:
        machine = Configurator(compiled(catalogue.bom(model.name, on=on)))
        assert machine.count() == len(model.variants)
        for variant in model.variants:
            machine.choose("colour", variant.colour)
            machine.choose("size", variant.size)
            made = machine.complete().configuration
            found = {
                (ids[part.product], part.unit): (part.quantity, part.level)
                for part in parts_total(made)
            }
            machine.unchoose("colour")
            machine.unchoose("size")
            if ids[variant.product] in plain:
                assert found == plain[ids[variant.product]], variant
                compared += 1
    assert compared == len(plain)
    assert compared == 97 or on < date(2010, 12, 23)


@published
def test_published_models_are_sound_and_differ_in_their_frames_alone(example):
    bikes = Bikes(example, PUBLISHED)
    seen = 0
    for on in (date(2011, 5, 31), date(2012, 5, 30), date(2013, 5, 30)):
        catalogue = bikes.catalogue(on)
        assert catalogue.check() == ()
        for model in bikes.models:
            if model.sold_on(on):
                whole = catalogue.bom(model.name, on=on)
                assert lint_model(whole) == ()
                (group,) = whole.bom(model.name).groups
                assert group.code == f"{model.category.split()[0]}-frames".lower()
                assert len(group.options) == len(model.sold_on(on))
                seen += 1
    assert seen == 19


@published
def test_a_changed_published_row_is_a_difference(example):
    """A red bike of size 44 whose own bill of materials is not the one it was configured from."""
    bikes, on = Bikes(example, PUBLISHED), date(2011, 5, 31)
    catalogue = bikes.catalogue(on)
    own = catalogue.boms_by_product["BK-R93R-44"]
    boms = [
        each.with_(components=each.components[:-1]) if each is own else each
        for each in catalogue.boms
    ]
    model = next(each for each in bikes.models if each.name == "Road-150")
    compare = bikes.example["comparison"].compare
    found = compare(model, catalogue.with_(boms=tuple(boms)), on=on)
    assert len(found.equal) == 4
    assert {text.split()[0] for text in found.differences} == {"BK-R93R-44"}
