"""The small facts that the store contracts write: a debt, a payment, an application (小例)."""

from datetime import date

from cpq.cap import CapTake, Counter
from cpq.coupon import Coupon
from cpq.kernel.money import Money
from cpq.quote import NumberSeries, Quote, accept, revise, send
from revenue.adapters.deals import Deals
from revenue.application import Application
from revenue.ledger import ReceivablesLedger
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.testing.deal import (
    example_contract,
    example_facts,
    example_order,
    example_printed,
    example_quote,
)

DAY = date(2026, 12, 1)
SERIES = NumberSeries(code="offers", pattern="OF-{year}-{n:04}")


def owed(number: str = "AR-1", amount: str = "300.00", *, currency: str = "CNY") -> Receivable:
    """A receivable of customer C-1."""
    return Receivable(
        number=number, customer="C-1", on=DAY, due_on=DAY, amount=Money(amount, currency)
    )


def paid(number: str = "R-1", amount: str = "350.00", *, currency: str = "CNY") -> Receipt:
    """A receipt of customer C-1."""
    return Receipt(number=number, customer="C-1", on=DAY, amount=Money(amount, currency))


def applied(number: str = "A-1", amount: str = "300.00", *, currency: str = "CNY") -> Application:
    """An application of R-1 to AR-1."""
    return Application(
        number=number, receipt="R-1", receivable="AR-1", on=DAY, amount=Money(amount, currency)
    )


def accepted(quote: Quote) -> Quote:
    """The quote, sent and accepted."""
    return accept(send(quote), on=date(2026, 11, 25), by="Li Wei")


def record_deal(deals: Deals) -> ReceivablesLedger:
    """The whole example deal, written as a host writes it; its ledger.

    The quote holds an order of a promotion; another offer holds two more, and a third one lapsed.
    A coupon is issued and blocked, a number is given out, and a PDF of the quote is on record.
    """
    quote = example_quote()
    contract = example_contract(quote)
    sold = example_order(contract)
    deals.save(quote)
    deals.save(send(quote))
    deals.number(SERIES, on=DAY)
    deals.keep(example_printed(send(quote)))
    offer(deals, f"{quote.number}/1", 1)
    offer(deals, "Q-7/1", 2)
    offer(deals, "Q-8/1", 3, expires_on=quote.issued_on)
    deals.budget.expire(on=DAY, key="night")
    deals.coupons.issue([Coupon(code="AUTUMN-7K4P", promotion="AUTUMN")])
    deals.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
    deals.save(accepted(quote))
    deals.save(contract)
    deals.save(sold)
    ledger = ReceivablesLedger().record(*example_facts(contract, sold))
    for fact in ledger.facts:
        deals.record(fact)
    return ledger


def offer(
    deals: Deals,
    document: str,
    amount: int,
    *,
    on: date = date(2026, 11, 21),
    expires_on: date = date(2026, 12, 21),
) -> None:
    """Hold so many orders of a promotion that is capped at ten."""
    counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    deals.budget.reserve(
        [CapTake(counter=counter, amount=amount, limit=10)],
        document=document,
        on=on,
        expires_on=expires_on,
        key=f"send {document}",
    )


def revised(quote: Quote) -> Quote:
    """The next version of a draft that was sent, with the same pricing."""
    return revise(
        send(quote), quote.pricing, issued_on=quote.issued_on, valid_until=quote.valid_until
    )
