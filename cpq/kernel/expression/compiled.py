"""A syntax tree made into functions, once: what is not on the list here cannot be reckoned.

Numbers and conditions are kept apart when the formula is read, not when it is used: ``base > 5``
is no price and ``if base`` no condition. Every figure is an exact fraction. A fraction that could
grow without bound is refused on the way, so no formula takes long.
"""

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Final, NamedTuple

from cpq.kernel.errors import Invalid
from cpq.kernel.expression.source import NODES_MAX, VOCABULARY, Source, parsed, too_deep
from cpq.kernel.money import exact, rounded_fraction
from cpq.kernel.ratio import fits

Values = tuple[Fraction, ...]
"""What the names of a formula stand for, in the order of its ``names``."""

Figure = Callable[[Values], Fraction]
Condition = Callable[[Values], bool]

_PLACES_MAX: Final = 18
_SHOWN_MAX: Final = 40

_ARITHMETIC: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Fraction, Fraction], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "abs": (1, 1, "abs(x)"),
    "ceil": (1, 2, "ceil(x) or ceil(x, multiple)"),
    "floor": (1, 2, "floor(x) or floor(x, multiple)"),
    "max": (2, NODES_MAX, "max(x, y, …)"),
    "min": (2, NODES_MAX, "min(x, y, …)"),
    "round": (1, 2, "round(x) or round(x, places)"),
}


class Formula(NamedTuple):
    """A formula that can be reckoned: its names, where each is first met, and what it does."""

    names: tuple[str, ...]
    starts: tuple[int, ...]
    run: Figure


def compiled(source: Source) -> Formula:
    """The formula of a text. Raises ``Invalid`` as ``Expression`` says.

    >>> compiled(Source("a + 2 * b")).run((Fraction(1), Fraction(3)))
    Fraction(7, 1)
    """
    tree = parsed(source)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    starts: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node not in called:
            start = source.start(node)
            starts[node.id] = min(start, starts.get(node.id, start))
    names = tuple(sorted(starts))
    compiler = _Compiler(source, {name: place for place, name in enumerate(names)})
    try:
        run = compiler.number(tree)
    except RecursionError:
        raise too_deep(source) from None
    return Formula(names, tuple(starts[name] for name in names), run)


