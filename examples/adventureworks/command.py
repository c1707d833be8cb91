"""How the commands of the example end: 0, all equal; 1, not all; 2, the folder cannot be read."""

import sys
from collections.abc import Callable
from pathlib import Path

from cpq.kernel.errors import DomainError


def answered(folder: str, act: Callable[[Path], bool]) -> int:
    """Do what the command does with a folder; its exit code. Errors are one line."""
    path = Path(folder)
    if not path.is_dir():
        print(f"error: {path} is not a folder", file=sys.stderr)
        return 2
    try:
        return 0 if act(path) else 1
    except DomainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
