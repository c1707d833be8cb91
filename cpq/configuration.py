"""From choices to a configuration (选配): a frozen tree of parts with quantities.

A configuration is a value: it prices, prints, compares and reorders without the BOM it came from.
Whatever is wrong with the choices is found at once, each finding with its place and its message;
a configuration with an error is never made.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import Field

from cpq.bom import (
    BOM,
    Component,
    Excludes,
    OptionGroup,
    PartTotal,
    Pick,
    Requires,
    Rollup,
    Sold,
    Structure,
)
from cpq.kernel.errors import Finding, refuse_if
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, exact, places_of, plain, product, rounded, total
from cpq.kernel.text import Code, Line, LocalText, legible

Origin = Literal["user", "preset"]
Chosen = str | Sequence[str]
"""What was chosen at a path: one code, or several where the group allows them."""


class Item(Frozen):
    """A product as it stands, to be priced: so many of it, in its own unit unless said.

    ``attributes`` are its values by attribute code, for attribute prices. Tiers are reached by
    ``full_quantity`` where it is given, and priced by ``quantity``: what is prorated buys at the
    tier of the whole. An ``optional`` item is offered beside the totals.

    >>> Item(product="M8", quantity="200").unit is None
    True
    """

    product: Code
    quantity: Exact
    unit: Code | None = None
    attributes: tuple[tuple[Code, Line], ...] = added(())
    full_quantity: Exact | None = added(None)
    optional: bool = added(False)


class Choice(Frozen):
    """A pick that was made, and by whom: the user, or the group's preset."""

    path: Line
    value: Code
    origin: Origin


class Part(Frozen):
    """A node of the configured tree: ``quantity`` per parent, ``total`` over the whole line.

    ``attributes`` are what was chosen as it is printed, ``values`` the same by code.
    """

    key: Code
    product: Code
    quantity: Exact
    total: Exact
    unit: Code
    sold: Sold
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    parts: "tuple[Part, ...]" = ()
    values: tuple[tuple[Code, Line], ...] = added(())
    rollup: Rollup = added("as_sold")
    cascade: bool = added(False)


class Configuration(Frozen):
    """A configured product: the tree of its parts, the choices it came from.

    ``quantity`` counts ``unit``, the product's own; it is priced as one line and one line per part.
    ``configure`` makes it; an ``optional`` one is offered beside the totals.

    >>> desk = Configuration(product="DESK", quantity=2, unit="pc", choices=(), parts=(
    ...     {"key": "LEG", "product": "LEG", "quantity": 4, "total": 8, "unit": "pc",
    ...      "sold": "priced"},))
    >>> [(number, str(part.total)) for number, part in desk.numbered()]
    [('1', '8')]
    """

    product: Code
    quantity: Exact = Field(gt=0)
    unit: Code
    choices: tuple[Choice, ...]
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    parts: tuple[Part, ...]
    values: tuple[tuple[Code, Line], ...] = added(())
    rollup: Rollup = added("as_sold")
    optional: bool = added(False)

    def chosen(self, path: str) -> tuple[str, ...]:
        """The values picked at a path, none where nothing was."""
        return tuple(choice.value for choice in self.choices if choice.path == path)

    def numbered(self) -> Iterator[tuple[str, Part]]:
        """Every part with its number in the tree: ``1``, ``1.1``, ``2`` …, parents first."""
        yield from _numbered(self.parts, "")


def _numbered(parts: tuple[Part, ...], above: str) -> Iterator[tuple[str, Part]]:
    for place, part in enumerate(parts, start=1):
        number = f"{above}{place}"
        yield number, part
        yield from _numbered(part.parts, f"{number}.")


def configure(
    bom: Structure, *, choose: Mapping[str, Chosen] | None = None, quantity: object = 1
) -> Configuration:
    """The configuration that the choices make, or a refusal that names all that is wrong.

    ``choose`` maps a path to the code picked there: ``{"head": "HEAD-12KW"}``, for several picks
    to a list of codes; what is not chosen is preset. Raises ``Refused``
    (``configuration.invalid``) with one finding per violation.

    >>> from cpq.bom import structure
    >>> boms = {"A": BOM(product="A", groups=(OptionGroup(code="head", options=(
    ...     Component(product="H6"), Component(product="H12"))),))}
    >>> configure(structure("A", boms), choose={"head": "H12"}, quantity=2).parts[0].product
    'H12'
    """
    reading = _Reading(bom, choose or {})
    count = exact(quantity)
    unit = bom.unit(Component(product=bom.product))
    reading.measure(count, unit)
    below = reading.read(bom.product, prefix="", count=count)
    refuse_if(reading.finish(), code="configuration.invalid", subject=bom.product)
    return Configuration(
        product=bom.product,
        quantity=count,
        unit=unit,
        choices=tuple(reading.choices),
        **below._asdict(),
    )


