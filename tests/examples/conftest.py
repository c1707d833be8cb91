"""The example of real data as its tests meet it: its modules, and a small folder of its tables.

A test file says what it needs: ``EXAMPLE`` and ``MODULES``, and in ``FILES`` the tables by name.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def example(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, ModuleType]]:
    """The example's modules, imported as its scripts import each other."""
    monkeypatch.syspath_prepend(str(request.module.EXAMPLE))
    yield {name: importlib.import_module(name) for name in request.module.MODULES}
    for name in request.module.MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The tables of the test file as a folder."""
    for name, content in request.module.FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path
