"""Commands about past versions (复算命令行): replay, reprice, verify a PDF.

``cpq quote replay`` reckons a stored quote again from its own inputs, ``cpq quote reprice`` asks
the same request of another catalogue or day, ``cpq quote verify`` tells a true copy of its PDF from
a changed one. Exit codes are those of ``cpq.adapters.terminal``: 1 where a figure differs, where
something has no price any more, and where a PDF is not a true copy.
"""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.clock import today
from cpq.adapters.layout import Layout
from cpq.adapters.options import AsJson, Folder, Locale
from cpq.adapters.past import read_past
from cpq.adapters.pricing_cli import day_of, write_text
from cpq.adapters.printed import printed
from cpq.adapters.problems import problems
from cpq.adapters.rows import read_json
from cpq.adapters.terminal import REFUSED
from cpq.adapters.verify_pdf import PdfVerdict, verify_pdf
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid, Unreadable
from cpq.quote import Quote
from cpq.replay import PrintedDocument, replay, reprice
from cpq.waterfall import Pricing

_LOCALES = ("bilingual", "zh_CN", "en")
"""The languages in which ``cpq quote make`` prints, the usual one first."""

Stored = Annotated[
    Path, typer.Argument(help="A stored quote (JSON), as quote.canonical().", show_default=False)
]


def replaying(
    stored: Stored, *, catalogue: Folder, locale: Locale = "en", json: AsJson = False
) -> None:
    """Reckon a stored quote again from its own inputs: the same figures, or what differs.

    The catalogue is the one that the quote was priced against; another one is refused by its hash.
    """
    spoken = language(locale)
    found = replay(_past(stored), read_catalogue(catalogue))
    if json:
        typer.echo(found.with_(pricing=None).canonical())
    else:
        typer.echo(found.explain(spoken.first))
    if not found.same:
        raise typer.Exit(REFUSED)


def repricing(
    stored: Stored,
    *,
    catalogue: Folder,
    on: Annotated[str, typer.Option("--on", help="The day to price on; today unless said.")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the next version, a draft, here as JSON."),
    ] = None,
    until: Annotated[
        str, typer.Option("--until", help="The last day of that version; needed with --out.")
    ] = "",
    locale: Locale = "en",
) -> None:
    """Price the request of a stored quote again by another catalogue or day, and explain the
    difference. Exit code 1 where something has no price any more.
    """
    spoken, day = language(locale), day_of(on) or today()
    last = day_of(until)
    if out is not None and last is None:
        raise Invalid("input.invalid", "--out writes an offer; give its last day with --until")
    found = reprice(_past(stored), read_catalogue(catalogue), at=day)
    typer.echo(found.explain(spoken.first))
    if found.refusals:
        raise typer.Exit(REFUSED)
    if out is not None and last is not None:
        write_text(out, found.revised(issued_on=day, valid_until=last).canonical())
        typer.echo(str(out))


def verifying(
    file: Annotated[Path, typer.Argument(help="The PDF.", show_default=False)],
    stored: Stored,
    *,
    record: Annotated[
        Path | None,
        typer.Option("--record", "-r", help="What was noted when it was made.", show_default=False),
    ] = None,
    printed_in: Annotated[
        str, typer.Option("--printed-in", help="zh_CN, en, en_GB … or bilingual; else all three.")
    ] = "",
    annex: Annotated[bool, typer.Option("--annex", help="It has the internal annex.")] = False,
    locale: Locale = "en",
    json: AsJson = False,
) -> None:
    """Tell whether a PDF is a true copy of a stored quote: exit code 0 where it is, else 1.

    Without ``--record`` the quote is printed anew as ``cpq quote make`` prints it, and compared.
    """
    spoken = language(locale)
    past = _past(stored)
    if not isinstance(past, Quote):
        raise Invalid("input.invalid", f"{stored} holds a pricing; a PDF is made of a quote")
    locales = (printed_in,) if printed_in else _LOCALES
    layouts = tuple(Layout(locale=each, annex=annex) for each in locales)
    noted = None if record is None else _record(record)
    found = verify_pdf(file, past, record=noted, layout=layouts)
    if json:
        typer.echo(found.canonical())
    else:
        _tell(found, spoken.first)
    if not found.is_true:
        raise typer.Exit(REFUSED)


def recording(
    file: Annotated[Path, typer.Argument(help="The PDF, as it was made.", show_default=False)],
    stored: Stored,
    *,
    printed_in: Annotated[
        str, typer.Option("--printed-in", help="zh_CN, en, en_GB … or bilingual.")
    ] = _LOCALES[0],
    annex: Annotated[bool, typer.Option("--annex", help="It has the internal annex.")] = False,
) -> None:
    """Print the record of a PDF that was just made, as JSON: what ``verify --record`` reads."""
    past = _past(stored)
    if not isinstance(past, Quote):
        raise Invalid("input.invalid", f"{stored} holds a pricing; a PDF is made of a quote")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Unreadable("file.unreadable", f"{file}: {error.strerror or error}") from None
    layout = Layout(locale=printed_in, annex=annex)
    typer.echo(printed(past, content, layout=layout).canonical())


def _tell(found: PdfVerdict, tongue: str) -> None:
    signs = {"true_copy": "✓", "cannot_tell": "?"}
    typer.echo(f"{signs.get(found.state, '✗')} {found.message.in_(tongue)}")
    marks = {"error": "✗", "approval": "!", "note": "·"}
    for each in found.findings:
        typer.echo(f"  {marks[each.severity]} {each.message.in_(tongue)}")


def _past(stored: Path) -> Quote | Pricing:
    return read_past(stored)


def _record(path: Path) -> PrintedDocument:
    try:
        return PrintedDocument.model_validate(read_json(path))
    except ValidationError as error:
        findings = tuple(problems(error, otherwise="printed.field"))
        listed = "; ".join(str(finding) for finding in findings[:3])
        raise Unreadable("printed.unreadable", f"{path}: {listed}", findings=findings) from None