def check(bom: Structure, choose: Mapping[str, Chosen]) -> tuple[Finding, ...]:
    """What is wrong with the choices, all of it; nothing where they make a configuration.

    >>> from cpq.bom import structure
    >>> boms = {"A": BOM(product="A", groups=(OptionGroup(code="head", options=(
    ...     Component(product="H6"), Component(product="H12"))),))}
    >>> [finding.code for finding in check(structure("A", boms), {"heat": "H12"})]
    ['configuration.choice_missing', 'configuration.unknown_path']
    """
    reading = _Reading(bom, choose)
    reading.read(bom.product, prefix="", count=Decimal(1))
    return reading.finish()


def parts_total(configuration: Configuration) -> tuple[PartTotal, ...]:
    """How much of each part the configuration contains, over all places; sorted by product.

    >>> from cpq.bom import structure
    >>> boms = {"DESK": BOM(product="DESK", components=(Component(product="LEG", quantity=4),))}
    >>> [str(each.quantity) for each in parts_total(configure(structure("DESK", boms), quantity=2))]
    ['8']
    """
    totals: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for number, part in configuration.numbered():
        key = (part.product, part.unit)
        before, deepest = totals.get(key, (Decimal(0), 0))
        totals[key] = (total((before, part.total)), max(deepest, number.count(".") + 1))
    return tuple(
        PartTotal(product=code, unit=unit, quantity=amount, level=level)
        for (code, unit), (amount, level) in sorted(totals.items())
    )


class _Below(NamedTuple):
    """What lies below a product: its parts, what was chosen of it, and how its price rolls up."""

    parts: tuple[Part, ...] = ()
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    rollup: Rollup = "as_sold"


_SOLD: dict[Rollup, Sold] = {
    "parent": "included",
    "allocated": "included",
    "components": "priced",
    "sum": "priced",
}


