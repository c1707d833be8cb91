"""Each table of a folder becomes its values, and what is wrong in one is said of its cell."""

import csv
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cpq import Catalogue, item, price
from cpq.adapters import read_catalogue
from cpq.adapters.catalogue_folder import agreements, books, settings, tables
from cpq.agreement import AgreedPrice, Commitment, PriceAgreement
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.customer import Customer
from cpq.kernel.errors import Unreadable
from cpq.kernel.model import Frozen
from cpq.margin import Floor
from cpq.pricebook import (
    AttributePrice,
    PercentOfTotal,
    PriceBook,
    PriceBookEntry,
    PriceEnding,
    Rails,
    Tier,
)
from cpq.product import Category, Product
from cpq.rate import ExchangeRate
from tests.cpq.adapters.test_catalogue_folder import places, write

TRADE = Path(__file__).resolve().parents[3] / "examples" / "trade"
DAY = date(2026, 11, 21)
WORDS = {"name", "description", "reason"}
ELSEWHERE = {
    Product: {"sellable": "sellable_from"},
    Customer: {"party": "tax_id"},
    PriceBook: {"versions": "currency"},
    PriceBookEntry: {"tiers": "product", "period": "valid_from", "rails": "product"},
    PriceEnding: {"multiple": "ending_multiple", "mode": "ending_mode"},
    AttributePrice: {"period": "valid_from"},
    PercentOfTotal: {"period": "valid_from"},
    PriceAgreement: {"lines": "product"},
    Commitment: {"code": "commitment"},
}
"""Fields that stand in a column of another name, or in rows of their own."""


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (Category, tables._CATEGORY),
        (Product, tables._PRODUCT),
        (Customer, tables._CUSTOMER),
        (BookAssignment, tables._ASSIGNMENT),
        (SalesScope, tables._SCOPE),
        (Floor, tables._FLOOR),
        (ExchangeRate, settings._RATE),
        (PriceBook, books._BOOK),
        (PriceBookEntry, books._PRICE),
        (Tier, books._PRICE),
        (PriceEnding, books._PRICE),
        (Rails, books._PRICE),
        (AttributePrice, books._RULE),
        (PercentOfTotal, books._SHARE),
        (PriceAgreement, agreements._COLUMNS),
        (AgreedPrice, agreements._COLUMNS),
        (Commitment, agreements._COLUMNS),
    ],
)
def test_every_field_has_a_column(kind: type[Frozen], columns: tuple[str, ...]) -> None:
    elsewhere: dict[str, str] = ELSEWHERE.get(kind, {})
    for field in kind.model_fields:
        usual = f"{field}_en" if field in WORDS else "from" if field == "period" else field
        assert elsewhere.get(field, usual) in columns
    assert len(set(columns)) == len(columns)


def test_the_trade_example_is_read_whole() -> None:
    catalogue = read_catalogue(TRADE)
    for field in Catalogue.model_fields:
        assert getattr(catalogue, field), field
    assert Catalogue.model_validate_json(catalogue.canonical()) == catalogue
    assert catalogue.check() == ()


# --- prices -------------------------------------------------------------------------------------

BOOKS = "code,currency,base\nLIST,CNY,\nVIP,CNY,LIST\n"


def test_what_holds_for_an_entry_is_said_in_any_of_its_rows(tmp_path: Path) -> None:
    rows = "LIST,M8,,0.35,\nLIST,M8,100,0.30,graduated\nLIST,M10,,0.52,\n"
    write(tmp_path, prices_csv=f"book,product,lower,price,mode\n{rows}")
    entry, other = read_catalogue(tmp_path).books[0].versions[0].entries
    assert (entry.mode, len(entry.tiers)) == ("graduated", 2)
    assert other.mode == "volume"


def test_two_rows_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    rows = "LIST,M8,,0.35,block,10\nLIST,M8,100,0.30,package,10\n"
    write(tmp_path, prices_csv=f"book,product,lower,price,mode,size\n{rows}")
    assert places(tmp_path) == [("prices.csv:3:mode", "row.contradicts")]


def test_an_entry_may_have_days_of_its_own(tmp_path: Path) -> None:
    rows = "LIST,M8,0.35,,2026-11-20\nLIST,M8,0.38,2026-11-21,\n"
    write(tmp_path, prices_csv=f"book,product,price,valid_from,valid_to\n{rows}")
    catalogue = read_catalogue(tmp_path)
    assert str(price([item("M8", 100)], catalogue=catalogue, on=DAY).net) == "38.00 CNY"


