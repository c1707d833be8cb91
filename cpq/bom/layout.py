"""Everywhere something can be chosen (选配位置): the places of a structure, laid out once.

A place is a product at a path, with its own choices; a part that is used twice is two places. What
is chosen at a path is a slot: an attribute, a group, or how many of a component there are. A place
below an option is there only when the option is picked, one whose quantity may be 0 only when it is
not: its *gate* says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from cpq.bom.component import Component, OptionGroup
from cpq.bom.structure import Structure
from cpq.kernel.errors import Refused
from cpq.product import Attribute

PLACES_MAX: Final = 200_000
_BINDINGS_MAX: Final = 20_000
_ONE = Decimal(1)

Kind = Literal["attribute", "group", "quantity"]


class Gate(NamedTuple):
    """What makes a place be there: an option ``code`` of the group at ``path``, or at least so many
    of the quantity at ``path``.
    """

    path: str
    code: str = ""
    least: Decimal = _ONE


class Slot(NamedTuple):
    """Something to choose at a path; ``gate`` is what makes its owner be there, ``None``: always.

    Between ``minimum`` and ``maximum`` of ``codes`` are chosen where its owner is there.
    """

    path: str
    kind: Kind
    codes: tuple[str, ...]
    minimum: int
    maximum: int
    gate: Gate | None
    source: Attribute | OptionGroup | Component


class Place(NamedTuple):
    """A product at a path; ``above`` is the index of the place that it is part of (-1: none).

    ``separate`` is the number of an instance, from 1; 0 is all instances at once.
    """

    path: str
    product: str
    component: Component | None
    above: int
    gate: Gate | None
    separate: int = 0

    @property
    def prefix(self) -> str:
        """What the paths of its own slots begin with."""
        return f"{self.path}." if self.path else ""


class Layout(NamedTuple):
    """The places and slots of a structure, parents first.

    ``instanced`` holds, by path, how many instances a distinct component can have; ``twice`` the
    paths that two slots have.
    """

    places: tuple[Place, ...]
    slots: tuple[Slot, ...]
    by_path: Mapping[str, Slot]
    instanced: Mapping[str, int]
    twice: tuple[str, ...]


def layout(whole: Structure) -> Layout:
    """Everywhere something can be chosen. Raises ``Refused`` (``bom.too_large``).

    >>> from cpq.bom import BOM, structure
    >>> boms = {"A": BOM(product="A", components=({"product": "B", "quantity_to": 3},)),
    ...         "B": BOM(product="B", groups=({"code": "g", "options": ({"product": "X"},)},))}
    >>> [slot.path for slot in layout(structure("A", boms)).slots]
    ['B.quantity', 'B.g']
    """
    maker = _Maker(whole)
    maker.place(whole.product, "", None, above=-1, gate=None)
    by_path: dict[str, Slot] = {}
    twice = [slot.path for slot in maker.slots if by_path.setdefault(slot.path, slot) is not slot]
    return Layout(
        tuple(maker.places), tuple(maker.slots), by_path, maker.instanced, tuple(sorted(set(twice)))
    )


def instance(path: str, number: int) -> str:
    """The path of one instance.

    >>> instance("line.press", 2)
    'line.press[2]'
    """
    return f"{path}[{number}]"


class _Maker:
    def __init__(self, whole: Structure) -> None:
        self.whole = whole
        self.places: list[Place] = []
        self.slots: list[Slot] = []
        self.instanced: dict[str, int] = {}

    def place(
        self,
        product: str,
        path: str,
        component: Component | None,
        *,
        above: int,
        gate: Gate | None,
        separate: int = 0,
    ) -> None:
        if len(self.places) >= PLACES_MAX:
            raise Refused(
                "bom.too_large",
                f"the BOM of {self.whole.product!r} has more than {PLACES_MAX} places in all, "
                f"seen at {path!r}; give parts that are used often no choices of their own",
                message_zh=f"{self.whole.product} 的 BOM 超过 {PLACES_MAX} 处位置（见 {path}）；"
                "请减少常用子件的选项",
                product=self.whole.product,
            )
        here = Place(path, product, component, above, gate, separate)
        number = len(self.places)
        self.places.append(here)
        bom = self.whole.bom(product)
        if bom is None:
            return
        for attribute in bom.attributes:
            at = f"{here.prefix}{attribute.code}"
            self.slots.append(Slot(at, "attribute", attribute.codes, 1, 1, gate, attribute))
        for group in bom.groups:
            keys = tuple(option.key for option in group.options)
            at = f"{here.prefix}{group.code}"
            picks = (group.minimum, min(group.maximum, len(keys)))
            self.slots.append(Slot(at, "group", keys, *picks, gate, group))
        for code, place, lapsed in self.whole.lapsed:
            if code == product and lapsed is not None and lapsed.distinct:
                self.instanced[f"{here.prefix}{place}"] = 0
        for part in bom.components:
            self._part(part, f"{here.prefix}{part.key}", number, gate)
        for group in bom.groups:
            for option in group.options:
                at = f"{here.prefix}{group.code}"
                self._part(option, f"{at}.{option.key}", number, Gate(at, option.key))

    def _part(self, part: Component, path: str, above: int, gate: Gate | None) -> None:
        span = part.span
        counted = f"{path}.quantity"
        least, most = part.quantity, part.quantity
        if span is not None:
            self.slots.append(Slot(counted, "quantity", span.codes, 1, 1, gate, part))
            least, most = span.numbers[0], span.numbers[-1]
        if not self.whole.separate(part):
            positive = min((each for each in span.numbers if each > 0), default=_ONE) if span else 1
            own = Gate(counted, least=Decimal(positive)) if least == 0 else gate
            self.place(part.product, path, part, above=above, gate=own)
            return
        self.instanced[path] = int(most)
        for number in range(1, int(most) + 1):
            own = Gate(counted, least=Decimal(number)) if number > least else gate
            self.place(
                part.product, instance(path, number), part, above=above, gate=own, separate=number
            )


class Bound(NamedTuple):
    """Paths of a rule as written, and the places they stand for with these ``instances``."""

    paths: Mapping[str, str]
    instances: tuple[str, ...]


def bound(paths: Iterable[str], prefix: str, instanced: Mapping[str, int]) -> Iterator[Bound]:
    """The paths of a rule at a place, once for each choice of instances that they leave open.

    Raises ``Refused`` (``bom.too_large``) where there are too many of these.

    >>> [each.paths for each in bound(["bag.size", "wheel"], "", {"bag": 2})]
    [{'bag.size': 'bag[1].size', 'wheel': 'wheel'}, {'bag.size': 'bag[2].size', 'wheel': 'wheel'}]
    """
    absolute = {path: f"{prefix}{path}" for path in paths}
    if not instanced:
        yield Bound(absolute, ())
        return
    for count, each in enumerate(_bound(absolute, (), instanced)):
        if count >= _BINDINGS_MAX:
            raise Refused(
                "bom.too_large",
                f"a rule over {', '.join(absolute)} holds for more than {_BINDINGS_MAX} "
                "combinations of instances; name the instances that it is about",
                message_zh=f"涉及 {'、'.join(absolute)} 的规则超过 {_BINDINGS_MAX} 种实例组合；"
                "请指明具体实例",
            )
        yield each


def _bound(
    paths: dict[str, str], instances: tuple[str, ...], instanced: Mapping[str, int]
) -> Iterator[Bound]:
    base = next((found for path in paths.values() if (found := _open(path, instanced))), None)
    if base is None:
        yield Bound(paths, instances)
        return
    for number in range(1, instanced[base] + 1):
        one = instance(base, number)
        yield from _bound(
            {written: _into(path, base, one) for written, path in paths.items()},
            (*instances, one),
            instanced,
        )


def _open(path: str, instanced: Mapping[str, int]) -> str | None:
    """The first distinct component on a path that names no instance of it."""
    base = ""
    for step in path.split(".")[:-1]:
        base = f"{base}.{step}" if base else step
        if base in instanced and path != f"{base}.quantity":
            return base
    return None


def _into(path: str, base: str, one: str) -> str:
    if path.startswith(f"{base}.") and path != f"{base}.quantity":
        return f"{one}{path[len(base) :]}"
    return path
