"""The dunning letter as its template prints it (催款函): three tones, one table, one sum.

What is asked for is what the notice says; the wording of a level is in ``words-revenue.toml``, so
that a company can speak in its own voice.
"""

from dataclasses import dataclass

from cpq.adapters.hand import Hand
from cpq.adapters.layout import Layout
from cpq.adapters.view import TotalView
from cpq.adapters.words import Phrase
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.adapters.item_view import OpenItemView, items_table, open_item_view
from revenue.adapters.print_view import (
    TableView,
    Written,
    paper_view,
    print_hand,
    refuse_if_too_long,
    refuse_unless_equal,
)
from revenue.dunning_notice import DunningNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningView:
    """A dunning letter, ready to print."""

    level: int
    currency: str
    greeting: Phrase
    opening: Phrase
    closing: Phrase
    total: str
    in_words: str
    pay_by: str
    dated: str
    items: tuple[OpenItemView, ...]
    table: TableView
    sums: tuple[TotalView, ...]
    bank: Phrase | None
    reference: Phrase


def dunning_view(
    notice: DunningNotice,
    layout: Layout,
    *,
    customer: Customer,
    seller: Party,
    draft: bool = False,
) -> Written[DunningView]:
    """The letter of a notice to its customer, with the bank of the seller to pay to.

    Raises ``Refused``: ``document.other_customer``, ``document.too_long``,
    ``document.does_not_add_up``.
    """
    if number_key(customer.code) != number_key(notice.customer):
        raise Refused(
            "document.other_customer",
            f"the notice is for customer {notice.customer}, not {customer.code}; give its own",
            customer=notice.customer,
        )
    named = f"the reminder of {notice.customer}"
    refuse_if_too_long(len(notice.items), named, "send a statement of account instead")
    hand = print_hand(layout, currency=notice.currency, table="dunning")
    day = hand.figures.day
    paper = paper_view(
        hand,
        layout,
        number=notice.number,
        strip=(
            ("date", day(notice.on)),
            ("customer_code", notice.customer),
            ("level", _level(notice, hand)),
        ),
        customer=customer.party,
        seller=seller,
        on=notice.on,
        draft=draft,
        has_band=True,
        heading=f"heading_{notice.level}",
    )
    items = tuple(
        open_item_view(item, hand, days=item.days_overdue, left=item.open) for item in notice.items
    )
    total = hand.figures.money(notice.total)
    view = DunningView(
        level=notice.level,
        currency=notice.currency,
        greeting=hand.say("greeting"),
        opening=hand.say(f"opening_{notice.level}", pay_by=day(notice.pay_by)),
        closing=hand.say(f"closing_{notice.level}"),
        total=total,
        in_words=hand.in_capitals(notice.total),
        pay_by=day(notice.pay_by),
        dated=day(notice.on),
        items=items,
        table=items_table(items, hand, closing=notice.total, total=total),
        sums=_sums(notice, hand, named),
        bank=hand.given(seller.bank),
        reference=hand.say("quote_reference", reference=notice.number or notice.customer),
    )
    return Written(paper, view, hand)


def _level(notice: DunningNotice, hand: Hand) -> str:
    """Which letter it is of how many: as the policy counts them, else as there are tones."""
    if not notice.levels:
        return hand.say(f"level_{notice.level}").text
    return hand.say("level_of", place=str(notice.place), levels=str(notice.levels)).text


def _sums(notice: DunningNotice, hand: Hand, named: str) -> tuple[TotalView, ...]:
    """Overdue, interest and fee, where there are any, and what they come to."""
    given = (
        ("overdue_sum", notice.overdue),
        ("interest", notice.interest),
        ("fee", notice.fee),
    )
    rows = [(key, money) for key, money in given if money.amount]
    found = Money.zero(notice.currency)
    for _, money in rows:
        found += money
    refuse_unless_equal(found, notice.total, named)
    summands = tuple(
        TotalView(
            label=hand.say(key),
            about="",
            figure=hand.figures.amount(money.amount),
            kind="summand",
        )
        for key, money in rows
    )
    asked = TotalView(
        label=hand.say("to_pay"),
        about=notice.currency,
        figure=hand.figures.money(notice.total),
        kind="total",
    )
    return (*summands, asked) if len(rows) > 1 else (asked,)
