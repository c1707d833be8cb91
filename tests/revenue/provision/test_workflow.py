"""The write-off workflow: four eyes, limits, evidence, and a state that nobody sets."""

from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, DomainError, NotFound, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger
from revenue.provision import (
    CN_TAX_LOSS,
    ApproverRole,
    EvidenceRule,
    ProposedWriteOff,
    WriteOffAuthority,
    WriteOffPolicy,
    WriteOffRule,
    check_proposal,
    decide_write_off,
    post_write_off,
    propose_write_off,
    propose_write_offs,
    proposed_write_off,
    proposed_write_offs,
    tax_relief,
)
from revenue.writeoff import WriteOffDecision
from tests.revenue.provision.books import cny, day, debt, lost, paid, recovered

AUTHORITY = WriteOffAuthority(
    roles=(
        ApproverRole(role="sales head", people=("Li", "Zhao"), limits=(cny("5000"),)),
        ApproverRole(role="CFO", people=("Wang",), unlimited=True),
    ),
    evidence=(
        EvidenceRule(reason="insolvent", all_of=("contract",), any_of=("court order", "notice")),
        EvidenceRule(all_of=("memo",)),
    ),
)
SHOWN = ("contract: HT-1", "Court Order：(2026) 沪01破12")


def books(amount: str = "5000") -> ReceivablesLedger:
    return ReceivablesLedger().record(debt("A", amount, due=1))


def asked(ledger: ReceivablesLedger, **changes: Any) -> ReceivablesLedger:
    words: dict[str, Any] = {
        "number": "WP-1",
        "on": day(10),
        "reason": "insolvent",
        "by": "Chen",
        "evidence": SHOWN,
        "authority": AUTHORITY,
    }
    return ledger.record(propose_write_off(ledger, "A", **{**words, **changes}))


def decided(ledger: ReceivablesLedger, **changes: Any) -> ReceivablesLedger:
    words: dict[str, Any] = {
        "approved": True,
        "number": "WD-1",
        "on": day(11),
        "by": "Li",
        "authority": AUTHORITY,
    }
    return ledger.record(decide_write_off(ledger, "WP-1", **{**words, **changes}))


def posted(ledger: ReceivablesLedger, **changes: Any) -> ReceivablesLedger:
    words: dict[str, Any] = {"number": "W-1", "on": day(12)}
    return ledger.record(post_write_off(ledger, "WP-1", **{**words, **changes}))


def state(ledger: ReceivablesLedger, **when: Any) -> ProposedWriteOff:
    return proposed_write_off(ledger, "wp-1", **when)


def refused(code: str) -> Any:
    return pytest.raises(DomainError, match=rf"\[{code}\]$".replace(".", r"\."))


def test_a_write_off_goes_from_proposal_to_recovery() -> None:
    ledger = asked(books())
    seen = [state(ledger).state]
    for step in (decided, posted):
        ledger = step(ledger)
        seen.append(state(ledger).state)
    for amount in ("2000", "3000"):
        ledger = recovered(ledger, "W-1", amount, on=20)
        seen.append(state(ledger).state)
    assert seen == ["proposed", "approved", "posted", "part_recovered", "recovered"]
    done = state(ledger)
    assert done.write_off is not None
    assert (done.write_off.approved_by, done.write_off.proposal) == ("Li", "WP-1")
    assert done.recovered == cny("5000")


def test_the_state_of_a_past_day_is_what_it_was() -> None:
    ledger = recovered(posted(decided(asked(books()))), "W-1", "1", on=20)
    past = [state(ledger, as_of=day(each)).state for each in (10, 11, 12, 19, 20)]
    assert past == ["proposed", "approved", "posted", "posted", "part_recovered"]
    assert proposed_write_offs(ledger, as_of=day(9)) == ()


def test_a_rejected_proposal_is_not_posted_and_may_be_made_anew() -> None:
    ledger = decided(asked(books()), approved=False, note="ask again in May")
    assert state(ledger).state == "rejected"
    with refused("write_off_proposal.not_approved"):
        posted(ledger)
    again = asked(ledger, number="WP-2")
    assert proposed_write_off(again, "WP-2").state == "proposed"


