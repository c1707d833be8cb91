"""Have the recorded ledgers of a run of tests judged: ``python -m tests.….export.judge FOLDER``.

bean-check and hledger must accept them all, and find our balances in them.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.revenue.adapters.export.tools import (
    bean_check,
    beancount_balances,
    hledger_balances,
    hledger_check,
)


def judged(folder: Path) -> dict[str, Any]:
    """What the files of a folder hold together: how many ledgers, and by which rules."""
    ledgers, rules = 0, set()
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        assert told["failed"] == [], told["failed"]
        ours = {(account, code): Decimal(amount) for account, code, amount in told["balances"]}
        beans, journal = path.with_suffix(".beancount"), path.with_suffix(".journal")
        assert bean_check(beans) == ""
        assert hledger_check(journal) == ""
        assert beancount_balances(beans) == ours
        assert hledger_balances(journal) == ours
        ledgers += told["ledgers"]
        rules |= set(told["rules"])
    return {"ledgers": ledgers, "rules": rules}


if __name__ == "__main__":
    from revenue.journal import RULES

    found = judged(Path(sys.argv[1]))
    missing = sorted(set(RULES) - found["rules"])
    sys.stdout.write(
        f"{found['ledgers']} ledgers, {len(found['rules'])} of {len(RULES)} posting rules, "
        f"accepted by bean-check and hledger{f'; not met: {missing}' if missing else ''}\n"
    )
    sys.exit(0 if found["ledgers"] >= 200 and not missing else 1)
