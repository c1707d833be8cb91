"""The scorecard: which facts weigh how much, and which grade that makes (信用评分卡).

A customer starts with all points; every record takes points away, and the more of them, the
larger, the fresher and the later paid, the more: whoever edits the weights cannot make a bad fact
improve a grade, because what would is refused. Some facts weigh nothing and stop everything: who
stands in the list of dishonest judgment debtors gets the lowest grade whatever else is known.

No published table of such weights was found. ``STANDARD_SCORECARD`` is an editable default and
nothing more: fifteen points are one grade, and each weight says how many grades its authors
thought a fact is worth. A house that knows its own losses writes its own.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money
from cpq.kernel.text import Code, LocalText
from revenue.amount import NotNegative
from revenue.risk_record import RiskType

Grade = Literal["AAA", "AA", "A", "B", "C"]
"""Best to worst; C buys against payment in advance."""

GRADES: Final[tuple[Grade, ...]] = ("AAA", "AA", "A", "B", "C")

TYPE_NAMES: Final[dict[RiskType, LocalText]] = {
    "lawsuit": LocalText(en="sued as defendant", zh="作为被告涉诉"),
    "payment_lawsuit": LocalText(en="sued by a supplier over payment", zh="被供应商起诉拖欠货款"),
    "judgment_debtor": LocalText(en="judgment under enforcement", zh="被执行人"),
    "dishonest_debtor": LocalText(
        en="listed as a dishonest judgment debtor", zh="列入失信被执行人名单"
    ),
    "equity_freeze": LocalText(en="shares frozen", zh="股权冻结"),
    "business_anomaly": LocalText(en="listed for business anomalies", zh="列入经营异常名录"),
    "licence_revoked": LocalText(en="licence revoked", zh="营业执照被吊销"),
    "insolvency_petition": LocalText(en="insolvency petitioned", zh="被申请破产"),
    "insolvency": LocalText(en="insolvency opened", zh="已受理破产"),
    "tax_arrears": LocalText(en="taxes in arrears", zh="欠税"),
    "overdue_history": LocalText(en="paid late", zh="逾期付款记录"),
    "broken_promise": LocalText(en="promise to pay broken", zh="付款承诺未兑现"),
    "insurance_cover": LocalText(en="debt insured", zh="信用保险"),
}
"""What each type of record is called."""


def worse(first: Grade, second: Grade) -> Grade:
    """The worse of two grades.

    >>> worse("AA", "B")
    'B'
    """
    return max(first, second, key=GRADES.index)


class AmountBand(Frozen):
    """``points`` more for a record of at least ``amount``."""

    amount: NotNegative
    points: Exact = Field(ge=0)


class DaysBand(Frozen):
    """``points`` more for what was paid at least ``days`` late."""

    days: int = Field(ge=1)
    points: Exact = Field(ge=0)


class Fading(Frozen):
    """After so many days a record weighs only ``percent`` of its points."""

    after_days: int = Field(ge=1)
    percent: Exact = Field(ge=0, le=100)


class RiskWeight(Frozen):
    """What records of one type weigh: each ``points``, more by amount or days, together ``most``.

    Refused is a table in which a larger amount, more days or a fresher record would weigh less.

    >>> weight = RiskWeight(type="lawsuit", points=3, most=30,
    ...     amounts=(AmountBand(amount="100000 CNY", points=3),),
    ...     fading=(Fading(after_days=365, percent=50),))
    >>> weight.points_of(Money("250000", "CNY"), days=None, age_days=400)
    Fraction(3, 1)
    """

    type: RiskType
    points: Exact = Field(ge=0)
    most: Exact = Field(ge=0)
    amounts: tuple[AmountBand, ...] = ()
    days: tuple[DaysBand, ...] = ()
    fading: tuple[Fading, ...] = ()

    @model_validator(mode="after")
    def _worse_weighs_more(self) -> "RiskWeight":
        tables: dict[str, list[tuple[Decimal, Decimal]]] = {
            "amounts": [(band.amount.amount, band.points) for band in self.amounts],
            "days": [(Decimal(band.days), band.points) for band in self.days],
            "fading": [(Decimal(step.after_days), -step.percent) for step in self.fading],
        }
        for what, steps in tables.items():
            for (edge, points), (next_edge, next_points) in pairwise(steps):
                if next_edge <= edge or next_points < points:
                    raise ValueError(
                        f"{what} of {self.type!r} must ascend and never weigh less for what is "
                        f"worse; found {edge} before {next_edge}"
                    )
        if len({band.amount.code for band in self.amounts}) > 1:
            raise ValueError(f"the amounts of {self.type!r} are in one currency")
        return self

    def points_of(self, amount: Money | None, *, days: int | None, age_days: int) -> Fraction:
        """The points of one record; ``amount`` in the currency of the bands, ``None`` if unknown.

        An unknown amount or number of days weighs nothing beyond ``points``.
        """
        points = Fraction(self.points)
        if amount is not None:
            reached = [band.points for band in self.amounts if amount >= band.amount]
            points += Fraction(reached[-1]) if reached else 0
        if days is not None:
            late = [band.points for band in self.days if days >= band.days]
            points += Fraction(late[-1]) if late else 0
        faded = [step.percent for step in self.fading if age_days > step.after_days]
        return points * Fraction(faded[-1]) / 100 if faded else points


class GradeLine(Frozen):
    """``grade`` for at least so many points left."""

    grade: Grade
    points: Exact = Field(ge=0, le=100)


class GradeCeiling(Frozen):
    """A circumstance in which no better ``grade`` is given, such as a first deal."""

    code: Code
    name: LocalText
    grade: Grade


class Scorecard(Frozen):
    """Weights, stops, ceilings and the lines between grades; amounts are in ``currency``.

    A type without a weight weighs nothing. Refused are lines that do not fall from the best grade
    to the worst, two weights for one type, and amounts in another currency.

    >>> STANDARD_SCORECARD.grade_of(Fraction(84)), STANDARD_SCORECARD.grade_of(Fraction(85))
    ('AA', 'AAA')
    """

    code: Code
    currency: CurrencyCode
    weights: tuple[RiskWeight, ...] = ()
    stops: tuple[RiskType, ...] = ()
    ceilings: tuple[GradeCeiling, ...] = ()
    lines: tuple[GradeLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "Scorecard":
        places = [(GRADES.index(line.grade), -line.points) for line in self.lines]
        if any(low[0] >= high[0] or low[1] >= high[1] for low, high in pairwise(places)):
            raise ValueError("lines go from the best grade and most points to the worst and fewest")
        if self.lines[-1].points:
            raise ValueError("the last line is for 0 points, so that every customer has a grade")
        for what, codes in (
            ("weights", [weight.type for weight in self.weights]),
            ("ceilings", [ceiling.code for ceiling in self.ceilings]),
        ):
            if len(set(codes)) < len(codes):
                raise ValueError(f"two of the {what} are for the same; keep one")
        foreign = {band.amount.code for each in self.weights for band in each.amounts}
        if foreign - {self.currency}:
            raise ValueError(f"amounts are in {self.currency}; found {sorted(foreign)}")
        return self

    @property
    def worst(self) -> Grade:
        """The grade of whom a hard stop names."""
        return self.lines[-1].grade

    def weight(self, type: RiskType) -> RiskWeight | None:  # noqa: A002  the word of the record
        """The weight of a type; ``None`` where it has none."""
        return next((weight for weight in self.weights if weight.type == type), None)

    def grade_of(self, points: Fraction) -> Grade:
        """The grade for so many points left."""
        return next(line.grade for line in self.lines if points >= Fraction(line.points))

    def ceiling(self, code: str) -> GradeCeiling:
        """The ceiling of that code. Raises ``NotFound`` (``risk.unknown_ceiling``)."""
        for ceiling in self.ceilings:
            if ceiling.code == code:
                return ceiling
        known = ", ".join(ceiling.code for ceiling in self.ceilings) or "none"
        raise NotFound(
            "risk.unknown_ceiling",
            f"scorecard {self.code} has no ceiling {code!r}; it has {known}",
            scorecard=self.code,
            ceiling=code,
        )


def _bands(*bands: tuple[str, int]) -> list[dict[str, object]]:
    return [{"amount": f"{amount} CNY", "points": points} for amount, points in bands]


_YEAR = 365

STANDARD_SCORECARD: Final = Scorecard.model_validate(
    {
        "code": "STANDARD",
        "currency": "CNY",
        "stops": ("dishonest_debtor", "licence_revoked", "insolvency"),
        "weights": (
            {
                "type": "lawsuit",
                "points": 3,
                "most": 30,
                "amounts": _bands(("100000", 3), ("1000000", 6), ("10000000", 12)),
                "fading": (
                    {"after_days": _YEAR, "percent": 50},
                    {"after_days": 3 * _YEAR, "percent": 0},
                ),
            },
            {
                "type": "payment_lawsuit",
                "points": 15,
                "most": 45,
                "amounts": _bands(("1000000", 15)),
                "fading": ({"after_days": 2 * _YEAR, "percent": 50},),
            },
            {
                "type": "judgment_debtor",
                "points": 10,
                "most": 45,
                "amounts": _bands(("100000", 5), ("1000000", 20)),
            },
            {"type": "equity_freeze", "points": 10, "most": 30},
            {"type": "business_anomaly", "points": 10, "most": 20},
            {"type": "insolvency_petition", "points": 30, "most": 45},
            {
                "type": "tax_arrears",
                "points": 10,
                "most": 30,
                "amounts": _bands(("100000", 5), ("1000000", 20)),
            },
            {
                "type": "overdue_history",
                "points": 0,
                "most": 45,
                "days": (
                    {"days": 1, "points": 3},
                    {"days": 15, "points": 8},
                    {"days": 31, "points": 15},
                    {"days": 61, "points": 30},
                    {"days": 91, "points": 45},
                ),
            },
            {
                "type": "broken_promise",
                "points": 5,
                "most": 20,
                "fading": ({"after_days": _YEAR, "percent": 0},),
            },
        ),
        "ceilings": (
            {"code": "first_deal", "name": {"en": "first deal", "zh": "首次交易"}, "grade": "C"},
            {"code": "export", "name": {"en": "export", "zh": "出口"}, "grade": "C"},
            {
                "code": "under_a_year",
                "name": {"en": "known for less than a year", "zh": "合作不满一年"},
                "grade": "A",
            },
        ),
        "lines": (
            {"grade": "AAA", "points": 85},
            {"grade": "AA", "points": 70},
            {"grade": "A", "points": 55},
            {"grade": "B", "points": 40},
            {"grade": "C", "points": 0},
        ),
    }
)
"""An editable default that no publication backs: fifteen points are one grade."""
