"""Laws of a contract in another currency than the books, for any deliveries, bills and rates.

Some of what is billed was owed before, and an invoice covers it later.
"""

from collections import defaultdict
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import assume, given

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.quote import payment_terms
from revenue import Receipt, ReceivablesLedger, bill, deliver, journal, sign, verify
from revenue.journal import STANDARD_CHART
from revenue.unbilled import cover, owe
from tests.revenue.deals import SIGNED, accepted, day, draft_of, order_of, priced_line

RATES = st.sampled_from(["7.10", "7.1355", "6.9917", "0.0131", "0.5", "13", "7.10"])
PLANS = st.sampled_from(
    [
        (("100%", "delivery", 0),),
        (("30%", "signing", 7), ("70%", "delivery", 30)),
        (("33.33%", "signing", 0), ("33.33%", "delivery", 0), ("33.34%", "acceptance", 0)),
        (("100%", "signing", 0),),
    ]
)


def text(cents):
    return f"{cents // 100}.{cents % 100:02}"


@st.composite
def contracts(draw):
    lines = draw(
        st.lists(
            st.tuples(st.integers(0, 99_999), st.sampled_from(["0", "6", "13"]), st.integers(1, 4)),
            min_size=1,
            max_size=3,
        ).filter(lambda rows: any(cents for cents, _, _ in rows))
    )
    quote = draft_of(
        [
            priced_line(str(place), text(cents), percent, str(quantity), currency="USD")
            for place, (cents, percent, quantity) in enumerate(lines, start=1)
        ],
        payment_terms(*draw(PLANS)),
    )
    return sign(accepted(quote), number="HT-1", on=SIGNED)


class Life:
    """A contract as it is delivered, owed, billed and covered, step by step."""

    def __init__(self, draw):
        self.draw = draw
        self.contract = draw(contracts())
        self.sold = order_of(self.contract)
        self.left = {line.line: int(line.quantity) for line in self.contract.lines}
        events = [each.event for each in self.contract.instalments]
        self.plan = [event for event in events if event != "delivery"]
        self.on_delivery = "delivery" in events
        self.ledgers, self.unbilled, self.owed, self.count = [ReceivablesLedger()], [], [], 0

    def asked(self, verb, on, number, event, delivery=None):
        return verb(
            self.contract,
            event=event,
            on=day(on),
            number=f"{number}-{self.count}",
            delivery=delivery,
            before=self.ledgers[-1].invoices("HT-1"),
            rate=self.draw(RATES),
            books="CNY",
        )

    def bill(self, event, delivery=None, debts=()):
        """Bill, or owe first what is to be billed; what rounds to nothing is left out."""
        try:
            if event in ("signing", "delivery") and not debts and self.draw(st.booleans()):
                facts = (self.asked(owe, 20, "U", event, delivery),)
                self.owed.append((event, delivery, list(facts)))
            else:
                facts = cover(self.asked(bill, 30, "I", event, delivery), debts)
        except Refused as refusal:
            if refusal.code not in ("invoice.nothing_to_bill", "invoice.already_billed"):
                raise
        else:
            self.ledgers.append(self.ledgers[-1].record(*facts))

    def deliver(self):
        line = self.draw(st.sampled_from([line for line, rest in self.left.items() if rest]))
        part = {line: self.draw(st.integers(1, self.left[line]))}
        self.left[line] -= part[line]
        delivery = deliver(
            self.contract,
            self.sold,
            part,
            number=f"D-{self.count}",
            on=day(10),
            before=self.ledgers[-1].deliveries("SO-1"),
            rate=self.draw(RATES),
            books="CNY",
        )
        self.ledgers.append(self.ledgers[-1].record(delivery))
        self.unbilled.append(delivery)

    def step(self):
        """One more step, in any order; whether there was one."""
        steps = ["deliver"] if any(self.left.values()) else []
        steps += ["plan"] if self.plan else []
        steps += ["bill"] if self.unbilled and self.on_delivery else []
        steps += ["cover"] if self.owed else []
        if not steps:
            return False
        self.count += 1
        match self.draw(st.sampled_from(steps)):
            case "plan":
                self.bill(self.plan.pop(0))
            case "bill":
                self.bill("delivery", self.unbilled.pop(0))
            case "cover":
                self.bill(*self.owed.pop(0))
            case _:
                self.deliver()
        return True


@st.composite
def lives(draw):
    """A contract and its ledger after each step: delivered and billed whole."""
    life = Life(draw)
    while life.step():
        pass
    return life.contract, life.ledgers


def shown(ledger):
    """What each account shows and what it is worth, in cents."""
    amounts, values = defaultdict(int), defaultdict(int)
    for entry in journal(ledger.facts):
        for line in entry.lines:
            values[line.account] += line.value.minor
            if line.signed.code == "USD":
                amounts[line.account] += line.signed.minor
    return amounts, values


