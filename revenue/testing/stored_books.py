"""What a store must do with books in which everything happens: as the ledger does it (存储契约)."""

from datetime import date, timedelta
from functools import partial

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from revenue.adapters.store import Deals, Store
from revenue.application import Reversal
from revenue.credit import STANDARD_POLICY, Override
from revenue.credit_limit import CreditLimit
from revenue.journal import journal
from revenue.ledger import Fact, ReceivablesLedger, Settlement
from revenue.ledger.effect import names_opened
from revenue.order import SalesOrder
from revenue.period import PeriodClose
from revenue.testing.books import example_books
from revenue.testing.deal import (
    SIGNED_ON,
    example_contract,
    example_deliveries,
    example_order,
    example_quote,
)
from revenue.testing.inspect import content, refused
from revenue.testing.small import owed

_WRITTEN = ("fact", "balance", "movement", "reversal", "head", "journal_entry", "journal_line")


def sold_on_credit(deals: Deals, place: int) -> SalesOrder:
    """An order of 4,354.65 yuan of a contract of its own, which is saved; the order is not."""
    contract = example_contract(example_quote(f"Q-{place}"), number=f"HT-{place}")
    deals.save(contract)
    return example_order(contract, number=f"SO-{place}")


def credit_limit(amount: str) -> CreditLimit:
    """What the customer of those orders may owe."""
    return CreditLimit(
        number="CL-1", customer="C-0042", amount=Money(amount, "CNY"), on=SIGNED_ON, by="Wang"
    )


