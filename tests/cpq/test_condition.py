"""Conditions and derived quantities: what they say, how they print, what cannot be written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.bom import Condition, IfThen, QuantityFormula
from cpq.kernel.errors import Invalid

CHOSEN = {"head": ("H-12",), "extras": ("LOADER", "FILTER"), "length": ("12.50",), "数量": ("3",)}


def _holds(text: str) -> bool:
    return Condition.of(text).holds(lambda path: CHOSEN.get(path, ()))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("head=H-12", True),
        ("head=H-6|H-12", True),
        ("head!=H-6|H-12", False),
        ("extras=LOADER", True),
        ("extras!=LOADER", False),
        ("extras=ROBOT", False),
        ("length>=12.5", True),
        ("length<12.5", False),
        ("length<=12.5 and length>12", True),
        ("数量>=3", True),
        ("lens=F200", False),
        ("lens!=F200", True),
        ("lens>=1", False),
        ("not lens>=1", True),
        ("head>3", False),
        ("head=H-6 or head=H-12 and extras=ROBOT", False),
        ("(head=H-6 or head=H-12) and extras=LOADER", True),
        ("not (head=H-6 or extras=ROBOT)", True),
    ],
)
def test_a_condition_holds_as_it_reads(text: str, holds: bool) -> None:
    assert _holds(text) is holds


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a = 1", "a=1"),
        ("(a=1)", "a=1"),
        ("a=1 and (b=2 and c=3)", "a=1 and b=2 and c=3"),
        ("a=1 and (b=2 or c=3)", "a=1 and (b=2 or c=3)"),
        ("not not (a=1 and b=2)", "not not (a=1 and b=2)"),
        ("a=x|y|x", "a=x|y"),
        ('"my path"="a|b"|c', '"my path"="a|b"|c'),
        ('a="and"', 'a="and"'),
        ("bag[2].size>=10", "bag[2].size>=10"),
    ],
)
def test_a_condition_prints_back(text: str, printed: str) -> None:
    condition = Condition.of(text)
    assert str(condition) == printed
    assert Condition.of(printed) == condition
    assert Condition.model_validate_json(condition.canonical()) == condition


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("head", 5),
        ("head=", 6),
        ("head=H-12 and", 14),
        ("head=H-12 head=H-6", 11),
        ("(head=H-12", 11),
        ("head=H-12)", 10),
        ("length>=tall", 13),
        ("length>=1|2", 12),
        ('head=""', 8),
        ("head=!", 6),
        ("and=1", 1),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(Invalid, match="write one such as") as refusal:
        Condition.of(text)
    assert refusal.value.code == "condition.syntax"
    assert refusal.value.facts["character"] == place


def test_a_condition_without_end_is_refused() -> None:
    for text in ("a=1 or " * 400 + "a=1", "not " * 60 + "a=1", "(" * 60 + "a=1" + ")" * 60):
        with pytest.raises(Invalid) as refusal:
            Condition.of(text)
        assert refusal.value.code == "condition.too_large"


def test_a_condition_knows_its_paths_once() -> None:
    assert Condition.of("b=1 and (a=2 or not b=3)").paths == ("b", "a")


def test_a_rule_with_a_bad_condition_names_the_code() -> None:
    with pytest.raises(ValidationError, match=r"condition\.syntax"):
        IfThen(code="R", when="head", then="a=1")


def test_a_formula_reads_paths_of_any_kind() -> None:
    formula = QuantityFormula(text='ceil(2 * m.quantity + "x.A-1.quantity" * bag[1].size + width)')
    assert formula.paths == ("bag[1].size", "m.quantity", "width", "x.A-1.quantity")
    numbers = {"m.quantity": Decimal(3), "x.A-1.quantity": Decimal("0.5"), "bag[1].size": 3}
    assert formula.value(numbers) == Fraction(8)
    assert QuantityFormula.model_validate_json(formula.canonical()) == formula


def test_a_formula_is_refused_in_the_words_that_were_written() -> None:
    with pytest.raises(ValidationError, match=r"m\.quantity"):
        QuantityFormula(text="2 ** m.quantity")
    with pytest.raises(Invalid, match=r"'1 / m\.quantity'") as refusal:
        QuantityFormula(text="1 / m.quantity").value({})
    assert refusal.value.code == "formula.division_by_zero"
