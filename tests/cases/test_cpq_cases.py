"""The worked cases of pricing, each through the public words of ``cpq``; see ``docs/cases.md``.

Figures are compared exactly; a figure that a case expects and its adapter does not reckon fails.
"""

from fractions import Fraction
from typing import Any

import pytest

from tests.cases.families import FAMILIES
from tests.cases.listed import CASES, LISTED, PAGE, Case, number_of, page, results


def numbers(value: Any) -> Any:
    """Figures compare as exact fractions however they are written; words stay words."""
    if isinstance(value, list):
        return [numbers(each) for each in value]
    try:
        return Fraction(value)
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_case_comes_out_to_the_figure(case: Case) -> None:
    if "reason" in case:
        pytest.skip(f"{case['id']}: {case['reason']}")
    expected = case["expected"]
    assert expected
    found = FAMILIES[case.get("family", "priced")](case["given"], list(expected))
    assert {name: numbers(found[name]) for name in expected} == {
        name: numbers(value) for name, value in expected.items()
    }


def test_each_row_is_listed_once_and_is_reproduced_or_says_why_not() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    for case in CASES:
        assert ("reason" in case) != ("expected" in case), case["id"]
        assert ("reason" in case) == ("figures" in case), case["id"]
        assert case["source"]
        assert case["told"]


def test_every_case_of_every_group_is_here_and_no_other() -> None:
    here = {
        group: sorted({number_of(case) for case in CASES if case["group"] == group})
        for group in LISTED
    }
    assert here == {group: sorted(ids) for group, ids in LISTED.items()}
    assert {case["group"] for case in CASES} == LISTED.keys()


def test_a_case_in_parts_names_each_of_them() -> None:
    for group, ids in LISTED.items():
        for number in ids:
            parts = [case["id"] for case in CASES if number_of(case) == number]
            assert len(parts) == 1 or number not in parts, (group, parts)


def test_the_table_of_the_cases_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.cases"


def test_the_table_counts_every_case_once() -> None:
    assert sum(sum(result.counts) for result in results()) == sum(map(len, LISTED.values()))
