"""The AdventureWorks example: a made-up folder of few rows, and the published one where it is."""

import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from cpq.bom import explode
from cpq.kernel.errors import Refused, Unreadable
from cpq.pricing import item, price

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "adventureworks"
PUBLISHED = (
    Path(os.environ["CPQ_DATA"])
    if "CPQ_DATA" in os.environ
    else ROOT.parent / "shared" / "data" / "adventureworks"
)
MODULES = ("rows", "materials", "books", "sales", "recount", "command", "replay")

FILES = {
    "ProductCategory.csv": "category_id,name\n1,Bikes\n2,Parts\n",
    "ProductSubcategory.csv": "subcategory_id,category_id,name\n1,1,City Bikes\n2,2,Wheels\n",
    "Product.csv": (
        "product_id,name,product_number,subcategory_id,sell_start,sell_end,color\n"
        "10,City One,CI-1,1,2011-01-01,,Red\n"
        "11,Wheel,WH-1,2,2011-01-01,2012-12-31,\n"
        "12,Spoke,SP-1,,2011-01-01,,\n"
        "13,Paint,PA-1,,2011-01-01,,\n"
    ),
    "ProductListPriceHistory.csv": (
        "product_id,start,end,list_price\n"
        "10,2011-01-01,2011-06-30,100.0001\n10,2011-07-01,,120.00\n11,2011-01-01,,33.3335\n"
    ),
    "SpecialOffer.csv": (
        "special_offer_id,description,discount_pct,category,start,end,min_qty,max_qty\n"
        "1,No Discount,0,No Discount,2011-01-01,2014-12-31,0,\n"
        "2,Volume,0.02,Reseller,2011-01-01,2011-06-30,11,14\n"
        "3,Summer,0.5,Customer,2011-07-01,2011-07-31,0,\n"
        "4,For nothing,0.9,Reseller,2011-01-01,2014-12-31,0,\n"
    ),
    "SpecialOfferProduct.csv": "special_offer_id,product_id\n1,10\n2,11\n3,10\n",
    "BillOfMaterials.csv": (
        "bill_of_materials_id,assembly_id,component_id,start,end,unit,bom_level,per_assembly_qty\n"
        "1,,10,2011-01-01,,EA,0,1.00\n"
        "2,10,11,2011-01-01,,EA,1,2.00\n"
        "3,11,12,2011-01-01,2011-06-30,EA,2,30.00\n"
        "4,11,12,2011-07-01,,EA,2,36.00\n"
        "5,10,13,2011-01-01,,OZ,1,8.50\n"
        "6,10,12,2011-01-01,,EA,1,1.00\n"
    ),
    "SalesOrderHeader.csv": (
        "salesorderid,orderdate,onlineorderflag,subtotal\n"
        "1,2011-06-30,t,100.0001\n2,2011-07-31,t,60.00\n3,2011-06-30,f,268.4142\n"
    ),
    "SalesOrderDetail.csv": (
        "salesorderid,salesorderdetailid,productid,orderqty,unitprice,unitpricediscount,"
        "specialofferid\n"
        "1,1,10,1,100.0001,0,1\n2,2,10,1,120.00,0.5,3\n"
        "3,3,10,1,60.0001,0,1\n3,4,11,11,19.3334,0.02,2\n"
    ),
}


def edit(folder: Path, file: str, old: str, new: str) -> None:
    content = (folder / file).read_text(encoding="utf-8")
    assert content.count(old) == 1, (file, old)
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE / "replay.py", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )


def refusal(example: dict[str, ModuleType], folder: Path) -> Unreadable:
    """What reading the whole folder refuses."""
    try:
        books = example["books"].read_books(folder)
        example["sales"].read_sales(folder, books.codes)
    except Unreadable as error:
        return error
    pytest.fail("the folder was read")


