"""Laws of credit: worse facts never help, the parts add up, and nothing exceeds a limit unseen.

The last law is a game of sixty steps: contracts are signed, ordered, held, released, delivered,
billed and paid in any order, and an oracle that knows no parts says what the customer is exposed
for: what is open, plus what of its released orders is not billed yet, less what it paid.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.quote import payment_terms
from revenue import ReceivablesLedger, bill, deliver
from revenue.credit import (
    PARTS,
    CreditPolicy,
    Override,
    check_credit,
    exposure,
    exposure_of,
    live_holds,
    recall_deposit,
    release_order,
    release_shipment,
    usable_prepayment,
)
from revenue.credit_limit import CreditLimit
from revenue.risk import (
    GRADES,
    STANDARD_SCORECARD,
    STANDARD_TERMS,
    TYPE_NAMES,
    RiskAssessment,
    Scorecard,
    assess,
    credit_terms,
    payment_findings,
    suggested_payment,
)
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from tests.laws.strategies import tried
from tests.revenue.deals import cash, cny, contract_of, day, debt, order_of

TODAY = date(2026, 11, 22)
TYPES = sorted(TYPE_NAMES)
COMMON = ["lawsuit", "judgment_debtor", "overdue_history"]
"""Types that come again and again, so that records meet in one weight and one case."""

PAST = st.integers(min_value=0, max_value=1500).map(lambda days: TODAY - timedelta(days=days))
CENTS = st.integers(min_value=0, max_value=10**9)


@st.composite
def records(draw, number="RR"):
    """A record of any type, known by today or not, expired or not."""
    on = draw(st.integers(-1500, 20).map(lambda days: TODAY + timedelta(days=days)))
    more = draw(st.none() | st.integers(0, 900))
    past = draw(st.none() | st.integers(0, 900))
    return RiskRecord(
        number=number,
        customer="C-1",
        type=draw(st.sampled_from(COMMON) | st.sampled_from(TYPES)),
        on=on,
        source=draw(st.sampled_from(["court", "vendor"])),
        expires_on=None if more is None else on + timedelta(days=more),
        happened_on=None if past is None else on - timedelta(days=past),
        amount=draw(st.none() | CENTS.map(lambda cents: Money.from_minor(cents, "CNY"))),
        days=draw(st.none() | st.integers(0, 200)),
        reference=draw(st.sampled_from(["", "case 1"])),
    )


@st.composite
def files(draw, most=8):
    """What is known of a customer, numbered."""
    found = draw(st.lists(records(), max_size=most))
    return [each.with_(number=f"RR-{place}") for place, each in enumerate(found)]


@st.composite
def rising(draw, low, high):
    """Up to three steps, each larger than the one before, with points that never fall."""
    edges = draw(st.lists(st.integers(low, high), max_size=3, unique=True).map(sorted))
    points = draw(st.lists(st.integers(0, 40), min_size=len(edges), max_size=len(edges)))
    return list(zip(edges, sorted(points), strict=True))


@st.composite
def scorecards(draw):
    """Any table that is not refused: points, bands, fading, stops and lines."""
    types = draw(st.lists(st.sampled_from(TYPES), unique=True))
    weights = []
    for type_ in types:
        fading = draw(rising(1, 1000))
        weights.append(
            {
                "type": type_,
                "points": draw(st.integers(0, 40)),
                "most": draw(st.integers(0, 100)),
                "amounts": [
                    {"amount": Money(edge, "CNY"), "points": points}
                    for edge, points in draw(rising(1, 10**6))
                ],
                "days": [{"days": edge, "points": points} for edge, points in draw(rising(1, 120))],
                "fading": [
                    {"after_days": edge, "percent": 100 - points} for edge, points in fading
                ],
            }
        )
    lines = sorted(draw(st.lists(st.integers(1, 100), min_size=4, max_size=4, unique=True)))
    return Scorecard.model_validate(
        {
            "code": "ANY",
            "currency": "CNY",
            "weights": weights,
            "stops": draw(st.lists(st.sampled_from(TYPES), unique=True, max_size=3)),
            "lines": [
                {"grade": grade, "points": points}
                for grade, points in zip(GRADES, [*reversed(lines), 0], strict=True)
            ],
        }
    )


CARDS = st.just(STANDARD_SCORECARD) | scorecards()


def rank(facts, card, as_of=TODAY):
    found = assess(facts, "C-1", as_of=as_of, scorecard=card)
    return GRADES.index(found.grade), -found.points


@tried(3)
@given(files(), records(), CARDS)
def test_one_fact_more_never_improves_the_grade(known, more, card):
    assert rank([*known, more.with_(number="NEW")], card) >= rank(known, card)


@st.composite
def worse(draw, record):
    """The same record, but larger, later paid, fresher, longer lasting or no longer withdrawn."""
    amount, days, expires = record.amount, record.days, record.expires_on
    match draw(st.sampled_from(["amount", "days", "expires_on", "happened_on"])):
        case "amount":
            cents = draw(CENTS) + (0 if amount is None else amount.minor)
            return record.with_(amount=Money.from_minor(cents, "CNY"))
        case "days":
            return record.with_(days=(days or 0) + draw(st.integers(0, 99)))
        case "expires_on":
            later = None if expires is None else expires + timedelta(days=draw(st.integers(0, 99)))
            return record.with_(expires_on=draw(st.sampled_from([None, later])))
        case _:
            room = (record.on - record.since).days
            return record.with_(
                happened_on=record.since + timedelta(days=draw(st.integers(0, room)))
            )


@tried(3)
@given(st.data(), files().filter(bool), CARDS)
def test_a_worse_fact_never_improves_the_grade(data, known, card):
    place = data.draw(st.integers(0, len(known) - 1))
    changed = [*known]
    changed[place] = data.draw(worse(known[place]))
    assert rank(changed, card) >= rank(known, card)


@given(st.data(), files().filter(bool), CARDS)
def test_a_withdrawal_never_lowers_the_grade(data, known, card):
    record = data.draw(st.sampled_from(known))
    gone = RiskRecordWithdrawal(
        number="RW-1", record=record.number, on=data.draw(PAST), by="Wang", reason="over"
    )
    assert rank([*known, gone], card) <= rank(known, card)
    without = [each for each in known if each is not record]
    assert rank([*known, gone], card) == rank(without, card)


@given(files(), st.lists(records(), max_size=3), CARDS, PAST)
def test_the_grade_of_a_past_day_stands_whatever_comes_later(known, later, card, as_of):
    next_day = as_of + timedelta(days=1)
    fresh = [
        each.with_(number=f"NEW-{place}", on=max(each.on, next_day), expires_on=None)
        for place, each in enumerate(later)
    ]
    gone = [
        RiskRecordWithdrawal(
            number=f"RW-{each.number}", record=each.number, on=next_day, by="Wang", reason="over"
        )
        for each in known
    ]
    kwargs = {"as_of": as_of, "scorecard": card}
    found = assess(known, "C-1", **kwargs)
    assert assess([*known, *fresh, *gone], "C-1", **kwargs) == found


@given(files(), CARDS)
def test_what_is_said_to_lift_the_grade_lifts_it(known, card):
    found = assess(known, "C-1", as_of=TODAY, scorecard=card)
    numbers = {lift.record: lift for lift in found.lifts}
    for record in known:
        rest = [each for each in known if each is not record]
        grade = assess(rest, "C-1", as_of=TODAY, scorecard=card).grade
        better = GRADES.index(grade) < GRADES.index(found.grade)
        assert (record.number in numbers) == better
        if better:
            assert numbers[record.number].grade == grade


@given(records(), CARDS)
def test_the_day_of_a_lift_is_the_first_on_which_the_grade_is_better(record, card):
    found = assess([record], "C-1", as_of=TODAY, scorecard=card)
    for lift in found.lifts:
        assume(lift.on is not None)
        on = assess([record], "C-1", as_of=lift.on, scorecard=card).grade
        before = lift.on - timedelta(days=1)
        last = assess([record], "C-1", as_of=before, scorecard=card).grade
        assert GRADES.index(on) < GRADES.index(found.grade) <= GRADES.index(last)


def graded(grade):
    fields = {"customer": "C-1", "as_of": TODAY, "scorecard": "ANY", "points": 0}
    return RiskAssessment.model_validate(
        {**fields, "grade": grade, "stopped": False, "reasons": (), "lifts": ()}
    )


@given(
    st.fractions(min_value=0, max_value=10**9, max_denominator=365),
    st.integers(0, 24),
    st.sampled_from(["CNY", "JPY", "KWD"]),
)
def test_a_worse_grade_never_gets_better_terms(sales, months, currency):
    rows = [
        credit_terms(graded(grade), monthly_sales=sales, credit_months=months, currency=currency)
        for grade in GRADES
    ]
    limits = [row.limit for row in rows]
    assert limits == sorted(limits, reverse=True)
    for place, row in enumerate(rows):
        plan = suggested_payment(row)
        assert sum(term.percent for term in plan) == 100
        for better in rows[: place + 1]:
            assert payment_findings(plan, better) == ()
        exactly = sales * months * Fraction(STANDARD_TERMS.rows[place].factor)
        assert abs(Fraction(row.limit.amount) - exactly) <= Fraction(1, 2)


AMOUNTS = st.dictionaries(st.sampled_from(PARTS), CENTS)


@given(AMOUNTS, CENTS, CENTS)
def test_the_limit_is_exact_and_one_cent_more_is_too_much(parts, asking, rest):
    lowering = ("billed_ahead", "prepaid", "cover")
    amounts = {
        part: Money.from_minor(-cents if part in lowering else cents, "CNY")
        for part, cents in parts.items()
    }
    owed = exposure_of("C-1", amounts, as_of=TODAY, currency="CNY")
    assert owed.total == money_total((each.amount for each in owed.amounts), "CNY")
    asked = Money.from_minor(asking, "CNY")
    exact = owed.total + asked
    assume(exact.amount >= 0)
    limit = CreditLimit(number="CL-1", customer="C-1", amount=exact, on=TODAY, by="Wang")
    at_limit = check_credit(owed, limit, asking=asked)
    assert at_limit.is_allowed
    assert at_limit.remaining == cny("0")
    beyond = check_credit(owed, limit, asking=asked + cny("0.01"))
    assert (beyond.verdict, beyond.exceeded_by) == ("approval", cny("0.01"))
    more = limit.with_(amount=exact + Money.from_minor(rest, "CNY"))
    assert check_credit(owed, more, asking=asked).is_allowed


@given(st.lists(CENTS, min_size=1, max_size=8), CENTS, st.integers(0, 100))
def test_an_advance_is_used_up_to_its_share_and_never_beyond_itself(values, advance, percent):
    left = paid = Money.from_minor(advance, "CNY")
    for place, cents in enumerate(values, start=1):
        value, final = Money.from_minor(cents, "CNY"), place == len(values)
        used = usable_prepayment(value, percent=percent, left=left, final=final)
        assert cny("0") <= used <= min(left, value)
        if not final:
            assert Fraction(used.amount) * 100 <= Fraction(value.amount) * percent
            assert used == left or (used + cny("0.01")).ratio_to(cny("1")) * 100 > (
                Fraction(value.amount) * percent
            )
        left -= used
    assert left + (paid - left) == paid
    assert left == cny("0") or used == Money.from_minor(values[-1], "CNY")


@given(CENTS, CENTS)
def test_a_deposit_is_recalled_exactly_and_one_cent_more_is_refused(invoice, deposit):
    final, paid = Money.from_minor(invoice, "CNY"), Money.from_minor(deposit, "CNY")
    most = min(final, paid)
    assert recall_deposit(final, deposit=paid, recall=most) + most == final
    with pytest.raises(Refused) as refusal:
        recall_deposit(final, deposit=paid, recall=most + cny("0.01"))
    assert refusal.value.code in ("prepayment.exceeds_deposit", "prepayment.exceeds_invoice")


PLAN = payment_terms(("30%", "signing", 5), ("60%", "delivery", 10), ("10%", "acceptance", 20))
WANG = Override(by="Wang", reason="agreed")
EVENTS = ("signing", "delivery", "acceptance")
POLICY = CreditPolicy(overdue_days=None, dunning_level=None, ship_after_advance=False)
DAYS = st.integers(min_value=1, max_value=30)


class CreditGame(RuleBasedStateMachine):
    """One customer, up to four contracts, one limit; the ledger grows by what the checks allow."""

    @initialize(limit=st.integers(0, 500_000), quantity=st.integers(1, 7))
    def begin(self, limit, quantity):
        self.limit = Money.from_minor(limit, "CNY")
        self.today, self.count, self.quantity = day(1), 0, quantity
        self.contracts, self.orders, self.seen = [], [], {}
        held = CreditLimit(number="CL", customer="C-1", amount=self.limit, on=day(-99), by="Wang")
        self.ledger = ReceivablesLedger().record(held)

    def number(self, prefix):
        self.count += 1
        return f"{prefix}-{self.count}"

    def exposed(self, as_of=None):
        return exposure(self.ledger, "C-1", contracts=self.contracts, orders=self.orders,
                        as_of=as_of or self.today, currency="CNY")  # fmt: skip

    def take(self, *facts):
        self.ledger = self.ledger.record(*facts)

    @rule(days=st.integers(0, 6))
    def time_passes(self, days):
        if days:
            self.seen[self.today] = self.exposed()
        self.today += timedelta(days=days)

    @rule(cents=st.integers(1, 200_000), override=st.booleans())
    def an_order_comes(self, cents, override):
        if len(self.contracts) == 4:
            return
        net = str(Money.from_minor(cents, "CNY").amount)
        made = contract_of(("1", net, "13", str(self.quantity)), payment=PLAN)
        made = made.with_(number=self.number("HT"), signed_on=self.today)
        order = order_of(made.with_(signed_on=day(-2))).with_(
            number=self.number("SO"), on=self.today
        )
        self.contracts.append(made)
        before = self.exposed().total
        found = self.ask(order, override)
        assert found.decision.asking == made.gross
        self.orders.append(order)
        room = self.limit - before - made.gross
        assert found.decision.is_allowed == (room.amount >= 0)
        assert found.decision.exceeded_by == max(-room, cny("0"))
        assert found.is_released == (found.decision.is_allowed or override)

    def ask(self, order, override):
        found = release_order(
            self.ledger, order, contracts=self.contracts, orders=self.orders,
            number=self.number("H"), on=self.today, currency="CNY", policy=POLICY,
            override=WANG if override else None,
        )  # fmt: skip
        self.take(*found.facts)
        return found

    @rule(data=st.data(), override=st.booleans())
    def a_held_order_is_asked_again(self, data, override):
        held = self.held()
        waiting = [order for order in self.orders if order.number in held]
        if not waiting:
            return
        order = data.draw(st.sampled_from(waiting))
        before = self.exposed().total
        found = self.ask(order, override)
        assert found.decision.exposure == before
        assert self.exposed().total == before + (
            found.decision.asking if found.is_released else cny("0")
        )

    @rule(data=st.data(), part=st.integers(1, 7), override=st.booleans())
    def goods_want_to_leave(self, data, part, override):
        if not self.orders:
            return
        order = data.draw(st.sampled_from(self.orders))
        contract = next(each for each in self.contracts if each.number == order.contract)
        try:
            goods = deliver(contract, order, {"1": part}, number=self.number("D"), on=self.today,
                            before=self.ledger.deliveries(contract=contract.number))  # fmt: skip
        except Refused:
            return
        before = self.exposed().total
        if override and order.number in self.held():
            with pytest.raises(Refused) as refusal:
                self.ship(order, goods, WANG)
            assert refusal.value.code == "credit.refused"
            return
        found = self.ship(order, goods, WANG if override else None)
        self.take(*found.facts)
        if found.is_released:
            self.take(goods)
            assert self.exposed().total == before

    def ship(self, order, goods, override):
        return release_shipment(
            self.ledger, order, goods, contracts=self.contracts, number=self.number("H"),
            on=self.today, currency="CNY", policy=POLICY, override=override,
        )  # fmt: skip

    def held(self):
        return {hold.order for hold in live_holds(self.ledger, as_of=self.today, at="order")}

    @rule(data=st.data(), event=st.sampled_from(EVENTS))
    def it_is_billed(self, data, event):
        if not self.contracts:
            return
        contract = data.draw(st.sampled_from(self.contracts))
        try:
            facts = bill(contract, event=event, on=self.today, number=self.number("INV"),
                         before=self.ledger.invoices(contract.number))  # fmt: skip
        except Refused:
            return
        self.take(*facts)

    @rule(cents=st.integers(1, 300_000))
    def money_comes(self, cents):
        before = self.exposed().total
        amount = Money.from_minor(cents, "CNY")
        self.take(cash(self.number("R"), str(amount.amount), on=self.today))
        assert self.exposed().total == before - amount

    @rule(cents=st.integers(1, 300_000))
    def something_else_is_owed(self, cents):
        before = self.exposed().total
        amount = Money.from_minor(cents, "CNY")
        self.take(debt(self.number("AR"), str(amount.amount), on=self.today))
        assert self.exposed().total == before + amount

    @rule(data=st.data())
    def money_is_applied(self, data):
        free = [each.document.number for each in self.ledger.credits("C-1")]
        items = [each.receivable.number for each in self.ledger.open_items("C-1")]
        if not free or not items:
            return
        before = self.exposed().total
        receipt = data.draw(st.sampled_from(free))
        target = data.draw(st.sampled_from(items))
        number = self.number("A")
        applied = self.ledger.apply(receipt, to=[target], number=number, on=self.today)
        self.ledger = applied
        assert self.exposed().total == before
        if data.draw(st.booleans()):
            self.ledger = applied.unapply(
                number, number=self.number("X"), on=self.today, reason="wrong"
            )
            assert self.exposed().total == before

    @invariant()
    def the_oracle_knows_the_exposure(self):
        held = self.held()
        expected = cny("0")
        for item in self.ledger.open_items("C-1", as_of=self.today):
            expected += item.open
        for free in self.ledger.on_account("C-1", as_of=self.today):
            expected -= free
        for contract in self.contracts:
            order = next((o for o in self.orders if o.contract == contract.number), None)
            if order is None:
                continue
            gone = sum(
                (line.quantity for goods in self.ledger.deliveries(contract=contract.number)
                 for line in goods.lines), Decimal(0))  # fmt: skip
            asked = gone if order.number in held else Decimal(self.quantity)
            owed = contract.gross.share(Fraction(asked) / self.quantity)
            bills = self.ledger.invoices(contract.number)
            billed = money_total((each.gross for each in bills), "CNY")
            expected += max(owed - billed, cny("0"))
        assert self.exposed().total == expected

    @invariant()
    def the_past_stays_as_it_was(self):
        for past, found in self.seen.items():
            assert self.exposed(past) == found


TestCreditGame = CreditGame.TestCase
TestCreditGame.settings = settings(
    stateful_step_count=60, max_examples=settings.default.max_examples // 2
)


def test_an_order_one_cent_beyond_the_limit_does_not_go() -> None:
    ledger = ReceivablesLedger().record(
        CreditLimit(number="CL", customer="C-1", amount=cny("1.12"), on=day(1), by="Wang")
    )
    contract = contract_of(("1", "1.00", "13", "1"), payment=PLAN)
    found = release_order(ledger, order_of(contract), contracts=[contract], number="H-1",
                          on=day(1), currency="CNY", policy=POLICY)  # fmt: skip
    assert found.decision.exceeded_by == cny("0.01")
    with pytest.raises(Refused) as refusal:
        found.require()
    assert refusal.value.code == "credit.needs_approval"
