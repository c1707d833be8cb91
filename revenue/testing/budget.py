"""What a budget ledger must do, in memory and in a database alike (促销额度台账契约).

The same commands get the same answers. Each rule has a case where it just holds and one where it
just does not; at the end both ledgers are led through the same long, random trade.
"""

from datetime import date, timedelta
from decimal import Decimal

from cpq.cap import CapTake, Counter
from cpq.kernel.errors import DomainError
from revenue.testing.budget_trade import (
    AFTER,
    DAY,
    LAST,
    MONEY,
    ORDERS,
    ROLLING,
    Budget,
    MemoryBudget,
    Trade,
    compared,
    outcome,
    said_by,
    take,
)
from revenue.testing.inspect import refused


class BudgetContract:
    """Tests of a budget ledger; subclass it and give a fixture ``budget``, empty each time."""

    def test_a_limit_is_inclusive(self, budget: Budget) -> None:
        """The last one gets in, the next does not, and is told what is left."""
        for number in (1, 2, 3):
            _offer(budget, f"Q-{number}/1", take())
        with refused("cap.exceeded"):
            _offer(budget, "Q-4/1", take())
        assert _remaining(budget) == 0
        _offer(budget, "Q-4/1", take(limit=4))
        refusal = outcome(lambda: _offer(budget, "Q-5/1", take(2, limit=5)))
        assert isinstance(refusal, DomainError)
        facts = {name: str(value) for name, value in refusal.facts.items()}
        assert facts == {"counter": ORDERS.key, "limit": "5", "remaining": "1", "asked": "2"}
        assert budget.used(ORDERS, on=DAY) == 4

    def test_all_counters_are_taken_or_none(self, budget: Budget) -> None:
        """One counter without room leaves the others as they were, and the key free."""
        both = (take(), take("500.00", MONEY, limit="1000.00"))
        _offer(budget, "Q-1/1", *both)
        _offer(budget, "Q-2/1", *both)
        with refused("cap.exceeded"):
            _offer(budget, "Q-3/1", take(), take("0.01", MONEY, limit="1000.00"))
        assert _remaining(budget) == 1
        assert budget.held("Q-3/1") == ()
        _offer(budget, "Q-3/1", take())
        assert budget.used(MONEY, on=DAY) == 1000
        assert budget.counters == (ORDERS, MONEY)

    def test_a_repeated_command_counts_once(self, budget: Budget) -> None:
        """Same key and content: nothing more. Same key, other content: refused."""
        _offer(budget, "Q-1/1", take())
        _offer(budget, "Q-1/1", take())
        with refused("command.key_reused"):
            _offer(budget, "Q-1/1", take(2))
        budget.commit(document="Q-1/1", on=DAY, key="order")
        budget.commit(document="Q-1/1", on=DAY, key="order")
        with refused("command.key_reused"):
            budget.release(document="Q-1/1", on=DAY, key="order")
        _offer(budget, "Q-1/1", take())
        assert budget.used(ORDERS, on=DAY) == 1
        assert len(budget.movements) == 2

    def test_a_reservation_counts_through_its_last_day(self, budget: Budget) -> None:
        """From the day after there is room for others, whether or not its end was written down."""
        _offer(budget, "Q-1/1", take(3))
        with refused("cap.exceeded"):
            _offer(budget, "Q-2/1", take(), on=LAST, expires_on=AFTER)
        assert _remaining(budget, on=AFTER) == 3
        _offer(budget, "Q-2/1", take(2), on=AFTER, expires_on=AFTER)
        assert [hold.phase for hold in budget.held("Q-1/1")] == ["lapsed"]
        assert _remaining(budget, on=AFTER) == 1
        with refused("budget.reserved"):
            _offer(budget, "q-2/1", take(), on=AFTER, expires_on=AFTER, key="again")

    def test_expiry_changes_nothing_but_the_records(self, budget: Budget) -> None:
        """Every reservation that lapsed is released, once; the others stay."""
        _offer(budget, "Q-1/1", take())
        _offer(budget, "Q-2/1", take("5.00", MONEY, limit=9), take())
        _offer(budget, "Q-3/1", take(), expires_on=AFTER)
        for _ in range(2):
            budget.expire(on=AFTER, key="night")
        budget.expire(on=AFTER, key="next night")
        assert [move.kind for move in budget.movements].count("release") == 3
        assert budget.used(ORDERS, on=DAY) == budget.used(ORDERS, on=AFTER) == 1

    def test_a_late_order_finds_room_again(self, budget: Budget) -> None:
        """After the last day it needs room, within the limit it was offered under."""
        _offer(budget, "Q-1/1", take(2))
        _offer(budget, "Q-2/1", take(2), on=AFTER, expires_on=AFTER)
        with refused("cap.exceeded"):
            budget.commit(document="Q-1/1", on=AFTER, key="order")
        budget.commit(document="Q-1/1", on=AFTER, key="order", amounts={ORDERS.key: Decimal(1)})
        assert _remaining(budget, on=AFTER) == 0

    def test_an_order_takes_what_it_held(self, budget: Budget) -> None:
        """What is held needs no room, whatever the limit is by now; what is more does."""
        _offer(budget, "Q-1/1", take(2))
        _offer(budget, "Q-2/1", take(4, limit=9))
        with refused("cap.exceeded"):
            budget.commit(document="Q-1/1", on=LAST, key="1", amounts={ORDERS.key: Decimal(3)})
        budget.commit(document="Q-1/1", on=LAST, key="1")
        with refused("budget.committed"):
            budget.commit(document="Q-1/1", on=LAST, key="2")
        with refused("budget.unknown_document"):
            budget.commit(document="Q-9/1", on=LAST, key="3")
        assert budget.used(ORDERS, on=AFTER) == 2

    def test_a_new_version_takes_over(self, budget: Budget) -> None:
        """What the version before held does not stand in its way, and is let go of with it."""
        _offer(budget, "Q-1/1", take(3))
        _move(budget, "Q-1/1", "Q-1/2", take(2))
        assert _remaining(budget) == 1
        with refused("cap.exceeded"):
            _move(budget, "Q-1/2", "Q-1/3", take(4))
        with refused("budget.released"):
            budget.commit(document="Q-1/1", on=DAY, key="order")
        _move(budget, "Q-1/2", "Q-1/2", take(3))
        _move(budget, "Q-9/1", "Q-2/1", take(4, limit=9))
        assert budget.used(ORDERS, on=DAY) == 7

    def test_what_comes_back_is_there_again(self, budget: Budget) -> None:
        """Lost, returned in part, cancelled but for one counter; never more than was taken."""
        _offer(budget, "Q-1/1", take(3))
        budget.release(document="Q-1/1", on=DAY, key="lost")
        _offer(budget, "Q-2/1", take(3), take("9.99", MONEY, limit=10))
        with refused("budget.not_committed"):
            _give_back(budget, ORDERS, 1)
        budget.commit(document="Q-2/1", on=DAY, key="order")
        _give_back(budget, ORDERS, 2)
        with refused("budget.exceeds_committed"):
            _give_back(budget, ORDERS, 2, key="back again")
        with refused("budget.unknown_counter"):
            _give_back(budget, ROLLING, 1, key="back again")
        budget.cancel(document="Q-2/1", on=DAY, key="cancel", keep=[MONEY.key])
        assert _remaining(budget) == 3
        assert budget.used(MONEY, on=DAY) == Decimal("9.99")

    def test_soft_limits_and_gates_are_passed(self, budget: Budget) -> None:
        """A soft limit holds nobody up; a gate lets the last one in whole, and then nobody."""
        _offer(budget, "Q-1/1", take(2))
        _offer(budget, "Q-2/1", take(5, limit=3, overshoot=True))
        with refused("cap.exceeded"):
            _offer(budget, "Q-3/1", take(overshoot=True))
        _offer(budget, "Q-3/1", take(9, hard=False))
        assert _remaining(budget) == -13

    def test_a_rolling_window_forgets(self, budget: Budget) -> None:
        """The last seven days count, today included; what comes back counts on its own day."""
        for number in (1, 2):
            _offer(budget, f"Q-{number}/1", take(1, ROLLING, limit=2))
            budget.commit(document=f"Q-{number}/1", on=DAY, key=f"order {number}")
        sixth, seventh = DAY + timedelta(days=6), DAY + timedelta(days=7)
        with refused("cap.exceeded"):
            _offer(budget, "Q-3/1", take(1, ROLLING, limit=2), on=sixth)
        budget.give_back(document="Q-1/1", on=sixth, key="back", amounts={ROLLING.key: Decimal(1)})
        _offer(budget, "Q-3/1", take(1, ROLLING, limit=2), on=sixth)
        assert [budget.used(ROLLING, on=on) for on in (sixth, seventh)] == [2, 1]
        _offer(budget, "Q-4/1", take(1, ROLLING, limit=2), on=seventh)

    def test_figures_are_kept_to_the_last_digit(self, budget: Budget) -> None:
        """Fourteen digits before the point, no decimals, three, nine; limits between the steps."""
        for place, (amount, currency) in enumerate(
            (("99999999999999.99", "CNY"), ("9007199254740993", "JPY"), ("0.001", "KWD"))
        ):
            counter = MONEY.with_(currency=currency)
            _offer(budget, f"Q-{place}/1", take(amount, counter, limit=amount))
            with refused("cap.exceeded"):
                least = Decimal(amount).as_tuple().exponent
                more = Decimal(1).scaleb(int(least))
                _offer(budget, f"Q-{place}/2", take(more, counter, limit=amount))
            assert str(budget.used(counter, on=DAY)) == amount
        units = ORDERS.with_(measure="units")
        _offer(budget, "Q-9/1", take("0.123456789", units, limit="0.1234567895"))
        with refused("cap.exceeded"):
            _offer(budget, "Q-9/2", take("0.000000001", units, limit="0.1234567895"))
        with refused("budget.off_grid"):
            _offer(budget, "Q-9/3", take("0.0000000001", units))
        _offer(budget, "Q-9/4", take(1, units, limit="0.1234567895", overshoot=True))
        assert budget.used(units, on=DAY) == Decimal("1.123456789")

    def test_counters_are_told_apart_and_documents_are_not(self, budget: Budget) -> None:
        """Long keys that end alike or begin alike, capitals; a number is the same in any case."""
        long = "促" * 190
        counters = [
            ORDERS.with_(owner=owner, scope=(("customer", customer),))
            for owner in (long, "AUTUMN", "autumn")
            for customer in (f"{long}1", f"{long}2")
        ]
        for place, counter in enumerate(counters, start=1):
            _offer(budget, f"Q-{place}/1", take(place, counter, limit=place))
        assert [budget.used(counter, on=DAY) for counter in counters] == [1, 2, 3, 4, 5, 6]
        assert budget.counters == tuple(sorted(counters, key=lambda each: each.key))
        assert budget.held("ｑ-1/1") == budget.held("Q-1/1") != ()
        with refused("budget.reserved"):
            _offer(budget, "q-1/1", take(0, counters[0]), key="other")
        assert budget.statement(counters[0], as_of=DAY).closing == 1
        assert budget.statement(counters[0].key, as_of=DAY).closing == 1
        with refused("budget.unknown_counter"):
            budget.statement(ROLLING.key, as_of=DAY)

    def test_usage_leaves_out_the_quote_itself(self, budget: Budget) -> None:
        """All its versions, and no quote whose number only begins alike; orders stay in."""
        for place, document in enumerate(("Q-1/1", "Q-1/2", "Q-10/1", "Q-1", "Q-2/1")):
            _offer(budget, document, take(10**place, limit=10**9))
        budget.commit(document="Q-1/2", on=DAY, key="order")
        for number, used in ((None, 11111), ("q-1", 10110), ("Q-1/1", 11110), ("Q-3", 11111)):
            usage = budget.usage([ORDERS, MONEY], on=DAY, apart_from=number)
            assert usage.used(ORDERS) == used
            assert usage.used(MONEY) == 0
            assert [key for key, _ in usage.rows] == [ORDERS.key, MONEY.key]

    def test_finance_reads_a_statement(self, budget: Budget) -> None:
        """As of a day in the past as it was; each row with what is used after it."""
        _offer(budget, "Q-1/1", take(2))
        budget.commit(document="Q-1/1", on=LAST, key="order")
        _offer(budget, "Q-2/1", take(1), on=AFTER, expires_on=AFTER)
        budget.expire(on=AFTER + timedelta(days=9), key="night")
        year = budget.statement(ORDERS, as_of=date(2027, 12, 31), limit=3)
        assert [(row.kind, int(row.used)) for row in year.rows] == [
            ("reserve", 2), ("commit", 2), ("reserve", 3), ("lapse", 2),
        ]  # fmt: skip
        assert year.closing == year.committed == 2
        assert year.remaining == 1
        assert budget.statement(ORDERS, as_of=DAY).closing == 2
        assert budget.statement(ORDERS, as_of=AFTER, since=LAST).opening == 2

    def test_a_long_trade_gets_the_answers_of_the_ledger(self, budget: Budget) -> None:
        """Hundreds of commands at random, some twice, days passing: the same as in memory."""
        trade, ledger = Trade(seed=7), MemoryBudget()
        said = []
        for _ in range(400):
            word, what = trade.command()
            said.append(said_by(ledger, word, what))
            assert said_by(budget, word, what) == said[-1]
        assert 100 < said.count("done") < 300
        assert sum("cap.exceeded" in each for each in said) > 10
        compared(budget, ledger, trade.today)


def _remaining(budget: Budget, *, on: date = DAY) -> Decimal:
    return budget.remaining(ORDERS, 3, on=on)


def _offer(
    budget: Budget,
    document: str,
    *takes: CapTake,
    on: date = DAY,
    expires_on: date = LAST,
    key: str | None = None,
) -> None:
    key = f"send {document}" if key is None else key
    budget.reserve(takes, document=document, on=on, expires_on=expires_on, key=key)


def _move(budget: Budget, before: str, document: str, *takes: CapTake) -> None:
    key = f"send {before} {document}"
    budget.move(takes, from_document=before, to_document=document, on=DAY, expires_on=LAST, key=key)


def _give_back(budget: Budget, counter: Counter, amount: int, *, key: str = "back") -> None:
    amounts = {counter.key: Decimal(amount)}
    budget.give_back(document="Q-2/1", on=DAY, key=key, amounts=amounts)
