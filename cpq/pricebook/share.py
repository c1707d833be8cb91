"""Percent of total (按总额比例计价): a line priced as a share of other lines.

Installation at 18 % of the machines, insurance at 1.3 % of the goods. The base is what the covered
lines come to at one price point; it never holds another line that is priced this way, so there is
no circle, nor a line that is optional or that its parent's price includes. Where nothing is left
to take a share of, the answer says so: it is not 0.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, plain
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.text import Code, LocalText

PricesPoint = Literal["list", "book", "tier", "attribute", "contracted", "special", "manual"]
ResultPoint = Literal["promotion", "floor", "net"]
SharePoint = Literal[PricesPoint, ResultPoint]
"""What the base counts: the amount of each line at this point, else at the last one before it.

A share of prices is found before promotions, which may act on it; a share of results after them.
"""

Aggregate = Literal["sum", "min", "max", "avg"]
"""What the base is of the covered lines' amounts."""

_OF_RESULTS: tuple[SharePoint, ...] = ("promotion", "floor", "net")


class PercentOfTotal(Frozen):
    """A product whose price per unit is ``percent`` of what the covered lines come to.

    Lines are covered by ``products`` (codes of products or of the products they vary) and
    ``categories``, all where neither is given; ``excludes_products`` and ``excludes_categories``
    (tax, freight, one-off charges) come first. ``exempt`` is taken off the base, down to 0 at most;
    ``fee`` is added for each covered line after the first ``free_lines``; ``floor`` and ``ceiling``
    bound the result, the floor last. Amounts are in the book's currency, on its tax basis.

    >>> PercentOfTotal(code="CARE", product="CARE", percent="18", floor="200").of
    'net'
    """

    code: Code
    name: LocalText = LocalText()
    product: Code
    percent: Exact = Field(gt=0)
    of: SharePoint = "net"
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    excludes_products: tuple[Code, ...] = ()
    excludes_categories: tuple[Code, ...] = ()
    aggregate: Aggregate = "sum"
    exempt: Exact = Field(default=Decimal(0), ge=0)
    fee: Exact = Field(default=Decimal(0), ge=0)
    free_lines: int = Field(default=0, ge=0)
    floor: Exact | None = Field(default=None, ge=0)
    ceiling: Exact | None = Field(default=None, ge=0)
    period: Period = ALWAYS

    @model_validator(mode="after")
    def _can_be_reckoned(self) -> "PercentOfTotal":
        if self.floor is not None and self.ceiling is not None and self.floor > self.ceiling:
            raise ValueError(f"{self.code!r} has its floor {self.floor} above its {self.ceiling}")
        if self.product in self.products:
            raise ValueError(f"{self.code!r} prices {self.product!r} and cannot cover it as well")
        both = {*self.products} & {*self.excludes_products}
        both |= {*self.categories} & {*self.excludes_categories}
        if both:
            raise ValueError(f"{self.code!r} covers and excludes {', '.join(sorted(both))}")
        if self.free_lines and not self.fee:
            raise ValueError(f"{self.code!r} has free lines and no fee that they are free of")
        return self

    @property
    def of_results(self) -> bool:
        """Whether the share is of what promotions and floors left, and so comes after them."""
        return self.of in _OF_RESULTS

    def __str__(self) -> str:
        part = "" if self.aggregate == "sum" else f"{self.aggregate} "
        return f"{plain(self.percent)}% of {part}{self.of}"


class ShareLine(NamedTuple):
    """A line as a share sees it: its ``amount`` at the point that the share is of.

    ``derived``: priced by a share itself. ``amount`` is in the currency of the document.
    """

    number: str
    product: str
    amount: Fraction
    family: str | None = None
    categories: Sequence[str] = ()
    derived: bool = False
    optional: bool = False
    included: bool = False
    quantity: Decimal = Decimal(1)


class LeftOut(NamedTuple):
    """A line that does not count, and why: ``derived``, ``optional``, ``included``,
    ``no_quantity``, ``excluded`` or ``not_covered``.
    """

    number: str
    reason: str


class Share(NamedTuple):
    """What the share comes to per unit, exact: ``percent`` of ``base``, plus ``fees``, bounded.

    ``base`` is without what is exempt; ``counted`` are the numbers of the lines in it, in the
    order given; ``bound`` says which bound was met.
    """

    value: Fraction
    base: Fraction
    fees: Fraction
    counted: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    bound: Literal["", "floor", "ceiling"] = ""