class _Compiler:
    """Functions out of nodes; ``places`` says which value each name is."""

    def __init__(self, source: Source, places: dict[str, int]) -> None:
        self.source = source
        self.places = places

    def number(self, node: ast.expr) -> Figure:
        """What reckons a node that is a number."""
        match node:
            case ast.Constant(value=int() | float()):
                return self._literal(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.number(operand)
                return lambda values: -inner(values)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                return self._arithmetic(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                holds, yes, no = self.condition(test), self.number(body), self.number(orelse)
                return lambda values: yes(values) if holds(values) else no(values)
            case ast.Call():
                return self._call(node)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                raise self._failure(
                    "formula.not_a_number",
                    node,
                    "is a condition where a number is needed; write 'x if … else y'",
                )
        raise self._failure(
            "formula.not_allowed", node, f"is not allowed; a formula has {VOCABULARY}"
        )

    def condition(self, node: ast.expr) -> Condition:
        """What decides a node that is a condition."""
        match node:
            case ast.Compare(ops=signs) if all(type(sign) in _COMPARISONS for sign in signs):
                return self._comparison(node)
            case ast.BoolOp(op=ast.And(), values=parts):
                every = [self.condition(part) for part in parts]
                return lambda values: all(holds(values) for holds in every)
            case ast.BoolOp(op=ast.Or(), values=parts):
                some = [self.condition(part) for part in parts]
                return lambda values: any(holds(values) for holds in some)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.condition(operand)
                return lambda values: not inner(values)
        self.number(node)
        raise self._failure(
            "formula.not_a_condition",
            node,
            "is a number where a condition is needed; compare it, as in 'x > 0'",
        )

    def _literal(self, node: ast.Constant) -> Figure:
        """A number as it is written: the parser would have made a float of 0.1."""
        try:
            value = Fraction(exact(self.source.words(node)))
        except Invalid:
            raise self._failure(
                "formula.too_large", node, "is too long: below 1E18 and at most 36 digits fit"
            ) from None
        return lambda _: value

    def _name(self, node: ast.Name) -> Figure:
        if node.id in _FUNCTIONS:
            raise self._failure(
                "formula.not_allowed",
                node,
                f"is a function; write {_FUNCTIONS[node.id][2]}",
            )
        return operator.itemgetter(self.places[node.id])

    def _arithmetic(self, node: ast.BinOp) -> Figure:
        reckon = _ARITHMETIC[type(node.op)]
        left, right = self.number(node.left), self.number(node.right)

        def value(values: Values) -> Fraction:
            try:
                result = reckon(left(values), right(values))
            except ZeroDivisionError:
                raise self._failure(
                    "formula.division_by_zero", node.right, "is 0, and nothing is divided by 0"
                ) from None
            if not fits(result):
                raise self._failure(
                    "formula.too_large",
                    node,
                    "makes a figure from 1E36 on, or a fraction of more than 190 digits",
                )
            return result

        return value

    def _comparison(self, node: ast.Compare) -> Condition:
        first = self.number(node.left)
        rest = [
            (_COMPARISONS[type(sign)], self.number(operand))
            for sign, operand in zip(node.ops, node.comparators, strict=True)
        ]

        def holds(values: Values) -> bool:
            left = first(values)
            for compare, operand in rest:
                right = operand(values)
                if not compare(left, right):
                    return False
                left = right
            return True

        return holds

    def _call(self, node: ast.Call) -> Figure:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS or node.keywords:
            raise self._failure(
                "formula.not_allowed", node.func, f"is no function; a formula has {VOCABULARY}"
            )
        least, most, example = _FUNCTIONS[name]
        count = len(node.args)
        if not least <= count <= most:
            raise self._failure(
                "formula.wrong_arguments",
                node,
                f"has {count} argument{'s' * (count != 1)}; write {example}",
            )
        first = self.number(node.args[0])
        if name == "abs":
            return lambda values: abs(first(values))
        if name == "round":
            places = self._places(node)
            return lambda values: Fraction(rounded_fraction(first(values), places))
        if name in ("ceil", "floor"):
            return self._to_multiple(node, first, up=name == "ceil")
        others = [self.number(argument) for argument in node.args]
        best = max if name == "max" else min
        return lambda values: best(other(values) for other in others)

    def _places(self, node: ast.Call) -> int:
        """How many decimals ``round`` leaves: written as a figure, so that it is seen."""
        if len(node.args) == 1:
            return 0
        words = self.source.words(node.args[1])
        if not (words.isdecimal() and int(words) <= _PLACES_MAX):
            raise self._failure(
                "formula.wrong_arguments",
                node.args[1],
                f"is no count of decimals; write a whole number from 0 to {_PLACES_MAX}",
            )
        return int(words)

    def _to_multiple(self, node: ast.Call, first: Figure, *, up: bool) -> Figure:
        multiple = self.number(node.args[1]) if len(node.args) > 1 else lambda _: Fraction(1)

        def value(values: Values) -> Fraction:
            step = multiple(values)
            if step <= 0:
                raise self._failure(
                    "formula.not_positive",
                    node.args[1],
                    f"is {step}; what is rounded to a multiple needs one above 0",
                )
            exactly = first(values)
            return (-(-exactly // step) if up else exactly // step) * step

        return value

    def _failure(self, code: str, node: ast.expr, what: str) -> Invalid:
        words = self.source.words(node)
        shown = words if len(words) <= _SHOWN_MAX else f"{words[: _SHOWN_MAX - 1]}…"
        return self.source.refused(code, self.source.start(node), f"{shown!r} {what}", found=words)
