"""A catalogue folder is read whole, or refused with every mistake named at its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cpq import Catalogue, configure, item, price
from cpq.adapters import read_catalogue
from cpq.kernel.errors import Unreadable

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
FILES = {
    "products.csv": "code,name_en,unit,tax_code\nM8,Bolt M8,pc,VAT13\nM10,Bolt M10,pc,VAT13\n",
    "price_books.csv": "code,currency\nLIST,CNY\n",
    "prices.csv": "book,product,lower,price\nLIST,M8,,0.35\nLIST,M8,1000,0.30\nLIST,M10,,0.52\n",
    "catalogue.toml": 'default_book = "LIST"\n',
}


def write(folder: Path, **changes: str) -> Path:
    """The files of a small sound catalogue, some of them changed: ``prices_csv="…"``."""
    texts = {
        **FILES,
        **{
            name.replace("_csv", ".csv").replace("_toml", ".toml"): text
            for name, text in changes.items()
        },
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def places(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(Unreadable) as refusal:
        read_catalogue(folder)
    assert refusal.value.code == "catalogue.unreadable"
    return [(finding.place, finding.code) for finding in refusal.value.findings]


def test_a_small_folder_is_read_and_prices(tmp_path: Path) -> None:
    catalogue = read_catalogue(write(tmp_path))
    pricing = price([item("M8", 1000)], catalogue=catalogue, on=date(2026, 11, 21))
    assert pricing.net.amount == Decimal("300.00")
    assert pricing.tax.amount == Decimal("39.00")


def test_the_laser_example_is_read_whole() -> None:
    catalogue = read_catalogue(LASER)
    assert len(catalogue.products) == 14
    assert catalogue.seller is not None
    assert catalogue.seller.name.zh == "北辰激光装备（苏州）有限公司"
    assert Catalogue.model_validate_json(catalogue.canonical()) == catalogue


def test_the_two_levels_of_the_laser_are_configured() -> None:
    structure = read_catalogue(LASER).bom("LASER-3000", on=date(2026, 11, 21))
    machine = configure(structure, choose={"head": "HEAD-12KW", "cooling": "CHILLER-W"}, quantity=3)
    parts = {number: (part.product, part.total) for number, part in machine.numbered()}
    assert parts["3.1"] == ("LENS-150", Decimal(6))
    assert parts["4.1"] == ("PUMP-2", Decimal(6))


def test_reading_twice_gives_the_same_hash(tmp_path: Path) -> None:
    write(tmp_path)
    assert read_catalogue(tmp_path).hash == read_catalogue(tmp_path).hash


def test_a_wrong_figure_is_named_by_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, prices_csv="book,product,price\nLIST,M8,0.35\nLIST,M10,zwölf\n")
    assert places(tmp_path) == [("prices.csv:3:price", "number.not_exact")]


def test_an_unknown_product_in_prices_is_named(tmp_path: Path) -> None:
    write(tmp_path, prices_csv="book,product,price\nLIST,M8,0.35\nLIST,M12,0.60\n")
    assert places(tmp_path) == [("prices.csv:3:product", "product.unknown")]


def test_an_unknown_unit_and_tax_code_are_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        products_csv="code,name_en,unit,tax_code\nM8,Bolt,gross,VAT13\nM10,Bolt,pc,VAT19\n",
    )
    assert places(tmp_path) == [
        ("products.csv:2:unit", "unit.unknown"),
        ("products.csv:3:tax_code", "tax_code.unknown"),
    ]


def test_an_unknown_currency_is_named(tmp_path: Path) -> None:
    write(tmp_path, price_books_csv="code,currency\nLIST,RMB\n")
    assert places(tmp_path)[0] == ("price_books.csv:2:currency", "currency.unknown")


def test_overlapping_versions_name_both_periods(tmp_path: Path) -> None:
    rows = "LIST,2026-01-01,2026-06-30,M8,0.35\nLIST,2026-06-30,2026-12-31,M8,0.36\n"
    write(tmp_path, prices_csv=f"book,from,to,product,price\n{rows}")
    with pytest.raises(Unreadable) as refusal:
        read_catalogue(tmp_path)
    finding = refusal.value.findings[0]
    assert finding.code == "price_book.versions_overlap"
    assert "2026-01-01 to 2026-06-30" in str(finding)
    assert "2026-06-30 to 2026-12-31" in str(finding)


def test_a_row_that_is_too_short_is_named(tmp_path: Path) -> None:
    write(tmp_path, prices_csv="book,product,price\nLIST,M8\n")
    assert places(tmp_path) == [("prices.csv:2", "row.unreadable")]


def test_an_open_quote_swallows_no_rows(tmp_path: Path) -> None:
    write(tmp_path, products_csv='code,name_en\nM8,"Bolt\nM10,Bolt\n')
    assert ("products.csv:3", "row.unreadable") in places(tmp_path)


def test_a_row_below_a_cell_of_two_lines_keeps_its_line(tmp_path: Path) -> None:
    write(tmp_path, products_csv='code,name_en,sellable_to\nM8,"Bolt\nM8",\nM10,Bolt,soon\n')
    assert places(tmp_path)[0][0].startswith("products.csv:4:sellable")


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path, prices_csv="book,product,price,prize\nLIST,M8,0.35,1\n")
    assert places(tmp_path) == [("prices.csv:1", "file.columns")]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "products.csv").write_bytes("code,name_zh\nM8,螺栓\n".encode("gb18030"))
    assert places(tmp_path) == [("products.csv", "file.encoding")]


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        products_csv="code,name_en\n,Bolt\nM10,\n",
        prices_csv="book,product,price\nNONE,M8,0.35\nLIST,M8,-1\n",
        promotions_toml='[[promotion]]\ncode = "P"\n',
    )
    found = [place for place, _ in places(tmp_path)]
    assert found == [
        "products.csv:2:code",
        "products.csv:3:name",
        "prices.csv:2:book",
        "prices.csv:3:price",
        "promotions.toml:1:benefit",
    ]


def test_a_missing_folder_and_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"folder\.missing"):
        read_catalogue(tmp_path / "nowhere")
    write(tmp_path)
    (tmp_path / "prices.csv").unlink()
    assert places(tmp_path) == [("prices.csv", "file.missing")]


def test_broken_toml_is_named(tmp_path: Path) -> None:
    write(tmp_path, catalogue_toml="default_book = LIST\n")
    assert places(tmp_path) == [("catalogue.toml", "file.unreadable")]


def test_a_bom_that_contains_itself_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "boms").mkdir()
    (tmp_path / "boms" / "M8.toml").write_text(
        'product = "M8"\n[[components]]\nproduct = "M10"\n', encoding="utf-8"
    )
    (tmp_path / "boms" / "M10.toml").write_text(
        'product = "M10"\n[[components]]\nproduct = "M8"\n', encoding="utf-8"
    )
    assert places(tmp_path) == [("boms/M10.toml", "bom.cycle")]


def test_a_rule_that_nobody_can_meet_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "boms").mkdir()
    (tmp_path / "boms" / "M8.toml").write_text(
        'product = "M8"\n[[groups]]\ncode = "head"\noptions = [{ product = "M10" }]\n'
        '[[excludes]]\ncode = "R"\ntogether = ["head=M10", "head=M12"]\n',
        encoding="utf-8",
    )
    assert places(tmp_path) == [("boms/M8.toml:R", "bom.dead_rule")]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("promotions.toml", '[[promotions]]\ncode = "P"\n', "promotions.toml:promotions"),
        ("promotions.toml", '[promotion]\ncode = "P"\n', "promotions.toml:promotion"),
        ("catalogue.toml", 'seller = "ACME"\n', "catalogue.toml:seller"),
        ("catalogue.toml", "units = [1]\n", "catalogue.toml:units.1"),
        ("catalogue.toml", "taxes = 5\n", "catalogue.toml:taxes"),
    ],
)
def test_toml_of_another_shape_is_named(tmp_path: Path, name: str, text: str, place: str) -> None:
    write(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [found for found, _ in places(tmp_path)] == [place]


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "products.csv").unlink()
    (tmp_path / "products.csv").mkdir()
    assert places(tmp_path) == [("products.csv", "file.unreadable")]
