"""A comparison on paper, as a file and in a terminal."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpq import LocalText, Money, Quote, item, send
from cpq.adapters.brand import Brand
from cpq.adapters.cli import app
from cpq.adapters.compare_chart import FOOT, Bar, bars_of
from cpq.adapters.compare_html import comparison_html, comparison_plate, write_comparison
from cpq.adapters.plate import plain
from cpq.adapters.words import Phrase
from cpq.comparison import Comparison, compare
from cpq.configuration import Item
from cpq.kernel.errors import DomainError, Invalid, NotFound
from tests.cpq.test_comparison import AUTUMN, catalogue, priced, quoted, rates
from tests.terminal import terminal

FIRST = quoted(priced(item("PUMP", 8), item("SEAL", 40), item("HOSE", 2)))
SECOND = send(
    quoted(
        priced(item("SEAL", 40), item("PUMP", 12), trade=catalogue(AUTUMN, pump="1150")),
        version=2,
        delivery=LocalText(en="4 weeks", zh="4 周"),
    )
)
FOUND = compare(FIRST, SECOND)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: object) -> Any:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, DomainError):
        raise done.exception
    return done


def stored(quote: Quote, name: str) -> Path:
    path = Path(name)
    path.write_text(quote.canonical(), encoding="utf-8")
    return path


def given(found: Comparison, locale: str = "en") -> Any:
    return dict(comparison_plate(found, locale=locale).given)["comparison"]


def test_the_rows_of_the_page_foot() -> None:
    """8 pumps at 1,200.00 become 12 at 1,150.00 less 4 %: 552.00; two hoses, 80.00, go."""
    view = given(FOUND)
    assert [(row.label.text, row.net) for row in view.bridge] == [
        ("Before", "10,260.00"),
        ("Quantity effect", "+4,800.00"),
        ("Price effect", "−600.00"),
        ("Promotions", "−552.00"),
        ("Added, removed", "−80.00"),
        ("After", "13,828.00"),
    ]
    assert view.totals == ("+4,800.00", "−600.00", "−552.00", "−80.00")
    pump, hose = view.lines
    assert (pump.number, pump.moved.text) == ("2", "was 1")
    assert (pump.quantity.before, pump.quantity.after) == ("8", "12")
    assert pump.effects == ("+4,800.00", "−600.00", "−552.00", "")
    assert (hose.kind, hose.before, hose.after, hose.change) == ("removed", "80.00", "–", "−80.00")
    assert view.unchanged.text == "One line is unchanged."


def test_the_view_holds_text_and_nothing_else() -> None:
    for locale in ("en", "zh_CN", "bilingual"):
        assert json.dumps(plain(given(FOUND, locale)))
        assert dataclasses.is_dataclass(given(FOUND, locale))


def test_the_page_is_one_file_in_either_language() -> None:
    english, chinese, both = (
        comparison_html(FOUND, locale=locale) for locale in ("en", "zh_CN", "bilingual")
    )
    for html in (english, chinese, both):
        assert "http-equiv" not in html
        assert "<script" not in html
        assert "src=" not in html
        assert html.count("<svg") == html.count("<title>Bridge") + html.count("<title>由") == 1
    assert "Rules that act otherwise" in english
    assert "规则变化" not in english
    assert "规则变化" in chinese
    assert "Rules that act otherwise" in both
    assert "规则变化" in both
    assert '<html lang="zh-CN">' in chinese


def test_a_page_with_rules_is_marked_as_internal() -> None:
    assert "not for the customer" in comparison_html(FOUND, locale="en")
    seen = compare(FIRST, FIRST.with_(delivery=LocalText(en="4 weeks")))
    assert "not for the customer" not in comparison_html(seen, locale="en")


def test_a_page_says_that_nothing_differs() -> None:
    html = comparison_html(compare(FIRST, FIRST), locale="en")
    assert "The two versions say the same." in html
    assert "<svg" not in html


def test_names_of_customers_are_text_and_never_markup() -> None:
    evil = Item(product="SEAL", quantity=5, attributes=(("note", "<script>alert(1)</script>"),))
    found = compare(priced(item("SEAL", 5)), priced(evil))
    html = comparison_html(found, locale="en")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_brand_colours_the_chart() -> None:
    html = comparison_html(FOUND, locale="en", brand=Brand(accent="#7a1f1f"))
    assert 'fill="#7a1f1f"' in html


def test_a_folder_may_replace_a_block(tmp_path: Path) -> None:
    own = '{% extends "cpq/comparison.html" %}{% block terms %}<p>our own</p>{% endblock %}'
    (tmp_path / "comparison.html").write_text(own, encoding="utf-8")
    html = comparison_html(FOUND, locale="en", templates=tmp_path)
    assert "our own" in html
    assert "What else has changed" not in html


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(NotFound, match=r"document\.unknown_locale"):
        comparison_html(FOUND, locale="fr")


def test_the_file_is_written_whole(tmp_path: Path) -> None:
    path = write_comparison(FOUND, tmp_path / "c.html", locale="zh_CN")
    assert path.read_text(encoding="utf-8") == comparison_html(FOUND, locale="zh_CN")
    assert [each.name for each in tmp_path.iterdir()] == ["c.html"]


def bars(*amounts: int) -> list[Bar]:
    first, *others, last = amounts
    made = [Bar(Phrase("first", "en"), Money(first, "CNY").amount, "", is_total=True)]
    made += [
        Bar(Phrase("change", "en"), Money(each, "CNY").amount, "", is_total=False)
        for each in others
    ]
    return [*made, Bar(Phrase("last", "en"), Money(last, "CNY").amount, "", is_total=True)]


def test_bars_stand_on_the_foot_and_follow_each_other() -> None:
    (first, up, down, last), is_cut = bars_of(bars(100, 60, -40, 120))
    assert not is_cut
    assert [bar.kind for bar in (first, up, down, last)] == ["total", "up", "down", "total"]
    for bar in (first, last):
        assert bar.top + bar.height == FOOT
    assert up.top + up.height == first.top == first.level
    assert down.top == up.top == up.level
    assert last.top == down.level == down.top + down.height
    assert last.reach == 0


def test_small_changes_of_large_totals_are_seen() -> None:
    (first, up, last), is_cut = bars_of(bars(1_000_000, 100, 1_000_100))
    assert is_cut
    assert up.height > 100
    assert first.top > last.top


def test_totals_below_nothing_hang() -> None:
    (first, down, last), is_cut = bars_of(bars(50, -80, -30))
    assert not is_cut
    assert down.height > first.height
    assert last.top == first.top + first.height


def test_bars_of_nothing_are_drawn() -> None:
    (first, last), _ = bars_of(bars(0, 0))
    assert first.height == last.height == 1


def test_the_command_shows_tables() -> None:
    done = run("quote", "compare", stored(FIRST, "1.json"), stored(SECOND, "2.json"))
    lines = done.output.splitlines()
    assert lines[0] == "Q-7 → Q-7 / 2 · C-1 · +4,031.84 CNY"
    assert lines[2].split() == ["Before", "10,260.00", "1,333.80", "11,593.80"]
    assert "    quantity +4,800.00, price −600.00, promotion −552.00" in done.output
    assert "acts now        promotion" in done.output
    assert ["Delivery", "6", "weeks", "4", "weeks"] in [line.split() for line in lines]
    assert lines[-1] == "One line is unchanged."


def test_the_command_speaks_chinese() -> None:
    done = run("quote", "compare", stored(FIRST, "1.json"), stored(SECOND, "2.json"), "-l", "zh_CN")
    assert "数量 +4,800.00，价格 −600.00，促销 −552.00" in done.output
    assert "另有 1 行未变。" in done.output


def test_the_command_writes_json_and_a_page() -> None:
    sides = (stored(FIRST, "1.json"), stored(SECOND, "2.json"))
    done = run("quote", "compare", *sides, "--json", "--html", "c.html")
    assert Comparison.model_validate_json(done.stdout) == FOUND
    assert "Q-7 / 2" in Path("c.html").read_text(encoding="utf-8")


def test_the_command_tells_only_what_the_customer_sees() -> None:
    sides = (stored(FIRST, "1.json"), stored(SECOND, "2.json"))
    done = run("quote", "compare", *sides, "--published", "--html", "c.html")
    assert "Autumn" not in done.output
    assert "Autumn" not in Path("c.html").read_text(encoding="utf-8")
    assert "no rules are compared" in done.output


def test_the_command_says_that_nothing_differs() -> None:
    path = stored(FIRST, "1.json")
    assert "say the same" in run("quote", "compare", path, path).output


def test_the_command_takes_a_rate_between_two_currencies() -> None:
    dollars = quoted(priced(item("PUMP", 8), trade=catalogue(currency="USD", pump="160")))
    sides = (stored(dollars, "1.json"), stored(SECOND, "2.json"))
    with pytest.raises(Invalid, match=r"comparison\.no_rate"):
        run("quote", "compare", *sides)
    done = run("quote", "compare", *sides, "--rate", "7.2")
    assert "told at 1 USD = 7.2 CNY" in done.output
    with pytest.raises(Invalid, match="more than 0"):
        run("quote", "compare", *sides, "--rate", "0")


def test_a_pricing_is_nobodys_offer() -> None:
    path = Path("p.json")
    path.write_text(FIRST.pricing.canonical(), encoding="utf-8")
    with pytest.raises(Invalid, match="for quotes"):
        run("quote", "compare", path, path, "--published")


def test_a_narrow_terminal_cuts_no_figure(tmp_path: Path) -> None:
    sides = (stored(FIRST, "1.json"), stored(SECOND, "2.json"))
    narrow = {"FORCE_COLOR": "1", "COLUMNS": "60"}
    done = terminal("cpq", "quote", "compare", *sides, cwd=tmp_path, environment=narrow)
    assert done.returncode == 0
    for figure in ("1,150.00", "13,828.00", "13,248.00", "+3,568.00"):
        assert figure in done.stdout


def test_tax_and_currency_have_columns_of_their_own_only_where_they_matter() -> None:
    trade = catalogue(currency="USD", pump="160", rates=rates("7.0"))
    other = catalogue(currency="USD", pump="160", rates=rates("7.2"))
    first, second = (priced(item("PUMP", 8), trade=each, currency="CNY") for each in (trade, other))
    view = given(compare(first, second))
    assert [driver.text for driver in view.drivers] == ["Exchange rate"]
    assert view.before.reference == "Before"
