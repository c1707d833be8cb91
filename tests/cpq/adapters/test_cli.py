"""The rep's command line: what it prints, what it writes, how it fails."""

import shutil
import subprocess
from pathlib import Path

from pypdf import PdfReader

from tests.terminal import terminal

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"


def cpq(
    *words: object, cwd: Path, fresh: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    return terminal("cpq", *words, cwd=cwd, environment=environment, fresh=fresh)


def test_one_request_prints_waterfall_and_path(tmp_path: Path) -> None:
    words = ("quote", "make", LASER / "request.json", "-c", LASER, "-o", "out")
    done = cpq(*words, cwd=tmp_path, fresh=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1 Fibre laser cutter LASER-3000 × 2 set")
    assert lines[-2] == "= 1281733.36 CNY  to pay"
    assert lines[-1] == "out/Q-2026-0001.pdf"
    text = PdfReader(tmp_path / "out" / "Q-2026-0001.pdf").pages[0].extract_text()
    assert "1,281,733.36" in text


def test_a_bad_request_never_stops_the_rest(tmp_path: Path) -> None:
    good = (LASER / "request.json").read_text(encoding="utf-8")
    (tmp_path / "a.json").write_text(good, encoding="utf-8")
    (tmp_path / "b.json").write_text(good.replace("C-0042", "C-9999"), encoding="utf-8")
    (tmp_path / "c.json").write_text(good.replace("0001", "0003"), encoding="utf-8")
    done = cpq("quote", "make", "a.json", "b.json", "c.json", "-c", LASER, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("b.json: customer 'C-9999' is not in the catalogue") == 1
    assert done.stderr.splitlines()[-1].endswith("[customer.unknown]")
    assert done.stdout.splitlines() == [
        "out/Q-2026-0001.pdf",
        "out/Q-2026-0003.pdf",
        "2 written, 1 refused",
    ]


def test_fields_that_do_not_go_together_stop_one_request_only(tmp_path: Path) -> None:
    good = (LASER / "request.json").read_text(encoding="utf-8")
    (tmp_path / "a.json").write_text(good, encoding="utf-8")
    (tmp_path / "b.json").write_text(good.replace("2026-12-21", "2026-01-01"), encoding="utf-8")
    (tmp_path / "c.json").write_text(good.replace('"30"', '"50"'), encoding="utf-8")
    done = cpq("quote", "make", "a.json", "b.json", "c.json", "-c", LASER, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "1 written, 2 refused"
    assert "b.json: request Q-2026-0001" in done.stderr
    assert "valid_until 2026-01-01 lies before issued_on 2026-11-21" in done.stderr
    assert "the payment terms add up to 120 %, not 100 %" in done.stderr


def test_a_terminal_that_knows_few_letters_is_no_bug(tmp_path: Path) -> None:
    words = ("quote", "price", LASER / "request.json", "-c", LASER, "-l", "zh_CN")
    done = cpq(*words, cwd=tmp_path, fresh=True, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert "1281733.36" in done.stdout


def test_two_requests_with_one_number_are_told_apart(tmp_path: Path) -> None:
    shutil.copy(LASER / "request.json", tmp_path / "a.json")
    shutil.copy(LASER / "request.json", tmp_path / "b.json")
    done = cpq("quote", "make", "a.json", "b.json", "-c", LASER, cwd=tmp_path)
    assert done.returncode != 0
    assert "a.json" in done.stderr
    assert "b.json" in done.stderr


def test_refusals_are_lines_not_traces(tmp_path: Path) -> None:
    asked = (LASER / "request.json").read_text(encoding="utf-8")
    (tmp_path / "r.json").write_text(asked.replace("CHILLER-W", "CHILLER-A"), encoding="utf-8")
    done = cpq("quote", "price", "r.json", "-c", LASER, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "items/1/head: The 12 kW head must be water-cooled" in done.stderr
    assert "[configuration.required]" in done.stderr


def test_an_unreadable_catalogue_exits_with_three(tmp_path: Path) -> None:
    done = cpq("catalogue", "check", "nowhere", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.endswith("[folder.missing]\n")


def test_an_unknown_option_exits_with_two(tmp_path: Path) -> None:
    assert cpq("quote", "make", "--colour", "red", cwd=tmp_path).returncode == 2


def test_the_annex_is_added_only_when_asked_for(tmp_path: Path) -> None:
    asked = ("quote", "make", LASER / "request.json", "-c", LASER, "-l", "zh_CN")
    marked = []
    for option, name in (((), "Q-2026-0001"), (("--annex",), "Q-2026-0001-internal")):
        done = cpq(*asked, *option, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == f"out/{name}.pdf"
        written = tmp_path / "out" / f"{name}.pdf"
        marked.append("内部资料" in PdfReader(written).pages[-1].extract_text())
    assert marked == [False, True]
    done = cpq("quote", "html", LASER / "request.json", "-c", LASER, "--annex", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    internal = tmp_path / "out" / "Q-2026-0001-internal.html"
    assert "内部资料" in internal.read_text(encoding="utf-8")


def test_html_needs_no_pdf_engine(tmp_path: Path) -> None:
    done = cpq("quote", "html", LASER / "request.json", "-c", LASER, "-l", "zh_CN", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "价税合计" in (tmp_path / "out" / "Q-2026-0001.html").read_text(encoding="utf-8")
