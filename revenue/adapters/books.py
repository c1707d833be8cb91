"""The books in a database: facts of one tenant, in somebody's transaction (应收账簿).

Facts are recorded, bank statements imported, questions asked without reading everything. Each write
stands in a savepoint, so that a refusal undoes that write only and the host goes on, on PostgreSQL
as on SQLite.
"""

from collections.abc import Callable, Sequence
from datetime import date

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cpq.adapters.sql import savepoint, translated
from cpq.kernel.errors import DomainError, Invalid, Unreadable
from cpq.kernel.money import Money
from cpq.kernel.text import Code
from revenue.adapters import documents, posting, receivables, recording
from revenue.adapters.facts import FACTS, OF_CONTRACT, OF_ORDER, facts_of
from revenue.adapters.imported import ImportedStatement, Numbers, import_statement
from revenue.adapters.recording import Recorded
from revenue.adapters.rows import Rows, key_of
from revenue.adapters.schema import PREFIX, checked_prefix
from revenue.bank import BankLine, BankStatement
from revenue.chart import STANDARD_CHART, ChartOfAccounts
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice
from revenue.journal import JournalEntry
from revenue.ledger import Ageing, Fact, OpenItem, ReceivablesLedger
from revenue.ledger.balance import Balance
from revenue.ledger.effect import DocumentKind

_TENANT = TypeAdapter(Code)


def checked_tenant(tenant: str) -> str:
    """The tenant, where it can be one. Raises ``Invalid`` (``store.bad_tenant``)."""
    try:
        return _TENANT.validate_python(tenant)
    except ValidationError as error:
        raise Invalid(
            "store.bad_tenant",
            f"a tenant is a code of 1 to 64 characters; found {str(tenant)[:70]!r}",
        ) from error


class Books:
    """One tenant's facts on a host's Session or Connection; the host commits.

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
        value_of: Callable[[BankLine], Money | None] = lambda _: None,
    ) -> ImportedStatement:
        """Record the receipts of a bank statement, each line once however often it comes.

        ``number`` is a series of numbers, or gives the number of the receipt of a line;
        ``customer`` says whose a line is, ``""`` while nobody knows; ``value_of`` its value in the
        books where they are kept in another currency. What was booked in a closed period is dated
        on the first day after it. Raises ``Conflict``
        (``statement.content_differs``) where a line that was imported says something else now, and
        what ``record`` raises; then nothing of the statement is recorded.
        """
        with savepoint(self.connection):
            return import_statement(
                self._rows,
                statement,
                number=number,
                customer=customer,
                value_of=value_of,
                chart=self.chart,
            )

    def customer_ledger(self, customer: str) -> ReceivablesLedger:
        """The part of the ledger that concerns a customer, to be asked about that customer.

        What is open, on account, due or held of it, its statement, the facts about it; not what is
        of others, and nothing is recorded into it. Raises ``Unreadable``.
        """
        contracts = [each.number for each in documents.list_contracts(self._rows, customer)]
        return receivables.customer_ledger(self._rows, customer, contracts)

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
