"""The budget ledger in a database: what does not fit into a row."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from cpq.cap import CapTake, Counter
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, store_at, untouched

_UNITS = Counter(owner="AUTUMN", cap="1", measure="units")
_LAST = date(2026, 12, 31)


@reproduces(
    "budget.too_large",
    en="An amount, or what a counter comes to with it, is larger than the store can keep.",
    zh="数额超出存储上限。",
    do="Correct the amount: 10^9 units, or 10^18 cents, is the most that one document takes.",
    names=("1000000001 of AUTUMN/1", "1000000000"),
)
def more_units_than_a_row_holds(folder: Path) -> None:
    take = CapTake(counter=_UNITS, amount=Decimal(10**9 + 1), limit=Decimal(10**9), hard=False)
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.budget.reserve([take], document="Q-1/1", on=DAY, expires_on=_LAST, key="send Q-1/1")
