"""Commands about credit (信用命令行): exposure, limit, status, risk records, holds.

``revenue credit C-1`` shows what a customer owes and will owe, its limit, its grade with reasons,
and which holds stand. ``credit risk``, ``credit limit`` and ``credit status`` record what people
know and decide, ``credit order`` checks an order and records what came of it, ``credit hold`` and
``credit release`` are for people. Exit codes are those of ``cpq.adapters.terminal``; an order that
is held ends with 1.
"""

from collections.abc import Sequence
from typing import Annotated, TypeVar, get_args

import typer

from cpq.adapters.terminal import REFUSED
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from revenue.adapters.asked import (
    AsOf,
    Day,
    FirstUnlessSaid,
    Locale,
    StoreUrl,
    Tenant,
    day_of,
    existing,
    first_day,
    money_of,
    pair_of,
)
from revenue.adapters.credit_words import (
    print_decision,
    print_exposure,
    print_grade,
    print_holds,
)
from revenue.adapters.store import open_store
from revenue.credit import (
    STANDARD_POLICY,
    Override,
    exposure,
    limit_on,
    live_holds,
    release_hold,
    status_on,
)
from revenue.credit_limit import CreditLimit, CreditStatus, PartLimit
from revenue.hold import CreditHold
from revenue.ledger import Fact
from revenue.risk import assess, credit_terms, overdue_record, payment_record
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal, RiskType

Made = TypeVar("Made", bound=Frozen)

