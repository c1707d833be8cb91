"""The rules of claims on funders (费用核销规则): what each must meet, and what it moves.

    ================  ===========================  ================================
    fact              takes from                   gives to
    ================  ===========================  ================================
    claim             –                            owed of the claim
    claim reversal    owed of the claim            –
    claim settlement  owed of the claim            settled of the claim
    its reversal      settled of the claim         owed of the claim
    ================  ===========================  ================================

What is owed falls below 0 where goods come back after the funder paid: then a settlement below 0
gives it back. A settlement moves what is owed towards 0 and never across.
"""

from datetime import date

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.claim import Claim, ClaimLine, ClaimReversal, ClaimSettlement
from revenue.ledger.balance import Balance, Balances
from revenue.ledger.series import noun, refuse_before

OWED, SETTLED = "claim", "claim_settled"
"""The two balances of a claim."""


def claim_balance(draft: Balances, number: str, *, of: str = OWED) -> Balance:
    """What is owed or settled of a claim. Raises ``NotFound`` (``claim.unknown``)."""
    found = draft.documents.get((of, number_key(number)))
    if found is None:
        raise NotFound(
            "claim.unknown",
            f"the ledger holds no claim {number!r}; record it first or correct the number",
            number=number,
        )
    return found


def record_claim(draft: Balances, fact: Claim) -> None:
    """Record a claim that was made when as much was claimed before it as now."""
    for line in fact.lines:
        key = _claimed_key(fact, line)
        claimed = draft.claimed.get(key) or Money.zero(fact.amount.code)
        if claimed.code != fact.amount.code:
            raise Refused(
                "claim.currency_mismatch",
                f"claim {fact.number} is in {fact.amount.code}, earlier ones of line {line.line} "
                f"of contract {fact.contract} in {claimed.code}; claim in one currency",
                number=fact.number,
                currencies=(fact.amount.code, claimed.code),
            )
        _refuse_outdated(fact, line, claimed, "claims()")
    place_claim(draft, fact)


def place_claim(draft: Balances, fact: Claim) -> None:
    """Take a claim up without a look at the rules: it is recorded already."""
    for line in fact.lines:
        key = _claimed_key(fact, line)
        draft.claimed.put(key, (draft.claimed.get(key) or _nothing(fact)) + line.amount)
    number = number_key(fact.number)
    draft.documents.put((OWED, number), Balance(fact, fact.funder, fact.amount, fact.on))
    draft.documents.put((SETTLED, number), Balance(fact, fact.funder, _nothing(fact), fact.on))


def record_claim_reversal(draft: Balances, fact: ClaimReversal) -> None:
    """Record a reversal that mirrors lines of its claim, none beyond what is left of it."""
    claim = _claim_of(draft, fact)
    held = {(line.line, line.tax_code): line.amount for line in claim.lines}
    for line in fact.lines:
        whole = held.get((line.line, line.tax_code), Money.zero(claim.amount.code))
        reversed_ = draft.claimed.get(_reversed_key(fact, line)) or _nothing(claim)
        if whole - reversed_ < line.amount:
            raise Refused(
                "claim_reversal.exceeds_claim",
                f"claim reversal {fact.number} takes {line.amount} of line {line.line} "
                f"({line.tax_code}) of claim {claim.number}, of which {whole - reversed_} is left; "
                "take at most that",
                number=fact.number,
                line=line.line,
                asked=line.amount,
                available=whole - reversed_,
            )
        _refuse_outdated(fact, line, reversed_, "claim_reversals()")
    place_claim_reversal(draft, fact)


def place_claim_reversal(draft: Balances, fact: ClaimReversal) -> None:
    """Take a reversal up without a look at the rules: it is recorded already."""
    for line in fact.lines:
        key = _reversed_key(fact, line)
        draft.claimed.put(key, (draft.claimed.get(key) or _nothing(fact)) + line.amount)
    draft.move((OWED, number_key(fact.claim)), fact.on, -fact.amount)


def record_claim_settlement(draft: Balances, fact: ClaimSettlement) -> None:
    """Record a settlement of at most what is owed, or of at most what the funder is owed."""
    _claim_of(draft, fact)
    least, most = claim_balance(draft, fact.claim).span_from(fact.on)
    zero = Money.zero(least.code)
    available = max(least, zero) if fact.amount > zero else min(most, zero)
    if abs(fact.amount) > abs(available):
        raise Refused(
            "claim_settlement.exceeds_open",
            f"claim settlement {fact.number} settles {fact.amount} of claim {fact.claim}, of which "
            f"only {available} is open from {fact.on} on; settle at most that",
            number=fact.number,
            asked=fact.amount,
            available=available,
        )
    place_claim_settlement(draft, fact)


def place_claim_settlement(
    draft: Balances, fact: ClaimSettlement, *, sign: int = 1, on: date | None = None
) -> None:
    """Take a settlement up, or undo it (−1), without a look at the rules."""
    number = number_key(fact.claim)
    draft.move((OWED, number), on or fact.on, fact.amount * -sign)
    draft.move((SETTLED, number), on or fact.on, fact.amount * sign)


def undo_claim_settlement(draft: Balances, fact: Reversal, settlement: ClaimSettlement) -> None:
    """Undo a settlement, unless part of it was given back to the funder."""
    settled = claim_balance(draft, settlement.claim, of=SETTLED).available_from(fact.on)
    if settled < settlement.amount:
        raise Refused(
            "reversal.given_back",
            f"of claim {settlement.claim} only {settled} is settled from {fact.on} on; reverse "
            "what was given back to the funder first",
            number=fact.number,
            claim=settlement.claim,
        )
    place_claim_settlement(draft, settlement, sign=-1, on=fact.on)


def _claim_of(draft: Balances, fact: ClaimReversal | ClaimSettlement) -> Claim:
    """The claim that a fact is about: of the funder and contract it names, in its currency."""
    claim = claim_balance(draft, fact.claim).document
    assert isinstance(claim, Claim)
    refuse_before(fact, claim.on, f"claim {claim.number}")
    said, held = (
        (number_key(each.funder), number_key(each.contract), each.amount.code)
        for each in (fact, claim)
    )
    if said != held:
        raise Refused(
            f"{fact.kind}.other_claim",
            f"{noun(fact.kind)} {fact.number} is of {fact.funder}, contract {fact.contract}, in "
            f"{fact.amount.code}; claim {claim.number} is of {claim.funder}, contract "
            f"{claim.contract}, in {claim.amount.code}",
            number=fact.number,
            claim=claim.number,
        )
    return claim


def _refuse_outdated(
    fact: Claim | ClaimReversal, line: ClaimLine, before: Money, maker: str
) -> None:
    if before != line.before:
        raise Conflict(
            f"{fact.kind}.out_of_date",
            f"{noun(fact.kind)} {fact.number} was made when {line.before} of line {line.line} was "
            f"taken before it, but now {before} is; make it again: {maker} with all facts so far",
            number=fact.number,
            line=line.line,
        )


def _claimed_key(fact: Claim, line: ClaimLine) -> tuple[str, ...]:
    return (
        number_key(fact.contract),
        number_key(fact.funder),
        number_key(fact.promotion),
        line.line,
        line.tax_code,
    )


def _reversed_key(fact: ClaimReversal, line: ClaimLine) -> tuple[str, ...]:
    return number_key(fact.claim), line.line, line.tax_code


def _nothing(fact: Claim | ClaimReversal) -> Money:
    return Money.zero(fact.amount.code)
