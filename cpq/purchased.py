"""What a customer bought before (累计采购量), where tiers are reached by more than one order."""

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code


class Purchased(Frozen):
    """Quantities by product, in the product's own unit: under the contract, and in the period.

    Which contract and which period is for the host to say; returns were taken off.

    >>> Purchased(contract=(("M8", "13"),)).contract[0][1]
    Decimal('13')
    """

    contract: tuple[tuple[Code, Exact], ...] = ()
    period: tuple[tuple[Code, Exact], ...] = ()
