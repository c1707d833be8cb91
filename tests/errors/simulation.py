"""Reading past quotes from files."""

from pathlib import Path

from cpq.adapters.past import read_past
from tests.errors.registry import reproduces
from tests.errors.shop import quote


@reproduces(
    "quote.unreadable",
    en="A file holds a quote or a pricing that cannot be read; each field at fault is named.",
    zh="报价单文件无法读取；每个有误的字段各有一条 finding。",
    do="Write the file as the library does: `quote.canonical()`.",
    names=("Q-1.json", "issued_on", "'soon'"),
)
def a_quote_with_a_wrong_day(folder: Path) -> None:
    read_past(_quote_file(folder, '"issued_on":"2026-11-21"', '"issued_on":"soon"'))


@reproduces(
    "quote.field",
    en="A field of a stored quote is missing, unknown or no value of its kind.",
    zh="报价单文件中的字段有误。",
    do="Correct the field that the finding names.",
    names="valid_until",
)
def a_quote_with_another_field(folder: Path) -> None:
    read_past(_quote_file(folder, '"valid_until"', '"valid_till"'))


def _quote_file(folder: Path, old: str, new: str) -> Path:
    text = quote().canonical()
    assert old in text
    file = folder / "Q-1.json"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file
