"""``cpq quote compare``: two versions side by side (版本比较命令): tables, JSON, an HTML file.

Each is a stored quote or pricing, or a request that is priced first. ``--published`` compares what
the customer sees of them: then no rule, no cost and no finding of ours is told.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.asked_deal import keeper_of
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.compare_html import comparison_hand, write_comparison
from cpq.adapters.compare_table import (
    bridge_table,
    finding_table,
    line_table,
    rule_table,
    term_table,
)
from cpq.adapters.hand import Hand
from cpq.adapters.options import AsJson, CouponFiles, Locale, PricedBy
from cpq.adapters.past import read_past
from cpq.adapters.pricing_cli import tell_of
from cpq.adapters.terminal import show
from cpq.adapters.trace_table import pricing_of
from cpq.adapters.words import language
from cpq.comparison import Comparison, compare
from cpq.comparison.currency import rate_text
from cpq.kernel.errors import Invalid
from cpq.kernel.money import exact
from cpq.quote import Quote, published
from cpq.rate import ExchangeRate, UsedRate
from cpq.waterfall import Pricing

Side = Annotated[
    Path,
    typer.Argument(help="A stored quote, or a request (JSON, TOML).", show_default=False),
]


def comparing(
    before: Side,
    after: Side,
    *,
    catalogue: PricedBy = None,
    rate: Annotated[
        str,
        typer.Option("--rate", help="What 1 of the currency before is in the one after: 7.2."),
    ] = "",
    coupons: CouponFiles = [],  # noqa: B006  typer reads the default and never changes it
    customer_sees: Annotated[
        bool, typer.Option("--published", help="Only what the customer sees: no rules, no costs.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it as one HTML file.", show_default=False)
    ] = None,
    json: AsJson = False,
    locale: Locale = "en",
) -> None:
    """Show what changed between two versions, and what the difference comes from."""
    tongue = language(locale).first
    books = None if catalogue is None else read_catalogue(catalogue)
    keeper = keeper_of(coupons)
    sides = [
        read_past(file, books, coupons=keeper, on_unknown=tell_of(file, tongue))
        for file in (before, after)
    ]
    first, second = (_published(side) if customer_sees else side for side in sides)
    found = compare(first, second, rate=_rate(rate, first, second))
    if json:
        typer.echo(found.canonical())
    else:
        _report(found, comparison_hand(locale, currency=found.currency))
    if html is not None:
        typer.echo(str(write_comparison(found, html, locale=locale)), err=json)


def _published(side: Quote | Pricing) -> Quote | Pricing:
    if isinstance(side, Quote):
        return published(side)
    raise Invalid("input.invalid", "--published is for quotes; a pricing is nobody's offer yet")


def _rate(text: str, before: Quote | Pricing, after: Quote | Pricing) -> UsedRate | None:
    """The rate between the two currencies as somebody stated it; ``None`` where none is given."""
    base, quote = pricing_of(before).currency, pricing_of(after).currency
    if not text or base == quote:
        return None
    figure = exact(text)
    if figure <= 0:
        raise Invalid("input.invalid", f"--rate is more than 0, such as 7.2; found {text!r}")
    on = pricing_of(after).on
    day = date(on.year, on.month, on.day)
    stated = ExchangeRate(base=base, quote=quote, rate=figure, on=day)
    return UsedRate(base=base, quote=quote, rate=figure, on=day, via=(stated,))


def _report(found: Comparison, hand: Hand) -> None:
    """What a person wants to know: how much, by which lines, by which rules, what else."""
    was, now = (
        side.reference or hand.say(key).text
        for side, key in ((found.before, "before"), (found.after, "after"))
    )
    change = hand.figures.amount(found.change_gross.amount)
    plus = "+" if found.change_gross.amount > 0 else ""
    facts = (f"{was} → {now}", found.after.customer, f"{plus}{change} {found.currency}")
    typer.secho(" · ".join(fact for fact in facts if fact), bold=True)
    if found.is_empty:
        typer.echo(hand.say("same").text)
        return
    if found.rate is not None:
        typer.echo(hand.say("told_at", rate=rate_text(found.rate)).text)
    show(bridge_table(found, hand))
    for key, rows, made in (
        ("line_by_line", found.lines, line_table),
        ("rules", found.rules, rule_table),
        ("terms", found.changes, term_table),
        ("findings", (*found.appeared, *found.vanished), finding_table),
    ):
        if rows:
            typer.secho(f"\n{hand.say(key).text}", bold=True)
            show(made(found, hand))
    if found.unchanged:
        key = "unchanged_one" if found.unchanged == 1 else "unchanged"
        typer.echo(f"\n{hand.say(key, count=str(found.unchanged)).text}")
    if not found.traced:
        typer.echo(f"\n{hand.say('untraced').text}")
