"""The dunning run: which level is due for what, and why the rest is left alone."""

from datetime import date, timedelta

import pytest

from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import Money
from revenue import Application, Receivable, ReceivablesLedger
from revenue.application import Adjustment, Difference, Reversal
from revenue.credit_note import CreditNote
from revenue.dunning import (
    DunningPolicy,
    DunningProposal,
    dun,
    dun_each,
    dunning_findings,
    dunning_run,
    dunning_status,
    policy_for,
    proposal_notice,
    recorded_notice,
    reminder_status,
)
from revenue.exchange import in_books
from revenue.receipt import Receipt
from revenue.reminder import DunningBlock, Reminder

DUE = date(2026, 3, 1)
LEVELS = DunningPolicy(
    code="THREE",
    steps=[{"days": 5, "tone": 1}, {"days": 20, "tone": 2}, {"days": 40, "tone": 3}],
)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def debt(number: str = "AR-1", amount: str = "100.00", **changes: object) -> Receivable:
    fields = {"customer": "C-1", "on": DUE, "due_on": DUE, "amount": eur(amount)}
    return Receivable.model_validate({"number": number, **fields, **changes})


def ledger_of(*facts: object) -> ReceivablesLedger:
    return ReceivablesLedger().record(*facts)  # type: ignore[arg-type]


def cash(amount: str, on: date, number: str = "R-1") -> Receipt:
    return Receipt(number=number, customer="C-1", on=on, amount=eur(amount))


def block(number: str, on: date, **changes: object) -> DunningBlock:
    fields = {"customer": "C-1", "reason": "talks go on", "by": "Li"}
    return DunningBlock.model_validate({"number": number, "on": on, **fields, **changes})


def only(ledger: ReceivablesLedger, policy: DunningPolicy, on: date) -> DunningProposal:
    (proposal,) = dunning_run(ledger, policy, on=on)
    return proposal


def dunned(
    ledger: ReceivablesLedger, on: date, number: str, policy: DunningPolicy = LEVELS
) -> ReceivablesLedger:
    return ledger.record(*dun(ledger, only(ledger, policy, on), number=number))


def state(ledger: ReceivablesLedger, days: int) -> str:
    status = dunning_status(ledger, LEVELS, "AR-1", on=after(days))
    return f"level{status.level} {status.state}" if status.level else status.state


# --- levels -------------------------------------------------------------------------------------


def test_the_levels_of_the_tryton_scenario() -> None:
    """Case dun-tryton-levels: levels after 5, 20 and 40 days, a line of 100."""
    ledger = ledger_of(debt())
    assert state(ledger, 4) == "none"
    assert state(ledger, 5) == "level1 draft"
    assert state(ledger, 30) == "level1 draft"
    first = dunned(ledger, after(5), "DN-1")
    assert state(first.record(block("DB-1", after(6))), 30) == "level1 waiting"
    assert state(first, 30) == "level2 draft"
    paid = first.record(cash("100", after(30))).apply("R-1", to="AR-1", number="A-1", on=after(30))
    assert state(paid, 30) == "level1 removed"
    assert dunning_run(paid, LEVELS, on=after(30)) == ()


def test_a_level_is_due_on_its_day_and_not_the_day_before() -> None:
    ledger = ledger_of(debt())
    assert only(ledger, LEVELS, after(4)).lines == ()
    assert only(ledger, LEVELS, after(4)).held[0].next_on == after(5)
    assert only(ledger, LEVELS, after(5)).level == 1


def test_no_level_is_skipped_however_late_the_run_is() -> None:
    ledger = ledger_of(debt())
    levels = []
    for place, number in enumerate(("DN-1", "DN-2", "DN-3")):
        levels.append(only(ledger, LEVELS, after(400 + place)).level)
        ledger = dunned(ledger, after(400 + place), number)
    assert levels == [1, 2, 3]
    assert only(ledger, LEVELS, after(500)).held[0].reason == "final"
    assert dunning_findings(ledger) == ()


