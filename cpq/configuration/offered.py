"""What is offered to whom (可选范围): what is not sold to who asks, with the reason kept.

Asked about are options, with all that is sold along with them, and parts that may be left out. A
part that is built in is not sold by itself.
"""

from collections.abc import Callable, Iterator

from cpq.bom import Component, OptionGroup, Structure
from cpq.bom.layout import Slot, layout
from cpq.configuration.reason import Filtered
from cpq.kernel.errors import Finding


def not_offered(whole: Structure, why_not: Callable[[str], Finding | None]) -> tuple[Filtered, ...]:
    """What of a structure is not sold: ``why_not`` says why a product is not, or ``None``.

    For ``compiled(whole, without=...)``; each product is asked about once. An option is withheld
    with what is sold below it in any case.

    >>> from cpq.bom import BOM, structure
    >>> group = OptionGroup(code="head", options=({"product": "H6"}, {"product": "H12"}))
    >>> whole = structure("M", {"M": BOM(product="M", groups=(group,))})
    >>> denied = Finding(code="availability.denied", message="H12 is not exported")
    >>> found = not_offered(whole, lambda product: denied if product == "H12" else None)
    >>> [(each.path, each.value, each.finding.place) for each in found]
    [('head', 'H12', 'head')]
    """
    asked = _Asked(whole, why_not)
    return tuple(found for slot in layout(whole).slots for found in asked.withheld(slot))


class _Asked:
    def __init__(self, whole: Structure, why_not: Callable[[str], Finding | None]) -> None:
        self._whole = whole
        self._why_not = why_not
        self._known: dict[str, Finding | None] = {}

    def withheld(self, slot: Slot) -> Iterator[Filtered]:
        """The values of a slot that are not offered."""
        match slot.source:
            case OptionGroup():
                for option in slot.source.options:
                    finding = self._why(option.product)
                    if finding is not None:
                        yield Filtered(slot.path, option.key, finding.with_(place=slot.path))
            case Component() if slot.codes[0] == "0":
                finding = self._why(slot.source.product)
                if finding is not None and self._is_sold(slot.source):
                    for code in slot.codes[1:]:
                        yield Filtered(slot.path, code, finding.with_(place=slot.path))

    def _why(self, product: str) -> Finding | None:
        """Why a product, or something sold with it in any case, is not sold."""
        if product not in self._known:
            self._known[product] = self._why_not(product)
            bom = self._whole.bom(product)
            if bom is not None and self._known[product] is None:
                sold = (part for part in bom.components if bom.sold(part) == "priced")
                found = (self._why(part.product) for part in sold if part.fixed)
                self._known[product] = next((each for each in found if each is not None), None)
        return self._known[product]

    def _is_sold(self, part: Component) -> bool:
        """Whether a part that may be left out is sold by itself, somewhere in the structure."""
        holding = (bom for bom in self._whole.boms if part in bom.components)
        return any(bom.sold(part) == "priced" for bom in holding)
