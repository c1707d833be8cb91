"""The process that prints, as its parent sees it: started, asked, watched, ended (渲染进程).

Not ``multiprocessing``: that runs the caller's own script again in the child, and a rep's script
of ten lines has no guard against it. The renderer is started as a module of ours, with the font
rules in its environment, before Pango can be loaded. A job that takes too long is ended from here,
because nothing inside a process stops a loop in C.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Self

from cpq.adapters.fonts import write_font_rules
from cpq.adapters.plate import Plate
from cpq.adapters.render_job import Impression, Product, RenderReply, job_line
from cpq.kernel.errors import Refused, Unavailable

_CPU_SECONDS = 30
_LINES_PER_SECOND = 20
_WALL_FACTOR = 3
_JOBS_MAX = 200
_ERRORS_SHOWN = 300
_SECONDS_TO_SAY = 60
_LIMITED = (
    {1}  # what ``kill`` leaves there
    if sys.platform == "win32"
    else {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGTRAP}
)
"""Exit codes of a process that a limit of time or memory has ended."""
_MAC_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")


class Renderer:
    """Prints plates one after another in a process of its own; use it in a ``with``.

    The process is started with the first plate, again after one that ended it, afresh after 200
    plates, so that its memory stays flat, and where a brand brings fonts of its own.
    """

    def __init__(self, *, cpu_seconds: int = _CPU_SECONDS) -> None:
        self._cpu_seconds = cpu_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._fonts: Path | None = None
        self._jobs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its folder; another thread may be waiting for its answer."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                _close(stream)
            process.wait()
        if folder is not None:
            folder.cleanup()
        self._jobs = 0

    def pdf(self, plate: Plate) -> bytes:
        """The plate as the bytes of a PDF.

        Raises what ``write_pdf`` raises, but for what concerns the file.
        """
        return self.impression(plate).content

    def impression(self, plate: Plate) -> Impression:
        """The plate as a PDF, with what it took. Raises what ``pdf`` raises."""
        reply, content = self._answered(plate, "pdf")
        return Impression(
            content=content, pages=reply.pages, engine=reply.engine, effort=reply.effort
        )

    def html(self, plate: Plate) -> str:
        """The filled template of the plate, bounded in time and memory as a PDF is."""
        return self._answered(plate, "html")[1].decode()

    def _answered(self, plate: Plate, wanted: Product) -> tuple[RenderReply, bytes]:
        seconds = self._cpu_seconds + plate.rows // _LINES_PER_SECOND
        line = job_line(plate, wanted=wanted, cpu_seconds=seconds)
        fonts = None if plate.brand.font is None else plate.brand.font.folder
        if self._jobs >= _JOBS_MAX or fonts != self._fonts:
            self.close()
        self._jobs += 1
        process = self._started(fonts)
        timer = threading.Timer(self._wall(seconds), process.kill)
        timer.start()
        try:
            reply, content = _asked(process, line)
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
        return reply, content

    def _started(self, fonts: Path | None) -> subprocess.Popen[bytes]:
        if self._process is None:
            # the folder may be in use for a moment after the process has ended
            self._folder = tempfile.TemporaryDirectory(prefix="cpq-", ignore_cleanup_errors=True)
            self._process = start("cpq.adapters.renderer", Path(self._folder.name), fonts=fonts)
            self._fonts = fonts
        return self._process

    def _wall(self, seconds: int) -> float:
        """The clock may run longer than the processor, which others use too."""
        return seconds * _WALL_FACTOR

    def _ended(self, seconds: int) -> Refused:
        """Why there was no answer, as far as the process and its error stream tell."""
        code, said = None, ""
        process, folder = self._process, self._folder
        if process is not None and folder is not None:
            code = process.wait()
            errors = Path(folder.name) / "errors.txt"
            with contextlib.suppress(OSError):
                said = errors.read_text(encoding="utf-8", errors="replace")[-_ERRORS_SHOWN:].strip()
        self.close()
        if code in _LIMITED:
            return Refused(
                "document.limit_exceeded",
                f"printing was ended: it took more than {seconds} s of processor time, or "
                f"{self._wall(seconds):g} s in all, or too much memory; shorten the document or "
                "mend its template",
                said=said,
            )
        return Refused(
            "document.render_failed",
            f"the process that prints ended with exit code {code}; `cpq doctor` tells what this "
            "machine lacks",
            said=said,
        )


def start(module: str, folder: Path, *, fonts: Path | None = None) -> subprocess.Popen[bytes]:
    """A Python process that runs ``module`` with our fonts and those in the folder ``fonts``; its
    error stream is a file in ``folder``, which also is its folder for temporary files.

    Raises ``Unavailable``: ``pdf.no_fonts``, ``pdf.no_process``.
    """
    environment = {
        **os.environ,
        "FONTCONFIG_FILE": str(write_font_rules(folder, more=fonts)),
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


def said_by(module: str) -> tuple[bytes, int]:
    """What ``module`` says, run in a process of its own, and its exit code; nothing in a minute is
    nothing. Raises what ``start`` raises.
    """
    with tempfile.TemporaryDirectory(prefix="cpq-", ignore_cleanup_errors=True) as folder:
        process = start(module, Path(folder))
        try:
            said, _ = process.communicate(timeout=_SECONDS_TO_SAY)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            said = b""
    return said, process.returncode


def _asked(process: subprocess.Popen[bytes], line: bytes) -> tuple[RenderReply, bytes]:
    """The answer to a job; ``OSError`` or ``ValueError`` where the process ended before it."""
    if process.stdin is None or process.stdout is None:
        raise OSError("the process has no streams")
    process.stdin.write(line)
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
