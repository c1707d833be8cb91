"""What is offered to whom (可选范围): options that are not sold to who asks, with the reason kept.

Only options are asked about: a part that is built in is not sold by itself.
"""

from collections.abc import Callable

from cpq.bom import OptionGroup, Structure
from cpq.bom.layout import layout
from cpq.configuration.reason import Filtered
from cpq.kernel.errors import Finding


def not_offered(whole: Structure, why_not: Callable[[str], Finding | None]) -> tuple[Filtered, ...]:
    """The options of a structure whose product is not sold: ``why_not`` says why, or ``None``.

    For ``compiled(whole, without=...)``; each product is asked about once.

    >>> from cpq.bom import BOM, structure
    >>> group = OptionGroup(code="head", options=({"product": "H6"}, {"product": "H12"}))
    >>> whole = structure("M", {"M": BOM(product="M", groups=(group,))})
    >>> denied = Finding(code="availability.denied", message="H12 is not exported")
    >>> found = not_offered(whole, lambda product: denied if product == "H12" else None)
    >>> [(each.path, each.value, each.finding.place) for each in found]
    [('head', 'H12', 'head')]
    """
    asked: dict[str, Finding | None] = {}
    found: list[Filtered] = []
    for slot in layout(whole).slots:
        if not isinstance(slot.source, OptionGroup):
            continue
        for option in slot.source.options:
            if option.product not in asked:
                asked[option.product] = why_not(option.product)
            finding = asked[option.product]
            if finding is not None:
                found.append(Filtered(slot.path, option.key, finding.with_(place=slot.path)))
    return tuple(found)