credit = typer.Typer(
    cls=FirstUnlessSaid,
    help="Credit control and risk · 信用控制. A customer alone means: show.",
    no_args_is_help=True,
)
risk = typer.Typer(help="Risk records · 司法/失信记录.", no_args_is_help=True)
limit = typer.Typer(help="Credit limits · 信用额度.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="Its number.", show_default=False)]
Customer = Annotated[str, typer.Option("--customer", "-c", show_default=False)]
Currency = Annotated[str, typer.Option("--currency", help="The book currency.")]
Rates = Annotated[
    list[str], typer.Option("--rate", help="USD=7.10: one unit in the book currency; again.")
]
By = Annotated[str, typer.Option("--by", help="Who decided it.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why.", show_default=False)]
Reasons = Annotated[list[str], typer.Option("--reason", help="Why; again for more.")]
Until = Annotated[str, typer.Option("--until", help="Its last day; none unless said.")]


@credit.command("show")
def show_credit(
    customer: Annotated[str, typer.Argument(help="The customer's code.", show_default=False)],
    *,
    store: StoreUrl,
    as_of: AsOf = "",
    currency: Currency = "CNY",
    rate: Rates = [],  # noqa: B006  typer reads the default and never changes it
    credit_months: Annotated[
        str, typer.Option("--credit-months", help="Months of credit that a limit is for.")
    ] = "2",
    ceiling: Annotated[
        list[str], typer.Option("--ceiling", help="A circumstance such as export; again for more.")
    ] = [],  # noqa: B006
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show exposure, limit, grade with its reasons, terms and holds of a customer (信用状况)."""
    day, rates = day_of(as_of), dict(pair_of(each, "USD=7.10") for each in rate)
    with existing(store, tenant) as opened, opened.view() as deals:
        ledger = deals.ledger()
        contracts = tuple(
            deals.contract(each.number) for each in deals.contracts(customer=customer)
        )
        orders = tuple(sold for each in contracts for sold in deals.orders(contract=each.number))
    owed = exposure(
        ledger,
        customer,
        contracts=contracts,
        orders=orders,
        as_of=day,
        currency=currency,
        rates=rates,
    )
    paid = payment_record(ledger, customer, as_of=day, currency=currency, rates=rates)
    late = overdue_record(paid)
    graded = assess(
        (*ledger.facts, *(() if late is None else (late,))),
        customer,
        as_of=day,
        ceilings=(*paid.ceilings, *ceiling),
        rates=rates,
    )
    terms = credit_terms(
        graded, monthly_sales=paid.monthly_sales, credit_months=credit_months, currency=currency
    )
    facts = ledger.facts
    status = status_on(facts, customer, as_of=day)
    print_exposure(owed, limit_on(facts, customer, as_of=day), status, locale)
    print_grade(graded, terms, locale)
    print_holds(live_holds(ledger, as_of=day, customer=customer), locale)


@risk.command("add")
def add_record(
    number: Number,
    *,
    store: StoreUrl,
    customer: Customer,
    type_: Annotated[
        str, typer.Option("--type", "-t", help=", ".join(get_args(RiskType)), show_default=False)
    ],
    source: Annotated[str, typer.Option("--source", help="Who says so.", show_default=False)],
    on: Day = "",
    expires: Annotated[str, typer.Option("--expires", help="The last day it counts.")] = "",
    happened: Annotated[str, typer.Option("--happened", help="When it happened, if earlier.")] = "",
    amount: Annotated[str, typer.Option("--amount", help="As 1250.00 CNY.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="The number of the case.")] = "",
    code: Annotated[str, typer.Option("--code", help="Unified social credit code.")] = "",
    note: Annotated[str, typer.Option("--note")] = "",
    tenant: Tenant = "default",
) -> None:
    """Record what is known of a customer: a lawsuit, an entry in a list, cover (风险记录)."""
    fact = _made(
        RiskRecord,
        number=number,
        customer=customer,
        type=type_,
        on=day_of(on),
        source=source,
        expires_on=first_day(expires),
        happened_on=first_day(happened),
        amount=money_of(amount) if amount else None,
        reference=reference,
        social_credit_code=code,
        note=note,
    )
    _record(store, tenant, fact)
    typer.echo(f"{number}: {customer} {type_}, {fact.on} ({source})")


@risk.command("withdraw")
def withdraw_record(
    number: Number,
    *,
    store: StoreUrl,
    record: Annotated[str, typer.Option("--record", help="Which.", show_default=False)],
    by: By,
    reason: Reason,
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """End a risk record from a day on (撤销风险记录)."""
    fact = _made(
        RiskRecordWithdrawal, number=number, record=record, on=day_of(on), by=by, reason=reason
    )
    _record(store, tenant, fact)
    typer.echo(f"{record} withdrawn by {number}, from {fact.on} on")


@limit.command("set")
def set_limit(
    number: Number,
    *,
    store: StoreUrl,
    customer: Customer,
    amount: Annotated[str, typer.Option("--amount", help="As 1250.00 CNY.", show_default=False)],
    by: By,
    on: Day = "",
    until: Until = "",
    reason: Reasons = [],  # noqa: B006
    part: Annotated[
        list[str], typer.Option("--part", help="overdue=5000.00 limits one part; again.")
    ] = [],  # noqa: B006
    leave_out: Annotated[
        list[str], typer.Option("--leave-out", help="A part that does not count; again.")
    ] = [],  # noqa: B006
    tenant: Tenant = "default",
) -> None:
    """Set what a customer may owe, from a day on (设定信用额度)."""
    most = money_of(amount)
    fact = _made(
        CreditLimit,
        number=number,
        customer=customer,
        amount=most,
        on=day_of(on),
        until=first_day(until),
        by=by,
        reasons=tuple(reason),
        parts=_parts(part, leave_out, most.code),
    )
    _record(store, tenant, fact)
    typer.echo(f"{number}: {customer} may owe {fact.amount} from {fact.on} on")


@credit.command("status")
def set_status(
    number: Number,
    *,
    store: StoreUrl,
    customer: Customer,
    status: Annotated[
        str, typer.Option("--status", help="O, W, H, S, X or I.", show_default=False)
    ],
    by: By,
    reason: Reason,
    on: Day = "",
    until: Until = "",
    tenant: Tenant = "default",
) -> None:
    """Set how a customer may be dealt with, from a day on (设定信用状态)."""
    fact = _made(
        CreditStatus,
        number=number,
        customer=customer,
        status=status,
        on=day_of(on),
        until=first_day(until),
        by=by,
        reason=reason,
    )
    _record(store, tenant, fact)
    typer.echo(f"{number}: {customer} has status {fact.status} from {fact.on} on")


@credit.command("order")
def check_order(
    order: Annotated[str, typer.Argument(help="The order's number.", show_default=False)],
    *,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Of the hold or release.")],
    on: Day = "",
    currency: Currency = "CNY",
    rate: Rates = [],  # noqa: B006
    override_by: Annotated[str, typer.Option("--override-by", help="Who lets it through.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is let through.")] = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Let an order go, or hold it, and record which (订单信用检查)."""
    rates = dict(pair_of(each, "USD=7.10") for each in rate)
    override = _made(Override, by=override_by, reason=reason) if override_by or reason else None
    with existing(store, tenant) as opened:
        found = opened.run(
            lambda deals: deals.release_order(
                deals.order(order),
                number=number,
                on=day_of(on),
                currency=currency,
                policy=STANDARD_POLICY,
                rates=rates,
                override=override,
            )
        )
    print_decision(found.decision, locale)
    for fact in found.facts:
        typer.echo(f"{fact.number}: {fact.kind}")
    if not found.is_released:
        raise typer.Exit(REFUSED)


@credit.command("hold")
def hold(
    number: Number,
    *,
    store: StoreUrl,
    customer: Customer,
    reason: Reason,
    order: Annotated[str, typer.Option("--order", help="One order; all unless said.")] = "",
    at: Annotated[str, typer.Option("--at", help="order or shipment.")] = "order",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Hold an order of a customer, or all it orders and receives (人工冻结)."""
    fact = _made(
        CreditHold,
        number=number,
        customer=customer,
        order=order,
        at=at,
        on=day_of(on),
        reasons=(reason,),
    )
    _record(store, tenant, fact)
    typer.echo(f"{number}: {order or customer} is held at the {at} from {fact.on} on")


@credit.command("release")
def release(
    number: Number,
    *,
    store: StoreUrl,
    held: Annotated[str, typer.Option("--hold", help="Which hold.", show_default=False)],
    by: By,
    reason: Reason,
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Let go of a hold (人工放行)."""
    day = day_of(on)
    with existing(store, tenant) as opened:
        opened.run(
            lambda deals: deals.record(
                release_hold(deals.ledger(), held, number=number, on=day, by=by, reason=reason)
            )
        )
    typer.echo(f"{held} released by {by} ({number})")


credit.add_typer(risk, name="risk")
credit.add_typer(limit, name="limit")


def _record(store: str, tenant: str, fact: Fact) -> None:
    with open_store(store, tenant=tenant) as opened:
        opened.run(lambda deals: deals.record(fact))


def _parts(limited: Sequence[str], left_out: Sequence[str], currency: str) -> tuple[PartLimit, ...]:
    pairs = [pair_of(each, "overdue=5000.00") for each in limited]
    amounts = {part: Money(amount, currency) for part, amount in pairs}
    return tuple(
        _made(PartLimit, part=part, amount=amounts.get(part), included=part not in left_out)
        for part in dict.fromkeys([*amounts, *left_out])
    )


def _made(kind: type[Made], **fields: object) -> Made:
    """A value of what was typed; what is malformed is refused by the field's name."""
    return kind.model_validate(fields)
