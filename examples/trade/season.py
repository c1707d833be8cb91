"""A season of promotions, from the coupon to the settled rebate (一季促销的全过程), as a program.

Run it from anywhere: ``python examples/trade/season.py [STORE_URL]``. Without a store it keeps
everything in memory; with ``sqlite:///season.db`` the command line of finance goes on from there.
A store of tents writes coupons; two offers compete for ten cheap tents a month; one is delivered,
the other cancelled; the maker of the lamps pays its share; at the end of the year the customer is
paid a rebate. Days and numbers are the caller's.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cpq import Catalogue, DomainError, Money, Pricing, Quote, accept, price_within, send
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.coupon_rows import read_coupons
from cpq.adapters.request import AskedProduct, QuoteRequest
from cpq.funding import FundingPlan
from cpq.kernel.money import money_total
from cpq.quote import PaymentTerm
from cpq.rebate import (
    RebateAgreement,
    RebateAssignment,
    RebateSale,
    RebateTier,
    accruals,
    assigned,
    settlement,
)
from revenue import (
    ClaimSettlement,
    Contract,
    FunderTerms,
    Receipt,
    SalesOrder,
    accrue,
    apply_oldest,
    bill,
    claims,
    deliver,
    funder_statement,
    order,
    settle_rebate,
    sign,
    trial_balance,
)
from revenue.adapters import Deals, open_store

HERE = Path(__file__).resolve().parent
TODAY, ORDERED, DELIVERED = date(2026, 11, 21), date(2026, 11, 25), date(2026, 12, 1)
YEAR_END = date(2026, 12, 31)
TENTS = "TENT-15/1/customer=SHANYE/2026-11/units"

CATALOGUE = read_catalogue(HERE)
REQUEST = read_request(HERE / "request-store.json").with_(
    payment=(PaymentTerm(percent=100, event="delivery", days=30),),
    coupon_file=None,  # the codes are kept in the store
)
AGREEMENT = RebateAgreement(
    code="TENTS-2026",
    customers=("SHANYE",),
    products=("TENT-2", "TENT-4"),
    period={"start": "2026-01-01", "end": YEAR_END},
    zone=CATALOGUE.zone,
    currency="CNY",
    tiers=(RebateTier(percent=2), RebateTier(lower=10, percent=5)),
)


def main(store_url: str = "sqlite://") -> None:
    with open_store(store_url) as store:
        # --- coupons, and two offers that meet the same limits -----------------------------------
        with store.unit() as deals:
            deals.coupons.issue(read_coupons(HERE / "coupons" / "welcome.csv"))
            first = offer(deals, asked("Q-2026-0401", {"TENT-2": 6, "TENT-4": 4}))
            late = offer(
                deals, asked("Q-2026-0403", {"TENT-2": 8, "CHAIR": 20})
            )  # priced, but not sent yet
            deals.save(first)
            left(deals, "after the first offer")
            second = offer(deals, asked("Q-2026-0402", {"TENT-2": 8, "CHAIR": 20}))
            deals.save(second)
            left(deals, "after the second")
        for quote in (first, second):
            print(f"{quote.number}: {quote.pricing.discount} off")
            for outcome in quote.pricing.coupons:
                print(f"  {outcome}")
        try:
            with store.unit() as deals:
                deals.save(late)
        except DomainError as refusal:
            print(f"{late.number}: {refusal.code}")

        # --- both are ordered, one is cancelled --------------------------------------------------
        with store.unit() as deals:
            contract, sold = ordered(deals, first, "01")
            ordered(deals, second, "02")
            left(deals, "after both orders")
            kept = [take.counter.key for take in second.pricing.taken if not take.returns]
            deals.budget.cancel(
                document=f"{second.number}/{second.version}",
                on=DELIVERED,
                key="cancel SO-2026-02",
                keep=kept,
            )
            left(deals, "after the second is cancelled")

        # --- delivered, billed, and claimed of those who bear a part -----------------------------
        with store.unit() as deals:
            delivered(deals, contract, sold, first.pricing)
            claim = next(
                row for row in funder_statement(deals.facts(), "LUMEN").rows if row.kind == "claim"
            )
            deals.record(
                ClaimSettlement(
                    number="CS-2026-01",
                    claim=claim.number,
                    funder="LUMEN",
                    contract=contract.number,
                    means="credit_note",
                    reference="LUMEN-CN-88",
                    on=date(2026, 12, 18),
                    amount=Money("60.00", "CNY"),
                )
            )
            for funder in ("LUMEN", "MARKETING"):
                (total,) = funder_statement(deals.facts(), funder).totals
                print(f"{funder}: {total.claimed} claimed, {total.closing} open")

        # --- the rebate of the year, offset against what the customer owes -----------------------
        with store.unit() as deals:
            rewarded(deals, contract)
            ledger = deals.ledger()
            print(f"rebate: {ledger.free_amount('RS-2026-01', as_of=YEAR_END)} as a credit")
            ledger = apply_oldest(ledger, "RS-2026-01", number="AP-2026-01", on=YEAR_END)
            paid = ledger.open_amount("INV-2026-01")
            ledger = ledger.record(
                Receipt(number="RC-2027-01", customer="SHANYE", on=date(2027, 1, 4), amount=paid)
            )
            ledger = apply_oldest(ledger, "RC-2027-01", number="AP-2027-01", on=date(2027, 1, 4))
            deals.record(*ledger.facts[len(deals.facts()) :])

        # --- the books ---------------------------------------------------------------------------
        with store.view() as deals:
            balances = trial_balance(deals.journal())
        for row in balances:
            print(f"{row.account.code:<8}{row.balance!s:>14}  {row.account.name.in_('zh')}")
        print(f"trial balance: {money_total((row.balance for row in balances), 'CNY')}")
        assert store.verify() == ()


def asked(number: str, products: dict[str, int]) -> QuoteRequest:
    """A request of the store for some products, with its coupon."""
    items = tuple(
        AskedProduct(product=code, quantity=quantity) for code, quantity in products.items()
    )
    return REQUEST.with_(number=number, items=items)


def offer(deals: Deals, request: QuoteRequest) -> Quote:
    """The quote of a request within what is left of every limit today; sent, not saved."""

    def priced(used: Sequence[tuple[str, object]]) -> Quote:
        return quote_for(request.with_(used=used), CATALOGUE, coupons=deals.coupons)

    pricing = price_within(
        lambda usage: priced(usage.rows).pricing,
        usage=lambda counters: deals.budget.usage(
            counters, on=request.issued_on, apart_from=request.number
        ),
    )
    return send(priced(pricing.deal.usage.rows if pricing.deal else ()))


def left(deals: Deals, when: str) -> None:
    """Say what is left of the ten tents."""
    (counter,) = (each for each in deals.budget.counters if each.key == TENTS)
    print(f"tents left {when}: {deals.budget.remaining(counter, 10, on=ORDERED)}")


def ordered(deals: Deals, quote: Quote, number: str) -> tuple[Contract, SalesOrder]:
    """The quote accepted, signed and ordered: what it held of the limits is taken."""
    agreed = accept(quote, on=ORDERED, by="Lin Yue, head of purchasing")
    contract = sign(agreed, number=f"HT-2026-{number}", on=ORDERED)
    sales_order = order(contract, number=f"SO-2026-{number}", on=ORDERED)
    for document in (agreed, contract, sales_order):
        deals.save(document)
    return contract, sales_order


def delivered(deals: Deals, contract: Contract, sold: SalesOrder, pricing: Pricing) -> None:
    """Everything delivered and billed; what others bear of the discounts is claimed of them."""
    delivery = deliver(
        contract,
        sold,
        {line.line: line.quantity for line in contract.lines},
        number="DN-2026-01",
        on=DELIVERED,
    )
    invoice, owed = bill(
        contract, event="delivery", delivery=delivery, on=DELIVERED, number="INV-2026-01"
    )
    claimed = claims(
        pricing.allocations,
        contract=contract.number,
        document="INV-2026-01",
        number="CL-2026-01",
        on=DELIVERED,
        terms=terms_of(CATALOGUE),
    )
    deals.record(delivery, invoice, owed, *claimed)


def terms_of(catalogue: Catalogue) -> tuple[FunderTerms, ...]:
    """How claims on the funders of a catalogue's promotions are booked: by what they are."""
    plans: list[FundingPlan] = [promotion.funding for promotion in catalogue.promotions]
    return tuple(
        FunderTerms(funder=share.funder, kind=share.kind)
        for plan in plans
        for share in plan.shares
        if share.kind != "own"
    )


def rewarded(deals: Deals, contract: Contract) -> None:
    """What the billed tents earn is accrued with the invoice, and settled at the year's end."""
    rows: tuple[RebateAssignment, ...] = ()
    for line in contract.lines:
        sale = RebateSale(
            document="INV-2026-01",
            line=line.line,
            customer="SHANYE",
            product=line.product,
            quantity=line.quantity,
            unit=line.unit,
            net=line.net,
            on=DELIVERED,
        )
        rows += assigned(AGREEMENT, rows, sale)
    due = settlement(AGREEMENT, rows, customer="SHANYE", number="RS-2026-01", on=YEAR_END)
    deals.record(*accrue(accruals(rows), number="RA-2026-01"))
    deals.record(*settle_rebate(due, means="offset"))


if __name__ == "__main__":
    main(*sys.argv[1:])
