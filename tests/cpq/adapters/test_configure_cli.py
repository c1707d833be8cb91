"""The command ``cpq configure``: a dialogue from a pipe, and what it saves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal import ROOT, terminal

LASER = ROOT / "examples" / "laser"
DAY = ("--on", "2026-11-21")
DEEPER = """
[[attributes]]
code = "focus"
range = { low = "10", high = "60", step = "1", unit = "mm" }

[[groups]]
code = "spare"
minimum = 0
preset = ["SENSOR-Z"]
options = [{ product = "SENSOR-Z" }]

[[groups]]
code = "more"
minimum = 0
maximum = 2
preset = ["NOZZLE-15"]
options = [{ product = "NOZZLE-15" }, { product = "LENS-150", place = "LENS-2" }]
"""


def configure(
    folder: Path, *lines: str, options: tuple[object, ...] = (), catalogue: Path = LASER
) -> subprocess.CompletedProcess[str]:
    words = ("configure", "LASER-3000", "-c", catalogue, *DAY, *options)
    return terminal("cpq", *words, cwd=folder, typed="".join(f"{line}\n" for line in lines))


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def refused(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The codes of the refusals, one a line."""
    assert done.returncode == 0, done.stderr
    return [line.rpartition("[")[2].rstrip("]") for line in done.stderr.splitlines()]


def payable(text: str) -> str:
    return next(line for line in text.splitlines() if line.endswith("to pay"))


@pytest.fixture
def deeper(tmp_path: Path) -> Path:
    """The example with choices below an option: a range, and groups of which none need be."""
    folder = tmp_path / "deeper"
    shutil.copytree(LASER, folder)
    with (folder / "boms" / "HEAD-12KW.toml").open("a", encoding="utf-8") as file:
        file.write(DEEPER)
    return folder


# --- choosing ------------------------------------------------------------------------------------


def test_a_choice_says_what_follows_from_it(tmp_path: Path) -> None:
    done = configure(tmp_path, "choose head HEAD-12KW", "show cooling")
    lines = said(done)
    assert lines[:2] == ["✓ head=HEAD-12KW chosen", "→ cooling=CHILLER-W implied"]
    assert lines[3:] == [
        "cooling CHILLER-A ✗ impossible Air-cooled chiller",
        "CHILLER-W → implied Water-cooled chiller 12 kW",
    ]
    assert done.stderr == ""


def test_why_names_choice_and_rule_and_fix_applies_a_correction(tmp_path: Path) -> None:
    lines = said(configure(tmp_path, "head=HEAD-12KW", "why cooling CHILLER-A", "fix 1", "show"))
    assert lines[2].startswith("cooling=CHILLER-A is impossible with head=HEAD-12KW: ")
    assert "12KW-NEEDS-WATER" in lines[2]
    assert lines[3:7] == [
        "fix 1: take head=HEAD-12KW back",
        "✓ cooling=CHILLER-A chosen",
        "taken back: head=HEAD-12KW",
        "→ head=HEAD-6KW implied",
    ]
    assert "head HEAD-6KW → implied Cutting head 6 kW" in lines


def test_a_refused_choice_changes_nothing_and_the_session_goes_on(tmp_path: Path) -> None:
    done = configure(tmp_path, "head=HEAD-12KW", "cooling=CHILLER-A", "why", "count")
    assert refused(done) == ["configuration.conflict"]
    assert said(done)[-2:] == [
        "fix 1: take head=HEAD-12KW back",
        "6 configurations agree with the choices",
    ]


def test_why_an_implied_value_names_the_choices_that_imply_it(tmp_path: Path) -> None:
    done = configure(tmp_path, "head=HEAD-12KW", "why cooling CHILLER-W", "why head HEAD-12KW")
    assert said(done)[2:] == [
        "cooling=CHILLER-W is implied by head=HEAD-12KW",
        "head=HEAD-12KW is chosen",
    ]


def test_undo_takes_whole_steps_back_one_after_the_other(tmp_path: Path) -> None:
    lines = ("head=HEAD-12KW", "complete", "count", "undo", "count", "undo", "count", "undo")
    done = configure(tmp_path, *lines)
    assert [line for line in said(done) if "agree" in line] == [
        "1 configuration agrees with the choices",
        "6 configurations agree with the choices",
        "18 configurations agree with the choices",
    ]
    assert refused(done) == ["input.invalid"]


