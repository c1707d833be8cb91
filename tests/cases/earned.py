"""Cases of rebates: sales handed in one after the other, and the rows that each of them adds."""

from collections.abc import Sequence
from typing import Any

from cpq import Money
from cpq.kernel.money import money_total
from cpq.rebate import RebateAgreement, RebateAssignment, RebateSale, assigned
from tests.cases.asking import DAY, Told

Figures = dict[str, Any]


def by_rebate(given: Told, _: Sequence[str]) -> Figures:
    """What is earned after each sale, on which line, and how the last one is split over tiers.

    A sale that comes again under its document is invoiced anew.
    """
    agreement = RebateAgreement.model_validate(
        {"code": "REBATE", "customers": ("C",), "currency": "CNY", **given["agreement"]}
    )
    rows: tuple[RebateAssignment, ...] = ()
    added: tuple[RebateAssignment, ...] = ()
    earned, of_line = [], []
    for told in given["sales"]:
        added = assigned(agreement, rows, _sale(told))
        rows += added
        earned.append(_sum(rows))
        of_line.append(_sum([row for row in rows if row.document == told["document"]]))
    last = given["sales"][-1]["document"]
    own = [row for row in added if row.document == last]
    return {
        "earned": earned,
        "of_line": of_line,
        "split": [[row.quantity, row.rate, row.amount] for row in own],
        "kinds": [row.kind for row in added],
    }


def _sale(told: Told) -> RebateSale:
    common = {"line": "1", "customer": "C", "product": "P", "on": DAY}
    net = Money(told["net"], "CNY")
    return RebateSale.model_validate({**common, **told, "net": net})


def _sum(rows: Sequence[RebateAssignment]) -> Any:
    return money_total((row.money for row in rows), "CNY").amount
