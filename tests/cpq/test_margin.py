"""Floors per line, room for promotions, what was not kept, and what a deal earns."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from cpq.allocation import Allocation
from cpq.kernel.errors import Finding, Invalid, NotFound
from cpq.kernel.money import Money, split, split_within
from cpq.kernel.period import Period
from cpq.margin import (
    Floor,
    FloorFinding,
    FloorLookup,
    GuardedLine,
    LineFloors,
    Margin,
    Sold,
    counted,
    floors_of,
    judged,
    line_margins,
    margin_of,
    margin_of_lines,
    pocket_margin,
    with_parts,
)

AT = datetime(2026, 11, 21, tzinfo=UTC)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def _line(price: object = 50, quantity: object = 1, **fields: object) -> GuardedLine:
    """A line at a list price that is also what it costs before promotions."""
    listed, size = Decimal(str(price)), Decimal(str(quantity))
    asked: dict[str, object] = {
        "number": "1",
        "product": "M8",
        "quantity": size,
        "unit": "pc",
        "list_price": listed,
        "amount": listed * size,
        **fields,
    }
    return GuardedLine(**asked)  # type: ignore[arg-type]


def _floors(*floors: Floor, line: GuardedLine, **asked: object) -> LineFloors:
    return floors_of(line, FloorLookup(floors), at=AT, currency="CNY", **asked)  # type: ignore[arg-type]


def _unit_price(floor: Floor, line: GuardedLine, **asked: object) -> Fraction | None:
    (found,) = _floors(floor, line=line, **asked).found
    return found.unit_price


def _judged(
    *floors: Floor, lines: Sequence[GuardedLine], nets: Sequence[object]
) -> tuple[FloorFinding, ...]:
    guarded = [_floors(*floors, line=line) for line in lines]
    return judged(guarded, [Decimal(str(net)) for net in nets], currency="CNY")


# --- where a floor comes from -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        (Floor(code="F", price=cny("45.00")), Fraction(45)),
        (Floor(code="F", cost_plus=cny("2.50")), Fraction(65, 2)),
        (Floor(code="F", margin="20"), Fraction(75, 2)),
        (Floor(code="F", margin="10"), Fraction(100, 3)),
        (Floor(code="F", percent_of_list="70"), Fraction(35)),
        (Floor(code="F", last_price="95"), Fraction(38)),
    ],
)
def test_each_source_gives_a_price_per_unit(floor: Floor, expected: Fraction) -> None:
    line = _line(unit_cost=Decimal(30), last_price=Decimal(40))
    assert _unit_price(floor, line) == expected


def test_a_floor_per_box_holds_for_lines_in_pieces() -> None:
    dozen = Floor(code="F", price=cny("60.00"), unit="dozen")
    assert _unit_price(dozen, _line()) == 5
    assert _unit_price(dozen, _line(unit="dozen", own_unit="pc")) == 60
    own = Floor(code="F", price=cny("5.00"))
    assert _unit_price(own, _line(unit="dozen", own_unit="pc")) == 60


def test_a_floor_in_another_currency_is_converted() -> None:
    floor = Floor(code="F", price=Money("10.00", "USD"))
    convert = {"CNY": Fraction(36, 5)}
    price = _unit_price(
        floor, _line(), convert=lambda money, to: Fraction(money.amount) * convert[to]
    )
    assert price == 72


def test_a_customer_who_never_bought_has_no_last_price() -> None:
    assert _floors(Floor(code="F", last_price="95"), line=_line()).found == ()


def _no_rate(money: Money, to: str) -> Fraction:
    raise NotFound("rate.unknown", f"no rate from {money.code} to {to}")


@pytest.mark.parametrize(
    ("floor", "convert", "missing"),
    [
        (Floor(code="F", margin="20"), None, "cost"),
        (Floor(code="F", cost_plus=cny("1.00")), None, "cost"),
        (Floor(code="F", price=Money("10.00", "USD")), None, "rate"),
        (Floor(code="F", price=Money("10.00", "USD")), _no_rate, "rate"),
        (Floor(code="F", price=cny("5.00"), unit="kg"), None, "unit"),
    ],
)
def test_what_cannot_be_reckoned_is_never_passed(
    floor: Floor, convert: object, missing: str
) -> None:
    guarded = _floors(floor, line=_line(), convert=convert)
    assert [(found.unit_price, found.missing) for found in guarded.found] == [(None, missing)]
    (finding,) = judged([guarded], [Decimal(10**6)], currency="CNY")
    assert (finding.severity, finding.needed) == ("error", None)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"price": "45.00 CNY", "margin": "20"},
        {"price": "-1.00 CNY"},
        {"cost_plus": "-1.00 CNY"},
        {"margin": "100"},
        {"percent_of_list": "0"},
        {"margin": "20", "unit": "pc"},
        {"margin": "20", "kind": "regulation"},
        {"margin": "20", "policy": "clip", "level": "quote"},
        {"margin": "20", "policy": "block", "approval": "director"},
        {"margin": "20", "product": "M8", "category": "bolts"},
    ],
)
def test_a_floor_that_means_nothing_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Floor.model_validate({"code": "F", **fields})


def test_a_free_price_may_be_a_floor_with_a_unit() -> None:
    assert Floor(code="F", price=cny("0.00"), unit="pc").source == "price"


# --- whom and what a floor is for -------------------------------------------------------------


def test_a_floor_holds_for_its_scope() -> None:
    floors = FloorLookup(
        [
            Floor(code="ALL", margin="5"),
            Floor(code="BOLTS", category="bolts", margin="10"),
            Floor(code="FAMILY", product="M", margin="15"),
            Floor(code="OTHER", product="M9", margin="20"),
            Floor(code="KEY", customer_groups=("key",), margin="25"),
            Floor(code="PAST", period=Period(end="2026-11-20"), margin="30"),
            Floor(code="TODAY", period=Period(end="2026-11-21"), margin="35"),
        ]
    )

    def codes(**asked: object) -> list[str]:
        return [floor.code for floor in floors.covering("M8", at=AT, **asked)]  # type: ignore[arg-type]

    assert codes() == ["ALL", "TODAY"]
    assert codes(categories=("bolts",), family="M") == ["FAMILY", "BOLTS", "ALL", "TODAY"]
    assert codes(groups=("key", "north")) == ["ALL", "KEY", "TODAY"]
    assert not FloorLookup()


def test_a_day_of_a_floor_ends_in_its_zone() -> None:
    period = Period(end=date(2026, 11, 20))
    shanghai = FloorLookup([Floor(code="F", margin="5", period=period, zone="Asia/Shanghai")])
    assert shanghai.covering("M8", at=datetime(2026, 11, 20, 15, 59, tzinfo=UTC))
    assert not shanghai.covering("M8", at=datetime(2026, 11, 20, 16, tzinfo=UTC))


# --- clipping promotions: the worked cases ----------------------------------------------------


def _given(discount: str, lines: Sequence[GuardedLine], *floors: Floor) -> list[Decimal]:
    """What an order discount takes off each line, in shares that keep the floors."""
    guarded = [_floors(*floors, line=line) for line in lines]
    units, _ = split_within(
        cny(discount).minor,
        [cny(line.amount).minor for line in lines],
        [cny(each.room(each.line.amount)).minor for each in guarded],
    )
    return [Money.from_minor(unit, "CNY").amount for unit in units]


def _clip(product: str, price: object) -> Floor:
    return Floor(code=f"F-{product}", product=product, price=cny(price), policy="clip")


def test_half_off_stops_at_the_floor() -> None:
    """FL-01: 50 with a floor of 45 and 50 % off is sold for 45."""
    (taken,) = _given("25.00", [_line(50)], _clip("M8", "45.00"))
    assert Decimal(50) - taken == 45


def test_a_discount_of_ten_gives_the_five_there_is_room_for() -> None:
    """FL-02: 50 with a floor of 45: 5 of 10 are given, 5 are left."""
    guarded = _floors(_clip("M8", "45.00"), line=_line(50))
    room = cny(guarded.room(Decimal(50))).minor
    assert split_within(1000, [5000], [room]) == ((500,), 500)


def test_what_one_line_cannot_take_goes_to_the_other() -> None:
    """FL-05: 25 off 50 (floor 45) and 3 × 20: 5 and 20, per unit 6.67, 6.67 and 6.66."""
    lines = [_line(50, product="A"), _line(20, 3, number="2", product="B")]
    first, second = _given("25.00", lines, _clip("A", "45.00"))
    assert (first, second) == (5, 20)
    assert split(cny(second).minor, [1, 1, 1]) == (667, 667, 666)


def test_a_discount_is_shared_again_in_two_rounds() -> None:
    """FL-08: 36 off 2 × [50, 45], 2 × [20, 15], [30, 0] and [10, 0]: 5, 5, 5, 5, 12, 4."""
    lines = [
        _line(50, 2, product="A"),
        _line(20, 2, number="2", product="B"),
        _line(30, 1, number="3", product="C"),
        _line(10, 1, number="4", product="D"),
    ]
    taken = _given("36.00", lines, _clip("A", "45.00"), _clip("B", "15.00"))
    assert [part / line.quantity for part, line in zip(taken, lines, strict=True)] == [5, 5, 12, 4]


def test_at_the_floor_the_next_promotion_gives_nothing() -> None:
    """FL-10: 20 with a floor of 15: 80 % off makes 15, 40 % off that has no room left."""
    guarded = _floors(_clip("M8", "15.00"), line=_line(20))
    assert min(Decimal(16), guarded.room(Decimal(20))) == 5
    assert guarded.room(Decimal(15)) == 0


def test_the_highest_clip_floor_counts() -> None:
    floors = (
        Floor(code="A", price=cny("40.00"), policy="clip"),
        Floor(code="B", percent_of_list="90", policy="clip"),
        Floor(code="C", price=cny("48.00"), policy="warn"),
    )
    guarded = _floors(*floors, line=_line(50, 2))
    assert guarded.clip is not None
    assert guarded.clip.floor.code == "B"
    assert (guarded.least, guarded.room(Decimal(100))) == (Decimal("90.00"), Decimal("10.00"))
    assert [found.floor.code for found in guarded.others] == ["C"]
    assert guarded.highest is not None
    assert guarded.highest.floor.code == "C"


def test_the_least_amount_is_rounded_up() -> None:
    floor = Floor(code="F", margin="10", policy="clip")
    guarded = _floors(floor, line=_line(50, unit_cost=Decimal(30)))
    assert guarded.least == Decimal("33.34")
    assert _judged(floor, lines=[guarded.line], nets=["33.34"]) == ()
    assert len(_judged(floor, lines=[guarded.line], nets=["33.33"])) == 1


def test_without_clip_floors_promotions_have_all_the_room() -> None:
    guarded = _floors(Floor(code="F", price=cny("45.00")), line=_line(50))
    assert (guarded.clip, guarded.least, guarded.room(Decimal(50))) == (None, 0, 50)


def test_the_cheapest_tier_keeps_a_floor_per_unit() -> None:
    """10 at 12 and 10 at 8 cost 200; a floor of 7.50 leaves one sixteenth of the price."""
    line = _line(12, 20, amount=Decimal(200), lowest=Decimal(8))
    each = Floor(code="F", price=cny("7.50"), level="unit", policy="clip")
    whole = Floor(code="F", price=cny("7.50"), level="line", policy="clip")
    assert _floors(each, line=line).least == Decimal("187.50")
    assert _floors(whole, line=line).least == Decimal("150.00")
    (finding,) = _judged(each, lines=[line], nets=["187.49"])
    assert (finding.needed, finding.actual, finding.unit) == (
        Decimal("7.50"),
        Decimal("7.4996"),
        "pc",
    )
    assert _judged(each, lines=[line], nets=["187.50"]) == ()
    assert _judged(whole, lines=[line], nets=["187.49"]) == ()


def test_a_tier_for_nothing_leaves_a_floor_per_unit_no_room() -> None:
    line = _line(12, 20, amount=Decimal(120), lowest=Decimal(0))
    each = Floor(code="F", price=cny("1.00"), level="unit", policy="clip")
    assert _floors(each, line=line).room(Decimal(120)) == 0
    assert len(_judged(each, lines=[line], nets=[120])) == 1


def test_prices_with_tax_are_clipped_at_the_floor_with_tax() -> None:
    line = _line("113", tax_factor=Fraction(113, 100))
    floor = Floor(code="F", price=cny("90.00"), policy="clip")
    assert _floors(floor, line=line).least == Decimal("101.70")
    share = Floor(code="F", percent_of_list="80", policy="clip")
    assert _floors(share, line=line).least == Decimal("90.40")


# --- what was not kept ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "severity"),
    [("block", "error"), ("approve", "approval"), ("clip", "approval"), ("warn", "note")],
)
def test_a_policy_says_what_a_breach_means(policy: str, severity: str) -> None:
    floor = Floor.model_validate({"code": "LOW", "price": "45.00 CNY", "policy": policy})
    (finding,) = _judged(floor, lines=[_line(50, 2)], nets=[89])
    assert (finding.severity, finding.code, finding.place) == (severity, "floor.below", "lines/1")
    assert (finding.needed, finding.actual) == (Decimal("90.00"), Decimal("89.00"))
    assert "89.00 CNY is below the floor LOW of 90.00 CNY" in finding.message.en
    assert "低于底价 LOW 90.00 CNY" in finding.message.zh
    assert _judged(floor, lines=[_line(50, 2)], nets=[90]) == ()


def test_a_manual_price_is_reported_and_not_changed() -> None:
    floor = Floor(code="LOW", price=cny("45.00"), policy="clip", approval="director")
    line = _line(50, amount=Decimal(40), manual=True)
    assert _floors(floor, line=line).room(Decimal(40)) == 0
    (finding,) = _judged(floor, lines=[line], nets=[40])
    assert (finding.severity, finding.approval) == ("approval", "director")
    assert "the manual price of line 1 (M8)" in finding.message.en
    assert "the price was left as it is; it needs an approval by director" in finding.message.en
    assert "手工价" in finding.message.zh


def test_the_highest_floor_speaks_for_each_consequence() -> None:
    floors = (
        Floor(code="Y", price=cny("40.00"), policy="block"),
        Floor(code="Z", price=cny("42.00"), policy="block"),
        Floor(code="C", price=cny("45.00"), policy="approve", approval="manager"),
        Floor(code="D", price=cny("43.00"), policy="approve", approval="director"),
        Floor(code="E", percent_of_list="99", policy="warn", level="unit"),
    )
    found = _judged(*floors, lines=[_line(50)], nets=[39])
    assert [(finding.floor, finding.severity) for finding in found] == [
        ("Z", "error"),
        ("C", "approval"),
        ("D", "approval"),
        ("E", "note"),
    ]


def test_a_price_by_law_says_so() -> None:
    floor = Floor(code="CAP-GB", price=cny("45.00"), kind="regulation")
    (finding,) = _judged(floor, lines=[_line(50)], nets=[44])
    assert "CAP-GB (by regulation)" in finding.message.en
    assert "CAP-GB（法规限价）" in finding.message.zh


def test_only_lines_that_count_are_held_against_floors() -> None:
    floor = Floor(code="LOW", price=cny("45.00"))
    lines = [
        _line(50, number="1", optional=True),
        _line(50, number="1.1"),
        _line(50, number="2", included=True),
        _line(50, 0, number="3"),
        _line(50, -1, number="4"),
        _line(50, number="10"),
    ]
    found = _judged(floor, lines=lines, nets=[1, 1, 0, 0, -1, 1])
    assert [finding.place for finding in found] == ["lines/10"]


def test_a_bundle_is_held_as_a_whole() -> None:
    floor = Floor(code="LOW", product="LASER", price=cny("1000.00"), level="bundle")
    lines = [
        _line(500, 2, number="1", product="LASER"),
        _line(600, 2, number="1.1", product="HEAD"),
        _line(5000, 1, number="2", product="OTHER"),
    ]
    assert _judged(floor, lines=lines, nets=[900, 1100, 1]) == ()
    (finding,) = _judged(floor, lines=lines, nets=[900, "1099.99", 1])
    assert (finding.place, finding.lines) == ("lines/1", ("1", "1.1"))
    assert (finding.needed, finding.actual) == (Decimal("2000.00"), Decimal("1999.99"))
    assert "with all below it" in finding.message.en
    assert "及其下级" in finding.message.zh


@pytest.mark.parametrize(
    ("floor", "needed"),
    [
        (Floor(code="F", product="LASER", margin="20", level="bundle"), "1125.00"),
        (Floor(code="F", product="LASER", cost_plus=cny("50"), level="bundle"), "1000.00"),
        (Floor(code="F", product="LASER", percent_of_list="50", level="bundle"), "1100.00"),
        (Floor(code="F", product="LASER", last_price="90", level="bundle"), "720.00"),
    ],
)
def test_the_cost_and_list_of_a_bundle_are_of_all_lines(floor: Floor, needed: str) -> None:
    """Two machines at 500 with heads at 600; they cost 150 and 300 each."""
    lines = [
        _line(
            *(500, 2),
            product="LASER",
            unit_cost=Decimal(150),
            last_price=Decimal(400),
        ),
        _line(600, 2, number="1.1", product="HEAD", unit_cost=Decimal(300)),
    ]
    (finding,) = _judged(floor, lines=lines, nets=[500, Decimal(needed) - 501])
    assert finding.needed == Decimal(needed)
    assert _judged(floor, lines=lines, nets=[500, Decimal(needed) - 500]) == ()


def test_a_bundle_with_an_unknown_cost_names_the_line() -> None:
    floor = Floor(code="F", margin="20", level="bundle", policy="approve")
    lines = [
        _line(500, product="LASER", unit_cost=Decimal(1)),
        _line(600, number="1.1", product="HEAD"),
    ]
    (finding,) = _judged(floor, lines=lines, nets=[500, 600])
    assert (finding.code, finding.severity) == ("floor.cost_unknown", "approval")
    assert "the cost of line 1.1;" in finding.message.en
    assert "（第 1.1 行）" in finding.message.zh


def test_a_sub_bundle_has_floors_of_its_own() -> None:
    floor = Floor(code="F", price=cny("100.00"), level="bundle", policy="warn")
    lines = [_line(500, number=number) for number in ("1", "1.1", "1.1.1", "1.2")]
    found = _judged(floor, lines=lines, nets=[70, 40, 40, 40])
    assert [finding.place for finding in found] == ["lines/1.1"]


def test_the_quote_is_held_against_the_sum_of_its_floors() -> None:
    floor = Floor(code="EARN", margin="20", level="quote", policy="approve")
    lines = [
        _line(100, number="1", unit_cost=Decimal(60)),
        _line(100, number="2", unit_cost=Decimal(60)),
        _line(100, number="3", unit_cost=Decimal(99), optional=True),
    ]
    assert _judged(floor, lines=lines, nets=[50, 100, 1]) == ()
    (finding,) = _judged(floor, lines=lines, nets=[50, "99.99", 1])
    assert (finding.place, finding.level, finding.lines) == ("quote", "quote", ("1", "2"))
    assert (finding.needed, finding.actual) == (Decimal("150.00"), Decimal("149.99"))


def test_a_quote_floor_with_an_unknown_cost_names_at_most_five_lines() -> None:
    floor = Floor(code="EARN", margin="20", level="quote")
    lines = [_line(100, number=str(place)) for place in range(1, 8)]
    (finding,) = _judged(floor, lines=lines, nets=[100] * 7)
    assert finding.code == "floor.cost_unknown"
    assert "the cost of line 1, 2, 3, 4, 5, …;" in finding.message.en


def test_what_comes_back_lowers_the_floor_of_the_quote() -> None:
    floor = Floor(code="F", price=cny("45.00"), level="quote")
    lines = [_line(50, 3), _line(50, -1, number="2")]
    assert _judged(floor, lines=lines, nets=[140, -50]) == ()
    assert len(_judged(floor, lines=lines, nets=[139, -50])) == 1


def test_a_line_must_earn_the_cost_of_its_parts() -> None:
    """Two machines at 500 that hold the price of four heads at 90 each: 360 of cost."""
    floor = Floor(code="F", margin="20", policy="approve")
    lines = with_parts(
        [
            _line(500, 2, product="LASER", unit_cost=Decimal(0)),
            _line(0, 4, number="1.1", product="HEAD", unit_cost=Decimal(90), included=True),
        ]
    )
    assert _judged(floor, lines=lines, nets=[450, 0]) == ()
    (finding,) = _judged(floor, lines=lines, nets=["449.99", 0])
    assert (finding.place, finding.needed) == ("lines/1", Decimal("450.00"))


def test_a_part_of_unknown_cost_makes_its_line_unknown() -> None:
    lines = with_parts(
        [
            _line(500, product="LASER", unit_cost=Decimal(0)),
            _line(0, number="1.1", product="HEAD", included=True),
            _line(500, number="2", product="LASER", unit_cost=Decimal(7)),
        ]
    )
    assert [line.unit_cost for line in lines] == [None, None, 7]
    assert with_parts(lines[2:]) == lines[2:]


def test_a_machine_made_of_its_parts_is_held_as_a_bundle() -> None:
    floors = (
        Floor(code="LINE", product="LASER", price=cny("900.00")),
        Floor(code="WHOLE", product="LASER", price=cny("900.00"), level="bundle"),
        Floor(code="Q", product="LASER", price=cny("900.00"), level="quote", policy="warn"),
        Floor(code="EARN", margin="50", level="quote", policy="approve"),
    )
    head = {"product": "LASER", "rolled_up": True, "unit_cost": Decimal(100)}
    lines = [
        _line(0, **head),
        _line(1000, number="1.1", product="HEAD", unit_cost=Decimal(400)),
    ]
    assert _judged(*floors, lines=lines, nets=[0, 1000]) == ()
    found = _judged(*floors, lines=lines, nets=[0, 899])
    assert [(finding.floor, finding.place) for finding in found] == [
        ("WHOLE", "lines/1"),
        ("EARN", "quote"),
    ]


def test_a_bundle_that_comes_back_is_held_against_nothing() -> None:
    floors = (
        Floor(code="F", product="LASER", price=cny("450.00"), level="bundle"),
        Floor(code="Q", percent_of_list="90", level="quote"),
    )
    lines = [_line(500, -1, product="LASER"), _line(100, -1, number="1.1", product="HEAD")]
    assert _judged(*floors, lines=lines, nets=[-500, -100]) == ()


def test_a_finding_keeps_its_figures_when_stored() -> None:
    (finding,) = _judged(Floor(code="F", price=cny("45.00")), lines=[_line(50)], nets=[44])
    stored = TypeAdapter(tuple[FloorFinding | Finding, ...])
    other = Finding(code="pricing.cliff", message={"en": "x"}, severity="note")
    assert stored.validate_json(stored.dump_json((finding, other))) == (finding, other)


# --- what a deal earns ------------------------------------------------------------------------


def test_a_margin_of_a_negative_net_is_undefined() -> None:
    """FL-12: −120 earned on −80 is not 150 %."""
    margin = margin_of(cny("-80.00"), cny("40.00"))
    assert margin.amount == cny("-120.00")
    assert (margin.percent, str(margin)) == (None, "n/a")


@pytest.mark.parametrize(
    ("net", "cost", "percent"),
    [
        ("100.00", "80.00", "20.00"),
        ("100.00", "120.00", "-20.00"),
        ("60.00", "0.00", "100.00"),
        ("3.00", "2.00", "33.33"),
        ("0.00", "1.00", None),
        ("100.00", None, None),
    ],
)
def test_a_margin_is_in_percent_of_the_net(net: str, cost: str | None, percent: str | None) -> None:
    margin = margin_of(cny(net), None if cost is None else cny(cost))
    assert margin.percent == (None if percent is None else Decimal(percent))


def test_a_margin_in_two_currencies_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        margin_of(cny("1.00"), Money("1.00", "USD"))
    assert refusal.value.code == "money.currency_mismatch"


def test_one_unknown_cost_makes_the_whole_unknown() -> None:
    lines = (Sold("1", Decimal(60), Decimal(45)), Sold("2", Decimal(40), None))
    whole = margin_of_lines(lines, currency="CNY")
    assert (whole.cost, whole.amount, whole.percent) == (None, None, None)
    assert whole.unknown == ("2",)
    assert margin_of_lines(lines, currency="CNY", head="1").percent == 25


def test_a_bundle_earns_with_all_below_it() -> None:
    lines = (
        Sold("1", Decimal(100), Decimal(40)),
        Sold("1.1", Decimal(100), Decimal(70)),
        Sold("1.2", Decimal(0), Decimal(10), included=True),
        Sold("10", Decimal(100), Decimal(100)),
    )
    assert margin_of_lines(lines, currency="CNY", head="1").percent == 40
    assert [line.number for line in counted(lines, head="1")] == ["1", "1.1"]
    each = line_margins(lines, currency="CNY")
    assert {number: str(margin) for number, margin in each.items()} == {
        "1": "50.00 %",
        "1.1": "30.00 %",
        "10": "0.00 %",
    }


@pytest.mark.parametrize(
    ("head", "part", "below", "percent", "unknown"),
    [
        ("40", "10", "5", "45.00", ()),
        ("40", None, None, "60.00", ()),
        ("40", None, "5", "55.00", ()),
        ("0", "10", None, "90.00", ()),
        ("0", None, "5", None, ("1.1",)),
        ("0", None, None, None, ("1.1", "1.1.1")),
        (None, "10", "5", None, ("1",)),
    ],
)
def test_a_part_without_cost_is_in_the_cost_above_it(
    head: str | None, part: str | None, below: str | None, percent: str | None, unknown: object
) -> None:
    costs = [None if cost is None else Decimal(cost) for cost in (head, part, below)]
    lines = (
        Sold("1", Decimal(100), costs[0]),
        Sold("1.1", Decimal(0), costs[1], included=True),
        Sold("1.1.1", Decimal(0), costs[2], included=True),
    )
    margin = margin_of_lines(lines, currency="CNY")
    assert margin.percent == (None if percent is None else Decimal(percent))
    assert margin.unknown == unknown


def test_the_cost_of_a_priced_part_is_its_own() -> None:
    lines = (Sold("1", Decimal(100), Decimal(40)), Sold("1.1", Decimal(50), None))
    assert margin_of_lines(lines, currency="CNY").unknown == ("1.1",)


def test_nothing_sold_earns_nothing() -> None:
    assert str(margin_of_lines((), currency="CNY")) == "n/a"


def _allocated(line: str, amount: str, funder: str) -> Allocation:
    return Allocation(
        line=line, promotion="P", tax_code="VAT13", funder=funder, amount=amount, currency="CNY"
    )


def test_the_pocket_knows_gifts_rebates_and_other_funders() -> None:
    lines = (
        Sold("1", Decimal(900), Decimal(600)),
        Sold("2", Decimal(0), Decimal(50)),
        Sold("3", Decimal(500), Decimal(10), optional=True),
    )
    rows = (
        _allocated("1", "70.00", "maker"),
        _allocated("1", "30.00", "own"),
        _allocated("3", "9.00", "maker"),
    )
    pocket = pocket_margin(
        lines, currency="CNY", allocations=rows, accrual=cny("20.00"), free_cost=cny("10.00")
    )
    assert (pocket.net, pocket.cost) == (cny("950.00"), cny("660.00"))
    assert pocket.amount == cny("290.00")
    plainly = pocket_margin(lines, currency="CNY")
    assert plainly == margin_of_lines(lines, currency="CNY")


def test_an_unknown_cost_leaves_the_pocket_unknown() -> None:
    lines = (Sold("1", Decimal(900), None),)
    pocket = pocket_margin(lines, currency="CNY", free_cost=cny("10.00"))
    assert pocket == Margin(net=cny(900), cost=None, unknown=("1",))
