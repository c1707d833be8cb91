"""Laws of advances with output VAT inside, played as the game of settlements, and one by one."""

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import rule

from cpq.kernel.money import Money
from revenue import Application, Receipt, Receivable, ReceivablesLedger, Reversal, journal, verify
from revenue.chart import STANDARD_CHART
from tests.revenue.settlement_game import CENTS, CURRENCIES, CUSTOMERS, DAYS, SettlementGame, day


class AdvanceTaxGame(SettlementGame):
    """Every settlement there is, in any order, of advances that mostly bear tax."""

    @rule(
        data=st.data(),
        customer=st.sampled_from((*CUSTOMERS, "")),
        currency=st.sampled_from(CURRENCIES),
        cents=CENTS,
        on=DAYS,
        advance=st.sampled_from([True, True, True, False]),
    )
    def pay(self, data, customer, currency, cents, on, advance):
        amount = Money.from_minor(cents, currency)
        taxed = bool(customer) and advance and currency == "CNY"
        tax = data.draw(st.one_of(st.none(), st.integers(0, cents))) if taxed else None
        self.try_(
            Receipt(
                number=self.number("R"),
                customer=customer,
                on=on,
                amount=amount,
                advance=bool(customer) and advance,
                booked=self.booked(data, amount),
                tax=None if tax is None else Money.from_minor(tax, "CNY"),
            )
        )


TestAdvanceTaxGame = AdvanceTaxGame.TestCase
TestAdvanceTaxGame.settings = settings(
    stateful_step_count=50, max_examples=max(settings.default.max_examples // 4, 5)
)


def cny(cents):
    return Money.from_minor(cents, "CNY")


def waiting(ledger):
    """The tax that waits for its bill, in cents."""
    lines = [line for entry in journal(ledger.facts) for line in entry.lines]
    return -sum(line.signed.minor for line in lines if line.account == STANDARD_CHART.pending_vat)


@given(st.data(), st.integers(1, 300), st.integers(0, 300))
def test_the_parts_of_an_advance_take_all_of_its_tax(data, cents, tax):
    """However it is applied, in part undone and applied again: none of the tax is left over."""
    tax = min(tax, cents)
    ledger = ReceivablesLedger().record(
        Receipt(
            number="R-1", customer="C-1", on=day(1), amount=cny(cents), advance=True, tax=cny(tax)
        ),
        Receivable(number="AR-1", customer="C-1", on=day(1), due_on=day(1), amount=cny(cents)),
    )
    standing, count = [], 0
    while ledger.free_amount("R-1").amount:
        count += 1
        if count < 12 and standing and data.draw(st.booleans()):
            undone = standing.pop(data.draw(st.integers(0, len(standing) - 1)))
            back = Reversal(number=f"X-{count}", reverses=undone, on=day(2), reason="wrong")
            ledger = ledger.record(back)
        else:
            free = ledger.free_amount("R-1").minor
            part = free if count >= 12 else data.draw(st.integers(1, free))
            standing.append(f"A-{count}")
            fact = Application(
                number=standing[-1], receipt="R-1", receivable="AR-1", amount=cny(part), on=day(2)
            )
            ledger = ledger.settle(fact)
        assert 0 <= waiting(ledger) <= ledger.free_amount("R-1").minor
        assert verify(ledger) == ()
    assert waiting(ledger) == 0
    for place, number in enumerate(data.draw(st.permutations(standing))):
        back = Reversal(number=f"Y-{place}", reverses=number, on=day(3), reason="all of it")
        ledger = ledger.record(back)
    assert waiting(ledger) == tax
