"""README and docs tell the truth: every block of them runs.

A ``python`` block is run as a program, the blocks of one page after each other in one namespace;
with ``>>>`` it is a doctest. A ``console`` block is run line by line (``$ command``) and must
print what stands below it, ``...`` standing for anything. All in an empty folder that holds only
a copy of ``examples/``.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import PROGRAMS, terminal

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PRINTING = {"batch", "replay", "revenue-documents"}
"""Pages whose blocks print documents again and again."""
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"[|&;<>$`*?\[\]~]")
"""What makes a command one for the shell."""

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=pytest.mark.slow) if page.stem in PRINTING else page
        for page in PAGES
        if blocks(page)
    ],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_block_of_a_page_runs(page: Path, folder: Path) -> None:
    names: dict[str, object] = {"__name__": page.stem}
    for kind, text in blocks(page):
        if kind == "console":
            run_console(text, folder)
        elif ">>>" in text:
            run_doctest(text, names, page)
        else:
            exec(compile(text, str(page), "exec"), names)


def run_doctest(text: str, names: dict[str, object], page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(text, names, page.name, str(page), 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, "".join(report)


def run_console(text: str, folder: Path) -> None:
    for command, expected in commands(text):
        done = run(command, folder)
        printed = done.stdout + done.stderr
        assert done.returncode == 0, f"$ {command}\n{printed}"
        same = doctest.OutputChecker().check_output(expected, printed, FLAGS)
        assert same or not expected.strip(), f"$ {command}\n{printed}\nexpected:\n{expected}"


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "CI": "true",
    }
    words = shlex.split(command)
    if words[0] in PROGRAMS and not SHELL.search(command):
        return terminal(*words, cwd=folder, environment=environment)
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def commands(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def test_every_relative_link_leads_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not dead


def test_every_example_program_is_named_in_the_docs() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    programs = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "examples").rglob("*.py")
        if "__main__" in path.read_text(encoding="utf-8")
    ]
    assert [program for program in programs if program not in told] == []
