"""The process that prints: ``python -m cpq.adapters.renderer``, started by ``render``.

WeasyPrint and Pango run here and nowhere else, and so do templates that are not ours: a document
can crash them, loop in them or fill the memory, and only a process of its own can be ended. Jobs
come in as lines of JSON; what goes out is a line of JSON and the bytes of the document. Whatever a
library prints goes to the error stream, so it cannot get into the answer.
"""

import contextlib
import gc
import os
import sys

from cpq.adapters.render_job import RenderJob, RenderReply, read_job, reply_of
from cpq.kernel.errors import DomainError, Refused

_MEMORY_MAX = 2 * 1024**3
_GARBAGE = (50_000, 50, 50)
"""How many new objects, and how many rounds of the younger, until garbage is looked for."""


def main() -> None:
    """Answer jobs from the standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    prepare()
    for line in sys.stdin.buffer:
        reply, content = _answer(line)
        answers.write(reply.canonical().encode() + b"\n" + content)
        answers.flush()
        del reply, content
        tidy_up()


def prepare() -> None:
    """Bound this process's memory, and let it look for garbage less often than Python would.

    A document is a tree of hundreds of thousands of objects that live until it is written; looking
    through them again and again is a tenth of the time, and finds nothing.
    """
    _limit_memory()
    gc.set_threshold(*_GARBAGE)


def tidy_up() -> None:
    """Throw a finished document away, while nobody waits.

    What is left then, libraries and fonts for the most part, stays; it is not looked through again.
    """
    gc.collect()
    gc.freeze()


def _answer(line: bytes) -> tuple[RenderReply, bytes]:
    try:
        job = read_job(line)
        _limit_time(job.cpu_seconds)
        return _made(job)
    except DomainError as error:
        return reply_of(error), b""
    except (MemoryError, RecursionError) as error:
        return _failure("document.limit_exceeded", error), b""
    except Exception as error:  # noqa: BLE001, whatever WeasyPrint raises becomes ours
        return _failure("document.render_failed", error), b""


def _made(job: RenderJob) -> tuple[RenderReply, bytes]:
    from cpq.adapters import press

    if job.wanted == "html":
        html = press.html_text(job).encode()
        return RenderReply(size=len(html)), html
    printed = press.printed(job)
    reply = RenderReply(
        size=len(printed.content),
        pages=printed.pages,
        engine=printed.engine,
        effort=printed.effort.with_(memory=peak_memory()),
    )
    return reply, printed.content


def _failure(code: str, error: BaseException) -> RenderReply:
    what = {"MemoryError": "it needs too much memory", "RecursionError": "it is nested too deeply"}
    said = what.get(type(error).__name__, f"{type(error).__name__}: {str(error)[:300]}")
    return reply_of(Refused(code, f"the document could not be made: {said}"))


def peak_memory() -> int:
    """The most memory that this process ever had, in MB; 0 where the platform does not say."""
    with contextlib.suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // (1024 if sys.platform == "linux" else 1024**2)
    return 0


def _limit_memory() -> None:
    """2 GB of address space and no core file, where the platform can say so."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))


def _limit_time(seconds: int) -> None:
    """So many seconds of processor time from now on; then the system ends this process."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        end = int(used.ru_utime + used.ru_stime) + seconds + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


if __name__ == "__main__":
    main()
