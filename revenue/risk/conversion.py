"""Amounts in one currency, at rates that the caller states (折算).

What a limit or a scorecard is held against is an estimate of risk and not a booking: it is turned
into the book currency at the rates of the day, and where a rate is missing nothing is guessed.
"""

from collections.abc import Mapping

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.exchange import in_books

Rates = Mapping[str, object]
"""What one unit of a currency is in the book currency: ``{"USD": "7.10"}``."""


def converted(amount: Money, currency: str, *, rates: Rates, what: str) -> Money:
    """``amount`` in ``currency``, rounded half up to its minor units; ``what`` it is, in words.

    Raises ``Invalid`` (``credit.no_rate``) where there is no rate, and what ``in_books`` raises.

    >>> converted(Money("100.00", "USD"), "CNY", rates={"USD": "7.105"}, what="receivable AR-1")
    Money('710.50', 'CNY')
    """
    if amount.code == currency:
        return amount
    rate = rates.get(amount.code)
    if rate is None:
        raise Invalid(
            "credit.no_rate",
            f"{what} is {amount} and is needed in {currency}, but rates has no {amount.code}; say "
            f'how many {currency} one {amount.code} is, as in rates={{"{amount.code}": "7.10"}}',
            currency=amount.code,
            wanted=currency,
        )
    return in_books(amount, rate=rate, currency=currency)
