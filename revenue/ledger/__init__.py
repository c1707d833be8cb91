"""The receivables ledger (应收台账): what happened, and what is therefore open, free or overdue.

The ledger is a tuple of facts and nothing else. Facts are appended, in the order in which they
became known; each bears the day on which it holds, which may lie in the past. Every balance is a
fold over them as of a day, so a balance of the past changes only by facts dated into it. A
correction is a fact too: the reversal of an application, of a write-off or of a recovery.

``record`` refuses what would break a rule and then changes nothing: a ledger is a value, and what
it returns is the next one. The verbs ``apply``, ``unapply``, ``write_off`` and ``recover`` make
the facts and record them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Self, get_args

from pydantic import model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.credit_note import CreditNote
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice
from revenue.ledger.allowance import allowance_changes
from revenue.ledger.balance import Balance, Balances
from revenue.ledger.claims import claim_balance
from revenue.ledger.effect import DocumentKind, names_opened
from revenue.ledger.fact import Fact, Settlement, Taking, read_fact
from revenue.ledger.open_item import Ageing, AgeingRow, Credit, OpenItem, age, days_overdue
from revenue.ledger.rebates import rebate_balance
from revenue.ledger.rules import record
from revenue.ledger.spread import due_order
from revenue.ledger.statement import CustomerStatement, StatementRow, customer_statement
from revenue.ledger.taking import document
from revenue.ledger.valuation import Settled, valued
from revenue.ledger.verbs import applied, applied_oldest, recovered, written_off
from revenue.receipt import Receipt
from revenue.receivable import Receivable

__all__ = [
    "Ageing",
    "AgeingRow",
    "Credit",
    "CustomerStatement",
    "Fact",
    "OpenItem",
    "ReceivablesLedger",
    "Settlement",
    "StatementRow",
    "Taking",
    "apply_oldest",
    "read_fact",
]

_KINDS: tuple[type, ...] = get_args(get_args(Fact)[0])


class ReceivablesLedger(Frozen):
    """Facts, and every balance as a fold over them; ``record`` gives the next ledger.

    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=date(2026, 12, 31),
    ...                amount=Money("300.00", "CNY")),
    ...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("350.00", "CNY")))
    >>> paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day)
    >>> paid.open_amount("AR-1"), paid.free_amount("R-1"), ledger.open_amount("AR-1")
    (Money('0.00', 'CNY'), Money('50.00', 'CNY'), Money('300.00', 'CNY'))
    >>> again = paid.unapply("A-1", number="X-1", on=day, reason="wrong customer")
    >>> again.open_amount("AR-1"), len(again.facts)
    (Money('300.00', 'CNY'), 4)
    """

    facts: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _every_rule_holds(self) -> Self:
        _ = self._balances
        return self

    @cached_property
    def _balances(self) -> Balances:
        return _folded(Balances(), self.facts)

    def record(self, *facts: Fact) -> "ReceivablesLedger":
        """The ledger with these facts appended: all of them, or none and a refusal.

        Raises ``Conflict`` (``fact.number_taken``, and ``….out_of_date`` for what was made when
        the ledger stood otherwise), ``NotFound`` (``receivable.unknown``, ``receipt.unknown``,
        ``reversal.unknown_fact`` and others), ``Refused`` for every rule of the trade (see
        ``revenue.ledger.rules``), ``Invalid`` (``fact.unknown_kind``).
        """
        return self._recorded(facts, with_values=False)

    def settle(self, *facts: Fact) -> "ReceivablesLedger":
        """As ``record``, each settlement valued in the book currency as the ledger stands then.

        What bears no value there is recorded as it is, so in one currency both are the same.
        """
        return self._recorded(facts, with_values=True)

    def _recorded(self, facts: Sequence[Fact], *, with_values: bool) -> "ReceivablesLedger":
        draft = self._balances.draft()
        made: list[Fact] = []
        for fact in facts:
            if not isinstance(fact, _KINDS):
                raise Invalid(
                    "fact.unknown_kind",
                    f"the ledger records facts such as a Receipt or an Application; found "
                    f"{type(fact).__name__}",
                )
            if with_values and isinstance(fact, Taking):
                fact = valued(draft, fact)  # noqa: PLW2901 - the same fact, with its values
            record(draft, fact)
            made.append(fact)
        # the facts are validated values and the fold has checked them; validating the whole
        # tuple again would make the cost of a fact grow with the ledger
        ledger = ReceivablesLedger.model_construct(facts=(*self.facts, *made))
        ledger.__dict__["_balances"] = draft.sealed()
        return ledger

    def valued(self, fact: Settled) -> Settled:
        """The settlement with the book values that it takes now; see ``settle``.

        Raises ``NotFound`` where a document is unknown.
        """
        return valued(self._balances, fact)

    # --- what happened ----------------------------------------------------------------------

    def receivable(self, number: str) -> Receivable:
        """The receivable of that number. Raises ``NotFound`` (``receivable.unknown``)."""
        found = self._document("receivable", number).document
        assert isinstance(found, Receivable)
        return found

    def receipt(self, number: str) -> Receipt:
        """The receipt of that number. Raises ``NotFound`` (``receipt.unknown``)."""
        found = self._document("receipt", number).document
        assert isinstance(found, Receipt)
        return found

    def settlement(self, number: str) -> Settlement:
        """The settlement of that number. Raises ``NotFound`` (``settlement.unknown``)."""
        found = self._balances.facts.get(("settlement", number_key(number)))
        if not isinstance(found, Settlement):
            raise NotFound(
                "settlement.unknown",
                f"the ledger holds no settlement {number!r}, such as an application; correct the "
                "number",
                number=number,
            )
        return found

    def has_settlement(self, number: str) -> bool:
        """Whether a settlement bears that number, reversed or not."""
        return self._balances.facts.get(("settlement", number_key(number))) is not None

    def stands(self, settlement: Settlement) -> bool:
        """Whether nothing has reversed a settlement."""
        return self._balances.reversals.get(number_key(settlement.number)) is None

    def balance(self, kind: DocumentKind, number: str) -> Balance:
        """A document with what is left of it. Raises ``NotFound`` (``receivable.unknown`` …)."""
        return self._document(kind, number)

    def deliveries(
        self, order: str | None = None, *, contract: str | None = None
    ) -> tuple[Delivery, ...]:
        """The deliveries of an order, of a contract, or all, as recorded: ``deliver`` asks for
        those of the contract, ``accept_delivery`` for those of the order.
        """
        return tuple(
            fact
            for fact in self.facts
            if isinstance(fact, Delivery)
            and (order is None or number_key(fact.order) == number_key(order))
            and (contract is None or number_key(fact.contract) == number_key(contract))
        )

    def invoices(self, contract: str) -> tuple[Invoice, ...]:
        """The invoices of a contract as recorded: what ``bill`` asks for as ``before``."""
        key = number_key(contract)
        return tuple(
            fact
            for fact in self.facts
            if isinstance(fact, Invoice) and number_key(fact.contract) == key
        )

    # --- balances, at the end of a day (None: after all facts) ------------------------------

    def open_amount(self, receivable: str, *, as_of: date | None = None) -> Money:
        """What of a receivable is open: its amount less what was applied and written off."""
        return self._document("receivable", receivable).left_on(as_of)

    def free_amount(self, receipt: str, *, as_of: date | None = None) -> Money:
        """What of a receipt is free: its amount less what was applied and took recoveries."""
        return self._document("receipt", receipt).left_on(as_of)

    def left(self, kind: DocumentKind, number: str, *, as_of: date | None = None) -> Money:
        """What is left of a document of any kind: open, free, held back or not recovered.

        Raises ``NotFound`` (``credit_note.unknown`` and the like).
        """
        return self._document(kind, number).left_on(as_of)

    def book_value(
        self, kind: DocumentKind, number: str, *, as_of: date | None = None
    ) -> Money | None:
        """What is left of a document's value in the book currency; ``None`` where it bears none."""
        return self._document(kind, number).book_on(as_of)

    @property
    def closed_through(self) -> date | None:
        """The day through which the books are closed, if they are."""
        through = self._balances.closed.get("")
        return None if through == date.min else through

    def recoverable_amount(self, write_off: str, *, as_of: date | None = None) -> Money:
        """What of a write-off is not recovered; zero once it is reversed."""
        return self._document("write_off", write_off).left_on(as_of)

    def owed_amount(self, claim: str, *, as_of: date | None = None) -> Money:
        """What a funder owes of a claim; below 0, what it is owed. Raises ``NotFound``
        (``claim.unknown``).
        """
        return claim_balance(self._balances, claim).left_on(as_of)

    def rebate_amount(self, agreement: str, customer: str, *, as_of: date | None = None) -> Money:
        """What is owed to a customer of a rebate; below 0, what it owes. Raises ``NotFound``
        (``rebate.unknown``).
        """
        return rebate_balance(self._balances, agreement, customer).left_on(as_of)

    def open_items(
        self, customer: str | None = None, *, as_of: date | None = None
    ) -> tuple[OpenItem, ...]:
        """Receivables that are not zero, of one customer or of all, earliest due first.

        Items due on one day come in the order of their numbers.
        """
        items = []
        for balance in sorted(self._receivables(customer), key=due_order):
            left = balance.left_on(as_of)
            receivable = balance.document
            if left.amount and isinstance(receivable, Receivable):
                days = None if as_of is None else days_overdue(receivable.due_on, as_of)
                book = balance.book_on(as_of)
                items.append(
                    OpenItem(receivable=receivable, open=left, days_overdue=days, booked=book)
                )
        return tuple(items)

    def on_account(self, customer: str, *, as_of: date | None = None) -> tuple[Money, ...]:
        """What a customer paid and nobody applied yet, one amount per currency (预收)."""
        sums: dict[str, Money] = {}
        for credit in self.credits(customer, as_of=as_of):
            free = credit.free
            sums[free.code] = sums.get(free.code, Money.zero(free.code)) + free
        return tuple(sums[code] for code in sorted(sums) if sums[code].amount)

    def credits(
        self, customer: str | None = None, *, as_of: date | None = None
    ) -> tuple[Credit, ...]:
        """Receipts and credit notes of which something is free, of one customer or of all.

        As recorded; ``""`` is the customer of receipts whose payer nobody knows yet.
        """
        key = None if customer is None else number_key(customer)
        found = []
        for fact in self.facts:
            for kind, number in names_opened(fact):
                if kind in ("receipt", "credit_note"):
                    balance = self._document(kind, number)
                    left, credit = balance.left_on(as_of), balance.document
                    if left.amount and key in (None, number_key(balance.customer)):
                        assert isinstance(credit, Receipt | CreditNote)
                        found.append(Credit(document=credit, free=left))
        return tuple(found)

    def allowance(self, currency: str, *, as_of: date | None = None) -> Money:
        """The allowance for bad debts: charges − write-offs + recoveries (坏账准备余额).

        Below zero where more was written off than was charged.
        """
        changes = allowance_changes(self.facts_until(as_of), self._balances)
        return money_total((each for each in changes if each.code == currency), currency)

    def facts_until(self, as_of: date | None) -> Iterator[Fact]:
        """The facts dated up to and on a day, as recorded."""
        return (fact for fact in self.facts if as_of is None or fact.on <= as_of)

    def statement(
        self, customer: str, *, since: date | None = None, as_of: date | None = None
    ) -> CustomerStatement:
        """The customer's statement from a day to a day, both inclusive, with running balance."""
        return customer_statement(self.facts, self._balances, customer, since=since, as_of=as_of)

    def ageing(
        self,
        *,
        as_of: date,
        buckets: Sequence[int] = (0, 30, 60, 90),
        customer: str | None = None,
    ) -> Ageing:
        """What is open on a day by days overdue, a row per customer and currency.

        ``buckets`` are the last days of all but the last bucket. Raises ``Invalid``
        (``ageing.buckets_invalid``).
        """
        return age(self.open_items(customer, as_of=as_of), as_of=as_of, buckets=buckets)

    # --- verbs --------------------------------------------------------------------------------

    def apply(
        self, receipt: str, *, to: Mapping[str, Money] | Sequence[str] | str, number: str, on: date
    ) -> "ReceivablesLedger":
        """Apply a receipt to receivables, in the amounts given, or in order as far as it goes.

        ``to`` may be the number of one receivable. A single application takes ``number`` itself,
        several take number/1, number/2 ….
        Raises what ``record`` raises, and ``Refused`` (``application.nothing_to_apply``).
        """
        return self.settle(*applied(self._balances, receipt, to=to, number=number, on=on))

    def unapply(
        self, application: str, *, number: str, on: date, reason: str
    ) -> "ReceivablesLedger":
        """Reverse a settlement of any kind by its number (反核销).

        ``number`` is that of the reversal. Raises what ``record`` raises.
        """
        return self.record(Reversal(number=number, reverses=application, on=on, reason=reason))

    def write_off(
        self,
        receivable: str,
        *,
        number: str,
        on: date,
        reason: str,
        approved_by: str,
        amount: Money | None = None,
    ) -> "ReceivablesLedger":
        """Give up ``amount`` of a receivable, by default all that is open (坏账核销).

        Raises what ``record`` raises, and ``Refused``: ``write_off.not_approved``,
        ``write_off.nothing_open``.
        """
        fact = written_off(
            self._balances,
            receivable,
            number=number,
            on=on,
            reason=reason,
            approved_by=approved_by,
            amount=amount,
        )
        return self.settle(fact)

    def recover(
        self,
        write_off: str,
        *,
        receipt: str,
        number: str,
        on: date,
        amount: Money | None = None,
    ) -> "ReceivablesLedger":
        """Take ``amount`` of a receipt for what was written off, by default as much as can be.

        Raises what ``record`` raises, and ``Refused`` (``recovery.nothing_to_recover``).
        """
        balances = self._balances
        fact = recovered(balances, write_off, receipt=receipt, number=number, on=on, amount=amount)
        return self.settle(fact)

    # --- inside -------------------------------------------------------------------------------

    def _document(self, kind: DocumentKind, number: str) -> Balance:
        return document(self._balances, kind, number)

    def _receivables(self, customer: str | None) -> Iterator[Balance]:
        if customer is not None:
            numbers = self._balances.receivables.get(number_key(customer)) or ()
            return (self._document("receivable", number) for number in numbers)
        return (
            self._document("receivable", number)
            for fact in self.facts
            for kind, number in names_opened(fact)
            if kind == "receivable"
        )


