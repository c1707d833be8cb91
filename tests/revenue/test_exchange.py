"""Other currencies: what each settlement realises, what it hands on, and what it never touches.

AR-1 owes 300 USD that are worth 2,100 CNY (7.00); R-1 brought 350 USD.
"""

from datetime import date
from decimal import Decimal

import pytest

from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger, Reversal, verify
from revenue.exchange import Revaluation, in_books
from revenue.settlement import Instruction, Source, revalue, settle
from tests.revenue.settling import (
    DAY,
    DUE,
    LATER,
    abroad,
    adjusting,
    applying,
    cny,
    credited,
    disputed,
    handing_on,
    held_back,
    identifying,
    lefts,
    losing,
    owed,
    paid,
    payable,
    recovering,
    refunding,
    releasing,
    short,
    shown,
    usd,
)

WHOLE = usd("300.00")
GAIN, LOSS = "2485.00", "2415.00"  # 350 USD at 7.10 and at 6.90


def rate_of(cash):
    return "7.10" if cash == GAIN else "6.90"


def with_document(document, cash, **fields):
    """AR-1, and 350 USD of another document worth so much."""
    return ReceivablesLedger().record(
        owed(amount=WHOLE, booked=cny("2100.00")),
        document(amount=usd("350.00"), booked=cny(cash), **fields),
    )


# --- direction: a debit balance of the account is a loss ------------------------------------------

SETTLED_BY = {
    "receipt": lambda cash: abroad(applying(WHOLE), cash=cash),
    "credit note": lambda cash: with_document(credited, cash).settle(
        applying(WHOLE, receipt="CN-1", means="credit_note")
    ),
    "payable": lambda cash: with_document(payable, cash).settle(
        applying(WHOLE, receipt="PI-1", means="payable", agreement="netting")
    ),
    "identified receipt": lambda cash: with_document(paid, cash, customer="").settle(
        identifying(WHOLE, customer="C-1"), applying(WHOLE, receipt="ID-1")
    ),
    "receipt, of another debtor's debt": lambda cash: abroad(cash=cash).settle(
        handing_on(WHOLE), identifying(WHOLE), applying(WHOLE, receipt="ID-1", receivable="DC-1")
    ),
    "receipt, of a released retention": lambda cash: abroad(cash=cash).settle(
        adjusting(held_back(WHOLE)), releasing(WHOLE), applying(WHOLE, receivable="RR-1")
    ),
    "receipt, of a dispute": lambda cash: abroad(cash=cash).settle(
        adjusting(disputed(WHOLE)), applying(WHOLE, receivable="AR-1/D")
    ),
}


@pytest.mark.parametrize("means", SETTLED_BY)
@pytest.mark.parametrize(("cash", "exchange"), [(GAIN, "-30.00"), (LOSS, "30.00")])
def test_what_settles_for_more_than_its_value_gains(means, cash, exchange):
    ledger = SETTLED_BY[means](cash)
    assert shown(ledger, "exchange") == exchange
    assert ledger.open_items() == ()


NOTHING_REALISED = {
    "identification": identifying(WHOLE),
    "change of debtor": handing_on(WHOLE),
    "retention held back": adjusting(held_back(WHOLE)),
    "dispute": adjusting(disputed(WHOLE)),
    "short pay": adjusting(short(WHOLE)),
    "bank fee": adjusting(short(WHOLE, "bank_fee")),
    "deduction": adjusting(short(WHOLE, "deduction", tax=usd("30.00"))),
    "write-off": losing(WHOLE),
    "write-off with relief": losing(WHOLE, tax_relief=usd("30.00")),
    "kept overpayment": adjusting(
        short(WHOLE, "rounding"), document="R-1", document_kind="receipt"
    ),
}


@pytest.mark.parametrize("what", NOTHING_REALISED)
@pytest.mark.parametrize("cash", [GAIN, LOSS])
def test_what_brings_no_money_realises_nothing(what, cash):
    assert shown(abroad(NOTHING_REALISED[what], cash=cash), "exchange") == "0.00"