class NothingCovered(NamedTuple):
    """No line is left to take a share of: which rule, for which product, and why each is out."""

    rule: str
    product: str
    left_out: tuple[LeftOut, ...]


def share_of(
    rule: PercentOfTotal, lines: Iterable[ShareLine], *, scale: Fraction = Fraction(1)
) -> Share | NothingCovered:
    """What one unit of the rule's product costs beside these lines, in their currency.

    ``scale`` converts the book's currency into theirs. A base below 0, of goods that come back,
    gives what the same base above 0 costs, below 0. Nothing is rounded.

    >>> care = PercentOfTotal(code="CARE", product="CARE", percent="18", floor="200")
    >>> share_of(care, [ShareLine("1", "M8", Fraction(1000))])[0]
    Fraction(200, 1)
    """
    counted: list[ShareLine] = []
    left_out: list[LeftOut] = []
    for line in lines:
        reason = _left_out(rule, line)
        if reason:
            left_out.append(LeftOut(line.number, reason))
        else:
            counted.append(line)
    if not counted:
        return NothingCovered(rule.code, rule.product, tuple(left_out))
    amount = _aggregated(rule.aggregate, [Fraction(line.amount) for line in counted])
    sign = -1 if amount < 0 else 1
    base = max(Fraction(0), abs(amount) - Fraction(rule.exempt) * scale)
    fees = Fraction(rule.fee) * max(0, len(counted) - rule.free_lines) * scale
    value, bound = _bounded(rule, base * Fraction(rule.percent) / 100 + fees, scale)
    numbers = tuple(line.number for line in counted)
    return Share(sign * value, sign * base, sign * fees, numbers, tuple(left_out), bound)


def share_at(
    rules: Iterable[PercentOfTotal],
    *,
    product: str,
    at: Moment,
    family: str | None = None,
    home: tzinfo = UTC,
) -> PercentOfTotal | None:
    """The rule that prices a product at a moment: its own, else its family's; ``None``: none does.

    Days are days in ``home``. Raises ``Refused`` (``percent_of_total.ambiguous``) where two hold.

    >>> from datetime import date
    >>> care = PercentOfTotal(code="CARE", product="CARE", percent="18")
    >>> str(share_at([care], product="CARE", at=date(2026, 11, 21)))
    '18% of net'
    """
    holding = [rule for rule in rules if rule.period.contains(at, home)]
    for code in (product, family):
        own = [rule for rule in holding if rule.product == code]
        if len(own) > 1:
            first, second = own[:2]
            raise Refused(
                "percent_of_total.ambiguous",
                f"{first.code!r} ({first}) and {second.code!r} ({second}) both price {code!r}; "
                "end one before the other starts, or remove it",
                product=code,
                rules=(first.code, second.code),
            )
        if own:
            return own[0]
    return None


def _left_out(rule: PercentOfTotal, line: ShareLine) -> str:
    """Why a line does not count; empty where it does."""
    out = {
        "derived": line.derived or line.product == rule.product,
        "optional": line.optional,
        "included": line.included,
        "no_quantity": not line.quantity,
        "excluded": _among(line, rule.excludes_products, rule.excludes_categories),
        "not_covered": bool(rule.products or rule.categories)
        and not _among(line, rule.products, rule.categories),
    }
    return next((reason for reason, holds in out.items() if holds), "")


def _among(line: ShareLine, products: Sequence[str], categories: Sequence[str]) -> bool:
    named = line.product in products or line.family in products
    return named or any(category in categories for category in line.categories)


def _aggregated(aggregate: Aggregate, amounts: Sequence[Fraction]) -> Fraction:
    if aggregate == "min":
        return min(amounts)
    if aggregate == "max":
        return max(amounts)
    whole = sum(amounts, Fraction(0))
    return whole if aggregate == "sum" else whole / len(amounts)


def _bounded(
    rule: PercentOfTotal, value: Fraction, scale: Fraction
) -> tuple[Fraction, Literal["", "floor", "ceiling"]]:
    if rule.floor is not None and value < Fraction(rule.floor) * scale:
        return Fraction(rule.floor) * scale, "floor"
    if rule.ceiling is not None and value > Fraction(rule.ceiling) * scale:
        return Fraction(rule.ceiling) * scale, "ceiling"
    return value, ""