def test_an_undated_rule_stands_in_every_version(tmp_path: Path) -> None:
    write(
        tmp_path,
        prices_csv="book,from,to,product,price\n"
        "LIST,2025-01-01,2025-12-31,M8,0.35\nLIST,2026-01-01,2026-12-31,M8,0.40\n",
        attribute_prices_csv="book,from,to,code,match,add\n"
        "LIST,,,ZINC,finish=zinc,0.05\nLIST,2026-01-01,2026-12-31,BLACK,finish=black,0.07\n",
        percent_of_total_csv="book,code,product,percent\nLIST,CARE,M10,2\n",
    )
    old, new = read_catalogue(tmp_path).books[0].versions
    assert [[rule.code for rule in version.attributes] for version in (old, new)] == [
        ["ZINC"],
        ["ZINC", "BLACK"],
    ]
    assert [len(version.shares) for version in (old, new)] == [1, 1]


def test_a_book_may_have_rules_and_no_prices(tmp_path: Path) -> None:
    write(
        tmp_path,
        price_books_csv=BOOKS,
        attribute_prices_csv="book,code,match,percent\nVIP,RED,colour=red; size=L,10\n",
    )
    (version,) = read_catalogue(tmp_path).books[1].versions
    assert version.entries == ()
    assert version.attributes[0].match == (("colour", "red"), ("size", "L"))


def test_a_book_without_a_price_is_named(tmp_path: Path) -> None:
    write(tmp_path, price_books_csv=BOOKS)
    assert places(tmp_path) == [("price_books.csv:3:code", "row.unreadable")]


def test_one_rule_twice_in_a_version_is_named(tmp_path: Path) -> None:
    rules = "LIST,RED,colour=red,10\nLIST,RED,colour=red,12\n"
    write(tmp_path, attribute_prices_csv=f"book,code,match,percent\n{rules}")
    assert places(tmp_path) == [("attribute_prices.csv:3:code", "row.unreadable")]


# --- agreements -----------------------------------------------------------------------------------

CUSTOMERS = "code,name_en\nC-1,Hengtai\n"


def test_rows_of_one_code_are_one_agreement(tmp_path: Path) -> None:
    write(
        tmp_path,
        customers_csv=CUSTOMERS,
        agreements_csv="code,customer,currency,product,price,commitment,committed,over\n"
        "FW,C-1,CNY,M8,0.30,BOLTS,1000,block\nFW,,,M10,0.45,BOLTS,,\n",
    )
    (agreement,) = read_catalogue(tmp_path).agreements
    assert [line.product for line in agreement.lines] == ["M8", "M10"]
    (pool,) = agreement.commitments
    assert (pool.code, pool.committed, pool.over) == ("BOLTS", Decimal(1000), "block")


def test_an_agreement_may_name_a_book_only(tmp_path: Path) -> None:
    write(
        tmp_path,
        customers_csv=CUSTOMERS,
        price_books_csv=BOOKS,
        prices_csv="book,product,price,percent_off\nLIST,M8,0.35,\nVIP,M8,,10\n",
        agreements_csv="code,customer,price_book,to\nFW,C-1,VIP,2026-12-31\n",
    )
    catalogue = read_catalogue(tmp_path)
    assert catalogue.agreements[0].lines == ()
    priced = price([item("M8", 100)], catalogue=catalogue, customer="C-1", on=DAY)
    assert str(priced.net) == "31.50 CNY"


# --- settings -------------------------------------------------------------------------------------


def test_an_own_tax_code_stands_in_for_that_of_the_library(tmp_path: Path) -> None:
    taxes = '[[taxes]]\ncode = "VAT13"\npercent = 16\nperiod = { end = 2019-03-31 }\n'
    taxes += '[[taxes]]\ncode = "VAT13"\npercent = 13\nperiod = { start = 2019-04-01 }\n'
    write(tmp_path, catalogue_toml=f'default_book = "LIST"\n{taxes}')
    table = read_catalogue(tmp_path).taxes
    assert table.rate("VAT13", on=date(2018, 5, 1)).percent == 16
    assert table.rate("VAT9", on=DAY).percent == 9


def test_rates_meet_in_the_pivot(tmp_path: Path) -> None:
    write(
        tmp_path,
        catalogue_toml='[rates]\npivot = "CNY"\n',
        rates_csv="base,quote,rate,on\nUSD,CNY,7.2,2026-11-20\nEUR,CNY,8.1,2026-11-20\n",
    )
    rate = read_catalogue(tmp_path).rates.used("EUR", "USD", on=DAY)
    assert rate.rate == Decimal("1.125")


