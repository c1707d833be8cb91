"""Which line of one version is which of the other (行匹配): by what it is, not by where it stands.

A line is the same one where it is of the same product in the same unit, below the same line. Of
several equal ones those are paired first that are alike in everything, then those of the same
configuration and quantity, then those of the same configuration, then the rest, the smaller
quantity first. A number decides only between lines that are the same in every figure; so it does
not matter in which order lines stand, and a line that was moved stays the line it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from cpq.waterfall import PricedLine

Pair = tuple[PricedLine | None, PricedLine | None]
Signature = tuple[object, ...]


class _Node(NamedTuple):
    """A line with the lines below it."""

    line: PricedLine
    below: "tuple[_Node, ...]"

    @property
    def key(self) -> tuple[str, str, str]:
        """What a line must have in common with another to be the same one."""
        return self.line.product, self.line.unit, self.line.free_by or ""

    def made(self) -> Signature:
        """How the line is configured."""
        detail = tuple(sorted((text.en, text.zh) for text in self.line.detail))
        return detail, tuple(sorted(str(each.made()) for each in self.below))

    def rank(self) -> Signature:
        """Everything about the line but its number: lines that rank alike are alike."""
        line = self.line
        figures = (line.quantity, line.periods or 1, line.unit_price, line.net, line.gross)
        return (
            self.made(),
            line.optional,
            line.included,
            *figures,
            tuple(sorted(str(each.rank()) for each in self.below)),
        )


_STAGES: tuple[Callable[[_Node], Signature], ...] = (
    lambda node: (node.rank(), node.line.number),
    _Node.rank,
    lambda node: (node.made(), node.line.optional, node.line.quantity, node.line.periods),
    lambda node: (node.made(), node.line.optional),
    lambda node: (node.made(),),
    lambda _: (),
)
"""What lines of one key must have in common, less from stage to stage."""


def paired(before: Sequence[PricedLine], after: Sequence[PricedLine]) -> tuple[Pair, ...]:
    """Every line of both versions once, with its like of the other where there is one.

    In the order of ``after``; a line that is only in ``before`` stands below what it hung below,
    or last.

    >>> from decimal import Decimal
    >>> def line(number, product, quantity):
    ...     names = ("list_price", "unit_price", "list_amount", "amount", "discount", "net",
    ...              "tax_percent", "tax", "gross")
    ...     return PricedLine(number=number, product=product, name=product, quantity=quantity,
    ...                       unit="pc", currency="CNY", tax_code="VAT13",
    ...                       **dict.fromkeys(names, Decimal(0)))
    >>> pairs = paired([line("1", "A", 1), line("2", "B", 2)], [line("1", "B", 3)])
    >>> [tuple(each and each.number for each in pair) for pair in pairs]
    [('2', '1'), ('1', None)]
    """
    found = list(_paired(_trees(before), _trees(after)))
    was = {line.number: place for place, line in enumerate(before)}
    now = {line.number: place for place, line in enumerate(after)}
    became = {one.number: other.number for one, other in found if one and other}
    ends = _ends(after)

    def place(pair: Pair) -> tuple[int, bool, int]:
        first, second = pair
        if second is not None:
            return now[second.number], False, 0
        assert first is not None, "a pair has one line at least"
        above = first.number.rpartition(".")[0]
        while above and above not in became:
            above = above.rpartition(".")[0]
        return ends[became[above]] if above else len(after), True, was[first.number]

    return tuple(sorted(found, key=place))


def _ends(lines: Sequence[PricedLine]) -> dict[str, int]:
    """The place of the last line that hangs below each, itself where there is none."""
    found: dict[str, int] = {}
    for place, line in enumerate(lines):
        number = line.number
        while number:
            found[number] = place
            number = number.rpartition(".")[0]
    return found


def _trees(lines: Iterable[PricedLine]) -> tuple[_Node, ...]:
    """The lines of a version as trees: ``1.2`` hangs below ``1`` where that is there."""
    below: dict[str, list[PricedLine]] = {}
    known: set[str] = set()
    for line in lines:
        above = line.number.rpartition(".")[0]
        below.setdefault(above if above in known else "", []).append(line)
        known.add(line.number)

    def node(line: PricedLine) -> _Node:
        return _Node(line, tuple(node(each) for each in below.get(line.number, ())))

    return tuple(node(line) for line in below.get("", ()))


def _paired(before: Iterable[_Node], after: Iterable[_Node]) -> Iterator[Pair]:
    was, now = _by_key(before), _by_key(after)
    for key in dict.fromkeys((*was, *now)):
        for one, other in _likes(was.get(key, []), now.get(key, [])):
            yield (one and one.line), (other and other.line)
            yield from _paired(one.below if one else (), other.below if other else ())


def _by_key(nodes: Iterable[_Node]) -> dict[tuple[str, str, str], list[_Node]]:
    found: dict[tuple[str, str, str], list[_Node]] = {}
    for node in nodes:
        found.setdefault(node.key, []).append(node)
    return found


def _likes(was: list[_Node], now: list[_Node]) -> Iterator[tuple[_Node | None, _Node | None]]:
    """Lines of one key in pairs, and those that are left over."""
    if len(was) == len(now) == 1:
        yield was[0], now[0]
        return
    for stage in _STAGES:
        made, was, now = _stage(was, now, stage)
        yield from made
    yield from ((one, None) for one in was)
    yield from ((None, other) for other in now)


def _stage(
    was: list[_Node], now: list[_Node], stage: Callable[[_Node], Signature]
) -> tuple[list[tuple[_Node, _Node]], list[_Node], list[_Node]]:
    """The pairs that a stage makes, and what it leaves."""
    waiting: dict[Signature, list[_Node]] = {}
    for node in sorted(now, key=_order):
        waiting.setdefault(stage(node), []).append(node)
    made, left = [], []
    for node in sorted(was, key=_order):
        same = waiting.get(stage(node))
        if same:
            made.append((node, same.pop(0)))
        else:
            left.append(node)
    return made, left, [node for rest in waiting.values() for node in rest]


def _order(node: _Node) -> tuple[object, ...]:
    """By figures first, so that where a line stands decides nothing but ties."""
    line = node.line
    figures = (line.quantity, line.periods or 1, line.unit_price, line.net, line.gross)
    parts = tuple(int(part) if part.isdigit() else 0 for part in line.number.split("."))
    return *figures, str(node.rank()), parts, line.number
