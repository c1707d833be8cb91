"""Commands about the allowance for bad debts (坏账准备命令行).

``revenue provision --matrix 2026.toml`` reckons the expected loss of what is open and, with
``--record``, brings the allowance to it; ``provision rates`` reads loss rates from the books,
``provision test`` holds those of past days against what was lost since, ``provision movement``
tells how the allowance moved. Exit codes are those of ``cpq.adapters.terminal``.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.terminal import show
from cpq.adapters.whole_file import write_whole
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.adapters.asked import (
    AsOf,
    FirstUnlessSaid,
    Locale,
    Since,
    StoreUrl,
    Tenant,
    amount_in,
    day_of,
    existing,
    first_day,
    pair_of,
)
from revenue.adapters.provision_file import matrix_toml, read_matrix
from revenue.adapters.provision_words import print_findings, table_of, words_of_provision
from revenue.adapters.store import Deals
from revenue.ledger import ReceivablesLedger
from revenue.provision import (
    AllowanceMovement,
    ExpectedLoss,
    HistoryPolicy,
    LossLine,
    ObservedRate,
    allowance_currencies,
    allowance_movement,
    back_test,
    charge_to,
    check_allowance,
    expected_loss,
    observe_losses,
    percent,
)
from revenue.writeoff import AllowanceCharge

_MOVES = ("opening", "charged", "released", "written_off", "recovered", "exchange", "closing")


provisions = typer.Typer(
    cls=FirstUnlessSaid,
    help="Expected credit loss and its allowance · 坏账准备. Without a command: show.",
)
Matrix = Annotated[
    Path, typer.Option("--matrix", "-m", help="The matrix, a TOML file.", show_default=False)
]
Currency = Annotated[str, typer.Option("--currency", help="Receivables in this currency.")]
LostAfter = Annotated[
    int, typer.Option("--lost-after", help="Days overdue from which what is open is lost.")
]
Method = Annotated[str, typer.Option("--method", help="vintage or roll_rate.")]
Buckets = Annotated[str, typer.Option("--buckets", help="Last days of all buckets but the last.")]
Rates = Annotated[
    list[str], typer.Option("--rate", help="USD=7.10: one unit in the book currency; again.")
]


@provisions.command("show")
def provision(
    *,
    store: StoreUrl,
    matrix: Matrix,
    as_of: AsOf = "",
    record: Annotated[bool, typer.Option("--record", help="Charge what is missing.")] = False,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the charge.")] = "",
    reason: Annotated[str, typer.Option(help="Why; the matrix unless said.")] = "",
    book: Annotated[str, typer.Option("--book", help="The currency of the books.")] = "",
    rate: Rates = [],  # noqa: B006  typer reads the default and never changes it
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Reckon the expected loss of what is open; with --record bring the allowance to it."""
    if record and not number:
        raise Invalid("input.invalid", "say what number the charge has: --record --number P-2026")
    policy, day = read_matrix(matrix), day_of(as_of)
    rates = dict(_rate(each) for each in rate)

    def work(deals: Deals) -> tuple[ExpectedLoss, tuple[AllowanceCharge, ...], list[str]]:
        ledger = deals.ledger()
        found = expected_loss(
            ledger,
            policy.matrix,
            as_of=day,
            segments=policy.segments,
            individual=policy.individual,
            covers=policy.covers,
        )
        due = charge_to(
            ledger,
            found,
            number=number or "preview",
            on=day,
            reason=reason or f"expected loss {policy.matrix.name} {day}",
            book=book or None,
            rates=rates,
        )
        said = _held(ledger, due, day, locale, {*found.currencies} - {*rates})
        if record and due:
            # whoever charged in between makes the key another one, and this charge is refused
            before = sum(isinstance(fact, AllowanceCharge) for fact in ledger.facts)
            deals.record(*due, key=f"provision after {before} charges")
            said += [str(each) for each in check_allowance(ledger.record(*due), as_of=day)]
        return found, due, said

    with existing(store, tenant) as opened:
        if record:
            found, due, said = opened.run(work)
        else:
            with opened.view() as deals:
                found, due, said = work(deals)
    _print_loss(found, locale)
    for line in said:
        typer.echo(line)
    for each in due if record else ():
        words = {"number": each.number, "amount": str(each.amount)}
        typer.echo(words_of_provision(locale)["recorded"].format(**words))


