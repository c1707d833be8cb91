"""How wide the columns of the lines are: as wide as their widest figure needs (列宽).

A fixed table is the fastest to lay out and never moves between pages, but a figure that is wider
than its column would be printed over its neighbour. So the widths come from the figures: the
description takes what is left. Where that is too little the figures are set smaller, and where
that does not help either the page is turned.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from cpq.adapters.view import ColumnsView, LineView

Paper = Literal["A4", "letter"]
"""The size of a page: A4, or US Letter."""

_UPRIGHT = {"A4": 174, "letter": 179.9}
_LANDSCAPE = {"A4": 261, "letter": 243.4}
"""What the margins leave of a page's width, in mm."""
_TOTAL_MOST = 21
_PADDING = 3.6
_LEAST = {
    "number": 9,
    "code": 18,
    "quantity": 17,
    "list": 18,
    "discount": 11,
    "unit": 18,
    "tax": 10,
    "amount": 22,
}
_CODE_MOST = 34
_QUANTITY_MOST = 26
_NUMBER_MOST = 18
_NAME_LEAST = 62
_NAME_TIGHT = 46
_FIGURE_EM = 3.1
_TIGHT_EM = 2.45
_SMALL_EM = 2.75
_BOLD = 1.08
_INDENT_EM = 1.4
_EMS = {**dict.fromkeys(",.  '’:;il|I", 0.31), **dict.fromkeys("%MWmw@", 0.98)}


def columns(
    lines: tuple[LineView, ...],
    *,
    total: str,
    sums: Iterable[str] = (),
    gross: bool = False,
    hidden: Collection[str] = (),
    paper: Paper = "A4",
) -> ColumnsView:
    """The columns that these lines need, and their widths in mm.

    Portrait where that leaves the description its room, with smaller figures if it must be;
    landscape otherwise, and for a ``total`` that two columns side by side cannot hold. ``sums``
    stand below the amounts; ``gross`` says that all prices include tax; ``hidden`` names columns
    that are not wanted: ``code``, ``discount`` (with the list price), ``tax``, ``unit_price``.
    """
    discount = "discount" not in hidden and any(line.discount for line in lines)
    tax = "tax" not in hidden and len({line.tax for line in lines if line.tax}) > 1
    unit = "unit_price" not in hidden
    left_out = (set() if discount else {"list", "discount"}) | (set() if tax else {"tax"})
    left_out |= set() if unit else {"unit"}
    summed = tuple(sums)
    widths, page = _widths(lines, summed, _FIGURE_EM, left_out), _UPRIGHT[paper]
    tight = page - sum(widths.values()) < _NAME_TIGHT
    if tight:
        widths = _widths(lines, summed, _TIGHT_EM, left_out)
    landscape = page - sum(widths.values()) < _NAME_TIGHT or len(total) > _TOTAL_MOST
    if landscape:
        page = _LANDSCAPE[paper]
    code = min(_code_width(lines), _CODE_MOST)
    return ColumnsView(
        gross=gross,
        code="code" not in hidden and page - sum(widths.values()) - code >= _name_width(lines),
        discount=discount,
        unit=unit,
        tax=tax,
        tight=tight,
        landscape=landscape,
        code_width=_mm(code),
        **{f"{name}_width": _mm(width) for name, width in widths.items()},
    )


def _widths(
    lines: tuple[LineView, ...], sums: tuple[str, ...], em: float, hidden: set[str]
) -> dict[str, float]:
    texts = {
        "list": (line.list_price for line in lines),
        "discount": (line.discount for line in lines),
        "unit": (line.unit_price for line in lines),
        "tax": (line.tax for line in lines),
        "amount": (line.amount for line in lines),
    }
    found = {name: max(_widest(column, em), _LEAST[name]) for name, column in texts.items()}
    found["unit"] = max(found["unit"], _widest(map(_per, lines), _SMALL_EM))
    found["amount"] = max(found["amount"], _widest(sums, em * _BOLD))
    quantity = _widest((_quantity(line) for line in lines), em)
    found["quantity"] = max(min(quantity, _QUANTITY_MOST), _LEAST["quantity"])
    number = _widest((line.number for line in lines), em)
    found["number"] = max(min(number, _NUMBER_MOST), _LEAST["number"])
    return {name: 0 if name in hidden else width for name, width in found.items()}


def _per(line: LineView) -> str:
    return "" if line.per is None else f"{line.per.text} {line.per.other}"


def _quantity(line: LineView) -> str:
    return f"{line.quantity} {line.unit.text} {line.unit.other}"


def _name_width(lines: tuple[LineView, ...]) -> float:
    """What the names need beside a column of codes: less where all are short and stand alone.

    A second line below the name has room for the code; without one it saves a row of each line.
    """
    if any(line.name.other or line.detail for line in lines):
        return _NAME_LEAST
    longest = max((_ems(line.name.text) + line.level * _INDENT_EM for line in lines), default=0)
    return min(longest * _FIGURE_EM + _PADDING, _NAME_LEAST)


def _code_width(lines: tuple[LineView, ...]) -> float:
    return max(_widest((line.code for line in lines), _SMALL_EM), _LEAST["code"])


def _widest(texts: Iterable[str], em: float) -> float:
    return max(map(_ems, texts), default=0) * em + _PADDING


def _ems(text: str) -> float:
    """About how wide a text is, in widths of an em: never less than it is."""
    return sum(_EMS.get(letter, 0.66 if letter < "⺀" else 1) for letter in text)


def _mm(width: float) -> str:
    return f"{width:.1f}mm"
