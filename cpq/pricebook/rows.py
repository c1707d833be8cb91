"""The rows of the trace that price books leave: each entry and each tier by name, in two languages.

A row says what was needed and, where that is the same for every quantity within a tier, nothing of
what was found: whoever reads the row finds the quantity on its line.
"""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from cpq.kernel.money import plain, rounded_fraction
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.pricebook.book import PriceBook, PriceBookEntry, Tier
from cpq.pricebook.charge import Charge
from cpq.trace import Effect, Step

if TYPE_CHECKING:
    from cpq.pricebook.resolve import Asked

_SHOWN_PLACES = 6
_RULE_MAX = 200


def won_row(
    book: PriceBook,
    entry: PriceBookEntry,
    tier: Tier,
    *,
    below: Fraction | Charge | None,
    value: Fraction | Charge | None,
    scale: Fraction,
) -> Step:
    """The row of the entry that made the price."""
    return Step(
        point=point_of(book),
        rule=rule_of(book, entry, tier),
        name=_name(book, entry, tier),
        applied=True,
        reason="applied",
        before=shown(below),
        after=shown(value),
        effect=_effect(tier, below, value, scale),
        basis="" if entry.counts == "line" else entry.counts,
    )


def finish_row(
    book: PriceBook, entry: PriceBookEntry, tier: Tier, *, before: Fraction, after: Fraction
) -> Step:
    """The row of the entry's ending, surcharge and rails together."""
    name = _name(book, entry, tier)
    return Step(
        point=point_of(book),
        rule=rule_of(book, entry, tier),
        name=LocalText(
            en=f"{name.en}: ending, surcharge, limits", zh=f"{name.zh}：尾数、加价与限价"
        ),
        applied=True,
        reason="applied",
        before=shown(before),
        after=shown(after),
        effect=Effect(kind="set", value=after),
    )


def lost_row(
    book: PriceBook, entry: PriceBookEntry, tier: Tier | None, why: tuple[str, str, str], basis: str
) -> Step:
    """The row of an entry that did not make the price: reason, needed, actual."""
    reason, needed, actual = why
    return Step(
        point=point_of(book),
        rule=rule_of(book, entry, tier or entry.tiers[0]),
        name=_name(book, entry, tier or entry.tiers[0]),
        applied=False,
        reason=reason,
        needed=needed,
        actual=actual,
        basis=basis if reason == "quantity_below" else "",
    )


def basis_of(entry: PriceBookEntry, asked: "Asked") -> str:
    """What a bound of the entry counts, ``""`` being the line's own quantity in its own unit."""
    unit = asked.unit if entry.unit else asked.product.unit
    return "" if entry.counts == "line" else f"{entry.counts} {unit}"


def point_of(book: PriceBook) -> PricePoint:
    """A root book makes the list price, a derived one the price of the book."""
    return "book" if book.base else "list"


def rule_of(book: PriceBook, entry: PriceBookEntry, tier: Tier) -> str:
    """How the trace calls a tier of an entry: ``VIP: category machines from 2``."""
    return f"{book.code}: {entry.scope.en}{_start(tier).en}"[:_RULE_MAX]


def _name(book: PriceBook, entry: PriceBookEntry, tier: Tier) -> LocalText:
    change = "" if tier.price is not None and entry.plain else f" {tier}"
    start, scope = _start(tier), entry.scope
    mode = "" if entry.mode == "volume" else f" [{entry.mode}]"
    return LocalText(
        en=f"{book.code}: {scope.en}{start.en}{change}{mode}",
        zh=f"{book.code}：{scope.zh}{start.zh}{change}{_MODES_ZH.get(entry.mode, '')}",
    )


_MODES_ZH = {
    "graduated": "（分段累进）",
    "block": "（按整块）",
    "package": "（按整包）",
    "stairstep": "（按档一口价）",
    "overage": "（超量另计）",
}


def _start(tier: Tier) -> LocalText:
    if tier.above:
        return LocalText(en=f" above {plain(tier.lower)}", zh=f"，超过 {plain(tier.lower)}")
    if tier.lower > 1:
        return LocalText(en=f" from {plain(tier.lower)}", zh=f"，满 {plain(tier.lower)} 起")
    return LocalText()


def _effect(
    tier: Tier,
    below: Fraction | Charge | None,
    value: Fraction | Charge | None,
    scale: Fraction,
) -> Effect | None:
    if not isinstance(value, Fraction):
        return None
    if isinstance(below, Fraction):
        if tier.percent_off is not None:
            return Effect(kind="percent", value=-Fraction(tier.percent_off))
        if tier.amount_off is not None and value:
            return Effect(kind="add", value=-Fraction(tier.amount_off) * scale)
    return Effect(kind="set", value=value)


def shown(value: Fraction | Charge | None) -> Decimal | None:
    """A price for people: at most six decimals; ``None`` where it depends on the quantity."""
    return rounded_fraction(value, _SHOWN_PLACES) if isinstance(value, Fraction) else None
