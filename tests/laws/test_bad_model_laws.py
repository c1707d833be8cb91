"""Laws of bad input: what is wrong is told whatever else is, and no choice breaks the checking."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.bom import BOM, IfThen, Structure
from cpq.bom.layout import layout
from cpq.bom.misfits import misfits, without_circles
from cpq.bom.soundness import unsound
from cpq.configuration import check, configure, explode_configuration, lint_model
from cpq.kernel.errors import Refused
from tests.laws.configurators import wholes
from tests.laws.strategies import tried

LOST = IfThen(code="LOST", when="hat=x", then="hat=y")


def _is_sound(whole: Structure) -> bool:
    return not any(found.severity == "error" for found in unsound(whole))


def _with_lost(whole: Structure) -> Structure:
    boms = tuple(
        bom.with_(if_then=(*bom.if_then, LOST)) if bom.product == "M" else bom for bom in whole.boms
    )
    return whole.with_(boms=boms)


@given(wholes())
def test_a_rule_without_meaning_changes_no_other_finding(whole: Structure) -> None:
    assume(_is_sound(whole))
    found = lint_model(_with_lost(whole))
    assert [each for each in found if each.place != "boms/M/LOST"] == list(lint_model(whole))
    assert [each.code for each in found if each.place == "boms/M/LOST"] == ["bom.unknown_path"]


@given(wholes())
def test_what_is_wrong_with_one_is_wrong_among_all(whole: Structure) -> None:
    boms = {bom.product: bom for bom in whole.boms}
    found = set(misfits(boms))
    own = {each for each in unsound(whole) if each.place.startswith("boms/M")}
    has_words = any(bom.product == "M" and bom.has_rules for bom in whole.boms)
    assert not has_words or own <= found
    assert all(each.message.en and each.message.zh for each in found)


@st.composite
def _tangles(draw: st.DrawFn) -> dict[str, BOM]:
    """A few products that contain each other in any way."""
    codes = [f"P{number}" for number in range(draw(st.integers(1, 6)))]
    parts = st.lists(st.sampled_from(codes), max_size=3, unique=True)
    return {
        code: BOM(product=code, components=tuple({"product": each} for each in draw(parts)))
        for code in codes
    }


def _reaches(boms: dict[str, BOM], start: str, goal: str) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        for part in boms[waiting.pop()].components:
            if part.product == goal:
                return True
            if part.product in boms and part.product not in seen:
                seen.add(part.product)
                waiting.append(part.product)
    return False


@given(_tangles())
def test_every_circle_is_cut_and_nothing_else(boms: dict[str, BOM]) -> None:
    cut = without_circles(boms)
    within = {code for code in boms if _reaches(boms, code, code)}
    assert bool(cut.circles) is bool(within)
    assert {code for circle in cut.circles for code in circle} <= within
    for circle in cut.circles:
        assert circle[0] == circle[-1]
        for above, below in pairwise(circle):
            assert below in {part.product for part in boms[above].components}
    assert not any(_reaches(dict(cut.boms), code, code) for code in boms)
    assert sum(each.code == "bom.cycle" for each in misfits(boms)) == len(cut.circles)


@tried(2)
@given(wholes(), st.data())
def test_whatever_is_chosen_is_checked_and_made_or_refused(
    whole: Structure, data: st.DataObject
) -> None:
    assume(_is_sound(whole))
    slots = layout(whole).slots
    codes = sorted({code for slot in slots for code in slot.codes} | {"gone", "9"})
    paths = sorted({slot.path for slot in slots} | {"hat", "S.hat", "g.x.hat", "o.S.hat.deep"})
    picks = st.lists(st.sampled_from(codes), max_size=3)
    chosen = data.draw(st.dictionaries(st.sampled_from(paths), picks, max_size=8))
    found = check(whole, chosen)
    assert all(each.place or each.code for each in found)
    assert all(each.message.en and each.message.zh for each in found)
    if found:
        with pytest.raises(Refused) as refusal:
            configure(whole, choose=chosen)
        assert refusal.value.findings == found
    else:
        made = configure(whole, choose=chosen)
        assert len(explode_configuration(made)) == len(list(made.numbered()))
