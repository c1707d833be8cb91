"""The one base of every value: frozen, closed, validated, hashed by content.

A frozen model is only as frozen as what it holds, so fields are tuples and frozensets, never
lists or dicts. ``model_copy(update=…)`` does not validate; ``with_()`` does.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: equal by content, never changed; ``with_()`` makes a new, validated one.

    >>> class Point(Frozen):
    ...     x: int
    ...     y: int = 0
    >>> Point(x=1).with_(y=2)
    Point(x=1, y=2)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)

    def with_(self, **changes: Any) -> Self:
        """The same value with some fields changed, validated as if written anew."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **changes})

    @classmethod
    def built(cls, fields: dict[str, Any]) -> Self:
        """The value of ``fields``, every one given and already what it must be: unchecked.

        For the inner loop of a function that has reckoned every field from validated values, and
        for nothing else: to validate a priced line costs more than to price it. A test holds that
        what is built equals what is validated. The dict becomes the value's own.

        >>> class Point(Frozen):
        ...     x: int
        >>> Point.built({"x": 1}) == Point(x=1)
        True
        """
        value = object.__new__(cls)
        place = object.__setattr__
        place(value, "__dict__", fields)
        place(value, "__pydantic_fields_set__", _every_field(cls))
        place(value, "__pydantic_extra__", None)
        place(value, "__pydantic_private__", None)
        return value

    def canonical(self) -> str:
        """JSON that is the same for the same content: keys sorted, amounts as strings."""
        return canonical_json(self.model_dump(mode="json"))

    def content_hash(self) -> str:
        """SHA-256 of ``canonical()`` in hex: the same content gives the same hash anywhere."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


@lru_cache(maxsize=256)
def _every_field(kind: type[Frozen]) -> set[str]:
    return set(kind.model_fields)


def added(default: Any) -> Any:
    """A field that came after values were stored: left out while it holds its default.

    So a value that does not use it reads, prints as JSON and hashes as it did before.

    >>> class Point(Frozen):
    ...     x: int
    ...     y: int = added(0)
    >>> Point(x=1).canonical(), Point(x=1, y=2).canonical()
    ('{"x":1}', '{"x":1,"y":2}')
    """
    return Field(default=default, exclude_if=lambda value: bool(value == default))


def canonical_json(value: object) -> str:
    """Sorted keys, no white space, no float: the one form that hashes and storage use.

    >>> canonical_json({"b": "1.10", "a": 2})
    '{"a":2,"b":"1.10"}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
