"""Configuring step by step: a laser machine, its rules, and what is said when they say no."""

import pytest

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.bom import BOM, structure
from cpq.configuration import configure
from cpq.configuration.compare import (
    diff,
    explode_configuration,
    revalidate,
    validate,
)
from cpq.configuration.compile import compiled
from cpq.configuration.selection import Offer, Selection
from cpq.configuration.state import Configurator
from cpq.kernel.errors import DomainError, Invalid, NotFound, Refused
from tests.errors.configurator import Silent, puzzle

LASER = read_catalogue("examples/laser").bom("LASER-3000")


def machine() -> Configurator:
    return Configurator(compiled(LASER))


def _standings(of: Configurator, path: str) -> dict[str, str]:
    return {offer.code: offer.standing for offer in of.domain(path).offers}


def test_a_choice_takes_what_it_excludes_away_and_implies_what_it_needs() -> None:
    laser = machine()
    assert set(_standings(laser, "cooling").values()) == {"possible"}
    laser.choose("head", "HEAD-12KW", author="Li Wei")
    assert _standings(laser, "head") == {"HEAD-6KW": "impossible", "HEAD-12KW": "chosen"}
    assert _standings(laser, "cooling") == {"CHILLER-A": "impossible", "CHILLER-W": "implied"}
    assert laser.implied_by("cooling", "CHILLER-W") == (
        Selection(path="head", value="HEAD-12KW", author="Li Wei"),
    )
    assert laser.domain("cooling").possible == ("CHILLER-W",)
    laser.unchoose("head")
    assert set(_standings(laser, "cooling").values()) == {"possible"}
    assert laser.choices == ()


def test_a_refused_choice_names_choices_and_rules_and_changes_nothing() -> None:
    laser = machine()
    laser.choose("colour", "red")
    laser.choose("head", "HEAD-12KW")
    before = (laser.choices, laser.domains())
    with pytest.raises(Refused) as refusal:
        laser.choose("cooling", "CHILLER-A")
    assert refusal.value.code == "configuration.conflict"
    assert refusal.value.facts["choices"] == ("head=HEAD-12KW",)
    assert refusal.value.facts["rules"] == ("12KW-NEEDS-WATER",)
    assert "12 kW 切割头必须水冷" in str(refusal.value.facts["message_zh"])
    with pytest.raises(Refused):
        laser.choose("extras", "LOADER-A")
    assert (laser.choices, laser.domains()) == before


def test_a_correction_is_applied_at_once() -> None:
    laser = machine()
    laser.choose("colour", "red")
    laser.choose("head", "HEAD-12KW")
    conflict = laser.explain("cooling", "CHILLER-A")
    assert conflict.minimal
    assert conflict.message.zh.startswith("cooling=CHILLER-A 与 head=HEAD-12KW 不能成立：")
    (give_up,) = laser.corrections("cooling", "CHILLER-A")
    assert [str(choice) for choice in give_up] == ["head=HEAD-12KW"]
    laser.correct("cooling", "CHILLER-A", give_up, author="Li Wei", origin="preset")
    assert [str(choice) for choice in laser.choices] == ["colour=red", "cooling=CHILLER-A"]
    assert (laser.choices[-1].author, laser.choices[-1].origin) == ("Li Wei", "preset")


def test_a_correction_that_is_none_leaves_all_choices_as_they_were() -> None:
    laser = machine()
    laser.choose("colour", "red")
    laser.choose("head", "HEAD-12KW")
    before = (laser.choices, laser.domains())
    with pytest.raises(Refused):
        laser.correct("cooling", "CHILLER-A", laser.choices[:1])
    assert (laser.choices, laser.domains()) == before


