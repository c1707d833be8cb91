"""A bar on the error stream for work on many files (进度条); silent for machines and for one."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar for ``total`` pieces of work; what it gives is told how many are done.

    Nothing is drawn where the error stream is no terminal, in CI, and for a single piece.
    """
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    hidden = total < 2 or not console.is_terminal or bool(os.environ.get("CI"))
    with Progress(*columns, console=console, disable=hidden) as shown:
        task = shown.add_task(what, total=total)
        yield lambda done: shown.update(task, completed=done)
