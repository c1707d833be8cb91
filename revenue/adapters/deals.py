"""Deals in a database: documents and facts of one tenant, in somebody's transaction (订单到收款).

A host hands in its own Session or Connection and keeps its transaction: nothing here commits or
rolls it back. Each write stands in a savepoint, so that a refusal undoes that write only and the
host goes on, on PostgreSQL as on SQLite. ``open_store`` hands out the same class in transactions
of its own.
"""

from collections.abc import Iterable
from datetime import date

from cpq.adapters.sql import savepoint
from cpq.history import DealPrice
from cpq.kernel.errors import Finding, Invalid
from cpq.quote import GivenNumber, NumberSeries, Quote
from cpq.replay import PrintedDocument
from revenue.adapters import (
    documents,
    numbers,
    offering,
    recording,
    verification,
)
from revenue.adapters.books import Books
from revenue.adapters.budget import StoredBudget
from revenue.adapters.budget_check import verify_budget
from revenue.adapters.coupon_check import verify_coupons
from revenue.adapters.coupons import StoredCoupons
from revenue.adapters.history import StoredDealPrices
from revenue.adapters.printed import keep_printed, read_printed, verify_printed
from revenue.adapters.releasing import checked
from revenue.adapters.verification import Seal
from revenue.contract import Contract
from revenue.credit import (
    STANDARD_POLICY,
    CreditPolicy,
    Override,
    Release,
    release_order,
    release_shipment,
)
from revenue.fulfilment import Delivery
from revenue.order import SalesOrder
from revenue.risk import CreditTerms, Rates

Saved = Quote | Contract | SalesOrder


