"""The statement of account as its template prints it (客户对账单), with the slip that comes back.

Per currency: the balance before, what moved it, the balance after, and what that is made of: open
items by days overdue, less what was paid on account. The three come from one ledger; that they
agree is checked before a customer is asked to seal them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cpq.adapters.hand import Hand
from cpq.adapters.layout import Layout
from cpq.adapters.view import TotalView
from cpq.adapters.words import Phrase
from cpq.customer import Customer, Party
from cpq.kernel.money import Money, money_total, split
from revenue.adapters.item_view import OpenItemView, items_table, open_item_view
from revenue.adapters.print_view import (
    TableView,
    Written,
    column,
    paper_view,
    print_hand,
    refuse_if_too_long,
    refuse_unless_equal,
    table_view,
)
from revenue.ledger import CustomerStatement, OpenItem, StatementRow
from revenue.ledger.open_item import age, days_overdue

_BUCKETS = (0, 30, 60, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementView:
    """A row of the movements; ``settled`` and ``charged`` are empty where nothing is in them."""

    day: str
    what: Phrase
    number: str
    reference: str
    charged: str
    settled: str
    balance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketView:
    """What is open in one bucket of days overdue; ``bar`` is the length of its bar: ``42%``."""

    name: Phrase
    amount: str
    percent: str
    bar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipView:
    """What the customer confirms: a sentence, the amount, the amount in capitals."""

    sentence: Phrase
    amount: str
    in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """All that is told of one currency; no ``buckets`` where one would hold everything."""

    currency: str
    label: Phrase
    balance: str
    overdue: str
    on_account: str
    opening_label: Phrase
    opening: str
    rows: tuple[MovementView, ...]
    charged: str
    settled: str
    closing: str
    items: tuple[OpenItemView, ...]
    items_total: str
    buckets: tuple[BucketView, ...]
    composition: tuple[TotalView, ...]
    table: TableView
    items_table: TableView
    slip: SlipView


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement, ready to print: an account per currency, and to whom the slip goes back."""

    until: str
    accounts: tuple[AccountView, ...]
    several: bool
    slip_to: Phrase


def statement_view(
    statement: CustomerStatement,
    items: Sequence[OpenItem],
    on_account: Sequence[Money],
    layout: Layout,
    *,
    as_of: date,
    customer: Customer,
    seller: Party,
    number: str = "",
    buckets: Sequence[int] = _BUCKETS,
    draft: bool = False,
) -> Written[StatementView]:
    """The statement at the end of the day ``as_of``: ``items`` are open then, ``on_account`` is
    paid and not applied.

    ``buckets`` as in ``ReceivablesLedger.ageing``. Raises ``Refused``: ``document.too_long``,
    ``document.does_not_add_up`` where rows, items and balances contradict one another.
    """
    refuse_if_too_long(
        len(statement.rows) + len(items),
        f"the statement of {statement.customer}",
        "begin it later with since=…",
    )
    codes = _currencies(statement, items, on_account)
    hand = print_hand(layout, currency=codes[0], table="statement")
    day = hand.figures.day
    paper = paper_view(
        hand,
        layout,
        number=number,
        strip=(
            ("customer_code", statement.customer),
            ("period", _period(statement.since, as_of, hand)),
            ("currency", ", ".join(codes)),
        ),
        customer=customer.party,
        seller=seller,
        on=as_of,
        draft=draft,
    )
    view = StatementView(
        until=day(as_of),
        accounts=tuple(
            _Account(
                code, statement, items, on_account, as_of=as_of, buckets=buckets, layout=layout
            ).view()
            for code in codes
        ),
        several=len(codes) > 1,
        slip_to=hand.told(
            lambda tongue: hand.word("slip_to", tongue, seller=seller.name.in_(tongue))
        ),
    )
    return Written(paper, view, hand)


def _currencies(
    statement: CustomerStatement, items: Sequence[OpenItem], on_account: Sequence[Money]
) -> tuple[str, ...]:
    """Every currency that something is in; the renminbi where nothing is in any."""
    found = {money.code for money in (*statement.opening, *statement.closing, *on_account)}
    found |= {row.amount.code for row in statement.rows} | {item.open.code for item in items}
    return tuple(sorted(found)) or ("CNY",)


def _period(since: date | None, until: date, hand: Hand) -> str:
    """In figures, which fit beside the heading in any language."""
    if since is None:
        return hand.say("period_all", until=until.isoformat()).text
    return hand.say("period_span", since=since.isoformat(), until=until.isoformat()).text


def _of(amounts: Iterable[Money], code: str) -> Money:
    return money_total((money for money in amounts if money.code == code), code)


