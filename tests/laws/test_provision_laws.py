"""Laws of provisions and write-offs, for any rates, histories, parts and people.

The last law is a game of sixty steps, played by ``tests.revenue.provision.loss_game``.
"""

from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from revenue import Receipt, ReceivablesLedger
from revenue.provision import (
    CreditCover,
    HistoryPolicy,
    IndividualAssessment,
    back_test,
    expected_loss,
    observe_losses,
    provision_matrix,
    recover_write_off,
    relief_on,
    tax_relief,
)
from revenue.provision.assessment import covered_amounts
from revenue.provision.pooling import pooled
from revenue.writeoff import WriteOff
from tests.revenue.provision.books import cny, day, debt
from tests.revenue.provision.loss_game import LossGame

RATES = st.integers(0, 10_000).map(lambda parts: Fraction(parts, 10_000))
CENTS = st.integers(1, 5_000_000)
EDGES = (0, 30, 60)
POLICY = HistoryPolicy(buckets=EDGES, lost_after=90, thin=0)


@given(st.lists(RATES, min_size=2, max_size=7))
def test_a_matrix_takes_rates_exactly_when_they_never_fall(rates):
    edges = tuple(range(0, 30 * (len(rates) - 1), 30))
    if all(one <= two for one, two in pairwise(rates)):
        assert provision_matrix("law", {"": rates}, buckets=edges).segments[0].rates == tuple(rates)
    else:
        with pytest.raises(ValidationError, match=r"provision\.rates_fall"):
            provision_matrix("law", {"": rates}, buckets=edges)


@given(st.lists(RATES, min_size=3, max_size=7, unique=True).map(sorted), st.data())
def test_two_swapped_rates_are_named(rates, data):
    young, old = sorted(data.draw(st.permutations(range(len(rates))))[:2])
    rates[young], rates[old] = rates[old], rates[young]
    edges = tuple(range(0, 30 * (len(rates) - 1), 30))
    with pytest.raises(ValidationError, match="swapped"):
        provision_matrix("law", {"": rates}, buckets=edges)


@given(
    st.lists(st.tuples(CENTS, st.integers(0, 200)), min_size=1, max_size=12),
    st.lists(RATES, min_size=4, max_size=4).map(sorted),
)
def test_the_loss_of_merged_lines_is_that_of_the_lines_within_rounding(debts, rates):
    """Any split of what is open over customers' segments with the same rates, and all as one."""
    matrix = provision_matrix("law", {"": rates, "x": rates, "y": rates}, buckets=EDGES)
    facts = [
        debt(
            f"A-{n}", str(Money.from_minor(cents, "CNY").amount), due=201 - late, customer=f"C-{n}"
        )
        for n, (cents, late) in enumerate(debts)
    ]
    ledger = ReceivablesLedger().record(*facts)
    apart = {f"C-{n}": ("x", "y", "")[n % 3] for n in range(len(debts))}
    split = expected_loss(ledger, matrix, as_of=day(201), segments=apart)
    whole = expected_loss(ledger, matrix, as_of=day(201))
    assert split.gross("CNY") == whole.gross("CNY")
    exact = sum(Fraction(line.exact) for line in split.lines)
    assert exact == sum(Fraction(line.exact) for line in whole.lines)
    for found in (split, whole):
        off = abs(Fraction(found.total("CNY").amount) - exact)
        assert off <= len(found.lines) * Fraction(1, 200)


@given(
    st.lists(st.integers(0, 1_000_000), min_size=1, max_size=5),
    st.lists(st.tuples(CENTS, RATES), max_size=4),
)
def test_covers_pay_no_more_than_is_owed_and_favour_no_age(owed, covers):
    amounts = [Money.from_minor(cents, "CNY") for cents in owed]
    given_covers = [
        CreditCover(customer="C", limit=Money.from_minor(limit, "CNY"), quota=quota, source="law")
        for limit, quota in covers
    ]
    found = covered_amounts(amounts, given_covers, as_of=day(1))
    whole, paid = money_total(amounts, "CNY"), money_total(found, "CNY")
    assert all(cny("0") <= part <= amount for part, amount in zip(found, amounts, strict=True))
    asked = sum(Fraction(min(c.limit, whole).amount) * c.quota for c in given_covers)
    assert Fraction(paid.amount) <= min(asked, Fraction(whole.amount))
    for part, amount in zip(found, amounts, strict=True):
        if whole.amount:
            fair = Fraction(paid.amount) * amount.ratio_to(whole)
            assert abs(Fraction(part.amount) - fair) < Fraction(1, 100)


