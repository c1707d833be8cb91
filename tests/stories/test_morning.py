"""A morning in finance, told from the bank's file to the last cent.

The story is the example ``examples/finance/morning.py``; the figures were reckoned by hand:

      300.00   names INV-2026-0101 of 300.00
    1,166.20   names INV-2026-0103 of 1,190.00 less 2 %, 23.80, of which 3.80 is VAT
      735.00   names 0102 and 0104, 450.00 + 300.00, less a fee of 15.00
      480.00   an unknown payer; Li Na knows that it is KRAUS, invoice 0105
      −14.90   the bank's own fee
"""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("morning")
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "finance" / "morning.py", folder],
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, done.stdout.splitlines()


def test_what_is_proved_is_posted_and_nothing_else(told: tuple[Path, list[str]]) -> None:
    _, said = told
    heads = [line for line in said if line.endswith("EUR") and not line.startswith(" ")]
    assert heads == [
        "posted     300.00 EUR",
        "posted     1166.20 EUR",
        "posted     735.00 EUR",
        "suggested  480.00 EUR",
        "other      -14.90 EUR",
    ]


def test_the_discount_and_the_fee_are_told(told: tuple[Path, list[str]]) -> None:
    _, said = told
    assert "[reference] BAUER: AR-0103 1,166.20 + discount 23.80" in "\n".join(said)
    assert "[reference] ORION: AR-0102 435.00 + bank fee 15.00, AR-0104 300.00" in "\n".join(said)


def test_after_the_morning_nothing_is_open_and_the_books_hold_together(
    told: tuple[Path, list[str]],
) -> None:
    _, said = told
    assert said[-3] == "0 items open, 0 findings"


class _Addresses(HTMLParser):
    """Every address that a page would fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "data")]


def test_the_report_needs_no_other_file(told: tuple[Path, list[str]]) -> None:
    folder, said = told
    page = (folder / said[-1]).read_text(encoding="utf-8")
    addresses = _Addresses()
    addresses.feed(page)
    assert [each for each in addresses.found if not each.startswith("#")] == []
    assert "<script" not in page
    assert page.count("<svg") == page.count("</svg>") > 0
    assert "ORION TOOLS LTD" in page
