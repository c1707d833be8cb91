"""The process that renders, as its parent sees it: started, asked, watched, ended (渲染进程).

Not ``multiprocessing``: that runs the caller's own script again in the child, and a rep's script
of ten lines has no guard against it. The renderer is started as a module of ours, with the font
rules in its environment, before Pango can be loaded. A job that takes too long is ended from here,
because nothing inside a process stops a loop in C.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Self

from cpq.adapters.annex import annex_rows
from cpq.adapters.fonts import write_font_rules
from cpq.adapters.render_job import Layout, RenderJob, RenderReply
from cpq.kernel.errors import Refused, Unavailable
from cpq.quote import Quote

_CPU_SECONDS = 30
_LINES_PER_SECOND = 20
_WALL_FACTOR = 3
_JOBS_MAX = 200
_ERRORS_SHOWN = 300
_LIMITED = (
    {1}  # what ``kill`` leaves there
    if sys.platform == "win32"
    else {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGTRAP}
)
"""Exit codes of a process that a limit of time or memory has ended."""
_MAC_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")


class Renderer:
    """Renders quotes one after another in a process of its own; use it in a ``with``.

    The process is started with the first quote, again after one that ended it, and afresh after
    200 quotes, so that its memory stays flat.
    """

    def __init__(self, *, cpu_seconds: int = _CPU_SECONDS) -> None:
        self._cpu_seconds = cpu_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._jobs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its folder."""
        if self._process is not None:
            self._process.kill()
            for stream in (self._process.stdin, self._process.stdout):
                _close(stream)
            self._process.wait()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._jobs = 0

    def pdf(self, quote: Quote, layout: Layout | None = None) -> bytes:
        """The quote as the bytes of a PDF.

        Raises what ``write_pdf`` raises, but for what concerns the file.
        """
        layout = layout or Layout()
        seconds = self._cpu_seconds + _rows(quote, layout) // _LINES_PER_SECOND
        job = RenderJob(quote=quote, layout=layout, cpu_seconds=seconds)
        if self._jobs >= _JOBS_MAX:
            self.close()
        self._jobs += 1
        process = self._started()
        timer = threading.Timer(self._wall(seconds), process.kill)
        timer.start()
        try:
            reply, content = _asked(process, job)
        except (OSError, ValueError):
            raise self._ended(seconds) from None
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
        refusal = reply.refusal()
        if refusal is not None:
            raise refusal
        return content

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # the folder may be in use for a moment after the process has ended
            self._folder = tempfile.TemporaryDirectory(prefix="cpq-", ignore_cleanup_errors=True)
            self._process = start("cpq.adapters.renderer", Path(self._folder.name))
        return self._process

    def _wall(self, seconds: int) -> float:
        """The clock may run longer than the processor, which others use too."""
        return seconds * _WALL_FACTOR

    def _ended(self, seconds: int) -> Refused:
        """Why there was no answer, as far as the process and its error stream tell."""
        code, said = None, ""
        if self._process is not None and self._folder is not None:
            code = self._process.wait()
            errors = Path(self._folder.name) / "errors.txt"
            said = errors.read_text(encoding="utf-8", errors="replace")[-_ERRORS_SHOWN:].strip()
        self.close()
        if code in _LIMITED:
            return Refused(
                "document.limit_exceeded",
                f"rendering was ended: it took more than {seconds} s of processor time, or "
                f"{self._wall(seconds):g} s in all, or too much memory; shorten the document or "
                "mend its template",
                said=said,
            )
        return Refused(
            "document.render_failed",
            f"the process that renders ended with exit code {code}; `cpq doctor` tells what this "
            "machine lacks",
            said=said,
        )


def _rows(quote: Quote, layout: Layout) -> int:
    """How many rows of tables there are to lay out, about."""
    return len(quote.pricing.lines) + (annex_rows(quote.pricing) if layout.annex else 0)


def start(module: str, folder: Path) -> subprocess.Popen[bytes]:
    """A Python process that runs ``module`` with our fonts; its error stream is a file in
    ``folder``, which also is its folder for temporary files.

    Raises ``Unavailable``: ``pdf.no_fonts``, ``pdf.no_process``.
    """
    environment = {
        **os.environ,
        "FONTCONFIG_FILE": str(write_font_rules(folder)),
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "PYTHONIOENCODING": "utf-8",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
    }
    if sys.platform == "darwin":
        given = os.environ.get("DYLD_FALLBACK_LIBRARY_PATH", "")
        environment["DYLD_FALLBACK_LIBRARY_PATH"] = ":".join(filter(None, (given, *_MAC_LIBRARIES)))
    with (folder / "errors.txt").open("wb") as errors:
        try:
            # -P: a file in the current folder must not pass for one of our modules
            return subprocess.Popen(  # noqa: S603, our own module
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
            )
        except OSError as error:
            raise Unavailable(
                "pdf.no_process", f"{sys.executable!r} cannot be started: {error.strerror}"
            ) from None


def _asked(process: subprocess.Popen[bytes], job: RenderJob) -> tuple[RenderReply, bytes]:
    """The answer to a job; ``OSError`` or ``ValueError`` where the process ended before it."""
    if process.stdin is None or process.stdout is None:
        raise OSError("the process has no streams")
    process.stdin.write(job.canonical().encode() + b"\n")
    process.stdin.flush()
    reply = RenderReply.model_validate_json(process.stdout.readline())
    content = process.stdout.read(reply.size)
    if len(content) != reply.size:
        raise OSError("the answer is cut off")
    return reply, content


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        pass
