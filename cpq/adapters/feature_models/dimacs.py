"""Feature models in DIMACS (合取范式文件): clauses over numbered variables, names in comments.

``p cnf <variables> <clauses>`` comes first, then numbers that a 0 ends: a positive one says that
the variable is selected, a negative one that it is not, and one of them has to hold. Lines
``c <number> <name>`` carry the names; other comments say nothing. Where a file names some
variables, those without a name are helpers; where it names none, all are features and bear their
number. A clause that was said before or always holds is counted and not said again. Whatever does
not add up is refused with its line: a file that was cut off reads like a model with more products.
"""

import re
from pathlib import Path
from typing import NoReturn

from cpq.adapters.feature_models.model import FeatureModel
from cpq.adapters.feature_models.reading import read_text
from cpq.kernel.errors import Unreadable
from cpq.solver.problem import Clause, Literal, Problem

VARIABLES_MAX = 2_000_000
"""The most variables that are read; a header costs nothing to write."""

_HEADER = re.compile(r"p\s+cnf\s+([0-9]{1,12})\s+([0-9]{1,12})")
_NAME = re.compile(r"c\s+([1-9][0-9]{0,11})\s+(\S.*)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")


def read_dimacs(path: str | Path) -> FeatureModel:
    r"""The feature model of a DIMACS file, ``.gz`` or not; a clause is named by its line.

    Raises ``Unreadable``, which names file and line: ``feature_model.no_header``, ``wrong_line``,
    ``literal_beyond``, ``unfinished``, ``clause_count``, ``duplicate_name``, ``too_large``, and
    what ``read_text`` raises.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "bike.dimacs"
    ...     _ = file.write_text("c 1 Bike\nc 2 Bell\np cnf 2 2\n1 0\n-2 1 0\n")
    ...     model = read_dimacs(file)
    >>> model.names, model.problem.constraints[1]
    (('Bike', 'Bell'), Clause(name='line 5', literals=((1, 1), (0, 2))))
    """
    reading = _Reading(Path(path))
    reading.read(read_text(path))
    return reading.model()


class _Literals(dict[str, Literal]):
    """The literal of a word, reckoned when it is first met; ``KeyError`` for any other word."""

    def __init__(self, variables: int) -> None:
        super().__init__()
        self._variables = variables

    def __missing__(self, word: str) -> Literal:
        number = int(word) if _NUMBER.fullmatch(word) else 0
        if not 0 < abs(number) <= self._variables:
            raise KeyError(word)
        literal = self[word] = (abs(number) - 1, 0b10 if number > 0 else 0b01)
        return literal


