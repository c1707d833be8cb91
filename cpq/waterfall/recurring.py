"""What of a pricing recurs, and what a period of it comes to (周期性费用).

Money that is charged once and money that is charged every month are never one figure without the
term: so what recurs is summed up by billing period and by how many of them it is sold for. The sum
over the term is what stands in the totals; a period is a share of it, whole cents that add up.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.money import EXACT, Money, split, total
from cpq.kernel.text import Line
from cpq.product import BillingPeriod
from cpq.waterfall.line import PricedLine

if TYPE_CHECKING:
    from cpq.waterfall import Pricing

_EN: Final[dict[BillingPeriod, str]] = {"month": "month", "quarter": "quarter", "year": "year"}
_ZH: Final[dict[BillingPeriod, str]] = {"month": "个月", "quarter": "个季度", "year": "年"}
_EACH_ZH: Final[dict[BillingPeriod, str]] = {"month": "月", "quarter": "季", "year": "年"}


class Recurring(Frozen):
    """What is charged every ``billing`` period, for ``periods`` of them: the lines and their sums.

    ``net``, ``tax`` and ``gross`` are of the whole term, after promotions, and stand in the totals.
    ``due`` is the net of one period after the other, as (so many periods, each this much): it adds
    up to ``net``, and where that does not divide the first periods cost the odd cents.

    >>> care = Recurring(billing="month", periods=3, lines=("2",), net="100.00 CNY",
    ...                  tax="6.00 CNY", gross="106.00 CNY",
    ...                  due=((1, "33.34 CNY"), (2, "33.33 CNY")))
    >>> care.term(), care.term("zh")
    ('3 months', '3 个月')
    """

    billing: BillingPeriod
    periods: int = Field(ge=1)
    lines: tuple[Line, ...]
    net: Money
    tax: Money
    gross: Money
    due: tuple[tuple[int, Money], ...]

    def term(self, locale: str = "en") -> str:
        """For how long it is sold, in words."""
        return term_text(self.billing, self.periods, locale)


def recurring_of(pricing: "Pricing") -> tuple[Recurring, ...]:
    """What of a pricing recurs, by billing period and term, in the order of first use.

    Optional lines are left out, as in every total, and parts that their parent's price includes.
    """
    groups: dict[tuple[BillingPeriod, int], list[PricedLine]] = {}
    for line in pricing.counted:
        if line.billing is not None and line.periods is not None and not line.included:
            groups.setdefault((line.billing, line.periods), []).append(line)
    places = pricing.policy.places_for(pricing.currency)
    return tuple(
        Recurring(
            billing=billing,
            periods=periods,
            lines=tuple(line.number for line in lines),
            net=_sum(lines, "net", pricing.currency),
            tax=_sum(lines, "tax", pricing.currency),
            gross=_sum(lines, "gross", pricing.currency),
            due=_due(lines, periods, currency=pricing.currency, places=places),
        )
        for (billing, periods), lines in groups.items()
    )


def term_text(billing: BillingPeriod, periods: int, locale: str = "en") -> str:
    """So many billing periods in words.

    >>> term_text("month", 36), term_text("quarter", 1), term_text("year", 3, "zh")
    ('36 months', '1 quarter', '3 年')
    """
    if locale.startswith("zh"):
        return f"{periods} {_ZH[billing]}"
    return f"{periods} {_EN[billing]}{'' if periods == 1 else 's'}"


def times_text(line: PricedLine, locale: str = "en") -> str:
    """For how many periods a line is sold, as a factor behind its quantity; empty for one that is
    charged once.

    >>> line = PricedLine.model_construct(billing="month", periods=36)
    >>> times_text(line), times_text(PricedLine.model_construct(billing=None, periods=None))
    (' × 36 months', '')
    """
    if line.billing is None or line.periods is None:
        return ""
    return f" × {term_text(line.billing, line.periods, locale)}"


def each_text(billing: BillingPeriod, locale: str = "en") -> str:
    """What a price that recurs is for, as it stands behind a figure.

    >>> each_text("month"), each_text("month", "zh")
    ('/month', '/月')
    """
    return f"/{(_EACH_ZH if locale.startswith('zh') else _EN)[billing]}"


def _sum(lines: Iterable[PricedLine], column: str, currency: str) -> Money:
    return Money(total(getattr(line, column) for line in lines), currency)


def _due(
    lines: Sequence[PricedLine], periods: int, *, currency: str, places: int
) -> tuple[tuple[int, Money], ...]:
    net = total(line.net for line in lines)
    minor = int(net.scaleb(places, context=EXACT))
    parts = split(minor, [1] * periods)
    return tuple(
        (len(tuple(same)), Money(Decimal(part).scaleb(-places, context=EXACT), currency))
        for part, same in groupby(parts)
    )
