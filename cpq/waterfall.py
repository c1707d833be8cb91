"""What pricing gives back: lines with their price points side by side, and the trace (价格构成).

A price point is never overwritten: the list price stands beside the price of the book, the
discount of the promotions beside the net. Each line carries its trace: one row per rule that was
looked at, applied or refused, with what it needed and what it found.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from cpq.allocation import Allocation
from cpq.configuration import Configuration, Item
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, RoundingPolicy, plain, total
from cpq.kernel.period import Bound
from cpq.kernel.text import Code, Line, LocalText
from cpq.trace import Step


class PricedLine(Frozen):
    """One line with its price points. Amounts are in ``currency``; prices are per ``unit``.

    ``list_amount`` and ``amount`` are quantity × ``list_price`` and × ``unit_price``, rounded by
    the policy; ``discount`` is the sum of the line's allocations; ``net`` = ``amount`` −
    ``discount``; ``gross`` = ``net`` + ``tax``. An ``included`` line is a part whose price its
    parent holds: its amounts are zero. ``number`` is ``1.2``: the second part of line 1.
    """

    number: Line
    product: Code
    name: LocalText
    detail: tuple[LocalText, ...] = ()
    quantity: Exact
    unit: Code
    included: bool = False
    currency: CurrencyCode
    list_price: Exact
    unit_price: Exact
    list_amount: Exact
    amount: Exact
    discount: Exact
    net: Exact
    tax_code: Code
    tax_percent: Exact
    tax: Exact
    gross: Exact
    steps: tuple[Step, ...] = ()

    @property
    def level(self) -> int:
        """How deep the line lies in its bundle: 0 for a line of its own."""
        return self.number.count(".")


class TaxTotal(Frozen):
    """The net and the tax of all lines with one tax code."""

    code: Code
    percent: Exact
    net: Money
    tax: Money


class Pricing(Frozen):
    """A priced request: the inputs by value or hash, the lines, the allocations of discounts.

    ``catalogue`` is the content hash of the snapshot that was priced against; the same items, day
    and snapshot give the same bytes. ``refused`` are the promotions that did not hold for the
    order at all, with the reason; what happened on a line stands in its ``steps``.
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

    def _sum(self, amounts: tuple[Decimal, ...]) -> Money:
        return Money(total(amounts), self.currency)

    @cached_property
    def list_total(self) -> Money:
        """Σ list amounts."""
        return self._sum(tuple(line.list_amount for line in self.lines))

    @cached_property
    def amount(self) -> Money:
        """Σ amounts at the prices of the book, before promotions."""
        return self._sum(tuple(line.amount for line in self.lines))

    @cached_property
    def discount(self) -> Money:
        """Σ promotion discounts."""
        return self._sum(tuple(line.discount for line in self.lines))

    @cached_property
    def net(self) -> Money:
        """The total before tax."""
        return self._sum(tuple(line.net for line in self.lines))

    @cached_property
    def tax(self) -> Money:
        """The tax on the total."""
        return self._sum(tuple(line.tax for line in self.lines))

    @cached_property
    def gross(self) -> Money:
        """The total to pay."""
        return self._sum(tuple(line.gross for line in self.lines))

    @cached_property
    def taxes(self) -> tuple[TaxTotal, ...]:
        """Net and tax by tax code, in the order of first use; included lines do not count."""
        groups: dict[tuple[str, Decimal], list[PricedLine]] = {}
        for line in self.lines:
            if not line.included:
                groups.setdefault((line.tax_code, line.tax_percent), []).append(line)
        return tuple(
            TaxTotal(
                code=code,
                percent=percent,
                net=self._sum(tuple(line.net for line in lines)),
                tax=self._sum(tuple(line.tax for line in lines)),
            )
            for (code, percent), lines in groups.items()
        )

    def line(self, number: str) -> PricedLine:
        """The line of that number. Raises ``KeyError``."""
        return self._by_number[number]

    @cached_property
    def _by_number(self) -> dict[str, PricedLine]:
        return {line.number: line for line in self.lines}

    def explain(self, locale: str = "en") -> str:
        """The waterfall as text: each line, each rule that was looked at, and totals that foot."""
        rows = [row for line in self.lines for row in _explained(line, locale)]
        rows += [f"· {_explained_step(step, locale)}" for step in self.refused]
        return "\n".join([*rows, *self._footing(locale)])

    def _footing(self, locale: str) -> Iterator[str]:
        adjusted = self.amount - self.list_total
        rows = (
            (" ", self.list_total),
            ("-" if adjusted.amount < 0 else "+", abs(adjusted)),
            ("-", self.discount),
            ("=", self.net),
            ("+", self.tax),
            ("=", self.gross),
        )
        width = max(len(plain(money.amount)) for _, money in rows)
        names = _TOTALS_ZH if locale.startswith("zh") else _TOTALS_EN
        for name, (sign, money) in zip(names, rows, strict=True):
            yield f"{sign} {plain(money.amount):>{width}} {self.currency}  {name}"


_TOTALS_EN = ("list", "price book", "promotions", "net", "tax", "to pay")
_TOTALS_ZH = ("目录价合计", "价目表调整", "促销优惠", "未税合计", "税额", "价税合计")
_REASONS_ZH = {
    "less_specific": "有更具体的条目",
    "quantity_below": "数量不足",
    "quantity_above": "数量超出",
    "amount_below": "金额不足",
    "outside_period": "不在有效期",
    "other_customer": "客户不符",
    "other_currency": "币种不符",
    "other_unit": "单位不符",
    "nothing_left": "已无可减金额",
}
_POINTS_ZH = {"list": "目录价", "book": "价目表", "promotion": "促销", "tax": "税"}


def _explained(line: PricedLine, locale: str) -> list[str]:
    chinese = locale.startswith("zh")
    indent = "  " * line.level
    head = f"{indent}{line.number} {line.name.in_(locale)} × {plain(line.quantity)} {line.unit}"
    if line.included:
        return [f"{head}: {'已含' if chinese else 'included'}"]
    rows = [f"{head} = {plain(line.net)} {line.currency}"]
    for step in line.steps:
        mark = "✓" if step.applied else "·"
        rows.append(f"{indent}    {mark} {_explained_step(step, locale)}")
    return rows


def _explained_step(step: Step, locale: str) -> str:
    chinese = locale.startswith("zh")
    point = f"{_POINTS_ZH[step.point]:<5}" if chinese else f"{step.point:<9}"
    change = "" if step.after is None else f" → {_short(step.after)}"
    why = "" if step.reason == "applied" else f" ({_why(step, chinese=chinese)})"
    return f"{point} {step.rule}{change}{why}"


def _why(step: Step, *, chinese: bool) -> str:
    if step.reason == "capped":
        asked, granted = ("应减", "限额内实减") if chinese else ("asked", "granted within the cap")
        return f"{asked} {step.needed}, {granted} {step.actual}"
    reason = _REASONS_ZH.get(step.reason, step.reason) if chinese else step.reason.replace("_", " ")
    wanted, found = ("需", "实") if chinese else ("needs", "found")
    facts = f": {wanted} {step.needed}" if step.needed else ""
    facts += f", {found} {step.actual}" if step.actual else ""
    return f"{reason}{facts}"


def _short(number: Decimal) -> str:
    """A price without idle zeros, but with at least two decimals."""
    whole, _, decimals = plain(number).partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept:0<2}" if decimals else whole
