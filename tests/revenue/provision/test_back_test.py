"""The back-test: what a past day would have expected, against what was lost since."""

import pytest

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger
from revenue.provision import BackTest, HistoryPolicy, back_test
from tests.revenue.provision.books import cny, day, debt, lost, paid

POLICY = HistoryPolicy(buckets=(0,), lost_after=60, thin=0)


def books(*, later_loss: str) -> ReceivablesLedger:
    """A tenth of what was due on day 10 was lost; of what is due on day 200 what is said."""
    ledger = ReceivablesLedger().record(debt("A", "1000", on=1, due=10))
    ledger = lost(paid(ledger, "A", "900", on=10), "A", "100", on=50)
    ledger = ledger.record(debt("B", "2000", on=150, due=200))
    ledger = lost(ledger, "B", later_loss, on=220)
    rest = ledger.open_amount("B")
    return paid(ledger, "B", str(rest.amount), on=230)


def held(ledger: ReceivablesLedger, *days: int, as_of: int = 300) -> BackTest:
    return back_test(
        ledger, POLICY, days=[day(each) for each in days], as_of=day(as_of), currency="CNY"
    )


def test_a_loss_as_predicted_has_no_bias() -> None:
    found = held(books(later_loss="200"), 160)
    (row,) = found.rows
    assert (row.bucket, row.exposure, row.predicted, row.lost) == (
        *("0", cny("2000"), cny("200"), cny("200")),
    )
    assert found.bias == cny("0")
    assert found.error == cny("0")
    assert "exactly" in row.text.en
    assert "完全一致" in row.text.zh


@pytest.mark.parametrize(
    ("later", "bias", "word", "zh"),
    [("150", "50", "too much", "多计"), ("250", "-50", "too little", "少计")],
)
def test_a_bias_has_a_sign_and_an_error_has_none(later: str, bias: str, word: str, zh: str) -> None:
    found = held(books(later_loss=later), 160)
    assert found.bias == cny(bias)
    assert found.error == cny("50")
    assert str(found.rows[0].bias_rate) in ("1/40", "-1/40")
    assert f"50.00 CNY {word} (2.5%" in found.days[0].text.en
    assert zh in found.days[0].text.zh


def test_later_losses_change_the_outcome_and_not_the_prediction() -> None:
    predicted = {held(books(later_loss=each), 160).rows[0].predicted for each in ("1", "1999")}
    assert predicted == {cny("200")}


def test_what_is_not_decided_yet_stands_apart() -> None:
    ledger = books(later_loss="200").record(debt("C", "500", on=155, due=250))
    found = held(ledger, 160, as_of=300)
    assert found.days[0].undecided == cny("500")
    assert "undecided" in found.days[0].text.en
    decided = held(ledger, 160, as_of=310)
    assert decided.days[0].undecided == cny("0")
    assert decided.days[0].lost == cny("700")


def test_a_day_without_a_history_is_a_finding_and_the_others_are_tested() -> None:
    found = held(books(later_loss="200"), 20, 160)
    assert [row.on for row in found.days] == [day(160)]
    assert [(each.code, each.place) for each in found.findings] == [
        ("provision.no_history", day(20).isoformat())
    ]


def test_a_day_that_is_not_past_is_refused_and_the_eve_is_not() -> None:
    assert held(books(later_loss="200"), 299).findings == ()
    with pytest.raises(Refused) as refusal:
        held(books(later_loss="200"), 300)
    assert refusal.value.code == "provision.day_not_past"


def test_every_bucket_of_a_day_has_its_row() -> None:
    ledger = books(later_loss="200").record(
        debt("C", "100", on=155, due=158), debt("U", "7", due=1, currency="USD")
    )
    ledger = lost(ledger, "C", "100", on=290)
    found = held(ledger, 160)
    assert [(row.bucket, row.exposure, row.predicted, row.lost) for row in found.rows] == [
        ("0", cny("2000"), cny("200"), cny("200")),
        ("1+", cny("100"), cny("100"), cny("100")),
    ]
    assert found.days[0].exposure == cny("2100")
