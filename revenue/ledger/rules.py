"""The rules of the ledger: what each fact must meet, and what it moves.

One function per kind of fact. Each looks first and moves last, in a draft that is thrown away
when a fact of the same call is refused; so of several facts either all are recorded or none.

    ================  ===========================  ================================
    fact              takes from                   gives to
    ================  ===========================  ================================
    receivable        –                            open of the receivable
    receipt           –                            free of the receipt
    application       open and free                –
    write-off         open                         recoverable of the write-off
    recovery          recoverable and free         –
    reversal          what the fact gave to        what the fact took from
    ================  ===========================  ================================

Delivery, invoice and acceptance move none of these; they must fit what was delivered and billed.
Claims on funders have their rules in ``revenue.ledger.claims``, rebates in
``revenue.ledger.rebates``.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, assert_never

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money, plain, total
from cpq.kernel.text import number_key
from revenue.application import Application, Reversal
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.fulfilment import Acceptance, Delivery
from revenue.invoice import Invoice
from revenue.ledger.balance import Balance, Balances, Key
from revenue.ledger.claims import (
    record_claim,
    record_claim_reversal,
    record_claim_settlement,
    undo_claim_settlement,
)
from revenue.ledger.fact import Fact, Settlement
from revenue.ledger.rebates import (
    record_rebate,
    refuse_beyond_claw_back,
    refuse_other_credit,
    undo_rebate_settlement,
)
from revenue.ledger.series import IRREVERSIBLE, noun, refuse_before, series_key
from revenue.rebate.fact import RebateAccrual, RebateCarry, RebateClawBack, RebateSettlement
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff

DocumentKind = Literal["receivable", "receipt", "write_off"]
_Taking = Application | WriteOff | Recovery


def record(draft: Balances, fact: Fact) -> None:
    """Check ``fact`` against what the draft holds, and move its balances."""
    key = series_key(fact.kind, fact.number)
    _refuse_taken(fact, draft.facts.get(key))
    match fact:
        case Application():
            _record_application(draft, fact)
        case Receivable():
            _record_receivable(draft, fact)
        case Receipt():
            if fact.rebate:
                refuse_other_credit(draft, fact)
            _open(draft, fact, fact.customer)
        case WriteOff():
            _record_write_off(draft, fact)
        case Recovery():
            _record_recovery(draft, fact)
        case Reversal():
            _record_reversal(draft, fact)
        case Invoice():
            _record_invoice(draft, fact)
        case Delivery():
            _record_delivery(draft, fact)
        case Claim():
            record_claim(draft, fact)
        case ClaimReversal():
            record_claim_reversal(draft, fact)
        case ClaimSettlement():
            record_claim_settlement(draft, fact)
        case RebateAccrual() | RebateSettlement() | RebateClawBack() | RebateCarry():
            record_rebate(draft, fact)
        case Acceptance() | AllowanceCharge():
            pass
        case _:
            assert_never(fact)
    draft.facts.put(key, fact)


def document(draft: Balances, kind: DocumentKind, number: str) -> Balance:
    """The balance of a document. Raises ``NotFound`` (``receivable.unknown``,
    ``receipt.unknown``, ``write_off.unknown``).
    """
    found = draft.documents.get((kind, number_key(number)))
    if found is None:
        raise NotFound(
            f"{kind}.unknown",
            f"the ledger holds no {noun(kind)} {number!r}; record it first or correct the number",
            number=number,
        )
    return found


def _refuse_taken(fact: Fact, holder: Fact | None) -> None:
    if holder is None:
        return
    same = holder == fact
    advice = (
        "with the same content: nothing is left to do"
        if same
        else "with other content: give this one another number"
    )
    raise Conflict(
        "fact.number_taken",
        f"{noun(fact.kind)} number {fact.number!r} is taken: "
        f"{noun(holder.kind)} {holder.number!r} is recorded {advice}",
        number=fact.number,
        kind=fact.kind,
        same_content=same,
    )


def _open(draft: Balances, fact: Receivable | Receipt | WriteOff, customer: str) -> None:
    balance = Balance(fact, customer, fact.amount, fact.on)
    draft.documents.put((fact.kind, number_key(fact.number)), balance)


def _meet(fact: Settlement, first: Balance, second: Balance) -> None:
    """Both documents are of one customer and in the fact's currency, and neither is later."""
    meet(fact.kind, fact.amount, first, second)
    _refuse_early(fact, first, second)


def meet(kind: str, amount: Money, first: Balance, second: Balance) -> None:
    """Raise ``Refused`` unless amount and documents have one currency and one customer."""
    codes = [amount.code, first.left.code, second.left.code]
    if len(set(codes)) > 1:
        raise Refused(
            f"{kind}.currency_mismatch",
            f"{_named(first)} is in {codes[1]}, "
            f"{'' if second is first else f'{_named(second)} in {codes[2]}, '}the {noun(kind)} "
            f"in {codes[0]}; all must be in one currency",
            currencies=tuple(codes),
        )
    if number_key(first.customer) != number_key(second.customer):
        raise Refused(
            f"{kind}.other_customer",
            f"{_named(first)} is of customer {first.customer}, {_named(second)} of "
            f"{second.customer}; both must be of one customer",
            customers=(first.customer, second.customer),
        )


