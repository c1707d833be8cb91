"""Pricing within what is left of every cap (限额内计价): priced, asked what is used, priced again.

Which counters a document runs on is known once it is priced, and what promotions give depends on
what of these is used. So a request is priced until everything that its price rests on was asked
for: mostly twice. Whoever keeps the counters is asked, pricing itself stays a pure function; what
it was told stands in the pricing, which can be replayed. Nothing is held yet: that is what the
reservation of the offer does.
"""

from collections.abc import Callable, Iterable

from cpq.cap import CapUsage, Counter
from cpq.waterfall import Pricing


def price_within(
    ask: Callable[[CapUsage], Pricing], *, usage: Callable[[Iterable[Counter]], CapUsage]
) -> Pricing:
    """The pricing of ``ask`` with what ``usage`` says of every counter that bears on it.

    ``ask`` prices the request with a usage (``DealFacts(usage=…)``), ``usage`` says what of some
    counters is used, as the budget ledger or the store does.

    >>> from datetime import date
    >>> from cpq import (AmountOff, Cap, Catalogue, DealFacts, Money, PriceBook, PriceBookVersion,
    ...                  Product, PromotionPolicy, entry, item, price)
    >>> budget = Cap(amount=Money("100.00", "CNY"), window="month")
    >>> off = AmountOff(amount=Money("30.00", "CNY"))
    >>> catalogue = Catalogue(
    ...     products=(Product(code="M8", name="Bolt"),),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=(entry("M8", price="0.35"),)),)),),
    ...     default_book="LIST",
    ...     promotions=(PromotionPolicy(code="AUTUMN", benefit=off, caps=(budget,)),))
    >>> used = {"AUTUMN/1/2026-11/amount CNY": "88.00"}
    >>> pricing = price_within(
    ...     lambda usage: price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 22),
    ...                         deal=DealFacts(usage=usage)),
    ...     usage=lambda counters: CapUsage(rows=tuple(
    ...         (each.key, used.get(each.key, "0")) for each in counters)))
    >>> pricing.discount, pricing.ungranted[0].missing
    (Money('12.00', 'CNY'), Decimal('18.00'))
    """
    known: dict[str, Counter] = {}
    told = CapUsage()
    pricing = ask(told)
    while True:  # every round knows of more counters, of which a request has so many and no more
        new = {take.counter.key: take.counter for take in pricing.taken}
        if new.keys() <= known.keys():
            return pricing
        known |= new
        told = usage([counter for _, counter in sorted(known.items())])
        pricing = ask(told)
