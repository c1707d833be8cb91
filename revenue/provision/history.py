"""Loss rates from the user's own books: vintages and roll rates (历史损失率：账龄迁徙率、批次法).

Both ask of the receivables of the past how much entered a bucket and how much of that was lost.

*Vintage* looks at receivables whose end is known: those that were due at least ``lost_after`` days
before the day of the question, by which what is still open counts as lost.

    rate of a bucket = Σ lost after entering it ÷ Σ entered

*Roll rate* follows every receivable as far as it got, so that young buckets use recent months:

    rate of a bucket = written off in it ÷ entered + (entered the next ÷ entered) × rate of the next

with the vintage rate for the last bucket. On a history that is over both give the same rates.

Nothing is smoothed unless asked for. Rates that fall with age are pooled and the row says with
whom; what rests on few receivables is a finding. The rates are an observation, and an overlay has
to say what will be different (IFRS 9 B5.5.52).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Finding, Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, rounded_fraction
from cpq.kernel.text import Line, LocalText
from revenue.ledger import ReceivablesLedger
from revenue.ledger.open_item import bucket_names
from revenue.provision.course import Course, courses
from revenue.provision.matrix import Overlay, ProvisionMatrix, SegmentRates
from revenue.provision.pooling import pooled
from revenue.provision.rate import LossRate, percent

_DENOMINATOR_MAX = 10**60
_KEPT_PLACES = 36


class HistoryPolicy(Frozen):
    """How loss rates are read from the past.

    ``lost_after`` days overdue what is still open counts as lost. ``since_days`` looks only at
    receivables that were due in that many days before the question. ``thin`` is the number of
    receivables below which a rate gets a finding. ``smoothing`` weighs the rate of all segments
    like that many receivables against a segment's own (0: not at all).

    >>> HistoryPolicy(buckets=(0, 30), lost_after=180).method
    'vintage'
    """

    buckets: tuple[int, ...] = Field(default=(0, 30, 60, 90), max_length=24)
    lost_after: int = Field(ge=0)
    method: Literal["vintage", "roll_rate"] = "vintage"
    since_days: int | None = Field(default=None, ge=1)
    smoothing: int = Field(default=0, ge=0)
    thin: int = Field(default=30, ge=0)

    @model_validator(mode="after")
    def _ends_after_the_buckets(self) -> Self:
        bucket_names(self.buckets)
        if self.lost_after < self.buckets[-1]:
            raise Invalid(
                "provision.ends_too_early",
                f"lost_after is {self.lost_after} days, but the last bucket begins after "
                f"{self.buckets[-1]}; what is in it has no end then: give at least that",
                message_zh=f"lost_after 为 {self.lost_after} 天，但最后一个账龄区间从 "
                f"{self.buckets[-1]} 天之后开始；请给出不小于该数的天数",
            )
        return self


class ObservedRate(Frozen):
    """What was observed of a bucket of a segment: ``count`` receivables entered it with ``base``.

    ``lost`` is what was lost of that for a vintage; for a roll rate what was written off while in
    it, and ``rolled`` what entered the next. ``raw`` is the rate as observed, ``None`` where
    nothing entered; ``rate`` is the one to use, after smoothing and pooling with the buckets
    ``pooled``.
    """

    segment: Line
    bucket: Line
    count: int
    base: Money
    lost: Money
    rolled: Money | None = None
    raw: LossRate | None
    rate: LossRate
    pooled: tuple[Line, ...] = ()


class LossHistory(Frozen):
    """The rates observed as of a day, by segment and bucket, and over all segments."""

    as_of: date
    currency: CurrencyCode
    policy: HistoryPolicy
    rates: tuple[ObservedRate, ...]
    overall: tuple[ObservedRate, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments that were observed, by name."""
        return tuple(dict.fromkeys(each.segment for each in self.rates))

    def matrix(
        self, *, name: str, overlays: Sequence[Overlay] = (), also: Iterable[str] = ()
    ) -> ProvisionMatrix:
        """The matrix of these rates; segments in ``also`` that have none get those of all."""
        rows = {
            segment: tuple(each.rate for each in self.rates if each.segment == segment)
            for segment in self.segments
        }
        everyone = tuple(each.rate for each in self.overall)
        rows |= {segment: everyone for segment in also if segment not in rows}
        return ProvisionMatrix(
            name=name,
            buckets=self.policy.buckets,
            segments=tuple(SegmentRates(segment=key, rates=rows[key]) for key in sorted(rows)),
            overlays=tuple(overlays),
        )


