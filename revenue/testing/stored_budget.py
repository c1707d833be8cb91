"""What a budget ledger in a database must do besides: undo, follow the quotes (存储契约)."""

from collections.abc import Callable
from datetime import date, timedelta

from cpq.cap import CapTake
from cpq.quote import Quote, lose, send, supersede
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store
from revenue.testing.budget_trade import AFTER, DAY, LAST, MONEY, ORDERS, take
from revenue.testing.deal import example_contract, example_order, example_quote
from revenue.testing.inspect import content, database_refuses, dies_at, refused
from revenue.testing.small import accepted, revised

_BOTH = (take(limit=10), take("9.99", MONEY, limit="1000.00"))


class StoredBudgetContract:
    """Tests of a store's budget ledger; give a fixture ``store``, empty each time."""

    def test_a_sent_quote_holds_what_it_takes(self, store: Store) -> None:
        """In the same transaction, through its last day; sent again it holds no more."""
        quote = quoted()
        with store.unit() as deals:
            deals.save(quote)
            assert deals.budget.movements == ()
            deals.save(send(quote))
            rows = used(deals)
            deals.save(send(quote))
            assert rows == used(deals) == (1, 1)
            assert used(deals, on=quote.valid_until + timedelta(days=1)) == (0, 0)
            assert {hold.document for hold in deals.budget.held("Q-2026-0001/1")} == {
                "Q-2026-0001/1"
            }
            assert deals.verify() == ()

    def test_an_offer_without_room_is_not_sent(self, store: Store) -> None:
        """The draft stays a draft, and nothing is held."""
        quote = quoted(take(4))
        with store.unit() as deals:
            deals.save(quote)
            with refused("cap.exceeded"):
                deals.save(send(quote))
            assert deals.quote(quote.number) == quote
            assert used(deals) == (0, 0)
            assert deals.verify() == ()

    def test_the_next_version_takes_over(self, store: Store) -> None:
        """What the first held does not stand in its way; the first may be superseded after it."""
        first = quoted(take(2))
        second = revised(first).with_(pricing=quoted(take(3)).pricing)
        third = revised(second).with_(pricing=quoted(take(1)).pricing)
        with store.unit() as deals:
            deals.save(send(first))
            deals.save(second)
            assert used(deals)[0] == 2
            deals.save(send(second))
            assert used(deals)[0] == 3
            deals.save(supersede(send(first)))
            deals.save(lose(send(second), on=LAST, reason="price"))
            assert used(deals)[0] == 0
            deals.save(third)
            deals.save(send(third))
            assert used(deals)[0] == 1
            deals.save(supersede(send(third)))
            assert used(deals)[0] == 0
            assert deals.verify() == ()

    def test_what_was_promised_in_time_is_owed(self, store: Store) -> None:
        """Accepted in time it is held until it is ordered, and the order takes it, once."""
        quote = quoted()
        contract = example_contract(quote)
        late = quote.valid_until + timedelta(days=100)
        first = example_order(contract).with_(on=late)
        with store.unit() as deals:
            deals.save(send(quote))
            deals.save(accepted(quote))
            deals.save(contract)
            assert used(deals, on=late) == (1, 1)
            with refused("cap.exceeded"):
                deals.budget.reserve(
                    [take(3)], document="Q-2/1", on=late, expires_on=late, key="other"
                )
            deals.save(first)
            deals.save(first)
            deals.save(first.with_(number="SO-2"))
            (hold, _) = deals.budget.held("Q-2026-0001/1")
            assert (hold.phase, hold.counts_on) == ("committed", late)
            assert hold.committed == 1
            assert used(deals, on=late) == (1, 1)
            assert deals.verify() == ()

    def test_an_acceptance_that_nobody_sent_holds_too(self, store: Store) -> None:
        """A host may save the last state alone; of a later version in place of the first."""
        first = quoted(take(3))
        with store.unit() as deals:
            deals.save(send(first))
            deals.save(accepted(revised(first)))
            assert used(deals)[0] == 3
            assert deals.budget.held("Q-2026-0001/2")[0].expires_on == date.max
            assert deals.verify() == ()

    def test_an_acceptance_told_too_late_finds_room_or_not(self, store: Store) -> None:
        """What lapsed and was given to somebody else is not promised twice."""
        quote = quoted(take(2))
        with store.unit() as deals:
            deals.save(send(quote))
            budget, on = deals.budget, quote.valid_until + timedelta(days=1)
            budget.reserve([take(2)], document="Q-2/1", on=on, expires_on=on, key="other")
            with refused("cap.exceeded"):
                deals.save(accepted(quote))
            budget.release(document="Q-2/1", on=on, key="lost")
            deals.save(accepted(quote))
            assert used(deals, on=on) == (2, 0)
            assert deals.verify() == ()

    def test_holds_of_the_host_are_left_alone(self, store: Store) -> None:
        """A host that reserves by its own commands keeps what it holds, and the order commits."""
        quote = example_quote()
        contract = example_contract(quote)
        with store.unit() as deals:
            deals.budget.reserve(
                [take()], document="Q-2026-0001/1", on=DAY, expires_on=LAST, key="host"
            )
            deals.save(send(quote))
            deals.save(accepted(quote))
            deals.save(contract)
            deals.save(example_order(contract))
            assert [hold.phase for hold in deals.budget.held("Q-2026-0001/1")] == ["committed"]
            assert deals.verify() == ()

    def test_an_error_undoes_the_whole_unit(self, store: Store) -> None:
        """Movements, holds, counters and the command are gone with it."""
        with store.unit() as deals:
            trade(deals, "a")
        before = content(store.engine)
        try:
            with store.unit() as deals:
                trade(deals, "b")
                raise RuntimeError("the host changed its mind")
        except RuntimeError:
            pass
        assert content(store.engine) == before

    def test_a_refusal_leaves_no_row(self, store: Store) -> None:
        """Also where lapsed reservations were looked at for room; the unit goes on."""
        with store.unit() as deals:
            reserve(deals, "Q-1/1", take(2))
            reserve(deals, "Q-2/1", take(1), expires_on=AFTER)
        before = content(store.engine)
        with store.unit() as deals:
            with refused("cap.exceeded"):
                reserve(deals, "Q-3/1", take(3), take(1, MONEY), on=AFTER, expires_on=AFTER)
            with refused("budget.unknown_document"):
                deals.budget.commit(document="Q-3/1", on=DAY, key="order")
        assert content(store.engine) == before
        with store.unit() as deals:
            reserve(deals, "Q-3/1", take(2), on=AFTER, expires_on=AFTER)
            assert [each.kind for each in deals.budget.movements] == [
                "reserve", "reserve", "release", "reserve",
            ]  # fmt: skip
            assert deals.verify() == ()

    def test_a_crash_at_any_statement_leaves_nothing(self, store: Store) -> None:
        """An error before or after each statement of each command: all was written, or nothing."""
        with store.unit() as deals:
            begin(deals)
        before = content(store.engine)
        for work in COMMANDS:
            for when in ("before_cursor_execute", "after_cursor_execute"):
                points = 0
                while dies_at(store, when, points, work):
                    points += 1
                assert points > 5
                assert content(store.engine) == before
        assert store.verify() == ()

    def test_tenants_do_not_see_each_other(self, store: Store) -> None:
        """The same documents and counters twice, each with all of its limit."""
        with store.unit() as deals:
            other = Deals(deals.connection, tenant="other")
            reserve(deals, "Q-1/1", take(3))
            assert other.budget.movements == ()
            assert other.budget.held("Q-1/1") == ()
            reserve(other, "Q-1/1", take(3))
            other.budget.expire(on=AFTER, key="night")
            assert (used(deals)[0], used(other)[0]) == (3, 0)
            assert deals.verify() == other.verify() == ()

    def test_a_view_does_not_take(self, store: Store) -> None:
        """Whoever reads moves nothing."""
        with store.view() as deals:
            assert used(deals) == (0, 0)
            with refused("store.only_reads"):
                reserve(deals, "Q-1/1", take())

    def test_what_is_too_large_is_refused(self, store: Store) -> None:
        """One amount, and what many soft ones come to; nothing wraps round."""
        units = ORDERS.with_(measure="units")
        with store.unit() as deals:
            with refused("budget.too_large"):
                reserve(deals, "Q-1/1", take("1000000000.000000001", units, hard=False))
            for place in range(4):
                reserve(deals, f"Q-{place}/1", take(10**9, units, hard=False))
            with refused("budget.too_large"):
                reserve(deals, "Q-9/1", take("0.000000001", units, hard=False))
            with refused("number.too_long"):
                deals.save(send(quoted(take(), number="Q" * 63)))
            assert deals.verify() == ()

    def test_the_database_refuses_what_cannot_be(self, store: Store) -> None:
        """A figure below zero, a movement that moves the wrong way, a hold of nothing."""
        with store.unit() as deals:
            trade(deals, "a")
        counter, hold, moved = (f"{store.prefix}budget_{each}" for each in _TABLES)
        for change in (
            *(
                _changed(counter, each)
                for each in ("reserved = -1", "committed = 4000000000000000001")
            ),
            *(_changed(hold, each) for each in ("reserved = asked + 1", "phase = 'gone'")),
            *(_copied(moved, kind=kind, figures=figures) for kind, figures in _WRONG),
            _copied(moved, kind="reserve", figures="0, 0", document="'x'"),
        ):
            database_refuses(store, change)
        assert store.verify() == ()


