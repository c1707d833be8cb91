"""Commands about prices: why they are what they are, and what a draft would change."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.cli import app
from cpq.adapters.past import files_of, read_past
from cpq.kernel.errors import DomainError, Invalid, NotFound, Unavailable, Unreadable
from cpq.quote import Quote, published, send
from cpq.waterfall import Pricing

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
REQUEST = LASER / "request.json"
QUOTE = quote_for(read_request(REQUEST), read_catalogue(LASER))


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")


def run(*words: object) -> Any:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, DomainError):
        raise done.exception
    return done


def stored(quote: Quote, name: str = "quote.json") -> Path:
    path = Path(name)
    path.write_text(quote.canonical(), encoding="utf-8")
    return path


def asked(number: str, **changed: Any) -> Path:
    fields = json.loads(REQUEST.read_text(encoding="utf-8"), parse_float=str)
    path = Path(f"{number}.json")
    path.write_text(json.dumps({**fields, "number": number, **changed}), encoding="utf-8")
    return path


def drafted(*replaced: tuple[str, str, str]) -> Path:
    """A copy of the example with a text of a file replaced."""
    shutil.copytree(LASER, "draft")
    for name, old, new in replaced:
        file = Path("draft") / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
    return Path("draft")


DEARER = ("prices.csv", "486000.00", "498000.00")
NO_TRAINING = ("prices.csv", "LIST-2026,2026-01-01,2026-12-31,TRAINING-D,,,,3200.00,\n", "")
NOZZLES = [{"product": "NOZZLE-15", "quantity": 120}]


# --- trace -------------------------------------------------------------------------------------


def test_why_prints_a_waterfall_down_to_the_net() -> None:
    done = run("trace", "why", REQUEST, "-c", LASER, "--line", "1")
    head, columns, *rows = [line.split() for line in done.stdout.splitlines()]
    assert " ".join(head) == "Q-2026-0001 · C-0042 · 2026-11-21 · HENGTAI-2026 · CNY"
    assert columns == ["Point", "Rule", "Effect", "Per", "unit", "Amount"]
    assert [row[0] for row in rows] == ["1", "list", "book", "amount", "promotion", "net"]
    assert rows[1][-1] == "486,000.00"
    assert rows[2][-2:] == ["−8%", "447,120.00"]
    assert rows[3][-3:] == ["2", "447,120.00", "894,240.00"]
    assert rows[4][-2:] == ["−23,510.98", "870,729.02"]
    assert rows[5] == ["net", "870,729.02"]


def test_why_speaks_chinese() -> None:
    done = run("trace", "why", REQUEST, "-c", LASER, "-l", "zh_CN")
    assert "年终促销：减 3% (限额内: 30000.00 / 34231.50)" in done.stdout
    assert "已含" in done.stdout


def test_why_of_a_stored_quote_needs_no_catalogue() -> None:
    done = run("trace", "why", stored(QUOTE), "--line", "2")
    assert done.stdout == run("trace", "why", REQUEST, "-c", LASER, "--line", "2").stdout


def test_why_of_one_rule_shows_where_it_acts() -> None:
    done = run("trace", "why", stored(QUOTE), "--rule", "YEAREND-2026")
    assert [line.split()[0] for line in done.stdout.splitlines()[2:] if line.strip()] == (
        ["1", "promotion", "net", "1.3", "promotion", "net", "1.4", "promotion", "net"]
    )
    refused = run("trace", "why", stored(QUOTE), "--rule", "LIST-2026: NOZZLE-15 from 200")
    assert "quantity below" in refused.stdout
    with pytest.raises(NotFound, match="NOPE"):
        run("trace", "why", stored(QUOTE), "--rule", "NOPE")


def test_why_not_says_what_was_missing() -> None:
    done = run("trace", "why-not", stored(QUOTE))
    assert done.stdout.splitlines()[-1].split()[-5:] == ["quantity", "below", "200", "120", "80"]
    chinese = run("trace", "why-not", stored(QUOTE), "-l", "zh", "--line", "2")
    assert "NOZZLE-15，满 200 起" in chinese.stdout
    none = run("trace", "why-not", stored(QUOTE), "--line", "3")
    assert none.stdout.splitlines()[-1] == "no rule was refused"
    acts = run("trace", "why-not", stored(QUOTE), "--rule", "YEAREND-2026")
    assert acts.stdout.splitlines()[-1] == "YEAREND-2026 acts already on 1, 1.3, 1.4"
    with pytest.raises(NotFound, match="NOPE"):
        run("trace", "why-not", stored(QUOTE), "--rule", "NOPE")


def test_trigger_says_how_much_more() -> None:
    done = run("trace", "trigger", stored(QUOTE), "--rule", "LIST-2026: NOZZLE-15 from 200")
    assert done.stdout.rstrip().endswith("80 more pc")
    both = run("trace", "trigger", stored(QUOTE), "--rule", "LIST-2026")
    assert both.stdout.splitlines()[-1] == "LIST-2026 acts already on 1, 1.3, 1.4, 1.5, 2, 3"


def test_the_trace_is_there_for_programs() -> None:
    why = json.loads(run("trace", "why", stored(QUOTE), "--json", "--line", "1").stdout)
    assert [row["point"] for row in why] == ["list", "book", "promotion"]
    missing = json.loads(run("trace", "why-not", stored(QUOTE), "--json").stdout)
    assert [row["missing"] for row in missing] == ["80"]
    words = ("trace", "trigger", stored(QUOTE), "-r", "LIST-2026", "--json")
    assert [row["kind"] for row in json.loads(run(*words).stdout)] == ["quantity"]


def test_a_line_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(Invalid, match=r"no line 9; the lines are 1, 1\.1") as refusal:
        run("trace", "why", stored(QUOTE), "--line", "9")
    assert refusal.value.code == "input.invalid"


# --- reading what is past ----------------------------------------------------------------------


def test_what_was_stored_reads_back_as_it_was() -> None:
    sent = send(QUOTE)
    assert read_past(stored(sent)) == sent
    Path("pricing.json").write_text(QUOTE.pricing.canonical(), encoding="utf-8")
    assert read_past("pricing.json") == QUOTE.pricing
    assert isinstance(read_past("pricing.json"), Pricing)


def test_a_request_is_priced_first_and_needs_a_catalogue() -> None:
    assert read_past(REQUEST, read_catalogue(LASER)) == QUOTE
    with pytest.raises(Invalid, match="--catalogue"):
        read_past(REQUEST)


def test_a_broken_quote_names_its_fields() -> None:
    path = stored(QUOTE)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"valid_until"', '"valid_till"'), encoding="utf-8")
    with pytest.raises(Unreadable, match="valid_till") as refusal:
        read_past(path)
    assert refusal.value.code == "quote.unreadable"
    assert {each.place for each in refusal.value.findings} == {"valid_until", "valid_till"}


def test_a_folder_stands_for_its_json_files() -> None:
    Path("past").mkdir()
    for name in ("b.json", "a.json", "notes.txt"):
        (Path("past") / name).write_text("", encoding="utf-8")
    found = files_of([Path("past"), Path("past/a.json"), Path("c.json")])
    assert [file.name for file in found] == ["a.json", "b.json", "c.json"]


# --- simulate ----------------------------------------------------------------------------------


def simulated(*words: object) -> list[str]:
    done = run("catalogue", "simulate", LASER, *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


def test_simulate_adds_up_by_customer() -> None:
    draft = drafted(DEARER)
    paths = (asked("Q-1"), asked("Q-2", customer="C-0077"), stored(QUOTE))
    lines = simulated(*paths, "--draft", draft)
    assert lines[0] == "3 quotes under draft, each on its own day"
    rows = [line.split() for line in lines[2:6]]
    assert rows[0][-2:] == ["Change", "%"]
    assert rows[1][0] == "C-0042"
    assert rows[1][-2:] == ["+44,160.00", "+1.95%"]
    assert rows[2][0] == "C-0077"
    assert rows[2][-2:] == ["+24,000.00", "+1.91%"]
    assert rows[3][:3] == ["Total", "CNY", "3"]
    assert rows[3][-2:] == ["+68,160.00", "+1.93%"]
    assert lines[7] == "rules that act otherwise"
    assert lines[9].split() == ["list", "LIST-2026:", "LASER-3000", "altered", "3", "3"]


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("product", "LASER-3000 Fibre laser cutter LASER-3000"),
        ("category", "machines"),
        ("book", "HENGTAI-2026 Agreement with Hengtai 2026"),
        ("quote", "Q-2026-0001"),
        ("rule", "list"),
        ("line", "Q-2026-0001/1"),
    ],
)
def test_simulate_groups_by_what_is_asked(by: str, first: str) -> None:
    lines = simulated(stored(QUOTE), "--draft", drafted(DEARER), "--by", by)
    assert lines[3].startswith(first)


def test_simulate_lists_what_has_no_price_any_more() -> None:
    draft = drafted(NO_TRAINING)
    lines = simulated(asked("Q-1"), asked("Q-2", items=NOZZLES), "--draft", draft)
    assert "nothing changes" not in lines
    place = lines.index("cannot be priced any more, and in no figure above: 1 quote")
    assert lines[place + 2].startswith("Q-1")
    assert "lines/3: no price for 'TRAINING-D'" in lines[place + 2]


def test_simulate_on_another_day_by_another_book() -> None:
    words = ("--draft", LASER, "--on", "2026-02-01", "--book", "LIST-2026")
    lines = simulated(asked("Q-1"), *words, "-l", "zh_CN")
    assert "没有变化" not in lines
    assert lines[0] == f"1 份报价单，按 {LASER} 模拟，计价日 2026-02-01，一律按价目表 LIST-2026"
    assert "合计 CNY" in "\n".join(lines)


def test_simulate_says_that_nothing_changes() -> None:
    assert simulated(stored(QUOTE), "--draft", LASER)[-1] == "nothing changes"


def test_simulate_says_what_is_doubtful() -> None:
    bare = QUOTE.with_(pricing=QUOTE.pricing.with_(catalogue="another"))
    lines = simulated(stored(published(bare)), "--draft", drafted(DEARER))
    assert f"priced against another snapshot than {LASER}: 1 quote" in lines
    assert "kept without a trace to compare: 1 quote" in lines


def test_simulate_shows_the_first_rows_and_says_so() -> None:
    words = ("--draft", drafted(DEARER), "--by", "product", "--top", "1")
    lines = simulated(stored(QUOTE), *words)
    assert lines[5] == "5 more; --top 0 shows all"
    every = simulated(stored(QUOTE), *words[:-1], "0")
    assert len([line for line in every if line.startswith(("HEAD", "CHILLER", "NOZZLE"))]) == 3


def test_simulate_writes_every_line_for_a_spreadsheet() -> None:
    paths = (asked("Q-1"), asked("Q-2", customer="C-0077"))
    simulated(*paths, "--draft", drafted(DEARER), "--by", "line", "--csv", "out.csv")
    text = Path("out.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 * len(QUOTE.pricing.lines)
    first = rows[0]
    assert (first["quote"], first["line"], first["product"]) == ("Q-1", "1", "LASER-3000")
    assert (first["net_before"], first["net_after"]) == ("870729.02", "892685.84")
    assert (first["change"], first["percent"]) == ("21956.82", "2.52")
    assert (first["rules_altered"], first["rules_lost"]) == ("LIST-2026: LASER-3000", "")
    assert {row["counts"] for row in rows if row["unit_price_before"] == "0"} == {"no"}


def test_simulate_writes_all_there_is_for_programs() -> None:
    draft = drafted(NO_TRAINING, DEARER)
    paths = (asked("Q-1"), asked("Q-2", customer="C-0077", items=NOZZLES))
    words = ("--draft", draft, "--json", "out.json", "--csv", "out.csv")
    simulated(*paths, *words)
    found = json.loads(Path("out.json").read_text(encoding="utf-8"), parse_float=str)
    assert found["totals"][0]["left_out"] == "1134872.00"
    assert [row["key"] for row in found["rows"]] == ["C-0042", "C-0077"]
    assert [change["refusals"] != [] for change in found["changes"]] == [True, False]
    text = Path("out.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["left_out"] for row in rows] == ["1134872.00", "0.00"]


def test_simulate_goes_on_past_a_file_that_cannot_be_read() -> None:
    Path("broken.json").write_text("{", encoding="utf-8")
    done = run("catalogue", "simulate", LASER, "broken.json", stored(QUOTE), "--draft", LASER)
    assert done.exit_code == 3
    assert done.stdout.startswith("1 quote under")
    assert "broken.json is not JSON" in done.stderr


def test_simulate_refuses_what_it_cannot_mean() -> None:
    with pytest.raises(Invalid, match="'tomorrow'"):
        run("catalogue", "simulate", LASER, REQUEST, "--draft", LASER, "--on", "tomorrow")
    with pytest.raises(Invalid, match="one of customer, product"):
        run("catalogue", "simulate", LASER, REQUEST, "--draft", LASER, "--by", "colour")
    Path("empty").mkdir()
    with pytest.raises(Invalid, match="no quotes"):
        run("catalogue", "simulate", LASER, "empty", "--draft", LASER)
    with pytest.raises(Unavailable, match="cannot be written") as refusal:
        run("catalogue", "simulate", LASER, REQUEST, "--draft", LASER, "--csv", "no/out.csv")
    assert refusal.value.code == "file.not_written"
    assert run("catalogue", "simulate", LASER, REQUEST).exit_code == 2


# --- lint --------------------------------------------------------------------------------------


def test_lint_groups_its_findings_by_code() -> None:
    cliff = ("prices.csv", "NOZZLE-15,,,200,37.20", "NOZZLE-15,,,200,20.00")
    done = run("catalogue", "lint", drafted(cliff))
    assert done.exit_code == 0, done.stdout
    assert "lint.cliff" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("note × ")
    chinese = run("catalogue", "lint", "draft", "-l", "zh_CN")
    assert chinese.stdout.splitlines()[-1].startswith("提示 × ")


def test_lint_is_there_for_programs() -> None:
    cliff = ("prices.csv", "NOZZLE-15,,,200,37.20", "NOZZLE-15,,,200,20.00")
    rows = json.loads(run("catalogue", "lint", drafted(cliff), "--json").stdout)
    assert "lint.cliff" in {row["code"] for row in rows}


def test_lint_of_a_day_leaves_the_past_aside() -> None:
    cliff = ("prices.csv", "NOZZLE-15,,,200,37.20", "NOZZLE-15,,,200,20.00")
    done = run("catalogue", "lint", drafted(cliff), "--on", "2027-01-01", "--json")
    assert "lint.cliff" not in {row["code"] for row in json.loads(done.stdout)}
