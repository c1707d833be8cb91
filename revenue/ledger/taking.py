"""The rules of settlements: what each may take, from whom, and what it opens (核销规则).

All kinds go the same way, by the table in ``revenue.ledger.effect``: the documents are found, they
belong together, nothing is taken that is not there on that day or on any later one, the book values
are those of the ledger. Only then something moves.
"""

from collections.abc import Sequence

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.ledger.balance import Balance, Balances, Document, value_of
from revenue.ledger.effect import DocumentKind, Taken, differences, opened, taken
from revenue.ledger.fact import Taking
from revenue.ledger.series import noun, refuse_before
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.writeoff import Recovery, WriteOff

_EXCESS: dict[DocumentKind, tuple[str, str]] = {
    "receivable": ("exceeds_open", "open"),
    "receipt": ("exceeds_receipt", "free"),
    "credit_note": ("exceeds_credit_note", "free"),
    "payable": ("exceeds_payable", "open"),
    "retention": ("exceeds_retention", "held back"),
    "write_off": ("exceeds_write_off", "not recovered"),
}


def document(draft: Balances, kind: DocumentKind, number: str) -> Balance:
    """The balance of a document. Raises ``NotFound``: ``receivable.unknown``,
    ``receipt.unknown``, ``credit_note.unknown``, ``payable.unknown``, ``retention.unknown``,
    ``write_off.unknown``.
    """
    found = draft.documents.get((kind, number_key(number)))
    if found is None:
        raise NotFound(
            f"{kind}.unknown",
            f"the ledger holds no {noun(kind)} {number!r}; record it first or correct the number",
            number=number,
        )
    return found


def record_taking(draft: Balances, fact: Taking) -> None:
    """Take what a settlement takes, and open what it opens."""
    parts, balances = parts_of(draft, fact)
    _refuse_misfit(fact, parts, balances)
    for part, balance in reversed(tuple(zip(parts, balances, strict=True))):
        _refuse_excess(fact, part, balance)
    _refuse_other_values(fact, parts, balances)
    items = opened(fact, [balance.document for balance in balances])
    _refuse_taken_numbers(draft, fact, items)
    for part, balance, book in zip(parts, balances, _books(fact, balances), strict=True):
        draft.move(part.key, fact.on, -part.amount, None if book is None else -book)
        owner = balance.customer
    for item in items:
        open_document(draft, item, owner if isinstance(item, WriteOff) else item.customer)


def parts_of(draft: Balances, fact: Taking) -> tuple[tuple[Taken, ...], tuple[Balance, ...]]:
    """What a settlement takes, and of what. Raises ``NotFound`` as ``document`` does."""
    parts = taken(fact)
    return parts, tuple(document(draft, part.kind, part.number) for part in parts)


def open_document(draft: Balances, item: Document, customer: str) -> None:
    """A document of which all is left yet."""
    draft.documents.put(
        (item.kind, number_key(item.number)),
        Balance(item, customer, item.amount, item.on, book=value_of(item)),
    )
    if isinstance(item, Receivable):
        key = number_key(customer)
        draft.receivables.put(key, (*(draft.receivables.get(key) or ()), item.number))


def undo_taking(draft: Balances, fact: Reversal, settlement: Taking) -> None:
    """Give back what a settlement took, and close what it opened; both as they were."""
    parts, balances = parts_of(draft, settlement)
    for item in opened(settlement, [balance.document for balance in balances]):
        key = item.kind, number_key(item.number)
        balance = draft.documents.get(key)
        assert balance is not None, "a recorded settlement opened it"
        _refuse_used(fact, settlement, item, balance)
        draft.move(key, fact.on, -item.amount, None if balance.book is None else -balance.book)
    for part, book in zip(parts, _books(settlement, balances), strict=True):
        draft.move(part.key, fact.on, part.amount, book)


def _refuse_used(fact: Reversal, settlement: Taking, item: Document, balance: Balance) -> None:
    left = balance.available_from(fact.on)
    if isinstance(item, WriteOff):
        if left < item.amount:
            raise Refused(
                "reversal.recovered",
                f"of write-off {item.number} only {left} is not recovered from {fact.on} on; "
                "reverse its recoveries first",
                number=fact.number,
                write_off=item.number,
            )
    elif left < item.amount or balance.book != value_of(item):
        raise Refused(
            "reversal.used_since",
            f"{noun(settlement.kind)} {settlement.number} opened {noun(item.kind)} {item.number} "
            f"of {item.amount}, of which only {left} is as it was from {fact.on} on; reverse what "
            "was done with it first",
            number=fact.number,
            document=item.number,
            available=left,
        )


# --- values in the book currency ------------------------------------------------------------------


