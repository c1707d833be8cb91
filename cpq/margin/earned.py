"""What a deal earns (毛利): margins of lines, of bundles and of the whole, and what stays in the
pocket (净利) once free goods, rebates and what others pay are reckoned.

A margin in percent of nothing means nothing: with a net of zero or less, or a cost that nobody
knows, it is undefined and shown as ``n/a``. Two negatives never make 150 %.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, plain, rounded_fraction, total
from cpq.kernel.text import Line
from cpq.margin.line import CostedLine, Shared, costs_of, counted

_OWN = "own"
_SHOWN_PLACES = 2


class Margin(Frozen):
    """What is left of ``net`` after ``cost``; both in one currency, before tax.

    ``cost`` is ``None`` where one line's cost is not known; ``unknown`` names those lines.

    >>> margin = Margin(net=Money("100.00", "CNY"), cost=Money("80.00", "CNY"))
    >>> str(margin), margin.amount
    ('20.00 %', Money('20.00', 'CNY'))
    >>> str(Margin(net=Money("-80.00", "CNY"), cost=Money("40.00", "CNY")))
    'n/a'
    """

    net: Money
    cost: Money | None
    unknown: tuple[Line, ...] = ()

    @property
    def amount(self) -> Money | None:
        """``net`` − ``cost``; ``None`` where the cost is not known."""
        return None if self.cost is None else self.net - self.cost

    @property
    def part(self) -> Fraction | None:
        """The margin in percent of the net, exactly; ``None`` where it is undefined."""
        earned = self.amount
        if earned is None or self.net.amount <= 0:
            return None
        return earned.ratio_to(self.net) * 100

    @property
    def percent(self) -> Decimal | None:
        """The margin in percent of the net, two decimals, half up; ``None`` where undefined."""
        return None if self.part is None else rounded_fraction(self.part, _SHOWN_PLACES)

    def __str__(self) -> str:
        return "n/a" if self.percent is None else f"{plain(self.percent)} %"


def margin_of(net: Money, cost: Money | None) -> Margin:
    """The margin of a net amount. Raises ``Invalid`` where the two are in different currencies.

    >>> margin_of(Money("60.00", "CNY"), Money("45.00", "CNY")).percent
    Decimal('25.00')
    """
    margin = Margin(net=net, cost=cost)
    _ = margin.amount  # two currencies are refused where they meet
    return margin


def margin_of_lines(
    lines: Iterable[CostedLine], *, currency: str, head: str | None = None
) -> Margin:
    """The margin of the lines together, or of the bundle ``head``: that line and all below it.

    Only lines that count do (``counted``), each with the cost of the parts that it includes. One
    unknown cost makes the cost of all unknown.

    >>> from cpq.margin.line import Sold
    >>> lines = (Sold("1", Decimal(60), Decimal(45)), Sold("2", Decimal(40), Decimal(40)),
    ...          Sold("3", Decimal(90), None, optional=True))
    >>> str(margin_of_lines(lines, currency="CNY"))
    '15.00 %'
    """
    every = tuple(lines)
    bearing = counted(every, head=head)
    costs = costs_of(every, lambda line: line.cost)
    borne = [costs[line.number] for line in bearing]
    unknown = tuple(number for each in borne for number in each.unknown)
    cost = None if unknown else total(cost for each in borne for cost in each.known)
    return Margin(
        net=Money(total(line.net for line in bearing), currency),
        cost=None if cost is None else Money(cost, currency),
        unknown=unknown,
    )


def line_margins(lines: Iterable[CostedLine], *, currency: str) -> dict[str, Margin]:
    """The margin of each line that counts, by number, with the cost of the parts it includes.

    >>> from cpq.margin.line import Sold
    >>> lines = (Sold("1", Decimal(60), Decimal(40)), Sold("1.1", Decimal(0), Decimal(5),
    ...          included=True))
    >>> {number: str(margin) for number, margin in line_margins(lines, currency="CNY").items()}
    {'1': '25.00 %'}
    """
    every = tuple(lines)
    costs = costs_of(every, lambda line: line.cost)
    margins = {}
    for line in counted(every):
        borne = costs[line.number]
        cost = None if borne.unknown else Money(total(borne.known), currency)
        margins[line.number] = Margin(
            net=Money(line.net, currency), cost=cost, unknown=borne.unknown
        )
    return margins


def pocket_margin(
    lines: Iterable[CostedLine],
    *,
    currency: str,
    allocations: Iterable[Shared] = (),
    accrual: Money | None = None,
    free_cost: Money | None = None,
    head: str | None = None,
) -> Margin:
    """What stays: the net, plus what others than the seller bear of the discounts, less the
    ``accrual`` of rebates; against the cost of all lines, those given away among them, and the
    ``free_cost`` of goods that stand on no line.

    Raises ``Invalid`` (``money.currency_mismatch``) for an accrual or cost in another currency.

    >>> from cpq.allocation import Allocation
    >>> from cpq.margin.line import Sold
    >>> lines = (Sold("1", Decimal(900), Decimal(700)), Sold("2", Decimal(0), Decimal(20)))
    >>> row = Allocation(line="1", promotion="P", tax_code="VAT13", funder="maker", amount="60",
    ...                  currency="CNY")
    >>> margin = pocket_margin(lines, currency="CNY", allocations=(row,),
    ...                        accrual=Money("18.00", "CNY"))
    >>> margin.net, margin.cost, str(margin)
    (Money('942.00', 'CNY'), Money('720', 'CNY'), '23.57 %')
    """
    every = tuple(lines)
    plainly = margin_of_lines(every, currency=currency, head=head)
    numbers = {line.number for line in counted(every, head=head)}
    borne = total(row.amount for row in allocations if row.funder != _OWN and row.line in numbers)
    net = plainly.net + Money(borne, currency)
    if accrual is not None:
        net -= accrual
    cost = plainly.cost
    if cost is not None and free_cost is not None:
        cost += free_cost
    return plainly.with_(net=net, cost=cost)
