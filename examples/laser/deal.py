"""A deal from the price list to the last recovered cent (一笔交易的全过程), as a program.

Run it from anywhere: ``python examples/laser/deal.py [STORE_URL [OUT_FOLDER]]``. Without a store
it keeps everything in memory; with ``sqlite:///deals.db`` the command line of finance goes on from
there. Each step below is a function on frozen values; days and numbers are the caller's.
"""

import sys
from datetime import date
from pathlib import Path

from cpq import Money, accept, configure, draft_quote, item, payment_terms, price, send
from cpq.adapters import read_catalogue, write_pdf
from cpq.kernel.money import money_total
from revenue import (
    AllowanceCharge,
    Receipt,
    ReceivablesLedger,
    accept_delivery,
    apply_oldest,
    bill,
    deliver,
    journal,
    order,
    sign,
    trial_balance,
)
from revenue.adapters import open_store

HERE = Path(__file__).resolve().parent


def main(store_url: str = "sqlite://", out: str = "out") -> None:
    # --- the offer -----------------------------------------------------------------------------
    catalogue = read_catalogue(HERE)
    today = date(2026, 11, 21)
    machine = configure(
        catalogue.bom("LASER-3000", on=today),
        choose={"head": "HEAD-12KW", "cooling": "CHILLER-W", "colour": "red"},
        quantity=2,
    )
    pricing = price(
        [machine, item("NOZZLE-15", 120)], catalogue=catalogue, customer="C-0042", on=today
    )
    print(pricing.explain())

    seller = catalogue.seller
    assert seller is not None, "examples/laser names its seller"
    quote = send(
        draft_quote(
            pricing,
            number="Q-2026-0017",
            customer=catalogue.customer("C-0042"),
            seller=seller,
            issued_on=today,
            valid_until=date(2026, 12, 21),
            payment=payment_terms(
                ("30%", "signing", 7), ("60%", "delivery", 30), ("10%", "acceptance", 365)
            ),
        )
    )
    Path(out).mkdir(parents=True, exist_ok=True)
    pdf = write_pdf(quote, Path(out) / f"{quote.number}.pdf", locale="zh_CN")

    # --- the contract and its order --------------------------------------------------------------
    agreed = accept(quote, on=date(2026, 11, 25), by="Zhao Mingyu, PO 4500-1188")
    contract = sign(agreed, number="HT-2026-017", on=date(2026, 11, 28))
    sales_order = order(contract, number="SO-2026-017", on=date(2026, 11, 28))

    # --- signing: 30 % falls due -----------------------------------------------------------------
    ledger = ReceivablesLedger()
    ledger = ledger.record(
        *bill(contract, event="signing", on=date(2026, 11, 28), number="INV-2026-101")
    )

    # --- two deliveries, each billed by its share of the 60 % ------------------------------------
    first = deliver(
        contract,
        sales_order,
        {"1": 1, "1.3": 1, "1.4": 1, "2": 120},
        number="DN-2026-201",
        on=date(2027, 1, 15),
    )
    ledger = ledger.record(first)
    ledger = ledger.record(
        *bill(
            contract,
            event="delivery",
            delivery=first,
            before=ledger.invoices(contract.number),
            on=date(2027, 1, 15),
            number="INV-2027-011",
        )
    )
    second = deliver(
        contract,
        sales_order,
        {"1": 1, "1.3": 1, "1.4": 1},
        number="DN-2027-014",
        on=date(2027, 2, 2),
        before=ledger.deliveries(sales_order.number),
    )
    ledger = ledger.record(second)
    ledger = ledger.record(
        *bill(
            contract,
            event="delivery",
            delivery=second,
            before=ledger.invoices(contract.number),
            on=date(2027, 2, 2),
            number="INV-2027-019",
        )
    )

    # --- acceptance: the last 10 %, due in a year ------------------------------------------------
    accepted = accept_delivery(
        sales_order,
        number="AC-2027-007",
        on=date(2027, 2, 20),
        by="Chen Wei, plant manager",
        deliveries=ledger.deliveries(sales_order.number),
    )
    ledger = ledger.record(accepted)
    ledger = ledger.record(
        *bill(
            contract,
            event="acceptance",
            before=ledger.invoices(contract.number),
            on=date(2027, 2, 20),
            number="INV-2027-026",
        )
    )

    # --- money comes in: two receivables at once, and more than they need -------------------------
    due = [open_item.receivable.number for open_item in ledger.open_items("C-0042")]
    wanted = ledger.open_amount(due[0]) + ledger.open_amount(due[1])
    ledger = ledger.record(
        Receipt(
            number="RC-2027-031",
            customer="C-0042",
            on=date(2027, 2, 25),
            amount=wanted + Money("5000.00", "CNY"),
            payer="江苏恒泰精密机械有限公司",
            reference="HT-2026-017",
        )
    )
    ledger = ledger.apply(
        "RC-2027-031", to=[due[0], due[1]], number="AP-2027-031", on=date(2027, 2, 25)
    )
    print(f"on account: {', '.join(map(str, ledger.on_account('C-0042')))}")

    # --- it was meant for another one: un-apply, apply again --------------------------------------
    ledger = ledger.unapply(
        "AP-2027-031/2",
        number="RV-2027-031",
        on=date(2027, 2, 26),
        reason="paid for the second delivery",
    )
    ledger = apply_oldest(ledger, "RC-2027-031", number="AP-2027-032", on=date(2027, 2, 26))

    # --- the customer fails: provided for, written off with approval, partly recovered ------------
    last = ledger.open_items("C-0042")[-1]
    ledger = ledger.record(
        AllowanceCharge(
            number="AL-2028-002",
            on=date(2028, 2, 28),
            amount=last.open,
            reason="insolvency of C-0042",
        )
    )
    ledger = ledger.write_off(
        last.receivable.number,
        number="WO-2028-003",
        on=date(2028, 3, 31),
        reason="insolvency proceedings closed",
        approved_by="Wang Fang, CFO",
    )
    ledger = ledger.record(
        Receipt(
            number="RC-2028-009",
            customer="C-0042",
            on=date(2028, 9, 1),
            amount=Money("20000.00", "CNY"),
            payer="administrator of Hengtai",
        )
    )
    ledger = ledger.recover(
        "WO-2028-003", receipt="RC-2028-009", number="RE-2028-001", on=date(2028, 9, 1)
    )

    # --- the books --------------------------------------------------------------------------------
    entries = journal(ledger.facts)
    balances = trial_balance(entries)
    for row in balances:
        print(f"{row.account.code:<8}{row.balance!s:>16}  {row.account.name.in_('zh')}")
    print(f"trial balance: {money_total((row.balance for row in balances), contract.currency)}")

    # --- kept -------------------------------------------------------------------------------------
    with open_store(store_url) as store:
        with store.unit() as deals:
            deals.save(agreed)
            deals.save(contract)
            deals.save(sales_order)
            deals.record(*ledger.facts, key="HT-2026-017")
        assert store.verify() == ()
    print(pdf)


if __name__ == "__main__":
    main(*sys.argv[1:])