@given(st.lists(st.tuples(CENTS, st.integers(0, 100)), min_size=1, max_size=6), RATES)
def test_what_is_assessed_by_itself_and_the_rest_are_all_that_is_open(debts, rate):
    ledger = ReceivablesLedger().record(
        *(
            debt(
                f"A-{n}",
                str(Money.from_minor(cents, "CNY").amount),
                due=101 - late,
                customer=f"C-{n % 2}",
            )
            for n, (cents, late) in enumerate(debts)
        )
    )
    matrix = provision_matrix("law", {"": (0, 0, 0, 0)}, buckets=EDGES)
    alone = IndividualAssessment(customer="C-0", rate=rate, reason="law")
    found = expected_loss(ledger, matrix, as_of=day(101), individual=[alone])
    assert found.gross("CNY") == expected_loss(ledger, matrix, as_of=day(101)).gross("CNY")
    own = money_total((item.open for item in ledger.open_items("C-0")), "CNY")
    assert found.total("CNY") == own.share(rate)


# --- pooling --------------------------------------------------------------------------------------

WEIGHTED = st.lists(st.tuples(RATES, st.integers(1, 1000)), min_size=1, max_size=7)


@given(WEIGHTED, st.data())
def test_the_pooled_row_rises_keeps_the_mean_and_is_the_nearest(row, data):
    rates, weights = zip(*row, strict=True)
    found = [each.rate for each in pooled(rates, weights)]
    assert all(one <= two for one, two in pairwise(found))
    assert sum(map(mul, found, weights)) == sum(map(mul, rates, weights))
    other = data.draw(st.lists(RATES, min_size=len(row), max_size=len(row)).map(sorted))

    def distance(those):
        return sum(w * (a - b) ** 2 for a, b, w in zip(those, rates, weights, strict=True))

    assert distance(found) <= distance(other)
    if list(rates) == sorted(rates):
        assert found == list(rates)


def mul(one, two):
    return one * two


# --- histories ------------------------------------------------------------------------------------


@st.composite
def histories(draw):
    """Receivables that are paid, lost and recovered in parts on any day; nothing is taken back."""
    ledger = ReceivablesLedger()
    events = []
    for n in range(draw(st.integers(1, 6))):
        cents, begin = draw(st.integers(2, 100_000)), draw(st.integers(1, 20))
        due = begin + draw(st.integers(0, 30))
        amount = str(Money.from_minor(cents, "CNY").amount)
        customer = f"C-{draw(st.integers(1, 2))}"
        ledger = ledger.record(debt(f"AR-{n}", amount, on=begin, due=due, customer=customer))
        for _ in range(draw(st.integers(0, 4))):
            share = draw(st.integers(1, 100))
            late = draw(st.integers(0, 200))
            events.append(
                (
                    begin + late,
                    n,
                    draw(st.sampled_from(["pay", "lose", "lose", "get back", "get back"])),
                    share,
                )
            )
    for place, (on, n, kind, share) in enumerate(sorted(events)):
        ledger = happened(ledger, place, on, f"AR-{n}", kind, share)
    return ledger


def happened(ledger, place, on, number, kind, share):
    left = ledger.open_amount(number)
    amount = max(left.share(Fraction(share, 100)), Money.from_minor(1, "CNY"))
    customer = ledger.receivable(number).customer
    if kind == "get back":
        losses = [
            fact.number
            for fact in ledger.facts
            if isinstance(fact, WriteOff)
            and fact.receivable == number
            and ledger.recoverable_amount(fact.number).amount
        ]
        if not losses:
            return ledger
        amount = ledger.recoverable_amount(losses[0]).share(Fraction(share, 100))
        if not amount.amount:
            return ledger
        cash = Receipt(number=f"R-{place}", customer=customer, on=day(on), amount=amount)
        return ledger.record(cash).recover(
            losses[0], receipt=cash.number, number=f"V-{place}", on=day(on)
        )
    if not left.amount:
        return ledger
    if kind == "lose":
        return ledger.write_off(
            number, number=f"W-{place}", on=day(on), reason="law", approved_by="x", amount=amount
        )
    cash = Receipt(number=f"R-{place}", customer=customer, on=day(on), amount=amount)
    return ledger.record(cash).apply(cash.number, to=number, number=f"A-{place}", on=day(on))


def rates_of(ledger, policy=POLICY, as_of=400, **segments):
    return observe_losses(ledger, policy, as_of=day(as_of), currency="CNY", segments=segments)


