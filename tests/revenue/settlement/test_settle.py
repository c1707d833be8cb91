"""Settling by instruction: several sources, several receivables, differences beside them."""

import pytest

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger, verify
from revenue.matching import NO_LIMIT, MatchPolicy, ToleranceGroup
from revenue.receivable import EarlyDiscount
from revenue.settlement import (
    Instruction,
    Source,
    early_discount,
    make_difference,
    settle,
    settle_within,
    tax_inside,
)
from tests.revenue.settling import (
    DAY,
    DUE,
    LATER,
    applying,
    at_home,
    cny,
    credited,
    disputed,
    held_back,
    owed,
    paid,
    payable,
    short,
    shown,
)


def pay(number, amount=None, *differences, **fields):
    return Instruction(
        receivable=number,
        pay=None if amount is None else cny(amount),
        differences=differences,
        **fields,
    )


def book():
    """Three debts of 100, 200 and 300; receipts of 150 and 350, a credit note of 100."""
    return ReceivablesLedger().record(
        *(owed(f"AR-{n}", f"{n}00.00") for n in (1, 2, 3)),
        paid("R-1", "150.00"),
        paid("R-2", "350.00"),
        credited(),
    )


def opens(ledger, *numbers):
    return [str(ledger.open_amount(number).amount) for number in numbers]


ALL = ("AR-1", "AR-2", "AR-3")


def test_sources_pay_in_their_order_and_items_in_theirs():
    after = settle(book(), ["R-1", "R-2"], ALL, number="A-1", on=LATER)
    assert [
        (fact.number, fact.receipt, fact.receivable, str(fact.amount.amount))
        for fact in after.facts[6:]
    ] == [
        ("A-1/1", "R-1", "AR-1", "100.00"),
        ("A-1/2", "R-1", "AR-2", "50.00"),
        ("A-1/3", "R-2", "AR-2", "150.00"),
        ("A-1/4", "R-2", "AR-3", "200.00"),
    ]
    assert opens(after, *ALL) == ["0.00", "0.00", "100.00"]


def test_one_fact_takes_the_number_itself():
    after = settle(book(), ["R-1"], ["AR-1"], number="A-1", on=LATER)
    assert [fact.number for fact in after.facts[6:]] == ["A-1"]


def test_means_of_several_kinds_pay_together():
    sources = [Source(number="CN-1", means="credit_note"), Source(number="R-1", up_to=cny("50"))]
    after = settle(book(), sources, ["AR-2"], number="A-1", on=LATER)
    assert opens(after, "AR-2") == ["50.00"]
    assert after.free_amount("R-1") == cny("100.00")
    assert after.left("credit_note", "CN-1") == cny("0.00")


@pytest.mark.parametrize(("amount", "refused"), [("150.00", False), ("150.01", True)])
def test_what_is_instructed_is_paid_whole_or_refused(amount, refused):
    before = book()
    if refused:
        with pytest.raises(Refused) as refusal:
            settle(before, ["R-1"], [pay("AR-2", amount)], number="A-1", on=LATER)
        assert refusal.value.code == "settlement.short_of_means"
        assert refusal.value.facts["missing"] == cny("0.01")
        return
    after = settle(before, ["R-1"], [pay("AR-2", amount)], number="A-1", on=LATER)
    assert opens(after, "AR-2") == ["50.00"]


def test_without_an_amount_all_is_paid_but_the_differences():
    fee = short(cny("10.00"), "bank_fee")
    after = settle(book(), ["R-1"], [pay("AR-1", None, fee)], number="A-1", on=LATER)
    assert opens(after, "AR-1") == ["0.00"]
    assert after.free_amount("R-1") == cny("60.00")


def test_an_instruction_without_a_difference_takes_what_the_money_allows():
    after = settle(book(), ["R-1"], [pay("AR-3")], number="A-1", on=LATER)
    assert opens(after, "AR-3") == ["150.00"]


def test_differences_stand_once_with_the_first_payment():
    fee = short(cny("10.00"), "bank_fee")
    after = settle(book(), ["R-1", "R-2"], [pay("AR-3", None, fee)], number="A-1", on=LATER)
    assert [len(fact.differences) for fact in after.facts[6:]] == [1, 0]
    assert opens(after, "AR-3") == ["0.00"]
    assert shown(after, "bank_fees") == "10.00"


