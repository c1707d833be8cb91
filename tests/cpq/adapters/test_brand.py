"""The brand: a colour that cannot be anything else, a picture of a bounded size."""

import struct
import zlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from cpq.adapters.brand import Brand, brand
from cpq.kernel.errors import Unreadable


def png(width: int = 2, height: int = 2) -> bytes:
    """A small red PNG, or the head of one that claims to be large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = (b"\0" + b"\xc0\x20\x20" * 2) * 2
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize(
    "accent", ["red", "#fff", "#0b5fa5; background: url(http://x)", "#0b5fa5\n", "#0b5fag"]
)
def test_a_colour_is_six_digits_and_nothing_else(accent: str) -> None:
    with pytest.raises(ValidationError):
        Brand(accent=accent)


@pytest.mark.parametrize(
    "logo", [b"<svg/>", b"", png(20_000, 20_000), png(0, 4), png() + b"\0" * 2_000_000]
)
def test_a_logo_is_a_png_of_a_bounded_size(logo: bytes) -> None:
    with pytest.raises(ValidationError):
        Brand(logo=logo)


def test_a_brand_survives_its_json() -> None:
    own = Brand(accent="#123456", logo=png())
    assert Brand.model_validate_json(own.canonical()) == own


def test_a_logo_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(png())
    assert brand(logo=path).logo == png()
    with pytest.raises(Unreadable) as refusal:
        brand(logo=tmp_path / "none.png")
    assert refusal.value.code == "brand.logo_unreadable"
