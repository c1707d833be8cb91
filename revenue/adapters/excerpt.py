"""The part of a ledger that a new fact touches, read from rows (台账摘录).

The rules of the ledger are written once, in ``revenue.ledger.rules``, over a fold of facts. To
record a fact in a database the whole fold is not needed: only the documents that the fact names,
what moved them, and what was delivered or billed before. An ``Excerpt`` reads that much, each
thing once, so the cost of recording does not grow with the ledger.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Row

from cpq.kernel.errors import Unreadable
from cpq.kernel.money import Money, total
from cpq.kernel.text import number_key
from revenue.adapters.rows import FORMAT, Rows, key_of, sha256
from revenue.application import Application, Reversal
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice
from revenue.ledger.balance import Balance, Balances, Move
from revenue.ledger.claims import place_claim, place_claim_reversal, place_claim_settlement
from revenue.ledger.fact import Fact, read_fact
from revenue.ledger.rebates import keep_currency, place_rebate
from revenue.ledger.series import series_key
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
from revenue.writeoff import Recovery, WriteOff

DocumentKind = Literal["receivable", "receipt", "write_off"]

COLUMNS = "seq, series, kind, number_key, number, on_day, format, body, sha256, chain"

# The statements of this module are constants; nothing in them comes from outside.
FACTS = f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant ORDER BY seq"  # noqa: S608
_FACT = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND series = :series AND number_key = :key"
)
_SAME_NUMBER = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND number_key = :key"
)
OF_ORDER = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND order_key = :key AND kind = :kind ORDER BY seq"
)
OF_CONTRACT = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND contract_key = :key AND kind = :kind ORDER BY seq"
)
_POSITION = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND contract_key = :key AND kind IN ('delivery', 'invoice') ORDER BY seq"
)
_CLAIMS = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND contract_key = :key AND kind IN ('claim', 'claim_reversal', 'claim_settlement') "
    f"UNION ALL SELECT {', '.join(f'f.{column}' for column in COLUMNS.split(', '))} "
    "FROM {p}fact s JOIN {p}reversal r ON r.tenant = s.tenant AND r.reverses_seq = s.seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq WHERE s.tenant = :tenant "
    "AND s.contract_key = :key AND s.kind = 'claim_settlement' ORDER BY seq"
)
_REBATES = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND (contract_key = :key OR order_key = :key) AND kind IN "
    "('rebate_accrual', 'rebate_settlement', 'rebate_claw_back', 'rebate_carry') "
    f"UNION ALL SELECT {', '.join(f'f.{column}' for column in COLUMNS.split(', '))} "
    "FROM {p}fact s JOIN {p}reversal r ON r.tenant = s.tenant AND r.reverses_seq = s.seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq WHERE s.tenant = :tenant "
    "AND s.contract_key = :key AND s.kind = 'rebate_settlement' ORDER BY seq"
)
_FIRST_ACCRUAL = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND (contract_key = :key OR order_key = :key) "
    "AND kind IN ('rebate_accrual', 'rebate_carry') ORDER BY seq LIMIT 1"
)
_OWED = (
    "SELECT currency, amount_minor FROM {p}receivable "
    "WHERE tenant = :tenant AND source_key = :key ORDER BY seq"
)
_REVERSED_BY = (
    "SELECT f.number FROM {p}reversal r "
    "JOIN {p}fact s ON s.tenant = r.tenant AND s.seq = r.reverses_seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq "
    "WHERE r.tenant = :tenant AND s.series = 'settlement' AND s.number_key = :key"
)
_TAKEN = (
    "SELECT seq, on_day, -amount_minor AS amount FROM {p}TABLE "
    "WHERE tenant = :tenant AND COLUMN = :key "
    "UNION ALL SELECT r.seq, r.on_day, t.amount_minor FROM {p}TABLE t "
    "JOIN {p}reversal r ON r.tenant = t.tenant AND r.reverses_seq = t.seq "
    "WHERE t.tenant = :tenant AND t.COLUMN = :key"
)
_WRITE_OFF_UNDONE = (
    "SELECT r.seq, r.on_day, -w.amount_minor FROM {p}write_off w "
    "JOIN {p}reversal r ON r.tenant = w.tenant AND r.reverses_seq = w.seq "
    "WHERE w.tenant = :tenant AND w.number_key = :key"
)


def _taken(table: str, column: str) -> str:
    return _TAKEN.replace("TABLE", table).replace("COLUMN", column)


_MOVES: dict[DocumentKind, str] = {
    "receivable": " UNION ALL ".join(
        (_taken("application", "receivable_key"), _taken("write_off", "receivable_key"))
    )
    + " ORDER BY 1",
    "receipt": " UNION ALL ".join(
        (_taken("application", "receipt_key"), _taken("recovery", "receipt_key"))
    )
    + " ORDER BY 1",
    "write_off": " UNION ALL ".join((_taken("recovery", "write_off_key"), _WRITE_OFF_UNDONE))
    + " ORDER BY 1",
}


def fact_of(row: Row[Any]) -> Fact:
    """The fact that a row holds, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``), which names the row.
    """
    place = f"fact {row.seq}, {row.kind} {row.number}"
    why = "its content does not have the hash that was stored with it"
    if row.format != FORMAT:
        why = f"it is written in format {row.format}, and this release reads {FORMAT}"
    elif sha256(row.body) == row.sha256:
        try:
            return read_fact(row.body)
        except Unreadable as error:
            why = error.message
    raise Unreadable(
        "store.corrupt_document",
        f"{place}: {why}; restore the row from a backup, and run verify()",
        place=place,
    )


class Excerpt:
    """Reads what new facts need into a draft of balances, each thing once."""

    def __init__(self, rows: Rows) -> None:
        self.draft = Balances()
        self._rows = rows
        self._read: set[tuple[str, str]] = set()
        self._recorded: dict[int, Fact] = {}

    def recorded(self) -> tuple[Fact, ...]:
        """The recorded facts that were read, in the order in which they were recorded."""
        return tuple(self._recorded[seq] for seq in sorted(self._recorded))

    def read_for(self, fact: Fact) -> None:
        """Read what the rules look at when ``fact`` is recorded."""
        self._fact(fact.kind, fact.number)
        match fact:
            case Application():
                self._document("receipt", fact.receipt)
                self._document("receivable", fact.receivable)
            case WriteOff():
                self._document("receivable", fact.receivable)
            case Recovery():
                self._document("write_off", fact.write_off)
                self._document("receipt", fact.receipt)
            case Receivable():
                self._fact("invoice", fact.source)
                if self.draft.facts.get(series_key("invoice", fact.source)) is None:
                    self._fact("rebate_claw_back", fact.source)
                self._owed(fact.source)
            case Receipt():
                if fact.rebate:
                    self._fact("rebate_settlement", fact.number)
                    self._reversed(fact.number)
            case Invoice():
                self._owed(fact.number)
                self._contract(fact.contract)
            case Delivery():
                self._contract(fact.contract)
            case Claim() | ClaimReversal() | ClaimSettlement():
                self._claims(fact.contract)
                if not isinstance(fact, Claim):
                    self._claim(fact.claim)
            case RebateAccrual():
                self._accrued_in(fact.agreement)
            case RebateSettlement() | RebateClawBack() | RebateCarry():
                for agreement, _ in rebate_effects(fact):
                    self._rebates(agreement)
            case Reversal():
                self._reversal(fact)
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
            self._keep(self._rows.first(_FACT, series=series, key=key_of(number)))

    def _document(self, kind: DocumentKind, number: str) -> None:
        self._fact(kind, number)
        series, key = series_key(kind, number)
        fact = self.draft.facts.get((series, key))
        if self.draft.documents.get((kind, key)) is not None:
            return
        if isinstance(fact, Receivable | Receipt | WriteOff) and fact.kind == kind:
            balance = Balance(fact, self._customer(fact), fact.amount, fact.on)
            for row in self._rows.all(_MOVES[kind], key=key_of(number)):
                amount = Money.from_minor(row.amount, fact.amount.code)
                balance = balance.moved(Move(date.fromisoformat(row.on_day), amount))
            self.draft.documents.put((kind, key), balance)

    def _customer(self, fact: Receivable | Receipt | WriteOff) -> str:
        if not isinstance(fact, WriteOff):
            return fact.customer
        self._document("receivable", fact.receivable)
        owner = self.draft.documents.get(series_key("receivable", fact.receivable))
        assert owner is not None, "a foreign key holds the receivable of a write-off"
        return owner.customer

    def _owed(self, invoice: str) -> None:
        if not self._first_time("owed", invoice):
            return
        for row in self._rows.all(_OWED, key=key_of(invoice)):
            amount = Money.from_minor(row.amount_minor, row.currency)
            key = number_key(invoice)
            owed = self.draft.owed.get(key)
            if owed is None or owed.code == amount.code:
                self.draft.owed.put(key, amount if owed is None else owed + amount)

    def _contract(self, contract: str) -> None:
        """Deliveries and invoices of a contract: what is billed, and where its accounts stand."""
        if not self._first_time("contract", contract):
            return
        for row in self._rows.all(_POSITION, key=key_of(contract)):
            match self._keep(row):
                case Invoice() as invoice:
                    self._billed(invoice)
                case Delivery() as delivery:
                    self._delivered(delivery)
                case _:
                    pass

    def _billed(self, fact: Invoice) -> None:
        contract = number_key(fact.contract)
        self.draft.currencies.put(contract, fact.currency)
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
        for row in self._rows.all(_CLAIMS, key=key_of(contract)):
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
            first = self._rows.first(_FIRST_ACCRUAL, key=key_of(agreement))
            fact = None if first is None else fact_of(first)
            if isinstance(fact, RebateFact):
                keep_currency(self.draft, fact)

    def _rebates(self, agreement: str) -> None:
        """What is owed under a rebate agreement, and what moved it."""
        if not self._first_time("rebates", agreement):
            return
        settlements: dict[str, RebateSettlement] = {}
        for row in self._rows.all(_REBATES, key=key_of(agreement)):
            fact = self._keep(row)
            if isinstance(fact, RebateFact):
                place_rebate(self.draft, fact, only=agreement)
            if isinstance(fact, RebateSettlement):
                settlements[number_key(fact.number)] = fact
            if isinstance(fact, Reversal):
                settlement = settlements[number_key(fact.reverses)]
                place_rebate(self.draft, settlement, sign=-1, on=fact.on, only=agreement)

    def _reversal(self, fact: Reversal) -> None:
        key = key_of(fact.reverses)
        if self._first_time("number", fact.reverses):
            for row in self._rows.all(_SAME_NUMBER, key=key):
                if self.draft.facts.get((row.series, row.number_key)) is None:
                    # A reversal that happens to have the number is only looked at: posting it
                    # needs what it reversed, which nobody read, and nothing depends on it.
                    self._keep(row, to_post=row.kind != "reversal")
            self._reversed(fact.reverses)
        match self.draft.facts.get(("settlement", key)):
            case Application() as settlement:
                self._document("receipt", settlement.receipt)
                self._document("receivable", settlement.receivable)
            case WriteOff() as settlement:
                self._document("receivable", settlement.receivable)
                self._document("write_off", settlement.number)
            case Recovery() as settlement:
                self._document("write_off", settlement.write_off)
                self._document("receipt", settlement.receipt)
            case ClaimSettlement() as settlement:
                self._claims(settlement.contract)
            case _:
                pass

    def _reversed(self, number: str) -> None:
        reversal = self._rows.first(_REVERSED_BY, key=key_of(number))
        if reversal is not None:
            self.draft.reversals.put(number_key(number), reversal.number)


def facts_of(found: Iterable[Row[Any]]) -> tuple[Fact, ...]:
    """The facts that rows hold, their hashes checked."""
    return tuple(fact_of(row) for row in found)