class Deals(Books):
    """One tenant's deals on a host's Session or Connection; the host commits.

    The books are its part with facts: what was recorded, what is open, the journal.
    """

    @property
    def prices(self) -> StoredDealPrices:
        """The deal prices of the tenant: what was won, lost or quoted, line by line."""
        return StoredDealPrices(lambda: self._rows)

    @property
    def budget(self) -> StoredBudget:
        """The budget ledger of the tenant's promotions: what offers hold and orders took.

        A version of a quote holds as the document ``number/version``.
        """
        return StoredBudget(lambda: self._rows)

    @property
    def coupons(self) -> StoredCoupons:
        """The coupons of the tenant: issued, found as typed, blocked."""
        return StoredCoupons(lambda: self._rows)

    def save(
        self,
        document: Saved,
        *,
        replaces: Quote | None = None,
        prices: Iterable[DealPrice] | None = None,
    ) -> None:
        """Keep a quote version, a contract or an order; keeping it twice changes nothing.

        A draft that changed, or had a decision added, names the one it ``replaces``. Raises
        ``Conflict``: ``quote.overtaken``, ``quote.wrong_state`` (it was sent),
        ``quote.number_taken``, ``contract.number_taken``, ``contract.quote_taken`` (signed
        already), ``order.number_taken``; ``NotFound`` (``contract.unknown``) for an order;
        ``Invalid`` (``document.bad_version``). Of a quote only the newest version changes, the
        ones before may become superseded, and none follows once one was accepted. A next version
        supersedes one before it that nobody was sent, and once it is sent the one that was: of all
        versions one is live at most. Raises ``Refused`` (``quote.changed``) for an approved one
        that is not what was approved.

        With an accepted or lost quote its deal prices are kept: ``prices``, or
        ``deal_prices(quote)``, which knows neither product families nor base units; a host that
        has the catalogue gives ``deal_prices(quote, catalogue=...)``. Raises ``Invalid``
        (``deal_price.other_quote``), ``Conflict`` (``deal_price.taken``).

        What a quote takes of promotions' budgets (``Quote.taken``) it holds from when it
        is sent through its last day, once accepted until it is ordered; its next version takes it
        over, and what is lost, withdrawn or superseded lets go of it. Raises ``Conflict``
        (``cap.exceeded``).
        """
        if prices is not None and not isinstance(document, Quote):
            raise Invalid(
                "deal_price.other_quote",
                f"a {type(document).__name__} leaves no deal prices, only a quote does",
            )
        with savepoint(self.connection):
            match document:
                case Quote():
                    self._save_quote(document, replaces=replaces, prices=prices)
                case Contract():
                    documents.save_contract(self._rows, document)
                case SalesOrder():
                    contract = documents.save_order(self._rows, document)
                    if contract is not None:
                        offering.order_saved(self._rows, self.budget, document, contract)
                case _:
                    raise Invalid(
                        "document.unknown_kind",
                        "what is saved is a Quote, a Contract or a SalesOrder; found "
                        f"{type(document).__name__}: facts are recorded",
                    )

    def _save_quote(
        self, quote: Quote, *, replaces: Quote | None, prices: Iterable[DealPrice] | None
    ) -> None:
        for saved in documents.save_quote(self._rows, quote, replaces=replaces, prices=prices):
            offering.quote_saved(self._rows, self.budget, saved)

    def number(self, series: NumberSeries, *, on: date) -> str:
        """The next number of a series for a document of that day, as the host saves it.

        Without gaps: it is given in the host's transaction and taken back with it, and until that
        ends nobody else of the tenant gets one. Raises ``Conflict`` (``series.number_taken``) where
        another series gave it, ``Unavailable`` (``store.busy``), ``Invalid``
        (``store.only_reads`` in a view).
        """
        with savepoint(self.connection):
            return numbers.give(self._rows, series, on=on)

    def numbers(self, series: str | None = None) -> tuple[GivenNumber, ...]:
        """Every number that was given, or those of the series with that code, in their order.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        return numbers.given(self._rows, series)

    def keep(self, record: PrintedDocument) -> None:
        """Keep the record of a file that was made of a quote; keeping it twice changes nothing.

        Raises ``Conflict`` (``printed.not_stored``) unless the state of the quote that was printed
        is stored, ``Invalid`` (``store.only_reads``) in a view.
        """
        with savepoint(self.connection):
            keep_printed(self._rows, record)

    def printed(self, number: str, *, version: int | None = None) -> tuple[PrintedDocument, ...]:
        """The records of the files that were made of a quote, or of one version of it.

        By version, kind and language. Raises ``Unreadable`` (``store.corrupt_document``).
        """
        return read_printed(self._rows, number, version)

    def release_shipment(
        self,
        order: SalesOrder,
        delivery: Delivery,
        *,
        number: str,
        on: date,
        currency: str,
        policy: CreditPolicy = STANDARD_POLICY,
        rates: Rates | None = None,
        override: Override | None = None,
        terms: CreditTerms | None = None,
    ) -> Release:
        """Let a delivery leave where the customer's credit allows it, else hold it.

        As ``release_order``; the delivery is recorded by the host, in the same transaction. See
        ``revenue.credit.release_shipment``, whose refusals it raises.
        """
        with savepoint(self.connection):
            return checked(
                self._rows,
                order.customer,
                lambda books, contracts, _: release_shipment(
                    books,
                    order,
                    delivery,
                    contracts=contracts,
                    number=number,
                    on=on,
                    currency=currency,
                    policy=policy,
                    rates=rates,
                    override=override,
                    terms=terms,
                ),
                chart=self.chart,
            )

    def quote(self, number: str, *, version: int | None = None) -> Quote:
        """A quote, its newest version unless said, in its newest state.

        Raises ``NotFound`` (``quote.unknown``), ``Unreadable`` (``store.corrupt_document``).
        """
        return documents.read_quote(self._rows, number, version)

    def quotes(self, *, customer: str | None = None) -> tuple[documents.Heading, ...]:
        """All quotes, or those of one customer, by number."""
        return documents.list_quotes(self._rows, customer)

    def contract(self, number: str, *, version: int | None = None) -> Contract:
        """A contract, its newest version unless said.

        Raises ``NotFound`` (``contract.unknown``), ``Unreadable`` (``store.corrupt_document``).
        """
        return documents.read_contract(self._rows, number, version)

    def contracts(self, *, customer: str | None = None) -> tuple[documents.Heading, ...]:
        """All contracts, or those of one customer, by number."""
        return documents.list_contracts(self._rows, customer)

    def order(self, number: str) -> SalesOrder:
        """An order. Raises ``NotFound`` (``order.unknown``), ``Unreadable``."""
        return documents.read_order(self._rows, number)

    def orders(self, *, contract: str | None = None) -> tuple[SalesOrder, ...]:
        """All orders, or those of one contract, by number."""
        return documents.read_orders(self._rows, contract)

    def release_order(
        self,
        order: SalesOrder,
        *,
        number: str,
        on: date,
        currency: str,
        policy: CreditPolicy = STANDARD_POLICY,
        rates: Rates | None = None,
        override: Override | None = None,
    ) -> Release:
        """Let an order go where the customer's credit allows it, else hold it; save it either way.

        The hold or its release is recorded with it. Nobody else records meanwhile, so two orders
        that do not both fit are not both let go. See ``revenue.credit.release_order``, whose
        refusals it raises.
        """
        with savepoint(self.connection):
            recording.hold_head(self._rows)
            self.save(order)
            return checked(
                self._rows,
                order.customer,
                lambda books, contracts, orders: release_order(
                    books,
                    order,
                    contracts=contracts,
                    orders=orders,
                    number=number,
                    on=on,
                    currency=currency,
                    policy=policy,
                    rates=rates,
                    override=override,
                ),
                chart=self.chart,
            )

    def seal(self) -> Seal:
        """Where the facts end now: note it outside the database, ``verify`` holds it against it."""
        return verification.seal(self._rows)

    def verify(self, *, seal: Seal | None = None) -> tuple[Finding, ...]:
        """What is wrong in this tenant's rows; nothing, in a sound store.

        Looks at every hash, at each column against its document, at the chain of facts, at
        balances and journal against a replay of the facts, at the counters of promotions against
        their movements, at the coupons of one code against one another, at the records of printed
        documents, and for rows that belong to nothing.
        ``seal`` also shows an end that was cut off or written anew.
        """
        rows = self._rows
        found = verification.verify(rows, chart=self.chart, seal=seal)
        return (*found, *verify_budget(rows), *verify_coupons(rows), *verify_printed(rows))
