"""Tax: rates and tables, both bases, regimes, rounding by line and by group, engines.

Ids such as TX-01 name worked cases of ``tests/cases``; their sources stand there.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.money import Rounding, product, rounded, rounded_fraction, split, total
from cpq.ports import TaxEngine, taxed_by
from cpq.tax import (
    CHINA_VAT,
    LineTax,
    RebasedPrice,
    TableTaxes,
    TaxableLine,
    TaxDifference,
    TaxedLine,
    TaxFacts,
    TaxMapping,
    TaxPosition,
    TaxRate,
    TaxRegime,
    TaxTable,
    rebased,
    tax_differences,
    tax_in,
    tax_on,
    taxes_on,
)
from cpq.testing import TaxEngineContract

DAY = date(2026, 11, 21)
FACTS = TaxFacts(currency="EUR", on=DAY)
FREE = TaxRate(code="NONE", percent=0)


def percent(rate: object) -> TaxRate:
    return TaxRate(code=f"T{rate}", percent=rate)


def bottle(rate: int = 0, per_unit: str = "0.30") -> TaxRate:
    return TaxRate(code=f"BOTTLE{rate}", percent=rate, per_unit=per_unit, currency="EUR")


def taxed(
    *lines: tuple[str, TaxRate, Any], places: int = 2, quantity: int = 1, **how: Any
) -> list[LineTax]:
    return taxes_on(
        [Decimal(amount) for amount, _, _ in lines],
        [rate for _, rate, _ in lines],
        quantities=[Decimal(quantity)] * len(lines),
        currency="EUR",
        places=places,
        basis=[basis for _, _, basis in lines],
        **how,
    )


def figures(line: LineTax) -> tuple[str, str, str]:
    return str(line.net), str(line.tax), str(line.gross)


def untaxed_and_total(lines: Sequence[LineTax]) -> tuple[str, str]:
    return str(total(line.net for line in lines)), str(total(line.gross for line in lines))


# Rates and tables


def test_a_rate_of_today_is_stored_as_before() -> None:
    assert TaxRate(code="VAT13", percent=13).canonical() == (
        '{"code":"VAT13","name":{"en":"","zh":""},"percent":"13","period":{"end":null,"start":null}}'
    )


def test_a_rate_with_a_tax_per_unit_is_stored_whole() -> None:
    rate = bottle()
    assert TaxRate.model_validate_json(rate.canonical()) == rate
    assert '"currency":"EUR"' in rate.canonical()
    assert '"per_unit":"0.30"' in rate.canonical()


def test_a_tax_per_unit_names_its_currency() -> None:
    with pytest.raises(ValidationError, match="name its currency"):
        TaxRate(code="BOTTLE", percent=0, per_unit="0.30")


def test_a_tax_per_unit_is_not_negative() -> None:
    with pytest.raises(ValidationError, match=r"0 or more; found -0\.30"):
        TaxRate(code="BOTTLE", percent=0, per_unit="-0.30", currency="EUR")


def test_a_tax_per_unit_in_another_currency_is_refused() -> None:
    with pytest.raises(Invalid, match=r"0\.30 EUR per unit and the document in USD") as refusal:
        bottle().per_unit_in("USD")
    assert refusal.value.code == "tax.currency_mismatch"
    assert refusal.value.facts == {"tax_code": "BOTTLE0", "currency": "USD"}


def test_net_and_gross_prices_are_inverse() -> None:
    rate, price = bottle(19), Fraction(1000, 7)
    gross = rate.gross(price, currency="EUR", units=Fraction(12))
    assert gross == price * Fraction(119, 100) + Fraction(36, 10)
    assert rate.net(gross, currency="EUR", units=Fraction(12)) == price


def test_a_rate_follows_the_day_and_the_zone() -> None:
    table = TaxTable(
        rates=(
            TaxRate(code="VAT", percent=16, period={"end": "2019-03-31"}),
            TaxRate(code="VAT", percent=13, period={"start": "2019-04-01"}),
        )
    )
    assert table.rate("VAT", on=date(2019, 3, 31)).percent == 16
    assert table.rate("VAT", on=date(2019, 4, 1)).percent == 13
    night = datetime(2019, 3, 31, 20, tzinfo=UTC)
    assert table.rate("VAT", on=night).percent == 16
    assert table.rate("VAT", on=night, zone=ZoneInfo("Asia/Shanghai")).percent == 13


def test_a_code_has_one_rate_at_a_time() -> None:
    with pytest.raises(ValidationError, match="'T13' has two rates at the same time"):
        TaxTable(rates=(percent(13), percent(13)))


def test_an_unknown_code_names_those_that_are_known() -> None:
    with pytest.raises(NotFound, match="known: NONE, VAT0, VAT13, VAT6, VAT9"):
        CHINA_VAT.rate("VAT17", on=DAY)


# A line, on either basis


def test_tax_is_reckoned_on_the_line() -> None:
    """TX-13: three at 123 owe 20 % of 369, not three times 20 % of 123."""
    assert figures(*taxed(("123", percent(20), "net"), places=0)) == ("123", "25", "148")
    assert figures(*taxed(("369", percent(20), "net"), places=0)) == ("369", "74", "443")


def test_tax_follows_the_rounded_net() -> None:
    """TX-14: half of 8333 is 4167, half up."""
    net = rounded(product(Decimal(8333), Decimal("0.5")), 0)
    assert figures(*taxed((str(net), percent(20), "net"), places=0)) == ("4167", "833", "5000")


def test_a_discounted_amount_is_taxed_on_either_basis() -> None:
    """TX-05: 38 at 541.26 less 2 %, rounded once; TX-15: 420 or 730, net or gross."""
    amount = str(rounded(product(Decimal("541.26"), Decimal(38), Decimal("0.98")), 2))
    assert amount == "20156.52"
    assert taxed((amount, percent(15), "gross"))[0].net == Decimal("17527.41")
    fixed_price = taxed(("420", percent(20), "net"), ("420", percent(20), "gross"), places=0)
    assert list(map(figures, fixed_price)) == [("420", "84", "504"), ("350", "70", "420")]
    assert figures(*taxed(("730", percent(20), "net"), places=0)) == ("730", "146", "876")


def test_the_net_of_a_gross_amount_is_rounded_once() -> None:
    """TX-06: half of 3 × 100 with 10 % is 136.36 net; undiscounted it is 272.73, where the peer
    doubles the rounded 136.36.
    """
    assert taxed(("150.00", percent(10), "gross"))[0].net == Decimal("136.36")
    assert taxed(("300.00", percent(10), "gross"))[0].net == Decimal("272.73")
    assert tax_in(Decimal("300.00"), Decimal(10), places=2) == Decimal("27.27")


def test_a_free_line_owes_its_tax_per_unit() -> None:
    """TX-07: two fixed taxes inside a price of 0 leave a net below 0."""
    line = taxed(("0.00", bottle(0, "0.30"), "gross"))[0]
    assert figures(line) == ("-0.30", "0.30", "0.00")
    assert figures(*taxed(("0.00", bottle(), "net"), quantity=3)) == ("0.00", "0.90", "0.90")


def test_a_discount_leaves_the_tax_per_unit_alone() -> None:
    """TX-10: half price, 15 % of it, and the fixed 10 in full."""
    line = taxed(("50.00", bottle(15, "10"), "net"))[0]
    assert figures(line) == ("50.00", "17.50", "67.50")
    assert line.fixed == Decimal("10.00")


def test_a_gross_amount_holds_both_taxes() -> None:
    line = taxed(("11.60", bottle(13, "0.30"), "gross"))[0]
    assert figures(line) == ("10.00", "1.60", "11.60")


def test_what_comes_back_takes_its_tax_per_unit_back() -> None:
    line = taxed(("-20.00", bottle(13, "0.30"), "net"), quantity=-2)[0]
    assert figures(line) == ("-20.00", "-3.20", "-23.20")


def test_a_gross_discount_lowers_a_net_price() -> None:
    """TX-12: 140 net with 15 % is 161; five points worth 5 to the customer leave 156."""
    lines = taxed(("140.00", percent(15), "net"), ("-5.00", percent(15), "gross"))
    assert untaxed_and_total(lines) == ("135.65", "156.00")


def test_discount_lines_are_split_by_tax() -> None:
    """TX-08: one discount line for each tax combination, on the basis of what it lowers."""
    # 35 % inside the price and 50 % on top of it: re-based on the net, then 85 %.
    price = percent(35).net(Fraction(100), currency="EUR")
    third, off = (str(rounded_fraction(price * units, 2)) for units in (3, Fraction(-3, 10)))
    ordered = taxed(
        ("400", percent(15), "net"),
        ("300", percent(10), "gross"),
        ("500", FREE, "net"),
        (third, percent(85), "net"),
        ("200", percent(15), "net"),
        ("0", percent(15), "net"),
    )
    assert untaxed_and_total(ordered) == ("1594.95", "1901.11")
    tenth = taxed(
        ("-60", percent(15), "net"),
        ("-30", percent(10), "gross"),
        ("-50", FREE, "net"),
        (off, percent(85), "net"),
    )
    assert untaxed_and_total([*ordered, *tenth]) == ("1435.46", "1711.00")
    cabinet = taxed(("-72", percent(15), "net"))
    assert untaxed_and_total([*ordered, *tenth, *cabinet]) == ("1363.46", "1628.20")


def test_discount_lines_keep_the_basis_of_their_product() -> None:
    """TX-09: a quarter off a price net of tax and a price with 30 % in it."""
    ordered = taxed(("66.00", FREE, "net"), ("50.00", percent(30), "gross"))
    chair, drawer = taxed(("-16.50", FREE, "net"), ("-12.50", percent(30), "gross"))
    assert untaxed_and_total([*ordered, chair, drawer]) == ("78.34", "87.00")
    assert untaxed_and_total([*ordered, chair])[1] == "99.50"


def test_a_discount_on_gross_prices_is_shared_by_gross() -> None:
    """AL-26: 500 off two lines of 500 is 250 each, whatever tax is inside."""
    shares = split(500, [500, 500])
    lines = taxed(
        (str(500 - shares[0]), percent(20), "gross"), (str(500 - shares[1]), FREE, "gross")
    )
    assert [line.gross for line in lines] == [250, 250]
    assert [str(line.net) for line in lines] == ["208.33", "250.00"]


def test_the_plain_case_equals_the_general_one() -> None:
    amounts = [Decimal(cents) / 100 for cents in (1, 4, 38, 3846, -50)]
    rates = [CHINA_VAT.rates[place % 3] for place in range(5)]
    facts: dict[str, Any] = {"quantities": [Decimal(1)] * 5, "currency": "CNY", "places": 2}
    plain = taxes_on(amounts, rates, **facts)
    assert plain == taxes_on(amounts, rates, basis=["net"] * 5, **facts)
    assert [line.tax for line in plain] == [
        tax_on(amount, rate.percent, places=2) for amount, rate in zip(amounts, rates, strict=True)
    ]


def test_a_rounding_mode_is_obeyed_on_every_path() -> None:
    for basis, level in (("net", "line"), ("net", "group"), ("gross", "line")):
        up = taxed(("0.10", percent(15), basis), mode=Rounding.UP, level=level)[0]
        down = taxed(("0.10", percent(15), basis), mode=Rounding.DOWN, level=level)[0]
        assert (up.tax, down.tax) == (Decimal("0.02"), Decimal("0.01"))


def test_lines_and_rates_are_one_each() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        taxes_on([Decimal(1)], [], quantities=[Decimal(1)], currency="EUR", places=2, level="group")


# Regimes


def test_a_gross_price_is_rebased_on_its_net() -> None:
    """TX-01: 121 with 21 % becomes 106 with 6 %."""
    position = TaxPosition(percent(21), percent(6), "gross")
    found = rebased(Fraction(121), position, basis="gross", currency="EUR")
    assert found == RebasedPrice(Fraction(106), "gross")
    assert taxed(("106.00", percent(6), "gross"))[0].net == 100
    assert rebased(Fraction(121), position._replace(basis=None), basis="gross", currency="EUR") == (
        found
    )


def test_a_net_price_keeps_its_number() -> None:
    """TX-02: 100 net stays 100, also where it now includes 6 %."""
    position = TaxPosition(percent(21), percent(6), "gross")
    assert rebased(Fraction(100), position, basis="net", currency="EUR") == RebasedPrice(
        Fraction(100), "gross"
    )
    assert taxed(("100.00", percent(6), "gross"))[0].net == Decimal("94.34")
    kept = rebased(Fraction(100), position._replace(basis=None), basis="net", currency="EUR")
    assert kept == RebasedPrice(Fraction(100), "net")


def test_a_gross_price_may_become_net() -> None:
    """TX-04: 115 with 15 % becomes 100 net of 6 %; 54 % off leaves 46."""
    position = TaxPosition(percent(15), percent(6), "net")
    found = rebased(Fraction(115), position, basis="gross", currency="EUR")
    assert found == RebasedPrice(Fraction(100), "net")
    discount = rounded_fraction(found.price * Fraction(54, 100), 2)
    assert discount == Decimal("54.00")
    assert figures(*taxed((str(100 - discount), percent(6), "net"))) == ("46.00", "2.76", "48.76")


def test_a_price_at_home_is_left_as_it_is() -> None:
    third = Fraction(1, 3)
    position = TaxPosition(bottle(), bottle())
    assert rebased(third, position, basis="gross", currency="USD") == RebasedPrice(third, "gross")
    assert rebased(third, position, basis="net", currency="USD") == RebasedPrice(third, "net")


def test_rebasing_counts_the_taxed_units_of_a_box() -> None:
    position = TaxPosition(bottle(10), bottle(20, "0.50"))
    box = rebased(Fraction("25.60"), position, basis="gross", currency="EUR", units=Fraction(12))
    assert box.price == Fraction(20) * Fraction(120, 100) + 6


def test_rebasing_to_a_tax_in_another_currency_is_refused() -> None:
    position = TaxPosition(percent(10), bottle(20))
    with pytest.raises(Invalid, match="BOTTLE20"):
        rebased(Fraction(11), position, basis="gross", currency="USD")


def test_a_regime_maps_a_code_once() -> None:
    mapping = TaxMapping(code="VAT13", becomes="VAT0")
    with pytest.raises(ValidationError, match="maps VAT13 twice"):
        TaxRegime(code="EXPORT", mappings=(mapping, mapping.with_(becomes="NONE")))


EXPORT = TaxRegime(
    code="EXPORT",
    name={"en": "export", "zh": "出口"},
    mappings=(
        TaxMapping(code="VAT13", becomes="VAT0"),
        TaxMapping(code="VAT9", becomes="VAT9", basis="net"),
        TaxMapping(code="VAT6", becomes="VAT0"),
    ),
)
TABLE = TableTaxes(regimes=(EXPORT,), zone="Asia/Shanghai")


def test_a_position_holds_both_rates() -> None:
    assert TABLE.position("VAT13", on=DAY, regime="EXPORT").rate.code == "VAT0"
    assert TABLE.position("VAT13", on=DAY, regime="EXPORT").home.code == "VAT13"
    assert TABLE.position("NONE", on=DAY, regime="EXPORT").rate.code == "NONE"
    assert TABLE.position("VAT13", on=DAY).rate.code == "VAT13"


def test_a_mapping_may_change_the_basis_alone() -> None:
    position = TABLE.position("VAT9", on=DAY, regime="EXPORT")
    assert rebased(Fraction(109), position, basis="gross", currency="CNY") == RebasedPrice(
        Fraction(100), "net"
    )


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(NotFound, match=r"'EXPORTS'.*known: EXPORT") as refusal:
        TABLE.position("VAT13", on=DAY, regime="EXPORTS")
    assert refusal.value.code == "tax.unknown_regime"
    with pytest.raises(NotFound, match="known: none"):
        TableTaxes().regime("EXPORT")


def test_two_regimes_of_one_code_are_refused() -> None:
    with pytest.raises(ValidationError, match="EXPORT twice"):
        TableTaxes(regimes=(EXPORT, EXPORT))


# Rounding by group


def test_a_group_is_rounded_once() -> None:
    """0.04 at 13 % is 0.0052: a cent on each line, two cents on the three together."""
    lines = taxed(*[("0.04", percent(13), "net")] * 3, level="group")
    assert [str(line.tax) for line in lines] == ["0.01", "0.01", "0.00"]
    assert [str(line.gross) for line in lines] == ["0.05", "0.05", "0.04"]


def test_each_code_is_a_group() -> None:
    lines = taxed(*[("0.04", percent(13), "net"), ("0.04", percent(14), "net")] * 2, level="group")
    assert [str(line.tax) for line in lines] == ["0.01", "0.01", "0.00", "0.00"]


def test_a_group_of_gross_amounts_keeps_them() -> None:
    lines = taxed(*[("1.00", percent(13), "gross")] * 3, level="group")
    assert [str(line.gross) for line in lines] == ["1.00"] * 3
    assert [str(line.tax) for line in lines] == ["0.12", "0.12", "0.11"]
    assert total(line.tax for line in lines) == tax_in(Decimal("3.00"), Decimal(13), places=2)


def test_each_basis_of_a_code_is_a_group() -> None:
    """Or the total would depend on which line comes first, and gets the cent."""
    half_a_cent = bottle(0, "0.005")
    net, gross = ("1.00", half_a_cent, "net"), ("1.00", half_a_cent, "gross")
    there, back = taxed(net, gross, level="group"), taxed(gross, net, level="group")
    assert there == back[::-1]
    assert untaxed_and_total(there) == ("1.99", "2.01")


def test_taxes_per_unit_are_a_group_of_their_own() -> None:
    lines = taxed(*[("0.04", bottle(13, "0.125"), "net")] * 3, level="group")
    assert [str(line.fixed) for line in lines] == ["0.13", "0.13", "0.12"]
    assert [str(line.tax) for line in lines] == ["0.14", "0.14", "0.12"]


def test_sold_and_returned_lines_share_one_group() -> None:
    lines = taxed(("0.50", percent(13), "net"), ("-0.50", percent(13), "net"), level="group")
    assert total(line.tax for line in lines) == 0
    back = taxed(("-0.50", percent(13), "net"), ("0.50", percent(13), "net"), level="group")
    assert [-line.tax for line in back] == [line.tax for line in lines]


def test_zero_taxes_are_written_with_their_decimals() -> None:
    for level in ("line", "group"):
        for basis in ("net", "gross"):
            line = taxed(("1.00", percent(0), basis), ("1.00", FREE, basis), level=level)[0]
            assert (str(line.tax), str(line.fixed)) == ("0.00", "0.00")


def test_the_difference_between_the_levels_is_told() -> None:
    small = ("0.04", percent(13), "net")
    lines = (small, ("100.00", percent(9), "net"), small, small)
    codes = ["T13", "T9", "T13", "T13"]
    (found,) = tax_differences(codes, taxed(*lines, level="group"), by_line=taxed(*lines))
    assert found == TaxDifference(code="T13", tax="0.02", by_line="0.03")
    assert found.amount == Decimal("-0.01")


# Engines


def asked(number: str, **fields: Any) -> TaxableLine:
    return TaxableLine.model_validate(
        {"line": number, "tax_code": "VAT13", "quantity": 1, "amount": "0.04", **fields}
    )


def test_the_table_answers_as_an_engine() -> None:
    facts = TaxFacts(currency="CNY", on=DAY, regime="EXPORT")
    lines = (asked("1"), asked("1.1", tax_code="NONE"), asked("2", amount="-7.00", quantity=-1))
    answer = taxed_by(TABLE, lines, facts=facts)
    assert [(line.line, line.tax_code, line.tax) for line in answer] == [
        ("1", "VAT0", Decimal(0)),
        ("1.1", "NONE", Decimal(0)),
        ("2", "VAT0", Decimal(0)),
    ]
    assert [TaxedLine.model_validate(line.model_dump()) for line in answer] == list(answer)


def test_codes_that_become_one_are_one_group() -> None:
    merged = TaxRegime(code="B", mappings=(TaxMapping(code="VAT9", becomes="VAT13"),))
    engine = TableTaxes(regimes=(merged,), level="group")
    lines = (asked("1"), asked("2", tax_code="VAT9"), asked("3"))
    facts = TaxFacts(currency="CNY", on=DAY, regime="B")
    assert [str(line.tax) for line in taxed_by(engine, lines, facts=facts)] == [
        "0.01",
        "0.01",
        "0.00",
    ]
    assert engine.differences(lines, facts=facts) == (
        TaxDifference(code="VAT13", tax="0.02", by_line="0.03"),
    )
    assert engine.with_(level="line").differences(lines, facts=facts) == ()


def test_the_grid_of_the_document_is_the_engines() -> None:
    fine = TaxFacts(currency="CNY", on=DAY, places=4)
    assert str(taxed_by(TABLE, [asked("1")], facts=fine)[0].tax) == "0.0052"
    coarse = TaxFacts(currency="JPY", on=DAY)
    assert str(taxed_by(TABLE, [asked("1", amount="100")], facts=coarse)[0].tax) == "13"


class Answering:
    """An engine that gives whatever it was made with."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Any:
        return self.answer


