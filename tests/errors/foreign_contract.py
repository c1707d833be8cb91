"""A contract in another currency than the books, what is not billed yet, and advances with tax."""

from typing import Any

import pytest

from revenue import Contract, Delivery, ReceivablesLedger, bill, deliver, verification, verify
from revenue.application import Adjustment, Difference
from revenue.credit_note import CreditNote
from revenue.entry import JournalEntry
from revenue.invoice import Invoice
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.testing import example_contract, example_order, example_quote
from revenue.unbilled import cover, owe
from revenue.writeoff import Recovery
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, paid, usd, written_off

RATE: dict[str, str] = {"rate": "7.10", "books": "CNY"}


def abroad() -> Contract:
    """The example contract in USD."""
    return example_contract(example_quote(currency="USD"))


def delivery(**at: str) -> Delivery:
    contract = abroad()
    return deliver(contract, example_order(contract), {"1": 1}, number="D-1", on=DAY, **at)


def billed() -> ReceivablesLedger:
    """The advance is billed, and worth something in CNY."""
    return ReceivablesLedger().record(
        *bill(abroad(), event="signing", on=DAY, number="INV-1", **RATE)
    )


@reproduces(
    "exchange.half_given",
    en="A rate was given without the currency of the books, or that currency without a rate.",
    zh="只给了汇率或只给了本位币，须同时给出。",
    do="Give both `rate` and `books`, or neither.",
    names=("rate", "books", "7.10"),
)
def a_rate_into_nothing() -> None:
    delivery(rate="7.10")


@reproduces(
    "delivery.not_booked",
    en="The delivery bears no value in the books, or one in another currency, than the contract.",
    zh="发货单的本位币价值与合同不一致。",
    do="Deliver with `rate` and `books` where the contract is valued, and only there.",
    names=("D-1", "no book value", "a value in CNY"),
)
def a_delivery_without_value() -> None:
    billed().record(delivery())


@reproduces(
    "invoice.not_booked",
    en="The invoice bears no value in the books, or one in another currency, than the contract.",
    zh="发票的本位币价值与合同不一致。",
    do="Bill with `rate` and `books` where the contract is valued, and only there.",
    names=("INV-1", "no book value", "a value in CNY"),
)
def an_invoice_without_value() -> None:
    invoice, _ = bill(abroad(), event="signing", on=DAY, number="INV-1")
    ReceivablesLedger().record(delivery(**RATE), invoice)


@reproduces(
    "credit_note.not_booked",
    en="The credit note bears no value in the books, or one in another currency, than the contract "
    "of which it takes back what was never revenue.",
    zh="红字发票的本位币价值与合同不一致。",
    do="Give `booked` where the contract is valued, and only there.",
    names=("CN-1", "no book value", "a value in CNY"),
)
def a_credit_note_without_value() -> None:
    billed().record(
        CreditNote(
            number="CN-1",
            customer="C-1",
            contract=abroad().number,
            on=DAY,
            amount=usd("10.00"),
            recognised=usd("0.00"),
            reason="less goods",
        )
    )


@reproduces(
    "receivable.other_value",
    en="The receivable does not carry its part of what the invoice is worth in the books.",
    zh="应收的本位币价值不是发票价值中的相应部分。",
    do="Take `invoice.booked_part(amount, before=…)`.",
    names=("INV-1", "1.00 CNY", "booked_part"),
)
def a_receivable_worth_something_else() -> None:
    invoice, debt = bill(abroad(), event="signing", on=DAY, number="INV-1", **RATE)
    ReceivablesLedger().record(invoice, debt.with_(booked=cny("1.00")))


@reproduces(
    "ledger.position_value",
    en="A contract's asset or liability is worth something where nothing of it is left, or less "
    "than nothing. This is a fault of the library.",
    zh="合同头寸已为零而账面仍有价值，或价值方向相反。",
    do="Report it with the facts of the ledger.",
    names=("2204", "CNY"),
)
def a_position_worth_too_little(patch: pytest.MonkeyPatch) -> object:
    real = verification.journal

    def misvalued(*facts: Any) -> tuple[JournalEntry, ...]:
        return tuple(
            entry.model_construct(**{**dict(entry), "lines": tuple(_turned(entry.lines))})
            for entry in real(*facts)
        )

    def _turned(lines: Any) -> Any:
        for line in lines:
            on_liability = line.account.code == "2204" and line.booked is not None
            yield (
                line.model_construct(**{**dict(line), "booked": -line.booked})
                if (on_liability)
                else line
            )

    patch.setattr(verification, "journal", misvalued)
    return verify(billed())


