"""Products that hardly can be configured (选配体检): what the model linter says of each.

Every product with a BOM is looked at as what it is by itself, sub-assemblies first. What a
sub-assembly does wrong wherever it is, is told there and not again in all that it is part of.
"""

from collections.abc import Iterator
from typing import Final

from cpq.bom import Structure
from cpq.bom.layout import Layout, layout
from cpq.configuration.lint import ModelFinding, lint_model
from cpq.kernel.errors import DomainError
from cpq.kernel.period import Moment
from cpq.kernel.text import legible
from cpq.lint.finding import LintFinding
from cpq.lint.ground import Ground

PATIENCE: Final = 200
"""How many values are tried to find out about one; what takes longer is not told."""

VALUES_MAX: Final = 20_000
"""How many values the choices of a product may have in all for its rules to be solved."""

_RULE_MAX = 200
_Key = tuple[str, str, tuple[str, ...]]


def configured(ground: Ground, *, on: Moment | None) -> Iterator[LintFinding]:
    """What ``lint_model`` finds in the products that are sold, each as of ``on``.

    Finds ``bom.contradiction``, ``bom.never_possible``, ``bom.always_forced`` and
    ``bom.unreachable``, at ``boms/<product>/<path>``; ``bom.group_lapsed`` where a group has too
    few options left on that day, ``bom.too_large`` where a product has too many places. A product
    with more values than are solved is left aside, as is what was sold before ``on`` only.
    """
    told: dict[str, set[_Key]] = {}
    for code in _children_first(ground):
        try:
            whole = ground.catalogue.bom(code, on=on)
            laid = layout(whole)
        except DomainError as error:
            yield _of_error(error, code)
            continue
        found = _found(whole, laid)
        told[code] = {_key(each) for each in found}
        if ground.span(ground.products[code].sellable, ground.home) is None:
            continue
        inherited = {
            (kind, f"{place.prefix}{path}", values)
            for place in laid.places[1:]
            for kind, path, values in told.get(place.product, ())
        }
        for each in found:
            if _key(each) not in inherited:
                yield _of_product(each, code)


def _key(found: ModelFinding) -> _Key:
    """What a finding is about, whatever rules are to blame."""
    return found.code, found.place, found.values


def _children_first(ground: Ground) -> list[str]:
    """The products with a BOM that has choices or rules below it, parts before wholes."""
    boms = ground.catalogue.boms_by_product
    order: dict[str, None] = {}
    for start in sorted(boms):
        waiting = [(start, False)]
        while waiting:
            code, seen = waiting.pop()
            if code in order or code not in boms:
                continue
            if seen:
                order[code] = None
                continue
            waiting.append((code, True))
            waiting += ((part.product, False) for part in boms[code].parts())
    return list(order)


def _found(whole: Structure, laid: Layout) -> tuple[ModelFinding, ...]:
    """What only the solver sees; what the words of the rules say is told by the catalogue."""
    if not laid.slots or sum(len(slot.codes) for slot in laid.slots) > VALUES_MAX:
        return ()
    found = lint_model(whole, patience=PATIENCE)
    return tuple(each for each in found if isinstance(each, ModelFinding))


def _of_product(found: ModelFinding, product: str) -> LintFinding:
    place = found.place if found.place.startswith("boms/") else f"boms/{product}/{found.place}"
    return LintFinding(
        code=found.code,
        message=found.message,
        place=legible(place),
        severity=found.severity,
        rules=tuple(f"{product}/{rule}"[:_RULE_MAX] for rule in found.rules),
        products=(product,),
    )


def _of_error(error: DomainError, product: str) -> LintFinding:
    return LintFinding(
        code=error.code,
        message=error.text,
        place=legible(f"boms/{product}"),
        products=(product,),
    )
