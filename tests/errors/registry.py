"""The registry of reproducers: for each error code the few lines that provoke it.

A reproducer is a function registered with its code, what the code means, what to do, and words
that the message must hold. It raises the refusal, or returns the findings. Its parameters are
filled by name: ``folder`` is an empty folder of its own, ``patch`` a ``pytest.MonkeyPatch`` that
is undone afterwards.
"""

import inspect
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Finding

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *("kernel", "formula", "rate", "catalogue", "configuration", "pricebook", "tier"),
    *("attribute", "agreement", "availability", "plan", "tax", "pricing", "waterfall", "margin"),
    *("promotion", "coupon", "budget", "funding", "rebate", "approval", "quote", "returns"),
    *("history", "simulation", "lint", "campaign", "recurring", "quote_lifecycle", "comparison"),
    *("replay", "brand", "hostile", "revenue_documents"),
    *("catalogue_folder", "documents", "machine", "contract", "fulfilment", "invoice"),
    *("ledger", "settling", "foreign", "foreign_contract", "notes", "losses", "bank"),
    *("settlement", "matching", "reconciling", "dunning_run"),
    *("provision", "credit", "risk", "claim", "journal", "export"),
    *("store", "budget_store", "database"),
    *("soundness", "cli", "feature_models", "solver", "configurator", "guidance"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproducer:
    """A code, its meaning, and how to provoke it."""

    code: str
    en: str
    zh: str
    do: str
    names: tuple[str, ...]
    provoke: Callable[..., object]

    @property
    def noun(self) -> str:
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reproducer provoked: how the code came, and the message as people see it.

    ``codes`` are all that came; where the code was not among them, ``kind`` says what happened.
    """

    kind: str
    message: str
    codes: frozenset[str]


_OF_OTHERS = (
    r"(?<=WeasyPrint )[\d.]+",
    r"(?<=Pango )[\d.]+",
    r"(?<=\(connection failed: ).+(?=\)$)",
)
"""What other libraries say in a message, where each of their versions says it otherwise."""

_REGISTERED: dict[str, Reproducer] = {}


def reproduces(
    code: str, *, en: str, zh: str, do: str, names: str | tuple[str, ...]
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register the function below as the reproducer of ``code``."""

    def registered(provoke: Callable[..., object]) -> Callable[..., object]:
        assert code not in _REGISTERED, f"{code} has two reproducers"
        words = (names,) if isinstance(names, str) else names
        _REGISTERED[code] = Reproducer(code=code, en=en, zh=zh, do=do, names=words, provoke=provoke)
        return provoke

    return registered


@cache
def reproducers() -> dict[str, Reproducer]:
    """Every reproducer by its code."""
    for name in MODULES:
        import_module(f"tests.errors.{name}")
    return dict(sorted(_REGISTERED.items()))


@cache
def outcome(code: str) -> Outcome:
    """What the reproducer of ``code`` provokes; each runs once per process."""
    reproducer = reproducers()[code]
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name).resolve()
        given = {"folder": folder, "patch": patch}
        wanted = inspect.signature(reproducer.provoke).parameters
        try:
            returned = reproducer.provoke(**{name: given[name] for name in wanted})
        except DomainError as error:
            return _refused(code, error, folder)
        except ValidationError as error:
            return _malformed(code, error, folder)
    return _found(code, returned, folder)


def _refused(code: str, error: DomainError, folder: Path) -> Outcome:
    codes = frozenset({error.code, *(finding.code for finding in error.findings)})
    if error.code == code:
        kind, message = f"`{type(error).__name__}`", error.message
    else:
        kind, message = _finding(code, error.findings, f"in `{error.code}`")
    return Outcome(kind=kind, message=_stable(message, folder), codes=codes)


def _malformed(code: str, error: ValidationError, folder: Path) -> Outcome:
    """A refusal inside pydantic's error, where a field or a value as a whole broke a rule."""
    causes = [problem.get("ctx", {}).get("error") for problem in error.errors()]
    refusals = [cause for cause in causes if isinstance(cause, DomainError)]
    own = next((cause for cause in refusals if cause.code == code), None)
    if own is None:
        return Outcome(kind="nothing", message=repr(error), codes=frozenset())
    kind = f"`{type(own).__name__}` in pydantic's `ValidationError`"
    return Outcome(
        kind=kind,
        message=_stable(own.message, folder),
        codes=frozenset(cause.code for cause in refusals),
    )


def _found(code: str, returned: object, folder: Path) -> Outcome:
    findings = returned if isinstance(returned, tuple) else ()
    kind, message = _finding(code, findings, "returned")
    codes = frozenset(finding.code for finding in findings)
    return Outcome(kind=kind, message=_stable(message, folder), codes=codes)


def _finding(code: str, findings: Iterable[Finding], where: str) -> tuple[str, str]:
    for finding in findings:
        if finding.code == code:
            return f"finding ({finding.severity}) {where}", str(finding).removesuffix(f" [{code}]")
    return "nothing", ""


def _stable(message: str, folder: Path) -> str:
    """The message without what differs from machine to machine: temporary and own paths."""
    for place in (folder, ROOT):
        message = message.replace(f"{place}/", "").replace(str(place), ".")
    for words in _OF_OTHERS:
        message = re.sub(words, "…", message)
    return message
