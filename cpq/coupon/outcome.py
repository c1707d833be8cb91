"""What became of a coupon (用券结果): applied, or refused with the reason and what is missing.

Whoever types a code wants to know why nothing happens and what would make it happen. Every reason
has its code for programs, its words in English and Chinese, what was needed and what was found,
and where an amount falls short, how much.
"""

from functools import cached_property

from pydantic import Field

from cpq.coupon.check import check_fits
from cpq.coupon.model import Coupon
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.period import Moment
from cpq.kernel.text import Line, LocalText, legible

_SHOWN_MAX = 64
_WORDS: dict[str, tuple[str, str]] = {
    "applied": ("coupon {coupon} is applied", "优惠券 {coupon} 已使用"),
    "unknown": ("no coupon has the code {coupon}", "优惠券 {coupon} 不存在"),
    "mistyped": (
        "no coupon has the code {coupon}; its check character does not fit: check the code",
        "优惠券 {coupon} 不存在，且校验码不符，可能输入有误；请核对券码",
    ),
    "blocked": ("coupon {coupon} is blocked", "优惠券 {coupon} 已停用"),
    "outside_period": (
        "coupon {coupon} holds {needed}, both days included; found {actual}",
        "优惠券 {coupon} 的有效期为 {needed}（含首末日），当前为 {actual}",
    ),
    "other_customer": ("coupon {coupon} is for other customers", "优惠券 {coupon} 不适用于该客户"),
    "promotion_unknown": (
        "coupon {coupon} is for promotion {promotion}, which is not in the catalogue",
        "优惠券 {coupon} 对应的促销 {promotion} 不在目录中",
    ),
    "promotion_not_in_force": (
        "promotion {promotion} of coupon {coupon} is not in force",
        "优惠券 {coupon} 对应的促销 {promotion} 未生效",
    ),
    "amount_below": (
        "coupon {coupon} needs {needed}; found {actual}",
        "优惠券 {coupon} 需满 {needed}，现为 {actual}",
    ),
    "quantity_below": (
        "coupon {coupon} needs a quantity of {needed}; found {actual}",
        "优惠券 {coupon} 需满数量 {needed}，现为 {actual}",
    ),
    "cap_exhausted": (
        "the limit of coupon {coupon} is reached: {needed} asked, {actual} left",
        "优惠券 {coupon} 的限额已用完：需 {needed}，剩 {actual}",
    ),
    "capped": (
        "the limit of coupon {coupon} does not suffice: {needed} asked, {actual} left",
        "优惠券 {coupon} 的限额不足：需 {needed}，剩 {actual}",
    ),
    "same_promotion": (
        "promotion {promotion} takes one coupon, and {actual} is applied already",
        "促销 {promotion} 只可用一张优惠券，已使用 {actual}",
    ),
    "nothing_left": (
        "nothing is left that coupon {coupon} could lower",
        "优惠券 {coupon} 已无可减金额",
    ),
    "not_covered": (
        "coupon {coupon} is for none of these products",
        "所购产品均不适用优惠券 {coupon}",
    ),
    "quantity_above": (
        "coupon {coupon} holds up to a quantity of {needed}; found {actual}",
        "优惠券 {coupon} 仅限数量不超过 {needed}，现为 {actual}",
    ),
    "amount_above": (
        "coupon {coupon} holds up to {needed}; found {actual}",
        "优惠券 {coupon} 仅限金额不超过 {needed}，现为 {actual}",
    ),
    "already_discounted": (
        "coupon {coupon} is for what nothing else lowers",
        "优惠券 {coupon} 仅适用于未享其他优惠的商品",
    ),
    "excluded_by": (
        "coupon {coupon} is excluded by promotion {actual}",
        "优惠券 {coupon} 与促销 {actual} 互斥",
    ),
    "not_combinable": (
        "coupon {coupon} cannot be combined with {actual}",
        "优惠券 {coupon} 不能与 {actual} 同时使用",
    ),
    "lost_to": (
        "another promotion goes before coupon {coupon}: {actual}",
        "其他促销优先于优惠券 {coupon}：{actual}",
    ),
    "others_give_more": (
        "other promotions give more than coupon {coupon}: {needed}, not {actual}",
        "其他促销优惠多于优惠券 {coupon}：{needed}，而非 {actual}",
    ),
    "not_in_best": (
        "the best combination of promotions is without coupon {coupon}",
        "最优促销组合未用优惠券 {coupon}",
    ),
}
_OTHERWISE = ("coupon {coupon} does not apply: {why}", "优惠券 {coupon} 未生效：{why}")
REASONS: tuple[str, ...] = tuple(_WORDS)
"""The reasons that have words of their own."""


