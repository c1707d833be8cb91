"""Feature models from UVL: products counted by hand and by trying, what is left out, refusals."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.feature_models import Attribute, FeatureModel, LeftOut, cnf, read_uvl
from cpq.adapters.feature_models.uvl_lines import Cursor, SyntaxFault, lines_of
from cpq.kernel.errors import Unreadable
from cpq.solver.problem import Constraint, Problem, Sum, Values, problem

SANDWICH = """\
namespace Deli

features  // all of them
    Sandwich {abstract}
        mandatory
            Bread {Price 2}
                alternative
                    "Full Grain" {Price 1, doc 'a "dark" bread // no comment'}
                    Flatbread
                    Toast
        optional
            Sauce
                or
                    Ketchup
                    Mustard
            Cheese {Price 1.5, Origin {Country 'CH', Zip 3780}}

constraints
    /* whoever takes ketchup
       takes cheese */
    Ketchup => Cheese
"""
"""Three breads, times: no sauce (2), mustard alone (2), ketchup with or without mustard (2)."""


def read(folder: Path, text: str, *, name: str = "model.uvl") -> FeatureModel:
    (folder / name).write_text(text, encoding="utf-8")
    return read_uvl(folder / name)


def solutions(asked: Problem) -> Iterator[Values]:
    """All of them, by trying: each constraint is looked at when its last variable has a value."""
    ready: list[list[Constraint]] = [[] for _ in asked.sizes]
    for constraint in asked.constraints:
        ready[max(constraint.scope, default=0)].append(constraint)
    waiting: list[Values] = [()]
    while waiting:
        values = waiting.pop()
        if len(values) == len(asked.sizes):
            yield values
            continue
        for value in range(asked.sizes[len(values)]):
            longer = (*values, value)
            if all(each.holds(longer) for each in ready[len(values)]):
                waiting.append(longer)


def products(model: FeatureModel) -> set[frozenset[str]]:
    """The products, none of which arises twice: the features decide every helper."""
    assert problem(model.problem.sizes, model.problem.constraints) == model.problem
    found = [frozenset(model.selected(values)) for values in solutions(model.problem)]
    assert len(set(found)) == len(found)
    return set(found)


def flat(*features: str, constraints: tuple[str, ...] = ()) -> str:
    """A root and features that may each be there or not."""
    tree = "".join(f"    {feature}\n" for feature in features)
    rules = "".join(f"  {constraint}\n" for constraint in constraints)
    return f"features\n R\n  optional\n{tree}constraints\n{rules}"


def chosen(folder: Path, *constraints: str, features: str = "A B C") -> set[str]:
    """The products of a flat model, each as its letters."""
    model = read(folder, flat(*features.split(), constraints=constraints))
    assert model.left_out == ()
    return {"".join(sorted(product - {"R"})) for product in products(model)}


def test_the_products_of_a_sandwich_are_those_counted_by_hand(tmp_path: Path) -> None:
    model = read(tmp_path, SANDWICH)
    found = products(model)
    assert len(found) == 3 * 6
    assert {"Sandwich", "Bread", "Toast"} in found
    assert {"Sandwich", "Bread", "Toast", "Sauce", "Ketchup"} not in found
    assert (model.features, model.constraints, model.left_out) == (9, 1, ())


def test_variables_follow_the_order_of_the_file(tmp_path: Path) -> None:
    model = read(tmp_path, SANDWICH)
    assert model.names[:4] == ("Sandwich", "Bread", "Full Grain", "Flatbread")
    assert model.variable("Full Grain") == 2
    assert set(model.problem.sizes) == {2}


def test_attributes_are_kept_as_they_are_written(tmp_path: Path) -> None:
    assert read(tmp_path, SANDWICH).attributes == (
        Attribute("Sandwich", "abstract", "true"),
        Attribute("Bread", "Price", "2"),
        Attribute("Full Grain", "Price", "1"),
        Attribute("Full Grain", "doc", "'a \"dark\" bread // no comment'"),
        Attribute("Cheese", "Price", "1.5"),
        Attribute("Cheese", "Origin.Country", "'CH'"),
        Attribute("Cheese", "Origin.Zip", "3780"),
    )


def test_attributes_may_stand_on_several_lines(tmp_path: Path) -> None:
    text = "features\n\tA {\n  abstract false,\n sizes [1, 'two', [3]],\n\tCost -2.50\n}\n"
    assert read(tmp_path, text).attributes == (
        Attribute("A", "abstract", "false"),
        Attribute("A", "sizes", "[ 1 , 'two' , [ 3 ] ]"),
        Attribute("A", "Cost", "-2.50"),
    )


@pytest.mark.parametrize(
    ("group", "counts"),
    [
        ("mandatory", {3}),
        ("optional", {0, 1, 2, 3}),
        ("or", {1, 2, 3}),
        ("alternative", {1}),
        ("[2]", {2}),
        ("[0]", {0}),
        ("[3]", {3}),
        ("[0..1]", {0, 1}),
        ("[1..1]", {1}),
        ("[1..2]", {1, 2}),
        ("[1..*]", {1, 2, 3}),
        ("[2..*]", {2, 3}),
        ("[2..99999999999999999999999]", {2, 3}),
        ("[4..5]", set()),
    ],
)
def test_a_group_has_as_many_as_it_says(tmp_path: Path, group: str, counts: set[int]) -> None:
    text = f"features\n R\n  optional\n   P\n    {group}\n     A\n     B\n     C\n"
    found = products(read(tmp_path, text))
    assert {"R"} in found
    inside = [product - {"R", "P"} for product in found if "P" in product]
    assert {len(product) for product in inside} == counts
    assert len(inside) == sum({0: 1, 1: 3, 2: 3, 3: 1}[count] for count in counts)
    assert sum("P" not in product for product in found) == 1


@pytest.mark.parametrize("group", ["mandatory", "or", "alternative", "[1]", "[1..*]"])
def test_a_group_of_one_makes_it_necessary(tmp_path: Path, group: str) -> None:
    assert products(read(tmp_path, f"features\n R\n  {group}\n   A\n")) == {frozenset("RA")}


@pytest.mark.parametrize(
    ("constraint", "wanted"),
    [
        ("A & !B", {"A", "AC"}),
        ("A | B & C", {"A", "AB", "AC", "ABC", "BC"}),
        ("!(A | B)", {"", "C"}),
        ("!A | B", {"", "B", "C", "BC", "AB", "ABC"}),
        ("A => B => C", {"C", "AC", "BC", "ABC", "A"}),
        ("A => (B => C)", {"", "B", "C", "BC", "A", "AC", "ABC"}),
        ("A <=> B", {"", "C", "AB", "ABC"}),
        ("A <=> B <=> C", {"A", "B", "C", "ABC"}),
        ("A <=> B => C", {"", "A", "C", "AC", "ABC", "B"} - {"", "C"} | {"B"}),
        ("!!A & (((B)))", {"AB", "ABC"}),
        ("R", {"", "A", "B", "C", "AB", "AC", "BC", "ABC"}),
        ("!R", set()),
        ("A & !A", set()),
        ("(A <=> A) <=> (B <=> B)", {"", "A", "B", "C", "AB", "AC", "BC", "ABC"}),
        ("A | !A", {"", "A", "B", "C", "AB", "AC", "BC", "ABC"}),
    ],
)
def test_signs_bind_as_in_the_grammar(tmp_path: Path, constraint: str, wanted: set[str]) -> None:
    assert chosen(tmp_path, constraint) == wanted


PRICED = ("A {Price 2, Kg 0.5}", "B {Price 3, Kg 0.25}", "C {Price 5, Name 'c'}")


@pytest.mark.parametrize(
    ("constraint", "wanted"),
    [
        ("sum(Price) <= 5", {"", "A", "B", "C", "AB"}),
        ("sum(Price) < 5", {"", "A", "B"}),
        ("sum(Price) == 5", {"AB", "C"}),
        ("sum(Price) != 5", {"", "A", "B", "AC", "BC", "ABC"}),
        ("sum(Price) > 7", {"BC", "ABC"}),
        ("7.5 >= sum(Price)", {"", "A", "B", "AB", "C", "AC"}),
        ("sum(Price) == 5.5", set()),
        ("sum(Price) >= 0", {"", "A", "B", "C", "AB", "AC", "BC", "ABC"}),
        ("sum(Price) > 10", set()),
        ("sum(Price, R) >= 8 ", {"BC", "ABC"}),
        ("sum(B, Price) == 3", {"B", "AB", "BC", "ABC"}),
        ("sum(Kg) * 4 == 3", {"AB", "ABC"}),
        ("sum(Kg) / 0.25 - 1 < 1", {"", "B", "C", "BC"}),
        ("A.Price + B.Price == C.Price", {"", "ABC"}),
        ("A.Price - -B.Price > 2", {"B", "AB", "BC", "ABC"}),
        ("A.Price * A.Kg == 1", {"A", "AB", "AC", "ABC"}),
        ("floor(A.Kg) + ceil(B.Kg) == 1", {"B", "AB", "BC", "ABC"}),
        ("2 > 1", {"", "A", "B", "C", "AB", "AC", "BC", "ABC"}),
        ("2 < 1 | A", {"A", "AB", "AC", "ABC"}),
        ("A => sum(Price) > 5", {"", "B", "C", "BC", "AC", "ABC"}),
        ("!(sum(Price) > 3) | A & C", {"", "A", "B", "AC", "ABC"}),
        ("avg(Price) == 3.5", {"AC"}),
        ("avg(Price) > 3", {"C", "AC", "BC", "ABC"}),
        ("avg(Price) < 3", {"", "A", "AB"}),
        ("2 * avg(Price) - 1 <= 5", {"", "A", "B", "AB"}),
        ("avg(Price) == 0", {""}),
        ("avg(A.Price) < 1", {"", "B", "C", "BC"}),
    ],
)
def test_an_attribute_counts_while_its_feature_is_selected(
    tmp_path: Path, constraint: str, wanted: set[str]
) -> None:
    model = read(tmp_path, flat(*PRICED, constraints=(constraint,)))
    assert model.left_out == ()
    assert {"".join(sorted(product - {"R"})) for product in products(model)} == wanted


def test_a_sum_alone_needs_no_helper_and_small_weights(tmp_path: Path) -> None:
    features = ("A {Price 1.20}", "B {Price 0.80}", "C {Price 0}")
    model = read(tmp_path, flat(*features, constraints=("A | B", "sum(Price) <= 1.5")))
    assert model.names == ("R", "A", "B", "C")
    assert model.problem.constraints[-1] == Sum(
        "sum(Price) <= 1.5", ((1, (0, 3)), (2, (0, 2))), None, 3
    )


def test_helpers_are_no_features(tmp_path: Path) -> None:
    rule = "(A | B) <=> ((C <=> D) <=> (A & D | B & C))"
    model = read(tmp_path, flat(*"ABCD", constraints=(rule,)))
    assert model.features == 5
    assert set(model.names[5:]) == {""}
    assert len(model.names) > 5
    assert all("" not in product for product in products(model))


def test_a_constraint_that_would_blow_up_becomes_helpers(tmp_path: Path) -> None:
    letters = [f"{letter}{number}" for number in range(12) for letter in "AB"]
    pairs = " | ".join(f"(A{number} & B{number})" for number in range(12))
    model = read(tmp_path, flat(*letters, constraints=(pairs,)))
    assert model.features == 25
    assert len(model.problem.constraints) < 100


def test_constraints_among_attributes_hold_as_those_below(tmp_path: Path) -> None:
    features = ("A {constraint B => C, Price 1}", "B {constraints [A => B, !(A & C)]}", "C")
    model = read(tmp_path, flat(*features))
    found = {"".join(sorted(product - {"R"})) for product in products(model)}
    assert found == {"", "C", "BC"}
    assert (model.constraints, model.left_out) == (3, ())
    assert model.attributes == (Attribute("A", "Price", "1"),)


def test_instances_are_written_out(tmp_path: Path) -> None:
    text = """\
