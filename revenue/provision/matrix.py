"""The provision matrix: loss rates by days overdue and segment (准备矩阵、账龄分析法).

A matrix is a policy as data: its buckets are those of an ageing, each segment of customers has a
rate for every bucket, an overlay turns the rates of the past into those of the future (IFRS 9
B5.5.52, CAS 22 前瞻性信息). What is longer overdue is never safer, so rates that fall with age
are refused and the pair that looks swapped is named: a well-known page prints IFRS 9 Example 12
with two of its rates exchanged.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, currency_places, rounded_fraction
from cpq.kernel.text import Code, Line
from revenue.ledger.open_item import bucket_names
from revenue.provision.rate import LossRate, percent


class SegmentRates(Frozen):
    """The loss rates of a segment of customers, one per bucket, the youngest first.

    Segment ``""`` holds for customers that no segment names.

    >>> SegmentRates(segment="retail", rates=("0.3%", "1.6%")).rates
    (Fraction(3, 1000), Fraction(2, 125))
    """

    segment: Line = ""
    rates: tuple[LossRate, ...]


class Overlay(Frozen):
    """A factor on every rate of a segment, for what the past does not show (前瞻性调整).

    Segment ``""`` is for all segments without an overlay of their own. A rate never exceeds 100%.

    >>> Overlay(segment="export", factor="1.2", reason="tariffs").factor
    Decimal('1.2')
    """

    segment: Line = ""
    factor: Exact = Field(ge=0)
    reason: Line = Field(min_length=1)


class ProvisionMatrix(Frozen):
    """Loss rates by bucket of days overdue and by segment, with overlays; see ``provision_matrix``.

    ``buckets`` are the last days of all but the last bucket, as in ``ageing``. ``rate_places``
    rounds each percentage half up before it multiplies, as published examples do; by default no
    rate is rounded. ``amount_places`` is the grid of a loss, at most that of its currency.
    Raises ``Invalid`` in pydantic's error: ``provision.rates_fall``, ``provision.rates_missing``,
    ``provision.segment_twice``, ``ageing.buckets_invalid``.

    >>> matrix = provision_matrix("2026", {"": ("0.3%", "1.6%", "3.6%", "6.6%", "10.6%")})
    >>> matrix.rate("", 4)
    Fraction(53, 500)
    """

    name: Code
    buckets: tuple[int, ...] = (0, 30, 60, 90)
    segments: tuple[SegmentRates, ...] = Field(min_length=1)
    overlays: tuple[Overlay, ...] = ()
    rate_places: int | None = Field(default=None, ge=0, le=18)
    amount_places: int | None = Field(default=None, ge=0, le=18)

    @model_validator(mode="after")
    def _rates_rise(self) -> Self:
        names = self.bucket_names
        _refuse_twice("segment", [each.segment for each in self.segments])
        _refuse_twice("overlay", [each.segment for each in self.overlays])
        for each in self.segments:
            if len(each.rates) != len(names):
                raise Invalid(
                    "provision.rates_missing",
                    f"segment {each.segment!r} has {len(each.rates)} rates for the {len(names)} "
                    f"buckets {', '.join(names)}; give one for each",
                    message_zh=f"分组 {each.segment!r} 有 {len(each.rates)} 个损失率，"
                    f"但账龄区间有 {len(names)} 个：{'、'.join(names)}；请逐一给出",
                )
            _refuse_falling(each.segment, names, each.rates)
        return self

    @property
    def bucket_names(self) -> tuple[str, ...]:
        """The buckets in words, as an ageing names them."""
        return bucket_names(self.buckets)

    def rate(self, segment: str, place: int) -> Fraction:
        """The rate that is applied: of a segment and bucket, with its overlay, rounded if said.

        Raises ``NotFound`` (``provision.segment_unknown``).
        """
        found = next((each for each in self.segments if each.segment == segment), None)
        if found is None:
            known = ", ".join(repr(each.segment) for each in self.segments)
            raise NotFound(
                "provision.segment_unknown",
                f"matrix {self.name} has no rates for segment {segment!r}, only for {known}; add "
                "a row for it or correct the customer's segment",
                message_zh=f"准备矩阵 {self.name} 没有分组 {segment!r} 的损失率，只有 {known}；"
                "请补充该分组，或更正客户的分组",
                segment=segment,
            )
        return self._rounded(min(found.rates[place] * self.factor(segment), Fraction(1)))

    def factor(self, segment: str) -> Fraction:
        """The overlay of a segment: its own, else that of all, else 1."""
        factors = {each.segment: Fraction(each.factor) for each in self.overlays}
        return factors.get(segment, factors.get("", Fraction(1)))

    def _rounded(self, rate: Fraction) -> Fraction:
        if self.rate_places is None:
            return rate
        return Fraction(rounded_fraction(rate, self.rate_places + 2))

    def loss(self, exact: Fraction, currency: str) -> Money:
        """An exact loss as an amount of money, rounded once, half up."""
        places = currency_places(currency)
        if self.amount_places is not None:
            places = min(places, self.amount_places)
        return Money(rounded_fraction(exact, places), currency).rounded()


def provision_matrix(
    name: str,
    rates: Mapping[str, Sequence[object]],
    *,
    buckets: Sequence[int] = (0, 30, 60, 90),
    overlays: Sequence[Overlay] = (),
    rate_places: int | None = None,
    amount_places: int | None = None,
) -> ProvisionMatrix:
    """A matrix of rates by segment, written as people do: ``"0.3%"``, ``"2000/23000"``.

    Raises pydantic's ``ValidationError`` with what ``ProvisionMatrix`` raises inside.

    >>> provision_matrix("IDLE", {"": ("0%", "5%")}, buckets=(0,)).bucket_names
    ('0', '1+')
    """
    return ProvisionMatrix.model_validate(
        {
            "name": name,
            "buckets": tuple(buckets),
            "segments": [
                {"segment": segment, "rates": tuple(row)} for segment, row in rates.items()
            ],
            "overlays": tuple(overlays),
            "rate_places": rate_places,
            "amount_places": amount_places,
        }
    )


def _refuse_twice(what: str, segments: Sequence[str]) -> None:
    for segment in segments:
        if segments.count(segment) > 1:
            raise Invalid(
                "provision.segment_twice",
                f"segment {segment!r} has more than one {what}; give it one",
                message_zh=f"分组 {segment!r} 出现多次（{what}）；每个分组只能有一行",
            )


def _refuse_falling(segment: str, names: Sequence[str], rates: Sequence[Fraction]) -> None:
    fall = next((at for at, (one, two) in enumerate(pairwise(rates)) if one > two), None)
    if fall is None:
        return
    young, old = fall, fall + 1
    swapped = _swapped(rates)
    if swapped is not None:
        young, old = swapped
        hint, hint_zh = "; exchanged, the row would rise: they look swapped", "；两者疑似填反"
    else:
        hint, hint_zh = "", ""
    younger, older = names[young], names[old]
    raise Invalid(
        "provision.rates_fall",
        f"segment {segment!r}: {percent(rates[young])} of bucket {younger} is more than "
        f"{percent(rates[old])} of bucket {older}, which is older{hint}; a rate must not fall "
        "with age",
        message_zh=f"分组 {segment!r}：账龄 {younger} 的损失率 {percent(rates[young])} "
        f"高于更长账龄 {older} 的 {percent(rates[old])}{hint_zh}；损失率不得随账龄下降",
        segment=segment,
        buckets=(younger, older),
        rates=(rates[young], rates[old]),
    )


def _swapped(rates: Sequence[Fraction]) -> tuple[int, int] | None:
    """The two rates that must only change places for the row to rise."""
    for young, old in combinations(range(len(rates)), 2):
        if rates[young] > rates[old]:
            row = list(rates)
            row[young], row[old] = row[old], row[young]
            if all(one <= two for one, two in pairwise(row)):
                return young, old
    return None
