"""Short ways to the documents that the tests of ``revenue`` start from."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cpq.customer import Customer, Party
from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money, RoundingPolicy, plain, product, rounded, total
from cpq.kernel.text import LocalText
from cpq.quote import PaymentTerm, Quote, accept, payment_terms, send
from cpq.waterfall import PricedLine, Pricing
from revenue import (
    AllowanceCharge,
    Application,
    Contract,
    Receipt,
    Receivable,
    ReceivablesLedger,
    Recovery,
    SalesOrder,
    WriteOff,
    order,
    sign,
)

SIGNED = date(2026, 11, 28)
THIRTY_SIXTY_TEN = payment_terms(
    ("30%", "signing", 7), ("60%", "delivery", 30), ("10%", "acceptance", 365)
)
SELLER = Party(name=LocalText(en="Guangsu Laser Ltd.", zh="光速激光有限公司"))
CUSTOMER = Customer(code="C-1", party=Party(name=LocalText(en="Hengtai Ltd.", zh="恒泰有限公司")))
LINES = (("1", "60000.00", "13", "3"), ("2", "5000.00", "6", "1"))


def cny(amount: str | int) -> Money:
    return Money(amount, "CNY")


def priced_line(
    number: str, net: str, percent: str, quantity: str, currency: str = "CNY", **changes: Any
) -> PricedLine:
    tax = rounded(product(Decimal(net), Decimal(percent), Decimal("0.01")), 2)
    fields = {
        "number": number,
        "product": f"P-{number}",
        "name": LocalText(en=f"Product {number}", zh=f"产品{number}"),
        "quantity": quantity,
        "unit": "pc",
        "currency": currency,
        "list_price": "1",
        "unit_price": "1",
        "list_amount": net,
        "amount": net,
        "discount": "0",
        "net": net,
        "tax_code": f"VAT{percent}",
        "tax_percent": percent,
        "tax": plain(tax),
        "gross": plain(total((Decimal(net), tax))),
    }
    return PricedLine.model_validate({**fields, **changes})


def draft_of(
    lines: Sequence[PricedLine], payment: Sequence[PaymentTerm] = THIRTY_SIXTY_TEN
) -> Quote:
    pricing = Pricing(
        customer=CUSTOMER.code,
        book="STANDARD",
        currency=lines[0].currency,
        on=date(2026, 11, 20),
        policy=RoundingPolicy(),
        catalogue="0" * 64,
        items=(),
        lines=tuple(lines),
    )
    return Quote(
        number="Q-1",
        customer=CUSTOMER,
        seller=SELLER,
        pricing=pricing,
        issued_on=date(2026, 11, 21),
        valid_until=date(2026, 12, 21),
        payment=tuple(payment),
    )


def accepted(quote: Quote) -> Quote:
    return accept(send(quote), on=date(2026, 11, 25), by="Li Hua")


def quote_of(
    *lines: tuple[str, str, str, str], payment: Sequence[PaymentTerm] = THIRTY_SIXTY_TEN
) -> Quote:
    """An accepted quote of lines (number, net, tax percent, quantity)."""
    return accepted(draft_of([priced_line(*line) for line in lines or LINES], payment))


def contract_of(
    *lines: tuple[str, str, str, str], payment: Sequence[PaymentTerm] = THIRTY_SIXTY_TEN
) -> Contract:
    return sign(quote_of(*lines, payment=payment), number="HT-1", on=SIGNED)


def order_of(contract: Contract) -> SalesOrder:
    return order(contract, number="SO-1", on=SIGNED)


def day(number: int) -> date:
    """A day of December 2026 and on: ``day(1)`` is the first."""
    return date.fromordinal(date(2026, 11, 30).toordinal() + number)


def debt(
    number: str,
    amount: str,
    *,
    currency: str = "CNY",
    on: date = SIGNED,
    due: date | None = None,
    **changes: Any,
) -> Receivable:
    fields = {
        "customer": "C-1",
        "on": on,
        "due_on": due or on,
        "amount": Money(amount, currency),
    }
    return Receivable.model_validate({"number": number, **fields, **changes})


def cash(
    number: str, amount: str, *, currency: str = "CNY", on: date = SIGNED, **changes: Any
) -> Receipt:
    fields = {"customer": "C-1", "on": on, "amount": Money(amount, currency)}
    return Receipt.model_validate({"number": number, **fields, **changes})


def ledger_of(*facts: Any) -> ReceivablesLedger:
    return ReceivablesLedger().record(*facts)


def open_amounts(ledger: ReceivablesLedger, *numbers: str) -> list[str]:
    return [plain(ledger.open_amount(number).amount) for number in numbers]


def code_of(refusal: Any) -> str:
    """The code of what ``pytest.raises`` caught."""
    error = refusal.value
    assert isinstance(error, DomainError)
    return error.code


APPLICATION = Application(
    number="A-1", receipt="R-1", receivable="AR-1", amount=cny("1"), on=day(1)
)
WRITE_OFF = WriteOff(
    number="W-1", receivable="AR-1", amount=cny("1"), on=day(1), reason="gone", approved_by="Wang"
)
RECOVERY = Recovery(number="V-1", write_off="W-1", receipt="R-1", amount=cny("1"), on=day(1))
CHARGE = AllowanceCharge(number="P-1", on=day(1), amount=cny("1"), reason="year end")
