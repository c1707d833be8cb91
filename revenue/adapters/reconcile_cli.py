"""The workbench in the terminal (对账命令): a statement in, what was posted and what waits out.

``revenue reconcile statement.sta`` receives every line once, posts what is proved, and shows the
rest with its candidates; a person then says ``revenue confirm``, ``assign``, ``split`` or
``take-back``. The day's HTML report is one file that needs no other.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.options import AsJson
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from cpq.quote import NumberSeries
from revenue.adapters.asked import (
    Day,
    Locale,
    StoreUrl,
    Tenant,
    day_of,
    existing,
    money_of,
)
from revenue.adapters.bank import read_column_map, read_statements
from revenue.adapters.reconcile_files import read_payers, read_rules, valued_by
from revenue.adapters.reconcile_html import report_html
from revenue.adapters.reconcile_table import print_reconciliation
from revenue.adapters.reconcile_text import amount_text
from revenue.adapters.store import Deals
from revenue.bank import BankStatement
from revenue.ledger import Fact, ReceivablesLedger
from revenue.reconcile import (
    Reconciliation,
    assign,
    confirm,
    learned_from,
    reconcile,
    take_back,
)
from revenue.settlement import identify

By = Annotated[str, typer.Option("--by", help="Who decides.", show_default=False)]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="A TOML file of matching rules.", show_default=False),
]
Payers = Annotated[
    Path | None,
    typer.Option(
        "--payers", help="A CSV of customer, name, account: who pays how.", show_default=False
    ),
]
Report = Annotated[
    Path | None, typer.Option("--report", help="Write the HTML report here.", show_default=False)
]


def reconciling(
    statements: Annotated[
        list[Path], typer.Argument(help="Bank statements: MT940, camt.053, BAI2, CSV.")
    ],
    *,
    store: StoreUrl,
    on: Day = "",
    rules: Rules = None,
    payers: Payers = None,
    columns: Annotated[
        Path | None,
        typer.Option("--columns", help="A TOML column map for CSV.", show_default=False),
    ] = None,
    series: Annotated[
        str, typer.Option("--numbers", help="How receipts are numbered.")
    ] = "RC-{year}-{n:05}",
    rate: Annotated[
        list[str],
        typer.Option("--rate", help="USD=7.10 CNY: what one is worth in the books; again."),
    ] = [],  # noqa: B006  typer reads the default and never changes it
    report: Report = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show, and record nothing.")] = False,
    as_json: AsJson = False,
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Receive bank statements, post what is proved, show the rest with its candidates (对账)."""
    day = day_of(on)
    given = _read(statements, columns)
    policy, known = read_rules(rules), read_payers(payers)
    numbers = NumberSeries(code="receipts", pattern=series)
    value_of = valued_by(rate)

    def work(deals: Deals) -> tuple[Reconciliation, ReceivablesLedger]:
        for statement in given:
            deals.import_statement(statement, number=numbers, value_of=value_of)
        before = deals.ledger()
        run = reconcile(
            before,
            given,
            on=day,
            policy=policy,
            learned=learned_from(before, before=known),
            value_of=value_of,
        )
        if run.facts:
            deals.record(*run.facts)
        return run, before.record(*run.facts)

    with existing(store, tenant) as opened:
        run, ledger = _previewed(opened, work) if preview else opened.run(work)
    _show(run, ledger, locale=locale, as_json=as_json, report=report)