def worth(fact: Taking, parts: Sequence[Taken], balances: Sequence[Balance]) -> tuple[Money, ...]:
    """The book values that a settlement takes now, of those documents that bear one.

    An advance takes of a receivable what it is worth itself, unless it closes it: it is no money
    item, and keeps its rate. What is settled beside it without money takes its share.
    """
    shares = [
        balance.share_of_book(part.amount) for part, balance in zip(parts, balances, strict=True)
    ]
    beside = beside_advance(fact, parts, balances)
    if beside is not None:
        source, book = shares[0], balances[1].book
        assert source is not None, "an advance that keeps its rate bears a value"
        assert book is not None, "and so does what it pays"
        shares[1] = min(source + beside, book)
    return tuple(share for share in shares if share is not None)


def beside_advance(
    fact: Taking, parts: Sequence[Taken], balances: Sequence[Balance]
) -> Money | None:
    """What the differences beside an advance that keeps its rate are worth in the books; ``None``
    where no advance does, as where it closes its receivable.
    """
    if not isinstance(fact, Application) or not isinstance(balances[0].document, Receipt):
        return None
    source, target = balances
    closes = target.left == parts[1].amount
    if not balances[0].document.advance or source.book is None or target.book is None or closes:
        return None
    return target.share_of_book(fact.settled - fact.amount)


def _books(fact: Taking, balances: Sequence[Balance]) -> list[Money | None]:
    given = iter(fact.books)
    return [None if balance.book is None else next(given) for balance in balances]


def _refuse_other_values(fact: Taking, parts: Sequence[Taken], balances: Sequence[Balance]) -> None:
    known = worth(fact, parts, balances)
    if fact.books != known:
        raise Conflict(
            f"{fact.kind}.out_of_date",
            f"{noun(fact.kind)} {fact.number} takes {_listed(fact.books)} in the book currency, "
            f"the documents are worth {_listed(known)} to it; value it again: "
            "ledger.valued(fact)",
            number=fact.number,
        )
    if not _differences_fit(fact, balances[-1].book):
        raise Conflict(
            f"{fact.kind}.difference_not_valued",
            f"{noun(fact.kind)} {fact.number}: its differences bear a book value where the "
            "receivable does, in the book currency, together at most what is taken of it, and only "
            "there; value them: ledger.valued(fact)",
            number=fact.number,
        )


def _differences_fit(fact: Taking, of: Money | None) -> bool:
    """Whether the differences bear values as their document does, and no more than is taken."""
    booked = [each.booked for each in differences(fact)]
    if of is None or not booked:
        return all(each is None for each in booked)
    values = [each for each in booked if each is not None and each.code == of.code]
    return len(values) == len(booked) and money_total(values, of.code) <= fact.books[-1]


def _listed(amounts: Sequence[Money]) -> str:
    return " and ".join(str(amount) for amount in amounts) or "nothing"


# --- what belongs together ------------------------------------------------------------------------


def _refuse_misfit(fact: Taking, parts: Sequence[Taken], balances: Sequence[Balance]) -> None:
    first, last = balances[0], balances[-1]
    _refuse_advance_with_tax(fact, first)
    match fact:
        case Application():
            _refuse_other_currency(fact, parts, balances)
            _refuse_other_party(fact, first, last)
        case DebtorChange() | Identification():
            meet(fact.kind, fact.amount, first, last)
            _refuse_same_owner(fact, first)
        case Refund():
            meet(fact.kind, fact.amount, first, last)
            _refuse_unvalued_refund(fact, first)
        case _:
            meet(fact.kind, fact.amount, first, last)
    latest = max(balances, key=lambda balance: balance.document.on)
    refuse_before(fact, latest.document.on, named(latest))


def _refuse_other_currency(
    fact: Application, parts: Sequence[Taken], balances: Sequence[Balance]
) -> None:
    if fact.paid is None:
        _refuse_currencies(fact.kind, fact.amount, *balances)
    for part, balance in zip(parts, balances, strict=True):
        if part.amount.code != balance.left.code:
            raise Refused(
                "application.currency_mismatch",
                f"{named(balance)} is in {balance.left.code}, application {fact.number} takes "
                f"{part.amount} of it; amount is in the receivable's currency, paid in the "
                "receipt's",
                currencies=(part.amount.code, balance.left.code),
            )
    values = [
        balance.left.code if balance.book is None else balance.book.code for balance in balances
    ]
    if values[0] != values[1]:
        raise Refused(
            "application.not_booked",
            f"{named(balances[0])} bears a value in {values[0]}, {named(balances[1])} in "
            f"{values[1]}; record both with booked, their value in the currency of the books",
            currencies=tuple(values),
        )


