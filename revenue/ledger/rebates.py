"""The rules of rebates (返利规则): what each fact must meet, and what it moves.

    ================  ===========================  ================================
    fact              takes from                   gives to
    ================  ===========================  ================================
    accrual           –                            owed of the rebate (below 0:
                                                   takes from it)
    settlement        owed of the rebate           –
    its reversal      –                            owed of the rebate
    claw-back         –                            owed of the rebate, below 0
    carry             owed of the next agreement   owed of the rebate, below 0
    ================  ===========================  ================================

What is owed of a rebate, by agreement and customer, falls below 0 where goods come back after it
was settled. A settlement takes at most what is owed and a claw-back or a carry at most what the
customer owes, on their day and on every later one.
"""

from datetime import date

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.ledger.balance import Balance, Balances, Key
from revenue.ledger.series import noun, refuse_before
from revenue.rebate.fact import (
    CREDITING,
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
    rebate_effects,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable

REBATE = "rebate"
"""The kind of the balances of rebates."""


def rebate_key(agreement: str, customer: str) -> Key:
    r"""Where what is owed to a customer under an agreement is kept; codes hold no tab.

    >>> rebate_key("RB-1", "C-1")
    ('rebate', 'rb-1\tc-1')
    """
    return REBATE, f"{number_key(agreement)}\t{number_key(customer)}"


def rebate_balance(draft: Balances, agreement: str, customer: str) -> Balance:
    """What is owed to a customer under an agreement. Raises ``NotFound`` (``rebate.unknown``)."""
    found = draft.documents.get(rebate_key(agreement, customer))
    if found is None:
        raise NotFound(
            "rebate.unknown",
            f"the ledger holds no rebate of {customer!r} under agreement {agreement!r}; record "
            "what is accrued first, or correct the code",
            agreement=agreement,
            customer=customer,
        )
    return found


def record_rebate(draft: Balances, fact: RebateFact) -> None:
    """Record a fact that fits what is owed, or what the customer owes."""
    for agreement, amount in rebate_effects(fact):
        known = draft.currencies.get(_currency_key(agreement)) or amount.code
        if known != amount.code:
            raise Refused(
                "rebate.currency_mismatch",
                f"{noun(fact.kind)} {fact.number} is in {amount.code}, rebates under {agreement} "
                f"are in {known}; one agreement is in one currency",
                number=fact.number,
                currencies=(amount.code, known),
            )
    if not isinstance(fact, RebateAccrual):
        _refuse_excess(fact, draft.documents.get(rebate_key(fact.agreement, fact.customer)))
    place_rebate(draft, fact)


def place_rebate(
    draft: Balances,
    fact: RebateFact,
    *,
    sign: int = 1,
    on: date | None = None,
    only: str | None = None,
) -> None:
    """Take a fact up, or undo it (−1), without a look at the rules; of two agreements ``only``
    one, where the other is not being read.
    """
    keep_currency(draft, fact)
    for agreement, amount in rebate_effects(fact):
        if only is not None and number_key(agreement) != number_key(only):
            continue
        key, day = rebate_key(agreement, fact.customer), on or fact.on
        balance = draft.documents.get(key)
        if balance is None:
            balance = Balance(fact, fact.customer, amount * 0, fact.on)
        elif fact.on < balance.document.on:
            # it began earlier than was known: a balance is 0 before its document
            balance = balance._replace(document=fact)
        draft.documents.put(key, balance)
        draft.move(key, day, amount * sign)


def keep_currency(draft: Balances, fact: RebateFact) -> None:
    """From now on rebates under the agreements of a fact are in its currency."""
    for agreement, amount in rebate_effects(fact):
        draft.currencies.put(_currency_key(agreement), amount.code)


def _currency_key(agreement: str) -> str:
    """An agreement among the contracts: no contract's number holds a tab."""
    return f"{REBATE}\t{number_key(agreement)}"


def undo_rebate_settlement(draft: Balances, fact: Reversal, settlement: RebateSettlement) -> None:
    """Undo a settlement, unless its credit is with the customer already."""
    credit = draft.facts.get(("receipt", number_key(settlement.number)))
    if isinstance(credit, Receipt) and credit.rebate:
        raise Refused(
            "reversal.credited",
            f"rebate settlement {settlement.number} is credited to {settlement.customer} by the "
            "receipt of the same number; what was credited too much is clawed back",
            number=fact.number,
            settlement=settlement.number,
        )
    place_rebate(draft, settlement, sign=-1, on=fact.on)


def refuse_other_credit(draft: Balances, fact: Receipt) -> None:
    """A receipt that holds the credit of a rebate is that of the settlement of its number."""
    settled = draft.facts.get(("settlement", number_key(fact.number)))
    if (
        isinstance(settled, RebateSettlement)
        and draft.reversals.get(number_key(fact.number)) is None
        and settled.means in CREDITING
        and number_key(settled.agreement) == number_key(fact.rebate)
        and number_key(settled.customer) == number_key(fact.customer)
        and settled.gross == fact.amount
    ):
        refuse_before(fact, settled.on, f"rebate settlement {settled.number}")
        return
    raise Refused(
        "receipt.no_rebate",
        f"receipt {fact.number} credits {fact.amount} to {fact.customer} for a rebate under "
        f"{fact.rebate}, and no settlement of this number by credit note or offset says so; record "
        "what settle_rebate() returns, both at once",
        number=fact.number,
    )


def refuse_beyond_claw_back(draft: Balances, fact: Receivable) -> None:
    """The receivables of a claw-back are of its customer and come to no more than it."""
    source = number_key(fact.source)
    claw_back = draft.facts.get(("rebate_claw_back", source))
    if not isinstance(claw_back, RebateClawBack):
        return
    refuse_before(fact, claw_back.on, f"rebate claw-back {claw_back.number}")
    owed = draft.owed.get(source) or Money.zero(claw_back.gross.code)
    fits = number_key(fact.customer) == number_key(claw_back.customer)
    if not fits or fact.amount.code != owed.code or owed + fact.amount > claw_back.gross:
        raise Refused(
            "receivable.exceeds_claw_back",
            f"receivable {fact.number} asks {fact.customer} for {fact.amount}; rebate claw-back "
            f"{claw_back.number} is of {claw_back.gross} from {claw_back.customer}, of which "
            f"{owed} is asked for already",
            number=fact.number,
            claw_back=claw_back.number,
        )


def _refuse_excess(
    fact: RebateSettlement | RebateClawBack | RebateCarry, balance: Balance | None
) -> None:
    zero = Money.zero(fact.amount.code)
    least, most = (zero, zero) if balance is None else balance.span_from(fact.on)
    settles = isinstance(fact, RebateSettlement)
    available = max(least if settles else -most, zero)
    if fact.amount <= available:
        return
    asked = f"{noun(fact.kind)} {fact.number} is of {fact.amount}, but only {available}"
    where = f"{fact.customer} under {fact.agreement} from {fact.on} on; take at most that"
    if settles:
        raise Refused(
            "rebate.exceeds_accrued",
            f"{asked} is accrued and not settled for {where}",
            number=fact.number,
            asked=fact.amount,
            available=available,
        )
    raise Refused(
        "rebate.exceeds_owed",
        f"{asked} was settled beyond what is accrued for {where}",
        number=fact.number,
        asked=fact.amount,
        available=available,
    )
