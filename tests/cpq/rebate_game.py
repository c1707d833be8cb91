"""A game that a distributor plays with a rebate, and an oracle that knows only what is kept.

It buys, returns, is invoiced anew, says everything twice, is settled and owes some back. The
oracle puts every unit (every yuan, where amounts climb) on a seat of its own and reads its rate off
the number of the seat; rows, tiers and rooms it does not know.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.errors import Refused
from cpq.rebate import (
    RebateAccount,
    RebateStanding,
    RebateTier,
    assigned,
    forecast,
    rebate_statement,
    recouped,
    settlement,
)
from tests.cpq.rebates import LAST, back, cny, day, rebate, sold

CUSTOMERS = ("C-1", "C-2")
PERCENTS = ("3.33", "7", "12.5")
PER_UNIT = ("0.335", "0.7", "1.25")


def half_up(value):
    """A fraction in whole cents, half up, by the words of the decimal module."""
    cents = Decimal(value.numerator * 10**12 // value.denominator).scaleb(-12)
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))


class Kept:
    """A line in the oracle's book: what was invoiced, what each return took, the seats it has."""

    def __init__(self, customer, quantity, net, on):
        self.customer, self.sold, self.on = customer, (quantity, net), on
        self.returns = {}
        self.seats = []

    @property
    def quantity(self):
        return self.sold[0] - sum(quantity for quantity, _ in self.returns.values())

    @property
    def net(self):
        return self.sold[1] - sum(net for _, net in self.returns.values())


class Oracle:
    """The rebate from scratch, in exact cents by customer and tier."""

    def __init__(self, agreement):
        self.agreement = agreement
        self.lines = {}

    def length(self, line):
        return line.quantity if self.agreement.measure == "quantity" else line.net

    def base(self, line):
        return line.quantity if self.agreement.base == "units" else Fraction(line.net)

    def pool(self, customer):
        return [
            line
            for line in self.lines.values()
            if self.agreement.pooled or line.customer == customer
        ]

    def moved(self, line):
        """Seats for a line that grew or shrank: the lowest that are free, the highest it has."""
        line.seats.sort()
        del line.seats[self.length(line) :]
        taken = {seat for each in self.pool(line.customer) for seat in each.seats}
        seat = 1
        while len(line.seats) < self.length(line):
            if seat not in taken:
                line.seats.append(seat)
            seat += 1

    def seated(self, customer):
        """Who sits where: as they came, or close together in the order of the lines."""
        seat = 0
        for line in self.pool(customer):
            if self.agreement.gaps == "refilled":
                yield line, line.seats
            else:
                yield line, range(seat + 1, seat + self.length(line) + 1)
            seat += self.length(line)

    def tier_of(self, seat):
        """The nth unit is on tier n; the nth yuan lies above n − 1."""
        reach = seat if self.agreement.measure == "quantity" else seat - 1
        return max(tier.lower for tier in self.agreement.ladder if tier.lower <= reach)

    def bases(self, customer):
        """The exact base of the customer's rebate by tier."""
        bases = defaultdict(Fraction)
        if self.agreement.mode == "retroactive":
            reached = sum(self.length(line) for line in self.pool(customer))
            tier = max(each.lower for each in self.agreement.ladder if each.lower <= reached)
            for line in self.pool(customer):
                bases[tier] += self.base(line) if line.customer == customer else 0
            return bases
        for line, seats in self.seated(customer):
            for seat in seats if line.customer == customer else ():
                bases[self.tier_of(seat)] += Fraction(self.base(line)) / self.length(line)
        return bases

    def cents(self, customer):
        """What the rows of each tier must add up to."""
        return {
            tier: half_up(self.exact(tier, base)) for tier, base in self.bases(customer).items()
        }

    def exact(self, tier, base):
        rate = Fraction(next(t.rate for t in self.agreement.ladder if t.lower == tier))
        return rate * base * (100 if self.agreement.base == "units" else 1)


@st.composite
def agreements(draw):
    """Every mode, measure, base and way with gaps; sometimes the first tier starts late."""
    mode = draw(st.sampled_from(["retroactive", "incremental"]))
    base = draw(st.sampled_from(["net_invoiced", "net_paid", "units"]))
    name, rates = ("amount_per_unit", PER_UNIT) if base == "units" else ("percent", PERCENTS)
    lowers = draw(st.sampled_from([(0, 9, 30), (4, 17, 18), (1, 25, 60)]))
    closed = mode == "incremental" and draw(st.booleans())
    return rebate(
        customers=CUSTOMERS,
        pooled=draw(st.booleans()),
        mode=mode,
        base=base,
        measure=draw(st.sampled_from(["quantity", "amount"])),
        gaps="closed" if closed else "refilled",
        claw_back=draw(st.sampled_from(["receivable", "carry"])),
        interim=True,
        tiers=tuple(
            RebateTier.model_validate({"lower": lower, name: rate})
            for lower, rate in zip(lowers, rates, strict=True)
        ),
    )


