"""A table of whole units whose rows and columns both add up (控制舍入).

The exact table is ``row × column / whole``. Rounding each row by itself would miss the columns,
rounding each column the rows. So every figure is cut to whole units, and the units that are missing
are placed on figures that were cut, row by row, where the columns are furthest behind; where that
leaves a column one unit off, a chain of single units moves from where too many are.
"""

from collections.abc import Sequence

from cpq.kernel.money import split

_TWO = 2


def controlled(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Whole units by row and column: rows sum to ``rows``, columns to ``columns``, all ≥ 0.

    Both have the same sum. Each figure is less than one unit from ``row × column / whole``.

    >>> controlled([5, 3, 2], [6, 3, 1])
    [(3, 2, 0), (2, 0, 1), (1, 1, 0)]
    """
    whole = sum(rows)
    assert whole == sum(columns), "rows and columns share one whole"
    if len(columns) < _TWO or not whole:
        return [(row,) * len(columns) for row in rows]
    if len(columns) == _TWO:
        first = split(columns[0], rows)
        return [(part, row - part) for part, row in zip(first, rows, strict=True)]
    return _Table(rows, columns, whole).filled()


class _Table:
    """The table in the making: ``base`` cut to whole units, ``rests`` cut off, ``extra`` units."""

    def __init__(self, rows: Sequence[int], columns: Sequence[int], whole: int) -> None:
        self.base = [[row * column // whole for column in columns] for row in rows]
        self.rests = [[row * column % whole for column in columns] for row in rows]
        self.extra: list[set[int]] = []
        self.whole = whole
        sums = (sum(row[place] for row in self.base) for place in range(len(columns)))
        self.missing = [column - cut for column, cut in zip(columns, sums, strict=True)]

    def filled(self) -> list[tuple[int, ...]]:
        """The table with every unit placed."""
        behind = [0] * len(self.missing)
        for rests in self.rests:
            self.extra.append(self._place(rests, behind))
        while any(self.missing):
            self._move_one()
        return [
            tuple(part + (place in extra) for place, part in enumerate(row))
            for row, extra in zip(self.base, self.extra, strict=True)
        ]

    def _place(self, rests: Sequence[int], behind: list[int]) -> set[int]:
        """Place the units that a row misses on its cut figures whose columns are most behind."""
        for place, rest in enumerate(rests):
            behind[place] += rest
        cut = [place for place, rest in enumerate(rests) if rest]
        cut.sort(key=lambda place: -behind[place])
        chosen = set(cut[: sum(rests) // self.whole])
        for place in chosen:
            behind[place] -= self.whole
            self.missing[place] -= 1
        return chosen

    def _move_one(self) -> None:
        """Move units along a chain of rows from a column with too many to one that misses some."""
        start = next(place for place, missing in enumerate(self.missing) if missing < 0)
        came: dict[int, tuple[int, int]] = {}
        reached = [start]
        for column in reached:
            if self.missing[column] > 0:
                break
            for row, extra in enumerate(self.extra):
                if column in extra:
                    for to, rest in enumerate(self.rests[row]):
                        if rest and to not in extra and to != start and to not in came:
                            came[to] = (column, row)
                            reached.append(to)
        else:
            raise AssertionError("a table of whole units that adds up both ways always exists")
        self.missing[column] -= 1
        self.missing[start] += 1
        while column != start:
            before, row = came[column]
            self.extra[row].remove(before)
            self.extra[row].add(column)
            column = before
