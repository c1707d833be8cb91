"""What a document, a fact or a journal entry looks like as rows: pure functions (行的形状).

Writing uses them to insert, ``verify`` to say what must be there; so a column that somebody
changed behind our back differs from what the body says, whatever column it is.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from cpq.history import DealPrice
from cpq.kernel.money import Money, plain
from cpq.kernel.text import number_key
from cpq.quote import GivenNumber, Quote
from revenue.adapters.rows import body_of, key_of, minor, sha256, version_of
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.contract import Contract
from revenue.credit_note import CreditNote, Payable
from revenue.fulfilment import Acceptance, Delivery
from revenue.invoice import Invoice
from revenue.journal import JournalEntry, JournalLine
from revenue.ledger.balance import Balance, value_of
from revenue.ledger.fact import Fact
from revenue.ledger.series import about, series_key
from revenue.order import SalesOrder
from revenue.rebate.fact import RebateCarry, RebateFact
from revenue.receivable import OPENED_BY_FACTS, Receivable
from revenue.retention import Retention

Values = dict[str, Any]

_GRID = 10**18
_OF_A_CONTRACT = (
    Delivery
    | Acceptance
    | Invoice
    | Receivable
    | CreditNote
    | Claim
    | ClaimReversal
    | ClaimSettlement
)


def quote_row(quote: Quote, revision: int) -> Values:
    """A saved state of a quote version."""
    return {
        "number_key": key_of(quote.number),
        "version": version_of(quote.version),
        "revision": revision,
        "number": quote.number,
        "state": quote.state,
        "customer": quote.customer.code,
        "currency": quote.currency,
        "gross": plain(quote.gross.amount),
        "issued_on": quote.issued_on.isoformat(),
        "valid_until": quote.valid_until.isoformat(),
        **body_of(quote),
    }


def number_row(given: GivenNumber) -> Values:
    """A number that was given out; what it was given from stands in its body."""
    return {
        "series_key": key_of(given.series.code),
        "period": given.series.period(given.on),
        "place": given.n,
        "number_key": key_of(given.number),
        "number": given.number,
        "on_day": given.on.isoformat(),
        **body_of(given),
    }


def deal_price_row(deal: DealPrice) -> Values:
    """A deal price: the columns are the whole of it, and its hash is that of its canonical form.

    Where it names no product family, it is the family of itself, so that asking for a family finds
    the product and its variants alike.
    """
    return {
        "quote_key": key_of(deal.quote or ""),
        "version": version_of(deal.version),
        "line": deal.line,
        "status": deal.status,
        "quote": deal.quote,
        "on_day": deal.on.isoformat(),
        "product": deal.product,
        "family": deal.family or deal.product,
        "attributes": marked("\n".join(pair) for pair in deal.attributes),
        "quantity": plain(deal.quantity),
        "unit": deal.unit,
        "base_quantity": str(deal.base_quantity),
        "quantity_key": sortable(deal.base_quantity),
        "base_unit": deal.base_unit,
        "currency": deal.currency,
        "net": plain(deal.net),
        "list_price": None if deal.list_price is None else str(deal.list_price),
        "customer": deal.customer,
        "group_codes": marked(deal.groups),
        "region": deal.region,
        "channel": deal.channel,
        "owner": deal.owner,
        "one_off": int(deal.one_off),
        "sha256": sha256(deal.canonical()),
    }


def marked(words: Iterable[str]) -> str:
    r"""Words in one text such that each can be found in it: none of them holds a tab.

    >>> marked(["key-account", "vip"])
    '\tkey-account\t\tvip\t'
    """
    return "".join(f"\t{word}\t" for word in words)


def unmarked(text: str) -> tuple[str, ...]:
    r"""The words of ``marked``.

    >>> unmarked("\tkey-account\t\tvip\t")
    ('key-account', 'vip')
    """
    return tuple(text[1:-1].split("\t\t")) if text else ()


def sortable(quantity: Fraction) -> str:
    """A quantity as text that sorts as the quantity does, byte by byte; below 0 as 0.

    Exact to 18 decimals; what has more sorts after the quantity that is cut there.

    >>> sorted([sortable(Fraction(n)) for n in ("10", "9", "9.5", "1/3")])
    ['010.333333333333333333+', '019.', '019.5', '0210.']
    """
    scaled, rest = divmod(max(quantity.numerator, 0) * _GRID, quantity.denominator)
    whole, part = divmod(scaled, _GRID)
    decimals = f"{part:018d}"
    decimals = f"{decimals}+" if rest else decimals.rstrip("0")
    return f"{len(str(whole)):02d}{whole}.{decimals}"


def contract_row(contract: Contract) -> Values:
    """A version of a contract."""
    return {
        "number_key": key_of(contract.number),
        "version": version_of(contract.version),
        "number": contract.number,
        "quote_key": key_of(contract.quote),
        "quote_version": version_of(contract.quote_version),
        "customer": contract.customer.code,
        "currency": contract.currency,
        "gross": plain(contract.gross.amount),
        "signed_on": contract.signed_on.isoformat(),
        **body_of(contract),
    }


def order_row(order: SalesOrder, contract_version: int) -> Values:
    """An order under a version of its contract."""
    return {
        "number_key": key_of(order.number),
        "number": order.number,
        "contract_key": key_of(order.contract),
        "contract_version": contract_version,
        "customer": order.customer,
        "on_day": order.on.isoformat(),
        **body_of(order),
    }


def fact_row(fact: Fact, seq: int) -> Values:
    """A fact, whatever its kind; its link of the chain comes with it."""
    contract = order = None
    if isinstance(fact, _OF_A_CONTRACT):
        contract = fact.contract
    if isinstance(fact, Delivery | Acceptance):
        order = fact.order
    if isinstance(fact, RebateFact):
        # a rebate agreement is a contract too, and what is carried belongs to both
        contract = fact.agreement
        order = fact.into if isinstance(fact, RebateCarry) else None
    topic = about(fact)
    return {
        "seq": seq,
        "series": series_key(fact.kind, fact.number)[0],
        "number_key": key_of(fact.number),
        "kind": fact.kind,
        "number": fact.number,
        "on_day": fact.on.isoformat(),
        "contract_key": key_of(contract) if contract else None,
        "order_key": key_of(order) if order else None,
        "about_key": key_of(topic) if topic else None,
        **body_of(fact),
    }


def balance_row(balance: Balance, kind: str, seq: int) -> Values:
    """What is left of a document that the fact with the sequence number ``seq`` opened.

    A receivable that another fact opened names what it comes from, but is no part of an invoice.
    """
    document, book = balance.document, balance.book
    booked = None if isinstance(document, Claim | RebateFact) else value_of(document)
    due = document.due_on if isinstance(document, Receivable | Payable | Retention) else None
    source = document.source if isinstance(document, Receivable) else ""
    if isinstance(document, Receivable) and document.origin in OPENED_BY_FACTS:
        source = ""
    return {
        "kind": kind,
        "number_key": key_of(document.number),
        "seq": seq,
        "number": document.number,
        "customer": balance.customer,
        "customer_key": number_key(balance.customer),
        "currency": document.amount.code,
        "on_day": document.on.isoformat(),
        "due_on": None if due is None else due.isoformat(),
        "source_key": key_of(source) if source else None,
        "amount_minor": minor(document.amount),
        "left_minor": minor(balance.left),
        "book_currency": None if book is None else book.code,
        "book_minor": None if booked is None else minor(booked),
        "book_left_minor": None if book is None else minor(book),
        "revalued_minor": None if balance.revalued is None else minor(balance.revalued),
        "last_day": balance.last_on.isoformat(),
    }


def movement_row(kind: str, number: str, amount: Money, book: Money | None, on: date) -> Values:
    """What a fact took from a document (below zero) or gave back, but for its place."""
    return {
        "kind": kind,
        "number_key": number,
        "currency": amount.code,
        "on_day": on.isoformat(),
        "amount_minor": minor(amount),
        "book_minor": None if book is None else minor(book),
    }


def entry_row(entry: JournalEntry, seq: int) -> Values:
    """A journal entry of the fact with the sequence number ``seq``; one fact has one entry."""
    return {
        "number_key": key_of(entry.number),
        "number": entry.number,
        "seq": seq,
        "place": 1,
        "on_day": entry.on.isoformat(),
        "rule": entry.rule,
        "rule_version": entry.rule_version,
        **body_of(entry),
    }


def line_row(line: JournalLine, entry_key: str, place: int) -> Values:
    """A line of a journal entry."""
    return {
        "entry_key": entry_key,
        "place": place,
        "account": line.account.code,
        "customer": line.customer,
        "contract": line.contract,
        "currency": line.signed.code,
        "debit_minor": 0 if line.debit is None else minor(line.debit),
        "credit_minor": 0 if line.credit is None else minor(line.credit),
        "book_currency": None if line.booked is None else line.booked.code,
        "booked_minor": None if line.booked is None else minor(line.booked),
        "book_only": int(line.book_only),
    }
