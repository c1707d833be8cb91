"""Every kind of settlement: what it may take, from whom, when, and what it opens."""

from datetime import date

import pytest

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger, Reversal, verify
from tests.revenue.settling import (
    BEFORE,
    DAY,
    DUE,
    LATER,
    adjusting,
    applying,
    at_home,
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
    usd,
)


def _plain(*before):
    return lambda: at_home(*before)


def _kept(amount):
    return adjusting(short(amount, "rounding"), document="R-1", document_kind="receipt")


KINDS = {
    "application of a receipt, by its debt": (_plain(), applying, "300.00", "exceeds_open"),
    "application of a receipt, by its money": (
        _plain(owed("AR-2", "900.00")),
        lambda amount: applying(amount, receivable="AR-2"),
        "350.00",
        "exceeds_receipt",
    ),
    "application of a credit note": (
        _plain(credited()),
        lambda amount: applying(amount, receipt="CN-1", means="credit_note"),
        "100.00",
        "exceeds_credit_note",
    ),
    "application of a payable": (
        _plain(payable()),
        lambda amount: applying(amount, receipt="PI-1", means="payable", agreement="netting"),
        "100.00",
        "exceeds_payable",
    ),
    "application with differences": (
        _plain(),
        lambda amount: applying(amount, differences=(short(cny("20.00")), disputed(cny("30.00")))),
        "250.00",
        "exceeds_open",
    ),
    "adjustment of a receivable": (
        _plain(),
        lambda amount: adjusting(short(amount)),
        "300.00",
        "exceeds_open",
    ),
    "adjustment of a receipt": (_plain(), _kept, "350.00", "exceeds_receipt"),
    "change of debtor": (_plain(), handing_on, "300.00", "exceeds_open"),
    "identification": (_plain(), identifying, "350.00", "exceeds_receipt"),
    "refund of a receipt": (_plain(), refunding, "350.00", "exceeds_receipt"),
    "refund of a credit note": (
        _plain(credited()),
        lambda amount: refunding(amount, source="CN-1", means="credit_note"),
        "100.00",
        "exceeds_credit_note",
    ),
    "release of a retention": (
        _plain(adjusting(held_back(cny("15.00")))),
        releasing,
        "15.00",
        "exceeds_retention",
    ),
    "write-off": (_plain(), losing, "300.00", "exceeds_open"),
    "recovery, by what was written off": (
        _plain(losing(cny("120.00"))),
        recovering,
        "120.00",
        "exceeds_write_off",
    ),
    "recovery, by its money": (
        _plain(owed("AR-2", "900.00"), losing(cny("900.00"), receivable="AR-2")),
        recovering,
        "350.00",
        "exceeds_receipt",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_what_is_left_is_taken(kind):
    ledger, make, amount, _ = KINDS[kind]
    after = ledger().record(make(cny(amount)))
    assert verify(after) == ()
    assert lefts(after) != lefts(ledger())


@pytest.mark.parametrize("kind", KINDS)
def test_a_cent_more_than_is_left_is_refused(kind):
    ledger, make, amount, reason = KINDS[kind]
    before = ledger()
    fact = make(cny(amount) + cny("0.01"))
    with pytest.raises(Refused) as refusal:
        before.record(fact)
    assert refusal.value.code == f"{fact.kind}.{reason}"
    assert refusal.value.facts["asked"] - refusal.value.facts["available"] == cny("0.01")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_taken_cannot_be_taken_again(kind):
    ledger, make, amount, reason = KINDS[kind]
    fact = make(cny(amount))
    again = fact.with_(number="Z-1")
    if fact.kind == "application" and fact.differences:
        again = again.with_(differences=())
    with pytest.raises(Refused) as refusal:
        ledger().record(fact, again)
    assert refusal.value.code == f"{fact.kind}.{reason}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_taken_later_cannot_be_taken_earlier(kind):
    ledger, make, amount, reason = KINDS[kind]
    fact = make(cny(amount)).with_(on=DUE)
    again = make(cny("0.01")).with_(number="Z-1", on=LATER)
    if fact.kind == "application" and fact.differences:
        again = again.with_(differences=())
    with pytest.raises(Refused) as refusal:
        ledger().record(fact, again)
    assert refusal.value.code == f"{fact.kind}.{reason}"


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_gives_everything_back(kind):
    ledger, make, amount, _ = KINDS[kind]
    before = ledger()
    fact = make(cny(amount))
    after = before.record(fact).unapply(fact.number, number="X-1", on=DUE, reason="wrong")
    assert lefts(after) == lefts(before)
    assert verify(after) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_undone_can_be_done_again(kind):
    ledger, make, amount, _ = KINDS[kind]
    fact = make(cny(amount))
    undone = ledger().record(fact).unapply(fact.number, number="X-1", on=DUE, reason="wrong")
    again = fact.with_(number="Z-1", on=DUE)
    if fact.kind == "application" and fact.differences:
        again = again.with_(differences=(short(cny("20.00")), disputed(cny("30.00"), "AR-1/D2")))
    kinds = ("receivable", "receipt", "credit_note", "payable")

    def settled(found):
        return {key: left for key, left in lefts(found).items() if key[0] in kinds}

    done = undone.record(again)
    assert sorted(settled(done).values()) == sorted(settled(ledger().record(fact)).values())


CURRENCIES = {
    "application": applying(usd("1.00")),
    "adjustment": adjusting(short(usd("1.00"))),
    "debtor_change": handing_on(usd("1.00")),
    "identification": identifying(usd("1.00")),
    "refund": refunding(usd("1.00")),
    "retention_release": releasing(usd("1.00")),
    "write_off": losing(usd("1.00")),
    "recovery": recovering(usd("1.00")),
}


def full():
    return at_home(adjusting(held_back(cny("15.00"))), losing(cny("100.00")))


@pytest.mark.parametrize("kind", CURRENCIES)
def test_another_currency_is_refused(kind):
    with pytest.raises(Refused) as refusal:
        full().record(CURRENCIES[kind].with_(number="Z-1"))
    assert refusal.value.code == f"{kind}.currency_mismatch"


@pytest.mark.parametrize("kind", CURRENCIES)
def test_the_day_of_the_document_is_early_enough_and_the_day_before_is_not(kind):
    if kind == "adjustment":
        fact = adjusting(short(cny("1.00")), number="Z-1")
    else:
        fact = CURRENCIES[kind].with_(number="Z-1", amount=cny("1.00"))
    begun = LATER if kind in ("retention_release", "recovery") else DAY
    with pytest.raises(Refused) as refusal:
        full().record(fact.with_(on=date.fromordinal(begun.toordinal() - 1)))
    assert refusal.value.code == f"{kind}.too_early"
    assert full().record(fact.with_(on=begun)).facts[-1].on == begun


UNKNOWN = {
    "receivable": applying(cny("1.00"), receivable="AR-9"),
    "receipt": refunding(cny("1.00"), source="R-9"),
    "credit_note": applying(cny("1.00"), receipt="CN-9", means="credit_note"),
    "payable": applying(cny("1.00"), receipt="PI-9", means="payable", agreement="netting"),
    "retention": releasing(cny("1.00")),
    "write_off": recovering(cny("1.00")),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_the_ledger_does_not_hold_is_told(kind):
    with pytest.raises(NotFound) as refusal:
        at_home().record(UNKNOWN[kind])
    assert refusal.value.code == f"{kind}.unknown"


# --- whose it is ----------------------------------------------------------------------------------


def test_one_customer_does_not_pay_for_another():
    ledger = at_home(paid("R-2", customer="C-2"))
    with pytest.raises(Refused) as refusal:
        ledger.record(applying(cny("1.00"), receipt="R-2"))
    assert refusal.value.code == "application.other_customer"


def test_one_customer_pays_for_another_by_agreement():
    ledger = at_home(paid("R-2", customer="C-2"))
    after = ledger.record(applying(cny("300.00"), receipt="R-2", agreement="payment for others"))
    assert after.open_items() == ()
    assert verify(after) == ()


def test_customers_are_told_apart_without_regard_to_letter_case():
    ledger = ReceivablesLedger().record(owed(), paid(customer="c-1"))
    assert ledger.record(applying(cny("300.00"))).open_items() == ()


def test_what_is_nobodys_is_identified_before_it_pays():
    ledger = at_home(paid("R-9", customer=""))
    with pytest.raises(Refused) as refusal:
        ledger.record(applying(cny("300.00"), receipt="R-9"))
    assert refusal.value.code == "application.payer_unknown"
    known = ledger.record(identifying(cny("300.00"), receipt="R-9", customer="C-1"))
    assert known.record(applying(cny("300.00"), receipt="ID-1")).open_items() == ()


def test_what_is_nobodys_goes_back_without_anybodys_name():
    after = at_home(paid("R-9", "80.00", customer="")).record(refunding(cny("80.00"), source="R-9"))
    assert after.free_amount("R-9") == cny("0.00")
    assert verify(after) == ()


@pytest.mark.parametrize(
    ("contract", "code"),
    [("HT-1", None), ("ht-1", None), ("HT-2", "application.other_contract"), ("", "")],
)
def test_what_was_paid_for_a_contract_pays_that_contract(contract, code):
    ledger = ReceivablesLedger().record(owed(contract=contract), paid(contract="HT-1"))
    if code is None:
        assert ledger.record(applying(cny("300.00"))).open_items() == ()
        return
    with pytest.raises(Refused) as refusal:
        ledger.record(applying(cny("300.00")))
    assert refusal.value.code == "application.other_contract"


def test_what_was_paid_for_no_contract_pays_any():
    ledger = ReceivablesLedger().record(owed(contract="HT-1"), paid())
    assert ledger.record(applying(cny("300.00"))).open_items() == ()


@pytest.mark.parametrize("fact", [handing_on(cny("1.00")), identifying(cny("1.00"))])
def test_handing_on_to_whose_it_is_already_is_refused(fact):
    with pytest.raises(Refused) as refusal:
        at_home().record(fact.with_(customer="C-1"))
    assert refusal.value.code == f"{fact.kind}.same_customer"


def test_a_receipt_may_be_directed_to_a_contract_of_the_same_customer():
    directed = identifying(cny("350.00"), customer="C-1", contract="HT-1", advance=True)
    opened = at_home(directed).receipt("ID-1")
    assert (opened.customer, opened.contract, opened.advance) == ("C-1", "HT-1", True)


def test_a_payable_is_netted_by_agreement_only():
    with pytest.raises(ValueError, match="agreement"):
        applying(cny("1.00"), receipt="PI-1", means="payable")


# --- what it opens --------------------------------------------------------------------------------


def test_a_dispute_goes_on_as_a_receivable_of_its_own():
    after = at_home(applying(cny("250.00"), differences=(disputed(cny("50.00")),)))
    found = after.receivable("AR-1/D")
    assert (found.amount, found.customer, found.origin) == (cny("50.00"), "C-1", "dispute")
    assert (found.source, found.due_on) == ("AR-1", DUE)
    assert [item.receivable.number for item in after.open_items()] == ["AR-1/D"]


def test_what_is_held_back_is_no_receivable_until_it_is_released():
    held = at_home(adjusting(held_back(cny("15.00"))))
    assert held.left("retention", "AR-1/R") == cny("15.00")
    assert held.open_amount("AR-1") == cny("285.00")
    released = held.record(releasing(cny("10.00")))
    found = released.receivable("RR-1")
    assert (found.amount, found.origin, found.source) == (cny("10.00"), "retention", "AR-1")
    assert released.left("retention", "AR-1/R") == cny("5.00")


def test_a_change_of_debtor_goes_on_as_the_other_customers_debt():
    after = at_home(handing_on(cny("80.00")))
    found = after.receivable("DC-1")
    assert (found.customer, found.amount, found.origin) == ("C-2", cny("80.00"), "transfer")
    assert after.open_amount("AR-1") == cny("220.00")
    assert [item.open for item in after.open_items("C-2")] == [cny("80.00")]


def test_a_receipt_is_split_among_customers():
    after = at_home(
        paid("R-9", "80.00", customer="", payer="ACME"),
        identifying(cny("50.00"), receipt="R-9", customer="C-1"),
        identifying(cny("30.00"), "ID-2", receipt="R-9", customer="C-2"),
    )
    assert after.free_amount("R-9") == cny("0.00")
    assert after.on_account("C-2") == (cny("30.00"),)
    assert after.receipt("ID-2").payer == "ACME"


@pytest.mark.parametrize(
    "fact",
    [
        handing_on(cny("1.00"), number="AR-1"),
        identifying(cny("1.00"), number="R-1"),
        adjusting(disputed(cny("1.00"), "ar-1")),
    ],
)
def test_what_is_opened_needs_a_number_of_its_own(fact):
    with pytest.raises(Conflict) as refusal:
        at_home().record(fact)
    assert refusal.value.code == "fact.number_taken"


def test_a_document_does_not_take_the_number_of_what_was_opened():
    ledger = at_home(handing_on(cny("80.00")))
    with pytest.raises(Conflict) as refusal:
        ledger.record(owed("DC-1"))
    assert refusal.value.code == "fact.number_taken"


@pytest.mark.parametrize("origin", ["dispute", "transfer", "retention"])
def test_nobody_records_what_a_settlement_opens(origin):
    with pytest.raises(Refused) as refusal:
        ReceivablesLedger().record(owed(origin=origin))
    assert refusal.value.code == "receivable.opened_elsewhere"


USED = {
    "dispute": (
        adjusting(disputed(cny("50.00")), number="S-1"),
        losing(cny("0.01"), receivable="AR-1/D"),
    ),
    "retention": (adjusting(held_back(cny("50.00")), number="S-1"), releasing(cny("0.01"))),
    "transfer": (handing_on(cny("50.00"), "S-1"), losing(cny("0.01"), receivable="S-1")),
    "identification": (identifying(cny("50.00"), "S-1"), refunding(cny("0.01"), source="S-1")),
}


@pytest.mark.parametrize("kind", USED)
def test_what_opened_something_is_undone_only_while_that_is_whole(kind):
    settlement, use = USED[kind]
    used = at_home(settlement, use)
    with pytest.raises(Refused) as refusal:
        used.unapply("S-1", number="X-1", on=DUE, reason="wrong")
    assert refusal.value.code == "reversal.used_since"
    whole = used.unapply(use.number, number="X-1", on=DUE, reason="wrong")
    undone = whole.unapply("S-1", number="X-2", on=DUE, reason="wrong")
    assert lefts(undone) == lefts(at_home())


def test_what_opened_something_is_not_undone_before_the_day_of_its_use():
    used = at_home(USED["transfer"][0], USED["transfer"][1].with_(on=DUE))
    with pytest.raises(Refused) as refusal:
        used.unapply("S-1", number="X-1", on=LATER, reason="wrong")
    assert refusal.value.code == "reversal.used_since"


# --- credit notes of invoices, and several facts at once ------------------------------------------


def test_several_facts_are_recorded_together_or_not_at_all():
    before = at_home()
    with pytest.raises(Refused):
        before.record(applying(cny("100.00")), applying(cny("200.01"), "A-2"))
    assert before == at_home()
    after = before.record(applying(cny("100.00")), applying(cny("200.00"), "A-2"))
    assert after.open_items() == ()


def test_several_differences_settle_one_receivable_in_one_fact():
    differences = (
        short(cny("6.00"), "discount", tax=cny("0.69")),
        short(cny("10.00"), "bank_fee"),
        short(cny("0.02"), "rounding"),
        short(cny("30.00"), "withholding_tax"),
        disputed(cny("40.00")),
        held_back(cny("13.98")),
    )
    after = at_home(applying(cny("200.00"), differences=differences))
    assert after.open_amount("AR-1") == cny("0.00")
    assert after.free_amount("R-1") == cny("150.00")
    assert after.open_amount("AR-1/D") == cny("40.00")
    assert after.left("retention", "AR-1/R") == cny("13.98")
    assert verify(after) == ()


def test_a_reversal_of_the_day_before_is_refused():
    ledger = at_home(applying(cny("300.00")))
    with pytest.raises(Refused) as refusal:
        ledger.record(Reversal(number="X-1", reverses="A-1", on=BEFORE, reason="wrong"))
    assert refusal.value.code == "reversal.too_early"


def test_an_amount_without_minor_units_is_taken_to_the_last_unit():
    yen = Money("300", "JPY")
    ledger = ReceivablesLedger().record(owed(amount=yen), paid(amount=yen))
    assert ledger.record(applying(yen)).open_items() == ()
    with pytest.raises(Refused) as refusal:
        ledger.record(applying(yen + Money("1", "JPY")))
    assert refusal.value.code == "application.exceeds_open"