_TABLES = ("counter", "hold", "movement")
_WRONG = (
    *(("reserve", "-1, 0"), ("commit", "1, 0"), ("release", "-1, -1"), ("adjust", "-1, 0")),
    ("gift", "0, 0"),
)


def _changed(table: str, change: str) -> str:
    return f"UPDATE {table} SET {change}"  # noqa: S608


def _copied(table: str, *, kind: str, figures: str, document: str = "document_key") -> str:
    """Put a movement in once more, changed: its kind, its figures, its document."""
    return (
        f"INSERT INTO {table} SELECT tenant, seq + 1000, {document}, counter_key, "  # noqa: S608
        f"document, '{kind}', on_day, counts_on, {figures}, expires_on, granted_limit, hard, "
        f"overshoot, command, sha256 FROM {table} WHERE seq = 1"
    )


def work_reserve(deals: Deals) -> None:
    """A reservation that finds room only where lapsed ones stand."""
    reserve(deals, "Q-8/1", take(8, limit=10), *_BOTH[1:], on=AFTER, expires_on=AFTER)


def work_move(deals: Deals) -> None:
    """A next version."""
    deals.budget.move(
        _BOTH, from_document="a-1/1", to_document="a-1/2", on=DAY, expires_on=LAST, key="move"
    )


