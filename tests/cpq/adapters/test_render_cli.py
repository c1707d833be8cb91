"""``cpq quote render``: many files, a table of what became of them, and going on after a stop."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from pypdf import PdfReader

from cpq.adapters.print_log import LOG_NAME
from tests.cpq.adapters.document_quotes import for_customer, quoted
from tests.terminal import ROOT, terminal

pytestmark = pytest.mark.slow

LASER = ROOT / "examples" / "laser"


def cpq(
    *words: object, cwd: Path, fresh: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    return terminal("cpq", *words, cwd=cwd, environment=environment, fresh=fresh)


def request(folder: Path, name: str, **changes: str) -> Path:
    """The example's request with some words replaced."""
    text = (LASER / "request.json").read_text(encoding="utf-8")
    for old, new in {"Q-2026-0001": f"R-{name}", **changes}.items():
        text = text.replace(old, new)
    path = folder / f"{name}.json"
    path.write_text(text, encoding="utf-8")
    return path


def store(folder: Path, *names: str) -> list[Path]:
    """Quotes as the library stores them, named by their number."""
    paths = []
    for name in names:
        path = folder / f"{name}.json"
        path.write_text(quoted(number=name).canonical(), encoding="utf-8")
        paths.append(path)
    return paths


def named(paths: Iterable[Path]) -> list[str]:
    return sorted(path.name for path in paths)


def test_stored_quotes_and_requests_are_printed_together(tmp_path: Path) -> None:
    request(tmp_path, "a")
    store(tmp_path, "Q-7")
    done = cpq("quote", "render", ".", "-c", LASER, "-l", "zh_CN", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    head, stored, asked, _, summed = done.stdout.splitlines()
    assert head.split() == ["文件", "报价单", "客户", "合计", "页数", "秒", "结果"]
    assert stored.split()[:3] == ["Q-7.json", "Q-7", "恒泰机械有限公司"]
    assert asked.split()[3:5] == ["1,281,733.36", "CNY"]
    assert asked.split()[-1] == "out/R-a.pdf"
    assert summed.startswith("写入 2 份，失败 0 份：共 ")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "out/R-a.pdf").pages)
    assert "1,281,733.36" in text
    assert "草稿" not in text


def test_each_failure_is_a_line_and_stops_nothing(tmp_path: Path) -> None:
    request(tmp_path, "stranger", **{"C-0042": "C-9999"})
    request(tmp_path, "twice")
    (tmp_path / "again.json").write_bytes((tmp_path / "twice.json").read_bytes())
    (tmp_path / "torn.json").write_text('{"number": "R-', encoding="utf-8")
    (tmp_path / "bare.json").write_text(quoted().pricing.canonical(), encoding="utf-8")
    arabic = for_customer("Ali علي", number="Q-8").canonical()
    (tmp_path / "arabic.json").write_text(arabic, encoding="utf-8")
    (tmp_path / "late.json").write_text(
        (tmp_path / "twice.json").read_text(encoding="utf-8").replace("2026-12-21", "2026-01-01"),
        encoding="utf-8",
    )
    done = cpq("quote", "render", ".", "-c", LASER, "-l", "en", "--workers", "1", cwd=tmp_path)
    assert done.returncode == 3
    lines = {line.split()[0]: line.rstrip() for line in done.stdout.splitlines() if line}
    codes = {
        "stranger.json": "[customer.unknown]",
        "twice.json": "[request.number_twice]",
        "torn.json": "[file.unreadable]",
        "bare.json": "[quote.unreadable]",
        "arabic.json": "[document.missing_glyph]",
        "late.json": "[request.unreadable]",
    }
    assert {name: lines[name].rpartition(" ")[2] for name in codes} == codes
    assert lines["again.json"].endswith("out/R-twice.pdf")
    assert "1 written, 6 refused" in done.stdout
    assert "U+0639" in done.stderr
    assert "Traceback" not in done.stderr
    assert named((tmp_path / "out").glob("*.pdf")) == ["R-twice.pdf"]


def test_programs_are_told_in_json(tmp_path: Path) -> None:
    store(tmp_path, "Q-7")
    request(tmp_path, "a")
    words = ("quote", "render", "Q-7.json", "a.json", "--json", "--annex", "-l", "en")
    done = cpq(*words, cwd=tmp_path)
    assert done.returncode == 2
    told = json.loads(done.stdout)
    first, second = told["documents"]
    assert (first["outcome"], first["path"]) == ("written", "out/Q-7-internal.pdf")
    assert (first["number"], first["currency"]) == ("Q-7", "CNY")
    assert first["total"] == str(quoted().gross.amount)
    assert first["pages"] == len(PdfReader(tmp_path / first["path"]).pages)
    assert (second["outcome"], second["code"]) == ("refused", "input.invalid")
    assert "--catalogue" in second["message"]
    assert (told["written"], told["kept"], told["refused"]) == (1, 0, 1)