features
  Van
    mandatory
      Engine
    optional
      Seat cardinality [1..2]
        alternative
          Cloth
          Leather {Price 7}
      Heater
constraints
  Leather => Heater
  Seat => Heater
  sum(Price) < 14
"""
    model = read(tmp_path, text)
    found = products(model)
    assert model.left_out == ()
    assert model.names[3:7] == ("Seat[1]", "Seat[1].Cloth", "Seat[1].Leather", "Seat[2]")
    # No seat with or without heater, one seat of two kinds, two seats that are not both leather.
    assert len(found) == 2 + 2 + 3


def test_instances_may_stand_within_instances(tmp_path: Path) -> None:
    text = "features\n R\n  mandatory\n   A cardinality [2]\n    mandatory\n     "
    text += "B cardinality [1..2]\n      optional\n       C\n"
    model = read(tmp_path, text)
    assert "A[2].B[1].C" in model.names
    assert len(products(model)) == (2 + 4) ** 2
    ruled = read(tmp_path, text + "constraints\n C\n")
    assert len(products(ruled)) == 2**2


def test_a_sum_below_a_feature_is_one_for_each_instance(tmp_path: Path) -> None:
    text = """\
features
  R
    mandatory
      Bay cardinality [2]
        mandatory
          Rack
            optional
              A {Kg 3}
              B {Kg 4}