def test_an_option_of_several_is_ruled_out_and_taken_back(tmp_path: Path) -> None:
    commands = ("no extras LOADER-A", "show extras", "unchoose extras LOADER-A", "show extras")
    done = configure(tmp_path, *commands, "no head HEAD-6KW", options=("--author", "Li Wei"))
    lines = said(done)
    assert "extras LOADER-A ✗ ruled out by Li Wei Automatic sheet loader" in lines
    assert "extras LOADER-A ○ possible Automatic sheet loader" in lines
    assert refused(done) == ["configuration.not_several"]


def test_what_was_filled_in_gives_way_and_what_was_chosen_does_not(tmp_path: Path) -> None:
    filled = configure(tmp_path, "complete", "head=HEAD-12KW")
    assert refused(filled) == []
    assert "taken back: head=HEAD-6KW + cooling=CHILLER-A" in said(filled)
    chosen = configure(tmp_path, "cooling=CHILLER-A", "complete", "head=HEAD-12KW")
    assert refused(chosen) == ["configuration.conflict"]


def test_every_refusal_is_one_line_with_its_code(tmp_path: Path) -> None:
    done = configure(
        tmp_path,
        "# a remark, and an empty line",
        "",
        "sing",
        "choose head",
        "chose=1",
        "head=HEAD-99",
        "unchoose head",
        "why head HEAD-6KW",
        "fix 1",
        "why",
        "undo",
        "show nowhere",
        "save",
        f"save {tmp_path / 'none' / 'saved.json'}",
        "price NOBODY",
        "a\x01b=c",
    )
    assert refused(done) == [
        *("input.invalid", "input.invalid"),
        *("configuration.unknown_choice", "configuration.unknown_choice"),
        *("configuration.not_chosen", "configuration.possible", "input.invalid"),
        *("configuration.unknown_choice", "input.invalid", "configuration.unknown_choice"),
        *("input.invalid", "file.not_written", "customer.unknown", "input.invalid"),
    ]


def test_nothing_after_quit_is_read(tmp_path: Path) -> None:
    assert said(configure(tmp_path, "quit", "count")) == []


def test_a_session_speaks_chinese(tmp_path: Path) -> None:
    commands = ("head=HEAD-12KW", "cooling=CHILLER-A", "show cooling", "help")
    done = configure(tmp_path, *commands, options=("--locale", "zh_CN"))
    assert "cooling CHILLER-A ✗ 不可选 风冷冷水机" in said(done)
    assert any(
        line.startswith("complete [AIM] 补全其余选项，与预设差异最少") for line in said(done)
    )
    assert done.stderr.startswith("cooling=CHILLER-A 与 head=HEAD-12KW 不能成立：")


# --- whole configurations ------------------------------------------------------------------------


def test_complete_says_what_it_filled_in_and_how_far_it_is_from_the_presets(tmp_path: Path) -> None:
    lines = said(configure(tmp_path, "head=HEAD-12KW", "complete", "show colour"))
    assert "✓ colour=grey chosen" in lines
    assert "changes from the presets: 1; none has fewer" in lines
    assert "colour grey ✓ chosen by preset light grey" in lines


def test_explode_prints_the_tree_with_quantities(tmp_path: Path) -> None:
    lines = said(configure(tmp_path, "head=HEAD-12KW", "explode", options=("--quantity", "2")))
    assert "LASER-3000 2 set Fibre laser cutter LASER-3000" in lines
    assert "3.1 LENS-150 2 4 pc Focusing lens 150 mm" in lines


def test_what_is_saved_prices_to_the_same_total(tmp_path: Path) -> None:
    commands = ("head=HEAD-12KW", "colour=red", "extras=FILTER-10", "price C-0042")
    done = configure(tmp_path, *commands, options=("-n", "2", "--save", "saved.json"))
    assert said(done)[-1] == "saved: saved.json"
    priced = terminal("cpq", "quote", "price", "saved.json", "-c", LASER, cwd=tmp_path)
    assert priced.returncode == 0, priced.stderr
    assert payable(priced.stdout) == payable(done.stdout)
    request = json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))
    assert request["items"][0]["choose"] == {
        "colour": "red",
        "head": "HEAD-12KW",
        "cooling": "CHILLER-W",
        "extras": ["FILTER-10"],
    }


def test_a_saved_request_is_where_the_next_session_begins(tmp_path: Path) -> None:
    configure(tmp_path, "head=HEAD-12KW", "colour=red", "save saved.json", options=("-n", "3"))
    done = configure(tmp_path, "count", "explode", options=("--choices", "saved.json"))
    assert said(done)[0] == "1 configuration agrees with the choices"
    assert "LASER-3000 3 set Fibre laser cutter LASER-3000" in said(done)


