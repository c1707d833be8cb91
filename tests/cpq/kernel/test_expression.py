"""Formulas: exact, closed, bounded; every refusal names the place and what may stand there."""

import ast
import copy
import inspect
import json
import pickle
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid
from cpq.kernel.expression import Expression
from cpq.kernel.expression.compiled import _Compiler
from cpq.kernel.expression.source import DEPTH_MAX, LENGTH_MAX, NODES_MAX, PARENTHESES_MAX, Source
from cpq.kernel.model import Frozen

HALVES = {"a": Fraction(5, 2), "b": Fraction(-5, 2), "n": Fraction(4), "长度": Fraction(3)}


class Rule(Frozen):
    code: str
    formula: Expression | None = None


def value(text: str, **context: Any) -> Fraction:
    return Expression(text=text).value(context or HALVES)


def refusal(text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        Expression.of(text)
    return refused.value


# --- what a formula gives ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1 / 3 * 3", Fraction(1)),
        ("2 + 3 * 4 - 1", Fraction(13)),
        ("12 / 2 / 3", Fraction(2)),
        ("10 - 4 - 3", Fraction(3)),
        ("-a + 1", Fraction(-3, 2)),
        ("2 * -a", Fraction(-5)),
        ("(2 + 3) * 4", Fraction(20)),
        ("max(a * 1.2, n + 5)", Fraction(9)),
        ("min(a, n, 长度, 7)", Fraction(5, 2)),
        ("abs(b)", Fraction(5, 2)),
        ("长度 * 0.35", Fraction(21, 20)),
        ("1 if a > 2 else 0", Fraction(1)),
        ("1 if a > 3 else 2 if a > 2 else 3", Fraction(2)),
        ("1 if 2 < a <= 2.5 < n else 0", Fraction(1)),
        ("1 if 2 < a < 2.5 else 0", Fraction(0)),
        ("1 if a == 2.5 and b != a else 0", Fraction(1)),
        ("1 if a < 0 or not b >= 0 else 0", Fraction(1)),
        ("1 if not (a > 0 and b > 0) else 0", Fraction(1)),
    ],
)
def test_a_formula_gives_the_exact_figure(text: str, result: Fraction) -> None:
    found = value(text)
    assert found == result
    assert isinstance(found, Fraction)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("round(a)", "3"),
        ("round(b)", "-3"),
        ("round(1 / 3, 4)", "0.3333"),
        ("round(0.125, 2)", "0.13"),
        ("ceil(a)", "3"),
        ("ceil(b)", "-2"),
        ("floor(a)", "2"),
        ("floor(b)", "-3"),
        ("ceil(a, 0.4)", "2.8"),
        ("floor(a, 0.4)", "2.4"),
        ("ceil(7, 2.5)", "7.5"),
        ("ceil(5, 2.5)", "5"),
        ("floor(b, n)", "-4"),
    ],
)
def test_a_formula_rounds_where_it_says_so(text: str, result: str) -> None:
    assert value(text) == Fraction(result)


def test_numbers_of_any_exact_kind_may_be_given() -> None:
    for given in (Fraction(1, 10), Decimal("0.1"), "int"):
        context = {"x": 10 if given == "int" else given}
        assert value("x * 10", **context) == (100 if given == "int" else 1)


def test_only_the_branch_that_is_taken_is_reckoned() -> None:
    assert value("n / x if x != 0 else 0", n=1, x=0) == 0
    assert value("1 if x == 0 or n / x > 1 else 2", n=1, x=0) == 1
    assert value("1 if x != 0 and n / x > 1 else 2", n=1, x=0) == 2
    assert value("1 if 1 < x < 1 / x else 2", x=0) == 2


def test_the_largest_figures_are_rounded_without_loss() -> None:
    large = Fraction(10**18 - 1)
    assert value("round(x * x, 18)", x=large) == large * large
    assert value("floor(x * x / 3, 0.000000000000000001)", x=large) > 0


# --- a formula as a value ---------------------------------------------------------------------


def test_names_are_those_that_a_context_must_give() -> None:
    formula = Expression(text="max(长度 * rate, rate) if base > 3 else 0")
    assert formula.names == {"长度", "rate", "base"}
    assert Expression(text="1 + 2").names == frozenset()


def test_a_formula_is_plain_text_in_json() -> None:
    rule = Rule(code="R", formula="base*2")
    assert rule.canonical() == '{"code":"R","formula":"base*2"}'
    assert Rule.model_validate_json(rule.canonical()) == rule
    assert Rule.model_validate(rule.model_dump()) == rule
    assert rule.with_(formula="base * 3").formula == Expression(text="base * 3")
    assert Rule(code="R").formula is None