class RebateGame(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.rows = ()
        self.movements = []
        self.count = 0

    @initialize(agreement=agreements())
    def agree(self, agreement):
        self.agreement = agreement
        self.next = agreement.with_(code="RB-2")
        self.oracle = Oracle(agreement)
        self.standing = RebateStanding(agreement)
        self.said = {}

    # --- helpers ---

    def number(self, what):
        self.count += 1
        return f"{what}-{self.count}"

    def net(self, cents):
        """Whole yuan where amounts climb, for each has a seat; else to the cent."""
        return Decimal(cents) if self.agreement.measure == "amount" else Decimal(cents) / 100

    def take(self, sale):
        """One sale: read from all rows, and by who has read them before; the same rows."""
        rows = assigned(self.agreement, self.rows, sale)
        assert self.standing.take(sale) == rows
        self.rows += rows
        self.said[sale.document] = sale
        return rows

    def sale(self, number, line):
        quantity, net = line.sold
        return sold(number, quantity, net, paid=cny(net), customer=line.customer, on=line.on)

    def open_lines(self):
        return [number for number, line in self.oracle.lines.items() if line.quantity or line.net]

    # --- moves ---

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        quantity=st.integers(1, 20),
        cents=st.integers(0, 45),
        at=st.integers(1, 300),
    )
    def buy(self, customer, quantity, cents, at):
        number = self.number("INV")
        line = Kept(customer, quantity, self.net(cents), day(at))
        if self.agreement.measure == "amount":
            line.sold = quantity, int(line.net)
        self.oracle.lines[number] = line
        self.oracle.moved(line)
        assert self.take(self.sale(number, line))

    @precondition(lambda self: self.open_lines())
    @rule(data=st.data())
    def give_back(self, data):
        number = data.draw(st.sampled_from(self.open_lines()))
        line = self.oracle.lines[number]
        units = data.draw(st.integers(0, line.quantity), label="units")
        whole = units == line.quantity
        share = line.net if whole else data.draw(st.integers(0, int(line.net)), label="net")
        note = self.number("CN")
        self.returned(note, number, units, share)
        line.returns[note] = units, share
        self.oracle.moved(line)

    def returned(self, note, number, units, share):
        line = self.oracle.lines[number]
        self.take(
            back(
                note,
                number,
                units,
                share,
                sold_on=line.on,
                paid=-cny(share),
                customer=line.customer,
                on=day(310),
            )
        )

    @precondition(lambda self: any(line.returns for line in self.oracle.lines.values()))
    @rule(data=st.data())
    def correct_a_return(self, data):
        notes = [(n, each) for n, line in self.oracle.lines.items() for each in line.returns]
        number, note = data.draw(st.sampled_from(notes))
        line = self.oracle.lines[number]
        units, share = line.returns[note]
        fewer = data.draw(st.integers(0, units), label="units")
        less = data.draw(st.integers(0, int(share)), label="net")
        if not fewer:
            less = 0
        self.returned(note, number, fewer, less)
        line.returns[note] = fewer, less
        self.oracle.moved(line)

    @precondition(lambda self: self.open_lines())
    @rule(data=st.data(), more=st.integers(0, 12), cents=st.integers(0, 30))
    def invoice_anew(self, data, more, cents):
        number = data.draw(st.sampled_from(self.open_lines()))
        line = self.oracle.lines[number]
        quantity = line.sold[0] - line.quantity + max(more, 1)
        net = line.sold[1] - line.net + self.net(cents)
        line.sold = quantity, int(net) if self.agreement.measure == "amount" else net
        self.oracle.moved(line)
        self.take(self.sale(number, line))

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def say_it_again(self, data):
        sale = self.said[data.draw(st.sampled_from(sorted(self.said)))]
        assert self.take(sale) == ()

    @precondition(lambda self: self.open_lines())
    @rule(data=st.data())
    def return_one_too_many(self, data):
        number = data.draw(st.sampled_from(self.open_lines()))
        line = self.oracle.lines[number]
        beyond = back(
            "CN-X",
            number,
            line.quantity + 1,
            line.net,
            sold_on=line.on,
            paid=-cny(line.net),
            customer=line.customer,
        )
        with pytest.raises(Refused, match="no more comes back"):
            assigned(self.agreement, self.rows, beyond)

    # --- money ---

    def due(self, customer, on):
        """The least that is owed on a day or later, from the plain list of what moved."""
        moved = [(row.on, row.money.minor) for row in self.rows if row.customer == customer]
        for each in self.movements:
            if each.customer == customer:
                sign = -1 if each.kind == "rebate_settlement" else 1
                moved.append((each.on, sign * each.amount.minor))
        days = {on, *(at for at, _ in moved if at > on)}
        return min(sum(minor for at, minor in moved if at <= last) for last in days)

    def settle(self, customer, number, on, amount=None):
        return settlement(
            self.agreement,
            self.rows,
            self.movements,
            customer=customer,
            number=number,
            on=on,
            amount=amount,
        )

    @rule(customer=st.sampled_from(CUSTOMERS), at=st.integers(1, 365), whole=st.booleans())
    def be_settled(self, customer, at, whole):
        number, on = self.number("RS"), day(at)
        due = self.due(customer, on)
        with pytest.raises(Refused, match="settle at most that"):
            self.settle(customer, number, on, cny("0.01") + cny(max(due, 0)) * Decimal("0.01"))
        if due <= 0:
            with pytest.raises(Refused, match="nothing of rebate agreement"):
                self.settle(customer, number, on)
            return
        part = cny(due if whole else (due + 1) // 2) * Decimal("0.01")
        made = self.settle(customer, number, on, None if whole else part)
        assert made.amount == part
        self.movements.append(made)
        assert self.settle(customer, number, on) == made

    @rule(customer=st.sampled_from(CUSTOMERS))
    def owe_back(self, customer):
        number = self.number("RC")
        account = RebateAccount(self.agreement, self.rows, self.movements, customer=customer)
        owed = account.balance()
        terms = {"customer": customer, "number": number, "on": LAST, "into": self.next}
        if owed.amount >= 0:
            with pytest.raises(Refused, match="owes nothing"):
                recouped(self.agreement, self.rows, self.movements, **terms)
            return
        self.movements.append(recouped(self.agreement, self.rows, self.movements, **terms))
        assert self.movements[-1].amount == -owed

    # --- what must hold ---

    @invariant()
    def rows_add_up_to_the_rebate_from_scratch(self):
        for customer in CUSTOMERS:
            rows = [row for row in self.rows if row.customer == customer]
            expected = self.oracle.cents(customer)
            if self.agreement.mode == "retroactive":
                assert sum(row.money.minor for row in rows) == sum(expected.values())
                continue
            found = defaultdict(int)
            for row in rows:
                found[row.tier] += row.money.minor
            assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}

    @invariant()
    def a_line_of_which_nothing_is_left_has_earned_nothing(self):
        for number, line in self.oracle.lines.items():
            if not line.quantity and not line.net:
                assert sum(row.money.minor for row in self.rows if row.document == number) == 0

    @invariant()
    def every_line_is_within_a_cent_of_its_share(self):
        if self.agreement.mode != "retroactive":
            return
        for number, line in self.oracle.lines.items():
            ((tier, _),) = self.oracle.bases(line.customer).items()
            exact = self.oracle.exact(tier, Fraction(self.oracle.base(line)))
            has = sum(row.money.minor for row in self.rows if row.document == number)
            assert abs(has - exact) < 1

    @invariant()
    def rows_say_how_they_come_about(self):
        """Rate of base is the amount of a row, within a cent for each line that shares it; their
        sum is the rebate, and what they move is what is kept.
        """
        for number, line in self.oracle.lines.items():
            rows = [row for row in self.rows if row.document == number]
            assert sum(row.quantity for row in rows) == line.quantity
            assert sum(row.net for row in rows) == line.net
            for row in rows:
                assert abs(self.worth(row) - row.money.minor) <= 2
        if self.agreement.mode == "retroactive":
            for customer in CUSTOMERS:
                ((tier, base),) = self.oracle.bases(customer).items() or ((0, 0),)
                said = sum(self.worth(row) for row in self.rows if row.customer == customer)
                assert said == self.oracle.exact(tier, base)

    def worth(self, row):
        scale = 100 if self.agreement.base == "units" else 1
        return Fraction(row.rate) * Fraction(row.base) * scale

    @invariant()
    def the_statement_closes_with_what_is_owed(self):
        for customer in CUSTOMERS:
            found = rebate_statement(self.agreement, self.rows, self.movements, customer=customer)
            account = RebateAccount(self.agreement, self.rows, self.movements, customer=customer)
            assert (
                found.closing
                == account.balance()
                == found.opening
                + found.accrued
                - (found.reversed + found.settled - found.clawed_back - found.carried)
            )
            assert found.measured == sum(
                self.oracle.length(line) for line in self.oracle.pool(customer)
            )

    @invariant()
    def what_is_foretold_happens(self):
        """The next tier is bought, at the price that was foretold with, and brings just that."""
        customer = CUSTOMERS[0]
        step = forecast(self.agreement, self.rows, customer=customer, price=cny("0.50")).next
        if step is None or step.brings is None:
            return
        missing = step.missing
        quantity, net = missing, missing / 2
        if self.agreement.measure == "amount":
            quantity, net = missing * 2, missing
        net = net.quantize(Decimal("0.01"), ROUND_HALF_UP)
        more = sold("INV-NEXT", quantity, net, paid=cny(net), customer=customer)
        rows = assigned(self.agreement, self.rows, more)
        brought = sum(row.money.minor for row in rows if row.customer == customer)
        assert brought == step.brings.minor
