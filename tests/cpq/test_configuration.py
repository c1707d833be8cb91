"""Choices: what they make, and all that can be wrong with them at once."""

from collections.abc import Mapping

import pytest

from cpq.bom import BOM, Component, Excludes, OptionGroup, Pick, Requires, Structure, structure
from cpq.configuration import Chosen, Configuration, check, configure, parts_total
from cpq.kernel.errors import Invalid, Refused
from cpq.product import Attribute, AttributeValue


def _group(code: str, *keys: str, **fields: object) -> OptionGroup:
    options = tuple(Component(product=key, sold="priced") for key in keys)
    return OptionGroup.model_validate({"code": code, "options": options, **fields})


COLOUR = Attribute(code="colour", values=(AttributeValue(code="red"), AttributeValue(code="blue")))
LASER = BOM(
    product="LASER",
    components=(Component(product="CHILLER", quantity=2),),
    groups=(
        _group("head", "H6", "H12", preset=("H6",)),
        _group("extras", "TABLE", "FILTER", "LAMP", minimum=0, maximum=2),
    ),
    attributes=(COLOUR,),
    requires=(
        Requires(code="R1", when=Pick.read("head=H12"), needs=(Pick.read("CHILLER.pump=BIG"),)),
    ),
    excludes=(
        Excludes(
            code="X1",
            together=(Pick.read("colour=blue"), Pick.read("extras=LAMP")),
            message={"en": "Lamps are red", "zh": "灯为红色"},
        ),
    ),
)
CHILLER = BOM(product="CHILLER", groups=(_group("pump", "SMALL", "BIG", preset=("SMALL",)),))
WHOLE = structure("LASER", {"LASER": LASER, "CHILLER": CHILLER}, units={"CHILLER": "set"})


def _found(choose: Mapping[str, Chosen], whole: Structure = WHOLE) -> list[tuple[str, str]]:
    return [(finding.place, finding.code.split(".")[1]) for finding in check(whole, choose)]


def test_what_is_not_chosen_is_preset() -> None:
    made = configure(WHOLE, quantity=3)
    rows = [(number, part.product, str(part.total), part.unit) for number, part in made.numbered()]
    assert rows == [
        ("1", "CHILLER", "6", "set"),
        ("1.1", "SMALL", "6", "pc"),
        ("2", "H6", "3", "pc"),
    ]
    assert {choice.origin for choice in made.choices} == {"preset"}
    assert (made.chosen("colour"), made.chosen("extras")) == (("red",), ())


def test_a_choice_deep_below_satisfies_a_rule_above() -> None:
    assert _found({"head": "H12"}) == [("head", "required")]
    made = configure(WHOLE, choose={"head": "H12", "CHILLER.pump": "BIG"})
    assert [part.product for part in parts_total(made)] == ["BIG", "CHILLER", "H12"]


def test_what_excludes_each_other_is_refused_with_the_words_of_the_rule() -> None:
    choose: dict[str, Chosen] = {"colour": "blue", "extras": ["TABLE", "LAMP"]}
    (finding,) = check(WHOLE, choose)
    assert (finding.code, finding.place) == ("configuration.excluded", "extras")
    assert finding.message.in_("en").startswith("Lamps are red: colour=blue + extras=LAMP")
    assert finding.message.in_("zh").startswith("灯为红色")
    with pytest.raises(Refused) as refusal:
        configure(WHOLE, choose=choose)
    assert refusal.value.findings == (finding,)


def test_everything_wrong_is_said_at_once() -> None:
    choose: dict[str, Chosen] = {
        "head": ["H6", "H12"],
        "extras": ["GONE"],
        "colour": "green",
        "CHILLER.pump": [],
        "lid": "X",
    }
    assert sorted(_found(choose)) == [
        ("CHILLER.pump", "choice_missing"),
        ("colour", "unknown_value"),
        ("extras", "unknown_value"),
        ("head", "too_many"),
        ("lid", "unknown_path"),
    ]
    with pytest.raises(Refused) as refusal:
        configure(WHOLE, choose=choose)
    assert len(refusal.value.findings) == 5


@pytest.mark.parametrize("picked", [[], ["red", "blue"]])
def test_an_attribute_takes_exactly_one_value(picked: list[str]) -> None:
    assert _found({"colour": picked}) == [("colour", "unknown_value")]


def test_the_same_option_twice_is_too_many() -> None:
    assert _found({"extras": ["LAMP", "LAMP"]}) == [("extras", "too_many")]


@pytest.mark.parametrize("hostile", ["\x00", "\ud800", "\u202eH6", "x" * 100_000])
def test_hostile_choices_make_findings_not_crashes(hostile: str) -> None:
    assert _found({"head": hostile}) == [("head", "unknown_value")]
    places = [place for place, _ in _found({hostile: "H6"})]
    assert len(places) == 1
    assert places[0].encode()


def test_a_long_list_of_options_still_makes_a_message() -> None:
    many = _group("g", *(f"OPTION-{place:050d}" for place in range(200)))
    whole = structure("A", {"A": BOM(product="A", groups=(many,))})
    assert _found({"g": "GONE"}, whole) == [("g", "unknown_value")]


def test_a_long_message_of_a_rule_is_cut_not_refused() -> None:
    rule = Excludes(
        code="X", together=(Pick.read("a=A"), Pick.read("b=B")), message={"en": "m" * 2000}
    )
    bom = BOM(product="P", groups=(_group("a", "A"), _group("b", "B")), excludes=(rule,))
    assert _found({"a": "A", "b": "B"}, structure("P", {"P": bom})) == [("b", "excluded")]


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [(1.5, Invalid), ("NaN", Invalid), (0, Refused), (-1, Refused)],
)
def test_a_configuration_is_counted_above_zero(quantity: object, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        configure(WHOLE, quantity=quantity)


def test_two_places_of_one_sub_assembly_are_chosen_apart() -> None:
    left, right = (Component(product="CHILLER", place=place) for place in ("left", "right"))
    twin = structure("T", {"T": BOM(product="T", components=(left, right)), "CHILLER": CHILLER})
    made = configure(twin, choose={"left.pump": "BIG"})
    assert (made.chosen("left.pump"), made.chosen("right.pump")) == (("BIG",), ("SMALL",))


def test_a_fraction_of_a_machine_is_not_configured() -> None:
    boms = {"A": BOM(product="A", components=(Component(product="B", quantity=2),))}
    with pytest.raises(Refused) as refusal:
        configure(structure("A", boms), quantity="2.5")
    assert [finding.code for finding in refusal.value.findings] == ["configuration.off_grid"]
    assert configure(structure("A", boms), quantity="2.0").parts[0].total == 4


def test_whatever_is_configured_reads_back() -> None:
    boms = {
        f"P{n}": BOM(
            product=f"P{n}", components=(Component(product=f"P{n + 1}", quantity="0.33333"),)
        )
        for n in range(4)
    }
    made = configure(structure("P0", boms), quantity=100)
    assert Configuration.model_validate_json(made.canonical()) == made