def _folded(balances: Balances, facts: Sequence[Fact]) -> Balances:
    draft = balances.draft()
    for fact in facts:
        record(draft, fact)
    return draft.sealed()


def apply_oldest(
    ledger: ReceivablesLedger, *receipts: str, number: str, on: date
) -> ReceivablesLedger:
    """Apply receipts, in the order given, to what their customers owe, earliest due first.

    Receivables due on one day are taken in the order of their numbers; what is left of a receipt
    stays on account. Receivables in other currencies, and those dated after ``on``, are left
    alone. Numbers as in ``apply``; where nothing can be applied the ledger comes back as it is.

    >>> day = date(2026, 12, 1)
    >>> debts = [Receivable(number=f"AR-{n}", customer="C-1", on=day, due_on=day,
    ...                     amount=Money("100", "CNY")) for n in (1, 2)]
    >>> cash = Receipt(number="R-1", customer="C-1", on=day, amount=Money("150", "CNY"))
    >>> ledger = apply_oldest(ReceivablesLedger().record(*debts, cash), "R-1", number="A", on=day)
    >>> [(fact.number, fact.amount.amount) for fact in ledger.facts[3:]]
    [('A/1', Decimal('100.00')), ('A/2', Decimal('50.00'))]
    """
    balances = ledger._balances  # noqa: SLF001 - a verb of the ledger, beside it for its subject
    return ledger.settle(*applied_oldest(balances, receipts, number=number, on=on))
