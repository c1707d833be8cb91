"""Laws of effective dates: what has lapsed is as good as never picked, whatever rules say of it."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.bom import BOM, Component, OptionGroup, Structure, structure
from cpq.bom.soundness import unsound
from cpq.configuration import check, compiled
from cpq.kernel.errors import Refused
from cpq.kernel.period import Period
from tests.laws.configurators import every_choice, flat, holds, solutions, wholes
from tests.laws.strategies import tried

OVER = Period(end=date(2025, 12, 31))
DAY = date(2026, 11, 22)
_MOST = 400

Chosen = frozenset[tuple[str, frozenset[str]]]


def _dated(draw: st.DrawFn, bom: BOM) -> BOM:
    """The BOM with some options, and some components that may be left out, over since long."""

    def aged(part: Component) -> Component:
        return part.with_(period=OVER) if draw(st.integers(0, 2)) == 0 else part

    def group(each: OptionGroup) -> OptionGroup:
        return each.with_(options=tuple(aged(option) for option in each.options))

    return bom.with_(
        components=tuple(aged(part) if part.quantity == 0 else part for part in bom.components),
        groups=tuple(group(each) for each in bom.groups),
    )


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Structure, Structure]:
    """A structure over all its days, and as of a day on which some of it is over."""
    whole = draw(wholes())
    boms = {bom.product: _dated(draw, bom) for bom in whole.boms}
    assume(not any(found.severity == "error" for found in unsound(whole)))
    try:
        dated = structure("M", boms, on=DAY)
    except Refused as refusal:
        assume(refusal.code != "bom.group_lapsed")
        raise
    undated = structure("M", boms)
    assume(dated.lapsed)
    return undated, dated


def _left(chosen: dict[str, tuple[str, ...]], known: set[str]) -> Chosen | None:
    """What was chosen at paths that are still there; ``None`` where something lapsed was."""
    found = set()
    for path, codes in chosen.items():
        if path in known:
            found.add((path, frozenset(codes)))
        elif codes and codes != ("0",):
            return None
    return frozenset(found)


@tried(3)
@given(_pairs())
def test_what_has_lapsed_is_never_picked_and_rules_know_it(
    pair: tuple[Structure, Structure],
) -> None:
    undated, dated = pair
    trees = []
    for tree in every_choice(undated, "M"):
        trees.append(tree)
        assume(len(trees) <= _MOST)
    try:
        model = compiled(dated)
    except Refused as refusal:
        # a sum that what is left can never reach is told in words
        if {each.code for each in refusal.findings if each.severity == "error"} != {
            "bom.sum_never"
        }:
            raise
        return
    known = {slot.path for slot in model.layout.slots}
    offers = {slot.path: set(slot.codes) for slot in model.layout.slots}
    allowed = set()
    for tree in trees:
        chosen = flat(undated, tree)
        left = _left(chosen, known)
        within = left is not None and all(codes <= offers[path] for path, codes in left)
        if within and holds(undated, tree):
            assert left is not None
            allowed.add(left)
    found = [model.chosen(values) for values in solutions(model.problem)]
    keys = [frozenset((path, frozenset(codes)) for path, codes in each.items()) for each in found]
    assert set(keys) == allowed
    assert len(keys) == len(allowed)
    assert all(check(dated, each) == () for each in found)
