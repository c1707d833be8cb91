"""Configurations side by side (配置展开与比较): exploded to lines, compared, held against a model.

All of this works on the frozen values alone; only ``validate`` and ``revalidate`` ask the model.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from cpq.bom import Structure
from cpq.bom.layout import Gate, layout
from cpq.configuration.configure import check, configure
from cpq.configuration.model import Choice, Configuration, Part
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, exact
from cpq.kernel.text import Code, Line


class ExplodedLine(Frozen):
    """A part at its place: ``quantity`` per parent, ``total`` over the whole.

    Level 1 is right below the product.
    """

    path: Line
    level: int
    product: Code
    quantity: Exact
    total: Exact
    unit: Code


class Change(Frozen):
    """What differs between two configurations at a path: a choice, a part, or how many there are.

    ``before`` and ``after`` are codes or quantities; empty is nothing.
    """

    path: Line
    kind: Literal["choice", "part", "quantity"]
    before: Line = ""
    after: Line = ""


class Revalidation(Frozen):
    """What a model says today of a configuration made before: what is wrong, what would change.

    ``findings`` are empty where its choices still hold; then ``changes`` are the parts that the
    same choices bring today and did not then.
    """

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]

    @property
    def holds(self) -> bool:
        """Whether the configuration would be made today as it was."""
        return not self.findings and not self.changes


def explode_configuration(configuration: Configuration) -> tuple[ExplodedLine, ...]:
    """Every part with the path of its place, parents first.

    >>> from cpq.bom import BOM, structure
    >>> bom = BOM(product="M", groups=({"code": "head", "options": ({"product": "H6"},)},))
    >>> made = configure(structure("M", {"M": bom}), choose={"head": "H6"}, quantity=2)
    >>> [(line.path, str(line.total)) for line in explode_configuration(made)]
    [('head.H6', '2')]
    """
    own = tuple(code for code, _ in configuration.values)
    return tuple(_lines(configuration.parts, "", own, configuration.choices))


def diff(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """What differs between two configurations, by path; nothing for equal ones.

    >>> from cpq.bom import BOM, structure
    >>> options = ({"product": "H6"}, {"product": "H12"})
    >>> whole = structure("M", {"M": BOM(product="M", groups=({"code": "g", "options": options},))})
    >>> one, other = (configure(whole, choose={"g": code}) for code in ("H6", "H12"))
    >>> [(change.kind, change.before, change.after) for change in diff(one, other)]
    [('choice', 'H6', 'H12'), ('part', 'H6', ''), ('part', '', 'H12')]
    """
    found = [
        Change(path="", kind="quantity", before=str(before.quantity), after=str(after.quantity))
        for _ in range(before.quantity != after.quantity)
    ]
    one, other = _chosen(before), _chosen(after)
    for path in dict.fromkeys((*one, *other)):
        old, new = one.get(path, ()), other.get(path, ())
        if sorted(old) != sorted(new):
            words = {"before": "; ".join(old), "after": "; ".join(new)}
            found.append(Change(path=path, kind="choice", **words))
    return (*found, *_parts_differ(before, after))


def validate(configuration: Configuration, whole: Structure) -> tuple[Finding, ...]:
    """Everything that a model finds wrong with a configuration's choices, all at once.

    A group of which nothing was picked stays so, whatever is preset there.

    >>> from cpq.bom import BOM, structure
    >>> whole = structure("M", {"M": BOM(product="M")})
    >>> validate(configure(whole), whole)
    ()
    """
    return check(whole, _as_chosen(configuration, whole))


def revalidate(configuration: Configuration, whole: Structure) -> Revalidation:
    """What no longer holds of a configuration by the model of today.

    >>> from cpq.bom import BOM, structure
    >>> boms = [BOM(product="M", components=({"product": "LEG", "quantity": n},)) for n in (3, 4)]
    >>> then, today = (structure("M", {"M": bom}) for bom in boms)
    >>> [(each.path, each.after) for each in revalidate(configure(then), today).changes]
    [('LEG', '4')]
    """
    chosen = _as_chosen(configuration, whole)
    findings = check(whole, chosen)
    if findings:
        return Revalidation(findings=findings, changes=())
    today = configure(whole, choose=chosen, quantity=configuration.quantity)
    return Revalidation(findings=(), changes=diff(configuration, today))


def _lines(
    parts: Sequence[Part],
    prefix: str,
    attributes: Sequence[str],
    picks: Sequence[Choice],
    level: int = 1,
) -> Iterator[ExplodedLine]:
    below = [choice for choice in picks if choice.path.startswith(prefix)]
    own = [
        (path, choice.value)
        for choice in below
        if "." not in (path := choice.path[len(prefix) :]) and path not in attributes
    ]
    for part, path in _placed(parts, prefix, own):
        yield ExplodedLine(
            path=path,
            level=level,
            product=part.product,
            quantity=part.quantity,
            total=part.total,
            unit=part.unit,
        )
        values = tuple(code for code, _ in part.values)
        yield from _lines(part.parts, f"{path}.", values, below, level + 1)


def _placed(
    parts: Sequence[Part], prefix: str, picks: Sequence[tuple[str, str]]
) -> Iterator[tuple[Part, str]]:
    """Parts with their paths: fixed ones come first, then picked ones in the order of ``picks``.

    The instances of a distinct component are one pick; one whose derived quantity is 0 has no part.
    """
    runs: list[list[Part]] = []
    for part in parts:
        if _number(part.key) > 1:
            runs[-1].append(part)
        else:
            runs.append([part])
    groups = [""] * len(runs)
    last = len(runs)
    for group, value in reversed(picks):
        if last and _base(runs[last - 1][0].key) == value:
            last -= 1
            groups[last] = f"{group}."
    for group, run in zip(groups, runs, strict=True):
        yield from ((part, f"{prefix}{group}{part.key}") for part in run)


def _number(key: str) -> int:
    """The number of an instance, 0 for what is no instance."""
    number = key[len(_base(key)) :].strip("[]")
    return int(number) if number else 0


def _base(key: str) -> str:
    """The key of a component, without the number of an instance."""
    head, _, number = key.rpartition("[")
    return head if head and number.endswith("]") and number[:-1].isdecimal() else key


def _chosen(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for choice in configuration.choices:
        found[choice.path] = (*found.get(choice.path, ()), choice.value)
    return found


def _parts_differ(before: Configuration, after: Configuration) -> Iterator[Change]:
    one = {line.path: line for line in explode_configuration(before)}
    other = {line.path: line for line in explode_configuration(after)}
    for path in dict.fromkeys((*one, *other)):
        old, new = one.get(path), other.get(path)
        if old is None or new is None or old.product != new.product:
            words = {"before": old.product if old else "", "after": new.product if new else ""}
            yield Change(path=path, kind="part", **words)
        elif (old.quantity, old.unit) != (new.quantity, new.unit):
            same = old.unit == new.unit
            yield Change(
                path=path,
                kind="quantity",
                before=str(old.quantity) if same else f"{old.quantity} {old.unit}",
                after=str(new.quantity) if same else f"{new.quantity} {new.unit}",
            )


def _as_chosen(configuration: Configuration, whole: Structure) -> dict[str, tuple[str, ...]]:
    """The choices as ``configure`` takes them, with nothing picked where nothing was."""
    found = _chosen(configuration)
    for slot in layout(whole).slots:
        if slot.kind == "group" and slot.path not in found and _is_open(slot.gate, found):
            found[slot.path] = ()
    return found


def _is_open(gate: Gate | None, chosen: Mapping[str, tuple[str, ...]]) -> bool:
    if gate is None:
        return True
    codes = chosen.get(gate.path, ())
    if gate.code:
        return gate.code in codes
    return max((exact(code) for code in codes), default=Decimal(0)) >= gate.least