@provisions.command("rates")
def rates(
    *,
    store: StoreUrl,
    lost_after: LostAfter,
    currency: Currency,
    as_of: AsOf = "",
    method: Method = "vintage",
    buckets: Buckets = "0,30,60,90",
    matrix: Annotated[
        str, typer.Option("--matrix", "-m", help="Take customers' segments from this file.")
    ] = "",
    write: Annotated[str, typer.Option("--write", help="Write the rates to this file.")] = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Read loss rates from the books: what entered each bucket, and what of it was lost."""
    policy, day = _history(lost_after, method, buckets), day_of(as_of)
    segments = read_matrix(matrix).segments if matrix else None
    with existing(store, tenant) as opened, opened.view() as deals:
        found = observe_losses(
            deals.ledger(), policy, as_of=day, currency=currency, segments=segments
        )
    words = words_of_provision(locale)
    table = table_of(words, ["segment", "bucket"], ["count", "entered", "lost", "raw", "rate"])
    table.add_column(words["pooled"])
    for each in found.rates:
        table.add_row(*_rate_row(each, words, locale))
    typer.echo(f"{words['as_of']} {day} · {policy.method} · {currency}")
    show(table)
    print_findings(found.findings, locale)
    if write:
        found_matrix = found.matrix(name=f"{currency} {day}", also=("", *(segments or {}).values()))
        write_whole(Path(write), matrix_toml(found_matrix, segments=segments).encode())
        typer.echo(write)


@provisions.command("test")
def back_tested(
    day: Annotated[list[str], typer.Argument(help="Past days, 2025-12-31 …")],
    *,
    store: StoreUrl,
    lost_after: LostAfter,
    currency: Currency,
    as_of: AsOf = "",
    method: Method = "vintage",
    buckets: Buckets = "0,30,60,90",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Hold the loss that past days would have expected against what was lost since."""
    with existing(store, tenant) as opened, opened.view() as deals:
        found = back_test(
            deals.ledger(),
            _history(lost_after, method, buckets),
            days=[day_of(each) for each in day],
            as_of=day_of(as_of),
            currency=currency,
        )
    tag = language(locale).first
    for row in found.days:
        typer.echo(row.text.in_(tag))
    print_findings(found.findings, locale)


@provisions.command("movement")
def movement(
    *,
    store: StoreUrl,
    since: Since = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Tell how the allowance moved, one row per currency (坏账准备变动表)."""
    day, start = day_of(as_of), first_day(since)
    with existing(store, tenant) as opened, opened.view() as deals:
        ledger = deals.ledger()
    found = [
        allowance_movement(ledger, currency=code, since=start, as_of=day)
        for code in allowance_currencies(ledger, as_of=day)
    ]
    words = words_of_provision(locale)
    table = table_of(words, ["currency"], list(_MOVES))
    for each in found:
        table.add_row(each.currency, *_moves(each, locale))
    typer.echo(f"{start} – {day}" if start else f"{words['as_of']} {day}")
    show(table)
    for each in found:
        print_findings(each.findings, locale)


def _rate(text: str) -> tuple[str, str]:
    return pair_of(text, "--rate USD=7.10")


def _history(lost_after: int, method: str, buckets: str) -> HistoryPolicy:
    edges = [edge.strip() for edge in buckets.split(",")]
    if not all(edge.isdecimal() for edge in edges):
        raise Invalid("input.invalid", f"{buckets!r} are no buckets; write --buckets 0,30,60,90")
    return HistoryPolicy.model_validate(
        {"buckets": tuple(map(int, edges)), "lost_after": lost_after, "method": method}
    )


def _held(
    ledger: ReceivablesLedger,
    due: tuple[AllowanceCharge, ...],
    day: date,
    locale: str,
    currencies: set[str],
) -> list[str]:
    """What the allowance holds and needs, one line per currency that it is kept in."""
    missing = {each.amount.code: each.amount for each in due}
    lines = []
    for code in sorted({*missing, *currencies, *allowance_currencies(ledger, as_of=day)}):
        held = ledger.allowance(code, as_of=day)
        more = missing.get(code, Money.zero(code))
        figures = {"held": held, "wanted": held + more, "due": more}
        told = {name: amount_in(each, locale) for name, each in figures.items()}
        lines.append(f"{code}: {words_of_provision(locale)['held'].format(**told)}")
    return lines


def _print_loss(found: ExpectedLoss, locale: str) -> None:
    words = words_of_provision(locale)
    typer.echo(f"{found.matrix} · {words['as_of']} {found.as_of}")
    if not found.lines:
        typer.echo(words["nothing"])
        return
    table = table_of(words, ["segment", "bucket"], ["gross", "covered", "rate", "loss"])
    table.add_column(words["currency"])
    for line in found.lines:
        table.add_row(*_loss_row(line, words, locale))
    for code in found.currencies:
        sums = amount_in(found.gross(code), locale), amount_in(found.total(code), locale)
        table.add_row(words["total"], "", sums[0], "", "", sums[1], code, style="bold")
    show(table)


def _loss_row(line: LossLine, words: dict[str, str], locale: str) -> Iterable[str]:
    return (
        line.customer or line.segment or words["all"],
        line.bucket or line.reason,
        amount_in(line.gross, locale),
        amount_in(line.covered, locale) if line.covered.amount else "",
        percent(line.rate),
        amount_in(line.loss, locale),
        line.currency,
    )


def _rate_row(each: ObservedRate, words: dict[str, str], locale: str) -> Iterable[str]:
    return (
        each.segment or words["all"],
        each.bucket,
        str(each.count),
        amount_in(each.base, locale),
        amount_in(each.lost, locale),
        "" if each.raw is None else percent(each.raw),
        percent(each.rate),
        ", ".join(each.pooled),
    )


def _moves(each: AllowanceMovement, locale: str) -> list[str]:
    return [amount_in(getattr(each, name), locale) for name in _MOVES]
