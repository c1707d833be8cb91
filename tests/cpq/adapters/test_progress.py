"""The bar is for people who watch a terminal, and for nobody else."""

import io
import sys

import pytest

from cpq.adapters.progress import progress


class Terminal(io.StringIO):
    """An error stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def drawn(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *, total: int = 3, **environment: str
) -> str:
    for name in ("CI", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", stream)
    with progress("quotes · 报价单", total) as shown:
        for done in range(1, total + 1):
            shown(done)
    return stream.getvalue()


def test_a_terminal_shows_how_many_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, Terminal())
    assert "quotes · 报价单" in text
    assert "3/3" in text


def test_a_single_file_needs_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, Terminal(), total=1) == ""


def test_a_pipe_and_a_build_server_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, io.StringIO()) == ""
    assert drawn(monkeypatch, Terminal(), CI="true") == ""
