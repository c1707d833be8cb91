"""Settling many claims of one funder at once (费用结算): its credit note, an offset, a payment."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.claim import Claim, ClaimSettlement, SettlementMeans
from revenue.ledger import ReceivablesLedger
from revenue.ledger.claims import claim_balance


class _Owed(NamedTuple):
    claim: Claim
    amount: Money


def settle_claims(
    ledger: ReceivablesLedger,
    funder: str,
    amount: Money,
    *,
    means: SettlementMeans,
    number: str,
    on: date,
    reference: str = "",
    claims: Sequence[str] | None = None,
) -> ReceivablesLedger:
    """Settle ``amount`` of what a funder owes, oldest claims first, as far as it goes.

    Claims below 0, whose goods came back after the funder paid, are offset first and in full; so
    the amount is what the funder's document says, 0 or below where it only takes back. ``claims``
    names the ones it is for, by default all of the funder in the amount's currency. A single
    settlement takes ``number`` itself, several take number/1, number/2 ….
    Raises what ``record`` raises, and ``Refused``: ``claim_settlement.exceeds_open``,
    ``claim_settlement.nothing_to_settle``, ``claim_settlement.other_claim``.

    >>> from revenue.claim import ClaimLine
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(*(
    ...     Claim(number=f"CL-{n}", funder="ACME", promotion="AUTUMN", contract=f"HT-{n}",
    ...           document=f"INV-{n}", on=day, lines=(
    ...               ClaimLine(line="1", tax_code="VAT13", amount=Money("30", "CNY")),))
    ...     for n in (1, 2)))
    >>> ledger = settle_claims(ledger, "ACME", Money("40", "CNY"), means="credit_note",
    ...                        number="S-1", reference="GS-77", on=date(2027, 1, 5))
    >>> ledger.owed_amount("CL-1"), ledger.owed_amount("CL-2")
    (Money('0.00', 'CNY'), Money('20.00', 'CNY'))
    """
    owed = _owed(ledger, funder, amount.code, on=on, claims=claims)
    zero = Money.zero(amount.code)
    back = money_total((each.amount for each in owed if each.amount < zero), amount.code)
    left = amount - back
    due = money_total((each.amount for each in owed if each.amount > zero), amount.code)
    if not zero <= left <= due:
        raise Refused(
            "claim_settlement.exceeds_open",
            f"claim settlement {number} settles {amount} of {funder}, who owes {due} from {on} on "
            f"and is owed {-back}; settle {back} to {due + back}",
            number=number,
            asked=amount,
            available=due + back,
        )
    shares: list[_Owed] = []
    for claim, part in owed:
        taken = part if part < zero else min(part, left)
        left -= max(taken, zero)
        if taken.amount:
            shares.append(_Owed(claim, taken))
    if not shares:
        raise Refused(
            "claim_settlement.nothing_to_settle",
            f"claim settlement {number} settles {amount}, and {funder} owes nothing of the claims "
            f"it is for from {on} on",
            number=number,
        )
    return ledger.record(
        *(
            ClaimSettlement(
                number=number if len(shares) == 1 else f"{number}/{place}",
                claim=claim.number,
                funder=claim.funder,
                contract=claim.contract,
                means=means,
                reference=reference,
                amount=part,
                on=on,
            )
            for place, (claim, part) in enumerate(shares, start=1)
        )
    )


def _owed(
    ledger: ReceivablesLedger,
    funder: str,
    currency: str,
    *,
    on: date,
    claims: Sequence[str] | None,
) -> list[_Owed]:
    """What can be settled of each claim on a day, oldest first, then by number; zeros left out."""
    meant = number_key(funder), currency
    balances = ledger._balances  # noqa: SLF001 - a verb of the ledger, beside it for its subject
    if claims is None:
        named = [fact.number for fact in ledger.facts if isinstance(fact, Claim)]
    else:
        named = list(dict.fromkeys(number_key(claim) for claim in claims))
    found = []
    for number in named:
        balance = claim_balance(balances, number)
        claim = balance.document
        assert isinstance(claim, Claim)
        if (number_key(claim.funder), claim.amount.code) != meant:
            if claims is not None:
                raise Refused(
                    "claim_settlement.other_claim",
                    f"claim {claim.number} is of {claim.funder} in {claim.amount.code}, the "
                    f"settlement of {funder} in {currency}; leave it out",
                    claim=claim.number,
                )
        elif claim.on <= on:
            least, most = balance.span_from(on)
            zero = Money.zero(currency)
            amount = max(least, zero) if most > zero else min(most, zero)
            if amount.amount:
                found.append(_Owed(claim, amount))
    return sorted(found, key=lambda each: (each.claim.on, number_key(each.claim.number)))
