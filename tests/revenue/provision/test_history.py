"""Loss rates from the books: nothing that came later is seen, and what is thin is said."""

from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger
from revenue.application import DebtorChange
from revenue.provision import HistoryPolicy, LossHistory, observe_losses, vintages
from revenue.provision.history import _kept
from tests.revenue.provision.books import cny, day, debt, lost, paid, recovered

POLICY = HistoryPolicy(buckets=(0, 30), lost_after=90, thin=0)
LATER = day(400)


def history(
    ledger: ReceivablesLedger,
    policy: HistoryPolicy = POLICY,
    *,
    as_of: date = LATER,
    segments: dict[str, str] | None = None,
) -> LossHistory:
    return observe_losses(ledger, policy, as_of=as_of, currency="CNY", segments=segments)


def shown(found: LossHistory) -> list[tuple[str, str]]:
    return [(each.bucket, str(each.raw)) for each in found.rates]


def two_debts() -> ReceivablesLedger:
    """Of 1,000 due on day 10, half is paid in time, 300 a week late, 200 is written off."""
    ledger = ReceivablesLedger().record(debt("A", "600", on=1, due=10), debt("B", "400", due=10))
    ledger = paid(paid(ledger, "A", "500", on=10), "B", "300", on=17)
    return lost(lost(ledger, "A", "100", on=80), "B", "100", on=80)


def test_a_bucket_begins_with_what_is_open_when_the_one_before_ends() -> None:
    found = history(two_debts())
    assert [(each.base, each.lost, each.count) for each in found.rates] == [
        (cny("1000"), cny("200"), 2),
        (cny("500"), cny("200"), 2),
        (cny("200"), cny("200"), 2),
    ]
    assert shown(found) == [("0", "1/5"), ("1-30", "2/5"), ("31+", "1")]


def test_a_payment_on_the_last_day_of_a_bucket_is_in_time_and_a_day_later_is_not() -> None:
    for on, base in ((10, "0"), (11, "100")):
        ledger = paid(ReceivablesLedger().record(debt("A", "100", on=1, due=10)), "A", "100", on=on)
        assert history(ledger).rates[1].base == cny(base)


def test_what_was_recovered_was_not_lost_and_what_was_reversed_neither() -> None:
    ledger = lost(ReceivablesLedger().record(debt("A", "100", due=1)), "A", "80", on=50, as_="W")
    back = recovered(ledger, "W", "30", on=60)
    assert history(back).rates[0].lost == cny("70")  # 50 of the write-off, 20 still open
    undone = ledger.unapply("W", number="X", on=day(60), reason="paid")
    assert history(undone).rates[0].lost == cny("100")
    assert history(paid(undone, "A", "100", on=70)).rates[0].lost == cny("0")


def test_what_is_open_after_so_many_days_counts_as_lost() -> None:
    ledger = ReceivablesLedger().record(debt("A", "100", due=1))
    assert history(ledger, as_of=day(91)).rates[0].raw == 1
    with pytest.raises(Refused) as refusal:
        history(ledger, as_of=day(90))
    assert refusal.value.code == "provision.no_history"


def test_a_rate_of_a_past_day_does_not_know_what_came_later() -> None:
    before = history(two_debts(), as_of=day(100))
    ledger = paid(two_debts().record(debt("C", "5000", due=12)), "C", "1", on=102)
    ledger = recovered(ledger, "W-6", "50", on=101)
    known = [fact for fact in ledger.facts if fact.on <= day(100)]
    assert history(ledger, as_of=day(100)) == history(
        ReceivablesLedger().record(*known), as_of=day(100)
    )
    assert before.rates[0].lost == cny("200")


def test_both_methods_give_the_same_rates_of_a_history_that_is_over() -> None:
    rolls = history(two_debts(), POLICY.with_(method="roll_rate"))
    assert shown(rolls) == shown(history(two_debts()))
    assert [each.rolled for each in rolls.rates] == [cny("500"), cny("200"), cny("0")]


def test_roll_rates_use_receivables_whose_end_is_not_known() -> None:
    ledger = two_debts().record(debt("C", "1000", due=350))
    ledger = paid(ledger, "C", "1000", on=350)
    assert shown(history(ledger))[0] == ("0", "1/5")
    rolls = history(ledger, POLICY.with_(method="roll_rate"))
    assert rolls.rates[0].raw == Fraction(500, 2000) * Fraction(2, 5)


def test_what_rolls_where_no_end_is_known_is_lost() -> None:
    ledger = paid(ReceivablesLedger().record(debt("A", "100", due=1)), "A", "100", on=1)
    ledger = ledger.record(debt("B", "100", due=350))
    rolls = history(ledger, POLICY.with_(method="roll_rate"))
    assert [each.rate for each in rolls.rates] == [Fraction(1, 2), 1, 1]
    assert [each.code for each in rolls.findings] == ["provision.unobserved"]


def test_only_the_window_is_looked_at() -> None:
    ledger = paid(two_debts().record(debt("C", "1000", due=200)), "C", "1000", on=200)
    recent = history(ledger, POLICY.with_(since_days=300))
    assert recent.rates[0].raw == 0
    assert history(ledger).rates[0].raw == Fraction(200, 2000)


