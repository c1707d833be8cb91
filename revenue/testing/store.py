"""What every store must do, in memory too: keep, refuse, undo, repeat, verify (存储契约)."""

from datetime import date
from typing import ClassVar

from cpq.kernel.errors import Unavailable
from cpq.kernel.money import Money, money_total
from cpq.quote import send
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store
from revenue.application import Application, Reversal
from revenue.journal import journal, trial_balance
from revenue.testing.deal import (
    example_contract,
    example_deliveries,
    example_order,
    example_quote,
)
from revenue.testing.inspect import Content, content, database_refuses, dies_at, refused
from revenue.testing.life import StoreLife
from revenue.testing.rules import StoreRules
from revenue.testing.small import DAY, accepted, applied, owed, paid, record_deal, revised
from revenue.testing.statements import StoreStatements
from revenue.testing.stored_books import StoreBooks
from revenue.writeoff import WriteOff


class StoreContract(StoreRules, StoreLife, StoreBooks, StoreStatements):
    """Tests of a store; subclass it and give a fixture ``store``, empty for each test."""

    append_only: ClassVar[tuple[str, ...]] = (
        "quote", "contract", "sales_order", "fact", "movement", "reversal",
        "journal_entry", "journal_line", "deal_price", "budget_movement", "coupon", "coupon_block",
        "given_number", "quote_document",
    )  # fmt: skip

    def test_a_deal_comes_back_equal(self, store: Store) -> None:
        """Documents, facts, ledger and journal are what was written."""
        with store.unit() as deals:
            ledger = record_deal(deals)
        with store.view() as deals:
            quote = example_quote()
            assert deals.quote(quote.number) == accepted(quote)
            assert deals.contract("HT-2026-017") == example_contract(quote)
            assert deals.order("SO-1") == example_order(example_contract(quote))
            assert deals.facts() == ledger.facts
            assert deals.ledger() == ledger
            assert deals.journal() == journal(ledger.facts)
            assert deals.deliveries(order="so-1") == ledger.deliveries("SO-1")
            assert deals.invoices(contract="ht-2026-017") == ledger.invoices("HT-2026-017")
            assert deals.verify() == ()
            balances = [row.balance for row in trial_balance(deals.journal())]
            assert money_total(balances, "CNY") == Money.zero("CNY")

    def test_amounts_are_kept_to_the_last_digit(self, store: Store) -> None:
        """Fourteen digits before the point, none after, three after, unit prices of four."""
        amounts = [("99999999999999.99", "CNY"), ("9007199254740993", "JPY"), ("0.001", "KWD")]
        facts = [
            fact
            for place, (amount, currency) in enumerate(amounts)
            for fact in (
                owed(f"AR-{place}", amount, currency=currency),
                paid(f"R-{place}", amount, currency=currency),
                Application(
                    number=f"A-{place}",
                    receipt=f"R-{place}",
                    receivable=f"AR-{place}",
                    amount=Money(amount, currency),
                    on=DAY,
                ),
            )
        ]
        quote = example_quote(prices=("99999999.9999", "0.0001"))
        with store.unit() as deals:
            deals.record(*facts)
            deals.save(quote)
        with store.view() as deals:
            assert deals.facts() == tuple(facts)
            assert [str(fact.canonical()) for fact in deals.facts()] == [
                fact.canonical() for fact in facts
            ]
            assert deals.quote(quote.number).canonical() == quote.canonical()
            assert deals.journal() == journal(facts)
            assert deals.verify() == ()

    def test_an_amount_too_large_is_refused(self, store: Store) -> None:
        """Nothing wraps round: what does not fit is refused before it is written."""
        with store.unit() as deals, refused("money.too_large"):
            deals.record(owed(amount="1000000000000000.01"))
        assert store.verify() == ()

    def test_an_error_undoes_the_whole_unit(self, store: Store) -> None:
        """What was written before the error is gone with it."""
        before = content(store.engine)
        try:
            with store.unit() as deals:
                record_deal(deals)
                raise RuntimeError("the host changed its mind")
        except RuntimeError:
            pass
        assert content(store.engine) == before

    def test_a_refusal_undoes_only_its_write(self, store: Store) -> None:
        """Of several facts none is written; the unit goes on."""
        with store.unit() as deals:
            deals.record(owed())
            with refused("application.exceeds_open"):
                deals.record(paid(), applied(amount="300.01"))
            with refused("receipt.unknown"):
                deals.record(applied())
            deals.record(paid())
        with store.view() as deals:
            assert deals.facts() == (owed(), paid())
            assert deals.verify() == ()

    def test_a_crash_at_any_statement_leaves_nothing(self, store: Store) -> None:
        """An error before or after each statement of ``record``: all was written, or nothing."""
        with store.unit() as deals:
            deals.record(owed(), paid())
        before = content(store.engine)
        facts = (
            applied("A-1", "100.00"),
            applied("A-2", "200.00"),
            Reversal(number="X-1", reverses="A-1", on=DAY, reason="wrong"),
        )
        for when in ("before_cursor_execute", "after_cursor_execute"):
            points = 0
            while dies_at(store, when, points, lambda deals: deals.record(*facts, key="k")):
                assert content(store.engine) == before
                points += 1
            assert points > 15
        assert content(store.engine) == before
        with store.unit() as deals:
            deals.record(*facts, key="k")
        assert store.verify() == ()

    def test_a_repeated_command_does_nothing(self, store: Store) -> None:
        """Same key, same facts: the same answer, and not one row more."""
        with store.unit() as deals:
            first = deals.record(owed(), paid(), key="import-1")
        rows = content(store.engine)
        with store.unit() as deals:
            assert deals.record(owed(), paid(), key="import-1") == first
        assert content(store.engine) == rows
        with store.unit() as deals, refused("command.key_reused"):
            deals.record(owed("AR-2"), key="import-1")
        assert content(store.engine) == rows

    def test_a_refused_command_may_come_again(self, store: Store) -> None:
        """A refusal leaves nothing, so its key is free."""
        with store.unit() as deals:
            with refused("receivable.unknown"):
                deals.record(paid(), applied(), key="k")
            deals.record(owed(), paid(), applied(), key="k")
        assert store.verify() == ()

    def test_a_number_is_taken_once(self, store: Store) -> None:
        """However it is written; applications, write-offs and recoveries share their numbers."""
        with store.unit() as deals:
            deals.record(owed(), paid(), applied(amount="100.00"))
            with refused("fact.number_taken"):
                deals.record(owed("ar-1"))
            with refused("fact.number_taken"):
                deals.record(
                    WriteOff(
                        number="A-1",
                        receivable="AR-1",
                        amount=Money("1.00", "CNY"),
                        on=DAY,
                        reason="insolvent",
                        approved_by="Wang",
                    )
                )

    def test_a_reversal_is_possible_once(self, store: Store) -> None:
        """It gives back exactly what was taken, and only once."""
        with store.unit() as deals:
            deals.record(owed(), paid(), applied())
            deals.record(Reversal(number="X-1", reverses="A-1", on=DAY, reason="wrong"))
            with refused("reversal.already_reversed"):
                deals.record(Reversal(number="X-2", reverses="A-1", on=DAY, reason="again"))
            with refused("reversal.not_reversible"):
                deals.record(Reversal(number="X-3", reverses="R-1", on=DAY, reason="money"))
            assert deals.ledger().open_amount("AR-1") == owed().amount
            assert deals.verify() == ()

    def test_a_stale_delivery_or_invoice_is_refused(self, store: Store) -> None:
        """What was made from an older state of the book does not fit the newer one."""
        contract = example_contract(example_quote())
        first, second = example_deliveries(contract, example_order(contract))
        with store.unit() as deals:
            deals.record(first)
            with refused("delivery.out_of_date"):
                deals.record(first.with_(number="D-9"))
            deals.record(second)

    def test_a_sent_quote_no_longer_changes(self, store: Store) -> None:
        """Drafts change knowingly, sent quotes never, versions follow one another."""
        draft = example_quote()
        changed = draft.with_(title="Two lasers")
        with store.unit() as deals:
            deals.save(draft)
            deals.save(draft)
            with refused("quote.overtaken"):
                deals.save(changed)
            deals.save(changed, replaces=draft)
            with refused("quote.overtaken"):
                deals.save(send(draft))
            deals.save(send(changed))
            with refused("quote.wrong_state"):
                deals.save(send(changed).with_(title="Three lasers"))
            second = revised(changed)
            with refused("quote.overtaken"):
                deals.save(second.with_(version=3))
            deals.save(second)
            assert deals.quote(draft.number) == second
            assert deals.quote(draft.number, version=1) == send(changed)
            assert [(each.version, each.state) for each in deals.quotes()] == [(2, "draft")]
            assert deals.verify() == ()

    def test_two_versions_are_never_both_accepted(self, store: Store) -> None:
        """The second acceptance is refused, whatever the host believes."""
        first = example_quote()
        second = revised(first)
        with store.unit() as deals:
            deals.save(accepted(first))
            with refused("quote.overtaken"):
                deals.save(accepted(second))

    def test_a_quote_is_signed_once(self, store: Store) -> None:
        """A second contract for the same quote version, or other content, is refused."""
        contract = example_contract(example_quote())
        with store.unit() as deals:
            deals.save(contract)
            deals.save(contract)
            with refused("contract.quote_taken"):
                deals.save(contract.with_(number="HT-2"))
            with refused("contract.number_taken"):
                deals.save(contract.with_(signed_on=date(2026, 11, 30)))
            assert [each.number for each in deals.contracts(customer="C-0042")] == ["HT-2026-017"]
            assert deals.contracts(customer="C-1") == ()

    def test_an_order_needs_its_contract(self, store: Store) -> None:
        """An order of nothing is refused, and so is a number taken."""
        contract = example_contract(example_quote())
        sold = example_order(contract)
        with store.unit() as deals:
            with refused("contract.unknown"):
                deals.save(sold)
            deals.save(contract)
            deals.save(sold)
            deals.save(sold)
            with refused("order.number_taken"):
                deals.save(sold.with_(on=date(2026, 11, 30)))
            assert deals.orders() == deals.orders(contract=contract.number) == (sold,)

    def test_what_nobody_stored_is_not_found(self, store: Store) -> None:
        """Each noun has its own code."""
        with store.view() as deals:
            for noun, read in (
                ("quote", deals.quote),
                ("contract", deals.contract),
                ("order", deals.order),
            ):
                with refused(f"{noun}.unknown"):
                    read("Q-9")

    def test_a_view_does_not_write(self, store: Store) -> None:
        """Whoever reads cannot change anything."""
        with store.view() as deals, refused("store.only_reads"):
            deals.record(owed())

    def test_tenants_do_not_see_each_other(self, store: Store) -> None:
        """The same numbers twice; one tenant's work changes no row of the other."""
        with store.unit() as deals:
            record_deal(deals)
        before = _of_tenant(content(store.engine), store.tenant)
        with store.unit() as deals:
            other = Deals(deals.connection, tenant="other")
            assert (other.facts(), other.quotes(), other.journal()) == ((), (), ())
            with refused("receipt.unknown"):
                other.record(applied())
            record_deal(other)
            assert other.verify() == ()
        assert _of_tenant(content(store.engine), store.tenant) == before
        assert store.verify() == ()

    def test_what_happened_cannot_be_changed(self, store: Store) -> None:
        """UPDATE and DELETE are refused by the database itself."""
        with store.unit() as deals:
            record_deal(deals)
        rows = content(store.engine)
        balances = ("balance", "head", "budget_counter", "budget_hold")
        for table in (*self.append_only, *balances):
            for change in ("DELETE FROM {}", "UPDATE {} SET tenant = 'x'"):
                database_refuses(store, change.format(store.prefix + table))
        change = f"UPDATE {store.prefix}balance SET amount_minor = 1"  # noqa: S608
        database_refuses(store, change)
        assert content(store.engine) == rows

    def test_an_unbalanced_entry_is_not_posted(self, store: Store) -> None:
        """The database adds up the lines before it takes the entry, and takes no line after."""
        with store.unit() as deals:
            deals.record(owed())
        entry, line = store.prefix + "journal_entry", store.prefix + "journal_line"
        database_refuses(
            store,
            f"INSERT INTO {entry} SELECT tenant, 'x', number, seq, 2, on_day, rule, "  # noqa: S608
            f"rule_version, format, body, sha256 FROM {entry}",
        )
        database_refuses(
            store,
            f"INSERT INTO {line} SELECT tenant, entry_key, 9, account, customer, "  # noqa: S608
            f"contract, currency, debit_minor, credit_minor, NULL, NULL, 0 FROM {line}",
        )

    def test_work_is_tried_again_while_busy(self, store: Store) -> None:
        """``run`` starts over from the beginning, and gives back what the work gave."""
        tries: list[int] = []

        def work(deals: Deals) -> int:
            tries.append(1)
            deals.record(owed(f"AR-{len(tries)}"))
            if len(tries) < 3:
                raise Unavailable("store.busy", "somebody else writes")
            return len(deals.facts())

        assert store.run(work) == 1
        with store.view() as deals:
            assert [fact.number for fact in deals.facts()] == ["AR-3"]


def _of_tenant(rows: Content, tenant: str) -> Content:
    return {name: [row for row in found if row[0] == tenant] for name, found in rows.items()}
