"""Rules that a store holds across several documents, and input it refuses (存储契约)."""

from cpq.quote import send, supersede
from revenue.adapters.store import Store
from revenue.application import Reversal
from revenue.fulfilment import deliver
from revenue.invoice import bill
from revenue.journal import journal
from revenue.testing.deal import example_contract, example_order, example_quote
from revenue.testing.inspect import refused
from revenue.testing.small import DAY, accepted, applied, owed, paid, revised


class StoreRules:
    """The part of ``StoreContract`` that looks at more than one document."""

    def test_only_the_newest_version_changes(self, store: Store) -> None:
        """An older version is not accepted any more; it may only become superseded."""
        first = send(example_quote())
        second = revised(example_quote())
        with store.unit() as deals:
            deals.save(first)
            deals.save(second)
            with refused("quote.overtaken"):
                deals.save(accepted(example_quote()))
            deals.save(supersede(first))
            deals.save(accepted(second))
            assert deals.quote(first.number, version=1).state == "superseded"
            assert deals.verify() == ()

    def test_no_version_follows_an_accepted_one(self, store: Store) -> None:
        """What was agreed changes by amending its contract."""
        draft = example_quote()
        with store.unit() as deals:
            deals.save(accepted(draft))
            with refused("quote.overtaken"):
                deals.save(revised(draft))
            assert deals.quote(draft.number) == accepted(draft)

    def test_a_number_no_database_takes_is_refused(self, store: Store) -> None:
        """Lone surrogates, control characters and huge versions, on every backend alike."""
        huge = example_quote().with_(version=10**30)
        with store.unit() as deals:
            for bad in ("\ud800", "Q\x00", "\x1b"):
                for ask in (
                    lambda bad=bad: deals.quote(bad),
                    lambda bad=bad: deals.quotes(customer=bad),
                    lambda bad=bad: deals.contracts(customer=bad),
                    lambda bad=bad: deals.invoices(contract=bad),
                    lambda bad=bad: deals.record(paid(), key=bad),
                ):
                    with refused("number.unreadable"):
                        ask()
            for version in (10**30, 0, -1):
                with refused("document.bad_version"):
                    deals.quote("Q-1", version=version)
                with refused("document.bad_version"):
                    deals.contract("HT-1", version=version)
            with refused("document.bad_version"):
                deals.save(huge)
            assert deals.facts() == ()

    def test_a_reversal_may_share_a_settlements_number(self, store: Store) -> None:
        """Reversals are numbered by themselves: what has the number is told apart."""
        facts = (
            owed(),
            paid(),
            applied("A-1", "60.00"),
            Reversal(number="1", reverses="A-1", on=DAY, reason="wrong"),
            applied("1", "60.00"),
            Reversal(number="2", reverses="1", on=DAY, reason="wrong again"),
        )
        for fact in facts:
            with store.unit() as deals:
                deals.record(fact)
        with store.view() as deals:
            assert deals.facts() == facts
            assert deals.journal() == journal(facts)
            assert deals.ledger().open_amount("AR-1") == owed().amount
            assert deals.verify() == ()

    def test_two_orders_do_not_deliver_a_line_twice(self, store: Store) -> None:
        """What one order of a contract delivered counts for its other orders."""
        contract = example_contract(example_quote())
        sold, again = (example_order(contract, number=number) for number in ("SO-1", "SO-2"))
        first = deliver(contract, sold, {"1": 3}, number="D-1", on=DAY)
        with store.unit() as deals:
            deals.record(first)
            with refused("delivery.out_of_date"):
                deals.record(deliver(contract, again, {"1": 3}, number="D-2", on=DAY))
            before = deals.deliveries(contract=contract.number)
            with refused("delivery.exceeds_order"):
                deliver(contract, again, {"1": 1}, number="D-2", on=DAY, before=before)
            rest = deliver(contract, again, {"2": 3}, number="D-2", on=DAY, before=before)
            deals.record(rest)
            assert deals.deliveries(order="SO-2") == (rest,)
            assert deals.deliveries() == (first, rest)
            assert deals.deliveries(order="SO-2", contract="HT-9") == ()
            assert deals.ledger().facts == (first, rest)

    def test_a_contract_has_one_currency(self, store: Store) -> None:
        """A delivery in another currency than the contract was billed in is refused."""
        contract = example_contract(example_quote())
        invoice, debt = bill(contract, event="signing", on=DAY, number="INV-1")
        foreign = example_contract(example_quote(currency="USD"))
        delivery = deliver(foreign, example_order(foreign), {"1": 1}, number="D-1", on=DAY)
        with store.unit() as deals:
            deals.record(invoice, debt)
            with refused("delivery.currency_mismatch"):
                deals.record(delivery)
            assert deals.journal() == journal((invoice, debt))
