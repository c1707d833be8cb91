"""Expected credit loss of what is open on a day (预期信用损失、信用减值准备).

==  ======================================================================================
1   what is open, by customer, currency and days overdue: the ageing of the day
2   customers with an individual assessment leave the matrix; their own rate is applied
3   covers are taken off, in proportion over a customer's buckets, rounded down
4   the rest is added up by currency, segment and bucket
5   rate = segment's rate × overlay, at most 100%; rounded only if the matrix says so
6   loss = (gross − covered) × rate, exactly; rounded once per line, half up
7   the sum of the lines is the allowance that is required
==  ======================================================================================
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Code, Line, number_key
from revenue.ledger import Ageing, AgeingRow, ReceivablesLedger
from revenue.provision.assessment import CreditCover, IndividualAssessment, covered_amounts
from revenue.provision.matrix import ProvisionMatrix


class LossLine(Frozen):
    """What is lost of one bucket of a segment, or of one ``customer`` that is assessed by itself.

    ``gross`` is open, ``covered`` of it somebody else pays; ``rate`` is the one that was applied,
    ``exact`` the loss before it was rounded to ``loss``, half up. All in ``currency``.
    """

    currency: CurrencyCode
    segment: Line = ""
    bucket: Line = ""
    customer: Line = ""
    gross: Money
    covered: Money
    rate: Ratio
    exact: Ratio
    loss: Money
    reason: Line = ""

    @property
    def exposure(self) -> Money:
        """What the rate is applied to: gross less covered, never below 0."""
        return max(self.gross - self.covered, Money.zero(self.currency))


class ExpectedLoss(Frozen):
    """The expected loss of a day by line; its ``total`` is what the allowance must be."""

    as_of: date
    matrix: Code
    lines: tuple[LossLine, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the lines, by code."""
        return tuple(sorted({line.currency for line in self.lines}))

    def total(self, currency: str) -> Money:
        """The expected loss in one currency: Σ lines, zero for none."""
        return money_total((each.loss for each in self._in(currency)), currency)

    def gross(self, currency: str) -> Money:
        """All that is open in one currency."""
        return money_total((each.gross for each in self._in(currency)), currency)

    def _in(self, currency: str) -> tuple[LossLine, ...]:
        return tuple(line for line in self.lines if line.currency == currency)


def expected_loss(
    of: ReceivablesLedger | Ageing,
    matrix: ProvisionMatrix,
    *,
    as_of: date,
    segments: Mapping[str, str] | None = None,
    individual: Iterable[IndividualAssessment] = (),
    covers: Iterable[CreditCover] = (),
) -> ExpectedLoss:
    """The expected loss of what is open at the end of a day, by bucket, segment and currency.

    ``segments`` maps customers to segments of the matrix; who is not in it has segment ``""``.
    Raises ``NotFound`` (``provision.segment_unknown``) and, for an ageing of another day or with
    other buckets, ``Refused`` (``provision.other_ageing``); for a customer that is assessed twice
    ``Refused`` (``provision.assessed_twice``).

    >>> from revenue.provision.matrix import provision_matrix
    >>> from revenue.receivable import Receivable
    >>> debt = Receivable(number="AR-1", customer="C-1", on=date(2026, 9, 1),
    ...                   due_on=date(2026, 10, 1), amount=Money("60000", "EUR"))
    >>> matrix = provision_matrix("2026", {"": ("2%", "4%", "2000/23000", "25%", "100%")})
    >>> found = expected_loss(ReceivablesLedger().record(debt), matrix, as_of=date(2026, 11, 15))
    >>> [(line.bucket, line.rate, line.loss) for line in found.lines]
    [('31-60', Fraction(2, 23), Money('5217.39', 'EUR'))]
    """
    ageing = _ageing(of, matrix, as_of)
    by_customer = {number_key(name): segment for name, segment in (segments or {}).items()}
    assessed = _assessed(individual)
    table: dict[tuple[str, str, int], tuple[Money, Money]] = {}
    single = []
    every_cover = tuple(covers)
    for row in ageing.rows:
        key = number_key(row.customer)
        own = [cover for cover in every_cover if number_key(cover.customer) == key]
        covered = covered_amounts(row.amounts, own, as_of=as_of)
        if key in assessed:
            single.append(_single(row, money_total(covered, row.currency), assessed[key], matrix))
            continue
        for place, pair in enumerate(zip(row.amounts, covered, strict=True)):
            at = row.currency, by_customer.get(key, ""), place
            gross, taken = table.get(at, (Money.zero(row.currency),) * 2)
            table[at] = gross + pair[0], taken + pair[1]
    lines = [_line(matrix, at, *table[at]) for at in sorted(table) if table[at][0].amount]
    return ExpectedLoss(
        as_of=as_of, matrix=matrix.name, lines=(*lines, *(line for line in single if line))
    )


def _ageing(of: ReceivablesLedger | Ageing, matrix: ProvisionMatrix, as_of: date) -> Ageing:
    if not isinstance(of, Ageing):
        return of.ageing(as_of=as_of, buckets=matrix.buckets)
    if of.as_of != as_of or of.buckets != matrix.bucket_names:
        raise Refused(
            "provision.other_ageing",
            f"the ageing is of {of.as_of} in buckets {', '.join(of.buckets)}, but matrix "
            f"{matrix.name} is asked for {as_of} in {', '.join(matrix.bucket_names)}; age what is "
            "open with the buckets of the matrix",
            message_zh=f"账龄表截至 {of.as_of}，区间为 {'、'.join(of.buckets)}；"
            f"准备矩阵 {matrix.name} 需要 {as_of} 的 {'、'.join(matrix.bucket_names)}；"
            "请按矩阵的区间编制账龄",
        )
    return of


def _assessed(individual: Iterable[IndividualAssessment]) -> dict[str, IndividualAssessment]:
    found: dict[str, IndividualAssessment] = {}
    for each in individual:
        if found.setdefault(number_key(each.customer), each) != each:
            raise Refused(
                "provision.assessed_twice",
                f"customer {each.customer} is assessed by itself twice, and differently; keep one",
                message_zh=f"客户 {each.customer} 有两项不同的单项计提；请只保留一项",
                customer=each.customer,
            )
    return found


def _single(
    row: AgeingRow, covered: Money, assessment: IndividualAssessment, matrix: ProvisionMatrix
) -> LossLine | None:
    if not row.total.amount:
        return None
    exact = _exposed(row.total, covered) * assessment.rate
    return LossLine(
        currency=row.currency,
        customer=row.customer,
        gross=row.total,
        covered=covered,
        rate=assessment.rate,
        exact=exact,
        loss=matrix.loss(exact, row.currency),
        reason=assessment.reason,
    )


def _exposed(gross: Money, covered: Money) -> Fraction:
    return Fraction(max(gross - covered, Money.zero(gross.code)).amount)


def _line(
    matrix: ProvisionMatrix, at: tuple[str, str, int], gross: Money, covered: Money
) -> LossLine:
    currency, segment, place = at
    rate = matrix.rate(segment, place)
    exact = _exposed(gross, covered) * rate
    return LossLine(
        currency=currency,
        segment=segment,
        bucket=matrix.bucket_names[place],
        gross=gross,
        covered=covered,
        rate=rate,
        exact=exact,
        loss=matrix.loss(exact, currency),
    )
