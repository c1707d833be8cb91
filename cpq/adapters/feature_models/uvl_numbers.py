"""Comparisons of numbers over attributes, as sums of whole weights over selected features.

An attribute counts while its feature is selected and is 0 otherwise, so a linear comparison is a
sum with bounds. Decimals are exact: both sides are multiplied until every weight is whole. An
average is a sum over the features that bear the attribute, divided by how many of those are
selected; of none it is 0. Products and quotients of what may vary are not linear and are left out.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import NamedTuple

from cpq.adapters.feature_models.cnf import Condition, Conditions, all_of, any_of, negated
from cpq.adapters.feature_models.uvl_formula import Call, Formula, Name, Operation, Text
from cpq.adapters.feature_models.uvl_names import Inexpressible, Names


class NotANumber(Exception):
    """A condition where a number should stand."""


class Linear(NamedTuple):
    """A constant, a weight per selected variable, and averages with their factors."""

    constant: Fraction
    weights: Mapping[int, Fraction]
    averages: tuple[tuple[Fraction, Mapping[int, Fraction]], ...] = ()

    def times(self, factor: Fraction) -> "Linear":
        """So many times as much."""
        weights = {variable: weight * factor for variable, weight in self.weights.items()}
        averages = tuple((each * factor, bearers) for each, bearers in self.averages)
        return Linear(self.constant * factor, weights, averages)

    @property
    def fixed(self) -> bool:
        """Whether it is the same in every product."""
        return not self.weights and not self.averages


class Bounds(NamedTuple):
    """Whole weights of selected variables, and between what they lie; or just outside of it."""

    weights: Mapping[int, int]
    low: int | None
    high: int | None
    outside: bool = False

    @property
    def least(self) -> int:
        """What the weights come to at least."""
        return sum(weight for weight in self.weights.values() if weight < 0)

    @property
    def most(self) -> int:
        """What the weights come to at most."""
        return sum(weight for weight in self.weights.values() if weight > 0)


def linear(formula: Formula, names: Names) -> Linear:
    r"""The value of a numeric formula.

    Raises ``NotANumber``, ``Inexpressible`` and ``Unknown``.

    >>> from cpq.adapters.feature_models.uvl_tree import tree_of
    >>> tree = tree_of("features\n  A {Price 5}\nconstraints\n  2 * A.Price - 1 > 3\n")
    >>> left, _ = tree.constraints[0].formula.parts
    >>> linear(left, Names(tree.root, ()))
    Linear(constant=Fraction(-1, 1), weights={0: Fraction(10, 1)}, averages=())
    """
    match formula:
        case Fraction():
            return Linear(formula, {})
        case Text(text):
            raise Inexpressible(f"the text {text!r}")
        case Name():
            feature, value = names.number(formula)
            return Linear(Fraction(0), {names.variable(feature): value})
        case Call():
            return _called(formula, names)
        case Operation("neg", (part,)):
            return linear(part, names).times(Fraction(-1))
        case Operation("+", parts):
            return _added([linear(part, names) for part in parts])
        case Operation(("*" | "/") as sign, (one, other)):
            return _product(sign, linear(one, names), linear(other, names))
    raise NotANumber


def _added(parts: list[Linear]) -> Linear:
    weights: dict[int, Fraction] = {}
    for part in parts:
        for variable, weight in part.weights.items():
            weights[variable] = weights.get(variable, Fraction(0)) + weight
    averages = tuple(each for part in parts for each in part.averages)
    return Linear(sum((part.constant for part in parts), Fraction(0)), weights, averages)


def _called(call: Call, names: Names) -> Linear:
    if call.function == "len":
        raise Inexpressible("the length of a text")
    if len(call.arguments) > (2 if call.function in ("sum", "avg") else 1):
        raise Inexpressible(f"{call.function}() of {len(call.arguments)} names")
    if call.function in ("floor", "ceil"):
        feature, value = names.number(call.arguments[0])
        whole = floor(value) if call.function == "floor" else ceil(value)
        return Linear(Fraction(0), {names.variable(feature): Fraction(whole)})
    bearers = names.bearers(call.arguments)
    if call.function == "sum":
        return Linear(Fraction(0), bearers)
    return Linear(Fraction(0), {}, ((Fraction(1), bearers),))


def _product(sign: str, one: Linear, other: Linear) -> Linear:
    if other.fixed and sign == "/":
        if not other.constant:
            raise Inexpressible("a division by 0")
        return one.times(1 / other.constant)
    if sign == "*" and other.fixed:
        return one.times(other.constant)
    if sign == "*" and one.fixed:
        return other.times(one.constant)
    variables = {*one.weights, *other.weights}
    if sign == "/" or len(variables) > 1 or one.averages or other.averages:
        raise Inexpressible("it is not linear")
    # What is selected is so once: its square is itself.
    (variable,) = variables
    a, b = one.constant, one.weights.get(variable, Fraction(0))
    c, d = other.constant, other.weights.get(variable, Fraction(0))
    return Linear(a * c, {variable: a * d + b * c + b * d})


def bounds(sign: str, weights: Mapping[int, Fraction], constant: Fraction) -> Bounds:
    """The bounds that ``weights + constant`` compares to 0 with, all whole.

    >>> bounds("<", {0: Fraction(5, 2), 1: Fraction(5)}, Fraction(-12))
    Bounds(weights={0: 1, 1: 2}, low=None, high=4, outside=False)
    """
    given = {variable: weight for variable, weight in weights.items() if weight}
    scale = Fraction(lcm(*(weight.denominator for weight in given.values())))
    divisor = gcd(*(int(weight * scale) for weight in given.values())) or 1
    whole = {variable: int(weight * scale) // divisor for variable, weight in given.items()}
    limit = -constant * scale / divisor
    low = floor(limit) + 1 if sign == ">" else ceil(limit)
    high = ceil(limit) - 1 if sign == "<" else floor(limit)
    if sign in (">", ">="):
        return Bounds(whole, low, None)
    if sign in ("<", "<="):
        return Bounds(whole, None, high)
    return Bounds(whole, low, high, outside=sign == "!=")


class Numbers:
    """Comparisons, said to ``conditions``."""

    def __init__(self, names: Names, conditions: Conditions) -> None:
        self._names = names
        self._conditions = conditions

    def require(self, comparison: Operation, *, name: str) -> None:
        """Let the comparison hold: where it can, as one sum without a helper.

        Raises ``NotANumber``, ``Inexpressible``, ``Unknown``, ``TooHeavy``.
        """
        difference = self._difference(comparison)
        if difference.averages:
            condition = self._average(comparison.sign, difference, name)
            self._conditions.require(condition, name=name)
            return
        self._bound(bounds(comparison.sign, difference.weights, difference.constant), name)

    def condition(self, comparison: Operation, *, name: str) -> Condition:
        """The comparison as a part of a condition; raises as ``require`` does."""
        difference = self._difference(comparison)
        if difference.averages:
            return self._average(comparison.sign, difference, name)
        found = bounds(comparison.sign, difference.weights, difference.constant)
        return self._within(found, name)

    def _difference(self, comparison: Operation) -> Linear:
        left, right = comparison.parts
        one, other = linear(left, self._names), linear(right, self._names)
        return _added([one, other.times(Fraction(-1))])

    def _bound(self, found: Bounds, name: str) -> None:
        low = None if found.low is None or found.low <= found.least else found.low
        high = None if found.high is None or found.high >= found.most else found.high
        empty = low is not None and high is not None and low > high
        if found.outside or empty or len(found.weights) < 2:
            self._conditions.require(self._within(found, name), name=name)
        elif low is not None or high is not None:
            self._conditions.bound(found.weights, name=name, low=low, high=high)

    def _within(self, found: Bounds, name: str) -> Condition:
        parts = []
        if found.low is not None:
            parts.append(self._conditions.reaches(found.weights, found.low, name=name))
        if found.high is not None:
            above = self._conditions.reaches(found.weights, found.high + 1, name=name)
            parts.append(negated(above))
        inside = all_of(parts)
        return negated(inside) if found.outside else inside

    def _average(self, sign: str, difference: Linear, name: str) -> Condition:
        if len(difference.averages) > 1 or difference.weights:
            raise Inexpressible("an average beside what may vary")
        ((factor, bearers),) = difference.averages
        constant = difference.constant
        weights = {variable: factor * value + constant for variable, value in bearers.items()}
        some = any_of(variable + 1 for variable in bearers)
        among = self._within(bounds(sign, weights, Fraction(0)), name)
        without = self._within(bounds(sign, {}, constant), name)
        return any_of((all_of((some, among)), all_of((negated(some), without))))
