"""What raises and lowers the allowance for bad debts (坏账准备变动).

In the currency of the books where a debt bears a value there. What the tax office gives back of a
write-off was no loss, and what it takes again of a recovery is no gain.
"""

from collections.abc import Iterable, Iterator

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.ledger.balance import Balances
from revenue.ledger.fact import Fact
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff


def allowance_changes(facts: Iterable[Fact], balances: Balances) -> Iterator[Money]:
    """Each change: charges and recoveries above zero, write-offs and releases below."""
    for fact in facts:
        if isinstance(fact, AllowanceCharge):
            yield fact.amount
        elif isinstance(fact, WriteOff | Recovery):
            yield _change(fact)
        elif isinstance(fact, Reversal):
            settlement = balances.facts.get(("settlement", number_key(fact.reverses)))
            if isinstance(settlement, WriteOff | Recovery):
                yield -_change(settlement)


def _change(fact: WriteOff | Recovery) -> Money:
    if isinstance(fact, WriteOff):
        return -borne(fact.amount, fact.tax_relief, fact.books)
    return borne(fact.amount, fact.tax, fact.books)


def borne(amount: Money, tax: Money | None, books: tuple[Money, ...]) -> Money:
    """The part of a loss that the allowance bears: all but its tax, in the books' currency.

    >>> borne(Money("113", "CNY"), Money("13", "CNY"), ())
    Money('100.00', 'CNY')
    """
    value = books[0] if books else amount
    return value if tax is None else value - value.share(tax.ratio_to(amount))
