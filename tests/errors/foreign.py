"""Documents in another currency than that of the books: values, revaluation, what is left."""

from datetime import date
from typing import Any

import pytest

from cpq.kernel.money import Money
from revenue import ReceivablesLedger, verification, verify
from revenue.application import Adjustment, Application, Difference
from revenue.exchange import Revaluation, in_books
from revenue.ledger import Fact
from revenue.reminder import Reminder
from revenue.settlement import revalue
from revenue.writeoff import Recovery, WriteOff
from tests.errors.registry import reproduces
from tests.errors.settling import debtor_change, identification, refund, refused, release
from tests.errors.shop import DAY, EARLY, cny, open_debt, owed, paid, usd

YEAR_END = date(2026, 12, 31)
HELD = Difference(
    reason="retention", amount=usd("10.00"), residual="AR-1/R", due_on=date(2027, 12, 1)
)


def abroad() -> ReceivablesLedger:
    """AR-1 owes 300.00 USD worth 2,100.00 CNY, R-1 brought 350.00 USD worth 2,485.00 CNY."""
    return ReceivablesLedger().record(
        owed(currency="USD").with_(booked=cny("2100.00")),
        paid(currency="USD").with_(booked=cny("2485.00")),
    )


def applying(amount: str = "300.00", **fields: Any) -> Application:
    said = {"number": "A-1", "receipt": "R-1", "receivable": "AR-1", "on": DAY}
    return Application.model_validate({**said, "amount": usd(amount), **fields})


def adjusting(difference: Difference, **fields: Any) -> Adjustment:
    said = {"number": "AD-1", "document": "AR-1", "on": DAY, "reason": "agreed", "by": "Wang"}
    return Adjustment.model_validate({**said, "difference": difference, **fields})


def revaluation(difference: Money, **fields: Any) -> Revaluation:
    said = {"number": "RV-1", "receivable": "AR-1", "on": YEAR_END, "rate": "7.2"}
    whole = {"open": usd("300.00"), "difference": difference}
    return Revaluation.model_validate({**said, **whole, **fields})


def unvalued(fact: Fact, *before: Fact) -> None:
    """Record a fact that bears no value, after what does."""
    refused(fact, ledger=abroad().settle(*before))


# --- what is not valued, or was valued when the ledger stood otherwise ----------------------------


@reproduces(
    "application.out_of_date",
    en="The application does not take the values that its documents have by now.",
    zh="核销的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("A-1", "nothing", "2130.00 CNY and 2100.00 CNY"),
)
def an_application_without_values() -> None:
    unvalued(applying())


@reproduces(
    "adjustment.out_of_date",
    en="The adjustment does not take the value that its document has by now.",
    zh="调整的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("AD-1", "nothing", "70.00 CNY"),
)
def an_adjustment_without_value() -> None:
    unvalued(adjusting(Difference(reason="short_pay", amount=usd("10.00"))))


@reproduces(
    "debtor_change.out_of_date",
    en="The change of debtor does not take the value that the receivable has by now.",
    zh="应收转应收的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("DC-1", "nothing", "70.00 CNY"),
)
def a_debtor_change_without_value() -> None:
    unvalued(debtor_change(usd("10.00")))


@reproduces(
    "identification.out_of_date",
    en="The identification does not take the value that the receipt has by now.",
    zh="认领的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("ID-1", "nothing", "71.00 CNY"),
)
def an_identification_without_value() -> None:
    unvalued(identification(usd("10.00")))


@reproduces(
    "refund.out_of_date",
    en="The refund does not take the value that the receipt has by now.",
    zh="退款的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("RF-1", "nothing", "71.00 CNY"),
)
def a_refund_without_value() -> None:
    unvalued(refund(usd("10.00"), booked=cny("72.00")))


@reproduces(
    "retention_release.out_of_date",
    en="The release does not take the value that the retention has by now.",
    zh="质保金释放的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("RR-1", "nothing", "70.00 CNY"),
)
def a_release_without_value() -> None:
    unvalued(release(usd("10.00")), adjusting(HELD))


@reproduces(
    "write_off.out_of_date",
    en="The write-off does not take the value that the receivable has by now.",
    zh="坏账核销的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("W-1", "nothing", "2100.00 CNY"),
)
def a_write_off_without_value() -> None:
    unvalued(_lost())


