"""The command line of a rep (销售命令行): a request in, a quote PDF out, a hundred at once.

``cpq quote make`` writes PDFs, ``cpq quote price`` prints the price waterfall, ``cpq catalogue
check`` reads a catalogue folder and says all that is wrong with it, ``cpq doctor`` looks at the
machine. Exit codes are those of ``cpq.adapters.terminal``.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.doctor import doctor as examined
from cpq.adapters.pdf import PdfJob, PdfResult, render_many, write_html
from cpq.adapters.render_job import Layout
from cpq.adapters.request import quote_for, read_request
from cpq.adapters.terminal import REFUSED, UNAVAILABLE, complain, run
from cpq.adapters.words import language
from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Unavailable
from cpq.quote import Quote, send

app = typer.Typer(
    name="cpq", help="Configure, price, quote · 选配、计价、报价", no_args_is_help=True
)
quotes = typer.Typer(help="Quotes from request files · 报价单", no_args_is_help=True)
catalogues = typer.Typer(help="Catalogue folders · 产品目录", no_args_is_help=True)
app.add_typer(quotes, name="quote")
app.add_typer(catalogues, name="catalogue")

Requests = Annotated[
    list[Path], typer.Argument(help="Request files (JSON or TOML).", show_default=False)
]
Folder = Annotated[
    Path, typer.Option("--catalogue", "-c", help="The catalogue folder.", show_default=False)
]
Locale = Annotated[str, typer.Option("--locale", "-l", help="zh_CN, en, en_GB … or bilingual.")]


def main() -> None:
    """Run the command line; see ``cpq --help``."""
    run(app)


@quotes.command("make")
def make(
    requests: Requests,
    catalogue: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the PDFs go.")] = Path("out"),
    locale: Locale = "bilingual",
    draft: Annotated[bool, typer.Option(help="Leave the quotes drafts, with a watermark.")] = False,
    workers: Annotated[int, typer.Option(help="Rendering processes.", min=1)] = 2,
) -> None:
    """Write a quote PDF for each request, named by the quote's number.

    One request: the price waterfall, then the path. Several: a progress bar, then a line for each
    that failed; one bad request never stops the rest.
    """
    spoken = language(locale)
    books = read_catalogue(catalogue)
    _folder(out)
    failures: list[tuple[Path, DomainError]] = []
    jobs: list[PdfJob] = []
    sources: dict[Path, Path] = {}
    for path in requests:
        try:
            quote = _quote(path, books, draft=draft)
            target = out / f"{_file_name(quote)}.pdf"
            if target in sources:
                raise Unavailable(
                    "file.not_written",
                    f"{path} and {sources[target]} are both quote {quote.number}",
                )
        except DomainError as error:
            failures.append((path, error))
            continue
        sources[target] = path
        jobs.append(PdfJob(quote=quote, path=target, layout=Layout(locale=locale)))
    if len(requests) == 1 and jobs:
        typer.echo(jobs[0].quote.pricing.explain("zh" if spoken.first == "zh" else "en"))
    results = _rendered(jobs, workers=workers, bar=len(requests) > 1)
    failures += [(sources[r.path], r.refusal) for r in results if r.refusal is not None]
    _report(results, failures, single=len(requests) == 1)


def _report(
    results: tuple[PdfResult, ...], failures: list[tuple[Path, DomainError]], *, single: bool
) -> None:
    for path, error in failures:
        sys.stderr.write(f"{path}: ")
        complain(error)
    done = [result for result in results if result.refusal is None]
    for result in done:
        typer.echo(str(result.path))
    if not single:
        typer.echo(f"{len(done)} written, {len(failures)} refused")
    if failures:
        lacking = any(isinstance(error, Unavailable) for _, error in failures)
        raise typer.Exit(UNAVAILABLE if lacking else REFUSED)


@quotes.command("price")
def price(requests: Requests, catalogue: Folder, locale: Locale = "en") -> None:
    """Print the price waterfall of each request: every rule, applied or refused, and why."""
    spoken = language(locale)
    books = read_catalogue(catalogue)
    for path in requests:
        typer.echo(_quote(path, books, draft=True).pricing.explain(spoken.first))


@quotes.command("html")
def html(
    request: Annotated[Path, typer.Argument(help="A request file.", show_default=False)],
    catalogue: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the file goes.")] = Path("out"),
    locale: Locale = "bilingual",
) -> None:
    """Write the quote as one HTML file: what a machine without Pango can do."""
    quote = _quote(request, read_catalogue(catalogue), draft=False)
    _folder(out)
    typer.echo(str(write_html(quote, out / f"{_file_name(quote)}.html", locale=locale)))


@catalogues.command("check")
def check(catalogue: Folder) -> None:
    """Read a catalogue folder and say everything that is wrong with it."""
    found = read_catalogue(catalogue)
    table = Table("", "n", box=None, show_header=False)
    for name in ("products", "categories", "boms", "books", "promotions", "customers"):
        table.add_row(name, str(len(getattr(found, name))))
    Console().print(table)


@app.command("doctor")
def doctor() -> None:
    """Look at this machine: can it make PDFs, has it the fonts, and what to install."""
    findings = examined()
    for finding in findings:
        typer.echo(str(finding))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(UNAVAILABLE)
    if not findings:
        typer.echo("fine: PDFs can be made here, Chinese included")


def _quote(path: Path, catalogue: Catalogue, *, draft: bool) -> Quote:
    quote = quote_for(read_request(path), catalogue)
    return quote if draft else send(quote)


def _file_name(quote: Quote) -> str:
    """The number as a file name: what a path could take for a separator becomes a dash."""
    kept = [letter if letter.isalnum() or letter in "-_." else "-" for letter in quote.number]
    return "".join(kept).strip(".") or "quote"


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            "file.not_written", f"the folder {path} cannot be made: {error.strerror}"
        ) from None


def _rendered(jobs: list[PdfJob], *, workers: int, bar: bool) -> tuple[PdfResult, ...]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, disable=not bar or bool(os.environ.get("CI"))
    ) as shown:
        task = shown.add_task("quotes · 报价单", total=len(jobs))
        return render_many(jobs, workers=workers, on_done=lambda _: shown.advance(task))
