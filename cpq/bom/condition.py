"""Conditions over choices (选配条件): ``head=H-12 and (length>=3 or not extras=LOADER)``.

A comparison asks what is chosen at a path. ``path=a|b``: one of these is, among several picks too;
``path!=a``: none of these is. ``<``, ``<=``, ``>``, ``>=`` compare numbers. What is not there has
no value, so no comparison but ``!=`` holds of it; its quantity, though, is 0. A path or a value
that holds white space, parentheses, a bar or a sign of comparison stands in double quotes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Final, Literal, Self, cast

from pydantic import field_validator

from cpq.kernel.as_text import AsText
from cpq.kernel.errors import Invalid
from cpq.kernel.money import exact
from cpq.kernel.text import legible

LENGTH_MAX: Final = 2000
_NESTED_MAX: Final = 50
_KEPT_MAX: Final = 4096
_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"[^"]*")|(?P<sign>!=|>=|<=|[=<>()|])|(?P<word>[^\s"=<>()|!]+))'
)
_PLAIN = re.compile(r'[^\s"=<>()|!]+')
_WORDS = frozenset(("and", "or", "not"))

Sign = Literal["=", "!=", "<", "<=", ">", ">="]
Lookup = Callable[[str], tuple[str, ...]]
"""What is chosen at a path: its codes, none where nothing is."""


@dataclass(frozen=True)
class Is:
    """A comparison: what is chosen at ``path`` is, or is not, one of ``values``; or a number."""

    path: str
    sign: Sign
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_shown(self.path)}{self.sign}{'|'.join(map(_shown, self.values))}"

    def admits(self, code: str) -> bool:
        """Whether a value that is there is one that it asks for; only numbers are ordered.

        >>> Is("length", ">=", ("3",)).admits("12.5"), Is("colour", "!=", ("red",)).admits("red")
        (True, False)
        """
        if self.sign in ("=", "!="):
            return (code in self.values) is (self.sign == "=")
        number, bound = number_of(code), number_of(self.values[0])
        if number is None or bound is None:
            return False
        return {
            "<": number < bound,
            "<=": number <= bound,
            ">": number > bound,
            ">=": number >= bound,
        }[self.sign]

    def met_by(self, found: tuple[str, ...]) -> bool:
        """Whether it holds where these are chosen at its path."""
        if self.sign == "!=":
            return all(code not in self.values for code in found)
        return any(self.admits(code) for code in found)


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    of: "Node"

    def __str__(self) -> str:
        return f"not {_inside(self.of, (And, Or))}"


@dataclass(frozen=True)
class And:
    """All of which hold."""

    parts: "tuple[Node, ...]"

    def __str__(self) -> str:
        return " and ".join(_inside(part, (Or,)) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """At least one of which holds."""

    parts: "tuple[Node, ...]"

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Node = Is | Not | And | Or


class Condition(AsText):
    """What must be chosen for something to hold; in JSON and TOML it is its text.

    Refused: ``condition.syntax`` with the place, ``condition.too_large``.

    >>> hot = Condition.of("head=H-12|H-15 and not (cooling=WATER or length<3)")
    >>> hot.paths
    ('head', 'cooling', 'length')
    >>> chosen = {"head": ("H-12",), "cooling": ("AIR",), "length": ("3.5",)}
    >>> hot.holds(lambda path: chosen.get(path, ()))
    True
    """

    length_max: ClassVar[int] = LENGTH_MAX

    @field_validator("text")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        return str(_read(text))

    @classmethod
    def of(cls, text: str) -> Self:
        """The condition of a text; raises ``Invalid`` as the class says."""
        return cls(text=str(_read(text)))

    @property
    def node(self) -> Node:
        """Its tree."""
        return _read(self.text)

    @property
    def comparisons(self) -> tuple[Is, ...]:
        """Every comparison in it, from left to right."""
        return tuple(_comparisons(self.node))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that it asks about, each once."""
        return tuple(dict.fromkeys(each.path for each in self.comparisons))

    def holds(self, lookup: Lookup) -> bool:
        """Whether it holds, where ``lookup`` gives what is chosen at a path."""
        return holds(self.node, lookup)


def holds(node: Node, lookup: Lookup) -> bool:
    """Whether a tree holds, where ``lookup`` gives what is chosen at a path.

    >>> holds(Not(Is("head", "=", ("H-6",))), lambda path: ())
    True
    """
    match node:
        case Is():
            return node.met_by(lookup(node.path))
        case Not(of):
            return not holds(of, lookup)
        case And(parts):
            return all(holds(part, lookup) for part in parts)
        case Or(parts):
            return any(holds(part, lookup) for part in parts)


