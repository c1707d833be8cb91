"""Claims and their reversals, reckoned from the allocations of a contract (费用核销申请的计算).

An invoice or a delivery makes part of each line's discount claimable, a return takes part of it
back. Both are the difference of two cumulative shares, each rounded once half up, so whatever the
steps, a line that is all invoiced is all claimed, and one that all came back is all reversed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, money_total, total
from cpq.kernel.text import number_key
from revenue.claim.fact import OWN_FUNDER, Claim, ClaimLine, ClaimReversal, FunderTerms
from revenue.contract import Contract
from revenue.fulfilment import Delivery
from revenue.invoice import Invoice

_ALL = Fraction(1)


class Borne(Protocol):
    """What one funder bears of a promotion on one line: a row of the allocations of a pricing."""

    @property
    def line(self) -> str:
        """The line's number."""

    @property
    def promotion(self) -> str:
        """The promotion's code."""

    @property
    def tax_code(self) -> str:
        """The tax code of the line."""

    @property
    def funder(self) -> str:
        """Who bears it."""

    @property
    def amount(self) -> Decimal:
        """How much, 0 or more."""

    @property
    def currency(self) -> str:
        """In which currency."""


class _Key(NamedTuple):
    funder: str
    promotion: str
    line: str
    tax_code: str


def claims(
    allocations: Iterable[Borne],
    *,
    contract: str,
    document: str,
    number: str,
    on: date,
    upto: Mapping[str, Fraction] | None = None,
    before: Iterable[object] = (),
    terms: Iterable[FunderTerms] = (),
) -> tuple[Claim, ...]:
    """What the funders other than the seller owe with a document: one claim each and promotion.

    ``upto`` is the share of each line that is invoiced or delivered with this document and all
    before it, 0 where not listed; all of everything where left out. ``before`` are the facts so
    far, of which the contract's claims count. A single claim takes ``number`` itself, several
    take number/1, number/2 … in the order of funder and promotion; none is made of nothing.
    Raises ``Invalid`` (``claim.share``), ``Refused`` (``claim.share_fell``, ``claim.negative``).

    >>> from cpq.allocation import Allocation
    >>> rows = [Allocation(line="1", promotion="AUTUMN", tax_code="VAT13", funder="ACME",
    ...                    amount="100.00", currency="CNY")]
    >>> first, = claims(rows, contract="HT-1", document="INV-1", number="CL-1",
    ...                 on=date(2026, 12, 1), upto={"1": Fraction(1, 3)})
    >>> last, = claims(rows, contract="HT-1", document="INV-2", number="CL-2",
    ...                on=date(2026, 12, 9), before=[first])
    >>> first.amount, last.amount
    (Money('33.33', 'CNY'), Money('66.67', 'CNY'))
    """
    own = _of_contract(before, contract)
    earlier = _sums((_key(claim, line), line) for claim in own for line in claim.lines)
    grouped: dict[tuple[str, str], list[ClaimLine]] = {}
    for key, whole in _borne(allocations).items():
        zero = Money.zero(whole.code)
        amount = whole.share(_share(upto, key.line)) - earlier.get(key, zero)
        if amount.amount < 0:
            raise Refused(
                "claim.share_fell",
                f"of line {key.line} of contract {contract} {earlier[key]} of {whole} is claimed "
                f"of {key.funder} already, more than {amount + earlier[key]}; reverse what came "
                "back instead",
                contract=contract,
                line=key.line,
            )
        if amount.amount:
            line = ClaimLine(
                line=key.line,
                tax_code=key.tax_code,
                amount=amount,
                before=earlier.get(key, zero),
            )
            grouped.setdefault((key.funder, key.promotion), []).append(line)
    known = {each.funder: each for each in terms}
    found = sorted(grouped)
    return tuple(
        Claim(
            number=each,
            funder=funder,
            funder_kind=_terms(known, funder).kind,
            treatment=_terms(known, funder).treatment,
            promotion=promotion,
            contract=contract,
            document=document,
            on=on,
            lines=tuple(grouped[funder, promotion]),
        )
        for each, (funder, promotion) in zip(_numbers(number, len(found)), found, strict=True)
    )


