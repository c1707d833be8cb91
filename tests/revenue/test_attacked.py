"""What a hostile reviewer of the receivables engine found, each as the sentence that holds now."""

from datetime import date, timedelta

import pytest
from hypothesis import Phase, settings
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, DomainError, Refused
from cpq.kernel.money import Money
from revenue.adapters.reconcile_cli import _pairs
from revenue.application import Adjustment, Application, DebtorChange, Difference
from revenue.bank import BankLine, BankStatement
from revenue.exchange import in_books
from revenue.journal import journal
from revenue.ledger import ReceivablesLedger, apply_oldest
from revenue.period import PeriodClose, PeriodReopening
from revenue.preview import preview
from revenue.receipt import Receipt, Refund
from revenue.receivable import Receivable
from revenue.reconcile import assign, learned_from, reconcile
from revenue.settlement import Instruction, bounce, identify, settle
from revenue.verification import verify
from tests.revenue.settlement_game import CUSTOMERS, SettlementGame, balances


def day(number):
    return date(2026, 12, number)


def cny(amount):
    return Money(amount, "CNY")


def usd(amount):
    return Money(amount, "USD")


def debt(number, amount, **more):
    fields = {"number": number, "customer": "C-1", "on": day(1), "due_on": day(1)}
    return Receivable.model_validate({**fields, "amount": amount, **more})


def paid(number, amount, **more):
    fields = {"number": number, "customer": "C-1", "on": day(1), "amount": amount}
    return Receipt.model_validate({**fields, **more})


def books(*facts):
    return ReceivablesLedger().record(*facts)


# --- settlements ----------------------------------------------------------------------------------


def test_a_discount_beside_an_advance_is_worth_its_share_and_no_exchange_gain():
    ledger = books(
        debt("AR-1", usd("200"), booked=cny("1440")),
        paid("R-1", usd("80"), advance=True, booked=cny("568")),
    ).settle(
        Application(
            number="A-1",
            receipt="R-1",
            receivable="AR-1",
            amount=usd("80"),
            on=day(2),
            differences=(
                Difference(reason="discount", amount=usd("15")),
                Difference(reason="bank_fee", amount=usd("5")),
            ),
        )
    )
    values = [(line.account.code, str(line.value)) for line in journal(ledger.facts)[-1].lines]
    assert [value for _, value in values] == [
        "568.00 CNY",
        "108.00 CNY",
        "36.00 CNY",
        "-712.00 CNY",
    ]
    assert ledger.book_value("receivable", "AR-1") == cny("728")
    assert verify(ledger) == ()


def test_two_items_of_one_number_are_not_opened_by_one_application():
    ledger = books(debt("AR-1", cny("200")), paid("R-1", cny("80")))
    disputes = tuple(
        Difference(reason="dispute", amount=cny("10"), residual=number, due_on=day(9))
        for number in ("D-1", "ｄ-1")
    )
    fact = Application(
        number="A-1",
        receipt="R-1",
        receivable="AR-1",
        amount=cny("80"),
        on=day(2),
        differences=disputes,
    )
    with pytest.raises(Conflict) as refusal:
        ledger.settle(fact)
    assert refusal.value.code == "fact.number_taken"
    assert ledger.settle(fact.with_(differences=disputes[:1])).open_amount("D-1") == cny("10")


def test_what_is_overdue_can_be_disputed_and_handed_on_and_stays_overdue():
    ledger = books(debt("AR-1", cny("200")))
    dispute = Difference(reason="dispute", amount=cny("20"), residual="D-1", due_on=day(1))
    ledger = ledger.settle(
        Adjustment(
            number="AD-1", document="AR-1", difference=dispute, on=day(9), reason="bad", by="Li"
        ),
        DebtorChange(
            number="DC-1",
            receivable="AR-1",
            customer="C-2",
            amount=cny("30"),
            on=day(9),
            due_on=day(1),
            reason="merged",
            by="Li",
        ),
    )
    overdue = {
        item.receivable.number: item.days_overdue for item in ledger.open_items(as_of=day(11))
    }
    assert overdue == {"AR-1": 10, "D-1": 10, "DC-1": 10}
    with pytest.raises(ValidationError, match="lies before"):
        debt("AR-2", cny("1"), due_on=date(2026, 11, 30))


@pytest.mark.parametrize("cents", [1, 2])
def test_a_part_worth_less_than_half_a_cent_in_the_books_is_handed_on(cents):
    amount = Money("1000000", "VND")
    part = Money.from_minor(10 * cents, "VND")
    ledger = books(
        debt("AR-1", amount, booked=in_books(amount, rate="0.00029", currency="CNY")),
        paid("R-1", amount, customer="", booked=in_books(amount, rate="0.00028", currency="CNY")),
    )
    ledger = identify(ledger, "R-1", {"C-1": part}, number="ID-1", on=day(2), by="Li")
    ledger = settle(ledger, ["ID-1"], ["AR-1"], number="A-1", on=day(3))
    assert ledger.free_amount("ID-1") == Money.zero("VND")
    assert verify(ledger) == ()


