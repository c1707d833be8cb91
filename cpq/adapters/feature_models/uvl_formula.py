"""A constraint of a UVL file as it is written, before it is known what its names are.

``!`` binds tightest, then ``&``, ``|``, ``=>`` and ``<=>``, and equal signs group from the left, as
in the grammar of UVL. Conditions and numbers share one grammar here: whether a bracket holds the
one or the other is only known at its end.
"""

from fractions import Fraction
from typing import NamedTuple

from cpq.adapters.feature_models.uvl_lines import Cursor, SyntaxFault

DEEPEST = 120
"""The deepest that brackets and chains of signs may nest."""

LEVELS = {
    "<=>": 1,
    "=>": 2,
    "|": 3,
    "&": 4,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 6),
    **dict.fromkeys("+-", 7),
    **dict.fromkeys("*/", 8),
}
"""How tight a sign binds; 5 is the negation."""

COMPARISONS = frozenset(sign for sign, level in LEVELS.items() if level == 6)
FUNCTIONS = ("sum", "avg", "len", "floor", "ceil")


class Name(NamedTuple):
    """A feature, an attribute of a feature, or something of an imported model."""

    parts: tuple[str, ...]


class Text(NamedTuple):
    """A text in single quotation marks."""

    text: str


class Call(NamedTuple):
    """An aggregate function and the names that it is given."""

    function: str
    arguments: tuple[Name, ...]


class Operation(NamedTuple):
    """A sign and what it joins; ``&``, ``|`` and ``+`` join any number; ``neg`` is a minus."""

    sign: str
    parts: tuple["Formula", ...]


Formula = Name | Text | Call | Operation | Fraction


class Written(NamedTuple):
    """A constraint, its text on one line, and the line of the file."""

    formula: Formula
    text: str
    line: int


def parsed(cursor: Cursor) -> Formula:
    """The formula that comes.

    Raises ``SyntaxFault``.

    >>> from cpq.adapters.feature_models.uvl_lines import lines_of
    >>> parsed(Cursor(lines_of("!A | 2 < 3")[0])).sign
    '|'
    """
    line = cursor.line
    formula = _parsed(cursor, 1, 0)
    level: list[Formula] = [formula]
    for _ in range(DEEPEST):
        level = [part for each in level if isinstance(each, Operation) for part in each.parts]
    if level:
        raise _too_deep(line)
    return formula


def _parsed(cursor: Cursor, level: int, depth: int) -> Formula:
    """As far as its signs bind at least at ``level``."""
    left = _operand(cursor, depth)
    while (sign := _sign(cursor)) and LEVELS[sign] >= level:
        if sign in "&|+-":
            left = _joined(cursor, left, LEVELS[sign], depth)
            continue
        cursor.take()
        left = Operation(sign, (left, _parsed(cursor, LEVELS[sign] + 1, depth + 1)))
    return left


def _too_deep(line: int) -> SyntaxFault:
    return SyntaxFault(line, f"brackets and signs nest more than {DEEPEST} deep")


def _joined(cursor: Cursor, first: Formula, level: int, depth: int) -> Operation:
    """Everything that one sign joins in a row; ``a - b`` is a sum of ``a`` and minus ``b``."""
    parts = [first]
    sign = "+"
    while (came := _sign(cursor)) and LEVELS[came] == level:
        cursor.take()
        sign = came if came in "&|" else "+"
        part = _parsed(cursor, level + 1, depth + 1)
        parts.append(Operation("neg", (part,)) if came == "-" else part)
    return Operation(sign, tuple(parts))


def _sign(cursor: Cursor) -> str:
    token = cursor.next()
    return token.text if token and token.sort == "sign" and token.text in LEVELS else ""


def _operand(cursor: Cursor, depth: int) -> Formula:
    if depth > DEEPEST:
        raise _too_deep(cursor.line)
    if cursor.took("!"):
        return Operation("!", (_parsed(cursor, 5, depth + 1),))
    if cursor.took("-"):
        return Operation("neg", (_operand(cursor, depth + 1),))
    if cursor.took("("):
        inner = _parsed(cursor, 1, depth + 1)
        cursor.expect(")")
        return inner
    token = cursor.next()
    if token and token.sort == "number":
        return Fraction(cursor.take().text)
    if token and token.sort == "text":
        return Text(cursor.take().text)
    name = Name(cursor.path())
    called = token and token.sort == "word" and name.parts[0] in FUNCTIONS
    if called and len(name.parts) == 1 and cursor.took("("):
        arguments = [Name(cursor.path())]
        while cursor.took(","):
            arguments.append(Name(cursor.path()))
        cursor.expect(")")
        return Call(name.parts[0], tuple(arguments))
    return name