def test_the_catalogue_names_nothing_it_does_not_hold(example, folder):
    catalogue = example["books"].read_books(folder).catalogue
    assert catalogue.check() == ()
    assert catalogue.lineage(catalogue.product("CI-1")) == ("City Bikes", "Bikes")
    assert catalogue.product("PA-1").unit == "OZ"


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2011, 6, 30), "100.0001"), (date(2011, 7, 1), "120.00")]
)
def test_both_ends_of_a_list_price_belong_to_it(example, folder, day, expected):
    catalogue = example["books"].read_books(folder).catalogue
    pricing = price([item("CI-1")], catalogue=catalogue, on=day, customer="CONSUMER")
    pricing_net = price(
        [item("CI-1")], catalogue=catalogue, on=day, customer="CONSUMER", promotions=False
    ).net
    assert pricing.lines[0].unit_price == Decimal(expected)
    assert pricing_net.amount == Decimal(expected).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("quantity", "share"),
    [(1, "0.60"), (10, "0.60"), (11, "0.58"), (14, "0.58"), (15, "0.55"), (24, "0.55"),
     (25, "0.50")],
)  # fmt: skip
def test_a_reseller_pays_the_share_of_the_quantity(example, folder, quantity, share):
    catalogue = example["books"].read_books(folder).catalogue
    pricing = price(
        [item("CI-1", quantity)], catalogue=catalogue, on=date(2011, 7, 1), customer="RESELLER"
    )
    assert pricing.lines[0].unit_price == Decimal(120) * Decimal(share)


def test_offers_without_discount_or_product_are_none(example, folder):
    catalogue = example["books"].read_books(folder).catalogue
    assert [policy.code for policy in catalogue.promotions] == ["OFFER-2", "OFFER-3"]


@pytest.mark.parametrize(
    ("day", "spokes"), [(date(2011, 6, 30), "61.0000"), (date(2011, 7, 1), "73.0000")]
)
def test_a_bom_explodes_with_the_rows_in_force(example, folder, day, spokes):
    catalogue = example["books"].read_books(folder).catalogue
    parts = {part.product: part for part in explode(catalogue.bom("CI-1", on=day))}
    assert parts["SP-1"].quantity == Decimal(spokes)
    assert parts["SP-1"].level == 2
    assert (parts["PA-1"].quantity, parts["PA-1"].unit) == (Decimal("8.50"), "OZ")