class _Account:
    """One currency of a statement on its way into print."""

    def __init__(
        self,
        code: str,
        statement: CustomerStatement,
        items: Sequence[OpenItem],
        on_account: Sequence[Money],
        *,
        as_of: date,
        buckets: Sequence[int],
        layout: Layout,
    ) -> None:
        self.code = code
        self.named = f"the statement of {statement.customer} in {code}"
        self.as_of = as_of
        self.edges = buckets
        self.hand = print_hand(layout, currency=code, table="statement")
        self.since = statement.since
        self.opening = _of(statement.opening, code)
        self.closing = _of(statement.closing, code)
        self.rows = [row for row in statement.rows if row.amount.code == code]
        self.items = [item for item in items if item.open.code == code]
        self.open = _of((item.open for item in self.items), code)
        self.ahead = _of(on_account, code)

    def write(self, money: Money) -> str:
        return self.hand.figures.amount(money.amount)

    def view(self) -> AccountView:
        self._refuse_contradictions()
        hand = self.hand
        rows = tuple(self._row(row) for row in self.rows)
        items = tuple(
            open_item_view(item.receivable, hand, days=self._days(item), left=item.open)
            for item in self.items
        )
        charged = _of((row.amount for row in self.rows if row.amount.amount > 0), self.code)
        settled = _of((-row.amount for row in self.rows if row.amount.amount < 0), self.code)
        late = _of((item.open for item in self.items if self._days(item)), self.code)
        return AccountView(
            currency=self.code,
            label=hand.say(self._sided("balance_due", "balance_ahead", "balance_none")),
            balance=hand.figures.money(abs(self.closing)),
            overdue=hand.figures.money(late) if late.amount else "",
            on_account=hand.figures.money(self.ahead) if self.ahead.amount else "",
            opening_label=self._opening_label(),
            opening=self.write(self.opening),
            rows=rows,
            charged=self.write(charged),
            settled=self.write(settled),
            closing=self.write(self.closing),
            items=items,
            items_total=self.write(self.open),
            buckets=self._buckets(),
            composition=self._composition(),
            table=self._table(rows),
            items_table=items_table(items, hand, closing=self.open),
            slip=SlipView(
                sentence=hand.say(
                    self._sided("slip_due", "slip_ahead", "slip_none"),
                    day=hand.figures.day(self.as_of),
                ),
                amount=hand.figures.money(abs(self.closing)),
                in_words=hand.in_capitals(abs(self.closing)),
            ),
        )

    def _refuse_contradictions(self) -> None:
        """Each balance is the one before and the amount, the last one what is open less ahead."""
        running = self.opening
        for row in self.rows:
            running += row.amount
            refuse_unless_equal(running, row.balance, f"{self.named}, {row.number}")
        refuse_unless_equal(running, self.closing, self.named)
        refuse_unless_equal(self.open - self.ahead, self.closing, f"{self.named}, open items")

    def _sided(self, due: str, ahead: str, none: str) -> str:
        if not self.closing.amount:
            return none
        return due if self.closing.amount > 0 else ahead

    def _days(self, item: OpenItem) -> int:
        return days_overdue(item.receivable.due_on, self.as_of)

    def _opening_label(self) -> Phrase:
        if self.since is None:
            return self.hand.say("opening_balance")
        return self.hand.say("opening_balance_on", since=self.hand.figures.day(self.since))

    def _row(self, row: StatementRow) -> MovementView:
        key = f"kind_{row.kind}"
        known = key in self.hand.dictionary
        raises = row.amount.amount > 0
        return MovementView(
            day=row.on.isoformat(),
            what=self.hand.say(key) if known else Phrase(row.kind, "en"),
            number=row.number,
            reference="" if row.reference == row.number else row.reference,
            charged=self.write(row.amount) if raises else "",
            settled="" if raises else self.write(-row.amount),
            balance=self.write(row.balance),
        )

    def _buckets(self) -> tuple[BucketView, ...]:
        """The ageing with its bars, where more than one bucket holds something."""
        report = age(self.items, as_of=self.as_of, buckets=self.edges)
        amounts = report.totals(self.code)
        refuse_unless_equal(money_total(amounts, self.code), self.open, f"{self.named}, ageing")
        if sum(bool(money.amount) for money in amounts) < 2:
            return ()
        shares = split(1000, [money.minor for money in amounts])
        most = max(shares)
        return tuple(
            BucketView(
                name=self._bucket_name(place),
                amount=self.write(money),
                percent=self.hand.figures.percent(Decimal(share).scaleb(-1), places=1),
                bar=f"{max(share * 100 // most, 1)}%" if money.amount else "",
            )
            for place, (money, share) in enumerate(zip(amounts, shares, strict=True))
        )

    def _bucket_name(self, place: int) -> Phrase:
        say, edges = self.hand.say, self.edges
        if place == len(edges):
            return say("bucket_above", days=str(edges[-1]))
        if place == 0:
            first = edges[0]
            return say("bucket_days", days=f"0–{first}") if first else say("bucket_not_due")
        return say("bucket_days", days=f"{edges[place - 1] + 1}–{edges[place]}")

    def _composition(self) -> tuple[TotalView, ...]:
        """Open items less what was paid on account: the closing balance."""
        if not self.ahead.amount:
            return ()
        say = self.hand.say
        return (
            TotalView(
                label=say("items_open"), about="", figure=self.write(self.open), kind="summand"
            ),
            TotalView(
                label=say("less_on_account"),
                about="",
                figure=self.write(-self.ahead),
                kind="summand",
            ),
            TotalView(
                label=say("closing_balance"),
                about="",
                figure=self.hand.figures.money(self.closing),
                kind="total",
            ),
        )

    def _table(self, rows: Sequence[MovementView]) -> TableView:
        hand = self.hand
        balances = (self.write(self.opening), self.write(self.closing), *(r.balance for r in rows))
        return table_view(
            column(hand, "day", (row.day for row in rows), 20),
            None,
            column(hand, "charged", (row.charged for row in rows)),
            column(hand, "settled", (row.settled for row in rows)),
            column(hand, "balance", balances),
            total=hand.figures.money(self.open),
        )
