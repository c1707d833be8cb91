"""The text of a formula, and its syntax tree where every word of it is one that formulas know.

Python's own parser reads the tree, because its precedence is the one that people know. It is not
asked before each character has been judged here: comments, strings, line ends, digit groups and
letters that Python takes for others (``ｂａｓｅ`` for ``base``) never reach it, and neither does a
text that is long or nested enough to exhaust it.
"""

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from cpq.kernel.errors import Invalid
from cpq.kernel.text import legible

LENGTH_MAX: Final = 1000
NODES_MAX: Final = 200
DEPTH_MAX: Final = 100
"""How many operators may stand on top of each other: one for each term of a sum, too."""

PARENTHESES_MAX: Final = 32
"""How deep parentheses may nest."""

VOCABULARY: Final = (
    "numbers, names, + - * /, comparisons, and, or, not, '… if … else …', parentheses and the "
    "functions abs, ceil, floor, max, min, round"
)

_WORDS = frozenset(("and", "or", "not", "if", "else"))
_SPACE = re.compile(r"[ \t\r\n\u3000]+")
_TOKEN = re.compile(
    r"(?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(?![\w.])"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<foreign>\*\*|//|<<|>>|<>)"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<mark>[<>=!]=|[-+*/,<>])"
    r"| "
)
_NUMERAL = re.compile(r"[\w.]+")
_LOOKALIKES = {"×": "*", "÷": "/", "−": "-", "–": "-", "、": ",", "≥": ">=", "≤": "<=", "≠": "!="}
_SHOWN_MAX = 80

Kind = Literal["number", "name", "word", "open", "close", "mark"]


class Token(NamedTuple):
    """A piece of a formula and where it starts."""

    kind: Kind
    text: str
    start: int


