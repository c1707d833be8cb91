"""The matrix: rates are exact, never fall with age, and an overlay bends them up to 100 %."""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.money import Money
from revenue.provision import Overlay, ProvisionMatrix, loss_rate, percent, provision_matrix


def codes(error: ValidationError) -> set[str]:
    causes = [problem.get("ctx", {}).get("error") for problem in error.errors()]
    return {cause.code for cause in causes if isinstance(cause, Invalid)}


@pytest.mark.parametrize("written", ["120%", "-1%", "1.5", 12, "12", "100.0001%"])
def test_a_rate_outside_0_to_100_percent_is_refused(written: object) -> None:
    with pytest.raises(Invalid) as refusal:
        loss_rate(written)
    assert refusal.value.code == "provision.rate_invalid"


@pytest.mark.parametrize("written", [0.5, "many", "5 %%", None])
def test_a_rate_that_is_no_exact_number_is_refused(written: object) -> None:
    with pytest.raises(Invalid) as refusal:
        loss_rate(written)
    assert refusal.value.code == "number.not_exact"


def test_rates_of_0_and_100_percent_are_rates() -> None:
    assert [loss_rate(each) for each in ("0%", "100％", 0, 1)] == [0, 1, 0, 1]


def test_rates_may_stay_level_but_not_fall() -> None:
    provision_matrix("level", {"": ("5%", "5%", "5%")}, buckets=(0, 30))
    with pytest.raises(ValidationError) as refusal:
        provision_matrix("fall", {"": ("5%", "5%", "4.9999%")}, buckets=(0, 30))
    assert codes(refusal.value) == {"provision.rates_fall"}


def test_two_rates_that_look_swapped_are_named_together() -> None:
    with pytest.raises(ValidationError, match=r"5% of bucket 1-30 .* 2% of bucket 61-90.*swapped"):
        provision_matrix("x", {"": ("1%", "5%", "3%", "2%", "9%")})


def test_rates_that_fall_without_a_swap_name_the_first_fall() -> None:
    with pytest.raises(ValidationError, match=r"9% of bucket 0 .* 8% of bucket 1-30") as refusal:
        provision_matrix("x", {"": ("9%", "8%", "7%", "6%", "5%")})
    assert "swapped" not in str(refusal.value)


def test_a_segment_without_a_rate_for_each_bucket_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        provision_matrix("x", {"": ("1%", "2%")})
    assert codes(refusal.value) == {"provision.rates_missing"}


def test_a_segment_or_an_overlay_given_twice_is_refused() -> None:
    rows = [{"segment": "a", "rates": ("1%", "2%")}] * 2
    with pytest.raises(ValidationError) as refusal:
        ProvisionMatrix.model_validate({"name": "x", "buckets": (0,), "segments": rows})
    assert codes(refusal.value) == {"provision.segment_twice"}
    overlay = Overlay(factor="1.1", reason="war")
    with pytest.raises(ValidationError) as refusal:
        provision_matrix("x", {"": ("1%", "2%")}, buckets=(0,), overlays=(overlay, overlay))
    assert codes(refusal.value) == {"provision.segment_twice"}


def test_an_overlay_bends_its_segment_and_no_rate_exceeds_all() -> None:
    overlays = (
        Overlay(factor="2", reason="all"),
        Overlay(segment="export", factor="1.5", reason="tariffs"),
    )
    rates = {"": ("10%", "60%"), "export": ("10%", "60%")}
    matrix = provision_matrix("x", rates, buckets=(0,), overlays=overlays)
    assert [matrix.rate("", place) for place in (0, 1)] == [Fraction(1, 5), 1]
    assert [matrix.rate("export", place) for place in (0, 1)] == [Fraction(3, 20), Fraction(9, 10)]


def test_rates_are_rounded_after_the_overlay_and_only_if_said() -> None:
    rates = {"": ("0%", "2000/23000")}
    exact = provision_matrix("x", rates, buckets=(0,))
    assert exact.rate("", 1) == Fraction(2, 23)
    assert exact.with_(rate_places=1).rate("", 1) == Fraction(87, 1000)
    bent = exact.with_(rate_places=1, overlays=(Overlay(factor="1.01", reason="-"),))
    assert bent.rate("", 1) == Fraction(88, 1000)


def test_a_segment_that_the_matrix_does_not_know_is_refused() -> None:
    matrix = provision_matrix("x", {"retail": ("1%", "2%")}, buckets=(0,))
    with pytest.raises(NotFound) as refusal:
        matrix.rate("", 0)
    assert refusal.value.code == "provision.segment_unknown"
    assert "'retail'" in refusal.value.message


def test_a_matrix_reads_back_as_it_was_written() -> None:
    matrix = provision_matrix("x", {"": ("1/3", "2000/3000")}, buckets=(0,))
    again = ProvisionMatrix.model_validate_json(matrix.canonical())
    assert again == matrix
    assert again.content_hash() == matrix.content_hash()


def test_a_loss_is_rounded_half_up_and_never_finer_than_its_currency() -> None:
    matrix = provision_matrix("x", {"": ("1%", "2%")}, buckets=(0,), amount_places=1)
    assert matrix.loss(Fraction("112.25"), "EUR") == Money("112.30", "EUR")
    assert matrix.loss(Fraction("112.5"), "JPY") == Money("113", "JPY")
    assert matrix.with_(amount_places=9).loss(Fraction("1.005"), "EUR") == Money("1.01", "EUR")


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Fraction(0), "0%"),
        (Fraction(1), "100%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(1, 5), "20%"),
    ],
)
def test_a_rate_is_shown_as_a_percentage(rate: Fraction, text: str) -> None:
    assert percent(rate) == text