def right(**changes: Any) -> TaxedLine:
    fields = {"line": "1", "tax_code": "VAT", "tax_percent": 13}
    figures = {"net": "1.00", "tax": "0.13", "gross": "1.13"}
    return TaxedLine.model_validate({**fields, **figures, **changes})


@pytest.mark.parametrize(
    ("answer", "place", "words"),
    [
        (None, "lines", "found NoneType in place of a sequence"),
        ([], "lines", "1 lines were asked about and 0 answered"),
        ([right(), right(line="2")], "lines", "1 lines were asked about and 2 answered"),
        ([{"line": "1"}], "lines/1", "found dict in place of a TaxedLine"),
        ([right(line="2")], "lines/1", "is for line '2'"),
        ([right(gross="1.14")], "lines/1", r"net 1\.00 \+ tax 0\.13 is not gross 1\.14"),
        ([right(tax="0.125", gross="1.125")], "lines/1", r"tax 0\.125 has more than the 2 dec"),
        ([right(fixed="0.001")], "lines/1", r"fixed 0\.001 has more than the 2 decimals"),
        ([right(net="1.01", gross="1.14")], "lines/1", r"net amount is 1\.00 .* has 1\.01"),
    ],
)
def test_a_broken_answer_is_refused(answer: object, place: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        taxed_by(Answering(answer), [asked("1", amount="1.00")], facts=FACTS)
    assert refusal.value.code == "tax.engine_broken"
    (finding,) = refusal.value.findings
    assert (finding.code, finding.place) == ("tax.engine_broken", place)
    assert finding.message.zh


def test_every_broken_line_is_named() -> None:
    lines = [asked("1", amount="1.00"), asked("2", amount="1.00", basis="gross")]
    answer = [right(tax="0.125"), right(line="2")]
    with pytest.raises(Refused, match=r"gross amount is 1\.00 .* has 1\.13") as refusal:
        taxed_by(Answering(answer), lines, facts=FACTS)
    places = [finding.place for finding in refusal.value.findings]
    assert places == ["lines/1", "lines/1", "lines/2"]


def test_a_sound_answer_is_taken() -> None:
    assert taxed_by(Answering([right()]), [asked("1", amount="1.00")], facts=FACTS) == (right(),)


def test_what_an_engine_raises_passes_through() -> None:
    with pytest.raises(NotFound, match="VAT17"):
        taxed_by(TABLE, [asked("1", tax_code="VAT17")], facts=FACTS)


@pytest.mark.parametrize("level", ["line", "group"])
class TestTable(TaxEngineContract):
    """The built-in engine keeps the shipped contract, at home."""

    @pytest.fixture
    def engine(self, level: Any) -> TaxEngine:
        return TableTaxes(level=level)


class TestDeposit(TaxEngineContract):
    """And with taxes per unit, in a currency with three decimals, under a regime."""

    codes = ("JUICE", "WATER")
    facts = TaxFacts(currency="KWD", on=DAY, regime="ISLAND")

    @pytest.fixture
    def engine(self) -> TaxEngine:
        rates = (
            TaxRate(code="JUICE", percent="15", per_unit="0.0125", currency="KWD"),
            TaxRate(code="WATER", percent="5"),
            TaxRate(code="ISLAND", percent="7.5", per_unit="0.0333", currency="KWD"),
        )
        island = TaxRegime(code="ISLAND", mappings=({"code": "WATER", "becomes": "ISLAND"},))
        return TableTaxes(table=TaxTable(rates=rates), regimes=(island,), level="group")


class Guessing:
    """An engine with the faults that the contract is there to find."""

    def __init__(self, fault: str) -> None:
        self.fault, self.asked = fault, 0

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> list[TaxedLine]:
        self.asked += 1
        return [self._one(place, line) for place, line in enumerate(lines)]

    def _one(self, place: int, line: TaxableLine) -> TaxedLine:
        percent = Decimal(13) if line.basis == "net" or self.fault == "gross" else Decimal(0)
        mode = Rounding.CEILING if self.fault == "mirror" else Rounding.HALF_UP
        tax = tax_on(line.amount, percent, places=2, mode=mode)
        if self.fault == "order":
            tax += Decimal(place) * tax
        if self.fault == "repeats":
            tax += self.asked
        if self.fault == "free":
            tax += Decimal("0.01")
        net = line.amount if line.basis == "net" else line.amount - tax
        return TaxedLine(
            line=line.line,
            tax_code=line.tax_code,
            tax_percent=percent,
            net=net,
            tax=tax,
            gross=net + tax,
        )


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        ("repeats", "test_the_same_question_has_the_same_answer"),
        ("order", "test_the_order_of_lines_changes_no_total"),
        ("mirror", "test_what_comes_back_mirrors_what_was_sold"),
        ("free", "test_a_line_that_is_given_away_is_answered"),
        ("gross", "test_a_gross_amount_holds_its_tax"),
        ("none", "test_an_unknown_code_is_refused"),
    ],
)
def test_the_contract_finds_a_faulty_engine(fault: str, test: str) -> None:
    with pytest.raises(AssertionError):
        getattr(TaxEngineContract(), test)(Guessing(fault))


@pytest.mark.parametrize(
    ("answer", "test"),
    [([], "test_each_line_is_answered"), ([right()], "test_no_lines_owe_nothing")],
)
def test_the_contract_finds_a_silent_engine(answer: object, test: str) -> None:
    with pytest.raises(Refused):
        getattr(TaxEngineContract(), test)(Answering(answer))
