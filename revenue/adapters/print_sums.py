"""Sums as the documents of revenue print them: tax by rate, and an addition that foots (合计).

An order confirmation and an invoice both lead from net by the tax of each rate to the total. The
rows are checked against the totals of the document itself; what does not add up is not printed.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from cpq.adapters.hand import Hand
from cpq.adapters.view import TaxView, TotalView
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.adapters.print_view import refuse_unless_equal
from revenue.contract import Contract


class Share(NamedTuple):
    """Net and tax of a line, or of all lines with that tax rate."""

    percent: Decimal
    net: Money
    tax: Money


def tax_rows(shares: Iterable[Share], hand: Hand) -> tuple[TaxView, ...]:
    """Net and tax by rate, in the order of first use."""
    return tuple(
        TaxView(
            kind=None,
            percent=hand.figures.percent(percent),
            net=hand.figures.amount(net.amount),
            tax=hand.figures.amount(tax.amount),
        )
        for percent, net, tax in by_rate(shares)
    )


def by_rate(shares: Iterable[Share]) -> tuple[Share, ...]:
    """Σ net and Σ tax of each rate, in the order of first use."""
    found: dict[Decimal, Share] = {}
    for share in shares:
        before = found.get(share.percent)
        found[share.percent] = (
            share
            if before is None
            else Share(share.percent, before.net + share.net, before.tax + share.tax)
        )
    return tuple(found.values())


def addition(
    shares: Iterable[Share], *, net: Money, gross: Money, hand: Hand, what: str
) -> tuple[TotalView, ...]:
    """Net, the tax by rate, and the total: an addition that is checked before it is printed.

    Raises ``Refused`` (``document.does_not_add_up``).
    """
    rates = by_rate(shares)
    refuse_unless_equal(money_total((rate.net for rate in rates), net.code), net, what)
    due = money_total((rate.tax for rate in rates), net.code)
    refuse_unless_equal(net + due, gross, what)
    write = hand.figures
    return (
        TotalView(label=hand.say("net"), about="", figure=write.amount(net.amount), kind="summand"),
        *(
            TotalView(
                label=hand.say("tax"),
                about=write.percent(percent),
                figure=write.amount(tax.amount),
                kind="summand",
            )
            for percent, _, tax in rates
        ),
        TotalView(
            label=hand.say("total"), about=gross.code, figure=write.money(gross), kind="total"
        ),
    )


def refuse_other_contract(named: str, number: str, contract: Contract) -> None:
    """Raise ``Refused`` (``document.other_contract``) unless the contract has that number."""
    if number_key(number) != number_key(contract.number):
        raise Refused(
            "document.other_contract",
            f"{named} is of contract {number}, not {contract.number}; give its own contract",
            contract=contract.number,
        )