constraints
  sum(Kg, Rack) <= 4
  R => sum(Kg) > 0
"""
    model = read(tmp_path, text)
    assert model.left_out == ()
    assert len(products(model)) == 3 * 3 - 1


def test_too_many_combinations_of_instances_are_left_out(tmp_path: Path) -> None:
    tree = "".join(f"   {at} cardinality [0..12]\n    optional\n     {at * 2}\n" for at in "ABC")
    text = f"features\n R\n  optional\n{tree}constraints\n AA | BB | CC\n"
    assert [each.why for each in read(tmp_path, text).left_out] == [
        "more than 1000 combinations of instances"
    ]


def test_features_without_an_end_are_read_as_one(tmp_path: Path) -> None:
    text = """\
features
  R
    optional
      Wheel cardinality [2..*] {Price 1}
        alternative
          Steel {Price 2}
          Wood {Price 3}
      Bell
constraints
  Wood => Bell
  sum(Price) > 2
  avg(Price, Bell) == 0
"""
    model = read(tmp_path, text)
    assert [(each.kind, each.name) for each in model.left_out] == [
        ("cardinality", "Wheel"),
        ("constraint", "sum(Price) > 2"),
    ]
    assert model.left_out[1].why == "how many Wheel there are is not said"
    assert len(products(model)) == 2 + 2 + 1


def test_comments_do_not_move_what_follows(tmp_path: Path) -> None:
    text = "features /* a\n b */\n  A /**/\n    or // or\n // at the margin\n"
    text += "      /* before */ B\n      C /*\n\n*/\nconstraints\n  /* D */ B\n"
    model = read(tmp_path, text)
    assert (model.names, len(products(model))) == (("A", "B", "C"), 2)
    with pytest.raises(Unreadable, match=r":12: nothing is called 'D'"):
        read(tmp_path, text + "  D\n")


def test_what_cannot_be_said_is_left_out_by_name(tmp_path: Path) -> None:
    text = """\