def test_an_option_is_ruled_out_and_a_choice_replaced() -> None:
    laser = machine()
    laser.rule_out("extras", "LOADER-A", author="Li Wei")
    assert _standings(laser, "extras") == {"LOADER-A": "impossible", "FILTER-10": "possible"}
    assert str(laser.choices[0]) == "extras!=LOADER-A"
    laser.choose("extras", "LOADER-A")
    assert _standings(laser, "extras")["LOADER-A"] == "chosen"
    laser.choose("extras", "FILTER-10")
    laser.choose("head", "HEAD-6KW")
    laser.choose("head", "HEAD-12KW")
    assert [str(choice) for choice in laser.choices] == [
        *("extras=LOADER-A", "extras=FILTER-10", "head=HEAD-12KW"),
    ]
    laser.unchoose("extras")
    assert [str(choice) for choice in laser.choices] == ["head=HEAD-12KW"]


def _of(*boms: BOM) -> Configurator:
    return Configurator(compiled(structure("M", {bom.product: bom for bom in boms})))


def test_going_without_what_a_rule_needs_is_refused_in_these_words() -> None:
    options = ({"product": "A"}, {"product": "B"})
    extras = {"code": "ex", "minimum": 0, "maximum": 2, "options": options}
    head = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    rule = {"code": "R", "when": "head=H12", "then": "ex=A"}
    of = _of(BOM(product="M", groups=(head, extras), if_then=(rule,)))
    of.choose("head", "H12")
    with pytest.raises(Refused, match=r"ex!=A is impossible with head=H12") as refusal:
        of.rule_out("ex", "A")
    assert str(refusal.value.facts["message_zh"]).startswith("ex!=A 与 head=H12 不能成立")


FILTERS = {
    "code": "filters",
    "minimum": 1,
    "maximum": 2,
    "options": ({"product": "P"}, {"product": "C"}),
}


def test_what_is_preset_in_an_absent_part_is_no_change() -> None:
    cool = {"code": "cool", "minimum": 0, "options": ({"product": "HP"},)}
    machine = BOM(product="M", groups=(cool,))
    of = _of(machine, BOM(product="HP", groups=({**FILTERS, "preset": ("P",)},)))
    done = of.complete()
    assert (done.cost, done.proven, done.configuration.choices) == (0, True, ())
    of.choose("cool", "HP")
    done = of.complete()
    assert (done.cost, [(c.path, c.value, c.origin) for c in done.configuration.choices]) == (
        1,
        [("cool", "HP", "user"), ("cool.HP.filters", "P", "preset")],
    )


def test_no_more_are_picked_than_a_group_without_a_preset_must_have() -> None:
    done = _of(BOM(product="M", groups=(FILTERS,))).complete()
    assert (done.cost, len(done.configuration.choices)) == (0, 1)


def test_what_takes_the_place_of_a_preset_came_by_a_rule() -> None:
    head = {
        "code": "head",
        "preset": ("H6",),
        "options": ({"product": "H6"}, {"product": "H9"}, {"product": "H12"}),
    }
    colour = {"code": "colour", "values": ({"code": "grey"}, {"code": "red"})}
    rule = {"code": "R", "when": "colour=red", "then": "head!=H6"}
    of = _of(BOM(product="M", groups=(head,), attributes=(colour,), if_then=(rule,)))
    of.choose("colour", "red")
    done = of.complete()
    assert done.cost == 2  # red instead of grey, and another head
    assert [c.origin for c in done.configuration.choices if c.path == "head"] == ["rule"]


@pytest.mark.parametrize(
    ("act", "kind", "code"),
    [
        (lambda m: m.choose("hat", "X"), NotFound, "configuration.unknown_choice"),
        (lambda m: m.choose("head", "X"), NotFound, "configuration.unknown_choice"),
        (lambda m: m.choose("head"), NotFound, "configuration.unknown_choice"),
        (lambda m: m.domain("hat"), NotFound, "configuration.unknown_choice"),
        (lambda m: m.unchoose("head"), NotFound, "configuration.not_chosen"),
        (lambda m: m.rule_out("head", "HEAD-6KW"), Invalid, "configuration.not_several"),
        (lambda m: m.explain("head", "HEAD-6KW"), Invalid, "configuration.possible"),
        (lambda m: m.implied_by("head", "HEAD-6KW"), Invalid, "configuration.possible"),
    ],
)
def test_what_cannot_be_asked_is_refused(act: object, kind: type[DomainError], code: str) -> None:
    with pytest.raises(kind) as refusal:
        act(machine())  # type: ignore[operator]
    assert refusal.value.code == code