def test_the_number_of_what_stays_open_is_a_number():
    with pytest.raises(ValidationError, match="64"):
        Difference(reason="dispute", amount=cny("1"), residual="x" * 65, due_on=day(1))


def test_a_difference_is_worth_no_more_than_what_is_taken():
    ledger = books(
        debt("AR-1", usd("100"), booked=cny("710")), paid("R-1", usd("90"), booked=cny("639"))
    )

    def applied(value):
        dispute = Difference(
            reason="dispute", amount=usd("1"), booked=cny(value), residual="D-1", due_on=day(9)
        )
        return Application(
            number="A-1",
            receipt="R-1",
            receivable="AR-1",
            amount=usd("90"),
            on=day(2),
            differences=(dispute,),
        )

    with pytest.raises(Conflict) as refusal:
        ledger.settle(applied("646.11"))
    assert refusal.value.code == "application.difference_not_valued"
    assert verify(ledger.settle(applied("646.10"))) == ()


def test_each_instruction_settles_its_own_differences():
    ledger = books(debt("AR-1", cny("100")), paid("R-1", cny("90")))
    fee = Difference(reason="bank_fee", amount=cny("10"))
    ledger = settle(
        ledger,
        ["R-1"],
        [
            Instruction(receivable="AR-1", pay=cny("50")),
            Instruction(receivable="AR-1", pay=cny("40"), differences=(fee,)),
        ],
        number="S-1",
        on=day(2),
    )
    assert ledger.open_items() == ()


def test_an_advance_for_a_contract_skips_older_items_of_other_contracts():
    ledger = books(
        debt("AR-1", cny("100"), contract="HT-1"),
        debt("AR-2", cny("100"), contract="ht-2", due_on=day(9)),
        paid("R-1", cny("120"), advance=True, contract="HT-2"),
    )
    ledger = apply_oldest(ledger, "R-1", number="A-1", on=day(2))
    assert [str(item.open) for item in ledger.open_items()] == ["100.00 CNY"]
    assert ledger.free_amount("R-1") == cny("20")


def test_items_of_one_day_come_by_number_however_it_is_spelled():
    ledger = books(*(debt(number, cny("1")) for number in ("b", "A", "a2", "B2")))
    assert [item.receivable.number for item in ledger.open_items()] == ["A", "a2", "b", "B2"]


def test_a_preview_shows_the_entries_that_recording_makes():
    ledger = books(
        debt("AR-1", cny("100")), paid("R-9", cny("100"), customer=""), paid("R-2", cny("30"))
    )
    ledger = identify(ledger, "R-9", "C-1", number="ID-1", on=day(2), by="Li")
    ledger = settle(ledger, ["ID-1"], ["AR-1"], number="A-1", on=day(3))
    after = bounce(ledger, "R-9", number="B-1", on=day(4), reason="no cover", by="bank")
    after = after.write_off("AR-1", number="W-1", on=day(5), reason="gone", approved_by="Wang")
    after = after.recover("W-1", receipt="R-2", number="V-1", on=day(6))
    for start in range(len(after.facts)):
        before = ReceivablesLedger(facts=after.facts[:start])
        seen = preview(before, *after.facts[start:])
        assert seen.entries == journal(after.facts)[len(journal(before.facts)) :]


def test_a_close_after_a_reopening_speaks_of_no_day_in_the_year_one():
    ledger = books(
        PeriodClose(number="P-1", through=day(9), on=day(10), by="Wang"),
        PeriodReopening(number="O-1", period="P-1", on=day(10), reason="late", by="Wang"),
    )
    with pytest.raises(Refused) as refusal:
        ledger.record(PeriodClose(number="P-2", through=day(9), on=day(8), by="Wang"))
    assert refusal.value.code == "period_close.bad_day"
    assert "0001" not in refusal.value.message


class PastGame(SettlementGame):
    """Every kind of settlement; what is recorded changes nothing of the days before its own."""

    def try_(self, *facts, beyond=False):
        documents = self.documents("receivable", "receipt", "credit_note", "retention", "write_off")
        past = min(fact.on for fact in facts) - timedelta(days=1)
        before = shown(self.ledger, documents, past)
        done = super().try_(*facts, beyond=beyond)
        assert shown(self.ledger, documents, past) == before
        return done


