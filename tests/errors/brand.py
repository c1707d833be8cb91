"""The looks of the seller: what a ``brand.toml`` may say."""

from pathlib import Path

from cpq.adapters.brand import read_brand
from tests.errors.registry import reproduces


@reproduces(
    "brand.unreadable",
    en="The file of a brand is not there, or is no TOML.",
    zh="品牌文件不存在，或不是 TOML。",
    do="Give the path of a `brand.toml`; mend the line that the message names.",
    names="brand.toml",
)
def a_brand_that_is_no_toml(folder: Path) -> None:
    (folder / "brand.toml").write_text("accent = ", encoding="utf-8")
    read_brand(folder / "brand.toml")


@reproduces(
    "brand.invalid",
    en="A field of a brand cannot be used: the message names it and says why.",
    zh="品牌的某个字段不可用；消息说明字段与原因。",
    do="Correct the field: a dark `#rrggbb`, a column that there is, a folder of static TTF files.",
    names=("brand.toml", "accent", "#ffe100", "contrast", "darker"),
)
def a_brand_that_nobody_can_read(folder: Path) -> None:
    (folder / "brand.toml").write_text('accent = "#ffe100"', encoding="utf-8")
    read_brand(folder / "brand.toml")