def test_the_levels_of_the_oca_policy() -> None:
    """Case dun-oca-3-times: due + 10 days, end of the month of due + 30, previous + 10."""
    policy = DunningPolicy(
        code="3 time policy",
        steps=[
            {"days": 10, "counted": "net_days", "tone": 1, "channel": "email"},
            {"days": 30, "counted": "end_of_month", "tone": 2, "channel": "email"},
            {"days": 10, "counted": "previous_date", "tone": 3, "channel": "letter"},
        ],
    )
    ledger = ledger_of(debt())
    assert only(ledger, policy, date(2026, 3, 10)).lines == ()
    ledger = dunned(ledger, date(2026, 3, 11), "DN-1", policy)
    assert only(ledger, policy, date(2026, 3, 30)).lines == ()
    ledger = dunned(ledger, date(2026, 4, 2), "DN-2", policy)
    assert only(ledger, policy, date(2026, 4, 11)).held[0].next_on == date(2026, 4, 12)
    third = only(ledger, policy, date(2026, 4, 12))
    assert (third.level, third.step and third.step.channel) == (3, "letter")


def test_a_second_run_on_the_same_day_proposes_nothing() -> None:
    """Level 2 is long reached on day 30, and yet nobody gets two letters on one day."""
    ledger = dunned(ledger_of(debt(), debt("AR-2")), after(30), "DN-1")
    again = only(ledger, LEVELS, after(30))
    assert (again.lines, {line.reason for line in again.held}) == ((), {"waiting"})
    assert again.held[0].next_on == after(31)
    assert only(ledger, LEVELS, after(31)).level == 2


def two_levels() -> ReceivablesLedger:
    """On day 25 AR-1 is due for level 2, AR-2 for level 1."""
    return dunned(ledger_of(debt(), debt("AR-2", due_on=after(20))), after(6), "DN-1")


def test_a_debt_that_is_new_is_not_said_to_have_been_dunned_before() -> None:
    ledger = two_levels().record(block("DB-1", after(24), customer="C-2"))
    first, second = dunning_run(ledger, LEVELS, on=after(25))
    assert [(line.receivable.number, line.level) for line in first.lines] == [("AR-2", 1)]
    assert [(line.receivable.number, line.level) for line in second.lines] == [("AR-1", 2)]
    assert (proposal_notice(first).level, proposal_notice(second).level) == (1, 2)


def test_what_is_held_stands_in_the_first_letter_and_earlier_charges_in_the_last() -> None:
    charged = debt("AR-3", "10", origin="interest")
    ledger = two_levels().record(charged, debt("AR-4"), block("B", after(20), receivable="AR-4"))
    first, second = dunning_run(ledger, LEVELS, on=after(25))
    assert [line.receivable.number for line in first.held] == ["AR-4"]
    assert [line.receivable.number for line in second.charges] == ["AR-3"]
    assert (first.charges, second.held) == ((), ())
    letters = (first, "DN-2"), (second, "DN-3")
    facts = [fact for letter, number in letters for fact in dun(ledger, letter, number=number)]
    for letter, number in letters:
        notice = proposal_notice(letter, number=number)
        assert recorded_notice(ledger.record(*facts), LEVELS, number=number) == notice


def test_one_letter_for_all_levels_makes_a_reminder_for_each() -> None:
    ledger, policy = two_levels(), LEVELS.with_(letters="per_customer")
    proposal = only(ledger, policy, after(25))
    assert [(line.receivable.number, line.level) for line in proposal.lines] == [
        ("AR-1", 2),
        ("AR-2", 1),
    ]
    facts = dun(ledger, proposal, number="DN-2")
    made = [fact for fact in facts if isinstance(fact, Reminder)]
    assert [(each.number, each.level, each.receivables) for each in made] == [
        ("DN-2/1", 1, ("AR-2",)),
        ("DN-2/2", 2, ("AR-1",)),
    ]
    notice = proposal_notice(proposal, number="DN-2")
    assert (notice.level, notice.place, notice.levels) == (2, 2, 3)
    assert notice.total == eur("200.00")
    assert recorded_notice(ledger.record(*facts), policy, number="DN-2") == notice


