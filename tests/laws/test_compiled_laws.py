"""Laws of the compiler: its problem has exactly the solutions that the rules allow, each once."""

from itertools import islice

import pytest
from hypothesis import assume, given

from cpq.bom import BOM, Structure, structure
from cpq.bom.soundness import unsound
from cpq.configuration import check, configure
from cpq.configuration.compile import compiled
from cpq.kernel.errors import Refused
from tests.laws.configurators import MOST, every_choice, flat, holds, solutions, wholes
from tests.laws.strategies import machines, tried

Chosen = frozenset[tuple[str, frozenset[str]]]


def _key(chosen: dict[str, tuple[str, ...]]) -> Chosen:
    return frozenset((path, frozenset(codes)) for path, codes in chosen.items())


def _sound(whole: Structure) -> bool:
    return not any(found.severity == "error" for found in unsound(whole))


@tried(2)
@given(wholes())
def test_the_solutions_are_what_a_person_would_allow_each_once(whole: Structure) -> None:
    assume(_sound(whole))
    trees = list(islice(every_choice(whole, "M"), MOST + 1))
    assume(len(trees) <= MOST)
    model = compiled(whole)
    found = [_key(model.chosen(values)) for values in solutions(model.problem)]
    allowed = {_key(flat(whole, tree)) for tree in trees if holds(whole, tree)}
    assert set(found) == allowed
    assert len(found) == len(allowed)


@given(wholes())
def test_check_says_what_a_person_would_say(whole: Structure) -> None:
    assume(_sound(whole))
    trees = list(islice(every_choice(whole, "M"), 60))
    for tree in trees:
        chosen = flat(whole, tree)
        findings = check(whole, chosen)
        assert (findings == ()) is holds(whole, tree)
        assert all(each.message.en and each.message.zh and each.severity for each in findings)


@given(machines())
def test_the_solutions_of_an_old_model_are_what_check_accepts(bom: BOM) -> None:
    whole = structure("M", {"M": bom})
    model = compiled(whole)
    found = [model.chosen(values) for values in solutions(model.problem)]
    trees = [flat(whole, tree) for tree in every_choice(whole, "M")]
    accepted = [chosen for chosen in trees if check(whole, chosen) == ()]
    assert {_key(chosen) for chosen in found} == {_key(chosen) for chosen in accepted}
    assert len(found) == len(accepted)


@given(wholes())
def test_a_solution_configures_and_survives_json(whole: Structure) -> None:
    assume(_sound(whole))
    assert Structure.model_validate_json(whole.canonical()) == whole
    model = compiled(whole)
    for values in islice(solutions(model.problem), 3):
        made = model.configuration(values, quantity=2)
        assert type(made).model_validate_json(made.canonical()) == made
        assert configure(whole, choose=model.chosen(values), quantity=2) == made


@given(wholes())
def test_every_constraint_has_a_reason_in_two_languages(whole: Structure) -> None:
    if not _sound(whole):
        with pytest.raises(Refused) as refusal:
            compiled(whole)
        assert refusal.value.code == "bom.unsound"
        assert refusal.value.findings == unsound(whole)
        return
    model = compiled(whole)
    assert len(model.reasons) == len(model.problem.constraints)
    assert all(reason.message.en and reason.message.zh for reason in model.reasons)
