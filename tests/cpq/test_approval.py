"""Who must agree to a deal, who has, who is late, and what a new version asks again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.approval import (
    AllOf,
    AnyOf,
    ApprovalFacts,
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalNeed,
    ApprovalRule,
    Compare,
    Condition,
    Decision,
    Delegation,
    Measured,
    Not,
    approval_facts,
    decided,
    inherited,
    required,
    status,
    when,
)
from cpq.approval.condition import weighed
from cpq.customer import Customer, Party
from cpq.kernel.errors import Finding, Refused
from cpq.kernel.money import Money
from cpq.margin import Floor, FloorFinding, FloorLookup, GuardedLine, floors_of, judged
from cpq.pricing import item, price
from cpq.quote import (
    Quote,
    approval_needs,
    approval_status,
    approve,
    draft_quote,
    payment_terms,
    published,
    revise,
    send,
)
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, catalogue

NOON = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
MANAGER = ApprovalLevel(code="manager", roles=("sales-manager", "region-manager"))
DIRECTOR = ApprovalLevel(
    code="director", roles=("director",), deadline_hours=48, escalates_to="ceo", delegable=False
)


def facts(**fields: Any) -> ApprovalFacts:
    asked = {
        "quote": "Q-1",
        "pricing": "p",
        "currency": "CNY",
        "net": "75.00 CNY",
        "gross": "84.75 CNY",
        "customer": "C-1",
        **fields,
    }
    return ApprovalFacts.model_validate(asked)


def deep(
    *levels: ApprovalLevel, chain: str = "sequential", condition: Condition | None = None
) -> ApprovalMatrix:
    """One rule: more than 20 % off, unless another condition is given."""
    rule = {
        "code": "DEEP",
        "condition": condition or when("discount_percent", ">", 20),
        "levels": levels or (MANAGER,),
        "chain": chain,
    }
    return ApprovalMatrix(rules=(ApprovalRule.model_validate(rule),))


def needs_of(
    discount: object, matrix: ApprovalMatrix | None = None, **fields: Any
) -> tuple[ApprovalNeed, ...]:
    """What a discount needs; each discount is a pricing of its own."""
    found = facts(discount_percent=discount, pricing=f"at {discount}", **fields)
    return required(found, matrix or deep(MANAGER, DIRECTOR))


def yes(need: ApprovalNeed, *, hours: int = 0, role: str | None = None, **fields: Any) -> Decision:
    asked = {
        "need": need,
        "by": "wang",
        "role": role or need.level.roles[0],
        "at": NOON + timedelta(hours=hours),
        **fields,
    }
    return Decision.model_validate(asked)


# --- conditions ---------------------------------------------------------------------------------

DISCOUNT, MARGIN = when("discount_percent", ">", 20), when("margin_percent", "<", 15)


@pytest.mark.parametrize(
    ("condition", "fields", "holds"),
    [
        (DISCOUNT, {"discount_percent": 20}, False),
        (DISCOUNT, {"discount_percent": "20.000001"}, True),
        (DISCOUNT, {}, None),
        (Not(of=DISCOUNT), {}, None),
        (Not(of=DISCOUNT), {"discount_percent": 20}, True),
        (Not(of=Not(of=DISCOUNT)), {"discount_percent": 20}, False),
        (AllOf(of=(DISCOUNT, MARGIN)), {"discount_percent": 25}, None),
        (AllOf(of=(DISCOUNT, MARGIN)), {"discount_percent": 5}, False),
        (AnyOf(of=(DISCOUNT, MARGIN)), {"discount_percent": 25}, True),
        (AnyOf(of=(DISCOUNT, MARGIN)), {"discount_percent": 5}, None),
        (Not(of=AnyOf(of=(DISCOUNT, MARGIN))), {"discount_percent": 25}, False),
        (Not(of=AllOf(of=(DISCOUNT, MARGIN))), {"discount_percent": 5}, True),
        (when("net", ">=", "75 CNY"), {}, True),
        (when("gross", "<", Money("84.75", "CNY")), {}, False),
        (when("gross", "<", "1 USD"), {}, None),
        (when("payment_days", "==", 60), {"payment_days": 60}, True),
        (when("valid_days", "!=", 30), {"valid_days": 30}, False),
        (when("valid_days", "<=", 30), {"valid_days": 30}, True),
        (when("floor_violations", ">", 0), {}, False),
        (when("currency", "in", "CNY"), {}, True),
        (when("customer", "not in", ("C-2", "C-3")), {}, True),
        (when("customer_group", "in", ("key", "oem")), {"customer_groups": ("oem", "x")}, True),
        (when("customer_group", "in", ("key",)), {}, False),
        (when("region", "in", ("north",)), {}, None),
        (when("channel", "not in", ("web",)), {"channel": "web"}, False),
    ],
)
def test_a_condition_holds_fails_or_is_undefined(
    condition: Condition, fields: dict[str, object], holds: bool | None
) -> None:
    found = facts(**fields)
    assert weighed(condition, found.value).holds is holds
    assert bool(required(found, deep(condition=condition))) is (holds is not False)


@pytest.mark.parametrize(
    ("measure", "op", "value"),
    [
        ("discount_percent", ">", 1.5),
        ("discount_percent", ">", "many"),
        ("discount_percent", "in", 5),
        ("net", ">", 100),
        ("region", "==", "north"),
        ("region", "in", ()),
        ("mood", ">", 5),
        ("floor_percent", "<", 90),
    ],
)
def test_a_comparison_that_means_nothing_is_refused(measure: str, op: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Compare(measure=measure, op=op, value=value)  # type: ignore[arg-type]


def test_a_matrix_is_read_back_as_it_was_written() -> None:
    tree = AnyOf(
        of=(
            AllOf(of=(when("net", ">", "100000 CNY"), Not(of=when("region", "in", "north")))),
            when("margin_percent", "<", "12.5"),
        )
    )
    matrix = deep(MANAGER, DIRECTOR, condition=tree)
    assert ApprovalMatrix.model_validate_json(matrix.canonical()) == matrix
    (need, _) = required(facts(margin_percent=5, region="south", net="200000.00 CNY"), matrix)
    assert ApprovalNeed.model_validate_json(need.canonical()) == need


def test_a_need_names_what_was_measured_in_words() -> None:
    tree = AllOf(of=(DISCOUNT, MARGIN, when("customer_group", "not in", ("key",))))
    (need,) = required(facts(discount_percent="25.50"), deep(condition=tree))
    assert str(need.message) == (
        "DEEP needs manager (sales-manager, region-manager): discount 25.5 % > 20 %; "
        "margin unknown < 15 %; customer group none not in key"
    )
    assert need.message.zh == (
        "DEEP 需 manager（sales-manager, region-manager）审批：整单折扣率 25.5 % > 20 %；"
        "毛利率 未知 < 15 %；客户组 无 not in key"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"rules": [{"code": "A", "condition": DISCOUNT, "levels": ()}]},
        {"rules": [{"code": "A", "condition": DISCOUNT, "levels": (MANAGER, MANAGER)}]},
        {"rules": [{"code": "A", "condition": DISCOUNT, "levels": (MANAGER,)}] * 2},
        {"levels": (MANAGER, MANAGER)},
        {"levels": [{"code": "x", "roles": ("x",), "escalates_to": "y"}]},
        {"levels": [{"code": "x", "roles": ()}]},
    ],
)
def test_a_matrix_that_contradicts_itself_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApprovalMatrix.model_validate(fields)


# --- chains, deadlines, delegation --------------------------------------------------------------


def test_levels_in_sequence_are_asked_one_by_one() -> None:
    first, second = needs = needs_of(25)
    asked = status(needs, (), since=NOON, at=NOON)
    assert [ask.need for ask in asked.asked] == [first]
    assert asked.waiting == (second,)
    after = status(needs, (yes(first, hours=5),), since=NOON, at=NOON + timedelta(hours=6))
    assert [(ask.need, ask.since) for ask in after.asked] == [(second, NOON + timedelta(hours=5))]
    both = (yes(first, hours=5), yes(second, hours=9))
    done = status(needs, both, since=NOON)
    assert (done.state, done.approved, done.open) == ("approved", needs, ())
    earlier = status(needs, both, since=NOON, at=NOON + timedelta(hours=8))
    assert earlier.state == "pending"


def test_levels_in_parallel_are_asked_at_once() -> None:
    needs = needs_of(25, deep(MANAGER, DIRECTOR, chain="parallel"))
    stand = status(needs, (yes(needs[1], hours=1),), since=NOON, at=NOON + timedelta(hours=2))
    assert [ask.need for ask in stand.asked] == [needs[0]]
    assert (stand.approved, stand.waiting) == ((needs[1],), ())


def test_one_no_rejects_the_whole() -> None:
    needs = needs_of(25, deep(MANAGER, DIRECTOR, chain="parallel"))
    stand = status(needs, (yes(needs[1], verdict="reject"),), since=NOON)
    assert (stand.state, stand.message.zh) == ("rejected", "已驳回")
    assert (stand.asked, stand.rejected) == ((), (needs[1],))
    assert set(stand.open) == set(needs)


def test_after_its_deadline_a_level_escalates() -> None:
    needs = needs_of(25, deep(DIRECTOR))
    (in_time,) = status(needs, (), since=NOON, at=NOON + timedelta(hours=48)).asked
    assert (in_time.overdue, in_time.roles) == (False, ("director",))
    late = NOON + timedelta(hours=48, seconds=1)
    stand = status(needs, (), since=NOON, at=late)
    (ask,) = stand.overdue
    assert (ask.escalated_to, ask.roles) == ("ceo", ("director", "ceo"))
    assert ask.deadline == NOON + timedelta(hours=48)
    early, then = yes(needs[0], role="ceo"), yes(needs[0], role="ceo", at=late)
    with pytest.raises(Refused) as refusal:
        decided((), early, needs=needs, since=NOON)
    assert refusal.value.code == "approval.wrong_role"
    assert decided((), then, needs=needs, since=NOON) == (then,)


def test_a_level_without_deadline_is_never_late() -> None:
    (ask,) = status(needs_of(25, deep()), (), since=NOON, at=NOON + timedelta(days=900)).asked
    assert (ask.deadline, ask.overdue) == (None, False)


def test_a_delegate_decides_within_the_delegation() -> None:
    trip = Delegation(
        principal="chen",
        delegate="wang",
        period={"start": "2026-11-21", "end": "2026-11-22"},  # type: ignore[arg-type]
        zone="Asia/Shanghai",
    )
    (need,) = needs = needs_of(25, deep())
    decision = yes(need, on_behalf_of=trip)
    assert decided((), decision, needs=needs, since=NOON) == (decision,)
    for fields in ({"by": "li"}, {"at": NOON + timedelta(hours=36)}):
        with pytest.raises(ValidationError, match="delegate"):
            yes(need, on_behalf_of=trip, **fields)
    (strict,) = needs_of(25, deep(DIRECTOR))
    with pytest.raises(Refused) as refusal:
        decided((), yes(strict, on_behalf_of=trip), needs=(strict,), since=NOON)
    assert refusal.value.code == "approval.not_delegable"


def test_nobody_delegates_to_themselves() -> None:
    with pytest.raises(ValidationError):
        Delegation(principal="chen", delegate="chen", period={})  # type: ignore[arg-type]


REFUSALS: dict[str, Callable[[tuple[ApprovalNeed, ...]], tuple[tuple[Decision, ...], Decision]]] = {
    "approval.not_needed": lambda needs: (
        (),
        yes(needs[0].with_(level=DIRECTOR.with_(code="board"))),
    ),
    "approval.stale": lambda needs: ((), yes(needs_of(30)[0])),
    "approval.not_asked": lambda needs: ((), yes(needs[1])),
    "approval.wrong_role": lambda needs: ((), yes(needs[0], role="intern")),
    "approval.already_decided": lambda needs: ((yes(needs[0]),), yes(needs[0])),
    "approval.too_early": lambda needs: ((yes(needs[0], hours=2),), yes(needs[1], hours=1)),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_decision_out_of_turn_is_refused(code: str) -> None:
    needs = needs_of(25)
    made, decision = REFUSALS[code](needs)
    with pytest.raises(Refused) as refusal:
        decided(made, decision, needs=needs, since=NOON)
    assert refusal.value.code == code


def test_after_a_no_nobody_decides_any_more() -> None:
    needs = needs_of(25, deep(MANAGER, DIRECTOR, chain="parallel"))
    with pytest.raises(Refused) as refusal:
        decided((yes(needs[0], verdict="reject"),), yes(needs[1]), needs=needs, since=NOON)
    assert refusal.value.code == "approval.already_decided"


def test_a_decision_in_a_role_that_is_not_asked_counts_for_nothing() -> None:
    (need,) = needs = needs_of(25, deep())
    assert status(needs, (yes(need, role="intern"),), since=NOON).state == "pending"


# --- a new version ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "threshold", "approved", "now", "kept"),
    [
        (">", 20, 25, 25, True),
        (">", 20, 25, 24, True),
        (">", 20, 25, "25.000001", False),
        (">=", 20, 25, 26, False),
        ("<", 50, 25, 26, True),
        ("<=", 50, 25, 24, False),
        ("==", 25, 25, 25, True),
        ("!=", 50, 25, 24, False),
        ("!=", 50, 25, 26, False),
        (">", 20, None, 25, False),
        (">", 20, 25, None, False),
        (">", 20, None, None, False),
    ],
)
def test_an_approval_covers_what_is_no_worse(
    op: str, threshold: int, approved: object, now: object, kept: bool
) -> None:
    matrix = deep(condition=Compare(measure="discount_percent", op=op, value=threshold))  # type: ignore[arg-type]
    old, new = (
        required(facts(discount_percent=value, pricing=name), matrix)
        for value, name in ((approved, "v1"), (now, "v2"))
    )
    assert inherited(new, old) == (new if kept else ())
    stand = status(new, tuple(yes(need) for need in old), since=NOON)
    assert (stand.state == "approved") is kept


def test_the_same_facts_stay_approved_even_undefined() -> None:
    old = required(facts(), deep())
    assert inherited(required(facts(), deep()), old) == old


def test_only_what_got_worse_is_asked_again() -> None:
    rules = (
        ApprovalRule(code="DEEP", condition=DISCOUNT, levels=(MANAGER,)),
        ApprovalRule(code="THIN", condition=MARGIN, levels=(DIRECTOR,)),
    )
    matrix = ApprovalMatrix(rules=rules)
    old = required(facts(discount_percent=25, margin_percent=12), matrix)
    new = required(facts(discount_percent=24, margin_percent=11, pricing="v2"), matrix)
    stand = status(new, tuple(yes(need) for need in old), since=NOON)
    assert stand.approved == new[:1]
    assert [ask.need.rule for ask in stand.asked] == ["THIN"]


def test_a_reason_that_was_not_approved_is_asked_for() -> None:
    matrix = deep(condition=AnyOf(of=(DISCOUNT, MARGIN)))
    old = required(facts(discount_percent=25, margin_percent=20), matrix)
    new = required(facts(discount_percent=25, margin_percent=10, pricing="v2"), matrix)
    assert inherited(new, old) == ()
    assert inherited(old, new) == old


def test_another_level_or_rule_inherits_nothing() -> None:
    old = needs_of(25, deep())
    assert inherited(needs_of(24, deep(DIRECTOR)), old) == ()


def test_money_is_compared_in_one_currency_only() -> None:
    def row(amount: str) -> Measured:
        return Measured(measure="net", op=">", threshold="1 CNY", value=amount)

    assert row("9 CNY").no_worse(row("10 CNY"))
    assert not row("11 CNY").no_worse(row("10 CNY"))
    assert not row("9 USD").no_worse(row("10 CNY"))


def test_texts_are_no_worse_only_when_they_are_the_same() -> None:
    def row(*groups: str) -> Measured:
        return Measured(measure="customer_group", op="not in", threshold="key", value=groups)

    assert row("oem").no_worse(row("oem"))
    assert not row().no_worse(row("oem"))


def test_a_no_is_bound_to_its_facts() -> None:
    old, new = needs_of(25, deep()), needs_of(24, deep())
    refused = (yes(old[0], verdict="reject"),)
    assert status(old, refused, since=NOON).state == "rejected"
    assert status(new, refused, since=NOON).state == "pending"


# --- floors -------------------------------------------------------------------------------------


def _below(*nets: int, policy: str = "approve", approval: str | None = None) -> tuple[FloorFinding]:
    """Lines of one piece below a floor of 100."""
    floor = Floor.model_validate(
        {"code": "LOW", "price": "100.00 CNY", "policy": policy, "approval": approval}
    )
    lines = [
        floors_of(
            GuardedLine(str(place), "M8", Decimal(1), "pc", Decimal(net), Decimal(net)),
            FloorLookup([floor]),
            at=NOON,
            currency="CNY",
        )
        for place, net in enumerate(nets, start=1)
    ]
    return judged(lines, [Decimal(net) for net in nets], currency="CNY")  # type: ignore[return-value]


def test_a_floor_asks_for_the_level_it_names() -> None:
    found = facts(floors=_below(90, approval="director"))
    (need,) = required(found, ApprovalMatrix(levels=(DIRECTOR,)))
    assert (need.asking, need.rule, need.level) == ("floor", "LOW", DIRECTOR)
    assert "part of the floor 90 % < 100 %" in need.message.en
    assert "底价达成率 90 % < 100 %" in need.message.zh
    (need,) = required(found, ApprovalMatrix())
    assert need.level.roles == ("director",)


def test_a_floor_without_a_level_is_left_to_the_rules() -> None:
    found = facts(floors=_below(90))
    (need,) = required(found, ApprovalMatrix())
    assert need.level.code == "approver"
    (need,) = required(found, deep(condition=when("floor_violations", ">", 0)))
    assert (need.asking, need.rule) == ("rule", "DEEP")


@pytest.mark.parametrize(
    ("approved", "now", "kept"),
    [
        ((90,), (95,), True),
        ((90,), (89,), False),
        ((90,), (95, 95), False),
        ((90, 80), (80,), True),
    ],
)
@pytest.mark.parametrize(
    "matrix", [ApprovalMatrix(), deep(condition=when("floor_violations", ">", 0))]
)
def test_deeper_below_a_floor_is_asked_again(
    approved: tuple[int, ...], now: tuple[int, ...], kept: bool, matrix: ApprovalMatrix
) -> None:
    old = required(facts(floors=_below(*approved), pricing="v1"), matrix)
    new = required(facts(floors=_below(*now), pricing="v2"), matrix)
    assert inherited(new, old) == (new if kept else ())


def test_another_finding_to_approve_needs_somebody() -> None:
    other = Finding(code="promotion.over_cap", message={"en": "x"}, severity="approval")
    (need,) = required(facts(findings=(other, other)), ApprovalMatrix())
    assert (need.asking, need.rule, need.level.code) == (
        "finding",
        "promotion.over_cap",
        "approver",
    )
    assert need.measured[0].value == 2


# --- a quote ------------------------------------------------------------------------------------

BUYER = Customer(code="C-1", party=Party(name="Hengtai"), groups=("key",), region="north")
MATRIX = deep(condition=DISCOUNT)


def _pricing(*lines: dict[str, object], **fields: object) -> Pricing:
    """Bolts at a list price of 10 each, with figures of the lines changed."""
    trade = catalogue().with_(customers=(BUYER,))
    whole = price([item("BOLT")] * max(1, len(lines)), catalogue=trade, on=DAY, customer="C-1")
    changed = tuple(
        line.with_(**change) for line, change in zip(whole.lines, lines or ({},), strict=True)
    )
    return whole.with_(lines=changed, **fields)


def _off(percent: int) -> dict[str, object]:
    """A line of 10 with so much off."""
    off = Decimal(percent) / 10
    return {"discount": off, "net": 10 - off, "tax": 0, "gross": 10 - off, "cost": Decimal(6)}


def _draft(pricing: Pricing) -> Quote:
    return draft_quote(
        pricing,
        number="Q-1",
        customer=BUYER,
        seller=Party(name="Us"),
        issued_on=DAY,
        valid_until=DAY + timedelta(days=30),
        payment=payment_terms(("30%", "signing", 7), ("70%", "delivery", 60)),
    )


def test_a_quote_is_measured_in_full() -> None:
    lines: tuple[dict[str, object], ...] = (
        _off(50),
        _off(20),
        {**_off(90), "optional": True},
        {**_off(90), "included": True},
        {"quantity": -1, "list_amount": -10, "amount": -10, "net": -10, "cost": -6},
    )
    quote = _draft(_pricing(*lines))
    measured = approval_facts(quote)
    assert measured.pricing == quote.pricing.content_hash()
    assert measured.value("discount_percent") == 70
    assert measured.value("max_line_discount_percent") == 50
    assert measured.value("margin_percent") == -100
    assert measured.value("min_line_margin_percent") == -20
    assert measured.value("payment_days") == 60
    assert measured.value("valid_days") == 30
    assert measured.value("customer_group") == ("key",)
    assert measured.value("region") == ("north",)
    assert measured.value("channel") is None
    assert ApprovalFacts.model_validate_json(measured.canonical()) == measured


@pytest.mark.parametrize(
    ("line", "measure", "value"),
    [
        ({**_off(0), "cost": None}, "margin_percent", None),
        ({**_off(0), "cost": None}, "min_line_margin_percent", None),
        ({**_off(100), "cost": 6}, "min_line_margin_percent", None),
        ({**_off(100), "cost": 0}, "min_line_margin_percent", None),
        ({"list_amount": 0}, "discount_percent", None),
        ({"list_amount": 0}, "max_line_discount_percent", None),
        ({"list_amount": 30, "net": 30, "cost": 20}, "discount_percent", "66.666667"),
        ({"list_amount": 30, "net": 30, "cost": 20}, "margin_percent", "33.333333"),
        ({"amount": 12}, "discount_percent", -20),
    ],
)
def test_a_measure_is_rounded_to_the_side_that_asks(
    line: dict[str, object], measure: Any, value: object
) -> None:
    found = approval_facts(_draft(_pricing(line))).value(measure)
    assert found == (None if value is None else Decimal(str(value)))


def test_a_line_that_brings_and_costs_nothing_has_no_margin() -> None:
    found = approval_facts(_draft(_pricing(_off(0), {**_off(100), "cost": 0})))
    assert found.value("min_line_margin_percent") == 40


def test_a_quote_that_needs_an_approval_is_not_sent() -> None:
    quote = _draft(_pricing(_off(25)))
    with pytest.raises(Refused) as refusal:
        send(quote, matrix=MATRIX)
    assert refusal.value.code == "quote.needs_approval"
    assert "discount 25 % > 20 %" in refusal.value.message
    (finding,) = refusal.value.findings
    assert (finding.code, finding.place) == ("approval.open", "approvals/DEEP/manager")
    (need,) = approval_needs(quote, MATRIX)
    approved = approve(quote, yes(need), matrix=MATRIX)
    assert send(approved, matrix=MATRIX).state == "sent"
    assert approval_status(approved, matrix=MATRIX, at=NOON).state == "approved"


def test_a_rejected_quote_is_not_sent() -> None:
    quote = _draft(_pricing(_off(25)))
    (need,) = approval_needs(quote, MATRIX)
    rejected = approve(quote, yes(need, verdict="reject", comment="too deep"), matrix=MATRIX)
    with pytest.raises(Refused) as refusal:
        send(rejected, matrix=MATRIX)
    assert [finding.code for finding in refusal.value.findings] == ["approval.rejected"]


def test_a_quote_with_errors_is_not_sent_under_any_matrix() -> None:
    found = (*_below(90, policy="block"), *_below(95, policy="warn"))
    with pytest.raises(Refused) as refusal:
        send(_draft(_pricing({}, findings=found)))
    assert (refusal.value.code, refusal.value.findings) == ("quote.blocked", found)


def test_a_floor_needs_an_approval_without_any_matrix() -> None:
    quote = _draft(_pricing({}, findings=_below(90)))
    with pytest.raises(Refused) as refusal:
        send(quote)
    assert refusal.value.code == "quote.needs_approval"
    (need,) = approval_needs(quote)
    assert send(approve(quote, yes(need))).state == "sent"


def test_notes_stand_in_no_way() -> None:
    assert send(_draft(_pricing({}, findings=_below(90, policy="warn")))).state == "sent"


def test_a_new_version_keeps_what_was_approved() -> None:
    quote = _draft(_pricing(_off(25)))
    (need,) = approval_needs(quote, MATRIX)
    sent = send(approve(quote, yes(need), matrix=MATRIX), matrix=MATRIX)
    days = {"issued_on": DAY, "valid_until": DAY + timedelta(days=40)}
    better = revise(sent, _pricing(_off(23)), **days)
    assert send(better, matrix=MATRIX).state == "sent"
    worse = revise(better, _pricing(_off(26)), **days)
    assert approval_status(worse, matrix=MATRIX).state == "pending"
    assert worse.approvals == sent.approvals
    with pytest.raises(Refused):
        send(worse, matrix=MATRIX)


def test_only_a_draft_is_decided_on() -> None:
    quote = _draft(_pricing(_off(25)))
    (need,) = approval_needs(quote, MATRIX)
    with pytest.raises(Refused) as refusal:
        approve(send(quote), yes(need), matrix=MATRIX)
    assert refusal.value.code == "quote.wrong_state"


def test_the_customer_sees_no_approvals() -> None:
    quote = _draft(_pricing(_off(25), findings=_below(90)))
    for need in approval_needs(quote, MATRIX):
        quote = approve(quote, yes(need), matrix=MATRIX)
    shown = published(quote)
    assert (shown.approvals, shown.pricing.findings) == ((), ())
    assert Quote.model_validate_json(quote.canonical()) == quote


def test_a_quote_without_approvals_is_written_as_before() -> None:
    assert "approvals" not in _draft(_pricing()).canonical()


def test_the_quote_reckons_deadlines_from_the_day_of_issue() -> None:
    matrix = deep(DIRECTOR)
    quote = _draft(_pricing(_off(25)))
    late = datetime.fromisoformat("2026-11-23T08:00:01+08:00")
    assert approval_status(quote, matrix=matrix, at=late).overdue
    asked = datetime.fromisoformat("2026-11-22T08:00:00+08:00")
    assert not approval_status(quote, matrix=matrix, at=late, since=asked).overdue
