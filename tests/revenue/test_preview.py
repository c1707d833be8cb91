"""What facts would change: balances and entries, and nothing recorded."""

import pytest

from cpq.kernel.errors import Refused
from revenue import Reversal, journal
from revenue.chart import STANDARD_CHART
from revenue.preview import preview
from tests.revenue.settling import (
    DUE,
    abroad,
    adjusting,
    applying,
    at_home,
    cny,
    disputed,
    handing_on,
    held_back,
    identifying,
    owed,
    releasing,
    short,
    usd,
)


def changes(seen):
    return [
        (each.kind, each.number, None if each.before is None else str(each.before), str(each.after))
        for each in seen.changes
    ]


def test_an_application_shows_both_sides():
    seen = preview(at_home(), applying(cny("300.00")))
    assert changes(seen) == [
        ("receipt", "R-1", "350.00 CNY", "50.00 CNY"),
        ("receivable", "AR-1", "300.00 CNY", "0.00 CNY"),
    ]
    assert {each.customer for each in seen.changes} == {"C-1"}
    assert [each.due_on for each in seen.changes] == [None, DUE]


def test_what_begins_had_no_balance_before():
    seen = preview(at_home(), applying(cny("250.00"), differences=(disputed(cny("50.00")),)))
    assert changes(seen) == [
        ("receipt", "R-1", "350.00 CNY", "100.00 CNY"),
        ("receivable", "AR-1", "300.00 CNY", "0.00 CNY"),
        ("receivable", "AR-1/D", None, "50.00 CNY"),
    ]


def test_undoing_shows_what_comes_back_and_what_ends():
    ledger = at_home(applying(cny("250.00"), differences=(disputed(cny("50.00")),)))
    seen = preview(ledger, Reversal(number="X-1", reverses="A-1", on=DUE, reason="wrong"))
    assert changes(seen) == [
        ("receipt", "R-1", "100.00 CNY", "350.00 CNY"),
        ("receivable", "AR-1", "0.00 CNY", "300.00 CNY"),
        ("receivable", "AR-1/D", "50.00 CNY", "0.00 CNY"),
    ]


def test_several_facts_show_the_sum_of_what_they_change():
    seen = preview(
        at_home(owed("AR-2", "50.00")),
        applying(cny("100.00")),
        applying(cny("200.00"), "A-2"),
        applying(cny("50.00"), "A-3", receivable="AR-2"),
    )
    assert changes(seen) == [
        ("receipt", "R-1", "350.00 CNY", "0.00 CNY"),
        ("receivable", "AR-1", "300.00 CNY", "0.00 CNY"),
        ("receivable", "AR-2", "50.00 CNY", "0.00 CNY"),
    ]
    assert len(seen.entries) == 3


def test_a_fact_and_its_reversal_change_nothing():
    seen = preview(
        at_home(),
        applying(cny("100.00")),
        Reversal(number="X-1", reverses="A-1", on=DUE, reason="wrong"),
    )
    assert changes(seen) == []
    assert len(seen.entries) == 2


@pytest.mark.parametrize(
    "facts",
    [
        (handing_on(cny("80.00")),),
        (identifying(cny("80.00")),),
        (adjusting(held_back(cny("15.00"))), releasing(cny("15.00"))),
        (adjusting(short(cny("1.00"))),),
    ],
    ids=["change of debtor", "identification", "retention", "adjustment"],
)
def test_what_is_shown_is_what_happens(facts):
    ledger = at_home()
    seen, after = preview(ledger, *facts), ledger.settle(*facts)
    assert seen.facts == after.facts[len(ledger.facts) :]
    assert seen.entries == journal(after.facts)[len(journal(ledger.facts)) :]
    for each in seen.changes:
        assert after.left(each.kind, each.number) == each.after
        assert each.before is None or ledger.left(each.kind, each.number) == each.before


def test_the_facts_bear_their_values_and_the_exchange_difference_is_shown():
    seen = preview(abroad(), applying(usd("300.00")))
    assert seen.facts[0].books == (cny("2130.00"), cny("2100.00"))
    (entry,) = seen.entries
    (exchange,) = [line for line in entry.lines if line.account == STANDARD_CHART.exchange]
    assert exchange.value == cny("-30.00")


def test_what_would_be_refused_is_not_shown():
    with pytest.raises(Refused) as refusal:
        preview(at_home(), applying(cny("300.01")))
    assert refusal.value.code == "application.exceeds_open"


def test_nothing_is_recorded():
    ledger = at_home()
    preview(ledger, applying(cny("300.00")))
    assert ledger == at_home()