def test_a_session_that_knows_no_customer_saves_and_says_so(tmp_path: Path) -> None:
    done = configure(tmp_path, "save saved.json")
    assert "names no customer yet" in said(done)[-1]
    priced = terminal("cpq", "quote", "price", "saved.json", "-c", LASER, cwd=tmp_path)
    assert (priced.returncode, "customer" in priced.stderr) == (3, True)


def test_a_file_of_choices_begins_a_session_and_what_is_refused_is_told(tmp_path: Path) -> None:
    choices = {"head": "HEAD-12KW", "cooling": "CHILLER-A", "extras": ["FILTER-10"]}
    (tmp_path / "choices.json").write_text(json.dumps(choices), encoding="utf-8")
    done = configure(tmp_path, "show extras", options=("--choices", "choices.json"))
    assert refused(done) == ["configuration.conflict"]
    assert "FILTER-10 ✓ chosen Dust filter cartridge" in said(done)


@pytest.mark.parametrize("text", ["[]", '{"head": 7}', '{"items": [{"product": "NOZZLE-15"}]}'])
def test_a_file_that_holds_no_choices_is_unreadable(tmp_path: Path, text: str) -> None:
    (tmp_path / "choices.json").write_text(text, encoding="utf-8")
    done = configure(tmp_path, options=("--choices", "choices.json"))
    assert (done.returncode, "[request.unreadable]" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--on", "tomorrow"), "input.invalid"),
        (("--customer", "NOBODY"), "customer.unknown"),
        (("--quantity", "0"), "request.unreadable"),
        (("--locale", "fr"), "document.unknown_locale"),
    ],
)
def test_an_option_that_means_nothing_is_refused(
    tmp_path: Path, options: tuple[str, str], code: str
) -> None:
    done = configure(tmp_path, options=options)
    assert done.returncode
    assert f"[{code}]" in done.stderr


# --- deeper models -------------------------------------------------------------------------------


def test_what_is_below_an_option_says_what_it_needs(tmp_path: Path, deeper: Path) -> None:
    commands = ("show head.HEAD-12KW", "head=HEAD-6KW", "show head.HEAD-12KW.focus")
    lines = said(configure(tmp_path, *commands, catalogue=deeper))
    assert lines[1:3] == [
        "head.HEAD-12KW.focus ? only with head=HEAD-12KW",
        "10 … 60 ○ possible × 51",
    ]
    assert lines[-1] == "head.HEAD-12KW.focus – only with head=HEAD-12KW"


def test_one_path_is_shown_with_every_value(tmp_path: Path, deeper: Path) -> None:
    done = configure(tmp_path, "head=HEAD-12KW", "show head.HEAD-12KW.focus", catalogue=deeper)
    assert "37 ○ possible 37 mm" in said(done)


def test_nothing_picked_where_something_is_preset_is_saved_as_nothing(
    tmp_path: Path, deeper: Path
) -> None:
    above = "head.HEAD-12KW"
    commands = ("head=HEAD-12KW", f"{above}.spare=none", f"{above}.focus=25")
    options = ("--save", "saved.json", "--customer", "C-0042")
    ruled_out = f"no {above}.more NOZZLE-15"
    done = configure(
        tmp_path, *commands, ruled_out, "price", "explode", options=options, catalogue=deeper
    )
    assert refused(done) == []
    request = json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))
    choose = request["items"][0]["choose"]
    assert (choose[f"{above}.spare"], choose[f"{above}.more"]) == ([], [])
    assert choose[f"{above}.focus"] == "25"
    assert sum("NOZZLE-15" in line for line in done.stdout.splitlines()) == 1  # ruled out
    priced = terminal("cpq", "quote", "price", "saved.json", "-c", deeper, cwd=tmp_path)
    assert payable(priced.stdout) == payable(done.stdout)
    assert "nozzle" not in priced.stdout
    again = configure(tmp_path, "count", options=("--choices", "saved.json"), catalogue=deeper)
    assert refused(again) == []
    assert said(again)[-1] == "1 configuration agrees with the choices"


# --- a terminal ----------------------------------------------------------------------------------