@pytest.mark.parametrize(
    ("booked", "exchange"),
    [("2130.00", "0.00"), ("2136.00", "6.00"), ("2100.00", "-30.00")],
)
@pytest.mark.parametrize("document", ["receipt", "credit_note"])
def test_a_refund_that_costs_more_than_was_received_loses(document, booked, exchange):
    make = paid if document == "receipt" else credited
    ledger = with_document(make, GAIN).settle(
        refunding(
            WHOLE,
            source="R-1" if document == "receipt" else "CN-1",
            means=document,
            booked=cny(booked),
        )
    )
    assert shown(ledger, "exchange") == exchange


def test_a_recovery_brings_the_allowance_what_the_money_is_worth():
    ledger = abroad(losing(WHOLE), recovering(usd("100.00")))
    assert shown(ledger, "exchange") == "0.00"
    assert shown(ledger, "allowance") == "1390.00"  # 2,100 lost, 100 USD at 7.10 back
    assert ledger.book_value("receipt", "R-1") == cny("1775.00")


ACCOUNTS = {
    "discount": ("sales_discount", "63.00"),
    "short_pay": ("payment_loss", "70.00"),
    "rounding": ("payment_loss", "70.00"),
    "bank_fee": ("bank_fees", "70.00"),
    "withholding_tax": ("withholding_tax", "70.00"),
    "deduction": ("deductions", "63.00"),
}


@pytest.mark.parametrize("reason", ACCOUNTS)
def test_a_difference_is_worth_what_the_receivable_was(reason):
    taxed = reason in ("discount", "deduction")
    difference = short(usd("10.00"), reason, tax=usd("1.00") if taxed else None)
    ledger = abroad(applying(usd("290.00"), differences=(difference,)))
    account, value = ACCOUNTS[reason]
    assert shown(ledger, account) == value
    assert shown(ledger, "output_vat") == ("7.00" if taxed else "0.00")
    assert shown(ledger, "exchange") == "-29.00"  # 290 USD, 0.10 each
    assert ledger.book_value("receivable", "AR-1") == cny("0.00")


@pytest.mark.parametrize("goes_on", [disputed, held_back])
def test_what_stays_open_keeps_its_value(goes_on):
    ledger = abroad(applying(usd("250.00"), differences=(goes_on(usd("50.00")),)))
    kind = "receivable" if goes_on is disputed else "retention"
    number = "AR-1/D" if goes_on is disputed else "AR-1/R"
    assert ledger.book_value(kind, number) == cny("350.00")
    assert shown(ledger, "exchange") == "-25.00"


# --- in parts -------------------------------------------------------------------------------------

PARTS = {
    "thirds": ["100.00", "100.00", "100.00"],
    "a cent and the rest": ["0.01", "299.99"],
    "odd parts": ["33.33", "66.67", "123.45", "76.55"],
}


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize(("debt", "exchange"), [("2100.00", "-30.00"), ("2100.01", "-29.99")])
def test_parts_realise_what_the_whole_does(parts, debt, exchange):
    facts = [applying(usd(part), f"A-{n}") for n, part in enumerate(PARTS[parts])]
    ledger = abroad(*facts, debt=debt, cash=GAIN)
    assert ledger.book_value("receivable", "AR-1") == cny("0.00")
    left = ledger.book_value("receipt", "R-1")
    assert shown(ledger, "exchange") == str((left - cny("355.00") + cny(exchange)).amount)


def test_each_part_realises_its_share_there_and_then():
    first = abroad(applying(usd("100.00")))
    assert shown(first, "exchange") == "-10.00"
    assert first.book_value("receivable", "AR-1") == cny("1400.00")
    second = first.settle(applying(usd("50.00"), "A-2"))
    assert shown(second, "exchange") == "-15.00"


# --- undone ---------------------------------------------------------------------------------------

