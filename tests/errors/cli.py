"""The command lines: what is wrong with what was typed."""

from pathlib import Path

from revenue.adapters.cli import app
from tests.errors.registry import reproduces
from tests.errors.shop import untouched


@reproduces(
    "input.invalid",
    en="An argument of a command line is no day, no amount, or contradicts another.",
    zh="命令行参数无效。",
    do="Write days as `2026-11-21` and amounts as `'1250.00 CNY'`.",
    names="'1250'",
)
def an_amount_without_currency(folder: Path) -> None:
    command = f"receipt R-1 --store sqlite:///{folder}/deals.db --customer C-1 --amount 1250"
    with untouched(folder):
        app(command.split(), standalone_mode=False)
