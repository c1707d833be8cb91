"""Laws of cost sharing: parts sum to the share, columns to the totals, budgets never go wrong."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cpq.cap import Cap
from cpq.funding import FunderPart, FunderShare, FundingLayer, FundingPlan, funded, funder_totals
from cpq.funding.rounding import controlled
from cpq.kernel.money import Money, total

CENT = Decimal("0.01")
CODES = ("ACME", "DIST", "SHOP", "own")

cents = st.integers(0, 30_000)
amounts = st.lists(cents.map(lambda units: units * CENT), max_size=12)


def _money(units: int) -> Money:
    return Money.from_minor(units, "CNY")


@st.composite
def percents(draw: st.DrawFn, count: int) -> list[Decimal]:
    """Percentages above 0 that sum to exactly 100, some of them with decimals."""
    weights = draw(st.lists(st.integers(1, 60), min_size=count, max_size=count))
    thousandths = [100_000 * weight // sum(weights) for weight in weights]
    thousandths[0] += 100_000 - sum(thousandths)
    return [Decimal(each) / 1000 for each in thousandths]


@st.composite
def limits(draw: st.DrawFn, funder: str) -> dict[str, object]:
    if funder == "own":
        return {}
    cap = draw(st.none() | cents)
    budget = draw(st.none() | cents)
    return {
        "cap": None if cap is None else _money(cap),
        "budget": None if budget is None else Cap(amount=_money(budget), window="month"),
    }


@st.composite
def parts(draw: st.DrawFn) -> tuple[FunderPart, ...]:
    funders = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True))
    percentages = draw(percents(len(funders)))
    return tuple(
        FunderPart(funder=funder, percent=percent)
        for funder, percent in zip(funders, percentages, strict=True)
    )


@st.composite
def plans(draw: st.DrawFn) -> FundingPlan:
    if draw(st.booleans()):
        return FundingPlan(
            shares=tuple(
                FunderShare(funder=part.funder, percent=part.percent, **draw(limits(part.funder)))
                for part in draw(parts())
            )
        )
    sizes = draw(st.lists(st.integers(1, 20_000), max_size=3))
    layers = [FundingLayer(up_to=_money(size), parts=draw(parts())) for size in sizes]
    layers.append(FundingLayer(parts=draw(parts())))
    funders = {part.funder for layer in layers for part in layer.parts}
    return FundingPlan(
        layers=tuple(layers),
        shares=tuple(FunderShare(funder=each, **draw(limits(each))) for each in sorted(funders)),
    )


def _left(plan: FundingPlan, spent: int) -> dict[str, Decimal]:
    return {
        share.funder: max(share.budget.limit - spent * CENT, Decimal(0))
        for share in plan.shares
        if share.budget is not None
    }


def _columns(rows: tuple[tuple[tuple[str, Decimal], ...], ...]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        for funder, amount in row:
            sums[funder] = sums.get(funder, Decimal(0)) + amount
    return sums


@given(plan=plans(), shares=amounts, spent=cents)
def test_parts_sum_to_each_share_and_to_each_funders_total(
    plan: FundingPlan, shares: list[Decimal], spent: int
) -> None:
    left = _left(plan, spent)
    rows = funded(plan, shares, currency="CNY", places=2, left=left)
    assert [total(amount for _, amount in row) for row in rows] == shares
    whole = total(shares)
    totals = dict(funder_totals(plan, whole, currency="CNY", places=2, left=left))
    assert _columns(rows) == totals
    for share, row in zip(shares, rows, strict=True):
        assert all(amount > 0 for _, amount in row)
        for funder, amount in row:
            assert abs(amount * whole - share * totals[funder]) < CENT * whole


@given(plan=plans(), shares=amounts, spent=cents)
def test_no_funder_pays_beyond_its_cap_and_its_budget(
    plan: FundingPlan, shares: list[Decimal], spent: int
) -> None:
    left = _left(plan, spent)
    paid = _columns(funded(plan, shares, currency="CNY", places=2, left=left))
    for share in plan.shares:
        if share.cap is not None:
            assert paid.get(share.funder, 0) <= share.cap.amount
        if share.budget is not None:
            assert paid.get(share.funder, 0) <= left[share.funder]


@given(plan=plans(), shares=amounts, spent=cents, more=cents)
def test_more_budget_never_lowers_what_a_funder_pays(
    plan: FundingPlan, shares: list[Decimal], spent: int, more: int
) -> None:
    before = _columns(
        funded(plan, shares, currency="CNY", places=2, left=_left(plan, spent + more))
    )
    after = _columns(funded(plan, shares, currency="CNY", places=2, left=_left(plan, spent)))
    others = set(before) | set(after)
    assert all(
        after.get(funder, Decimal(0)) >= before.get(funder, Decimal(0))
        for funder in others - {plan.bearer}
    )
    assert after.get(plan.bearer, Decimal(0)) <= before.get(plan.bearer, Decimal(0))


@given(plan=plans(), shares=amounts, spent=cents, order=st.randoms(use_true_random=False))
def test_the_order_of_the_lines_decides_nothing(
    plan: FundingPlan, shares: list[Decimal], spent: int, order: object
) -> None:
    left = _left(plan, spent)
    there = list(
        zip(shares, funded(plan, shares, currency="CNY", places=2, left=left), strict=True)
    )
    moved = list(shares)
    order.shuffle(moved)  # type: ignore[attr-defined]
    here = list(zip(moved, funded(plan, moved, currency="CNY", places=2, left=left), strict=True))
    assert sorted(there) == sorted(here)


@given(shares=amounts, size=st.integers(1, 20_000), rest=cents)
def test_a_layer_never_pays_beyond_its_size_and_before_the_one_below(
    shares: list[Decimal], size: int, rest: int
) -> None:
    plan = FundingPlan(
        layers=(
            FundingLayer(funder="ACME", up_to=_money(size)),
            FundingLayer(funder="DIST", up_to=_money(rest + 1)),
            FundingLayer(funder="own"),
        )
    )
    paid = _columns(funded(plan, shares, currency="CNY", places=2))
    whole = total(shares)
    first, second = size * CENT, (rest + 1) * CENT
    assert paid.get("ACME", 0) == min(whole, first)
    assert paid.get("DIST", 0) == min(max(whole - first, Decimal(0)), second)
    assert paid.get("own", 0) == max(whole - first - second, Decimal(0))


@given(
    rows=st.lists(st.integers(0, 12), min_size=1, max_size=9),
    cuts=st.lists(st.integers(0, 100), max_size=6),
)
def test_a_table_adds_up_both_ways_and_lies_within_one_unit(
    rows: list[int], cuts: list[int]
) -> None:
    whole = sum(rows)
    bounds = sorted(whole * cut // 100 for cut in cuts)
    columns = [high - low for low, high in zip([0, *bounds], [*bounds, whole], strict=True)]
    table = controlled(rows, columns)
    assert [sum(row) for row in table] == rows
    assert [sum(row[place] for row in table) for place in range(len(columns))] == columns
    for row, line in zip(rows, table, strict=True):
        for column, part in zip(columns, line, strict=True):
            assert part >= 0
            assert abs(part * whole - row * column) < max(whole, 1)
