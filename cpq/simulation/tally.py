"""Changes added up (汇总): by customer, product, category, book or quote, never over currencies.

Every tally is made of the same amounts of the same lines, so that they agree to the last cent:
the changes of the lines add up to that of their quote, and those of all customers, of all products
and of all books to the same total.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal

from cpq.comparison.change import LineChange, LineFigures, RuleFate
from cpq.kernel.money import Money, total
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.simulation.change import QuoteChange, RuleTally, Tally

Grouping = Literal["customer", "product", "category", "book", "quote"]
"""By what changes are added up; a line's book is the one it was priced by in the past."""

_KEYS: dict[str, Callable[[QuoteChange, LineChange], str]] = {
    "customer": lambda quote, _: quote.customer or "",
    "product": lambda _, line: line.product,
    "category": lambda _, line: line.category or "",
    "book": lambda _, line: next(side.book for side in (line.before, line.after) if side),
    "quote": lambda quote, _: quote.reference,
    "all": lambda *_: "",
}


class _Sums:
    """What one group adds up to while the lines go by."""

    def __init__(self) -> None:
        self.quotes: set[int] = set()
        self.lines = 0
        self.before: list[Decimal] = []
        self.after: list[Decimal] = []
        self.left_out: list[Decimal] = []
        self.cost_before: list[Decimal | None] = []
        self.cost_after: list[Decimal | None] = []

    def add(self, quote: QuoteChange, line: LineChange) -> None:
        """One line of one quote."""
        if quote.after is None:
            self.left_out.append(line.net_before)
            return
        self.quotes.add(quote.place)
        self.lines += 1
        self.before.append(line.net_before)
        self.after.append(line.net_after)
        self.cost_before.append(cost(line.before))
        self.cost_after.append(cost(line.after))

    def tally(self, key: str, currency: str) -> Tally:
        """The sums as a value."""
        return Tally(
            key=key,
            currency=currency,
            quotes=len(self.quotes),
            lines=self.lines,
            before=_sum(self.before, currency),
            after=_sum(self.after, currency),
            left_out=_sum(self.left_out, currency),
            cost_before=summed(self.cost_before, currency),
            cost_after=summed(self.cost_after, currency),
        )


def tallies(changes: Iterable[QuoteChange], by: Grouping | Literal["all"]) -> tuple[Tally, ...]:
    """The changes of the quotes by what they are added up by and by currency.

    In the order of currencies, within each the largest change first, ties by key.
    """
    key_of = _KEYS[by]
    groups: dict[tuple[str, str], _Sums] = {}
    for quote in changes:
        for line in quote.lines:
            if any(side is not None and side.counts for side in (line.before, line.after)):
                key = (quote.currency, key_of(quote, line))
                groups.setdefault(key, _Sums()).add(quote, line)
    found = (sums.tally(key, currency) for (currency, key), sums in groups.items())
    return tuple(
        sorted(found, key=lambda each: (each.currency, -abs(each.change.amount), each.key))
    )


def rule_tallies(changes: Iterable[QuoteChange]) -> tuple[RuleTally, ...]:
    """On how many lines and quotes each rule acts otherwise, the most lines first."""
    lines: dict[tuple[str, PricePoint, RuleFate], int] = {}
    quotes: dict[tuple[str, PricePoint, RuleFate], set[int]] = {}
    names: dict[tuple[str, PricePoint, RuleFate], LocalText] = {}
    for quote in changes:
        for line in quote.lines:
            for rule in line.rules:
                key = (rule.rule, rule.point, rule.fate)
                lines[key] = lines.get(key, 0) + 1
                quotes.setdefault(key, set()).add(quote.place)
                names.setdefault(key, rule.name)
    ordered = sorted(lines, key=lambda key: (-lines[key], key))
    return tuple(
        RuleTally(
            fate=fate,
            point=point,
            rule=rule,
            name=names[rule, point, fate],
            quotes=len(quotes[rule, point, fate]),
            lines=lines[rule, point, fate],
        )
        for rule, point, fate in ordered
    )


def cost(side: LineFigures | None) -> Decimal | None:
    """What a line adds to the cost of its quote; nothing where it does not count."""
    return side.cost if side is not None and side.counts else Decimal(0)


def summed(amounts: Iterable[Decimal | None], currency: str) -> Money | None:
    """The sum, or ``None`` where one of the amounts is not known."""
    known: list[Decimal] = []
    for amount in amounts:
        if amount is None:
            return None
        known.append(amount)
    return _sum(known, currency)


def _sum(amounts: Iterable[Decimal], currency: str) -> Money:
    """The sum with the decimals of its currency, of nothing too."""
    return Money.zero(currency) + Money(total(amounts), currency)
