"""Laws of agreements, commitments, scopes and assignments: order never matters, sums agree."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cpq.agreement import (
    Agreed,
    AgreedPrice,
    AgreementLookup,
    Candidates,
    Commitment,
    Demand,
    Portion,
    PriceAgreement,
    after,
    drawn,
    given_back,
    shared,
)
from cpq.assignment import BookAssignment, book_order
from cpq.availability import SalesScope, ScopeLookup, Withheld
from cpq.customer import Customer
from cpq.kernel.errors import Refused
from cpq.kernel.money import RoundingPolicy, rounded_fraction, total
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.trace import replayed
from tests.laws.strategies import CATEGORIES, CODES, DAY, PRODUCTS, amounts, tried

POLICY = RoundingPolicy()
UNITS = STANDARD_UNITS.with_units(
    [Unit(code="box", numerator=5), Unit(code="third", numerator=1, denominator=3)]
)
TOP = Customer(code="TOP", party={"name": "Top"})
BUYER = Customer(
    code="C-1",
    party={"name": "C"},
    parent="TOP",
    groups=("VIP", "EAST"),
    region="CN",
    channel="web",
)
STRANGER = Customer(code="C-2", party={"name": "D"}, region="US")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KINDS = ("price", "percent_off_list", "percent_off_book", "not_above")


@st.composite
def periods(draw: st.DrawFn) -> dict[str, date | None]:
    start = draw(st.none() | st.integers(-3, 3))
    end = draw(st.none() | st.integers(start or 0, 5))
    return {
        "start": None if start is None else DAY + timedelta(days=start),
        "end": None if end is None else DAY + timedelta(days=end),
    }


@st.composite
def agreed_prices(draw: st.DrawFn) -> AgreedPrice:
    scope = draw(
        st.sampled_from([{}, {"category": "top"}, {"category": "sub"}])
        | st.sampled_from(CODES).map(lambda code: {"product": code})
    )
    said = {draw(st.sampled_from(KINDS)): draw(st.sampled_from(["3", "7.5", "20"]))}
    unit = draw(st.sampled_from([None, None, "box", "third"]))
    lower = draw(st.sampled_from(["0", "2", "10.5"]))
    return AgreedPrice.model_validate({**scope, **said, "unit": unit, "lower": lower})


@st.composite
def agreements(draw: st.DrawFn, code: str) -> PriceAgreement:
    """An agreement with the buyer, its parent, one of its groups, a stranger, or everybody."""
    whom = draw(
        st.sampled_from(
            [
                *({}, {"customer": "C-1"}, {"customer": "C-2"}, {"customer": "TOP"}),
                *({"customer": "TOP", "covers_children": True}, {"customer_group": "EAST"}),
                *({"customer_group": "WEST"}, {"excluded": ("C-1",)}),
            ]
        )
    )
    lines = draw(st.lists(agreed_prices(), min_size=1, max_size=4, unique_by=_place))
    return PriceAgreement.model_validate(
        {
            "code": code,
            "currency": draw(st.sampled_from(["CNY", "CNY", "USD"])),
            "period": draw(periods()),
            "promotable": draw(st.booleans()),
            "zone": draw(st.sampled_from([None, "Asia/Shanghai"])),
            "lines": lines,
            **whom,
        }
    )


def _place(line: AgreedPrice) -> tuple[object, ...]:
    return (line.product, line.category, line.unit, line.lower)


@st.composite
def several(draw: st.DrawFn) -> list[PriceAgreement]:
    return [draw(agreements(f"A{place}")) for place in range(draw(st.integers(0, 5)))]


asked = st.fixed_dictionaries(
    {
        "product": st.sampled_from(CODES),
        "unit": st.sampled_from(["pc", "box", "third"]),
        "quantity": amounts("0", "40", 1),
        "at": st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours)),
    }
)


def _lookup(trade: list[PriceAgreement]) -> AgreementLookup:
    products = {product.code: product for product in PRODUCTS}
    categories = {category.code: category for category in CATEGORIES}
    return AgreementLookup(trade, products, categories, {"TOP": TOP}, UNITS)


def _answer(lookup: AgreementLookup, question: dict[str, Any]) -> Candidates | str:
    terms = lookup.for_customer(BUYER, currency="CNY")
    try:
        return terms.candidates(**question)
    except Refused as error:
        return error.code


@tried(3)
@given(several(), asked, st.randoms(use_true_random=False))
def test_who_wins_is_independent_of_the_order_of_agreements(
    trade: list[PriceAgreement], question: dict[str, Any], random: Any
) -> None:
    shuffled = trade.copy()
    random.shuffle(shuffled)
    mixed = []
    for each in shuffled:
        lines = list(each.lines)
        random.shuffle(lines)
        mixed.append(each.with_(lines=tuple(lines)))
    first, second = _answer(_lookup(trade), question), _answer(_lookup(mixed), question)
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    assert first.lost == second.lost
    assert _told(first.winner) == _told(second.winner)


def _told(winner: Agreed | None) -> tuple[object, ...]:
    return () if winner is None else (winner.agreement.code, *winner[1:])


@tried(3)
@given(several(), asked, st.lists(asked, max_size=6))
def test_an_answer_that_was_kept_is_the_answer(
    trade: list[PriceAgreement], question: dict[str, Any], before: list[dict[str, Any]]
) -> None:
    used = _lookup(trade)
    for earlier in before:
        _answer(used, {**earlier, "product": question["product"], "unit": question["unit"]})
    assert _answer(used, question) == _answer(_lookup(trade), question)


@tried(3)
@given(several(), asked, amounts("0", "30"), amounts("0", "30"))
def test_the_rows_replay_to_the_price_and_campaigns_never_raise_it(
    trade: list[PriceAgreement], question: dict[str, Any], listed: Decimal, book: Decimal
) -> None:
    answer = _answer(_lookup(trade), question)
    if isinstance(answer, str):
        return
    made = answer.on(list_price=Fraction(listed), book_price=Fraction(book))
    assert made.price is not None
    assert replayed(made.steps, Fraction(book)) == made.price
    assert [step.applied for step in made.steps].count(True) == (made.agreed is not None)
    if made.agreed is not None and made.agreed.agreement.is_campaign:
        assert made.price < book


@tried(3)
@given(several(), agreements("X"), asked)
def test_an_agreement_that_does_not_match_changes_nothing_but_rows(
    trade: list[PriceAgreement], other: PriceAgreement, question: dict[str, Any]
) -> None:
    foreign = other.with_(customer="C-2", customer_group=None, covers_children=False)
    before = _answer(_lookup(trade), question)
    assert _answer(_lookup([*trade, foreign]), question) == before
    late = other.with_(period={"start": DAY + timedelta(days=300)})
    with_late = _answer(_lookup([*trade, late]), question)
    if isinstance(before, str) or isinstance(with_late, str):
        assert with_late == before
        return
    assert _told(with_late.winner) == _told(before.winner)
    assert [row for row in with_late.lost if not row.named("X")] == list(before.lost)


# --- commitments ----------------------------------------------------------------------------


@st.composite
def pools(draw: st.DrawFn) -> Commitment:
    return Commitment.model_validate(
        {
            "measure": draw(st.sampled_from(["quantity", "amount"])),
            "committed": draw(amounts("0.01", "300")),
            "consumed": draw(amounts("0", "200")),
            "over": draw(st.sampled_from(["block", "warn", "book"])),
        }
    )


@st.composite
def drawings(draw: st.DrawFn) -> tuple[PriceAgreement, list[Demand]]:
    """An agreement with one commitment for A and B, and up to six lines that draw on it."""
    pool = draw(pools())
    lines = [AgreedPrice(product=code, price=1, commitment=pool) for code in "AB"]
    agreement = PriceAgreement(code="FW", currency="CNY", customer="C-1", lines=tuple(lines))
    demands = []
    for place in range(draw(st.integers(1, 6))):
        line = draw(st.sampled_from(lines))
        unit = draw(st.sampled_from(["pc", "box", "third"]))
        price = draw(st.builds(Fraction, st.integers(0, 900), st.sampled_from([1, 3, 100])))
        demands.append(
            Demand(
                str(place),
                Agreed(agreement, line, UNITS.factor(unit, "pc"), (0, 0)),
                line.product or "",
                unit,
                Decimal(draw(st.integers(-5, 60))),
                Decimal(1),
                price,
                price + draw(st.integers(0, 3)),
            )
        )
    return agreement, demands


def _totals(demands: list[Demand], portions: tuple[Portion, ...]) -> Counter[tuple[object, ...]]:
    """What the lines come to, without their numbers."""
    return Counter(
        (demand[2:], portion.agreed, portion.book, portion.taken)
        for demand, portion in zip(demands, portions, strict=True)
    )


@tried(3)
@given(drawings(), st.randoms(use_true_random=False))
def test_permuting_lines_changes_no_total_of_a_commitment(
    drawing: tuple[PriceAgreement, list[Demand]], random: Any
) -> None:
    _, demands = drawing
    mixed = demands.copy()
    random.shuffle(mixed)
    first, second = (shared(rows, currency="CNY", policy=POLICY) for rows in (demands, mixed))
    assert _totals(demands, first.portions) == _totals(mixed, second.portions)
    assert [finding.code for finding in first.findings] == [
        finding.code for finding in second.findings
    ]


@tried(3)
@given(drawings())
def test_no_more_is_given_than_remains_and_no_line_is_lost(
    drawing: tuple[PriceAgreement, list[Demand]],
) -> None:
    agreement, demands = drawing
    pool = agreement.commitment("1")
    given = shared(demands, currency="CNY", policy=POLICY)
    for demand, portion in zip(demands, given.portions, strict=True):
        assert portion.agreed + portion.book == demand.quantity
        assert portion.line == demand.line
        assert min(demand.quantity, 0) <= portion.agreed
        assert portion.book >= 0
    if pool.over == "book":
        taken = total(row.taken for row in given.portions if row.taken > 0)
        assert taken <= max(pool.remaining, 0)
        left_at_book = any(portion.book for portion in given.portions)
        assert bool(given.findings) == left_at_book
    else:
        assert all(portion.book == 0 for portion in given.portions)


@tried(3)
@given(drawings(), st.randoms(use_true_random=False), st.integers(0, 6))
def test_what_remains_is_the_fold_of_the_facts(
    drawing: tuple[PriceAgreement, list[Demand]], random: Any, cancelled: int
) -> None:
    agreement, demands = drawing
    demands = [demand for demand in demands if demand.quantity > 0]
    given = shared(demands, currency="CNY", policy=POLICY)
    facts = drawn(agreement, given.portions, document="SO-1", on=DAY)
    undone = [given_back(fact, on=DAY) for fact in facts[:cancelled]]
    history = [*facts, *undone, *facts[:2]]
    random.shuffle(history)
    kept = total(fact.taken for fact in facts[cancelled:])
    before, now = agreement.commitment("1"), after(agreement, history).commitment("1")
    assert now.remaining == before.remaining - kept
    assert after(after(agreement, facts), undone).commitment("1") == now
    everything = [*facts, *(given_back(fact, on=DAY) for fact in facts)]
    assert after(agreement, everything).commitment("1").remaining == before.remaining


@tried(3)
@given(drawings())
def test_amounts_taken_are_those_of_the_agreed_part(
    drawing: tuple[PriceAgreement, list[Demand]],
) -> None:
    agreement, demands = drawing
    if agreement.commitment("1").measure == "amount":
        for demand, row in zip(
            demands, shared(demands, currency="CNY", policy=POLICY).portions, strict=True
        ):
            assert row.taken == rounded_fraction(Fraction(row.agreed) * demand.price, 2)


# --- who may buy, and from which book -------------------------------------------------------


@st.composite
def scopes(draw: st.DrawFn, code: str) -> SalesScope:
    some = st.sampled_from
    return SalesScope(
        code=code,
        allow=draw(st.booleans()),
        products=tuple(draw(st.lists(some(CODES), max_size=2, unique=True))),
        categories=draw(some([(), ("top",), ("sub",)])),
        customers=draw(some([(), ("C-1",), ("C-2",)])),
        customer_groups=draw(some([(), ("VIP",), ("WEST",)])),
        regions=draw(some([(), ("CN",), ("US",)])),
        period=draw(periods()),
    )


def _why_not(rows: list[SalesScope], product: str, at: datetime) -> Withheld | None:
    lookup = ScopeLookup(rows)
    again = [
        lookup.why_not(product, categories=("sub", "top"), customer=BUYER, at=at) for _ in range(2)
    ]
    assert again[0] == again[1]
    return again[0]


@tried(3)
@given(st.data(), st.integers(0, 4), st.sampled_from(CODES), st.integers(-100, 100))
def test_one_more_denial_sells_to_nobody_more(
    data: st.DataObject, count: int, product: str, hours: int
) -> None:
    rows = [data.draw(scopes(f"S{place}")) for place in range(count)]
    at = NOON + timedelta(hours=hours)
    before = _why_not(rows, product, at)
    assert _why_not(rows[::-1], product, at) == before
    denial = data.draw(scopes("D")).with_(allow=False)
    after_it = _why_not([*rows, denial], product, at)
    assert after_it is not None or before is None
    if after_it is not None and before is None:
        assert (after_it.denied, after_it.scope) == (True, "D")


targets = st.sampled_from(
    [
        *({"customer": "C-1"}, {"customer": "C-2"}, {"customer_group": "VIP"}),
        *({"customer_group": "EAST"}, {"channel": "web"}, {"region": "CN"}, {"region": "US"}),
    ]
)
assignments = st.builds(
    lambda target, book, priority, forced: BookAssignment.model_validate(
        {"book": book, "priority": priority, "forced": forced, **target}
    ),
    *(targets, st.sampled_from("PQRS"), st.integers(0, 3), st.booleans()),
)


@tried(3)
@given(st.lists(assignments, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_books_is_independent_of_the_order_of_assignments(
    rows: list[BookAssignment], random: Any
) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)
    answers = []
    for said in (rows, mixed):
        try:
            answers.append(book_order(BUYER, assignments=said, at=NOON, default="LIST"))
        except Refused as error:
            answers.append((error.code,))
    assert answers[0] == answers[1]
    books = [choice.book for choice in answers[0] if choice != "price_book.tie"]
    assert len(books) == len(set(books))
    stranger = book_order(STRANGER, assignments=(), at=NOON, default="LIST")
    assert [choice.book for choice in stranger] == ["LIST"]
