"""How far a contract is ordered, delivered and billed, with tax (合同执行进度).

What a customer will owe beyond its receivables follows from three figures of each contract, all at
gross: what is delivered beyond what is billed is *unbilled*, what is ordered beyond what is
delivered is *undelivered*, and what is billed before it is delivered is *billed ahead*: it is a
receivable or was paid already, and is therefore not to be counted a second time as undelivered.

    ============  =================================  ====================================
    figure        reckoned from                      rounded
    ============  =================================  ====================================
    delivered     gross of the line × delivered      half up, each line
                  quantity / quantity of the line
    undelivered   the same of the ordered quantity,  half up, each line
                  less delivered
    ============  =================================  ====================================
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total, total
from cpq.kernel.text import Code, Number, number_key
from revenue.contract import Contract, ContractLine
from revenue.fulfilment import Delivery, DeliveryLine
from revenue.invoice import Invoice
from revenue.ledger import ReceivablesLedger
from revenue.order import OrderLine, SalesOrder
from revenue.receivable import Receivable

_OF_THE_CONTRACT = ("", "instalment", "delivery", "opening")
"""Origins of receivables that bill part of a contract; the others are for being late, or go on
with what one of these began."""


class ContractPosition(Frozen):
    """What of one contract is delivered, undelivered (of released orders) and billed, with tax."""

    contract: Number
    customer: Code
    delivered: Money
    undelivered: Money
    billed: Money

    @property
    def unbilled(self) -> Money:
        """Delivered beyond what is billed."""
        return max(self.delivered - self.billed, Money.zero(self.billed.code))

    @property
    def billed_ahead(self) -> Money:
        """Of the undelivered, what is billed already: it is a receivable, or it is paid."""
        ahead = max(self.billed - self.delivered, Money.zero(self.billed.code))
        return min(ahead, self.undelivered)


def positions(
    ledger: ReceivablesLedger,
    customer: str,
    *,
    contracts: Iterable[Contract],
    orders: Iterable[SalesOrder],
    as_of: date,
) -> tuple[ContractPosition, ...]:
    """The position of each contract of a customer at the end of a day; others are left out.

    ``orders`` are those that are released; an order dated later does not count. Raises ``Refused``
    (``exposure.no_contract``) for an order of the customer whose contract is not among
    ``contracts``: its value would be unknown.
    """
    key = number_key(customer)
    own = {
        number_key(each.number): each
        for each in contracts
        if number_key(each.customer.code) == key and each.signed_on <= as_of
    }
    ordered: dict[str, list[SalesOrder]] = {number: [] for number in own}
    for order in orders:
        if number_key(order.customer) != key or order.on > as_of:
            continue
        contract = number_key(order.contract)
        if contract not in own:
            raise Refused(
                "exposure.no_contract",
                f"order {order.number} of customer {customer} is of contract {order.contract}, "
                "which is not among the contracts given; give all contracts of the customer",
                order=order.number,
                contract=order.contract,
            )
        ordered[contract].append(order)
    done = _Done(ledger, own, as_of)
    return tuple(
        _position(contract, ordered[number], done, number) for number, contract in own.items()
    )


class _Done:
    """What the ledger holds of some contracts, gathered in one walk over its facts."""

    def __init__(self, ledger: ReceivablesLedger, contracts: Iterable[str], as_of: date) -> None:
        self.deliveries: dict[str, list[Delivery]] = {key: [] for key in contracts}
        self.bills: dict[str, list[Money]] = {key: [] for key in contracts}
        self.debts: dict[str, list[Money]] = {key: [] for key in contracts}
        for fact in ledger.facts_until(as_of) if self.bills else ():
            if not isinstance(fact, Delivery | Invoice | Receivable) or not fact.contract:
                continue
            key = number_key(fact.contract)
            if key not in self.bills:
                continue
            match fact:
                case Delivery():
                    self.deliveries[key].append(fact)
                case Invoice():
                    self.bills[key].append(fact.gross)
                case Receivable() if fact.origin in _OF_THE_CONTRACT:
                    self.debts[key].append(fact.amount)

    def billed(self, key: str, currency: str) -> Money:
        """What is billed, or owed without a bill: of both the more, since most is both."""
        sums = (
            money_total((each for each in amounts[key] if each.code == currency), currency)
            for amounts in (self.bills, self.debts)
        )
        return max(sums)


def _position(
    contract: Contract, orders: Sequence[SalesOrder], done: _Done, key: str
) -> ContractPosition:
    delivered = _quantities(line for each in done.deliveries[key] for line in each.lines)
    ordered = _quantities(line for order in orders for line in order.lines)
    there, due = [], []
    for line in contract.lines:
        past = min(delivered.get(line.line, Decimal(0)), line.quantity)
        asked = min(max(ordered.get(line.line, Decimal(0)), past), line.quantity)
        there.append(_gross(line, past))
        due.append(_gross(line, asked) - there[-1])
    return ContractPosition(
        contract=contract.number,
        customer=contract.customer.code,
        delivered=money_total(there, contract.currency),
        undelivered=money_total(due, contract.currency),
        billed=done.billed(key, contract.currency),
    )


def _quantities(lines: Iterable[OrderLine | DeliveryLine]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.line] = total((sums.get(line.line, Decimal(0)), line.quantity))
    return sums


def _gross(line: ContractLine, quantity: Decimal) -> Money:
    return line.gross.share(Fraction(quantity) / Fraction(line.quantity))