def test_a_reversed_write_off_is_reversed_and_not_posted_again() -> None:
    ledger = posted(decided(asked(books())))
    ledger = ledger.unapply("W-1", number="X", on=day(13), reason="paid")
    assert state(ledger).state == "reversed"
    assert state(ledger).recovered == cny("0")
    with refused("write_off_proposal.already_posted"):
        posted(ledger, number="W-2")
    assert ledger.open_amount("A") == cny("5000")


def test_nobody_decides_on_what_they_proposed() -> None:
    for approved in (True, False):
        with refused("write_off_decision.own_proposal"):
            decided(asked(books(), by="Li"), by="li", approved=approved)
    decided(asked(books(), by="Li"), by="Zhao")


def test_the_ledger_itself_refuses_a_decision_of_the_proposer() -> None:
    ledger = asked(books(), by="Li")
    decision = WriteOffDecision(number="WD", proposal="WP-1", approved=True, on=day(11), by="Li")
    with refused("write_off_decision.own_proposal"):
        ledger.record(decision)


def test_a_limit_is_inclusive_and_a_cent_more_needs_another_role() -> None:
    assert state(decided(asked(books("5000")))).state == "approved"
    ledger = asked(books("5000.01"))
    with pytest.raises(Refused, match="who may: CFO") as refusal:
        decided(ledger)
    assert refusal.value.code == "write_off_decision.above_limit"
    assert state(decided(ledger, by="Wang")).state == "approved"


def test_whoever_has_a_role_may_reject_any_amount_and_others_nothing() -> None:
    ledger = asked(books("9000"))
    assert state(decided(ledger, approved=False)).state == "rejected"
    for approved in (True, False):
        with refused("write_off_decision.no_role"):
            decided(ledger, by="Sun", approved=approved)


def test_a_proposal_is_decided_once() -> None:
    ledger = decided(asked(books()))
    with pytest.raises(Conflict) as refusal:
        decided(ledger, number="WD-2", by="Wang")
    assert refusal.value.code == "write_off_decision.decided"


def test_each_step_is_dated_after_the_one_before_or_on_its_day() -> None:
    ledger = asked(books())
    with refused("write_off_decision.too_early"):
        decided(ledger, on=day(9))
    ledger = decided(ledger, on=day(10))
    with refused("write_off_proposal.too_early"):
        posted(ledger, on=day(9))
    assert state(posted(ledger, on=day(10))).state == "posted"


def test_an_approved_write_off_is_posted_once() -> None:
    ledger = posted(decided(asked(books())))
    with refused("write_off_proposal.already_posted"):
        posted(ledger, number="W-2")


def test_posting_names_the_tax_that_a_law_gives_back() -> None:
    ledger = ReceivablesLedger().record(debt("A", "113", due=1, tax=cny("13")))
    ledger = posted(decided(asked(ledger)), relief=tax_relief("DE-USTG-17"))
    done = state(ledger).write_off
    assert done is not None
    assert done.tax_relief == cny("13")


def test_what_was_paid_since_cannot_be_written_off() -> None:
    ledger = paid(decided(asked(books())), "A", "1", on=11)
    with refused("write_off.exceeds_open"):
        posted(ledger)


def test_a_proposal_gives_up_what_is_open_at_most() -> None:
    assert state(asked(books())).proposal.amount == cny("5000")
    assert state(asked(books(), amount=cny("5000"))).proposal.amount == cny("5000")
    with refused("write_off_proposal.exceeds_open"):
        asked(books(), amount=cny("5000.01"))
    with refused("write_off_proposal.nothing_open"):
        asked(paid(books(), "A", "5000", on=2))


def test_a_receivable_has_one_proposal_that_waits() -> None:
    ledger = asked(books(), amount=cny("100"))
    with refused("write_off_proposal.pending"):
        asked(ledger, number="WP-2", amount=cny("100"))
    ledger = posted(decided(ledger))
    assert proposed_write_off(asked(ledger, number="WP-2"), "WP-2").proposal.amount == cny("4900")


