"""Laws of configuring step by step: what is offered can be had, nothing else; undo is exact."""

from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.bom import Structure
from cpq.bom.soundness import unsound
from cpq.configuration import check
from cpq.configuration.compare import diff, explode_configuration, revalidate, validate
from cpq.configuration.compile import compiled
from cpq.configuration.compiled import Compiled, Costs
from cpq.configuration.lint import lint_model
from cpq.configuration.state import Configurator
from cpq.kernel.errors import Refused
from tests.laws.configurators import solutions, wholes

MOST = 2000
Values = tuple[int, ...]


def _is_sound(whole: Structure) -> bool:
    return all(found.severity != "error" for found in unsound(whole))


def _solved(whole: Structure) -> tuple[Compiled, list[Values]]:
    assume(_is_sound(whole))
    model = compiled(whole)
    every = list(islice(solutions(model.problem), MOST + 1))
    assume(0 < len(every) <= MOST)
    return model, every


def _pairs(model: Compiled) -> list[tuple[str, str]]:
    return [
        (slot.path, code)
        for slot in model.layout.slots
        for code in (*slot.codes, *([""] if slot.minimum == 0 and slot.maximum == 1 else []))
    ]


def _agree(model: Compiled, every: list[Values], choices: object) -> list[Values]:
    """The solutions that have all choices, by looking at each."""
    left = every
    for choice in choices:  # type: ignore[attr-defined]
        found = model.literal(choice.path, choice.value)
        assert found is not None
        wanted = choice.picked
        left = [v for v in left if bool(found[1] >> v[found[0]] & 1) is wanted]
    return left


def _is_exact(model: Compiled, configurator: Configurator, left: list[Values]) -> None:
    """Every value is offered exactly where one of the solutions that are left has it."""
    for domain in configurator.domains():
        for offer in domain.offers:
            variable, mask = model.literal(domain.path, offer.code) or (0, 0)
            having = [values for values in left if mask >> values[variable] & 1]
            assert (offer.standing != "impossible") is bool(having)
            assert offer.standing != "unproved"
            if offer.standing in ("implied", "chosen"):
                assert len(having) == len(left)
    assert configurator.count() == len(left)


@given(wholes(), st.data())
def test_what_is_offered_is_exactly_what_can_be_had(whole: Structure, data: st.DataObject) -> None:
    model, every = _solved(whole)
    configurator = Configurator(model)
    for _ in range(4):
        path, code = data.draw(st.sampled_from(_pairs(model)))
        before = (configurator.choices, configurator.domains())
        variable, mask = model.literal(path, code) or (0, 0)
        others = [c for c in before[0] if model.literal(c.path, c.value)[0] != variable]  # type: ignore[index]
        left = _agree(model, every, others)
        if not any(mask >> values[variable] & 1 for values in left):
            with pytest.raises(Refused) as refusal:
                configurator.choose(path, code)
            assert refusal.value.code == "configuration.conflict"
            assert (configurator.choices, configurator.domains()) == before
        else:
            configurator.choose(path, code, author="tester")
        _is_exact(model, configurator, _agree(model, every, configurator.choices))


@given(wholes(), st.data())
def test_taking_back_is_as_if_it_had_never_been(whole: Structure, data: st.DataObject) -> None:
    model, every = _solved(whole)
    configurator = Configurator(model)
    values = data.draw(st.sampled_from(every))
    chosen = [(path, code) for path, codes in model.chosen(values).items() for code in codes]
    some = data.draw(st.lists(st.sampled_from(chosen), max_size=4, unique=True)) if chosen else []
    for path, code in some:
        configurator.choose(path, code)
    kept = data.draw(st.lists(st.sampled_from(some), unique=True)) if some else []
    for path, code in data.draw(st.permutations(some)):
        if (path, code) not in kept:
            configurator.unchoose(path, code)
    other = Configurator(model)
    for path, code in data.draw(st.permutations(kept)):
        other.choose(path, code)
    assert configurator.domains() == other.domains()
    assert set(configurator.choices) == set(other.choices)


@given(wholes(), st.data())
def test_an_explanation_is_minimal_and_a_correction_works(
    whole: Structure, data: st.DataObject
) -> None:
    model, every = _solved(whole)
    configurator = _begun(model, every, data)
    for path, code in _pairs(model):
        variable, mask = model.literal(path, code) or (0, 0)
        if _standing(configurator, path, code) != "impossible":
            continue
        conflict = configurator.explain(path, code)
        having = [values for values in every if mask >> values[variable] & 1]
        assert _agree(model, having, conflict.choices) == []
        for left_out in conflict.choices:
            rest = [choice for choice in conflict.choices if choice != left_out]
            assert _agree(model, having, rest) != []
        assert conflict.message.en
        assert conflict.message.zh
        found = configurator.corrections(path, code)
        assert bool(found) is bool(having)
        for give_up in found[:1]:
            configurator.correct(path, code, give_up)
            assert _standing(configurator, path, code) in ("chosen", "implied")
            return


