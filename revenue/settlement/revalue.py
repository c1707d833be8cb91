"""Revaluing what is open in foreign currency at a period's end (期末调汇)."""

from collections.abc import Mapping
from datetime import date

from cpq.kernel.errors import NotFound
from revenue.application import Reversal
from revenue.exchange import Revaluation, in_books
from revenue.ledger import Fact, ReceivablesLedger


def revalue(
    ledger: ReceivablesLedger,
    *,
    rates: Mapping[str, object],
    number: str,
    on: date,
    reversed_on: date | None = None,
) -> ReceivablesLedger:
    """Bring every open receivable in a foreign currency to the rate of a day, unrealised.

    ``rates`` say what one unit of a currency is worth in the books' currency. With ``reversed_on``
    each revaluation is taken back on that day, in the same step; without it stays, and the next
    application realises what is left. Facts are numbered number/1, number/2 … by due day, their
    reversals number/1/R …. Receivables whose value is right already are left alone. Advances and
    other receipts are never revalued. Raises ``NotFound`` (``exchange.no_rate``), ``Invalid``
    (``exchange.bad_rate``).

    >>> from cpq.kernel.money import Money
    >>> from revenue.receivable import Receivable
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=date(2026, 12, 1),
    ...                due_on=date(2027, 1, 31), amount=Money("100000", "USD"),
    ...                booked=Money("710000", "CNY")))
    >>> later = revalue(ledger, rates={"USD": "7.20"}, number="RV-12", on=date(2026, 12, 31))
    >>> later.book_value("receivable", "AR-1"), ledger.book_value("receivable", "AR-1")
    (Money('720000.00', 'CNY'), Money('710000.00', 'CNY'))
    """
    made: list[Fact] = []
    place = 0
    for item in ledger.open_items(as_of=on):
        if item.booked is None:
            continue
        rate = rates.get(item.open.code)
        if rate is None:
            raise NotFound(
                "exchange.no_rate",
                f"receivable {item.receivable.number} is open in {item.open.code}, and there is no "
                f"rate for it on {on}; give one",
                currency=item.open.code,
            )
        value = in_books(item.open, rate=rate, currency=item.booked.code)
        if value == item.booked:
            continue
        place += 1
        revaluation = Revaluation(
            number=f"{number}/{place}",
            receivable=item.receivable.number,
            on=on,
            open=item.open,
            difference=value - item.booked,
            rate=rate,
            reversed_on=reversed_on,
        )
        made.append(revaluation)
        if reversed_on is not None:
            made.append(
                Reversal(
                    number=f"{number}/{place}/R",
                    reverses=revaluation.number,
                    on=reversed_on,
                    reason=f"revaluation of {on} taken back",
                )
            )
    return ledger.record(*made)
