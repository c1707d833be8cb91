"""What is shown of the lines of a pricing: every part or the top, discounts or none (折叠显示).

A reader who is shown no discounts sees what is left to pay as the amount of each line, and as its
unit price what that is per unit; where that does not come out even it is called an average. In a
summary a bundle costs the sum of its parts. Nothing is priced anew: the sums stay those of the
pricing, to the cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from cpq.kernel.money import difference, rounded_fraction, total
from cpq.waterfall import PricedLine

_PLACES = 4
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line with the figures that are to be printed.

    ``folded``: its discounts are in them; ``is_average``: its unit price times its quantity is not
    its amount; ``one_tax``: all that is in its amount bears the tax of the line.
    """

    line: PricedLine
    folded: bool = False
    is_average: bool = False
    one_tax: bool = True


def shown_lines(
    lines: Iterable[PricedLine],
    *,
    style: Literal["detailed", "summary"],
    discounts: Literal["shown", "folded"],
) -> tuple[Shown, ...]:
    """The lines as they are to be printed, in their order."""
    if style == "summary":
        return tuple(_summed(tree) for tree in _trees(lines))
    if discounts == "folded":
        return tuple(_folded(line) for line in lines)
    return tuple(Shown(line=line) for line in lines)


def paid(line: PricedLine) -> Decimal:
    """What is left of the amount of a line after promotions, on the line's own basis.

    >>> from cpq.waterfall import PricedLine
    >>> paid(PricedLine(number="1", product="M8", name="Bolt", quantity=1, unit="pc",
    ...                 currency="CNY", list_price=10, unit_price=10, list_amount=10, amount=10,
    ...                 discount=3, net=7, tax_code="VAT13", tax_percent=0, tax=0, gross=7))
    Decimal('7')
    """
    return difference(line.amount, line.discount)


def _folded(line: PricedLine) -> Shown:
    left = paid(line)
    if left == line.amount:
        same = line.list_price == line.unit_price
        return Shown(line=line if same else line.with_(list_price=line.unit_price), folded=True)
    price, even = _per_unit(line, left)
    made = line.with_(
        list_price=price, unit_price=price, amount=left, discount=_NOTHING, breakdown=()
    )
    return Shown(line=made, folded=True, is_average=not even)


def _summed(tree: Sequence[PricedLine]) -> Shown:
    """The head of a tree with all that is in the tree."""
    if len(tree) == 1:
        return _folded(tree[0])
    head = tree[0]
    bases = {line.basis for line in tree if line.amount}
    if len(bases) == 1:
        head = head.with_(basis=next(iter(bases)))
        left = total(paid(line) for line in tree)
    else:
        head = head.with_(basis="net")
        left = total(line.net for line in tree)
    if not left and head.included:
        return _folded(head)
    price, even = _per_unit(head, left)
    rates = {line.tax_percent for line in tree if paid(line) or line.tax}
    made = head.with_(
        included=False,
        list_price=price,
        unit_price=price,
        list_amount=left,
        amount=left,
        discount=_NOTHING,
        breakdown=(),
        net=total(line.net for line in tree),
        tax=total(line.tax for line in tree),
        tax_fixed=total(line.tax_fixed for line in tree),
        tax_percent=next(iter(rates)) if len(rates) == 1 else head.tax_percent,
        gross=total(line.gross for line in tree),
    )
    return Shown(line=made, folded=True, is_average=not even, one_tax=len(rates) <= 1)


def _per_unit(line: PricedLine, amount: Decimal) -> tuple[Decimal, bool]:
    """An amount per unit and period, and whether it is that exactly."""
    units = Fraction(line.quantity) * (line.periods or 1)
    if not units:
        return amount, False
    exact = Fraction(amount) / units
    price = rounded_fraction(exact, _PLACES)
    return price, Fraction(price) == exact


def _trees(lines: Iterable[PricedLine]) -> list[list[PricedLine]]:
    """Each line at the top with the lines below it that are sold and paid as it is.

    A part that is an option of its own, or charged per period in a bundle that is not, is a head.
    """
    trees: list[list[PricedLine]] = []
    heads: dict[tuple[object, ...], list[PricedLine]] = {}
    for line in lines:
        manner = (line.optional, line.billing, line.periods if line.billing else None)
        above = line.number.rpartition(".")[0]
        tree = heads.get((above, *manner))
        if tree is None and line.included and (above, line.optional) in heads:
            tree = heads[above, line.optional]
        if tree is None:
            tree = []
            trees.append(tree)
        tree.append(line)
        heads[(line.number, *manner)] = tree
        heads[line.number, line.optional] = tree
    return trees
