"""Commands of dunning (催收命令行): run, status, block, lift; and how a customer pays.

``revenue dun run`` shows what is due and why the rest is not. It changes nothing unless told to
``--record``; letters that are written without it are drafts. Exit codes are those of
``cpq.adapters.terminal``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from cpq.adapters.brand import PLAIN, read_brand
from cpq.adapters.layout import Layout
from cpq.adapters.plate import Plate
from cpq.adapters.render_cli import BrandFile, Templates
from cpq.kernel.errors import NotFound
from cpq.kernel.text import number_key
from revenue.adapters.asked import (
    AsOf,
    Customer,
    Day,
    Locale,
    Since,
    StoreUrl,
    Tenant,
    day_of,
    existing,
    first_day,
)
from revenue.adapters.dunning_file import read_dunning_policy
from revenue.adapters.dunning_table import print_behaviour, print_run, print_status, said
from revenue.adapters.print_cli import AsHtml, Catalogue, Out, parties_of, write_paper
from revenue.adapters.print_plate import dunning_plate
from revenue.adapters.store import Deals
from revenue.ageing import payment_behaviour
from revenue.dunning import (
    DunningPolicy,
    DunningProposal,
    dun_each,
    dunning_run,
    proposal_notice,
    recorded_notice,
    reminder_status,
)
from revenue.ledger import Fact, ReceivablesLedger
from revenue.reminder import DunningBlock, Reminder

dunning = typer.Typer(
    help="Dunning: what is due, letters, blocks · 催收：到级、催款函、冻结.", no_args_is_help=True
)

Reason = Annotated[str, typer.Option("--reason", help="Why.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Who says so.", show_default=False)]
Number = Annotated[str, typer.Option("--number", "-n", help="Its number.", show_default=False)]

_LETTERS = "DN-"


@dunning.command("run")
def run(
    *,
    store: StoreUrl,
    policy: Annotated[
        list[Path],
        typer.Option("--policy", "-p", help="A policy.toml; again for more.", show_default=False),
    ],
    on: Day = "",
    customer: Customer = "",
    record: Annotated[bool, typer.Option("--record", help="Record the reminders.")] = False,
    write: Annotated[
        Path | None,
        typer.Option("--write", "-w", help="Write the letters here.", show_default=False),
    ] = None,
    letters: Annotated[str, typer.Option("--letters", help="How numbers begin.")] = _LETTERS,
    catalogue: Catalogue = None,
    brand: BrandFile = None,
    templates: Templates = None,
    html: AsHtml = False,
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show which reminders are due and why others are not; record them, write the letters.

    Letters are numbered by day: DN-20261216-1, DN-20261216-2 ….
    """
    asked = _Asked(
        policies=tuple(map(read_dunning_policy, policy)),
        on=day_of(on),
        customer=customer or None,
        letters=letters,
        record=record,
        write=write is not None,
        catalogue=catalogue,
        brand=brand,
        templates=templates,
    )
    with existing(store, tenant) as opened:
        if record:
            done = opened.run(asked.work)
        else:
            with opened.view() as deals:
                done = asked.work(deals)
    print_run(done.found, done.numbers, locale, asked.on)
    if record:
        typer.echo(said("recorded", locale, count=str(len(done.numbers))))
    if write is not None:
        for number, plate in zip(done.numbers, done.plates, strict=True):
            write_paper(plate, number, write, html=html)


@dunning.command("letter")
def letter(
    number: Annotated[str, typer.Argument(help="The letter's number.", show_default=False)],
    *,
    store: StoreUrl,
    policy: Annotated[
        Path, typer.Option("--policy", "-p", help="Its policy.toml.", show_default=False)
    ],
    out: Out = Path("out"),
    catalogue: Catalogue = None,
    brand: BrandFile = None,
    templates: Templates = None,
    html: AsHtml = False,
    tenant: Tenant = "default",
) -> None:
    """Print a recorded letter again, with what was open on its day (重印催款函)."""
    rules = read_dunning_policy(policy)
    with existing(store, tenant) as opened, opened.view() as deals:
        notice = recorded_notice(deals.ledger(), rules, number=number)
        buyer, seller = parties_of(deals, notice.customer, catalogue)
    plate = dunning_plate(
        notice, _layout(rules.locale, brand, templates), customer=buyer, seller=seller
    )
    write_paper(plate, notice.number, out, html=html)