def _named(balance: Balance) -> str:
    return f"{noun(balance.document.kind)} {balance.document.number}"


def _refuse_early(fact: Settlement, *balances: Balance) -> None:
    latest = max(balances, key=lambda balance: balance.document.on)
    refuse_before(fact, latest.document.on, _named(latest))


def _refuse_excess(fact: Settlement, balance: Balance, *, reason: str, state: str) -> None:
    left = balance.available_from(fact.on)
    if fact.amount > left:
        raise Refused(
            f"{fact.kind}.{reason}",
            f"{noun(fact.kind)} {fact.number} takes {fact.amount} of {_named(balance)}, but only "
            f"{left} is {state} from {fact.on} on; take at most that",
            number=fact.number,
            asked=fact.amount,
            available=left,
        )


def _record_application(draft: Balances, fact: Application) -> None:
    receipt = document(draft, "receipt", fact.receipt)
    receivable = document(draft, "receivable", fact.receivable)
    _meet(fact, receipt, receivable)
    _refuse_excess(fact, receivable, reason="exceeds_open", state="open")
    _refuse_excess(fact, receipt, reason="exceeds_receipt", state="free")
    _move(draft, fact, sign=-1)


def _record_write_off(draft: Balances, fact: WriteOff) -> None:
    receivable = document(draft, "receivable", fact.receivable)
    _meet(fact, receivable, receivable)
    _refuse_excess(fact, receivable, reason="exceeds_open", state="open")
    _move(draft, fact, sign=-1)
    _open(draft, fact, receivable.customer)


def _record_recovery(draft: Balances, fact: Recovery) -> None:
    write_off = document(draft, "write_off", fact.write_off)
    receipt = document(draft, "receipt", fact.receipt)
    _meet(fact, write_off, receipt)
    _refuse_excess(fact, write_off, reason="exceeds_write_off", state="not recovered")
    _refuse_excess(fact, receipt, reason="exceeds_receipt", state="free")
    _move(draft, fact, sign=-1)


def _taken_from(fact: _Taking) -> tuple[Key, ...]:
    """The documents that a settlement takes its amount from."""
    match fact:
        case Application():
            return ("receipt", fact.receipt), ("receivable", fact.receivable)
        case WriteOff():
            return (("receivable", fact.receivable),)
        case Recovery():
            return ("receipt", fact.receipt), ("write_off", fact.write_off)


def _move(draft: Balances, fact: _Taking, *, sign: int, on: date | None = None) -> None:
    for kind, number in _taken_from(fact):
        draft.move((kind, number_key(number)), on or fact.on, fact.amount * sign)


def _record_reversal(draft: Balances, fact: Reversal) -> None:
    key = number_key(fact.reverses)
    settlement = draft.facts.get(("settlement", key))
    if not isinstance(settlement, Settlement):
        _refuse_not_reversible(draft, fact)
        return
    earlier = draft.reversals.get(key)
    if earlier is not None:
        raise Refused(
            "reversal.already_reversed",
            f"{noun(settlement.kind)} {settlement.number} is reversed already, by {earlier}",
            number=fact.number,
            reversed_by=earlier,
        )
    refuse_before(fact, settlement.on, f"the {noun(settlement.kind)} {settlement.number}")
    if isinstance(settlement, WriteOff):
        _undo_recoverable(draft, fact, settlement)
    if isinstance(settlement, ClaimSettlement):
        undo_claim_settlement(draft, fact, settlement)
    elif isinstance(settlement, RebateSettlement):
        undo_rebate_settlement(draft, fact, settlement)
    else:
        _move(draft, settlement, sign=1, on=fact.on)
    draft.reversals.put(key, fact.number)


def _refuse_not_reversible(draft: Balances, fact: Reversal) -> None:
    key = number_key(fact.reverses)
    for kind in IRREVERSIBLE:
        found = draft.facts.get((kind, key))
        if found is not None:
            raise Refused(
                "reversal.not_reversible",
                f"{noun(kind)} {found.number} cannot be reversed; only an application, a "
                "write-off, a recovery or a settlement of a claim or a rebate can",
                number=fact.number,
                kind=kind,
            )
    raise NotFound(
        "reversal.unknown_fact",
        f"reversal {fact.number} reverses {fact.reverses!r}, which the ledger does not hold",
        number=fact.number,
        reverses=fact.reverses,
    )


def _undo_recoverable(draft: Balances, fact: Reversal, write_off: WriteOff) -> None:
    balance = document(draft, "write_off", write_off.number)
    if balance.available_from(fact.on) < write_off.amount:
        raise Refused(
            "reversal.recovered",
            f"of write-off {write_off.number} only {balance.available_from(fact.on)} is not "
            f"recovered from {fact.on} on; reverse its recoveries first",
            number=fact.number,
            write_off=write_off.number,
        )
    draft.move(("write_off", number_key(write_off.number)), fact.on, -write_off.amount)


