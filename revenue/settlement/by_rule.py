"""Applying by rule (自动核销规则): which credits pay which items, where nobody instructs it.

The keys say what must be equal on both sides for the two to meet (匹配键): always the customer and
the currency, and on demand the contract or the invoice. The order says which items are paid first.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.ledger import Credit, OpenItem, ReceivablesLedger
from revenue.receipt import Receipt
from revenue.settlement.instruction import Instruction, Source
from revenue.settlement.settle import settle

MatchKey = Literal["contract", "invoice"]
"""What may have to be equal beside customer and currency."""

Order = Literal["due", "date", "amount"]
"""Earliest due first, oldest first, or what one credit pays exactly first (then earliest due)."""


class ApplicationRule(Frozen):
    """How credits are applied without instruction.

    ``keys`` must be equal where both sides name one; with ``whole`` an item is paid in full or not
    at all; disputed items are left out unless ``disputed``. Credits are taken as recorded.

    >>> ApplicationRule(order="amount", keys=("contract",)).whole
    False
    """

    order: Order = "due"
    keys: tuple[MatchKey, ...] = ()
    whole: bool = False
    disputed: bool = False


def apply_by_rule(
    ledger: ReceivablesLedger,
    *,
    rule: ApplicationRule,
    number: str,
    on: date,
    customer: str | None = None,
    by: str = "",
) -> ReceivablesLedger:
    """Apply every credit that is free on a day to what its customer owes, by a rule.

    An advance that was paid for a contract pays that contract only, whatever the keys (定向抵扣).
    Facts are numbered number/1/…, one prefix for each credit. Where nothing fits the ledger comes
    back as it is. Raises what ``settle`` raises.

    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> debts = [Receivable(number=f"AR-{n}", customer="C-1", contract=f"HT-{n}", on=day,
    ...                     due_on=day, amount=Money("100", "CNY")) for n in (1, 2)]
    >>> paid = Receipt(number="R-1", customer="C-1", on=day, amount=Money("150", "CNY"),
    ...                advance=True, contract="HT-2")
    >>> after = apply_by_rule(ReceivablesLedger().record(*debts, paid), rule=ApplicationRule(),
    ...                       number="A", on=day)
    >>> [str(after.open_amount(debt.number)) for debt in debts], str(after.free_amount("R-1"))
    (['100.00 CNY', '0.00 CNY'], '50.00 CNY')
    """
    for place, credit in enumerate(_usable(ledger.credits(customer), on), start=1):
        owner = credit.document.customer
        items = [
            item
            for item in ledger.open_items(owner)
            if item.receivable.on <= on
            and item.open.code == credit.free.code
            and (rule.disputed or not item.disputed)
            and _keys_agree(credit, item, rule)
        ]
        chosen = _chosen(ledger, credit, items, rule, on=on)
        if chosen:
            source = Source(number=credit.document.number, means=credit.document.kind)
            ledger = settle(
                ledger, [source], chosen, number=f"{number}/{place}", on=on, by=by, proof="rule"
            )
    return ledger


def _usable(found: Iterable[Credit], on: date) -> list[Credit]:
    return [each for each in found if each.document.customer and each.document.on <= on]


def _keys_agree(credit: Credit, item: OpenItem, rule: ApplicationRule) -> bool:
    given = credit.document
    if isinstance(given, Receipt) and given.contract:
        return number_key(given.contract) == number_key(item.receivable.contract)
    pairs = {
        "contract": (given.contract, item.receivable.contract),
        "invoice": (
            given.reference if isinstance(given, Receipt) else given.invoice,
            item.receivable.source,
        ),
    }
    both = (pairs[key] for key in rule.keys)
    return all(
        not left or not right or number_key(left) == number_key(right) for left, right in both
    )


def _chosen(
    ledger: ReceivablesLedger,
    credit: Credit,
    items: Sequence[OpenItem],
    rule: ApplicationRule,
    *,
    on: date,
) -> list[Instruction]:
    """What one credit pays, in the rule's order, as far as it goes."""
    left = ledger.balance(credit.document.kind, credit.document.number).available_from(on)
    chosen = []
    for item in sorted(items, key=lambda each: _rank(each, rule, credit.free)):
        owed = ledger.balance("receivable", item.receivable.number).available_from(on)
        amount: Money = min(left, owed)
        if amount.amount and (amount == owed or not rule.whole):
            chosen.append(Instruction(receivable=item.receivable.number, pay=amount))
            left = left - amount
    return chosen


def _rank(item: OpenItem, rule: ApplicationRule, free: Money) -> tuple[bool, date, str]:
    receivable = item.receivable
    day = receivable.on if rule.order == "date" else receivable.due_on
    return rule.order == "amount" and item.open != free, day, number_key(receivable.number)