UNDONE = {
    "application": applying(usd("100.01")),
    "application of all": applying(WHOLE),
    "application with differences": applying(
        usd("200.00"),
        differences=(short(usd("33.33"), "discount", tax=usd("3.33")), disputed(usd("66.67"))),
    ),
    "adjustment": adjusting(short(usd("0.07"))),
    "kept overpayment": adjusting(
        short(usd("0.07"), "rounding"), document="R-1", document_kind="receipt"
    ),
    "change of debtor": handing_on(usd("33.33")),
    "identification": identifying(usd("33.33")),
    "refund": refunding(usd("33.33"), booked=cny("240.00")),
    "write-off": losing(usd("33.33"), tax_relief=usd("3.33")),
}


@pytest.mark.parametrize("what", UNDONE)
def test_undoing_mirrors_every_value(what):
    fact = UNDONE[what]
    before = abroad(debt="2100.01", cash="2485.03")
    undone = before.settle(fact).unapply(fact.number, number="X-1", on=DUE, reason="wrong")
    assert lefts(undone) == lefts(before)
    accounts = ("exchange", "receivable", "unapplied_cash", "allowance", "sales_discount")
    assert [shown(undone, part) for part in accounts] == [shown(before, part) for part in accounts]


@pytest.mark.parametrize("what", UNDONE)
def test_done_again_after_undoing_it_is_worth_the_same(what):
    fact = UNDONE[what]
    once = abroad(debt="2100.01", cash="2485.03").settle(fact)
    undone = once.unapply(fact.number, number="X-1", on=LATER, reason="wrong")
    differences = getattr(fact, "differences", ())
    again = fact.with_(number="Z-1")
    if differences:
        again = again.with_(differences=(differences[0], disputed(usd("66.67"), "AR-1/D2")))
    assert undone.settle(again).facts[-1].books == once.facts[-1].books


# --- cross-currency -------------------------------------------------------------------------------


def test_a_debt_in_one_currency_is_paid_in_another():
    euro = paid(amount=Money("280.00", "EUR"), booked=cny("2184.00"))
    ledger = ReceivablesLedger().record(owed(amount=WHOLE, booked=cny("2100.00")), euro)
    after = ledger.settle(applying(WHOLE, paid=Money("280.00", "EUR")))
    assert after.open_items() == ()
    assert after.free_amount("R-1") == Money("0.00", "EUR")
    assert shown(after, "exchange") == "-84.00"


def test_a_debt_in_the_books_currency_is_paid_in_another():
    ledger = ReceivablesLedger().record(
        owed(amount=cny("2100.00")), paid(amount=usd("300.00"), booked=cny("2130.00"))
    )
    after = ledger.settle(applying(cny("2100.00"), paid=usd("300.00")))
    assert shown(after, "exchange") == "-30.00"
    assert after.facts[-1].books == (cny("2130.00"),)


def test_a_foreign_debt_is_paid_in_the_books_currency():
    ledger = ReceivablesLedger().record(
        owed(amount=WHOLE, booked=cny("2100.00")), paid(amount=cny("2040.00"))
    )
    after = settle(
        ledger,
        ["R-1"],
        [Instruction(receivable="AR-1", pay=WHOLE, paid=cny("2040.00"))],
        number="A-1",
        on=LATER,
    )
    assert after.open_items() == ()
    assert shown(after, "exchange") == "60.00"


def test_the_two_must_be_worth_something_in_one_currency():
    ledger = ReceivablesLedger().record(owed(amount=WHOLE), paid(amount=cny("2040.00")))
    with pytest.raises(Refused) as refusal:
        ledger.settle(applying(WHOLE, paid=cny("2040.00")))
    assert refusal.value.code == "application.not_booked"


@pytest.mark.parametrize("over", ["receipt", "receivable"])
def test_a_cent_too_many_of_either_side_is_refused(over):
    ledger = ReceivablesLedger().record(
        owed(amount=WHOLE, booked=cny("2100.00")), paid(amount=cny("2040.00"))
    )
    facts = {
        "receipt": applying(WHOLE, paid=cny("2040.01")),
        "receivable": applying(usd("300.01"), paid=cny("2040.00")),
    }
    with pytest.raises(Refused) as refusal:
        ledger.settle(facts[over])
    reason = "exceeds_receipt" if over == "receipt" else "exceeds_open"
    assert refusal.value.code == f"application.{reason}"


