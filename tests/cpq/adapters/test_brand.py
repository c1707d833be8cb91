"""The brand: a colour that cannot be anything else, a picture of a bounded size."""

import shutil
import struct
import zlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from cpq.adapters.brand import Brand, brand, contrast_on_white, read_brand
from cpq.adapters.brand_font import BrandFont
from cpq.adapters.templates import template_root
from cpq.kernel.errors import DomainError, Unreadable


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
    ("colour", "contrast"), [("#777777", 4.48), ("#767676", 4.54), ("#ff0000", 4.0)]
)
def test_contrast_is_that_of_the_accessibility_guidelines(colour: str, contrast: float) -> None:
    assert contrast_on_white(colour) == pytest.approx(contrast, abs=0.005)


def test_a_colour_too_light_to_read_is_refused() -> None:
    assert Brand(accent="#767676").accent == "#767676"
    with pytest.raises(ValidationError, match=r"contrast of 4\.5 on white.*take a darker colour"):
        Brand(accent="#777777")


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


def _folder(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "brand.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(png())
    fonts = tmp_path / "fonts"
    fonts.mkdir(exist_ok=True)
    shutil.copy(template_root() / "fonts" / "CPQSans-Regular.ttf", fonts)
    return path


def test_a_brand_is_read_from_its_file(tmp_path: Path) -> None:
    text = """
accent = "#8a1538"
logo = "logo.png"
hide = ["code", "tax"]
page = "letter"

[font]
family = "CPQ Sans"
folder = "fonts"
"""
    own = read_brand(_folder(tmp_path, text))
    assert (own.accent, own.logo, own.hide, own.page) == (
        "#8a1538",
        png(),
        ("code", "tax"),
        "letter",
    )
    assert own.font == BrandFont(family="CPQ Sans", folder=tmp_path / "fonts")
    assert read_brand(_folder(tmp_path, "")) == Brand()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('accent = "red"', "brand.invalid", ("brand.toml", "accent")),
        ('accent = "#ffee00"', "brand.invalid", ("accent", "#ffee00", "darker")),
        ('colour = "#000000"', "brand.invalid", ("colour",)),
        ('hide = ["amount"]', "brand.invalid", ("hide", "unit_price")),
        ('page = "A3"', "brand.invalid", ("page", "letter")),
        ("logo = 3", "brand.invalid", ("logo",)),
        ('logo = "none.png"', "brand.logo_unreadable", ("none.png",)),
        ('font = "Inter"', "brand.invalid", ("font",)),
        ('[font]\nfamily = "Inter"\nfolder = "fonts"', "brand.invalid", ("font", "CPQ Sans")),
        ('[font]\nfamily = "a; }"\nfolder = "fonts"', "brand.invalid", ("font.family",)),
        ('[font]\nfamily = "Inter"\nfolder = "none"', "brand.invalid", ("*.ttf", "none")),
        ("accent = ", "brand.unreadable", ("brand.toml",)),
    ],
)
def test_a_fault_of_a_brand_names_its_field(
    tmp_path: Path, text: str, code: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(DomainError) as refusal:
        read_brand(_folder(tmp_path, text))
    assert refusal.value.code == code
    for word in words:
        assert word in refusal.value.message


def test_a_brand_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_brand(tmp_path / "none.toml")
    assert refusal.value.code == "brand.unreadable"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"wOF2" + b"\0" * 40, "not a TrueType font"),
        (b"", "cannot be read as a font"),
        (b"\x00\x01\x00\x00" + b"\xff" * 4, "cannot be read as a font"),
        (b"\x00\x01\x00\x00\x00\x00" + b"\0" * 6, "not a TrueType font"),
        (
            b"\x00\x01\x00\x00\x00\x02" + b"\0" * 6
            + b"name" + b"\0" * 12 + b"fvar" + b"\0" * 12,
            "variable font",
        ),
        (
            b"\x00\x01\x00\x00\x00\x01" + b"\0" * 6
            + b"name" + struct.pack(">III", 0, 9999, 0),
            "no readable names",
        ),
    ],
)  # fmt: skip
def test_a_font_that_would_be_slow_or_lost_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "own.ttf").write_bytes(content)
    with pytest.raises(ValidationError, match=words):
        BrandFont(family="Own", folder=tmp_path)
