"""Commands that hand the journal to other programs (凭证导出): ``revenue journal export``.

``--format`` is ``csv``, ``beancount``, ``hledger``, the name of a map of columns such as
``kingdee`` or ``yonyou``, or the path of a map of one's own. The file appears whole, or not at all.
Exit codes are those of ``cpq.adapters.terminal``.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, get_args

import typer

from cpq.adapters.whole_file import write_whole
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid, Unreadable
from revenue.adapters.asked import Locale, Since, StoreUrl, Tenant, existing, first_day
from revenue.adapters.export import (
    ColumnMap,
    Root,
    beancount_text,
    column_map,
    export_journal,
    hledger_text,
    journal_csv,
    shipped_maps,
)
from revenue.entry import JournalEntry

journals = typer.Typer(
    help="The journal for other programs · 导出凭证（CSV、金蝶、用友、beancount、hledger）.",
    no_args_is_help=True,
)

_ROOTS: dict[str, Root] = {root.casefold(): root for root in get_args(Root)}


@journals.command("export")
def export(
    *,
    store: StoreUrl,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file.", show_default=False)],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="csv, beancount, hledger, kingdee, yonyou, another map's name, or map.toml.",
        ),
    ] = "csv",
    since: Since = "",
    until: Annotated[str, typer.Option("--until", help="Up to and on this day.")] = "",
    currency: Annotated[
        str, typer.Option("--currency", help="The currency of the books, where the map's differs.")
    ] = "",
    by_day: Annotated[
        bool, typer.Option("--by-day", help="One entry for each day, summed.")
    ] = False,
    first_number: Annotated[
        int, typer.Option("--first-number", help="Number of the first entry in its period.", min=1)
    ] = 1,
    names: Annotated[
        Path | None,
        typer.Option("--names", help="CSV of customers: code, name.", show_default=False),
    ] = None,
    root: Annotated[
        list[str],
        typer.Option("--root", help="Root of accounts, as BANK=Assets; again for more."),
    ] = [],  # noqa: B006  typer reads the default and never changes it
    plain: Annotated[bool, typer.Option("--plain", help="CSV without a byte order mark.")] = False,
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Write the journal for another program (凭证导出): a table, or plain-text accounts.

    beancount and hledger name accounts in the language of the locale; ``--currency``, ``--by-day``,
    ``--first-number`` and ``--names`` are for tables with a map.
    """
    tag = language(locale).first
    text_of = {"beancount": beancount_text, "hledger": hledger_text}.get(format_)
    wanted = None if text_of or format_ == "csv" else _map(format_, currency, by_day=by_day)
    roots = dict(map(_root, root))
    called = _names(names)
    with existing(store, tenant) as opened, opened.view() as deals:
        entries = _between(deals.journal(), since, until)
    if text_of is not None:
        write_whole(out, text_of(entries, language=tag, roots=roots).encode())
    elif wanted is not None:
        export_journal(entries, wanted, out, first_number=first_number, names=called)
    else:
        write_whole(out, journal_csv(entries, mark=not plain))
    lines = sum(len(entry.lines) for entry in entries)
    typer.echo(f"{out}: {len(entries)} entries, {lines} lines as {format_}")


@journals.command("maps")
def maps(locale: Locale = "en") -> None:
    """List the maps of columns that ship, with the files to copy (列映射)."""
    for path in shipped_maps():
        typer.echo(
            f"{path.stem}: {column_map(path.stem).name.in_(language(locale).first)}\n  {path}"
        )


def _map(named: str, currency: str, *, by_day: bool) -> ColumnMap:
    found = column_map(named)
    changes: Mapping[str, str] = {
        **({"book": currency} if currency else {}),
        **({"per": "day"} if by_day else {}),
    }
    return found.with_(**changes)


def _names(path: Path | None) -> dict[str, str]:
    """The customers' names by their codes, of a file with two columns."""
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise Unreadable("file.missing", f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("file.unreadable", f"{path} is not CSV in UTF-8: {error}") from None
    for place, row in enumerate(rows, start=1):
        if len(row) != 2:
            raise Unreadable(
                "file.unreadable",
                f"{path} names customers in two columns, code and name; row {place} has {len(row)}",
            )
    return {code.strip(): name.strip() for code, name in rows}


def _root(text: str) -> tuple[str, Root]:
    code, _, name = text.partition("=")
    root = _ROOTS.get(name.strip().casefold())
    if not code.strip() or root is None:
        raise Invalid(
            "input.invalid",
            f"{text!r} names no root; write CODE=Assets, Liabilities, Equity, Income or Expenses",
        )
    return code.strip(), root


def _between(entries: tuple[JournalEntry, ...], since: str, until: str) -> list[JournalEntry]:
    first, last = first_day(since), first_day(until)
    if first is not None and last is not None and last < first:
        raise Invalid("input.invalid", f"--until {last} lies before --since {first}")
    return [
        entry
        for entry in entries
        if (first is None or first <= entry.on) and (last is None or entry.on <= last)
    ]
