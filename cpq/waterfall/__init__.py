"""What pricing gives back: lines with their price points side by side, and the trace (价格构成).

A price point is never overwritten: the list price stands beside the price of the book, the
discount of the promotions beside the net. Each line carries its trace: one row per rule that was
looked at, applied or refused, with what it needed and what it found.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from cpq.agreement import Taken
from cpq.allocation import Allocation, Ungranted
from cpq.cap import CapTake
from cpq.configuration import Configuration, Item
from cpq.coupon import CouponOutcome
from cpq.deal import DealFacts
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Money, RoundingPolicy, total
from cpq.kernel.period import Bound
from cpq.kernel.text import Code, Line
from cpq.manual import ManualPrice
from cpq.margin import FloorFinding, Margin, margin_of_lines
from cpq.plan import PricingPlan
from cpq.promotion import Combination
from cpq.purchased import Purchased
from cpq.rate import UsedRate
from cpq.trace import Step
from cpq.waterfall.line import PricedLine, TaxTotal, UnitPoints
from cpq.waterfall.recurring import Recurring, recurring_of
from cpq.waterfall.text import explained
from cpq.waterfall.why import Trigger, Why, WhyNot, triggers, why, why_not

__all__ = [
    "PricedLine",
    "Pricing",
    "Recurring",
    "TaxTotal",
    "Trigger",
    "UnitPoints",
    "Why",
    "WhyNot",
]


class Pricing(Frozen):
    """A priced request: the inputs by value or hash, the lines, the allocations of discounts.

    ``catalogue`` is the content hash of the snapshot that was priced against; the same items, day
    and snapshot give the same bytes. ``plan`` names the plan that was followed and its version,
    ``rates`` the exchange rates that were used, ``manual`` the prices that people gave, by line,
    ``purchased`` what was bought before, ``promoted`` whether promotions were asked for, ``drawn``
    what an order of these lines takes of commitments.

    ``deal`` is what promotions were told of the sale, ``taken`` what an offer of these lines takes
    of the counters of caps, ``coupons`` what became of each that was entered, ``combinations``
    where the best one was searched for, ``ungranted`` what promotions asked for and caps or floors
    kept back. ``refused`` are the promotions that did not hold for the order at all, with the
    reason; what happened on a line stands in its ``steps``. ``findings`` are what a person should
    know: floors that do not hold, a larger quantity that costs less. ``asked_book`` and
    ``asked_currency`` are what the request named, ``own_plan`` the plan that it brought along in
    place of the catalogue's, ``taxed_by_host`` whether the host's engine said what is owed: with
    them the same request can be made again (``cpq.replay``). Optional lines are in no total.
    Amounts are in ``currency`` and rounded as ``policy`` says; ``price`` makes it.

    >>> from datetime import date
    >>> from cpq import Catalogue, PriceBook, PriceBookVersion, Product, entry, item, price
    >>> book = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt"),), books=(book,))
    >>> pricing = price([item("M8", 200)], catalogue=catalogue, book="LIST", on=date(2026, 11, 21))
    >>> pricing.net, [str(row) for row in pricing.why("1")]
    (Money('70.00', 'CNY'), ['list LIST: M8 → 0.35'])
    """

    customer: Code | None
    book: Code
    currency: CurrencyCode
    on: Bound
    policy: RoundingPolicy
    catalogue: str
    items: tuple[Item | Configuration, ...]
    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...] = ()
    refused: tuple[Step, ...] = ()
    plan: Line = added("")
    rates: tuple[UsedRate, ...] = added(())
    manual: tuple[tuple[Line, ManualPrice], ...] = added(())
    purchased: Purchased | None = added(None)
    promoted: bool = added(True)
    drawn: tuple[Taken, ...] = added(())
    findings: tuple[FloorFinding | Finding, ...] = added(())
    deal: DealFacts | None = added(None)
    taken: tuple[CapTake, ...] = added(())
    coupons: tuple[CouponOutcome, ...] = added(())
    combinations: tuple[Combination, ...] = added(())
    ungranted: tuple[Ungranted, ...] = added(())
    asked_book: Code | None = added(None)
    asked_currency: CurrencyCode | None = added(None)
    own_plan: PricingPlan | None = added(None)
    taxed_by_host: bool = added(False)

    def _sum(self, amounts: Iterable[Decimal]) -> Money:
        return Money(total(amounts), self.currency)

    @cached_property
    def counted(self) -> tuple[PricedLine, ...]:
        """The lines that are in the totals: all but the optional ones."""
        optional = any(line.optional for line in self.lines)
        return tuple(line for line in self.lines if not line.optional) if optional else self.lines

    @cached_property
    def list_total(self) -> Money:
        """Σ list amounts."""
        return self._sum([line.list_amount for line in self.counted])

    @cached_property
    def amount(self) -> Money:
        """Σ amounts at the prices of the book, before promotions."""
        return self._sum([line.amount for line in self.counted])

    @cached_property
    def discount(self) -> Money:
        """Σ promotion discounts."""
        return self._sum([line.discount for line in self.counted])

    @cached_property
    def net(self) -> Money:
        """The total before tax."""
        return self._sum([line.net for line in self.counted])

    @cached_property
    def tax(self) -> Money:
        """The tax on the total."""
        return self._sum([line.tax for line in self.counted])

    @cached_property
    def gross(self) -> Money:
        """The total to pay."""
        return self._sum([line.gross for line in self.counted])

    @cached_property
    def taxes(self) -> tuple[TaxTotal, ...]:
        """Net and tax by tax code, in the order of first use; included lines do not count."""
        groups: dict[tuple[str, Decimal], list[PricedLine]] = {}
        for line in self.counted:
            if not line.included:
                groups.setdefault((line.tax_code, line.tax_percent), []).append(line)
        return tuple(
            TaxTotal(
                code=code,
                percent=percent,
                net=self._sum(line.net for line in lines),
                tax=self._sum(line.tax for line in lines),
            )
            for (code, percent), lines in groups.items()
        )

    @cached_property
    def recurring(self) -> tuple[Recurring, ...]:
        """What of the total recurs, by billing period and term; the sums are of the whole term."""
        return recurring_of(self)

    @cached_property
    def one_time(self) -> Money:
        """The net of what is charged once: with that of ``recurring`` it is the ``net``."""
        return self._sum([line.net for line in self.counted if line.billing is None])

    def line(self, number: str) -> PricedLine:
        """The line of that number. Raises ``KeyError``."""
        return self._by_number[number]

    @cached_property
    def _by_number(self) -> dict[str, PricedLine]:
        return {line.number: line for line in self.lines}

    @cached_property
    def margin(self) -> Margin:
        """What is left of the net after the cost; undefined where the cost of a line is unknown."""
        return margin_of_lines(self.lines, currency=self.currency)

    def explain(self, locale: str = "en") -> str:
        """The waterfall as text: each line, each rule that was looked at, and totals that foot."""
        return "\n".join(explained(self, locale))

    def why(self, line: str) -> tuple[Why, ...]:
        """The rules that made a line's price, in the order they acted. Raises ``KeyError``."""
        return why(self, line)

    def why_not(self, rule: str, line: str | None = None) -> tuple[WhyNot, ...]:
        """Why a rule did not act: on a line, or on any and on the order as a whole.

        ``rule`` is the code of a promotion, an agreement, a price book or an attribute price, or a
        whole name as ``Step.rule`` has it. Nothing comes back for a rule that acted or that nobody
        looked at.
        """
        return why_not(self, rule, line)

    def what_would_trigger(self, rule: str) -> tuple[Trigger, ...]:
        """What would have to change for a rule to act: two more units, a day, another customer."""
        return triggers(self, rule)
