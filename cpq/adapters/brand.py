"""The seller's looks on a document (品牌): a colour, a logo, a font, which columns, the paper.

The colour goes into a style sheet, where no escaping protects, so it is six hexadecimal digits
and nothing else; and it is dark enough to be read on white. A logo is a PNG of a bounded size; it
is drawn again before it is embedded. A font is the user's own, in static TrueType files.
"""

import base64
import struct
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, ValidationError, field_validator

from cpq.adapters.brand_font import BrandFont
from cpq.adapters.columns import Paper
from cpq.kernel.errors import Invalid, Unreadable
from cpq.kernel.model import Frozen

_PNG = b"\x89PNG\r\n\x1a\n"
_BYTES_MAX = 2_000_000
_PIXELS_MAX = 4_000_000
_HEAD = len(_PNG) + 4 + 4 + 8
_CONTRAST_LEAST = 4.5
_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are to the eye (WCAG 2.2, relative luminance)."""

HiddenColumn = Literal["code", "discount", "tax", "unit_price"]
"""A column that a brand may do without; the list price goes with the discount."""


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


def contrast_on_white(colour: str) -> float:
    """How well a colour ``#rrggbb`` reads on white, from 1 (not at all) to 21 (WCAG 2.2).

    >>> contrast_on_white("#000000"), contrast_on_white("#ffffff")
    (21.0, 1.0)
    """
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    light = sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in zip(_WEIGHTS, parts, strict=True)
    )
    return 1.05 / (light + 0.05)


class Brand(Frozen):
    """``accent`` is ``#rrggbb`` of a contrast of at least 4.5 on white; ``logo`` a PNG's bytes.

    ``font`` is the user's own, before ours; ``hide`` names columns that are not shown; ``page`` is
    the size of the paper. Everything is optional.

    >>> Brand(accent="#0b5fa5").logo is None
    True
    """

    accent: str = Field(default="#0b5fa5", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: Png | None = None
    font: BrandFont | None = None
    hide: tuple[HiddenColumn, ...] = ()
    page: Paper = "A4"

    @field_validator("accent")
    @classmethod
    def _legible(cls, colour: str) -> str:
        found = contrast_on_white(colour)
        if found < _CONTRAST_LEAST:
            raise ValueError(
                f"{colour} has a contrast of {found:.1f} on white, where text needs "
                f"{_CONTRAST_LEAST}: take a darker colour"
            )
        return colour


PLAIN = Brand()
"""The brand of those who have not said: a calm blue, no logo."""


def brand(*, accent: str = PLAIN.accent, logo: Path | None = None) -> Brand:
    """A brand with the logo read from a PNG file.

    Raises ``Unreadable`` (``brand.logo_unreadable``).
    """
    return Brand(accent=accent, logo=None if logo is None else _read_logo(logo))


def read_brand(path: str | Path) -> Brand:
    """The brand of a ``brand.toml``: ``accent``, ``logo``, ``hide``, ``page`` and ``[font]``.

    Paths in it, ``logo`` and ``folder`` of ``[font]``, start at its own folder. Raises
    ``Unreadable``: ``brand.unreadable`` where the file cannot be read as TOML,
    ``brand.logo_unreadable``; ``Invalid`` (``brand.invalid``), which names the field.
    """
    place = Path(path)
    try:
        fields: dict[str, Any] = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable("brand.unreadable", f"{place}: {error}", path=str(place)) from None
    if isinstance(fields.get("logo"), str):
        fields["logo"] = _read_logo(place.parent / fields["logo"])
    font = fields.get("font")
    if isinstance(font, dict) and isinstance(font.get("folder"), str):
        fields["font"] = {**font, "folder": place.parent / font["folder"]}
    try:
        return Brand.model_validate(fields)
    except ValidationError as error:
        raise Invalid("brand.invalid", f"{place}: {_told(error)}", path=str(place)) from None


def _told(error: ValidationError) -> str:
    """Each field that is wrong, and what is wrong with it."""
    return "; ".join(
        f"{'.'.join(map(str, found['loc']))}: {found['msg'].removeprefix('Value error, ')}"
        for found in error.errors()
    )


def _read_logo(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _png(file.read(_BYTES_MAX + 1))
    except (OSError, ValueError) as error:
        raise Unreadable("brand.logo_unreadable", f"{path}: {error}") from None
