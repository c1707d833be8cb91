"""The doctor tells the states of a machine apart."""

from pathlib import Path

import pytest

from cpq.adapters import fonts
from cpq.adapters.doctor import doctor
from cpq.adapters.install import install_line


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


def test_missing_fonts_are_found_before_pango(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "template_root", lambda: tmp_path)
    (finding,) = doctor()
    assert finding.code == "pdf.no_fonts"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_each_platform_has_its_install_line(platform: str) -> None:
    assert "pango" in install_line(platform)