def observe_losses(
    ledger: ReceivablesLedger,
    policy: HistoryPolicy,
    *,
    as_of: date,
    currency: str,
    segments: Mapping[str, str] | None = None,
) -> LossHistory:
    """The loss rates that the facts up to and on a day show, of receivables in one currency.

    Raises ``Refused`` (``provision.no_history``) where nothing was due long enough ago.

    >>> from revenue.receivable import Receivable
    >>> due = date(2026, 1, 31)
    >>> ledger = ReceivablesLedger().record(*(
    ...     Receivable(number=f"AR-{n}", customer="C-1", on=date(2026, 1, 1), due_on=due,
    ...                amount=Money("100", "CNY")) for n in range(4)))
    >>> ledger = ledger.write_off("AR-0", number="W-1", on=date(2026, 3, 1), reason="gone",
    ...                           approved_by="Wang", amount=Money("20", "CNY"))
    >>> from revenue.receipt import Receipt
    >>> ledger = ledger.record(Receipt(number="R-1", customer="C-1", on=due,
    ...                                amount=Money("380", "CNY")))
    >>> ledger = ledger.apply("R-1", to={"AR-0": Money("80", "CNY")}, number="A-0", on=due)
    >>> ledger = ledger.apply("R-1", to=["AR-1", "AR-2", "AR-3"], number="A", on=due)
    >>> policy = HistoryPolicy(buckets=(0,), lost_after=90, thin=0)
    >>> found = observe_losses(ledger, policy, as_of=date(2026, 12, 31), currency="CNY")
    >>> [(each.bucket, each.base, each.lost, str(each.raw)) for each in found.rates]
    [('0', Money('400.00', 'CNY'), Money('20.00', 'CNY'), '1/20'),
     ('1+', Money('20.00', 'CNY'), Money('20.00', 'CNY'), '1')]
    """
    followed = [
        each
        for each in courses(
            ledger, as_of=as_of, currency=currency, buckets=policy.buckets, segments=segments
        )
        if policy.since_days is None
        or each.receivable.due_on > as_of - timedelta(days=policy.since_days)
    ]
    if not any(_is_over(each, policy, as_of) for each in followed):
        raise Refused(
            "provision.no_history",
            f"no receivable in {currency} was due {policy.lost_after} days or more before {as_of}"
            f"{_window(policy)}; observe a later day, or count less as lost",
            message_zh=f"截至 {as_of}，没有 {currency} 应收款到期满 {policy.lost_after} 天；"
            "请改用更晚的日期，或缩短 lost_after",
        )
    read = _Reader(policy, as_of, currency)
    overall = read.row("", followed)
    by_segment: dict[str, list[Course]] = defaultdict(list)
    for each in followed:
        by_segment[each.segment].append(each)
    rates = [
        rate
        for segment in sorted(by_segment)
        for rate in read.row(segment, by_segment[segment], overall)
    ]
    return LossHistory(
        as_of=as_of,
        currency=currency,
        policy=policy,
        rates=tuple(rates),
        overall=overall,
        findings=tuple(_findings(rates, policy)),
    )


def is_over(due_on: date, policy: HistoryPolicy, as_of: date) -> bool:
    """Whether the end of a receivable is known: what is still open of it counts as lost."""
    return due_on + timedelta(days=policy.lost_after) <= as_of


def _is_over(course: Course, policy: HistoryPolicy, as_of: date) -> bool:
    return is_over(course.receivable.due_on, policy, as_of)


def _window(policy: HistoryPolicy) -> str:
    return "" if policy.since_days is None else f" and within {policy.since_days} days of it"


class _Seen(NamedTuple):
    """Sums over receivables that entered a bucket, in minor units."""

    items: int
    base: int
    lost: int
    rolled: int


class _Reader:
    """Reads rows of rates from courses, as one policy says."""

    def __init__(self, policy: HistoryPolicy, as_of: date, currency: str) -> None:
        self._policy, self._as_of, self._currency = policy, as_of, currency
        self._names = bucket_names(policy.buckets)

    def row(
        self,
        segment: str,
        followed: Sequence[Course],
        overall: Sequence[ObservedRate] | None = None,
    ) -> tuple[ObservedRate, ...]:
        """The rates of one segment, one per bucket."""
        roll = self._policy.method == "roll_rate"
        over = [each for each in followed if _is_over(each, self._policy, self._as_of)]
        vintages = [self._vintage(place, over) for place in range(len(self._names))]
        seen = [*self._rolls(followed), vintages[-1]] if roll else vintages
        raw = _rolled(seen) if roll else [_part(each.lost, each.base) for each in seen]
        known = [*raw[:-1], Fraction(1)] if roll and _rolls_on(seen) else raw
        smooth = self._smoothed(known, seen, overall)
        if all(rate is None for rate in smooth):
            return _like(segment, overall, seen, self._money)
        found = pooled(smooth, [each.base for each in seen])
        kept = _kept([each.rate for each in found])
        return tuple(
            ObservedRate(
                segment=segment,
                bucket=name,
                count=seen[place].items,
                base=self._money(seen[place].base),
                lost=self._money(seen[place].lost),
                rolled=self._money(seen[place].rolled) if roll else None,
                raw=None if raw[place] is None else _kept([raw[place] or Fraction(0)])[0],
                rate=kept[place],
                pooled=self._names[found[place].first : found[place].last + 1]
                if found[place].last > found[place].first
                else (),
            )
            for place, name in enumerate(self._names)
        )

    def _money(self, minor: int) -> Money:
        return Money.from_minor(minor, self._currency)

    def _vintage(self, place: int, over: Iterable[Course]) -> _Seen:
        """Of receivables whose end is known: what entered a bucket, and was lost of it since."""
        rows = [
            (each.entered[place], each.lost_between(each.gates[place], self._as_of) + each.left)
            for each in over
            if each.entered[place]
        ]
        lost = sum(min(row) for row in rows)
        return _Seen(len(rows), sum(row[0] for row in rows), lost, 0)

    def _rolls(self, followed: Sequence[Course]) -> list[_Seen]:
        """For all buckets but the last: what left through the end of each."""
        return [self._roll(place, followed) for place in range(len(self._names) - 1)]

    def _roll(self, place: int, followed: Iterable[Course]) -> _Seen:
        count = base = lost = rolled = 0
        for each in followed:
            if len(each.entered) > place + 1 and each.entered[place]:
                entered = each.entered[place]
                gone = min(entered, each.lost_between(*each.gates[place : place + 2]))
                count, base, lost = count + 1, base + entered, lost + gone
                rolled += min(each.entered[place + 1], entered - gone)
        return _Seen(count, base, lost, rolled)

    def _smoothed(
        self,
        raw: Sequence[Fraction | None],
        seen: Sequence[_Seen],
        overall: Sequence[ObservedRate] | None,
    ) -> list[Fraction | None]:
        weight = self._policy.smoothing
        if overall is None or not weight:
            return list(raw)
        mixed = []
        for rate, each, all_of_them in zip(raw, seen, overall, strict=True):
            own = (rate or Fraction(0)) * each.items
            mixed.append((own + all_of_them.rate * weight) / (each.items + weight))
        return list(mixed)


