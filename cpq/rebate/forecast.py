"""What the next tiers of a rebate need and what they would bring (返利预测).

Each step is reckoned by buying it: a sale of just what is missing is supposed, and the rows that
it would add are summed. So what is foretold is what happens, to the cent, where the customer buys
at the price that was supposed.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, difference, plain, rounded_fraction
from cpq.kernel.text import Code, LocalText
from cpq.rebate.account import accrued_in
from cpq.rebate.agreement import RebateAgreement, RebateTier
from cpq.rebate.assigning import RebateStanding
from cpq.rebate.assignment import RebateAssignment

_QUANTITY_PLACES = 9
_SOME_DAY = date(2000, 1, 1)


class RebateStep(Frozen):
    """A tier that is not reached: what is ``missing`` to it, what it ``brings`` the customer on
    top of what is earned, and its ``rate``. ``brings`` is ``None`` where no price is known.
    """

    tier: Exact
    rate: Exact
    missing: Exact
    brings: Money | None
    words: LocalText

    def __str__(self) -> str:
        return self.words.en


class RebateForecast(Frozen):
    """Where a customer stands: how far it has climbed (with its pool), the tier reached, what is
    earned, and a step for each tier above, the next one first.
    """

    agreement: Code
    customer: Code
    measured: Exact
    tier: Exact
    rate: Exact
    earned: Money
    steps: tuple[RebateStep, ...]

    @property
    def next(self) -> RebateStep | None:
        """The next tier; ``None`` at the top."""
        return self.steps[0] if self.steps else None


def forecast(
    agreement: RebateAgreement,
    assignments: Iterable[RebateAssignment],
    *,
    customer: str,
    price: Money | None = None,
    as_of: date | None = None,
) -> RebateForecast:
    """What each tier above needs and would bring, after the rows up to and on a day.

    What is missing is bought at ``price`` per unit, by default at the customer's average so far.
    Raises what ``assigned`` raises about rows, ``Invalid`` (``money.currency_mismatch``).

    >>> from cpq.rebate.assigning import assigned
    >>> from cpq.rebate.sale import RebateSale
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)))
    >>> rows = assigned(agreement, (), RebateSale(document="INV-1", line="1", customer="C-1",
    ...     product="M8", quantity=13, net=Money("130.00", "CNY"), on="2026-03-02"))
    >>> print(forecast(agreement, rows, customer="C-1").next)
    2 pc more reach the tier from 15 (20%) and bring 17.00 CNY
    """
    rows = tuple(assignments)
    now = RebateStanding(agreement, rows, as_of=as_of)
    measured, reached = now.measured(customer), now.tier(customer)
    per_unit = _average(now, customer) if price is None else _per_unit(agreement, price)
    steps = []
    for tier in agreement.ladder:
        if tier.lower > reached.lower:
            missing = difference(tier.lower, measured)
            then = RebateStanding(agreement, rows, as_of=as_of)
            steps.append(_step(then, tier, customer, missing, per_unit))
    return RebateForecast(
        agreement=agreement.code,
        customer=customer,
        measured=measured,
        tier=reached.lower,
        rate=reached.rate,
        earned=now.earned(customer),
        steps=tuple(steps),
    )


def _per_unit(agreement: RebateAgreement, price: Money) -> Fraction:
    same = Money.zero(agreement.currency) + price
    return Fraction(same.amount)


def _average(standing: RebateStanding, customer: str) -> Fraction | None:
    quantity, net = standing.kept(customer)
    return Fraction(net) / Fraction(quantity) if quantity > 0 and net > 0 else None


def _step(
    standing: RebateStanding,
    tier: RebateTier,
    customer: str,
    missing: Decimal,
    per_unit: Fraction | None,
) -> RebateStep:
    agreement = standing.agreement
    bought = _bought(agreement, missing, per_unit)
    brings = None
    if bought is not None:
        quantity, net = bought
        rows = standing.suppose(customer, quantity=quantity, net=net, on=_SOME_DAY)
        brings = accrued_in((row for row in rows if row.customer == customer), agreement.currency)
    return RebateStep(
        tier=tier.lower,
        rate=tier.rate,
        missing=missing,
        brings=brings,
        words=_words(agreement, tier, missing, brings),
    )


def _bought(
    agreement: RebateAgreement, missing: Decimal, per_unit: Fraction | None
) -> tuple[Decimal, Decimal] | None:
    """Quantity and net of a sale of just what is missing; ``None`` where a price is needed."""
    nothing = Decimal(0)
    if agreement.measure == "quantity":
        if agreement.base == "units":
            return missing, nothing
        if per_unit is None:
            return None
        return missing, rounded_fraction(Fraction(missing) * per_unit, agreement.places)
    if agreement.base != "units":
        return nothing, missing
    if not per_unit:
        return None
    return rounded_fraction(Fraction(missing) / per_unit, _QUANTITY_PLACES), missing


def _words(
    agreement: RebateAgreement, tier: RebateTier, missing: Decimal, brings: Money | None
) -> LocalText:
    counted = agreement.measure == "quantity"
    unit = agreement.unit if counted else agreement.currency
    more, lower, rate = plain(missing), plain(tier.lower), plain(tier.rate)
    each = f"{agreement.currency}/{agreement.unit}"
    said = f"{rate} {each}" if agreement.base == "units" else f"{rate}%"
    en = f"{more} {unit} more reach the tier from {lower} ({said})"
    zh = f"再购 {more} {unit} 达到 {lower} 起的档位（{said}）"
    if brings is not None:
        en, zh = f"{en} and bring {brings}", f"{zh}，可增加返利 {brings}"
    return LocalText(en=en, zh=zh)
