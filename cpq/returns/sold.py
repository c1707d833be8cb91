"""A sale as returns see it (销售退货视图): what was paid for each line, and what of it comes back.

Where the price of a bundle is allocated, its parts bear it and the head bears nothing: each part
has its share of the net, of the tax and of every allocation, by largest remainder, beside what is
owed on it per unit. So a part that comes back alone brings its own money, and all parts bring that
of the bundle.

What comes back of a figure after all returns so far is figure × returned / sold, rounded half up
once. It depends on how much came back and on nothing else, so the steps add up in any order:

    ==========  ================================================================
    figure      what has come back of it
    ==========  ================================================================
    net         on the basis net: its share; on the basis gross: gross − tax
    gross       on the basis gross: its share; on the basis net: net + tax
    tax         its share; on the basis gross tax × gross back / gross
    allocation  its share
    ==========  ================================================================
"""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.money import EXACT, difference, plain, rounded_fraction, split, total
from cpq.kernel.text import legible
from cpq.returns.credit import DeductionReason
from cpq.waterfall import PricedLine, Pricing

Key = TypeVar("Key", bound=Hashable)
_QUANTITY_PLACES = 9
_NAMED_MAX = 10
_NONE, _ALL = Fraction(0), Fraction(1)

Fractions = Mapping[str, Fraction]
"""How much of each line has come back, from 0 to 1."""


class ShareKey(NamedTuple):
    """Which allocation it is: those of one line, promotion, tax code, funder and coupon are one."""

    line: str
    promotion: str
    tax_code: str
    funder: str
    coupon: str


Shares = dict[ShareKey, Decimal]
"""An amount of each allocation."""


