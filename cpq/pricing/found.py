"""What the unit phase found for a line (单价结果): the price of a unit, and why."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.agreement import Agreed
from cpq.kernel.errors import Finding
from cpq.kernel.money import EXACT, plain, rounded
from cpq.kernel.text import LocalText
from cpq.pricebook import Charge, Value
from cpq.pricing.scene import Scene
from cpq.tax import TaxBasis, TaxPosition
from cpq.trace import Step
from cpq.waterfall import UnitPoints


class Cliff(NamedTuple):
    """Beyond ``quantity`` of the same line, ``larger`` units cost less: ``total`` together.

    ``further`` is a still larger quantity that costs even less, and so less than fewer units.
    """

    quantity: Fraction
    larger: Decimal
    total: Decimal
    further: "Cliff | None" = None

    def beyond(self, asked: Decimal) -> "Cliff | None":
        """The least larger quantity that costs less than ``asked`` units; ``None``: none does."""
        cliff: Cliff | None = self
        while cliff is not None and asked <= cliff.quantity:
            cliff = cliff.further
        return cliff

    def finding(
        self,
        line: str,
        *,
        asked: Decimal,
        unit: str,
        amount: Decimal,
        scene: Scene,
        times: int = 1,
    ) -> Finding:
        """The hint that a larger quantity costs less: 26 cost less than 25; ``times`` is how often
        the price is due.
        """
        currency, policy = scene.currency, scene.policy
        whole = EXACT.multiply(self.total, times)
        less = plain(rounded(whole, policy.places_for(currency), policy.mode))
        larger, quantity, paid = plain(self.larger), plain(asked), plain(amount)
        return Finding(
            code="price.cheaper_at",
            place=f"lines/{line}",
            severity="note",
            message=LocalText(
                en=f"{larger} {unit} cost {less} {currency}, less than {quantity} {unit} at "
                f"{paid} {currency}",
                zh=f"{larger} {unit} 只需 {less} {currency}，低于 {quantity} {unit} 的 {paid} "
                f"{currency}",
            ),
        )


class UnitPrice(NamedTuple):
    """What a unit costs: rounded, exact, and why. A ``charge`` depends on the quantity.

    ``at_book`` is what it would cost without its agreement, ``alone`` what a part of an allocated
    bundle costs by itself.
    """

    list_price: Decimal
    unit_price: Decimal
    steps: tuple[Step, ...]
    points: UnitPoints
    exact: Fraction | None
    charge: Charge | None = None
    listed: Value | None = None
    cost: Value | None = None
    promotable: bool = True
    book: str | None = None
    agreed: Agreed | None = None
    at_book: Value | None = None
    cliff: Cliff | None = None
    position: TaxPosition | None = None
    alone: Fraction | None = None
    basis: TaxBasis = "net"
