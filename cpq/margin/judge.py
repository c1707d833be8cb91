"""What was priced against its floors: every floor that was not kept, said in full (底价检查).

A finding per place and consequence: of several floors that a line falls below, the highest speaks
for those with the same policy and approval. A floor that could not be reckoned is a finding too.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Finding, Severity
from cpq.kernel.model import added
from cpq.kernel.money import CurrencyCode, Exact, Rounding, plain, rounded_fraction
from cpq.kernel.text import Code, Line, LocalText
from cpq.margin.floor import Floor, FloorKind, FloorLevel, FloorPolicy
from cpq.margin.guard import FloorPrice, GuardedLine, LineFloors, Missing
from cpq.margin.line import counted

_SEVERITY: dict[FloorPolicy, Severity] = {
    "block": "error",
    "approve": "approval",
    "clip": "approval",
    "warn": "note",
}
_RANK: dict[Severity, int] = {"error": 0, "approval": 1, "note": 2}
_UNIT_PLACES = 4
_NAMED_MAX = 5


class FloorFinding(Finding):
    """A floor that was not kept: ``actual`` lies below ``needed``, in ``currency`` before tax.

    Both are prices per ``unit`` at the level ``unit``, amounts at the others; ``needed`` is rounded
    up, ``actual`` down, and ``needed`` is ``None`` where the floor could not be reckoned.
    ``approval`` is the level of approval that the floor names; ``lines`` are those held against it.
    """

    floor: Code
    level: FloorLevel
    needed: Exact | None
    actual: Exact
    currency: CurrencyCode
    unit: Code | None = added(None)
    approval: Code | None = added(None)
    lines: tuple[Line, ...] = added(())


class _Place(NamedTuple):
    """Where floors are held: the words for it, and the lines that count there."""

    path: str
    en: str
    zh: str
    lines: tuple[str, ...]
    manual: bool = False


class _Breach(NamedTuple):
    """A floor that was not kept, in exact figures; ``unknown`` are the lines without a cost."""

    found: FloorPrice
    place: _Place
    needed: Fraction | None
    actual: Fraction
    missing: Missing = ""
    unknown: tuple[str, ...] = ()
    unit: str | None = None


class _Priced(NamedTuple):
    """A line with its floors and what it brought, so that ``counted`` can read it."""

    line: GuardedLine
    found: tuple[FloorPrice, ...]
    net: Fraction
    size: Fraction

    @property
    def number(self) -> str:
        return self.line.number

    @property
    def quantity(self) -> Decimal:
        return self.line.quantity

    @property
    def optional(self) -> bool:
        return self.line.optional

    @property
    def included(self) -> bool:
        return self.line.included


def judged(
    guarded: Sequence[LineFloors], nets: Sequence[Decimal], *, currency: str
) -> tuple[FloorFinding, ...]:
    """Every floor that the nets (before tax, one per line) do not keep.

    ``block`` makes an error, ``warn`` a note, ``approve`` asks for an approval, and so does
    ``clip`` where a price that is no promotion lies below. Lines first, then bundles, then the
    quote; errors before approvals before notes. What comes back (quantity below 0) is held against
    nothing by itself, but counts in a bundle and in the quote.

    >>> from cpq.kernel.money import Money
    >>> floor = Floor(code="LOW", price=Money("45.00", "CNY"))
    >>> line = GuardedLine("1", "M8", Decimal(2), "pc", Decimal(50), Decimal(88))
    >>> found = LineFloors(line, (FloorPrice(floor, Fraction(45)),), 2)
    >>> print(judged([found], [Decimal("88.00")], currency="CNY")[0].message)
    line 1 (M8): net 88.00 CNY is below the floor LOW of 90.00 CNY; raise the price, or leave it out
    """
    every = [
        _Priced(floors.line, floors.found, Fraction(net), Fraction(floors.line.quantity))
        for floors, net in zip(guarded, nets, strict=True)
    ]
    if not any(row.found for row in every):
        return ()
    rows = counted(every)
    breaches = [breach for row in rows for breach in _of_line(row)]
    breaches += _of_bundles(rows)
    breaches += _of_quote(rows)
    places = max((floors.places for floors in guarded), default=0)
    return tuple(
        _finding(f"floor.{_REASONS[breach.missing]}", breach, currency=currency, places=places)
        for breach in _speaking(breaches)
    )


def _of_line(row: _Priced) -> Iterator[_Breach]:
    """The floors of the level unit and line that one line does not keep."""
    line = row.line
    if row.quantity <= 0:
        return
    what = "the manual price of line" if line.manual else "line"
    place = _Place(
        f"lines/{row.number}",
        f"{what} {row.number} ({line.product})",
        f"第 {row.number} 行（{line.product}）{'手工价' if line.manual else ''}",
        (row.number,),
        line.manual,
    )
    each = row.net / row.size
    if line.lowest is not None and line.amount > 0:
        each = min(each, Fraction(line.lowest) * row.net / Fraction(line.amount))
    for found in row.found:
        if found.floor.level == "unit":
            needed, actual, unit = found.unit_price, each, line.unit
        elif found.floor.level == "line":
            needed, actual, unit = found.unit_price, row.net, None
            needed = None if needed is None else needed * row.size
        else:
            continue
        if needed is None or actual < needed:
            unknown = (row.number,) if found.missing == "cost" else ()
            yield _Breach(found, place, needed, actual, found.missing, unknown, unit)


def _of_bundles(rows: Sequence[_Priced]) -> Iterator[_Breach]:
    """The floors of bundles: of each line in scope that stands at the top or has lines below."""
    inside_of = _inside(rows) if any(_of_level(row, "bundle") for row in rows) else {}
    for head in rows:
        floors = _of_level(head, "bundle")
        inside = inside_of.get(head.number, ())
        if not floors or ("." in head.number and len(inside) == 1):
            continue
        product = head.line.product
        place = _Place(
            f"lines/{head.number}",
            f"line {head.number} ({product}) with all below it",
            f"第 {head.number} 行（{product}）及其下级",
            tuple(row.number for row in inside),
        )
        actual = sum((row.net for row in inside), Fraction(0))
        for found in floors:
            yield from _summed(found, place, actual, _bundled(found, head, inside), inside)


def _of_level(row: _Priced, level: FloorLevel) -> list[FloorPrice]:
    return [found for found in row.found if found.floor.level == level]


def _inside(rows: Sequence[_Priced]) -> dict[str, list[_Priced]]:
    """For each line that counts: itself, then those below it, in the order of the lines."""
    inside: dict[str, list[_Priced]] = {row.number: [row] for row in rows}
    for row in rows:
        above = row.number.rpartition(".")[0]
        while above:
            if above in inside:
                inside[above].append(row)
            above = above.rpartition(".")[0]
    return inside


def _bundled(found: FloorPrice, head: _Priced, inside: Sequence[_Priced]) -> Fraction | None:
    """The floor of a bundle as an amount: its price is the head's, its cost and list all lines'."""
    floor = found.floor
    if floor.percent_of_list is not None:
        listed = sum((_listed(row) for row in inside), Fraction(0))
        return listed * floor.scale
    costs = [_cost(row) for row in inside] if floor.needs_cost else []
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs):
        return None
    if floor.margin is not None:
        return sum(known, Fraction(0)) * floor.scale
    named = found.unit_price if floor.cost_plus is None else found.given
    return None if named is None else sum(known, named * head.size)


def _of_quote(rows: Sequence[_Priced]) -> Iterator[_Breach]:
    """The floors of the quote: all lines in scope together against the sum of their floors."""
    pools: dict[str, list[tuple[_Priced, FloorPrice]]] = {}
    for row in rows:
        for found in _of_level(row, "quote"):
            pools.setdefault(found.floor.code, []).append((row, found))
    for pool in pools.values():
        inside = [row for row, _ in pool]
        place = _Place("quote", "the quote", "整单", tuple(row.number for row in inside))
        actual = sum((row.net for row in inside), Fraction(0))
        parts = [found.unit_price * row.size for row, found in pool if found.unit_price is not None]
        needed = sum(parts, Fraction(0)) if len(parts) == len(pool) else None
        missing = next((found for _, found in pool if found.missing), pool[0][1])
        yield from _summed(missing, place, actual, needed, inside)


def _summed(
    found: FloorPrice,
    place: _Place,
    actual: Fraction,
    needed: Fraction | None,
    inside: Sequence[_Priced],
) -> Iterator[_Breach]:
    if needed is not None and (actual >= needed or needed < 0):
        return  # below 0 more comes back than is sold
    unknown: tuple[str, ...] = ()
    if needed is None and found.floor.needs_cost:
        unknown = tuple(row.number for row in inside if row.line.unit_cost is None)
    missing: Missing = "cost" if unknown else found.missing
    yield _Breach(found, place, needed, actual, missing, unknown)


def _cost(row: _Priced) -> Fraction | None:
    cost = row.line.unit_cost
    return None if cost is None else Fraction(cost) * row.size


def _listed(row: _Priced) -> Fraction:
    return row.line.before_tax(row.line.list_price) * row.size


def _speaking(breaches: Iterable[_Breach]) -> list[_Breach]:
    """Of the breaches with one place and one consequence the highest floor, in order.

    Floors per unit and per line are compared per unit; pools of other lines are other places.
    """
    kept: dict[tuple[object, ...], _Breach] = {}
    places: dict[tuple[object, ...], int] = {}
    for breach in breaches:
        floor, place = breach.found.floor, breach.place
        scale = floor.level if floor.level in ("bundle", "quote") else "line"
        where = (scale, place.path, place.lines)
        places.setdefault(where, len(places))
        key = (places[where], floor.policy, floor.approval or "", breach.missing)
        if key not in kept or _height(breach) > _height(kept[key]):
            kept[key] = breach
    ranked = sorted(
        kept.items(), key=lambda row: (row[0][0], _RANK[_SEVERITY[row[1].found.floor.policy]])
    )
    return [breach for _, breach in ranked]


def _height(breach: _Breach) -> Fraction:
    pooled = breach.found.floor.level in ("bundle", "quote")
    return (breach.needed if pooled else breach.found.unit_price) or Fraction(0)


def _finding(code: str, breach: _Breach, *, currency: str, places: int) -> FloorFinding:
    floor, place = breach.found.floor, breach.place
    actual = _figure(breach.actual, places, breach.unit, Rounding.FLOOR)
    needed = None
    if breach.needed is not None:
        needed = _figure(breach.needed, places, breach.unit, Rounding.CEILING)
    return FloorFinding(
        code=code,
        message=_message(breach, actual, needed, currency),
        place=place.path,
        severity=_SEVERITY[floor.policy],
        floor=floor.code,
        level=floor.level,
        needed=needed,
        actual=actual,
        currency=currency,
        unit=breach.unit,
        approval=floor.approval,
        lines=place.lines,
    )


def _figure(value: Fraction, places: int, unit: str | None, mode: Rounding) -> Decimal:
    """An amount on the grid; a price per unit with four decimals where the grid is too coarse."""
    figure = rounded_fraction(value, places, mode)
    if unit is None or Fraction(figure) == value:
        return figure
    return rounded_fraction(value, max(places, _UNIT_PLACES), mode)


def _message(breach: _Breach, actual: Decimal, needed: Decimal | None, currency: str) -> LocalText:
    floor, place = breach.found.floor, breach.place
    per = "" if breach.unit is None else f" per {breach.unit}"
    each = "" if breach.unit is None else f"/{breach.unit}"
    kind_en, kind_zh = _KINDS[floor.kind]
    en_do, zh_do = _what_to_do(floor, manual=place.manual, known=needed is not None)
    if needed is None:
        en_why, zh_why = _MISSING[breach.missing]
        if breach.unknown and floor.level in ("bundle", "quote"):
            named = ", ".join(breach.unknown[:_NAMED_MAX])
            named += "" if len(breach.unknown) <= _NAMED_MAX else ", …"
            en_why, zh_why = f"{en_why} of line {named}", f"{zh_why}（第 {named} 行）"
        return LocalText(
            en=f"{place.en}: the floor {floor.code}{kind_en} cannot be reckoned, because "
            f"{en_why}{en_do}",
            zh=f"{place.zh}：无法计算底价 {floor.code}{kind_zh}，{zh_why}{zh_do}",
        )
    return LocalText(
        en=f"{place.en}: net {plain(actual)} {currency}{per} is below the floor "
        f"{floor.code}{kind_en} of {plain(needed)} {currency}{per}{en_do}",
        zh=f"{place.zh}：未税净额 {plain(actual)} {currency}{each} 低于底价 "
        f"{floor.code}{kind_zh} {plain(needed)} {currency}{each}{zh_do}",
    )


def _what_to_do(floor: Floor, *, manual: bool, known: bool) -> tuple[str, str]:
    if floor.policy == "block":
        if not known:
            return "; add what is missing, or leave it out", "；请补充缺失项或去掉该项"
        return "; raise the price, or leave it out", "；请提高价格或去掉该项"
    if floor.policy == "warn":
        return "", ""
    kept = floor.policy == "clip" and manual
    en, zh = ("; the price was left as it is", "；价格未作改动") if kept else ("", "")
    if floor.approval is None:
        return f"{en}; it needs an approval", f"{zh}；需审批"
    return f"{en}; it needs an approval by {floor.approval}", f"{zh}；需审批（{floor.approval}）"


_REASONS: dict[Missing, str] = {
    "": "below",
    "cost": "cost_unknown",
    "rate": "rate_unknown",
    "unit": "unit_incompatible",
}
_MISSING: dict[Missing, tuple[str, str]] = {
    "": ("it has no figure", "没有数值"),
    "cost": ("nobody knows the cost", "成本未知"),
    "rate": ("there is no exchange rate to the currency of the document", "缺少换算汇率"),
    "unit": ("its unit and that of the line do not convert", "计量单位无法换算"),
}
_KINDS: dict[FloorKind, tuple[str, str]] = {
    "own": ("", ""),
    "regulation": (" (by regulation)", "（法规限价）"),
    "agreement": (" (by agreement)", "（协议限价）"),
}