class Figures(NamedTuple):
    """Money of a line: ``net`` + ``tax`` = ``gross``, and the discount in them by allocation."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    shares: Shares

    def less(self, other: "Figures") -> "Figures":
        """The difference, figure by figure; allocations that it is zero for are left out."""
        return Figures(
            difference(self.net, other.net),
            difference(self.tax, other.tax),
            difference(self.gross, other.gross),
            less(self.shares, other.shares),
        )

    def plus(self, other: "Figures") -> "Figures":
        """The sum, figure by figure."""
        return Figures(
            total((self.net, other.net)),
            total((self.tax, other.tax)),
            total((self.gross, other.gross)),
            sums(self.shares, other.shares),
        )

    def of_promotion(self, promotion: str) -> Shares:
        """The allocations of one promotion."""
        return {key: amount for key, amount in self.shares.items() if key.promotion == promotion}

    def given_by(self, promotion: str) -> Decimal:
        """What one promotion gave."""
        return total(self.of_promotion(promotion).values())


NOTHING = Figures(Decimal(0), Decimal(0), Decimal(0), {})
_ZERO = Decimal(0)


class DeductionKey(NamedTuple):
    """Which deduction it is: one row for each line, reason and promotion."""

    line: str
    reason: DeductionReason
    promotion: str


Deductions = dict[DeductionKey, Figures]
"""What is deducted, by row."""


def less(first: Shares, second: Shares) -> Shares:
    """``first`` − ``second``; what it is zero for is left out."""
    keys = dict.fromkeys((*first, *second))
    found = ((key, difference(first.get(key, _ZERO), second.get(key, _ZERO))) for key in keys)
    return {key: amount for key, amount in found if amount}


def sums(*each: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """The sum of amounts, key by key."""
    found: dict[Key, Decimal] = {}
    for amounts in each:
        for key, amount in amounts.items():
            found[key] = total((found[key], amount)) if key in found else amount
    return found


def minor(amount: Decimal, places: int) -> int:
    """An amount on the grid of ``places`` decimals in whole units of it."""
    return int(amount.scaleb(places, context=EXACT))


def major(units: int, places: int) -> Decimal:
    """Whole units of the grid of ``places`` decimals as an amount."""
    return Decimal(units).scaleb(-places, context=EXACT)


class Sold:
    """The lines of a pricing that were sold, with the money that each bears.

    Raises ``Invalid`` (``return.no_allocations``) where the allocations of a line are not its
    discount: of a pricing that was published, nobody can say what a promotion gave.
    """

    def __init__(self, pricing: Pricing) -> None:
        self.pricing = pricing
        self.places = pricing.policy.places_for(pricing.currency)
        self._known = {line.number: line for line in pricing.lines}
        self.lines = {
            line.number: line for line in pricing.lines if not line.optional and line.quantity > 0
        }
        self.bears = {number: _own(line) for number, line in self.lines.items()}
        for row in pricing.allocations:
            if row.line in self.bears:
                key = ShareKey(row.line, row.promotion, row.tax_code, row.funder, row.coupon)
                own = self.bears[row.line]
                self.bears[row.line] = own._replace(shares=sums(own.shares, {key: row.amount}))
        self._refuse_without_allocations()
        self._parts: dict[str, list[str]] = {}
        for number in self.lines:
            self._parts.setdefault(number.rpartition(".")[0], []).append(number)
        for number in self.lines:
            self._hand_down(number)

    def _refuse_without_allocations(self) -> None:
        for number, line in self.lines.items():
            allocated = total(self.bears[number].shares.values())
            if allocated != line.discount:
                raise Invalid(
                    "return.no_allocations",
                    f"line {number}: the allocations add up to {plain(allocated)} and the discount "
                    f"is {plain(line.discount)}; give the pricing as it was stored, not as it was "
                    "published",
                    line=number,
                )

    def _hand_down(self, number: str) -> None:
        """Let the parts of an allocated bundle bear what their head bears."""
        parts = [each for each in self._parts.get(number, ()) if self._shares_price(each)]
        if not parts:
            return
        weights = [Fraction(self.lines[each].allocated or 0) for each in parts]
        own, basis = self.bears[number], self.lines[number].basis
        kept = own.gross if basis == "gross" else own.net
        columns = [self._split(amount, weights) for amount in (kept, own.tax)]
        rows = {key: self._split(amount, weights) for key, amount in own.shares.items()}
        self.bears[number] = NOTHING
        for place, (part, amount, tax) in enumerate(zip(parts, *columns, strict=True)):
            shares = {key: each[place] for key, each in rows.items() if each[place]}
            self.bears[part] = self.bears[part].plus(_figures(basis, amount, tax, shares))

    def _shares_price(self, part: str) -> bool:
        """Whether a part bears a share of its parent's price; gifts are shared otherwise."""
        line = self.lines[part]
        return line.included and bool(line.allocated)

    def _split(self, amount: Decimal, weights: Sequence[Fraction]) -> list[Decimal]:
        parts = split(minor(amount, self.places), weights)
        return [major(part, self.places) for part in parts]

    def above(self, number: str) -> list[str]:
        """The line and what it is part of, from the line itself up."""
        levels = number.split(".")
        return [".".join(levels[:depth]) for depth in range(len(levels), 0, -1)]

    def fractions(self, returned: Mapping[str, Decimal]) -> dict[str, Fraction]:
        """How much of each line has come back when these quantities have: parts with their head."""
        own = {
            number: Fraction(quantity) / Fraction(self.lines[number].quantity)
            for number, quantity in returned.items()
        }
        return {
            number: min(sum((own.get(each, _NONE) for each in self.above(number)), _NONE), _ALL)
            for number in self.lines
        }

    def quantity(self, number: str, part: Fraction) -> Decimal:
        """So much of a line's quantity, without idle zeros; nine decimals at most."""
        exact = Fraction(self.lines[number].quantity) * part
        for places in range(_QUANTITY_PLACES):
            if not 10**places % exact.denominator:
                return rounded_fraction(exact, places)
        return rounded_fraction(exact, _QUANTITY_PLACES)

    def back(self, number: str, part: Fraction) -> Figures:
        """What has come back of a line's money when so much of it has."""
        bears = self.bears[number]
        shares = {key: self.rounded(amount, part) for key, amount in bears.shares.items()}
        basis = self.lines[number].basis
        if basis == "net":
            net, tax = self.rounded(bears.net, part), self.rounded(bears.tax, part)
            return _figures(basis, net, tax, shares)
        gross = self.rounded(bears.gross, part)
        of_gross = Fraction(gross) / Fraction(bears.gross) if bears.gross else part
        return _figures(basis, gross, self.rounded(bears.tax, of_gross), shares)

    def left(self, number: str, part: Fraction) -> Figures:
        """What is still paid on a line when so much of it has come back."""
        return self.bears[number].less(self.back(number, part))

    def rounded(self, amount: Decimal, part: Fraction) -> Decimal:
        """That part of an amount, half up, on the grid of the document."""
        return rounded_fraction(Fraction(amount) * part, self.places)

    def check(self, now: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> None:
        """Refuse quantities that cannot come back now, ``before`` having come back.

        Raises ``Refused``: ``return.empty``, ``return.not_sold``, ``return.part_included``;
        ``NotFound`` (``return.unknown_line``); ``Invalid``: ``return.quantity_not_positive``,
        ``return.exceeds_quantity``.
        """
        if not now:
            raise Refused("return.empty", "nothing comes back: name a line and a quantity")
        for number, quantity in now.items():
            self._refuse_strange(number, quantity)
        after = sums(before, now)
        for number, quantity in now.items():
            own = (
                Fraction(after[each]) / Fraction(self.lines[each].quantity)
                for each in self.above(number)
                if each in after
            )
            if sum(own, _NONE) > _ALL:
                raise self._too_much(number, quantity, after)

    def _refuse_strange(self, number: str, quantity: Decimal) -> None:
        line = self._known.get(number)
        if line is None:
            some = ", ".join(list(self._known)[:_NAMED_MAX])
            more = ", …" if len(self._known) > _NAMED_MAX else ""
            raise NotFound(
                "return.unknown_line",
                f"line {legible(number)!r} comes back and was not sold; lines are {some}{more}",
                line=number,
            )
        if number not in self.lines:
            why = "it was only offered" if line.optional else "its quantity is not above 0"
            raise Refused(
                "return.not_sold",
                f"line {number} cannot come back: {why}; leave it out",
                line=number,
            )
        if line.included and not self._has_money(number):
            raise Refused(
                "return.part_included",
                f"line {number} ({line.product}) is in the price of what it is part of and has no "
                f"share of it; return line {number.rpartition('.')[0]}",
                line=number,
            )
        if quantity <= 0:
            raise Invalid(
                "return.quantity_not_positive",
                f"line {number}: more than 0 comes back; found {plain(quantity)}",
                line=number,
                quantity=quantity,
            )

    def _has_money(self, number: str) -> bool:
        below = f"{number}."
        return any(
            any(self.bears[each][:3])
            for each in self.lines
            if each == number or each.startswith(below)
        )

    def _too_much(self, number: str, quantity: Decimal, after: Mapping[str, Decimal]) -> Invalid:
        line = self.lines[number]
        others = {**after, number: difference(after[number], quantity)}
        gone = self.quantity(number, self.fractions(others)[number])
        return Invalid(
            "return.exceeds_quantity",
            f"line {number}: {plain(line.quantity)} {line.unit} sold, {plain(gone)} returned, "
            f"{plain(quantity)} come back; return at most {plain(difference(line.quantity, gone))}",
            line=number,
            sold=line.quantity,
            returned=gone,
            asked=quantity,
        )


def _own(line: PricedLine) -> Figures:
    return Figures(line.net, line.tax, line.gross, {})


def _figures(basis: str, amount: Decimal, tax: Decimal, shares: Shares) -> Figures:
    """Money of which the amount on the basis is given, and the tax."""
    if basis == "net":
        return Figures(amount, tax, total((amount, tax)), shares)
    return Figures(difference(amount, tax), tax, amount, shares)
