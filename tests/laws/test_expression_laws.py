"""Laws of formulas: they give what arithmetic gives, and no text does anything else.

A formula is drawn as a tree, written down with no more parentheses than precedence needs, and
reckoned three ways: by ``Expression``, by a walk over the drawn tree, and by Python itself.
"""

import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.kernel.errors import Invalid
from cpq.kernel.expression import Expression
from tests.laws.strategies import tried

Tree = tuple[Any, ...]
"""An operator and its operands, a name, or a number as it is written."""

NAMES = ("base", "cost", "长度", "x1")
ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
BINDING = {"if": 0, "or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}
UNARY, ATOM = 7, 8


def half_up(value: Fraction, places: int = 0) -> Fraction:
    scaled = abs(value) * 10**places
    whole = math.floor(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**places)


def to_multiple(direction: Callable[[Fraction], int]) -> Callable[..., Fraction]:
    return lambda value, multiple=Fraction(1): direction(value / multiple) * multiple


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": half_up,
    "ceil": to_multiple(math.ceil),
    "floor": to_multiple(math.floor),
}

# --- drawing ----------------------------------------------------------------------------------

numerals = st.one_of(
    st.integers(0, 999).map(str),
    st.builds("{}.{:03}".format, st.integers(0, 99), st.integers(0, 999)),
)


def numbered(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Tree]:
    return st.tuples(st.just("number"), texts)


leaves: st.SearchStrategy[Tree] = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(NAMES)), numbered(numerals)
)
contexts = st.fixed_dictionaries(
    {
        name: st.builds(Fraction, st.integers(-50, 50), st.sampled_from([1, 2, 3, 8, 10]))
        for name in NAMES
    }
)


multiples = numerals.filter(lambda text: Fraction(text) > 0)
KINDS = ("leaf", "leaf", *sorted(ARITHMETIC), "negative", "if", *sorted(FUNCTIONS))
TESTS = ("compare", "compare", "and", "or", "not")


@st.composite
def trees(draw: st.DrawFn, *, depth: int = 3) -> Tree:
    """A number: a leaf, or something made of numbers that are less deep."""
    kind = draw(st.sampled_from(KINDS)) if depth else "leaf"
    inner = trees(depth=depth - 1)
    if kind == "leaf":
        return draw(leaves)
    if kind == "negative":
        return ("negative", draw(inner))
    if kind == "if":
        return ("if", draw(inner), draw(conditions(depth=depth - 1)), draw(inner))
    if kind in ("min", "max"):
        return ("call", kind, *draw(st.lists(inner, min_size=2, max_size=3)))
    if kind == "abs":
        return ("call", kind, draw(inner))
    if kind in FUNCTIONS:
        step = st.integers(0, 4).map(str) if kind == "round" else multiples
        return ("call", kind, draw(inner), *draw(st.lists(numbered(step), max_size=1)))
    return (kind, draw(inner), draw(inner))


@st.composite
def conditions(draw: st.DrawFn, *, depth: int) -> Tree:
    """A condition: a chain of comparisons, or something made of conditions."""
    kind = draw(st.sampled_from(TESTS)) if depth else "compare"
    if kind == "compare":
        part = trees(depth=depth)
        signs = st.lists(st.sampled_from(sorted(COMPARISONS)), min_size=1, max_size=2)
        return ("compare", draw(part), *((sign, draw(part)) for sign in draw(signs)))
    inner = conditions(depth=depth - 1)
    return ("not", draw(inner)) if kind == "not" else (kind, draw(inner), draw(inner))


# --- writing and reckoning ----------------------------------------------------------------------


def text_of(tree: Tree, floor: int = 0) -> str:
    """The tree as text, in parentheses where it binds less than ``floor`` asks."""
    kind, *parts = tree
    if kind in ("name", "number"):
        return str(parts[0])
    if kind == "call":
        return f"{parts[0]}({', '.join(text_of(part) for part in parts[1:])})"
    if kind == "negative":
        binding, words = UNARY, f"-{text_of(parts[0], UNARY)}"
    elif kind == "if":
        binding = BINDING["if"]
        yes, test, no = text_of(parts[0], 1), text_of(parts[1], 1), text_of(parts[2])
        words = f"{yes} if {test} else {no}"
    elif kind == "not":
        binding, words = BINDING["not"], f"not {text_of(parts[0], BINDING['not'])}"
    elif kind == "compare":
        binding = BINDING["compare"]
        words = text_of(parts[0], binding + 1)
        words += "".join(f" {sign} {text_of(part, binding + 1)}" for sign, part in parts[1:])
    else:
        binding = BINDING[kind]
        words = f"{text_of(parts[0], binding)} {kind} {text_of(parts[1], binding + 1)}"
    return f"({words})" if binding < floor else words


def walked(tree: Tree, context: dict[str, Fraction]) -> Any:
    """What the tree gives, reckoned branch by branch; conditions give truths."""
    kind, *parts = tree
    if kind == "name":
        return context[parts[0]]
    if kind == "number":
        return Fraction(parts[0])
    if kind == "negative":
        return -walked(parts[0], context)
    if kind == "call":
        name, *arguments = parts
        found = [walked(argument, context) for argument in arguments]
        return FUNCTIONS[name](*found[:1], *(map(int, found[1:]) if name == "round" else found[1:]))
    if kind == "if":
        return walked(parts[0] if walked(parts[1], context) else parts[2], context)
    if kind == "not":
        return not walked(parts[0], context)
    if kind == "and":
        return walked(parts[0], context) and walked(parts[1], context)
    if kind == "or":
        return walked(parts[0], context) or walked(parts[1], context)
    if kind == "compare":
        left = walked(parts[0], context)
        for sign, part in parts[1:]:
            right = walked(part, context)
            if not COMPARISONS[sign](left, right):
                return False
            left = right
        return True
    return ARITHMETIC[kind](walked(parts[0], context), walked(parts[1], context))


