"""Every reason for which credit is not given, with what would take it away (冻结原因与解除条件).

A reason is a finding: an ``error`` nobody may override, an ``approval`` a person may, a ``note``
changes nothing. Beside it stands the remedy that would take this one reason away, where there is
one.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from cpq.kernel.errors import Finding, Severity
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total, plain
from cpq.kernel.text import LocalText, Number
from revenue.credit.exposure import LOWERING, Exposure
from revenue.credit.hold import Stage
from revenue.credit.policy import CreditPolicy
from revenue.credit_limit import CreditLimit, CreditStatusCode, ExposurePart
from revenue.hold import CreditHold

PART_NAMES: Final[dict[ExposurePart, LocalText]] = {
    "not_due": LocalText(en="receivables not due", zh="未到期应收"),
    "overdue": LocalText(en="receivables overdue", zh="逾期应收"),
    "unbilled": LocalText(en="delivered, not billed", zh="已发货未开票"),
    "undelivered": LocalText(en="released, not delivered", zh="已放行未发货"),
    "draft": LocalText(en="invoices in draft", zh="发票草稿"),
    "other": LocalText(en="other", zh="其他"),
    "billed_ahead": LocalText(en="billed before delivery", zh="先票后货"),
    "prepaid": LocalText(en="paid and not applied", zh="预收未核销"),
    "cover": LocalText(en="insured", zh="信用保险"),
}
"""What each part of an exposure is called."""

RemedyKind = Literal["pay", "pay_overdue", "pay_advance", "change_status", "release"]
_SHOWN_MAX = 5


class Remedy(Frozen):
    """What would take one reason away: an ``amount`` to be paid or a limit to be raised by, the
    ``documents`` to be paid or released.
    """

    kind: RemedyKind
    text: LocalText
    amount: Money | None = None
    documents: tuple[Number, ...] = ()


class Judged(NamedTuple):
    """One reason, and its remedy."""

    finding: Finding
    remedy: Remedy | None = None


class Asked(NamedTuple):
    """What is judged: the exposure with what was asked for, and what it is held against."""

    after: Exposure
    limit: CreditLimit | None
    status: CreditStatusCode
    policy: CreditPolicy
    unpaid_advance: Money | None
    holds: tuple[CreditHold, ...]
    at: Stage

    @property
    def sum(self) -> Money:
        """The parts that count, together."""
        return self.after.counted(() if self.limit is None else self.limit.parts)

    @property
    def most(self) -> Money:
        """The limit; 0 where none is set."""
        zero = Money.zero(self.after.currency)
        return zero if self.limit is None else self.limit.amount

    @property
    def excess(self) -> Money:
        """How far the sum is above the limit."""
        return max(self.sum - self.most, Money.zero(self.after.currency))


def judged(asked: Asked) -> tuple[Judged, ...]:
    """Every reason, in the order: status, holds, limit, parts, lateness, dunning, advance."""
    if asked.status == "X":
        return (
            _finding(
                "credit.not_checked", "note", "status X: nothing is checked", "状态 X：不检查信用"
            ),
        )
    return (
        *_of_status(asked),
        *_of_holds(asked.holds),
        *(_of_limit(asked) if asked.at in asked.policy.limit_at else ()),
        *(_of_parts(asked) if asked.at in asked.policy.limit_at else ()),
        *_of_lateness(asked),
        *_of_dunning(asked),
        *_of_advance(asked),
    )


def _finding(
    code: str,
    severity: Severity,
    en: str,
    zh: str,
    *,
    place: str = "",
    remedy: Remedy | None = None,
) -> Judged:
    found = Finding(
        code=code,
        severity=severity,
        place=place,
        message=LocalText(en=en, zh=zh),
    )
    return Judged(found, remedy)


def _remedy(
    kind: RemedyKind,
    en: str,
    zh: str,
    *,
    amount: Money | None = None,
    documents: Iterable[str] = (),
) -> Remedy:
    return Remedy(
        kind=kind, text=LocalText(en=en, zh=zh), amount=amount, documents=tuple(documents)
    )


def _of_status(asked: Asked) -> Iterator[Judged]:
    change = _remedy("change_status", "set another status, such as O", "改为其他状态，如 O")
    match asked.status:
        case "S":
            yield _finding(
                "credit.stopped",
                "error",
                "status S: no business with this customer until it is changed",
                "状态 S：已停止交易，须先更改状态",
                remedy=change,
            )
        case "H":
            yield _finding(
                "credit.on_hold",
                "approval",
                "status H: a person must let each order and shipment through",
                "状态 H：已冻结，每笔均须人工放行",
                remedy=change,
            )
        case "W":
            yield _finding("credit.watched", "note", "status W: under watch", "状态 W：重点观察")
        case "I" if asked.after.open_items:
            count = asked.after.open_items
            yield _finding(
                "credit.one_invoice",
                "approval",
                f"status I: one open invoice at a time, and {count} open already",
                f"状态 I：一单一清，现有 {count} 张未清",
                remedy=_remedy("pay", "have all receivables paid", "结清全部应收"),
            )
        case _:
            return


def _of_holds(holds: Iterable[CreditHold]) -> Iterator[Judged]:
    for hold in holds:
        whose = f"order {hold.order}" if hold.order else f"customer {hold.customer}"
        whose_zh = f"订单 {hold.order}" if hold.order else f"客户 {hold.customer}"
        yield _finding(
            "credit.held",
            "error",
            f"{whose} is held by {hold.number} since {hold.on}: {hold.reasons[0]}",
            f"{whose_zh} 自 {hold.on} 起被 {hold.number} 冻结：{hold.reasons[0]}",
            remedy=_remedy(
                "release",
                f"release hold {hold.number}",
                f"放行 {hold.number}",
                documents=(hold.number,),
            ),
        )


def _of_limit(asked: Asked) -> Iterator[Judged]:
    most, excess = asked.most, asked.excess
    if excess.amount:
        pay = _remedy("pay", f"a payment of {excess}", f"收款 {excess}", amount=excess)
        en, zh = f"with this the exposure is {asked.sum}", f"加上本次敞口为 {asked.sum}"
        if asked.limit is None:
            yield _finding(
                "credit.no_limit",
                "approval",
                f"{en}, no limit is set: {excess} too much",
                f"{zh}，未设额度，超出 {excess}",
                remedy=pay,
            )
        else:
            yield _finding(
                "credit.limit_exceeded",
                "approval",
                f"{en}, the limit is {most}: {excess} too much",
                f"{zh}，额度为 {most}，超出 {excess}",
                remedy=pay,
            )
        return
    watch = asked.policy.watch_percent
    if watch is None or not most.amount or asked.sum.amount <= 0:
        return
    used = asked.sum.ratio_to(most) * 100
    if used >= Fraction(watch):
        yield _finding(
            "credit.limit_near",
            "note",
            f"with this {asked.sum} of {most} are used, {plain(watch)} % or more",
            f"加上本次已用 {asked.sum}，额度 {most}，达到 {plain(watch)}% 或以上",
        )


def _of_parts(asked: Asked) -> Iterator[Judged]:
    for part in () if asked.limit is None else asked.limit.parts:
        amount = asked.after.amount(part.part)
        if part.amount is None or part.part in LOWERING or amount <= part.amount:
            continue
        name, above = PART_NAMES[part.part], amount - part.amount
        yield _finding(
            "credit.part_exceeded",
            "approval",
            f"{name.en}: {amount}, the limit of this part is {part.amount}: {above} too much",
            f"{name.zh} {amount}，该项限额 {part.amount}，超出 {above}",
            place=part.part,
            remedy=_remedy(
                "pay", f"{above} less of: {name.en}", f"{name.zh}减少 {above}", amount=above
            ),
        )


def _of_lateness(asked: Asked) -> Iterator[Judged]:
    days = asked.policy.overdue_days
    late = [item for item in asked.after.overdue if days is not None and item.days > days]
    if not late:
        return
    owed = money_total((item.open for item in late), asked.after.currency)
    if asked.policy.overdue_amount is not None and owed <= asked.policy.overdue_amount:
        return
    numbers = [item.receivable for item in late]
    shown = ", ".join(numbers[:_SHOWN_MAX]) + (" …" if len(numbers) > _SHOWN_MAX else "")
    yield _finding(
        "credit.overdue",
        "approval",
        f"{owed} overdue for more than {days} days, the oldest for {late[0].days}: {shown}",
        f"逾期超过 {days} 天的应收 {owed}，最长 {late[0].days} 天：{shown}",
        remedy=_remedy(
            "pay_overdue",
            f"payment of {shown}: {owed}",
            f"收回 {shown}，共 {owed}",
            amount=owed,
            documents=numbers,
        ),
    )


def _of_dunning(asked: Asked) -> Iterator[Judged]:
    most, level = asked.policy.dunning_level, asked.after.dunning_level
    if most is not None and level >= most:
        yield _finding(
            "credit.dunning",
            "approval",
            f"dunning has come to level {level}; from level {most} on there is no credit",
            f"催款已到第 {level} 级，第 {most} 级起停止授信",
            remedy=_remedy("pay_overdue", "payment of what was reminded of", "结清被催款的应收"),
        )


def _of_advance(asked: Asked) -> Iterator[Judged]:
    missing = asked.unpaid_advance
    if missing is not None and missing.amount > 0:
        yield _finding(
            "credit.advance_unpaid",
            "approval",
            f"{missing} of what is to be paid before delivery is missing",
            f"发货前应付款尚缺 {missing}",
            remedy=_remedy(
                "pay_advance", f"a payment of {missing}", f"收款 {missing}", amount=missing
            ),
        )