# --- revaluation ----------------------------------------------------------------------------------


def test_what_is_open_is_brought_to_the_rate_of_the_day():
    after = revalue(abroad(), rates={"USD": "7.20"}, number="RV", on=DUE)
    assert after.book_value("receivable", "AR-1") == cny("2160.00")
    assert after.book_value("receipt", "R-1") == cny("2485.00")
    assert shown(after, "exchange_unrealised") == "-60.00"
    assert after.open_amount("AR-1") == WHOLE


def test_a_revaluation_that_reverses_leaves_the_value_of_old():
    after = revalue(
        abroad(), rates={"USD": "7.20"}, number="RV", on=DUE, reversed_on=date(2027, 1, 1)
    )
    assert after.book_value("receivable", "AR-1") == cny("2100.00")
    assert after.book_value("receivable", "AR-1", as_of=DUE) == cny("2160.00")
    assert shown(after, "exchange_unrealised") == "0.00"


@pytest.mark.parametrize("reversed_on", [None, date(2027, 1, 1)])
def test_kept_or_reversed_the_sum_is_the_same(reversed_on):
    january = date(2027, 1, 10)
    after = revalue(
        abroad(), rates={"USD": "7.20"}, number="RV", on=DUE, reversed_on=reversed_on
    ).settle(applying(WHOLE, on=january))
    unrealised, realised = shown(after, "exchange_unrealised"), shown(after, "exchange")
    assert (unrealised, realised) == (
        ("-60.00", "30.00") if reversed_on is None else ("0.00", "-30.00")
    )
    assert Decimal(unrealised) + Decimal(realised) == Decimal("-30.00")


def test_only_the_open_part_is_revalued():
    after = revalue(abroad(applying(usd("100.00"))), rates={"USD": "7.20"}, number="RV", on=DUE)
    assert shown(after, "exchange_unrealised") == "-40.00"
    assert after.book_value("receivable", "AR-1") == cny("1440.00")


def test_what_is_worth_the_rate_already_is_left_alone():
    assert revalue(abroad(), rates={"USD": "7"}, number="RV", on=DUE) == abroad()


def test_what_is_in_the_currency_of_the_books_needs_no_rate():
    ledger = ReceivablesLedger().record(owed())
    assert revalue(ledger, rates={}, number="RV", on=DUE) == ledger


def test_a_currency_without_a_rate_is_refused():
    with pytest.raises(NotFound) as refusal:
        revalue(abroad(), rates={}, number="RV", on=DUE)
    assert refusal.value.code == "exchange.no_rate"


@pytest.mark.parametrize("rate", ["0", "-7.1"])
def test_a_rate_is_above_nothing(rate):
    with pytest.raises(Invalid) as refusal:
        in_books(usd("1.00"), rate=rate, currency="CNY")
    assert refusal.value.code == "exchange.bad_rate"


def test_every_line_is_converted_by_itself():
    lines = [usd("3.79"), usd("3.79"), usd("3.79")]
    values = [in_books(line, rate="7.1055", currency="CNY") for line in lines]
    assert values == [cny("26.93")] * 3
    assert in_books(usd("11.37"), rate="7.1055", currency="CNY") == cny("80.79")


def revaluation(difference, **fields):
    said = {"number": "RV-1", "receivable": "AR-1", "on": DUE, "rate": "7.2", "open": WHOLE}
    return Revaluation(**{**said, "difference": cny(difference), **fields})


def test_a_value_falls_to_nothing_and_no_further():
    assert abroad(revaluation("-2100.00")).book_value("receivable", "AR-1") == cny("0.00")
    with pytest.raises(Refused) as refusal:
        abroad(revaluation("-2100.01"))
    assert refusal.value.code == "revaluation.below_nothing"


@pytest.mark.parametrize("paid_first", ["300.00", "100.00"])
def test_only_what_is_open_is_revalued(paid_first):
    with pytest.raises(Refused) as refusal:
        abroad(applying(usd(paid_first)), revaluation("1.00"))
    assert refusal.value.code == "revaluation.other_amount"


