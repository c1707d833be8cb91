"""What a comparison found (比较结果): of each line, each rule and each term, before and after.

Every amount is in the currency of the version after, before tax (``net``) and with it (``gross``).
The effects of a line add up to its difference, and those of all lines to the difference of the
totals, to the last cent in both.
"""

from decimal import Decimal
from typing import Literal

from cpq.comparison.change import LineChange, LineFigures, RuleFate, change_percent
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, difference, total
from cpq.kernel.period import Bound
from cpq.kernel.text import Code, Line, LocalText
from cpq.margin import FloorFinding
from cpq.plan import PricePoint
from cpq.rate import UsedRate

Driver = Literal["quantity", "price", "promotion", "tax", "currency", "mix"]
"""What drives a difference (变动因素)."""

DRIVERS: tuple[Driver, ...] = ("quantity", "price", "promotion", "tax", "currency", "mix")
"""All of them, in the order in which they are told."""

Field = Literal[
    "name", "detail", "optional", "included", "tax_rate", "tax_basis", "price_book", "customer",
    "seller", "salesperson", "title", "issued_on", "valid_until", "priced_on", "currency",
    "payment", "delivery", "clause", "plan", "catalogue",
]  # fmt: skip
"""What of a line or of a version is another than it was."""

_NOTHING = Decimal(0)


class DriverEffect(Frozen):
    """What one driver does to a total: so much before tax, so much with it.

    >>> effect = DriverEffect(driver="price", net="-24.00 CNY", gross="-27.12 CNY")
    >>> effect.tax
    Money('-3.12', 'CNY')
    """

    driver: Driver
    net: Money
    gross: Money

    @property
    def tax(self) -> Money:
        """What it does to the tax: ``gross`` − ``net``."""
        return self.gross - self.net


class LineSide(LineFigures):
    """A line in one of the versions, its amounts in the currency of the comparison.

    ``number`` is where it stood there; ``amount`` is its amount before promotions, ``discount``
    what those took. What recurs has so many ``periods``; ``free_by`` is the promotion that gave the
    goods away.
    """

    number: Line
    list_price: Exact
    amount: Exact
    discount: Exact
    tax: Exact
    gross: Exact
    tax_percent: Exact
    periods: int | None = None
    free_by: Code | None = None

    @property
    def counts(self) -> bool:
        """Whether the line is in the totals; a part that another line includes may bear a tax
        per unit, which is.
        """
        return not self.optional


class FieldChange(Frozen):
    """Something that is not a figure and has changed: its words before and after, either empty.

    ``place`` says which one where there are several: a line's attribute, a clause's number.

    >>> change = FieldChange(field="valid_until", before="2026-12-21", after="2027-01-15")
    >>> str(change)
    'Valid until: 2026-12-21 → 2027-01-15'
    """

    field: Field
    place: Line = ""
    before: LocalText
    after: LocalText

    def text(self, locale: str = "en") -> str:
        """The change as one line."""
        from cpq.comparison.words import field_text

        return field_text(self, locale)

    def __str__(self) -> str:
        return self.text()


class RuleDifference(Frozen):
    """A rule that acts now and did not, acted and does not, or acts otherwise (规则变化).

    ``lines`` are the numbers of the lines it is about: in the version after, but for a rule that
    was lost with its line. ``gave_before`` and ``gave_after`` are what a promotion took off the
    order in all. ``reason`` says why a lost rule does not act now, why a gained one did not act
    before, or what an altered one makes now where its name does not say so.
    """

    fate: RuleFate
    point: PricePoint
    rule: Line
    name_before: LocalText = LocalText()
    name_after: LocalText = LocalText()
    lines: tuple[Line, ...] = ()
    gave_before: Money | None = None
    gave_after: Money | None = None
    reason: LocalText = LocalText()

    def title(self, locale: str = "en") -> str:
        """The rule as people read it; before and after where it is called otherwise now."""
        was, now = self.name_before.in_(locale), self.name_after.in_(locale)
        return f"{was} → {now}" if was and now and was != now else now or was or self.rule

    def text(self, locale: str = "en") -> str:
        """What became of the rule, where, and why, as one line."""
        from cpq.comparison.words import rule_text

        return rule_text(self, locale)

    def __str__(self) -> str:
        return self.text()