class _Reading:
    """One file while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: tuple[int, int, int] | None = None
        self._names: dict[int, tuple[str, int]] = {}
        self._literals = _Literals(0)
        self._begun: list[Literal] = []
        self._began = 0
        self._clauses: list[Clause] = []
        self._seen: set[tuple[Literal, ...]] = set()
        self._read = self._duplicates = self._tautologies = 0

    def read(self, text: str) -> None:
        """Every line; a clause that stands on one line, as nearly all do, takes the short way."""
        lines = enumerate(text.split("\n"), start=1)
        for number, line in lines:
            words = line.split()
            if not words:
                continue
            first = words[0][0]
            if first == "c":
                self._comment(line, number)
            elif first == "p":
                self._problem(line, number)
            elif first == "%":
                self._ended(words[1:], number)
                for after, rest in lines:
                    self._ended(rest.split(), after)
            else:
                self._numbers(words, number)

    def _comment(self, line: str, number: int) -> None:
        match = _NAME.fullmatch(line.strip())
        if not match:
            return
        variable, name = int(match[1]), match[2]
        known, at = self._names.get(variable, (name, 0))
        if known != name:
            self._wrong(
                number,
                f"variable {variable} is called {name!r} here and {known!r} on line {at}; "
                "leave one of them",
            )
        self._names[variable] = name, number

    def _problem(self, line: str, number: int) -> None:
        match = _HEADER.fullmatch(line.strip())
        if not match:
            self._wrong(number, f"{line.strip()!r} is no `p cnf <variables> <clauses>`")
        if self._header:
            self._wrong(number, f"a second header; the first is on line {self._header[2]}")
        variables, clauses = int(match[1]), int(match[2])
        if variables > VARIABLES_MAX:
            raise Unreadable(
                "feature_model.too_large",
                f"{self._at(number)}: {variables} variables; at most {VARIABLES_MAX} are read",
            )
        self._header = variables, clauses, number
        self._literals = _Literals(variables)

    def _numbers(self, words: list[str], number: int) -> None:
        if not self._begun and words[-1] == "0":
            try:
                literals = tuple(map(self._literals.__getitem__, words[:-1]))
            except KeyError:
                pass
            else:
                self._clause(literals, number)
                return
        for word in words:
            self._word(word, number)

    def _word(self, word: str, number: int) -> None:
        if word in ("0", "-0", "+0"):
            self._clause(tuple(self._begun), self._began or number)
            self._begun, self._began = [], 0
            return
        try:
            literal = self._literals[word]
        except KeyError:
            self._wrong_word(word, number)
        self._begun.append(literal)
        self._began = self._began or number

    def _clause(self, literals: tuple[Literal, ...], number: int) -> None:
        if not self._header:
            self._no_header(number)
        if self._read == self._header[1]:
            if literals:
                self._wrong_count(number, "a clause more than the header says")
            return
        self._read += 1
        if len(dict(literals)) < len(literals):
            literals = tuple(dict.fromkeys(literals))
            if len(dict(literals)) < len(literals):
                self._tautologies += 1
                return
        # A tuple of numbers, unlike a set, costs the garbage collector nothing.
        key = tuple(sorted(literals))
        if key in self._seen:
            self._duplicates += 1
        else:
            self._seen.add(key)
            self._clauses.append(Clause(f"line {number}", literals))

    def _ended(self, words: list[str], number: int) -> None:
        """After ``%`` some writers put one more 0, and nothing else is heard of."""
        if any(word != "0" for word in words):
            self._wrong(number, f"{words[0]!r} stands after the end, which `%` marks")

    def model(self) -> FeatureModel:
        if not self._header:
            self._no_header(None)
        variables, clauses, line = self._header
        if self._begun:
            raise Unreadable(
                "feature_model.unfinished",
                f"{self._at(self._began)}: the clause that begins here has no 0 at its end; "
                "the file may be cut off",
            )
        if self._read < clauses:
            self._wrong_count(line, f"the header says {clauses} clauses, and {self._read} follow")
        return FeatureModel(
            problem=Problem((2,) * variables, tuple(self._clauses)),
            names=self._named(variables),
            constraints=clauses,
            duplicates=self._duplicates,
            tautologies=self._tautologies,
        )

    def _named(self, variables: int) -> tuple[str, ...]:
        given = {at: named for at, named in self._names.items() if at <= variables}
        if not given:
            return tuple(str(number) for number in range(1, variables + 1))
        first: dict[str, int] = {}
        for name, line in given.values():
            if name in first:
                raise Unreadable(
                    "feature_model.duplicate_name",
                    f"{self._at(line)}: {name!r} is the name of another variable on line "
                    f"{first[name]}; name each once",
                )
            first[name] = line
        return tuple(given.get(number, ("", 0))[0] for number in range(1, variables + 1))

    def _wrong_word(self, word: str, number: int) -> NoReturn:
        if not _NUMBER.fullmatch(word):
            self._wrong(number, f"{word[:40]!r} is no whole number of at most 12 digits")
        if not self._header:
            self._no_header(number)
        raise Unreadable(
            "feature_model.literal_beyond",
            f"{self._at(number)}: {word} is beyond the {self._header[0]} variables that the "
            f"header on line {self._header[2]} says; correct one of them",
        )

    def _wrong(self, number: int, what: str) -> NoReturn:
        raise Unreadable("feature_model.wrong_line", f"{self._at(number)}: {what}")

    def _wrong_count(self, number: int, what: str) -> NoReturn:
        raise Unreadable(
            "feature_model.clause_count",
            f"{self._at(number)}: {what}; the file may be cut off, or its header is wrong",
        )

    def _no_header(self, number: int | None) -> NoReturn:
        place = self._at(number) if number else str(self._path)
        raise Unreadable(
            "feature_model.no_header",
            f"{place}: no `p cnf <variables> <clauses>` before the first clause; write one",
        )

    def _at(self, number: int) -> str:
        return f"{self._path}:{number}"
