"""From unit prices to the amounts of lines (行金额): extended once, rounded once, or by tiers."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from cpq.agreement import Demand, Portion, Taken, shared
from cpq.kernel.errors import Invalid
from cpq.kernel.money import EXACT, quantum, rounded, rounded_fraction, total
from cpq.pricebook import Charge, Slice
from cpq.pricing.agreed import each_of
from cpq.pricing.draft import Draft
from cpq.pricing.found import UnitPrice
from cpq.pricing.sheet import NOTHING, Sheet

_LARGEST_EXPONENT = 15


def extend(sheet: Sheet) -> None:
    """The amount of every line at its unit price, before promotions."""
    places, mode, amounts = sheet.places, sheet.policy.mode, sheet.amounts
    contractual = sheet.policy.contractual
    agreed: list[int] = []
    for place, (draft, found) in enumerate(zip(sheet.drafts, sheet.prices, strict=True)):
        manner = draft.manner
        if manner.included or manner.rolled_up:
            continue
        if found.charge is not None or not contractual:
            amounts[place] = _exactly(sheet, place, draft, found)
        else:
            amounts[place] = rounded(EXACT.multiply(draft.extent, found.unit_price), places, mode)
        if amounts[place].adjusted() > _LARGEST_EXPONENT:
            raise _too_large(draft, found, amounts[place])
        if isinstance(found.listed, Charge):
            each = _per_unit(sheet, listed(sheet, place), draft)
            sheet.prices[place] = sheet.prices[place]._replace(list_price=each)
        draws = found.agreed is not None and found.agreed.commitment is not None
        if draws and not manner.optional:
            agreed.append(place)
        cliff = None if found.cliff is None else found.cliff.beyond(draft.quantity)
        if cliff is not None:
            hint = cliff.finding(
                draft.number,
                asked=draft.quantity,
                unit=draft.unit,
                amount=amounts[place],
                scene=sheet.scene,
                times=draft.times,
            )
            sheet.findings.append(hint)
    if agreed:
        _commit(sheet, agreed)


def listed(sheet: Sheet, place: int) -> Decimal:
    """The amount of a line at its list price."""
    draft, found = sheet.drafts[place], sheet.prices[place]
    if draft.manner.included or draft.manner.rolled_up:
        return NOTHING
    if isinstance(found.listed, Charge):
        return _rounded(sheet, _of(_on_grid(sheet, found.listed), draft))
    if found.charge is None and found.list_price == found.unit_price:
        return sheet.amounts[place]
    if found.listed is None:
        return sheet.amounts[place]
    if not sheet.policy.contractual:
        return _rounded(sheet, found.listed * Fraction(draft.extent))
    extended = EXACT.multiply(draft.extent, found.list_price)
    return rounded(extended, sheet.places, sheet.policy.mode)


def _exactly(sheet: Sheet, place: int, draft: Draft, found: UnitPrice) -> Decimal:
    """An amount from an exact price, or from tiers, with what each tier bears."""
    if found.charge is None:
        assert found.exact is not None
        return _rounded(sheet, found.exact * Fraction(draft.extent))
    policy = sheet.policy
    charge = _on_grid(sheet, found.charge)
    amount = _rounded(sheet, _of(charge, draft))
    full = draft.manner.full_quantity
    sheet.breakdowns[place] = charge.slices_shown(
        Fraction(draft.quantity),
        places=sheet.places,
        unit_places=policy.unit_places,
        mode=policy.mode,
        full=None if full is None else Fraction(full),
        total=Fraction(amount),
    )
    sheet.prices[place] = found._replace(unit_price=_per_unit(sheet, amount, draft))
    return amount


def _on_grid(sheet: Sheet, charge: Charge) -> Charge:
    """The tiers with their rates rounded where the unit price is contractual."""
    policy = sheet.policy
    return charge.on_grid(policy.unit_places, policy.mode) if policy.contractual else charge


def _per_unit(sheet: Sheet, amount: Decimal, draft: Draft) -> Decimal:
    """What one unit of a line costs, per period, where one does not cost as much as the next."""
    if not draft.quantity:
        return NOTHING
    policy = sheet.policy
    each = Fraction(amount) / Fraction(draft.extent)
    return rounded_fraction(each, policy.unit_places, policy.mode)


def _of(charge: Charge, draft: Draft) -> Fraction:
    full = draft.manner.full_quantity
    once = charge.amount(Fraction(draft.quantity), full=None if full is None else Fraction(full))
    return once * draft.times


def _rounded(sheet: Sheet, amount: Fraction) -> Decimal:
    return rounded_fraction(amount, sheet.places, sheet.policy.mode)


def _too_large(draft: Draft, found: UnitPrice, amount: Decimal) -> Invalid:
    return Invalid(
        "number.out_of_range",
        f"line {draft.number}: {draft.extent} × {found.unit_price} = {amount} is 1E16 or more",
    )


def _commit(sheet: Sheet, places: Iterable[int]) -> None:
    """Lines that draw on a commitment: beyond what remains, the rest is at book."""
    held = list(places)
    demands = [_demand(sheet, place) for place in held]
    found = shared(demands, currency=sheet.scene.currency, policy=sheet.policy)
    sheet.findings += found.findings
    sheet.drawn = tuple(
        Taken(
            line=portion.line,
            agreement=portion.agreement,
            commitment=portion.commitment,
            taken=portion.taken,
        )
        for portion in found.portions
        if portion.commitment and portion.taken
    )
    for place, demand, portion in zip(held, demands, found.portions, strict=True):
        if portion.book:
            _divide(sheet, place, demand, portion)


def _demand(sheet: Sheet, place: int) -> Demand:
    """What a line asks of its commitment; its prices are for a unit in all of its periods."""
    draft, found = sheet.drafts[place], sheet.prices[place]
    assert found.agreed is not None
    price = Fraction(found.unit_price)
    if not sheet.policy.contractual:
        exact = found.exact if found.charge is None else found.charge
        price = each_of(exact, Fraction(draft.quantity)) or price
    step = quantum(sheet.catalogue.units.unit(draft.unit).places)
    book = each_of(found.at_book, Fraction(draft.quantity))
    return Demand(
        line=draft.number,
        agreed=found.agreed,
        product=draft.shelved.product.code,
        unit=draft.unit,
        quantity=draft.quantity,
        step=step,
        price=price * draft.times,
        book=None if book is None else book * draft.times,
    )


def _divide(sheet: Sheet, place: int, demand: Demand, portion: Portion) -> None:
    """Price the two parts of a line, each extended and rounded by itself."""
    if demand.book is None:
        return
    times = sheet.drafts[place].times
    slices = tuple(
        _slice(sheet, quantity, price / times, lower=lower, times=times)
        for quantity, price, lower in (
            (portion.agreed, demand.price, NOTHING),
            (portion.book, demand.book, portion.agreed),
        )
        if quantity
    )
    amount = total(each.amount for each in slices)
    sheet.breakdowns[place] = slices
    sheet.amounts[place] = rounded(amount, sheet.places)
    each = _per_unit(sheet, amount, sheet.drafts[place])
    sheet.prices[place] = sheet.prices[place]._replace(unit_price=each)


def _slice(
    sheet: Sheet, quantity: Decimal, price: Fraction, *, lower: Decimal, times: int
) -> Slice:
    policy = sheet.policy
    shown = rounded_fraction(price, policy.unit_places, policy.mode)
    exact = Fraction(shown) if policy.contractual else price
    return Slice(
        lower=lower,
        quantity=quantity,
        unit_price=shown,
        flat=NOTHING,
        amount=_rounded(sheet, exact * Fraction(quantity) * times),
    )
