"""Reasons as one line each, as facts keep them (理由摘要)."""

from typing import Final

_LINE_MAX: Final = 200


def as_line(text: str) -> str:
    """``text`` as a line of a fact: what is longer than 200 characters ends with an ellipsis.

    >>> as_line("sued"), len(as_line("x" * 300))
    ('sued', 200)
    """
    return text if len(text) <= _LINE_MAX else f"{text[: _LINE_MAX - 2]} …"