def _refuse_other_party(fact: Application, source: Balance, target: Balance) -> None:
    if not source.customer:
        raise Refused(
            "application.payer_unknown",
            f"nobody knows whose {named(source)} is; record an Identification first and apply "
            "the receipt that it opens",
            number=fact.number,
        )
    if not fact.agreement:
        _refuse_customers(fact.kind, source, target)
    paid, owed = source.document, target.document
    directed = isinstance(paid, Receipt) and paid.contract
    if (
        directed
        and isinstance(owed, Receivable)
        and number_key(directed) != number_key(owed.contract)
    ):
        raise Refused(
            "application.other_contract",
            f"{named(source)} was paid for contract {directed}, {named(target)} is of "
            f"{owed.contract or 'no contract'}; apply it to that contract, or identify it anew",
            number=fact.number,
            contract=directed,
        )


def _refuse_advance_with_tax(fact: Taking, balance: Balance) -> None:
    paid = balance.document
    if not isinstance(fact, Adjustment | Recovery) or not isinstance(paid, Receipt):
        return
    if paid.tax is not None:
        raise Refused(
            f"{fact.kind}.advance_with_tax",
            f"{named(balance)} is an advance with {paid.tax} of output VAT inside, which waits for "
            f"a bill; before the {noun(fact.kind)} identify it as what it is, no advance",
            number=fact.number,
            receipt=paid.number,
        )


def _refuse_same_owner(fact: DebtorChange | Identification, balance: Balance) -> None:
    if number_key(balance.customer) != number_key(fact.customer):
        return
    found = balance.document
    if isinstance(fact, Identification) and isinstance(found, Receipt):
        meant = fact.advance, number_key(fact.contract)
        if meant != (found.advance, number_key(found.contract)):
            return
    raise Refused(
        f"{fact.kind}.same_customer",
        f"{named(balance)} is {fact.customer}'s already; leave the {noun(fact.kind)} out",
        number=fact.number,
        customer=fact.customer,
    )


def _refuse_unvalued_refund(fact: Refund, balance: Balance) -> None:
    given = fact.booked
    book = balance.book
    if book is not None and book.code == balance.left.code:
        book = None  # the net of an advance: its money is in the currency of the books
    if (given is None) != (book is None) or (given and book and given.code != book.code):
        raise Refused(
            "refund.not_booked",
            f"refund {fact.number} of {named(balance)}: booked says what left the bank in the book "
            f"currency, if the {noun(balance.document.kind)} bears a value there, and only then",
            number=fact.number,
        )


def meet(kind: str, amount: Money, first: Balance, second: Balance) -> None:
    """Raise ``Refused`` unless amount and documents have one currency and one customer."""
    _refuse_currencies(kind, amount, first, second)
    _refuse_customers(kind, first, second)


def _refuse_currencies(kind: str, amount: Money, first: Balance, second: Balance) -> None:
    codes = [amount.code, first.left.code, second.left.code]
    if len(set(codes)) > 1:
        raise Refused(
            f"{kind}.currency_mismatch",
            f"{named(first)} is in {codes[1]}, "
            f"{'' if second is first else f'{named(second)} in {codes[2]}, '}the {noun(kind)} "
            f"in {codes[0]}; all must be in one currency",
            currencies=tuple(codes),
        )


def _refuse_customers(kind: str, first: Balance, second: Balance) -> None:
    if number_key(first.customer) != number_key(second.customer):
        raise Refused(
            f"{kind}.other_customer",
            f"{named(first)} is of customer {first.customer}, {named(second)} of "
            f"{second.customer}; both must be of one customer",
            customers=(first.customer, second.customer),
        )


def named(balance: Balance) -> str:
    """A document in words."""
    return f"{noun(balance.document.kind)} {balance.document.number}"


def _refuse_excess(fact: Taking, part: Taken, balance: Balance) -> None:
    left = balance.available_from(fact.on)
    if part.amount > left:
        reason, state = _EXCESS[part.kind]
        raise Refused(
            f"{fact.kind}.{reason}",
            f"{noun(fact.kind)} {fact.number} takes {part.amount} of {named(balance)}, but only "
            f"{left} is {state} from {fact.on} on; take at most that",
            number=fact.number,
            asked=part.amount,
            available=left,
        )


def _refuse_taken_numbers(draft: Balances, fact: Taking, items: Sequence[Document]) -> None:
    own: dict[tuple[str, str], str] = {}
    for item in items:
        key = item.kind, number_key(item.number)
        holder = draft.documents.get(key)
        there = own.get(key) if holder is None else named(holder)
        if there is not None:
            raise Conflict(
                "fact.number_taken",
                f"{noun(fact.kind)} {fact.number} opens {noun(item.kind)} {item.number!r}, and "
                f"{there} is there; give it another number",
                number=item.number,
                kind=item.kind,
                same_content=False,
            )
        own[key] = f"{noun(item.kind)} {item.number} of its own"