def _record_receivable(draft: Balances, fact: Receivable) -> None:
    source = number_key(fact.source)
    invoice = draft.facts.get(("invoice", source))
    owed = draft.owed.get(source)
    if isinstance(invoice, Invoice):
        refuse_before(fact, invoice.on, f"invoice {invoice.number}")
        _refuse_other_invoice(fact, invoice, Money.zero(invoice.currency) if owed is None else owed)
    refuse_beyond_claw_back(draft, fact)
    if source and (owed is None or owed.code == fact.amount.code):
        draft.owed.put(source, fact.amount if owed is None else owed + fact.amount)
    _open(draft, fact, fact.customer)
    customer = number_key(fact.customer)
    draft.receivables.put(customer, (*(draft.receivables.get(customer) or ()), fact.number))


def _refuse_other_invoice(fact: Receivable, invoice: Invoice, owed: Money) -> None:
    def refused(reason: str, why: str) -> Refused:
        message = f"receivable {fact.number} of invoice {invoice.number}: {why}"
        return Refused(f"receivable.{reason}", message, number=fact.number, invoice=invoice.number)

    if fact.amount.code != invoice.currency:
        raise refused(
            "currency_mismatch", f"it is in {fact.amount.code}, the invoice in {invoice.currency}"
        )
    if number_key(fact.customer) != number_key(invoice.customer):
        raise refused(
            "other_customer",
            f"it is of customer {fact.customer}, the invoice of {invoice.customer}",
        )
    if owed + fact.amount > invoice.gross:
        raise refused(
            "exceeds_invoice",
            f"the invoice bills {invoice.gross}, receivables of {owed} are recorded for it and "
            f"this one adds {fact.amount}; take the rest at most",
        )


def _record_invoice(draft: Balances, fact: Invoice) -> None:
    if draft.owed.get(number_key(fact.number)) is not None:
        raise Refused(
            "invoice.after_receivable",
            f"receivables of invoice {fact.number} were recorded before it, as billed elsewhere; "
            "record an invoice before its receivables",
            number=fact.number,
        )
    known = draft.currencies.get(number_key(fact.contract)) or fact.currency
    if known != fact.currency:
        raise Refused(
            "invoice.currency_mismatch",
            f"invoice {fact.number} is in {fact.currency}, contract {fact.contract} in {known}; "
            "bill it in the currency of the contract",
            number=fact.number,
            currencies=(fact.currency, known),
        )
    draft.currencies.put(number_key(fact.contract), known)
    for line in fact.lines:
        key = number_key(fact.contract), line.line
        billed = draft.billed.get(key) or Money.zero(fact.currency)
        if billed != line.gross_before:
            raise Conflict(
                "invoice.out_of_date",
                f"invoice {fact.number} was made when {line.gross_before} of line {line.line} of "
                f"contract {fact.contract} was billed, but now {billed} is; bill() it again with "
                "all earlier invoices",
                number=fact.number,
                contract=fact.contract,
                line=line.line,
            )
        draft.billed.put(key, billed + line.gross)


def _record_delivery(draft: Balances, fact: Delivery) -> None:
    contract = number_key(fact.contract)
    _refuse_foreign_delivery(fact, draft.currencies.get(contract))
    draft.currencies.put(contract, fact.net_before.code)
    net = draft.delivered_net.get(contract) or Money.zero(fact.net.code)
    if net != fact.net_before:
        raise _outdated_delivery(fact, f"{fact.net_before} of it", f"{net}")
    draft.delivered_net.put(contract, net + fact.net)
    for line in fact.lines:
        quantity = draft.delivered.get((contract, line.line)) or Decimal(0)
        if quantity != line.quantity_before:
            what = f"{plain(line.quantity_before)} of line {line.line}"
            raise _outdated_delivery(fact, what, plain(quantity))
        draft.delivered.put((contract, line.line), total((quantity, line.quantity)))


def _refuse_foreign_delivery(fact: Delivery, known: str | None) -> None:
    codes = {fact.net_before.code, *(line.net.code for line in fact.lines)}
    if known is not None:
        codes.add(known)
    if len(codes) > 1:
        raise Refused(
            "delivery.currency_mismatch",
            f"delivery {fact.number} and what is recorded of contract {fact.contract} are in "
            f"{' and '.join(sorted(codes))}; one contract is in one currency",
            number=fact.number,
            currencies=tuple(sorted(codes)),
        )


def _outdated_delivery(fact: Delivery, before: str, now: str) -> Conflict:
    return Conflict(
        "delivery.out_of_date",
        f"delivery {fact.number} of order {fact.order} was made when {before} was delivered, but "
        f"now {now} is, in all orders of contract {fact.contract}; deliver() it again with all "
        "earlier deliveries of the contract",
        number=fact.number,
        order=fact.order,
        contract=fact.contract,
    )