@reproduces(
    "recovery.out_of_date",
    en="The recovery does not take the value that the receipt has by now.",
    zh="坏账收回的本位币价值与台账不符。",
    do="Value it again with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names=("V-1", "nothing", "71.00 CNY"),
)
def a_recovery_without_value() -> None:
    back = Recovery(number="V-1", write_off="W-1", receipt="R-1", amount=usd("10.00"), on=DAY)
    unvalued(back, _lost())


@reproduces(
    "application.difference_not_valued",
    en="A difference bears no value where the receivable does, or one where it does not.",
    zh="差额缺少本位币价值，或多余。",
    do="Value it with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names="A-1",
)
def a_difference_without_value() -> None:
    fee = Difference(reason="bank_fee", amount=usd("10.00"))
    valued = abroad().valued(applying("290.00", differences=(fee,)))
    unvalued(valued.with_(differences=(fee,)))


@reproduces(
    "adjustment.difference_not_valued",
    en="The difference bears no value where the receivable does, or one where it does not.",
    zh="差额缺少本位币价值，或多余。",
    do="Value it with `ledger.valued(fact)`, or record it with `ledger.settle(fact)`.",
    names="AD-1",
)
def an_adjusted_difference_without_value() -> None:
    fee = Difference(reason="bank_fee", amount=usd("10.00"))
    unvalued(abroad().valued(adjusting(fee)).with_(difference=fee))


@reproduces(
    "application.not_booked",
    en="What pays and what is paid bear values in different currencies: one of them bears none.",
    zh="收款与应收的本位币不一致：其中一方没有本位币价值。",
    do="Record both with `booked`, their value in the currency of the books.",
    names=("receipt R-2", "USD", "AR-1", "CNY"),
)
def a_receipt_without_value() -> None:
    refused(applying(receipt="R-2"), ledger=abroad().record(paid("R-2", currency="USD")))


@reproduces(
    "refund.not_booked",
    en="The refund does not say what left the bank in the currency of the books, where its "
    "receipt bears a value there; or says it where it bears none.",
    zh="退款未注明银行付出的本位币金额，或多余。",
    do="Give `booked` for a receipt in another currency, and only then.",
    names=("RF-1", "R-1", "booked"),
)
def a_refund_that_is_worth_nothing() -> None:
    unvalued(refund(usd("10.00")))


# --- rates and revaluation ------------------------------------------------------------------------


@reproduces(
    "exchange.bad_rate",
    en="A rate of exchange is not above 0.",
    zh="汇率必须大于零。",
    do="Give what one unit is worth in the currency of the books.",
    names="0",
)
def a_rate_of_nothing() -> None:
    in_books(usd("100.00"), rate="0", currency="CNY")


@reproduces(
    "exchange.no_rate",
    en="Something is open in a currency for which no rate was given.",
    zh="缺少该币种的汇率。",
    do="Give a rate for each currency in which something is open.",
    names=("AR-1", "USD", "2026-12-31"),
)
def a_currency_without_a_rate() -> None:
    revalue(abroad(), rates={"EUR": "7.8"}, number="RV-12", on=YEAR_END)


@reproduces(
    "revaluation.not_booked",
    en="The receivable bears no value in the currency in which it is revalued.",
    zh="该应收没有本位币价值，不能调汇。",
    do="Revalue what is in a foreign currency, in the currency of the books.",
    names=("AR-1", "RV-1", "no book value"),
)
def revaluing_what_is_at_home() -> None:
    refused(revaluation(cny("10.00")))


@reproduces(
    "revaluation.other_amount",
    en="The revaluation is not of what is open on its day, or is to stay, and something was "
    "settled since.",
    zh="调汇金额与当日未清余额不符。",
    do="Revalue what is open on that day; give `reversed_on` where something was settled since.",
    names=("RV-1", "299.00 USD", "AR-1", "300.00 USD"),
)
def revaluing_what_is_not_open() -> None:
    refused(revaluation(cny("10.00"), open=usd("299.00")), ledger=abroad())


@reproduces(
    "revaluation.below_nothing",
    en="What is revalued would be worth less than 0.",
    zh="调汇后价值不能为负。",
    do="Look at the rate and at what is open.",
    names=("RV-1", "AR-1", "2100.00 CNY", "2100.01 CNY"),
)
def revaluing_below_nothing() -> None:
    refused(revaluation(cny("-2100.01")), ledger=abroad())


