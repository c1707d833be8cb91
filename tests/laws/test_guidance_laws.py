"""Laws of the best completion: no configuration has a better price, cost or margin when priced."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.availability import SalesScope
from cpq.bom import BOM, Component, Structure
from cpq.bom.soundness import unsound
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Configurator, compiled
from cpq.guidance import Aim, complete_by
from cpq.kernel.errors import Refused
from cpq.kernel.money import difference, total
from cpq.kernel.period import ALWAYS, Period
from cpq.pricebook import AttributePrice, PriceBook, PriceBookEntry, PriceBookVersion, Tier
from cpq.pricing import price
from cpq.product import Category, Product
from tests.laws.configurators import solutions, wholes
from tests.laws.strategies import tried

DAY = date(2026, 11, 22)
OVER = Period(end=date(2025, 12, 31))
_MOST = 120
_CODES = ("M", "S", "T", "x", "y", "z")


@st.composite
def _entries(draw: st.DrawFn, unpriced: bool) -> tuple[PriceBookEntry, ...]:
    rows = []
    for code in _CODES:
        if unpriced and draw(st.integers(0, 9)) == 0:
            continue
        tiers = [Tier(price=draw(st.integers(0, 20)))]
        if draw(st.booleans()):
            tiers.append(Tier(lower=draw(st.integers(2, 4)), price=draw(st.integers(0, 20))))
        counts = draw(st.sampled_from(["line", "line", "line", "product", "family"]))
        rows.append(PriceBookEntry(product=code, tiers=tuple(tiers), counts=counts))
    if draw(st.integers(0, 5)) == 0:
        tiers = [Tier(price="3.33"), Tier(lower=3, price="1.11")]
        rows.append(PriceBookEntry(category="SMALL", tiers=tuple(tiers), counts="group", rank=1))
    return tuple(rows)


_ATTRIBUTES = (
    AttributePrice(code="A1", product="S", match={"n": "2"}, percent="12.5"),
    AttributePrice(code="A2", product="S", match={"a": "u"}, add="1.07"),
    AttributePrice(code="A3", product="M", match={"p": "3"}, price="2"),
    AttributePrice(code="A4", product="M", formula="p * 0.5"),
    AttributePrice(code="A5", product="T", match={"c": "k"}, percent="-50"),
)


_FORMULAS = ("p", "2 * p + 1", "S.quantity + p", "p * o.S.quantity", "S.quantity - p + 2")


@st.composite
def _catalogues(draw: st.DrawFn) -> tuple[Catalogue, Structure]:
    whole = draw(wholes())
    boms = tuple(_sold(draw, bom) for bom in whole.boms)
    rules = tuple(rule for rule in _ATTRIBUTES if draw(st.booleans()))
    listed = PriceBookVersion(
        entries=draw(_entries(unpriced=draw(st.booleans()))), attributes=rules
    )
    costs = PriceBookVersion(entries=draw(_entries(unpriced=draw(st.booleans()))))
    below = st.frozensets(st.sampled_from(["T", "x", "y", "z"]), max_size=2)
    over, denied = draw(st.just(frozenset()) | below), draw(st.just(frozenset()) | below)
    catalogue = Catalogue(
        products=tuple(
            Product(
                code=code,
                name=code,
                category="SMALL" if code in "xyz" else None,
                sellable=OVER if code in over else ALWAYS,
            )
            for code in _CODES
        ),
        scopes=tuple(
            SalesScope(code=f"NO-{code}", allow=False, products=(code,)) for code in denied
        ),
        categories=(Category(code="SMALL", name="small"),),
        boms=boms,
        books=(
            PriceBook(code="LIST", currency="CNY", versions=(listed,)),
            PriceBook(code="COST", currency="CNY", versions=(costs,)),
        ),
        default_book="LIST",
        cost_book="COST",
        resources=whole.resources,
        supplies=whole.supplies,
    )
    made = catalogue.bom("M", on=DAY)
    assume(not any(found.severity == "error" for found in unsound(made)))
    return catalogue, made


def _sold(draw: st.DrawFn, bom: BOM) -> BOM:
    def parts(each: Sequence[Component]) -> tuple[Component, ...]:
        manners = st.sampled_from(["priced", "priced", "included"])
        return tuple(part.with_(sold=draw(manners)) for part in each)

    components = parts(bom.components)
    if bom.product == "M" and draw(st.booleans()):
        formula = draw(
            st.sampled_from(
                ["p", "2 * p + 1", "S.quantity + p", "p * o.S.quantity", "S.quantity - p + 2"]
            )
        )
        components += (Component(product="z", quantity_formula=formula, sold="priced"),)
    rollup = draw(st.sampled_from(["as_sold", "as_sold", "components", "parent", "sum"]))
    groups = tuple(group.with_(options=parts(group.options)) for group in bom.groups)
    return bom.with_(components=components, groups=groups, rollup=rollup)


def _amount(made: Configuration, aim: Aim, catalogue: Catalogue) -> Decimal | None:
    """What a configuration comes to, the less the better; ``None`` where that is not known."""
    try:
        lines = price([made], catalogue=catalogue, on=DAY, promotions=False).lines
    except Refused:
        return None
    nets = total(line.net for line in lines)
    if aim == "price":
        return nets
    costs = [line.cost for line in lines if line.cost is not None]
    if len(costs) < len(lines):
        return None
    return total(costs) if aim == "cost" else difference(total(costs), nets)


@tried(2)
@given(_catalogues(), st.sampled_from(["price", "cost", "margin"]), st.integers(1, 3), st.data())
def test_nothing_is_better_than_the_best(
    asked: tuple[Catalogue, Structure], aim: Aim, quantity: int, data: st.DataObject
) -> None:
    catalogue, whole = asked
    model = compiled(whole)
    every = list(islice(solutions(model.problem), _MOST + 1))
    assume(0 < len(every) <= _MOST)
    machine = Configurator(model)
    planted = model.configuration(data.draw(st.sampled_from(every)))
    for choice in planted.choices:
        if data.draw(st.integers(0, 3)) == 0:
            machine.choose(choice.path, choice.value)
    literals = [model.literal(choice.path, choice.value) for choice in machine.choices]
    left = [
        values
        for values in every
        if all(found and found[1] >> values[found[0]] & 1 for found in literals)
    ]
    made = [model.configuration(values, quantity=quantity) for values in left]
    amounts = [each for one in made if (each := _amount(one, aim, catalogue)) is not None]
    if not amounts:
        with pytest.raises(Refused):
            complete_by(machine, aim, catalogue=catalogue, on=DAY, quantity=quantity)
        return
    found = complete_by(machine, aim, catalogue=catalogue, on=DAY, quantity=quantity)
    sign = -1 if aim == "margin" else 1
    best = min(amounts)
    assert sign * found.amount.amount == _amount(found.configuration, aim, catalogue)
    assert sign * found.amount.amount >= best
    assert found.bound is None or sign * found.bound.amount <= best
    assert found.proven == (found.bound == found.amount)
    assert found.proven or _counts_widely(catalogue) or _costs_are_unsure(catalogue, aim)


def _counts_widely(catalogue: Catalogue) -> bool:
    """Whether tiers count so many lines that not all of their combinations are looked at."""
    versions = (version for book in catalogue.books for version in book.versions)
    return any(row.counts == "group" for version in versions for row in version.entries)


def _costs_are_unsure(catalogue: Catalogue, aim: Aim) -> bool:
    """Whether something has no cost of its own, and its parts may all be left out."""
    costed = {row.product for row in catalogue.books[1].versions[0].entries}
    return aim != "price" and any(bom.product not in costed for bom in catalogue.boms)
