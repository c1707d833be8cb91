"""What a customer bought before (累计采购量、上次成交价), where prices look back."""

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code


class Purchased(Frozen):
    """Quantities by product, in the product's own unit: under the contract, and in the period.

    Which contract and which period is for the host to say; returns were taken off. ``last_prices``
    are what was last paid per own unit, before tax, in the document's currency, for floors that
    look at it; a history of deals has them.

    >>> Purchased(contract=(("M8", "13"),)).contract[0][1]
    Decimal('13')
    """

    contract: tuple[tuple[Code, Exact], ...] = ()
    period: tuple[tuple[Code, Exact], ...] = ()
    last_prices: tuple[tuple[Code, Exact], ...] = ()
