"""A font of the user's own (自有字体): a family, and the folder of its static TrueType files.

A WOFF2 file is unpacked by Python for every document and takes seconds, a variable font is cut down
for every document; so neither is taken. The family is looked for in the files themselves: a name
that is spelt wrong would be replaced by another font without a word.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen

_TRUETYPE = (b"\x00\x01\x00\x00", b"true")
_FAMILY_NAMES = (1, 16)
_BYTES_MAX = 30_000_000


class BrandFont(Frozen):
    """``family`` as CSS names it; ``folder`` holds ``*.ttf`` files of it, one per weight.

    A weight that is not there is drawn with the nearest one. What the font has no glyph for is
    drawn with ours, so Chinese is never lost. A folder that does not hold the family is pydantic's
    ``ValidationError``.
    """

    family: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{0,62}$")
    folder: Path

    @model_validator(mode="after")
    def _is_there(self) -> "BrandFont":
        files = sorted(self.folder.glob("*.ttf"))
        if not files:
            raise ValueError(f"{self.folder} holds no *.ttf files; put the font's files there")
        found = {name for file in files for name in _families(file)}
        if self.family not in found:
            listed = ", ".join(sorted(found)) or "none"
            raise ValueError(
                f"family {self.family!r} is not in {self.folder}; found there: {listed}"
            )
        return self


def _families(file: Path) -> set[str]:
    """The families that a font file says it belongs to. Raises ``ValueError``."""
    try:
        if file.stat().st_size > _BYTES_MAX:
            raise ValueError(f"{file} has more than {_BYTES_MAX:,} bytes; take a smaller font")
        content = file.read_bytes()
        tables = _tables(content)
    except (OSError, struct.error) as error:
        raise ValueError(f"{file} cannot be read as a font: {error}") from None
    if not content.startswith(_TRUETYPE) or b"name" not in tables:
        raise ValueError(f"{file} is not a TrueType font; convert it to a static TTF")
    if b"fvar" in tables:
        raise ValueError(f"{file} is a variable font; make static TTF files of it, one per weight")
    try:
        return set(_names(content, tables[b"name"]))
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{file} has no readable names: {error}") from None


def _tables(content: bytes) -> dict[bytes, int]:
    """Where each table of the file begins."""
    (count,) = struct.unpack_from(">H", content, 4)
    rows = (struct.unpack_from(">4sIII", content, 12 + 16 * row) for row in range(count))
    return {tag: start for tag, _, start, _ in rows}


def _names(content: bytes, start: int) -> Iterator[str]:
    _, count, texts = struct.unpack_from(">HHH", content, start)
    for row in range(count):
        platform, _, _, name, size, place = struct.unpack_from(
            ">HHHHHH", content, start + 6 + 12 * row
        )
        if name in _FAMILY_NAMES:
            text = content[start + texts + place :][:size]
            yield text.decode("mac_roman" if platform == 1 else "utf-16-be")