def test_a_completion_keeps_presets_where_it_can_and_says_who_chose() -> None:
    laser = machine()
    assert laser.complete().cost == 0
    laser.choose("head", "HEAD-12KW", author="Li Wei", origin="user")
    done = laser.complete(quantity=2)
    assert (done.cost, done.bound, done.proven) == (1, 1, True)
    assert [(c.path, c.value, c.origin, c.author) for c in done.configuration.choices] == [
        ("colour", "grey", "preset", ""),
        ("head", "HEAD-12KW", "user", "Li Wei"),
        ("cooling", "CHILLER-W", "rule", ""),
    ]
    assert done.configuration.quantity == 2
    expected = configure(LASER, choose={"head": "HEAD-12KW", "cooling": "CHILLER-W"}, quantity=2)
    assert done.configuration.parts == expected.parts


def test_a_completion_follows_the_costs_that_are_given() -> None:
    laser = machine()
    variable, mask = laser.model.literal("colour", "red") or (0, 0)
    costs = [[0] * size for size in laser.model.problem.sizes]
    costs[variable] = [0 if mask >> value & 1 else 7 for value in range(len(costs[variable]))]
    done = laser.complete(tuple(map(tuple, costs)))
    assert done.configuration.chosen("colour") == ("red",)


def test_configurations_are_counted() -> None:
    laser = machine()
    assert laser.count() == 2 * 3 * 4 - 3 * 2
    laser.choose("colour", "red")
    assert laser.count() == 3 * 2


def test_a_domain_says_whether_its_owner_is_there() -> None:
    bag = BOM(product="BAG", attributes=({"code": "c", "values": ({"code": "x"}, {"code": "y"})},))
    bom = BOM(product="M", components=({"product": "BAG", "quantity": 0, "quantity_to": 2},))
    bags = Configurator(compiled(structure("M", {"M": bom, "BAG": bag})))
    assert bags.domain("BAG.c").is_there is None
    bags.choose("BAG.quantity", "0")
    assert bags.domain("BAG.c").is_there is False
    assert bags.domain("BAG.c").offers == (Offer("x", "impossible"), Offer("y", "impossible"))
    bags.choose("BAG.quantity", "2")
    assert bags.domain("BAG.c").is_there is True


def test_choosing_what_is_below_brings_its_owner() -> None:
    bag = BOM(product="BAG", attributes=({"code": "c", "values": ({"code": "x"}, {"code": "y"})},))
    bom = BOM(product="M", components=({"product": "BAG", "quantity": 0, "quantity_to": 1},))
    bags = Configurator(compiled(structure("M", {"M": bom, "BAG": bag})))
    bags.choose("BAG.c", "y")
    assert _standings(bags, "BAG.quantity") == {"0": "impossible", "1": "implied"}


def test_configurations_are_exploded_with_their_paths_and_compared() -> None:
    one = configure(LASER, choose={"head": "HEAD-6KW", "extras": ["FILTER-10", "LOADER-A"]})
    paths = [line.path for line in explode_configuration(one) if line.level == 1]
    assert paths == [
        *("FRAME-3015", "CNC-8", "head.HEAD-6KW", "cooling.CHILLER-A"),
        *("extras.FILTER-10", "extras.LOADER-A"),
    ]
    other = configure(LASER, choose={"head": "HEAD-6KW", "extras": ["FILTER-10"]}, quantity=2)
    assert [(c.kind, c.path, c.before, c.after) for c in diff(one, other)] == [
        ("quantity", "", "1", "2"),
        ("choice", "extras", "FILTER-10; LOADER-A", "FILTER-10"),
        ("part", "extras.LOADER-A", "LOADER-A", ""),
    ]


