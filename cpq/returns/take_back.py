"""Taking goods back (退货): what the customer gets for what comes back now."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.money import Money, difference, exact
from cpq.returns.counters import counters_back
from cpq.returns.credit import AllocationBack, Deduction, ReturnCredit, ReturnedLine
from cpq.returns.deduct import deductions
from cpq.returns.history import Returned
from cpq.returns.kept import Reprice
from cpq.returns.policy import KEEP, ReturnPolicy
from cpq.returns.sold import NOTHING, Deductions, Figures, Fractions, Shares, Sold, sums
from cpq.returns.words import words
from cpq.waterfall import Pricing


def take_back(
    pricing: Pricing,
    returned: Mapping[str, Decimal | int | str],
    *,
    before: Iterable[ReturnCredit] = (),
    policy: ReturnPolicy = KEEP,
    reprice: Reprice | None = None,
) -> ReturnCredit:
    """What is credited for goods that come back, by line number in the units of the lines.

    ``before`` are all earlier credits of the sale, in any order. A bundle brings its parts along,
    as many as are left of them. ``reprice`` is needed where the policy claws back or rebills: see
    ``repricing``. Under any policy the credits of a sale of which all came back add up to what was
    paid for each line, net, tax and gross, and to each of its allocations; under ``keep`` each of
    them by itself is 0 or more.

    Raises ``Refused``: ``return.empty``, ``return.not_sold``, ``return.part_included``,
    ``return.other_sale``, ``return.repriced_otherwise``; ``NotFound`` (``return.unknown_line``);
    ``Invalid``: ``return.quantity_not_positive``, ``return.exceeds_quantity``,
    ``return.no_allocations``, ``return.no_repricing``; and what ``reprice`` raises.

    >>> from datetime import date
    >>> from cpq import Catalogue, PercentOff, PriceBook, PriceBookVersion, Product
    >>> from cpq import PromotionPolicy, entry, item, price
    >>> from cpq.returns import repricing
    >>> listed = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("CUP", price="50"),)),))
    >>> catalogue = Catalogue(
    ...     products=(Product(code="CUP", name="Cup", tax_code="NONE"),),
    ...     books=(listed,), default_book="LIST", promotions=(PromotionPolicy(
    ...         code="TENTH", benefit=PercentOff(percent=10), amount_from=Money("300", "CNY")),))
    >>> sold = price([item("CUP", 6)], catalogue=catalogue, on=date(2026, 11, 21))
    >>> take_back(sold, {"1": 5}).refund
    Money('225.00', 'CNY')
    >>> take_back(sold, {"1": 5}, policy=ReturnPolicy(on_return="claw_back"),
    ...           reprice=repricing(sold, catalogue=catalogue)).refund
    Money('220.00', 'CNY')
    """
    sold, now = Sold(pricing), {line: exact(each) for line, each in returned.items()}
    history = Returned(pricing, before)
    sold.check(now, history.quantities)
    back = sold.fractions(sums(history.quantities, now))
    due = deductions(sold, back, policy=policy, reprice=reprice)
    complete = all(part == 1 for part in back.values())
    lines = (_line(sold, each, back[each], history.line(each)) for each in sold.lines)
    given_up = _given_up(sold, back, due)
    counters = counters_back(sold, given_up, complete=complete, before=history.counters)
    none = Money.zero(pricing.currency)
    credit = ReturnCredit(
        sale=history.sale,
        currency=pricing.currency,
        returned=tuple(now.items()),
        lines=tuple(line for line in lines if line is not None),
        deductions=tuple(_deductions(sold, due, history.deductions)),
        refund=none,
        charge=none,
        owed=none,
        complete=complete,
        counters=tuple(counters),
    )
    return _settled(credit, owed_before=history.owed, customer_pays=policy.customer_pays)


def _settled(credit: ReturnCredit, *, owed_before: Money, customer_pays: bool) -> ReturnCredit:
    """The credit with what is paid out; what is short is owed, or paid by the customer."""
    due = credit.gross - owed_before
    none = Money.zero(credit.currency)
    short = max(-due, none)
    return credit.with_(
        refund=max(due, none),
        charge=short if customer_pays else none,
        owed=none if customer_pays else short,
    )


def everything_left(pricing: Pricing, *, before: Iterable[ReturnCredit] = ()) -> dict[str, Decimal]:
    """What of a sale can still come back, by line number: gifts too, bundles by their head.

    >>> from datetime import date
    >>> from cpq import Catalogue, PriceBook, PriceBookVersion, Product, entry, item, price
    >>> listed = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt"),), books=(listed,),
    ...                       default_book="LIST")
    >>> sold = price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21))
    >>> everything_left(sold, before=[take_back(sold, {"1": 150})])
    {'1': Decimal('50')}
    """
    sold = Sold(pricing)
    back = sold.fractions(Returned(pricing, before).quantities)
    return {
        number: sold.quantity(number, 1 - back[number])
        for number, line in sold.lines.items()
        if line.level == 0 and back[number] < 1
    }


def _line(
    sold: Sold, number: str, part: Fraction, before: tuple[Decimal, Figures]
) -> ReturnedLine | None:
    """What comes back of a line now; ``None`` where nothing does."""
    line = sold.lines[number]
    quantity = difference(sold.quantity(number, part), before[0])
    if not quantity:
        return None
    figures = sold.back(number, part).less(before[1])
    return ReturnedLine(
        line=number,
        product=line.product,
        name=line.name,
        quantity=quantity,
        unit=line.unit,
        tax_code=line.tax_code,
        net=figures.net,
        tax=figures.tax,
        gross=figures.gross,
        gift=line.free_by,
        allocations=_allocations(figures.shares, sold.pricing.currency),
    )


def _deductions(sold: Sold, due: Deductions, before: Deductions) -> Iterator[Deduction]:
    """What is deducted now: what is due in all less what was deducted before."""
    places = {number: place for place, number in enumerate(sold.lines)}
    for key in sorted({*due, *before}, key=lambda each: (places[each.line], each)):
        figures = due.get(key, NOTHING).less(before.get(key, NOTHING))
        if figures != NOTHING:
            yield Deduction(
                line=key.line,
                reason=key.reason,
                promotion=key.promotion or None,
                tax_code=sold.lines[key.line].tax_code,
                net=figures.net,
                tax=figures.tax,
                gross=figures.gross,
                text=words(sold, key, figures),
                allocations=_allocations(figures.shares, sold.pricing.currency),
            )


def _allocations(shares: Shares, currency: str) -> tuple[AllocationBack, ...]:
    return tuple(
        AllocationBack(**key._asdict(), amount=amount, currency=currency)
        for key, amount in sorted(shares.items())
    )


def _given_up(sold: Sold, back: Fractions, due: Deductions) -> Shares:
    """How much of each allocation is given no longer: with the goods, and by what is deducted."""
    with_goods = (sold.back(number, part).shares for number, part in back.items())
    return sums(*with_goods, *(figures.shares for figures in due.values()))
