"""Price agreements: who wins a line, what comes out of it, and why the others do not."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.agreement import AgreedPrice, Commitment, Contracted, PriceAgreement, carried
from cpq.customer import Customer, ancestors
from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.trace import replayed
from tests.cpq.agreements import NOON, OTHER, SHOP, agreement, bolt, found, lookup


def winner(*agreements: PriceAgreement, **asked: object) -> str:
    won = found(*agreements, **asked).winner  # type: ignore[arg-type]
    return won.agreement.code if won else ""


def reasons(*agreements: PriceAgreement, **asked: object) -> list[tuple[str, str, str, str]]:
    lost = found(*agreements, **asked).lost  # type: ignore[arg-type]
    return [(step.rule, step.reason, step.needed, step.actual) for step in lost]


def made(*agreements: PriceAgreement, book: object = 10, **asked: object) -> Contracted:
    """What comes out at a list price of 20 and a book price of 10."""
    price = None if book is None else Fraction(str(book))
    return found(*agreements, **asked).on(list_price=Fraction(20), book_price=price)  # type: ignore[arg-type]


# --- what comes out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ({"price": "8.125"}, Fraction(65, 8)),
        ({"price": 12}, 12),
        ({"percent_off_list": 30}, 14),
        ({"percent_off_book": "33.3"}, Fraction(667, 100)),
        ({"percent_off_book": -5}, Fraction(21, 2)),
        ({"not_above": 9}, 9),
        ({"not_above": 11}, 10),
    ],
)
def test_each_kind_makes_its_price_and_replays(said: dict[str, object], price: Fraction) -> None:
    contracted = made(agreement(lines=[bolt(**said)]))
    assert contracted.price == price
    assert replayed(contracted.steps, Fraction(10)) == price


def test_a_campaign_never_raises_a_price() -> None:
    # PB-08: base 5; a campaign of 3 in early May, one of 6 at the end of May
    early = {"start": "2022-05-01", "end": "2022-05-12"}
    late = {"start": "2022-05-24", "end": "2022-05-31"}
    campaigns = (
        agreement("C3", customer=None, period=early, lines=[bolt(price=3)]),
        agreement("C6", customer=None, period=late, lines=[bolt(price=6)]),
    )
    prices = [
        made(*campaigns, book=5, at=datetime(2022, 5, day, tzinfo=UTC)).price for day in (5, 17, 30)
    ]
    assert prices == [3, 5, 5]


def test_a_campaign_of_a_surcharge_changes_nothing() -> None:
    for kind in ("percent_off_list", "percent_off_book"):
        contracted = made(agreement(customer=None, lines=[bolt(**{kind: -10})]))
        assert (contracted.price, contracted.agreed) == (10, None)
        assert contracted.steps[-1].reason == "not_lower"


def test_what_leaves_the_book_price_leaves_promotions_too() -> None:
    assert not made(agreement()).promotable
    assert made(agreement(promotable=True)).promotable
    assert made(agreement(lines=[bolt(not_above=10)])).promotable
    assert made().promotable


def test_an_agreed_price_needs_no_book_price() -> None:
    assert made(agreement(), book=None).price == 8


def test_a_campaign_bounds_a_price_and_makes_none() -> None:
    # the product may cost less in the book that is searched next
    for said in ({"price": 8}, {"percent_off_list": 5}):
        contracted = made(agreement(customer=None, lines=[bolt(**said)]), book=None)
        assert (contracted.price, contracted.agreed) == (None, None)
        assert contracted.steps[-1].needed == "book"


@pytest.mark.parametrize("kind", ["percent_off_book", "not_above"])
def test_what_leans_on_a_missing_price_gives_none(kind: str) -> None:
    contracted = made(agreement(lines=[bolt(**{kind: 5})]), book=None)
    assert (contracted.price, contracted.steps[-1].reason) == (None, "no_price")


def test_a_percentage_off_a_missing_list_price_gives_none() -> None:
    candidates = found(agreement(lines=[bolt(percent_off_list=5)]))
    contracted = candidates.on(list_price=None, book_price=Fraction(10))
    assert (contracted.price, contracted.steps[-1].needed) == (None, "list")


def test_a_price_scales_with_the_unit_asked_for() -> None:
    own, per_box = bolt(price=8), bolt(price=35, unit="box")
    assert made(agreement(lines=[own]), unit="box").price == 40
    assert made(agreement(lines=[own, per_box]), unit="box").price == 35
    assert made(agreement(lines=[own, per_box]), unit="pc").price == 8


def test_a_row_says_rule_and_name_in_two_languages() -> None:
    terms = agreement(name={"en": "Frame", "zh": "框架"}, lines=[bolt(price=8, lower=2)])
    (row,) = made(terms, quantity=2).steps
    assert (row.rule, row.point, row.before, row.after) == ("FW: BOLT from 2", "contracted", 10, 8)
    assert row.title("en") == "Frame: BOLT from 2 at 8"
    assert row.title("zh") == "框架：BOLT，满 2 起，协议价 8"


# --- who wins -------------------------------------------------------------------------------


def test_the_nearest_to_the_customer_wins() -> None:
    # each is dearer than the one behind it, and the farther names the product, the nearer all
    campaign = agreement("4", customer=None, lines=[bolt(price=1)])
    group = agreement("3", customer=None, customer_group="EAST", lines=[bolt(price=2)])
    top = agreement("2", customer="GROUP", covers_children=True, lines=[bolt(price=3)])
    above = agreement("1", customer="WORKS", covers_children=True, lines=[bolt(price=4)])
    own = agreement("0", lines=[{"price": 5}])
    every = [campaign, group, top, above, own]
    while every:
        nearest = every[-1]
        assert winner(*every) == nearest.code
        every.pop()
    assert winner() == ""


def test_the_nearest_to_the_product_wins() -> None:
    lines = [
        AgreedPrice(price=1),
        AgreedPrice(category="red", price=2),
        bolt(price=3),
        AgreedPrice(product="BOLT-RED", price=4),
    ]
    while lines:
        last = lines[-1]
        won = found(agreement(lines=lines), product="BOLT-RED").winner
        assert won is not None
        assert won.line == last
        lines.pop()


def test_a_line_for_the_family_beats_its_nearest_category() -> None:
    lines = [AgreedPrice(category="parts", price=1), AgreedPrice(category="metal", price=2)]
    assert made(agreement(lines=lines), product="NUT").price == 2
    assert made(agreement(lines=lines), product="BOLT-RED").price == 2


def test_a_rule_for_one_customer_beats_a_rule_for_all() -> None:
    # PB-11: 10 % on the item, 20 % for customer C1, 15 % on everything, 5 % in campaign K
    def off(percent: int) -> dict[str, object]:
        return {"customer": None, "lines": [bolt(percent_off_book=percent)]}

    rules = (
        agreement("ITEM", **off(10)),
        agreement("C1", **{**off(20), "customer": "SHOP"}),
        agreement("ALL", customer=None, lines=[{"percent_off_book": 15}]),
        agreement("K", **{**off(5), "customer_group": "K"}),
    )
    in_campaign = OTHER.with_(groups=("K",))
    asked = [(SHOP, "BOLT"), (OTHER, "BOLT"), (in_campaign, "BOLT"), (OTHER, "FILM")]
    lines = [found(*rules, customer=who, product=product).winner for who, product in asked]
    assert [line.line.percent_off_book for line in lines if line] == [20, 10, 5, 15]


def test_a_line_for_the_unit_wins_then_the_latest_start() -> None:
    year = {"start": "2026-01-01"}
    old = agreement("OLD", lines=[bolt(price=8), bolt(price=30, unit="box")])
    new = agreement("NEW", period=year, lines=[bolt(price=9)])
    assert winner(old, new) == "NEW"
    assert winner(old, new, at=datetime(2025, 12, 31, tzinfo=UTC)) == "OLD"
    assert winner(old, new, unit="box") == "OLD"


def test_of_one_agreement_the_higher_quantity_reached_wins() -> None:
    lines = [bolt(price=9), bolt(price=8, lower=10), bolt(price=7, lower=100)]
    asked = [1, "9.999999999", 10, 99, 100, -100]
    assert [made(agreement(lines=lines), quantity=number).price for number in asked] == [
        *(9, 9, 8, 8, 7, 7)
    ]
    boxes = [made(agreement(lines=lines), quantity=number, unit="box").price for number in (1, 2)]
    assert boxes == [45, 40]


def test_two_that_tie_and_differ_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"'A' \(BOLT at 8\) and agreement 'B' \(BOLT at 7\)") as told:
        winner(agreement("B", lines=[bolt(price=7)]), agreement("A"))
    assert told.value.code == "agreement.ambiguous"


def test_two_that_tie_and_agree_are_one() -> None:
    assert winner(agreement("B"), agreement("A", lines=[bolt(price="8.0")])) == "A"
    pooled = agreement("A", lines=[bolt(price=8, commitment=Commitment(committed=9))])
    for other in (agreement("B", promotable=True), pooled.with_(code="B")):
        with pytest.raises(Refused):
            winner(other, pooled)


# --- why the others do not ------------------------------------------------------------------


def test_each_loser_says_why() -> None:
    lines = [
        bolt(price=7, lower=100),
        bolt(price=30, unit="box"),
        AgreedPrice(category="metal", price=9),
        bolt(price=8),
    ]
    over = {"end": "2025-12-31"}
    rows = reasons(
        agreement(lines=lines),
        agreement("OVER", period=over, lines=[bolt(price=6)]),
        agreement("USD", currency="USD", lines=[bolt(price=1)]),
        quantity=99,
    )
    assert rows == [
        ("FW: BOLT from 100", "quantity_below", "100", ""),
        ("FW: BOLT per box", "other_unit", "box", "pc"),
        ("FW: category metal", "less_specific", "", ""),
        ("OVER: BOLT", "outside_period", "… to 2025-12-31", ""),
        ("USD: BOLT", "other_currency", "USD", "CNY"),
    ]


def test_who_just_misses_an_agreement_on_the_product_is_told() -> None:
    near = (
        agreement("PARENT", customer="WORKS", lines=[bolt(price=7), AgreedPrice(price=1)]),
        agreement("CLUB", customer=None, customer_group="CLUB", lines=[bolt(price=6)]),
        agreement("SALE", customer=None, excluded=["SHOP"], lines=[bolt(price=5)]),
    )
    assert reasons(*near) == [
        ("CLUB: BOLT", "other_customer", "CLUB", "VIP, EAST"),
        ("PARENT: BOLT", "other_customer", "WORKS", "SHOP"),
        ("SALE: BOLT", "other_customer", "not SHOP", "SHOP"),
    ]
    assert reasons(*near, product="NUT") == []


def test_agreements_with_strangers_leave_no_row_but_can_be_asked_for() -> None:
    theirs = agreement(
        "SECRET", customer="OTHER", lines=[bolt(price=1), {"product": "NUT", "price": 2}]
    )
    assert found(theirs) == (None, ())
    asked = {"currency": "CNY", "unit": "pc", "quantity": Decimal(1), "at": NOON}
    told = lookup(theirs).why_not("SECRET", SHOP, product="BOLT", **asked)  # type: ignore[arg-type]
    assert [(step.rule, step.reason, step.needed, step.actual) for step in told] == [
        ("SECRET: BOLT", "other_customer", "OTHER", "SHOP"),
        ("SECRET: NUT", "other_product", "NUT", "BOLT"),
    ]


def test_why_not_answers_for_winners_and_losers_alike() -> None:
    terms = lookup(agreement(), agreement("BIG", lines=[bolt(price=7, lower=100)]))
    asked = {"currency": "CNY", "product": "BOLT", "unit": "pc", "quantity": Decimal(1), "at": NOON}
    assert terms.why_not("FW", SHOP, **asked) == ()  # type: ignore[arg-type]
    (row,) = terms.why_not("BIG", SHOP, **asked)  # type: ignore[arg-type]
    assert (row.reason, row.needed) == ("quantity_below", "100")
    with pytest.raises(NotFound, match="'NONE'"):
        terms.why_not("NONE", SHOP, **asked)  # type: ignore[arg-type]


# --- whom an agreement reaches --------------------------------------------------------------


def test_children_are_covered_only_where_it_says_so() -> None:
    assert winner(agreement(customer="GROUP")) == ""
    assert winner(agreement(customer="GROUP", covers_children=True)) == "FW"
    assert winner(agreement(customer="GROUP", covers_children=True), customer=OTHER) == ""


def test_parents_in_a_circle_end_where_they_meet() -> None:
    first = Customer(code="A", party={"name": "A"}, parent="B")
    second = Customer(code="B", party={"name": "B"}, parent="A")
    assert ancestors(first, {"A": first, "B": second}) == ("B",)
    assert ancestors(first.with_(parent="LOST"), {}) == ("LOST",)


def test_who_refused_a_campaign_is_spared_it() -> None:
    # PB-09: a customer may refuse campaign prices
    campaign = agreement(customer=None, excluded=["OTHER"])
    assert winner(campaign, customer=OTHER) == ""
    assert winner(campaign) == winner(campaign, customer=None) == "FW"


def test_customers_reached_alike_share_their_answers() -> None:
    twin = OTHER.with_(code="TWIN")
    campaigns = lookup(agreement(customer=None), agreement("OWN"))
    terms = [campaigns.for_customer(who, currency="CNY") for who in (OTHER, twin, None, SHOP)]
    assert terms[0] is terms[1] is terms[2]
    assert terms[0].key != terms[3].key
    assert campaigns.for_customer(OTHER, currency="USD") is not terms[0]
    assert not lookup().for_customer(SHOP, currency="CNY")


def test_customers_of_other_groups_are_told_of_their_own() -> None:
    trade = lookup(agreement(customer=None, customer_group="CLUB"))
    for group in ("EAST", "WEST"):
        terms = trade.for_customer(OTHER.with_(code=group, groups=(group,)), currency="CNY")
        (row,) = terms.candidates("BOLT", unit="pc", quantity=Decimal(1), at=NOON).lost
        assert (row.needed, row.actual) == ("CLUB", group)


def test_the_bounds_of_an_answer_can_be_enumerated() -> None:
    spring = {"start": "2026-03-01", "end": "2026-05-31"}
    home = {"zone": "Asia/Shanghai", "period": spring}
    lines = [bolt(price=9), bolt(price=8, lower=12), {"product": "NUT", "price": 1, "lower": 7}]
    terms = lookup(agreement(**home, lines=lines)).for_customer(SHOP, currency="CNY")
    bounds = terms.bounds("BOLT", unit="box")
    assert [str(size) for size in bounds.sizes] == ["0", "2.400000000"]
    assert [moment.isoformat() for moment in bounds.times[1:]] == [
        *("2026-02-28T16:00:00+00:00", "2026-05-31T16:00:00+00:00")
    ]


def test_the_book_of_the_nearest_agreement_is_found() -> None:
    everybody = agreement("ALL", customer=None, price_book="SALE")
    old, new = agreement("OLD", price_book="A"), agreement("NEW", price_book="B")
    new = new.with_(period={"start": "2026-06-01"})
    trade = lookup(everybody, old, new, agreement("PLAIN"))
    assert trade.book_for(SHOP, at=NOON) == ("B", "NEW")
    assert trade.book_for(SHOP, at=datetime(2026, 5, 31, tzinfo=UTC)) == ("A", "OLD")
    assert trade.book_for(None, at=NOON) == ("SALE", "ALL")
    assert trade.book_for(SHOP, at=NOON, currency="USD") is None
    assert lookup(agreement()).book_for(SHOP, at=NOON) is None
    with pytest.raises(Refused, match=r"'NEW' and 'OLD'.* 'B' and 'A'") as told:
        lookup(old, new.with_(period={})).book_for(SHOP, at=NOON)
    assert told.value.code == "price_book.tie"


# --- components -----------------------------------------------------------------------------


def test_components_have_the_percentage_of_their_whole_where_it_cascades() -> None:
    head = [bolt(percent_off_book=10)]
    for cascade, price in ((True, 9), (False, 10)):
        terms = agreement(cascade=cascade, lines=head)
        above = carried(found(terms).winner, None)
        contracted = made(terms, product="FILM", above=above)
        assert contracted.price == price
    above = carried(found(agreement(cascade=True, lines=head)).winner, None)
    assert above is not None
    assert made(above.agreement, product="FILM", above=above).steps[0].reason == "cascaded"
    assert carried(found(agreement()).winner, above) is above


def test_what_is_agreed_for_a_component_beats_what_comes_from_above() -> None:
    lines = [bolt(percent_off_book=10), {"category": "metal", "price": 7}, {"price": 6}]
    terms = agreement(cascade=True, lines=lines)
    above = carried(found(terms).winner, None)
    assert made(terms, product="NUT", above=above).price == 7
    assert made(terms, product="FILM", above=above).price == 9


# --- what can be written --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"customer_group": "VIP"}, "customer or a group"),
        ({"customer": None, "covers_children": True}, "children of no customer"),
        ({"lines": []}, "agrees on nothing"),
        ({"cascade": True}, "no percentage"),
        ({"currency": None}, "needs a currency"),
        ({"zone": "Mars"}, "not an IANA time zone"),
        ({"lines": [{"price": 8}, {"price": 9}]}, "two lines for everything"),
        (
            {
                "lines": [
                    bolt(price=8, commitment=Commitment(committed=1)),
                    bolt(price=7, lower=9, commitment=Commitment(committed=2)),
                ]
            },
            "two commitments '1'",
        ),
    ],
)
def test_what_cannot_be_kept_is_not_written(fields: dict[str, object], words: str) -> None:
    with pytest.raises((ValidationError, NotFound), match=words):
        agreement(**fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"product": "M8", "category": "bolts", "price": 1}, "not both"),
        ({"product": "M8"}, "exactly one"),
        ({"product": "M8", "price": 1, "not_above": 2}, "exactly one"),
        ({"category": "c", "price": 1, "commitment": {"committed": 9}}, "needs a unit"),
        ({"price": -1}, "greater than or equal to 0"),
        ({"percent_off_book": 101}, "less than or equal to 100"),
    ],
)
def test_a_line_says_one_thing(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AgreedPrice.model_validate(fields)


def test_an_amount_that_cannot_be_paid_is_not_committed() -> None:
    pool = Commitment(measure="amount", committed="10.005")
    with pytest.raises((ValidationError, Invalid), match=r"10\.005 CNY has more decimals"):
        agreement(lines=[bolt(percent_off_book=5, commitment=pool)])
