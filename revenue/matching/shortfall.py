"""Why less was paid than is open: the reasons that give the missing amount to the cent (短付原因).

A reason is inferred only where it fits exactly: the discount of the terms on the right day, on the
whole or on the net amount; a fee that the house knows; 3 % or 5 % held back; tax withheld; one line
of the invoice that was not paid. Two reasons that fit are two explanations, and neither is proven.
What is merely small falls to rounding and to the tolerance, in this order, and only where no exact
reason fits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, rounded_fraction, split
from revenue.application import DifferenceReason
from revenue.ledger import OpenItem
from revenue.matching.book import Item
from revenue.matching.candidate import Reason, Shortfall
from revenue.matching.policy import STRICT, MatchPolicy
from revenue.matching.words import because

Lines = Mapping[str, Sequence[Money]]
"""The lines of invoices with tax, by the number of the invoice."""

_NO_LINES: Lines = {}


class Explanation(Frozen):
    """What explains a shortfall: differences that add up to it; ``exact`` where nothing is assumed.

    ``earned`` is false for what the customer took without a right to it, such as a discount after
    its last day: it explains the amount and stays open.
    """

    differences: tuple[Shortfall, ...]
    reason: Reason
    exact: bool = True
    earned: bool = True


class Part(NamedTuple):
    """One reason over several items: what each of them lacks, in minor units."""

    reason: DifferenceReason
    amounts: tuple[int, ...]
    taxes: tuple[int | None, ...]
    percent: Decimal | None = None
    note: str = ""
    exact: bool = True
    earned: bool = True

    @property
    def total(self) -> int:
        """What all of the items lack."""
        return sum(self.amounts)


Parts = tuple[Part, ...]


def infer_shortfall(
    item: OpenItem,
    paid: Money,
    *,
    on: date,
    policy: MatchPolicy = STRICT,
    lines: Sequence[Money] = (),
) -> tuple[Explanation, ...]:
    """What explains the rest when ``paid`` came for an item on a day, exact reasons first.

    ``lines`` are the lines of its invoice with tax. None where nothing is missing, or nothing fits.

    >>> from revenue.receivable import EarlyDiscount, Receivable
    >>> owed = Receivable(number="AR-1", customer="C-1", on=date(2026, 12, 1),
    ...                   due_on=date(2026, 12, 31), amount=Money("119", "EUR"),
    ...                   tax=Money("19", "EUR"),
    ...                   discounts=(EarlyDiscount(percent="10", until=date(2026, 12, 10)),))
    >>> found = infer_shortfall(OpenItem(receivable=owed, open=owed.amount),
    ...                         Money("107.10", "EUR"), on=date(2026, 12, 9))
    >>> [(d.reason, str(d.amount), str(d.tax)) for d in found[0].differences]
    [('discount', '11.90 EUR', '1.90 EUR')]
    """
    own = Item(item)
    name = own.origin.source or own.number
    code = item.open.code
    missing = own.open - (paid - Money.zero(code)).minor
    found = explained([own], missing, code=code, on=on, policy=policy, lines={name: lines})
    return tuple(
        Explanation(
            differences=shortfalls(parts, 0, code),
            reason=because(f"short_{parts[0].reason}", amount=Money.from_minor(missing, code)),
            exact=all(part.exact for part in parts),
            earned=all(part.earned for part in parts),
        )
        for parts in found
    )


def shortfalls(parts: Parts, place: int, code: str) -> tuple[Shortfall, ...]:
    """The differences of one of the items that ``parts`` explain."""
    return tuple(
        Shortfall(
            reason=part.reason,
            amount=Money.from_minor(part.amounts[place], code),
            tax=None if (tax := part.taxes[place]) is None else Money.from_minor(tax, code),
            percent=part.percent,
            note=part.note,
        )
        for part in parts
        if part.amounts[place]
    )


def explained(
    items: Sequence[Item],
    missing: int,
    *,
    code: str,
    on: date,
    policy: MatchPolicy,
    lines: Lines = _NO_LINES,
) -> list[Parts]:
    """Every explanation of what several items lack together, in minor units, exact ones first."""
    if not items or missing <= 0 or missing >= sum(item.open for item in items):
        return []
    alone = list(_percentages(items, on, policy))
    fees = list(_fees(items, code, policy))
    found: list[Parts] = [(part,) for part in (*alone, *fees) if part.total == missing]
    found += [(part,) for part in _lines(items, missing, code, lines)]
    found += [(part, fee) for part in alone for fee in fees if part.total + fee.total == missing]
    found = [parts for parts in found if _possible(items, parts)]
    if not any(part.earned for parts in found for part in parts):
        found += [(part,) for part in _small(items, missing, code, policy)]
    unique: dict[object, Parts] = {}
    for parts in found:
        unique.setdefault(tuple((part.reason, part.amounts, part.earned) for part in parts), parts)
    return sorted(unique.values(), key=lambda parts: not all(part.exact for part in parts))


def _possible(items: Sequence[Item], parts: Parts) -> bool:
    return all(
        sum(part.amounts[place] for part in parts) < item.open for place, item in enumerate(items)
    )


def portion(amount: int, part: Fraction) -> int:
    """That part of minor units, half up to the minor unit.

    >>> portion(12_345, Fraction(2, 100))
    247
    """
    return int(rounded_fraction(amount * part, 0))


def _net(item: Item) -> int | None:
    tax = item.origin.tax
    return None if tax is None else item.open - tax.minor


def _tax_in(item: Item, part: int) -> int | None:
    """The tax inside part of an item, in proportion; ``None`` where its tax is not known."""
    tax = item.origin.tax
    if tax is None:
        return None
    return portion(part, tax.ratio_to(item.origin.amount))


def _percentages(items: Sequence[Item], on: date, policy: MatchPolicy) -> Iterator[Part]:
    """What is lacking by a percentage: discounts by the terms, retention, tax withheld."""
    yield from _discounts(items, on, policy)
    if all(item.whole for item in items):
        for percent in policy.retention_percents:
            yield from _held_back(items, "retention", percent)
    for percent in policy.withholding_percents:
        yield from _held_back(items, "withholding_tax", percent)
        nets = [_net(item) for item in items]
        if all(item.whole for item in items) and None not in nets:
            amounts = tuple(portion(net or 0, Fraction(percent) / 100) for net in nets)
            yield Part("withholding_tax", amounts, (None,) * len(items), percent)


def _held_back(items: Sequence[Item], reason: DifferenceReason, percent: Decimal) -> Iterator[Part]:
    """A percentage of each item, and the same of their sum where that rounds otherwise."""
    amounts = tuple(portion(item.open, Fraction(percent) / 100) for item in items)
    yield Part(reason, amounts, (None,) * len(items), percent)
    total = portion(sum(item.open for item in items), Fraction(percent) / 100)
    if total != sum(amounts):
        shared = tuple(split(total, [item.open for item in items]))
        yield Part(reason, shared, (None,) * len(items), percent)


def _discounts(items: Sequence[Item], on: date, policy: MatchPolicy) -> Iterator[Part]:
    """The discount of the terms on every item that has one, once per invoice.

    It is taken of the whole amount, and then lowers the tax; or of the net amount alone.
    """
    grace = timedelta(days=policy.grace_days)
    before: list[Decimal] = []
    for earned in (True, False):
        percents: list[Decimal] = []
        for item in items:
            tiers = item.origin.discounts if item.whole else ()
            valid = [tier for tier in tiers if on <= tier.until + grace]
            taken = valid[:1] if earned or valid else tiers[-1:]
            percents.append(taken[0].percent if taken else Decimal(0))
        if not any(percents) or percents == before:
            continue
        before = percents
        one = percents[0] if len(set(percents)) == 1 else None
        gross = tuple(
            portion(item.open, Fraction(percent) / 100)
            for item, percent in zip(items, percents, strict=True)
        )
        taxes = tuple(_tax_in(item, amount) for item, amount in zip(items, gross, strict=True))
        yield Part("discount", gross, taxes, one, earned=earned)
        nets = [_net(item) for item in items]
        if None not in nets:
            amounts = tuple(
                portion(net or 0, Fraction(percent) / 100)
                for net, percent in zip(nets, percents, strict=True)
            )
            zero = (0,) * len(items)
            yield Part("discount", amounts, zero, one, note="of the net amount", earned=earned)


def _on_largest(items: Sequence[Item], amount: int) -> tuple[int, ...]:
    """The amount on the largest item; nothing on the others."""
    largest = max(range(len(items)), key=lambda place: (items[place].open, -place))
    return tuple(amount if place == largest else 0 for place in range(len(items)))


def _fees(items: Sequence[Item], code: str, policy: MatchPolicy) -> Iterator[Part]:
    """The known fees of banks that are one fixed amount."""
    for fee in policy.fees:
        if fee.least.code == code and fee.most in (None, fee.least) and fee.least.minor:
            amounts = _on_largest(items, fee.least.minor)
            yield Part("bank_fee", amounts, (None,) * len(items), note=fee.name)


def _lines(items: Sequence[Item], missing: int, code: str, lines: Lines) -> Iterator[Part]:
    """One line of one invoice that was left out."""
    for place, item in enumerate(items):
        own = lines.get(item.origin.source or item.number, ())
        if item.whole and sum(line.code == code and line.minor == missing for line in own) == 1:
            if len(own) < 2:
                continue
            amounts = tuple(missing if at == place else 0 for at in range(len(items)))
            yield Part("dispute", amounts, (None,) * len(items), note="one line was not paid")


def _small(items: Sequence[Item], missing: int, code: str, policy: MatchPolicy) -> Iterator[Part]:
    """The first that allows it: a fee in its range, rounding, the tolerance."""
    short = Money.from_minor(missing, code)
    whole = Money.from_minor(sum(item.open for item in items), code)
    customer = items[0].customer
    checks: tuple[tuple[DifferenceReason, Callable[[], bool]], ...] = (
        ("rounding", lambda: short.amount <= policy.rounding_max),
        ("bank_fee", lambda: any(fee.fits(short) for fee in policy.fees)),
        ("short_pay", partial(policy.tolerates, short, of=whole, customer=customer)),
    )
    for reason, allowed in checks:
        if allowed():
            amounts = _on_largest(items, missing)
            taxes = tuple(
                _tax_in(item, amount) if reason == "short_pay" and amount else None
                for item, amount in zip(items, amounts, strict=True)
            )
            yield Part(reason, amounts, taxes, exact=False)
            return
