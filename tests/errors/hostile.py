"""What passes for something else: a folder for a file, a number for one that looks like it."""

from pathlib import Path

from cpq.adapters import write_html
from cpq.kernel.lookalike import lookalikes
from tests.errors.registry import reproduces
from tests.errors.shop import quote, untouched


@reproduces(
    "file.not_plain",
    en="Something other than a plain file stands where a document is to be written.",
    zh="目标位置不是普通文件（是链接、文件夹或设备），不会覆盖。",
    do="Remove it, or choose another place; a link is never followed.",
    names=("Q-2026-0001.html", "folder"),
)
def a_folder_in_the_way(folder: Path) -> None:
    place = folder / "Q-2026-0001.html"
    place.mkdir()
    with untouched(folder):
        write_html(quote(), place)


@reproduces(
    "number.lookalike",
    en="A number looks like a known one and is another: `O` for `0`, `l` for `1`, a Cyrillic `А`.",
    zh="编号与已有编号容易混淆（如字母 O 与数字 0）。",
    do="Make sure which is meant; both may be right.",
    names=("'INV-O1'", "'INV-01'"),
)
def a_letter_for_a_digit() -> object:
    return lookalikes("INV-O1", ["INV-01", "INV-02"])
