"""The process that renders PDFs: ``python -m cpq.adapters.renderer``, started by ``render``.

WeasyPrint and Pango run here and nowhere else, because a document can crash them, loop in them or
fill the memory, and only a process of its own can be ended. Jobs come in as lines of JSON; what
goes out is a line of JSON and the bytes of the PDF. Whatever a library prints goes to the error
stream, so it cannot get into the answer.
"""

import contextlib
import os
import sys

from cpq.adapters.render_job import RenderJob, RenderReply, reply_of
from cpq.kernel.errors import DomainError, Refused

_MEMORY_MAX = 2 * 1024**3


def main() -> None:
    """Answer jobs from the standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory()
    for job in sys.stdin.buffer:
        reply, content = _answer(job)
        answers.write(reply.canonical().encode() + b"\n" + content)
        answers.flush()


def _answer(text: bytes) -> tuple[RenderReply, bytes]:
    from cpq.adapters import press

    try:
        job = RenderJob.model_validate_json(text)
        _limit_time(job.cpu_seconds)
        content = press.pdf_bytes(job)
    except DomainError as error:
        return reply_of(error), b""
    except (MemoryError, RecursionError) as error:
        return _failure("document.limit_exceeded", error), b""
    except Exception as error:  # noqa: BLE001, whatever WeasyPrint raises becomes ours
        return _failure("document.render_failed", error), b""
    return RenderReply(size=len(content)), content


def _failure(code: str, error: BaseException) -> RenderReply:
    return reply_of(
        Refused(code, f"the PDF could not be made: {type(error).__name__}: {str(error)[:300]}")
    )


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
