"""The features of a UVL file as a tree: groups below features, features below groups.

Also the sections around it: what is imported, and the constraints. The tree is as the file writes
it; what it means is for ``uvl`` to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from cpq.adapters.feature_models.uvl_formula import Written, parsed
from cpq.adapters.feature_models.uvl_lines import Cursor, Line, SyntaxFault, lines_of

TYPES = ("Boolean", "String", "Integer", "Real")
GROUPS = ("mandatory", "optional", "or", "alternative")
SECTIONS = ("namespace", "include", "imports", "features", "constraints")
TREE_DEEPEST = 150
"""The deepest that features may stand below each other."""


class AttributeValue(NamedTuple):
    """An attribute: its text as written, and its number where it is one."""

    text: str
    number: Fraction | None


@dataclass(slots=True)
class Group:
    """Features below one feature, of which at least ``low`` and at most ``high`` are selected.

    ``sort`` is its word, or ``cardinality``; only that one has bounds.
    """

    sort: str
    line: int
    low: int = 0
    high: int | None = None
    features: list["Feature"] = field(default_factory=list)


@dataclass(slots=True)
class Feature:
    """A feature as written; ``cardinality`` is how many instances of it there may be.

    ``short`` is its name in the file where it is a copy below an instance.
    """

    name: str
    line: int
    type: str = "Boolean"
    cardinality: tuple[int, int | None] | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    constraints: list[Written] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    short: str = ""

    def below(self) -> Iterator["Feature"]:
        """This feature and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            feature = waiting.pop()
            yield feature
            children = [child for group in feature.groups for child in group.features]
            waiting.extend(reversed(children))


class Import(NamedTuple):
    """A model that is imported, and the name by which it is called here."""

    name: str
    alias: str
    line: int


class Tree(NamedTuple):
    """A UVL file as written."""

    root: Feature | None
    imports: tuple[Import, ...]
    constraints: tuple[Written, ...]


def tree_of(source: str) -> Tree:
    r"""The tree, the imports and the constraints of a UVL text.

    Raises ``SyntaxFault``.

    >>> tree = tree_of("features\n  Bike\n    optional\n      Bell\nconstraints\n  Bell => Bike\n")
    >>> [feature.name for feature in tree.root.below()], tree.constraints[0].text
    (['Bike', 'Bell'], 'Bell => Bike')
    """
    sections: dict[str, list[Line]] = {}
    section = ""
    for line in lines_of(source):
        first = line.tokens[0]
        if line.indent == 0:
            section = first.text if first.sort == "word" else ""
            if section not in SECTIONS:
                raise SyntaxFault(line.number, f"{line.text[:60]!r} begins no section of UVL")
            if section in sections:
                raise SyntaxFault(line.number, f"a second section {section!r}")
            sections[section] = []
            _heading(line)
        elif section == "namespace":
            raise SyntaxFault(line.number, f"{line.text[:60]!r} stands below a namespace")
        else:
            sections[section].append(line)
    return Tree(
        _features(sections.get("features", [])),
        tuple(_import(line) for line in sections.get("imports", [])),
        tuple(_constraint(line) for line in sections.get("constraints", [])),
    )


def _heading(line: Line) -> None:
    cursor = Cursor(line)
    if cursor.take().text == "namespace":
        cursor.path()
    cursor.end()


def _import(line: Line) -> Import:
    cursor = Cursor(line)
    name = alias = ".".join(cursor.path())
    if cursor.at_word("as"):
        cursor.take()
        alias = ".".join(cursor.path())
    cursor.end()
    return Import(name, alias, line.number)


def _constraint(line: Line) -> Written:
    cursor = Cursor(line)
    formula = parsed(cursor)
    cursor.end()
    return Written(formula, line.text, line.number)


def _features(lines: list[Line]) -> Feature | None:
    """The root; a line belongs to the nearest line above it that stands further out."""
    root: Feature | None = None
    above: list[tuple[int, Feature | Group]] = []
    for line in lines:
        indents = {indent for indent, _ in above}
        while above and above[-1][0] >= line.indent:
            above.pop()
        outer = above[-1][1] if above else None
        if root and line.indent not in indents and line.indent <= max(indents):
            raise SyntaxFault(line.number, f"{line.text[:60]!r} is indented like no line above")
        if outer is None:
            if root:
                raise SyntaxFault(line.number, f"{line.text[:60]!r} is a second root")
            root = _feature(line)
            node: Feature | Group = root
        elif isinstance(outer, Feature):
            node = _group(line, outer)
            outer.groups.append(node)
        else:
            node = _feature(line)
            outer.features.append(node)
        if len(above) > 2 * TREE_DEEPEST:
            raise SyntaxFault(line.number, f"features stand more than {TREE_DEEPEST} deep")
        above.append((line.indent, node))
    for feature in root.below() if root else ():
        for group in feature.groups:
            if not group.features:
                raise SyntaxFault(group.line, f"no feature stands below {group.sort!r}")
    return root