def _part(lost: int, base: int) -> Fraction | None:
    return Fraction(lost, base) if base else None


def _rolled(seen: Sequence[_Seen]) -> list[Fraction | None]:
    """Roll rates from the last bucket to the first; what rolls into the unknown is lost."""
    rates: list[Fraction | None] = [_part(seen[-1].lost, seen[-1].base)]
    for each in reversed(seen[:-1]):
        older = rates[0]
        after = Fraction(1) if older is None else older
        rates.insert(0, (each.lost + each.rolled * after) / each.base if each.base else None)
    return rates


def _rolls_on(seen: Sequence[_Seen]) -> bool:
    """Whether something rolled into the last bucket, of which no end is known: all is lost then."""
    return not seen[-1].base and seen[-2].rolled > 0


def _like(
    segment: str,
    overall: Sequence[ObservedRate] | None,
    seen: Sequence[_Seen],
    money: Callable[[int], Money],
) -> tuple[ObservedRate, ...]:
    """A segment of which nothing is over yet has the rates of all."""
    assert overall is not None, "of all receivables together some are over"
    return tuple(
        ObservedRate(
            segment=segment,
            bucket=each.bucket,
            count=own.items,
            base=money(own.base),
            lost=money(own.lost),
            rolled=None if each.rolled is None else money(own.rolled),
            raw=None,
            rate=each.rate,
        )
        for each, own in zip(overall, seen, strict=True)
    )


def _kept(rates: Sequence[Fraction]) -> list[Fraction]:
    """The rates exactly, or all of a row to 36 decimals where one is too long to keep."""
    if all(rate.denominator < _DENOMINATOR_MAX for rate in rates):
        return list(rates)
    return [Fraction(rounded_fraction(rate, _KEPT_PLACES)) for rate in rates]


def _findings(rates: Iterable[ObservedRate], policy: HistoryPolicy) -> Iterable[Finding]:
    for each in rates:
        place = f"{each.segment or '*'}/{each.bucket}"
        if each.raw is None:
            yield Finding(
                code="provision.unobserved",
                place=place,
                severity="approval",
                message=LocalText(
                    en=f"no receivable with a known end was in this bucket; {percent(each.rate)} "
                    "is the rate of its neighbour or of all segments",
                    zh=f"没有结果已知的应收款经过该账龄区间；{percent(each.rate)} "
                    "取自相邻区间或全部分组",
                ),
            )
        elif each.count < policy.thin:
            yield Finding(
                code="provision.thin",
                place=place,
                severity="note",
                message=LocalText(
                    en=f"{percent(each.rate)} rests on {each.count} receivables; fewer than "
                    f"{policy.thin} say little",
                    zh=f"{percent(each.rate)} 仅依据 {each.count} 笔应收款；少于 {policy.thin} 笔时"
                    "参考价值有限",
                ),
            )
        if each.pooled:
            yield Finding(
                code="provision.pooled",
                place=place,
                severity="note",
                message=LocalText(
                    en=f"pooled over {', '.join(each.pooled)}: observed "
                    f"{percent(each.raw or Fraction(0))}, used {percent(each.rate)}",
                    zh=f"与账龄区间 {'、'.join(each.pooled)} 合并：观察值 "
                    f"{percent(each.raw or Fraction(0))}，采用 {percent(each.rate)}",
                ),
            )
