"""The same explosion once more, without the library: a plain recursion over the CSV rows.

Its counting shares nothing with the library or the reader (ids instead of codes, ISO text instead
of periods): where both are wrong they are wrong in different ways, and the replay shows it.
"""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from cpq.kernel.errors import Refused

Totals = dict[tuple[str, str], tuple[Decimal, int]]
"""Quantity and deepest level of each component, by its product id and its unit."""


def recount_boms(folder: Path, day: str) -> dict[str, Totals]:
    """Component totals of one of each finished good, by product id, with the rows of ``day``.

    ``day`` is an ISO date; a row holds on both its first and its last day. Raises ``Refused``
    (``bom.cycle``).
    """
    with (folder / "BillOfMaterials.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["start"] <= day and (not row["end"] or day <= row["end"])
        ]
    below = defaultdict(list)
    for row in rows:
        below[row["assembly_id"]].append(row)

    def count(above: tuple[str, ...], quantity: Decimal, totals: Totals) -> None:
        if above[-1] in above[:-1]:
            path = " > ".join(above)
            raise Refused("bom.cycle", f"BillOfMaterials.csv: a product contains itself: {path}")
        level = len(above)
        for row in below.get(above[-1], ()):
            amount = quantity * Decimal(row["per_assembly_qty"])
            key = row["component_id"], row["unit"]
            before, deepest = totals.get(key, (Decimal(0), 0))
            totals[key] = before + amount, max(deepest, level)
            count((*above, row["component_id"]), amount, totals)

    finished: dict[str, Totals] = {}
    for row in below[""]:
        totals = finished.setdefault(row["component_id"], {})
        count((row["component_id"],), Decimal(1), totals)
    return finished
