"""What recurs from a folder and a request to the terminal: billing, periods, the example's sums."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.cli import app
from cpq.kernel.errors import DomainError, Unreadable

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "subscription"
REQUEST = EXAMPLE / "request.json"


def run(*words: object, said: str = "") -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], input=said)
    if isinstance(done.exception, DomainError):
        raise done.exception
    return done.stdout


def asked(folder: Path, **changed: Any) -> Path:
    """The request of the example with other items."""
    fields = json.loads(REQUEST.read_text(encoding="utf-8"))
    path = folder / "request.json"
    path.write_text(json.dumps({**fields, **changed}), encoding="utf-8")
    return path


def test_the_example_sums_up_what_is_charged_once_and_over_each_term() -> None:
    pricing = quote_for(read_request(REQUEST), read_catalogue(EXAMPLE)).pricing
    assert str(pricing.one_time) == "48400.00 CNY"
    assert [(each.term(), str(each.net), each.lines) for each in pricing.recurring] == [
        ("36 months", "284310.00 CNY", ("1.3", "3", "4")),
        ("3 years", "35931.60 CNY", ("5",)),
    ]
    assert str(pricing.net) == "368641.60 CNY"
    assert pricing.line("3").floor == 115 * 60 * 36


def test_the_example_is_a_catalogue_without_a_fault() -> None:
    assert "9 products" in run("catalogue", "check", EXAMPLE)


def test_a_term_of_a_request_is_a_whole_number_of_periods(tmp_path: Path) -> None:
    for wrong in (0, "a year", 1.5):
        items = [{"product": "WMS-USER", "periods": wrong}]
        with pytest.raises(Unreadable) as refusal:
            read_request(asked(tmp_path, items=items))
        assert [each.place for each in refusal.value.findings] == ["items.1.periods"]
    toml = tmp_path / "request.toml"
    toml.write_text(
        'number = "Q-1"\ncustomer = "C-0101"\nissued_on = "2026-11-21"\n'
        'valid_until = "2026-12-21"\n[[items]]\nproduct = "WMS-USER"\nperiods = 12\n',
        encoding="utf-8",
    )
    pricing = quote_for(read_request(toml), read_catalogue(EXAMPLE)).pricing
    assert [(line.periods, str(line.net)) for line in pricing.lines] == [(12, "2016.00")]


def test_a_billing_period_that_is_none_is_named_by_its_cell(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(EXAMPLE, folder)
    products = folder / "products.csv"
    text = products.read_text(encoding="utf-8").replace(",VAT6,year,", ",VAT6,decade,", 1)
    products.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as refusal:
        read_catalogue(folder)
    (found,) = refusal.value.findings
    assert found.place == "products.csv:9:billing"
    assert "'month', 'quarter' or 'year'" in str(found)


def test_the_terminal_names_the_term_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    why = run("trace", "why", REQUEST, "-c", EXAMPLE, "--line", "3", "--line", "4")
    assert "Warehouse software × 60 user × 36 months" in why
    assert "× 60 × 36 months" in why
    assert "3 TB × 62.50 × 36 months" in why
    chinese = run("trace", "why", REQUEST, "-c", EXAMPLE, "--line", "3", "--locale", "zh_CN")
    assert "× 60 × 36 个月" in chinese


def test_a_session_prices_a_term_and_writes_it_down(tmp_path: Path) -> None:
    saved = tmp_path / "mine.json"
    words = ("configure", "STATION", "-c", EXAMPLE, "-n", "4", "--on", "2026-11-21")
    said = f"care=CARE-STATION\nprice\nsave {saved}\n"
    told = run(*words, "--periods", "24", said=said)
    assert "1.3 Replacement next working day × 4 pc × 24 months = 4320.00 CNY" in told
    (item,) = json.loads(saved.read_text(encoding="utf-8"))["items"]
    assert item["periods"] == 24
    again = run(*words[:4], "--choices", saved, "--on", "2026-11-21", said="price\n")
    assert "× 24 months = 4320.00 CNY" in again
