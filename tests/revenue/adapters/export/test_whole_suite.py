"""bean-check and hledger accept the ledgers of tests, and find our balances in them.

Here a few files in a process of their own; `.ci/run` has the ledgers of the whole suite judged.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.revenue.adapters.export.judge import judged
from tests.revenue.adapters.export.tools import needs_beancount, needs_hledger

ROOT = Path(__file__).resolve().parents[4]
FILES = (
    "tests/cases/test_revenue_cases.py",
    "tests/cases/test_settlement_cases.py",
    "tests/revenue/test_ledger.py",
    "tests/revenue/test_posting.py",
)


@needs_beancount
@needs_hledger
def test_both_programs_accept_the_ledgers_of_tests(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly"),
            *("-p", "no:cacheprovider", "-p", "no:xdist", *FILES),
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
            "LEDGERS_OUT": str(tmp_path),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = judged(tmp_path)
    assert found["ledgers"] >= 60
    assert {"application.applied", "reversal.mirrored", "write_off.written_off"} <= found["rules"]
