"""The same settlements in memory and in a store: the same answers, balances and entries.

The game of ``tests.revenue.settlement_game`` is played into both at once, one fact after another.
What one refuses the other refuses with the same code; what both take leaves the same balances, to
the day and to the cent, the same journal, and a store that verifies. Numbers are spelled in other
cases and widths now and then, as people do.
"""

import hypothesis.strategies as st
from hypothesis import Phase, settings
from hypothesis.stateful import invariant, precondition, rule

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from revenue.adapters.store import open_store
from revenue.application import Reversal
from revenue.journal import journal
from revenue.ledger.effect import names_opened, taken
from revenue.ledger.fact import Taking
from revenue.period import PeriodReopening
from revenue.receipt import Receipt
from revenue.writeoff import WriteOff, WriteOffDecision, WriteOffProposal
from tests.revenue.settlement_game import CUSTOMERS, DAYS, LAST_DAY, SettlementGame, day

KINDS = ("receivable", "receipt", "credit_note", "payable", "retention", "write_off")
NAMES = ("receipt", "receivable", "document", "source", "retention", "write_off", "reverses")
WIDE = str.maketrans("ACDIRW-0123456789", "ＡＣＤＩＲＷ－０１２３４５６７８９")


class StoredSettlementGame(SettlementGame):
    """Every move goes into a ledger and into a store."""

    def __init__(self):
        super().__init__()
        self.store = open_store("sqlite://")
        self.tried = 0

    def spelled(self, fact):
        """The fact, every third time naming what it takes from in lower case or in full width."""
        self.tried += 1
        if self.tried % 3:
            return fact
        names = {name: getattr(fact, name) for name in NAMES if hasattr(fact, name)}
        other = str.lower if self.tried % 2 else lambda text: text.translate(WIDE)
        changed = {name: other(text) for name, text in names.items() if isinstance(text, str)}
        return fact.with_(**changed) if changed else fact

    def try_(self, *facts, beyond=False):
        spelled = [self.spelled(fact) for fact in facts]
        said = []
        with self.store.unit() as deals:
            try:
                deals.settle(*spelled)
            except DomainError as refusal:
                said.append(refusal.code)
        refused, after = [], self.ledger
        try:
            after = self.ledger.settle(*spelled)
        except DomainError as refusal:
            refused.append(refusal.code)
        assert said == refused, f"the store says {said}, the ledger {refused}"
        assert refused or not beyond, "more was taken than there was"
        self.ledger = after
        return not refused

    @rule(data=st.data(), on=DAYS)
    def undo_and_redo_is_nothing(self, data, on):
        """Apply, then un-apply, in both."""
        count = len(self.ledger.facts)
        self.apply(data, on)
        for fact in self.ledger.facts[count:]:
            undo = Reversal(
                number=self.number("X"), reverses=fact.number, on=fact.on, reason="undo"
            )
            assert self.try_(undo)

    @rule(on=DAYS)
    def reopen(self, on):
        """The last period is opened again, or that is refused by both."""
        closes = [fact for fact in self.ledger.facts if fact.kind == "period_close"]
        if closes:
            opened = self.try_(
                PeriodReopening(
                    number=self.number("PO"),
                    period=closes[-1].number,
                    on=max(on, day(LAST_DAY)),
                    reason="forgotten",
                    by="Wang",
                )
            )
            if opened:
                self.frozen = None

    @precondition(lambda self: self.documents("receivable"))
    @rule(data=st.data(), on=DAYS, approved=st.booleans(), by=st.sampled_from(["Li", "Wang"]))
    def write_off_as_proposed(self, data, on, approved, by):
        """Proposed, decided on and written off twice: the second time the proposal is used up."""
        _, number = data.draw(st.sampled_from(self.documents("receivable")))
        left = self.left("receivable", number)
        amount = self.some_of(data, left, exceed=False)
        proposal = self.number("WP")
        self.try_(
            WriteOffProposal(
                number=proposal, receivable=number, amount=amount, on=on, reason="gone", by="Li"
            )
        )
        self.try_(
            WriteOffDecision(
                number=self.number("WD"), proposal=proposal, approved=approved, on=on, by=by
            )
        )
        for cents in (amount.minor, 1):
            self.try_(
                WriteOff(
                    number=self.number("W"),
                    receivable=number,
                    amount=Money.from_minor(cents, amount.code),
                    on=on,
                    reason="gone",
                    approved_by="Wang",
                    proposal=proposal,
                )
            )

    @rule(data=st.data(), on=DAYS, of=st.sampled_from(KINDS))
    def number_again(self, data, on, of):
        """A receipt, or what a settlement opens, under a number that is taken."""
        found = self.documents(of)
        if found:
            _, number = data.draw(st.sampled_from(found))
            self.try_(Receipt(number=number, customer="C-1", on=on, amount=Money("1", "CNY")))

    @invariant()
    def every_receipt_is_accounted_for(self):
        """The game adds up by the numbers as given, and here they are spelled in many ways."""

    @invariant()
    def balances_are_the_same(self):
        """What was touched last, with every day on which it moved."""
        touched = {
            each
            for fact in self.ledger.facts[-2:]
            for each in (
                *names_opened(fact),
                *((part.kind, part.number) for part in parts_of(self.ledger, fact)),
            )
        }
        with self.store.view() as deals:
            for kind, number in sorted(touched):
                assert shown(deals.balance_of(kind, number)) == shown(
                    self.ledger.balance(kind, number)
                )

    def teardown(self):
        ledger = self.ledger
        with self.store.view() as deals:
            assert deals.facts() == ledger.facts
            assert deals.verify() == ()
            assert deals.journal() == journal(ledger.facts)
            assert deals.open_items() == ledger.open_items()
            for number in (0, 1, 7, 20, LAST_DAY, 400):
                past = day(number)
                assert deals.open_items(as_of=past) == ledger.open_items(as_of=past)
                assert deals.ageing(as_of=past) == ledger.ageing(as_of=past)
            for kind, number in self.documents(*KINDS):
                assert shown(deals.balance_of(kind, number)) == shown(ledger.balance(kind, number))
            for customer in CUSTOMERS:
                own = deals.customer_ledger(customer)
                self.same_customer(own, customer)
        self.store.close()
        super().teardown()

    def same_customer(self, own, customer):
        """What is read for a customer alone is what the whole ledger says of it."""
        ledger = self.ledger
        for as_of in (None, day(7), day(LAST_DAY)):
            assert own.statement(customer, as_of=as_of) == ledger.statement(customer, as_of=as_of)
            assert own.open_items(customer, as_of=as_of) == ledger.open_items(customer, as_of=as_of)
            assert own.on_account(customer, as_of=as_of) == ledger.on_account(customer, as_of=as_of)


def parts_of(ledger, fact):
    """What a fact takes or gives back."""
    if isinstance(fact, Reversal):
        return parts_of(ledger, ledger.settlement(fact.reverses))
    return taken(fact) if isinstance(fact, Taking) else ()


def shown(balance):
    """A balance, and each day with what it moved, in one form."""
    moves = [(move.on, move.amount, move.book) for move in balance.moves]
    return (
        balance.document,
        balance.customer,
        balance.left,
        balance.last_on,
        balance.book,
        balance.revalued,
        moves,
    )


TestStoredSettlements = StoredSettlementGame.TestCase
TestStoredSettlements.settings = settings(
    stateful_step_count=50,
    max_examples=max(settings.default.max_examples // 10, 5),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
