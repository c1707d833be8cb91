"""This Python in a fresh process, which nothing was loaded into before."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def python(*arguments: str) -> str:
    """What the process prints. Raises ``RuntimeError`` with what it complained of."""
    command = [sys.executable, *arguments]
    done = subprocess.run(  # noqa: S603 - this Python, programs of this folder
        command, cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")
    return done.stdout
