"""The grade of a customer on a day, why, and what would lift it (信用评级、理由与改善条件).

Only records count that were known on the day, had not expired and had not been withdrawn: asked
again about a past day, the answer is the same. Two sources that tell of one case by the same
reference count once, with the heavier.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Rounding, exact, plain, rounded_fraction
from cpq.kernel.text import Code, LocalText, Number, number_key
from revenue.risk.conversion import Rates, converted
from revenue.risk.scorecard import (
    GRADES,
    STANDARD_SCORECARD,
    TYPE_NAMES,
    Grade,
    GradeCeiling,
    Scorecard,
    worse,
)
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal, RiskType

_WHOLE = Fraction(100)
_SHOWN_PLACES = 2
_DAY = timedelta(days=1)
RiskFact = RiskRecord | RiskRecordWithdrawal


class GradeReason(Frozen):
    """Why the grade is no better: points of records of one type, a stop, or a ceiling.

    ``records`` are the numbers of the records, ``points`` what they took, 0 for stop and ceiling.
    """

    code: Code
    records: tuple[Number, ...]
    points: Exact
    text: LocalText


class GradeLift(Frozen):
    """A single fact without which the grade would be better: ``grade`` is what it would be then.

    ``record`` is a record's number or a ceiling's code. ``on`` is the first day on which, were all
    else as it is, that happens by itself, because it has expired or faded; ``None`` if never.
    """

    record: Code
    grade: Grade
    on: date | None
    text: LocalText


class RiskAssessment(Frozen):
    """The grade of a customer at the end of a day, with ``points`` left of a hundred.

    ``points`` are shown rounded down to two decimals. ``stopped``: a hard stop decided.
    """

    customer: Code
    as_of: date
    scorecard: Code
    grade: Grade
    points: Exact
    stopped: bool
    reasons: tuple[GradeReason, ...]
    lifts: tuple[GradeLift, ...]


class _Weighed(NamedTuple):
    """A record and the points that it takes."""

    record: RiskRecord
    points: Fraction


class _Case(NamedTuple):
    """What a grade is made of, so that it can be made again without one part."""

    card: Scorecard
    weighed: tuple[_Weighed, ...]
    ceilings: tuple[GradeCeiling, ...]

    def grade(self) -> Grade:
        grade = self.card.grade_of(self.points())
        if self.stops():
            grade = self.card.worst
        for ceiling in self.ceilings:
            grade = worse(grade, ceiling.grade)
        return grade

    def stops(self) -> list[RiskRecord]:
        return [each.record for each in self.weighed if each.record.type in self.card.stops]

    def points(self) -> Fraction:
        taken = (taken for _, _, taken in self.by_type())
        return max(_WHOLE - sum(taken, Fraction(0)), Fraction(0))

    def by_type(self) -> list[tuple[RiskType, list[RiskRecord], Fraction]]:
        """Records that weigh by type in the order of the scorecard, and what they take together."""
        found = []
        for weight in self.card.weights:
            own = [each for each in self.weighed if each.record.type == weight.type]
            taken = min(sum(_once(own), Fraction(0)), Fraction(weight.most))
            if taken:
                found.append((weight.type, [each.record for each in own], taken))
        return found


def _once(weighed: Sequence[_Weighed]) -> Iterable[Fraction]:
    """The points of each case; of one that several sources tell of by its reference, the most."""
    cases: dict[str, Fraction] = {}
    for place, each in enumerate(weighed):
        reference = number_key(each.record.reference)
        key = f"= {reference}" if reference else f"# {place}"
        cases[key] = max(cases.get(key, Fraction(0)), each.points)
    return cases.values()


def counted_records(
    facts: Iterable[object], customer: str, *, as_of: date
) -> tuple[RiskRecord, ...]:
    """The records of a customer that count on a day, by their numbers.

    ``facts`` may hold anything, such as all facts of a ledger. A record that was withdrawn counts
    until the day before its withdrawal.

    >>> record = RiskRecord(number="RR-1", customer="C-1", type="equity_freeze", source="register",
    ...                     on=date(2026, 5, 1))
    >>> gone = RiskRecordWithdrawal(number="RW-1", record="RR-1", on=date(2026, 9, 1), by="Wang",
    ...                             reason="lifted")
    >>> days = date(2026, 4, 30), date(2026, 8, 31), date(2026, 9, 1)
    >>> [len(counted_records((record, gone), "C-1", as_of=day)) for day in days]
    [0, 1, 0]
    """
    key, every = number_key(customer), tuple(facts)
    withdrawn = {
        number_key(fact.record)
        for fact in every
        if isinstance(fact, RiskRecordWithdrawal) and fact.on <= as_of
    }
    found = [
        fact
        for fact in every
        if isinstance(fact, RiskRecord)
        and number_key(fact.customer) == key
        and fact.counts_on(as_of)
        and number_key(fact.number) not in withdrawn
    ]
    return tuple(sorted(found, key=lambda record: number_key(record.number)))


def assess(
    facts: Iterable[object],
    customer: str,
    *,
    as_of: date,
    scorecard: Scorecard = STANDARD_SCORECARD,
    ceilings: Iterable[str] = (),
    rates: Rates | None = None,
) -> RiskAssessment:
    """The grade of a customer at the end of a day.

    ``ceilings`` are the circumstances that apply, by the scorecard's codes; ``rates`` turn amounts
    into the scorecard's currency. Raises ``Invalid`` (``credit.no_rate``) for an amount that weighs
    and has no rate, ``NotFound`` (``risk.unknown_ceiling``).

    >>> sued = RiskRecord(number="RR-1", customer="C-1", type="payment_lawsuit", source="court",
    ...                   on=date(2026, 5, 1), expires_on=date(2027, 4, 30))
    >>> found = assess((sued,), "C-1", as_of=date(2026, 11, 22))
    >>> found.grade, found.points, found.lifts
    ('AAA', Decimal('85.00'), ())
    >>> twice = (sued, sued.with_(number="RR-2", reference="(2026)沪0115民初2号"))
    >>> found = assess(twice, "C-1", as_of=date(2026, 11, 22))
    >>> found.grade, str(found.lifts[0].text)
    ('AA', 'without sued by a supplier over payment (RR-1): AAA, from 2027-05-01 on by itself')
    """
    applied = tuple(scorecard.ceiling(code) for code in dict.fromkeys(ceilings))
    records = counted_records(facts, customer, as_of=as_of)
    weighed = tuple(
        _Weighed(record, _points(record, scorecard, as_of, rates or {})) for record in records
    )
    case = _Case(scorecard, weighed, applied)
    return RiskAssessment(
        customer=customer,
        as_of=as_of,
        scorecard=scorecard.code,
        grade=case.grade(),
        points=rounded_fraction(case.points(), _SHOWN_PLACES, Rounding.DOWN),
        stopped=bool(case.stops()),
        reasons=_reasons(case),
        lifts=_lifts(case, as_of, rates or {}),
    )


def _points(record: RiskRecord, card: Scorecard, day: date, rates: Rates) -> Fraction:
    weight = card.weight(record.type)
    if weight is None:
        return Fraction(0)
    amount = record.amount
    if amount is not None and weight.amounts:
        what = f"risk record {record.number}"
        amount = converted(amount, card.currency, rates=rates, what=what)
    return weight.points_of(amount, days=record.days, age_days=(day - record.since).days)


# --- why, and what would help ------------------------------------------------------------------


def _reasons(case: _Case) -> tuple[GradeReason, ...]:
    stops = [
        GradeReason(
            code=record.type,
            records=(record.number,),
            points=exact(0),
            text=LocalText(
                en=f"{_said(record, 'en')}: grade {case.card.worst}, whatever else is known",
                zh=f"{_said(record, 'zh')}：直接评为 {case.card.worst} 级",
            ),
        )
        for record in case.stops()
    ]
    ceilings = [
        GradeReason(
            code=ceiling.code,
            records=(),
            points=exact(0),
            text=LocalText(
                en=f"{ceiling.name.in_('en')}: {ceiling.grade} at best",
                zh=f"{ceiling.name.in_('zh')}：最高 {ceiling.grade} 级",
            ),
        )
        for ceiling in case.ceilings
    ]
    return (*stops, *ceilings, *(_weighty(*each) for each in case.by_type()))


def _weighty(type_: RiskType, records: Sequence[RiskRecord], taken: Fraction) -> GradeReason:
    points = rounded_fraction(taken, _SHOWN_PLACES)
    return GradeReason(
        code=type_,
        records=tuple(record.number for record in records),
        points=points,
        text=LocalText(
            en=f"{'; '.join(_said(record, 'en') for record in records[:3])}"
            f"{'; …' if len(records) > 3 else ''}: {plain(points)} points",
            zh=f"{'；'.join(_said(record, 'zh') for record in records[:3])}"
            f"{'；…' if len(records) > 3 else ''}：扣 {plain(points)} 分",
        ),
    )


def _said(record: RiskRecord, locale: str) -> str:
    """A record in a few words: what, how much, how late, since when, who says so."""
    name = TYPE_NAMES[record.type].in_(locale)
    amount = "" if record.amount is None else str(record.amount)
    late = ""
    if record.days is not None:
        late = f"{record.days} 天" if locale == "zh" else f"{record.days} days"
    told = [part for part in (amount, late, str(record.since), record.source) if part]
    return f"{name}（{'，'.join(told)}）" if locale == "zh" else f"{name} ({', '.join(told)})"


def _lifts(case: _Case, as_of: date, rates: Rates) -> tuple[GradeLift, ...]:
    """Each record and each ceiling without which alone the grade would be better."""
    now, found = case.grade(), []
    for place, each in enumerate(case.weighed):
        others = case.weighed[:place] + case.weighed[place + 1 :]
        grade = case._replace(weighed=others).grade()
        if GRADES.index(grade) < GRADES.index(now):
            day = _lifted_on(case, place, as_of, rates)
            name = TYPE_NAMES[each.record.type]
            number = each.record.number
            found.append(
                _lift(number, f"{name.en} ({number})", f"{name.zh}（{number}）", grade, day)
            )
    for ceiling in case.ceilings:
        rest = tuple(other for other in case.ceilings if other is not ceiling)
        grade = case._replace(ceilings=rest).grade()
        if GRADES.index(grade) < GRADES.index(now):
            found.append(
                _lift(ceiling.code, ceiling.name.in_("en"), ceiling.name.in_("zh"), grade, None)
            )
    return tuple(found)


def _lift(code: str, en: str, zh: str, grade: Grade, day: date | None) -> GradeLift:
    return GradeLift(
        record=code,
        grade=grade,
        on=day,
        text=LocalText(
            en=f"without {en}: {grade}" + (f", from {day} on by itself" if day else ""),
            zh=f"若无{zh}：{grade} 级" + (f"，{day} 起自动改善" if day else ""),
        ),
    )


def _lifted_on(case: _Case, place: int, as_of: date, rates: Rates) -> date | None:
    """The first day on which a record has expired, or faded enough, to lift the grade alone."""
    record = case.weighed[place].record
    weight = case.card.weight(record.type)
    ends = [record.expires_on] if record.expires_on is not None else []
    ends += [
        record.since + timedelta(days=step.after_days)
        for step in (weight.fading if weight else ())
        if step.after_days < (date.max - record.since).days
    ]
    now = GRADES.index(case.grade())
    for end in sorted(end for end in ends if as_of <= end < date.max):
        day = end + _DAY
        kept = [*case.weighed]
        if record.counts_on(day):
            kept[place] = _Weighed(record, _points(record, case.card, day, rates))
        else:
            del kept[place]
        if GRADES.index(case._replace(weighed=tuple(kept)).grade()) < now:
            return day
    return None
