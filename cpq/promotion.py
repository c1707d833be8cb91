"""Promotion policies (促销政策): who gets what off which products, until when and up to how much.

A policy is conditions + target + benefit + priority + cap + funder. Policies act one after the
other in the order (priority from high to low, code), never in the order somebody typed them:
conditions look at the amounts before any promotion, benefits are taken from what the ones before
have left. A discount is reckoned on the total of the lines it is for, rounded once and shared by
largest remainder, so that the shares add up to it (policy ``per_line`` rounds each line instead).
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from cpq.cap import Cap
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    EXACT,
    CurrencyCode,
    Exact,
    Money,
    RoundingPolicy,
    difference,
    plain,
    product,
    rounded,
    split_within,
    total,
)
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, LocalText
from cpq.trace import Effect, Step

_CENT = Decimal("0.01")
_KEPT_MAX = 1024


class PercentOff(Frozen):
    """``percent`` off what the targeted lines cost."""

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
    """An amount off the targeted lines together, net of tax; never more than they cost."""

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


class Target(NamedTuple):
    """A priced line as promotions see it; ``running`` is what earlier ones have left, ``least``
    what a floor keeps of it.
    """

    product: str
    categories: tuple[str, ...]
    quantity: Decimal
    amount: Decimal
    running: Decimal
    least: Decimal = Decimal(0)


class Grant(NamedTuple):
    """What one policy gives: a share per line (zero for most), and a row of the trace per line."""

    shares: tuple[Decimal, ...]
    steps: tuple[Step | None, ...]


def ordered(policies: Sequence[PromotionPolicy]) -> tuple[PromotionPolicy, ...]:
    """The policies in the order they act: priority from high to low, then code."""
    return tuple(sorted(policies, key=lambda policy: (-policy.priority, policy.code)))


def in_force(
    promotion: PromotionPolicy, *, at: datetime, groups: tuple[str, ...], currency: str
) -> Step | None:
    """``None`` where the policy may act on this order, else the row that says why it may not."""
    home = promotion.home
    if promotion.period is not ALWAYS and not promotion.period.contains(at, home):
        day = at.astimezone(home).date().isoformat()
        return refusal(promotion, "outside_period", str(promotion.period), day)
    if promotion.customer_groups and not set(promotion.customer_groups) & set(groups):
        needed, actual = (
            ", ".join(promotion.customer_groups),
            ", ".join(groups) or "none",
        )
        return refusal(promotion, "other_customer", needed, actual)
    if promotion.currency not in (None, currency):
        return refusal(promotion, "other_currency", str(promotion.currency), currency)
    return None


class InForce:
    """The policies that may act on an order, in their order, and why the others may not."""

    def __init__(self, acting: tuple[PromotionPolicy, ...], refused: tuple[Step, ...]) -> None:
        self.acting = acting
        self.refused = refused
        self._covering: dict[str, tuple[int, ...]] = {}

    def covering(
        self, product: str, categories: tuple[str, ...], *, family: str | None = None
    ) -> tuple[int, ...]:
        """The places in ``acting`` of the policies that cover a product."""
        found = self._covering.get(product)
        if found is None:
            found = self._covering[product] = tuple(
                place
                for place, policy in enumerate(self.acting)
                if policy.covers(product, categories, family=family)
            )
        return found


class PromotionLookup:
    """The promotion policies of a catalogue, ready to be asked which of them may act.

    What may act changes only at the bounds of periods and what is said about it with the day, so
    an answer is kept per interval, local day, customer groups and currency: a policy that cannot
    hold costs an order next to nothing.
    """

    def __init__(self, policies: Sequence[PromotionPolicy]) -> None:
        self._policies = ordered(policies)
        dated = [policy for policy in self._policies if policy.period is not ALWAYS]
        self._zones = tuple(
            zone(name) for name in sorted({policy.zone or "UTC" for policy in dated})
        )
        bounds = (policy.period.bounds(policy.home) for policy in dated)
        self._times = sorted({bound for pair in bounds for bound in pair})
        self._kept: dict[tuple[object, ...], InForce] = {}

    def in_force(self, *, at: datetime, groups: tuple[str, ...], currency: str) -> InForce:
        """The policies that may act at an instant, on a customer in ``groups``, in a currency."""
        days = tuple(at.astimezone(home).date() for home in self._zones)
        key = (bisect_right(self._times, at), days, groups, currency)
        answer = self._kept.get(key)
        if answer is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            judged = [
                (policy, in_force(policy, at=at, groups=groups, currency=currency))
                for policy in self._policies
            ]
            answer = self._kept[key] = InForce(
                tuple(policy for policy, refusal in judged if refusal is None),
                tuple(refusal for _, refusal in judged if refusal is not None),
            )
        return answer


def grant(
    promotion: PromotionPolicy,
    targets: Sequence[Target],
    *,
    currency: str,
    policy: RoundingPolicy,
) -> Grant:
    """What a policy in force takes off each of the lines it covers, in the order of ``targets``.

    Amounts are in ``currency``, rounded to the policy's places; no share exceeds what its line
    still costs, and the cap bounds their sum.
    """
    if not targets:
        return Grant((), ())
    steps: list[Step | None] = [None] * len(targets)
    if promotion.basis == "line":
        for place, target in enumerate(targets):
            steps[place] = _condition(promotion, (target,))
        kept = [place for place, refusal in enumerate(steps) if refusal is None]
    else:
        refusal = _condition(promotion, targets)
        steps = [refusal] * len(targets)
        kept = [] if refusal else list(range(len(targets)))
    shares = [Decimal(0)] * len(targets)
    asked = (
        _share(promotion, targets, kept, shares, currency=currency, policy=policy)
        if kept
        else Decimal(0)
    )
    granted = total(shares)
    for place in kept:
        steps[place] = _given(promotion, targets[place], shares[place], asked, granted)
    return Grant(tuple(shares), tuple(steps))


def _given(
    promotion: PromotionPolicy,
    target: Target,
    share: Decimal,
    asked: Decimal,
    granted: Decimal,
) -> Step:
    """The row of a line that a policy acted on; what was kept from it says by what."""
    limited = asked > granted
    left = difference(target.running, share)
    reason = "applied"
    if target.least and left <= target.least:
        reason = "floored" if share else "at_floor"
    elif limited:
        reason = "capped" if promotion.cap else "floored"
    elif not share:
        reason = "nothing_left"
    limited = limited and reason in ("capped", "floored")
    return Step(
        point="promotion",
        rule=promotion.code,
        name=promotion.title,
        applied=bool(share),
        reason=reason,
        needed=plain(asked) if limited else "",
        actual=plain(granted) if limited else "",
        before=target.running,
        after=left,
        effect=Effect(kind="add", value=-Fraction(share)) if share else None,
    )


def _condition(promotion: PromotionPolicy, group: Sequence[Target]) -> Step | None:
    quantity = group[0].quantity
    if len(group) > 1:
        quantity = total(target.quantity for target in group)
    low, high = promotion.quantity_from, promotion.quantity_to
    if low is not None and quantity < low:
        return refusal(promotion, "quantity_below", promotion.least, plain(quantity))
    if high is not None and quantity > high:
        return refusal(promotion, "quantity_above", plain(high), plain(quantity))
    if promotion.amount_from is not None:
        least, amount = promotion.amount_from.amount, total(target.amount for target in group)
        if amount < least:
            return refusal(promotion, "amount_below", plain(least), plain(amount))
    return None


def _share(
    promotion: PromotionPolicy,
    targets: Sequence[Target],
    kept: Sequence[int],
    shares: list[Decimal],
    *,
    currency: str,
    policy: RoundingPolicy,
) -> Decimal:
    """Write each kept line's share into ``shares``; what was asked before any cap is returned."""
    places = policy.places_for(currency)
    # spare cents go by what the lines are, never by where they stand: permuting changes no total
    kept = sorted(kept, key=lambda place: targets[place])
    wholes = [max(targets[place].running, Decimal(0)) for place in kept]
    rooms = [_room(targets[place]) for place in kept]
    # what comes back lowers what the rest may be discounted by: an exchange pays nobody
    base = max(total(targets[place].running for place in kept), Decimal(0))
    benefit = promotion.benefit
    per_line = isinstance(benefit, PercentOff) and promotion.spread == "per_line"
    if isinstance(benefit, PercentOff) and per_line:
        wished = [rounded(product(r, benefit.percent, _CENT), places, policy.mode) for r in wholes]
        asked = min(total(wished), base)
    else:
        wished = wholes
        asked = (
            rounded(product(base, benefit.percent, _CENT), places, policy.mode)
            if isinstance(benefit, PercentOff)
            else min(benefit.amount.amount, base)
        )
    granted = asked
    if promotion.cap is not None:
        granted = promotion.cap.granted(Money(asked, currency)).amount
    unbound = all(wish <= room for wish, room in zip(wished, rooms, strict=True))
    if per_line and unbound and granted == total(wished):
        parts = wished
    else:
        units, _ = split_within(
            int(granted.scaleb(places, context=EXACT)),
            [int(wish.scaleb(places, context=EXACT)) for wish in wished],
            [int(room.scaleb(places, context=EXACT)) for room in rooms],
        )
        parts = [Decimal(unit).scaleb(-places, context=EXACT) for unit in units]
    for place, part in zip(kept, parts, strict=True):
        shares[place] = part
    return asked


def _room(target: Target) -> Decimal:
    """How much may still be taken off a line."""
    return max(difference(target.running, target.least), Decimal(0))


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
