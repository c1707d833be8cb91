"""The quote that is embedded in a PDF, held against the version (内嵌数据核对).

It proves nothing of the pages, but it says which quote a file claims to be, and where somebody
wrote another figure into it, which one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from cpq.kernel.errors import Finding
from cpq.kernel.text import legible
from cpq.quote import Quote, published
from cpq.replay.difference import differences_in

_TOLD_MAX = 50
_SHOWN = 64


class Content(NamedTuple):
    """Which state of the version is embedded, or why none is, with what differs."""

    quote: Quote | None
    state: Literal["changed", "other_version", "not_ours", "true_copy"] = "true_copy"
    word: str = ""
    about: str = ""
    findings: tuple[Finding, ...] = ()


def content_of(data: str | None, lives: Sequence[Quote]) -> Content:
    """What the text of ``quote.json`` is; ``lives`` are the version as it may have been printed,
    as it stands first.
    """
    for each in lives:
        if data is not None and data == published(each).canonical():
            return Content(each)
    if data is None:
        return Content(None)
    try:
        found = json.loads(data, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return Content(None, "changed", "data_broken")
    if not (isinstance(found, Mapping) and {"number", "version", "pricing"} <= found.keys()):
        return Content(None, "not_ours", "other_data")
    return _against(found, lives)


def _against(found: Mapping[str, Any], lives: Sequence[Quote]) -> Content:
    version = lives[0]
    if found["number"] != version.number:
        return Content(None, "other_version", "other_quote", _name(found["number"]))
    if found["version"] != version.version:
        return Content(None, "other_version", "other_version", _name(found["version"]))
    state = found.get("state")
    nearest = next((each for each in lives if each.state == state), lives[-1])
    apart = differences_in(published(nearest).model_dump(mode="json"), found)
    findings = tuple(each.finding("verify.data_differs") for each in apart[:_TOLD_MAX])
    return Content(None, "changed", "data_differs", findings=findings)


def _name(value: object) -> str:
    return legible(str(value))[:_SHOWN]