def shown(ledger, documents, as_of):
    """All that a ledger says of a day."""
    return (
        [ledger.left(*each, as_of=as_of) for each in documents],
        [ledger.book_value(*each, as_of=as_of) for each in documents],
        [ledger.statement(each, as_of=as_of) for each in CUSTOMERS],
        [ledger.on_account(each, as_of=as_of) for each in CUSTOMERS],
        ledger.open_items(as_of=as_of),
        ledger.ageing(as_of=as_of),
        [ledger.allowance(each, as_of=as_of) for each in ("CNY", "USD")],
        balances(ledger, as_of=as_of),
    )


TestPastGame = PastGame.TestCase
TestPastGame.settings = settings(
    stateful_step_count=50,
    max_examples=max(settings.default.max_examples // 20, 3),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


# --- the workbench --------------------------------------------------------------------------------


def line(position, amount, statement="1", currency="EUR", **more):
    return BankLine(
        account="517852257",
        statement=statement,
        position=position,
        booked_on=day(20),
        amount=Money(amount, currency),
        **more,
    )


def statement_of(*lines):
    first = lines[0]
    return BankStatement(
        format="mt940",
        account=first.account,
        currency=first.amount.code,
        number=first.statement,
        name=first.statement,
        lines=lines,
    )


def morning(ledger, *statements, on=21):
    run = reconcile(
        ledger,
        statements,
        on=day(on),
        number=lambda each: f"RC-{each.statement}-{each.position}",
    )
    return run, ledger.record(*run.facts)


def owed(number, amount, invoice, **more):
    return debt(number, Money(amount, "EUR"), source=invoice, **more)


def test_a_bounced_line_seen_again_does_not_undo_the_payment_made_after_it():
    said = {"text": "INV-2026-0001", "end_to_end": "E2E-12345"}
    first = statement_of(
        line(1, "300", **said), line(2, "-300", is_return=True, original="E2E-12345")
    )
    run, ledger = morning(books(owed("AR-1", "300", "INV-2026-0001")), first)
    assert [row.status for row in run.lines] == ["settled", "returned"]
    _, ledger = morning(ledger, statement_of(line(1, "300", statement="2", **said)), on=22)
    assert ledger.open_items() == ()
    run, again = morning(ledger, first, on=23)
    assert [(row.status, row.settlements) for row in run.lines] == [
        ("settled", ()),
        ("returned", ("RC-1-1/RET",)),
    ]
    assert again.facts == ledger.facts


def test_a_line_that_the_ledger_refuses_to_post_holds_up_no_other():
    ledger = books(
        owed("AR-1", "300", "INV-2026-0001"),
        debt("AR-2", usd("100"), source="INV-2026-0002", booked=Money("90", "EUR")),
    )
    run, after = morning(
        ledger,
        statement_of(line(1, "300", text="INV-2026-0001")),
        statement_of(line(1, "100", statement="2", currency="USD", text="INV-2026-0002")),
    )
    assert [row.status for row in run.lines] == ["posted", "suggested"]
    assert [item.receivable.number for item in after.open_items()] == ["AR-2"]


def test_who_is_identified_anew_is_learned_anew_and_parts_teach_nothing():
    ledger = books(paid("R-9", cny("80"), customer="", payer="ACME Ltd"))
    ledger = identify(ledger, "R-9", "C-1", number="ID-1", on=day(2), by="Li")
    assert learned_from(ledger).named("ACME LTD") == "C-1"
    other = identify(ledger, "ID-1", "C-2", number="ID-2", on=day(3), by="Li")
    assert learned_from(other).named("ACME LTD") == "C-2"
    part = identify(ledger, "ID-1", {"C-2": cny("30")}, number="ID-2", on=day(3), by="Li")
    assert not learned_from(part).named("ACME LTD")


@pytest.mark.parametrize("amount", ["-5", "0"])
def test_an_amount_of_nothing_is_not_assigned_in_silence(amount):
    ledger = books(debt("AR-1", cny("50")), debt("AR-2", cny("50")), paid("R-1", cny("80")))
    with pytest.raises((DomainError, ValidationError)):
        assign(ledger, "R-1", {"AR-1": None, "AR-2": cny(amount)}, on=day(2), by="Li")


def test_a_part_named_twice_is_refused_and_not_the_last_one_taken():
    assert _pairs(["C-1=10 CNY", "C-2"], option="--part") == {"C-1": cny("10"), "C-2": None}
    with pytest.raises(DomainError) as refusal:
        _pairs(["C-1=10 CNY", "c-1=20 CNY"], option="--part")
    assert refusal.value.code == "input.invalid"


def test_a_refund_says_which_line_of_the_bank_it_is():
    ledger = books(paid("R-1", cny("80")))
    gone = bounce(
        ledger, "R-1", number="B-1", on=day(2), reason="no cover", by="bank", reference="1/7/3"
    )
    refund = gone.facts[-1]
    assert isinstance(refund, Refund)
    assert refund.reference == "1/7/3"