def _group(line: Line, outer: Feature) -> Group:
    cursor = Cursor(line)
    if cursor.at("["):
        low, high = cursor.cardinality()
        group = Group("cardinality", line.number, low, high)
    elif cursor.at_word(*GROUPS):
        group = Group(cursor.take().text, line.number)
    else:
        cursor.wrong(f"a group such as 'optional' below {outer.name!r}")
    cursor.end()
    return group


def _feature(line: Line) -> Feature:
    cursor = Cursor(line)
    if cursor.at_word(*GROUPS) and len(line.tokens) == 1:
        cursor.wrong("a feature")
    type_ = cursor.take().text if _typed(line) else "Boolean"
    feature = Feature(".".join(cursor.path()), line.number, type_)
    if cursor.at_word("cardinality"):
        cursor.take()
        feature.cardinality = cursor.cardinality()
    if cursor.at("{"):
        _attributes(cursor, feature, "")
    cursor.end()
    return feature


def _typed(line: Line) -> bool:
    """Whether the first word is a type: another name follows that is no keyword."""
    first, second = line.tokens[0], line.tokens[1] if len(line.tokens) > 1 else None
    return (
        (first.sort, first.text in TYPES) == ("word", True)
        and second is not None
        and (second.sort == "quoted" or (second.sort == "word" and second.text != "cardinality"))
    )


def _attributes(cursor: Cursor, feature: Feature, outer: str) -> None:
    """``{abstract, Price 5, Package {Size 2}}``; those of a group become ``Package.Size``."""
    cursor.expect("{")
    while not cursor.took("}"):
        if cursor.at_word("constraint"):
            cursor.take()
            _written(cursor, feature)
        elif cursor.at_word("constraints"):
            cursor.take()
            cursor.expect("[")
            while not cursor.took("]"):
                _written(cursor, feature)
                if not cursor.at("]"):
                    cursor.expect(",")
        else:
            _attribute(cursor, feature, outer)
        if not cursor.at("}"):
            cursor.expect(",")


def _attribute(cursor: Cursor, feature: Feature, outer: str) -> None:
    name = outer + cursor.name()
    if cursor.at("{"):
        if outer.count(".") > TREE_DEEPEST:
            cursor.wrong("no deeper attribute")
        _attributes(cursor, feature, f"{name}.")
    else:
        feature.attributes[name] = _value(cursor)


def _value(cursor: Cursor) -> AttributeValue:
    if cursor.at(",", "}"):
        return AttributeValue("true", None)
    if cursor.at("["):
        return AttributeValue(_vector(cursor), None)
    minus = "-" if cursor.took("-") else ""
    token = cursor.take()
    if token.sort == "number":
        return AttributeValue(minus + token.text, Fraction(minus + token.text))
    if minus or not (token.sort == "text" or token.text in ("true", "false")):
        raise SyntaxFault(token.line, f"{token.text!r} is no value; a text stands in '…'")
    return AttributeValue(f"'{token.text}'" if token.sort == "text" else token.text, None)


def _vector(cursor: Cursor) -> str:
    """A list of values as it is written; nothing reckons with them."""
    cursor.expect("[")
    words, depth = ["["], 1
    while depth:
        token = cursor.take()
        opens = token.sort == "sign" and token.text in ("[", "{")
        closes = token.sort == "sign" and token.text in ("]", "}")
        depth += opens - closes
        words.append(f"'{token.text}'" if token.sort == "text" else token.text)
    return " ".join(words)


def _written(cursor: Cursor, feature: Feature) -> None:
    """A constraint among the attributes: it holds as one of the constraints below does."""
    token = cursor.next()
    begin = cursor.place
    formula = parsed(cursor)
    line = token.line if token else feature.line
    feature.constraints.append(Written(formula, cursor.text(begin), line))