def test_a_month_is_closed_after_something_of_it_was_paid():
    january = date(2027, 1, 4)
    paid_since = abroad(applying(WHOLE, on=january))
    after = revalue(
        paid_since, rates={"USD": "7.20"}, number="RV", on=DUE, reversed_on=date(2027, 1, 1)
    )
    assert after.book_value("receivable", "AR-1", as_of=DUE) == cny("2160.00")
    assert after.book_value("receivable", "AR-1") == cny("0.00")
    assert shown(after, "exchange") == "-30.00"
    with pytest.raises(Refused) as refusal:
        revalue(paid_since, rates={"USD": "7.20"}, number="RV", on=DUE)
    assert refusal.value.code == "revaluation.other_amount"


def test_an_early_revaluation_is_not_taken_back_after_what_settled_since():
    ledger = abroad(
        revaluation("2000.00"),
        applying(usd("299.00"), on=DUE),
        revaluation("1.00", number="RV-2", open=usd("1.00")),
    )
    with pytest.raises(Refused) as refusal:
        ledger.unapply("RV-1", number="X-1", on=DUE, reason="next period")
    assert refusal.value.code == "reversal.settled_since"
    back = ledger.unapply("RV-2", number="X-2", on=DUE, reason="next period")
    assert back.book_value("receivable", "AR-1") == cny("13.67")


def test_an_item_is_revalued_anew_only_after_the_last_one_was_taken_back():
    january = date(2027, 1, 1)
    planned = abroad(revaluation("60.00", reversed_on=january))
    with pytest.raises(Refused) as refusal:
        planned.record(revaluation("1.00", number="RV-2"))
    assert refusal.value.code == "revaluation.unfinished"
    back = planned.unapply("RV-1", number="X-1", on=january, reason="next period")
    again = back.record(revaluation("1.00", number="RV-2", on=january))
    assert again.book_value("receivable", "AR-1") == cny("2101.00")


@pytest.mark.parametrize("day", [31, 2])
def test_a_planned_revaluation_is_taken_back_on_its_day(day):
    planned = abroad(revaluation("60.00", reversed_on=date(2027, 1, 1)))
    on = DUE if day == 31 else date(2027, 1, day)
    with pytest.raises(Refused) as refusal:
        planned.unapply("RV-1", number="X-1", on=on, reason="next period")
    assert refusal.value.code == "reversal.other_day"


def test_a_revaluation_in_another_currency_than_the_books_is_refused():
    with pytest.raises(Refused) as refusal:
        abroad(revaluation(usd("1.00")))
    assert refusal.value.code == "revaluation.not_booked"


def test_a_revaluation_is_not_taken_back_once_its_value_was_used():
    used = abroad(revaluation("60.00"), applying(usd("100.00"), on=DUE))
    back = Reversal(number="X-1", reverses="RV-1", on=DUE, reason="next period")
    with pytest.raises(Refused) as refusal:
        used.record(back)
    assert refusal.value.code == "reversal.settled_since"
    free = used.unapply("A-1", number="X-0", on=DUE, reason="wrong")
    assert free.record(back).book_value("receivable", "AR-1") == cny("2100.00")


# --- advances -------------------------------------------------------------------------------------


def test_an_advance_pays_part_of_a_debt_without_a_difference():
    after = abroad(applying(usd("100.00")), advance=True)
    assert shown(after, "exchange") == "0.00"
    assert after.book_value("receivable", "AR-1") == cny("1390.00")  # less 100 USD at 7.10


def test_an_advance_that_closes_a_debt_realises_the_rest():
    assert shown(abroad(applying(WHOLE), advance=True), "exchange") == "-30.00"


def test_an_advance_is_never_revalued():
    after = revalue(abroad(advance=True), rates={"USD": "7.50"}, number="RV", on=DUE)
    assert after.book_value("receipt", "R-1") == cny("2485.00")


# --- values that are given ------------------------------------------------------------------------


def test_record_refuses_what_settle_would_value():
    bare, fact = abroad(), applying(WHOLE)
    with pytest.raises(Conflict) as refusal:
        bare.record(fact)
    assert refusal.value.code == "application.out_of_date"
    assert bare.record(bare.valued(fact)) == bare.settle(fact)