def waiting(
    *,
    store: StoreUrl,
    on: Day = "",
    rules: Rules = None,
    payers: Payers = None,
    report: Report = None,
    as_json: AsJson = False,
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show the receipts that wait, with their candidates; nothing is recorded (待处理收款)."""
    with existing(store, tenant) as opened, opened.view() as deals:
        ledger = deals.ledger()
    strict = read_rules(rules).with_(auto=())
    learned = learned_from(ledger, before=read_payers(payers))
    run = reconcile(ledger, on=day_of(on), policy=strict, learned=learned)
    _show(run, ledger, locale=locale, as_json=as_json, report=report)


def confirming(
    receipt: str,
    *,
    store: StoreUrl,
    by: By,
    candidate: Annotated[int, typer.Option("--candidate", "-n", help="Which of those shown.")] = 1,
    rules: Rules = None,
    payers: Payers = None,
    on: Day = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Confirm a candidate of a receipt, as `revenue waiting` shows them (确认核销)."""
    day, policy, known = day_of(on), read_rules(rules).with_(auto=()), read_payers(payers)

    def decide(ledger: ReceivablesLedger) -> ReceivablesLedger:
        learned = learned_from(ledger, before=known)
        run = reconcile(ledger, on=day, policy=policy, learned=learned)
        for row in run.lines:
            named = row.receipt is not None and number_key(row.receipt.number) == number_key(
                receipt
            )
            if named and row.match is not None:
                return confirm(ledger, row.match, on=day, by=by, choice=candidate)
        ledger.receipt(receipt)
        raise Invalid(
            "reconcile.nothing_waits",
            f"receipt {receipt} does not wait: nothing of it is free, or it is an advance; say "
            "what it pays with `revenue assign`, or take back what it paid",
            receipt=receipt,
        )

    _decided(store, tenant, decide, locale)


def assigning(
    receipt: str,
    *,
    store: StoreUrl,
    to: Annotated[list[str], typer.Option("--to", help="RECEIVABLE or RECEIVABLE=AMOUNT.")],
    by: By,
    on: Day = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Pay receivables with a receipt, whosever they are (人工核销)."""
    day = day_of(on)
    targets = _pairs(to, option="--to")
    _decided(store, tenant, lambda ledger: assign(ledger, receipt, targets, on=day, by=by), locale)


def splitting(
    receipt: str,
    *,
    store: StoreUrl,
    part: Annotated[list[str], typer.Option("--part", help="CUSTOMER or CUSTOMER=AMOUNT.")],
    by: By,
    on: Day = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Say whose a receipt is: one customer's, or several customers' in parts (认领、拆分)."""
    day = day_of(on)
    parts = _pairs(part, option="--part")

    def decide(ledger: ReceivablesLedger) -> ReceivablesLedger:
        number = f"{receipt}/ID"
        amounts = {name: amount for name, amount in parts.items() if amount is not None}
        if len(amounts) < len(parts) and len(parts) > 1:
            raise Invalid("input.invalid", "several parts need amounts: --part CUSTOMER=AMOUNT")
        whose: str | dict[str, Money] = amounts or next(iter(parts), "")
        count = 1
        while ledger.has_settlement(number) or ledger.has_settlement(f"{number}/1"):
            count += 1
            number = f"{receipt}/ID-{count}"
        return identify(ledger, receipt, whose, number=number, on=day, by=by)

    _decided(store, tenant, decide, locale)


def taking_back(
    receipt: str,
    *,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the reversals.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.", show_default=False)],
    on: Day = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Undo all that a receipt settled, so that it can be assigned anew (反核销)."""
    day = day_of(on)
    if not number.strip():
        raise Invalid("input.invalid", "--number is empty; give the number of the reversals")

    def decide(ledger: ReceivablesLedger) -> ReceivablesLedger:
        return take_back(ledger, receipt, number=number, on=day, reason=reason)

    _decided(store, tenant, decide, locale)


def register(app: typer.Typer) -> None:
    """Put these commands on the command line of finance."""
    app.command("reconcile")(reconciling)
    app.command("waiting")(waiting)
    app.command("confirm")(confirming)
    app.command("assign")(assigning)
    app.command("split")(splitting)
    app.command("take-back")(taking_back)


class _Preview(Exception):
    """Carries a result out of a transaction that is undone."""


def _previewed(
    opened: object, work: Callable[[Deals], tuple[Reconciliation, ReceivablesLedger]]
) -> tuple[Reconciliation, ReceivablesLedger]:
    from revenue.adapters.store import Store

    assert isinstance(opened, Store)
    found: list[tuple[Reconciliation, ReceivablesLedger]] = []
    try:
        with opened.unit() as deals:
            found.append(work(deals))
            raise _Preview
    except _Preview:
        return found[0]


def _read(paths: list[Path], columns: Path | None) -> tuple[BankStatement, ...]:
    mapped = None if columns is None else read_column_map(columns)
    return tuple(each for path in paths for each in read_statements(path, columns=mapped))


def _pairs(given: list[str], *, option: str) -> dict[str, Money | None]:
    """What each is to get. Raises ``Invalid`` (``input.invalid``) for one that is named twice."""
    found: dict[str, Money | None] = {}
    known: set[str] = set()
    for text in given:
        name, _, amount = text.partition("=")
        if number_key(name) in known:
            raise Invalid("input.invalid", f"{option} names {name} twice; add its amounts up")
        known.add(number_key(name))
        found[name] = money_of(amount) if amount else None
    return found


def _decided(
    store: str,
    tenant: str,
    decide: Callable[[ReceivablesLedger], ReceivablesLedger],
    locale: str,
) -> None:
    def work(deals: Deals) -> tuple[ReceivablesLedger, tuple[Fact, ...]]:
        before = deals.ledger()
        after = decide(before)
        done = after.facts[len(before.facts) :]
        deals.record(*done)
        return after, done

    with existing(store, tenant) as opened:
        ledger, done = opened.run(work)
    for fact in done:
        typer.echo(_told(ledger, fact, locale))


def _told(ledger: ReceivablesLedger, fact: Fact, locale: str) -> str:
    from revenue.application import Application, Reversal
    from revenue.receipt import Identification

    match fact:
        case Identification():
            return f"{fact.number}: {amount_text(fact.amount, locale)} → {fact.customer}"
        case Application():
            left = ledger.open_amount(fact.receivable)
            return (
                f"{fact.number}: {amount_text(fact.settled, locale)} → {fact.receivable}, "
                f"{amount_text(left, locale)}"
            )
        case Reversal():
            return f"{fact.number}: ✗ {fact.reverses}"
        case _:
            return f"{fact.number}"


def _show(
    run: Reconciliation,
    ledger: ReceivablesLedger,
    *,
    locale: str,
    as_json: bool,
    report: Path | None,
) -> None:
    if as_json:
        typer.echo(run.model_dump_json(indent=1))
    else:
        print_reconciliation(run, locale)
    if report is not None:
        write_whole(report, report_html(run, ledger, locale=locale).encode())
        typer.echo(str(report), err=as_json)