@dunning.command("status")
def status(
    *,
    store: StoreUrl,
    customer: Customer = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """List reminders and whether what they named is paid (催款记录)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        found = reminder_status(deals.ledger(), as_of=day, customer=customer or None)
    print_status(found, locale, day)


@dunning.command("block")
def block(
    customer: Annotated[str, typer.Argument(help="The customer's code.", show_default=False)],
    *,
    store: StoreUrl,
    number: Number,
    reason: Reason,
    by: By,
    receivable: Annotated[
        str, typer.Option("--receivable", "-r", help="This one only; all unless said.")
    ] = "",
    until: Annotated[str, typer.Option(help="The last day; open-ended unless said.")] = "",
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Block a customer, or one receivable of it, from being dunned (催款冻结)."""
    fact = DunningBlock(
        number=number,
        customer=customer,
        receivable=receivable,
        on=day_of(on),
        until=first_day(until),
        reason=reason,
        by=by,
    )
    with existing(store, tenant) as opened:
        opened.run(lambda deals: deals.record(fact))
    typer.echo(f"{receivable or customer} is not dunned from {fact.on} on")


@dunning.command("lift")
def lift(
    blocked_by: Annotated[str, typer.Argument(help="The block's number.", show_default=False)],
    *,
    store: StoreUrl,
    number: Number,
    reason: Reason,
    by: By,
    on: Day = "",
    tenant: Tenant = "default",
) -> None:
    """Lift a block: what it held is dunned again from the day on (解除冻结)."""

    def work(deals: Deals) -> DunningBlock:
        held = _block(deals.facts(), blocked_by)
        fact = DunningBlock(
            number=number,
            customer=held.customer,
            receivable=held.receivable,
            on=day_of(on),
            lifts=held.number,
            reason=reason,
            by=by,
        )
        deals.record(fact)
        return fact

    with existing(store, tenant) as opened:
        fact = opened.run(work)
    typer.echo(f"{fact.receivable or fact.customer} is dunned again from {fact.on} on")


def behaviour(
    customer: Annotated[str, typer.Argument(help="The customer's code.", show_default=False)],
    *,
    store: StoreUrl,
    since: Since = "",
    as_of: AsOf = "",
    locale: Locale = "en",
    tenant: Tenant = "default",
) -> None:
    """Show how a customer pays: days to pay, days late, what is overdue (付款行为)."""
    day = day_of(as_of)
    with existing(store, tenant) as opened, opened.view() as deals:
        ledger = deals.ledger()
    first = first_day(since) or min((fact.on for fact in ledger.facts), default=day)
    print_behaviour(payment_behaviour(ledger, customer, since=min(first, day), as_of=day), locale)


class _Run(NamedTuple):
    """What was found, the numbers of the letters that are due, and their plates where asked for."""

    found: tuple[DunningProposal, ...]
    numbers: tuple[str, ...]
    plates: tuple[Plate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A run as it was asked for."""

    policies: tuple[DunningPolicy, ...]
    on: date
    customer: str | None
    letters: str
    record: bool
    write: bool
    catalogue: Path | None
    brand: Path | None
    templates: Path | None

    def work(self, deals: Deals) -> _Run:
        """The run, recorded where that was asked for; letters are laid out before it counts."""
        ledger = deals.ledger()
        groups = _groups(deals, ledger, self.policies, self.catalogue)
        found = dunning_run(
            ledger, self.policies, on=self.on, customer=self.customer, groups=groups
        )
        due = tuple(each for each in found if each.lines)
        numbers = _numbers(ledger.facts, self.letters, self.on, len(due))
        if self.record and due:
            deals.record(*dun_each(ledger, due, numbers=numbers))
        plates = tuple(self._plates(deals, due, numbers)) if self.write else ()
        return _Run(found, numbers, plates)

    def _plates(
        self, deals: Deals, due: Sequence[DunningProposal], numbers: Sequence[str]
    ) -> Iterator[Plate]:
        for proposal, number in zip(due, numbers, strict=True):
            buyer, seller = parties_of(deals, proposal.customer, self.catalogue)
            yield dunning_plate(
                proposal_notice(proposal, number=number),
                _layout(proposal.locale, self.brand, self.templates),
                customer=buyer,
                seller=seller,
                draft=not self.record,
            )


def _layout(locale: str, brand: Path | None, templates: Path | None) -> Layout:
    looks = PLAIN if brand is None else read_brand(brand)
    return Layout(locale=locale, brand=looks, templates=templates)


def _groups(
    deals: Deals,
    ledger: ReceivablesLedger,
    policies: Sequence[DunningPolicy],
    catalogue: Path | None,
) -> Mapping[str, tuple[str, ...]]:
    """The groups of the customers that owe something, where a policy asks for groups."""
    if not any(policy.groups for policy in policies):
        return {}
    groups: dict[str, tuple[str, ...]] = {}
    for code in sorted({item.receivable.customer for item in ledger.open_items()}):
        try:
            groups[code] = parties_of(deals, code, catalogue)[0].groups
        except NotFound:
            continue
    return groups


def _numbers(facts: Iterable[Fact], letters: str, day: date, count: int) -> tuple[str, ...]:
    """As many numbers of the day as are wanted, after those that reminders have already."""
    taken = {number_key(fact.number) for fact in facts if isinstance(fact, Reminder)}
    found: list[str] = []
    place = 0
    while len(found) < count:
        place += 1
        number = f"{letters}{day:%Y%m%d}-{place}"
        if not {number_key(number), number_key(f"{number}/1")} & taken:
            found.append(number)
    return tuple(found)


def _block(facts: Iterable[Fact], number: str) -> DunningBlock:
    for fact in facts:
        if isinstance(fact, DunningBlock) and number_key(fact.number) == number_key(number):
            return fact
    raise NotFound(
        "dunning_block.unknown",
        f"no dunning block {number!r} is stored for this tenant; correct the number",
        number=number,
    )
