"""From choices to a configuration (选配): what is not chosen is preset, every rule is asked.

Whatever is wrong with the choices is found at once, each finding with its place and its message;
a configuration with an error is never made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.bom import BOM, Component, OptionGroup, PartTotal, Rollup, Sold, Structure
from cpq.bom.layout import instance, layout
from cpq.bom.model import Rule
from cpq.configuration.facts import Facts
from cpq.configuration.judge import judge, out_of_balance, remark
from cpq.configuration.model import Choice, Chosen, Configuration, Origin, Part
from cpq.kernel.errors import Finding, Invalid, refuse_if
from cpq.kernel.money import exact, places_of, plain, product, rounded, total
from cpq.kernel.text import LocalText
from cpq.product import Attribute

_ONE = Decimal(1)
_LISTED_MAX, _PATHS_MAX = 100, 20


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
    below = reading.whole(count)
    refuse_if(reading.finish(), code="configuration.invalid", subject=bom.product)
    return Configuration(
        product=bom.product,
        quantity=count,
        unit=unit,
        choices=tuple(reading.choices),
        parts=below.parts,
        attributes=below.attributes,
        values=below.values,
        rollup=below.rollup,
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
    reading.whole(_ONE)
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
    """What lies below a product: its parts, what was chosen of it, how its price rolls up, and what
    one of it supplies and draws of each resource.
    """

    parts: tuple[Part, ...] = ()
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    rollup: Rollup = "as_sold"
    supplied: Mapping[str, Fraction] = {}
    drawn: Mapping[str, Fraction] = {}


class _Reading:
    """Two passes over the structure: what is chosen, with findings as they come up; then parts."""

    def __init__(self, bom: Structure, choose: Mapping[str, Chosen]) -> None:
        self.structure = bom
        self.chosen = {
            path: (value,) if isinstance(value, str) else tuple(value)
            for path, value in choose.items()
        }
        self.choices: list[Choice] = []
        self.findings: list[Finding] = []
        self.facts = Facts(layout(bom).instanced if bom.has_separate or bom.lapsed else {})
        self._known: set[str] = set()
        self._taken: dict[str, tuple[str, ...]] = {}
        self._astray: set[str] = set()
        self._rules: list[tuple[str, Rule]] = []
        self._unbalanced: list[Finding] = []

    def whole(self, count: Decimal) -> _Below:
        """What lies below the product itself, ``count`` times."""
        self._read(self.structure.product, prefix="")
        return self._build(self.structure.product, prefix="", count=count)

    def measure(self, count: Decimal, unit: str) -> None:
        """Find a quantity that is none, or that its unit cannot have."""
        places = self.structure.table.unit(unit).places
        if count <= 0:
            self._find(
                "configuration.quantity_not_positive",
                "quantity",
                f"{plain(count)} {unit} is configured; give a quantity above 0",
                f"选配数量 {plain(count)} {unit} 应大于 0",
            )
        elif places_of(count) > places and rounded(count, places) != count:
            self._find(
                "configuration.off_grid",
                "quantity",
                f"{plain(count)} {unit} has more decimals than the {places} that {unit} has",
                f"数量 {plain(count)} {unit} 的小数位超过该单位的 {places} 位",
            )

    def finish(self) -> tuple[Finding, ...]:
        """All findings: of the choices, of paths that are none, of the rules, of the balances."""
        self._astray.update(self.chosen.keys() - self._known)
        for path in self.chosen:
            if path not in self._known and not self._astray.intersection(_above(path)):
                self._find("configuration.unknown_path", path, *_nothing_here(path, self._known))
        for prefix, rule in self._rules:
            self.findings += judge(rule, prefix, self.facts)
        self.findings += self._unbalanced
        return tuple(self.findings)

    def _read(self, product_code: str, *, prefix: str) -> None:
        bom = self.structure.bom(product_code)
        if bom is None:
            return
        self._rules += [(prefix, rule) for rule in bom.rules]
        for attribute in bom.attributes:
            self._attribute(attribute, f"{prefix}{attribute.code}")
        for part in bom.components:
            self._part(part, f"{prefix}{part.key}", above=prefix)
        for group in bom.groups:
            path = f"{prefix}{group.code}"
            for option in self._picked(group, path):
                self._part(option, f"{path}.{option.key}", above=prefix)

    def _part(self, part: Component, path: str, *, above: str) -> None:
        if part.quantity_formula is not None:
            self.facts.derived[path] = (part.quantity_formula, above)
        else:
            self.facts.amounts[path] = self._amount(part, path)
        if self.structure.separate(part):
            for number in range(1, int(self.facts.amounts[path]) + 1):
                one = instance(path, number)
                self.facts.instances.add(one)
                self._read(part.product, prefix=f"{one}.")
        elif path in self.facts.derived or self.facts.amounts[path] > 0:
            self._read(part.product, prefix=f"{path}.")

    def _amount(self, part: Component, path: str) -> Decimal:
        """The quantity that was chosen, or the only one there is."""
        span = part.span
        if span is None:
            return part.quantity
        at = f"{path}.quantity"
        self._know(at)
        codes = self.chosen.get(at, span.codes[:1])
        if len(codes) != 1 or codes[0] not in span.codes:
            self._find("configuration.unknown_value", at, *_not_offered(codes, span.codes))
            self.facts.picked[at] = tuple(codes)
            return span.numbers[0]
        self._choose(at, codes)
        return exact(codes[0])

    def _attribute(self, attribute: Attribute, path: str) -> None:
        self._know(path)
        codes = self.chosen.get(path, (attribute.preset,))
        if len(codes) != 1 or codes[0] not in attribute.codes:
            self._find("configuration.unknown_value", path, *_not_offered(codes, attribute.codes))
            self.facts.picked[path] = tuple(codes)
        else:
            self._choose(path, codes)

    def _picked(self, group: OptionGroup, path: str) -> list[Component]:
        """The options that are picked; of a wrong pick what of it there is."""
        self._know(path)
        options = {option.key: option for option in group.options}
        codes = self.chosen.get(path, group.preset)
        unknown = [code for code in codes if code not in options]
        if unknown:
            self._find("configuration.unknown_value", path, *_not_offered(unknown, options))
            self._astray.update(f"{path}.{code}" for code in unknown)
        elif not group.minimum <= len(set(codes)) <= group.maximum or len(set(codes)) < len(codes):
            words = _miscounted(group, options, codes)
            if len(codes) >= group.minimum:
                self._find("configuration.too_many", path, *words)
                self._astray.add(path)
                return []
            self._find("configuration.choice_missing", path, *words)
        else:
            self._choose(path, codes)
        self.facts.picked[path] = tuple(codes)
        return [options[code] for code in dict.fromkeys(codes) if code in options]

    def _know(self, path: str) -> None:
        if path in self._known:
            self._find(
                "configuration.ambiguous_path",
                path,
                "two places have this path; give one component another place",
                "两处的路径相同，请为其中一个子件指定 place",
            )
        self._known.add(path)

    def _choose(self, path: str, codes: Sequence[str]) -> None:
        origin: Origin = "user" if path in self.chosen else "preset"
        self.choices += [Choice(path=path, value=code, origin=origin) for code in codes]
        self.facts.picked[path] = self._taken[path] = tuple(codes)

    def _build(self, product_code: str, *, prefix: str, count: Decimal) -> _Below:
        """The parts of a product of which there are ``count``, by what was chosen."""
        own = self.structure.amounts(product_code)
        bom = self.structure.bom(product_code)
        if bom is None:
            return _Below(supplied=_positive(own, 1), drawn=_positive(own, -1))
        made: list[tuple[Part, _Below, Decimal]] = []
        for part in bom.components:
            made += self._parts(part, f"{prefix}{part.key}", count, bom.sold(part))
        for group in bom.groups:
            path = f"{prefix}{group.code}"
            options = {option.key: option for option in group.options}
            for code in self._taken.get(path, ()):
                option = options[code]
                made += self._parts(option, f"{path}.{code}", count, bom.sold(option))
        supplied, drawn = dict(_positive(own, 1)), dict(_positive(own, -1))
        for _, below, each in made:
            _add(supplied, below.supplied, each)
            _add(drawn, below.drawn, each)
        for code in bom.balances:
            self._balance(code, prefix, supplied.pop(code, Fraction(0)), drawn.pop(code, 0))
        return self._below(bom, prefix)._replace(
            parts=tuple(part for part, _, _ in made), supplied=supplied, drawn=drawn
        )

    def _below(self, bom: BOM, prefix: str) -> _Below:
        """What was chosen of a product itself."""
        chosen = [
            (attribute, codes[0])
            for attribute in bom.attributes
            if (codes := self._taken.get(f"{prefix}{attribute.code}"))
        ]
        return _Below(
            attributes=tuple((_name(each), each.words(code)) for each, code in chosen),
            values=tuple((attribute.code, code) for attribute, code in chosen),
            rollup=bom.rollup,
        )

    def _parts(
        self, part: Component, path: str, count: Decimal, sold: Sold
    ) -> Iterator[tuple[Part, _Below, Decimal]]:
        """The part at a place, or its instances; with how many of its own unit each parent has."""
        quantity = part.quantity if part.fixed else self._quantity(path)
        if not self.structure.separate(part):
            if quantity > 0:
                yield self._made(part, path, part.key, (count, quantity, sold))
            return
        for number in range(1, int(quantity) + 1):
            key = instance(part.key, number)
            yield self._made(part, instance(path, number), key, (count, _ONE, sold))

    def _made(
        self, part: Component, path: str, key: str, how: tuple[Decimal, Decimal, Sold]
    ) -> tuple[Part, _Below, Decimal]:
        count, quantity, sold = how
        amount = product(count, quantity)
        own = self.structure.own_count(part, amount)
        below = self._build(part.product, prefix=f"{path}.", count=own)
        made = Part(
            key=key,
            product=part.product,
            quantity=quantity,
            total=amount,
            unit=self.structure.unit(part),
            sold=sold,
            cascade=part.cascade,
            parts=below.parts,
            attributes=below.attributes,
            values=below.values,
            rollup=below.rollup,
        )
        each = self.structure.own_count(part, quantity) if below.supplied or below.drawn else _ONE
        return made, below, each

    def _quantity(self, path: str) -> Decimal:
        try:
            return self.facts.quantity(path)
        except Invalid as error:
            self._find(
                "configuration.underivable",
                path,
                f"its quantity cannot be derived: {error.message}",
                f"无法推算数量：{error.message}",
            )
            self.facts.derived.pop(path, None)
            return Decimal(0)

    def _balance(self, code: str, prefix: str, supplied: Fraction, drawn: Fraction | int) -> None:
        if supplied < drawn:
            resource = self.structure.resource(code)
            place = prefix.removesuffix(".")
            self._unbalanced.append(
                out_of_balance(resource, place, supplied - drawn, Fraction(drawn))
            )

    def _find(self, code: str, place: str, en: str, zh: str) -> None:
        self.findings.append(remark(code, place, en, zh))


def _name(attribute: Attribute) -> LocalText:
    return attribute.name if str(attribute.name) else LocalText(en=attribute.code)


def _positive(amounts: Mapping[str, Decimal], sign: int) -> Mapping[str, Fraction]:
    """What is supplied (1) or drawn (-1), as positive amounts."""
    if not amounts:
        return {}
    return {code: sign * Fraction(each) for code, each in amounts.items() if sign * each > 0}


def _add(totals: dict[str, Fraction], more: Mapping[str, Fraction], times: Decimal) -> None:
    for code, amount in more.items():
        totals[code] = totals.get(code, Fraction(0)) + amount * Fraction(times)


def _miscounted(
    group: OptionGroup, options: Iterable[str], codes: Sequence[str]
) -> tuple[str, str]:
    low, high = group.minimum, group.maximum
    span = str(low) if low == high else f"{low} to {high}"
    asked = f"应选 {span.replace(' to ', ' 至 ')} 项：{'、'.join(options)}"
    return (
        f"pick {span} of {', '.join(options)}; found {', '.join(codes) or 'none'}",
        f"{asked}；实际：{'、'.join(codes) or '无'}",
    )


def _above(path: str) -> Iterator[str]:
    """The paths that a path goes on from.

    >>> list(_above("head.H-12.lens"))
    ['head', 'head.H-12']
    """
    steps = path.split(".")
    return (".".join(steps[:count]) for count in range(1, len(steps)))


def _nothing_here(path: str, known: Iterable[str]) -> tuple[str, str]:
    """Where something is chosen instead: beside the path first."""
    beside = path.rpartition(".")[0]
    near = sorted(known, key=lambda each: (each.rpartition(".")[0] != beside, each))
    more = ", …" if len(near) > _PATHS_MAX else ""
    listed = (", ".join(near[:_PATHS_MAX]) + more) or "none"
    return f"nothing is chosen here; known are {listed}", f"此处没有可选项；可选：{listed}"


def _not_offered(codes: Sequence[str], offered: Iterable[str]) -> tuple[str, str]:
    listed = list(offered)
    more = [f"… {listed[-1]}"] if len(listed) > _LISTED_MAX else []
    found, known = ", ".join(codes) or "none", ", ".join([*listed[:_LISTED_MAX], *more])
    return (
        f"{found} is not offered; pick one of {known}",
        f"{found} 不在可选项中；可选：{known}",
    )
