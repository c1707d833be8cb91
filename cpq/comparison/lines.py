"""The lines of two versions in pairs: figures, effects, rules, attributes (逐行比较)."""

from collections.abc import Sequence
from decimal import Decimal

from cpq.comparison.acting import costs, rule_changes
from cpq.comparison.bridge import bridged, mix
from cpq.comparison.currency import Exchange
from cpq.comparison.matching import Pair
from cpq.comparison.model import DriverEffect, LineDifference, LineSide
from cpq.comparison.terms import line_changes
from cpq.kernel.money import difference
from cpq.waterfall import PricedLine, Pricing


def line_differences(
    pairs: Sequence[Pair], *, before: Pricing, after: Pricing, exchange: Exchange, traced: bool
) -> tuple[LineDifference, ...]:
    """Every pair of lines, whatever of it changed; rules where both are ``traced``."""
    lines = _Lines(before, after, exchange, traced=traced)
    return tuple(lines.difference(*pair) for pair in pairs)


class _Lines:
    """The lines of two versions on their way into the comparison."""

    def __init__(
        self, before: Pricing, after: Pricing, exchange: Exchange, *, traced: bool
    ) -> None:
        self._exchange, self._traced = exchange, traced
        self._books = before.book, after.book
        self._costs_before, self._costs_after = costs(before), costs(after)

    def difference(self, was: PricedLine | None, now: PricedLine | None) -> LineDifference:
        """One line, whatever of it changed."""
        line = now or was
        assert line is not None, "a pair has one line at least"
        changes = line_changes(was, now, books=self._books) if was and now else ()
        rules = rule_changes(was, now) if was and now and self._traced else ()
        return LineDifference(
            number=line.number,
            product=line.product,
            name=line.name,
            unit=line.unit,
            currency=self._exchange.currency,
            before=None if was is None else self._before(was),
            after=None if now is None else self._after(now),
            effects=self._effects(was, now),
            rules=tuple(rules),
            changes=tuple(changes),
        )

    def _effects(self, was: PricedLine | None, now: PricedLine | None) -> tuple[DriverEffect, ...]:
        exchange = self._exchange
        one = None if was is None or was.optional else was
        other = None if now is None or now.optional else now
        if one is None or other is None or one.included != other.included:
            told = None if one is None else exchange.told[one.number]
            return mix(before=told, after=other, currency=exchange.currency)
        restated = exchange.of(one, other)
        return bridged(one, other, told=restated, places=exchange.places)

    def _before(self, line: PricedLine) -> LineSide:
        exchange = self._exchange
        net, gross = exchange.told[line.number]
        side = _side(line, self._books[0], self._costs_before[line.number])
        if not exchange.converts:
            return side
        return side.with_(
            unit_price=exchange.price(line.unit_price),
            list_price=exchange.price(line.list_price),
            net=net,
            cost=None if side.cost is None else exchange.amount(side.cost),
            amount=exchange.amount(line.amount),
            discount=exchange.amount(line.discount),
            tax=difference(gross, net),
            gross=gross,
        )

    def _after(self, line: PricedLine) -> LineSide:
        return _side(line, self._books[1], self._costs_after[line.number])


def _side(line: PricedLine, usual: str, cost: Decimal | None) -> LineSide:
    return LineSide(
        number=line.number,
        quantity=line.quantity,
        periods=line.periods,
        list_price=line.list_price,
        unit_price=line.unit_price,
        amount=line.amount,
        discount=line.discount,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        tax_percent=line.tax_percent,
        cost=cost,
        book=line.book or usual,
        included=line.included,
        optional=line.optional,
        free_by=line.free_by,
    )
