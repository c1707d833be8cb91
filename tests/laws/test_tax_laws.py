"""Laws of tax: net and gross lose nothing, lines add up, order and sign change nothing."""

from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cpq.kernel.money import EXACT, Rounding, quantum, rounded_fraction, total
from cpq.ports import taxed_by
from cpq.tax import (
    LineTax,
    TableTaxes,
    TaxableLine,
    TaxBasis,
    TaxFacts,
    TaxLevel,
    TaxPosition,
    TaxRate,
    TaxTable,
    rebased,
    tax_in,
    tax_on,
    taxes_on,
)
from tests.laws.strategies import DAY, amounts, tried

RATES = tuple(
    TaxRate(code=f"T{place}", percent=percent, per_unit=per_unit, currency="CNY")
    for place, (percent, per_unit) in enumerate(
        [("13", "0"), ("6", "0.125"), ("0", "0.0333"), ("7.7", "0"), ("85", "2"), ("0", "0")]
    )
)
SYMMETRIC = (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.HALF_DOWN, Rounding.UP, Rounding.DOWN)
PERCENT_ONLY = tuple(rate for rate in RATES if not rate.per_unit)
modes = st.sampled_from(list(Rounding))
levels = st.sampled_from(["line", "group"])
bases: st.SearchStrategy[TaxBasis] = st.sampled_from(["net", "gross"])


class Sale(NamedTuple):
    """A line before tax."""

    amount: Decimal
    rate: TaxRate
    quantity: Decimal
    basis: TaxBasis


@st.composite
def sales(draw: st.DrawFn, rates: tuple[TaxRate, ...] = RATES) -> Sale:
    """Large and tiny amounts, sold or come back, on either basis."""
    amount = draw(amounts("0.00", "0.20") | amounts("0", "100000"))
    quantity = draw(amounts("0.1", "50", 1))
    sign = draw(st.sampled_from([1, 1, 1, -1]))
    return Sale(amount * sign, draw(st.sampled_from(rates)), quantity * sign, draw(bases))


documents = st.lists(sales(), min_size=1, max_size=8)


def taxed(
    lines: list[Sale], level: TaxLevel = "line", mode: Rounding = Rounding.HALF_UP
) -> list[LineTax]:
    return taxes_on(
        [line.amount for line in lines],
        [line.rate for line in lines],
        quantities=[line.quantity for line in lines],
        currency="CNY",
        places=2,
        basis=[line.basis for line in lines],
        level=level,
        mode=mode,
    )


def exactly(line: Sale) -> tuple[Fraction, Fraction]:
    """The tax in percent and the tax per unit, by the formulas of the specification."""
    fixed, rate = Fraction(line.rate.per_unit) * Fraction(line.quantity), line.rate.percent
    amount = Fraction(line.amount)
    if line.basis == "net":
        return amount * Fraction(rate) / 100, fixed
    return amount - fixed - (amount - fixed) / (1 + Fraction(rate) / 100), fixed


@tried(4)
@given(documents, levels, modes)
def test_net_and_tax_are_the_gross(lines: list[Sale], level: TaxLevel, mode: Rounding) -> None:
    for line, found in zip(lines, taxed(lines, level, mode), strict=True):
        assert EXACT.add(found.net, found.tax) == found.gross
        assert (found.net if line.basis == "net" else found.gross) == line.amount


@tried(4)
@given(documents, levels, modes)
def test_each_tax_is_next_to_its_exact_value(
    lines: list[Sale], level: TaxLevel, mode: Rounding
) -> None:
    for line, found in zip(lines, taxed(lines, level, mode), strict=True):
        share, fixed = exactly(line)
        assert abs(Fraction(found.fixed) - fixed) < Fraction(1, 100)
        assert abs(Fraction(EXACT.subtract(found.tax, found.fixed)) - share) < Fraction(1, 100)


@tried(4)
@given(documents, modes)
def test_a_group_adds_up_to_its_header(lines: list[Sale], mode: Rounding) -> None:
    pairs = list(zip(lines, taxed(lines, "group", mode), strict=True))
    for _, group in groupby(sorted(pairs, key=_group), key=_group):
        held = list(group)
        shares, fixed = zip(*(exactly(line) for line, _ in held), strict=True)
        header = rounded_fraction(sum(fixed), 2, mode)
        assert total(found.fixed for _, found in held) == header
        header = EXACT.add(header, rounded_fraction(sum(shares), 2, mode))
        assert total(found.tax for _, found in held) == header


def _group(pair: tuple[Sale, LineTax]) -> tuple[str, str]:
    return pair[0].rate.code, pair[0].basis


