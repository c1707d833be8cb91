"""A game of settlements of every kind, two currencies and a book, played by Hypothesis.

Every move is tried on the ledger; what takes more than there is must be refused, and what is
refused changes nothing. After each move the facts are added up again in another way: nothing is
negative, every receipt is accounted for to the last cent, what is settled is worth nothing in the
books, and the journal shows what the ledger holds.
"""

from contextlib import suppress
from datetime import date

import hypothesis.strategies as st
from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.money import Money
from revenue.application import Adjustment, Application, DebtorChange, Difference, Reversal
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import Revaluation, in_books
from revenue.journal import journal, trial_balance
from revenue.ledger import ReceivablesLedger, Settlement, Taking
from revenue.ledger.effect import names_opened, taken
from revenue.period import PeriodClose
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.retention import RetentionRelease
from revenue.verification import verify
from revenue.writeoff import Recovery, WriteOff

CUSTOMERS = ("C-1", "C-2")
CURRENCIES = ("CNY", "USD")
RATES = {"CNY": None, "USD": ("7.10", "7.1355", "7.20", "6.9917")}
CENTS = st.integers(1, 9_999)
LAST_DAY = 60


def day(number):
    return date.fromordinal(date(2026, 11, 30).toordinal() + number)


DAYS = st.integers(1, LAST_DAY).map(day)


