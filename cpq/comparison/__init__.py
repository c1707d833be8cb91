"""Two versions of an offer side by side (版本比较): what changed, how much that is, and why.

A customer asks why the second offer is dearer than the first, an approver what he agrees to now.
Lines are matched by what they are, so a moved line stays the line it was. The difference of the
totals is taken apart into what quantity, price, promotions, tax, exchange rates and lines that came
or went make of it; the parts add up to it to the last cent, before tax and with it. The traces of
the two say which rules act otherwise. Nothing is priced here: all is read off what the versions
hold.
"""

from cpq.comparison.acting import comparable, findings_only_in
from cpq.comparison.currency import Exchange
from cpq.comparison.lines import line_differences
from cpq.comparison.matching import paired
from cpq.comparison.model import (
    DRIVERS,
    Comparison,
    Driver,
    DriverEffect,
    FieldChange,
    LineDifference,
    LineSide,
    RuleDifference,
    Version,
    effects_summed,
)
from cpq.comparison.rules import rule_differences
from cpq.comparison.terms import version_changes
from cpq.kernel.money import Money, total
from cpq.quote import Quote
from cpq.rate import UsedRate
from cpq.waterfall import Pricing

__all__ = [
    "DRIVERS",
    "Comparison",
    "Driver",
    "DriverEffect",
    "FieldChange",
    "LineDifference",
    "LineSide",
    "RuleDifference",
    "Version",
    "compare",
]


def compare(
    before: Quote | Pricing, after: Quote | Pricing, *, rate: UsedRate | None = None
) -> Comparison:
    """What differs between two versions, and what the difference of their totals comes from.

    Of a quote what was agreed is compared, which is what it recommends until it is accepted; an
    alternative is compared by its pricing. Where the two are in different currencies, all is told
    in that of ``after`` at ``rate``, which may be stated either way round; else it is not looked
    at. Raises ``Invalid`` (``comparison.no_rate``).

    >>> from datetime import date
    >>> from cpq import Catalogue, PriceBook, PriceBookVersion, Product, entry, item, price
    >>> def listed(bolt):
    ...     version = PriceBookVersion(entries=(entry("M8", price=bolt),))
    ...     return Catalogue(products=(Product(code="M8", name="Bolt"),), default_book="LIST",
    ...                      books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),))
    >>> first = price([item("M8", 200)], catalogue=listed("0.35"), on=date(2026, 11, 21))
    >>> second = price([item("M8", 300)], catalogue=listed("0.34"), on=date(2026, 11, 28))
    >>> found = compare(first, second)
    >>> found.change, [(each.driver, each.net) for each in found.effects]
    (Money('32.00', 'CNY'), [('quantity', Money('35.00', 'CNY')), ('price', Money('-3.00', 'CNY'))])
    """
    was, now = (side.agreed if isinstance(side, Quote) else side for side in (before, after))
    exchange = Exchange(was, now, rate)
    pairs = paired(was.lines, now.lines)
    traced = comparable(was) and comparable(now)
    lines = line_differences(pairs, before=was, after=now, exchange=exchange, traced=traced)
    differing = tuple(line for line in lines if _differs(line))
    told = [exchange.told[line.number] for line in was.counted]
    zero = Money.zero(now.currency)
    return Comparison(
        before=_version(before, was),
        after=_version(after, now),
        currency=now.currency,
        rate=rate if was.currency != now.currency else None,
        net_before=zero + Money(total(net for net, _ in told), now.currency),
        net_after=zero + now.net,
        gross_before=zero + Money(total(gross for _, gross in told), now.currency),
        gross_after=zero + now.gross,
        effects=effects_summed(differing, now.currency),
        lines=differing,
        unchanged=len(lines) - len(differing),
        changes=version_changes(before, after),
        rules=rule_differences(pairs, before=was, after=now) if traced else (),
        appeared=findings_only_in(now, was),
        vanished=findings_only_in(was, now),
    )


def _differs(line: LineDifference) -> bool:
    """Whether there is anything to tell of a line."""
    if line.before is None or line.after is None:
        return True
    figures = ("quantity", "periods", "unit_price", "discount", "tax_percent")
    moved = any(getattr(line.before, name) != getattr(line.after, name) for name in figures)
    return bool(moved or line.effects or line.changes or line.rules)


def _version(side: Quote | Pricing, pricing: Pricing) -> Version:
    zero = Money.zero(pricing.currency)
    return Version(
        reference=side.reference if isinstance(side, Quote) else "",
        customer=pricing.customer,
        book=pricing.book,
        currency=pricing.currency,
        on=pricing.on,
        catalogue=pricing.catalogue,
        traced=comparable(pricing),
        net=zero + pricing.net,
        gross=zero + pricing.gross,
    )