def work_commit(deals: Deals) -> None:
    """An order after the last day."""
    deals.budget.commit(document="a-1/1", on=AFTER, key="order")


def work_release(deals: Deals) -> None:
    """A loss."""
    deals.budget.release(document="a-1/1", on=DAY, key="lost")


def work_cancel(deals: Deals) -> None:
    """A cancellation of an order."""
    deals.budget.cancel(document="a-2/1", on=DAY, key="cancel")


def work_give_back(deals: Deals) -> None:
    """A return of a part."""
    amounts = {take().counter.key: take().amount, MONEY.key: take("0.99").amount}
    deals.budget.give_back(document="a-2/1", on=DAY, key="back", amounts=amounts)


def work_expire(deals: Deals) -> None:
    """The nightly job."""
    deals.budget.expire(on=AFTER, key="night")


def work_send(deals: Deals) -> None:
    """A quote that is sent."""
    deals.save(send(quoted(*_BOTH, number="Q-9")))


def work_order(deals: Deals) -> None:
    """The order of a quote that was accepted."""
    deals.save(example_order(example_contract(quoted(*_BOTH))))


COMMANDS: tuple[Callable[[Deals], None], ...] = (
    work_reserve, work_move, work_commit, work_release, work_cancel, work_give_back, work_expire,
    work_send,
    work_order,
)  # fmt: skip
"""Every command of the ledger, each possible once after ``begin``."""


def begin(deals: Deals) -> None:
    """A trade on which each of ``COMMANDS`` can follow."""
    trade(deals, "a")
    quote = quoted(*_BOTH)
    deals.save(send(quote))
    deals.save(accepted(quote))
    deals.save(example_contract(quote))


def reserve(
    deals: Deals,
    document: str,
    *takes: CapTake,
    on: date = DAY,
    expires_on: date = LAST,
    key: str | None = None,
) -> None:
    """Hold what an offer takes, under a key that follows from its document."""
    key = f"send {document}" if key is None else key
    deals.budget.reserve(takes, document=document, on=on, expires_on=expires_on, key=key)


def trade(deals: Deals, name: str) -> None:
    """One offer that is live, one that was ordered, one that lapsed at once."""
    for place, last in ((1, LAST), (2, LAST), (3, DAY)):
        reserve(deals, f"{name}-{place}/1", *_BOTH, expires_on=last)
    deals.budget.commit(document=f"{name}-2/1", on=DAY, key=f"order {name}")


def quoted(*taken: CapTake, number: str = "Q-2026-0001") -> Quote:
    """A draft that takes one order of three, and one unit of three, unless said otherwise."""
    return example_quote(number, taken=taken or (take(), take(1, MONEY)))


def used(deals: Deals, *, on: date = DAY) -> tuple[int, int]:
    """What is used of the orders and of the money of the promotion."""
    usage = deals.budget.usage([ORDERS, MONEY], on=on)
    return int(usage.used(ORDERS)), int(usage.used(MONEY))