class Source(NamedTuple):
    """The text of a formula as it is stored: in NFC, one line, single spaces."""

    text: str

    def refused(self, code: str, start: int, what: str, *, found: str = "") -> Invalid:
        """The refusal of what stands at ``start`` (counted from 0; people count from 1)."""
        return Invalid(
            code,
            f"formula {self.excerpt(start)!r}, character {start + 1}: {what}",
            formula=self.text,
            character=start + 1,
            found=found,
        )

    def excerpt(self, start: int) -> str:
        """The text, or where it is long what stands around ``start``."""
        text = legible(self.text)
        if len(text) <= _SHOWN_MAX or text != self.text:
            return text[:_SHOWN_MAX]
        first = max(0, min(start - _SHOWN_MAX // 2, len(text) - _SHOWN_MAX))
        last = first + _SHOWN_MAX
        return f"{'…' * (first > 0)}{text[first:last]}{'…' * (last < len(text))}"

    def start(self, node: ast.expr) -> int:
        """Where a node starts, in characters; the parser counts bytes."""
        return len(self.text.encode()[: node.col_offset].decode())

    def words(self, node: ast.expr) -> str:
        """The text of a node."""
        return self.text.encode()[node.col_offset : node.end_col_offset].decode()


def too_deep(source: Source) -> Invalid:
    """The refusal of a text that nests deeper than formulas or this thread's stack allow."""
    return source.refused(
        "formula.too_large",
        0,
        f"it nests too deep: at most {PARENTHESES_MAX} parentheses and {DEPTH_MAX} operators fit "
        "into each other; make two rules of it",
    )


def written(text: str) -> str:
    r"""The text as it is stored: in NFC, white space of any kind as one space.

    Raises ``Invalid`` (``formula.too_large``).

    >>> written(" 长度 *\n  rate ")
    '长度 * rate'
    """
    if len(text) <= LENGTH_MAX:
        line = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
        if len(line) <= LENGTH_MAX:
            return line
    raise Invalid(
        "formula.too_large",
        f"formula {Source(text[: 2 * _SHOWN_MAX]).excerpt(0)!r}: at most {LENGTH_MAX} characters "
        f"fit; found {len(text)}; make two rules of it",
        found=len(text),
    )


def parsed(source: Source) -> ast.expr:
    """The syntax tree of a text in which every word is one that formulas know.

    Raises ``Invalid``: ``formula.syntax``, ``formula.not_allowed``, ``formula.not_a_number``,
    ``formula.too_large``.

    >>> ast.unparse(parsed(Source("base*1.2")))
    'base * 1.2'
    """
    tokens = tuple(_tokens(source))
    if not tokens:
        raise source.refused("formula.syntax", 0, "a formula is empty; write one such as base * 2")
    _check_order(source, tokens)
    try:
        tree = ast.parse(source.text, mode="eval").body
    except SyntaxError as error:
        raise _misplaced(source, tokens, (error.offset or 0) - 1) from None
    except (MemoryError, RecursionError, ValueError):
        raise too_deep(source) from None
    _check_size(source, tree)
    return tree


def _tokens(source: Source) -> Iterator[Token]:
    text, start = source.text, 0
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            raise _unreadable(source, start)
        kind = match.lastgroup
        if kind == "foreign":
            raise _not_allowed(source, start, match[0])
        if kind == "name":
            yield _named(source, match[0], start)
        elif kind is not None:
            yield Token(kind, match[0], start)  # type: ignore[arg-type]
        start = match.end()


def _named(source: Source, name: str, start: int) -> Token:
    if name in _WORDS:
        return Token("word", name, start)
    plain = unicodedata.normalize("NFKC", name)
    if plain != name or not name.isidentifier():
        advice = f"; write {plain!r}" if plain.isidentifier() else ""
        raise source.refused(
            "formula.not_allowed",
            start,
            f"the name {name!r} holds characters of another form{advice}",
            found=name,
        )
    if keyword.iskeyword(name):
        raise _not_allowed(source, start, name)
    return Token("name", name, start)


def _unreadable(source: Source, start: int) -> Invalid:
    """What is wrong with a character that starts no token."""
    mark = source.text[start]
    numeral = _NUMERAL.match(source.text, start)
    if mark.isdigit() or (
        mark == "." and numeral and len(numeral[0]) > 1 and numeral[0][1].isdigit()
    ):
        found = numeral[0] if numeral else mark
        return source.refused(
            "formula.not_a_number",
            start,
            f"{found[:40]!r} is not a number of a formula; write plain digits such as 1200 or 0.25",
            found=found,
        )
    meant = _LOOKALIKES.get(mark, unicodedata.normalize("NFKC", mark))
    if meant != mark and _TOKEN.fullmatch(meant):
        return source.refused(
            "formula.not_allowed", start, f"found {mark!r}; write {meant!r}", found=mark
        )
    if mark == "=":
        return source.refused(
            "formula.not_allowed", start, "found '='; a comparison is written '=='", found=mark
        )
    return _not_allowed(source, start, mark)


def _not_allowed(source: Source, start: int, found: str) -> Invalid:
    return source.refused(
        "formula.not_allowed",
        start,
        f"{legible(found)!r} is not allowed; a formula has {VOCABULARY}",
        found=found,
    )


def _check_order(source: Source, tokens: tuple[Token, ...]) -> None:
    """Parentheses match, each ``if`` has its ``else``, no two figures stand side by side."""
    opened: list[Token] = []
    before: Token | None = None
    for token in tokens:
        if before and _side_by_side(before, token):
            raise source.refused(
                "formula.syntax",
                token.start,
                f"an operator or a comma is missing before {token.text!r}",
                found=token.text,
            )
        if token.kind == "open":
            opened.append(token)
            if len(opened) > PARENTHESES_MAX:
                raise too_deep(source)
        elif token.kind == "close":
            if not opened:
                raise source.refused(
                    "formula.syntax", token.start, "this ')' closes nothing", found=token.text
                )
            opened.pop()
        before = token
    if opened:
        raise source.refused(
            "formula.syntax", opened[-1].start, "this '(' is never closed", found="("
        )
    ifs = [token for token in tokens if token.text == "if"]
    if len(ifs) != sum(token.text == "else" for token in tokens):
        start = ifs[0].start if ifs else 0
        raise source.refused(
            "formula.syntax", start, "a choice is written 'x if condition else y'", found="if"
        )


def _side_by_side(before: Token, token: Token) -> bool:
    if before.kind not in ("number", "name", "close"):
        return False
    return token.kind in ("number", "name") or (token.kind == "open" and before.kind != "name")


def _misplaced(source: Source, tokens: tuple[Token, ...], start: int) -> Invalid:
    """What the parser did not expect at ``start``; before the text means its end."""
    at = next((token for token in tokens if 0 <= start < token.start + len(token.text)), None)
    if at is None:
        return source.refused(
            "formula.syntax", len(source.text), "something is missing at the end of the formula"
        )
    return source.refused(
        "formula.syntax", at.start, f"{at.text!r} is not expected here", found=at.text
    )


def _check_size(source: Source, tree: ast.expr) -> None:
    """Neither too many operators nor too many on top of each other, counted without recursion."""
    count, level = 0, [tree]
    for _ in range(DEPTH_MAX):
        if not level:
            break
        count += len(level)
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
    if level:
        raise too_deep(source)
    if count > NODES_MAX:
        raise source.refused(
            "formula.too_large",
            0,
            f"at most {NODES_MAX} numbers, names and operators fit; found {count}; make two rules "
            "of it",
            found=str(count),
        )