def test_brand_and_templates_are_taken(tmp_path: Path) -> None:
    store(tmp_path, "Q-7")
    (tmp_path / "brand.toml").write_text('accent = "#8a1538"\n', encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()
    (own / "quote.html").write_text(
        '{% extends "cpq/quote.html" %}{% block parties %}{{ super() }}<p>With love</p>'
        "{% endblock %}",
        encoding="utf-8",
    )
    words = ("quote", "render", "Q-7.json", "-l", "en", "--brand", "brand.toml")
    assert cpq(*words, "--templates", "own", cwd=tmp_path).returncode == 0
    page = PdfReader(tmp_path / "out" / "Q-7.pdf").pages[0]
    assert "With love" in page.extract_text()
    content = page.get_contents()
    assert content is not None
    assert b"0.541176" in content.get_data()  # 8a of the accent
    done = cpq(*words, "--templates", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr.split()[-1]) == (3, "[folder.missing]")


def test_layouts_are_taken(tmp_path: Path) -> None:
    store(tmp_path, "Q-7")
    words = ("quote", "render", "Q-7.json", "-l", "en")
    texts, sizes = [], []
    for options in ((), ("--cover", "--page", "letter"), ("--style", "summary")):
        done = cpq(*words, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        pages = PdfReader(tmp_path / "out" / "Q-7.pdf").pages
        texts.append("".join(page.extract_text() for page in pages))
        sizes.append(pages[0].mediabox.width)
    assert [round(size) for size in sizes] == [595, 612, 595]
    assert ["Focusing lens" in text for text in texts] == [True, True, False]
    assert ["Prepared for" in text for text in texts] == [False, True, False]


def test_a_folder_without_quotes_is_told(tmp_path: Path) -> None:
    done = cpq("quote", "render", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr.split()[-1]) == (2, "[input.invalid]")


def test_a_draft_is_marked(tmp_path: Path) -> None:
    request(tmp_path, "a")
    words = ("quote", "render", "a.json", "-c", LASER, "-l", "en", "--draft")
    assert cpq(*words, cwd=tmp_path).returncode == 0
    assert "DRAFT" in PdfReader(tmp_path / "out" / "R-a.pdf").pages[0].extract_text()


def running(folder: Path, *words: object) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a terminal starts it."""
    start = "from cpq.adapters.terminal import cpq; cpq()"
    return subprocess.Popen(
        [sys.executable, "-c", start, *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def await_lines(folder: Path, count: int) -> None:
    """Wait until the log has so many lines."""
    log = folder / "out" / LOG_NAME
    for _ in range(1200):
        if log.exists() and log.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was printed")


@pytest.mark.skipif(sys.platform == "win32", reason="has other signals")
def test_a_batch_that_was_killed_goes_on(tmp_path: Path) -> None:
    names = [f"Q-{n}" for n in range(1, 6)]
    words = ("quote", "render", *store(tmp_path, *names), "-l", "en", "--workers", "1", "--json")
    process = running(tmp_path, *words)
    await_lines(tmp_path, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    log = tmp_path / "out" / LOG_NAME
    noted = log.read_bytes().count(b"\n")
    assert 2 <= noted < 5
    log.write_bytes(log.read_bytes()[:-20])  # as if it had died while it wrote the last line
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.pdf")}
    done = cpq(*words, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kept"], told["written"]) == (noted - 1, 6 - noted)
    assert named((tmp_path / "out").glob("*.pdf")) == [f"{name}.pdf" for name in names]
    for document in told["documents"]:
        path = tmp_path / document["path"]
        same = path.stat().st_mtime_ns == before.get(path.name)
        assert same == (document["outcome"] == "kept")
        assert PdfReader(path).pages


@pytest.mark.skipif(sys.platform == "win32", reason="has other signals")
def test_an_interruption_says_what_was_written(tmp_path: Path) -> None:
    names = [f"Q-{n}" for n in range(1, 6)]
    process = running(tmp_path, "quote", "render", *store(tmp_path, *names), "--workers", "1")
    await_lines(tmp_path, 1)
    os.killpg(process.pid, signal.SIGINT)
    said, complained = process.communicate(timeout=60)
    assert process.returncode == 130, complained
    assert "Traceback" not in complained
    *paths, last = said.splitlines()
    assert last == f"{len(paths)} of 5 written"
    assert 1 <= len(paths) < 5
    assert all(PdfReader(tmp_path / path).pages for path in paths)
    assert not list((tmp_path / "out").glob(".*.draft"))


def without_pango(folder: Path) -> str:
    """A ``PYTHONPATH`` on which WeasyPrint finds no Pango."""
    fake = folder / "fake" / "weasyprint"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("print('advice')\nraise OSError('libgobject')")
    return os.pathsep.join((str(fake.parent), str(ROOT)))


def test_without_pango_each_quote_is_one_html_file(tmp_path: Path) -> None:
    store(tmp_path, "Q-7", "Q-8")
    path = without_pango(tmp_path)
    words = ("quote", "render", "Q-7.json", "Q-8.json", "-l", "zh_CN")
    done = cpq(*words, cwd=tmp_path, fresh=True, PYTHONPATH=path)
    assert done.returncode == 4
    assert named((tmp_path / "out").glob("*")) == ["Q-7.html", "Q-8.html"]
    assert done.stdout.count("[pdf.no_pango]") == 2
    assert done.stdout.splitlines()[-1].startswith("写入 0 份，HTML 2 份，失败 0 份")
    assert done.stderr.count("apt-get install") == 1
    html = (tmp_path / "out" / "Q-7.html").read_text(encoding="utf-8")
    assert "恒泰机械有限公司" in html
    assert "advice" not in done.stdout + done.stderr


def test_without_pango_a_request_is_one_html_file_too(tmp_path: Path) -> None:
    path = without_pango(tmp_path)
    words = ("quote", "make", LASER / "request.json", "-c", LASER)
    done = cpq(*words, cwd=tmp_path, fresh=True, PYTHONPATH=path)
    assert done.returncode == 4
    assert done.stdout.splitlines()[-1] == "out/Q-2026-0001.html"
    assert done.stderr.count("[pdf.no_pango]") == 1
    shutil.rmtree(tmp_path / "out")
    other = request(tmp_path, "b")
    done = cpq(*words, other, cwd=tmp_path, fresh=True, PYTHONPATH=path)
    assert done.stdout.splitlines() == [
        "out/Q-2026-0001.html",
        "out/R-b.html",
        "0 written, 2 as HTML, 0 refused",
    ]
