"""Commands about what promotions cost (促销费用命令行): budgets, funders, rebates.

``revenue budget`` lists what of every limit is used, with a counter's key it prints the statement
of that counter, ``revenue budget expire`` writes the ends of lapsed reservations down. ``revenue
funder`` and ``revenue funders`` say what others owe for their share of discounts, ``revenue
rebate`` what is owed to customers. Exit codes are those of ``cpq.adapters.terminal``.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

import typer
from rich.table import Table

from cpq.adapters.terminal import show
from cpq.cap import Counter
from cpq.cap.movement import BudgetMovement
from cpq.cap.statement import BudgetStatement
from cpq.cap.statements import budget_statements, limit_on
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.adapters.asked import (
    AsOf,
    Customer,
    Day,
    FirstUnlessSaid,
    Locale,
    Since,
    StoreUrl,
    Tenant,
    amount_in,
    count_in,
    day_of,
    existing,
    first_day,
    words_of,
)
from revenue.adapters.store import Deals
from revenue.claim import FunderStatement, FunderSum, funder_statement, funder_statements
from revenue.rebate import RebateBalance, rebate_balances

_SUMS = ("opening", "claimed", "reversed", "settled", "closing")
_REBATE = ("accrued", "reversed", "settled", "clawed_back", "carried", "balance")


budgets = typer.Typer(
    cls=FirstUnlessSaid,
    help="Budgets and limits of promotions · 促销额度. A counter's key alone means: show.",
)


@budgets.command("show")
def budget(
    counter: Annotated[
        str, typer.Argument(help="A counter's key; all counters unless said.", show_default=False)
    ] = "",
    *,
    store: StoreUrl,
    promotion: Annotated[
        str, typer.Option("--promotion", "-p", help="Counters of one promotion and its funders.")
    ] = "",
    since: Since = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List what of each limit is ordered, held and left; or every movement of one (额度台账)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        if counter:
            limit = limit_on(deals.budget.movements_of(counter), as_of=day)
            statement = deals.budget.statement(
                counter, as_of=day, since=first_day(since), limit=limit
            )
        else:
            found = budget_statements(deals.budget.movements, as_of=day)
    if counter:
        _print_statement(statement, locale)
        return
    listed = [each for each in found if not promotion or _is_of(each.counter, promotion)]
    words = words_of(locale)
    typer.echo(f"{words['as_of']} {day}{'' if listed else ': ' + words['nothing_used']}")
    if listed:
        _print_counters(listed, locale)


@budgets.command("expire")
def expire(
    *, store: StoreUrl, on: Day = "", locale: Locale = "en", tenant: Tenant = "default"
) -> None:
    """Write down the release of each reservation whose last day lies before a day (到期释放).

    What is left of a limit does not change: a reservation counts through its last day anyway.
    """
    day = day_of(on)

    def work(deals: Deals) -> list[BudgetMovement]:
        # lapsed ones may become known later on the same day, so the day alone is no key
        key = f"expire {day} after {len(deals.budget.movements)}"
        deals.budget.expire(on=day, key=key)
        return [each for each in deals.budget.movements if each.command == key]

    with existing(store, tenant) as opened:
        released = opened.run(work)
    words = words_of(locale)
    if not released:
        typer.echo(f"{words['lapsed_none']} {day}")
        return
    for each in released:
        amount = f"{_figure(-each.reserved, each.counter, locale)} {_unit(each.counter, words)}"
        typer.echo(f"{each.document}: {amount}, {each.expires_on} ({each.counter.key})")
    typer.echo(words["released"].format(count=len(released)))


def funder(
    funder: str,
    *,
    store: StoreUrl,
    since: Since = "",
    until: Annotated[
        str, typer.Option("--until", help="Through this day; today unless said.")
    ] = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show what was claimed of a funder, reversed and settled, and what it owes (费用对账单)."""
    start, end = first_day(since), day_of(until)
    with existing(store, tenant) as opened, opened.view() as deals:
        statement = funder_statement(deals.facts(), funder, since=start, until=end)
    words = words_of(locale)
    span = f"{start} – {end}" if start else f"{words['as_of']} {end}"
    if not statement.totals:
        typer.echo(f"{funder} · {span}: {words['nothing_claimed']}")
        return
    typer.echo(f"{funder} · {span}")
    if statement.rows:
        _print_rows(statement, locale)
        typer.echo()
    table = _table(words, ["promotion"], [*_SUMS], ["currency"])
    for each in statement.promotions:
        table.add_row(each.promotion, *_sums(each, locale), each.closing.code)
    for each in statement.totals:
        table.add_row(words["total"], *_sums(each, locale), each.closing.code, style="bold")
    show(table)