def test_a_reason_wants_its_evidence_and_each_missing_kind_is_named() -> None:
    with pytest.raises(Refused) as refusal:
        asked(books(), evidence=("letter: 3 May",))
    assert refusal.value.code == "write_off_proposal.incomplete"
    assert [each.place for each in refusal.value.findings] == [
        *("WP-1/contract", "WP-1/court order / notice"),
    ]
    with pytest.raises(Refused) as refusal:
        asked(books(), reason="small")
    assert [each.place for each in refusal.value.findings] == ["WP-1/memo"]
    assert asked(books(), reason="small", evidence=("memo: 7",)).facts


def test_what_nobody_else_may_approve_is_not_proposed() -> None:
    alone = AUTHORITY.with_(roles=AUTHORITY.roles[1:])
    with pytest.raises(Refused) as refusal:
        asked(books(), by="Wang", authority=alone)
    assert [each.code for each in refusal.value.findings] == ["write_off_proposal.no_approver"]
    proposal = state(asked(books("9000"))).proposal
    assert check_proposal(proposal, AUTHORITY) == ()
    assert check_proposal(proposal, AUTHORITY.with_(roles=AUTHORITY.roles[:1])) != ()


def test_a_limit_holds_in_its_own_currency_only() -> None:
    role = AUTHORITY.roles[0]
    assert role.may(cny("5000"))
    assert not role.may(Money("1", "USD"))


def test_an_authority_names_each_role_and_reason_once() -> None:
    for changes in ({"roles": AUTHORITY.roles * 2}, {"evidence": AUTHORITY.evidence * 2}):
        with pytest.raises(ValidationError, match=r"write_off_authority\.role_twice"):
            AUTHORITY.with_(**changes)


def test_an_unknown_proposal_is_named() -> None:
    with pytest.raises(NotFound) as refusal:
        proposed_write_off(books(), "WP-9")
    assert refusal.value.code == "write_off_proposal.unknown"


# --- candidates -----------------------------------------------------------------------------------

POLICY = WriteOffPolicy(
    rules=(
        WriteOffRule(reason="insolvent", marked=("insolvent",)),
        WriteOffRule(reason="small", months_overdue=1, amount_max=(cny("100"),)),
        WriteOffRule(reason="old", months_overdue=36, source="policy 7"),
    )
)


def test_the_first_rule_that_holds_gives_the_reason() -> None:
    ledger = ReceivablesLedger().record(
        debt("A", "900", due=1), debt("B", "100", due=1), debt("C", "100.01", due=1, customer="C-7")
    )
    found = propose_write_offs(ledger, POLICY, as_of=day(40), marks={"c-7": ["Insolvent"]})
    assert [(each.receivable, each.reason) for each in found] == [
        ("B", "small"),
        ("C", "insolvent"),
    ]
    assert "39 days overdue" in found[0].why.en
    assert "insolvent" in found[1].why.zh


def test_more_than_three_years_begin_a_day_after_the_third() -> None:
    ledger = ReceivablesLedger().record(debt("A", "900", due=1))
    for on, count in (("2029-01-01", 0), ("2029-01-02", 1)):
        when = type(day(1)).fromisoformat(on)
        assert len(propose_write_offs(ledger, POLICY, as_of=when)) == count
        assert len(propose_write_offs(ledger, CN_TAX_LOSS, as_of=when)) == 1


def test_what_waits_is_left_out_and_what_was_rejected_says_so() -> None:
    ledger = asked(books("100"), evidence=SHOWN)
    assert propose_write_offs(ledger, POLICY, as_of=day(40)) == ()
    ledger = decided(ledger, approved=False)
    (candidate,) = propose_write_offs(ledger, POLICY, as_of=day(40))
    assert candidate.rejected == "WP-1"


def test_what_is_written_off_or_paid_is_no_candidate() -> None:
    ledger = lost(books("100"), "A", "100", on=2)
    assert propose_write_offs(ledger, POLICY, as_of=day(40)) == ()


def test_a_rule_without_a_condition_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"write_off_rule\.no_condition"):
        WriteOffRule(reason="whatever")
