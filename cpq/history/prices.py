"""Where deal prices are kept (历史成交价): the port, and the one in memory.

A host that has its own history of orders implements ``DealPrices``; a store of deals has them in
its database. Tests, and hosts with a few thousand deals, keep them in memory.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from cpq.history.comparables import Comparables
from cpq.history.deal import DealPrice
from cpq.history.figures import Insufficient, PriceStatistics, statistics
from cpq.history.footing import Key, PriceIndex, RateAt, key_of, sale_of, undecided
from cpq.kernel.errors import Conflict, Invalid


class DealPrices(Protocol):
    """The deal prices of one tenant: facts that are added, and asked for figures."""

    def record(self, prices: Iterable[DealPrice]) -> None:
        """Keep prices; one that is there already changes nothing.

        A price is named by quote, version, line and status. Raises ``Conflict``
        (``deal_price.taken``) where it is there with other content, ``Invalid``
        (``deal_price.anonymous``) for one whose quote or customer is not shown.
        """

    def hits(self, query: Comparables) -> tuple[DealPrice, ...]:
        """The deals that the query covers, in any currency, newest first, ``query.evidence`` of
        them at most.
        """

    def comparables(
        self, query: Comparables, *, rate: RateAt | None = None, index: PriceIndex | None = None
    ) -> PriceStatistics | Insufficient:
        """The figures of the deals that the query covers; see ``cpq.history.statistics``."""

    def last(
        self, product: str, *, customer: str, unit: str | None = None, on: date | None = None
    ) -> DealPrice | None:
        """The newest deal that a customer won of a product; up to a day, inclusive, where given.

        ``unit`` is the base unit that it must be in.
        """


class MemoryDealPrices:
    """Deal prices in memory, for tests and for hosts with a few thousand of them.

    >>> history = MemoryDealPrices()
    >>> history.record([DealPrice(
    ...     quote="Q-1", status="won", on="2026-03-01", customer="C-1", line="1", product="M8",
    ...     quantity=2, unit="pc", base_quantity=2, base_unit="pc", currency="CNY", net="7.00")])
    >>> history.last("M8", customer="C-1").price
    Fraction(7, 2)
    """

    def __init__(self) -> None:
        self._prices: dict[Key, DealPrice] = {}

    def record(self, prices: Iterable[DealPrice]) -> None:
        """Keep prices; see ``DealPrices``."""
        added: dict[Key, DealPrice] = {}
        for price in prices:
            refuse_anonymous(price)
            key = key_of(price)
            found = self._prices.get(key) or added.setdefault(key, price)
            if found != price:
                raise taken(price)
        self._prices.update(added)

    def hits(self, query: Comparables) -> tuple[DealPrice, ...]:
        """The newest deals of a query; see ``DealPrices``."""
        covered = [sale_of(deal) for deal in self._prices.values() if query.covers(deal)]
        newest = sorted(undecided(covered, query), reverse=True)
        return tuple(self._prices[sale.key] for sale in newest[: query.evidence])

    def comparables(
        self, query: Comparables, *, rate: RateAt | None = None, index: PriceIndex | None = None
    ) -> PriceStatistics | Insufficient:
        """The figures of a query; see ``DealPrices``."""
        return statistics(self._prices.values(), query, rate=rate, index=index)

    def last(
        self, product: str, *, customer: str, unit: str | None = None, on: date | None = None
    ) -> DealPrice | None:
        """The customer's newest deal of a product; see ``DealPrices``."""
        found = [
            deal
            for deal in self._prices.values()
            if (deal.product, deal.customer, deal.status) == (product, customer, "won")
            and unit in (None, deal.base_unit)
            and (on is None or deal.on <= on)
        ]
        return max(found, key=sale_of, default=None)


def refuse_anonymous(price: DealPrice) -> None:
    """Refuse to keep a price that does not say whose it is.

    Raises ``Invalid`` (``deal_price.anonymous``).
    """
    if price.quote is None or price.customer is None:
        raise Invalid(
            "deal_price.anonymous",
            f"a deal price of {price.product!r} on {price.on} names no quote or no customer; what "
            "was taken out for a viewer cannot be kept",
        )


def taken(price: DealPrice) -> Conflict:
    """The refusal of a price whose place is taken by another one."""
    return Conflict(
        "deal_price.taken",
        f"the price of quote {price.quote} version {price.version} line {price.line} is kept as "
        f"{price.status} with other content; what happened is not changed",
        quote=price.quote,
        version=price.version,
        line=price.line,
    )
