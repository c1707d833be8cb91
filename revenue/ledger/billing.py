"""What must fit where a contract is billed: values in the books, and what was owed before (开票).

The deliveries, invoices and credit notes of a contract move one position; it has a value in the
books only where all of them bear one, in one currency. A receivable of an invoice carries its part
of the invoice's value, so that nothing is worth something on one side only. A receivable of a
contract that is not billed yet moves the position as an invoice does; the invoice that covers it
bills it once, with the amounts that it has.
"""

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.credit_note import CreditNote
from revenue.fulfilment import Delivery
from revenue.invoice import Cover, Invoice
from revenue.ledger.balance import Balances
from revenue.ledger.series import noun, refuse_before
from revenue.ledger.taking import document
from revenue.receivable import NOT_BILLED, Receivable

Positioned = Delivery | Invoice | CreditNote | Receivable
"""What moves the position of a contract: of receivables those that are not billed yet."""


def place_books(draft: Balances, fact: Positioned) -> None:
    """Remember in which currency the position of a contract is valued: the first fact says it."""
    key = number_key(fact.contract)
    if draft.books.get(key) is None:
        draft.books.put(key, "" if fact.booked is None else fact.booked.code)


def refuse_other_books(draft: Balances, fact: Positioned) -> None:
    """Refuse a fact that is valued in another currency than its contract, or not valued as it is
    (``….not_booked``).
    """
    known = draft.books.get(number_key(fact.contract))
    found = "" if fact.booked is None else fact.booked.code
    if known is not None and known != found:
        raise Refused(
            f"{fact.kind}.not_booked",
            f"{noun(fact.kind)} {fact.number} bears {_value(found)}, what is recorded of contract "
            f"{fact.contract} {_value(known)}; value all of a contract in the currency of the "
            "books, with rate and books, or none of it",
            number=fact.number,
            contract=fact.contract,
        )


def _value(currency: str) -> str:
    return f"a value in {currency}" if currency else "no book value"


def refuse_other_value(fact: Receivable, invoice: Invoice, owed: Money) -> None:
    """Refuse a receivable that does not carry its part of the invoice's value, after ``owed``."""
    part = invoice.booked_part(fact.amount, before=owed)
    if fact.booked != part:
        raise Refused(
            "receivable.other_value",
            f"receivable {fact.number} is worth {fact.booked or 'nothing'} in the books, its part "
            f"of invoice {invoice.number} {part or 'nothing'}; take invoice.booked_part(amount, "
            "before=…)",
            number=fact.number,
            invoice=invoice.number,
        )


def record_unbilled(draft: Balances, fact: Receivable) -> None:
    """Take the position of a contract for what is owed before it is billed."""
    contract = number_key(fact.contract)
    known = draft.currencies.get(contract) or fact.amount.code
    if known != fact.amount.code:
        raise Refused(
            "receivable.currency_mismatch",
            f"receivable {fact.number} is in {fact.amount.code}, contract {fact.contract} in "
            f"{known}; one contract is in one currency",
            number=fact.number,
            currencies=(fact.amount.code, known),
        )
    refuse_other_books(draft, fact)
    place_books(draft, fact)
    draft.currencies.put(contract, known)


def record_covers(draft: Balances, fact: Invoice) -> None:
    """Bill what was owed before: each receivable once, of this contract and customer, as it is.

    Raises ``NotFound`` (``receivable.unknown``) and ``Refused`` (``invoice.covers_other``,
    ``invoice.covered_already``, ``invoice.too_early``).
    """
    for each in fact.covers:
        key = number_key(each.receivable)
        debt = document(draft, "receivable", each.receivable).document
        assert isinstance(debt, Receivable), "a document of that kind"
        why = _misfit(fact, each, debt)
        if why:
            raise Refused(
                "invoice.covers_other",
                f"invoice {fact.number} of {fact.customer} for contract {fact.contract} covers "
                f"receivable {debt.number}, {why}; cover what the customer owes of that contract "
                "before it is billed",
                number=fact.number,
                receivable=debt.number,
            )
        refuse_before(fact, debt.on, f"receivable {debt.number}")
        earlier = draft.covered.get(key)
        if earlier is not None:
            raise Refused(
                "invoice.covered_already",
                f"invoice {fact.number} covers receivable {debt.number}, which invoice {earlier} "
                "billed already; leave it out",
                number=fact.number,
                receivable=debt.number,
            )
        draft.covered.put(key, fact.number)
    if fact.covers:
        draft.owed.put(number_key(fact.number), fact.covered)


def _misfit(fact: Invoice, each: Cover, debt: Receivable) -> str:
    """Why a receivable is not what the invoice may cover; nothing where it is."""
    if not debt.to_bill:
        return f"which is not of a contract's {' or '.join(NOT_BILLED)} that is yet to be billed"
    if number_key(debt.contract) != number_key(fact.contract):
        return f"which is of contract {debt.contract}"
    if number_key(debt.customer) != number_key(fact.customer):
        return f"which {debt.customer} owes"
    if each != Cover.of(debt).with_(receivable=each.receivable):
        return f"which is of {debt.amount} with tax of {debt.tax or 'unknown amount'}"
    return ""