def test_a_configuration_is_held_against_the_model_of_today() -> None:
    made = configure(LASER, choose={"head": "HEAD-12KW", "cooling": "CHILLER-W"})
    assert revalidate(made, LASER).holds
    bom = LASER.bom("LASER-3000")
    assert bom is not None
    rule = {"code": "NO-12", "when": "head=HEAD-12KW", "then": "colour=red"}
    stricter = LASER.with_(
        boms=tuple(each.with_(if_then=(rule,)) if each is bom else each for each in LASER.boms)
    )
    found = revalidate(made, stricter)
    assert [(each.code, each.place) for each in found.findings] == [
        ("configuration.not_met", "colour")
    ]
    assert not found.holds
    assert validate(made, stricter) == found.findings


def test_a_group_left_empty_stays_empty_whatever_is_preset_today() -> None:
    extras = {"code": "x", "minimum": 0, "options": ({"product": "A"}, {"product": "B"})}
    then = structure("M", {"M": BOM(product="M", groups=(extras,))})
    today = structure("M", {"M": BOM(product="M", groups=({**extras, "preset": ("A",)},))})
    assert revalidate(configure(then), today).holds
    assert configure(today).chosen("x") == ("A",)


def test_what_is_not_found_out_in_time_is_said_and_never_guessed() -> None:
    box = Configurator(compiled(puzzle()), patience=1, oracle=Silent())
    assert _standings(box, "packed") == {"easily": "possible", "exactly": "unproved"}
    before = (box.choices, box.domains())
    with pytest.raises(Refused) as refusal:
        box.choose("packed", "exactly")
    assert refusal.value.code == "configuration.undecided"
    assert (box.choices, box.domains()) == before
    box.choose("packed", "easily")
    assert box.complete().proven


def test_a_model_that_allows_nothing_is_refused() -> None:
    rule = {"code": "R", "when": "a=x", "then": "a=y"}
    other = {"code": "S", "when": "a=y", "then": "a=x"}
    attribute = {"code": "a", "values": ({"code": "x"}, {"code": "y"})}
    bom = BOM(product="M", attributes=(attribute,), if_then=(rule, other))
    with pytest.raises(Refused) as refusal:
        Configurator(compiled(structure("M", {"M": bom})))
    assert refusal.value.code == "configuration.no_solution"


def test_a_session_is_kept_by_its_choices() -> None:
    laser = machine()
    laser.choose("head", "HEAD-12KW", author="Li Wei")
    laser.rule_out("extras", "LOADER-A", origin="rule")
    laser.choose("colour", "red")
    kept = [choice.model_dump_json() for choice in laser.choices]
    later = machine()
    later.choose("colour", "grey")
    later.restore(Selection.model_validate_json(text) for text in kept)
    assert later.choices == laser.choices
    assert later.domains() == laser.domains()
    later.restore(())
    assert later.choices == ()
    assert later.domains() == machine().domains()


@pytest.mark.parametrize(
    "wrong",
    [
        Selection(path="cooling", value="CHILLER-A"),
        Selection(path="cooling", value="CHILLER-B"),
        Selection(path="wheels", value="W-1"),
        Selection(path="head", value="HEAD-6KW", picked=False),
    ],
)
def test_choices_that_do_not_go_together_restore_nothing(wrong: Selection) -> None:
    laser = machine()
    laser.choose("colour", "grey", author="Li Wei")
    laser.choose("head", "HEAD-6KW")
    before = (laser.choices, laser.domains())
    wanted = [
        Selection(path="colour", value="red"),
        Selection(path="head", value="HEAD-12KW"),
        wrong,
    ]
    with pytest.raises(DomainError):
        laser.restore(wanted)
    assert (laser.choices, laser.domains()) == before
