"""History as a guard (历史价预警): a price that is out of line with what was agreed before.

A rep who goes below nine of ten comparable deals, below what this customer paid last, or above it
on a renewal, should know it before the customer does. Whether that is a note or needs approval is
the host's to say.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from cpq.history.deal import DealPrice, LinePrice
from cpq.history.figures import Insufficient, PriceStatistics
from cpq.history.footing import RateAt
from cpq.kernel.errors import Finding, Invalid
from cpq.kernel.money import exact, plain, rounded_fraction
from cpq.kernel.text import LocalText

Weight = Literal["note", "approval"]
"""How grave a finding of history is: to be read, or to be approved."""

_PLACES = 6
_NO_DEALS: Mapping[str, DealPrice] = {}


def history_findings(
    lines: Iterable[LinePrice],
    *,
    statistics: Mapping[str, PriceStatistics | Insufficient],
    last: Mapping[str, DealPrice] = _NO_DEALS,
    renewals: Collection[str] = (),
    uplift: object = 0,
    rate: RateAt | None = None,
    severity: Weight = "note",
) -> tuple[Finding, ...]:
    """What history has against the prices of some lines; nothing is found where nothing is known.

    By line number, ``statistics`` are of comparable deals and ``last`` is the customer's own last
    deal. ``history.below_p10``: the price is below the tenth percentile. ``history.below_last``: it
    is below the customer's last. ``history.above_last``: a line of ``renewals`` is more than
    ``uplift`` percent above it. Prices are compared per base unit, rounded as the statistics are.
    A last deal in another currency is compared at the ``rate`` of its day; without a rate, or in
    another base unit, there is a note ``history.not_compared``. Raises ``Invalid``
    (``history.currency_mismatch``) for statistics in another currency or unit than the line.

    >>> line = LinePrice(line="1", product="M8", quantity=1, unit="pc", base_quantity=1,
    ...                  base_unit="pc", currency="CNY", net="9.00")
    >>> deal = DealPrice(**{**dict(line), "net": "10.00"}, quote="Q-1", status="won",
    ...                  on="2026-03-01", customer="C-1")
    >>> found, = history_findings([line], statistics={}, last={"1": deal})
    >>> print(found.message)
    9.00 CNY per pc is below the 10.00 that this customer paid on 2026-03-01
    """
    rise = Fraction(exact(uplift)) / 100
    found: list[Finding] = []
    for line in lines:
        known = statistics.get(line.line)
        if isinstance(known, PriceStatistics):
            found += _below_others(line, known, severity)
        deal = last.get(line.line)
        if deal is not None:
            limit = 1 + rise if line.line in renewals else None
            found += _beside_last(line, deal, rate, limit, severity)
    return tuple(found)


def _below_others(line: LinePrice, known: PriceStatistics, severity: Weight) -> Iterator[Finding]:
    if (known.query.currency, known.query.unit) != (line.currency, line.base_unit):
        raise Invalid(
            "history.currency_mismatch",
            f"line {line.line} is priced in {line.currency} per {line.base_unit}, its statistics "
            f"in {known.query.currency} per {known.query.unit}; look them up for the line",
            line=line.line,
        )
    price = rounded_fraction(line.price, known.query.places)
    if price < known.prices.p10:
        paid, tenth = _shown(price), _shown(known.prices.p10)
        yield _finding(
            "below_p10",
            line,
            f"{_per(line, paid)} is below {tenth}, under which only one in ten of {known.n} "
            "comparable deals lie",
            f"{_per(line, paid)} 低于 {known.n} 笔可比成交的第 10 百分位 {tenth}",
            severity,
        )


def _beside_last(
    line: LinePrice,
    deal: DealPrice,
    rate: RateAt | None,
    limit: Fraction | None,
    severity: Weight,
) -> Iterator[Finding]:
    times = Fraction(1)
    if deal.currency != line.currency:
        known = rate(deal.currency, line.currency, deal.on) if rate else None
        times = Fraction(0) if known is None else known
    if not times or deal.base_unit != line.base_unit:
        before = _per(deal, _shown(rounded_fraction(deal.price, _PLACES)))
        yield _finding(
            "not_compared",
            line,
            f"the customer's last price, {before} on {deal.on}, cannot be compared with one in "
            f"{line.currency} per {line.base_unit}: another unit, or no rate of that day",
            f"该客户 {deal.on} 的上次成交价 {before} 与本行币种或单位不同，且无当日汇率，未作比较",
            "note",
        )
        return
    now, then = _compared(line.price), _compared(deal.price * times)
    paid, before = _per(line, _shown(now)), _shown(then)
    if now < then:
        yield _finding(
            "below_last",
            line,
            f"{paid} is below the {before} that this customer paid on {deal.on}",
            f"{paid} 低于该客户 {deal.on} 的成交价 {before}",
            severity,
        )
    elif limit is not None and now > _compared(deal.price * times * limit):
        yield _finding(
            "above_last",
            line,
            f"the renewal at {paid} is above the {before} that this customer paid on {deal.on}",
            f"续约价 {paid} 高于该客户 {deal.on} 的成交价 {before}",
            severity,
        )


def _compared(price: Fraction) -> Decimal:
    return rounded_fraction(price, _PLACES)


def _per(line: LinePrice, price: str) -> str:
    return f"{price} {line.currency} per {line.base_unit}"


def _shown(price: Decimal) -> str:
    whole, _, decimals = plain(price).partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def _finding(reason: str, line: LinePrice, en: str, zh: str, severity: Weight) -> Finding:
    return Finding(
        code=f"history.{reason}",
        message=LocalText(en=en, zh=zh),
        place=f"lines/{line.line}",
        severity=severity,
    )