class CouponOutcome(Frozen):
    """What became of one coupon, as printed or as typed.

    ``needed`` and ``actual`` are facts as text: a period and a day, a threshold and what the order
    comes to, what it asks of a limit and what is left, or in ``actual`` what stands in the way.
    ``missing`` is the amount that a threshold still wants. ``needed`` of ``other_customer`` names
    who the coupon is made out to; the message does not.

    >>> outcome = CouponOutcome(coupon="AUTUMN-7K4P", promotion="AUTUMN", reason="amount_below",
    ...                         needed="100.00 CNY", actual="65.00 CNY",
    ...                         missing=Money("35.00", "CNY"))
    >>> str(outcome)
    'coupon AUTUMN-7K4P needs 100.00 CNY; found 65.00 CNY: 35.00 CNY more is missing'
    """

    coupon: Line
    promotion: Line = ""
    reason: Line = Field(min_length=1)
    needed: Line = ""
    actual: Line = ""
    missing: Money | None = None

    @property
    def applied(self) -> bool:
        """Whether its promotion was granted."""
        return self.reason == "applied"

    @cached_property
    def message(self) -> LocalText:
        """The outcome in words, for whoever typed the code."""
        return message(self)

    def __str__(self) -> str:
        return str(self.message)


def message(outcome: CouponOutcome) -> LocalText:
    """An outcome in words; a reason without words of its own is named, with what was found.

    >>> message(CouponOutcome(coupon="A-1", promotion="A", reason="blocked")).zh
    '优惠券 A-1 已停用'
    """
    en, zh = _WORDS.get(outcome.reason, _OTHERWISE)
    facts = {"coupon": outcome.coupon, "promotion": outcome.promotion}
    needed, actual = outcome.needed, outcome.actual
    told = dict.fromkeys(("en", "zh"), outcome.reason.replace("_", " "))
    if needed or actual:
        told["en"] += f" (needs {needed or '-'}, found {actual or '-'})"
        told["zh"] += f"（需 {needed or '-'}，实 {actual or '-'}）"
    said = {
        "en": en.format(needed=needed, actual=actual, why=told["en"], **facts),
        "zh": zh.format(needed=_chinese(needed), actual=actual, why=told["zh"], **facts),
    }
    if outcome.missing is not None:
        said["en"] += f": {outcome.missing} more is missing"
        said["zh"] += f"，还差 {outcome.missing}"
    return LocalText(**said)


def outcome_of(
    coupon: Coupon, reason: str, needed: str = "", actual: str = "", *, missing: Money | None = None
) -> CouponOutcome:
    """The outcome of a coupon: applied, or why not, what was needed and what was found.

    >>> str(outcome_of(Coupon(code="A-1", promotion="A"), "nothing_left"))
    'nothing is left that coupon A-1 could lower'
    """
    return CouponOutcome(
        coupon=coupon.code,
        promotion=coupon.promotion,
        reason=reason,
        needed=needed,
        actual=actual,
        missing=missing,
    )


def refusal(
    coupon: Coupon, *, customer: str | None, at: Moment, zone: str = "UTC"
) -> tuple[str, str, str] | None:
    """Why a coupon by itself does not count, as reason, needed and actual; ``None`` where it does.

    Asked for a ``customer`` (``None``: nobody known) at a day or an instant; ``zone`` is that of
    its days where it names none. Its last day counts whole.

    >>> from datetime import date
    >>> coupon = Coupon(code="A-1", promotion="A", period={"end": "2026-11-30"})
    >>> refusal(coupon, customer=None, at=date(2026, 11, 30))
    >>> refusal(coupon, customer=None, at=date(2026, 12, 1))
    ('outside_period', '… to 2026-11-30', '2026-12-01')
    """
    if coupon.state == "blocked":
        return "blocked", "", ""
    if not coupon.holds(at, zone=zone):
        return "outside_period", str(coupon.period), coupon.day(at, zone=zone).isoformat()
    if coupon.customer is not None and coupon.customer != customer:
        return "other_customer", coupon.customer, customer or ""
    return None


def unknown(code: str) -> CouponOutcome:
    """What to tell whoever typed a code that nobody issued; a mistyped one is told as such.

    >>> unknown("A26-2345-678W").reason, unknown("A26-2345-687W").reason
    ('unknown', 'mistyped')
    """
    shown = " ".join(legible(code[: _SHOWN_MAX + 1]).split())
    if len(shown) > _SHOWN_MAX:
        shown = f"{shown[: _SHOWN_MAX - 2]} …"
    return CouponOutcome(coupon=shown, reason="unknown" if check_fits(code) else "mistyped")


def _chinese(needed: str) -> str:
    return needed.replace(" to ", " 至 ")
