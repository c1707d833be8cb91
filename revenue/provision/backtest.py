"""Back-test: whether the rates of a past day would have been right (回溯检验).

For each day of the past the rates are read from the facts up to that day and applied to what was
open on it. Then the later facts, up to the day of the question, say what was lost of exactly those
open items. What is still open and not yet long enough overdue is not decided and stands apart.

    bias  = predicted − lost      above 0: too much was provided
    error = |bias|
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Finding, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Line, LocalText
from revenue.ledger import ReceivablesLedger
from revenue.ledger.open_item import bucket_names, days_overdue
from revenue.provision.course import Course, courses
from revenue.provision.history import HistoryPolicy, is_over, observe_losses
from revenue.provision.loss import expected_loss
from revenue.provision.rate import percent


class BackTestRow(Frozen):
    """One bucket of one past day: what was open, what loss was predicted, what was lost since.

    ``undecided`` is what is still open without counting as lost. ``bucket`` is empty in the sum
    of a day.
    """

    on: date
    bucket: Line
    exposure: Money
    predicted: Money
    lost: Money
    undecided: Money

    @property
    def bias(self) -> Money:
        """Predicted less lost: above 0 too much was provided, below 0 too little."""
        return self.predicted - self.lost

    @property
    def error(self) -> Money:
        """The bias without its sign."""
        return abs(self.bias)

    @property
    def bias_rate(self) -> Ratio:
        """The bias as a part of what was open; 0 where nothing was."""
        return self.bias.ratio_to(self.exposure) if self.exposure.amount else Fraction(0)

    @property
    def text(self) -> LocalText:
        """The row as a sentence."""
        share = percent(abs(self.bias_rate))
        if not self.bias.amount:
            judged, judged_zh = "exactly", "完全一致"
        elif self.bias.amount > 0:
            judged = f"{self.error} too much ({share} of what was open)"
            judged_zh = f"多计 {self.error}（占未清余额 {share}）"
        else:
            judged = f"{self.error} too little ({share} of what was open)"
            judged_zh = f"少计 {self.error}（占未清余额 {share}）"
        rest, rest_zh = "", ""
        if self.undecided.amount:
            rest, rest_zh = (
                f"; {self.undecided} undecided",
                f"；另有 {self.undecided} 尚无结果",
            )
        return LocalText(
            en=f"{self.on}: of {self.exposure} open {self.predicted} was predicted lost, "
            f"{self.lost} was: {judged}{rest}",
            zh=f"{self.on}：未清 {self.exposure}，预计损失 {self.predicted}，"
            f"实际损失 {self.lost}：{judged_zh}{rest_zh}",
        )


class BackTest(Frozen):
    """Predicted and actual losses per past day and bucket; ``days`` are the sums per day."""

    as_of: date
    currency: CurrencyCode
    policy: HistoryPolicy
    rows: tuple[BackTestRow, ...]
    days: tuple[BackTestRow, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def bias(self) -> Money:
        """The sum of the biases of all days: errors in both directions cancel."""
        return money_total((each.bias for each in self.days), self.currency)

    @property
    def error(self) -> Money:
        """The sum of the errors of all buckets of all days: nothing cancels."""
        return money_total((each.error for each in self.rows), self.currency)


def back_test(
    ledger: ReceivablesLedger,
    policy: HistoryPolicy,
    *,
    days: Sequence[date],
    as_of: date,
    currency: str,
    segments: Mapping[str, str] | None = None,
) -> BackTest:
    """Hold the rates of past days against what was lost since, up to and on ``as_of``.

    A day before which nothing was over yet has no prediction and gets a finding.
    Raises ``Refused`` (``provision.day_not_past``) for a day that does not lie before ``as_of``.
    """
    rows: list[BackTestRow] = []
    findings: list[Finding] = []
    test = _Test(ledger, policy, as_of, currency, segments or {})
    followed = test.followed()
    for day in sorted(set(days)):
        if day >= as_of:
            raise Refused(
                "provision.day_not_past",
                f"a back-test looks from {day} to {as_of}; give days before that",
                message_zh=f"回溯检验从 {day} 到 {as_of}；请给出更早的日期",
                day=day,
            )
        try:
            predicted = test.predicted(day)
        except Refused as error:
            findings.append(
                Finding(
                    code="provision.no_history",
                    place=day.isoformat(),
                    severity="note",
                    message=error.text,
                )
            )
            continue
        rows += test.rows(day, followed, predicted)
    return BackTest(
        as_of=as_of,
        currency=currency,
        policy=policy,
        rows=tuple(rows),
        days=tuple(_sums(rows, currency)),
        findings=tuple(findings),
    )


class _Outcome(NamedTuple):
    exposure: int
    lost: int
    undecided: int


class _Test(NamedTuple):
    """What is asked: of which books, by which policy, as of which day."""

    ledger: ReceivablesLedger
    policy: HistoryPolicy
    as_of: date
    currency: str
    segments: Mapping[str, str]

    def followed(self) -> tuple[Course, ...]:
        """The course of every receivable as of the day of the question."""
        found = courses(
            self.ledger,
            as_of=self.as_of,
            currency=self.currency,
            buckets=self.policy.buckets,
            segments=self.segments,
        )
        return tuple(found)

    def predicted(self, day: date) -> dict[str, Money]:
        """The loss per bucket that one would have expected on a day, knowing its past only."""
        history = observe_losses(
            self.ledger, self.policy, as_of=day, currency=self.currency, segments=self.segments
        )
        matrix = history.matrix(name="back-test", also=("", *self.segments.values()))
        expected = expected_loss(self.ledger, matrix, as_of=day, segments=self.segments)
        found: dict[str, Money] = {}
        for line in expected.lines:
            if line.currency == self.currency:
                before = found.get(line.bucket, Money.zero(self.currency))
                found[line.bucket] = before + line.loss
        return found

    def rows(
        self, day: date, followed: Iterable[Course], predicted: Mapping[str, Money]
    ) -> list[BackTestRow]:
        """The buckets of a day, with what became of what was open in them."""
        names = bucket_names(self.policy.buckets)
        table: dict[int, list[_Outcome]] = {}
        for course in followed:
            exposure = self.ledger.open_amount(course.receivable.number, as_of=day).minor
            if exposure:
                late = days_overdue(course.receivable.due_on, day)
                place = sum(late > edge for edge in self.policy.buckets)
                table.setdefault(place, []).append(self._outcome(course, exposure, day))
        return [
            BackTestRow(
                on=day,
                bucket=names[place],
                exposure=self._money(each.exposure for each in outcomes),
                predicted=predicted.get(names[place], Money.zero(self.currency)),
                lost=self._money(each.lost for each in outcomes),
                undecided=self._money(each.undecided for each in outcomes),
            )
            for place, outcomes in sorted(table.items())
        ]

    def _outcome(self, course: Course, exposure: int, day: date) -> _Outcome:
        over = is_over(course.receivable.due_on, self.policy, self.as_of)
        gone = course.lost_between(day, self.as_of) + (course.left if over else 0)
        lost = min(exposure, gone)
        return _Outcome(exposure, lost, 0 if over else min(course.left, exposure - lost))

    def _money(self, minors: Iterable[int]) -> Money:
        return Money.from_minor(sum(minors), self.currency)


def _sums(rows: Iterable[BackTestRow], currency: str) -> Iterable[BackTestRow]:
    by_day: dict[date, list[BackTestRow]] = {}
    for row in rows:
        by_day.setdefault(row.on, []).append(row)
    for day, own in by_day.items():
        yield BackTestRow(
            on=day,
            bucket="",
            exposure=money_total((row.exposure for row in own), currency),
            predicted=money_total((row.predicted for row in own), currency),
            lost=money_total((row.lost for row in own), currency),
            undecided=money_total((row.undecided for row in own), currency),
        )
