"""The lines of a pricing out of the sheet (计价行): taxed, every price point beside the others."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.money import EXACT, rounded_fraction
from cpq.kernel.period import Moment
from cpq.ports import TaxEngine, taxed_by
from cpq.pricing.amounts import listed
from cpq.pricing.sheet import NOTHING, Sheet
from cpq.tax import LineTax, TaxableLine, TaxFacts, TaxLevel, TaxRate, taxes_on
from cpq.waterfall import PricedLine


class Owed(NamedTuple):
    """What a line owes, under which tax code and at which percentage."""

    tax: LineTax
    code: str
    percent: Decimal


def lines_of(sheet: Sheet, *, on: Moment, engine: TaxEngine | None) -> tuple[PricedLine, ...]:
    """The priced lines; tax by the table, or by the host's engine where one is given."""
    owed = _by_table(sheet) if engine is None else _by_engine(sheet, engine, on)
    usual = sheet.scene.books[0].book
    return tuple(_line(sheet, place, each, usual) for place, each in enumerate(owed))


def _by_table(sheet: Sheet) -> list[Owed]:
    rates = [_rate(sheet, place) for place in range(len(sheet.drafts))]
    every = range(len(rates))
    if sheet.policy.tax == "line":
        taxes: Iterable[LineTax] = _taxes(sheet, rates, every, "line")
    else:
        optional = [place for place in every if sheet.drafts[place].manner.optional]
        others = [place for place in every if not sheet.drafts[place].manner.optional]
        found = dict(zip(others, _taxes(sheet, rates, others, "group"), strict=True))
        found.update(zip(optional, _taxes(sheet, rates, optional, "line"), strict=True))
        taxes = (found[place] for place in every)
    return [Owed(tax, rate.code, rate.percent) for tax, rate in zip(taxes, rates, strict=True)]


def _rate(sheet: Sheet, place: int) -> TaxRate:
    position = sheet.prices[place].position
    assert position is not None, "a price knows what tax is owed on it"
    return position.rate


def _taxes(
    sheet: Sheet, rates: Sequence[TaxRate], places: Sequence[int], level: TaxLevel
) -> list[LineTax]:
    bases = [sheet.prices[place].basis for place in places]
    return taxes_on(
        [sheet.nets[place] for place in places],
        [rates[place] for place in places],
        quantities=[sheet.drafts[place].own_extent for place in places],
        currency=sheet.scene.currency,
        places=sheet.places,
        basis=bases if "gross" in bases else "net",
        level=level,
        mode=sheet.policy.mode,
    )


def _by_engine(sheet: Sheet, engine: TaxEngine, on: Moment) -> list[Owed]:
    """What the host's engine says of every line, optional ones in a question of their own."""
    customer = sheet.customer
    facts = TaxFacts(
        currency=sheet.scene.currency,
        on=on,
        places=sheet.policy.amount_places,
        region=customer.region if customer else "",
        regime=customer.tax_regime if customer else None,
        tax_id=customer.party.tax_id if customer else "",
    )
    found: dict[int, Owed] = {}
    for optional in (False, True):
        places = [
            place for place, draft in enumerate(sheet.drafts) if draft.manner.optional == optional
        ]
        if places:
            answers = taxed_by(engine, [_taxable(sheet, place) for place in places], facts=facts)
            for place, each in zip(places, answers, strict=True):
                tax = LineTax(each.net, each.tax, each.gross, each.fixed)
                found[place] = Owed(tax, each.tax_code, each.tax_percent)
    return [found[place] for place in range(len(sheet.drafts))]


def _taxable(sheet: Sheet, place: int) -> TaxableLine:
    draft = sheet.drafts[place]
    return TaxableLine(
        line=draft.number,
        tax_code=draft.shelved.product.tax_code,
        quantity=draft.own_extent,
        amount=sheet.nets[place],
        basis=sheet.prices[place].basis,
    )


def _line(sheet: Sheet, place: int, owed: Owed, usual: str) -> PricedLine:
    draft, price, manner = sheet.drafts[place], sheet.prices[place], sheet.drafts[place].manner
    product, amount, tax = draft.shelved.product, sheet.amounts[place], owed.tax
    floors, more = sheet.floors.get(place), sheet.steps[place]
    steps = price.steps if more is None else (*price.steps, *more)
    return PricedLine.built(
        {
            "number": draft.number,
            "product": product.code,
            "name": product.name,
            "detail": manner.detail,
            "quantity": draft.quantity,
            "unit": draft.unit,
            "included": manner.included,
            "currency": sheet.scene.currency,
            "list_price": price.list_price,
            "unit_price": price.unit_price,
            "list_amount": listed(sheet, place),
            "amount": amount,
            "discount": EXACT.subtract(amount, sheet.nets[place]),
            "net": tax.net,
            "tax_code": owed.code,
            "tax_percent": owed.percent,
            "tax": tax.tax,
            "gross": tax.gross,
            "steps": steps if sheet.traced else (),
            "basis": price.basis,
            "optional": manner.optional,
            "book": None if price.book == usual else price.book,
            "cost": _cost(sheet, place),
            "floor": None if floors is None or floors.clip is None else floors.least,
            "allocated": sheet.allocated.get(place),
            "tax_fixed": tax.fixed or NOTHING,
            "points": price.points,
            "breakdown": sheet.breakdowns.get(place, ()),
            "free_by": sheet.gifts.get(place),
            "billing": product.billing,
            "periods": manner.periods,
        }
    )


def _cost(sheet: Sheet, place: int) -> Decimal | None:
    """What the line costs us: the cost of a unit, extended over its periods and rounded."""
    each = sheet.cost(place)
    if each is None:
        return None
    exact = each * Fraction(sheet.drafts[place].extent)
    return rounded_fraction(exact, sheet.places, sheet.policy.mode)
