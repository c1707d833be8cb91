"""Exact fractions as fields: a third stays a third, a float never comes in."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.ratio import Ratio, fits, ratio


class Share(Frozen):
    part: Ratio


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("25/3", Fraction(25, 3)),
        (" -1/3 ", Fraction(-1, 3)),
        ("10/4", Fraction(5, 2)),
        ("0.9737", Fraction(9737, 10000)),
        (Decimal("0.1"), Fraction(1, 10)),
        (7, Fraction(7)),
        (Fraction(2, 3), Fraction(2, 3)),
    ],
)
def test_a_fraction_is_read_exactly(given: object, found: Fraction) -> None:
    assert ratio(given) == found


@pytest.mark.parametrize("given", [0.1, True, None, "1e5", "1_0/3", "1/2/3", "½", "１/２", "1/-2"])
def test_what_is_not_exact_is_refused(given: object) -> None:
    with pytest.raises(Invalid) as refusal:
        ratio(given)
    assert refusal.value.code == "number.not_exact"


@pytest.mark.parametrize(
    "given",
    ["1/0", "1/" + "9" * 200, "9" * 100 + "/1", Fraction(10**40), Fraction(1, 10**200), 10**18],
    ids=["over zero", "long below", "long above", "large", "fine", "large int"],
)
def test_what_could_grow_without_bound_is_refused(given: object) -> None:
    with pytest.raises(Invalid) as refusal:
        ratio(given)
    assert refusal.value.code == "number.out_of_range"
    assert len(refusal.value.message) < 300


def test_a_fraction_is_text_in_json_and_comes_back() -> None:
    share = Share(part="1/3")
    assert share.canonical() == '{"part":"1/3"}'
    assert Share.model_validate_json(share.canonical()) == share
    assert Share.model_json_schema()["properties"]["part"]["type"] == "string"


def test_a_float_in_a_field_is_malformed() -> None:
    with pytest.raises(ValidationError, match="float"):
        Share.model_validate({"part": 0.5})


def test_the_sign_does_not_decide_what_fits() -> None:
    assert fits(Fraction(-(10**36)))
    assert not fits(Fraction(-(10**37)))
