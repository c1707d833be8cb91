"""Every error code can be provoked, says what it found, and stands in the manual."""

import pytest

from cpq.adapters import sql, terminal
from cpq.kernel.errors import DomainError, Unavailable, Unreadable
from tests.errors import codes
from tests.errors.manual import NOUNS, PAGE, page
from tests.errors.registry import MODULES, ROOT, outcome, reproducers

BAD_INPUT = {
    "unknown product": "product.unknown",
    "unknown currency": "currency.unknown",
    "unknown unit": "unit.unknown",
    "overlapping price-book versions": "price_book.versions_overlap",
    "a BOM cycle": "bom.cycle",
    "a choice that violates excludes": "configuration.excluded",
    "a receipt in another currency": "application.currency_mismatch",
    "applying more than is open": "application.exceeds_open",
    "a corrupt database file": "store.corrupt",
    "an unreadable catalogue row": "row.unreadable",
}


@pytest.mark.parametrize("code", reproducers())
def test_a_reproducer_provokes_its_code(code: str) -> None:
    reproducer, found = reproducers()[code], outcome(code)
    assert found.kind != "nothing", f"{code} did not come; {sorted(found.codes)} did"
    silent = [words for words in reproducer.names if words not in found.message]
    assert not silent, f"{found.message!r} does not name {silent}"
    assert found.message.splitlines() == [found.message]
    assert len(found.message) < 500


@pytest.mark.parametrize("code", reproducers())
def test_a_reproducer_is_told_in_two_languages(code: str) -> None:
    reproducer = reproducers()[code]
    assert reproducer.en.endswith(".")
    assert reproducer.do.endswith(".")
    assert reproducer.zh.endswith("。")
    assert reproducer.noun in NOUNS


def test_every_code_of_the_source_has_a_reproducer() -> None:
    assert sorted(codes.codes() - reproducers().keys()) == []


def test_no_reproducer_outlives_its_code() -> None:
    assert sorted(reproducers().keys() - codes.codes()) == []


def test_every_code_of_the_source_was_seen() -> None:
    assert codes.unexplained() == []
    assert codes.halves() == []
    assert codes.outdated() == []


def test_faults_of_databases_have_their_codes() -> None:
    faults = {**sql._SQLITE_FAULTS, **sql._POSTGRES_FAULTS}
    assert {f"store.{reason}" for _, reason, _ in faults.values()} <= reproducers().keys()


def test_docs_and_docstrings_name_codes_that_exist() -> None:
    assert [(file, code) for file, code in codes.promised() if code not in codes.codes()] == []


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_covered(case: str) -> None:
    assert BAD_INPUT[case] in outcome(BAD_INPUT[case]).codes


def test_every_module_of_reproducers_is_read() -> None:
    files = {path.stem for path in (ROOT / "tests" / "errors").glob("*.py")}
    machinery = {"__main__", "codes", "manual", "registry", "shop"}
    tests = {name for name in files if name.startswith("test_")}
    assert files - machinery - tests == set(MODULES)


def test_exit_codes_are_those_of_the_manual() -> None:
    classes = {DomainError: 1, Unreadable: 3, Unavailable: 4}
    assert {kind: terminal.exit_code(kind("a.b", "c")) for kind in classes} == classes
    for number in (0, *classes.values()):
        assert f"\n| {number} | " in page()


def test_the_manual_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.errors"
