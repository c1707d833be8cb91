"""Commands about prices (计价命令行): why a price is what it is, and what a draft would change.

``cpq trace why``, ``why-not`` and ``trigger`` answer from the trace of a request or of a stored
quote. ``cpq catalogue lint`` looks for what is probably a mistake in a catalogue that is sound.
``cpq catalogue simulate`` prices past quotes again under a draft. Exit codes are those of
``cpq.adapters.terminal``.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.asked_deal import Tell, keeper_of
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.lint_table import finding_table, summary
from cpq.adapters.options import AsJson, CouponFiles, Locale, PricedBy
from cpq.adapters.past import files_of, read_past
from cpq.adapters.pricing_words import WORDS, quotes_counted
from cpq.adapters.progress import progress
from cpq.adapters.simulation_rows import BYS, By, csv_text, json_text
from cpq.adapters.simulation_table import (
    first,
    judged_table,
    names_in,
    result_table,
    rule_table,
    stopped_table,
)
from cpq.adapters.terminal import REFUSED, complain, exit_code, show
from cpq.adapters.trace_table import (
    acting_on,
    head_of,
    lines_asked,
    pricing_of,
    refusals_of,
    trigger_table,
    why_not_table,
    why_table,
)
from cpq.adapters.words import Language, language
from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Invalid, Unavailable, Unreadable
from cpq.kernel.model import Frozen, canonical_json
from cpq.lint import lint
from cpq.quote import Quote
from cpq.simulation import Simulation, simulate
from cpq.waterfall import Pricing

traces = typer.Typer(help="Why a price is what it is · 计价追溯", no_args_is_help=True)

PastFile = Annotated[
    Path,
    typer.Argument(help="A request (JSON, TOML) or a stored quote.", show_default=False),
]
Lines = Annotated[
    list[str], typer.Option("--line", help="The line's number: 1, 1.3; again for more.")
]
RuleName = Annotated[
    str, typer.Option("--rule", "-r", help="A promotion, agreement, price book or whole rule.")
]


@traces.command("why")
def why(
    file: PastFile,
    *,
    catalogue: PricedBy = None,
    line: Lines = [],  # noqa: B006  typer reads the default and never changes it
    rule: RuleName = "",
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    locale: Locale = "en",
    json: AsJson = False,
) -> None:
    """Show the rules that made the price of each line, per unit and then on the amount."""
    spoken = language(locale)
    past = _past(file, catalogue, coupons=coupons, tongue=spoken.first)
    pricing = pricing_of(past)
    lines = lines_asked(pricing, line)
    rows = [
        each
        for asked in lines
        for each in pricing.why(asked.number)
        if not rule or each.rule == rule or each.rule.startswith(f"{rule}:")
    ]
    if rule and not rows:
        pricing.what_would_trigger(rule)  # refuses a rule that nobody looked at
    if json:
        _print_json(rows)
        return
    typer.echo(head_of(past))
    if rule and not rows:
        show(why_not_table(pricing, refusals_of(pricing, rule, line), spoken=spoken))
        return
    show(why_table(lines, rule=rule, spoken=spoken))


@traces.command("why-not")
def why_not(
    file: PastFile,
    *,
    catalogue: PricedBy = None,
    line: Lines = [],  # noqa: B006  typer reads the default and never changes it
    rule: RuleName = "",
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    locale: Locale = "en",
    json: AsJson = False,
) -> None:
    """Show the rules that did not act, what each needed and what it found."""
    spoken = language(locale)
    past = _past(file, catalogue, coupons=coupons, tongue=spoken.first)
    pricing = pricing_of(past)
    refused = refusals_of(pricing, rule, line)
    if rule and not refused:
        pricing.what_would_trigger(rule)
    if json:
        _print_json(refused)
        return
    typer.echo(head_of(past))
    if refused:
        show(why_not_table(pricing, refused, spoken=spoken))
    else:
        typer.echo(_acts(pricing, rule, spoken.first))


@traces.command("trigger")
def trigger(
    file: PastFile,
    *,
    rule: Annotated[str, typer.Option("--rule", "-r", help="The rule.", show_default=False)],
    catalogue: PricedBy = None,
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    locale: Locale = "en",
    json: AsJson = False,
) -> None:
    """Show what would make a rule act: more units, a day, another customer."""
    spoken = language(locale)
    past = _past(file, catalogue, coupons=coupons, tongue=spoken.first)
    pricing = pricing_of(past)
    found = pricing.what_would_trigger(rule)
    if json:
        _print_json(found)
        return
    typer.echo(head_of(past))
    if found:
        show(trigger_table(pricing, found, spoken=spoken))
    acting = _acts(pricing, rule, spoken.first)
    if acting_on(pricing, rule):
        typer.echo(acting)


def linted(
    folder: Annotated[Path, typer.Argument(help="The catalogue folder.", show_default=False)],
    *,
    on: Annotated[
        str, typer.Option("--on", help="Leave aside what was over before this day.")
    ] = "",
    locale: Locale = "en",
    json: AsJson = False,
) -> None:
    """Look for what prices, but hardly as it was meant: gaps, ties, 26 for less than 25.

    Exit code 1 where a request will be refused or a floor broken, 0 where there are only notes; 3
    where the folder cannot be read: then all that is wrong with it is told.
    """
    spoken, day = language(locale), day_of(on)
    try:
        catalogue = read_catalogue(folder)
    except Unreadable as error:
        if json and error.findings:
            _print_json(error.findings)
        else:
            complain(error, tag=spoken.first)
        raise typer.Exit(exit_code(error)) from None
    found = lint(catalogue, on=day)
    if json:
        _print_json(found)
    else:
        if found:
            show(finding_table(found, spoken=spoken))
            typer.echo()
        typer.echo(summary(found, spoken=spoken))
    if any(each.severity == "error" for each in found):
        raise typer.Exit(REFUSED)


def simulation(
    folder: Annotated[Path, typer.Argument(help="The catalogue of today.", show_default=False)],
    quotes: Annotated[
        list[Path],
        typer.Argument(help="Stored quotes, requests, or folders of them.", show_default=False),
    ],
    *,
    draft: Annotated[
        Path, typer.Option("--draft", "-d", help="The catalogue to try.", show_default=False)
    ],
    on: Annotated[
        str, typer.Option("--on", help="Price all as of this day, not each of its own.")
    ] = "",
    book: Annotated[str, typer.Option("--book", "-b", help="Price all by this book.")] = "",
    by: Annotated[str, typer.Option("--by", help=f"A row per {', '.join(BYS)}.")] = "customer",
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    top: Annotated[int, typer.Option("--top", help="Rows to show; 0 for all.", min=0)] = 20,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write all rows here.", show_default=False)
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all there is here.", show_default=False)
    ] = None,
    locale: Locale = "en",
) -> None:
    """Price past quotes again under a draft of the catalogue and show what would change.

    Requests are priced by the catalogue of today first. A quote that cannot be priced any more is
    listed with the reason and is no failure; a file that cannot be read is one, and the rest go on.
    """
    spoken, day, rows = language(locale), day_of(on), _by(by)
    current, tried = read_catalogue(folder), read_catalogue(draft)
    failures: dict[Path, DomainError] = {}
    files = list(files_of(quotes))
    if not files:
        raise Invalid("input.invalid", "there are no quotes in what was named; name JSON files")
    keeper = keeper_of(coupons)

    def read(path: Path) -> Quote | Pricing:
        tell = tell_of(path, spoken.first)
        return read_past(path, current, coupons=keeper, on_unknown=tell)

    found = _simulated(
        files, failures, read, current=current, draft=tried, on=day, book=book or None
    )
    if csv is not None and found.changes:
        write_text(csv, "\ufeff" + csv_text(found, rows, tongue=spoken.first))
    if json is not None and found.changes:
        write_text(json, json_text(found, rows, tongue=spoken.first))
    if found.changes:
        _report(
            found, rows, top=top, spoken=spoken, catalogues=(tried, current), names=(folder, draft)
        )
    for path, refusal in failures.items():
        complain(refusal, about=path)
    if failures:
        raise typer.Exit(max(exit_code(refusal) for refusal in failures.values()))


def _simulated(
    files: Sequence[Path],
    failures: dict[Path, DomainError],
    read: Callable[[Path], Quote | Pricing],
    *,
    current: Catalogue,
    draft: Catalogue,
    on: date | None,
    book: str | None,
) -> Simulation:
    """The simulation of what the files hold, with a bar; what cannot be read goes to failures."""

    def past() -> Iterator[Quote | Pricing]:
        for path in files:
            try:
                yield read(path)
            except DomainError as error:
                failures[path] = error

    with progress("quotes · 报价单", len(files)) as shown:
        return simulate(
            past(),
            draft=draft,
            current=current,
            on=on,
            book=book,
            on_done=lambda done: shown(done + len(failures)),
        )


def _report(
    found: Simulation,
    by: By,
    *,
    top: int,
    spoken: Language,
    catalogues: tuple[Catalogue, Catalogue],
    names: tuple[Path, Path],
) -> None:
    """What a person wants to know: how much, by which rules, what stops, what is doubtful."""
    words = WORDS[spoken.first]
    when = words["one_day"].format(day=found.on) if found.on else words["own_day"]
    when += words["by_book"].format(book=found.book) if found.book else ""
    every = quotes_counted(len(found.changes), spoken.first)
    typer.echo(words["under"].format(quotes=every, draft=names[1], when=when))
    table, more = result_table(found, by, names=names_in(by, catalogues), spoken=spoken, top=top)
    if table.row_count:
        typer.echo()
        show(table)
    _say_more(more, words)
    if by != "rule" and found.rules:
        rules, more = first(found.rules, top)
        typer.secho(f"\n{words['rules']}", bold=True)
        show(rule_table(rules, spoken=spoken))
        _say_more(more, words)
    if not any(True for change in found.changes for _ in change.changed_lines()):
        typer.echo(f"\n{words['same']}")
    for name, changes, made in (
        ("left_out", found.unpriced, stopped_table),
        ("judged", found.judged_anew, judged_table),
    ):
        if changes:
            some, more = first(changes, top)
            every = quotes_counted(len(changes), spoken.first)
            typer.secho(f"\n{words[name].format(quotes=every)}", bold=True)
            show(made(some, spoken=spoken))
            _say_more(more, words)
    _doubts(found, catalogues[1], names[0], spoken.first)


def _say_more(more: int, words: dict[str, str]) -> None:
    if more:
        typer.echo(words["more"].format(count=more))


def _doubts(found: Simulation, current: Catalogue, folder: Path, tongue: str) -> None:
    """What makes the comparison less sure than it looks."""
    counts = {
        "elsewhere": sum(change.catalogue != current.hash for change in found.changes),
        "untraced": sum(not change.traced for change in found.changes),
    }
    for name, count in counts.items():
        if count:
            every = quotes_counted(count, tongue)
            typer.echo(f"\n{WORDS[tongue][name].format(quotes=every, folder=folder)}")


def _by(text: str) -> By:
    for each in BYS:
        if each == text:
            return each
    raise Invalid("input.invalid", f"--by is one of {', '.join(BYS)}; found {text!r}")


def day_of(text: str) -> date | None:
    """The day that an option names; ``None`` where it is empty. Raises ``Invalid``
    (``input.invalid``).

    >>> day_of("2026-11-21")
    datetime.date(2026, 11, 21)
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("input.invalid", f"a day is written 2026-11-21; found {text!r}") from None


def write_text(path: Path, text: str) -> None:
    """Write a file. Raises ``Unavailable`` (``file.not_written``)."""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Unavailable(
            "file.not_written", f"{path} cannot be written: {error.strerror}"
        ) from None


def _past(
    file: Path, folder: Path | None, *, coupons: Sequence[Path], tongue: str
) -> Quote | Pricing:
    return read_past(
        file,
        None if folder is None else read_catalogue(folder),
        coupons=keeper_of(coupons),
        on_unknown=tell_of(file, tongue),
    )


def tell_of(file: Path, tongue: str) -> Tell:
    """Who says on the error stream what became of a code that nobody issued."""
    return lambda outcome: typer.echo(f"{file}: {outcome.message.in_(tongue)}", err=True)


def _acts(pricing: Pricing, rule: str, tongue: str) -> str:
    """On which lines a rule acts, in words."""
    words, lines = WORDS[tongue], ", ".join(acting_on(pricing, rule))
    if not lines:
        return words["nothing"]
    return f"{rule} {words['acted']} {lines}"


def _print_json(rows: object) -> None:
    assert isinstance(rows, list | tuple)
    dumped = [row.model_dump(mode="json") for row in rows if isinstance(row, Frozen)]
    typer.echo(canonical_json(dumped))
