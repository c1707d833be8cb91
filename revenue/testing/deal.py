"""A small deal to test with: two lines, a plan of 30/60/10, from draft to order (测试用例).

Every figure follows from the arguments, so the same call gives the same values in any process.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256

from cpq.cap import CapTake
from cpq.customer import Customer, Party
from cpq.kernel.money import (
    RoundingPolicy,
    currency_places,
    exact,
    product,
    rounded,
    total,
)
from cpq.quote import Quote, accept, payment_terms, send
from cpq.replay import PrintedDocument
from cpq.waterfall import PricedLine, Pricing
from revenue.contract import Contract, sign
from revenue.fulfilment import Delivery, accept_delivery, deliver
from revenue.invoice import bill
from revenue.ledger import Fact, ReceivablesLedger
from revenue.order import SalesOrder, order
from revenue.receipt import Receipt
from revenue.writeoff import AllowanceCharge

DAY = date(2026, 11, 21)
SIGNED_ON = date(2026, 11, 28)
PRICES = ("1234.5678", "49.9900")


def example_quote(
    number: str = "Q-2026-0001",
    *,
    customer: str = "C-0042",
    currency: str = "CNY",
    prices: Sequence[str] = PRICES,
    taken: Sequence[CapTake] = (),
) -> Quote:
    """A draft of three of each product at unit prices of up to four decimals, 13 % tax.

    ``taken`` is what it takes of promotions' budgets.

    >>> example_quote().gross
    Money('4354.65', 'CNY')
    """
    lines = tuple(
        _line(str(place), exact(price), currency) for place, price in enumerate(prices, start=1)
    )
    pricing = Pricing(
        customer=customer,
        book="LIST",
        currency=currency,
        on=DAY,
        policy=RoundingPolicy(),
        catalogue="0" * 64,
        items=(),
        lines=lines,
        taken=tuple(taken),
    )
    return Quote(
        number=number,
        customer=Customer(
            code=customer, party=Party(name={"en": "Hengtai Ltd.", "zh": "恒泰有限公司"})
        ),
        seller=Party(name="Seller"),
        pricing=pricing,
        issued_on=DAY,
        valid_until=date(2026, 12, 21),
        payment=payment_terms(
            ("30%", "signing", 7), ("60%", "delivery", 30), ("10%", "acceptance", 365)
        ),
    )


def _line(number: str, price: Decimal, currency: str) -> PricedLine:
    places = currency_places(currency)
    net = rounded(product(price, Decimal(3)), places)
    tax = rounded(product(net, Decimal("0.13")), places)
    return PricedLine(
        number=number,
        product=f"P-{number}",
        name={"en": f"Product {number}", "zh": f"产品{number}"},
        quantity=Decimal(3),
        unit="pc",
        currency=currency,
        list_price=price,
        unit_price=price,
        list_amount=net,
        amount=net,
        discount=Decimal(0),
        net=net,
        tax_code="VAT13",
        tax_percent=Decimal(13),
        tax=tax,
        gross=total((net, tax)),
    )


def example_contract(quote: Quote, *, number: str = "HT-2026-017") -> Contract:
    """The contract of a quote that is sent, accepted and signed.

    >>> [str(part.amount) for part in example_contract(example_quote()).instalments]
    ['1306.40 CNY', '2612.79 CNY', '435.46 CNY']
    """
    accepted = accept(send(quote), on=date(2026, 11, 25), by="Li Wei")
    return sign(accepted, number=number, on=SIGNED_ON)


def example_printed(quote: Quote, *, content: bytes = b"%PDF-1.7") -> PrintedDocument:
    """The record of a PDF of the quote, as a renderer's host notes it.

    >>> example_printed(example_quote()).reference
    'Q-2026-0001'
    """
    return PrintedDocument(
        number=quote.number,
        version=quote.version,
        quote_hash=quote.content_hash(),
        trace_hash=quote.pricing.content_hash(),
        catalogue=quote.pricing.catalogue,
        kind="pdf",
        locale="zh_CN",
        layout=sha256(b"plain").hexdigest(),
        sha256=sha256(content).hexdigest(),
        size=len(content),
        made_by=(("WeasyPrint", "70.0"), ("Pango", "1.50.12")),
    )


def example_order(contract: Contract, *, number: str = "SO-1") -> SalesOrder:
    """The order of all that the contract promises."""
    return order(contract, number=number, on=date(2026, 11, 29))


def example_deliveries(contract: Contract, sold: SalesOrder) -> tuple[Delivery, Delivery]:
    """Two deliveries that complete the order."""
    first = deliver(contract, sold, {"1": 1, "2": 3}, number="D-1", on=date(2026, 12, 1))
    second = deliver(contract, sold, {"1": 2}, number="D-2", on=date(2026, 12, 8), before=[first])
    return first, second


def example_facts(contract: Contract, sold: SalesOrder) -> tuple[Fact, ...]:
    """All facts of the deal, to the last recovery: delivered, billed, paid, un-applied, paid
    again, written off in part, recovered.

    >>> contract = example_contract(example_quote())
    >>> facts = example_facts(contract, example_order(contract))
    >>> len(facts), ReceivablesLedger().record(*facts).on_account("C-0042")
    (21, (Money('145.15', 'CNY'),))
    """
    first, second = example_deliveries(contract, sold)
    advance = bill(contract, event="signing", on=SIGNED_ON, number="INV-1")
    part = bill(
        contract, event="delivery", on=first.on, number="INV-2", delivery=first,
        before=[advance[0]],
    )  # fmt: skip
    rest = bill(
        contract, event="delivery", on=second.on, number="INV-3", delivery=second,
        before=[advance[0], part[0]],
    )  # fmt: skip
    agreed = accept_delivery(
        sold, number="Y-1", on=date(2026, 12, 15), by="Li Wei", deliveries=[first, second]
    )
    last = bill(
        contract, event="acceptance", on=agreed.on, number="INV-4",
        before=[advance[0], part[0], rest[0]],
    )  # fmt: skip
    ledger = ReceivablesLedger().record(*advance, first, *part, second, *rest, agreed, *last)
    return _settled(ledger, contract).facts


def _settled(ledger: ReceivablesLedger, contract: Contract) -> ReceivablesLedger:
    day, late = date(2026, 12, 20), date(2027, 6, 30)
    owed = ledger.open_amount("INV-1") + ledger.open_amount("INV-2")
    extra = owed.split(2)[0]
    code = contract.customer.code
    ledger = ledger.record(Receipt(number="R-1", customer=code, on=day, amount=owed + extra))
    ledger = ledger.apply("R-1", to=["INV-1", "INV-2"], number="A-1", on=day)
    ledger = ledger.unapply("A-1/2", number="X-1", on=day, reason="wrong invoice")
    ledger = ledger.apply("R-1", to=["INV-3", "INV-2"], number="A-2", on=day)
    ledger = ledger.write_off(
        "INV-4", number="W-1", on=late, reason="insolvent", approved_by="Wang Fang"
    )
    lost = ledger.recoverable_amount("W-1")
    part = lost.split([2, 1])[0]
    ledger = ledger.record(
        AllowanceCharge(number="P-1", on=late, amount=lost, reason="year end"),
        Receipt(number="R-2", customer=code, on=late, amount=lost),
    )
    return ledger.recover("W-1", receipt="R-2", number="V-1", on=late, amount=part)
