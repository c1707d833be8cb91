"""The lines of a UVL file: how far each is indented, and the words that stand on it.

UVL (通用可变性语言) is written like Python: what belongs to something stands below it and further
in. Comments, empty lines and the ends of lines within brackets are dropped here; a tab reaches to
the next multiple of eight columns, as it does for Python.
"""

import re
from typing import Literal, NamedTuple, NoReturn

Sort = Literal["word", "quoted", "text", "number", "sign"]

_TOKEN = re.compile(
    r"""(?P<newline>\r\n|\r|\n)
    |(?P<space>[ \t\f]+)
    |(?P<comment>//[^\r\n]*|/\*.*?\*/)
    |(?P<quoted>"[^"\r\n]+")
    |(?P<text>'[^'\r\n]*')
    |(?P<word>[^\W\d][\w#§%?\\';]*)
    |(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<sign><=>|=>|==|<=|>=|!=|\.\.|[!&|<>+\-*/()\[\]{},.])
    |(?P<wrong>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENS = {"(": ")", "[": "]", "{": "}"}
_NUMBER_MAX = 40


class SyntaxFault(Exception):
    """What is wrong on a line; ``read_uvl`` adds the file."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class Token(NamedTuple):
    """A word, a name in quotation marks (without them), a text, a number or a sign."""

    sort: Sort
    text: str
    line: int


class Line(NamedTuple):
    """A line that says something; one that is open at its end includes those that follow."""

    indent: int
    number: int
    tokens: tuple[Token, ...]
    text: str


def lines_of(source: str) -> list[Line]:
    r"""The lines that say something.

    Raises ``SyntaxFault`` for a character that no word begins with, and for brackets that do not
    match.

    >>> [(line.indent, line.text) for line in lines_of("features // all\n    Bike {\n  red}\n")]
    [(0, 'features'), (4, 'Bike { red}')]
    """
    reading = _Reading()
    for match in _TOKEN.finditer(source):
        reading.take(match.lastgroup or "", match.group())
    reading.end()
    return reading.lines


class _Reading:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._number = 1
        self._indent = 0
        self._at_margin = True
        self._tokens: list[Token] = []
        self._words: list[str] = []
        self._open: list[tuple[str, int]] = []

    def take(self, sort: str, text: str) -> None:
        match sort:
            case "newline":
                self._newline()
            case "space":
                if self._at_margin:
                    self._indent = len(text.expandtabs(8))
                self._words.append(" ")
                self._at_margin = False
            case "comment":
                self._at_margin = False
                self._number += len(re.findall(r"\r\n|\r|\n", text))
            case "wrong":
                raise SyntaxFault(self._number, f"{text!r} cannot stand here")
            case _:
                self._token(sort, text)

    def _newline(self) -> None:
        self._number += 1
        if self._open:
            self._words.append(" ")
            return
        self._close()
        self._indent, self._at_margin = 0, True

    def _token(self, sort: str, text: str) -> None:
        self._at_margin = False
        self._words.append(text)
        if sort in ("quoted", "text"):
            text = text[1:-1]
        elif sort == "number" and len(text) > _NUMBER_MAX:
            raise SyntaxFault(self._number, f"a number of more than {_NUMBER_MAX} digits")
        elif sort == "sign":
            self._bracket(text)
        self._tokens.append(Token(sort, text, self._number))  # type: ignore[arg-type]

    def _bracket(self, sign: str) -> None:
        if sign in _OPENS:
            self._open.append((sign, self._number))
        elif sign in _OPENS.values() and (not self._open or _OPENS[self._open.pop()[0]] != sign):
            raise SyntaxFault(self._number, f"{sign!r} closes what nothing opens")

    def _close(self) -> None:
        if self._tokens:
            text = " ".join("".join(self._words).split())
            tokens = tuple(self._tokens)
            self.lines.append(Line(self._indent, tokens[0].line, tokens, text))
        self._tokens, self._words = [], []

    def end(self) -> None:
        if self._open:
            sign, number = self._open[0]
            raise SyntaxFault(number, f"{sign!r} is never closed")
        self._close()


class Cursor:
    """A place between the tokens of a line.

    >>> cursor = Cursor(lines_of("sum(Price)")[0])
    >>> cursor.take().text, cursor.at("("), cursor.at(")")
    ('sum', True, False)
    """

    def __init__(self, line: Line, start: int = 0) -> None:
        self._tokens = line.tokens
        self._at = start

    def next(self) -> Token | None:
        """The token that comes, ``None`` at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def place(self) -> int:
        """How many tokens are past."""
        return self._at

    @property
    def line(self) -> int:
        """The line of the token that comes, or of the last one."""
        return self._tokens[min(self._at, len(self._tokens) - 1)].line

    def text(self, begin: int) -> str:
        """What stands between a place and here, with a space between any two tokens."""
        marks = {"quoted": '"', "text": "'"}
        return " ".join(
            f"{(mark := marks.get(token.sort, ''))}{token.text}{mark}"
            for token in self._tokens[begin : self._at]
        )

    def at(self, *signs: str) -> bool:
        """Whether one of the signs comes."""
        token = self.next()
        return token is not None and token.sort == "sign" and token.text in signs

    def at_word(self, *words: str) -> bool:
        """Whether one of the words comes, not in quotation marks."""
        token = self.next()
        return token is not None and token.sort == "word" and token.text in words

    def take(self) -> Token:
        """The token that comes, and past it."""
        token = self.next()
        if token is None:
            self.wrong("something more")
        self._at += 1
        return token

    def took(self, sign: str) -> bool:
        """Whether the sign came; past it if it did."""
        came = self.at(sign)
        self._at += came
        return came

    def expect(self, sign: str) -> None:
        """Past the sign; raises ``SyntaxFault`` if it does not come."""
        if not self.took(sign):
            self.wrong(repr(sign))

    def end(self) -> None:
        """Raises ``SyntaxFault`` if anything comes."""
        if self.next() is not None:
            self.wrong("the end of the line")

    def name(self) -> str:
        """A name of one part, in quotation marks or not."""
        token = self.next()
        if token is None or token.sort not in ("word", "quoted"):
            self.wrong("a name")
        return self.take().text

    def path(self) -> tuple[str, ...]:
        """A name of several parts with dots between them."""
        parts = [self.name()]
        while self.took("."):
            parts.append(self.name())
        return tuple(parts)

    def cardinality(self) -> tuple[int, int | None]:
        """``[2]``, ``[1..3]`` or ``[1..*]``: the least and the most, ``None`` without a most."""
        self.expect("[")
        low = self._count()
        high: int | None = low
        if self.took(".."):
            high = None if self.took("*") else self._count()
        if high is not None and high < low:
            raise SyntaxFault(self.line, f"[{low}..{high}]: more at least than at most")
        self.expect("]")
        return low, high

    def _count(self) -> int:
        token = self.next()
        if token is None or not token.text.isdecimal():
            self.wrong("a whole number")
        return int(self.take().text)

    def wrong(self, wanted: str) -> NoReturn:
        """Raise ``SyntaxFault``: something else comes than what is wanted."""
        token = self.next()
        found = f"{token.text!r} does" if token else "the line ends"
        raise SyntaxFault(self.line, f"{wanted} should stand here, but {found}")
