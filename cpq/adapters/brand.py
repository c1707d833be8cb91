"""The seller's looks on a document: one colour and a logo (品牌).

The colour goes into a style sheet, where no escaping protects, so it is six hexadecimal digits
and nothing else. A logo is a PNG of a bounded size; it is drawn again before it is embedded.
"""

import base64
import struct
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator

from cpq.kernel.errors import Unreadable
from cpq.kernel.model import Frozen

_PNG = b"\x89PNG\r\n\x1a\n"
_BYTES_MAX = 2_000_000
_PIXELS_MAX = 4_000_000
_HEAD = len(_PNG) + 4 + 4 + 8


def _png(value: object) -> bytes:
    """The bytes of a PNG, given as they are or, in JSON, as base64."""
    content = base64.b64decode(value, validate=True) if isinstance(value, str) else value
    if not isinstance(content, bytes):
        raise ValueError("a logo is the bytes of a PNG file")
    if len(content) < _HEAD or not content.startswith(_PNG):
        raise ValueError("a logo is a PNG file; convert it to PNG")
    width, height = struct.unpack(">II", content[16:_HEAD])
    if len(content) > _BYTES_MAX or not 0 < width * height <= _PIXELS_MAX:
        raise ValueError(
            f"a logo has at most {_BYTES_MAX:,} bytes and {_PIXELS_MAX:,} pixels; found "
            f"{len(content):,} bytes, {width} × {height} pixels: make it smaller"
        )
    return content


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


Png = Annotated[
    bytes, PlainValidator(_png), PlainSerializer(_base64, return_type=str, when_used="json")
]
"""A model field for the bytes of a PNG of at most 2 MB and 4 megapixels; base64 in JSON."""


class Brand(Frozen):
    """``accent`` is ``#rrggbb``; ``logo`` the bytes of a PNG; both optional.

    >>> Brand(accent="#0b5fa5").logo is None
    True
    """

    accent: str = Field(default="#0b5fa5", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: Png | None = None


PLAIN = Brand()
"""The brand of those who have not said: a calm blue, no logo."""


def brand(*, accent: str = PLAIN.accent, logo: Path | None = None) -> Brand:
    """A brand with the logo read from a PNG file.

    Raises ``Unreadable`` (``brand.logo_unreadable``).
    """
    if logo is None:
        return Brand(accent=accent)
    try:
        content = _png(logo.read_bytes())
    except (OSError, ValueError) as error:
        raise Unreadable("brand.logo_unreadable", f"{logo}: {error}") from None
    return Brand(accent=accent, logo=content)