# --- what is left alone ---------------------------------------------------------------------------


def test_a_blocked_item_does_not_escalate_until_the_block_ends() -> None:
    ledger = ledger_of(debt(), block("DB-1", after(2), until=after(9)))
    held = only(ledger, LEVELS, after(9))
    assert (held.lines, held.held[0].reason) == ((), "blocked")
    assert "talks go on (DB-1)" in held.held[0].why.en
    assert only(ledger, LEVELS, after(10)).level == 1


def test_a_block_is_lifted_on_a_day() -> None:
    ledger = ledger_of(debt(), block("DB-1", after(2)), block("DB-2", after(12), lifts="DB-1"))
    assert only(ledger, LEVELS, after(11)).lines == ()
    assert only(ledger, LEVELS, after(12)).level == 1


def test_a_block_of_one_receivable_leaves_the_others() -> None:
    ledger = ledger_of(debt(), debt("AR-2"), block("DB-1", after(1), receivable="AR-2"))
    proposal = only(ledger, LEVELS, after(8))
    assert [line.receivable.number for line in proposal.lines] == ["AR-1"]
    assert [line.receivable.number for line in proposal.held] == ["AR-2"]


def test_a_block_of_another_customer_blocks_nothing_here() -> None:
    ledger = ledger_of(debt(), block("DB-1", after(1), customer="C-2"))
    assert only(ledger, LEVELS, after(8)).level == 1


def test_what_is_disputed_is_shown_and_not_dunned() -> None:
    disputed = Adjustment(
        number="AD-1",
        document="AR-1",
        on=after(2),
        by="Wang",
        reason="damaged",
        difference=Difference(
            reason="dispute", amount=eur("40"), residual="AR-1/D", due_on=after(3)
        ),
    )
    proposal = only(ledger_of(debt(), disputed), LEVELS, after(30))
    assert proposal.overdue == eur("60.00")
    assert [(line.receivable.number, line.reason) for line in proposal.held] == [
        ("AR-1/D", "disputed")
    ]


def test_days_of_grace_are_granted_and_not_one_more() -> None:
    policy = LEVELS.with_(grace_days=7)
    ledger = ledger_of(debt())
    assert only(ledger, policy, after(7)).held[0].reason == "grace"
    assert only(ledger, policy, after(8)).level == 1


def test_less_than_the_minimum_is_not_written_about_and_the_minimum_is() -> None:
    policy = LEVELS.with_(minimums=(eur("100.00"), Money("9", "USD")))
    below = only(ledger_of(debt(amount="99.99")), policy, after(9))
    assert (below.lines, below.held[0].reason) == ((), "below_minimum")
    assert only(ledger_of(debt(amount="99.99"), debt("AR-2", "0.01")), policy, after(9)).level == 1


def test_who_has_paid_as_much_on_account_is_not_dunned() -> None:
    ledger = ledger_of(debt(), cash("100.00", after(3)))
    assert only(ledger, LEVELS, after(9)).held[0].reason == "on_account"
    short = ledger_of(debt(), cash("99.99", after(3)))
    assert (only(short, LEVELS, after(9)).level, only(short, LEVELS, after(9)).on_account) == (
        1,
        eur("99.99"),
    )


def test_what_is_due_today_is_not_overdue() -> None:
    policy = DunningPolicy(code="P", steps=[{"days": 0, "tone": 1}])
    assert dunning_run(ledger_of(debt()), policy, on=DUE) == ()
    assert only(ledger_of(debt()), policy, after(1)).level == 1