def test_the_schema_says_that_it_is_text() -> None:
    schema = json.dumps(Rule.model_json_schema())
    assert '"maxLength": 1000' in schema
    assert Expression.model_json_schema()["type"] == "string"


def test_white_space_of_any_kind_becomes_one_space() -> None:
    assert str(Expression(text="  a\n\t+\r\n  b\u3000* 2 ")) == "a + b * 2"


def test_names_are_compared_in_normal_form() -> None:
    assert Expression(text="e\u0301tage").names == {"\u00e9tage"}


def test_equal_texts_are_equal_values() -> None:
    one, other = Expression(text="a + b"), Expression(text=" a  +  b ")
    assert one == other
    assert hash(one) == hash(other)
    assert one != Expression(text="b + a")


def test_a_formula_is_pickled_and_copied() -> None:
    formula = Expression(text="a + b")
    formula.value(HALVES)
    for twin in (pickle.loads(pickle.dumps(formula)), copy.deepcopy(formula)):
        assert twin == formula
        assert twin.value(HALVES) == 0


def test_declared_names_are_let_through() -> None:
    formula = Expression(text="base + cost")
    assert formula.declared({"base", "cost", "list"}) is formula


def test_a_malformed_formula_is_the_cause_of_pydantics_error() -> None:
    with pytest.raises(ValidationError) as malformed:
        Rule(code="R", formula="base ** 2")
    (problem,) = malformed.value.errors()
    assert problem["loc"] == ("formula", "text")
    assert problem["ctx"]["error"].code == "formula.not_allowed"
    with pytest.raises(ValidationError):
        Rule.model_validate({"code": "R", "formula": 3})