@given(lives())
def test_every_entry_is_worth_nothing_in_all(story):
    _, ledgers = story
    for entry in journal(ledgers[-1].facts):
        assert {line.value.code for line in entry.lines} == {"CNY"}
        assert sum(line.value.minor for line in entry.lines) == 0


@given(lives())
def test_a_position_of_nothing_is_worth_nothing(story):
    _, ledgers = story
    asset, liability = STANDARD_CHART.contract_asset, STANDARD_CHART.contract_liability
    for ledger in ledgers:
        amounts, values = shown(ledger)
        assert amounts[asset] >= 0 >= amounts[liability]
        assert values[asset] >= 0 >= values[liability]
        for account in (asset, liability):
            if not amounts[account]:
                assert values[account] == 0
        assert verify(ledger) == ()
    amounts, values = shown(ledgers[-1])
    assert amounts[asset] == amounts[liability] == values[asset] == values[liability] == 0


@given(lives())
def test_revenue_from_advances_never_leaves_a_difference(story):
    """A delivery posts no exchange difference, whatever the rates: IFRIC 22."""
    _, ledgers = story
    for entry in journal(ledgers[-1].facts):
        if entry.fact_kind == "delivery":
            assert STANDARD_CHART.exchange not in [line.account for line in entry.lines]


@given(lives(), st.data())
def test_what_came_in_is_revenue_tax_and_exchange(story, data):
    """All of it paid at any rates: cash = revenue + output VAT + exchange, to the cent."""
    contract, ledgers = story
    ledger = ledgers[-1]
    for place, item in enumerate(ledger.open_items()):
        number = item.receivable.number
        cents = data.draw(st.integers(1, 100_000))
        receipt = Receipt(
            number=f"R-{place}",
            customer="C-1",
            on=day(40),
            amount=item.open,
            booked=Money.from_minor(cents, "CNY"),
        )
        ledger = ledger.record(receipt)
        ledger = ledger.apply(receipt.number, to=number, number=f"A-{place}", on=day(40))
    assert verify(ledger) == ()
    amounts, values = shown(ledger)
    chart = STANDARD_CHART
    kept = (chart.bank, chart.revenue, chart.output_vat, chart.exchange)
    assert all(account in kept for account, cents in values.items() if cents)
    assert values[chart.bank] == -sum(values[account] for account in kept[1:])
    assert amounts[chart.bank] == contract.gross.minor
    assert amounts[chart.revenue] == -contract.net.minor


@given(contracts(), RATES, st.lists(st.integers(1, 99_999), max_size=4))
def test_receivables_of_one_invoice_are_worth_what_it_is(contract, rate, cuts):
    event = contract.instalments[0].event
    assume(contract.instalments[0].amount.amount)
    invoice, whole = bill(contract, event=event, on=day(30), number="I-1", rate=rate, books="CNY")
    edges = [0, *sorted({cut for cut in cuts if cut < invoice.gross.minor}), invoice.gross.minor]
    debts = []
    for place, (start, end) in enumerate(pairwise(edges)):
        part, before = Money.from_minor(end - start, "USD"), Money.from_minor(start, "USD")
        value = invoice.booked_part(part, before=before)
        debts.append(whole.with_(number=f"AR-{place}", amount=part, booked=value))
    ledger = ReceivablesLedger().record(invoice, *debts)
    assert money_total((each.booked for each in debts), "CNY") == invoice.booked
    assert verify(ledger) == ()


@given(lives())
def test_where_the_rate_never_changes_nothing_is_gained_or_lost(story):
    _, ledgers = story
    for entry in journal(at_seven(fact) for fact in ledgers[-1].facts):
        assert STANDARD_CHART.exchange not in [line.account for line in entry.lines]


def at_seven(fact):
    """The same fact at the rate of 7, which leaves nothing to round."""
    if fact.kind == "receivable":
        return fact.with_(booked=Money.from_minor(fact.amount.minor * 7, "CNY"))
    if fact.kind == "invoice":
        worth = [
            {
                "booked": Money.from_minor(each.amount.minor * 7, "CNY"),
                "booked_tax": Money.from_minor(each.tax.minor * 7, "CNY"),
            }
            for each in fact.covers
        ]
        covers = zip(fact.covers, worth, strict=True)
        fact = fact.with_(covers=tuple(each.with_(**value) for each, value in covers))
    lines = []
    for line in fact.lines:
        changes = {"booked": Money.from_minor(line.net.minor * 7, "CNY")}
        if fact.kind == "invoice":
            changes["booked_tax"] = Money.from_minor(line.tax.minor * 7, "CNY")
        lines.append(line.with_(**changes))
    return fact.with_(lines=tuple(lines))
