"""Laws of sharing a discount down a tree: bundle, component, tax code, funder, six levels deep.

Each level shares what the one above gave it, by weight and within rooms, so what holds for one
sharing must hold for all of them together: nothing is lost, nothing is lent, no leaf goes below
its floor, and who stands where decides nothing.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cpq.allocation import allocate
from cpq.kernel.money import Money, money_total, split, split_within
from tests.laws.strategies import CURRENCIES, tried, weight_lists

DEPTH_MAX = 6
NAMES = st.sampled_from(["A", "B", "VAT13", "VAT6", "brand", "own"])


class Node(NamedTuple):
    """A bundle, a component, a tax code, a funder: a leaf has an amount and a floor of its own."""

    name: str
    amount: int = 0
    floor: int = 0
    below: "tuple[Node, ...]" = ()

    @property
    def weight(self) -> int:
        return sum(each.weight for each in self.below) if self.below else self.amount

    @property
    def room(self) -> int:
        """What may still be taken off: of a leaf down to its floor, of a node off all below."""
        if self.below:
            return sum(each.room for each in self.below)
        return max(self.amount - self.floor, 0)


@st.composite
def nodes(draw: st.DrawFn, depth: int = 1) -> Node:
    """A tree of at most six levels; small amounts, so that spare units and ties decide."""
    name = draw(NAMES)
    wide = 0 if depth == DEPTH_MAX else draw(st.integers(0, 3))
    if wide == 0:
        amount = draw(st.integers(0, 9) | st.integers(0, 10**6))
        return Node(name, amount, draw(st.sampled_from([0, 0, amount, amount // 2, amount + 1])))
    return Node(name, below=tuple(draw(nodes(depth=depth + 1)) for _ in range(wide)))


trees = st.builds(
    lambda name, below: Node(name, below=tuple(below)),
    NAMES,
    st.lists(nodes(depth=2), min_size=1, max_size=4),
)
"""A whole document: at least one level below the root."""


class Given(NamedTuple):
    """What a node was given, and what those below it were."""

    node: Node
    share: int
    below: "tuple[Given, ...]" = ()

    def levels(self) -> Iterator["Given"]:
        yield self
        for each in self.below:
            yield from each.levels()

    def leaves(self) -> Iterator["Given"]:
        return (each for each in self.levels() if not each.node.below)


def shared(amount: int, node: Node) -> tuple[Given, int]:
    """An amount down the tree, by what the nodes are and not where they stand; and the rest."""
    if not node.below:
        return Given(node, amount), 0
    order = sorted(node.below)
    found = allocate(
        _money(amount),
        weights=[each.weight for each in order],
        rooms=[_money(each.room) for each in order],
    )
    below, rest = [], found.unallocated.minor
    for each, share in zip(order, found.shares, strict=True):
        got, more = shared(share.minor, each)
        below.append(got)
        rest += more
    return Given(node, amount - rest, tuple(below)), rest


def _money(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def _content(given: Given) -> object:
    """What a tree was given, whatever the order of its branches."""
    return given.node.name, given.share, sorted(map(_content, given.below), key=repr)


def _shuffled(node: Node, random: object) -> Node:
    below = [_shuffled(each, random) for each in node.below]
    random.shuffle(below)  # type: ignore[attr-defined]
    return node._replace(below=tuple(below))


@tried(4)
@given(st.integers(0, 10**6), trees)
def test_each_level_adds_up_and_the_rest_comes_back(amount: int, tree: Node) -> None:
    given_, rest = shared(amount, tree)
    assert given_.share + rest == amount
    for each in given_.levels():
        if each.below:
            assert sum(part.share for part in each.below) == each.share
    assert sum(leaf.share for leaf in given_.leaves()) == given_.share


@tried(4)
@given(st.integers(0, 10**6), trees)
def test_nothing_that_has_room_is_left_out(amount: int, tree: Node) -> None:
    given_, rest = shared(amount, tree)
    assert rest == max(0, amount - tree.room)
    assert given_.share == min(amount, tree.room)


@tried(4)
@given(st.integers(0, 10**6), trees)
def test_no_leaf_goes_below_its_floor_and_those_at_it_get_nothing(amount: int, tree: Node) -> None:
    given_, _ = shared(amount, tree)
    for leaf in given_.leaves():
        node = leaf.node
        assert leaf.share >= 0
        assert node.amount - leaf.share >= min(node.floor, node.amount)
        if node.amount <= node.floor:
            assert leaf.share == 0


@tried(4)
@given(st.integers(0, 10**6), trees, st.randoms(use_true_random=False))
def test_the_order_of_branches_decides_nothing(amount: int, tree: Node, random: object) -> None:
    first, rest = shared(amount, tree)
    second, same_rest = shared(amount, _shuffled(tree, random))
    assert _content(first) == _content(second)
    assert rest == same_rest


@tried(2)
@given(st.integers(0, 10**6), trees, st.sampled_from(CURRENCIES))
def test_a_minor_unit_is_one_in_any_currency(amount: int, tree: Node, currency: str) -> None:
    weights, rooms = [each.weight for each in tree.below], [each.room for each in tree.below]
    found = allocate(
        Money.from_minor(amount, currency),
        weights=weights,
        rooms=[Money.from_minor(room, currency) for room in rooms],
    )
    parts, left = split_within(amount, weights, rooms)
    assert [share.minor for share in found.shares] == list(parts)
    assert found.unallocated.minor == left


def _spread(whole: Money, node: Node) -> tuple[Money, ...]:
    """An amount of either sign to the leaves of a tree without floors."""
    if not node.below:
        return (whole,)
    if not node.weight:
        return ()
    parts = whole.split([each.weight for each in node.below])
    return tuple(
        leaf
        for part, each in zip(parts, node.below, strict=True)
        for leaf in (_spread(part, each) if each.weight else ())
    )


@tried(4)
@given(st.integers(-(10**9), 10**9), trees.filter(lambda tree: tree.weight > 0))
def test_what_comes_back_is_the_mirror_of_what_was_given(whole: int, tree: Node) -> None:
    given_, back = _spread(_money(whole), tree), _spread(_money(-whole), tree)
    assert money_total(given_, "CNY") == _money(whole)
    assert tuple(-share for share in given_) == back
    assert all(share.minor * whole >= 0 for share in given_)


@tried(4)
@given(st.integers(0, 10**6), weight_lists(), st.randoms(use_true_random=False))
def test_only_a_tie_knows_who_stands_first(
    whole: int, weights: list[int | Decimal | Fraction], random: object
) -> None:
    places = list(range(len(weights)))
    random.shuffle(places)  # type: ignore[attr-defined]
    parts = split(whole, weights)
    moved = split(whole, [weights[place] for place in places])
    rests = _remainders(whole, weights)
    for part, place in zip(moved, places, strict=True):
        if parts[place] != part:
            assert abs(parts[place] - part) == 1
            assert rests.count(rests[place]) > 1


def _remainders(whole: int, weights: Sequence[int | Decimal | Fraction]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    return [whole * weight / sum(exact) % 1 for weight in exact]


@tried(4)
@given(
    st.integers(0, 3000),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 400)), min_size=1, max_size=7),
)
def test_water_stands_at_one_level_where_there_is_room(
    whole: int, lines: list[tuple[int, int]]
) -> None:
    """Against the exact level, at which Σ min(level × weight, room) is what is shared."""
    weights, rooms = [weight for weight, _ in lines], [room for _, room in lines]
    parts, left = split_within(whole, weights, rooms)
    level = _level(whole - left, lines)
    for part, (weight, room) in zip(parts, lines, strict=True):
        exact = Fraction(room) if level == inf else min(Fraction(level) * weight, Fraction(room))
        if weight:
            assert abs(part - exact) <= len(lines)


def _level(whole: int, lines: Sequence[tuple[int, int]]) -> Fraction | float:
    """The level that holds ``whole``: lines are full one after the other as it rises."""
    open_lines = sorted(
        ((Fraction(room, weight), weight, room) for weight, room in lines if weight),
        key=lambda line: line[0],
    )
    rest, weight = Fraction(whole), sum(each[1] for each in open_lines)
    for brim, own, room in open_lines:
        if rest <= brim * weight:
            return rest / weight
        rest, weight = rest - room, weight - own
    return inf
