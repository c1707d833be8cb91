"""Promotion policies (促销政策): who gets what off which products, until when and up to how much.

A policy is conditions + target + benefit + priority + cap + funder. Policies act one after the
other in the order (priority from high to low, code), never in the order somebody typed them:
conditions look at the amounts before any promotion, benefits are taken from what the ones before
have left. A discount is reckoned on the total of the lines it is for, rounded once and shared by
largest remainder, so that the shares add up to it (policy ``per_line`` rounds each line instead).
"""

from datetime import tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from cpq.cap import Cap
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    Money,
    plain,
)
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, LocalText
from cpq.trace import Step

_CENT = Decimal("0.01")
_KEPT_MAX = 1024


class PercentOff(Frozen):
    """``percent`` off what the targeted lines cost, after the promotions before it; above 0.

    >>> str(PercentOff(percent="2.5"))
    '2.5% off'
    """

    kind: Literal["percent_off"] = "percent_off"
    percent: Exact = Field(gt=0, le=100)

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        off = plain(self.percent)
        return LocalText(en=f"{off}% off", zh=f"减 {off}%")

    def __str__(self) -> str:
        return str(self.words)


class AmountOff(Frozen):
    """An amount off the targeted lines together, on their tax basis; never more than they cost.

    It is above 0 and holds for documents in its currency only.

    >>> str(AmountOff(amount=Money("50.00", "CNY")))
    '50.00 CNY off'
    """

    kind: Literal["amount_off"] = "amount_off"
    amount: Money

    @field_validator("amount")
    @classmethod
    def _positive(cls, amount: Money) -> Money:
        if amount.amount <= 0:
            raise Invalid("promotion.not_positive", f"an amount off is above 0; found {amount}")
        return amount

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        return LocalText(en=f"{self.amount} off", zh=f"减 {self.amount}")

    def __str__(self) -> str:
        return str(self.words)


Benefit = Annotated[PercentOff | AmountOff, Field(discriminator="kind")]
Basis = Literal["line", "order"]


class PromotionPolicy(Frozen):
    """A promotion policy.

    It holds while ``period`` does (days inclusive, in ``zone``, else the
    catalogue's), for customers in one of
    ``customer_groups`` (none given: for all), on lines whose product or one of whose categories
    is named (none given: on all). ``quantity_from`` and ``quantity_to`` (both inclusive) and
    ``amount_from`` are conditions on the targeted lines before promotions: each line by itself,
    or all of the order together, as ``basis`` says.

    >>> PromotionPolicy(code="AUTUMN", benefit=PercentOff(percent="5"),
    ...                 cap=Cap(amount=Money("500.00", "CNY"))).priority
    0
    """

    code: Code
    name: LocalText = LocalText()
    period: Period = ALWAYS
    zone: str | None = None
    priority: int = 0
    customer_groups: tuple[Code, ...] = ()
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    basis: Basis = "order"
    quantity_from: Exact | None = None
    quantity_to: Exact | None = None
    amount_from: Money | None = None
    benefit: Benefit
    spread: Literal["order", "per_line"] = "order"
    cap: Cap | None = None
    funder: Code = "own"

    @model_validator(mode="after")
    def _can_be_met(self) -> "PromotionPolicy":
        zone(self.zone or "UTC")
        low, high = self.quantity_from, self.quantity_to
        if low is not None and high is not None and low > high:
            raise ValueError(f"promotion {self.code!r} asks for {low} to {high}: nothing is both")
        for money in self.moneys():
            _ = money.minor  # an amount that cannot be paid cannot be promised
        currencies = {money.code for money in self.moneys()}
        if len(currencies) > 1:
            raise ValueError(f"promotion {self.code!r} mixes {' and '.join(sorted(currencies))}")
        return self

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @cached_property
    def _scope(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.products), frozenset(self.categories)

    @cached_property
    def title(self) -> LocalText:
        """How a trace names the policy: its name, else its code, and its benefit."""
        off = self.benefit.words
        return LocalText(
            en=f"{self.name.en or self.code}: {off.en}",
            zh=f"{self.name.zh or self.name.en or self.code}：{off.zh}",
        )

    @cached_property
    def refusals(self) -> dict[tuple[str, str, str], Step]:
        """Rows of the trace that were made before, by reason, needed and actual."""
        return {}

    @cached_property
    def least(self) -> str:
        """The least quantity that the policy asks for, as a trace writes it."""
        return "" if self.quantity_from is None else plain(self.quantity_from)

    def covers(
        self, product: str, categories: tuple[str, ...], *, family: str | None = None
    ) -> bool:
        """Whether the policy is for a product of that family that lies in these categories.

        >>> policy = PromotionPolicy(code="A", categories=("bolts",), benefit=PercentOff(percent=5))
        >>> policy.covers("M8", ("bolts", "parts")), policy.covers("M8", ())
        (True, False)
        """
        own, groups = self._scope
        if product in own or family in own:
            return True
        return not groups.isdisjoint(categories) if groups else not own

    def moneys(self) -> tuple[Money, ...]:
        """Every amount the policy names; they share one currency."""
        benefit = (self.benefit.amount,) if isinstance(self.benefit, AmountOff) else ()
        floor = (self.amount_from,) if self.amount_from is not None else ()
        return (*benefit, *floor, *((self.cap.amount,) if self.cap else ()))

    @property
    def currency(self) -> CurrencyCode | None:
        """The currency of its amounts; ``None`` where it names none and holds in any."""
        moneys = self.moneys()
        return moneys[0].code if moneys else None


def refusal(promotion: PromotionPolicy, reason: str, needed: str = "", actual: str = "") -> Step:
    """The row of a policy that does not act, with what it needed and what it found."""
    kept = promotion.refusals
    key = (reason, needed[:200], actual[:200])
    row = kept.get(key)
    if row is None:
        if len(kept) >= _KEPT_MAX:
            kept.clear()
        row = kept[key] = Step(
            point="promotion",
            rule=promotion.code,
            name=promotion.title,
            applied=False,
            reason=reason,
            needed=key[1],
            actual=key[2],
        )
    return row