def test_what_nobody_pays_is_settled_by_its_differences_alone():
    whole = short(cny("100.00"), "deduction")
    after = settle(book(), [], [pay("AR-1", "0", whole)], number="AD-1", on=LATER, by="Wang")
    (fact,) = after.facts[6:]
    assert (fact.kind, fact.number, fact.by, fact.reason) == (
        "adjustment",
        "AD-1",
        "Wang",
        "deduction",
    )
    assert opens(after, "AR-1") == ["0.00"]


def test_a_dispute_and_a_retention_go_on_with_numbers_of_their_own():
    differences = (disputed(cny("20.00")), held_back(cny("15.00")))
    after = settle(book(), ["R-1"], [pay("AR-1", None, *differences)], number="A-1", on=LATER)
    assert opens(after, "AR-1", "AR-1/D") == ["0.00", "20.00"]
    assert after.left("retention", "AR-1/R") == cny("15.00")
    assert verify(after) == ()


def test_payables_are_netted_by_agreement():
    ledger = book().record(payable())
    after = settle(
        ledger,
        [Source(number="PI-1", means="payable")],
        ["AR-1"],
        number="N-1",
        on=LATER,
        agreement="netting 7",
    )
    assert opens(after, "AR-1") == ["0.00"]
    assert after.left("payable", "PI-1") == cny("0.00")
    assert (shown(ledger, "payable"), shown(after, "payable")) == ("-100.00", "0.00")


@pytest.mark.parametrize(("sources", "items"), [([], ["AR-1"]), (["R-1"], []), (["R-1"], ["AR-0"])])
def test_nothing_to_settle_is_told(sources, items):
    ledger = book().record(owed("AR-0", "5.00"), applying(cny("5.00"), "A-0", receivable="AR-0"))
    with pytest.raises(Refused) as refusal:
        settle(ledger, sources, items, number="A-1", on=LATER)
    assert refusal.value.code == "settlement.nothing_to_settle"


def test_what_is_refused_changes_nothing():
    before = book()
    with pytest.raises(Refused):
        settle(before, ["R-1"], ["AR-1", pay("AR-2", "500.00")], number="A-1", on=LATER)
    assert before == book()


def test_proof_and_person_stand_on_every_fact():
    after = settle(
        book(), ["R-1"], ["AR-1", "AR-2"], number="A-1", on=LATER, by="Li", proof="remittance"
    )
    assert {(fact.by, fact.proof) for fact in after.facts[6:]} == {("Li", "remittance")}


def test_what_pay_costs_is_given_with_pay():
    with pytest.raises(ValueError, match="give both"):
        Instruction(receivable="AR-1", paid=cny("1.00"))


# --- tolerance ------------------------------------------------------------------------------------

ROWS = [
    # employee (amount, percent), customer (amount, percent), short of 1,000, allowed
    (("5", NO_LIMIT), ("10", NO_LIMIT), "5.00", True),
    (("5", NO_LIMIT), ("10", NO_LIMIT), "5.01", False),
    (("10", NO_LIMIT), ("5", NO_LIMIT), "5.01", False),
    ((NO_LIMIT, "1"), (NO_LIMIT, "1"), "10.00", True),
    ((NO_LIMIT, "1"), (NO_LIMIT, "1"), "10.01", False),
    (("100", "1"), (NO_LIMIT, NO_LIMIT), "10.01", False),
    ((NO_LIMIT, NO_LIMIT), (NO_LIMIT, NO_LIMIT), "999.99", True),
    (("", ""), (NO_LIMIT, NO_LIMIT), "0.01", False),
    ((NO_LIMIT, NO_LIMIT), ("", ""), "0.01", False),
]


@pytest.mark.parametrize(("employee", "customer", "missing", "allowed"), ROWS)
def test_both_tolerances_must_allow_what_is_missing(employee, customer, missing, allowed):
    def group(given):
        named = dict(zip(("amount", "percent"), given, strict=True))
        return ToleranceGroup(**{name: value for name, value in named.items() if value})

    policy = MatchPolicy(employee=group(employee), customer=group(customer))
    came = cny("1000.00") - cny(missing)
    ledger = ReceivablesLedger().record(owed(amount="1000.00"), paid(amount=came))
    if not allowed:
        with pytest.raises(Refused) as refusal:
            settle_within(ledger, "R-1", "AR-1", number="A-1", on=LATER, policy=policy)
        assert refusal.value.code == "settlement.beyond_tolerance"
        return
    after = settle_within(ledger, "R-1", "AR-1", number="A-1", on=LATER, policy=policy)
    assert after.open_items() == ()
    assert shown(after, "payment_loss") == missing


