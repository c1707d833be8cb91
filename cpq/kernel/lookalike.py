"""Numbers that the eye takes for one another: ``INV-O1`` and ``INV-01`` (易混淆的编号).

Both may be right, so nothing is refused: whoever gives out a number is told which known one it
could be mistaken for, before an amount is paid to the wrong invoice. What is compared is the key of
a number with every letter in the place of those that look like it: ``O`` and ``0``, ``l``, ``I``
and ``1``, the Cyrillic and Greek twins of Latin letters, the many dashes.
"""

from collections.abc import Iterable

from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText, legible, number_key

_TWINS = str.maketrans(
    {
        **dict.fromkeys("oοоօ〇○", "0"),
        **dict.fromkeys("il|ıіιӏⅼ丨", "1"),
        **dict.fromkeys("-‐‑‒–—―−ーㄧ一", "-"),
        **dict.fromkeys("z", "2"),
        **dict.fromkeys("sѕ", "5"),
        **dict.fromkeys("bвβ", "8"),
        **dict.fromkeys("aаα", "a"),
        **dict.fromkeys("cсϲ", "c"),
        **dict.fromkeys("eеєε", "e"),
        **dict.fromkeys("hнһη", "h"),
        **dict.fromkeys("kкκ", "k"),
        **dict.fromkeys("mмμ", "m"),
        **dict.fromkeys("nпν", "n"),
        **dict.fromkeys("pрρ", "p"),
        **dict.fromkeys("tтτ", "t"),
        **dict.fromkeys("uυ", "u"),
        **dict.fromkeys("xхχ", "x"),
        **dict.fromkeys("yуγ", "y"),
        **dict.fromkeys("jј", "j"),
        " ": "",
        "_": "-",
    }
)
_TOLD_MAX = 5


def lookalikes(number: str, known: Iterable[str]) -> tuple[Finding, ...]:
    """A note for each of the ``known`` numbers that looks like ``number`` but is another.

    At most five are told. A number with the same key is the same number, and not told.

    >>> [str(found) for found in lookalikes("INV-O1", ["INV-01", "inv-o1", "INV-02"])]
    ["number 'INV-O1' looks like 'INV-01', which is another; make sure which is meant \
[number.lookalike]"]
    """
    key, shape = number_key(number), _shape(number)
    alike = (other for other in known if _shape(other) == shape and number_key(other) != key)
    return tuple(
        Finding(
            code="number.lookalike",
            severity="note",
            message=LocalText(
                en=f"number {legible(number)!r} looks like {legible(other)!r}, which is another; "
                "make sure which is meant",
                zh=f"编号 {legible(number)!r} 与另一编号 {legible(other)!r} 容易混淆，请核对",
            ),
        )
        for other in sorted(set(alike))[:_TOLD_MAX]
    )


def _shape(number: str) -> str:
    return number_key(number).translate(_TWINS)