def claim_reversals(
    allocations: Iterable[Borne],
    *,
    contract: str,
    document: str,
    number: str,
    on: date,
    reason: str,
    before: Iterable[object],
    returned: Mapping[str, Fraction] | None = None,
) -> tuple[ClaimReversal, ...]:
    """What a return takes back of the claims of a contract: one reversal for each claim.

    ``returned`` is the share of each line that came back with this ``document`` and all before
    it, 0 where not listed; all of everything where left out. ``before`` are the facts so far;
    earlier claims are reversed first, and never more than was claimed. Numbers as in ``claims``.
    Raises ``Invalid`` (``claim.share``), ``Refused`` (``claim_reversal.share_fell``,
    ``claim.negative``).

    >>> from cpq.allocation import Allocation
    >>> rows = [Allocation(line="1", promotion="AUTUMN", tax_code="VAT13", funder="ACME",
    ...                    amount="100.00", currency="CNY")]
    >>> day = date(2026, 12, 1)
    >>> facts = claims(rows, contract="HT-1", document="INV-1", number="CL-1", on=day)
    >>> back, = claim_reversals(rows, contract="HT-1", document="CN-1", number="CX-1", on=day,
    ...     reason="1 of 3 came back", before=facts, returned={"1": Fraction(1, 3)})
    >>> back.claim, back.amount
    ('CL-1', Money('33.33', 'CNY'))
    """
    facts = tuple(before)
    own = _of_contract(facts, contract)
    claimed: dict[_Key, list[tuple[Claim, ClaimLine]]] = {}
    for claim in own:
        for line in claim.lines:
            claimed.setdefault(_key(claim, line), []).append((claim, line))
    undone = _undone(facts, contract)
    lines: dict[str, list[ClaimLine]] = {}
    for key, whole in _borne(allocations).items():
        rows = claimed.get(key, [])
        zero = Money.zero(whole.code)
        gone = [undone.get((claim.number, *_place(line)), zero) for claim, line in rows]
        wanted = whole.share(_share(returned, key.line)) - money_total(gone, whole.code)
        if wanted.amount < 0:
            raise Refused(
                "claim_reversal.share_fell",
                f"of line {key.line} of contract {contract} more is reversed already than "
                f"{document} says came back; give the share of all returns so far",
                contract=contract,
                line=key.line,
            )
        for (claim, line), already in zip(rows, gone, strict=True):
            amount = min(wanted, line.amount - already)
            wanted -= amount
            if amount.amount:
                back = line.with_(amount=amount, before=already)
                lines.setdefault(claim.number, []).append(back)
    touched = [claim for claim in own if claim.number in lines]
    return tuple(
        ClaimReversal(
            number=each,
            claim=claim.number,
            funder=claim.funder,
            contract=claim.contract,
            document=document,
            on=on,
            lines=tuple(lines[claim.number]),
            reason=reason,
        )
        for each, claim in zip(_numbers(number, len(touched)), touched, strict=True)
    )


def billed_shares(contract: Contract, invoices: Iterable[Invoice]) -> dict[str, Fraction]:
    """The share of each line of a contract that its invoices bill, by gross.

    A line that costs nothing is billed as the contract is as a whole.
    """
    key = number_key(contract.number)
    billed: dict[str, Money] = {}
    zero = Money.zero(contract.currency)
    for invoice in invoices:
        if number_key(invoice.contract) == key:
            for line in invoice.lines:
                billed[line.line] = billed.get(line.line, zero) + line.gross
    whole = money_total(billed.values(), contract.currency).ratio_to(contract.gross)
    return {
        line.line: billed.get(line.line, zero).ratio_to(line.gross) if line.gross.amount else whole
        for line in contract.lines
    }


def delivered_shares(contract: Contract, deliveries: Iterable[Delivery]) -> dict[str, Fraction]:
    """The share of each line of a contract that its deliveries deliver, by quantity."""
    key = number_key(contract.number)
    moved: dict[str, Decimal] = {}
    for delivery in deliveries:
        if number_key(delivery.contract) == key:
            for line in delivery.lines:
                moved[line.line] = total((moved.get(line.line, Decimal(0)), line.quantity))
    return {
        line.line: Fraction(moved.get(line.line, Decimal(0))) / Fraction(line.quantity)
        for line in contract.lines
    }


def _borne(allocations: Iterable[Borne]) -> dict[_Key, Money]:
    """What funders other than the seller bear of each line, rows of one kind added up."""
    sums: dict[_Key, Money] = {}
    for row in allocations:
        if row.funder == OWN_FUNDER:
            continue
        key = _Key(row.funder, row.promotion, row.line, row.tax_code)
        amount = Money(row.amount, row.currency)
        sums[key] = sums[key] + amount if key in sums else amount
    for key, amount in sums.items():
        if amount.amount < 0:
            raise Refused(
                "claim.negative",
                f"{key.funder} bears {amount} of promotion {key.promotion} on line {key.line}; "
                "nobody owes less than nothing: reverse the claim of what came back instead",
                line=key.line,
                funder=key.funder,
            )
    return sums


def _share(shares: Mapping[str, Fraction] | None, line: str) -> Fraction:
    share = _ALL if shares is None else Fraction(shares.get(line, 0))
    if not 0 <= share <= 1:
        raise Invalid("claim.share", f"the share of line {line} is 0 to 1; found {share}")
    return share


def _of_contract(facts: Iterable[object], contract: str) -> Sequence[Claim]:
    key = number_key(contract)
    return [fact for fact in facts if isinstance(fact, Claim) and number_key(fact.contract) == key]


def _undone(facts: Iterable[object], contract: str) -> dict[tuple[str, str, str], Money]:
    """What was reversed of each line of each claim."""
    key = number_key(contract)
    sums: dict[tuple[str, str, str], Money] = {}
    for fact in facts:
        if isinstance(fact, ClaimReversal) and number_key(fact.contract) == key:
            for line in fact.lines:
                place = (fact.claim, *_place(line))
                sums[place] = sums[place] + line.amount if place in sums else line.amount
    return sums


def _sums(rows: Iterable[tuple[_Key, ClaimLine]]) -> dict[_Key, Money]:
    sums: dict[_Key, Money] = {}
    for key, line in rows:
        sums[key] = sums[key] + line.amount if key in sums else line.amount
    return sums


def _key(claim: Claim, line: ClaimLine) -> _Key:
    return _Key(claim.funder, claim.promotion, line.line, line.tax_code)


def _place(line: ClaimLine) -> tuple[str, str]:
    return line.line, line.tax_code


def _terms(known: Mapping[str, FunderTerms], funder: str) -> FunderTerms:
    return known.get(funder) or FunderTerms(funder=funder)


def _numbers(number: str, count: int) -> Iterator[str]:
    return iter([number] if count == 1 else [f"{number}/{place + 1}" for place in range(count)])