def by_python(text: str, context: dict[str, Fraction]) -> Fraction:
    """What Python gives where every number of the text is a fraction."""
    exact = re.sub(r"(?<![\w.])[0-9.]+", r"F('\g<0>')", text)
    functions = {**FUNCTIONS, "round": lambda value, places=0: half_up(value, int(places))}
    return Fraction(eval(exact, {"__builtins__": {}, "F": Fraction, **functions, **context}))


def outcome(reckon: Callable[[], Any]) -> Fraction | str:
    try:
        return Fraction(reckon())
    except ZeroDivisionError:
        return "formula.division_by_zero"
    except Invalid as refused:
        return refused.code


# --- the laws -----------------------------------------------------------------------------------


@tried(10)
@given(trees(), contexts)
def test_a_formula_gives_what_its_tree_gives(tree: Tree, context: dict[str, Fraction]) -> None:
    text = text_of(tree)
    found = outcome(lambda: Expression.of(text).value(context))
    assume(found != "formula.too_large")
    assert found == outcome(lambda: walked(tree, context)), text


@tried(10)
@given(trees(), contexts)
def test_a_formula_gives_what_python_gives(tree: Tree, context: dict[str, Fraction]) -> None:
    text = text_of(tree)
    found = outcome(lambda: Expression.of(text).value(context))
    assume(found != "formula.too_large")
    assert found == outcome(lambda: by_python(text, context)), text


@tried(4)
@given(trees(), contexts, st.randoms(use_true_random=False))
def test_parentheses_and_white_space_do_not_change_the_figure(
    tree: Tree, context: dict[str, Fraction], random: Any
) -> None:
    text = text_of(tree)
    spaced = re.sub(r" ", lambda _: random.choice([" ", "   ", "\n", "\t ", "\u3000"]), text)
    plain, wrapped = Expression.of(text), Expression.of(f" ( {spaced} ) ")
    assert wrapped.names == plain.names
    assert outcome(lambda: wrapped.value(context)) == outcome(lambda: plain.value(context))


@tried(4)
@given(trees())
def test_the_text_comes_back_from_json(tree: Tree) -> None:
    formula = Expression.of(text_of(tree))
    twin = Expression.model_validate_json(formula.model_dump_json())
    assert twin == formula
    assert twin.canonical() == formula.canonical()
    assert Expression.of(formula.text).text == formula.text


@tried(4)
@given(trees(), contexts)
def test_names_are_what_must_be_given(tree: Tree, context: dict[str, Fraction]) -> None:
    formula = Expression.of(text_of(tree))
    given_names = {name: context[name] for name in formula.names}
    assert outcome(lambda: formula.value(given_names)) == outcome(lambda: formula.value(context))
    for name in formula.names:
        without = {other: value for other, value in given_names.items() if other != name}
        assert outcome(lambda rest=without: formula.value(rest)) == "formula.unknown_name"


CODES = {
    f"formula.{reason}"
    for reason in (
        *("syntax", "not_allowed", "too_large", "not_a_number", "not_a_condition"),
        *("wrong_arguments", "division_by_zero", "not_positive"),
    )
}
tokens = st.sampled_from(
    [
        *("a", "b", "长度", "max", "min", "abs", "round", "ceil", "floor", "if", "else", "and"),
        *("or", "not", "1", "0", "2.5", "+", "-", "*", "/", "(", ")", ",", "<", "<=", "==", "!="),
        *("in", "is", "lambda", "for", "=", ":", ":=", "**", "//", ".", "[", "]", "{", "'", "#"),
        *("_", "__", "1e9", "0x", "\n", "\\", "１", "ａ", "×", "\u200b", "\x00", "\ud800", "True"),
    ]
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(tokens, max_size=25).map(" ".join),
    st.lists(tokens, max_size=25).map("".join),
)


@pytest.mark.filterwarnings("error")
@tried(20)
@given(texts, st.integers(-3, 3))
def test_any_text_is_a_formula_or_a_refusal(text: str, number: int) -> None:
    refused, formula, found = None, None, None
    try:
        formula = Expression.of(text)
        found = formula.value(dict.fromkeys(formula.names, number))
    except Invalid as error:
        refused = error
    if refused is not None:
        assert refused.code in CODES
        assert len(refused.message) < 500
        assert "\n" not in refused.message
    else:
        assert formula is not None
        assert isinstance(found, Fraction)
        assert Expression.of(formula.text) == formula


@tried(4)
@given(trees(), contexts, st.integers(0, 200), st.sampled_from("!@#$%^&{}[]'\"`~;:?\\|.=\x00\n "))
def test_a_slip_in_a_formula_is_a_refusal_or_another_formula(
    tree: Tree, context: dict[str, Fraction], place: int, slip: str
) -> None:
    text = text_of(tree)
    found = outcome(lambda: Expression.of(text[:place] + slip + text[place:]).value(context))
    assert isinstance(found, Fraction) or found in {*CODES, "formula.unknown_name"}