class SettlementGame(RuleBasedStateMachine):
    """Every settlement there is, in any order."""

    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.count = 0
        self.refused = 0

    # --- telling what happens ---------------------------------------------------------------

    def number(self, prefix):
        self.count += 1
        return f"{prefix}-{self.count}"

    def booked(self, data, amount):
        rates = RATES[amount.code]
        if rates is None:
            return None
        return in_books(amount, rate=data.draw(st.sampled_from(rates)), currency="CNY")

    def documents(self, *kinds):
        found = []
        for fact in self.ledger.facts:
            for kind, number in names_opened(fact):
                if kind in kinds:
                    found.append((kind, number))
        return found

    def left(self, kind, number):
        return self.ledger.left(kind, number)

    def some_of(self, data, left, *, exceed=True):
        """Part of it, all of it, or one cent more."""
        if not left.minor:
            return Money.from_minor(1, left.code)
        twins = [left.minor, left.minor + 1] if exceed else [left.minor]
        cents = data.draw(st.one_of(st.integers(1, left.minor), st.sampled_from(twins)))
        return Money.from_minor(cents, left.code)

    def try_(self, *facts, beyond=False):
        """Record, or keep the ledger; what takes more than there is must be refused."""
        before = self.ledger
        try:
            after = before.settle(*facts)
        except DomainError as refusal:
            note(f"refused: {refusal.code}")
            assert self.ledger is before
            self.refused += 1
            return False
        assert not beyond, "more was taken than there was"
        self.ledger = after
        return True

    # --- documents --------------------------------------------------------------------------

    @initialize(data=st.data())
    def begin(self, data):
        for customer in CUSTOMERS:
            for currency in CURRENCIES:
                self.owe(data, customer, currency, 5_000, day(1))
                self.pay(data, customer, currency, 7_000, day(1), advance=False)

    @rule(
        data=st.data(),
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=CENTS,
        on=DAYS,
    )
    def owe(self, data, customer, currency, cents, on):
        amount = Money.from_minor(cents, currency)
        self.try_(
            Receivable(
                number=self.number("AR"),
                customer=customer,
                on=on,
                due_on=on,
                amount=amount,
                booked=self.booked(data, amount),
            )
        )

    @rule(
        data=st.data(),
        customer=st.sampled_from((*CUSTOMERS, "")),
        currency=st.sampled_from(CURRENCIES),
        cents=CENTS,
        on=DAYS,
        advance=st.booleans(),
    )
    def pay(self, data, customer, currency, cents, on, advance):
        amount = Money.from_minor(cents, currency)
        self.try_(
            Receipt(
                number=self.number("R"),
                customer=customer,
                on=on,
                amount=amount,
                advance=bool(customer) and advance,
                booked=self.booked(data, amount),
            )
        )

    @rule(
        data=st.data(),
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=CENTS,
        on=DAYS,
        of=st.sampled_from(["credit_note", "payable"]),
    )
    def credit(self, data, customer, currency, cents, on, of):
        amount = Money.from_minor(cents, currency)
        booked = self.booked(data, amount)
        if of == "payable":
            fact = Payable(
                number=self.number("P"),
                customer=customer,
                on=on,
                due_on=on,
                amount=amount,
                booked=booked,
            )
        else:
            fact = CreditNote(
                number=self.number("CN"),
                customer=customer,
                on=on,
                amount=amount,
                tax=Money.from_minor(cents * 13 // 113, currency),
                reason="returned",
                booked=booked,
            )
        self.try_(fact)

    # --- settlements ------------------------------------------------------------------------

    @rule(data=st.data(), on=DAYS)
    def apply(self, data, on):
        means, source = data.draw(
            st.sampled_from(self.documents("receipt", "credit_note", "payable") or [("", "")])
        )
        targets = self.documents("receivable")
        if not means or not targets:
            return
        _, target = data.draw(st.sampled_from(targets))
        open_amount, free = self.left("receivable", target), self.left(means, source)
        crossing = open_amount.code != free.code
        differences = self.differences(data, target, open_amount)
        settled = sum((each.amount.minor for each in differences), 0)
        room = Money.from_minor(max(open_amount.minor - settled, 0), open_amount.code)
        amount = self.some_of(data, room if crossing else min(room, free))
        paid = self.some_of(data, free) if crossing else None
        over = amount.minor + settled > open_amount.minor or (paid or amount) > free
        fact = Application(
            number=self.number("A"),
            receipt=source,
            receivable=target,
            amount=amount,
            on=on,
            means=means,
            differences=differences,
            paid=paid,
            agreement=data.draw(st.sampled_from(["netting 7", "netting 7", ""]))
            or ("netting 7" if means == "payable" else ""),
        )
        self.try_(fact, beyond=over)

    def differences(self, data, target, open_amount):
        reasons = data.draw(
            st.lists(
                st.sampled_from(
                    ["discount", "bank_fee", "short_pay", "rounding", "dispute", "retention"]
                ),
                max_size=2,
                unique=True,
            )
        )
        made = []
        for reason in reasons:
            cents = data.draw(st.integers(1, max(open_amount.minor // 3, 1)))
            goes_on = reason in ("dispute", "retention")
            made.append(
                Difference(
                    reason=reason,
                    amount=Money.from_minor(cents, open_amount.code),
                    tax=Money.from_minor(cents * 13 // 113, open_amount.code)
                    if reason == "discount"
                    else None,
                    residual=self.number(f"{target[:8]}/{reason[0]}") if goes_on else "",
                    due_on=day(LAST_DAY) if goes_on else None,
                )
            )
        return tuple(made)

    @rule(data=st.data(), on=DAYS)
    def adjust(self, data, on):
        kind, number = data.draw(st.sampled_from(self.documents("receivable", "receipt")))
        left = self.left(kind, number)
        amount = self.some_of(data, left)
        self.try_(
            Adjustment(
                number=self.number("AD"),
                document=number,
                document_kind=kind,
                difference=Difference(reason="rounding", amount=amount),
                on=on,
                reason="small",
                by="Wang",
            ),
            beyond=amount > left,
        )

    @rule(data=st.data(), on=DAYS, customer=st.sampled_from(CUSTOMERS), advance=st.booleans())
    def identify(self, data, on, customer, advance):
        _, number = data.draw(st.sampled_from(self.documents("receipt")))
        left = self.left("receipt", number)
        amount = self.some_of(data, left)
        self.try_(
            Identification(
                number=self.number("ID"),
                receipt=number,
                customer=customer,
                amount=amount,
                on=on,
                by="Li",
                advance=advance,
            ),
            beyond=amount > left,
        )

    @rule(data=st.data(), on=DAYS, customer=st.sampled_from(CUSTOMERS))
    def change_debtor(self, data, on, customer):
        _, number = data.draw(st.sampled_from(self.documents("receivable")))
        left = self.left("receivable", number)
        amount = self.some_of(data, left)
        self.try_(
            DebtorChange(
                number=self.number("DC"),
                receivable=number,
                customer=customer,
                amount=amount,
                on=on,
                due_on=on,
                reason="merged",
                by="Li",
            ),
            beyond=amount > left,
        )

    @rule(data=st.data(), on=DAYS)
    def refund(self, data, on):
        means, number = data.draw(st.sampled_from(self.documents("receipt", "credit_note")))
        left = self.left(means, number)
        amount = self.some_of(data, left)
        self.try_(
            Refund(
                number=self.number("RF"),
                source=number,
                means=means,
                amount=amount,
                on=on,
                reason="paid twice",
                by="Wang",
                booked=self.booked(data, amount),
            ),
            beyond=amount > left,
        )

    @rule(data=st.data(), on=DAYS)
    def release_retention(self, data, on):
        held = self.documents("retention")
        if held:
            _, number = data.draw(st.sampled_from(held))
            left = self.left("retention", number)
            amount = self.some_of(data, left)
            self.try_(
                RetentionRelease(
                    number=self.number("RR"),
                    retention=number,
                    amount=amount,
                    on=on,
                    due_on=on,
                    by="Li",
                ),
                beyond=amount > left,
            )

    @rule(data=st.data(), on=DAYS, relief=st.booleans())
    def write_off(self, data, on, relief):
        _, number = data.draw(st.sampled_from(self.documents("receivable")))
        left = self.left("receivable", number)
        amount = self.some_of(data, left)
        tax = Money.from_minor(amount.minor * 13 // 113, amount.code) if relief else None
        self.try_(
            WriteOff(
                number=self.number("W"),
                receivable=number,
                amount=amount,
                on=on,
                reason="gone",
                approved_by="Wang",
                tax_relief=tax,
            ),
            beyond=amount > left,
        )

    @rule(data=st.data(), on=DAYS)
    def recover(self, data, on):
        lost = self.documents("write_off")
        if lost:
            _, debt = data.draw(st.sampled_from(lost))
            _, source = data.draw(st.sampled_from(self.documents("receipt")))
            left, free = self.left("write_off", debt), self.left("receipt", source)
            if left.code == free.code:
                amount = self.some_of(data, min(left, free))
                self.try_(
                    Recovery(
                        number=self.number("V"),
                        write_off=debt,
                        receipt=source,
                        amount=amount,
                        on=on,
                        tax=self.relief_owed_again(debt, amount),
                    ),
                    beyond=amount > left or amount > free,
                )

    def relief_owed_again(self, debt, amount):
        relief = self.ledger.balance("write_off", debt).document.tax_relief
        return None if relief is None else amount.share(relief.ratio_to(relief + amount))

    @rule(data=st.data(), on=DAYS, kept=st.booleans(), rate=st.sampled_from(RATES["USD"]))
    def revalue(self, data, on, kept, rate):
        found = [
            item
            for item in self.ledger.open_items()
            if item.booked is not None
            and in_books(item.open, rate=rate, currency="CNY") != item.booked
        ]
        if not found:
            return
        item = data.draw(st.sampled_from(found))
        fact = Revaluation(
            number=self.number("RV"),
            receivable=item.receivable.number,
            on=on,
            rate=rate,
            open=item.open,
            reversed_on=None if kept else day(LAST_DAY),
            difference=in_books(item.open, rate=rate, currency="CNY") - item.booked,
        )
        back = Reversal(
            number=self.number("X"), reverses=fact.number, on=day(LAST_DAY), reason="next period"
        )
        self.try_(*((fact,) if kept else (fact, back)))

    @rule(data=st.data(), on=DAYS)
    def unapply(self, data, on):
        done = [fact for fact in self.ledger.facts if isinstance(fact, Settlement)]
        if done:
            fact = data.draw(st.sampled_from(done))
            self.try_(
                Reversal(
                    number=self.number("X"), reverses=fact.number, on=on, reason="wrong invoice"
                )
            )

    @rule(data=st.data(), on=DAYS)
    def undo_and_redo_is_nothing(self, data, on):
        """Apply, then un-apply: every balance and every account is as before."""
        before = self.ledger
        self.apply(data, on)
        last = self.ledger.facts[-1]
        if self.ledger is before or not isinstance(last, Application):
            return
        undone = self.ledger.record(
            Reversal(number=self.number("X"), reverses=last.number, on=last.on, reason="undo")
        )
        for kind, number in [(part.kind, part.number) for part in taken(last)]:
            assert undone.left(kind, number) == before.left(kind, number)
            assert undone.book_value(kind, number) == before.book_value(kind, number)
        assert undone.open_items() == before.open_items()
        assert balances(undone) == balances(before)
        self.ledger = undone

    @precondition(lambda self: self.ledger.closed_through is None)
    @rule(through=st.integers(1, 20))
    def close_a_period(self, through):
        closed = self.try_(
            PeriodClose(number=self.number("PC"), through=day(through), on=day(LAST_DAY), by="Wang")
        )
        if closed:
            late = Receipt(number="late", customer="C-1", on=day(through), amount=Money("1", "CNY"))
            for fact in (late, late.with_(number="late-2", on=day(1))):
                with suppress(Refused):
                    self.ledger.record(fact)
                    raise AssertionError("it is dated into a closed period")
            self.frozen = (day(through), balances(self.ledger, as_of=day(through)))

    # --- what always holds ------------------------------------------------------------------

    frozen = None

    @invariant()
    def nothing_in_a_closed_period_moves(self):
        if self.frozen:
            through, shown = self.frozen
            assert balances(self.ledger, as_of=through) == shown

    @invariant()
    def every_receipt_is_accounted_for(self):
        """Applied, kept, recovered, refunded and free: to the last cent, through every hand."""
        facts = self.ledger.facts
        undone = {fact.reverses for fact in facts if isinstance(fact, Reversal)}
        used = {}
        for fact in facts:
            if isinstance(fact, Taking) and fact.number not in undone:
                for part in taken(fact):
                    key = part.kind, part.number
                    used[key] = used.get(key, 0) + part.amount.minor
        for kind, number in self.documents(
            "receipt", "receivable", "credit_note", "payable", "retention", "write_off"
        ):
            balance = self.ledger.balance(kind, number)
            whole = balance.document.amount.minor
            if closed_again(facts, undone, kind, number):
                assert balance.left.minor == 0
            else:
                assert balance.left.minor == whole - used.get((kind, number), 0) >= 0

    @invariant()
    def what_is_settled_is_worth_nothing(self):
        for kind, number in self.documents("receipt", "receivable", "credit_note", "retention"):
            balance = self.ledger.balance(kind, number)
            if balance.book is not None:
                assert balance.book.minor >= 0
                if not balance.left.minor:
                    assert balance.book.minor == 0

    @invariant()
    def ageing_adds_up_to_what_is_open(self):
        for as_of in (day(7), day(LAST_DAY)):
            table = self.ledger.ageing(as_of=as_of)
            for currency in CURRENCIES:
                items = self.ledger.open_items(as_of=as_of)
                own = sum(item.open.minor for item in items if item.open.code == currency)
                assert sum(money.minor for money in table.totals(currency)) == own

    @invariant()
    def statements_say_what_is_open_less_what_is_free(self):
        for customer in CUSTOMERS:
            statement = self.ledger.statement(customer)
            closing = {money.code: money.minor for money in statement.closing}
            for currency in CURRENCIES:
                owed = sum(
                    item.open.minor
                    for item in self.ledger.open_items(customer)
                    if item.open.code == currency
                )
                free = sum(
                    money.minor
                    for money in self.ledger.on_account(customer)
                    if money.code == currency
                )
                assert closing.get(currency, 0) == owed - free

    def teardown(self):
        assert verify(self.ledger) == ()
        again = ReceivablesLedger.model_validate_json(self.ledger.canonical())
        assert again.canonical() == self.ledger.canonical()
        assert journal(again.facts) == journal(self.ledger.facts)
        assert again.open_items() == self.ledger.open_items()


def closed_again(facts, undone, kind, number):
    """Whether what opened a document was reversed."""
    for fact in facts:
        if isinstance(fact, Taking) and (kind, number) in names_opened(fact):
            return fact.number in undone
    return False


def balances(ledger, *, as_of=None):
    """What every account shows, in each currency."""
    rows = trial_balance(journal(ledger.facts), as_of=as_of)
    return {(row.account.code, row.balance.code): row.balance for row in rows if row.balance.minor}