# --- what is no formula -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("  ", 1),
        ("a +", 4),
        ("a + * n", 5),
        ("(a + n", 1),
        ("a + n)", 6),
        ("a n", 3),
        ("2 3", 3),
        ("2(3)", 2),
        ("(a)(n)", 4),
        ("(max)(a, n)", 6),
        ("长度 长度", 4),
        ("max(a n)", 7),
        ("max(, a)", 5),
        ("1 if a > 2", 3),
        ("1 else 2", 1),
        ("if if else else", 1),
        ("a not n", 7),
        ("a < = n", 5),
    ],
)
def test_a_text_that_is_no_formula_is_refused_at_its_place(text: str, place: int) -> None:
    refused = refusal(text)
    if text == "a < = n":
        assert refused.code == "formula.not_allowed"
    else:
        assert refused.code == "formula.syntax"
    assert refused.facts["character"] == place
    assert f"character {place}:" in refused.message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *(("a ** 2", 3), ("a // 2", 3), ("a % 2", 3), ("a @ n", 3), ("a << 2", 3), ("a >> 2", 3)),
        *(
            ("a & n", 3),
            ("a | n", 3),
            ("a ^ n", 3),
            ("~a", 1),
            ("+a", 1),
            ("1 if a <> n else 0", 8),
        ),
        *(("a.real", 2), ("().__class__", 3), ("a[0]", 2), ("{a}", 1), ("[a]", 1), ("a; n", 2)),
        *(("'a'", 1), ('"a"', 1), ("f'{a}'", 2), ("f'a'", 2), ("a # n", 3), ("a \\ + n", 3)),
        *(("(a := 2)", 4), ("a = 2", 3), ("lambda: 1", 1), ("lambda a: a", 1), ("a!", 2)),
        *(("__import__('os')", 12), ("__import__(os)", 1), ("open(a)", 1), ("pow(a, n)", 1)),
        *(("a(n)", 1), ("max(a=1)", 6), ("max(**a)", 5), ("max(*a, n)", 5), ("(a, n)", 1)),
        *(("a, n", 1), ("()", 1), ("max(x for x in a)", 7), ("a is n", 3), ("a in n", 3)),
        *(("True", 1), ("None", 1), ("await a", 1), ("yield a", 1), ("max", 1), ("max(max, 1)", 5)),
        *(("（a）", 1), ("a × n", 3), ("a ≥ n", 3), ("a，n", 2), ("ａ", 1), ("ﬁ", 1), ("a²", 1)),
        *(("①", 1), ("a\u200b", 2), ("ba\u00adse", 3), ("\x00", 1), ("a\u2028", 2), ("a\x0c", 2)),
        *(("\ud800", 1), ("a\U0001f600", 2), ("a$", 2), ("a?", 2), ("a`", 2), ("ㅤ", 1)),
    ],
    ids=ascii,
)
def test_what_is_not_in_the_language_is_refused(text: str, place: int) -> None:
    refused = refusal(text)
    assert refused.code == "formula.not_allowed"
    assert refused.facts["character"] == place
    assert len(refused.message) < 400
    assert "\n" not in refused.message


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("（a）", "write '('"),
        ("a ＋ n", "write '+'"),
        ("a ÷ n", "write '/'"),
        ("1 if a ≤ n else 2", "write '<='"),
        ("ｂａｓｅ * 2", "write 'base'"),
        ("1 if a = n else 2", "written '=='"),
        ("max", "write max(x, y, …)"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_what_to_write(typed: str, advice: str) -> None:
    assert advice in refusal(typed).message


@pytest.mark.parametrize(
    "text",
    [
        *("1_000", "1e5", "1e999", "1E5", "0x1F", "0b1", "1j", "007", "00", "1.", ".5", "1.5.2"),
        *("３", "１２", "٣", "2a", "2长度", "1if a > 2 else 3"),
    ],
)
def test_numbers_are_plain_digits(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "formula.not_a_number"
    assert "1200 or 0.25" in refused.message


@pytest.mark.parametrize(
    "text", ["a > 2", "not a > 2", "a > 2 or n > 2", "(a > n) * 2", "-(a > n)"]
)
def test_a_condition_is_no_number(text: str) -> None:
    assert refusal(text).code == "formula.not_a_number"


@pytest.mark.parametrize(
    "text", ["1 if a else 2", "1 if a > 2 and n else 2", "1 if not a else 2", "1 if (a) else 2"]
)
def test_a_number_is_no_condition(text: str) -> None:
    assert refusal(text).code == "formula.not_a_condition"


@pytest.mark.parametrize(
    "text",
    [
        *("max(a)", "min()", "abs()", "abs(a, n)", "round()", "round(a, 2, 3)", "max(*a)"),
        *("ceil()", "floor(a, n, 2)", "round(a, n)", "round(a, -1)", "round(a, 19)"),
        *("round(a, 1.5)", "round(a, 1 + 1)", "max(a,)"),
    ],
)
def test_a_function_has_the_arguments_that_it_takes(text: str) -> None:
    assert refusal(text).code == "formula.wrong_arguments"


def test_the_tree_is_judged_again_where_the_text_let_it_through() -> None:
    for text in ("a ** 2", "'a'", "f'{a}'", "a.real", "a[0]", "[a]", "lambda: 1", "(x := 1)", "~a"):
        compiler = _Compiler(Source(text), {"a": 0})
        with pytest.raises(Invalid):
            compiler.number(ast.parse(text, mode="eval").body)
    for text in ("a in a", "a is a", "max(a, key=a) > 0"):
        compiler = _Compiler(Source(text), {"a": 0})
        with pytest.raises(Invalid):
            compiler.condition(ast.parse(text, mode="eval").body)


# --- bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000,
        "1" * 37,
        "1" * 19,
        "0." + "1" * 37,
        "0." + "0" * 18 + "1",
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * 400 + "1" + ")" * 400,
        "(" * (PARENTHESES_MAX + 1) + "1" + ")" * (PARENTHESES_MAX + 1),
        "-" * 500 + "1",
        "-" * DEPTH_MAX + "1",
        "1 if " + "not " * 240 + "a > 1 else 2",
        "+".join("a" * 400),
        "+".join("a" * (DEPTH_MAX + 1)),
        "max(" + ",".join("a" * NODES_MAX) + ")",
        "1 if a > 1 else " * 60 + "2",
        "a" * (LENGTH_MAX + 1),
        "\u0344" * LENGTH_MAX,
    ],
    ids=lambda text: f"{text[:6]}…{len(text)}",
)
def test_what_is_too_large_is_refused_before_it_costs(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "formula.too_large"
    assert len(refused.message) < 400


@pytest.mark.parametrize(
    "text",
    [
        "(" * PARENTHESES_MAX + "1" + ")" * PARENTHESES_MAX,
        "-" * (DEPTH_MAX - 1) + "1",
        "+".join("1" * DEPTH_MAX),
        "max(" + ",".join("1" * (NODES_MAX - 2)) + ")",
        "9" * 18,
        "0." + "1" * 36,
        "1" + " " * 5 + "+ 1",
    ],
    ids=lambda text: f"{text[:6]}…{len(text)}",
)
def test_what_just_fits_is_reckoned(text: str) -> None:
    assert isinstance(value(text), Fraction)


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("x * x * x", {"x": 10**17}),
        ("1 / x / x / x / x / x / x", {"x": Decimal("1E-17")}),
        ("*".join(["x"] * 60), {"x": Fraction(1, 999_999_937)}),
        ("+".join(f"1 / (x + {place})" for place in range(30)), {"x": 10**17}),
    ],
    ids=["large", "inverse", "fine product", "fine sum"],
)
def test_figures_do_not_grow_without_bound(text: str, context: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        value(text, **context)
    assert refused.value.code == "formula.too_large"


@pytest.mark.parametrize(
    "given",
    [Decimal("1E+999999"), Decimal("1E-999999"), 10**18, Fraction(10**40), Fraction(1, 7**400)],
    ids=["huge decimal", "tiny decimal", "huge int", "huge fraction", "long fraction"],
)
def test_a_given_number_is_bounded(given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        value("x", x=given)
    assert refused.value.code == "formula.too_large"


@pytest.mark.parametrize("fault", [MemoryError, RecursionError, ValueError])
def test_a_parser_that_gives_up_is_a_refusal(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", gives_up)
        refused = refusal("a + 7919")
    assert refused.code == "formula.too_large"


def _deep(levels: int, call: Callable[[], object]) -> object:
    return call() if levels == 0 else _deep(levels - 1, call)


def test_the_stack_of_the_host_is_not_overrun() -> None:
    """Where the host has used up most of its stack, a formula is refused, not torn."""
    formula = Expression(text="1+" * 90 + "a")
    nested = "(1+" * 25 + "a" + ")" * 25
    here = len(inspect.stack())
    room = sys.getrecursionlimit() - here
    codes = set()
    for left in range(60, 160, 10):
        for call in (
            lambda: formula.value({"a": 1}),
            lambda n=left: Expression.of(f"{nested}+{n}"),
        ):
            try:
                _deep(room - left, call)
            except Invalid as refused:
                codes.add(refused.code)
    assert codes == {"formula.too_large"}


# --- what a context does not give -------------------------------------------------------------


def test_a_name_that_is_not_given_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        Expression(text="base + colour").value({"base": 1, "cost": 2}, rule="R-7")
    assert refused.value.code == "formula.unknown_name"
    for word in ("rule 'R-7'", "character 8", "'colour'", "base, cost"):
        assert word in refused.value.message
    assert refused.value.facts["rule"] == "R-7"
    assert refused.value.facts["found"] == "colour"


def test_names_are_asked_for_in_every_branch() -> None:
    with pytest.raises(Invalid, match="'b'"):
        Expression(text="a if a > 0 else b").value({"a": 1})


def test_undeclared_names_are_refused_before_use() -> None:
    many = [f"attribute_{place:03}" for place in range(200)]
    for names in ([], many):
        with pytest.raises(Invalid) as refused:
            Expression(text="base + colour").declared(names, rule="R-7")
        assert refused.value.code == "formula.unknown_name"
        assert len(refused.value.message) < 500


@pytest.mark.parametrize(
    "given", ["7", None, 1.5, True, Decimal("NaN"), Decimal("Infinity")], ids=repr
)
def test_what_is_not_an_exact_number_is_refused(given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        value("x + 1", x=given)
    assert refused.value.code == "formula.not_a_number"
    assert "'x'" in refused.value.message


def test_a_division_by_zero_names_the_divisor() -> None:
    with pytest.raises(Invalid) as refused:
        Expression(text="cost / (1 - share)").value({"cost": 80, "share": 1}, rule="R-7")
    assert refused.value.code == "formula.division_by_zero"
    for word in ("rule 'R-7'", "character 9", "'1 - share' is 0"):
        assert word in refused.value.message


@pytest.mark.parametrize("text", ["ceil(a, 0)", "floor(a, b)", "ceil(a, n - 4)"])
def test_a_multiple_is_above_zero(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        value(text)
    assert refused.value.code == "formula.not_positive"


def test_a_long_formula_is_shown_around_its_fault() -> None:
    text = "a + " * 60 + "长度 / (n - 4)" + " + a" * 30
    with pytest.raises(Invalid) as refused:
        value(text)
    assert "n - 4" in refused.value.message
    assert "…" in refused.value.message
    assert refused.value.facts["character"] == text.index("n - 4") + 1
    assert len(refused.value.message) < 250


def test_refusals_travel_between_processes() -> None:
    refused = refusal("a ** 2")
    twin = pickle.loads(pickle.dumps(refused))
    assert (twin.code, twin.message, twin.facts) == (refused.code, refused.message, refused.facts)
