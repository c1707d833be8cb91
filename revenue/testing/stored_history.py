"""What a store must do with the deal prices of its quotes (历史成交价存储契约)."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from cpq.history import DealPrice, Insufficient, QuantityBand, deal_prices, statistics
from cpq.quote import Quote, lose, send
from revenue.adapters.deals import Deals
from revenue.adapters.history import LAST, plan_of
from revenue.adapters.rows import Rows
from revenue.adapters.store import Store
from revenue.testing.deal import example_quote
from revenue.testing.history import DAY, QUESTIONS, asked, example_deal, example_deals
from revenue.testing.inspect import content, refused
from revenue.testing.small import accepted, revised


class StoredPricesContract:
    """Tests of a store's deal prices; subclass it and give a fixture ``store``, empty each time."""

    def test_an_accepted_quote_leaves_its_prices(self, store: Store) -> None:
        """In the same transaction as the acceptance, once, however often it is saved."""
        quote = example_quote()
        with store.unit() as deals:
            deals.save(quote)
            deals.save(send(quote))
            assert _kept(deals) == ()
            deals.save(accepted(quote))
        rows = content(store.engine)
        with store.unit() as deals:
            deals.save(accepted(quote))
            assert _kept(deals) == deal_prices(accepted(quote))
            assert {deal.status for deal in _kept(deals)} == {"won"}
            assert deals.verify() == ()
        assert content(store.engine) == rows

    def test_a_lost_quote_leaves_its_prices(self, store: Store) -> None:
        """And the next version may still win: both outcomes are known."""
        lost, second = _lost(example_quote()), accepted(revised(example_quote()))
        with store.unit() as deals:
            deals.save(lost)
            assert deals.quote(lost.number) == lost
            assert [heading.state for heading in deals.quotes()] == ["lost"]
            deals.save(second)
        with store.view() as deals:
            assert set(_kept(deals)) == {*deal_prices(lost), *deal_prices(second)}
            assert deals.quote(lost.number, version=1) == lost
            assert deals.verify() == ()

    def test_a_lost_quote_no_longer_changes(self, store: Store) -> None:
        """It is not accepted behind its loss, and no other loss is put in its place."""
        quote, lost = example_quote(), _lost(example_quote())
        with store.unit() as deals:
            deals.save(send(quote))
            deals.save(lost)
            with refused("quote.wrong_state"):
                deals.save(accepted(quote))
            with refused("quote.wrong_state"):
                deals.save(lose(send(quote), on=DAY.replace(year=2027), reason="too late"))
            with refused("quote.overtaken"):
                deals.save(lost.with_(title="Other words"))
            assert deals.quote(quote.number) == lost

    def test_an_undone_acceptance_leaves_nothing(self, store: Store) -> None:
        """An error in the unit takes the prices along with the quote."""
        before = content(store.engine)
        try:
            with store.unit() as deals:
                deals.save(accepted(example_quote()))
                raise RuntimeError("the host changed its mind")
        except RuntimeError:
            pass
        assert content(store.engine) == before

    def test_the_hosts_own_prices_are_kept_instead(self, store: Store) -> None:
        """Who knows regions and reps hands in the prices; those of another quote are refused."""
        quote = accepted(example_quote())
        own = deal_prices(quote, region="East", owner="R-7", one_off=["2"])
        with store.unit() as deals:
            for other in (
                deal_prices(accepted(example_quote("Q-2"))),
                deal_prices(send(example_quote())),
                [own[0].with_(line="9")],
                [own[0].with_(customer="C-9")],
            ):
                with refused("deal_price.other_quote"):
                    deals.save(quote, prices=other)
            with refused("deal_price.other_quote"):
                deals.save(example_quote(), prices=own)
            assert deals.quotes() == ()
            deals.save(quote, prices=own)
            deals.save(quote)
            assert _kept(deals) == own
            with refused("deal_price.taken"):
                deals.save(quote, prices=deal_prices(quote))
            assert _kept(deals) == own
            assert deals.verify() == ()

    def test_offers_are_kept_where_the_host_says_so(self, store: Store) -> None:
        """The quoted price of a sent quote, and later its outcome beside it."""
        quote = example_quote()
        offer = send(quote)
        with store.unit() as deals:
            deals.save(offer, prices=deal_prices(offer))
            deals.save(accepted(quote))
            assert set(_kept(deals)) == {*deal_prices(offer), *deal_prices(accepted(quote))}
            assert deals.verify() == ()

    def test_tenants_have_a_history_each(self, store: Store) -> None:
        """The same numbers twice, and nobody sees or moves the other's."""
        with store.unit() as deals:
            other = Deals(deals.connection, tenant="other")
            deals.prices.record(example_deals(40))
            assert other.prices.comparables(asked()) == Insufficient(query=asked(), n=0)
            other.prices.record([example_deal(net="1.00")])
            assert other.prices.hits(asked()) == (example_deal(net="1.00"),)
            assert other.prices.last("LASER", customer="C-2") is None
            assert deals.prices.comparables(asked()) == statistics(example_deals(40), asked())
            assert deals.verify() == other.verify() == ()

    def test_a_view_does_not_record(self, store: Store) -> None:
        """Whoever reads adds nothing."""
        with store.view() as deals, refused("store.only_reads"):
            deals.prices.record([example_deal()])

    def test_thousands_are_kept_and_checked(self, store: Store) -> None:
        """More than one page of rows, more than one batch of keys."""
        many = [
            example_deal(f"Q-{place}", line=str(place % 7), net=f"{place + 1}.00")
            for place in range(1500)
        ]
        query = asked(evidence=1000)
        with store.unit() as deals:
            deals.prices.record(many)
            assert deals.prices.comparables(query) == statistics(many, query)
            assert deals.verify() == ()

    def test_a_changed_price_is_named(self, store: Store) -> None:
        """By the look-up that would have shown it, and by ``verify``."""
        with store.unit() as deals:
            deals.prices.record([example_deal(), example_deal("Q-2")])
        for change in ("net = '1.00'", "product = 'LENS'", "customer = 'C-2'", "net = 'much'"):
            with store.engine.connect() as connection:
                _guards_off(connection, store.prefix)
                connection.execute(
                    text(
                        f"UPDATE {store.prefix}deal_price SET {change} "  # noqa: S608
                        "WHERE quote_key = 'q-1'"
                    )
                )
                deals = Deals(connection, tenant=store.tenant, prefix=store.prefix)
                with refused("store.corrupt_document"):
                    deals.prices.comparables(asked(product="LENS" if "LENS" in change else "LASER"))
                (finding,) = deals.verify()
                assert finding.place == "deal_price q-1 version 1 line 1 won"
                connection.rollback()

    def test_look_ups_go_by_an_index(self, store: Store) -> None:
        """By product, by family, by customer: never from end to end, and by the index alone."""
        many = (
            example_deal(
                f"Q-{place}",
                product=f"P-{place % 97}",
                family=f"F-{place % 31}",
                customer=f"C-{place % 89}",
                on=DAY - timedelta(days=place % 700),
            )
            for place in range(1500)
        )
        with store.unit() as deals:
            deals.prices.record(many)
            rows = Rows(deals.connection, tenant=store.tenant, prefix=store.prefix)
            postgres = rows.connection.dialect.name == "postgresql"
            if postgres:
                rows.connection.execute(text(f"ANALYZE {store.prefix}deal_price"))
                # A table that small is read whole for good reason; asked is whether it must be.
                rows.connection.execute(text("SET LOCAL enable_seqscan = off"))
                rows.connection.execute(text("SET LOCAL enable_bitmapscan = off"))
            for query, name in (
                (asked(product="P-7"), "product"),
                (asked(product="P-7", group="vip", band=QuantityBand(low=2)), "product"),
                (asked(product=None, family="F-7"), "family"),
                (asked(product="P-7", customers=("C-7",)), "customer"),
            ):
                plan = " ".join(plan_of(rows, query))
                index = f"{store.prefix}deal_price_{name} "
                covering = "Index Only Scan using" if postgres else "USING COVERING INDEX"
                assert f"{covering} {index}" in plan, plan
            if not postgres:
                by = {"customer": "C-7", "product": "P-7", "unit": "", "until": "2026-06-30"}
                plan = " ".join(row[-1] for row in rows.all(f"EXPLAIN QUERY PLAN {LAST}", **by))
                assert f"USING COVERING INDEX {store.prefix}deal_price_customer " in plan, plan
                for query in QUESTIONS:
                    plan = " ".join(plan_of(rows, query))
                    assert f"INDEX {store.prefix}deal_price_" in plan, plan


def _lost(quote: Quote) -> Quote:
    return lose(send(quote), on=date(2026, 11, 26), reason="a lower offer")


def _kept(deals: Deals) -> tuple[DealPrice, ...]:
    """The prices of the example quote's two products, with every outcome that is kept."""
    return tuple(
        deal
        for product in ("P-1", "P-2")
        for status in ("won", "lost", "quoted")
        for deal in deals.prices.hits(
            asked(
                product=product,
                on=date(2027, 12, 31),
                days=1000,
                statuses=(status,),
                one_off=True,
            )
        )
    )


def _guards_off(connection: Any, prefix: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        connection.execute(text(f"DROP TRIGGER {prefix}deal_price_no_update"))
