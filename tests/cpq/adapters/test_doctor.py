"""The doctor tells the states of a machine apart."""

import os
import shutil
from pathlib import Path

import pytest

from cpq.adapters import fonts
from cpq.adapters.doctor import doctor
from cpq.adapters.install import install_line
from cpq.adapters.templates import template_root
from tests.terminal import ROOT, terminal

pytestmark = pytest.mark.slow


def _pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> str:
    """What the doctor finds where ``weasyprint`` is this source."""
    package = folder / "weasyprint"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    monkeypatch.syspath_prepend(folder)
    found = doctor()
    assert len(found) == 1
    return found[0].code


def test_a_complete_machine_is_ready() -> None:
    (finding,) = doctor()
    assert (finding.code, finding.severity) == ("pdf.ready", "note")
    assert "WeasyPrint 70" in finding.message.en


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("raise OSError('cannot load library')", "pdf.no_pango"),
        ("raise ModuleNotFoundError('gone', name='weasyprint')", "pdf.no_weasyprint"),
        ("import os; os.abort()", "pdf.probe_failed"),
    ],
)
def test_what_is_missing_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: str
) -> None:
    assert _pretend(tmp_path, monkeypatch, source) == code


SHIPPED = template_root() / "fonts"
LATIN = (SHIPPED / "CPQSans-Regular.ttf").read_bytes()


def _with_fonts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> tuple[str, str]:
    """What the doctor finds where these are all the fonts there are: code and message."""
    place = folder / "fonts"
    place.mkdir()
    shutil.copy(SHIPPED / "fonts.conf", place)
    for name, content in files.items():
        (place / name).write_bytes(content)
    monkeypatch.setattr(fonts, "template_root", lambda: folder)
    (finding,) = doctor()
    assert finding.severity == "error"
    return finding.code, finding.message.en


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"CPQSans-Regular.ttf": LATIN},
        {"CPQSans-Regular.ttf": b"", "CPQSansSC-Regular.ttf": b""},
        {"CPQSans-Regular.ttf": LATIN, "CPQSansSC-Regular.ttf": b"<html>404"},
    ],
    ids=["none", "no Chinese", "empty", "no font"],
)
def test_missing_fonts_are_found_before_pango(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    code, message = _with_fonts(tmp_path, monkeypatch, files)
    assert code == "pdf.no_fonts"
    assert str(tmp_path / "fonts") in message
    assert message.endswith("install cpq-revenue again")


def test_fonts_without_chinese_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"CPQSans-Regular.ttf": LATIN, "CPQSansSC-Regular.ttf": LATIN}
    code, message = _with_fonts(tmp_path, monkeypatch, files)
    assert code == "pdf.no_chinese"
    assert message.endswith("install cpq-revenue again")


_WITHOUT = """
import cffi
load = cffi.FFI.dlopen
def refuse(ffi, name, flags=0):
    if {part!r} in name:
        raise OSError(name)
    return load(ffi, name, flags)
cffi.FFI.dlopen = refuse
"""


@pytest.mark.parametrize(
    ("part", "code", "severity"),
    [
        ("harfbuzz-subset", "pdf.no_harfbuzz_subset", "note"),
        ("pango", "pdf.no_pango", "error"),
        ("gobject", "pdf.no_pango", "error"),
    ],
)
def test_a_system_library_that_is_missing_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, code: str, severity: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(_WITHOUT.format(part=part))
    monkeypatch.syspath_prepend(tmp_path)
    (finding,) = doctor()
    assert (finding.code, finding.severity) == (code, severity)
    assert finding.message.en.endswith(f"run: {install_line()}")
    assert install_line() in finding.message.zh


DEBIAN = (
    "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("linux", DEBIAN),
        ("darwin", "brew install pango"),
        ("win32", "pacman -S mingw-w64-ucrt-x86_64-pango (in MSYS2, https://www.msys2.org)"),
        ("freebsd14", DEBIAN),
    ],
)
def test_each_platform_has_its_install_line(platform: str, line: str) -> None:
    assert install_line(platform) == line


def test_the_command_tells_the_line_and_ends_with_four(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_WITHOUT.format(part="pango"))
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = terminal("cpq", "doctor", cwd=tmp_path, fresh=True, environment={"PYTHONPATH": path})
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.endswith(f"run: {install_line()} [pdf.no_pango]\n")
