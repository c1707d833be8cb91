"""What every store must do with the versions of a quote and with numbers (报价流转契约)."""

from datetime import date, timedelta

from cpq.cap import CapTake, Counter
from cpq.quote import (
    Alternative,
    NumberSeries,
    Quote,
    accept,
    lose,
    revise,
    send,
    submit,
    supersede,
    withdraw,
)
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store
from revenue.contract import sign
from revenue.order import order
from revenue.testing.deal import example_quote
from revenue.testing.inspect import refused

_DAY = date(2026, 12, 1)
_ORDERS = Counter(owner="AUTUMN", cap="9", measure="orders")
_UNITS = Counter(owner="AUTUMN", cap="9", measure="units")
_QUOTES = NumberSeries(code="quotes", pattern="AN-{year}-{n:04}")


class StoreLife:
    """The part of ``StoreContract`` that follows a quote through its states."""

    def test_a_version_that_goes_out_supersedes_the_one_before(self, store: Store) -> None:
        """One is live at most, and what it held has moved; the host need not say so."""
        first = _quote(_take(_ORDERS, 2))
        second = _following(send(first), _take(_ORDERS, 3))
        with store.unit() as deals:
            deals.save(send(first))
            deals.save(second)
            assert _states(deals, first.number) == ["sent", "draft"]
            assert deals.budget.used(_ORDERS, on=_DAY) == 2
            deals.save(send(second))
            assert _states(deals, first.number) == ["superseded", "sent"]
            assert deals.quote(first.number, version=1) == supersede(send(first))
            assert deals.budget.used(_ORDERS, on=_DAY) == 3
            assert deals.verify() == ()

    def test_a_next_version_supersedes_one_that_nobody_was_sent(self, store: Store) -> None:
        """A draft, or one that is being approved, is overtaken as soon as the next is kept."""
        first = submit(example_quote())
        second = _following(first)
        with store.unit() as deals:
            deals.save(example_quote())
            deals.save(first)
            assert _states(deals, first.number) == ["approved"]
            deals.save(second)
            assert _states(deals, first.number) == ["superseded", "draft"]
            deals.save(_following(second))
            assert _states(deals, first.number) == ["superseded", "superseded", "draft"]
            assert deals.verify() == ()

    def test_an_end_that_is_kept_alone_lets_go_of_what_came_before(self, store: Store) -> None:
        """A version that was sent and lost without being kept in between overtook the first."""
        first = _quote(_take(_ORDERS, 2))
        for number, end in (("Q-1", lose), ("Q-2", withdraw)):
            sent = send(first.with_(number=number))
            with store.unit() as deals:
                deals.save(sent)
                ended = end(send(_following(sent)), on=_DAY, reason="out of stock")
                deals.save(ended)
                assert _states(deals, number) == ["superseded", ended.state]
                assert deals.budget.used(_ORDERS, on=_DAY) == 0
                assert deals.verify() == ()

    def test_what_is_withdrawn_lets_go_and_stays(self, store: Store) -> None:
        """It binds nobody, holds nothing and does not change; the next version may."""
        sent = send(_quote(_take(_ORDERS, 2)))
        gone = withdraw(sent, on=_DAY, reason="out of stock")
        with store.unit() as deals:
            deals.save(sent)
            deals.save(gone)
            assert deals.budget.used(_ORDERS, on=_DAY) == 0
            with refused("quote.wrong_state"):
                deals.save(accept(sent, on=_DAY, by="Li Wei"))
            assert [each.state for each in deals.quotes()] == ["withdrawn"]
            deals.save(_following(gone))
            assert deals.quote(sent.number).version == 2
            assert deals.verify() == ()

    def test_an_approved_quote_is_kept_as_it_was_approved(self, store: Store) -> None:
        """With another word it is refused; what was approved may be sent and no other."""
        draft = example_quote()
        approved = submit(draft)
        with store.unit() as deals:
            deals.save(draft)
            deals.save(approved)
            with refused("quote.changed"):
                deals.save(approved.with_(title="Two of them"), replaces=approved)
            with refused("quote.overtaken"):
                deals.save(send(draft.with_(title="Two of them")))
            deals.save(submit(approved.with_(title="Two of them")), replaces=approved)
            with refused("quote.overtaken"):
                deals.save(send(approved))
            deals.save(send(submit(draft.with_(title="Two of them"))))
            assert deals.verify() == ()

    def test_of_alternatives_the_largest_is_held_until_one_is_ordered(self, store: Store) -> None:
        """The acceptance gives back the rest, and the order takes what was chosen."""
        for number, code, units, orders in (
            ("Q-1", None, 1, 1),
            ("Q-2", "LARGE", 3, 0),
            ("Q-3", "NONE", 0, 0),
        ):
            quote = _with_alternatives(number)
            accepted = accept(send(quote), on=_DAY, by="Li Wei", alternative=code)
            contract = sign(accepted, number=f"HT-{number}", on=_DAY)
            with store.unit() as deals:
                before = _used(deals)
                deals.save(send(quote))
                assert _used(deals) == (before[0] + 3, before[1] + 1)
                deals.save(accepted)
                assert _used(deals) == (before[0] + units, before[1] + orders)
                deals.save(contract)
                deals.save(order(contract, number=f"SO-{number}", on=_DAY))
                assert _used(deals) == (before[0] + units, before[1] + orders)
                assert deals.verify() == ()

    def test_an_alternative_without_room_is_not_sent(self, store: Store) -> None:
        """Whichever is ordered was promised, so there must be room for each."""
        quote = _with_alternatives("Q-1")
        with store.unit() as deals:
            deals.budget.reserve(
                [_take(_UNITS, 8)], document="Q-9/1", on=_DAY, expires_on=_DAY, key="other"
            )
            with refused("cap.exceeded"):
                deals.save(send(quote))
            deals.save(send(quote.with_(alternatives=())))

    def test_numbers_follow_one_another(self, store: Store) -> None:
        """Of each series and year by themselves; what is undone leaves no gap."""
        with store.unit() as deals:
            given = [deals.number(_QUOTES, on=_DAY) for _ in range(2)]
        try:
            with store.unit() as deals:
                deals.number(_QUOTES, on=_DAY)
                raise RuntimeError("the host changed its mind")
        except RuntimeError:
            pass
        with store.unit() as deals:
            given.append(deals.number(_QUOTES, on=_DAY + timedelta(days=30)))
            given.append(deals.number(_QUOTES, on=_DAY + timedelta(days=31)))
            other = deals.number(_QUOTES.with_(code="x", pattern="X-{year}-{n}"), on=_DAY)
        assert given == ["AN-2026-0001", "AN-2026-0002", "AN-2026-0003", "AN-2027-0001"]
        assert other == "X-2026-1"
        with store.view() as deals:
            assert [each.number for each in deals.numbers("quotes")] == given
            assert len(deals.numbers()) == 5
            assert deals.verify() == ()
            with refused("store.only_reads"):
                deals.number(_QUOTES, on=_DAY)

    def test_a_number_belongs_to_one_series(self, store: Store) -> None:
        """Two series with one pattern: the second is refused, and the unit goes on."""
        with store.unit() as deals:
            deals.number(_QUOTES, on=_DAY)
        with store.unit() as deals:
            with refused("series.number_taken"):
                deals.number(_QUOTES.with_(code="others"), on=_DAY)
            assert deals.numbers("others") == ()
            assert deals.number(_QUOTES, on=_DAY) == "AN-2026-0002"


def _take(counter: Counter, amount: int) -> CapTake:
    return CapTake(counter=counter, amount=amount, limit=10)


def _quote(*takes: CapTake) -> Quote:
    return example_quote(taken=takes)


def _following(quote: Quote, *takes: CapTake) -> Quote:
    pricing = example_quote(taken=takes).pricing
    return revise(quote, pricing, issued_on=quote.issued_on, valid_until=quote.valid_until)


def _with_alternatives(number: str) -> Quote:
    """One unit and one order, or three units, or nothing of either."""
    taken = {"LARGE": (_take(_UNITS, 3),), "NONE": ()}
    return example_quote(number, taken=(_take(_UNITS, 1), _take(_ORDERS, 1))).with_(
        alternatives=tuple(
            Alternative(code=code, pricing=example_quote(taken=takes).pricing)
            for code, takes in taken.items()
        )
    )


def _states(deals: Deals, number: str) -> list[str]:
    newest = deals.quote(number).version
    return [deals.quote(number, version=version).state for version in range(1, newest + 1)]


def _used(deals: Deals) -> tuple[int, int]:
    units, orders = (deals.budget.used(counter, on=_DAY) for counter in (_UNITS, _ORDERS))
    return int(units), int(orders)
