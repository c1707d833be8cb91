"""Arguments and options that several commands share, each said once (命令行选项)."""

from pathlib import Path
from typing import Annotated

import typer

Requests = Annotated[
    list[Path], typer.Argument(help="Request files (JSON or TOML).", show_default=False)
]
Folder = Annotated[
    Path, typer.Option("--catalogue", "-c", help="The catalogue folder.", show_default=False)
]
PricedBy = Annotated[
    Path | None,
    typer.Option("--catalogue", "-c", help="What a request is priced by.", show_default=False),
]
CouponFiles = Annotated[
    list[Path],
    typer.Option("--coupons", help="A CSV file of coupons; again for more.", show_default=False),
]
Locale = Annotated[str, typer.Option("--locale", "-l", help="zh_CN, en, en_GB …")]
PaperLocale = Annotated[
    str, typer.Option("--locale", "-l", help="zh_CN, en, en_GB … or bilingual.")
]
Annex = Annotated[
    bool,
    typer.Option(
        "--annex",
        help="Add the price trace, with costs: not for the customer · 内部资料，不得外发.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON, one document.")]
