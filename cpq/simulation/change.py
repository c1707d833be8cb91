"""What a simulation found (模拟结果): of each line, each quote and each rule, before and after.

Amounts are net of tax, each in the currency of its quote; currencies are never added up. Optional
lines and parts that another line includes are listed and count for nothing, as in the quote itself.
A quote that cannot be priced any more has no figures after; it is listed with the reasons.
"""

from collections.abc import Iterator
from decimal import Decimal

from cpq.approval import ApprovalNeed
from cpq.comparison.change import LineChange, LineFigures, RuleFate, change_percent
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money
from cpq.kernel.period import Bound
from cpq.kernel.text import Code, Line, LocalText
from cpq.margin import FloorFinding, Margin, margin_of
from cpq.plan import PricePoint


class QuoteChange(Frozen):
    """A past quote before and after; ``place`` is its place among those that were given, from 1.

    ``reference`` is the number and version of a quote, ``#3`` for a pricing that is no quote. It
    was priced ``on`` a day by ``book`` under the snapshot ``catalogue``. ``after`` is ``None``, and
    ``refusals`` say why, where it cannot be priced any more. ``appeared`` and ``vanished`` are
    findings of its pricing, ``asked`` and ``spared`` approvals that it needs now and did not, and
    the reverse. Where it was kept without its trace, or by release 0.1, it is not
    ``traced``, and no rules are compared.
    """

    place: int
    reference: Line
    customer: Code | None
    currency: CurrencyCode
    book: Code
    on: Bound
    catalogue: str
    traced: bool
    before: Money
    after: Money | None
    cost_before: Money | None
    cost_after: Money | None
    lines: tuple[LineChange, ...]
    refusals: tuple[Finding, ...] = ()
    appeared: tuple[FloorFinding | Finding, ...] = ()
    vanished: tuple[FloorFinding | Finding, ...] = ()
    asked: tuple[ApprovalNeed, ...] = ()
    spared: tuple[ApprovalNeed, ...] = ()

    @property
    def change(self) -> Money | None:
        """``after`` − ``before``."""
        return None if self.after is None else self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        """The change in percent, two decimals."""
        return None if self.after is None else change_percent(self.before.amount, self.after.amount)

    @property
    def judged_anew(self) -> bool:
        """Whether a finding or an approval appears or vanishes."""
        return bool(self.appeared or self.vanished or self.asked or self.spared)

    @property
    def margin_before(self) -> Margin:
        """What the quote earned; undefined where a cost is not known."""
        return margin_of(self.before, self.cost_before)

    @property
    def margin_after(self) -> Margin | None:
        """What it would earn."""
        return None if self.after is None else margin_of(self.after, self.cost_after)

    def changed_lines(self) -> Iterator[LineChange]:
        """The lines whose net, unit price or rules are not what they were."""
        for line in self.lines:
            moved = line.before is None or line.after is None or line.change
            if moved or line.rules or _price(line.before) != _price(line.after):
                yield line


def _price(side: LineFigures | None) -> Decimal | None:
    return None if side is None else side.unit_price


class Tally(Frozen):
    """The change of everything with one ``key``, a customer's or product's code, in one currency.

    ``quotes`` and ``lines`` are those in the figures. ``left_out`` is what those were worth that
    cannot be priced any more; it is in no other figure. Costs are ``None`` where one line's cost is
    not known.
    """

    key: Line
    currency: CurrencyCode
    quotes: int
    lines: int
    before: Money
    after: Money
    left_out: Money
    cost_before: Money | None = None
    cost_after: Money | None = None

    @property
    def change(self) -> Money:
        """``after`` − ``before``."""
        return self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        """The change in percent, two decimals."""
        return change_percent(self.before.amount, self.after.amount)

    @property
    def margin_before(self) -> Margin:
        """What was earned; undefined where a cost is not known."""
        return margin_of(self.before, self.cost_before)

    @property
    def margin_after(self) -> Margin:
        """What would be earned."""
        return margin_of(self.after, self.cost_after)


class RuleTally(Frozen):
    """On how many lines of how many quotes a rule acts otherwise than it did."""

    fate: RuleFate
    point: PricePoint
    rule: Line
    name: LocalText
    quotes: int
    lines: int