@given(histories())
def test_rates_from_any_history_never_fall_and_lie_between_none_and_all(ledger):
    for method in ("vintage", "roll_rate"):
        for smoothing in (0, 3):
            policy = POLICY.with_(method=method, smoothing=smoothing)
            found = rates_of(ledger, policy, **{"C-1": "one"})
            matrix = found.matrix(name="law")
            for row in matrix.segments:
                assert all(one <= two for one, two in pairwise(row.rates))
            assert all(each.lost <= each.base for each in found.rates)


@given(histories())
def test_of_a_history_that_is_over_both_methods_observe_the_same(ledger):
    vintage = rates_of(ledger)
    rolls = rates_of(ledger, POLICY.with_(method="roll_rate"))
    assert [each.raw for each in rolls.rates] == [each.raw for each in vintage.rates]
    assert [each.base for each in rolls.rates] == [each.base for each in vintage.rates]


@given(histories(), st.integers(100, 240))
def test_what_came_later_changes_no_rate_of_a_past_day(ledger, until):
    known = ReceivablesLedger().record(*(f for f in ledger.facts if f.on <= day(until)))
    for method in ("vintage", "roll_rate"):
        policy = POLICY.with_(method=method)
        try:
            found = rates_of(known, policy, until)
        except Refused:
            with pytest.raises(Refused):
                rates_of(ledger, policy, until)
            continue
        assert rates_of(ledger, policy, until) == found


@given(histories())
def test_the_vintage_of_the_first_bucket_loses_what_the_books_lost(ledger):
    """Of a history that is over: written off, less recovered, and what is still open."""
    lost = money_total(
        (ledger.recoverable_amount(f.number) for f in ledger.facts if isinstance(f, WriteOff)),
        "CNY",
    )
    still = money_total((item.open for item in ledger.open_items()), "CNY")
    assert rates_of(ledger).rates[0].lost == lost + still


@given(histories(), st.integers(100, 180))
def test_a_back_test_splits_what_was_open_and_never_loses_more(ledger, on):
    found = back_test(ledger, POLICY, days=[day(on)], as_of=day(400), currency="CNY")
    owed = money_total((item.open for item in ledger.open_items(as_of=day(on))), "CNY")
    if found.findings:
        assert found.rows == ()
        return
    assert money_total((row.exposure for row in found.rows), "CNY") == owed
    for row in found.rows:
        assert cny("0") <= row.lost <= row.exposure
        assert row.undecided == cny("0")
        assert row.error == abs(row.predicted - row.lost)


# --- tax ------------------------------------------------------------------------------------------


@given(
    st.integers(1, 1_000_000),
    st.integers(0, 100),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_relief_of_parts_is_the_tax_and_recovery_in_parts_gives_all_back(cents, percent, weights):
    whole = Money.from_minor(cents, "CNY")
    tax = Money.from_minor(cents * percent // 100, "CNY")
    ledger = ReceivablesLedger().record(debt("A", str(whole.amount), due=1, tax=tax))
    law, relieved = tax_relief("DE-USTG-17"), cny("0")
    other = debt("B", "113", due=1, tax=cny("13"))
    gone = WriteOff(
        number="W-B",
        receivable="B",
        amount=other.amount,
        on=day(2),
        reason="law",
        approved_by="x",
        tax_relief=other.tax,
    )
    ledger = ledger.record(other, gone)
    for place, part in enumerate(each for each in whole.split(weights) if each.amount):
        relief = relief_on(ledger, "A", part, on=day(2), policy=law)
        fact = WriteOff(
            number=f"W-{place}",
            receivable="A",
            amount=part,
            on=day(2),
            reason="law",
            approved_by="x",
            tax_relief=relief,
        )
        ledger, relieved = ledger.record(fact), relieved + relief
    assert relieved == tax
    for loss in [f for f in ledger.facts if isinstance(f, WriteOff)]:
        given_back = cny("0")
        for place, part in enumerate(each for each in loss.amount.split(weights) if each.amount):
            number = f"{loss.number}-{place}"
            cash = Receipt(number=f"R{number}", customer="C-1", on=day(3), amount=part)
            ledger = ledger.record(cash)
            fact = recover_write_off(
                ledger, loss.number, receipt=cash.number, number=f"V{number}", on=day(3)
            )
            ledger, given_back = ledger.record(fact), given_back + fact.tax
        assert given_back == loss.tax_relief
    assert ledger.allowance("CNY") == cny("0")


TestLossGame = LossGame.TestCase
TestLossGame.settings = settings(stateful_step_count=60)
