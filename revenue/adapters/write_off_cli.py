"""Commands about giving debts up (坏账核销命令行).

``revenue write-off`` has ``candidates``, ``propose``, ``decide``, ``post`` and ``list``; who may
decide on how much is a TOML file. With a receivable's number it writes off at once, by somebody's
word. Exit codes are those of ``cpq.adapters.terminal``.
"""

from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.terminal import show
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.adapters.asked import (
    AsOf,
    Day,
    FirstUnlessSaid,
    Locale,
    StoreUrl,
    Tenant,
    amount_in,
    day_of,
    existing,
    money_of,
    pair_of,
)
from revenue.adapters.provision_file import read_write_off_policy
from revenue.adapters.provision_words import table_of, words_of_provision
from revenue.adapters.store import Deals
from revenue.provision import (
    WriteOffPolicy,
    decide_write_off,
    post_write_off,
    propose_write_off,
    propose_write_offs,
    proposed_write_offs,
)

write_offs = typer.Typer(
    cls=FirstUnlessSaid,
    help="Write-offs, proposed and approved · 坏账核销. A receivable's number alone means: now.",
)

PolicyFile = Annotated[
    Path, typer.Option("--policy", "-p", help="Roles and rules, a TOML file.", show_default=False)
]


@write_offs.command("now")
def now(
    receivable: str,
    *,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the write-off.")],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    approved_by: Annotated[str, typer.Option("--approved-by", help="Who approved it.")],
    amount: Annotated[str, typer.Option(help="All that is open unless said.")] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Write a bad debt off without a proposal (坏账核销)."""
    money = money_of(amount) if amount else None

    def work(deals: Deals) -> None:
        before = deals.ledger()
        after = before.write_off(
            receivable,
            number=number,
            on=day_of(on),
            reason=reason,
            approved_by=approved_by,
            amount=money,
        )
        deals.record(*after.facts[len(before.facts) :])

    with existing(store, tenant) as opened:
        opened.run(work)
    typer.echo(f"{receivable} written off by {number}")


@write_offs.command("list")
def listed(
    *, store: StoreUrl, as_of: AsOf = "", locale: Locale = "en", tenant: Tenant = "default"
) -> None:
    """List every proposal with what became of it."""
    with existing(store, tenant) as opened, opened.view() as deals:
        found = proposed_write_offs(deals.ledger(), as_of=day_of(as_of))
    words = words_of_provision(locale)
    table = table_of(words, ["number", "receivable"], ["amount"])
    for name in ("currency", "reason", "state"):
        table.add_column(words[name])
    for each in found:
        asked = each.proposal
        table.add_row(
            asked.number,
            asked.receivable,
            amount_in(asked.amount, locale),
            asked.amount.code,
            asked.reason,
            each.state,
        )
    show(table)


@write_offs.command("candidates")
def candidates(
    *,
    store: StoreUrl,
    policy: PolicyFile,
    mark: Annotated[
        list[str], typer.Option("--mark", help="CUSTOMER=insolvent; again for more.")
    ] = [],  # noqa: B006  typer reads the default and never changes it
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List what the rules of the policy would give up, and why."""
    rules = read_write_off_policy(policy).rules
    if not rules:
        raise Invalid("input.invalid", f"{policy} has no [[rule]] that says what to give up")
    marks: dict[str, list[str]] = {}
    for each in mark:
        customer, name = pair_of(each, "--mark C-7=insolvent")
        marks.setdefault(customer, []).append(name)
    with existing(store, tenant) as opened, opened.view() as deals:
        found = propose_write_offs(
            deals.ledger(), WriteOffPolicy(rules=rules), as_of=day_of(as_of), marks=marks
        )
    tag = language(locale).first
    for candidate in found:
        typer.echo(f"{candidate.receivable} {candidate.customer}: {candidate.why.in_(tag)}")


@write_offs.command("propose")
def propose(
    receivable: str,
    *,
    store: StoreUrl,
    policy: PolicyFile,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the proposal.")],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who proposes it.", show_default=False)],
    evidence: Annotated[
        list[str], typer.Option("--evidence", help="'court order: 77'; again for more.")
    ] = [],  # noqa: B006  typer reads the default and never changes it
    amount: Annotated[str, typer.Option(help="All that is open unless said.")] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Propose to give a receivable up (核销申请)."""
    authority = read_write_off_policy(policy).authority
    money = money_of(amount) if amount else None

    def work(deals: Deals) -> Money:
        fact = propose_write_off(
            deals.ledger(),
            receivable,
            number=number,
            on=day_of(on),
            reason=reason,
            by=by,
            authority=authority,
            evidence=tuple(evidence),
            amount=money,
        )
        deals.record(fact)
        return fact.amount

    with existing(store, tenant) as opened:
        asked = opened.run(work)
    typer.echo(f"{number}: {asked} of {receivable} proposed by {by}")


@write_offs.command("decide")
def decide(
    proposal: str,
    *,
    store: StoreUrl,
    policy: PolicyFile,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the decision.")],
    by: Annotated[str, typer.Option("--by", help="Who decides.", show_default=False)],
    approve: Annotated[bool, typer.Option("--approve/--reject", help="Which.", show_default=False)],
    note: Annotated[str, typer.Option(help="What to say about it.")] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Approve or reject a proposal; another person than who proposed it (核销审批)."""
    authority = read_write_off_policy(policy).authority

    def work(deals: Deals) -> None:
        deals.record(
            decide_write_off(
                deals.ledger(),
                proposal,
                approved=approve,
                number=number,
                on=day_of(on),
                by=by,
                authority=authority,
                note=note,
            )
        )

    with existing(store, tenant) as opened:
        opened.run(work)
    typer.echo(f"{proposal} {'approved' if approve else 'rejected'} by {by}")


@write_offs.command("post")
def post(
    proposal: str,
    *,
    store: StoreUrl,
    number: Annotated[str, typer.Option("--number", "-n", help="Number of the write-off.")],
    policy: Annotated[
        str, typer.Option("--policy", "-p", help="A file whose relief gives tax back.")
    ] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Write off what was approved, with the tax that the policy's relief gives back."""
    relief = read_write_off_policy(policy).relief if policy else None

    def work(deals: Deals) -> tuple[Money, Money | None]:
        ledger = deals.ledger()
        fact = ledger.valued(
            post_write_off(ledger, proposal, number=number, on=day_of(on), relief=relief)
        )
        deals.record(fact)
        return fact.amount, fact.tax_relief

    with existing(store, tenant) as opened:
        amount, tax = opened.run(work)
    typer.echo(f"{number}: {amount} written off" + (f", {tax} of tax relieved" if tax else ""))
