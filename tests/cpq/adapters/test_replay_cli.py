"""Replay, reprice and verify from a terminal: what they say, and the exit codes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cpq.adapters import quote_for, read_catalogue, read_request, write_pdf
from cpq.quote import Quote, send
from cpq.replay import PrintedDocument
from tests.terminal import terminal

pytestmark = pytest.mark.slow

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
TRADE = LASER.parent / "trade"


def cpq(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return terminal("cpq", "quote", *words, cwd=cwd)


@pytest.fixture(scope="module")
def sent() -> Quote:
    books = read_catalogue(LASER)
    return send(quote_for(read_request(LASER / "request.json"), books), matrix=books.approvals)


@pytest.fixture(scope="module")
def printed_pdf(sent: Quote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pdf(sent, tmp_path_factory.mktemp("made") / "Q.pdf", locale="en")


@pytest.fixture
def folder(tmp_path: Path, sent: Quote, printed_pdf: Path) -> Path:
    (tmp_path / "Q.json").write_text(sent.canonical(), encoding="utf-8")
    shutil.copy(printed_pdf, tmp_path / "Q.pdf")
    return tmp_path


def test_a_stored_quote_replays(folder: Path) -> None:
    done = cpq("replay", "Q.json", "-c", LASER, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Q-2026-0001 gives the same figures and the same trace: ")
    chinese = cpq("replay", "Q.json", "-c", LASER, "-l", "zh_CN", cwd=folder)
    assert "复算一致" in chinese.stdout


def test_a_changed_figure_is_told_and_ends_with_one(folder: Path, sent: Quote) -> None:
    line = sent.pricing.lines[0]
    wrong = sent.pricing.lines[0].with_(gross=line.gross + 1)
    pricing = sent.pricing.with_(lines=(wrong, *sent.pricing.lines[1:]))
    (folder / "Q.json").write_text(sent.with_(pricing=pricing).canonical(), encoding="utf-8")
    done = cpq("replay", "Q.json", "-c", LASER, cwd=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith("✗ gross of line 1 was ")
    told = json.loads(cpq("replay", "Q.json", "-c", LASER, "--json", cwd=folder).stdout)
    assert [each["point"] for each in told["differs"]] == ["gross"]


def test_another_catalogue_is_refused_by_its_hash(folder: Path) -> None:
    done = cpq("replay", "Q.json", "-c", TRADE, cwd=folder)
    assert done.returncode == 1
    assert done.stderr.endswith("[replay.other_catalogue]\n")


def test_a_lapsed_offer_becomes_a_draft_with_a_diff(folder: Path) -> None:
    dearer = folder / "dearer"
    shutil.copytree(LASER, dearer)
    prices = (dearer / "prices.csv").read_text(encoding="utf-8")
    assert "486000.00" in prices
    raised = prices.replace("486000.00", "500000.00")
    (dearer / "prices.csv").write_text(raised, encoding="utf-8")
    words = ("-c", dearer, "--on", "2026-12-22", "-o", "next.json", "--until", "2027-01-21")
    done = cpq("reprice", "Q.json", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Q-2026-0001: 1281733.36 CNY (2026-11-21) would be ")
    assert done.stdout.splitlines()[-1] == "next.json"
    following = Quote.model_validate_json((folder / "next.json").read_text(encoding="utf-8"))
    assert (following.version, following.state) == (2, "draft")
    assert cpq("replay", "next.json", "-c", dearer, cwd=folder).returncode == 0
    same = cpq("reprice", "Q.json", "-c", LASER, "--on", "2026-11-21", cwd=folder)
    assert "comes to the same total" in same.stdout


def test_what_has_no_price_any_more_ends_with_one(folder: Path) -> None:
    words = ("reprice", "Q.json", "-c", LASER, "--on", "2031-01-01", "-l", "zh_CN")
    done = cpq(*words, cwd=folder)
    assert done.returncode == 1
    assert "无法定价" in done.stdout
    assert "LASER-3000" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reprice", "Q.json", "-c", LASER, "--on", "soon"), "a day is written"),
        (("reprice", "Q.json", "-c", LASER, "-o", "next.json"), "--until"),
        (("verify", "Q.pdf", "pricing.json"), "a PDF is made of a quote"),
        (("record", "Q.pdf", "pricing.json"), "a PDF is made of a quote"),
    ],
)
def test_a_wrong_command_line_ends_with_two(
    folder: Path, sent: Quote, words: tuple[object, ...], said: str
) -> None:
    (folder / "pricing.json").write_text(sent.pricing.canonical(), encoding="utf-8")
    done = cpq(*words, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_true_copy_ends_with_nought(folder: Path) -> None:
    done = cpq("verify", "Q.pdf", "Q.json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "✓ Q-2026-0001: a true copy: made anew, the version gives the same bytes\n"
    )


def test_a_record_is_written_and_read(folder: Path) -> None:
    noted = cpq("record", "Q.pdf", "Q.json", "--printed-in", "en", cwd=folder)
    assert noted.returncode == 0, noted.stderr
    assert PrintedDocument.model_validate_json(noted.stdout).locale == "en"
    (folder / "record.json").write_text(noted.stdout, encoding="utf-8")
    words = ("verify", "Q.pdf", "Q.json", "-r", "record.json", "-l", "zh_CN")
    assert cpq(*words, cwd=folder).stdout == "✓ Q-2026-0001：真实副本（哈希值与存证一致）\n"
    with (folder / "Q.pdf").open("ab") as file:
        file.write(b"\n% more")
    told = json.loads(
        cpq("verify", "Q.pdf", "Q.json", "-r", "record.json", "--json", cwd=folder).stdout
    )
    assert (told["state"], told["appended"]) == ("true_copy", 7)


def test_the_pdf_of_another_version_ends_with_one(folder: Path, sent: Quote) -> None:
    (folder / "Q.json").write_text(sent.with_(version=2).canonical(), encoding="utf-8")
    done = cpq("verify", "Q.pdf", "Q.json", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == "✗ not Q-2026-0001 / 2: it is version 1 of that quote\n"


def test_a_file_that_cannot_be_read_ends_with_three(folder: Path) -> None:
    for words, code in (
        (("verify", "Q.json", "Q.json"), "pdf.unreadable"),
        (("verify", "none.pdf", "Q.json"), "file.missing"),
        (("verify", "Q.pdf", "Q.json", "-r", "Q.json"), "printed.unreadable"),
        (("record", "none.pdf", "Q.json"), "file.unreadable"),
    ):
        done = cpq(*words, cwd=folder)
        assert done.returncode == 3, words
        assert code in done.stderr or "printed.field" in done.stderr
