"""The corpus: every seeded defect is found where it is, and of clean catalogues nothing is said."""

import re
from datetime import date
from pathlib import Path

import pytest

from cpq.lint import lint
from tests.cpq.lint.clean import CLEAN
from tests.cpq.lint.corpus import DEFECTS, Defect

SOURCE = Path(__file__).resolve().parents[3] / "cpq" / "lint"
DAYS = (None, date(2024, 6, 1), date(2026, 1, 1), date(2026, 6, 15), date(2030, 1, 1))


@pytest.mark.parametrize("name", sorted(CLEAN))
@pytest.mark.parametrize("on", DAYS, ids=str)
def test_of_a_clean_catalogue_nothing_is_said(name: str, on: date | None) -> None:
    catalogue = CLEAN[name]()
    assert catalogue.check() == ()
    assert lint(catalogue, on=on) == ()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "-"))
def test_a_seeded_defect_is_found_and_nothing_else(defect: Defect) -> None:
    found = lint(defect.catalogue)
    assert sorted((each.code, each.place) for each in found) == sorted(defect.expected)
    for each in found:
        assert each.message.en
        assert each.message.zh
        assert each.message.en != each.message.zh


def test_the_corpus_holds_each_defect_once() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names) >= 125
    changed = {defect.catalogue.hash for defect in DEFECTS}
    assert len(changed) == len(DEFECTS)
    assert changed.isdisjoint(build().hash for build in CLEAN.values())


def test_every_code_of_the_linter_is_in_the_corpus() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("*.py")))
    codes = set(re.findall(r'"(lint\.[a-z_]+)"', written))
    seeded = {code for defect in DEFECTS for code, _ in defect.expected}
    assert codes == {code for code in seeded if code.startswith("lint.")}
    assert seeded - codes == {
        f"{kind}.unknown" for kind in ("product", "category", "unit", "customer")
    }


def test_findings_name_the_rules_that_make_them() -> None:
    for defect in DEFECTS:
        for each in lint(defect.catalogue):
            if each.code.startswith("lint.") and each.code != "lint.unpriced":
                assert each.rules, defect.name
                assert len(set(each.rules)) == len(each.rules)
