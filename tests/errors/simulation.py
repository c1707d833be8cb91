"""Replaying a pricing, and reading past quotes from files."""

from pathlib import Path

from cpq import STANDARD_PLAN, item, price
from cpq.adapters.past import read_past
from cpq.simulation import repriced
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, goods, quote, untouched


@reproduces(
    "simulation.other_catalogue",
    en="A pricing is to be replayed under another catalogue than it was made against.",
    zh="重算时的产品目录与原计价时的不一致。",
    do="Give the snapshot whose hash the pricing names, or ask `priced_under()`.",
    names="priced_under()",
)
def a_replay_under_a_draft() -> None:
    pricing = price([item("BOLT", 1)], catalogue=goods(), on=DAY)
    with untouched(pricing):
        repriced(pricing, catalogue=goods(seller="Us"))


@reproduces(
    "simulation.other_plan",
    en="A pricing is to be replayed under another pricing plan, or another version of it.",
    zh="重算时的计价方案与原计价时的不一致。",
    do="Give the plan that the pricing names with `plan=`.",
    names=("OWN 2", "STANDARD 1"),
)
def a_replay_by_another_plan() -> None:
    own = STANDARD_PLAN.with_(code="OWN", version=2)
    pricing = price([item("BOLT", 1)], catalogue=goods(), on=DAY, plan=own)
    repriced(pricing, catalogue=goods())


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
