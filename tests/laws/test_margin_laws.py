"""Laws of floors, margins, approvals: a clipped price keeps its floor, what is worse is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cpq.approval import (
    AllOf,
    AnyOf,
    ApprovalFacts,
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalRule,
    Condition,
    Decision,
    Not,
    inherited,
    required,
    status,
    when,
)
from cpq.approval.condition import weighed
from cpq.kernel.money import Money, rounded, rounded_fraction, split_within
from cpq.margin import (
    Floor,
    FloorLookup,
    GuardedLine,
    LineFloors,
    Sold,
    floors_of,
    judged,
    margin_of_lines,
)
from tests.laws.strategies import amounts, tried

AT = datetime(2026, 11, 21, tzinfo=UTC)
CENT = Decimal("0.01")
prices = amounts("0.01", "500")
sources = st.one_of(
    st.fixed_dictionaries({"price": amounts("0", "400").map(lambda number: Money(number, "CNY"))}),
    st.fixed_dictionaries({"margin": amounts("-50", "60", 1)}),
    st.fixed_dictionaries({"percent_of_list": amounts("1", "120", 1)}),
    st.fixed_dictionaries({"cost_plus": prices.map(lambda number: Money(number, "CNY"))}),
)


@st.composite
def floors(draw: st.DrawFn, *, policies: Sequence[str] = ("clip",)) -> tuple[Floor, ...]:
    """Up to three floors, per unit or per line."""
    every = draw(st.lists(sources, max_size=3))
    return tuple(
        Floor.model_validate(
            {
                "code": f"F{place}",
                "policy": draw(st.sampled_from(policies)),
                "level": draw(st.sampled_from(["unit", "line"])),
                **source,
            }
        )
        for place, source in enumerate(every)
    )


@st.composite
def guarded_lines(draw: st.DrawFn, *, policies: Sequence[str] = ("clip",)) -> list[LineFloors]:
    """One to five lines with known costs under the same floors; some have tiers."""
    held = FloorLookup(draw(floors(policies=policies)))
    lines = []
    for place in range(draw(st.integers(1, 5))):
        listed, quantity = draw(prices), Decimal(draw(st.integers(1, 30)))
        lowest = draw(st.none() | st.sampled_from([Fraction(1), Fraction(2, 3), Fraction(1, 9)]))
        line = GuardedLine(
            number=str(place + 1),
            product="M8",
            quantity=quantity,
            unit="pc",
            list_price=listed,
            amount=listed * quantity,
            unit_cost=draw(prices),
            lowest=None if lowest is None else Fraction(listed) * lowest,
        )
        lines.append(floors_of(line, held, at=AT, currency="CNY"))
    return lines


@tried(3)
@given(guarded_lines(), amounts("0", "5000"))
def test_a_clipped_discount_never_breaks_a_floor(
    every: list[LineFloors], discount: Decimal
) -> None:
    rooms = [each.room(each.line.amount) for each in every]
    parts, left = split_within(
        int(discount / CENT),
        [each.line.amount for each in every],
        [int(room / CENT) for room in rooms],
    )
    nets = [each.line.amount - part * CENT for each, part in zip(every, parts, strict=True)]
    assert sum(parts) * CENT + left * CENT == discount
    assert not left or [part * CENT for part in parts] == rooms
    broken = {finding.place for finding in judged(every, nets, currency="CNY")}
    below_before = {
        finding.place
        for finding in judged(every, [each.line.amount for each in every], currency="CNY")
    }
    assert broken == below_before  # only what no promotion has lowered


@given(guarded_lines(policies=("block", "approve", "clip", "warn")), st.data())
def test_more_net_never_breaks_more_floors(every: list[LineFloors], data: st.DataObject) -> None:
    shares = [data.draw(st.integers(0, 100)) for _ in every]
    low = [
        rounded(each.line.amount * share / 100, 2)
        for each, share in zip(every, shares, strict=True)
    ]
    high = [net + data.draw(amounts("0", "50")) for net in low]

    def severities(nets: list[Decimal]) -> set[tuple[str, str]]:
        found = judged(every, nets, currency="CNY")
        return {(finding.place, finding.severity) for finding in found}

    assert severities(high) <= severities(low)


@given(guarded_lines(policies=("block", "approve", "clip", "warn")), st.data())
def test_the_order_of_lines_changes_no_finding(
    every: list[LineFloors], data: st.DataObject
) -> None:
    nets = [rounded(each.line.amount / 2, 2) for each in every]
    pairs = list(zip(every, nets, strict=True))
    mixed = data.draw(st.permutations(pairs))
    found = judged(every, nets, currency="CNY")
    again = judged([each for each, _ in mixed], [net for _, net in mixed], currency="CNY")
    assert sorted(map(str, found)) == sorted(map(str, again))


@given(guarded_lines(policies=("block", "approve", "clip", "warn")))
def test_a_finding_says_less_than_it_needed(every: list[LineFloors]) -> None:
    nets = [rounded(each.line.amount / 3, 2) for each in every]
    for finding in judged(every, nets, currency="CNY"):
        assert finding.needed is not None
        assert finding.actual < finding.needed


sold = st.builds(
    Sold,
    number=st.just("1"),
    net=amounts("-500", "500"),
    cost=st.none() | amounts("0", "500"),
    quantity=st.integers(0, 2).map(Decimal),
    optional=st.booleans(),
    included=st.booleans(),
)


@given(st.lists(sold, max_size=6))
def test_a_margin_is_defined_or_says_why_not(lines: list[Sold]) -> None:
    numbered = [line._replace(number=str(place)) for place, line in enumerate(lines, start=1)]
    margin = margin_of_lines(numbered, currency="CNY")
    if margin.percent is None:
        assert margin.unknown or margin.net.amount <= 0
        assert str(margin) == "n/a"
    else:
        assert margin.cost is not None
        exact = Fraction(margin.net.amount - margin.cost.amount) / Fraction(margin.net.amount)
        assert margin.percent == rounded_fraction(exact * 100, 2)
        assert margin.percent <= 100


# --- approvals ----------------------------------------------------------------------------------

percents = st.none() | amounts("0", "40", 0)
comparisons = st.builds(
    when,
    st.sampled_from(["discount_percent", "max_line_discount_percent", "margin_percent"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    amounts("0", "40", 0),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons,
    lambda parts: st.one_of(
        st.builds(lambda of: AllOf(of=tuple(of)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda of: AnyOf(of=tuple(of)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda of: Not(of=of), parts),
    ),
    max_leaves=6,
)


@st.composite
def approval_facts(draw: st.DrawFn, *, known: bool = False) -> ApprovalFacts:
    """Facts of three percentages, each maybe undefined."""
    figure = amounts("0", "40", 0) if known else percents
    fields: dict[str, Any] = {
        name: draw(figure)
        for name in ("discount_percent", "max_line_discount_percent", "margin_percent")
    }
    return ApprovalFacts(
        quote="Q-1",
        pricing=draw(st.sampled_from(["v1", "v2", "v3"])),
        currency="CNY",
        net=Money("1", "CNY"),
        gross=Money("1", "CNY"),
        customer="C-1",
        **fields,
    )


def _matrix(condition: Condition) -> ApprovalMatrix:
    level = ApprovalLevel(code="director", roles=("director",))
    return ApprovalMatrix(rules=(ApprovalRule(code="R", condition=condition, levels=(level,)),))


@tried(3)
@given(conditions, approval_facts())
def test_not_turns_an_outcome_round_and_keeps_the_unknown(
    condition: Condition, facts: ApprovalFacts
) -> None:
    plainly = weighed(condition, facts.value).holds
    turned = weighed(Not(of=condition), facts.value).holds
    assert turned is (None if plainly is None else not plainly)
    assert weighed(Not(of=Not(of=condition)), facts.value) == weighed(condition, facts.value)


@tried(3)
@given(conditions, approval_facts(), approval_facts(known=True))
def test_what_is_unknown_passes_only_if_it_would_pass_whatever_it_is(
    condition: Condition, facts: ApprovalFacts, filled: ApprovalFacts
) -> None:
    outcome = weighed(condition, facts.value).holds
    gaps = {
        name: getattr(filled, name)
        for name in ("discount_percent", "max_line_discount_percent", "margin_percent")
        if getattr(facts, name) is None
    }
    known = weighed(condition, facts.with_(**gaps).value).holds
    assert known is not None
    assert outcome in (known, None)


@tried(3)
@given(conditions, approval_facts(), approval_facts())
def test_an_approval_is_inherited_only_by_what_is_no_worse(
    condition: Condition, old: ApprovalFacts, new: ApprovalFacts
) -> None:
    before, after = required(old, _matrix(condition)), required(new, _matrix(condition))
    assert inherited(before, before) == before
    if not (before and after):
        assert inherited(after, before) == ()
        return
    kept = inherited(after, before)
    decision = Decision(need=before[0], by="wang", role="director", at=AT)
    stand = status(after, (decision,), since=AT + timedelta(days=1))
    assert (stand.state == "approved") is bool(kept)
    if not kept or old == new:
        return
    was = {(row.measure, row.op): row.value for row in before[0].measured}
    for row in after[0].measured:
        value, approved = row.value, was[row.measure, row.op]
        assert isinstance(value, Decimal)
        assert isinstance(approved, Decimal)
        if row.op in (">", ">="):
            assert value <= approved
        elif row.op in ("<", "<="):
            assert value >= approved
        else:
            assert value == approved
