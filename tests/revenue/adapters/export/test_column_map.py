"""The files of columns: those that ship, and those that people write."""

from pathlib import Path
from typing import get_args

import pytest

import revenue
from cpq.kernel.errors import Invalid, NotFound, Unreadable
from revenue.adapters.export import column_map, shipped_maps
from revenue.adapters.export.column_map import Value
from revenue.adapters.export.column_writer import _VALUES
from revenue.chart import STANDARD_CHART

OWN = """
code = "own"
name = "Own"
sources = ["the program's own template"]
checked = "imported once"
columns = [ { title = "Day", value = "date" }, { title = "Debit", value = "debit" } ]
"""


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", shipped_maps(), ids=lambda path: path.stem)
def test_a_shipped_map_says_where_it_comes_from(path: Path) -> None:
    columns = column_map(path.stem)
    assert columns.code == path.stem
    assert columns.name.en
    assert columns.name.zh
    assert "Never imported into the product itself" in columns.checked
    titles = [column.title for column in columns.columns]
    assert len(set(titles)) == len(titles)
    assert columns.uses("debit")
    assert columns.uses("credit")


def test_maps_lie_in_the_package_that_the_wheel_carries() -> None:
    package = Path(revenue.__file__).parent
    assert len(shipped_maps()) == 5
    assert all(path.is_relative_to(package) for path in shipped_maps())


def test_short_names_are_those_of_products() -> None:
    assert column_map("kingdee") == column_map("kingdee-k3-wise")
    assert column_map("yonyou") == column_map("yonyou-u8")


def test_every_value_of_a_column_is_written() -> None:
    assert set(_VALUES) == set(get_args(Value))


def test_customers_stand_on_accounts_of_our_chart() -> None:
    carried = column_map("kingdee").customer_accounts
    assert STANDARD_CHART.receivable.code.startswith(carried)
    assert STANDARD_CHART.unapplied_cash.code.startswith(carried)
    assert not STANDARD_CHART.bank.code.startswith(carried)


def test_a_map_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    columns = column_map(own(tmp_path, OWN))
    assert [column.title for column in columns.columns] == ["Day", "Debit"]
    assert columns.book == "CNY"


def test_a_name_that_no_map_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound) as refusal:
        column_map("sap")
    assert refusal.value.code == "journal_export.unknown_format"
    assert "kingdee, yonyou, kingdee-cloud, kingdee-k3-wise" in refusal.value.message


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ('value = "date"', 'value = "dates"', "columns.1.value", "Input should be 'date'"),
        ('value = "date"', 'value = "date", fixed = "x"', "columns.1", "one of them"),
        ('value = "date"', 'template = "{dates}"', "columns.1", "no value of a column"),
        ('name = "Own"', 'name = "Own"\nencodings = "x"', "encodings", "not known here"),
        ('name = "Own"', 'name = "Own"\nbook = "RMB"', "book", "RMB"),
        ('sources = ["the program\'s own template"]', "sources = []", "sources", "at least 1"),
    ],
)
def test_a_map_with_a_fault_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, place: str, why: str
) -> None:
    assert old in OWN
    with pytest.raises(Invalid) as refusal:
        column_map(own(tmp_path, OWN.replace(old, new)))
    assert refusal.value.code == "journal_export.bad_map"
    (finding,) = refusal.value.findings
    assert finding.place == place
    assert why in str(finding)


def test_what_is_no_toml_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is not TOML"):
        column_map(own(tmp_path, "code = own"))
    with pytest.raises(Unreadable, match="cannot be read"):
        column_map(tmp_path / "missing.toml")