def test_customers_and_currencies_get_proposals_of_their_own() -> None:
    usd = debt("AR-3").with_(amount=Money("1", "USD"))
    ledger = ledger_of(debt(customer="C-2"), debt("AR-2"), usd)
    run = dunning_run(ledger, LEVELS, on=after(9))
    assert [(each.customer, each.currency) for each in run] == [
        ("C-1", "EUR"),
        ("C-1", "USD"),
        ("C-2", "EUR"),
    ]
    assert len(dunning_run(ledger, LEVELS, on=after(9), customer="c-2")) == 1


def test_the_run_of_a_past_day_is_the_run_of_that_day() -> None:
    ledger = ledger_of(debt())
    before = dunning_run(ledger, LEVELS, on=after(9))
    later = dunned(ledger, after(9), "DN-1").record(cash("100", after(10)))
    later = later.apply("R-1", to="AR-1", number="A-1", on=after(10))
    assert dunning_run(later, LEVELS, on=after(8)) == dunning_run(ledger, LEVELS, on=after(8))
    assert before[0].level == 1


# --- which policy ---------------------------------------------------------------------------------


def test_the_policy_that_names_the_customer_holds_then_that_of_its_group_then_the_rest() -> None:
    state_owned = LEVELS.with_(code="STATE", groups=("state",))
    vip = LEVELS.with_(code="VIP", customers=("C-9",))
    policies = (LEVELS, vip, state_owned)
    assert policy_for(policies, "c-9").code == "VIP"
    assert policy_for(policies, "C-1", groups=("STATE",)).code == "STATE"
    assert policy_for(policies, "C-1").code == "THREE"
    with pytest.raises(NotFound) as refusal:
        policy_for((vip,), "C-1")
    assert refusal.value.code == "dunning.no_policy"


