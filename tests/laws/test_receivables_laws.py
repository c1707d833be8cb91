"""Laws from the contract to the trial balance, for any lines, plans, deliveries and payments.

The state machine at the end plays finance for sixty steps: it pays, pays one cent too much, takes
back, takes back twice, gives up, recovers, and dates some of it in the past. Beside the ledger it
keeps nothing but the facts, and reckons every balance from them in its own, slow way.
"""

from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.errors import Conflict, DomainError, Refused
from cpq.kernel.money import Money, money_total, plain
from cpq.quote import payment_terms
from revenue import (
    Application,
    Receipt,
    Receivable,
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


# --- the state machine --------------------------------------------------------------------------

CUSTOMERS = ("C-1", "C-2")
CURRENCIES = ("CNY", "USD")


def touched(fact):
    """The documents that a settlement takes from, and the write-off that one begins."""
    match fact:
        case Application():
            return [(fact.receipt, -1), (fact.receivable, -1)]
        case WriteOff():
            return [(fact.receivable, -1), (fact.number, 1)]
        case Recovery():
            return [(fact.receipt, -1), (fact.write_off, -1)]
        case _:
            return []


class Oracle:
    """Every balance, in cents, from nothing but the facts; numbers are unique in this game."""

    def __init__(self, facts):
        self.facts = facts
        self.by_number = {fact.number: fact for fact in facts}

    def reversed_on(self, number):
        return next(
            (f.on for f in self.facts if isinstance(f, Reversal) and f.reverses == number), None
        )

    def left(self, number, as_of=date.max):
        document = self.by_number[number]
        left = 0
        if isinstance(document, Receivable | Receipt) and document.on <= as_of:
            left = document.amount.minor
        for fact in self.facts:
            for target, sign in touched(fact):
                if target == number:
                    left += sign * fact.amount.minor * self.stands(fact, as_of)
        return left

    def stands(self, fact, as_of):
        undone = self.reversed_on(fact.number)
        return fact.on <= as_of and (undone is None or undone > as_of)

    def available(self, number, on):
        days = {on, *(fact.on for fact in self.facts if fact.on > on)}
        return min(self.left(number, each) for each in days)

    def meets(self, amount, *numbers):
        """Whether documents and amount have one currency and one customer."""
        documents = [self.by_number[number] for number in numbers]
        owners = {self.customer(each) for each in documents}
        return len({amount.code, *(each.amount.code for each in documents)}) == len(owners) == 1

    def customer(self, document):
        if isinstance(document, WriteOff):
            return self.by_number[document.receivable].customer
        return document.customer

    def allows(self, fact):
        if isinstance(fact, Reversal):
            return self._allows_reversal(fact)
        sources = [number for number, sign in touched(fact) if sign < 0]
        return (
            self.meets(fact.amount, *sources)
            and all(self.by_number[number].on <= fact.on for number in sources)
            and all(self.available(number, fact.on) >= fact.amount.minor for number in sources)
        )

    def _allows_reversal(self, fact):
        undone = self.by_number[fact.reverses]
        whole = not isinstance(undone, WriteOff) or (
            self.available(undone.number, fact.on) >= undone.amount.minor
        )
        return whole and self.reversed_on(fact.reverses) is None and undone.on <= fact.on


class LedgerGame(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.count = 0

    # --- helpers ---

    @property
    def oracle(self):
        return Oracle(self.ledger.facts)

    def number(self, letter):
        self.count += 1
        return f"{letter}-{self.count}"

    def pick(self, data, *kinds):
        return data.draw(st.sampled_from([f for f in self.ledger.facts if isinstance(f, kinds)]))

    def attempt(self, fact):
        """Record a settlement: the ledger takes it exactly when the oracle would."""
        before = self.ledger
        if not self.oracle.allows(fact):
            with pytest.raises(Refused):
                before.record(fact)
            return
        self.ledger = before.record(fact)
        eve = fact.on - timedelta(days=1)
        assert self.ledger.open_items(as_of=eve) == before.open_items(as_of=eve)
        assert self.ledger.ageing(as_of=eve) == before.ageing(as_of=eve)
        if isinstance(fact, Application | Recovery):
            again = self.ledger.unapply(fact.number, number="UNDO", on=fact.on, reason="law")
            assert again.open_items() == before.open_items()
            for customer in CUSTOMERS:
                assert again.on_account(customer) == before.on_account(customer)

    def has(*kinds):
        def condition(game):
            present = {type(fact) for fact in game.ledger.facts}
            return all(any(issubclass(each, kind) for each in present) for kind in kinds)

        return precondition(condition)

    # --- moves ---

    @initialize()
    def begin(self):
        self.ledger = self.ledger.record(
            debt("AR-0", "100.00", on=day(1), due=day(9)), cash("R-0", "120.00", on=day(2))
        )

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=st.integers(1, 50_000),
        on=DAYS,
        days=st.integers(0, 120),
    )
    def owe(self, customer, currency, cents, on, days):
        fact = Receivable(
            number=self.number("AR"),
            customer=customer,
            on=on,
            due_on=on + timedelta(days=days),
            amount=Money.from_minor(cents, currency),
        )
        self.ledger = self.ledger.record(fact)

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=st.integers(1, 50_000),
        on=DAYS,
    )
    def receive(self, customer, currency, cents, on):
        amount = Money.from_minor(cents, currency)
        fact = Receipt(number=self.number("R"), customer=customer, on=on, amount=amount)
        self.ledger = self.ledger.record(fact)

    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def apply_some(self, data, cents, on):
        receipt, receivable = self.pick(data, Receipt), self.pick(data, Receivable)
        amount = Money.from_minor(cents, receivable.amount.code)
        self.attempt(
            Application(
                number=self.number("A"),
                receipt=receipt.number,
                receivable=receivable.number,
                amount=amount,
                on=on,
            )
        )

    @rule(data=st.data(), more=st.sampled_from([0, 1]))
    def apply_what_is_open_or_a_cent_more(self, data, more):
        receivable = self.pick(data, Receivable)
        open_amount = self.ledger.open_amount(receivable.number)
        cents = open_amount.minor + more
        if not cents:
            return
        amount = Money.from_minor(cents, receivable.amount.code)
        receipt = Receipt(
            number=self.number("R"), customer=receivable.customer, on=day(30), amount=amount
        )
        self.ledger = self.ledger.record(receipt)
        fact = Application(
            number=self.number("A"),
            receipt=receipt.number,
            receivable=receivable.number,
            amount=amount,
            on=day(30),
        )
        if more:
            with pytest.raises(Refused) as refusal:
                self.ledger.record(fact)
            assert refusal.value.code == "application.exceeds_open"
        else:
            self.attempt(fact)
            assert self.ledger.open_amount(receivable.number).minor == 0

    @rule(data=st.data())
    def apply_a_cent_more_than_is_free(self, data):
        receipt = self.pick(data, Receipt)
        amount = self.ledger.free_amount(receipt.number) + Money.from_minor(1, receipt.amount.code)
        receivable = Receivable(
            number=self.number("AR"),
            customer=receipt.customer,
            on=day(30),
            due_on=day(30),
            amount=amount,
        )
        self.ledger = self.ledger.record(receivable)
        with pytest.raises(Refused) as refusal:
            self.ledger.apply(
                receipt.number, to={receivable.number: amount}, number="A-more", on=day(30)
            )
        assert refusal.value.code == "application.exceeds_receipt"

    @rule(data=st.data(), on=DAYS)
    def apply_the_oldest(self, data, on):
        receipt = self.pick(data, Receipt)
        before = self.ledger
        self.ledger = apply_oldest(before, receipt.number, number=self.number("A"), on=on)
        for fact in self.ledger.facts[len(before.facts) :]:
            assert Oracle(before.facts).allows(fact)

    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def write_off(self, data, cents, on):
        receivable = self.pick(data, Receivable)
        self.attempt(
            WriteOff(
                number=self.number("W"),
                receivable=receivable.number,
                amount=Money.from_minor(cents, receivable.amount.code),
                on=on,
                reason="insolvent",
                approved_by="Wang",
            )
        )

    @has(WriteOff)
    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def recover(self, data, cents, on):
        write_off, receipt = self.pick(data, WriteOff), self.pick(data, Receipt)
        self.attempt(
            Recovery(
                number=self.number("V"),
                write_off=write_off.number,
                receipt=receipt.number,
                amount=Money.from_minor(cents, write_off.amount.code),
                on=on,
            )
        )

    @has(Application | WriteOff | Recovery)
    @rule(data=st.data(), on=DAYS)
    def unapply(self, data, on):
        fact = self.pick(data, Application | WriteOff | Recovery)
        self.attempt(Reversal(number=self.number("X"), reverses=fact.number, on=on, reason="wrong"))

    @has(Reversal)
    @rule(data=st.data())
    def unapply_again(self, data):
        done = self.pick(data, Reversal)
        with pytest.raises(Refused) as refusal:
            self.ledger.unapply(done.reverses, number="X-again", on=day(30), reason="again")
        assert refusal.value.code == "reversal.already_reversed"

    @rule(data=st.data())
    def retry_the_same_number(self, data):
        fact = self.pick(data, object)
        with pytest.raises(Conflict) as refusal:
            self.ledger.record(fact)
        assert refusal.value.code == "fact.number_taken"
        assert refusal.value.facts["same_content"] is True

    @rule(data=st.data())
    def half_a_batch_records_nothing(self, data):
        before = self.ledger
        with pytest.raises(DomainError):
            before.record(debt(self.number("AR"), "1"), self.pick(data, object))
        assert Oracle(before.facts).facts == self.ledger.facts

    # --- what always holds ---

    @invariant()
    def balances_are_those_of_the_facts(self):
        oracle = self.oracle
        for fact in self.ledger.facts:
            if isinstance(fact, Receivable):
                left = self.ledger.open_amount(fact.number).minor
                assert 0 <= left == oracle.left(fact.number)
            elif isinstance(fact, Receipt):
                left = self.ledger.free_amount(fact.number).minor
                assert 0 <= left == oracle.left(fact.number)

    @invariant()
    def what_was_billed_is_open_applied_or_written_off(self):
        oracle = self.oracle
        for currency in CURRENCIES:
            billed = open_amount = settled = 0
            for fact in self.ledger.facts:
                if isinstance(fact, Receivable) and fact.amount.code == currency:
                    billed += fact.amount.minor
                    open_amount += self.ledger.open_amount(fact.number).minor
                elif isinstance(fact, Application | WriteOff) and fact.amount.code == currency:
                    settled += fact.amount.minor * oracle.stands(fact, date.max)
            assert billed == open_amount + settled

    @invariant()
    def ageing_and_statement_agree_with_what_is_open(self):
        for as_of in (None, day(7), day(19)):
            items = self.ledger.open_items(as_of=as_of)
            for currency in CURRENCIES:
                sums = {}
                for customer in CUSTOMERS:
                    own = [
                        item.open.minor
                        for item in items
                        if item.receivable.customer == customer and item.open.code == currency
                    ]
                    sums[customer] = sum(own)
                    free = [
                        money.minor
                        for money in self.ledger.on_account(customer, as_of=as_of)
                        if money.code == currency
                    ]
                    closing = [
                        money.minor
                        for money in self.ledger.statement(customer, as_of=as_of).closing
                        if money.code == currency
                    ]
                    assert sum(closing) == sum(own) - sum(free)
                if as_of is not None:
                    table = self.ledger.ageing(as_of=as_of)
                    rows = {row.customer: row for row in table.rows if row.currency == currency}
                    assert {c: r.total.minor for c, r in rows.items()} == {
                        customer: cents for customer, cents in sums.items() if cents
                    }

    @invariant()
    def the_trial_balance_is_zero(self):
        rows = trial_balance(journal(self.ledger.facts))
        for currency in CURRENCIES:
            assert sum(r.balance.minor for r in rows if r.balance.code == currency) == 0

    def teardown(self):
        assert verify(self.ledger) == ()
        again = ReceivablesLedger.model_validate_json(self.ledger.canonical())
        assert again == self.ledger
        assert again.canonical() == self.ledger.canonical()
        assert again.open_items() == self.ledger.open_items()
        assert journal(again.facts) == journal(self.ledger.facts)


TestLedgerGame = LedgerGame.TestCase
TestLedgerGame.settings = settings(stateful_step_count=60)


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
    game.teardown()
