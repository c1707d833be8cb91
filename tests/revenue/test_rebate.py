"""A year of rebates in the books: accrued with each invoice, settled, credited, clawed back."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, DomainError, NotFound, Refused
from cpq.kernel.money import Money
from cpq.rebate import (
    RebateMovement,
    RebateSale,
    accruals,
    assigned,
    rebate_statement,
    recouped,
    settlement,
)
from revenue import Receipt, Receivable, ReceivablesLedger, Reversal, journal, trial_balance, verify
from revenue.adapters.store import open_store
from revenue.ledger import Fact, read_fact
from revenue.posting import RULES
from revenue.rebate import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateSettlement,
    accrue,
    rebate_moves,
    recoup_rebate,
    settle_rebate,
)
from tests.cpq.rebates import LAST, back, cny, rebate, sold

MARCH = date(2026, 3, 2)
NEXT = date(2027, 1, 5)


def earned(number: str = "RA-1", amount: object = 100, **fields: Any) -> RebateAccrual:
    said = {"agreement": "RB-1", "customer": "C-1", "on": MARCH, **fields}
    return RebateAccrual(number=number, amount=cny(amount), **said)


def settled(number: str = "RS-1", amount: object = 100, **fields: Any) -> RebateSettlement:
    said = {"agreement": "RB-1", "customer": "C-1", "on": LAST, "means": "cash", **fields}
    return RebateSettlement(number=number, amount=cny(amount), **said)


def moved(number: str, amount: object, kind: str, **fields: Any) -> RebateMovement:
    said = {"agreement": "RB-1", "customer": "C-1", "on": LAST, **fields}
    return RebateMovement.model_validate(
        {"kind": kind, "number": number, "amount": cny(amount), **said}
    )


def credited(number: str = "RS-1", amount: object = 100, **fields: Any) -> tuple[Fact, ...]:
    return settle_rebate(moved(number, amount, "rebate_settlement"), means="credit_note", **fields)


def debt(number: str, amount: object, **fields: Any) -> Receivable:
    said = {"customer": "C-1", "on": MARCH, "due_on": MARCH, **fields}
    return Receivable(number=number, amount=cny(amount), **said)


def recorded(*facts: Fact) -> ReceivablesLedger:
    """A ledger of these facts in which everything holds together."""
    ledger = ReceivablesLedger().record(*facts)
    assert verify(ledger) == ()
    return ledger


def balances(ledger: ReceivablesLedger) -> dict[str, str]:
    """The trial balance, accounts that stand at zero left out."""
    rows = trial_balance(journal(ledger.facts))
    return {row.account.code: str(row.balance.amount) for row in rows if row.balance.amount}


def entries(ledger: ReceivablesLedger) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (entry.rule, [(line.account.code, str(line.signed.amount)) for line in entry.lines])
        for entry in journal(ledger.facts)
    ]


# --- the story --------------------------------------------------------------------------------


def test_a_year_from_the_first_invoice_to_the_credit_note() -> None:
    """13 pieces for 130 earn 13; three more for 30 cross the bound: 20 % of 160 is 32. It is
    credited with 13 % tax, 36.16 in all, which pays part of the second invoice. In January four
    pieces come back: 12 for 120 earn 12, so 20 of the 32 are owed back, with their tax of 2.60.
    """
    agreement = rebate()
    rows = assigned(agreement, (), sold("INV-1", 13, 130))
    facts: list[Fact] = [debt("AR-1", "169.00"), *accrue(accruals(rows), number="RA-1")]
    more = assigned(agreement, rows, sold("INV-2", 3, 30))
    facts += accrue(accruals(more), number="RA-2")
    rows += more
    assert balances(recorded(*facts))["224104"] == "-32.00"

    due = settlement(agreement, rows, customer="C-1", number="RS-1", on=LAST)
    facts += settle_rebate(due, means="credit_note", reference="CN-900", tax=cny("4.16"))
    ledger = recorded(*facts).apply("RS-1", to="AR-1", number="A-1", on=LAST)
    assert ledger.open_amount("AR-1") == cny("132.84")
    assert ledger.rebate_amount("RB-1", "C-1") == cny(0)

    more = assigned(agreement, rows, back("CN-1", "INV-1", 4, 40, on=NEXT))
    rows += more
    ledger = ledger.record(*accrue(accruals(more), number="RA-3"))
    assert ledger.rebate_amount("RB-1", "C-1") == cny("-20.00")
    assert ledger.rebate_amount("RB-1", "C-1", as_of=LAST) == cny(0)

    owed = recouped(
        agreement, rows, rebate_moves(ledger.facts), customer="C-1", number="RC-1", on=NEXT
    )
    ledger = ledger.record(*recoup_rebate(owed, due_on=date(2027, 2, 4), tax=cny("2.60")))
    assert verify(ledger) == ()
    assert ledger.open_amount("RC-1") == cny("22.60")
    assert balances(ledger) == {
        "1122": "155.44",
        "222101": "1.56",
        "224102": "-169.00",
        "600102": "12.00",
    }
    statement = rebate_statement(
        agreement, rows, rebate_moves(ledger.facts), customer="C-1", since=NEXT
    )
    assert (statement.reversed, statement.clawed_back, statement.closing) == (
        cny("20.00"),
        cny("20.00"),
        cny(0),
    )


def test_every_fact_has_its_entry() -> None:
    ledger = recorded(
        earned(),
        *credited(amount=60, tax=cny("7.80")),
        settled("RS-2", 10),
        settled("RS-3", 30, means="goods"),
        earned("RA-2", -40, on=NEXT),
        RebateClawBack(
            number="RC-1", agreement="RB-1", customer="C-1", on=NEXT, amount=cny(15), tax=cny(1)
        ),
        debt("RC-1", 16, source="RC-1", on=NEXT, due_on=NEXT),
        RebateCarry(
            number="RX-1", agreement="RB-1", into="RB-2", customer="C-1", on=NEXT, amount=cny(25)
        ),
    )
    assert entries(ledger) == [
        ("rebate_accrual.accrued", [("600102", "100.00"), ("224104", "-100.00")]),
        (
            "rebate_settlement.settled",
            [("224104", "60.00"), ("222101", "7.80"), ("224105", "-67.80")],
        ),
        ("receipt.rebate", [("224105", "67.80"), ("224101", "-67.80")]),
        ("rebate_settlement.settled", [("224104", "10.00"), ("1002", "-10.00")]),
        ("rebate_settlement.settled", [("224104", "30.00"), ("6001", "-30.00")]),
        ("rebate_accrual.accrued", [("600102", "-40.00"), ("224104", "40.00")]),
        (
            "rebate_claw_back.owed",
            [("224105", "16.00"), ("224104", "-15.00"), ("222101", "-1.00")],
        ),
        ("receivable.rebate", [("1122", "16.00"), ("224105", "-16.00")]),
    ]
    assert ledger.rebate_amount("RB-1", "C-1") == cny(0)
    assert ledger.rebate_amount("RB-2", "C-1") == cny(-25)
    assert all(RULES[rule].memo.zh for rule, _ in entries(ledger))


def test_the_memo_names_the_agreement() -> None:
    (entry,) = journal([earned(document="INV-1")])
    assert (entry.memo.en, entry.memo.zh) == ("Rebate RB-1: INV-1", "计提返利 RB-1：INV-1")
    assert {(line.customer, line.contract) for line in entry.lines} == {("C-1", "RB-1")}


def test_facts_stay_what_they_are_as_text() -> None:
    for fact in recorded(earned(), *credited(), earned("RA-2", -5, on=NEXT)).facts:
        assert read_fact(fact.canonical()) == fact


def test_a_receipt_of_money_reads_as_it_did_before() -> None:
    plain = Receipt(number="R-1", customer="C-1", on=MARCH, amount=cny(1))
    assert "rebate" not in plain.canonical()


# --- never more than is accrued ---------------------------------------------------------------


def refused(code: str, ledger: ReceivablesLedger, *facts: Fact) -> None:
    with pytest.raises(DomainError) as caught:
        ledger.record(*facts)
    assert caught.value.code == code


def test_a_settlement_takes_all_that_is_accrued_and_not_a_cent_more() -> None:
    ledger = recorded(earned())
    assert ledger.record(settled()).rebate_amount("RB-1", "C-1") == cny(0)
    refused("rebate.exceeds_accrued", ledger, settled(amount="100.01"))
    refused("rebate.exceeds_accrued", ledger, settled(), settled("RS-2", "0.01"))
    refused("rebate.exceeds_accrued", ledger, settled(agreement="RB-2"))
    refused("rebate.exceeds_accrued", ledger, settled(customer="C-2"))


def test_what_is_reversed_later_is_not_there_to_be_settled_earlier() -> None:
    ledger = recorded(earned(), earned("RA-2", -30, on=NEXT))
    refused("rebate.exceeds_accrued", ledger, settled(amount="70.01"))
    assert ledger.record(settled(amount=70)).rebate_amount("RB-1", "C-1") == cny(0)


def test_nothing_is_settled_before_it_is_accrued() -> None:
    ledger = recorded(earned(on=LAST))
    refused("rebate.exceeds_accrued", ledger, settled(amount=1, on=MARCH))
    earlier = ledger.record(earned("RA-2", 5, on=MARCH))
    assert earlier.rebate_amount("RB-1", "C-1", as_of=MARCH) == cny(5)
    assert earlier.record(settled(amount=5, on=MARCH)).rebate_amount("RB-1", "C-1") == cny(100)


def test_the_customer_owes_back_no_more_than_it_got_too_much() -> None:
    ledger = recorded(earned(), settled(), earned("RA-2", -30, on=NEXT))
    fields = {"agreement": "RB-1", "customer": "C-1", "on": NEXT}
    claw_back = RebateClawBack(number="RC-1", amount=cny("30.01"), **fields)
    refused("rebate.exceeds_owed", ledger, claw_back)
    carry = RebateCarry(number="RC-1", amount=cny("30.01"), into="RB-2", **fields)
    refused("rebate.exceeds_owed", ledger, carry)
    early = RebateClawBack(number="RC-1", amount=cny(1), **{**fields, "on": LAST})
    refused("rebate.exceeds_owed", ledger, early)
    whole = RebateClawBack(number="RC-1", amount=cny(30), **fields)
    assert ledger.record(whole).rebate_amount("RB-1", "C-1") == cny(0)


def test_a_rebate_is_in_one_currency() -> None:
    dollars = earned("RA-2").with_(amount=Money("5.00", "USD"))
    refused("rebate.currency_mismatch", recorded(earned()), dollars)
    settled_in = settled().with_(amount=Money("5.00", "USD"))
    refused("rebate.currency_mismatch", recorded(earned()), settled_in)


def test_a_rebate_that_nobody_accrued_is_not_found() -> None:
    with pytest.raises(NotFound, match="no rebate of 'C-2' under agreement 'RB-1'"):
        recorded(earned()).rebate_amount("RB-1", "C-2")


def test_a_fact_is_recorded_once() -> None:
    with pytest.raises(Conflict, match="rebate accrual number 'RA-1' is taken"):
        recorded(earned()).record(earned())


# --- credits and debts ------------------------------------------------------------------------


def test_a_credit_is_that_of_its_settlement() -> None:
    settlement_, credit = credited()
    assert isinstance(credit, Receipt)
    ledger = recorded(earned(), settlement_)
    assert ledger.record(credit).free_amount("RS-1") == cny(100)
    for wrong in (
        credit.with_(number="RS-2"),
        credit.with_(amount=cny("99.99")),
        credit.with_(rebate="RB-2"),
        credit.with_(customer="C-2"),
    ):
        refused("receipt.no_rebate", ledger, wrong)
    refused("receipt.no_rebate", recorded(earned(), settled()), credit)
    refused("receipt.too_early", ledger, credit.with_(on=MARCH))


def test_a_settlement_is_reversed_and_settled_again() -> None:
    undone = Reversal(number="X-1", reverses="RS-1", on=NEXT, reason="payment returned")
    ledger = recorded(earned(), settled(), undone)
    assert ledger.rebate_amount("RB-1", "C-1", as_of=LAST) == cny(0)
    assert ledger.rebate_amount("RB-1", "C-1") == cny(100)
    assert balances(ledger) == {"224104": "-100.00", "600102": "100.00"}
    assert [move.kind for move in rebate_moves(ledger.facts)] == [
        "rebate_settlement",
        "rebate_reversal",
    ]
    again = settled("RS-2", on=NEXT)
    assert verify(ledger.record(again)) == ()
    refused("rebate.exceeds_accrued", ledger, settled("RS-2", on=LAST))


def test_a_settlement_that_is_credited_is_not_reversed() -> None:
    undone = Reversal(number="X-1", reverses="RS-1", on=NEXT, reason="wrong amount")
    settlement_, credit = credited()
    refused("reversal.credited", recorded(earned(), settlement_, credit), undone)
    ledger = recorded(earned(), settlement_, undone)
    refused("receipt.no_rebate", ledger, credit)


@pytest.mark.parametrize("kind", ["accrual", "claw_back", "carry"])
def test_only_a_settlement_of_a_rebate_is_reversed(kind: str) -> None:
    fields: dict[str, Any] = {"agreement": "RB-1", "customer": "C-1", "on": NEXT, "amount": cny(5)}
    ledger = recorded(
        earned("RA-1"),
        settled(),
        earned("RA-2", -30, on=NEXT),
        RebateClawBack(number="claw_back", **fields),
        RebateCarry(number="carry", into="RB-2", **fields),
        earned("accrual"),
    )
    undone = Reversal(number="X-1", reverses=kind, on=NEXT, reason="wrong")
    refused("reversal.not_reversible", ledger, undone)


def test_the_receivables_of_a_claw_back_are_no_more_than_it() -> None:
    claw_back = RebateClawBack(
        number="RC-1", agreement="RB-1", customer="C-1", on=NEXT, amount=cny(30)
    )
    ledger = recorded(earned(), settled(), earned("RA-2", -30, on=NEXT)).record(claw_back)
    part = debt("RC-1", 20, source="RC-1", on=NEXT, due_on=NEXT)
    rest = part.with_(number="RC-2", amount=cny(10))
    assert verify(ledger.record(part, rest)) == ()
    refused("receivable.exceeds_claw_back", ledger, part, rest.with_(amount=cny("10.01")))
    refused("receivable.exceeds_claw_back", ledger, part.with_(customer="C-2"))
    refused("receivable.exceeds_claw_back", ledger, part.with_(amount=Money("1.00", "USD")))
    refused("receivable.too_early", ledger, part.with_(on=LAST))


@pytest.mark.parametrize(
    "wrong",
    [
        {"means": "cash", "tax": cny(1)},
        {"means": "credit_note", "tax": Money("1.00", "USD")},
    ],
)
def test_tax_is_on_a_credit_note_and_in_its_currency(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="of settlements only a credit note bears it"):
        settled(**wrong)


def test_a_carry_goes_elsewhere() -> None:
    with pytest.raises(ValidationError, match="into another agreement"):
        RebateCarry(
            number="RX-1", agreement="RB-1", into="RB-1", customer="C-1", on=LAST, amount=cny(1)
        )


def test_a_carried_debt_is_earned_first() -> None:
    owed = moved("RX-1", 30, "rebate_carry", into="RB-2", on=NEXT)
    ledger = recorded(
        earned(), settled(), earned("RA-2", -30, on=NEXT), *recoup_rebate(owed)
    ).record(earned("RA-3", 50, agreement="RB-2", on=NEXT))
    refused(
        "rebate.exceeds_accrued",
        ledger,
        settled("RS-2", "20.01", agreement="RB-2", on=NEXT),
    )
    assert verify(ledger.record(settled("RS-2", 20, agreement="RB-2", on=NEXT))) == ()


def test_a_document_without_accruals_makes_no_fact() -> None:
    sale = RebateSale(
        document="INV-1", line="1", customer="C-1", product="M8", quantity=0, net=cny(0), on=MARCH
    )
    assert accrue(accruals(assigned(rebate(), (), sale)), number="RA-1") == ()


def test_several_accruals_of_one_event_are_numbered() -> None:
    pool = rebate(customers=("C-1", "C-2"), pooled=True)
    rows = assigned(pool, (), sold("INV-1", 14, 140))
    more = assigned(pool, rows, sold("INV-2", 1, 10, customer="C-2"))
    numbers = [(fact.number, fact.customer) for fact in accrue(accruals(more), number="RA-2")]
    assert numbers == [("RA-2/1", "C-2"), ("RA-2/2", "C-1")]


# --- in a store -------------------------------------------------------------------------------


STORY = (
    (earned(), debt("AR-1", 500)),
    credited(amount=60, tax=cny("7.80")),
    (settled("RS-2", 40, means="offset"),),
    (Reversal(number="X-1", reverses="RS-2", on=NEXT, reason="payment returned"),),
    (settled("RS-3", 40, on=NEXT),),
    (earned("RA-2", -30, on=NEXT),),
    recoup_rebate(moved("RC-1", 10, "rebate_claw_back", on=NEXT), tax=cny("1.30")),
    recoup_rebate(moved("RX-1", 20, "rebate_carry", into="RB-2", on=NEXT)),
    (earned("RA-3", 25, agreement="RB-2", on=NEXT),),
    (settled("RS-4", 5, agreement="RB-2", on=NEXT),),
)


def test_a_store_keeps_the_story_and_finds_nothing_wrong() -> None:
    ledger = ReceivablesLedger()
    with open_store("sqlite://") as store:
        for facts in STORY:
            ledger = ledger.record(*facts)
            with store.unit() as deals:
                deals.record(*facts)
        with store.view() as deals:
            assert deals.ledger().facts == ledger.facts
            assert deals.journal() == journal(ledger.facts)
        assert store.verify() == ()


def test_a_store_counts_what_was_carried_once() -> None:
    """30 are owed under RB-1: 10 were carried to RB-2 and 20 follow, so of 50 earned 20 are due."""
    carry = moved("RX-1", 10, "rebate_carry", into="RB-2", on=NEXT)
    with open_store("sqlite://") as store:
        with store.unit() as deals:
            deals.record(earned(), settled(), earned("RA-2", -30, on=NEXT), *recoup_rebate(carry))
            deals.record(earned("RA-3", 50, agreement="RB-2", on=NEXT))
        more = recoup_rebate(moved("RX-2", 20, "rebate_carry", into="RB-2", on=NEXT))
        due = settled("RS-2", 20, agreement="RB-2", on=NEXT)
        with pytest.raises(Refused, match=r"only 20\.00 CNY"), store.unit() as deals:
            deals.record(*more, due.with_(amount=cny("20.01")))
        with store.unit() as deals:
            deals.record(*more, due)
        assert store.verify() == ()


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("rebate.exceeds_accrued", settled("RS-9", "0.01", on=NEXT)),
        ("rebate.exceeds_accrued", settled("RS-9", "0.01", agreement="RB-2", on=NEXT)),
        (
            "rebate.exceeds_owed",
            RebateClawBack(
                number="RC-9", agreement="RB-1", customer="C-1", on=NEXT, amount=cny("0.01")
            ),
        ),
        ("reversal.credited", Reversal(number="X-9", reverses="RS-1", on=NEXT, reason="wrong")),
        (
            "reversal.already_reversed",
            Reversal(number="X-9", reverses="RS-2", on=NEXT, reason="wrong"),
        ),
        ("receipt.no_rebate", credited(amount=60)[1].with_(number="RS-9")),
        (
            "receipt.no_rebate",
            credited(number="RS-2", amount=40)[1],
        ),
        (
            "receivable.exceeds_claw_back",
            debt("RC-9", "0.01", source="RC-1", on=NEXT, due_on=NEXT),
        ),
        (
            "rebate.currency_mismatch",
            earned("RA-9").with_(amount=Money("5.00", "USD")),
        ),
        (
            "rebate.currency_mismatch",
            earned("RA-9", agreement="RB-2", customer="C-2").with_(amount=Money("5.00", "USD")),
        ),
    ],
)
def test_a_store_refuses_what_the_ledger_refuses(code: str, fact: Fact) -> None:
    refused(code, ReceivablesLedger().record(*(f for facts in STORY for f in facts)), fact)
    with open_store("sqlite://") as store:
        for facts in STORY:
            with store.unit() as deals:
                deals.record(*facts)
        with pytest.raises(Refused) as caught, store.unit() as deals:
            deals.record(fact)
        assert caught.value.code == code