def test_what_was_valued_before_somebody_else_applied_is_out_of_date():
    bare = abroad(debt="2100.01")
    valued = bare.valued(applying(usd("100.00"), "A-2"))
    with pytest.raises(Conflict) as refusal:
        bare.settle(applying(usd("100.00"))).record(valued)
    assert refusal.value.code == "application.out_of_date"


def test_sources_of_one_settlement_share_the_value_to_the_last_cent():
    ledger = abroad(credited(amount=usd("100.00"), booked=cny("707.77")), debt="2100.01")
    paid_up = settle(
        ledger,
        [Source(number="CN-1", means="credit_note"), "R-1"],
        ["AR-1"],
        number="A-1",
        on=LATER,
    )
    assert paid_up.book_value("receivable", "AR-1") == cny("0.00")
    assert verify(paid_up) == ()


def test_everything_is_dated_on_the_day_of_the_debt_at_the_earliest():
    with pytest.raises(Refused) as refusal:
        abroad(revaluation("1.00", on=date.fromordinal(DAY.toordinal() - 1)))
    assert refusal.value.code == "revaluation.too_early"


# --- one debt through many hands ------------------------------------------------------------------


def test_a_debt_that_passes_through_many_hands_realises_once():
    """Handed on, disputed, held back, released, paid in parts: 0.10 CNY for each of 300 USD."""
    ledger = abroad(
        handing_on(usd("100.00")),
        identifying(usd("100.00")),
        applying(usd("100.00"), "A-1", receipt="ID-1", receivable="DC-1"),
        applying(
            usd("120.00"), "A-2", differences=(disputed(usd("50.00")), held_back(usd("30.00")))
        ),
        applying(usd("20.00"), "A-3", receivable="AR-1/D"),
        applying(usd("30.00"), "A-4", receivable="AR-1/D"),
        releasing(usd("10.00")),
        releasing(usd("20.00"), "RR-2"),
        applying(usd("10.00"), "A-5", receivable="RR-1"),
        applying(usd("20.00"), "A-6", receivable="RR-2"),
    )
    assert ledger.open_items() == ()
    assert shown(ledger, "exchange") == "-30.00"
    assert ledger.book_value("receipt", "R-1") == cny("355.00")
    for part in ("receivable", "disputed", "retention"):
        assert shown(ledger, part) == "0.00"


def test_undoing_it_all_in_any_order_that_is_allowed_leaves_nothing():
    facts = (
        applying(usd("133.33"), "A-1"),
        applying(usd("66.67"), "A-2"),
        losing(usd("33.33")),
        adjusting(short(usd("0.01"))),
    )
    before = abroad(debt="2100.07", cash="2485.11")
    for order in (("A-1", "A-2", "W-1", "AD-1"), ("AD-1", "W-1", "A-2", "A-1")):
        ledger = before.settle(*facts)
        for number in order:
            ledger = ledger.unapply(number, number=f"X-{number}", on=DUE, reason="wrong")
        assert lefts(ledger) == lefts(before)
        assert shown(ledger, "exchange") == "0.00"


def test_a_bounced_payment_loses_or_gains_what_the_bank_took_more_or_less():
    ledger = abroad(refunding(usd("350.00"), booked=cny("2520.00"), cause="bounced"))
    assert shown(ledger, "exchange") == "35.00"
    assert ledger.book_value("receipt", "R-1") == cny("0.00")


@pytest.mark.parametrize("parts", [["300.00"], ["100.00", "200.00"], ["0.01", "299.99"]])
def test_released_retentions_share_the_value_that_was_held_back(parts):
    releases = [releasing(usd(part), f"RR-{n}") for n, part in enumerate(parts)]
    ledger = abroad(adjusting(held_back(WHOLE)), *releases, debt="2100.01")
    values = [ledger.book_value("receivable", f"RR-{n}") for n in range(len(parts))]
    assert str(sum(value.amount for value in values)) == "2100.01"
    assert shown(ledger, "retention") == "0.00"
