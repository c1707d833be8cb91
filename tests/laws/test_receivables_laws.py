"""Laws from the contract to the trial balance, for any lines, plans, deliveries and payments.

The last law is a game of sixty steps, played by ``tests.revenue.ledger_game`` against an oracle.
"""

from collections import defaultdict
from contextlib import suppress

import hypothesis.strategies as st
from hypothesis import given, settings

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total, plain
from cpq.quote import payment_terms
from revenue import (
    Application,
    ReceivablesLedger,
    Recovery,
    Reversal,
    WriteOff,
    accept_delivery,
    apply_oldest,
    bill,
    deliver,
    journal,
    trial_balance,
    verify,
)
from revenue.journal import STANDARD_CHART
from tests.revenue.deals import cash, cny, contract_of, day, debt, ledger_of, order_of
from tests.revenue.ledger_game import LedgerGame

CENTS = st.integers(min_value=0, max_value=10_000_000)
DAYS = st.integers(min_value=1, max_value=30).map(day)
PLANS = st.sampled_from(
    [
        (("100%", "delivery", 0),),
        (("30%", "signing", 7), ("60%", "delivery", 30), ("10%", "acceptance", 365)),
        (("33.33%", "signing", 0), ("33.33%", "delivery", 0), ("33.34%", "acceptance", 0)),
        (("0.01%", "signing", 0), ("99.99%", "delivery", 0)),
    ]
)


def yuan(cents):
    return plain(Money.from_minor(cents, "CNY").amount)


@st.composite
def contracts(draw):
    """One to four lines, some of them free, with a plan."""
    lines = draw(
        st.lists(
            st.tuples(CENTS, st.sampled_from(["0", "6", "13"]), st.integers(1, 7)),
            min_size=1,
            max_size=4,
        ).filter(lambda rows: any(cents for cents, _, _ in rows))
    )
    return contract_of(
        *(
            (str(place), yuan(cents), percent, str(quantity))
            for place, (cents, percent, quantity) in enumerate(lines, start=1)
        ),
        payment=payment_terms(*draw(PLANS)),
    )


@st.composite
def fulfilled(draw):
    """A contract, its ledger after each step, signed, delivered in parts and billed at any time."""
    contract = draw(contracts())
    order = order_of(contract)
    ledgers = [ReceivablesLedger()]

    def billed(event, number, delivery=None):
        with suppress_nothing_to_bill():
            facts = bill(
                contract,
                event=event,
                on=day(30),
                number=number,
                delivery=delivery,
                before=ledgers[-1].invoices(contract.number),
            )
            ledgers.append(ledgers[-1].record(*facts))

    events = {each.event for each in contract.instalments}
    if "signing" in events:
        billed("signing", "I-signing")
    left = {line.line: int(line.quantity) for line in contract.lines}
    unbilled = []
    while any(left.values()):
        part = {
            line: draw(st.integers(0, rest), label=f"of line {line}") for line, rest in left.items()
        }
        part = {line: quantity for line, quantity in part.items() if quantity} or {
            next(line for line, rest in left.items() if rest): 1
        }
        delivery = deliver(
            contract,
            order,
            part,
            number=f"D-{len(ledgers)}",
            on=day(10),
            before=ledgers[-1].deliveries("SO-1"),
        )
        ledgers.append(ledgers[-1].record(delivery))
        unbilled.append(delivery)
        left = {line: rest - part.get(line, 0) for line, rest in left.items()}
        if draw(st.booleans(), label="bill now"):
            place = draw(st.integers(0, len(unbilled) - 1))
            chosen = unbilled.pop(place)
            billed("delivery", f"I-{chosen.number}", chosen)
    for delivery in draw(st.permutations(unbilled)):
        billed("delivery", f"I-{delivery.number}", delivery)
    deliveries = ledgers[-1].deliveries("SO-1")
    ledgers.append(
        ledgers[-1].record(
            accept_delivery(order, number="Y-1", on=day(30), by="Li", deliveries=deliveries)
        )
    )
    if "acceptance" in events:
        billed("acceptance", "I-acceptance")
    return contract, ledgers


class suppress_nothing_to_bill(suppress):  # noqa: N801 - reads like contextlib's own
    """An instalment or a share of one that rounds to nothing makes no invoice."""

    def __init__(self):
        super().__init__(Refused)

    def __exit__(self, kind, error, trace):
        expected = {"invoice.nothing_to_bill", "invoice.already_billed"}
        return isinstance(error, Refused) and error.code in expected


@given(contracts())
def test_instalments_add_up_to_the_contract(contract):
    amounts = [each.amount for each in contract.instalments]
    assert money_total(amounts, "CNY") == contract.gross


@given(fulfilled())
def test_deliveries_add_up_to_each_contract_line(story):
    contract, ledgers = story
    for line in contract.lines:
        parts = [
            part
            for delivery in ledgers[-1].deliveries("SO-1")
            for part in delivery.lines
            if part.line == line.line
        ]
        assert money_total((part.net for part in parts), "CNY") == line.net
        assert sum(part.quantity for part in parts) == line.quantity


