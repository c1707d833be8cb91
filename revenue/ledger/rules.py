"""The rules of the ledger: what each fact must meet, and what it moves.

Each looks first and moves last, in a draft that is thrown away when a fact of the same call is
refused; so of several facts either all are recorded or none. Documents open with all of their
amount left; what takes from them goes by ``revenue.ledger.taking``, and a reversal gives it back.
Delivery, invoice and acceptance take from nothing; they must fit what was delivered and billed.
Claims on funders have their rules in ``revenue.ledger.claims``, rebates in
``revenue.ledger.rebates``, what moves no money in ``revenue.ledger.notes``.
"""

from decimal import Decimal

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money, money_total, plain, total
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import Revaluation
from revenue.fulfilment import Acceptance, Delivery
from revenue.invoice import Invoice
from revenue.ledger.balance import Balances
from revenue.ledger.billing import (
    place_books,
    record_covers,
    record_unbilled,
    refuse_other_books,
    refuse_other_value,
)
from revenue.ledger.claims import (
    record_claim,
    record_claim_reversal,
    record_claim_settlement,
    undo_claim_settlement,
)
from revenue.ledger.fact import Fact, Settlement
from revenue.ledger.losses import check_recovery, check_write_off
from revenue.ledger.notes import (
    keep_about,
    record_note,
    refuse_closed,
)
from revenue.ledger.rebates import (
    record_rebate,
    refuse_beyond_claw_back,
    refuse_other_credit,
    undo_rebate_settlement,
)
from revenue.ledger.revaluing import record_revaluation, undo_revaluation
from revenue.ledger.series import IRREVERSIBLE, noun, refuse_before, series_key
from revenue.ledger.taking import (
    open_document,
    record_taking,
    undo_taking,
)
from revenue.rebate.fact import RebateAccrual, RebateCarry, RebateClawBack, RebateSettlement
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import OPENED_BY_FACTS, Receivable
from revenue.retention import RetentionRelease
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff


def record(draft: Balances, fact: Fact) -> None:
    """Check ``fact`` against what the draft holds, and move its balances."""
    key = series_key(fact.kind, fact.number)
    _refuse_taken(fact, draft.facts.get(key))
    refuse_closed(draft, fact)
    match fact:
        case (
            Application()
            | Adjustment()
            | DebtorChange()
            | Identification()
            | Refund()
            | RetentionRelease()
        ):
            record_taking(draft, fact)
        case Recovery():
            check_recovery(draft, fact)
            record_taking(draft, fact)
        case WriteOff():
            check_write_off(draft, fact)
            record_taking(draft, fact)
        case Receivable():
            _record_receivable(draft, fact)
        case Receipt():
            if fact.rebate:
                refuse_other_credit(draft, fact)
            _open(draft, fact)
        case CreditNote():
            _refuse_beyond_invoice(draft, fact)
            if fact.unrecognised.amount:
                refuse_other_books(draft, fact)
                place_books(draft, fact)
            _open(draft, fact)
        case Payable():
            _open(draft, fact)
        case Revaluation():
            record_revaluation(draft, fact)
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
            record_note(draft, fact)
    draft.facts.put(key, fact)
    keep_about(draft, fact)


def _open(draft: Balances, fact: Receipt | CreditNote | Payable | Receivable) -> None:
    """A document of a number that no settlement has given to what it opened."""
    holder = draft.documents.get((fact.kind, number_key(fact.number)))
    if holder is not None:
        raise Conflict(
            "fact.number_taken",
            f"{noun(fact.kind)} number {fact.number!r} is taken: a settlement opened a "
            f"{noun(fact.kind)} of that number; give this one another number",
            number=fact.number,
            kind=fact.kind,
            same_content=False,
        )
    open_document(draft, fact, fact.customer)


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
    match settlement:
        case ClaimSettlement():
            undo_claim_settlement(draft, fact, settlement)
        case RebateSettlement():
            undo_rebate_settlement(draft, fact, settlement)
        case Revaluation():
            undo_revaluation(draft, fact, settlement)
        case _:
            undo_taking(draft, fact, settlement)
    draft.reversals.put(key, fact.number)


def _refuse_not_reversible(draft: Balances, fact: Reversal) -> None:
    key = number_key(fact.reverses)
    for kind in IRREVERSIBLE:
        found = draft.facts.get((kind, key))
        if found is not None:
            raise Refused(
                "reversal.not_reversible",
                f"{noun(kind)} {found.number} cannot be reversed; only what settles something or "
                "hands it on can, such as an application, a write-off or an identification",
                number=fact.number,
                kind=kind,
            )
    raise NotFound(
        "reversal.unknown_fact",
        f"reversal {fact.number} reverses {fact.reverses!r}, which the ledger does not hold",
        number=fact.number,
        reverses=fact.reverses,
    )


def _record_receivable(draft: Balances, fact: Receivable) -> None:
    if fact.origin in OPENED_BY_FACTS:
        raise Refused(
            "receivable.opened_elsewhere",
            f"receivable {fact.number} of the origin {fact.origin!r} is opened by the fact that "
            "makes it so, such as an application with a dispute; record that",
            number=fact.number,
        )
    source = number_key(fact.source)
    invoice = draft.facts.get(("invoice", source))
    owed = draft.owed.get(source)
    if isinstance(invoice, Invoice):
        refuse_before(fact, invoice.on, f"invoice {invoice.number}")
        before = Money.zero(invoice.currency) if owed is None else owed
        _refuse_other_invoice(fact, invoice, before)
        refuse_other_value(fact, invoice, before)
    elif fact.to_bill:
        record_unbilled(draft, fact)
    refuse_beyond_claw_back(draft, fact)
    if source and (owed is None or owed.code == fact.amount.code):
        draft.owed.put(source, fact.amount if owed is None else owed + fact.amount)
    _open(draft, fact)


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


def _refuse_beyond_invoice(draft: Balances, fact: CreditNote) -> None:
    """Refuse a credit note of an invoice that bills less than is credited of it by now."""
    invoice = draft.facts.get(("invoice", number_key(fact.invoice)))
    if not isinstance(invoice, Invoice):
        return
    refuse_before(fact, invoice.on, f"invoice {invoice.number}")
    if fact.amount.code != invoice.currency or number_key(fact.customer) != number_key(
        invoice.customer
    ):
        raise Refused(
            "credit_note.other_invoice",
            f"credit note {fact.number} of {fact.customer} in {fact.amount.code} is for invoice "
            f"{invoice.number} of {invoice.customer} in {invoice.currency}; correct one of them",
            number=fact.number,
            invoice=invoice.number,
        )
    earlier = draft.about.get(("credit_note", number_key(fact.invoice))) or ()
    credited = money_total(
        (each.amount for each in earlier if isinstance(each, CreditNote)), invoice.currency
    )
    if credited + fact.amount > invoice.gross:
        raise Refused(
            "credit_note.exceeds_invoice",
            f"invoice {invoice.number} bills {invoice.gross}, {credited} of it is credited and "
            f"credit note {fact.number} credits {fact.amount}; credit the rest at most",
            number=fact.number,
            asked=fact.amount,
            available=invoice.gross - credited,
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
    refuse_other_books(draft, fact)
    place_books(draft, fact)
    record_covers(draft, fact)
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
    refuse_other_books(draft, fact)
    place_books(draft, fact)
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
