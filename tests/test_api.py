"""The public words: sorted, complete, documented, and light to import."""

import importlib
import inspect
import subprocess
import sys

import pytest

PACKAGES = ("cpq", "revenue")
HEAVY = ("sqlalchemy", "alembic", "weasyprint", "jinja2", "typer", "rich")


@pytest.mark.parametrize("name", PACKAGES)
def test_public_names_exist_and_are_listed_once(name: str) -> None:
    package = importlib.import_module(name)
    assert len(set(package.__all__)) == len(package.__all__)
    assert [word for word in package.__all__ if not hasattr(package, word)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_is_documented(name: str) -> None:
    package = importlib.import_module(name)
    silent = [
        word
        for word in package.__all__
        if (inspect.isclass(thing := getattr(package, word)) or inspect.isfunction(thing))
        and not (thing.__doc__ or "").strip()
    ]
    assert silent == []


@pytest.mark.parametrize("name", PACKAGES)
def test_public_methods_are_documented(name: str) -> None:
    package = importlib.import_module(name)
    silent = []
    for word in package.__all__:
        thing = getattr(package, word)
        if not inspect.isclass(thing):
            continue
        for attribute, value in tuple(vars(thing).items()):
            called = value.fget if isinstance(value, property) else value
            called = getattr(called, "func", called)
            called = getattr(called, "__func__", called)
            if attribute.startswith("_") or not inspect.isfunction(called):
                continue
            if not (inspect.getdoc(called) or "").strip():
                silent.append(f"{word}.{attribute}")
    assert silent == []


def test_importing_loads_no_heavy_library() -> None:
    program = f"import cpq, revenue, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
