"""Deals in a database: documents and facts of one tenant, in somebody's transaction (订单到收款).

A host hands in its own Session or Connection and keeps its transaction: nothing here commits or
rolls it back. Each write stands in a savepoint, so that a refusal undoes that write only and the
host goes on, on PostgreSQL as on SQLite. ``open_store`` hands out the same class in transactions
of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cpq.adapters.sql import savepoint, translated
from cpq.history import DealPrice
from cpq.kernel.errors import DomainError, Finding, Invalid, Unreadable
from cpq.kernel.text import Code
from cpq.quote import GivenNumber, NumberSeries, Quote
from cpq.replay import PrintedDocument
from revenue.adapters import (
    documents,
    numbers,
    offering,
    posting,
    receivables,
    recording,
    verification,
)
from revenue.adapters.budget import StoredBudget
from revenue.adapters.budget_check import verify_budget
from revenue.adapters.coupon_check import verify_coupons
from revenue.adapters.coupons import StoredCoupons
from revenue.adapters.facts import FACTS, OF_CONTRACT, OF_ORDER, facts_of
from revenue.adapters.history import StoredDealPrices
from revenue.adapters.imported import ImportedStatement, Numbers, import_statement
from revenue.adapters.printed import keep_printed, read_printed, verify_printed
from revenue.adapters.recording import Recorded
from revenue.adapters.rows import Rows, key_of
from revenue.adapters.schema import PREFIX, checked_prefix
from revenue.adapters.verification import Seal
from revenue.bank import BankLine, BankStatement
from revenue.chart import STANDARD_CHART, ChartOfAccounts
from revenue.contract import Contract
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice
from revenue.journal import JournalEntry
from revenue.ledger import Ageing, Fact, OpenItem, ReceivablesLedger
from revenue.ledger.balance import Balance
from revenue.ledger.effect import DocumentKind
from revenue.order import SalesOrder

_TENANT = TypeAdapter(Code)

Saved = Quote | Contract | SalesOrder


def checked_tenant(tenant: str) -> str:
    """The tenant, where it can be one. Raises ``Invalid`` (``store.bad_tenant``)."""
    try:
        return _TENANT.validate_python(tenant)
    except ValidationError as error:
        raise Invalid(
            "store.bad_tenant",
            f"a tenant is a code of 1 to 64 characters; found {str(tenant)[:70]!r}",
        ) from error


class Deals:
    """One tenant's deals on a host's Session or Connection; the host commits.

    ``chart`` is what the journal posts to, the same one for the life of the book.

    Raises ``Invalid`` (``store.bad_tenant``, ``store.bad_prefix``).
    """

    def __init__(
        self,
        host: Session | Connection,
        *,
        tenant: str,
        prefix: str = PREFIX,
        chart: ChartOfAccounts = STANDARD_CHART,
    ) -> None:
        self.tenant = checked_tenant(tenant)
        self.chart = chart
        self.prefix = checked_prefix(prefix)
        self._host = host

    @property
    def connection(self) -> Connection:
        """The connection on which everything runs.

        A Session is asked each time: it opens its savepoints on those who ask, when they ask.
        """
        if isinstance(self._host, Connection):
            return self._host
        with translated():
            return self._host.connection()

    @property
    def _rows(self) -> Rows:
        return Rows(self.connection, tenant=self.tenant, prefix=self.prefix)

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

    def record(self, *facts: Fact, key: str | None = None) -> Recorded:
        """Append facts, move balances and post journal entries: all of them, or nothing.

        ``key`` names the command: the same key with the same facts does nothing again and gives
        the same answer, for ever. Raises what ``ReceivablesLedger.record`` raises for a broken
        rule, and ``Conflict``: ``command.key_reused``, ``fact.number_taken``, or the rule's own
        code (such as ``application.exceeds_open``) where somebody else was first; ``Invalid``:
        ``money.too_large``, ``number.too_long``, ``number.unreadable``.
        """
        with savepoint(self.connection):
            return recording.record(self._rows, facts, key=key, chart=self.chart)

    def settle(self, *facts: Fact, key: str | None = None) -> Recorded:
        """As ``record``, each settlement valued in the book currency as the books stand then.

        What bears no value there is recorded as it is, so in one currency both are the same.
        """
        with savepoint(self.connection):
            return recording.record(self._rows, facts, key=key, chart=self.chart, with_values=True)

    def import_statement(
        self,
        statement: BankStatement,
        *,
        number: Numbers,
        customer: Callable[[BankLine], str] = lambda _: "",
    ) -> ImportedStatement:
        """Record the receipts of a bank statement, each line once however often it comes.

        ``number`` is a series of numbers, or gives the number of the receipt of a line;
        ``customer`` says whose a line is, ``""`` while nobody knows. Raises ``Conflict``
        (``statement.content_differs``) where a line that was imported says something else now, and
        what ``record`` raises; then nothing of the statement is recorded.
        """
        with savepoint(self.connection):
            return import_statement(
                self._rows, statement, number=number, customer=customer, chart=self.chart
            )

    def balance_of(self, kind: DocumentKind, number: str) -> Balance:
        """A document of that kind with what is left of it now, and the days on which it moved.

        Raises ``NotFound`` (``receivable.unknown``, ``receipt.unknown`` …), ``Unreadable``.
        """
        return receivables.balance_of(self._rows, kind, number)

    def open_items(
        self, customer: str | None = None, *, as_of: date | None = None
    ) -> tuple[OpenItem, ...]:
        """The receivables that are not zero at the end of a day, of one customer or of all.

        As ``ReceivablesLedger.open_items``, without reading the ledger. Raises ``Unreadable``.
        """
        return receivables.open_items(self._rows, customer, as_of)

    def ageing(
        self,
        *,
        as_of: date,
        buckets: Sequence[int] = (0, 30, 60, 90),
        customer: str | None = None,
    ) -> Ageing:
        """What is open at the end of a day by days overdue, a row per customer and currency.

        As ``ReceivablesLedger.ageing``, added up by the database: a million open items cost
        seconds, and memory for the rows that come out. Raises ``Invalid``
        (``ageing.buckets_invalid``).
        """
        return receivables.ageing(self._rows, as_of=as_of, buckets=buckets, customer=customer)

    def facts(self) -> tuple[Fact, ...]:
        """Every fact, in the order in which it was recorded.

        Raises ``Unreadable`` (``store.corrupt_document``), which names the row.
        """
        return facts_of(self._rows.all(FACTS))

    def ledger(self) -> ReceivablesLedger:
        """The receivables ledger of all facts.

        Raises ``Unreadable``: ``store.corrupt_document``, or ``store.broken_rule`` where the
        stored facts break a rule that ``record`` holds.
        """
        try:
            return ReceivablesLedger().record(*self.facts())
        except Unreadable:
            raise
        except DomainError as error:
            raise Unreadable(
                "store.broken_rule", f"the stored facts break a rule; run verify() ({error})"
            ) from error

    def deliveries(
        self, *, order: str | None = None, contract: str | None = None
    ) -> tuple[Delivery, ...]:
        """The deliveries of an order, of a contract, or all, as recorded: ``deliver`` asks for
        those of the contract as ``before``, ``accept_delivery`` for those of the order.
        """
        if order is not None:
            rows = self._rows.all(OF_ORDER, key=key_of(order), kind="delivery")
        elif contract is not None:
            rows = self._rows.all(OF_CONTRACT, key=key_of(contract), kind="delivery")
        else:
            rows = self._rows.all(FACTS)
        wanted = None if contract is None else key_of(contract)
        return tuple(
            fact
            for fact in facts_of(row for row in rows if row.kind == "delivery")
            if isinstance(fact, Delivery) and wanted in (None, key_of(fact.contract))
        )

    def invoices(self, *, contract: str) -> tuple[Invoice, ...]:
        """The invoices of a contract as recorded: what ``bill`` asks for as ``before``."""
        found = facts_of(self._rows.all(OF_CONTRACT, key=key_of(contract), kind="invoice"))
        return tuple(fact for fact in found if isinstance(fact, Invoice))

    def journal(self) -> tuple[JournalEntry, ...]:
        """The journal entries as they were posted; ``journal(facts)`` gives the same.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        return posting.posted(self._rows)

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
