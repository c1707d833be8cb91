"""The part of a ledger that a new fact touches, read from rows (台账摘录).

The rules of the ledger are written once, in ``revenue.ledger.rules``, over a fold of facts. To
record a fact in a database the whole fold is not needed: only the documents that the fact names,
what is left of them, and what was delivered or billed before. An ``Excerpt`` reads that much, each
thing once, so the cost of recording does not grow with the ledger. What moved a document earlier is
only read for a fact that is dated before the last of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import Unreadable
from cpq.kernel.money import Money, total
from cpq.kernel.text import number_key
from revenue.adapters import facts
from revenue.adapters.balances import BALANCES, Noting, read_moves, stored_balance
from revenue.adapters.facts import fact_of
from revenue.adapters.rows import Rows, key_of
from revenue.application import Reversal
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.credit_note import CreditNote
from revenue.exchange import Revaluation
from revenue.fulfilment import Delivery
from revenue.hold import HoldRelease
from revenue.invoice import Invoice
from revenue.ledger.balance import Balances, Document
from revenue.ledger.billing import place_books
from revenue.ledger.claims import place_claim, place_claim_reversal, place_claim_settlement
from revenue.ledger.effect import DocumentKind, names_opened, opened, taken
from revenue.ledger.fact import Fact, Taking
from revenue.ledger.rebates import keep_currency, place_rebate
from revenue.ledger.series import series_key
from revenue.period import PeriodReopening
from revenue.rebate.fact import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
    rebate_effects,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.reminder import DunningBlock, Reminder
from revenue.risk_record import RiskRecordWithdrawal
from revenue.writeoff import Recovery, WriteOff, WriteOffDecision, WriteOffProposal

_OWED = (
    "SELECT currency, amount_minor FROM {p}balance "
    "WHERE tenant = :tenant AND kind = 'receivable' AND source_key = :key ORDER BY seq"
)


class Excerpt:
    """Reads what new facts need into a draft of balances, each thing once."""

    def __init__(self, rows: Rows, *, closed: str | None = None) -> None:
        self.documents = Noting()
        self.draft = Balances(documents=self.documents)
        if closed is not None:
            self.draft.closed.put("", date.fromisoformat(closed))
        self._rows = rows
        self._read: set[tuple[str, str]] = set()
        self._recorded: dict[int, Fact] = {}

    def recorded(self) -> tuple[Fact, ...]:
        """The recorded facts that were read, in the order in which they were recorded."""
        return tuple(self._recorded[seq] for seq in sorted(self._recorded))

    def read_ahead(self, new: Sequence[Fact]) -> None:
        """Read at once what the facts of one call have in common: whether their numbers are taken,
        and the documents that they name.
        """
        numbers = {
            series_key(fact.kind, fact.number): key_of(fact.number)
            for fact in new
            if self._first_time(series_key(fact.kind, fact.number)[0], fact.number)
        }
        for row in self._rows.some(facts.NUMBERED, [(key[0], own) for key, own in numbers.items()]):
            self._keep(row)
        self._read_documents([each for fact in new for each in _named(fact)])

    def _read_documents(self, named: Sequence[tuple[DocumentKind, str]]) -> None:
        wanted = [
            (kind, key_of(number))
            for kind, number in named
            if self._first_time(f"document {kind}", number)
        ]
        # What a document comes from was recorded before it.
        found = sorted(self._rows.some(BALANCES, wanted), key=lambda row: int(row.seq))
        for row in found:
            fact = self._keep(row)
            if fact is not None:
                key = row.own_kind, number_key(row.own_number)
                document = self._opened(fact, row.own_kind, row.own_number)
                self.documents.know(key, stored_balance(row, document))

    def read_for(self, fact: Fact) -> None:
        """Read what the rules look at when ``fact`` is recorded."""
        if isinstance(fact, Taking):
            self._taken(fact, on=fact.on)
        match fact:
            case Recovery():
                self._standing("recovery", fact.write_off)
            case WriteOff() if fact.proposal:
                self._proposal(fact.proposal)
            case Reversal():
                self._reversal(fact)
            case Revaluation():
                self.document("receivable", fact.receivable, on=fact.on)
                self._standing("revaluation", fact.receivable)
            case Receivable() | Receipt() | CreditNote() | Invoice() | Delivery():
                self._billing(fact)
            case Claim() | ClaimReversal() | ClaimSettlement():
                self._claims(fact.contract)
                if not isinstance(fact, Claim):
                    self._claim(fact.claim)
            case RebateAccrual():
                self._accrued_in(fact.agreement)
            case RebateSettlement() | RebateClawBack() | RebateCarry():
                for agreement, _ in rebate_effects(fact):
                    self._rebates(agreement)
            case _:
                self._note(fact)

    def _billing(self, fact: Receivable | Receipt | CreditNote | Invoice | Delivery) -> None:
        match fact:
            case Receivable():
                self._fact("invoice", fact.source)
                if self.draft.facts.get(series_key("invoice", fact.source)) is None:
                    self._fact("rebate_claw_back", fact.source)
                self._owed(fact.source)
                if fact.to_bill:
                    self.contract(fact.contract)
            case Receipt():
                if fact.rebate:
                    self._fact("rebate_settlement", fact.number)
                    self._reversed(fact.number)
            case CreditNote():
                self._fact("invoice", fact.invoice)
                self._about("credit_note", fact.invoice)
                if fact.unrecognised.amount:
                    self.contract(fact.contract)
            case Invoice():
                self._owed(fact.number)
                self.contract(fact.contract)
            case Delivery():
                self.contract(fact.contract)

    def _note(self, fact: Fact) -> None:
        """What a fact that moves no money is about."""
        match fact:
            case PeriodReopening():
                self._periods()
            case WriteOffProposal():
                self.document("receivable", fact.receivable)
            case WriteOffDecision():
                self._proposal(fact.proposal)
            case HoldRelease():
                self._fact("credit_hold", fact.hold)
                self._about(fact.kind, fact.hold)
            case RiskRecordWithdrawal():
                self._fact("risk_record", fact.record)
                self._about(fact.kind, fact.record)
            case Reminder():
                for number in fact.receivables:
                    self.document("receivable", number)
            case DunningBlock() if fact.receivable:
                self.document("receivable", fact.receivable)
            case _:
                pass

    def _first_time(self, what: str, number: str) -> bool:
        before = len(self._read)
        self._read.add((what, key_of(number) if number else ""))
        return bool(number) and len(self._read) > before

    def _keep(self, row: Row[Any] | None, *, to_post: bool = True) -> Fact | None:
        if row is None:
            return None
        fact = fact_of(row)
        if to_post:
            self._recorded[row.seq] = fact
        self.draft.facts.put((row.series, row.number_key), fact)
        return fact

    def _fact(self, kind: str, number: str) -> None:
        series, key = series_key(kind, number)
        known = self.draft.facts.get((series, key)) is not None
        if not known and self._first_time(series, number):
            self._keep(self._rows.first(facts.FACT, series=series, key=key_of(number)))

    # --- documents --------------------------------------------------------------------------

    def document(self, kind: DocumentKind, number: str, *, on: date | None = None) -> None:
        """What is left of a document, if it is there; and what moved it, for a fact of the day
        ``on`` that lies before the last of it.
        """
        key = kind, number_key(number)
        if self.draft.documents.get(key) is None:
            self._read_documents([(kind, number)])
        balance = self.draft.documents.get(key)
        earlier = balance is not None and on is not None and on < balance.last_on
        if balance is not None and earlier and self._first_time(f"moves {kind}", number):
            read_moves(self._rows, self.documents, [key])

    def _opened(self, fact: Fact, kind: DocumentKind, number: str) -> Document:
        """The document of that number that a fact is, or opened."""
        key = kind, number_key(number)
        items: tuple[Document, ...] = ()
        if isinstance(fact, Taking):
            self._read_documents([(part.kind, part.number) for part in taken(fact)])
            found = [self.draft.documents.get(part.key) for part in taken(fact)]
            origins = [each.document for each in found if each is not None]
            items = opened(fact, origins) if len(origins) == len(found) else ()
        elif isinstance(fact, Document):
            items = (fact,)
        for item in items:
            if (item.kind, number_key(item.number)) == key:
                return item
        place = f"{kind} {number}"
        raise Unreadable(
            "store.corrupt_document",
            f"{place}: {fact.kind} {fact.number} does not open it; restore the row from a backup, "
            "and run verify()",
            place=place,
        )

    def _taken(self, fact: Taking, *, on: date) -> None:
        for part in taken(fact):
            self.document(part.kind, part.number, on=on)

    def _owed(self, invoice: str) -> None:
        if not self._first_time("owed", invoice):
            return
        billed = self.draft.facts.get(series_key("invoice", invoice))
        if isinstance(billed, Invoice) and billed.covers:
            self.draft.owed.put(number_key(invoice), billed.covered)
        for row in self._rows.all(_OWED, key=key_of(invoice)):
            amount = Money.from_minor(row.amount_minor, row.currency)
            key = number_key(invoice)
            owed = self.draft.owed.get(key)
            if owed is None or owed.code == amount.code:
                self.draft.owed.put(key, amount if owed is None else owed + amount)

    def gather(self, rows: Iterable[Row[Any]]) -> tuple[Fact, ...]:
        """These facts and those that their documents come from, in order; every document that one
        of them opens or takes from is there as a whole.
        """
        for row in rows:
            self._keep(row)
        seen: set[int] = set()
        while new := [seq for seq in self._recorded if seq not in seen]:
            seen.update(new)
            self._read_documents([each for seq in new for each in _named(self._recorded[seq])])
        named = {
            (kind, number_key(number))
            for fact in self._recorded.values()
            for kind, number in _named(fact)
        }
        found = [(key, self.draft.documents.get(key)) for key in sorted(named)]
        moved = [key for key, each in found if each and each.left != each.document.amount]
        moved += [key for key, each in found if each and each.last_on > each.document.on]
        read_moves(self._rows, self.documents, list(dict.fromkeys(moved)))
        for _, balance in found:
            if balance is not None and isinstance(balance.document, Receivable):
                customer = number_key(balance.customer)
                others = self.draft.receivables.get(customer) or ()
                self.draft.receivables.put(customer, (*others, balance.document.number))
        return self.recorded()

    # --- what facts are about ---------------------------------------------------------------

    def _about(self, kind: str, topic: str) -> None:
        """The facts of a kind that are about something, before those of the same call."""
        if self._first_time(f"about {kind}", topic):
            rows = self._rows.all(facts.ABOUT, key=key_of(topic), kind=kind)
            self._file((kind, number_key(topic)), [self._keep(row) for row in rows])

    def _standing(self, kind: str, topic: str) -> None:
        """The same, and which of them were reversed."""
        self._about(kind, topic)
        for each in self.draft.about.get((kind, number_key(topic))) or ():
            self._reversed(each.number)

    def _file(self, key: tuple[str, str], found: list[Fact | None]) -> None:
        stored = tuple(fact for fact in found if fact is not None)
        self.draft.about.put(key, (*stored, *(self.draft.about.get(key) or ())))

    def _proposal(self, number: str) -> None:
        """A proposal, what was decided on it, and the write-offs that go back to it."""
        self._fact("write_off_proposal", number)
        self._about("write_off_decision", number)
        self._standing("write_off", number)

    def _periods(self) -> None:
        """Every close and every reopening."""
        if self._first_time("periods", "all"):
            found = [self._keep(row) for row in self._rows.all(facts.PERIODS)]
            for kind in ("period_close", "period_reopening"):
                self._file((kind, ""), [each for each in found if each and each.kind == kind])

    # --- contracts, claims, rebates ---------------------------------------------------------

    def contract(self, contract: str) -> None:
        """What was delivered, billed and credited: where the accounts of a contract stand."""
        if not self._first_time("contract", contract):
            return
        for row in self._rows.all(facts.POSITION, key=key_of(contract)):
            match self._keep(row):
                case Invoice() as invoice:
                    place_books(self.draft, invoice)
                    self._billed(invoice)
                case Delivery() as delivery:
                    place_books(self.draft, delivery)
                    self._delivered(delivery)
                case CreditNote() as note if note.unrecognised.amount:
                    place_books(self.draft, note)
                case Receivable() as debt if debt.to_bill:
                    place_books(self.draft, debt)
                    self.draft.currencies.put(number_key(contract), debt.amount.code)
                case _:
                    pass

    def _billed(self, fact: Invoice) -> None:
        contract = number_key(fact.contract)
        self.draft.currencies.put(contract, fact.currency)
        for each in fact.covers:
            self.draft.covered.put(number_key(each.receivable), fact.number)
        for line in fact.lines:
            before = self.draft.billed.get((contract, line.line))
            gross = line.gross if before is None else before + line.gross
            self.draft.billed.put((contract, line.line), gross)

    def _delivered(self, fact: Delivery) -> None:
        contract = number_key(fact.contract)
        self.draft.currencies.put(contract, fact.net.code)
        net = self.draft.delivered_net.get(contract)
        self.draft.delivered_net.put(contract, fact.net if net is None else net + fact.net)
        for line in fact.lines:
            before = self.draft.delivered.get((contract, line.line)) or Decimal(0)
            self.draft.delivered.put((contract, line.line), total((before, line.quantity)))

    def _claim(self, number: str) -> None:
        """A claim of another contract than a fact says, so that the rules can say so."""
        self._fact("claim", number)
        found = self.draft.facts.get(series_key("claim", number))
        if isinstance(found, Claim):
            self._claims(found.contract)

    def _claims(self, contract: str) -> None:
        """The claims of a contract and all that happened to them."""
        if not self._first_time("claims", contract):
            return
        settlements: dict[str, ClaimSettlement] = {}
        for row in self._rows.all(facts.CLAIMS, key=key_of(contract)):
            match self._keep(row):
                case Claim() as claim:
                    place_claim(self.draft, claim)
                case ClaimReversal() as back:
                    place_claim_reversal(self.draft, back)
                case ClaimSettlement() as settlement:
                    settlements[number_key(settlement.number)] = settlement
                    place_claim_settlement(self.draft, settlement)
                case Reversal() as undone:
                    settlement = settlements[number_key(undone.reverses)]
                    place_claim_settlement(self.draft, settlement, sign=-1, on=undone.on)
                case _:
                    pass

    def _accrued_in(self, agreement: str) -> None:
        """In which currency rebates accrue: the first says it, however many follow."""
        if self._first_time("accrued", agreement):
            first = self._rows.first(facts.FIRST_ACCRUAL, key=key_of(agreement))
            fact = None if first is None else fact_of(first)
            if isinstance(fact, RebateFact):
                keep_currency(self.draft, fact)

    def _rebates(self, agreement: str) -> None:
        """What is owed under a rebate agreement, and what moved it."""
        if not self._first_time("rebates", agreement):
            return
        settlements: dict[str, RebateSettlement] = {}
        for row in self._rows.all(facts.REBATES, key=key_of(agreement)):
            fact = self._keep(row)
            if isinstance(fact, RebateFact):
                place_rebate(self.draft, fact, only=agreement)
            if isinstance(fact, RebateSettlement):
                settlements[number_key(fact.number)] = fact
            if isinstance(fact, Reversal):
                settlement = settlements[number_key(fact.reverses)]
                place_rebate(self.draft, settlement, sign=-1, on=fact.on, only=agreement)

    # --- reversals --------------------------------------------------------------------------

    def _reversal(self, fact: Reversal) -> None:
        key = key_of(fact.reverses)
        if self._first_time("number", fact.reverses):
            for row in self._rows.all(facts.SAME_NUMBER, key=key):
                if self.draft.facts.get((row.series, row.number_key)) is None:
                    # What else bears the number is only looked at: posting it may need what
                    # nobody read, and nothing depends on it.
                    self._keep(row, to_post=row.series == "settlement")
            self._reversed(fact.reverses)
        settlement = self.draft.facts.get(("settlement", key))
        if isinstance(settlement, Taking):
            self._taken(settlement, on=fact.on)
            for kind, number in names_opened(settlement):
                self.document(kind, number, on=fact.on)
        elif isinstance(settlement, Revaluation):
            self.document("receivable", settlement.receivable, on=fact.on)
        elif isinstance(settlement, ClaimSettlement):
            self._claims(settlement.contract)

    def _reversed(self, number: str) -> None:
        reversal = self._rows.first(facts.REVERSED_BY, key=key_of(number))
        if reversal is not None:
            self.draft.reversals.put(number_key(number), reversal.number)


def _named(fact: Fact) -> tuple[tuple[DocumentKind, str], ...]:
    """The documents that a fact opens or takes from."""
    parts = taken(fact) if isinstance(fact, Taking) else ()
    if isinstance(fact, Invoice):
        return tuple(("receivable", each.receivable) for each in fact.covers)
    return (*names_opened(fact), *((part.kind, part.number) for part in parts))
