"""The expected loss: by bucket, segment and currency, with assessments and covers."""

from datetime import date
from fractions import Fraction

import pytest

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger
from revenue.ledger import Ageing, AgeingRow
from revenue.provision import (
    CreditCover,
    IndividualAssessment,
    expected_loss,
    provision_matrix,
)
from tests.revenue.provision.books import cny, day, debt, paid

MATRIX = provision_matrix("2026", {"": ("1%", "10%"), "export": ("2%", "20%")}, buckets=(0,))
AS_OF = day(40)


def test_what_is_due_that_day_is_not_overdue_and_a_day_later_is() -> None:
    ledger = ReceivablesLedger().record(debt("A", "1000", due=40), debt("B", "1000", due=39))
    found = expected_loss(ledger, MATRIX, as_of=AS_OF)
    assert [(line.bucket, line.loss) for line in found.lines] == [
        ("0", cny("10")),
        ("1+", cny("100")),
    ]


def test_segments_and_currencies_have_lines_of_their_own() -> None:
    ledger = ReceivablesLedger().record(
        debt("A", "1000", due=1),
        debt("B", "1000", due=1, customer="c-9"),
        debt("C", "1000", due=1, customer="C-9", currency="USD"),
    )
    found = expected_loss(ledger, MATRIX, as_of=AS_OF, segments={"C-9": "export"})
    assert [(line.currency, line.segment, line.loss.amount) for line in found.lines] == [
        ("CNY", "", 100),
        ("CNY", "export", 200),
        ("USD", "export", 200),
    ]
    assert found.currencies == ("CNY", "USD")
    assert found.total("CNY") == cny("300")
    assert found.total("EUR") == Money("0", "EUR")


def test_what_was_paid_is_not_exposed_and_what_is_paid_later_still_is() -> None:
    ledger = ReceivablesLedger().record(debt("A", "1000", due=1))
    ledger = paid(paid(ledger, "A", "400", on=40), "A", "600", on=41)
    assert expected_loss(ledger, MATRIX, as_of=AS_OF).gross("CNY") == cny("600")
    assert expected_loss(ledger, MATRIX, as_of=day(41)).lines == ()


def test_a_debtor_assessed_by_itself_leaves_the_matrix() -> None:
    ledger = ReceivablesLedger().record(
        debt("A", "1000", due=1),
        debt("B", "500", due=40, customer="C-7"),
        debt("C", "700", due=1, customer="C-7"),
    )
    insolvent = IndividualAssessment(customer="c-7", rate="100%", reason="insolvent")
    found = expected_loss(ledger, MATRIX, as_of=AS_OF, individual=[insolvent])
    assert [(line.customer, line.gross, line.loss) for line in found.lines] == [
        ("", cny("1000"), cny("100")),
        ("C-7", cny("1200"), cny("1200")),
    ]
    assert found.lines[-1].reason == "insolvent"


def test_a_debtor_assessed_differently_twice_is_refused_and_alike_is_not() -> None:
    ledger = ReceivablesLedger().record(debt("A", "1000", due=1))
    one = IndividualAssessment(customer="C-1", rate="50%", reason="sued")
    assert expected_loss(ledger, MATRIX, as_of=AS_OF, individual=[one, one]).lines
    with pytest.raises(Refused) as refusal:
        expected_loss(ledger, MATRIX, as_of=AS_OF, individual=[one, one.with_(rate="60%")])
    assert refusal.value.code == "provision.assessed_twice"


def cover(limit: str, quota: str = "100%", **more: object) -> CreditCover:
    return CreditCover.model_validate(
        {"customer": "C-1", "limit": f"{limit} CNY", "quota": quota, "source": "policy", **more}
    )


def test_a_cover_is_taken_off_in_proportion_to_the_buckets() -> None:
    ledger = ReceivablesLedger().record(debt("A", "3000", due=40), debt("B", "1000", due=1))
    found = expected_loss(ledger, MATRIX, as_of=AS_OF, covers=[cover("2000")])
    assert [(line.covered, line.exposure, line.loss) for line in found.lines] == [
        (cny("1500"), cny("1500"), cny("15")),
        (cny("500"), cny("500"), cny("50")),
    ]


@pytest.mark.parametrize(
    ("covers", "covered"),
    [
        ([cover("1000000")], "4000"),
        ([cover("4000", "90%")], "3600"),
        ([cover("3000"), cover("3000")], "4000"),
        ([cover("2000", until=day(40))], "2000"),
        ([cover("2000", until=day(39))], "0"),
        ([cover("0.03", "50%")], "0.01"),
    ],
)
def test_a_cover_pays_its_quota_up_to_its_limit_and_never_more_than_is_owed(
    covers: list[CreditCover], covered: str
) -> None:
    ledger = ReceivablesLedger().record(debt("A", "4000", due=1))
    (line,) = expected_loss(ledger, MATRIX, as_of=AS_OF, covers=covers).lines
    assert line.covered == cny(covered)
    assert line.loss == (cny("4000") - cny(covered)).share(Fraction(1, 10))


def test_a_cover_in_another_currency_or_of_another_customer_covers_nothing() -> None:
    ledger = ReceivablesLedger().record(debt("A", "4000", due=1, currency="USD"))
    others = [cover("4000"), cover("4000").with_(customer="C-2", limit=Money("4000", "USD"))]
    (line,) = expected_loss(ledger, MATRIX, as_of=AS_OF, covers=others).lines
    assert line.covered == Money("0", "USD")


def test_an_ageing_gives_the_same_as_its_ledger_and_another_one_is_refused() -> None:
    ledger = ReceivablesLedger().record(debt("A", "4000", due=1))
    ageing = ledger.ageing(as_of=AS_OF, buckets=(0,))
    assert expected_loss(ageing, MATRIX, as_of=AS_OF) == expected_loss(ledger, MATRIX, as_of=AS_OF)
    for other, as_of in ((ledger.ageing(as_of=AS_OF), AS_OF), (ageing, date(2030, 1, 1))):
        with pytest.raises(Refused) as refusal:
            expected_loss(other, MATRIX, as_of=as_of)
        assert refusal.value.code == "provision.other_ageing"


def test_a_customer_of_an_unknown_segment_is_refused_not_provided_at_another_rate() -> None:
    ledger = ReceivablesLedger().record(debt("A", "4000", due=1))
    with pytest.raises(NotFound) as refusal:
        expected_loss(ledger, MATRIX, as_of=AS_OF, segments={"C-1": "D"})
    assert refusal.value.code == "provision.segment_unknown"


def test_a_loss_is_rounded_once_per_line_half_up() -> None:
    ledger = ReceivablesLedger().record(*(debt(f"A-{n}", "0.05", due=1) for n in range(9)))
    (line,) = expected_loss(ledger, MATRIX, as_of=AS_OF).lines
    assert line.exact == Fraction("0.045")
    assert line.loss == cny("0.05")


def test_an_ageing_in_which_nothing_is_open_or_credit_outweighs_loses_nothing() -> None:
    row = AgeingRow(customer="C-1", currency="CNY", amounts=(cny("-10"), cny("10")))
    ageing = Ageing(as_of=AS_OF, buckets=("0", "1+"), rows=(row,))
    alone = IndividualAssessment(customer="C-1", rate="100%", reason="insolvent")
    assert expected_loss(ageing, MATRIX, as_of=AS_OF, individual=[alone]).lines == ()
    found = expected_loss(ageing, MATRIX, as_of=AS_OF)
    assert [line.loss for line in found.lines] == [cny("0"), cny("1")]