def test_files_of_a_header_only_hold_nothing(tmp_path: Path) -> None:
    names = ("agreements", "scopes", "floors")
    write(tmp_path, **{f"{name}_csv": "code\n" for name in names})
    catalogue = read_catalogue(tmp_path)
    assert [getattr(catalogue, name) for name in names] == [(), (), ()]


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "code"),
    [
        ("prices.csv", "500,yes,0.58", "500,maybe,0.58", "10:above", "row.unreadable"),
        ("prices.csv", "50,,block", ",,block", "12", "row.unreadable"),
        ("prices.csv", "block,period", "block,term", "12:counts", "row.unreadable"),
        ("prices.csv", "8,5,,nearest", "8,,0.9,nearest", "25:ending_multiple", "row.unreadable"),
        ("prices.csv", "300,318", "330,318", "25:lowest/highest", "row.unreadable"),
        ("prices.csv", "cost * 2.2", "cost ** 2.2", "27:formula", "formula.not_allowed"),
        ("prices.csv", "FREIGHT,,200", "FREIGHT,,20", "17", "row.unreadable"),
        ("prices.csv", "2026,,,FRAME-3", "2026,2026/1/1,,FRAME-3", "26:from", "row.unreadable"),
        ("prices.csv", "WEB-2026,,,BOLT-M6", "WEB-2026,,,BOLT-M7", "28:product", "product.unknown"),
        ("attribute_prices.csv", "colour=red", "colour", "3:match", "row.unreadable"),
        ("attribute_prices.csv", "cloth,colour", "clo,colour", "3:category", "category.unknown"),
        ("attribute_prices.csv", "LIST-2026,LOGO", "LIST,LOGO", "4:book", "price_book.unknown"),
        ("percent_of_total.csv", "0.8,net", "0.8,gross", "2:of", "row.unreadable"),
        ("percent_of_total.csv", "INSURE", "INSURANCE", "2:product", "product.unknown"),
        ("percent_of_total.csv", ",services", ",services;x", "2:excludes_categories", None),
        ("agreements.csv", "2000,1500", ",1500", "2:committed", "row.unreadable"),
        ("agreements.csv", "2000,1500", "2000,15OO", "2:consumed", "number.not_exact"),
        ("agreements.csv", "HONGYUAN,yes", "HONG,yes", "2:customer", "customer.unknown"),
        ("agreements.csv", ",bolts,", ",bots,", "3:category", "category.unknown"),
        ("agreements.csv", "CNY,2026-11-01", ",2026-11-01", "5", "row.unreadable"),
        ("agreements.csv", "2026-11-01", "2027-11-01", "5:from/to", "row.unreadable"),
        ("assignments.csv", "DEALER-2026", "DEALER", "2:book", "price_book.unknown"),
        ("assignments.csv", "dealer,,", "dealer,web,", "2", "row.unreadable"),
        ("scopes.csv", "no,,bolts", "no,BOLT-M7,bolts", "2:products", "product.unknown"),
        ("scopes.csv", "no,,bolts", "nope,,bolts", "2:allow", "row.unreadable"),
        ("floors.csv", "300.00,,CNY", "300.00,,", "4:currency", "row.unreadable"),
        ("floors.csv", "300.00,,CNY", "300.00,,RMB", "4:price", "currency.unknown"),
        ("floors.csv", "EYELET-MAP", "EYELET-95", "6:code", "row.unreadable"),
        ("rates.csv", "USD,CNY,7.10", "USD,CNY,-7.10", "2:rate", "row.unreadable"),
        ("rates.csv", "EUR,CNY", "USD,CNY", "3:rate", "rate.ambiguous"),
        ("price_books.csv", ",gross", ",nett", "4:tax_basis", "row.unreadable"),
        ("price_books.csv", "CNY,LIST-2026", "CNY,LIST", "3:base", "price_book.unknown"),
        ("price_books.csv", "CNY,LIST-2026,", "CNY,LIST-2026,gross", "", "price_book.other_basis"),
        ("customers.csv", "dealer,HONGYUAN", "dealer,HONG", "3:parent", "customer.unknown"),
        ("customers.csv", "dealer,,CN", "dealer,HONGYUAN-NB,CN", "2:code", "customer.cycle"),
        ("customers.csv", "EUR,EXPORT", "EUR,EXP", "5:tax_regime", "tax.unknown_regime"),
        ("catalogue.toml", '"COST-2026"', '"COST"', "cost_book", "price_book.unknown"),
        ("catalogue.toml", 'becomes = "VAT0"', 'becomes = "V"', "regimes.1", "tax_code.unknown"),
        ("catalogue.toml", "pivot", "pivots", "rates:pivots", "file.columns"),
        ("catalogue.toml", '"CNY"', '"RMB"', "rates:pivot", "currency.unknown"),
        ("catalogue.toml", "Asia/Shanghai", "China", "zone", "zone.unknown"),
        ("plans.toml", 'reads = ["list"]', 'reads = ["x"]', "1:steps.3.reads.1", "row.unreadable"),
        ("plans.toml", "rank = 30", "rank = 20", "1", "plan.equal_rank"),
        ("plans.toml", '["cloth"]', '["clothes"]', "1:five_fen", "category.unknown"),
        ("approvals.toml", '"payment_days"', '"x"', "rules.2.condition", "row.unreadable"),
        ("approvals.toml", "[otherwise]", "[others]", "others", "row.unreadable"),
        ("products.csv", "VAT9,yes", "VAT9,perhaps", "12:freight", "row.unreadable"),
        ("promotions.toml", '["cloth"]', '["clothes"]', "1", "category.unknown"),
        ("promotions.toml", "units = 10", "units = -10", "2:caps.1", "cap.negative"),
        ("promotions.toml", "quantity = 4", "quantity = 0", "3:benefit.items.2.", "row.unreadable"),
        ("promotions.toml", "percent = 40", "percent = 30", "5:funding", "funding.percent"),
        ("promotions.toml", '"60.00 CNY"', '"60.00 USD"', "6", "row.unreadable"),
        ("promotions.toml", "least = 5000", "least = 1000", "6:benefit", "promotion.steps"),
        ("promotions.toml", "every_off", "every", "7:benefit", "row.unreadable"),
        ("promotions.toml", "nth = 1", "nth = 0", "8:conditions.1.nth", "row.unreadable"),
        ("promotions.toml", "best_combination", "best", "group.2:mode", "row.unreadable"),
        ("promotions.toml", "rank = 30", "ranks = 30", "group.3:ranks", "row.unreadable"),
        ("boms/KIT-AWNING.toml", '"allocated"', '"shared"', "rollup", "row.unreadable"),
    ],
)
def test_what_is_wrong_is_said_of_its_cell(
    tmp_path: Path, file: str, old: str, new: str, place: str, code: str | None
) -> None:
    folder = tmp_path / "trade"
    shutil.copytree(TRADE, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    (found,) = places(folder)
    assert found[0].startswith(":".join(part for part in (file, place) if part))
    assert found[1] == (code or "category.unknown")


def test_columns_of_no_table_are_refused(tmp_path: Path) -> None:
    for name in sorted(path.stem for path in TRADE.glob("*.csv")):
        folder = tmp_path / name
        shutil.copytree(TRADE, folder)
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[*header, "remark"], *([*row, ""] for row in rows)])
        assert (f"{name}.csv:1", "file.columns") in places(folder)