@pytest.mark.parametrize("came", ["300.00", "300.01", "350.00"])
def test_what_is_paid_in_full_needs_no_tolerance(came):
    ledger = ReceivablesLedger().record(owed(), paid(amount=came))
    after = settle_within(ledger, "R-1", "AR-1", number="A-1", on=LATER)
    assert after.open_items() == ()
    assert after.free_amount("R-1") == cny(came) - cny("300.00")


# --- discounts and the tax inside -----------------------------------------------------------------

TERMS = (
    EarlyDiscount(percent="3", until=DAY.replace(day=10)),
    EarlyDiscount(percent="2", until=DAY.replace(day=20)),
)


def discounted(*facts):
    return ReceivablesLedger().record(
        owed(amount="1000.00", tax=cny("115.04"), discounts=TERMS),
        paid("R-1", "490.00"),
        paid("R-2", "490.00"),
        *facts,
    )


@pytest.mark.parametrize(
    ("on", "grace", "discount"),
    [
        (10, 0, "30.00"),
        (11, 0, "20.00"),
        (20, 0, "20.00"),
        (21, 0, "0.00"),
        (21, 1, "20.00"),
        (12, 2, "30.00"),
        (13, 2, "20.00"),
        (23, 2, "0.00"),
    ],
)
def test_the_first_term_that_is_not_over_decides(on, grace, discount):
    found = early_discount(discounted(), "AR-1", on=DAY.replace(day=on), grace_days=grace)
    assert found == cny(discount)


def test_a_part_paid_earns_its_share():
    assert early_discount(discounted(), "AR-1", on=LATER, paid=cny("490.00")) == cny("10.00")
    assert early_discount(discounted(), "AR-1", on=LATER, paid=cny("980.00")) == cny("20.00")
    assert early_discount(discounted(), "AR-1", on=LATER, paid=cny("5000.00")) == cny("20.00")


def test_an_invoice_paid_by_two_receipts_has_its_discount_once():
    ledger = discounted()
    discount = make_difference(ledger, "AR-1", "discount", early_discount(ledger, "AR-1", on=LATER))
    after = settle(ledger, ["R-1", "R-2"], [pay("AR-1", None, discount)], number="A-1", on=LATER)
    assert after.open_items() == ()
    assert [len(fact.differences) for fact in after.facts[3:]] == [1, 0]
    assert early_discount(after, "AR-1", on=LATER) == cny("0.00")


def test_a_discount_is_not_granted_again_with_the_second_payment():
    ledger = discounted()
    discount = make_difference(ledger, "AR-1", "discount", cny("10.00"))
    first = settle(ledger, ["R-1"], [pay("AR-1", "490.00", discount)], number="A-1", on=LATER)
    assert early_discount(first, "AR-1", on=LATER, paid=cny("490.00")) == cny("0.00")


def test_a_discount_that_was_undone_is_granted_again():
    ledger = discounted()
    discount = make_difference(ledger, "AR-1", "discount", cny("10.00"))
    first = settle(ledger, ["R-1"], [pay("AR-1", "490.00", discount)], number="A-1", on=LATER)
    undone = first.unapply("A-1", number="X-1", on=LATER, reason="bounced")
    assert early_discount(undone, "AR-1", on=LATER) == cny("20.00")


def test_the_tax_inside_a_discount_is_corrected_and_that_of_a_fee_is_not():
    ledger = discounted()
    assert make_difference(ledger, "AR-1", "discount", cny("10.00")).tax == cny("1.15")
    assert make_difference(ledger, "AR-1", "bank_fee", cny("10.00")).tax is None
    taxed = make_difference(ledger, "AR-1", "short_pay", cny("10.00"), corrects_tax=["short_pay"])
    assert taxed.tax == cny("1.15")


def test_the_tax_of_an_unknown_invoice_is_unknown():
    assert tax_inside(at_home(), "AR-1", cny("10.00")) is None


def test_a_settlement_of_the_due_day_needs_no_discount():
    assert early_discount(at_home(), "AR-1", on=DUE) == cny("0.00")
