"""Where two versions of one value differ (差异): the place, the field, before and after.

Values are compared as they are stored, as JSON, so what differs here is what makes their hashes
differ. Lines are matched by their number; of a trace that differs the first row that does is told,
because all that follow from it differ too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen, canonical_json
from cpq.kernel.text import LocalText, legible
from cpq.plan import PricePoint
from cpq.waterfall.text import POINTS

_SHOWN = 120
_ABSENT = "-"
_FIGURES = frozenset(
    (
        *("quantity", "periods", "list_price", "unit_price", "list_amount", "amount", "discount"),
        *("net", "tax_percent", "tax", "tax_fixed", "gross", "cost", "floor"),
    )
)
_POINTS: dict[str, PricePoint] = {
    "list_price": "list",
    "net": "net",
    "tax": "tax",
    "gross": "gross",
    "cost": "cost",
    "floor": "floor",
}
_NAMES: dict[str, LocalText] = {
    **{field: POINTS[point] for field, point in _POINTS.items()},
    "unit_price": LocalText(en="unit price", zh="单价"),
    "list_amount": LocalText(en="list amount", zh="目录金额"),
    "amount": LocalText(en="amount", zh="金额"),
    "discount": LocalText(en="discount", zh="优惠"),
    "quantity": LocalText(en="quantity", zh="数量"),
    "tax_percent": LocalText(en="tax rate", zh="税率"),
    "steps": LocalText(en="trace", zh="计价明细"),
    "line": LocalText(en="line", zh="行"),
}

Kind = Literal["figure", "word"]
"""Whether what differs is an amount, a price or a quantity, or what is said beside them."""


class Difference(Frozen):
    """One field that differs: ``line`` is the line's number, empty for the document as a whole.

    ``point`` names the field, ``before`` and ``after`` hold its values as they are stored, ``-``
    where there is none, cut after 120 characters.

    >>> found = Difference(line="2", point="net", kind="figure", before="60.00", after="61.00")
    >>> str(found.message)
    'net of line 2 was 60.00 and is 61.00'
    """

    line: str = ""
    point: str
    kind: Kind
    before: str
    after: str

    @property
    def message(self) -> LocalText:
        """What differs, in both languages."""
        named = _NAMES.get(self.point, LocalText(en=self.point, zh=self.point))
        en = f" of line {self.line}" if self.line else ""
        zh = f"第 {self.line} 行的" if self.line else ""
        return LocalText(
            en=legible(f"{named.in_('en')}{en} was {self.before} and is {self.after}"),
            zh=legible(f"{zh}{named.in_('zh')}原为 {self.before}，现为 {self.after}"),
        )

    def finding(self, code: str) -> Finding:
        """The difference as a finding: an error where a figure differs, else a note."""
        return Finding(
            code=code,
            place=f"lines/{self.line}" if self.line else self.point,
            message=self.message,
            severity="error" if self.kind == "figure" else "note",
        )


def differences(before: Frozen, after: Frozen) -> tuple[Difference, ...]:
    """Every field in which two values differ, in the order of the fields; lines last.

    >>> class Tag(Frozen):
    ...     text: str
    >>> [str(each.message) for each in differences(Tag(text="a"), Tag(text="b"))]
    ['text was a and is b']
    """
    return differences_in(before.model_dump(mode="json"), after.model_dump(mode="json"))


def differences_in(before: object, after: object) -> tuple[Difference, ...]:
    """Every field in which two values differ that were read from JSON."""
    return tuple(_walked(before, after, ""))


def _walked(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after:
        return
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield _difference("", path or "value", before, after)
        return
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        below = f"{path}.{name}" if path else str(name)
        if name == "lines" and isinstance(was, list) and isinstance(now, list):
            yield from _lines(was, now)
        elif name == "pricing":
            yield from _walked(was, now, "")
        else:
            yield from _walked(was, now, below)


def _lines(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    was, now = _numbered(before), _numbered(after)
    for number in dict.fromkeys((*was, *now)):
        old, new = was.get(number), now.get(number)
        if old is None or new is None:
            yield _difference(number, "line", _named(old), _named(new), kind="figure")
            continue
        for name in dict.fromkeys((*old, *new)):
            one, other = old.get(name), new.get(name)
            if one == other:
                continue
            if name == "steps" and isinstance(one, list) and isinstance(other, list):
                one, other = _first_apart(one, other)
            yield _difference(number, name, one, other)


def _numbered(lines: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    every = (line for line in lines if isinstance(line, Mapping))
    return {str(line.get("number", place)): line for place, line in enumerate(every, start=1)}


def _named(line: Mapping[str, Any] | None) -> object:
    return None if line is None else line.get("product")


def _first_apart(before: list[Any], after: list[Any]) -> tuple[object, object]:
    """The first rows of two traces that are not the same."""
    for was, now in zip(before, after, strict=False):
        if was != now:
            return was, now
    shared = min(len(before), len(after))
    rest = (each[shared] if len(each) > shared else None for each in (before, after))
    was, now = rest
    return was, now


def _difference(
    line: str, point: str, before: object, after: object, *, kind: Kind | None = None
) -> Difference:
    is_figure = point.rpartition(".")[2] in _FIGURES
    return Difference(
        line=legible(line),
        point=legible(point)[:_SHOWN],
        kind=kind or ("figure" if is_figure else "word"),
        before=_shown(before),
        after=_shown(after),
    )


def _shown(value: object) -> str:
    if value is None or value == "":
        return _ABSENT
    text = value if isinstance(value, str) else canonical_json(value)
    said = legible(text)
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 2]} …"
