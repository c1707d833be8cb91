"""Whether the rules of a structure speak of what there is (模型检查): all at once, before solving.

Each finding stands at ``boms/<product>/<rule>``. An error is a rule that can mean nothing: a path
that leads nowhere, a value nobody offers, a sum that no choice can reach. A note is one that says
nothing: a balance of what nobody draws, a code used twice.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from cpq.bom.component import Component
from cpq.bom.condition import Is, number_of
from cpq.bom.layout import Layout, Place, Slot, bound, layout
from cpq.bom.model import BOM
from cpq.bom.rule import SumRule, Term
from cpq.bom.structure import Structure, below_place
from cpq.bom.table import ANY, CompatibilityTable
from cpq.kernel.errors import Finding, Refused, Severity
from cpq.kernel.money import plain, total
from cpq.kernel.text import LocalText, legible

_SHOWN_MAX = 10
RESERVED: Final = "quantity"
"""What no attribute and no group may be called: it is how many there are of a component."""

Unread = Mapping[str, frozenset[str]]
"""By product, the places and names of its BOM that could not be read; ``*``: none of it could."""

NOTHING_UNREAD: Final[Unread] = {}
_ALL = "*"


def unsound(
    whole: Structure, laid: Layout | None = None, *, unread: Unread = NOTHING_UNREAD
) -> tuple[Finding, ...]:
    """What is wrong with the rules of a structure as they are written, by place.

    Requires and excludes are looked at by ``dead_picks``. Paths that lead to something ``unread``,
    or to what does not hold on the day of the structure, are not said to be unknown. Raises
    ``Refused`` (``bom.too_large``).

    >>> from cpq.bom import structure
    >>> bom = BOM(product="A", if_then=({"code": "R", "when": "a=1", "then": "b=2"},))
    >>> [str(found) for found in unsound(structure("A", {"A": bom}))][0]
    'boms/A/R: nothing is chosen at a; it has no choices below it [bom.unknown_path]'
    """
    checked = _Checked(whole, laid or layout(whole), unread)
    seen: set[str] = set()
    for path in checked.layout.twice:
        checked.find(
            "bom.ambiguous_path",
            f"boms/{whole.product}",
            f"two places have the path {path}; give one component another place",
            f"两处的路径同为 {path}，请为其中一个子件指定 place",
        )
    for place in checked.layout.places:
        bom = whole.bom(place.product)
        if bom is not None and place.product not in seen:
            seen.add(place.product)
            checked.bom(bom, place)
    checked.supplies()
    return tuple(sorted(checked.findings, key=lambda each: (each.place, each.code, str(each))))


def refuse_unsound(whole: Structure, laid: Layout | None = None) -> None:
    """Raise ``Refused`` (``bom.unsound``) with all findings where one of them is an error."""
    found = unsound(whole, laid)
    errors = [each for each in found if each.severity == "error"]
    if errors:
        raise Refused(
            "bom.unsound",
            f"the BOM of {whole.product!r} cannot be solved: {'; '.join(map(str, errors[:3]))}"
            + (f"; and {len(errors) - 3} more" if len(errors) > 3 else ""),
            findings=found,
            product=whole.product,
        )


def is_unread(whole: Structure, product: str, path: str, unread: Unread) -> bool:
    """Whether a path of a rule of ``product`` leads to something that could not be read.

    >>> from cpq.bom import structure
    >>> boms = {"A": BOM(product="A", components=({"product": "B"},)), "B": BOM(product="B")}
    >>> is_unread(structure("A", boms), "A", "B.hat", {"B": frozenset({"hat"})})
    True
    """
    names = unread.get(product, frozenset())
    if _ALL in names or any(path == name or below_place(path, name) for name in names):
        return True
    bom = whole.bom(product)
    return bom is not None and any(
        is_unread(whole, part.product, rest, unread)
        for place, part in bom.placed()
        if (rest := below_place(path, place))
    )


class _Checked:
    def __init__(self, whole: Structure, laid: Layout, unread: Unread) -> None:
        self.whole = whole
        self.layout = laid
        self.unread = unread
        self.absent = {**whole.gone}
        for code, names in unread.items():
            self.absent[code] = self.absent.get(code, frozenset()) | names
        self.findings: list[Finding] = []

    def find(
        self, code: str, place: str, en: str, zh: str, *, severity: Severity = "error"
    ) -> None:
        message = LocalText(en=legible(en), zh=legible(zh))
        finding = Finding(code=code, place=legible(place), message=message, severity=severity)
        if finding not in self.findings:
            self.findings.append(finding)

    def bom(self, bom: BOM, place: Place) -> None:
        """The rules of a BOM, looked at where it first occurs."""
        home = f"boms/{bom.product}"
        for named in (*(a.code for a in bom.attributes), *(g.code for g in bom.groups)):
            if named == RESERVED:
                self.find(
                    "bom.reserved_name",
                    home,
                    "an attribute or a group is called quantity, which is how many there are of a "
                    "component; give it another code",
                    "属性或分组不能名为 quantity，该名称表示子件数量，请改用其他代码",
                )
        self._codes(bom, home)
        for rule in bom.if_then:
            for comparison in (*rule.when.comparisons, *rule.then.comparisons):
                self._compared(comparison, place, f"{home}/{rule.code}")
        for table in bom.tables:
            self._table(table, place, f"{home}/{table.code}")
        for each in bom.sums:
            self._sum(each, place, f"{home}/{each.code}")
        for part in bom.parts():
            self._derived(bom, part, place, home)
        self._balances(bom, home)

    def _codes(self, bom: BOM, home: str) -> None:
        codes = [rule.code for rule in bom.rules]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.find(
                "bom.rule_twice",
                f"{home}/{code}",
                f"several rules are called {code}; give each a code of its own, so that people "
                "know which one is meant",
                f"多条规则的代码同为 {code}，请各用不同的代码",
                severity="note",
            )

    def slots(self, path: str, place: Place, home: str) -> list[Slot]:
        """What a path of a rule may stand for; a finding where that is nothing."""
        found = [
            self.layout.by_path.get(each.paths[path])
            for each in bound((path,), place.prefix, self.layout.instanced)
        ]
        slots = [slot for slot in found if slot is not None]
        missing = len(slots) < len(found) or not found
        if missing and not is_unread(self.whole, place.product, path, self.absent):
            known = self._known(place)
            self.find(
                "bom.unknown_path",
                home,
                f"nothing is chosen at {path}; {known[0]}",
                f"{path} 处没有可选项；{known[1]}",
            )
        return slots

    def _known(self, place: Place) -> tuple[str, str]:
        below = [
            slot.path.removeprefix(place.prefix)
            for slot in self.layout.slots
            if slot.path.startswith(place.prefix)
        ]
        if not below:
            return "it has no choices below it", "其下没有可选项"
        more = ", …" if len(below) > _SHOWN_MAX else ""
        listed = ", ".join(below[:_SHOWN_MAX]) + more
        return f"known are {listed}", f"可用路径：{listed}"

    def _compared(self, comparison: Is, place: Place, home: str) -> None:
        for slot in self.slots(comparison.path, place, home):
            if comparison.sign in ("=", "!="):
                self._offered(comparison.path, comparison.values, slot, place, home)
            elif not _is_number(slot):
                self._no_number(comparison.path, home)

    def _offered(
        self, path: str, codes: Iterable[str], slot: Slot, place: Place, home: str
    ) -> None:
        missing = [
            code
            for code in codes
            if code not in slot.codes
            and not is_unread(self.whole, place.product, f"{path}.{code}", self.whole.gone)
        ]
        if missing:
            listed = ", ".join(slot.codes[:_SHOWN_MAX])
            more = ", …" if len(slot.codes) > _SHOWN_MAX else ""
            self.find(
                "bom.unknown_value",
                home,
                f"{path} is never {', '.join(missing[:_SHOWN_MAX])}; it is one of {listed}{more}",
                f"{path} 没有值 {'、'.join(missing[:_SHOWN_MAX])}；可选：{listed}{more}",
            )

    def _no_number(self, path: str, home: str) -> None:
        self.find(
            "bom.not_a_number",
            home,
            f"{path} is not always a number, so it is neither above nor below one and counts "
            "nothing; compare it with = or give weights by value",
            f"{path} 的取值不全是数字，不能比较大小或按数计算，请用 = 或按值给出权重",
        )

    def _table(self, table: CompatibilityTable, place: Place, home: str) -> None:
        if not table.rows:
            self.find(
                "bom.empty_table",
                home,
                "the table has no rows, so nothing is allowed; add rows or remove it",
                "兼容表没有任何行，因此什么都不允许；请补充行或删除该表",
            )
        for column, path in enumerate(table.columns):
            cells = {row[column] for row in table.rows} - {ANY, ""}
            for slot in self.slots(path, place, home):
                if slot.kind == "group" and slot.maximum > 1:
                    self.find(
                        "bom.not_single",
                        home,
                        f"several may be picked at {path}, which fits no cell; write an if_then "
                        "rule about it",
                        f"{path} 可多选，不能作为兼容表的列；请改用 if_then 规则",
                    )
                else:
                    self._offered(path, sorted(cells), slot, place, home)

    def _sum(self, rule: SumRule, place: Place, home: str) -> None:
        least, most = [], []
        known = True
        for term in rule.terms:
            slots = self.slots(term.path, place, home)
            known = known and bool(slots)
            for slot in slots:
                known = self._weighed(term, slot, place, home) and known
                low, high = _span(term, slot)
                least.append(low)
                most.append(high)
        if known:
            self._reached(rule, total(least), total(most), home)

    def _weighed(self, term: Term, slot: Slot, place: Place, home: str) -> bool:
        if term.each is None:
            codes = [code for code, _ in term.weights]
            self._offered(term.path, codes, slot, place, home)
            if slot.kind == "quantity" and "0" in codes:
                self.find(
                    "bom.unknown_value",
                    home,
                    f"{term.path} weighs something at 0, but what is not there weighs nothing",
                    f"{term.path} 为 0 时表示没有该子件，不能有权重",
                )
            return all(code in slot.codes for code in codes)
        if not _is_number(slot):
            self._no_number(term.path, home)
        return _is_number(slot)

    def _reached(self, rule: SumRule, least: Decimal, most: Decimal, home: str) -> None:
        crossed = (
            rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most
        )
        low = rule.at_least is not None and most < rule.at_least
        high = rule.at_most is not None and least > rule.at_most
        if crossed or low or high:
            self.find(
                "bom.sum_never",
                home,
                f"the sum is from {plain(least)} to {plain(most)}, never within the bounds of the "
                "rule; correct the weights or the bounds",
                f"合计只能在 {plain(least)} 至 {plain(most)} 之间，永远达不到规则的界限；请更正",
            )

    def _derived(self, bom: BOM, part: Component, place: Place, home: str) -> None:
        if part.quantity_formula is None:
            return
        placed = {f"{path}.quantity": each for path, each in bom.placed()}
        at = f"{home}/{part.key}"
        derived = {path: each for path, each in placed.items() if each.quantity_formula}
        for path in part.quantity_formula.paths:
            if path in placed or self._is_counted(f"{place.prefix}{path}"):
                continue
            slot = self.layout.by_path.get(f"{place.prefix}{path}")
            if slot is None:
                if is_unread(self.whole, place.product, path, self.absent):
                    continue
                known = self._known(place)
                self.find(
                    "bom.unknown_path",
                    at,
                    f"nothing is counted at {path}; {known[0]}",
                    f"{path} 处没有数量；{known[1]}",
                )
            elif not _is_number(slot):
                self._no_number(path, at)
        circle = next((way for start in derived if (way := _circle(start, derived))), ())
        if circle:
            self.find(
                "bom.derived_cycle",
                home,
                f"its quantity derives from itself: {' > '.join(circle)}",
                f"数量推算成环：{' > '.join(circle)}",
            )
        speaking = [bom.product for bom in self.whole.boms if bom.balances]
        if speaking and self._draws(part.product):
            self.find(
                "bom.derived_supply",
                at,
                "its quantity is derived, so what it supplies or draws is not known before the "
                "rest is chosen; give its amounts to the parts that its quantity follows",
                "其数量由公式推算，求解时未知其资源用量；请将用量计入决定该数量的子件",
            )

    def _is_counted(self, path: str) -> bool:
        """Whether a path is the quantity of a place deeper down."""
        at = path.removesuffix(".quantity")
        return at != path and any(place.path in (at, f"{at}[1]") for place in self.layout.places)

    def _draws(self, product: str) -> bool:
        if self.whole.amounts(product):
            return True
        bom = self.whole.bom(product)
        return bom is not None and any(self._draws(part.product) for part in bom.parts())

    def _balances(self, bom: BOM, home: str) -> None:
        for code in bom.balances:
            spoken = any(
                code in self.whole.amounts(product)
                for each in self.whole.boms
                for product in (each.product, *(part.product for part in each.parts()))
            )
            if not spoken and not self.unread:
                self.find(
                    "bom.idle_balance",
                    f"{home}/{code}",
                    f"nothing in it supplies or draws {code}; correct the code or give amounts",
                    f"没有子件提供或消耗资源 {code}；请更正代码或补充用量",
                    severity="note",
                )

    def supplies(self) -> None:
        """Amounts that are given twice, and differ."""
        rows = [*self.whole.supplies, *(row for bom in self.whole.boms for row in bom.supplies)]
        for row in rows:
            told = self.whole.amounts(row.product)[row.resource]
            if told != row.amount:
                self.find(
                    "bom.supply_twice",
                    f"boms/{self.whole.product}",
                    f"{row.product} supplies {plain(told)} and {plain(row.amount)} of "
                    f"{row.resource}; keep one of the two",
                    f"{row.product} 的资源 {row.resource} 用量有 {plain(told)} 和 "
                    f"{plain(row.amount)} 两个值，请保留其一",
                )


def _is_number(slot: Slot) -> bool:
    return slot.kind == "quantity" or (
        slot.kind == "attribute" and all(number_of(code) is not None for code in slot.codes)
    )


def _span(term: Term, slot: Slot) -> tuple[Decimal, Decimal]:
    """The least and the most that a term weighs at a slot; what is not there weighs nothing."""
    nothing = Decimal(0)
    weights = [term.weight((code,)) for code in slot.codes]
    if slot.kind == "group" and slot.maximum > 1:
        return total(min(each, nothing) for each in weights), total(
            max(each, nothing) for each in weights
        )
    if slot.gate is not None or not slot.minimum:
        weights.append(nothing)
    return min(weights), max(weights)


def _circle(start: str, derived: dict[str, Component]) -> tuple[str, ...]:
    """The way from a derived quantity back to itself; empty where there is none."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        formula = derived[way[-1]].quantity_formula
        for path in formula.paths if formula else ():
            if path == start:
                return (*way, path)
            if path in derived and path not in seen:
                seen.add(path)
                waiting.append((*way, path))
    return ()
