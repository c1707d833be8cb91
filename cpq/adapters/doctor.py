"""What this machine lacks to make PDFs, found out in a process of its own (环境检查).

In its own process, because the questions are dangerous to ask: without a font Pango ends the
process that asks, and without Pango WeasyPrint prints a page of advice.
"""

import contextlib
import importlib
import json
import logging
import os
from typing import Any

from cpq.adapters.fonts import font_files
from cpq.adapters.install import install_line
from cpq.adapters.render import said_by
from cpq.kernel.errors import DomainError, Finding, Severity
from cpq.kernel.text import LocalText

_SAMPLE = "Quotation 报价单 壹佰圆"
_PACKAGES = ("jinja2", "weasyprint", "babel", "pydantic")


def doctor() -> tuple[Finding, ...]:
    """What is missing (``error``), what is slow (``note``), or one note that all is well.

    Codes: ``pdf.no_fonts``, ``pdf.no_weasyprint``, ``pdf.no_pango``, ``pdf.no_chinese``,
    ``pdf.no_harfbuzz_subset``, ``pdf.probe_failed``, ``pdf.ready``.
    """
    try:
        font_files()
        return _findings(_probed())
    except DomainError as error:
        return (_finding(error.code, error.message, error.message),)


def _probed() -> dict[str, str]:
    """What the child process says; ``{"state": "crashed"}`` where it says nothing."""
    said, exit_code = said_by("cpq.adapters.doctor")
    try:
        answer: dict[str, str] = json.loads(said, parse_float=str)
    except ValueError:
        return {"state": "crashed", "about": f"exit code {exit_code}"}
    return answer


def _finding(code: str, en: str, zh: str, severity: Severity = "error") -> Finding:
    return Finding(code=code, place="PDF", message=LocalText(en=en, zh=zh), severity=severity)


_CRASHED: tuple[str, str, str, Severity] = (
    "pdf.probe_failed",
    "the test document ended the process that made it ({about}); run: {line}",
    "测试文档使进程终止（{about}），请运行：{line}",
    "error",
)
_STATES: dict[str, tuple[str, str, str, Severity]] = {
    "no_package": (
        "pdf.no_weasyprint",
        "the Python package {about} is missing; run: pip install cpq-revenue",
        "缺少 Python 包 {about}，请运行：pip install cpq-revenue",
        "error",
    ),
    "no_pango": (
        "pdf.no_pango",
        "Pango, which lays out the text of a PDF, is missing; run: {line}",
        "缺少排版库 Pango，请运行：{line}",
        "error",
    ),
    "no_chinese": (
        "pdf.no_chinese",
        "the fonts lack Chinese characters; install cpq-revenue again",
        "字体缺少中文字符，请重新安装 cpq-revenue",
        "error",
    ),
    "slow": (
        "pdf.no_harfbuzz_subset",
        "PDFs can be made, but slowly; for speed run: {line}",
        "可以生成 PDF，但较慢；如需加速请运行：{line}",
        "note",
    ),
    "ready": ("pdf.ready", "PDFs can be made: {about}", "可以生成 PDF：{about}", "note"),
}


def _findings(answer: dict[str, str]) -> tuple[Finding, ...]:
    code, en, zh, severity = _STATES.get(answer["state"], _CRASHED)
    facts = {"about": answer.get("about", ""), "line": install_line()}
    return (_finding(code, en.format(**facts), zh.format(**facts), severity),)


def _probe() -> dict[str, str]:
    """Runs in the child: load everything, set one line of Chinese, look for missing glyphs."""
    try:
        for name in _PACKAGES:
            importlib.import_module(name)
        library = importlib.import_module("weasyprint")
        ffi = importlib.import_module("weasyprint.text.ffi")
    except ModuleNotFoundError as error:
        return {"state": "no_package", "about": str(error.name)}
    except OSError:
        return {"state": "no_pango"}
    logger, heard = logging.getLogger("weasyprint"), list[str]()
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    library.HTML(string=f"<p style='font-family: CPQ Sans'>{_SAMPLE}").write_pdf()
    if any(".notdef" in text for text in heard):
        return {"state": "no_chinese"}
    if ffi.harfbuzz_subset is None:
        return {"state": "slow"}
    return {"state": "ready", "about": f"WeasyPrint {library.__version__}, Pango {_pango(ffi)}"}


def _pango(ffi: Any) -> str:
    """Pango's version: it tells 15012 for 1.50.12."""
    number = int(ffi.pango.pango_version())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = _probe()
    with contextlib.suppress(OSError):
        answers.write(json.dumps(answer))
        answers.flush()


if __name__ == "__main__":
    _main()
