"""The command line of a rep (销售命令行): a request in, a quote PDF out, a hundred at once.

``cpq quote make`` and ``render`` write PDFs, ``cpq quote price`` prints the price waterfall,
``cpq catalogue check`` reads a catalogue folder and says all that is wrong with it, ``cpq
configure`` configures step by step, ``cpq coupon make`` makes codes of coupons, ``cpq doctor``
looks at the machine. Exit codes are those of ``cpq.adapters.terminal``.
"""

from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.asked_deal import FindsCoupons, Tell, keeper_of
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.compare_cli import comparing
from cpq.adapters.configure_cli import configuring
from cpq.adapters.coupon_cli import commands as coupon_commands
from cpq.adapters.doctor import doctor as examined
from cpq.adapters.file_name import file_name
from cpq.adapters.options import Annex, CouponFiles, Folder, PaperLocale, Requests
from cpq.adapters.pdf import write_html
from cpq.adapters.pricing_cli import linted, simulation, tell_of, traces
from cpq.adapters.render_cli import made_folder, making, rendering
from cpq.adapters.replay_cli import recording, replaying, repricing, verifying
from cpq.adapters.request import quote_for, read_request
from cpq.adapters.terminal import UNAVAILABLE, complain, exit_code
from cpq.adapters.words import language
from cpq.catalogue import Catalogue
from cpq.coupon import CouponOutcome
from cpq.kernel.errors import DomainError
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
quotes.command("make")(making)
quotes.command("render")(rendering)
quotes.command("compare")(comparing)
quotes.command("replay")(replaying)
quotes.command("reprice")(repricing)
quotes.command("verify")(verifying)
quotes.command("record")(recording)
catalogues.command("lint")(linted)
catalogues.command("simulate")(simulation)


@quotes.command("price")
def price(
    requests: Requests,
    catalogue: Folder,
    locale: PaperLocale = "en",
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
    locale: PaperLocale = "bilingual",
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
    target = made_folder(out) / file_name(quote.number, suffix=".html", internal=annex)
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
