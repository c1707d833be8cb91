"""What paths and values mean in a model (路径解析), and what is said of those that mean nothing."""

from cpq.bom.layout import Slot
from cpq.bom.soundness import is_unread
from cpq.configuration.compiled import Compiled
from cpq.configuration.selection import Selection
from cpq.kernel.errors import NotFound

_LISTED_MAX = 20


def slot_at(model: Compiled, path: str) -> Slot:
    """What is chosen at a path. Raises ``NotFound`` (``configuration.unknown_choice``).

    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> group = {"code": "head", "options": ({"product": "H6"},)}
    >>> slot_at(compiled(structure("M", {"M": BOM(product="M", groups=(group,))})), "head").codes
    ('H6',)
    """
    slot = model.layout.by_path.get(path)
    if slot is None:
        known = ", ".join(sorted(model.layout.by_path)[:_LISTED_MAX]) or "none"
        raise NotFound(
            "configuration.unknown_choice",
            f"nothing is chosen at {path!r}; paths are {known}",
            path=path,
        )
    return slot


def literal_of(model: Compiled, choice: Selection) -> tuple[int, int]:
    """The variable and the value that a choice means. Raises as ``slot_at`` does.

    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> group = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    >>> machine = compiled(structure("M", {"M": BOM(product="M", groups=(group,))}))
    >>> literal_of(machine, Selection(path="head", value="H12"))
    (0, 1)
    """
    slot = slot_at(model, choice.path)
    found = model.literal(choice.path, choice.value)
    if found is None:
        codes = ", ".join(slot.codes[:_LISTED_MAX])
        raise NotFound(
            "configuration.unknown_choice",
            f"{choice.value!r} is not offered at {choice.path}{_on_other_days(model, choice)}; it "
            f"is one of {codes}",
            path=choice.path,
            value=choice.value,
        )
    variable, mask = found
    return variable, (mask.bit_length() - 1) if choice.picked else 0


def _on_other_days(model: Compiled, choice: Selection) -> str:
    """Said of a value that is offered on other days."""
    whole = model.structure
    wanted = f"{choice.path}.{choice.value}"
    return " on this day" if is_unread(whole, whole.product, wanted, whole.gone) else ""
