"""A map that is cheap to copy: how a ledger carries its fold along from fact to fact.

A balance is a fold over facts, but folding all of them for every new one would make the cost of a
fact grow with the ledger. So a ledger keeps its fold as values that share what did not change: a
large map that nobody touches under a small one that is copied.
"""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_RECENT_MAX = 256


class Layers(Generic[K, V]):
    """A map whose copy costs the same however large it is; never changed once ``sealed``.

    >>> first = Layers({"a": 1}).draft()
    >>> first.put("b", 2)
    >>> second = first.sealed().draft()
    >>> second.put("a", 9)
    >>> first.get("a"), second.get("a"), second.get("b"), second.get("c")
    (1, 9, 2, None)
    """

    __slots__ = ("_base", "_recent")

    def __init__(self, base: dict[K, V] | None = None, recent: dict[K, V] | None = None) -> None:
        self._base: dict[K, V] = {} if base is None else base
        self._recent: dict[K, V] = {} if recent is None else recent

    def get(self, key: K) -> V | None:
        """The value of ``key`` or ``None``."""
        found = self._recent.get(key)
        return self._base.get(key) if found is None else found

    def draft(self) -> "Layers[K, V]":
        """A copy to ``put`` into."""
        return Layers(self._base, dict(self._recent))

    def put(self, key: K, value: V) -> None:
        """Set a value; only in a draft that nobody else holds."""
        self._recent[key] = value

    def sealed(self) -> "Layers[K, V]":
        """The draft as a value: a recent layer that grew too large goes into the base."""
        if len(self._recent) <= _RECENT_MAX:
            return self
        return Layers({**self._base, **self._recent})
