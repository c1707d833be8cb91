"""The sheet that a document is priced on (计价表): a column per figure, a row per line.

The unit phase fills what a unit costs; the steps of the document phase work on whole columns. It
lives as long as one call of ``price``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from cpq.agreement import Taken
from cpq.allocation import Allocation, Ungranted
from cpq.cap import CapTake
from cpq.catalogue import Catalogue
from cpq.coupon import CouponOutcome
from cpq.customer import Customer
from cpq.deal import NO_FACTS, DealFacts
from cpq.kernel.errors import Finding
from cpq.kernel.money import RoundingPolicy
from cpq.margin import LineFloors
from cpq.pricebook import NoPrice, Slice
from cpq.pricing.agreed import each_of
from cpq.pricing.draft import Draft
from cpq.pricing.found import UnitPrice
from cpq.pricing.scene import Scene
from cpq.promotion import Combination
from cpq.purchased import Purchased
from cpq.trace import Step

NOTHING = Decimal(0)
_NO_COST = Fraction(0)


PriceOf = Callable[[Draft], UnitPrice | NoPrice | Finding]
"""What one unit of a line costs, asked as any other line is; a finding where it is withheld."""


class Sheet:
    """What is known of each line so far; all columns have one entry per draft."""

    def __init__(
        self,
        catalogue: Catalogue,
        scene: Scene,
        drafts: Sequence[Draft],
        prices: Sequence[UnitPrice],
        *,
        at: datetime,
        traced: bool,
        purchased: Purchased | None = None,
        deal: DealFacts = NO_FACTS,
        price_of: PriceOf | None = None,
    ) -> None:
        size = len(drafts)
        self.catalogue = catalogue
        self.scene = scene
        self.drafts = list(drafts)
        self.prices = list(prices)
        self.at = at
        self.traced = traced
        self.deal = deal
        self.price_of = price_of
        self.taken: tuple[CapTake, ...] = ()
        self.coupons: tuple[CouponOutcome, ...] = ()
        self.combinations: tuple[Combination, ...] = ()
        self.ungranted: tuple[Ungranted, ...] = ()
        self.gifts: dict[int, str] = {}
        self.gift_prices: dict[tuple[str, Decimal], object] = {}
        self.last_prices = dict(purchased.last_prices) if purchased else {}
        self.amounts: list[Decimal] = [NOTHING] * size
        self.nets: Sequence[Decimal] = self.amounts
        self.steps: list[list[Step] | None] = [None] * size
        self.breakdowns: dict[int, tuple[Slice, ...]] = {}
        self.floors: dict[int, LineFloors] = {}
        self.allocated: dict[int, Decimal] = {}
        self.allocations: tuple[Allocation, ...] = ()
        self.drawn: tuple[Taken, ...] = ()
        self.refused: tuple[Step, ...] = ()
        self.findings: list[Finding] = []
        self.places = scene.policy.places_for(scene.currency)

    @property
    def customer(self) -> Customer | None:
        """The buyer, where one is named."""
        return self.scene.customer

    @property
    def policy(self) -> RoundingPolicy:
        """Where figures are rounded."""
        return self.scene.policy

    def noted(self, place: int, *rows: Step) -> None:
        """Rows of the trace that a line gets from the document phase."""
        if self.traced:
            kept = self.steps[place]
            if kept is None:
                self.steps[place] = list(rows)
            else:
                kept += rows

    def append(self, draft: Draft, price: UnitPrice, amount: Decimal) -> int:
        """One more line, which nobody asked for; its place."""
        self.drafts.append(draft)
        self.prices.append(price)
        self.amounts.append(amount)
        self.steps.append(None)
        return len(self.drafts) - 1

    def cost(self, place: int) -> Fraction | None:
        """The cost of one unit of a line; what is made of parts that are lines costs nothing."""
        found = self.prices[place].cost
        if found is None:
            parts = self.catalogue.cost_book and self.drafts[place].manner.has_parts
            return _NO_COST if parts else None
        return each_of(found, Fraction(self.drafts[place].quantity))
