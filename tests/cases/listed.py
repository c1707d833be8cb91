"""The worked cases of pricing as they are kept, and the page that says which of them come out.

A case of several figures may stand in several rows, ``TX-06 (net)`` beside ``TX-06
(undiscounted)``: then it comes out in part.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

Case = dict[str, Any]
FOLDER = Path(__file__).with_name("cpq")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "cases.md"
FILES = (
    "prices",
    "tiers",
    "stacking",
    "caps",
    "free_goods",
    "discounts",
    "rebates",
    "tax",
    "deals",
    "quotes",
)
LISTED: dict[str, list[str]] = json.loads((FOLDER / "listed.json").read_text(encoding="utf-8"))[
    "groups"
]
CASES: list[Case] = [
    case
    for name in FILES
    for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]

HEAD = """\
# Worked cases

<!-- Written by `python -m tests.cases`; change the cases in tests/cases/cpq, not this page. -->

Facts and figures from other systems' tests, documentation and issues, told in our own words, with
their sources, in [`tests/cases/cpq`](../tests/cases/cpq). A test asks each through the public words
of `cpq` and compares the figures exactly. A case that does not come out stays in the list with its
figures and the reason; no figure is changed to pass.

A case has `given` in the fields of the models, `expected` by name of the figure (one value per line
or per document, in order), or `figures` and a `reason`. A case that comes out in part stands in
several rows.

"""


class Result(NamedTuple):
    """What became of the cases of one group, by number."""

    group: str
    whole: list[str]
    part: list[str]
    none: list[str]

    @property
    def counts(self) -> tuple[int, int, int]:
        return len(self.whole), len(self.part), len(self.none)


def number_of(case: Case) -> str:
    """The number of the case that a row belongs to."""
    number: str = case["id"].partition(" (")[0]
    return number


def results() -> list[Result]:
    """The groups in the order of the list, each with its cases."""
    found = []
    for group, ids in LISTED.items():
        result = Result(group, [], [], [])
        for number in ids:
            rows = [case for case in CASES if number_of(case) == number]
            reproduced = sum("expected" in row for row in rows)
            place = 1 if reproduced == len(rows) else 2 if reproduced else 3
            result[place].append(number)
        found.append(result)
    return found


def page() -> str:
    """The page as it should stand."""
    every = results()
    whole = [sum(counts) for counts in zip(*(result.counts for result in every), strict=True)]
    lines = [
        "| group | cases | reproduced | in part | not |",
        "|---|---|---|---|---|",
        *(_row(result.group, result.counts) for result in every),
        _row("all", whole),
        "",
        "## What does not come out, and why",
        "",
        "| case | group | what | reason |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {case['id']} | {case['group']} | {case['told']} | {case['reason']} |"
        for case in CASES
        if "reason" in case
    ]
    return HEAD + "\n".join(lines) + "\n"


def _row(name: str, counts: Iterable[int]) -> str:
    numbers = tuple(counts)
    return f"| {name} | {sum(numbers)} | {' | '.join(map(str, numbers))} |"
