"""What pydantic found wrong with a value, as findings in our words (字段错误).

A code that one of our own validators named is kept; everything else has the code of the place that
read the value. Words of the validation library are turned into words for people.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from pydantic import ValidationError

from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText, legible

_CODE = re.compile(r" \[([a-z_]+\.[a-z_]+)\]$")
_WORDS = {
    "extra_forbidden": "this field is not known here; correct its name or leave it out",
    "missing": "this field is missing; give it",
    "date_from_datetime_parsing": "a day is written 2026-11-21",
    "date_parsing": "a day is written 2026-11-21",
    "date_type": "a day is written 2026-11-21",
}
_TAGS = {"product", "configure"}


def problems(error: ValidationError, *, otherwise: str, place: str = "") -> Iterator[Finding]:
    """A finding for each field that is wrong; ``otherwise`` is the code where none was named."""
    for problem in error.errors(include_url=False, include_context=False):
        where = ".".join(_step(part) for part in problem["loc"] if part not in _TAGS)
        message = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        said = _CODE.search(message)
        if said:
            message = message[: said.start()]
        if "found" not in message and not isinstance(problem["input"], dict | list | tuple):
            found = problem["input"]
            message += f"; found {found if isinstance(found, Decimal) else repr(found)}"
        yield Finding(
            code=said[1] if said else otherwise,
            place=legible(":".join(part for part in (place, where) if part)),
            message=LocalText(en=legible(message)),
        )


def _step(part: int | str) -> str:
    """A step of the path to a field; people count from 1."""
    return str(part + 1) if isinstance(part, int) else part