def _begun(model: Compiled, every: list[Values], data: st.DataObject) -> Configurator:
    """A configurator with some of the choices of a solution."""
    configurator = Configurator(model)
    values = data.draw(st.sampled_from(every))
    for path, codes in model.chosen(values).items():
        if codes and data.draw(st.booleans()):
            configurator.choose(path, codes[0])
    return configurator


def _standing(configurator: Configurator, path: str, code: str) -> str:
    return {o.code: o.standing for o in configurator.domain(path).offers}.get(code, "")


@given(wholes(), st.data())
def test_what_is_implied_follows_from_the_choices_named(
    whole: Structure, data: st.DataObject
) -> None:
    model, every = _solved(whole)
    configurator = _begun(model, every, data)
    for path, code in _pairs(model):
        if _standing(configurator, path, code) != "implied":
            continue
        variable, mask = model.literal(path, code) or (0, 0)
        because = configurator.implied_by(path, code)
        left = _agree(model, every, because)
        assert all(mask >> each[variable] & 1 for each in left)
        for choice in because:
            rest = [each for each in because if each != choice]
            assert not all(mask >> v[variable] & 1 for v in _agree(model, every, rest))


@given(wholes(), st.data())
def test_a_completion_is_the_cheapest_and_configures(whole: Structure, data: st.DataObject) -> None:
    model, every = _solved(whole)
    configurator = Configurator(model)
    values = data.draw(st.sampled_from(every))
    for path, codes in model.chosen(values).items():
        if codes and data.draw(st.integers(0, 2)) == 0:
            configurator.choose(path, codes[0], author="Li Wei")
    costs = configurator.changes()
    left = _agree(model, every, configurator.choices)
    cheapest = min(sum(row[v] for row, v in zip(costs, each, strict=True)) for each in left)
    done = configurator.complete(quantity=3)
    assert (done.cost, done.proven, done.bound) == (cheapest, True, cheapest)
    made = done.configuration
    assert validate(made, whole) == check(whole, model.chosen(_best(left, costs))) == ()
    assert revalidate(made, whole).holds
    assert diff(made, made) == ()
    told = {(choice.path, choice.value): choice for choice in made.choices}
    for choice in configurator.choices:
        if (choice.path, choice.value) not in told:
            assert choice.value == "0"  # none of what need not be there
            continue
        assert told[choice.path, choice.value].author == "Li Wei"
        assert told[choice.path, choice.value].origin == "user"


def _best(left: list[Values], costs: Costs) -> Values:
    return min(left, key=lambda each: sum(row[v] for row, v in zip(costs, each, strict=True)))


@given(wholes(), st.data())
def test_each_exploded_path_is_a_place_of_the_structure(
    whole: Structure, data: st.DataObject
) -> None:
    model, every = _solved(whole)
    values = data.draw(st.sampled_from(every))
    made = model.configuration(values, quantity=2)
    lines = explode_configuration(made)
    places = {place.path: place.product for place in model.layout.places}
    assert all(places[line.path] == line.product for line in lines)
    assert [(line.product, line.total) for line in lines] == [
        (part.product, part.total) for _, part in made.numbered()
    ]


@given(wholes())
def test_the_linter_names_what_no_solution_has(whole: Structure) -> None:
    if not _is_sound(whole):
        assert set(unsound(whole)) <= set(lint_model(whole))
        return
    model = compiled(whole)
    every = list(islice(solutions(model.problem), MOST + 1))
    assume(len(every) <= MOST)
    found = lint_model(whole)
    if not every:
        assert [each.code for each in found if each.severity == "error"] == ["bom.contradiction"]
        with pytest.raises(Refused) as refusal:
            Configurator(model)
        assert refusal.value.code == "configuration.no_solution"
        return
    assert not any(each.severity == "error" for each in found)
    never = {each.place: each.message.en for each in found if each.code == "bom.never_possible"}
    for slot in model.layout.slots:
        for code in slot.codes:
            variable, mask = model.literal(slot.path, code) or (0, 0)
            had = any(mask >> values[variable] & 1 for values in every)
            said = code in never.get(slot.path, "").partition(" never")[0].replace(",", "").split()
            if had:
                assert not said
            elif slot.gate is None:
                assert said


@given(wholes(), st.data())
def test_restored_choices_are_those_that_were_kept(whole: Structure, data: st.DataObject) -> None:
    model, every = _solved(whole)
    planted = model.configuration(data.draw(st.sampled_from(every))).choices
    machine, fresh = Configurator(model), Configurator(model)
    kept = []
    for number in range(data.draw(st.integers(1, 3))):
        for choice in data.draw(st.permutations(planted))[: number + 1]:
            machine.choose(choice.path, choice.value, author=str(number))
        kept.append((machine.choices, machine.domains()))
        machine.restore(machine.choices[: data.draw(st.integers(0, len(machine.choices)))])
    for choices, domains in data.draw(st.permutations(kept)):
        fresh.restore(choices)
        assert (fresh.choices, fresh.domains()) == (choices, domains)
