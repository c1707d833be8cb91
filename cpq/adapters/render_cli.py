"""Commands that write documents of quotes (报价单输出): one with its price, or a thousand.

``cpq quote make`` prices requests and writes their PDFs; ``cpq quote render`` also takes quotes as
the library stores them, goes on where a batch stopped, and ends with a table of what became of
each file. Exit codes are those of ``cpq.adapters.terminal``.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.asked_deal import keeper_of
from cpq.adapters.batch import Batch, BatchRow
from cpq.adapters.batch_table import batch_json, batch_table, counts, failures, summed_up
from cpq.adapters.brand import PLAIN, read_brand
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.columns import Paper
from cpq.adapters.layout import Layout
from cpq.adapters.offer_view import Discounts, Style
from cpq.adapters.options import (
    Annex,
    AsJson,
    CouponFiles,
    Folder,
    PaperLocale,
    PricedBy,
    Requests,
)
from cpq.adapters.past import files_of, read_asked, read_stored
from cpq.adapters.pricing_cli import tell_of
from cpq.adapters.progress import progress
from cpq.adapters.terminal import complain, exit_code, show
from cpq.adapters.words import Language, language
from cpq.kernel.errors import Invalid, Unavailable, Unreadable
from cpq.quote import Quote, send
from cpq.waterfall import Pricing

_WORKERS_MAX = 4

Files = Annotated[
    list[Path],
    typer.Argument(
        help="Stored quotes, requests (JSON, TOML), or folders of them.", show_default=False
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Where the PDFs go.")]
Draft = Annotated[bool, typer.Option("--draft", help="Requests as drafts, with a watermark.")]
BrandFile = Annotated[
    Path | None,
    typer.Option("--brand", help="A brand.toml: colour, logo, font, page.", show_default=False),
]
Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates", "-t", help="A folder whose files replace shipped ones.", show_default=False
    ),
]
AsStyle = Annotated[
    Style, typer.Option("--style", help="Bundles with their parts, or as one line each.")
]
AsDiscounts = Annotated[
    Discounts, typer.Option("--discounts", help="Line by line, or folded into the prices.")
]
Cover = Annotated[bool, typer.Option("--cover", help="A page before the quote.")]
Page = Annotated[
    Paper | None, typer.Option("--page", help="The paper, else the brand's.", show_default=False)
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Leave files that are true copies of their quotes.")
]


def _cores() -> int:
    """How many processes print unless said: a core each, at most four."""
    return min(os.cpu_count() or 1, _WORKERS_MAX)


Workers = Annotated[int, typer.Option(help="Printing processes.", min=1)]


def rendering(
    files: Files,
    *,
    catalogue: PricedBy = None,
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    brand: BrandFile = None,
    templates: Templates = None,
    style: AsStyle = "detailed",
    discounts: AsDiscounts = "shown",
    cover: Cover = False,
    page: Page = None,
    annex: Annex = False,
    draft: Draft = False,
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    workers: Workers = _cores(),  # noqa: B008  the same for the life of the process
    resume: Resume = False,
    json: AsJson = False,
) -> None:
    """Write a PDF for each quote or request, named by its number, and a table of what became of it.

    One bad file never stops the rest. A stored quote is printed in the state it is in. Where the
    machine cannot make PDFs, each quote becomes one HTML file. Interrupted, run it again with
    --resume.
    """
    spoken = language(locale)
    named = list(files_of(files))
    if not named:
        raise Invalid("input.invalid", "there are no quotes in what was named; name JSON files")
    batch = Batch(
        out=made_folder(out),
        layout=Layout(
            locale=locale,
            brand=PLAIN if brand is None else read_brand(brand),
            templates=None if templates is None else _there(templates),
            annex=annex,
            style=style,
            discounts=discounts,
            cover=cover,
            page=page,
        ),
        read=_reader(catalogue, coupons, draft=draft, spoken=spoken),
        workers=workers,
        resume=resume,
    )
    rows = _rendered(batch, named)
    if json:
        typer.echo(batch_json(rows))
    else:
        table = batch_table(rows, spoken=spoken)
        if table.row_count:
            show(table)
            typer.echo()
        for line in failures(rows):
            typer.echo(f"✗ {line}")
        typer.echo(summed_up(rows, spoken=spoken))
    _complain_of([row for row in rows if row.outcome == "html"], spoken)
    _complain_of([row for row in rows if row.refusal and row.refusal.findings], spoken)
    _end(rows)


def making(
    requests: Requests,
    catalogue: Folder,
    *,
    out: Out = Path("out"),
    locale: PaperLocale = "bilingual",
    draft: Draft = False,
    annex: Annex = False,
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    workers: Workers = 2,
) -> None:
    """Write a quote PDF for each request, named by the quote's number.

    One request: the price waterfall, then the path. Several: a progress bar, the paths, and last a
    line for each that failed; one bad request never stops the rest. Existing PDFs are replaced.
    Where the machine cannot make PDFs, each quote becomes one HTML file.
    """
    spoken, files = language(locale), list(dict.fromkeys(requests))
    read = _reader(catalogue, coupons, draft=draft, spoken=spoken)

    def explained(path: Path) -> Quote:
        quote = read(path)
        typer.echo(quote.pricing.explain(spoken.first))
        return quote

    rows = _rendered(
        Batch(
            out=made_folder(out),
            layout=Layout(locale=locale, annex=annex),
            read=explained if len(files) == 1 else read,
            workers=workers,
        ),
        files,
    )
    for row in rows:
        if row.target is not None:
            typer.echo(str(row.target))
    if len(files) > 1:
        typer.echo(counts(rows))
    _complain_of(rows, spoken)
    _end(rows)


def _reader(
    catalogue: Path | None, coupons: Sequence[Path], *, draft: bool, spoken: Language
) -> Callable[[Path], Quote]:
    """What makes a quote of a file: as it was stored, or priced and sent."""
    books = None if catalogue is None else read_catalogue(catalogue)
    keeper = keeper_of(coupons)

    def read(path: Path) -> Quote:
        kept = read_stored(path)
        if isinstance(kept, Pricing):
            raise Unreadable(
                "quote.unreadable",
                f"{path} holds a pricing, which has no number nor seller; name the quote, or the "
                "request, that it is of",
            )
        if kept is not None:
            return kept
        tell = tell_of(path, spoken.first)
        asked = read_asked(path, books, coupons=keeper, on_unknown=tell)
        return asked if draft or books is None else send(asked, matrix=books.approvals)

    return read


def _rendered(batch: Batch, files: Sequence[Path]) -> list[BatchRow]:
    """What became of the files, in their order.

    Interrupted, it says what was written and lets the interruption go on.
    """
    rows: list[BatchRow] = []
    try:
        with progress("quotes · 报价单", len(files)) as shown:

            def note(row: BatchRow) -> None:
                rows.append(row)
                shown(len(rows))

            batch.render(files, on_done=note)
    except KeyboardInterrupt:
        written = [row.target for row in rows if row.target is not None]
        for target in written:
            typer.echo(str(target))
        typer.echo(f"{len(written)} of {len(files)} written")
        raise
    places = {file: place for place, file in enumerate(files)}
    return sorted(rows, key=lambda row: places[row.source])


def _complain_of(rows: Sequence[BatchRow], spoken: Language) -> None:
    """The refusals, one that concerns the machine and so every file only once."""
    told: set[str] = set()
    for row in rows:
        if row.refusal is None or (row.outcome == "html" and str(row.refusal) in told):
            continue
        told.add(str(row.refusal))
        about = "" if row.outcome == "html" else row.source
        complain(row.refusal, about=about, tag=spoken.first)


def _end(rows: Sequence[BatchRow]) -> None:
    refusals = [row.refusal for row in rows if row.refusal is not None]
    if refusals:
        raise typer.Exit(max(exit_code(refusal) for refusal in refusals))


def made_folder(folder: Path) -> Path:
    """The folder, made where it is not there. Raises ``Unavailable`` (``file.not_written``)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            "file.not_written", f"the folder {folder} cannot be made: {error.strerror}"
        ) from None
    return folder


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise Unreadable(
            "folder.missing", f"{folder} is not a folder; give the folder of your templates"
        )
    return folder