# --- what is owed before it is billed -------------------------------------------------------------


def unbilled(**changes: Any) -> Receivable:
    """The advance of the example contract, owed and not billed."""
    contract = example_contract(example_quote())
    return owe(contract, event="signing", on=DAY, number="AR-U").with_(**changes)


def covering(debt: Receivable, number: str = "INV-1", **changes: Any) -> Invoice:
    contract = example_contract(example_quote())
    invoice, *_ = cover(bill(contract, event="signing", on=DAY, number=number), [debt])
    return invoice.with_(**changes)


@reproduces(
    "receivable.not_booked",
    en="What is owed before its bill bears no value in the books, or one in another currency, than "
    "the contract.",
    zh="未开票应收的本位币价值与合同不一致。",
    do="Make it with `rate` and `books` where the contract is valued, and only there.",
    names=("AR-U", "no book value", "a value in CNY"),
)
def an_unbilled_debt_without_value() -> None:
    debt = owe(abroad(), event="signing", on=DAY, number="AR-U")
    ReceivablesLedger().record(delivery(**RATE), debt)


@reproduces(
    "invoice.covers_too_much",
    en="The receivables that the invoice is to cover come to more than it bills.",
    zh="所覆盖的未开票应收超过发票金额。",
    do="Bill more, or leave some of them to a later invoice.",
    names=("INV-1", "1306.40 CNY", "1306.41 CNY"),
)
def covering_more_than_is_billed() -> None:
    covering(unbilled(amount=cny("1306.41")))


@reproduces(
    "invoice.covers_other",
    en="The invoice covers a receivable that is not what the customer owes of the contract before "
    "it is billed, or not with the amounts that it has.",
    zh="发票覆盖的应收不属于该客户该合同的未开票应收，或金额不符。",
    do="Cover what the customer owes of that contract, made by `owe`.",
    names=("INV-1", "AR-U", "HT-9"),
)
def covering_another_contracts_debt() -> None:
    ReceivablesLedger().record(unbilled(contract="HT-9"), covering(unbilled()))


@reproduces(
    "invoice.covered_already",
    en="The invoice covers a receivable that an earlier invoice billed.",
    zh="该未开票应收已被其他发票覆盖。",
    do="Leave it out.",
    names=("INV-2", "AR-U", "INV-1"),
)
def covering_twice() -> None:
    ReceivablesLedger().record(unbilled(), covering(unbilled()), covering(unbilled(), "INV-2"))


# --- advances with output VAT inside --------------------------------------------------------------


def advance() -> Receipt:
    """An advance of 113.00 CNY with 13.00 of tax inside."""
    return paid().with_(amount=cny("113.00"), tax=cny("13.00"), advance=True)


@reproduces(
    "adjustment.advance_with_tax",
    en="Part of an advance is to be kept in which output VAT waits for a bill.",
    zh="含待转销项税额的预收款不能直接转收入。",
    do="Identify it as what it is, no advance, first.",
    names=("R-1", "13.00 CNY"),
)
def keeping_of_an_advance() -> None:
    kept = Adjustment(
        number="AD-1",
        document="R-1",
        document_kind="receipt",
        on=DAY,
        reason="rest",
        by="Wang",
        difference=Difference(reason="rounding", amount=cny("1.00")),
    )
    ReceivablesLedger().settle(advance(), kept)


@reproduces(
    "recovery.advance_with_tax",
    en="A bad debt is to be recovered from an advance in which output VAT waits for a bill.",
    zh="含待转销项税额的预收款不能用于收回坏账。",
    do="Identify it as what it is, no advance, first.",
    names=("R-7", "13.00 CNY"),
)
def recovering_from_an_advance() -> None:
    back = Recovery(number="V-1", write_off="W-1", receipt="R-7", amount=cny("1.00"), on=DAY)
    written_off().settle(advance().with_(number="R-7"), back)