def test_a_run_takes_the_policy_of_each_customers_group() -> None:
    slow = DunningPolicy(code="STATE", steps=[{"days": 90, "tone": 1}], groups=("state",))
    run = dunning_run(
        ledger_of(debt(), debt("AR-2", customer="C-2")),
        (slow, LEVELS),
        on=after(9),
        groups={"c-2": ("state",)},
    )
    assert [(each.policy, each.level) for each in run] == [("THREE", 1), ("STATE", 0)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": [{"days": 5, "tone": 1, "counted": "previous_date"}]}, "before the first"),
        ({"steps": [{"days": 5, "tone": 1, "interest": True}]}, "no rate"),
        ({"steps": []}, "at least 1"),
        ({"minimums": (eur("1"), eur("2"))}, "one minimum"),
        ({"steps": [{"days": 5, "tone": 1, "fees": [eur("1"), eur("2")]}]}, "one fee"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LEVELS.with_(**changes)


def test_a_level_that_would_lie_after_the_last_day_is_never_reached() -> None:
    far = debt(due_on=date.max - timedelta(days=30))
    policy = DunningPolicy(code="P", steps=[{"days": 40, "tone": 1}])
    (proposal,) = dunning_run(ledger_of(far), policy, on=date.max)
    assert (proposal.lines, proposal.held[0].next_on) == ((), None)


# --- from the proposal to facts -------------------------------------------------------------------


def test_a_proposal_that_the_ledger_has_overtaken_is_refused() -> None:
    ledger = ledger_of(debt(), cash("40.00", after(5)))
    proposal = only(ledger, LEVELS, after(9))
    overtaken = (
        ledger.apply("R-1", to="AR-1", number="A-1", on=after(9)),
        ledger.record(*dun(ledger, proposal, number="DN-1")),
        ledger.record(block("DB-1", after(9))),
    )
    for moved_on in overtaken:
        with pytest.raises(Conflict) as refusal:
            dun(moved_on, proposal, number="DN-2")
        assert refusal.value.code == "dunning.out_of_date"


def test_a_proposal_with_nothing_to_send_makes_no_facts_and_no_letter() -> None:
    ledger = ledger_of(debt())
    proposal = only(ledger, LEVELS, after(2))
    for make in (
        lambda: dun(ledger, proposal, number="DN-1"),
        lambda: proposal_notice(proposal),
    ):
        with pytest.raises(Refused) as refusal:
            make()
        assert refusal.value.code == "dunning.nothing_to_send"


def test_several_proposals_take_a_number_each() -> None:
    ledger = ledger_of(debt(), debt("AR-2", customer="C-2"))
    run = dunning_run(ledger, LEVELS, on=after(9))
    facts = dun_each(ledger, run, numbers=("DN-1", "DN-2"))
    assert [(fact.number, fact.on) for fact in facts] == [("DN-1", after(9)), ("DN-2", after(9))]
    with pytest.raises(Invalid) as refusal:
        dun_each(ledger, run, numbers=("DN-1",))
    assert refusal.value.code == "dunning.numbers_mismatch"


def test_a_fee_is_owed_and_not_dunned_itself() -> None:
    policy = DunningPolicy(
        code="FEES",
        steps=[
            {"days": 5, "tone": 1, "fees": [eur("10")], "pay_within": 7},
            {"days": 20, "tone": 2, "fees": [eur("15")], "pay_within": 7},
        ],
        tax_percent="13",
    )
    ledger = dunned(ledger_of(debt(contract="HT-1")), after(5), "DN-1", policy)
    fee = ledger.receivable("DN-1/fee")
    assert (fee.origin, fee.amount, fee.tax, fee.due_on, fee.source) == (
        "dunning_fee",
        eur("10.00"),
        eur("1.15"),
        after(12),
        "DN-1",
    )
    second = only(ledger, policy, after(20))
    assert [line.receivable.number for line in second.charges] == ["DN-1/fee"]
    assert (second.overdue, second.earlier, second.fee) == (eur("100"), eur("10"), eur("15"))
    notice = proposal_notice(second)
    assert [item.number for item in notice.items] == ["AR-1", "DN-1/fee"]
    assert notice.total == second.total == eur("125.00")


def test_a_fee_in_a_foreign_currency_bears_its_value_in_the_books() -> None:
    policy = DunningPolicy(code="FEES", steps=[{"days": 5, "tone": 1, "fees": [eur("10")]}])
    ledger = ledger_of(debt())
    proposal = only(ledger, policy, after(5))
    at_eight = dun(
        ledger,
        proposal,
        number="DN-1",
        booked=lambda money: in_books(money, rate="8.1234", currency="CNY"),
    )
    in_euro = dun(ledger, proposal, number="DN-1", booked=lambda money: money)
    assert ledger.record(*at_eight).receivable("DN-1/fee").booked == Money("81.23", "CNY")
    assert in_euro == dun(ledger, proposal, number="DN-1")


def test_a_policy_may_dun_its_fees_too() -> None:
    policy = DunningPolicy(
        code="FEES", steps=[{"days": 5, "tone": 1, "fees": [eur("10")]}], duns_charges=True
    )
    ledger = dunned(ledger_of(debt()), after(5), "DN-1", policy)
    again = only(ledger, policy, after(5 + 14 + 5))
    assert [(line.receivable.number, line.level) for line in again.lines] == [("DN-1/fee", 1)]
    recorded = ledger.record(*dun(ledger, again, number="DN-2"))
    assert recorded_notice(recorded, policy, number="DN-2") == proposal_notice(again, number="DN-2")


# --- the letter again -------------------------------------------------------------------------


def test_a_letter_is_printed_again_as_it_was_however_much_was_paid_since() -> None:
    policy = DunningPolicy(
        code="P",
        interest={"rates": [{"percent": "10"}]},
        steps=[
            {"days": 5, "tone": 1, "fees": [eur("10")], "interest": True},
            {"days": 30, "tone": 3, "fees": [eur("15")], "interest": True},
        ],
    )
    ledger = ledger_of(debt(), debt("AR-2", "50"), debt("AR-3", customer="C-2"))
    for number, days in (("DN-1", 9), ("DN-2", 33)):
        proposal = dunning_run(ledger, policy, on=after(days))[0]
        ledger = ledger.record(*dun(ledger, proposal, number=number))
    paid = ledger.record(cash("100", after(40))).apply("R-1", to="AR-1", number="A-1", on=after(40))
    notice = proposal_notice(proposal, number="DN-2")
    assert recorded_notice(paid, policy, number="DN-2") == notice
    assert [item.number for item in notice.items][2:] == [
        "DN-1/fee",
        "DN-1/interest-1",
        "DN-1/interest-2",
    ]


def test_a_letter_that_nobody_recorded_or_that_asks_for_nothing_is_not_printed() -> None:
    with pytest.raises(NotFound) as unknown:
        recorded_notice(ledger_of(debt()), LEVELS, number="DN-1")
    assert unknown.value.code == "reminder.unknown"
    ledger = dunned(ledger_of(debt()), after(9), "DN-1").record(cash("100", after(3)))
    backdated = ledger.apply("R-1", to="AR-1", number="A-1", on=after(4))
    with pytest.raises(Refused) as nothing:
        recorded_notice(backdated, LEVELS, number="DN-1")
    assert nothing.value.code == "dunning.nothing_overdue"


# --- resolved and not -----------------------------------------------------------------------------


def states(ledger: ReceivablesLedger, days: int) -> list[str]:
    return [each.state for each in reminder_status(ledger, as_of=after(days))]


def test_a_reminder_is_resolved_by_payment_and_not_when_it_bounces() -> None:
    ledger = dunned(ledger_of(debt()), after(9), "DN-1").record(cash("100", after(10)))
    paid = ledger.apply("R-1", to="AR-1", number="A-1", on=after(10))
    assert (states(ledger, 10), states(paid, 9), states(paid, 10)) == (
        ["unresolved"],
        ["unresolved"],
        ["resolved"],
    )
    bounced = paid.unapply("A-1", number="X-1", on=after(12), reason="bounced")
    assert (states(bounced, 11), states(bounced, 12)) == (["resolved"], ["unresolved"])
    assert dunning_status(bounced, LEVELS, "AR-1", on=after(20)).level == 2


def test_a_reminder_is_resolved_by_a_credit_note_and_not_when_that_is_taken_back() -> None:
    note = CreditNote(number="CN-1", customer="C-1", on=after(10), amount=eur("100"), reason="back")
    taken = Application(
        number="A-1",
        receipt="CN-1",
        means="credit_note",
        receivable="AR-1",
        amount=eur("100"),
        on=after(10),
    )
    undone = Reversal(number="X-1", reverses="A-1", on=after(11), reason="wrong invoice")
    ledger = dunned(ledger_of(debt()), after(9), "DN-1").record(note, taken)
    assert states(ledger, 10) == ["resolved"]
    assert states(ledger.record(undone), 11) == ["unresolved"]
    assert reminder_status(ledger, as_of=after(10), customer="C-2") == ()


def test_what_falls_due_today_has_no_level_today() -> None:
    policy = DunningPolicy(code="P", steps=[{"days": 0, "tone": 1}])
    ledger = ledger_of(debt())
    states = [dunning_status(ledger, policy, "AR-1", on=day).state for day in (DUE, after(1))]
    assert states == ["none", "draft"]


def test_reminders_that_should_not_have_been_sent_are_found() -> None:
    ledger = ledger_of(debt(), debt("AR-2"), cash("100", after(1)), block("DB-1", after(6)))
    ledger = ledger.apply("R-1", to="AR-2", number="A-1", on=after(2))
    wrong = Reminder(
        number="DN-9",
        customer="C-1",
        level=2,
        on=after(9),
        receivables=("AR-1", "AR-2"),
        pay_by=after(20),
    )
    findings = dunning_findings(ledger.record(wrong))
    assert [finding.code for finding in findings] == [
        "reminder.blocked",
        "reminder.nothing_open",
        "reminder.blocked",
    ]