def test_segments_are_observed_apart_and_an_unknown_one_gets_the_rates_of_all() -> None:
    ledger = two_debts().record(debt("C", "1000", due=5, customer="C-2"))
    ledger = paid(ledger, "C", "1000", on=5)
    found = history(ledger, segments={"C-2": "good"})
    assert found.segments == ("", "good")
    matrix = found.matrix(name="h", also=("new", "good"))
    assert matrix.rate("", 0) == Fraction(1, 5)
    assert matrix.rate("good", 0) == 0
    assert matrix.rate("new", 0) == Fraction(1, 10)


def test_a_segment_of_which_nothing_is_over_has_the_rates_of_all() -> None:
    ledger = two_debts().record(debt("C", "10", due=390, customer="C-2"))
    found = history(ledger, segments={"C-2": "new"})
    assert found.matrix(name="h").rate("new", 0) == Fraction(1, 5)
    assert {each.place for each in found.findings} == {"new/0", "new/1-30", "new/31+"}


def test_smoothing_pulls_a_small_segment_towards_all_and_is_off_by_default() -> None:
    ledger = paid(two_debts().record(debt("C", "1000", due=5, customer="C-2")), "C", "1000", on=5)
    policy = POLICY.with_(smoothing=1)
    found = history(ledger, policy, segments={"C-2": "good"})
    assert found.matrix(name="h").rate("good", 0) == (0 * 1 + Fraction(1, 10) * 1) / 2
    assert found.matrix(name="h").rate("", 0) == (Fraction(1, 5) * 2 + Fraction(1, 10)) / 3


def test_rates_that_fall_are_pooled_and_said() -> None:
    ledger = ReceivablesLedger().record(debt("A", "100", due=10), debt("B", "100", due=10))
    ledger = lost(ledger, "A", "100", on=20)
    ledger = paid(ledger, "B", "100", on=60)
    found = history(ledger)
    assert [str(each.raw) for each in found.rates] == ["1/2", "1/2", "0"]
    assert [str(each.rate) for each in found.rates] == ["2/5", "2/5", "2/5"]
    assert found.rates[0].pooled == ("0", "1-30", "31+")
    assert {each.code for each in found.findings} == {"provision.pooled"}


def test_a_rate_on_few_receivables_is_a_finding_and_on_enough_is_not() -> None:
    thin = history(two_debts(), POLICY.with_(thin=3))
    assert {(each.code, each.severity) for each in thin.findings} == {("provision.thin", "note")}
    assert "2" in thin.findings[0].message.zh
    assert history(two_debts(), POLICY.with_(thin=2)).findings == ()


def test_other_currencies_are_not_mixed_in() -> None:
    ledger = two_debts().record(debt("U", "9999", due=10, currency="USD"))
    assert shown(history(ledger)) == shown(history(two_debts()))


def test_a_policy_that_ends_before_its_last_bucket_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"provision\.ends_too_early"):
        HistoryPolicy(buckets=(0, 90), lost_after=89)
    assert HistoryPolicy(buckets=(0, 90), lost_after=90).lost_after == 90


def test_what_another_debtor_took_over_begins_anew_and_is_lost_once() -> None:
    ledger = ReceivablesLedger().record(debt("A", "100", due=10))
    ledger = ledger.record(
        DebtorChange(
            number="DC-1",
            receivable="A",
            customer="C-2",
            amount=cny("100"),
            on=day(20),
            due_on=day(60),
            reason="merger",
            by="Li",
        )
    )
    ledger = lost(ledger, "DC-1", "100", on=100)
    found = history(ledger)
    assert (found.rates[0].count, found.rates[0].base, found.rates[0].lost) == (
        *(2, cny("200"), cny("100")),
    )
    assert found.rates[2].base == cny("100")


def test_a_vintage_knows_only_the_buckets_it_entered() -> None:
    ledger = paid(ReceivablesLedger().record(debt("A", "50", on=1, due=10)), "A", "50", on=10)
    rows = vintages(ledger, POLICY, as_of=day(135), currency="CNY")
    assert [row.bucket for row in rows] == ["0"]


def test_vintages_show_each_period_and_whether_it_is_over() -> None:
    ledger = two_debts().record(debt("C", "50", due=100))
    rows = vintages(ledger, POLICY, as_of=day(135), currency="CNY", by="month")
    assert [(row.period, row.bucket, row.entered, row.lost, row.left) for row in rows] == [
        ("2026-01", "0", cny("1000"), cny("200"), cny("0")),
        ("2026-01", "1-30", cny("500"), cny("200"), cny("0")),
        ("2026-01", "31+", cny("200"), cny("200"), cny("0")),
        ("2026-04", "0", cny("50"), cny("0"), cny("50")),
        ("2026-04", "1-30", cny("50"), cny("0"), cny("50")),
        ("2026-04", "31+", cny("50"), cny("0"), cny("50")),
    ]
    assert [row.over for row in rows] == [True] * 3 + [False] * 3
    by_year = vintages(ledger, POLICY, as_of=day(135), currency="CNY", by="year")
    assert (by_year[0].period, by_year[0].entered) == ("2026", cny("1050"))
    quarters = vintages(ledger, POLICY, as_of=day(135), currency="CNY", by="quarter")
    assert [row.period for row in quarters[::3]] == ["2026-Q1", "2026-Q2"]


def test_rates_too_long_to_keep_are_kept_to_36_decimals_and_still_rise() -> None:
    long = Fraction(1, 3**130)
    kept = _kept([long, Fraction(1, 3), Fraction(1, 3)])
    assert kept[0] == 0
    assert kept[1] == kept[2] == Fraction(int("3" * 36), 10**36)
    assert _kept([Fraction(1, 3)]) == [Fraction(1, 3)]
