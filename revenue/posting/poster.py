"""Posting facts one after the other (生成凭证): each entry from its fact and those before it."""

from cpq.kernel.errors import NotFound
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.chart import Account, ChartOfAccounts
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.claim.accounts import claimed_rows, settled_rows
from revenue.credit_note import CreditNote, Payable
from revenue.entry import JournalEntry, JournalLine
from revenue.exchange import Revaluation
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice
from revenue.ledger import Fact, Settlement, Taking
from revenue.ledger.balance import Document, added_up
from revenue.ledger.effect import opened, taken
from revenue.posting.position import Position, billed_now, position_rows, zero_of
from revenue.posting.row import (
    Posting,
    Row,
    account_of,
    document_key,
    negative,
    of_advance,
    pair,
    with_exchange,
)
from revenue.posting.rules import RULES
from revenue.posting.settling import settled
from revenue.rebate.accounts import rebate_rows
from revenue.rebate.fact import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
)
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.retention import RetentionRelease
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff


class Poster:
    """Posts facts in order and remembers what the next ones need."""

    def __init__(self, chart: ChartOfAccounts) -> None:
        self._chart = chart
        self._positions: dict[str, Position] = {}
        self._invoices: set[str] = set()
        self._documents: dict[tuple[str, str], Document] = {}
        self._settled: dict[str, JournalEntry] = {}
        self._claims: dict[str, Claim] = {}
        self._claw_backs: set[str] = set()

    def learn(self, fact: Fact) -> None:
        """Remember a fact whose entry is there already; a document makes none that others need."""
        to_bill = isinstance(fact, Receivable) and fact.to_bill
        if isinstance(fact, Receivable | Receipt | Payable) and not to_bill:
            self._keep(fact)
        else:
            self.post(fact)

    def post(self, fact: Fact) -> JournalEntry | None:
        """The entry of one fact; ``None`` where it moves no account."""
        if isinstance(fact, Reversal):
            return self._mirror(fact)
        posting = self._posting(fact)
        lines = () if posting is None else posting.lines()
        if posting is None or not lines:
            return None
        entry = _entry(fact, posting.rule, lines)
        if isinstance(fact, Settlement):
            self._settled[number_key(fact.number)] = entry
        return entry

    def _posting(self, fact: Fact) -> Posting | None:
        match fact:
            case Invoice():
                return self._invoice(fact)
            case Delivery():
                return self._delivery(fact)
            case Receivable():
                return self._receivable(fact)
            case Receipt():
                return self._receipt(fact)
            case CreditNote():
                return self._credit_note(fact)
            case Payable():
                return self._payable(fact)
            case (
                Application()
                | Adjustment()
                | DebtorChange()
                | Identification()
                | Refund()
                | RetentionRelease()
                | WriteOff()
                | Recovery()
            ):
                return self._settlement(fact)
            case Revaluation():
                return self._revaluation(fact)
            case AllowanceCharge():
                return self._allowance_charge(fact)
            case Claim() | ClaimReversal() | ClaimSettlement():
                return self._claim(fact)
            case RebateAccrual() | RebateSettlement() | RebateClawBack() | RebateCarry():
                return self._rebate(fact)
            case _:
                return None

    # --- what is billed and delivered -------------------------------------------------------

    def _invoice(self, fact: Invoice) -> Posting:
        self._invoices.add(number_key(fact.number))
        chart = self._chart
        now = billed_now(fact)
        rows = (
            Row(chart.receivable, now.gross, now.booked),
            *(
                Row(chart.pending_vat, each.tax, each.booked_tax)
                for each in fact.covers
                if each.tax
            ),
            *self._moved(fact.contract, -now.net, negative(now.booked_net)),
            Row(chart.output_vat, -fact.tax, negative(fact.booked_tax)),
        )
        return Posting("invoice.billed", with_exchange(chart, rows), fact.customer, fact.contract)

    def _delivery(self, fact: Delivery) -> Posting:
        asset, liability = self._moved(fact.contract, fact.net, fact.booked)
        value = negative(added_up(asset.booked, liability.booked))
        rows = (liability, asset, Row(self._chart.revenue, -fact.net, value))
        return Posting("delivery.revenue", rows, contract=fact.contract)

    def _moved(self, contract: str, amount: Money, value: Money | None) -> tuple[Row, Row]:
        """How the asset and the liability of a contract change with its position."""
        key = number_key(contract)
        before = self._positions.get(key) or Position(Money.zero(amount.code))
        after = self._positions[key] = before.moved(amount, value)
        return position_rows(self._chart, before, after)

    # --- what is owed and paid --------------------------------------------------------------

    def _receivable(self, fact: Receivable) -> Posting | None:
        self._keep(fact)
        if fact.source and number_key(fact.source) in self._invoices:
            return None
        chart = self._chart
        if fact.to_bill:
            return self._unbilled(fact)
        rule, other = "receivable.elsewhere", chart.billed_elsewhere
        if fact.source and number_key(fact.source) in self._claw_backs:
            rule, other = "receivable.rebate", chart.rebate_clearing
        elif fact.origin == "opening":
            rule, other = "receivable.opening", chart.opening
        elif fact.origin == "dunning_fee":
            rule, other = "receivable.dunning_fee", chart.other_income
        elif fact.origin == "interest":
            rule, other = "receivable.interest", chart.late_interest
        elif fact.origin in ("instalment", "delivery"):
            rule = "receivable.unbilled"
        rows = pair(account_of(chart, fact), other, fact.amount, fact.booked)
        return Posting(rule, rows, fact.customer)

    def _unbilled(self, fact: Receivable) -> Posting:
        """What is owed of a contract before it is billed, with the tax that waits for the bill."""
        chart, zero = self._chart, Money.zero(fact.amount.code)
        tax = zero if fact.tax is None else fact.tax
        value = waits = fact.booked
        if value is not None:
            waits = zero_of(value) if fact.booked_tax is None else fact.booked_tax
        net_value = None if value is None or waits is None else waits - value
        rows = (
            Row(chart.unbilled, fact.amount, value),
            *self._moved(fact.contract, tax - fact.amount, net_value),
            Row(chart.pending_vat, -tax, negative(waits)),
        )
        rule = "receivable.unbilled"
        return Posting(rule, with_exchange(chart, rows), fact.customer, fact.contract)

    def _receipt(self, fact: Receipt) -> Posting:
        self._keep(fact)
        chart = self._chart
        rule, other = "receipt.received", chart.bank
        if fact.rebate:
            rule, other = "receipt.rebate", chart.rebate_clearing
        elif not fact.customer:
            rule = "receipt.unidentified"
        elif fact.advance:
            rule = "receipt.advance"
        debit, credit = pair(other, account_of(chart, fact), fact.amount, fact.booked)
        if fact.tax is not None:
            credit = credit._replace(booked=fact.tax - fact.amount)
        return Posting(rule, (debit, *of_advance(chart, credit)), fact.customer)

    def _credit_note(self, fact: CreditNote) -> Posting:
        self._keep(fact)
        chart = self._chart
        tax = Money.zero(fact.amount.code) if fact.tax is None else fact.tax
        parts = fact.net - fact.unrecognised, fact.unrecognised, tax
        values: tuple[Money | None, ...] = (None, None, None)
        if fact.booked is not None:
            values = fact.booked.split([part.minor for part in parts])
        rows = [Row(chart.revenue, parts[0], values[0])]
        if fact.unrecognised.amount:
            rows += self._moved(fact.contract, fact.unrecognised, values[1])
        rows.append(Row(chart.output_vat, tax, values[2]))
        rows.append(Row(chart.customer_credit, -fact.amount, negative(fact.booked)))
        rule = "credit_note.issued"
        return Posting(rule, with_exchange(chart, rows), fact.customer, fact.contract)

    def _payable(self, fact: Payable) -> Posting:
        self._keep(fact)
        chart = self._chart
        rows = pair(chart.billed_elsewhere, chart.payable, fact.amount, fact.booked)
        return Posting("payable.elsewhere", rows, fact.customer)

    def _settlement(self, fact: Taking) -> Posting:
        documents = [self._document(part.kind, part.number) for part in taken(fact)]
        for item in opened(fact, documents):
            self._keep(item)
        return settled(self._chart, fact, documents, [self._owner(each) for each in documents])

    def _revaluation(self, fact: Revaluation) -> Posting:
        document = self._document("receivable", fact.receivable)
        rows = (
            Row(account_of(self._chart, document), fact.difference, book_only=True),
            Row(self._chart.exchange_unrealised, -fact.difference),
        )
        return Posting("revaluation.revalued", rows, self._owner(document))

    def _allowance_charge(self, fact: AllowanceCharge) -> Posting:
        rule = "allowance.charged" if fact.amount.amount > 0 else "allowance.released"
        return Posting(rule, pair(self._chart.credit_loss, self._chart.allowance, fact.amount))

    # --- claims and rebates -----------------------------------------------------------------

    def _claim(self, fact: Claim | ClaimReversal | ClaimSettlement) -> Posting:
        if isinstance(fact, Claim):
            self._claims[number_key(fact.number)] = fact
            rule, rows = f"claim.{fact.treatment}", claimed_rows(self._chart, fact, fact.amount)
            return Posting(rule, _plain(rows), fact.funder, fact.contract)
        claim = self._claims.get(number_key(fact.claim))
        if claim is None:
            raise _not_before(f"claim {fact.claim}")
        if isinstance(fact, ClaimReversal):
            rule, rows = "claim_reversal.mirrored", claimed_rows(self._chart, claim, -fact.amount)
        else:
            rule, rows = "claim_settlement.settled", settled_rows(self._chart, claim, fact)
        return Posting(rule, _plain(rows), claim.funder, claim.contract)

    def _rebate(self, fact: RebateFact) -> Posting:
        if isinstance(fact, RebateClawBack):
            self._claw_backs.add(number_key(fact.number))
        rule = {
            "rebate_accrual": "rebate_accrual.accrued",
            "rebate_settlement": "rebate_settlement.settled",
        }.get(fact.kind, "rebate_claw_back.owed")
        rows = _plain(rebate_rows(self._chart, fact))
        return Posting(rule, rows, fact.customer, fact.agreement)

    # --- inside -----------------------------------------------------------------------------

    def _keep(self, document: Document) -> None:
        self._documents[document_key(document.kind, document.number)] = document

    def _document(self, kind: str, number: str) -> Document:
        found = self._documents.get(document_key(kind, number))
        if found is None:
            raise _not_before(f"{kind} {number}")
        return found

    def _owner(self, document: Document) -> str:
        if isinstance(document, WriteOff):
            return self._owner(self._document("receivable", document.receivable))
        return document.customer

    def _mirror(self, fact: Reversal) -> JournalEntry:
        original = self._settled.get(number_key(fact.reverses))
        if original is None:
            raise _not_before(fact.reverses)
        lines = tuple(line.mirrored() for line in original.lines)
        return _entry(fact, "reversal.mirrored", lines)


def _plain(rows: tuple[tuple[Account, Money], ...]) -> tuple[Row, ...]:
    return tuple(Row(account, amount) for account, amount in rows)


def _not_before(what: str) -> NotFound:
    return NotFound(
        "journal.unknown_fact",
        f"{what} is not among the facts before it; post the facts of a ledger from the first on",
        missing=what,
    )


def _entry(fact: Fact, rule_code: str, lines: tuple[JournalLine, ...]) -> JournalEntry:
    rule = RULES[rule_code]
    words = {name: value for name, value in fact if isinstance(value, str)}
    return JournalEntry(
        number=f"{fact.kind}/{fact.number}",
        on=fact.on,
        fact_kind=fact.kind,
        fact=fact.number,
        rule=rule.code,
        rule_version=rule.version,
        lines=lines,
        memo=rule.words(**words),
    )
