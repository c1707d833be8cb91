"""What pydantic found wrong with a value, as findings in our words (字段错误).

A code that one of our own validators named is kept; everything else has the code of the place that
read the value. Words of the validation library are turned into words for people.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.text import LocalText, legible

_FOUND_MAX = 80
_CODE = re.compile(r" \[([a-z_]+\.[a-z_]+)\]$")
_WORDS = {
    "extra_forbidden": "this field is not known here; correct its name or leave it out",
    "missing": "this field is missing; give it",
    "date_from_datetime_parsing": "a day is written 2026-11-21",
    "date_parsing": "a day is written 2026-11-21",
    "date_type": "a day is written 2026-11-21",
    "bool_parsing": "yes or no is wanted here",
    "bool_type": "yes or no is wanted here",
    "int_parsing": "a whole number is wanted here",
    "model_type": "a table of fields is wanted here",
    "model_attributes_type": "a table of fields is wanted here",
    "tuple_type": "a list is wanted here",
    "union_tag_not_found": "say which it is: kind is missing",
}
_TAGS = {"product", "configure"}
_KINDS = re.compile(
    r"^Input tag '(?P<found>.*)' found using 'kind' .* expected tags: (?P<known>.*)$"
)


def problems(
    error: ValidationError, *, otherwise: str, place: str = "", fields: object = None
) -> Iterator[Finding]:
    """A finding for each field that is wrong; ``otherwise`` is the code where none was named.

    With the ``fields`` that were read, the kind of a value is no step of the path to what is wrong
    in it.
    """
    found_wrong = error.errors(include_url=False)
    for problem in found_wrong:
        path = problem["loc"]
        if problem["type"] == "too_short" and any(
            other["loc"][: len(path)] == path and other["loc"] != path for other in found_wrong
        ):
            continue  # too short only because of what is wrong with the items, which is said
        where = ".".join(_steps(_without_kinds(path, fields)))
        message = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        message = _KINDS.sub(r"kind is one of \g<known>; found '\g<found>'", message)
        if message.startswith("Invalid isoformat string"):
            message = _WORDS["date_type"]
        said = _CODE.search(message)
        if said:
            message = message[: said.start()]
        if "found" not in message and not isinstance(problem["input"], dict | list | tuple):
            message += f"; found {_shown(problem['input'])}"
        yield Finding(
            code=said[1] if said else otherwise,
            place=legible(":".join(part for part in (place, where) if part)),
            message=LocalText(en=legible(message), zh=_in_chinese(problem.get("ctx", {}))),
        )


def _shown(found: object) -> str:
    """What was found, escaped, and cut where it is long."""
    text = legible(str(found) if isinstance(found, Decimal) else repr(found))
    return text if len(text) <= _FOUND_MAX else f"{text[: _FOUND_MAX - 2]} …"


def _in_chinese(context: Mapping[str, object]) -> str:
    """What one of our own validators says in Chinese, if it does."""
    raised = context.get("error")
    return raised.text.zh if isinstance(raised, DomainError) else ""


def _without_kinds(path: tuple[int | str, ...], fields: object) -> tuple[int | str, ...]:
    """The path without the kinds by which a value was told from others."""
    kept: list[int | str] = []
    here = fields
    for step in path:
        if isinstance(here, Mapping):
            if step == here.get("kind") and step not in here:
                continue
            here = here.get(step)
        elif isinstance(here, Sequence) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            here = None
        kept.append(step)
    return tuple(kept)


def _steps(path: tuple[int | str, ...]) -> Iterator[str]:
    """The path to a field; people count from 1, and the kind of an item is no step of it."""
    before: int | str = ""
    for part in path:
        if isinstance(part, int):
            yield str(part + 1)
        elif not (isinstance(before, int) and part in _TAGS):
            yield part
        before = part