class LineDifference(LineChange):
    """A line before and after, ``None`` on the side where there is no such line.

    ``number`` is that of the version after where the line is there. ``effects`` are those of its
    drivers that are not zero; they add up to ``change`` and ``change_gross``.
    """

    before: LineSide | None
    after: LineSide | None
    effects: tuple[DriverEffect, ...] = ()
    changes: tuple[FieldChange, ...] = ()

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """Whether the line came, went or stayed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def change_gross(self) -> Decimal:
        """What the line adds to the difference of the totals with tax."""
        sides = [
            side.gross if side and side.counts else _NOTHING for side in (self.before, self.after)
        ]
        return difference(sides[1], sides[0])

    @property
    def shown(self) -> tuple[LineSide, LineSide]:
        """Both sides; the one that there is stands in for one that is missing."""
        was, now = self.before or self.after, self.after or self.before
        if was is None or now is None:
            raise AssertionError("a line stands on one side at least")
        return was, now

    def effect(self, driver: Driver) -> DriverEffect:
        """What one driver does to the line; zeros where it does nothing."""
        return effect_of(self.effects, driver, self.currency)


class Version(Frozen):
    """Which version was compared: its number where it is a quote, and its totals as they stand.

    ``reference`` is empty for a pricing that is no quote. Amounts are in its own ``currency``. It
    is not ``traced`` where it was kept without its trace, as its customer has it, or by release
    0.1.
    """

    reference: Line = ""
    customer: Code | None
    book: Code
    currency: CurrencyCode
    on: Bound
    catalogue: str
    traced: bool
    net: Money
    gross: Money


class Comparison(Frozen):
    """Two versions side by side: what the difference of their totals comes from (版本比较).

    ``lines`` are those that differ, in the order of the version after; those that are only in the
    version before stand below what they hung below, or last. ``unchanged`` counts the others.
    Amounts are in the ``currency`` of the version after; what the version before comes to there, at
    ``rate`` where it was in another, are ``net_before`` and ``gross_before``. ``effects`` are the
    sums over all lines, those that are not zero. ``appeared`` and ``vanished`` are findings of the
    pricings. Rules are compared where both are ``traced``.
    """

    before: Version
    after: Version
    currency: CurrencyCode
    rate: UsedRate | None = None
    net_before: Money
    net_after: Money
    gross_before: Money
    gross_after: Money
    effects: tuple[DriverEffect, ...] = ()
    lines: tuple[LineDifference, ...] = ()
    unchanged: int = 0
    changes: tuple[FieldChange, ...] = ()
    rules: tuple[RuleDifference, ...] = ()
    appeared: tuple[FloorFinding | Finding, ...] = ()
    vanished: tuple[FloorFinding | Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same: no line, rule, term or finding differs."""
        found = (self.lines, self.changes, self.rules, self.appeared, self.vanished)
        return not any(found)

    @property
    def traced(self) -> bool:
        """Whether both versions have their traces, so that their rules were compared."""
        return self.before.traced and self.after.traced

    @property
    def change(self) -> Money:
        """``net_after`` − ``net_before``."""
        return self.net_after - self.net_before

    @property
    def change_gross(self) -> Money:
        """``gross_after`` − ``gross_before``."""
        return self.gross_after - self.gross_before

    @property
    def percent(self) -> Decimal | None:
        """The change of the net in percent, two decimals; of nothing there is none."""
        return change_percent(self.net_before.amount, self.net_after.amount)

    @property
    def percent_gross(self) -> Decimal | None:
        """The change of the gross in percent, two decimals; of nothing there is none."""
        return change_percent(self.gross_before.amount, self.gross_after.amount)

    def effect(self, driver: Driver) -> DriverEffect:
        """What one driver does to the totals; zeros where it does nothing."""
        return effect_of(self.effects, driver, self.currency)

    def explain(self, locale: str = "en") -> str:
        """The comparison as text: the bridge of the totals, the lines, the rules, the terms."""
        from cpq.comparison.text import explained

        return "\n".join(explained(self, locale))


def effect_of(effects: tuple[DriverEffect, ...], driver: Driver, currency: str) -> DriverEffect:
    """The effect of a driver among some; zeros where it is not there."""
    for each in effects:
        if each.driver == driver:
            return each
    nothing = Money.zero(currency)
    return DriverEffect(driver=driver, net=nothing, gross=nothing)


def effects_summed(lines: tuple[LineDifference, ...], currency: str) -> tuple[DriverEffect, ...]:
    """The effects of all lines added up by driver, those that are not zero."""
    found = []
    for driver in DRIVERS:
        rows = [each for line in lines for each in line.effects if each.driver == driver]
        net, gross = (
            Money.zero(currency) + Money(total(getattr(row, side).amount for row in rows), currency)
            for side in ("net", "gross")
        )
        if net.amount or gross.amount:
            found.append(DriverEffect(driver=driver, net=net, gross=gross))
    return tuple(found)
