"""Ageing and collection as finance reads them (账龄与回款分析).

``ageing_report`` says what is open by days overdue, with disputes, cash on account and unknown
payers apart; ``payment_behaviour`` how one customer pays; ``collections`` what came in, and
``collection_measures`` and ``countback_dso`` how well is collected. All are folds over a ledger as
of a day, and reckon in exact fractions.
"""

from revenue.ageing.behaviour import (
    PaymentBehaviour,
    PaymentDays,
    payment_behaviour,
    payment_behaviours,
)
from revenue.ageing.collections import CollectionSpell, Spell, collections, spells
from revenue.ageing.history import Payment, ReceivableHistory
from revenue.ageing.measures import (
    CollectionMeasures,
    Countback,
    DsoPoint,
    collection_measures,
    countback_dso,
    credit_sales,
    dso_series,
)
from revenue.ageing.report import AgedRow, AgeingReport, Grouping, ageing_report

__all__ = [
    "AgedRow",
    "AgeingReport",
    "CollectionMeasures",
    "CollectionSpell",
    "Countback",
    "DsoPoint",
    "Grouping",
    "Payment",
    "PaymentBehaviour",
    "PaymentDays",
    "ReceivableHistory",
    "Spell",
    "ageing_report",
    "collection_measures",
    "collections",
    "countback_dso",
    "credit_sales",
    "dso_series",
    "payment_behaviour",
    "payment_behaviours",
    "spells",
]
