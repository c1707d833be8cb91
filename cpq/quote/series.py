"""Numbers of documents without gaps (单据编号): one series, counted by year, by month or for ever.

A number follows from the series, the day and the place in its count, so that the same document gets
the same number wherever it is reckoned. Who counts is another matter: a host that keeps a list asks
``next_number``; a store gives the next one in the transaction that uses it, and takes it back with
it, so that nothing is left out.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from string import Formatter
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number, number_key

Restart = Literal["never", "year", "month"]
_PARTS = {"year": "{:04d}", "yy": "{:02d}", "month": "{:02d}"}
_NEEDED = {"never": (), "year": (("year", "yy"),), "month": (("year", "yy"), ("month",))}
_WIDTH = re.compile(r"0([1-9])|")
_PATTERN_MAX = 40


class NumberSeries(Frozen):
    """A series of numbers, written by a ``pattern`` (编号规则).

    The pattern has ``{n}`` once, ``{n:04}`` with four digits at least, and may have ``{year}``,
    ``{yy}`` and ``{month}`` of the document's day. The count starts anew with each ``restart``,
    which the pattern must show, or two documents would have one number; it starts at ``first``.

    >>> series = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")
    >>> series.number(7, on=date(2026, 11, 21)), series.period(date(2026, 11, 21))
    ('Q-2026-0007', '2026')
    """

    code: Code
    pattern: Line
    restart: Restart = "year"
    first: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _pattern_can_be_read(self) -> "NumberSeries":
        try:
            parts = list(Formatter().parse(self.pattern))
        except ValueError as error:
            raise ValueError(f"the pattern {self.pattern!r} cannot be read: {error}") from None
        if len(self.pattern) > _PATTERN_MAX:
            raise ValueError(
                f"the pattern has {len(self.pattern)} characters; at most {_PATTERN_MAX} leave "
                "room for what it counts"
            )
        names = [(name, spec) for _, name, spec, _ in parts if name is not None]
        if any(conversion for *_, conversion in parts):
            raise ValueError(f"the pattern {self.pattern!r} has a conversion; leave it out")
        counts = [spec or "" for name, spec in names if name == "n"]
        if len(counts) != 1 or not _WIDTH.fullmatch(counts[0]):
            raise ValueError(
                f"the pattern {self.pattern!r} must count once: {{n}}, or {{n:04}} for four digits"
            )
        for name, spec in names:
            if name != "n" and (name not in _PARTS or spec):
                raise ValueError(
                    f"the pattern {self.pattern!r} has {{{name}{':' if spec else ''}{spec}}}; "
                    "known are {year}, {yy}, {month} and {n:04}"
                )
        for choice in _NEEDED[self.restart]:
            if not any(name in choice for name, _ in names):
                raise ValueError(
                    f"the series starts anew every {self.restart}, so its pattern shows "
                    f"{{{choice[0]}}}; found {self.pattern!r}"
                )
        return self

    def number(self, n: int, *, on: date) -> str:
        """The number of the document at a place of the count that is dated on a day."""
        return self._written(n, {"year": on.year, "yy": on.year % 100, "month": on.month})

    def period(self, on: date) -> str:
        """What is counted together with a document of that day: a year, a month, or ``""``.

        >>> NumberSeries(code="c", pattern="{yy}{month}/{n}", restart="month").period(
        ...     date(2026, 3, 1))
        '2026-03'
        """
        return {"never": "", "year": f"{on.year:04d}", "month": on.isoformat()[:7]}[self.restart]

    def place(self, number: str, *, on: date) -> int | None:
        """Which place of the count a number is, in the period of a day; ``None`` for others.

        Of whatever year and month, where the count does not start anew with them; and however it
        is written: full width, in small letters.

        >>> series = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")
        >>> [series.place(number, on=date(2026, 1, 1)) for number in ("q-2026-0012", "Q-9")]
        [12, None]
        """
        text = number_key(number)
        found = re.fullmatch(self._form(on), text)
        if found is None:
            return None
        read = {name: int(digits) for name, digits in found.groupdict().items()}
        n = read.pop("n")
        return n if number_key(self._written(n, read)) == text else None

    def _form(self, on: date) -> str:
        """What a number of the period of a day looks like; what is not counted apart is free."""
        fixed = {"year": f"{on.year:04d}", "yy": f"{on.year % 100:02d}", "month": f"{on.month:02d}"}
        free = {"never": ("year", "yy", "month"), "year": ("month",), "month": ()}[self.restart]
        form, seen = "", set[str]()
        for literal, name, _, _ in Formatter().parse(self.pattern):
            # Inside other text, so that nothing at the ends is taken for white space.
            form += re.escape(number_key(f"|{literal}|")[1:-1])
            if name in seen:
                form += f"(?P={name})"
            elif name is not None:
                digits = {"n": "[0-9]+", "year": "[0-9]{4}"}.get(name, "[0-9]{2}")
                form += f"(?P<{name}>{digits if name in ('n', *free) else fixed[name]})"
                seen.add(name)
        return form

    def _written(self, n: int, values: Mapping[str, int]) -> str:
        text = ""
        for literal, name, spec, _ in Formatter().parse(self.pattern):
            text += literal
            if name == "n":
                text += f"{n:0{int(spec or '1')}d}"
            elif name is not None:
                text += _PARTS[name].format(values[name])
        return text


class GivenNumber(Frozen):
    """A number that was given out: of which series, for which day, at which place of the count."""

    series: NumberSeries
    on: date
    n: int
    number: Number


def next_number(series: NumberSeries, taken: Iterable[str], *, on: date) -> str:
    """The number after the highest that is taken in the period of a day; others do not count.

    >>> series = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")
    >>> next_number(series, ["Q-2025-0099", "Q-2026-0001", "Q-2026-0002"], on=date(2026, 11, 21))
    'Q-2026-0003'
    """
    places = [series.place(number, on=on) for number in taken]
    last = max((place for place in places if place is not None), default=series.first - 1)
    return series.number(max(last + 1, series.first), on=on)


def missing_numbers(series: NumberSeries, taken: Iterable[str], *, on: date) -> tuple[str, ...]:
    """The numbers that are missing in the period of a day, up to the highest that is taken (断号).

    >>> series = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")
    >>> missing_numbers(series, ["Q-2026-0001", "Q-2026-0004"], on=date(2026, 11, 21))
    ('Q-2026-0002', 'Q-2026-0003')
    """
    found = {place for number in taken if (place := series.place(number, on=on)) is not None}
    if not found:
        return ()
    return tuple(series.number(n, on=on) for n in range(series.first, max(found)) if n not in found)