@given(fulfilled())
def test_invoices_add_up_to_each_contract_line(story):
    contract, ledgers = story
    for line in contract.lines:
        parts = [
            part
            for invoice in ledgers[-1].invoices("HT-1")
            for part in invoice.lines
            if part.line == line.line
        ]
        assert money_total((part.net for part in parts), "CNY") == line.net
        assert money_total((part.tax for part in parts), "CNY") == line.tax


@given(fulfilled())
def test_no_instalment_is_billed_beyond_its_amount(story):
    contract, ledgers = story
    for instalment in contract.instalments:
        billed = [
            invoice.gross
            for invoice in ledgers[-1].invoices("HT-1")
            if invoice.instalment == instalment.index
        ]
        assert money_total(billed, "CNY") == instalment.amount


def position(entries):
    """The contract asset and the contract liability after these entries, in cents."""
    sums = defaultdict(int)
    for row in trial_balance(entries):
        sums[row.account] += row.balance.minor
    return sums[STANDARD_CHART.contract_asset], sums[STANDARD_CHART.contract_liability]


@given(fulfilled())
def test_a_contract_is_an_asset_or_a_liability(story):
    _, ledgers = story
    for ledger in ledgers:
        asset, liability = position(journal(ledger.facts))
        assert asset >= 0 >= liability
        assert asset == 0 or liability == 0
        delivered = sum(each.net.minor for each in ledger.deliveries("SO-1"))
        billed = sum(each.net.minor for each in ledger.invoices("HT-1"))
        assert asset + liability == delivered - billed
    assert position(journal(ledgers[-1].facts)) == (0, 0)
    assert verify(ledgers[-1]) == ()


@given(fulfilled())
def test_posted_entries_are_never_changed(story):
    _, ledgers = story
    final = journal(ledgers[-1].facts)
    for ledger in ledgers:
        entries = journal(ledger.facts)
        assert entries == final[: len(entries)]


@given(fulfilled(), DAYS)
def test_the_trial_balance_is_zero_on_any_day(story, on):
    _, ledgers = story
    rows = trial_balance(journal(ledgers[-1].facts), as_of=on)
    assert sum(row.balance.minor for row in rows) == 0


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=5),
    st.lists(st.integers(1, 500), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_of_applications_changes_nothing(debts, receipts, random):
    ledger = ledger_of(
        *(debt(f"AR-{n}", yuan(cents)) for n, cents in enumerate(debts)),
        *(cash(f"R-{n}", yuan(cents)) for n, cents in enumerate(receipts)),
    )
    paid = apply_oldest(ledger, *(f"R-{n}" for n in range(len(receipts))), number="A", on=day(1))
    applications = list(paid.facts[len(ledger.facts) :])
    random.shuffle(applications)
    shuffled = ledger.record(*applications)
    assert shuffled.open_items() == paid.open_items()
    assert shuffled.on_account("C-1") == paid.on_account("C-1")


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=5),
    st.integers(2, 2000),
    st.integers(1, 1999),
)
def test_splitting_a_receipt_in_two_changes_nothing(debts, cents, part):
    part = min(part, cents - 1)
    debts = [debt(f"AR-{n}", yuan(each)) for n, each in enumerate(debts)]
    whole = apply_oldest(ledger_of(*debts, cash("R-1", yuan(cents))), "R-1", number="A", on=day(1))
    halves = apply_oldest(
        ledger_of(*debts, cash("R-1", yuan(part)), cash("R-2", yuan(cents - part))),
        "R-1",
        "R-2",
        number="A",
        on=day(1),
    )
    assert whole.open_items() == halves.open_items()
    assert whole.on_account("C-1") == halves.on_account("C-1")


TestLedgerGame = LedgerGame.TestCase
TestLedgerGame.settings = settings(
    stateful_step_count=60, max_examples=settings.default.max_examples // 2
)


def test_the_game_reaches_every_settlement():
    # the oracle is worth nothing if it only ever refuses: one game by hand, all moves taken
    game = LedgerGame()
    game.begin()
    game.attempt(
        Application(number="A", receipt="R-0", receivable="AR-0", amount=cny("60"), on=day(3))
    )
    game.attempt(
        WriteOff(
            number="W",
            receivable="AR-0",
            amount=cny("40"),
            on=day(4),
            reason="gone",
            approved_by="Wang",
        )
    )
    game.attempt(Recovery(number="V", write_off="W", receipt="R-0", amount=cny("60"), on=day(5)))
    game.attempt(Recovery(number="V", write_off="W", receipt="R-0", amount=cny("15"), on=day(5)))
    game.attempt(Reversal(number="X", reverses="W", on=day(6), reason="too early"))
    game.attempt(Reversal(number="Y", reverses="V", on=day(6), reason="bounced"))
    game.attempt(Reversal(number="X", reverses="W", on=day(6), reason="promised"))
    assert [fact.number for fact in game.ledger.facts] == ["AR-0", "R-0", "A", "W", "V", "Y", "X"]
    game.balances_are_those_of_the_facts()
    game.what_was_billed_is_open_applied_or_written_off()
    game.ageing_and_statement_agree_with_what_is_open()
    game.the_trial_balance_is_zero()
    game.teardown()