@tried(4)
@given(st.lists(amounts("0", "9"), min_size=1, max_size=8), st.sampled_from(RATES), bases)
def test_a_group_of_one_code_is_taxed_as_one_amount(
    nets: list[Decimal], rate: TaxRate, basis: TaxBasis
) -> None:
    lines = [Sale(net, rate, Decimal(0), basis) for net in nets]
    header = (tax_on if basis == "net" else tax_in)(total(nets), rate.percent, places=2)
    assert total(found.tax for found in taxed(lines, "group")) == header


@tried(4)
@given(documents.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))), levels)
def test_the_order_of_lines_changes_no_total(
    both: tuple[list[Sale], list[Sale]], level: TaxLevel
) -> None:
    first, second = (taxed(lines, level) for lines in both)
    assert total(found.net for found in first) == total(found.net for found in second)
    assert total(found.tax for found in first) == total(found.tax for found in second)


@tried(4)
@given(documents, levels, st.sampled_from(SYMMETRIC))
def test_a_return_mirrors_the_sale(lines: list[Sale], level: TaxLevel, mode: Rounding) -> None:
    back = [line._replace(amount=-line.amount, quantity=-line.quantity) for line in lines]
    mirrored = [tuple(-figure for figure in found) for found in taxed(back, level, mode)]
    assert mirrored == [tuple(found) for found in taxed(lines, level, mode)]


@tried(4)
@given(amounts("0", "100000"), st.sampled_from(RATES), amounts("0", "50", 1))
def test_a_net_is_found_again_in_its_gross(net: Decimal, rate: TaxRate, quantity: Decimal) -> None:
    (up,) = taxed([Sale(net, rate, quantity, "net")])
    (down,) = taxed([Sale(up.gross, rate, quantity, "gross")])
    assert abs(EXACT.subtract(down.net, net)) <= Decimal("0.01")
    assert down.gross == up.gross


@tried(4)
@given(amounts("0", "100000"), st.sampled_from(PERCENT_ONLY))
def test_a_net_taxed_by_percent_comes_back_to_the_cent(net: Decimal, rate: TaxRate) -> None:
    (up,) = taxed([Sale(net, rate, Decimal(1), "net")])
    assert taxed([Sale(up.gross, rate, Decimal(1), "gross")]) == [up]


@given(st.fractions(0, 10**6), st.sampled_from(RATES), st.sampled_from(RATES), st.integers(1, 12))
def test_a_regime_and_back_is_the_price_again(
    price: Fraction, home: TaxRate, abroad: TaxRate, units: int
) -> None:
    there, back = TaxPosition(home, abroad), TaxPosition(abroad, home)
    count = Fraction(units)
    moved = rebased(price, there, basis="gross", currency="CNY", units=count)
    assert rebased(moved.price, back, basis="gross", currency="CNY", units=count).price == price
    net = abroad.net(moved.price, currency="CNY", units=count)
    assert net == home.net(price, currency="CNY", units=count)


@tried(2)
@given(st.lists(sales(PERCENT_ONLY), max_size=8), st.integers(0, 4), levels)
def test_the_scale_of_a_currency_scales_its_tax(
    lines: list[Sale], places: int, level: TaxLevel
) -> None:
    def units(scale: int) -> list[int]:
        found = taxes_on(
            [line.amount.scaleb(2 - scale) for line in lines],
            [line.rate for line in lines],
            quantities=[line.quantity for line in lines],
            currency="CNY",
            places=scale,
            basis=[line.basis for line in lines],
            level=level,
        )
        return [int(line.tax.scaleb(scale)) for line in found]

    assert units(places) == units(2)


@given(documents, levels)
def test_the_table_keeps_the_port(lines: list[Sale], level: TaxLevel) -> None:
    asked = [
        TaxableLine(
            line=str(place),
            tax_code=line.rate.code,
            quantity=line.quantity,
            amount=line.amount,
            basis=line.basis,
        )
        for place, line in enumerate(lines)
    ]
    engine = TableTaxes(table=TaxTable(rates=RATES), level=level)
    facts = TaxFacts(currency="CNY", on=DAY)
    answer = taxed_by(engine, asked, facts=facts)
    assert [(each.net, each.tax, each.gross, each.fixed) for each in answer] == [
        tuple(found) for found in taxed(lines, level)
    ]
    gap = total(found.tax for found in taxed(lines, level))
    gap = EXACT.subtract(gap, total(found.tax for found in taxed(lines)))
    assert total(each.amount for each in engine.differences(asked, facts=facts)) == gap
    assert abs(gap) < 2 * len(lines) * quantum(2)
