"""Compatibility tables (兼容表): which values may stand together, row by row."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, LocalText
from cpq.product import number_code

_SHOWN_MAX = 3
ANY = "*"
"""The cell that every value fits, and nothing too."""


def _as_text(value: Any) -> Any:
    """A cell as its text: numbers of a TOML file are codes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return number_code(value) if isinstance(value, Decimal) else value


Cell = Annotated[Line, BeforeValidator(_as_text)]
"""A code; ``*`` fits anything; the empty cell fits where nothing is picked or nothing is there."""


class CompatibilityTable(Frozen):
    """What is chosen at ``columns`` together is one of the ``rows``.

    A column is the path of an attribute, a quantity or a group of which at most one is picked. A
    cell is a code, ``*`` for anything or empty for nothing. Raises ``Invalid``
    (``bom.table_width``) where a row has more or fewer cells than there are columns.

    >>> pairs = CompatibilityTable(code="T1", columns=("head", "lens"),
    ...                            rows=(("H-6", "*"), ("H-12", "F200")))
    >>> pairs.allows(("H-6", "")), pairs.allows(("H-12", "F150"))
    (True, False)
    """

    code: Code
    columns: tuple[Line, ...] = Field(min_length=1)
    rows: tuple[tuple[Cell, ...], ...]
    message: LocalText = LocalText()

    @model_validator(mode="after")
    def _is_a_table(self) -> "CompatibilityTable":
        twice = sorted({path for path in self.columns if self.columns.count(path) > 1})
        if twice:
            raise ValueError(f"table {self.code!r} has the column {twice[0]!r} twice")
        width = len(self.columns)
        wrong = [
            (number, len(row)) for number, row in enumerate(self.rows, start=1) if len(row) != width
        ]
        if wrong:
            shown, more = wrong[:_SHOWN_MAX], len(wrong) - _SHOWN_MAX
            listed = ", ".join(f"row {number} has {cells}" for number, cells in shown)
            listed_zh = "、".join(f"第 {number} 行 {cells} 格" for number, cells in shown)
            raise Invalid(
                "bom.table_width",
                f"table {self.code!r} has {width} columns, so each row has {width} cells; {listed}"
                + (f" and {more} more" if more > 0 else ""),
                message_zh=f"兼容表 {self.code} 有 {width} 列，每行应有 {width} 格；{listed_zh}"
                + (f"，另有 {more} 行" if more > 0 else ""),
            )
        return self

    def allows(self, values: tuple[str, ...]) -> bool:
        """Whether these values may stand together; empty is nothing."""
        return any(
            all(cell in (ANY, value) for cell, value in zip(row, values, strict=True))
            for row in self.rows
        )
