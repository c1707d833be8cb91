"""The command line of finance (财务命令行): what is open, what came in, what it settles.

Every command works on a store (``--store sqlite:///deals.db`` or ``CPQ_STORE``). What changes it
is one transaction: done whole, or refused with nothing changed. Days are today unless said;
amounts are written ``1250.00 CNY`` or ``1,250.00 CNY``. Only recording a receivable or a receipt
makes a store that is not there. Exit codes are those of ``cpq.adapters.terminal``.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from cpq.adapters.figures import Figures
from cpq.adapters.terminal import REFUSED, show
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, money_total
from revenue.adapters.asked import (
    AsOf,
    Customer,
    Day,
    Locale,
    StoreUrl,
    Tenant,
    amount_in,
    day_of,
    existing,
    money_of,
    words_of,
)
from revenue.adapters.credit_cli import credit
from revenue.adapters.dunning_cli import behaviour, dunning
from revenue.adapters.export_cli import journals
from revenue.adapters.print_cli import printing
from revenue.adapters.promotion_cli import budgets, funder, funders, rebate
from revenue.adapters.provision_cli import provisions
from revenue.adapters.reconcile_cli import register as register_workbench
from revenue.adapters.store import Deals, open_store
from revenue.adapters.write_off_cli import write_offs
from revenue.application import Application
from revenue.journal import trial_balance
from revenue.ledger import Fact, OpenItem, ReceivablesLedger, apply_oldest
from revenue.provision import recover_write_off
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.writeoff import AllowanceCharge, Recovery

app = typer.Typer(
    pretty_exceptions_enable=False,
    name="revenue",
    help="Receivables, receipts, application, budgets · 应收、收款、核销、促销额度",
    no_args_is_help=True,
)

register_workbench(app)
app.add_typer(credit, name="credit")
app.add_typer(dunning, name="dun")
app.command("behaviour")(behaviour)
app.add_typer(journals, name="journal")
app.add_typer(provisions, name="provision")
app.add_typer(write_offs, name="write-off")

Amount = Annotated[str, typer.Option("--amount", help="As 1250.00 CNY.", show_default=False)]


@app.command("open")
def open_receivables(
    store: StoreUrl,
    customer: Customer = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List open receivables, earliest due first, with what each currency adds up to."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        items = deals.ledger().open_items(customer or None, as_of=day)
    _print_items(items, locale, day)


@app.command("ageing")
def ageing(
    store: StoreUrl,
    customer: Customer = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show what is open by days overdue, a row per customer and currency (账龄分析)."""
    with existing(store, tenant) as opened, opened.view() as deals:
        report = deals.ledger().ageing(as_of=day_of(as_of), customer=customer or None)
    words = words_of(locale)
    typer.echo(f"{words['as_of']} {report.as_of}")
    table = Table(words["customer"], words["currency"], box=None, header_style="bold")
    for name in (*report.buckets, words["total"]):
        table.add_column(name, justify="right")
    for row in report.rows:
        table.add_row(
            row.customer,
            row.currency,
            *(amount_in(money, locale) for money in (*row.amounts, row.total)),
        )
    show(table)