class _Reading:
    """One pass over the structure: picks, parts and findings as they come up."""

    def __init__(self, bom: Structure, choose: Mapping[str, Chosen]) -> None:
        self.structure = bom
        self.chosen = {
            path: (value,) if isinstance(value, str) else tuple(value)
            for path, value in choose.items()
        }
        self.choices: list[Choice] = []
        self.findings: list[Finding] = []
        self._known: set[str] = set()
        self._rules: list[tuple[str, Requires | Excludes]] = []

    def read(self, product_code: str, *, prefix: str, count: Decimal) -> _Below:
        bom = self.structure.bom(product_code)
        if bom is None:
            return _Below()
        self._rules += [(prefix, rule) for rule in bom.requires]
        self._rules += [(prefix, rule) for rule in bom.excludes]
        chosen = list(self._attributes(bom, prefix))
        sold = _SOLD.get(bom.rollup)
        parts = [self._part(part, f"{prefix}{part.key}.", count, sold) for part in bom.components]
        for group in bom.groups:
            parts += [
                self._part(option, f"{prefix}{group.code}.{option.key}.", count, sold)
                for option in self._picked(group, prefix)
            ]
        return _Below(
            parts=tuple(parts),
            attributes=tuple((name, value) for name, value, _ in chosen),
            values=tuple(pair for _, _, pair in chosen),
            rollup=bom.rollup,
        )

    def measure(self, count: Decimal, unit: str) -> None:
        """Find a quantity that its unit cannot have: parts must be counted by whole machines."""
        places = self.structure.table.unit(unit).places
        if places_of(count) > places and rounded(count, places) != count:
            self._find(
                "off_grid",
                "quantity",
                f"{plain(count)} {unit} has more decimals than the {places} that {unit} has",
                f"数量 {plain(count)} {unit} 的小数位超过该单位的 {places} 位",
            )

    def finish(self) -> tuple[Finding, ...]:
        picked = {(choice.path, choice.value) for choice in self.choices}
        for path in self.chosen:
            if path not in self._known:
                known = ", ".join(sorted(self._known)) or "none"
                self._find(
                    "unknown_path",
                    path,
                    f"nothing is chosen here; known are {known}",
                    f"此处没有可选项；可选：{known}",
                )
        for prefix, rule in self._rules:
            self._judge(rule, prefix, picked)
        return tuple(self.findings)

    def _part(self, component: Component, prefix: str, count: Decimal, sold: Sold | None) -> Part:
        amount = product(count, component.quantity)
        own = self.structure.own_count(component, amount)
        below = self.read(component.product, prefix=prefix, count=own)
        return Part(
            key=component.key,
            product=component.product,
            quantity=component.quantity,
            total=amount,
            unit=self.structure.unit(component),
            sold=sold or component.sold,
            cascade=component.cascade,
            **below._asdict(),
        )

    def _attributes(
        self, bom: BOM, prefix: str
    ) -> Iterator[tuple[LocalText, LocalText, tuple[str, str]]]:
        for attribute in bom.attributes:
            path = f"{prefix}{attribute.code}"
            self._know(path)
            values = {value.code: value for value in attribute.values}
            codes = self.chosen.get(path, (attribute.values[0].code,))
            if len(codes) != 1 or codes[0] not in values:
                self._find("unknown_value", path, *_not_offered(codes, values))
                continue
            code = codes[0]
            self._choose(path, code)
            name = attribute.name if str(attribute.name) else LocalText(en=attribute.code)
            value = values[code].name
            yield name, value if str(value) else LocalText(en=code), (attribute.code, code)

    def _picked(self, group: OptionGroup, prefix: str) -> list[Component]:
        path = f"{prefix}{group.code}"
        self._know(path)
        options = {option.key: option for option in group.options}
        codes = self.chosen.get(path, group.preset)
        unknown = [code for code in codes if code not in options]
        if unknown:
            self._find("unknown_value", path, *_not_offered(unknown, options))
            return []
        if not group.minimum <= len(set(codes)) <= group.maximum or len(set(codes)) < len(codes):
            wrong = "choice_missing" if len(codes) < group.minimum else "too_many"
            low, high = group.minimum, group.maximum
            span = str(low) if low == high else f"{low} to {high}"
            self._find(
                wrong,
                path,
                f"pick {span} of {', '.join(options)}; found {', '.join(codes) or 'none'}",
                f"应选 {span} 项：{'、'.join(options)}；实际：{'、'.join(codes) or '无'}",
            )
            return []
        for code in codes:
            self._choose(path, code)
        return [options[code] for code in codes]

    def _know(self, path: str) -> None:
        if path in self._known:
            self._find(
                "ambiguous_path",
                path,
                "two places have this path; give one component another place",
                "两处的路径相同，请为其中一个子件指定 place",
            )
        self._known.add(path)

    def _choose(self, path: str, value: str) -> None:
        origin: Origin = "user" if path in self.chosen else "preset"
        self.choices.append(Choice(path=path, value=value, origin=origin))

    def _judge(self, rule: Requires | Excludes, prefix: str, picked: set[tuple[str, str]]) -> None:
        def holds(pick: Pick) -> bool:
            return (f"{prefix}{pick.path}", pick.value) in picked

        if isinstance(rule, Excludes):
            if all(holds(pick) for pick in rule.together):
                names = " + ".join(str(pick) for pick in rule.together)
                self._find(
                    "excluded",
                    f"{prefix}{rule.together[-1].path}",
                    f"{names} do not go together (rule {rule.code})",
                    f"{names} 不能同时选择（规则 {rule.code}）",
                    rule.message,
                )
        elif holds(rule.when) and not any(holds(pick) for pick in rule.needs):
            needs = " or ".join(str(pick) for pick in rule.needs)
            self._find(
                "required",
                f"{prefix}{rule.when.path}",
                f"{rule.when} needs {needs} (rule {rule.code})",
                f"{rule.when} 需要 {needs.replace(' or ', ' 或 ')}（规则 {rule.code}）",
                rule.message,
            )

    def _find(
        self, reason: str, place: str, en: str, zh: str, said: LocalText | None = None
    ) -> None:
        own = said if said is not None else LocalText()
        message = LocalText(
            en=legible(f"{own.en}: {en}" if own.en else en),
            zh=legible(f"{own.zh}：{zh}" if own.zh else zh),
        )
        self.findings.append(
            Finding(code=f"configuration.{reason}", place=legible(place), message=message)
        )


def _not_offered(codes: Sequence[str], offered: Mapping[str, object]) -> tuple[str, str]:
    found, known = ", ".join(codes) or "none", ", ".join(offered)
    return (
        f"{found} is not offered; pick one of {known}",
        f"{found} 不在可选项中；可选：{known}",
    )