class StoreBooks:
    """The part of ``StoreContract`` that records every kind of fact."""

    def test_every_kind_of_fact_comes_back_equal(self, store: Store) -> None:
        """Recorded one by one, a unit for each: the ledger, its journal, each row."""
        ledger = ReceivablesLedger()
        for fact in example_books():
            ledger = ledger.settle(fact)
            with store.unit() as deals:
                deals.settle(fact)
        with store.view() as deals:
            assert deals.facts() == ledger.facts
            assert deals.ledger() == ledger
            assert deals.journal() == journal(ledger.facts)
            assert deals.verify() == ()

    def test_facts_of_one_call_write_the_same_rows(self, store: Store) -> None:
        """However the facts come, one by one or all at once, the same rows are there."""
        with store.unit() as deals:
            other = Deals(deals.connection, tenant="other")
            deals.settle(*example_books(), key="all")
            for fact in example_books():
                other.settle(fact, key=fact.number)
            assert deals.verify() == other.verify() == ()
        rows = content(store.engine)
        for table in _WRITTEN:
            found = rows[store.prefix + table]
            own, others = (
                [_known(table, row) for row in found if row[0] == tenant]
                for tenant in (store.tenant, "other")
            )
            assert own == others, table

    def test_what_is_open_is_what_the_ledger_says(self, store: Store) -> None:
        """On every day, of each customer and of all, by item and by bucket."""
        with store.unit() as deals:
            deals.settle(*example_books())
        ledger = ReceivablesLedger().settle(*example_books())
        first = date(2026, 11, 30)
        with store.view() as deals:
            for as_of in (None, *(first + timedelta(days=each) for each in range(40))):
                for customer in (None, "c-1", "C-2", "C-9"):
                    found = deals.open_items(customer, as_of=as_of)
                    assert found == ledger.open_items(customer, as_of=as_of), as_of
                    if as_of is not None:
                        found_ages = deals.ageing(
                            as_of=as_of, buckets=(0, 7, 14), customer=customer
                        )
                        assert found_ages == ledger.ageing(
                            as_of=as_of, buckets=(0, 7, 14), customer=customer
                        )
            for fact in ledger.facts:
                for kind, number in names_opened(fact):
                    assert deals.balance_of(kind, number) == ledger.balance(kind, number), number
            with refused("payable.unknown"):
                deals.balance_of("payable", "AR-1")
            with refused("ageing.buckets_invalid"):
                deals.ageing(as_of=first, buckets=(30, 0))

    def test_a_customers_ledger_answers_as_the_whole(self, store: Store) -> None:
        """What is open, free and said of a customer, on every day; from its facts alone."""
        with store.unit() as deals:
            deals.settle(*example_books())
        whole = ReceivablesLedger().settle(*example_books())
        with store.view() as deals:
            for customer in ("C-1", "C-2", "C-9"):
                part = deals.customer_ledger(customer)
                assert set(part.facts) < set(whole.facts)
                for as_of in (None, *(date(2026, 12, day) for day in range(1, 32, 3))):
                    for ask in ("open_items", "credits", "on_account", "statement"):
                        found = getattr(part, ask)(customer, as_of=as_of)
                        assert found == getattr(whole, ask)(customer, as_of=as_of), ask
            own = {fact.kind for fact in deals.customer_ledger("C-1").facts}
            assert {"reminder", "dunning_block", "credit_hold", "hold_release"} <= own
            assert not own & {"period_close", "allowance_charge"}

    def test_an_order_is_let_go_within_the_limit(self, store: Store) -> None:
        """The second of two that do not both fit is held, with its reasons, until a person says."""
        with store.unit() as deals:
            first, second = (sold_on_credit(deals, place) for place in (1, 2))
            deals.record(credit_limit("5000.00"))
            done = [
                deals.release_order(order, number=f"H-{order.number}", on=order.on, currency="CNY")
                for order in (first, second)
            ]
            assert [each.is_released for each in done] == [True, False]
            assert [fact.kind for fact in done[1].facts] == ["credit_hold"]
            assert deals.orders() == (first, second)
            again = deals.release_order(second, number="H-9", on=second.on, currency="CNY")
            assert (again.is_released, again.facts) == (False, ())
            override = Override(by="Wang", reason="guarantee")
            let_go = deals.release_order(
                second, number="HR-1", on=second.on, currency="CNY", override=override
            )
            assert let_go.is_released
            assert [fact.kind for fact in deals.facts()] == [
                "credit_limit",
                "credit_hold",
                "hold_release",
            ]
            assert deals.verify() == ()

    def test_a_shipment_leaves_within_the_limit(self, store: Store) -> None:
        """What was delivered and not billed counts; nothing leaves before the advance is paid."""
        with store.unit() as deals:
            order = sold_on_credit(deals, 1)
            deals.save(order)
            first, second = example_deliveries(deals.contract("HT-1"), order)
            deals.record(credit_limit("2000.00"))
            free = STANDARD_POLICY.with_(ship_after_advance=False)
            ship = partial(deals.release_shipment, order, on=second.on, currency="CNY")
            assert ship(first, number="H-1", policy=free).is_released
            deals.record(first)
            held = ship(second, number="H-2", policy=free)
            assert not held.is_released
            assert held.decision.exposure.amount > 0
            assert [fact.number for fact in held.facts] == ["H-2"]
            assert deals.verify() == ()

    def test_what_was_done_is_undone_alike(self, store: Store) -> None:
        """Reversed one after the other, last first: what one refuses, the other refuses."""
        ledger = ReceivablesLedger().settle(*example_books())
        with store.unit() as deals:
            deals.settle(*example_books())
        settlements = [fact for fact in ledger.facts if isinstance(fact, Settlement)]
        outcomes = []
        for place, fact in enumerate((*settlements[::-1], settlements[-1]), start=1):
            undone = Reversal(
                number=f"XX-{place}", reverses=fact.number, on=date(2026, 12, 30), reason="all"
            )
            try:
                ledger, outcome = ledger.record(undone), "done"
            except DomainError as error:
                outcome = error.code
            assert _recorded(store, undone) == outcome, fact.number
            outcomes.append(outcome)
        assert outcomes.count("done") > 15
        assert outcomes.count("reversal.already_reversed") > 2
        with store.view() as deals:
            assert deals.facts() == ledger.facts
            assert deals.open_items() == ledger.open_items()
            assert deals.verify() == ()

    def test_a_fact_is_refused_twice_alike(self, store: Store) -> None:
        """Recording any of them again is refused as the ledger refuses it."""
        ledger = ReceivablesLedger().settle(*example_books())
        with store.unit() as deals:
            deals.settle(*example_books())
        for fact in ledger.facts:
            code = ""
            try:
                ledger.record(fact)
            except DomainError as error:
                code = error.code
            assert _recorded(store, fact) == code != "", fact.number

    def test_nothing_is_dated_into_a_closed_period(self, store: Store) -> None:
        """The last closed day is refused, the next one is not; a close is undone with its unit."""
        through = owed().on
        with store.unit() as deals:
            deals.record(PeriodClose(number="11", through=through, on=through, by="Wang"))
        with store.unit() as deals:
            with refused("period.closed"):
                deals.record(owed())
            next_day = through + timedelta(days=1)
            deals.record(owed().with_(on=next_day, due_on=next_day))
            with refused("period_close.bad_day"):
                deals.record(PeriodClose(number="11a", through=through, on=next_day, by="Wang"))
            assert deals.ledger().closed_through == through
            assert deals.verify() == ()


def _known(table: str, row: tuple[object, ...]) -> tuple[object, ...]:
    """A row without its tenant, and without the chains, which begin with the tenant's name."""
    chain = {"head": 2, "fact": 12}.get(table)
    return tuple(value for place, value in enumerate(row) if place not in (0, chain))


def _recorded(store: Store, fact: Fact) -> str:
    try:
        with store.unit() as deals:
            deals.record(fact)
    except DomainError as error:
        return error.code
    return "done"
