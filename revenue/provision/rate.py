"""Loss rates: the share of an amount that will not come in (预期信用损失率).

People write them as percentages (``0.3%``), experience gives them as fractions (2,000 of 23,000).
Both are exact here: a rate is rounded only where a matrix says so, because 8.7 % of 60,000 is
5,220 and 2,000/23,000 of it 5,217.
"""

from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cpq.kernel.errors import Invalid
from cpq.kernel.money import plain, rounded_fraction
from cpq.kernel.ratio import ratio

_SHOWN_PLACES = 2


def loss_rate(value: object) -> Fraction:
    """A rate from 0 to 1, both inclusive, of ``"8.7%"``, ``"2000/23000"``, a ``Decimal`` or a
    ``Fraction``; floats are refused.

    Raises ``Invalid``: ``provision.rate_invalid`` outside 0 to 1, and what ``ratio`` raises.

    >>> loss_rate("8.7%"), loss_rate("2000/23000"), loss_rate(1)
    (Fraction(87, 1000), Fraction(2, 23), Fraction(1, 1))
    """
    if isinstance(value, str) and value.strip().endswith(("%", "％")):
        rate = ratio(value.strip()[:-1].strip()) / 100
    else:
        rate = ratio(value)
    if not 0 <= rate <= 1:
        raise Invalid(
            "provision.rate_invalid",
            f"a loss rate lies between 0% and 100%; found {str(value)[:40]}; a percentage is "
            "written with its sign, as 8.7%",
            message_zh=f"损失率应在 0% 到 100% 之间；实际为 {str(value)[:40]}；百分比请写成 8.7%",
        )
    return rate


LossRate = Annotated[
    Fraction,
    BeforeValidator(loss_rate),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(/\d+|\.\d+)?%?$"}),
]
"""A model field for a loss rate: a percentage or a fraction between 0 and 1, kept exactly."""


def percent(rate: Fraction, *, places: int = _SHOWN_PLACES) -> str:
    """A rate as people read it, half up at ``places`` decimals of the percentage.

    >>> percent(Fraction(2, 23)), percent(Fraction(3, 1000)), percent(Fraction(1))
    ('8.7%', '0.3%', '100%')
    """
    text = plain(rounded_fraction(rate * 100, places))
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
