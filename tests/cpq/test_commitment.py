"""Commitments: how much was promised at the agreed price, who draws on it, and what is left."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cpq.agreement import (
    AgreedPrice,
    Commitment,
    Demand,
    Portion,
    PriceAgreement,
    Shared,
    after,
    carried,
    drawn,
    given_back,
    shared,
)
from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import RoundingPolicy
from tests.cpq.agreements import agreement, bolt, found

POLICY = RoundingPolicy()


def demands(pool: Commitment, *asked: tuple[str, object, str]) -> list[Demand]:
    """Lines of the bolt at 8 agreed and 10 at book: number, quantity, unit."""
    terms = agreement(lines=[bolt(price=8, commitment=pool)])
    rows = []
    for line, quantity, unit in asked:
        won = found(terms, unit=unit, quantity=quantity).winner
        assert won is not None
        price = Fraction(8) * won.scale
        size = Decimal(str(quantity))
        rows.append(Demand(line, won, "BOLT", unit, size, Decimal(1), price, price + 2))
    return rows


def portions_of(rows: Sequence[Demand]) -> tuple[Portion, ...]:
    return shared(rows, currency="CNY", policy=POLICY).portions


def order(number: str) -> dict[str, Any]:
    return {"document": number, "on": date(2026, 11, 29)}


def remaining(terms: PriceAgreement) -> Decimal:
    return terms.commitment("1").remaining


def portions(given: Shared) -> list[tuple[str, str, str]]:
    return [(str(row.agreed), str(row.book), str(row.taken)) for row in given.portions]


def test_the_rest_of_a_line_is_priced_at_book() -> None:
    pool = Commitment(committed=100, consumed=60, reserved=10, over="book")
    asked = demands(pool, ("1", 10, "pc"), ("2", 25, "pc"))
    given = shared(asked, currency="CNY", policy=POLICY)
    assert portions(given) == [("5", "5", "5"), ("25", "0", "25")]
    (note,) = given.findings
    assert (note.code, note.severity) == ("commitment.remainder_at_book", "note")
    assert "30 left of 100" in note.message.en
    assert "剩余 30" in note.message.zh


def test_boxes_are_never_cut_in_two() -> None:
    pool = Commitment(committed=12, over="book")
    given = shared(demands(pool, ("1", 4, "box"), ("2", 9, "pc")), currency="CNY", policy=POLICY)
    assert portions(given) == [("2", "2", "10"), ("2", "7", "2")]


def test_an_amount_suffices_for_whole_pieces() -> None:
    pool = Commitment(measure="amount", committed="100.00", over="book")
    given = shared(demands(pool, ("1", 20, "pc")), currency="CNY", policy=POLICY)
    assert portions(given) == [("12", "8", "96.00")]
    assert "100.00 CNY" in given.findings[0].message.en


def test_what_costs_nothing_draws_nothing_of_an_amount() -> None:
    pool = Commitment(measure="amount", committed="0.01", over="book")
    (row,) = demands(pool, ("1", 20, "pc"))
    given = shared([row._replace(price=Fraction(0))], currency="CNY", policy=POLICY)
    assert (portions(given), given.findings) == ([("20", "0", "0.00")], ())


@pytest.mark.parametrize(("over", "severity"), [("block", "error"), ("warn", "note")])
def test_beyond_a_commitment_is_said(over: str, severity: str) -> None:
    # AG-02: a blanket agreement warns when it is exceeded
    pool = Commitment.model_validate({"committed": 100, "consumed": 120, "over": over})
    given = shared(demands(pool, ("1", 1, "pc")), currency="CNY", policy=POLICY)
    assert portions(given) == [("1", "0", "1")]
    (finding,) = given.findings
    assert (finding.code, finding.severity) == ("commitment.exceeded", severity)
    within = demands(Commitment(committed=1), ("1", 1, "pc"))
    assert shared(within, currency="CNY", policy=POLICY).findings == ()


def test_lines_without_commitment_are_left_alone() -> None:
    won = found(agreement()).winner
    assert won is not None
    row = Demand("1", won, "BOLT", "pc", Decimal(3), Decimal(1), Fraction(8))
    assert portions(shared([row], currency="CNY", policy=POLICY)) == [("3", "0", "0")]


def test_a_component_draws_nothing_of_what_its_whole_was_promised() -> None:
    line = bolt(percent_off_book=10, commitment=Commitment(committed=1))
    terms = agreement(cascade=True, lines=[line])
    above = carried(found(terms).winner, None)
    won = found(terms, product="FILM", above=above).winner
    assert above is not None
    assert won is not None
    assert (above.commitment, won.commitment) == (line.commitment, None)


def test_a_return_gives_back_and_frees_nothing_at_once() -> None:
    pool = Commitment(committed=10, over="book")
    given = shared(demands(pool, ("1", -4, "pc"), ("2", 12, "pc")), currency="CNY", policy=POLICY)
    assert portions(given) == [("-4", "0", "-4"), ("10", "2", "10")]


def test_orders_consume_and_cancellations_give_back() -> None:
    # AG-01: the quantity of a blanket agreement falls when an order is confirmed
    pool = Commitment(committed=100, over="book")
    rows = demands(pool, ("1", 30, "pc"), ("2", 6, "box"))
    terms = rows[0].agreed.agreement
    given = shared(rows, currency="CNY", policy=POLICY)
    facts = drawn(terms, given.portions, document="SO-1", on=date(2026, 11, 29))
    assert remaining(after(terms, facts)) == 40
    undone = given_back(facts[0], on=date(2026, 12, 3))
    assert remaining(after(terms, [*facts, undone])) == 70
    assert remaining(after(terms, [undone, *facts, *facts])) == 70


def test_reservations_are_kept_apart_from_orders() -> None:
    rows = demands(Commitment(committed=100), ("1", 30, "pc"))
    terms = rows[0].agreed.agreement
    given = shared(rows, currency="CNY", policy=POLICY).portions
    held = drawn(terms, given, document="Q-1", on=date(2026, 11, 21), kind="reserve")
    pool = after(terms, held).commitment("1")
    assert (pool.reserved, pool.consumed, pool.remaining) == (30, 0, 70)


def test_facts_of_other_agreements_are_left_out() -> None:
    rows = demands(Commitment(committed=100), ("1", 30, "pc"))
    terms = rows[0].agreed.agreement
    facts = drawn(terms, shared(rows, currency="CNY", policy=POLICY).portions, **order("SO-1"))
    strangers = [fact.with_(agreement="OTHER") for fact in facts]
    assert after(terms, strangers) == terms
    assert drawn(terms.with_(code="OTHER"), portions_of(rows), **order("SO-1")) == ()


def test_facts_that_cannot_be_are_refused() -> None:
    rows = demands(Commitment(committed=100), ("1", 30, "pc"))
    terms = rows[0].agreed.agreement
    (fact,) = drawn(terms, portions_of(rows), **order("SO-1"))
    undone = given_back(fact, on=date(2026, 12, 3))
    with pytest.raises(Conflict, match=r"took 30 .* then 31"):
        after(terms, [fact, fact.with_(taken=31)])
    with pytest.raises(Refused, match="30 more came back than was consumed"):
        after(terms, [undone])
    with pytest.raises(NotFound, match="'2'; it has 1"):
        after(terms, [fact.with_(commitment="2")])
    with pytest.raises(Refused, match="itself a reversal"):
        given_back(undone, on=date(2026, 12, 4))


def test_lines_may_share_a_commitment() -> None:
    pool = Commitment(committed=10, over="book")
    nut = AgreedPrice(product="NUT", price=4, commitment=pool)
    terms = agreement(lines=[bolt(price=8, commitment=pool), nut])
    won = [found(terms, product=product).winner for product in ("BOLT", "NUT")]
    rows = [
        Demand(str(place), each, each.line.product or "", "pc", Decimal(8), Decimal(1), Fraction(8))
        for place, each in enumerate(won)
        if each
    ]
    given = shared(rows, currency="CNY", policy=POLICY)
    assert portions(given) == [("8", "0", "8"), ("2", "6", "2")]
    assert [pool.code for pool in terms.commitments] == ["1"]