imports
  engines as motor
  sub.brakes

features
  R
    mandatory
      motor.Engine {Price 1}
      A {Price 2, Name 'x', on true}
    optional
      Integer Count
      String Owner
      Real Length
      Wheel cardinality [0..*]
        mandatory
          Tyre {Price 3}
      Boolean Bell
constraints
  Bell => motor.Turbo
  Count > 3
  Bell & len(Owner) < 9
  Owner == 'me' | A
  A.Name == 'x'
  A.on => Bell
  A.Weight > 1
  sum(Price) < 9
  A.Price * Bell.Price > 1
  A.Price / Tyre.Price > 1
  A.Price / 0 > 1
  Tyre
  A > 1
  A.Name + 1 > 2
  Bell => Count
"""
    model = read(tmp_path, text)
    assert [str(each) for each in model.left_out] == [
        "line 2: import engines (imported models are not read)",
        "line 3: import sub.brakes (imported models are not read)",
        "line 11: type Count (its value of type Integer)",
        "line 12: type Owner (its value of type String)",
        "line 13: type Length (its value of type Real)",
        "line 14: cardinality Wheel ([0..*]; up to 12 instances are written out)",
        "line 19: constraint Bell => motor.Turbo (motor.Turbo is imported)",
        "line 20: constraint Count > 3 (Count has a value of type Integer)",
        "line 21: constraint Bell & len(Owner) < 9 (the length of a text)",
        "line 22: constraint Owner == 'me' | A (Owner has a value of type String)",
        "line 23: constraint A.Name == 'x' (A.Name is 'x')",
        "line 24: constraint A.on => Bell (the attribute on as a condition)",
        "line 25: constraint A.Weight > 1 (A has no attribute Weight)",
        "line 26: constraint sum(Price) < 9 (motor.Engine is imported)",
        "line 27: constraint A.Price * Bell.Price > 1 (Bell has no attribute Price)",
        "line 28: constraint A.Price / Tyre.Price > 1 (there may be no Tyre)",
        "line 29: constraint A.Price / 0 > 1 (a division by 0)",
        "line 30: constraint Tyre (there may be no Tyre)",
        "line 31: constraint A > 1 (A is selected or not)",
        "line 32: constraint A.Name + 1 > 2 (A.Name is 'x')",
    ]
    assert model.left("type") == ("Count", "Owner", "Length")
    assert model.left_out[6] == LeftOut(
        "constraint", "Bell => motor.Turbo", 19, "motor.Turbo is imported"
    )
    assert model.constraints == 15
    assert model.features == len(model.names)
    # Bell needs Count; Owner and Length are free, Wheel is there with a tyre, without, or not.
    assert len(products(model)) == 3 * 2 * 2 * 3


@pytest.mark.parametrize(
    ("constraint", "why"),
    [
        ("A.Price * B.Price > 1", "it is not linear"),
        ("A.Price / B.Price > 1", "it is not linear"),
        ("avg(Price) > A.Price", "an average beside what may vary"),
        ("avg(Price) * A.Price > 1", "it is not linear"),
        ("sum(Price, A, B) > 1", "sum() of 3 names"),
        ("A.Huge + B.Price > 1", "its weights are too large"),
        ("'x' == A.Price", "the text 'x'"),
        ("C | A.Huge + B.Price > 1", "its weights are too large"),
    ],
)
def test_what_is_not_linear_leaves_nothing_behind(
    tmp_path: Path, constraint: str, why: str
) -> None:
    features = (f"A {{Price 2, Huge {'9' * 30}}}", "B {Price 3}", "C {Price 4}")
    plain = read(tmp_path, flat(*features))
    model = read(tmp_path, flat(*features, constraints=(f"C & (A | B) & {constraint}",)))
    assert [each.why for each in model.left_out] == [why]
    assert (model.problem, model.names) == (plain.problem, plain.names)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("features\n A\n B\n", 3, "second root"),
        ("features\n A\n  optional\n    B\n   C\n", 5, "indented like no line above"),
        ("features\n A\n  B\n", 3, "a group such as 'optional'"),
        ("features\n A\n  optional\n", 3, "no feature stands below 'optional'"),
        ("features\n A\n  optional\n  mandatory\n   B\n", 3, "no feature stands below"),
        ("features\n A\n  optional\n   or\n", 4, "a feature"),
        ("features\n A\n  optional B\n   C\n", 3, "end of the line"),
        ("features\n A\n  [3..2]\n   B\n", 3, "[3..2]"),
        ("features\n A\n  [x]\n   B\n", 3, "a whole number"),
        ("features\n A\n  [1.5]\n   B\n", 3, "a whole number"),
        ("features\n 12B\n", 2, "a name"),
        ("features\n A B\n", 2, "end of the line"),
        ("features\n A {Price 1 Kg 2}\n", 2, "','"),
        ("features\n A {Price x}\n", 2, "'x' is no value"),
        ("features\n A {Price\n\n 1\n", 2, "'{' is never closed"),
        ("features\n A }\n", 2, "'}' closes"),
        ('features\n "A\n', 2, "'\"' cannot stand here"),
        ("features\n A\nfeatures\n B\n", 3, "second section"),
        ("feature\n A\n", 1, "begins no section"),
        ("namespace\nfeatures\n A\n", 1, "a name"),
        ("namespace X\n Y\nfeatures\n A\n", 2, "below a namespace"),
        ("features\n A\nconstraints\n A &\n", 4, "a name should stand here, but the line ends"),
        ("features\n A\nconstraints\n A A\n", 4, "end of the line"),
        ("features\n A\nconstraints\n A = A\n", 4, "'=' cannot stand here"),
        ("features\n A\nconstraints\n A & 3\n", 4, "mixes conditions and numbers"),
        ("features\n A\nconstraints\n 3\n", 4, "mixes conditions and numbers"),
        ("features\n A\nconstraints\n (A & A) > 3\n", 4, "mixes conditions and numbers"),
        ("features\n A\nconstraints\n 3 == !A\n", 4, "mixes conditions and numbers"),
        ("features\n A\nconstraints\n sum()\n", 4, "a name"),
        (f"features\n A\nconstraints\n {'9' * 41} > 1\n", 4, "more than 40 digits"),
        (f"features\n A\nconstraints\n {'(' * 500}A{')' * 500}\n", 4, "deep"),
        (f"features\n A\nconstraints\n {'!' * 5000}A\n", 4, "deep"),
        (f"features\n A\nconstraints\n {'-' * 5000}1 > 2\n", 4, "deep"),
        (f"features\n A\nconstraints\n {' => '.join('A' * 5000)}\n", 4, "deep"),
    ],
)
def test_what_is_no_uvl_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, text)
    assert caught.value.code == "feature_model.syntax"
    assert f"model.uvl:{line}: " in caught.value.message
    assert words in caught.value.message


def test_a_tree_too_deep_is_refused(tmp_path: Path) -> None:
    lines = [" " * at + ("optional" if at % 2 else f"F{at}") for at in range(399)]
    with pytest.raises(Unreadable, match="150 deep"):
        read(tmp_path, "features\n " + "\n ".join(lines))


def test_attributes_too_deep_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no deeper attribute"):
        read(tmp_path, f"features\n A {'{a ' * 200}{'}' * 200}\n")


def test_a_name_with_a_dot_is_taken_as_it_is(tmp_path: Path) -> None:
    model = read(tmp_path, flat('"A.5"', "B", constraints=('"A.5" & 套餐',)).replace("B", "套餐"))
    assert products(model) == {frozenset({"R", "A.5", "套餐"})}


def test_a_cursor_at_the_end_says_so() -> None:
    cursor = Cursor(lines_of("A")[0], start=1)
    with pytest.raises(SyntaxFault, match="something more should stand here, but the line ends"):
        cursor.take()


def test_the_deepest_that_is_read_can_be_said(tmp_path: Path) -> None:
    nested = "A"
    for _ in range(35):
        nested = f"!({nested} <=> B & (C => A))"
    model = read(tmp_path, flat(*"ABC", constraints=(nested, " & ".join("A" * 5000))))
    assert (model.left_out, model.features) == ((), 4)
    assert all("A" in product for product in products(model))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("// nothing\n", "empty", "features"),
        ("constraints\n A\n", "empty", "features"),
        (flat("A", "A"), "duplicate_name", "model.uvl:5: a feature 'A' stands on line 4"),
        (flat("A", constraints=("A => B",)), "unknown_name", "model.uvl:6: nothing is called 'B'"),
        (flat("A", constraints=("sum(B) > 1",)), "unknown_name", "'B'"),
        (flat("A", constraints=("sum(A, B) > 1",)), "unknown_name", "'B'"),
        (flat("A", constraints=("sum(B, R) > 1",)), "unknown_name", "'B'"),
        (flat("A", constraints=("B.C > 1",)), "unknown_name", "'B.C'"),
    ],
)
def test_what_has_no_meaning_is_refused(tmp_path: Path, text: str, code: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, text)
    assert caught.value.code == f"feature_model.{code}"
    assert words in caught.value.message


class Branch(NamedTuple):
    """A feature of a random tree: its groups, each with bounds and the features in it."""

    name: str
    groups: tuple[tuple[str, int, int, tuple["Branch", ...]], ...]

    def lines(self, indent: int) -> Iterator[str]:
        yield " " * indent + self.name
        for sort, _, _, branches in self.groups:
            yield " " * (indent + 1) + sort
            for branch in branches:
                yield from branch.lines(indent + 2)

    def products(self) -> set[frozenset[str]]:
        """What there can be of it, where it is selected: straight from the meaning of a group."""
        every = {frozenset([self.name])}
        for _, low, high, branches in self.groups:
            counted = {(0, frozenset[str]())}
            for branch in branches:
                inside = branch.products()
                counted |= {
                    (count + 1, before | more) for count, before in counted for more in inside
                }
            of_group = [product for count, product in counted if low <= count <= high]
            every = {one | other for one in every for other in of_group}
        return every


@st.composite
def trees(draw: st.DrawFn) -> Branch:
    left = list("BCDEFGHIJ")

    def branch(name: str) -> Branch:
        groups = []
        for _ in range(draw(st.integers(0, 2))):
            count = min(draw(st.integers(1, 4)), len(left))
            inside = tuple(left.pop() for _ in range(count))
            if not inside:
                continue
            low = draw(st.integers(0, count))
            high = draw(st.integers(low, count + 1))
            sort, low, high = draw(
                st.sampled_from(
                    [
                        ("mandatory", count, count),
                        ("optional", 0, count),
                        ("or", 1, count),
                        ("alternative", 1, 1),
                        (f"[{low}..{high}]", low, high),
                        (f"[{low}..*]", low, count),
                        (f"[{low}]", low, low),
                    ]
                )
            )
            groups.append((sort, low, high, tuple(branch(each) for each in inside)))
        return Branch(name, tuple(groups))

    return branch("A")


@given(tree=trees())
def test_a_random_tree_has_the_products_of_its_groups(
    tree: Branch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "\n".join(["features", *tree.lines(1)])
    model = read(tmp_path_factory.mktemp("tree"), text)
    assert products(model) == tree.products()
    assert model.left_out == ()


Meaning = Callable[[frozenset[str]], bool]
PRICES = {"A": Fraction(1), "B": Fraction(5, 2), "C": Fraction(-2), "D": Fraction(1)}
SIGNS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}


def _total(of: frozenset[str]) -> Fraction:
    return sum((PRICES[name] for name in of if name in PRICES), Fraction(0))


def _average(of: frozenset[str]) -> Fraction:
    bearers = [name for name in of if name in PRICES]
    return _total(of) / len(bearers) if bearers else Fraction(0)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, Meaning]:
    sign = draw(st.sampled_from(sorted(SIGNS)))
    limit = Fraction(draw(st.integers(-10, 20)), 4)
    compare = SIGNS[sign]
    decimal = f"{'-' if limit < 0 else ''}{abs(limit) // 1}.{int(abs(limit) % 1 * 100):02d}"
    text, value = draw(
        st.sampled_from(
            [
                ("sum(Price)", _total),
                ("avg(Price)", _average),
                ("2 * A.Price - (C.Price + 1)", lambda of: 2 * ("A" in of) + 2 * ("C" in of) - 1),
                ("B.Price / 2", lambda of: Fraction(5, 4) * ("B" in of)),
            ]
        )
    )
    return f"{text} {sign} {decimal}", lambda of: compare(Fraction(value(of)), limit)


def _negation(part: tuple[str, Meaning]) -> tuple[str, Meaning]:
    return f"!({part[0]})", lambda of: not part[1](of)


def _joined(one: tuple[str, Meaning], sign: str, other: tuple[str, Meaning]) -> tuple[str, Meaning]:
    meanings: dict[str, Callable[[bool, bool], bool]] = {
        "&": lambda this, that: this and that,
        "|": lambda this, that: this or that,
        "=>": lambda this, that: not this or that,
        "<=>": lambda this, that: this == that,
    }
    joins = meanings[sign]
    return f"({one[0]}) {sign} ({other[0]})", lambda of: joins(one[1](of), other[1](of))


def _feature(name: str) -> tuple[str, Meaning]:
    return name, lambda of: name in of


conditions = st.recursive(
    st.one_of(st.sampled_from("ABCDE").map(_feature), comparisons()),
    lambda inner: st.one_of(
        inner.map(_negation),
        st.builds(_joined, inner, st.sampled_from(["&", "|", "=>", "<=>"]), inner),
    ),
    max_leaves=8,
)


@given(condition=conditions, most=st.sampled_from([1, 2, 6, 24]))
def test_a_random_condition_allows_what_it_means(
    condition: tuple[str, Meaning], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text, holds = condition
    features = [
        f"{name} {{Price {PRICES[name].numerator / PRICES[name].denominator}}}" for name in "ABCD"
    ]
    folder = tmp_path_factory.mktemp("condition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnf, "DISTRIBUTION_MAX", most)
        model = read(folder, flat(*features, "E", constraints=(text,)))
    every = products(read(folder, flat(*"ABCDE")))
    assert model.left_out == ()
    assert products(model) == {product for product in every if holds(product)}


words = st.sampled_from(
    [
        *("features\n", "constraints\n", "imports\n", "\n", "\n  ", "\n    ", "\n      ", "\n\t"),
        *(
            "optional",
            "or",
            "mandatory",
            "[1..2]",
            "[0..*]",
            "cardinality",
            "Integer",
            "'t'",
            "1.5",
        ),
        *(
            "A",
            "B",
            '"C d"',
            "{",
            "}",
            "Price",
            ",",
            "(",
            ")",
            "&",
            "|",
            "!",
            "=>",
            "<=>",
            "==",
            ">",
        ),
        *("+", "-", "*", "/", "sum(Price)", "avg(", "A.Price", "constraint", "//", "/*", "*/", "§"),
    ]
)


@given(text=st.lists(words, max_size=30).map(" ".join), whole=st.booleans())
def test_any_text_is_read_or_refused(
    text: str, whole: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = "features\n  R\n    optional\n      A {Price 1}\n      B\n" if whole else "features\n"
    with suppress(Unreadable):
        model = read(tmp_path_factory.mktemp("any"), before + text)
        assert problem(model.problem.sizes, model.problem.constraints) == model.problem
        assert len(model.names) == len(model.problem.sizes)