def funders(
    *,
    store: StoreUrl,
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List what each funder owes: claimed, reversed and settled so far (费用往来余额)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        found = funder_statements(deals.facts(), until=day)
    words = words_of(locale)
    typer.echo(f"{words['as_of']} {day}{'' if found else ': ' + words['nothing_claimed']}")
    if not found:
        return
    table = _table(words, ["funder"], ["claimed", "reversed", "settled", "open"], ["currency"])
    every = [(each.funder, row) for each in found for row in each.totals]
    for name, row in every:
        table.add_row(name, *_sums(row, locale)[1:], row.closing.code)
    for code in sorted({row.closing.code for _, row in every}):
        own = [row for _, row in every if row.closing.code == code]
        sums = (money_total((getattr(row, name) for row in own), code) for name in _SUMS[1:])
        figures = [amount_in(each, locale) for each in sums]
        table.add_row(words["total"], *figures, code, style="bold")
    show(table)


def rebate(
    agreement: Annotated[
        str, typer.Argument(help="An agreement; all unless said.", show_default=False)
    ] = "",
    *,
    store: StoreUrl,
    customer: Customer = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List what of rebates is accrued, settled and owed, by agreement and customer (返利余额)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        every = rebate_balances(deals.facts(), as_of=day)
    found = [
        each
        for each in every
        if (not agreement or number_key(each.agreement) == number_key(agreement))
        and (not customer or number_key(each.customer) == number_key(customer))
    ]
    words = words_of(locale)
    typer.echo(f"{words['as_of']} {day}{'' if found else ': ' + words['nothing_accrued']}")
    if not found:
        return
    table = _table(words, ["agreement", "customer"], [*_REBATE], ["currency"])
    for each in found:
        table.add_row(each.agreement, each.customer, *_owed([each], locale), each.balance.code)
    for code in sorted({each.balance.code for each in found}):
        own = [each for each in found if each.balance.code == code]
        table.add_row(words["total"], "", *_owed(own, locale), code, style="bold")
    show(table)


def _is_of(counter: Counter, promotion: str) -> bool:
    """Whether a counter is a promotion's own, or of one of its funders."""
    return counter.owner == promotion or counter.owner.startswith(f"{promotion}/")


def _print_counters(statements: Iterable[BudgetStatement], locale: str) -> None:
    words = words_of(locale)
    figures = ["limit", "committed", "reserved", "remaining"]
    table = _table(words, ["counter"], figures, ["measure"])
    for each in statements:
        table.add_row(
            each.counter.key,
            *(_figure(getattr(each, name), each.counter, locale) for name in figures),
            _unit(each.counter, words),
        )
    show(table)


def _print_statement(statement: BudgetStatement, locale: str) -> None:
    words, counter = words_of(locale), statement.counter
    span = f"{words['as_of']} {statement.as_of}"
    if statement.since is not None:
        span = f"{statement.since} – {statement.as_of}"
    typer.echo(f"{counter.key} · {span} · {_unit(counter, words)}")
    table = _table(
        words, ["day", "kind", "document"], ["reserved", "committed", "used"], ["command"]
    )
    opening = _figure(statement.opening, counter, locale)
    table.add_row("", words["opening"], "", "", "", opening, style="bold")
    for row in statement.rows:
        figures = (row.reserved, row.committed, row.used)
        table.add_row(
            row.on.isoformat(),
            words[row.kind],
            row.document,
            *(_figure(figure, counter, locale) for figure in figures),
            row.command,
        )
    closing = (statement.reserved, statement.committed, statement.closing)
    ends = [_figure(figure, counter, locale) for figure in closing]
    table.add_row("", words["closing"], "", *ends, style="bold")
    show(table)
    if statement.limit is not None:
        limit = _figure(statement.limit, counter, locale)
        remaining = _figure(statement.remaining, counter, locale)
        typer.echo(words["left"].format(limit=limit, remaining=remaining))


def _print_rows(statement: FunderStatement, locale: str) -> None:
    words = words_of(locale)
    named = ["day", "kind", "fact", "promotion", "reference"]
    table = _table(words, named, ["amount", "balance"], ["currency"])
    for row in statement.rows:
        table.add_row(
            row.on.isoformat(),
            words[row.kind],
            row.number,
            row.promotion,
            row.reference,
            amount_in(row.amount, locale),
            amount_in(row.balance, locale),
            row.amount.code,
        )
    show(table)


def _table(words: dict[str, str], texts: list[str], figures: list[str], last: list[str]) -> Table:
    table = Table(*(words[name] for name in texts), box=None, header_style="bold")
    for name in figures:
        table.add_column(words[name], justify="right")
    for name in last:
        table.add_column(words[name])
    return table


def _figure(amount: Decimal | None, counter: Counter, locale: str) -> str:
    """A figure of a counter: money with its decimals, a count with those it needs."""
    if amount is None:
        return ""
    if counter.currency is None:
        return count_in(amount, locale)
    return amount_in(Money(amount, counter.currency), locale)


def _unit(counter: Counter, words: dict[str, str]) -> str:
    return counter.currency or words[counter.measure]


def _sums(row: FunderSum, locale: str) -> list[str]:
    return [amount_in(getattr(row, name), locale) for name in _SUMS]


def _owed(balances: list[RebateBalance], locale: str) -> list[str]:
    code = balances[0].balance.code
    sums = (money_total((getattr(each, name) for each in balances), code) for name in _REBATE)
    return [amount_in(each, locale) for each in sums]