@reproduces(
    "revaluation.unfinished",
    en="An item is revalued again before an earlier revaluation of it is taken back, as planned.",
    zh="该应收的上次调汇尚未冲回。",
    do="Record the reversal of the earlier one first; `revalue()` records both at once.",
    names=("RV-1", "AR-1", "2027-01-01", "RV-2"),
)
def revaluing_twice() -> None:
    planned = revaluation(cny("30.00"), reversed_on=date(2027, 1, 1))
    refused(revaluation(cny("1.00"), number="RV-2"), ledger=abroad().record(planned))


@reproduces(
    "revaluation.too_early",
    en="The revaluation is dated before the receivable.",
    zh="调汇日早于应收日。",
    do="Date it on that day or later.",
    names=("RV-1", "2026-11-01", "AR-1", "2026-12-01"),
)
def revaluing_too_early() -> None:
    refused(revaluation(cny("10.00"), on=EARLY), ledger=abroad())


@reproduces(
    "reversal.other_day",
    en="A revaluation that says when it is taken back is taken back on another day.",
    zh="调汇冲回日与约定日期不符。",
    do="Date the reversal on that day.",
    names=("RV-1", "2027-01-01", "X-1", "2026-12-31"),
)
def taking_a_revaluation_back_early() -> None:
    later = abroad().record(revaluation(cny("30.00"), reversed_on=date(2027, 1, 1)))
    later.unapply("RV-1", number="X-1", on=YEAR_END, reason="next period")


@reproduces(
    "reversal.settled_since",
    en="A revaluation is to be taken back of which something was settled at the new value.",
    zh="调汇后已有核销，不能直接冲回。",
    do="Reverse what settled it first, or let the revaluation stand.",
    names=("AR-1", "300.00 USD", "200.00 USD"),
)
def taking_a_used_revaluation_back() -> None:
    later = abroad().settle(revaluation(cny("30.00")), applying("100.00", on=YEAR_END))
    later.unapply("RV-1", number="X-1", on=YEAR_END, reason="next period")


# --- what verify finds ----------------------------------------------------------------------------


@reproduces(
    "ledger.value_left",
    en="Nothing is left of a document, and it is worth something in the books. This is a fault of "
    "the library.",
    zh="单据已无余额，账面仍有价值。",
    do="Report it with the facts of the ledger.",
    names=("receivable/AR-1", "0.10 CNY"),
)
def a_value_that_stays(patch: pytest.MonkeyPatch) -> object:
    whole = abroad().settle(applying())
    real = verification._documents

    def misvalued(ledger: ReceivablesLedger) -> object:
        for kind, balance in real(ledger):
            left = cny("0.10") if kind == "receivable" else balance.book
            yield kind, balance._replace(book=left)

    patch.setattr(verification, "_documents", misvalued)
    return verify(whole)


@reproduces(
    "ledger.value_differs",
    en="What an account of documents is worth in the books is not what the documents are. This is "
    "a fault of the library.",
    zh="科目的本位币余额与台账不符。",
    do="Report it with the facts of the ledger.",
    names=("1122", "2100.00 CNY", "2100.10 CNY"),
)
def a_value_that_differs(patch: pytest.MonkeyPatch) -> object:
    real = verification._documents

    def misvalued(ledger: ReceivablesLedger) -> object:
        for kind, balance in real(ledger):
            more = cny("0.10") if kind == "receivable" else cny("0.00")
            yield kind, balance._replace(book=balance.book + more)

    patch.setattr(verification, "_documents", misvalued)
    return verify(abroad())


@reproduces(
    "ledger.level_skipped",
    en="A reminder is of a level, and the one below it was never processed.",
    zh="催款跳级：前一级未曾处理。",
    do="Record the levels in order, or reset the receivable's level by paying it.",
    names=("DN-2", "AR-1", "level 2", "level 0"),
)
def a_level_that_was_skipped() -> object:
    asked = Reminder(
        number="DN-2", customer="C-1", level=2, on=DAY, receivables=("AR-1",), pay_by=YEAR_END
    )
    return verify(open_debt().record(asked))


def _lost() -> WriteOff:
    return WriteOff(
        number="W-1",
        receivable="AR-1",
        amount=usd("300.00"),
        on=DAY,
        reason="insolvent",
        approved_by="Wang Fang",
    )