def test_mistakes_of_all_tables_come_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        assignments_csv="book,customer_group\n,VIP\n",
        scopes_csv="code,allow\nS,perhaps\n",
        floors_csv="code,margin,policy\nF,120,approve\n",
        rates_csv="base,quote,rate,on\nUSD,CNY,7;2,2026-11-20\n",
        agreements_csv="code,product,price\nA,M8,0.30\n",
        plans_toml='[[plan]]\ncode = "P"\n',
        approvals_toml='[[rules]]\ncode = "R"\n',
    )
    assert {place for place, _ in places(tmp_path)} == {
        "assignments.csv:2:book",
        "scopes.csv:2:allow",
        "floors.csv:2:margin",
        "rates.csv:2:rate",
        "agreements.csv:2",
        "plans.toml:1:steps",
        "approvals.toml:rules.1.condition",
        "approvals.toml:rules.1.levels",
    }


def test_what_two_rows_lack_is_said_of_both(tmp_path: Path) -> None:
    rows = "LIST,2025-01-01,2025-12-31,M12,1\nLIST,2026-01-01,2026-12-31,M12,1\n"
    write(tmp_path, prices_csv=f"book,from,to,product,price\n{rows}")
    assert places(tmp_path) == [
        ("prices.csv:2:product", "product.unknown"),
        ("prices.csv:3:product", "product.unknown"),
    ]


def test_a_contradiction_says_what_to_do(tmp_path: Path) -> None:
    rows = "FW,C-1,CNY,M8,0.30\nFW,C-1,USD,M10,0.05\n"
    write(
        tmp_path,
        customers_csv=CUSTOMERS,
        agreements_csv=f"code,customer,currency,product,price\n{rows}",
    )
    with pytest.raises(Unreadable, match="'CNY' in line 2 and 'USD' here; say it in one"):
        read_catalogue(tmp_path)