def test_a_replay_that_matches_ends_with_the_counts(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "orders 3/3 lines 4/4 boms 1"


@pytest.mark.parametrize(
    ("file", "old", "new", "said", "counts"),
    [
        (
            "SalesOrderDetail.csv", "3,4,11,11,19.3334", "3,4,11,11,19.3333",
            "order 3 line 4: unit price: expected 19.3333, found 19.3334",
            "orders 3/3 lines 3/4 boms 1",
        ),
        (
            "SalesOrderDetail.csv", "0.5,3", "0,1",
            "order 2 line 2: special offer: expected none, found OFFER-3",
            "orders 3/3 lines 3/4 boms 1",
        ),
        (
            "SalesOrderHeader.csv", "2,2011-07-31,t,60.00", "2,2011-07-31,t,60.01",
            "order 2: subtotal: expected 60.01, found 60.000000 (-0.010000)",
            "orders 2/3 lines 4/4 boms 1",
        ),
        (
            "SalesOrderDetail.csv", "1,1,10,1,", "1,1,12,1,",
            "order 1 line 1: expected a price, found none",
            "orders 2/3 lines 3/4 boms 1",
        ),
    ],
)  # fmt: skip
def test_what_does_not_match_is_printed(folder, file, old, new, said, counts):
    edit(folder, file, old, new)
    done = run(folder)
    assert done.returncode == 1
    assert said in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == counts


def test_a_bom_that_differs_from_its_recount_is_printed(example, folder):
    books = example["books"].read_books(folder)
    edit(folder, "BillOfMaterials.csv", "OZ,1,8.50", "OZ,1,9.50")
    totals = example["recount"].recount_boms(folder, "2011-07-01")["10"]
    differences = list(example["replay"].bom_differences("CI-1", totals, books, date(2011, 7, 1)))
    assert differences == [
        "bom CI-1 component PA-1: expected 9.50 OZ down to level 1, found 8.50 OZ down to level 1"
    ]


def test_a_product_that_contains_itself_is_refused(example, folder):
    edit(folder, "BillOfMaterials.csv", "4,11,12,", "4,11,10,")
    with pytest.raises(Refused) as recounted:
        example["recount"].recount_boms(folder, "2011-07-01")
    catalogue = example["books"].read_books(folder).catalogue
    with pytest.raises(Refused) as exploded:
        catalogue.bom("CI-1", on=date(2011, 7, 1))
    assert (recounted.value.code, exploded.value.code) == ("bom.cycle", "bom.cycle")


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column"),
    [
        ("ProductListPriceHistory.csv", "33.3335", "33,3335", 4, "list_price"),
        ("ProductListPriceHistory.csv", "33.3335", "a lot", 4, "list_price"),
        ("ProductListPriceHistory.csv", "11,2011-01-01", "99,2011-01-01", 4, "product_id"),
        ("ProductListPriceHistory.csv", "2011-06-30", "30.06.2011", 2, "end"),
        ("Product.csv", "Spoke,SP-1", ",SP-1", 4, "name"),
        ("Product.csv", "Paint,PA-1", "Paint,SP-1", 5, "product_number"),
        ("Product.csv", "13,Paint", "12,Paint", 5, "product_id"),
        ("BillOfMaterials.csv", "OZ", "KG", 6, "unit"),
        ("BillOfMaterials.csv", "6,10,12,2011-01-01,,EA,1,1.00", "6,10,12", 7, "start"),
        ("BillOfMaterials.csv", "36.00", "0", 5, "quantity"),
        ("SpecialOffer.csv", "0.02,Reseller", "0.02,Anybody", 3, "category"),
        ("SpecialOffer.csv", "Volume,0.02", "Volume,2.0", 3, "percent"),
        ("SalesOrderHeader.csv", "2,2011-07-31,t", "2,2011-07-31,yes", 3, "onlineorderflag"),
        ("SalesOrderHeader.csv", "2,2011-07-31,t", "1,2011-07-31,t", 3, "salesorderid"),
        ("SalesOrderDetail.csv", "3,4,11,11", "9,4,11,11", 5, "salesorderid"),
        ("SalesOrderDetail.csv", "11,11,19", "11,1E1,19", 5, "orderqty"),
        ("ProductCategory.csv", "category_id", "id", 1, "category_id"),
    ],
)
def test_an_unreadable_row_is_named(example, folder, file, old, new, line, column):
    edit(folder, file, old, new)
    error = refusal(example, folder)
    assert (error.facts["file"], error.facts["line"]) == (file, line)
    assert error.facts["column"] == column
    assert f"{file}, line {line}, column {column}: " in error.message


def test_bytes_that_are_no_text_are_named_by_line(example, folder):
    (folder / "ProductCategory.csv").write_bytes(b"category_id,name\n1,Bikes\n2,\xff\n")
    error = refusal(example, folder)
    assert (error.code, error.facts["line"]) == ("row.unreadable", 3)


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_missing_file_is_one_line_and_exit_code_2(folder, file):
    (folder / file).unlink()
    done = run(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert file in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [(), ("no such folder",), ("--help",), ("one", "two")])
def test_a_missing_folder_is_one_line_and_exit_code_2(tmp_path, arguments):
    done = run(*(tmp_path / name if " " in name else name for name in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_folder_without_orders_is_refused(folder):
    for file in ("SalesOrderHeader.csv", "SalesOrderDetail.csv"):
        header = (folder / file).read_text(encoding="utf-8").splitlines()[0]
        (folder / file).write_text(header + "\n", encoding="utf-8")
    done = run(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no order to replay" in done.stderr


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"there is no {PUBLISHED} (or set CPQ_DATA)")
def test_the_published_orders_all_come_out():
    done = run(PUBLISHED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-3:] == [
        "subtotals to all 4 decimals: 665 of 665",
        "boms as of 2011-08-31: 97 of 97 equal their recount",
        "orders 665/665 lines 2681/2681 boms 97",
    ]


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"there is no {PUBLISHED} (or set CPQ_DATA)")
def test_one_changed_published_row_does_not_pass(tmp_path):
    folder = shutil.copytree(PUBLISHED, tmp_path / "copy", copy_function=shutil.copyfile)
    path = folder / "ProductListPriceHistory.csv"
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(",3374.99", ",3374.98", 1), encoding="utf-8")
    done = run(folder)
    assert done.returncode == 1
    assert not done.stdout.splitlines()[-1].startswith("orders 665/665 lines 2681/2681")