def number_of(code: str) -> Decimal | None:
    """The number that a code is; ``None`` where it is none.

    >>> number_of("12.5"), number_of("red")
    (Decimal('12.5'), None)
    """
    try:
        return exact(code)
    except Invalid:
        return None


def _comparisons(node: Node) -> Iterator[Is]:
    match node:
        case Is():
            yield node
        case Not(of):
            yield from _comparisons(of)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _comparisons(part)


def _shown(word: str) -> str:
    return word if _PLAIN.fullmatch(word) and word not in _WORDS else f'"{word}"'


def _inside(node: Node, wrapped: tuple[type[Node], ...]) -> str:
    return f"({node})" if isinstance(node, wrapped) else str(node)


@lru_cache(maxsize=_KEPT_MAX)
def _read(text: str) -> Node:
    if len(text) > LENGTH_MAX:
        raise Invalid(
            "condition.too_large",
            f"a condition has at most {LENGTH_MAX} characters; found {len(text)}; make two rules "
            "of it",
        )
    reader = _Reader(text)
    node = reader.either(0)
    if reader.next is not None:
        raise reader.unexpected("'and', 'or' or the end")
    return node


class _Reader:
    """Reads a condition by descent; ``next`` is the token that comes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.after = 0
        self.next: str | None = None
        self.kind: str | None = None
        self._advance()

    def _advance(self) -> None:
        match = _TOKEN.match(self.text, self.after)
        if match is None:
            self.place = len(self.text) - len(self.text[self.after :].lstrip())
            if self.place < len(self.text):
                raise self._refused(f"{self.text[self.place]!r} is not expected here")
            self.next = self.kind = None
            return
        self.kind = match.lastgroup
        self.place = match.start(self.kind or 0)
        self.next = match[self.kind or 0]
        self.after = match.end()

    def _take(self) -> str:
        taken = self.next or ""
        self._advance()
        return taken

    def _is(self, word: str) -> bool:
        return self.kind in ("word", "sign") and self.next == word

    def either(self, nested: int) -> Node:
        parts = [self.both(nested)]
        while self._is("or"):
            self._take()
            parts.append(self.both(nested))
        return parts[0] if len(parts) == 1 else Or(_flat(parts, Or))

    def both(self, nested: int) -> Node:
        parts = [self.single(nested)]
        while self._is("and"):
            self._take()
            parts.append(self.single(nested))
        return parts[0] if len(parts) == 1 else And(_flat(parts, And))

    def single(self, nested: int) -> Node:
        if nested > _NESTED_MAX:
            raise Invalid(
                "condition.too_large",
                f"condition {legible(self.text)[:80]!r}: at most {_NESTED_MAX} levels fit into "
                "each other; make two rules of it",
            )
        if self._is("not"):
            self._take()
            return Not(self.single(nested + 1))
        if self._is("("):
            self._take()
            node = self.either(nested + 1)
            if not self._is(")"):
                raise self.unexpected("')'")
            self._take()
            return node
        return self.comparison()

    def comparison(self) -> Is:
        path = self._text("a path")
        if self.kind != "sign" or self.next in ("(", ")", "|"):
            raise self.unexpected("one of = != < <= > >=")
        sign = cast("Sign", self._take())
        values = [self._text("a value")]
        while self._is("|"):
            self._take()
            values.append(self._text("a value"))
        if sign not in ("=", "!=") and (len(values) > 1 or number_of(values[0]) is None):
            raise self._refused(f"{path}{sign} is followed by one number, such as 12.5")
        return Is(path, sign, tuple(dict.fromkeys(values)))

    def _text(self, wanted: str) -> str:
        if self.kind == "quoted":
            text = self._take()[1:-1]
            if text:
                return text
            raise self._refused("there is nothing between the quotes")
        if self.kind != "word" or self.next in _WORDS:
            raise self.unexpected(wanted)
        return self._take()

    def unexpected(self, wanted: str) -> Invalid:
        found = "the end" if self.next is None else repr(self.next)
        return self._refused(f"{wanted} is wanted; found {found}")

    def _refused(self, what: str) -> Invalid:
        return Invalid(
            "condition.syntax",
            f"condition {legible(self.text)[:80]!r}, character {self.place + 1}: {what}; "
            "write one such as head=H-12 and length>=3",
            character=self.place + 1,
        )


def _flat(parts: list[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    """Parts of the same kind are parts of the whole."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return tuple(flat)
