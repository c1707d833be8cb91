"""The command lines ``cpq`` and ``revenue`` in a process of their own, which starts at once.

A fresh Python spends most of its life on imports. So the process is forked from a server that has
imported everything and done nothing; what the command does to its streams, folder, environment and
memory stays its own. Where there is no fork, and where ``fresh`` asks for it, a new Python runs.
"""

import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("cpq", "revenue")
_FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_LONGEST = 120


def terminal(
    program: str,
    *words: object,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    fresh: bool = False,
    typed: str = "",
) -> subprocess.CompletedProcess[str]:
    """What the program says to ``typed`` and how it ends, in an environment that holds little."""
    command = [program, *map(str, words)]
    known = {
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        **(environment or {}),
    }
    if fresh or not _FORKS:
        start = f"from cpq.adapters.terminal import {program}; {program}()"
        return subprocess.run(
            [sys.executable, "-c", start, *command[1:]],
            cwd=cwd,
            env=known,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST,
            check=False,
        )
    with tempfile.TemporaryDirectory() as folder:
        heard, *said = [Path(folder, name) for name in ("in", "out", "err")]
        heard.write_text(typed, encoding="utf-8")
        streams = map(str, (heard, *said))
        process = _server().Process(target=_run, args=(command, str(cwd), known, *streams))
        process.start()
        process.join(_LONGEST)
        code = process.exitcode
        if code is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, _LONGEST)
        process.close()
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in said)
    return subprocess.CompletedProcess(command, code, out, err)


@cache
def _server() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cpq.adapters.cli", "revenue.adapters.cli", __name__])
    return context


def _run(
    command: list[str], cwd: str, environment: dict[str, str], heard: str, out: str, err: str
) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for target, path, flags in (
        (0, heard, os.O_RDONLY),
        (1, out, os.O_WRONLY | os.O_CREAT),
        (2, err, os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags)
        os.dup2(opened, target)
        os.close(opened)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding="utf-8", write_through=True
    )
    sys.argv = command

    import cpq.adapters.terminal as programs

    getattr(programs, command[0])()
