"""Laws of configuration: rules against brute force, totals against a second reckoning, cycles."""

from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.bom import BOM, Component, Structure, explode, structure
from cpq.configuration import Configuration, check, configure, parts_total
from cpq.kernel.errors import Refused
from tests.laws.strategies import amounts, machines, part_lists, tried

Chosen = dict[str, tuple[str, ...]]


def _subsets(keys: list[str]) -> list[tuple[str, ...]]:
    sizes = (combinations(keys, size) for size in range(len(keys) + 1))
    return list(chain.from_iterable(sizes))


def _allowed(bom: BOM, chosen: Chosen) -> bool:
    """The rules as a person would check them with a pencil."""
    picked = {(path, value) for path, values in chosen.items() for value in values}
    counts = all(g.minimum <= len(chosen[g.code]) <= g.maximum for g in bom.groups)
    needs = all(
        any((pick.path, pick.value) in picked for pick in rule.needs)
        for rule in bom.requires
        if (rule.when.path, rule.when.value) in picked
    )
    excluded = any(
        all((pick.path, pick.value) in picked for pick in rule.together) for rule in bom.excludes
    )
    return counts and needs and not excluded


@given(machines())
def test_the_rules_agree_with_brute_force(bom: BOM) -> None:
    whole = structure("M", {"M": bom})
    offers = [_subsets([option.key for option in group.options]) for group in bom.groups]
    for picks in product(*offers):
        chosen: Chosen = dict(zip("xyz", picks, strict=True))
        findings = check(whole, chosen)
        assert (findings == ()) is _allowed(bom, chosen)
        if not findings:
            made = configure(whole, choose=chosen)
            assert {path: made.chosen(path) for path in "xyz"} == chosen
            continue
        with pytest.raises(Refused) as refusal:
            configure(whole, choose=chosen)
        assert (refusal.value.code, refusal.value.findings) == ("configuration.invalid", findings)


@given(machines(), st.randoms(use_true_random=False))
def test_the_order_of_choices_does_not_matter(bom: BOM, random: object) -> None:
    whole = structure("M", {"M": bom})
    chosen = {group.code: [group.options[0].key] for group in bom.groups}
    pairs = list(chosen.items())
    random.shuffle(pairs)  # type: ignore[attr-defined]
    assert check(whole, dict(pairs)) == check(whole, chosen)


def _recursively(boms: dict[str, BOM], top: str, count: Fraction) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = {}
    for part in boms[top].components if top in boms else ():
        amount = count * Fraction(part.quantity)
        totals[part.product] = totals.get(part.product, Fraction(0)) + amount
        for code, more in _recursively(boms, part.product, amount).items():
            totals[code] = totals.get(code, Fraction(0)) + more
    return totals


@tried(3)
@given(part_lists(), amounts("1", "99", 0))
def test_explosion_totals_agree_with_a_second_reckoning(
    boms: dict[str, BOM], quantity: Decimal
) -> None:
    whole = structure("P0", boms)
    expected = _recursively(boms, "P0", Fraction(quantity))
    exploded = explode(whole, quantity)
    assert {part.product: Fraction(part.quantity) for part in exploded} == expected
    assert [part.product for part in exploded] == sorted(expected)
    configured = configure(whole, quantity=quantity)
    assert parts_total(configured) == exploded


@given(part_lists())
def test_structures_and_configurations_survive_json(boms: dict[str, BOM]) -> None:
    whole = structure("P0", boms)
    assert Structure.model_validate_json(whole.canonical()) == whole
    made = configure(whole)
    assert Configuration.model_validate_json(made.canonical()) == made


@given(part_lists(), st.data())
def test_a_product_that_contains_itself_is_always_refused(
    boms: dict[str, BOM], data: st.DataObject
) -> None:
    reached = ["P0", *_recursively(boms, "P0", Fraction(1))]
    low = data.draw(st.sampled_from(reached))
    inside = [low, *_recursively(boms, low, Fraction(1))]
    deep = data.draw(st.sampled_from(inside))
    row = boms.get(deep, BOM(product=deep))
    back = Component(product=low, place="back")
    boms = {**boms, deep: row.with_(components=(*row.components, back))}
    with pytest.raises(Refused) as refusal:
        structure("P0", boms)
    path = refusal.value.facts["path"]
    assert isinstance(path, tuple)
    assert refusal.value.code == "bom.cycle"
    assert path[-1] in path[:-1]


@given(part_lists())
def test_what_holds_no_circle_is_never_refused(boms: dict[str, BOM]) -> None:
    assert structure("P0", boms).bom("P0") is not None
