"""The lowest price before a reduction (最近N天最低价), as the law asks for it: not a statistic.

Who announces a reduction in the European Union states the lowest price of the thirty days before
it. The window ends when the current price was set, not today, so that the figure does not drift
while a reduction lasts; and the price that was in force when the window begins counts, though it
was set before. Source of the rule: Sylius, ``lowest price before discount``; Directive 98/6/EC,
article 6a.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise

from pydantic import Field

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.period import Bound, Moment, instant, zone
from cpq.kernel.text import Code, Line

_UTC = zone("UTC")


class PriceChange(Frozen):
    """A price that came into force: ``at`` a day or an instant, until the next change."""

    at: Bound
    price: Exact


def lowest_in(
    log: Sequence[PriceChange],
    *,
    days: int = 30,
    on: Moment | None = None,
    zone: tzinfo = _UTC,
) -> Decimal | None:
    """The lowest price in the ``days`` days before the current price came into force.

    ``log`` is in the order of the changes; the last one, or the last at ``on``, is the current
    price. Counted are the prices set in the window that ends with it, and the one in force when
    the window begins. ``None`` where there was no price before. A day begins at midnight in
    ``zone``. Raises ``Invalid``: ``price_log.unordered``, ``price_log.bad_window``.

    >>> log = [PriceChange(at=day, price=price) for day, price in (
    ...     ("2023-01-01", 10), ("2023-01-05", 9), ("2023-02-05", 11), ("2023-02-15", 13),
    ...     ("2023-02-25", 15))]
    >>> lowest_in(log)
    Decimal('9')
    """
    if isinstance(days, bool) or not 1 <= days <= 36_600:
        raise Invalid(
            "price_log.bad_window", f"a window has 1 to 36600 days; found {str(days)[:20]}"
        )
    changes = [(instant(change.at, zone), change.price) for change in log]
    for (first, _), (second, _) in pairwise(changes):
        if second < first:
            raise Invalid(
                "price_log.unordered",
                f"a price log is in the order of its changes; {second} stands after {first}",
            )
    if on is not None:
        until = _end(on, zone)
        changes = [change for change in changes if change[0] < until]
    if not changes:
        return None
    end, _ = changes[-1]
    start = end - min(timedelta(days=days), end - datetime.min.replace(tzinfo=end.tzinfo))
    before = changes[:-1]
    in_force = [price for at, price in before if at < start][-1:]
    inside = [price for at, price in before if at >= start]
    return min([*in_force, *inside], default=None)


def _end(on: Moment, zone: tzinfo) -> datetime:
    """The first instant that is after ``on``; a day counts whole."""
    if isinstance(on, datetime):
        return instant(on) + timedelta(microseconds=1)
    return instant(on + timedelta(days=1), zone) if on < date.max else instant(on, zone)


class LowestPriceRule(Frozen):
    """Where the lowest price before a reduction is shown, and over how many days, by channel.

    Products and categories may be left out: prices of perishable goods, say, fall as they age.

    >>> rule = LowestPriceRule(channels=(("DE", 60),), excluded_categories=("fresh",))
    >>> rule.days_for("M8", channel="DE"), rule.days_for("M8"), rule.days_for("FISH",
    ...     categories=("fresh", "food"))
    (60, 30, None)
    """

    days: int = Field(default=30, ge=1, le=36_600)
    channels: tuple[tuple[Line, int], ...] = ()
    excluded_products: tuple[Code, ...] = ()
    excluded_categories: tuple[Code, ...] = ()

    def days_for(
        self, product: str, *, categories: Iterable[str] = (), channel: str = ""
    ) -> int | None:
        """The days of the window for a product of these categories; ``None`` where it is left out.

        ``categories`` are all that the product lies in, such as ``Catalogue.lineage`` gives.
        """
        if product in self.excluded_products:
            return None
        if any(category in self.excluded_categories for category in categories):
            return None
        return dict(self.channels).get(channel, self.days)
