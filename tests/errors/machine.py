"""What a machine may lack to make PDFs, played by a WeasyPrint of our own making."""

import sys
from pathlib import Path

import pytest

from cpq.adapters import fonts
from cpq.adapters.doctor import doctor
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from tests.errors.registry import reproduces
from tests.errors.shop import quote

_LOADS = """
import logging
class HTML:
    def __init__(self, string): pass
    def write_pdf(self): logging.getLogger('weasyprint').warning({warning!r})
__version__ = '70.0'
"""


def pretend(patch: pytest.MonkeyPatch, folder: Path, source: str, *, ffi: str = "") -> None:
    """Let processes that start from now on find this WeasyPrint first."""
    for file, text in (
        ("__init__.py", source),
        ("text/__init__.py", ""),
        ("text/ffi.py", ffi),
        ("text/fonts.py", ""),
    ):
        path = folder / "weasyprint" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    patch.syspath_prepend(folder)


def rendered() -> None:
    with Renderer() as fresh:
        fresh.pdf(quote_plate(quote()))


@reproduces(
    "pdf.ready",
    en="The doctor's good news: PDFs can be made here.",
    zh="环境正常，可以生成 PDF。",
    do="Nothing.",
    names="WeasyPrint",
)
def a_sound_machine() -> object:
    return doctor()


@reproduces(
    "pdf.no_pango",
    en="Pango, the library that lays out text, is not installed.",
    zh="缺少排版库 Pango。",
    do="Run the line that the message gives; `write_html` works without.",
    names=("Pango", "run:"),
)
def a_machine_without_pango(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(sys, "platform", "linux")
    pretend(patch, folder, "raise OSError('cannot load library libgobject-2.0-0')")
    rendered()


@reproduces(
    "pdf.no_weasyprint",
    en="A Python package that makes the PDF is not installed.",
    zh="缺少生成 PDF 的 Python 包。",
    do="Run the line that the message gives.",
    names=("weasyprint", "pip install"),
)
def a_machine_without_weasyprint(patch: pytest.MonkeyPatch, folder: Path) -> None:
    pretend(patch, folder, "raise ModuleNotFoundError('gone', name='weasyprint')")
    rendered()


@reproduces(
    "pdf.no_fonts",
    en="The fonts that ship with the library are not there.",
    zh="缺少随库发布的字体。",
    do="Install cpq-revenue again.",
    names=("CPQ Sans", "install cpq-revenue again"),
)
def an_installation_without_fonts(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(fonts, "template_root", lambda: folder)
    rendered()


@reproduces(
    "pdf.no_process",
    en="The process that renders cannot be started.",
    zh="无法启动渲染进程。",
    do="Check that Python itself can be run from where your program runs.",
    names="no-python",
)
def a_python_that_is_gone(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(sys, "executable", str(folder / "no-python"))
    rendered()


@reproduces(
    "pdf.no_chinese",
    en="The doctor's test document has Chinese characters that the fonts lack.",
    zh="字体缺少中文字符。",
    do="Install cpq-revenue again.",
    names="Chinese",
)
def fonts_without_chinese(patch: pytest.MonkeyPatch, folder: Path) -> object:
    pretend(patch, folder, _LOADS.format(warning=".notdef glyph rendered for '报'"))
    return doctor()


@reproduces(
    "pdf.no_harfbuzz_subset",
    en="The doctor's note that PDFs can be made, but slowly.",
    zh="可以生成 PDF，但较慢。",
    do="For speed, run the line that the note gives.",
    names="slowly",
)
def a_slow_machine(patch: pytest.MonkeyPatch, folder: Path) -> object:
    patch.setattr(sys, "platform", "linux")
    pretend(patch, folder, _LOADS.format(warning=""), ffi="harfbuzz_subset = None")
    return doctor()


@reproduces(
    "pdf.probe_failed",
    en="The doctor's test document ended the process that made it.",
    zh="测试文档使进程终止。",
    do="Run the line that the finding gives, then the doctor again.",
    names="exit code",
)
def a_library_that_crashes(patch: pytest.MonkeyPatch, folder: Path) -> object:
    patch.setattr(sys, "platform", "linux")
    pretend(patch, folder, "import os; os._exit(70)")
    return doctor()
