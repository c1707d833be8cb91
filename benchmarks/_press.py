"""A process that prints files and says what that took: ``python -m benchmarks._press``.

Started with our fonts, as the renderer is. Jobs come in as lines of JSON, ``{"how", "file"}``;
``ours`` is a job line as the renderer takes it, printed by the same code; ``bare`` and ``plain``
are HTML for nothing but WeasyPrint's own call. A document is printed once per line. The answer has
seconds of this process's processor, where the file is, pages, and the most memory it ever had.

Throwing a document away counts: ours does so when it is written, the bare call leaves it to Python,
which does it in the midst of the next.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import Any, Self

from cpq.adapters import press
from cpq.adapters.render import start
from cpq.adapters.render_job import read_job
from cpq.adapters.renderer import peak_memory, prepare, tidy_up

_VARIANTS = {"bare": "pdf/a-3a", "plain": None}


class Process:
    """The process as its parent sees it; use it in a ``with``."""

    def __init__(self) -> None:
        self._jobs = 0
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = start("benchmarks._press", Path(self._folder.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def printed(self, how: str, content: bytes) -> dict[str, Any]:
        """What printing took. Raises ``RuntimeError`` with what the process complained of."""
        folder = Path(self._folder.name)
        file = folder / f"{self._jobs}-{how}"
        self._jobs += 1
        file.write_bytes(content)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = json.dumps({"how": how, "file": str(file)})
        self._process.stdin.write(f"{job}\n".encode())
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError((folder / "errors.txt").read_text(encoding="utf-8"))
        answer: dict[str, Any] = json.loads(line)
        return answer


def main() -> None:
    """Answer jobs from the standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        how, file = asked["how"], Path(asked["file"])
        answer, content = _ours(file) if how == "ours" else _bare(file, _VARIANTS[how])
        made = file.with_suffix(".pdf")
        made.write_bytes(content)
        answer |= {"bytes": len(content), "content": str(made)}
        answers.write(json.dumps(answer | {"memory_mb": peak_memory()}) + "\n")
        answers.flush()


def _ours(file: Path) -> tuple[dict[str, Any], bytes]:
    prepare()
    line = file.read_bytes()
    begun = process_time()
    made = press.printed(read_job(line))
    answer = {"pages": made.pages, **made.effort.model_dump()}
    content = made.content
    del made
    tidy_up()
    return answer | {"seconds": process_time() - begun}, content


def _bare(file: Path, variant: str | None) -> tuple[dict[str, Any], bytes]:
    library = press.weasyprint()
    html = file.read_text(encoding="utf-8")
    begun = process_time()
    content = library.HTML(string=html).write_pdf(pdf_variant=variant)
    return {"seconds": process_time() - begun}, content


if __name__ == "__main__":
    main()
