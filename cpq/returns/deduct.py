"""What is deducted from a refund (退货扣减): reckoned on what stays, whatever came back before.

*Clawed back* is, for each promotion, what it gave on what stays and would not give for that alone:
the discount in what is still paid less the discount of what stays priced anew, never below 0. It is
shared over the lines that lost by what each lost. A gift counts with its value: one that is kept
and no longer earned is charged. Shares are whole minor units, those of what stays are rounded twice
and those of a new pricing elsewhere: up to two minor units per allocation are no loss.

*Rebilled* is each line that stays: what it costs now less what is still paid on it. A promotion
that keeps its word gives back of that what it no longer gives.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import difference, split_within, total
from cpq.returns.kept import Reprice, carried, kept_of
from cpq.returns.policy import ReturnPolicy
from cpq.returns.sold import (
    NOTHING,
    DeductionKey,
    Deductions,
    Figures,
    Fractions,
    Shares,
    Sold,
    less,
    major,
    minor,
)
from cpq.tax import tax_in, tax_on
from cpq.waterfall import PricedLine, Pricing

_NOTHING = Decimal(0)
_ROUNDING = 2
"""Minor units per allocation by which shares of the same percentage may differ."""


def deductions(
    sold: Sold, back: Fractions, *, policy: ReturnPolicy, reprice: Reprice | None
) -> Deductions:
    """All that is to be deducted when so much of each line has come back.

    Raises ``Invalid`` (``return.no_repricing``) where what stays must be priced and ``reprice`` is
    not given; ``Refused`` (``return.repriced_otherwise``); and what ``reprice`` raises.
    """
    stay = _Staying(sold, back)
    rebilled = stay.rebilled(policy)
    clawing = [
        promotion
        for promotion in stay.promotions
        if policy.of(promotion) != "keep" and stay.gave(promotion)
    ]
    if not rebilled and not clawing:
        return {}
    if stay.any_goods:
        stay.price(reprice)
    found: Deductions = {}
    if rebilled:
        found.update(stay.rebills(policy))
    for promotion in clawing:
        found.update(stay.claws(promotion, gifts_only=rebilled))
    return {key: figures for key, figures in found.items() if figures != NOTHING}


class _Staying:
    """What stays: what is still paid on it, and what it costs for itself."""

    def __init__(self, sold: Sold, back: Fractions) -> None:
        self.sold = sold
        self.back = back
        self.paid = {number: sold.left(number, back[number]) for number in sold.lines}
        self.costs: Mapping[str, Figures] = {}
        self.promotions = sorted(
            {key.promotion for each in sold.bears.values() for key in each.shares}
        )

    @property
    def any_goods(self) -> bool:
        """Whether anything stays that was bought, not given."""
        return any(
            self.back[number] < 1
            for number, line in self.sold.lines.items()
            if line.free_by is None and line.level == 0
        )

    def rebilled(self, policy: ReturnPolicy) -> bool:
        """Whether what stays is priced anew as a whole."""
        acted = any(policy.of(promotion) == "rebill" for promotion in self.promotions)
        return acted or policy.on_return == "rebill"

    def gave(self, promotion: str) -> Decimal:
        """What a promotion gave on what stays."""
        return total(each.given_by(promotion) for each in self.paid.values())

    def price(self, reprice: Reprice | None) -> None:
        """Have what stays priced for itself."""
        kept = kept_of(self.sold, self.back)
        if reprice is None:
            raise Invalid(
                "return.no_repricing",
                "what stays must be priced for itself to say what is deducted; give reprice=, such "
                "as repricing(pricing, catalogue=…)",
            )
        answer = reprice(kept)
        _refuse_other(answer, self.sold.pricing, kept.items)
        new = Sold(answer)
        costs: dict[str, Figures] = {}
        for number, old in kept.lines:
            if number in new.bears and old in self.sold.lines:
                carries = carried(self.sold, self.back, old)
                part = (1 - self.back[old]) / carries if carries else Fraction(0)
                costs[old] = _renamed(new.back(number, part), dict(kept.lines))
        self.costs = {**costs, **self._earned(new)}

    def _earned(self, new: Sold) -> dict[str, Figures]:
        """Gifts that are still earned, set against those that stay, in the order of the lines."""
        earned: dict[tuple[str | None, str], Fraction] = {}
        for line in _gifts(new):
            gift = (line.free_by, line.product)
            earned[gift] = earned.get(gift, Fraction(0)) + Fraction(line.quantity)
        found: dict[str, Figures] = {}
        for line in _gifts(self.sold):
            gift = (line.free_by, line.product)
            stays = Fraction(line.quantity) * (1 - self.back[line.number])
            free = min(earned.get(gift, Fraction(0)), stays)
            if free:
                earned[gift] -= free
                own = self.paid[line.number].shares
                shares = {key: self.sold.rounded(own[key], free / stays) for key in own}
                found[line.number] = NOTHING._replace(shares=shares)
        return found

    def claws(self, promotion: str, *, gifts_only: bool) -> Iterator[tuple[DeductionKey, Figures]]:
        """What a promotion gave on what stays and would not give for that alone."""
        for number, amount in self._lost(promotion).items():
            line = self.sold.lines[number]
            gift = line.free_by == promotion
            if gift or not gifts_only:
                shares = self._spread(self.paid[number].of_promotion(promotion), amount)
                key = DeductionKey(number, "gift" if gift else "claw_back", promotion)
                yield key, self._taxed(number, amount, shares)

    def _lost(self, promotion: str) -> dict[str, Decimal]:
        """By line, the discount that what stays would no longer get; none where it is rounding."""
        had = {n: own for n, each in self.paid.items() if (own := each.of_promotion(promotion))}
        lost = {
            number: max(difference(total(own.values()), self._cost(number, promotion)), _NOTHING)
            for number, own in had.items()
        }
        would = total(each.given_by(promotion) for each in self.costs.values())
        excess = minor(difference(self.gave(promotion), would), self.sold.places)
        if excess <= _ROUNDING * sum(map(len, had.values())):
            return {}
        rooms = [minor(each, self.sold.places) for each in lost.values()]
        parts, left = split_within(excess, rooms, rooms)
        assert not left, "what is lost in all is no more than what is lost by line"
        return {
            number: major(part, self.sold.places)
            for number, part in zip(lost, parts, strict=True)
            if part
        }

    def _cost(self, number: str, promotion: str) -> Decimal:
        """What a promotion would give on a line for itself."""
        return self.costs.get(number, NOTHING).given_by(promotion)

    def rebills(self, policy: ReturnPolicy) -> Iterator[tuple[DeductionKey, Figures]]:
        """What each line that stays costs now, less what is still paid on it."""
        for number, line in self.sold.lines.items():
            if line.free_by is None:
                cost, paid = self.costs.get(number, NOTHING), self.paid[number]
                change = cost.less(paid)._replace(shares=less(paid.shares, cost.shares))
                yield DeductionKey(number, "rebill", ""), change
        rooms = {number: self._on_basis(number, cost) for number, cost in self.costs.items()}
        for promotion in self.promotions:
            if policy.of(promotion) == "keep":
                yield from self._honoured(promotion, rooms)

    def _honoured(
        self, promotion: str, rooms: dict[str, Decimal]
    ) -> Iterator[tuple[DeductionKey, Figures]]:
        """What a promotion that keeps its word gives all the same; no line goes below 0."""
        for number, lost in self._lost(promotion).items():
            if self.sold.lines[number].free_by is None:
                amount = min(lost, max(rooms.get(number, _NOTHING), _NOTHING))
                rooms[number] = difference(rooms.get(number, _NOTHING), amount)
                shares = self._spread(self.paid[number].of_promotion(promotion), amount)
                taken = self._taxed(number, amount, shares)
                yield DeductionKey(number, "honoured", promotion), NOTHING.less(taken)

    def _on_basis(self, number: str, figures: Figures) -> Decimal:
        return figures.gross if self.sold.lines[number].basis == "gross" else figures.net

    def _taxed(self, number: str, amount: Decimal, shares: Shares) -> Figures:
        """An amount on the basis of a line, with the tax on it or in it."""
        line, places = self.sold.lines[number], self.sold.places
        mode = self.sold.pricing.policy.mode
        if line.basis == "gross":
            tax = tax_in(amount, line.tax_percent, places=places, mode=mode)
            return Figures(difference(amount, tax), tax, amount, shares)
        tax = tax_on(amount, line.tax_percent, places=places, mode=mode)
        return Figures(amount, tax, total((amount, tax)), shares)

    def _spread(self, shares: Shares, amount: Decimal) -> Shares:
        """An amount over allocations by what each has, no more than that."""
        places, keys = self.sold.places, sorted(shares)
        rooms = [minor(shares[key], places) for key in keys]
        parts, _ = split_within(minor(amount, places), rooms, rooms)
        return {key: major(part, places) for key, part in zip(keys, parts, strict=True) if part}


def _gifts(sold: Sold) -> Iterator[PricedLine]:
    return (line for line in sold.lines.values() if line.free_by is not None)


def _renamed(figures: Figures, lines: Mapping[str, str]) -> Figures:
    """Figures whose allocations name the lines of the sale."""
    shares = {key._replace(line=lines[key.line]): each for key, each in figures.shares.items()}
    return figures._replace(shares=shares)


def _refuse_other(answer: Pricing, sold: Pricing, items: tuple[object, ...]) -> None:
    wanted = (items, sold.currency, sold.policy)
    if wanted != (answer.items, answer.currency, answer.policy):
        raise Refused(
            "return.repriced_otherwise",
            f"what stays was to be priced: items {len(items)}, currency {sold.currency}, rounding "
            f"{sold.policy.name}; the answer has items {len(answer.items)}, currency "
            f"{answer.currency}, rounding {answer.policy.name}; price exactly what is asked",
            currency=sold.currency,
            found=answer.currency,
        )