@app.command("receivable")
def receivable(
    number: str,
    store: StoreUrl,
    amount: Amount,
    due: Annotated[str, typer.Option("--due", help="The due day.", show_default=False)],
    customer: Annotated[str, typer.Option("--customer", "-c", show_default=False)],
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Record a receivable that was billed elsewhere: an opening balance (期初应收)."""
    fact = Receivable(
        number=number, customer=customer, on=day_of(on), due_on=day_of(due), amount=money_of(amount)
    )
    with open_store(store, tenant=tenant) as opened:
        opened.run(lambda deals: deals.record(fact))
    typer.echo(f"{number}: {fact.amount} due {fact.due_on}")


@app.command("receipt")
def receipt(
    number: str,
    store: StoreUrl,
    amount: Amount,
    customer: Annotated[str, typer.Option("--customer", "-c", show_default=False)],
    on: Day = "",
    payer: Annotated[str, typer.Option(help="Who paid, as the bank says.")] = "",
    reference: Annotated[str, typer.Option(help="What the payer wrote.")] = "",
    tenant: Tenant = "default",
) -> None:
    """Record a receipt; it stays on account until it is applied (收款)."""
    fact = Receipt(
        number=number,
        customer=customer,
        on=day_of(on),
        amount=money_of(amount),
        payer=payer,
        reference=reference,
    )
    with open_store(store, tenant=tenant) as opened:
        opened.run(lambda deals: deals.record(fact))
    typer.echo(f"{number}: {fact.amount} from {customer}, on account")


@app.command("apply")
def apply(
    receipt: str,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the application.")],
    to: Annotated[
        list[str],
        typer.Option("--to", help="A receivable, or RECEIVABLE=AMOUNT; again for more."),
    ] = [],  # noqa: B006  typer reads the default and never changes it
    oldest: Annotated[bool, typer.Option("--oldest", help="Earliest due first.")] = False,
    on: Day = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Apply a receipt to receivables (收款核销); what is left stays on account."""
    if oldest == bool(to):
        raise Invalid("input.invalid", "say what to settle: either --to RECEIVABLE …, or --oldest")
    day = day_of(on)

    def settle(ledger: ReceivablesLedger) -> ReceivablesLedger:
        if oldest:
            return apply_oldest(ledger, receipt, number=number, on=day)
        return ledger.apply(receipt, to=_targets(to), number=number, on=day)

    ledger, done = _append(store, tenant, settle)
    words = words_of(locale)
    for fact in done:
        if isinstance(fact, Application):
            left = ledger.open_amount(fact.receivable)
            typer.echo(
                f"{fact.number}: {amount_in(fact.amount, locale)} → {fact.receivable}, "
                f"{words['open']} {amount_in(left, locale)} {left.code}"
            )
    free = ledger.free_amount(receipt)
    typer.echo(f"{receipt}: {words['free']} {amount_in(free, locale)} {free.code}")


@app.command("unapply")
def unapply(
    application: str,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the reversal.")],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Reverse an application, a write-off or a recovery (反核销)."""
    _append(
        store,
        tenant,
        lambda ledger: ledger.unapply(application, number=number, on=day_of(on), reason=reason),
    )
    typer.echo(f"{application} reversed by {number}")


@app.command("charge")
def charge(
    number: str,
    store: StoreUrl,
    amount: Amount,
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Charge an expected credit loss to the allowance for bad debts (计提坏账准备)."""
    fact = AllowanceCharge(number=number, on=day_of(on), amount=money_of(amount), reason=reason)
    with existing(store, tenant) as opened:
        opened.run(lambda deals: deals.record(fact))
    typer.echo(f"{number}: {fact.amount} charged to the allowance")


@app.command("recover")
def recover(
    write_off: str,
    store: StoreUrl,
    receipt: Annotated[str, typer.Option("--receipt", help="What came in.", show_default=False)],
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the recovery.")],
    amount: Annotated[str, typer.Option(help="As much as can be unless said.")] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Take a receipt for a debt that was written off (坏账收回)."""
    money = money_of(amount) if amount else None
    _, (fact,) = _append(
        store,
        tenant,
        lambda ledger: ledger.settle(
            recover_write_off(
                ledger, write_off, receipt=receipt, number=number, on=day_of(on), amount=money
            )
        ),
    )
    assert isinstance(fact, Recovery)
    typer.echo(f"{write_off}: {fact.amount} recovered by {number}")


@app.command("trial-balance")
def balance(
    store: StoreUrl, as_of: AsOf = "", locale: Locale = "en", tenant: Tenant = "default"
) -> None:
    """Show the trial balance of the journal (试算平衡)."""
    with existing(store, tenant) as opened, opened.view() as deals:
        entries = deals.journal()
    words = words_of(locale)
    table = Table(box=None, header_style="bold")
    table.add_column(words["account"])
    for name in ("debit", "credit", "balance"):
        table.add_column(words[name], justify="right")
    rows = trial_balance(entries, as_of=day_of(as_of))
    typer.echo(f"{words['as_of']} {day_of(as_of)}")
    for row in rows:
        name = row.account.name.in_(language(locale).first)
        figures = (row.debit, row.credit, row.balance)
        table.add_row(
            f"{row.account.code} {name}", *(amount_in(money, locale) for money in figures)
        )
    for currency in sorted({row.balance.code for row in rows}):
        own = [row for row in rows if row.balance.code == currency]
        sums = [
            money_total((getattr(row, name) for row in own), currency)
            for name in ("debit", "credit", "balance")
        ]
        named = f"{words['total']} {currency}"
        table.add_row(named, *(amount_in(money, locale) for money in sums), style="bold")
    show(table)


app.command("funder")(funder)
app.command("funders")(funders)
app.command("rebate")(rebate)
app.add_typer(budgets, name="budget")
app.add_typer(printing, name="print")


@app.command("verify")
def verify(store: StoreUrl, tenant: Tenant = "default") -> None:
    """Check every row of the store against its hash, its fold and its journal.

    Counters of promotions are held against their movements, coupons against one another.
    """
    with existing(store, tenant) as opened:
        findings = opened.verify()
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        raise typer.Exit(REFUSED)
    typer.echo("fine: nothing found")


def _append(
    store: str, tenant: str, change: Callable[[ReceivablesLedger], ReceivablesLedger]
) -> tuple[ReceivablesLedger, tuple[Fact, ...]]:
    """The ledger after the change, and the facts it added, recorded in one transaction."""

    def work(deals: Deals) -> tuple[ReceivablesLedger, tuple[Fact, ...]]:
        before = deals.ledger()
        after = change(before)
        added = after.facts[len(before.facts) :]
        if not added:
            raise Refused(
                "application.nothing_to_apply",
                "nothing is open that could be settled on this day; see: revenue open",
            )
        deals.record(*added)
        return after, added

    with existing(store, tenant) as opened:
        return opened.run(work)


def _targets(to: Sequence[str]) -> dict[str, Money] | list[str]:
    pairs = [text.partition("=") for text in to]
    if not any(equals for _, equals, _ in pairs):
        return list(to)
    if not all(equals for _, equals, _ in pairs):
        raise Invalid("input.invalid", "give an amount for every --to, or for none")
    return {number: money_of(amount) for number, _, amount in pairs}


def _print_items(items: Sequence[OpenItem], locale: str, day: date) -> None:
    words = words_of(locale)
    typer.echo(
        f"{words['as_of']} {day}" if items else f"{words['as_of']} {day}: {words['nothing']}"
    )
    if not items:
        return
    table = Table(words["number"], words["customer"], words["due"], box=None, header_style="bold")
    table.add_column(words["overdue"], justify="right")
    table.add_column(words["open"], justify="right")
    table.add_column(words["currency"])
    sums: dict[str, Money] = {}
    for item in items:
        figures = Figures(language=language(locale), currency=item.open.code)
        table.add_row(
            item.receivable.number,
            item.receivable.customer,
            figures.day(item.receivable.due_on),
            str(item.days_overdue or ""),
            figures.amount(item.open.amount),
            item.open.code,
        )
        sums[item.open.code] = sums.get(item.open.code, Money.zero(item.open.code)) + item.open
    for code, money in sorted(sums.items()):
        table.add_row(words["total"], "", "", "", amount_in(money, locale), code, style="bold")
    show(table)