def test_a_prompt_is_shown_where_somebody_types(tmp_path: Path) -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    start = "from cpq.adapters.terminal import cpq; cpq()"
    words = ["configure", "LASER-3000", "-c", str(LASER), *DAY]
    os.write(ours, b"count\n\x04")
    done = subprocess.run(
        [sys.executable, "-c", start, *words],
        stdin=theirs,
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0, done.stderr
    assert "LASER-3000> 18 configurations agree" in done.stdout


def test_every_step_tells_its_price(tmp_path: Path) -> None:
    told = said(configure(tmp_path, "head=HEAD-12KW", "undo", options=("--price",)))
    assert told == [
        "net price 565800.00 CNY",
        "✓ head=HEAD-12KW chosen",
        "→ cooling=CHILLER-W implied",
        "net price 615900.00 CNY (+50100.00)",
        "undone",
        "net price 565800.00 CNY (-50100.00)",
    ]


def test_what_each_value_would_cost_is_told_for_the_customer(tmp_path: Path) -> None:
    nobody = said(configure(tmp_path, "prices head"))
    assert nobody[1:] == [
        "HEAD-6KW 565800.00 CNY 0.00 +0.0 %",
        "HEAD-12KW 615900.00 CNY +50100.00 +8.9 %",
    ]
    ours = said(configure(tmp_path, "prices head", options=("--customer", "C-0042", "-n", 2)))
    assert ours[0] == "Value Net price Change In percent"
    assert ours[1:] == [
        "HEAD-6KW 1015860.00 CNY 0.00 +0.0 %",
        "HEAD-12KW 1111050.00 CNY +95190.00 +9.4 %",
    ]


def test_a_completion_aims_at_the_price(tmp_path: Path) -> None:
    told = said(configure(tmp_path, "head=HEAD-12KW", "complete price", "complete preference"))
    assert "net price 615900.00 CNY, before promotions; none is better" in told
    assert told[-1] == "preference 0; none is preferred"


def test_an_aim_that_cannot_be_met_changes_nothing(tmp_path: Path) -> None:
    done = configure(
        tmp_path, "complete margin", "complete red", "prices", "prices wheels", "count"
    )
    assert refused(done) == [
        *("guidance.cost_unknown", "input.invalid", "input.invalid"),
        "configuration.unknown_choice",
    ]
    assert said(done) == ["18 configurations agree with the choices"]


def test_an_option_withheld_from_the_customer_is_not_offered(tmp_path: Path) -> None:
    folder = tmp_path / "laser"
    shutil.copytree(LASER, folder)
    scope = "code,allow,products,regions,reason_en,reason_zh\n"
    scope += "AT-HOME,yes,HEAD-12KW,DE,Only in Germany.,仅在德国。\n"
    (folder / "scopes.csv").write_text(scope, encoding="utf-8")
    done = configure(
        tmp_path, "head=HEAD-12KW", "show head", catalogue=folder, options=("--customer", "C-0042")
    )
    assert refused(done) == ["configuration.conflict"]
    assert "Only in Germany." in done.stderr
    assert "HEAD-12KW ✗ impossible Cutting head 12 kW" in said(done)


def test_a_complete_engine_may_be_asked(tmp_path: Path) -> None:
    pytest.importorskip("clingo")
    told = said(configure(tmp_path, "count", options=("--solver", "clingo")))
    assert told == ["18 configurations agree with the choices"]


def test_what_was_filled_in_stands_in_nobodys_way(tmp_path: Path) -> None:
    machine = ROOT / "examples" / "machine-tool"
    words = ("configure", "VMC-1000", "-c", machine, *DAY)
    typed = "complete\nprices spindle.motor\ncomplete margin\n"
    after = terminal("cpq", *words, cwd=tmp_path, typed=typed)
    at_once = terminal("cpq", *words, cwd=tmp_path, typed="complete margin\n")
    told = said(at_once)[-1]
    assert told.startswith("margin ")
    assert told.endswith("none is better")
    assert said(after)[-1] == told
    assert any(line.startswith("SPM-30 ") for line in said(after))


def test_another_customer_is_offered_what_is_his(tmp_path: Path) -> None:
    folder = tmp_path / "laser"
    shutil.copytree(LASER, folder)
    scope = "code,allow,products,customers\nOURS,yes,LOADER-A,C-0042\n"
    (folder / "scopes.csv").write_text(scope, encoding="utf-8")
    commands = ("extras=LOADER-A", "price C-0042", "extras=LOADER-A", "price C-0077", "count")
    done = configure(tmp_path, *commands, catalogue=folder)
    assert refused(done)[0] == "configuration.conflict"
    assert "OURS" in done.stderr
    assert "✓ extras=LOADER-A chosen" in said(done)
    assert said(done)[-1].endswith("configurations agree with the choices")


def test_a_change_of_the_customer_is_no_change_of_the_machine(tmp_path: Path) -> None:
    commands = ("head=HEAD-6KW", "price C-0042", "colour=grey")
    told = said(configure(tmp_path, *commands, options=("--price",)))
    assert told[-1] == "net price 516670.50 CNY"
