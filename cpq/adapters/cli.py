"""The command line of a rep (销售命令行): a request in, a quote PDF out, a hundred at once.

``cpq quote make`` writes PDFs, ``cpq quote price`` prints the price waterfall, ``cpq catalogue
check`` reads a catalogue folder and says all that is wrong with it, ``cpq configure`` configures
step by step, ``cpq coupon make`` makes codes of coupons, ``cpq doctor`` looks at the machine. Exit
codes are those of ``cpq.adapters.terminal``.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cpq.adapters.asked_deal import FindsCoupons, Tell, keeper_of
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.configure_cli import configuring
from cpq.adapters.coupon_cli import commands as coupon_commands
from cpq.adapters.doctor import doctor as examined
from cpq.adapters.pdf import PdfJob, PdfResult, render_many, write_html
from cpq.adapters.pricing_cli import CouponFiles, linted, simulation, tell_of, traces
from cpq.adapters.render_job import Layout
from cpq.adapters.request import quote_for, read_request
from cpq.adapters.terminal import UNAVAILABLE, complain, exit_code
from cpq.adapters.words import language
from cpq.catalogue import Catalogue
from cpq.coupon import CouponOutcome
from cpq.kernel.errors import Conflict, DomainError, Unavailable
from cpq.quote import Quote, send

app = typer.Typer(
    pretty_exceptions_enable=False,
    name="cpq",
    help="Configure, price, quote · 选配、计价、报价",
    no_args_is_help=True,
)
quotes = typer.Typer(help="Quotes from request files · 报价单", no_args_is_help=True)
catalogues = typer.Typer(help="Catalogue folders · 产品目录", no_args_is_help=True)
app.add_typer(quotes, name="quote")
app.add_typer(catalogues, name="catalogue")
app.add_typer(traces, name="trace")
app.add_typer(coupon_commands, name="coupon")
app.command("configure")(configuring)
catalogues.command("lint")(linted)
catalogues.command("simulate")(simulation)

Requests = Annotated[
    list[Path], typer.Argument(help="Request files (JSON or TOML).", show_default=False)
]
Folder = Annotated[
    Path, typer.Option("--catalogue", "-c", help="The catalogue folder.", show_default=False)
]
Locale = Annotated[str, typer.Option("--locale", "-l", help="zh_CN, en, en_GB … or bilingual.")]
Annex = Annotated[
    bool,
    typer.Option(
        "--annex",
        help="Add the price trace, with costs: not for the customer · 内部资料，不得外发.",
    ),
]


@quotes.command("make")
def make(
    requests: Requests,
    catalogue: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the PDFs go.")] = Path("out"),
    locale: Locale = "bilingual",
    draft: Annotated[bool, typer.Option("--draft", help="Drafts, with a watermark.")] = False,
    annex: Annex = False,
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    workers: Annotated[int, typer.Option(help="Rendering processes.", min=1)] = 2,
) -> None:
    """Write a quote PDF for each request, named by the quote's number.

    One request: the price waterfall, then the path. Several: a progress bar, the paths, and last a
    line for each that failed; one bad request never stops the rest. Existing PDFs are replaced.
    """
    spoken = language(locale)
    books, keeper = read_catalogue(catalogue), keeper_of(coupons)
    _folder(out)
    jobs: dict[Path, PdfJob] = {}
    failures: dict[Path, DomainError] = {}
    for path in dict.fromkeys(requests):
        try:
            tell = tell_of(path, spoken.first)
            quote = _quote(path, books, draft=draft, coupons=keeper, tell=tell)
            target = out / f"{_file_name(quote, annex=annex)}.pdf"
            refuse_twice(path, target, jobs)
            layout = Layout(locale=locale, annex=annex)
            jobs[path] = PdfJob(quote=quote, path=target, layout=layout)
        except DomainError as error:
            failures[path] = error
    single = len(requests) == 1
    if single and jobs:
        typer.echo(next(iter(jobs.values())).quote.pricing.explain(spoken.first))
    written, refused = _rendered(jobs, workers=workers, bar=not single)
    failures |= refused
    for target in written:
        typer.echo(str(target))
    if not single:
        typer.echo(f"{len(written)} written, {len(failures)} refused")
    for path, refusal in failures.items():
        complain(refusal, about=path, tag=spoken.first)
    if failures:
        raise typer.Exit(max(exit_code(refusal) for refusal in failures.values()))


def refuse_twice(path: Path, target: Path, jobs: dict[Path, PdfJob]) -> None:
    """Refuse a second request for one PDF. Raises ``Conflict`` (``request.number_twice``)."""
    for other, job in jobs.items():
        if job.path == target:
            raise Conflict(
                "request.number_twice",
                f"{path} and {other} would both be written to {target}; number them apart",
            )


@quotes.command("price")
def price(
    requests: Requests,
    catalogue: Folder,
    locale: Locale = "en",
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
) -> None:
    """Print the price waterfall of each request: every rule and coupon, applied or refused."""
    spoken = language(locale)
    books, keeper = read_catalogue(catalogue), keeper_of(coupons)
    worst = 0
    for path in requests:
        told: list[CouponOutcome] = []
        try:
            quote = _quote(path, books, draft=True, coupons=keeper, tell=told.append)
            typer.echo(quote.pricing.explain(spoken.first))
            for outcome in told:
                typer.echo(f"· {outcome.message.in_(spoken.first)}")
        except DomainError as error:
            complain(error, about=path, tag=spoken.first)
            worst = max(worst, exit_code(error))
    if worst:
        raise typer.Exit(worst)


@quotes.command("html")
def html(
    request: Annotated[Path, typer.Argument(help="A request file.", show_default=False)],
    catalogue: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the file goes.")] = Path("out"),
    locale: Locale = "bilingual",
    annex: Annex = False,
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
) -> None:
    """Write the quote as one HTML file: what a machine without Pango can do."""
    quote = _quote(
        request,
        read_catalogue(catalogue),
        draft=False,
        coupons=keeper_of(coupons),
        tell=tell_of(request, language(locale).first),
    )
    _folder(out)
    target = out / f"{_file_name(quote, annex=annex)}.html"
    typer.echo(str(write_html(quote, target, locale=locale, annex=annex)))


@catalogues.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="The catalogue folder.", show_default=False)],
) -> None:
    """Read a catalogue folder and say everything that is wrong with it."""
    found = read_catalogue(folder)
    for name in ("products", "categories", "boms", "books", "promotions", "customers"):
        typer.echo(f"{len(getattr(found, name)):>6} {name}")
    for name in (
        *("promotion_groups", "agreements", "assignments", "scopes", "floors", "plans"),
        "regimes",
    ):
        if rows := getattr(found, name):
            typer.echo(f"{len(rows):>6} {name.replace('_', ' ')}")


@app.command("doctor")
def doctor() -> None:
    """Look at this machine: whether it can make PDFs, Chinese included, and what to install."""
    findings = examined()
    for finding in findings:
        typer.echo(str(finding))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(UNAVAILABLE)
    if not findings:
        typer.echo("fine: PDFs can be made here, Chinese included")


def _quote(
    path: Path,
    catalogue: Catalogue,
    *,
    draft: bool,
    coupons: FindsCoupons | None,
    tell: Tell,
) -> Quote:
    quote = quote_for(read_request(path), catalogue, coupons=coupons, on_unknown=tell)
    return quote if draft else send(quote, matrix=catalogue.approvals)


def _file_name(quote: Quote, *, annex: bool) -> str:
    """The number as a file name: what a path could take for a separator becomes a dash.

    With the annex it says so, so that it never takes the place of what the customer gets.
    """
    kept = [letter if letter.isalnum() or letter in "-_." else "-" for letter in quote.number]
    name = "".join(kept).strip(".") or "quote"
    return f"{name}-internal" if annex else name


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            "file.not_written", f"the folder {path} cannot be made: {error.strerror}"
        ) from None


def _rendered(
    jobs: dict[Path, PdfJob], *, workers: int, bar: bool
) -> tuple[list[Path], dict[Path, DomainError]]:
    """The PDFs that were written, and why others were not, by request file.

    Interrupted, it says what was written and lets the interruption go on.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    source = {job.path: path for path, job in jobs.items()}
    written: list[Path] = []
    refused: dict[Path, DomainError] = {}
    hidden = not bar or bool(os.environ.get("CI"))
    with Progress(*columns, console=Console(file=sys.stderr), disable=hidden) as shown:
        task = shown.add_task("quotes · 报价单", total=len(jobs))

        def note(result: PdfResult) -> None:
            shown.advance(task)
            if result.refusal is None:
                written.append(result.path)
            else:
                refused[source[result.path]] = result.refusal

        try:
            render_many(jobs.values(), workers=workers, on_done=note)
        except KeyboardInterrupt:
            shown.stop()
            for path in written:
                typer.echo(str(path))
            typer.echo(f"{len(written)} of {len(jobs)} written")
            raise
    order = list(source)
    return sorted(written, key=order.index), refused
