"""The command lines: what is wrong with what was typed."""

from pathlib import Path

from cpq.adapters.batch import refuse_twice
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


@reproduces(
    "request.number_twice",
    en="Two requests of one run have the same quote number, so one PDF would replace the other.",
    zh="同一次运行中两个请求的报价单编号相同。",
    do="Number them apart.",
    names=("a.json", "b.json", "Q-2026-0001.pdf"),
)
def two_requests_with_one_number(folder: Path) -> None:
    target, taken = folder / "Q-2026-0001.pdf", dict[str, Path]()
    refuse_twice(folder / "a.json", target, taken)
    refuse_twice(folder / "b.json", target, taken)


@reproduces(
    "store.missing",
    en="A command that reads a store, or goes on with it, finds none.",
    zh="找不到存储文件。",
    do="Correct the name; recording a receivable or a receipt makes a new store.",
    names="typo.db",
)
def a_slip_in_the_name(folder: Path) -> None:
    with untouched(folder):
        app(["open", "--store", f"sqlite:///{folder}/typo.db"], standalone_mode=False)
